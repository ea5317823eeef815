"""What counts as an edit and what as the platform's doing, where the two look alike."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import shapely
from citycheck.citycheck_qgis.cim import comparing
from citycheck.citycheck_qgis.cim.adapters.base import Outcome, Page
from citycheck.citycheck_qgis.cim.exchange import exchange
from citycheck.citycheck_qgis.cim.features import Feature
from citycheck.citycheck_qgis.cim.fidelity import EXACT, Tolerance
from citycheck.citycheck_qgis.cim.local import LocalChange
from citycheck.citycheck_qgis.cim.local_geopackage import GeoPackageLayer, create_layer
from citycheck.citycheck_qgis.cim.results import Report, Rules
from citycheck.citycheck_qgis.cim.store import Store
from citycheck.citycheck_qgis.errors import InputError, NoAnswerError
from citycheck.tests.fixtures.exchange_sides import (
    ABLE,
    PULL,
    PUSH,
    SCHEMA,
    SYNC,
    Client,
    KilledError,
    Layer,
    Platform,
    feature,
    square,
)


def run(client: Client, platform: Platform, rules: Rules = SYNC, tolerance: Tolerance = EXACT) -> Report:
    with Store(client.path) as store:
        link = store.link("p", "c", "l")
        return exchange(store, link, client.layer, platform, rules, tolerance, sleep=lambda s: None)


def shifted(blob: bytes | None, by: float) -> bytes:
    return shapely.to_wkb(shapely.transform(shapely.from_wkb(blob), lambda c: c + by))


# --- the tolerance of a probe


def test_a_small_edit_there_is_one_whatever_the_probe_allows(tmp_path: Path) -> None:
    coarse = Tolerance(distance=1e-6, drops_beyond_bmp=True, empty_is_null=True)
    client, platform = Client(tmp_path, Layer([feature("a"), feature("b", x=114)])), Platform()
    run(client, platform, tolerance=coarse)
    theirs = shifted(client.layer.rows["a"].geometry, 9e-7)
    platform.edit("a", geometry=theirs, name="楼🏙")
    platform.edit("b", geometry=shifted(client.layer.rows["b"].geometry, 9e-7))
    client.layer.edit("b", geometry=square(113.3))
    report = run(client, platform, tolerance=coarse)
    assert client.layer.rows["a"].geometry == theirs and client.layer.rows["a"].values["name"] == "楼🏙"
    assert [(r.key, r.state) for r in report.results if r.key == "b"] == [("b", "conflict")]


def test_the_last_bit_of_a_coordinate_is_no_edit_there(tmp_path: Path) -> None:
    client, platform = Client(tmp_path, Layer([feature("a")])), Platform()
    run(client, platform)
    before = client.layer.rows["a"].geometry
    platform.edit("a", geometry=shifted(before, 3e-10))
    assert run(client, platform).counts == {} and client.layer.rows["a"].geometry == before


# --- two features with one key


def operations(client: Client) -> list[tuple[str, str]]:
    with Store(client.path) as store:
        return store.connection.execute("SELECT kind, state FROM operation ORDER BY operation_id").fetchall()


def late_once(platform: Platform) -> None:
    """Let the answer of the first creation be lost, and the feature appear with the second one."""
    whole, late = platform.create, []

    def create(features: Sequence[Feature]) -> list[Outcome]:
        if not late:
            late.extend(features)
            raise NoAnswerError("Lost.")
        for one in late:
            platform.add(one)
        return whole(features)

    platform.create = create  # type: ignore[method-assign]


def test_the_removal_of_our_own_copy_is_in_the_journal(tmp_path: Path) -> None:
    client, platform = Client(tmp_path, Layer([feature("a")])), Platform()
    late_once(platform)
    report = run(client, platform)
    assert len(platform.rows) == 1 and len(report.warnings) == 1
    assert sorted(operations(client)) == [("create", "verified"), ("delete", "verified")]


def test_what_stays_after_the_removal_of_a_copy_is_known_as_ours(tmp_path: Path) -> None:
    """The process ends with two copies, and the platform alters what it stores."""
    client, platform = (
        Client(tmp_path, Layer([replace(feature("a"), geometry=square(113.123456789))])),
        Platform(),
    )
    platform.damage = lambda one: replace(one, geometry=rounded(one.geometry))
    late_once(platform)

    def kill(kind: str) -> None:
        if kind == "create":
            raise KilledError

    platform.after = kill
    with pytest.raises(KilledError):
        run(client, platform)
    assert len(platform.rows) == 2
    client.die()
    platform.after = lambda kind: None
    report = run(client, platform)
    assert len(platform.rows) == 1 and not report.counts
    assert run(client, platform).counts == {} and not client.conflicts()
    assert ("create", "verified") in operations(client)


def test_a_copy_that_somebody_made_stays(tmp_path: Path) -> None:
    """Once was refused and once done: that cannot have made two."""
    client, platform = Client(tmp_path, Layer([feature("a")])), Platform()
    refused = [True]
    platform.refuses = lambda one: bool(refused) and refused.pop()
    for _ in range(2):
        run(client, platform, PUSH)
    platform.add(platform.by_key()["a"][0])
    for _ in range(2):
        report = run(client, platform)
        assert len(platform.rows) == 2 and report.counts == {"held_back": 1}
        assert "delete there" in str(report.results[0].reason)
    assert ("delete", "verified") not in operations(client)


def test_a_copy_made_long_after_a_lost_answer_stays(tmp_path: Path) -> None:
    client, platform = Client(tmp_path, Layer([feature("a")])), Platform()
    late_once(platform)
    for _ in range(3):
        run(client, platform)
    platform.add(platform.by_key()["a"][0])
    assert run(client, platform).counts == {"held_back": 1} and len(platform.rows) == 2


@pytest.mark.parametrize("name", ["楼", "塔"])
@pytest.mark.parametrize("tells", [True, False])
def test_two_clients_make_one_feature_at_once(tmp_path: Path, name: str, tells: bool) -> None:
    platform = Platform()
    platform.tells_ids = tells
    clients = [
        Client(tmp_path / n, Layer([feature("k", name=text)])) for n, text in (("1", "楼"), ("2", name))
    ]
    first, second = clients
    raced = []

    def race(kind: str) -> None:
        if kind == "create" and not raced:
            raced.append(kind)
            run(second, platform, PUSH)

    platform.before = race
    report = run(first, platform, PUSH)
    if not tells:
        # Which is whose cannot be told.
        assert report.counts == {"held_back": 1} and len(platform.rows) == 2
        return
    (row,) = platform.rows.values()
    assert row.values["name"] == name and ("delete", "verified") in operations(first)
    for client in clients * 2:
        report = run(client, platform)
    assert len(platform.rows) == 1
    assert bool(first.conflicts("open")) == (name != "楼") and not second.conflicts()


# --- values that the platform does not keep

LOSSES = {
    "gone": lambda text: None,
    "cut": lambda text: text[:3],
    "emptied": lambda text: "",
}


def in_name(change: Callable[[str], str | None]) -> Callable[[Feature], Feature]:
    return lambda one: replace(one, values={**one.values, "name": change(str(one.values["name"]))})


@pytest.mark.parametrize("partial", [True, False])
@pytest.mark.parametrize("kind", LOSSES)
def test_a_value_that_the_platform_does_not_keep_is_told_in_each_run(
    tmp_path: Path, kind: str, partial: bool
) -> None:
    rows = [feature(f"k{n}", name="广州塔广场", x=113 + n) for n in range(5)]
    client, platform = Client(tmp_path, Layer(rows)), Platform(replace(ABLE, partial_update=partial))
    platform.damage = in_name(LOSSES[kind])
    for number in range(3):
        report = run(client, platform)
        assert report.counts == {"rejected": 5} and len(platform.rows) == 5
        told = {(r.action, r.items, str(r.reason)) for r in report.results}
        assert len(told) == 1 and "does not keep" in next(iter(told))[2]
        assert next(iter(told))[:2] == ("update" if number else "create", ("name",))
    assert {row.values["name"] for row in client.layer.rows.values()} == {"广州塔广场"}
    platform.damage = lambda one: one
    assert run(client, platform).counts == {"verified": 5} and run(client, platform).counts == {}


def test_values_that_a_colleague_clears_while_we_write_are_conflicts(tmp_path: Path) -> None:
    platform = Platform(replace(ABLE, batch=50, find_batch=50))
    keys = [f"k{n}" for n in range(5)]
    client = Client(tmp_path, Layer([feature(key, x=113 + n) for n, key in enumerate(keys)]))
    run(client, platform)
    for key in keys:
        client.layer.edit(key, status="mine")

    def clear(kind: str) -> None:
        if kind == "update":
            for key in keys:
                platform.edit(key, status=None)

    platform.after = clear
    assert run(client, platform).counts == {"rejected": 5}
    platform.after = lambda kind: None
    for _ in range(2):
        assert run(client, platform).counts == {"conflict": 5} and len(client.conflicts("open")) == 5
    for conflict in client.conflicts("open"):
        client.resolve(conflict, {"status": "local"})
    assert run(client, platform).counts == {"verified": 5}


def test_a_replacing_platform_that_loses_what_nobody_changed(tmp_path: Path) -> None:
    client, platform = Client(tmp_path, Layer([feature("a")])), Platform()
    run(client, platform)
    platform.damage = in_name(LOSSES["gone"])
    client.layer.edit("a", status="done")
    for _ in range(3):
        assert run(client, platform).counts == {"conflict": 1}
    assert client.layer.rows["a"].values["name"] == "楼"
    (conflict,) = client.conflicts("open")
    client.resolve(conflict, {"name": "local"})
    platform.damage = lambda one: one
    assert run(client, platform).counts == {"verified": 1}
    assert platform.rows["1"].values == {"name": "楼", "status": "done", "storeys": 3}


# --- a platform that becomes coarser between two exchanges


def rounded(blob: bytes | None, digits: int = 6) -> bytes:
    return shapely.to_wkb(shapely.transform(shapely.from_wkb(blob), lambda c: np.round(c, digits)))


def test_a_platform_that_becomes_coarser_edits_nothing(tmp_path: Path) -> None:
    rows = [
        replace(feature(f"k{n}"), geometry=square(113.123456789012 + n, 23.0123456789, 0.0012345678))
        for n in range(4)
    ]
    client, platform = Client(tmp_path, Layer(rows)), Platform()
    run(client, platform)
    for one in rows:
        platform.edit(one.key, geometry=rounded(one.geometry))
    platform.edit("k1", status="theirs")
    client.layer.edit("k2", geometry=square(114.5))
    del client.layer.rows["k3"]
    report = run(client, platform)
    assert report.counts == {"taken": 1, "verified": 2} and len(report.warnings) == 1
    assert "3 features" in str(report.warnings[0])
    assert client.layer.rows["k0"].geometry == rows[0].geometry
    assert client.layer.rows["k1"].geometry == rows[1].geometry
    assert client.layer.rows["k1"].values["status"] == "theirs"
    assert platform.by_key()["k2"][0].geometry == square(114.5) and "k3" not in platform.by_key()
    report = run(client, platform)
    assert report.counts == {} and not report.warnings


def test_a_snap_to_whole_metres_is_an_edit(tmp_path: Path) -> None:
    row = replace(feature("a"), geometry=square(434000.3, 2553000.2, 20))
    client, platform = Client(tmp_path, Layer([row])), Platform()
    run(client, platform)
    theirs = square(434000.25, 2553000.0, 20)
    platform.edit("a", geometry=theirs)
    assert run(client, platform).counts == {"taken": 1} and client.layer.rows["a"].geometry == theirs


# --- runs that only send


@pytest.mark.parametrize("find_batch", [10, 0])
@pytest.mark.parametrize("dry_run", [True, False])
def test_a_push_tells_what_it_does_not_take_over(tmp_path: Path, find_batch: int, dry_run: bool) -> None:
    rows = [feature(f"k{n}", x=113 + n) for n in range(5)]
    client, platform = Client(tmp_path, Layer(rows)), Platform(replace(ABLE, find_batch=find_batch))
    run(client, platform, PUSH)
    platform.edit("k0", status="theirs")
    platform.remove("k1")
    platform.edit("k2", name="theirs")
    client.layer.edit("k2", status="ours")
    platform.add(feature("strange"))
    report = run(client, platform, replace(PUSH, dry_run=dry_run))
    told = {(r.key, r.action): (r.items, str(r.reason)) for r in report.results if r.state == "withheld"}
    assert told.keys() == {("k0", "update_here"), ("k1", "delete_here"), ("k2", "update_here")}
    assert told["k0", "update_here"] == (
        ("status",),
        "It has changed on the platform; a pull or a sync brings it.",
    )
    assert "deleted on the platform" in told["k1", "delete_here"][1]
    assert told["k2", "update_here"][0] == ("name",) and len(report.results) == 4
    assert client.layer.rows["k0"].values["status"] == "open" and "k1" in client.layer.rows
    if dry_run:
        return
    assert platform.by_key()["k2"][0].values == {"name": "theirs", "status": "ours", "storeys": 3}
    assert run(client, platform).counts == {"taken": 4} and run(client, platform, PUSH).counts == {}


def test_a_conflict_resolved_for_the_platform_is_told_by_a_push(tmp_path: Path) -> None:
    client, platform = Client(tmp_path, Layer([feature("a")])), Platform()
    run(client, platform, PUSH)
    client.layer.edit("a", status="ours")
    platform.edit("a", status="theirs")
    run(client, platform, PUSH)
    client.resolve(client.conflicts("open")[0], {"status": "remote"})
    for _ in range(2):
        assert run(client, platform, PUSH).counts == {"withheld": 1}


def test_a_push_of_many_features_looks_only_at_those_that_changed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(comparing, "LOOKS", 0)
    client, platform = Client(tmp_path, Layer([feature(f"k{n}", x=113 + n) for n in range(5)])), Platform()
    run(client, platform, PUSH)
    platform.requests.clear()
    assert len(run(client, platform, PUSH).warnings) == 1 and not platform.requests


# --- a filter on the layer


@pytest.mark.parametrize("dry_run", [True, False])
@pytest.mark.parametrize("words", [{"where": "status = 'open'"}, {"fids": [2]}])
def test_a_row_beyond_the_filter_is_not_new(tmp_path: Path, words: dict[str, Any], dry_run: bool) -> None:
    path, platform = tmp_path / "建筑.gpkg", Platform()
    for key in ("a", "b", "c"):
        platform.add(feature(key))
    create_layer(path, "建筑", SCHEMA, "OGC:CRS84", "uuid")

    def synced(number: int, rules: Rules, **words: Any) -> Report:
        with (
            Store(tmp_path / f"{number}.db") as store,
            GeoPackageLayer(
                path, "建筑", "OGC:CRS84", key_field="uuid", writable=not rules.dry_run, **words
            ) as layer,
        ):
            return exchange(store, store.link("p", "c", "l"), layer, platform, rules, sleep=lambda s: None)

    synced(1, SYNC)
    with GeoPackageLayer(path, "建筑", "OGC:CRS84", key_field="uuid") as layer:
        one = next(row for row in layer.features() if row.key == "a")
        after = one.with_items({"status": "mine"})
        layer.apply([LocalChange("update", after, one, frozenset(["status"]))])
    platform.add(feature("new"))
    for _ in range(2):
        # A journal that knows nothing of the rows, as where another filter was on before.
        report = synced(2 + dry_run, replace(SYNC, dry_run=dry_run), **words)
        held = {r.key: str(r.reason) for r in report.results if r.state == "held_back"}
        assert "a" in held and "b" not in held
        assert set(held.values()) == {"It is in the layer, beyond its filter or selection."}
        assert not report.counts.get("waiting")
    with GeoPackageLayer(path, "建筑", "OGC:CRS84", key_field="uuid") as layer:
        assert [row.key for row in layer.features()] == ["a", "b", "c"] + ["new"] * (not dry_run)


# --- collections without a key


class Keyless(Platform):
    """A stand-in for a platform whose own ids have to do as keys."""

    key_field = None  # type: ignore[assignment]

    def pages(self) -> Iterator[Page]:
        for page in super().pages():
            yield replace(page, features=[replace(f, key=f.server_id) for f in page.features])

    def find(self, keys: Sequence[str]) -> list[Feature]:
        return [replace(f, key=n) for n, f in self.rows.items() if n in keys]


def keyless(folder: Path) -> tuple[Client, Keyless]:
    client, platform = Client(folder, Layer()), Keyless()
    for n in range(6):
        platform.add(feature(f"f{n}", name=f"{n}", x=113 + n))
    run(client, platform, PULL)
    return client, platform


@pytest.mark.parametrize("gone", [0, 2, 4])
def test_a_platform_that_numbers_anew_is_not_merged(tmp_path: Path, gone: int) -> None:
    client, platform = keyless(tmp_path)
    client.layer.edit("1", status="a note on f0")
    before = {key: row.digest() for key, row in client.layer.rows.items()}
    kept = [row for n, row in enumerate(platform.rows.values()) if n != gone]
    platform.rows = {str(n + 1): replace(row, server_id=str(n + 1)) for n, row in enumerate(kept)}
    for rules in (PULL, SYNC, replace(SYNC, dry_run=True)):
        with pytest.raises(InputError, match="numbered its features anew"):
            run(client, platform, rules)
    assert {key: row.digest() for key, row in client.layer.rows.items()} == before


def test_edits_of_a_platform_without_keys_are_merged(tmp_path: Path) -> None:
    client, platform = keyless(tmp_path)
    for n in list(platform.rows)[:4]:
        platform.rows[n] = replace(platform.rows[n], values={"name": "same", "status": "done", "storeys": 1})
    del platform.rows["6"]
    assert run(client, platform, PULL).counts == {"taken": 5}
    assert client.layer.rows["1"].values["name"] == "same" and "6" not in client.layer.rows
