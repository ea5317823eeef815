"""What a failure below a request means, in words for people."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterator
from typing import Any

import requests
import urllib3

from ..errors import CancelledError, ExchangeError, UnsafeError
from ..messages import Message, message


class BrokenError(Exception):
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


def meaning_of(error: Exception) -> Exception:
    """Return what to raise for a failure that requests, urllib3 or the system reports: a BrokenError in most cases."""
    chain = list(_causes(error))

    def has(*kinds: type[BaseException]) -> bool:
        return any(isinstance(one, kinds) for one in chain)

    for one in chain:
        if isinstance(one, ExchangeError | CancelledError):
            return one
        if isinstance(one, ssl.SSLCertVerificationError) or type(one).__name__ == "CertificateError":
            return UnsafeError(
                "The platform's certificate is not trusted ({reason}); add the certificate of its authority to the "
                "connection, or to QGIS's certificates.",
                reason=getattr(one, "verify_message", "") or str(one),
            )
    if has(requests.exceptions.InvalidSchema):
        reason = message("the kind of proxy in QGIS's network settings is not supported here")
        return BrokenError(reason, sent=False, final=True)
    if isinstance(error, ValueError):
        return BrokenError(message("the address or a header cannot be sent"), sent=False, final=True)
    connecting = has(urllib3.exceptions.NewConnectionError, urllib3.exceptions.ConnectTimeoutError)
    if has(urllib3.exceptions.ProxyError):
        reason = message("the proxy of QGIS's network settings does not let the request through")
        return BrokenError(reason, sent=False)
    if has(ssl.SSLError):
        reason = message(
            "a protected connection could not be made; is it an https address, and is the client's "
            "certificate the right one?"
        )
        return BrokenError(reason, sent=not connecting)
    if has(socket.gaierror):
        return BrokenError(message("the name of the host is not known"), sent=False)
    if has(ConnectionRefusedError):
        return BrokenError(message("the host refuses the connection; is the port right?"), sent=False)
    if connecting:
        return BrokenError(message("the host cannot be reached"), sent=False)
    if has(TimeoutError, urllib3.exceptions.TimeoutError):
        return BrokenError(message("the time for the answer was over"))
    return BrokenError(message("the connection broke off"))


def _causes(error: BaseException) -> Iterator[BaseException]:
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
