"""One feature that cannot be read on the platform: it is held back and named, and the others go on."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from citycheck.citycheck_qgis.cim.adapters.base import Collection, Fault, Page
from citycheck.citycheck_qgis.cim.adapters.faults import read_each
from citycheck.citycheck_qgis.cim.adapters.opening import open_collection, way_to
from citycheck.citycheck_qgis.cim.adapters.wfs import WfsCollection
from citycheck.citycheck_qgis.cim.adapters.wfs_reading import Raw
from citycheck.citycheck_qgis.cim.connections import CollectionSettings, Connection
from citycheck.citycheck_qgis.cim.features import Feature
from citycheck.citycheck_qgis.errors import NoAnswerError
from citycheck.citycheck_qgis.messages import message
from citycheck.tests.cim.test_guarded import FEATURE, HOUSE, OgcStandin
from citycheck.tests.fixtures.exchange_sides import SYNC, Client, Layer, Platform, feature
from citycheck.tests.standins.arcgis_standin import ArcgisStandin
from citycheck.tests.standins.standin_server import Reply, Request, Standin
from citycheck.tests.standins.supermap_standin import SupermapStandin

KEYS = [f"00000000-0000-0000-0000-00000000000{n}" for n in range(3)]


def broken(reply: Reply, geometry: Any) -> Reply:
    """Give the second feature of an answer a geometry that is none."""
    read = json.loads(reply.body)
    if isinstance(read, dict) and len(read.get("features") or []) > 1:
        read["features"][1]["geometry"] = geometry
        return Reply.json(read)
    return reply


class Arcgis(ArcgisStandin):
    def answer(self, request: Request) -> Reply:
        return broken(super().answer(request), {"rings": [[["x", 1], [2, 3], [4, 5], ["x", 1]]]})


class Supermap(SupermapStandin):
    def answer(self, request: Request) -> Reply:
        return broken(super().answer(request), {"type": "REGION", "parts": [4], "points": [{"x": "east"}]})


class Ogc(OgcStandin):
    def answer(self, request: Request) -> Reply:
        if "items" not in request.path:
            return super().answer(request)
        items = [FEATURE | {"id": n, "properties": {"uuid": key, "n": 3}} for n, key in enumerate(KEYS)]
        made = Reply.json({"type": "FeatureCollection", "features": items, "numberMatched": 3, "links": []})
        return broken(made, {"type": "Polygon", "coordinates": [[[113, 23], ["x", 1], [114, 24], [113, 23]]]})


class Rows(Standin):
    def answer(self, request: Request) -> Reply:
        shapes: list[Any] = [FEATURE["geometry"]] * 3
        shapes[1] = {"type": "Polygon", "coordinates": 5}
        rows = [
            {"id": n, "uuid": key, "geom": shape}
            for n, (key, shape) in enumerate(zip(KEYS, shapes, strict=True))
        ]
        after = int(request.query.get("pageNo", 1)) > 1
        return Reply.json({"code": 0, "data": {"rows": [] if after else rows, "total": 3}})


def of_arcgis(server: Any) -> Connection:
    for key in KEYS:
        server.insert({"uuid": key}, {"rings": [[[113, 23], [113, 24], [114, 24], [113, 23]]]})
    return Connection(
        "x", "arcgis", server.service_url, collections={"0": CollectionSettings(key_field="uuid")}
    )


def of_supermap(server: Any) -> Connection:
    points = [{"x": x, "y": y} for x, y in ((113, 23), (113, 24), (114, 24), (113, 23))]
    for key in KEYS:
        server.insert({"uuid": key}, {"type": "REGION", "parts": [4], "points": points})
    settings = {"City:Problem_R": CollectionSettings(key_field="uuid")}
    return Connection("x", "supermap", server.data_url, collections=settings)


def of_ogc(server: Any) -> Connection:
    return Connection("x", "ogcapi", server.root, collections={"c": CollectionSettings(key_field="uuid")})


def of_house(server: Any) -> Connection:
    options = json.loads(json.dumps(HOUSE))
    options["collections"]["c"]["list"]["params"] = {"pageNo": "{page}"}
    settings = {"c": CollectionSettings(key_field="uuid")}
    return Connection("x", "house", server.root, collections=settings, options=options)


@pytest.mark.parametrize(
    ("kind", "connect"), [(Arcgis, of_arcgis), (Supermap, of_supermap), (Ogc, of_ogc), (Rows, of_house)]
)
def test_a_broken_geometry_does_not_end_a_reading(
    kind: type[Standin], connect: Callable[[Any], Connection]
) -> None:
    with kind() as server:
        connection = connect(server)
        way = way_to(connection, None)
        collection = open_collection(connection, way, next(iter(connection.collections)))
        pages = list(collection.pages())
        way.close()
    assert pages[-1].last
    assert [f.key for page in pages for f in page.features] == [KEYS[0], KEYS[2]]
    (fault,) = (fault for page in pages for fault in page.faults)
    assert fault.key == KEYS[1] and fault.server_id is not None
    assert "cannot be read" in str(fault.reason)


def test_formats_of_a_page_stay_together_where_one_feature_is_broken() -> None:
    made: Any = object.__new__(WfsCollection)
    made.key_field = "uuid"
    raws = [Raw(str(n), {"uuid": f"k{n}"}, None, "") for n in range(3)]

    def features(sets: Any) -> list[Feature]:
        if any(raw.server_id == "1" for raw in sets[0]):
            raise ValueError("no number")
        assert [[raw.server_id for raw in one] for one in sets] == [[sets[0][0].server_id]] * 2
        return [Feature(raw.values["uuid"], {}, None, raw.server_id) for raw in sets[0]]

    made._features = features
    page = made._page([raws, raws[::-1]], 3, True)
    assert [f.key for f in page.features] == ["k0", "k2"]
    assert [(fault.key, fault.server_id) for fault in page.faults] == [("k1", "1")]


def test_where_nothing_can_be_read_it_is_not_the_rows() -> None:
    def read(rows: Any) -> list[Feature]:
        raise KeyError("geom")

    with pytest.raises(KeyError):
        read_each(range(10), read, lambda row: (None, row))
    assert len(read_each(range(3), read, lambda row: (None, row))) == 3


class Faulty(Platform):
    """Cannot tell some of its features."""

    unreadable: frozenset[str] = frozenset()
    keyless = False

    def pages(self) -> Iterator[Page]:
        for page in super().pages():
            faults = [f for f in page.features if f.key in self.unreadable]
            good = [f for f in page.features if f not in faults]
            told = [
                Fault(None if self.keyless else f.key, f.server_id, message("It cannot be read."))
                for f in faults
            ]
            yield replace(page, features=good, faults=told)


def sides(tmp_path: Path) -> tuple[Client, Faulty]:
    client = Client(tmp_path, Layer([feature(f"k{n}", x=113 + n / 10) for n in range(6)]))
    platform = Faulty()
    client.run(platform)
    platform.unreadable = frozenset({"k1"})
    return client, platform


def test_the_others_are_exchanged_and_the_broken_one_is_held_back(tmp_path: Path) -> None:
    client, platform = sides(tmp_path)
    client.layer.edit("k1", status="ours")
    client.layer.edit("k2", status="ours")
    platform.edit("k3", status="theirs")
    platform.remove("k4")
    report = client.run(platform, replace(SYNC, max_deletions=10))
    assert platform.by_key()["k2"][0].values["status"] == "ours"
    assert client.layer.rows["k3"].values["status"] == "theirs"
    assert "k4" not in client.layer.rows
    # Neither deleted here nor made again there.
    assert client.layer.rows["k1"].values["status"] == "ours" and len(platform.by_key()["k1"]) == 1
    assert report.actions[("none", "held_back")] == 1
    platform.unreadable = frozenset()
    client.run(platform)
    assert platform.by_key()["k1"][0].values["status"] == "ours"


def test_a_broken_feature_without_key_may_be_any_that_is_missing(tmp_path: Path) -> None:
    client, platform = sides(tmp_path)
    platform.keyless = True
    platform.remove("k4")
    client.layer.edit("k2", status="ours")
    client.run(platform, replace(SYNC, max_deletions=10))
    assert {"k1", "k4"} <= set(client.layer.rows) and len(platform.by_key()["k1"]) == 1
    assert platform.by_key()["k2"][0].values["status"] == "ours"


def test_a_broken_feature_is_not_absent_for_a_search_by_reading(tmp_path: Path) -> None:
    _, platform = sides(tmp_path)
    assert [f.key for f in Collection.scan(platform, ["k2"])] == ["k2"]
    with pytest.raises(NoAnswerError, match="Feature 2 of collection problem: It cannot be read"):
        Collection.scan(platform, ["k1", "k2"])
