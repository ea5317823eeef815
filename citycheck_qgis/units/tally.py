"""Counts, sums, rates and weighted means of features per unit, the same whatever order the features come in."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from ..errors import InputError

#: Values are added in parts, of which each is a whole number of these: such sums have no rounding.
_PARTS = (2.0**48, 2.0**24, 1.0, 2.0**-24, 2.0**-48)
#: Features whose values are looked at together: bounds the memory.
_BATCH = 262_144
_FORMS = {
    "sum": re.compile(r"(?P<column>.+)"),
    "rate": re.compile(r"(?P<column>.+?)\s*/\s*(?P<by>.+)"),
    "mean": re.compile(r"(?P<column>.+?)\s+by\s+(?P<by>.+)", re.IGNORECASE),
}


@dataclass(frozen=True)
class Statistic:
    """One figure per unit.

    Attributes
    ----------
    kind : ``sum`` of a column; ``rate``: sum of a column over the sum of another; ``mean`` weighted by another column
    column : the column that is added up
    by : the denominator or the weight; empty for a sum
    """

    kind: str
    column: str
    by: str = ""

    @property
    def name(self) -> str:
        """The column of the result."""
        return self.column if self.kind == "sum" else f"{self.column}_{self.kind}"


def parse_statistics(text: str, columns: Sequence[str]) -> list[Statistic]:
    """Return what a text asks for, such as ``population; green / area; height by floor_area``.

    Parameters
    ----------
    text : parts divided by semicolons: a column to add up, ``a / b`` for a rate, ``a by w`` for a mean weighted by w
    columns : the columns that there are

    Raises
    ------
    InputError : a part names a column that is not there, or a figure is asked for twice.
    """
    found: list[Statistic] = []
    for part in filter(None, (piece.strip() for piece in re.split("[;；]", text))):
        readings = [
            Statistic(kind, **match.groupdict())
            for kind, form in _FORMS.items()
            if (match := form.fullmatch(part))
        ]
        # A column's own name may have a slash in it.
        reading = next((r for r in readings if {r.column, r.by} <= {*columns, ""}), None)
        if reading is None:
            missing = next(name for name in (readings[-1].column, readings[-1].by) if name not in columns)
            raise InputError(
                "The roll-up {part} names no column {column} of the feature layer; its columns are {columns}.",
                part=part,
                column=missing,
                columns=list(columns),
            )
        if reading.name in {"features", *(other.name for other in found)}:
            raise InputError(
                "The roll-up asks for {name} twice; leave one out or rename the column.", name=reading.name
            )
        found.append(reading)
    return found


class Tally:
    """Counts and sums per community. Tallies of parts of the features add up to that of all, to the last digit.

    Parameters
    ----------
    communities : number of communities
    statistics : what is wanted
    """

    def __init__(self, communities: int, statistics: Sequence[Statistic]) -> None:
        self.statistics = list(statistics)
        self.features = np.zeros(communities, dtype=np.int64)
        #: For each statistic its features with values, and the parts of one or two sums.
        self.used = np.zeros((len(self.statistics), communities), dtype=np.int64)
        self.sums = np.zeros((len(self.statistics), 2, len(_PARTS), communities))

    def add(self, unit: np.ndarray, column: Callable[[str], np.ndarray]) -> None:
        """Count features.

        Parameters
        ----------
        unit : position of each feature's community; -1 none
        column : gives the values of a column, float, nan where there is none
        """
        for start in range(0, len(unit), _BATCH):
            part = unit[start : start + _BATCH]
            self.features += np.bincount(part + 1, minlength=len(self.features) + 1)[1:]
        for place, statistic in enumerate(self.statistics):
            values = column(statistic.column)
            by = column(statistic.by) if statistic.by else None
            for start in range(0, len(unit), _BATCH):
                rows = slice(start, start + _BATCH)
                self._add_up(place, unit[rows], values[rows], None if by is None else by[rows])

    def _add_up(self, place: int, unit: np.ndarray, values: np.ndarray, by: np.ndarray | None) -> None:
        """Add the values of some features to the sums of a statistic."""
        terms = [values]
        if by is not None:
            terms = [values * by if self.statistics[place].kind == "mean" else values, by]
        rows = np.flatnonzero((unit >= 0) & np.isfinite(sum(terms)))
        number = len(self.features)
        self.used[place] += np.bincount(unit[rows], minlength=number)
        for term, numbers in enumerate(terms):
            self.sums[place, term] += _exact_sums(unit[rows], numbers[rows], number)

    def __iadd__(self, other: Tally) -> Tally:
        """Add the tally of other features."""
        self.features += other.features
        self.used += other.used
        self.sums += other.sums
        return self

    def table(self, units: pd.DataFrame) -> pd.DataFrame:
        """Return the figures of all units of all levels.

        Parameters
        ----------
        units : columns code, level, name, parent_code; its communities are those counted, in the order of their codes

        Returns
        -------
        columns code, level, name, parent_code, features, and for each statistic its figure (nan where no feature has
        the values, or a rate's denominator is 0) and ``<figure>_n``, the number of features that it rests on.
        """
        levels = units["level"].to_numpy(dtype=object)
        codes = units["code"].to_numpy(dtype=object)
        parents = (
            units["parent_code"].map({code: row for row, code in enumerate(codes)}).to_numpy(dtype=float)
        )
        communities = np.flatnonzero(levels == "community")
        at = communities[np.argsort(codes[communities].astype(str), kind="stable")].astype(float)
        features = np.zeros(len(units), dtype=np.int64)
        used = np.zeros((len(units), *self.used.T.shape[1:]), dtype=np.int64)
        sums = np.zeros((len(units), *self.sums.T.shape[1:]))
        # Every community counts for itself and for each unit above it.
        while len(here := np.flatnonzero(~np.isnan(at))):
            unit = at[here].astype(np.int64)
            for total, own in ((features, self.features), (used, self.used), (sums, self.sums)):
                np.add.at(total, unit, own.T[here])
            at[here] = parents[unit]
        result = units[["code", "level", "name", "parent_code"]].reset_index(drop=True)
        result["features"] = features
        for place, statistic in enumerate(self.statistics):
            first, second = (_put_together(sums[:, :, term, place]) for term in (0, 1))
            if statistic.by:
                first = first / np.where(second == 0, np.nan, second)
            result[statistic.name] = np.where(used[:, place] > 0, first, np.nan)
            result[f"{statistic.name}_n"] = used[:, place]
        return result


def _exact_sums(unit: np.ndarray, values: np.ndarray, number: int) -> np.ndarray:
    """Return the sums of values per unit in parts (parts, number): whole numbers below 2**53, so added without rounding."""
    sums = np.zeros((len(_PARTS), number))
    rest = values
    for place, part in enumerate(_PARTS):
        whole = np.trunc(rest / part)
        sums[place] = np.bincount(unit, whole, minlength=number)
        rest = rest - whole * part
        if not rest.any():
            break
    return sums


def _put_together(parts: np.ndarray) -> np.ndarray:
    """Return the sums of parts (n, parts), rounded once."""
    return np.array([math.fsum(row) for row in (parts * np.array(_PARTS)).tolist()])
