"""Signing in to a platform: what it gives is kept in memory alone, and asked for again when it is over."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from typing import NamedTuple, Protocol
from urllib.parse import urlsplit

from ..errors import RefusedError, SignInError
from .addresses import is_loopback

#: Headers and query parameters of later requests.
Grant = tuple[Mapping[str, str], Mapping[str, str]]


class Credentials(Protocol):
    """What QGIS knows about signing in; made from an ``authcfg`` by the algorithm layer, or by a test."""

    def headers(self, url: str, fresh: bool) -> Mapping[str, str]:
        """Return the headers for a request; `fresh`: those given before were not accepted, ask again."""

    def login(self) -> tuple[str, str] | None:
        """Return user name and password for platforms with a sign-in of their own; None without them."""


class Pass(NamedTuple):
    """What a sign-in gave, and for which address it was asked."""

    url: str
    headers: Mapping[str, str]
    params: Mapping[str, str]


class SignIn:
    """The sign-in of one platform, for several threads.

    Attributes
    ----------
    present : None before the first sign-in
    secrets : all that no message may repeat

    Parameters
    ----------
    own : the platform's own sign-in with user name and password; it gives None where there is none
    allow_plain : credentials may travel over http to a host that is not this machine
    """

    def __init__(
        self, credentials: Credentials, own: Callable[[str, str], Grant | None], allow_plain: bool
    ) -> None:
        self._credentials = credentials
        self._own = own
        self._allow_plain = allow_plain
        self._lock = threading.RLock()
        self._signing: int | None = None
        self.present: Pass | None = None
        self.secrets: set[str] = set()

    def granted(self, url: str) -> Pass | None:
        """Return what to send with a request; None while it is being asked for.

        Raises
        ------
        SignInError : it would travel unprotected, or the platform does not accept the credentials.
        """
        parts = urlsplit(url)
        if parts.scheme == "http" and not (self._allow_plain or is_loopback(parts.hostname or "")):
            raise SignInError(
                "The credentials would travel unprotected to {host}; use its https address, or allow plain http in the "
                "connection if the network is your own.",
                host=parts.netloc,
            )
        if self._signing == threading.get_ident():
            return None
        with self._lock:
            if self.present is None:
                self.present = self._ask(url, fresh=False)
            return self.present

    def renew(self, used: Pass) -> None:
        """Sign in again, unless another thread did since."""
        with self._lock:
            if self.present is used:
                self.present = self._ask(used.url, fresh=True)

    def _ask(self, url: str, fresh: bool) -> Pass:
        self._signing = threading.get_ident()
        try:
            grant = None
            login = self._credentials.login()
            if login is not None:
                self.secrets.add(login[1])
                grant = self._own(*login)
            return self._kept(Pass(url, *(grant or (dict(self._credentials.headers(url, fresh)), {}))))
        except RefusedError as error:
            raise SignInError(
                "The platform did not accept the sign-in ({reason}); check the authentication configuration.",
                # Its own sentence has a remedy of its own, which is another one.
                reason=error.message.values.get("reason", error.message),
            ) from None
        finally:
            self._signing = None

    def _kept(self, granted: Pass) -> Pass:
        for value in granted.headers.values():
            if not value.isprintable() or any(ord(c) > 255 for c in value):
                raise SignInError(
                    "The authentication configuration holds a line break or a character that no header can carry; "
                    "enter it again."
                )
            # `Bearer abc`: the platform may repeat the second part alone.
            self.secrets.update((value, value.rpartition(" ")[2]))
        self.secrets.update(granted.params.values())
        return granted
