"""The order of coordinates: decided by where the data lies, because platforms do not do what their CRS says.

Two orders: ``xy`` (longitude or east first) and ``yx``. It is decided for reading and for writing apart. A probe may
state it in `CollectionSettings.probe` as ``axis_read`` and ``axis_write``; this is the way to turn a wrong guess round.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from pyproj import CRS, Transformer
from pyproj.exceptions import CRSError, ProjError

XY, YX = "xy", "yx"
Box = tuple[float, float, float, float]

#: China with its islands, longitude and latitude: the two ranges have no number in common.
CHINA: Box = (73.0, 3.0, 136.0, 54.0)
_WORLD: Box = (-180.0, -90.0, 180.0, 90.0)
_NAMED = re.compile(r"(?:/def/crs/|def:crs:)(\w+)[/:][^/:]*[/:]([\w.]+)$|([A-Za-z]+):+(\w+)$|#(\d+)$")


def crs_of(name: str) -> str:
    """Return the CRS that a platform names (URI, URN, ``EPSG:n``, address with ``#n``) in the form ``EPSG:4547``.

    What is not understood is returned as it stands.
    """
    found = _NAMED.search(name.strip().strip("<>"))
    if found is None:
        return name
    authority, code = found[1] or found[3] or "EPSG", found[2] or found[4] or found[5]
    return f"{authority.upper()}:{code}"


def declared(crs: str) -> str:
    """Return the order that a CRS itself prescribes; `XY` for one that PROJ does not know."""
    try:
        axes = CRS(crs).axis_info
    except CRSError:
        return XY
    return YX if axes and axes[0].direction.lower() in ("north", "south") else XY


def decide(positions: Sequence[tuple[float, float]], crs: str, box: Box | None = None) -> str | None:
    """Return the order in which positions come; None where both fit, or none.

    Parameters
    ----------
    positions : first and second number as the platform gives them; the order that fits most of them is taken, so that
        single features in wild places do not count
    crs : see `crs_of`
    box : where the platform says that the data lies, in longitude and latitude; asked after China and before the area
        of the CRS
    """
    points = np.asarray([p for p in positions if np.isfinite(p).all()], dtype=float).reshape(-1, 2)
    if not len(points):
        return None
    # China first: a declared box may be turned itself, and for points of China only China's own is never in doubt.
    places = [CHINA, _area(crs)]
    if box is not None and box[0] < box[2] and -90 <= box[1] < box[3] <= 90:
        places.insert(1, box)
    for place in places:
        there = _bounds(crs, place)
        if there is None:
            continue
        straight, turned = _inside(points, there), _inside(points[:, ::-1], there)
        if straight != turned and max(straight, turned) * 2 > len(points):
            return XY if straight > turned else YX
    return None


def _inside(points: np.ndarray, box: Box) -> int:
    west, south, east, north = box
    # A platform's box may be older than its data.
    wide, high = 0.05 * (east - west), 0.05 * (north - south)
    x, y = points[:, 0], points[:, 1]
    return int(((x >= west - wide) & (x <= east + wide) & (y >= south - high) & (y <= north + high)).sum())


@lru_cache
def _area(crs: str) -> Box:
    try:
        area = CRS(crs).area_of_use
    except CRSError:
        return _WORLD
    return _WORLD if area is None else (area.west, area.south, area.east, area.north)


@lru_cache
def _bounds(crs: str, box: Box) -> Box | None:
    """Return a box of longitude and latitude in a CRS, cut to where the CRS holds; None where it does not at all."""
    if crs.startswith("OGC:"):
        return box
    area = _area(crs)
    west, south, east, north = (
        max(box[0], area[0]),
        max(box[1], area[1]),
        min(box[2], area[2]),
        min(box[3], area[3]),
    )
    if west >= east or south >= north:
        return None
    try:
        way = Transformer.from_crs("OGC:CRS84", crs, always_xy=True)
        found = way.transform_bounds(west, south, east, north)
    except (CRSError, ProjError):
        return None
    return found if np.isfinite(found).all() else None
