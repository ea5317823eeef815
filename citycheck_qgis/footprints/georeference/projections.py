"""Maps of local metres onto the earth: planes at a point, and CRSs in metres for those that are not."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import TypeAlias

from pyproj import CRS, Geod

from ...units.coordinates import in_metres, is_mercator, metric_crs_at, utm_at
from .areas import BESIDE, inside, longitude_latitude, map_point

#: (a, b, d, e, x, y) as in `Placement.matrix`.
Affine: TypeAlias = tuple[float, float, float, float, float, float]
Point: TypeAlias = tuple[float, float]

_WGS84 = Geod(ellps="WGS84")
#: Local coordinates beyond this (metres) may be those of a map.
_FAR = 20_000.0
#: A reading this near to latitude and longitude (metres) is confirmed, one that far is contradicted.
CONFIRMED, CONTRADICTED = 5_000.0, 50_000.0
#: Metres around a point over which the slope of a projection is taken.
_STEP = 50.0


def apply(matrix: Affine, point: Point) -> Point:
    """Return the image of a point."""
    a, b, d, e, x, y = matrix
    return a * point[0] + b * point[1] + x, d * point[0] + e * point[1] + y


def compose(outer: Affine, inner: Affine) -> Affine:
    """Return the map that applies `inner` first."""
    a, b, d, e, _, _ = outer
    p, q, r, s, x, y = inner
    return (a * p + b * r, a * q + b * s, d * p + e * r, d * q + e * s, *apply(outer, (x, y)))


def inverse(matrix: Affine) -> Affine:
    """Return the inverse map; the matrix must not be singular."""
    a, b, d, e, x, y = matrix
    size = a * e - b * d
    p, q, r, s = e / size, -b / size, -d / size, a / size
    return (p, q, r, s, -(p * x + q * y), -(r * x + s * y))


def rotation(angle: float, scale: float = 1.0, origin: Point = (0.0, 0.0)) -> Affine:
    """Return a turn by an angle (radians, anticlockwise) and a stretch around (0, 0), which comes to lie on `origin`."""
    c, s = scale * math.cos(angle), scale * math.sin(angle)
    return (c, -s, s, c, *origin)


def metres_between(longitude: float, latitude: float, other_longitude: float, other_latitude: float) -> float:
    """Return the length of the shortest line between two points of WGS 84 degrees."""
    return float(_WGS84.inv(longitude, latitude, other_longitude, other_latitude)[2])


def is_far(point: Sequence[float]) -> bool:
    """Return whether local coordinates in metres are so large that they may be those of a map."""
    return max(abs(point[0]), abs(point[1])) > _FAR


def metres_of_unit(crs: CRS) -> float:
    """Return the metres in one unit of a projected CRS; 1 for others."""
    return float(crs.axis_info[0].unit_conversion_factor) if crs.is_projected else 1.0


def is_plain(crs: CRS) -> bool:
    """Return whether coordinates of a CRS are metres that can be measured with: projected, and no Mercator."""
    return in_metres(crs) and not is_mercator(crs)


def metric_crs(preferred: CRS | None, longitude: float, latitude: float) -> CRS:
    """Return `preferred` where it is projected in metres, else the metric CRS of the place.

    Where the strip of China lies beside the country (its box holds neighbours too), that is the UTM zone.
    """
    if preferred is not None and is_plain(preferred):
        return preferred
    usual = metric_crs_at(longitude, latitude)
    return usual if inside(usual, longitude, latitude, BESIDE) else utm_at(longitude, latitude)


def tangent(crs: CRS, longitude: float, latitude: float) -> Affine | None:
    """Return the map from metres east and north of a point (true north up) to a projected CRS.

    It carries meridian convergence and scale of the projection at the point; None where the projection does not reach.
    """

    def place(east: float, north: float) -> Point | None:
        azimuth, metres = math.degrees(math.atan2(east, north)), math.hypot(east, north)
        there = _WGS84.fwd(longitude, latitude, azimuth, metres)
        return map_point(crs, there[0], there[1])

    return _slope(place, (0.0, 0.0))


def in_crs(matrix: Affine, crs: CRS, target: CRS, around: Point) -> Affine | None:
    """Return a map to one CRS as a map to another, exact at the local point `around` and straight from there."""

    def place(x: float, y: float) -> Point | None:
        degrees = longitude_latitude(crs, *apply(matrix, (x, y)))
        return None if degrees is None else map_point(target, *degrees)

    return _slope(place, around)


def _slope(place: Callable[[float, float], Point | None], around: Point) -> Affine | None:
    x, y = around
    images = [place(x + dx, y + dy) for dx, dy in ((0, 0), (_STEP, 0), (-_STEP, 0), (0, _STEP), (0, -_STEP))]
    known = [image for image in images if image is not None]
    if len(known) < 5:
        return None
    middle, east, west, north, south = known
    width = 2 * _STEP
    a, d = (east[0] - west[0]) / width, (east[1] - west[1]) / width
    b, e = (north[0] - south[0]) / width, (north[1] - south[1]) / width
    return (a, b, d, e, middle[0] - a * x - b * y, middle[1] - d * x - e * y)
