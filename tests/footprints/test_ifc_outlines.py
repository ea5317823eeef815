"""Outlines of triangles: areas that are known, whatever order, doubling and noise the triangles come in."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

pytest.importorskip("ifcopenshell", reason="ifcopenshell is not installed")

from citycheck.citycheck_qgis.footprints.ifc import outlines
from citycheck.citycheck_qgis.footprints.ifc.shapes import NOTHING, Bodies
from shapely.geometry.base import BaseGeometry


def flat(shape: BaseGeometry, z: float = 0.0) -> np.ndarray:
    """Cut a shape into triangles at a height."""
    cut = shapely.get_parts(shapely.delaunay_triangles(shape))
    kept = cut[shapely.covers(shape, shapely.point_on_surface(cut))]
    corners = np.stack([shapely.get_coordinates(triangle)[:3] for triangle in kept])
    return np.dstack([corners, np.full(corners.shape[:2], z)])


def bodies(*shapes: BaseGeometry) -> Bodies:
    """Return each shape as an element with a lower and an upper side."""
    parts = [np.concatenate([flat(shape, 0.0), flat(shape, 3.0)]) for shape in shapes]
    owner = np.repeat(np.arange(len(parts), dtype=np.int32), [len(part) for part in parts])
    return Bodies(np.concatenate([np.zeros((0, 3, 3)), *parts]), owner)


def walls(*rings: shapely.Polygon, thickness: float = 0.2) -> Bodies:
    """Return walls inside of rings, one for each side, mitred."""
    sides = []
    for ring in rings:
        outer = shapely.get_coordinates(ring.exterior)
        inner = shapely.get_coordinates(shapely.buffer(ring, -thickness, join_style="mitre").exterior)
        inner = inner[[int(np.argmin(np.hypot(*(inner - corner).T))) for corner in outer]]
        sides += [
            shapely.Polygon([outer[i], outer[i + 1], inner[i + 1], inner[i]]) for i in range(len(outer) - 1)
        ]
    return bodies(*sides)


BOX = shapely.box(0, 0, 10, 8)


def test_vertical_and_doubled_triangles_do_not_count() -> None:
    upright = np.array([[[0, 0, 0], [5, 0, 0], [5, 0, 3]]], float)
    above = flat(BOX, 1)
    corners = outlines.projected(np.concatenate([upright, above, above[:, ::-1] + [0, 0, 2]]))
    assert len(corners) == len(above)
    assert corners.dtype == np.int64


@given(st.lists(st.tuples(*[st.integers(-(4 * 10**7), 4 * 10**7)] * 2), min_size=3, max_size=30))
@settings(max_examples=60, deadline=None)
def test_each_triangle_comes_once_whatever_its_order(points: list[tuple[int, int]]) -> None:
    """Also at map coordinates, where millimetres are large numbers."""
    corners = np.array(points[: len(points) // 3 * 3], float).reshape(-1, 3, 2)
    corners += (38.5e9, 4.4e9)
    triangles = np.dstack([corners / 1000, np.zeros(corners.shape[:2])])
    again = np.concatenate([triangles, triangles[::-1][:, [1, 2, 0]]])
    once = outlines.projected(triangles)
    assert outlines.projected(again).tolist() == once.tolist()
    area = np.abs(shapely.area(shapely.polygons(corners))) > 0.5
    expected = {tuple(sorted(map(tuple, corner))) for corner in corners[area].astype(np.int64).tolist()}
    assert expected <= {tuple(sorted(map(tuple, corner))) for corner in once.tolist()}


@given(st.lists(st.tuples(*[st.integers(0, 60)] * 2, *[st.integers(1, 30)] * 2), min_size=1, max_size=60))
@settings(max_examples=60, deadline=None)
def test_union_is_that_of_the_shapes(boxes: list[tuple[int, int, int, int]]) -> None:
    shapes = [shapely.box(x, y, x + w, y + h) for x, y, w, h in boxes]
    assert outlines.union(bodies(*shapes)).area == pytest.approx(shapely.union_all(shapes).area)


def test_union_of_many_small_things_on_a_large_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outlines, "FIRST", 4)
    small = [shapely.box(x, y, x + 0.9, y + 0.9) for x in range(12) for y in range(9)]
    assert outlines.union(bodies(BOX, *small)).area == pytest.approx(shapely.union_all([BOX, *small]).area)


def test_thin_elements_stand_as_their_hulls() -> None:
    beam = shapely.box(0, 0, 6, 0.2).difference(shapely.box(1, 0.05, 5, 0.15))
    assert outlines.union(bodies(beam)).area == pytest.approx(1.2)
    frame = shapely.box(0, 0, 6, 4).difference(shapely.box(1, 1, 5, 3))
    assert outlines.union(bodies(frame)).area == pytest.approx(frame.area)


def test_roofprint_closes_joints_and_drops_slivers() -> None:
    left, right = shapely.box(0, 0, 4.97, 8), shapely.box(5.03, 0, 10, 8)
    chimney, well, shaft = shapely.box(20, 0, 21, 1), shapely.box(2, 2, 2.8, 2.8), shapely.box(6, 2, 8, 4)
    made = outlines.roofprint(bodies(left.difference(well), right.difference(shaft), chimney))
    assert made is not None
    assert made.method == "envelope"
    assert made.shape.equals_exact(BOX.difference(shaft).normalize(), 0.02)


def test_roofprint_does_not_depend_on_the_order() -> None:
    parts = [shapely.box(x, 0, x + 4, 8 + x) for x in range(0, 30, 3)]
    one, other = outlines.roofprint(bodies(*parts)), outlines.roofprint(bodies(*parts[::-1]))
    assert one is not None and other is not None
    assert one.shape.wkb == other.shape.wkb


def test_loose_things_count_where_they_touch() -> None:
    canopy, tree = shapely.box(10, 2, 13, 5), shapely.Point(20, 4).buffer(3)
    made = outlines.roofprint(bodies(BOX), bodies(canopy, tree))
    assert made is not None
    assert made.shape.area == pytest.approx(80 + 9)


def test_walls_alone_are_filled() -> None:
    made = outlines.roofprint(walls(BOX), walls_only=True)
    assert made is not None
    assert (made.method, made.shape.area) == ("filled_walls", pytest.approx(80))


def test_bare_members_become_a_closed_frame_or_their_hull() -> None:
    lattice = outlines.roofprint(bodies(*[shapely.box(0, y, 6, y + 0.1) for y in np.arange(0, 4, 0.8)]))
    assert lattice is not None
    assert lattice.method == "closed_frame"
    assert lattice.shape.area == pytest.approx(6 * 3.3, rel=0.01)
    posts = outlines.roofprint(bodies(*[shapely.box(x, y, x + 0.2, y + 0.2) for x in (0, 9) for y in (0, 7)]))
    assert posts is not None
    assert (posts.method, posts.shape.area) == ("hull", pytest.approx(9.2 * 7.2))


def test_nothing_has_no_outline() -> None:
    assert outlines.roofprint(NOTHING) is None
    assert outlines.ground_print(NOTHING, NOTHING, NOTHING) is None


def test_ring_of_walls_with_a_door() -> None:
    ring = walls(BOX)
    door = bodies(*[shapely.difference(wall, shapely.box(4, -1, 4.5, 1)) for wall in _parts(ring)])
    made = outlines.ground_print(door, bodies(shapely.box(-2, -2, 10, 8)), NOTHING)
    assert made is not None
    assert (made.method, made.shape.area) == ("wall_ring", pytest.approx(80, abs=0.1))


def _parts(body: Bodies) -> list[BaseGeometry]:
    return [
        outlines.union(Bodies(body.triangles[body.owner == i], body.owner[body.owner == i])) for i in range(4)
    ]


def test_court_stays_open_and_atrium_does_not() -> None:
    outer, inner = shapely.box(0, 0, 30, 30), shapely.box(8, 8, 22, 22)
    body = walls(outer, shapely.buffer(inner, 0.2, join_style="mitre"))
    court = outlines.ground_print(body, bodies(outer.difference(inner)), NOTHING)
    assert court is not None
    assert court.shape.area == pytest.approx(900 - 196, rel=0.001)
    atrium = outlines.ground_print(body, bodies(outer), NOTHING)
    assert atrium is not None
    assert atrium.shape.area == pytest.approx(900)
    by_rooms = outlines.ground_print(body, NOTHING, bodies(outer.difference(inner)))
    assert by_rooms is not None
    assert by_rooms.shape.area == pytest.approx(900 - 196, rel=0.001)


def test_walls_that_do_not_close_leave_floors_or_rooms() -> None:
    wall = bodies(shapely.box(0, 0, 10, 0.3))
    floors = outlines.ground_print(wall, bodies(BOX), NOTHING)
    assert floors is not None
    assert (floors.method, floors.shape.area) == ("ground_slabs", pytest.approx(80))
    paved = outlines.ground_print(wall, bodies(shapely.box(-50, -50, 60, 60)), bodies(BOX))
    assert paved is not None
    assert (paved.method, paved.shape.area) == ("ground_spaces", pytest.approx(80))


def test_walls_without_thickness_close_a_ring() -> None:
    ring = shapely.get_coordinates(BOX.exterior)
    faces = []
    for (x0, y0), (x1, y1) in pairwise(ring):
        faces += [[(x0, y0, 0), (x1, y1, 0), (x1, y1, 3)], [(x0, y0, 0), (x1, y1, 3), (x0, y0, 3)]]
    body = Bodies(np.array(faces, float), np.repeat(np.arange(4, dtype=np.int32), 2))
    made = outlines.ground_print(body, NOTHING, NOTHING, BOX)
    assert made is not None
    assert (made.method, made.shape.area) == ("wall_ring", pytest.approx(80, abs=0.05))


def test_tidy_gives_valid_polygons() -> None:
    bowtie = shapely.Polygon([(0, 0), (4, 4), (4, 0), (0, 4)])
    made = outlines.polygons_of(bowtie)
    assert made.is_valid
    assert made.area == pytest.approx(8)
