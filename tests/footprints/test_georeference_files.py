"""The place of every model among the test data, and evidence that is broken in the file."""

from __future__ import annotations

import math
from pathlib import Path

import pytest

ifcopenshell = pytest.importorskip("ifcopenshell", exc_type=ImportError)

from citycheck.citycheck_qgis.footprints.findings import codes_of  # noqa: E402
from citycheck.citycheck_qgis.footprints.georeference.areas import fits, longitude_latitude  # noqa: E402
from citycheck.citycheck_qgis.footprints.georeference.evidence import collect  # noqa: E402
from citycheck.citycheck_qgis.footprints.georeference.projections import apply, metres_between  # noqa: E402
from citycheck.citycheck_qgis.footprints.georeference.report import COLUMNS, evidence_rows  # noqa: E402
from citycheck.citycheck_qgis.footprints.georeference.resolve import resolve  # noqa: E402
from citycheck.citycheck_qgis.footprints.ifc.files import open_model  # noqa: E402
from citycheck.citycheck_qgis.footprints.ifc.read import read_ifc  # noqa: E402
from citycheck.citycheck_qgis.units.coordinates import in_metres  # noqa: E402

DATA = Path(__file__).resolve().parents[3] / "shared" / "data" / "ifc"
with_data = pytest.mark.skipif(not DATA.is_dir(), reason="the test data is not beside the checkout")

#: File -> state, level, EPSG of the placement, longitude and latitude of the local origin, codes.
NOWHERE = ("needs_control_points", 0, None, None)
ASK_CRS, ASK_POINTS = "needs_crs_or_control_points", "needs_control_points"
MERCATOR = "mercator_stretch;reprojected_to_metric"
FRANCE = ("placed", 50, 32631, (2.83986, 45.43942))
FILES = {
    "20160414office_model_CV2_fordesign.ifc": (*NOWHERE, f"coarse_location;{ASK_POINTS}"),
    "AC20-FZK-Haus.ifc": ("approximate", 20, 32632, (8.436539, 49.100435), "approximate_position"),
    "Duplex_A_20110907.ifc": (*NOWHERE, f"default_location;{ASK_POINTS}"),
    "Duplex_A_20110907_georeferenced.ifc": ("placed", 50, 2169, (6.12203, 49.62921), ""),
    "ISSUE_021_Mini_Project.ifc": (*NOWHERE, ASK_POINTS),
    "KIT-Simple-Road-IFC4x3_RC2.ifc": (*NOWHERE, f"default_location;{ASK_POINTS}"),
    "LaanOpZuid_OWL.ifc": (
        "placed",
        50,
        28992,
        (4.49887, 51.90559),
        "map_unit_corrected;context_height_offset",
    ),
    "PCERT_building-architecture.ifc": ("placed", 50, 32760, (179.08015, -8.4622), ""),
    "S1-OMG_KS_BRK-Perceel.ifc": (*NOWHERE, ASK_POINTS),
    "SampleHouse4.ifc": (*NOWHERE, f"default_location;{ASK_POINTS}"),
    "bimwhale_LargeBuilding.ifc": (*NOWHERE, f"default_location;{ASK_POINTS}"),
    "bimwhale_SimpleWall.ifc": (*NOWHERE, f"default_location;{ASK_POINTS}"),
    "bimwhale_TallBuilding.ifc": (*NOWHERE, f"default_location;{ASK_POINTS}"),
    "bs43_geographic-referencing-rigid-operation.ifc": (
        "placed",
        50,
        32633,
        (14.0902217, 46.3623297),
        "local_plane",
    ),
    "bs43_geographic-referencing-utm.ifc": ("placed", 50, 25832, (8.43368, 49.09555), "scale_inverted"),
    "ifcbridge-model02_georeferenced.ifc": (
        "placed",
        50,
        31468,
        (11.72344, 48.18242),
        "contradictory_position",
    ),
    "ifcgref_file.ifc": ("approximate", 30, 5514, None, "crs_inferred"),
    "grf/fail-grf001-ifcmapconversion_ifcmapconversion_non_identical.ifc": (
        *NOWHERE,
        f"conversions_contradict;{ASK_CRS}",
    ),
    "grf/fail-grf001-ifcmapconversionscaled_ifcmapconversionscaled_non_identical.ifc": (
        *NOWHERE,
        f"conversions_contradict;{ASK_CRS}",
    ),
    "grf/fail-grf001-none_ifcmapconversion.ifc": (*FRANCE, MERCATOR),
    "grf/fail-grf002-invalid_epsg_code_invalid_string.ifc": (*FRANCE, MERCATOR),
    "grf/fail-grf003-scenario01-building_without_georeferencing.ifc": (
        "approximate",
        20,
        32632,
        (8.43368, 49.09555),
        "true_north_missing;approximate_position",
    ),
    "grf/fail-grf004-invalid_epsg_code.ifc": (*NOWHERE, f"crs_unknown_code;conversion_without_crs;{ASK_CRS}"),
    "grf/fail-grf004-invalid_epsg_code_non_numerical.ifc": (
        *NOWHERE,
        f"crs_unknown_code;conversion_without_crs;{ASK_CRS}",
    ),
    "grf/fail-grf004-invalid_vertical_datum.ifc": (
        *NOWHERE,
        f"crs_missing;vertical_datum_unknown;conversion_without_crs;{ASK_CRS}",
    ),
    "grf/fail-grf005-metre_millimetre_scale_empty_1.ifc": (
        "placed",
        50,
        25832,
        (8.43368, 49.09555),
        "scale_missing",
    ),
    "grf/fail-grf005-unit_conversion_factor.ifc": (
        "placed",
        50,
        32616,
        (-85.42251, 34.97949),
        "foot_definition;reprojected_to_metric",
    ),
    "grf/fail-grf006-valid_wkt_specification_wrong_name.ifc": (
        *NOWHERE,
        f"placeholder_conversion;placeholder_latitude_longitude;{ASK_CRS}",
    ),
    "grf/fail-grf007-invalid_vertical_epsg.ifc": (
        *NOWHERE,
        f"vertical_datum_unknown;outside_area_of_use;{ASK_CRS}",
    ),
    "grf/fail-grf008-incorrect_first_coordinate.ifc": (*NOWHERE, f"conversions_contradict;{ASK_CRS}"),
    "grf/na-grf000-ifc4_no_georeferencing.ifc": (*NOWHERE, ASK_POINTS),
    "grf/na-grf001-none_none.ifc": (*NOWHERE, ASK_CRS),
    "grf/na-grf003-railway_with_georeferencing.ifc": (*NOWHERE, f"placeholder_conversion;{ASK_CRS}"),
    "grf/na-grf005-no_map_conversion.ifc": (*NOWHERE, ASK_POINTS),
    "grf/na-grf007-valid_vertical_and_compound_epsg_code.ifc": ("placed", 50, 26915, (-95.6399, 51.3402), ""),
    "grf/pass-grf000-ifc4_georeferencing.ifc": (*NOWHERE, ASK_CRS),
    "grf/pass-grf001-ifcmapconversionscaled_ifcmapconversionscaled.ifc": (
        *FRANCE,
        f"factors_implausible;{MERCATOR}",
    ),
    "grf/pass-grf002-valid_epsg_code.ifc": (*FRANCE, MERCATOR),
    "grf/pass-grf004-valid_epsg_code.ifc": (*FRANCE, MERCATOR),
    "grf/pass-grf004-valid_epsg_code_ifc4.ifc": (*FRANCE, MERCATOR),
    "grf/pass-grf004-valid_vertical_datum_epsg_code_ifc4.ifc": (
        *NOWHERE,
        f"crs_missing;conversion_without_crs;{ASK_CRS}",
    ),
    "grf/pass-grf005-equal_local_and_projected_length_units_no_map_conversion.ifc": (
        *NOWHERE,
        f"outside_area_of_use;{ASK_CRS}",
    ),
    "grf/pass-grf005-unit_conversion_factor.ifc": (
        "placed",
        50,
        32616,
        (-85.42251, 34.97949),
        "reprojected_to_metric",
    ),
    "grf/pass-grf007-valid_vertical_espg_code.ifc": (*NOWHERE, f"outside_area_of_use;{ASK_CRS}"),
    "grf/pass-grf008-correct_coordinates.ifc": (*NOWHERE, f"conversions_contradict;{ASK_CRS}"),
}


def evidence_of(name):
    return collect(open_model(DATA / name).model)


@with_data
def test_no_file_is_left_out():
    assert {path.relative_to(DATA).as_posix() for path in DATA.rglob("*.ifc")} == set(FILES)


@with_data
@pytest.mark.parametrize("name", FILES)
def test_place_of_each_file(name):
    state, level, epsg, place, codes = FILES[name]
    evidence = evidence_of(name)
    placement = resolve(evidence, evidence.buildings[0].guid if evidence.buildings else None)
    assert (placement.state, placement.level, codes_of(placement.findings)) == (state, level, codes)
    assert (None if placement.crs is None else placement.crs.to_epsg()) == epsg
    rows = evidence_rows(evidence, placement)
    assert all(tuple(row) == COLUMNS for row in rows)
    if place is None:
        return
    assert in_metres(placement.crs)
    origin = apply(placement.matrix, (0, 0))
    assert fits(placement.crs, *origin)
    assert metres_between(*longitude_latitude(placement.crs, *origin), *place) < 2
    assert sum(row["status"] == "used" for row in rows) == 1


@with_data
def test_heights():
    expected = {
        "LaanOpZuid_OWL.ifc": 0.0,  # WCS 4.25 m up cancels the orthogonal height; its storey NAP is at z 0
        "PCERT_building-architecture.ifc": 1.3,
        "Duplex_A_20110907_georeferenced.ifc": 293.7,
        "bs43_geographic-referencing-utm.ifc": 113.7,
        "AC20-FZK-Haus.ifc": 110.0,
        "ISSUE_021_Mini_Project.ifc": None,
    }
    for name, elevation in expected.items():
        found = resolve(evidence_of(name)).elevation
        assert found is None if elevation is None else found == pytest.approx(elevation, abs=1e-4)
    assert resolve(evidence_of("Duplex_A_20110907_georeferenced.ifc")).vertical == "NG95 height"


@with_data
def test_each_of_many_buildings_stands_on_its_own_site():
    evidence = evidence_of("ifcgref_file.ifc")
    sites = {site.guid: site for site in evidence.sites}
    of_building = {building.guid: sites[building.site] for building in evidence.buildings}
    buildings = read_ifc(DATA / "ifcgref_file.ifc").buildings
    assert len(buildings) == 32
    middles = set()
    for building in buildings:
        placement, site = building.placement, of_building[building.guid]
        assert (placement.state, placement.crs.to_epsg(), placement.elevation) == ("approximate", 5514, 0.0)
        middle = placement.place(building.roofprint).centroid
        # Latitude and longitude of this file are cut to whole seconds.
        there = longitude_latitude(placement.crs, middle.x, middle.y)
        assert metres_between(*there, site.longitude, site.latitude) < 60
        middles.add((round(middle.x), round(middle.y)))
    assert len(middles) == 32


@with_data
def test_models_drawn_in_place_are_known_by_their_bounds():
    evidence = evidence_of("grf/na-grf003-railway_with_georeferencing.ifc")
    placement = resolve(evidence, bounds=(452_600.0, 4_539_500.0, 453_203.0, 4_539_984.0))
    assert (placement.state, placement.level, placement.crs.to_epsg()) == ("placed", 50, 3065)
    assert placement.findings == ()


@with_data
def test_the_users_crs_does_not_move_what_the_file_places():
    evidence = evidence_of("LaanOpZuid_OWL.ifc")
    assert resolve(evidence, default_crs="EPSG:4547") == resolve(evidence)


@with_data
def test_fzk_house_faces_as_its_true_north_says():
    placement = resolve(evidence_of("AC20-FZK-Haus.ifc"))
    a, _, d, _, _, _ = placement.matrix
    # True north is 50 degrees clockwise of the y axis; the grid of UTM 32 is turned by -0.43 degrees there.
    assert math.degrees(math.atan2(d, a)) == pytest.approx(50 - 0.43, abs=0.05)


# Evidence that is broken in the file

HEADER = """ISO-10303-21;
HEADER;
FILE_DESCRIPTION((''),'2;1');
FILE_NAME('','',(''),(''),'','','');
FILE_SCHEMA(('{schema}'));
ENDSEC;
DATA;
"""
SPATIAL = """#1=IFCPROJECT('1aGsj_fSfA$f4sYvLFcpyO',$,'p',$,$,$,$,(#5),#3);
#2=IFCSIUNIT(*,.LENGTHUNIT.,.MILLI.,.METRE.);
#3=IFCUNITASSIGNMENT((#2));
#4=IFCAXIS2PLACEMENT3D(#6,$,$);
#5=IFCGEOMETRICREPRESENTATIONCONTEXT($,'Model',3,1.E-5,#4,#8);
#6=IFCCARTESIANPOINT((0.,0.,0.));
#8=IFCDIRECTION((0.,1.));
#9=IFCLOCALPLACEMENT($,#4);
#10=IFCSITE('1aGsj_fSfA$f4sYvLFcpyQ',$,'s',$,$,#9,$,$,.ELEMENT.,{latitude},{longitude},{elevation},$,$);
#11=IFCBUILDING('1aGsj_fSfA$f4sYvLFcpyB',$,'b',$,$,#9,$,$,.ELEMENT.,$,$,$);
#12=IFCRELAGGREGATES('1aGsj_fSfA$f4sYvLFcpyS',$,$,$,#1,(#10));
#13=IFCRELAGGREGATES('1aGsj_fSfA$f4sYvLFcpyT',$,$,$,#10,(#11));
"""


def model(body="", schema="IFC4", latitude="$", longitude="$", elevation="$"):
    spatial = SPATIAL.format(latitude=latitude, longitude=longitude, elevation=elevation)
    return ifcopenshell.file.from_string(
        HEADER.format(schema=schema) + spatial + body + "ENDSEC;\nEND-ISO-10303-21;\n"
    )


@pytest.mark.parametrize(
    ("latitude", "longitude", "degrees"),
    [
        ("(49,6,1,566000)", "(8,26,11,540400)", (49.100435, 8.436539)),
        ("(49,6,1)", "(0,-26,-11)", (49.100278, -0.436389)),
        ("(-49,6,1)", "(8,26,11)", (-49.100278, 8.436389)),
        ("(49,6)", "(8,26,11)", (None, 8.436389)),
        ("(49,66,1)", "(8,26,11,1,1)", (None, None)),
        ("(99,6,1)", "(188,26,11)", (None, None)),
        ("()", "()", (None, None)),
    ],
)
def test_angles_of_sites(latitude, longitude, degrees):
    evidence = collect(model(latitude=latitude, longitude=longitude, elevation="12500."))
    site = evidence.sites[0]
    assert (site.latitude, site.longitude) == tuple(
        None if value is None else pytest.approx(value, abs=1e-6) for value in degrees
    )
    assert site.elevation == 12.5
    assert bool(evidence.findings) == (None in degrees or latitude.startswith("(-"))
    resolve(evidence)


@pytest.mark.parametrize("owner", ["#1", "#10", "#11"])
@pytest.mark.parametrize(
    "name", ["ePSet_MapConversion", "EPset_mapconversion", "EPSET_MAPCONVERSION", "ePset_MapConversion"]
)
@pytest.mark.parametrize(
    ("east", "north"),
    [
        ("IFCLENGTHMEASURE(435000.)", "IFCLENGTHMEASURE(2555000.)"),
        ("IFCLENGTHMEASURE(435000000.)", "IFCLENGTHMEASURE(2555000000.)"),
        ("IFCTEXT('435000')", "IFCLABEL(' 2555000,0 ')"),
        ("IFCREAL(435000.)", "IFCINTEGER(2555000)"),
    ],
)
def test_property_sets_in_any_spelling(owner, name, east, north):
    body = f"""#20=IFCPROPERTYSINGLEVALUE('Eastings',$,{east},$);
#21=IFCPROPERTYSINGLEVALUE('NORTHINGS',$,{north},$);
#22=IFCPROPERTYSET('1aGsj_fSfA$f4sYvLFcpy1',$,'{name}',$,(#20,#21));
#23=IFCRELDEFINESBYPROPERTIES('1aGsj_fSfA$f4sYvLFcpy2',$,$,$,({owner}),#22);
#24=IFCPROPERTYSINGLEVALUE('Name',$,IFCIDENTIFIER('EPSG:4547'),$);
#25=IFCPROPERTYSET('1aGsj_fSfA$f4sYvLFcpy3',$,'{
        name.replace("MapConversion", "ProjectedCRS")
        .replace("mapconversion", "projectedcrs")
        .replace("MAPCONVERSION", "PROJECTEDCRS")
    }',$,(#24));
#26=IFCRELDEFINESBYPROPERTIES('1aGsj_fSfA$f4sYvLFcpy4',$,$,$,({owner}),#25);
"""
    evidence = collect(model(body, "IFC2X3"))
    placement = resolve(evidence, "1aGsj_fSfA$f4sYvLFcpyB")
    assert (placement.state, placement.method) == ("placed", "property_set")
    assert apply(placement.matrix, (0, 0)) == pytest.approx((435_000, 2_555_000))


@pytest.mark.parametrize(
    "body",
    [
        "#20=IFCMAPCONVERSION($,$,$,$,$,$,$,$);",
        "#20=IFCMAPCONVERSION(#5,#21,1.E400,2.,3.,0.,0.,0.);\n#21=IFCPROJECTEDCRS('EPSG:4547',$,$,$,$,$,$);",
        "#20=IFCMAPCONVERSION(#5,#21,435000.,2555000.,$,1.E400,0.,1.E400);\n#21=IFCPROJECTEDCRS($,$,$,$,$,$,#22);\n"
        "#22=IFCCONVERSIONBASEDUNIT($,.LENGTHUNIT.,'x',$);",
        "#20=IFCWELLKNOWNTEXT('nonsense',$);",
        "#20=IFCPROPERTYSET('1aGsj_fSfA$f4sYvLFcpy1',$,'ePSet_MapConversion',$,$);\n"
        "#21=IFCRELDEFINESBYPROPERTIES('1aGsj_fSfA$f4sYvLFcpy2',$,$,$,(#10),#20);",
        "#20=IFCPROPERTYSINGLEVALUE('Eastings',$,IFCBOOLEAN(.T.),$);\n#21=IFCPROPERTYSINGLEVALUE('Northings',$,$,$);\n"
        "#22=IFCPROPERTYSET('1aGsj_fSfA$f4sYvLFcpy1',$,'ePSet_MapConversion',$,(#20,#21));\n"
        "#23=IFCRELDEFINESBYPROPERTIES('1aGsj_fSfA$f4sYvLFcpy2',$,$,$,(#10),#22);",
        "#20=IFCGEOMETRICREPRESENTATIONCONTEXT($,$,$,$,$,$);",
        "#20=IFCDIRECTION(());\n#21=IFCGEOMETRICREPRESENTATIONCONTEXT($,'Model',3,$,#22,#20);\n#22=IFCAXIS2PLACEMENT3D($,$,$);",
        "#20=IFCRELAGGREGATES('1aGsj_fSfA$f4sYvLFcpy5',$,$,$,#11,(#10));",
        "#20=IFCWALL('1aGsj_fSfA$f4sYvLFcpy6',$,$,$,$,#21,#24,$,$);\n#21=IFCLOCALPLACEMENT(#21,#22);\n"
        "#22=IFCAXIS2PLACEMENT3D(#23,$,$);\n#23=IFCCARTESIANPOINT((1.E400,0.));\n#24=IFCPRODUCTDEFINITIONSHAPE($,$,());",
    ],
)
@pytest.mark.parametrize("schema", ["IFC4", "IFC4X3_ADD2"])
def test_broken_evidence_is_a_finding(body, schema):
    evidence = collect(model(body + "\n", schema))
    placement = resolve(evidence, "1aGsj_fSfA$f4sYvLFcpyB")
    assert placement.state == "needs_control_points"
    assert placement.findings
    evidence_rows(evidence, placement)


def test_an_empty_file():
    empty = ifcopenshell.file.from_string(HEADER.format(schema="IFC4") + "ENDSEC;\nEND-ISO-10303-21;\n")
    evidence = collect(empty)
    assert evidence.length_unit is None
    assert resolve(evidence).state == "needs_control_points"
