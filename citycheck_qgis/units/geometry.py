"""Geometry as it arrives: null, unreadable, empty, invalid, duplicate. Repaired on a copy and counted."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

#: Column in which a feature says what was wrong with its geometry; empty text where nothing was.
NOTE = "geometry_note"
UNREADABLE, NULL, EMPTY = "unreadable", "null", "empty"
#: Invalid polygons: made valid, or without any area left once they were.
REPAIRED, COLLAPSED = "repaired", "collapsed"


def repair(features: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return a copy whose geometries are valid, with column ``geometry_note`` telling what was done.

    Invalid polygons are made valid and keep their polygonal part, so that no area is invented. Features without
    a usable geometry stay, with None as geometry. A note that is already there (``unreadable``) is kept.

    Parameters
    ----------
    features : frame with any columns and index; geometry of any type, 2D or 3D (the height is dropped).
    """
    geometry = shapely.force_2d(np.asarray(features.geometry.array, dtype=object))
    note = (
        features[NOTE].fillna("").to_numpy(dtype=object).copy()
        if NOTE in features
        else np.full(len(features), "", dtype=object)
    )
    # Numbers that are none (NaN, infinity) are no place; the geometry library stops at them.
    coordinates, owner = shapely.get_coordinates(geometry, return_index=True)
    wild = np.unique(owner[~np.isfinite(coordinates).all(axis=1)])
    geometry[wild], note[wild] = None, UNREADABLE
    missing = shapely.is_missing(geometry)
    note[missing & (note == "")] = NULL
    empty = ~missing & shapely.is_empty(geometry)
    broken = np.flatnonzero(~missing & ~empty & ~shapely.is_valid(geometry))
    if len(broken):
        geometry[broken] = [
            _same_dimension(fixed, original)
            for fixed, original in zip(shapely.make_valid(geometry[broken]), geometry[broken], strict=True)
        ]
        note[broken] = np.where(shapely.is_empty(geometry[broken]), COLLAPSED, REPAIRED)
    note[empty] = EMPTY
    geometry[shapely.is_empty(geometry)] = None
    result = features.copy()
    result[NOTE] = note
    return result.set_geometry(gpd.GeoSeries(geometry, index=features.index, crs=features.crs))


def _same_dimension(fixed: shapely.Geometry, original: shapely.Geometry) -> shapely.Geometry:
    """Return the parts of a repaired geometry that have the dimension of the original."""
    wanted = shapely.get_dimensions(original)
    parts = shapely.get_parts(shapely.get_parts(fixed))
    parts = parts[shapely.get_dimensions(parts) == wanted]
    if len(parts) == 1:
        return parts[0]
    return shapely.union_all(parts) if len(parts) else shapely.Polygon()


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
