"""GeoJSON, WKB and the order of axes."""

from __future__ import annotations

import json
from typing import Any

import pytest
import shapely
from citycheck.citycheck_qgis.cim.adapters import axes, geojson, guessing, wkb
from citycheck.citycheck_qgis.cim.features import Field, Schema, canonical
from citycheck.citycheck_qgis.errors import ExchangeError
from hypothesis import given
from hypothesis import strategies as st
from pyproj import Transformer

NUMBER = st.floats(allow_nan=False, allow_infinity=False, width=64).filter(lambda n: abs(n) < 1e300)


@st.composite
def geometries(draw: st.DrawFn, depth: int = 1) -> tuple[str, Any]:
    """A geometry as type and nested coordinates, with or without Z, empty or not."""
    size = draw(st.sampled_from([2, 3]))
    position = st.lists(NUMBER, min_size=size, max_size=size)
    line = st.lists(position, min_size=2, max_size=6)
    ring = st.lists(position, min_size=3, max_size=6).map(lambda r: [*r, r[0]])
    polygon = st.lists(ring, min_size=1, max_size=3)
    kinds: dict[str, st.SearchStrategy[Any]] = {
        "Point": position,
        "LineString": line,
        "Polygon": polygon,
        "MultiPoint": st.lists(position, max_size=3),
        "MultiLineString": st.lists(line, max_size=3),
        "MultiPolygon": st.lists(polygon, max_size=3),
    }
    kind = draw(st.sampled_from([*kinds, "GeometryCollection"] if depth else [*kinds]))
    if kind == "GeometryCollection":
        parts = [draw(geometries(depth=0)) for _ in range(draw(st.integers(0, 3)))]
        sizes = {wkb.packed(*part)[2] for part in parts}
        return kind, parts if len(sizes) < 2 else parts[:1]
    return kind, draw(st.just([]) if draw(st.integers(0, 9)) == 0 else kinds[kind])


def as_geojson(kind: str, coordinates: Any) -> dict[str, Any]:
    if kind == "GeometryCollection":
        return {"type": kind, "geometries": [as_geojson(*part) for part in coordinates]}
    return {"type": kind, "coordinates": coordinates}


@given(geometries(), st.booleans())
def test_geojson_goes_to_wkb_and_back_to_the_last_bit(geometry: tuple[str, Any], swapped: bool) -> None:
    document = json.loads(json.dumps(as_geojson(*geometry)))
    blob = geojson.to_wkb(document, swapped)
    assert blob is not None
    assert geojson.from_wkb(blob, swapped) == document
    turned = geojson.from_wkb(blob, not swapped)
    assert geojson.to_wkb(turned, not swapped) == blob


@given(geometries())
def test_wkb_is_what_geos_writes(geometry: tuple[str, Any]) -> None:
    blob = wkb.packed(*geometry)
    shape = shapely.from_wkb(blob)
    assert shape.geom_type == geometry[0]
    if not shape.is_empty:
        assert shapely.to_wkb(shape, byte_order=1, flavor="iso") == blob


def test_swapped_coordinates_become_x_and_y() -> None:
    blob = geojson.to_wkb(
        {"type": "LineString", "coordinates": [[23.1, 113.2, 5.0], [23.3, 113.4, 6.0]]}, True
    )
    assert (
        shapely.to_wkt(shapely.from_wkb(blob), rounding_precision=1)
        == "LINESTRING Z (113.2 23.1 5, 113.4 23.3 6)"
    )


def test_no_geometry_stays_none() -> None:
    assert geojson.to_wkb(None) is None
    assert geojson.from_wkb(None) is None


def test_a_measure_is_left_out() -> None:
    blob = geojson.to_wkb({"type": "LineString", "coordinates": [[1, 2, 3, 9], [4, 5, 6, 9]]})
    assert geojson.from_wkb(blob) == {"type": "LineString", "coordinates": [[1, 2, 3], [4, 5, 6]]}


@pytest.mark.parametrize(
    "geometry",
    [
        {"type": "Point", "coordinates": [float("inf"), 1]},
        {"type": "Point", "coordinates": ["113", "23"]},
        {"type": "Point", "coordinates": None},
        {"type": "Point", "coordinates": [1]},
        {"type": "Polygon", "coordinates": [[1, 2], [3, 4]]},
        {"type": "LineString", "coordinates": [[1, 2, 3], [4, 5]]},
        {"type": "Circle", "coordinates": [1, 2]},
        {"coordinates": [1, 2]},
        "POINT (1 2)",
    ],
)
def test_what_is_no_geometry_is_refused(geometry: Any) -> None:
    with pytest.raises(wkb.BrokenGeometryError):
        geojson.to_wkb(geometry)


@given(st.binary(max_size=60))
def test_what_is_no_wkb_is_refused(blob: bytes) -> None:
    try:
        wkb.unpacked(blob)
    except wkb.BrokenGeometryError:
        return
    assert shapely.from_wkb(blob) is not None


@given(
    st.sampled_from(["text", "integer", "real", "boolean", "date", "datetime"]),
    st.lists(
        st.none()
        | st.booleans()
        | st.integers()
        | st.floats()
        | st.text(max_size=5)
        | st.sampled_from(["2024-02-29", "2024-01-01T10:00:00+08:00", "1", "true", "1e5"]),
        max_size=6,
    ),
)
def test_a_column_is_what_each_value_is(kind: str, values: list[Any]) -> None:
    assert repr(geojson.column(values, kind)) == repr([canonical(value, kind) for value in values])


SCHEMA = Schema((Field("name", "text"), Field("rings", "integer")), "Point")


def test_features_take_key_id_and_values() -> None:
    items = [
        {"id": 7, "properties": {"uuid": "a", "name": "", "rings": 2**53 + 1, "more": 1}, "geometry": None},
        {"properties": {"uuid": None, "fid": 8}, "geometry": {"type": "Point", "coordinates": [113.5, 23.5]}},
    ]
    first, second = geojson.features(items, SCHEMA, "uuid", id_field="fid")
    assert (first.key, first.server_id, first.geometry) == ("a", "7", None)
    assert first.values == {"name": "", "rings": 2**53 + 1}
    assert (second.key, second.server_id, second.values) == (None, "8", {"name": None, "rings": None})
    assert shapely.from_wkb(second.geometry) == shapely.Point(113.5, 23.5)
    assert [f.key for f in geojson.features(items, SCHEMA, None, id_field="fid")] == ["7", "8"]


def test_a_broken_feature_is_named() -> None:
    broken = {"id": 7, "properties": {}, "geometry": {"type": "Point", "coordinates": ["x"]}}
    with pytest.raises(ExchangeError, match="feature 7 of collection trees"):
        geojson.features([broken], SCHEMA, None, collection="trees")
    with pytest.raises(ExchangeError, match="no feature"):
        geojson.features([{"type": "Feature"}], SCHEMA, None)


def test_half_a_character_is_no_document() -> None:
    assert geojson.encoded({"a": "𠮷🏙"}) == '{"a":"𠮷🏙"}'.encode()
    with pytest.raises(UnicodeEncodeError):
        geojson.encoded({"a": "\ud83c"})


@pytest.mark.parametrize(
    "name",
    [
        "EPSG:4547",
        "http://www.opengis.net/def/crs/EPSG/0/4547",
        "<http://www.opengis.net/def/crs/EPSG/9.9.1/4547>",
        "urn:ogc:def:crs:EPSG::4547",
        "urn:ogc:def:crs:EPSG:6.9:4547",
        "urn:x-ogc:def:crs:EPSG:4547",
        "http://www.opengis.net/gml/srs/epsg.xml#4547",
    ],
)
def test_a_crs_has_one_name(name: str) -> None:
    assert axes.crs_of(name) == "EPSG:4547"


def test_crs84_has_one_name() -> None:
    assert axes.crs_of("http://www.opengis.net/def/crs/OGC/1.3/CRS84") == "OGC:CRS84"
    assert axes.crs_of("urn:ogc:def:crs:OGC:1.3:CRS84") == "OGC:CRS84"


@pytest.mark.parametrize("crs", ["OGC:CRS84", "EPSG:4326", "EPSG:4490"])
@pytest.mark.parametrize(
    "box", [None, (113.0, 22.0, 114.0, 24.0), (22.0, 113.0, 24.0, 114.0), (-180.0, -90.0, 180.0, 90.0)]
)
def test_degrees_in_china_are_never_doubtful(crs: str, box: axes.Box | None) -> None:
    assert axes.decide([(113.2, 23.1)] * 3, crs, box) == axes.XY
    assert axes.decide([(23.1, 113.2)] * 3, crs, box) == axes.YX
    assert axes.decide([(75.0, 39.5)], crs, None) == axes.XY


@pytest.mark.parametrize("crs", ["EPSG:4547", "EPSG:4526"])
def test_metres_are_decided_by_where_the_zone_lies(crs: str) -> None:
    x, y = Transformer.from_crs("OGC:CRS84", crs, always_xy=True).transform(114.2, 23.1)
    assert axes.declared(crs) == axes.YX
    assert axes.decide([(x, y)], crs) == axes.XY
    assert axes.decide([(y, x)], crs) == axes.YX


def test_what_fits_nowhere_or_everywhere_is_not_decided() -> None:
    assert axes.decide([], "EPSG:4326") is None
    assert axes.decide([(10.0, 20.0)], "EPSG:4326") is None
    assert axes.decide([(10.0, 20.0)], "EPSG:4326", (9.0, 19.0, 11.0, 21.0)) == axes.XY
    assert axes.decide([(113.2, 23.1)], "EPSG:4547") is None
    assert axes.decide([(float("nan"), 1.0)], "EPSG:4490") is None


def test_few_wild_places_do_not_count() -> None:
    assert axes.decide([(23.1, 113.2)] * 8 + [(0.0, 0.0), (113.2, 23.1)], "EPSG:4490") == axes.YX


def test_a_repeated_id_must_repeat() -> None:
    fields = [Field("id", "text"), Field("fid", "integer"), Field("rings", "integer")]
    assert guessing.repeated_id(fields, [({"fid": 5}, "5")]) == "fid"
    assert guessing.repeated_id(fields, [({"fid": 5}, "6")]) is None
    assert guessing.repeated_id(fields, []) == "fid"
