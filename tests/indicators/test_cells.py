import math

import pytest
from citycheck.citycheck_qgis.indicators.cells import (
    LIST,
    OTHER_UNIT,
    SEVERAL,
    TEXT,
    conversion,
    measure,
    parse_cell,
    stated_marks,
    words,
)
from citycheck.citycheck_qgis.storage.tables import STATES
from hypothesis import given
from hypothesis import strategies as st

FULL_WIDTH = str.maketrans("0123456789.,-%()", "０１２３４５６７８９．，－％（）")


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("0", 0.0), (0, 0.0), (0.0, 0.0), ("-0.5", -0.5), ("−5", -5.0), (".5", 0.5), ("1e3", 1000.0),
        ("59.02%", 59.02), ("５９．０２％", 59.02), ("50 %", 50.0),
        ("31（套）", 31.0), ("31(套)", 31.0), ("31套", 31.0), ("约120个", 120.0), ("共19栋；", 19.0),
        ("1,234.5", 1234.5), ("1，234", 1234.0), ("-1,234", -1234.0),
        ("2.99万", 29900.0), ("0.13万", 1300.0), ("３．５亿元", 350000000.0), ("3万亿", 3e12),
        ("12㎡", 12.0), ("12 m²", 12.0), ("2.6平方米/人", 2.6), ("'7", 7.0), ("85（快速路）", 85.0),
    ],
)  # fmt: skip
def test_one_number(text, value):
    cell = parse_cell(text)
    assert (cell.value, cell.state, cell.reason) == (value, "measured", "")


@pytest.mark.parametrize(
    ("text", "state"),
    [
        (None, "missing"), ("", "missing"), (" \u3000\n", "missing"), (math.nan, "missing"), ("nan", "missing"),
        ("NaN", "missing"), ("/", "missing"), ("／", "missing"), ("-", "missing"), ("－", "missing"),
        ("—", "missing"), ("#N/A", "missing"), ("#DIV/0!", "missing"), ("——", "not_applicable"),
        ("— —", "not_applicable"), ("不适用", "not_applicable"), ("未调查", "not_surveyed"), ("未体检", "not_surveyed"),
        ("0（未调查）", "not_surveyed"), ("0（——）", "not_applicable"),
    ],
)  # fmt: skip
def test_marks_are_states_and_never_zero(text, state):
    cell = parse_cell(text)
    assert (cell.value, cell.state, cell.reason) == (None, state, "")


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("50.7（快速路） 35.32（主干路）", SEVERAL), ("82.87 / 100", SEVERAL), ("92:6:2", SEVERAL), ("0.7-1.5", SEVERAL),
        ("12 345", SEVERAL), ("12\n34", SEVERAL), ("12,34", SEVERAL), ("3½", SEVERAL), ("1234（其中A类12）", SEVERAL),
        ("（1）共19栋；（2）共24栋", SEVERAL), ("二马路社区、赵家湾社区", LIST), ("岳湾路社区（1184个）、二马路社区（2个）", LIST),
        ("abc", TEXT), ("3号楼", TEXT), ("≥95", TEXT), ("2024年", TEXT), ("①19栋", TEXT), ("12²", TEXT), ("良好", TEXT),
        ("1e999", TEXT), (math.inf, TEXT), (True, TEXT),
    ],
)  # fmt: skip
def test_what_is_not_one_number_keeps_its_text_and_says_why(text, reason):
    cell = parse_cell(text)
    assert (cell.value, cell.state, cell.text, cell.reason) == (None, "missing", str(text), reason)


@pytest.mark.parametrize(
    ("text", "unit", "stated", "value"),
    [
        ("0.75万", "万人/平方公里", "", 0.75), ("0.75万人/平方公里", "万人/平方公里", "", 0.75),
        ("2.3", "万立方米/小时", "", 2.3), ("2.3万", "万立方米/小时", "", 2.3), ("3亿", "万人", "", 30000.0),
        ("3.2米", "千米", "", 0.0032), ("3200", "千米", "米", 3.2), (3200, "千米", "米", 3.2),
        ("2", "公里/平方公里", "千米/平方千米", 2.0), ("31栋", "个", "", 31.0), ("3怪事", "怪事", "", 3.0),
    ],
)  # fmt: skip
def test_units_of_measure_are_converted(text, unit, stated, value):
    assert parse_cell(text, unit, stated).value == pytest.approx(value, rel=1e-12)


def test_another_unit_is_refused():
    assert parse_cell("31个", "%").reason == OTHER_UNIT
    assert parse_cell(31, "%", "个").reason == OTHER_UNIT
    assert conversion("米", "平方米") is None
    assert measure("万立方米/小时")[0] == ("metre3", "minute")


def test_a_note_below_the_table_explains_its_marks():
    marks = stated_marks("注：1. 数据截至2024年12月31日；2. “/”表示未体检，“——”表示本市不涉及；3. 示例。")
    assert marks == {"/": "not_surveyed", "——": "not_applicable"}
    assert parse_cell("／", marks=marks).state == "not_surveyed"
    assert parse_cell("/").state == "missing"
    assert parse_cell(0, marks=stated_marks("说明：“0”表示未体检")).state == "not_surveyed"


def test_vocabulary_has_only_known_states():
    assert set(words().states.values()) <= set(STATES)


@given(
    st.one_of(st.text(), st.none(), st.floats(), st.integers(), st.booleans()),
    st.sampled_from(["", "%", "千米"]),
)
def test_any_cell_has_exactly_one_outcome(content, unit):
    cell = parse_cell(content, unit)
    assert cell.state in STATES
    assert (cell.value is not None) == (cell.state == "measured")
    assert cell.value is None or math.isfinite(cell.value)
    assert not (cell.reason and cell.state != "missing")


@given(
    st.integers(-(10**9), 10**9), st.integers(0, 99), st.booleans(), st.booleans(),
    st.sampled_from(["", "个", "（栋）", "%", " 处"]), st.sampled_from(["", " ", "\u3000", "'"]),
)  # fmt: skip
def test_written_numbers_come_back(whole, cents, grouped, wide, ending, lead):
    text = f"{whole:,}.{cents:02d}" if grouped else f"{whole}.{cents:02d}"
    written = text + ending
    cell = parse_cell(lead + (written.translate(FULL_WIDTH) if wide else written))
    assert cell.value == float(text.replace(",", ""))


@given(st.floats(0.01, 1e6).map(lambda x: round(x, 2)), st.floats(0.01, 1e6).map(lambda x: round(x, 2)))
def test_two_numbers_are_never_one(first, second):
    for text in (
        f"{first} / {second}",
        f"{first} {second}",
        f"{first}:{second}",
        f"{first}（快） {second}（主）",
    ):
        assert parse_cell(text).value is None
