import numpy as np
import pandas as pd
from citycheck.citycheck_qgis.indicators.rollup import conflicts, roll_up, select_values
from citycheck.citycheck_qgis.indicators.systems import load_system
from citycheck.citycheck_qgis.storage.tables import DTYPES, VALUE
from hypothesis import given, settings
from hypothesis import strategies as st

EDITION = "mohurd-61-2024"


def table(*rows):
    """Values from (unit, indicator, number or state) with an optional source."""
    records = []
    for unit, indicator, content, *source in rows:
        state = content if isinstance(content, str) else "measured"
        number = np.nan if isinstance(content, str) else float(content)
        records.append(
            {
                "unit_code": unit, "indicator_id": indicator, "edition": EDITION, "year": 2024,
                "source": source[0] if source else "a", "value": number, "text": str(content), "state": state,
                "data_date": "2024-12-31", "sample_size": pd.NA,
            }
        )  # fmt: skip
    frame = pd.DataFrame(records, columns=list(VALUE.columns))
    return frame.astype({column: DTYPES[kind] for column, kind in VALUE.columns.items()})


def at(result, unit, indicator):
    rows = result[(result["unit_code"] == unit) & (result["indicator_id"] == indicator)]
    assert len(rows) == 1
    value = rows["value"].item()
    return (None if np.isnan(value) else round(value, 9), rows["state"].item(), rows["text"].item())


def test_counts_add_up_through_all_levels(units, system):
    result = roll_up(
        table(("990102001001", "M61-01", 3), ("990102001002", "M61-01", 0), ("990102002001", "M61-01", 4),
              ("990103001001", "M61-01", "not_surveyed"), ("DY-01", "M61-01", 2)),
        units, system,
    )  # fmt: skip
    assert list(result.columns) == list(VALUE.columns) and set(result["source"]) == {"rollup"}
    assert at(result, "990102001000", "M61-01") == (3.0, "measured", "2/2 community")
    assert at(result, "990102000000", "M61-01") == (7.0, "measured", "3/4 community")
    assert at(result, "990103001000", "M61-01") == (None, "not_surveyed", "0/2 community")
    assert at(result, "东苑管理区", "M61-01") == (2.0, "measured", "1/2 community")
    assert at(result, "990100000000", "M61-01") == (9.0, "measured", "4/8 community")
    assert result["data_date"].unique().tolist() == ["2024-12-31"]


def test_rates_are_recomputed_from_their_parts(units, system):
    result = roll_up(
        table(("990102001000", "M61-23", 50), ("990102001000", "M61-23/numerator", 5),
              ("990102001000", "M61-23/denominator", 10), ("990102002000", "M61-23", 100),
              ("990102002000", "M61-23/numerator", 90), ("990102002000", "M61-23/denominator", 90),
              ("990103001000", "M61-23", 10)),
        units, system,
    )  # fmt: skip
    assert at(result, "990102000000", "M61-23") == (95.0, "measured", "2/2 street")
    assert at(result, "990102000000", "M61-23/denominator")[0] == 100.0
    assert at(result, "990103000000", "M61-23") == (None, "missing", "0/2 street; 1 without denominator")
    assert at(result, "990100000000", "M61-23") == (95.0, "measured", "2/4 street; 1 without denominator")


def test_rates_are_never_averaged_but_weighted_when_the_denominator_is_given(units, system):
    values = table(("990102001000", "M61-23", 50), ("990102002000", "M61-23", 100))
    assert at(roll_up(values, units, system), "990102000000", "M61-23")[:2] == (None, "missing")
    weights = pd.DataFrame(
        {"unit_code": ["990102001000", "990102002000"], "M61-23": [30.0, 10.0], "land": [1.0, 3.0]}
    )
    assert at(roll_up(values, units, system, weights), "990102000000", "M61-23")[0] == 62.5
    named = system.assign(rollup=system["rollup"].replace("rate", "rate:land"))
    assert at(roll_up(values, units, named, weights), "990102000000", "M61-23")[0] == 87.5
    nothing = weights.assign(**{"M61-23": 0.0})
    assert at(roll_up(values, units, system, nothing), "990102000000", "M61-23") == (
        None, "missing", "2/2 street; denominator is 0",
    )  # fmt: skip


def test_means_are_weighted_by_population(units, system):
    values = table(("990102000000", "M61-34", 2.0), ("990103000000", "M61-34", 3.0))
    expected = (2.0 * 17000 + 3.0 * 9000) / 26000
    assert at(roll_up(values, units, system), "990100000000", "M61-34") == (
        round(expected, 9), "measured", "2/2 district",
    )  # fmt: skip
    unknown = units.assign(population=np.where(units["code"] == "990103000000", np.nan, units["population"]))
    assert at(roll_up(values, unknown, system), "990100000000", "M61-34") == (
        2.0, "measured", "1/2 district; 1 without weight population",
    )  # fmt: skip


def test_states_without_a_measured_child(units, system):
    def state(*states):
        rows = [
            (code, "M61-01", s) for code, s in zip(["990102001001", "990102001002"], states, strict=False)
        ]
        return at(roll_up(table(*rows), units, system), "990102001000", "M61-01")[1]

    assert state("not_applicable", "not_applicable") == "not_applicable"
    assert state("not_applicable", "missing") == "missing"
    assert state("not_surveyed", "not_applicable") == "not_surveyed"
    assert state("missing") == "missing"


def test_levels_are_not_mixed_and_reported_totals_stay(units, system):
    values = table(
        ("990102001001", "M61-01", 3), ("990102001000", "M61-01", 100), ("990103001000", "M61-01", 7)
    )
    result = roll_up(values, units, system)
    assert at(result, "990102000000", "M61-01") == (3.0, "measured", "1/4 community")
    assert at(result, "990103000000", "M61-01") == (7.0, "measured", "1/2 street")
    assert at(result, "990100000000", "M61-01") == (3.0, "measured", "1/8 community")
    again = roll_up(pd.concat([values, result]), units, system)
    pd.testing.assert_frame_equal(again, result)


def test_what_is_not_rolled_up(units, system):
    values = table(("990102000000", "M61-44", 30), ("nowhere", "M61-01", 3), ("990102001001", "X-1", 3))
    result = roll_up(values, units, system)
    assert result.empty and list(result.columns) == list(VALUE.columns)
    assert roll_up(values.iloc[:0], units, system).empty


def test_one_value_of_several_sources(units):
    values = table(("DY-01", "M61-01", "missing", "a"), ("DY-01", "M61-01", 3, "b"), ("DY-01", "M61-01", 4, "c"),
                   ("DY-02", "M61-01", 5, "a"), ("DY-02", "M61-01", 5, "b"))  # fmt: skip
    assert select_values(values)[["unit_code", "source"]].values.tolist() == [["DY-01", "b"], ["DY-02", "a"]]
    assert conflicts(values)[["source", "value"]].values.tolist() == [["b", 3.0], ["c", 4.0]]


SYSTEM = load_system()
CONTENT = st.one_of(
    st.integers(0, 50), st.sampled_from(["missing", "not_surveyed", "not_applicable"]), st.none()
)


@settings(max_examples=60)
@given(contents=st.lists(CONTENT, min_size=8, max_size=8))
def test_sums_agree_with_adding_by_hand(units, contents):
    communities = units.loc[units["level"] == "community", "code"].tolist()
    rows = [(c, "M61-01", x) for c, x in zip(communities, contents, strict=True) if x is not None]
    result = roll_up(table(*rows), units, SYSTEM)
    parent = dict(zip(units["code"], units["parent_code"], strict=True))
    expected: dict[str, list[object]] = {}
    for code, _, content in rows:
        above = parent[code]
        while isinstance(above, str):
            expected.setdefault(above, []).append(content)
            above = parent[above]
    assert set(result["unit_code"]) == set(expected)
    for code, children in expected.items():
        numbers = [c for c in children if isinstance(c, int)]
        value, state, text = at(result, code, "M61-01")
        assert value == (sum(numbers) if numbers else None)
        assert (state == "measured") == bool(numbers)
        assert text.startswith(f"{len(numbers)}/")
