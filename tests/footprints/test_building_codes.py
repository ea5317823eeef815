import uuid

import numpy as np
import pandas as pd
import pytest
from citycheck.citycheck_qgis.footprints.building_codes import (
    MOST_PER_CODE,
    building_code,
    global_id,
    same_codes,
    same_keys,
)  # fmt: skip


def pairs(found):
    return list(zip(found.left.tolist(), found.right.tolist(), strict=True))


def keys(*values):
    return np.array([building_code(value) for value in values], dtype=object)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("ＦＷ－０１２", "fw-012"),
        (" 'A 12\u200b", "a12"),
        (12.0, "12"),
        ("12.0", "12"),
        ("1234", "1234"),
        ("440103001001GB00001F00010023", "440103001001gb00001f0001"),
        ("440103-001-001-GB00001-F0001-0023", "440103001001gb00001f0001"),
        ("nan", None),
        (float("nan"), None),
        ("—", None),
        ("无", None),
        ("", None),
    ],
)
def test_codes_have_one_spelling(text, code):
    assert building_code(text) == code


def test_a_uuid_is_the_id_that_ifc_writes():
    assert global_id("{0b0a0b3e-2bc1-4c57-9cd1-9c2e7bdbc5f1}") == global_id(
        "UUID_0B0A0B3E2BC14C579CD19C2E7BDBC5F1"
    )
    whole = uuid.UUID(int=(1 << 128) - 1)
    assert global_id(str(whole)) == "3" + "$" * 21
    assert global_id("2cXV28XOjE6f6irgi0CO$D") == "2cXV28XOjE6f6irgi0CO$D"
    assert global_id("  ") is None


def test_ifc_and_uuid_forms_agree_with_ifcopenshell():
    guid = pytest.importorskip("ifcopenshell.guid")
    for _ in range(50):
        short = guid.new()
        assert global_id(str(uuid.UUID(guid.expand(short)))) == short


def test_loose_forms_pair_where_they_are_unmistakable():
    left = keys("0012", "AB-07", "A1", "X-1")
    right = keys("12", "ab07", "A-01", "x1")
    found = same_codes(left, right)
    assert pairs(found) == [(0, 0), (1, 1), (3, 3)]
    assert found.loose.all()


def test_a_loose_form_of_two_codes_pairs_nothing():
    assert pairs(same_codes(keys("0012"), keys("12", "012"))) == []
    assert pairs(same_codes(keys("B10-01"), keys("B1-001", "B-1001"))) == []


def test_an_exact_code_is_never_looked_up_loosely():
    found = same_codes(keys("012", "12"), keys("12", "012"))
    assert pairs(found) == [(0, 1), (1, 0)]
    assert not found.loose.any()


def test_a_code_on_very_many_buildings_names_none():
    found = same_keys(keys("z", "a"), keys(*["z"] * (MOST_PER_CODE + 1), "a"))
    assert pairs(found) == [(1, MOST_PER_CODE + 1)]
    assert found.unspecific == ("z",)


def test_several_rows_may_carry_one_key():
    assert pairs(same_keys(keys("a", "a"), keys("a", None, "a"))) == [(0, 0), (0, 2), (1, 0), (1, 2)]
    assert pairs(same_keys(keys(None), np.array([], dtype=object))) == []
    assert pd.Series(same_keys(keys(), keys("a")).left).empty
