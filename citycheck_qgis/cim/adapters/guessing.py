"""What a sample of values tells about fields that a platform does not, or wrongly, describe."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any

from ..features import Field

_ID_NAMES = {"fid", "ogc_fid", "gid", "objectid", "id", "pk"}
_DATE = re.compile(r"\d{4}-\d\d-\d\d")
_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d.*")


def type_of(values: Iterable[Any]) -> str:
    """Return the field type that all values fit that are not None; ``text`` where there is none."""
    values = [value for value in values if value is not None]
    kinds = set(map(type, values))
    if kinds == {bool}:
        return "boolean"
    if kinds == {int}:
        return "integer"
    if kinds and kinds <= {int, float}:
        return "real"
    if kinds == {str}:
        for kind, pattern in (("date", _DATE), ("datetime", _TIME)):
            if all(map(pattern.fullmatch, values)):
                return kind
        if set(values) <= {"true", "false"}:
            return "boolean"
    return "text"


def may_be_id(field: Field) -> bool:
    """Return whether a field is called like one that repeats the platform's id, and holds whole numbers."""
    return field.name.lower() in _ID_NAMES and field.type == "integer"


def repeated_id(fields: Sequence[Field], sample: Sequence[tuple[dict[str, Any], str]]) -> str | None:
    """Return the field that repeats the platform's id: called like one, a whole number, and the same in a sample.

    Parameters
    ----------
    sample : values and id of each feature
    """
    for field in fields:
        if may_be_id(field) and all(str(values.get(field.name)) == server_id for values, server_id in sample):
            return field.name
    return None
