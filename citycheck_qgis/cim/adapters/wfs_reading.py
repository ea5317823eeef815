"""Features in the answers of a WFS, and which format is exact for what."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from xml.etree.ElementTree import Element

from ...errors import NoAnswerError
from ..features import Field, Value
from ..network import Answer
from . import axes, geojson, gml, wkb
from .gml import local
from .wfs_requests import Source

_NIL = "{http://www.w3.org/2001/XMLSchema-instance}nil"
_NOT_DECIMAL = str.maketrans("", "", "0123456789+-.eE")


@dataclass(slots=True)
class Raw:
    """A feature as it was read: values and geometry still in the form of the format."""

    server_id: str | None
    values: dict[str, Any]
    geometry: Any
    srs: str


@dataclass(frozen=True)
class Formats:
    """The requests that make up a page, that of the geometry first, and the format that each field is taken from."""

    sources: tuple[Source, ...]
    of_field: Mapping[str, str]

    def columns(self, sets: Sequence[Sequence[Raw]], name: str) -> list[Any]:
        """Return the values of a field of features that were read from each of the sources, in the same order."""
        chosen = next((n for n, s in enumerate(self.sources) if s.format == self.of_field[name]), 0)
        return [raw.values.get(name) for raw in sets[chosen if chosen < len(sets) else 0]]


def read(answer: Answer, format_: str, geometry_field: str) -> list[Raw]:
    """Return the features of an answer.

    Raises
    ------
    NoAnswerError : it is no collection of features.
    """
    if format_ == "geojson":
        document = answer.json()
        items = document.get("features") if isinstance(document, dict) else None
        if isinstance(items, list) and all(isinstance(item, dict) for item in items):
            return [
                Raw(str(item.get("id", "")) or None, item.get("properties") or {}, item.get("geometry"), "")
                for item in items
            ]
    else:
        root = answer.xml()
        if local(root.tag) == "FeatureCollection":
            return [_raw_feature(element, geometry_field) for element in _members(root)]
    raise NoAnswerError("{url} is no collection of features; probe the platform.", url=answer.url)


def _members(root: Element) -> Iterator[Element]:
    for member in root:
        if local(member.tag) in ("featureMember", "featureMembers", "member"):
            for element in member:
                if local(element.tag) == "FeatureCollection":
                    yield from _members(element)
                else:
                    yield element


def _raw_feature(element: Element, geometry_field: str) -> Raw:
    """Return a feature with its values as texts: None for null, an empty text for an empty element."""
    values: dict[str, Any] = {}
    geometry: Element | None = None
    for child in element:
        name = child.tag.rpartition("}")[2]
        if name == geometry_field:
            geometry = child[0] if len(child) else None
        elif name == "boundedBy":
            continue
        elif child.get(_NIL) in ("true", "1"):
            values[name] = None
        elif len(child):
            values[name] = "".join(child.itertext()).strip()
        else:
            values[name] = child.text or ""
    attributes = element.attrib
    server_id = next((v for k, v in attributes.items() if local(k) in ("id", "fid")), None)
    return Raw(server_id, values, geometry, "" if geometry is None else geometry.get("srsName", ""))


def matching(sets: Sequence[Sequence[Raw]], id_field: str | None) -> list[Sequence[Raw]] | None:
    """Return the same features of several formats in the order of the first; None where they are not the same.

    Parameters
    ----------
    id_field : repeats the platform's id where a format lacks it
    """
    first = [_identity(raw, id_field) for raw in sets[0]]
    matched: list[Sequence[Raw]] = [sets[0]]
    for others in sets[1:]:
        by_id = {_identity(other, id_field): other for other in others}
        if len(by_id) != len(first) or not by_id.keys() >= set(first):
            return None
        matched.append([by_id[identity] for identity in first])
    return matched


def _identity(raw: Raw, id_field: str | None) -> str:
    return raw.server_id.rpartition(".")[2] if raw.server_id else str(raw.values.get(id_field or ""))


# --- which format ---------------------------------------------------------------------------------------


def formats_of(
    samples: Mapping[str, Sequence[Raw]],
    fields: Sequence[Field],
    geometry_field: str,
    joins: Collection[str | None],
    better: bool,
) -> Formats:
    """Return which format to take what from: the geometry from the exact one, fields from GeoJSON unless it damages them.

    Parameters
    ----------
    samples : format -> the same features in it
    joins : fields by which two formats are joined
    better : GML has the geometry that is exact
    """
    if len(samples) == 1:
        (only,) = samples
        return Formats((Source(only),), dict.fromkeys((field.name for field in fields), only))
    of_geometry = "gml" if better else "geojson"
    of_field = {
        field.name: "gml"
        if _spoiled(
            field,
            [raw.values.get(field.name) for raw in samples["gml"]],
            [raw.values.get(field.name) for raw in samples["geojson"]],
        )
        else "geojson"
        for field in fields
    }

    if of_geometry == "gml" or "gml" in of_field.values():
        # A sample of round numbers does not show which format cuts the others; GML is read in any case.
        for field in fields:
            in_gml, in_geojson = (
                [raw.values.get(field.name) for raw in samples[f]] for f in ("gml", "geojson")
            )
            if field.type == "real" and _digits(in_gml) == _digits(in_geojson):
                of_field[field.name] = "gml"

    def wanted(format_: str) -> tuple[str, ...]:
        return tuple(name for name, source in of_field.items() if source == format_ or name in joins)

    others = {"gml", "geojson"} & set(of_field.values()) - {of_geometry}
    if not others:
        return Formats((Source(of_geometry),), of_field)
    first = Source(of_geometry, (*wanted(of_geometry), *filter(None, [geometry_field])))
    return Formats((first, *(Source(other, wanted(other)) for other in others)), of_field)


def _spoiled(field: Field, in_gml: Sequence[Any], in_geojson: Sequence[Any]) -> bool:
    """Return whether GeoJSON damages a field: true and false become numbers, or a number has fewer digits than in GML."""
    texts = set(in_gml) - {None, ""}
    if texts and texts <= {"true", "false"}:
        return not all(isinstance(value, bool | None) for value in in_geojson)
    return field.type == "real" and _digits(in_gml) > _digits(in_geojson)


def _digits(values: Sequence[Any]) -> int:
    """Return the most digits that a number has."""
    found = [0]
    for value in values:
        try:
            found.append(sum(map(str.isdecimal, repr(float(value)).partition("e")[0].strip("-0."))))
        except (TypeError, ValueError):
            continue
    return max(found)


def exactness(sample: Sequence[Raw], crs: str, box: axes.Box | None) -> tuple[bool, int]:
    """Return whether a sample is in a CRS (GeoJSON may be in degrees always), and the most decimals of a coordinate."""
    numbers = [_coordinates(raw.geometry) for raw in sample]
    decimals = [len(repr(number).partition(".")[2]) for found in numbers for number in found]
    return axes.decide(first_positions(sample), crs, box) is not None, max(decimals, default=0)


def first_positions(sample: Sequence[Raw]) -> list[tuple[float, float]]:
    """Return the first position of each geometry as it stands, for finding out the order of the axes."""
    found = [_coordinates(raw.geometry) for raw in sample]
    return [(numbers[0], numbers[1]) for numbers in found if len(numbers) > 1]


# --- values and geometry --------------------------------------------------------------------------------


def column(values: list[Any], kind: str, format_: str) -> list[Value]:
    """Return the values of a field in its type; what came as GML is text, and empty is null but in a field of text."""
    if format_ == "geojson" or kind == "text":
        return geojson.column(values, kind)
    texts = [text or None for text in values]
    if kind in ("integer", "real"):
        joined = "".join(text for text in texts if text)
        if not joined.translate(_NOT_DECIMAL):
            number = int if kind == "integer" else float
            try:
                return geojson.column([None if text is None else number(text) for text in texts], kind)
            except ValueError:
                pass
    return geojson.column(texts, kind)


def to_wkb(geometry: Any, swapped: bool) -> bytes | None:
    """Return a geometry of either format as WKB; None stays None.

    Parameters
    ----------
    swapped : its positions begin with y

    Raises
    ------
    wkb.BrokenGeometryError : it is no geometry.
    """
    if geometry is None:
        return None
    return (
        gml.to_wkb(geometry, swapped) if isinstance(geometry, Element) else geojson.to_wkb(geometry, swapped)
    )


def _coordinates(geometry: Any) -> list[float]:
    try:
        blob = to_wkb(geometry, False)
    except wkb.BrokenGeometryError:
        return []
    found: list[float] = []
    waiting: list[Any] = [] if blob is None else [wkb.unpacked(blob)[1]]
    while waiting:
        item = waiting.pop()
        if isinstance(item, float):
            found.append(item)
        elif not isinstance(item, str):
            waiting.extend(reversed(item))
    return found
