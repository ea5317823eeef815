"""Typed roll-up of values to upper units.

========================  =========================================================================================
rollup of the indicator   value of the parent
========================  =========================================================================================
``count``, ``sum``        sum of the measured children
``rate``                  sum of numerators / sum of denominators (companion rows ``…/numerator``,
                          ``…/denominator``), in percent where the unit of the indicator is %; without companions
                          the mean weighted by its denominator, if `weights` has a column named after the indicator
``rate:weight``           the same, with the named denominator
``mean:weight``           mean weighted by the named column of `weights` or of the unit table
``none``                  not rolled up
========================  =========================================================================================

A rate without a denominator is never averaged: the parent is ``missing`` and its text says why. Objects that lie in
several children (a road through two streets) are counted in each of them; only the ledger of problems can tell.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from ..storage.tables import DTYPES, LEVELS, VALUE
from .systems import split_ids
from .unit_join import UnitIndex

SOURCE = "rollup"
NUMERATOR, DENOMINATOR = "/numerator", "/denominator"

_KEYS = ["indicator_id", "edition", "year"]
_DTYPES = {column: DTYPES[kind] for column, kind in VALUE.columns.items()}


def select_values(values: pd.DataFrame) -> pd.DataFrame:
    """Return one row per unit, indicator, edition and year: a measured one before others, then the first as given."""
    key = ["unit_code", *_KEYS]
    order = np.argsort((values["state"] != "measured").to_numpy(), kind="stable")
    return values.iloc[np.sort(order[~values.iloc[order].duplicated(key).to_numpy()])].reset_index(drop=True)


def conflicts(values: pd.DataFrame) -> pd.DataFrame:
    """Return the measured values of which another source says something else, with all sources side by side.

    Returns
    -------
    DataFrame : the columns of table ``value``, sorted by unit, indicator, edition, year
    """
    key = ["unit_code", *_KEYS]
    measured = values[values["state"] == "measured"]
    spread = measured.groupby(key, sort=False)["value"].transform("nunique")
    return measured[spread > 1].sort_values(key, kind="stable", ignore_index=True)


def roll_up(
    values: pd.DataFrame, units: pd.DataFrame, system: pd.DataFrame, weights: pd.DataFrame | None = None
) -> pd.DataFrame:
    """Compute the values of all upper units from the units below them.

    A parent is computed from its descendants at one level, never from a mix: the level of the indicator in the
    system if anything was measured there, else the lowest level that was measured. Values that are reported for the
    parent itself stay beside the result under their own source.

    Parameters
    ----------
    values : columns of table ``value``; rows of source ``rollup`` are ignored
    units : unit table: code, level, name, parent_code, population, built_up
    system : indicator system of the editions in `values`
    weights : unit_code and one numeric column per weight or denominator

    Returns
    -------
    DataFrame : columns of table ``value``, source ``rollup``, for every ancestor of a unit with a row. The text is
        ``7/12 community`` (measured of all descendants at that level), followed by ``; reason`` where something is
        missing. Without a measured child the state is ``not_surveyed`` if any child was not surveyed, else
        ``not_applicable`` if all rows say so, else ``missing``.
    """
    given = select_values(values[values["source"] != SOURCE])
    parts = [_of_edition(given, units, item, weights) for _, item in system.groupby("edition", sort=False)]
    parts = [part for part in parts if not part.empty]
    if not parts:
        return pd.DataFrame(columns=list(VALUE.columns)).astype(_DTYPES)
    result = pd.concat(parts, ignore_index=True)
    return result.sort_values(["unit_code", *_KEYS], kind="stable", ignore_index=True).astype(_DTYPES)


def _of_edition(
    values: pd.DataFrame, units: pd.DataFrame, system: pd.DataFrame, weights: pd.DataFrame | None
) -> pd.DataFrame:
    system = system[system["rollup"] != "none"].set_index("indicator_id")
    index = UnitIndex(units)
    edition = system["edition"].iat[0] if len(system) else ""
    children = _children(
        values[(values["edition"] == edition) & values["unit_code"].isin(index.level)], system
    )
    if children.empty:
        return pd.DataFrame(columns=list(VALUE.columns))
    children = _contributions(children, system, _weight_table(units, weights))
    groups, dates = _sums(children, units, index)
    return _rows(_one_level(groups, system), system, edition, dates)


def _children(values: pd.DataFrame, system: pd.DataFrame) -> pd.DataFrame:
    """Return one row per unit, indicator and year, with numerator and denominator beside the value."""
    key = ["unit_code", "indicator_id", "year"]
    base, part = split_ids(values["indicator_id"])
    values = values.assign(indicator_id=base)
    known = base.isin(system.index)
    children = values[known & (part == "")]
    for name in ("numerator", "denominator"):
        companion = values.loc[known & (part == name), [*key, "value"]].rename(columns={"value": name})
        how = "outer" if len(companion) else "left"
        children = children.merge(companion, on=key, how=how)
    return children


def _weight_table(units: pd.DataFrame, weights: pd.DataFrame | None) -> pd.DataFrame:
    """Return all weights by unit code: the given ones, and population and built-up area of the unit table."""
    table = units.set_index("code")[[c for c in ("population", "built_up") if c in units]]
    if weights is not None:
        given = weights.set_index("unit_code")
        table = table.drop(columns=[c for c in table if c in given]).join(given, how="left")
    return table.apply(pd.to_numeric, errors="coerce")


def _weight_name(indicator_id: str, rollup: str) -> str:
    """Return the column that weights an indicator, empty for one that is added up."""
    kind, _, name = rollup.partition(":")
    return name or (indicator_id if kind == "rate" else "")


def _weight_label(rollup: str) -> str:
    kind, _, name = rollup.partition(":")
    return f"{'weight' if kind == 'mean' else 'denominator'} {name}".strip()


def _contributions(children: pd.DataFrame, system: pd.DataFrame, weights: pd.DataFrame) -> pd.DataFrame:
    """Add what each child brings to its parents: by value or weight, and by numerator and denominator."""
    rollup = children["indicator_id"].map(system["rollup"])
    names = {i: _weight_name(i, r) for i, r in system["rollup"].items()}
    name = children["indicator_id"].map(names)
    weight = pd.Series(np.nan, index=children.index)
    for column in set(name) & set(weights.columns):
        chosen = name == column
        weight[chosen] = children.loc[chosen, "unit_code"].map(weights[column])
    value = children["value"].where(children["state"] == "measured")
    added = rollup.isin(["count", "sum"])
    weight = weight.where(weight >= 0).mask(added, 1.0)
    both = children["numerator"].notna() & (children["denominator"] >= 0) & rollup.str.startswith("rate")
    used = value.notna() & weight.notna()
    return children.assign(
        measured=value.notna() | both,
        used=used,
        top=(value * weight).where(used, 0.0),
        bottom=weight.where(used, 0.0),
        both=both,
        numerator=children["numerator"].where(both, 0.0),
        denominator=children["denominator"].where(both, 0.0),
        not_surveyed=children["state"] == "not_surveyed",
        not_applicable=children["state"] == "not_applicable",
        sample_size=pd.to_numeric(children["sample_size"], errors="coerce").fillna(0).astype(float),
    )


_ADDED = [
    "measured", "used", "top", "bottom", "both", "numerator", "denominator", "not_surveyed", "not_applicable",
    "sample_size",
]  # fmt: skip


def _sums(children: pd.DataFrame, units: pd.DataFrame, index: UnitIndex) -> tuple[pd.DataFrame, np.ndarray]:
    """Add the children up per ancestor, indicator, year and level of the children; also return the distinct dates.

    All keys are numbered first: grouping half a million rows by text takes many times longer.
    """
    codes = pd.Index(units["code"])
    level = units["level"].map(LEVELS.index).to_numpy()
    ancestors = [codes.get_indexer(list(index.ancestors[code])) for code in codes]
    reach = np.array([len(found) for found in ancestors])
    flat = np.concatenate([*ancestors, np.empty(0, dtype=int)]).astype(int)
    start = np.concatenate([[0], np.cumsum(reach)[:-1]]).astype(int)

    unit = codes.get_indexer(children["unit_code"])
    indicator, indicators = pd.factorize(children["indicator_id"])
    year, years = pd.factorize(children["year"].astype(int))
    date, dates = pd.factorize(children["data_date"], sort=True)
    times = reach[unit]
    child = np.repeat(np.arange(len(children)), times)
    within = np.arange(len(child)) - np.repeat(np.cumsum(times) - times, times)
    ancestor = flat[start[unit][child] + within]

    frame = pd.DataFrame({name: children[name].to_numpy(dtype=float)[child] for name in _ADDED})
    frame["date"] = date[child]
    shape = (len(codes), len(indicators), len(years), len(LEVELS))
    group = np.ravel_multi_index((ancestor, indicator[child], year[child], level[unit][child]), shape)
    grouped = frame.groupby(group, sort=True)
    sums = grouped[_ADDED].sum()
    sums["date"] = grouped["date"].max()
    sums["rows"] = grouped.size()
    a, i, y, lv = np.unravel_index(sums.index.to_numpy(), shape)
    totals = np.zeros((len(codes), len(LEVELS)), dtype=int)
    np.add.at(totals, (flat, np.repeat(level, reach)), 1)
    sums["unit_code"], sums["indicator_id"] = codes[a], indicators[i]
    sums["year"], sums["level"], sums["total"] = years[y], lv, totals[a, lv]
    return sums, np.asarray(dates, dtype=object)


def _one_level(groups: pd.DataFrame, system: pd.DataFrame) -> pd.DataFrame:
    """Keep one level of children per parent and indicator: the indicator's own before the lowest, if measured."""
    own = groups["level"] == groups["indicator_id"].map(system["level"]).map(LEVELS.index)
    ranked = groups.assign(silent=groups["measured"] == 0, other=~own, height=-groups["level"])
    key = ["unit_code", "indicator_id", "year"]
    return ranked.sort_values([*key, "silent", "other", "height"], kind="stable").drop_duplicates(key)


def _rows(groups: pd.DataFrame, system: pd.DataFrame, edition: str, dates: np.ndarray) -> pd.DataFrame:
    """Turn sums into rows of table ``value``; the sums of numerators and denominators are kept as rows, too."""
    groups = groups.reset_index(drop=True)
    rollup = groups["indicator_id"].map(system["rollup"])
    added = rollup.isin(["count", "sum"]).to_numpy()
    by_parts = (groups["both"] > 0).to_numpy()
    percent = np.where(groups["indicator_id"].map(system["unit"]) == "%", 100.0, 1.0)
    used = np.where(by_parts, groups["both"], groups["used"]).astype(int)
    top = np.where(by_parts, groups["numerator"] * percent, groups["top"])
    bottom = np.where(by_parts, groups["denominator"], np.where(added, 1.0, groups["bottom"]))
    with np.errstate(divide="ignore", invalid="ignore"):
        value = np.where((used > 0) & (bottom > 0), top / bottom, np.nan)
    silent = np.select(
        [groups["measured"] > 0, groups["not_surveyed"] > 0, groups["not_applicable"] == groups["rows"]],
        ["missing", "not_surveyed", "not_applicable"],
        "missing",
    )
    names = [_weight_label(r) for r in rollup]
    text = [
        _text(u, int(m), int(t), LEVELS[lv], name, b == 0)
        for u, m, t, lv, name, b in zip(
            used, groups["measured"], groups["total"], groups["level"], names, bottom, strict=True
        )
    ]
    result = pd.DataFrame(
        {
            "unit_code": groups["unit_code"].to_numpy(dtype=object),
            "indicator_id": groups["indicator_id"].to_numpy(dtype=object),
            "edition": edition,
            "year": groups["year"].to_numpy(),
            "source": SOURCE,
            "value": value,
            "text": text,
            "state": np.where(np.isnan(value), silent, "measured"),
            "data_date": [dates[d] if d >= 0 else None for d in groups["date"]],
            "sample_size": groups["sample_size"].where(groups["sample_size"] > 0).round().astype("Int64"),
        }
    )
    if not by_parts.any():
        return result
    companions = []
    for ending, sums in ((NUMERATOR, groups["numerator"]), (DENOMINATOR, groups["denominator"])):
        part = result[by_parts].assign(value=sums[by_parts], state="measured")
        companions.append(part.assign(indicator_id=part["indicator_id"] + ending))
    return pd.concat([result, *companions], ignore_index=True)


def _text(used: int, measured: int, total: int, level: str, weight: str, nothing: bool) -> str:
    """Say how many of the children stand behind a value: ``7/12 community; 2 without denominator``."""
    said = f"{used}/{total} {level}"
    if used < measured:
        return f"{said}; {measured - used} without {weight}"
    return f"{said}; {weight} is 0" if used and nothing else said
