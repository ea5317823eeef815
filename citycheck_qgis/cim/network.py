"""Requests to a platform: one place for origins, credentials, retries, limits and redaction."""

from __future__ import annotations

import http.client
import io
import ipaddress
import json as jsonlib
import random
import re
import socket
import ssl
import threading
import time
import zlib
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any, Protocol, cast
from urllib.parse import quote, unquote, urlencode, urljoin, urlsplit, urlunsplit

import requests
import urllib3
from requests.adapters import HTTPAdapter
from requests.cookies import extract_cookies_to_jar
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool

from ..errors import (
    CancelledError,
    ExchangeError,
    InputError,
    NoAnswerError,
    RefusedError,
    SignInError,
    UnsafeError,
)
from ..messages import Message, message
from .connections import Connection
from .documents import read_json, read_xml
from .redaction import quieten_logs, redacted, redacted_message

#: How often a request is sent again.
RETRIES = 5
#: Redirects of one request that are followed.
REDIRECTS = 3
#: Longest pause that a platform may ask for, in seconds.
LONGEST_PAUSE = 300.0
#: A whole answer may take this many times as long as a platform may be silent.
PATIENCE = 10
#: Seconds between two looks at whether the run was stopped.
_LOOK = 0.25
_PIECE = 1 << 16
_REPEATABLE = {"GET", "HEAD", "OPTIONS", "PUT", "DELETE"}
_READING = {"GET", "HEAD", "OPTIONS"}
_REDIRECTS = {301, 302, 303, 307, 308}
_PORTS = {"http": 80, "https": 443}
#: Where clouds tell a machine its own secrets, beside the link-local addresses.
_METADATA = {
    ipaddress.ip_address(text)
    for text in ("100.100.100.200", "192.0.0.192", "168.63.129.16", "fd00:ec2::254", "fd20:ce::254")
}
_EMBEDDED = ipaddress.ip_network("64:ff9b::/96")
_PATH_SAFE = "/:@!$&'()*+,;=~-._%"
_QUERY_SAFE = "/?:@!$&'()*+,;=~-._%[]"
_ENCODINGS = {"", "identity", "gzip", "x-gzip", "deflate"}


class Credentials(Protocol):
    """What QGIS knows about signing in; made from an ``authcfg`` by the algorithm layer, or by a test."""

    def headers(self, url: str, fresh: bool) -> Mapping[str, str]:
        """Return the headers for a request; `fresh`: those given before were not accepted, ask again."""

    def login(self) -> tuple[str, str] | None:
        """Return user name and password for platforms with a sign-in of their own; None without them."""


@dataclass(frozen=True)
class Surroundings:
    """What the machine says about its network, from QGIS's settings.

    Attributes
    ----------
    proxies : scheme -> address of the proxy, as requests takes it; empty: none
    trusted : file of certificates (PEM) that QGIS trusts beside the system's; None: none
    certificate : files of the client's certificate and its key; None: none
    cancelled : asked before each request and while a body comes in; True raises CancelledError
    """

    proxies: Mapping[str, str] = field(default_factory=dict, repr=False)
    trusted: str | None = None
    certificate: tuple[str, str] | None = None
    cancelled: Callable[[], bool] = lambda: False


@dataclass(frozen=True)
class Answer:
    """An answer whose status and size are within the limits.

    Attributes
    ----------
    headers : names in lower case
    body : unpacked
    url : the address that answered, without secrets
    secrets : texts that no message about the answer may repeat
    """

    status: int
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)
    url: str
    secrets: Collection[str] = field(default=(), repr=False, compare=False)

    def json(self) -> Any:
        """Return the body as JSON; see `documents.read_json` for what is refused."""
        return self._read(read_json)

    def xml(self) -> Any:
        """Return the body as the root element of an XML document; see `documents.read_xml`."""
        return self._read(read_xml)

    def _read(self, read: Callable[..., Any]) -> Any:
        try:
            return read(self.body, self.url, self.charset)
        except ExchangeError as error:
            unusable = redacted_message(error.message, self.secrets)
            raise type(error)(unusable.template, **unusable.values) from None

    @property
    def charset(self) -> str | None:
        """The encoding that the Content-Type names."""
        found = re.search(r"(?i)charset\s*=\s*[\"']?([\w.:-]+)", self.headers.get("content-type", ""))
        return found[1] if found else None


class Dialect:
    """What a protocol says in its own way about errors and sign-in; adapters override what differs."""

    def signed_out(self, answer: Answer) -> bool:
        """Return whether an answer means that the credentials are not, or no longer, accepted."""
        return answer.status == 401

    def failure(self, answer: Answer) -> Message | None:
        """Return why the platform refused, where the answer is an error whatever its status is; else None."""
        return None if answer.status < 400 else reason_of(answer)

    def busy(self, answer: Answer) -> bool:
        """Return whether the platform asks to come back later."""
        return answer.status in (429, 502, 503, 504)

    def sign_in(self, http: Http, user: str, password: str) -> tuple[dict[str, str], dict[str, str]] | None:
        """Get a token: return the headers and the query parameters of later requests; None: no such sign-in."""
        return None


def reason_of(answer: Answer) -> Message:
    """Return what an answer says about an error: its status, and its own words where it has some."""
    said = words_of(answer)
    if said:
        return message("{said} (status {status})", said=said, status=answer.status)
    name = http.client.responses.get(answer.status, "")
    return (
        message("status {status} {name}", status=answer.status, name=name)
        if name
        else message("status {status}", status=answer.status)
    )


def words_of(answer: Answer) -> str:
    """Return the sentence in the body of an error: of JSON, an XML exception report, a page or plain text."""
    begun = answer.body[:_PIECE].lstrip()
    text = ""
    if begun[:1] in (b"{", b"["):
        try:
            text = _words_of_json(read_json(answer.body[: 1 << 20], "", answer.charset))
        except ExchangeError:
            text = ""
    if not text:
        text = begun.decode("utf-8", "replace")
    if text.startswith("<"):
        text = _words_of_markup(text)
    return redacted(" ".join(text.split())[:1000])[:300]


def _words_of_json(value: Any) -> str:
    if isinstance(value, list):
        return " ".join(filter(None, (_words_of_json(item) for item in value[:3])))
    if isinstance(value, str):
        return value
    if not isinstance(value, dict):
        return ""
    for name in (
        "description",
        "detail",
        "message",
        "errorMsg",
        "msg",
        "error_description",
        "title",
        "error",
    ):
        found = value.get(name)
        if isinstance(found, dict | list | str) and found and (text := _words_of_json(found)):
            return text
    return ""


def _words_of_markup(text: str) -> str:
    found = re.search(r"(?is)<(?:\w+:)?(?:ExceptionText|ServiceException)\b[^>]*>(.*?)</", text)
    if found is None:
        found = re.search(r"(?is)<title\b[^>]*>(.*?)</title", text)
    plain = found[1] if found else re.sub(r"(?is)<(script|style)\b.*?</\1>|<[^>]*>", " ", text)
    return re.sub(r"<!\[CDATA\[|\]\]>", "", plain)


class Http:
    """The way to one platform.

    Sign-in tokens are kept in memory alone. Several threads may use one object.

    Attributes
    ----------
    dated : the Date of the last answer as it stands there, and this machine's time then (seconds since 1970); None
        before the first answer that has one

    Parameters
    ----------
    connection : its origin (and `extra_origins`) is the only place that is asked and that gets the credentials
    credentials : None: none

    Raises
    ------
    InputError : the connection's address or a file of certificates cannot be used.
    """

    def __init__(
        self,
        connection: Connection,
        dialect: Dialect,
        credentials: Credentials | None = None,
        surroundings: Surroundings | None = None,
    ) -> None:
        self._connection = connection
        self._dialect = dialect
        self._credentials = credentials
        self._surroundings = surroundings or Surroundings()
        self._base = urlsplit(_plain_url(connection.url))
        if self._base.scheme not in _PORTS or not self._base.hostname:
            raise InputError(
                "{url} is no address of a platform; it must begin with http:// or https://.",
                url=redacted(connection.url),
            )
        self._origin = _origin(self._base)
        extra = (urlsplit(_plain_url(origin)) for origin in connection.extra_origins)
        self._origins = {self._origin, *(_origin(parts) for parts in extra)}
        self._checked: dict[tuple[str, str], bool] = {}
        self._lock = threading.RLock()
        self._pass: _Pass | None = None
        self._signing: int | None = None
        self._secrets: set[str] = set()
        self._answered = False
        self._has_cookies = False
        self.dated: tuple[str, float] | None = None
        self._timeout = urllib3.Timeout(connect=connection.connect_timeout, read=connection.read_timeout)
        self._headers = {
            "User-Agent": "CityCheck-QGIS",
            "Accept": "*/*",
            "Accept-Encoding": "gzip, deflate",
            "Cache-Control": "no-cache",
        }
        self._session = requests.Session()
        self._session.trust_env = False
        self._adapter = _Adapter(_tls(connection, self._surroundings))
        self._session.mount("http://", self._adapter)
        self._session.mount("https://", self._adapter)
        quieten_logs()

    def __repr__(self) -> str:
        return f"<Http {redacted(self.base)}>"

    @property
    def base(self) -> str:
        """The connection's address, without a slash at its end."""
        return urlunsplit(self._base)

    def close(self) -> None:
        """Close the connections and forget the sign-in."""
        self._session.close()
        self._pass = None

    def url(self, reference: str, base: str | None = None) -> str:
        """Return an address that an answer names (next page, Location, job), pinned to the connection's origin.

        A path under a wrong host that is the platform's own (servers behind proxies name their inner address) cannot
        be told from another platform: it is refused unless the path begins with the path of the connection's base
        address, in which case the host is replaced by the connection's. Where the base address has no path, every
        path begins with it: then only an inner address (loopback, private, a name without a dot) is replaced, and
        none where the platform itself is on this machine.

        Parameters
        ----------
        reference : absolute, or relative to `base`; one without a slash at its begin lies under the base address
        base : address of the document that names it; None: the connection's

        Raises
        ------
        UnsafeError : it leads to another host, or is no http address.
        """
        reference = reference.strip()
        if reference == "":
            return base or self.base
        joined = urljoin(base or self._folder(), reference)
        parts = urlsplit(joined)
        if parts.scheme not in _PORTS or "\\" in joined or any(ord(c) < 32 for c in joined):
            raise UnsafeError(
                "The platform names {address}, which is no http address; it was not asked.",
                address=_shown(joined),
            )
        # Servers that do not know their own name write http://:8081/path.
        host = _host_of(parts)
        if not parts.username and not parts.password:
            if host and _origin(parts) in self._origins:
                return self._without_token(_plain_url(joined))
            if self._is_own_path(parts.path, host) or self._is_own_host(parts):
                moved = parts._replace(scheme=self._base.scheme, netloc=self._base.netloc, fragment="")
                return self._without_token(_plain_url(urlunsplit(moved)))
        raise UnsafeError(
            "The platform names an address at another host ({address}); it was not asked, and no credentials were "
            "sent there: if it belongs to the platform, add {origin} to the connection's other origins.",
            address=_shown(joined),
            origin=f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}",
        )

    def _is_own_host(self, parts: Any) -> bool:
        """Return whether an address has the platform's host: behind a proxy that adds TLS it is named with http."""
        ports = {self._origin[2], *_PORTS.values()}
        return _host_of(parts) == self._origin[1] and _origin(parts)[2] in ports

    def _without_token(self, url: str) -> str:
        """Return an address without the parameters of the sign-in, which some platforms repeat in their links."""
        granted = self._pass
        return _with(url, {}, granted.params) if granted and granted.params and "?" in url else url

    def _folder(self) -> str:
        """Return the base address as that of a folder, without its query."""
        path = self._base.path
        return urlunsplit((self._base.scheme, self._base.netloc, path.rstrip("/") + "/", "", ""))

    def _is_own_path(self, path: str, host: str) -> bool:
        own = self._base.path.rstrip("/")
        if ".." in unquote(path).split("/"):
            return False
        if own:
            return path == own or path.startswith(own + "/")
        return _is_inner(host) and not _is_loopback(self._base.hostname or "")

    def request(
        self,
        method: str,
        url: str,
        *,
        params: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        json: Any = None,
        form: Mapping[str, str] | None = None,
        body: bytes | None = None,
        repeatable: bool | None = None,
        accept: tuple[int, ...] = (),
    ) -> Answer:
        """Send a request and return the answer.

        Parameters
        ----------
        url : absolute and within the connection's origins, or relative to its base address
        json, form, body : at most one of them; `body` with its Content-Type in `headers`
        repeatable : whether it may be sent again when no answer came; None: GET, HEAD, PUT and DELETE may, others
            may not. A platform that answers "later" (see `Dialect.busy`) or "signed out" has done nothing, so these
            are repeated for every method: busy at most 5 times after Retry-After or a growing, jittered pause, signed
            out once after a fresh sign-in. A gateway that answers "later" (status 502, 504, or 503 without
            Retry-After) cannot know what was done behind it: a request that may not be repeated then has no answer
        accept : statuses from 400 on that the caller handles; they come back as an answer, "later" among them only
            when waiting did not help

        Raises
        ------
        NoAnswerError : the connection broke, the time was over, the body was cut short, or the platform failed
            (status 5xx) in the middle of a write
        RefusedError : the platform refused (status 4xx, 5xx, or an error in the body, see `Dialect.failure`)
        SignInError : the credentials were not accepted, or would travel unprotected
        UnsafeError : a redirect to another host, a body over the limit
        CancelledError : the user stopped the run
        """
        method = method.upper()
        call = _Call(
            method=method,
            url=self._target(url, params),
            headers=dict(headers or {}),
            body=body,
            repeatable=method in _REPEATABLE if repeatable is None else repeatable,
            writes=method not in _READING and not (repeatable and method == "POST"),
        )
        call.take(json, form)
        call.clean = redacted(call.url)
        again = renewed = redirects = 0
        while True:
            self._stop_if_cancelled()
            granted = self._granted(call.url)
            try:
                answer, broken = self._send(call, granted), None
            except _BrokenError as error:
                answer, broken = None, error
            if answer is None:
                assert broken is not None
                # A platform that was never there is most likely a wrong address: say so soon.
                tries = RETRIES if self._answered or broken.sent else 1
                if again >= tries or not (call.repeatable or not broken.sent) or broken.final:
                    raise self._no_answer(call, broken.reason)
                again += 1
                self._pause(_growing(again))
                continue
            self._answered = True
            if answer.status in _REDIRECTS and "location" in answer.headers:
                redirects += 1
                call.url = self._redirected(call, answer, redirects)
                call.clean = redacted(call.url)
                continue
            if self._dialect.signed_out(answer) and answer.status not in accept:
                if renewed or granted is None or self._credentials is None:
                    raise self._signed_out(call, answer)
                renewed += 1
                self._renew(granted)
                continue
            if self._dialect.busy(answer):
                unclear = call.writes and not call.repeatable and not _undone(answer)
                if not unclear and again < RETRIES:
                    again += 1
                    asked = _asked_pause(answer)
                    self._pause(_growing(again) if asked is None else asked)
                    continue
                if unclear and answer.status not in accept:
                    raise self._no_answer(call, self._reason(answer))
            if answer.status in accept:
                return answer
            failure = self._dialect.failure(answer)
            if failure is None and answer.status >= 400:
                failure = reason_of(answer)
            if failure is not None:
                raise self._refused(call, answer, failure)
            return answer

    def _target(self, url: str, params: Mapping[str, str] | None) -> str:
        """Return the address to ask, within the origins, with parameters that replace those of the same name."""
        target = urlsplit(_plain_url(urljoin(self._folder(), url))) if url else self._base
        if (target.scheme, target.netloc) not in self._checked:
            if target.scheme not in _PORTS or "@" in target.netloc or _origin(target) not in self._origins:
                raise UnsafeError(
                    "{address} does not lie under the platform's address {base}; it was not asked.",
                    address=_shown(urlunsplit(target)),
                    base=_shown(self.base),
                )
            _refuse_address(target.hostname or "")
            self._checked[target.scheme, target.netloc] = True
        address = urlunsplit(target if target.path else target._replace(path="/"))
        return _with(address, params) if params else address

    def _stop_if_cancelled(self) -> None:
        if self._surroundings.cancelled():
            raise CancelledError("The run was stopped.")

    def _pause(self, seconds: float) -> None:
        """Wait, and look again and again whether the run was stopped."""
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            self._stop_if_cancelled()
            time.sleep(min(left, _LOOK))

    # Signing in

    def _granted(self, url: str) -> _Pass | None:
        """Return the credentials for a request; None where there are none, or while they are being asked for."""
        if self._credentials is None:
            return None
        parts = urlsplit(url)
        if parts.scheme == "http" and not (
            self._connection.allow_plain or _is_loopback(parts.hostname or "")
        ):
            raise SignInError(
                "The credentials would travel unprotected to {host}; use its https address, or allow plain http in the "
                "connection if the network is your own.",
                host=parts.netloc,
            )
        if self._signing == threading.get_ident():
            return None
        with self._lock:
            if self._pass is None:
                self._pass = self._sign_in(self._credentials, url, fresh=False)
            return self._pass

    def _renew(self, used: _Pass) -> None:
        """Sign in again, unless another thread did since."""
        with self._lock:
            if self._pass is used and self._credentials is not None:
                self._pass = self._sign_in(self._credentials, used.url, fresh=True)

    def _sign_in(self, credentials: Credentials, url: str, fresh: bool) -> _Pass:
        self._signing = threading.get_ident()
        try:
            login = credentials.login()
            if login is not None:
                self._secrets.add(login[1])
                token = self._dialect.sign_in(self, *login)
                if token is not None:
                    return self._kept(_Pass(url, *token))
            return self._kept(_Pass(url, dict(credentials.headers(url, fresh)), {}))
        except RefusedError as error:
            raise SignInError(
                "The platform did not accept the sign-in ({reason}); check the authentication configuration.",
                reason=error.message,
            ) from None
        finally:
            self._signing = None

    def _kept(self, granted: _Pass) -> _Pass:
        for value in granted.headers.values():
            if not value.isprintable() or not _is_latin(value):
                raise SignInError(
                    "The authentication configuration holds a line break or a character that no header can carry; "
                    "enter it again."
                )
            # `Bearer abc`: the platform may repeat the second part alone.
            self._secrets.update((value, value.rpartition(" ")[2]))
        self._secrets.update(granted.params.values())
        return granted

    def _signed_out(self, call: _Call, answer: Answer) -> SignInError:
        reason = self._reason(answer)
        if self._credentials is None:
            return SignInError(
                "The platform asks for a sign-in at {address} ({reason}); choose an authentication configuration for "
                "the connection.",
                address=_shown(call.url),
                reason=reason,
            )
        return SignInError(
            "The platform does not accept the credentials at {address} ({reason}); check the authentication "
            "configuration and run again: what was done so far is kept.",
            address=_shown(call.url),
            reason=reason,
        )

    # One request

    def _send(self, call: _Call, granted: _Pass | None) -> Answer:
        """Send a request once and read its answer.

        Raises
        ------
        _BrokenError : no whole answer came.
        """
        request = requests.PreparedRequest()
        request.method = call.method
        request.url = _with(call.url, granted.params) if granted and granted.params else call.url
        request.headers = requests.structures.CaseInsensitiveDict(self._headers)
        request.headers.update(call.headers)
        if granted:
            request.headers.update(granted.headers)
        request.body = call.body
        if call.body is not None:
            request.headers["Content-Length"] = str(len(call.body))
        elif call.method not in _READING:
            request.headers["Content-Length"] = "0"
        if self._has_cookies:
            request.prepare_cookies(self._session.cookies)
        connection = self._connection
        _current.watch = _Watch(
            connection.read_timeout,
            time.monotonic() + PATIENCE * connection.read_timeout,
            self._surroundings.cancelled,
            connection.max_body + (1 << 20),
            call.clean,
        )
        broken = None
        try:
            response = self._adapter.send(
                request, stream=True, timeout=self._timeout, proxies=cast(Any, self._surroundings.proxies)
            )
            if "set-cookie" in response.raw.headers:
                extract_cookies_to_jar(self._session.cookies, request, response.raw)
                self._has_cookies = True
            return self._read(call, response.raw)
        except (requests.RequestException, urllib3.exceptions.HTTPError, OSError, ValueError) as error:
            # The text of such an error holds the whole address: it ends here, and is no context of what is raised.
            broken = _broken(error)
        finally:
            _current.watch = None
        raise broken

    def _read(self, call: _Call, raw: Any) -> Answer:
        headers = {name.lower(): value for name, value in raw.headers.items()}
        encoding = headers.get("content-encoding", "").strip().lower()
        length = headers.get("content-length", "")
        expected = int(length) if length.isascii() and length.isdigit() else None
        bare = call.method == "HEAD" or raw.status in (204, 304)
        whole = False
        try:
            if expected is not None and not bare and expected > self._connection.max_body:
                raise self._too_large(call)
            if encoding not in _ENCODINGS:
                raise _BrokenError(message("the answer is packed in a way that was not asked for"))
            came = 0
            pieces, size = [], 0
            for piece in _unpacked(self._came(raw), encoding):
                size += len(piece)
                if size > self._connection.max_body:
                    raise self._too_large(call)
                pieces.append(piece)
                if size > _PIECE:
                    self._stop_if_cancelled()
            came = raw.tell()
            if expected is not None and not bare and "transfer-encoding" not in headers and came != expected:
                raise _BrokenError(
                    message(
                        "the answer was cut short after {came} of {expected} bytes",
                        came=came,
                        expected=expected,
                    )
                )
            whole = True
            if "date" in headers:
                self.dated = headers["date"], time.time()
        finally:
            if not whole:
                raw.close()
            raw.release_conn()
        return Answer(raw.status, headers, b"".join(pieces), call.clean, self._secrets)

    def _came(self, raw: Any) -> Iterator[bytes]:
        yield from raw.stream(_PIECE, decode_content=False)

    def _too_large(self, call: _Call) -> UnsafeError:
        return UnsafeError(
            "The answer of {address} is larger than {limit} MB; ask for smaller pages, or raise the connection's "
            "largest answer.",
            address=_shown(call.url),
            limit=round(self._connection.max_body / 1e6, 1),
        )

    # What went wrong

    def _redirected(self, call: _Call, answer: Answer, redirects: int) -> str:
        """Return where a redirect leads, within the rules.

        Raises
        ------
        UnsafeError : to another host, or on and on.
        RefusedError, NoAnswerError : it answers a write.
        """
        location = urljoin(call.url, _in_unicode(answer.headers["location"].strip()))
        target = urlsplit(location)
        here = urlsplit(call.url)
        own = target.scheme in _PORTS and "@" not in target.netloc and bool(target.hostname)
        upgrade = (
            own and here.scheme == "http" and target.scheme == "https" and target.hostname == here.hostname
        )
        if not own or not (upgrade or _origin(target) == _origin(here) or _origin(target) in self._origins):
            raise UnsafeError(
                "The platform redirects {address} to another host ({location}); it was not followed, and no credentials "
                "were sent there: correct the connection's address if it has moved.",
                address=_shown(call.url),
                location=_shown(location, query=False),
            )
        if call.method not in _READING:
            values = {"address": _shown(call.url), "location": _shown(location)}
            # 302 and 303 may also be the thanks for what was done.
            if answer.status in (302, 303):
                raise NoAnswerError(
                    "The platform answered a write to {address} with a redirect to {location}; correct the connection's "
                    "address, and check the authentication configuration.",
                    **values,
                )
            raise RefusedError(
                "The platform redirects writes to {address} to {location}; enter that address in the connection.",
                **values,
            )
        if redirects > REDIRECTS:
            raise UnsafeError(
                "The platform redirects {address} again and again; check the connection's address.",
                address=_shown(call.url),
            )
        _refuse_address(target.hostname or "")
        return _plain_url(location)

    def _no_answer(self, call: _Call, reason: Message) -> NoAnswerError:
        return NoAnswerError(
            "No usable answer came from {address}: {reason}; run again when the platform can be reached.",
            address=_shown(call.url),
            reason=redacted_message(reason, self._secrets),
        )

    def _reason(self, answer: Answer) -> Message:
        return redacted_message(self._dialect.failure(answer) or reason_of(answer), self._secrets)

    def _refused(self, call: _Call, answer: Answer, failure: Message) -> ExchangeError:
        reason = redacted_message(failure, self._secrets)
        if call.writes and answer.status >= 500 and not _undone(answer):
            return NoAnswerError(
                "The platform failed at {method} {address}: {reason}; what it did of it is not known, so run again.",
                method=call.method,
                address=_shown(call.url),
                reason=reason,
            )
        return RefusedError(
            "The platform refused {method} {address}: {reason}; {remedy}.",
            method=call.method,
            address=_shown(call.url),
            reason=reason,
            remedy=_remedy(answer.status),
        )


def _remedy(status: int) -> Message:
    remedies = {
        403: message("ask its operator for the right to do this"),
        404: message("check the address and the name of the collection"),
        405: message("it does not offer this"),
        407: message("the proxy asks for a sign-in: check QGIS's network settings"),
        409: message("another write got there first: run again"),
        412: message("it was changed in the meantime: run again"),
        413: message("ask for smaller pages or batches"),
        414: message("ask for smaller batches"),
        429: message("run again later"),
        502: message("run again later"),
        503: message("run again later"),
        504: message("run again later"),
    }
    return remedies.get(status) or message("tell its operator what it answered")


@dataclass
class _Call:
    """A request as it is sent, without credentials; `clean` is its address without any secret."""

    method: str
    url: str
    headers: dict[str, str]
    body: bytes | None
    repeatable: bool
    writes: bool
    clean: str = ""

    def take(self, json: Any, form: Mapping[str, str] | None) -> None:
        """Make the body of JSON or of a form."""
        if sum(part is not None for part in (json, form, self.body)) > 1:
            raise ValueError("a request has one body")
        if json is not None:
            self.body = _json_bytes(json)
            self._typed("application/json")
        elif form is not None:
            self.body = urlencode(form).encode()
            self._typed("application/x-www-form-urlencoded")

    def _typed(self, kind: str) -> None:
        if "content-type" not in (name.lower() for name in self.headers):
            self.headers["Content-Type"] = kind


_encode = jsonlib.JSONEncoder(ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode


def _json_bytes(value: Any) -> bytes:
    try:
        return _encode(value).encode()
    except UnicodeEncodeError:
        # Half of a surrogate pair cannot be written in UTF-8; escaped it can.
        return jsonlib.dumps(value, separators=(",", ":"), allow_nan=False).encode()


class _Pass:
    """What a sign-in gave; kept in memory alone."""

    __slots__ = ("headers", "params", "url")

    def __init__(self, url: str, headers: Mapping[str, str], params: Mapping[str, str]) -> None:
        self.url = url
        self.headers = headers
        self.params = params


class _BrokenError(Exception):
    """No whole answer came.

    Attributes
    ----------
    sent : the platform may have got the request
    final : trying again will not help
    """

    def __init__(self, reason: Message, sent: bool = True, final: bool = False) -> None:
        super().__init__(str(reason))
        self.reason = reason
        self.sent = sent
        self.final = final


def _broken(error: Exception) -> Exception:
    """Return what a failure of the network means, in words for people."""
    chain = list(_causes(error))
    for one in chain:
        if isinstance(one, ExchangeError | CancelledError):
            return one
        if isinstance(one, ssl.SSLCertVerificationError) or type(one).__name__ == "CertificateError":
            return UnsafeError(
                "The platform's certificate is not trusted ({reason}); add the certificate of its authority to the "
                "connection, or to QGIS's certificates.",
                reason=getattr(one, "verify_message", "") or str(one),
            )
    if any(isinstance(one, requests.exceptions.InvalidSchema) for one in chain):
        reason = message("the kind of proxy in QGIS's network settings is not supported here")
        return _BrokenError(reason, sent=False, final=True)
    if isinstance(error, ValueError):
        return _BrokenError(message("the address or a header cannot be sent"), sent=False, final=True)
    connecting = any(
        isinstance(one, urllib3.exceptions.NewConnectionError | urllib3.exceptions.ConnectTimeoutError)
        for one in chain
    )
    if any(isinstance(one, urllib3.exceptions.ProxyError) for one in chain):
        reason = message("the proxy of QGIS's network settings does not let the request through")
        return _BrokenError(reason, sent=False)
    if any(isinstance(one, ssl.SSLError) for one in chain):
        reason = message(
            "a protected connection could not be made; is it an https address, and is the client's "
            "certificate the right one?"
        )
        return _BrokenError(reason, sent=not connecting)
    if any(isinstance(one, socket.gaierror) for one in chain):
        return _BrokenError(message("the name of the host is not known"), sent=False)
    if any(isinstance(one, ConnectionRefusedError) for one in chain):
        return _BrokenError(message("the host refuses the connection; is the port right?"), sent=False)
    if connecting:
        return _BrokenError(message("the host cannot be reached"), sent=False)
    if any(isinstance(one, TimeoutError | urllib3.exceptions.TimeoutError) for one in chain):
        return _BrokenError(message("the time for the answer was over"))
    return _BrokenError(message("the connection broke off"))


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    """Yield an exception and what it was made of."""
    seen: set[int] = set()
    waiting: list[Any] = [error]
    while waiting:
        one = waiting.pop(0)
        if not isinstance(one, BaseException) or id(one) in seen:
            continue
        seen.add(id(one))
        yield one
        waiting += [one.__cause__, one.__context__, getattr(one, "reason", None), *one.args]


def _undone(answer: Answer) -> bool:
    """Return whether "later" means for certain that nothing was done."""
    return answer.status == 429 or (answer.status == 503 and "retry-after" in answer.headers)


def _growing(number: int) -> float:
    return random.uniform(0.5, 1.0) * 0.2 * 3 ** (number - 1)


def _asked_pause(answer: Answer) -> float | None:
    """Return the seconds of a Retry-After, which says them or a date; None without one."""
    text = answer.headers.get("retry-after", "").strip()
    if not text:
        return None
    if text.isascii() and text.isdigit():
        return min(float(text[:9]), LONGEST_PAUSE)
    try:
        until = parsedate_to_datetime(text).timestamp()
    except (ValueError, TypeError):
        return None
    try:
        # By the platform's own clock where it tells it.
        now = parsedate_to_datetime(answer.headers["date"]).timestamp()
    except (KeyError, ValueError, TypeError):
        now = time.time()
    return min(max(until - now, 0.1), LONGEST_PAUSE)


def _unpacked(pieces: Iterator[bytes], encoding: str) -> Iterator[bytes]:
    """Yield a body unpacked, in pieces that are small however well it was packed.

    Raises
    ------
    _BrokenError : it ends in the middle, or is not packed as it says.
    """
    if encoding in ("", "identity"):
        yield from pieces
        return
    decoder: Any = None
    gzip = encoding != "deflate"
    ended = True
    for piece in pieces:
        while piece:
            if decoder is None:
                # Some servers call raw data "deflate", without the header of zlib.
                bare = not gzip and piece[0] & 0x0F != 8
                decoder = zlib.decompressobj(31 if gzip else -15 if bare else 15)
                ended = False
            try:
                out = decoder.decompress(piece, _PIECE)
            except zlib.error:
                raise _BrokenError(message("the answer cannot be unpacked")) from None
            if out:
                yield out
            if decoder.eof:
                # A packed body may have several parts, or zeros at its end.
                piece, decoder, ended = decoder.unused_data.lstrip(b"\x00"), None, True
            else:
                piece = decoder.unconsumed_tail
    while decoder is not None and not decoder.eof:
        try:
            out = decoder.decompress(decoder.unconsumed_tail, _PIECE)
        except zlib.error:
            break
        if not out:
            break
        yield out
        ended = decoder.eof
    if not ended:
        raise _BrokenError(message("the answer was cut short"))


# Addresses


def _plain_url(url: str) -> str:
    """Return an address with host in its ASCII form, without fragment and superfluous port, as requests sends it."""
    parts = urlsplit(url.strip())
    netloc = parts.netloc
    try:
        host, port = parts.hostname or "", parts.port
    except ValueError:
        raise UnsafeError("{address} names no port that exists.", address=_shown(url)) from None
    if not host.isascii():
        try:
            host = host.encode("idna").decode("ascii")
        except UnicodeError:
            raise UnsafeError("{address} names no host that exists.", address=_shown(url)) from None
    if host:
        shown = f"[{host}]" if ":" in host else host
        user = netloc.rpartition("@")[0]
        netloc = (f"{user}@" if user else "") + shown
        if port is not None and port != _PORTS.get(parts.scheme):
            netloc += f":{port}"
    path = quote(parts.path, _PATH_SAFE)
    return urlunsplit((parts.scheme.lower(), netloc, path, quote(parts.query, _QUERY_SAFE), ""))


def _origin(parts: Any) -> tuple[str, str, int]:
    try:
        port = parts.port
    except ValueError:
        port = -1
    return parts.scheme, (parts.hostname or "").rstrip("."), port or _PORTS.get(parts.scheme, -1)


def _host_of(parts: Any) -> str:
    return (parts.hostname or "").rstrip(".")


def _name_of(pair: str) -> str:
    return unquote(pair.partition("=")[0].replace("+", " ")).casefold()


def _with(url: str, params: Mapping[str, str], without: Iterable[str] = ()) -> str:
    """Return an address with parameters, in place of those of the same names, and without some others."""
    parts = urlsplit(url)
    names = {name.casefold() for name in (*params, *without)}
    kept = [pair for pair in parts.query.split("&") if pair and _name_of(pair) not in names]
    if params:
        kept.append(urlencode(params, quote_via=quote))
    return urlunsplit(parts._replace(query="&".join(kept)))


def _shown(url: str, query: bool = True) -> str:
    """Return an address as people see it: without secrets, and not endlessly long."""
    text = redacted(url if query else url.partition("?")[0])
    return text if len(text) <= 200 else text[:197] + "..."


def _in_unicode(text: str) -> str:
    """Return a header that was read byte by byte as the UTF-8 that it may be."""
    try:
        return text.encode("latin-1").decode()
    except UnicodeError:
        return text


def _is_latin(text: str) -> bool:
    return all(ord(c) < 256 for c in text)


def _address(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    """Return the address that a host is written as, in any of the ways that a resolver takes; None: a name."""
    text = host.strip("[]").partition("%")[0]
    try:
        found = ipaddress.ip_address(text)
    except ValueError:
        try:
            return ipaddress.IPv4Address(socket.inet_aton(text)) if text[:1].isdigit() else None
        except OSError:
            return None
    if isinstance(found, ipaddress.IPv6Address):
        if found.ipv4_mapped:
            return found.ipv4_mapped
        if found in _EMBEDDED:
            return ipaddress.IPv4Address(int(found) & 0xFFFFFFFF)
    return found


def _is_loopback(host: str) -> bool:
    found = _address(host)
    return host.casefold() == "localhost" if found is None else found.is_loopback


def _is_inner(host: str) -> bool:
    """Return whether a host can only be known inside the platform's own network."""
    found = _address(host)
    if found is None:
        return "." not in host or host.casefold().endswith((".local", ".internal", ".lan"))
    return found.is_private or found.is_loopback or found.is_unspecified


def _refuse_address(host: str) -> None:
    """Refuse addresses at which a machine tells its secrets: no platform lives there.

    Raises
    ------
    UnsafeError
    """
    found = _address(host)
    if found is not None and (found.is_link_local or found in _METADATA):
        raise UnsafeError(
            "{host} is an address of the machine's own network (link-local or metadata), where no platform lives; it "
            "was not asked.",
            host=host,
        )


# The connection below


class _Watch:
    """How long to wait for an answer, and who may stop it."""

    __slots__ = ("address", "cancelled", "deadline", "most", "silence")

    def __init__(
        self, silence: float, deadline: float, cancelled: Callable[[], bool], most: int, address: str
    ) -> None:
        self.silence = silence
        self.deadline = deadline
        self.cancelled = cancelled
        self.most = most
        self.address = address


_current = threading.local()


class _Incoming(io.RawIOBase):
    """What comes in on a socket: with an end to the whole waiting, and an ear for the user.

    A timeout of the socket alone starts again with every byte: a platform that sends one now and then would hold the
    run for ever, in the headers as in the body.
    """

    def __init__(self, sock: socket.socket, watch: _Watch) -> None:
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
                now = time.monotonic()
                left = min(silent_at, watch.deadline) - now
                if left <= 0:
                    raise TimeoutError("timed out")
                sock.settimeout(min(left, _LOOK))
                try:
                    count = sock.recv_into(buffer)
                    break
                except TimeoutError:
                    if watch.cancelled():
                        raise CancelledError("The run was stopped.") from None
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
            self.fp = io.BufferedReader(self._incoming, _PIECE)

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
            _refuse_address(str(address[0]))
        sock = super()._new_conn()  # type: ignore[misc]
        try:
            # The name may have been given another address in between.
            _refuse_address(str(sock.getpeername()[0]))
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


class _PlainConnection(_Careful, HTTPConnection):
    pass


class _TlsConnection(_Careful, HTTPSConnection):
    pass


class _PlainPool(HTTPConnectionPool):
    ConnectionCls = _PlainConnection


class _TlsPool(HTTPSConnectionPool):
    ConnectionCls = _TlsConnection


_POOLS = {"http": _PlainPool, "https": _TlsPool}


class _Adapter(HTTPAdapter):
    """The way requests sends, over connections that are careful."""

    def __init__(self, context: ssl.SSLContext) -> None:
        self._context = context
        super().__init__(pool_connections=4, pool_maxsize=8)

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs, ssl_context=self._context)
        self.poolmanager.pool_classes_by_scheme = _POOLS

    def proxy_manager_for(self, proxy: str, **kwargs: Any) -> Any:
        manager = super().proxy_manager_for(proxy, **kwargs, ssl_context=self._context)
        # Proxies of another kind (SOCKS) have pools of their own.
        if type(manager) is urllib3.ProxyManager:
            manager.pool_classes_by_scheme = _POOLS
        return manager

    def cert_verify(self, conn: Any, url: str, verify: Any, cert: Any) -> None:
        """Leave it to the context, which holds all certificates and always verifies."""
        conn.cert_reqs = "CERT_REQUIRED"


def _tls(connection: Connection, surroundings: Surroundings) -> ssl.SSLContext:
    """Return what certificates are trusted: the system's, and those of the connection and of QGIS.

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
    for bundle in filter(None, (connection.ca_bundle, surroundings.trusted)):
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
    if surroundings.certificate:
        try:
            context.load_cert_chain(*surroundings.certificate)
        except (ssl.SSLError, OSError):
            raise InputError(
                "The client's certificate {file} or its key cannot be read; check the authentication configuration.",
                file=surroundings.certificate[0],
            ) from None
    return context
