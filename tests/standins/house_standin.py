"""A stand-in for a JSON platform that a city's contractor made in house. It imitates nobody's product.

The shape is the usual one of such platforms (the envelope ``code``/``msg``/``data``, errors with HTTP 200 and a
code that is not 0, pages by ``pageNo`` and ``pageSize``, a login that gives an ``accessToken`` for some time, names
in camel case, geometry as text in a field), as the public interface descriptions of several vendors show it.

Addresses: ``POST /api/login``; ``GET /api/v1/problem/list``; ``POST /api/v1/problem/save``, ``update``, ``delete``.
Options change the paging (`page`, `offset` with ``offset``/``limit``, `cursor` with ``data.next``), the geometry
(GeoJSON text, WKT, or an object), whether a list may be sent at once (`batch`), whether a batch is all or nothing
(`atomic`), whether the list can be asked for keys (`key_filter`, ``bizIds=a,b``), the largest page it gives.

It does not do: sorting, other filters, files, CRS.
"""

from __future__ import annotations

import json
import re
import time
from dataclasses import dataclass, fields
from typing import Any

if __package__:
    from .standin_server import Reply, Request, Standin, Tokens, run_as_program
else:
    from standin_server import Reply, Request, Standin, Tokens, run_as_program  # type: ignore[import-not-found,no-redef]

#: Attributes of a problem and the Python type that the platform asks for.
ATTRIBUTES = {
    "bizId": str,
    "problemName": str,
    "note": str,
    "level": int,
    "area": float,
    "isOpen": bool,
    "foundAt": str,
}
_WKT = re.compile(r"\s*(MULTI)?(POINT|LINESTRING|POLYGON)\s*\(.*\)\s*$", re.IGNORECASE | re.DOTALL)


@dataclass
class HouseSettings:
    """How the platform is set up; every name may stand in the JSON file of the program."""

    needs_token: bool = True
    token_requests: int | None = None
    username: str = "planner"
    password: str = "correct horse"
    paging: str = "page"
    largest_page: int = 100
    geometry: str = "geojson"
    batch: bool = True
    atomic: bool = True
    key_filter: bool = True
    read_only: bool = False
    drops_wide_characters: bool = False
    seconds_per_request: float = 0.0


class ServiceError(Exception):
    """The request is refused with a code of the platform's own."""

    def __init__(self, code: int, message: str) -> None:
        super().__init__(message)
        self.body = {"code": code, "msg": message, "data": None}


class HouseStandin(Standin):
    """One list of problems, kept in memory."""

    def __init__(self, port: int = 0, settings: HouseSettings | None = None) -> None:
        super().__init__(port)
        self.settings = settings or HouseSettings()
        self.problems: dict[int, dict[str, Any]] = {}
        self.next_id = 1
        self.tokens = Tokens()

    @property
    def api_url(self) -> str:
        return f"{self.root}/api/v1/problem"

    # What tests do behind the clients' backs.

    def insert(self, **values: Any) -> int:
        with self.lock:
            return self._save(values)

    def change(self, number: int, **values: Any) -> None:
        with self.lock:
            self.problems[number] = self.problems[number] | values

    def remove(self, number: int) -> None:
        with self.lock:
            del self.problems[number]

    def rows(self) -> list[dict[str, Any]]:
        with self.lock:
            return [dict(row) for row in self.problems.values()]

    # The protocol.

    def answer(self, request: Request) -> Reply:
        if self.settings.seconds_per_request:
            time.sleep(self.settings.seconds_per_request)
        try:
            return Reply.json({"code": 0, "msg": "ok", "data": self._answer(request)})
        except ServiceError as error:
            return Reply.json(error.body)
        except (ValueError, KeyError, TypeError) as error:
            return Reply.json(ServiceError(1001, f"参数错误: {error}").body)

    def _answer(self, request: Request) -> Any:
        if request.path == "/api/login":
            return self._login(request)
        if not request.path.startswith("/api/v1/problem/"):
            raise ServiceError(404, "接口不存在")
        self._check_token(request)
        action = request.path.removeprefix("/api/v1/problem/")
        if action == "list" and request.method == "GET":
            with self.lock:
                return self._list(request.query)
        if action not in ("save", "update", "delete") or request.method != "POST":
            raise ServiceError(404, "接口不存在")
        if self.settings.read_only:
            raise ServiceError(403, "没有操作权限")
        with self.lock:
            return self._write(action, request.json())

    def _login(self, request: Request) -> dict[str, Any]:
        body = request.json()
        if (body.get("username"), body.get("password")) != (self.settings.username, self.settings.password):
            raise ServiceError(1002, "用户名或密码错误")
        with self.lock:
            token = self.tokens.issue(self.settings.token_requests)
        return {"accessToken": token, "expiresIn": 7200}

    def _check_token(self, request: Request) -> None:
        if not self.settings.needs_token:
            return
        token = request.headers.get("Authorization", "").removeprefix("Bearer ")
        with self.lock:
            if not self.tokens.spend(token):
                raise ServiceError(401, "登录已过期，请重新登录")

    def _list(self, query: dict[str, str]) -> dict[str, Any]:
        rows = list(self.problems.values())
        if "bizIds" in query and self.settings.key_filter:
            wanted = set(query["bizIds"].split(","))
            rows = [row for row in rows if row["bizId"] in wanted]
        largest = self.settings.largest_page
        if self.settings.paging == "page":
            size = min(int(query.get("pageSize", 10)), largest)
            start = (int(query.get("pageNo", 1)) - 1) * size
        elif self.settings.paging == "offset":
            size = min(int(query.get("limit", 10)), largest)
            start = int(query.get("offset", 0))
        else:
            size, start = largest, int(query.get("cursor") or 0)
        data: dict[str, Any] = {"total": len(rows), "rows": rows[start : start + size]}
        if self.settings.paging == "cursor":
            data["next"] = str(start + size) if start + size < len(rows) else None
        return data

    def _write(self, action: str, body: Any) -> Any:
        edit = {"save": self._save, "update": self._update, "delete": self._delete}[action]
        items = body["ids"] if action == "delete" else body if isinstance(body, list) else [body]
        if isinstance(body, list) and not self.settings.batch:
            raise ServiceError(1001, "不支持批量操作")
        before = dict(self.problems), self.next_id
        ids, failed = [], []
        for index, item in enumerate(items):
            try:
                ids.append(edit(item))
            except ServiceError as error:
                if self.settings.atomic:
                    self.problems, self.next_id = before
                    raise
                failed.append({"index": index, "msg": str(error)})
        return (
            {"ids": ids, "failed": failed} if isinstance(body, list) or action == "delete" else {"id": ids[0]}
        )

    def _save(self, item: dict[str, Any]) -> int:
        values = self._checked(item)
        number, self.next_id = self.next_id, self.next_id + 1
        empty = dict.fromkeys(ATTRIBUTES)
        self.problems[number] = {"id": number, **empty, "location": {"geom": None}, **values}
        return number

    def _update(self, item: dict[str, Any]) -> int:
        number = self._find(item.get("id"))
        self.problems[number] = self.problems[number] | self._checked(item)
        return number

    def _delete(self, number: Any) -> int:
        number = self._find(number)
        del self.problems[number]
        return number

    def _find(self, number: Any) -> int:
        if not isinstance(number, int) or number not in self.problems:
            raise ServiceError(1004, f"记录 {number} 不存在")
        return number

    def _checked(self, item: dict[str, Any]) -> dict[str, Any]:
        values: dict[str, Any] = {}
        for name, value in item.items():
            if name == "id":
                continue
            if name == "location":
                values["location"] = {"geom": self._geometry((value or {}).get("geom"))}
            elif name not in ATTRIBUTES:
                raise ServiceError(1001, f"未知字段 {name}")
            else:
                values[name] = self._stored(name, value)
        return values

    def _stored(self, name: str, value: Any) -> Any:
        kind = ATTRIBUTES[name]
        if kind is float and isinstance(value, int) and not isinstance(value, bool):
            value = float(value)
        if value is not None and (not isinstance(value, kind) or (kind is int and isinstance(value, bool))):
            raise ServiceError(1001, f"字段 {name} 类型错误")
        if isinstance(value, str) and "\x00" in value:
            raise ServiceError(500, "系统异常")
        if isinstance(value, str) and self.settings.drops_wide_characters:
            return "".join(character for character in value if ord(character) < 0x10000)
        return value

    def _geometry(self, given: Any) -> Any:
        if given is None:
            return None
        if self.settings.geometry == "object":
            if not isinstance(given, dict) or "coordinates" not in given:
                raise ServiceError(1001, "坐标格式错误")
        elif not isinstance(given, str):
            raise ServiceError(1001, "坐标格式错误")
        elif self.settings.geometry == "wkt":
            if not _WKT.match(given):
                raise ServiceError(1001, "坐标格式错误")
        elif "coordinates" not in json.loads(given):
            raise ServiceError(1001, "坐标格式错误")
        return given


def build(port: int, settings: dict[str, Any]) -> HouseStandin:
    """Make the server from the program's JSON: settings by their names, and `features` to begin with."""
    known = {item.name for item in fields(HouseSettings)}
    standin = HouseStandin(port, HouseSettings(**{k: v for k, v in settings.items() if k in known}))
    for feature in settings.get("features", []):
        standin.insert(**feature)
    return standin


if __name__ == "__main__":
    run_as_program(build)
