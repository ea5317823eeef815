"""The adapter of SuperMap iServer's data service, against the stand-in."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
import shapely
from citycheck.citycheck_qgis.cim.adapters import iserver_geometry, supermap
from citycheck.citycheck_qgis.cim.adapters.base import Update
from citycheck.citycheck_qgis.cim.connections import CollectionSettings, Connection
from citycheck.citycheck_qgis.cim.features import GEOMETRY, Feature
from citycheck.citycheck_qgis.cim.fidelity import same_geometry
from citycheck.citycheck_qgis.cim.network import Http
from citycheck.citycheck_qgis.errors import InputError, NoAnswerError, RefusedError, SignInError
from citycheck.tests.standins.adversary import Adversary, Fault
from citycheck.tests.standins.standin_server import Login
from citycheck.tests.standins.supermap_standin import SupermapSettings, SupermapStandin

LOGIN = Login("planner", "correct horse")
NAME = "City:Problem_R"


def connection(url: str, key_field: str | None = "uuid", **options: Any) -> Connection:
    settings = {NAME: CollectionSettings(key_field=key_field)}
    return Connection("test", "supermap", url, collections=settings, options=options)


def opened(
    server: SupermapStandin, url: str | None = None, login: Login | None = None, **settings: Any
) -> supermap.SuperMapCollection:
    made = connection(url or server.data_url, **settings)
    return supermap.SuperMapCollection(made, Http(made, supermap.SuperMapDialect(made), login), NAME)


def square(x: float = 113.0, y: float = 23.0, size: float = 0.1) -> bytes:
    outer = shapely.box(x, y, x + size, y + size)
    return shapely.to_wkb(
        outer.difference(shapely.box(x + size / 4, y + size / 4, x + size / 2, y + size / 2))
    )


def problem(number: int, **values: Any) -> Feature:
    key = str(uuid.UUID(int=number))
    given = {"NAME": f"问题{number}", "SEVERITY": number % 3, "FOUND": "2024-05-01T08:00:00"} | values
    return Feature(key, given, square(113 + number / 1000))


def everything(collection: supermap.SuperMapCollection) -> list[Feature]:
    pages = list(collection.pages())
    assert pages[-1].last
    return [feature for page in pages for feature in page.features]


@pytest.mark.parametrize("all_at_once", [True, False])
def test_schema_leaves_out_the_systems_fields(all_at_once: bool) -> None:
    with SupermapStandin(settings=SupermapSettings(lists_all_fields=all_at_once)) as server:
        collection = opened(server)
        assert supermap.collections_of(collection.http) == [(NAME, "Problem_R")]
    assert collection.schema.names == ("SMUSERID", "NAME", "NOTE", "SEVERITY", "BIG", "AREA", "OPEN", "FOUND")
    found = collection.schema.field("NAME")
    assert found is not None and (found.type, found.length) == ("text", 64)
    assert collection.key_length == 64
    assert (collection.schema.geometry, collection.crs, collection.key_field) == (
        "MultiPolygon",
        "EPSG:4490",
        "UUID",
    )
    assert collection.capabilities.writable and not collection.capabilities.partial_update


def test_what_is_written_comes_back() -> None:
    nasty = {"NOTE": '"quotes" \\ \' 🏙𠮷龘\n', "AREA": 0.1 + 0.2, "BIG": 2**53 + 1, "OPEN": True}
    with SupermapStandin() as server:
        collection = opened(server)
        features = [
            problem(1, **nasty),
            problem(2, AREA=1e300, BIG=-(2**63)),
            problem(3, FOUND=None, AREA=None),
        ]
        assert [outcome.state for outcome in collection.create(features)] == ["done"] * 3
        back = {feature.key: feature for feature in collection.find([str(f.key) for f in features])}
        for feature in features:
            for name, value in feature.values.items():
                assert back[feature.key].values[name] == value, name
            found = back[feature.key].geometry
            assert (
                found is not None and feature.geometry is not None and same_geometry(found, feature.geometry)
            )


def test_pages_follow_ids_beyond_the_default_limits() -> None:
    with SupermapStandin() as server:
        for number in range(1050):
            server.insert({"UUID": f"u{number}"})
        server.remove(500)
        pages = list(opened(server, page=400).pages())
    assert [len(page.features) for page in pages] == [400, 400, 249]
    assert [page.last for page in pages] == [False, False, True]
    assert {page.matched for page in pages} == {1049}


def test_unsorted_services_are_read_by_windows_and_counted() -> None:
    with SupermapStandin(settings=SupermapSettings(order="reversed")) as server:
        for number in range(25):
            server.insert({"UUID": f"u{number}"})
        assert len({f.key for f in everything(opened(server, page=10))}) == 25
        server.settings.order = "shifting"
        pages = list(opened(server, page=10).pages())
        keys = {feature.key for page in pages for feature in page.features}
        # Either everything came, or the end is not said to be the end.
        assert pages[-1].last == (len(keys) == 25)


def test_find_gives_doubles_and_asks_again_for_what_was_cut() -> None:
    with SupermapStandin() as server:
        for name in ["a", "it's", *["b"] * 9]:
            server.insert({"UUID": name})
        collection = opened(server)
        found = collection.find(["it's", "a", "nobody"])
        assert sorted(str(feature.key) for feature in found) == ["a", "it's"]
        with pytest.raises(NoAnswerError, match="fewer features"):
            collection.find(["a", "b"])


def test_update_sends_the_rest_as_it_was() -> None:
    with SupermapStandin(settings=SupermapSettings(null_geometry_clears=True)) as server:
        collection = opened(server)
        collection.create([problem(1, NOTE="stays", AREA=1.25)])
        before = collection.find([str(problem(1).key)])[0]
        update = Update(
            before, before.with_items({"NAME": "改", "NOTE": "not asked for"}), frozenset({"NAME"})
        )
        assert collection.update([update])[0].state == "done"
        after = collection.find([str(before.key)])[0]
        assert (after.values["NAME"], after.values["NOTE"], after.values["AREA"]) == ("改", "stays", 1.25)
        assert after.geometry is not None and before.geometry is not None
        assert same_geometry(after.geometry, before.geometry)
        gone = Update(before, before.with_items({GEOMETRY: None}), frozenset({GEOMETRY}))
        assert collection.update([gone])[0].state == "rejected"


def test_update_can_leave_out_what_does_not_change() -> None:
    with SupermapStandin() as server:
        collection = opened(server, partial_update=True)
        collection.create([problem(1)])
        before = collection.find([str(problem(1).key)])[0]
        server.change(int(str(before.server_id)), SEVERITY=9)
        collection.update([Update(before, before.with_items({"NAME": "改"}), frozenset({"NAME"}))])
        row = server.rows()[0]
        assert (row["NAME"], row["SEVERITY"]) == ("改", 9)
        assert everything(collection)[0].geometry is not None


@pytest.mark.parametrize("transactions", [True, False])
@pytest.mark.parametrize("error_status", [True, False])
def test_one_bad_feature_does_not_spoil_its_batch(transactions: bool, error_status: bool) -> None:
    with SupermapStandin(
        settings=SupermapSettings(transactions=transactions, error_status=error_status)
    ) as server:
        collection = opened(server)
        features = [
            problem(1),
            problem(2),
            problem(3, NAME="长" * 70),
            problem(4),
            problem(5, FOUND="yesterday"),
        ]
        outcomes = collection.create(features)
        assert [o.state for o in outcomes] == ["done", "done", "rejected", "done", "rejected"]
        assert "最大长度" in str(outcomes[2].reason) and "yesterday" in str(outcomes[4].reason)
        assert sorted(row["UUID"] for row in server.rows()) == [str(features[n].key) for n in (0, 1, 3)]
        there = sorted(everything(collection), key=lambda feature: str(feature.key))
        updates = [
            Update(feature, feature.with_items({"NAME": name}), frozenset({"NAME"}))
            for feature, name in zip(there, ["改", "长" * 70, "也改"], strict=True)
        ]
        assert [o.state for o in collection.update(updates)] == ["done", "rejected", "done"]
        assert [row["NAME"] for row in server.rows()] == ["改", "问题2", "也改"]
        server.remove(int(str(there[1].server_id)))
        assert [o.state for o in collection.delete(there)] == ["done"] * 3
        assert server.rows() == []


def test_a_lost_answer_is_not_a_refusal() -> None:
    with SupermapStandin() as server:
        for kind in ("drop_after", "status_after", "truncate_quietly"):
            with Adversary(server.root, [Fault(kind, path="features.json")]) as proxy:
                collection = opened(server, proxy.through(server.data_url))
                with pytest.raises(NoAnswerError):
                    collection.create([problem(len(server.rows()))])
    assert len(server.rows()) == 3


def test_a_refusal_after_a_part_was_done_is_no_refusal() -> None:
    bad = problem(3, NAME="长" * 70)
    features = [problem(1), problem(2), bad, problem(4)]
    with SupermapStandin(settings=SupermapSettings(transactions=False)) as server:
        # The look at what is there fails: nobody may think that the batch can be sent again.
        faults = [Fault("status", path="featureResults", status=404)]
        with Adversary(server.root, faults) as proxy, pytest.raises(NoAnswerError):
            opened(server, proxy.through(server.data_url)).create(features)
        assert len(server.rows()) == 2
    with SupermapStandin() as server:
        faults = [Fault("status", path="features.json", at=3, status=403)]
        with Adversary(server.root, faults) as proxy:
            outcomes = opened(server, proxy.through(server.data_url)).create(features)
        assert [outcome.state for outcome in outcomes] == ["done", "rejected", "rejected", "done"]
        with Adversary(server.root, [Fault("status", path="features.json", at=2, status=403)]) as proxy:
            collection = opened(server, proxy.through(server.data_url), batch=2)
            outcomes = collection.create([problem(n) for n in range(10, 14)])
        assert [outcome.state for outcome in outcomes] == ["done", "done", "unknown", "unknown"]


def test_a_dead_token_is_replaced() -> None:
    settings = SupermapSettings(needs_token=True, token_requests=3)
    with SupermapStandin(settings=settings) as server:
        collection = opened(server, login=LOGIN, page=2)
        collection.create([problem(n) for n in range(7)])
        assert len(everything(collection)) == 7
        assert len(server.tokens) > 2
        with pytest.raises(SignInError):
            opened(server, login=Login("planner", "wrong"))


def test_what_cannot_be_written_says_so() -> None:
    with SupermapStandin(settings=SupermapSettings(editable=False)) as server:
        collection = opened(server)
        assert not collection.capabilities.writable
        with pytest.raises(RefusedError, match="编辑"):
            collection.create([problem(1)])
        assert not opened(server, key_field=None).capabilities.writable
        with pytest.raises(InputError, match="no field nothing"):
            opened(server, key_field="nothing")
        made = connection(server.data_url)
        http = Http(made, supermap.SuperMapDialect(made))
        with pytest.raises(InputError, match="colon"):
            supermap.SuperMapCollection(made, http, "Problem_R")
        with pytest.raises(RefusedError, match="404"):
            supermap.SuperMapCollection(made, http, "City:Nothing")


def test_no_delete_without_ids() -> None:
    with SupermapStandin() as server:
        collection = opened(server)
        collection.create([problem(1)])
        assert collection.delete([]) == []
        assert len(server.rows()) == 1
    assert not any(b"attributeFilter" in line.path.encode() for line in server.record)


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("POINT", "POINT (113 23)"),
        ("LINE", "LINESTRING (113 23, 114 23)"),
        ("LINE", "MULTILINESTRING ((113 23, 114 23), (1 1, 2 2, 3 3))"),
        (
            "REGION",
            "MULTIPOLYGON (((0 0, 9 0, 9 9, 0 9, 0 0), (1 1, 1 8, 8 8, 8 1, 1 1)), ((2 2, 7 2, 7 7, 2 7, 2 2), "
            "(3 3, 3 4, 4 4, 4 3, 3 3)), ((20 0, 21 0, 21 1, 20 0)))",
        ),
    ],
)
def test_geometry_survives_the_round_trip(kind: str, text: str) -> None:
    before = shapely.to_wkb(shapely.from_wkt(text))
    after = iserver_geometry.geometries_from_iserver([iserver_geometry.geometry_to_iserver(before, kind)])[0]
    assert after is not None and same_geometry(before, after)


def test_odd_geometries_are_read_or_told() -> None:
    corners = [{"x": x, "y": y} for x, y in [(-40, 60), (-45, 62), (-40, 55), (-40, 60)]]
    # As the documents have it: the part leaves out the closing corner.
    documented = {"id": 22, "parts": [3], "points": corners, "style": None, "type": "REGION"}
    read = iserver_geometry.geometries_from_iserver([documented, None])
    assert read[1] is None and read[0] is not None
    assert same_geometry(read[0], shapely.to_wkb(shapely.Polygon([(-40, 60), (-45, 62), (-40, 55)])))
    with pytest.raises(NoAnswerError, match="TEXT"):
        iserver_geometry.geometries_from_iserver([documented | {"type": "TEXT"}])
    assert iserver_geometry.geometry_to_iserver(shapely.to_wkb(shapely.Point(1, 2)), "REGION") is None
