"""The test feature of a probe: what it holds, where it lies, and how it is written."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import uuid4

import shapely
from pyproj import Transformer

from ..errors import ExchangeError, RefusedError
from .adapters import axes
from .adapters.base import Collection, Outcome
from .connections import CollectionSettings
from .features import Feature, Field, Value
from .probe_findings import Findings, Reading, positions

#: What the test feature is called wherever a text fits.
NAME = "CityCheck probe"
_PLAIN: dict[str, Value] = {
    "text": NAME,
    "integer": 1,
    "real": 1.5,
    "boolean": True,
    "date": "2024-02-29",
    "datetime": "2024-02-29T12:34:56Z",
}
#: Kinds that are tried in turn where a platform tells nothing of its own and has no feature.
_ANY = ("Polygon", "Point", "LineString", "MultiPolygon", "MultiPoint", "MultiLineString")


class Trial:
    """A test feature on a platform, and what becomes of it.

    Attributes
    ----------
    shape : its geometry, of the kind that the platform took where it does not tell it
    keys : of all features that were made
    """

    def __init__(
        self,
        collection: Collection,
        findings: Findings,
        settings: CollectionSettings,
        shape: bytes | None,
        examples: Sequence[Feature],
    ) -> None:
        self.collection = collection
        self.findings = findings
        self.settings = settings
        self.shape = shape
        self.examples = examples
        self.keys: list[str] = []

    def feature(self) -> Feature:
        """Return a new test feature: what the schema demands, and its name."""
        key = str(uuid4())
        self.keys.append(key)
        field = self.field("text")
        values = {
            f.name: plain(f) if f == field else self._usual(f)
            for f in self.collection.schema.fields
            if f.editable and (not f.nullable or f == field)
        }
        return Feature(key, values, self.shape)

    def _usual(self, field: Field) -> Value:
        """Return a value that the platform takes for a field, if any is known: another feature's, or a plain one."""
        known = (f.values.get(field.name) for f in self.examples)
        return next((value for value in known if value is not None), plain(field))

    def field(self, kind: str) -> Field | None:
        """Return the field of a type that takes any value most likely: no code list, no status, the longest."""
        local = {*self.settings.values, *self.settings.status_fields}
        coded = {self.settings.fields.get(name, name) for name in local}
        fitting = [
            f for f in self.collection.schema.fields if f.type == kind and f.editable and f.name not in coded
        ]
        return max(fitting, key=lambda f: (f.nullable, f.length or 1 << 30), default=None)

    def stored(self, key: str | None) -> list[Feature]:
        """Return what the platform has under a key."""
        return self.collection.find([str(key)])


def write_one(write: Any, item: Any) -> Outcome:
    """Write one item; a refusal of the whole request is its outcome, no answer leaves it open."""
    try:
        return write([item])[0]
    except RefusedError as error:
        return Outcome("rejected", reason=error.message)
    except ExchangeError as error:
        return Outcome("unknown", reason=error.message)


def plain(field: Field) -> Value:
    """Return a value of a field's type that every platform should take."""
    value = _PLAIN[field.type]
    return (
        value[: field.length] if isinstance(value, str) and field.type == "text" and field.length else value
    )


def shown(value: object) -> str:
    """Return a value as people see it, and not endlessly long."""
    text = "null" if value is None else repr(value)
    return text if len(text) <= 60 else f"{text[:57]}..."


def shapes_for(collection: Collection, read: Reading, area: axes.Box | None) -> dict[str, bytes | None]:
    """Return small shapes of the kinds that the collection may take, where its features lie, in its CRS.

    Returns
    -------
    kind of geometry -> shape; one shape where the kind is known, None for a table without geometry
    """
    if collection.crs is None or collection.schema.geometry is None:
        return {"": None}
    places = positions(read.features)
    x, y = places[0] if places else _middle(collection.crs, area)
    degrees = in_degrees((x, y))
    # Fours are rounded down and sevens up, and cutting does more to sevens: see `rounding_of`.
    digits, size = (3, 1e-4) if degrees else (0, 10.0)
    x = round(x, digits) + 0.4444444444444444 * size
    y = round(y, digits) + 0.7777777777777777 * size
    return {kind: _shape(kind, x, y, size) for kind in _kinds(collection.schema.geometry, read)}


def _shape(kind: str, x: float, y: float, size: float) -> bytes:
    if kind.endswith("Point"):
        shape = shapely.Point(x, y)
    elif kind.endswith("LineString"):
        shape = shapely.LineString([(x, y), (x + size, y + size)])
    else:
        shape = shapely.box(x, y, x + size, y + size)
    makers = {
        "MultiPoint": shapely.multipoints,
        "MultiLineString": shapely.multilinestrings,
        "MultiPolygon": shapely.multipolygons,
    }
    return shapely.to_wkb(makers[kind]([shape]) if kind in makers else shape)


def _kinds(declared: str, read: Reading) -> tuple[str, ...]:
    """Return the kind of geometry: the declared one, or that of the first feature; all where neither tells it."""
    if declared != "Geometry":
        return (declared,)
    blobs = [f.geometry for f in read.features if f.geometry is not None][:1]
    return (str(shapely.from_wkb(blobs[0]).geom_type),) if blobs else _ANY


def in_degrees(numbers: Sequence[float]) -> bool:
    """Return whether coordinates can be degrees; metres are larger."""
    return all(abs(number) <= 360 for number in numbers)


def _middle(crs: str, area: axes.Box | None) -> tuple[float, float]:
    west, south, east, north = area or (113.0, 22.9, 113.4, 23.1)
    x, y = (west + east) / 2, (south + north) / 2
    if crs.startswith("OGC:"):
        return x, y
    return Transformer.from_crs("OGC:CRS84", crs, always_xy=True).transform(x, y)
