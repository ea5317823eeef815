"""Geometry as Esri's JSON has it: points, paths, and rings whose direction tells holes from exteriors.

Source: "Geometry objects" in Esri's reference of the REST API.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import shapely

from .rings import polygons_from_rings, rings_of


def geometries_from_esri(found: Sequence[Mapping[str, Any] | None]) -> list[bytes | None]:
    """Return Esri's JSON geometries as ISO WKB; None for none and for empty ones."""
    shapes = np.full(len(found), None, dtype=object)
    rings: dict[int, list[np.ndarray]] = {}
    for n, geometry in enumerate(found):
        if not geometry:
            continue
        if "rings" in geometry:
            rings[n] = [np.asarray(ring, dtype=float) for ring in geometry["rings"] if len(ring) > 2]
        elif "paths" in geometry:
            paths = [shapely.linestrings(path) for path in geometry["paths"] if len(path) > 1]
            shapes[n] = shapely.multilinestrings(paths) if len(paths) > 1 else (paths or [None])[0]
        elif "points" in geometry:
            shapes[n] = shapely.multipoints(geometry["points"]) if geometry["points"] else None
        elif isinstance(geometry.get("x"), int | float):
            height = [geometry["z"]] if isinstance(geometry.get("z"), int | float) else []
            shapes[n] = shapely.points([geometry["x"], geometry["y"], *height])
    if rings:
        holes = [_holes(parts) for parts in rings.values()]
        shapes[list(rings)] = polygons_from_rings(list(rings.values()), holes)
    return list(shapely.to_wkb(shapes, flavor="iso"))


def _holes(rings: Sequence[np.ndarray]) -> list[bool] | None:
    if len(rings) < 2:
        return None
    return [bool(shapely.is_ccw(shapely.linearrings(ring))) for ring in rings]


def geometry_to_esri(geometry: bytes, kind: str) -> dict[str, Any] | None:
    """Return ISO WKB as Esri's JSON geometry of a kind; None where it does not fit.

    Exteriors turn clockwise, holes the other way.
    """
    shape = shapely.from_wkb(geometry)
    height: dict[str, Any] = {"hasZ": True} if shape.has_z else {}
    name = shape.geom_type.removeprefix("Multi")
    if kind == "esriGeometryPolygon" and name == "Polygon":
        return {**height, "rings": [ring.tolist() for ring in rings_of(shape, clockwise=True)]}
    include = bool(shape.has_z)
    if kind == "esriGeometryPolyline" and name == "LineString":
        paths = [
            shapely.get_coordinates(part, include_z=include).tolist() for part in shapely.get_parts(shape)
        ]
        return {**height, "paths": paths}
    corners = shapely.get_coordinates(shape, include_z=include).tolist()
    if kind == "esriGeometryMultipoint" and name == "Point":
        return {**height, "points": corners}
    if kind == "esriGeometryPoint" and name == "Point" and len(corners) == 1:
        return dict(zip(("x", "y", "z"), corners[0], strict=False))
    return None
