"""What people have edited in the problem table, and the platform through them, survives a rerun of the year."""

from __future__ import annotations

import geopandas as gpd
import pandas as pd

from ..storage.tables import SURVEYED

#: The columns of a problem in which its further course is kept.
EDITABLE = [column for column in SURVEYED.columns if column not in SURVEYED.keys]


def keep_edits(
    ledger: gpd.GeoDataFrame, present: pd.DataFrame, surveyed: pd.DataFrame
) -> tuple[gpd.GeoDataFrame, int]:
    """Return the ledger with the values that were edited in the database since the last run.

    A value was edited where the database has another one than the survey had then. It is kept even where the survey
    has a new one too: what the course of a problem is, is known where it is followed.

    Parameters
    ----------
    ledger : table `problem` of the year, from the survey
    present : table `problem` of the year, as the database has it
    surveyed : table `surveyed` of the year, what the survey said at the last run; problems that are not in it are taken
        as they are in the ledger

    Returns
    -------
    The ledger, and the number of its problems that keep an edited value.
    """
    ids = ledger["problem_id"]
    now, then = (frame.drop_duplicates("problem_id").set_index("problem_id") for frame in (present, surveyed))
    known = (ids.isin(now.index) & ids.isin(then.index)).to_numpy()
    kept = pd.Series(False, index=ledger.index)
    result = ledger.copy()
    for column in EDITABLE:
        ours, base = ids.map(now[column]), ids.map(then[column])
        edited = known & ~((ours == base) | (ours.isna() & base.isna()))
        result[column] = ledger[column].where(~edited, ours)
        kept |= edited
    return result, int(kept.sum())
