"""That the stand-ins behave as the documents that they encode."""

from __future__ import annotations

import http.client
import json
import subprocess
import sys
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

import pytest
from citycheck.tests.standins import arcgis_standin, malicious
from citycheck.tests.standins.adversary import KINDS, Adversary, Fault, random_plan
from citycheck.tests.standins.arcgis_standin import ArcgisSettings, ArcgisStandin
from citycheck.tests.standins.house_standin import HouseSettings, HouseStandin
from citycheck.tests.standins.malicious import ATTACKS, Malicious
from citycheck.tests.standins.standin_server import read_where
from citycheck.tests.standins.supermap_standin import SupermapSettings, SupermapStandin

SQUARE = [[113.0, 23.0], [113.0, 23.1], [113.1, 23.1], [113.1, 23.0], [113.0, 23.0]]
STANDINS = Path(arcgis_standin.__file__).parent


def ask(
    url: str,
    method: str = "GET",
    body: Any = None,
    headers: dict[str, str] | None = None,
    form: dict[str, Any] | None = None,
    timeout: float = 10,
) -> tuple[int, dict[str, str], bytes]:
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(str(parts.hostname), parts.port, timeout=timeout)
    content = None if body is None else json.dumps(body)
    headers = dict(headers or {})
    if form is not None:
        method, content = "POST", urlencode(form)
        headers["Content-Type"] = "application/x-www-form-urlencoded"
    connection.request(method, parts.path + (f"?{parts.query}" if parts.query else ""), content, headers)
    response = connection.getresponse()
    found = response.status, dict(response.getheaders()), response.read()
    connection.close()
    return found


def get(url: str, **query: Any) -> Any:
    return json.loads(ask(f"{url}?{urlencode(query)}" if query else url)[2])


def post(url: str, form: dict[str, Any]) -> Any:
    return json.loads(ask(url, form=form)[2])


def polygon(**attributes: Any) -> dict[str, Any]:
    return {"attributes": attributes, "geometry": {"rings": [SQUARE], "spatialReference": {"wkid": 4490}}}


# The reader of conditions.


def test_where_reads_what_servers_read_and_refuses_the_rest() -> None:
    row = {"name": "it's", "n": 3, "empty": None}
    assert read_where("1=1")(row)
    assert read_where("Name = 'it''s' AND n IN (1, 3) AND empty IS NULL AND n >= 3")(row)
    assert not read_where("n <> 3")(row)
    assert not read_where("empty = 3")(row)
    for text in ("n = 1; drop table x", "name like 'a%'", "n = 1 or 1=1"):
        with pytest.raises(ValueError):
            read_where(text)(row)
    with pytest.raises(ValueError, match="no field"):
        read_where("other = 1")(row)


# ArcGIS.


def test_arcgis_layer_says_what_it_can() -> None:
    with ArcgisStandin() as server:
        layer = get(server.layer_url, f="json")
        assert get(server.service_url, f="json")["layers"][0]["id"] == 0
    assert (layer["objectIdField"], layer["globalIdField"], layer["geometryType"]) == (
        "OBJECTID",
        "GlobalID",
        "esriGeometryPolygon",
    )
    assert layer["advancedQueryCapabilities"]["supportsPagination"]
    assert layer["extent"]["spatialReference"]["wkid"] == 4490
    assert {field["type"] for field in layer["fields"]} >= {"esriFieldTypeOID", "esriFieldTypeDate"}


def test_arcgis_pages_and_says_that_there_is_more() -> None:
    with ArcgisStandin(settings=ArcgisSettings(max_record_count=2, caps_count=True)) as server:
        for number in range(5):
            server.insert({"uuid": f"u{number}", "name": "问题"}, {"rings": [SQUARE]})
        query = server.layer_url + "/query"
        first = get(query, where="1=1", outFields="*", orderByFields="OBJECTID", f="json")
        last = get(query, where="1=1", outFields="uuid", resultOffset=4, resultRecordCount=9, f="json")
        assert [item["attributes"]["uuid"] for item in first["features"]] == ["u0", "u1"]
        assert first["exceededTransferLimit"] is True
        assert "exceededTransferLimit" not in last
        assert last["features"][0]["attributes"] == {"uuid": "u4"}
        assert get(query, where="1=1", returnCountOnly="true", f="json") == {"count": 2}
        chosen = get(query, where="uuid IN ('u1','u3')", outFields="uuid", f="json", returnGeometry="false")
        assert [item["attributes"]["uuid"] for item in chosen["features"]] == ["u1", "u3"]
        assert "geometry" not in chosen["features"][0]
        geojson = get(query, where="1=1", outFields="*", f="geojson")
        assert geojson["properties"]["exceededTransferLimit"] is True
        assert geojson["features"][0]["geometry"]["type"] == "Polygon"
        ring = first["features"][0]["geometry"]["rings"][0]
        assert ring[0] == ring[-1] and ring != SQUARE and sorted(ring[1:]) == sorted(SQUARE[1:])


def test_arcgis_edits_one_by_one_or_all_together() -> None:
    with ArcgisStandin() as server:
        apply = server.layer_url + "/applyEdits"
        bad = polygon(uuid="b", severity="high")
        form = {"f": "json", "adds": json.dumps([polygon(uuid="a"), bad]), "rollbackOnFailure": "true"}
        rolled = post(apply, form)["addResults"]
        assert [result["error"]["code"] for result in rolled] == [1003, 1000]
        assert server.rows() == []
        kept = post(apply, form | {"rollbackOnFailure": "false"})["addResults"]
        assert [result["success"] for result in kept] == [True, False]
        number = kept[0]["objectId"]
        update = {"attributes": {"OBJECTID": number, "name": "改", "found": "2024-05-01"}}
        done = post(apply, {"f": "json", "updates": json.dumps([update])})["updateResults"]
        assert done[0]["success"]
        row = server.rows()[0]
        # The text of a date becomes null although the edit is said to have succeeded.
        assert (row["name"], row["found"], row["uuid"]) == ("改", None, "a")
        gone = post(apply, {"f": "json", "deletes": f"{number},99", "rollbackOnFailure": "false"})[
            "deleteResults"
        ]
        assert [result["success"] for result in gone] == [True, False]


def test_arcgis_global_ids_make_an_add_idempotent() -> None:
    guid = "{00000000-0000-4000-8000-00000000000A}"
    with ArcgisStandin() as server:
        form = {"f": "json", "adds": json.dumps([polygon(uuid="a", GlobalID=guid)]), "useGlobalIds": "true"}
        assert post(server.layer_url + "/applyEdits", form)["addResults"][0]["globalId"] == guid
        assert not post(server.layer_url + "/applyEdits", form)["addResults"][0]["success"]
        assert len(server.rows()) == 1


def test_arcgis_refuses_an_exterior_that_is_anticlockwise_and_renumbers_if_told_to() -> None:
    with ArcgisStandin(settings=ArcgisSettings(renumbers=True)) as server:
        wrong = polygon(uuid="a") | {"geometry": {"rings": [SQUARE[::-1]]}}
        apply = server.layer_url + "/applyEdits"
        assert not post(apply, {"f": "json", "adds": json.dumps([wrong])})["addResults"][0]["success"]
        first = post(apply, {"f": "json", "adds": json.dumps([polygon(uuid="a")])})["addResults"][0]
        assert server.rows()[0]["OBJECTID"] != first["objectId"]


def test_arcgis_tokens_die_in_http_200() -> None:
    with ArcgisStandin(settings=ArcgisSettings(needs_token=True, token_requests=1)) as server:
        assert get(server.layer_url, f="json")["error"]["code"] == 499
        where = server.root + "/arcgis/tokens/generateToken"
        assert "error" in post(where, {"username": "planner", "password": "wrong", "f": "json"})
        token = post(where, {"username": "planner", "password": "correct horse", "f": "json"})["token"]
        header = {"X-Esri-Authorization": f"Bearer {token}"}
        assert b"objectIdField" in ask(server.layer_url + "?f=json", headers=header)[2]
        status, _, body = ask(server.layer_url + "?f=json", headers=header)
        assert (status, json.loads(body)["error"]["code"]) == (200, 498)


# SuperMap.


def region(number: int | None = None, **values: str) -> dict[str, Any]:
    points = [{"x": x, "y": y} for x, y in SQUARE]
    names = (["SMID"] if number else []) + list(values)
    texts = ([str(number)] if number else []) + list(values.values())
    geometry = {"id": number or 0, "points": points, "parts": [5], "type": "REGION", "style": None}
    return {"fieldNames": names, "fieldValues": texts, "geometry": geometry}


def results(server: SupermapStandin, body: dict[str, Any], **query: Any) -> Any:
    address = f"{server.data_url}/featureResults.json?{urlencode({'returnContent': 'true'} | query)}"
    return json.loads(ask(address, "POST", {"datasetNames": ["City:Problem_R"]} | body)[2])


def test_supermap_ids_come_back_only_without_batch() -> None:
    with SupermapStandin() as server:
        features = f"{server.dataset_url}/features.json"
        fast = json.loads(
            ask(features + "?isUseBatch=true&returnContent=true", "POST", [region(UUID="a")])[2]
        )
        slow = json.loads(ask(features + "?returnContent=true", "POST", [region(UUID="b")])[2])
        assert (fast["succeed"], slow) == (True, [2])
        listed = get(features)
        assert (listed["featureCount"], listed["geometryType"], len(listed["childUriList"])) == (
            2,
            "REGION",
            2,
        )
        assert get(f"{server.dataset_url}.json")["datasetInfo"]["prjCoordSys"]["epsgCode"] == 4490
        infos = {item["name"]: item for item in get(f"{server.dataset_url}/fields.json", returnAll="true")}
        assert infos["SMID"]["isSystemField"] and not infos["SMUSERID"]["isSystemField"]


def test_supermap_values_are_text_and_queries_are_cut() -> None:
    with SupermapStandin() as server:
        for number in range(1003):
            server.insert({"UUID": f"u{number}", "AREA": 1.5e8, "OPEN": True, "NAME": None})
        sql: dict[str, Any] = {"getFeatureMode": "SQL", "queryParameter": {"attributeFilter": "SMID > 0"}}
        cut = results(server, sql, fromIndex=0, toIndex=5000)
        assert (len(cut["features"]), cut["totalCount"]) == (1000, 1003)
        assert len(results(server, sql | {"maxFeatures": -1}, fromIndex=0, toIndex=5000)["features"]) == 1003
        feature = results(server, {"getFeatureMode": "ID", "ids": [7]})["features"][0]
        values = dict(zip(feature["fieldNames"], feature["fieldValues"], strict=True))
        assert (values["AREA"], values["OPEN"], values["NAME"], values["SMID"]) == ("1.5E8", "true", "", "7")


def test_supermap_changes_by_method_parameter_and_deletes_all_by_an_empty_filter() -> None:
    with SupermapStandin(settings=SupermapSettings(error_status=False)) as server:
        features = f"{server.dataset_url}/features.json"
        ask(features + "?isUseBatch=true", "POST", [region(UUID="a"), region(UUID="b"), region(UUID="c")])
        changed = [region(1, NAME="改"), region(99, NAME="x")]
        status, _, body = ask(features + "?_method=PUT", "POST", changed)
        assert (status, json.loads(body)["error"]["code"]) == (200, 400)
        # All or nothing, unless told otherwise.
        assert server.rows()[0]["NAME"] is None
        ask(features + "?_method=PUT&rollbackOnFailure=false", "POST", changed)
        assert (server.rows()[0]["NAME"], server.rows()[0]["UUID"]) == ("改", "a")
        assert json.loads(ask(features + "?_method=DELETE", "POST", [1])[2]) == {"succeed": True}
        assert len(server.rows()) == 2
        ask(features + "?_method=DELETE", "POST", {"attributeFilter": ""})
        assert server.rows() == []


def test_supermap_says_why_not() -> None:
    settings = SupermapSettings(editable=False, needs_token=True, token_requests=2)
    with SupermapStandin(settings=settings) as server:
        features = f"{server.dataset_url}/features.json"
        assert ask(features)[0] == 401
        login = {"userName": "planner", "password": "correct horse", "clientType": "NONE", "expiration": 60}
        token = json.loads(ask(server.root + "/iserver/services/security/tokens.json", "POST", login)[2])
        status, _, body = ask(f"{features}?token={token}", "POST", [region(UUID="a")])
        assert status == 403 and "errorMsg" in json.loads(body)["error"]
        assert ask(f"{features}?token={token}")[0] == 200
        assert ask(f"{features}?token={token}")[0] == 401


def test_supermap_marks_holes() -> None:
    hole = [[113.02, 23.02], [113.05, 23.02], [113.05, 23.05], [113.02, 23.02]]
    points = [{"x": x, "y": y} for x, y in SQUARE + hole]
    with SupermapStandin() as server:
        number = server.insert({"UUID": "a"}, {"points": points, "parts": [5, 4], "type": "REGION"})
        geometry = get(f"{server.dataset_url}/features/{number}.json")["geometry"]
    assert (geometry["parts"], geometry["partTopo"], geometry["id"]) == ([5, 4], [1, -1], number)


# The house-made platform.


def test_house_lists_in_pages_after_a_login() -> None:
    with HouseStandin(settings=HouseSettings(largest_page=2, token_requests=3)) as server:
        for number in range(5):
            server.insert(bizId=f"b{number}")
        assert get(server.api_url + "/list")["code"] == 401
        login = {"username": "planner", "password": "correct horse"}
        token = json.loads(ask(server.root + "/api/login", "POST", login)[2])["data"]["accessToken"]
        header = {"Authorization": f"Bearer {token}"}
        page = json.loads(ask(server.api_url + "/list?pageNo=3&pageSize=100", headers=header)[2])
        assert page["code"] == 0 and page["data"]["total"] == 5
        assert [row["bizId"] for row in page["data"]["rows"]] == ["b4"]
        found = json.loads(ask(server.api_url + "/list?bizIds=b1,b3", headers=header)[2])
        assert [row["bizId"] for row in found["data"]["rows"]] == ["b1", "b3"]


def test_house_writes_and_refuses_with_status_200() -> None:
    with HouseStandin(settings=HouseSettings(needs_token=False)) as server:
        place = {"geom": json.dumps({"type": "Point", "coordinates": [113.0, 23.0]})}
        saved = json.loads(ask(server.api_url + "/save", "POST", [{"bizId": "a", "location": place}])[2])
        number = saved["data"]["ids"][0]
        status, _, body = ask(server.api_url + "/update", "POST", {"id": number, "level": "3"})
        assert status == 200 and json.loads(body)["code"] == 1001
        assert json.loads(ask(server.api_url + "/update", "POST", {"id": number, "level": 3})[2])["code"] == 0
        row = server.rows()[0]
        assert (row["level"], row["location"]) == (3, place)
        ask(server.api_url + "/delete", "POST", {"ids": [number]})
        assert server.rows() == []


# The adversary.


def add(url: str, name: str) -> Any:
    return ask(url + "/save", "POST", {"bizId": name})


@pytest.mark.parametrize(
    ("kind", "committed"),
    [("drop_before", 0), ("drop_after", 1), ("status", 0), ("status_after", 1), ("truncate", 1), ("busy", 0)],
)
def test_adversary_strikes_before_or_after_the_server_did_it(kind: str, committed: int) -> None:
    with (
        HouseStandin(settings=HouseSettings(needs_token=False)) as server,
        Adversary(server.root, [Fault(kind, at=2, method="POST", seconds=3)]) as proxy,
    ):
        url = proxy.through(server.api_url)
        add(url, "a")
        try:
            status, headers, _ = add(url, "b")
        except (OSError, http.client.HTTPException):
            status, headers = 0, {}
        assert status in {"busy": (429,), "status": (500,), "status_after": (500,)}.get(kind, (0,))
        assert kind != "busy" or headers["Retry-After"] == "3"
        assert len(server.rows()) == 1 + committed
        assert add(url, "c")[0] == 200
        assert [seen.fault for seen in proxy.record] == [None, kind, None]
        assert proxy.count("POST") == 2 + committed


def test_adversary_lies_in_answers() -> None:
    point = json.dumps({"type": "Point", "coordinates": [113.25, 23.5]})
    with HouseStandin(settings=HouseSettings(needs_token=False, geometry="object", largest_page=1)) as server:
        server.insert(bizId="a", location={"geom": json.loads(point)})
        server.insert(bizId="b")
        faults = [Fault("swap_axes", at=1), Fault("wrong_count", at=2), Fault("repeat_page", at=3)]
        with Adversary(server.root, faults) as proxy:
            url = proxy.through(server.api_url) + "/list"
            swapped = get(url)["data"]["rows"][0]["location"]["geom"]["coordinates"]
            assert swapped == [23.5, 113.25]
            assert get(url, pageNo=1)["data"]["total"] == 20
            assert get(url, pageNo=2)["data"]["rows"][0]["bizId"] == "a"
            assert get(url, pageNo=2)["data"]["rows"][0]["bizId"] == "b"


def test_adversary_leads_astray_and_kills_tokens() -> None:
    faults = [Fault("redirect", at=1), Fault("token_dead", at=2), Fault("token_dead", at=3, status=498)]
    with (
        HouseStandin(settings=HouseSettings(needs_token=False)) as server,
        Adversary(server.root, faults) as proxy,
    ):
        url = proxy.through(server.api_url) + "/list"
        status, headers, _ = ask(url)
        assert status == 307 and headers["Location"].startswith(proxy.stranger.root)
        ask(headers["Location"], headers={"X-Api-Key": "secret"})
        assert proxy.stranger.record[0].headers["X-Api-Key"] == "secret"
        assert ask(url)[0] == 401
        assert get(url)["error"]["code"] == 498
        assert [seen.upstream for seen in proxy.record] == [None, None, None]


def test_adversary_is_the_same_for_the_same_seed() -> None:
    fates = [[random_plan(seed, 0.3)(n, "GET", "/") for n in range(200)] for seed in (1, 1, 2)]
    kinds = [[fault and fault.kind for fault in row] for row in fates]
    assert kinds[0] == kinds[1] != kinds[2]
    assert 30 < sum(kind is not None for kind in kinds[0]) < 90
    assert set(kinds[0]) - {None} <= set(KINDS)


def test_adversary_calls_at_the_moment() -> None:
    states: list[int] = []
    with HouseStandin(settings=HouseSettings(needs_token=False)) as server:
        look = lambda: states.append(len(server.rows()))  # noqa: E731
        faults = [Fault("call_before", at=1, action=look), Fault("call_after", at=2, action=look)]
        with Adversary(server.root, faults) as proxy:
            add(proxy.through(server.api_url), "a")
            add(proxy.through(server.api_url), "b")
    assert states == [0, 2]


# The malicious server.


def test_malicious_answers_are_what_they_are_said_to_be() -> None:
    with Malicious() as server:
        for path in set(ATTACKS) - {"/endless", "/slow", "/json/long", "/length", "/gzip"}:
            assert ask(server.root + path)[0] != 404, path
        body = ask(server.root + "/gzip?size=50000000")[2]
        assert len(body) < 100_000
        assert len(malicious.unpacked_start(body, 1_000_000)) == 1_000_000
        page = get(server.root + "/next/self")
        assert page["links"][0]["href"] == server.root + "/next/self"
        assert get(server.root + "/next/chain?page=7")["links"][0]["href"].endswith("page=8")
        assert get(server.root + "/next/elsewhere")["links"][0]["href"].startswith(server.stranger.root)
        with pytest.raises(RecursionError):
            get(server.root + "/json/deep")
        assert server.stranger.record == []


# As programs of their own.


def test_programs_print_their_port_and_end_with_their_parent(tmp_path: Path) -> None:
    settings = tmp_path / "settings.json"
    settings.write_text(json.dumps({"needs_token": False, "features": [{"bizId": "a"}]}), encoding="utf-8")
    house = [sys.executable, str(STANDINS / "house_standin.py"), "--port", "0", "--data", str(settings)]
    parent = subprocess.Popen(
        [
            sys.executable,
            "-c",
            f"import subprocess, sys; subprocess.Popen({house!r}); sys.stdin.read()",
        ],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert parent.stdin is not None and parent.stdout is not None
    root = f"http://127.0.0.1:{int(parent.stdout.readline())}"
    assert get(root + "/api/v1/problem/list")["data"]["total"] == 1
    command = [sys.executable, str(STANDINS / "adversary.py"), "--upstream", root, "--rate", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as proxy:
        assert proxy.stdout is not None
        through = f"http://127.0.0.1:{int(proxy.stdout.readline())}"
        assert get(through + "/api/v1/problem/list")["data"]["total"] == 1
        assert [seen["status"] for seen in get(through + "/__adversary__/record")] == [200]
        proxy.terminate()
    parent.stdin.close()
    parent.wait(10)
    # The pipe closes when the last process that holds it has ended: the stand-in.
    assert parent.stdout.read() == ""
    parent.stdout.close()
    with pytest.raises(OSError):
        ask(root + "/api/v1/problem/list")
