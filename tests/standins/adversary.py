"""A proxy that does to a client what networks and platforms do, on request: in front of a real server or a stand-in.

A plan names faults; each strikes a request by its number (counted from 1 over the requests that it could strike),
by its method and its path. `random_plan` draws faults from a seed: the fate of request n depends on the seed and on
n alone. Every request is recorded with what was done to it, what the server behind said and what the client got.

As a program: ``python adversary.py --upstream http://127.0.0.1:5000 --port 0 --plan plan.json`` (or
``--seed 7 --rate 0.1``) prints its port; ``GET /__adversary__/record`` gives the record as JSON.

Faults (`kind`): see `KINDS`. `redirect` leads to `stranger`, another server on another port, which records what
headers arrive there.
"""

from __future__ import annotations

import argparse
import email.utils
import http.client
import json
import os
import random
import re
import socket
import struct
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass, field
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any, Self
from urllib.parse import urlsplit

if __package__:
    from .standin_server import LoopbackServer, Reply, Request, Standin, answers_every_method
else:
    from standin_server import (  # type: ignore[import-not-found,no-redef]
        LoopbackServer,
        Reply,
        Request,
        Standin,
        answers_every_method,
    )

KINDS = {
    "drop_before": "close the connection; the server never hears of the request",
    "drop_after": "the server does it, the answer is lost",
    "delay": "the server does it, the answer comes `seconds` later",
    "busy": "429 with Retry-After: `seconds`, as a date with `as_date`; not forwarded",
    "status": "HTTP `status` (default 500); not forwarded",
    "status_after": "the server does it, the client gets HTTP `status` (default 500)",
    "token_dead": "401, or with `status` 498 an ArcGIS error in HTTP 200; not forwarded",
    "truncate": "the server does it; half of the body, with the length of the whole",
    "truncate_quietly": "the server does it; half of the body, with a length that fits",
    "repeat_page": "a read gets the page that the read before it got",
    "wrong_count": "counts in the JSON are multiplied by ten",
    "swap_axes": "the numbers of each GeoJSON position change places",
    "error_in_200": "HTTP 200 with `body` (default an error object); not forwarded",
    "error_in_200_after": "the server does it, the client gets HTTP 200 with an error object",
    "redirect": "307 to the same path at the stranger's",
    "drip": "the body comes in small pieces, `seconds` apart",
    "call_before": "call `action` before forwarding (for tests that kill the client)",
    "call_after": "call `action` after the server did it, then answer",
}
#: What may happen to any request without making it impossible to go on.
TRANSIENT = ("drop_before", "drop_after", "busy", "status", "status_after", "truncate", "truncate_quietly")
_ERROR = {"error": {"code": 500, "message": "Unable to complete operation.", "details": []}}
_COUNT = re.compile(rb'("(?:numberMatched|count|total|totalCount|featureCount|recordCount)"\s*:\s*)(\d+)')
_POSITION = re.compile(rb"\[(\s*-?\d[\d.eE+-]*\s*),(\s*-?\d[\d.eE+-]*\s*)(?=[,\]])")
_HOP = {"connection", "keep-alive", "transfer-encoding", "te", "upgrade", "content-length"}


@dataclass
class Fault:
    """What to do to which request; `at` None strikes every request that fits, `times` says how often."""

    kind: str
    at: int | None = None
    method: str | None = None
    path: str = ""
    times: int | None = 1
    status: int = 0
    seconds: float = 0.0
    as_date: bool = False
    body: str | None = None
    action: Callable[[], None] | None = None
    fitting: int = field(default=0, init=False)
    struck: int = field(default=0, init=False)

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ValueError(f"{self.kind} is no fault")

    def fits(self, method: str, path: str) -> bool:
        if self.method not in (None, method) or not re.search(self.path, path):
            return False
        self.fitting += 1
        return self.at in (None, self.fitting) and self.struck != self.times


@dataclass
class Seen:
    """A line of the record; `upstream` is None where the server never heard of the request."""

    number: int
    method: str
    path: str
    fault: str | None = None
    upstream: int | None = None
    status: int | None = None


Plan = Callable[[int, str, str], Fault | None]


def listed_plan(faults: Iterable[Fault]) -> Plan:
    """Strike by the list; the first fault that fits counts."""
    faults = list(faults)

    def choose(number: int, method: str, path: str) -> Fault | None:
        # Every fault counts the request, one strikes.
        hits = [fault for fault in faults if fault.fits(method, path)]
        if not hits:
            return None
        hits[0].struck += 1
        return hits[0]

    return choose


def random_plan(seed: int, rate: float, kinds: Iterable[str] = TRANSIENT, **settings: Any) -> Plan:
    """Strike each request with probability `rate`, with one of the kinds; `settings` go to the fault."""
    kinds = list(kinds)

    def choose(number: int, method: str, path: str) -> Fault | None:
        draw = random.Random(f"{seed}/{number}")
        return Fault(draw.choice(kinds), **settings) if draw.random() < rate else None

    return choose


class Stranger(Standin):
    """Another host: whoever comes here with a credential has been led astray."""

    def answer(self, request: Request) -> Reply:
        return Reply.json({"type": "FeatureCollection", "features": [], "stranger": True})


class Adversary:
    """The proxy: ``with Adversary(server.root, [Fault("drop_after", at=3)]) as proxy: ... proxy.root``."""

    def __init__(self, upstream: str, plan: Plan | Iterable[Fault] = (), port: int = 0) -> None:
        parts = urlsplit(upstream)
        self.upstream = (str(parts.hostname), int(parts.port or 80))
        self.plan: Plan = plan if callable(plan) else listed_plan(plan)
        self.record: list[Seen] = []
        self.pages: dict[str, Reply] = {}
        self.lock = threading.Lock()
        self.stranger = Stranger()
        self.server = LoopbackServer(port, _Proxy)
        self.server.adversary = self  # type: ignore[attr-defined]
        self.port = int(self.server.server_address[1])

    @property
    def root(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def through(self, url: str) -> str:
        """Return the address of a resource of the server behind, as seen through the proxy."""
        parts = urlsplit(url)
        return self.root + parts.path + (f"?{parts.query}" if parts.query else "")

    def count(self, method: str | None = None, path: str = "") -> int:
        """Count the requests that reached the server behind."""
        return sum(
            seen.upstream is not None
            and method in (None, seen.method)
            and re.search(path, seen.path) is not None
            for seen in self.record
        )

    def start(self) -> Self:
        self.stranger.start()
        serve = self.server.serve_forever
        threading.Thread(target=serve, kwargs={"poll_interval": 0.05}, daemon=True).start()
        return self

    def stop(self) -> None:
        self.server.shutdown()
        self.server.server_close()
        self.server.cut()
        self.stranger.stop()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()


class _DroppedError(Exception):
    """The connection is to be closed without an answer."""


@answers_every_method
class _Proxy(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1
    timeout = 120

    def serve(self) -> None:
        adversary: Adversary = self.server.adversary  # type: ignore[attr-defined]
        length = int(self.headers.get("Content-Length") or 0)
        body = self.rfile.read(length) if length else b""
        if self.path == "/__adversary__/record":
            with adversary.lock:
                self._send(Reply.json([asdict(seen) for seen in adversary.record]))
            return
        with adversary.lock:
            number = len(adversary.record) + 1
            seen = Seen(number, self.command, self.path)
            adversary.record.append(seen)
            fault = adversary.plan(number, self.command, self.path)
        seen.fault = fault.kind if fault else None
        try:
            reply = self._reply(adversary, body, fault, seen)
            seen.status = reply.status
            self._send(reply, fault)
        except _DroppedError:
            # Zero linger makes the kernel reset the connection, as a broken network does.
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.close_connection = True
        except OSError:
            self.close_connection = True

    def _reply(self, adversary: Adversary, body: bytes, fault: Fault | None, seen: Seen) -> Reply:
        if fault is None:
            return self._forward(adversary, body, seen)
        match fault.kind:
            case "drop_before":
                raise _DroppedError
            case "busy":
                wait = int(fault.seconds)
                date = email.utils.formatdate(time.time() + wait, usegmt=True)
                return Reply(429, b"busy", {"Retry-After": date if fault.as_date else str(wait)})
            case "status":
                return Reply(fault.status or 500, b"<html><body>Internal Server Error</body></html>")
            case "token_dead" if fault.status == 498:
                return Reply.json({"error": {"code": 498, "message": "Invalid token.", "details": []}})
            case "token_dead":
                return Reply(401, b"", {"WWW-Authenticate": "Bearer"})
            case "error_in_200":
                text = fault.body if fault.body is not None else json.dumps(_ERROR)
                return Reply(200, text.encode(), {"Content-Type": "application/json"})
            case "redirect":
                return Reply(fault.status or 307, b"", {"Location": adversary.stranger.root + self.path})
            case "call_before" if fault.action:
                fault.action()
        reply = self._forward(adversary, body, seen)
        match fault.kind:
            case "drop_after":
                raise _DroppedError
            case "call_after" if fault.action:
                fault.action()
            case "delay":
                time.sleep(fault.seconds)
            case "status_after":
                return Reply(fault.status or 500, b"<html><body>Internal Server Error</body></html>")
            case "error_in_200_after":
                return Reply.json(_ERROR)
            case "truncate_quietly":
                return Reply(reply.status, reply.body[: len(reply.body) // 2], reply.headers)
            case "repeat_page" if seen.method == "GET":
                return adversary.pages.get("before", reply)
            case "wrong_count":
                changed = _COUNT.sub(lambda found: found[1] + str(int(found[2]) * 10).encode(), reply.body)
                return Reply(reply.status, changed, reply.headers)
            case "swap_axes":
                changed = _POSITION.sub(lambda found: b"[" + found[2] + b"," + found[1], reply.body)
                return Reply(reply.status, changed, reply.headers)
        return reply

    def _forward(self, adversary: Adversary, body: bytes, seen: Seen) -> Reply:
        connection = http.client.HTTPConnection(*adversary.upstream, timeout=60)
        try:
            headers = {name: value for name, value in self.headers.items() if name.lower() not in _HOP}
            # Answers are to be changed as text, so they are asked for as text.
            headers["Accept-Encoding"] = "identity"
            connection.putrequest(self.command, self.path, skip_host=True, skip_accept_encoding=True)
            for name, value in headers.items():
                connection.putheader(name, value)
            if body or self.command in ("POST", "PUT", "PATCH"):
                connection.putheader("Content-Length", str(len(body)))
            connection.endheaders(body)
            response = connection.getresponse()
            content = response.read()
        except (OSError, http.client.HTTPException) as error:
            raise _DroppedError from error
        finally:
            connection.close()
        seen.upstream = response.status
        kept = {name: value for name, value in response.getheaders() if name.lower() not in _HOP}
        reply = Reply(response.status, content, kept)
        if self.command == "GET":
            with adversary.lock:
                adversary.pages["before"] = adversary.pages.get("last", reply)
                adversary.pages["last"] = reply
        return reply

    def _send(self, reply: Reply, fault: Fault | None = None) -> None:
        self.send_response_only(reply.status)
        for name, value in reply.headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(reply.body)))
        self.end_headers()
        content = b"" if self.command == "HEAD" else reply.body
        if fault is not None and fault.kind == "truncate":
            self.wfile.write(content[: len(content) // 2])
            self.wfile.flush()
            self.connection.shutdown(socket.SHUT_WR)
            self.close_connection = True
            return
        if fault is not None and fault.kind == "drip":
            for start in range(0, len(content), 16):
                self.wfile.write(content[start : start + 16])
                self.wfile.flush()
                time.sleep(fault.seconds)
            return
        self.wfile.write(content)
        self.wfile.flush()

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing: the record is what tests look at."""


def main() -> None:
    """Serve until the parent dies; the first line printed is the port."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--upstream", required=True)
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--plan", type=Path, help="JSON list of faults")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--rate", type=float, default=0.0)
    arguments = parser.parse_args()
    plan: Plan = random_plan(arguments.seed, arguments.rate)
    if arguments.plan:
        plan = listed_plan(Fault(**item) for item in json.loads(arguments.plan.read_text(encoding="utf-8")))
    adversary = Adversary(arguments.upstream, plan, arguments.port).start()
    print(adversary.port, flush=True)
    parent = os.getppid()
    while os.getppid() == parent:
        time.sleep(0.2)
    adversary.stop()


if __name__ == "__main__":
    main()
