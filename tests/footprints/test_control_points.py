"""Models placed by points."""

from __future__ import annotations

import math

import pytest
from citycheck.citycheck_qgis.errors import InputError
from citycheck.citycheck_qgis.footprints.georeference.control_points import fit_similarity
from citycheck.citycheck_qgis.footprints.georeference.evidence import Conversion, CrsEvidence, Evidence
from citycheck.citycheck_qgis.footprints.georeference.projections import apply, rotation
from citycheck.citycheck_qgis.footprints.georeference.resolve import resolve
from hypothesis import given
from hypothesis import strategies as st

SQUARE = [(0.0, 0.0), (40.0, 0.0), (40.0, 25.0), (0.0, 25.0)]
number = st.floats(-1e4, 1e4)


@given(
    angle=st.floats(-math.pi, math.pi),
    scale=st.floats(0.5, 2.0),
    east=st.floats(2e5, 8e5),
    north=st.floats(1e6, 5e6),
    points=st.lists(st.tuples(number, number), min_size=2, max_size=6),
)
def test_a_similarity_is_found_again(angle, scale, east, north, points):
    truth = rotation(angle, scale, (east, north))
    there = [apply(truth, point) for point in points]
    if max(abs(x - points[0][0]) + abs(y - points[0][1]) for x, y in points) < 0.1:
        with pytest.raises(InputError):
            fit_similarity([points[0]] * len(points), [there[0]] * len(points))
        return
    fit = fit_similarity(points, there)
    assert max(fit.residuals) < 1e-3
    for point, wanted in zip(points, there, strict=True):
        assert apply(fit.matrix, point) == pytest.approx(wanted, abs=1e-3)
    assert fit.scale == pytest.approx(scale, rel=1e-3)
    assert fit.angle == pytest.approx(math.degrees(angle), abs=0.1) or abs(abs(fit.angle) - 180) < 0.1


def test_more_points_share_the_error():
    truth = rotation(0.3, 1.0, (435_000.0, 2_550_000.0))
    there = [apply(truth, point) for point in SQUARE]
    there[2] = (there[2][0] + 0.2, there[2][1])
    fit = fit_similarity(SQUARE, there)
    assert 0.05 < max(fit.residuals) < 0.2
    assert not fit.findings
    there[2] = (there[2][0] + 20, there[2][1])
    assert [found.code for found in fit_similarity(SQUARE, there).findings][-1] == "control_residuals"


UNITS = [
    (0.001, "millimetres"),
    (0.01, "centimetres"),
    (0.3048, "feet"),
    (0.0254, "inches"),
    (1000.0, "kilometres"),
]


@pytest.mark.parametrize(("metres", "unit"), UNITS)
@pytest.mark.parametrize("survey", [0.9996, 1.0])
def test_points_in_another_unit_are_converted(metres, unit, survey):
    truth = rotation(0.3, survey, (435_000.0, 2_550_000.0))
    there = [apply(truth, point) for point in SQUARE]
    points = [(x / metres, y / metres) for x, y in SQUARE]
    fit = fit_similarity(points, there)
    assert [found.code for found in fit.findings] == ["control_unit"]
    assert fit.usable
    assert unit in str(fit.findings[0].message)
    assert fit.matrix == pytest.approx(truth)
    assert fit.scale == pytest.approx(survey)
    placement = resolve(
        Evidence(),
        control_points=[(*a, *b) for a, b in zip(points, there, strict=True)],
        default_crs="EPSG:4547",
    )
    assert placement.state == "placed"
    assert apply(placement.matrix, (40, 25)) == pytest.approx(there[2])


@pytest.mark.parametrize("scale", [0.7, 0.95, 1.03, 2.0, 0.0011])
def test_a_scale_of_no_unit_places_nothing(scale):
    there = [(435_000 + x * scale, 2_550_000 + y * scale) for x, y in SQUARE]
    fit = fit_similarity(SQUARE, there)
    assert [found.code for found in fit.findings] == ["control_scale"]
    assert not fit.usable
    points = [(*a, *b) for a, b in zip(SQUARE, there, strict=True)]
    placement = resolve(Evidence(), control_points=points, default_crs="EPSG:4547")
    assert (placement.state, placement.crs) == ("needs_control_points", None)
    assert "control_scale" in [found.code for found in placement.findings]


@pytest.mark.parametrize(
    ("local", "there"),
    [
        ([(0, 0)], [(1, 1)]),
        (SQUARE[:2], SQUARE[:3]),
        ([(5, 5), (5, 5)], [(0, 0), (10, 0)]),
        ([(0, 0), (10, 0)], [(7, 7), (7, 7.001)]),
        ([(0, 0), (math.nan, 0)], [(0, 0), (10, 0)]),
    ],
)
def test_points_that_place_nothing_are_refused(local, there):
    with pytest.raises(InputError):
        fit_similarity(local, there)


def test_points_go_before_all_other_evidence():
    stated = Conversion(
        "IfcMapConversion #1", "map_conversion", 500_000, 3_000_000, crs=CrsEvidence("x", "EPSG:4547")
    )
    points = [(0, 0, 435_000, 2_550_000), (100, 0, 435_000, 2_550_100)]
    placement = resolve(Evidence(conversions=(stated,)), control_points=points)
    assert (placement.state, placement.method, placement.crs.to_epsg()) == ("placed", "control_points", 4547)
    assert apply(placement.matrix, (50, 0)) == pytest.approx((435_000, 2_550_050))
    assert resolve(Evidence(), control_points=points, default_crs="EPSG:4546").crs.to_epsg() == 4546


@pytest.mark.parametrize(
    ("points", "crs"),
    [
        ([(0, 0, 435_000, 2_550_000), (100, 0, 435_000, 2_550_100)], None),
        ([(0, 0, 435_000, 2_550_000), (100, 0, 435_000, 2_550_100)], "EPSG:4326"),
        ([(0, 0, 2_550_000, 435_000), (100, 0, 2_550_100, 435_000)], "EPSG:4547"),
        ([(0, 0, 435_000), (100, 0, 435_000)], "EPSG:4547"),
    ],
)
def test_points_need_a_crs_that_they_lie_in(points, crs):
    with pytest.raises(InputError):
        resolve(Evidence(), control_points=points, default_crs=crs)
