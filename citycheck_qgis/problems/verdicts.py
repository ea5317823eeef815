"""The verdict on each value: does it meet the standard?"""

from __future__ import annotations

import numpy as np
import pandas as pd

from ..indicators.systems import parse_standard

COLUMNS = ["unit_code", "indicator_id", "edition", "year", "source", "value", "state", "standard", "verdict"]


def judge(values: pd.DataFrame, system: pd.DataFrame) -> pd.DataFrame:
    """Return a verdict for each unit and indicator.

    ``meets`` or ``fails`` where a value is measured and the indicator has a standard, ``no_standard`` where it
    has none, ``not_assessed`` where nothing was measured. Where several sources give a value, a reported one
    goes before one that was rolled up, and among those the first source by name decides.

    Parameters
    ----------
    values : table `value`
    system : table `indicator`

    Returns
    -------
    columns `COLUMNS`, sorted by unit and indicator.
    """
    known = values[values["indicator_id"].isin(system["indicator_id"])].copy()
    known["rolled_up"] = known["source"] == "rollup"
    known["unmeasured"] = known["state"] != "measured"
    known = known.sort_values(["unit_code", "indicator_id", "unmeasured", "rolled_up", "source"])
    known = known.drop_duplicates(["unit_code", "indicator_id", "edition", "year"])
    known["standard"] = known["indicator_id"].map(system.set_index("indicator_id")["standard"].fillna(""))
    verdict = np.full(len(known), "not_assessed", dtype=object)
    measured = ((known["state"] == "measured") & known["value"].notna()).to_numpy()
    number = known["value"].to_numpy(dtype=float)
    for text in known["standard"].unique():
        rows = measured & (known["standard"] == text).to_numpy()
        verdict[rows] = parse_standard(text).judge(number[rows])
    known["verdict"] = verdict
    return known[COLUMNS].reset_index(drop=True)
