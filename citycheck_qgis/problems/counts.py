"""Counts of problems per unit: what the annual map draws."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd

from ..storage.tables import DIMENSIONS, DISTRIBUTION
from ..units.hierarchy import UNIT_LEVELS


def count_distribution(
    problems: pd.DataFrame,
    units: gpd.GeoDataFrame,
    year: int,
    sample: pd.DataFrame | None = None,
    buildings: pd.DataFrame | None = None,
    assessed: set[str] | None = None,
) -> gpd.GeoDataFrame:
    """Count problems and distinct objects for every unit of every level.

    An object with several problems counts once. A unit that fails an indicator is an object itself, except where
    located objects or lower units stand for the same indicator. A unit without problems is ``none`` only if it was
    surveyed and something was looked at there; otherwise it is ``not_surveyed``, or ``no_data`` where the sample
    is unknown or nothing came back from it.

    Parameters
    ----------
    problems : table `problem` of the year
    units : table `unit`
    sample : table `sample` of the year, or None where it is unknown
    buildings : column community_code, one row per building, or None
    assessed : codes of units for which anything was reported; None where a field survey covers the sample

    Returns
    -------
    table `distribution`, one row per unit, sorted by level and code. ``per_100_buildings`` counts distinct
    buildings with problems per 100 buildings and is null without buildings.
    """
    above = _ancestry(units)
    counted = without_stand_ins(problems, units)
    spread = counted.merge(above, on="unit_code")
    columns = {"problems": _spread(problems, above).groupby("code").size()}
    columns["objects"] = spread.groupby("code")["object_id"].nunique()
    for dimension in DIMENSIONS:
        columns[dimension] = spread[spread["dimension"] == dimension].groupby("code")["object_id"].nunique()
    with_problems = spread[spread["location_precision"] == "building"].groupby("code")["object_id"].nunique()

    frame = (
        units[["code", "level", "name", "parent_code", "geometry"]]
        .rename(columns={"code": "unit_code"})
        .copy()
    )
    codes = frame["unit_code"]
    for name, series in columns.items():
        frame[name] = codes.map(series).fillna(0).astype(int)
    surveyed = _units_above(sample["unit_code"], above) if sample is not None else set()
    frame["surveyed"] = codes.isin(surveyed).astype(int)
    looked_at = codes.isin(
        surveyed if assessed is None else _units_above(pd.Series(sorted(assessed), dtype=object), above)
    )
    frame["state"] = np.select(
        [frame["problems"] > 0, (frame["surveyed"] == 1) & looked_at, frame["surveyed"] == 1, sample is None],
        ["problems", "none", "no_data", "no_data"],
        "not_surveyed",
    )
    if buildings is not None:
        places = pd.DataFrame({"unit_code": buildings["community_code"].dropna()})
        frame["buildings"] = codes.map(_spread(places, above).groupby("code").size()).fillna(0).astype(int)
        houses = frame["buildings"].where(frame["buildings"] > 0)
        frame["per_100_buildings"] = (100.0 * codes.map(with_problems).fillna(0) / houses).round(4)
    frame["year"] = year
    frame["level"] = pd.Categorical(frame["level"], UNIT_LEVELS, ordered=True)
    frame = frame.sort_values(["level", "unit_code"], ignore_index=True)
    frame["level"] = frame["level"].astype(object)
    return gpd.GeoDataFrame(frame.reindex(columns=[*DISTRIBUTION.columns, "geometry"]), crs=units.crs)


def _ancestry(units: pd.DataFrame) -> pd.DataFrame:
    """Return columns unit_code, code: each unit with itself and each of its ancestors."""
    step = pd.DataFrame({"unit_code": units["code"], "code": units["code"]})
    parent = units.set_index("code")["parent_code"]
    steps = []
    while len(step):
        steps.append(step)
        step = step.assign(code=step["code"].map(parent))
        step = step[step["code"].isin(parent.index)]
    return pd.concat(steps, ignore_index=True)


def _spread(rows: pd.DataFrame, above: pd.DataFrame) -> pd.DataFrame:
    return rows[["unit_code"]].merge(above, on="unit_code")


def _units_above(codes: pd.Series, above: pd.DataFrame) -> set[str]:
    return set(above.loc[above["unit_code"].isin(codes), "code"])


def without_stand_ins(problems: pd.DataFrame, units: pd.DataFrame) -> pd.DataFrame:
    """Return the problems whose objects are counted.

    A unit that fails an indicator is left out where located objects in that unit, or units below it, are in the
    ledger for the same indicator: they are what it failed by.
    """
    keys = ["code", "indicator_id"]
    spread = problems[["unit_code", "object_id", "indicator_id"]].merge(_ancestry(units), on="unit_code")
    itself = (spread["object_id"] == spread["unit_code"]) & (spread["code"] == spread["unit_code"])
    located = pd.MultiIndex.from_frame(spread.loc[~itself, keys])
    stands_for_unit = problems["object_id"] == problems["unit_code"]
    own = pd.MultiIndex.from_frame(problems[["unit_code", "indicator_id"]])
    return problems[~(stands_for_unit & own.isin(located))]


def compare_years(
    problems: pd.DataFrame,
    earlier: pd.DataFrame,
    sample: pd.DataFrame,
    earlier_sample: pd.DataFrame,
    units: pd.DataFrame,
) -> pd.DataFrame:
    """Count persistent, new and solved problems where both years were surveyed.

    Rolling samples make most units incomparable: a problem is solved only if its unit, or one above it, was surveyed
    again in the same dimension. The city dimension is not sampled and compared as a whole.

    Parameters
    ----------
    problems, earlier : table `problem` of the two years
    sample, earlier_sample : table `sample` of the two years
    units : table `unit`

    Returns
    -------
    columns dimension, persistent, new, solved, units (number of units that were surveyed in both years; null for the
    city dimension), one row per dimension.
    """
    above = _ancestry(units)
    rows = []
    for dimension in DIMENSIONS:
        now, then = (table[table["dimension"] == dimension] for table in (problems, earlier))
        compared: int | None = None
        if dimension != "city":
            new, old = (s.loc[s["dimension"] == dimension, "unit_code"] for s in (sample, earlier_sample))
            common = set(new) & set(old) & set(units["code"])
            below = above.loc[above["code"].isin(common), "unit_code"]
            now, then = now[now["unit_code"].isin(below)], then[then["unit_code"].isin(below)]
            compared = len(common)
        lasting = int(now["problem_id"].isin(then["problem_id"]).sum())
        rows.append((dimension, lasting, len(now) - lasting, len(then) - lasting, compared))
    table = pd.DataFrame(rows, columns=["dimension", "persistent", "new", "solved", "units"])
    return table.astype({"units": "Int64"})
