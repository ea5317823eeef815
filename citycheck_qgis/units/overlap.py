"""How much of each feature lies in each unit, exactly, without cutting a polygon.

The boundaries of the units are kept as segments in a grid of square cells. Most features are settled by their box
alone: where no segment meets the box, it lies in one unit or in none, and which one is known at the corners of the
cells. For the others the area of overlap is a sum over pairs of edges (Green's theorem): a unit covers what lies
above its lower edges less what lies above its upper edges, so its overlap with a feature is the sum, over the
segments in the feature's box, of the feature's area above each of them, with the sign of the segment's direction.
Every unit is treated alone: gaps, overlaps, holes and exclaves need no special case.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import shapely

from .geometry import repair_shapes

#: A cell has at least this edge (m); cells are powers of two, so that the grid's lines are exact numbers.
SMALLEST_CELL = 8.0
#: Cells per feature, and the most and the fewest cells of a grid.
CELLS_PER_FEATURE, MOST_CELLS, FEWEST_CELLS = 8, 12_000_000, 4_000
#: Features whose boxes are looked at together, and rows of a table of edge pairs: both bound the memory.
BATCH, PAIRS = 262_144, 500_000
#: The grid's origin and the corners of boxes are odd multiples of 1/4096 m. Coordinates rounded to decimals never are:
#: no boundary runs exactly through a corner. And what is subtracted from a coordinate loses none of its digits.
_ORIGIN = np.array([2511.0, 1791.0]) / 4096
_STEP = 1024.0


@dataclass(frozen=True)
class Overlaps:
    """What features overlap.

    Attributes
    ----------
    settled : int32, one per feature: the unit that holds it whole; -1 none; -2 it was measured
    measured : int, the features that were measured, ascending
    size : float, for each measured feature its own area (m2), length (m) or number of points; -1 no geometry
    feature, unit, measure : pairs of a measured feature (position in `measured`) and a unit, sorted by both, with
        the area, length or number of points of the feature in the unit
    """

    settled: np.ndarray
    measured: np.ndarray
    size: np.ndarray
    feature: np.ndarray
    unit: np.ndarray
    measure: np.ndarray


def expand(start: np.ndarray, count: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return, for ranges of `count` numbers from `start`, the position of the range and the number, one row each."""
    owner = np.repeat(np.arange(len(count)), count)
    first = np.cumsum(count) - count
    return owner, np.arange(len(owner)) - np.repeat(first - start, count)


def _sums(at: np.ndarray, values: np.ndarray, number: int) -> np.ndarray:
    """Return the sums of values by position."""
    # Of no values at all NumPy would make whole numbers.
    return np.bincount(at, values, number).astype(float, copy=False)


def polygon_edges(shapes: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the edges of polygons with the inside on their left.

    Parameters
    ----------
    shapes : Polygons and MultiPolygons

    Returns
    -------
    edges : float (n, 4): x and y of the start and of the end; edges without length are left out
    owner : int (n,), position of the polygon, ascending
    """
    parts, part_owner = shapely.get_parts(shapes, return_index=True)
    rings, ring_part = shapely.get_rings(parts, return_index=True)
    points, ring = shapely.get_coordinates(rings, return_index=True)
    if len(points) == 0:
        return np.empty((0, 4)), np.empty(0, dtype=np.int64)
    inner = np.r_[False, ring_part[1:] == ring_part[:-1]]
    first = np.searchsorted(ring, np.arange(len(rings)))
    same = ring[1:] == ring[:-1]
    # Relative to the ring's first point, for the sake of the digits.
    x, y = (points - points[first[ring]]).T
    doubled = np.where(same, x[:-1] * y[1:] - x[1:] * y[:-1], 0.0)
    clockwise = np.add.reduceat(np.r_[doubled, 0.0], first) < 0
    turn = (clockwise != inner)[ring[:-1]]
    start, end = points[:-1], points[1:]
    edges = np.where(turn[:, None], np.hstack([end, start]), np.hstack([start, end]))
    keep = same & ((edges[:, 0] != edges[:, 2]) | (edges[:, 1] != edges[:, 3]))
    return edges[keep], part_owner[ring_part[ring[:-1][keep]]]


def _crossing_x(edges: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Where edges that are not level meet the level y; never beyond their ends, whatever the rounding."""
    xa, ya, xb, yb = edges.T
    x = xa + (y - ya) * ((xb - xa) / (yb - ya))
    return np.clip(x, np.minimum(xa, xb), np.maximum(xa, xb))


def _height_at(edges: np.ndarray, x: np.ndarray) -> np.ndarray:
    """Height of edges that are not upright at x."""
    xa, ya, xb, yb = edges.T
    return ya + (x - xa) * ((yb - ya) / (xb - xa))


class Boundaries:
    """The boundary segments of units in a grid.

    Parameters
    ----------
    shapes : valid Polygons and MultiPolygons of the units
    features : about how many features will be asked for; the grid is made as fine as is worth it
    """

    def __init__(self, shapes: np.ndarray, features: int) -> None:
        self.shapes = shapes
        edges, self.unit = polygon_edges(shapes)
        self.origin = (np.floor(edges.reshape(-1, 2).min(axis=0)) if len(edges) else np.zeros(2)) - _ORIGIN
        edges -= np.tile(self.origin, 2)
        self.edges = edges
        extent = edges.reshape(-1, 2).max(axis=0) if len(edges) else np.ones(2)
        wanted = min(max(CELLS_PER_FEATURE * features, FEWEST_CELLS), MOST_CELLS)
        exact = np.sqrt(max(extent[0] * extent[1], 1.0) / wanted)
        self.cell = max(SMALLEST_CELL, 2.0 ** np.ceil(np.log2(exact)))
        self.columns, self.rows = (int(n) + 1 for n in extent // self.cell)
        self._put_into_cells()
        self._label_corners()

    def _put_into_cells(self) -> None:
        """List the segments of each cell; a segment is in all cells that its own box meets."""
        low = np.minimum(self.edges[:, :2], self.edges[:, 2:])
        high = np.maximum(self.edges[:, :2], self.edges[:, 2:])
        first, last = ((a // self.cell).astype(np.int32) for a in (low, high))
        wide, tall = (last - first + 1).T
        segment, number = expand(np.zeros(len(wide), dtype=np.int64), wide * tall)
        cell = (first[segment, 1] + number // wide[segment]) * self.columns + (
            first[segment, 0] + number % wide[segment]
        )
        order = np.argsort(cell, kind="stable")
        self.cell_segment = segment[order].astype(np.int32)
        count = np.bincount(cell, minlength=self.columns * self.rows)
        self.cell_first = np.concatenate([[0], np.cumsum(count)])
        self.segment_first = first
        occupied = np.zeros((self.rows + 1, self.columns + 1), dtype=np.int32)
        occupied[1:, 1:] = (count > 0).reshape(self.rows, self.columns)
        np.cumsum(occupied, axis=0, out=occupied)
        np.cumsum(occupied, axis=1, out=occupied)
        self.occupied = occupied

    def _label_corners(self) -> None:
        """Find how many units, and which, hold the lower left corner of each cell, row by row from the left."""
        ya, yb = self.edges[:, 1], self.edges[:, 3]
        low, high = np.minimum(ya, yb), np.maximum(ya, yb)
        # A level is met from its lower end on, up to but without its upper end.
        first = np.ceil(low / self.cell).astype(np.int64)
        levels = np.ceil(high / self.cell).astype(np.int64) - first
        segment, row = expand(first, levels)
        x = _crossing_x(self.edges[segment], row * self.cell)
        column = (x // self.cell).astype(np.int64) + 1
        inside = column < self.columns
        at = (row * self.columns + column)[inside]
        sign = np.where(yb > ya, -1, 1)[segment][inside]
        number = sign * (self.unit[segment][inside] + 1)
        cells = self.rows * self.columns
        shape = (self.rows, self.columns)
        holders = np.bincount(at, sign, cells).reshape(shape).cumsum(axis=1)
        label = np.bincount(at, number, cells).reshape(shape).cumsum(axis=1)
        #: Position of the one unit at each corner; -1 none, -2 several.
        self.label = np.where(
            holders == 1, label - 1, np.where((holders == 0) & (label == 0), -1, -2)
        ).astype(np.int32)

    def cells_of(self, boxes: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return the columns and rows (n, 4: first column, first row, last column, last row) that boxes meet.

        The second array tells which boxes meet the grid at all.
        """
        cells = np.floor(boxes / self.cell)
        limit = np.array([self.columns, self.rows, self.columns, self.rows]) - 1.0
        # A box without numbers compares as false everywhere.
        meets = (cells[:, 2:] >= 0).all(axis=1) & (cells[:, :2] <= limit[:2]).all(axis=1)
        cells[~meets] = 0.0
        return np.clip(cells, 0.0, limit).astype(np.int32), meets

    def settle(self, boxes: np.ndarray) -> np.ndarray:
        """Return for each box the unit that holds it (-1 none), or -2 where its cells alone do not tell.

        Parameters
        ----------
        boxes : float (n, 4), local (see `local`)
        """
        cells, meets = self.cells_of(boxes)
        left, bottom, right, top = cells.T
        grid = self.occupied
        busy = grid[top + 1, right + 1] - grid[bottom, right + 1] - grid[top + 1, left] + grid[bottom, left]
        # Where no segment runs through the cells, their first corner speaks for the box.
        unit = np.where(busy > 0, -2, self.label[bottom, left])
        return np.where(meets, unit, -1).astype(np.int32)

    def local(self, boxes: np.ndarray) -> np.ndarray:
        """Return boxes relative to the grid's origin, a hair larger so that their corners meet no vertex."""
        moved = (boxes - np.tile(self.origin, 2)) * _STEP
        np.floor(moved, out=moved)
        moved += [-0.5, -0.5, 1.5, 1.5]
        moved /= _STEP
        return moved


@dataclass(frozen=True)
class _Meetings:
    """Segments that meet boxes, and the units that hold the boxes' lower left corners.

    Attributes
    ----------
    box, segment : pairs, sorted by box
    corner_box, corner_unit, holds : pairs of a box and a unit; `holds` is 1 where the unit holds the corner
    unsure : boxes whose corner lies in several units, sorted
    """

    box: np.ndarray
    segment: np.ndarray
    corner_box: np.ndarray
    corner_unit: np.ndarray
    holds: np.ndarray
    unsure: np.ndarray


def _meet(boundaries: Boundaries, boxes: np.ndarray) -> _Meetings:
    """Find the segments that meet boxes; every box meets the grid."""
    cells, _ = boundaries.cells_of(boxes)
    left, bottom, right, top = cells.T.astype(np.int64)
    wide = right - left + 1
    owner, number = expand(np.zeros(len(boxes), dtype=np.int64), wide * (top - bottom + 1))
    column, row = left[owner] + number % wide[owner], bottom[owner] + number // wide[owner]
    cell = row * boundaries.columns + column
    first = boundaries.cell_first[cell]
    entry, place = expand(first, boundaries.cell_first[cell + 1] - first)
    segment = boundaries.cell_segment[place]
    box = owner[entry]
    corner = _corner_units(boundaries, boxes, cells, box, segment, number[entry] == 0)

    # A segment that shares several cells with a box is taken in the first of them.
    start = boundaries.segment_first[segment]
    once = (np.maximum(start[:, 0], left[box]) == column[entry]) & (
        np.maximum(start[:, 1], bottom[box]) == row[entry]
    )
    box, segment = box[once], segment[once]
    keep = _touches(boundaries.edges[segment], boxes[box])
    return _Meetings(box[keep], segment[keep], *corner)


def _touches(edges: np.ndarray, boxes: np.ndarray) -> np.ndarray:
    """Return whether edges meet boxes."""
    xa, ya, xb, yb = edges.T
    x0, y0, x1, y1 = boxes.T
    near = (
        (np.minimum(xa, xb) <= x1) & (np.maximum(xa, xb) >= x0)
        & (np.minimum(ya, yb) <= y1) & (np.maximum(ya, yb) >= y0)
    )  # fmt: skip
    # Not on one side of the edge's line: the corner that is farthest along the edge's normal, and its opposite.
    dx, dy = xb - xa, yb - ya
    middle = dx * ((y0 + y1) / 2 - ya) - dy * ((x0 + x1) / 2 - xa)
    reach = np.abs(dx) * (y1 - y0) / 2 + np.abs(dy) * (x1 - x0) / 2
    return near & (np.abs(middle) <= reach)


def _corner_units(
    boundaries: Boundaries,
    boxes: np.ndarray,
    cells: np.ndarray,
    box: np.ndarray,
    segment: np.ndarray,
    in_first_cell: np.ndarray,
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Find the units that hold the lower left corners of boxes, by walking there from the corner of the cell.

    The walk goes along the lower side of the cell and then straight up; each segment that it crosses takes it into
    a unit or out of one. A box whose corner is left of the grid or below it starts in no unit.
    """
    inside = (boxes[:, 0] >= 0) & (boxes[:, 1] >= 0)
    label = np.where(inside, boundaries.label[cells[:, 1], cells[:, 0]], -1)
    walked = in_first_cell & inside[box]
    box, segment = box[walked], segment[walked]
    edges = boundaries.edges[segment]
    xa, ya, xb, yb = edges.T
    x, y = boxes[box, 0], boxes[box, 1]
    from_x, from_y = (cells[box, :2] * boundaries.cell).T
    with np.errstate(divide="ignore", invalid="ignore"):
        across = (np.minimum(ya, yb) <= from_y) & (from_y < np.maximum(ya, yb))
        met = _crossing_x(edges, from_y)
        across &= (from_x <= met) & (met < x)
        up = (np.minimum(xa, xb) < x) & (x <= np.maximum(xa, xb))
        height = _height_at(edges, x)
        up &= (from_y < height) & (height <= y)
    step = np.where(across, np.where(yb > ya, -1, 1), 0) + np.where(up, np.where(xb > xa, 1, -1), 0)
    crossed = step != 0
    known = np.flatnonzero(label >= 0)
    units = len(boundaries.shapes)
    keys, at = np.unique(
        np.concatenate([known, box[crossed]]) * units
        + np.concatenate([label[known], boundaries.unit[segment[crossed]]]),
        return_inverse=True,
    )
    holds = np.bincount(at, np.concatenate([np.ones(len(known)), step[crossed]]), len(keys)).astype(np.int64)
    unsure = np.union1d(np.flatnonzero(label == -2), keys[(holds < 0) | (holds > 1)] // units)
    return keys // units, keys % units, holds, unsure


def find_overlaps(
    boundaries: Boundaries,
    boxes: np.ndarray,
    geometry: Callable[[np.ndarray], np.ndarray],
    progress: Callable[[float], None] = lambda share: None,
) -> Overlaps:
    """Measure the overlap of features with units.

    Parameters
    ----------
    boundaries : the units
    boxes : float (n, 4): xmin, ymin, xmax, ymax of each feature or a little more; nan where it has no geometry
    geometry : gives the geometries of features by their positions (ascending); asked only for those that a box does
        not settle
    progress : called with the share done, 0 to 1; may raise to cancel
    """
    settled = np.full(len(boxes), -1, dtype=np.int32)
    batches: list[tuple[np.ndarray, ...]] = [_no_overlaps()]
    measured = 0
    for start in range(0, len(boxes), BATCH):
        local = boundaries.local(np.asarray(boxes[start : start + BATCH], dtype=float))
        unit = boundaries.settle(local)
        rows = np.flatnonzero(unit == -2)
        if len(rows):
            unit[rows], found = _measure_batch(boundaries, local[rows], rows + start, geometry)
            batches.append((*found[:2], found[2] + measured, *found[3:]))
            measured += len(found[0])
        settled[start : start + BATCH] = unit
        progress(min(start + BATCH, len(boxes)) / len(boxes))
    return Overlaps(settled, *(np.concatenate(arrays) for arrays in zip(*batches, strict=True)))


def _no_overlaps() -> tuple[np.ndarray, ...]:
    whole, real = np.empty(0, dtype=np.int64), np.empty(0)
    return whole, real, whole, whole, real


def _measure_batch(
    boundaries: Boundaries,
    boxes: np.ndarray,
    features: np.ndarray,
    geometry: Callable[[np.ndarray], np.ndarray],
) -> tuple[np.ndarray, tuple[np.ndarray, ...]]:
    """Settle boxes by the segments in them, and measure the features of those that segments meet.

    Returns for each box its one unit, -1 none or -2 measured, and the arrays of `Overlaps` from `measured` on.
    """
    met = _meet(boundaries, boxes)
    crossed = np.zeros(len(boxes), dtype=bool)
    crossed[met.box] = True
    unsure = np.zeros(len(boxes), dtype=bool)
    unsure[met.unsure] = True
    sole = met.holds == 1
    unsure |= np.bincount(met.corner_box[sole], minlength=len(boxes)) > 1
    unit = np.full(len(boxes), -1, dtype=np.int32)
    unit[met.corner_box[sole]] = met.corner_unit[sole]
    asked = np.flatnonzero(crossed | unsure)
    unit[asked] = -2
    if len(asked) == 0:
        return unit, _no_overlaps()
    shapes, _ = repair_shapes(geometry(features[asked]))
    by_edges = ~unsure[asked] & (shapely.get_dimensions(shapes) == 2)
    plain, other = np.flatnonzero(by_edges), np.flatnonzero(~by_edges)
    pairs = _by_edges(boundaries, boxes, met, asked[plain], shapes[plain])
    cut = overlay(shapes[other], boundaries.shapes)
    feature = np.concatenate([plain[pairs[0]], other[cut[0]]])
    partner = np.concatenate([pairs[1], cut[1]])
    order = np.lexsort((partner, feature))
    size = np.where(shapely.is_missing(shapes), -1.0, size_of(shapes))
    measure = np.concatenate([pairs[2], cut[2]])[order]
    return unit, (features[asked], size, feature[order], partner[order], measure)


def _by_edges(
    boundaries: Boundaries, boxes: np.ndarray, met: _Meetings, asked: np.ndarray, shapes: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return position in `asked`, unit and area of overlap for polygons, by the segments in their boxes."""
    position = np.full(len(boxes), -1, dtype=np.int64)
    position[asked] = np.arange(len(asked))
    mine = position[met.box] >= 0
    box, segment = met.box[mine], met.segment[mine]
    # Everything relative to the lower left corner of the feature's box.
    corner = boxes[:, :2]
    edges, owner = polygon_edges(shapes)
    edges -= np.tile(boundaries.origin + corner[asked[owner]], 2)
    area = _sums(owner, (edges[:, 0] * edges[:, 3] - edges[:, 2] * edges[:, 1]) / 2, len(asked))
    lines, sign, parent = _floor_lines(
        boundaries.edges[segment] - np.tile(corner[box], 2), (boxes[:, 2] - boxes[:, 0])[box]
    )
    units = len(boundaries.shapes)
    holding = (met.holds == 1) & (position[met.corner_box] >= 0)
    base = position[met.corner_box[holding]] * units + met.corner_unit[holding]
    keys, at = np.unique(
        np.concatenate([base, position[box] * units + boundaries.unit[segment]]), return_inverse=True
    )
    overlap = _sums(at[: len(base)], area[base // units], len(keys))
    above = _areas_above(lines, position[box][parent], edges, owner)
    overlap += _sums(at[len(base) :][parent], sign * above, len(keys))
    return keys // units, keys % units, overlap


def _floor_lines(edges: np.ndarray, width: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return lines (left to right) that a unit lies above (+1) or below (-1), from its segments in a box.

    What a segment has below the box is replaced by a line along the box's floor, from where it comes in.

    Parameters
    ----------
    edges : (n, 4), relative to the lower left corner of the box
    width : width of the box

    Returns
    -------
    lines (m, 4), sign (m,), and the position of the segment that each comes from (m,)
    """
    xa, ya, xb, yb = edges.T
    low = (np.minimum(ya, yb) <= 0) & (np.maximum(ya, yb) > 0)
    meets = np.zeros(len(edges))
    meets[low] = _crossing_x(edges[low], np.zeros(int(low.sum())))
    floor = np.flatnonzero(low & (meets >= 0) & (meets < width))
    nothing = np.zeros(len(floor))
    floors = np.column_stack([meets[floor], nothing, width[floor], nothing])
    above = np.flatnonzero((xa != xb) & (np.maximum(ya, yb) > 0))
    kept, cut, at = edges[above].copy(), low[above], meets[above]
    for column in (0, 2):
        under = cut & (kept[:, column + 1] < 0)
        kept[under, column], kept[under, column + 1] = at[under], 0.0
    leftward = kept[:, 0] > kept[:, 2]
    kept[leftward] = kept[leftward][:, [2, 3, 0, 1]]
    return (
        np.concatenate([kept, floors]),
        np.concatenate([np.where(leftward, -1.0, 1.0), np.where(yb[floor] > ya[floor], -1.0, 1.0)]),
        np.concatenate([above, floor]),
    )


def _areas_above(lines: np.ndarray, polygon: np.ndarray, edges: np.ndarray, owner: np.ndarray) -> np.ndarray:
    """Return the area that polygons have above lines.

    Parameters
    ----------
    lines : (m, 4), left to right, not upright
    polygon : (m,) position of the polygon of each line
    edges, owner : edges of the polygons, the inside on their left, and the positions of their polygons, ascending
    """
    # The inside is below an edge that goes left and above one that goes right.
    upright = edges[:, 0] == edges[:, 2]
    edges, owner = edges[~upright], owner[~upright]
    sign = np.where(edges[:, 0] > edges[:, 2], 1.0, -1.0)
    turned = np.where((sign > 0)[:, None], edges[:, [2, 3, 0, 1]], edges)
    slope = (turned[:, 3] - turned[:, 1]) / (turned[:, 2] - turned[:, 0])
    line_slope = (lines[:, 3] - lines[:, 1]) / np.where(
        lines[:, 2] > lines[:, 0], lines[:, 2] - lines[:, 0], 1.0
    )
    number = int(polygon.max()) + 1 if len(polygon) else 0
    first = np.searchsorted(owner, np.arange(number + 1))
    count = np.diff(first)[polygon]
    result = np.zeros(len(lines))
    ends = np.cumsum(count)
    start = 0
    while start < len(lines):
        done = int(ends[start - 1]) if start else 0
        stop = max(start + 1, int(np.searchsorted(ends, done + PAIRS, side="right")))
        line, edge = expand(first[polygon[start:stop]], count[start:stop])
        line += start
        x0 = np.maximum(turned[edge, 0], lines[line, 0])
        x1 = np.minimum(turned[edge, 2], lines[line, 2])
        over = np.flatnonzero(x1 > x0)
        line, edge, x0, x1 = line[over], edge[over], x0[over], x1[over]
        rise0 = turned[edge, 1] - lines[line, 1] + (x0 - turned[edge, 0]) * slope[edge]
        rise0 -= (x0 - lines[line, 0]) * line_slope[line]
        rise1 = rise0 + (x1 - x0) * (slope[edge] - line_slope[line])
        top, bottom = np.maximum(rise0, rise1), np.minimum(rise0, rise1)
        # Where edge and line cross, a triangle is left above the line.
        mixed = (bottom < 0) & (top > 0)
        triangle = top * top / np.where(mixed, top - bottom, 1.0)
        doubled = np.where(bottom >= 0, top + bottom, np.where(mixed, triangle, 0.0))
        area = sign[edge] * doubled * (x1 - x0) / 2
        result[start:stop] = _sums(line - start, area, stop - start)
        start = stop
    return result


def overlay(shapes: np.ndarray, units: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return feature, unit and measure of overlap for features of any type, by cutting them.

    For lines and points, and for the few polygons where units overlap.
    """
    tree = shapely.STRtree(shapes)
    shapely.prepare(units)
    unit, feature = tree.query(units, predicate="intersects")
    pieces = shapely.intersection(shapes[feature], units[unit])
    # Touching a border without crossing it is no overlap: the piece has less dimensions than its feature.
    crossing = shapely.get_dimensions(pieces) == shapely.get_dimensions(shapes[feature])
    return feature, unit, np.where(crossing, size_of(pieces), 0.0)


def size_of(shapes: np.ndarray) -> np.ndarray:
    """Return area for polygons, length for lines, number of points for points; 0 for none."""
    dimension = shapely.get_dimensions(shapes)
    return np.select(
        [dimension == 2, dimension == 1, dimension == 0],
        [shapely.area(shapes), shapely.length(shapes), shapely.get_num_coordinates(shapes)],
        0.0,
    )
