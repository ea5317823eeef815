"""A changed platform or mapping must not sweep over a whole layer."""

from __future__ import annotations

from pathlib import Path

import pytest
from citycheck.citycheck_qgis.cim.exchange import exchange
from citycheck.citycheck_qgis.cim.results import Report, Rules
from citycheck.citycheck_qgis.cim.store import Store
from citycheck.tests.fixtures.exchange_sides import Layer, Platform, feature

KEYS = [f"k{n:02}" for n in range(60)]


class Pair:
    def __init__(self, folder: Path) -> None:
        self.layer, self.platform = Layer([feature(key) for key in KEYS]), Platform()
        self.journal = folder / "journal.db"
        self.sync()

    def sync(self, large_changes: bool = False) -> Report:
        with Store(self.journal) as store:
            link = store.link("http://platform", "problem", "problem")
            rules = Rules(pull=True, dry_run=False, large_changes=large_changes, pauses=(0.0,))
            return exchange(store, link, self.layer, self.platform, rules)


@pytest.fixture
def pair(tmp_path: Path) -> Pair:
    return Pair(tmp_path)


def test_a_field_emptied_on_the_platform_is_not_emptied_here_unasked(pair: Pair) -> None:
    for key in KEYS[:21]:
        pair.platform.edit(key, status=None)
    report = pair.sync()
    assert report.counts == {"withheld": 21} and report.unchanged == 39
    assert all(row.values["status"] == "open" for row in pair.layer.rows.values())
    assert "status" in str(report.results[0].reason)
    assert pair.sync(large_changes=True).counts == {"taken": 21}
    assert pair.layer.rows["k00"].values["status"] is None


def test_a_field_emptied_here_is_not_emptied_on_the_platform_unasked(pair: Pair) -> None:
    for key in KEYS:
        pair.layer.edit(key, name="")
    assert pair.sync().counts == {"withheld": 60}
    assert {row.values["name"] for row in pair.platform.rows.values()} == {"楼"}


def test_half_of_the_features_may_change_and_few_may_be_emptied(pair: Pair) -> None:
    for key in KEYS[:30]:
        pair.platform.edit(key, status="closed")
    for key in KEYS[40:60]:
        pair.platform.edit(key, name="")
    assert pair.sync().counts == {"taken": 50}


def test_more_than_half_are_asked_about(pair: Pair) -> None:
    for key in KEYS[:31]:
        pair.platform.edit(key, status="01")
    pair.layer.rows["new"] = feature("new")
    report = pair.sync()
    assert report.counts == {"withheld": 31, "verified": 1}
