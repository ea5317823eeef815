"""What stands in which building and storey, whatever a file leaves out or ties in a knot."""

from __future__ import annotations

from pathlib import Path

import ifcopenshell
import ifcopenshell.geom
import numpy as np
import pytest
from citycheck.citycheck_qgis.footprints.findings import codes_of
from citycheck.citycheck_qgis.footprints.ifc.structure import Structure, structure
from citycheck.citycheck_qgis.footprints.ifc.units import unit_scale
from citycheck.examples.sample_ifc import IfcWriter, Ref, Word
from citycheck.tests.fixtures import ifc_models as models

DATA = Path(__file__).resolve().parents[3] / "shared" / "data" / "ifc"


def opened(model: models.Model | IfcWriter) -> ifcopenshell.file:
    text = model.text if isinstance(model, models.Model) else model.text()
    return ifcopenshell.file.from_string(text.decode())


def codes(found: Structure) -> set[str]:
    return set(codes_of(found.findings).split(";")) - {""}


@pytest.mark.parametrize("name", models.ALL)
def test_every_building_is_found(name: str) -> None:
    model = models.ALL[name]()
    found = structure(opened(model))
    assert [b.guid for b in found.buildings] == [b.guid for b in model.buildings]
    assert (np.diff(found.elements) > 0).all()
    assert len(found.classes) == len(found.building) == len(found.storey) == len(found.elements)
    assert found.building.max(initial=-1) < len(found.buildings)


@pytest.mark.parametrize("name", ["box", "box_2x3", "box_4x3", "box_mm", "box_feet", "located_none"])
def test_plain_models_give_no_finding(name: str) -> None:
    found = structure(opened(models.ALL[name]()))
    assert found.findings == ()
    assert [round(s.elevation, 6) for s in found.storeys] == [0.0, 3.0]
    assert [round(s.declared or 0, 6) for s in found.storeys] == [0.0, 3.0]
    assert (found.building == 0).all()
    assert np.bincount(found.storey).tolist() == [5, 6]


@pytest.mark.parametrize(("unit", "metres"), [("METRE", 1.0), ("MILLIMETRE", 1e-3), ("FOOT", 0.3048)])
def test_units(unit: str, metres: float) -> None:
    model = opened(models.box(unit=unit))
    assert unit_scale(model) == pytest.approx(metres)
    # Areas of a model in millimetres are in square metres as a rule.
    assert unit_scale(model, "AREAUNIT") == pytest.approx(metres**2 if unit == "FOOT" else 1.0)
    assert unit_scale(model, "MASSUNIT") is None


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("box_no_units", {"length_unit_missing"}),
        ("no_site", {"no_site"}),
        ("no_storey", {"no_storey"}),
        ("no_building", {"no_building"}),
        ("no_project", {"no_project", "no_site", "length_unit_missing"}),
        ("nothing", {"not_a_building", "no_site"}),
        ("loops", {"elements_adopted", "relation_loop"}),
        ("complex", {"building_parts_merged", "building_complex"}),
        ("parts_and_openings", {"elements_adopted", "elements_without_building"}),
    ],
)
def test_what_is_missing_is_said(name: str, expected: set[str]) -> None:
    found = structure(opened(models.ALL[name]()))
    assert codes(found) == expected
    for one in found.findings:
        assert "{" not in str(one.message)


def test_parts_stand_where_the_whole_stands() -> None:
    model = opened(models.parts_and_openings())
    found = structure(model)
    of = dict(zip(found.elements.tolist(), zip(found.building, found.storey, strict=True), strict=True))
    names = {model.by_id(i).Name: of[i] for i in of}
    assert names["Plate 1"] == names["Window"] == names["Curtain"] == (0, 0)
    assert names["Paving"] == (-1, -1)
    assert names["Loose"] == (0, -1)
    assert not any(model.by_id(i).is_a("IfcOpeningElement") for i in of)


def test_parts_of_buildings_count_to_the_whole() -> None:
    found = structure(opened(models.complex_of_buildings()))
    assert np.bincount(found.building).tolist() == [11, 22]


def test_rooms_stand_in_their_storeys() -> None:
    found = structure(opened(models.basement()))
    assert [found.storeys[i].name for i in found.space_storey] == ["1F", "2F", "3F"]
    assert (found.space_building == 0).all()
    assert [s.elevation for s in found.storeys] == [-6.0, -3.0, 0.0, 3.0, 6.0]
    assert found.storeys_of(0) == [0, 1, 2, 3, 4]


def test_each_building_stands_on_its_own_site() -> None:
    found = structure(opened(models.several_sites()))
    assert [b.site for b in found.buildings] == [0, 1, 2]
    assert [s.elevation for s in found.sites] == [12.5, 13.5, 14.5]


def test_storeys_count_from_the_site_upwards() -> None:
    w = IfcWriter("high")
    building = w.building(w.site(at=(100, 200, 45)), "High", at=(5, 5, 2))
    models.shell(w, building, models.rectangle(10, 8), 2)
    found = structure(opened(w))
    assert [s.elevation for s in found.storeys] == [47.0, 50.0]
    assert found.buildings[0].elevation == 47.0
    assert found.findings == ()


def test_storeys_placed_alike_take_their_attribute() -> None:
    w = IfcWriter("alike", unit="MILLIMETRE")
    building = w.building(w.site(), "Alike")
    for elevation in (0.0, 3.3, 6.6):
        w.storey(building, f"{elevation}", 0.0, elevation=elevation)
    found = structure(opened(w))
    assert [round(s.elevation, 6) for s in found.storeys] == [0.0, 3.3, 6.6]
    assert "storeys_placed_alike" in codes(found)


def test_placement_wins_over_the_attribute() -> None:
    w = IfcWriter("apart")
    building = w.building(w.site(), "Apart")
    w.storey(building, "1F", 0.0)
    w.storey(building, "2F", 3.0, elevation=4.0)
    found = structure(opened(w))
    assert [s.elevation for s in found.storeys] == [0.0, 3.0]
    assert codes(found) == {"storey_elevation_differs"}


def test_element_in_two_buildings_counts_once() -> None:
    w = IfcWriter("twice")
    site = w.site()
    first, second = w.building(site, "A"), w.building(site, "B")
    wall = w.element("IFCWALL", first, w.prism(models.rectangle(4, 0.3), 0, 3))
    w.contained[second] = [wall]
    found = structure(opened(w))
    assert found.building.tolist() == [0]
    assert "elements_in_two_buildings" in codes(found)


def test_empty_building_takes_the_walls_of_its_site() -> None:
    w = IfcWriter("onsite")
    site = w.site()
    w.building(site, "Box")
    w.walls(site, models.rectangle(10, 8), 0, 3)
    w.element("IFCFURNISHINGELEMENT", site, w.prism(models.rectangle(1, 1, 20), 0, 1), "Bench")
    found = structure(opened(w))
    assert found.building.tolist() == [0, 0, 0, 0, -1]
    assert "elements_on_site" in codes(found)


def test_bridge_is_no_building() -> None:
    w = IfcWriter("bridge", "IFC4X3_ADD2")
    bridge = w.root("IFCBRIDGE", "Bridge", None, None, None, None, None, Word("ELEMENT"), Word("GIRDER"))
    assert w.project
    w.part(w.project, bridge)
    w.element("IFCSLAB", bridge, w.prism(models.rectangle(50, 8), 6, 1), "Deck")
    found = structure(opened(w))
    assert found.buildings == ()
    assert found.building.tolist() == [-1]
    assert "not_a_building" in codes(found)


def chain(w: IfcWriter, top: Ref, length: int, closed: bool) -> None:
    """Add assemblies each of which is a part of the one before."""
    first = last = w.element("IFCELEMENTASSEMBLY", top, None, "0")
    for i in range(1, length):
        last = w.element("IFCELEMENTASSEMBLY", None, None, str(i), part_of=last)
    if closed:
        w.contained.pop(top)
        w.part(last, first)


@pytest.mark.parametrize("closed", [False, True])
def test_long_chains_and_circles_end(closed: bool) -> None:
    w = IfcWriter("chain")
    building = w.building(w.site(), "Box")
    chain(w, building, 3000, closed)
    found = structure(opened(w))
    assert len(found.elements) == 3000
    assert (found.building == 0).all()
    assert ("relation_loop" in codes(found)) == closed


@pytest.mark.timeout(60)
def test_geometry_kernel_survives_what_structure_has_opened() -> None:
    model = opened(models.loops())
    storey, wall = model.by_type("IfcBuildingStorey")[0], model.by_type("IfcWall")[0]
    storey.ObjectPlacement.PlacementRelTo = wall.ObjectPlacement
    found = structure(model)
    assert {"relation_loop", "placement_loop"} <= codes(found)
    iterator = ifcopenshell.geom.iterator(ifcopenshell.geom.settings(), model, 1)
    assert iterator.initialize()
    count = 1
    while iterator.next():
        count += 1
    assert count == 7


def test_buildings_in_a_circle_end() -> None:
    w = IfcWriter("circle")
    a = w.building(None, "A")
    b = w.building(a, "B")
    w.part(b, a)
    w.element("IFCWALL", b, w.prism(models.rectangle(4, 0.3), 0, 3))
    found = structure(opened(w))
    assert (found.building >= 0).all()


def test_many_elements_find_their_storey() -> None:
    w = IfcWriter("many")
    storey = w.storey(w.building(w.site(), "Many"), "1F", 0)
    solid = w.prism(models.rectangle(1, 1), 0, 1)
    for _ in range(4000):
        w.element("IFCPLATE", storey, solid)
    found = structure(opened(w))
    assert np.bincount(found.storey).tolist() == [4000]


@pytest.mark.skipif(not DATA.exists(), reason="../shared/data/ifc is not beside the checkout")
@pytest.mark.parametrize(
    ("file", "buildings", "elements", "outside", "heights"),
    [
        ("AC20-FZK-Haus.ifc", 1, 82, 0, [0.0, 2.7]),
        ("Duplex_A_20110907.ifc", 1, 218, 0, [-1.25, 0.0, 3.1, 6.0]),
        ("bimwhale_TallBuilding.ifc", 1, 56, 0, [0.0, 4.0, 8.0, 12.0, 16.0]),
        ("PCERT_building-architecture.ifc", 1, 15, 2, [0.0]),
        ("bs43_geographic-referencing-rigid-operation.ifc", 0, 2, 2, []),
    ],
)
def test_real_files(file: str, buildings: int, elements: int, outside: int, heights: list[float]) -> None:
    found = structure(ifcopenshell.open(str(DATA / file)))
    assert len(found.buildings) == buildings
    assert (len(found.elements), int((found.building < 0).sum())) == (elements, outside)
    assert [abs(round(s.elevation, 3)) for s in found.storeys] == [abs(h) for h in heights]


@pytest.mark.skipif(not DATA.exists(), reason="../shared/data/ifc is not beside the checkout")
def test_thirty_two_buildings_on_thirty_two_sites() -> None:
    found = structure(ifcopenshell.open(str(DATA / "ifcgref_file.ifc")))
    assert sorted(b.site for b in found.buildings) == list(range(32))
    assert len(set(found.building.tolist())) == 32
