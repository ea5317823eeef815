"""The neutral form of a feature: the same for every platform and every local layer."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from hashlib import blake2b

#: What a field may hold. Dates are ISO 8601 text; a time with a zone is told in UTC and ends in ``Z``.
TYPES = ("text", "integer", "real", "boolean", "date", "datetime")
#: The name that stands for the geometry where fields are listed.
GEOMETRY = "geometry"

Value = str | int | float | bool | None


@dataclass(frozen=True)
class Field:
    """A field of a collection.

    Attributes
    ----------
    type : one of `TYPES`
    length : longest text that fits, in characters; None: not known
    editable : whether the platform takes values for it
    """

    name: str
    type: str
    nullable: bool = True
    length: int | None = None
    editable: bool = True


@dataclass(frozen=True)
class Schema:
    """The fields of a collection in their order, and its kind of geometry.

    Attributes
    ----------
    geometry : ``Point``, ``LineString``, ``Polygon``, their ``Multi`` forms, ``Geometry`` (any, or not known); None:
        a table without geometry
    """

    fields: tuple[Field, ...]
    geometry: str | None = "Geometry"

    def field(self, name: str) -> Field | None:
        """Return the field of a name; None without one."""
        return next((f for f in self.fields if f.name == name), None)

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the fields in their order."""
        return tuple(f.name for f in self.fields)

    def without(self, *names: str | None) -> Schema:
        """Return the schema without some fields."""
        return Schema(tuple(f for f in self.fields if f.name not in names), self.geometry)

    def length(self, name: str | None) -> int | None:
        """Return the longest text that fits in a field; None where it is not known, or there is no such field."""
        field = self.field(name) if name is not None else None
        return field.length if field is not None else None


@dataclass(slots=True)
class Feature:
    """One feature.

    Attributes
    ----------
    key : the client's own id, a UUID unless the platform's collection says otherwise; None where it has none
    values : field name -> value, in the types of `TYPES`; the key's own field is not among them
    geometry : ISO WKB, x = longitude or east, y = latitude or north whatever the platform's axis order is, Z where
        there is one; None without a geometry
    server_id : what the platform calls the feature; it may change between two reads
    version : what the platform says of the feature's state (ETag, time of the last edit); None where it says nothing
    """

    key: str | None
    values: dict[str, Value] = field(default_factory=dict)
    geometry: bytes | None = None
    server_id: str | None = None
    version: str | None = None

    def encoded(self) -> str:
        """Return the values as JSON text, the same text for the same values."""
        return _encode(self.values)

    def digest(self) -> bytes:
        """Return a hash of values and geometry; key, server id and version do not count."""
        return digest(self.encoded(), self.geometry)

    def item(self, name: str) -> Value | bytes:
        """Return a value, or the geometry under the name `GEOMETRY`."""
        return self.geometry if name == GEOMETRY else self.values.get(name)

    def with_items(self, items: Mapping[str, Value | bytes]) -> Feature:
        """Return the feature with other values, and another geometry where `GEOMETRY` is among the names."""
        values = self.values | {n: v for n, v in items.items() if n != GEOMETRY}
        return replace(self, values=values, geometry=items.get(GEOMETRY, self.geometry))  # type: ignore[arg-type]


def _encoder() -> Callable[[object], str]:
    # ASCII, so that every text has bytes: half a surrogate pair as well, which no database would take.
    plain = json.JSONEncoder(sort_keys=True, separators=(",", ":"), allow_nan=False)
    make = getattr(json.encoder, "c_make_encoder", None)
    if make is None:
        return plain.encode
    # What `encode` makes anew for each call, which takes longer than a feature's values.
    ready = make(
        None, plain.default, json.encoder.encode_basestring_ascii, None, ":", ",", True, False, False
    )
    return lambda value: "".join(ready(value, 0))


_encode = _encoder()
#: Decoding without the search for blanks around a text, of which there are none.
_scan = json.JSONDecoder().scan_once  # type: ignore[attr-defined]


def digest(encoded: str, geometry: bytes | None) -> bytes:
    """Return the hash of values in their JSON text and a geometry; 16 bytes."""
    made = blake2b(encoded.encode(), digest_size=16)
    if geometry is not None:
        made.update(b"\x00")
        made.update(geometry)
    return made.digest()


def decoded(text: str) -> dict[str, Value]:
    """Return the values of a JSON text that `Feature.encoded` made."""
    return _scan(text, 0)[0]


def canonical(value: object, kind: str) -> Value:
    """Return a value in the form of a field type.

    What does not fit the type (a text in a field of numbers) stays as it is: it is for the comparison to tell, never
    for the reader to drop. NaN, NaT and infinities are None: no exchange format can say them.

    Parameters
    ----------
    kind : one of `TYPES`
    """
    if hasattr(value, "item"):
        value = value.item()
    if value is None or value != value or (isinstance(value, float) and math.isinf(value)):
        return None
    if isinstance(value, date):
        value = value.isoformat()
    if not isinstance(value, str | int | float) or (kind == "text" and not isinstance(value, str)):
        value = _text(value)
    if kind == "text":
        return value
    if kind == "integer":
        return _integer(value)
    if kind == "real":
        return _real(value)
    if kind == "boolean":
        return _boolean(value)
    if kind == "date":
        return _date(value)
    return _datetime(value)


def _text(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dict | list):
        return json.dumps(value, ensure_ascii=False, sort_keys=True)
    return str(value)


def _integer(value: object) -> Value:
    if isinstance(value, float) and value.is_integer():
        return int(value)
    # Only the plain form: int() would also take 1_000 and digits of other scripts.
    if isinstance(value, str) and re.fullmatch(r"[+-]?[0-9]{1,400}", value.strip()):
        return int(value)
    return value  # type: ignore[return-value]


def _real(value: object) -> Value:
    if isinstance(value, bool):
        return value
    if isinstance(value, int):
        # A whole number beyond the range of a double stays whole.
        return float(value) if abs(value) <= 1 << 53 else value
    if isinstance(value, str):
        text = value.strip()
        if text.lower().lstrip("+-") in ("nan", "inf", "infinity"):
            return None
        if not re.fullmatch(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?", text):
            return value
        number = float(text)
        return number if math.isfinite(number) else value
    return value  # type: ignore[return-value]


def _boolean(value: object) -> Value:
    if isinstance(value, str):
        known = {"true": True, "false": False, "t": True, "f": False, "1": True, "0": False}
        return known.get(value.strip().lower(), value)
    if isinstance(value, int | float) and value in (0, 1):
        return bool(value)
    return value  # type: ignore[return-value]


def _date(value: object) -> Value:
    if isinstance(value, str):
        text = value.strip().replace("/", "-")
        # A date that travels as a time of day at midnight; any other time is more than a date.
        if len(text) > 10 and text[10] in "T " and not text[11:].strip("0:.Z+-"):
            text = text[:10]
        text = text.removesuffix("Z")
        try:
            return date.fromisoformat(text).isoformat()
        except ValueError:
            return value
    return value  # type: ignore[return-value]


def _datetime(value: object) -> Value:
    if not isinstance(value, str):
        return value  # type: ignore[return-value]
    text = value.strip().replace("/", "-")
    # A second 60: a leap second, or what a platform makes of 59.9999995 when it rounds.
    leap = text[16:19] == ":60"
    try:
        moment = datetime.fromisoformat(f"{text[:16]}:59{text[19:]}" if leap else text)
        moment += timedelta(seconds=leap)
    except (ValueError, OverflowError):
        return value
    if moment.tzinfo is None:
        return moment.isoformat()
    try:
        return moment.astimezone(UTC).replace(tzinfo=None).isoformat() + "Z"
    except OverflowError:
        # In UTC it would lie before the year 1 or after 9999.
        return value
