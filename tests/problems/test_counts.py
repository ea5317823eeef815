"""Counts per unit: distinct objects, four states, and what may be compared between years."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from citycheck.citycheck_qgis.problems.counts import compare_years, count_distribution, without_stand_ins
from citycheck.citycheck_qgis.problems.ledger import problem_id
from citycheck.citycheck_qgis.storage.tables import DIMENSIONS, DISTRIBUTION
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

CITY, DISTRICT = "440100000000", "440103000000"
SOUTH, NORTH = "440103001000", "440103002000"
A, B, C, D = "440103001001", "440103001002", "440103002001", "440103002002"
DIMENSION = {"H1": "housing", "H2": "housing", "K1": "community", "S1": "block", "T1": "city"}


def ledger(*rows, year=2024):
    """Return problems of rows (unit, object, indicator[, type])."""
    frame = pd.DataFrame(
        [
            {
                "unit_code": unit,
                "object_id": thing,
                "indicator_id": indicator,
                "dimension": DIMENSION[indicator],
                "type": kind[0] if kind else None,
                "location_precision": "building"
                if len(thing) == 2
                else "community"
                if thing == unit
                else "point",
                "problem_id": problem_id(thing, indicator, kind[0] if kind else None),
            }
            for unit, thing, indicator, *kind in rows
        ],
        columns=[
            "unit_code",
            "object_id",
            "indicator_id",
            "dimension",
            "type",
            "location_precision",
            "problem_id",
        ],
    )
    return frame.assign(year=year)


def by_unit(frame, *columns):
    table = frame.set_index("unit_code")[list(columns)]
    return {
        code: tuple(row) if len(columns) > 1 else row[0]
        for code, row in zip(table.index, table.to_numpy().tolist(), strict=True)
    }


def test_table_has_one_row_per_unit_and_the_database_columns(units):
    frame = count_distribution(ledger(), units, 2024)
    assert list(frame.columns) == [*DISTRIBUTION.columns, "geometry"]
    assert frame["unit_code"].tolist() == [CITY, DISTRICT, SOUTH, NORTH, A, B, C, D]
    assert set(frame["year"]) == {2024}
    assert frame.crs == units.crs
    assert (frame["problems"] == 0).all()
    shuffled = count_distribution(ledger(), units.iloc[::-1], 2024)
    assert shuffled.drop(columns="geometry").equals(frame.drop(columns="geometry"))


def test_objects_are_counted_once_at_every_level(units):
    frame = count_distribution(
        ledger((A, "A1", "H1"), (A, "A1", "H2"), (A, "A1", "H1", "渗漏"), (A, "A2", "H1"), (C, "C1", "H1")),
        units,
        2024,
    )
    assert by_unit(frame, "problems", "objects") == {
        CITY: (5, 3), DISTRICT: (5, 3), SOUTH: (4, 2), NORTH: (1, 1), A: (4, 2), B: (0, 0), C: (1, 1), D: (0, 0),
    }  # fmt: skip


def test_object_with_problems_of_two_dimensions_is_one_object(units):
    frame = count_distribution(ledger((A, "A1", "H1"), (A, "A1", "K1")), units, 2024)
    assert by_unit(frame, "objects", *DIMENSIONS)[A] == (1, 1, 1, 0, 0)


def test_block_problem_counts_in_its_street_only(units):
    frame = count_distribution(ledger((SOUTH, f"{SOUTH}:路", "S1")), units, 2024)
    assert by_unit(frame, "block") == {
        CITY: 1, DISTRICT: 1, SOUTH: 1, NORTH: 0, A: 0, B: 0, C: 0, D: 0,
    }  # fmt: skip


# ---- units that stand for their objects


def test_failing_unit_is_an_object(units):
    frame = count_distribution(ledger((A, A, "H1"), (B, B, "K1")), units, 2024)
    assert by_unit(frame, "objects")[CITY] == 2


def test_located_objects_stand_for_the_failing_unit(units):
    problems = ledger((A, A, "H1"), (A, "A1", "H1"), (A, "A2", "H1"), (A, A, "H2"))
    frame = count_distribution(problems, units, 2024)
    # A itself stays for H2, which no building is known for.
    assert by_unit(frame, "problems", "objects")[A] == (4, 3)
    assert len(without_stand_ins(problems, units)) == 3


def test_reported_totals_of_upper_units_add_no_object(units):
    problems = ledger(
        (A, "A1", "H1"),
        (A, A, "H1"),
        (B, B, "H1"),
        (SOUTH, SOUTH, "H1"),
        (CITY, CITY, "H1"),
        (NORTH, NORTH, "H2"),
    )
    frame = count_distribution(problems, units, 2024)
    assert by_unit(frame, "objects") == {
        CITY: 3, DISTRICT: 3, SOUTH: 2, NORTH: 1, A: 1, B: 1, C: 0, D: 0,
    }  # fmt: skip


def test_objects_elsewhere_do_not_stand_for_a_unit(units):
    problems = ledger((A, A, "H1"), (C, "C1", "H1"), (SOUTH, "s road", "H1"))
    assert sorted(without_stand_ins(problems, units)["object_id"]) == sorted([A, "C1", "s road"])


# ---- states


def states(units, **options):
    return by_unit(count_distribution(options.pop("problems", ledger()), units, 2024, **options), "state")


def test_none_only_where_it_was_surveyed(units, sample):
    assert states(units, sample=sample(housing=[A, B]), problems=ledger((A, "A1", "H1"))) == {
        CITY: "problems", DISTRICT: "problems", SOUTH: "problems", NORTH: "not_surveyed",
        A: "problems", B: "none", C: "not_surveyed", D: "not_surveyed",
    }  # fmt: skip


def test_without_a_register_nobody_is_free_of_problems(units):
    assert states(units, problems=ledger((A, "A1", "H1"))) == {
        CITY: "problems", DISTRICT: "problems", SOUTH: "problems", NORTH: "no_data",
        A: "problems", B: "no_data", C: "no_data", D: "no_data",
    }  # fmt: skip


def test_surveyed_but_nothing_came_back(units, sample):
    found = states(units, sample=sample(housing=[A, B, C]), assessed={A, "unknown"})
    assert {code: found[code] for code in (A, B, C, D)} == {
        A: "none", B: "no_data", C: "no_data", D: "not_surveyed",
    }  # fmt: skip
    assert (found[SOUTH], found[NORTH]) == ("none", "no_data")
    assert states(units, sample=sample(housing=[A]), assessed=set())[A] == "no_data"


def test_empty_register_is_a_register(units, sample):
    assert set(states(units, sample=sample()).values()) == {"not_surveyed"}


def test_problem_outside_the_sample_is_still_a_problem(units, sample):
    found = states(units, sample=sample(housing=[B]), problems=ledger((A, "A1", "H1")))
    assert (found[A], found[B]) == ("problems", "none")


def test_street_in_the_sample_says_nothing_of_its_communities(units, sample):
    found = states(units, sample=sample(block=[SOUTH]))
    assert (found[SOUTH], found[A], found[B]) == ("none", "not_surveyed", "not_surveyed")


def test_surveyed_flag(units, sample):
    frame = count_distribution(ledger(), units, 2024, sample(housing=[A]))
    assert [code for code, flag in by_unit(frame, "surveyed").items() if flag] == [CITY, DISTRICT, SOUTH, A]


# ---- per 100 buildings


def test_per_100_buildings(units, buildings):
    problems = ledger((A, "A1", "H1"), (A, "A1", "H2"), (A, A, "K1"), (A, f"{A}:@1,1", "H1"), (C, C, "H1"))
    frame = count_distribution(problems, units, 2024, buildings=buildings)
    assert by_unit(frame, "buildings") == {
        CITY: 5, DISTRICT: 5, SOUTH: 3, NORTH: 2, A: 2, B: 1, C: 1, D: 1,
    }  # fmt: skip
    # One of two houses of A; C failed as a unit, none of its houses is known to have a problem.
    assert by_unit(frame, "per_100_buildings") == {
        CITY: 20, DISTRICT: 20, SOUTH: 33.3333, NORTH: 0, A: 50, B: 0, C: 0, D: 0,
    }  # fmt: skip


def test_unit_without_buildings_has_no_share(units, buildings):
    frame = count_distribution(ledger(), units, 2024, buildings=buildings[buildings["community_code"] == A])
    found = by_unit(frame, "buildings", "per_100_buildings")
    assert found[A] == (2, 0)
    assert found[B][0] == 0
    assert np.isnan(found[B][1])


def test_without_a_building_layer_the_number_is_unknown(units):
    frame = count_distribution(ledger((A, "A1", "H1")), units, 2024)
    assert frame["buildings"].isna().all()
    assert frame["per_100_buildings"].isna().all()


# ---- property: counted again by sets

CODES = [CITY, DISTRICT, SOUTH, NORTH, A, B, C, D]
CHAIN = {A: [A, SOUTH, DISTRICT, CITY], B: [B, SOUTH, DISTRICT, CITY], C: [C, NORTH, DISTRICT, CITY],
         D: [D, NORTH, DISTRICT, CITY], SOUTH: [SOUTH, DISTRICT, CITY], NORTH: [NORTH, DISTRICT, CITY],
         DISTRICT: [DISTRICT, CITY], CITY: [CITY]}  # fmt: skip
rows = st.tuples(
    st.sampled_from(CODES),
    st.sampled_from(["itself", "x1", "x2", "x3", "some road"]),
    st.sampled_from(list(DIMENSION)),
    st.sampled_from([None, "开裂"]),
)


@settings(max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(rows, max_size=12),
    st.sets(st.sampled_from(CODES)),
    st.one_of(st.none(), st.sets(st.sampled_from(CODES))),
)
def test_counts_are_those_of_sets(units, found, sampled, assessed):
    found = [
        (unit, unit if thing == "itself" else f"{unit[-4:]}{thing}", i, k) for unit, thing, i, k in found
    ]
    problems = ledger(*found).drop_duplicates("problem_id")
    sample = pd.DataFrame({"unit_code": sorted(sampled), "dimension": "housing", "year": 2024})
    frame = count_distribution(problems, units, 2024, sample, None, assessed)
    table = frame.set_index("unit_code")
    kept = [(r.unit_code, r.object_id, r.indicator_id) for r in problems.itertuples()]
    for code in CODES:
        below = [row for row in kept if code in CHAIN[row[0]]]
        objects = {
            (unit, thing, indicator)
            for unit, thing, indicator in below
            if thing != unit
            or not any(
                other_indicator == indicator
                and unit in CHAIN[other_unit]
                and (other_unit, other) != (unit, thing)
                for other_unit, other, other_indicator in kept
            )
        }
        assert table.loc[code, "problems"] == len(below)
        assert table.loc[code, "objects"] == len({thing for _, thing, _ in objects})
        for dimension in DIMENSIONS:
            wanted = {thing for _, thing, i in objects if DIMENSION[i] == dimension}
            assert table.loc[code, dimension] == len(wanted)
        surveyed = any(code in CHAIN[unit] for unit in sampled)
        looked_at = surveyed if assessed is None else any(code in CHAIN[unit] for unit in assessed)
        state = (
            "problems" if below else "not_surveyed" if not surveyed else "none" if looked_at else "no_data"
        )
        assert table.loc[code, "state"] == state


# ---- two years


def compared(now, then, sample, earlier_sample, units):
    table = compare_years(now, then, sample, earlier_sample, units)
    assert table["dimension"].tolist() == list(DIMENSIONS)
    counts = table.set_index("dimension")[["persistent", "new", "solved"]]
    return {
        d: tuple(row) for d, row in zip(counts.index, counts.to_numpy().tolist(), strict=True) if any(row)
    }


def test_persistent_new_and_solved(units, sample):
    now = ledger((A, "A1", "H1"), (A, "A2", "H1"))
    then = ledger((A, "A1", "H1"), (A, "A3", "H1"), year=2023)
    both = sample(housing=[A])
    assert compared(now, then, both, both, units) == {"housing": (1, 1, 1)}


def test_only_the_common_sample_is_compared(units, sample):
    now = ledger((A, "A1", "H1"), (B, "B1", "H1"))
    then = ledger((A, "A1", "H1"), (C, "C1", "H1"), year=2023)
    # C was not surveyed again: nothing says that its problem is solved. B is new in the sample, not a new problem.
    assert compared(now, then, sample(housing=[A, B]), sample(2023, housing=[A, C]), units) == {
        "housing": (1, 0, 0)
    }


def test_surveyed_again_in_another_dimension_solves_nothing(units, sample):
    then = ledger((A, "A1", "H1"), year=2023)
    found = compared(ledger(), then, sample(community=[A]), sample(2023, housing=[A], community=[A]), units)
    assert found == {}


def test_streets_of_the_block_dimension(units, sample):
    now = ledger((SOUTH, "road", "S1"), (NORTH, "road", "S1"))
    found = compared(now, ledger(year=2023), sample(block=[SOUTH, NORTH]), sample(2023, block=[SOUTH]), units)
    assert found == {"block": (0, 1, 0)}


def test_a_sampled_street_covers_its_communities_but_not_the_other_way(units, sample):
    now = ledger((A, "A1", "H1"), (SOUTH, SOUTH, "H2"))
    street = sample(housing=[SOUTH])
    assert compared(now, ledger(year=2023), street, street, units) == {"housing": (0, 2, 0)}
    # The street's own value rests on other communities each year.
    community = sample(housing=[A])
    assert compared(now, ledger(year=2023), community, community, units) == {"housing": (0, 1, 0)}


def test_city_dimension_is_not_sampled(units, sample):
    now, then = ledger((CITY, CITY, "T1")), ledger((CITY, CITY, "T1"), (CITY, "lake", "T1"), year=2023)
    assert compared(now, then, sample(housing=[A]), sample(2023, housing=[B]), units) == {"city": (1, 0, 1)}


def test_number_of_units_compared(units, sample):
    table = compare_years(
        ledger(),
        ledger(),
        sample(housing=[A, B, C], block=[SOUTH]),
        sample(housing=[A, B], block=[SOUTH]),
        units,
    )
    numbers = table.set_index("dimension")["units"]
    assert (numbers["housing"], numbers["community"], numbers["block"]) == (2, 0, 1)
    assert numbers.isna().to_dict() == {"housing": False, "community": False, "block": False, "city": True}


def test_types_of_a_table_from_the_database(units, sample):
    now = gpd.GeoDataFrame(ledger((A, "A1", "H1")).astype({"year": "Int64"}), geometry=[None], crs=4547)
    both = sample(housing=[A]).astype({"year": "Int64"})
    assert compared(now, now, both, both, units) == {"housing": (1, 0, 0)}


@pytest.mark.parametrize("nothing", [None, np.nan])
def test_top_units_end_the_chain(units, nothing):
    units.loc[0, "parent_code"] = nothing
    assert by_unit(count_distribution(ledger((A, "A1", "H1")), units, 2024), "problems")[CITY] == 1
