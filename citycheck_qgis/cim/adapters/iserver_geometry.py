"""Geometry as SuperMap iServer has it: one list of points and the lengths of its parts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import shapely

from ...errors import NoAnswerError
from .rings import polygons_from_rings, rings_of


def geometries_from_iserver(found: Sequence[Mapping[str, Any] | None]) -> list[bytes | None]:
    """Return iServer's geometries as ISO WKB; None for none.

    Raises
    ------
    NoAnswerError : one of them is of a kind that has no plain shape (text, CAD, 3D), or is broken.
    """
    shapes = np.full(len(found), None, dtype=object)
    rings: dict[int, list[np.ndarray]] = {}
    holes: dict[int, list[bool] | None] = {}
    for n, geometry in enumerate(found):
        if not geometry or not geometry.get("points"):
            continue
        corners = np.array([(point["x"], point["y"]) for point in geometry["points"]], dtype=float)
        parts = geometry.get("parts") or [len(corners)]
        # The documents' own examples have one part that leaves out the closing corner.
        parts = [len(corners)] if len(parts) == 1 else parts
        kind = str(geometry.get("type")).upper()
        if kind not in ("POINT", "LINE", "REGION") or (kind != "POINT" and sum(parts) != len(corners)):
            raise NoAnswerError("A geometry of type {kind} cannot be read.", kind=kind)
        pieces = np.split(corners, np.cumsum(parts)[:-1])
        if kind == "REGION":
            rings[n] = [piece for piece in pieces if len(piece) > 2]
            topo = geometry.get("partTopo")
            holes[n] = [side == -1 for side in topo] if topo and len(topo) == len(rings[n]) else None
        elif kind == "LINE":
            lines = [shapely.linestrings(piece) for piece in pieces if len(piece) > 1]
            shapes[n] = shapely.multilinestrings(lines) if len(lines) > 1 else (lines or [None])[0]
        else:
            shapes[n] = shapely.multipoints(corners) if len(corners) > 1 else shapely.points(corners[0])
    if rings:
        shapes[list(rings)] = polygons_from_rings(list(rings.values()), list(holes.values()))
    return list(shapely.to_wkb(shapes, flavor="iso"))


def geometry_to_iserver(geometry: bytes, kind: str, number: int = 0) -> dict[str, Any] | None:
    """Return ISO WKB as a geometry of a dataset type (``POINT``, ``LINE``, ``REGION``); None where it does not fit.

    Heights are left out: these datasets have none.
    """
    shape = shapely.force_2d(shapely.from_wkb(geometry))
    name = shape.geom_type.removeprefix("Multi")
    if kind == "REGION" and name == "Polygon":
        pieces = rings_of(shape, clockwise=False)
    elif kind == "LINE" and name == "LineString":
        pieces = [shapely.get_coordinates(part) for part in shapely.get_parts(shape)]
    elif kind == "POINT" and name == "Point" and len(shapely.get_parts(shape)) == 1:
        pieces = [shapely.get_coordinates(shape)]
    else:
        return None
    return {
        "id": number,
        "type": kind,
        "parts": [len(piece) for piece in pieces],
        "points": [{"x": x, "y": y} for piece in pieces for x, y in piece.tolist()],
        "style": None,
    }
