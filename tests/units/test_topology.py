"""Overlaps, gaps, nesting and parts, with areas that can be worked out by hand."""

from __future__ import annotations

import geopandas as gpd
import pandas as pd
import pytest
from citycheck.citycheck_qgis.units.hierarchy import build_units
from citycheck.citycheck_qgis.units.topology import COLUMNS, SLIVER, check_topology, join_issues
from shapely.geometry import MultiPolygon, box

A, B, C, D = "440103001001", "440103001002", "440103002001", "440103002002"
SOUTH, NORTH = "440103001000", "440103002000"


def with_shapes(town, **shapes):
    """Return the town's units with other polygons for some communities (a, b, c, d)."""
    community = town["community"].copy()
    for letter, shape in shapes.items():
        community.loc["abcd".index(letter), "geometry"] = shape
    return build_units(town | {"community": community}, 2024).frame


def found(units, **options):
    issues = check_topology(units, **options)
    assert list(issues.columns) == COLUMNS
    assert (issues.area - issues["area"]).abs().max() < 1e-9 or issues.empty
    rows = issues[["issue", "level", "code", "other_code", "area"]]
    return [(*row[:4], round(row[4], 6)) for row in rows.itertuples(index=False)]


def test_sound_town_has_no_issues(town):
    units = build_units(town, 2024).frame
    issues = check_topology(units)
    assert len(issues) == 0
    assert issues.crs == units.crs
    assert list(issues.columns) == COLUMNS


def test_overlap(town):
    units = with_shapes(town, a=box(0, 0, 110, 100))
    assert found(units) == [("overlap", "community", A, B, 1000)]
    assert check_topology(units).geometry.iloc[0].equals(box(100, 0, 110, 100))


def test_three_units_on_one_place_are_three_pairs(town):
    units = with_shapes(town, a=box(0, 0, 110, 100), b=box(90, 0, 200, 100), c=box(0, 90, 100, 200))
    overlaps = [row for row in found(units) if row[0] == "overlap"]
    assert overlaps == [
        ("overlap", "community", A, B, 2000),
        ("overlap", "community", A, C, 1000),
        ("overlap", "community", B, C, 100),
    ]


def test_gap_is_named_by_its_parent(town):
    units = with_shapes(town, a=box(0, 0, 100, 100).difference(box(10, 10, 30, 20)))
    assert found(units) == [("gap", "community", SOUTH, "", 200)]


def test_gap_at_the_edge_of_the_parent(town):
    assert found(with_shapes(town, a=box(20, 0, 100, 100))) == [("gap", "community", SOUTH, "", 2000)]


def test_two_gaps_are_two_places(town):
    holes = MultiPolygon([box(10, 10, 20, 20), box(40, 40, 45, 45)])
    units = with_shapes(town, a=box(0, 0, 100, 100).difference(holes))
    assert found(units) == [("gap", "community", SOUTH, "", 100), ("gap", "community", SOUTH, "", 25)]


def test_without_parents_the_holes_of_the_level_are_gaps():
    ring = box(0, 0, 100, 100).difference(box(40, 40, 60, 60))
    units = gpd.GeoDataFrame(
        {"code": ["X"], "level": ["community"], "name": ["x"], "parent_code": [None]},
        geometry=[MultiPolygon([ring])],
        crs=4547,
    )
    assert found(units) == [("gap", "community", "", "", 400)]


def test_outside_parent(town):
    units = with_shapes(town, a=box(-10, 0, 100, 100))
    assert found(units) == [("outside_parent", "community", A, SOUTH, 1000)]


def test_in_the_wrong_street(town):
    units = with_shapes(town, a=box(0, 0, 100, 120), c=box(0, 120, 100, 200))
    assert found(units) == [("outside_parent", "community", A, SOUTH, 2000)]


def test_upper_levels_are_checked_too(town):
    street = town["street"].copy()
    street.loc[0, "geometry"] = box(0, 0, 200, 110)
    units = build_units(town | {"street": street}, 2024).frame
    assert found(units) == [("overlap", "street", SOUTH, NORTH, 2000)]


def test_several_parts(town):
    units = with_shapes(town, a=MultiPolygon([box(0, 0, 40, 100), box(60, 0, 100, 100)]))
    assert found(units) == [
        ("gap", "community", SOUTH, "", 2000),
        ("several_parts", "community", A, "", 8000),
    ]
    assert "2 separate parts" in check_topology(units)["detail"].tolist()[1]


@pytest.mark.parametrize(("width", "reported"), [(0.0099, False), (0.0101, True)])
def test_slivers_up_to_one_square_metre_are_not_reported(town, width, reported):
    units = with_shapes(town, a=box(0, 0, 100 + width, 100))
    assert SLIVER == 1.0
    assert bool(found(units)) == reported
    assert len(found(units, sliver=0)) == 1


def test_largest_first_inside_each_kind(town):
    units = with_shapes(town, a=box(-30, 0, 105, 100), d=box(100, 100, 220, 200))
    assert [(row[0], row[4]) for row in found(units)] == [
        ("outside_parent", 3000),
        ("outside_parent", 2000),
        ("overlap", 500),
    ][::1]


def test_issues_of_codes_and_topology_are_one_list(town):
    doubled = pd.concat([town["community"], town["community"].iloc[:1]], ignore_index=True)
    doubled.loc[1, "geometry"] = box(100, 0, 200, 90)
    units = build_units(town | {"community": doubled}, 2024, strict=False)
    topology = check_topology(units.frame)
    rows = join_issues(units.issues, topology)
    assert rows[["issue", "code"]].to_numpy().tolist() == [["duplicate_code", A], ["gap", SOUTH]]
    assert list(rows.columns) == COLUMNS
    assert rows.crs == units.frame.crs
    assert join_issues(units.issues.iloc[:0], topology).equals(topology)
