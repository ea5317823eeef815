"""From triangles to the two polygons of a building: the roofprint, and the print of its walls on the ground."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from ..models import Outline
from .shapes import MIN_COURT, NOTHING, Bodies, Triangles

Corners: TypeAlias = NDArray[np.int64]

#: Gaps narrower than twice this are closed, metres: joints between elements of a roof, doors between walls.
JOINT, DOOR = 0.05, 0.3
#: Half the width given to walls that have none.
LINE = 0.005
#: Gaps between the members of a bare frame.
FRAME = 0.5
#: Corners that move an outline by less than this are needless, metres; coordinates are rounded to half of `ROUNDING`.
SIMPLIFY, ROUNDING = 0.01, 0.002
#: Square metres below which a part or a hole of an outline is none.
MIN_PART, MIN_HOLE = 4.0, 1.0
#: A room larger than `MIN_COURT` is open to the sky when floors and rooms cover less than this share of it.
COVERED = 0.5
#: Eaves stand over the walls of a court by up to this, metres; walls are along more than this share of its edge.
EAVES, WALLED = 1.5, 0.6
#: Shares of a ground print outside of the roofprint: less is rounding, more is no gap.
SLIVER, GAPS = 0.002, 0.05
#: The ring of walls is the ground print when it is at least this share of floors and rooms at the ground.
RING_SHARE = 0.5
#: Two prints that differ by more than this share are worth a look.
DIFFERENT = 0.25
#: So many of the largest triangles are united first; what they cover is left out when that is more than a share of a
#: sample of the rest.
FIRST, SAMPLE, WORTH = 400, 64, 0.6

#: Metres of width up to which the hull of an element stands for its plan.
THIN = 0.25

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
    return _distinct(flat[doubled != 0])


def _points(triangles: Triangles, numbers: NDArray[np.int64]) -> NDArray[np.object_]:
    """Return the corners of each element in plan as a multipoint, each corner once."""
    x, y = np.rint(triangles[:, :, :2] * 1000).reshape(-1, 2).T
    owner = np.repeat(numbers, 3)
    order = np.lexsort((y, x, owner))
    x, y, owner = x[order], y[order], owner[order]
    first = np.ones(len(x), bool)
    first[1:] = (x[1:] != x[:-1]) | (y[1:] != y[:-1]) | (owner[1:] != owner[:-1])
    return shapely.multipoints(np.column_stack([x, y])[first] / 1000, indices=owner[first])


def _distinct(flat: Corners) -> Corners:
    """Return triangles or segments of whole millimetres once each, whatever the order of their corners."""
    if not len(flat):
        return flat
    low = flat.min(axis=(0, 1))
    span = int((flat[:, :, 1] - low[1]).max()) + 1
    keys = np.sort((flat[:, :, 0] - low[0]) * span + (flat[:, :, 1] - low[1]), axis=1)
    keys = keys[np.lexsort(keys.T[::-1])]
    first = np.ones(len(keys), bool)
    first[1:] = (keys[1:] != keys[:-1]).any(axis=1)
    keys = keys[first]
    return np.stack([keys // span + low[0], keys % span + low[1]], axis=2)


def union(body: Bodies) -> BaseGeometry:
    """Return the union of bodies in plan, in metres."""
    rest, hulls = _thin(body)
    corners = projected(rest.triangles)
    shapes = np.append(hulls, shapely.polygons(corners / 1000)) if len(corners) else hulls
    if not len(shapes):
        return EMPTY
    return _union(shapes[np.argsort(-shapely.area(shapes), kind="stable")])


def _thin(body: Bodies) -> tuple[Bodies, NDArray[np.object_]]:
    """Take out straight thin elements (walls, beams, columns, plates on edge) as one polygon each, their hulls.

    A hull is wrong by less than its width, and one polygon costs a tenth of the triangles of a rolled profile.
    """
    if not len(body.owner):
        return body, np.zeros(0, object)
    _, numbers = np.unique(body.owner, return_inverse=True)
    hulls = shapely.convex_hull(_points(body.triangles, numbers))
    area = shapely.area(hulls)
    thin = (area > 0) & (area < THIN * shapely.length(hulls) / 2)
    kept = ~thin[numbers]
    return Bodies(body.triangles[kept], body.owner[kept]), hulls[thin]


def _union(shapes: NDArray[np.object_]) -> BaseGeometry:
    """Return the union of polygons sorted from the largest.

    Where large floors and roofs cover most of the rest, leaving that out saves nine tenths of the time; over bare
    steel it would cost more than it saves, so a sample decides.
    """
    done = _united(shapes[:FIRST])
    rest = shapes[FIRST:]
    if not len(rest):
        return done
    shapely.prepare(done)
    with np.errstate(all="ignore"):
        if shapely.covers(done, rest[:: len(rest) // SAMPLE + 1]).mean() > WORTH:
            rest = rest[~shapely.covers(done, rest)]
    return _united(np.append(rest, done))


def _united(shapes: NDArray[np.object_]) -> BaseGeometry:
    """Return the union of polygons; where exact noding fails (as GEOS can), on a grid of millimetres."""
    try:
        return shapely.union_all(shapes)
    except shapely.errors.GEOSException:
        return shapely.union_all(shapes, grid_size=0.001)


def roofprint(body: Bodies, loose: Bodies = NOTHING, *, walls_only: bool = False) -> Print | None:
    """Return the outline of everything seen from above; None without any surface.

    Parameters
    ----------
    body : the building's envelope
    loose : elements of unknown kind: a canopy that touches the envelope belongs to it, a tree beside it does not
    walls_only : there is neither slab nor roof: rooms between the walls belong to the building
    """
    core = union(body)
    everything = shapely.union(core, union(loose)) if len(loose.owner) else core
    shape = tidy(closed(everything, JOINT), hole=np.inf if walls_only else MIN_HOLE)
    if len(loose.owner):
        parts = shapely.get_parts(shape)
        shape = polygons_of(shapely.multipolygons(parts[shapely.intersects(parts, core)]))
    if not shape.is_empty:
        return Print(shape, "filled_walls" if walls_only else "envelope")
    shape = tidy(closed(everything, FRAME))
    if not shape.is_empty:
        return Print(shape, "closed_frame")
    shape = polygons_of(shapely.convex_hull(shapely.multipoints(body.triangles[:, :, :2].reshape(-1, 2))))
    return None if shape.is_empty else Print(shape, "hull")


def ground_print(
    walls: Bodies, slabs: Bodies, spaces: Bodies, roof: BaseGeometry = EMPTY, *, within: bool = False
) -> Print | None:
    """Return the outline of a building where it stands on the ground; None where nothing of it does.

    Parameters
    ----------
    walls : walls, columns and the like of the ground storey
    slabs : the floors at the ground
    spaces : the rooms of the ground storey
    roof : the roofprint; says what is a court where there are neither floors nor rooms
    within : floors count under the roof only, for they are paving outside
    """
    floors, rooms = union(slabs), union(spaces)
    if within:
        floors = shapely.intersection(floors, roof)
    cover = shapely.union(floors, rooms)
    cover = roof if cover.is_empty else cover
    wanted = max(floors.area, rooms.area)
    solid = union(walls)
    ring = _ring(closed(solid, DOOR), cover)
    if ring.area == 0 or ring.area < RING_SHARE * wanted:
        bands = closed(shapely.union(solid, _lines(walls)), DOOR)
        ring = tidy(shapely.buffer(_ring(bands, cover), -LINE, join_style="mitre"), hole=0.0)
    if ring.area > 0 and ring.area >= RING_SHARE * wanted:
        return Print(ring, "wall_ring")
    if wanted == 0:
        return None
    # Paving is often modelled as slabs: where rooms are known and much smaller, they say what is inside.
    paved = 0 < rooms.area < RING_SHARE * floors.area
    parts = [solid, ring, rooms] if paved else [solid, ring, rooms, floors]
    shape = tidy(closed(shapely.union_all(parts), DOOR if paved else JOINT))
    return None if shape.is_empty else Print(shape, "ground_spaces" if paved else "ground_slabs")


def _lines(walls: Bodies) -> BaseGeometry:
    """Return walls without thickness, which from above are lines, as bands of twice `LINE`."""
    flat = np.rint(walls.triangles[:, :, :2] * 1000).astype(np.int64)
    a, b, c = flat[:, 0].astype(float), flat[:, 1].astype(float), flat[:, 2].astype(float)
    doubled = np.abs((b - a)[:, 0] * (c - a)[:, 1] - (b - a)[:, 1] * (c - a)[:, 0])
    length = np.sqrt(((flat.max(axis=1) - flat.min(axis=1)).astype(float) ** 2).sum(axis=1))
    # Twice the area over the length is the width; rounding to millimetres gives upright faces one.
    wide = np.isin(walls.owner, walls.owner[doubled > 4 * np.maximum(length, 1)])
    ends = flat[~wide][:, [[0, 1], [1, 2], [2, 0]]].reshape(-1, 2, 2)
    ends = _distinct(ends[(ends[:, 0] != ends[:, 1]).any(axis=1)])
    if not len(ends):
        return EMPTY
    bands = shapely.buffer(shapely.linestrings(ends / 1000), LINE, cap_style="square")
    return _united(bands)


def _ring(walls: BaseGeometry, cover: BaseGeometry) -> Outline:
    """Return walls with their rooms; a court that floors and rooms leave open stays a hole."""
    parts = shapely.get_parts(walls)
    holes = np.array([shapely.Polygon(ring) for part in parts for ring in part.interiors], dtype=object)
    large = holes[shapely.area(holes) > MIN_COURT]
    covered = shapely.area(shapely.intersection(large, cover))
    courts = large[covered < COVERED * shapely.area(large)]
    filled = shapely.union_all(shapely.polygons([part.exterior for part in parts]))
    if len(courts):
        filled = shapely.union(shapely.difference(filled, shapely.union_all(courts)), walls)
    return tidy(filled, hole=0.0)


def courts(higher: Outline, roof: Outline) -> NDArray[np.object_]:
    """Return the large holes of an outline that the roofprint does not have."""
    parts = shapely.get_parts(higher)
    holes = np.array([shapely.Polygon(ring) for part in parts for ring in part.interiors], dtype=object)
    holes = holes[shapely.area(holes) > MIN_COURT]
    # What stands in a court of its own, such as a kiosk, is no part of it.
    holes = shapely.difference(holes, higher)
    return holes[
        shapely.area(shapely.intersection(holes, roof)) > np.maximum(MIN_COURT, COVERED * shapely.area(holes))
    ]


def enclosed(holes: NDArray[np.object_], walls: Bodies, rooms: Bodies) -> BaseGeometry:
    """Return the union of the holes that walls enclose and that are no rooms."""
    if not len(holes):
        return EMPTY
    near = shapely.buffer(union(walls), EAVES)
    edges = shapely.boundary(holes)
    walled = shapely.length(shapely.intersection(edges, near)) > WALLED * shapely.length(edges)
    inside = shapely.area(shapely.intersection(holes, union(rooms))) > COVERED * shapely.area(holes)
    return shapely.union_all(holes[walled & ~inside])


def under(ground: Outline, roof: Outline) -> Outline:
    """Return the ground print without joints between walls that doors' gaps closed and the roofprint leaves open."""
    inside = tidy(shapely.intersection(ground, roof))
    return inside if SLIVER < 1 - inside.area / ground.area < GAPS else ground


def split(higher: Bodies, lower: Bodies, ground: Outline, roof: Outline) -> bool:
    """Tell whether the ground print lacks a part of the building that stands higher or lower.

    Parameters
    ----------
    higher, lower : walls that begin between the ground floor and the next, and that reach from below into the ground
        storey; the former stand beside the ground print, or the latter around a hole of it under the roof
    """
    beside = shapely.difference(union(higher), shapely.buffer(ground, EAVES))
    return beside.area > MIN_HOLE or not enclosed(courts(ground, roof), lower, NOTHING).is_empty


def without(shape: Outline, hole: BaseGeometry) -> Outline:
    """Return an outline less a part of it."""
    return tidy(shapely.difference(shape, hole))


def closed(shape: BaseGeometry, distance: float) -> BaseGeometry:
    """Return a shape with gaps of up to twice `distance` closed and its corners kept."""
    if shape.is_empty:
        return shape
    # Two vertices within rounding of each other make a mitred corner a cut one.
    smooth = shapely.simplify(shape, ROUNDING)
    grown = shapely.buffer(smooth, distance, join_style="mitre", mitre_limit=5.0)
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
