"""GML geometry from and to WKB."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
import shapely
from citycheck.citycheck_qgis.cim.adapters import gml, wkb
from hypothesis import given
from hypothesis import strategies as st

_spec = importlib.util.spec_from_file_location("geojson_tests", Path(__file__).with_name("test_geojson.py"))
assert _spec is not None and _spec.loader is not None
_module = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(_module)
geometries = _module.geometries


def element(text: str) -> ElementTree.Element:
    return ElementTree.fromstring(f'<g xmlns:gml="http://www.opengis.net/gml">{text}</g>')[0]


@given(geometries(), st.booleans(), st.sampled_from(["", "a"]))
def test_gml_goes_to_wkb_and_back_to_the_last_bit(
    geometry: tuple[str, Any], swapped: bool, identity: str
) -> None:
    blob = wkb.packed(*geometry)
    written = gml.from_wkb(blob, "EPSG:4490", swapped=swapped, identity=identity)
    read = element(written)
    assert read.get("srsName") == "EPSG:4490"
    assert gml.to_wkb(read, swapped) == blob
    ids = [value for e in read.iter() for key, value in e.attrib.items() if gml.local(key) == "id"]
    assert len(ids) == len(set(ids))
    assert bool(ids) == bool(identity)


RING = "0 0 4 0 4 4 0 4 0 0"
SQUARE = "POLYGON ((0 0, 4 0, 4 4, 0 4, 0 0))"


@pytest.mark.parametrize(
    ("text", "wkt"),
    [
        ("<gml:Point><gml:coordinates>1,2</gml:coordinates></gml:Point>", "POINT (1 2)"),
        ("<gml:Point><gml:pos>1 2 3</gml:pos></gml:Point>", "POINT Z (1 2 3)"),
        ("<gml:Point><gml:coord><gml:X>1</gml:X><gml:Y>2</gml:Y></gml:coord></gml:Point>", "POINT (1 2)"),
        ('<gml:LineString><gml:coordinates cs=";" ts="/" decimal=",">1,5;2/3;4</gml:coordinates></gml:LineString>', "LINESTRING (1.5 2, 3 4)"),
        ("<gml:LineString><gml:pos>1 2</gml:pos><gml:pos>3 4</gml:pos></gml:LineString>", "LINESTRING (1 2, 3 4)"),
        ('<gml:LineString srsDimension="3"><gml:posList>1 2 3 4 5 6</gml:posList></gml:LineString>', "LINESTRING Z (1 2 3, 4 5 6)"),
        ("<gml:Polygon><gml:outerBoundaryIs><gml:LinearRing><gml:coordinates>0,0 4,0 4,4 0,4 0,0</gml:coordinates></gml:LinearRing></gml:outerBoundaryIs></gml:Polygon>", SQUARE),
        (f"<gml:Polygon><gml:interior><gml:LinearRing><gml:posList>1 1 2 1 2 2 1 1</gml:posList></gml:LinearRing></gml:interior><gml:exterior><gml:LinearRing><gml:posList>{RING}</gml:posList></gml:LinearRing></gml:exterior></gml:Polygon>", "POLYGON ((0 0, 4 0, 4 4, 0 4, 0 0), (1 1, 2 1, 2 2, 1 1))"),
        (f"<gml:Surface><gml:patches><gml:PolygonPatch><gml:exterior><gml:LinearRing><gml:posList>{RING}</gml:posList></gml:LinearRing></gml:exterior></gml:PolygonPatch></gml:patches></gml:Surface>", SQUARE),
        ("<gml:Curve><gml:segments><gml:LineStringSegment><gml:posList>0 0 1 1</gml:posList></gml:LineStringSegment><gml:LineStringSegment><gml:posList>1 1 2 0</gml:posList></gml:LineStringSegment></gml:segments></gml:Curve>", "LINESTRING (0 0, 1 1, 2 0)"),
        (f"<gml:MultiSurface><gml:surfaceMembers><gml:Polygon><gml:exterior><gml:LinearRing><gml:posList>{RING}</gml:posList></gml:LinearRing></gml:exterior></gml:Polygon></gml:surfaceMembers></gml:MultiSurface>", "MULTIPOLYGON (((0 0, 4 0, 4 4, 0 4, 0 0)))"),
        ("<gml:MultiPoint><gml:pointMembers><gml:Point><gml:pos>1 2</gml:pos></gml:Point><gml:Point><gml:pos>3 4</gml:pos></gml:Point></gml:pointMembers></gml:MultiPoint>", "MULTIPOINT (1 2, 3 4)"),
        ("<gml:Polygon><gml:exterior><gml:Ring><gml:curveMember><gml:LineString><gml:posList>0 0 4 0 4 4</gml:posList></gml:LineString></gml:curveMember><gml:curveMember><gml:LineString><gml:posList>4 4 0 4 0 0</gml:posList></gml:LineString></gml:curveMember></gml:Ring></gml:exterior></gml:Polygon>", SQUARE),
    ],
)  # fmt: skip
def test_forms_of_gml_that_servers_send(text: str, wkt: str) -> None:
    blob = gml.to_wkb(element(text))
    assert shapely.from_wkb(blob) == shapely.from_wkt(wkt)
    assert blob == shapely.to_wkb(shapely.from_wkt(wkt), byte_order=1, flavor="iso")


@pytest.mark.parametrize(
    "text",
    [
        "<gml:Curve><gml:segments><gml:Arc><gml:posList>0 0 1 1 2 0</gml:posList></gml:Arc></gml:segments></gml:Curve>",
        "<gml:Curve><gml:segments><gml:LineStringSegment><gml:posList>0 0 1 1</gml:posList></gml:LineStringSegment><gml:LineStringSegment><gml:posList>5 5 2 0</gml:posList></gml:LineStringSegment></gml:segments></gml:Curve>",
        "<gml:Point><gml:pos>nan 2</gml:pos></gml:Point>",
        "<gml:Point><gml:pos>one two</gml:pos></gml:Point>",
        "<gml:LineString><gml:posList>1 2 3</gml:posList></gml:LineString>",
        "<gml:Solid/>",
        "<gml:Surface><gml:patches/></gml:Surface>",
    ],
)
def test_what_has_no_place_in_wkb_is_refused(text: str) -> None:
    with pytest.raises(wkb.BrokenGeometryError):
        gml.to_wkb(element(text))


def test_northing_first_becomes_east_first() -> None:
    text = "<gml:Point><gml:pos>2544783.5 418196.5</gml:pos></gml:Point>"
    assert shapely.from_wkb(gml.to_wkb(element(text), swapped=True)) == shapely.Point(418196.5, 2544783.5)
