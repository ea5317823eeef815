"""Both sides on disk while they are compared."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from citycheck.citycheck_qgis.cim.features import Feature
from citycheck.citycheck_qgis.cim.merge import Base
from citycheck.citycheck_qgis.cim.results import STATES, Result
from citycheck.citycheck_qgis.cim.stage import Stage
from citycheck.citycheck_qgis.cim.store import Store
from citycheck.citycheck_qgis.messages import message
from citycheck.tests.fixtures.exchange_sides import feature


@pytest.fixture
def stage():
    with Store(None) as store:
        link = store.link("p", "c", "l")
        agreed = {n: feature(f"k{n}") for n in range(4)}
        with store.transaction():
            store.set_bases(
                link, [(f"k{n}", Base(one, replace(one, server_id=f"old{n}"))) for n, one in agreed.items()]
            )
        made = Stage(store, link)
        yield made
        made.close()


def keys_of(stage: Stage) -> list[str]:
    return [key for chunk in stage.chunks(2) for key in chunk]


def test_what_differs_is_listed_once(stage: Stage) -> None:
    stage.add_local(
        [feature("k0"), feature("k1", status="ours"), feature("k2"), feature("new"), feature("held")]
    )
    there = [feature("k0"), feature("k1"), feature("k2", status="theirs"), feature("other"), feature("k3")]
    stage.add_remote(replace(one, server_id=f"s{n}", version="v") for n, one in enumerate(there))
    stage.index()
    stage.hold(["held"])
    # k3 is gone here and as agreed there; a new server id is no difference.
    assert stage.list_differing(True) == 5
    assert keys_of(stage) == ["k1", "k2", "k3", "new", "other"]
    (one, none, only) = stage.sides(["k1", "nowhere", "other"])
    assert (
        one.local == replace(feature("k1", status="ours")) and one.remote is not None and one.base is not None
    )
    assert (
        one.remote == replace(feature("k1"), server_id="s1", version="v")
        and one.base.remote.server_id == "old1"
    )
    assert (none.local, none.remote, none.base) == (None, None, None) and only.local is None
    assert stage.held(["held", "k0"]) == {"held"} and stage.distinct() == 7


def test_only_the_local_side(stage: Stage) -> None:
    stage.add_local([feature("k0"), feature("k1", status="ours"), feature("k2"), feature("new")])
    stage.index()
    assert stage.list_differing(False) == 3 and keys_of(stage) == ["k1", "k3", "new"]


def test_doubles_and_repeats(stage: Stage) -> None:
    stage.add_remote([replace(feature(key), server_id=number) for key, number in [("a", "1"), ("a", "1"), ("b", "1"), ("b", "2"), ("c", "3")]])  # fmt: skip
    stage.index()
    assert stage.drop_repeats() == 1 and stage.doubles() == [("b", 2)]
    stage.replace_remote(["b", "c"], [replace(feature("b"), server_id="9")])
    assert not stage.doubles() and stage.count("remote") == 2


def test_a_feature_counts_with_its_gravest_result(stage: Stage) -> None:
    reason = message("{field}: {cause}", field="𠮷", cause=message("the number is rounded"))
    results = [
        Result("k0", "update", "verified", ("a", "b")), Result("k0", "update", "withheld", ("c",), reason, "7"),
        Result("k1", "none", "agreed"), Result(None, "none", "held_back"), Result(None, "none", "held_back"),
    ]  # fmt: skip
    stage.report(results)
    assert stage.worst(STATES) == {"held_back": 2, "withheld": 1, "agreed": 1}
    assert list(stage.results()) == results and stage.distinct() == 4


def test_the_file_goes_with_the_run_and_what_a_kill_left_goes_too(tmp_path: Path) -> None:
    path = tmp_path / "j.db"
    with Store(path) as store:
        link = store.link("p", "c", "l")
        left = tmp_path / ".j.db.stage"
        left.write_bytes(b"half a file")
        made = Stage(store, link)
        made.add_local([Feature("k", {"a": "\ud800"})])
        assert left.exists()
        made.close()
        assert not left.exists()
