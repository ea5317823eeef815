"""The whole way, in this process."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from qgis.core import QgsProcessingException, QgsProcessingFeedback

FILES = {
    "checkup.gpkg",
    "checkup.qgz",
    "annual-problem-map.pdf",
    "annual-problem-map.png",
    "report.html",
    "remainder.gpkg",
}


def rows(path, sql):
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as database:
        return database.execute(sql).fetchall()


def tables(path):
    names = [n for (n,) in rows(path, "SELECT table_name FROM gpkg_contents ORDER BY 1") if n != "run"]
    return {name: rows(path, f'SELECT * FROM "{name}"') for name in names}


def test_writes_all_files_and_counts_every_row(tiny_city, run):
    found = run("annualcheckup", tiny_city.write()).results

    folder = Path(found["OUTPUT_FOLDER"])
    assert {path.name for path in folder.iterdir()} == FILES
    assert [path for path in folder.parent.iterdir() if path.name.startswith(".")] == []
    assert found["TOTAL"] == found["MATCHED"] + found["AMBIGUOUS"] + found["UNMATCHED"] + found["OUTSIDE"]
    # One building and one surveyed problem lie outside.
    assert found["OUTSIDE"] == 2
    assert rows(found["DATABASE"], "SELECT count(*) FROM building") == [(9,)]
    assert rows(found["REMAINDER"], "SELECT building_id FROM buildings") == [("B9",)]
    assert (folder / "annual-problem-map.pdf").read_bytes().startswith(b"%PDF")


def test_boundaries_alone_are_enough(tiny_city, run):
    given = tiny_city.write()
    wanted = {key: given[key] for key in ("COMMUNITIES", "YEAR", "CITY_NAME", "OUTPUT_FOLDER")}
    found = run("annualcheckup", wanted).results
    assert {path.name for path in Path(found["OUTPUT_FOLDER"]).iterdir()} == FILES
    assert (found["TOTAL"], found["PROBLEM_COUNT"]) == (0, 0)
    assert rows(found["REMAINDER"], "SELECT * FROM conservation") == []
    assert rows(found["DATABASE"], "SELECT DISTINCT state FROM distribution") == [("no_data",)]


def test_lists_that_are_left_out_are_no_files(tiny_city, qgis_process):
    given = tiny_city.write()
    wanted = {key: given[key] for key in ("COMMUNITIES", "BUILDINGS", "YEAR", "CITY_NAME", "OUTPUT_FOLDER")}
    done = qgis_process(
        "run", "citycheck:annualcheckup", "--", *(f"{k}={v}" for k, v in wanted.items()), "MAX_UNMATCHED=30"
    )
    assert done.status == 0, done.err
    counts = rows(
        f"{wanted['OUTPUT_FOLDER']}/remainder.gpkg", "SELECT subject, total, outside FROM conservation"
    )
    assert counts == [("buildings", 9, 1)]


def test_four_states_stay_four(tiny_city, run):
    found = run("annualcheckup", tiny_city.write()).results
    state = dict(
        rows(found["DATABASE"], "SELECT unit_code, state FROM distribution WHERE level = 'community'")
    )

    # A problem, a problem, surveyed and free of problems, not in the sample.
    assert state == {
        "990101001001": "problems",
        "990101001002": "problems",
        "990101002001": "none",
        "990101002002": "not_surveyed",
    }
    values = rows(
        found["DATABASE"],
        "SELECT unit_code, value, state FROM value WHERE indicator_id = 'M61-15' AND source <> 'rollup' ORDER BY 1",
    )
    assert values == [
        ("990101001001", 120.0, "measured"),
        ("990101001002", 0.0, "measured"),
        ("990101002001", None, "not_applicable"),
    ]


def test_objects_are_counted_once(tiny_city, run):
    found = run("annualcheckup", tiny_city.write()).results
    counts = rows(
        found["DATABASE"],
        "SELECT problems, objects, housing, buildings, per_100_buildings FROM distribution WHERE unit_code = '990101001001'",
    )
    # B1 has two problems, B2 one, and the community fails two indicators; B3 lies mostly next door.
    assert counts == [(5, 3, 2, 2, 100.0)]


def test_sources_that_disagree_are_shown_side_by_side(tiny_city, run):
    parameters = tiny_city.write()
    other = tiny_city.folder / "街道上报.csv"
    tiny_city.values.assign(**{"停车泊位缺口数（个）": ["130", "0", "——"]}).to_csv(other, index=False)
    found = run("annualcheckup", {**parameters, "TABLES": [*parameters["TABLES"], str(other)]}).results

    report = Path(found["REPORT"]).read_text(encoding="utf-8")
    section = report.split("Sources that disagree")[1].split("<h2>")[0]
    assert "values.csv" in section and "街道上报.csv" in section
    assert "120" in section and "130" in section
    sql = "SELECT count(*) FROM value WHERE unit_code = '990101001001' AND indicator_id = 'M61-15'"
    assert rows(found["DATABASE"], sql) == [(2,)]


def test_second_run_gives_identical_tables(tiny_city, run):
    parameters = tiny_city.write()
    database = run("annualcheckup", parameters).results["DATABASE"]
    first = tables(database)
    run("annualcheckup", parameters)
    assert tables(database) == first


def test_other_year_is_added_and_first_year_is_kept(tiny_city, run):
    database = run("annualcheckup", tiny_city.write()).results["DATABASE"]
    tiny_city.sample["年度"] = "2025"
    tiny_city.problems = tiny_city.problems.iloc[:1]
    run("annualcheckup", {**tiny_city.write(), "YEAR": 2025})

    years = rows(database, "SELECT year, count(*) FROM distribution GROUP BY 1")
    assert [year for year, _ in years] == [2024, 2025]
    again = rows(
        database, "SELECT year, first_year FROM problem WHERE object_id = 'B1' AND indicator_id = 'M61-01'"
    )
    assert sorted(again) == [(2024, 2024), (2025, 2024)]


def test_cancel_leaves_nothing_behind(tiny_city, run):
    parameters = tiny_city.write()
    before = sorted(tiny_city.folder.iterdir())
    feedback = QgsProcessingFeedback(False)
    # The database is written by then, the map is not.
    feedback.progressChanged.connect(lambda percent: feedback.cancel() if percent >= 60 else None)
    with pytest.raises(QgsProcessingException, match="cancelled"):
        run("annualcheckup", parameters, feedback)
    assert sorted(tiny_city.folder.iterdir()) == before


def test_failed_rerun_leaves_the_old_result(tiny_city, run):
    parameters = tiny_city.write()
    found = run("annualcheckup", parameters).results
    first = {path.name: path.read_bytes() for path in Path(found["OUTPUT_FOLDER"]).iterdir()}
    with pytest.raises(QgsProcessingException):
        run("annualcheckup", {**parameters, "MAX_UNMATCHED": 1.0})
    assert {path.name: path.read_bytes() for path in Path(found["OUTPUT_FOLDER"]).iterdir()} == first
