"""The working coordinate system."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pytest
from citycheck.citycheck_qgis.errors import InputError
from citycheck.citycheck_qgis.units.coordinates import in_metres, reproject, working_crs
from pyproj import CRS
from shapely.geometry import Point, box


def layer(bounds, crs):
    return gpd.GeoDataFrame({"name": ["a"]}, geometry=[box(*bounds)], crs=crs)


def degrees(longitude, latitude, crs=4490):
    return layer((longitude - 0.1, latitude - 0.1, longitude + 0.1, latitude + 0.1), crs)


@pytest.mark.parametrize(
    ("longitude", "latitude", "epsg"),
    [
        (113.3, 23.1, 4547),  # Guangzhou, 114E
        (111.3, 30.7, 4546),  # Yichang, 111E
        (121.0, 31.2, 4549),  # Shanghai's 120E
        (116.4, 39.9, 4548),  # Beijing, 117E
        (87.6, 43.8, 4538),  # Urumqi, 87E
        (74.0, 39.0, 4534),
        (134.8, 48.3, 4554),
    ],
)
def test_degrees_in_china_get_their_strip(longitude, latitude, epsg):
    crs = working_crs(degrees(longitude, latitude))
    assert crs.to_epsg() == epsg
    assert in_metres(crs)


@pytest.mark.parametrize("meridian", range(75, 138, 3))
def test_strip_is_the_one_without_zone_prefix(meridian):
    crs = working_crs(degrees(meridian, 35))
    assert crs.to_epsg() == 4534 + (meridian - 75) / 3
    parameters = {p.name: p.value for p in crs.coordinate_operation.params}
    assert parameters["Longitude of natural origin"] == meridian
    assert parameters["False easting"] == 500_000


@pytest.mark.parametrize(
    ("longitude", "latitude", "epsg"), [(-15.4, 28.1, 32628), (151.2, -33.9, 32756), (179.95, 10, 32660)]
)
def test_degrees_elsewhere_get_utm(longitude, latitude, epsg):
    assert working_crs(degrees(longitude, latitude, 4326)).to_epsg() == epsg


def test_metres_stay_and_the_choice_goes_first():
    units = layer((435_000, 2_550_000, 436_000, 2_551_000), 4547)
    assert working_crs(units) == CRS.from_epsg(4547)
    assert working_crs(units, "EPSG:4546") == CRS.from_epsg(4546)
    assert working_crs(degrees(113.3, 23.1), 4547) == CRS.from_epsg(4547)


@pytest.mark.parametrize("crs", ["EPSG:3857", "ESRI:102100", "EPSG:3395"])
def test_mercator_is_not_measured_in(crs):
    units = degrees(113.3, 23.1).to_crs(crs)
    assert working_crs(units).to_epsg() == 4547
    with pytest.raises(InputError, match=r"areas.*EPSG:4547"):
        working_crs(units, crs)


@pytest.mark.parametrize("crs", ["EPSG:4490", "EPSG:2263"])
def test_degrees_and_feet_are_not_measured_in(crs):
    with pytest.raises(InputError, match="not projected in metres"):
        working_crs(degrees(113.3, 23.1), crs)


def test_areas_are_right_in_the_strip():
    # 0.2 degrees by 0.2 degrees at 23.1 N: on the ellipsoid by pyproj's geodesic area.
    units = degrees(113.3, 23.1)
    true = abs(CRS.from_epsg(4490).get_geod().geometry_area_perimeter(units.geometry.iloc[0])[0])
    moved, note = reproject(units, working_crs(units), "The community layer")
    assert moved.area.iloc[0] == pytest.approx(true, rel=1e-3)
    assert "The community layer" in str(note)
    assert "CM 114E" in str(note)


@pytest.mark.parametrize(
    "job", [working_crs, lambda f: reproject(f, CRS.from_epsg(4547), "The building layer")]
)
def test_missing_crs(job):
    with pytest.raises(InputError, match=r"has no CRS.*Set CRS"):
        job(layer((0, 0, 1, 1), None))


def test_degrees_labelled_as_metres_are_refused():
    with pytest.raises(InputError, match=r"The building layer.*look like degrees.*EPSG:4490"):
        reproject(layer((113.2, 23.0, 113.4, 23.2), 4547), CRS.from_epsg(4547), "The building layer")


def test_metres_labelled_as_degrees_are_refused():
    units = layer((435_000, 2_550_000, 436_000, 2_551_000), 4490)
    with pytest.raises(InputError, match=r"look like metres.*EPSG:4547"):
        working_crs(units)
    with pytest.raises(InputError, match=r"The building layer.*look like metres"):
        reproject(units, CRS.from_epsg(4547), "The building layer")


def test_coordinates_outside_the_projection_are_refused():
    far = gpd.GeoDataFrame(geometry=[Point(1e12, 1e12)], crs=4547)
    with pytest.raises(InputError, match="outside the area of"):
        reproject(far, CRS.from_epsg(4546), "The building layer")


def test_boundaries_without_geometry_are_refused():
    with pytest.raises(InputError, match="no usable coordinates"):
        working_crs(gpd.GeoDataFrame({"a": [1]}, geometry=[None], crs=4490))


def test_nothing_changes_in_the_same_crs():
    features = layer((435_000, 2_550_000, 436_000, 2_551_000), 4547)
    moved, note = reproject(features, CRS.from_epsg(4547), "The building layer")
    assert moved is features
    assert not note


def test_null_geometry_survives_reprojection():
    features = gpd.GeoDataFrame({"a": [1, 2]}, geometry=[None, Point(113.3, 23.1)], crs=4490)
    moved, _ = reproject(features, CRS.from_epsg(4547), "The building layer")
    assert moved.geometry.isna().tolist() == [True, False]
    assert np.isfinite(moved.total_bounds).all()
    nothing, _ = reproject(features.iloc[:1], CRS.from_epsg(4547), "The building layer")
    assert nothing.geometry.isna().all()


def test_prefixed_strip_moves_by_its_prefix():
    place = gpd.GeoDataFrame(geometry=[Point(113.3, 23.1)], crs=4490)
    plain, _ = reproject(place, CRS.from_epsg(4547), "x")
    prefixed, _ = reproject(plain, CRS.from_epsg(4526), "x")
    assert prefixed.geometry.x.iloc[0] - plain.geometry.x.iloc[0] == pytest.approx(38_000_000, abs=1e-3)


@pytest.mark.parametrize(
    ("easting", "declared", "right"),
    [(38_500_000, 4547, 4526), (37_480_000, 4546, 4525), (500_000, 4526, 4547), (480_000, 4525, 4546)],
)
def test_eastings_with_and_without_the_zone_number(easting, declared, right):
    wrong = layer((easting, 2_550_000, easting + 1000, 2_551_000), declared)
    with pytest.raises(InputError, match=f"belong to EPSG:{right}"):
        reproject(wrong, CRS.from_epsg(4547), "The layer")
    fine = layer((easting, 2_550_000, easting + 1000, 2_551_000), right)
    assert reproject(fine, CRS.from_epsg(right), "The layer")[1] is None
