"""Paths into JSON documents, and templates with slots: data, of which nothing is evaluated.

A *path* names a value inside a document by the names of its members with dots between them (``data.rows``,
``location.geom``); an empty path is the document itself. A *template* is a JSON value in which the texts of `SLOTS` in
braces stand for what they say.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from ...errors import RefusedError

SLOTS = ("row", "rows", "id", "ids", "key", "keys", "page", "size", "offset", "cursor", "user", "password")
_SLOT = re.compile(rf"\{{({'|'.join(SLOTS)})\}}")


def value_at(document: Any, path: str) -> Any:
    """Return the value at a path; None where there is none."""
    for part in path.split(".") if path else ():
        if isinstance(document, Mapping):
            document = document.get(part)
        elif isinstance(document, list) and part.isdecimal() and int(part) < len(document):
            document = document[int(part)]
        else:
            return None
    return document


def put(row: dict[str, Any], path: str, value: Any) -> None:
    """Put a value at a path of a row; objects on the way are made."""
    *parents, last = path.split(".")
    for part in parents:
        row = row.setdefault(part, {})
    row[last] = value


def filled(template: Any, slots: Mapping[str, Any]) -> Any:
    """Return a template with its slots filled; nothing in it is evaluated."""
    if isinstance(template, Mapping):
        return {name: filled(value, slots) for name, value in template.items()}
    if isinstance(template, list):
        return [filled(value, slots) for value in template]
    if not isinstance(template, str):
        return template
    alone = _SLOT.fullmatch(template)
    if alone and alone[1] in slots:
        return slots[alone[1]]
    return _SLOT.sub(lambda found: text_of(slots[found[1]]) if found[1] in slots else found[0], template)


def address_of(template: str, slots: Mapping[str, Any]) -> str:
    """Return an address with its slots filled; what the platform gave stays one part of it.

    Raises
    ------
    RefusedError : a slot would be empty or lead to another folder: the request would be for something else.
    """

    def part(found: re.Match[str]) -> str:
        if found[1] not in slots:
            return found[0]
        text = text_of(slots[found[1]])
        # A first page has no cursor; that a row has no id would make the request one for all rows.
        if text in (".", "..") or (not text and found[1] != "cursor"):
            raise RefusedError(
                "{slot} of the address {address} would be “{text}”; the request was not sent: correct the description of "
                "the platform's rows in the options of the connection.",
                slot=found[1],
                address=template,
                text=text,
            )
        return quote(text, safe=",")

    return _SLOT.sub(part, template)


def text_of(value: Any) -> str:
    """Return a value as text: a list joined with commas, null as nothing."""
    if isinstance(value, list):
        return ",".join(text_of(item) for item in value)
    return "" if value is None else str(value)
