"""Footprints in the database: what replaces what, and what a match writes."""

import geopandas as gpd
import pandas as pd
import pytest
import shapely
from citycheck.citycheck_qgis.errors import InputError
from citycheck.citycheck_qgis.footprints.database import BUILDING_KEY, merge_footprints, with_matches
from citycheck.citycheck_qgis.footprints.matching import match, one_print_each
from citycheck.citycheck_qgis.footprints.workers import FileResult
from citycheck.citycheck_qgis.messages import message
from citycheck.citycheck_qgis.storage.tables import FOOTPRINT
from citycheck.tests.fixtures.read_models import GK114, UNKNOWN, building, layers_of, result
from pyproj import CRS


@pytest.fixture
def path(tmp_path):
    def make(name):
        (tmp_path / name).write_bytes(b"x")
        return tmp_path / name

    return make


def after(*results, earlier=None):
    return merge_footprints(layers_of(*results), GK114, earlier)


def changed(one):
    one.record["sha256"] = "cd" * 32
    return one


def keys(table):
    assert not table.duplicated([*FOOTPRINT.keys]).any()
    return sorted(set(zip(table["source_file"], table["cim_id"], strict=True)))


def test_a_building_without_a_place_is_a_row_without_geometry(path):
    rows, notes = after(result(path("m.ifc"), building("a"), building("b", UNKNOWN)))
    assert notes == []
    assert rows.crs == GK114
    assert list(zip(rows["cim_id"], rows["kind"], rows.geometry.isna(), strict=True)) == [
        ("a", "ground", False), ("a", "roofprint", False), ("b", "ground", True),
    ]  # fmt: skip


def test_rows_have_the_crs_of_the_database(path):
    rows, _ = merge_footprints(layers_of(result(path("m.ifc"), building("a")), crs=CRS("EPSG:4490")), GK114)
    assert rows.crs == GK114
    assert rows.geometry.iloc[0].centroid.distance(shapely.Point(499_996, 2_540_005)) < 0.01
    rows, _ = merge_footprints(layers_of(result(path("m.ifc"), building("a", UNKNOWN)), crs=None), GK114)
    assert rows["state"].tolist() == ["needs_control_points"]


def test_matches_stay_while_the_file_is_the_same(path):
    file = path("m.ifc")
    first, _ = after(result(file, building("a"), building("b", UNKNOWN)))
    matched = first.assign(building_id="B-7", confidence=0.9)
    again, _ = after(result(file, building("a"), building("b", UNKNOWN)), earlier=matched)
    assert set(again["building_id"]) == {"B-7"}
    fresh, _ = after(changed(result(file, building("a"), building("b"))), earlier=matched)
    assert fresh["building_id"].isna().all()


def test_buildings_that_leave_a_file_are_told(path):
    file = path("m.ifc")
    first, _ = after(result(file, building("a"), building("b")))
    rows, notes = after(changed(result(file, building("a"))), earlier=first)
    assert keys(rows) == [("m.ifc", "a")]
    assert [str(n) for n in notes] == [
        "1 buildings that the database had from m.ifc are not in the file any more; their rows were removed."
    ]
    rows, notes = after(changed(result(file)), earlier=first)
    assert rows.empty
    assert str(notes[0]).startswith("2 buildings")


def test_a_file_that_cannot_be_read_leaves_its_rows(path):
    file = path("m.ifc")
    first, _ = after(result(file, building("a")))
    broken = FileResult(file, "refused", {"state": "refused"}, message("{file} is cut off.", file="m.ifc"))
    rows, notes = after(broken, earlier=first)
    assert keys(rows) == [("m.ifc", "a")]
    assert [str(n) for n in notes] == [
        "m.ifc could not be read; the 1 buildings that the database had from it stay as they are."
    ]


def test_other_files_stay_and_the_same_file_under_another_name_is_no_second_one(path):
    first, _ = after(result(path("m.ifc"), building("a")))
    other = result(path("other.ifc"), building("a"))
    other.record["sha256"] = "ef" * 32
    both, _ = after(other, earlier=first)
    # The same id in two files: two versions, or two disciplines.
    assert keys(both) == [("m.ifc", "a"), ("other.ifc", "a")]
    renamed, _ = after(result(path("moved.ifc"), building("a")), earlier=both)
    assert keys(renamed) == [("moved.ifc", "a"), ("other.ifc", "a")]


def test_quite_other_buildings_of_a_file_of_the_same_name_are_refused(path):
    file = path("m.ifc")
    first, _ = after(result(file, building("a")))
    with pytest.raises(InputError, match=r"a file of the same name, m\.ifc"):
        after(changed(result(file, building("z"))), earlier=first)


@pytest.fixture
def database(path):
    other = result(path("other.ifc"), building("a"))
    other.record["sha256"] = "ef" * 32
    rows, _ = after(result(path("m.ifc"), building("a"), building("b", UNKNOWN)), other)
    return rows


def register():
    shape = shapely.box(499_992, 2_540_000, 500_000, 2_540_010)
    return gpd.GeoDataFrame({"building_id": ["B-1"]}, geometry=[shape], crs=GK114)


def test_matching_again_changes_nothing(database):
    prints = one_print_each(database)
    found = match(prints, register())
    table, relations = with_matches(database, None, found, prints)
    assert len(table) == len(database)
    assert keys(table) == keys(database)
    assert set(table.loc[table["cim_id"] == "a", "building_id"]) == {"B-1"}
    assert table.loc[table["cim_id"] == "b", "building_id"].isna().all()
    assert sorted(relations["source_file"]) == ["m.ifc", "other.ifc"]
    again, same = with_matches(table, relations, found, prints)
    pd.testing.assert_frame_equal(again, table)
    pd.testing.assert_frame_equal(
        same.sort_values(BUILDING_KEY, ignore_index=True),
        relations.sort_values(BUILDING_KEY, ignore_index=True),
    )


def test_matching_some_footprints_leaves_the_others(database):
    prints = one_print_each(database)
    table, relations = with_matches(database, None, match(prints, register()), prints)
    some = prints[prints["source_file"] == "other.ifc"]
    away = register().assign(geometry=lambda frame: frame.translate(5_000))
    after_some, left = with_matches(table, relations, match(some, away), some)
    assert len(after_some) == len(database)
    by_file = after_some[after_some["cim_id"] == "a"].groupby("source_file")["building_id"].first()
    assert by_file["m.ifc"] == "B-1"
    assert by_file.get("other.ifc") is None or pd.isna(by_file.get("other.ifc"))
    assert left["source_file"].tolist() == ["m.ifc"]
