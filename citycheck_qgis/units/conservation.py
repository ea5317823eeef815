"""The conservation of rows: in = matched + ambiguous + unmatched + outside."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields

import pandas as pd

from ..errors import ConservationError
from ..messages import Message, mark, message, word

#: What rows are joined with, if nothing else is said.
UNIT = mark("unit")


@dataclass(frozen=True)
class Conservation:
    """What became of the rows of one join.

    Attributes
    ----------
    subject : what was joined, for people (``buildings``, ``values of annex.xlsx``)
    total : rows that came in
    matched : rows with exactly one partner
    ambiguous : rows with several equally good partners; they are assigned by rule, or listed in the remainder
    unmatched : rows without a usable key or geometry
    outside : rows whose place or code is well formed but not one of this city's units

    Raises
    ------
    ConservationError : when the four counts do not add up to `total`.
    """

    subject: str
    total: int
    matched: int
    ambiguous: int = 0
    unmatched: int = 0
    outside: int = 0

    def __post_init__(self) -> None:
        found = self.matched + self.ambiguous + self.unmatched + self.outside
        if found != self.total:
            raise ConservationError(
                "The counts of {subject} do not add up ({total} came in, {found} are accounted for); "
                "this is a defect of CityCheck, please report it with the input.",
                subject=word(self.subject),
                total=self.total,
                found=found,
            )

    @property
    def lost_percent(self) -> float:
        """Share of rows without a unit (unmatched and outside), in percent; 0 for an empty input."""
        return 100.0 * (self.unmatched + self.outside) / self.total if self.total else 0.0

    def check(self, limit_percent: float, partner: str = UNIT) -> None:
        """Raise ConservationError when more rows have no partner (a marked word) than `limit_percent` allows."""
        if self.lost_percent > limit_percent:
            raise ConservationError(
                "{lost} of {total} {subject} ({percent:.1f} %) have no {partner}, more than the limit of {limit:g} %; "
                "look at the remainder, correct the input or raise the limit.",
                lost=self.unmatched + self.outside,
                total=self.total,
                subject=word(self.subject),
                partner=word(partner),
                percent=self.lost_percent,
                limit=limit_percent,
            )

    def as_row(self) -> dict[str, str | int]:
        """Return the counts as one row of a table."""
        return asdict(self)

    @property
    def message(self) -> Message:
        """The counts as a sentence."""
        return message(
            "{subject}: {total} = {matched} matched + {ambiguous} ambiguous + {unmatched} unmatched + "
            "{outside} outside",
            **{**asdict(self), "subject": word(self.subject)},
        )

    def __str__(self) -> str:
        return str(self.message)


def counts_table(joins: Sequence[Conservation]) -> pd.DataFrame:
    """Return the counts as a table: subject, total, matched, ambiguous, unmatched, outside."""
    names = [field.name for field in fields(Conservation)]
    return pd.DataFrame([join.as_row() for join in joins], columns=names)


def counts(joins: Sequence[Conservation]) -> dict[str, dict[str, int]]:
    """Return the counts by subject, for the run record and for scripts."""
    return {j.subject: {k: int(v) for k, v in j.as_row().items() if k != "subject"} for j in joins}
