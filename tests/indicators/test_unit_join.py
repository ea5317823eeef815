import csv
from pathlib import Path

import pandas as pd
import pytest
from citycheck.citycheck_qgis.indicators.unit_join import UnitIndex, UnitKey

CHINA = Path(__file__).resolve().parents[3] / "shared" / "data" / "china"


@pytest.fixture(scope="module")
def index(units):
    return UnitIndex(units)


@pytest.mark.parametrize(
    "code", ["990102001001", "'990102001001", "９９０１０２００１００１", "990102001001.0", "990 102 001 001"]
)
def test_codes_in_all_forms(index, code):
    assert index.find(UnitKey(codes={"": code})).code == "990102001001"


def test_local_codes_and_short_codes(index):
    assert index.find(UnitKey(codes={"": " dy-01"})).outcome == "unmatched"
    assert index.find(UnitKey(codes={"": "DY-01 "})).code == "DY-01"
    assert index.find(UnitKey(codes={"street": "990102001"})).code == "990102001000"


def test_a_foreign_code_is_outside_even_with_a_known_name(index):
    match = index.find(UnitKey(codes={"community": "440103001001"}, names={"community": "东门社区"}))
    assert (match.code, match.outcome) == (None, "outside")
    assert "440103001001" in str(match.reason)


def test_the_foreign_code_of_a_parent_is_outside_too(index):
    key = UnitKey(codes={"street": "440103001000"}, names={"community": "东门社区"})
    assert index.find(key).outcome == "outside"


def test_a_code_cut_short_by_a_spreadsheet_is_a_parent(index):
    key = UnitKey(codes={"community": "9.90102E+11"}, names={"community": "东门社区"})
    assert index.find(key).code == "990102001001"
    ambiguous = UnitKey(codes={"community": "9.90102E+11"}, names={"community": "新民社区"})
    assert index.find(ambiguous).outcome == "ambiguous"
    assert index.find(UnitKey(codes={"community": "9.90102E+11"})).outcome == "unmatched"


@pytest.mark.parametrize(
    ("names", "code"),
    [
        ({"community": "东门社区"}, "990102001001"), ({"community": "东门社区居委会"}, "990102001001"),
        ({"community": "东门"}, "990102001001"), ({"street": "古渡街办", "community": "新民社区"}, "990102001002"),
        ({"street": "北岭街道办事处", "community": "新民"}, "990102002001"),
        ({"district": "映江区", "street": "北岭街道", "community": "新民社区"}, "990102002001"),
        ({"street": "古渡街道"}, "990102001000"), ({"": "南岸街道"}, "990103001000"), ({"city": "晴川市"}, "990100000000"),
        ({"street": "不详街道", "community": "东门社区"}, "990102001001"),
    ],
)  # fmt: skip
def test_names(index, names, code):
    assert index.find(UnitKey(names=names)).code == code


@pytest.mark.parametrize(
    ("names", "outcome"),
    [
        ({"community": "新民社区"}, "ambiguous"), ({"district": "映江区", "community": "新民社区"}, "ambiguous"),
        ({"street": "南岸街道", "community": "新民社区"}, "unmatched"), ({"community": "无名社区"}, "unmatched"),
        ({"street": "东门社区"}, "unmatched"), ({}, "unmatched"),
    ],
)  # fmt: skip
def test_names_that_do_not_name_one_unit(index, names, outcome):
    match = index.find(UnitKey(names=names))
    assert (match.code, match.outcome) == (None, outcome) and match.reason


def test_an_inherited_parent_is_a_hint_and_not_a_claim(index):
    key = UnitKey(names={"street": "南岸街道", "community": "东门社区"}, inherited=frozenset({"street"}))
    assert index.find(key).code == "990102001001"


@pytest.mark.skipif(not CHINA.exists(), reason="the national code lists are not beside this checkout")
def test_the_national_list_of_streets_is_found_by_name_inside_its_county():
    def read(name):
        with (CHINA / name).open(encoding="utf-8-sig", newline="") as file:
            return list(csv.DictReader(file))

    areas = pd.DataFrame(read("modood_areas.csv"))
    streets = pd.DataFrame(read("modood_streets.csv"))
    county = streets["areaCode"]
    units = pd.concat(
        [
            pd.DataFrame(
                {"code": areas["code"], "level": "district", "name": areas["name"], "parent_code": None}
            ),
            pd.DataFrame(
                {"code": streets["code"], "level": "street", "name": streets["name"], "parent_code": county}
            ),
        ]
    )
    index = UnitIndex(units)
    found = [
        index.find(UnitKey(codes={"district": parent.ljust(12, "0")}, names={"street": name})).code
        for parent, name in zip(county, streets["name"], strict=True)
    ]
    assert (pd.Series(found) == streets["code"]).mean() > 0.999
    assert index.find(UnitKey(names={"street": "城关镇"})).outcome == "ambiguous"
