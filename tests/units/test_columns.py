"""Columns by their role."""

from __future__ import annotations

import pytest
from citycheck.citycheck_qgis.errors import InputError
from citycheck.citycheck_qgis.units.columns import SPELLINGS, find_column


@pytest.mark.parametrize("role", SPELLINGS)
def test_every_spelling_is_found(role):
    for spelling in SPELLINGS[role]:
        assert find_column(["其他", spelling, "xyz"], role) == spelling


@pytest.mark.parametrize(
    ("columns", "role", "found"),
    [
        (["Unit_Code", "name"], "code", "Unit_Code"),
        (["UNIT CODE"], "code", "UNIT CODE"),
        (["ＣＯＤＥ"], "code", "ＣＯＤＥ"),
        (["代码", "unit_code"], "code", "unit_code"),
        (["单元名称", "单元代码"], "name", "单元名称"),
        (["CODE", "code"], "code", "CODE"),
        (["geom", "fid"], "code", None),
        ([], "code", None),
        (["OBJECTID", "fwbh"], "building_id", "fwbh"),
        (["OBJECTID"], "building_id", "OBJECTID"),
        # The number of a survey's own row is no building number.
        (["OBJECTID", "id", "gid"], "building_number", None),
        (["OBJECTID", "楼栋编号"], "building_number", "楼栋编号"),
    ],
)
def test_most_specific_spelling_wins(columns, role, found):
    assert find_column(columns, role) == found


def test_own_choice_goes_before_spellings():
    assert find_column(["code", "my"], "code", "my") == "my"
    assert find_column(["code", "my"], "code", "") == "code"


def test_unknown_choice_names_the_columns():
    with pytest.raises(InputError) as error:
        find_column(["代码", "名称"], "code", "dm", "The street layer")
    for part in ("The street layer", "dm", "代码", "名称"):
        assert part in str(error.value)
