"""Do the units of a level cover their parents once, without overlaps and gaps?"""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from .hierarchy import UNIT_LEVELS

COLUMNS = ["issue", "level", "code", "other_code", "area", "detail", "geometry"]
#: Slivers below this area (m2) come from rounding and are not reported.
SLIVER = 1.0


def check_topology(units: gpd.GeoDataFrame, sliver: float = SLIVER) -> gpd.GeoDataFrame:
    """Return what is wrong with the units' polygons, largest first inside each kind.

    Parameters
    ----------
    units : table `unit` in a projected CRS, metres
    sliver : areas up to this many m2 are not reported

    Returns
    -------
    columns issue (overlap, gap, outside_parent, several_parts), level, code, other_code, area (m2), detail,
    geometry (the place itself)
    """
    found = []
    for level in UNIT_LEVELS:
        rows = units[units["level"] == level]
        if len(rows) == 0:
            continue
        found += [_overlaps(rows, level), _several_parts(rows, level)]
        parents = units[units["code"].isin(rows["parent_code"].dropna())]
        found += [_gaps(rows, parents, level), _outside(rows, parents, level)]
    issues = pd.concat([f for f in found if len(f)] or [found[0]], ignore_index=True)
    issues = issues[(issues["area"] > sliver) | (issues["issue"] == "several_parts")]
    issues = issues.sort_values(["issue", "area", "code"], ascending=[True, False, True], ignore_index=True)
    return gpd.GeoDataFrame(issues[COLUMNS], geometry="geometry", crs=units.crs)


def _frame(
    issue: str,
    level: str,
    code: np.ndarray,
    other: np.ndarray,
    geometry: np.ndarray,
    detail: np.ndarray | str,
) -> gpd.GeoDataFrame:
    data = {
        "level": level,
        "code": code,
        "other_code": other,
        "area": shapely.area(geometry),
        "detail": detail,
    }
    return gpd.GeoDataFrame({"issue": issue, **data}, geometry=geometry)


def _overlaps(rows: gpd.GeoDataFrame, level: str) -> gpd.GeoDataFrame:
    shapes, codes = rows.geometry.to_numpy(), rows["code"].to_numpy(dtype=object)
    left, right = shapely.STRtree(shapes).query(shapes, predicate="intersects")
    once = left < right
    left, right = left[once], right[once]
    common = shapely.intersection(shapes[left], shapes[right])
    real = shapely.area(common) > 0
    detail = "lies in both units"
    return _frame("overlap", level, codes[left[real]], codes[right[real]], common[real], detail)


def _several_parts(rows: gpd.GeoDataFrame, level: str) -> gpd.GeoDataFrame:
    shapes = rows.geometry.to_numpy()
    parts = shapely.get_num_geometries(shapes)
    several = parts > 1
    detail = np.array([f"{n} separate parts" for n in parts[several]], dtype=object)
    code = rows["code"].to_numpy(dtype=object)[several]
    return _frame("several_parts", level, code, np.full(len(code), "", dtype=object), shapes[several], detail)


def _gaps(rows: gpd.GeoDataFrame, parents: gpd.GeoDataFrame, level: str) -> gpd.GeoDataFrame:
    """Return the parts of each parent that none of the units covers; without parents, the holes of the level."""
    union = shapely.union_all(rows.geometry.to_numpy())
    if len(parents):
        holes = shapely.difference(parents.geometry.to_numpy(), union)
        codes = parents["code"].to_numpy(dtype=object)
    else:
        rings = [ring for part in shapely.get_parts(union) for ring in part.interiors]
        holes = shapely.polygons(rings) if rings else np.empty(0, dtype=object)
        codes = np.full(len(holes), "", dtype=object)
    parts, index = shapely.get_parts(holes, return_index=True)
    code = codes[index]
    return _frame("gap", level, code, np.full(len(code), "", dtype=object), parts, "no unit covers it")


def _outside(rows: gpd.GeoDataFrame, parents: gpd.GeoDataFrame, level: str) -> gpd.GeoDataFrame:
    shape_of = dict(zip(parents["code"], parents.geometry, strict=True))
    known = rows[rows["parent_code"].isin(parents["code"])]
    own = np.array([shape_of[code] for code in known["parent_code"]], dtype=object)
    rest = shapely.difference(known.geometry.to_numpy(), own)
    code, parent = known["code"].to_numpy(dtype=object), known["parent_code"].to_numpy(dtype=object)
    real = shapely.area(rest) > 0
    return _frame("outside_parent", level, code[real], parent[real], rest[real], "reaches out of its parent")


def join_issues(codes: gpd.GeoDataFrame, topology: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return the issues of `hierarchy.build_units` and of `check_topology` as one list with `COLUMNS`."""
    first = codes.assign(other_code="", area=0.0)[COLUMNS]
    rows = pd.concat([first, topology], ignore_index=True) if len(first) else topology
    return gpd.GeoDataFrame(rows, geometry="geometry", crs=topology.crs)
