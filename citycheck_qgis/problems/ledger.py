"""The problem ledger: one row per finding at one place, with an identity that lasts over the years."""

from __future__ import annotations

import hashlib

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from ..storage.tables import PROBLEM
from .verdicts import judge

COLUMNS = [*PROBLEM.columns, "geometry"]
#: Where the unit of a failing indicator stands for the whole object.
_TYPE_OF_INDICATOR = "below standard"
_SEVERITY_ORDER = {"一般": 1, "较重": 2, "较严重": 2, "严重": 3, "重大": 4}


def problem_id(object_id: str, indicator_id: str, kind: str | None) -> str:
    """Return the identity of a problem: same object, same indicator and same type are the same problem."""
    key = "\x1f".join((object_id, indicator_id, kind if isinstance(kind, str) else ""))
    return "P" + hashlib.sha256(key.encode()).hexdigest()[:15].upper()


def build_ledger(
    findings: gpd.GeoDataFrame,
    values: pd.DataFrame,
    units: gpd.GeoDataFrame,
    system: pd.DataFrame,
    year: int,
    earlier: pd.DataFrame | None = None,
) -> gpd.GeoDataFrame:
    """Return the problems of a year: surveyed ones, and units that fail the standard of an indicator.

    Rows that state the same problem twice become one, with the gravest severity. A failing indicator counts at
    the units it was reported for, not again at the units it was rolled up to.

    Parameters
    ----------
    findings : see `survey.FINDING`
    values : table `value` of the year
    units : table `unit`
    system : table `indicator`
    earlier : table `problem` of other years, for the first year of each problem

    Returns
    -------
    table `problem`, geometry a point in the units' CRS, sorted by problem_id.
    """
    surveyed = findings.copy()
    failing = _failing(values, units, system)
    rows = pd.concat([surveyed, failing], ignore_index=True)
    rows["year"] = year
    rows["status"] = rows["status"].where(rows["status"].notna(), "open")
    rows["problem_id"] = [
        problem_id(*key) for key in zip(rows["object_id"], rows["indicator_id"], rows["type"], strict=True)
    ]
    gravity = rows["severity"].map(_SEVERITY_ORDER).fillna(0)
    rows = rows.assign(gravity=-gravity, order=np.arange(len(rows))).sort_values(
        ["problem_id", "gravity", "order"]
    )
    rows = rows.drop_duplicates("problem_id")
    first = pd.Series(dtype=float)
    if earlier is not None and len(earlier):
        first = earlier[earlier["year"] < year].groupby("problem_id")["first_year"].min()
    rows["first_year"] = rows["problem_id"].map(first).fillna(year).astype(int)
    return gpd.GeoDataFrame(rows[COLUMNS].reset_index(drop=True), geometry="geometry", crs=units.crs)


def _failing(values: pd.DataFrame, units: gpd.GeoDataFrame, system: pd.DataFrame) -> gpd.GeoDataFrame:
    verdicts = judge(values, system)
    fails = verdicts[(verdicts["verdict"] == "fails") & (verdicts["source"] != "rollup")]
    known = units.set_index("code")
    fails = fails[fails["unit_code"].isin(known.index)]
    place = known.loc[fails["unit_code"]]
    note = [
        f"{value:g} ({standard}{', unverified' if unverified else ''})"
        for value, standard, unverified in zip(
            fails["value"], fails["standard"], fails["unverified"], strict=True
        )
    ]
    return gpd.GeoDataFrame(
        {
            "dimension": fails["indicator_id"].map(system.set_index("indicator_id")["dimension"]).to_numpy(),
            "indicator_id": fails["indicator_id"].to_numpy(),
            "type": _TYPE_OF_INDICATOR,
            "unit_code": fails["unit_code"].to_numpy(),
            "object_id": fails["unit_code"].to_numpy(),
            "location_precision": place["level"].to_numpy(),
            "evidence": fails["source"].to_numpy(),
            "note": note,
        },
        geometry=shapely.point_on_surface(place.geometry.to_numpy()),
        crs=units.crs,
    )
