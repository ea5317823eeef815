"""Verdicts: meets, fails, no standard, not assessed."""

from __future__ import annotations

import pytest
from citycheck.citycheck_qgis.problems.verdicts import COLUMNS, judge
from citycheck.citycheck_qgis.storage.tables import VERDICTS

A, B = "440103001001", "440103001002"


def verdicts(frame):
    assert list(frame.columns) == COLUMNS
    assert set(frame["verdict"]) <= set(VERDICTS)
    return {(row.unit_code, row.indicator_id): row.verdict for row in frame.itertuples()}


@pytest.mark.parametrize(
    ("indicator", "number", "state", "verdict"),
    [
        ("H1", 0, "measured", "meets"),
        ("H1", 3, "measured", "fails"),
        ("T1", 8, "measured", "meets"),
        ("T1", 7.99, "measured", "fails"),
        ("S2", 12, "measured", "no_standard"),
        ("H1", None, "missing", "not_assessed"),
        ("H1", None, "not_surveyed", "not_assessed"),
        ("H1", None, "not_applicable", "not_assessed"),
        ("S2", None, "missing", "not_assessed"),
        # A number beside a state that says nothing was measured is no measurement.
        ("H1", 3, "not_surveyed", "not_assessed"),
        ("H1", None, "measured", "not_assessed"),
    ],
)
def test_verdict(values, system, indicator, number, state, verdict):
    found = judge(values((A, indicator, number, state, "annex")), system)
    assert verdicts(found) == {(A, indicator): verdict}


def test_standard_stands_beside_the_verdict(values, system):
    found = judge(values((A, "T1", 7, "measured", "x"), (A, "S2", 7, "measured", "x")), system)
    assert dict(zip(found["indicator_id"], found["standard"], strict=True)) == {"T1": ">=8", "S2": ""}


def test_one_verdict_per_unit_and_indicator(values, system):
    found = judge(
        values(
            (A, "H1", 5, "measured", "rollup"),
            (A, "H1", None, "missing", "annex"),
            (B, "H1", 5, "measured", "rollup"),
            (B, "H1", 0, "measured", "annex"),
        ),
        system,
    )
    # A measured value goes before a missing one, a reported one before a computed one.
    assert verdicts(found) == {(A, "H1"): "fails", (B, "H1"): "meets"}
    assert found["source"].tolist() == ["rollup", "annex"]


def test_unknown_indicators_and_parts_of_rates_get_no_verdict(values, system):
    found = judge(
        values(
            (A, "ZZ", 1, "measured", "x"),
            (A, "T1/numerator", 1, "measured", "x"),
            (A, "H1", 0, "measured", "x"),
        ),
        system,
    )
    assert verdicts(found) == {(A, "H1"): "meets"}


def test_no_values(values, system):
    assert verdicts(judge(values(), system)) == {}


def test_empty_standard_as_null(values, system):
    system.loc[system["indicator_id"] == "S2", "standard"] = None
    assert verdicts(judge(values((A, "S2", 1, "measured", "x")), system)) == {(A, "S2"): "no_standard"}


def test_input_is_not_changed(values, system):
    frame = values((A, "H1", 1, "measured", "x"))
    before = frame.copy(deep=True)
    judge(frame, system)
    assert frame.equals(before)


def test_doubtful_thresholds_are_marked(values, system):
    system["certainty"] = ["A/A", "A/C", "A/B", "A/-", "A/C", "A/A"]
    given = values(
        (A, "H1", 2, "measured", "a"), (A, "H2", 2, "measured", "a"), (A, "S2", 2, "measured", "a")
    )
    # S2 has no standard that could be doubtful.
    assert judge(given, system).set_index("indicator_id")["unverified"].to_dict() == {
        "H1": 0,
        "H2": 1,
        "S2": 0,
    }
