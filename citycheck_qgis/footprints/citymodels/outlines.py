"""From faces to the two polygons of each building: which faces count, and their union."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely

from ...units.geometry import repair_shapes
from .faces import FOOTPRINT, GROUND, PLAIN, ROOF, ROOF_EDGE, SIDE, Faces, Measures, measure

#: How a ground print was made, from the best to the worst, by rank.
GROUND_METHODS = ("lod0_footprint", "ground_surface", "lod0_roof_edge", "bottom_faces", "projected_faces")
#: How a roofprint was made, from the best to the worst, by rank.
ROOF_METHODS = ("lod0_roof_edge", "roof_surface", "projected_faces")
#: Faces of a solid that lie within this height of its lowest point are its bottom, metres.
_BOTTOM = 0.5
#: Of the area seen from above a bottom must cover this share to be taken for the ground print.
_WHOLE_BOTTOM = 0.5
#: A roof that covers less of the ground print than this is not the whole roof.
_WHOLE_ROOF = 0.9
#: Gaps between faces narrower than this are closed, metres; holes and parts smaller than `_SLIVER` m² are none.
_GAP, _SLIVER = 0.05, 0.5
#: Corners left over from faces that met there, and that lie this close to a straight line, are none, metres.
_STRAIGHT = 0.001
#: A face whose corners differ by less in height is level, metres.
_LEVEL = 0.1
#: Times its diameter that the outline of an invalid face may be long.
_TANGLED = 30
_NOT_ANY = 99


@dataclass
class Outlines:
    """The outlines of a batch of buildings; arrays with a row for each building.

    Attributes
    ----------
    ground, roof : polygons, multipolygons or None
    ground_method, roof_method : index into `GROUND_METHODS`, `ROOF_METHODS`, or -1
    low, high : lowest z of all faces, highest z of the roof; NaN where no face has one
    used, missed : faces that make up the polygons, and those that could not be read as polygons
    ground_area, roof_area : square metres; 0 without a polygon
    overhanging : the ground print is what is seen from above, and a face of it slopes: eaves may be in it
    incomplete : the surfaces named as roof leave part of the building uncovered, so all faces were taken
    """

    ground: np.ndarray
    roof: np.ndarray
    ground_method: np.ndarray
    roof_method: np.ndarray
    low: np.ndarray
    high: np.ndarray
    used: np.ndarray
    missed: np.ndarray
    ground_area: np.ndarray
    roof_area: np.ndarray
    overhanging: np.ndarray
    incomplete: np.ndarray


def outline(faces: Faces, count: int) -> Outlines:
    """Return the outlines of `count` buildings.

    Parameters
    ----------
    faces : usable faces in metres (`Faces.usable`), sorted by building

    Notes
    -----
    Ground print: footprint of LoD0, else ground surfaces, else the roof edge of LoD0, else the bottom of a solid,
    else everything seen from above. Roofprint: roof edge of LoD0, else roof surfaces, else everything seen from
    above. Each part of a building gives the best it has; a polygon of LoD0 on the building itself covers its parts.
    """
    measures = measure(faces)
    ground_faces, ground_rank = _ground(faces, measures)
    roof_faces, roof_rank = _roof(faces, measures)
    wanted = np.flatnonzero(ground_faces | roof_faces)
    shapes = np.full(len(faces.kind), None, dtype=object)
    shapes[wanted] = polygons(faces, wanted)
    failed = np.zeros(len(faces.kind), dtype=bool)
    failed[wanted] = shapely.is_missing(shapes[wanted])

    ground = unite(shapes, ground_faces & ~failed, faces.building, count)
    roof = unite(shapes, roof_faces & ~failed, faces.building, count)
    ground_area, roof_area = _areas(ground), _areas(roof)
    ground_method = _worst(ground_rank, ground_faces, faces.building, count)
    roof_method = _worst(roof_rank, roof_faces, faces.building, count)

    incomplete = (roof_method == 1) & (roof_area < _WHOLE_ROOF * ground_area)
    if incomplete.any():
        # The ground may also be larger because it was surveyed at another time: then all faces show no more.
        whole = incomplete[faces.building] & _seen_from_above(faces, measures)
        fresh = np.flatnonzero(whole & shapely.is_missing(shapes) & ~failed)
        shapes[fresh] = polygons(faces, fresh)
        failed[fresh] = shapely.is_missing(shapes[fresh])
        seen = unite(shapes, whole & ~failed, faces.building, count)
        seen_area = _areas(seen)
        incomplete &= _WHOLE_ROOF * seen_area > roof_area
        roof[incomplete], roof_area[incomplete] = seen[incomplete], seen_area[incomplete]
        roof_method[incomplete] = 2
        roof_faces = np.where(incomplete[faces.building], whole, roof_faces)

    sloping = ground_faces & (ground_rank == 4) & (measures.high - measures.low > _LEVEL)
    low, high = _levels(faces, measures, count)
    drawn = ~shapely.is_missing(shapes)
    return Outlines(
        ground=ground,
        roof=roof,
        ground_method=np.where(shapely.is_missing(ground), -1, ground_method),
        roof_method=np.where(shapely.is_missing(roof), -1, roof_method),
        low=low,
        high=high,
        used=np.bincount(faces.building[drawn & (ground_faces | roof_faces)], minlength=count),
        missed=np.bincount(faces.building[failed], minlength=count),
        ground_area=ground_area,
        roof_area=roof_area,
        overhanging=np.bincount(faces.building[sloping], minlength=count) > 0,
        incomplete=incomplete,
    )


def _ground(faces: Faces, measures: Measures) -> tuple[np.ndarray, np.ndarray]:
    """Return which faces make up the ground prints, and the rank of each in `GROUND_METHODS`."""
    ranks = {FOOTPRINT: 0, GROUND: 1, ROOF_EDGE: 2, ROOF: 4, SIDE: 4, PLAIN: 4}
    rank = _by_kind(faces, ranks)
    seen = np.abs(measures.area)
    flat = ~measures.steep
    plain = faces.kind == PLAIN
    bottom = plain & flat & (measures.high <= _lowest(faces, measures)[faces.object] + _BOTTOM)
    objects = int(faces.object.max()) + 1 if len(faces.object) else 0
    below = np.bincount(faces.object[bottom], seen[bottom], minlength=objects)
    # What is seen from above of a closed solid is half of what its faces add up to.
    above = np.bincount(faces.object[plain & flat], seen[plain & flat], minlength=objects) / 2
    rank[bottom & (below >= _WHOLE_BOTTOM * above)[faces.object]] = 3
    chosen, best = _best(faces, rank)
    # A named surface that is no ground (a dormer, a bridge between towers) stands on what else the building has.
    named = np.isin(faces.kind, (ROOF, SIDE))
    floating = (best == 4)[faces.object] & (_minimum(rank, faces.building) < 4)[faces.building] & named
    chosen &= ~floating
    projected = chosen & (rank == 4)
    chosen[projected] = _seen_from_above(faces, measures)[projected]
    return chosen & (flat | (rank < 3)), rank


def _roof(faces: Faces, measures: Measures) -> tuple[np.ndarray, np.ndarray]:
    """Return which faces make up the roofprints, and the rank of each in `ROOF_METHODS`."""
    ranks = {ROOF_EDGE: 0, ROOF: 1, GROUND: 2, SIDE: 2, PLAIN: 2, FOOTPRINT: _NOT_ANY}
    rank = _by_kind(faces, ranks)
    chosen, _ = _best(faces, rank)
    projected = chosen & (rank == 2)
    chosen[projected] = _seen_from_above(faces, measures)[projected]
    return chosen & ~measures.steep & (rank < _NOT_ANY), rank


def _by_kind(faces: Faces, ranks: dict[int, int]) -> np.ndarray:
    return np.array([ranks[kind] for kind in range(len(ranks))])[faces.kind]


def _best(faces: Faces, rank: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return which faces have the best rank of their object, and that rank of each object."""
    best = _minimum(rank, faces.object)
    own = np.full(int(faces.building.max()) + 1 if len(rank) else 0, _NOT_ANY)
    flat_kind = np.isin(faces.kind, (FOOTPRINT, ROOF_EDGE))
    covering = faces.own & flat_kind & (rank == best[faces.object])
    own[faces.building[covering]] = rank[covering]
    chosen = (rank == best[faces.object]) & (rank <= own[faces.building])
    return chosen, best


def _minimum(values: np.ndarray, group: np.ndarray) -> np.ndarray:
    """Return the smallest value of each group of sorted numbers 0, 1, ...; `_NOT_ANY` where a group is empty."""
    result = np.full(int(group.max()) + 1 if len(group) else 0, _NOT_ANY)
    if len(group):
        starts = np.flatnonzero(np.r_[True, group[1:] != group[:-1]])
        result[group[starts]] = np.minimum.reduceat(values, starts)
    return result


def _worst(rank: np.ndarray, chosen: np.ndarray, building: np.ndarray, count: int) -> np.ndarray:
    """Return the last rank that each building uses, -1 where it uses none."""
    result = np.full(count, -1)
    picked, number = rank[chosen], building[chosen]
    if len(number):
        starts = np.flatnonzero(np.r_[True, number[1:] != number[:-1]])
        result[number[starts]] = np.maximum.reduceat(picked, starts)
    return result


def _lowest(faces: Faces, measures: Measures) -> np.ndarray:
    """Return the lowest z of each object; NaN where it has none."""
    result = np.full(int(faces.object.max()) + 1 if len(faces.object) else 0, np.nan)
    if len(faces.object):
        starts = np.flatnonzero(np.r_[True, faces.object[1:] != faces.object[:-1]])
        result[faces.object[starts]] = np.fmin.reduceat(measures.low, starts)
    return result


def _seen_from_above(faces: Faces, measures: Measures) -> np.ndarray:
    """Return faces whose union is what is seen of each object from above.

    A closed solid has as much area that looks up as looks down, one right above the other: the half with fewer faces
    is enough. Of anything else all faces are needed that are no walls.
    """
    solid = ~measures.steep & ~np.isin(faces.kind, (FOOTPRINT, ROOF_EDGE))
    objects = int(faces.object.max()) + 1 if len(faces.object) else 0
    up, down = solid & (measures.area > 0), solid & (measures.area < 0)
    areas = [np.bincount(faces.object[m], np.abs(measures.area[m]), minlength=objects) for m in (up, down)]
    counts = [np.bincount(faces.object[m], minlength=objects) for m in (up, down)]
    closed = np.abs(areas[0] - areas[1]) <= 1e-6 * (areas[0] + areas[1]) + 1e-3
    take_up, take_down = ~closed | (counts[0] < counts[1]), ~closed | (counts[0] >= counts[1])
    return (up & take_up[faces.object]) | (down & take_down[faces.object])


def _levels(faces: Faces, measures: Measures, count: int) -> tuple[np.ndarray, np.ndarray]:
    """Return the lowest z of each building and the highest of its roof.

    The polygons of LoD0 count where a building has nothing else, unless all of them lie at 0: then no height was
    given.
    """
    low, high = np.full(count, np.nan), np.full(count, np.nan)
    flat = np.isin(faces.kind, (FOOTPRINT, ROOF_EDGE))
    given = ~flat | (measures.low != 0) | (measures.high != 0)
    for of_flat in (True, False):
        _reduce(np.fmin, low, measures.low, faces.building, given & (flat == of_flat))
    body = ~flat
    _reduce(np.fmax, high, measures.high, faces.building, body)
    _reduce(np.fmax, high, measures.high, faces.building, faces.kind == ROOF)
    return low, high


def _reduce(
    operation: np.ufunc, into: np.ndarray, values: np.ndarray, group: np.ndarray, where: np.ndarray
) -> None:
    """Write into each group's row the reduced values of its members, where it has any with a number."""
    where = where & ~np.isnan(values)
    members = group[where]
    if len(members):
        starts = np.flatnonzero(np.r_[True, members[1:] != members[:-1]])
        into[members[starts]] = operation.reduceat(values[where], starts)


def polygons(faces: Faces, wanted: np.ndarray) -> np.ndarray:
    """Return the wanted faces as valid 2D polygons; None where a face has no area."""
    keep = np.zeros(len(faces.kind), dtype=bool)
    keep[wanted] = True
    some = faces.take(keep)
    if not len(some.kind):
        return np.zeros(0, dtype=object)
    rings = shapely.linearrings(
        some.coordinates[:, :2], indices=np.repeat(np.arange(len(some.sizes)), some.sizes)
    )
    shapes = shapely.polygons(rings, indices=some.face)
    broken = np.flatnonzero(~shapely.is_valid(shapes))
    # A ring that crosses the face again and again crosses itself the square of that many times: no polygon, and no end to it.
    west, south, east, north = shapely.bounds(shapes[broken]).T
    tangled = shapely.length(shapes[broken]) > _TANGLED * np.hypot(east - west, north - south)
    shapes[broken[tangled]] = None
    broken = broken[~tangled]
    if len(broken):
        shapes[broken], _ = repair_shapes(shapes[broken])
        lower = shapely.get_dimensions(shapes[broken]) < 2
        shapes[broken[lower]] = None
    return shapes


def unite(shapes: np.ndarray, chosen: np.ndarray, building: np.ndarray, count: int) -> np.ndarray:
    """Return the union of the chosen shapes of each building; None where there is none.

    Faces of one surface meet along whole edges, so that the edges used once are its outline; a building whose faces
    overlap or do not meet shows an area other than theirs, and is united the careful way.
    """
    result = np.full(count, None, dtype=object)
    parts, number = shapely.get_parts(shapes[chosen], return_index=True)
    number = building[chosen][number]
    if not len(parts):
        return result
    many = np.bincount(number, minlength=count)
    single = many[number] == 1
    result[number[single]] = parts[single]
    parts, number = parts[~single], number[~single]
    if len(parts):
        groups, row = np.unique(number, return_inverse=True)
        # Faces that lie on each other (the top and bottom of a slab) would cancel out.
        collections = shapely.geometrycollections(parts, indices=row)
        total = np.bincount(row, shapely.area(parts))
        merged = _coverage(collections)
        area = shapely.area(merged)
        wrong = ~(np.abs(area - total) <= 1e-6 * total + 1e-4) | ~shapely.is_valid(merged)
        merged[wrong] = _union(collections[wrong])
        result[groups] = _tidy(merged)
    return shapely.normalize(result)


def _coverage(collections: np.ndarray) -> np.ndarray:
    try:
        return shapely.coverage_union_all(collections[:, None], axis=1)
    except shapely.GEOSException:
        return np.full(len(collections), None, dtype=object)


def _union(collections: np.ndarray) -> np.ndarray:
    try:
        return shapely.union_all(collections[:, None], axis=1)
    except shapely.GEOSException:
        # One of them does not come out in floating point; on a millimetre grid all do.
        return shapely.union_all(collections[:, None], axis=1, grid_size=0.001)


def _tidy(merged: np.ndarray) -> np.ndarray:
    """Return unions without the gaps between faces that do not quite meet, and without slivers."""
    ragged = np.flatnonzero(_rings(merged) > 1)
    if len(ragged):
        closed = shapely.buffer(merged[ragged], _GAP, join_style="mitre", quad_segs=1)
        closed = shapely.buffer(closed, -_GAP, join_style="mitre", quad_segs=1)
        # Where no gap was closed the outline stays as it was, corner by corner.
        gaps = _rings(closed) < _rings(merged[ragged])
        merged[ragged[gaps]] = closed[gaps]
        merged[ragged] = [_without_slivers(shape) for shape in merged[ragged]]
    simple = shapely.simplify(merged, _STRAIGHT)
    # Parts are simplified one by one, so that those that touch may come to overlap.
    wrong = ~shapely.is_valid(simple)
    simple[wrong] = repair_shapes(merged[wrong])[0]
    return simple


def _rings(shapes: np.ndarray) -> np.ndarray:
    return np.bincount(shapely.get_rings(shapes, return_index=True)[1], minlength=len(shapes))


def _without_slivers(shape: shapely.Geometry) -> shapely.Geometry | None:
    """Return a polygon or multipolygon without tiny holes and tiny parts; its largest part remains."""
    parts = shapely.get_parts(shape)
    if not len(parts):
        return None
    area = shapely.area(parts)
    kept = parts[(area >= _SLIVER) | (area == area.max())]
    filled = []
    for part in kept:
        holes = [ring for ring in part.interiors if shapely.Polygon(ring).area >= _SLIVER]
        filled.append(shapely.Polygon(part.exterior, holes) if len(holes) < len(part.interiors) else part)
    return filled[0] if len(filled) == 1 else shapely.MultiPolygon(filled)


def _areas(shapes: np.ndarray) -> np.ndarray:
    return np.nan_to_num(shapely.area(shapes))
