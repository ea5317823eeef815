"""Which CRS coordinates without one are in, where latitude and longitude say the same place."""

from __future__ import annotations

from functools import lru_cache

from pyproj import CRS
from pyproj.aoi import AreaOfInterest
from pyproj.database import query_crs_info
from pyproj.enums import PJType
from pyproj.exceptions import CRSError

from .areas import longitude_latitude
from .projections import Point, is_plain, metres_between

#: Metres between a building and the latitude and longitude of its site, which are often cut to whole seconds.
_AGREES = 300.0
#: Metres by which datums of one country differ; nearer candidates are told apart by custom, not by distance.
_ALIKE = 150.0
#: Datums that coordinates are in today, where older ones would do as well.
_PRESENT = ("CGCS2000", "ETRS89", "WGS 84")


def agreeing_crs(point: Point, near: Point) -> tuple[CRS, float] | None:
    """Return the CRS in which a point (east, north) lies at longitude and latitude `near`, and the metres between.

    Tried are the projected CRSs of the EPSG register, in metres, whose area holds the place. Among datums that lie
    alike the one in use today is taken, then the CRS with the shortest name and the lowest code. None where no CRS
    agrees.
    """
    found = []
    for crs in _candidates(round(near[0], 2), round(near[1], 2)):
        place = longitude_latitude(crs, *point)
        if place is not None:
            distance = metres_between(*place, *near)
            if distance <= _AGREES:
                found.append((distance, crs))
    if not found:
        return None
    nearest = min(distance for distance, _ in found)
    alike = [(distance, crs) for distance, crs in found if distance <= nearest + _ALIKE]
    distance, crs = min(
        alike,
        key=lambda pair: (not pair[1].name.startswith(_PRESENT), len(pair[1].name), pair[1].to_epsg() or 0),
    )
    return crs, distance


@lru_cache(maxsize=64)
def _candidates(longitude: float, latitude: float) -> tuple[CRS, ...]:
    """Return the projected CRSs in metres whose area of use holds a place."""
    area = AreaOfInterest(longitude, latitude, longitude, latitude)
    found = []
    for info in query_crs_info("EPSG", PJType.PROJECTED_CRS, area, contains=True):
        try:
            crs = CRS.from_epsg(int(info.code))
        except CRSError:
            continue
        if is_plain(crs):
            found.append(crs)
    return tuple(found)
