"""Layers carry their style in the file, so that batch users get it too."""

import sqlite3
from contextlib import closing


def styles(path):
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as database:
        return dict(database.execute("SELECT f_table_name, styleQML FROM layer_styles").fetchall())


def test_results_of_checks_are_styled_in_the_file(tiny_city, run, tmp_path):
    parameters = tiny_city.write()
    wanted = {key: parameters[key] for key in ("COMMUNITIES", "STREETS")}
    assigned, rest = str(tmp_path / "assigned.gpkg"), str(tmp_path / "rest.gpkg")
    run(
        "assignunits",
        {
            **wanted,
            "INPUT": parameters["BUILDINGS"],
            "MAX_UNMATCHED": 50,
            "OUTPUT": assigned,
            "REMAINDER": rest,
        },
    )
    # A copy of the input's file has the layer under its own name.
    assert 'attr="method"' in styles(assigned)["buildings"]
    assert 'value="largest_overlap"' in styles(assigned)["buildings"]
    assert 'value="outside"' in styles(rest)["rest"]


def test_the_database_has_a_style_for_each_map_layer(tiny_city, run):
    database = run("annualcheckup", tiny_city.write()).results["DATABASE"]
    assert {"problem", "distribution", "unit", "building"} <= set(styles(database))


def test_boundary_issues_are_drawn_at_their_place(tiny_city, run, tmp_path):
    import pyogrio

    # The second community of the first street now reaches 100 m into the third one.
    tiny_city.communities.loc[1, "geometry"] = tiny_city.communities.geometry[1].buffer(
        100, join_style="mitre"
    )
    parameters = tiny_city.write()
    issues = str(tmp_path / "issues.gpkg")
    found = run(
        "checkboundaries",
        {"COMMUNITIES": parameters["COMMUNITIES"], "STREETS": parameters["STREETS"], "YEAR": 2024,
         "UNITS": "memory:", "ISSUES": issues},
    ).results  # fmt: skip
    rows = pyogrio.read_dataframe(issues, layer="issues")
    assert found["ISSUE_COUNT"] == len(rows)
    assert set(rows["issue"]) == {"overlap", "outside_parent"}
    overlaps = rows[rows["issue"] == "overlap"].set_index("other_code")["area"]
    assert sorted(overlaps) == [10_000, 100_000, 100_000]
