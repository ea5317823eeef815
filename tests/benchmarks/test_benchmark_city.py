from collections import Counter
from itertools import pairwise

import numpy as np
import pytest
import shapely
from citycheck.benchmarks.assignment.boundaries import codes_above, make_coverage, spoil
from citycheck.benchmarks.assignment.buildings import OUTSIDE, make_buildings, spoil_buildings


@pytest.fixture(scope="module")
def town():
    return make_coverage(communities=60, streets=12, districts=3)


@pytest.fixture(scope="module")
def city():
    return make_coverage()["communities"].geometry


@pytest.fixture(scope="module")
def buildings(city):
    (block,) = make_buildings(city, 30_000)
    return block


def partners(shapes, units):
    shapely.prepare(units)
    _, shape = shapely.STRtree(shapes).query(units, predicate="intersects")
    return np.bincount(shape, minlength=len(shapes))


def directed_edges(polygons):
    edges = Counter()
    for polygon in polygons:
        for part in shapely.get_parts(polygon):
            for ring in shapely.get_rings(shapely.normalize(part)):
                points = [tuple(point) for point in shapely.get_coordinates(ring).tolist()]
                edges.update(pairwise(points))
    return edges


def test_the_same_arguments_give_the_same_city(town):
    again = make_coverage(communities=60, streets=12, districts=3)
    for level, units in town.items():
        assert (shapely.to_wkb(units.geometry) == shapely.to_wkb(again[level].geometry)).all()
        assert (units.fields["code"] == again[level].fields["code"]).all()
    shapes = town["communities"].geometry
    (one,), (other,) = make_buildings(shapes, 500), make_buildings(shapes, 500)
    assert (shapely.to_wkb(one.geometry) == shapely.to_wkb(other.geometry)).all()
    assert all((values == other.fields[name]).all() for name, values in one.fields.items())


def test_borders_are_shared_vertex_by_vertex(town):
    edges = directed_edges(town["communities"].geometry)
    assert max(edges.values()) == 1
    rim = {edge for edge in edges if edge[::-1] not in edges}
    outline = directed_edges([shapely.coverage_union_all(town["communities"].geometry)])
    assert rim == set(outline)
    assert len(rim) < len(edges) / 2


def test_levels_are_nested(town):
    codes = town["communities"].fields["code"].astype(str)
    assert [len(units.geometry) for units in town.values()] == [60, 12, 3]
    for level, digits in (("streets", 9), ("districts", 6)):
        above = codes_above(codes, digits)
        for code, shape in zip(town[level].fields["code"], town[level].geometry, strict=True):
            inside = town["communities"].geometry[above == code]
            assert shape.area == pytest.approx(shapely.area(inside).sum(), rel=1e-12)
    assert set(town["communities"].fields["parent_code"]) == set(town["streets"].fields["code"])
    assert set(town["streets"].fields["parent_code"]) == set(town["districts"].fields["code"])


def test_the_city_is_of_the_stated_size(city):
    assert len(city) == 3_000
    assert shapely.is_valid(city).all()
    assert 2_000_000 < shapely.get_num_coordinates(city).sum() < 3_000_000


def test_buildings_are_as_stated(city, buildings):
    corners = shapely.get_num_coordinates(buildings.geometry) - 1
    assert set(corners) == {4, 6, 8, 12}
    count = partners(buildings.geometry, city)
    assert 0.05 < (count > 1).mean() < 0.07
    assert OUTSIDE <= (count == 0).sum() < 2 * OUTSIDE
    assert list(buildings.fields) == [
        "building_id", "name", "use", "storeys", "height", "floor_area", "year_built", "population",
    ]  # fmt: skip
    assert len(set(buildings.fields["building_id"])) == 30_000


def test_a_spoiled_coverage_has_gaps_overlaps_and_holes(town):
    shapes = town["communities"].geometry
    spoiled = spoil(shapes)
    assert shapely.is_valid(spoiled).all()
    together = shapely.union_all(spoiled)
    assert together.area < shapely.area(spoiled).sum() - 1_000
    assert shapely.get_num_interior_rings(shapely.get_parts(together)).sum() > 0


def test_spoiled_buildings_hold_every_kind_of_trouble(city, buildings):
    geometry = spoil_buildings(buildings, city).geometry
    missing, empty = shapely.is_missing(geometry), shapely.is_empty(geometry)
    assert missing.sum() == 30 and empty.sum() == 30
    assert (~shapely.is_valid(geometry[~missing])).sum() == 90
    assert (shapely.get_type_id(geometry) == 6).sum() == 90
    filled = shapely.to_wkb(geometry[~missing & ~empty])
    assert len(filled) - len(set(filled)) >= 50

    squares = geometry[(np.abs(shapely.area(geometry) - 4) < 1e-6)]
    square, unit = shapely.STRtree(city).query(squares, predicate="intersects")
    halves = shapely.area(shapely.intersection(squares[square], city[unit])).reshape(-1, 2)
    difference = np.abs(halves[:, 0] - halves[:, 1])
    assert (difference < 1e-6).sum() > 10 and (difference > 1e-4).sum() > 10
