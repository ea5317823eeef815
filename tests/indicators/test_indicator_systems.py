import csv
import shutil

import numpy as np
import pandas as pd
import pytest
from citycheck.citycheck_qgis.errors import InputError
from citycheck.citycheck_qgis.indicators.systems import (
    DIRECTIONS,
    builtin_editions,
    is_unverified,
    load_system,
    match_indicators,
    parse_standard,
    stated_unit,
)
from citycheck.citycheck_qgis.storage.tables import INDICATOR
from hypothesis import given
from hypothesis import strategies as st


def test_the_national_system_is_complete(system):
    assert list(system.columns) == list(INDICATOR.columns)
    assert system["indicator_id"].tolist() == [f"M61-{i:02d}" for i in range(1, 62)]
    assert system["dimension"].value_counts().to_dict() == {
        "housing": 10,
        "community": 12,
        "block": 8,
        "city": 31,
    }
    assert system["category"].nunique() == 14
    assert (system["direction"] == "neg_count").sum() == 32
    defects = system[system["direction"] == "neg_count"]
    assert (defects["standard"] == "=0").all()
    assert set(system["direction"]) <= set(DIRECTIONS)


def test_indicators_without_a_threshold_of_a_public_source_are_marked(system):
    unverified = set(system.loc[system["certainty"].map(is_unverified), "indicator_id"])
    assert {"M61-01", "M61-26", "M61-34", "M61-40", "M61-54", "M61-61"} <= unverified
    assert not {"M61-02", "M61-31", "M61-37"} & unverified
    assert is_unverified(None) and is_unverified("") and is_unverified("B") and not is_unverified("A/B")


def test_multi_part_standards_are_left_to_the_text(system):
    speed = system.set_index("indicator_id").loc["M61-44"]
    assert (
        speed["standard"] == "" and ">=30" in speed["standard_source"] and ">=20" in speed["standard_source"]
    )


@pytest.mark.parametrize(
    ("text", "meets", "fails"),
    [
        ("=0", [0], [1, -1, 0.5]), (">=70", [70, 70 - 1e-12, 100], [69.9]), ("≥70", [70], [69]), ("<=20", [20, 0], [20.1]),
        (">20", [20.1], [20]), ("<5", [4.9], [5]), ("0.7..1.5", [0.7, 1, 1.5], [0.69, 1.51]), ("＝0", [0], [1]),
    ],
)  # fmt: skip
def test_standards(text, meets, fails):
    standard = parse_standard(text)
    assert standard.judge(np.array(meets, float)).tolist() == ["meets"] * len(meets)
    assert standard.judge(np.array(fails, float)).tolist() == ["fails"] * len(fails)
    assert standard.judge(np.array([np.nan])).tolist() == ["not_assessed"]


@pytest.mark.parametrize("text", ["", None, np.nan, " "])
def test_no_standard(text):
    assert parse_standard(text).judge(np.array([1.0, np.nan])).tolist() == ["no_standard", "not_assessed"]


@pytest.mark.parametrize("text", ["70", ">= many", "30 and 20", "1.5..0.7", ">=30;>=20"])
def test_what_is_not_a_standard_is_refused(text):
    with pytest.raises(ValueError):
        parse_standard(text)


@given(st.floats(-1e6, 1e6), st.floats(-1e6, 1e6), st.floats(-1e6, 1e6))
def test_distance_is_zero_inside_and_signed_outside(a, b, number):
    lower, upper = round(min(a, b), 3), round(max(a, b), 3)
    standard = parse_standard(f"{lower:.3f}..{upper:.3f}")
    distance = standard.distance(np.array([number]))[0]
    assert np.isclose(number - distance, np.clip(number, lower, upper))


def test_every_spelling_finds_its_indicator(system):
    ids = system["indicator_id"]
    assert match_indicators(ids, system).tolist() == ids.tolist()
    assert match_indicators(system["name_zh"], system).tolist() == ids.tolist()
    assert match_indicators(system["name_zh"] + "（" + system["unit"] + "）", system).tolist() == ids.tolist()
    aliases = system.assign(alias=system["aliases"].str.split("|")).explode("alias")
    aliases = aliases[aliases["alias"].fillna("") != ""]
    assert match_indicators(aliases["alias"], system).tolist() == aliases["indicator_id"].tolist()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("存在结构安全隐患的住宅数量（栋）", "M61-01"), ("存在结构安全隐患的住宅（栋）", "M61-01"),
        ("1. 存在结构安全隐患\n的住宅数量(栋)", "M61-01"), ("ｍ61-02", "M61-02"), ("城市黑奥水体数量", "M61-32"),
        ("平急两用公共基础设施数量", "M61-52"), ("城市信息模型(CIM)基础平台建设三维数据覆盖率", "M61-60"),
        ("中学服务半径覆盖率（%）（分子）", "M61-23/numerator"), ("中学服务半径覆盖率分母", "M61-23/denominator"),
        ("M61-23/denominator", "M61-23/denominator"),
    ],
)  # fmt: skip
def test_spellings_seen_in_annexes(text, expected, system):
    assert match_indicators(pd.Series([text]), system).item() == expected


def test_unknown_names_stay_unknown(system):
    names = pd.Series(["存在结构安全", "住宅数量", "备注", None, "社区名称"], index=list("abcde"))
    found = match_indicators(names, system)
    assert found.isna().all() and found.index.tolist() == list("abcde")


def test_stated_unit():
    assert stated_unit("不达标的步行道长度（米）") == "米"
    assert stated_unit("体检值(单位:%)") == "%"
    assert stated_unit("街道（镇）") == "" and stated_unit("CIM（平台）") == ""


@pytest.fixture
def own_system(tmp_path):
    path = tmp_path / "own.csv"
    shutil.copy(builtin_editions()["mohurd-61-2024"], path)
    return path


def test_a_users_own_file_is_read_in_any_encoding(own_system, system):
    own_system.write_bytes(own_system.read_text(encoding="utf-8").encode("gb18030"))
    pd.testing.assert_frame_equal(load_system(own_system), system)


@pytest.mark.parametrize(
    ("column", "value", "message"),
    [
        ("direction", "up", "Row 4 .*direction is 'up'"), ("dimension", "街区", "Row 4 .*dimension"),
        ("level", "ward", "Row 4 .*level"), ("rollup", "average", "Row 4 .*rollup is 'average'"),
        ("standard", "30 or 20", "Row 4 .*standard '30 or 20'"), ("indicator_id", "M61-01", "Row 4 .*M61-01 occurs twice"),
        ("indicator_id", "", "Row 4 .*indicator_id is empty"), ("indicator_id", "A/1", "Row 4 .*slash"),
        ("aliases", "存在结构安全隐患的住宅（栋）", "Row 4 .*also stands for M61-01"),
    ],
)  # fmt: skip
def test_faults_of_an_own_file_name_file_and_row(own_system, column, value, message):
    with own_system.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    rows[2][column] = value
    with own_system.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(INDICATOR.columns))
        writer.writeheader()
        writer.writerows(rows)
    with pytest.raises(InputError, match=message) as error:
        load_system(own_system)
    assert "own.csv" in str(error.value)


def test_missing_columns_and_files(own_system):
    with pytest.raises(InputError, match=r"no indicator system 'nowhere'.*mohurd-61-2024"):
        load_system("nowhere")
    text = own_system.read_text(encoding="utf-8").replace("rollup", "roll", 1)
    own_system.write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match="lacks the columns rollup"):
        load_system(own_system)
