import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from citycheck.citycheck_qgis.errors import InputError
from citycheck.citycheck_qgis.footprints.coverage import RULES, cover
from citycheck.citycheck_qgis.indicators.rollup import roll_up
from citycheck.citycheck_qgis.indicators.systems import load_system
from citycheck.citycheck_qgis.storage.tables import VALUE
from hypothesis import given, settings
from hypothesis import strategies as st

X, Y = 500_000.0, 2_560_000.0


def box(x, y, width, height):
    return shapely.box(X + x, Y + y, X + x + width, Y + y + height)


def layer(*shapes, **columns):
    frame = pd.DataFrame(columns, index=range(len(shapes)))
    return gpd.GeoDataFrame(frame, geometry=gpd.GeoSeries(list(shapes), dtype="geometry"), crs=4547)


@pytest.fixture
def units():
    west, east = box(0, 0, 1000, 1000), box(1000, 0, 1000, 1000)
    return layer(
        box(0, 0, 2000, 1000), west, east, box(0, 0, 500, 500),
        code=["440100000000", "440103000000", "440104000000", "440103001000"],
        level=["city", "district", "district", "street"],
        parent_code=[None, "440100000000", "440100000000", "440103000000"],
        built_up=[1.0, 1.0, 1.0, 1.0],
        name=["市", "甲区", "乙区", "街道"],
    )  # fmt: skip


@pytest.fixture
def models():
    # Two that overlap by half, one across the border of the districts, one without a place.
    return layer(
        box(100, 100, 100, 100), box(150, 100, 100, 100), box(950, 500, 100, 100), None,
        source_file=["a.ifc", "a.ifc", "b.ifc", "c.ifc"],
    )  # fmt: skip


def by_unit(found, ending=""):
    rows = found.values[found.values["indicator_id"] == f"M61-60{ending}"]
    return dict(zip(rows["unit_code"], rows["value"], strict=True))


def codes(found):
    return [finding.code for finding in found.findings]


def test_ground_under_several_models_counts_once(units, models):
    found = cover(units, models, 2025)
    assert by_unit(found) == {
        "440100000000": pytest.approx(100 * 25_000 / 2e6),
        "440103000000": pytest.approx(2.0),
        "440104000000": pytest.approx(0.5),
    }
    assert by_unit(found, "/numerator")["440103000000"] == pytest.approx(20_000)
    assert by_unit(found, "/denominator")["440100000000"] == pytest.approx(2e6)
    assert list(found.values.columns) == list(VALUE.columns)
    assert not found.values.duplicated(list(VALUE.keys)).any()
    assert set(found.values["state"]) == {"measured"}
    assert codes(found) == ["coverage_of_whole_units", "coverage_buildings_only", "coverage_unplaced"]


def test_a_building_without_a_roofprint_counts_by_its_ground_print(units):
    prints = layer(
        box(100, 100, 100, 100), box(90, 90, 120, 120), box(300, 300, 100, 100), None,
        cim_id=["a", "a", "b", "c"], kind=["ground", "roofprint", "ground", "roofprint"],
    )  # fmt: skip
    found = cover(units, prints, 2025)
    assert by_unit(found, "/numerator")["440103000000"] == pytest.approx(120 * 120 + 100 * 100)
    (unplaced,) = [finding for finding in found.findings if finding.code == "coverage_unplaced"]
    assert unplaced.values["count"] == 1
    # Polygons that nobody says the buildings of all count.
    plain = cover(units, prints.drop(columns="cim_id"), 2025)
    assert by_unit(plain) == by_unit(found)


def test_only_the_built_up_area_counts(units, models):
    built_up = layer(box(100, 100, 100, 100), box(150, 100, 50, 100), box(5000, 0, 10, 10))
    found = cover(units, models, 2025, built_up=built_up)
    states = found.values.set_index("unit_code")["state"].to_dict()
    assert states["440104000000"] == "not_applicable"
    assert by_unit(found)["440103000000"] == pytest.approx(100.0)
    assert np.isnan(by_unit(found)["440104000000"])
    assert "440104000000" not in by_unit(found, "/numerator")
    assert "coverage_outside" in codes(found) and "coverage_of_whole_units" not in codes(found)


def test_built_up_areas_that_only_touch_a_unit_leave_no_line_in_it(units):
    built_up = layer(box(0, 100, 100, 100), box(0, -100, 100, 100))
    found = cover(units, layer(box(0, 0, 100, 100)), 2025, built_up=built_up)
    assert found.areas["built_up"].tolist() == pytest.approx([10_000, 10_000, 0])
    assert found.areas["covered"].tolist() == pytest.approx([0, 0, 0])


def test_a_unit_that_is_not_built_up_is_not_applicable(units, models):
    units.loc[2, "built_up"] = 0.0
    found = cover(units, models, 2025)
    assert found.values.set_index("unit_code")["state"].to_dict()["440104000000"] == "not_applicable"


def test_nothing_with_a_place_is_missing_and_nothing_there_is_zero(units, models):
    found = cover(units, models.iloc[3:], 2025)
    assert set(found.values["state"]) == {"missing"} and found.values["value"].isna().all()
    found = cover(units, models.iloc[:1], 2025)
    assert by_unit(found)["440104000000"] == 0.0
    assert set(found.values["state"]) == {"measured"}


def test_extents_of_other_data_are_added(units, models):
    found = cover(units, models, 2025, extents=layer(box(0, 0, 500, 1000), box(0, 0, 200, 200)))
    assert by_unit(found)["440103000000"] == pytest.approx(100 * (500_000 + 5_000) / 1e6)
    assert set(found.values["source"]) == {"3d_coverage:projected+extents"}
    assert "coverage_buildings_only" not in codes(found)
    alone = cover(units, models.iloc[:0], 2025, extents=layer(box(0, 0, 500, 1000)))
    assert by_unit(alone)["440103000000"] == pytest.approx(50.0)


def test_closed_counts_narrow_ground_between_models(units):
    models = layer(box(100, 100, 100, 100), box(240, 100, 100, 100), box(500, 100, 100, 100))
    narrow = cover(units, models, 2025, rule="closed", gap=25)
    assert by_unit(narrow, "/numerator")["440103000000"] == pytest.approx(30_000 + 4_000)
    assert by_unit(cover(units, models, 2025, rule="closed", gap=15), "/numerator")[
        "440103000000"
    ] == pytest.approx(30_000)
    assert narrow.areas["projected"].tolist() == pytest.approx([30_000, 30_000, 0])


def test_hull_counts_what_was_delivered_together(units):
    models = layer(
        box(100, 100, 10, 10), box(190, 100, 10, 10), box(600, 100, 10, 10), source_file=["a", "a", "b"]
    )
    found = cover(units, models, 2025, rule="hull")
    assert by_unit(found, "/numerator")["440103000000"] == pytest.approx(1_000 + 100)
    with pytest.raises(InputError, match="source_file"):
        cover(units, models.drop(columns="source_file"), 2025, rule="hull")


def test_districts_roll_up_to_the_measured_city(units, models):
    system = load_system("mohurd-61-2024")
    districts = cover(units, models, 2025, levels=["district"]).values
    rolled = roll_up(districts, units, system)
    city = rolled[(rolled["unit_code"] == "440100000000") & (rolled["indicator_id"] == "M61-60")]
    measured = by_unit(cover(units, models, 2025, levels=["city"]))["440100000000"]
    assert city["value"].tolist() == [pytest.approx(measured)]


def test_bad_input_is_refused_with_a_sentence(units, models):
    with pytest.raises(InputError, match="no rule 'tiles'"):
        cover(units, models, 2025, rule="tiles")
    with pytest.raises(InputError, match="none of the levels"):
        cover(units, models, 2025, levels=["estate"])
    with pytest.raises(InputError, match="measured in metres"):
        cover(units.to_crs(4490), models, 2025)
    with pytest.raises(InputError, match="layer of the models"):
        cover(units, models.to_crs(4549), 2025)


boxes = st.lists(
    st.tuples(st.integers(-5, 18), st.integers(-5, 9), st.integers(1, 8), st.integers(1, 8)).map(
        lambda b: box(*(100 * v for v in b))
    ),
    max_size=8,
)


@settings(max_examples=60, deadline=None)
@given(boxes, boxes, st.sampled_from(RULES))
def test_shares_are_those_of_shapely(models, built_up, rule):
    grounds = [box(0, 0, 1000, 1000), box(1000, 0, 1000, 1000)]
    units = layer(*grounds, code=["1", "2"], level=["district"] * 2)
    given_models = layer(*models, source_file=["f"] * len(models))
    found = cover(units, given_models, 2025, built_up=layer(*built_up), rule=rule)
    for ground, row in zip(grounds, found.areas.itertuples(), strict=True):
        inside = shapely.union_all([*built_up, shapely.Polygon()]).intersection(ground)
        assert row.built_up == pytest.approx(inside.area, abs=1e-6)
        area = shapely.union_all([*models, shapely.Polygon()]).intersection(inside).area
        assert row.projected == pytest.approx(area, abs=1e-3)
        assert row.covered >= row.projected - 1e-3
        assert row.covered <= row.built_up
