"""Writes that must not be made."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from citycheck.citycheck_qgis.cim.exchange import exchange
from citycheck.citycheck_qgis.cim.results import Rules
from citycheck.citycheck_qgis.cim.store import Store
from citycheck.tests.fixtures.exchange_sides import Layer, Platform, feature


class Nameless(Platform):
    """A stand-in for a platform of which the connection reads the id from the wrong place."""

    def find(self, keys):
        return [replace(one, server_id="") for one in super().find(keys)]


def test_nothing_is_changed_or_deleted_without_an_id(tmp_path: Path) -> None:
    layer, platform = Layer([feature("a"), feature("b"), feature("c")]), Nameless()
    rules = Rules(dry_run=False, max_deletions=3, pauses=(0.0,))
    with Store(tmp_path / "journal.db") as store:
        link = store.link("http://platform", "problem", "problem")
        exchange(store, link, layer, platform, rules)
        layer.edit("a", status="closed")
        del layer.rows["b"]
        report = exchange(store, link, layer, platform, rules)
    assert report.counts["rejected"] == 2
    assert {"update", "delete"}.isdisjoint(platform.requests)
    assert len(platform.rows) == 3
