"""Surveyed problems find their building or unit, or the remainder."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from citycheck.citycheck_qgis.errors import InputError
from citycheck.citycheck_qgis.problems.survey import FINDING, REMAINDER, read_survey
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from shapely.geometry import LineString, MultiPoint, Point, Polygon, box

A, B, C, D = "440103001001", "440103001002", "440103002001", "440103002002"
SOUTH, NORTH = "440103001000", "440103002000"
STRUCTURE, PARKING, ROADS = "存在结构安全隐患的住宅（栋）", "停车泊位缺口数", "存在乱停乱放车辆问题的道路数量"


def layer(*shapes, indicator=STRUCTURE, **columns):
    data = {"指标": [indicator] * len(shapes) if isinstance(indicator, str) else indicator} | columns
    return gpd.GeoDataFrame(data, geometry=list(shapes), crs=4547)


@pytest.fixture
def survey(units, buildings, system):
    def read(*layers, with_buildings=True):
        named = {f"layer {i}": one for i, one in enumerate(layers)}
        return read_survey(named, buildings if with_buildings else None, units, system)

    return read


def places(result):
    columns = ["unit_code", "object_id", "location_precision", "located_by"]
    return [tuple(row) for row in result.findings[columns].itertuples(index=False)]


def test_number_goes_before_place(survey):
    # The number says A1, the point lies on C1.
    assert places(survey(layer(Point(15, 115), 楼栋编号=["A1"]))) == [(A, "A1", "building", "number")]


@pytest.mark.parametrize("written", ["A1", " A1", "'A1"])
def test_spellings_of_a_number(survey, written):
    assert places(survey(layer(None, 楼栋编号=[written]))) == [(A, "A1", "building", "number")]


def test_numbers_of_a_number_column(survey, buildings):
    buildings["building_id"] = ["101", "102", "103", "104", "105", "106", "107"]
    result = survey(layer(None, None, 楼栋编号=[101.0, np.nan], 社区=[None, A]))
    assert places(result)[0] == (A, "101", "building", "number")


@pytest.mark.parametrize("column", ["OBJECTID", "id", "gid", "fid"])
def test_a_rows_own_number_is_no_building(survey, buildings, column):
    buildings["building_id"] = ["1", "2", "3", "4", "5", "6", "7"]
    result = survey(layer(Point(150, 150), **{column: [1]}))
    assert places(result)[0][0] == D


def test_unknown_number_falls_to_the_place(survey):
    assert places(survey(layer(Point(15, 115), 楼栋编号=["Z9"]))) == [(C, "C1", "building", "place")]
    # Off every house the stated number still names the object.
    assert places(survey(layer(Point(50, 150), 楼栋编号=["Z9"]))) == [(C, f"{C}:z9", "point", "place")]


def test_number_of_a_building_outside_all_units_is_not_used(survey):
    result = survey(layer(None, Point(15, 115), 楼栋编号=["X1", "Y1"]))
    assert places(result) == [(C, "C1", "building", "place")]
    assert result.remainder["reason"].tolist() == ["no usable place"]


def test_housing_problem_lies_on_its_house(survey):
    result = survey(layer(Point(15, 15), box(12, 12, 14, 14), Point(50, 50)))
    assert places(result)[:2] == [(A, "A1", "building", "place")] * 2
    assert places(result)[2] == (A, f"{A}:@50,50", "point", "place")


def test_lowest_number_where_houses_lie_on_each_other(survey, buildings):
    buildings.loc[1, "geometry"] = buildings.geometry[0]
    buildings.loc[[0, 1], "building_id"] = ["A9", "A10"]
    assert places(survey(layer(Point(15, 15))))[0][1] == "A10"


def test_only_housing_problems_look_for_a_house(survey):
    result = survey(layer(Point(15, 15), indicator=PARKING))
    assert places(result) == [(A, f"{A}:@15,15", "point", "place")]


def test_block_problem_belongs_to_the_street(survey):
    road = LineString([(10, 50), (130, 50)])
    result = survey(layer(road, Point(15, 115), indicator=ROADS, 道路名称=["滨江 路", None]))
    assert places(result) == [
        (SOUTH, f"{SOUTH}:滨江路", "point", "place"),
        (NORTH, f"{NORTH}:@15,115", "point", "place"),
    ]


def test_block_problem_without_streets_belongs_to_the_community(survey, units):
    units.drop(units.index[units["level"] != "community"], inplace=True)
    units["parent_code"] = None
    assert places(survey(layer(Point(15, 15), indicator=ROADS)))[0][0] == A


def test_place_is_by_largest_share(survey):
    result = survey(
        layer(box(80, 40, 110, 50), LineString([(90, 50), (190, 50)]), MultiPoint([(10, 50), (110, 50), (120, 50)]),
              indicator=PARKING)
    )  # fmt: skip
    assert [row[0] for row in places(result)] == [A, B, B]


@pytest.mark.parametrize(
    ("text", "unit", "precision"),
    [
        ("西苑社区", B, "community"),
        ("西苑居委会", B, "community"),
        ("西苑", B, "community"),
        (B, B, "community"),
        (f"'{B}.0", B, "community"),
        ("滨江街办", SOUTH, "street"),
        ("440103002", NORTH, "street"),
    ],
)
def test_stated_unit_where_there_is_no_geometry(survey, text, unit, precision):
    result = survey(layer(None, 社区=[text]))
    assert [(row[0], row[2], row[3]) for row in places(result)] == [(unit, precision, "name")]
    assert result.findings.geometry.notna().all()


def test_place_goes_before_stated_unit(survey):
    assert places(survey(layer(Point(50, 50), indicator=PARKING, 社区=["西苑社区"])))[0][0] == A


def test_name_of_two_units_is_ambiguous(survey):
    result = survey(layer(None, None, 社区=["东苑社区", "西苑社区"]))
    assert [row[0] for row in places(result)] == [B]
    assert result.remainder["reason"].tolist() == ["name of several units"]
    assert (result.conservation.ambiguous, result.conservation.matched) == (1, 1)


def test_the_street_tells_units_of_one_name_apart(survey):
    result = survey(layer(None, None, 社区=["东苑社区", "东苑社区"], 街道=["城北街道", "滨江街办"]))
    assert [row[0] for row in places(result)] == [C, A]


def test_number_far_from_the_place_is_listed(survey):
    result = survey(layer(Point(25, 15), Point(180, 180), None, 楼栋编号=["A1", "A1", "A1"]))
    assert result.contradictions.drop(columns="distance").to_numpy().tolist() == [["layer 0", 2, "A1"]]
    assert result.contradictions["distance"].tolist() == [226.3]
    assert result.conservation.matched == 3


def test_every_kind_of_remainder(survey):
    result = survey(
        layer(
            Point(15, 15), Point(900, 900), None, None, Polygon(), None, None,
            indicator=["奇怪的指标", STRUCTURE, STRUCTURE, STRUCTURE, STRUCTURE, None, STRUCTURE],
            社区=[None, None, None, "乌有社区", None, "西苑社区", "999999999999"],
            对象名称=list("abcdefg"),
        )
    )  # fmt: skip
    assert len(result.findings) == 0
    assert list(result.findings.columns) == FINDING
    assert list(result.remainder.columns) == REMAINDER
    assert result.remainder[["layer", "row", "object", "reason"]].to_numpy().tolist() == [
        ["layer 0", 1, "a", "unknown indicator"],
        ["layer 0", 2, "b", "outside all units"],
        ["layer 0", 3, "c", "no usable place"],
        ["layer 0", 4, "d", "no usable place"],
        ["layer 0", 5, "e", "no usable place"],
        ["layer 0", 6, "f", "unknown indicator"],
        ["layer 0", 7, "g", "no usable place"],
    ]
    assert result.remainder["indicator"].tolist()[0] == "奇怪的指标"
    counts = result.conservation
    assert (counts.total, counts.matched, counts.ambiguous, counts.unmatched, counts.outside) == (
        7,
        0,
        0,
        6,
        1,
    )


def test_texts_come_through(survey):
    result = survey(
        layer(
            Point(15, 15), Point(15, 15),
            问题类型=["开裂", 3.0], 严重程度=["严重", None], 整治类型=["限时解决", "尽力"], 整改状态=["已完成", ""],
            完成时限=["2025-06-30", None], 问题描述=["墙体 开裂", np.nan], 依据=[pd.NA, "照片"],
        )
    )  # fmt: skip
    rows = result.findings[["type", "severity", "treatment", "status", "due_date", "note", "evidence"]]
    assert rows.to_numpy().tolist() == [
        ["开裂", "严重", "time_limited", "已完成", "2025-06-30", "墙体 开裂", None],
        ["3", None, "best_effort", None, None, None, "照片"],
    ]
    assert set(result.findings["dimension"]) == {"housing"}
    assert set(result.findings["indicator_id"]) == {"H1"}


def test_layers_of_several_forms_are_one_survey(survey):
    tables = gpd.GeoDataFrame({"指标": ["H1"], "社区": ["西苑社区"]}, geometry=[None], crs=4547)
    result = survey(layer(Point(15, 15)), tables, layer(Point(15, 115), indicator="K1"))
    assert [row[0] for row in places(result)] == [A, B, C]
    assert result.findings.crs.to_epsg() == 4547


def test_geometry_is_a_point_on_the_object(survey, buildings):
    horseshoe = box(0, 0, 90, 90).difference(box(10, 10, 80, 95))
    result = survey(layer(horseshoe, indicator=PARKING), layer(None, 楼栋编号=["A1"]))
    assert set(result.findings.geom_type) == {"Point"}
    assert horseshoe.covers(result.findings.geometry[0])
    assert buildings.geometry[0].covers(result.findings.geometry[1])


def test_without_buildings(survey):
    result = survey(layer(Point(15, 15), 楼栋编号=["A1"]), with_buildings=False)
    assert places(result) == [(A, f"{A}:a1", "point", "place")]


def test_no_indicator_column_names_layer_and_columns(survey):
    with pytest.raises(InputError) as error:
        survey(layer(Point(15, 15)).rename(columns={"指标": "啥"}))
    for part in ("layer 0", "no indicator column", "啥", "指标"):
        assert part in str(error.value)


def test_no_layers_and_empty_layers(units, buildings, system):
    for layers in ({}, {"a": layer(Point(0, 0)).iloc[:0]}):
        result = read_survey(layers, buildings, units, system)
        assert len(result.findings) == len(result.remainder) == 0
        assert list(result.findings.columns) == FINDING
        assert result.conservation.total == 0


shapes = st.one_of(
    st.none(),
    st.just(Polygon()),
    st.builds(Point, st.integers(-50, 300), st.integers(-50, 300)),
    st.builds(lambda x, y: box(x, y, x + 30, y + 10), st.integers(-50, 300), st.integers(-50, 300)),
    st.builds(lambda x, y: Polygon([(x, y), (x + 9, y + 9), (x + 9, y), (x, y + 9)]), st.integers(0, 190), st.integers(0, 190)),
)  # fmt: skip
rows = st.tuples(
    shapes,
    st.sampled_from([STRUCTURE, "H2", PARKING, ROADS, "T1", "谜", None]),
    st.sampled_from([None, "A1", "B1", "X1", "Y1", "Z9", ""]),
    st.sampled_from([None, "西苑社区", "东苑社区", "滨江街道", SOUTH, "乌有", ""]),
)


@settings(max_examples=50, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.lists(rows, max_size=6), max_size=3))
def test_every_row_is_a_finding_or_in_the_remainder(units, buildings, system, layers):
    frames = {
        str(i): layer(
            *[row[0] for row in part],
            indicator=[row[1] for row in part],
            楼栋编号=[row[2] for row in part],
            社区=[row[3] for row in part],
        )
        for i, part in enumerate(layers)
    }
    result = read_survey(frames, buildings, units, system)
    counts = result.conservation
    assert counts.total == sum(len(part) for part in layers)
    assert counts.matched == len(result.findings)
    assert counts.ambiguous + counts.unmatched + counts.outside == len(result.remainder)
    assert result.findings["unit_code"].isin(units["code"]).all()
    assert result.findings["object_id"].notna().all()
    assert result.findings["dimension"].notna().all()
    assert result.findings.geometry.notna().all()
    assert set(result.remainder["reason"]) <= {
        "unknown indicator", "outside all units", "no usable place", "name of several units",
    }  # fmt: skip
