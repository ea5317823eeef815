"""Values beside their units: one row per unit, two columns per indicator."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd

from ..errors import InputError
from ..messages import word
from ..units.conservation import Conservation
from .rollup import SOURCE, select_values


@dataclass(frozen=True)
class Pivot:
    """Units with the values of their indicators.

    Attributes
    ----------
    frame : code, level, name, parent_code, then for each indicator its value (``M61-01``) and its state
        (``M61-01_state``), geometry. A unit without a row for an indicator has state ``not_surveyed``.
    remainder : rows of `value` whose unit is not among the units
    conservation : in = matched + outside
    """

    frame: gpd.GeoDataFrame
    remainder: pd.DataFrame
    conservation: Conservation


def preferred(values: pd.DataFrame) -> pd.DataFrame:
    """Return one row per unit, indicator, edition and year: see `select_values`, reported before rolled up."""
    return select_values(values.iloc[np.argsort((values["source"] == SOURCE).to_numpy(), kind="stable")])


def pivot_values(
    values: pd.DataFrame, units: gpd.GeoDataFrame, level: str, year: int, indicators: Sequence[str] = ()
) -> Pivot:
    """Put the values of a year beside the units of a level.

    Parameters
    ----------
    values : table `value`
    units : table `unit`
    level : the level of the units that are returned
    indicators : ids of the wanted indicators; empty for all that have a value at this level

    Raises
    ------
    InputError : there is no value of that year, or no unit of that level.
    """
    of_year = values[values["year"] == year]
    if len(of_year) == 0:
        years = sorted(values["year"].dropna().unique())
        raise InputError(
            "There are no values of {year} in the value table (its years: {years}); choose another year.",
            year=year,
            years=years or word("none"),
        )
    wanted = units[units["level"] == level]
    if len(wanted) == 0:
        raise InputError("There are no units of level {level}; give their boundaries.", level=word(level))
    known = of_year["unit_code"].isin(units["code"])
    here = preferred(of_year[of_year["unit_code"].isin(wanted["code"])])
    ids = list(indicators) or sorted(here["indicator_id"].unique())
    unknown = [i for i in ids if i not in set(of_year["indicator_id"])]
    if unknown:
        raise InputError("There is no value of indicator {indicator}; check its id.", indicator=unknown[0])
    table = here.drop_duplicates(["unit_code", "indicator_id"]).set_index(["unit_code", "indicator_id"])
    frame = wanted[["code", "level", "name", "parent_code"]].copy()
    for indicator in ids:
        keys = pd.MultiIndex.from_product([frame["code"], [indicator]])
        frame[indicator] = table["value"].reindex(keys).to_numpy(dtype=float)
        frame[f"{indicator}_state"] = table["state"].reindex(keys).fillna("not_surveyed").to_numpy()
    conservation = Conservation("values", len(of_year), matched=int(known.sum()), outside=int((~known).sum()))
    result = gpd.GeoDataFrame(
        frame.reset_index(drop=True), geometry=wanted.geometry.to_numpy(), crs=units.crs
    )
    return Pivot(result, of_year[~known].reset_index(drop=True), conservation)
