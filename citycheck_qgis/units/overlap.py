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
from .ranges import expand

#: A cell has at least this edge (m); cells are powers of two, so that the grid's lines are exact numbers.
SMALLEST_CELL = 8.0
#: Cells per feature, and the most and the fewest cells of a grid.
CELLS_PER_FEATURE, MOST_CELLS, FEWEST_CELLS = 8, 12_000_000, 4_000
#: Features whose boxes are looked at together, and rows of a table of edge pairs: both bound the memory.
BATCH, PAIRS = 65_536, 500_000
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


def _sums(at: np.ndarray, values: np.ndarray, number: int) -> np.ndarray:
    """Return the sums of values by position."""
    # Of no values at all NumPy would make whole numbers.
    return np.bincount(at, values, number).astype(float, copy=False)


def ring_points(shapes: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the points of polygons ring by ring, and whose edge starts at each.

    Parameters
    ----------
    shapes : Polygons and MultiPolygons

    Returns
    -------
    points : float (n, 2)
    owner : int32 (n,): with position p of the polygon p + 1 where the inside is on the left of the edge to the next
        point, -(p + 1) where it is on the right, 0 at the last point of a ring
    """
    parts, part_owner = shapes, np.arange(len(shapes))
    if (shapely.get_type_id(shapes) != shapely.GeometryType.POLYGON).any():
        parts, part_owner = shapely.get_parts(shapes, return_index=True)
    # A polygon without holes is one ring, and taking it out of the polygon would copy it.
    rings, ring_part = parts, np.arange(len(parts))
    if shapely.get_num_interior_rings(parts).any():
        rings, ring_part = shapely.get_rings(parts, return_index=True)
    points, ring = shapely.get_coordinates(rings, return_index=True)
    last = np.flatnonzero(np.r_[ring[1:] != ring[:-1], True][: len(ring)])
    inner = np.r_[False, ring_part[1:] == ring_part[:-1]][: len(rings)]
    turned = (_doubled_areas(points, last) < 0) != inner[ring[last]]
    number = (np.where(turned, -1, 1) * (part_owner[ring_part[ring[last]]] + 1)).astype(np.int32)
    owner = np.repeat(number, np.diff(last, prepend=-1))
    owner[last] = 0
    return points, owner


def _doubled_areas(points: np.ndarray, last: np.ndarray) -> np.ndarray:
    """Return twice the area of rings, negative where they run clockwise; `last` is the last point of each."""
    if len(last) == 0:
        return np.empty(0)
    first = np.r_[0, last[:-1] + 1]
    # Relative to the ring's first point, for the sake of the digits.
    x, y = (points - np.repeat(points[first], np.diff(last, prepend=-1), axis=0)).T
    return np.add.reduceat(np.r_[x[:-1] * y[1:] - x[1:] * y[:-1], 0.0], first)


def polygon_edges(shapes: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return the edges of polygons (4, n: x and y of the start and of the end), their polygons, and their signs.

    The positions of the polygons ascend; the sign is 1 where the inside is on the left and -1 where it is on the right.
    """
    points, owner = ring_points(shapes)
    start = np.flatnonzero(owner)
    number = owner[start]
    x, y = points.T
    edges = np.stack([x[start], y[start], x[start + 1], y[start + 1]])
    return edges, np.abs(number) - 1, np.sign(number).astype(float)


def _crossing_x(edges: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Where edges (4, n) that are not level meet the level y; never beyond their ends, whatever the rounding."""
    xa, ya, xb, yb = edges
    x = xa + (y - ya) * ((xb - xa) / (yb - ya))
    return np.clip(x, np.minimum(xa, xb), np.maximum(xa, xb))


def _height_at(edges: np.ndarray, x: np.ndarray) -> np.ndarray:
    """Height at x of edges (4, n) that are not upright."""
    xa, ya, xb, yb = edges
    return ya + (x - xa) * ((yb - ya) / (xb - xa))


class Boundaries:
    """The boundary segments of units in a grid.

    A segment is known by the number of the point where it starts; it ends at the next point.

    Parameters
    ----------
    shapes : valid Polygons and MultiPolygons of the units
    features : about how many features will be asked for; the grid is made as fine as is worth it
    """

    def __init__(self, shapes: np.ndarray, features: int) -> None:
        self.shapes = shapes
        #: The unit of the segment that starts at each point, as in `ring_points`.
        points, self.owner = ring_points(shapes)
        some = len(points) > 0
        self.origin = (np.floor(points.min(axis=0)) if some else np.zeros(2)) - _ORIGIN
        self.x, self.y = np.subtract(points.T, self.origin[:, None], order="C")
        width, height = (self.x.max(), self.y.max()) if some else (1.0, 1.0)
        wanted = min(max(CELLS_PER_FEATURE * features, FEWEST_CELLS), MOST_CELLS)
        self.cell = max(SMALLEST_CELL, 2.0 ** np.ceil(np.log2(np.sqrt(width * height / wanted))))
        self.columns, self.rows = int(width // self.cell) + 1, int(height // self.cell) + 1
        self.column, self.row = ((values * (1 / self.cell)).astype(np.int32) for values in (self.x, self.y))
        self._put_into_cells()
        self._label_corners()

    def segments(self, start: np.ndarray) -> np.ndarray:
        """Return segments (4, n): x and y of the start and of the end."""
        return np.stack([self.x[start], self.y[start], self.x[start + 1], self.y[start + 1]])

    def _put_into_cells(self) -> None:
        """List the segments of each cell, as runs of segments; a segment is in all cells that its own box meets."""
        cell = self.row * np.int32(self.columns) + self.column
        ends = self.owner == 0
        # Points that follow each other in one cell, with the segment that comes in and the one that goes out.
        start = np.flatnonzero(np.r_[True, (cell[1:] != cell[:-1]) | ends[:-1]][: len(cell)])
        stop = np.r_[start[1:], len(cell)][: len(start)]
        first = start - ((start > 0) & ~ends[start - 1])
        count = stop - ends[stop - 1] - first
        more_cells, more = self._cells_between(start[1:] - 1, cell)
        cells = np.concatenate([cell[start], more_cells])
        order = np.argsort(cells, kind="stable")
        self.run_column = cells[order] % self.columns
        self.run_first = np.concatenate([first, more])[order].astype(np.int32)
        self.run_count = np.concatenate([count, np.ones(len(more), dtype=np.int64)])[order].astype(np.int32)
        number = np.bincount(cells, minlength=self.columns * self.rows)
        self.cell_first = np.concatenate([[0], np.cumsum(number, dtype=np.int32)])
        occupied = np.zeros((self.rows + 1, self.columns + 1), dtype=np.int32)
        occupied[1:, 1:] = (number > 0).reshape(self.rows, self.columns)
        np.cumsum(occupied, axis=0, out=occupied)
        np.cumsum(occupied, axis=1, out=occupied)
        self.occupied = occupied

    def _cells_between(self, leaving: np.ndarray, cell: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return the cells that segments meet besides those of their ends, and these segments.

        Parameters
        ----------
        leaving : points that are the last of a run
        cell : cell of each point
        """
        width = np.abs(self.column[leaving + 1] - self.column[leaving])
        height = np.abs(self.row[leaving + 1] - self.row[leaving])
        far = (width + height > 1) & (self.owner[leaving] != 0)
        long, wide, tall = leaving[far], width[far].astype(np.int64) + 1, height[far].astype(np.int64) + 1
        at, number = expand(np.zeros(len(long), dtype=np.int64), wide * tall)
        segment = long[at]
        row = np.minimum(self.row[segment], self.row[segment + 1]) + number // wide[at]
        column = np.minimum(self.column[segment], self.column[segment + 1]) + number % wide[at]
        met = (row * self.columns + column).astype(np.int32)
        between = (met != cell[segment]) & (met != cell[segment + 1])
        return met[between], segment[between]

    def _label_corners(self) -> None:
        """Find how many units, and which, hold the lower left corner of each cell, row by row from the left."""
        # A segment meets a level from above its lower end up to its upper end.
        climbing = np.flatnonzero((self.row[1:] != self.row[:-1]) & (self.owner[:-1] != 0))
        low = np.minimum(self.row[climbing], self.row[climbing + 1])
        at, level = expand(low + 1, np.abs(self.row[climbing + 1] - self.row[climbing]))
        segment = climbing[at]
        x = _crossing_x(self.segments(segment), level * self.cell)
        # The next corner to the right; right of the last column it is the first corner of the next row.
        place = level * self.columns + (x * (1 / self.cell)).astype(np.int64) + 1
        number = self.owner[segment] * np.where(self.row[segment + 1] > self.row[segment], -1, 1)
        order = np.argsort(place, kind="stable")
        place, number = place[order], number[order]
        # What a row enters it leaves again, so that every row starts from nothing.
        holders, label = np.cumsum(np.sign(number)), np.cumsum(number)
        unit = np.where(holders == 1, label - 1, np.where((holders == 0) & (label == 0), -1, -2))
        until = np.r_[place, self.columns * self.rows]
        #: Position of the one unit at each corner; -1 none, -2 several.
        self.label = np.repeat(np.r_[-1, unit].astype(np.int32), np.diff(until, prepend=0))

    def local(self, boxes: np.ndarray) -> np.ndarray:
        """Return boxes (n, 4) as (4, n) relative to the origin, a hair larger so that their corners meet no vertex."""
        moved = np.subtract(boxes.T, np.tile(self.origin, 2)[:, None], order="C", dtype=float)
        moved *= _STEP
        np.floor(moved, out=moved)
        moved += np.array([-0.5, -0.5, 1.5, 1.5])[:, None]
        moved /= _STEP
        return moved

    def cells_of(self, boxes: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return the first column, first row, last column and last row (4, n) of the cells that local boxes meet.

        The second array tells which boxes meet the grid at all.
        """
        cells = boxes * (1 / self.cell)
        np.floor(cells, out=cells)
        limit = np.array([self.columns, self.rows, self.columns, self.rows])[:, None] - 1.0
        # A box without numbers compares as false everywhere.
        meets = (cells[2:] >= 0).all(axis=0) & (cells[:2] <= limit[:2]).all(axis=0)
        cells[:, ~meets] = 0.0
        return np.clip(cells, 0.0, limit, out=cells).astype(np.int32), meets

    def settle(self, boxes: np.ndarray) -> np.ndarray:
        """Return for each local box the unit that holds it (-1 none), or -2 where its cells alone do not tell."""
        (left, bottom, right, top), meets = self.cells_of(boxes)
        grid, wide = self.occupied.ravel(), self.columns + 1
        low, high = bottom * wide, (top + 1) * wide
        busy = grid[high + right + 1] - grid[low + right + 1] - grid[high + left] + grid[low + left]
        # Where no segment runs through the cells, their first corner speaks for the box.
        unit = np.where(busy > 0, np.int32(-2), self.label[bottom * self.columns + left])
        unit[~meets] = -1
        return unit


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
    """Find the segments that meet local boxes; every box meets the grid."""
    cells, _ = boundaries.cells_of(boxes)
    left, bottom, right, top = cells
    # The cells of a row follow each other, and so do their runs.
    box, row = expand(bottom, top - bottom + 1)
    start = row * boundaries.columns
    first = boundaries.cell_first[start + left[box]]
    at, run = expand(first, boundaries.cell_first[start + right[box] + 1] - first)
    box, row, column = box[at], row[at], boundaries.run_column[run]
    at, segment = expand(boundaries.run_first[run], boundaries.run_count[run])
    box, row, column = box[at], row[at], column[at]
    first_column, first_row = left[box], bottom[box]
    own_column = np.minimum(boundaries.column[segment], boundaries.column[segment + 1])
    own_row = np.minimum(boundaries.row[segment], boundaries.row[segment + 1])
    x, end_x = boundaries.x[segment], boundaries.x[segment + 1]
    near = (np.minimum(x, end_x) <= boxes[2][box]) & (np.maximum(x, end_x) >= boxes[0][box])

    walked = (row == first_row) & (column == first_column) & (near | (own_row < row))
    corner = _corner_units(boundaries, boxes, cells, box[walked], segment[walked])
    # A segment that shares several cells with a box is taken in the first of them.
    near &= (np.maximum(own_column, first_column) == column) & (np.maximum(own_row, first_row) == row)
    box, segment = box[near], segment[near]
    touching = _touches(boundaries.segments(segment), np.take(boxes, box, axis=1))
    return _Meetings(box[touching], segment[touching], *corner)


def _touches(edges: np.ndarray, boxes: np.ndarray) -> np.ndarray:
    """Return whether edges meet boxes that they are beside of neither on the left nor on the right."""
    xa, ya, xb, yb = edges
    x0, y0, x1, y1 = boxes
    # Not on one side of the edge's line: the corner that is farthest along the edge's normal, and its opposite.
    dx, dy = xb - xa, yb - ya
    middle = dx * ((y0 + y1) / 2 - ya) - dy * ((x0 + x1) / 2 - xa)
    reach = np.abs(dx) * (y1 - y0) / 2 + np.abs(dy) * (x1 - x0) / 2
    return (np.minimum(ya, yb) <= y1) & (np.maximum(ya, yb) >= y0) & (np.abs(middle) <= reach)


def _corner_units(
    boundaries: Boundaries, boxes: np.ndarray, cells: np.ndarray, box: np.ndarray, segment: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Find the units that hold the lower left corners of boxes, by walking there from the corner of the cell.

    The walk goes along the lower side of the cell and then straight up; each segment that it crosses takes it into
    a unit or out of one. A box whose corner is left of the grid or below it starts in no unit.

    Parameters
    ----------
    boxes, cells : all boxes and their cells (4, n)
    box, segment : pairs of a box and a segment in the cell of its corner
    """
    inside = (boxes[0] >= 0) & (boxes[1] >= 0)
    label = np.where(inside, boundaries.label[cells[1] * boundaries.columns + cells[0]], -1)
    box, segment = box[inside[box]], segment[inside[box]]
    edges = boundaries.segments(segment)
    xa, ya, xb, yb = edges
    x, y = np.take(boxes[:2], box, axis=1)
    from_x, from_y = np.take(cells[:2], box, axis=1) * boundaries.cell
    with np.errstate(divide="ignore", invalid="ignore"):
        across = (np.minimum(ya, yb) < from_y) & (from_y <= np.maximum(ya, yb))
        met = _crossing_x(edges, from_y)
        across &= (from_x <= met) & (met < x)
        up = (np.minimum(xa, xb) < x) & (x <= np.maximum(xa, xb))
        height = _height_at(edges, x)
        up &= (from_y < height) & (height <= y)
    owner = boundaries.owner[segment]
    step = np.where(across, np.where(yb > ya, -1, 1), 0) + np.where(up, np.where(xb > xa, 1, -1), 0)
    step *= np.sign(owner)
    crossed = step != 0
    known = np.flatnonzero(label >= 0)
    units = len(boundaries.shapes)
    keys, at = np.unique(
        np.concatenate([known, box[crossed]]) * units
        + np.concatenate([label[known], np.abs(owner[crossed]) - 1]),
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
        local = boundaries.local(boxes[start : start + BATCH])
        unit = boundaries.settle(local)
        rows = np.flatnonzero(unit == -2)
        if len(rows):
            unit[rows], found = _measure_batch(boundaries, local[:, rows], rows + start, geometry)
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
    number = boxes.shape[1]
    crossed = np.zeros(number, dtype=bool)
    crossed[met.box] = True
    unsure = np.zeros(number, dtype=bool)
    unsure[met.unsure] = True
    sole = met.holds == 1
    unsure |= np.bincount(met.corner_box[sole], minlength=number) > 1
    unit = np.full(number, -1, dtype=np.int32)
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
    position = np.full(boxes.shape[1], -1, dtype=np.int64)
    position[asked] = np.arange(len(asked))
    mine = position[met.box] >= 0
    box, segment = met.box[mine], met.segment[mine]
    # Everything relative to the lower left corner of the feature's box.
    corner = np.tile(boxes[:2], (2, 1))
    edges, polygon, turn = polygon_edges(shapes)
    edges -= np.tile(boundaries.origin, 2)[:, None] + np.take(corner, asked[polygon], axis=1)
    area = _sums(polygon, turn * (edges[0] * edges[3] - edges[2] * edges[1]) / 2, len(asked))
    lines, sign, parent = _floor_lines(
        boundaries.segments(segment) - np.take(corner, box, axis=1), (boxes[2] - boxes[0])[box]
    )
    owner = boundaries.owner[segment]
    units = len(boundaries.shapes)
    holding = (met.holds == 1) & (position[met.corner_box] >= 0)
    base = position[met.corner_box[holding]] * units + met.corner_unit[holding]
    keys, at = np.unique(
        np.concatenate([base, position[box] * units + np.abs(owner) - 1]), return_inverse=True
    )
    overlap = _sums(at[: len(base)], area[base // units], len(keys))
    above = _areas_above(lines, position[box][parent], edges, polygon, turn)
    overlap += _sums(at[len(base) :][parent], np.sign(owner)[parent] * sign * above, len(keys))
    return keys // units, keys % units, overlap


def _floor_lines(edges: np.ndarray, width: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return lines (left to right) that a unit lies above (+1) or below (-1), from its segments in a box.

    What a segment has below the box is replaced by a line along the box's floor, from where it comes in.

    Parameters
    ----------
    edges : (4, n), relative to the lower left corner of the box
    width : width of the box

    Returns
    -------
    lines (4, m), sign (m,), and the position of the segment that each comes from (m,)
    """
    xa, ya, xb, yb = edges
    low = (np.minimum(ya, yb) <= 0) & (np.maximum(ya, yb) > 0)
    meets = np.zeros(len(xa))
    meets[low] = _crossing_x(edges[:, low], np.zeros(int(low.sum())))
    floor = np.flatnonzero(low & (meets >= 0) & (meets < width))
    nothing = np.zeros(len(floor))
    floors = np.stack([meets[floor], nothing, width[floor], nothing])
    above = np.flatnonzero((xa != xb) & (np.maximum(ya, yb) > 0))
    kept, at = edges[:, above], meets[above]
    for x, y in (kept[:2], kept[2:]):
        under = low[above] & (y < 0)
        x[under], y[under] = at[under], 0.0
    leftward = kept[0] > kept[2]
    return (
        np.concatenate([_turn(kept, leftward), floors], axis=1),
        np.concatenate([np.where(leftward, -1.0, 1.0), np.where(yb[floor] > ya[floor], -1.0, 1.0)]),
        np.concatenate([above, floor]),
    )


def _turn(edges: np.ndarray, which: np.ndarray) -> np.ndarray:
    """Return edges (4, n), some of them from the end to the start."""
    return np.concatenate([np.where(which, edges[2:], edges[:2]), np.where(which, edges[:2], edges[2:])])


def _areas_above(
    lines: np.ndarray, polygon: np.ndarray, edges: np.ndarray, owner: np.ndarray, turn: np.ndarray
) -> np.ndarray:
    """Return the area that polygons have above lines.

    Parameters
    ----------
    lines : (4, m), left to right
    polygon : (m,) position of the polygon of each line
    edges, owner, turn : edges of the polygons, the positions of their polygons, ascending, and their signs (see
        `polygon_edges`)
    """
    # With the inside on the left it is below an edge that goes left and above one that goes right.
    level = edges[0] != edges[2]
    edges, owner, turn = edges[:, level], owner[level], turn[level]
    leftward = edges[0] > edges[2]
    sign = np.where(leftward, turn, -turn)
    edge_x, edge_y, edge_end, _ = edges = _turn(edges, leftward)
    line_x, line_y, line_end, _ = lines
    slope, line_slope = _slope(edges), _slope(lines)
    number = int(polygon.max()) + 1 if len(polygon) else 0
    first = np.searchsorted(owner, np.arange(number + 1))
    count = np.diff(first)[polygon]
    result = np.zeros(len(polygon))
    ends = np.cumsum(count)
    start = 0
    while start < len(polygon):
        done = int(ends[start - 1]) if start else 0
        stop = max(start + 1, int(np.searchsorted(ends, done + PAIRS, side="right")))
        line, edge = expand(first[polygon[start:stop]], count[start:stop])
        line += start
        x0 = np.maximum(edge_x[edge], line_x[line])
        x1 = np.minimum(edge_end[edge], line_end[line])
        over = np.flatnonzero(x1 > x0)
        line, edge, x0, x1 = line[over], edge[over], x0[over], x1[over]
        rise0 = edge_y[edge] - line_y[line] + (x0 - edge_x[edge]) * slope[edge]
        rise0 -= (x0 - line_x[line]) * line_slope[line]
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


def _slope(lines: np.ndarray) -> np.ndarray:
    """Return the slope of lines (4, n) from left to right; 0 for one without width, which has nothing above it."""
    xa, ya, xb, yb = lines
    return (yb - ya) / np.where(xb > xa, xb - xa, 1.0)


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
