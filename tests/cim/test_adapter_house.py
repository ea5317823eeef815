"""The adapter of platforms that are described in the options, against the stand-in."""

from __future__ import annotations

import copy
import json
import uuid
from typing import Any

import pytest
import shapely
from citycheck.citycheck_qgis.cim.adapters import house
from citycheck.citycheck_qgis.cim.adapters.base import Update
from citycheck.citycheck_qgis.cim.adapters.templates import address_of, filled
from citycheck.citycheck_qgis.cim.connections import CollectionSettings, Connection
from citycheck.citycheck_qgis.cim.features import GEOMETRY, Feature
from citycheck.citycheck_qgis.cim.fidelity import same_geometry
from citycheck.citycheck_qgis.cim.network import Http
from citycheck.citycheck_qgis.errors import (
    ExchangeError,
    InputError,
    NoAnswerError,
    RefusedError,
    SignInError,
)
from citycheck.tests.standins.adversary import Adversary, Fault
from citycheck.tests.standins.house_standin import HouseSettings, HouseStandin
from citycheck.tests.standins.standin_server import Login, Reply, Request, Standin

LOGIN = Login("planner", "correct horse")
OPTIONS: dict[str, Any] = {
    "sign_in": {
        "url": "api/login",
        "body": {"username": "{user}", "password": "{password}"},
        "token": "data.accessToken",
    },
    "ok": [0],
    "gone": [1004],
    "collections": {
        "problem": {
            "title": "问题",
            "id": "id",
            "crs": "EPSG:4490",
            "geometry": {"path": "location.geom", "form": "geojson_text", "type": "Polygon"},
            "fields": [
                {"name": "key", "path": "bizId"},
                {"name": "name", "path": "problemName"},
                {"name": "note"},
                {"name": "level", "type": "integer"},
                {"name": "area", "type": "real"},
                {"name": "open", "path": "isOpen", "type": "boolean"},
                {"name": "found", "path": "foundAt", "type": "datetime"},
            ],
            "list": {
                "url": "api/v1/problem/list",
                "params": {"pageNo": "{page}", "pageSize": "{size}"},
                "rows": "data.rows",
                "total": "data.total",
            },
            "find": {
                "url": "api/v1/problem/list",
                "params": {"bizIds": "{keys}", "pageSize": "{size}"},
                "rows": "data.rows",
                "total": "data.total",
                "batch": 20,
            },
            "create": {
                "url": "api/v1/problem/save",
                "body": "{rows}",
                "batch": 50,
                "ids": "data.ids",
                "atomic": True,
            },
            "update": {"url": "api/v1/problem/update", "body": "{rows}", "batch": 50, "atomic": True},
            "delete": {"url": "api/v1/problem/delete", "body": {"ids": "{ids}"}, "batch": 50, "atomic": True},
        }
    },
}


def described(**changes: Any) -> dict[str, Any]:
    """Return the options with members of the collection's description changed."""
    options = copy.deepcopy(OPTIONS)
    for name, value in changes.items():
        about = options["collections"]["problem"]
        if value is None:
            del about[name]
        else:
            about[name] = {**about[name], **value} if isinstance(about.get(name), dict) else value
    return options


def opened(
    url: str,
    options: dict[str, Any] | None = None,
    login: Login | None = LOGIN,
    key_field: str | None = "key",
) -> house.HouseCollection:
    settings = {"problem": CollectionSettings(key_field=key_field)}
    made = Connection("test", "house", url, collections=settings, options=options or OPTIONS)
    return house.HouseCollection(made, Http(made, house.HouseDialect(made), login), "problem")


def square(x: float = 113.0, y: float = 23.0, size: float = 0.1) -> bytes:
    outer = shapely.box(x, y, x + size, y + size)
    return shapely.to_wkb(
        outer.difference(shapely.box(x + size / 4, y + size / 4, x + size / 2, y + size / 2))
    )


def problem(number: int, **values: Any) -> Feature:
    given = {"name": f"问题{number}", "level": number % 3, "found": "2024-05-01T08:00:00Z"} | values
    return Feature(str(uuid.UUID(int=number)), given, square(113 + number / 1000))


def everything(collection: house.HouseCollection) -> list[Feature]:
    pages = list(collection.pages())
    assert pages[-1].last
    return [feature for page in pages for feature in page.features]


def test_schema_is_what_the_options_say() -> None:
    with HouseStandin() as server:
        collection = opened(server.root)
    assert collection.schema.names == ("name", "note", "level", "area", "open", "found")
    assert (collection.title, collection.crs, collection.schema.geometry) == ("问题", "EPSG:4490", "Polygon")
    assert collection.capabilities.writable and collection.capabilities.atomic
    assert not opened(server.root, key_field=None).capabilities.writable
    connection = Connection("test", "house", server.root, options=OPTIONS)
    assert house.collections_of(collection.http, connection) == [("problem", "问题")]


@pytest.mark.parametrize("form", ["geojson_text", "geojson", "wkt"])
@pytest.mark.parametrize("swapped", [False, True])
def test_what_is_written_comes_back(form: str, swapped: bool) -> None:
    nasty = {"note": '"quotes" \\ \' 🏙𠮷龘\n', "area": 0.1 + 0.2, "open": True}
    kind = {"geojson_text": "geojson", "geojson": "object", "wkt": "wkt"}[form]
    with HouseStandin(settings=HouseSettings(geometry=kind)) as server:
        collection = opened(server.root, described(geometry={"form": form, "swapped": swapped}))
        features = [problem(1, **nasty), problem(2, note=""), problem(3, note=None, found=None)]
        features[0].geometry = square(113.12345678901234, 23.98765432109876)
        features[2].geometry = None
        outcomes = collection.create(features)
        assert [outcome.state for outcome in outcomes] == ["done"] * 3
        stored = server.rows()[0]["location"]["geom"]
        back = {feature.key: feature for feature in collection.find([str(f.key) for f in features])}
        for feature, outcome in zip(features, outcomes, strict=True):
            found = back[feature.key]
            assert found.server_id == outcome.server_id
            for name, value in feature.values.items():
                assert found.values[name] == value, name
            if feature.geometry is None:
                assert found.geometry is None
            else:
                assert found.geometry is not None and same_geometry(found.geometry, feature.geometry)
        text = stored if isinstance(stored, str) else json.dumps(stored)
        assert (text.index("23.") < text.index("113.")) == swapped


@pytest.mark.parametrize(
    ("paging", "changes"),
    [
        ("page", {}),
        ("offset", {"params": {"offset": "{offset}", "limit": "{size}"}}),
        ("cursor", {"params": {"cursor": "{cursor}"}, "next": "data.next"}),
    ],
)
@pytest.mark.parametrize("counted", [True, False])
def test_every_paging_reads_to_the_end(paging: str, changes: dict[str, Any], counted: bool) -> None:
    more = changes | {"paging": paging} | ({} if counted else {"total": ""})
    with HouseStandin(settings=HouseSettings(paging=paging, largest_page=4)) as server:
        collection = opened(server.root, described(list=more))
        assert everything(collection) == []
        for number in range(12):
            server.insert(bizId=f"b{number}")
        assert sorted(str(f.key) for f in everything(collection)) == sorted(f"b{n}" for n in range(12))


class Reasonable(HouseStandin):
    """Gives the last page for every page after it, and caps the total."""

    total: int | None = None

    def _list(self, query: dict[str, str]) -> dict[str, Any]:
        pages = max(1, -(-len(self.problems) // self.settings.largest_page))
        found = super()._list(query | {"pageNo": str(min(int(query.get("pageNo", 1)), pages))})
        return found | ({} if self.total is None else {"total": self.total})


def test_a_last_page_that_comes_again_and_a_count_that_is_wrong_lose_nothing() -> None:
    with Reasonable(settings=HouseSettings(largest_page=4)) as server:
        for number in range(10):
            server.insert(bizId=f"b{number}")
        assert len(everything(opened(server.root))) == 10
        server.total = 4
        assert len(everything(opened(server.root))) == 10
        server.total = 11
        assert not list(opened(server.root).pages())[-1].last


def test_find_without_a_filter_reads_everything() -> None:
    with HouseStandin() as server:
        for name in ("a", "b", "b", "c"):
            server.insert(bizId=name)
        for options in (OPTIONS, described(find=None)):
            found = opened(server.root, options).find(["b", "c", "nobody"])
            assert sorted(str(feature.key) for feature in found) == ["b", "b", "c"]
        # A platform that ignores the filter gives other rows, of which none is taken for another.
        server.settings.key_filter = False
        assert [f.key for f in opened(server.root).find(["c"])] == ["c"]


def test_update_sends_only_what_changed_or_all() -> None:
    with HouseStandin() as server:
        collection = opened(server.root)
        collection.create([problem(1, note="stays")])
        before = collection.find([str(problem(1).key)])[0]
        server.change(int(str(before.server_id)), level=9)
        update = Update(before, before.with_items({"name": "改"}), frozenset({"name"}))
        assert collection.update([update])[0].state == "done"
        row = server.rows()[0]
        assert (row["problemName"], row["level"], row["note"]) == ("改", 9, "stays")
        whole = opened(server.root, described(update={"whole": True}))
        assert not whole.capabilities.partial_update
        whole.update([Update(before, before.with_items({GEOMETRY: None}), frozenset({GEOMETRY}))])
        row = server.rows()[0]
        assert (row["level"], row["location"]) == (1, {"geom": None})


def test_a_bad_feature_refuses_its_batch_and_is_told_alone() -> None:
    with HouseStandin() as server:
        collection = opened(server.root)
        features = [problem(1), problem(2, level="high"), problem(3)]
        with pytest.raises(RefusedError, match="类型错误"):
            collection.create(features)
        assert server.rows() == []
        outcomes = collection.create(features[1:2])
        assert outcomes[0].state == "rejected" and "level" in str(outcomes[0].reason)
        server.settings.atomic = False
        loose = opened(server.root, described(create={"atomic": False, "failures": "data.failed"}))
        outcomes = loose.create(features)
        assert [outcome.state for outcome in outcomes] == ["done", "rejected", "done"]
        assert [outcome.server_id for outcome in outcomes] == ["1", None, "2"]
        # Without a list of failures, nobody can tell.
        assert {o.state for o in opened(server.root).delete([Feature("x", server_id="77")])} == {"done"}
        there = everything(collection)
        server.remove(1)
        assert [outcome.state for outcome in collection.delete(there)] == ["done", "done"]
        assert server.rows() == []


def test_a_batch_that_may_be_done_in_part_is_unknown() -> None:
    with HouseStandin() as server:
        collection = opened(server.root, described(create={"atomic": False}))
        outcomes = collection.create([problem(1), problem(2, level="high")])
        assert [outcome.state for outcome in outcomes] == ["unknown", "unknown"]


def test_one_by_one_where_the_platform_takes_no_lists() -> None:
    single = {"body": "{row}", "batch": 1, "id": "data.id", "ids": ""}
    with HouseStandin(settings=HouseSettings(batch=False)) as server:
        collection = opened(server.root, described(create=single))
        outcomes = collection.create([problem(1), problem(2, level="high"), problem(3)])
        assert [(o.state, o.server_id) for o in outcomes] == [
            ("done", "1"),
            ("rejected", None),
            ("done", "2"),
        ]


def test_a_lost_answer_is_not_a_refusal() -> None:
    with HouseStandin() as server:
        for kind in ("drop_after", "status_after", "truncate_quietly", "error_in_200_after"):
            with Adversary(server.root, [Fault(kind, path="save")]) as proxy, pytest.raises(NoAnswerError):
                opened(proxy.root).create([problem(len(server.rows()))])
    assert len(server.rows()) == 4


def test_a_token_that_dies_is_replaced_and_never_shown() -> None:
    with HouseStandin(settings=HouseSettings(token_requests=2, largest_page=1)) as server:
        collection = opened(server.root)
        collection.create([problem(n) for n in range(5)])
        assert len(everything(collection)) == 5
        assert len(server.tokens) > 2
        with pytest.raises(SignInError, match="密码错误"):
            list(opened(server.root, login=Login("planner", "wrong")).pages())


def test_errors_of_the_platform_are_no_refusals() -> None:
    with HouseStandin() as server:
        collection = opened(server.root)
        with pytest.raises(NoAnswerError, match="系统异常"):
            collection.create([problem(1, note="a\x00b")])
        server.settings.read_only = True
        assert collection.create([problem(1)])[0].state == "rejected"


class Odd(HouseStandin):
    """Answers every list with one given document."""

    document: Any = None

    def answer(self, request: Any) -> Reply:
        return Reply.json(self.document) if request.path.endswith("list") else super().answer(request)


@pytest.mark.parametrize(
    ("document", "words"),
    [
        ({"code": 0, "data": None}, "no list of rows at data.rows"),
        ({"code": 0, "data": {"rows": ["a"]}}, "no list of rows"),
        (
            {"code": 0, "data": {"rows": [{"id": 7, "location": {"geom": "nonsense"}}] * 20}},
            "row 7: the geometry",
        ),
        ({"code": 77, "msg": "不行"}, "不行"),
    ],
)
def test_answers_that_are_no_rows_are_told(document: Any, words: str) -> None:
    with Odd() as server:
        server.document = document
        with pytest.raises(ExchangeError, match=words):
            list(opened(server.root).pages())


def test_ids_that_are_texts_stay_texts() -> None:
    row = {"id": "1790000000000000001", "bizId": "a", "problemName": "x"}
    with Odd() as server:
        server.document = {"code": 0, "data": {"rows": [row], "total": 1}}
        collection = opened(server.root)
        before = next(collection.pages()).features[0]
        collection.delete([before])
        assert before.server_id == "1790000000000000001"
        assert collection._id_value(str(before.server_id)) == before.server_id


def test_points_in_two_columns_and_booleans_in_words() -> None:
    rows = [{"id": 1, "bizId": "a", "lng": "113.5", "lat": 23.25, "isOpen": "是"}, {"id": 2, "bizId": "b"}]
    options = described(geometry=None)
    about = options["collections"]["problem"]
    about["geometry"] = {"form": "lonlat", "x": "lng", "y": "lat", "type": "Point"}
    about["fields"][5] |= {"true": "是", "false": "否"}
    with Odd() as server:
        server.document = {"code": 0, "data": {"rows": rows, "total": 2}}
        collection = opened(server.root, options)
        found = next(collection.pages()).features
        assert found[0].geometry is not None and shapely.from_wkb(found[0].geometry).equals(
            shapely.Point(113.5, 23.25)
        )
        assert [f.values["open"] for f in found] == [True, None] and found[1].geometry is None
        said = collection._row(found[0], frozenset({"open", GEOMETRY}), "1")
        assert said == {"id": 1, "bizId": "a", "isOpen": "是", "lng": 113.5, "lat": 23.25}
        polygon = Feature("c", {}, square())
        assert collection.create([polygon])[0].state == "rejected"


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"list": {"paging": "scroll"}}, "list.paging"),
        ({"geometry": {"form": "shape"}}, "geometry.form"),
        ({"fields": [{"name": "a", "type": "blob"}]}, "fields.a.type"),
        ({"list": {"url": ""}}, "no url"),
    ],
)
def test_descriptions_are_checked(change: dict[str, Any], words: str) -> None:
    with pytest.raises(InputError, match=words):
        opened("http://127.0.0.1:9", described(**change))
    with pytest.raises(InputError, match="do not describe"):
        opened("http://127.0.0.1:9", {"collections": {}})


def test_templates_are_filled_and_never_evaluated() -> None:
    slots = {"keys": ["a", "b"], "page": 2, "user": "{password}", "password": "x"}
    template = {
        "k": "{keys}",
        "t": "in({keys})",
        "p": "{page}",
        "u": "{user}",
        "o": "{other} {0.__class__}",
        "n": [1],
    }
    assert filled(template, slots) == {
        "k": ["a", "b"],
        "t": "in(a,b)",
        "p": 2,
        "u": "{password}",
        "o": "{other} {0.__class__}",
        "n": [1],
    }


class Rows(Standin):
    """Gives and takes rows as REST platforms do: ``rows?uuid=…``, ``rows/7``."""

    def __init__(self, count: int, heeds: str = "uuid", page: int = 100, number: str = "fid") -> None:
        super().__init__()
        self.rows = [{"uuid": f"k{n}", number: n} for n in range(count)]
        self.heeds, self.page = heeds, page

    def answer(self, request: Request) -> Reply:
        wanted = request.query.get(self.heeds, "")
        found = [row for row in self.rows if not wanted or row["uuid"] in wanted.split(",")]
        start = int(request.query.get("offset", 0))
        return Reply.json({"code": 0, "data": found[start : start + self.page]})


def rows_of(server: Rows, batch: int = 10, **about: Any) -> house.HouseCollection:
    options = {
        "collections": {
            "problem": {
                "fields": [{"name": "uuid"}],
                "id": "fid",
                "list": {
                    "url": "rows",
                    "rows": "data",
                    "paging": "offset",
                    "params": {"offset": "{offset}"},
                },
                "find": {"url": "rows", "rows": "data", "params": {"uuid": "{keys}"}, "batch": batch},
                "delete": {"url": "rows/{id}", "method": "DELETE"},
            }
            | about
        }
    }
    return opened(server.root, options, None, "uuid")


def test_rows_beyond_the_first_page_are_found_where_keys_are_not_heeded() -> None:
    with Rows(150, heeds="other", page=100) as server:
        assert [f.key for f in rows_of(server).find(["k120"])] == ["k120"]
        assert {f.key for f in rows_of(server).find(["k3", "k149", "none"])} == {"k3", "k149"}


def test_a_parameter_that_finds_nothing_is_not_trusted() -> None:
    class Deaf(Rows):
        def answer(self, request: Request) -> Reply:
            if "uuid" in request.query:
                return Reply.json({"code": 0, "data": []})
            return super().answer(request)

    with Deaf(12) as server:
        assert [f.key for f in rows_of(server).find(["k11", "none"])] == ["k11"]


def test_keys_beyond_a_page_are_asked_for_by_themselves() -> None:
    with Rows(30, page=4) as server:
        collection = rows_of(server)
        found = collection.find([f"k{n}" for n in range(30)] + ["none"])
        assert sorted(f.key for f in found) == sorted(f"k{n}" for n in range(30))
        assert "none" not in {f.key for f in found}


def test_a_row_without_id_is_never_asked_to_be_deleted() -> None:
    with Rows(3, number="id") as server:
        collection = rows_of(server)
        (row,) = collection.find(["k1"])
        assert row.server_id is None
        asked = len(server.record)
        with pytest.raises(RefusedError, match="the request was not sent"):
            collection.http.url(address_of("rows/{id}", {"id": None}))
        assert [outcome.state for outcome in collection.delete([row])] == ["rejected"]
        assert len(server.record) == asked


@pytest.mark.parametrize("number", ["../../admin/wipe?all=1#", "..", ".", "a/b", "体检"])
def test_an_id_stays_one_part_of_the_address(number: str) -> None:
    with Rows(1) as server:
        server.rows[0]["fid"] = number
        collection = rows_of(server)
        collection.delete(collection.find(["k0"]))
        paths = [request.path for request in server.record if request.method == "DELETE"]
        assert paths == ([] if number in (".", "..") else [f"/rows/{number}"])
