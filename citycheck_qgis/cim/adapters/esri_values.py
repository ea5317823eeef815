"""Values, keys and reference systems as ArcGIS services have them.

Dates are milliseconds since 1970 in UTC; there are no booleans.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from ...messages import message
from ..features import Value, canonical

#: Type of a field there -> type here; what is not named cannot be exchanged.
TYPES = {
    "esriFieldTypeString": "text",
    "esriFieldTypeSmallInteger": "integer",
    "esriFieldTypeInteger": "integer",
    "esriFieldTypeBigInteger": "integer",
    "esriFieldTypeSingle": "real",
    "esriFieldTypeDouble": "real",
    "esriFieldTypeDate": "datetime",
    "esriFieldTypeDateOnly": "date",
    "esriFieldTypeTimeOnly": "text",
    "esriFieldTypeTimestampOffset": "datetime",
    "esriFieldTypeGUID": "text",
    "esriFieldTypeGlobalID": "text",
}
GUIDS = ("esriFieldTypeGUID", "esriFieldTypeGlobalID")
#: Numbers of reference systems from here on are Esri's own, not EPSG's.
_FIRST_OF_ESRI = 32768
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
#: Whoever knows these as keys of UUIDs gives the same GlobalID to the same key.
_NAMESPACE = uuid.UUID("6f1c2c2e-0a55-4d0b-9a0e-6a1f5c7d3b10")


def value_from_esri(value: Any, kind: str, zone: bool) -> Value:
    """Return a value that a service gave for a field of one of `features.TYPES`.

    Parameters
    ----------
    zone : times are in UTC; else nobody knows their zone
    """
    if value is not None and kind == "datetime" and isinstance(value, int | float):
        moment = (_EPOCH + timedelta(milliseconds=value)).replace(tzinfo=None).isoformat()
        return moment + "Z" if zone else moment
    return canonical(value, kind)


def said_by_esri(value: Value, kind: str) -> Any:
    """Return a value as a field of a type there takes it; a Message: it cannot be said there."""
    if isinstance(value, bool):
        return int(value) if TYPES.get(kind) in ("integer", "real") else str(value).lower()
    if kind == "esriFieldTypeDate" and value is not None:
        try:
            moment = datetime.fromisoformat(str(value))
        except ValueError:
            # Sent as it is, it would be stored as null and called a success.
            return message("{value} is no date", value=value)
        moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
        return (moment - _EPOCH) // timedelta(milliseconds=1)
    return value


def crs_text(reference: Mapping[str, Any]) -> str:
    """Return a reference system as text for pyproj."""
    number = reference.get("wkid")
    if number is None:
        return str(reference["wkt"])
    return f"EPSG:{number}" if number < _FIRST_OF_ESRI else f"ESRI:{number}"


def guid_of(key: str) -> str:
    """Return the GlobalID of a key: the key itself where it is a UUID."""
    try:
        made = uuid.UUID(key)
    except ValueError:
        made = uuid.uuid5(_NAMESPACE, key)
    return "{" + str(made).upper() + "}"
