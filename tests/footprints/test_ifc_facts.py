"""What a model says about its buildings: counted, measured, read under many names, and set aside where it cannot be."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from random import Random

import ifcopenshell
import numpy as np
import pytest
from citycheck.citycheck_qgis.footprints.attribute_names import attribute_names
from citycheck.citycheck_qgis.footprints.findings import codes_of
from citycheck.citycheck_qgis.footprints.ifc import facts
from citycheck.citycheck_qgis.footprints.ifc.envelope import SHELL, is_of
from citycheck.citycheck_qgis.footprints.ifc.materials import kind_of
from citycheck.citycheck_qgis.footprints.ifc.properties import (
    Property,
    area_of,
    find,
    is_placeholder,
    length_of,
    number_of,
    plain,
)
from citycheck.citycheck_qgis.footprints.ifc.shapes import triangles
from citycheck.citycheck_qgis.footprints.ifc.storey_texts import storeys_of
from citycheck.citycheck_qgis.footprints.ifc.storeys import (
    Extents,
    extents,
    ground_storey,
    named_below,
)
from citycheck.citycheck_qgis.footprints.ifc.structure import Storey, Structure, structure
from citycheck.citycheck_qgis.footprints.models import BuildingModel
from citycheck.examples.sample_ifc import IfcWriter, Ref, Typed
from citycheck.tests.fixtures import ifc_models as models
from shapely import box

DATA = Path(__file__).resolve().parents[3] / "shared" / "data" / "ifc"


def measured(model: ifcopenshell.file, parts: Structure) -> Extents:
    """Measure the elements that make up the outlines."""
    chosen = is_of(model, parts.classes, SHELL)
    shapes = triangles(model, parts.elements, chosen, parts.building)
    return extents(shapes.triangles, shapes.owner, len(parts.elements), ~shapes.clipped)


def described(
    model: models.Model | IfcWriter, print_area: float | None = None, height: float | None = None
) -> list[BuildingModel]:
    """Return the buildings of a model; the outlines are squares of the true areas."""
    text = model.text if isinstance(model, models.Model) else model.text()
    file = ifcopenshell.file.from_string(text.decode())
    parts = structure(file)
    sizes = measured(file, parts)
    buildings = [BuildingModel(b.guid) for b in parts.buildings]
    truths = model.buildings if isinstance(model, models.Model) else [None] * len(buildings)
    for i, (building, truth) in enumerate(zip(buildings, truths, strict=True)):
        own = (parts.building == i) & ~np.isnan(sizes.low)
        if own.any():
            foot = min((z for z in sizes.low[own] if z >= -0.6), default=0.0)
            building.ground_level, building.height = foot, float(sizes.high[own].max()) - foot
        if truth:
            building.roofprint, building.ground = square(truth.roof), square(truth.ground)
        elif print_area:
            building.roofprint = building.ground = square(print_area)
        if height is not None:
            building.ground_level, building.height = 0.0, height
    facts.describe(file, parts, sizes, buildings)
    return buildings


def square(area: float) -> object:
    return box(0, 0, area**0.5, area**0.5)


def said(values: Mapping[str, object], group: str = "Pset_BuildingCommon", **more: object) -> BuildingModel:
    """Return a box of two storeys of 80 m2 with a property set."""
    w = IfcWriter("said")
    building = w.building(w.site(), "Box", **more)  # type: ignore[arg-type]
    models.shell(w, building, models.rectangle(10, 8), 2)
    w.properties(building, group, values)
    return described(w, print_area=80)[0]


def has(building: BuildingModel, code: str) -> bool:
    return code in codes_of(building.findings).split(";")


@pytest.mark.parametrize("name", [n for n in models.ALL if not n.startswith(("located_", "steel"))])
def test_storeys_and_floor_area(name: str) -> None:
    model = models.ALL[name]()
    for building, truth in zip(described(model), model.buildings, strict=True):
        assert (building.storeys_above, building.storeys_below) == (truth.storeys, truth.below)
        assert building.floor_area == pytest.approx(truth.floor_area, rel=1e-3)
        assert building.height == pytest.approx(truth.height)
        for field in ("storeys_above", "floor_area", "height", "ground_level"):
            assert field in building.sources


def test_eaves() -> None:
    flat = described(models.box())[0]
    assert flat.eaves_height == pytest.approx(6.2)
    w = IfcWriter("gable")
    building = w.building(w.site(), "Gable")
    storey = models.shell(w, building, models.rectangle(10, 8), 1)[0]
    ridge = [(0, -1, 2.5), (10, -1, 2.5), (10, 9, 2.5), (0, 9, 2.5), (0, 4, 6), (10, 4, 6)]
    faces = [(0, 3, 2, 1), (0, 1, 5, 4), (2, 3, 4, 5), (1, 2, 5), (3, 0, 4)]
    w.element("IFCROOF", storey, w.brep(ridge, faces), "Roof")
    assert described(w, print_area=80)[0].eaves_height == pytest.approx(2.7)


def test_flat_roof_and_levels_that_are_none_are_no_storeys() -> None:
    w = IfcWriter("levels")
    building = w.building(w.site(), "Levels")
    ring = models.rectangle(10, 8)
    models.shell(w, building, ring, 3)
    roof = w.storey(building, "Roof", 9)
    w.element("IFCSLAB", roof, w.prism(ring, 0, 0.2), "Roof", "FLOOR")
    w.walls(roof, ring, 0.0, 1.1)
    w.space(roof, ring, 1.0, "Roof terrace")
    w.element("IFCROOF", roof, w.prism(ring, 0.2, 0.1), "Gravel")
    foundation = w.storey(building, "T/FDN", -1.2)
    w.walls(foundation, ring, 0.0, 1.0)
    w.element("IFCFOOTING", foundation, w.prism(ring, -0.3, 0.3))
    ceiling = w.storey(building, "Ceiling-East", 2.6)
    w.element("IFCCOVERING", ceiling, w.prism(ring, 0, 0.02), kind="CEILING")
    split = w.storey(building, "Half landing", 1.5)
    w.element("IFCSLAB", split, w.prism(models.rectangle(2, 2), -0.2, 0.2), kind="FLOOR")
    w.properties(building, "Pset_BuildingCommon", {"NumberOfStoreys": 7})
    found = described(w, print_area=80)[0]
    assert (found.storeys_above, found.storeys_below) == (3, 0)
    assert has(found, "storeys_set_aside")


@pytest.mark.parametrize(
    ("values", "above", "below", "source", "code"),
    [
        ({"NumberOfStoreys": 2}, 2, 0, "Pset_BuildingCommon.NumberOfStoreys", None),
        ({"NumberOfStoreys": 3}, 3, 0, "Pset_BuildingCommon.NumberOfStoreys", "storeys_differ"),
        ({"NumberOfStoreys": 60}, 2, 0, "levels", "storeys_set_aside"),
        ({"NumberOfStoreys": 0}, 2, 0, "levels", "storeys_set_aside"),
        ({"地上层数": "3层", "地下层数": 1}, 3, 1, "Pset_BuildingCommon.地上层数", "storeys_differ"),
        ({"总层数": "２"}, 2, 0, "Pset_BuildingCommon.总层数", None),
        ({"NumberOfStoreys": None}, 2, 0, "levels", None),
        ({"层数": "地上3层地下1层"}, 3, 1, "Pset_BuildingCommon.层数", "storeys_differ"),
        ({"层数": "地上二层"}, 2, 0, "Pset_BuildingCommon.层数", None),
        ({"层数": "2/-1"}, 2, 1, "Pset_BuildingCommon.层数", None),
        ({"层数": "-1/60"}, 2, 0, "levels", "storeys_set_aside"),
        ({"层数": "2+1"}, 2, 0, "Pset_BuildingCommon.层数", None),
        ({"层数": "两三层"}, 2, 0, "levels", "storeys_set_aside"),
        ({"层数": "无"}, 2, 0, "levels", None),
        ({"地下层数": "-1"}, 2, 1, "levels", None),
        ({"地下层数": -1}, 2, 1, "levels", None),
        ({"地下层数": "若干"}, 2, 0, "levels", "storeys_set_aside"),
        ({"地上层数": "2-3层"}, 2, 0, "levels", "storeys_set_aside"),
    ],
)
def test_storeys_that_are_stated(
    values: Mapping[str, object], above: int, below: int, source: str, code: str | None
) -> None:
    found = said(values)
    assert (found.storeys_above, found.storeys_below) == (above, below)
    assert found.sources["storeys_above"] == source
    assert codes_of(found.findings) == (code or "")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (6, (None, None, 6)), (6.0, (None, None, 6)), ("6", (None, None, 6)), ("６层", (None, None, 6)), ("六层", (None, None, 6)),
        ("十二层", (None, None, 12)), ("二十层", (None, None, 20)), ("6F", (None, None, 6)), ("6 storeys", (None, None, 6)),
        ("地上6层地下1层", (6, 1, None)), ("地下一层，地上六层", (6, 1, None)), ("地上6层", (6, None, None)), ("6/-1", (6, 1, None)),
        ("-1/6", (6, 1, None)), ("6F/B1", (6, 1, None)), ("B2-18F", (18, 2, None)), ("-1~6", (6, 1, None)), ("6(-1)", (6, 1, None)),
        ("负二层", (None, 2, None)), ("-1", (None, 1, None)), (-1, (None, 1, None)), ("6+1", (None, None, 6)), ("6+B1", (6, 1, None)),
        ("6层（局部7层）", (None, None, 6)), ("共7层（地上6层，地下1层）", (6, 1, 7)), ("共7层，地下1层", (6, 1, 7)), ("地下层数：-1", (None, 1, None)),
        ("6.5", None), ("1-6层", None), ("6/1", None), ("6或7", None), ("多层", None), ("", None), (None, None), (True, None),
        (float("nan"), None), (1e300, None), ("6+2", None),
    ],
)  # fmt: skip
def test_storeys_in_texts(text: object, said: tuple[int | None, ...] | None) -> None:
    read = storeys_of(text)
    assert (read and (read.above, read.below, read.total)) == said


def test_storeys_from_slabs_where_one_level_holds_all() -> None:
    w = IfcWriter("flat")
    building = w.building(w.site(), "Flat")
    storey = w.storey(building, "Undefined", 0)
    ring = models.rectangle(20, 10)
    for i in range(6):
        w.element("IFCSLAB", storey, w.prism(ring, i * 3 - 0.2, 0.2), kind="FLOOR")
    w.walls(storey, ring, 0, 14.8)
    found = described(w, print_area=200)[0]
    assert (found.storeys_above, found.sources["storeys_above"]) == (5, "slabs")
    assert found.floor_area == pytest.approx(1000)


@pytest.mark.parametrize(
    ("name", "height", "storeys"),
    [("Hall", 30, None), ("Hall", 9, 1), ("Default", 9, None), ("Undefined", 5, 1)],
)
def test_one_level_under_a_tall_shape_says_nothing(name: str, height: float, storeys: int | None) -> None:
    w = IfcWriter("tall")
    building = w.building(w.site(), "Tall")
    w.walls(w.storey(building, name, 0), models.rectangle(20, 10), 0, height)
    found = described(w, print_area=200)[0]
    assert found.storeys_above == storeys
    assert found.floor_area == (pytest.approx(200) if storeys else None)


@pytest.mark.parametrize(
    ("quantity", "expected", "method", "code"),
    [
        (170.0, 170.0, "quantity", None),
        (0.0, 160.0, "floors_summed", "area_set_aside"),
        (80_000.0, 160.0, "floors_summed", "area_set_aside"),
        (-5.0, 160.0, "floors_summed", "area_set_aside"),
    ],
)
def test_floor_area_that_is_stated(quantity: float, expected: float, method: str, code: str | None) -> None:
    w = IfcWriter("area")
    building = w.building(w.site(), "Box")
    models.shell(w, building, models.rectangle(10, 8), 2)
    w.quantities(building, "Qto_BuildingBaseQuantities", {"GrossFloorArea": ("Area", quantity)})
    found = described(w, print_area=80)[0]
    assert (found.floor_area, found.floor_area_method) == (pytest.approx(expected), method)
    assert codes_of(found.findings) == (code or "")


def test_floor_area_in_square_feet() -> None:
    found = described(models.feet_with_areas())[0]
    assert found.floor_area == pytest.approx(160)
    assert found.floor_area_method == "quantity"
    assert found.findings == []


def test_floor_area_in_square_metres_though_the_model_is_in_feet() -> None:
    w = IfcWriter("lying feet", unit="FOOT")
    building = w.building(w.site(), "Box")
    models.shell(w, building, models.rectangle(10, 8), 2)
    w.quantities(building, "Qto_BuildingBaseQuantities", {"GrossFloorArea": ("Area", 160.0)})
    found = described(w, print_area=80)[0]
    assert found.floor_area == pytest.approx(160)
    assert has(found, "area_unit_corrected")


def test_orders_of_floor_area() -> None:
    def model(*levels: str) -> BuildingModel:
        w = IfcWriter("orders")
        building = w.building(w.site(), "Box")
        storeys = models.shell(w, building, models.rectangle(10, 8), 2, rooms=True)
        rooms = [w.parts[storey][0] for storey in storeys]
        if "building" in levels:
            w.quantities(building, "BaseQuantities", {"GrossFloorArea": ("Area", 155)})
        if "planned" in levels:
            w.properties(building, "Pset_BuildingCommon", {"GrossPlannedArea": Typed("IFCAREAMEASURE", 150)})
        for level, items in (("storeys", storeys), ("spaces", rooms)):
            for item in items if level in levels else ():
                w.quantities(
                    item, "BaseQuantities", {"GrossFloorArea": ("Area", 75 if level == "storeys" else 70)}
                )
        return described(w, print_area=80)[0]

    for levels, area, method in (
        (("building", "planned", "storeys", "spaces"), 155, "quantity"),
        (("planned", "storeys", "spaces"), 150, "planned"),
        (("storeys", "spaces"), 150, "storeys_quantities"),
        (("spaces",), 140, "spaces_quantities"),
        ((), 160, "floors_summed"),
    ):
        found = model(*levels)
        assert (found.floor_area, found.floor_area_method) == (pytest.approx(area), method)


@pytest.mark.parametrize(
    ("value", "year"),
    [
        ("1985", 1985), (1985, 1985), ("1980-1985", 1985), ("1998-06-30", 1998), ("1985年", 1985), ("二〇〇一", None),
        ("0001", None), ("9999", None), ("unknown", None), (-1, None), ("", None),
        ("1980年以前", None), ("2000年后", None), ("1980前", None), ("1998年之后", None), ("1990年6月以後", None), ("早于1980年", None),
        ("before 1980", None), ("After 2000", None), ("pre-1980", None), ("1980 or earlier", None), ("<1980", None),
        ("＞2000", None), ("≤1978", None), ("２００３年", 2003), ("1998年竣工，后经改造", 1998), ("2025年竣工（1998年始建）", 2025),
        ("c. 1985", 1985), ("建于1985年前后", None),
    ],
)  # fmt: skip
def test_year(value: object, year: int | None) -> None:
    found = said({"YearOfConstruction": value})
    assert found.year_built == year
    expected = "" if year or value in ("", "unknown") else "year_set_aside"
    assert codes_of(found.findings) == expected


def test_chinese_properties() -> None:
    found = described(models.chinese())[0]
    assert found.name == "3号楼" and found.long_name == "阳光花园3号楼"
    assert (found.code, found.year_built, found.use) == ("9901020010003199800123", 1998, "住宅")
    assert (found.structure, found.floor_area, found.storeys_above) == ("砖混结构", 720.0, 3)
    assert found.address == "映江区晴川市文庙街12号"
    assert found.sources["code"] == "建筑信息.建筑编码"
    assert found.sources["year_built"] == "建筑信息.竣工时间"
    assert found.project == "晴川市示例"


@pytest.mark.parametrize(
    "name", ["BuildingID", "建筑编码", "房屋代码", "楼栋编号", "楼栋编码", "房屋编号", "建筑编号", "fwbh", "JZBM", "building_id", "楼栋 编号", "attr:str:BuildingID"]
)  # fmt: skip
def test_code_under_many_names(name: str) -> None:
    found = said({name: "A-0012"}, "自定义属性")
    assert found.code == "A-0012"
    assert found.sources["code"] == f"自定义属性.{name}"


def test_code_in_the_name() -> None:
    found = said({}, description="晴川市 9901020010003199800123 文庙街")
    assert (found.code, found.sources["code"]) == ("9901020010003199800123", "IfcBuilding.Description")
    assert said({}, description="Tel. 0207 946 0958").code is None


def test_users_add_names_of_their_own() -> None:
    w = IfcWriter("own")
    building = w.building(w.site(), "Box")
    w.properties(building, "X", {"Gebaeudeschluessel": "77"})
    file = ifcopenshell.file.from_string(w.text().decode())
    parts = structure(file)
    buildings = [BuildingModel(parts.buildings[0].guid)]
    names = {**attribute_names(), "code": ["Gebaeudeschlüssel", "Gebaeudeschluessel"]}
    facts.describe(file, parts, measured(file, parts), buildings, names)
    assert buildings[0].code == "77"


@pytest.mark.parametrize("name", ["Default", "", "Undefined", "// BUILDING/NAME //", "项目名称", "Building"])
def test_placeholders_are_no_names(name: str) -> None:
    w = IfcWriter("placeholder", project=name or "Default")
    w.building(w.site(name), name, "Town hall")
    found = described(w)[0]
    assert (found.name, found.long_name) == ("Town hall", "Town hall")
    assert found.project is None and found.site is None


def test_template_addresses_are_none() -> None:
    w = IfcWriter("template")
    w.building(w.site(), "Box", address=w.address("Enter address here", town="Boston", region="MA"))
    w.building(w.site(), "Real", address=w.address("1 High Street", town="Springfield", post_code="12345"))
    assert [b.address for b in described(w)] == [None, "1 High Street, 12345, Springfield"]


@pytest.mark.parametrize(
    ("material", "kind"),
    [
        ("C30 钢筋混凝土", "concrete"), ("C35/45", "concrete"), ("Stahlbeton 65690", "concrete"), ("烧结普通砖", "masonry"),
        ("Masonry - Brick", "masonry"), ("Q355B", "steel"), ("S235JR", "steel"), ("钢结构", "steel"), ("胶合木", "timber"),
        ("Glulam", "timber"), ("Default Wall", None), ("Glass", None), ("", None),
    ],
)  # fmt: skip
def test_kinds_of_materials(material: str, kind: str | None) -> None:
    assert kind_of(material) == kind


def test_structure_by_what_bears() -> None:
    assert described(models.structural_only())[0].structure == "concrete"
    assert described(models.steel())[0].structure == "steel"
    w = IfcWriter("mixed")
    storey = w.storey(w.building(w.site(), "Mixed"), "1F", 0)
    bearing = w.walls(storey, models.rectangle(10, 8), 0, 3, 0.1)
    light = w.walls(storey, models.rectangle(8, 6, 1, 1), 0, 3, 0.4)
    w.properties(bearing, "Pset_WallCommon", {"LoadBearing": True})
    w.properties(light, "Pset_WallCommon", {"LoadBearing": False})
    w.material(bearing, "Concrete")
    w.material(light, "Brick")
    found = described(w, print_area=80)[0]
    assert (found.structure, found.sources["structure"]) == ("concrete", "materials")
    assert said({"结构类型": "框架"}).structure == "框架"


def test_use_from_classification() -> None:
    w = IfcWriter("use")
    building = w.building(w.site(), "Box")
    w.classify(building, "30-01", "住宅建筑")
    found = described(w)[0]
    assert (found.use, found.sources["use"]) == ("住宅建筑", "IfcClassificationReference")


def test_height_of_the_properties() -> None:
    low = said({"BuildingHeight": Typed("IFCLENGTHMEASURE", 60.0)})
    assert low.height == pytest.approx(6.2) and has(low, "height_differs")
    w = IfcWriter("shapeless")
    building = w.building(w.site(), "Box")
    w.properties(building, "X", {"建筑高度": "23.5m"})
    found = described(w)[0]
    assert (found.height, found.sources["height"]) == (23.5, "X.建筑高度")


def test_properties_of_the_project_count_for_its_only_building() -> None:
    for count, expected in ((1, 1999), (2, None)):
        w = IfcWriter("project")
        site = w.site()
        for i in range(count):
            w.building(site, f"B{i}")
        assert w.project
        w.properties(w.project, "Other", {"建成年份": "1999"})
        assert described(w)[0].year_built == expected


def test_something_flat_is_questioned() -> None:
    w = IfcWriter("parcel")
    storey = w.storey(w.building(w.site(), "Parcel"), "0", 0)
    w.element("IFCSLAB", storey, w.prism(models.rectangle(100, 100), 0, 0.2))
    assert has(described(w, print_area=10_000)[0], "very_low")


@pytest.mark.parametrize(
    ("name", "below"),
    [
        ("B1", True), ("-1F", True), ("地下一层", True), ("负二层", True), ("Basement 1", True), ("Kellergeschoss", True),
        ("B2F", True), ("-1", True), ("-2F(车库)", True), ("-0.300 室外地坪", False), ("-4.200", False), ("1F", False), ("首层", False), ("Building A", False), ("Level 1", False), ("Bel-etage", False),
        (None, False),
    ],
)  # fmt: skip
def test_names_of_basements(name: str | None, below: bool) -> None:
    assert named_below(Storey(1, "", name, None, 0, 0.0)) == below


def test_ground_storey() -> None:
    def pick(*storeys: tuple[str, float]) -> str | None:
        w = IfcWriter("ground")
        building = w.building(w.site(), "Box")
        for name, z in storeys:
            w.storey(building, name, z)
        parts = structure(ifcopenshell.file.from_string(w.text().decode()))
        index = ground_storey(parts, parts.storeys_of(0), 0.0)
        return None if index is None else parts.storeys[index].name

    assert pick(("B1", -3), ("1F", 0), ("2F", 3)) == "1F"
    assert pick(("地下一层", 40.5), ("首层", 45), ("二层", 49)) == "首层"
    assert pick(("a", -3), ("b", 0.1), ("c", 3)) == "b"
    assert pick(("11F", -1), ("2F", 0.5), ("十一层", 60)) == "2F"
    assert pick(("1F", 30), ("11F", 0), ("十一层", 1)) == "1F"
    assert pick(("B1", -3)) is None


def test_values_and_names() -> None:
    assert number_of("１２,３４５.５ ㎡") == 12345.5
    assert number_of("n/a") is None and number_of(float("nan")) is None and number_of(True) is None
    assert plain("attr:str:Building_ID") == plain("building id") == "buildingid"
    assert area_of(Property("X", "a", "1.2万平方米", "IfcLabel"), 1.0) == pytest.approx(12_000)
    assert area_of(Property("X", "a", 1000.0, "IfcAreaMeasure"), 0.3048**2) == pytest.approx(92.90304)
    assert area_of(Property("X", "a", 1000.0, "IfcReal"), 0.3048**2) == 1000
    assert length_of(Property("X", "a", 23_500.0, "IfcLengthMeasure"), 0.001) == pytest.approx(23.5)
    assert length_of(Property("X", "a", "18米", "IfcText"), 0.001) == 18
    assert is_placeholder(" Project  Name ") and not is_placeholder("文庙小区")


def test_most_telling_name_first() -> None:
    rows = [
        Property("My", "楼栋编号", "2", "IfcLabel"),
        Property("My", "BuildingID", "3", "IfcLabel"),
        Property("Pset_BuildingCommon", "BuildingID", "1", "IfcLabel"),
    ]
    assert [p.value for p in find(rows, "code")] == ["1", "3", "2"]


def test_plan_areas_and_heights() -> None:
    model = ifcopenshell.file.from_string(models.box().text.decode())
    parts = structure(model)
    sizes = measured(model, parts)
    floors = [i for i, e in enumerate(parts.elements) if model.by_id(int(e)).Name == "Floor"]
    assert sizes.area[floors] == pytest.approx([80, 80])
    assert sizes.high[floors] == pytest.approx([0, 3])
    assert sizes.low[floors] == pytest.approx([-0.2, 2.8])


def test_properties_of_any_kind_are_read() -> None:
    w = IfcWriter("kinds")
    building = w.building(w.site(), "Box")
    value = w.add("IFCPROPERTYENUMERATEDVALUE", "OccupancyType", None, (Typed("IFCLABEL", "住宅"), Typed("IFCLABEL", "商业")), None)  # fmt: skip
    nested = w.add("IFCPROPERTYSINGLEVALUE", "建筑编码", None, Typed("IFCIDENTIFIER", "X-1"), None)
    complex_ = w.add("IFCCOMPLEXPROPERTY", "身份", None, "ids", (nested,))
    empty = w.add("IFCPROPERTYSINGLEVALUE", "YearOfConstruction", None, None, None)
    group: Ref = w.root("IFCPROPERTYSET", "P", None, (value, complex_, empty))
    w.define(building, group)
    found = described(w)[0]
    assert (found.use, found.code, found.year_built) == ("住宅, 商业", "X-1", None)


def damaged(text: str, random: Random) -> str:
    """Change some statements: references to other things or to nothing, senseless values, lost or doubled lines."""
    lines = text.split("\n")
    last = len(lines) - 4
    for _ in range(random.randint(1, 6)):
        at = random.randrange(7, last)
        line = lines[at]
        references = list(re.finditer(r"#\d+", line))[1:]
        values = list(re.finditer(r"(?<=[,(])('[^']*'|[-\d.E]+|\.\w+\.)(?=[,)])", line))
        kind = random.choice(("refer", "cut", "value", "value", "lose", "double"))
        if kind in ("refer", "cut") and references:
            hit = random.choice(references)
            new = f"#{random.randint(1, last - 7)}" if kind == "refer" else "$"
            lines[at] = line[: hit.start()] + new + line[hit.end() :]
        elif kind == "value" and values:
            hit = random.choice(values)
            new = random.choice(("$", "1E300", "-1E300", ".U.", "''", "()", "*", "999999999999"))
            lines[at] = line[: hit.start()] + new + line[hit.end() :]
        elif kind == "lose":
            lines[at] = ""
        elif kind == "double":
            lines.insert(at, line)
    return "\n".join(lines)


@pytest.mark.parametrize(
    "name", ["basement", "chinese", "complex", "parts_and_openings", "loops", "feet_with_areas"]
)
def test_damaged_files_are_read_or_refused(name: str) -> None:
    text = models.ALL[name]().text.decode()
    for seed in range(60):
        file = ifcopenshell.file.from_string(damaged(text, Random(seed)))
        parts = structure(file)
        count = len(parts.elements)
        nothing = np.full(count, np.nan)
        buildings = [
            BuildingModel(b.guid, ground=square(100), roofprint=square(100)) for b in parts.buildings
        ]
        facts.describe(file, parts, Extents(nothing, nothing, nothing, np.ones(count, bool)), buildings)
        for building in buildings:
            assert building.floor_area is None or 0 < building.floor_area < 1e5
            assert building.storeys_above is None or 0 <= building.storeys_above <= facts.MOST_STOREYS
            assert all(str(one.message) for one in building.findings)


@pytest.mark.skipif(not DATA.exists(), reason="../shared/data/ifc is not beside the checkout")
@pytest.mark.parametrize(
    ("file", "storeys", "printed"),
    [
        ("AC20-FZK-Haus.ifc", 2, 120.0),
        ("Duplex_A_20110907.ifc", 2, 156.6),
        ("bimwhale_TallBuilding.ifc", 4, 67.2),
        ("20160414office_model_CV2_fordesign.ifc", 4, 333.6),
        ("SampleHouse4.ifc", 1, 85.2),
        ("bimwhale_LargeBuilding.ifc", 2, 331.3),
    ],
)
def test_storeys_of_real_files(file: str, storeys: int, printed: float) -> None:
    model = ifcopenshell.open(str(DATA / file))
    parts = structure(model)
    sizes = measured(model, parts)
    buildings = [BuildingModel(parts.buildings[0].guid, ground=square(printed), roofprint=square(printed))]
    buildings[0].ground_level = -0.2
    facts.describe(model, parts, sizes, buildings)
    assert (buildings[0].storeys_above, buildings[0].storeys_below) == (storeys, 0)
    assert buildings[0].floor_area == pytest.approx(printed * storeys, rel=0.3)


@pytest.mark.skipif(not DATA.exists(), reason="../shared/data/ifc is not beside the checkout")
def test_facts_of_a_real_house() -> None:
    model = ifcopenshell.open(str(DATA / "AC20-FZK-Haus.ifc"))
    parts = structure(model)
    house = BuildingModel(parts.buildings[0].guid, ground=square(120), roofprint=square(143))
    house.ground_level, house.height = -0.2, 6.52
    facts.describe(model, parts, measured(model, parts), [house])
    assert (house.name, house.code, house.year_built) == ("FZK-Haus", "5678", 2008)
    assert (house.floor_area, house.floor_area_method) == (pytest.approx(241.498, abs=1e-3), "quantity")
    assert house.use == "citygml:1000 (residential building)"
    assert house.structure == "concrete"
    assert house.eaves_height == pytest.approx(3.1, abs=0.1)
