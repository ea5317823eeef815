"""Models of some of the sample city's buildings, as design offices and a survey would deliver them.

Four IFC files, each placed and named in another way, and one CityJSON block. They stand exactly where the layer of
buildings has them, so that a cross-reference finds them: one by the code in a property set, one by the code in its
name, two by their place alone.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import geopandas as gpd
import numpy as np
import pyproj
import shapely
from sample_ground import CENTRE, CRS
from sample_ifc import SLAB, Array, IfcWriter, Ref, Ring, guid, inset, shell

#: Height above the sea at the centre of the city, metres.
ELEVATION = 12.0
PODIUM = 3
#: Sides of a lift shaft, and of what is left around a court, metres.
SHAFT, WING = 4.0, 11.0
#: Buildings of the CityJSON block, and the share of a building's height that its gable has.
BLOCK, GABLE = 8, 0.18


@dataclass(frozen=True)
class Subject:
    """A building of the register that gets a model, in coordinates of its own.

    Attributes
    ----------
    origin, x : a corner in map coordinates and the direction of the longest side from there
    ring : outline in metres from there, anticlockwise, open
    """

    code: str
    storeys: int
    height: float
    year: int
    use: str
    origin: Array
    x: Array
    ring: Ring

    @property
    def storey(self) -> float:
        """Height of a storey: from the underside of the lowest slab to the roof the storeys fill the height."""
        return round((self.height - SLAB) / self.storeys, 3)

    def inner(self, u0: float, v0: float, u1: float, v1: float) -> Ring:
        """Return the part of a four-cornered outline between shares of its sides."""
        a, b, c, d = np.array(self.ring[:4])
        corners = [(u0, v0), (u1, v0), (u1, v1), (u0, v1)]
        points = [(1 - u) * (1 - v) * a + u * (1 - v) * b + u * v * c + (1 - u) * v * d for u, v in corners]
        return [(round(float(p[0]), 4), round(float(p[1]), 4)) for p in points]


def write_models(folder: Path, buildings: gpd.GeoDataFrame) -> dict[str, Path]:
    """Write the models of four buildings and one block and return the files by a short name.

    Parameters
    ----------
    folder : is made where it does not exist
    buildings : the register: building_id, storeys, height, year_built, use, block, geometry (EPSG:4547)
    """
    folder.mkdir(parents=True, exist_ok=True)
    tower, towers, court, school = choose(buildings)
    texts = {
        "tower_with_podium": ("塔楼与裙房.ifc", tower_with_podium(tower)),
        "courtyard": ("围合院落.ifc", courtyard(court)),
        "two_towers": ("双塔裙房.ifc", two_towers(towers)),
        "millimetres": ("教学楼_毫米坐标.ifc", in_millimetres(school)),
        "block": ("街坊.city.json", city_block(_block(buildings))),
    }
    for name, text in texts.values():
        (folder / name).write_bytes(text)
    return {key: folder / name for key, (name, _) in texts.items()}


def choose(buildings: gpd.GeoDataFrame) -> tuple[Subject, Subject, Subject, Subject]:
    """Return the buildings that get an IFC model: a tower, another, a low block and one with a wing."""
    sound = _sound(buildings)
    corners = shapely.get_num_coordinates(sound.geometry.to_numpy()) - 1
    area, use, storeys = sound.area, sound["use"], sound["storeys"]
    towers = sound[(corners == 4) & use.isin(["办公", "商业"]) & (storeys >= 12) & (area > 1500)]
    blocks = sound[(corners == 4) & use.isin(["公共", "商业"]) & (storeys <= 6) & (area > 1500)]
    wide = blocks[[_breadth(shape) > 3 * WING for shape in blocks.geometry]]
    wings = sound[(corners > 4) & (use == "公共") & (storeys >= 3)]
    return (
        subject(towers.iloc[0]),
        subject(towers.iloc[1]),
        subject(wide.iloc[0]),
        subject(wings.iloc[0]),
    )


def _sound(buildings: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return the flawless rows from the centre of the city outwards."""
    shapes = buildings.geometry
    plain = shapes.notna() & (shapes.geom_type == "Polygon") & shapes.is_valid
    known = buildings[["storeys", "height", "year_built", "use"]].notna().all(axis=1)
    once = ~shapes.to_wkb().duplicated(keep=False)
    sound = buildings[plain & known & once]
    distance = np.hypot(*(shapely.get_coordinates(sound.geometry.centroid) - CENTRE).T)
    return sound.iloc[np.lexsort((sound["building_id"], np.round(distance, 1)))]


def _breadth(shape: shapely.Polygon) -> float:
    corners = shapely.get_coordinates(shapely.minimum_rotated_rectangle(shape))
    return float(np.hypot(*np.diff(corners[:3], axis=0).T).min())


def subject(row: object) -> Subject:
    """Return a row of the register in coordinates of its own."""
    shape = shapely.geometry.polygon.orient(row.geometry)  # type: ignore[attr-defined]
    points = shapely.get_coordinates(shape.exterior)[:-1]
    sides = np.roll(points, -1, axis=0) - points
    first = int(np.argmax(np.round(np.hypot(*sides.T), 2)))
    points = np.roll(points, -first, axis=0)
    along = points[1] - points[0]
    # Written directions have nine digits; what is drawn must use the same.
    x = np.round(along / np.hypot(*along), 9)
    ring = (points - points[0]) @ np.array([[x[0], -x[1]], [x[1], x[0]]])
    return Subject(
        code=str(row.building_id),  # type: ignore[attr-defined]
        storeys=int(row.storeys),  # type: ignore[attr-defined]
        height=float(row.height),  # type: ignore[attr-defined]
        year=int(row.year_built),  # type: ignore[attr-defined]
        use=str(row.use),  # type: ignore[attr-defined]
        origin=points[0],
        x=x,
        ring=[(float(a), float(b)) for a, b in np.round(ring, 4) + 0.0],
    )


def tower_with_podium(house: Subject) -> bytes:
    """Return a tower on a podium, IFC4 in metres with a map conversion; the code is in a property set."""
    w = IfcWriter("tower with podium", project="晴川市城市信息模型示例")
    place_by_conversion(w, house)
    building = w.building(
        _site(w, house), "塔楼与裙房", "综合楼", address=w.address("示例路1号", town="晴川市")
    )
    elements = _podium_and_towers(w, building, house, [(0.3, 0.25, 0.7, 0.75)])
    w.properties(
        building,
        "Pset_BuildingCommon",
        {"NumberOfStoreys": house.storeys, "YearOfConstruction": f"{house.year}", "OccupancyType": house.use},
    )
    w.properties(building, "城市体检信息", {"建筑编码": house.code, "结构类型": "框架-剪力墙"})
    _bearing(w, elements, "C40 钢筋混凝土")
    return w.text()


def courtyard(house: Subject) -> bytes:
    """Return a block around a court, IFC2X3 with property sets for its place; the code is in the building's name.

    The register draws it without the court, as registers do.
    """
    w = IfcWriter("courtyard", "IFC2X3", "MILLIMETRE", project="围合院落")
    site = _site(w, house)
    w.properties(site, "ePSet_MapConversion", {
        "Eastings": float(house.origin[0]), "Northings": float(house.origin[1]),
        "OrthogonalHeight": ELEVATION, "XAxisAbscissa": float(house.x[0]),
        "XAxisOrdinate": float(house.x[1]), "Scale": 0.001,
    })  # fmt: skip
    w.properties(site, "ePSet_ProjectedCRS", {"Name": "CGCS2000 / 3-degree Gauss-Kruger CM 114E"})
    building = w.building(site, f"院落 {house.code}")
    court = [(float(x), float(y)) for x, y in np.round(inset(house.ring, WING), 4)][::-1]
    storeys = shell(w, building, house.ring, house.storeys, holes=[court], name="{}层", height=house.storey)  # fmt: skip
    w.properties(building, "建筑信息", {"竣工时间": f"{house.year}年6月", "结构类型": "砖混结构", "建筑用途": house.use})  # fmt: skip
    _bearing(w, [wall for storey in storeys for wall in w.contained[storey][1:-1]], "烧结普通砖")
    return w.text()


def two_towers(house: Subject) -> bytes:
    """Return two towers on one podium, IFC4X3, whose height, age and code nobody wrote down."""
    w = IfcWriter("two towers", "IFC4X3_ADD2", project="Default")
    place_by_conversion(w, house)
    building = w.building(_site(w, house), "双塔")
    elements = _podium_and_towers(
        w, building, house, [(0.06, 0.25, 0.34, 0.75), (0.66, 0.25, 0.94, 0.75)], deck=PODIUM - 1
    )
    _bearing(w, elements, "C50")
    return w.text()


def in_millimetres(house: Subject) -> bytes:
    """Return a house with a wing as a well-known tool exports it: the map conversion in mm, its unit said to be the metre."""
    w = IfcWriter("in millimetres", "IFC4", "MILLIMETRE", project="项目名称")
    crs = w.projected_crs("EPSG:4547", w.length_unit(), "CGCS2000")
    easting, northing, height = (1000 * float(v) for v in (*house.origin, ELEVATION))
    w.map_conversion(crs, easting, northing, height, (float(house.x[0]), float(house.x[1])))
    building = w.building(_site(w, house), "教学楼", "中心小学教学楼")
    storeys = shell(w, building, house.ring, house.storeys, name="标高 {}", height=house.storey)
    top = w.storey(building, "屋面", round(house.storeys * house.storey, 6))
    w.walls(top, house.ring, 0.0, 0.6, 0.12)
    w.properties(
        building,
        "Pset_BuildingCommon",
        {"NumberOfStoreys": house.storeys + 1, "YearOfConstruction": f"{house.year}-09-01"},
    )
    area = shapely.Polygon(house.ring).area * house.storeys
    w.quantities(building, "Qto_BuildingBaseQuantities", {"GrossFloorArea": ("Area", round(area, 2))})
    _bearing(w, [wall for storey in storeys for wall in w.contained[storey][1:]], "混凝土砌块")
    return w.text()


def place_by_conversion(w: IfcWriter, house: Subject) -> None:
    """Say where a model in metres stands, as the schema has it."""
    crs = w.projected_crs(CRS, w.length_unit(), "CGCS2000", "Gauss-Kruger", "CM 114E")
    easting, northing = map(float, house.origin)
    w.map_conversion(crs, easting, northing, ELEVATION, (float(house.x[0]), float(house.x[1])), 1.0)


def _site(w: IfcWriter, house: Subject) -> Ref:
    """Add the site with the latitude and longitude of its origin, to the second."""
    to_degrees = pyproj.Transformer.from_crs(CRS, "EPSG:4490", always_xy=True)
    longitude, latitude = to_degrees.transform(*house.origin)
    return w.site("建设用地", (_degrees(latitude), _degrees(longitude)), ELEVATION)


def _degrees(angle: float) -> tuple[int, int, int, int]:
    seconds = round(angle * 3600)
    return seconds // 3600, seconds // 60 % 60, seconds % 60, 0


def _podium_and_towers(w: IfcWriter, building: Ref, house: Subject, shares: Sequence[tuple[float, float, float, float]],
                       deck: int = PODIUM) -> list[Ref]:  # fmt: skip
    """Add a podium over the whole outline and towers with lift shafts over parts of it; return walls and columns."""
    rings = [house.inner(*share) for share in shares]
    shafts = [_shaft(ring) for ring in rings]
    storeys = shell(w, building, house.ring, deck, shafts=shafts, name="裙房{}层", height=house.storey)
    for shaft in shafts:
        w.element("IFCSLAB", storeys[0], w.prism(shaft[::-1], -SLAB, SLAB), "电梯基坑", "BASESLAB")
    for number, (ring, shaft) in enumerate(zip(rings, shafts, strict=True)):
        name = "{}层" if len(rings) == 1 else "AB"[number] + "座{}层"
        storeys += shell(w, building, ring, house.storeys - deck, deck * house.storey, deck + 1, shafts=[shaft], name=name,
                         height=house.storey)  # fmt: skip
    columns = [
        w.element("IFCCOLUMN", storey, w.prism(_square(at), 0.0, house.storey - SLAB), "柱")
        for storey in storeys[:deck]
        for at in inset(house.ring, 1.5)
    ]
    walls = [e for storey in storeys for e in w.contained[storey] if "IFCWALL(" in w.lines[e.id - 1]]
    return [*walls, *columns]


def _shaft(ring: Ring) -> Ring:
    """Return a square hole in the middle of a ring, clockwise."""
    middle = np.array(ring).mean(axis=0)
    return _square(middle, SHAFT / 2)[::-1]


def _square(at: Array, half: float = 0.4) -> Ring:
    x, y = round(float(at[0]), 4), round(float(at[1]), 4)
    return [(x - half, y - half), (x + half, y - half), (x + half, y + half), (x - half, y + half)]


def _bearing(w: IfcWriter, elements: Sequence[Ref], material: str) -> None:
    w.properties(elements, "Pset_WallCommon", {"LoadBearing": True})
    w.material(elements, material)


# The block


def _block(buildings: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return the buildings of the most central block that has enough four-cornered dwellings."""
    sound = _sound(buildings)
    corners = shapely.get_num_coordinates(sound.geometry.to_numpy()) - 1
    homes = sound[(sound["use"] == "住宅") & (sound["block"] >= 0) & (corners == 4)]
    many = homes.groupby("block")["building_id"].transform("size") >= BLOCK
    return sound[sound["block"] == homes[many]["block"].iloc[0]].sort_values("building_id")


class _Vertices:
    """The shared vertices of a CityJSON file, in millimetres from a corner."""

    def __init__(self, corner: Array) -> None:
        self.corner = corner
        self.number: dict[tuple[int, int, int], int] = {}

    def add(self, x: float, y: float, z: float) -> int:
        """Return the number of a vertex."""
        key = (round((x - self.corner[0]) * 1000), round((y - self.corner[1]) * 1000), round(z * 1000))
        return self.number.setdefault(key, len(self.number))


def city_block(rows: gpd.GeoDataFrame) -> bytes:
    """Return a block as CityJSON 2.0: blocks (LoD 1.2) and roofs (LoD 2.2), one building in two parts.

    Every fifth building is without its code, as are the first one's parts, which their building has.
    """
    corner = np.floor(rows.total_bounds[:2])
    vertices = _Vertices(corner)
    objects: dict[str, dict[str, object]] = {}
    for number, row in enumerate(rows.itertuples()):
        key = "bldg_" + guid("block", row.building_id).replace("$", "-")
        shape = shapely.geometry.polygon.orient(row.geometry)
        ring = shapely.get_coordinates(shape.exterior)[:-1]
        attributes: dict[str, object] = {
            "楼栋编号": row.building_id, "measuredHeight": float(row.height), "storeysAboveGround": int(row.storeys),
            "yearOfConstruction": int(row.year_built), "function": row.use,
        }  # fmt: skip
        if number % 5 == 4:
            del attributes["楼栋编号"]
        objects[key] = {"type": "Building", "attributes": attributes}
        top = ELEVATION + float(row.height)
        if number == 0 and len(ring) == 4:
            objects[key]["children"] = [f"{key}_{side}" for side in (1, 2)]
            for side, part in enumerate(_halves(ring), 1):
                height = top if side == 1 else ELEVATION + float(row.height) / 2
                objects[f"{key}_{side}"] = {
                    "type": "BuildingPart", "parents": [key], "attributes": {"measuredHeight": round(height - ELEVATION, 2)},
                    "geometry": [_solid(vertices, part, height, "1.2"), _solid(vertices, part, height, "2.2")],
                }  # fmt: skip
            continue
        roof = _gabled(vertices, ring, top) if len(ring) == 4 else _solid(vertices, ring, top, "2.2")
        objects[key]["geometry"] = [_solid(vertices, ring, top, "1.2"), roof]
    corners = np.array(list(vertices.number)) / 1000
    low, high = corners.min(0), corners.max(0)
    extent = [*(low[:2] + corner), low[2], *(high[:2] + corner), high[2]]
    model = {
        "type": "CityJSON",
        "version": "2.0",
        "transform": {"scale": [0.001, 0.001, 0.001], "translate": [*map(float, corner), 0.0]},
        "metadata": {
            "title": "晴川市示例街坊",
            "referenceDate": "2025-01-15",
            "referenceSystem": "https://www.opengis.net/def/crs/EPSG/0/4547",
            "geographicalExtent": [round(float(v), 3) for v in extent],
        },
        "CityObjects": objects,
        "vertices": [list(key) for key in vertices.number],
    }
    return (json.dumps(model, ensure_ascii=False, separators=(",", ":")) + "\n").encode()


def _halves(ring: Array) -> tuple[Array, Array]:
    """Return the two halves of a four-cornered ring."""
    a, b, c, d = ring
    ab, cd = np.round((a + b) / 2, 3), np.round((c + d) / 2, 3)
    return np.array([a, ab, cd, d]), np.array([ab, b, c, cd])


def _solid(vertices: _Vertices, ring: Array, top: float, lod: str) -> dict[str, object]:
    """Return the block over a ring."""
    low = [vertices.add(x, y, ELEVATION) for x, y in ring]
    high = [vertices.add(x, y, top) for x, y in ring]
    count = len(ring)
    walls = [[low[i], low[(i + 1) % count], high[(i + 1) % count], high[i]] for i in range(count)]
    return _geometry([low[::-1], high, *walls], [0, 1] + [2] * count, lod)


def _gabled(vertices: _Vertices, ring: Array, ridge: float) -> dict[str, object]:
    """Return a house with a gable roof over a four-cornered ring; the ridge runs along its longer sides."""
    sides = np.hypot(*(np.roll(ring, -1, axis=0) - ring).T)
    if sides[1] > sides[0]:
        ring = np.roll(ring, -1, axis=0)
    eaves = round(ridge - GABLE * (ridge - ELEVATION), 3)
    low = [vertices.add(x, y, ELEVATION) for x, y in ring]
    high = [vertices.add(x, y, eaves) for x, y in ring]
    east, west = (vertices.add(*((ring[i] + ring[j]) / 2), ridge) for i, j in ((1, 2), (3, 0)))
    faces = [
        low[::-1],
        [high[0], high[1], east, west],
        [high[2], high[3], west, east],
        [low[0], low[1], high[1], high[0]],
        [low[1], low[2], high[2], east, high[1]],
        [low[2], low[3], high[3], high[2]],
        [low[3], low[0], high[0], west, high[3]],
    ]
    return _geometry(faces, [0, 1, 1, 2, 2, 2, 2], "2.2")


def _geometry(faces: Sequence[list[int]], kinds: Sequence[int], lod: str) -> dict[str, object]:
    solid: dict[str, object] = {"type": "Solid", "lod": lod, "boundaries": [[[face] for face in faces]]}
    if lod == "2.2":
        surfaces = [{"type": kind} for kind in ("GroundSurface", "RoofSurface", "WallSurface")]
        solid["semantics"] = {"surfaces": surfaces, "values": [list(kinds)]}
    return solid
