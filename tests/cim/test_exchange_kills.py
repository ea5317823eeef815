"""A real client over HTTP, killed by the system at each of its requests, against the stand-in for ArcGIS."""

from __future__ import annotations

import shutil
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
from citycheck.citycheck_qgis.cim.features import GEOMETRY, Feature, Field, Schema
from citycheck.citycheck_qgis.cim.local import LocalChange
from citycheck.citycheck_qgis.cim.local_geopackage import GeoPackageLayer, create_layer
from citycheck.tests.fixtures.exchange_client import CRS, ClientProgram
from citycheck.tests.fixtures.exchange_sides import square
from citycheck.tests.standins.adversary import Adversary, Fault
from citycheck.tests.standins.arcgis_standin import ArcgisStandin

FIELDS = Schema((Field("name", "text"), Field("note", "text"), Field("severity", "integer")), "MultiPolygon")


def key(number: int) -> str:
    return str(uuid.UUID(int=number))


def problem(number: int, **values: object) -> Feature:
    given = {"name": f"问题 {number}", "note": "x\"y'z\\w 🏙𠮷", "severity": number % 3} | values
    return Feature(key(number), given, square(113 + number / 1000))  # type: ignore[arg-type]


def changed(path: Path, *changes: LocalChange) -> None:
    with GeoPackageLayer(path, None, CRS, key_field="uuid") as layer:
        assert [outcome.state for outcome in layer.apply(changes)] == ["done"] * len(changes)


def made(path: Path, numbers: range) -> Path:
    create_layer(path, "problem", FIELDS, CRS, "uuid")
    changed(path, *(LocalChange("insert", problem(n)) for n in numbers))
    return path


def rows(path: Path) -> dict[str | None, dict]:
    with GeoPackageLayer(path, None, CRS, key_field="uuid") as layer:
        return {f.key: f.values for f in layer.features()}


def there(server: ArcgisStandin) -> dict[str, dict]:
    found: dict[str, dict] = {}
    for row in server.features.values():
        values = row["attributes"]
        assert values["uuid"] not in found, "doubled"
        found[values["uuid"]] = {name: values[name] for name in FIELDS.names}
    return found


@pytest.fixture(scope="module")
def client() -> Iterator[ClientProgram]:
    with ClientProgram() as program:
        yield program


@pytest.fixture(scope="module")
def agreed(
    client: ClientProgram, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Path, ArcgisStandin]]:
    """Six features agreed with a platform; then 3 new ones here, 3 changed, 2 deleted."""
    folder = tmp_path_factory.mktemp("agreed")
    path = made(folder / "layer.gpkg", range(6))
    with ArcgisStandin() as server:
        with Adversary(server.root) as proxy:
            assert client.run(url=proxy.through(server.service_url), layer=str(path), journal=str(folder / "j.db"))["counts"] == {"verified": 6}  # fmt: skip
        whole = {row.key: row for row in _features(path)}
        changed(
            path,
            *(LocalChange("insert", problem(n)) for n in (10, 11, 12)),
            *(LocalChange("update", problem(n, note="done"), whole[key(n)], frozenset(["note"])) for n in (0, 1)),
            LocalChange("update", Feature(key(2), problem(2).values, square(115)), whole[key(2)], frozenset([GEOMETRY])),
            *(LocalChange("delete", whole[key(n)], whole[key(n)]) for n in (3, 4)),
        )  # fmt: skip
        yield folder, server


def _features(path: Path) -> list[Feature]:
    with GeoPackageLayer(path, None, CRS, key_field="uuid") as layer:
        return list(layer.features())


def copied(agreed: tuple[Path, ArcgisStandin], folder: Path) -> tuple[dict[str, str], ArcgisStandin]:
    before, server = agreed
    for name in ("layer.gpkg", "j.db"):
        shutil.copyfile(before / name, folder / name)
    fresh = ArcgisStandin()
    fresh.features = {n: {**row, "attributes": dict(row["attributes"])} for n, row in server.features.items()}
    fresh.next_id, fresh.guids = server.next_id, dict(server.guids)
    return {"layer": str(folder / "layer.gpkg"), "journal": str(folder / "j.db")}, fresh


@pytest.mark.parametrize("kind", ["call_before", "call_after"])
def test_killed_at_each_request(agreed: tuple, client: ClientProgram, tmp_path: Path, kind: str) -> None:
    number, killed = 0, 9
    while killed:
        number += 1
        folder = tmp_path / str(number)
        folder.mkdir()
        files, server = copied(agreed, folder)
        with server:
            faults = [Fault(kind, at=number, action=client.kill)]
            with Adversary(server.root, faults) as proxy:
                killed = client.run(url=proxy.through(server.service_url), **files)["signal"]
            with Adversary(server.root) as proxy:
                url = proxy.through(server.service_url)
                ended = client.run(url=url, **files)
                assert set(ended["counts"]) <= {"verified", "agreed"}, (number, ended)
                assert there(server) == rows(folder / "layer.gpkg"), number
                assert set(there(server)) == {key(n) for n in (0, 1, 2, 5, 10, 11, 12)}
                quiet = client.run(url=url, **files)
                assert quiet["counts"] == {} and quiet["unchanged"] == 7, number
    assert number > 10
