"""Unit names: one spelling, distinct inside a parent, garbled ones recognised."""

from __future__ import annotations

import csv
from collections import defaultdict
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from citycheck.citycheck_qgis.units.names import core_name, look_garbled, normalise_name, normalise_names
from hypothesis import given
from hypothesis import strategies as st

STREETS = Path(__file__).resolve().parents[3] / "shared" / "data" / "china" / "modood_streets.csv"
kinds = st.sampled_from(
    ["街道", "街道办事处", "办事处", "街办", "街道办", "社区", "社区居委会", "居委会", "居民委员会", "村委会", "村",
     "人民政府", "镇", "乡", "东", "滨江", " ", "　", "（", "）", "(新)", "Ａ", "ß", "İ", "\u200b", "\u0301", "e"]
)  # fmt: skip


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("滨江街道", "滨江街道"),
        ("滨江街办", "滨江街道"),
        ("滨江街道办", "滨江街道"),
        ("滨江街道办事处", "滨江街道"),
        ("滨江办事处", "滨江街道"),
        ("滨江　街道 ", "滨江街道"),
        ("东苑居委会", "东苑社区"),
        ("东苑社区居委会", "东苑社区"),
        ("东苑社区居民委员会", "东苑社区"),
        ("李村村民委员会", "李村村"),
        ("城关镇人民政府", "城关镇"),
        ("滨江街道办事处人民政府", "滨江街道"),
        ("东苑社区（新）", "东苑社区(新)"),
        ("Ａ区", "a区"),
        ("Vegueta\r\n", "vegueta"),
        ("街办", "街办"),
        (None, ""),
        (np.nan, ""),
        ("", ""),
        (12, "12"),
    ],
)
def test_one_spelling(written, name):
    assert normalise_name(written) == name


@given(st.one_of(st.text(), st.lists(kinds).map("".join)))
def test_normalising_twice_changes_nothing(text):
    name = normalise_name(text)
    assert normalise_name(name) == name
    assert not any(character.isspace() for character in name)


@given(st.lists(kinds).map("".join))
def test_core_is_the_beginning_of_the_name(text):
    name, core = normalise_name(text), core_name(text)
    assert name.startswith(core)
    assert bool(core) == bool(name)


@pytest.mark.parametrize(
    ("written", "core"),
    [("夷陵路社区", "夷陵路"), ("夷陵路", "夷陵路"), ("滨江街办", "滨江"), ("东区", "东区"), ("东苑社区（新）", "东苑"),
     ("城关镇", "城关"), (None, "")],
)  # fmt: skip
def test_core(written, core):
    assert core_name(written) == core


def test_series_keep_their_index():
    names = pd.Series(["滨江街办", None, np.nan, "滨江街办"], index=[3, 1, 1, 0], dtype=object)
    assert normalise_names(names).tolist() == ["滨江街道", "", "", "滨江街道"]
    assert normalise_names(names).index.tolist() == [3, 1, 1, 0]


def test_real_street_names_stay_distinct_inside_a_county():
    if not STREETS.is_file():
        pytest.skip("the public list of streets is not beside this checkout")
    found: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    nationwide: dict[str, set[str]] = defaultdict(set)
    with STREETS.open(encoding="utf-8-sig", newline="") as file:
        for row in csv.DictReader(file):
            name = normalise_name(row["name"])
            found[row["areaCode"]][name].add(row["code"])
            nationwide[name].add(row["code"])
    assert sum(len(codes) for county in found.values() for codes in county.values()) == 41352
    shared = {(c, n): codes for c, names in found.items() for n, codes in names.items() if len(codes) > 1}
    assert shared == {}
    # Why a name is a key only inside its parent.
    assert len(nationwide["城关镇"]) == 88
    assert len(nationwide["东城街道"]) == 39


@pytest.mark.parametrize("written, read", [("gbk", "latin-1"), ("utf-8", "latin-1"), ("utf-8", "cp1252")])
def test_wrong_encoding_is_seen(written, read):
    names = pd.Series([n.encode(written).decode(read, "replace") for n in ("滨江街道", "北京路社区", "东苑")])
    assert look_garbled(names)


def test_gbk_read_as_utf8_is_seen():
    assert look_garbled(pd.Series([n.encode("gbk").decode("utf-8", "replace") for n in ("滨江街道", "东苑")]))


@pytest.mark.parametrize(
    "names",
    [["滨江街道", None], ["Vegueta", "Las Palmas de Gran Canaria", "Cañón Ñandú"], [], [None], [12, 13]],
)
def test_sound_names_are_not_garbled(names):
    assert not look_garbled(pd.Series(names, dtype=object))
