"""An exact nested coverage of communities, streets and districts with wiggly borders.

Communities are Voronoi cells of scattered seeds. Every edge between two cells is replaced by one random line that both
share, vertex by vertex, and that stays inside the two triangles between the edge and its two seeds; these triangles
tile the plane, so no two borders can cross. Streets and districts are unions of communities.

All coordinates are metres in EPSG:4547. The city is invented.
"""

from __future__ import annotations

import numpy as np
import shapely
from numpy.typing import NDArray

from .features import Features

CENTRE = np.array([500_000.0, 2_560_000.0])
#: Half axes of the city of 3,000 communities, metres; cities with fewer units are smaller.
HALF_AXES = np.array([29_500.0, 24_600.0])
#: Exponent of the superellipse that is the city's outline.
ROUNDNESS = 3.0
#: Vertices are about this far apart along a straight edge, metres.
SPACING = 5.6
#: Wavelengths of the borders' wiggles, metres; the amplitude of each is `ROUGHNESS` of it.
WAVELENGTHS = (1_100.0, 420.0, 170.0, 64.0, 25.0, 11.0)
ROUGHNESS = 0.07
#: Coordinates are rounded to this many decimals of a metre.
DECIMALS = 3
CITY = "9901"

Array = NDArray[np.float64]
Codes = NDArray[np.str_]
#: Levels from the lowest to the highest: the word in names, and the digits (of 12) of the unit above's code and of its own.
LEVELS = {"communities": ("社区", 9, 12), "streets": ("街道", 6, 9), "districts": ("区", 4, 6)}


def codes_above(codes: Codes, digits: int) -> Codes:
    """Return the codes of the units that share so many digits with others inside them."""
    return np.char.ljust(codes.astype(f"U{digits}"), 12, "0")


def half_axes(communities: int) -> Array:
    """Return the half axes of a city with so many communities, metres."""
    return HALF_AXES * np.sqrt(communities / 3_000)


def outline_radius(xy: Array, axes: Array) -> Array:
    """Return how far out points (n, 2) are: below 1 inside the city, 1 on its outline."""
    return (np.abs((xy - CENTRE) / axes) ** ROUNDNESS).sum(axis=1) ** (1 / ROUNDNESS)


def make_coverage(
    communities: int = 3_000, streets: int = 180, districts: int = 10, seed: int = 4547
) -> dict[str, Features]:
    """Return the units of a city by level, ordered by code; the same arguments give the same city."""
    rng = np.random.default_rng([seed, communities, streets, districts])
    seeds, inside = _scatter_seeds(communities, rng)
    cells = _cells(seeds, inside, rng)
    street_of, street_centres = _nearest_groups(seeds[inside], streets, rng)
    district_of, _ = _nearest_groups(street_centres, districts, rng)

    # Codes count up inside the unit above, from north to south.
    district_codes = np.array([f"{CITY}{d + 1:02d}000000" for d in range(districts)])
    street_codes = _count_up(district_codes[district_of], street_centres, 6)
    codes = _count_up(street_codes[street_of], seeds[inside], 9)
    order = np.argsort(codes)
    codes, cells = codes[order], cells[order]
    return {level: _units(level, codes, cells) for level in LEVELS}


def _units(level: str, codes: Codes, communities: NDArray[np.object_]) -> Features:
    word, parent, digits = LEVELS[level]
    above = codes_above(codes, digits)
    own = np.unique(above)
    merged = np.array([shapely.coverage_union_all(communities[above == code]) for code in own], dtype=object)
    fields = {
        "code": own,
        "name": np.array([f"{word}{int(code[parent:digits])}" for code in own]),
        "parent_code": codes_above(own, parent),
    }
    return Features(merged, {name: values.astype(object) for name, values in fields.items()})


def spoil(communities: NDArray[np.object_], seed: int = 4547) -> NDArray[np.object_]:
    """Return communities that no longer fit: 10 % shrunk by 4 m, 10 % grown by 5 m, 2 % with a hole."""
    rng = np.random.default_rng([seed, len(communities)])
    fate = rng.random(len(communities))
    spoiled = communities.copy()
    for chosen, distance in ((fate < 0.1, -4.0), ((fate >= 0.1) & (fate < 0.2), 5.0)):
        spoiled[chosen] = shapely.buffer(communities[chosen], distance, quad_segs=1)
    holed = (fate >= 0.2) & (fate < 0.22)
    spoiled[holed] = shapely.difference(
        communities[holed], shapely.buffer(shapely.point_on_surface(communities[holed]), 70.0, quad_segs=3)
    )
    return spoiled


# --- seeds and groups ------------------------------------------------------------------------------------


def _scatter_seeds(count: int, rng: np.random.Generator) -> tuple[Array, NDArray[np.int64]]:
    """Return seeds, denser towards the centre, and which of them are communities; the rest surrounds these."""
    axes = half_axes(count)
    # The margin holds about as many seeds again as two rings around the city.
    total = int(count * 1.25 + 10 * np.sqrt(count) + 40)
    side = 1.18 + 2.0 / np.sqrt(count)
    columns = int(np.ceil(np.sqrt(total * axes[0] / axes[1])))
    rows = int(np.ceil(total / columns))
    i, j = (grid.ravel().astype(float) for grid in np.meshgrid(np.arange(columns), np.arange(rows)))
    i += 0.5 * (j % 2)
    plane = np.column_stack([(i + 0.25) / columns, (j + 0.5) / rows]) * 2 - 1
    plane += rng.uniform(-0.42, 0.42, plane.shape) * 2 / np.array([columns, rows])
    # Smaller communities in the centre: radii are pulled inwards.
    radius = np.hypot(plane[:, 0], plane[:, 1])
    plane *= (0.55 + 0.45 * np.minimum(radius, 1.0))[:, None]
    seeds = CENTRE + plane * axes * side
    inside = np.argsort(outline_radius(seeds, axes), kind="stable")[:count]
    return np.round(seeds, DECIMALS), np.sort(inside)


def _nearest_groups(points: Array, count: int, rng: np.random.Generator) -> tuple[NDArray[np.int64], Array]:
    centres = points[rng.choice(len(points), count, replace=False)]
    for _ in range(12):
        group = np.argmin(((points[:, None, :] - centres[None]) ** 2).sum(axis=2), axis=1)
        size = np.bincount(group, minlength=count)
        moved = np.column_stack([np.bincount(group, points[:, k], minlength=count) for k in (0, 1)])
        centres = np.where(size[:, None] > 0, moved / np.maximum(size, 1)[:, None], centres)
    # A centre that lost all its points takes the point that is nearest to it.
    for empty in np.flatnonzero(np.bincount(group, minlength=count) == 0):
        spare = np.bincount(group, minlength=count)[group] > 1
        distance = np.where(spare, ((points - centres[empty]) ** 2).sum(axis=1), np.inf)
        group[np.argmin(distance)] = empty
    return group, centres


def _count_up(parents: Codes, places: Array, digits: int) -> Codes:
    """Return codes that share so many digits with their parents and count up from north to south inside each."""
    order = np.lexsort((-places[:, 1], parents))
    ranked = parents[order]
    number = np.arange(1, len(parents) + 1) - np.searchsorted(ranked, ranked)
    codes = np.empty_like(parents)
    codes[order] = [f"{p[:digits]}{n:03d}".ljust(12, "0") for p, n in zip(ranked, number, strict=True)]
    return codes


# --- cells and their borders -----------------------------------------------------------------------------


def _cells(seeds: Array, inside: NDArray[np.int64], rng: np.random.Generator) -> NDArray[np.object_]:
    """Return the cells of the seeds `inside`, with wiggly borders."""
    triangles = _triangles(seeds)
    corners = np.round(_circumcentres(seeds[triangles]), DECIMALS)
    # Every side of a triangle, once as a->b (with the triangle on its left) and once, in its neighbour, as b->a.
    a, b = triangles.ravel(), np.roll(triangles, -1, axis=1).ravel()
    left = np.repeat(np.arange(len(triangles)), 3)
    wanted = np.zeros(len(seeds), dtype=bool)
    wanted[inside] = True
    key = np.minimum(a, b) * len(seeds) + np.maximum(a, b)
    order = np.lexsort((a > b, key))
    paired = key[order][1:] == key[order][:-1]
    first, second = order[:-1][paired], order[1:][paired]  # a < b, and its opposite
    used = wanted[a[first]] | wanted[b[first]]
    first, second = first[used], second[used]

    start, end = corners[left[second]], corners[left[first]]
    lines, offsets = _wiggle(start, end, seeds[a[first]], rng)
    # A ring runs counter-clockwise around its seed, so each edge is run forward by one cell and backward by the other.
    turn = _cross(start - seeds[a[first]], end - seeds[a[first]])
    around = np.concatenate([a[first], b[first]])
    neighbour = np.concatenate([b[first], a[first]])
    edge = np.tile(np.arange(len(first)), 2)
    ahead = np.concatenate([turn > 0, turn < 0])
    angle = np.arctan2(*(seeds[neighbour] - seeds[around]).T[::-1])
    kept = wanted[around]
    around, edge, ahead, angle = around[kept], edge[kept], ahead[kept], angle[kept]
    order = np.lexsort((angle, around))
    edge, ahead = edge[order], ahead[order]
    bounds = (
        np.searchsorted(around[order], inside, side="left"),
        np.searchsorted(around[order], inside, side="right"),
    )
    cells = np.empty(len(inside), dtype=object)
    for cell, (low, high) in enumerate(zip(*bounds, strict=True)):
        parts = [
            lines[offsets[e] : offsets[e + 1]][:: 1 if f else -1][:-1]
            for e, f in zip(edge[low:high], ahead[low:high], strict=True)
        ]
        cells[cell] = shapely.Polygon(np.concatenate(parts))
    return cells


def _triangles(seeds: Array) -> NDArray[np.int64]:
    """Return the Delaunay triangles as indices into the seeds (n, 3), counter-clockwise."""
    found = shapely.get_parts(shapely.delaunay_triangles(shapely.multipoints(seeds)))
    corners = shapely.get_coordinates(found).reshape(-1, 4, 2)[:, :3]
    order = np.lexsort((seeds[:, 1], seeds[:, 0]))
    ranked = np.ascontiguousarray(seeds[order]).view("f8,f8").ravel()
    wanted = np.ascontiguousarray(corners.reshape(-1, 2)).view("f8,f8").ravel()
    index = order[np.searchsorted(ranked, wanted)].reshape(-1, 3)
    clockwise = _cross(seeds[index[:, 1]] - seeds[index[:, 0]], seeds[index[:, 2]] - seeds[index[:, 0]]) < 0
    index[clockwise] = index[clockwise][:, ::-1]
    # The triangulation's own order is not promised.
    index = np.take_along_axis(index, (np.argmin(index, axis=1)[:, None] + np.arange(3)) % 3, axis=1)
    return index[np.lexsort(index.T[::-1])]


def _cross(p: Array, q: Array) -> Array:
    return p[:, 0] * q[:, 1] - p[:, 1] * q[:, 0]


def _circumcentres(triangles: Array) -> Array:
    origin = triangles[:, 0]
    p, q = triangles[:, 1] - origin, triangles[:, 2] - origin
    pp, qq = (p**2).sum(axis=1), (q**2).sum(axis=1)
    twice = 2 * _cross(p, q)
    return origin + np.column_stack(
        [(q[:, 1] * pp - p[:, 1] * qq) / twice, (p[:, 0] * qq - q[:, 0] * pp) / twice]
    )


def _wiggle(
    start: Array, end: Array, seed: Array, rng: np.random.Generator
) -> tuple[Array, NDArray[np.int64]]:
    """Return the vertices of a random line for each edge, and where each line starts.

    A line is the graph of a function over its edge, so it never meets itself; it is squeezed into the triangle of the
    edge and its seed on one side and the mirrored triangle on the other.
    """
    along = end - start
    length = np.hypot(along[:, 0], along[:, 1])
    # Some borders were drawn more finely than others.
    spacing = SPACING * np.exp(rng.uniform(-0.7, 0.7, len(length)))
    pieces = np.maximum(np.round(length / spacing).astype(np.int64), 1)
    offsets = np.concatenate([[0], np.cumsum(pieces + 1)])
    edge = np.repeat(np.arange(len(start)), pieces + 1)
    step = np.arange(offsets[-1]) - offsets[edge]
    t = step / pieces[edge]
    inner = (step > 0) & (step < pieces[edge])
    # Vertices are not evenly spaced in real borders.
    t[inner] += rng.uniform(-0.38, 0.38, inner.sum()) / pieces[edge[inner]]

    unit = along / np.maximum(length, 1e-9)[:, None]
    height = np.abs(_cross(unit, seed - start))
    foot = ((seed - start) * unit).sum(axis=1) / np.maximum(length, 1e-9)
    rising = np.where(foot[edge] > 0, t / np.maximum(foot[edge], 1e-9), np.inf)
    falling = np.where(foot[edge] < 1, (1 - t) / np.maximum(1 - foot[edge], 1e-9), np.inf)
    room = 0.8 * height[edge] * np.minimum(rising, falling)

    metres = t * length[edge]
    swing = np.zeros(len(t))
    for wavelength in WAVELENGTHS:
        # One long random curve per wavelength; every edge takes its own stretch of it.
        stretch = np.concatenate([[0], np.cumsum(length / wavelength + 2)])
        curve = rng.standard_normal(int(stretch[-1]) + 2)
        swing += (
            ROUGHNESS
            * wavelength
            * np.interp(metres / wavelength + stretch[edge], np.arange(len(curve)), curve)
        )
    swing = np.where(inner, room * np.tanh(swing / np.maximum(room, 1e-9)), 0.0)
    across = np.column_stack([-unit[:, 1], unit[:, 0]])
    points = start[edge] + t[:, None] * along[edge] + swing[:, None] * across[edge]
    points = np.round(points, DECIMALS)
    last = step == pieces[edge]
    points[last] = end[edge[last]]
    return points, offsets
