"""CityGML 1, 2 and 3: geometries, links, CRS spellings and axis orders, and XML that must not be believed."""

from __future__ import annotations

import random
import tracemalloc
import xml.etree.ElementTree as ET
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import shapely
from citycheck.citycheck_qgis.errors import InputError
from citycheck.citycheck_qgis.footprints.citymodels.read import iterate, read_city_model
from citycheck.citycheck_qgis.footprints.models import BuildingModel, ModelFile
from pyproj import Geod, Transformer

DATA = Path(__file__).resolve().parents[3] / "shared" / "data" / "citymodels"
needs_data = pytest.mark.skipif(
    not DATA.exists(), reason="../shared/data/citymodels is not beside the checkout"
)

EAST, NORTH = 430_000.0, 2_550_000.0
Corners = list[tuple[float, float]]
Reader = Callable[..., ModelFile]


def head(version: str = "2.0", envelope: str = 'srsName="EPSG:4547" srsDimension="3"') -> str:
    gml = "http://www.opengis.net/gml" + ("/3.2" if version == "3.0" else "")
    base = "http://www.opengis.net/citygml"
    text = (
        f'<core:CityModel xmlns:core="{base}/{version}" xmlns:bldg="{base}/building/{version}" '
        f'xmlns:con="{base}/construction/3.0" xmlns:gen="{base}/generics/{version}" xmlns:gml="{gml}" '
        'xmlns:xlink="http://www.w3.org/1999/xlink" xmlns:xAL="urn:oasis:names:tc:ciq:xsdschema:xAL:2.0" '
        'xmlns:uro="https://www.geospatial.jp/iur/uro/3.0">'
    )
    if envelope:
        text += f"<gml:boundedBy><gml:Envelope {envelope}><gml:lowerCorner>0 0 0</gml:lowerCorner></gml:Envelope></gml:boundedBy>"
    return text


def model(*buildings: str, version: str = "2.0", **options: str) -> str:
    members = "".join(f"<core:cityObjectMember>{b}</core:cityObjectMember>" for b in buildings)
    return head(version, **options) + members + "</core:CityModel>"


def building(content: str, key: str = "b") -> str:
    return f'<bldg:Building gml:id="{key}">{content}</bldg:Building>'


def box(x: float, y: float, width: float, depth: float) -> Corners:
    x, y = x + EAST, y + NORTH
    return [(x, y), (x + width, y), (x + width, y + depth), (x, y + depth)]


def ring(corners: Corners, z: float | None = 0.0) -> str:
    heights = "" if z is None else f" {z}"
    points = " ".join(f"{x} {y}{heights}" for x, y in [*corners, corners[0]])
    return f"<gml:LinearRing><gml:posList>{points}</gml:posList></gml:LinearRing>"


def polygon(
    corners: Corners, z: float | None = 0.0, holes: tuple[Corners, ...] = (), key: str = "", srs: str = ""
) -> str:
    inner = "".join(f"<gml:interior>{ring(hole, z)}</gml:interior>" for hole in holes)
    named = (f' gml:id="{key}"' if key else "") + (f' srsName="{srs}"' if srs else "")
    return f"<gml:Polygon{named}><gml:exterior>{ring(corners, z)}</gml:exterior>{inner}</gml:Polygon>"


def surfaces(*polygons: str) -> str:
    members = "".join(f"<gml:surfaceMember>{p}</gml:surfaceMember>" for p in polygons)
    return f"<gml:MultiSurface>{members}</gml:MultiSurface>"


def surface(kind: str, *polygons: str, prefix: str = "bldg", lod: int = 2) -> str:
    named = f"<{prefix}:{kind}><{prefix}:lod{lod}MultiSurface>{surfaces(*polygons)}</{prefix}:lod{lod}MultiSurface></{prefix}:{kind}>"
    return f"<bldg:boundedBy>{named}</bldg:boundedBy>"


def footprint(*polygons: str) -> str:
    return f"<bldg:lod0FootPrint>{surfaces(*polygons)}</bldg:lod0FootPrint>"


def links(*keys: str) -> str:
    members = "".join(f'<gml:surfaceMember xlink:href="#{key}"/>' for key in keys)
    shell = f"<gml:CompositeSurface>{members}</gml:CompositeSurface>"
    return f"<bldg:lod2Solid><gml:Solid><gml:exterior>{shell}</gml:exterior></gml:Solid></bldg:lod2Solid>"


@pytest.fixture
def read(tmp_path: Path) -> Reader:
    def reader(text: str | bytes, **options: Any) -> ModelFile:
        path = tmp_path / "model.gml"
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return read_city_model(path, **options)

    return reader


def own_codes(found: BuildingModel) -> set[str]:
    return {f.code for f in found.findings}


def codes(made: ModelFile) -> set[str]:
    return {f.code for f in made.findings}


def test_order_of_preference(read: Reader) -> None:
    """Footprint before ground surface before roof edge before the solid."""
    shapes = [
        footprint(polygon(box(0, 0, 10, 10))),
        surface("GroundSurface", polygon(box(0, 0, 9, 10))),
        f"<bldg:lod0RoofEdge>{surfaces(polygon(box(0, 0, 12, 10), 0))}</bldg:lod0RoofEdge>",
        f"<bldg:lod1MultiSurface>{surfaces(polygon(box(0, 0, 8, 10)), polygon(box(0, 0, 8, 10), 5))}</bldg:lod1MultiSurface>",
    ]
    wanted = [
        (100, "lod0_footprint", 120, "lod0_roof_edge"), (90, "ground_surface", 120, "lod0_roof_edge"),
        (120, "lod0_roof_edge", 120, "lod0_roof_edge"), (80, "bottom_faces", 80, "projected_faces"),
    ]  # fmt: skip
    for left_out, (ground, ground_method, roof, roof_method) in enumerate(wanted):
        (made,) = read(model(building("".join(shapes[left_out:])))).buildings
        assert (made.ground.area, made.ground_method) == (pytest.approx(ground), ground_method)
        assert (made.roofprint.area, made.roof_method) == (pytest.approx(roof), roof_method)


def test_attributes_of_every_kind(read: Reader) -> None:
    address = (
        "<bldg:address><core:Address><core:xalAddress><xAL:AddressDetails><xAL:Country><xAL:CountryName>中国</xAL:CountryName>"
        "<xAL:Locality><xAL:LocalityName>深圳</xAL:LocalityName><xAL:Thoroughfare><xAL:ThoroughfareNumber>7</xAL:ThoroughfareNumber>"
        "<xAL:ThoroughfareName>红荔路</xAL:ThoroughfareName></xAL:Thoroughfare></xAL:Locality></xAL:Country>"
        "</xAL:AddressDetails></core:xalAddress></core:Address></bldg:address>"
    )
    content = (
        "<gml:name>3号楼</gml:name><gen:stringAttribute name='building_id'><gen:value>440300-1</gen:value></gen:stringAttribute>"
        "<bldg:class>1000</bldg:class><bldg:function>1010</bldg:function><bldg:yearOfConstruction>1987</bldg:yearOfConstruction>"
        '<bldg:measuredHeight uom="m">21.5</bldg:measuredHeight><bldg:storeysAboveGround>7</bldg:storeysAboveGround>'
        f"<bldg:storeysBelowGround>1</bldg:storeysBelowGround>{address}"
        "<uro:buildingDetails><uro:BuildingDetails><uro:buildingStructureType>601</uro:buildingStructureType>"
        "<uro:totalFloorArea uom='m2'>700.5</uro:totalFloorArea></uro:BuildingDetails></uro:buildingDetails>"
    )
    (made,) = read(model(building(content + footprint(polygon(box(0, 0, 10, 10)))))).buildings
    assert (made.name, made.code, made.use, made.object_type) == ("3号楼", "440300-1", "1010", "1000")
    assert (made.height, made.storeys_above, made.storeys_below, made.year_built) == (21.5, 7, 1, 1987)
    assert (made.structure, made.floor_area, made.floor_area_method) == ("601", 700.5, "attribute")
    assert made.address == "红荔路 7, 深圳, 中国"


def test_version_3(read: Reader) -> None:
    ground, roof = polygon(box(0, 0, 10, 10), 2), polygon(box(-1, -1, 12, 12), 9)
    boundaries = "".join(
        f"<core:boundary><con:{kind}><core:lod2MultiSurface>{surfaces(p)}</core:lod2MultiSurface></con:{kind}></core:boundary>"
        for kind, p in (("GroundSurface", ground), ("RoofSurface", roof))
    )
    height = "<con:height><con:Height><con:status>measured</con:status><con:value uom='m'>7.5</con:value></con:Height></con:height>"
    edge = f"<core:boundary><con:RoofSurface><core:lod0MultiSurface>{surfaces(roof)}</core:lod0MultiSurface></con:RoofSurface></core:boundary>"
    content = f"<con:dateOfConstruction>1999-05-01</con:dateOfConstruction>{height}{boundaries}"
    made = read(model(building(content), building(edge, "c"), version="3.0"))
    assert made.schema == "CityGML 3.0"
    first, second = made.buildings
    assert (first.ground.area, first.roofprint.area) == (pytest.approx(100), pytest.approx(144))
    assert (first.height, first.year_built, first.ground_level) == (7.5, 1999, 2.0)
    assert second.roof_method == "lod0_roof_edge" and second.roofprint.area == pytest.approx(144)


def test_version_1_and_old_coordinates(read: Reader) -> None:
    corners = box(0, 0, 10, 10)
    old = " ".join(f"{x},{y},3" for x, y in [*corners, corners[0]])
    places = "".join(f"<gml:pos>{x} {y} 3</gml:pos>" for x, y in [*corners, corners[0]])
    for content in (f"<gml:coordinates>{old}</gml:coordinates>", places):
        made_polygon = f"<gml:Polygon><gml:exterior><gml:LinearRing>{content}</gml:LinearRing></gml:exterior></gml:Polygon>"
        made = read(model(building(surface("GroundSurface", made_polygon)), version="1.0"))
        assert made.schema == "CityGML 1.0"
        assert (
            made.buildings[0].ground.equals(shapely.Polygon(corners)) and made.buildings[0].ground_level == 3
        )


def test_holes_and_two_dimensions(read: Reader) -> None:
    flat = polygon(box(0, 0, 20, 20), None, holes=(box(5, 5, 5, 5), box(12, 5, 2, 2)))
    for dimension in ('srsDimension="2"', 'srsDimension="3"', ""):
        text = model(building(footprint(flat)), envelope=f'srsName="EPSG:4547" {dimension}')
        (made,) = read(text).buildings
        assert made.ground.area == pytest.approx(400 - 25 - 4) and made.ground_level is None


def test_parts_and_parts_of_parts(read: Reader) -> None:
    def part(content: str, key: str) -> str:
        return f'<bldg:consistsOfBuildingPart><bldg:BuildingPart gml:id="{key}">{content}</bldg:BuildingPart></bldg:consistsOfBuildingPart>'

    inner = part(surface("GroundSurface", polygon(box(20, 0, 10, 10))), "q")
    content = surface("GroundSurface", polygon(box(0, 0, 10, 10))) + part(
        surface("GroundSurface", polygon(box(10, 0, 10, 10)))
        + "<bldg:storeysAboveGround>9</bldg:storeysAboveGround>"
        + inner,
        "p",
    )
    (made,) = read(model(building(content))).buildings
    assert made.ground.equals(shapely.Polygon(box(0, 0, 30, 10))) and made.storeys_above == 9


def test_solid_that_links_to_its_surfaces(read: Reader) -> None:
    """Where no surface is named ground, the solid's own faces close it; none is counted twice."""
    walls = surface("WallSurface", polygon(box(0, 0, 10, 10), 0, key="g")) + surface(
        "RoofSurface", polygon(box(0, 0, 10, 10), 6, key="r")
    )
    (made,) = read(model(building(links("g", "r") + walls))).buildings
    assert made.elements_missed == 0 and made.roofprint.area == pytest.approx(100) and made.height == 6


def test_links_across_buildings(read: Reader) -> None:
    owner = building(
        surface(
            "GroundSurface", polygon(box(0, 0, 10, 10), 0, key="g"), polygon(box(0, 0, 10, 10), 6, key="r")
        ),
        "owner",
    )
    for order in (0, 1):
        members = [owner, building(links("g", "r"), "guest")]
        made = read(model(*(members[::-1] if order else members)))
        by_id = {b.guid: b for b in made.buildings}
        assert set(by_id) == {"owner", "guest"}
        assert by_id["guest"].ground.area == pytest.approx(100) and by_id["guest"].height == 6


def test_links_to_nowhere_and_in_circles(read: Reader) -> None:
    circle = (
        '<bldg:lod2MultiSurface><gml:MultiSurface gml:id="m"><gml:surfaceMember xlink:href="#m"/>'
        f"<gml:surfaceMember>{polygon(box(0, 0, 10, 10))}</gml:surfaceMember></gml:MultiSurface></bldg:lod2MultiSurface>"
    )
    made = read(model(building(circle), building(links("gone"), "c"), building(links("b"), "d")))
    by_id = {b.guid: b for b in made.buildings}
    assert by_id["b"].ground.area == pytest.approx(100)
    assert "link_broken" in own_codes(by_id["c"]) and by_id["c"].ground is None
    assert len(by_id) == 3


def test_links_that_multiply_and_rings_that_tangle_end(read: Reader) -> None:
    """Twenty links to twenty links, forty times over; a ring of 20,000 random corners."""
    laughs = "".join(
        f'<bldg:lod2MultiSurface><gml:MultiSurface gml:id="m{i}">'
        + f'<gml:surfaceMember xlink:href="#m{i + 1}"/>' * 20
        + "</gml:MultiSurface></bldg:lod2MultiSurface>"
        for i in range(40)
    )
    chance = random.Random(1)
    tangle = [(EAST + chance.random() * 100, NORTH + chance.random() * 100) for _ in range(20_000)]
    made = read(
        model(
            building(laughs + footprint(polygon(box(0, 0, 10, 10)))),
            building(footprint(polygon(tangle)), "t"),
        )
    )
    by_id = {b.guid: b for b in made.buildings}
    assert by_id["b"].ground.area == pytest.approx(100)
    assert by_id["t"].ground is None and "faces_left_out" in own_codes(by_id["t"])


def test_hollow_in_a_solid_and_rooms_are_not_outline(read: Reader) -> None:
    outer, hollow = polygon(box(0, 0, 10, 10)), polygon(box(50, 0, 10, 10))

    def shell(p: str) -> str:
        return f"<gml:CompositeSurface><gml:surfaceMember>{p}</gml:surfaceMember></gml:CompositeSurface>"

    solid = f"<bldg:lod2Solid><gml:Solid><gml:exterior>{shell(outer)}</gml:exterior><gml:interior>{shell(hollow)}</gml:interior></gml:Solid></bldg:lod2Solid>"
    room = f"<bldg:interiorRoom><bldg:Room><bldg:lod4Solid><gml:Solid><gml:exterior>{shell(hollow)}</gml:exterior></gml:Solid></bldg:lod4Solid></bldg:Room></bldg:interiorRoom>"
    (made,) = read(model(building(solid + room))).buildings
    assert made.ground.area == pytest.approx(100)


LONGITUDE, LATITUDE = Transformer.from_crs(4547, 4490, always_xy=True).transform(
    [x for x, _ in box(0, 0, 100, 100)], [y for _, y in box(0, 0, 100, 100)]
)


@pytest.mark.parametrize(
    ("name", "order", "corrected"),
    [
        ("http://www.opengis.net/def/crs/EPSG/0/4490", "lat", False),
        ("http://www.opengis.net/def/crs/EPSG/0/4490", "lon", True),
        ("urn:ogc:def:crs:EPSG::4490", "lat", False),
        ("EPSG:4490", "lon", False),
        ("EPSG:4490", "lat", True),
        ("urn:ogc:def:crs:EPSG::4547", "north", False),
        ("urn:ogc:def:crs:EPSG::4547", "east", True),
        ("EPSG:4547", "east", False),
        ("EPSG:4547", "north", True),
        ("urn:ogc:def:crs,crs:EPSG::4547,crs:EPSG::5737", "north", False),
    ],
)
def test_spellings_and_axis_orders(read: Reader, name: str, order: str, corrected: bool) -> None:
    degrees = list(zip(LONGITUDE, LATITUDE, strict=True))
    corners = degrees if order in ("lat", "lon") else box(0, 0, 100, 100)
    if order in ("lat", "north"):
        corners = [(y, x) for x, y in corners]
    made = read(model(building(footprint(polygon(corners))), envelope=f'srsName="{name}" srsDimension="3"'))
    assert made.crs is not None and made.crs.to_epsg() == 4547
    assert ("axis_order_corrected" in codes(made)) == corrected
    assert ("reprojected_to_metric" in codes(made)) == (order in ("lat", "lon"))
    assert made.buildings[0].ground.symmetric_difference(shapely.Polygon(box(0, 0, 100, 100))).area < 1.0


def test_zone_number_in_eastings(read: Reader) -> None:
    corners = [(x + 38_000_000, y) for x, y in box(0, 0, 100, 100)]
    made = read(model(building(footprint(polygon(corners)))))
    assert made.crs is not None and made.crs.to_epsg() == 4526 and "zone_corrected" in codes(made)


def test_crs_on_rings_and_several_in_one_file(read: Reader) -> None:
    zoned = [(x + 38_000_000, y) for x, y in box(0, 0, 10, 10)]
    first = building(footprint(polygon(box(0, 0, 10, 10), srs="EPSG:4547")), "a")
    second = building(footprint(polygon(zoned, srs="EPSG:4526")), "b")
    third = building(footprint(polygon(box(0, 0, 10, 10), srs="no such thing")), "c")
    made = read(model(first, second, third, envelope=""))
    assert made.crs is not None and made.crs.to_epsg() == 4547 and "several_crs" in codes(made)
    a, b, c = made.buildings
    assert a.ground.symmetric_difference(b.ground).area < 0.1
    assert c.ground is None and "place_unknown" in own_codes(c)


@pytest.mark.parametrize(
    "name", ["http://[www.opengis.net/def/crs/EPSG/0/4547", "urn:", "EPSG:99999", "???", "x" * 5000]
)
def test_names_that_are_no_crs(read: Reader, name: str) -> None:
    made = read(model(building(footprint(polygon(box(0, 0, 10, 10)))), envelope=f'srsName="{name}"'))
    assert made.crs is None and made.findings and made.buildings[0].ground.area == pytest.approx(100)


def test_place_that_cannot_be(read: Reader) -> None:
    corners = [(x - EAST, y - NORTH) for x, y in box(0, 0, 10, 10)]
    made = read(model(building(footprint(polygon(corners)))))
    assert made.crs is None and "outside_area_of_use" in codes(made)
    assert made.buildings[0].ground.area == pytest.approx(100)


ENTITIES = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;">]>'


@pytest.mark.parametrize(
    "prologue",
    [ENTITIES, '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>', '<!DOCTYPE x SYSTEM "http://127.0.0.1:9/x.dtd">',
     "<!DOCTYPE CityModel>", "<!-- a --> <?pi x?>\n" + ENTITIES],
)  # fmt: skip
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_document_types_are_refused(read: Reader, prologue: str, encoding: str) -> None:
    text = model(building("<gml:name>&c;</gml:name>" + footprint(polygon(box(0, 0, 1, 1)))))
    declared = f'<?xml version="1.0" encoding="{encoding}"?>' + prologue + text
    with pytest.raises(InputError, match="DOCTYPE"):
        read(declared.encode(encoding))


def test_utf_16_and_byte_order_marks(read: Reader) -> None:
    text = model(building("<gml:name>楼</gml:name>" + footprint(polygon(box(0, 0, 10, 10)))))
    for data in (text.encode("utf-16"), b"\xef\xbb\xbf" + text.encode(), b"\n \n" + text.encode()):
        assert read(data).buildings[0].name == "楼"


@pytest.mark.parametrize(
    "encoding", ["gb2312", "GBK", "GB18030", "Shift_JIS", "Big5", "windows-1252", "ISO-8859-1"]
)
def test_declared_encodings(read: Reader, encoding: str) -> None:
    name = (
        "Straße"
        if encoding in ("windows-1252", "ISO-8859-1")
        else "日本橋"
        if encoding == "Shift_JIS"
        else "中文"
    )
    declaration = f'<?xml version="1.0" encoding="{encoding}"?>'
    many = [
        building(f"<gml:name>{name}</gml:name>" + footprint(polygon(box(0, 20 * i, 10, 10))), f"b{i}")
        for i in range(999)
    ]
    made = read((declaration + model(*many)).encode(encoding))
    assert len(made.buildings) == 999 and {b.name for b in made.buildings} == {name}
    with pytest.raises(InputError, match="encoding"):
        read(f'<?xml version="1.0" encoding="UT9-8"?>{model()}')


def test_truncated_document_keeps_what_was_whole(read: Reader) -> None:
    text = model(*(building(footprint(polygon(box(0, 20 * i, 10, 10))), f"b{i}") for i in range(4)))
    cut = text[: text.index('gml:id="b3"') + 60]
    made = read(cut)
    assert [b.guid for b in made.buildings] == ["b0", "b1", "b2"] and "broken_off" in codes(made)
    with pytest.raises(InputError, match="line"):
        read(text[: text.index('gml:id="b0"') + 60])


@pytest.mark.parametrize(
    "text", ["<a/>", "<kml><Document/></kml>", "<CityModel/>", "<a><b></a>", "<", "<?xml version='1.0'?>"]
)
def test_other_xml_is_refused(read: Reader, text: str) -> None:
    with pytest.raises(InputError, match=r"^model\.gml"):
        read(text)


def test_deep_nesting_ends(read: Reader) -> None:
    deep = "<gml:surfaceMember>" * 50_000 + polygon(box(0, 0, 10, 10)) + "</gml:surfaceMember>" * 50_000
    parts = "<bldg:consistsOfBuildingPart><bldg:BuildingPart>" * 20_000
    parts += (
        footprint(polygon(box(0, 0, 10, 10))) + "</bldg:BuildingPart></bldg:consistsOfBuildingPart>" * 20_000
    )
    made = read(
        model(building(f"<bldg:lod2MultiSurface>{deep}</bldg:lod2MultiSurface>"), building(parts, "p"))
    )
    assert [b.ground.area for b in made.buildings] == [pytest.approx(100)] * 2


@pytest.mark.parametrize(
    "numbers", ["1 2 NaN 4", "a b c", "1e400 0 0 1 1 1 2 2 2 1e400 0 0", "", "1 2 3", "1 2 3 4"]
)
def test_bad_numbers_take_only_their_faces_away(read: Reader, numbers: str) -> None:
    bad = f"<gml:Polygon><gml:exterior><gml:LinearRing><gml:posList>{numbers}</gml:posList></gml:LinearRing></gml:exterior></gml:Polygon>"
    made = read(
        model(
            building(footprint(polygon(box(0, 0, 10, 10)), bad)), building(footprint("<gml:Polygon/>"), "c")
        )
    )
    first, second = made.buildings
    assert first.ground.area == pytest.approx(100) and "faces_left_out" in own_codes(first)
    assert second.ground is None and second.quality == "poor"


def test_collections_of_a_feature_service(read: Reader) -> None:
    members = "".join(
        f"<wfs:member>{building(footprint(polygon(box(0, 20 * i, 10, 10))), f'b{i}')}</wfs:member>"
        for i in range(3)
    )
    text = head() + "</core:CityModel>"
    text = text.replace("core:CityModel", "wfs:FeatureCollection", 1).replace(
        "xmlns:core", 'xmlns:wfs="http://www.opengis.net/wfs/2.0" xmlns:core', 1
    )
    text = text.replace("</core:CityModel>", members + "</wfs:FeatureCollection>")
    made = read(text)
    assert [b.guid for b in made.buildings] == ["b0", "b1", "b2"] and made.schema == "CityGML 2.0"


def test_memory_does_not_grow_with_the_file(tmp_path: Path) -> None:
    def peak(count: int) -> int:
        path = tmp_path / f"{count}.gml"
        junk = (
            "<app:appearanceMember xmlns:app='http://www.opengis.net/citygml/appearance/2.0'><app:Appearance>"
        )
        junk += (
            "<app:surfaceDataMember>0 0 0</app:surfaceDataMember>" * 40 * count
            + "</app:Appearance></app:appearanceMember>"
        )
        with path.open("w", encoding="utf-8") as stream:
            stream.write(head() + junk)
            for i in range(count):
                one = building(footprint(polygon(box(0, 20 * i, 10, 10))), f"b{i}")
                stream.write(f"<core:cityObjectMember>{one}</core:cityObjectMember>")
            stream.write("</core:CityModel>")
        tracemalloc.start()
        found = sum(len(batch) for batch in iterate(path))
        highest = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert found == count
        return highest

    peak(10)
    assert peak(6_000) < 1.3 * peak(3_000)


# Known truths of real files.


@needs_data
def test_fzk_haus() -> None:
    made = read_city_model(DATA / "FZK-Haus-LoD-all.zip")
    (house,) = made.buildings
    assert (round(house.ground.area, 2), house.ground_method) == (120.0, "lod0_footprint")
    assert (round(house.roofprint.area, 2), house.roof_method) == (143.0, "lod0_roof_edge")
    assert (house.height, house.storeys_above, house.storeys_below, house.ground_level) == (6.52, 2, 0, 111.8)
    assert made.crs is not None and made.crs.to_epsg() == 25832 and made.schema == "CityGML 2.0"
    assert house.address == "Spöcker Straße 4711, 76344 Eggenstein-Leopoldshafen"


def slow_areas(path: Path, kind: str) -> dict[str, float]:
    """Return for each building the area of the union of one kind of surfaces, from the whole tree in memory."""
    root = ET.parse(path).getroot()
    result = {}
    for element in root.iter():
        if element.tag.rpartition("}")[2] != "Building":
            continue
        key = next(v for k, v in element.attrib.items() if k.endswith("}id"))
        shapes = []
        for named in (e for e in element.iter() if e.tag.rpartition("}")[2] == kind):
            for face in (e for e in named.iter() if e.tag.endswith("}Polygon")):
                rings = [
                    list(map(float, e.text.split()))
                    for e in face.iter()
                    if e.tag.endswith("}posList") and e.text
                ]
                first, *holes = [list(zip(v[::3], v[1::3], strict=True)) for v in rings]
                shape = shapely.Polygon(first, holes)
                if shape.area > 1e-4:
                    shapes.append(shape if shape.is_valid else shapely.make_valid(shape))
        result[key] = shapely.unary_union(shapes).area
    return result


@needs_data
@pytest.mark.parametrize(
    ("name", "epsg", "count", "parts", "total"),
    [
        ("NRW_LoD2_32_280_5657_1.gml", 25832, 83, 50, 4807.62),
        ("citygml4j_lod2_buildings_v3.gml", 3068, 100, 0, 4800.0),
    ],
)
def test_real_files_against_the_slow_computation(
    name: str, epsg: int, count: int, parts: int, total: float
) -> None:
    found = iterate(DATA / name)
    made = [b for batch in found for b in batch]
    assert (len(made), found.parts) == (count, parts)
    assert found.file.crs is not None and found.file.crs.to_epsg() == epsg
    assert sum(b.ground.area for b in made) == pytest.approx(total, abs=0.01)
    for kind, shape in (("GroundSurface", "ground"), ("RoofSurface", "roofprint")):
        slow = slow_areas(DATA / name, kind)
        for one in made:
            assert getattr(one, shape).area == pytest.approx(slow[one.guid], rel=1e-3, abs=0.05), one.guid


@needs_data
def test_plateau_is_in_latitude_and_longitude() -> None:
    made = read_city_model(DATA / "PLATEAU_53394517_bldg_CityGML2.gml")
    (tower,) = made.buildings
    assert made.crs is not None and made.crs.to_epsg() == 32654 and "axis_order_corrected" not in codes(made)
    point = Transformer.from_crs(made.crs, 4326, always_xy=True).transform(*tower.ground.centroid.coords[0])
    assert point == (pytest.approx(139.7180, abs=1e-3), pytest.approx(35.6788, abs=1e-3))
    assert (tower.code, tower.height, tower.address) == ("13104-bldg-53", 31.7, "東京都新宿区霞ヶ丘町, 日本")


@needs_data
def test_plateau_against_the_area_on_the_ellipsoid() -> None:
    text = (DATA / "PLATEAU_53394517_bldg_CityGML2.gml").read_text(encoding="utf-8")
    numbers = list(map(float, text.split("lod0RoofEdge")[1].split("posList>")[1].split("<")[0].split()))
    area, _ = Geod(ellps="GRS80").polygon_area_perimeter(numbers[1::3], numbers[::3])
    (tower,) = read_city_model(DATA / "PLATEAU_53394517_bldg_CityGML2.gml").buildings
    assert tower.roofprint.area == pytest.approx(abs(area), rel=1e-3)


@needs_data
def test_zip_gives_what_the_file_in_it_gives(tmp_path: Path) -> None:
    with zipfile.ZipFile(DATA / "FZK-Haus-LoD-all.zip") as archive:
        (tmp_path / "house.gml").write_bytes(archive.read(archive.namelist()[0]))
    inside, outside = read_city_model(DATA / "FZK-Haus-LoD-all.zip"), read_city_model(tmp_path / "house.gml")
    assert inside.buildings[0] == outside.buildings[0]
