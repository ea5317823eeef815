"""The sample register: which units were surveyed in which year and dimension.

A register that names no dimension lists communities. Then housing and the community dimension were surveyed in
these communities, and the block dimension in the street of each of them: checkups of streets and communities keep
to the same ground.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pandas as pd

from ..errors import InputError
from ..messages import Message, message, word
from ..storage.tables import DIMENSIONS, DTYPES, SAMPLE
from ..units.conservation import Conservation
from .cells import parse_cell
from .layouts import Body, find_unit_table, unit_rows
from .systems import split_ids
from .tables import column_letters, read_tables
from .unit_join import MATCHED, UnitIndex
from .values import OTHER_YEAR, SKIPPED, read_year

#: Words of registers -> dimensions.
DIMENSION_WORDS = {
    "住房": "housing",
    "房屋": "housing",
    "住宅": "housing",
    "小区": "community",
    "社区": "community",
    "街区": "block",
    "街道": "block",
    "城区": "city",
    "城市": "city",
}
#: The rule of the Jiangxi plan of 2024: communities at least 10, or at least 20 % of those in the built-up area;
#: streets at least 2.
LEAST_COMMUNITIES, LEAST_SHARE, LEAST_STREETS = 10, 0.2, 2

_REMAINDER = ["source", "row", "column", "unit_text", "text", "reason", "outcome"]


@dataclass
class SampleImport:
    """What came out of a sample register.

    Attributes
    ----------
    sample : the columns of table ``sample``: unit_code, dimension, year
    remainder : rows that are no unit of this city or of another year: source, row, column, unit_text, text, reason,
        outcome (``skipped`` is not counted in `conservation`)
    conservation : rows of the register
    notes : sentences on what was decided
    """

    sample: pd.DataFrame
    remainder: pd.DataFrame
    conservation: Conservation
    notes: list[Message] = field(default_factory=list)


def read_sample(path: str | Path, units: pd.DataFrame, year: int | None = None) -> SampleImport:
    """Read a register of surveyed units from a CSV or XLSX file.

    Parameters
    ----------
    path : a table with a code or name column; columns 年度 and 维度 are used when present
    units : unit table: code, level, name, parent_code
    year : the checkup year; rows of other years are skipped. May be None when the register has a year column

    Raises
    ------
    InputError : unreadable file, no code and no name column, no year.
    """
    index = UnitIndex(units)
    bodies = [body for grid in read_tables(path) if (body := find_unit_table(grid)) is not None]
    if not bodies:
        raise InputError(
            "No table of units was found in {file}: looked for headers such as 社区代码, 社区名称, 街道名称, "
            "代码, 名称 in the first 30 rows of every sheet.",
            file=Path(path).name,
        )
    counts: Counter[str] = Counter()
    lost: list[tuple[object, ...]] = []
    rows: list[tuple[str, str, int]] = []
    for body in bodies:
        _read_register(body, index, year, counts, lost, rows)
    sample = pd.DataFrame(rows, columns=list(SAMPLE.columns)).drop_duplicates()
    sample = sample.sort_values(list(SAMPLE.columns), ignore_index=True)
    sample = sample.astype({column: DTYPES[kind] for column, kind in SAMPLE.columns.items()})
    total = sum(counts.values())
    conservation = Conservation(
        "rows of the sample register",
        total,
        **{k: counts[k] for k in ("matched", "ambiguous", "unmatched", "outside")},
    )
    return SampleImport(sample, pd.DataFrame(lost, columns=_REMAINDER), conservation, _notes(sample, index))


def _read_register(
    body: Body, index: UnitIndex, year: int | None, counts: Counter[str], lost: list[tuple[object, ...]],
    rows: list[tuple[str, str, int]],
) -> None:  # fmt: skip
    source = body.grid.source
    for record in unit_rows(body):
        place = (source, record.row + 1, column_letters(record.column), record.key.text)
        text = body.text(record.row, "year")
        row_year = read_year(text) if text else year
        if row_year is None and not text:
            raise InputError(
                "The year of the sample in {table} is not known; give the year or add a column 年度.",
                table=source,
            )
        if row_year is not None and year is not None and row_year != year:
            lost.append((*place, text, OTHER_YEAR, SKIPPED))
            continue
        match = index.find(record.key)
        outcome, reason = match.outcome, str(match.reason or "")
        dimensions = _dimensions(body.text(record.row, "dimension"))
        if match.code is not None and row_year is None:
            outcome, reason = "unmatched", f"unreadable year {text!r}"
        elif match.code is not None and dimensions is None:
            text = body.text(record.row, "dimension")
            outcome, reason = "unmatched", f"unknown dimension {text!r}"
        counts[outcome] += 1
        if outcome != MATCHED or match.code is None or row_year is None or dimensions is None:
            lost.append((*place, text, reason, outcome))
            continue
        rows.extend(
            (code, dimension, row_year) for code, dimension in _surveyed(match.code, dimensions, index)
        )


def _dimensions(text: str) -> tuple[str, ...] | None:
    """Return the dimensions that a cell names, empty where it is blank, None where a word of it is unknown."""
    if not text:
        return ()
    if text in DIMENSIONS:
        return (text,)
    named: list[str] = []
    for part in re.split(r"[、,，;；/和及 ]+", re.sub(r"[(（][^()（）]*[)）]", "", text)):
        found = (
            part if part in DIMENSIONS else next((d for w, d in DIMENSION_WORDS.items() if w in part), None)
        )
        if found is None:
            return None
        named.append(found)
    return tuple(dict.fromkeys(named))


def _surveyed(code: str, dimensions: tuple[str, ...], index: UnitIndex) -> list[tuple[str, str]]:
    """Return the (unit, dimension) pairs that one row of a register stands for."""
    level = index.level[code]
    if not dimensions:
        by_level = {"community": ("housing", "community", "block"), "street": ("block",)}
        dimensions = by_level.get(level, ("city",))
    pairs = []
    for dimension in dimensions:
        if dimension == "block" and level == "community":
            streets = [parent for parent in index.ancestors[code] if index.level[parent] == "street"]
            pairs += [(street, dimension) for street in streets]
        else:
            pairs.append((code, dimension))
    return pairs


def _notes(sample: pd.DataFrame, index: UnitIndex) -> list[Message]:
    notes = []
    for year, part in sample.groupby("year", sort=True):
        levels = Counter(index.level[code] for code in part["unit_code"].unique())
        counts = [message("{n} {level}", n=n, level=word(level)) for level, n in sorted(levels.items())]
        notes.append(message("{year}: {counts} surveyed", year=year, counts=counts))
    return notes


def check_sample(sample: pd.DataFrame, units: pd.DataFrame) -> list[Message]:
    """Check the size and nesting of a sample; return one warning per thing that is short.

    Per year: at least 10 communities or at least 20 % of the communities in the built-up area (all communities where
    the unit table does not say which are built up); at least 2 streets; every sampled community lies in a sampled
    street, and no sampled street is without sampled communities. Source: Jiangxi checkup plan, 2024.

    Parameters
    ----------
    sample : columns unit_code, dimension, year
    units : columns code, level, name, parent_code, built_up (area; 0 or missing is not built up)
    """
    index = UnitIndex(units)
    communities = units[units["level"] == "community"]
    built_up = pd.to_numeric(communities["built_up"], errors="coerce") if "built_up" in communities else None
    known = built_up is not None and bool(built_up.notna().any())
    base = int((built_up > 0).sum()) if built_up is not None and known else len(communities)
    if sample.empty:
        return [message("The sample register is empty: no unit counts as surveyed.")]
    base_words = (
        message("the {n} communities in the built-up area", n=base)
        if known
        else message("the {n} communities (the unit table does not say which are built up)", n=base)
    )
    warnings = []
    for year, part in sample.groupby("year", sort=True):
        codes = [code for code in part["unit_code"].unique() if code in index.level]
        chosen = {code for code in codes if index.level[code] == "community"}
        streets = {code for code in codes if index.level[code] == "street"}
        if len(chosen) < LEAST_COMMUNITIES and len(chosen) < LEAST_SHARE * base:
            warnings.append(
                message(
                    "{year}: {n} communities were surveyed; the rule asks for {least}, or {share:.0%} of {base}, here "
                    "at least {needed}.",
                    year=year,
                    n=len(chosen),
                    least=LEAST_COMMUNITIES,
                    share=LEAST_SHARE,
                    base=base_words,
                    needed=min(LEAST_COMMUNITIES, math.ceil(LEAST_SHARE * base)),
                )
            )
        if len(streets) < LEAST_STREETS:
            warnings.append(
                message(
                    "{year}: {n} streets were surveyed; the rule asks for {least}.",
                    year=year,
                    n=len(streets),
                    least=LEAST_STREETS,
                )
            )
        outside = sorted(code for code in chosen if not streets & set(index.ancestors[code]))
        if outside:
            warnings.append(
                message(
                    "{year}: surveyed communities in streets that were not surveyed: {units}.",
                    year=year,
                    units=outside,
                )
            )
        empty = sorted(s for s in streets if not any(s in index.ancestors[code] for code in chosen))
        if empty:
            warnings.append(
                message(
                    "{year}: surveyed streets without a surveyed community: {units}.", year=year, units=empty
                )
            )
    return warnings


def mark_not_surveyed(values: pd.DataFrame, sample: pd.DataFrame, system: pd.DataFrame) -> pd.DataFrame:
    """Return values in which ``missing`` became ``not_surveyed`` where the unit was not in the sample.

    Only dimensions that the register of the year covers are touched, the city dimension never, and only cells that
    say nothing: a text that could not be read stays ``missing``.

    Parameters
    ----------
    values : columns of table ``value``
    sample : columns unit_code, dimension, year
    system : the edition of the values
    """
    dimension = split_ids(values["indicator_id"])[0].map(system.set_index("indicator_id")["dimension"])
    covered = pd.MultiIndex.from_frame(sample[["dimension", "year"]].drop_duplicates())
    surveyed = pd.MultiIndex.from_frame(sample[["unit_code", "dimension", "year"]])
    keys = pd.DataFrame({"unit_code": values["unit_code"], "dimension": dimension, "year": values["year"]})
    text = values["text"].fillna("")
    cells = {found: parse_cell(found) for found in text.unique()}
    says_nothing = {found: cell.state == "missing" and not cell.reason for found, cell in cells.items()}
    silent = (values["state"] == "missing") & text.map(says_nothing).astype(bool)
    change = (
        silent.to_numpy()
        & pd.MultiIndex.from_frame(keys[["dimension", "year"]]).isin(covered)
        & ~pd.MultiIndex.from_frame(keys).isin(surveyed)
        & (dimension != "city").to_numpy()
    )
    result = values.copy()
    result["state"] = np.where(change, "not_surveyed", values["state"])
    return result
