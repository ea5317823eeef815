"""Counts, sums, rates and means per unit."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pandas as pd
import pytest
from citycheck.citycheck_qgis.errors import InputError
from citycheck.citycheck_qgis.units.tally import Statistic, Tally, parse_statistics
from hypothesis import given
from hypothesis import strategies as st

UNITS = pd.DataFrame(
    {
        "code": ["C1", "D1", "S1", "S2", "A3", "A1", "A2"],
        "level": ["city", "district", "street", "street", "community", "community", "community"],
        "name": list("市区甲乙丙丁戊"),
        "parent_code": [None, "C1", "D1", "D1", "S2", "S1", "S1"],
    }
)
COLUMNS = ["人口", "area", "green", "a / b", "heights"]


def tally_of(unit, statistics, **columns):
    tally = Tally(3, statistics)
    tally.add(np.array(unit), lambda name: np.array(columns[name], dtype=float))
    return tally


def test_statistics_of_a_text():
    assert parse_statistics(" 人口 ;green/area；heights by 人口; a / b;", COLUMNS) == [
        Statistic("sum", "人口"),
        Statistic("rate", "green", "area"),
        Statistic("mean", "heights", "人口"),
        Statistic("sum", "a / b"),
    ]
    assert parse_statistics(" ; ", COLUMNS) == []


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("population", "names no column population"),
        ("green / surface", "names no column surface"),
        ("height by area", "names no column height "),
        ("area; area", "asks for area twice"),
        ("green / area; green / 人口", "asks for green_rate twice"),
    ],
)
def test_what_a_text_cannot_ask_for(text, sentence):
    with pytest.raises(InputError, match=sentence):
        parse_statistics(text, COLUMNS)


def test_figures_by_hand():
    nan = np.nan
    wanted = [
        Statistic("sum", "people"), Statistic("rate", "green", "area"), Statistic("mean", "height", "area"),
    ]  # fmt: skip
    tally = tally_of(
        [0, 0, 1, 2, -1, 0],
        wanted,
        people=[1, 2, 4, nan, 100, nan],
        green=[1, 1, 0, 5, 7, 3],
        area=[2, 4, 0, 10, 9, nan],
        height=[3, 6, 9, 12, 50, 1],
    )
    table = tally.table(UNITS).set_index("code")
    assert table["features"].to_dict() == {"C1": 5, "D1": 5, "S1": 4, "S2": 1, "A3": 1, "A1": 3, "A2": 1}
    # Community A3 has a feature but no value: that is not zero people.
    assert table["people"].fillna(-1).to_dict() == {
        "C1": 7,
        "D1": 7,
        "S1": 7,
        "S2": -1,
        "A3": -1,
        "A1": 3,
        "A2": 4,
    }
    assert table["people_n"].to_dict() == {"C1": 3, "D1": 3, "S1": 3, "S2": 0, "A3": 0, "A1": 2, "A2": 1}
    # Rates are made anew from the sums, not averaged; a denominator of nothing gives no rate.
    assert table.loc["A1", "green_rate"] == 2 / 6
    assert np.isnan(table.loc["A2", "green_rate"])
    assert table.loc["C1", "green_rate"] == 7 / 16
    assert table.loc["C1", "green_rate_n"] == 4
    assert table.loc["S1", "height_mean"] == (3 * 2 + 6 * 4 + 9 * 0) / 6


@given(
    st.lists(
        st.tuples(
            st.integers(-1, 2),
            st.one_of(st.floats(-1e9, 1e9), st.just(np.nan), st.sampled_from([0.1, 1e-12])),
        ),
        max_size=40,
    ),
    st.randoms(),
)
def test_parts_add_up_to_the_last_digit(rows, random):
    statistics = [Statistic("sum", "v"), Statistic("mean", "v", "v")]

    def table(parts):
        whole = Tally(3, statistics)
        for part in parts:
            whole += tally_of([u for u, _ in part], statistics, v=[v for _, v in part])
        return whole.table(UNITS)

    shuffled = random.sample(rows, len(rows))
    cut = random.randint(0, len(rows))
    once = table([rows] if rows else [])
    pd.testing.assert_frame_equal(
        table([p for p in (shuffled[:cut], shuffled[cut:]) if p]), once, check_exact=True
    )
    values = [Fraction(v) for u, v in rows if u == 2 and not np.isnan(v)]
    found = once.set_index("code").loc["A3", "v"]
    if values:
        assert found == pytest.approx(float(sum(values)), rel=1e-15, abs=2**-47 * len(values))
    else:
        assert np.isnan(found)


def test_units_without_features():
    table = Tally(3, [Statistic("sum", "v")]).table(UNITS)
    assert (table["features"] == 0).all()
    assert table["v"].isna().all()
