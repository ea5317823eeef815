"""Repair of geometry on a copy, and duplicates."""

from __future__ import annotations

import struct

import geopandas as gpd
import numpy as np
import pytest
import shapely
from citycheck.citycheck_qgis.units.geometry import (
    COLLAPSED,
    EMPTY,
    NOTE,
    NULL,
    REPAIRED,
    UNREADABLE,
    duplicates,
    multipolygons,
    read_wkb,
    repair,
)
from shapely.geometry import LineString, MultiPolygon, Point, Polygon, box

BOW_TIE = Polygon([(0, 0), (2, 2), (2, 0), (0, 2)])


def frame(*shapes, **columns):
    return gpd.GeoDataFrame(columns, geometry=list(shapes), crs=4547)


@pytest.mark.parametrize(
    ("shape", "note", "area"),
    [
        (box(0, 0, 2, 3), "", 6),
        (BOW_TIE, REPAIRED, 2),
        (Polygon([(0, 0), (4, 0), (4, 4), (0, 4)], [[(5, 5), (6, 5), (6, 6)]]), REPAIRED, 16.5),
        (MultiPolygon([box(0, 0, 2, 2), box(1, 0, 3, 2)]), REPAIRED, 6),
        (MultiPolygon([box(0, 0, 1, 1), box(5, 0, 6, 1)]), "", 2),
        # A spike along an edge is a line: no area may come of it.
        (Polygon([(0, 0), (4, 0), (4, 2), (8, 2), (4, 2), (4, 4), (0, 4)]), REPAIRED, 16),
    ],
)
def test_polygons_become_valid_without_new_area(shape, note, area):
    fixed = repair(frame(shape))
    assert fixed[NOTE].tolist() == [note]
    assert fixed.is_valid.all()
    assert fixed.geom_type.isin(["Polygon", "MultiPolygon"]).all()
    assert fixed.area.iloc[0] == pytest.approx(area)


@pytest.mark.parametrize(
    ("shape", "note"),
    [
        (None, NULL),
        (Polygon(), EMPTY),
        (MultiPolygon(), EMPTY),
        (Point(), EMPTY),
        (Polygon([(0, 0), (1, 0), (np.nan, 1), (0, 0)]), UNREADABLE),
        (Polygon([(0, 0), (1, 0), (np.inf, 1), (0, 0)]), UNREADABLE),
        (LineString([(0, 0), (1, np.nan)]), UNREADABLE),
    ],
)
def test_unusable_geometry_stays_as_a_row_without_geometry(shape, note):
    fixed = repair(frame(shape, box(0, 0, 1, 1)))
    assert fixed[NOTE].tolist() == [note, ""]
    assert fixed.geometry.isna().tolist() == [True, False]


@pytest.mark.parametrize(
    ("shape", "kind"),
    [
        (Polygon([(0, 0), (1, 1), (2, 2), (0, 0)]), "MultiLineString"),
        (Polygon([(0, 0), (0, 0), (0, 0), (0, 0)]), "Point"),
        (LineString([(1, 1), (1, 1)]), "Point"),
    ],
)
def test_what_collapsed_keeps_its_place(shape, kind):
    fixed = repair(frame(shape, box(0, 0, 1, 1)))
    assert fixed[NOTE].tolist() == [COLLAPSED, ""]
    assert fixed.geom_type.iloc[0] == kind
    assert fixed.is_valid.all()
    assert fixed.geometry.iloc[0].distance(shape) == 0


def ring(*points):
    """WKB of a polygon with one ring of any points, closed or not."""
    body = b"".join(struct.pack("<2d", *point) for point in points)
    return struct.pack("<BIII", 1, 3, 1, len(points)) + body


@pytest.mark.parametrize(
    ("blob", "expected"),
    [
        (ring((1, 2), (3, 4)), "MULTIPOINT (1 2, 3 4)"),
        (struct.pack("<BII", 1, 6, 1) + ring((1, 2), (3, 4)), "MULTIPOINT (1 2, 3 4)"),
        (ring((1, 2), (3, 4), (float("nan"), 1)), "MULTIPOINT (1 2, 3 4)"),
        (ring((1, 2), (3, 4), (5, 6), (1, 2))[:-20], "MULTIPOINT (1 2, 3 4)"),
        (struct.pack("<BIII", 1, 1003, 1, 2) + struct.pack("<6d", 1, 2, 9, 3, 4, 9), "MULTIPOINT (1 2, 3 4)"),
        (struct.pack(">BIII", 0, 0x80000003, 1, 1) + struct.pack(">3d", 1, 2, 9), "MULTIPOINT (1 2)"),
        (b"", None),
        (b"\x01\x03", None),
        (struct.pack("<BI", 1, 7) + b"\xff" * 4, None),
        (b"\x01\x07\x00\x00\x00\x01\x00\x00\x00" * 5000, None),
    ],
)
def test_unreadable_geometry_keeps_the_points_that_it_names(blob, expected):
    shapes, unreadable = read_wkb(np.array([blob, shapely.to_wkb(Point(1, 1)), None], dtype=object))
    assert unreadable.tolist() == [True, False, False]
    assert shapes[0] == (None if expected is None else shapely.from_wkt(expected))
    assert shapes[1] == Point(1, 1) and shapes[2] is None


def test_unreadable_is_not_called_null():
    fixed = repair(frame(None, None, **{NOTE: [UNREADABLE, ""]}))
    assert fixed[NOTE].tolist() == [UNREADABLE, NULL]


def test_height_is_dropped():
    high = shapely.force_3d(box(0, 0, 1, 1), 12.0)
    fixed = repair(frame(high))
    assert not fixed.has_z.any()
    assert fixed[NOTE].tolist() == [""]
    assert fixed.area.tolist() == [1]


def test_input_is_not_changed_and_columns_stay():
    before = frame(BOW_TIE, None, name=["a", "b"]).set_index(np.array([17, 4]))
    copy = before.copy(deep=True)
    fixed = repair(before)
    assert before.geometry.iloc[0] is not None
    assert before.to_wkb().equals(copy.to_wkb())
    assert NOTE not in before
    assert fixed.index.tolist() == [17, 4]
    assert fixed["name"].tolist() == ["a", "b"]
    assert fixed.crs == before.crs


def test_repairing_twice_is_repairing_once():
    once = repair(frame(BOW_TIE, None, Polygon(), box(0, 0, 1, 1)))
    twice = repair(once)
    assert twice[NOTE].tolist() == once[NOTE].tolist()
    assert twice.geometry.geom_equals(once.geometry).tolist() == once.geometry.notna().tolist()


def test_empty_frame():
    assert len(repair(frame())) == 0


def test_duplicates_ignore_start_and_direction():
    ring = [(0, 0), (2, 0), (2, 1), (0, 1)]
    shapes = frame(
        Polygon(ring),
        Polygon(ring[2:] + ring[:2]),
        Polygon(ring[::-1]),
        Polygon([(x + 1e-3, y) for x, y in ring]),
        None,
        None,
        Polygon(),
        Polygon(),
    )
    # Empty geometries repeat each other; repaired they are none, and none repeats nothing.
    assert duplicates(shapes).tolist() == [False, True, True, False, False, False, False, True]
    assert duplicates(repair(shapes)).tolist() == [False, True, True, False, False, False, False, False]


def test_duplicates_need_all_parts():
    pair = MultiPolygon([box(0, 0, 1, 1), box(2, 0, 3, 1)])
    turned = MultiPolygon([box(2, 0, 3, 1), box(0, 0, 1, 1)])
    assert duplicates(frame(pair, turned, box(0, 0, 1, 1))).tolist() == [False, True, False]


def test_multipolygons_wrap_single_ones_only():
    series = frame(box(0, 0, 1, 1), None, MultiPolygon([box(0, 0, 1, 1), box(2, 2, 3, 3)])).geometry
    wrapped = multipolygons(series)
    assert wrapped.geom_type.tolist() == ["MultiPolygon", None, "MultiPolygon"]
    assert wrapped.area.sum() == 3
    assert wrapped.crs == series.crs
    assert len(multipolygons(series.iloc[:0])) == 0
