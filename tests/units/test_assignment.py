"""Assignment by largest overlap, against an independent overlay of all pairs."""

from __future__ import annotations

import random
import warnings
from itertools import pairwise
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from citycheck.citycheck_qgis.units import overlap
from citycheck.citycheck_qgis.units.assignment import (
    METHODS,
    ancestors,
    assign,
    with_ancestors,
)
from citycheck.citycheck_qgis.units.geometry import (
    COLLAPSED,
    EMPTY,
    NOTE,
    NULL,
    REPAIRED,
    UNREADABLE,
    duplicates,
)
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.geometry import LineString, MultiLineString, MultiPoint, MultiPolygon, Point, Polygon, box

LAS_PALMAS = Path(__file__).resolve().parents[3] / "shared" / "data" / "las_palmas"


def communities(*rows):
    """Return communities of rows (code, parent, shape)."""
    codes, parents, shapes = zip(*rows, strict=True)
    return gpd.GeoDataFrame({"code": codes, "parent_code": parents}, geometry=list(shapes), crs=4547)


def features(*shapes, **columns):
    return gpd.GeoDataFrame(columns, geometry=list(shapes), crs=4547)


TWO = communities(("A", "S1", box(0, 0, 10, 10)), ("B", "S2", box(10, 0, 20, 10)))


def one(shape, units=TWO):
    row = assign(features(shape), units).frame.iloc[0]
    share = None if np.isnan(row["share"]) else round(row["share"], 9)
    return row["community_code"], share, row["method"], row["overlap_count"]


# ---- an independent reference: every feature with every community, one by one


def measure_of(piece, dimension):
    if dimension == 2:
        return piece.area
    if dimension == 1:
        return piece.length
    return float(len(shapely.get_parts(piece))) if not piece.is_empty else 0.0


def reference(shape, units):
    """Return (community, measures by code) of one feature by comparing it with each community."""
    if shape is None or shape.is_empty or not np.isfinite(shapely.get_coordinates(shape)).all():
        return None, {}
    # A polygon without any area is compared by the lines that it collapsed to, a line without length as a point.
    sound = shapely.make_valid(shapely.force_2d(shape))
    dimension = shapely.get_dimensions(sound)
    measures = {}
    for code, unit in zip(units["code"], units.geometry, strict=True):
        common = sound.intersection(unit)
        if not common.is_empty and shapely.get_dimensions(common) == dimension:
            measures[code] = measure_of(common, dimension)
    measures = {code: size for code, size in measures.items() if size > 0}
    if not measures:
        return None, {}
    best = max(measures.values())
    return min(code for code, size in measures.items() if size >= best - 1e-6), measures


def random_polygon(rng, size=20):
    x, y = rng.randint(0, size - 2), rng.randint(0, size - 2)
    width, height = rng.randint(1, 8), rng.randint(1, 8)
    kind = rng.choice(["box", "box", "triangle", "star", "hole", "parts"])
    if kind == "triangle":
        return Polygon([(x, y), (x + width, y), (x, y + height)])
    if kind == "star":
        return Point(x + 0.5, y + 0.25).buffer(width / 2, quad_segs=2)
    if kind == "hole" and width > 2 and height > 2:
        return box(x, y, x + width, y + height).difference(box(x + 1, y + 1, x + 2, y + 2))
    if kind == "parts":
        return MultiPolygon([box(x, y, x + 1, y + 1), box(x + 2, y + 2, x + 2 + width, y + 2 + height)])
    return box(x, y, x + width, y + height)


def random_units(rng):
    """Return 2 to 8 communities: a clean coverage, one with a gap, or polygons that overlap at random."""
    if rng.random() < 0.5:
        cuts_x = sorted({0, 20, *(rng.randint(1, 19) for _ in range(rng.randint(1, 2)))})
        cuts_y = sorted({0, 20, *(rng.randint(1, 19) for _ in range(rng.randint(0, 2)))})
        shapes = [box(x0, y0, x1, y1) for x0, x1 in pairwise(cuts_x) for y0, y1 in pairwise(cuts_y)]
        if rng.random() < 0.5:
            shapes[0] = shapes[0].difference(random_polygon(rng))
    else:
        shapes = [random_polygon(rng) for _ in range(rng.randint(2, 8))]
    shapes = [s for s in shapes if s.area > 0]
    codes = [f"C{i:02d}" for i in range(len(shapes))]
    rng.shuffle(codes)
    return communities(*[(c, f"S{rng.randint(1, 3)}", s) for c, s in zip(codes, shapes, strict=True)])


def random_feature(rng):
    x, y = rng.randint(-3, 21), rng.randint(-3, 21)
    a, b = rng.choice([0.5, 1, 2, 5]), rng.choice([0.1, 1, 3])
    kind = rng.randrange(14)
    if kind <= 3:
        return box(x, y, x + a, y + b)
    if kind == 4:
        return random_polygon(rng)
    if kind == 5:
        return Polygon([(x, y), (x + 2, y + 2), (x + 2, y), (x, y + 2)])
    if kind == 6:
        return MultiPolygon([box(x, y, x + a, y + a), box(x + 3, y, x + 3 + b, y + a)])
    if kind == 7:
        return Point(x, y)
    if kind == 8:
        return MultiPoint([(x, y), (x + 1, y), (x + 0.5, y + 4)])
    if kind == 9:
        return LineString([(x, y), (x + a, y), (x + a, y + 4 * b)])
    if kind == 10:
        return MultiLineString([[(x, y), (x + 3, y + 1)], [(x, y + 2), (x + a, y + 2)]])
    if kind == 11:
        return shapely.force_3d(box(x, y, x + a, y + a), 9)
    if kind == 12:
        return rng.choice(
            [None, Polygon(), Polygon([(x, y), (x + 1, y), (x + 2, y), (x, y)]), LineString([(x, y), (x, y)]),
             Polygon([(x, y), (x + 1, np.nan), (x, y + 1), (x, y)])]
        )  # fmt: skip
    # Both sides of a border alike, a whole number of times out of two.
    return box(x - 1, y, x + 1, y + 2)


def random_city(seed):
    rng = random.Random(seed)
    units = random_units(rng)
    shapes = [random_feature(rng) for _ in range(30)]
    shapes += rng.sample(shapes, 3)
    return features(*shapes), units


@pytest.mark.parametrize("block", range(10))
def test_agrees_with_all_pairs_on_random_cities(block, monkeypatch):
    # Cells as large as the cities, and as small as half a feature.
    monkeypatch.setattr(overlap, "SMALLEST_CELL", (8.0, 0.5)[block % 2])
    seen: set[str] = set()
    for seed in range(block * 20, block * 20 + 20):
        buildings, units = random_city(seed)
        result = assign(buildings, units)
        seen |= set(result.frame["method"])
        differs = 0
        street = dict(zip(units["code"], units["parent_code"], strict=True))
        for row, shape in zip(result.frame.itertuples(), buildings.geometry, strict=True):
            place = f"seed {seed}, feature {row.Index}: {shape}"
            code, measures = reference(shape, units)
            assert row.community_code == code, place
            assert row.overlap_count == len(measures), place
            if code is None:
                assert np.isnan(row.share), place
                continue
            best = sorted(measures.values())
            assert (row.method == "tie") == (len(best) > 1 and best[-1] - best[-2] <= 1e-6), place
            assert 0 < row.share <= 1, place
            streets: dict[str, float] = {}
            for other, size in measures.items():
                streets[street[other]] = streets.get(street[other], 0) + size
            differs += streets[street[code]] < max(streets.values()) - 1e-6
        assert result.street_differs == differs, f"seed {seed}"
        counts = result.conservation
        assert counts.total == len(buildings)
        assert counts.matched + counts.ambiguous + counts.unmatched + counts.outside == len(buildings)
        assert counts.unmatched == result.frame.geometry.isna().sum()
    assert seen == set(METHODS)


@settings(max_examples=30)
@given(st.integers(1000, 10**9))
def test_order_of_features_and_communities_does_not_matter(seed):
    buildings, units = random_city(seed)
    columns = ["community_code", "share", "method", "overlap_count"]
    whole = assign(buildings, units).frame[columns]
    turned = assign(buildings.iloc[::-1], units.iloc[::-1]).frame[columns]
    pd.testing.assert_frame_equal(turned.loc[whole.index], whole)
    alone = pd.concat([assign(buildings.iloc[[i]], units).frame[columns] for i in range(5)])
    pd.testing.assert_frame_equal(alone, whole.iloc[:5])


# ---- cases by hand


@pytest.mark.parametrize(
    ("shape", "expected"),
    [
        (box(1, 1, 2, 2), ("A", 1, "within", 1)),
        (box(0, 0, 10, 10), ("A", 1, "within", 1)),
        (box(7, 0, 11, 1), ("A", 0.75, "largest_overlap", 2)),
        (box(9, 0, 13, 1), ("B", 0.75, "largest_overlap", 2)),
        (box(9, 0, 11, 1), ("A", 0.5, "tie", 2)),
        (box(-1, 0, 1, 1), ("A", 0.5, "largest_overlap", 1)),
        (box(30, 0, 31, 1), (None, None, "outside", 0)),
        # A party wall on the border, longer in metres than the building is large in square metres.
        (box(9.9, 0, 10, 10), ("A", 1, "within", 1)),
        (box(10, 0, 10.1, 10), ("B", 1, "within", 1)),
        (box(9.95, 0, 10.01, 10), ("A", 0.833333333, "largest_overlap", 2)),
        # Touching the city from outside, along an edge and in a corner.
        (box(20, 0, 21, 10), (None, None, "outside", 0)),
        (box(20, 10, 21, 11), (None, None, "outside", 0)),
        (MultiPolygon([box(1, 1, 2, 2), box(15, 1, 17, 2)]), ("B", 0.666666667, "largest_overlap", 2)),
        (Point(5, 5), ("A", 1, "within", 1)),
        (Point(10, 5), ("A", 1, "tie", 2)),
        (Point(20, 5), ("B", 1, "within", 1)),
        (Point(21, 5), (None, None, "outside", 0)),
        (MultiPoint([(5, 5), (15, 5), (16, 5)]), ("B", 0.666666667, "largest_overlap", 2)),
        (LineString([(8, 5), (11, 5)]), ("A", 0.666666667, "largest_overlap", 2)),
        (LineString([(10, 2), (10, 8)]), ("A", 1, "tie", 2)),
        (LineString([(10, 5), (15, 5)]), ("B", 1, "within", 1)),
        (LineString([(20, 5), (25, 5)]), (None, None, "outside", 0)),
        (None, (None, None, "no_geometry", 0)),
        (Polygon(), (None, None, "no_geometry", 0)),
        (Polygon([(9, 0), (11, 2), (11, 0), (9, 2)]), ("A", 0.5, "tie", 2)),
    ],
)
def test_by_hand(shape, expected):
    assert one(shape) == expected


def test_lowest_code_wins_whatever_the_order():
    units = communities(
        ("B2", "S", box(0, 0, 10, 10)), ("A9", "S", box(10, 0, 20, 10)), ("A10", "S", box(0, 0, 20, 10))
    )
    assert one(box(9, 0, 11, 2), units)[0] == "A10"
    assert one(box(9, 0, 11, 2), units.iloc[:2])[0] == "A9"


def test_overlapping_communities_and_gaps():
    units = communities(
        ("A", "S", box(0, 0, 6, 10)), ("B", "S", box(4, 0, 10, 10)), ("C", "S", box(15, 0, 20, 10))
    )
    assert one(box(4.5, 1, 5.5, 2), units) == ("A", 1, "tie", 2)
    assert one(box(5, 1, 7, 2), units) == ("B", 1, "largest_overlap", 2)
    assert one(box(9, 1, 13, 2), units) == ("B", 0.25, "largest_overlap", 1)
    assert one(box(11, 1, 14, 2), units) == (None, None, "outside", 0)


def test_hole_is_no_part_of_the_community():
    ring = box(0, 0, 10, 10).difference(box(4, 4, 6, 6))
    assert one(box(4.5, 4.5, 5.5, 5.5), communities(("A", "S", ring)))[2] == "outside"
    assert one(box(4.5, 4.5, 5.5, 5.5), communities(("A", "S", ring), ("B", "S", box(4, 4, 6, 6))))[0] == "B"


def test_notes_of_geometry_and_rows_stay():
    buildings = features(
        Polygon([(1, 1), (3, 3), (3, 1), (1, 3)]),
        Polygon([(1, 1), (2, 2), (3, 3), (1, 1)]),
        None,
        Polygon(),
        None,
        box(1, 1, 2, 2),
        name=list("abcdef"),
        **{NOTE: ["", "", "", "", UNREADABLE, ""]},
    ).set_index(np.array([60, 50, 40, 30, 20, 10]))
    result = assign(buildings, TWO, "houses")
    assert result.frame[NOTE].tolist() == [REPAIRED, COLLAPSED, NULL, EMPTY, UNREADABLE, ""]
    assert result.frame["name"].tolist() == list("abcdef")
    assert result.frame.index.tolist() == [60, 50, 40, 30, 20, 10]
    assert result.frame["community_code"].tolist() == ["A", "A", None, None, None, "A"]
    assert str(result.conservation.subject) == "houses"
    assert (result.conservation.matched, result.conservation.unmatched) == (3, 3)
    assert buildings.geometry.iloc[3] is not None


def test_street_of_most_area_is_another():
    # A has the largest piece, but B and C together, of one other street, have more.
    units = communities(
        ("A", "S1", box(0, 0, 4, 10)), ("B", "S2", box(4, 0, 7, 10)), ("C", "S2", box(7, 0, 10, 10))
    )  # fmt: skip
    across = assign(features(box(0, 0, 10, 1), box(0, 2, 6, 3), box(1, 4, 2, 5)), units)
    assert across.frame["community_code"].tolist() == ["A", "A", "A"]
    assert across.street_differs == 1


def test_streets_that_tie_do_not_differ():
    assert assign(features(box(9, 0, 11, 1)), TWO).street_differs == 0


@pytest.mark.parametrize("nothing", [None, np.nan])
def test_communities_without_streets(nothing):
    units = communities(("A", nothing, box(0, 0, 10, 10)), ("B", nothing, box(10, 0, 20, 10)))
    result = assign(features(box(8, 0, 11, 1), box(1, 1, 2, 2)), units)
    assert result.frame["community_code"].tolist() == ["A", "A"]
    assert result.street_differs == 0


def test_no_features():
    result = assign(features(), TWO)
    assert result.conservation.total == 0
    assert result.street_differs == 0
    assert {"community_code", "share", "method", "overlap_count", NOTE} <= set(result.frame.columns)


def test_nothing_in_any_community():
    result = assign(features(box(50, 0, 51, 1), None), TWO)
    assert (result.conservation.outside, result.conservation.unmatched) == (1, 1)
    assert result.frame["community_code"].tolist() == [None, None]


def test_progress_rises_and_may_cancel():
    told: list[float] = []
    assign(features(box(1, 1, 2, 2)), TWO, progress=told.append)
    assert told == sorted(told)
    assert told[-1] == 1

    def stop(share):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        assign(features(box(1, 1, 2, 2)), TWO, progress=stop)


# ---- ancestors

UNITS = pd.DataFrame(
    {
        "code": ["T", "D", "S", "A", "B"],
        "level": ["city", "district", "street", "community", "community"],
        "parent_code": [None, "T", "D", "S", "D"],
    }
)


def test_ancestors():
    codes = pd.Series(["A", "B", None, "unknown", "A"], index=[5, 4, 3, 2, 1], dtype=object)
    found = ancestors(UNITS, codes)
    assert found.columns.tolist() == ["street_code", "district_code", "city_code"]
    assert found.index.tolist() == [5, 4, 3, 2, 1]
    assert found.astype(object).where(found.notna(), None).to_numpy().tolist() == [
        ["S", "D", "T"],
        [None, "D", "T"],
        [None, None, None],
        [None, None, None],
        ["S", "D", "T"],
    ]


def test_with_ancestors_keeps_the_features():
    frame = assign(features(box(1, 1, 2, 2), None, name=["a", "b"]), TWO).frame
    joined = with_ancestors(frame, UNITS)
    assert joined.crs == frame.crs
    assert joined["district_code"].tolist()[0] == "D"
    assert joined["name"].tolist() == ["a", "b"]


# ---- a real city


@pytest.fixture(scope="module")
def las_palmas():
    """Return the buildings as stored (unreadable geometry marked), the communities, and the assignment."""
    import pyogrio.raw

    osm, boundaries = (LAS_PALMAS / f"las_palmas_{name}.gpkg" for name in ("osm", "units"))
    if not (osm.is_file() and boundaries.is_file()):
        pytest.skip("the real city is not beside this checkout")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        _, ids, wkb, fields = pyogrio.raw.read(osm, layer="buildings", columns=["osm_id"], return_fids=True)
        shapes = shapely.from_wkb(wkb, on_invalid="ignore")
        units = gpd.read_file(boundaries, layer="community", engine="pyogrio")
    units = units.rename(columns={"unit_code": "code"})
    stored = np.array([w is not None for w in wkb])
    note = np.where(stored & shapely.is_missing(shapes), UNREADABLE, "")
    buildings = gpd.GeoDataFrame({"osm_id": fields[0], NOTE: note}, geometry=shapes, index=ids, crs=units.crs)
    return buildings, units, assign(buildings, units)


def test_real_city_is_conserved(las_palmas):
    buildings, _, result = las_palmas
    counts = result.conservation
    assert (counts.total, counts.matched, counts.ambiguous, counts.unmatched, counts.outside) == (
        22607, 22224, 0, 3, 380,
    )  # fmt: skip
    assert len(result.frame) == len(buildings)
    assert int((result.frame["overlap_count"] > 1).sum()) == 399


def test_real_city_has_its_broken_footprints_named(las_palmas):
    _, _, result = las_palmas
    notes = result.frame[NOTE].value_counts().to_dict()
    # 3 rings of two points; 7 invalid ones, of which 5 are mere lines.
    assert notes.pop("") == 22597
    assert notes == {UNREADABLE: 3, COLLAPSED: 5, REPAIRED: 2}
    # The three unreadable ones are alike as nulls only; no two footprints of this city are.
    assert int(duplicates(result.frame).sum()) == 0
    assert int(result.frame.geometry.to_wkb().duplicated().sum()) == 2


def test_real_city_agrees_with_all_pairs(las_palmas):
    buildings, units, result = las_palmas
    usable = shapely.make_valid(buildings.geometry.to_numpy())
    overlap = np.zeros((len(units), len(buildings)))
    ordered = units.sort_values("code")
    for i, unit in enumerate(ordered.geometry):
        near = np.flatnonzero(shapely.intersects(unit.envelope, usable))
        overlap[i, near] = shapely.area(shapely.intersection(usable[near], unit))
    best = overlap.max(axis=0)
    lowest = (overlap >= best - 1e-6).argmax(axis=0)
    expected = np.where(best > 0, ordered["code"].to_numpy(dtype=object)[lowest], None)
    found = result.frame["community_code"].to_numpy(dtype=object)
    assert int((expected != found).sum()) == 0
    assert ((overlap > 0).sum(axis=0) == result.frame["overlap_count"].to_numpy()).all()
