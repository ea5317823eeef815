import pandas as pd
import pytest
from citycheck.citycheck_qgis.errors import ConservationError, InputError
from citycheck.citycheck_qgis.indicators.systems import load_system
from citycheck.citycheck_qgis.indicators.values import read_values
from citycheck.citycheck_qgis.storage.tables import STATES, VALUE
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import Workbook

STRUCTURE, GAS = "存在结构安全隐患的住宅数量（栋）", "存在燃气安全隐患的住宅（栋）"
PLACES, SCHOOLS = "小学学位缺口数（个）", "中学服务半径覆盖率（%）"


def write_csv(path, rows, encoding="gb18030"):
    path.write_bytes("\r\n".join(",".join(map(str, row)) for row in rows).encode(encoding))
    return path


@pytest.fixture
def annex(tmp_path):
    """A workbook as it arrives: title, two header rows, merged streets, notes; and a list for the whole city."""
    book = Workbook()
    sheet = book.active
    sheet.title = "社区指标"
    for row in (
        ["附件2　晴川市2024年城市体检社区指标汇总表"],
        ["街道", "社区", "住房", None, "小区（社区）"],
        [None, None, STRUCTURE, GAS, PLACES],
        ["古渡街道", "东门社区", 0, "31（栋）", "0.13万"],
        [None, "新民社区", "/", "——", None],
        ["北岭街道", "新民社区", "5", "未调查", "——"],
        ["南岸街道", "滨江社区", "nan", "2", "12"],
        ["小计", None, 5, 33, 1312],
        ["注：1. 数据截至2024年12月31日；2. “/”表示未体检；3. 数据为虚构示例。"],
    ):
        sheet.append(row)
    for area in ("A1:E1", "A2:A3", "B2:B3", "C2:D2", "A4:A5", "A9:E9"):
        sheet.merge_cells(area)
    city = book.create_sheet("城区指标")
    for row in (
        ["附件3　晴川市2024年城市体检城区指标体检结果"],
        ["维度", "类别", "序号", "指标项", "体检内容", "体检值", "评价结果"],
        ["城区（城市）", "生态宜居", 1, "城市生活污水集中收集率（%）", "收集", "71.35%", "较好"],
        [None, None, 2, "城市黑臭水体数量(个)", "水体", "0", "很好"],
        [None, "产城融合", 3, "城市高峰期机动车平均速度", "速度", "50.7（快速路） 35.32（主干路）", "较好"],
        [None, None, 4, "轨道站点周边覆盖通勤比例", "通勤", "——", "/"],
        ["注：“——”表示本市不涉及该指标。"],
    ):
        city.append(row)
    for area in ("A1:G1", "A3:A6", "B3:B4", "B5:B6", "A7:G7"):
        city.merge_cells(area)
    book.create_sheet("说明")["A1"] = "本表由各街道填报。"
    path = tmp_path / "values_2024.xlsx"
    book.save(path)
    return path


def of(result, unit, indicator):
    rows = result.values[(result.values["unit_code"] == unit) & (result.values["indicator_id"] == indicator)]
    assert len(rows) == 1
    return rows.iloc[0]


def counts(result):
    return {c.subject: (c.total, c.matched, c.ambiguous, c.unmatched, c.outside) for c in result.conservation}


def test_an_annex_workbook(annex, units, system):
    result = read_values(annex, units, system, 2024)
    assert list(result.values.columns) == list(VALUE.columns)
    assert str(result.values["year"].dtype) == "Int64" and result.values["value"].dtype == float
    assert counts(result) == {
        "unit rows": (5, 5, 0, 0, 0), "indicators": (7, 7, 0, 0, 0), "value cells": (16, 15, 1, 0, 0),
    }  # fmt: skip
    first = of(result, "990102001001", "M61-01")
    assert (first["value"], first["state"], first["text"]) == (0.0, "measured", "0")
    assert (first["source"], first["data_date"]) == ("values_2024.xlsx [社区指标]", "2024-12-31")
    assert of(result, "990102001001", "M61-14")["value"] == 1300.0
    assert of(result, "990102001002", "M61-01")["state"] == "not_surveyed"
    assert of(result, "990102001002", "M61-02")["state"] == "not_applicable"
    assert of(result, "990102001002", "M61-14")["state"] == "missing"
    assert of(result, "990102002001", "M61-01")["value"] == 5.0
    assert of(result, "990100000000", "M61-31")["value"] == 71.35
    assert of(result, "990100000000", "M61-45")["state"] == "not_applicable"
    speed = of(result, "990100000000", "M61-44")
    assert pd.isna(speed["value"]) and speed["state"] == "missing" and "快速路" in speed["text"]
    lost = result.remainder.set_index("reason")
    assert lost.loc["several values", ["row", "column", "outcome"]].tolist() == [5, "F", "ambiguous"]
    assert lost.loc["total row", "row"] == 8
    assert lost.loc["no table of values in this sheet", "source"] == "values_2024.xlsx [说明]"


def test_a_long_table_in_gb18030(tmp_path, units, system):
    path = write_csv(
        tmp_path / "values_2024_街道.csv",
        [
            ["街道代码", "街道名称", "指标", "体检值", "数据日期", "来源", "有效问卷数"],
            ["990102001000", "古渡街道", SCHOOLS, "59.02%", "2024/12/31", "教育局", 120],
            ["990102002000.0", "北岭街道", SCHOOLS, "/", "2024年12月", "教育局", ""],
            ["", "南岸街道办事处", SCHOOLS, "88.5", "20241231", "教育局", ""],
            ["440103001000", "沙面街道", SCHOOLS, "70", "", "", ""],
            ["990102001000", "古渡街道", "没有这个指标", "3", "", "", ""],
            ["", "无名街道", SCHOOLS, "70", "", "", ""],
        ],
    )
    result = read_values(path, units, system, 2024)
    assert counts(result) == {
        "unit rows": (6, 4, 0, 1, 1), "indicators": (4, 3, 0, 1, 0), "value cells": (6, 3, 0, 2, 1),
    }  # fmt: skip
    first = of(result, "990102001000", "M61-23")
    assert (first["value"], first["data_date"], first["sample_size"]) == (59.02, "2024-12-31", 120)
    assert of(result, "990102002000", "M61-23")["data_date"] == "2024-12"
    assert of(result, "990103001000", "M61-23")["value"] == 88.5
    assert set(result.remainder["reason"]) == {
        "the code 440103001000 is not a unit of this city", "unknown indicator", "no unit has this name",
    }  # fmt: skip
    assert result.remainder["row"].tolist() == [5, 7, 6]


def test_the_remainder_stands_for_all_lost_cells(tmp_path, units, system):
    path = write_csv(
        tmp_path / "a.csv",
        [
            ["社区名称", STRUCTURE, GAS, "新指标", "网格员"],
            ["东门社区", 1, "两栋", 7, "甲"],
            ["新民社区", 2, 3, 8, "乙"],
            ["无名社区", 2, 3, 9, "丙"],
        ],
    )
    result = read_values(path, units, system, 2024)
    assert counts(result)["value cells"] == (9, 1, 3, 5, 0)
    lost = result.remainder[result.remainder["outcome"] != "skipped"]
    assert lost.groupby("outcome")["cells"].sum().to_dict() == {"ambiguous": 3, "unmatched": 5}
    assert of(result, "990102001001", "M61-02")["text"] == "两栋"
    assert result.remainder.loc[result.remainder["reason"] == "column not used", "text"].tolist() == [
        "网格员"
    ]


def test_companion_columns_of_rates(tmp_path, units, system):
    rate = "中学服务半径覆盖率"
    wide = write_csv(
        tmp_path / "wide.csv",
        [
            ["街道名称", f"{rate}（%）", f"{rate}（分子）", f"{rate}（分母，公顷）"],
            ["古渡街道", "60", "30", "50"],
        ],
    )
    long = write_csv(
        tmp_path / "long.csv",
        [["街道名称", "指标项", "体检值", "分子", "分母"], ["古渡街道", f"{rate}（%）", "60", "30", "50"],
         ["北岭街道", "M61-26", "70", "", ""]],
    )  # fmt: skip
    for path in (wide, long):
        values = read_values(path, units, system, 2024).values
        found = values[values["unit_code"] == "990102001000"].set_index("indicator_id")["value"].to_dict()
        assert found == {"M61-23": 60.0, "M61-23/numerator": 30.0, "M61-23/denominator": 50.0}


def test_two_header_rows_of_a_text_table(tmp_path, units, system):
    rows = [
        ["2024年街道指标", "", "", ""], ["街道", "中学服务半径覆盖率", "", "公园绿化活动场地服务半径覆盖率"],
        ["", "体检值", "分母", "体检值"], ["古渡街道", "60", "50", "80%"],
    ]  # fmt: skip
    values = read_values(write_csv(tmp_path / "a.csv", rows), units, system, 2024).values
    assert values.set_index("indicator_id")["value"].to_dict() == {"M61-23": 60.0, "M61-26": 80.0}


def test_indicators_in_rows_and_units_in_columns(tmp_path, units, system):
    rows = [
        ["序号", "指标名称", "单位", "古渡街道", "北岭街道", "全市", "西山街道"],
        ["1", "中学服务半径覆盖率", "%", "60", "——", "63.2", "70"],
        ["2", "不达标的步行道长度", "米", "1200", "0", "", "3"],
    ]
    result = read_values(write_csv(tmp_path / "a.csv", rows), units, system, 2024)
    assert counts(result)["unit rows"] == (4, 3, 0, 1, 0)
    assert of(result, "990102001000", "M61-19")["value"] == pytest.approx(1.2)
    assert of(result, "990100000000", "M61-23")["value"] == 63.2
    assert result.remainder[["row", "column", "unit_text"]].values.tolist() == [[1, "G", "西山街道"]]


def test_years_in_rows_and_in_headers(tmp_path, units, system):
    rows = [
        ["年度", "街道", "指标", "体检值"],
        ["2023", "古渡街道", SCHOOLS, "50"],
        ["2024年", "古渡街道", SCHOOLS, "60"],
    ]
    path = write_csv(tmp_path / "years.csv", rows)
    result = read_values(path, units, system, 2024)
    assert result.values["value"].tolist() == [60.0]
    assert result.remainder[["row", "reason", "outcome"]].values.tolist() == [[2, "other year", "skipped"]]
    assert counts(result)["unit rows"] == (1, 1, 0, 0, 0)
    assert read_values(path, units, system).values["year"].tolist() == [2023, 2024]

    headers = [["指标项", "2023年体检值", "2024年体检值"], ["城市黑臭水体数量", "3", "1"]]
    path = write_csv(tmp_path / "headers.csv", headers)
    both = read_values(path, units, system).values
    assert both[["year", "value"]].values.tolist() == [[2023, 3.0], [2024, 1.0]]
    assert read_values(path, units, system, 2024).values["value"].tolist() == [1.0]


def test_no_year_is_an_error(tmp_path, units, system):
    path = write_csv(tmp_path / "a.csv", [["街道", "指标", "体检值"], ["古渡街道", SCHOOLS, "60"]])
    with pytest.raises(InputError, match=r"year of the values in a\.csv is not known.*年度"):
        read_values(path, units, system)


def test_repeated_values_and_conflicts(tmp_path, units, system):
    rows = [["社区代码", STRUCTURE], ["990102001001", "3"], ["990102001001", "3.0"], ["990102001001", "4"],
            ["990102001002", "/"], ["990102001002", "7"]]  # fmt: skip
    path = write_csv(tmp_path / "a.csv", rows)
    result = read_values(path, units, system, 2024)
    assert result.values[["unit_code", "value"]].values.tolist() == [
        ["990102001001", 3.0],
        ["990102001002", 7.0],
    ]
    assert result.remainder[["row", "text", "reason"]].values.tolist() == [[4, "4", "conflict"]]
    assert counts(result)["value cells"] == (5, 4, 1, 0, 0)


def test_two_files_of_one_name_stay_two_sources(tmp_path, units, system):
    paths = []
    for folder, value in (("a", 1), ("b", 2)):
        (tmp_path / folder).mkdir()
        paths.append(
            write_csv(tmp_path / folder / "v.csv", [["社区代码", STRUCTURE], ["990102001001", value]])
        )
    values = read_values([*paths, paths[0]], units, system, 2024).values
    assert values[["source", "value"]].values.tolist() == [["a/v.csv", 1.0], ["b/v.csv", 2.0]]


def test_code_and_name_that_contradict_each_other_are_noted(tmp_path, units, system):
    rows = [["社区代码", "社区名称", STRUCTURE], ["990102001001", "滨江社区", "3"]]
    result = read_values(write_csv(tmp_path / "a.csv", rows), units, system, 2024)
    assert result.values["unit_code"].tolist() == ["990102001001"]
    assert "滨江社区 beside the code of 东门社区" in str(result.notes[-1])


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ([["编外", STRUCTURE, GAS], ["x", 1, 2]], r"a\.csv has no column with a unit code"),
        (
            [["社区代码", "没有", "也没有"], ["990102001001", 1, 2]],
            r"a\.csv holds no known indicator.*没有, 也没有",
        ),
        (
            [["指标项", "内容"], ["城市黑臭水体数量", "x"]],
            r"a\.csv has a column of indicators but neither a value",
        ),
        ([["甲", "乙"], ["1", "2"]], r"No table of values was found in a\.csv"),
    ],
)
def test_tables_that_are_not_understood(tmp_path, units, system, rows, message):
    with pytest.raises(InputError, match=message):
        read_values(write_csv(tmp_path / "a.csv", rows), units, system, 2024)


def test_a_list_for_a_city_that_is_not_known(tmp_path, units, system):
    path = write_csv(tmp_path / "a.csv", [["指标项", "体检值"], ["城市黑臭水体数量", "1"]])
    without_city = units[units["level"] != "city"]
    with pytest.raises(InputError, match="0 units of level city"):
        read_values(path, without_city, system, 2024)
    values = read_values(path, without_city, system, 2024, city_code="990102").values
    assert values["unit_code"].tolist() == ["990102000000"]


def test_limits(tmp_path, units, system):
    rows = [["社区名称", STRUCTURE, GAS], ["东门社区", "两栋", 1], ["滨江社区", 1, 1], ["无名社区", 1, 1]]
    result = read_values(write_csv(tmp_path / "a.csv", rows), units, system, 2024)
    with pytest.raises(InputError, match=r"In a\.csv, cell B2, .*存在结构安全隐患.*'两栋'"):
        result.check(10)
    with pytest.raises(ConservationError, match="1 of 3 unit rows"):
        result.check(20)
    with pytest.raises(ConservationError, match=r"3 of 6 value cells .*cell A4"):
        result.check(40)
    result.check(50)


def test_two_editions_are_never_mixed(tmp_path, units, system):
    both = pd.concat([system, system.assign(edition="other")])
    path = write_csv(tmp_path / "a.csv", [["社区代码", STRUCTURE], ["990102001001", "3"]])
    with pytest.raises(InputError, match="mohurd-61-2024, other"):
        read_values(path, units, both, 2024)
    assert read_values(path, units, both, 2024, edition="other").values["edition"].tolist() == ["other"]


SYSTEM = load_system()
UNIT_TEXTS = [
    "东门社区",
    "新民社区",
    "无名社区",
    "440103001001",
    "990102001001",
    "990102001",
    "",
    "DY-01",
    "合计",
    "0",
]
CELL_TEXTS = ["0", "3", "31（栋）", "/", "——", "", "两栋", "1 / 2", "未调查", "2.99万", "5%"]
HEADERS = [STRUCTURE, GAS, PLACES, "未知指标", "M61-05", "中学服务半径覆盖率（分子）"]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(data=st.data(), long=st.booleans())
def test_every_row_and_cell_is_accounted_for(tmp_path, units, data, long):
    """In = matched + ambiguous + unmatched + outside, and the remainder stands for everything that is not matched."""
    years = st.sampled_from(["2024", "2023", "", "x"])
    if long:
        row = st.tuples(
            years, st.sampled_from(UNIT_TEXTS), st.sampled_from(HEADERS), st.sampled_from(CELL_TEXTS)
        )
        rows = [["年度", "社区", "指标项", "体检值"], *data.draw(st.lists(row, min_size=1, max_size=12))]
    else:
        names = data.draw(st.lists(st.sampled_from(HEADERS), min_size=1, max_size=4, unique=True))
        names = [STRUCTURE, *[n for n in names if n != STRUCTURE]]
        cells = st.lists(st.sampled_from(CELL_TEXTS), min_size=len(names), max_size=len(names))
        row = st.tuples(years, st.sampled_from(UNIT_TEXTS), cells)
        drawn = data.draw(st.lists(row, min_size=1, max_size=8))
        rows = [["年度", "社区", *names], *[[y, u, *c] for y, u, c in drawn]]
    path = write_csv(tmp_path / "a.csv", rows, "utf-8")
    result = read_values(path, units, SYSTEM, 2024)

    cells = result.conservation[-1]
    lost = result.remainder[result.remainder["outcome"] != "skipped"]
    assert lost.groupby("outcome")["cells"].sum().to_dict() == {
        name: n for name in ("ambiguous", "unmatched", "outside") if (n := getattr(cells, name))
    }
    assert (
        len(lost[lost["subject"] == "unit rows"])
        == result.conservation[0].total - result.conservation[0].matched
    )
    assert not result.values.duplicated(["unit_code", "indicator_id", "edition", "year", "source"]).any()
    assert result.values["unit_code"].isin(units["code"]).all()
    assert set(result.values["state"]) <= set(STATES)
    assert (result.values["value"].notna() == (result.values["state"] == "measured")).all()
    assert len(result.values) <= cells.matched + cells.ambiguous + cells.unmatched


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40)
@given(
    st.lists(
        st.tuples(st.sampled_from(UNIT_TEXTS[:6]), *[st.sampled_from(CELL_TEXTS)] * 3), min_size=1, max_size=8
    )
)
def test_what_came_in_is_every_cell_of_the_table(tmp_path, units, rows):
    path = write_csv(tmp_path / "a.csv", [["社区", STRUCTURE, GAS, PLACES], *rows], "utf-8")
    unit_rows, indicators, cells = read_values(path, units, SYSTEM, 2024).conservation
    assert (unit_rows.total, cells.total) == (len(rows), 3 * len(rows))
    known = sum(row[0] in ("东门社区", "990102001001", "990102001") for row in rows)
    assert unit_rows.matched <= known and indicators.total == (3 if unit_rows.matched else 0)


def test_a_foreign_indicator_code_beside_a_known_name(tmp_path, units, system):
    rows = [["街道", "指标编码", "指标名称", "体检值"], ["古渡街道", "N-SSHU", SCHOOLS, "60"]]
    values = read_values(write_csv(tmp_path / "a.csv", rows), units, system, 2024).values
    assert values["indicator_id"].tolist() == ["M61-23"]


def test_years_in_the_headers_of_a_long_table(tmp_path, units, system):
    rows = [["街道", "指标", "2023年", "2024年"], ["古渡街道", SCHOOLS, "50", "60"]]
    values = read_values(write_csv(tmp_path / "a.csv", rows), units, system).values
    assert values[["year", "value"]].values.tolist() == [[2023, 50.0], [2024, 60.0]]


def test_total_columns_and_second_value_columns_are_left_out_and_said(tmp_path, units, system):
    rows = [["指标项", "古渡街道", "北岭街道", "合计"], ["未达标配建的文化活动中心数量", "1", "2", "3"]]
    result = read_values(write_csv(tmp_path / "a.csv", rows), units, system, 2024)
    assert result.values["value"].tolist() == [1.0, 2.0]
    assert result.remainder[["column", "reason"]].values.tolist() == [["D", "total column"]]
    rows = [["指标项", "体检值", "现状值"], ["城市黑臭水体数量", "1", "2"]]
    result = read_values(write_csv(tmp_path / "b.csv", rows), units, system, 2024)
    assert result.values["value"].tolist() == [1.0]
    assert result.remainder[["column", "reason"]].values.tolist() == [["C", "second value column"]]


def test_columns_that_describe_the_unit_are_no_indicators(tmp_path, units, system):
    rows = [
        ["序号", "社区", "常住人口", "户数", "经度", STRUCTURE, "备注"],
        [1, "东门社区", 4000, 1500, 114.1, 3, 5],
    ]
    result = read_values(write_csv(tmp_path / "a.csv", rows), units, system, 2024)
    assert counts(result)["indicators"] == (1, 1, 0, 0, 0) and result.remainder.empty


def test_section_rows_of_a_list_are_no_indicators(tmp_path, units, system):
    rows = [
        ["序号", "指标项", "体检值"],
        ["一", "住房维度", ""],
        ["1", "城市黑臭水体数量", "2"],
        ["2", "不知名指标", "3"],
    ]
    result = read_values(write_csv(tmp_path / "a.csv", rows), units, system, 2024)
    assert counts(result)["indicators"] == (2, 1, 0, 1, 0)
    assert result.remainder[["row", "reason"]].values.tolist() == [
        [4, "unknown indicator"],
        [2, "not a row of the table"],
    ]
