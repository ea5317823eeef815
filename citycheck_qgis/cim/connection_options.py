"""The options of a connection: which each protocol knows and what they must be; anything else is refused.

An option that no adapter reads would have no effect and no one would be told; and what is not known cannot be looked
through for secrets.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from itertools import pairwise
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from ..errors import InputError
from ..messages import message
from .connection_checks import normalised_url
from .redaction import is_secret_name, secret_in_url, secret_values

_REQUEST: dict[str, Any] = {"url": "address", "method": "word", "params": "template", "body": "template", "batch": "count",
                            "atomic": "flag"}  # fmt: skip
_WRITE = {**_REQUEST, "failures": "path", "index": "path", "words": "path"}
_READ = {**_REQUEST, "rows": "path", "total": "path"}
_COLLECTION: dict[str, Any] = {
    "title": "text",
    "id": "path",
    "version": "path",
    "geometry": {"path": "path", "form": "word", "type": "word", "swapped": "flag", "x": "path", "y": "path"},
    "crs": "text",
    "fields": [
        {"name": "text", "type": "word", "path": "path", "length": "count", "editable": "flag", "true": "scalar", "false": "scalar"}
    ],
    "list": {**_READ, "paging": "word", "size": "count", "first": "count", "next": "path"},
    "find": _READ,
    "create": {**_WRITE, "id": "path", "ids": "path"},
    "update": {**_WRITE, "whole": "flag"},
    "delete": _WRITE,
}  # fmt: skip
_SIGN_IN = {
    "url": "address",
    "body": "template",
    "token": "path",
    "header": "word",
    "prefix": "prefix",
    "parameter": "word",
}
#: Protocol -> its options, which are described in its adapter. A text names what an option must be; an object the
#: members of one, "*" any name; a list what each of its items must be.
OPTIONS: dict[str, dict[str, Any]] = {
    "ogcapi": {"page": "count"},
    "wfs": {"version": "word", "format": "word", "page": "count", "batch": "count", "keys": "count"},
    "arcgis": {"batch": "count", "token_url": "address"},
    "supermap": {"batch": "count", "page": "count", "partial_update": "flag", "token_minutes": "count"},
    "house": {
        "sign_in": _SIGN_IN, "code": "path", "reason": "path", "ok": ["scalar"], "signed_out": ["scalar"],
        "gone": ["scalar"], "failed": ["scalar"], "collections": {"*": _COLLECTION},
    },
}  # fmt: skip

_EXPECTED = {
    "count": message("a whole number"),
    "flag": message("true or false"),
    "text": message("a text"),
    "scalar": message("a text, a number, or true or false"),
    "word": message("one word"),
    "path": message("names with dots between them"),
    "prefix": message("a word and a blank, such as Bearer"),
    "address": message("an address"),
    "object": message("an object"),
    "list": message("a list"),
}
_WORD = re.compile(r"[\w.-]{0,40}")
_PATH = re.compile(r"[^\s{}\"'=;:/\\]{0,200}")
_PREFIX = re.compile(r"[A-Za-z_-]{0,20}[ =:]?")
#: Slots of a template; see `adapters.templates`.
_SLOT = re.compile(r"\{[a-z]+\}")
#: Beside a name that only may hold a secret, such as ``key``, a text like this is none.
_PLAIN_WORD = re.compile(r"[A-Za-z_]{0,20}|\d{0,5}")
_WEAK_NAME = re.compile(r"(?i)(?:.*[_.-])?(?:key|sig|auth|tk|ak|sk|sid)")
#: Numbers by which platforms name data sets and fields.
_ID = re.compile(
    r"(?<![0-9A-Za-z])(?:[0-9a-f]{24}|[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12})(?![0-9A-Za-z])"
)
_PART = re.compile(r"(?<![A-Za-z0-9])[A-Za-z0-9]{10,}(?![A-Za-z0-9])")


def check_options(options: Any, protocol: str, name: str) -> None:
    """Check that a protocol knows the options of a connection, and that they hold no secret.

    Parameters
    ----------
    name : the connection's

    Raises
    ------
    InputError : an option is not known, is of another type, or holds what only an authentication configuration may
        hold; the sentence names its place.
    """
    _check(options, OPTIONS[protocol], "options", name)


def _check(value: Any, expected: Any, place: str, name: str) -> None:
    if isinstance(expected, Mapping):
        if not isinstance(value, Mapping):
            raise _wrong(place, "object", name)
        for key, item in value.items():
            below = expected.get(key, expected.get("*"))
            if below is None:
                raise InputError(
                    "{place} of connection {connection} is not known; remove it, or write one of {known}.",
                    place=f"{place}.{_shown(key)}",
                    connection=name,
                    known=sorted(expected),
                )
            _check(item, below, f"{place}.{key}", name)
    elif isinstance(expected, list):
        if not isinstance(value, list | tuple):
            raise _wrong(place, "list", name)
        for number, item in enumerate(value):
            _check(item, expected[0], f"{place}[{number}]", name)
    else:
        if expected != "template" and not _fits(expected, value):
            raise _wrong(place, expected, name)
        if expected == "address":
            _refuse_address(value, place, name)
        else:
            _refuse(value, place, name)


def _refuse_address(text: str, place: str, name: str) -> None:
    if "://" in text:
        normalised_url(_SLOT.sub("0", text))
    parts = urlsplit(text)
    secret = secret_in_url(text)
    if secret is not None:
        raise _refusal(f"{place} ({secret})", name)
    # A path names data sets, by numbers that look like anything.
    for key, value in parse_qsl(parts.query, keep_blank_values=True):
        _refuse_text(value, place, name, key)


def _wrong(place: str, expected: str, name: str) -> InputError:
    return InputError(
        "{place} of connection {connection} must be {expected}; correct it.",
        place=place,
        connection=name,
        expected=_EXPECTED[expected],
    )


def _fits(expected: str, value: Any) -> bool:
    if expected == "flag":
        return isinstance(value, bool)
    if expected == "count":
        return isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 1_000_000_000
    if expected == "scalar":
        return value is None or isinstance(value, str | int | float)
    if not isinstance(value, str):
        return False
    shapes = {"word": _WORD, "path": _PATH, "prefix": _PREFIX}
    return expected not in shapes or shapes[expected].fullmatch(value) is not None


def _refuse(value: Any, place: str, name: str, key: str = "") -> None:
    """Refuse a secret in a value, or in any value below it."""
    if isinstance(value, Mapping):
        for below, item in value.items():
            _refuse_text(str(below), f"{place}.{_shown(below)}", name, "")
            _refuse(item, f"{place}.{_shown(below)}", name, str(below))
    elif isinstance(value, list | tuple):
        for number, item in enumerate(value):
            _refuse(item, f"{place}[{number}]", name, key)
    elif isinstance(value, str) or (
        isinstance(value, int | float) and not isinstance(value, bool) and is_secret_name(key)
    ):
        _refuse_text(str(value), place, name, key)


def _refuse_text(text: str, place: str, name: str, key: str) -> None:
    if _holds_secret(text, key):
        raise _refusal(place, name)


def _refusal(place: str, name: str) -> InputError:
    return InputError(
        "{place} of connection {connection} holds a secret; take it out and use an authentication configuration.",
        place=place,
        connection=name,
    )


def _holds_secret(text: str, key: str) -> bool:
    rest = _SLOT.sub("", text)
    if is_secret_name(key) and not _is_about(rest, key):
        return True
    for value in secret_values(text):
        left = re.sub(r"(?i)\b(?:bearer|basic|token)\b|[\s\"'\\:;,{}()]", "", _SLOT.sub("", value))
        if left:
            return True
    return any(_is_mixed(found[0]) for found in _PART.finditer(_ID.sub("", rest)))


def _is_about(rest: str, key: str) -> bool:
    """Return whether what stands under a secret's name, slots taken out, is no secret."""
    if _WEAK_NAME.fullmatch(key):
        return _PLAIN_WORD.fullmatch(rest) is not None
    return re.fullmatch(r"(?i)\s*(?:bearer|basic|token)?\s*", rest) is not None


def _is_mixed(part: str) -> bool:
    """Return whether letters and digits take turns, as in no word, name or year."""
    if len(part) < 10:
        return False
    turns = sum(a.isdigit() != b.isdigit() for a, b in pairwise(part))
    return turns >= 4


def _shown(key: object) -> str:
    """Return a name for a message; a secret in the place of a name is not repeated."""
    text = str(key)[:60]
    return "***" if _holds_secret(text, "") else text
