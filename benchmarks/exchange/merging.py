"""Preparation and merge of very many features without a network: the platform is a list in memory."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import shapely
from citycheck.citycheck_qgis.cim.adapters.base import Capabilities, Collection, Outcome, Page, Update
from citycheck.citycheck_qgis.cim.exchange import exchange
from citycheck.citycheck_qgis.cim.features import Feature, Schema
from citycheck.citycheck_qgis.cim.local_geopackage import GeoPackageLayer, create_layer
from citycheck.citycheck_qgis.cim.results import Report, Rules
from citycheck.citycheck_qgis.cim.store import Store

from .city_features import KEY, MIDDLE, schema
from .product import PREVIEW, PULL, SYNC

PAGE = 5000
#: One in so many features is changed on each side.
CHANGED = 20


@dataclass(frozen=True)
class Times:
    """CPU seconds for all features, of this process.

    Attributes
    ----------
    first : a preview where all features are new to the platform: read, checked, merged, planned
    same : a sync where nothing has changed
    changed : a preview where one in 20 has changed on each side
    wall : of the three
    wrong : what is not as it should be
    """

    first: float
    same: float
    changed: float
    wall: tuple[float, float, float]
    wrong: list[str]


class InMemory(Collection):
    """A collection that gives features from a list and takes none."""

    name = title = "list"
    key_field = KEY
    crs: str | None = "OGC:CRS84"
    capabilities = Capabilities(create=True, update=True, delete=True, find_batch=1000)

    def __init__(self, kind: Schema, features: Sequence[Feature]) -> None:
        self.schema = kind
        self.all = {str(feature.key): feature for feature in features}

    def pages(self) -> Iterator[Page]:
        """Do what `Collection` says."""
        features = list(self.all.values())
        for start in range(0, max(len(features), 1), PAGE):
            yield Page(features[start : start + PAGE], len(features), start + PAGE >= len(features))

    def find(self, keys: Sequence[str]) -> list[Feature]:
        """Do what `Collection` says."""
        return [self.all[key] for key in keys if key in self.all]

    def create(self, features: Sequence[Feature]) -> list[Outcome]:
        """Do what `Collection` says."""
        raise NotImplementedError

    def update(self, updates: Sequence[Update]) -> list[Outcome]:
        """Do what `Collection` says."""
        raise NotImplementedError

    def delete(self, features: Sequence[Feature]) -> list[Outcome]:
        """Do what `Collection` says."""
        raise NotImplementedError


def features(count: int) -> list[Feature]:
    """Return so many buildings, 5 to 13 corners each."""
    rng = np.random.default_rng(1)
    places = rng.uniform(-0.3, 0.3, (count, 2)) + np.array(MIDDLE)
    shapes = shapely.multipolygons(shapely.buffer(shapely.points(places), 1e-4, quad_segs=2)[:, None])
    return [
        Feature(
            f"{n:08d}-0000-4000-8000-000000000000",
            {
                "name": f"朝阳小区{n}号楼",
                "note": "待查",
                "storeys": n % 30,
                "height": n / 8,
                "inhabited": n % 3 > 0,
                "built": "2001-02-03",
                "surveyed": "2024-01-02T03:04:05.123Z",
            },
            wkb,
            str(n),
        )
        for n, wkb in enumerate(shapely.to_wkb(shapes).tolist())
    ]


def measure(count: int, folder: Path) -> Times:
    """Merge so many features."""
    there = InMemory(replace(schema(), geometry="MultiPolygon"), features(count))
    path, journal = folder / "merge.gpkg", folder / "merge.db"
    create_layer(path, "bench", there.schema, there.crs, KEY)
    wrong: list[str] = []

    def run(rules: Rules, remote: Collection, file: Path | None) -> tuple[tuple[float, float], Report]:
        started, cpu = time.perf_counter(), time.process_time()
        with (
            GeoPackageLayer(path, "bench", remote.crs, key_field=KEY) as local,
            Store(file) as store,
        ):
            link = store.link("memory:", remote.name, "bench")
            report = exchange(store, link, local, remote, rules)
        return (time.process_time() - cpu, time.perf_counter() - started), report

    def check(what: str, found: int, expected: int) -> None:
        if found != expected:
            wrong.append(f"{what}: {found:,} instead of {expected:,}")

    _, report = run(PULL, there, journal)
    check("pulled", report.counts.get("taken", 0), count)
    same, report = run(SYNC, there, journal)
    check("unchanged", report.unchanged, count)
    first, report = run(PREVIEW, InMemory(there.schema, []), folder / "other.db")
    check("new", report.counts.get("planned", 0), count)
    with closing(sqlite3.connect(path)) as database, database:
        database.execute(f"UPDATE bench SET note = '已查' WHERE fid % {CHANGED} = 0")
    for n, key in enumerate(list(there.all)):
        if n % CHANGED == 0:
            feature = there.all[key]
            there.all[key] = replace(feature, values=feature.values | {"storeys": 99})
    changed, report = run(PREVIEW, there, journal)
    check("changed", report.counts.get("planned", 0), 2 * -(-count // CHANGED))
    (first, same, changed), wall = zip(first, same, changed, strict=True)
    return Times(first, same, changed, wall, wrong)
