"""GeoJSON from and to the neutral feature, a page at a time."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from ...errors import ExchangeError
from ..features import Feature, Field, Schema, Value, canonical
from . import wkb

#: Python types that a column may consist of to be taken as it is.
_AS_THEY_ARE: dict[str, set[type]] = {
    "text": {str, type(None)},
    "integer": {int, type(None)},
    "boolean": {bool, type(None)},
    "real": {float, type(None)},
}


def to_wkb(geometry: Mapping[str, Any] | None, swapped: bool = False) -> bytes | None:
    """Return a GeoJSON geometry as WKB; None stays None.

    Parameters
    ----------
    swapped : its positions begin with y

    Raises
    ------
    wkb.BrokenGeometryError : it is no geometry.
    """
    if geometry is None:
        return None
    try:
        return wkb.packed(*_content(geometry), swapped)
    except (TypeError, KeyError, AttributeError) as error:
        raise wkb.BrokenGeometryError(str(error)) from error


def _content(geometry: Mapping[str, Any]) -> tuple[str, Any]:
    kind = geometry["type"]
    if kind == "GeometryCollection":
        return kind, [_content(part) for part in geometry["geometries"]]
    return kind, geometry["coordinates"]


def from_wkb(blob: bytes | None, swapped: bool = False) -> dict[str, Any] | None:
    """Return WKB as a GeoJSON geometry; None stays None. Z stays, rings keep their direction.

    Raises
    ------
    wkb.BrokenGeometryError : it is no WKB.
    """
    return None if blob is None else _geometry(*wkb.unpacked(blob, swapped))


def _geometry(kind: str, coordinates: Any) -> dict[str, Any]:
    if kind == "GeometryCollection":
        return {"type": kind, "geometries": [_geometry(*part) for part in coordinates]}
    return {"type": kind, "coordinates": coordinates}


def column(values: list[Any], kind: str) -> list[Value]:
    """Return the values of one field in the form of its type, as `features.canonical` does for one.

    Parameters
    ----------
    kind : one of `features.TYPES`
    """
    plain = _AS_THEY_ARE.get(kind)
    if (
        plain is not None
        and set(map(type, values)) <= plain
        and (kind != "real" or math.isfinite(sum(filter(None, values))))
    ):
        return values
    return [None if value is None else canonical(value, kind) for value in values]


def rows(properties: Sequence[Mapping[str, Any]], fields: Iterable[Field]) -> list[dict[str, Value]]:
    """Return the values of many features in the types of the fields; None where a feature lacks one."""
    fields = tuple(fields)
    if not fields:
        return [{} for _ in properties]
    names = [field.name for field in fields]
    columns = [column([p.get(f.name) for p in properties], f.type) for f in fields]
    return [dict(zip(names, values, strict=True)) for values in zip(*columns, strict=True)]


def keys(
    properties: Sequence[Mapping[str, Any]], key_field: str | None, ids: Sequence[str | None]
) -> list[str | None]:
    """Return the features' keys: the key's own field as text, or the platform's ids where there is no such field."""
    if key_field is None:
        return list(ids)
    return texts_of_keys([p.get(key_field) for p in properties])


def texts_of_keys(values: list[Any]) -> list[str | None]:
    """Return keys as text; an empty one is none."""
    return [str(key) if key else None for key in column(values, "text")]


def features(
    items: Sequence[Mapping[str, Any]],
    schema: Schema,
    key_field: str | None,
    *,
    swapped: bool = False,
    id_field: str | None = None,
    collection: str = "",
) -> list[Feature]:
    """Return GeoJSON features as neutral ones.

    Parameters
    ----------
    swapped : their positions begin with y
    id_field : property that holds the platform's id where a feature has no ``id`` of its own

    Raises
    ------
    ExchangeError : one of them is no feature, or its geometry is broken.
    """
    try:
        properties = [item["properties"] or {} for item in items]
        ids = [_id(item.get("id"), p, id_field) for item, p in zip(items, properties, strict=True)]
        values = rows(properties, schema.fields)
        found = keys(properties, key_field, ids)
    except (TypeError, KeyError, AttributeError) as error:
        raise ExchangeError(
            "The platform's answer for collection {collection} holds something that is no feature; probe the platform.",
            collection=collection,
        ) from error
    made = []
    for item, key, row, server_id in zip(items, found, values, ids, strict=True):
        try:
            geometry = None if schema.geometry is None else to_wkb(item.get("geometry"), swapped)
        except wkb.BrokenGeometryError as error:
            raise ExchangeError(
                "The platform gives feature {feature} of collection {collection} a geometry that cannot be read "
                "({reason}); have it repaired there.",
                feature=server_id,
                collection=collection,
                reason=str(error),
            ) from error
        made.append(Feature(key, row, geometry, server_id))
    return made


def _id(value: Any, properties: Mapping[str, Any], id_field: str | None) -> str | None:
    if value is None and id_field is not None:
        value = properties.get(id_field)
    return None if value is None else str(value)


def first_positions(items: Iterable[Mapping[str, Any]]) -> list[tuple[float, float]]:
    """Return the first position of each geometry as it stands, for finding out the order of the axes."""
    return [p for item in items if (p := _first(item.get("geometry"))) is not None]


def _first(geometry: Any) -> tuple[float, float] | None:
    while isinstance(geometry, dict):
        inner = geometry.get("geometries") or [geometry.get("coordinates")]
        geometry = inner[0]
    while isinstance(geometry, list) and geometry and isinstance(geometry[0], list):
        geometry = geometry[0]
    if (
        isinstance(geometry, list)
        and len(geometry) >= 2
        and all(isinstance(n, int | float) for n in geometry[:2])
    ):
        return float(geometry[0]), float(geometry[1])
    return None


def encoded(document: Mapping[str, Any]) -> bytes:
    """Return a GeoJSON document as bytes to send, with every character as itself.

    Raises
    ------
    UnicodeEncodeError : a text holds half of a character (a lone surrogate).
    """
    return json.dumps(document, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode()
