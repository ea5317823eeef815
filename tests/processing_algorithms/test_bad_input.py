"""Each kind of bad input gets one sentence that names the place and the remedy, and nothing is written."""

import subprocess
from pathlib import Path

import geopandas as gpd
import pytest
from qgis.core import QgsProcessingException
from shapely import MultiPolygon, Polygon, box
from shapely.affinity import translate


def refuse(tiny_city, run, match, **changes):
    """Run the checkup, expect the sentence, and see that no output was begun."""
    parameters = {**tiny_city.write(), **changes}
    with pytest.raises(QgsProcessingException, match=match) as caught:
        run("annualcheckup", parameters)
    message = str(caught.value).removeprefix("Unable to execute algorithm\n")
    assert "Traceback" not in message
    assert message.rstrip().endswith(".")
    assert len(message.splitlines()) == 1
    output = Path(parameters["OUTPUT_FOLDER"])
    assert not output.exists() or not any(output.iterdir())


def test_missing_crs(tiny_city, run):
    tiny_city.communities = tiny_city.communities.set_crs(None, allow_override=True)
    refuse(tiny_city, run, "community layer has no CRS; set the layer's CRS")


def test_degrees_labelled_as_metres(tiny_city, run):
    degrees = tiny_city.communities.to_crs(4490)
    tiny_city.communities = degrees.set_crs(4547, allow_override=True)
    refuse(tiny_city, run, "community layer says .*look like degrees.*EPSG:4490")


def test_geographic_working_crs(tiny_city, run):
    refuse(tiny_city, run, "working CRS .* is not projected in metres; choose", CRS="EPSG:4490")


def test_layers_in_degrees_are_reprojected_and_said_so(tiny_city, run):
    tiny_city.communities = tiny_city.communities.to_crs(4490)
    tiny_city.buildings = tiny_city.buildings.to_crs(4326)
    done = run("annualcheckup", tiny_city.write())
    assert "The community layer was reprojected from China Geodetic Coordinate System 2000 to" in done.log
    assert "reprojected from WGS 84" in done.log
    assert done.results["OUTSIDE"] == 2


def test_empty_layer(tiny_city, run):
    tiny_city.communities = tiny_city.communities.iloc[:0]
    refuse(tiny_city, run, "community layer is empty; choose")


def test_no_community_layer(tiny_city, run):
    parameters = tiny_city.write()
    del parameters["COMMUNITIES"]
    with pytest.raises(QgsProcessingException, match=r"COMMUNITIES|community layer"):
        run("annualcheckup", parameters)


def test_missing_file(tiny_city, run):
    refuse(
        tiny_city,
        run,
        "没有.gpkg, given as STREETS, cannot be opened; check",
        STREETS=str(tiny_city.folder / "没有.gpkg"),
    )


def test_missing_problem_layer(tiny_city, run):
    refuse(
        tiny_city,
        run,
        "没有.gpkg, given as PROBLEMS, cannot be opened; check",
        PROBLEMS=[str(tiny_city.folder / "没有.gpkg")],
    )


@pytest.mark.parametrize(
    ("code", "sentence"),
    [
        ("990101001001", "990101001001.*twice|occur twice.*990101001001"),
        ("99010100100", "malformed.*99010100100.*6, 9 or 12 digits"),
        (None, "no code.*row 2 .*西苑社区"),
    ],
)
def test_unit_codes(tiny_city, run, code, sentence):
    tiny_city.communities.loc[1, "代码"] = code
    refuse(tiny_city, run, sentence)


def test_community_without_a_parent(tiny_city, run):
    tiny_city.communities.loc[1, "代码"] = "990101009002"
    tiny_city.communities.loc[1, "geometry"] = translate(tiny_city.communities.geometry[1], 50_000, 0)
    refuse(tiny_city, run, "no parent, first 990101009002.*parent column")


def test_community_in_two_parents(tiny_city, run):
    tiny_city.communities.loc[1, "代码"] = "990101009002"
    tiny_city.communities.loc[1, "geometry"] = translate(tiny_city.communities.geometry[1], 0, 500)
    refuse(tiny_city, run, "two parents, first 990101009002.*西苑社区 lies in")


def test_no_code_column(tiny_city, run):
    tiny_city.communities = tiny_city.communities.rename(columns={"代码": "编号甲"})
    refuse(tiny_city, run, "no code column; its columns are 编号甲")


def test_garbled_names(tiny_city, run):
    tiny_city.communities["名称"] = [
        n.encode("gbk").decode("utf-8", "replace") for n in tiny_city.communities["名称"]
    ]
    refuse(tiny_city, run, "names of the community layer are garbled.*encoding")


def test_bad_geometry_is_counted_and_left_as_it_is(tiny_city, run):
    west, south, east, north = tiny_city.buildings.geometry[0].bounds
    shapes = tiny_city.buildings.geometry.tolist()
    shapes[0] = Polygon([(west, south), (east, north), (east, south), (west, north)])
    shapes[1] = None
    shapes[3] = MultiPolygon([shapes[3], translate(shapes[3], 100, 0)])
    tiny_city.buildings = gpd.GeoDataFrame(
        tiny_city.buildings.drop(columns="geometry"), geometry=shapes, crs="EPSG:4547"
    )
    done = run(
        "assignunits",
        {**{k: v for k, v in tiny_city.write().items() if k in ("COMMUNITIES", "STREETS")},
         "INPUT": str(tiny_city.folder / "buildings.gpkg"), "MAX_UNMATCHED": 50, "OUTPUT": "memory:",
         "REMAINDER": "memory:"},
    )  # fmt: skip
    assert [f["geometry_note"] for f in done.results["REMAINDER"].getFeatures()].count("null") == 1
    first = next(f for f in done.results["OUTPUT"].getFeatures() if f["building_id"] == "B1")
    assert first["method"] == "within"
    assert not first.geometry().isGeosValid()
    assert done.results["UNMATCHED"] == 1
    assert done.results["MATCHED"] == 7


def test_table_without_unit_column(tiny_city, run):
    tiny_city.values = tiny_city.values.drop(columns=["社区代码", "社区名称"])
    refuse(tiny_city, run, "values.csv.*unit|code")


def test_table_without_known_indicator(tiny_city, run):
    tiny_city.values.columns = ["社区代码", "社区名称", "甲", "乙"]
    refuse(tiny_city, run, "values.csv")


def test_text_where_a_number_belongs_is_listed(tiny_city, run):
    tiny_city.values.loc[0, "停车泊位缺口数（个）"] = "很多"
    done = run(
        "importvalues",
        {**{k: v for k, v in tiny_city.write().items() if k in ("COMMUNITIES", "STREETS", "TABLES", "YEAR")},
         "MAX_UNMATCHED": 50, "OUTPUT": "memory:", "REMAINDER": "memory:"},
    )  # fmt: skip
    texts = [f["text"] for f in done.results["REMAINDER"].getFeatures()]
    assert texts == ["很多"]


def test_gbk_table_is_recognised(tiny_city, run):
    parameters = tiny_city.write()
    path = Path(parameters["TABLES"][0])
    path.write_bytes(path.read_text(encoding="utf-8-sig").encode("gbk"))
    assert run("annualcheckup", parameters).results["PROBLEM_COUNT"] == 6


def test_year_that_the_sample_does_not_have(tiny_city, run):
    refuse(tiny_city, run, "sample.csv has no unit of 2031; choose", YEAR=2031)


def test_output_below_a_file(tiny_city, run):
    parameters = tiny_city.write()
    blocker = tiny_city.folder / "blocker"
    blocker.write_text("")
    with pytest.raises(
        QgsProcessingException, match="cannot be written: part of the path is a file; choose another"
    ):
        run("annualcheckup", {**parameters, "OUTPUT_FOLDER": str(blocker / "out")})


@pytest.fixture
def full_disk(tmp_path):
    """A file system of its own with room for the database but not for the map."""
    place = tmp_path / "disk"
    place.mkdir()
    made = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=700k", "tmpfs", place], capture_output=True, check=False
    )
    if made.returncode:
        pytest.skip("mounting a small disk needs root")
    yield place
    subprocess.run(["umount", "-l", place], check=True)


def test_disk_full(tiny_city, run, full_disk):
    parameters = {**tiny_city.write(), "OUTPUT_FOLDER": str(full_disk / "out")}
    with pytest.raises(QgsProcessingException) as caught:
        run("annualcheckup", parameters)
    assert "Traceback" not in str(caught.value)
    assert list(full_disk.iterdir()) == []


def test_read_only_folder(tiny_city, run, tmp_path):
    place = tmp_path / "locked"
    place.mkdir()
    made = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "ro", "tmpfs", place], capture_output=True, check=False
    )
    if made.returncode:
        pytest.skip("mounting a read-only disk needs root")
    try:
        parameters = tiny_city.write()
        with pytest.raises(QgsProcessingException, match="read-only; choose another folder"):
            run("annualcheckup", {**parameters, "OUTPUT_FOLDER": str(place / "out")})
        with pytest.raises(QgsProcessingException, match=r"cannot be written|Could not create|read-only"):
            run("assignunits", {"INPUT": parameters["BUILDINGS"], "COMMUNITIES": parameters["COMMUNITIES"],
                                "MAX_UNMATCHED": 50, "OUTPUT": str(place / "a.gpkg")})  # fmt: skip
    finally:
        subprocess.run(["umount", "-l", place], check=True)


def test_all_outside(tiny_city, run):
    tiny_city.buildings.geometry = [box(900, 900, 910, 910)] * 9
    refuse(tiny_city, run, "9 of 9 buildings .*limit of 30 %; look at the remainder")
