"""The fabric of the sample city: roads, blocks, buildings and facilities on a given ground.

Every street (街道) has its own grid of roads, turned and bent; blocks are the cells of that grid, and a block
is filled with buildings after the pattern of its use. All coordinates are metres in EPSG:4547.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray
from sample_ground import CENTRE, Array, Ground, density, offset, smooth, wander
from shapely import LineString, Point, Polygon, STRtree

#: Grid of each street: turn in degrees, length and depth of a block in metres, character.
GRIDS = [
    (18, 205, 150, "edge"),
    (6, 156, 116, "old"),
    (-9, 190, 140, "edge"),
    (11, 180, 134, "centre"),
    (-15, 190, 140, "edge"),
    (22, 235, 168, "industry"),
    (3, 186, 140, "new"),
    (-17, 182, 134, "new"),
]
#: Share of 住宅, 商业, 办公, 工业, 公共 among the blocks of a character.
USES = ("住宅", "商业", "办公", "工业", "公共")
MIX = {
    "old": (0.70, 0.16, 0.03, 0.01, 0.10),
    "centre": (0.58, 0.18, 0.14, 0.01, 0.09),
    "new": (0.64, 0.12, 0.11, 0.03, 0.10),
    "edge": (0.72, 0.08, 0.03, 0.09, 0.08),
    "industry": (0.30, 0.05, 0.08, 0.52, 0.05),
}
#: Years of construction: first, middle and last of a triangular distribution.
YEARS = {
    "old": (1958, 1986, 2008),
    "centre": (1980, 1999, 2019),
    "new": (2003, 2014, 2023),
    "edge": (1976, 1997, 2020),
    "industry": (1994, 2011, 2023),
}
EXPRESSWAYS = {
    "北环快速路": [(-9300, 1700), (-6600, 2350), (-4300, 2450), (-2300, 3250), (0, 3500), (2200, 3150), (4200, 3050),
                (6300, 2500), (9300, 2900)],
    "东环快速路": [(2700, 6600), (2750, 4600), (2650, 3000), (2500, 1300), (2450, -300), (2550, -1500), (2250, -3300),
                (1850, -4600), (2100, -6400)],
}  # fmt: skip
ARTERIALS = {
    "古渡大道": [(-7400, 250), (-5200, 600), (-3600, 480), (-1900, 760), (-300, 1150), (1500, 1350), (3200, 1250),
              (5100, 1000), (7600, 900)],
    "晴川大道": [(-950, 5300), (-900, 3900), (-700, 2600), (-620, 1500), (-450, 300), (-330, -700), (-100, -2000),
              (-50, -3300), (-300, -4300)],
    "望湖大道": [(-4900, -3500), (-3500, -2700), (-2000, -2250), (-300, -2080), (1200, -1950), (2600, -1750),
              (4300, -1500), (5700, -1750), (7300, -1500)],
    "西江路": [(-4350, 3700), (-4050, 2200), (-3850, 900), (-3900, -400), (-3850, -1500), (-4050, -2700), (-3800, -4000)],
    "东江路": [(4700, 4200), (4500, 2700), (4650, 1500), (4600, 300), (4750, -700), (5050, -1700), (5000, -3000),
            (5300, -3900)],
    "钟秀路": [(-2400, 2050), (-900, 2350), (600, 2250), (2000, 2300), (3500, 2050), (5200, 2150)],
}  # fmt: skip
#: Villages beside those in the middle of the outer communities, in metres from the centre of the city.
HAMLETS = [
    (-6000, -800), (-5200, -3300), (-1900, -3300), (1900, -3500), (6400, 200), (5900, 2000), (3300, 3900), (-3600, 3100),
    (-5100, 900), (-200, 4200), (6300, -600), (-2600, -1300), (3800, -700),
]  # fmt: skip
VILLAGE_ROADS = [
    "周家",
    "李家",
    "陈塘",
    "上坪",
    "下坪",
    "沙头",
    "石井",
    "竹园",
    "梅岭",
    "大塘",
    "小岗",
    "桥头",
    "沙溪",
    "榕树",
    "龙眼",
    "荔枝",
    "罗村",
    "新围",
    "西埔",
    "东埔",
    "南埔",
    "北埔",
    "田心",
    "横岗",
]
WIDTH = {"快速路": 58.0, "主干路": 36.0, "次干路": 22.0, "支路": 12.0}
SUBURB_NAMES = [
    "文昌",
    "建设",
    "和平",
    "解放",
    "青年",
    "学府",
    "兴业",
    "光明",
    "朝阳",
    "永安",
    "长宁",
    "瑞金",
    "丹桂",
    "海棠",
    "枫林",
    "银杏",
    "香樟",
    "玉兰",
    "紫荆",
    "书院",
    "码头",
    "织造",
    "农林",
    "观景",
    "创新",
    "科创",
    "智汇",
    "云帆",
    "星河",
    "百花",
    "松柏",
    "翠竹",
]


@dataclass
class Fabric:
    """What people built: tables with a geometry column each.

    Attributes
    ----------
    roads : class, name, geometry (LineString)
    blocks : street, character, use, geometry (Polygon)
    buildings : block, use, storeys, height, floor_area, year_built, geometry (Polygon), in the order of building
    """

    roads: pd.DataFrame
    blocks: pd.DataFrame
    buildings: pd.DataFrame


def bend(xy: Array) -> Array:
    """Bend the straight grids gently, so that no road is a ruler's line."""
    x, y = (xy - CENTRE)[..., 0], (xy - CENTRE)[..., 1]
    dx = 70 * np.sin(y / 640 + x / 2300) + 26 * np.sin(y / 260 - x / 900 + 1)
    dy = 70 * np.sin(x / 720 - y / 1900 + 2) + 26 * np.sin(x / 300 + y / 800)
    return xy + np.stack([dx, dy], -1)


def spline(points: list[tuple[float, float]]) -> Array:
    """Return a smooth line near the given points (metres from the centre of the city)."""
    return np.round(smooth(np.array(points, float) + CENTRE, 4), 2)


def make_fabric(ground: Ground, random: np.random.RandomState) -> Fabric:
    """Lay out roads and blocks and fill the blocks with buildings."""
    zones = [shapely.coverage_union_all(ground.communities[ground.street == s]) for s in range(len(GRIDS))]
    main = _main_roads(ground, zones)
    villages = _villages(ground)
    main += _village_roads(villages, main, ground, random)
    nature = shapely.union_all([*ground.water.values(), *ground.green.values()])
    paved = shapely.union_all([line.buffer(WIDTH[kind] / 2 + 8) for kind, _, line in main])
    taken = shapely.union_all([nature.buffer(16), paved])
    blocks, minor = _blocks(zones, taken, villages, random)
    # Minor roads meet the main ones; those that would run beside a main road within its width are cut.
    minor = _dry(minor, shapely.union_all([nature.buffer(6), *[line.buffer(12) for _, _, line in main]]))
    roads = pd.DataFrame([*main, *minor], columns=["class", "name", "geometry"])
    return Fabric(roads, blocks, _buildings(blocks, taken, ground, random))


def _main_roads(ground: Ground, zones: list[Polygon]) -> list[tuple[str, str, LineString]]:
    roads = [("快速路", name, LineString(spline(points))) for name, points in EXPRESSWAYS.items()]
    roads += [("主干路", name, LineString(spline(points))) for name, points in ARTERIALS.items()]
    axis = shapely.get_coordinates(ground.river_axis)
    for name, side, part in (("滨江北路", 1, slice(70, 255)), ("滨江南路", -1, slice(78, 262))):
        half = 235 + 75 * np.exp(-(((axis[:, 0] - CENTRE[0] + 3300) / 700) ** 2))
        roads.append(("主干路", name, LineString(np.round(smooth(offset(axis, side * half)[part][::4]), 2))))
    names = iter(SUBURB_NAMES)
    for line, a, b in ground.borders:
        middle = shapely.get_coordinates(line).mean(0)
        if ground.street[a] != ground.street[b] and density(middle[None])[0] > 0.3:
            roads.append(("次干路", next(names) + "路", line))
    return roads


def _villages(ground: Ground) -> Array:
    """Return the middle (n, 2) of each community that no town reaches: a village stands there."""
    outer = ground.seeds[density(ground.seeds) < 0.34]
    hamlets = np.array(HAMLETS, float) + CENTRE
    return np.vstack([outer, hamlets])


def _village_roads(
    villages: Array,
    main: list[tuple[str, str, LineString]],
    ground: Ground,
    random: np.random.RandomState,
) -> list[tuple[str, str, LineString]]:
    """Join each village to the nearest road that is not a motorway."""
    open_roads = shapely.union_all([line for kind, _, line in main if kind != "快速路"])
    roads = []
    for place, name in zip(villages, VILLAGE_ROADS, strict=False):
        way = shapely.shortest_line(Point(place), open_roads)
        line = LineString(np.round(wander(*shapely.get_coordinates(way), random, 0.4), 2))
        if line.length > 150 and not line.intersects(ground.water["晴湖"]):
            roads.append(("次干路", f"{name}路", line))
    return roads


def _blocks(
    zones: list[Polygon], taken: Polygon, villages: Array, random: np.random.RandomState
) -> tuple[pd.DataFrame, list[tuple[str, str | None, LineString]]]:
    rows: list[dict[str, object]] = []
    roads: list[tuple[str, str | None, LineString]] = []
    names = iter(SUBURB_NAMES[12:] + [a + b for a in "东西南北" for b in SUBURB_NAMES])
    shapely.prepare(taken)
    for number, (zone, (turn, length, depth, character)) in enumerate(zip(zones, GRIDS, strict=True)):
        shapely.prepare(zone)
        corners = _grid(zone, turn, length, depth)
        middle = _cell_centres(corners)
        urban = density(middle.reshape(-1, 2)).reshape(middle.shape[:2])
        gap = np.linalg.norm(middle[:, :, None] - villages, axis=-1).min(-1)
        urban = np.maximum(urban, 0.47 * np.exp(-((gap / 380) ** 2)))
        luck = random.uniform(-0.07, 0.07, urban.shape)
        inside = shapely.contains_xy(zone, middle[..., 0], middle[..., 1])
        free = ~shapely.contains_xy(taken, middle[..., 0], middle[..., 1])
        kept = inside & (urban + luck > 0.355)
        use = random.choice(len(USES), size=urban.shape, p=MIX[character])
        for i, j in np.argwhere(kept & free):
            ring = corners[[i, i + 1, i + 1, i], [j, j, j + 1, j + 1]]
            rows.append(
                {
                    "street": number,
                    "character": character,
                    "use": USES[use[i, j]],
                    "urban": urban[i, j],
                    "geometry": Polygon(ring),
                }
            )
        for kind, line in _grid_roads(corners, kept, 4):
            for part in shapely.get_parts(line.intersection(zone)):
                if part.length > 60:
                    name = next(names) + "路" if kind == "次干路" else None
                    roads.append((kind, name, LineString(np.round(shapely.get_coordinates(part), 2))))
    return pd.DataFrame(rows), roads


def _cell_centres(corners: Array) -> Array:
    return (corners[:-1, :-1] + corners[1:, :-1] + corners[:-1, 1:] + corners[1:, 1:]) / 4


def _grid(zone: Polygon, turn: float, length: float, depth: float) -> Array:
    """Return the corners (i, j, 2) of a bent grid that covers a zone."""
    x0, y0, x1, y1 = zone.bounds
    middle = np.array([(x0 + x1) / 2, (y0 + y1) / 2])
    reach = np.hypot(x1 - x0, y1 - y0) / 2 + 400
    i = np.arange(-int(reach / length), int(reach / length) + 1) * length
    j = np.arange(-int(reach / depth), int(reach / depth) + 1) * depth
    u, v = np.meshgrid(i, j, indexing="ij")
    c, s = np.cos(np.radians(turn)), np.sin(np.radians(turn))
    return bend(np.stack([middle[0] + c * u - s * v, middle[1] + s * u + c * v], -1))


def _grid_roads(corners: Array, kept: NDArray[np.bool_], every: int) -> list[tuple[str, LineString]]:
    """Return the grid lines beside kept cells; each `every`-th line is a secondary road."""
    lines = []
    for along in (0, 1):
        points = corners if along == 0 else corners.transpose(1, 0, 2)
        cells = kept if along == 0 else kept.T
        beside = np.zeros((points.shape[0] - 1, points.shape[1]), bool)
        beside[:, :-1] |= cells
        beside[:, 1:] |= cells
        for k in range(points.shape[1]):
            used = np.flatnonzero(np.diff(np.concatenate([[0], beside[:, k].astype(int), [0]])))
            for first, last in zip(used[::2], used[1::2], strict=True):
                lines.append(
                    ("次干路" if k % every == 0 else "支路", LineString(points[first : last + 1, k]))
                )
    return lines


def _dry(
    roads: list[tuple[str, str | None, LineString]], taken: Polygon
) -> list[tuple[str, str | None, LineString]]:
    """Cut what would run through water, parks and along the main roads out of the minor roads."""
    result = []
    for kind, name, line in roads:
        for part in shapely.get_parts(line.difference(taken)):
            if part.length > 40:
                result.append((kind, name, part))
    return result


def _rect(x: float, y: float, w: float, h: float) -> Array:
    return np.array(
        [(x - w / 2, y - h / 2), (x + w / 2, y - h / 2), (x + w / 2, y + h / 2), (x - w / 2, y + h / 2)]
    )


def _ell(x: float, y: float, w: float, h: float, t: float, flip: int = 1) -> Array:
    ring = np.array([(0, 0), (w, 0), (w, t), (t, t), (t, h), (0, h)]) - [w / 2, h / 2]
    return ring * [flip, 1] + [x, y]


def _yoo(x: float, y: float, w: float, h: float, t: float) -> Array:
    ring = np.array([(0, 0), (w, 0), (w, h), (w - t, h), (w - t, t), (t, t), (t, h), (0, h)])
    return ring - [w / 2, h / 2] + [x, y]


def _cross(x: float, y: float, size: float, arm: float) -> Array:
    a, b = arm / 2, size / 2
    quarter = np.array([(a, -b), (a, -a), (b, -a)])
    turned = [quarter @ np.linalg.matrix_power([[0, 1], [-1, 0]], k) for k in range(4)]
    return np.add(np.vstack(turned), (x, y))


Plan = list[tuple[Array, int]]


def _rows(hx: float, hy: float, pitch: float, depth: float, slab: float, gap: float, storeys: int) -> Plan:
    """Rows of slabs that face south: the ordinary housing estate."""
    rows = max(1, int((2 * hy + pitch - depth) // pitch))
    count = max(1, round((2 * hx + gap) / (slab + gap)))
    width = (2 * hx - gap * (count - 1)) / count
    ys = (np.arange(rows) - (rows - 1) / 2) * min(pitch * 1.25, (2 * hy - depth) / max(rows - 1, 1))
    xs = (np.arange(count) - (count - 1) / 2) * (width + gap)
    return [(_rect(x, y, width, depth), storeys) for y in ys for x in xs]


def _housing(hx: float, hy: float, character: str, random: np.random.RandomState) -> Plan:
    if character == "old":
        plan = _rows(hx, hy, 27, 12, random.uniform(33, 52), 8, int(random.choice([3, 5, 6, 7])))
        if random.uniform() < 0.35:
            # A lane quarter: small houses about yards instead of slabs.
            plan = [
                (_yoo(x, y, 27, 22, 8), int(random.randint(1, 4)))
                for x in np.arange(-hx + 14, hx - 12, 34)
                for y in np.arange(-hy + 12, hy - 10, 29)
            ]
        return plan
    kind = random.uniform()
    if character == "edge" and kind < 0.45:
        return [
            (
                _rect(x + random.uniform(-4, 4), y + random.uniform(-4, 4), *random.uniform(14, 25, 2)),
                int(random.randint(2, 5)),
            )
            for x in np.arange(-hx + 14, hx - 12, 43)
            for y in np.arange(-hy + 13, hy - 11, 37)
        ]
    if kind < (0.28 if character != "new" else 0.5):
        high = int(random.choice([18, 24, 26, 32, 33]))
        return [
            (_cross(x, y, 34, 15), high)
            for x in np.linspace(-hx + 19, hx - 19, max(2, int(hx / 31)))
            for y in np.linspace(-hy + 19, hy - 19, max(1, int(hy / 29)))
        ]
    return _rows(hx, hy, 36, 14, random.uniform(46, 74), 13, int(random.choice([6, 6, 7, 11, 18])))


def _plan(use: str, hx: float, hy: float, character: str, random: np.random.RandomState) -> Plan:
    """Return rings in the block's own frame (metres from its middle) with their storeys."""
    if use == "住宅":
        return _housing(hx, hy, character, random)
    if use == "商业":
        n = int(random.randint(2, 7))
        if random.uniform() < 0.5:
            return [
                (_yoo(-hx * 0.42, 0, hx, hy * 1.7, hx * 0.3), n),
                (_ell(hx * 0.55, 0, hx * 0.8, hy * 1.6, hx * 0.32, -1), n + 1),
            ]
        shops = [
            (_rect(x, s * (hy - 7), hx * 0.44, 14), 3)
            for s in (-1, 1)
            for x in np.linspace(-0.75, 0.75, 4) * hx
        ]
        return [*shops, (_rect(0, 0, hx * 1.2, hy * 0.7), n)]
    if use == "办公":
        n = int(random.randint(8, 31))
        return [
            (_rect(-hx * 0.5, hy * 0.4, hx * 0.7, hy * 0.6), n),
            (_ell(hx * 0.45, hy * 0.2, hx * 0.75, hy * 1.1, hx * 0.28, -1), max(5, n - 6)),
            (_rect(-hx * 0.3, -hy * 0.55, hx * 1.1, hy * 0.45), 4),
        ]
    if use == "工业":
        n = int(random.choice([1, 1, 2, 3]))
        if random.uniform() < 0.4:
            return [
                (_rect(s * hx * 0.5, t * hy * 0.5, hx * 0.88, hy * 0.8), n) for s in (-1, 1) for t in (-1, 1)
            ]
        return [
            (_rect(0, hy * 0.45, hx * 1.9, hy * 0.75), n),
            (_ell(-hx * 0.45, -hy * 0.5, hx * 0.9, hy * 0.8, hy * 0.34), n + 1),
            (_rect(hx * 0.5, -hy * 0.5, hx * 0.8, hy * 0.6), n),
        ]
    return [
        (_yoo(-hx * 0.3, hy * 0.35, hx * 1.1, hy * 0.95, hy * 0.25), 5),
        (_rect(hx * 0.62, hy * 0.35, hx * 0.34, hy * 0.9), 4),
        (_rect(-hx * 0.55, -hy * 0.65, hx * 0.6, hy * 0.32), 2),
    ]


def _buildings(
    blocks: pd.DataFrame, taken: Polygon, ground: Ground, random: np.random.RandomState
) -> pd.DataFrame:
    rows = []
    for number, block in enumerate(blocks.itertuples()):
        ring = shapely.get_coordinates(block.geometry)[:4]
        middle, along = ring.mean(0), (ring[1] + ring[2] - ring[0] - ring[3]) / 2
        across = (ring[2] + ring[3] - ring[0] - ring[1]) / 2
        hx, hy = np.linalg.norm(along) / 2 - 13, np.linalg.norm(across) / 2 - 12
        u = along / np.linalg.norm(along)
        frame = np.array([u, [-u[1], u[0]]])
        first, usual, last = YEARS[block.character]
        year = random.triangular(first, usual, last)
        drop = 0.11 + 0.5 * max(0.0, 0.62 - block.urban)
        for shape, storeys in _plan(block.use, hx, hy, block.character, random):
            lucky, jitter = random.uniform(), random.uniform(-3, 3.9)
            if lucky < drop:
                continue
            rows.append(
                (
                    number,
                    block.use,
                    storeys,
                    int(np.clip(year + jitter, first, last)),
                    np.round(shape @ frame + middle, 2),
                )
            )
    table = pd.DataFrame(rows, columns=["block", "use", "storeys", "year_built", "ring"])
    table["geometry"] = [Polygon(ring) for ring in table.pop("ring")]
    return _thin(table, taken, ground)


def _thin(table: pd.DataFrame, taken: Polygon, ground: Ground) -> pd.DataFrame:
    """Drop what stands on main roads, in water or on another block's building, and what leaves the city."""
    shapes = table["geometry"].to_numpy()
    inside = ground.outline.buffer(-15)
    shapely.prepare([taken, inside])
    bad = shapely.intersects(taken, shapes) | ~shapely.contains_properly(inside, shapes)
    a, b = STRtree(shapes).query(shapes, predicate="intersects")
    first, second = a[a < b], b[a < b]
    for i, j in sorted(zip(first.tolist(), second.tolist(), strict=True)):
        if not bad[i]:
            bad[j] = True
    return table[~bad].reset_index(drop=True)


def point_inside(shape: Polygon) -> Point:
    """Return a point inside a shape, on whole centimetres."""
    point = shape.representative_point()
    return Point(round(point.x, 2), round(point.y, 2))
