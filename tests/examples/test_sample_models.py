"""The models of the sample city stand where its register has the buildings, and say of them what they promise."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import geopandas as gpd
import ifcopenshell
import ifcopenshell.validate
import pyogrio
import pytest
import shapely
from citycheck.citycheck_qgis.footprints.citymodels.read import read_city_model
from citycheck.citycheck_qgis.footprints.findings import codes_of
from citycheck.citycheck_qgis.footprints.ifc.read import read_ifc
from citycheck.citycheck_qgis.footprints.models import BuildingModel

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"
if str(EXAMPLES) not in sys.path:
    sys.path.append(str(EXAMPLES))
import sample_city  # noqa: E402
import sample_ifc  # noqa: E402
import sample_models  # noqa: E402

IFC = ("塔楼与裙房.ifc", "围合院落.ifc", "双塔裙房.ifc", "教学楼_毫米坐标.ifc")


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("模型 models")
    sample_city.make(folder)
    return folder


@pytest.fixture(scope="module")
def register(city: Path) -> gpd.GeoDataFrame:
    table = pyogrio.read_dataframe(city / "buildings.gpkg")
    return table[table.geometry.notna() & table.geometry.is_valid].set_index("building_id")


def on_the_ground(building: BuildingModel) -> shapely.Geometry:
    shape = building.ground
    assert shape is not None
    return building.placement.place(shape) if building.placement else shape


def best(register: gpd.GeoDataFrame, shape: shapely.Geometry) -> tuple[str, float]:
    """Return the register's building that overlaps most, and the share of what both cover."""
    near = register[register.intersects(shape)]
    share = near.intersection(shape).area / near.union(shape).area
    return share.idxmax(), share.max()


def test_same_bytes_every_time(city: Path, tmp_path: Path) -> None:
    sample_city.make(tmp_path)
    made = sorted((city / "models").iterdir())
    assert [p.name for p in made] == sorted((*IFC, "街坊.city.json"))
    for path in made:
        assert (tmp_path / "models" / path.name).read_bytes() == path.read_bytes()


@pytest.mark.parametrize("name", IFC)
def test_files_are_valid(city: Path, name: str) -> None:
    model = ifcopenshell.open(str(city / "models" / name))
    log = ifcopenshell.validate.json_logger()
    ifcopenshell.validate.validate(model, log)
    assert log.statements == []
    guids = [root.GlobalId for root in model.by_type("IfcRoot")]
    assert len(set(guids)) == len(guids)


@pytest.mark.parametrize(
    ("name", "share", "method", "code", "findings"),
    [
        ("塔楼与裙房.ifc", 0.999, "map_conversion", "城市体检信息.建筑编码", ""),
        ("围合院落.ifc", 0.7, "property_set", "IfcBuilding.Name", ""),
        ("双塔裙房.ifc", 0.999, "map_conversion", None, ""),
        ("教学楼_毫米坐标.ifc", 0.999, "map_conversion", None, "map_unit_corrected"),
    ],
)
def test_models_stand_where_the_register_has_them(
    city: Path,
    register: gpd.GeoDataFrame,
    name: str,
    share: float,
    method: str,
    code: str | None,
    findings: str,
) -> None:
    (building,) = read_ifc(city / "models" / name).buildings
    place = building.placement
    assert place is not None
    assert (place.state, place.method, place.crs.to_epsg()) == ("placed", method, 4547)
    assert codes_of(place.findings) == findings
    found, overlap = best(register, on_the_ground(building))
    assert overlap > share
    assert building.sources.get("code") == code
    assert building.code == (found if code else None)
    row = register.loc[found]
    assert building.storeys_above == row["storeys"]
    assert building.height == pytest.approx(row["height"] + (0.6 if "教学楼" in name else 0), abs=0.05)
    assert building.elements_missed == 0


def test_what_the_models_say(city: Path, register: gpd.GeoDataFrame) -> None:
    tower, court, towers, school = (read_ifc(city / "models" / name).buildings[0] for name in IFC)
    row = register.loc[tower.code]
    assert (tower.year_built, tower.use, tower.structure) == (row["year_built"], row["use"], "框架-剪力墙")
    assert tower.address == "晴川市示例路1号"
    assert (court.year_built, court.structure) == (register.at[court.code, "year_built"], "砖混结构")
    assert (towers.year_built, towers.use, towers.structure) == (None, None, "concrete")
    assert towers.project is None
    assert school.floor_area_method == "quantity"
    assert school.floor_area == pytest.approx(5 * school.ground.area, rel=1e-3)
    # A podium under towers has far less floor than its outline times its storeys.
    for building in (tower, towers):
        assert building.floor_area < 0.5 * building.storeys_above * building.ground.area
    assert len(shapely.get_rings(court.ground)) == 2
    assert "storeys_set_aside" in codes_of(school.findings)


def test_block_stands_where_the_register_has_it(city: Path, register: gpd.GeoDataFrame) -> None:
    model = read_city_model(city / "models" / "街坊.city.json")
    assert (model.schema, model.crs.to_epsg()) == ("CityJSON 2.0", 4547)
    assert len(model.buildings) >= sample_models.BLOCK
    without = 0
    for building in model.buildings:
        found, overlap = best(register, on_the_ground(building))
        assert overlap > 0.999
        assert building.code in (None, found)
        without += building.code is None
        assert building.height == register.at[found, "height"]
    assert 0 < without < len(model.buildings) / 2


def test_block_keeps_to_the_standard(city: Path) -> None:
    model = json.loads((city / "models" / "街坊.city.json").read_text(encoding="utf-8"))
    objects = model["CityObjects"]
    parts = [key for key, value in objects.items() if value["type"] == "BuildingPart"]
    assert len(parts) == 2
    for key in parts:
        (parent,) = objects[key]["parents"]
        assert key in objects[parent]["children"] and "geometry" not in objects[parent]
    lods = {g["lod"] for value in objects.values() for g in value.get("geometry", [])}
    assert lods == {"1.2", "2.2"}
    used = set()
    for value in objects.values():
        for solid in value.get("geometry", []):
            edges: dict[tuple[int, int], int] = {}
            for (ring,) in solid["boundaries"][0]:
                used.update(ring)
                for edge in zip(ring, [*ring[1:], ring[0]], strict=True):
                    edges[edge] = edges.get(edge, 0) + 1
            # Closed and turned outwards alike: every edge is met once each way.
            assert all(count == 1 and (b, a) in edges for (a, b), count in edges.items())
    assert used == set(range(len(model["vertices"])))


def test_subjects_are_drawn_back_where_they_were() -> None:
    shape = shapely.Polygon([(100, 200), (130, 240), (110, 255), (80, 215)])
    table = gpd.GeoDataFrame(
        {"building_id": ["1"], "storeys": [3], "height": [9.2], "year_built": [2000], "use": ["住宅"]},
        geometry=[shape],
    )
    house = sample_models.subject(next(table.itertuples()))
    x, y = house.x
    back = [(house.origin[0] + a * x - b * y, house.origin[1] + a * y + b * x) for a, b in house.ring]
    assert shapely.Polygon(back).symmetric_difference(shape).area < 0.01
    assert house.ring[0] == (0, 0) and abs(house.ring[1][1]) < 1e-6
    assert house.storey == 3.0


def test_global_ids_are_those_of_the_standard() -> None:
    made = sample_ifc.guid("a", 1)
    assert made == sample_ifc.guid("a", 1) != sample_ifc.guid("a", 2)
    assert len(made) == 22 and made[0] in "0123"
    assert ifcopenshell.guid.compress(ifcopenshell.guid.expand(made)) == made


@pytest.mark.parametrize("text", ["plain", "it's", "3号楼", "a\\b", "𠮷野家", "混 mixed 文"])
def test_texts_come_back(text: str) -> None:
    w = sample_ifc.IfcWriter("text")
    w.site(text)
    assert ifcopenshell.file.from_string(w.text().decode()).by_type("IfcSite")[0].Name == text


def test_inset_keeps_corners() -> None:
    ring = [(0.0, 0.0), (10.0, 0.0), (10.0, 8.0), (0.0, 8.0)]
    assert sample_ifc.inset(ring, 1).tolist() == [[1, 1], [9, 1], [9, 7], [1, 7]]
    assert sample_ifc.inset(ring[::-1], 1).tolist() == [[-1, 9], [11, 9], [11, -1], [-1, -1]]
