"""assignunits: whatever the features are read from and written to, the same answers and every row."""

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import pytest
import shapely
from qgis.core import (
    QgsCoordinateReferenceSystem,
    QgsFeatureRequest,
    QgsProcessingException,
    QgsProcessingFeatureSourceDefinition,
    QgsProcessingFeedback,
    QgsProject,
    QgsVectorLayer,
)
from shapely.affinity import translate

ADDED = [
    "community_code", "street_code", "district_code", "city_code", "share", "method", "overlap_count",
]  # fmt: skip
FORMATS = {"GPKG": "gpkg", "ESRI Shapefile": "shp", "GeoJSON": "geojson", "FlatGeobuf": "fgb"}


@pytest.fixture
def city(tiny_city):
    """The tiny city with 300 buildings, some on borders and some outside."""
    rng = np.random.default_rng(7)
    west, south, east, north = tiny_city.communities.total_bounds
    x, y = rng.uniform(west - 40, east + 10, 300), rng.uniform(south - 40, north + 10, 300)
    x[:60] = rng.uniform(west + 970, west + 999, 60)
    shapes = shapely.box(x, y, x + rng.uniform(5, 40, 300), y + rng.uniform(5, 40, 300))
    tiny_city.buildings = gpd.GeoDataFrame(
        {"number": [f"B{n}" for n in range(300)], "people": rng.integers(0, 40, 300)},
        geometry=shapely.transform(shapes, lambda xy: np.round(xy, 2)),
        crs="EPSG:4547",
    )
    tiny_city.parameters = {
        key: value for key, value in tiny_city.write().items() if key in ("COMMUNITIES", "STREETS")
    }
    tiny_city.parameters["MAX_UNMATCHED"] = 60
    return tiny_city


def frame_of(layer):
    """Return the answers of a layer or file by building."""
    if isinstance(layer, str):
        layer = QgsVectorLayer(layer, "", "ogr")
    rows = [[f[name] for name in ("number", *ADDED)] for f in layer.getFeatures()]
    frame = pd.DataFrame(rows, columns=["number", *ADDED]).set_index("number")
    return frame.where(frame.astype(str) != "NULL", None).astype(object)


@pytest.fixture
def expected(city, run):
    """What a run over the whole GeoPackage layer gives, by building."""
    target = str(city.folder / "基准.gpkg")
    found = run(
        "assignunits", {**city.parameters, "INPUT": str(city.folder / "buildings.gpkg"), "OUTPUT": target}
    )
    assert found.results["OUTPUT"] == f"{target}|layername=buildings"
    assert "one by one" not in found.log
    return frame_of(found.results["OUTPUT"])


def test_every_row_and_border_is_there(expected, city):
    assert len(expected) == 300
    assert set(expected["method"]) == {"within", "largest_overlap", "outside"}
    assert (expected["overlap_count"] > 1).sum() >= 30
    community = city.communities.set_index("代码").geometry
    for name, row in expected.iterrows():
        shape = city.buildings.set_index("number").geometry[name]
        area = community.intersection(shape).area
        assert row["community_code"] == (area.idxmax() if area.max() > 0 else None)
        if row["community_code"]:
            assert row["share"] == pytest.approx(area.max() / shape.area, abs=1e-9)
            assert row["street_code"] == row["community_code"][:9] + "000"


@pytest.mark.parametrize("driver", FORMATS)
@pytest.mark.parametrize("target", ["memory:", "out.gpkg", "out.geojson"])
def test_any_file_gives_the_same(city, run, expected, driver, target, tmp_path):
    source = tmp_path / f"建筑.{FORMATS[driver]}"
    features = city.buildings
    if driver == "GeoJSON":
        # Where GeoJSON's own CRS is not meant, QGIS is told the right one by the file.
        source.write_text(features.to_json(), encoding="utf-8")
        layer = QgsVectorLayer(str(source), "建筑", "ogr")
        layer.setCrs(QgsCoordinateReferenceSystem("EPSG:4547"))
        given = layer
    else:
        features.to_file(source, driver=driver, engine="pyogrio")
        given = str(source)
    output = target if target == "memory:" else str(tmp_path / target)
    done = run("assignunits", {**city.parameters, "INPUT": given, "OUTPUT": output})
    assert ("one by one" in done.log) == (driver != "GPKG")
    found = frame_of(done.results["OUTPUT"])
    pd.testing.assert_frame_equal(found.loc[expected.index], expected, check_dtype=False)


@pytest.mark.parametrize("target", ["memory:", "out.geojson", "out.gpkg"])
def test_numbers_stay_numbers(city, run, target, tmp_path):
    source = tmp_path / "b.fgb"
    city.buildings["height"] = city.buildings["people"] / 3
    city.buildings.to_file(source, driver="FlatGeobuf", engine="pyogrio")
    output = target if target == "memory:" else str(tmp_path / target)
    found = run("assignunits", {**city.parameters, "INPUT": str(source), "OUTPUT": output}).results["OUTPUT"]
    layer = QgsVectorLayer(found, "", "ogr") if isinstance(found, str) else found
    first = next(layer.getFeatures())
    kinds = [type(first[name]) for name in ("number", "people", "height", "share", "overlap_count")]
    assert kinds == [str, int, float, float, int]


def test_las_palmas_goes_to_memory_too(run):
    """Three footprints cannot be read and five collapse: no reason for a layer of mixed types."""
    data = Path(__file__).resolve().parents[3] / "shared" / "data" / "las_palmas"
    if not data.exists():
        pytest.skip("the data of Las Palmas are not beside the checkout")
    done = run(
        "assignunits",
        {"INPUT": f"{data}/las_palmas_osm.gpkg|layername=buildings",
         "COMMUNITIES": f"{data}/las_palmas_units.gpkg|layername=community",
         "OUTPUT": "memory:", "REMAINDER": "memory:"},
    )  # fmt: skip
    found = done.results
    assert (found["TOTAL"], found["MATCHED"], found["OUTSIDE"]) == (22607, 22224, 383)
    assert found["OUTPUT"].featureCount() == 22607
    notes = [f["geometry_note"] for f in found["REMAINDER"].getFeatures()]
    assert (len(notes), notes.count("unreadable"), notes.count("collapsed")) == (383, 3, 5)


def test_memory_layer(city, run, expected):
    layer = QgsVectorLayer(str(city.folder / "buildings.gpkg"), "b", "ogr").materialize(QgsFeatureRequest())
    done = run("assignunits", {**city.parameters, "INPUT": layer, "OUTPUT": "memory:"})
    assert "one by one" in done.log
    pd.testing.assert_frame_equal(
        frame_of(done.results["OUTPUT"]).loc[expected.index], expected, check_dtype=False
    )


def test_selection_and_filter_are_respected(city, run, expected, tmp_path):
    layer = QgsVectorLayer(str(city.folder / "buildings.gpkg"), "b", "ogr")
    layer.setSubsetString('"people" > 10')
    layer.selectByIds(list(range(1, 200)))
    buildings = city.buildings.iloc[:199]
    wanted = set(buildings.loc[buildings["people"] > 10, "number"])
    assert 50 < len(wanted) < 200
    QgsProject.instance().addMapLayer(layer)
    source = QgsProcessingFeatureSourceDefinition(layer.id(), selectedFeaturesOnly=True)
    done = run(
        "assignunits",
        {**city.parameters, "INPUT": source, "OUTPUT": str(tmp_path / "some.gpkg")},
        project=QgsProject.instance(),
    )
    found = frame_of(done.results["OUTPUT"])
    QgsProject.instance().removeMapLayer(layer.id())
    assert set(found.index) == wanted
    assert done.results["TOTAL"] == len(wanted)
    pd.testing.assert_frame_equal(found, expected.loc[found.index], check_dtype=False)


def test_edits_that_are_not_saved_count(city, run, expected):
    layer = QgsVectorLayer(str(city.folder / "buildings.gpkg"), "b", "ogr")
    layer.startEditing()
    layer.deleteFeature(1)
    done = run("assignunits", {**city.parameters, "INPUT": layer, "OUTPUT": "memory:"})
    layer.rollBack()
    assert "not saved" in done.log
    found = frame_of(done.results["OUTPUT"])
    assert set(expected.index) - set(found.index) == {"B0"}


def test_buildings_in_degrees(city, run, expected, tmp_path):
    source = str(tmp_path / "degrees.gpkg")
    city.buildings.to_crs("EPSG:4490").to_file(source, driver="GPKG", engine="pyogrio")
    done = run("assignunits", {**city.parameters, "INPUT": source, "OUTPUT": str(tmp_path / "o.gpkg")})
    assert "not in the CRS of the communities" in done.log
    found = frame_of(done.results["OUTPUT"])
    assert QgsVectorLayer(done.results["OUTPUT"], "", "ogr").crs().authid() == "EPSG:4490"
    same = expected.drop(columns="share")
    pd.testing.assert_frame_equal(found.loc[expected.index].drop(columns="share"), same, check_dtype=False)
    assert (
        found["share"].dropna().astype(float).sub(expected["share"].dropna().astype(float)).abs().max() < 1e-3
    )


def test_other_layers_and_styles_of_the_file_stay(city, run, tmp_path):
    source = tmp_path / "all.gpkg"
    shutil.copy(city.folder / "buildings.gpkg", source)
    city.communities.to_file(source, layer="旧边界", driver="GPKG", engine="pyogrio", mode="a")
    before = source.read_bytes()
    target = str(tmp_path / "joined.gpkg")
    run("assignunits", {**city.parameters, "INPUT": f"{source}|layername=buildings", "OUTPUT": target})
    assert {"buildings", "旧边界"} <= {row[0] for row in pyogrio.list_layers(target)}
    assert source.read_bytes() == before


def test_figures_of_the_units(city, run, expected):
    done = run(
        "assignunits",
        {
            **city.parameters,
            "INPUT": str(city.folder / "buildings.gpkg"),
            "FIGURES": "memory:",
            "STATISTICS": "people",
        },
    )
    rows = {f["code"]: f for f in done.results["FIGURES"].getFeatures()}
    people = city.buildings.set_index("number")["people"]
    for code, own in expected.groupby("community_code"):
        assert rows[code]["features"] == len(own)
        assert rows[code]["people"] == people[own.index].sum()
    top = next(row for row in rows.values() if row["level"] == "city")
    assert top["features"] == expected["community_code"].notna().sum() == done.results["MATCHED"]


def test_columns_in_the_same_file(city, run, expected, tmp_path):
    source = tmp_path / "own.gpkg"
    shutil.copy(city.folder / "buildings.gpkg", source)
    done = run("assignunits", {**city.parameters, "INPUT": str(source), "SAME_FILE": True})
    assert done.results["OUTPUT"] == f"{source}|layername=buildings"
    pd.testing.assert_frame_equal(frame_of(done.results["OUTPUT"]), expected)
    # Once more, over the columns that are there now.
    run("assignunits", {**city.parameters, "INPUT": str(source), "SAME_FILE": True})
    pd.testing.assert_frame_equal(frame_of(str(source)), expected)
    assert [path.name for path in tmp_path.glob("*own*")] == ["own.gpkg"]


@pytest.mark.parametrize("why", ["project", "format", "selection"])
def test_the_same_file_is_refused(city, run, tmp_path, why):
    source = str(city.folder / "buildings.gpkg")
    if why == "format":
        source = str(tmp_path / "b.geojson")
        city.buildings.to_crs(4326).to_file(source, driver="GeoJSON", engine="pyogrio")
    layer = QgsVectorLayer(source, "楼", "ogr")
    given = layer
    if why == "selection":
        layer.setSubsetString("people > 10")
    sentence = {"project": "is open in the project", "format": "GeoJSON", "selection": "filtered"}[why]
    if why == "project":
        QgsProject.instance().addMapLayer(layer)
        given = layer.id()
    before = Path(source).read_bytes()
    with pytest.raises(QgsProcessingException, match=sentence):
        run(
            "assignunits",
            {**city.parameters, "INPUT": given, "SAME_FILE": True},
            project=QgsProject.instance(),
        )
    if why == "project":
        QgsProject.instance().removeMapLayer(layer.id())
    assert Path(source).read_bytes() == before


def test_input_is_no_output(city, run):
    source = str(city.folder / "buildings.gpkg")
    with pytest.raises(QgsProcessingException, match="both input and output"):
        run("assignunits", {**city.parameters, "INPUT": source, "OUTPUT": source})


def test_locked_file_is_one_sentence(city, run, tmp_path):
    source = tmp_path / "locked.gpkg"
    shutil.copy(city.folder / "buildings.gpkg", source)
    layer = QgsVectorLayer(str(source), "b", "ogr")
    with closing(sqlite3.connect(source, isolation_level=None)) as other:
        other.execute("PRAGMA locking_mode=EXCLUSIVE")
        other.execute("BEGIN EXCLUSIVE")
        with pytest.raises(QgsProcessingException, match=r"locked\.gpkg"):
            run("assignunits", {**city.parameters, "INPUT": layer, "OUTPUT": str(tmp_path / "o.gpkg")})
        other.execute("ROLLBACK")
    assert not (tmp_path / "o.gpkg").exists()


def test_all_outside(city, run, tmp_path):
    city.buildings["geometry"] = city.buildings.geometry.map(lambda shape: translate(shape, 50_000, 0))
    city.write()
    source = str(city.folder / "buildings.gpkg")
    with pytest.raises(QgsProcessingException, match="300"):
        run("assignunits", {**city.parameters, "INPUT": source, "OUTPUT": str(tmp_path / "o.gpkg")})
    assert not (tmp_path / "o.gpkg").exists()
    everything = {**city.parameters, "MAX_UNMATCHED": 100}
    done = run("assignunits", {**everything, "INPUT": source, "OUTPUT": str(tmp_path / "o.gpkg")})
    assert (done.results["OUTSIDE"], done.results["MATCHED"]) == (300, 0)
    assert frame_of(done.results["OUTPUT"])["community_code"].isna().all()


@pytest.mark.parametrize("target", ["o.gpkg", "o.geojson"])
def test_cancel_leaves_nothing(city, run, tmp_path, target):
    class Impatient(QgsProcessingFeedback):
        def setProgress(self, share):
            if share > 30:
                self.cancel()

    with pytest.raises(QgsProcessingException, match="cancelled"):
        run(
            "assignunits",
            {
                **city.parameters,
                "INPUT": str(city.folder / "buildings.gpkg"),
                "OUTPUT": str(tmp_path / target),
            },
            Impatient(False),
        )
    assert [*tmp_path.glob("o.*"), *tmp_path.glob(".citycheck*")] == []
