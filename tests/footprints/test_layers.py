"""Buildings of models become layers: nothing is lost, ids are unique, areas are true, places are right."""

import json

import numpy as np
import pytest
import shapely
from citycheck.citycheck_qgis.errors import CancelledError, InputError
from citycheck.citycheck_qgis.footprints.findings import finding
from citycheck.citycheck_qgis.footprints.georeference.placement import Placement
from citycheck.citycheck_qgis.footprints.layers import FILE_COLUMNS, LayerBuilder
from citycheck.citycheck_qgis.footprints.models import ModelFile
from citycheck.citycheck_qgis.footprints.records import building_of, building_record
from citycheck.citycheck_qgis.footprints.workers import FileResult
from citycheck.citycheck_qgis.messages import message
from citycheck.citycheck_qgis.storage.tables import FOOTPRINT
from citycheck.tests.fixtures.read_models import GK114, GROUND, TURNED, UNKNOWN, building, layers_of, result
from pyproj import CRS, Transformer


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "模型.ifc"
    path.write_bytes(b"x" * 5000)
    return path


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


def test_an_id_is_the_models_own_whatever_else_is_read(file, tmp_path):
    copy = tmp_path / "copy.ifc"
    copy.write_bytes(b"")
    found = layers_of(
        result(file, building("same"), building("same"), building("first")), result(copy, building("same"))
    )
    ground = found.placed[found.placed["kind"] == "ground"]
    assert list(zip(ground["source_file"], ground["cim_id"], strict=True)) == [
        ("copy.ifc", "same"), ("模型.ifc", "first"), ("模型.ifc", "same"), ("模型.ifc", "same#2"),
    ]  # fmt: skip
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
    assert builder.add_city_model(file, "city.json", Model) is None
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


def test_a_place_from_a_datum_without_known_shift_is_approximate(file):
    xian = Placement("placed", 50, "map_conversion", CRS("EPSG:2383"), TURNED.matrix)
    rough = Placement("approximate", 20, "latitude_longitude", CRS("EPSG:2383"), TURNED.matrix)
    found = layers_of(result(file, building("a", xian), building("b"), building("c", rough)))
    state = found.placed.groupby("cim_id")["state"].first()
    assert (state["a"], state["b"], state["c"]) == ("approximate", "placed", "approximate")
    assert (
        found.placed.loc[found.placed["cim_id"] == "a", "warnings"].str.endswith("datum_shift_unknown").all()
    )
    row = found.files.iloc[0]
    assert (row["placed"], row["approximate"], row["buildings"]) == (1, 2, 3)
    assert "datums of Xian 1980" in row["explanation"]
    buildings = found.conservation[1]
    assert (buildings.matched, buildings.ambiguous) == (1, 2)
    same = layers_of(result(file, building("a", xian)), crs=CRS("EPSG:2383"))
    assert set(same.placed["state"]) == {"placed"}


def test_a_city_model_that_fails_is_a_row_of_its_own(file):
    def fail(error):
        def read():
            raise error

        return read

    builder = LayerBuilder()
    for error in (
        InputError("{file} is cut off.", file="x"),
        OSError(13, "denied"),
        MemoryError(),
        KeyError("lod"),
    ):
        assert builder.add_city_model(file, type(error).__name__, fail(error)) is not None
    status = builder.layers(None).files.set_index("file")["state"].to_dict()
    assert status == {
        "InputError": "refused", "PermissionError": "refused", "MemoryError": "memory", "KeyError": "failed",
    }  # fmt: skip
    with pytest.raises(CancelledError):
        builder.add_city_model(file, "cancelled", fail(CancelledError("The run was cancelled.")))
