"""The evidence of many models' places as one table."""

from __future__ import annotations

from collections import Counter

import geopandas as gpd
import pandas as pd

from ..messages import mark, message_of
from .georeference.report import COLUMNS
from .layers import Say
from .records import Record, findings_of
from .workers import FileResult

#: State of a file that could not be read.
NOT_READ = mark("not read")


class EvidenceTable:
    """Collects what was found about the place of each file.

    Attributes
    ----------
    states : files by the state of their placement (`georeference.placement.STATES`), and those that were not read
    """

    def __init__(self, say: Say = str) -> None:
        self.states: Counter[str] = Counter()
        self._say = say
        self._rows: list[Record] = []

    def add(self, result: FileResult, name: str) -> None:
        """Add the rows of a file; one that could not be read has one row that says why."""
        if result.reason is not None:
            self.states[NOT_READ] += 1
            said = self._say(result.reason)
            self._rows.append(
                {"file": name, "evidence": "", "kind": "answer", "status": NOT_READ, "reason": said}
            )
            return
        self.states[result.record["placement"]["state"]] += 1
        for row in result.record["evidence"]:
            said = " ".join(self._say(message_of(reason["message"])) for reason in row["reason"])
            self._rows.append({"file": name, **row, "reason": said})
        for found in findings_of(result.record["findings"]):
            self._rows.append(
                {"file": name, "evidence": "", "kind": "file", "level": 0, "status": "information",
                 "codes": found.code, "reason": self._say(found.message)}
            )  # fmt: skip

    def table(self) -> pd.DataFrame:
        """Return all rows: file and `georeference.report.COLUMNS`."""
        return pd.DataFrame(self._rows, columns=["file", *COLUMNS])

    def origins(self) -> gpd.GeoDataFrame:
        """Return the rows that give a place, as points in WGS 84."""
        table = self.table()
        there = table[table["longitude"].notna()]
        points = gpd.points_from_xy(there["longitude"], there["latitude"])
        return gpd.GeoDataFrame(there, geometry=points, crs="EPSG:4326").reset_index(drop=True)
