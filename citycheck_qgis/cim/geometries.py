"""Geometry between a local layer and the exchange: another CRS, another form, single and multi."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
import shapely
from pyproj import CRS, Transformer
from pyproj.exceptions import CRSError

from ..errors import InputError
from ..messages import Message, message, word

_SINGLE = ("Point", "LineString", "Polygon")
#: GEOS type number -> its name; -1 is no geometry.
_NAMES = {
    0: "Point", 1: "LineString", 2: "LinearRing", 3: "Polygon", 4: "MultiPoint", 5: "MultiLineString",
    6: "MultiPolygon", 7: "GeometryCollection",
}  # fmt: skip
_NUMBERS = {name: number for number, name in _NAMES.items()}
_MULTI = {
    "Point": shapely.multipoints,
    "LineString": shapely.multilinestrings,
    "Polygon": shapely.multipolygons,
}


def transformer(source: str | CRS, target: str) -> Transformer | None:
    """Return the way from one CRS to another, x and y in this order on both sides; None where nothing changes.

    There and back again, a coordinate moves by less than 1e-11 degrees or 1e-7 m within the CRS's area of use.

    Raises
    ------
    InputError : one of them is no CRS that PROJ knows.
    """
    try:
        way = Transformer.from_crs(CRS(source), CRS(target), always_xy=True)
    except CRSError as error:
        raise InputError(
            "There is no way from the CRS {source} to {target}; choose another CRS for the exchange.",
            source=CRS(source).name if isinstance(source, CRS) else source,
            target=target,
        ) from error
    return None if way.definition.split()[:1] == ["proj=noop"] else way


def parsed(blobs: Sequence[bytes | None] | np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return WKB as geometries, None for empty ones, and a mask of those that cannot be read (None as well)."""
    given = np.empty(len(blobs), dtype=object)
    given[:] = blobs
    try:
        shapes = shapely.from_wkb(given, on_invalid="ignore")
    except NotImplementedError:
        # One kind that GEOS does not know (a surface, a TIN) ends the whole call.
        shapes = np.fromiter(map(_parsed, given), dtype=object, count=len(given))
    unread = shapely.is_missing(shapes) & (given != None)  # noqa: E711 - item by item
    shapes[shapely.is_empty(shapes)] = None
    return shapes, unread


def _parsed(blob: bytes | None) -> shapely.Geometry | None:
    try:
        return shapely.from_wkb(blob, on_invalid="ignore")
    except NotImplementedError:
        return None


def to_wkb(shapes: np.ndarray) -> list[bytes | None]:
    """Return geometries as ISO WKB, little-endian, with Z where they have one."""
    return shapely.to_wkb(shapes, byte_order=1, flavor="iso", output_dimension=3).tolist()


def moved(shapes: np.ndarray, way: Transformer | None) -> tuple[np.ndarray, np.ndarray]:
    """Return geometries in another CRS with their Z as it was, and a mask of those that have no place there."""
    if way is None:
        return shapes, np.zeros(len(shapes), dtype=bool)
    result = shapes.copy()
    flat = ~shapely.has_z(shapes)
    for rows, z in ((np.flatnonzero(flat), False), (np.flatnonzero(~flat), True)):
        if not len(rows):
            continue
        chosen = shapes[rows]
        places = shapely.get_coordinates(chosen, include_z=z)
        places[:, 0], places[:, 1] = way.transform(places[:, 0], places[:, 1])
        # In place: a copy first, the caller's own stay.
        result[rows] = shapely.set_coordinates(chosen.copy(), places)
    lost = ~np.isfinite(shapely.bounds(result)).all(axis=1) & ~shapely.is_missing(shapes)
    result[lost] = None
    return result, lost


def fitted(shapes: np.ndarray, wanted: str) -> tuple[np.ndarray, dict[int, Message]]:
    """Return geometries in the type of a layer; None for those that do not fit, with the reasons by position.

    A single one becomes a multi of one part, and a multi of one part a single one; nothing is lost by either.

    Parameters
    ----------
    wanted : a geometry type as in `Schema`
    """
    result = shapes.copy()
    reasons: dict[int, Message] = {}
    numbers = shapely.get_type_id(shapes)
    if wanted not in _NUMBERS or bool(np.isin(numbers, [-1, _NUMBERS[wanted]]).all()):
        return result, reasons
    single = wanted.removeprefix("Multi")
    multi = f"Multi{single}"
    if wanted in _SINGLE:
        rows = np.flatnonzero((numbers == _NUMBERS[multi]) & (shapely.get_num_geometries(shapes) == 1))
        result[rows] = shapely.get_geometry(shapes[rows], 0)
    elif single in _SINGLE:
        rows = np.flatnonzero(numbers == _NUMBERS[single])
        if len(rows):
            result[rows] = _MULTI[single](shapes[rows], indices=np.arange(len(rows)))
    for row in np.flatnonzero(~np.isin(shapely.get_type_id(result), [-1, _NUMBERS[wanted]])).tolist():
        result[row] = None
        reasons[row] = message(
            "Its geometry is a {found} and does not fit a layer of {wanted}.",
            found=word(_NAMES[int(numbers[row])]),
            wanted=word(wanted),
        )
    return result, reasons


def type_of(shapes: Iterable[shapely.Geometry | None]) -> str:
    """Return the one geometry type that holds all of these without loss; ``Geometry`` where there is none."""
    found = {_NAMES[n] for n in np.unique(shapely.get_type_id(list(shapes))).tolist() if n >= 0}
    if len(found) == 1:
        (name,) = found
        return name if name != "LinearRing" else "LineString"
    bare = {name.removeprefix("Multi") for name in found}
    if len(bare) == 1 and bare <= set(_SINGLE):
        return f"Multi{bare.pop()}"
    return "Geometry"
