"""How fast an exchange compares both sides without a network, and how much memory a first pull takes.

``python benchmarks/exchange_preparation.py`` prints a table: features per second for 100,000 features that are all
the same, all changed, all new on either side. ``--pull 1000000`` pulls so many features into a layer that forgets
them and prints the largest memory of the process.
"""

# ruff: noqa: I001 - the package has its name only after conftest is imported
from __future__ import annotations

import argparse
import json
import resource
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))
import conftest  # noqa: F401 - names the package

import numpy as np
import shapely
from citycheck.citycheck_qgis.cim.adapters.base import Capabilities, Collection, Page
from citycheck.citycheck_qgis.cim.exchange import exchange
from citycheck.citycheck_qgis.cim.features import Feature, Field, Schema
from citycheck.citycheck_qgis.cim.local import LocalChange, LocalLayer, LocalOutcome
from citycheck.citycheck_qgis.cim.merge import Base
from citycheck.citycheck_qgis.cim.results import Rules
from citycheck.citycheck_qgis.cim.store import Store


SCHEMA = Schema(
    (
        Field("name", "text"), Field("status", "text"), Field("type", "text"), Field("note", "text"),
        Field("year", "integer"), Field("severity", "integer"), Field("area", "real"), Field("found", "datetime"),
    ),
    "Polygon",
)  # fmt: skip
#: Different shapes with 4 to 24 corners, used in turn.
_SHAPES = shapely.to_wkb(
    [shapely.Point(113 + n / 1000, 23 + n / 2000).buffer(0.0002, quad_segs=1 + n % 6) for n in range(512)]
).tolist()


def made(number: int, status: str = "open") -> Feature:
    """Return the feature of a number."""
    values = {
        "name": f"问题 {number}", "status": status, "type": "消防通道堵塞", "note": "三层楼道堆放杂物，影响疏散。" * 2, "year": 2024,
        "severity": number % 3, "area": number * 0.37, "found": "2024-05-01T08:00:00Z",
    }  # fmt: skip
    return Feature(f"{number:08x}-5a0f-5c1d-9c64-0d5a5f2f7a11", values, _SHAPES[number % 512], str(number))  # type: ignore[arg-type]


class Made(LocalLayer):
    """A layer whose features are made when they are read, and that forgets what it is given."""

    def __init__(self, number: int, status: str = "open") -> None:
        self.name, self.schema, self.complete, self.problems = "made", SCHEMA, True, []
        self._number, self._status, self.writable = number, status, True

    def features(self) -> Iterator[Feature]:
        """Make them."""
        return (made(n, self._status) for n in range(self._number))

    def apply(self, changes: Sequence[LocalChange]) -> list[LocalOutcome]:
        """Say that it is done."""
        return [LocalOutcome("done", change.feature) for change in changes]


class Pages(Collection):
    """A platform that gives pages of features made when they are asked for."""

    name, title, crs, key_field, schema = "made", "", "OGC:CRS84", "key", SCHEMA
    capabilities = Capabilities(create=True, update=True, delete=True, batch=500, find_batch=500)

    def __init__(self, number: int, status: str = "open") -> None:
        self._number, self._status = number, status

    def pages(self) -> Iterator[Page]:
        """Give a thousand at a time."""
        for start in range(0, max(self._number, 1), 1000):
            end = min(start + 1000, self._number)
            yield Page([made(n, self._status) for n in range(start, end)], self._number, end == self._number)

    def find(self, keys: Sequence[str]) -> list[Feature]:
        """Make those of the keys."""
        numbers = (int(key[:8], 16) for key in keys)
        return [made(n, self._status) for n in numbers if n < self._number]

    create = update = delete = None  # type: ignore[assignment]


def preparation(number: int, repeat: int) -> dict[str, float]:
    """Return features per second of each case."""
    cases = {
        "all the same": (number, "open", number, "open", True),
        "all changed here": (number, "done", number, "open", True),
        "all changed there": (number, "open", number, "done", True),
        "all new here": (number, "open", 0, "open", False),
        "all new there": (0, "open", number, "open", False),
    }
    rates = {}
    for name, (here, ours, there, theirs, agreed) in cases.items():
        best = 0.0
        for _ in range(repeat):
            with tempfile.TemporaryDirectory() as folder, Store(Path(folder) / "journal.db") as store:
                link = store.link("p", "c", "l")
                if agreed:
                    with store.transaction():
                        store.set_bases(link, ((f.key, Base(f, f)) for f in map(made, range(number))))  # type: ignore[misc]
                rules = Rules(push=True, pull=True, max_deletions=10)
                started = time.perf_counter()
                report = exchange(store, link, Made(here, ours), Pages(there, theirs), rules)
                best = max(best, number / (time.perf_counter() - started))
                assert report.unchanged + sum(report.counts.values()) == number
        rates[name] = best
    return rates


def pull(number: int) -> dict[str, float]:
    """Return rate and largest memory (MB) of a first pull."""
    rules = replace(Rules(), push=False, pull=True, dry_run=False)
    with tempfile.TemporaryDirectory() as folder, Store(Path(folder) / "journal.db") as store:
        started = time.perf_counter()
        report = exchange(store, store.link("p", "c", "l"), Made(0), Pages(number), rules)
        seconds = time.perf_counter() - started
    assert report.counts == {"taken": number}
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {"features": number, "features_per_second": round(number / seconds), "memory_mb": round(memory)}


def main() -> None:
    """Measure and print."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--features", type=int, default=100_000)
    asked.add_argument("--repeat", type=int, default=3)
    asked.add_argument("--pull", type=int)
    given = asked.parse_args()
    if given.pull:
        print(json.dumps(pull(given.pull)))
        return
    rates = preparation(given.features, given.repeat)
    made_alone = time.perf_counter()
    for n in range(given.features):
        made(n)
    made_alone = time.perf_counter() - made_alone
    for name, rate in rates.items():
        print(f"{name:20} {rate:10,.0f} features/s")
    print(
        json.dumps({name: round(rate) for name, rate in rates.items()} | {"making_s": round(made_alone, 2)})
    )


if __name__ == "__main__":
    np.seterr(all="raise")
    main()
