"""Where a connection may ask: under its own address, and nowhere that an answer leads it astray to."""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import SplitResult, unquote, urljoin, urlsplit, urlunsplit

from ..errors import InputError, UnsafeError
from .addresses import PORTS, is_inner, is_loopback, origin_of, plain_url, refuse_host, shown
from .redaction import redacted


class Origins:
    """The origin of a connection's base address, and others that it names itself.

    Attributes
    ----------
    base : the base address

    Raises
    ------
    InputError : the base address is none.
    """

    def __init__(self, url: str, extra: Iterable[str]) -> None:
        self.base = plain_url(url)
        self._parts = urlsplit(self.base)
        if self._parts.scheme not in PORTS or not self._parts.hostname:
            raise InputError(
                "{url} is no address of a platform; it must begin with http:// or https://.",
                url=redacted(url),
            )
        self._own = origin_of(self._parts)
        self._all = {self._own, *(origin_of(urlsplit(plain_url(origin))) for origin in extra)}
        folder = self._parts._replace(path=self._parts.path.rstrip("/") + "/", query="")
        self._folder = urlunsplit(folder)

    def target(self, url: str) -> str:
        """Return the address to ask: `url` as it is, or relative to the base address.

        Raises
        ------
        UnsafeError : it lies outside.
        """
        parts = urlsplit(plain_url(urljoin(self._folder, url))) if url else self._parts
        if "@" in parts.netloc or origin_of(parts) not in self._all:
            raise UnsafeError(
                "{address} does not lie under the platform's address {base}; it was not asked.",
                address=shown(urlunsplit(parts)),
                base=shown(self.base),
            )
        refuse_host(parts.hostname or "")
        return urlunsplit(parts if parts.path else parts._replace(path="/"))

    def pinned(self, reference: str, base: str | None) -> str:
        """Return an address that an answer names; see `network.Http.url`.

        Raises
        ------
        UnsafeError : it leads to another host, or is no http address.
        """
        reference = reference.strip()
        if reference == "":
            return base or self.base
        joined = urljoin(base or self._folder, reference)
        parts = urlsplit(joined)
        if parts.scheme not in PORTS or "\\" in joined or any(ord(c) < 32 for c in joined):
            raise UnsafeError(
                "The platform names {address}, which is no http address; it was not asked.",
                address=shown(joined),
            )
        if not parts.username and not parts.password:
            # Servers that do not know their own name write http://:8081/path.
            if parts.hostname and origin_of(parts) in self._all:
                return plain_url(joined)
            if self._is_own_path(parts) or self._is_own_host(parts):
                moved = parts._replace(scheme=self._parts.scheme, netloc=self._parts.netloc)
                return plain_url(urlunsplit(moved))
        raise UnsafeError(
            "The platform names an address at another host ({address}); it was not asked, and no credentials were "
            "sent there: if it belongs to the platform, add {origin} to the connection's other origins.",
            address=shown(joined),
            origin=f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}",
        )

    def _is_own_host(self, parts: SplitResult) -> bool:
        """Return whether an address has the platform's host: behind a proxy that adds TLS it is named with http."""
        _, host, port = origin_of(parts)
        return host == self._own[1] and port in (self._own[2], *PORTS.values())

    def _is_own_path(self, parts: SplitResult) -> bool:
        own = self._parts.path.rstrip("/")
        if ".." in unquote(parts.path).split("/"):
            return False
        if own:
            return parts.path == own or parts.path.startswith(own + "/")
        return is_inner(origin_of(parts)[1]) and not is_loopback(self._own[1])

    def redirected(self, here: str, location: str) -> str:
        """Return where a redirect from `here` leads: to the same origins, or to the same host with TLS.

        Raises
        ------
        UnsafeError : to another host.
        """
        location = urljoin(here, _in_unicode(location.strip()))
        target, source = urlsplit(location), urlsplit(here)
        known = {*self._all, origin_of(source)}
        upgrade = target.scheme == "https" and source.scheme == "http" and target.hostname == source.hostname
        if "@" in target.netloc or not target.hostname or not (upgrade or origin_of(target) in known):
            raise UnsafeError(
                "The platform redirects {address} to another host ({location}); it was not followed, and no credentials "
                "were sent there: correct the connection's address if it has moved.",
                address=shown(here),
                location=shown(location.partition("?")[0]),
            )
        refuse_host(target.hostname)
        return plain_url(location)


def _in_unicode(text: str) -> str:
    """Return a header that was read byte by byte as the UTF-8 that it may be."""
    try:
        return text.encode("latin-1").decode()
    except UnicodeError:
        return text
