"""The hierarchy of units: one table of all levels, each unit with its parent."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from ..errors import InputError
from ..messages import Message, mark, message, word
from .codes import LENGTH, level_of_code, parent_of_code, tidy_codes
from .columns import find_column
from .geometry import NOTE, multipolygons, own_columns, repair
from .names import look_garbled, normalise_names

#: Levels that boundaries can have, from the top.
UNIT_LEVELS = ("city", "district", "street", "community")
COLUMNS = ["code", "code_year", "level", "name", "parent_code", "built_up", "population", "geometry"]
_LEVEL_WORDS = {
    "城市": "city", "市": "city", "区": "district", "县": "district", "区县": "district", "街道": "street",
    "镇": "street", "乡": "street", "社区": "community", "村": "community",
}  # fmt: skip
#: A unit whose second-best parent covers more than this share of it lies in two parents.
SECOND_PARENT_SHARE = 0.1


@dataclass
class Units:
    """The units of a city.

    Attributes
    ----------
    frame : columns of table `unit`, sorted by level and code, geometry MultiPolygon in the working CRS
    issues : columns code, level, issue, detail, geometry: everything that was found wrong, fatal or not
    notes : sentences on what was derived or repaired
    """

    frame: gpd.GeoDataFrame
    issues: gpd.GeoDataFrame
    notes: list[Message] = field(default_factory=list)

    def at(self, level: str) -> gpd.GeoDataFrame:
        """Return the units of one level, sorted by code."""
        return self.frame[self.frame["level"] == level]


FATAL = ("no_code", "malformed_code", "duplicate_code", "no_parent", "two_parents", "no_geometry")


def build_units(
    levels: Mapping[str, gpd.GeoDataFrame],
    code_year: int,
    code_field: str | None = None,
    name_field: str | None = None,
    parent_field: str | None = None,
    strict: bool = True,
    outlines: bool = True,
) -> Units:
    """Build the unit table from one boundary layer per level.

    Codes are brought into their normal form and geometries are repaired on a copy. The parent of a unit is, in
    this order: the unit that its parent column names; the unit of the nearest level above whose code its own code
    contains; the unit of that level that covers most of it (codes change from year to year); the unit of an upper
    level whose code it contains. Levels above the highest one that is given are made by merging units with the
    same leading digits.

    Parameters
    ----------
    levels : level -> layer; all in the same projected CRS. `community` is required. A single layer that has a
        `level` column (such as table `unit`) is split by it.
    code_year : the year that the codes belong to
    code_field, name_field, parent_field : columns; found by their usual spellings where None
    strict : raise on fatal issues instead of listing them
    outlines : give the derived levels their polygons; for large cities that takes longer than all else

    Raises
    ------
    InputError : no community layer, an empty layer, no code column, and in strict mode the first fatal issue.
    """
    refuse_empty(levels)
    given = _split_levels({level: _of_year(layer, code_year) for level, layer in levels.items()})
    refuse_empty(given)
    for chosen in (code_field, name_field, parent_field):
        # A field may be in some of the layers only, but one that is in none was misspelt.
        if chosen and not any(chosen in layer.columns for layer in given.values()):
            find_column(own_columns(given["community"]), "code", chosen, layer_of("community"))
    parts = []
    for level in UNIT_LEVELS:
        if level in given:
            parts.append(_standardise(given[level], level, code_field, name_field, parent_field))
    units = pd.concat(parts, ignore_index=True)
    issues = [_code_issues(units)]
    usable = units[~units.index.isin(issues[0].index[issues[0]["issue"].isin(FATAL)])].copy()
    notes = [
        message("{n} geometries of level {level} were {what}.", n=count, level=word(level), what=word(what))
        for (level, what), count in units[units[NOTE] != ""].groupby(["level", NOTE]).size().items()
    ]
    usable, parent_issues = _find_parents(usable)
    issues.append(parent_issues)
    usable, derived = _derive_upper_levels(usable, outlines)
    notes += derived
    found = pd.concat(issues, ignore_index=True)
    found = gpd.GeoDataFrame(found, geometry="geometry", crs=units.crs)
    if strict:
        _raise_fatal(found)
    found["detail"] = found["detail"].map(str)
    usable["code_year"] = code_year
    usable["level"] = pd.Categorical(usable["level"], UNIT_LEVELS, ordered=True)
    usable = usable.sort_values(["level", "code"], ignore_index=True)
    usable["level"] = usable["level"].astype(object)
    usable["geometry"] = multipolygons(usable.geometry)
    return Units(usable[COLUMNS].set_crs(units.crs), found, notes)


def refuse_empty(levels: Mapping[str, gpd.GeoDataFrame]) -> None:
    """Raise InputError where a level is missing that every checkup needs, or a layer has no features."""
    if "community" not in levels:
        raise InputError("There is no community layer; give the boundaries of the communities (社区).")
    for level, frame in levels.items():
        if len(frame) == 0:
            raise InputError(
                "The {level} layer is empty; choose a layer with boundaries, or leave it out.",
                level=word(level),
            )


def _of_year(layer: gpd.GeoDataFrame, code_year: int) -> gpd.GeoDataFrame:
    """Return the units of one year from a table `unit` that holds several; the latest where that year is absent."""
    if "code_year" not in layer or layer["code_year"].nunique() < 2:
        return layer
    years = pd.to_numeric(layer["code_year"])
    return layer[years == (code_year if (years == code_year).any() else years.max())]


def _split_levels(levels: dict[str, gpd.GeoDataFrame]) -> dict[str, gpd.GeoDataFrame]:
    """Split a layer that holds several levels."""
    if list(levels) != ["community"]:
        return levels
    column = find_column(levels["community"].columns, "level")
    if column is None:
        return levels
    words = levels["community"][column].replace(_LEVEL_WORDS)
    if not words.isin(UNIT_LEVELS).all():
        return levels
    return {str(level): part for level, part in levels["community"].groupby(words)}


def _standardise(
    layer: gpd.GeoDataFrame, level: str, code: str | None, name: str | None, parent: str | None
) -> gpd.GeoDataFrame:
    what = layer_of(level)
    attributes = own_columns(layer)
    code = find_column(attributes, "code", code if code in attributes else None, what)
    if code is None:
        raise InputError(
            "{what} has no code column; its columns are {columns}: choose the one with the unit codes.",
            what=what,
            columns=attributes,
        )
    name = find_column(attributes, "name", name if name in attributes else None, what)
    parent = find_column(attributes, "parent", parent if parent in attributes else None, what)
    if name and look_garbled(layer[name]):
        raise InputError(
            "The names of the {level} layer are garbled ({example}); set the layer's encoding (GBK or UTF-8) in its "
            "properties under Source and rerun.",
            level=word(level),
            example=layer[name].dropna().iloc[0],
        )
    repaired = repair(layer)
    # What has no area is the boundary of nothing.
    polygons = repaired.geometry.where(shapely.get_dimensions(repaired.geometry.array) == 2)
    frame = gpd.GeoDataFrame(
        {
            "code": tidy_codes(layer[code]).to_numpy(),
            "code_as_found": layer[code].to_numpy(),
            "level": level,
            "name": (
                layer[name].astype(object).where(layer[name].notna(), "") if name else layer[code]
            ).to_numpy(),
            "parent_as_found": (
                layer[parent] if parent else pd.Series(None, layer.index, dtype=object)
            ).to_numpy(),
            NOTE: repaired[NOTE].to_numpy(),
            "row": np.arange(1, len(layer) + 1),
        },
        geometry=polygons.to_numpy(),
        crs=layer.crs,
    )
    for role in ("population", "built_up"):
        column = find_column(attributes, role)
        frame[role] = pd.to_numeric(layer[column], errors="coerce").to_numpy() if column else np.nan
    return frame


def layer_of(level: str) -> Message:
    """Return what sentences call the boundary layer of a level."""
    return message("The {level} layer", level=word(level))


def _issue(units: gpd.GeoDataFrame, issue: str, detail: list[Message]) -> gpd.GeoDataFrame:
    rows = units[["code", "level", "geometry"]].copy()
    rows["issue"] = issue
    rows["detail"] = pd.Series(detail, index=rows.index, dtype=object)
    return rows


def _places(units: gpd.GeoDataFrame) -> list[Message]:
    pairs = zip(units["row"], units["name"], strict=True)
    return [message("row {row} ({name})", row=row, name=name) for row, name in pairs]


def _places_with(units: gpd.GeoDataFrame, details: pd.Series) -> list[Message]:
    pairs = zip(_places(units), details, strict=True)
    return [message("{place}: {detail}", place=place, detail=word(str(detail))) for place, detail in pairs]


def _code_issues(units: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    codes = units["code"].fillna("")
    missing = codes == ""
    # Digits of another length than a code has are a damaged code, not a local one.
    malformed = ~missing & codes.str.isdecimal() & (codes.str.len() != LENGTH)
    found = [
        _issue(units[missing], "no_code", _places(units[missing])),
        _issue(
            units[malformed],
            "malformed_code",
            _places_with(units[malformed], units["code_as_found"][malformed]),
        ),
    ]
    repeated = ~missing & ~malformed & units.duplicated(["code", "level"], keep="first")
    first_parent = units.drop_duplicates(["code", "level"]).set_index(["code", "level"])["parent_as_found"]
    keys = pd.MultiIndex.from_frame(units.loc[repeated, ["code", "level"]])
    other_parent = (
        units.loc[repeated, "parent_as_found"].fillna("").astype(str).to_numpy()
        != first_parent.reindex(keys).fillna("").astype(str).to_numpy()
    )
    same, other = units[repeated][~other_parent], units[repeated][other_parent]
    found.append(_issue(same, "duplicate_code", _places(same)))
    found.append(_issue(other, "two_parents", _places(other)))
    # The code is the key of all tables: a street and a community cannot share one.
    again = ~missing & ~malformed & ~repeated & units.duplicated("code", keep="first")
    upper = units.drop_duplicates("code").set_index("code")["level"]
    shared = [
        message("{place}, which is also a {level}", place=place, level=word(level))
        for place, level in zip(_places(units[again]), units.loc[again, "code"].map(upper), strict=True)
    ]
    found.append(_issue(units[again], "duplicate_code", shared))
    without = units.geometry.isna() & ~missing & ~malformed & ~repeated & ~again
    found.append(
        _issue(units[without], "no_geometry", _places_with(units[without], units.loc[without, NOTE]))
    )
    return pd.concat(found)


def _find_parents(units: gpd.GeoDataFrame) -> tuple[gpd.GeoDataFrame, gpd.GeoDataFrame]:
    units["parent_code"] = None
    issues = []
    present = [level for level in UNIT_LEVELS if (units["level"] == level).any()]
    for position, level in enumerate(present[1:], start=1):
        rows = units.index[units["level"] == level]
        above = present[:position][::-1]
        parents = _parents_by_column(units, rows, above)
        parents = parents.where(parents.notna(), _parents_by_code(units, rows, above[0]))
        open_rows = rows[parents.isna()]
        if len(open_rows):
            by_place, second = _parents_by_place(units.loc[open_rows], units[units["level"] == above[0]])
            parents.loc[open_rows] = by_place
            for upper in above[1:]:
                parents = parents.where(parents.notna(), _parents_by_code(units, rows, upper))
            torn = units.loc[open_rows[second.notna()]]
            detail = [
                message("{name} lies in {first} and {second}", name=name, first=first, second=other)
                for name, first, other in zip(
                    torn["name"], by_place[torn.index], second[torn.index], strict=True
                )
            ]
            issues.append(_issue(torn, "two_parents", detail))
            lost = rows[parents.isna()]
            detail = [message("no {level} has its code or covers it", level=word(above[0]))] * len(lost)
            issues.append(_issue(units.loc[lost], "no_parent", detail))
        units.loc[rows, "parent_code"] = parents.where(parents.notna(), None)
    empty = _issue(units.iloc[:0], "", [])
    return units, pd.concat([empty, *issues])


def _parents_by_column(units: gpd.GeoDataFrame, rows: pd.Index, above: list[str]) -> pd.Series:
    """Return the parents that the parent column names by code, or by a name that is unique at its level."""
    given = units.loc[rows, "parent_as_found"]
    parents = pd.Series(None, index=rows, dtype=object)
    names = normalise_names(given)
    codes = tidy_codes(given)
    for level in above:
        upper = units[units["level"] == level]
        by_name = pd.Series(upper["code"].to_numpy(), index=normalise_names(upper["name"]))
        by_name = by_name[~by_name.index.duplicated(keep=False) & (by_name.index != "")]
        parents = parents.where(parents.notna(), codes.where(codes.isin(upper["code"])))
        parents = parents.where(parents.notna(), names.map(by_name.to_dict()))
    return parents


def _parents_by_code(units: gpd.GeoDataFrame, rows: pd.Index, upper: str) -> pd.Series:
    """Return the units of a level whose code is contained in the rows' own."""
    own = units.loc[rows, "code"].map(lambda code: parent_of_code(code, upper))
    return own.where(own.isin(units.loc[units["level"] == upper, "code"]))


def _parents_by_place(children: gpd.GeoDataFrame, parents: gpd.GeoDataFrame) -> tuple[pd.Series, pd.Series]:
    """Return the parent with the largest overlap, and a second one where it covers a good part as well."""
    upper = parents.geometry.to_numpy()
    lower = children.geometry.to_numpy()
    child, parent = shapely.STRtree(upper).query(lower, predicate="intersects")
    share = shapely.area(shapely.intersection(lower[child], upper[parent])) / shapely.area(lower[child])
    pairs = pd.DataFrame({"child": child, "code": parents["code"].to_numpy()[parent], "share": share})
    pairs = pairs[pairs["share"] > 0].sort_values(["child", "share", "code"], ascending=[True, False, True])
    rank = pairs.groupby("child").cumcount()
    best = pairs[rank == 0].set_index("child")["code"]
    second = pairs[(rank == 1) & (pairs["share"] > SECOND_PARENT_SHARE)].set_index("child")["code"]
    order = range(len(children))
    return (
        pd.Series(best.reindex(order).to_numpy(), index=children.index, dtype=object),
        pd.Series(second.reindex(order).to_numpy(), index=children.index, dtype=object),
    )


def _derive_upper_levels(units: gpd.GeoDataFrame, outlines: bool) -> tuple[gpd.GeoDataFrame, list[Message]]:
    """Make the levels above the highest given one from the leading digits of its codes."""
    notes: list[Message] = []
    top = next(level for level in UNIT_LEVELS if (units["level"] == level).any())
    while top != "city":
        rows = units["level"] == top
        upper = UNIT_LEVELS[UNIT_LEVELS.index(top) - 1]
        parents = units.loc[rows, "code"].map(lambda code, upper=upper: parent_of_code(code, upper))
        if parents.isna().any() or (units.loc[rows, "code"].map(level_of_code) != top).any():
            notes.append(
                message(
                    "Units above level {level} cannot be derived: some {level} codes are not official ones.",
                    level=word(top),
                )
            )
            break
        if (parents.map(level_of_code) == "city").all():
            # 东莞, 中山 and other cities without districts: the streets' county digits are zeros.
            upper = "city"
        units.loc[rows, "parent_code"] = parents
        groups = units[rows].groupby(parents)
        merged = gpd.GeoDataFrame(
            {
                "code": list(groups.groups),
                "level": upper,
                "name": list(groups.groups),
                "parent_code": None,
                "population": groups["population"].sum(min_count=1).to_numpy(),
                "built_up": groups["built_up"].sum(min_count=1).to_numpy(),
            },
            geometry=[
                shapely.union_all(part.geometry.to_numpy()) if outlines else None for _, part in groups
            ],
            crs=units.crs,
        )
        notes.append(
            message(
                "{n} units of level {upper} were made by merging {level} units by their codes.",
                n=len(merged),
                upper=word(upper),
                level=word(top),
            )
        )
        units = pd.concat([units, merged], ignore_index=True)
        top = upper
    return units, notes


_SENTENCES = {
    "no_code": mark("{n} units of the {level} layer have no code, first {detail}; fill in the codes."),
    "malformed_code": mark(
        "{n} unit codes of the {level} layer are malformed, first {detail}; a code has 6, 9 or 12 digits, or "
        "is a local text for a managed zone."
    ),
    "duplicate_code": mark(
        "{n} unit codes of the {level} layer occur twice, first {code} in {detail}; merge the parts or "
        "correct the codes."
    ),
    "no_parent": mark(
        "{n} units of the {level} layer have no parent, first {code}: {detail}; correct the code, give the "
        "parent column or add the missing unit."
    ),
    "two_parents": mark(
        "{n} units of the {level} layer are in two parents, first {code}: {detail}; give the parent column or"
        " split the unit."
    ),
    "no_geometry": mark(
        "{n} units of the {level} layer have no usable geometry, first {code} in {detail}; redraw them."
    ),
}


def _raise_fatal(issues: gpd.GeoDataFrame) -> None:
    for kind in FATAL:
        rows = issues[issues["issue"] == kind]
        if len(rows):
            first = rows.iloc[0]
            same = rows[rows["level"] == first["level"]]
            raise InputError(
                _SENTENCES[kind],
                n=len(same),
                level=word(first["level"]),
                code=first["code"],
                detail=first["detail"],
            )
