"""The verdict on each value: does it meet the standard?"""

from __future__ import annotations

import numpy as np
import pandas as pd

from ..indicators.pivot import preferred
from ..indicators.systems import is_unverified, parse_standard

COLUMNS = [
    "unit_code", "indicator_id", "edition", "year", "source", "value", "state", "standard", "unverified", "verdict",
]  # fmt: skip


def judge(values: pd.DataFrame, system: pd.DataFrame) -> pd.DataFrame:
    """Return a verdict for each unit and indicator.

    ``meets`` or ``fails`` where a value is measured and the indicator has a standard, ``no_standard`` where it
    has none, ``not_assessed`` where nothing was measured. Of several sources `pivot.preferred` chooses one.
    ``unverified`` is 1 where the threshold is not known for certain (column `certainty` of the system).

    Parameters
    ----------
    values : table `value`
    system : table `indicator`

    Returns
    -------
    columns `COLUMNS`, sorted by unit and indicator.
    """
    known = preferred(values[values["indicator_id"].isin(system["indicator_id"])])
    known["standard"] = known["indicator_id"].map(system.set_index("indicator_id")["standard"].fillna(""))
    doubtful = system.loc[system["certainty"].map(is_unverified), "indicator_id"]
    known["unverified"] = (known["indicator_id"].isin(doubtful) & (known["standard"] != "")).astype(int)
    verdict = np.full(len(known), "not_assessed", dtype=object)
    measured = ((known["state"] == "measured") & known["value"].notna()).to_numpy()
    number = known["value"].to_numpy(dtype=float)
    for text in known["standard"].unique():
        rows = measured & (known["standard"] == text).to_numpy()
        verdict[rows] = parse_standard(text).judge(number[rows])
    known["verdict"] = verdict
    order = ["unit_code", "indicator_id", "edition", "year"]
    return known[COLUMNS].sort_values(order, kind="stable", ignore_index=True)
