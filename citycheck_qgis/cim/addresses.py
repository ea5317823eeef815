"""Addresses: their one form, their parameters, and the hosts that are never asked."""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Iterable, Mapping
from urllib.parse import SplitResult, quote, unquote, urlencode, urlsplit, urlunsplit

from ..errors import UnsafeError
from .redaction import redacted

#: Scheme that is asked -> its port.
PORTS = {"http": 80, "https": 443}
#: Where clouds tell a machine its own secrets, beside the link-local addresses.
_METADATA = {
    ipaddress.ip_address(text)
    for text in ("100.100.100.200", "192.0.0.192", "168.63.129.16", "fd00:ec2::254", "fd20:ce::254")
}
_EMBEDDED = ipaddress.ip_network("64:ff9b::/96")
#: Characters of a path that stay as they are.
PATH_SAFE = "/:@!$&'()*+,;=~-._%"
_QUERY_SAFE = "/?:@!$&'()*+,;=~-._%[]"


def plain_url(url: str) -> str:
    """Return an address with host in its ASCII form, without fragment and superfluous port, as requests sends it.

    Raises
    ------
    UnsafeError : its host or port cannot exist.
    """
    parts = urlsplit(url.strip())
    try:
        host, port = parts.hostname or "", parts.port
    except ValueError:
        raise UnsafeError("{address} names no port that exists.", address=shown(url)) from None
    try:
        host = host if host.isascii() else host.encode("idna").decode("ascii")
    except UnicodeError:
        raise UnsafeError("{address} names no host that exists.", address=shown(url)) from None
    netloc = parts.netloc
    if host:
        user = netloc.rpartition("@")[0]
        netloc = (f"{user}@" if user else "") + netloc_of(parts.scheme, host, port)
    path, query = quote(parts.path, PATH_SAFE), quote(parts.query, _QUERY_SAFE)
    return urlunsplit((parts.scheme.lower(), netloc, path, query, ""))


def netloc_of(scheme: str, host: str, port: int | None) -> str:
    """Return host and port as an address names them: the port only where it is not the scheme's own."""
    named = f"[{host}]" if ":" in host else host
    return named if port is None or port == PORTS.get(scheme) else f"{named}:{port}"


def origin_of(parts: SplitResult) -> tuple[str, str, int]:
    """Return scheme, host and port of an address; port -1 where it is none."""
    try:
        port = parts.port
    except ValueError:
        port = -1
    return parts.scheme, (parts.hostname or "").rstrip("."), port or PORTS.get(parts.scheme, -1)


def with_parameters(url: str, params: Mapping[str, str], without: Iterable[str] = ()) -> str:
    """Return an address with parameters, in place of those of the same names, and without some others."""
    parts = urlsplit(url)
    names = {name.casefold() for name in (*params, *without)}
    kept = [pair for pair in parts.query.split("&") if pair and _name_of(pair) not in names]
    if params:
        kept.append(urlencode(params, quote_via=quote))
    return urlunsplit(parts._replace(query="&".join(kept)))


def _name_of(pair: str) -> str:
    return unquote(pair.partition("=")[0].replace("+", " ")).casefold()


def shown(url: str) -> str:
    """Return an address as people see it: without secrets, and not endlessly long."""
    text = redacted(url)
    return text if len(text) <= 200 else text[:197] + "..."


def is_loopback(host: str) -> bool:
    """Return whether a host is this machine."""
    found = _address(host)
    return host.casefold() == "localhost" if found is None else found.is_loopback


def is_inner(host: str) -> bool:
    """Return whether a host can only be known inside the platform's own network."""
    found = _address(host)
    if found is None:
        return "." not in host or host.casefold().endswith((".local", ".internal", ".lan"))
    return found.is_private or found.is_loopback or found.is_unspecified


def refuse_host(host: str) -> None:
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
