"""Unit codes: every written form, and the real lists."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from citycheck.citycheck_qgis.units.codes import (
    level_of_code,
    normalise_code,
    parent_of_code,
    tidy_code,
    tidy_codes,
)
from hypothesis import given
from hypothesis import strategies as st

LISTS = Path(__file__).resolve().parents[3] / "shared" / "data" / "china"
official = st.from_regex(r"[1-9][0-9]{11}", fullmatch=True)


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("440103001001", "440103001001"),
        ("440103001", "440103001000"),
        ("440103", "440103000000"),
        ("4401", "440100000000"),
        ("440103000000", "440103000000"),
        (440103001001, "440103001001"),
        (440103001001.0, "440103001001"),
        (np.int64(440103), "440103000000"),
        (np.float64(440103.0), "440103000000"),
        ("440103001001.0", "440103001001"),
        ("440103.", "440103000000"),
        ("'440103001001", "440103001001"),
        ("‘440103001001’", "440103001001"),
        ('"440103"', "440103000000"),
        (" 4401 0300 1001 ", "440103001001"),
        ("\u202d440103001001\u202c", "440103001001"),
        ("\ufeff440103", "440103000000"),
        ("440103\r\n", "440103000000"),
        ("４４０１０３００１００１", "440103001001"),
        ("４４０１０３．０", "440103000000"),
        ("4.40103001001E+11", "440103001001"),
        ("4.40103e11", "440103000000"),
        ("4.40103E+05", "440103000000"),
    ],
)
def test_written_forms(written, code):
    assert normalise_code(written) == code
    assert tidy_code(written) == code


@pytest.mark.parametrize(
    "written",
    [
        None, float("nan"), np.nan, pd.NA, "", "  ", "'", "44", "44010", "4401030", "44010300100", "4401030010011",
        "440103001001001", "440103001001.5", "-440103", "44010X", "000103", "4.4E+300", "1E999999999",
        "٤٤٠١", "४४०१", "440103.0.0", True, "nan", "E11", "1e-3",
    ],
)  # fmt: skip
def test_what_is_no_code(written):
    assert normalise_code(written) is None


@pytest.mark.parametrize(
    ("written", "local"),
    [
        ("GX-01", "GX-01"),
        (" 高新区 东苑 ", "高新区东苑"),
        ("ＧＸ０１", "GX01"),
        ("A´", "\u00c1"),
        # A damaged number is no local text: it must stay visible as digits of a wrong length.
        (44010301.0, "44010301"),
        ("44010301.00", "44010301"),
        ("nan", None),
        ("NULL", None),
        ("None", None),
        ("", None),
        (None, None),
    ],
)
def test_local_codes(written, local):
    assert tidy_code(written) == local


@given(official, st.data())
def test_every_decoration_comes_off(code, data):
    written = code
    for change in data.draw(st.lists(st.integers(0, 6), max_size=4)):
        spot = data.draw(st.integers(0, len(code)))
        written = [
            lambda t: f"'{t}",
            lambda t: f"  {t}\t",
            lambda t: t.translate({ord("0") + i: "０１２３４５６７８９"[i] for i in range(10)}),
            lambda t, at=spot: f"{t[:at]} {t[at:]}",
            lambda t: f"“{t}”",
            lambda t: f"\ufeff{t}\u200b",
            lambda t: f"{t}\r\n",
        ][change](written)
    if data.draw(st.booleans()):
        written += ".0"
    assert normalise_code(written) == code


@given(official)
def test_scientific_notation_keeps_a_whole_code(code):
    assert normalise_code(f"{code[0]}.{code[1:]}E+11") == code
    assert normalise_code(float(code)) == code


@given(
    st.one_of(st.text(), st.text(alphabet="0123456789.eE+' ０４٤", max_size=20), st.integers(), st.floats())
)
def test_only_twelve_digits_come_back(text):
    code = normalise_code(text)
    if code is not None:
        assert len(code) == 12
        assert code.isascii()
        assert code.isdigit()
        assert normalise_code(code) == code
    tidy = tidy_code(text)
    assert tidy is None or tidy_code(tidy) == tidy


def test_series_keep_their_index_and_their_blanks():
    codes = pd.Series([440103.0, None, "GX", np.nan, "440103"], index=[7, 3, 3, 1, 0], dtype=object)
    tidy = tidy_codes(codes)
    assert tidy.tolist() == ["440103000000", None, "GX", None, "440103000000"]
    assert tidy.index.tolist() == [7, 3, 3, 1, 0]
    assert tidy_codes(pd.Series([440103.0, np.nan])).tolist() == ["440103000000", None]
    assert tidy_codes(pd.Series([], dtype=object)).tolist() == []


@pytest.mark.parametrize(
    ("code", "level"),
    [
        ("440100000000", "city"), ("440103000000", "district"), ("440103001000", "street"),
        ("440103001001", "community"), ("440000000000", None), ("GX-01", None), ("440103", None),
        # 东莞 has no districts, 济源 is a county without a city: zeros in the middle are no end.
        ("441900003000", "street"), ("419001000000", "district"),
    ],
)  # fmt: skip
def test_level_is_said_by_the_zeros(code, level):
    assert level_of_code(code) == level


def test_parents_are_the_leading_digits():
    assert parent_of_code("440103001001", "street") == "440103001000"
    assert parent_of_code("440103001001", "district") == "440103000000"
    assert parent_of_code("440103001001", "city") == "440100000000"
    assert parent_of_code("440103001001", "estate") is None
    assert parent_of_code("GX-01", "city") is None


@pytest.fixture(scope="module")
def streets():
    return _rows("modood_streets.csv")


def _rows(name):
    if not (LISTS / name).is_file():
        pytest.skip(f"the public list {name} is not beside this checkout")
    with (LISTS / name).open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def test_real_streets_normalise_to_themselves(streets):
    assert len(streets) == 41352
    wrong = {}
    for row in streets:
        code = normalise_code(row["code"])
        assert code == row["code"] + "000"
        parents = (row["areaCode"].ljust(12, "0"), row["cityCode"].ljust(12, "0"))
        if level_of_code(code) != "street" or parents != tuple(
            parent_of_code(code, level) for level in ("district", "city")
        ):
            wrong[row["name"]] = row["code"]
    # The one row that is no street: a county that the list repeats at the level below.
    assert wrong == {"金门县": "350527000"}


def test_real_list_of_all_levels():
    rows = [row for row in _rows("areacity_level4.csv") if row["ext_id"] != "0"]
    assert len(rows) > 43_000
    by_depth = {"1": "city", "2": "district", "3": "street"}
    by_id = {row["id"]: row for row in rows}
    disagreeing = 0
    for row in rows:
        code = normalise_code(row["ext_id"])
        assert code == row["ext_id"].ljust(12, "0"), row
        assert normalise_code(f" '{row['ext_id']}.0") == code
        parent = by_id.get(row["pid"])
        # Well formed: the row's own digits are longer than its parent's, and begin with them.
        if row["deep"] not in by_depth or parent is None or not row["id"].startswith(parent["id"]):
            continue
        if len(row["id"]) != {"1": 4, "2": 6, "3": 9}[row["deep"]] or row["id"].endswith("00"):
            continue
        level = by_depth[row["deep"]]
        above = {"district": "city", "street": "district"}.get(level)
        if level_of_code(code) != level or (above and parent_of_code(code, above) != parent["ext_id"]):
            disagreeing += 1
    assert disagreeing == 0
