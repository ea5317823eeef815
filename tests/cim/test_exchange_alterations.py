"""What counts as an edit and what as the platform's doing, where the two look alike."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import shapely
from citycheck.citycheck_qgis.cim.exchange import exchange
from citycheck.citycheck_qgis.cim.fidelity import EXACT, Tolerance
from citycheck.citycheck_qgis.cim.results import Report, Rules
from citycheck.citycheck_qgis.cim.store import Store
from citycheck.tests.fixtures.exchange_sides import SYNC, Client, Layer, Platform, feature, square


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
