"""From triangles to the two polygons of a building: the roofprint, and the print of its walls on the ground."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from ..models import Outline
from .shapes import Triangles

Corners: TypeAlias = NDArray[np.int64]

#: Gaps narrower than twice this are closed, metres: joints between elements of a roof, doors between walls.
JOINT, DOOR = 0.05, 0.3
#: Gaps between the members of a bare frame.
FRAME = 0.5
SIMPLIFY = 0.01
#: Square metres below which a part or a hole of an outline is none.
MIN_PART, MIN_HOLE = 4.0, 1.0
#: A room is open to the sky when it is larger than this and floors and rooms cover less than this share of it.
MIN_COURT, COVERED = 9.0, 0.5
#: The ring of walls is the ground print when it is at least this share of floors and rooms at the ground.
RING_SHARE = 0.5
#: Two prints that differ by more than this share are worth a look.
DIFFERENT = 0.25
#: Union of the largest triangles that comes first, to leave out what lies within it.
_FIRST = 400

EMPTY = shapely.Polygon()


@dataclass(frozen=True)
class Print:
    """An outline and how it was made.

    Methods of roofs: ``envelope`` everything seen from above, ``filled_walls`` walls alone, their rooms filled,
    ``closed_frame`` and ``hull`` thin members only. Methods of ground prints: ``wall_ring`` the walls of the ground
    storey with their rooms, ``ground_slabs``, ``ground_spaces`` where walls do not close, ``roofprint`` where the
    ground storey has nothing.
    """

    shape: Outline
    method: str


def projected(triangles: Triangles) -> Corners:
    """Return the triangles in plan as (n, 3, 2) whole millimetres, each once, without those seen from their edge."""
    flat = np.rint(triangles[:, :, :2] * 1000).astype(np.int64)
    a, b, c = flat[:, 0], flat[:, 1], flat[:, 2]
    # In floating point: the product of map coordinates in millimetres overflows whole numbers.
    doubled = (b - a)[:, 0].astype(float) * (c - a)[:, 1] - (b - a)[:, 1].astype(float) * (c - a)[:, 0]
    flat = flat[doubled != 0]
    if not len(flat):
        return flat
    low = flat.min(axis=(0, 1))
    span = int((flat[:, :, 1] - low[1]).max()) + 1
    keys = np.sort((flat[:, :, 0] - low[0]) * span + (flat[:, :, 1] - low[1]), axis=1)
    order = np.lexsort(keys.T[::-1])
    keys = keys[order]
    first = np.ones(len(keys), bool)
    first[1:] = (keys[1:] != keys[:-1]).any(axis=1)
    keys = keys[first]
    return np.stack([keys // span + low[0], keys % span + low[1]], axis=2)


def union(triangles: Triangles) -> BaseGeometry:
    """Return the union of triangles in plan, in metres."""
    corners = projected(triangles)
    if not len(corners):
        return EMPTY
    shapes = shapely.polygons(corners / 1000)
    return _union(shapes[np.argsort(-shapely.area(shapes), kind="stable")])


def _union(shapes: NDArray[np.object_]) -> BaseGeometry:
    """Return the union of polygons sorted from the largest; most small ones lie within the large ones."""
    done = shapely.union_all(shapes[:_FIRST])
    rest = shapes[_FIRST:]
    if len(rest):
        shapely.prepare(done)
        rest = rest[~shapely.covers(done, rest)]
        done = shapely.union_all(np.append(rest, done))
    return done


def roofprint(triangles: Triangles, *, walls_only: bool = False) -> Print | None:
    """Return the outline of everything seen from above; None without any surface.

    Parameters
    ----------
    triangles : of the building's envelope
    walls_only : there is neither slab nor roof: rooms between the walls belong to the building
    """
    everything = union(triangles)
    shape = tidy(closed(everything, JOINT), hole=np.inf if walls_only else MIN_HOLE)
    if not shape.is_empty:
        return Print(shape, "filled_walls" if walls_only else "envelope")
    shape = tidy(closed(everything, FRAME))
    if not shape.is_empty:
        return Print(shape, "closed_frame")
    shape = polygons_of(shapely.convex_hull(shapely.multipoints(triangles[:, :, :2].reshape(-1, 2))))
    return None if shape.is_empty else Print(shape, "hull")


def ground_print(walls: Triangles, slabs: Triangles, spaces: Triangles) -> Print | None:
    """Return the outline of a building where it stands on the ground; None where nothing of it does.

    Parameters
    ----------
    walls : of walls, columns and the like of the ground storey
    slabs : of the floors at the ground
    spaces : of the rooms of the ground storey
    """
    floors, rooms = union(slabs), union(spaces)
    cover = shapely.union(floors, rooms)
    ring = tidy(_ring(closed(union(walls), DOOR), cover), hole=0.0)
    wanted = max(floors.area, rooms.area)
    if ring.area > 0 and ring.area >= RING_SHARE * wanted:
        return Print(ring, "wall_ring")
    if wanted == 0:
        return None
    # Paving is often modelled as slabs: where rooms are known and much smaller, they say what is inside.
    paved = 0 < rooms.area < RING_SHARE * floors.area
    parts = [ring, rooms] if paved else [ring, rooms, floors]
    shape = tidy(closed(shapely.union_all(parts), DOOR if paved else JOINT))
    return None if shape.is_empty else Print(shape, "ground_spaces" if paved else "ground_slabs")


def _ring(walls: BaseGeometry, cover: BaseGeometry) -> BaseGeometry:
    """Return walls with their rooms; a court that floors and rooms leave open stays a hole."""
    parts = shapely.get_parts(walls)
    holes = shapely.polygons([ring for part in parts for ring in part.interiors])
    large = holes[shapely.area(holes) > MIN_COURT]
    covered = shapely.area(shapely.intersection(large, cover))
    courts = large[covered < COVERED * shapely.area(large)]
    filled = shapely.union_all(shapely.polygons([part.exterior for part in parts]))
    # What stands in a court is no part of it.
    return shapely.union(shapely.difference(filled, shapely.union_all(courts)), walls) if len(courts) else filled


def closed(shape: BaseGeometry, distance: float) -> BaseGeometry:
    """Return a shape with gaps of up to twice `distance` closed and its corners kept."""
    if shape.is_empty:
        return shape
    grown = shapely.buffer(shape, distance, join_style="mitre", mitre_limit=5.0)
    return shapely.buffer(grown, -distance, join_style="mitre", mitre_limit=5.0)


def tidy(shape: BaseGeometry, *, part: float = MIN_PART, hole: float = MIN_HOLE) -> Outline:
    """Return the polygons of a shape without small parts, small holes and needless corners."""
    kept = []
    for polygon in shapely.get_parts(shapely.simplify(shape, SIMPLIFY)):
        if not isinstance(polygon, shapely.Polygon) or shapely.Polygon(polygon.exterior).area < part:
            continue
        holes = [ring for ring in polygon.interiors if shapely.Polygon(ring).area >= hole]
        kept.append(shapely.Polygon(polygon.exterior, holes))
    return polygons_of(shapely.union_all(kept))


def polygons_of(shape: BaseGeometry) -> Outline:
    """Return what of a shape is area, in a form that does not depend on the order of the elements."""
    if not shape.is_valid:
        shape = shapely.make_valid(shape)
    parts = [p for p in shapely.get_parts(shape) if isinstance(p, shapely.Polygon) and not p.is_empty]
    areas = shapely.normalize(shapely.multipolygons(parts)) if parts else EMPTY
    return areas.geoms[0] if len(parts) == 1 else areas
