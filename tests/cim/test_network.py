"""The way to a platform: origins, credentials, retries, limits; against servers that mean harm."""

from __future__ import annotations

import contextlib
import email.utils
import gzip
import logging
import shutil
import socket
import ssl
import subprocess
import threading
import time
import zlib
from collections.abc import Callable, Iterator
from typing import Any, Self

import pytest
from citycheck.citycheck_qgis.cim import careful_connections, network, repeating, transport
from citycheck.citycheck_qgis.cim.careful_connections import PlainConnection, refuse_if_stopped
from citycheck.citycheck_qgis.cim.connections import Connection
from citycheck.citycheck_qgis.cim.network import Answer, Dialect, Http, Surroundings
from citycheck.citycheck_qgis.errors import (
    CancelledError,
    CityCheckError,
    InputError,
    NoAnswerError,
    RefusedError,
    SignInError,
    UnsafeError,
)
from citycheck.citycheck_qgis.messages import message
from citycheck.tests.standins.adversary import Adversary, Fault
from citycheck.tests.standins.malicious import Malicious
from citycheck.tests.standins.standin_server import Reply, Request, Standin

SECRET = "s3cr3tT0ken-99"


class Keys:
    """Credentials that count how often they are asked for."""

    def __init__(self, name: str = "X-Api-Key", login: tuple[str, str] | None = None) -> None:
        self.name = name
        self._login = login
        self.asked: list[bool] = []

    def headers(self, url: str, fresh: bool) -> dict[str, str]:
        self.asked.append(fresh)
        return {self.name: f"{SECRET}-{len(self.asked)}"}

    def login(self) -> tuple[str, str] | None:
        return self._login


class Scripted(Standin):
    """Answers by a function of the request."""

    def __init__(self, respond: Callable[[Request], Reply]) -> None:
        super().__init__()
        self.respond = respond

    def answer(self, request: Request) -> Reply:
        return self.respond(request)


class Raw:
    """Sends bytes as they are: one list of pieces per connection and request; None cuts the connection."""

    def __init__(self, *scripts: list[bytes | float | None]) -> None:
        self.scripts = list(scripts)
        self.requests: list[bytes] = []
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.root = f"http://127.0.0.1:{self.socket.getsockname()[1]}"
        self.ended = threading.Event()
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                client, _ = self.socket.accept()
                threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client: socket.socket) -> None:
        with client, contextlib.suppress(OSError):
            while self.scripts:
                head = b""
                while b"\r\n\r\n" not in head:
                    piece = client.recv(65536)
                    if not piece:
                        return
                    head += piece
                self.requests.append(head)
                for piece in self.scripts.pop(0):
                    if piece is None:
                        return
                    if isinstance(piece, float):
                        self.ended.wait(piece)
                    else:
                        client.sendall(piece)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.ended.set()
        # Closing alone does not wake the thread that accepts.
        with contextlib.suppress(OSError):
            self.socket.shutdown(socket.SHUT_RDWR)
        self.socket.close()


OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n[]"


@pytest.fixture(autouse=True)
def hurried(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Pauses are noted and not waited for."""
    pauses: list[float] = []

    def pause(self: Http, seconds: float) -> None:
        refuse_if_stopped(self._cancelled)
        pauses.append(seconds)

    monkeypatch.setattr(Http, "_pause", pause)
    return pauses


@contextlib.contextmanager
def reached(
    root: str,
    credentials: Any = None,
    dialect: Dialect | None = None,
    surroundings: Surroundings | None = None,
    **settings: Any,
) -> Iterator[Http]:
    http = Http(
        Connection("test", "ogcapi", root, **settings), dialect or Dialect(), credentials, surroundings
    )
    try:
        yield http
    finally:
        http.close()


def said(error: pytest.ExceptionInfo[CityCheckError]) -> str:
    """Return all that a person or a log could see of an error."""
    seen = [str(error.value), repr(error.value), repr(error.value.args), repr(error.value.message.values)]
    context = error.value.__cause__ or error.value.__context__
    while context is not None:
        seen.append(repr(context))
        context = context.__cause__ or context.__context__
    return " ".join(seen)


# Plain requests


def test_answer_json_form_and_parameters() -> None:
    def respond(request: Request) -> Reply:
        return Reply.json(
            {"path": request.path, "query": request.query, "type": request.headers.get("Content-Type")}
        )

    with Scripted(respond) as server, reached(server.root + "/api/?map=a&f=xml") as http:
        answer = http.request("get", "collections/体检", params={"F": "json", "q": "a b&c+d"})
        assert answer.json()["query"] == {"map": "a", "F": "json", "q": "a b&c+d"} or answer.json()[
            "query"
        ] == {
            "F": "json",
            "q": "a b&c+d",
        }
        assert answer.json()["path"] == "/api/collections/体检"
        assert answer.headers["content-type"].startswith("application/json")
        # The base address itself, with what its query says.
        assert http.request("GET", "", params={"F": "json"}).json()["query"] == {"map": "a", "F": "json"}
        posted = http.request("POST", "items", form={"features": "[1]", "名": "城"}).json()
        assert posted["query"] == {"features": "[1]", "名": "城"}
        typed = http.request("POST", "items", json={"a": 1}, headers={"content-type": "application/geo+json"})
        assert typed.json()["type"] == "application/geo+json"
        assert server.record[-1].headers["Cache-Control"] == "no-cache"


def test_json_with_half_a_surrogate_pair_can_be_sent() -> None:
    with Scripted(lambda request: Reply(200, request.body)) as server, reached(server.root) as http:
        assert http.request("POST", "x", json={"a": "\ud83c𠮷"}).json() == {"a": "\ud83c𠮷"}
        assert "𠮷".encode() in http.request("POST", "x", json={"a": "𠮷"}).body


def test_one_connection_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    ports = set()
    monkeypatch.setattr(careful_connections, "_current", threading.local())
    with Raw([OK], [OK], [OK]) as server, reached(server.root) as http:
        connect = PlainConnection.connect
        monkeypatch.setattr(PlainConnection, "connect", lambda c: (ports.add(id(c)), connect(c))[1])
        for _ in range(3):
            http.request("GET", "x")
    assert len(ports) == 1


def test_errors_are_told_with_the_platforms_own_words() -> None:
    bodies = {
        "/a": Reply.json({"code": "NotFound", "description": "Collection 体检 not found"}, 404),
        "/b": Reply.json([{"code": "x", "description": "offset too large"}], 400),
        "/c": Reply.json({"type": "about:blank", "title": "Bad", "detail": "No such field"}, 422),
        "/d": Reply(500, b"<html><head><title>500 Internal Server Error</title></head><body>x</body></html>"),
        "/e": Reply(
            400,
            b'<?xml version="1.0"?><ows:ExceptionReport xmlns:ows="http://www.opengis.net/ows"><ows:Exception>'
            b"<ows:ExceptionText>Unknown type</ows:ExceptionText></ows:Exception></ows:ExceptionReport>",
        ),
        "/f": Reply(418, b""),
    }
    words = {
        "/a": "Collection 体检 not found",
        "/b": "offset too large",
        "/c": "No such field",
        "/d": "500 Internal Server Error",
        "/e": "Unknown type",
        "/f": "status 418",
    }
    with Scripted(lambda request: bodies[request.path]) as server, reached(server.root) as http:
        for path, text in words.items():
            with pytest.raises(RefusedError, match=text):
                http.request("GET", path)
        assert http.request("GET", "/a", accept=(404,)).status == 404


def test_a_dialect_says_what_is_an_error_in_a_good_status() -> None:
    class Strange(Dialect):
        def failure(self, answer: Answer) -> Any:
            return message("it says {x}", x=answer.json()["error"]) if b"error" in answer.body else None

    reply = Reply.json({"error": f"no, token={SECRET}"})
    with Scripted(lambda request: reply) as server, reached(server.root, dialect=Strange()) as http:
        with pytest.raises(RefusedError, match="it says no") as error:
            http.request("GET", "x")
        assert SECRET not in said(error)


# Retries


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "HEAD"])
@pytest.mark.parametrize("kind", ["drop_before", "drop_after", "truncate", "busy"])
def test_repeatable_requests_are_repeated(method: str, kind: str) -> None:
    with (
        Scripted(lambda request: Reply.json([1] * 100)) as server,
        Adversary(server.root, [Fault(kind, method=method, times=2)]) as proxy,
        reached(proxy.root) as http,
    ):
        http.request("GET" if method != "GET" else "HEAD", "first")
        assert http.request(method, "x").status == 200
        # An answer without a body cannot be cut.
        assert len(proxy.record) == (2 if (method, kind) == ("HEAD", "truncate") else 4)


@pytest.mark.parametrize("kind", ["drop_before", "drop_after", "truncate", "status", "status_after"])
def test_a_write_that_may_have_been_done_is_not_repeated(kind: str) -> None:
    with (
        Scripted(lambda request: Reply.json([1] * 100)) as server,
        Adversary(server.root, [Fault(kind)]) as proxy,
        reached(proxy.root) as http,
    ):
        with pytest.raises(NoAnswerError):
            http.request("POST", "items", json={})
        assert len(proxy.record) == 1


@pytest.mark.parametrize("status", [502, 503, 504])
def test_a_gateway_does_not_know_what_was_done_behind_it(status: int) -> None:
    with (
        Scripted(lambda request: Reply.json([])) as server,
        Adversary(server.root, [Fault("status_after", status=status, times=1)]) as proxy,
        reached(proxy.root) as http,
    ):
        with pytest.raises(NoAnswerError):
            http.request("POST", "items", json={})
        assert proxy.count("POST") == 1
    with (
        Scripted(lambda request: Reply.json([])) as server,
        Adversary(server.root, [Fault("status", status=status, times=1)]) as proxy,
        reached(proxy.root) as http,
    ):
        assert http.request("POST", "query", form={"f": "json"}, repeatable=True).json() == []


def test_busy_is_waited_for_and_told_in_the_end(hurried: list[float]) -> None:
    waits = ["7", email.utils.formatdate(time.time() + 20, usegmt=True), "99999", "", "0"]

    def respond(request: Request) -> Reply:
        headers = {"Retry-After": waits.pop(0)} if waits else {}
        return Reply(429, b"slow down", headers)

    with Scripted(respond) as server, reached(server.root) as http:
        with pytest.raises(RefusedError, match=r"slow down.*later"):
            http.request("POST", "items", json={})
        assert len(server.record) == 6
    assert hurried[0] == 7
    assert 15 < hurried[1] <= 20
    assert hurried[2] == repeating.LONGEST_PAUSE
    assert 0 < hurried[3] < 30
    assert hurried[4] == 0


def test_busy_is_waited_for_even_where_the_caller_takes_every_status(hurried: list[float]) -> None:
    replies = [Reply(503, b""), Reply(429, b"", {"Retry-After": "2"}), Reply(404, b"")]
    with Scripted(lambda request: replies.pop(0)) as server, reached(server.root) as http:
        assert http.request("GET", "x", accept=(404, 429, 503)).status == 404
        assert hurried[1] == 2
    with Scripted(lambda request: Reply(503, b"")) as server, reached(server.root) as http:
        assert http.request("GET", "x", accept=(503,)).status == 503
        assert len(server.record) == 6
        # Whether a create was done is not clear: the caller is told at once.
        assert http.request("POST", "x", accept=(503,)).status == 503
        assert len(server.record) == 7


def test_retry_after_goes_by_the_platforms_clock(hurried: list[float]) -> None:
    now = time.time() - 90_000
    headers = {
        "Date": email.utils.formatdate(now, usegmt=True),
        "Retry-After": email.utils.formatdate(now + 30, usegmt=True),
    }
    replies = [Reply(503, b"", headers), Reply(200, b"[]")]
    with Scripted(lambda request: replies.pop(0)) as server, reached(server.root) as http:
        assert http.request("POST", "x").status == 200
    assert hurried == [30]


def test_pauses_grow_and_are_not_all_the_same() -> None:
    drawn = [[repeating.growing_pause(n) for n in range(1, 6)] for _ in range(20)]
    assert all(0 < one < 30 for row in drawn for one in row)
    assert all(row[n] < row[n + 1] for row in drawn for n in range(4))
    assert len({row[0] for row in drawn}) > 10


def test_a_wrong_address_is_told_soon(hurried: list[float]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    with (
        reached(f"http://127.0.0.1:{port}") as http,
        pytest.raises(NoAnswerError, match="refuses the connection"),
    ):
        http.request("GET", "x")
    assert len(hurried) == 1
    with (
        reached("http://no-such-host.invalid") as http,
        pytest.raises(NoAnswerError, match="name of the host"),
    ):
        http.request("GET", "x")


def test_a_connection_that_the_platform_closed_meanwhile_is_replaced() -> None:
    with Raw([OK, None], [OK], [OK]) as server, reached(server.root) as http:
        http.request("GET", "x")
        time.sleep(0.1)
        # The end has been seen before anything was sent: even a create may go out on a new connection.
        assert http.request("POST", "x").status == 200
        assert len(server.requests) == 2


# Bodies


@pytest.mark.parametrize(
    "script",
    [
        [b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n[1,2", None],
        [b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n[1,2,\r\n", None],
        [b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n[1", None],
        [b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n" + gzip.compress(b"[]" * 1000)[:20], None],
        [b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 4\r\n\r\n[  ]"],
        [b"HTTP/1.1 200 OK\r\nContent-Encoding: br\r\nContent-Length: 4\r\n\r\n[  ]"],
        [b"HTTP/1.1 200 OK\r\nContent-Le", None],
        [b"SSH-2.0-OpenSSH_9.2\r\n", None],
        [None],
    ],
)
def test_cut_bodies_are_no_answer(script: list[Any]) -> None:
    with Raw(script) as server, reached(server.root) as http, pytest.raises(NoAnswerError):
        http.request("POST", "x")


@pytest.mark.parametrize("packed", ["gzip", "deflate", "bare", "parts"])
def test_packed_bodies_are_unpacked(packed: str) -> None:
    text = b"[" + b"1," * 500_000 + b"1]"
    bare = zlib.compressobj(wbits=-15)
    body = {
        "gzip": gzip.compress(text),
        "deflate": zlib.compress(text),
        "bare": bare.compress(text) + bare.flush(),
        "parts": gzip.compress(text[:1000]) + gzip.compress(text[1000:]) + b"\x00\x00",
    }[packed]
    encoding = "gzip" if packed in ("gzip", "parts") else "deflate"
    reply = Reply(200, body, {"Content-Encoding": encoding})
    with Scripted(lambda request: reply) as server, reached(server.root) as http:
        assert http.request("GET", "x").body == text


@pytest.mark.parametrize(
    ("path", "limit"), [("/gzip?size=200000000", 10_000_000), ("/endless", 5_000_000), ("/json/long", 1000)]
)
def test_bodies_over_the_limit_are_refused(path: str, limit: int) -> None:
    with Malicious() as server, reached(server.root, Keys(), max_body=limit) as http:
        started = time.monotonic()
        with pytest.raises(UnsafeError, match="larger"):
            http.request("GET", path)
        assert time.monotonic() - started < 20
        # The connection that still sends is not used again.
        assert http.request("GET", "/type").status == 200


def test_a_length_that_is_a_lie_is_refused_at_once() -> None:
    with Malicious() as server, reached(server.root) as http, pytest.raises(UnsafeError, match="larger"):
        http.request("GET", "/length")


@pytest.mark.parametrize(
    "script",
    [
        [b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n", *([b" ", 0.2] * 200)],
        [b"HTTP/1.1 200 OK\r\n", *([b"X-A: b\r\n", 0.2] * 200)],
        [*([b"H", 0.2] * 200)],
    ],
)
def test_a_platform_that_drips_is_given_up(script: list[Any], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transport, "PATIENCE", 2)
    with Raw(script) as server, reached(server.root, read_timeout=0.7) as http:
        started = time.monotonic()
        with pytest.raises(NoAnswerError, match="time for the answer"):
            http.request("POST", "x")
        assert time.monotonic() - started < 4


def test_a_silent_platform_is_given_up_and_a_slow_one_is_not() -> None:
    with (
        Raw([5.0]) as server,
        reached(server.root, read_timeout=0.4) as http,
        pytest.raises(NoAnswerError, match="time for the answer"),
    ):
        http.request("POST", "x")
    with Raw([0.6, OK]) as server, reached(server.root, read_timeout=5) as http:
        assert http.request("POST", "x").body == b"[]"


@pytest.mark.parametrize(
    "script",
    [
        [30.0],
        [b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n", 30.0],
        [b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", *([b"1\r\n \r\n"] * 5), 30.0],
    ],
)
def test_cancelling_does_not_wait_for_the_platform(script: list[Any]) -> None:
    stop = threading.Event()
    threading.Timer(0.5, stop.set).start()
    surroundings = Surroundings(cancelled=stop.is_set)
    with Raw(script) as server, reached(server.root, surroundings=surroundings) as http:
        started = time.monotonic()
        with pytest.raises(CancelledError):
            http.request("POST", "x")
        assert time.monotonic() - started < 3


def test_cancelling_ends_a_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    stop = threading.Event()
    threading.Timer(0.4, stop.set).start()
    reply = Reply(429, b"", {"Retry-After": "60"})
    with (
        Scripted(lambda request: reply) as server,
        reached(server.root, surroundings=Surroundings(cancelled=stop.is_set)) as http,
        pytest.raises(CancelledError),
    ):
        http.request("GET", "x")


def test_an_endless_header_is_refused() -> None:
    with (
        Raw([b"HTTP/1.1 200 OK\r\nX-A: " + b"a" * 5_000_000]) as server,
        reached(server.root) as http,
        pytest.raises(CityCheckError),
    ):
        http.request("POST", "x")


@pytest.mark.parametrize(
    "script",
    [
        [b"HTTP/1.1 100 Continue\r\n\r\n" * 40_000] * 5,
        [b"HTTP/1.1 100 Continue\r\nX-A: 1\r\n\r\n" * 40_000] * 5,
        [b"HTTP/1.1 200 OK\r\n", *[b"X-A: 1\r\n" * 10_000] * 20],
        [b"HTTP/1.1 200 OK\r\nSet-Cookie: " + b"a" * 60_000 + b"\r\n", *[b"X-A: 1\r\n" * 10_000] * 20],
        [b"\r\n" * 1_000_000] * 3,
    ],
)
def test_a_beginning_without_end_is_refused(script: list[bytes]) -> None:
    with Raw(script) as server, reached(server.root, Keys(), max_body=100_000) as http:
        started = time.monotonic()
        with pytest.raises(CityCheckError) as error:
            http.request("POST", "x")
        assert isinstance(error.value, UnsafeError | NoAnswerError)
        assert time.monotonic() - started < 10


@pytest.mark.parametrize("status", [200, 302, 401, 404, 429, 500, 503])
def test_a_bomb_in_any_answer_is_refused(status: int) -> None:
    packed = zlib.compressobj(9, zlib.DEFLATED, 31)
    bomb = b"".join([*(packed.compress(b" " * 1_000_000) for _ in range(50)), packed.flush()])
    reply = Reply(status, bomb, {"Content-Encoding": "gzip", "Location": "/x"})
    with Scripted(lambda request: reply) as server, reached(server.root, Keys(), max_body=1_000_000) as http:
        with pytest.raises(UnsafeError, match="larger than"):
            http.request("GET", "x")
        assert len(server.record) == 1


@pytest.mark.parametrize(
    "unit", ["<script>", "<title>", "<title", "<ExceptionText>", "<![CDATA[", "<a:", "token", "<"]
)
@pytest.mark.parametrize("status", [400, 500])
def test_words_without_end_take_no_time(unit: str, status: int) -> None:
    reply = Reply(status, (unit * 200_000).encode())
    with Scripted(lambda request: reply) as server, reached(server.root) as http:
        started = time.process_time()
        with pytest.raises(CityCheckError) as error:
            http.request("POST", "x")
        assert time.process_time() - started < 2
        assert len(str(error.value)) < 1000


def test_an_entity_bomb_in_an_error_is_not_unpacked() -> None:
    entities = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10 if n else "ha"}">' for n in range(12))
    text = (
        f"<!DOCTYPE r [{entities}]><ExceptionReport><ExceptionText>no &l11;</ExceptionText></ExceptionReport>"
    )
    with (
        Scripted(lambda request: Reply(400, text.encode())) as server,
        reached(server.root) as http,
        pytest.raises(RefusedError, match="no &l11; "),
    ):
        http.request("GET", "x")


def test_a_token_address_elsewhere_gets_no_password() -> None:
    class Astray(Dialect):
        def sign_in(self, http: Http, user: str, password: str) -> Any:
            info = http.request("GET", "info").json()
            return {}, {
                "token": http.request("POST", http.url(info["url"]), form={"pw": password}).json()["t"]
            }

    with Malicious() as harmful:
        reply = Reply.json({"url": f"{harmful.stranger.root}/token"})
        with (
            Scripted(lambda request: reply) as server,
            reached(server.root + "/a", Keys(login=("me", "pw")), Astray()) as http,
        ):
            with pytest.raises(UnsafeError, match="another host"):
                http.request("GET", "items")
            assert [request.path for request in server.record] == ["/a/info"]
        assert harmful.stranger.record == []


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_a_token_does_not_follow_a_redirect_elsewhere(status: int) -> None:
    given = {"token": SECRET}

    class Granting(Dialect):
        def sign_in(self, http: Http, user: str, password: str) -> Any:
            return {"X-Token": SECRET}, given

    with Malicious() as harmful:
        location = f"{harmful.stranger.root}/items?token={SECRET}"
        with (
            Scripted(lambda request: Reply(status, b"", {"Location": location})) as server,
            reached(server.root, Keys(login=("me", "pw")), Granting()) as http,
        ):
            with pytest.raises(UnsafeError) as error:
                http.request("GET", "items")
            assert SECRET not in said(error)
        assert harmful.stranger.record == []


def test_an_endless_size_of_a_chunk_is_refused() -> None:
    script = [b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", *([b"0" * 1_000_000] * 20)]
    with (
        Raw(script) as server,
        reached(server.root, max_body=1_000_000) as http,
        # Newer versions of the library look at it themselves.
        pytest.raises((UnsafeError, NoAnswerError)),
    ):
        http.request("POST", "x")


# Credentials


def test_credentials_go_to_the_platform_alone() -> None:
    with Malicious() as server, reached(server.root, Keys()) as http:
        http.request("GET", "/type")
        assert server.seen[-1][2]["X-Api-Key"].startswith(SECRET)
        for path in ("/redirect/elsewhere", "/redirect/file", "/redirect/metadata"):
            with pytest.raises(UnsafeError, match="not followed") as error:
                http.request("GET", path)
            assert SECRET not in said(error)
        with pytest.raises(UnsafeError, match="again and again"):
            http.request("GET", "/redirect/loop")
        assert sum(path == "/redirect/loop" for _, path, _ in server.seen) == network.REDIRECTS + 1
        with pytest.raises(UnsafeError, match="does not lie under"):
            http.request("GET", server.stranger.root + "/items")
        for path in ("/next/elsewhere", "/next/file"):
            link = http.request("GET", path).json()["links"][0]["href"]
            with pytest.raises(UnsafeError, match="not asked"):
                http.url(link)
        location = http.request("POST", "/created/elsewhere").headers["location"]
        with pytest.raises(UnsafeError, match="another host"):
            http.url(location)
        assert server.stranger.record == []


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_writes_are_never_redirected(status: int) -> None:
    reply = Reply(status, b"", {"Location": "/other"})
    with Scripted(lambda request: reply) as server, reached(server.root) as http:
        with pytest.raises((RefusedError, NoAnswerError), match="redirect"):
            http.request("PUT", "x", json={})
        assert [seen.path for seen in server.record] == ["/x"]


def test_reads_follow_redirects_within_the_platform() -> None:
    def respond(request: Request) -> Reply:
        if request.path == "/x":
            return Reply(301, b"", {"Location": "/城市/?a=1".encode().decode("latin-1")})
        return Reply.json(request.path)

    with Scripted(respond) as server, reached(server.root, Keys()) as http:
        assert http.request("GET", "x").json() == "/城市/"
        assert server.record[-1].headers["X-Api-Key"].startswith(SECRET)


def test_a_token_that_dies_is_renewed_once() -> None:
    with (
        Scripted(lambda request: Reply.json([request.headers["X-Api-Key"]])) as server,
        Adversary(server.root, [Fault("token_dead", at=2), Fault("token_dead", at=4, times=None)]) as proxy,
    ):
        keys = Keys()
        with reached(proxy.root, keys) as http:
            assert http.request("GET", "x").json() == [f"{SECRET}-1"]
            assert http.request("POST", "x", json={}).json() == [f"{SECRET}-2"]
            assert keys.asked == [False, True]
    with Scripted(lambda request: Reply(401, f"{SECRET}-2 is not valid".encode())) as server:
        keys = Keys("Authorization")
        with reached(server.root, keys) as http, pytest.raises(SignInError, match="is not valid") as error:
            http.request("POST", "x")
        assert len(server.record) == 2
        assert SECRET not in said(error)
        with reached(server.root) as http, pytest.raises(SignInError, match="choose an authentication"):
            http.request("GET", "x")


class TokenDialect(Dialect):
    """A platform with a sign-in of its own and a token in the address."""

    def sign_in(self, http: Http, user: str, password: str) -> tuple[dict[str, str], dict[str, str]]:
        answer = http.request("POST", "token", form={"user": user, "pw": password})
        return {}, {"token": answer.json()["token"]}


def test_a_sign_in_of_the_platforms_own() -> None:
    given: list[str] = []

    def respond(request: Request) -> Reply:
        if request.path == "/a/token":
            if request.query["pw"] != "right":
                return Reply.json({"message": f"wrong password {request.query['pw']}"}, 400)
            given.append(f"{SECRET}{len(given)}")
            return Reply.json({"token": given[-1]})
        if request.query.get("token") != given[-1]:
            return Reply.json({"error": f"token {request.query.get('token')} is not accepted"}, 401)
        link = f"http://inner:8090/a/items?token={given[-1]}&page=2"
        return Reply.json({"link": link, "header": request.headers.get("X-Api-Key")})

    with Scripted(respond) as server:
        keys = Keys(login=("planner", "right"))
        with reached(server.root + "/a", keys, TokenDialect()) as http:
            answer = http.request("GET", "items?page=1")
            assert answer.json()["header"] is None
            assert SECRET not in answer.url + repr(answer) + repr(http)
            assert http.url(answer.json()["link"]) == server.root + "/a/items?page=2"
            given.append("another")
            assert http.request("POST", "items", json={}).status == 200
            assert len(given) == 3
        wrong = Keys(login=("planner", "wr0ng"))
        with reached(server.root + "/a", wrong, TokenDialect()) as http:
            with pytest.raises(SignInError, match="did not accept the sign-in") as error:
                http.request("GET", "items")
            assert "wr0ng" not in said(error)
            # One sentence with one remedy.
            assert "refused POST" not in str(error.value) and "operator" not in str(error.value)
            assert str(error.value).count("(status 400)") == 1


def test_credentials_do_not_travel_unprotected(monkeypatch: pytest.MonkeyPatch) -> None:
    with (
        reached("http://platform.city.example/a", Keys()) as http,
        pytest.raises(SignInError, match="unprotected"),
    ):
        http.request("GET", "x")
    asked: list[str] = []

    def resolve(host: str, *rest: Any, **options: Any) -> Any:
        asked.append(host)
        raise socket.gaierror

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    with (
        reached("http://platform.city.example/a", Keys(), allow_plain=True) as http,
        pytest.raises(NoAnswerError, match="name of the host"),
    ):
        http.request("GET", "x")
    assert asked


def test_a_header_that_cannot_be_sent_is_told_without_it() -> None:
    class Broken(Keys):
        def headers(self, url: str, fresh: bool) -> dict[str, str]:
            return {"Authorization": f"Bearer {SECRET}\r\nX-Other: 1"}

    with (
        reached("http://127.0.0.1:9", Broken()) as http,
        pytest.raises(SignInError, match="line break") as error,
    ):
        http.request("GET", "x")
    assert SECRET not in said(error)


def test_no_secret_in_errors_and_logs(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    keys = Keys(login=("planner", "right"))

    class Given(Dialect):
        def sign_in(self, http: Http, user: str, password: str) -> tuple[dict[str, str], dict[str, str]]:
            return {"X-Key": SECRET}, {"tk": SECRET}

    reply = Reply(400, f"bad request /x?tk={SECRET} Authorization: Bearer {SECRET}".encode())
    with Scripted(lambda request: reply) as server, reached(server.root, keys, Given()) as http:
        with pytest.raises(RefusedError) as refused:
            http.request("GET", f"x?sig={SECRET}")
        assert server.record[0].query["tk"] == SECRET
    with (
        Raw([None]) as server,
        reached(server.root, keys, Given()) as http,
        pytest.raises(NoAnswerError) as broken,
    ):
        http.request("POST", f"x?password={SECRET}")
    for error in (refused, broken):
        assert SECRET not in said(error)
    assert "GET /x" in caplog.text
    assert SECRET not in caplog.text


def test_cookies_of_a_session_come_back() -> None:
    def respond(request: Request) -> Reply:
        return Reply(
            200, request.headers.get("Cookie", "").encode(), {"Set-Cookie": "JSESSIONID=abc; Path=/"}
        )

    with Scripted(respond) as server, reached(server.root) as http:
        assert http.request("GET", "x").body == b""
        assert http.request("GET", "x").body == b"JSESSIONID=abc"


def test_the_machines_environment_is_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    with Scripted(lambda request: Reply.json([])) as server, reached(server.root) as http:
        assert http.request("GET", "x").json() == []


def test_proxies_come_from_the_surroundings() -> None:
    with Scripted(lambda request: Reply.json(request.path)) as proxy:
        surroundings = Surroundings(proxies={"http": proxy.root.replace("//", "//me:hush@")})
        with reached("http://platform.city.example/a", surroundings=surroundings) as http:
            assert http.request("GET", "x").json() == "/a/x"
        assert proxy.record[0].headers["Host"] == "platform.city.example"
        assert proxy.record[0].headers["Proxy-Authorization"].startswith("Basic ")
        assert "hush" not in repr(surroundings)


# Addresses


@pytest.mark.parametrize(
    ("base", "reference", "expected"),
    [
        ("https://c.cn/ogc", "collections", "https://c.cn/ogc/collections"),
        ("https://c.cn/ogc/", "collections?f=json#x", "https://c.cn/ogc/collections?f=json"),
        ("https://c.cn/ogc", "/other", "https://c.cn/other"),
        ("https://c.cn/ogc", "", "https://c.cn/ogc"),
        ("https://c.cn/ogc", "https://C.cn:443/ogc/x", "https://c.cn/ogc/x"),
        ("https://c.cn/ogc", "http://inner:8080/ogc/x?a=1", "https://c.cn/ogc/x?a=1"),
        ("http://c.cn:8081/wfs3", "http://:8081/wfs3/x", "http://c.cn:8081/wfs3/x"),
        ("https://c.cn", "http://c.cn/x", "https://c.cn/x"),
        ("https://c.cn", "http://localhost:5000/x", "https://c.cn/x"),
        ("https://c.cn", "http://10.1.2.3/x", "https://c.cn/x"),
        ("https://c.cn/ogc", "http://evil.com/ogc/x", "https://c.cn/ogc/x"),
        ("https://c.cn/ogc", "https://other.cn:8443/y", "https://other.cn:8443/y"),
    ],
)
def test_links_are_pinned_to_the_platform(base: str, reference: str, expected: str) -> None:
    with reached(base, extra_origins=("https://other.cn:8443",)) as http:
        assert http.url(reference) == expected
        assert http.url("?page=2", expected) == expected.partition("?")[0] + "?page=2"


@pytest.mark.parametrize(
    ("base", "reference"),
    [
        ("https://c.cn/ogc", "https://evil.com/x"),
        ("https://c.cn/ogc", "//evil.com/x"),
        ("https://c.cn/ogc", "https://evil.com/ogcx"),
        ("https://c.cn/ogc", "https://evil.com/ogc/../x"),
        ("https://c.cn/ogc", "https://evil.com/ogc/%2e%2e/x"),
        ("https://c.cn", "https://evil.com/x"),
        ("https://c.cn", "https://c.cn.evil.com/x"),
        ("https://c.cn", "https://c.cn:8443/x"),
        ("https://c.cn", "https://c.cn@evil.com/x"),
        ("https://c.cn/ogc", "https://me:pw@c.cn/ogc/x"),
        ("http://127.0.0.1:8000", "http://127.0.0.1:8001/x"),
        ("https://c.cn/ogc", "file:///etc/passwd"),
        ("https://c.cn/ogc", "ftp://c.cn/ogc/x"),
        ("https://c.cn/ogc", "javascript:alert(1)"),
        ("https://c.cn/ogc", "https://evil.com\\@c.cn/ogc"),
    ],
)
def test_links_elsewhere_are_refused(base: str, reference: str) -> None:
    with reached(base) as http, pytest.raises(UnsafeError) as error:
        http.url(reference)
    assert "pw@" not in said(error)


@pytest.mark.parametrize(
    "host",
    [
        "169.254.169.254",
        "2852039166",
        "0xA9FEA9FE",
        "[fe80::1]",
        "[::ffff:169.254.169.254]",
        "[64:ff9b::a9fe:a9fe]",
        "100.100.100.200",
        "[fd00:ec2::254]",
    ],
)
def test_addresses_of_the_machines_own_network_are_refused(host: str) -> None:
    with reached(f"http://{host}/latest") as http, pytest.raises(UnsafeError, match="link-local"):
        http.request("GET", "x")


def test_a_name_that_leads_there_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    found = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("169.254.169.254", 80))]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *a, **k: found)
    with reached("http://platform.city.example") as http, pytest.raises(UnsafeError, match="link-local"):
        http.request("GET", "x")


@pytest.mark.parametrize("url", ["", "ftp://c.cn", "c.cn/ogc", "https://", "file:///x"])
def test_a_base_that_is_no_address_is_refused(url: str) -> None:
    with pytest.raises(InputError, match="no address"):
        Http(Connection("x", "ogcapi", url), Dialect())


# Certificates


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, str]:
    if shutil.which("openssl") is None:
        pytest.skip("openssl is not installed")
    folder = tmp_path_factory.mktemp("tls")
    key, made = folder / "key.pem", folder / "cert.pem"
    subprocess.run(
        [
            *("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2"),
            *("-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"),
            *("-keyout", str(key), "-out", str(made)),
        ],
        check=True,
        capture_output=True,
    )
    return str(made), str(key)


@pytest.fixture
def tls_port(certificate: tuple[str, str]) -> Iterator[int]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*certificate)
    server = Scripted(lambda request: Reply.json([1]))
    server.server.socket = context.wrap_socket(server.server.socket, server_side=True)
    with server:
        yield server.port


def test_certificates_are_verified(tls_port: int, certificate: tuple[str, str], tmp_path: Any) -> None:
    base = f"https://localhost:{tls_port}"
    with reached(base) as http, pytest.raises(UnsafeError, match="certificate is not trusted"):
        http.request("GET", "x")
    with reached(base, Keys(), ca_bundle=certificate[0]) as http:
        assert http.request("GET", "x").json() == [1]
    with reached(base, surroundings=Surroundings(trusted=certificate[0])) as http:
        assert http.request("GET", "x").json() == [1]
    # The right authority does not make it the right host.
    with (
        reached(f"https://127.0.0.1:{tls_port}", ca_bundle=certificate[0]) as http,
        pytest.raises(UnsafeError, match="certificate is not trusted"),
    ):
        http.request("GET", "x")
    with reached(f"http://localhost:{tls_port}") as http, pytest.raises(NoAnswerError):
        http.request("GET", "x")
    with pytest.raises(InputError, match="does not exist"):
        Http(Connection("x", "ogcapi", base, ca_bundle=str(tmp_path / "none.pem")), Dialect())
    with pytest.raises(InputError, match="holds no certificates"):
        (tmp_path / "no.pem").write_text("nothing")
        Http(Connection("x", "ogcapi", base, ca_bundle=str(tmp_path / "no.pem")), Dialect())


def test_an_http_port_is_no_https() -> None:
    with (
        Scripted(lambda request: Reply.json([])) as server,
        reached(server.root.replace("http:", "https:")) as http,
        pytest.raises(NoAnswerError, match="protected connection"),
    ):
        http.request("GET", "x")


def test_several_threads_share_one_way() -> None:
    with (
        Scripted(lambda request: Reply.json(request.query["n"])) as server,
        reached(server.root, Keys()) as http,
    ):
        results: dict[int, Any] = {}

        def ask(number: int) -> None:
            for _ in range(20):
                results[number] = http.request("GET", "x", params={"n": str(number)}).json()

        threads = [threading.Thread(target=ask, args=(n,)) for n in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert results == {n: str(n) for n in range(8)}
