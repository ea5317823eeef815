import dataclasses
import json
import os
import re
import shutil
import sqlite3
import zipfile
from contextlib import closing
from pathlib import Path

import geopandas as gpd
import pytest
from citycheck.citycheck_qgis.errors import CancelledError, InputError, OutputError
from citycheck.citycheck_qgis.maps.project import ContextLayer, build_project
from citycheck.citycheck_qgis.maps.sheet import LAYOUT_ROLE
from citycheck.citycheck_qgis.maps.symbology import ROLE_PROPERTY, layers_of_role
from qgis.core import QgsFeedback, QgsLayoutPoint, QgsProject, QgsVectorLayer
from qgis.PyQt.QtGui import QColor

ROLES = {
    "problem", "unit-city", "unit-district", "unit-street", "unit-community", "building", "road", "water",
    "green", "distribution",
}  # fmt: skip


def only(project: QgsProject, role: str) -> QgsVectorLayer:
    (layer,) = layers_of_role(project, role)
    return layer


def reopen(path: Path) -> QgsProject:
    project = QgsProject()
    assert project.read(str(path)), project.error()
    return project


def xml(path: Path) -> str:
    with zipfile.ZipFile(path) as archive:
        (name,) = [n for n in archive.namelist() if n.endswith(".qgs")]
        return archive.read(name).decode("utf-8")


def test_written_project_has_named_groups_roles_and_the_year(built):
    project = reopen(built.path)
    assert not built.reopened
    assert [g.name() for g in project.layerTreeRoot().findGroups()] == ["问题", "体检单元", "底图", "评价"]
    assert {y.customProperty(ROLE_PROPERTY) for y in project.mapLayers().values()} == ROLES
    assert all(layer.isValid() for layer in project.mapLayers().values())
    assert only(project, "unit-street").subsetString() == '"level" = \'street\' AND "year" = 2024'
    assert {f["year"] for f in only(project, "problem").getFeatures()} == {2024}
    assert {f["location_precision"] for f in only(project, "problem").getFeatures()} == {
        "building", "estate", "point",
    }  # fmt: skip
    assert {f["level"] for f in only(project, "distribution").getFeatures()} == {"community"}
    assert project.crs().authid() == "EPSG:4547"
    project.clear()


def test_lines_are_heavier_the_higher_the_level(built):
    widths = [
        only(built.project, f"unit-{level}").renderer().symbol().symbolLayer(0).strokeWidth()
        for level in ("community", "street", "district", "city")
    ]
    assert widths == sorted(widths) and len(set(widths)) == 4


def test_variables_carry_the_figures_of_the_database(built, database):
    said = built.project.customVariables()
    with closing(sqlite3.connect(database)) as connection:

        def count(where):
            sql = (
                f"SELECT count(*), sum(objects), sum(housing) FROM distribution WHERE year = 2024 AND {where}"
            )
            return connection.execute(sql).fetchone()

        city = count("level = 'city'")
        assert said["citycheck_objects"] == str(city[1])
        assert json.loads(said["citycheck_dimension_counts"])["housing"] == city[2]
        assert said["citycheck_surveyed"] == str(count("level = 'community' AND surveyed = 1")[0]) == "12"
        classes = json.loads(said["citycheck_class_counts"])
        assert classes["not_surveyed"] == count("level = 'community' AND state = 'not_surveyed'")[0]
        assert classes["class-20"] == count("level = 'community' AND objects BETWEEN 20 AND 49")[0]
        drawn = connection.execute(
            "SELECT count(DISTINCT object_id) FROM problem WHERE year = 2024 AND dimension = 'housing'"
        ).fetchone()
    assert json.loads(said["citycheck_point_counts"])["housing"] == drawn[0]


def test_file_is_relative_and_says_nothing_of_machine_user_or_clock(built):
    text = xml(built.path)
    assert str(built.path.parent) not in text
    assert "./checkup.gpkg|layername=problem" in text
    assert not re.search(r'save(User|UserFull|DateTime)="', text)
    assert "<author>云州市住房和城乡建设局</author>" in text
    assert sorted(p.name for p in built.path.parent.iterdir() if "map" in p.name) == ["map.qgz"]


def test_folder_can_be_moved_to_a_chinese_path(built, tmp_path_factory):
    target = tmp_path_factory.mktemp("城市体检 成果") / "2024年"
    built.project.clear()
    shutil.move(built.path.parent, target)
    project = reopen(target / "map.qgz")
    assert all(layer.isValid() for layer in project.mapLayers().values())
    assert only(project, "problem").featureCount() > 0
    project.clear()


def edit(path: Path) -> None:
    """What a planner does: colour, name, label, order, filter, own layer, layout."""
    project = reopen(path)
    points = only(project, "problem")
    points.setName("隐患点")
    points.renderer().rootRule().children()[0].symbol().setColor(QColor("#123456"))
    points.setSubsetString(points.subsetString() + " AND \"indicator_id\" <> 'gas'")
    settings = only(project, "distribution").labeling().settings()
    settings.fieldName = 'upper("name")'
    only(project, "distribution").setLabeling(type(only(project, "distribution").labeling())(settings))
    project.removeMapLayer(only(project, "green"))
    own = QgsVectorLayer("Point?crs=EPSG:4547", "规划范围", "memory")
    project.addMapLayer(own)
    root = project.layerTreeRoot()
    root.insertChildNode(0, root.children()[-1].clone())
    layout = project.layoutManager().layouts()[0]
    layout.setName("一张图")
    layout.itemById("title").attemptMove(QgsLayoutPoint(40, 12))
    layout.itemById("title").setText("[% @citycheck_year %] 年我的标题")
    layout.itemById("map").setScale(33333)
    variables = project.customVariables()
    project.setCustomVariables(variables | {"citycheck_review_number": "云S(2024)001号"})
    assert project.write()
    project.clear()


def test_a_planners_edits_survive_another_year(built, database, context, sheet):
    built.project.clear()
    edit(built.path)
    later = dataclasses.replace(sheet, year=2023, data_date="2023-12-31", review_number="")
    again = build_project(database, 2023, later, built.path, context)
    assert again.reopened and again.layout_name == "一张图"
    for project in (again.project, reopen(built.path)):
        points = only(project, "problem")
        assert points.name() == "隐患点"
        assert points.renderer().rootRule().children()[0].symbol().color().name() == "#123456"
        rows = list(points.getFeatures())
        assert rows and {f["year"] for f in rows} == {2023} and "gas" not in {f["indicator_id"] for f in rows}
        assert only(project, "distribution").labeling().settings().fieldName == 'upper("name")'
        assert {f["year"] for f in only(project, "distribution").getFeatures()} == {2023}
        assert layers_of_role(project, "green") == []
        assert len(project.mapLayersByName("规划范围")) == 1
        layout = next(
            y for y in project.layoutManager().layouts() if y.customProperty(ROLE_PROPERTY) == LAYOUT_ROLE
        )
        title = layout.itemById("title")
        assert (title.positionWithUnits().x(), title.currentText()) == (40, "2023 年我的标题")
        assert layout.itemById("map").scale() == pytest.approx(33333)
        said = project.customVariables()
        assert (said["citycheck_data_date"], said["citycheck_review_number"]) == (
            "2023-12-31",
            "云S(2024)001号",
        )
        assert len(project.layoutManager().layouts()) == 1
    again.project.clear()


def reread(project: QgsProject) -> dict[str, str]:
    """Variables of a project; an empty text comes back from the file as null."""
    return {name: str(value or "") for name, value in project.customVariables().items()}


def test_rerun_of_the_same_year_changes_no_figure(built, database, context, sheet):
    before = reread(built.project)
    built.project.clear()
    again = build_project(database, 2024, sheet, built.path, context)
    assert reread(again.project) == before
    again.project.clear()


def test_layers_are_rasterised_only_where_they_hold_very_many_shapes(
    qgis_app, database, context, sheet, monkeypatch
):
    from citycheck.citycheck_qgis.maps.palette import palette

    monkeypatch.setitem(palette()["base"], "raster_above", 100)
    made = build_project(database, 2024, sheet, database.with_name("map.qgz"), context)
    flags = {
        role: only(made.project, role).renderer().forceRasterRender()
        for role in ("building", "water", "problem")
    }
    assert flags == {"building": True, "water": False, "problem": False}
    made.project.clear()


def test_english_names(qgis_app, database, sheet):
    made = build_project(
        database, 2024, dataclasses.replace(sheet, language="en"), database.with_name("en.qgz")
    )
    groups = [g.name() for g in made.project.layerTreeRoot().findGroups()]
    assert groups == ["Problems", "Units", "Base map", "Assessment"]
    made.project.clear()


def test_year_without_data_names_the_years_there_are(qgis_app, database, sheet):
    with pytest.raises(InputError, match=r"for 2031 \(years found: 2023, 2024\): run the diagnosis"):
        build_project(database, 2031, sheet, database.with_name("map.qgz"))
    assert not database.with_name("map.qgz").exists()


def test_file_that_is_no_database(qgis_app, tmp_path, sheet):
    with pytest.raises(InputError, match="has no table distribution"):
        build_project(tmp_path / "absent.gpkg", 2024, sheet, tmp_path / "map.qgz")


def test_someone_elses_project_is_left_alone(qgis_app, database, sheet):
    path = database.with_name("own.qgz")
    other = QgsProject()
    assert other.write(str(path))
    content = path.read_bytes()
    with pytest.raises(InputError, match="was not made by CityCheck, so it is left alone"):
        build_project(database, 2024, sheet, path)
    path.write_bytes(b"no zip")
    with pytest.raises(InputError, match=r"own\.qgz cannot be read"):
        build_project(database, 2024, sheet, path)
    assert path.read_bytes() == b"no zip" and content


@pytest.mark.parametrize(
    ("role", "layer", "crs", "message"),
    [
        ("river", "water", "EPSG:4547", "no role 'river'"),
        ("green", "road", "EPSG:4547", "is no polygon layer and cannot be drawn as 'green'"),
        ("water", "absent", "EPSG:4547", "cannot read"),
        ("water", "bare", None, "has no CRS"),
    ],
)
def test_unusable_base_layers(qgis_app, database, sheet, role, layer, crs, message):
    path = database.with_name("context.gpkg")
    water = gpd.read_file(path, layer="water", engine="pyogrio")
    bare = gpd.GeoDataFrame(geometry=list(water.geometry), crs=None)
    bare.to_file(path, layer="bare", driver="GPKG", engine="pyogrio")
    with pytest.raises(InputError, match=message):
        build_project(database, 2024, sheet, database.with_name("map.qgz"), [ContextLayer(role, path, layer)])
    assert not database.with_name("map.qgz").exists()


def test_cancelled_run_leaves_the_project_as_it_was(built, database, context, sheet):
    content = built.path.read_bytes()
    feedback = QgsFeedback()
    feedback.cancel()
    with pytest.raises(CancelledError):
        build_project(database, 2023, sheet, built.path, context, feedback)
    assert built.path.read_bytes() == content


def test_place_that_cannot_be_written(qgis_app, database, sheet):
    (database.parent / "file").write_text("x")
    with pytest.raises(OutputError, match=r"map\.qgz cannot be written"):
        build_project(database, 2024, sheet, database.parent / "file" / "map.qgz")


def test_failed_write_leaves_no_draft(built, database, context, sheet, monkeypatch):
    content = built.path.read_bytes()

    def full(self, target):
        raise OSError(28, os.strerror(28))

    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(OutputError, match="No space left"):
        build_project(database, 2023, sheet, built.path, context)
    assert built.path.read_bytes() == content
    assert sorted(p.suffix for p in built.path.parent.glob("*.qgz*")) == [".qgz"]
