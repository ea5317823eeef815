"""The whole way from an IFC file to its buildings: models of known size, real models, and damaged ones."""

from __future__ import annotations

import json
import random
import re
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from pyproj import CRS

pytest.importorskip("ifcopenshell", reason="ifcopenshell is not installed")

from citycheck.citycheck_qgis.errors import InputError
from citycheck.citycheck_qgis.footprints.ifc import shapes
from citycheck.citycheck_qgis.footprints.ifc.read import read_ifc
from citycheck.citycheck_qgis.footprints.models import BuildingModel, ModelFile
from citycheck.examples.sample_ifc import IfcWriter, Word
from citycheck.tests.fixtures import ifc_models as models
from citycheck.tests.fixtures.ifc_models import Model, rectangle, shell

ROOT = Path(__file__).resolve().parents[2]
DATA = ROOT.parent / "shared" / "data" / "ifc"
needs_data = pytest.mark.skipif(not DATA.exists(), reason="../shared/data/ifc is not beside the checkout")

KNOWN: dict[str, Callable[[], Model]] = {
    "box": models.box,
    "box in millimetres": lambda: models.box("IFC2X3", "MILLIMETRE"),
    "box of IFC4X3": lambda: models.box("IFC4X3_ADD2"),
    "box without unit": lambda: models.box(unit=None),
    "basement": models.basement,
    "house on a garage": models.tower_on_garage,
    "house on a garage under lawn": lambda: models.tower_on_garage(-0.8),
    "house on a deep garage": lambda: models.tower_on_garage(-1.5, "地下一层"),
    "tower with podium": models.tower_with_podium,
    "courtyard": models.courtyard,
    "court of openings": models.courtyard_of_openings,
    "court of openings in millimetres": lambda: models.courtyard_of_openings("MILLIMETRE"),
    "court of openings as deep as the floors": lambda: models.courtyard_of_openings(over=0.0),
    "lift shaft": models.lift_shaft,
    "two towers": models.two_towers,
    "two towers, two buildings": lambda: models.two_towers(2),
    "bridged towers": models.bridged_towers,
    "walls only": models.walls_only,
    "structure only": models.structural_only,
    "no site": models.no_site,
    "no storey": models.no_storey,
    "no building": models.no_building,
    "no project": models.no_project,
    "loops": models.loops,
    "complex": models.complex_of_buildings,
    "parts and openings": models.parts_and_openings,
    "several sites": models.several_sites,
    "Chinese": models.chinese,
    "Chinese in GB 18030": lambda: models.chinese("gb18030"),
    "feet": models.feet_with_areas,
}


def codes(found: ModelFile | BuildingModel) -> list[str]:
    return [one.code for one in found.findings]


def account(result: ModelFile) -> dict[str, int]:
    """Return the counts of elements; they must add up."""
    values = result.elements
    assert values["all"] == values["used"] + values["missed"] + values["aside"]
    assert sum(b.elements for b in result.buildings) <= values["used"]
    assert sum(b.elements_missed for b in result.buildings) <= values["missed"]
    return values


@pytest.mark.parametrize("case", KNOWN)
def test_models_of_known_size(tmp_path: Path, case: str) -> None:
    made = KNOWN[case]()
    result = read_ifc(made.write(tmp_path / "模型.ifc"))
    account(result)
    assert [b.guid for b in result.buildings] == [truth.guid for truth in made.buildings]
    for building, truth in zip(result.buildings, made.buildings, strict=True):
        assert building.roofprint is not None and building.ground is not None
        assert building.roofprint.area == pytest.approx(truth.roof, rel=0.004)
        assert building.ground.area == pytest.approx(truth.ground, rel=0.004)
        assert building.height == pytest.approx(truth.height, abs=0.02)
        assert building.storeys_above == truth.storeys
        assert building.quality in ("good", "check")
        assert building.placement is not None
        assert building.elements_missed == 0


def test_methods_say_how_prints_were_made(tmp_path: Path) -> None:
    def methods(made: Model) -> tuple[str | None, str | None, str]:
        building = read_ifc(made.write(tmp_path / "a.ifc")).buildings[0]
        return building.roof_method, building.ground_method, building.quality

    assert methods(models.box()) == ("envelope", "wall_ring", "good")
    assert methods(models.walls_only()) == ("filled_walls", "wall_ring", "check")
    assert methods(models.structural_only()) == ("envelope", "ground_slabs", "check")
    assert methods(models.steel()) == ("hull", "roofprint", "poor")


def test_steel_is_flagged(tmp_path: Path) -> None:
    assert "thin_members_only" in codes(read_ifc(models.steel().write(tmp_path / "a.ifc")).buildings[0])


def test_file_without_any_building(tmp_path: Path) -> None:
    result = read_ifc(models.nothing().write(tmp_path / "a.ifc"))
    assert result.buildings == []
    assert "not_a_building" in codes(result)
    assert account(result)["all"] == 0


def test_elements_outside_of_buildings_are_counted_and_not_merged(tmp_path: Path) -> None:
    result = read_ifc(models.parts_and_openings().write(tmp_path / "a.ifc"))
    values = account(result)
    assert "elements_without_building" in codes(result)
    assert values["aside"] == 3


def test_paving_is_no_roof(tmp_path: Path) -> None:
    w = IfcWriter("paved")
    building = w.building(w.site(), "House")
    storey = shell(w, building, rectangle(10, 8), 2)[0]
    w.element("IFCSLAB", storey, w.prism(rectangle(60, 50, -20, -20), -0.2, 0.2), "Paving", "FLOOR")
    path = tmp_path / "a.ifc"
    path.write_bytes(w.text())
    house = read_ifc(path).buildings[0]
    assert house.roofprint is not None and house.ground is not None
    assert house.roofprint.area == pytest.approx(80)
    assert (house.ground_method, house.ground.area) == ("wall_ring", pytest.approx(80))
    assert "paving_left_out" in codes(house)


@pytest.mark.parametrize(
    "made",
    [
        models.paved_courtyard(),
        models.paved_courtyard(top=-0.2),
        models.paved_courtyard(size=10.0),
        models.paved_courtyard(rooms="around"),
        models.paved_courtyard(whole=True),
    ],
    ids=["level", "lower", "smaller", "rooms around", "slab under all"],
)
def test_paved_court_is_open(tmp_path: Path, made: Model) -> None:
    court, true = read_ifc(made.write(tmp_path / "a.ifc")).buildings[0], made.buildings[0]
    assert court.roofprint is not None and court.ground is not None
    assert court.roofprint.area == pytest.approx(true.roof, rel=1e-3)
    assert court.ground.area == pytest.approx(true.ground, rel=1e-3)
    assert court.ground_method == "wall_ring"
    assert "court_paved" in codes(court) and court.quality == "check"
    assert court.floor_area == pytest.approx(3 * true.ground, rel=1e-3)


@pytest.mark.parametrize("top", [-0.02, -0.2, -0.8, -1.5])
def test_garage_around_the_house_is_a_storey_and_no_ground(tmp_path: Path, top: float) -> None:
    house = read_ifc(models.tower_on_garage(top).write(tmp_path / "a.ifc")).buildings[0]
    assert house.ground is not None
    assert (house.ground_method, house.ground.area) == ("wall_ring", pytest.approx(300))
    assert (house.storeys_above, house.storeys_below) == (6, 1)
    assert house.floor_area == pytest.approx(6 * 300 + 2500)
    # The roof of the garage lies at the ground floor and is too large for it, which is told.
    assert (house.quality, codes(house)) == ("good", ["floors_replaced"] if top > -0.6 else [])


@pytest.mark.parametrize(("width", "z"), [(10.0, 1.5), (5.0, 1.5), (10.0, -1.5)])
def test_split_level_is_told(tmp_path: Path, width: float, z: float) -> None:
    split = read_ifc(models.split_level(width, z).write(tmp_path / "a.ifc")).buildings[0]
    assert split.roofprint is not None
    assert split.roofprint.area == pytest.approx(10 * (20 + width), rel=1e-3)
    assert "split_level" in codes(split) and split.quality == "check"


def test_joint_between_parts_is_in_neither_print(tmp_path: Path) -> None:
    w = IfcWriter("joint")
    building = w.building(w.site(), "Joint")
    shell(w, building, rectangle(10, 10), 2)
    shell(w, building, rectangle(10, 10, 10.4), 2)
    path = tmp_path / "a.ifc"
    path.write_bytes(w.text())
    joint = read_ifc(path).buildings[0]
    assert joint.roofprint is not None and joint.ground is not None
    assert (joint.roofprint.area, joint.ground.area) == (pytest.approx(200), pytest.approx(200))
    assert (joint.quality, codes(joint)) == ("good", [])


def test_hall_between_walls_is_no_court(tmp_path: Path) -> None:
    hall = read_ifc(models.paved_courtyard(rooms="all").write(tmp_path / "a.ifc")).buildings[0]
    assert hall.roofprint is not None and hall.ground is not None
    assert (hall.roofprint.area, hall.ground.area) == (pytest.approx(900), pytest.approx(900))
    assert "court_paved" not in codes(hall)


@pytest.mark.parametrize(
    ("size", "z", "glazed", "part", "roof", "quality"),
    [
        (5.0, 2.7, False, False, 375.0, "good"),
        (5.0, 2.7, False, True, 375.0, "good"),
        (5.0, 2.7, True, False, 400.0, "good"),
        (2.5, 2.7, False, False, 400.0, "good"),
        (5.0, 2.9, False, False, 400.0, "good"),
    ],
    ids=["open", "of the whole roof", "glazed", "small", "not through"],
)
def test_openings_of_roofs(
    tmp_path: Path, size: float, z: float, glazed: bool, part: bool, roof: float, quality: str
) -> None:
    """Open to the sky is a roof where a large opening goes through it that no window fills."""
    w = IfcWriter("opened")
    storey = w.storey(w.building(w.site(), "House"), "1F", 0)
    w.walls(storey, rectangle(20, 20), 0, 2.8)
    w.walls(storey, rectangle(size, size, 5, 5)[::-1], 0, 2.8)
    floor = w.prism(rectangle(20, 20), -0.2, 0.2, [rectangle(size, size, 5, 5)[::-1]])
    w.element("IFCSLAB", storey, floor, "Floor", "FLOOR")
    host = whole = w.element(
        "IFCROOF", storey, None if part else w.prism(rectangle(20, 20), 2.8, 0.2), "Roof"
    )
    if part:
        w.element("IFCSLAB", None, w.prism(rectangle(20, 20), 2.8, 0.2), "Plate", "ROOF", part_of=whole)
    window = None
    if glazed:
        window = w.element("IFCWINDOW", storey, w.prism(rectangle(size, size, 5, 5), 2.9, 0.1), "Skylight")
    models.void(w, host, w.prism(rectangle(size, size, 5, 5), z, 0.5), window)
    path = tmp_path / "a.ifc"
    path.write_bytes(w.text())
    house = read_ifc(path).buildings[0]
    assert house.roofprint is not None
    assert house.roofprint.area == pytest.approx(roof, rel=1e-3)
    assert (house.quality, codes(house)) == (quality, [])


def test_large_opening_that_cannot_be_cut_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shapes, "MAX_OPENED", 0)
    court = read_ifc(models.courtyard_of_openings().write(tmp_path / "a.ifc")).buildings[0]
    assert court.roofprint is not None and court.roofprint.area == pytest.approx(900)
    assert (court.quality, codes(court)) == ("check", ["elements_rough"])


def test_tree_beside_the_house_is_no_roof(tmp_path: Path) -> None:
    w = IfcWriter("tree")
    storey = shell(w, w.building(w.site(), "House"), rectangle(10, 8), 2)[0]
    for name, x, z in (("Tree", 20, 2), ("Canopy", 10, 2.5)):
        w.element("IFCBUILDINGELEMENTPROXY", storey, w.prism(rectangle(3, 3, x, 2), z, 0.2), name)
    path = tmp_path / "a.ifc"
    path.write_bytes(w.text())
    house = read_ifc(path).buildings[0]
    assert house.roofprint is not None
    assert house.roofprint.area == pytest.approx(80 + 9)


def test_height_does_not_come_from_walls_before_they_are_cut(tmp_path: Path) -> None:
    """The gable is modelled 9 m high and clipped at 5 m, above the flat roof at 3 m."""
    w = IfcWriter("gable")
    storey = shell(w, w.building(w.site(), "House"), rectangle(10, 8), 1)[0]
    half = w.add("IFCHALFSPACESOLID", w.add("IFCPLANE", w.axes((0, 0, 5))), False)
    solid = w.prism(rectangle(10, 0.24), 0, 9)
    clipped = w.add("IFCBOOLEANCLIPPINGRESULT", Word("DIFFERENCE"), solid, half)
    w.element("IFCWALL", storey, clipped, "Gable")
    path = tmp_path / "a.ifc"
    path.write_bytes(w.text())
    assert read_ifc(path).buildings[0].height == pytest.approx(5.2)


def test_elements_without_envelope_are_all_taken(tmp_path: Path) -> None:
    w = IfcWriter("glass")
    storey = w.storey(w.building(w.site(), "Glasshouse"), "0", 0)
    for x in range(8):
        w.element("IFCWINDOW", storey, w.prism(rectangle(1, 6, x), 3, 0.05), "Pane")
    w.element("IFCFURNISHINGELEMENT", storey, w.prism(rectangle(3, 3, 30, 30), 0, 1), "Bench")
    path = tmp_path / "a.ifc"
    path.write_bytes(w.text())
    result = read_ifc(path)
    glass = result.buildings[0]
    assert glass.roofprint is not None
    assert glass.roofprint.area == pytest.approx(48)
    assert "no_envelope" in codes(glass)
    assert account(result)["aside"] == 1


def test_building_without_any_shape(tmp_path: Path) -> None:
    w = IfcWriter("bare")
    w.building(w.site(), "Bare")
    path = tmp_path / "a.ifc"
    path.write_bytes(w.text())
    bare = read_ifc(path).buildings[0]
    assert (bare.roofprint, bare.ground, bare.quality) == (None, None, "poor")
    assert "building_without_shape" in codes(bare)


def test_place_and_zip(tmp_path: Path) -> None:
    path = tmp_path / "located.ifczip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("located.ifc", models.located("mm_eastings").text)
    placed = read_ifc(path).buildings[0].placement
    assert placed is not None and placed.crs is not None
    assert placed.crs.to_epsg() == 4547
    centre = placed.place(read_ifc(path).buildings[0].ground).centroid
    assert centre.x == pytest.approx(models.EASTING, abs=20)
    site = models.located("site").write(tmp_path / "site.ifc")
    assert read_ifc(site).buildings[0].placement.state == "needs_control_points"
    given = read_ifc(site, default_crs=CRS.from_epsg(4547)).buildings[0].placement
    assert given.state == "placed"
    points = [(0.0, 0.0, 487000.0, 2565000.0), (10.0, 0.0, 487010.0, 2565000.0)]
    box = models.box().write(tmp_path / "box.ifc")
    fitted = read_ifc(box, default_crs=CRS.from_epsg(4547), control_points=points).buildings[0].placement
    assert fitted.method == "control_points"


def test_result_does_not_depend_on_the_run(tmp_path: Path) -> None:
    path = models.two_towers(2).write(tmp_path / "a.ifc")
    first, second = read_ifc(path), read_ifc(path)
    assert [b.roofprint.wkb for b in first.buildings] == [b.roofprint.wkb for b in second.buildings]
    assert [str(one) for one in first.findings] == [str(one) for one in second.findings]


# Real models

#: Roofprint and ground print in square metres, ground method, storeys above ground, height in metres.
REAL = {
    "AC20-FZK-Haus": (143.0, 120.0, "wall_ring", 2, 6.52),
    "Duplex_A_20110907": (207.5, 156.6, "wall_ring", 2, 6.75),
    "SampleHouse4": (146.2, 85.2, "wall_ring", 1, 3.95),
    "20160414office_model_CV2_fordesign": (333.6, 333.6, "wall_ring", 4, 12.9),
    "bimwhale_LargeBuilding": (331.3, 331.3, "wall_ring", 2, 8.15),
    "bimwhale_TallBuilding": (67.2, 67.2, "wall_ring", 4, 16.55),
    "PCERT_building-architecture": (38.4, 28.9, "ground_slabs", 1, 6.3),
}


@needs_data
@pytest.mark.parametrize("name", REAL)
def test_real_houses(name: str) -> None:
    """FZK-Haus: 143.00 and 120.00 m², 2 storeys, 6.52 m are what its CityGML twin states."""
    roof, ground, method, storeys, height = REAL[name]
    result = read_ifc(DATA / f"{name}.ifc")
    account(result)
    (building,) = result.buildings
    assert building.roofprint is not None and building.ground is not None
    assert building.roofprint.area == pytest.approx(roof, rel=0.003)
    assert building.ground.area == pytest.approx(ground, rel=0.003)
    assert building.ground_method == method
    assert building.storeys_above == storeys
    assert building.height == pytest.approx(height, abs=0.1)


@needs_data
def test_32_buildings_stay_32() -> None:
    result = read_ifc(DATA / "ifcgref_file.ifc")
    assert account(result) == {"all": 424, "used": 383, "missed": 41, "aside": 0}
    assert len(result.buildings) == 32
    prints = [b.ground for b in result.buildings]
    assert sum(p.area for p in prints) == pytest.approx(12320.7, rel=0.002)
    assert len({p.centroid.wkb for p in prints}) == 32


@needs_data
@pytest.mark.parametrize("path", sorted(DATA.rglob("*.ifc")), ids=lambda path: path.stem)
def test_every_file_is_read_or_refused(path: Path) -> None:
    try:
        result = read_ifc(path)
    except InputError as error:
        assert path.name in str(error)
        return
    account(result)
    assert result.buildings or "not_a_building" in codes(result) or not account(result)["used"]
    for building in result.buildings:
        for shape in (building.roofprint, building.ground):
            assert shape is None or (shape.is_valid and shape.area > 0)


# Damage

_CHILD = """
import json, sys
sys.path.insert(0, sys.argv[1])
import conftest
from citycheck.citycheck_qgis.errors import InputError
from citycheck.citycheck_qgis.footprints.ifc import shapes
from citycheck.citycheck_qgis.footprints.ifc.read import read_ifc
for path in sys.argv[2:]:
    print(json.dumps({"path": path}), flush=True)
    try:
        result = read_ifc(path)
    except InputError as error:
        told = {"refused": str(error)}
    else:
        told = {
            "codes": [one.code for one in result.findings],
            "account": result.elements,
            "buildings": [[b.elements, b.elements_missed, [one.code for one in b.findings]] for b in result.buildings],
            "valid": all(s is None or s.is_valid for b in result.buildings for s in (b.roofprint, b.ground)),
        }
    print(json.dumps(told), flush=True)
"""


def damaged(text: bytes, dice: random.Random) -> bytes:
    """Return a text with one kind of damage."""
    kind = dice.choice(["cut", "byte", "bytes", "number", "reference", "loop", "delete", "double", "class"])
    lines = text.split(b"\n")
    at = dice.randrange(len(lines))
    if kind == "cut":
        return text[: dice.randrange(len(text))]
    if kind in ("byte", "bytes"):
        raw = bytearray(text)
        for _ in range(1 if kind == "byte" else 20):
            raw[dice.randrange(len(raw))] = dice.randrange(256)
        return bytes(raw)
    if kind == "number":
        numbers = list(re.finditer(rb"(?<=[(,])-?\d+\.\d*(?=[,)])", text))
        hit = dice.choice(numbers)
        wild = dice.choice([b"1E30", b"-1E300", b"0.", b"-7.", b"1E-12", b"9999999999."])
        return text[: hit.start()] + wild + text[hit.end() :]
    if kind in ("reference", "loop"):
        found = list(re.finditer(rb"#\d+", lines[at]))
        if len(found) > 1:
            hit, other = dice.choice(found[1:]), found[0][0]
            if kind == "reference":
                other = b"#%d" % dice.randrange(1, len(lines))
            lines[at] = lines[at][: hit.start()] + other + lines[at][hit.end() :]
    elif kind == "delete":
        del lines[at]
    elif kind == "double":
        lines.insert(dice.randrange(len(lines)), lines[at])
    else:
        names = re.findall(rb"=(IFC\w+)\(", text)
        lines[at] = re.sub(rb"=IFC\w+", b"=" + dice.choice(names), lines[at])
    return b"\n".join(lines)


def outcomes(paths: list[Path]) -> dict[str, dict[str, object] | None]:
    """Read files in child processes; None for a file whose process died."""
    waiting, results = [str(path) for path in paths], {}
    while waiting:
        child = subprocess.run(
            [sys.executable, "-W", "ignore", "-c", _CHILD, str(ROOT), *waiting],
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        told = [json.loads(line) for line in child.stdout.splitlines()]
        for one in told:
            if "path" in one:
                last = one["path"]
                results[last] = None
            else:
                results[last] = one
        waiting = waiting[waiting.index(last) + 1 :]
        assert results[last] is None or not waiting, child.stderr[-2000:]
        assert results[last] is not None or child.returncode < 0, child.stderr[-2000:]
    return results


def test_damage_is_refused_or_told_and_nothing_is_lost_in_silence(tmp_path: Path) -> None:
    """Of 240 damaged files none raises anything but InputError; the kernels may crash on a few, never on more."""
    bases = [models.box(), models.courtyard(), models.chinese("gb18030")]
    used = [account(read_ifc(base.write(tmp_path / "base.ifc")))["used"] for base in bases]
    paths = []
    for seed in range(240):
        path = tmp_path / f"{seed}.ifc"
        path.write_bytes(damaged(bases[seed % 3].text, random.Random(seed)))
        paths.append(path)
    results = outcomes(paths)
    assert len(results) == 240
    crashed = [path for path, told in results.items() if told is None]
    assert len(crashed) <= 5, crashed
    for path, told in results.items():
        if told is None or "refused" in told:
            continue
        counted = told["account"]
        assert counted["all"] == counted["used"] + counted["missed"] + counted["aside"]
        assert told["valid"]
        fewer = counted["used"] < used[int(Path(path).stem) % 3]
        assert not fewer or told["codes"] or counted["missed"] or counted["aside"], path


@needs_data
def test_memory_stays_near_the_size_of_the_file(tmp_path: Path) -> None:
    """The peak of a fresh process, less that of one which reads next to nothing."""
    if sys.platform == "win32":
        pytest.skip("the peak is not measured here")
    small = models.box().write(tmp_path / "small.ifc")
    big = DATA / "20160414office_model_CV2_fordesign.ifc"
    peaks = []
    for path in (small, big):
        code = "import resource\n" + _CHILD + "\nprint(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)"
        done = subprocess.run(
            [sys.executable, "-W", "ignore", "-c", code, str(ROOT), str(path)],
            capture_output=True,
            text=True,
            check=True,
        )
        peaks.append(int(done.stdout.splitlines()[-1]) / 1024)
    assert peaks[1] - peaks[0] < 10 * big.stat().st_size / 1e6 + 100
