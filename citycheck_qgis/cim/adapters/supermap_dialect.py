"""How SuperMap iServer says errors, and how it is signed in to."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from ...errors import RefusedError
from ...messages import Message, message
from ..answers import unknown_after
from ..connections import Connection
from ..network import Answer, Dialect, Http, reason_of

#: A batch refused with this may hold one bad feature; other codes refuse the request as such.
BAD = 400
_ERROR = re.compile(rb'\s*\{[^{\[]*"succeed"\s*:\s*false|\s*\{\s*"error"\s*:')


class SuperMapDialect(Dialect):
    """Errors in iServer's form, and tokens as a parameter of the address."""

    def __init__(self, connection: Connection) -> None:
        self.options = connection.options

    def signed_out(self, answer: Answer) -> bool:
        """Return whether iServer does not accept the token."""
        return answer.status == 401 or error_of(answer).get("code") == 401

    def failure(self, answer: Answer) -> Message | None:
        """Return why iServer refused.

        Bad parameters (400) and errors of its own (500 and above) are for the caller, who knows what was asked.
        """
        error = error_of(answer)
        if error and not _for_the_caller(error.get("code")):
            return reason_in(error)
        return reason_of(answer) if answer.status >= 400 and not (error and answer.status == BAD) else None

    def sign_in(self, http: Http, user: str, password: str) -> tuple[dict[str, str], dict[str, str]] | None:
        """Get a token from the server's security service."""
        base = re.split(r"/services(?=/|$)", http.base)[0]
        minutes = int(self.options.get("token_minutes", 60))
        asked = {"userName": user, "password": password, "clientType": "NONE", "expiration": minutes}
        answer = http.request("POST", f"{base}/services/security/tokens.json", json=asked, repeatable=True)
        token = answer.body.decode("utf-8", "replace").strip().strip('"')
        return ({}, {"token": token}) if re.fullmatch(r"[\w.~+/=-]+", token) else None


def error_of(answer: Answer) -> dict[str, Any]:
    """Return the error in an answer, with its ``code`` and ``errorMsg``; empty where there is none."""
    if not _ERROR.match(answer.body[:300]):
        return {}
    read = answer.json()
    error = read.get("error") if isinstance(read, dict) else None
    return error if isinstance(error, dict) else {"errorMsg": error}


def _for_the_caller(code: Any) -> bool:
    return isinstance(code, int) and (code == BAD or 500 <= code < 600)


def reason_in(error: Mapping[str, Any]) -> Message:
    """Return what an error of iServer says, in its own words."""
    text = str(error.get("errorMsg") or "no reason given")
    return message("{text} (code {code})", text=text, code=error.get("code", "-"))


def ask_iserver(
    http: Http, method: str, url: str, params: Mapping[str, str] | None = None, json: Any = None
) -> Any:
    """Ask for something that changes nothing, and return what iServer answers.

    Raises
    ------
    RefusedError : the parameters are bad.
    NoAnswerError : see `checked`.
    """
    answer = http.request(method, url, params=params, json=json, repeatable=True, accept=(BAD,))
    error = error_of(answer)
    if answer.status == BAD or error.get("code") == BAD:
        reason = reason_in(error) if error else reason_of(answer)
        raise RefusedError("{url} refused the request: {reason}.", url=url, reason=reason)
    return checked(answer, url)


def checked(answer: Answer, name: str) -> Any:
    """Return the value in an answer.

    Raises
    ------
    NoAnswerError : iServer failed.
    """
    error = error_of(answer)
    if error or answer.status >= 500:
        reason = reason_in(error) if error else reason_of(answer)
        text = message(
            "{name} reports an error of the platform: {reason}; run again.", name=name, reason=reason
        )
        raise unknown_after(text, answer.status, error.get("code"))
    return answer.json()
