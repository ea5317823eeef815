"""Values as SuperMap iServer has them: as text; null and the empty text are the same, and times have no zone."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from ...messages import Message, message
from ..features import Value, canonical

#: Type of a field there -> type here; what is not named cannot be exchanged.
TYPES = {
    "BOOLEAN": "boolean",
    "BYTE": "integer",
    "INT16": "integer",
    "INT32": "integer",
    "INT64": "integer",
    "SINGLE": "real",
    "DOUBLE": "real",
    "CHAR": "text",
    "TEXT": "text",
    "WTEXT": "text",
    "DATE": "date",
    "DATETIME": "datetime",
    "TIMESTAMP": "datetime",
}
#: The one system field that may be written.
_USER = "SMUSERID"


def is_of_system(item: Mapping[str, Any]) -> bool:
    """Return whether a field is one that iServer keeps itself."""
    name = str(item["name"]).upper()
    return name != _USER and name.startswith("SM") and bool(item.get("isSystemField", True))


def value_from_iserver(text: Any, kind: str) -> Value:
    """Return a value that iServer gave for a field of one of `features.TYPES`."""
    if text == "" and kind != "text":
        return None
    return canonical(text, kind)


def said_by_iserver(value: Value, kind: str) -> str | Message:
    """Return a value as a field of a type there takes it; a Message: it cannot be said there."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if TYPES.get(kind) in ("date", "datetime"):
        try:
            moment = datetime.fromisoformat(str(value))
        except ValueError:
            return message("{value} is no date", value=value)
        if moment.tzinfo is not None:
            moment = moment.astimezone(UTC)
        return moment.strftime("%Y-%m-%d %H:%M:%S")
    return repr(value) if isinstance(value, float) else str(value)
