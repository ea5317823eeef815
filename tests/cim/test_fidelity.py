"""What is the same, what a platform has done, and what is somebody's edit."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
import shapely
from citycheck.citycheck_qgis.cim.features import GEOMETRY, Feature
from citycheck.citycheck_qgis.cim.fidelity import (
    EXACT,
    LIKELY,
    LOST,
    POSSIBLE,
    SURE,
    Tolerance,
    axes_exchanged,
    cause_of,
    differences,
    same,
    same_geometry,
)
from hypothesis import assume, given
from hypothesis import strategies as st

BUILDING = shapely.Polygon(
    [
        (113.123456789012, 23.0123456789),
        (113.1238, 23.01237654321),
        (113.12376, 23.0127),
        (113.12341, 23.01268),
    ],
    [[(113.1235, 23.01245), (113.1236, 23.01246), (113.12356, 23.0126)]],
)
WKB = shapely.to_wkb(BUILDING)


def rounded(shape: shapely.Geometry, digits: int) -> bytes:
    return shapely.to_wkb(
        shapely.transform(shape, lambda c: np.round(c, digits), include_z=bool(shape.has_z))
    )


def corner_moved(by: float, shape: shapely.Geometry = BUILDING) -> bytes:
    def move(corners: np.ndarray) -> np.ndarray:
        corners = corners.copy()
        corners[1, 0] += by
        return corners

    return shapely.to_wkb(shapely.transform(shape, move))


@pytest.mark.parametrize(
    ("one", "other", "tolerance", "expected"),
    [
        ("", None, EXACT, False),
        ("", None, Tolerance(empty_is_null=True), True),
        (0, None, Tolerance(empty_is_null=True), False),
        (0, False, EXACT, True),
        (1, True, EXACT, True),
        (2, True, EXACT, False),
        ("1", 1, EXACT, False),
        (7, 7.0, EXACT, True),
        (0.1 + 0.2, 0.3, EXACT, True),
        (0.3, 0.3000000001, EXACT, False),
        (2**53 + 1, 2**53, EXACT, False),
        (2**53 + 1, float(2**53), EXACT, False),
        ("𠮷野", "野", EXACT, False),
        ("𠮷野", "野", Tolerance(drops_beyond_bmp=True), True),
        ("楼 ", "楼", Tolerance(trims=True), True),
        ("2024-05-01T08:00:00.123456Z", "2024-05-01T08:00:00.123Z", Tolerance(seconds=0.001), True),
        ("2024-05-01T08:00:00.123456Z", "2024-05-01T08:00:00.123Z", EXACT, False),
        ("2024-05-01T08:00:00Z", "2024-05-01T08:00:00", Tolerance(seconds=1), False),
        ("2024-05-01T08:00:00Z", "2024-05-01T08:00:00", Tolerance(drops_zone=True), True),
        ("2024-05-01T08:00:00Z", "2024-05-01T09:00:00", Tolerance(drops_zone=True), False),
        (WKB, None, EXACT, False),
    ],
)
def test_same(one: Any, other: Any, tolerance: Tolerance, expected: bool) -> None:
    assert same(one, other, tolerance) is expected and same(other, one, tolerance) is expected


def test_one_shape_in_many_forms() -> None:
    ring = list(BUILDING.exterior.coords)[:-1]
    turned = shapely.Polygon(ring[2:] + ring[:2], [list(BUILDING.interiors[0].coords)[::-1]])
    for form in (turned, shapely.Polygon(ring[::-1], BUILDING.interiors), shapely.MultiPolygon([BUILDING])):
        assert same_geometry(WKB, shapely.to_wkb(form))
    other = shapely.affinity.translate(BUILDING, 0.001) if hasattr(shapely, "affinity") else None
    assert other is None or not same_geometry(WKB, shapely.to_wkb(other))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("LINESTRING (0 0, 1 1, 2 0)", "LINESTRING (2 0, 1 1, 0 0)"),
        ("LINESTRING (0 0, 1 0, 2 0, 3 0)", "LINESTRING (0 0, 2 0, 1 0, 3 0)"),
        ("POLYGON ((0 0, 2 0, 2 2, 0 2, 0 0))", "POLYGON ((0 0, 2 0, 2 2, 1 1, 0 2, 0 0))"),
        ("POLYGON ((0 0, 1 0, 2 0, 2 2, 0 2, 0 0))", "POLYGON ((0 0, 2 0, 2 2, 0 2, 0 0))"),
        ("POINT (1 2)", "POINT Z (1 2 0)"),
        ("POINT (1 2)", "LINESTRING (1 2, 1 2)"),
        ("MULTIPOINT (0 0, 1 1)", "MULTIPOINT (0 0, 1 1, 1 1)"),
        ("POLYGON EMPTY", "POLYGON ((0 0, 2 0, 2 2, 0 0))"),
    ],
)  # fmt: skip
def test_shapes_that_lie_on_each_other_are_not_the_same(one: str, other: str) -> None:
    first, second = (shapely.to_wkb(shapely.from_wkt(text)) for text in (one, other))
    assert not same_geometry(first, second, 1e-6)


def test_rounding_that_brings_another_corner_to_the_front() -> None:
    # Two corners nearly share the smallest x: rounding makes the other one the first of the normal form.
    shape = shapely.Polygon(
        [(113.1234564, 23.0), (113.1236, 23.0001), (113.1234561, 23.0002), (113.123460, 23.0001)]
    )
    assert same_geometry(shapely.to_wkb(shape), rounded(shape, 6), 1e-6)
    assert not same_geometry(shapely.to_wkb(shape), rounded(shape, 6), 1e-8)


corners = st.lists(
    st.tuples(st.floats(113, 113.001), st.floats(23, 23.001)), min_size=3, max_size=12, unique=True
).map(lambda found: sorted(found, key=lambda corner: math.atan2(corner[1] - 23.0005, corner[0] - 113.0005)))


@given(corners, st.integers(0, 11), st.booleans())
def test_a_ring_rounded_turned_and_reversed_is_the_same(ring: list, start: int, reverse: bool) -> None:
    shape = shapely.Polygon(ring)
    assume(shape.is_valid and shape.area > 1e-9)
    stored = [(round(x, 6), round(y, 6)) for x, y in ring]
    start %= len(stored)
    stored = stored[start:] + stored[:start]
    other = shapely.to_wkb(shapely.Polygon(stored[::-1] if reverse else stored))
    assert same_geometry(shapely.to_wkb(shape), other, 5.01e-7)


DAMAGES = [
    ("x\"y'z\\w", "x\\y'z\\w"),
    ("🏙 广场 𠮷", " 广场 "),
    ("🏙 广场", "广场"),
    ("𠮷野家", "?野家"),
    ("𠮷野家", "??野家"),
    ("问题", "??"),
    ("", None),
    (None, ""),
    ("楼  ", "楼"),
    ("a\r\nb", "a\nb"),
    ("a\x00b", "a"),
    ("a\x07b", "ab"),
    ("end\\", "end"),
    ("it's", "it''s"),
    ("a < b & c", "a &lt; b &amp; c"),
    ("2024-05-01T08:00:00.123456Z", "2024-05-01T08:00:00.123Z"),
    ("2024-05-01T08:00:00.123456Z", "2024-05-01T08:00:00Z"),
    ("2024-05-01T08:00:00Z", "2024-05-01T08:00:00"),
    ("2024-05-01T00:00:00Z", "2024-05-01T08:00:00"),
    ("2024-05-01T08:00:00Z", "2024-05-01"),
    (2**53 + 1, 2**53),
    (0.1, float(np.float32(0.1))),
    (12.345678901234, 12.3456789),
    (True, "true"),
    (5, "5"),
    (WKB, rounded(BUILDING, 6)),
    (WKB, rounded(BUILDING, 7)),
    (WKB, corner_moved(5e-10)),
    (shapely.to_wkb(shapely.force_3d(BUILDING, 4.5)), WKB),
    (shapely.to_wkb(shapely.force_3d(BUILDING, 4.5)), rounded(BUILDING, 6)),
]


@pytest.mark.parametrize(("sent", "stored"), DAMAGES)
def test_what_platforms_do_is_known(sent: Any, stored: Any) -> None:
    cause = cause_of(sent, stored)
    assert cause is not None and str(cause)


EDITS = [
    ("广州塔广场", "广州塔"),
    ("广州塔", "广州塔广场"),
    ("open", "done"),
    ("open", None),
    ("", "open"),
    ("楼", "樓"),
    ("it's", "its'"),
    ("a b", "ab"),
    ("楼?", "亭?"),
    (3.14159, 3.14),
    (3.7, 4),
    (3, 4),
    (1000, 1001),
    (True, False),
    ("2024-05-01T08:00:00Z", "2024-05-01T08:00:01Z"),
    ("2024-05-01T08:00:00Z", "2024-05-01T09:00:00Z"),
    ("2024-05-01", "2024-05-02"),
    (WKB, corner_moved(1e-8)),
    (WKB, corner_moved(1e-6)),
    (rounded(BUILDING, 6), corner_moved(1e-6, shapely.from_wkb(rounded(BUILDING, 6)))),
    (WKB, None),
    (None, WKB),
    (WKB, shapely.to_wkb(BUILDING.exterior)),
    (
        shapely.to_wkb(shapely.Point(500123.456, 2543210.123)),
        shapely.to_wkb(shapely.Point(500123.457, 2543210.123)),
    ),
]


@pytest.mark.parametrize(("before", "after"), EDITS)
def test_an_edit_is_no_damage(before: Any, after: Any) -> None:
    assert cause_of(before, after) is None


def test_a_cut_text_is_believed_where_the_field_is_as_short() -> None:
    assert cause_of("广州塔广场", "广州塔", 3) is not None
    assert cause_of("广州塔广场", "广州塔", 9) is not None  # nine bytes
    assert cause_of("广州塔广场", "广州塔", 4) is None
    assert cause_of("广州塔广场", "广州塔", 100) is None


def test_beliefs() -> None:
    sent = Feature(
        "k", {"a": "x🏙", "b": "abcdef", "c": 3.14159, "d": "t ", "e": "free", "f": "kept", "g": "5 m²"}
    )
    stored = Feature("k", {"a": "x", "b": "abc", "c": 3.14, "d": "t", "e": "mine", "f": "kept", "g": "5 m2"})
    found = {d.name: d for d in differences(sent, stored, "abcdefg")}
    assert {n: d.belief for n, d in found.items()} == {
        "a": LIKELY, "b": LOST, "c": POSSIBLE, "d": SURE, "e": POSSIBLE, "g": LIKELY,
    }  # fmt: skip
    assert found["e"].cause is None and found["b"].cause is not None


@given(st.text(), st.text())
def test_explaining_never_fails(sent: str, stored: str) -> None:
    cause = cause_of(sent, stored)
    assert cause is None or str(cause)
    if len(stored) > len(sent) and not set(stored) & set("\\'\"?;\r"):
        # Platforms compose, replace and quote; they add no words.
        assert cause is None or "composed" in str(cause)


@given(st.one_of(st.integers(), st.floats(allow_nan=False, allow_infinity=False)), st.one_of(st.integers(), st.floats(allow_nan=False, allow_infinity=False)))  # fmt: skip
def test_numbers_far_apart_are_edits(sent: float, stored: float) -> None:
    if abs(sent - stored) >= 1e-3 * abs(sent) + 1e-30:
        assert cause_of(sent, stored) is None or abs(sent - stored) <= 1e-44


def test_axes_exchanged() -> None:
    swapped = shapely.to_wkb(shapely.transform(BUILDING, lambda c: c[:, ::-1]))
    assert axes_exchanged(WKB, swapped) and not axes_exchanged(WKB, WKB)
    assert not axes_exchanged(WKB, rounded(BUILDING, 6)) and not axes_exchanged(None, WKB)


def test_tolerance_of_a_probe() -> None:
    probe = {"distance": 1e-6, "drops_beyond_bmp": True, "page": 100}
    assert Tolerance.from_probe(probe) == Tolerance(1e-6, drops_beyond_bmp=True)


def test_geometry_is_an_item_of_differences() -> None:
    sent, stored = Feature("k", {}, WKB), Feature("k", {}, rounded(BUILDING, 6))
    (found,) = differences(sent, stored, [GEOMETRY])
    assert found.belief == SURE and "rounded" in str(found.cause)
