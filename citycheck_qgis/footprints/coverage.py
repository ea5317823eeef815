"""How much of the built-up area has 3D data: indicator 城市信息模型（CIM）基础平台建设三维数据覆盖率.

Published definition: projected area of the 3D data in the built-up area / built-up area, in percent. What the area of
3D data is, is not said further, so that it is a choice (`RULES`):

``projected`` (the default)
    what the models themselves cover, seen from above. Taken by the letter; of building models alone it leaves out
    streets and open ground, which are most of a city, and is a lower bound;
``closed``
    the same, with the ground between models that are less than twice `gap` metres apart;
``hull``
    the convex hull of the models of each file: what was delivered together counts as covered.

Where the extents of other 3D data are known (tiles of a mesh, delivered areas), they are added under every rule; with
them ``projected`` is the published definition in full.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from pyproj import CRS

from ..errors import InputError
from ..messages import mark, word
from ..storage.tables import DTYPES, VALUE
from ..units.coordinates import in_metres
from ..units.overlap import Boundaries, find_overlaps
from .findings import Finding, finding
from .matching import one_print_each
from .pairs import polygons_of

RULES = ("projected", "closed", "hull")
#: The indicator in the edition that CityCheck comes with.
INDICATOR, EDITION = "M61-60", "mohurd-61-2024"
#: Beginning of the source of these values.
SOURCE = "3d_coverage"
LEVELS = ("city", "district")
#: Half the width of the ground between two models that rule ``closed`` counts as covered, metres.
GAP = 25.0
#: Rows that carry the two areas (m2), so that the share can be rolled up.
NUMERATOR, DENOMINATOR = "/numerator", "/denominator"
#: More than this part of the 3D data outside the built-up area is told.
TELL_OUTSIDE = 0.05

Progress = Callable[[float], None]


@dataclass(frozen=True)
class Coverage:
    """The 3D coverage of units.

    Attributes
    ----------
    values : columns of table ``value``: per unit the share in percent, and the areas that it was made of (m2) under
        ``…/numerator`` and ``…/denominator``; a unit without built-up area is ``not_applicable``, and all are
        ``missing`` where no 3D data has a place
    areas : unit_code, level, built_up (m2), covered (m2, by the rule), projected (m2, what the models cover)
    findings : what the figure leaves out
    """

    values: pd.DataFrame
    areas: pd.DataFrame
    findings: list[Finding]


def cover(
    units: gpd.GeoDataFrame,
    models: gpd.GeoDataFrame,
    year: int,
    *,
    built_up: gpd.GeoDataFrame | None = None,
    extents: gpd.GeoDataFrame | None = None,
    rule: str = "projected",
    gap: float = GAP,
    levels: Sequence[str] = LEVELS,
    indicator_id: str = INDICATOR,
    edition: str = EDITION,
    data_date: str | None = None,
    progress: Progress = lambda share: None,
) -> Coverage:
    """Return the share of the built-up area that has 3D data, for each unit of some levels.

    Parameters
    ----------
    units : columns code, level, where known built_up (0: nothing is), and polygons in a CRS projected in metres
    models : polygons of models in the same CRS; no geometry where a model has no place; column source_file for rule
        ``hull``; with columns cim_id and kind (``roofprint``, ``ground``) the roofprint of each building counts, its
        ground print where it has no roofprint
    year : of the values
    built_up : polygons of the built-up area; without them all of a unit counts as built up, which is told
    extents : polygons of other 3D data
    rule, gap : see the module's head
    levels : levels of the units
    indicator_id, edition : of the values
    data_date : of the models, ISO 8601
    progress : called with the share done, 0 to 1; may raise to cancel

    Raises
    ------
    InputError : CRS missing, not in metres or not the same; no units of these levels; an unknown rule.
    """
    if rule not in RULES:
        raise InputError(
            "There is no rule {rule!r} for the area of 3D data; choose one of {rules}.",
            rule=rule,
            rules=RULES,
        )
    if rule == "hull" and "source_file" not in models:
        raise InputError(
            "Rule hull needs to know the file of each model, but the models have no column source_file; add it or choose "
            "another rule."
        )
    names = mark("models"), mark("built-up area"), mark("extents")
    for layer, name in zip((models, built_up, extents), names, strict=True):
        _check_crs(units, layer, name)
    asked = units[units["level"].isin(levels)].sort_values("code", kind="stable")
    if asked.empty:
        raise InputError(
            "The units have none of the levels {levels}; add their boundaries or choose other levels.",
            levels=[word(level) for level in levels],
        )
    if {"cim_id", "kind"} <= set(models):
        models = one_print_each(models, "roofprint")
    shapes = polygons_of(models.geometry.to_numpy())
    placed = ~shapely.is_missing(shapes)
    other = _polygons(extents)
    progress(0.1)
    projected = _apart(shapes[placed])
    progress(0.4)
    files = models["source_file"].to_numpy(dtype=object)[placed] if rule == "hull" else None
    covered = _apart(np.concatenate([_spread(rule, projected, shapes[placed], files, gap), other]))
    progress(0.6)
    areas = _measure(asked, _polygons(built_up) if built_up is not None else None, covered, projected)
    progress(0.9)
    some = bool(placed.any()) or len(other) > 0
    values = _values(areas, some, year, f"{SOURCE}:{rule}{'+extents' if len(other) else ''}", data_date)
    values["edition"] = edition
    values["indicator_id"] = indicator_id + values["indicator_id"]
    progress(1.0)
    return Coverage(
        values.sort_values(["unit_code", "indicator_id"], kind="stable", ignore_index=True),
        areas,
        _findings(areas, covered, int((~placed).sum()), rule, built_up is None, len(other) > 0),
    )


def _check_crs(units: gpd.GeoDataFrame, layer: gpd.GeoDataFrame | None, name: str) -> None:
    if units.crs is None or not in_metres(CRS(units.crs)):
        raise InputError(
            "Areas are measured in metres, but the unit layer has {crs}; reproject it to a projected CRS such as "
            "EPSG:4547.",
            crs=CRS(units.crs).name if units.crs else word("no CRS"),
        )
    if layer is None or layer.crs == units.crs or shapely.is_missing(layer.geometry.to_numpy()).all():
        return
    raise InputError(
        "The layer of the {layer} has {crs} and the units {other}; reproject it to the units' CRS.",
        layer=word(name),
        crs=CRS(layer.crs).name if layer.crs else word("no CRS"),
        other=CRS(units.crs).name,
    )


def _polygons(layer: gpd.GeoDataFrame | None) -> np.ndarray:
    if layer is None:
        return np.empty(0, dtype=object)
    shapes = polygons_of(layer.geometry.to_numpy())
    return shapes[~shapely.is_missing(shapes)]


def _apart(shapes: np.ndarray) -> np.ndarray:
    """Return polygons that cover the same ground without overlapping; only those that meet others are merged."""
    one, other = shapely.STRtree(shapes).query(shapes, predicate="intersects")
    crowded = np.zeros(len(shapes), dtype=bool)
    crowded[one[one != other]] = True
    if not crowded.any():
        return shapes
    merged = shapely.get_parts(shapely.union_all(shapes[crowded]))
    return np.concatenate([shapes[~crowded], merged])


def _spread(
    rule: str, projected: np.ndarray, shapes: np.ndarray, files: np.ndarray | None, gap: float
) -> np.ndarray:
    """Return the area of 3D data by the rule."""
    if rule == "closed" and len(projected):
        wide = shapely.union_all(shapely.buffer(projected, gap, join_style="mitre"))
        return shapely.get_parts(shapely.buffer(shapely.get_parts(wide), -gap, join_style="mitre"))
    if files is not None and len(files):
        number, _ = pd.factorize(files, use_na_sentinel=False)
        order = np.argsort(number, kind="stable")
        return shapely.convex_hull(shapely.geometrycollections(shapes[order], indices=number[order]))
    return projected


def _measure(
    units: gpd.GeoDataFrame, built_up: np.ndarray | None, covered: np.ndarray, projected: np.ndarray
) -> pd.DataFrame:
    """Return the built-up area of each unit and what of it the two sets of polygons cover."""
    grounds = polygons_of(units.geometry.to_numpy())
    if built_up is not None:
        with np.errstate(invalid="ignore"):
            grounds = polygons_of(shapely.intersection(grounds, shapely.union_all(built_up)))
    elif "built_up" in units:
        grounds[pd.to_numeric(units["built_up"], errors="coerce").to_numpy() == 0] = None
    parts = {"covered": covered, "projected": projected}
    frame = pd.DataFrame(
        {"unit_code": units["code"].to_numpy(dtype=object), "level": units["level"].to_numpy()}
    )
    frame["built_up"] = np.nan_to_num(shapely.area(grounds))
    for name, shapes in parts.items():
        frame[name] = 0.0
        for level in frame["level"].unique():
            rows = np.flatnonzero((frame["level"] == level) & (frame["built_up"] > 0))
            frame.loc[rows, name] = _area_in(grounds[rows], shapes)
    return frame


def _area_in(grounds: np.ndarray, shapes: np.ndarray) -> np.ndarray:
    """Return the area of polygons, which do not overlap each other, in each of the grounds (m2)."""
    found = find_overlaps(Boundaries(grounds, len(shapes)), shapely.bounds(shapes), lambda rows: shapes[rows])
    inside = np.flatnonzero(found.settled >= 0)
    area = np.bincount(found.settled[inside], shapely.area(shapes[inside]), len(grounds))
    return np.minimum(area + np.bincount(found.unit, found.measure, len(grounds)), shapely.area(grounds))


def _values(areas: pd.DataFrame, some: bool, year: int, source: str, data_date: str | None) -> pd.DataFrame:
    """Return the rows of table ``value``; of the indicator only what follows its name."""
    applies = (areas["built_up"] > 0).to_numpy()
    state = np.where(~applies, "not_applicable", "measured" if some else "missing")
    measured = state == "measured"
    with np.errstate(invalid="ignore", divide="ignore"):
        share = 100.0 * areas["covered"] / areas["built_up"]
    text = [
        f"{covered:.0f} / {whole:.0f} m2" if known else None
        for covered, whole, known in zip(areas["covered"], areas["built_up"], measured, strict=True)
    ]
    frame = pd.DataFrame(
        {
            "unit_code": areas["unit_code"],
            "indicator_id": "",
            "edition": "",
            "year": year,
            "source": source,
            "value": share.where(measured),
            "text": text,
            "state": state,
            "data_date": data_date,
            "sample_size": pd.NA,
        }
    )
    parts = [
        frame[measured].assign(indicator_id=ending, value=areas.loc[measured, column], text=None)
        for ending, column in ((NUMERATOR, "covered"), (DENOMINATOR, "built_up"))
    ]
    types = {column: DTYPES[kind] for column, kind in VALUE.columns.items()}
    return pd.concat([frame, *parts])[list(VALUE.columns)].astype(types)


def _findings(
    areas: pd.DataFrame, covered: np.ndarray, unplaced: int, rule: str, whole_units: bool, others: bool
) -> list[Finding]:
    found = []
    if whole_units:
        found.append(
            finding(
                "coverage_of_whole_units",
                "Without a layer of the built-up area all of each unit counts as built up; where there is open country "
                "in it, the share is too low.",
            )
        )
    if rule == "projected" and not others:
        found.append(
            finding(
                "coverage_buildings_only",
                "Only the ground under the models counts as covered, not streets and open ground between them: the share "
                "is a lower bound; add the extents of the 3D data, or choose rule {closed} or {hull}.",
                closed="closed",
                hull="hull",
            )
        )
    if unplaced:
        found.append(
            finding(
                "coverage_unplaced",
                "{count} models have no place and are not counted.",
                count=unplaced,
            )
        )
    total = float(shapely.area(covered).sum())
    inside = float(areas.groupby("level")["covered"].sum().max())
    if total > 0 and inside < (1 - TELL_OUTSIDE) * total:
        found.append(
            finding(
                "coverage_outside",
                "{percent:.0f} % of the area of 3D data lies outside the built-up area and is not counted; if that is too "
                "much, check the CRS of the models.",
                percent=100 * (1 - inside / total),
            )
        )
    return found
