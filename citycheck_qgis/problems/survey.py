"""Surveyed problems as they are delivered: put a building or a unit to each of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from ..errors import InputError
from ..indicators.systems import match_indicators
from ..indicators.unit_join import AMBIGUOUS, UnitIndex, UnitKey
from ..messages import message, word
from ..units.assignment import assign
from ..units.buildings import number_text
from ..units.columns import find_column
from ..units.conservation import Conservation
from ..units.geometry import own_columns, repair
from ..units.names import normalise_names

#: Columns of a finding; the first ones are those of table `problem` that a survey can know.
FINDING = [
    "dimension", "indicator_id", "type", "unit_code", "object_id", "location_precision", "severity", "treatment",
    "status", "due_date", "evidence", "note", "located_by", "geometry",
]  # fmt: skip
CONTRADICTION = ["layer", "row", "object", "distance"]
#: Metres between a problem's own place and the building that it names beyond which one of the two is wrong: further
#: than a phone's position or a point at the entrance.
FAR = 100.0
REMAINDER = ["layer", "row", "indicator", "object", "reason", "geometry"]
_TREATMENT = {
    "限时解决": "time_limited", "限时": "time_limited", "time_limited": "time_limited",
    "尽力解决": "best_effort", "尽力": "best_effort", "best_effort": "best_effort",
}  # fmt: skip
_TEXTS = ("type", "severity", "status", "due_date", "evidence", "note")


@dataclass(frozen=True)
class Survey:
    """Surveyed problems with their place.

    Attributes
    ----------
    findings : columns `FINDING`, one row per surveyed problem; geometry is a point on the object
    remainder : columns `REMAINDER`, one row per problem that could not be placed or named
    conservation : in = matched + ambiguous (name of several units) + unmatched + outside
    contradictions : columns layer, row, object (the building number), distance (m): rows whose own place is far from
        the building whose number they state; the number was believed
    """

    findings: gpd.GeoDataFrame
    remainder: gpd.GeoDataFrame
    conservation: Conservation
    contradictions: pd.DataFrame


def read_survey(
    layers: Mapping[str, gpd.GeoDataFrame],
    buildings: gpd.GeoDataFrame | None,
    units: gpd.GeoDataFrame,
    system: pd.DataFrame,
) -> Survey:
    """Locate the problems of survey layers.

    A problem belongs to, in this order: the building whose number it states; the building that it lies on
    (housing problems); the community that it lies in, or for block problems that community's street; the unit
    whose code or name it states.

    Parameters
    ----------
    layers : name -> features with at least an indicator column, in the working CRS; geometry may be null
    buildings : columns building_id, community_code and geometry, or None
    units : table `unit`
    system : table `indicator`

    Raises
    ------
    InputError : a layer has no indicator column.
    """
    parts = [_standardise(name, layer, system) for name, layer in layers.items()]
    rows = pd.concat(parts, ignore_index=True) if parts else _standardise("", _nothing(units), system)
    rows = repair(gpd.GeoDataFrame(rows, geometry="geometry", crs=units.crs))
    rows["reason"] = np.where(rows["indicator_id"].isna(), "unknown indicator", "")
    for column in ("object_id", "unit_code", "location_precision", "located_by"):
        rows[column] = None
    contradictions = pd.DataFrame(columns=CONTRADICTION)
    if buildings is not None and len(buildings):
        contradictions = _locate_by_number(rows, buildings)
        _locate_on_building(rows, buildings)
    _locate_in_community(rows, units)
    _locate_by_name(rows, units)

    no_place = rows["unit_code"].isna() & (rows["reason"] == "")
    rows.loc[no_place & rows.geometry.notna(), "reason"] = "outside all units"
    rows.loc[no_place & rows.geometry.isna(), "reason"] = "no usable place"
    _name_objects(rows)
    reason = rows["reason"]
    conservation = Conservation(
        "surveyed problems",
        len(rows),
        matched=int((reason == "").sum()),
        ambiguous=int((reason == "name of several units").sum()),
        unmatched=int(reason.isin(["unknown indicator", "no usable place"]).sum()),
        outside=int((reason == "outside all units").sum()),
    )
    lost = rows[reason != ""].rename(columns={"indicator_text": "indicator", "object_text": "object"})
    findings = _columns(rows[reason == ""], FINDING, units)
    return Survey(findings, _columns(lost, REMAINDER, units), conservation, contradictions)


def _columns(rows: gpd.GeoDataFrame, columns: list[str], units: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    attributes = pd.DataFrame(rows)[columns[:-1]].reset_index(drop=True)
    return gpd.GeoDataFrame(attributes, geometry=rows.geometry.to_numpy(), crs=units.crs)


def _nothing(units: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame({"indicator": []}, geometry=[], crs=units.crs)


def _standardise(name: str, layer: gpd.GeoDataFrame, system: pd.DataFrame) -> gpd.GeoDataFrame:
    what = message("The problem layer {name}", name=name)
    attributes = own_columns(layer)
    indicator = find_column(attributes, "indicator", what=what)
    if indicator is None:
        raise InputError(
            "{what} has no indicator column; its columns are {columns}: rename the one that says what was found to "
            "指标.",
            what=what,
            columns=attributes or word("none"),
        )
    columns = {
        role: find_column(attributes, role)
        for role in (*_TEXTS, "treatment", "building_number", "object", "unit", "street")
    }
    if columns["street"] == columns["unit"]:
        columns["street"] = None
    blank = pd.Series(None, index=layer.index, dtype=object)
    text = {role: layer[column].astype(object) if column else blank for role, column in columns.items()}
    ids = match_indicators(layer[indicator], system)
    dimension = system.set_index("indicator_id")["dimension"]
    frame = {role: text[role].map(number_text).astype(object) for role in _TEXTS}
    frame |= {
        "layer": name,
        "row": np.arange(1, len(layer) + 1),
        "indicator_text": layer[indicator],
        "indicator_id": ids.where(ids.notna(), None),
        "dimension": ids.map(dimension),
        "treatment": text["treatment"].map(_TREATMENT).astype(object),
        "building_text": text["building_number"].map(number_text),
        "object_text": text["object"].where(text["object"].notna(), text["building_number"]),
        "unit_text": text["unit"],
        "street_text": text["street"],
    }
    return gpd.GeoDataFrame(pd.DataFrame(frame, index=layer.index), geometry=layer.geometry, crs=layer.crs)


def _place(
    rows: gpd.GeoDataFrame, index: pd.Index, how: str, precision: object, unit: object, points: object
) -> None:
    rows.loc[index, "located_by"] = how
    rows.loc[index, "location_precision"] = precision
    rows.loc[index, "unit_code"] = unit
    shapes = rows.geometry.to_numpy().copy()
    shapes[index] = points
    rows["geometry"] = gpd.GeoSeries(shapes, index=rows.index, crs=rows.crs)


def _locate_by_number(rows: gpd.GeoDataFrame, buildings: gpd.GeoDataFrame) -> pd.DataFrame:
    """Place the rows that state a known building; return the ones whose own place is far from it."""
    known = (
        buildings.dropna(subset=["community_code"]).drop_duplicates("building_id").set_index("building_id")
    )
    found = rows.index[(rows["reason"] == "") & rows["building_text"].isin(known.index)]
    partner = known.loc[rows.loc[found, "building_text"]]
    rows.loc[found, "object_id"] = rows.loc[found, "building_text"]
    shapes = partner.geometry.to_numpy()
    distance = shapely.distance(rows.geometry.to_numpy()[found], shapes)
    far = found[distance > FAR]
    contradictions = pd.DataFrame(
        {
            "layer": rows.loc[far, "layer"],
            "row": rows.loc[far, "row"],
            "object": rows.loc[far, "building_text"],
        }
    ).assign(distance=distance[distance > FAR].round(1))
    points = shapely.point_on_surface(shapes)
    _place(rows, found, "number", "building", partner["community_code"].to_numpy(), points)
    return contradictions.reset_index(drop=True)


def _locate_on_building(rows: gpd.GeoDataFrame, buildings: gpd.GeoDataFrame) -> None:
    known = buildings.dropna(subset=["community_code"]).sort_values("building_id")
    open_rows = rows.index[
        (rows["reason"] == "")
        & rows["unit_code"].isna()
        & (rows["dimension"] == "housing")
        & rows.geometry.notna()
    ]
    points = shapely.point_on_surface(rows.loc[open_rows].geometry.to_numpy())
    row, building = shapely.STRtree(known.geometry.to_numpy()).query(points, predicate="intersects")
    # Where footprints lie on each other the lowest building number wins.
    first = (
        pd.DataFrame({"row": row, "building": building})
        .sort_values(["row", "building"])
        .drop_duplicates("row")
    )
    found, partner = open_rows[first["row"]], known.iloc[first["building"]]
    rows.loc[found, "object_id"] = partner["building_id"].to_numpy()
    _place(rows, found, "place", "building", partner["community_code"].to_numpy(), points[first["row"]])


def _locate_in_community(rows: gpd.GeoDataFrame, units: gpd.GeoDataFrame) -> None:
    index = rows.index[(rows["reason"] == "") & rows["unit_code"].isna() & rows.geometry.notna()]
    if len(index) == 0:
        return
    assigned = assign(rows.loc[index], units[units["level"] == "community"]).frame
    inside = assigned["community_code"].notna()
    assigned = assigned[inside]
    parent = assigned["community_code"].map(units.set_index("code")["parent_code"])
    street = (assigned["dimension"] == "block") & parent.notna()
    code = parent.where(street, assigned["community_code"]).to_numpy()
    points = shapely.point_on_surface(assigned.geometry.to_numpy())
    _place(rows, assigned.index, "place", "point", code, points)


def _locate_by_name(rows: gpd.GeoDataFrame, units: gpd.GeoDataFrame) -> None:
    open_rows = (
        rows["unit_code"].isna() & rows.geometry.isna() & (rows["reason"] == "") & rows["unit_text"].notna()
    )
    known = UnitIndex(units)
    texts = rows.loc[open_rows, ["unit_text", "street_text"]]
    keys = [
        UnitKey(names={"": str(unit)} | ({"street": str(street)} if street is not None else {}))
        for unit, street in texts.astype(object).where(texts.notna(), None).itertuples(index=False)
    ]
    matches = pd.Series([known.find(key) for key in keys], index=texts.index, dtype=object)
    several = matches.map(lambda match: match.outcome == AMBIGUOUS)
    rows.loc[matches.index[several.astype(bool)], "reason"] = "name of several units"
    code = matches.map(lambda match: match.code).dropna()
    partner = units.set_index("code").loc[code]
    points = shapely.point_on_surface(partner.geometry.to_numpy())
    _place(rows, code.index, "name", partner["level"].to_numpy(), code.to_numpy(), points)


def _name_objects(rows: gpd.GeoDataFrame) -> None:
    """Give findings without a building an object: the one that they name inside their unit, else their place."""
    open_rows = rows.index[(rows["reason"] == "") & rows["object_id"].isna()]
    part = rows.loc[open_rows]
    named = normalise_names(part["object_text"])
    # A metre is finer than any survey and coarser than what rounding on the way changes.
    place = [f"@{point.x:.0f},{point.y:.0f}" for point in part.geometry]
    rows.loc[open_rows, "object_id"] = part["unit_code"].astype(str) + ":" + named.where(named != "", place)
