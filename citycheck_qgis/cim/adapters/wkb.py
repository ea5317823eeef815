"""ISO WKB from and to nested coordinates, several times quicker than by way of geometry objects."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import chain
from struct import Struct, error, pack, unpack_from
from typing import Any

#: Geometry type -> its WKB number without Z.
NUMBERS = {
    "Point": 1, "LineString": 2, "Polygon": 3, "MultiPoint": 4, "MultiLineString": 5, "MultiPolygon": 6,
    "GeometryCollection": 7,
}  # fmt: skip
NAMES = {number: name for name, number in NUMBERS.items()}
PARTS = {"MultiPoint": "Point", "MultiLineString": "LineString", "MultiPolygon": "Polygon"}

_HEAD, _COUNT, _BARE = Struct("<BI"), Struct("<I"), Struct("<BII")
_flat = chain.from_iterable


class BrokenGeometryError(ValueError):
    """Coordinates that make no geometry: not numbers, not finite, of other lengths, nested in another way."""


def packed(kind: str, coordinates: Any, swapped: bool = False) -> bytes:
    """Return nested coordinates (as GeoJSON has them) as WKB, with Z where they have three numbers or more.

    Parameters
    ----------
    kind : geometry type; for ``GeometryCollection`` the coordinates are a list of (kind, coordinates)
    swapped : the first number is y

    Raises
    ------
    BrokenGeometryError : they make no geometry of this kind.
    """
    if not isinstance(coordinates, list | tuple):
        raise BrokenGeometryError("no coordinates")
    try:
        return _packed(kind, coordinates, swapped)
    except (TypeError, ValueError, KeyError, IndexError, error, OverflowError, RecursionError) as reason:
        raise BrokenGeometryError(str(reason)) from reason


def _packed(kind: str, coordinates: Any, swapped: bool) -> bytes:
    if kind == "Polygon":
        dimensions = _dimensions(coordinates[0]) if coordinates else 2
        code = 3 if dimensions == 2 else 1003
        return _BARE.pack(1, code, len(coordinates)) + b"".join(
            [_COUNT.pack(len(ring)) + _positions(ring, dimensions, swapped) for ring in coordinates]
        )
    if kind == "Point":
        if not coordinates:
            return pack("<BIdd", 1, 1, math.nan, math.nan)
        dimensions = 2 if len(coordinates) == 2 else 3
        return _HEAD.pack(1, 1 if dimensions == 2 else 1001) + _positions([coordinates], dimensions, swapped)
    if kind == "LineString":
        dimensions = _dimensions(coordinates)
        code = 2 if dimensions == 2 else 1002
        return _BARE.pack(1, code, len(coordinates)) + _positions(coordinates, dimensions, swapped)
    if kind == "GeometryCollection":
        parts = [_packed(name, inner, swapped) for name, inner in coordinates]
    else:
        single = PARTS[kind]
        parts = [_packed(single, inner, swapped) for inner in coordinates]
    # Its own code says Z when its parts do; parts that differ cannot be said in WKB.
    codes = {_HEAD.unpack_from(part)[1] // 1000 for part in parts}
    if len(codes) > 1:
        raise BrokenGeometryError("parts with and without Z")
    return _BARE.pack(1, NUMBERS[kind] + 1000 * max(codes, default=0), len(parts)) + b"".join(parts)


def _dimensions(positions: Sequence[Sequence[float]]) -> int:
    return 2 if not positions or len(positions[0]) == 2 else 3


def _positions(positions: Sequence[Sequence[float]], dimensions: int, swapped: bool) -> bytes:
    numbers = list(_flat(positions))
    if len(numbers) != dimensions * len(positions):
        # Some platforms add a measure; without it the position is still a position.
        numbers = [n for position in positions for n in _cut(position, dimensions)]
    return packed_numbers(numbers, dimensions, swapped)


def packed_numbers(numbers: list[float], dimensions: int, swapped: bool = False) -> bytes:
    """Return the numbers of positions, one after the other, as they stand in WKB.

    Raises
    ------
    BrokenGeometryError : they are no whole positions, or one of them is not finite.
    """
    if len(numbers) % dimensions:
        raise BrokenGeometryError(f"{len(numbers)} numbers for positions of {dimensions}")
    if swapped:
        numbers[0::dimensions], numbers[1::dimensions] = numbers[1::dimensions], numbers[0::dimensions]
    if not math.isfinite(sum(numbers)):
        raise BrokenGeometryError("a coordinate that is no finite number")
    return pack(f"<{len(numbers)}d", *numbers)


def head(kind: str, dimensions: int, count: int) -> bytes:
    """Return the beginning of the WKB of a geometry with `count` positions, rings or parts."""
    return _BARE.pack(1, NUMBERS[kind] + (0 if dimensions == 2 else 1000), count)


def _cut(position: Sequence[float], dimensions: int) -> Sequence[float]:
    if len(position) < dimensions:
        raise BrokenGeometryError(f"a position of {len(position)} numbers")
    return position[:dimensions]


def unpacked(blob: bytes, swapped: bool = False) -> tuple[str, Any]:
    """Return WKB as geometry type and nested coordinates, the form that `packed` takes.

    Raises
    ------
    BrokenGeometryError : it is no ISO WKB of a type that `NUMBERS` has.
    """
    try:
        kind, coordinates, end = _unpacked(blob, 0, swapped)
    except (error, KeyError, IndexError, RecursionError) as reason:
        raise BrokenGeometryError(str(reason)) from reason
    if end != len(blob):
        raise BrokenGeometryError("bytes after the end")
    return kind, coordinates


def _unpacked(blob: bytes, start: int, swapped: bool) -> tuple[str, Any, int]:
    order = "<" if blob[start] else ">"
    (code,) = unpack_from(f"{order}I", blob, start + 1)
    kind, dimensions = NAMES[code % 1000], {0: 2, 1: 3}[code // 1000]
    start += 5
    if kind == "Point":
        positions, start = _read(blob, start, 1, order, dimensions, swapped)
        return kind, [] if any(map(math.isnan, positions[0][:2])) else positions[0], start
    (count,) = unpack_from(f"{order}I", blob, start)
    start += 4
    if kind == "LineString":
        positions, start = _read(blob, start, count, order, dimensions, swapped)
        return kind, positions, start
    inner: list[Any] = []
    for _ in range(count):
        if kind == "Polygon":
            (length,) = unpack_from(f"{order}I", blob, start)
            part, start = _read(blob, start + 4, length, order, dimensions, swapped)
            inner.append(part)
        else:
            name, part, start = _unpacked(blob, start, swapped)
            inner.append((name, part) if kind == "GeometryCollection" else part)
    return kind, inner, start


def _read(
    blob: bytes, start: int, count: int, order: str, dimensions: int, swapped: bool
) -> tuple[list[list[float]], int]:
    numbers = unpack_from(f"{order}{count * dimensions}d", blob, start)
    columns = [numbers[axis::dimensions] for axis in range(dimensions)]
    if swapped:
        columns[0], columns[1] = columns[1], columns[0]
    return [list(position) for position in zip(*columns, strict=True)], start + 8 * len(numbers)
