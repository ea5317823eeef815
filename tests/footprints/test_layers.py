"""Buildings of models become layers: nothing is lost, ids are unique, areas are true, places are right."""

import json

import numpy as np
import pytest
import shapely
from citycheck.citycheck_qgis.errors import InputError
from citycheck.citycheck_qgis.footprints.findings import finding
from citycheck.citycheck_qgis.footprints.georeference.placement import Placement
from citycheck.citycheck_qgis.footprints.layers import FILE_COLUMNS, LayerBuilder, database_rows
from citycheck.citycheck_qgis.footprints.models import BuildingModel, ModelFile
from citycheck.citycheck_qgis.footprints.records import building_of, building_record, file_record
from citycheck.citycheck_qgis.footprints.workers import FileResult
from citycheck.citycheck_qgis.messages import message
from citycheck.citycheck_qgis.storage.tables import FOOTPRINT
from pyproj import CRS, Transformer

ROOF, GROUND = shapely.box(-1, -1, 11, 9), shapely.box(0, 0, 10, 8)
GK114 = CRS("EPSG:4547")
#: Turned by a quarter: the model's x points north.
TURNED = Placement("placed", 50, "map_conversion", GK114, (0.0, -1.0, 1.0, 0.0, 500_000.0, 2_540_000.0), 20.0)
UNKNOWN = Placement("needs_control_points", 0, "none")


def building(guid="2hQBAVPOr5VxhS3Jl0O47h", placement=TURNED, **more):
    shapes = {"roofprint": ROOF, "ground": GROUND, "roof_method": "envelope", "ground_method": "ring"}
    return BuildingModel(guid, placement=placement, **{**shapes, **more})


def result(path, *buildings, state="read", **known):
    model = ModelFile("IFC4", "工具", list(buildings), findings=[finding("no_site", "There is no site.")])
    record = json.loads(json.dumps({**file_record(model), "sha256": "ab" * 32, **known}))
    return FileResult(path, state, record)


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "模型.ifc"
    path.write_bytes(b"x" * 5000)
    return path


def layers_of(*results, crs=GK114):
    builder = LayerBuilder()
    for one in results:
        builder.add_result(one, one.path.name)
    return builder.layers(crs)


def test_a_building_survives_the_way_through_json():
    there = building(
        name="一号楼", height=np.float64(12.5), year_built=2001, sources={"year_built": "Pset"},
        findings=[finding("year_odd", "The year is {text}.", text=message("not {n}", n=[1, 2]))],
    )  # fmt: skip
    back = building_of(json.loads(json.dumps(building_record(there))))
    assert back == there
    assert str(back.findings[0].message) == "The year is not 1, 2."


def test_numbers_that_json_does_not_have_become_nothing():
    record = building_record(building(height=float("nan"), floor_area=float("inf")))
    assert (record["height"], record["floor_area"]) == (None, None)
    json.dumps(record, allow_nan=False)


def test_two_rows_per_building_in_the_right_place(file):
    found = layers_of(result(file, building(ground_level=0.5, height=9.0)))
    placed = found.placed
    assert list(placed.columns) == [*FOOTPRINT.columns, "geometry"]
    assert list(placed["kind"]) == ["ground", "roofprint"]
    assert list(placed["area"]) == [80.0, 120.0]
    assert list(placed["outline_method"]) == ["ring", "envelope"]
    assert placed.geometry.iloc[0].equals(
        shapely.MultiPolygon([shapely.box(499_992, 2_540_000, 500_000, 2_540_010)])
    )
    assert set(placed["ground_level"]) == {20.5}
    assert set(placed["warnings"]) == {"no_site"}
    assert found.unplaced.empty and found.unplaced.crs is None
    assert placed.crs == GK114


def test_the_layer_has_the_crs_that_was_asked_for(file):
    moved = layers_of(result(file, building()), crs=CRS("EPSG:4490")).placed
    there = Transformer.from_crs(GK114, "EPSG:4490", always_xy=True).transform(499_996, 2_540_005)
    centre = moved.geometry.iloc[0].centroid
    assert (centre.x, centre.y) == pytest.approx(there, abs=1e-7)
    # Of the model, not of degrees.
    assert list(moved["area"]) == [80.0, 120.0]


def test_what_has_no_place_has_no_crs_and_keeps_its_metres(file):
    found = layers_of(result(file, building(placement=UNKNOWN)))
    assert found.placed.empty
    assert found.unplaced.crs is None
    assert set(found.unplaced["state"]) == {"needs_control_points"}
    assert found.unplaced.geometry.iloc[0].equals(shapely.MultiPolygon([GROUND]))


def test_no_building_is_lost(file, tmp_path):
    other = tmp_path / "other.ifc"
    other.write_bytes(b"")
    rough = Placement("approximate", 20, "latitude_longitude", GK114)
    bare = building("c", roofprint=None, ground=None)
    half = building("d", ground=None)
    found = layers_of(
        result(file, building("a"), building("b", UNKNOWN), bare, half, building("e", rough)),
        FileResult(other, "refused", {"state": "refused"}, message("{file} is empty.", file="other.ifc")),
    )
    files, buildings = found.conservation
    assert (files.total, files.matched, files.unmatched) == (2, 1, 1)
    assert (buildings.total, buildings.matched, buildings.ambiguous, buildings.unmatched) == (5, 2, 1, 2)
    assert sorted(set(found.placed["cim_id"]) | set(found.unplaced["cim_id"])) == list("abcde")
    assert found.unplaced.set_index("cim_id").loc["c", "state"] == "no_polygon"
    assert found.unplaced.set_index("cim_id").loc["c", "geometry"] is None
    status = found.files.set_index("file")
    assert list(found.files.columns) == FILE_COLUMNS
    assert status.loc["other.ifc", "reason"] == "other.ifc is empty."
    row = status.loc["模型.ifc"]
    assert (row["placed"], row["approximate"], row["needs_control_points"], row["no_polygon"]) == (2, 1, 1, 1)
    assert row["explanation"] == "There is no site."


def test_ids_are_unique_whatever_files_say(file, tmp_path):
    copy = tmp_path / "copy.ifc"
    copy.write_bytes(b"")
    other = result(copy, building("same"), building("own"))
    other.record["sha256"] = "cd" * 32
    found = layers_of(result(file, building("same"), building("same"), building("first")), other)
    ids = list(found.placed.loc[found.placed["kind"] == "ground", "cim_id"])
    assert sorted(ids) == sorted(["first", "own", "same@abababab", "same@abababab#2", "same@cdcdcdcd"])
    told = found.placed["warnings"].str.contains("same_id_again")
    assert set(found.placed.loc[told, "guid"]) == {"same"}


def test_a_city_model_is_in_its_own_crs(file):
    class Model:
        file = ModelFile(
            "CityJSON 2.0", crs=GK114, findings=[finding("lod_mixed", "Several levels of detail.")]
        )

        def __iter__(self):
            yield [building("a", None, ground_level=3.0)]
            yield [building("b", None)]

    builder = LayerBuilder()
    builder.add_city_model(file, "city.json", Model())
    assert builder.common_crs() == GK114
    placed = builder.layers(GK114).placed
    assert list(placed["cim_id"]) == ["a", "a", "b", "b"]
    assert placed.geometry.iloc[0].equals(shapely.MultiPolygon([GROUND]))
    assert placed["ground_level"].iloc[0] == 3.0
    assert set(placed["warnings"]) == {"lod_mixed"}


def test_a_crs_that_does_not_reach_there_is_refused(file):
    far = Placement("placed", 50, "map_conversion", CRS("EPSG:4326"), (1, 0, 0, 1, 0.0, 95.0))
    with pytest.raises(InputError, match="cannot be shown in"):
        layers_of(result(file, building(placement=far)))


def test_files_without_a_single_building_give_empty_layers(file):
    found = layers_of(result(file), crs=None)
    assert found.placed.empty and found.unplaced.empty
    assert [c.total for c in found.conservation] == [1, 0]
    assert found.files["buildings"].tolist() == [0]


def test_rows_of_the_database_keep_their_matches_while_the_file_is_the_same(file):
    first, notes = database_rows(layers_of(result(file, building("a"), building("b", UNKNOWN))), GK114)
    assert notes == []
    assert first.crs == GK114
    assert list(zip(first["cim_id"], first["kind"], first.geometry.isna(), strict=True)) == [
        ("a", "ground", False), ("a", "roofprint", False), ("b", "ground", True),
    ]  # fmt: skip
    matched = first.assign(building_id="B-7", confidence=0.9)
    again, _ = database_rows(layers_of(result(file, building("a"), building("b", UNKNOWN))), GK114, matched)
    assert set(again["building_id"]) == {"B-7"}
    changed = result(file, building("a"))
    changed.record["sha256"] = "cd" * 32
    fresh, notes = database_rows(layers_of(changed), GK114, matched)
    assert fresh["building_id"].isna().all()
    assert [str(note) for note in notes] == [
        "1 buildings that the database had from 模型.ifc are not in the file any more; their rows were removed."
    ]


def test_rows_of_the_database_have_its_crs(file):
    rows, _ = database_rows(layers_of(result(file, building("a")), crs=CRS("EPSG:4490")), GK114)
    assert rows.crs == GK114
    assert rows.geometry.iloc[0].centroid.distance(shapely.Point(499_996, 2_540_005)) < 0.01


def test_a_database_of_models_without_a_place_only(file):
    rows, _ = database_rows(layers_of(result(file, building("a", UNKNOWN)), crs=None), GK114)
    assert rows["state"].tolist() == ["needs_control_points"]
    assert rows.crs == GK114
