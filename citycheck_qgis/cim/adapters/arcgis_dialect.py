"""How ArcGIS services say errors, and how they are signed in to.

Source: "Generate Token" in Esri's reference of the REST API. Errors come with status 200.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from ...errors import NoAnswerError
from ...messages import Message, message
from ..answers import unknown_after
from ..connections import Connection
from ..network import Answer, Dialect, Http, reason_of

_ERROR = re.compile(rb'\s*\{\s*"error"\s*:')


class ArcGisDialect(Dialect):
    """Errors in answers with status 200, and tokens."""

    def __init__(self, connection: Connection) -> None:
        self.options = connection.options

    def signed_out(self, answer: Answer) -> bool:
        """Return whether the token is missing (499) or dead (498)."""
        return answer.status == 401 or _error(answer).get("code") in (498, 499)

    def failure(self, answer: Answer) -> Message | None:
        """Return why the service refused; an error of its own (500 and above) is no refusal: see `checked`."""
        error = _error(answer)
        if error and not _broken(error):
            return reason_in(error)
        return reason_of(answer) if answer.status >= 400 else None

    def sign_in(self, http: Http, user: str, password: str) -> tuple[dict[str, str], dict[str, str]] | None:
        """Get a token from the service's token address."""
        address = self.options.get("token_url") or self._token_url(http)
        if not address:
            return None
        form = {
            "username": user,
            "password": password,
            "client": "requestip",
            "expiration": "60",
            "f": "json",
        }
        token = http.request("POST", http.url(address), form=form, repeatable=True).json().get("token")
        return ({"X-Esri-Authorization": f"Bearer {token}"}, {}) if token else None

    def _token_url(self, http: Http) -> str | None:
        base = re.split(r"/rest/services(?=/|$)", http.base)[0]
        info = http.request("GET", f"{base}/rest/info", params={"f": "json"}).json()
        address = (info.get("authInfo") or {}).get("tokenServicesUrl")
        # Behind a proxy the server names its inner address; what lies beside its services is its own.
        context = urlsplit(base).path + "/"
        path = urlsplit(address or "").path
        return f"{base}/{path.removeprefix(context)}" if address and path.startswith(context) else address


def _error(answer: Answer) -> dict[str, Any]:
    if not _ERROR.match(answer.body[:100]):
        return {}
    error = answer.json().get("error")
    return error if isinstance(error, dict) else {"message": str(error)}


def _broken(error: Mapping[str, Any]) -> bool:
    code = error.get("code")
    return isinstance(code, int) and 500 <= code < 600


def reason_in(error: Mapping[str, Any]) -> Message:
    """Return what an error of the service says, in its own words."""
    details = error.get("details") or []
    said = [
        error.get("message") or error.get("description"),
        *(details if isinstance(details, list) else [details]),
    ]
    text = "; ".join(str(part) for part in said if part) or "no reason given"
    return message("{text} (code {code})", text=text, code=error.get("code", "-"))


def ask_service(http: Http, url: str, parameters: Mapping[str, str]) -> dict[str, Any]:
    """Ask the service, and return the object that it answers; see `checked`."""
    # POST: a list of keys is too long for an address, and no cache keeps the answer.
    answer = http.request("POST", url, form={"f": "json", **parameters}, repeatable=True)
    return checked(answer, url)


def checked(answer: Answer, name: str) -> dict[str, Any]:
    """Return the object in an answer.

    Raises
    ------
    NoAnswerError : the service failed, or it is none.
    """
    error = _error(answer)
    if error or answer.status >= 500:
        reason = reason_in(error) if error else reason_of(answer)
        text = message(
            "Layer {name} reports an error of the platform: {reason}; run again.", name=name, reason=reason
        )
        raise unknown_after(text, answer.status, error.get("code"))
    read = answer.json()
    if not isinstance(read, dict):
        raise NoAnswerError("Layer {name} did not answer as a feature service; run again.", name=name)
    return read
