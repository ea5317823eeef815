"""Two thousand small random cities, clean and spoiled, at places and scales as they occur, against brute force."""

from __future__ import annotations

import random
import warnings

import numpy as np
import pytest
import shapely
from citycheck.citycheck_qgis.units import overlap
from citycheck.citycheck_qgis.units.assignment import METHODS, TIE, UnitIndex
from citycheck.citycheck_qgis.units.geometry import repair_shapes

#: A flat triangle in coordinates of millions has an area or none as rounding falls; neither answer is wrong.
FLAT = 1e-6


def random_shape(rng: random.Random) -> shapely.Geometry:
    """Return a polygon, line or point, valid or not, of whole and half metres."""
    x, y = rng.randint(-3, 21), rng.randint(-3, 21)
    a, b = rng.choice([0.5, 1, 2, 5, 9]), rng.choice([0.5, 1, 3])
    return rng.choice(
        [
            lambda: shapely.box(x, y, x + a, y + b),
            lambda: shapely.box(x - 1, y, x + 1, y + 2),
            lambda: shapely.Polygon([(x, y), (x + a, y + b), (x + a, y)]),
            lambda: shapely.Polygon([(x, y), (x + 2, y + 2), (x + 2, y), (x, y + 2)]),
            lambda: shapely.box(x, y, x + 9, y + 9).difference(shapely.box(x + 1, y + 1, x + 1 + b, y + 2)),
            lambda: shapely.MultiPolygon(
                [shapely.box(x, y, x + a, y + a), shapely.box(x + 10, y, x + 11, y + b)]
            ),
            lambda: shapely.Point(x + 0.5, y + 0.25).buffer(a, quad_segs=2),
            lambda: shapely.LineString([(x, y), (x + a, y), (x + a, y + 4 * b)]),
            lambda: shapely.MultiPoint([(x, y), (x + 1, y), (x + 0.5, y + 4)]),
            lambda: shapely.Point(x, y),
        ]
    )()


def random_units(rng: random.Random) -> list[shapely.Geometry]:
    """Return a clean coverage, one with a gap, an overlap or a hole, or polygons at random."""
    if rng.random() < 0.4:
        return [random_shape(rng) for _ in range(rng.randint(1, 8))]
    xs = sorted({0, 20, *(rng.randint(1, 19) for _ in range(rng.randint(0, 3)))})
    ys = sorted({0, 20, *(rng.randint(1, 19) for _ in range(rng.randint(0, 3)))})
    units = [
        shapely.box(xs[i], ys[j], xs[i + 1], ys[j + 1])
        for i in range(len(xs) - 1)
        for j in range(len(ys) - 1)
    ]
    spoil = rng.choice(["", "gap", "overlap", "hole"])
    if spoil == "gap":
        units[0] = units[0].buffer(-0.5, join_style="mitre")
    elif spoil == "overlap":
        units[0] = units[0].buffer(1.5, quad_segs=2)
    elif spoil == "hole":
        units[-1] = units[-1].difference(shapely.make_valid(random_shape(rng)))
    return units


def placed(shapes: list[shapely.Geometry], seed: int) -> np.ndarray:
    """Return shapes turned, scaled and moved to where data have them, rounded as data are."""
    if seed % 4 == 0:
        return np.array(shapes, dtype=object)
    rng = np.random.default_rng(seed)
    angle, scale, offset = rng.uniform(0, 6), rng.uniform(0.7, 40), rng.uniform(-1e6, 4e6, 2)
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]]) * scale
    digits = [12, 3, 1][seed % 3]
    return shapely.transform(np.array(shapes, dtype=object), lambda xy: np.round(xy @ turn + offset, digits))


def boxes_of(shapes: np.ndarray, seed: int) -> np.ndarray:
    """Return boxes as exact ones, or as a spatial index keeps them: rounded outwards."""
    boxes = shapely.bounds(shapes)
    if seed % 5:
        return boxes
    rough = boxes.astype(np.float32)
    step = 2 * np.spacing(np.abs(rough))
    return np.hstack([rough[:, :2] - step[:, :2], rough[:, 2:] + step[:, 2:]]).astype(float)


def brute_force(shape: shapely.Geometry, units: np.ndarray) -> np.ndarray:
    """Return the area, length or number of points of a feature in each unit."""
    common = shapely.intersection(shape, units)
    same = shapely.get_dimensions(common) == shapely.get_dimensions(shape)
    sizes = (shapely.get_num_coordinates, shapely.length, shapely.area)[shapely.get_dimensions(shape)](common)
    return np.where(same & ~shapely.is_empty(common), sizes, 0.0)


@pytest.mark.parametrize("block", range(20))
def test_random_cities(block, monkeypatch):
    warnings.simplefilter("ignore", RuntimeWarning)
    seen = set()
    for seed in range(block * 100, block * 100 + 100):
        rng = random.Random(seed)
        # Cells as large as the city, and cells of half a feature.
        monkeypatch.setattr(overlap, "SMALLEST_CELL", (8.0, 0.5, 2.0)[seed % 3])
        units, _ = repair_shapes(placed(random_units(rng), seed))
        units = units[shapely.get_dimensions(units) == 2]
        if not len(units):
            continue
        shapes = placed([random_shape(rng) for _ in range(25)], seed)
        sound, _ = repair_shapes(shapes)
        found = UnitIndex(units, None, len(shapes)).locate(boxes_of(shapes, seed), shapes.__getitem__)
        for row, shape in enumerate(sound):
            place = f"seed {seed}, feature {row}: {shape} in {found.unit[row]}"
            size = overlap.size_of(np.array([shape]))[0]
            if size < FLAT:
                continue
            measure = brute_force(shape, units)
            slack = 2e-6 + 1e-8 * size
            unit = found.unit[row]
            if unit < 0:
                assert measure.max() <= 2 * slack, place
                continue
            # The largest, and of those as large the first.
            assert measure[unit] >= measure.max() - TIE - slack, place
            assert (measure[:unit] <= measure.max() - TIE + slack).all(), place
            tied = (measure >= measure.max() - TIE + slack).sum() > 1
            assert not tied or found.method[row] == METHODS.index("tie"), place
            assert abs(found.share[row] * size - measure[unit]) <= slack, place
            seen.add(METHODS[found.method[row]])
    assert seen >= {"within", "largest_overlap", "tie"}
