"""Whether a point can lie in a coordinate reference system: its area of use on the earth."""

from __future__ import annotations

import math
import warnings
from functools import lru_cache
from typing import TypeAlias

from pyproj import CRS, Transformer
from pyproj.exceptions import ProjError
from pyproj.transformer import TransformerGroup

Bounds: TypeAlias = tuple[float, float, float, float]

#: How far outside its area of use a CRS is used in practice, degrees: a city on the border of two strips takes one.
BESIDE = 1.5
#: Metres by which a point may come back from degrees elsewhere; more means that the projection does not hold there.
_ROUND_TRIP = 2.0
_FAR = 1e9
#: Half the axis of GRS 80 and WGS 84, metres: datums with it lie in the middle of the earth and agree to a metre or two.
_GEOCENTRIC = 6_378_137.0


def longitude_latitude(crs: CRS, x: float, y: float) -> tuple[float, float] | None:
    """Return WGS 84 degrees of a point in a CRS (east, north order); None where the projection does not reach it."""
    if not (abs(x) < _FAR and abs(y) < _FAR):
        return None
    if crs.is_geographic and not (abs(x) <= 360 and abs(y) <= 90):
        return None
    try:
        there, back = _ways(crs)
        longitude, latitude = there.transform(x, y)
        again = back.transform(longitude, latitude)
    except ProjError:
        return None
    if not all(math.isfinite(value) for value in (longitude, latitude, *again)) or abs(latitude) > 90:
        return None
    tolerance = _ROUND_TRIP / (111_000 if crs.is_geographic else crs.axis_info[0].unit_conversion_factor)
    if abs(again[0] - x) > tolerance or abs(again[1] - y) > tolerance:
        return None
    return longitude, latitude


def map_point(crs: CRS, longitude: float, latitude: float) -> tuple[float, float] | None:
    """Return the point in a CRS (east, north order) of WGS 84 degrees; None where the projection does not reach it."""
    try:
        x, y = _ways(crs)[1].transform(longitude, latitude)
    except ProjError:
        return None
    return (x, y) if math.isfinite(x) and math.isfinite(y) else None


def inside(crs: CRS, longitude: float, latitude: float, margin: float = 0.0) -> bool:
    """Return whether WGS 84 degrees lie in the area of use of a CRS, or at most `margin` degrees outside."""
    west, south, east, north = area_of_use(crs)
    if not south - margin <= latitude <= north + margin:
        return False
    width = (east - west) % 360 or 360.0
    return (longitude - west + margin) % 360 <= width + 2 * margin


def fits(crs: CRS, x: float, y: float, margin: float = 0.0) -> bool:
    """Return whether a point in a CRS (east, north order) lies in its area of use, or at most `margin` degrees outside."""
    place = longitude_latitude(crs, x, y)
    return place is not None and inside(crs, *place, margin)


@lru_cache(maxsize=512)
def area_of_use(crs: CRS) -> Bounds:
    """Return west, south, east, north in degrees; west may be greater than east across the date line.

    A CRS of one's own has none: around a central meridian six degrees to both sides are taken, else the whole earth.
    """
    area = crs.area_of_use
    if area is not None:
        return area.west, area.south, area.east, area.north
    for parameter in crs.coordinate_operation.params if crs.coordinate_operation else ():
        if parameter.name in ("Longitude of natural origin", "Longitude of false origin"):
            meridian = float(parameter.value)
            return meridian - 6.0, -84.0, meridian + 6.0, 84.0
    return -180.0, -90.0, 180.0, 90.0


@lru_cache(maxsize=256)
def datum_shift_unknown(own: CRS, wanted: CRS) -> bool:
    """Return whether PROJ can only guess the shift between the datums of two CRSs (metres to hundreds of metres).

    So it is between Beijing 1954 or Xian 1980 and CGCS2000, whose parameters are not public. Datums in the middle of the
    earth (CGCS2000, WGS 84, ETRS89) agree to a metre or two without any shift.
    """
    datums = own.geodetic_crs, wanted.geodetic_crs
    if None in datums or datums[0] == datums[1]:
        return False
    ellipsoids = [crs.ellipsoid for crs in datums if crs is not None]
    if all(e is not None and abs(e.semi_major_metre - _GEOCENTRIC) < 0.5 for e in ellipsoids):
        return False
    with warnings.catch_warnings():
        # That a grid of better accuracy is not installed matters less than having no shift at all.
        warnings.simplefilter("ignore", UserWarning)
        ways = TransformerGroup(own, wanted, always_xy=True).transformers
    return all("ballpark" in way.description.casefold() for way in ways)


@lru_cache(maxsize=256)
def _ways(crs: CRS) -> tuple[Transformer, Transformer]:
    """Return the transformers to WGS 84 degrees and back, east first."""
    return Transformer.from_crs(crs, 4326, always_xy=True), Transformer.from_crs(4326, crs, always_xy=True)
