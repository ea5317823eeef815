"""A stand-in for the data service (REST) of SuperMap iServer. It is not iServer: it encodes the public documents.

Documents: the iServer REST API pages of the resources ``dataset``, ``fields``, ``features``, ``feature`` and
``featureResults`` (help.supermap.com, enhelp.supermap.io), and the answers shown in the tests of
SuperMap/iClient-JavaScript. From them: attributes travel as ``fieldNames`` and ``fieldValues``, the values always
text; ``isUseBatch=true`` adds quickly and gives no ids back, ``returnContent=true`` gives ids and works only
without it; ``_method=PUT`` and ``_method=DELETE`` turn a POST into another method (ids, or ``attributeFilter``);
``rollbackOnFailure`` is true unless said otherwise; a SQL query sends at most 1000 features unless
``maxFeatures`` says more (-1 for all); GET of features lists 20 addresses by default; system fields begin with Sm
and cannot be edited, SMUSERID excepted; errors are ``{"succeed": false, "error": {"code", "errorMsg"}}``.

Assumed, where the documents are silent: null is sent as empty text, dates as ``yyyy-MM-dd HH:mm:ss``, numbers as
Java writes them, fields that an update does not name are kept, an update without geometry keeps the geometry
(`null_geometry_clears` for the other reading), a delete with an empty filter deletes everything, the answer to
``returnCountOnly``, the status that goes with an error (`error_status`).

It does not do: other formats than JSON, CAD, text and 3D data, transformation of coordinates beyond taking 4326
and 4490 as the same, spatial queries, metadata, attachments, `attributeFilter` beyond comparisons, IN and AND.
"""

from __future__ import annotations

import math
import re
import time
import uuid
from dataclasses import dataclass, field, fields
from datetime import datetime
from itertools import pairwise
from typing import Any

if __package__:
    from .standin_server import Reply, Request, Standin, Tokens, read_where, run_as_program, strict_json
else:
    from standin_server import (  # type: ignore[import-not-found,no-redef]
        Reply,
        Request,
        Standin,
        Tokens,
        read_where,
        run_as_program,
        strict_json,
    )

GEOGRAPHIC = {4326, 4490}
ID = "SMID"
USER = "SMUSERID"


def default_fields() -> list[dict[str, Any]]:
    """Fields of a dataset of problems; the system's own are added by the server."""
    return [
        {"name": "UUID", "type": "WTEXT", "maxLength": 64},
        {"name": "NAME", "type": "WTEXT", "maxLength": 64},
        {"name": "NOTE", "type": "WTEXT", "maxLength": 2000},
        {"name": "SEVERITY", "type": "INT32", "maxLength": 4},
        {"name": "BIG", "type": "INT64", "maxLength": 8},
        {"name": "AREA", "type": "DOUBLE", "maxLength": 8},
        {"name": "OPEN", "type": "BOOLEAN", "maxLength": 1},
        {"name": "FOUND", "type": "DATETIME", "maxLength": 8},
    ]


@dataclass
class SupermapSettings:
    """How the service is set up; every name may stand in the JSON file of the program."""

    service: str = "checkup"
    datasource: str = "City"
    dataset: str = "Problem_R"
    dataset_type: str = "REGION"
    epsg: int = 4490
    fields: list[dict[str, Any]] = field(default_factory=default_fields)
    editable: bool = True
    needs_token: bool = False
    token_requests: int | None = None
    username: str = "planner"
    password: str = "correct horse"
    error_status: bool = True
    truncates_text: bool = False
    null_geometry_clears: bool = False
    transactions: bool = True
    order: str = "sorted"
    lists_all_fields: bool = True
    seconds_per_request: float = 0.0


class ServiceError(Exception):
    """The request is refused."""

    def __init__(self, code: int, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.body = {"succeed": False, "error": {"code": code, "errorMsg": message}}


class SupermapStandin(Standin):
    """One data service with one data source and one dataset, kept in memory."""

    def __init__(self, port: int = 0, settings: SupermapSettings | None = None) -> None:
        super().__init__(port)
        self.settings = settings or SupermapSettings()
        self.features: dict[int, dict[str, Any]] = {}
        self.next_id = 1
        self.tokens = Tokens()

    @property
    def data_url(self) -> str:
        return f"{self.root}/iserver/services/data-{self.settings.service}/rest/data"

    @property
    def dataset_url(self) -> str:
        return f"{self.data_url}/datasources/{self.settings.datasource}/datasets/{self.settings.dataset}"

    # What tests do behind the clients' backs.

    def insert(self, values: dict[str, Any], geometry: dict[str, Any] | None = None) -> int:
        with self.lock:
            given = {"fieldNames": list(values), "fieldValues": [_text(value) for value in values.values()]}
            return self._add(given | {"geometry": geometry})

    def change(self, feature_id: int, **values: Any) -> None:
        with self.lock:
            row = self.features[feature_id]
            self.features[feature_id] = row | {"values": row["values"] | values}

    def remove(self, feature_id: int) -> None:
        with self.lock:
            del self.features[feature_id]

    def rows(self) -> list[dict[str, Any]]:
        with self.lock:
            return [dict(feature["values"]) for feature in self.features.values()]

    # The protocol.

    def answer(self, request: Request) -> Reply:
        if self.settings.seconds_per_request:
            time.sleep(self.settings.seconds_per_request)
        try:
            return Reply.json(self._answer(request))
        except ServiceError as error:
            return Reply.json(error.body, error.code if self.settings.error_status else 200)
        except (ValueError, KeyError, TypeError) as error:
            body = ServiceError(400, f"请求体参数非法: {error}").body
            return Reply.json(body, 400 if self.settings.error_status else 200)

    def _answer(self, request: Request) -> Any:
        path = re.sub(r"\.(json|rjson)$", "", request.path)
        if path == "/iserver/services/security/tokens" and request.method == "POST":
            return self._issue_token(request.json())
        base = f"/iserver/services/data-{self.settings.service}/rest/data"
        if not path.startswith(base):
            raise ServiceError(404, f"服务 {path} 不存在")
        self._check_token(request)
        method = request.query.get("_method", request.method) if request.method == "POST" else request.method
        rest = path.removeprefix(base)
        with self.lock:
            if rest == "/featureResults" and method == "POST":
                return self._feature_results(request)
            if rest == "/datasources":
                return {
                    "datasourceNames": [self.settings.datasource],
                    "datasourceCount": 1,
                    "childUriList": [],
                }
            if re.fullmatch(rf"/datasources/(?:name/)?{self.settings.datasource}/datasets", rest):
                return {"datasetNames": [self.settings.dataset], "datasetCount": 1, "childUriList": []}
            found = re.fullmatch(
                r"/datasources/(?:name/)?([^/]+)/datasets/(?:name/)?([^/]+)(?:/(fields|features)(?:/(\w+))?)?",
                rest,
            )
            if found is None:
                raise ServiceError(404, f"资源 {rest} 不存在")
            self._check_names(found.group(1), found.group(2))
            part, number = found.group(3), found.group(4)
            if part is None:
                return self._dataset()
            if part == "fields":
                return self._fields_resource(request, number)
            if number is not None:
                return self._feature(int(number))
            match method:
                case "GET":
                    return self._list(request)
                case "POST":
                    return self._post(request)
                case "PUT":
                    return self._put(request)
                case "DELETE":
                    return self._delete(request)
        raise ServiceError(405, f"{request.method} 方法不支持")

    def _issue_token(self, body: dict[str, Any]) -> str:
        if (body.get("userName"), body.get("password")) != (self.settings.username, self.settings.password):
            raise ServiceError(401, "用户名或密码错误")
        with self.lock:
            token = self.tokens.issue(self.settings.token_requests)
        return token

    def _check_token(self, request: Request) -> None:
        if not self.settings.needs_token:
            return
        token = request.query.get("token", "")
        with self.lock:
            if not self.tokens.spend(token):
                raise ServiceError(401, "token 无效或已过期")

    def _check_names(self, datasource: str, dataset: str) -> None:
        if datasource != self.settings.datasource:
            raise ServiceError(404, f"数据源{datasource}不存在，获取相应的数据服务组件失败")
        if dataset != self.settings.dataset:
            raise ServiceError(404, f"数据集{dataset}不存在")

    def _dataset(self) -> dict[str, Any]:
        points = [
            point for row in self.features.values() for point in (row["geometry"] or {}).get("points", [])
        ]
        x = [point["x"] for point in points] or [0.0]
        y = [point["y"] for point in points] or [0.0]
        bounds = {"left": min(x), "bottom": min(y), "right": max(x), "top": max(y)}
        info = {
            "name": self.settings.dataset,
            "description": "",
            "type": self.settings.dataset_type,
            "bounds": bounds,
            "dataSourceName": self.settings.datasource,
            "encodeType": "NONE",
            "isReadOnly": not self.settings.editable,
            "prjCoordSys": {"epsgCode": self.settings.epsg, "name": f"EPSG {self.settings.epsg}"},
            "recordCount": len(self.features),
            "tableName": self.settings.dataset,
            "charset": "UTF-8",
            "isFileCache": False,
        }
        children = [f"{self.dataset_url}/fields", f"{self.dataset_url}/features"]
        return {
            "childUriList": children,
            "datasetInfo": info,
            "supportAttachments": False,
            "supportFeatureMetadatas": False,
        }

    def _field_infos(self) -> list[dict[str, Any]]:
        system = [
            {"name": ID, "type": "INT32", "maxLength": 4, "isSystemField": True},
            {"name": "SMAREA", "type": "DOUBLE", "maxLength": 8, "isSystemField": True},
            {"name": USER, "type": "INT32", "maxLength": 4, "isSystemField": False},
        ]
        shared = {
            "isSystemField": False,
            "isRequired": False,
            "isZeroLengthAllowed": True,
            "defaultValue": "",
        }
        return [shared | {"caption": item["name"]} | item for item in [*system, *self.settings.fields]]

    def _fields_resource(self, request: Request, name: str | None) -> Any:
        if name is not None:
            return {
                "childUriList": None,
                "fieldInfo": next(i for i in self._field_infos() if i["name"] == name),
            }
        if request.query.get("returnAll") == "true" and self.settings.lists_all_fields:
            return self._field_infos()
        names = [item["name"] for item in self._field_infos()]
        return {"fieldNames": names, "childUriList": [f"{self.dataset_url}/fields/{name}" for name in names]}

    def _list(self, request: Request) -> dict[str, Any]:
        start, end = int(request.query.get("fromIndex", 0)), int(request.query.get("toIndex", 19))
        ids = list(self.features)[start : end + 1]
        return {
            "childUriList": [f"{self.data_url}/feature/0-0-{number}" for number in ids],
            "featureCount": len(self.features),
            "geometryType": self.settings.dataset_type,
            "startIndex": start,
        }

    def _feature(self, number: int) -> dict[str, Any]:
        if number not in self.features:
            raise ServiceError(404, f"要素 {number} 不存在")
        return self._shown(self.features[number], None, True)

    def _shown(self, row: dict[str, Any], names: list[str] | None, with_geometry: bool) -> dict[str, Any]:
        shown = names or [item["name"] for item in self._field_infos()]
        geometry = row["geometry"] if with_geometry else None
        return {
            "ID": row["values"][ID],
            "stringID": None,
            "fieldNames": shown,
            "fieldValues": [_text(row["values"].get(name)) for name in shown],
            "geometry": None if geometry is None else geometry | {"id": row["values"][ID]},
        }

    def _feature_results(self, request: Request) -> dict[str, Any]:
        body = request.json()
        if not body.get("datasetNames"):
            raise ServiceError(400, "在FeatureResults中，在检验请求体时，请求体参数datasetNames为空")
        for pair in body["datasetNames"]:
            self._check_names(*pair.split(":", 1))
        names, rows = None, list(self.features.values())
        if self.settings.order == "reversed":
            rows = rows[::-1]
        elif self.settings.order == "shifting" and rows:
            shift = len(self.record) * 7 % len(rows)
            rows = rows[shift:] + rows[:shift]
        match body.get("getFeatureMode"):
            case "ID":
                rows = [self.features[int(number)] for number in body["ids"] if int(number) in self.features]
            case "SQL":
                parameter = body["queryParameter"]
                if text := parameter.get("attributeFilter"):
                    matches = read_where(text)
                    rows = [row for row in rows if matches(row["values"])]
                order = parameter.get("orderBy") or parameter.get("sortClause")
                if order and self.settings.order == "sorted":
                    rows = _sorted(rows, order)
                names = parameter.get("fields") or None
            case other:
                raise ServiceError(400, f"getFeatureMode {other} 不支持")
        if request.query.get("returnContent") != "true":
            return self._created()
        if request.query.get("returnCountOnly") == "true":
            return {"featureCount": 0, "features": None, "featureUriList": None, "totalCount": len(rows)}
        target = body.get("targetEpsgCode")
        if target not in (None, self.settings.epsg) and not {target, self.settings.epsg} <= GEOGRAPHIC:
            raise ServiceError(400, "This stand-in cannot transform coordinates.")
        start, end = int(request.query.get("fromIndex", 0)), int(request.query.get("toIndex", 19))
        page = rows[start : end + 1]
        limit = int(body.get("maxFeatures") or 1000)
        if body["getFeatureMode"] == "SQL" and limit >= 0:
            page = page[:limit]
        geometry = body.get("hasGeometry", True)
        shown = [self._shown(row, names, geometry) for row in page]
        return {"featureCount": len(shown), "featureUriList": [], "features": shown, "totalCount": len(rows)}

    def _created(self) -> dict[str, Any]:
        number = uuid.uuid4().hex
        location = f"{self.data_url}/featureResults/{number}.json"
        return {
            "newResourceID": number,
            "newResourceLocation": location,
            "postResultType": "CreateChild",
            "succeed": True,
        }

    # Writing.

    def _check_editable(self) -> None:
        if not self.settings.editable:
            raise ServiceError(403, "数据服务未开启编辑功能")

    def _in_one_piece(self, request: Request, edit: Any, items: list[Any]) -> list[Any]:
        rollback = request.query.get("rollbackOnFailure", "true") == "true" and self.settings.transactions
        before = dict(self.features), self.next_id
        try:
            return [edit(item) for item in items]
        except Exception:
            if rollback:
                self.features, self.next_id = before
            raise

    def _post(self, request: Request) -> Any:
        self._check_editable()
        batch = request.query.get("isUseBatch") == "true"
        ids = self._in_one_piece(request, self._add, request.json())
        if batch:
            return {"newResourceLocation": "null.rjson", "postResultType": "CreateChild", "succeed": True}
        if request.query.get("returnContent") == "true":
            return ids
        return self._created()

    def _put(self, request: Request) -> Any:
        self._check_editable()
        self._in_one_piece(request, self._update, request.json())
        return {"succeed": True}

    def _delete(self, request: Request) -> Any:
        self._check_editable()
        body = request.json() if request.body else strict_json(request.query["ids"])
        if isinstance(body, dict) and "attributeFilter" in body:
            text = body["attributeFilter"]
            matches = read_where(text) if text else lambda row: True
            ids = [number for number, row in self.features.items() if matches(row["values"])]
        else:
            ids = [int(number) for number in (body if isinstance(body, list) else body["IDs"])]
        self._in_one_piece(request, self._remove, ids)
        return {"succeed": True}

    def _remove(self, number: int) -> None:
        if number not in self.features:
            raise ServiceError(400, "the specified features does not exist")
        del self.features[number]

    def _given(self, item: dict[str, Any]) -> dict[str, str | None]:
        names, values = item.get("fieldNames") or [], item.get("fieldValues") or []
        if len(names) != len(values):
            raise ServiceError(400, "fieldNames 与 fieldValues 长度不一致")
        return {str(name).upper(): value for name, value in zip(names, values, strict=True)}

    def _add(self, item: dict[str, Any]) -> int:
        values = self._checked(self._given(item))
        geometry = self._geometry(item.get("geometry"))
        number, self.next_id = self.next_id, self.next_id + 1
        empty = {entry["name"]: None for entry in self.settings.fields}
        own = {ID: number, "SMAREA": 0.0, USER: 0}
        self.features[number] = {"values": {**own, **empty, **values}, "geometry": geometry}
        return number

    def _update(self, item: dict[str, Any]) -> None:
        given = self._given(item)
        number = int(given.get(ID) or item.get("ID") or (item.get("geometry") or {}).get("id") or 0)
        if number not in self.features:
            raise ServiceError(400, "the specified features does not exist")
        row = self.features[number]
        geometry = row["geometry"]
        if item.get("geometry") is not None or self.settings.null_geometry_clears:
            geometry = self._geometry(item.get("geometry"))
        self.features[number] = {"values": row["values"] | self._checked(given), "geometry": geometry}

    def _checked(self, given: dict[str, str | None]) -> dict[str, Any]:
        known = {entry["name"].upper(): entry for entry in self.settings.fields}
        checked: dict[str, Any] = {}
        for name, text in given.items():
            if name == USER:
                checked[USER] = int(text or 0)
            elif name in known:
                checked[known[name]["name"]] = self._stored(known[name], text)
            elif not name.startswith("SM"):
                raise ServiceError(400, f"字段 {name} 不存在")
        return checked

    def _stored(self, entry: dict[str, Any], text: str | None) -> Any:
        if text is None or text == "":
            return None
        if not isinstance(text, str) or "\x00" in text:
            raise ServiceError(400, f"字段 {entry['name']} 的值必须为字符串")
        match entry["type"]:
            case "INT16" | "INT32" | "INT64":
                return int(text)
            case "DOUBLE" | "SINGLE":
                return float(text)
            case "BOOLEAN":
                if text.lower() not in ("true", "false"):
                    raise ServiceError(400, f"字段 {entry['name']} 的值非法")
                return text.lower() == "true"
            case "DATETIME":
                return datetime.strptime(text, "%Y-%m-%d %H:%M:%S")
        if len(text) > entry["maxLength"] and not self.settings.truncates_text:
            raise ServiceError(400, f"字段 {entry['name']} 的值超过最大长度")
        return text[: entry["maxLength"]]

    def _geometry(self, geometry: dict[str, Any] | None) -> dict[str, Any] | None:
        if geometry is None:
            return None
        kind = str(geometry["type"]).upper()
        if kind != self.settings.dataset_type:
            raise ServiceError(400, f"几何对象类型 {kind} 与数据集类型不一致")
        points = [{"x": float(point["x"]), "y": float(point["y"])} for point in geometry["points"]]
        parts = [int(part) for part in geometry["parts"]]
        if kind != "POINT" and sum(parts) != len(points):
            raise ServiceError(400, "parts 与 points 不一致")
        middle = {
            "x": math.fsum(point["x"] for point in points) / len(points),
            "y": math.fsum(point["y"] for point in points) / len(points),
        }
        topo = self._part_topo(points, parts) if kind == "REGION" else None
        return {
            "center": middle,
            "parts": parts,
            "partTopo": topo,
            "points": points,
            "prjCoordSys": None,
            "style": None,
            "type": kind,
        }

    def _part_topo(self, points: list[dict[str, float]], parts: list[int]) -> list[int]:
        """Say of each part whether it is an island (1) or a hole (-1): a part inside an odd number of others."""
        rings, start = [], 0
        for size in parts:
            rings.append(points[start : start + size])
            start += size
        return [
            -1 if sum(_inside(ring[0], other) for other in rings if other is not ring) % 2 else 1
            for ring in rings
        ]


def _inside(point: dict[str, float], ring: list[dict[str, float]]) -> bool:
    x, y, inside = point["x"], point["y"], False
    for a, b in pairwise(ring):
        if (a["y"] > y) != (b["y"] > y) and x < (b["x"] - a["x"]) * (y - a["y"]) / (b["y"] - a["y"]) + a["x"]:
            inside = not inside
    return inside


def _sorted(rows: list[dict[str, Any]], order: str) -> list[dict[str, Any]]:
    name, *way = order.split(",")[0].split()
    return sorted(
        rows,
        key=lambda row: (row["values"][name.upper()] is not None, row["values"][name.upper()]),
        reverse=bool(way) and way[0].upper() == "DESC",
    )


def _text(value: Any) -> str:
    """Write a value as Java's toString does."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%d %H:%M:%S")
    if isinstance(value, float) and value and not 1e-3 <= abs(value) < 1e7:
        digits, exponent = "", ""
        for precision in range(17):
            digits, _, exponent = f"{value:.{precision}e}".partition("e")
            if float(f"{digits}e{exponent}") == value:
                break
        return f"{digits if '.' in digits else digits + '.0'}E{int(exponent)}"
    return str(value)


def build(port: int, settings: dict[str, Any]) -> SupermapStandin:
    """Make the server from the program's JSON: settings by their names, and `features` to begin with."""
    known = {item.name for item in fields(SupermapSettings)}
    standin = SupermapStandin(port, SupermapSettings(**{k: v for k, v in settings.items() if k in known}))
    for feature in settings.get("features", []):
        standin.insert(feature["values"], feature.get("geometry"))
    return standin


if __name__ == "__main__":
    run_as_program(build)
