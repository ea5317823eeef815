"""An exchange that is stopped at each of its requests, in each way, and run again: nothing lost, nothing doubled."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest
from citycheck.citycheck_qgis.cim.features import Feature
from citycheck.citycheck_qgis.cim.results import Report
from citycheck.citycheck_qgis.errors import (
    CancelledError,
    CityCheckError,
    NoAnswerError,
    RefusedError,
    SignInError,
)
from citycheck.tests.fixtures.exchange_sides import ABLE, Client, KilledError, Layer, Platform, feature


def prepared(folder: Path, able: object) -> tuple[Client, Platform]:
    """Both sides agree on 6 features; then 3 are new here, 3 changed, 2 deleted, and 1 is changed there."""
    layer = Layer([feature(f"k{n}", x=113 + n / 10) for n in range(6)])
    platform, side = Platform(able), Client(folder, layer)  # type: ignore[arg-type]
    side.run(platform)
    for n in range(3):
        layer.edit(f"k{n}", status=f"done {n}")
        layer.rows[f"new{n}"] = feature(f"new{n}", x=114 + n / 10)
    layer.edit("k2", geometry=feature("k2", x=115).geometry)
    del layer.rows["k3"], layer.rows["k4"]
    platform.edit("k5", storeys=9)
    platform.requests.clear()
    return side, platform


def check_ended(side: Client, platform: Platform) -> None:
    """Both sides hold every edit, each feature once, and a further run has nothing to do."""
    found = platform.by_key()
    assert {key: len(rows) for key, rows in found.items()} == dict.fromkeys(
        ["k0", "k1", "k2", "k5", "new0", "new1", "new2"], 1
    )
    assert set(side.layer.rows) == set(found)
    for key, (row,) in found.items():
        assert row.digest() == side.layer.rows[key].digest(), key
    assert [found[f"k{n}"][0].values["status"] for n in range(3)] == ["done 0", "done 1", "done 2"]
    assert found["k5"][0].values["storeys"] == 9
    platform.requests.clear()
    report = side.run(platform)
    assert report.counts == {} and report.unchanged == 7
    assert set(platform.requests) == {"page"}
    assert set(side.states()) <= {"verified", "rejected"}
    assert not side.conflicts()


def check_counts(report: Report, side: Client, platform: Platform, before: set[str]) -> None:
    keys = before | set(side.layer.rows) | set(platform.by_key())
    assert report.unchanged + sum(report.counts.values()) == len(keys)
    told = {result.key for result in report.results}
    assert len(told) == sum(report.counts.values()) - report.actions.get(("create_here", "taken"), 0)


WAYS = {
    "whole": ABLE,
    "one by one": replace(ABLE, batch=1),
    "atomic, partly": replace(ABLE, atomic=True, partial_update=True),
    "no query by key": replace(ABLE, find_batch=0),
    "one by one, no query": replace(ABLE, batch=1, find_batch=0, locking=True),
}
FAULTS: dict[str, Callable[[], BaseException]] = {
    "no answer": lambda: NoAnswerError("No answer."),
    "refused": lambda: RefusedError("No."),
    "signed out": lambda: SignInError("Sign in."),
    "cancelled": lambda: CancelledError("Stopped."),
    "killed": lambda: KilledError(),
}


def requests_of(folder: Path, able: object) -> list[str]:
    folder.mkdir()
    side, platform = prepared(folder, able)
    side.run(platform)
    return list(platform.requests)


def strike(platform: Platform, number: int, fault: Callable[[], BaseException], after: bool, died: Callable[[], None]) -> None:  # fmt: skip
    def hook(kind: str) -> None:
        if len(platform.requests) == number:
            error = fault()
            if isinstance(error, KilledError):
                died()
            raise error

    if after:
        platform.after = hook
    else:
        platform.before = hook


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("way", WAYS)
def test_stopped_at_each_request(tmp_path: Path, way: str, fault: str) -> None:
    asked = requests_of(tmp_path / "plain", WAYS[way])
    assert len(asked) >= 10
    for after in (False, True):
        for number in range(1, len(asked) + 1):
            if after and (asked[number - 1] in ("page", "find") or fault == "refused"):
                continue
            folder = tmp_path / f"{after}-{number}"
            folder.mkdir()
            side, platform = prepared(folder, WAYS[way])
            before = set(side.layer.rows) | set(platform.by_key())
            strike(platform, number, FAULTS[fault], after, side.die)
            with suppress(CityCheckError, KilledError):
                check_counts(side.run(platform), side, platform, before)
            platform.before = platform.after = lambda kind: None
            before = set(side.layer.rows) | set(platform.by_key())
            report = side.run(platform)
            check_counts(report, side, platform, before)
            assert not {"rejected", "conflict", "held_back", "waiting"} & set(report.counts), report.results
            check_ended(side, platform)


@pytest.mark.parametrize("way", WAYS)
def test_killed_again_and_again(tmp_path: Path, way: str) -> None:
    """Each run gets one request further than the one before."""
    side, platform = prepared(tmp_path, WAYS[way])
    for number in range(1, 200):
        platform.requests.clear()
        strike(platform, number, FAULTS["killed"], number % 2 == 0, side.die)
        try:
            side.run(platform)
            break
        except KilledError:
            pass
    platform.before = platform.after = lambda kind: None
    side.run(platform)
    check_ended(side, platform)


@pytest.fixture(params=[1, 4])
def pair(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[Client, Platform]]:
    yield prepared(tmp_path, replace(ABLE, batch=request.param))


def late_create(platform: Platform, at: int) -> None:
    """The first creation is done only when `at` further requests have come."""
    kept: list[Feature] = []
    create = platform.create

    def delayed(features):
        if not kept:
            kept.extend(features)
            due.append(len(platform.requests) + at)
            raise NoAnswerError("No answer.")
        return create(features)

    due: list[int] = []

    def arrive(kind: str) -> None:
        if due and len(platform.requests) >= due[0]:
            due.clear()
            for one in kept:
                platform.add(one)

    platform.create, platform.before = delayed, arrive  # type: ignore[method-assign]


@pytest.mark.parametrize("at", range(1, 12))
def test_a_request_done_late_leaves_no_double(pair: tuple[Client, Platform], at: int) -> None:
    side, platform = pair
    late_create(platform, at)
    first = side.run(platform)
    platform.before = lambda kind: None
    second = side.run(platform)
    doubles = [key for key, rows in platform.by_key().items() if len(rows) > 1]
    assert not doubles, (first.results, second.results)
    side.run(platform)
    check_ended(side, platform)


def test_new_server_ids_at_each_run(pair: tuple[Client, Platform]) -> None:
    side, platform = pair
    for _ in range(3):
        platform.rows = {f"{n}-{platform.number}": replace(r, server_id=f"{n}-{platform.number}") for n, r in platform.rows.items()}  # fmt: skip
        side.run(platform)
    check_ended(side, platform)
