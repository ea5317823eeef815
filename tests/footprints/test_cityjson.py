"""CityJSON and CityJSONSeq: versions, parts, templates, levels of detail, and documents that are not as they should be."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import shapely
from citycheck.citycheck_qgis.errors import InputError
from citycheck.citycheck_qgis.footprints.citymodels.read import iterate, read_city_model
from citycheck.citycheck_qgis.footprints.models import BuildingModel, ModelFile

DATA = Path(__file__).resolve().parents[3] / "shared" / "data" / "citymodels"
needs_data = pytest.mark.skipif(
    not DATA.exists(), reason="../shared/data/citymodels is not beside the checkout"
)

EPSG = "https://www.opengis.net/def/crs/EPSG/0/4547"
TRANSFORM = {"scale": [0.001, 0.001, 0.001], "translate": [430_000.0, 2_550_000.0, 0.0]}
Json = dict[str, Any]


def box_vertices(x: float, y: float, width: float, depth: float, low: float, high: float) -> list[list[int]]:
    corners = [(x, y), (x + width, y), (x + width, y + depth), (x, y + depth)]
    return [[round(a * 1000), round(b * 1000), round(z * 1000)] for z in (low, high) for a, b in corners]


def box_shell(first: int = 0) -> list[list[list[int]]]:
    """Bottom, top and four walls, all seen from outside."""
    faces = [[0, 3, 2, 1], [4, 5, 6, 7], [0, 1, 5, 4], [1, 2, 6, 5], [2, 3, 7, 6], [3, 0, 4, 7]]
    return [[[first + i for i in face]] for face in faces]


SEMANTICS = {
    "surfaces": [{"type": "GroundSurface"}, {"type": "RoofSurface"}, {"type": "WallSurface"}],
    "values": [[0, 1, 2, 2, 2, 2]],
}


def solid(first: int = 0, lod: str = "2", named: bool = True) -> Json:
    geometry: Json = {"type": "Solid", "lod": lod, "boundaries": [box_shell(first)]}
    return {**geometry, "semantics": SEMANTICS} if named else geometry


def document(objects: Json, vertices: list[Any], **more: Any) -> Json:
    return {
        "type": "CityJSON", "version": "2.0", "transform": TRANSFORM,
        "metadata": {"referenceSystem": EPSG}, "CityObjects": objects, "vertices": vertices, **more,
    }  # fmt: skip


Reader = Callable[..., ModelFile]


@pytest.fixture
def read(tmp_path: Path) -> Reader:
    def reader(content: Json | list[Json] | str, **options: Any) -> ModelFile:
        path = tmp_path / "model.json"
        if isinstance(content, list):
            content = "\n".join(json.dumps(line) for line in content)
        path.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
        return read_city_model(path, **options)

    return reader


def codes(model: ModelFile) -> set[str]:
    return {f.code for f in model.findings}


def own_codes(building: BuildingModel) -> set[str]:
    return {f.code for f in building.findings}


def test_solid_with_semantics_gives_both_polygons_in_their_place(read: Reader) -> None:
    attributes = {
        "measuredHeight": 9.5,
        "storeysAboveGround": 3,
        "yearOfConstruction": "1998",
        "function": "1000",
    }
    house = {"type": "Building", "attributes": attributes, "geometry": [solid()]}
    model = read(document({"a": house}, box_vertices(5, 7, 12, 10, 2, 11)))
    assert model.schema == "CityJSON 2.0"
    assert model.crs is not None and model.crs.to_epsg() == 4547
    (building,) = model.buildings
    expected = shapely.box(430_005, 2_550_007, 430_017, 2_550_017)
    assert building.ground.equals(expected) and building.roofprint.equals(expected)
    assert (building.ground_method, building.roof_method, building.quality) == (
        "ground_surface",
        "roof_surface",
        "good",
    )
    assert (building.height, building.ground_level, building.storeys_above) == (9.5, 2.0, 3)
    assert (building.year_built, building.use) == (1998, "1000")
    assert building.sources["height"] == "measuredHeight" and building.sources["ground_level"] == "geometry"


@pytest.mark.parametrize("indent", [None, 2])
@pytest.mark.parametrize("version", ["1.0", "1.1", "2.0"])
def test_versions_on_one_line_and_on_many(read: Reader, version: str, indent: int | None) -> None:
    made = document({"a": {"type": "Building", "geometry": [solid()]}}, box_vertices(0, 0, 4, 5, 0, 3))
    made["version"] = version
    if version == "1.0":
        # Without a transform vertices are numbers of the CRS; the level of detail is a number.
        made["vertices"] = [
            [430_000 + x / 1000, 2_550_000 + y / 1000, z / 1000] for x, y, z in made["vertices"]
        ]
        del made["transform"]
        made["CityObjects"]["a"]["geometry"][0]["lod"] = 2
        made["metadata"] = {"referenceSystem": "urn:ogc:def:crs:EPSG::4547"}
    model = read(json.dumps(made, indent=indent))
    assert model.schema == f"CityJSON {version}"
    assert model.buildings[0].ground.area == pytest.approx(20, abs=1e-6)
    assert model.buildings[0].ground.bounds[0] == pytest.approx(430_000)


@pytest.mark.parametrize(
    "transform",
    [
        {"scale": [0.001] * 3},
        {"translate": [430_000.0, 2_550_000.0, 0.0]},
        {"scale": "x", "translate": [430_000.0, 2_550_000.0, 0.0]},
        {"scale": [0.001] * 3, "translate": [430_000.0, 2_550_000.0]},
        {"scale": [0.001, None, 0.001], "translate": [430_000.0, 2_550_000.0, 0.0]},
        [0.001],
        None,
    ],
)
def test_malformed_transform_gives_no_place(read: Reader, transform: Any) -> None:
    # As they stand, these numbers are coordinates of the CRS.
    vertices = [[430_000, 2_550_000, 0], [430_100, 2_550_000, 0], [430_100, 2_550_100, 0]]
    flat = {"type": "MultiSurface", "lod": "1", "boundaries": [[[0, 1, 2]]]}
    made = document({"a": {"type": "Building", "geometry": [flat]}}, vertices, transform=transform)
    for model in (read(made), read(made, default_crs="EPSG:4547")):
        assert model.crs is None and "transform_malformed" in codes(model)
        (building,) = model.buildings
        assert building.ground is None and building.roofprint is None and building.quality == "poor"


def test_malformed_transform_of_one_feature_leaves_the_others(read: Reader) -> None:
    lines = [document({}, [])]
    for name in "ab":
        lines.append(
            {"type": "CityJSONFeature", "CityObjects": {name: {"type": "Building", "geometry": [solid()]}},
             "vertices": box_vertices(0, 0, 10, 10, 0, 5)}
        )  # fmt: skip
    lines[1]["transform"] = {"scale": [0.001] * 3}
    model = read(lines)
    assert "transform_malformed" in codes(model)
    assert [b.ground is None for b in model.buildings] == [True, False]
    assert model.crs is not None and model.buildings[1].ground.area == pytest.approx(100)


def test_buildings_outside_the_area_of_their_crs_are_to_be_checked(read: Reader) -> None:
    made = document({"a": {"type": "Building", "geometry": [solid()]}}, box_vertices(0, 0, 10, 10, 0, 5))
    made["transform"] = {"scale": [0.001] * 3, "translate": [0.0, 0.0, 0.0]}
    model = read(made)
    assert model.crs is None and "outside_area_of_use" in codes(model)
    assert model.buildings[0].quality == "check" and model.buildings[0].ground.area == pytest.approx(100)


def test_sequence_uses_the_header_and_names_broken_lines(read: Reader) -> None:
    header = document({}, [])
    features = [
        {"type": "CityJSONFeature", "id": f"f{i}", "CityObjects": {f"f{i}": {"type": "Building", "geometry": [solid()]}},
         "vertices": box_vertices(i * 20, 0, 10, 10, 0, 5)}
        for i in range(3)
    ]  # fmt: skip
    lines = [
        json.dumps(header),
        *(json.dumps(f) for f in features[:2]),
        '{"type": "CityJSONFea',
        json.dumps(features[2]),
    ]
    model = read("\n".join(lines))
    assert model.schema == "CityJSONSeq 2.0"
    assert [b.guid for b in model.buildings] == ["f0", "f1", "f2"]
    assert [b.ground.bounds[0] - 430_000 for b in model.buildings] == [0, 20, 40]
    (unreadable,) = [f for f in model.findings if f.code == "feature_unreadable"]
    assert unreadable.values["count"] == 1 and unreadable.values["line"] == 4


def test_joined_sequences_change_transform_and_crs(read: Reader) -> None:
    feature = {"type": "CityJSONFeature", "CityObjects": {"a": {"type": "Building", "geometry": [solid()]}},
               "vertices": box_vertices(0, 0, 10, 10, 0, 5)}  # fmt: skip
    other = document({}, [])
    other["metadata"] = {"referenceSystem": "EPSG:4526"}
    other["transform"] = {"scale": [0.001] * 3, "translate": [38_430_000.0, 2_550_000.0, 0.0]}
    model = read([document({}, []), feature, other, feature])
    assert "several_crs" in codes(model)
    # Zone 38 of 3 degrees has the same meridian; its eastings carry the zone number.
    assert model.buildings[1].ground.symmetric_difference(model.buildings[0].ground).area < 0.1
    assert [b.guid for b in model.buildings] == ["a", "a#2"] and "id_repeated" in own_codes(
        model.buildings[1]
    )


def test_footprint_on_the_building_is_not_counted_again_with_its_part(read: Reader) -> None:
    vertices = box_vertices(0, 0, 10, 10, 0, 6) + box_vertices(2, 0, 8, 10, 0, 6)
    objects = {
        "b": {"type": "Building", "children": ["p"],
              "geometry": [{"type": "MultiSurface", "lod": "0", "boundaries": [[[0, 1, 2, 3]]]}]},
        "p": {"type": "BuildingPart", "parents": ["b"], "attributes": {"measuredHeight": 6.0},
              "geometry": [solid(8, "1.2", False), solid(8, "2.2")]},
    }  # fmt: skip
    model = read(document(objects, vertices))
    (building,) = model.buildings
    assert building.ground.area == pytest.approx(100) and building.ground_method == "lod0_footprint"
    assert building.roofprint.area == pytest.approx(80) and building.roof_method == "roof_surface"
    assert building.height == 6.0 and building.sources["height"] == "BuildingPart.measuredHeight"


def test_overlapping_parts_are_united_once(read: Reader) -> None:
    vertices = box_vertices(0, 0, 10, 10, 0, 6) + box_vertices(5, 0, 10, 10, 0, 9)
    objects = {"b": {"type": "Building", "children": ["p", "q"]}}
    for key, first in (("p", 0), ("q", 8)):
        objects[key] = {"type": "BuildingPart", "parents": ["b"], "geometry": [solid(first)]}
    model = read(document(objects, vertices))
    assert [b.guid for b in model.buildings] == ["b"]
    assert model.buildings[0].ground.area == pytest.approx(150) and model.buildings[0].height == 9


def test_loops_and_lost_parts_end_and_are_counted(read: Reader) -> None:
    shape = {"geometry": [solid()]}
    objects = {
        "a": {"type": "Building", "children": ["p", "p", "nobody", 7], "parents": ["p"], **shape},
        "p": {"type": "BuildingPart", "parents": ["a", "q"], "children": ["a", "p", "q"], **shape},
        "q": {"type": "BuildingPart", "parents": ["p"], "children": ["p"], **shape},
        "x": {"type": "BuildingPart", "parents": ["y"], "children": ["y"], **shape},
        "y": {"type": "BuildingPart", "parents": ["x"], "children": ["x"], **shape},
    }
    model = read(document(objects, box_vertices(0, 0, 10, 10, 0, 5)))
    assert [b.guid for b in model.buildings] == ["a", "x"]
    assert "part_without_building" in own_codes(model.buildings[1])


def test_template_is_put_in_its_place(read: Reader) -> None:
    """A template of metres, turned by 90 degrees and doubled in width, at a reference point."""
    corners = [[x, y, z] for z in (0, 3) for x, y in ((0, 0), (1, 0), (1, 1), (0, 1))]
    templates = {"templates": [solid()], "vertices-templates": corners}
    matrix = [0, -2, 0, 0, 1, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1]
    instance = {"type": "GeometryInstance", "template": 0, "boundaries": [0], "transformationMatrix": matrix}
    objects = {
        "a": {"type": "Building", "geometry": [instance]},
        "b": {"type": "Building", "geometry": [{**instance, "template": 9}]},
    }
    model = read(document(objects, [[50_000, 60_000, 4_000]], **{"geometry-templates": templates}))
    first, second = model.buildings
    assert first.ground.equals(shapely.box(430_048, 2_550_060, 430_050, 2_550_061))
    assert first.ground_level == 4.0
    assert second.ground is None and second.quality == "poor" and "geometry_malformed" in own_codes(second)


@pytest.mark.parametrize("kind", ["MultiSolid", "CompositeSolid"])
def test_several_solids(read: Reader, kind: str) -> None:
    vertices = box_vertices(0, 0, 10, 10, 0, 6) + box_vertices(20, 0, 5, 10, 0, 6)
    semantics = {"surfaces": SEMANTICS["surfaces"], "values": [SEMANTICS["values"], None]}
    geometry = {
        "type": kind,
        "lod": "2",
        "boundaries": [[box_shell(0)], [box_shell(8)]],
        "semantics": semantics,
    }
    model = read(document({"a": {"type": "Building", "geometry": [geometry]}}, vertices))
    assert model.buildings[0].roofprint.area >= 100
    assert model.buildings[0].ground.geom_type in ("Polygon", "MultiPolygon")


def test_block_without_names_stands_on_its_bottom(read: Reader) -> None:
    """A tower on a stem: the roof is wider than the ground."""
    vertices = box_vertices(0, 0, 10, 10, 3, 9) + box_vertices(4, 4, 2, 2, 0, 3)
    geometry = {"type": "MultiSurface", "lod": "1", "boundaries": box_shell(0) + box_shell(8)}
    model = read(document({"a": {"type": "Building", "geometry": [geometry]}}, vertices))
    (building,) = model.buildings
    assert building.roofprint.area == pytest.approx(100)
    assert building.ground_method in ("bottom_faces", "projected_faces")
    lone = {"type": "Solid", "lod": "1", "boundaries": [box_shell(0)]}
    (block,) = read(document({"a": {"type": "Building", "geometry": [lone]}}, vertices)).buildings
    assert block.ground_method == "bottom_faces" and block.ground.area == pytest.approx(100)
    assert block.height == 6


def test_courtyard_stays_open_whichever_way_its_ring_runs(read: Reader) -> None:
    vertices = box_vertices(0, 0, 20, 20, 0, 6) + box_vertices(5, 5, 10, 10, 0, 6)
    for inner in ([8, 9, 10, 11], [11, 10, 9, 8]):
        ground = {"type": "MultiSurface", "lod": "0", "boundaries": [[[0, 3, 2, 1], inner]]}
        model = read(document({"a": {"type": "Building", "geometry": [ground]}}, vertices))
        assert model.buildings[0].ground.area == pytest.approx(300)


def test_wanted_level_of_detail(read: Reader) -> None:
    vertices = box_vertices(0, 0, 10, 10, 0, 6) + box_vertices(0, 0, 8, 8, 0, 6)
    house = {"type": "Building", "geometry": [solid(0, "2.2"), solid(8, "1.3"), solid(8, "1.2")]}
    made = document({"a": house}, vertices)
    assert read(made).buildings[0].ground.area == pytest.approx(100)
    assert read(made, lod="1").buildings[0].ground.area == pytest.approx(64)
    assert read(made, lod="1.3").buildings[0].ground.area == pytest.approx(64)
    assert read(made, lod="3").buildings[0].ground.area == pytest.approx(100)


def test_roof_that_leaves_the_building_open_is_set_aside(read: Reader) -> None:
    made = solid()
    made["boundaries"][0][1] = [[4, 5, 6]]
    (building,) = read(
        document({"a": {"type": "Building", "geometry": [made]}}, box_vertices(0, 0, 9, 9, 0, 5))
    ).buildings
    assert building.roofprint.area == pytest.approx(81)
    assert building.roof_method == "projected_faces" and "roof_incomplete" in own_codes(building)


def test_buildings_without_geometry_and_other_objects(read: Reader) -> None:
    objects = {
        "a": {"type": "Building", "attributes": {"height": 12, "building_id": 44030001}},
        "road": {"type": "Road", "geometry": [solid()]},
        "n": {"type": "+NoiseBuilding", "geometry": [solid()]},
        "e": {"type": "Building", "children": ["c"], "geometry": []},
        "c": {"type": "BuildingConstructiveElement", "parents": ["e"], "geometry": [solid(0, "3")]},
    }
    model = read(document(objects, box_vertices(0, 0, 10, 10, 0, 5)))
    assert [b.guid for b in model.buildings] == ["a", "n", "e"]
    first = model.buildings[0]
    assert first.ground is None and first.code == "44030001" and first.height == 12
    assert first.quality == "poor" and "no_geometry" in own_codes(first)
    assert model.buildings[2].ground.area == pytest.approx(100)


def test_placeholders_are_set_aside(read: Reader) -> None:
    attributes = {"measuredHeight": -9999, "storeysAboveGround": 9999, "yearOfConstruction": "0001"}
    made = document(
        {"a": {"type": "Building", "attributes": attributes, "geometry": [solid()]}},
        box_vertices(0, 0, 9, 9, 0, 5),
    )
    (building,) = read(made).buildings
    assert building.storeys_above is None and building.year_built is None
    assert building.height == 5 and building.sources["height"] == "geometry"
    assert Counter(f.code for f in building.findings)["value_set_aside"] == 3


@pytest.mark.parametrize(
    ("spoil", "code"),
    [
        (lambda g: g["boundaries"][0][2].__setitem__(0, [0, 1, 99, 4]), "faces_left_out"),
        (lambda g: g["boundaries"][0][2].__setitem__(0, [0, 1, -1, 4]), "faces_left_out"),
        (lambda g: g["boundaries"][0][2].__setitem__(0, [0, 1, 1.5, 4]), "faces_left_out"),
        (lambda g: g["boundaries"][0][2].__setitem__(0, [0, 1, "x", 4]), "faces_left_out"),
        (lambda g: g["boundaries"][0][2].__setitem__(0, [0, 1, [2], 10**30]), "faces_left_out"),
        (lambda g: g["boundaries"][0].append([]), "faces_left_out"),
        (lambda g: g["boundaries"][0].append([[0, 1]]), "faces_left_out"),
        (lambda g: g["boundaries"][0].append(3), "geometry_malformed"),
        (lambda g: g.pop("boundaries"), "geometry_malformed"),
    ],
)  # fmt: skip
def test_one_bad_building_spoils_no_other(read: Reader, spoil: Callable[[Json], Any], code: str) -> None:
    bad = json.loads(json.dumps(solid()))
    spoil(bad)
    objects = {
        "bad": {"type": "Building", "geometry": [bad]},
        "good": {"type": "Building", "geometry": [solid()]},
    }
    model = read(document(objects, box_vertices(0, 0, 10, 10, 0, 5)))
    first, second = model.buildings
    assert code in own_codes(first) and first.elements_missed == 1 and first.quality != "good"
    assert second.ground.area == pytest.approx(100) and second.quality == "good"


@pytest.mark.parametrize("wild", ["NaN", "Infinity", "1e30", "-1e300", "null", '"a"', "[1]", "1e999"])
def test_wild_vertices_take_only_their_faces_away(read: Reader, wild: str) -> None:
    vertices = box_vertices(0, 0, 10, 10, 0, 5) + box_vertices(20, 0, 10, 10, 0, 5)
    objects = {
        "bad": {"type": "Building", "geometry": [solid()]},
        "good": {"type": "Building", "geometry": [solid(8)]},
    }
    text = json.dumps(document(objects, vertices)).replace("[0, 0, 0]", f"[{wild}, 0, 0]", 1)
    model = read(text)
    assert model.crs is not None
    bad, good = model.buildings
    assert "faces_left_out" in own_codes(bad) and good.ground.area == pytest.approx(100)
    assert bad.roofprint is not None and np.isfinite(bad.roofprint.bounds).all()


def test_versioning_dialect_is_reported(read: Reader) -> None:
    """A fork of 1.0 with versions, whose boundaries hold coordinates instead of numbers of vertices."""
    shell = [[[[0.0, 0.0, 0.0], [1.0, 0.0, 0.0], [1.0, 1.0, 0.0]]]]
    geometry = {"type": "Solid", "lod": 2, "boundaries": [shell]}
    made = document({"a": {"type": "Building", "geometry": [geometry]}}, [], versioning={"versions": {}})
    model = read({**made, "version": "1.0"})
    assert "versioning_dialect" in codes(model)
    assert len(model.buildings) == 1 and "faces_left_out" in own_codes(model.buildings[0])


def test_bow_tie_is_repaired(read: Reader) -> None:
    vertices = [[0, 0, 0], [10_000, 10_000, 0], [10_000, 0, 0], [0, 10_000, 0]]
    geometry = {"type": "MultiSurface", "lod": "0", "boundaries": [[[0, 1, 2, 3]]]}
    (building,) = read(document({"a": {"type": "Building", "geometry": [geometry]}}, vertices)).buildings
    assert building.ground.is_valid and building.ground.area == pytest.approx(50)


@pytest.mark.parametrize(
    "text",
    ['{"type":"FeatureCollection","features":[]}', "[1,2]", '{"type":"CityJSON","CityObj', "{" * 100_000, '{"a":1}',
     '{"type":' + "[" * 200_000],
)  # fmt: skip
def test_other_json_is_refused_in_one_sentence(read: Reader, text: str) -> None:
    with pytest.raises(InputError) as error:
        read(text)
    assert str(error.value).startswith("model.json") and str(error.value).endswith(".")


def test_document_without_objects(read: Reader) -> None:
    assert "objects_missing" in codes(read({**document({}, []), "CityObjects": [1]}))
    model = read({"type": "CityJSON", "version": "9.9", "CityObjects": {"a": 3}, "vertices": None})
    assert {"version_unknown", "object_malformed", "no_buildings"} <= codes(model)


def test_crs_of_the_user_where_there_is_none(read: Reader) -> None:
    made = document({"a": {"type": "Building", "geometry": [solid()]}}, box_vertices(0, 0, 10, 10, 0, 5))
    del made["metadata"]
    bare = read(made)
    assert (
        bare.crs is None
        and "crs_missing" in codes(bare)
        and bare.buildings[0].ground.area == pytest.approx(100)
    )
    given = read(made, default_crs="EPSG:4547")
    assert given.crs is not None and given.crs.to_epsg() == 4547 and "crs_from_user" in codes(given)
    with pytest.raises(InputError, match="PROJ"):
        read(made, default_crs="EPSG:0")


# An independent computation, one face at a time.


def documents(path: Path) -> Iterator[Json]:
    texts = (
        path.read_text(encoding="utf-8").splitlines()
        if path.suffix == ".jsonl"
        else [path.read_text(encoding="utf-8")]
    )
    yield from (json.loads(text) for text in texts)


def slow_areas(path: Path, kinds: set[str] | None, lod: str) -> dict[str, float]:
    """Return for each building the area of the union of its faces, parts included: those of some kinds, or all."""
    transform: Json = {}
    shapes: dict[str, list[shapely.Polygon]] = {}
    for made in documents(path):
        transform = made.get("transform", transform)
        objects = made["CityObjects"]
        for key, item in objects.items():
            if item["type"] not in ("Building", "BuildingPart"):
                continue
            top = item.get("parents", [key])[0]
            mine = shapes.setdefault(top, [])
            for geometry in item.get("geometry", []):
                semantics = geometry.get("semantics")
                if str(geometry["lod"]) != lod or (kinds is not None) != (semantics is not None):
                    continue
                shell = geometry["boundaries"][0] if geometry["type"] == "Solid" else geometry["boundaries"]
                for place, face in enumerate(shell):
                    if kinds is not None and semantics is not None:
                        values = (
                            semantics["values"][0] if geometry["type"] == "Solid" else semantics["values"]
                        )
                        if semantics["surfaces"][values[place]]["type"] not in kinds:
                            continue
                    rings = [
                        [[made["vertices"][i][k] * transform["scale"][k] + transform["translate"][k] for k in (0, 1)]
                         for i in ring] for ring in face
                    ]  # fmt: skip
                    polygon = shapely.Polygon(rings[0], rings[1:])
                    if polygon.area > 1e-6:
                        mine.append(polygon.buffer(0) if polygon.is_valid else shapely.make_valid(polygon))
    return {key: shapely.unary_union(faces).area if faces else 0.0 for key, faces in shapes.items()}


@needs_data
@pytest.mark.parametrize(
    ("name", "count", "parts", "lod", "ground", "roof", "total"),
    [
        ("delft.city.json", 160, 0, "1", None, None, 8654.07),
        ("zurich_subset_lod2.city.json", 49, 161, "2", {"GroundSurface"}, {"RoofSurface"}, 9119.84),
        ("vienna.city.jsonl", 149, 443, "2", {"GroundSurface"}, {"RoofSurface"}, 66_188.76),
        ("rotterdam_subset.city.json", 16, 0, "2", {"GroundSurface"}, {"RoofSurface"}, 2187.97),
        ("multi_lod.city.json", 10, 0, "2.2", {"GroundSurface"}, {"RoofSurface"}, 530.06),
        ("3dbag_tile_901_trimmed.city.jsonl", 52, 52, "0", None, None, 4634.95),
    ],
)  # fmt: skip
def test_real_files_against_the_slow_computation(
    name: str, count: int, parts: int, lod: str, ground: set[str] | None, roof: set[str] | None, total: float
) -> None:
    model = iterate(DATA / name)
    buildings = [building for batch in model for building in batch]
    assert (len(buildings), model.parts) == (count, parts)
    assert sum(b.ground.area for b in buildings) == pytest.approx(total, abs=0.02)
    slow = slow_areas(DATA / name, ground, lod)
    for building in buildings:
        assert building.ground.is_valid and building.roofprint.is_valid
        assert building.ground.area == pytest.approx(slow[building.guid], rel=2e-3, abs=0.3), building.guid
    if roof:
        slow = slow_areas(DATA / name, roof, lod)
        for building in buildings:
            assert building.roofprint.area == pytest.approx(slow[building.guid], rel=2e-3, abs=0.3), (
                building.guid
            )


@needs_data
def test_vienna_has_geometry_on_490_of_592_objects() -> None:
    objects = [o for d in documents(DATA / "vienna.city.jsonl") for o in d["CityObjects"].values()]
    assert (len(objects), sum(bool(o.get("geometry")) for o in objects)) == (592, 490)
    buildings = read_city_model(DATA / "vienna.city.jsonl").buildings
    assert len(buildings) == sum(o["type"] == "Building" for o in objects)
    assert all(building.ground is not None for building in buildings)
