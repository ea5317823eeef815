"""One projected coordinate system in metres for everything that is measured."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from pyproj import CRS

from ..errors import InputError
from ..messages import Message, message

if TYPE_CHECKING:
    # The processes that read models need none of its 80 MB.
    import geopandas as gpd

#: Where a 3-degree strip of CGCS2000 without zone prefix is the usual choice (degrees of longitude, latitude).
_CHINA = (73.5, 3.0, 136.5, 54.0)


def working_crs(units: gpd.GeoDataFrame, wanted: str | CRS | None = None) -> CRS:
    """Return the CRS to measure in: `wanted`, else that of the units where it is projected in metres.

    Units in degrees get the CRS of their middle, see `metric_crs_at`.

    Raises
    ------
    InputError : when `wanted` is not projected in metres, or the units have no CRS.
    """
    if wanted is not None:
        crs = CRS.from_user_input(wanted)
        if not in_metres(crs):
            raise InputError(
                "The working CRS {crs} is not projected in metres; choose a projected CRS such as EPSG:4547.",
                crs=crs.name,
            )
        if is_mercator(crs):
            raise InputError(
                "The working CRS {crs} enlarges areas with the latitude; choose another projected CRS such as "
                "EPSG:4547.",
                crs=crs.name,
            )
        return crs
    if units.crs is None:
        raise InputError(
            "The community layer has no CRS; set the layer's CRS in QGIS (Layer > Set CRS) and rerun."
        )
    crs = CRS(units.crs)
    if in_metres(crs) and not is_mercator(crs):
        return crs
    _check_numbers(units, message("The boundary layer"))
    west, south, east, north = units.to_crs(4326).total_bounds
    if not np.isfinite([west, south, east, north]).all():
        raise InputError(
            "The boundaries have no usable coordinates in {crs}; check the layer's CRS and its geometries.",
            crs=crs.name,
        )
    longitude, latitude = (west + east) / 2, (south + north) / 2
    return metric_crs_at(longitude, latitude)


def metric_crs_at(longitude: float, latitude: float) -> CRS:
    """Return the CGCS2000 3-degree strip (without zone prefix) of a place in China, its UTM zone elsewhere.

    The strip is EPSG = 4534 + (central meridian - 75) / 3. Degrees are of WGS 84 or CGCS2000.
    """
    if _CHINA[0] <= longitude <= _CHINA[2] and _CHINA[1] <= latitude <= _CHINA[3]:
        meridian = min(max(round(longitude / 3) * 3, 75), 135)
        return CRS.from_epsg(4534 + (meridian - 75) // 3)
    return utm_at(longitude, latitude)


def utm_at(longitude: float, latitude: float) -> CRS:
    """Return the UTM zone (WGS 84) of a place."""
    return CRS.from_epsg((32600 if latitude >= 0 else 32700) + min(int((longitude + 180) // 6) + 1, 60))


def in_metres(crs: CRS) -> bool:
    """Return whether a CRS is projected with axes in metres."""
    return crs.is_projected and all(axis.unit_name == "metre" for axis in crs.axis_info[:2])


def is_mercator(crs: CRS) -> bool:
    """Return whether areas grow with the latitude: Web Mercator (EPSG:3857, ESRI:102100) and its kind."""
    method = crs.coordinate_operation.method_name if crs.coordinate_operation else ""
    return method.startswith(("Mercator", "Popular Visualisation"))


def reproject(
    features: gpd.GeoDataFrame, crs: CRS, what: str | Message
) -> tuple[gpd.GeoDataFrame, Message | None]:
    """Return the features in the working CRS, and a sentence where that changed anything (else None).

    Raises
    ------
    InputError : no CRS; coordinates that cannot be metres, or cannot be degrees, though the CRS says so;
        coordinates that the transformation sends to infinity.
    """
    if features.crs is None:
        raise InputError(
            "{what} has no CRS; set the layer's CRS in QGIS (Layer > Set CRS) and rerun.", what=what
        )
    _check_numbers(features, what)
    _check_zone(features, what)
    if CRS(features.crs) == crs:
        return features, None
    moved = features.to_crs(crs)
    bounds = moved.total_bounds
    if len(moved) and moved.geometry.notna().any() and not np.isfinite(bounds).all():
        raise InputError(
            "{what} has coordinates outside the area of {crs}; check the layer's CRS.",
            what=what,
            crs=CRS(features.crs).name,
        )
    note = message(
        "{what} was reprojected from {old} to {new}.", what=what, old=CRS(features.crs).name, new=crs.name
    )
    return moved, note


def _check_numbers(features: gpd.GeoDataFrame, what: str | Message) -> None:
    """Refuse degrees under a CRS in metres and metres under a CRS in degrees."""
    west, south, east, north = features.total_bounds
    if not np.isfinite([west, south, east, north]).all():
        return
    degrees = -180 <= west <= east <= 360 and -90 <= south <= north <= 90
    crs = CRS(features.crs)
    place = {"what": what, "crs": crs.name, "west": west, "east": east, "south": south, "north": north}
    if crs.is_projected and degrees and east <= 180:
        raise InputError(
            "{what} says {crs} (metres), but its coordinates look like degrees ({west:.3f} to {east:.3f}, "
            "{south:.3f} to {north:.3f}); set the layer's CRS to the geographic one it was made in, such as EPSG:4490.",
            **place,
        )
    if crs.is_geographic and not degrees:
        raise InputError(
            "{what} says {crs} (degrees), but its coordinates look like metres ({west:.0f} to {east:.0f}, "
            "{south:.0f} to {north:.0f}); set the layer's CRS to the projected one it was made in, such as EPSG:4547.",
            **place,
        )


#: CGCS2000 3-degree strips: EPSG codes with the zone number before the easting, and the first ones of both series.
_ZONED, _UNZONED, _STRIPS = 4513, 4534, 21


def _check_zone(features: gpd.GeoDataFrame, what: str | Message) -> None:
    """Refuse CGCS2000 eastings with a zone number under a CRS without one, and the other way round.

    Eight digits carry the zone (38,500,000), six do not (500,000): the wrong choice moves a city by 38,000 km.
    """
    west, _, east, _ = features.total_bounds
    code = CRS(features.crs).to_epsg() or 0
    zone = int(west // 1_000_000) if np.isfinite(west) else 0
    right = None
    if _UNZONED <= code < _UNZONED + _STRIPS and 25 <= zone <= 45:
        right = _ZONED + zone - 25
    elif _ZONED <= code < _ZONED + _STRIPS and east < 1_000_000:
        right = code + _STRIPS
    if right is not None:
        raise InputError(
            "{what} says {crs}, but its eastings ({west:.0f} to {east:.0f}) belong to EPSG:{right}: eastings of eight "
            "digits begin with the zone number, those of six do not; set the layer's CRS to that one.",
            what=what,
            crs=CRS(features.crs).name,
            west=west,
            east=east,
            right=right,
        )
