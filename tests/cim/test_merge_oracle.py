"""The merge against that of geodiff, which Mergin Maps syncs GeoPackages with; an oracle that is not ours."""

from __future__ import annotations

import json
import random
import shutil
from pathlib import Path
from typing import Any

import pytest
from citycheck.citycheck_qgis.cim.features import GEOMETRY, Feature, Field, Schema
from citycheck.citycheck_qgis.cim.local import LocalChange
from citycheck.citycheck_qgis.cim.local_geopackage import GeoPackageLayer, create_layer
from citycheck.citycheck_qgis.cim.merge import Base, merge
from citycheck.tests.fixtures.exchange_sides import square

pygeodiff = pytest.importorskip("pygeodiff", reason="geodiff is an oracle of the tests only")

FIELDS = Schema((Field("name", "text"), Field("status", "text"), Field("storeys", "integer")), "Polygon")
ITEMS = ("name", "status", "storeys", GEOMETRY)
NUMBER = 300


def opened(path: Path) -> GeoPackageLayer:
    return GeoPackageLayer(path, None, "EPSG:4490", key_field="uuid")


def read(path: Path) -> dict[str, Feature]:
    with opened(path) as layer:
        return {str(f.key): f for f in layer.features()}


def edited(base: Path, target: Path, drawn: random.Random, values: dict[str, list[Any]]) -> Path:
    """Copy a layer and change some items of it, each to one of few values, so that both sides meet."""
    shutil.copyfile(base, target)
    changes = []
    for key, row in read(target).items():
        items = {n: drawn.choice(values[n]) for n in ITEMS if drawn.random() < 0.3}
        items = {n: v for n, v in items.items() if v != row.item(n)}
        if drawn.random() < 0.05:
            changes.append(LocalChange("delete", row, row))
        elif items:
            changes.append(LocalChange("update", row.with_items(items), row, frozenset(items)))
        assert row.key == key
    with opened(target) as layer:
        assert {outcome.state for outcome in layer.apply(changes)} == {"done"}
    return target


@pytest.mark.parametrize("seed", range(5))
def test_both_merge_alike(tmp_path: Path, seed: int) -> None:
    drawn = random.Random(seed)
    base = tmp_path / "base.gpkg"
    create_layer(base, "b", FIELDS, "EPSG:4490", "uuid")
    with opened(base) as layer:
        made = [Feature(f"k{n}", {"name": f"楼{n}", "status": "open", "storeys": n}, square(100 + n / 100)) for n in range(NUMBER)]  # fmt: skip
        layer.apply([LocalChange("insert", one) for one in made])
    values = {
        "name": ["塔", "亭"],
        "status": ["done", "late"],
        "storeys": [7, 8],
        GEOMETRY: [square(50), square(51)],
    }
    ours = edited(base, tmp_path / "ours.gpkg", drawn, values)
    theirs = edited(base, tmp_path / "theirs.gpkg", drawn, values)
    before, here, there = read(base), read(ours), read(theirs)
    fids = {row.server_id: key for key, row in before.items()}
    pygeodiff.GeoDiff().rebase(str(base), str(theirs), str(ours), str(tmp_path / "conflicts.json"))
    merged = read(ours)
    told = tmp_path / "conflicts.json"
    entries = json.loads(told.read_text())["geodiff"] if told.exists() else []
    # Columns: fid, geometry, key, fields.
    columns = {1: GEOMETRY, 3: "name", 4: "status", 5: "storeys"}
    theirs_say = {
        fids[str(entry["fid"])]: {columns[change["column"]] for change in entry["changes"]}
        for entry in entries
    }
    conflicts, seen = {}, 0
    for key, row in before.items():
        found = merge(Base(row, row), here.get(key), there.get(key), ITEMS)
        if found.conflict is not None:
            conflicts[key] = (found.conflict, set(found.conflicting))
            continue
        seen += 1
        if found.gone or found.there == "delete" or found.here == "delete":
            assert key not in merged
            continue
        assert (
            merged[key].values == here[key].with_items({n: there[key].item(n) for n in found.to_here}).values
        )
        assert (
            merged[key].geometry
            == here[key].with_items({n: there[key].item(n) for n in found.to_here}).geometry
        )
    both = {key: items for key, (kind, items) in conflicts.items() if kind == "both_changed"}
    assert both and seen > NUMBER / 4
    assert {key: items for key, items in theirs_say.items() if key in both} == both
    # A deletion against a change: there one side goes on without a word or with one, here it is always a conflict.
    assert set(theirs_say) - set(both) <= set(conflicts)
