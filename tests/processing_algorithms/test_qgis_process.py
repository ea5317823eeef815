"""The real qgis_process: exit status, arguments, JSON on standard input, Chinese paths, broken input.

A green run inside python3 says nothing about these: libraries that clash do so only inside QGIS's own programs.
"""

import pyogrio


def arguments(parameters):
    """Return parameters as qgis_process takes them; a list becomes one argument per item."""
    for key, value in parameters.items():
        for item in value if isinstance(value, list) else [value]:
            yield f"{key}={item}"


def test_annual_checkup_in_a_chinese_folder(tiny_city, qgis_process):
    done = qgis_process("run", "citycheck:annualcheckup", "--", *arguments(tiny_city.write()))
    assert done.status == 0, done.err
    folder = tiny_city.folder / "结果"
    assert (folder / "annual-problem-map.pdf").stat().st_size > 10_000
    counts = dict(line.split(":\t", 1) for line in done.out.splitlines() if ":\t" in line)
    parts = [int(counts[key]) for key in ("MATCHED", "AMBIGUOUS", "UNMATCHED", "OUTSIDE")]
    assert sum(parts) == int(counts["TOTAL"])


def test_json_on_standard_input(tiny_city, qgis_process, tmp_path):
    parameters = tiny_city.write()
    inputs = {
        "INPUT": parameters["BUILDINGS"],
        "COMMUNITIES": parameters["COMMUNITIES"],
        "MAX_UNMATCHED": 20,
        "OUTPUT": str(tmp_path / "已归属.gpkg"),
        "REMAINDER": str(tmp_path / "剩余.gpkg"),
    }
    done = qgis_process("run", "citycheck:assignunits", "-", stdin={"inputs": inputs})
    assert done.status == 0, done.err
    found = done.json["results"]
    # B3 lies across two communities, B9 outside all of them.
    assert (found["TOTAL"], found["MATCHED"], found["OUTSIDE"], found["BORDER"]) == (9, 8, 1, 1)
    rows = pyogrio.read_dataframe(inputs["OUTPUT"]).set_index("building_id")
    assert rows.loc["B3", "community_code"] == "990101001002"
    assert rows.loc["B3", "share"] == 2 / 3
    assert rows.loc["B3", "street_code"] == "990101001000"
    assert list(pyogrio.read_dataframe(inputs["REMAINDER"])["building_id"]) == ["B9"]


def test_broken_input_is_one_sentence_and_status_1(tiny_city, qgis_process):
    tiny_city.communities.loc[1, "代码"] = "99010100100"
    done = qgis_process("run", "citycheck:annualcheckup", "--", *arguments(tiny_city.write()))
    assert done.status == 1
    assert (
        "1 unit codes of the community layer are malformed, first row 2 (西苑社区): 99010100100;" in done.err
    )
    assert "Traceback" not in done.err + done.out
    assert not (tiny_city.folder / "结果").exists()


def test_missing_file_is_one_sentence_and_status_1(tiny_city, qgis_process):
    parameters = {**tiny_city.write(), "BUILDINGS": "没有这个文件.gpkg"}
    done = qgis_process("run", "citycheck:annualcheckup", "--", *arguments(parameters))
    assert done.status == 1
    assert "没有这个文件.gpkg, given as BUILDINGS, cannot be opened" in done.err


def test_table_by_table(tiny_city, qgis_process, tmp_path):
    """The rooms one by one through files: import, roll up, join, diagnose."""
    given = tiny_city.write()
    units = {key: given[key] for key in ("COMMUNITIES", "STREETS", "YEAR")}
    values, rolled, joined = (str(tmp_path / f"{name}.gpkg") for name in ("values", "rolled", "joined"))
    steps = (
        ("importvalues", {**units, "TABLES": given["TABLES"], "OUTPUT": values}),
        ("rollup", {**units, "VALUES": values, "OUTPUT": rolled}),
        ("joinindicators", {**units, "VALUES": rolled, "LEVEL": 1, "OUTPUT": joined}),
    )
    for name, parameters in steps:
        done = qgis_process("run", f"citycheck:{name}", "--", *arguments(parameters))
        assert done.status == 0, done.err
    street = pyogrio.read_dataframe(joined).set_index("code")
    assert street.loc["990101001000", "M61-15"] == 120.0
    assert street.loc["990101002000", "M61-15_state"] == "not_applicable"
