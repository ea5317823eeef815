"""Connections that look where they lead, and that wait neither for ever nor deaf: what lies below a request."""

from __future__ import annotations

import http.client
import io
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import requests
import urllib3
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool

from ..errors import CancelledError, InputError, UnsafeError
from .addresses import refuse_host

#: Seconds between two looks at whether the run was stopped.
LOOK = 0.25
_BUFFER = 1 << 16


def refuse_if_stopped(cancelled: Callable[[], bool]) -> None:
    """Raise CancelledError when the user has stopped the run."""
    if cancelled():
        raise CancelledError("The run was stopped.") from None


@dataclass(frozen=True, slots=True)
class Watch:
    """How long to wait for an answer, and who may stop it.

    Attributes
    ----------
    silence : seconds that the platform may be silent
    deadline : when the whole answer must be there, by the monotonic clock
    most : bytes that may come
    address : who is asked, for messages
    """

    silence: float
    deadline: float
    cancelled: Callable[[], bool]
    most: int
    address: str


_current = threading.local()


@contextmanager
def watched(watch: Watch) -> Iterator[None]:
    """Let everything that this thread sends and reads inside be watched."""
    _current.watch = watch
    try:
        yield
    finally:
        _current.watch = None


class _Incoming(io.RawIOBase):
    """What comes in on a socket: with an end to the whole waiting, and an ear for the user.

    A timeout of the socket alone starts again with every byte: a platform that sends one now and then would hold the
    run for ever, in the headers as in the body.
    """

    def __init__(self, sock: socket.socket, watch: Watch) -> None:
        super().__init__()
        self._sock = sock
        self._watch = watch
        # Keeps the socket open as long as something is read from it.
        self._held = sock.makefile("rb", buffering=0)
        self._bytes = 0
        self.ended = False

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        watch, sock = self._watch, self._sock
        silent_at = time.monotonic() + watch.silence
        try:
            while True:
                left = min(silent_at, watch.deadline) - time.monotonic()
                if left <= 0:
                    raise TimeoutError("timed out")
                sock.settimeout(min(left, LOOK))
                try:
                    count = sock.recv_into(buffer)
                    break
                except TimeoutError:
                    refuse_if_stopped(watch.cancelled)
        finally:
            sock.settimeout(watch.silence)
        self._bytes += count
        self.ended = count == 0
        if self._bytes > watch.most:
            raise UnsafeError("The answer of {address} is larger than allowed.", address=watch.address)
        return count

    def close(self) -> None:
        if not self.closed:
            self._held.close()
        super().close()


class _Response(http.client.HTTPResponse):
    def __init__(self, sock: socket.socket, *args: Any, **kwargs: Any) -> None:
        super().__init__(sock, *args, **kwargs)
        self._incoming: _Incoming | None = None
        watch = getattr(_current, "watch", None)
        if watch is not None:
            self.fp.close()
            self._incoming = _Incoming(sock, watch)
            self.fp = io.BufferedReader(self._incoming, _BUFFER)

    def begin(self) -> None:
        super().begin()
        # Headers that end with the connection are taken for whole by the library.
        if self._incoming is not None and self._incoming.ended:
            self.close()
            raise http.client.RemoteDisconnected("The headers were cut short.")


class _Careful:
    """What both kinds of connections do: look where they lead, and be patient in sending."""

    response_class = _Response

    def _new_conn(self) -> socket.socket:
        host, port = self.host, self.port  # type: ignore[attr-defined]
        try:
            found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except OSError:
            # The connecting itself will say it.
            found = []
        for *_, address in found:
            refuse_host(str(address[0]))
        sock = super()._new_conn()  # type: ignore[misc]
        try:
            # The name may have been given another address in between.
            refuse_host(str(sock.getpeername()[0]))
        except BaseException:
            sock.close()
            raise
        return sock

    def connect(self) -> None:
        super().connect()  # type: ignore[misc]
        watch = getattr(_current, "watch", None)
        if watch is not None:
            # A large body takes longer to send than a connection takes to open.
            self.sock.settimeout(watch.silence)  # type: ignore[attr-defined]


class PlainConnection(_Careful, HTTPConnection):
    """A connection of http."""


class _TlsConnection(_Careful, HTTPSConnection):
    pass


class _PlainPool(HTTPConnectionPool):
    ConnectionCls = PlainConnection


class _TlsPool(HTTPSConnectionPool):
    ConnectionCls = _TlsConnection


_POOLS = {"http": _PlainPool, "https": _TlsPool}


class CarefulAdapter(HTTPAdapter):
    """The way requests sends, over connections that are careful."""

    def __init__(self, context: ssl.SSLContext) -> None:
        self._context = context
        super().__init__(pool_connections=4, pool_maxsize=8)

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        """Give the pools the certificates that are trusted."""
        super().init_poolmanager(*args, **kwargs, ssl_context=self._context)
        self.poolmanager.pool_classes_by_scheme = _POOLS

    def proxy_manager_for(self, proxy: str, **kwargs: Any) -> Any:
        """Do the same for the pools behind a proxy."""
        manager = super().proxy_manager_for(proxy, **kwargs, ssl_context=self._context)
        # Proxies of another kind (SOCKS) have pools of their own.
        if type(manager) is urllib3.ProxyManager:
            manager.pool_classes_by_scheme = _POOLS
        return manager

    def cert_verify(self, conn: Any, url: str, verify: Any, cert: Any) -> None:
        """Leave it to the context, which holds all certificates and always verifies."""
        conn.cert_reqs = "CERT_REQUIRED"


def trusting(bundles: tuple[str | None, ...], client: tuple[str, str] | None) -> ssl.SSLContext:
    """Return the context of connections that trust the system's certificates and others, and verify always.

    Parameters
    ----------
    bundles : files of certificates (PEM) to trust as well; empty ones are passed over
    client : files of the client's own certificate and its key

    Raises
    ------
    InputError : a file cannot be read, or holds none.
    """
    context = ssl.create_default_context()
    # urllib3 compares the name itself then, and knows how to do that for an address of numbers as well.
    context.check_hostname = False
    paths = ssl.get_default_verify_paths()
    if not context.get_ca_certs() and not paths.cafile and not paths.capath:
        # Python of some systems does not know where the system keeps its certificates.
        context.load_verify_locations(requests.certs.where())
    for bundle in filter(None, bundles):
        if not Path(bundle).is_file():
            raise InputError(
                "The file of certificates {file} does not exist; correct it in the connection.", file=bundle
            )
        try:
            context.load_verify_locations(bundle)
        except (ssl.SSLError, OSError):
            raise InputError(
                "{file} holds no certificates that can be read (PEM); export them again.", file=bundle
            ) from None
    if client:
        try:
            context.load_cert_chain(*client)
        except (ssl.SSLError, OSError):
            raise InputError(
                "The client's certificate {file} or its key cannot be read; check the authentication configuration.",
                file=client[0],
            ) from None
    return context
