"""Writing: CityCheck beside a plain loop that only writes, and beside one that reads before and after as well."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

import shapely

from .city_features import GEOMETRY, KEY, Row, collection, layer, ordinary
from .loops import loop_for
from .platforms import PYGEOAPI, Platforms
from .product import PUSH, exchanged, opened

OPERATIONS = ("create", "update a field", "update geometry", "delete")
#: Features that CityCheck reads, writes and reads again in one go at least.
GROUP = 50


@dataclass(frozen=True)
class Times:
    """Medians of seconds for one operation on all features.

    Attributes
    ----------
    product, waited : CityCheck, and its part from sending requests to the last byte of their answers
    bare, checked : the loop that writes only; the one that reads each batch by key before and after
    """

    product: float
    waited: float
    bare: float
    checked: float


def states(count: int, seed: int) -> list[list[Row]]:
    """Return the layer as it is to be after each operation; no two features get the same values."""
    new = ordinary(count, seed)
    noted = [{**row, "note": f"已查 {n}"} for n, row in enumerate(new)]
    shapes = shapely.from_wkb([row[GEOMETRY] for row in noted])
    shifted = shapely.to_wkb(shapely.transform(shapes, lambda c: c + 1e-4)).tolist()
    moved = [{**row, GEOMETRY: wkb} for row, wkb in zip(noted, shifted, strict=True)]
    return [new, noted, moved, []]


class Writer:
    """The ways to write; each makes a table of its own and returns seconds for each operation."""

    def __init__(self, platforms: Platforms, title: str, count: int, folder: Path) -> None:
        self.platforms, self.title, self.count, self.folder = platforms, title, count, folder
        self.waited: list[list[float]] = []
        self._tables = [collection(f"overhead_{title.split()[0].lower()}_{n}") for n in range(3)]
        self._served = platforms.serve(title, *self._tables)
        self._runs = 0

    def product(self) -> list[float]:
        """CityCheck."""
        self._runs += 1
        table, platform = self._tables[0], self._served[0]
        self.platforms.postgis.empty(table.name)
        seconds, waited = [], []
        journal = self.folder / f"{table.name}-{self._runs}.db"
        with opened(platform.protocol, platform.url, platform.name) as way:
            for rows in states(self.count, self._runs):
                local, before = layer(rows, way.crs), way.waited
                started = time.perf_counter()
                report = exchanged(way, journal, local, PUSH)
                seconds.append(time.perf_counter() - started)
                waited.append(way.waited - before)
                if report.counts.get("verified", 0) + report.counts.get("altered", 0) != self.count:
                    raise RuntimeError(f"{self.title}: {report.counts}")
        self.waited.append(waited)
        return seconds

    def bare(self) -> list[float]:
        """The loop that only writes."""
        return self._loop(1, checks=False)

    def checked(self) -> list[float]:
        """The loop that reads before and after."""
        return self._loop(2, checks=True)

    def _loop(self, n: int, checks: bool) -> list[float]:
        table, peer = self._tables[n], loop_for(self._served[n])
        self.platforms.postgis.empty(table.name)
        new, noted, moved, _ = states(self.count, 100 + self._runs)
        keys = [row[KEY] for row in new]

        def in_groups(write: Callable[[slice], None]) -> float:
            size = max(peer.batch, GROUP)
            started = time.perf_counter()
            for start in range(0, self.count, size):
                part = slice(start, start + size)
                before = peer.find(keys[part]) if checks else None
                write(part)
                if checks and before == peer.find(keys[part]):
                    raise RuntimeError("nothing has changed")
            return time.perf_counter() - started

        seconds = [in_groups(lambda part: peer.create(new[part]))]
        fids = {row[KEY]: row["fid"] for row in self.platforms.postgis.rows(table.name)}
        ids: Sequence[int] = [fids[key] for key in keys]
        seconds.append(in_groups(lambda part: peer.update(ids[part], noted[part], ["note"])))
        seconds.append(in_groups(lambda part: peer.update(ids[part], moved[part], [GEOMETRY])))
        seconds.append(in_groups(lambda part: peer.delete(ids[part])))
        if self.platforms.postgis.count(table.name):
            raise RuntimeError("the loop has left features")
        return seconds


def measure(
    platforms: Platforms, title: str, count: int, rounds: int, folder: Path
) -> tuple[float, dict[str, Times]]:
    """Return the median of seconds that opening a collection takes, and by operation those of the ways."""
    writer = Writer(platforms, title, count, folder)
    ways = [writer.product, writer.bare, writer.checked]
    times: dict[str, list[list[float]]] = {way.__name__: [] for way in ways}
    for number in range(rounds):
        for way in ways[number % 3 :] + ways[: number % 3]:
            times[way.__name__].append(way())
    opening = []
    for _ in range(rounds):
        started = time.perf_counter()
        platform = writer._served[0]
        with opened(platform.protocol, platform.url, platform.name):
            opening.append(time.perf_counter() - started)
    times["waited"] = writer.waited
    return median(opening), {
        operation: Times(**{way: median(run[n] for run in runs) for way, runs in times.items()})
        for n, operation in enumerate(OPERATIONS)
    }


def default_count(title: str) -> int:
    """Return how many features to write: fewer where each takes a request of its own."""
    return 150 if title == PYGEOAPI else 1000
