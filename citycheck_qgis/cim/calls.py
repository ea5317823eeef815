"""What a caller asks for: method, address and body."""

from __future__ import annotations

import json as jsonlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode


@dataclass
class Call:
    """A request as it is asked for: without credentials, and with the address that redirects have led it to.

    Attributes
    ----------
    repeatable : it may be sent again when no answer came
    writes : it may change something on the platform
    """

    method: str
    url: str
    headers: dict[str, str]
    body: bytes | None
    repeatable: bool
    writes: bool

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
