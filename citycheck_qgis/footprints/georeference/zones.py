"""Zone numbers before eastings (38 487 250): left out, written too often, or those of another strip than the CRS."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass

from pyproj import CRS

from ..findings import Finding, finding
from .areas import BESIDE, fits, longitude_latitude
from .crs_names import STRIPS, chinese_strip, crs_from_text, strip_crs
from .projections import CONFIRMED, Point, metres_between, metres_of_unit

_MILLION = 1_000_000
#: Zoned eastings of maps in metres stay below this.
MOST_EASTING = 6.1e7


@dataclass(frozen=True)
class ZoneReading:
    """What becomes of an easting whose zone number is not as its CRS has it.

    Attributes
    ----------
    code : ``zone_prefix_added``, ``zone_prefix_removed`` or ``zone_contradicts_crs``
    crs : the strip that was decided on; None where two strips contradict each other and nothing tells which is right
    shift : metres to add to eastings, which then are those of `crs`
    as_written : the CRS in which the eastings are right as they stand; None where none is registered
    """

    code: str
    crs: CRS | None = None
    shift: float = 0.0
    as_written: CRS | None = None


def read_zone(crs: CRS, point: Point, near: Point | None = None) -> ZoneReading | None:
    """Return how to read the zone number of an easting, None where it is as the CRS has it or is no zone number.

    A number that is neither missing nor that of the CRS is a statement of its own: only a latitude and longitude decides
    between the two strips.

    Parameters
    ----------
    point : east, north in metres
    near : longitude and latitude that can be trusted
    """
    own = _false_easting(crs)
    if own is None or not 0 <= point[0] < MOST_EASTING:
        return None
    in_crs, written = int(own // _MILLION), int(point[0] // _MILLION)
    if in_crs == written:
        return None
    strip = chinese_strip(crs)
    shift = float(in_crs - written) * _MILLION
    if not fits(crs, point[0] + shift, point[1], BESIDE):
        return None
    if written == 0:
        bare = None if strip is None else strip_crs(*strip[:3], zoned=False)
        return ZoneReading("zone_prefix_added", crs, shift, bare)
    said = None if strip is None else _zoned_strip(strip[0], written)
    zone = in_crs or (strip[2] if strip is not None else _utm_zone(crs))
    if written == zone or (said is not None and strip is not None and _meridian(said) == _meridian(crs)):
        return ZoneReading("zone_prefix_removed", crs, shift, said)
    if said is None or strip is None:
        return None
    if near is None:
        return ZoneReading("zone_contradicts_crs")
    # The strip of the number keeps the way in which the CRS writes eastings.
    _, width, number, _ = chinese_strip(said) or strip
    other = strip_crs(strip[0], width, number, strip[3])
    for system, move in ((other, 0.0 if strip[3] else -float(written) * _MILLION), (crs, shift)):
        place = None if system is None else longitude_latitude(system, point[0] + move, point[1])
        if place is not None and metres_between(*place, *near) < CONFIRMED:
            return ZoneReading("zone_contradicts_crs", system, move, said if system is other else None)
    return ZoneReading("zone_contradicts_crs")


def zone_finding(reading: ZoneReading, source: str, easting: float, crs: CRS) -> Finding:
    """Return the sentence about a reading of an easting under the CRS that was stated."""
    values = {"source": source, "easting": easting, "crs": crs.name}
    if reading.code == "zone_prefix_added":
        return finding(
            "zone_prefix_added",
            "{source}: the easting {easting:.0f} lacks the zone number that {crs} has before it; it was added.",
            **values,
        )
    if reading.code == "zone_prefix_removed":
        return finding(
            "zone_prefix_removed",
            "{source}: the easting {easting:.0f} begins with the zone number, which {crs} has not; it was taken off.",
            **values,
        )
    if reading.crs is None:
        return finding(
            "zone_contradicts_crs",
            "{source}: the easting {easting:.0f} begins with the number of another zone than {crs}, and nothing tells "
            "which is right; give the right CRS or two control points.",
            **values,
        )
    return finding(
        "zone_contradicts_crs",
        "{source}: the easting {easting:.0f} begins with the number of another zone than {crs}; {other} was taken, "
        "which agrees with latitude and longitude.",
        other=reading.crs.name,
        **values,
    )


def agreeing_strip(crs: CRS, point: Point, near: Point) -> CRS | None:
    """Return another strip or UTM zone of the datum of `crs` in which a point lies where latitude and longitude say.

    Eastings with a zone number name their strip themselves: for those there is no other.

    Parameters
    ----------
    point : coordinates of `crs`
    near : longitude and latitude that can be trusted
    """
    for other in _strips_at(crs, near[0]):
        place = None if other == crs else longitude_latitude(other, *point)
        if place is not None and metres_between(*place, *near) < CONFIRMED:
            return other
    return None


def _strips_at(crs: CRS, longitude: float) -> Iterator[CRS]:
    """Yield the strips of 3 and 6 degrees, or the UTM zones, that have the datum of a CRS and are in use at a longitude."""
    strip = chinese_strip(crs)
    if strip is not None and not strip[3]:
        for width in (strip[1], 9 - strip[1]):
            first = round(longitude / 3) if width == 3 else math.floor(longitude / 6) + 1
            for zone in (first, first - 1, first + 1):
                other = strip_crs(strip[0], width, zone, zoned=False)
                if other is not None:
                    yield other
    elif _utm_zone(crs) and (_parameter(crs, "False easting") or 0.0) < _MILLION:
        usual = math.floor((longitude + 180) / 6) + 1
        for zone in (usual, usual - 1, usual + 1):
            named, _ = crs_from_text(re.sub(r"(?<=zone )\d+", str(zone), crs.name))
            if named is not None:
                yield named


def _zoned_strip(datum: str, zone: int) -> CRS | None:
    """Return the strip of a datum whose eastings begin with a zone number: those of 3 and 6 degrees share none."""
    return strip_crs(datum, 3 if zone >= STRIPS[datum, 3][2] else 6, zone, zoned=True)


def _false_easting(crs: CRS) -> float | None:
    """Return the false easting of a Transverse Mercator in metres."""
    return None if metres_of_unit(crs) != 1.0 else _parameter(crs, "False easting")


def _meridian(crs: CRS) -> float | None:
    return _parameter(crs, "Longitude of natural origin")


def _parameter(crs: CRS, name: str) -> float | None:
    operation = crs.coordinate_operation
    if operation is None or "Transverse Mercator" not in operation.method_name:
        return None
    return next((float(p.value) for p in operation.params if p.name == name), None)


def _utm_zone(crs: CRS) -> int:
    zone = crs.utm_zone
    return int(zone[:-1]) if zone else 0
