"""Requests to a platform: one place for origins, credentials, retries, limits and redaction."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from ..errors import ExchangeError, NoAnswerError, RefusedError, SignInError, UnsafeError
from ..messages import Message, message
from .addresses import shown, with_parameters
from .answers import Answer, reason_of, unknown_after, words_of
from .calls import Call
from .careful_connections import LOOK, refuse_if_stopped
from .connections import Connection
from .network_failures import BrokenError
from .origins import Origins
from .redaction import quieten_logs, redacted, redacted_message
from .repeating import RETRIES, asked_pause, growing_pause, surely_undone
from .sign_in import Credentials, Pass, SignIn
from .transport import Sending, Transport

__all__ = ["Answer", "Credentials", "Dialect", "Http", "Surroundings", "reason_of", "words_of"]

#: Redirects of one request that are followed.
REDIRECTS = 3
_REPEATABLE = {"GET", "HEAD", "OPTIONS", "PUT", "DELETE"}
_READING = {"GET", "HEAD", "OPTIONS"}
_REDIRECTS = {301, 302, 303, 307, 308}


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


class Http:
    """The way to one platform.

    Sign-in tokens are kept in memory alone. Several threads may use one object.

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
        around = surroundings or Surroundings()
        self._dialect = dialect
        self._cancelled = around.cancelled
        self._origins = Origins(connection.url, connection.extra_origins)
        self._transport = Transport(
            connection, around.proxies, around.trusted, around.certificate, around.cancelled
        )
        self._sign_in: SignIn | None = None
        if credentials is not None:
            self._sign_in = SignIn(
                credentials, lambda *login: dialect.sign_in(self, *login), connection.allow_plain
            )
        self._answered = False
        quieten_logs()

    def __repr__(self) -> str:
        return f"<Http {redacted(self.base)}>"

    @property
    def base(self) -> str:
        """The connection's address, without a slash at its end."""
        return self._origins.base

    @property
    def dated(self) -> tuple[str, float] | None:
        """The Date of the last answer as it stands there, and this machine's time then (seconds since 1970).

        None before the first answer that has one.
        """
        return self._transport.dated

    def close(self) -> None:
        """Close the connections and forget the sign-in."""
        self._transport.close()
        if self._sign_in is not None:
            self._sign_in.present = None

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
        url = self._origins.pinned(reference, base)
        # Some platforms repeat the parameters of the sign-in in their links.
        granted = self._sign_in.present if self._sign_in else None
        return with_parameters(url, {}, granted.params) if granted and granted.params and "?" in url else url

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
        target = self._origins.target(url)
        call = Call(
            method=method,
            url=with_parameters(target, params) if params else target,
            headers=dict(headers or {}),
            body=body,
            repeatable=method in _REPEATABLE if repeatable is None else repeatable,
            writes=method not in _READING and not (repeatable and method == "POST"),
        )
        call.take(json, form)
        again = redirects = 0
        renewed = False
        while True:
            refuse_if_stopped(self._cancelled)
            granted = self._sign_in.granted(call.url) if self._sign_in else None
            try:
                answer = self._send(call, granted)
            except BrokenError as broken:
                # A platform that was never there is most likely a wrong address: say so soon.
                tries = RETRIES if self._answered or broken.sent else 1
                if again >= tries or not (call.repeatable or not broken.sent) or broken.final:
                    raise self._no_answer(call, broken.reason) from None
                again += 1
                self._pause(growing_pause(again))
                continue
            self._answered = True
            if answer.status in _REDIRECTS and "location" in answer.headers:
                redirects += 1
                call.url = self._redirected(call, answer, redirects)
                continue
            if self._dialect.signed_out(answer) and answer.status not in accept:
                if renewed or granted is None or self._sign_in is None:
                    raise self._signed_out(call, answer)
                renewed = True
                self._sign_in.renew(granted)
                continue
            if self._dialect.busy(answer):
                unclear = call.writes and not call.repeatable and not surely_undone(answer)
                if not unclear and again < RETRIES:
                    again += 1
                    asked = asked_pause(answer)
                    self._pause(growing_pause(again) if asked is None else asked)
                    continue
                if unclear and answer.status not in accept:
                    raise self._no_answer(call, self._reason(answer))
            if answer.status in accept:
                return answer
            if self._dialect.failure(answer) is not None or answer.status >= 400:
                raise self._refused(call, answer)
            return answer

    def _pause(self, seconds: float) -> None:
        """Wait, and look again and again whether the run was stopped."""
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            refuse_if_stopped(self._cancelled)
            time.sleep(min(left, LOOK))

    def _send(self, call: Call, granted: Pass | None) -> Answer:
        headers, params = (granted.headers, granted.params) if granted else ({}, {})
        return self._transport.send(
            Sending(
                call.method,
                with_parameters(call.url, params) if params else call.url,
                {**call.headers, **headers},
                call.body,
                redacted(call.url),
                self._secrets,
            )
        )

    @property
    def _secrets(self) -> set[str]:
        return self._sign_in.secrets if self._sign_in else set()

    def _redirected(self, call: Call, answer: Answer, redirects: int) -> str:
        """Return where a redirect leads, within the rules.

        Raises
        ------
        UnsafeError : to another host, or on and on.
        RefusedError, NoAnswerError : it answers a write.
        """
        location = self._origins.redirected(call.url, answer.headers["location"])
        if call.method not in _READING:
            values = {"address": shown(call.url), "location": shown(location)}
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
                address=shown(call.url),
            )
        return location

    def _signed_out(self, call: Call, answer: Answer) -> SignInError:
        reason = self._reason(answer)
        if self._sign_in is None:
            return SignInError(
                "The platform asks for a sign-in at {address} ({reason}); choose an authentication configuration for "
                "the connection.",
                address=shown(call.url),
                reason=reason,
            )
        return SignInError(
            "The platform does not accept the credentials at {address} ({reason}); check the authentication "
            "configuration and run again: what was done so far is kept.",
            address=shown(call.url),
            reason=reason,
        )

    def _no_answer(self, call: Call, reason: Message) -> NoAnswerError:
        return NoAnswerError(
            "No usable answer came from {address}: {reason}; run again when the platform can be reached.",
            address=shown(call.url),
            reason=redacted_message(reason, self._secrets),
        )

    def _reason(self, answer: Answer) -> Message:
        return redacted_message(self._dialect.failure(answer) or reason_of(answer), self._secrets)

    def _refused(self, call: Call, answer: Answer) -> ExchangeError:
        reason = self._reason(answer)
        if call.writes and answer.status >= 500 and not surely_undone(answer):
            text = message(
                "The platform failed at {method} {address}: {reason}; what it did of it is not known, so run again.",
                method=call.method,
                address=shown(call.url),
                reason=reason,
            )
            return unknown_after(text, answer.status)
        return RefusedError(
            "The platform refused {method} {address}: {reason}; {remedy}.",
            method=call.method,
            address=shown(call.url),
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
