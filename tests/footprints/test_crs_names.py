"""Names of coordinate reference systems as they are written in models and city models."""

from __future__ import annotations

import pytest
from citycheck.citycheck_qgis.footprints.georeference import crs_names
from citycheck.citycheck_qgis.footprints.georeference.crs_names import crs_from_text, read_crs, swaps_axes
from hypothesis import given, settings
from hypothesis import strategies as st
from pyproj import CRS

STRIP_WKT = CRS.from_epsg(4547).to_wkt()
LOCAL_WKT = (
    'PROJCS["City grid",GEOGCS["CGCS2000",DATUM["China_2000",SPHEROID["CGCS2000",6378137,298.257222101]],'
    'PRIMEM["Greenwich",0],UNIT["degree",0.0174532925199433]],PROJECTION["Transverse_Mercator"],'
    'PARAMETER["latitude_of_origin",0],PARAMETER["central_meridian",113.28],PARAMETER["scale_factor",1],'
    'PARAMETER["false_easting",40000],PARAMETER["false_northing",-2500000],UNIT["metre",1]]'
)


@pytest.mark.parametrize(
    ("text", "authority"),
    [
        ("EPSG:4547", "EPSG:4547"),
        ("4547", "EPSG:4547"),
        (" 'epsg 4547' ", "EPSG:4547"),
        ("EPSG4547", "EPSG:4547"),
        ("EPSG-4547", "EPSG:4547"),
        ("EPSG::4547", "EPSG:4547"),
        ("ＥＰＳＧ：４５４７", "EPSG:4547"),
        ("EPSG:28992 - Amersfoort / RD New", "EPSG:28992"),
        ("ETRS89 / UTM zone 32N (EPSG:25832)", "EPSG:25832"),
        ("urn:ogc:def:crs:EPSG::4547", "EPSG:4547"),
        ("urn:ogc:def:crs:EPSG:6.9:4326", "EPSG:4326"),
        ("urn:x-ogc:def:crs:EPSG:4326", "EPSG:4326"),
        ("urn:EPSG:geographicCRS:4326", "EPSG:4326"),
        ("http://www.opengis.net/def/crs/EPSG/0/25832", "EPSG:25832"),
        ("https://www.opengis.net/def/crs/EPSG/9.9.1/25832", "EPSG:25832"),
        ("http://www.opengis.net/gml/srs/epsg.xml#4326", "EPSG:4326"),
        ("https://epsg.io/25832", "EPSG:25832"),
        ("OGC:CRS84", "OGC:CRS84"),
        ("urn:ogc:def:crs:OGC:1.3:CRS84", "OGC:CRS84"),
        ("http://www.opengis.net/def/crs/OGC/1.3/CRS84", "OGC:CRS84"),
        ("urn:adv:crs:ETRS89_UTM32*DE_DHHN2016_NH*GCG2016", "EPSG:25832"),
        ("urn:adv:crs:DE_DHDN_3GK3", "EPSG:31467"),
        ("ESRI:102100", "ESRI:102100"),
        ("CGCS2000 / 3-degree Gauss-Kruger CM 114E", "EPSG:4547"),
        ("CGCS2000_3_Degree_GK_CM_114E", "EPSG:4547"),
        ("CGCS2000_3_Degree_GK_Zone_38", "EPSG:4526"),
        ("CGCS2000 3度带 114", "EPSG:4547"),
        ("国家2000坐标系 3度带 第38带", "EPSG:4526"),
        ("2000国家大地坐标系 中央子午线 114°", "EPSG:4547"),
        ("CGCS2000高斯投影3度带中央经线120", "EPSG:4549"),
        ("西安80 中央子午线117", "EPSG:2384"),
        ("西安80坐标系 三度带 39带", "EPSG:2363"),
        ("北京54 6度带 20带", "EPSG:21420"),
        ("Xian_1980_3_Degree_GK_CM_114E", "EPSG:2383"),
        ("CGCS2000 L0=114°00'00\"", "EPSG:4547"),
        ("CGCS2000 CM 114:00:00", "EPSG:4547"),
        ("CGCS2000 高斯克吕格 CM 114E FE 500000", "EPSG:4547"),
        ("国家2000 中央子午线114 东偏500km 1985国家高程基准", "EPSG:4547"),
        ("CGCS2000 东经114° 3度分带", "EPSG:4547"),
        ("CGCS2000 3度带 38 带 114", "EPSG:4547"),
        ("2000 (CGCS2000 3度带 111)", "EPSG:4546"),
        ("4547 (CGCS2000 3度带 114)", "EPSG:4547"),
        ("28992 / RD New", "EPSG:28992"),
        ("IGM95 / UTM zone 33N", "EPSG:3065"),
        ("wgs 84 / utm zone 32n", "EPSG:32632"),
        ("WGS_1984_UTM_Zone_33N", "EPSG:32633"),
        ("WGS84 UTM 33S", "EPSG:32733"),
        ("ETRS89_UTM33", "EPSG:25833"),
        ("RD New", "EPSG:28992"),
        ("+proj=utm +zone=33 +datum=WGS84 +units=m", "EPSG:32633"),
        (STRIP_WKT, "EPSG:4547"),
    ],
)
def test_spellings(text, authority):
    crs, _ = crs_from_text(text)
    assert crs is not None
    assert ":".join(crs.to_authority()) == authority


@pytest.mark.parametrize(
    ("text", "authority", "vertical"),
    [
        ("urn:ogc:def:crs,crs:EPSG:6.12:3068,crs:EPSG:6.12:5783", "EPSG:3068", "DHHN92 height"),
        ("urn:ogc:def:crs,crs:EPSG::25832,crs:EPSG::7837", "EPSG:25832", "DHHN2016 height"),
        (
            "http://www.opengis.net/def/crs-compound?1=http://www.opengis.net/def/crs/EPSG/0/3068"
            "&2=http://www.opengis.net/def/crs/EPSG/0/5783",
            "EPSG:3068",
            "DHHN92 height",
        ),
        ("https://www.opengis.net/def/crs/EPSG/0/7415", "EPSG:28992", "NAP height"),
        ("http://www.opengis.net/def/crs/EPSG/0/6697", "EPSG:6668", "JGD2011 (vertical) height"),
        ("EPSG:9897", "EPSG:2169", "NG95 height"),
        ("EPSG:25832+7837", "EPSG:25832", "DHHN2016 height"),
        ("IGM95 / UTM zone 33N + Genoa 1942 height", "EPSG:3065", "Genoa 1942 height"),
        ("EPSG:4979", "EPSG:4326", None),
    ],
)
def test_compound_codes_give_both_parts(text, authority, vertical):
    read = read_crs(text)
    assert ":".join(read.crs.to_authority()) == authority
    assert read.vertical == vertical
    assert len(read.crs.axis_info) == 2


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (None, "crs_missing"),
        ("", "crs_missing"),
        ("None", "crs_missing"),
        ("未定义", "crs_missing"),
        ("WGS84", "crs_datum_only"),
        ("ETRS89", "crs_datum_only"),
        ("CGCS2000", "crs_datum_only"),
        ("国家2000", "crs_datum_only"),
        ("西安80坐标系", "crs_datum_only"),
        ("EPSG:1234", "crs_unknown_code"),
        ("EPSG:12invalid", "crs_unknown_code"),
        ("EPSG:5214", "crs_not_horizontal"),
        ("EPSG:4978", "crs_not_horizontal"),
        ("RD", "crs_unknown"),
        ("Paris", "crs_unknown"),
        ("Stadtplan Musterstadt", "crs_unknown"),
        ('PROJCS["broken', "crs_unknown"),
        ("CGCS2000 中央子午线114度20分", "crs_strip_unknown"),
        ("CGCS2000 CM 115", "crs_strip_unknown"),
        ("CGCS2000 CM 114 20 00", "crs_strip_unknown"),
        ("CGCS2000 L0=114:20:00", "crs_strip_unknown"),
        ("CGCS2000 CM114d20m", "crs_strip_unknown"),
        ("CGCS2000 / CM 114°20", "crs_strip_unknown"),
        ("CGCS2000 114-20", "crs_strip_unknown"),
        ("CGCS2000 中央子午线 东经113度17分", "crs_strip_unknown"),
        ("CGCS2000 1.5度带 114", "crs_strip_unknown"),
        ("CGCS2000 3度带 39带 中央子午线114", "crs_strip_unknown"),
        ("CGCS2000,L0=120,FE=50", "crs_strip_unknown"),
        ("CGCS2000 中央子午线114 东偏50km", "crs_strip_unknown"),
        ("CGCS2000 中央子午线114 加常数", "crs_strip_unknown"),
        ("CGCS2000 中央子午线114 北坐标减2000km", "crs_strip_unknown"),
        ("CGCS2000 3度带 中央经线117 投影面高程 1200m", "crs_strip_unknown"),
        ("深圳独立坐标系 CGCS2000 中央子午线114", "crs_strip_unknown"),
        ("CGCS2000 抵偿坐标系 114", "crs_strip_unknown"),
        ("CGCS2000 114 local", "crs_strip_unknown"),
        ("2000", "crs_number_ambiguous"),
        ("2000-111", "crs_unknown"),
        ("4547-高斯", "crs_unknown"),
        ("4546 (CGCS2000 3度带 114)", "crs_strip_unknown"),
    ],
)
def test_what_names_no_crs_says_why(text, code):
    crs, findings = crs_from_text(text)
    assert crs is None
    assert [found.code for found in findings] == [code]
    assert str(findings[0].message)


def test_a_grid_of_ones_own_is_read_from_wkt():
    crs, findings = crs_from_text(LOCAL_WKT)
    assert crs.is_projected
    assert not findings
    assert crs.area_of_use is None


def test_what_was_assumed_is_said():
    crs, findings = crs_from_text("UTM32")
    assert crs.to_epsg() == 32632
    assert {found.code for found in findings} == {"crs_datum_assumed", "crs_hemisphere_assumed"}
    assert [f.code for f in crs_from_text("CGCS2000 3度带 114")[1]] == ["crs_read_from_words"]


@pytest.mark.parametrize(
    ("text", "swaps"),
    [
        ("http://www.opengis.net/def/crs/EPSG/0/6697", True),
        ("urn:ogc:def:crs:EPSG::4326", True),
        ("urn:ogc:def:crs:EPSG::4490", True),
        ("urn:ogc:def:crs:EPSG::4547", True),
        ("urn:ogc:def:crs:EPSG::31467", True),
        ("urn:ogc:def:crs:EPSG::25832", False),
        ("urn:ogc:def:crs:OGC:1.3:CRS84", False),
        ("EPSG:4326", False),
        ("EPSG:4547", False),
        ("urn:adv:crs:ETRS89_UTM32*DE_DHHN2016_NH*GCG2016", False),
        ("https://www.opengis.net/def/crs/EPSG/0/7415", False),
        ("http://www.opengis.net/gml/srs/epsg.xml#4326", False),
    ],
)
def test_axis_order_follows_the_spelling(text, swaps):
    crs, _ = crs_from_text(text)
    assert swaps_axes(text, crs) is swaps


def test_coordinates_overrule_the_spelling():
    urn = "urn:ogc:def:crs:EPSG::4547"
    crs, _ = crs_from_text(urn)
    east_first = (435_000.0, 2_550_000.0, 436_000.0, 2_551_000.0)
    north_first = (2_550_000.0, 435_000.0, 2_551_000.0, 436_000.0)
    assert swaps_axes(urn, crs, east_first) is False
    assert swaps_axes(urn, crs, north_first) is True
    assert swaps_axes("EPSG:4547", crs, north_first) is True
    assert swaps_axes("EPSG:4547", crs, (0.0, 0.0, 1.0, 1.0)) is False


@pytest.mark.parametrize(("datum", "width"), list(crs_names.STRIPS))
def test_strips_follow_each_other(datum, width):
    zoned, unzoned, first, count = crs_names.STRIPS[datum, width]
    for zone in range(first, first + count):
        meridian = zone * 3 if width == 3 else zone * 6 - 3
        for with_zone, code in ((True, zoned + zone - first), (False, unzoned + zone - first)):
            crs = crs_names.strip_crs(datum, width, zone, with_zone)
            assert crs.to_epsg() == code
            parameters = {p.name: p.value for p in crs.coordinate_operation.params}
            assert parameters["Longitude of natural origin"] == meridian
            assert parameters["False easting"] == 500_000 + with_zone * zone * 1_000_000
            assert crs.name.startswith(datum)
            assert ("3-degree" in crs.name) == (width == 3)
            assert crs_names.chinese_strip(crs) == (datum, width, zone, with_zone)
    assert crs_names.strip_crs(datum, width, first - 1, True) is None
    assert crs_names.strip_crs(datum, width, first + count, True) is None


@settings(max_examples=40, deadline=None)
@given(st.text(max_size=60))
def test_no_text_breaks_it(text):
    crs, findings = crs_from_text(text)
    assert crs is not None or findings


@given(st.integers(min_value=1024, max_value=32767).filter(lambda code: code not in (1954, 1980, 2000)))
def test_all_spellings_of_a_code_agree(code):
    plain, _ = crs_from_text(f"EPSG:{code}")
    for text in (str(code), f"urn:ogc:def:crs:EPSG::{code}", f"http://www.opengis.net/def/crs/EPSG/0/{code}"):
        assert crs_from_text(text)[0] == plain


def test_a_name_is_looked_up_once():
    names = ["urn:adv:crs:ETRS89_UTM32*DE_DHHN2016_NH", "RD New", "nonsense of a CRS"]
    for name in names:
        crs_from_text(name)
    before = read_crs.cache_info().misses
    for name in names:
        crs_from_text(name)
    assert read_crs.cache_info().misses == before
