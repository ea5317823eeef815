"""The adapter of ArcGIS feature services, against the stand-in."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
import shapely
from citycheck.citycheck_qgis.cim.adapters import arcgis, esri_geometry
from citycheck.citycheck_qgis.cim.adapters.base import Update
from citycheck.citycheck_qgis.cim.connections import CollectionSettings, Connection
from citycheck.citycheck_qgis.cim.features import GEOMETRY, Feature
from citycheck.citycheck_qgis.cim.fidelity import same_geometry
from citycheck.citycheck_qgis.cim.network import Http
from citycheck.citycheck_qgis.errors import InputError, NoAnswerError, RefusedError, SignInError
from citycheck.tests.standins.adversary import Adversary, Fault
from citycheck.tests.standins.arcgis_standin import ArcgisSettings, ArcgisStandin
from citycheck.tests.standins.standin_server import Login
from hypothesis import example, given
from hypothesis import strategies as st

LOGIN = Login("planner", "correct horse")


def connection(url: str, key_field: str | None = "uuid", **options: Any) -> Connection:
    settings = {"0": CollectionSettings(key_field=key_field)}
    return Connection("test", "arcgis", url, collections=settings, options=options)


def opened(url: str, login: Login | None = None, **settings: Any) -> arcgis.ArcGisCollection:
    made = connection(url, **settings)
    return arcgis.ArcGisCollection(made, Http(made, arcgis.ArcGisDialect(made), login), "0")


def square(x: float = 113.0, y: float = 23.0, size: float = 0.1) -> bytes:
    outer = shapely.box(x, y, x + size, y + size)
    return shapely.to_wkb(
        outer.difference(shapely.box(x + size / 4, y + size / 4, x + size / 2, y + size / 2))
    )


def problem(number: int, **values: Any) -> Feature:
    key = str(uuid.UUID(int=number))
    given = {"name": f"问题{number}", "severity": number % 3, "found": "2024-05-01T08:00:00Z"} | values
    return Feature(key, given, square(113 + number / 1000))


def everything(collection: arcgis.ArcGisCollection) -> list[Feature]:
    pages = list(collection.pages())
    assert pages[-1].last
    return [feature for page in pages for feature in page.features]


def test_schema_leaves_out_ids_and_key() -> None:
    with ArcgisStandin() as server:
        collection = opened(server.service_url)
        assert arcgis.collections_of(collection.http) == [("0", "checkup")]
    names = collection.schema.names
    assert not {"OBJECTID", "GlobalID", "uuid"} & set(names)
    found = collection.schema.field("name")
    assert found is not None and (found.type, found.length, found.editable) == ("text", 64, True)
    edited = collection.schema.field("EditDate")
    assert edited is not None and (edited.type, edited.editable) == ("datetime", False)
    assert (collection.schema.geometry, collection.crs) == ("MultiPolygon", "EPSG:4490")
    assert collection.key_length == 64
    assert collection.capabilities.writable and collection.capabilities.partial_update


def test_what_is_written_comes_back() -> None:
    nasty = {"note": '"quotes" \\ \' 🏙𠮷龘\n', "area": 0.1 + 0.2, "big": 2**53 + 1, "open": True}
    with ArcgisStandin() as server:
        collection = opened(server.service_url)
        features = [problem(1, **nasty), problem(2, note=""), problem(3, note=None, found=None)]
        outcomes = collection.create(features)
        assert [outcome.state for outcome in outcomes] == ["done"] * 3
        back = {feature.key: feature for feature in collection.find([str(f.key) for f in features])}
        for feature, outcome in zip(features, outcomes, strict=True):
            found = back[feature.key]
            assert found.server_id == outcome.server_id and found.version is not None
            for name, value in feature.values.items():
                assert found.values[name] == value, name
            assert found.geometry is not None and feature.geometry is not None
            assert same_geometry(found.geometry, feature.geometry)


def test_reading_goes_on_to_the_end_whatever_the_count_says() -> None:
    with ArcgisStandin(settings=ArcgisSettings(max_record_count=3, caps_count=True)) as server:
        collection = opened(server.service_url)
        collection.create([problem(n) for n in range(10)])
        server.remove(4)
        pages = list(collection.pages())
        assert [len(page.features) for page in pages] == [3, 3, 3, 0]
        assert [page.last for page in pages] == [False, False, False, True]
        assert len({f.key for page in pages for f in page.features}) == 9


def test_reading_without_paging_goes_by_ids() -> None:
    with ArcgisStandin(settings=ArcgisSettings(max_record_count=4, pagination=False)) as server:
        collection = opened(server.service_url)
        assert everything(collection) == []
        collection.create([problem(n) for n in range(9)])
        assert len({f.key for f in everything(collection)}) == 9
        assert len(collection.find([str(problem(n).key) for n in range(9)])) == 9


def test_a_doubled_page_is_no_end() -> None:
    with ArcgisStandin(settings=ArcgisSettings(max_record_count=2)) as server:
        opened(server.service_url).create([problem(n) for n in range(6)])
        collection = opened(server.service_url)
        number = {"n": 0}
        real = collection._query

        def again(parameters: dict[str, str]) -> dict[str, Any]:
            number["n"] += 1
            return real(parameters | ({"where": "1=1"} if number["n"] == 3 else {}))

        collection._query = again  # type: ignore[method-assign,assignment]
        with pytest.raises(NoAnswerError, match="does not follow"):
            list(collection.pages())


def test_find_gives_doubles_and_only_what_was_asked_for() -> None:
    with ArcgisStandin(settings=ArcgisSettings(max_record_count=2)) as server:
        for name in ("a", "b", "it's", "it's", "c"):
            server.insert({"uuid": name})
        found = opened(server.service_url).find(["it's", "b", "nobody", "c"])
    assert sorted(str(feature.key) for feature in found) == ["b", "c", "it's", "it's"]


def test_update_sends_only_what_changed() -> None:
    with ArcgisStandin() as server:
        collection = opened(server.service_url)
        collection.create([problem(1)])
        before = collection.find([str(problem(1).key)])[0]
        server.change(int(str(before.server_id)), severity=9)
        after = before.with_items({"name": "改"})
        assert collection.update([Update(before, after, frozenset({"name"}))])[0].state == "done"
        assert (server.rows()[0]["name"], server.rows()[0]["severity"]) == ("改", 9)
        moved = before.with_items({GEOMETRY: square(114)})
        collection.update([Update(before, moved, frozenset({GEOMETRY}))])
        again = collection.find([str(before.key)])[0]
        assert again.geometry is not None and same_geometry(again.geometry, square(114))
        assert again.values["name"] == "改"
        gone = Update(before, before.with_items({GEOMETRY: None}), frozenset({GEOMETRY}))
        assert collection.update([gone])[0].state == "rejected"


def test_each_feature_has_its_own_outcome() -> None:
    with ArcgisStandin() as server:
        collection = opened(server.service_url, batch=2)
        features = [problem(1), problem(2, severity="high"), problem(3, found="yesterday"), problem(4)]
        outcomes = collection.create(features)
        assert [outcome.state for outcome in outcomes] == ["done", "rejected", "rejected", "done"]
        assert "severity" in str(outcomes[1].reason) and "yesterday" in str(outcomes[2].reason)
        assert len(server.rows()) == 2


def test_an_add_is_not_done_twice() -> None:
    with ArcgisStandin() as server:
        collection = opened(server.service_url)
        assert collection.create([problem(1)])[0].state == "done"
        assert collection.create([problem(1)])[0].state == "rejected"
        assert len(server.rows()) == 1


def test_a_delete_of_what_is_gone_is_done() -> None:
    with ArcgisStandin() as server:
        collection = opened(server.service_url)
        collection.create([problem(1), problem(2)])
        there = everything(collection)
        server.remove(int(str(there[0].server_id)))
        assert [outcome.state for outcome in collection.delete(there)] == ["done", "done"]
        assert server.rows() == []


def test_a_lost_answer_is_not_a_refusal() -> None:
    with ArcgisStandin() as server:
        for kind in ("drop_after", "error_in_200_after", "status_after", "truncate_quietly"):
            with Adversary(server.root, [Fault(kind, path="applyEdits")]) as proxy:
                collection = opened(proxy.through(server.service_url))
                with pytest.raises(NoAnswerError):
                    collection.create([problem(len(server.rows()))])
    assert len(server.rows()) == 4


def test_a_dead_token_is_replaced_and_the_work_goes_on() -> None:
    settings = ArcgisSettings(needs_token=True, token_requests=3, max_record_count=1)
    with ArcgisStandin(settings=settings) as server:
        collection = opened(server.service_url, LOGIN)
        assert [o.state for o in collection.create([problem(n) for n in range(4)])] == ["done"] * 4
        assert len(everything(collection)) == 4
        assert len(server.tokens) > 2
        with pytest.raises(SignInError):
            opened(server.service_url, Login("planner", "wrong"))
    assert not any("token" in line.query for line in server.record)


def test_the_token_address_of_a_server_behind_a_proxy_is_its_own() -> None:
    with ArcgisStandin(settings=ArcgisSettings(needs_token=True)) as server, Adversary(server.root) as proxy:
        collection = opened(proxy.through(server.service_url), LOGIN)
        assert collection.create([problem(1)])[0].state == "done"
        assert proxy.count(path="generateToken") == 1


def test_read_only_service_says_so() -> None:
    with ArcgisStandin(settings=ArcgisSettings(read_only=True)) as server:
        collection = opened(server.service_url)
        assert not collection.capabilities.writable
        with pytest.raises(RefusedError):
            collection.create([problem(1)])


def test_without_key_field_it_is_read_only_and_ids_are_keys() -> None:
    with ArcgisStandin() as server:
        server.insert({"uuid": "a"})
        collection = opened(server.service_url, key_field=None)
        assert not collection.capabilities.writable
        assert [feature.key for feature in everything(collection)] == ["1"]
        assert [feature.key for feature in collection.find(["1", "7"])] == ["1"]
        with pytest.raises(InputError, match="no field nothing"):
            opened(server.service_url, key_field="nothing")


def test_global_id_can_be_the_key() -> None:
    with ArcgisStandin() as server:
        collection = opened(server.service_url, key_field="GlobalID")
        collection.create([problem(1)])
        assert [feature.key for feature in collection.find([str(problem(1).key)])] == [problem(1).key]


def test_texts_and_numbers_that_the_platform_alters_come_back_as_it_has_them() -> None:
    settings = ArcgisSettings(truncates_text=True, wide_integers="round", xy_resolution=1e-6)
    with ArcgisStandin(settings=settings) as server:
        collection = opened(server.service_url)
        collection.create([problem(1, name="长" * 70, big=2**53 + 1)])
        found = everything(collection)[0]
        assert found.values["name"] == "长" * 64 and found.values["big"] == 2**53


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("esriGeometryPoint", "POINT (113 23)"),
        ("esriGeometryPoint", "POINT Z (113 23 5)"),
        ("esriGeometryMultipoint", "MULTIPOINT ((113 23), (114 23))"),
        ("esriGeometryPolyline", "LINESTRING (113 23, 114 23)"),
        ("esriGeometryPolyline", "MULTILINESTRING ((113 23, 114 23), (1 1, 2 2))"),
        ("esriGeometryPolygon", "POLYGON Z ((0 0 1, 1 0 2, 1 1 3, 0 0 1))"),
        (
            "esriGeometryPolygon",
            "MULTIPOLYGON (((0 0, 9 0, 9 9, 0 9, 0 0), (1 1, 1 8, 8 8, 8 1, 1 1)), ((2 2, 7 2, 7 7, 2 7, 2 2), "
            "(3 3, 3 4, 4 4, 4 3, 3 3)), ((20 0, 21 0, 21 1, 20 0)))",
        ),
    ],
)
def test_geometry_survives_the_round_trip(kind: str, text: str) -> None:
    before = shapely.to_wkb(shapely.from_wkt(text), flavor="iso")
    said = esri_geometry.geometry_to_esri(before, kind)
    after = esri_geometry.geometries_from_esri([said])[0]
    assert after is not None and same_geometry(before, after)


def test_geometry_that_does_not_fit_is_told() -> None:
    assert esri_geometry.geometry_to_esri(shapely.to_wkb(shapely.Point(1, 2)), "esriGeometryPolygon") is None
    assert esri_geometry.geometries_from_esri([None, {"rings": []}, {"x": "NaN", "y": "NaN"}]) == [
        None,
        None,
        None,
    ]


@given(
    st.lists(
        st.tuples(st.floats(-170, 170), st.floats(-80, 80), st.floats(1e-6, 1), st.booleans()),
        min_size=1,
        max_size=4,
    )
)
@example([(0.0, 0.0, 1.0, True), (0.0, 1.0343904604357224e-275, 1.0, True)])
def test_polygons_survive_whatever_their_parts(parts: list[tuple[float, float, float, bool]]) -> None:
    shapes = []
    for x, y, size, holed in parts:
        outer = shapely.box(x, y, x + size, y + size)
        inner = shapely.box(x + size / 4, y + size / 4, x + size / 2, y + size / 2)
        shapes.append(outer.difference(inner) if holed else outer)
    shape = shapely.union_all(shapes)
    before = shapely.to_wkb(shape)
    after = esri_geometry.geometries_from_esri(
        [esri_geometry.geometry_to_esri(before, "esriGeometryPolygon")]
    )[0]
    assert after is not None and shapely.from_wkb(after).is_valid == shape.is_valid
    assert same_geometry(before, after)


def test_rings_that_cross_themselves_are_read() -> None:
    bow_tie = [[0, 0], [0, 9], [9, 0], [9, 9], [0, 0]]
    rings = [bow_tie, [[1, 4], [1, 5], [2, 5], [2, 4], [1, 4]], [[20, 0], [20, 1], [21, 1], [20, 0]]]
    (found,) = esri_geometry.geometries_from_esri([{"rings": rings}])
    assert found is not None and len(shapely.get_coordinates(shapely.from_wkb(found))) == 14
