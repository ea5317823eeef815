"""The place of a model: every trap of the numbers in files, without files."""

from __future__ import annotations

import math
import pickle
from dataclasses import replace

import numpy as np
import pytest
from citycheck.citycheck_qgis.errors import InputError
from citycheck.citycheck_qgis.footprints.georeference.areas import (
    BESIDE,
    datum_shift_unknown,
    fits,
    longitude_latitude,
    map_point,
)
from citycheck.citycheck_qgis.footprints.georeference.crs_names import crs_from_text
from citycheck.citycheck_qgis.footprints.georeference.evidence import (
    BuildingEvidence,
    Context,
    Conversion,
    CrsEvidence,
    Evidence,
    SiteEvidence,
    compound_angle,
)
from citycheck.citycheck_qgis.footprints.georeference.projections import apply, metres_between
from citycheck.citycheck_qgis.footprints.georeference.report import COLUMNS, STATUS, evidence_rows
from citycheck.citycheck_qgis.footprints.georeference.resolve import resolve
from citycheck.citycheck_qgis.units.coordinates import in_metres
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from pyproj import CRS, Geod, Transformer
from shapely import Point

GUANGZHOU = (113.32, 23.11)
FOOT, US_FOOT = 0.3048, 1200 / 3937


def project(epsg, longitude, latitude):
    return Transformer.from_crs(4326, epsg, always_xy=True).transform(longitude, latitude)


def codes(placement):
    return [found.code for found in placement.findings]


def placed_at(placement, local=(0.0, 0.0)):
    return longitude_latitude(placement.crs, *apply(placement.matrix, local))


def shifted(x=0.0, y=0.0, z=0.0, angle=0.0):
    c, s = math.cos(angle), math.sin(angle)
    return ((c, -s, 0.0, x), (s, c, 0.0, y), (0.0, 0.0, 1.0, z), (0.0, 0.0, 0.0, 1.0))


def converted(east, north, crs="EPSG:4547", unit=None, length_unit=1.0, kind="map_conversion", **more):
    """Return evidence with one conversion and nothing else."""
    system = None if crs is None else CrsEvidence("IfcProjectedCRS #2", crs, unit=unit)
    stated = Conversion("IfcMapConversion #1", kind, east, north, crs=system, **more)
    return Evidence(length_unit=length_unit, conversions=(stated,))


def located(latitude, longitude, matrix=None, **more):
    """Return evidence with the latitude and longitude of a site and nothing else."""
    raw = tuple(tuple(_parts(value)) for value in (latitude, longitude))
    site = SiteEvidence("site", None, matrix or shifted(), latitude, longitude, raw[0], raw[1])
    return Evidence(sites=(site,), buildings=(BuildingEvidence("building", site="site"),), **more)


def _parts(value):
    size, sign = abs(value), -1 if value < 0 else 1
    minutes = (size - int(size)) * 60
    seconds = (minutes - int(minutes)) * 60
    return (sign * int(size), sign * int(minutes), sign * int(seconds), sign * round((seconds % 1) * 1e6))


EAST, NORTH = project(4547, *GUANGZHOU)


# Map conversions


@pytest.mark.parametrize("kind", ["map_conversion", "property_set"])
def test_a_sound_conversion_is_taken_as_it_is(kind):
    placement = resolve(converted(EAST, NORTH, kind=kind, height=12.5, scale=1.0))
    assert (placement.state, placement.level, placement.method) == ("placed", 50, kind)
    assert placement.crs.to_epsg() == 4547
    assert placement.matrix == (1, 0, 0, 1, EAST, NORTH)
    assert placement.elevation == 12.5
    assert placement.source == "IfcMapConversion #1"
    assert not placement.findings


@pytest.mark.parametrize(
    ("stated", "unit", "length_unit", "code"),
    [
        (1000.0, 1.0, 0.001, "map_unit_corrected"),  # numbers in project millimetres, MapUnit metre
        (1000.0, FOOT, 0.001, "map_unit_corrected"),  # Revit: METER with the factor of a foot
        (1000.0, None, 0.001, "map_unit_corrected"),
        (1000.0, 1.0, 1.0, "map_unit_corrected"),  # no millimetre anywhere in the file
        (1000.0, 0.001, 0.001, None),
        (1000.0, 0.001, 1.0, None),
        (1.0, 0.001, 0.001, "map_unit_corrected"),  # MapUnit millimetre, numbers in metres
        (1 / FOOT, FOOT, FOOT, None),
        (1 / FOOT, 1.0, FOOT, "map_unit_corrected"),
        (1 / US_FOOT, 1.0, US_FOOT, "map_unit_corrected"),
        (100.0, 1.0, 1.0, "map_unit_corrected"),
    ],
)
def test_units_of_eastings_and_northings(stated, unit, length_unit, code):
    evidence = converted(
        EAST * stated, NORTH * stated, unit=unit, length_unit=length_unit, height=12.5 * stated
    )
    placement = resolve(evidence)
    assert placement.state == "placed"
    assert apply(placement.matrix, (0, 0)) == pytest.approx((EAST, NORTH), abs=1e-3)
    assert math.hypot(placement.matrix[0], placement.matrix[2]) == pytest.approx(1)
    assert placement.elevation == pytest.approx(12.5)
    assert [c for c in codes(placement) if c != "scale_missing"] == ([code] if code else [])


def test_a_small_number_is_not_made_a_place_by_a_unit_of_nobody():
    # Metres of UTM under the British grid; in millimetres they would lie in its south-west corner.
    for length_unit in (1.0, 0.001):
        placement = resolve(converted(316_131.64, 5_690_966.11, "EPSG:27700", 1.0, length_unit))
        assert placement.state == "needs_control_points"
        assert "outside_area_of_use" in codes(placement)


@pytest.mark.parametrize(
    ("scale", "unit", "length_unit", "code"),
    [
        (0.001, 1.0, 0.001, None),
        (1.0, 1.0, 1.0, None),
        (0.9996, 1.0, 1.0, None),
        (1000.0, 1.0, 0.001, "scale_inverted"),
        (1 / 0.9996 * 1000, 1.0, 0.001, "scale_inverted"),
        (None, 1.0, 0.001, "scale_missing"),
        (1.0, 1.0, 0.001, "scale_ignores_units"),
        (FOOT, 1.0, FOOT, None),
        (US_FOOT, 1.0, FOOT, None),
        (0.0, 1.0, 1.0, "scale_implausible"),
        (-1.0, 1.0, 1.0, "scale_implausible"),
        (17.0, 1.0, 1.0, "scale_implausible"),
    ],
)
def test_scales(scale, unit, length_unit, code):
    placement = resolve(converted(EAST, NORTH, unit=unit, length_unit=length_unit, scale=scale))
    assert placement.state == "placed"
    assert math.hypot(placement.matrix[0], placement.matrix[2]) == pytest.approx(1, abs=0.001)
    assert codes(placement) == ([code] if code else [])


def test_an_unusual_scale_is_believed_where_the_building_would_be_no_building_without():
    evidence = converted(EAST, NORTH, scale=0.001)
    assert "scale_implausible" in codes(resolve(evidence, bounds=(0, 0, 30, 20)))
    placement = resolve(evidence, bounds=(0, 0, 30_000, 15_000))
    assert "scale_unusual" in codes(placement)
    assert placement.matrix[0] == pytest.approx(0.001)


def test_factors_of_axes():
    placement = resolve(converted(EAST, NORTH, scale=1.0, factors=(0.9998, 0.9999, 1.0)))
    assert placement.matrix[0] == pytest.approx(0.9998)
    assert placement.matrix[3] == pytest.approx(0.9999)
    assert codes(placement) == []
    assert codes(resolve(converted(EAST, NORTH, factors=(1.0, 2.0, 3.0)))) == ["factors_implausible"]


@pytest.mark.parametrize(
    ("x", "y", "degrees", "code"),
    [
        (0.5, math.sqrt(3) / 2, 60, None),
        (-1.0, 0.0, 180, None),
        (None, None, 0, None),
        (0.0, 0.0, 0, "direction_malformed"),
        (0.866, None, 0, "direction_incomplete"),
        (1.0, None, 0, None),
        (None, 1.0, 90, None),
        (30.0, 30.0, 45, "direction_not_unit"),
    ],
)
def test_directions(x, y, degrees, code):
    placement = resolve(converted(EAST, NORTH, abscissa=x, ordinate=y))
    turned = math.degrees(math.atan2(placement.matrix[2], placement.matrix[0]))
    assert abs(turned) == pytest.approx(degrees, abs=1e-6)
    assert codes(placement) == ([code] if code else [])


def test_eastings_and_northings_that_have_changed_places():
    placement = resolve(converted(NORTH, EAST))
    assert apply(placement.matrix, (0, 0)) == pytest.approx((EAST, NORTH))
    assert codes(placement) == ["eastings_northings_swapped"]


@pytest.mark.parametrize("stated", [1.0, 1000.0])
@pytest.mark.parametrize("swapped", [False, True])
@pytest.mark.parametrize(
    ("crs", "prefix", "code"),
    [
        ("EPSG:4547", 38, "zone_prefix_removed"),
        ("EPSG:4526", 0, "zone_prefix_added"),
        ("EPSG:4526", 38, None),
        ("CGCS2000 3度带 114", 38, "zone_prefix_removed"),
    ],
)
def test_zone_numbers_before_eastings(crs, prefix, code, swapped, stated):
    east, north = (EAST + prefix * 1e6) * stated, NORTH * stated
    pair = (north, east) if swapped else (east, north)
    placement = resolve(converted(*pair, crs=crs, unit=1.0, length_unit=1 / stated))
    assert placement.state == "placed"
    assert metres_between(*placed_at(placement), *GUANGZHOU) < 0.01
    assert (code in codes(placement)) if code else not any("zone" in c for c in codes(placement))
    assert ("eastings_northings_swapped" in codes(placement)) == swapped
    assert ("map_unit_corrected" in codes(placement)) == (stated != 1.0)


def drawn_at(x, y, near=None):
    """Return evidence and bounds of a model that is drawn in map coordinates, with a latitude and longitude if wanted."""
    there = (None, None) if near is None else (near[1], near[0])
    raw = (None, None) if near is None else tuple(tuple(_parts(value)) for value in there)
    site = SiteEvidence("site", None, shifted(x, y), *there, *raw)
    return Evidence(sites=(site,), buildings=(BuildingEvidence("building", site="site"),)), (
        x,
        y,
        x + 30,
        y + 20,
    )


@pytest.mark.parametrize("crs", ["EPSG:4547", "EPSG:4526"])
@pytest.mark.parametrize("prefix", [37, 39, 43, 19])
@pytest.mark.parametrize("stated", [1.0, 1000.0])
@pytest.mark.parametrize("swapped", [False, True])
def test_a_zone_number_that_contradicts_the_crs_of_a_conversion_places_nothing(crs, prefix, stated, swapped):
    pair = ((EAST + prefix * 1e6) * stated, NORTH * stated)
    placement = resolve(converted(*(pair[::-1] if swapped else pair), crs, 1.0, 1 / stated))
    assert (placement.state, placement.crs) == ("needs_control_points", None)
    assert "zone_contradicts_crs" in codes(placement)


@pytest.mark.parametrize("crs", ["EPSG:4547", "EPSG:4526"])
@pytest.mark.parametrize("prefix", [37, 39, 43, 19])
def test_a_zone_number_that_contradicts_the_crs_of_a_drawn_model_places_nothing(crs, prefix):
    evidence, bounds = drawn_at(EAST + prefix * 1e6, NORTH)
    moved = Context(7, "Model", 3, shifted(EAST + prefix * 1e6, NORTH))
    for placement in (
        resolve(evidence, "building", bounds, crs),
        resolve(Evidence(contexts=(moved,)), None, None, crs),
    ):
        assert (placement.state, placement.crs) == ("needs_control_points", None)
        assert "zone_contradicts_crs" in codes(placement)


@pytest.mark.parametrize(
    ("crs", "prefix", "right"), [("EPSG:4548", 38, 4547), ("EPSG:4527", 38, 4526), ("EPSG:4547", 39, 4547)]
)
@pytest.mark.parametrize("drawn", [False, True])
def test_latitude_and_longitude_decide_between_a_zone_number_and_the_crs(crs, prefix, right, drawn):
    evidence, bounds = drawn_at(EAST + prefix * 1e6, NORTH, GUANGZHOU)
    if drawn:
        placement = resolve(evidence, "building", bounds, crs)
        at = placed_at(placement, bounds[:2])
    else:
        there = located(GUANGZHOU[1], GUANGZHOU[0])
        placement = resolve(
            replace(there, conversions=converted(EAST + prefix * 1e6, NORTH, crs).conversions)
        )
        at = placed_at(placement)
    assert placement.state == "placed"
    assert placement.crs.to_epsg() == right
    assert "zone_contradicts_crs" in codes(placement)
    assert metres_between(*at, *GUANGZHOU) < 0.01


@pytest.mark.parametrize(
    ("stated", "right"),
    [(4546, 4547), (4548, 4547), (32650, 32649), (32648, 32649), (2383, 2382)],
)
@pytest.mark.parametrize("drawn", [False, True])
def test_a_strip_that_only_the_crs_speaks_for_gives_way(stated, right, drawn):
    east, north = project(right, *GUANGZHOU)
    if drawn:
        evidence, bounds = drawn_at(east, north, GUANGZHOU)
        placement = resolve(evidence, "building", bounds, f"EPSG:{stated}")
        at = placed_at(placement, bounds[:2])
    else:
        there = located(GUANGZHOU[1] + 0.001, GUANGZHOU[0])
        placement = resolve(replace(there, conversions=converted(east, north, f"EPSG:{stated}").conversions))
        at = placed_at(placement)
    assert (placement.state, placement.crs.to_epsg()) == ("approximate", right)
    assert "crs_contradicts_location" in codes(placement)
    assert metres_between(*at, *GUANGZHOU) < 100


def test_a_zone_number_speaks_for_its_strip_against_latitude_and_longitude():
    there = located(GUANGZHOU[1], GUANGZHOU[0])
    for east, crs in ((EAST + 39e6, "EPSG:4527"), (EAST + 37e6, "EPSG:4546")):
        placement = resolve(replace(there, conversions=converted(east, NORTH, crs).conversions))
        assert (placement.state, placement.crs.to_epsg()) == ("placed", int(crs[5:]))
        assert "contradictory_position" in codes(placement)


def test_a_zone_number_before_the_easting_of_a_context():
    moved = Context(7, "Model", 3, shifted(EAST + 38e6, NORTH, angle=0.3))
    placement = resolve(Evidence(contexts=(moved,)), default_crs="EPSG:4547")
    assert (placement.level, codes(placement)) == (40, ["crs_from_user", "zone_prefix_removed"])
    assert apply(placement.matrix, (0, 0)) == pytest.approx((EAST, NORTH))


def test_strip_of_six_degrees():
    east, north = project(4508, 111.4, 30.7)  # CM 111E, zone 19 of six degrees
    placement = resolve(converted(east + 19e6, north, "CGCS2000 / Gauss-Kruger CM 111E"))
    assert codes(placement) == ["zone_prefix_removed"]
    assert metres_between(*placed_at(placement), 111.4, 30.7) < 0.01


def test_degrees_in_a_conversion():
    for pair in (GUANGZHOU, GUANGZHOU[::-1]):
        placement = resolve(converted(pair[0] + 0.00012345, pair[1] + 0.00012345))
        assert codes(placement) == ["degrees_in_conversion"]
        assert metres_between(*placed_at(placement), *GUANGZHOU) < 30
    assert resolve(converted(10.0, 50.0, "EPSG:25832")).state == "needs_control_points"


def test_zeros_are_a_placeholder():
    for crs in ("EPSG:4547", "EPSG:3857", "EPSG:28992", "EPSG:32631"):
        placement = resolve(converted(0.0, 0.0, crs))
        assert placement.state == "needs_control_points"
        assert placement.crs is None
        assert "placeholder_conversion" in codes(placement)


def test_zeros_are_right_for_a_model_drawn_in_its_place():
    bounds = (EAST, NORTH, EAST + 30, NORTH + 20)
    placement = resolve(converted(0.0, 0.0), bounds=bounds)
    assert (placement.state, placement.level, codes(placement)) == ("placed", 50, [])
    assert placement.matrix == (1, 0, 0, 1, 0, 0)


def test_a_conversion_on_top_of_map_coordinates_is_left_out():
    bounds = (EAST, NORTH, EAST + 30, NORTH + 20)
    placement = resolve(converted(EAST - 100, NORTH - 100), bounds=bounds)
    assert codes(placement) == ["double_offset"]
    assert apply(placement.matrix, (EAST, NORTH)) == (EAST, NORTH)


def test_a_conversion_that_lacks_a_number_or_a_crs_places_nothing():
    assert "conversion_incomplete" in codes(resolve(converted(None, NORTH)))
    for crs in (None, "", "CGCS2000", "EPSG:1234"):
        placement = resolve(converted(EAST, NORTH, crs))
        assert placement.state == "needs_control_points"
        assert "conversion_without_crs" in codes(placement)
        assert codes(placement)[-1] == "needs_crs_or_control_points"


def test_the_users_crs_stands_in():
    placement = resolve(converted(EAST, NORTH, None), default_crs="EPSG:4547")
    assert codes(placement) == ["crs_from_user"]
    assert placement.crs.to_epsg() == 4547
    placement = resolve(converted(EAST + 38e6, NORTH, None), default_crs=CRS.from_epsg(4547))
    assert codes(placement) == ["crs_from_user", "zone_prefix_removed"]
    placement = resolve(converted(EAST, NORTH, "EPSG:28992"), default_crs="EPSG:4547")
    assert codes(placement) == ["crs_replaced_by_user"]
    placement = resolve(converted(EAST, NORTH, "EPSG:4547"), default_crs="EPSG:28992")
    assert codes(placement) == []
    with pytest.raises(InputError):
        resolve(Evidence(), default_crs="EPSG:nonsense")


def test_a_crs_is_inferred_where_coordinates_agree_with_latitude_and_longitude():
    there = located(GUANGZHOU[1] + 0.0005, GUANGZHOU[0])
    for evidence in (
        replace(there, conversions=converted(EAST, NORTH, None).conversions),
        replace(there, conversions=converted(EAST * 1000, NORTH * 1000, None).conversions, length_unit=0.001),
        replace(there, conversions=converted(EAST + 38e6, NORTH, "CGCS2000").conversions),
    ):
        placement = resolve(evidence)
        assert (placement.state, placement.level) == ("approximate", 50)
        assert "crs_inferred" in codes(placement)
        assert placement.crs.to_epsg() in (4547, 4526)
        assert metres_between(*placed_at(placement), *GUANGZHOU) < 0.01
    drawn = resolve(there, bounds=(EAST, NORTH, EAST + 30, NORTH + 20))
    assert (drawn.state, drawn.level, drawn.crs.to_epsg()) == ("approximate", 30, 4547)
    assert codes(drawn) == ["crs_inferred"]
    elsewhere = replace(located(30.7, 111.3), conversions=converted(EAST, NORTH, None).conversions)
    assert "crs_inferred" not in codes(resolve(elsewhere))
    named = resolve(there, bounds=(EAST, NORTH, EAST + 30, NORTH + 20), default_crs="EPSG:4547")
    assert (named.state, codes(named)) == ("placed", ["crs_from_user"])


def test_heights_of_models_drawn_at_their_height():
    site = located(GUANGZHOU[1], GUANGZHOU[0]).sites[0]
    for z, elevation, expected in ((24.0, 21.0, 0.0), (0.0, 21.0, 21.0), (3.0, 0.0, 0.0), (0.0, None, None)):
        evidence = Evidence(sites=(replace(site, elevation=elevation),), positions=((EAST, NORTH, z),))
        assert resolve(evidence, default_crs="EPSG:4547").elevation == expected


def test_crs_from_its_parts():
    system = CrsEvidence(
        "IfcProjectedCRS #2", "Projekt", datum="CGCS2000", projection="Gauss-Kruger", zone="CM 114"
    )
    conversion = Conversion("IfcMapConversion #1", "map_conversion", EAST, NORTH, crs=system)
    placement = resolve(Evidence(conversions=(conversion,)))
    assert placement.crs.to_epsg() == 4547
    assert "crs_from_parts" in codes(placement)
    system = CrsEvidence("IfcProjectedCRS #2", "EPSG:4547", wkt=CRS.from_epsg(28992).to_wkt())
    placement = resolve(Evidence(conversions=(replace(conversion, crs=system),)))
    assert placement.crs.to_epsg() == 4547
    assert codes(placement) == ["crs_contradicts_wkt"]
    system = CrsEvidence("IfcProjectedCRS #2", "our grid", wkt=CRS.from_epsg(4547).to_wkt())
    assert resolve(Evidence(conversions=(replace(conversion, crs=system),))).crs.to_epsg() == 4547


def test_a_grid_of_a_city_is_not_read_from_its_parts():
    own = CrsEvidence("x", "深圳独立坐标系 CGCS2000 中央子午线114", description="CGCS2000 3度带 114")
    stated = Conversion("IfcMapConversion #1", "map_conversion", EAST, NORTH, crs=own)
    placement = resolve(Evidence(conversions=(stated,)))
    assert (placement.state, placement.crs) == ("needs_control_points", None)
    assert "crs_strip_unknown" in codes(placement)


def test_vertical_datum():
    system = CrsEvidence("x", "EPSG:4547", vertical="EPSG:5737")
    conversion = Conversion("c", "map_conversion", EAST, NORTH, crs=system)
    assert resolve(Evidence(conversions=(conversion,))).vertical == "Yellow Sea 1985 height"
    conversion = replace(conversion, crs=replace(system, vertical="1985国家高程基准"))
    assert resolve(Evidence(conversions=(conversion,))).vertical == "1985国家高程基准"
    conversion = replace(conversion, crs=replace(system, vertical="EPSG:4326"))
    placement = resolve(Evidence(conversions=(conversion,)))
    assert placement.vertical is None
    assert codes(placement) == ["vertical_datum_unknown"]


def test_mercator_keeps_true_sizes():
    east, north = project(3857, *GUANGZHOU)
    stretch = 1 / math.cos(math.radians(GUANGZHOU[1]))
    for scale, code in ((None, True), (1.0, True), (stretch, False)):
        placement = resolve(converted(east, north, "EPSG:3857", scale=scale))
        assert placement.crs.to_epsg() == 4547
        assert ("mercator_stretch" in codes(placement)) == code
        assert "reprojected_to_metric" in codes(placement)
        assert metres_between(*placed_at(placement), *placed_at(placement, (100.0, 0.0))) == pytest.approx(
            100, abs=0.7
        )


def test_feet_of_the_crs():
    east, north = project(2240, -85.42, 34.98)
    sound = resolve(converted(east, north, "EPSG:2240", US_FOOT, US_FOOT))
    assert "foot_definition" not in codes(sound)
    wrong = resolve(converted(east, north, "EPSG:2240", FOOT, US_FOOT))
    assert "foot_definition" in codes(wrong)
    for placement in (sound, wrong, resolve(converted(east, north, "EPSG:2240", None, US_FOOT))):
        assert in_metres(placement.crs)
        assert metres_between(*placed_at(placement), -85.42, 34.98) < 0.05
        assert metres_between(*placed_at(placement), *placed_at(placement, (100.0, 0.0))) == pytest.approx(
            100, abs=0.1
        )


def test_rigid_operation_in_degrees():
    for pair in (GUANGZHOU, GUANGZHOU[::-1]):
        evidence = converted(*pair, "EPSG:4490", kind="rigid_operation", angular=True, height=8.0)
        placement = resolve(evidence)
        assert (placement.state, placement.level, placement.method) == ("placed", 50, "rigid_operation")
        assert placement.crs.to_epsg() == 4547
        assert placement.elevation == 8.0
        assert metres_between(*placed_at(placement), *GUANGZHOU) < 0.01
    radians = converted(*map(math.radians, GUANGZHOU), "EPSG:4490", kind="rigid_operation", angular=True)
    assert metres_between(*placed_at(resolve(replace(radians, angle_unit=1.0))), *GUANGZHOU) < 0.01
    placement = resolve(replace(evidence, angle_unit=1.0))
    assert "angle_unit_corrected" in codes(placement)
    assert "axis_order_assumed" in codes(resolve(converted(14.1, 46.4, "EPSG:4326", angular=True)))


def test_context_that_is_moved():
    moved = Context(7, "Model", 3, shifted(100.0, 50.0, 4.25), representations=3)
    evidence = replace(converted(EAST, NORTH, context=7, height=4.25), contexts=(moved,))
    placement = resolve(evidence)
    assert apply(placement.matrix, (100, 50)) == pytest.approx((EAST, NORTH))
    assert placement.elevation == 0.0
    assert codes(placement) == ["context_offset", "context_height_offset"]
    doubled = replace(evidence, contexts=(replace(moved, matrix=shifted(EAST, NORTH)),))
    placement = resolve(doubled)
    assert apply(placement.matrix, (0, 0)) == pytest.approx((EAST, NORTH))
    assert "context_offset_ignored" in codes(placement)


def test_contradicting_conversions():
    first, second = (converted(EAST + step, NORTH, context=7 + step).conversions[0] for step in (0, 1))
    second = replace(second, source="IfcMapConversion #9")
    contexts = (Context(7, "Model", 3, shifted()), Context(8, "Plan", 2, shifted()))
    placement = resolve(Evidence(conversions=(first, second), contexts=contexts))
    assert placement.state == "needs_control_points"
    assert "conversions_contradict" in codes(placement)
    drawn = (replace(contexts[0], representations=5), contexts[1])
    assert resolve(Evidence(conversions=(first, second), contexts=drawn)).state == "placed"
    assert (
        resolve(Evidence(conversions=(first, replace(first, source="x")), contexts=contexts)).state
        == "placed"
    )


def test_property_sets_belong_to_their_building():
    system = CrsEvidence("x", "EPSG:4547")
    sets = tuple(
        Conversion(
            f"IfcBuilding {n}/ePSet_MapConversion",
            "property_set",
            EAST + n * 100,
            NORTH,
            crs=system,
            owner=str(n),
        )
        for n in (1, 2)
    )
    evidence = Evidence(conversions=sets, buildings=(BuildingEvidence("1"), BuildingEvidence("2")))
    for n in (1, 2):
        assert resolve(evidence, str(n)).matrix[4] == EAST + n * 100


def test_the_crs_may_stand_in_another_property_set():
    stated = converted(EAST, NORTH, None, kind="property_set").conversions[0]
    crs_alone = Conversion(
        "IfcProject p/ePSet_ProjectedCRS", "property_set", crs=CrsEvidence("x", "EPSG:4547")
    )
    placement = resolve(Evidence(conversions=(crs_alone, stated)))
    assert (placement.state, placement.crs.to_epsg(), codes(placement)) == ("placed", 4547, [])


def test_other_conversions_are_named():
    first = converted(EAST, NORTH).conversions[0]
    other = replace(first, source="IfcSite s/ePSet_MapConversion", kind="property_set", eastings=EAST + 5)
    placement = resolve(Evidence(conversions=(first, other)))
    assert placement.source == first.source
    assert codes(placement) == ["conversion_not_used"]


def test_a_compound_crs_of_the_user_is_taken_in_plan():
    compound = CRS.from_user_input("EPSG:28992+5709")
    east, north = project(28992, 4.5, 51.9)
    placement = resolve(converted(east, north, None), default_crs=compound)
    assert placement.crs.to_epsg() == 28992


def test_a_model_far_from_the_origin_of_its_conversion_is_named():
    placement = resolve(converted(EAST, NORTH), bounds=(25_000, 0, 25_030, 20))
    assert codes(placement) == ["far_from_origin"]


def test_latitude_and_longitude_confirm_or_contradict():
    east, north = project(3857, *GUANGZHOU)
    there = located(GUANGZHOU[1], GUANGZHOU[0])
    placement = resolve(
        replace(there, conversions=converted(east / 1000, north / 1000, "EPSG:3857").conversions)
    )
    assert metres_between(*placed_at(placement), *GUANGZHOU) < 1
    assert "map_unit_corrected" in codes(placement)
    far = resolve(replace(located(30.7, 111.3), conversions=converted(EAST, NORTH).conversions))
    assert metres_between(*placed_at(far), *GUANGZHOU) < 1
    assert codes(far) == ["contradictory_position"]


def test_true_north_contradicts():
    north = Context(7, "Model", 3, shifted(), (math.sin(0.5), math.cos(0.5)))
    evidence = replace(converted(EAST, NORTH, context=7), contexts=(north,))
    assert codes(resolve(evidence)) == ["contradictory_north"]
    turned = converted(EAST, NORTH, context=7, abscissa=math.cos(0.5), ordinate=math.sin(0.5))
    assert codes(resolve(replace(turned, contexts=(north,)))) == []


# Models drawn in map coordinates


def test_site_placement_with_map_coordinates():
    site = SiteEvidence("site", None, shifted(EAST, NORTH))
    evidence = Evidence(sites=(site,), buildings=(BuildingEvidence("b", None, shifted(EAST, NORTH), "site"),))
    unknown = resolve(evidence, "b")
    assert (unknown.state, unknown.crs) == ("needs_control_points", None)
    assert codes(unknown) == ["placement_without_crs", "needs_crs_or_control_points"]
    placement = resolve(evidence, "b", default_crs="EPSG:4547")
    assert (placement.state, placement.level, placement.method) == ("placed", 30, "site_placement")
    assert placement.matrix == (1, 0, 0, 1, 0, 0)
    assert placement.source == "IfcSite site/ObjectPlacement"
    stated = replace(evidence, crs=(CrsEvidence("IfcProjectedCRS #1", "EPSG:4547"),))
    assert (resolve(stated, "b").level, codes(resolve(stated, "b"))) == (30, [])
    assert resolve(evidence, "b", default_crs="EPSG:28992").state == "needs_control_points"


@pytest.mark.parametrize(
    ("x", "y", "code"),
    [
        (EAST + 38e6, NORTH, "zone_prefix_removed"),
        (NORTH, EAST, "eastings_northings_swapped"),
        (EAST * 1000, NORTH * 1000, "placement_unit_corrected"),
    ],
)
def test_corrected_placements(x, y, code):
    site = SiteEvidence("site", None, shifted(x, y))
    placement = resolve(Evidence(sites=(site,)), bounds=(x, y, x + 30, y + 20), default_crs="EPSG:4547")
    assert code in codes(placement)
    assert apply(placement.matrix, (x + 15, y + 10)) == pytest.approx((EAST + 15, NORTH + 10), abs=1e-3)


def test_context_with_map_coordinates():
    moved = Context(7, "Model", 3, shifted(EAST, NORTH, 6.0, angle=0.3))
    assert resolve(Evidence(contexts=(moved,))).state == "needs_control_points"
    placement = resolve(Evidence(contexts=(moved,)), default_crs="EPSG:4547")
    assert (placement.level, placement.method, placement.elevation) == (40, "context", 6.0)
    assert apply(placement.matrix, (0, 0)) == pytest.approx((EAST, NORTH))
    assert placement.matrix[2] == pytest.approx(math.sin(0.3))


# Latitude and longitude


def test_latitude_and_longitude():
    north = Context(7, "Model", 3, shifted(), (math.sin(0.5), math.cos(0.5)))
    evidence = located(GUANGZHOU[1], GUANGZHOU[0], shifted(5.0, 7.0, 2.0), contexts=(north,))
    evidence = replace(evidence, sites=(replace(evidence.sites[0], elevation=30.0),))
    placement = resolve(evidence, "building")
    assert (placement.state, placement.level, placement.method) == ("approximate", 20, "latitude_longitude")
    assert placement.crs.to_epsg() == 4547
    assert placement.elevation == 28.0
    assert codes(placement) == ["approximate_position"]
    assert metres_between(*placed_at(placement, (5.0, 7.0)), *GUANGZHOU) < 0.01
    up = placed_at(placement, (5.0 + 1000 * math.sin(0.5), 7.0 + 1000 * math.cos(0.5)))
    azimuth, _, metres = Geod(ellps="WGS84").inv(*GUANGZHOU, *up)
    assert azimuth == pytest.approx(0, abs=0.001)
    assert metres == pytest.approx(1000, abs=0.01)


@pytest.mark.parametrize(
    ("longitude", "latitude", "epsg"),
    [
        (113.3, 23.1001, 4547),
        (8.44, 49.1, 32632),
        (126.97, 37.5601, 32652),
        (77.21, 28.61, 32643),
        (-70.6512, -33.4523, 32719),
        (151.2, -33.87, 32756),
    ],
)
def test_latitude_and_longitude_all_over_the_earth(longitude, latitude, epsg):
    placement = resolve(located(latitude, longitude))
    assert placement.crs.to_epsg() == epsg
    assert metres_between(*placed_at(placement), longitude, latitude) < 0.01
    assert resolve(located(latitude, longitude), default_crs=epsg_beside(epsg)).crs.to_epsg() == epsg


def epsg_beside(epsg):
    return "EPSG:28992" if epsg != 28992 else "EPSG:4547"


@pytest.mark.parametrize(
    ("latitude", "longitude", "code"),
    [
        (42.358662, -71.056740, "default_location"),
        (42.3584308, -71.0597732, "default_location"),
        (24 + 28 / 60, 54 + 25 / 60, "default_location"),
        (52 + 31 / 60, 13 + 24 / 60, "default_location"),
        (51.50015258, -0.1262362, "default_location"),
        (0.0, 0.0, "placeholder_latitude_longitude"),
        (-36 - 50 / 60, 174 + 46 / 60, "coarse_location"),
    ],
)
def test_places_that_nobody_chose(latitude, longitude, code):
    evidence = located(latitude, longitude)
    whole = code == "coarse_location"
    if whole:
        site = replace(evidence.sites[0], raw_latitude=(-36, -50, 0), raw_longitude=(174, 46, 0))
        evidence = replace(evidence, sites=(site,))
    placement = resolve(evidence, "building")
    assert placement.state == "needs_control_points"
    assert placement.crs is None
    assert codes(placement)[0] == code


def test_each_building_has_its_own_site():
    sites = tuple(replace(located(23.1 + n / 1000, 113.3).sites[0], guid=f"s{n}") for n in (1, 2))
    buildings = tuple(BuildingEvidence(f"b{n}", None, shifted(), f"s{n}") for n in (1, 2))
    evidence = Evidence(sites=sites, buildings=buildings)
    for n in (1, 2):
        assert metres_between(*placed_at(resolve(evidence, f"b{n}")), 113.3, 23.1 + n / 1000) < 0.01
    nested = replace(sites[1], latitude=None, longitude=None, parent="s1")
    inner = Evidence(sites=(sites[0], nested), buildings=buildings)
    assert metres_between(*placed_at(resolve(inner, "b2")), 113.3, 23.101) < 0.01
    lost = Evidence(sites=sites, buildings=(BuildingEvidence("b3"),))
    assert resolve(lost, "b3").state == "needs_control_points"


def test_a_model_far_from_its_site_is_not_placed_by_it():
    placement = resolve(located(23.1, 113.3), bounds=(EAST, NORTH, EAST + 30, NORTH + 20))
    assert placement.state == "needs_control_points"
    assert "local_coordinates_huge" in codes(placement)


@pytest.mark.parametrize(
    ("ratios", "turn", "code"),
    [
        ((0.0, 1.0), 0, None),
        ((1.0, 0.0), 90, None),
        ((0.0, 1.0, 0.0), 0, None),
        ((2.0, 6e-17, 1.0), 0, "true_north_three_values"),
        ((0.0, 0.0), 0, "true_north_malformed"),
        ((0.0, 0.0, 1.0), 0, "true_north_malformed"),
        (None, 0, "true_north_missing"),
    ],
)
def test_true_north(ratios, turn, code):
    evidence = located(GUANGZHOU[1], GUANGZHOU[0], contexts=(Context(7, "Model", 3, shifted(), ratios),))
    placement = resolve(evidence, "building")
    straight = resolve(
        located(GUANGZHOU[1], GUANGZHOU[0], contexts=(Context(7, "Model", 3, shifted(), (0.0, 1.0)),))
    )
    angle, zero = (math.degrees(math.atan2(p.matrix[2], p.matrix[0])) for p in (placement, straight))
    assert angle - zero == pytest.approx(turn, abs=1e-6)
    assert [c for c in codes(placement) if "north" in c] == ([code] if code else [])


@pytest.mark.parametrize(
    ("parts", "degrees"),
    [
        ((49, 6, 1, 566000), 49.1004350),
        ((-71, -3, -24, -263305), -71.0567398),
        ((0, -7, -34, -450321), -0.1262362),
        ((-36, 50, 0), -36.8333333),
        ((24, 28), None),
        ((24, 61, 0), None),
        ((24, 28, 0, 0, 0), None),
    ],
)
def test_compound_angles(parts, degrees):
    assert compound_angle(parts) == (None if degrees is None else pytest.approx(degrees, abs=1e-7))


@pytest.mark.parametrize(
    ("own", "wanted", "unknown"),
    [
        (2383, 4547, True),  # Xian 1980
        (2414, 4547, True),  # Beijing 1954
        (4610, 4547, True),
        (2383, 32649, True),
        (4547, 2383, True),
        (2383, 2370, False),
        (4547, 4526, False),
        (4547, 32649, False),
        (4547, 3857, False),
        (25832, 4547, False),
        (31467, 25832, False),
        (27700, 32630, False),
        (6668, 32654, False),
    ],
)
def test_shifts_of_datums_that_nobody_knows(own, wanted, unknown):
    assert datum_shift_unknown(CRS.from_epsg(own), CRS.from_epsg(wanted)) is unknown


def test_nothing_at_all():
    placement = resolve(Evidence(length_unit=None))
    assert (placement.state, placement.level, placement.method, placement.crs) == (
        "needs_control_points",
        0,
        "none",
        None,
    )
    assert codes(placement) == ["length_unit_missing", "needs_control_points"]
    assert placement.place(Point(1, 2)).equals(Point(1, 2))


# Rows for the report


def test_rows_tell_what_became_of_each_piece():
    evidence = replace(
        located(42.358662, -71.056740, contexts=(Context(7, "Model", 3, shifted(), (0.0, 1.0)),)),
        conversions=converted(EAST * 1000, NORTH * 1000, unit=1.0, length_unit=0.001).conversions,
        length_unit=0.001,
    )
    placement = resolve(evidence)
    rows = evidence_rows(evidence, placement)
    assert all(tuple(row) == COLUMNS and row["status"] in STATUS for row in rows)
    by_kind = {row["kind"]: row for row in rows}
    assert by_kind["map_conversion"]["status"] == "used"
    assert "map_unit_corrected" in by_kind["map_conversion"]["codes"]
    assert by_kind["map_conversion"]["longitude"] == pytest.approx(GUANGZHOU[0], abs=1e-6)
    assert by_kind["latitude_longitude"]["status"] == "not needed"
    assert rows[-1]["kind"] == "answer"
    refused = evidence_rows(replace(evidence, conversions=()), resolve(replace(evidence, conversions=())))
    row = next(row for row in refused if row["kind"] == "latitude_longitude")
    assert (row["status"], row["codes"]) == ("rejected", "default_location")
    assert "Boston" in str(row["reason"][0])


# Properties


PLACES = [
    ("EPSG:4547", 113.3, 23.1),
    ("CGCS2000 / 3-degree Gauss-Kruger CM 120E", 120.6, 31.3),
    ("urn:ogc:def:crs:EPSG::4526", 113.9, 30.2),
    ("CGCS2000 3度带 117", 116.4, 39.9),
    ("2384", 117.3, 33.1),
    ("EPSG:25832", 8.44, 49.1),
    ("WGS_1984_UTM_Zone_33S", 14.5, -22.6),
    ("EPSG:28992", 4.5, 51.9),
    ("EPSG:31468", 11.7, 48.2),
    ("EPSG:2193", 174.8, -36.9),
]


@settings(max_examples=150, deadline=None)
@given(
    place=st.sampled_from(PLACES),
    dx=st.floats(-0.1, 0.1),
    dy=st.floats(-0.1, 0.1),
    angle=st.floats(-math.pi, math.pi),
    length_unit=st.sampled_from([1.0, 0.001, 0.01, FOOT]),
    map_unit=st.sampled_from([None, 1.0, 0.001, FOOT]),
    written=st.sampled_from(["declared", "project", "metres", "millimetres"]),
    scale=st.sampled_from(["right", "missing", "inverted", "one"]),
    swapped=st.booleans(),
    kind=st.sampled_from(["map_conversion", "property_set"]),
)
def test_every_way_to_write_a_place_is_read(
    place, dx, dy, angle, length_unit, map_unit, written, scale, swapped, kind
):
    """Whatever unit, scale, order or spelling: the same point of the earth, the same turn, the true size."""
    name, longitude, latitude = place
    truth = (longitude + dx, latitude + dy)
    crs = crs_from_text(name)[0]
    east, north = map_point(crs, *truth)
    unit = {"declared": map_unit or 1.0, "project": length_unit, "metres": 1.0, "millimetres": 0.001}[written]
    stated = {"right": length_unit / unit, "missing": None, "inverted": unit / length_unit, "one": 1.0}[scale]
    pair = (north / unit, east / unit) if swapped else (east / unit, north / unit)
    evidence = converted(
        *pair,
        name,
        map_unit,
        length_unit,
        kind,
        abscissa=math.cos(angle),
        ordinate=math.sin(angle),
        scale=stated,
    )
    placement = resolve(evidence)
    if placement.state != "placed":
        assert swapped or unit != (map_unit or 1.0)
        assert {"ambiguous_units", "outside_area_of_use"} & set(codes(placement))
        assume(False)
    assert metres_between(*placed_at(placement), *truth) < 0.05
    a, _, d, _, _, _ = placement.matrix
    assert math.hypot(a, d) == pytest.approx(1, abs=1e-9)
    assert math.remainder(math.atan2(d, a) - angle, math.tau) == pytest.approx(0, abs=1e-9)


def test_units_and_orders_exhaustively():
    """Of all combinations of units, orders and places none is read wrong, and hardly one is refused."""
    refused = 0
    cases = [
        (place, length_unit, map_unit, unit, swapped)
        for place in PLACES
        for length_unit in (1.0, 0.001, 0.01, FOOT)
        for map_unit in (None, 1.0, 0.001, FOOT)
        for unit in {map_unit or 1.0, length_unit, 1.0, 0.001}
        for swapped in (False, True)
    ]
    for (name, longitude, latitude), length_unit, map_unit, unit, swapped in cases:
        east, north = map_point(crs_from_text(name)[0], longitude, latitude)
        pair = (north / unit, east / unit) if swapped else (east / unit, north / unit)
        placement = resolve(converted(*pair, name, map_unit, length_unit))
        if placement.state == "placed":
            assert metres_between(*placed_at(placement), longitude, latitude) < 0.05
        refused += placement.state != "placed"
    assert refused <= 0.01 * len(cases)


numbers = st.one_of(
    st.none(),
    st.floats(allow_nan=False, allow_infinity=False),
    st.floats(-1e7, 1e7),
    st.sampled_from([0.0, 1.0, -1.0, 1e30, 1.7e308]),
)


@settings(max_examples=250, deadline=None)
@given(
    east=numbers,
    north=numbers,
    scale=numbers,
    x=numbers,
    y=numbers,
    height=numbers,
    crs=st.sampled_from(["EPSG:4547", "EPSG:4326", "EPSG:3857", "EPSG:2240", "nonsense", None]),
    unit=st.one_of(st.none(), st.floats(1e-4, 1e4)),
    angular=st.booleans(),
    latitude=st.floats(-90, 90),
    longitude=st.floats(-180, 180),
    site=st.tuples(st.floats(-1e8, 1e8), st.floats(-1e8, 1e8)),
    bounds=st.one_of(st.none(), st.tuples(*[st.floats(-1e8, 1e8)] * 2)),
    default=st.sampled_from([None, "EPSG:4547", "EPSG:28992"]),
    north_ratios=st.one_of(st.none(), st.lists(st.floats(-2, 2), min_size=1, max_size=4).map(tuple)),
)
def test_no_numbers_place_a_model_outside_the_area_of_its_crs(
    east,
    north,
    scale,
    x,
    y,
    height,
    crs,
    unit,
    angular,
    latitude,
    longitude,
    site,
    bounds,
    default,
    north_ratios,
):
    evidence = replace(
        located(latitude, longitude, shifted(*site)),
        conversions=converted(
            east, north, crs, unit, scale=scale, abscissa=x, ordinate=y, height=height, angular=angular
        ).conversions,
        contexts=(Context(7, "Model", 3, shifted(*site[::-1]), north_ratios),),
    )
    box = None if bounds is None else (*bounds, bounds[0] + 30, bounds[1] + 20)
    placement = resolve(evidence, "building", box, default)
    assert placement == resolve(pickle.loads(pickle.dumps(evidence)), "building", box, default)
    assert np.isfinite(placement.matrix).all()
    assert evidence_rows(evidence, placement)
    if placement.state == "needs_control_points":
        assert placement.crs is None
        assert placement.findings
        return
    assert in_metres(placement.crs)
    anchor = site if box is None else ((box[0] + box[2]) / 2, (box[1] + box[3]) / 2)
    assert fits(placement.crs, *apply(placement.matrix, anchor), BESIDE + 0.1)
    assert all(str(found.message) for found in placement.findings)
