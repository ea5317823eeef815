"""Keys are the same on every machine, and a key that is not one feature's is told, never guessed."""

from __future__ import annotations

import string
import subprocess
import sys
from uuid import UUID

import numpy as np
import pytest
from citycheck.citycheck_qgis.cim.keys import KeyRule, derived_key, doubled_keys, key_column
from citycheck.citycheck_qgis.errors import InputError
from citycheck.citycheck_qgis.storage.tables import TABLES
from hypothesis import given
from hypothesis import strategies as st


def test_keys_never_change():
    # Platforms hold these: another value here loses every feature of every user.
    assert (
        derived_key("problem", {"problem_id": "440106-楼栋-7", "year": 2024})
        == "063d82d5-f64f-5039-8c84-41c5e024da14"
    )
    assert (
        derived_key("unit", {"code": "440106001", "code_year": 2023})
        == "03614c11-fe8b-59cc-a1c5-74e299a32536"
    )


def test_a_key_does_not_depend_on_how_a_value_is_held():
    rows = [{"problem_id": "问题", "year": year} for year in (2024, 2024.0, np.int64(2024), "2024")]
    assert len({derived_key("problem", row) for row in rows}) == 1
    assert UUID(derived_key("problem", rows[0])).version == 5


@given(
    st.lists(
        st.tuples(st.sampled_from(["problem", "sample"]), st.text(max_size=4), st.integers(0, 9)), unique=True
    )
)
def test_different_rows_have_different_keys(rows):
    keys = []
    for table, text, year in rows:
        names = [n for n in TABLES[table].keys if n != "year"]
        keys.append(derived_key(table, dict.fromkeys(names, text) | {"year": year}))
    told = [key for key in keys if key is not None]
    assert len(set(told)) == len(told) == sum(text != "" for _, text, _ in rows)


def test_values_do_not_run_into_each_other():
    rows = [
        {"unit_code": a, "dimension": b, "year": 1} for a, b in (("ab", "c"), ("a", "bc"), ('a","b', "c"))
    ]
    assert len({derived_key("sample", row) for row in rows}) == 3


def test_a_row_without_its_key_columns_has_no_key():
    for row in (
        {"problem_id": None, "year": 2024},
        {"problem_id": "", "year": 2024},
        {"problem_id": "a", "year": np.nan},
    ):
        assert derived_key("problem", row) is None


def test_keys_of_an_attribute():
    given_values = ["a", " b", "", "  ", None, 7, 7.0, np.nan, np.int64(8), "\t"]
    assert key_column(given_values) == ["a", " b", None, None, None, "7", "7", None, "8", None]


@given(st.lists(st.lists(st.one_of(st.none(), st.sampled_from(string.ascii_letters)), max_size=8)))
def test_doubled_keys_are_all_found(batches):
    flat = [key for batch in batches for key in batch if key is not None]
    wanted = {key: flat.count(key) for key in flat if flat.count(key) > 1}
    assert doubled_keys(lambda: batches) == wanted


def test_rules():
    assert KeyRule(table="problem").columns == ("problem_id", "year")
    assert KeyRule("键").keys([["a", None]]) == ["a", None]
    assert "leave it in one of them" in str(KeyRule("键").doubled("a", 2))
    assert "2 rows have the same problem_id, year" in str(KeyRule(table="problem").doubled("a", 2))
    with pytest.raises(InputError, match="no table of a checkup"):
        KeyRule(table="water")
    with pytest.raises(ValueError, match="either"):
        KeyRule()


def test_another_process_gives_the_same_key():
    code = (
        "import sys; sys.path.insert(0, sys.argv[1]); import conftest\n"
        "from citycheck.citycheck_qgis.cim.keys import derived_key\n"
        "print(derived_key('problem', {'problem_id': '问题', 'year': 2024}))"
    )
    from pathlib import Path

    root = str(Path(__file__).resolve().parents[2])
    found = subprocess.run(
        [sys.executable, "-c", code, root], capture_output=True, text=True, check=True
    ).stdout
    assert found.strip() == derived_key("problem", {"problem_id": "问题", "year": 2024})
