"""Building numbers, and the building table."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from citycheck.citycheck_qgis.errors import InputError
from citycheck.citycheck_qgis.storage.tables import BUILDING
from citycheck.citycheck_qgis.units.assignment import assign
from citycheck.citycheck_qgis.units.buildings import building_table, identify, number_text
from shapely.geometry import MultiPolygon, Point, box

COMMUNITIES = gpd.GeoDataFrame(
    {"code": ["A", "B"], "parent_code": ["S", "S"]},
    geometry=[box(0, 0, 10, 10), box(10, 0, 20, 10)],
    crs=4547,
)


def buildings(*shapes, **columns):
    return gpd.GeoDataFrame(columns, geometry=list(shapes), crs=4547)


@pytest.mark.parametrize(
    ("value", "text"),
    [("B-12", "B-12"), (" B-12 ", "B-12"), ("'0012", "0012"), (12, "12"), (12.0, "12"), (np.float64(12), "12"),
     (np.int64(12), "12"), (12.5, "12.5"), (None, None), (np.nan, None), (pd.NA, None), (pd.NaT, None), ("", None),
     ("  ", None)],
)  # fmt: skip
def test_number_text(value, text):
    assert number_text(value) == text


def test_numbers_are_distinct_whatever_comes():
    layer = buildings(*[Point(i, 0) for i in range(6)], 楼栋编号=["B1", "B1", None, " ", "B2", "B2"])
    layer.index = [11, 12, 13, 14, 15, 16]
    assert identify(layer).tolist() == ["B1", "#12", "#13", "#14", "B2", "#16"]
    assert identify(layer).index.tolist() == [11, 12, 13, 14, 15, 16]


def test_numbers_of_a_number_column_have_no_decimals():
    layer = buildings(Point(0, 0), Point(1, 0), osm_id=[4711.0, np.nan])
    assert identify(layer).tolist() == ["4711", "#1"]


def test_without_a_number_column():
    assert identify(buildings(Point(0, 0), Point(0, 0))).tolist() == ["#0", "#1"]


def test_chosen_column():
    layer = buildings(Point(0, 0), id=["1"], mine=["M"])
    assert identify(layer, "mine").tolist() == ["M"]
    with pytest.raises(InputError, match="nothing"):
        identify(layer, "nothing")


def test_table_has_every_building_and_the_database_columns():
    layer = buildings(
        box(1, 1, 2, 2), box(9, 1, 12, 2), None, box(50, 0, 51, 1), Point(5, 5),
        fwbh=["B1", "B2", "B3", "B4", "B5"], 层数=["6", "6.5", "六", None, 3], 建筑高度=[18.5, None, 3, 4, 5],
        建成年代=[1998.0, np.nan, 2001, 2002, 2003], 房屋用途=["住宅", None, "商业", "", "住宅"], 小区=["东苑", None, None, None, None],
    )  # fmt: skip
    table = building_table(assign(layer, COMMUNITIES).frame, "houses.gpkg")
    assert [c for c in table.columns if c != "geometry"] == list(BUILDING.columns)
    assert table["building_id"].tolist() == ["B1", "B2", "B3", "B4", "B5"]
    assert table["community_code"].tolist() == ["A", "B", None, None, "A"]
    assert table["method"].tolist() == ["within", "largest_overlap", "no_geometry", "outside", "within"]
    assert table["share"].round(6).tolist()[:2] == [1, 0.666667]
    storeys = table["storeys"].tolist()
    assert (storeys[0], storeys[4]) == (6, 3)
    assert storeys[1] == 6
    assert np.isnan(storeys[2])
    assert np.isnan(storeys[3])
    assert table["height"].iloc[0] == 18.5
    assert table["floor_area"].isna().all()
    assert table["year_built"].iloc[0] == 1998
    assert table["use"].tolist()[0] == "住宅"
    assert table["estate_code"].iloc[0] == "东苑"
    assert set(table["source"]) == {"houses.gpkg"}
    assert table.crs == layer.crs
    assert table.geom_type.tolist()[:2] == ["MultiPolygon", "MultiPolygon"]
    # A point is no footprint; its row stays.
    assert table.geometry.isna().tolist() == [False, False, True, False, True]


def test_parts_of_a_building_stay_together():
    parts = MultiPolygon([box(1, 1, 2, 2), box(3, 1, 4, 2)])
    table = building_table(assign(buildings(parts), COMMUNITIES).frame, "x")
    assert table.geometry.iloc[0].equals(parts)
