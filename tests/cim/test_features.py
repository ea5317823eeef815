"""The neutral form of features."""

from __future__ import annotations

from datetime import date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd
import pytest
from citycheck.citycheck_qgis.cim.features import TYPES, Feature, canonical, decoded, digest
from hypothesis import given
from hypothesis import strategies as st

EAST = timezone(timedelta(hours=8))
NASTY = [
    "",
    " ",
    "x\"y'z\\w",
    "end\\",
    "𠮷野家",
    "🏙",
    "龘",
    "a\x00b",
    "\ud800",
    "NaN",
    "null",
    "[]",
    "\u2028",
]


@pytest.mark.parametrize(
    ("value", "kind", "expected"),
    [
        (None, "text", None),
        ("", "text", ""),
        (True, "text", "true"),
        (12, "text", "12"),
        ({"b": 1, "a": "楼"}, "text", '{"a": "楼", "b": 1}'),
        (b"\x01", "integer", "b'\\x01'"),
        ("007", "integer", 7),
        (" -5 ", "integer", -5),
        ("+-5", "integer", "+-5"),
        ("1_000", "integer", "1_000"),
        ("１２", "integer", "１２"),
        ("9" * 5000, "integer", "9" * 5000),
        (3.0, "integer", 3),
        (3.5, "integer", 3.5),
        (str(2**53 + 1), "integer", 2**53 + 1),
        (np.int64(2**53 + 1), "integer", 2**53 + 1),
        (2**53 + 1, "real", 2**53 + 1),
        (7, "real", 7.0),
        ("1e3", "real", 1000.0),
        ("1_0.5", "real", "1_0.5"),
        ("１.5", "real", "１.5"),
        ("nan", "real", None),
        ("1e999", "real", "1e999"),
        (float("nan"), "real", None),
        (np.float32("inf"), "real", None),
        (Decimal("1.50"), "real", 1.5),
        ("f", "boolean", False),
        (np.bool_(True), "boolean", True),
        (1.0, "boolean", True),
        (2, "boolean", 2),
        ("maybe", "boolean", "maybe"),
        (date(2024, 5, 1), "date", "2024-05-01"),
        ("2024/05/01", "date", "2024-05-01"),
        ("2024-05-01T00:00:00.000Z", "date", "2024-05-01"),
        ("2024-05-01T08:00:00", "date", "2024-05-01T08:00:00"),
        ("1. Mai", "date", "1. Mai"),
        (datetime(2024, 5, 1, 8, tzinfo=EAST), "datetime", "2024-05-01T00:00:00Z"),
        ("2024-05-01T08:00:00.123456+08:00", "datetime", "2024-05-01T00:00:00.123456Z"),
        ("2024-05-01 08:00:00", "datetime", "2024-05-01T08:00:00"),
        ("2024-05-01T08:00:00.500000", "datetime", "2024-05-01T08:00:00.500000"),
        ("0001-01-01T00:00:00+08:00", "datetime", "0001-01-01T00:00:00+08:00"),
        (np.datetime64("2024-05-01T08:00:00"), "datetime", "2024-05-01T08:00:00"),
        (np.datetime64("NaT"), "datetime", None),
        (pd.NaT, "datetime", None),
        (pd.Timestamp("2024-05-01T08:00:00Z"), "datetime", "2024-05-01T08:00:00Z"),
    ],
)
def test_canonical(value: Any, kind: str, expected: Any) -> None:
    found = canonical(value, kind)
    assert found == expected and type(found) is type(expected)


values = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.text(), st.sampled_from(NASTY), st.datetimes(),
    st.dates(), st.datetimes(timezones=st.timezones()), st.decimals(allow_nan=False), st.binary(max_size=4),
    st.lists(st.integers(), max_size=2),
)  # fmt: skip


@given(values, st.sampled_from(TYPES))
def test_canonical_once_is_canonical_and_can_be_kept(value: Any, kind: str) -> None:
    once = canonical(value, kind)
    assert canonical(once, kind) == once
    feature = Feature("k", {"a": once})
    text = feature.encoded()
    assert decoded(text) == {"a": once} and text.isascii()


@given(
    st.dictionaries(st.text(max_size=3), st.one_of(st.none(), st.text(), st.integers(), st.booleans())),
    st.data(),
)
def test_the_hash_tells_values_apart_and_not_their_order(given_values: dict, data: st.DataObject) -> None:
    order = data.draw(st.permutations(list(given_values)))
    feature = Feature("k", given_values, b"\x01", "7", "v1")
    assert Feature("other", {n: given_values[n] for n in order}, b"\x01").digest() == feature.digest()
    assert Feature("k", given_values, None).digest() != feature.digest()
    assert Feature("k", {**given_values, "new": 1}, b"\x01").digest() != feature.digest()


def test_empty_null_zero_and_false_are_four_values() -> None:
    hashes = {
        digest(Feature("k", {"a": value}).encoded(), None) for value in ("", None, 0, False, "0", "null")
    }
    assert len(hashes) == 6


def test_second_sixty_is_the_next_minute():
    assert canonical("2024-01-02T23:59:60+08:00", "datetime") == "2024-01-02T16:00:00Z"
    assert canonical("2016-12-31T23:59:60Z", "datetime") == "2017-01-01T00:00:00Z"
    assert canonical("2024-01-02T23:59:61", "datetime") == "2024-01-02T23:59:61"
