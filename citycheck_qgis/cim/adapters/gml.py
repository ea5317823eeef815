"""GML 2, 3.1 and 3.2 geometry from and to WKB."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count
from struct import Struct
from typing import Any
from xml.etree.ElementTree import Element
from xml.sax.saxutils import quoteattr

from . import wkb

_COUNT = Struct("<I")
#: Element -> type of its geometry.
_TYPES = {
    "Point": "Point", "LineString": "LineString", "Curve": "LineString", "Polygon": "Polygon", "Surface": "Polygon",
    "MultiPoint": "MultiPoint", "MultiLineString": "MultiLineString", "MultiCurve": "MultiLineString",
    "MultiPolygon": "MultiPolygon", "MultiSurface": "MultiPolygon", "MultiGeometry": "GeometryCollection",
}  # fmt: skip
_OUTER, _INNER = ("exterior", "outerBoundaryIs"), ("interior", "innerBoundaryIs")
_POSITIONS = ("posList", "pos", "coordinates", "coord")


def local(tag: str) -> str:
    """Return a name without its namespace."""
    return tag.rpartition("}")[2]


def to_wkb(element: Element, swapped: bool = False) -> bytes:
    """Return a geometry element as WKB.

    Surfaces of several patches and curves of several lines become one polygon or line only where nothing is lost by
    it; arcs are refused.

    Parameters
    ----------
    swapped : its positions begin with y

    Raises
    ------
    wkb.BrokenGeometryError : it is no geometry, or one that has no place in WKB.
    """
    try:
        return _to_wkb(element, int(element.get("srsDimension") or 0), swapped)[0]
    except (ValueError, IndexError, RecursionError) as error:
        raise wkb.BrokenGeometryError(str(error)) from error


def _to_wkb(element: Element, dimensions: int, swapped: bool) -> tuple[bytes, int]:
    """Return WKB and the number of dimensions."""
    name = local(element.tag)
    dimensions = int(element.get("srsDimension") or dimensions)
    if name in ("Polygon", "PolygonPatch", "Rectangle", "Triangle"):
        return _polygon(element, dimensions, swapped)
    if name == "Point":
        numbers, dimensions = _numbers(element, dimensions)
        if not numbers:
            return wkb.packed("Point", []), 2
        return wkb.head("Point", dimensions, 0)[:5] + wkb.packed_numbers(
            numbers, dimensions, swapped
        ), dimensions
    if name in ("LineString", "Curve"):
        numbers, dimensions = (
            _numbers(element, dimensions) if name == "LineString" else _curve(element, dimensions)
        )
        positions = wkb.packed_numbers(numbers, dimensions, swapped)
        return wkb.head("LineString", dimensions, len(numbers) // dimensions) + positions, dimensions
    if name == "Surface":
        patches = [
            patch
            for holder in element
            if local(holder.tag) in ("patches", "polygonPatches")
            for patch in holder
        ]
        if len(patches) != 1:
            raise wkb.BrokenGeometryError(f"a surface of {len(patches)} patches")
        return _to_wkb(patches[0], dimensions, swapped)
    if name not in _TYPES:
        raise wkb.BrokenGeometryError(f"{name} is no geometry that can be read")
    parts = [
        _to_wkb(part, dimensions, swapped) for member in element if _is_member(member.tag) for part in member
    ]
    found = {part[1] for part in parts}
    if len(found) > 1:
        raise wkb.BrokenGeometryError("parts with and without Z")
    dimensions = max(found, default=2)
    return wkb.head(_TYPES[name], dimensions, len(parts)) + b"".join(part[0] for part in parts), dimensions


def _is_member(tag: str) -> bool:
    return local(tag).endswith(("Member", "Members"))


def _polygon(element: Element, dimensions: int, swapped: bool) -> tuple[bytes, int]:
    rings = [
        (boundary, ring)
        for boundary in element
        if local(boundary.tag) in _OUTER or local(boundary.tag) in _INNER
        for ring in boundary
    ]
    if not rings:
        return wkb.head("Polygon", 2, 0), 2
    # The outer ring is first in WKB wherever it stands here.
    rings.sort(key=lambda pair: local(pair[0].tag) in _INNER)
    packed, sizes = [], set()
    for _, ring in rings:
        if local(ring.tag) == "LinearRing":
            numbers, size = _numbers(ring, dimensions)
        else:
            numbers, size = _ring(ring, dimensions)
        packed.append(_COUNT.pack(len(numbers) // size) + wkb.packed_numbers(numbers, size, swapped))
        sizes.add(size)
    if len(sizes) > 1:
        raise wkb.BrokenGeometryError("rings with and without Z")
    (dimensions,) = sizes
    return wkb.head("Polygon", dimensions, len(packed)) + b"".join(packed), dimensions


def _ring(element: Element, dimensions: int) -> tuple[list[float], int]:
    """Return the positions of a ring that is made of curves (``gml:Ring``)."""
    curves = [curve for member in element if _is_member(member.tag) for curve in member]
    if local(element.tag) != "Ring" or not curves:
        raise wkb.BrokenGeometryError(f"{local(element.tag)} is no ring that can be read")
    return _joined(
        [_numbers(c, dimensions) if local(c.tag) == "LineString" else _curve(c, dimensions) for c in curves]
    )


def _curve(element: Element, dimensions: int) -> tuple[list[float], int]:
    segments = [segment for holder in element if local(holder.tag) == "segments" for segment in holder]
    for segment in segments:
        if local(segment.tag) != "LineStringSegment" or segment.get("interpolation", "linear") != "linear":
            raise wkb.BrokenGeometryError(f"{local(segment.tag)} is a curve, not a line")
    if not segments:
        raise wkb.BrokenGeometryError("a curve without segments")
    return _joined(
        [_numbers(segment, int(element.get("srsDimension") or dimensions)) for segment in segments]
    )


def _joined(parts: list[tuple[list[float], int]]) -> tuple[list[float], int]:
    """Return lines one after the other, without the point that each shares with the one before it."""
    numbers, dimensions = list(parts[0][0]), parts[0][1]
    for following, size in parts[1:]:
        if size != dimensions or following[:size] != numbers[-size:]:
            raise wkb.BrokenGeometryError("a curve with a gap")
        numbers += following[size:]
    return numbers, dimensions


def _numbers(element: Element, dimensions: int) -> tuple[list[float], int]:
    """Return the numbers of an element's positions and how many make a position."""
    holders = [child for child in element if local(child.tag) in _POSITIONS]
    if not holders:
        return [], dimensions or 2
    first = holders[0]
    name, text = local(first.tag), first.text or ""
    if name == "posList":
        numbers = list(map(float, text.split()))
        return numbers, int(first.get("srsDimension") or first.get("dimension") or dimensions or 2)
    if name == "coordinates":
        return _coordinates(first)
    if name == "pos":
        positions = [list(map(float, (child.text or "").split())) for child in holders]
    else:
        positions = [[float(axis.text or "") for axis in child] for child in holders]
    sizes = set(map(len, positions))
    if len(sizes) > 1:
        raise wkb.BrokenGeometryError("positions of several lengths")
    return [number for position in positions for number in position], sizes.pop() or 2


def _coordinates(element: Element) -> tuple[list[float], int]:
    """Return the numbers of GML 2, whose separators can be named."""
    between, after, point = element.get("cs", ","), element.get("ts", " "), element.get("decimal", ".")
    text = (element.text or "").strip()
    if (between, after, point) == (",", " ", "."):
        tuples = text.split()
        numbers = list(map(float, text.replace(",", " ").split()))
        return numbers, len(tuples[0].strip(",").split(",")) if tuples else 2
    tuples = text.split() if after.isspace() else text.split(after)
    positions = [
        [float(n.replace(point, ".")) for n in part.split(between) if n.strip()]
        for part in tuples
        if part.strip()
    ]
    return [number for position in positions for number in position], len(positions[0]) if positions else 2


# --- writing --------------------------------------------------------------------------------------------

#: Before 3.2 the names of GML 2 are good as well, and the only ones that QGIS Server reads.
_MULTI = {
    False: {
        "MultiPoint": ("MultiPoint", "pointMember", "Point"),
        "MultiLineString": ("MultiLineString", "lineStringMember", "LineString"),
        "MultiPolygon": ("MultiPolygon", "polygonMember", "Polygon"),
    },
    True: {
        "MultiPoint": ("MultiPoint", "pointMember", "Point"),
        "MultiLineString": ("MultiCurve", "curveMember", "LineString"),
        "MultiPolygon": ("MultiSurface", "surfaceMember", "Polygon"),
    },
}


def from_wkb(blob: bytes, srs_name: str, *, swapped: bool = False, identity: str = "") -> str:
    """Return WKB as GML 3 with the prefix ``gml``: 3.1 without ids, 3.2 with them.

    Parameters
    ----------
    srs_name : as the platform wants the CRS named
    swapped : positions begin with y
    identity : beginning of the ids (``gml:id``), which GML 3.2 wants for every geometry; empty: no ids

    Raises
    ------
    wkb.BrokenGeometryError : it is no WKB.
    """
    kind, coordinates = wkb.unpacked(blob, swapped)
    ids = (f"{identity}.{n}" for n in count()) if identity else None
    return _element(kind, coordinates, ids, f" srsName={quoteattr(srs_name)}")


def _element(kind: str, coordinates: Any, ids: Iterator[str] | None, attributes: str = "") -> str:
    if ids is not None:
        attributes = f" gml:id={quoteattr(next(ids))}" + attributes
    if kind == "GeometryCollection":
        inner = "".join(
            f"<gml:geometryMember>{_element(name, part, ids)}</gml:geometryMember>"
            for name, part in coordinates
        )
        return f"<gml:MultiGeometry{attributes}>{inner}</gml:MultiGeometry>"
    multi = _MULTI[ids is not None]
    if kind in multi:
        name, member, single = multi[kind]
        inner = "".join(f"<gml:{member}>{_element(single, part, ids)}</gml:{member}>" for part in coordinates)
        return f"<gml:{name}{attributes}>{inner}</gml:{name}>"
    if kind == "Polygon":
        inner = "".join(
            f"<gml:{place}><gml:LinearRing>{_positions(ring)}</gml:LinearRing></gml:{place}>"
            for place, ring in zip(["exterior"] + ["interior"] * len(coordinates), coordinates, strict=False)
        )
    elif kind == "Point":
        inner = f"<gml:pos{_size(coordinates)}>{_text(coordinates)}</gml:pos>" if coordinates else ""
    else:
        inner = _positions(coordinates)
    return f"<gml:{kind}{attributes}>{inner}</gml:{kind}>"


def _positions(positions: list[list[float]]) -> str:
    if not positions:
        return "<gml:posList/>"
    return f"<gml:posList{_size(positions[0])}>{' '.join(map(_text, positions))}</gml:posList>"


def _size(position: list[float]) -> str:
    return f' srsDimension="{len(position)}"'


def _text(position: list[float]) -> str:
    return " ".join(map(repr, position))
