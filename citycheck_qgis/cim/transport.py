"""One request sent once, and its whole answer read within the limits."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any, cast

import requests
import urllib3
from requests.cookies import RequestsCookieJar, extract_cookies_to_jar

from ..errors import UnsafeError
from ..messages import message
from .addresses import shown
from .answers import Answer
from .careful_connections import CarefulAdapter, Watch, refuse_if_stopped, trusting, watched
from .connections import Connection
from .network_failures import BrokenError, meaning_of
from .unpacking import ENCODINGS, unpacked

#: A whole answer may take this many times as long as a platform may be silent.
PATIENCE = 10
_PIECE = 1 << 16
_HEADERS = {
    "User-Agent": "CityCheck-QGIS",
    "Accept": "*/*",
    "Accept-Encoding": "gzip, deflate",
    "Cache-Control": "no-cache",
}


@dataclass(frozen=True)
class Sending:
    """A request as it leaves the machine, credentials included.

    Attributes
    ----------
    clean : its address without any secret, for messages
    secrets : see `Answer.secrets`
    """

    method: str
    url: str
    headers: Mapping[str, str]
    body: bytes | None
    clean: str
    secrets: Collection[str]


class Transport:
    """The connections to a platform; its cookies are kept as long as they are.

    Attributes
    ----------
    dated : the Date of the last answer as it stands there, and this machine's time then (seconds since 1970); None
        before the first answer that has one

    Raises
    ------
    InputError : a file of certificates cannot be used.
    """

    def __init__(
        self,
        connection: Connection,
        proxies: Mapping[str, str],
        trusted: str | None,
        certificate: tuple[str, str] | None,
        cancelled: Callable[[], bool],
    ) -> None:
        self._connection = connection
        self._proxies = proxies
        self._cancelled = cancelled
        self._timeout = urllib3.Timeout(connect=connection.connect_timeout, read=connection.read_timeout)
        self._adapter = CarefulAdapter(trusting((connection.ca_bundle, trusted), certificate))
        self._cookies = RequestsCookieJar()
        self.dated: tuple[str, float] | None = None

    def close(self) -> None:
        """Close the connections and forget the cookies."""
        self._adapter.close()
        self._cookies.clear()

    def send(self, sending: Sending) -> Answer:
        """Send a request once and read its answer.

        Raises
        ------
        BrokenError : no whole answer came.
        UnsafeError : it is too large, or the certificate is not trusted.
        CancelledError : the user stopped the run.
        """
        connection = self._connection
        request = requests.PreparedRequest()
        request.method, request.url, request.body = sending.method, sending.url, sending.body
        request.headers = requests.structures.CaseInsensitiveDict(_HEADERS)
        request.headers.update(sending.headers)
        if sending.body is not None or sending.method not in ("GET", "HEAD", "OPTIONS"):
            request.headers["Content-Length"] = str(len(sending.body or b""))
        if len(self._cookies):
            request.prepare_cookies(self._cookies)
        watch = Watch(
            connection.read_timeout,
            time.monotonic() + PATIENCE * connection.read_timeout,
            self._cancelled,
            connection.max_body + (1 << 20),
            sending.clean,
        )
        try:
            with watched(watch):
                response = self._adapter.send(
                    request, stream=True, timeout=self._timeout, proxies=cast(Any, self._proxies)
                )
                if "set-cookie" in response.raw.headers:
                    extract_cookies_to_jar(self._cookies, request, response.raw)
                return self._read(sending, response.raw)
        except (requests.RequestException, urllib3.exceptions.HTTPError, OSError, ValueError) as error:
            broken = meaning_of(error)
        # The text of the error below holds the whole address: it is no context of what is raised.
        raise broken

    def _read(self, sending: Sending, raw: Any) -> Answer:
        headers = {name.lower(): value for name, value in raw.headers.items()}
        encoding = headers.get("content-encoding", "").strip().lower()
        length = headers.get("content-length", "")
        bare = sending.method == "HEAD" or raw.status in (204, 304)
        expected = int(length) if length.isascii() and length.isdigit() and not bare else None
        pieces, size, whole = [], 0, False
        try:
            self._refuse_size(expected or 0, sending)
            if encoding not in ENCODINGS:
                raise BrokenError(message("the answer is packed in a way that was not asked for"))
            for piece in unpacked(raw.stream(_PIECE, decode_content=False), encoding):
                size += len(piece)
                self._refuse_size(size, sending)
                pieces.append(piece)
                if size > _PIECE:
                    refuse_if_stopped(self._cancelled)
            came = raw.tell()
            if expected is not None and "transfer-encoding" not in headers and came != expected:
                raise BrokenError(
                    message(
                        "the answer was cut short after {came} of {expected} bytes",
                        came=came,
                        expected=expected,
                    )
                )
            whole = True
        finally:
            if not whole:
                raw.close()
            raw.release_conn()
        if "date" in headers:
            self.dated = headers["date"], time.time()
        return Answer(raw.status, headers, b"".join(pieces), sending.clean, sending.secrets)

    def _refuse_size(self, size: int, sending: Sending) -> None:
        if size > self._connection.max_body:
            raise UnsafeError(
                "The answer of {address} is larger than {limit} MB; ask for smaller pages, or raise the connection's "
                "largest answer.",
                address=shown(sending.clean),
                limit=round(self._connection.max_body / 1e6, 1),
            )
