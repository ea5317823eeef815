"""Write large city models of known size: CityJSON, CityJSONSeq and CityGML, for measuring how fast they are read."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TextIO

#: The city lies on a grid of plots in EPSG:4547 (CGCS2000, 114°E), metres.
CRS = 4547
_EAST, _NORTH, _PLOT, _ACROSS = 430_000.0, 2_550_000.0, 30.0, 400

Point = tuple[float, float]
Face = list[list[tuple[float, float, float]]]


@dataclass(frozen=True)
class Truth:
    """What a written city model holds.

    Attributes
    ----------
    buildings, parts : city objects
    ground_area : of all buildings together, square metres
    megabytes : size of the file
    """

    buildings: int
    parts: int
    ground_area: float
    megabytes: float


@dataclass(frozen=True)
class _Body:
    """A building or a part of one: faces by their meaning."""

    faces: list[tuple[str, Face]]
    area: float
    height: float


@dataclass(frozen=True)
class _Building:
    number: int
    bodies: list[_Body]


def _walls(ring: list[Point], low: float, high: float) -> Iterator[tuple[str, Face]]:
    for (x, y), (u, v) in zip(ring, ring[1:] + ring[:1], strict=True):
        yield "WallSurface", [[(x, y, low), (u, v, low), (u, v, high), (x, y, high)]]


def _flat(ring: list[Point], low: float, high: float, hole: list[Point] | None = None) -> _Body:
    """Return a block with a flat roof; `hole` is a courtyard, counterclockwise like `ring`."""
    rings = [ring, hole[::-1]] if hole else [ring]
    ground = [[(x, y, low) for x, y in reversed(r)] for r in rings]
    roof = [[(x, y, high) for x, y in r] for r in rings]
    walls = [face for r in rings for face in _walls(r, low, high)]
    area = _area(ring) - (_area(hole) if hole else 0.0)
    return _Body([("GroundSurface", ground), ("RoofSurface", roof), *walls], area, high - low)


def _gabled(ring: list[Point], low: float, eaves: float, ridge: float) -> _Body:
    """Return a house of four corners with a ridge along its first side."""
    a, b, c, d = ring
    west, east = _middle(a, d), _middle(b, c)

    def at(point: Point, z: float) -> tuple[float, float, float]:
        return (*point, z)

    faces: list[tuple[str, Face]] = [
        ("GroundSurface", [[at(p, low) for p in (a, d, c, b)]]),
        ("RoofSurface", [[at(a, eaves), at(b, eaves), at(east, ridge), at(west, ridge)]]),
        ("RoofSurface", [[at(c, eaves), at(d, eaves), at(west, ridge), at(east, ridge)]]),
        ("WallSurface", [[at(a, low), at(b, low), at(b, eaves), at(a, eaves)]]),
        ("WallSurface", [[at(b, low), at(c, low), at(c, eaves), at(east, ridge), at(b, eaves)]]),
        ("WallSurface", [[at(c, low), at(d, low), at(d, eaves), at(c, eaves)]]),
        ("WallSurface", [[at(d, low), at(a, low), at(a, eaves), at(west, ridge), at(d, eaves)]]),
    ]
    return _Body(faces, _area(ring), ridge - low)


def _middle(a: Point, b: Point) -> Point:
    return (round((a[0] + b[0]) / 2, 3), round((a[1] + b[1]) / 2, 3))


def _area(ring: list[Point]) -> float:
    x0, y0 = ring[0]
    moved = [(x - x0, y - y0) for x, y in ring]
    return abs(sum(x * v - u * y for (x, y), (u, v) in zip(moved, moved[1:] + moved[:1], strict=True))) / 2


def _building(number: int) -> _Building:
    """Return the building of a plot: of ten, six gabled houses, two L-shaped blocks, a courtyard and one of two parts."""
    column, row = number % _ACROSS, number // _ACROSS
    angle = (number * 37 % 90) * math.pi / 180
    east, north = _EAST + column * _PLOT, _NORTH + row * _PLOT
    low = round(10 + (number % 17) * 0.3, 3)
    width, depth = 8.0 + number % 5, 7.0 + number % 3

    def ring(*corners: Point) -> list[Point]:
        cosine, sine = math.cos(angle), math.sin(angle)
        return [
            (round(east + x * cosine - y * sine, 3), round(north + x * sine + y * cosine, 3))
            for x, y in corners
        ]

    kind = number % 10
    if kind < 6:
        corners = ring((0, 0), (width, 0), (width, depth), (0, depth))
        return _Building(number, [_gabled(corners, low, low + 6, low + 9)])
    if kind < 8:
        corners = ring((0, 0), (width, 0), (width, 4), (4, 4), (4, depth + 4), (0, depth + 4))
        return _Building(number, [_flat(corners, low, low + 12)])
    if kind == 8:
        outer = ring((0, 0), (18, 0), (18, 16), (0, 16))
        return _Building(number, [_flat(outer, low, low + 15, ring((5, 5), (13, 5), (13, 11), (5, 11)))])
    tower = _flat(ring((0, 0), (width, 0), (width, depth), (0, depth)), low, low + 30)
    podium = _flat(ring((width, 0), (width + 6, 0), (width + 6, depth), (width, depth)), low, low + 8)
    return _Building(number, [tower, podium])


def _attributes(building: _Building) -> dict[str, Any]:
    number = building.number
    return {
        "measuredHeight": round(max(body.height for body in building.bodies), 3),
        "storeysAboveGround": 2 + number % 9,
        "yearOfConstruction": 1950 + number % 75,
        "function": "1000" if number % 3 else "2070",
        "roofType": "1030" if number % 10 < 6 else "1000",
        "building_id": f"4403{number:08d}",
        "name": f"{number % 500 + 1}号楼",
    }


def _objects(building: _Building, vertices: dict[tuple[float, ...], int]) -> dict[str, Any]:
    """Return the CityJSON objects of a building; its new vertices are added to `vertices`."""
    geometries = []
    for body in building.bodies:
        shell = [
            [[vertices.setdefault(point, len(vertices)) for point in ring] for ring in face]
            for _, face in body.faces
        ]
        names = list(dict.fromkeys(name for name, _ in body.faces))
        geometries.append(
            {
                "type": "Solid",
                "lod": "2.2",
                "boundaries": [shell],
                "semantics": {
                    "surfaces": [{"type": name} for name in names],
                    "values": [[names.index(name) for name, _ in body.faces]],
                },
            }
        )
    key, attributes = f"b{building.number}", _attributes(building)
    if len(geometries) == 1:
        return {key: {"type": "Building", "attributes": attributes, "geometry": geometries}}
    parts = {
        f"{key}-{place}": {"type": "BuildingPart", "parents": [key], "geometry": [geometry]}
        for place, geometry in enumerate(geometries)
    }
    return {key: {"type": "Building", "attributes": attributes, "children": list(parts)}, **parts}


def _header() -> dict[str, Any]:
    return {
        "type": "CityJSON",
        "version": "2.0",
        "transform": {"scale": [0.001, 0.001, 0.001], "translate": [_EAST, _NORTH, 0.0]},
        "metadata": {"referenceSystem": f"https://www.opengis.net/def/crs/EPSG/0/{CRS}"},
        "CityObjects": {},
        "vertices": [],
    }


def _numbered(vertices: dict[tuple[float, ...], int]) -> list[list[int]]:
    return [[round((x - _EAST) * 1000), round((y - _NORTH) * 1000), round(z * 1000)] for x, y, z in vertices]


def _dump(value: object) -> str:
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)


def write_cityjson(path: Path, buildings: int) -> Truth:
    """Write a CityJSON 2.0 file of LoD2.2 solids with semantics, on one line."""
    document, vertices = _header(), dict[tuple[float, ...], int]()
    for number in range(buildings):
        document["CityObjects"].update(_objects(_building(number), vertices))
    document["vertices"] = _numbered(vertices)
    with path.open("w", encoding="utf-8") as stream:
        stream.write(_dump(document))
    return _truth(path, buildings)


def write_cityjsonseq(path: Path, buildings: int) -> Truth:
    """Write a CityJSONSeq file: a header, then a feature on each line."""
    with path.open("w", encoding="utf-8") as stream:
        stream.write(_dump(_header()) + "\n")
        for number in range(buildings):
            vertices: dict[tuple[float, ...], int] = {}
            objects = _objects(_building(number), vertices)
            feature = {
                "type": "CityJSONFeature",
                "id": f"b{number}",
                "CityObjects": objects,
                "vertices": _numbered(vertices),
            }
            stream.write(_dump(feature) + "\n")
    return _truth(path, buildings)


def write_citygml(path: Path, buildings: int) -> Truth:
    """Write a CityGML 2.0 file of LoD2 boundary surfaces and solids that link to them, indented as exporters do."""
    with path.open("w", encoding="utf-8") as stream:
        stream.write(_GML_HEAD)
        for number in range(buildings):
            stream.write(" <core:cityObjectMember>\n")
            _write_building(stream, _building(number))
            stream.write(" </core:cityObjectMember>\n")
        stream.write("</core:CityModel>\n")
    return _truth(path, buildings)


_GML_HEAD = f"""<?xml version="1.0" encoding="UTF-8"?>
<core:CityModel xmlns:core="http://www.opengis.net/citygml/2.0" xmlns:gen="http://www.opengis.net/citygml/generics/2.0"
 xmlns:bldg="http://www.opengis.net/citygml/building/2.0" xmlns:gml="http://www.opengis.net/gml"
 xmlns:xlink="http://www.w3.org/1999/xlink">
 <gml:boundedBy>
  <gml:Envelope srsName="EPSG:{CRS}" srsDimension="3">
   <gml:lowerCorner>{_EAST} {_NORTH} 0.0</gml:lowerCorner>
   <gml:upperCorner>{_EAST + 20_000} {_NORTH + 200_000} 200.0</gml:upperCorner>
  </gml:Envelope>
 </gml:boundedBy>
"""


def _write_building(stream: TextIO, building: _Building) -> None:
    key = f"b{building.number}"
    given = _attributes(building)
    stream.write(
        f'  <bldg:Building gml:id="{key}">\n   <gml:name>{given["name"]}</gml:name>\n'
        f'   <gen:stringAttribute name="building_id">\n    <gen:value>{given["building_id"]}</gen:value>\n'
        f"   </gen:stringAttribute>\n   <bldg:function>{given['function']}</bldg:function>\n"
        f"   <bldg:yearOfConstruction>{given['yearOfConstruction']}</bldg:yearOfConstruction>\n"
        f"   <bldg:roofType>{given['roofType']}</bldg:roofType>\n"
        f'   <bldg:measuredHeight uom="m">{given["measuredHeight"]}</bldg:measuredHeight>\n'
        f"   <bldg:storeysAboveGround>{given['storeysAboveGround']}</bldg:storeysAboveGround>\n"
    )
    if len(building.bodies) == 1:
        _write_body(stream, building.bodies[0], key)
    else:
        for place, body in enumerate(building.bodies):
            stream.write(
                f'   <bldg:consistsOfBuildingPart>\n    <bldg:BuildingPart gml:id="{key}-{place}">\n'
            )
            _write_body(stream, body, f"{key}-{place}")
            stream.write("    </bldg:BuildingPart>\n   </bldg:consistsOfBuildingPart>\n")
    stream.write("  </bldg:Building>\n")


def _write_body(stream: TextIO, body: _Body, key: str) -> None:
    stream.write("   <bldg:lod2Solid>\n    <gml:Solid>\n     <gml:exterior>\n      <gml:CompositeSurface>\n")
    for place in range(len(body.faces)):
        stream.write(f'       <gml:surfaceMember xlink:href="#{key}_{place}"/>\n')
    stream.write(
        "      </gml:CompositeSurface>\n     </gml:exterior>\n    </gml:Solid>\n   </bldg:lod2Solid>\n"
    )
    for place, (name, face) in enumerate(body.faces):
        rings = []
        for number, ring in enumerate(face):
            tag = "interior" if number else "exterior"
            texts = " ".join(f"{x:.3f} {y:.3f} {z:.3f}" for x, y, z in [*ring, ring[0]])
            rings.append(
                f'           <gml:{tag}>\n            <gml:LinearRing>\n             <gml:posList srsDimension="3">'
                f"{texts}</gml:posList>\n            </gml:LinearRing>\n           </gml:{tag}>\n"
            )
        stream.write(
            f'   <bldg:boundedBy>\n    <bldg:{name} gml:id="{key}_{place}_s">\n     <bldg:lod2MultiSurface>\n'
            "      <gml:MultiSurface>\n       <gml:surfaceMember>\n"
            f'          <gml:Polygon gml:id="{key}_{place}">\n{"".join(rings)}          </gml:Polygon>\n'
            "       </gml:surfaceMember>\n      </gml:MultiSurface>\n     </bldg:lod2MultiSurface>\n"
            f"    </bldg:{name}>\n   </bldg:boundedBy>\n"
        )


def _truth(path: Path, buildings: int) -> Truth:
    made = [_building(number) for number in range(buildings)]
    return Truth(
        buildings=buildings,
        parts=sum(len(building.bodies) for building in made if len(building.bodies) > 1),
        ground_area=math.fsum(body.area for building in made for body in building.bodies),
        megabytes=path.stat().st_size / 1e6,
    )
