"""One projected coordinate system in metres for everything that is measured."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
from pyproj import CRS

from ..errors import InputError

#: Where a 3-degree strip of CGCS2000 without zone prefix is the usual choice (degrees of longitude, latitude).
_CHINA = (73.5, 3.0, 136.5, 54.0)


def working_crs(units: gpd.GeoDataFrame, wanted: str | CRS | None = None) -> CRS:
    """Return the CRS to measure in: `wanted`, else that of the units where it is projected in metres.

    Units in degrees get the CGCS2000 3-degree Gauss-Krueger strip without zone prefix of their middle
    (EPSG = 4534 + (central meridian - 75) / 3), or the UTM zone outside China.

    Raises
    ------
    InputError : when `wanted` is not projected in metres, or the units have no CRS.
    """
    if wanted is not None:
        crs = CRS.from_user_input(wanted)
        if not in_metres(crs):
            raise InputError(
                f"The working CRS {crs.name} is not projected in metres; choose a projected CRS such as EPSG:4547."
            )
        return crs
    if units.crs is None:
        raise InputError(
            "The boundaries have no CRS; set the layer's CRS in QGIS (Layer > Set CRS) and rerun."
        )
    crs = CRS(units.crs)
    if in_metres(crs) and crs.to_epsg() != 3857:
        return crs
    west, south, east, north = units.to_crs(4326).total_bounds
    longitude, latitude = (west + east) / 2, (south + north) / 2
    if _CHINA[0] <= longitude <= _CHINA[2] and _CHINA[1] <= latitude <= _CHINA[3]:
        meridian = min(max(round(longitude / 3) * 3, 75), 135)
        return CRS.from_epsg(4534 + (meridian - 75) // 3)
    return CRS.from_epsg((32600 if latitude >= 0 else 32700) + int((longitude + 180) // 6) + 1)


def in_metres(crs: CRS) -> bool:
    """Return whether a CRS is projected with axes in metres."""
    return crs.is_projected and all(axis.unit_name == "metre" for axis in crs.axis_info[:2])


def reproject(features: gpd.GeoDataFrame, crs: CRS, what: str) -> tuple[gpd.GeoDataFrame, str]:
    """Return the features in the working CRS, and a sentence where that changed anything (else empty text).

    Raises
    ------
    InputError : no CRS; coordinates that cannot be metres though the CRS says so; coordinates that the
        transformation sends to infinity.
    """
    if features.crs is None:
        raise InputError(f"{what} has no CRS; set the layer's CRS in QGIS (Layer > Set CRS) and rerun.")
    _refuse_degrees(features, what)
    if CRS(features.crs) == crs:
        return features, ""
    moved = features.to_crs(crs)
    bounds = moved.total_bounds
    if len(moved) and moved.geometry.notna().any() and not np.isfinite(bounds).all():
        raise InputError(
            f"{what} has coordinates outside the area of {CRS(features.crs).name}; check the layer's CRS."
        )
    return moved, f"{what} was reprojected from {CRS(features.crs).name} to {crs.name}."


def _refuse_degrees(features: gpd.GeoDataFrame, what: str) -> None:
    if not CRS(features.crs).is_projected or features.geometry.isna().all():
        return
    west, south, east, north = features.total_bounds
    if -180 <= west <= east <= 180 and -90 <= south <= north <= 90:
        raise InputError(
            f"{what} says {CRS(features.crs).name} (metres), but its coordinates look like degrees "
            f"({west:.3f} to {east:.3f}, {south:.3f} to {north:.3f}); "
            "set the layer's CRS to the geographic one it was made in, such as EPSG:4490."
        )
