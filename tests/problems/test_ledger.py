"""The ledger: one row per problem, the same one in every year."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from citycheck.citycheck_qgis.problems.ledger import COLUMNS, build_ledger, problem_id
from citycheck.citycheck_qgis.problems.survey import read_survey
from shapely.geometry import Point

A, B, C = "440103001001", "440103001002", "440103002001"
SOUTH = "440103001000"


@pytest.fixture
def ledger(units, buildings, system, values):
    """Return a function that builds the ledger of findings (indicator, building, type, more columns) and values."""

    def make(findings=(), reported=(), year=2024, earlier=None):
        frame = pd.DataFrame(
            [{"指标": i, "楼栋编号": b, "问题类型": t, **more} for i, b, t, more in findings],
            columns=["指标", "楼栋编号", "问题类型", "严重程度", "问题描述", "整改状态"],
        )
        layer = gpd.GeoDataFrame(frame, geometry=[None] * len(frame), crs=4547)
        survey = read_survey({"x": layer}, buildings, units, system)
        return build_ledger(survey.findings, values(*reported, year=year), units, system, year, earlier)

    return make


def test_surveyed_problem(ledger):
    (row,) = ledger([("H1", "A1", "开裂", {"严重程度": "严重"})]).to_dict("records")
    assert row["problem_id"] == problem_id("A1", "H1", "开裂")
    assert (row["unit_code"], row["object_id"], row["location_precision"]) == (A, "A1", "building")
    assert (row["dimension"], row["indicator_id"], row["type"]) == ("housing", "H1", "开裂")
    assert (row["year"], row["first_year"], row["status"], row["severity"]) == (2024, 2024, "open", "严重")


def test_failing_unit(ledger, units):
    table = ledger(reported=[(A, "H1", 3, "measured", "附件2.xlsx"), (B, "H1", 0, "measured", "附件2.xlsx")])
    (row,) = table.to_dict("records")
    assert (row["unit_code"], row["object_id"], row["location_precision"]) == (A, A, "community")
    assert (row["dimension"], row["status"], row["evidence"], row["note"]) == (
        "housing", "open", "附件2.xlsx", "3 (=0)",
    )  # fmt: skip
    assert units.set_index("code").geometry[A].covers(row["geometry"])


@pytest.mark.parametrize("state", ["missing", "not_surveyed", "not_applicable"])
def test_what_was_not_measured_is_no_problem(ledger, state):
    assert len(ledger(reported=[(A, "H1", None, state, "x")])) == 0


def test_no_standard_is_no_problem(ledger):
    assert len(ledger(reported=[(SOUTH, "S2", 1, "measured", "x")])) == 0


def test_rolled_up_values_are_not_problems_again(ledger):
    table = ledger(reported=[(A, "H1", 3, "measured", "x"), (SOUTH, "H1", 3, "measured", "rollup")])
    assert table["unit_code"].tolist() == [A]


def test_value_of_a_unit_of_another_city_is_left_out(ledger):
    assert len(ledger(reported=[("999999999999", "H1", 3, "measured", "x")])) == 0


def test_columns_crs_and_order(ledger):
    table = ledger(
        [("H1", "B1", None, {}), ("H1", "A1", None, {}), ("H2", "A1", None, {})],
        [(C, "K1", 7, "measured", "x")],
    )
    assert list(table.columns) == COLUMNS
    assert table["problem_id"].is_monotonic_increasing
    assert table["problem_id"].is_unique
    assert table.crs.to_epsg() == 4547
    assert set(table.geom_type) == {"Point"}
    assert set(table["status"]) == {"open"}


def test_empty(ledger):
    table = ledger()
    assert len(table) == 0
    assert list(table.columns) == COLUMNS
    assert table.crs.to_epsg() == 4547


# ---- identity


def test_identity_is_object_indicator_and_type():
    one = problem_id("A1", "H1", "开裂")
    assert problem_id("A1", "H1", "开裂") == one
    others = {problem_id("A2", "H1", "开裂"), problem_id("A1", "H2", "开裂"), problem_id("A1", "H1", "渗漏"),
              problem_id("A1", "H1", None), problem_id("A1H1", "", "开裂")}  # fmt: skip
    assert len(others | {one}) == 6
    assert problem_id("A1", "H1", None) == problem_id("A1", "H1", "") == problem_id("A1", "H1", np.nan)


def test_identity_lasts_over_the_years_and_survives_other_texts(ledger):
    first = ledger(
        [("存在结构安全隐患的住宅数量", "A1", "开裂", {"问题描述": "旧", "严重程度": "一般"})], year=2023
    )
    second = ledger(
        [("存在结构安全隐患的住宅（栋）", "'A1", " 开裂", {"问题描述": "新", "严重程度": "严重"})]
    )
    assert first["problem_id"].tolist() == second["problem_id"].tolist()


def test_first_year(ledger):
    of_2022 = ledger([("H1", "A1", "开裂", {})], year=2022)
    of_2023 = ledger([("H1", "A1", "开裂", {}), ("H1", "A2", "开裂", {})], year=2023, earlier=of_2022)
    past = pd.concat([of_2022, of_2023], ignore_index=True)
    of_2024 = ledger(
        [("H1", "A1", "开裂", {}), ("H1", "A2", "开裂", {}), ("H1", "B1", "开裂", {})], earlier=past
    )
    assert of_2024.set_index("object_id")["first_year"].to_dict() == {"A1": 2022, "A2": 2023, "B1": 2024}
    assert of_2023.set_index("object_id")["first_year"].to_dict() == {"A1": 2022, "A2": 2023}


def test_a_gap_year_keeps_the_first_year(ledger):
    of_2022 = ledger([("H1", "A1", "开裂", {})], year=2022)
    assert ledger([("H1", "A1", "开裂", {})], earlier=of_2022)["first_year"].tolist() == [2022]


def test_later_years_do_not_count_as_earlier(ledger):
    of_2025 = ledger([("H1", "A1", "开裂", {})], year=2025)
    assert ledger([("H1", "A1", "开裂", {})], earlier=of_2025)["first_year"].tolist() == [2024]


def test_earlier_as_the_database_gives_it(ledger, tmp_path):
    from citycheck.citycheck_qgis.storage.database import read_table, write_tables

    path = tmp_path / "checkup.gpkg"
    write_tables(path, {"problem": ledger([("H1", "A1", "开裂", {})], year=2022)}, "EPSG:4547", 2022)
    table = ledger([("H1", "A1", "开裂", {})], earlier=read_table(path, "problem"))
    assert table["first_year"].tolist() == [2022]


# ---- the same problem twice


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        (["一般", "严重", "较重"], "严重"),
        (["严重", "一般"], "严重"),
        (["较重", "重大"], "重大"),
        ([None, "一般"], "一般"),
        (["不明", "一般"], "一般"),
        ([None, None], None),
    ],
)
def test_gravest_severity_of_merged_rows(ledger, given, kept):
    table = ledger([("H1", "A1", "开裂", {"严重程度": s, "问题描述": f"{i}"}) for i, s in enumerate(given)])
    assert len(table) == 1
    severity = table["severity"].iloc[0]
    assert (severity if isinstance(severity, str) else None) == kept
    # The row that is kept is a row that was given, the first of the gravest.
    assert table["note"].tolist() == [str(given.index(kept))]


def test_status_that_was_surveyed_stays(ledger):
    table = ledger([("H1", "A1", "开裂", {"整改状态": "已完成"}), ("H1", "A2", "开裂", {})])
    assert table.set_index("object_id")["status"].to_dict() == {"A1": "已完成", "A2": "open"}


def test_order_of_rows_does_not_matter(ledger):
    findings = [("H1", b, t, {"严重程度": s}) for b, t, s in
                [("A1", "开裂", "一般"), ("A1", "开裂", "严重"), ("A2", None, None), ("B1", "渗漏", "较重")]]  # fmt: skip
    one, two = ledger(findings), ledger(findings[::-1])
    assert one.drop(columns="geometry").equals(two.drop(columns="geometry"))


def test_numeric_type_column(units, buildings, system, values):
    layer = gpd.GeoDataFrame(
        {"指标": ["H1"] * 3, "问题类型": [1, 2, 2.0]}, geometry=[Point(15, 15)] * 3, crs=4547
    )
    findings = read_survey({"x": layer}, buildings, units, system).findings
    table = build_ledger(findings, values(), units, system, 2024)
    assert sorted(table["type"]) == ["1", "2"]
