"""How house-made platforms say errors, and how they are signed in to; see `house_description`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ...errors import NoAnswerError
from ...messages import Message, message
from ..connections import Connection
from ..network import Answer, Dialect, Http, reason_of
from .house_description import member_of
from .templates import filled, value_at


class HouseDialect(Dialect):
    """Errors by a code in the body, and a sign-in that is described in the options."""

    def __init__(self, connection: Connection) -> None:
        options = connection.options
        self.code = str(options.get("code", "code"))
        self.ok = tuple(map(str, options.get("ok", (0, 200))))
        self.over = tuple(map(str, options.get("signed_out", (401,))))
        self.failed = tuple(map(str, options.get("failed", (500,))))
        self.gone = tuple(map(str, options.get("gone", (404,))))
        self._last: tuple[Answer, Any] | None = None
        self.reason = str(options.get("reason", "msg"))
        self.login: Mapping[str, Any] = options.get("sign_in") or {}

    def signed_out(self, answer: Answer) -> bool:
        """Return whether status or code say that the sign-in is over."""
        return answer.status == 401 or self.code_of(answer) in self.over

    def failure(self, answer: Answer) -> Message | None:
        """Return why the platform refused; `failed` and `gone` are for the caller, who knows what was asked."""
        code = self.code_of(answer)
        if code is not None and code not in (*self.ok, *self.failed, *self.gone):
            return self.words(answer)
        return reason_of(answer) if answer.status >= 400 else None

    def sign_in(self, http: Http, user: str, password: str) -> tuple[dict[str, str], dict[str, str]] | None:
        """Get a token as the options say."""
        if not self.login:
            return None
        url, body = member_of(self.login, "url", "sign_in"), self.login.get("body", {})
        asked = filled(body, {"user": user, "password": password})
        read = http.request("POST", http.url(url), json=asked, repeatable=True).json()
        token = value_at(read, member_of(self.login, "token", "sign_in"))
        if not isinstance(token, str) or not token:
            return None
        if parameter := self.login.get("parameter"):
            return {}, {str(parameter): token}
        return {
            str(self.login.get("header", "Authorization")): self.login.get("prefix", "Bearer ") + token
        }, {}

    def code_of(self, answer: Answer) -> str | None:
        """Return the platform's own code as text; None where it says none."""
        found = value_at(self._document(answer), self.code) if self.code else None
        return None if found is None else str(found)

    def words(self, answer: Answer) -> Message:
        """Return the platform's words about an error."""
        text = value_at(self._document(answer), self.reason)
        return message(
            "{text} (code {code})", text=text or "no reason given", code=self.code_of(answer) or "-"
        )

    def _document(self, answer: Answer) -> Any:
        # Asked several times for each answer, of which one may be a page of a thousand rows.
        if self._last is None or self._last[0] is not answer:
            self._last = answer, _document(answer)
        return self._last[1]


def _document(answer: Answer) -> Any:
    if answer.body.lstrip()[:1] != b"{":
        return None
    try:
        return answer.json()
    except NoAnswerError:
        # Whoever needs the document finds out why it cannot be read.
        return None
