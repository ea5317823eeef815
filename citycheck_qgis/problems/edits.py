"""What people have edited in the problem table, and the platform through them, survives a rerun of the year."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import geopandas as gpd
import pandas as pd

from ..messages import Message, message
from ..storage.tables import SURVEYED

#: The columns of a problem in which its further course is kept.
EDITABLE = [column for column in SURVEYED.columns if column not in SURVEYED.keys]


@dataclass(frozen=True)
class Kept:
    """How many problems of a rerun keep something of the database.

    Attributes
    ----------
    edited : values that were edited since the last run
    disputed : of these, problems of which the survey says something new as well
    added : whole problems that no survey knows
    """

    edited: int
    disputed: int
    added: int

    def notes(self) -> list[Message]:
        """Return it as sentences."""
        told = (
            (self.edited, message("{n} problems keep what was edited in the database since the last run.", n=self.edited)),
            (self.disputed, message("Of {n} of them the survey says something new, which was not taken.", n=self.disputed)),
            (self.added, message("{n} problems that were added to the database by hand or from a platform stay.", n=self.added)),
        )  # fmt: skip
        return [sentence for number, sentence in told if number]


def keep_edits(
    ledger: gpd.GeoDataFrame, present: Mapping[str, pd.DataFrame]
) -> tuple[gpd.GeoDataFrame, Kept]:
    """Return the ledger of a rerun with what was edited in the database since the last run.

    A value was edited where the database has another one than the survey had then. It is kept even where the survey
    has a new one too: the course of a problem is known where it is followed.

    Parameters
    ----------
    ledger : table `problem` of the year, from the survey
    present : ``problem``, the table of the year as the database has it, and ``surveyed``, what the survey said at the
        last run; without ``surveyed`` all that differs from the survey counts as edited, and nothing as added
    """
    there = present["problem"].drop_duplicates("problem_id").set_index("problem_id", drop=False)
    said = present.get("surveyed")
    then = there if said is None else said.drop_duplicates("problem_id").set_index("problem_id")
    ids = ledger["problem_id"]
    known = (ids.isin(there.index) & ids.isin(then.index)).to_numpy()
    result = ledger.copy()
    kept, disputed = (pd.Series(False, index=ledger.index) for _ in range(2))
    for column in EDITABLE:
        ours, base, theirs = ids.map(there[column]), ids.map(then[column]), ledger[column]
        edited = known & ~_same(ours, base if said is not None else theirs)
        result[column] = theirs.where(~edited, ours)
        kept |= edited
        if said is not None:
            disputed |= edited & ~_same(theirs, base) & ~_same(theirs, ours)
    added = there[~there.index.isin(ids) & ~there.index.isin(then.index)]
    if len(added):
        added = added.reset_index(drop=True)[list(result.columns)]
        result = gpd.GeoDataFrame(pd.concat([result, added], ignore_index=True), crs=ledger.crs)
    return result, Kept(int(kept.sum()), int(disputed.sum()), len(added))


def _same(one: pd.Series, other: pd.Series) -> pd.Series:
    return (one == other) | (one.isna() & other.isna())
