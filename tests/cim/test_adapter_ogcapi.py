"""OGC API Features against pygeoapi and QGIS Server, and against answers that no good server gives."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import shapely
from citycheck.citycheck_qgis.cim.adapters import opening
from citycheck.citycheck_qgis.cim.adapters.base import Collection, Update
from citycheck.citycheck_qgis.cim.connections import CollectionSettings, Connection
from citycheck.citycheck_qgis.cim.features import GEOMETRY, Feature
from citycheck.citycheck_qgis.cim.network import Answer, Http
from citycheck.citycheck_qgis.errors import ExchangeError, NoAnswerError, RefusedError
from citycheck.tests.servers.postgis import Collection as Table
from citycheck.tests.servers.postgis import PostGis
from citycheck.tests.servers.pygeoapi_server import PyGeoApi
from citycheck.tests.servers.qgis_server import QgisServer

COLUMNS = {"name": "text", "n": "integer", "x": "real", "b": "boolean", "d": "date", "t": "timestamp"}
EXACT = shapely.Polygon([(113.123456789012, 23.0), (113.2, 23.0), (113.2, 23.1)])
ROUND = shapely.Polygon([(113.1, 23.0), (113.2, 23.0), (113.2, 23.1)])
NASTY = ["", "x\"y'z\\w", "ends\\", "a<b>&c", "𠮷🏙龘", "two\nlines\ttab", " spaces "]
VALUES = {"n": 2**53 + 1, "x": 0.1, "b": True, "d": "2024-02-29", "t": "2024-01-02T03:04:05.123000Z"}


def opened(
    url: str, name: str, key: str | None = "uuid", protocol: str = "ogcapi", **settings: Any
) -> Collection:
    options = settings.pop("options", {})
    connection = Connection(
        "test",
        protocol,
        url,
        collections={name: CollectionSettings(key_field=key, **settings)},
        options=options,
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
    table = Table("ogc_polygon", COLUMNS, geometry="Polygon", constraints=("check (name <> 'bad')",))
    postgis.create(table)
    return table


@pytest.fixture
def stored(postgis: PostGis, table: Table) -> Iterator[list[dict[str, Any]]]:
    """Rows in the table, one for each nasty text, one of nulls, one without geometry."""
    rows = [{"uuid": f"k{n}", "name": name, "geom": ROUND.wkb} | VALUES for n, name in enumerate(NASTY)]
    rows += [{"uuid": "null", "geom": EXACT.wkb}, {"uuid": "flat", "name": "no geometry"}]
    postgis.load(table, rows)
    yield rows
    postgis.empty(table.name)


@pytest.fixture(scope="module")
def pygeoapi_url(pygeoapi: PyGeoApi, table: Table) -> str:
    pygeoapi.publish(table)
    return pygeoapi.url


@pytest.fixture(scope="module")
def wfs3_url(qgis_server: QgisServer, table: Table) -> str:
    qgis_server.publish("ogcapi", [table])
    return qgis_server.api_url("ogcapi")


@pytest.fixture(params=["pygeoapi_url", "wfs3_url"])
def url(request: pytest.FixtureRequest) -> str:
    return str(request.getfixturevalue(request.param))


# --- reading ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("page", [1, 3, 9, 5000, 20000])
def test_everything_is_read_as_it_is_stored(url: str, stored: list[dict[str, Any]], page: int) -> None:
    read = everything(opened(url, "ogc_polygon", options={"page": page}))
    assert list(read) == [row["uuid"] for row in stored]
    for row in stored:
        feature = read[row["uuid"]]
        assert feature.values == {name: row.get(name) for name in COLUMNS}
        shape = None if feature.geometry is None else shapely.from_wkb(feature.geometry)
        wanted = shapely.from_wkb(row["geom"]) if "geom" in row else None
        assert shape == wanted or (shape is not None and shape.equals_exact(wanted, 6e-7))


def test_an_empty_collection_has_fields(pygeoapi_url: str, wfs3_url: str) -> None:
    first, second = opened(pygeoapi_url, "ogc_polygon"), opened(wfs3_url, "ogc_polygon")
    assert {f.name: f.type for f in first.schema.fields} == {
        "name": "text", "n": "integer", "x": "real", "b": "boolean", "d": "date", "t": "datetime",
    }  # fmt: skip
    assert set(second.schema.names) == set(first.schema.names)
    assert everything(first) == everything(second) == {}


def test_what_is_found_is_what_was_asked_for(url: str, stored: list[dict[str, Any]]) -> None:
    collection = opened(url, "ogc_polygon")
    assert collection.capabilities.find_batch > 0
    found = collection.find(["k1", "nobody", "null", "k1"])
    assert sorted(str(f.key) for f in found) == ["k1", "null"]
    assert collection.find(["no'body", 'no"body', "k*", "%", "a,b", "\\"]) == []
    assert {f.key for f in collection.find([f"k{n}" for n in range(500)])} == {
        f"k{n}" for n in range(len(NASTY))
    }


def test_a_collection_without_keys_is_read_by_id(pygeoapi_url: str, stored: list[dict[str, Any]]) -> None:
    collection = opened(pygeoapi_url, "ogc_polygon", key=None)
    features = everything(collection)
    assert all(key == feature.server_id for key, feature in features.items())
    assert one(collection, "1").values["uuid"] == "k0"
    assert collection.find(["99999"]) == []


def test_a_field_for_the_key_must_be_there(url: str) -> None:
    with pytest.raises(RefusedError, match=r"no field code for the key; it has .*uuid"):
        opened(url, "ogc_polygon", key="code")


def test_collections_are_listed(url: str) -> None:
    connection = Connection("test", "ogcapi", url)
    assert "ogc_polygon" in dict(opening.collections_of(connection, opening.way_to(connection)))


# --- writing ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", NASTY)
def test_what_is_created_is_stored_and_found(url: str, postgis: PostGis, table: Table, name: str) -> None:
    postgis.empty(table.name)
    collection = opened(url, "ogc_polygon")
    values = {"name": name} | VALUES
    assert [
        o.state for o in collection.create([Feature("a", values, EXACT.wkb), Feature("b", {}, None)])
    ] == ["done"] * 2
    row, bare = postgis.row(table.name, "a"), postgis.row(table.name, "b")
    assert row is not None and bare is not None
    assert (row["name"], row["n"], row["x"], row["b"]) == (name, 2**53 + 1, 0.1, True)
    assert shapely.from_wkb(row["geom"]) == EXACT
    assert {bare[column] for column in (*COLUMNS, "geom")} == {None}
    # Of an empty collection QGIS Server tells too little of the types.
    assert one(opened(url, "ogc_polygon"), "a").values == values
    postgis.empty(table.name)


def test_pygeoapi_changes_the_feature_that_is_meant(
    pygeoapi_url: str, postgis: PostGis, stored: list[Any]
) -> None:
    collection = opened(pygeoapi_url, "ogc_polygon")
    before = one(collection, "k1")
    moved = shapely.affinity.translate(EXACT, 0.1).wkb
    updates = [change(before, name="new", n=None), change(one(collection, "null"), **{GEOMETRY: moved})]
    assert [o.state for o in collection.update(updates)] == ["done", "done"]
    row, other = postgis.row("ogc_polygon", "k1"), postgis.row("ogc_polygon", "null")
    assert row is not None and other is not None
    assert (row["name"], row["n"], row["x"], bytes(row["geom"])) == ("new", None, 0.1, before.geometry)
    assert bytes(other["geom"]) == moved
    assert postgis.count("ogc_polygon") == len(stored)


def test_qgis_server_leaves_out_nulls_and_geometry_and_is_caught(
    wfs3_url: str, postgis: PostGis, stored: list[Any]
) -> None:
    collection = opened(wfs3_url, "ogc_polygon")
    before = one(collection, "k1")
    updates = [
        change(before, name="new"),
        change(one(collection, "k2"), n=None),
        change(one(collection, "k3"), **{GEOMETRY: EXACT.wkb}),
        change(one(collection, "k4"), name="new", **{GEOMETRY: EXACT.wkb}),
    ]
    outcomes = collection.update(updates)
    assert [o.state for o in outcomes] == ["done", "rejected", "rejected", "unknown"]
    assert "without changing n" in str(outcomes[1].reason)
    assert "without changing geometry" in str(outcomes[2].reason)
    assert one(collection, "k4").values["name"] == "new"
    row = postgis.row("ogc_polygon", "k1")
    assert row is not None and shapely.from_wkb(row["geom"]) == ROUND


def test_qgis_server_names_no_id_for_what_is_created(
    wfs3_url: str, postgis: PostGis, stored: list[Any]
) -> None:
    collection = opened(wfs3_url, "ogc_polygon")
    (outcome,) = collection.create([Feature("new", {}, EXACT.wkb)])
    assert outcome.state == "done" and outcome.server_id is None


def test_deleting_twice_is_done(url: str, postgis: PostGis, stored: list[Any]) -> None:
    collection = opened(url, "ogc_polygon")
    gone = collection.find(["k1", "k2"])
    for _ in range(2):
        assert [o.state for o in collection.delete(gone)] == ["done", "done"]
    assert collection.find(["k1", "k2"]) == []
    assert postgis.count("ogc_polygon") == len(stored) - 2


def test_after_a_fault_of_the_server_the_others_go_on(url: str, postgis: PostGis, stored: list[Any]) -> None:
    collection = opened(url, "ogc_polygon")
    new = [
        Feature("n1", {}, None),
        Feature("k1", {}, None),
        Feature("n2", {"name": "bad"}, None),
        Feature("n3", {}, None),
    ]
    outcomes = collection.create(new)
    assert [o.state for o in outcomes] == ["done", "failed", "failed", "done"]
    assert all(o.reason is not None for o in outcomes[1:3])
    assert sorted(str(f.key) for f in collection.find(["n1", "n2", "n3"])) == ["n1", "n3"]


def test_what_no_platform_stores_is_not_sent(url: str, postgis: PostGis, table: Table) -> None:
    collection = opened(url, "ogc_polygon")
    outcomes = collection.create([Feature("a", {"name": "a\0b"}), Feature("b", {"name": "\ud83c"})])
    assert [o.state for o in outcomes] == ["rejected", "rejected"]
    assert "U+0000" in str(outcomes[0].reason) and "surrogate" in str(outcomes[1].reason)
    assert postgis.count(table.name) == 0


# --- CRS and axes ----------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def stock(pygeoapi: PyGeoApi, postgis: PostGis, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The provider as it is delivered: it turns the axes of what it gives back."""
    table = Table("ogc_stock", {"name": "text"}, geometry="Polygon")
    postgis.create(table)
    with PyGeoApi(postgis, [table], folder=tmp_path_factory.mktemp("stock"), stock=True, workers=1) as server:
        yield server.url


def test_a_server_that_turns_axes_is_seen_through(stock: str, postgis: PostGis) -> None:
    postgis.load(Table("ogc_stock", {"name": "text"}, geometry="Polygon"), [{"uuid": "a", "geom": EXACT.wkb}])
    collection = opened(stock, "ogc_stock")
    before = one(collection, "a")
    assert shapely.from_wkb(before.geometry) == EXACT
    assert collection.create([Feature("b", {}, EXACT.wkb)])[0].state == "done"
    assert collection.update([change(before, name="new")])[0].state == "done"
    for row in postgis.rows("ogc_stock"):
        assert shapely.from_wkb(row["geom"]) == EXACT
    in_degrees = opened(stock, "ogc_stock", crs="OGC:CRS84")
    assert shapely.from_wkb(one(in_degrees, "a").geometry) == EXACT


def test_a_probe_decides_the_axes(pygeoapi_url: str, stored: list[Any]) -> None:
    collection = opened(pygeoapi_url, "ogc_polygon", probe={"axis_read": "yx"})
    assert shapely.from_wkb(one(collection, "null").geometry).bounds[:2] == (23.0, 113.123456789012)


def test_a_query_in_the_address_stays_in_all_requests(
    qgis_server: QgisServer, wfs3_url: str, postgis: PostGis, stored: list[Any]
) -> None:
    """``MAP=`` names the project; where a request lacks it, the other project answers."""
    other = Table("ogc_other", {}, geometry="Point")
    postgis.create(other)
    qgis_server.publish("ogc_other", [other])
    url = f"{qgis_server.api_url('ogc_other')}?MAP={qgis_server.folder / 'projects' / 'ogcapi.qgs'}&f=json&limit=1"
    connection = Connection("test", "ogcapi", url)
    assert "ogc_polygon" in dict(opening.collections_of(connection, opening.way_to(connection)))
    collection = opened(url, "ogc_polygon", options={"page": 4})
    assert collection.capabilities.writable and collection.capabilities.find_batch
    assert len(everything(collection)) == len(stored)
    assert collection.create([Feature("new", {"name": "x"}, EXACT.wkb)])[0].state == "done"
    assert collection.update([change(one(collection, "new"), name="y")])[0].state == "done"
    assert collection.delete([one(collection, "new")])[0].state == "done"
    assert postgis.count("ogc_polygon") == len(stored)


# --- answers of other servers ----------------------------------------------------------------------------


#: In the place of a page.
REFUSED = object()


class Platform:
    """An OGC API in memory that answers as it is told to, in the place of the network."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, number: int = 10) -> None:
        self.features = [
            {"type": "Feature", "id": n, "properties": {"uuid": f"u{n}", "fid": n}, "geometry": None}
            for n in range(number)
        ]
        self.documents: dict[str, Any] = {
            "conformance": {"conformsTo": []},
            "collections/c": {"id": "c", "title": "C"},
            "collections/c/schema": {"properties": {"uuid": {"type": "string"}, "fid": {"type": "integer"}}},
        }
        self.items: Callable[[dict[str, str]], Any] = self.page
        self.write: Callable[[str, str], tuple[int, dict[str, str], bytes]] = lambda method, path: (
            204,
            {},
            b"",
        )
        self.asked: list[tuple[str, str, dict[str, str], dict[str, str], bytes | None]] = []
        monkeypatch.setattr(Http, "request", self.request)

    def page(self, params: dict[str, str]) -> Any:
        wanted = [
            f for f in self.features if params.get("uuid", f["properties"]["uuid"]) == f["properties"]["uuid"]
        ]
        offset, limit = int(params.get("offset", 0)), int(params.get("limit", 10))
        links = [
            {"rel": "next", "href": f"https://p/collections/c/items?offset={offset + limit}&limit={limit}"}
        ]
        return {
            "features": wanted[offset : offset + limit],
            "links": links if offset + limit < len(wanted) else [],
        }

    def request(
        self, method: str, url: str, *, params: Any = None, headers: Any = None, body: Any = None, **more: Any
    ) -> Answer:
        parts = urlsplit(url)
        path = parts.path.removeprefix("/") if parts.netloc else parts.path
        query = {k: v[0] for k, v in parse_qs(parts.query).items()} | dict(params or {})
        self.asked.append((method, path, query, dict(headers or {}), body))
        full = f"https://p/{path}?" + "&".join(f"{k}={v}" for k, v in query.items())
        if method == "OPTIONS":
            return Answer(405, {}, b"", full)
        if method == "GET" and path == "collections/c/items":
            found = self.items(query)
            if found is REFUSED:
                if 400 not in more.get("accept", ()):
                    raise RefusedError("400")
                return Answer(400, {}, b"{}", full)
            return Answer(200, {}, json.dumps(found).encode(), full)
        if method == "GET" and path in self.documents:
            return Answer(200, {}, json.dumps(self.documents[path]).encode(), full)
        status, told, said = self.write(method, path) if method != "GET" else (404, {}, b"{}")
        if status >= 400 and status not in more.get("accept", ()):
            raise RefusedError("{status}", status=status)
        return Answer(status, told, said, full)


@pytest.fixture
def platform(monkeypatch: pytest.MonkeyPatch) -> Platform:
    return Platform(monkeypatch)


def open_it(**settings: Any) -> Collection:
    return opened("https://p", "c", **settings)


def test_pages_that_lead_in_a_circle_end(platform: Platform) -> None:
    collection = open_it()
    platform.items = lambda params: {
        "features": platform.features[:1],
        "links": [{"rel": "next", "href": "https://p/collections/c/items?page=2"}],
    }
    with pytest.raises(NoAnswerError, match="circle"):
        list(collection.pages())


def test_a_next_page_elsewhere_is_not_asked(platform: Platform) -> None:
    collection = open_it()
    platform.items = lambda params: {
        "features": [],
        "links": [{"rel": "next", "href": "https://other.example/items"}],
    }
    with pytest.raises(ExchangeError, match="another host"):
        list(collection.pages())
    assert not any("other.example" in asked[1] for asked in platform.asked)


@pytest.mark.parametrize("said", [4, 6, 10])
def test_a_link_left_out_by_an_estimated_count_does_not_cut_the_reading(
    platform: Platform, said: int
) -> None:
    """QGIS Server over PostGIS: the link to the next page and the range of offsets come from an estimate."""

    def items(params: dict[str, str]) -> Any:
        answer = platform.page(params)
        if int(params.get("offset", 0)) + int(params.get("limit", 10)) >= said:
            answer["links"] = []
        return answer | {"numberMatched": said}

    collection = open_it(options={"page": 2})
    platform.items = items
    pages = list(collection.pages())
    assert len({f.key for page in pages for f in page.features}) == 10
    assert pages[-1].last


@pytest.mark.parametrize(
    ("counts", "whole"), [((10, 10), True), ((10, 5), False), ((None, 5), False), ((4, 4), True)]
)
def test_an_offset_that_another_process_has_linked_to(
    platform: Platform, counts: tuple[int | None, int], whole: bool
) -> None:
    """Two processes of QGIS Server, each with a count of its own: one links to a page that the other one refuses."""
    told, allowed = counts

    def items(params: dict[str, str]) -> Any:
        offset, limit = int(params.get("offset", 0)), int(params.get("limit", 10))
        if offset and offset >= allowed:
            return REFUSED
        links = [
            {"rel": "next", "href": f"https://p/collections/c/items?offset={offset + limit}&limit={limit}"}
        ]
        count = {} if told is None else {"numberMatched": told}
        return {"features": platform.features[offset : offset + limit], "links": links, **count}

    collection = open_it(options={"page": 5})
    if told == 4:
        del platform.features[4:]
    platform.items = items
    pages = list(collection.pages())
    keys = [f.key for page in pages for f in page.features]
    assert len(keys) == len(set(keys)) == (len(platform.features) if whole else 9)
    assert pages[-1].last is whole


def test_a_count_that_contradicts_itself_leaves_the_end_open(platform: Platform) -> None:
    collection = open_it()
    platform.items = lambda params: {"features": platform.features[:5], "numberMatched": 9, "links": []}
    pages = list(collection.pages())
    assert not pages[-1].last


def test_a_filter_that_is_not_heeded_is_not_believed(platform: Platform) -> None:
    platform.items = lambda params: platform.page({k: v for k, v in params.items() if k != "uuid"})
    assert open_it().capabilities.find_batch == 0
    platform.features.clear()
    platform.documents["conformance"]["conformsTo"] = [
        "http://www.opengis.net/spec/ogcapi-features-3/1.0/conf/queryables-query-parameters"
    ]
    collection = open_it()
    assert collection.capabilities.find_batch == 1
    platform.features += [
        {"type": "Feature", "id": n, "properties": {"uuid": f"u{n}"}, "geometry": None} for n in range(30)
    ]
    assert [f.key for f in collection.find(["u3", "u25"])] == ["u3", "u25"]


def test_a_landing_page_is_no_schema(platform: Platform) -> None:
    platform.documents["collections/c/schema"] = {"title": "landing page", "links": []}
    collection = open_it()
    assert collection.fields_from == "sample"  # type: ignore[attr-defined]
    assert collection.schema.fields == ()


@pytest.mark.parametrize(
    ("status", "body", "state", "said"),
    [
        (400, b'{"code": "Bad", "description": "no such field"}', "rejected", "no such field"),
        (400, b'[{"code": "Bad", "description": "not valid"}]', "rejected", "not valid"),
        (422, b'{"type": "about:blank", "title": "Invalid", "detail": "too long"}', "rejected", "too long"),
        (
            500,
            b"<!doctype html><title>500 Internal Server Error</title><h1>x</h1>",
            "failed",
            "Internal Server Error",
        ),
        (412, b"", "rejected", "changed meanwhile"),
        (404, b"", "rejected", "not there any more"),
        (501, b"", "rejected", "501"),
    ],
)
def test_reasons_are_told(platform: Platform, status: int, body: bytes, state: str, said: str) -> None:
    platform.write = lambda method, path: (status, {}, body)
    collection = open_it()
    (outcome,) = collection.update([change(Feature("u1", {}, None, "1"), fid=3)])
    assert outcome.state == state
    assert said in str(outcome.reason)


@pytest.mark.parametrize(
    ("status", "state"),
    [(200, "done"), (404, "done"), (410, "done"), (202, "unknown"), (403, "rejected"), (500, "failed")],
)
def test_deleting_what_is_gone_is_done(platform: Platform, status: int, state: str) -> None:
    platform.write = lambda method, path: (status, {}, b"")
    (outcome,) = open_it().delete([Feature("u1", {}, None, "1")])
    assert outcome.state == state


def test_what_is_sent_again_in_one_run_is_one_request(platform: Platform) -> None:
    platform.write = lambda method, path: (500, {}, b"")
    first, later = open_it(), open_it()
    for collection in (first, first, later):
        collection.create([Feature("n1"), Feature("n2")])
    told = [asked[3]["Idempotency-Key"] for asked in platform.asked if asked[0] == "POST"]
    assert told[:2] == told[2:4] and len(set(told)) == 4


def test_a_broken_connection_leaves_the_rest_unsent(platform: Platform) -> None:
    calls = []

    def write(method: str, path: str) -> tuple[int, dict[str, str], bytes]:
        calls.append(path)
        if len(calls) == 2:
            raise NoAnswerError("cut")
        return 201, {}, b""

    platform.write = write
    outcomes = open_it().create([Feature(f"n{n}") for n in range(4)])
    assert [o.state for o in outcomes] == ["done", "unknown", "unknown", "unknown"]
    assert len(calls) == 2
    with pytest.raises(NoAnswerError):
        calls.append("")
        calls.clear()
        platform.write = lambda method, path: (_ for _ in ()).throw(NoAnswerError("cut"))  # type: ignore[assignment]
        open_it().create([Feature("n9")])


PART_4 = "http://www.opengis.net/spec/ogcapi-features-4/1.0/conf/"


def test_patch_sends_the_change_alone_and_the_version(platform: Platform) -> None:
    platform.documents["conformance"]["conformsTo"] = [
        PART_4 + name for name in ("create-replace-delete", "update", "optimistic-locking-etags")
    ]
    collection = open_it()
    assert collection.capabilities.locking and collection.capabilities.partial_update
    before = Feature("u1", {"name": "old", "n": 1}, None, "1", '"v1"')
    assert [o.state for o in collection.update([change(before, name="new")])] == ["done"]
    method, path, _, headers, body = platform.asked[-1]
    assert (method, path, headers["If-Match"]) == ("PATCH", "collections/c/items/1", '"v1"')
    assert json.loads(body or b"") == {"type": "Feature", "properties": {"name": "new"}}


def test_put_keeps_what_did_not_change_as_the_platform_gave_it(platform: Platform) -> None:
    platform.documents["collections/c/schema"]["properties"] |= {
        "name": {"type": "string"}, "n": {"type": "integer"}, "made": {"type": "string", "readOnly": True},
    }  # fmt: skip
    collection = open_it()
    before = Feature("u1", {"name": "old", "n": 1, "made": "there"}, EXACT.wkb, "1")
    after = Feature("u1", {"name": "new", "n": 5, "made": "here"}, ROUND.wkb, "1")
    collection.update([Update(before, after, frozenset({"name"}))])
    document = json.loads(platform.asked[-1][4] or b"")
    assert document["id"] == 1
    assert document["properties"] == {"uuid": "u1", "name": "new", "n": 1}
    assert document["geometry"]["coordinates"][0][0] == [113.123456789012, 23.0]


def test_the_id_is_taken_from_a_location_only_where_writing_is_declared(platform: Platform) -> None:
    platform.write = lambda method, path: (201, {"location": "https://p/collections/c/items/a%20b"}, b"")
    assert open_it().create([Feature("n1")])[0].server_id is None
    platform.documents["conformance"]["conformsTo"] = [PART_4 + "create-replace-delete"]
    assert open_it().create([Feature("n1")])[0].server_id == "a b"


def test_fields_of_a_schema(platform: Platform) -> None:
    platform.features.clear()
    platform.documents["collections/c/schema"] = {
        "required": ["code"],
        "properties": {
            "shape": {"format": "geometry-multipolygon", "x-ogc-role": "primary-geometry"},
            "code": {"type": "string", "maxLength": 12},
            "number": {"type": "integer", "x-ogc-role": "id"},
            "when": {"type": ["string", "null"], "format": "date-time"},
            "parts": {"type": "array"},
            "uuid": {"type": "string", "maxLength": 36},
        },
    }
    collection = open_it()
    schema = collection.schema
    assert collection.key_length == 36
    assert schema.geometry == "MultiPolygon"
    assert [(f.name, f.type, f.nullable, f.length, f.editable) for f in schema.fields] == [
        ("code", "text", False, 12, True),
        ("when", "datetime", True, None, True),
        ("parts", "text", True, None, False),
    ]
