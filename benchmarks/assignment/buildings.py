"""Invented footprints with attributes: clusters of rectangles, L, U and cross shapes, some on the communities' borders."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import shapely
from numpy.typing import NDArray

from .boundaries import CENTRE, DECIMALS, half_axes, outline_radius
from .features import Features

#: Buildings are made in blocks of this many, which bounds the memory.
BLOCK = 250_000
#: Corners in a unit square, anticlockwise, and how common each shape is.
SHAPES = (
    ("0,0 1,0 1,1 0,1", 0.55),
    ("0,0 1,0 1,.4 .4,.4 .4,1 0,1", 0.25),
    ("0,0 1,0 1,1 .7,1 .7,.4 .3,.4 .3,1 0,1", 0.12),
    ("0,.3 .3,.3 .3,0 .7,0 .7,.3 1,.3 1,.7 .7,.7 .7,1 .3,1 .3,.7 0,.7", 0.08),
)
#: Columns and rows of a cluster and the size of its plots, metres.
CLUSTER, PLOT = (8, 5), np.array([34.0, 27.0])
#: Share of the buildings that are put on a border, so that about 6 % touch more than one community.
ON_BORDER = 0.02
#: Buildings beyond the city's outline.
OUTSIDE = 48
#: Clusters keep inside this part of the outline, which is ragged.
RIM = 0.95

USES = np.array(["住宅", "商业", "办公", "工业", "教育", "医疗", "仓储", "其他"], dtype=object)
ESTATES = ("幸福里", "和平苑", "东风新村", "建设小区", "光明花园", "人民路社区", "滨河家园", "朝阳坊")


def make_buildings(communities: NDArray[np.object_], count: int, seed: int = 4547) -> Iterator[Features]:
    """Yield so many buildings in blocks; the same arguments give the same buildings."""
    anchors = shapely.get_coordinates(shapely.point_on_surface(communities))
    reach = 0.35 * np.sqrt(shapely.area(communities))
    border = shapely.get_coordinates(communities)
    axes = half_axes(len(communities))
    for start in range(0, count, BLOCK):
        rng = np.random.default_rng([seed, count, start])
        size = min(BLOCK, count - start)
        centre, angle = _clusters(size, anchors, reach, axes, rng)
        on_border = rng.random(size) < ON_BORDER
        vertex = border[rng.integers(len(border), size=on_border.sum())]
        centre[on_border] = vertex + rng.uniform(-4, 4, vertex.shape)
        if start == 0:
            centre[rng.choice(size, min(OUTSIDE, size), replace=False)] = _beyond(
                min(OUTSIDE, size), axes, rng
            )
        geometry = _footprints(centre, angle, rng)
        yield Features(geometry, _attributes(geometry, start, rng))


def _clusters(
    size: int, anchors: NDArray, reach: NDArray, axes: NDArray, rng: np.random.Generator
) -> tuple[NDArray, NDArray]:
    """Return the centres of buildings in rows and columns around random places, and their directions."""
    columns, rows = CLUSTER
    clusters = -(-size // (columns * rows))
    community = rng.integers(len(anchors), size=clusters)
    place = anchors[community] + rng.standard_normal((clusters, 2)) * reach[community, None]
    radius = outline_radius(place, axes)
    place = CENTRE + (place - CENTRE) * np.minimum(1.0, RIM / radius)[:, None]
    turn = rng.uniform(0, np.pi, clusters)
    plot = np.stack(np.meshgrid(np.arange(columns), np.arange(rows)), axis=-1).reshape(-1, 2)
    offset = (plot - np.array([columns - 1, rows - 1]) / 2) * PLOT
    cluster, member = np.divmod(np.arange(size), len(plot))
    angle = turn[cluster]
    return place[cluster] + _rotate(offset[member] + rng.uniform(-3, 3, (size, 2)), angle), angle


def _beyond(count: int, axes: NDArray, rng: np.random.Generator) -> NDArray:
    direction = rng.uniform(0, 2 * np.pi, count)
    ray = np.column_stack([np.cos(direction), np.sin(direction)]) * axes
    return CENTRE + ray / outline_radius(CENTRE + ray, axes)[:, None] * rng.uniform(1.15, 1.25, (count, 1))


def _rotate(xy: NDArray, angle: NDArray) -> NDArray:
    cos, sin = np.cos(angle), np.sin(angle)
    return np.column_stack([cos * xy[:, 0] - sin * xy[:, 1], sin * xy[:, 0] + cos * xy[:, 1]])


def _footprints(centre: NDArray, angle: NDArray, rng: np.random.Generator) -> NDArray[np.object_]:
    extent = np.column_stack([rng.uniform(9, 30, len(centre)), rng.uniform(8, 20, len(centre))])
    kind = rng.choice(len(SHAPES), size=len(centre), p=[share for _, share in SHAPES])
    geometry = np.empty(len(centre), dtype=object)
    for number, (corners, _) in enumerate(SHAPES):
        ring = np.array([corner.split(",") for corner in corners.split()], dtype=float) - 0.5
        rows = np.flatnonzero(kind == number)
        vertices = (ring[None] * extent[rows, None]).reshape(-1, 2)
        vertices = _rotate(vertices, np.repeat(angle[rows], len(ring))) + np.repeat(
            centre[rows], len(ring), axis=0
        )
        geometry[rows] = shapely.polygons(np.round(vertices, DECIMALS).reshape(-1, len(ring), 2))
    return geometry


def _attributes(geometry: NDArray[np.object_], start: int, rng: np.random.Generator) -> dict[str, NDArray]:
    size = len(geometry)
    number = np.arange(start + 1, start + size + 1)
    storeys = np.minimum(1 + rng.geometric(0.18, size), 33).astype(np.int32)
    use = rng.choice(len(USES), size=size, p=[0.7, 0.09, 0.05, 0.05, 0.03, 0.02, 0.02, 0.04])
    floor_area = np.round(shapely.area(geometry) * storeys, 1)
    estate = rng.integers(len(ESTATES), size=size)
    return {
        "building_id": np.array([f"B{n:09d}" for n in number.tolist()], dtype=object),
        "name": np.array(
            [f"{ESTATES[e]}{n % 90 + 1}号楼" for e, n in zip(estate.tolist(), number.tolist(), strict=True)],
            dtype=object,
        ),
        "use": USES[use],
        "storeys": storeys,
        "height": np.round(storeys * rng.uniform(2.8, 3.3, size), 1),
        "floor_area": floor_area,
        "year_built": rng.integers(1952, 2025, size).astype(np.int32),
        "population": np.where(use == 0, rng.poisson(floor_area / 35), 0).astype(np.int32),
    }


def spoil_buildings(buildings: Features, communities: NDArray[np.object_], seed: int = 4547) -> Features:
    """Return the buildings with some of their geometries replaced by troublesome ones.

    Bow-ties (invalid), none at all, empty ones, two parts of which one may lie in another community, duplicates of
    other footprints, exact ties between two communities, and near-ties that are none: 0.1 to 0.3 % of each.
    """
    rng = np.random.default_rng([seed, len(buildings.geometry), len(communities)])
    geometry = buildings.geometry.copy()
    ties = _ties(communities, rng)
    share = max(len(geometry) // 1000, 1)
    sizes = (3 * share, share, share, 3 * share, 2 * share, min(len(ties), 3 * share))
    bow_ties, missing, empty, split, copies, tied = np.split(
        rng.choice(len(geometry), sum(sizes), replace=False), np.cumsum(sizes)[:-1]
    )
    geometry[split] = shapely.multipolygons(
        np.column_stack([geometry[split], _moved(geometry[split], rng.uniform(40, 400, (len(split), 2)))])
    )
    geometry[copies] = geometry[rng.integers(len(geometry), size=len(copies))]
    corners = shapely.bounds(buildings.geometry[bow_ties])
    geometry[bow_ties] = shapely.polygons(corners[:, [0, 1, 2, 3, 0, 3, 2, 1]].reshape(-1, 4, 2))
    geometry[missing] = None
    geometry[empty] = shapely.Polygon()
    geometry[tied] = rng.choice(ties, len(tied), replace=False)
    return Features(geometry, buildings.fields)


def _moved(geometry: NDArray[np.object_], by: NDArray) -> NDArray[np.object_]:
    coordinates, owner = shapely.get_coordinates(geometry, return_index=True)
    return shapely.set_coordinates(geometry.copy(), coordinates + by[owner])


def _ties(communities: NDArray[np.object_], rng: np.random.Generator) -> NDArray[np.object_]:
    """Return small squares across straight stretches of border: every other one has its halves 0.0004 m2 apart."""
    points, owner = shapely.get_coordinates(communities, return_index=True)
    first = np.flatnonzero((owner[1:] == owner[:-1]) & (np.hypot(*np.diff(points, axis=0).T) > 6))
    first = rng.choice(first, min(len(first), 3_000), replace=False)
    along = points[first + 1] - points[first]
    length = np.hypot(*along.T)[:, None]
    along /= length
    across = np.column_stack([-along[:, 1], along[:, 0]])
    middle = (points[first] + points[first + 1]) / 2 + across * np.where(
        np.arange(len(first)) % 2, 1e-4, 0.0
    )[:, None]
    corners = [middle + u * along + v * across for u, v in ((-1, -1), (1, -1), (1, 1), (-1, 1))]
    squares = shapely.polygons(np.stack(corners, axis=1))
    # Only those that no other stretch comes near.
    square, community = shapely.STRtree(communities).query(squares, predicate="intersects")
    half = shapely.area(shapely.intersection(squares[square], communities[community]))
    fits = np.bincount(square, np.abs(half - 2.0) < 3e-4, len(squares)) == 2
    return squares[fits & (np.bincount(square, minlength=len(squares)) == 2)]
