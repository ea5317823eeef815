"""The benchmark of the exchange measures what it says: its comparisons see a difference, and its parts run."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
import shapely
from citycheck.benchmarks.exchange import faults, fidelity, latency, memory, merging, overhead, reading
from citycheck.benchmarks.exchange.city_features import COLUMNS, GEOMETRY, KEY, nasty
from citycheck.benchmarks.exchange.platforms import MAPSERVER, PYGEOAPI, QGIS_WFS, Platforms
from citycheck.benchmarks.exchange.runs import Run
from citycheck.benchmarks.exchange.targets import judge_faults, judge_memory, judge_overhead
from citycheck.citycheck_qgis.cim.adapters import gml
from citycheck.tests.servers.map_server import MapServer
from citycheck.tests.servers.postgis import PostGis
from citycheck.tests.servers.pygeoapi_server import PyGeoApi
from citycheck.tests.servers.qgis_server import QgisServer


@pytest.fixture(scope="module")
def platforms() -> Iterator[Platforms]:
    reason = " ".join(filter(None, (kind.missing() for kind in (PostGis, PyGeoApi, QgisServer, MapServer))))
    if reason and os.environ.get("CITYCHECK_SERVERS") == "required":
        pytest.fail(reason, pytrace=False)
    if reason:
        pytest.skip(reason)
    with Platforms() as running:
        yield running


def test_difficult_features_have_every_value_and_are_the_same_each_time():
    rows = nasty(2000)
    assert [row[GEOMETRY] for row in rows] == [row[GEOMETRY] for row in nasty(2000)]
    names = {row["name"] for row in rows}
    assert {"", None, "𠮷野家", "ends in \\"} <= names
    assert 2**53 + 1 in {row["storeys"] for row in rows}
    kinds = Counter(shapely.from_wkb(row[GEOMETRY]).geom_type for row in rows if row[GEOMETRY])
    assert kinds["Polygon"] > kinds["MultiPolygon"] > 100
    assert sum(row[GEOMETRY] is None for row in rows) == 10
    assert all(shapely.is_valid(shapely.from_wkb([row[GEOMETRY] for row in rows if row[GEOMETRY]])))


def row(**values):
    return {KEY: "a", **dict.fromkeys(COLUMNS), GEOMETRY: None} | values


def differing(one, other):
    return {column for _, column in fidelity.differing({"a": row(**one)}, {"a": row(**other)})}


def test_what_is_the_same_and_what_is_not():
    ring = [(113.1, 23.1), (113.2, 23.1), (113.2, 23.2)]
    square = shapely.Polygon(ring).wkb
    turned = shapely.MultiPolygon([shapely.Polygon(ring[1:] + ring[:1]).reverse()]).wkb
    moved = shapely.Polygon([(113.1, 23.1 + 1e-13), *ring[1:]]).wkb
    noon = datetime(2024, 1, 2, 12, 0, 0, 1, tzinfo=timezone(timedelta(hours=8)))
    assert differing({GEOMETRY: square, "surveyed": noon}, {GEOMETRY: turned, "surveyed": noon.astimezone(UTC)}) == set()  # fmt: skip
    assert differing({"inhabited": True, "height": 3}, {"inhabited": 1, "height": 3.0}) == set()
    assert differing({GEOMETRY: square, "name": ""}, {GEOMETRY: moved, "name": None}) == {GEOMETRY, "name"}
    assert differing({GEOMETRY: square}, {}) == {GEOMETRY}
    assert differing({"surveyed": noon}, {"surveyed": noon.replace(microsecond=0)}) == {"surveyed"}
    assert differing({"inhabited": False}, {}) == {"inhabited"}
    assert differing({"storeys": 2**53 + 1}, {"storeys": 2**53}) == {"storeys"}


def test_faults_strike_at_random_and_the_same_each_time():
    first, second = Counter[str](), Counter[str]()
    strike, again = (faults.plan("1", struck, 7, lambda: None) for struck in (first, second))
    fates = [strike(n, "GET", "/") for n in range(1, 2001)]
    assert [fate and fate.kind for fate in fates] == [
        fate and fate.kind for fate in (again(n, "GET", "/") for n in range(1, 2001))
    ]
    assert first == second and first[faults.KILL] == 1
    assert fates[6].kind in ("call_before", "call_after")
    assert set(first) == {*faults.FAULTS, faults.KILL}
    assert 30 < sum(first.values()) < 100


def test_targets():
    bad = faults.Outcome(1, 10, doubled=1)
    assert [v["met"] for v in judge_faults("x", bad).values()] == [True, False, True, True, True]
    t = overhead.Times(product=1.1, waited=1.0, bare=0.9, checked=1.0)
    assert [v["met"] for v in judge_overhead("x", {"create": t}).values()] == [True, False]
    small = Run(True, 1.0, before=100.0, peak=400.0, counts={"taken": 10})
    large = Run(True, 1.0, before=100.0, peak=401.0, counts={"taken": 99})
    assert [v["met"] for v in judge_memory({10: small, 100: large}).values()] == [True, False, False]


def test_the_merge_finds_what_has_changed(tmp_path: Path):
    times = merging.measure(400, tmp_path)
    assert times.wrong == []
    assert min(times.first, times.same, times.changed, *times.wall) > 0


@pytest.mark.servers
def test_fidelity_sees_what_the_server_does(platforms: Platforms, tmp_path: Path):
    found = fidelity.measure(platforms, QGIS_WFS, 120, tmp_path, seed=2)
    assert (found.lost, found.again, found.ours, found.unlisted) == (0, 0, set(), set())
    assert {column for _, column in found.stored} == {"name", "note"}
    assert {column for _, column in found.read} == {"surveyed"}
    assert {column for _, column in found.listed} == {"name", "note", "surveyed"}
    assert any("characters beyond the basic plane" in line[2] for line in fidelity.lines("x", found))


@pytest.mark.servers
def test_fidelity_sees_what_the_client_does(platforms: Platforms, tmp_path: Path, monkeypatch):
    monkeypatch.setattr(gml, "_text", lambda position: " ".join(f"{number:.5f}" for number in position))
    monkeypatch.setattr(fidelity, "_listed", lambda journal: {})
    found = fidelity.measure(platforms, QGIS_WFS, 40, tmp_path, seed=3)
    assert {column for _, column in found.ours} >= {GEOMETRY}
    assert GEOMETRY in {column for _, column in found.unlisted}


@pytest.mark.servers
def test_overhead_of_both_protocols(platforms: Platforms, tmp_path: Path):
    for title, count in ((QGIS_WFS, 60), (PYGEOAPI, 12)):
        opening, times = overhead.measure(platforms, title, count, 1, tmp_path)
        assert opening > 0 and list(times) == list(overhead.OPERATIONS)
        assert all(0 < t.waited < t.product and t.bare > 0 and t.checked > 0 for t in times.values())


@pytest.mark.servers
def test_all_readers_read_all(platforms: Platforms, tmp_path: Path):
    times = reading.measure(platforms, MAPSERVER, 50, 1, tmp_path)
    assert times.wrong == [] and times.formats in ("geojson + gml", "gml")
    assert min(times.read, times.pull, times.loop, times.same, times.provider) > 0


@pytest.mark.servers
def test_pulls_and_disturbed_pushes_in_processes_of_their_own(platforms: Platforms, tmp_path: Path):
    pulled = memory.measure(platforms, 500, tmp_path)
    assert pulled.failure == "" and pulled.counts["taken"] == 500 and pulled.peak > pulled.before > 0
    outcome = faults.measure(platforms, QGIS_WFS, 1, 60, tmp_path, seed=5)
    assert (outcome.lost, outcome.doubled, outcome.altered, outcome.unexplained) == (0, 0, 0, 0)
    assert outcome.unfinished == 0 and outcome.struck[faults.KILL] == 1 and sum(outcome.runs.values()) == 1


@pytest.mark.servers
def test_latency_of_runs_that_are_right(platforms: Platforms, tmp_path: Path):
    times = latency.measure(platforms, PYGEOAPI, 150, 1, tmp_path)
    assert times.wrong == [] and 0 < times.waited < times.same


def test_a_dying_token_costs_no_feature(tmp_path: Path):
    outcome = faults.dying_token(120, 3, tmp_path)
    assert (outcome.lost, outcome.doubled, outcome.unexplained) == (0, 0, 0)
    assert outcome.struck["token dead"] > 1
