"""What the stand-ins share: a keep-alive HTTP server on the loopback, a record of requests, a small `where` reader.

Stand-ins run in a thread of the tests (``with Standin() as server``) or as programs of their own
(``python arcgis_standin.py --port 0 --data settings.json`` prints the port); a program ends with its parent.
They listen on 127.0.0.1 only.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import re
import socket
import threading
import time
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from urllib.parse import parse_qs, unquote, urlsplit


@dataclass
class Request:
    """One request as the server read it; `query` holds the first value of each parameter, the form's included."""

    method: str
    path: str
    query: dict[str, str]
    headers: Mapping[str, str]
    body: bytes

    def json(self) -> Any:
        return strict_json(self.body)


@dataclass
class Reply:
    """What is sent back; the length is added, the type only where `headers` does not name one."""

    status: int = 200
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)

    @classmethod
    def json(cls, value: Any, status: int = 200) -> Self:
        text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
        return cls(status, text.encode("utf-8"), {"Content-Type": "application/json;charset=UTF-8"})


@dataclass(frozen=True)
class Login:
    """User name and password as `cim.network.Credentials`, for platforms with a sign-in of their own."""

    user: str
    password: str

    def headers(self, url: str, fresh: bool) -> dict[str, str]:
        return {}

    def login(self) -> tuple[str, str]:
        return self.user, self.password


class Tokens(dict[str, int | None]):
    """Tokens that were given out, and for how many requests each still is; None: for all."""

    def issue(self, requests: int | None) -> str:
        token = uuid.uuid4().hex
        self[token] = requests
        return token

    def spend(self, token: str) -> bool:
        """Use a token for one request; False where it is unknown or used up."""
        left = self.get(token, 0)
        if left:
            self[token] = left - 1
        return left != 0


@dataclass
class Recorded:
    """A line of the record: what was asked and which status it got."""

    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    status: int


def strict_json(body: bytes | str) -> Any:
    """Read JSON as a server does: NaN and Infinity are no JSON."""

    def refuse(name: str) -> Any:
        raise ValueError(f"{name} is no JSON")

    return json.loads(body, parse_constant=refuse)


def answers_every_method(handler: type[BaseHTTPRequestHandler]) -> type[BaseHTTPRequestHandler]:
    """Let the handler's `serve` answer whatever the method."""
    for method in ("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"):
        setattr(handler, f"do_{method}", handler.serve)  # type: ignore[attr-defined]
    return handler


@answers_every_method
class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1
    timeout = 60

    def serve(self) -> None:
        server: Standin = self.server.standin  # type: ignore[attr-defined]
        length = int(self.headers.get("Content-Length") or 0)
        body = self.rfile.read(length) if length else b""
        parts = urlsplit(self.path)
        query = {key: values[0] for key, values in parse_qs(parts.query, keep_blank_values=True).items()}
        if "application/x-www-form-urlencoded" in self.headers.get("Content-Type", ""):
            form = parse_qs(body.decode("utf-8"), keep_blank_values=True)
            query |= {key: values[0] for key, values in form.items()}
        request = Request(self.command, unquote(parts.path), query, self.headers, body)
        reply = server.answer(request)
        server.record.append(
            Recorded(self.command, request.path, query, dict(self.headers.items()), reply.status)
        )
        self.send_response_only(reply.status)
        headers = {"Content-Type": "application/octet-stream"} | reply.headers
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(reply.body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(reply.body)
        self.wfile.flush()

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing: the record is what tests look at."""


class LoopbackServer(ThreadingHTTPServer):
    """A threading server whose open connections can be cut, so that a stopped server answers nobody."""

    daemon_threads = True
    block_on_close = False
    request_queue_size = 64

    def __init__(self, port: int, handler: type[BaseHTTPRequestHandler]) -> None:
        super().__init__(("127.0.0.1", port), handler)
        self._open: set[socket.socket] = set()
        self._lock = threading.Lock()

    def process_request(self, request: Any, client_address: Any) -> None:
        with self._lock:
            self._open.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        with self._lock:
            self._open.discard(request)
        super().shutdown_request(request)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that went away is what these servers are for."""

    def cut(self) -> None:
        with self._lock:
            for connection in self._open:
                with contextlib.suppress(OSError):
                    connection.shutdown(socket.SHUT_RDWR)


class Standin:
    """A server of the tests. Subclasses say what they answer."""

    handler: type[BaseHTTPRequestHandler] = _Handler

    def __init__(self, port: int = 0) -> None:
        self.record: list[Recorded] = []
        self.lock = threading.RLock()
        self.server = LoopbackServer(port, self.handler)
        self.server.standin = self  # type: ignore[attr-defined]
        self.port = int(self.server.server_address[1])
        self._thread: threading.Thread | None = None

    @property
    def root(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def answer(self, request: Request) -> Reply:
        raise NotImplementedError

    def start(self) -> Self:
        serve = self.server.serve_forever
        self._thread = threading.Thread(target=serve, kwargs={"poll_interval": 0.05}, daemon=True)
        self._thread.start()
        return self

    def stop(self) -> None:
        if self._thread is not None:
            self.server.shutdown()
            self._thread.join()
            self._thread = None
        self.server.server_close()
        self.server.cut()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()


def run_as_program(build: Callable[[int, dict[str, Any]], Standin]) -> None:
    """Serve until the parent dies: ``--port 0 --data settings.json``; the port is the first line printed."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--data", type=Path, help="JSON object of the settings")
    arguments = parser.parse_args()
    settings = json.loads(arguments.data.read_text(encoding="utf-8")) if arguments.data else {}
    standin = build(arguments.port, settings).start()
    print(standin.port, flush=True)
    parent = os.getppid()
    while os.getppid() == parent:
        time.sleep(0.2)
    standin.stop()


_TOKEN = re.compile(
    r"\s*(?:(?P<text>'(?:[^']|'')*')|(?P<number>-?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?)"
    r"|(?P<sign><>|!=|<=|>=|=|<|>)|(?P<mark>[(),])|(?P<word>\w+)|\"(?P<quoted>[^\"]+)\")"
)


def read_where(text: str) -> Callable[[Mapping[str, Any]], bool]:
    """Read ``A = 1 AND B IN ('x', 'y') AND C IS NOT NULL``; names match whatever their case.

    Raises ValueError for anything else, as a server refuses what it cannot parse.
    """
    tokens: list[tuple[str, Any]] = []
    position = 0
    text = text.strip()
    while position < len(text):
        found = _TOKEN.match(text, position)
        if found is None:
            raise ValueError(f"cannot read {text[position:]!r}")
        kind = str(found.lastgroup)
        value: Any = found.group(kind)
        if kind == "text":
            value = value[1:-1].replace("''", "'")
        elif kind == "number":
            value = float(value) if re.search(r"[.eE]", value) else int(value)
        tokens.append(("value" if kind in ("text", "number") else kind, value))
        position = found.end()
    tests: list[Callable[[Mapping[str, Any]], bool]] = []
    rest = iter([*tokens, ("end", None)])

    def take(*kinds: str) -> tuple[str, Any]:
        kind, value = next(rest)
        if kinds and kind not in kinds:
            raise ValueError(f"unexpected {value!r}")
        return kind, value

    while True:
        tests.append(_condition(take))
        kind, value = take("word", "end")
        if kind == "end":
            break
        if str(value).upper() != "AND":
            raise ValueError(f"unexpected {value!r}")
    return lambda row: all(test(row) for test in tests)


def _condition(take: Callable[..., tuple[str, Any]]) -> Callable[[Mapping[str, Any]], bool]:
    kind, left = take("word", "quoted", "value")
    if kind == "value":
        take("sign")
        _, right = take("value")
        return lambda row: bool(left == right)
    name = str(left).lower()
    kind, sign = take("sign", "word")
    if kind == "word" and str(sign).upper() == "IN":
        members = set()
        take("mark")
        while True:
            members.add(take("value")[1])
            if take("mark")[1] == ")":
                return lambda row: _value(row, name) in members
    if kind == "word" and str(sign).upper() == "IS":
        word = str(take("word")[1]).upper()
        if word == "NOT":
            take("word")
        return lambda row: (_value(row, name) is None) == (word != "NOT")
    if kind == "word":
        raise ValueError(f"unexpected {sign!r}")
    _, right = take("value")
    compare: dict[str, Callable[[Any], bool]] = {
        "=": lambda value: value == right,
        "<>": lambda value: value != right,
        "!=": lambda value: value != right,
        "<": lambda value: value < right,
        "<=": lambda value: value <= right,
        ">": lambda value: value > right,
        ">=": lambda value: value >= right,
    }
    return lambda row: _value(row, name) is not None and compare[str(sign)](_value(row, name))


def _value(row: Mapping[str, Any], name: str) -> Any:
    if name in row:
        return row[name]
    for key, value in row.items():
        if key.lower() == name:
            return value
    raise ValueError(f"no field {name!r}")
