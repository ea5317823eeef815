"""Polygons from loose rings: ArcGIS and iServer list the rings of a feature without saying which hole is whose."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import shapely


def polygons_from_rings(
    features: Sequence[Sequence[np.ndarray]], holes: Sequence[Sequence[bool] | None] | None = None
) -> np.ndarray:
    """Return one Polygon or MultiPolygon per feature.

    A hole belongs to the smallest exterior that it lies in. Where nobody says which rings are holes, a ring that lies
    in an odd number of the others is one.

    Parameters
    ----------
    features : rings of each feature, arrays of shape (corners, 2 or 3); open rings are closed
    holes : for each feature, which of its rings are holes; None: not known

    Returns
    -------
    array of geometries; None for a feature without rings
    """
    made = np.full(len(features), None, dtype=object)
    single = [n for n, rings in enumerate(features) if len(rings) == 1]
    if single:
        made[single] = shapely.polygons(_rings([features[n][0] for n in single]))
    for n, rings in enumerate(features):
        if len(rings) > 1:
            made[n] = _grouped(_rings(rings), None if holes is None else holes[n])
    return made


def _rings(rings: Sequence[np.ndarray]) -> np.ndarray:
    closed = [r if np.array_equal(r[0], r[-1]) else np.vstack([r, r[:1]]) for r in rings]
    width = max(ring.shape[1] for ring in closed)
    same = [ring if ring.shape[1] == width else np.pad(ring, ((0, 0), (0, 1))) for ring in closed]
    indices = np.repeat(np.arange(len(same)), [len(ring) for ring in same])
    return shapely.linearrings(np.concatenate(same), indices=indices)


def _grouped(rings: np.ndarray, holes: Sequence[bool] | None) -> shapely.Geometry:
    filled = shapely.polygons(rings)
    inner = shapely.point_on_surface(shapely.force_2d(filled))
    # Prepared, a polygon is asked where a point lies by its edges alone: no topology that could fail, and faster.
    shapely.prepare(filled)
    # inside[i, j]: ring i lies in ring j.
    inside = shapely.covers(filled[None, :], inner[:, None])
    area = shapely.area(filled)
    inside &= area[None, :] > area[:, None]
    hole = inside.sum(axis=1) % 2 == 1 if holes is None else np.asarray(holes, dtype=bool)
    if hole.all():
        hole = np.zeros(len(rings), dtype=bool)
    outer = np.flatnonzero(~hole)
    members: dict[int, list[shapely.Geometry]] = {int(n): [] for n in outer}
    for n in np.flatnonzero(hole):
        around = outer[inside[n, outer]]
        # A hole that lies nowhere comes after its exterior in every format that is written properly.
        owner = (
            around[np.argmin(area[around])] if len(around) else outer[max(np.searchsorted(outer, n) - 1, 0)]
        )
        members[int(owner)].append(rings[n])
    parts = [shapely.polygons(rings[n], holes=own or None) for n, own in members.items()]
    return parts[0] if len(parts) == 1 else shapely.multipolygons(parts)


def rings_of(shape: shapely.Geometry, clockwise: bool) -> list[np.ndarray]:
    """Return the rings of a Polygon or MultiPolygon: each exterior, then its holes, which turn the other way.

    Parameters
    ----------
    clockwise : whether exteriors turn clockwise
    """
    found = []
    for polygon in shapely.get_parts(shape):
        rings = [shapely.get_exterior_ring(polygon), *polygon.interiors]
        for n, ring in enumerate(rings):
            corners = shapely.get_coordinates(ring, include_z=bool(shape.has_z))
            anticlockwise = clockwise == (n > 0)
            found.append(corners if shapely.is_ccw(ring) == anticlockwise else corners[::-1])
    return found
