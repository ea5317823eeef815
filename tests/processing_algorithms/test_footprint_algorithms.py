"""The algorithms on BIM and city models, in QGIS's own program: what they write, say and refuse."""

import json
import sqlite3
from contextlib import closing

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import pytest
import shapely
from citycheck.citycheck_qgis.storage.database import read_table, table_names
from citycheck.tests.fixtures.ifc_models import AXIS, EASTING, NORTHING, TRAPS, located

pytest.importorskip("ifcopenshell", reason="ifcopenshell is not installed (make setup)")

#: Ways to say a place that nobody can understand without being told the CRS.
UNSAID = {"datum", "site"}


def true_ground():
    """Return the box of 10 m by 8 m where it really is."""
    (x, y), corners = AXIS, np.array([(0, 0), (10, 0), (10, 8), (0, 8)])
    turned = corners @ np.array([(x, y), (-y, x)])
    return shapely.Polygon(turned + np.array((EASTING, NORTHING)))


@pytest.fixture(scope="module")
def models(tmp_path_factory):
    """A folder of models that say the same place in every way that is met in practice, and three broken files."""
    folder = tmp_path_factory.mktemp("交付") / "模型"
    (folder / "二期").mkdir(parents=True)
    for trap in TRAPS:
        located(trap).write(folder / ("二期" if trap == "text" else ".") / f"{trap}.ifc")
    (folder / "空.ifc").write_bytes(b"")
    (folder / "网页.ifc").write_text("<!DOCTYPE html><html>404</html>")
    (folder / "老.ifcxml").write_text('<?xml version="1.0"?><ifcXML></ifcXML>')
    return folder


@pytest.fixture(scope="module")
def run(qgis_process):
    def call(name, **parameters):
        return qgis_process("run", f"citycheck:{name}", "-", stdin={"inputs": parameters})

    return call


def test_models_lie_where_they_belong_whatever_they_say(models, run, tmp_path):
    paths = {key: str(tmp_path / f"{key}.gpkg") for key in ("OUTPUT", "UNPLACED", "STATUS")}
    done = run("ifcfootprints", FOLDER=str(models), **paths)
    assert done.status == 0, done.err
    found = done.json["results"]
    assert (found["FILES_READ"], found["FILES_NOT_READ"]) == (len(TRAPS), 3)
    assert found["TOTAL"] == found["MATCHED"] + found["AMBIGUOUS"] + found["UNMATCHED"] + found["OUTSIDE"]
    assert (found["TOTAL"], found["UNMATCHED"]) == (len(TRAPS), len(UNSAID))

    placed = pyogrio.read_dataframe(paths["OUTPUT"])
    assert placed.crs.to_epsg() in (4547, 4526)
    ground = placed[placed["kind"] == "ground"].to_crs(4547)
    assert set(ground["source_file"]) == {
        "二期/text.ifc" if t == "text" else f"{t}.ifc" for t in {*TRAPS} - UNSAID
    }
    # One names no direction, the other is drawn in map coordinates already.
    straight = ground["source_file"].isin(["no_axis.ifc", "double.ifc"])
    away = ground.loc[~straight].geometry.symmetric_difference(true_ground()).area
    assert away.max() < 0.5
    box = shapely.box(EASTING, NORTHING, EASTING + 10, NORTHING + 8)
    assert ground.loc[straight].geometry.symmetric_difference(box).area.max() < 0.5
    assert ground["area"].to_numpy() == pytest.approx(80, abs=0.1)

    unplaced = pyogrio.read_dataframe(paths["UNPLACED"])
    assert {name.removesuffix(".ifc") for name in unplaced["source_file"]} == UNSAID
    assert set(unplaced["state"]) == {"needs_control_points"}
    # No layer without a CRS claims to have one.
    assert unplaced.crs is None or unplaced.crs.name.startswith("Undefined")

    status = pyogrio.read_dataframe(paths["STATUS"]).set_index("file")
    assert len(status) == len(TRAPS) + 3
    assert set(status.loc[["空.ifc", "网页.ifc", "老.ifcxml"], "state"]) == {"refused"}
    assert status.loc[["空.ifc", "网页.ifc", "老.ifcxml"], "reason"].str.len().min() > 20
    assert "scale_inverted" in status.loc["scale_inverted.ifc", "warnings"]


def test_what_the_user_says_places_the_rest(models, run, tmp_path):
    table = tmp_path / "控制点.csv"
    (x, y) = AXIS
    end = (EASTING + 10 * x, NORTHING + 10 * y)
    table.write_text(
        f"file,local_x,local_y,easting,northing\ndatum,0,0,{EASTING},{NORTHING}\ndatum,10,0,{end[0]},{end[1]}\n"
    )
    output = str(tmp_path / "out.gpkg")
    files = [str(models / f"{name}.ifc") for name in sorted(UNSAID)]
    given = {"CONTROL_POINTS": str(table), "MODEL_CRS": "EPSG:4547", "OUTPUT": output}
    done = run("ifcfootprints", FILES=files, **given)
    assert done.status == 0, done.err
    assert done.json["results"]["MATCHED"] == 2
    ground = pyogrio.read_dataframe(output, where="kind = 'ground'").set_index("source_file")
    assert ground.loc["datum.ifc", "georef_method"] == "control_points"
    assert ground.loc["datum.ifc"].geometry.symmetric_difference(true_ground()).area < 0.5
    assert ground.loc["site.ifc"].geometry.bounds[:2] == pytest.approx((EASTING, NORTHING), abs=0.05)


def test_a_control_point_of_no_file_is_refused(models, run, tmp_path):
    table = tmp_path / "points.csv"
    table.write_text("file,local_x,local_y,easting,northing\nnobody.ifc,0,0,1,2\n")
    given = {"CONTROL_POINTS": str(table), "MODEL_CRS": "EPSG:4547", "OUTPUT": str(tmp_path / "out.gpkg")}
    done = run("ifcfootprints", FILES=[str(models / "site.ifc")], **given)
    assert done.status == 1
    assert "nobody.ifc, which is not among the model files" in done.err
    assert not (tmp_path / "out.gpkg").exists()


def test_files_that_are_not_there_are_named(run, tmp_path):
    for given, said in (
        ({"FILES": [str(tmp_path / "没有.ifc")]}, "没有.ifc"),
        ({"FOLDER": str(tmp_path / "none")}, "There is no folder"),
        ({"FOLDER": str(tmp_path)}, "holds no file with one of the endings .ifc"),
        ({}, "Give model files (FILES) or a folder"),
    ):
        done = run("ifcfootprints", **given, OUTPUT=str(tmp_path / "out.gpkg"))
        assert done.status == 1
        assert said in done.err
        assert "Traceback" not in done.err


def test_a_second_run_keeps_results_and_replaces_rows(models, run, tmp_path):
    database, results = str(tmp_path / "checkup.gpkg"), str(tmp_path / "results")
    given = {"FOLDER": str(models), "DATABASE": database, "RESULTS": results, "CRS": "EPSG:4547"}
    assert run("ifcfootprints", **given).status == 0
    first = read_table(database, "footprint")
    assert {"unit", "building", "footprint_building"} <= set(table_names(database))
    assert len(first) == 2 * (len(TRAPS) - len(UNSAID)) + len(UNSAID)
    assert first.loc[first.geometry.isna(), "state"].tolist() == ["needs_control_points"] * len(UNSAID)
    status = str(tmp_path / "status.csv")
    again = run("ifcfootprints", **given, STATUS=status)
    assert again.status == 0
    pd.testing.assert_frame_equal(read_table(database, "footprint"), first)
    kept = pd.read_csv(status).set_index("file")["kept"]
    assert kept.to_numpy().all()


def test_city_model_and_ifc_meet_the_register(models, run, tmp_path):
    corners = np.round(np.array(true_ground().exterior.coords[:4]), 3)
    vertices = [[*map(float, xy), z] for z in (0.0, 6.0) for xy in corners]
    far = [[x + 500, y, z] for x, y, z in vertices]
    walls = [[[a, (a + 1) % 4, (a + 1) % 4 + 4, a + 4]] for a in range(4)]
    shell = [[[3, 2, 1, 0]], [[4, 5, 6, 7]], *walls]
    city = {
        "type": "CityJSON", "version": "2.0", "vertices": vertices + far,
        "transform": {"scale": [1, 1, 1], "translate": [0, 0, 0]},
        "metadata": {"referenceSystem": "https://www.opengis.net/def/crs/EPSG/0/4547"},
        "CityObjects": {
            "b1": {"type": "Building", "attributes": {"楼栋编号": "B-07", "measuredHeight": 6.0},
                   "geometry": [{"type": "Solid", "lod": "1", "boundaries": [shell]}]},
            "b2": {"type": "Building", "geometry": [{"type": "Solid", "lod": "1", "boundaries": [
                [[[n + 8 for n in ring] for ring in face] for face in shell]]}]},
        },
    }  # fmt: skip
    del city["transform"]
    city["version"] = "1.0"
    (tmp_path / "街坊.city.json").write_text(json.dumps(city), encoding="utf-8")
    database = str(tmp_path / "checkup.gpkg")
    given = {"FILES": [str(tmp_path / "街坊.city.json")], "DATABASE": database}
    assert (done := run("citymodelfootprints", **given)).status == 0, done.err
    assert run("ifcfootprints", FILES=[str(models / "none.ifc")], DATABASE=database).status == 0
    register = gpd.GeoDataFrame(
        {"楼栋编号": ["B07", "B08"]},
        geometry=[true_ground(), shapely.affinity.translate(true_ground(), 0, 40)],
        crs=4547,
    )
    register.to_file(tmp_path / "房屋.gpkg", engine="pyogrio", VERSION="1.2")
    left = {key: str(tmp_path / f"{key}.gpkg") for key in ("REMAINDER", "BUILDING_REMAINDER")}
    done = run("matchfootprints", BUILDINGS=str(tmp_path / "房屋.gpkg"), DATABASE=database, **left)
    assert done.status == 0, done.err
    found = done.json["results"]
    assert (found["TOTAL"], found["MATCHED"], found["BUILDING_TOTAL"], found["BUILDING_MATCHED"]) == (
        3,
        2,
        2,
        1,
    )
    assert pyogrio.read_dataframe(left["REMAINDER"])["cim_id"].tolist() == ["b2"]
    assert pyogrio.read_dataframe(left["BUILDING_REMAINDER"])["building_id"].tolist() == ["B08"]
    relations = read_table(database, "footprint_building").set_index("cim_id")
    assert relations.loc["b1", "basis"] == "code_and_overlap"
    assert set(relations["kind"]) == {"many_to_one"}
    footprints = read_table(database, "footprint")
    assert footprints.groupby("cim_id")["building_id"].nunique().tolist() == [1, 1, 0]
    with closing(sqlite3.connect(database)) as connection:
        assert connection.execute("SELECT count(*) FROM footprint").fetchone() == (6,)


def test_matching_fails_when_more_is_lost_than_allowed(models, run, tmp_path):
    output = str(tmp_path / "footprints.gpkg")
    assert run("ifcfootprints", FILES=[str(models / "none.ifc")], OUTPUT=output).status == 0
    register = gpd.GeoDataFrame(
        {"楼栋编号": ["1"]}, geometry=[shapely.box(5e5, 2.5e6, 5e5 + 9, 2.5e6 + 9)], crs=4547
    )
    register.to_file(tmp_path / "away.gpkg", engine="pyogrio", VERSION="1.2")
    given = {
        "FOOTPRINTS": output,
        "BUILDINGS": str(tmp_path / "away.gpkg"),
        "OUTPUT": str(tmp_path / "out.csv"),
    }
    done = run("matchfootprints", **given)
    assert done.status == 1
    assert "1 of 1 footprints" in done.err
    assert not (tmp_path / "out.csv").exists()
    assert run("matchfootprints", **given, MAX_UNMATCHED=100).status == 0


def test_the_report_lists_all_evidence(models, run, tmp_path):
    output = str(tmp_path / "evidence.csv")
    origins = str(tmp_path / "origins.gpkg")
    done = run("georeferencereport", FOLDER=str(models), OUTPUT=output, ORIGINS=origins)
    assert done.status == 0, done.err
    found = done.json["results"]
    counts = [found[key] for key in ("PLACED", "APPROXIMATE", "NOT_PLACED", "FILES_NOT_READ")]
    assert counts == [len(TRAPS) - len(UNSAID), 0, len(UNSAID), 3]
    evidence = pd.read_csv(output)
    answers = evidence[evidence["kind"] == "answer"]
    assert len(answers) == len(TRAPS) + 3
    there = evidence[evidence["status"] == "used"].dropna(subset="longitude")
    assert set(there["file"]) == {"二期/text.ifc" if t == "text" else f"{t}.ifc" for t in {*TRAPS} - UNSAID}
    points = gpd.GeoSeries.from_xy(there["longitude"], there["latitude"], crs=4490).to_crs(4547)
    assert points.distance(shapely.Point(EASTING, NORTHING)).max() < 0.5


def test_coverage_is_a_value_that_a_rerun_of_the_year_keeps(tiny_city, models, run, tmp_path):
    given = tiny_city.write()
    done = run("annualcheckup", **given)
    assert done.status == 0, done.err
    database = f"{given['OUTPUT_FOLDER']}/checkup.gpkg"
    models_layer = gpd.GeoDataFrame(
        {"kind": ["roofprint"]}, geometry=[tiny_city.communities.geometry[0]], crs=4547
    )
    models_layer.to_file(tmp_path / "models.gpkg", engine="pyogrio", VERSION="1.2")
    units = {key: given[key] for key in ("COMMUNITIES", "STREETS", "YEAR")}
    done = run("cimcoverage", **units, MODELS=str(tmp_path / "models.gpkg"), DATABASE=database,
               OUTPUT=str(tmp_path / "values.csv"))  # fmt: skip
    assert done.status == 0, done.err
    assert done.json["results"]["COVERAGE"] == 25.0
    before = read_table(database, "value", "indicator_id = 'M61-60'")
    assert before["value"].dropna().tolist() == [25.0, 25.0]
    others = len(read_table(database, "value", "indicator_id NOT LIKE 'M61-60%'"))
    assert others > 0
    assert run("annualcheckup", **given).status == 0
    after = read_table(database, "value", "indicator_id = 'M61-60' AND source LIKE '3d_coverage%'")
    assert after["value"].dropna().tolist() == [25.0, 25.0]
    assert len(read_table(database, "value", "indicator_id NOT LIKE 'M61-60%'")) == others
