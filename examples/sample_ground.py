"""The ground of the sample city: outline, river, hills, lake and the nested boundaries of its units.

All coordinates are metres in EPSG:4547. The city is invented; so is everything drawn here.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np
import shapely
import shapely.ops
from numpy.typing import NDArray
from shapely import LineString, Point, Polygon
from shapely.geometry.base import BaseGeometry

CRS = "EPSG:4547"
CENTRE = np.array([487_000.0, 2_565_000.0])
#: Coordinates are rounded to this many metres wherever two units share a vertex.
GRID = 0.01

Array = NDArray[np.float64]


@dataclass
class Ground:
    """The natural ground and the units on it.

    Attributes
    ----------
    outline : the city's polygon
    river_axis : centre line of the river, from beyond the western to beyond the eastern border
    water, green : geometry by name
    communities : polygons, an exact coverage of `outline`
    street : index of the street that holds each community
    bank : 0 north of the river, 1 south of it, one per community
    seeds : (n, 2) centre points of the communities
    borders : interior border arcs with the two communities beside them
    straight : the two arcs' axis-parallel pieces, each 80 m long and on whole metres
    """

    outline: Polygon
    river_axis: LineString
    water: dict[str, BaseGeometry]
    green: dict[str, BaseGeometry]
    communities: NDArray[np.object_]
    street: NDArray[np.int64]
    bank: NDArray[np.int64]
    seeds: Array
    borders: list[tuple[LineString, int, int]]
    straight: list[LineString] = field(default_factory=list)


def density(xy: Array) -> Array:
    """How urban a place is, from 0 (hills) to 1 (old town); `xy` is (n, 2) in metres."""
    x, y = (np.asarray(xy, float) - CENTRE).T / 1000
    return np.maximum.reduce(
        [
            np.exp(-(((x + 0.9) / 3.1) ** 2) - ((y - 0.9) / 1.75) ** 2),
            0.86 * np.exp(-(((x - 2.0) / 2.3) ** 2) - ((y + 1.7) / 1.15) ** 2),
            0.74 * np.exp(-(((x - 4.3) / 1.35) ** 2) - ((y - 1.9) / 1.3) ** 2),
            0.66 * np.exp(-(((x + 3.9) / 1.5) ** 2) - ((y + 2.4) / 0.8) ** 2),
            0.46 * np.exp(-(((x + 5.3) / 0.62) ** 2) - ((y - 2.5) / 0.6) ** 2),
            0.46 * np.exp(-(((x - 5.5) / 0.7) ** 2) - ((y + 2.8) / 0.55) ** 2),
            0.42 * np.exp(-(((x - 1.2) / 0.7) ** 2) - ((y - 3.9) / 0.45) ** 2),
        ]
    )


def smooth(points: Array, rounds: int = 2) -> Array:
    """Cut the corners of a polyline (Chaikin 1974); the two ends stay."""
    for _ in range(rounds):
        a, b = points[:-1], points[1:]
        cut = np.stack([0.75 * a + 0.25 * b, 0.25 * a + 0.75 * b], 1).reshape(-1, 2)
        points = np.vstack([points[:1], cut[1:-1], points[-1:]])
    return points


def blob(x: float, y: float, rx: float, ry: float, turn: float, phase: float, rough: float = 0.12) -> Polygon:
    """Return an irregular round shape about (x, y), in metres from the centre of the city."""
    t = np.linspace(0, 2 * np.pi, 160, endpoint=False)
    r = 1 + sum(rough / k**1.4 * np.sin(k * t + phase * k * k) for k in (2, 3, 5, 7, 11))
    px, py = rx * r * np.cos(t), ry * r * np.sin(t)
    c, s = np.cos(turn), np.sin(turn)
    return Polygon(np.round(np.column_stack([x + c * px - s * py, y + s * px + c * py]) + CENTRE, 2))


#: Corners of the city, in metres from its centre; what lies between them is drawn by `wander`.
CORNERS = [
    (-6950, -350), (-7300, 700), (-6300, 1650), (-6500, 2700), (-5350, 3450), (-4200, 4650), (-2900, 4250),
    (-1500, 4950), (-300, 5150), (900, 4500), (2200, 4900), (3600, 4350), (4900, 4550), (5500, 3500), (6750, 3050),
    (6500, 1900), (7350, 900), (7050, -700), (7300, -1900), (6150, -2700), (6300, -3650), (4900, -4450),
    (3300, -4100), (2100, -4650), (500, -4300), (-900, -5000), (-2200, -4750), (-3300, -3950), (-4900, -4350),
    (-5900, -3550), (-5750, -2400), (-6700, -1600),
]  # fmt: skip


#: The creek from the hills down to the old town, in metres from the centre.
CREEK = [
    (-2900, 6400), (-2500, 5000), (-3050, 3900), (-2700, 2900), (-2980, 2250), (-2560, 1700), (-2300, 1150),
    (-2520, 650), (-2210, 150), (-2340, -300),
]  # fmt: skip


def _outline(random: np.random.RandomState) -> Array:
    corners = np.array([*CORNERS, CORNERS[0]], float) + CENTRE
    sides = [wander(a, b, random, 0)[:-1] for a, b in pairwise(corners)]
    ring = np.vstack(sides)
    # The corners themselves are only where the drawing was begun: cutting them makes the border one line.
    return np.round(_running_mean(ring, 9), 2)


def _running_mean(ring: Array, width: int) -> Array:
    return np.mean([np.roll(ring, k - width // 2, axis=0) for k in range(width)], axis=0)


def _river() -> tuple[Array, Array]:
    """Return the centre line (n, 2) and the half width (n,) of the river, both in metres."""
    x = np.arange(-9600, 9601, 60.0)
    y = -650 + 620 * np.sin(x / 2350 + 0.5) + 190 * np.sin(x / 980 + 1.1) + 60 * np.sin(x / 410)
    half = 125 + 28 * np.sin(x / 1500 + 2) + 14 * np.sin(x / 530) + 95 * np.exp(-(((x + 3300) / 620) ** 2))
    return np.round(np.column_stack([x, y]) + CENTRE, 2), half


def offset(line: Array, distance: Array | float) -> Array:
    """Shift a polyline (n, 2) to its left by `distance` metres, vertex by vertex."""
    step = np.gradient(line, axis=0)
    normal = np.column_stack([-step[:, 1], step[:, 0]]) / np.linalg.norm(step, axis=1)[:, None]
    return line + normal * np.reshape(distance, (-1, 1))


def _seeds(half: BaseGeometry, count: int, random: np.random.RandomState) -> Array:
    """Place `count` community centres, closer together where the city is denser (weighted Lloyd)."""
    x0, y0, x1, y1 = half.bounds
    cloud = np.column_stack([random.uniform(x0, x1, 9000), random.uniform(y0, y1, 9000)])
    cloud = cloud[shapely.contains_xy(half, cloud)]
    weight = (0.05 + density(cloud)) ** 1.15
    seeds = cloud[random.choice(len(cloud), count, replace=False, p=weight / weight.sum())]
    for _ in range(40):
        near = ((cloud[:, None] - seeds[None]) ** 2).sum(2).argmin(1)
        total = np.bincount(near, weight, count)
        seeds = np.column_stack([np.bincount(near, weight * cloud[:, k], count) / total for k in (0, 1)])
    order = np.lexsort((seeds[:, 0], -np.round(seeds[:, 1], -2)))
    return seeds[order]


def _group(seeds: Array, start: Array) -> NDArray[np.int64]:
    centres = start
    for _ in range(12):
        group = ((seeds[:, None] - centres[None]) ** 2).sum(2).argmin(1)
        centres = np.array([seeds[group == g].mean(0) for g in range(len(start))])
    return group


def wander(a: Array, b: Array, random: np.random.RandomState, urban: float) -> Array:
    """Join two points by a natural-looking line: a gentle street in town, a ridge outside (midpoint displacement)."""
    points = np.array([a, b])
    rough = 0.10 if urban > 0.35 else 0.15
    limit = 260.0 if urban > 0.35 else 45.0
    while np.linalg.norm(points[1] - points[0]) > limit and len(points) < 260:
        step = np.diff(points, axis=0)
        shift = random.uniform(-rough, rough, (len(step), 1))
        middle = points[:-1] + step / 2 + np.column_stack([-step[:, 1], step[:, 0]]) * shift
        points = np.vstack([np.column_stack([points[:-1], middle]).reshape(-1, 2), points[-1:]])
    return smooth(points, 2 if urban > 0.35 else 1)


def _voronoi_edges(seeds: Array, half: BaseGeometry) -> BaseGeometry:
    edges = shapely.voronoi_polygons(shapely.multipoints(seeds), extend_to=half.buffer(4000), only_edges=True)
    # A little beyond the river and the outline, so that noding makes the junctions; the stubs are dropped.
    return edges.intersection(half.buffer(25))


def _straighten(arc: Array, random: np.random.RandomState, vertical: bool) -> tuple[Array, LineString]:
    """Give an arc an 80 m piece parallel to an axis, on whole metres, in its middle."""
    middle = np.round((arc[0] + arc[-1]) / 2)
    axis = 1 if vertical else 0
    reach = np.zeros(2)
    reach[axis] = 40 if arc[-1][axis] > arc[0][axis] else -40
    first, last = wander(arc[0], middle - reach, random, 1), wander(middle + reach, arc[-1], random, 1)
    return np.vstack([first, last]), LineString([middle - reach, middle + reach])


def make_ground(random: np.random.RandomState) -> Ground:
    """Draw the ground and cut it into 40 communities in 8 streets on two banks of the river."""
    ring = _outline(random)
    axis, half_width = _river()
    outline, river_axis = Polygon(ring), LineString(axis)
    banks = sorted(
        shapely.ops.split(outline, river_axis).geoms, key=lambda part: part.centroid.y, reverse=True
    )
    seeds_by_bank = [_seeds(bank, count, random) for bank, count in zip(banks, (25, 15), strict=True)]
    starts = (
        [(-4700, 1900), (-1700, 700), (-600, 2600), (900, 700), (4300, 1700)],
        [(-4000, -2500), (800, -2100), (4300, -2300)],
    )
    street = np.concatenate(
        [
            _group(s, np.array(p, float) + CENTRE) + 5 * k
            for k, (s, p) in enumerate(zip(seeds_by_bank, starts, strict=True))
        ]
    )
    seeds = np.vstack(seeds_by_bank)
    bank = np.repeat([0, 1], [25, 15])
    arcs, straight = _arcs(outline, river_axis, banks, seeds, seeds_by_bank, street, random)
    faces = shapely.get_parts(shapely.polygonize([line for line, _, _ in arcs]))
    # A seed may leave its wiggled cell only if something is badly wrong: exactly one face holds each seed.
    holder = [int(np.flatnonzero(shapely.contains_xy(faces, *seed))[0]) for seed in seeds]
    assert len(faces) == len(set(holder)) == len(seeds)
    water, green = _nature(outline, axis, half_width)
    return Ground(
        Polygon(shapely.coverage_union_all(faces).exterior),
        river_axis,
        water,
        green,
        faces[holder],
        street,
        bank,
        seeds,
        [arc for arc in arcs if arc[1] >= 0],
        straight,
    )


def _arcs(
    outline: Polygon,
    river_axis: LineString,
    banks: list[Polygon],
    seeds: Array,
    seeds_by_bank: list[Array],
    street: NDArray[np.int64],
    random: np.random.RandomState,
) -> tuple[list[tuple[LineString, int, int]], list[LineString]]:
    """Return every border arc between two junctions and the communities on its sides (-1: outline or river)."""
    edges = [_voronoi_edges(s, b) for s, b in zip(seeds_by_bank, banks, strict=True)]
    inside_river = river_axis.intersection(outline.buffer(25))
    noded = shapely.union_all([outline.exterior, inside_river, *edges], grid_size=GRID)
    lines = [np.round(shapely.get_coordinates(a), 2) for a in shapely.get_parts(shapely.line_merge(noded))]
    lines = sorted((a if tuple(a[0]) <= tuple(a[-1]) else a[::-1] for a in lines), key=lambda a: a.tolist())
    fixed = shapely.union_all([outline.exterior, river_axis]).buffer(0.05)
    kept: list[tuple[Array, int, int]] = []
    for line in lines:
        middle = Point(np.mean(line[:2], axis=0))
        if fixed.contains(middle):
            if outline.buffer(0.05).contains(middle):
                kept.append((line, -1, -1))
            continue
        if min(shapely.distance(Point(line[0]), fixed), shapely.distance(Point(line[-1]), fixed)) == 0 and (
            LineString(line).length < 30
        ):
            continue
        side = int(np.argmax([b.contains(middle) for b in banks]))
        near = np.argsort(((seeds_by_bank[side] - [middle.x, middle.y]) ** 2).sum(1))[:2] + 25 * side
        kept.append((line, *sorted(map(int, near))))
    flat: list[tuple[float, int, bool]] = []
    for i, (line, a, b) in enumerate(kept):
        dx, dy = np.abs(line[-1] - line[0])
        if (
            a >= 0
            and street[a] == street[b]
            and 350 < max(dx, dy) < 1300
            and density(line.mean(0)[None]) > 0.4
        ):
            flat.append((float(min(dx, dy) / max(dx, dy)), i, bool(dy > dx)))
    chosen = {min(f for f in flat if f[2] is upright)[1]: upright for upright in (True, False)}
    result, straight = [], []
    for i, (line, a, b) in enumerate(kept):
        if i in chosen:
            line, piece = _straighten(line[[0, -1]], random, chosen[i])
            straight.append(piece)
        elif a >= 0:
            line = wander(line[0], line[-1], random, float(density(line.mean(0)[None])[0]))
        result.append((LineString(np.round(line, 2)), a, b))
    return result, straight


def _nature(
    outline: Polygon, axis: Array, half_width: Array
) -> tuple[dict[str, BaseGeometry], dict[str, BaseGeometry]]:
    river = Polygon(np.vstack([offset(axis, half_width), offset(axis, -half_width)[::-1]]))
    island = blob(-3330, *_at(axis, -3330, -8), 560, 78, -0.12, 0.6, 0.10)
    mouth = axis[np.abs(axis[:, 0] - CENTRE[0] + 2290).argmin()] - CENTRE
    creek = LineString(smooth(np.vstack([CREEK, mouth]) + CENTRE, 4))
    upper = shapely.ops.substring(creek, 0, 0.62, normalized=True)
    lake = blob(3650, -3050, 760, 430, 0.35, 2.1, 0.22)
    outlet = LineString(
        smooth(np.array([(3500, -2800), (3300, -2100), (3750, -1500), (3600, -300)]) + CENTRE, 4)
    )
    water = {
        "晴川江": river.difference(island).buffer(0),
        "晴湖": lake,
        "柳溪": creek.buffer(23).difference(river),
        "湖口渠": outlet.buffer(14).difference(shapely.union_all([river, lake])),
        "西坪水库": blob(-5050, 2950, 330, 170, 0.8, 1.3, 0.25),
        "荷塘": blob(1250, 2330, 170, 95, 0.3, 0.4, 0.2),
    }
    wet = shapely.union_all(list(water.values()))
    hills = {
        "北岭山": blob(-1200, 4900, 2300, 700, 0.06, 0.5, 0.3),
        "东屏山": blob(6300, 3700, 1300, 900, 0.9, 1.9, 0.3),
        "南屏山": blob(600, -4700, 2400, 720, -0.05, 1.1, 0.3),
        "西坪林场": blob(-6300, 1200, 700, 1300, -0.3, 2.6, 0.3),
    }
    parks = {
        "江心洲公园": island,
        "晴湖公园": lake.buffer(260).union(blob(4300, -2500, 420, 260, 0.2, 0.9)),
        "荷塘公园": blob(1250, 2330, 330, 210, 0.3, 0.4),
        "古渡公园": blob(-1150, 620, 230, 150, 0.2, 1.7),
        "中央绿轴": blob(1500, -1750, 120, 620, 0.15, 0.8),
        "滨江绿带": LineString(offset(axis, half_width + 38)[110:215]).buffer(30),
        "南岸绿带": LineString(offset(axis, -half_width - 38)[150:255]).buffer(30),
        "柳溪绿廊": upper.buffer(62),
    }
    green = {name: shape.difference(wet) for name, shape in {**hills, **parks}.items()}
    green["江心洲公园"] = island
    return water, green


def _at(axis: Array, x: float, lift: float) -> tuple[float]:
    """Return the height of the river above (x, 0), in metres from the centre, `lift` metres to the north."""
    return (float(np.interp(x, axis[:, 0] - CENTRE[0], axis[:, 1] - CENTRE[1])) + lift,)
