"""Geometry as it arrives: null, unreadable, empty, invalid, duplicate. Repaired on a copy and counted."""

from __future__ import annotations

import contextlib
import math
import struct

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

#: Column in which a feature says what was wrong with its geometry; empty text where nothing was.
NOTE = "geometry_note"
UNREADABLE, NULL, EMPTY = "unreadable", "null", "empty"
#: Invalid polygons: made valid, or without any area left once they were; then their lines or points remain.
REPAIRED, COLLAPSED = "repaired", "collapsed"


def repair(features: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return a copy whose geometries are valid, with column ``geometry_note`` telling what was done.

    A note that is already there (``unreadable``) is kept. See `repair_shapes`.

    Parameters
    ----------
    features : frame with any columns and index; geometry of any type, 2D or 3D (the height is dropped).
    """
    geometry, found = repair_shapes(np.asarray(features.geometry.array, dtype=object))
    result = features.copy()
    if NOTE in features:
        earlier = features[NOTE].fillna("").to_numpy(dtype=object)
        found = np.where(earlier == "", found, earlier)
    result[NOTE] = found
    return result.set_geometry(gpd.GeoSeries(geometry, index=features.index, crs=features.crs))


def repair_shapes(shapes: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return valid geometries, and for each a word on what was wrong with it (empty text: nothing).

    Invalid polygons are made valid and keep their polygonal part, so that no area is invented. One that has no area
    left keeps the lines or points that it collapsed to: it is no footprint, but it still has a place. Geometry with
    numbers that are no place (NaN, infinity), and empty geometry, become None.
    """
    geometry = np.array(shapes, dtype=object)
    high = shapely.has_z(geometry)
    geometry[high] = shapely.force_2d(geometry[high])
    note = np.full(len(geometry), "", dtype=object)
    note[shapely.is_missing(geometry)] = NULL
    empty = shapely.is_empty(geometry)
    geometry[empty], note[empty] = None, EMPTY
    broken = np.flatnonzero(~shapely.is_missing(geometry) & ~shapely.is_valid(geometry))
    # Geometry with a number that is none is never valid.
    coordinates, owner = shapely.get_coordinates(geometry[broken], return_index=True)
    wild = np.unique(owner[~np.isfinite(coordinates).all(axis=1)])
    geometry[broken[wild]], note[broken[wild]] = None, UNREADABLE
    broken = np.delete(broken, wild)
    if len(broken):
        before = shapely.get_dimensions(geometry[broken])
        geometry[broken] = [_largest_dimension(g) for g in shapely.make_valid(geometry[broken])]
        lower = shapely.get_dimensions(geometry[broken]) < before
        note[broken] = np.where(lower, COLLAPSED, REPAIRED)
    return geometry, note


def _largest_dimension(fixed: shapely.Geometry) -> shapely.Geometry:
    """Return the parts of a repaired geometry that have its largest dimension."""
    parts = shapely.get_parts(shapely.get_parts(fixed))
    dimension = shapely.get_dimensions(parts)
    parts = parts[dimension == dimension.max()]
    return parts[0] if len(parts) == 1 else shapely.union_all(parts)


def read_wkb(blobs: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the geometries of WKB texts, and which of them could not be read.

    One that cannot be read (a ring of two points, for example) becomes the points that it names, if it names any:
    it can still be placed.

    Parameters
    ----------
    blobs : array of bytes or None
    """
    shapes = parse_wkb(blobs)
    unreadable = shapely.is_missing(shapes) & np.array([blob is not None for blob in blobs], dtype=bool)
    for row in np.flatnonzero(unreadable):
        points = _points_of(blobs[row])
        shapes[row] = shapely.multipoints(points) if points else None
    return shapes, unreadable


def parse_wkb(blobs: np.ndarray) -> np.ndarray:
    """Return the geometries of WKB texts; None for one that shapely does not read, such as a curve."""
    if not len(blobs):
        return np.empty(0, dtype=object)
    try:
        return shapely.from_wkb(blobs, on_invalid="ignore")
    except NotImplementedError:
        # GEOS reads curves from 3.13 on, and one that shapely does not know spoils them all.
        halves = np.array_split(blobs, 2) if len(blobs) > 1 else []
        return (
            np.concatenate([parse_wkb(half) for half in halves]) if halves else np.array([None], dtype=object)
        )


def _points_of(wkb: bytes) -> list[tuple[float, float]]:
    """Return the points that a broken WKB text names, as far as it goes; those that are no numbers are left out."""
    points: list[tuple[float, float]] = []
    with contextlib.suppress(struct.error, IndexError, RecursionError):
        _read_points(wkb, 0, points)
    return [point for point in points if all(map(math.isfinite, point))]


def _read_points(wkb: bytes, at: int, points: list[tuple[float, float]]) -> int:
    order = "<" if wkb[at] else ">"
    (kind,) = struct.unpack_from(f"{order}I", wkb, at + 1)
    at += 5
    if kind & 0x20000000:
        at += 4
    # ISO counts thousands for Z, M and ZM, the older form sets the highest bits.
    base, dimensions = kind & 0x0FFFFFFF, 2 + bool(kind & 0x80000000) + bool(kind & 0x40000000)
    dimensions += (0, 1, 1, 2)[base // 1000 % 4]
    base %= 1000
    if base not in range(1, 8):
        raise struct.error("no points, lines, polygons, or collections of these")

    def read(count: int, at: int) -> int:
        for _ in range(count):
            points.append(struct.unpack_from(f"{order}2d", wkb, at))
            at += 8 * dimensions
        return at

    if base == 1:
        return read(1, at)
    (count,) = struct.unpack_from(f"{order}I", wkb, at)
    at += 4
    if base == 2:
        return read(count, at)
    for _ in range(count):
        if base == 3:
            (length,) = struct.unpack_from(f"{order}I", wkb, at)
            at = read(length, at + 4)
        else:
            at = _read_points(wkb, at, points)
    return at


def own_columns(features: gpd.GeoDataFrame) -> list[str]:
    """Return the columns that a layer came with: neither its geometry nor the note on it."""
    return [column for column in features.columns if column not in (features.geometry.name, NOTE)]


def duplicates(features: gpd.GeoDataFrame) -> pd.Series:
    """Return for each feature whether its geometry repeats that of an earlier feature, start point aside.

    Features without a geometry repeat nothing. The geometries must be repaired (see `repair`).
    """
    geometry = np.asarray(features.geometry.array, dtype=object)
    usable = ~shapely.is_missing(geometry)
    keys = pd.Series(index=features.index, dtype=object)
    keys[usable] = shapely.to_wkb(shapely.normalize(geometry[usable]))
    return keys.duplicated() & usable


def multipolygons(geometry: gpd.GeoSeries) -> gpd.GeoSeries:
    """Return polygons as MultiPolygons, the one type that the database's polygon layers have."""
    values = np.asarray(geometry.array, dtype=object).copy()
    single = np.flatnonzero(shapely.get_type_id(values) == shapely.GeometryType.POLYGON)
    if len(single):
        values[single] = shapely.multipolygons(values[single], indices=np.arange(len(single)))
    return gpd.GeoSeries(values, index=geometry.index, crs=geometry.crs)
