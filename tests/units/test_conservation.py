"""in = matched + ambiguous + unmatched + outside."""

from __future__ import annotations

import pytest
from citycheck.citycheck_qgis.errors import ConservationError
from citycheck.citycheck_qgis.units.conservation import Conservation, counts
from hypothesis import given
from hypothesis import strategies as st

few = st.integers(0, 1000)


@given(few, few, few, few, st.integers(-3, 3))
def test_only_counts_that_add_up_are_accepted(matched, ambiguous, unmatched, outside, error):
    total = matched + ambiguous + unmatched + outside + error
    if error:
        with pytest.raises(ConservationError, match="do not add up"):
            Conservation("buildings", total, matched, ambiguous, unmatched, outside)
    else:
        join = Conservation("buildings", total, matched, ambiguous, unmatched, outside)
        assert 0 <= join.lost_percent <= 100
        assert join.lost_percent == pytest.approx(100 * (unmatched + outside) / total if total else 0)


@pytest.mark.parametrize(("limit", "fails"), [(0, True), (9.99, True), (10, False), (100, False)])
def test_limit(limit, fails):
    join = Conservation("buildings", 100, 85, 5, 4, 6)
    if fails:
        with pytest.raises(ConservationError) as error:
            join.check(limit)
        for part in ("10 of 100 buildings", "10.0 %", f"{limit:g} %", "remainder"):
            assert part in str(error.value)
    else:
        join.check(limit)


def test_nothing_in_is_nothing_lost():
    Conservation("values", 0, 0).check(0)


def test_as_text_row_and_counts():
    join = Conservation("buildings", 10, 6, 1, 2, 1)
    assert str(join) == "buildings: 10 = 6 matched + 1 ambiguous + 2 unmatched + 1 outside"
    assert list(join.as_row().values())[1:] == [10, 6, 1, 2, 1]
    found = counts([join, Conservation("values", 0, 0)])
    assert {str(subject): row for subject, row in found.items()} == {
        "buildings": {"total": 10, "matched": 6, "ambiguous": 1, "unmatched": 2, "outside": 1},
        "values": {"total": 0, "matched": 0, "ambiguous": 0, "unmatched": 0, "outside": 0},
    }
