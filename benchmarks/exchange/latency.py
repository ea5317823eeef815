"""What a user waits for: a preview, and a sync that finds nothing to do."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from citycheck.citycheck_qgis.cim.local_geopackage import GeoPackageLayer
from citycheck.citycheck_qgis.cim.results import Report, Rules

from .city_features import KEY, collection, ordinary
from .platforms import Platforms
from .product import PREVIEW, SYNC, exchanged, opened, pulled

#: Features that the preview finds changed.
CHANGED = 100


@dataclass(frozen=True)
class Times:
    """Medians of seconds, opening of the collection included.

    Attributes
    ----------
    push_preview : of a push, which asks only for what has changed here
    preview : of a sync, which reads everything
    same : a sync without changes
    waited : the part of `same` from sending requests to the last byte of their answers
    wrong : what is not as it should be
    """

    push_preview: float
    preview: float
    same: float
    waited: float
    wrong: list[str]


def measure(platforms: Platforms, title: str, count: int, rounds: int, folder: Path) -> Times:
    """Time runs on a layer that was pulled before."""
    table = collection(f"latency_{title.split()[0].lower()}")
    platforms.postgis.create(table)
    platforms.postgis.load(table, ordinary(count))
    platforms.postgis.execute(f"analyze {table.name}")
    (platform,) = platforms.serve(title, table, keep=True)
    path, journal = folder / f"{table.name}.gpkg", folder / f"{table.name}.db"
    waited: list[float] = []
    wrong: set[str] = set()

    def run(rules: Rules, right: Callable[[Report], bool]) -> float:
        started = time.perf_counter()
        with (
            opened(platform.protocol, platform.url, platform.name) as way,
            GeoPackageLayer(path, "bench", way.crs, key_field=KEY) as local,
        ):
            report = exchanged(way, journal, local, rules)
        if rules is SYNC:
            waited.append(way.waited)
        if not right(report):
            wrong.add(f"{title}: {report.counts}, {report.unchanged:,} unchanged")
        return time.perf_counter() - started

    with opened(platform.protocol, platform.url, platform.name) as way:
        pulled(way, path, journal)
    same = [run(SYNC, lambda report: report.unchanged == count) for _ in range(rounds)]
    with closing(sqlite3.connect(path)) as database, database:
        database.execute(f"UPDATE bench SET note = '已查' WHERE fid <= {CHANGED}")

    def planned(report: Report) -> bool:
        return report.counts.get("planned") == CHANGED

    preview = [run(PREVIEW, planned) for _ in range(rounds)]
    only_push = Rules(push=True, pull=False, large_changes=True, dry_run=True)
    push = [run(only_push, planned) for _ in range(rounds)]
    return Times(median(push), median(preview), median(same), median(waited), sorted(wrong))
