"""Triangles of elements: kernels, clippings, loops, impossible numbers, units."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("ifcopenshell", reason="ifcopenshell is not installed")

import ifcopenshell
from citycheck.citycheck_qgis.footprints.ifc import shapes as rooms
from citycheck.citycheck_qgis.footprints.ifc.envelope import envelope, with_body
from citycheck.citycheck_qgis.footprints.ifc.loops import endless, in_loops
from citycheck.citycheck_qgis.footprints.ifc.shapes import Shapes, recut, triangles
from citycheck.citycheck_qgis.footprints.ifc.structure import Structure, structure
from citycheck.examples.sample_ifc import IfcWriter, Ref, Word
from citycheck.tests.fixtures import ifc_models as models
from citycheck.tests.fixtures.ifc_models import rectangle, shell

DATA = Path(__file__).resolve().parents[3] / "shared" / "data" / "ifc"
needs_data = pytest.mark.skipif(not DATA.exists(), reason="../shared/data/ifc is not beside the checkout")


def opened(text: bytes) -> ifcopenshell.file:
    return ifcopenshell.file.from_string(text.decode("ascii"))


def drawn(model: ifcopenshell.file) -> tuple[Structure, Shapes]:
    parts = structure(model)
    chosen, _, _ = envelope(model, parts, with_body(model, parts))
    return parts, triangles(model, parts.elements, chosen, parts.building)


def house() -> tuple[IfcWriter, Ref]:
    w = IfcWriter("house")
    return w, shell(w, w.building(w.site(), "House"), rectangle(10, 8), 1)[0]


def with_half_space(w: IfcWriter, solid: Ref, z: float) -> Ref:
    """Cut off what is above a height."""
    plane = w.add("IFCPLANE", w.axes((0, 0, z)))
    half = w.add("IFCHALFSPACESOLID", plane, False)
    return w.add("IFCBOOLEANCLIPPINGRESULT", Word("DIFFERENCE"), solid, half)


def test_every_element_has_its_triangles_in_metres() -> None:
    for unit in ("METRE", "MILLIMETRE", "FOOT"):
        parts, shapes = drawn(opened(models.box(unit=unit).text))
        assert not shapes.missed.any()
        assert shapes.triangles.dtype == np.float64
        assert shapes.triangles.shape == (len(shapes.owner), 3, 3)
        assert (np.diff(shapes.owner) >= 0).all()
        low, high = shapes.heights
        assert low.min() == pytest.approx(-0.2, abs=1e-6)
        assert high.max() == pytest.approx(6.0, abs=1e-6)
        slabs = parts.classes == "IfcSlab"
        assert (high[slabs] - low[slabs]).tolist() == pytest.approx([0.2] * int(slabs.sum()))


def test_units_count_without_a_single_project() -> None:
    text = models.box(unit="MILLIMETRE").text
    project = next(line for line in text.splitlines() if b"IFCPROJECT(" in line)
    second = b"#999999" + project[project.index(b"=") :].replace(b"IFCPROJECT('", b"IFCPROJECT('9")
    model = opened(
        text.replace(
            project, project + b"\n" + second[: second.index(b"('9") + 2] + second[second.index(b"('9") + 3 :]
        )
    )
    assert len(model.by_type("IfcProject")) == 2
    parts = structure(model)
    shapes = triangles(model, parts.elements, np.ones(len(parts.elements), bool), parts.building, parts.scale)
    assert np.ptp(shapes.triangles[:, :, 0]) == pytest.approx(11.0)


def test_open_meshes_are_kept() -> None:
    """Manifold drops a mesh that is not closed; the kernels after it do not."""
    w, storey = house()
    brep = w.brep([(0, 0, 4), (10, 0, 4), (10, 8, 5), (0, 8, 5)], [(0, 1, 2, 3)])
    w.element("IFCROOF", storey, brep, "Open")
    _, shapes = drawn(opened(w.text()))
    assert not shapes.missed.any()
    assert shapes.heights[1].max() == pytest.approx(5.0)


def test_open_items_of_an_element_are_kept_beside_closed_ones() -> None:
    """Manifold alone would give the closed item and drop the open one without a word."""
    w, storey = house()
    closed, roof = w.prism(rectangle(2, 2), 3, 1), [(0, 0, 4), (10, 0, 4), (10, 8, 5), (0, 8, 5)]
    opened_up = w.brep(roof, [(0, 1, 2, 3)])
    w.element("IFCROOF", storey, closed, "Both")
    line = next(i for i, text in enumerate(w.lines) if f"(#{closed.id})" in text and "REPRESENTATION" in text)
    w.lines[line] = w.lines[line].replace(f"#{closed.id}", f"#{closed.id},#{opened_up.id}")
    _, shapes = drawn(opened(w.text()))
    assert not shapes.missed.any()
    assert shapes.heights[1].max() == pytest.approx(5.0)


def test_clipped_walls_are_known_and_cut_on_request() -> None:
    w, storey = house()
    tall = w.element("IFCWALL", storey, with_half_space(w, w.prism(rectangle(10, 0.2), 0, 9), 4.0), "Gable")
    model = opened(w.text())
    parts, shapes = drawn(model)
    gable = parts.elements == model.by_guid(w.guid_of(tall)).id()
    assert shapes.clipped.tolist() == gable.tolist()
    assert shapes.heights[1][gable][0] == pytest.approx(9.0)
    cut = recut(model, shapes, gable)
    assert cut.heights[1][gable][0] == pytest.approx(4.0)
    assert not cut.clipped.any()
    assert (np.diff(cut.owner) >= 0).all()
    assert cut.heights[1][~gable].tolist() == shapes.heights[1][~gable].tolist()


@pytest.mark.parametrize("number", ["1E30", "-1E300"])
def test_impossible_coordinates_are_missed_and_told(number: str) -> None:
    w, storey = house()
    brep = w.brep([(1, 2, 3), (777777, 0, 4), (10, 8, 5)], [(0, 1, 2)])
    w.element("IFCSLAB", storey, brep, "Wild")
    text = w.text().replace(b"777777.", number.encode() + b"." if "E" not in number else number.encode())
    assert number.encode() in text
    _, shapes = drawn(opened(text))
    assert int(shapes.missed.sum()) == 1
    assert np.abs(shapes.triangles).max() < 100
    assert [found.code for found in shapes.findings] in (["coordinates_impossible"], [])


def test_element_far_away_from_its_building_is_missed_and_told() -> None:
    w, storey = house()
    w.element("IFCSLAB", storey, w.prism(rectangle(4, 4, 5e5, 0), 0, 1), "Lost")
    _, shapes = drawn(opened(w.text()))
    assert [found.code for found in shapes.findings] == ["elements_far_away"]
    assert int(shapes.missed.sum()) == 1
    assert shapes.triangles[:, :, 0].max() < 100


def test_buildings_may_be_far_away_from_each_other() -> None:
    w = IfcWriter("far")
    site = w.site()
    for x in (0, 4e5):
        shell(w, w.building(site, f"At {x}"), rectangle(10, 8, x), 1)
    _, shapes = drawn(opened(w.text()))
    assert shapes.findings == ()
    assert not shapes.missed.any()


def test_too_many_triangles_become_their_hull(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rooms, "MAX_TRIANGLES", 11)
    _, shapes = drawn(opened(models.box().text))
    assert [found.code for found in shapes.findings] == ["element_simplified"]
    assert shapes.rough == set(shapes.elements.tolist())
    assert not shapes.missed.any()
    assert shapes.heights[0].min() == pytest.approx(-0.2)
    assert shapes.heights[1].max() == pytest.approx(6.0)


def test_bodies_that_refer_to_themselves_are_missed_and_told() -> None:
    w, storey = house()
    solid = w.prism(rectangle(4, 4), 0, 1)
    self_cut = w.add("IFCBOOLEANRESULT", Word("UNION"), solid, Ref(len(w.lines) + 1))
    w.element("IFCSLAB", storey, self_cut, "Endless")
    placed = w.element("IFCSLAB", storey, w.prism(rectangle(4, 4), 0, 1), "Hanging")
    line = w.lines[placed.id - 1]
    placement = int(line.split("#")[3].split(",")[0])
    w.lines[placement - 1] = f"#{placement}=IFCLOCALPLACEMENT(#{placement},#{w.origin.id});"
    model = opened(w.text())
    parts = structure(model)
    assert "placement_loop" in [found.code for found in parts.findings]
    assert int(in_loops(model, parts.elements).sum()) == 1
    shapes = triangles(model, parts.elements, np.ones(len(parts.elements), bool), parts.building)
    assert [found.code for found in shapes.findings] == ["reference_loop"]
    assert int(shapes.missed.sum()) == 1


def test_endless_ways() -> None:
    assert endless({1: [2], 2: [3], 3: []}) == set()
    assert endless({1: [2], 2: [3], 3: [2], 4: [5], 5: [9]}) == {1, 2, 3}
    assert endless({1: [1], 2: []}) == {1}


def test_no_elements_at_all() -> None:
    _, shapes = drawn(opened(models.nothing().text))
    assert shapes.triangles.shape == (0, 3, 3)
    assert len(shapes.missed) == 0


def test_progress_goes_from_nothing_to_all() -> None:
    model = opened(models.box().text)
    parts = structure(model)
    told: list[float] = []
    triangles(model, parts.elements, np.ones(len(parts.elements), bool), parts.building, 1.0, told.append)
    assert told == sorted(told)
    assert 0 <= told[0] <= told[-1] <= 1


@needs_data
@pytest.mark.parametrize(
    ("name", "missed"),
    [
        ("AC20-FZK-Haus", 0),
        ("Duplex_A_20110907", 0),
        ("SampleHouse4", 0),
        ("ISSUE_021_Mini_Project", 0),
        ("ifcgref_file", 41),
    ],
)
def test_no_element_with_a_surface_is_missed(name: str, missed: int) -> None:
    """41 elements of ifcgref_file are curves alone."""
    parts, shapes = drawn(ifcopenshell.open(DATA / f"{name}.ifc"))
    assert int(shapes.missed.sum()) == missed
    assert int(shapes.used.sum()) + missed == int(shapes.wanted.sum()) <= len(parts.elements)
