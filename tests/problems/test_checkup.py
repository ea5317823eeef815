"""The whole checkup of a year on frames."""

from __future__ import annotations

import geopandas as gpd
import pandas as pd
import pytest
from citycheck.citycheck_qgis.checkup import earlier_tables, run_checkup
from citycheck.citycheck_qgis.errors import ConservationError, InputError
from citycheck.citycheck_qgis.storage.database import read_table, write_tables
from citycheck.citycheck_qgis.storage.tables import TABLES
from citycheck.citycheck_qgis.units.hierarchy import Units
from shapely.geometry import Point, box

A, B, C, D = "440103001001", "440103001002", "440103002001", "440103002002"
CITY, SOUTH = "440100000000", "440103001000"


@pytest.fixture
def city(units):
    return Units(units, units.iloc[:0], [])


@pytest.fixture
def houses():
    return gpd.GeoDataFrame(
        {"楼栋编号": ["A1", "A2", "B1", "C1", "X1", "Y1"]},
        geometry=[
            box(10, 10, 20, 20), box(95, 10, 104, 20), box(110, 10, 120, 20), box(10, 110, 20, 120),
            box(500, 500, 510, 510), None,
        ],
        crs=4547,
    )  # fmt: skip


def table(path, rows):
    path.write_text("\n".join(",".join(row) for row in rows), encoding="gbk")
    return path


@pytest.fixture
def annex(tmp_path):
    return table(
        tmp_path / "体检值.csv",
        [("社区代码", "社区名称", "存在结构安全隐患的住宅数量（栋）", "停车泊位缺口数（个）"),
         (A, "东苑社区", "2", "0"), (B, "西苑社区", "0", "12"), (C, "东苑社区", "——", "/")],
    )  # fmt: skip


@pytest.fixture
def register(tmp_path):
    return table(
        tmp_path / "样本.csv", [("社区代码", "社区名称"), (A, "东苑社区"), (B, "西苑社区"), (C, "东苑社区")]
    )


@pytest.fixture
def survey():
    return gpd.GeoDataFrame(
        {
            "指标": ["H1", "H1", "H2", "谜"],
            "楼栋编号": ["A1", "A2", "A1", None],
            "问题类型": ["开裂", "开裂", None, None],
        },
        geometry=[None, Point(99, 15), None, Point(1, 1)],
        crs=4547,
    )


def run(city, system, **options):
    return run_checkup(city, system, 2024, limit_percent=50, **options)


def test_the_whole_way(city, system, houses, annex, register, survey):
    result = run(
        city, system, buildings=houses, value_files=[annex], sample_file=register, surveys={"housing": survey}
    )
    found = result.tables["distribution"].set_index("unit_code")
    # A1 and A2 have problems; that A failed H1 is what these two are.
    assert found.loc[A, ["state", "problems", "objects", "buildings", "per_100_buildings"]].tolist() == [
        "problems", 4, 2, 2, 100,
    ]  # fmt: skip
    assert found.loc[B, ["state", "problems", "objects", "community"]].tolist() == ["problems", 1, 1, 1]
    assert found.loc[[C, D], "state"].tolist() == ["none", "not_surveyed"]
    assert found.loc[CITY, ["problems", "objects"]].tolist() == [5, 3]
    rolled = result.tables["value"].query("source == 'rollup' and indicator_id == 'H1'")
    assert rolled.set_index("unit_code")["value"].to_dict()[SOUTH] == 2
    for join in result.joins:
        assert join.total == join.matched + join.ambiguous + join.unmatched + join.outside
    buildings = next(join for join in result.joins if str(join.subject) == "buildings")
    assert (buildings.total, buildings.matched, buildings.unmatched, buildings.outside) == (6, 4, 1, 1)
    assert {str(name): len(rows) for name, rows in result.remainders.items()}["surveyed problems"] == 1


def test_every_table_can_be_stored_and_gives_the_same_again(
    city, system, houses, annex, register, survey, tmp_path
):
    given = {
        "buildings": houses,
        "value_files": [annex],
        "sample_file": register,
        "surveys": {"housing": survey},
    }
    paths = [tmp_path / "one.gpkg", tmp_path / "two.gpkg"]
    for path in paths:
        write_tables(path, run(city, system, **given).tables, "EPSG:4547", 2024)
    # A second run of the year into the same file changes nothing.
    again = run(city, system, **given, earlier=earlier_tables(paths[0], 2024))
    write_tables(paths[0], again.tables, "EPSG:4547", 2024)
    for name in TABLES:
        one, two = (read_table(path, name) for path in paths)
        assert len(one) == len(two)
        assert one.drop(columns="geometry", errors="ignore").equals(
            two.drop(columns="geometry", errors="ignore")
        )


def test_units_alone(city, system):
    result = run(city, system)
    assert set(result.tables["distribution"]["state"]) == {"no_data"}
    assert len(result.tables["problem"]) == 0
    assert len(result.tables["sample"]) == 0
    assert result.comparison is None
    assert any("no sample register" in str(text) for text in result.warnings)


def test_without_a_survey_only_reported_units_were_looked_at(city, system, annex, register):
    found = run(city, system, value_files=[annex], sample_file=register).tables["distribution"]
    state = found.set_index("unit_code")["state"]
    assert state[[A, B, C, D]].tolist() == ["problems", "problems", "no_data", "not_surveyed"]


def test_dropping_the_register_drops_its_rows(city, system, register, tmp_path):
    path = tmp_path / "checkup.gpkg"
    write_tables(path, run(city, system, sample_file=register).tables, "EPSG:4547", 2024)
    assert len(read_table(path, "sample")) > 0
    write_tables(path, run(city, system).tables, "EPSG:4547", 2024)
    assert len(read_table(path, "sample")) == 0


def test_two_years_are_compared_on_the_common_sample(city, system, houses, register, survey, tmp_path):
    path = tmp_path / "checkup.gpkg"
    assert earlier_tables(path, 2024) == {}
    before = survey.iloc[[0, 2]].assign(问题类型=["开裂", "漏气"])
    first = run_checkup(
        city, system, 2023, houses, sample_file=register, surveys={"x": before}, limit_percent=50
    )
    write_tables(path, first.tables, "EPSG:4547", 2023)
    second = run(
        city,
        system,
        buildings=houses,
        sample_file=register,
        surveys={"x": survey},
        earlier=earlier_tables(path, 2024),
    )
    assert second.compared_with == 2023
    counts = second.comparison.set_index("dimension").loc["housing"]
    assert (counts["persistent"], counts["new"], counts["solved"], counts["units"]) == (1, 2, 1, 3)
    problems = second.tables["problem"].set_index(["object_id", "indicator_id"])["first_year"]
    assert problems.to_dict() == {("A1", "H1"): 2023, ("A2", "H1"): 2024, ("A1", "H2"): 2024}
    write_tables(path, second.tables, "EPSG:4547", 2024)
    assert read_table(path, "problem")["year"].value_counts().to_dict() == {2023: 2, 2024: 3}


def test_too_much_lost_stops_before_anything_is_made(city, system, houses):
    with pytest.raises(ConservationError, match="2 of 6 buildings"):
        run_checkup(city, system, 2024, houses, limit_percent=10)


def test_register_without_a_unit_of_the_year(city, system, tmp_path):
    empty = table(tmp_path / "样本.csv", [("社区代码", "年度"), (A, "2021")])
    with pytest.raises(InputError, match="2024"):
        run(city, system, sample_file=empty)


def test_a_tie_goes_to_the_lowest_code_and_is_listed(city, system):
    houses = gpd.GeoDataFrame({"楼栋编号": ["T1"]}, geometry=[box(90, 10, 110, 20)], crs=4547)
    result = run(city, system, buildings=houses)
    assert result.tables["building"]["community_code"].tolist() == [A]
    assert result.joins[0].ambiguous == 1
    (lost,) = (rows for name, rows in result.remainders.items() if str(name) == "buildings")
    assert lost["method"].tolist() == ["tie"]


def test_values_of_other_years_and_rolled_up_ones_are_not_reported(city, system, values):
    given = pd.concat(
        [values((A, "H1", 2, "measured", "x"), (SOUTH, "H1", 9, "measured", "rollup")),
         values((A, "H1", 7, "measured", "x"), year=2023)],
    )  # fmt: skip
    table = run(city, system, values=given).tables["value"]
    assert set(table["year"]) == {2024}
    assert table.loc[table["unit_code"] == SOUTH, "value"].tolist() == [2]
