"""WFS against QGIS Server and MapServer, and against answers that no good server gives."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from xml.etree import ElementTree

import pytest
import shapely
from citycheck.citycheck_qgis.cim.adapters import opening, wfs, wfs_writing
from citycheck.citycheck_qgis.cim.adapters.base import Collection, Update
from citycheck.citycheck_qgis.cim.connections import CollectionSettings, Connection
from citycheck.citycheck_qgis.cim.features import GEOMETRY, Feature
from citycheck.citycheck_qgis.cim.network import Answer
from citycheck.citycheck_qgis.errors import ExchangeError, RefusedError
from citycheck.tests.servers.map_server import MapServer
from citycheck.tests.servers.postgis import Collection as Table
from citycheck.tests.servers.postgis import PostGis
from citycheck.tests.servers.qgis_server import QgisServer

COLUMNS = {"name": "text", "n": "integer", "x": "real", "b": "boolean", "d": "date", "t": "timestamp"}
EXACT = shapely.Polygon([(113.123456789012, 23.0), (113.2, 23.0), (113.2, 23.1)])
RARE = "𠮷🏙龘"
NASTY = ["", "x\"y'z\\w", "ends\\", "a<b>&c]]>", RARE, "two\nlines\ttab\r\n", " spaces "]
VALUES = {"n": 2**53 + 1, "x": 0.1, "b": True, "d": "2024-02-29", "t": "2024-01-02T03:04:05.123000Z"}


def opened(url: str, name: str, key: str | None = "uuid", **settings: Any) -> Collection:
    options = settings.pop("options", {})
    connection = Connection(
        "test", "wfs", url, collections={name: CollectionSettings(key_field=key, **settings)}, options=options
    )
    return opening.open_collection(connection, opening.way_to(connection), name)


def everything(collection: Collection) -> dict[str | None, Feature]:
    pages = list(collection.pages())
    assert pages[-1].last and not any(page.last for page in pages[:-1])
    features = [feature for page in pages for feature in page.features]
    assert len({f.key for f in features}) == len(features)
    return {feature.key: feature for feature in features}


def one(collection: Collection, key: str) -> Feature:
    (found,) = collection.find([key])
    return found


def change(feature: Feature, **items: Any) -> Update:
    return Update(feature, feature.with_items(items), frozenset(items))


@pytest.fixture(scope="module")
def table(postgis: PostGis) -> Table:
    table = Table("wfs_polygon", COLUMNS, geometry="Polygon", constraints=("check (name <> 'bad')",))
    postgis.create(table)
    return table


@pytest.fixture
def stored(postgis: PostGis, table: Table) -> Iterator[list[dict[str, Any]]]:
    rows = [{"uuid": f"k{n}", "name": name, "geom": EXACT.wkb} | VALUES for n, name in enumerate(NASTY)]
    rows += [{"uuid": "null", "geom": EXACT.wkb}, {"uuid": "off", "name": "x", "b": False, "geom": EXACT.wkb}]
    postgis.empty(table.name)
    postgis.load(table, rows)
    yield rows
    postgis.empty(table.name)


@pytest.fixture(scope="module")
def url(qgis_server: QgisServer, table: Table) -> str:
    qgis_server.publish("wfs", [table])
    return qgis_server.wfs_url("wfs")


@pytest.fixture(scope="module")
def map_url(map_server: MapServer, table: Table) -> str:
    map_server.publish("wfs", [table])
    return map_server.wfs_url("wfs")


def wanted(row: dict[str, Any]) -> dict[str, Any]:
    return {name: row.get(name) for name in COLUMNS}


@pytest.mark.parametrize("page", [1, 4, 9, 5000])
def test_qgis_server_is_read_to_the_last_bit(url: str, stored: list[dict[str, Any]], page: int) -> None:
    """Coordinates from GML, because it cuts them in GeoJSON; texts from GeoJSON, because GML lacks rare characters."""
    read = everything(opened(url, "wfs_polygon", options={"page": page}))
    assert list(read) == [row["uuid"] for row in stored]
    for row in stored:
        assert read[row["uuid"]].values == wanted(row)
        assert shapely.from_wkb(read[row["uuid"]].geometry) == EXACT


def test_one_format_alone_is_not_exact(url: str, stored: list[dict[str, Any]]) -> None:
    in_gml = everything(opened(url, "wfs_polygon", options={"format": "gml"}))
    assert in_gml["k4"].values["name"] == "龘"
    assert in_gml["k0"].values["name"] == "" and in_gml["null"].values["name"] is None
    assert {k: f.values | {"name": ""} for k, f in in_gml.items()} == {
        row["uuid"]: wanted(row) | {"name": ""} for row in stored
    }
    in_json = everything(opened(url, "wfs_polygon", options={"format": "geojson"}))
    assert in_json["k4"].values["name"] == RARE
    assert shapely.from_wkb(in_json["k4"].geometry).equals_exact(EXACT, 6e-7)
    assert shapely.from_wkb(in_json["k4"].geometry) != EXACT


def test_map_server_is_read_with_true_times_and_booleans(map_url: str, stored: list[dict[str, Any]]) -> None:
    read = everything(opened(map_url, "wfs_polygon"))
    assert set(read) == {row["uuid"] for row in stored}
    for row in stored:
        feature = read[row["uuid"]]
        assert feature.values["b"] == row.get("b")
        assert feature.values["t"] == row.get("t")
        # Null and empty are one to it.
        assert feature.values == wanted(row) | {"name": row.get("name") or ""}
        assert shapely.from_wkb(feature.geometry) == EXACT
    assert not opened(map_url, "wfs_polygon").capabilities.writable


@pytest.mark.parametrize("version", ["1.1.0", "2.0.0"])
def test_latitude_first_is_turned(map_url: str, stored: list[dict[str, Any]], version: str) -> None:
    collection = opened(map_url, "wfs_polygon", options={"format": "gml", "version": version})
    assert shapely.from_wkb(one(collection, "k1").geometry).equals_exact(EXACT, 6e-7)


def test_a_sample_of_round_coordinates_does_not_cut_the_rest(
    url: str, postgis: PostGis, table: Table
) -> None:
    square = shapely.box(113.25, 23.125, 113.5, 23.25)
    rows = [{"uuid": f"r{n}", "geom": square.wkb} for n in range(25)]
    postgis.empty(table.name)
    postgis.load(table, [*rows, {"uuid": "exact", "geom": EXACT.wkb}])
    assert shapely.from_wkb(one(opened(url, "wfs_polygon"), "exact").geometry) == EXACT
    postgis.empty(table.name)


def test_an_empty_type_has_fields(url: str, map_url: str) -> None:
    collection = opened(url, "wfs_polygon")
    assert {f.name: f.type for f in collection.schema.fields} == {
        "name": "text", "n": "integer", "x": "real", "b": "boolean", "d": "date", "t": "datetime",
    }  # fmt: skip
    assert (collection.schema.geometry, collection.crs) == ("Polygon", "EPSG:4326")
    assert (
        collection.capabilities.create and collection.capabilities.update and collection.capabilities.delete
    )
    assert everything(collection) == everything(opened(map_url, "wfs_polygon")) == {}


def test_find(url: str, map_url: str, stored: list[dict[str, Any]]) -> None:
    for collection in (opened(url, "wfs_polygon"), opened(map_url, "wfs_polygon")):
        assert collection.capabilities.find_batch > 1
        assert sorted(str(f.key) for f in collection.find(["k1", "nobody", "null"])) == ["k1", "null"]
        assert collection.find(["' or 1=1 --", "<x>", "k*", "%", "\\"]) == []
        assert len(collection.find([f"k{n}" for n in range(250)])) == len(NASTY)


@pytest.mark.parametrize("name", NASTY)
def test_what_is_created_is_stored(url: str, postgis: PostGis, table: Table, name: str) -> None:
    postgis.empty(table.name)
    collection = opened(url, "wfs_polygon")
    values = {"name": name} | VALUES
    outcomes = collection.create([Feature("a", values, EXACT.wkb), Feature("b", {}, None)])
    assert [o.state for o in outcomes] == ["done", "done"]
    row, bare = postgis.row(table.name, "a"), postgis.row(table.name, "b")
    assert row is not None and bare is not None
    # QGIS Server drops what lies beyond U+FFFF: it is seen when the feature is read again.
    assert row["name"] == ("龘" if name == RARE else name)
    assert (row["n"], row["x"], row["b"]) == (2**53 + 1, 0.1, True)
    assert shapely.from_wkb(row["geom"]) == EXACT
    assert {bare[column] for column in (*COLUMNS, "geom")} == {None}
    assert [o.server_id for o in outcomes] == [one(collection, key).server_id for key in "ab"]
    assert one(collection, "a").values == values | {"name": row["name"]}
    postgis.empty(table.name)


def test_what_a_server_that_is_not_atomic_did_is_told_for_each(
    url: str, postgis: PostGis, stored: list[Any]
) -> None:
    collection = opened(url, "wfs_polygon")
    new = [Feature("n1"), Feature("k1"), Feature("n2", {"name": "bad"}), Feature("n3")]
    outcomes = collection.create(new)
    assert [o.state for o in outcomes] == ["done", "rejected", "rejected", "done"]
    assert "failed" in str(outcomes[1].reason)
    assert {f.key: f.server_id for f in collection.find(["n1", "n3"])} == {
        "n1": outcomes[0].server_id,
        "n3": outcomes[3].server_id,
    }


def test_null_and_empty_are_two_things(url: str, postgis: PostGis, stored: list[Any]) -> None:
    collection = opened(url, "wfs_polygon")
    updates = [
        change(one(collection, "k1"), name="", n=None, b=None, d=None),
        change(one(collection, "k2"), name=None),
    ]
    assert [o.state for o in collection.update(updates)] == ["done", "done"]
    first, second = postgis.row("wfs_polygon", "k1"), postgis.row("wfs_polygon", "k2")
    assert first is not None and second is not None
    assert (first["name"], first["n"], first["b"], first["d"], first["x"]) == ("", None, None, None, 0.1)
    assert (second["name"], second["n"]) == (None, 2**53 + 1)


def test_an_update_changes_what_is_meant_and_nothing_else(
    url: str, postgis: PostGis, stored: list[Any]
) -> None:
    collection = opened(url, "wfs_polygon")
    before = {row["uuid"]: row for row in postgis.rows("wfs_polygon")}
    moved = shapely.affinity.translate(EXACT, 0.1)
    features = {f.key: f for f in collection.find(["k0", "k1", "k2", "k3"])}
    updates = [
        change(features["k0"], name="same"),
        change(features["k1"], **{GEOMETRY: moved.wkb}),
        change(features["k2"], name="same"),
        change(features["k3"], name="bad"),
    ]
    assert [o.state for o in collection.update(updates)] == ["done", "done", "done", "rejected"]
    after = {row["uuid"]: row for row in postgis.rows("wfs_polygon")}
    for key, row in after.items():
        changed = {"k0": {"name": "same"}, "k1": {"geom": moved.wkb}, "k2": {"name": "same"}}.get(key, {})
        assert row == before[key] | changed


def test_deleting_twice_is_done_and_takes_nothing_else(url: str, postgis: PostGis, stored: list[Any]) -> None:
    collection = opened(url, "wfs_polygon")
    gone = collection.find(["k1", "k2"])
    assert [o.state for o in collection.delete(gone)] == ["done", "done"]
    assert [o.state for o in collection.delete([*gone, *collection.find(["k3"])])] == ["done"] * 3
    assert postgis.count("wfs_polygon") == len(stored) - 3
    assert collection.delete([]) == []


def test_a_change_without_an_id_is_never_sent(url: str, postgis: PostGis, stored: list[Any]) -> None:
    collection = opened(url, "wfs_polygon")
    bare = Feature("k1", {"name": "x"}, None, None)
    with pytest.raises(RefusedError, match="no id, without which"):
        collection.update([change(bare, name="y")])
    with pytest.raises(RefusedError, match="no id, without which"):
        collection.delete([bare])
    assert {row["name"] for row in postgis.rows("wfs_polygon")} == {row.get("name") for row in stored}


def test_what_xml_cannot_hold_is_rejected_and_the_rest_is_sent(
    url: str, postgis: PostGis, stored: list[Any]
) -> None:
    collection = opened(url, "wfs_polygon")
    outcomes = collection.create(
        [Feature("n1"), Feature("n2", {"name": "a\0b"}), Feature("n3", {"name": "\ud83c"})]
    )
    assert [o.state for o in outcomes] == ["done", "rejected", "rejected"]
    assert "name holds the character U+0000" in str(outcomes[1].reason)
    first, second = one(collection, "k1"), one(collection, "k2")
    outcomes = collection.update([change(first, name="\x1f"), change(second, name="good")])
    assert [o.state for o in outcomes] == ["rejected", "done"]


def test_zones_are_exchanged_east_first(qgis_server: QgisServer, postgis: PostGis) -> None:
    table = Table("wfs_zone", {"name": "text"}, geometry="MultiPolygon", srid=4547)
    postgis.create(table)
    square = shapely.MultiPolygon([shapely.box(418196.5, 2544783.25, 418296.5, 2544883.25)])
    postgis.load(table, [{"uuid": "a", "geom": square.wkb}])
    qgis_server.publish("wfs_zone", [table])
    for name in (None, "EPSG:4547"):
        collection = opened(qgis_server.wfs_url("wfs_zone"), "wfs_zone", crs=name)
        assert collection.crs == "EPSG:4547"
        assert shapely.from_wkb(one(collection, "a").geometry) == square
        key = f"new {name}"
        assert collection.create([Feature(key, {}, square.wkb)])[0].state == "done"
        row = postgis.row("wfs_zone", key)
        assert row is not None and shapely.from_wkb(row["geom"]) == square
        assert shapely.from_wkb(one(collection, key).geometry) == square


def test_a_query_in_the_address_stays_in_all_requests(
    qgis_server: QgisServer,
    map_server: MapServer,
    postgis: PostGis,
    table: Table,
    stored: list[dict[str, Any]],
) -> None:
    """``MAP=`` names the project for both servers; where a request lacks it, the other project answers."""
    other = Table("wfs_other", {}, geometry="Point")
    postgis.create(other)
    qgis_server.publish("wfs_other", [other])
    map_server.publish("wfs_other", [other])
    qgis_server.publish("wfs", [table])
    map_server.publish("wfs", [table])
    project, map_file = qgis_server.folder / "projects" / "wfs.qgs", map_server.folder / "wfs.map"
    asked = "SERVICE=WFS&REQUEST=GetCapabilities&version=1.0.0"
    in_project = opened(f"{qgis_server.wfs_url('wfs_other')}?{asked}&MAP={project}", "wfs_polygon")
    in_map = opened(f"{map_server.wfs_url('wfs_other')}?map={map_file}&{asked}", "wfs_polygon")
    for collection in (in_project, in_map):
        assert len(everything(collection)) == len(stored)
        assert one(collection, "k1").values["x"] == 0.1
    assert in_project.create([Feature("new", {"name": "x"}, EXACT.wkb)])[0].state == "done"
    assert in_project.update([change(one(in_project, "new"), name="y")])[0].state == "done"
    assert in_project.delete([one(in_project, "new")])[0].state == "done"


def test_reals_come_from_the_format_that_has_all_digits(
    map_url: str, postgis: PostGis, table: Table, stored: list[dict[str, Any]]
) -> None:
    """MapServer's GeoJSON has 15 digits."""
    postgis.edit(table.name, "k1", x=0.1 + 0.2)
    assert one(opened(map_url, "wfs_polygon"), "k1").values["x"] == 0.1 + 0.2


def test_a_type_that_is_not_there_is_named(url: str) -> None:
    with pytest.raises(RefusedError, match="no collection nope; it has wfs_polygon"):
        opened(url, "nope")
    connection = Connection("test", "wfs", url)
    assert dict(opening.collections_of(connection, opening.way_to(connection))) == {
        "wfs_polygon": "wfs_polygon"
    }


# --- answers of other servers ----------------------------------------------------------------------------


def test_an_exception_in_a_good_answer_is_a_refusal() -> None:
    body = b'<?xml version="1.0"?><ows:ExceptionReport xmlns:ows="x"><ows:Exception><ows:ExceptionText>no</ows:ExceptionText></ows:Exception></ows:ExceptionReport>'
    dialect = wfs.WfsDialect()
    assert "no" in str(dialect.failure(Answer(200, {}, body, "https://p")))
    assert dialect.failure(Answer(200, {}, b"<wfs:FeatureCollection/>", "https://p")) is None


def response(inner: str) -> ElementTree.Element:
    return ElementTree.fromstring(
        f'<w:TransactionResponse xmlns:w="http://www.opengis.net/wfs" xmlns:o="http://www.opengis.net/ogc">{inner}</w:TransactionResponse>'
    )


def total(n: int) -> str:
    return f"<w:TransactionSummary><w:totalInserted>{n}</w:totalInserted></w:TransactionSummary>"


def test_totals_that_fall_short_leave_open_who_it_was() -> None:
    outcomes = wfs_writing.outcomes_of(response(total(1)), [1] * 3, "totalInserted")
    assert [o.state for o in outcomes] == ["unknown"] * 3
    assert "1 of 3" in str(outcomes[0].reason)
    assert [o.state for o in wfs_writing.outcomes_of(response(""), [1, 1], "totalInserted")] == [
        "unknown"
    ] * 2
    assert [o.state for o in wfs_writing.outcomes_of(response(total(2)), [2], "totalInserted")] == ["done"]


def test_a_refused_action_leaves_the_others_done_where_the_totals_say_so() -> None:
    refused = '<w:TransactionResults><w:Action locator="{}"><w:Message>no</w:Message></w:Action></w:TransactionResults>'
    outcomes = wfs_writing.outcomes_of(response(total(3) + refused.format("h1")), [1, 2, 2], "totalInserted")
    assert [o.state for o in outcomes] == ["done", "rejected", "done"]
    outcomes = wfs_writing.outcomes_of(response(total(2) + refused.format("h1")), [1, 2, 2], "totalInserted")
    assert [o.state for o in outcomes] == ["unknown", "rejected", "unknown"]
    outcomes = wfs_writing.outcomes_of(
        response(total(5) + refused.format("Update:c")), [1, 2, 2], "totalInserted"
    )
    assert [o.state for o in outcomes] == ["unknown"] * 3


def test_ids_are_taken_by_handle_and_never_by_their_order() -> None:
    ids = "".join(f'<w:Feature><o:FeatureId fid="c.{n}"/></w:Feature>' for n in (2, 1))
    outcomes = wfs_writing.outcomes_of(
        response(total(2) + f"<w:InsertResults>{ids}</w:InsertResults>"), [1, 1], "totalInserted"
    )
    assert [(o.state, o.server_id) for o in outcomes] == [("done", None)] * 2


def test_more_changes_than_were_sent_stop_everything() -> None:
    with pytest.raises(ExchangeError, match="changed 9 features where 2 were sent"):
        wfs_writing.outcomes_of(response(total(9)), [1, 1], "totalInserted")
