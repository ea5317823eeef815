import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from citycheck.citycheck_qgis.errors import CancelledError, InputError
from citycheck.citycheck_qgis.footprints.displacement import gcj02_offset
from citycheck.citycheck_qgis.footprints.matching import BASES, KINDS, OUTCOMES, match, one_print_each
from hypothesis import given, settings
from hypothesis import strategies as st
from pyproj import CRS, Transformer
from shapely.affinity import translate

X, Y = 500_000.0, 2_560_000.0


def box(x, y, width=20.0, height=10.0):
    return shapely.box(X + x, Y + y, X + x + width, Y + y + height)


def frame(rows, id_column):
    columns = {}
    for name in dict.fromkeys(key for row in rows for key in row if key != "at"):
        columns[name] = pd.Series([row.get(name) for row in rows], dtype=object)
    shapes = [row.get("at") for row in rows]
    return gpd.GeoDataFrame(
        pd.DataFrame(columns, index=range(len(rows)), columns=list(columns) or [id_column]),
        geometry=gpd.GeoSeries(shapes, dtype="geometry"),
        crs=4547,
    )


def models(*rows):
    return frame([{"cim_id": f"m{i}", **row} for i, row in enumerate(rows)], "cim_id")


def register(*rows):
    return frame([{"building_id": f"b{i}", **row} for i, row in enumerate(rows)], "building_id")


def bases(found):
    return {(row.cim_id, row.building_id): row.basis for row in found.relations.itertuples(index=False)}


def confidence(found):
    rows = found.relations.itertuples(index=False)
    return {(row.cim_id, row.building_id): row.confidence for row in rows}


def outcomes(table):
    return list(zip(table["outcome"], table["reason"], strict=True))


def test_the_same_polygon_is_a_strong_overlap():
    found = match(models({"at": box(0, 0)}), register({"at": box(0, 0)}, {"at": box(100, 0)}))
    assert bases(found) == {("m0", "b0"): "overlap_strong"}
    assert confidence(found) == {("m0", "b0"): pytest.approx(0.9)}
    assert found.footprints["building_id"].tolist() == ["b0"]
    assert outcomes(found.buildings) == [("matched", ""), ("unmatched", "no_footprint")]
    assert found.building_remainder["building_id"].tolist() == ["b1"]
    assert found.footprint_remainder.empty


def test_code_and_place_that_agree_raise_the_confidence():
    found = match(models({"at": box(0, 0), "code": "B-0"}), register({"at": box(0, 0)}))
    assert bases(found) == {("m0", "b0"): "code_and_overlap"}
    # Loose (a hyphen): 1 - (1 - 0.7)(1 - 0.9).
    assert confidence(found)["m0", "b0"] == pytest.approx(0.97)
    assert [str(f.code) for f in found.findings] == ["code_loose"]
    exact = match(models({"at": box(0, 0), "code": "B0"}), register({"at": box(0, 0)}))
    assert confidence(exact)["m0", "b0"] == pytest.approx(0.98)


def test_a_global_id_counts_more_than_a_code():
    found = match(
        models({"at": box(0, 0), "guid": "2cXV28XOjE6f6irgi0CO$D"}),
        register({"at": box(0, 0), "IFC_Guid": "2cXV28XOjE6f6irgi0CO$D"}),
    )
    assert bases(found) == {("m0", "b0"): "guid"}
    assert confidence(found)["m0", "b0"] == pytest.approx(0.995)
    with pytest.raises(InputError, match="no column 'guids'"):
        match(models({"at": box(0, 0)}), register({"at": box(0, 0)}), guid="guids")


def test_models_without_a_place_match_by_key_alone():
    found = match(
        models({"code": "b0"}, {"code": "b7"}, {}, {"guid": "G1"}),
        register({"at": box(0, 0)}, {"at": box(60, 0), "guid": "G1"}),
    )
    assert bases(found) == {("m0", "b0"): "code_only", ("m3", "b1"): "guid"}
    assert confidence(found) == {("m0", "b0"): 0.8, ("m3", "b1"): 0.95}
    assert outcomes(found.footprints) == [
        ("matched", ""), ("unmatched", "code_unknown"), ("unmatched", "nothing_to_compare"), ("matched", ""),
    ]  # fmt: skip


def test_one_complex_over_several_polygons_keeps_them_all():
    buildings = register(*({"at": box(x, 0)} for x in (0, 20, 40, 90)))
    found = match(models({"at": box(0, 0, 60)}), buildings)
    assert set(bases(found).values()) == {"overlap_strong"}
    assert set(found.relations["kind"]) == {"one_to_many"}
    assert sorted(found.relations["building_id"]) == ["b0", "b1", "b2"]
    # They fill it together: o = 1.
    assert found.relations["confidence"].tolist() == pytest.approx([0.9, 0.9, 0.9])
    assert found.relations["chosen"].tolist() == [True, False, False]
    assert outcomes(found.footprints) == [("matched", "")]


def test_several_models_of_one_building_are_all_kept():
    architecture, structure, part = box(0, 0), box(0.3, 0.2), box(0, 0, 10)
    found = match(models({"at": architecture}, {"at": structure}, {"at": part}), register({"at": box(0, 0)}))
    assert set(found.relations["kind"]) == {"many_to_one"}
    assert outcomes(found.footprints) == [("matched", "")] * 3
    assert found.buildings["footprints"].tolist() == [3]


def test_parts_that_lie_upon_each_other_do_not_fill_their_building():
    kiosks = [{"at": box(0, 0, 5, 5)} for _ in range(8)]
    found = match(models(*kiosks), register({"at": box(0, 0)}))
    assert set(found.relations["basis"]) == {"overlap_weak"}
    assert found.relations["confidence"].max() == pytest.approx(0.9 * 0.5)


def test_lying_in_something_large_is_weak_evidence():
    found = match(models({"at": box(0, 0)}), register({"at": box(-100, -100, 400, 400)}))
    assert bases(found) == {("m0", "b0"): "overlap_weak"}


def test_between_two_buildings_is_ambiguous():
    found = match(models({"at": box(10, 0)}), register({"at": box(-10, 0, 30)}, {"at": box(20, 0, 30)}))
    assert outcomes(found.footprints) == [("ambiguous", "several_buildings")]
    # Half of it in either: o = 1/4, and each of the two has half of all.
    assert found.relations["confidence"].tolist() == pytest.approx([0.1125, 0.1125])
    assert found.footprints["building_id"].tolist() == [None]
    assert outcomes(found.buildings) == [("ambiguous", "ambiguous_footprint")] * 2


def test_the_same_polygon_twice_in_the_register_is_ambiguous():
    found = match(models({"at": box(0, 0)}), register({"at": box(0, 0)}, {"at": box(0, 0)}))
    assert outcomes(found.footprints) == [("ambiguous", "several_buildings")]


def test_a_code_decides_between_two_buildings():
    found = match(
        models({"at": box(10, 0), "code": "b1"}), register({"at": box(-10, 0, 30)}, {"at": box(20, 0, 30)})
    )
    assert outcomes(found.footprints) == [("matched", "")]
    assert found.footprints["building_id"].tolist() == ["b1"]


def test_a_code_of_a_building_elsewhere_is_a_conflict():
    found = match(models({"at": box(0, 0), "code": "b1"}), register({"at": box(0, 0)}, {"at": box(320, 0)}))
    assert bases(found) == {("m0", "b1"): "conflict", ("m0", "b0"): "overlap_strong"}
    assert outcomes(found.footprints) == [("ambiguous", "conflict")]
    assert found.footprints["building_id"].tolist() == [None]
    # k = 0.8 (1/4 + 3/4 * 50 / 350), g = 0.9, Dempster's rule.
    k, g = 0.8 * (0.25 + 0.75 * 50 / 350), 0.9
    assert confidence(found)["m0", "b1"] == pytest.approx(k * (1 - g) / (1 - k * g), abs=1e-6)
    assert confidence(found)["m0", "b0"] == pytest.approx(g * (1 - k) / (1 - k * g), abs=1e-6)


def test_a_code_of_the_next_building_is_no_conflict():
    found = match(models({"at": box(0, 0), "code": "b1"}), register({"at": box(0, 0)}, {"at": box(25, 0)}))
    assert bases(found)["m0", "b1"] == "code_only"
    assert confidence(found)["m0", "b1"] < 0.5
    assert outcomes(found.footprints) == [("ambiguous", "weak")]


def test_rough_places_contradict_only_from_far_away():
    rows = {"at": box(0, 0), "code": "b1", "georef_method": "latitude_longitude"}
    buildings = register({"at": box(0, 0)}, {"at": box(320, 0)})
    found = match(models(rows), buildings)
    assert set(bases(found).values()) == {"code_only", "overlap_strong"}
    assert outcomes(found.footprints) == [("ambiguous", "weak")]
    said = match(models({**rows, "georef_method": None, "state": "approximate"}), buildings)
    assert confidence(said) == confidence(found)
    alone = match(models({**rows, "code": None}), buildings)
    assert confidence(alone)["m0", "b0"] == pytest.approx(0.5)


def test_a_rough_place_alone_chooses_no_building():
    rough = {"at": box(0, 0), "georef_method": "latitude_longitude", "state": "approximate"}
    buildings = register({"at": box(0, 0)}, {"at": box(0, 24)})
    found = match(models(rough), buildings)
    assert outcomes(found.footprints) == [("ambiguous", "weak")]
    assert found.footprints["building_id"].tolist() == [None]
    assert found.footprints["basis"].tolist() == ["overlap_strong"]
    assert found.relations["chosen"].tolist() == [False]
    assert outcomes(found.buildings)[0] == ("ambiguous", "ambiguous_footprint")
    coded = match(models({**rough, "code": "b0"}), buildings)
    assert outcomes(coded.footprints) == [("matched", "")]
    # Approximate, because its CRS was inferred; its place may be exact.
    inferred = match(models({**rough, "georef_method": "site_placement"}), buildings)
    assert outcomes(inferred.footprints) == [("matched", "")]
    assert confidence(inferred)["m0", "b0"] == pytest.approx(0.9)


def test_weak_relations_are_suggestions():
    half = match(models({"at": box(0, 0)}), register({"at": box(10, 0)}))
    assert outcomes(half.footprints) == [("ambiguous", "weak")]
    assert half.relations[["basis", "chosen"]].to_numpy().tolist() == [["overlap_weak", False]]
    far = match(models({"at": box(0, 0), "code": "003"}), register({"at": box(481, 0), "building_id": "3"}))
    assert confidence(far)["m0", "3"] < 0.25
    assert outcomes(far.footprints) == [("ambiguous", "weak")]
    assert far.footprints["building_id"].tolist() == [None]


def test_a_suggestion_does_not_match_a_second_building():
    # By its code it is b0, which fills less than half of it; most of the small b1 lies in it, too.
    found = match(
        models({"at": box(0, 0), "code": "b0"}), register({"at": box(0, 0, 8)}, {"at": box(18, 0, 3, 3)})
    )
    assert outcomes(found.footprints) == [("matched", "")]
    assert confidence(found)["m0", "b1"] < 0.5
    assert outcomes(found.buildings) == [("matched", ""), ("ambiguous", "weak")]


def test_a_code_at_two_places_is_ambiguous_without_a_place():
    near = register({"at": box(0, 0), "fwbh": "K"}, {"at": box(30, 0), "fwbh": "K"})
    assert outcomes(match(models({"code": "k"}), near, code="fwbh").footprints) == [("matched", "")]
    far = register({"at": box(0, 0), "fwbh": "K"}, {"at": box(3000, 0), "fwbh": "K"})
    found = match(models({"code": "k"}, {"code": "k", "at": box(2990, 0)}), far, code="fwbh")
    assert outcomes(found.footprints) == [("ambiguous", "code_repeated"), ("matched", "")]
    assert found.relations.groupby("cim_id")["building_id"].apply(list).to_dict() == {
        "m0": ["b0", "b1"], "m1": ["b1"],
    }  # fmt: skip


def test_id_and_code_of_different_buildings_are_a_conflict():
    found = match(
        models({"guid": "G", "code": "b1"}), register({"at": box(0, 0), "guid": "G"}, {"at": box(60, 0)})
    )
    assert outcomes(found.footprints) == [("ambiguous", "conflict")]
    assert found.footprints["building_id"].tolist() == ["b0"]


def test_neighbours_that_touch_are_not_related():
    found = match(models({"at": box(0.5, 0)}), register({"at": box(0, 0)}, {"at": box(20, 0)}))
    assert list(bases(found)) == [("m0", "b0")]
    assert outcomes(found.buildings)[1] == ("unmatched", "touch")
    only = match(models({"at": box(19.5, 0)}), register({"at": box(0, 0)}))
    assert outcomes(only.footprints) == [("unmatched", "touch")]


def test_what_has_no_partner_says_why():
    found = match(
        models({"at": box(0, 0)}, {"at": box(200, 0)}, {"at": box(9000, 0), "code": "zz"}),
        register({"at": box(0, 0)}, {"at": box(0, 200)}, {"at": box(0, 5000)}, {"at": None}),
    )
    assert outcomes(found.footprints) == [
        ("matched", ""), ("unmatched", "no_building"), ("outside", "far_from_buildings"),
    ]  # fmt: skip
    assert outcomes(found.buildings) == [
        ("matched", ""), ("unmatched", "no_footprint"), ("outside", "far_from_footprints"),
        ("unmatched", "code_unknown"),
    ]  # fmt: skip
    models_count, building_count = found.conservation
    assert (models_count.matched, models_count.unmatched, models_count.outside) == (1, 1, 1)
    assert (building_count.matched, building_count.unmatched, building_count.outside) == (1, 2, 1)
    assert [f.code for f in found.findings] == ["code_unknown"]


def test_invalid_and_collapsed_polygons_are_no_defect():
    bow_tie = shapely.Polygon([(X, Y), (X + 20, Y + 10), (X + 20, Y), (X, Y + 10)])
    line = shapely.Polygon([(X, Y), (X + 1, Y), (X, Y)])
    empty = shapely.Polygon()
    found = match(
        models({"at": bow_tie}, {"at": line}, {"at": empty}), register({"at": box(0, 0)}, {"at": line})
    )
    assert found.footprints["outcome"].tolist() == ["ambiguous", "unmatched", "unmatched"]
    assert confidence(found) == {("m0", "b0"): pytest.approx(0.45)}


def test_of_a_collection_the_polygons_count():
    mixed = shapely.GeometryCollection([box(0, 0), shapely.LineString([(X + 20, Y), (X + 50, Y)])])
    found = match(models({"at": mixed}), register({"at": box(0, 0)}, {"at": box(40, 0)}))
    assert confidence(found) == {("m0", "b0"): pytest.approx(0.9)}


def row_of(number, shift=(0.0, 0.0), **values):
    east, north = shift
    return [{"at": translate(box(60 * i, 0), east, north), "code": f"b{i}", **values} for i in range(number)]


def test_one_shift_of_all_models_is_noticed():
    buildings = register(*({"at": box(60 * i, 0)} for i in range(12)))
    found = match(models(*row_of(12, (-30.0, 16.0))), buildings)
    (whole,) = found.shifts
    assert (whole.east, whole.north) == pytest.approx((30.0, -16.0))
    assert whole.consistent and whole.pairs == 12
    assert [f.code for f in found.findings] == ["systematic_shift"]
    assert "+30.0 m east and -16.0 m north" in str(found.findings[0])
    assert set(found.relations["basis"]) == {"code_only"}


def test_one_file_beside_its_place_is_named():
    buildings = register(*({"at": box(60 * i, 0)} for i in range(12)))
    rows = row_of(12, source_file="right.ifc")
    rows[6:] = [{**row, "source_file": "wrong.ifc"} for row in row_of(12, (0.0, 7.0))[6:]]
    found = match(models(*rows), buildings)
    assert [(f.code, f.values["file"]) for f in found.findings] == [("systematic_shift", "wrong.ifc")]


def test_scatter_is_no_shift():
    rng = np.random.default_rng(7)
    rows = [{"at": translate(box(60 * i, 0), *rng.uniform(-9, 9, 2)), "code": f"b{i}"} for i in range(30)]
    found = match(models(*rows), register(*({"at": box(60 * i, 0)} for i in range(30))))
    assert found.findings == []


def test_the_shift_of_gcj02_is_recognised():
    crs = CRS.from_epsg(4547)
    # Published pair of coordinates (Tiananmen): WGS 84 116.391265, 39.907339; GCJ-02 116.397509, 39.908743.
    beijing = CRS.from_epsg(4548)
    move = Transformer.from_crs(4490, beijing, always_xy=True).transform
    start, end = move(116.391265, 39.907339), move(116.397509, 39.908743)
    offset = gcj02_offset(beijing, start)
    assert offset == pytest.approx((end[0] - start[0], end[1] - start[1]), abs=5.0)
    shift = gcj02_offset(crs, (X, Y))
    found = match(models(*row_of(8, shift)), register(*({"at": box(60 * i, 0)} for i in range(8))))
    assert [f.code for f in found.findings] == ["systematic_shift", "shift_like_gcj02"]
    assert str(found.findings[1].values["layer"]) == "footprints"
    assert gcj02_offset(CRS.from_epsg(32628), (450_000.0, 3_110_000.0)) is None


def test_one_print_each_prefers_the_ground():
    prints = gpd.GeoDataFrame(
        {
            "cim_id": ["a", "a", "b", "c", "c"],
            "kind": ["roofprint", "ground", "roofprint", "roofprint", "ground"],
        },
        geometry=[box(0, 0, 30), box(0, 0), box(50, 0), box(90, 0), None],
        crs=4547,
    )
    chosen = one_print_each(prints)
    assert chosen["cim_id"].tolist() == ["a", "b", "c"]
    assert chosen.geometry.area.tolist() == [200, 200, 200]
    assert chosen["kind"].tolist() == ["ground", "roofprint", "roofprint"]
    roofs = one_print_each(prints.iloc[[1, 0, 2, 4, 3]], "roofprint")
    assert roofs["cim_id"].tolist() == ["a", "b", "c"]
    assert roofs.geometry.area.tolist() == [300, 200, 200]


def test_prints_without_an_id_are_buildings_of_their_own():
    prints = gpd.GeoDataFrame(
        {"cim_id": [None, "a", None, "a"], "kind": ["ground", "ground", "ground", "roofprint"]},
        geometry=[box(0, 0), box(30, 0), box(60, 0), box(30, 0)],
        crs=4547,
    )
    assert one_print_each(prints).index.tolist() == [0, 1, 2]
    assert one_print_each(prints, "roofprint").index.tolist() == [0, 3, 2]
    assert one_print_each(prints.iloc[:0]).empty


def test_other_crs_and_degrees_are_refused():
    with pytest.raises(InputError, match="reproject the footprints"):
        match(models({"at": box(0, 0)}).to_crs(4549), register({"at": box(0, 0)}))
    with pytest.raises(InputError, match="compared in metres"):
        match(models({"at": box(0, 0)}).to_crs(4490), register({"at": box(0, 0)}).to_crs(4490))
    nowhere = models({"code": "b0"}).set_crs(None, allow_override=True)
    assert match(nowhere, register({"at": box(0, 0)})).footprints["outcome"].tolist() == ["matched"]


def test_empty_layers_give_empty_results():
    found = match(models(), register({"at": box(0, 0)}))
    assert found.relations.empty and found.footprints.empty
    assert outcomes(found.buildings) == [("outside", "far_from_footprints")]
    found = match(models({"at": box(0, 0)}), register())
    assert outcomes(found.footprints) == [("outside", "far_from_buildings")]


def test_it_can_be_cancelled():
    def stop(share):
        raise CancelledError("stopped")

    with pytest.raises(CancelledError):
        match(models({"at": box(0, 0)}), register({"at": box(0, 0)}), progress=stop)


places = st.tuples(*[st.integers(0, 12).map(lambda v: 4.0 * v)] * 2)
rows_of = st.lists(
    st.fixed_dictionaries({
        "at": st.one_of(st.none(), places.map(lambda p: box(*p, 9, 7))),
        "code": st.sampled_from([None, "b0", "b1", "b2", "x"]),
    }),
    max_size=7,
)  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(rows_of, rows_of)
def test_every_row_is_accounted_for_and_order_does_not_matter(left, right):
    footprints = models(*left)
    buildings = register(*({"at": row["at"]} for row in right))
    found = match(footprints, buildings)
    assert sum(found.footprints["outcome"].isin(OUTCOMES)) == len(left) == found.conservation[0].total
    assert sum(found.buildings["outcome"].isin(OUTCOMES)) == len(right) == found.conservation[1].total
    relations = found.relations
    assert relations["confidence"].between(0, 1).all()
    assert relations["basis"].isin(BASES).all() and relations["kind"].isin(KINDS).all()
    assert not relations.duplicated(["cim_id", "building_id"]).any()
    chosen = relations[relations["chosen"]]
    assert not chosen["cim_id"].duplicated().any() and (chosen["confidence"] >= 0.5).all()
    assert set(chosen["cim_id"]) == set(found.footprints.dropna(subset="building_id")["cim_id"])
    related = set(relations["cim_id"])
    for row in found.footprints.itertuples():
        assert (row.cim_id in related) == (row.outcome in ("matched", "ambiguous"))
        assert (row.reason == "") == (row.outcome == "matched")
        assert row.building_id is not None or row.outcome != "matched"
    assert set(found.building_remainder["building_id"]) | set(
        found.buildings.loc[found.buildings["outcome"] == "matched", "building_id"]
    ) == set(buildings["building_id"] if len(buildings) else [])
    again = match(footprints.iloc[::-1], buildings.iloc[::-1])
    assert confidence(again) == confidence(found) and bases(again) == bases(found)
    chosen = found.footprints.set_index("cim_id")["building_id"]
    assert again.footprints.set_index("cim_id")["building_id"].reindex(chosen.index).equals(chosen)


@settings(max_examples=60, deadline=None)
@given(st.lists(places, min_size=1, max_size=6), st.lists(places, min_size=1, max_size=6))
def test_shares_are_those_of_shapely(left, right):
    a, b = [box(*p, 9, 7) for p in left], [box(*p, 13, 5) for p in right]
    found = match(models(*({"at": g} for g in a)), register(*({"at": g} for g in b)))
    for row in found.relations.itertuples():
        one, other = a[int(row.cim_id[1:])], b[int(row.building_id[1:])]
        common = one.intersection(other).area
        assert row.iou == pytest.approx(common / one.union(other).area)
        assert row.share_of_footprint == pytest.approx(common / one.area)
        assert row.share_of_building == pytest.approx(common / other.area)
        assert max(row.share_of_footprint, row.share_of_building) >= 0.1
