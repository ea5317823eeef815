"""Requests to a platform: one place for origins, credentials, retries, limits and redaction."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from ..messages import Message
from .connections import Connection


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

    proxies: Mapping[str, str] = field(default_factory=dict)
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
    """

    status: int
    headers: Mapping[str, str]
    body: bytes
    url: str

    def json(self) -> Any:
        """Return the body as JSON; see `documents.read_json` for what is refused."""
        raise NotImplementedError

    def xml(self) -> Any:
        """Return the body as the root element of an XML document; see `documents.read_xml`."""
        raise NotImplementedError


class Dialect:
    """What a protocol says in its own way about errors and sign-in; adapters override what differs."""

    def signed_out(self, answer: Answer) -> bool:
        """Return whether an answer means that the credentials are not, or no longer, accepted."""
        return answer.status == 401

    def failure(self, answer: Answer) -> Message | None:
        """Return why the platform refused, where the answer is an error whatever its status is; else None."""
        raise NotImplementedError

    def busy(self, answer: Answer) -> bool:
        """Return whether the platform asks to come back later."""
        return answer.status in (429, 502, 503, 504)

    def sign_in(self, http: Http, user: str, password: str) -> tuple[dict[str, str], dict[str, str]] | None:
        """Get a token: return the headers and the query parameters of later requests; None: no such sign-in."""
        return None


class Http:
    """The way to one platform.

    Parameters
    ----------
    connection : its origin (and `extra_origins`) is the only place that is asked and that gets the credentials
    credentials : None: none
    """

    def __init__(
        self,
        connection: Connection,
        dialect: Dialect,
        credentials: Credentials | None = None,
        surroundings: Surroundings | None = None,
    ) -> None:
        raise NotImplementedError

    def url(self, reference: str, base: str | None = None) -> str:
        """Return an address that an answer names (next page, Location, job), pinned to the connection's origin.

        A path under a wrong host that is the platform's own (servers behind proxies name their inner address) cannot
        be told from another platform: it is refused unless the path begins with the path of the connection's base
        address, in which case the host is replaced by the connection's.

        Raises
        ------
        UnsafeError : it leads to another host, or is no http address.
        """
        raise NotImplementedError

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
            out once after a fresh sign-in
        accept : statuses from 400 on that the caller handles; they come back as an answer

        Raises
        ------
        NoAnswerError : the connection broke, the time was over, or the body was cut short
        RefusedError : the platform refused (status 4xx, 5xx, or an error in the body, see `Dialect.failure`)
        SignInError : the credentials were not accepted, or would travel unprotected
        UnsafeError : a redirect to another host, a body over the limit
        CancelledError : the user stopped the run
        """
        raise NotImplementedError
