"""Features of files and frames with their units: the same answers, and all rows accounted for."""

from __future__ import annotations

import random

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import pytest
import shapely
from citycheck.citycheck_qgis.errors import InputError
from citycheck.citycheck_qgis.storage.geopackage import FeatureTable
from citycheck.citycheck_qgis.units import assign_features
from citycheck.citycheck_qgis.units.assign_features import assign_file, assign_frame, assign_table
from citycheck.citycheck_qgis.units.assignment import assign, with_ancestors
from citycheck.citycheck_qgis.units.hierarchy import build_units
from citycheck.citycheck_qgis.units.tally import Statistic
from citycheck.tests.fixtures.random_features import ADDED, random_shapes


def random_features(seed, number=400):
    """Return polygons, lines and points in and around the town, with troublesome ones among them."""
    rng = np.random.default_rng(seed)
    shapes = random_shapes(rng, number)
    people = rng.integers(0, 50, number).astype(float)
    people[::13] = np.nan
    return gpd.GeoDataFrame(
        {"number": [f"B{n}" for n in range(number)], "people": people, "面积": rng.uniform(0, 99, number)},
        geometry=shapes,
        crs=4547,
    )


def moved(levels):
    """Return layers at coordinates as large as real ones."""
    return {
        level: frame.set_geometry(frame.geometry.translate(500_000, 2_500_000))
        for level, frame in levels.items()
    }


@pytest.fixture
def files(town, tmp_path):
    """Return the town's boundary files by level, and its units."""
    paths = {}
    for level, frame in moved(town).items():
        paths[level] = tmp_path / f"{level}.gpkg"
        frame.to_file(paths[level], driver="GPKG", engine="pyogrio")
    return paths, build_units(moved(town), 0)


def written(features, path):
    features.to_file(path, driver="GPKG", engine="pyogrio", layer="建筑", VERSION="1.2")
    return path


@pytest.mark.parametrize("seed", range(6))
def test_file_table_and_frame_agree(files, tmp_path, seed):
    paths, units = files
    features = random_features(seed)
    features["geometry"] = features.geometry.translate(500_000, 2_500_000)
    source = written(features, tmp_path / "建筑 物.gpkg")
    target = tmp_path / "归属.gpkg"
    assigned, figures = assign_file(
        source, paths["community"], target, paths["street"], paths["district"], "people; 面积; 面积 by people"
    )
    rows = pyogrio.read_dataframe(target, layer="建筑")
    # All rows, in their order, as they were.
    assert rows["number"].tolist() == features["number"].tolist()
    before = features.geometry.to_wkb()
    after = rows.geometry.to_wkb()
    assert [a or None for a in after] == [b or None for b in before]
    expected = with_ancestors(assign(features, units.at("community")).frame, units.frame)
    pd.testing.assert_frame_equal(
        rows[ADDED].astype(object).where(rows[ADDED].notna(), None),
        expected[ADDED].astype(object).where(expected[ADDED].notna(), None),
    )
    by_frame = assign_frame(features, units)
    pd.testing.assert_frame_equal(by_frame.extend(features)[ADDED], expected[ADDED], check_dtype=False)
    counts = assigned.located.conservation("features")
    assert counts.total == len(features)
    assert counts.matched + counts.ambiguous + counts.unmatched + counts.outside == len(features)
    assert set(rows["number"]) - set(rows["number"].iloc[assigned.left_over]) == set(
        expected.loc[expected["method"].isin(["within", "largest_overlap"]), "number"]
    )

    by_hand = expected.dropna(subset=["community_code"])
    figures = figures.set_index("code")
    for column in ("community_code", "street_code", "district_code", "city_code"):
        for code, own in by_hand.groupby(column):
            row = figures.loc[code]
            assert row["features"] == len(own)
            assert row["people"] == own["people"].sum()
            assert row["people_n"] == own["people"].count()
            assert row["面积"] == pytest.approx(own["面积"].sum(), rel=1e-13)
            both = own.dropna(subset=["people"])
            mean = (both["面积"] * both["people"]).sum() / both["people"].sum()
            assert row["面积_mean"] == pytest.approx(mean, rel=1e-12)
    assert figures["features"].sum() == 4 * len(by_hand)


def test_selection_and_filter(files, tmp_path):
    _, units = files
    features = random_features(1)
    features["geometry"] = features.geometry.translate(500_000, 2_500_000)
    source = written(features, tmp_path / "a.gpkg")
    whole = assign_frame(features, units).extend(features)
    with FeatureTable.open(source, where="people > 20", fids=np.arange(50, 300)) as table:
        part = assign_table(table, units, [Statistic("sum", "people")])
        rows = whole.loc[table.fids - 1]
        assert (rows["people"] > 20).all()
        pd.testing.assert_frame_equal(part.extend(rows[["number"]])[ADDED], rows[ADDED], check_dtype=False)
        assert part.tally.features.sum() == rows["community_code"].notna().sum()


def test_another_crs_is_refused(files, tmp_path):
    paths, _ = files
    features = random_features(1).set_crs(4548, allow_override=True)
    source = written(features, tmp_path / "a.gpkg")
    with pytest.raises(InputError, match="differ in their CRS"):
        assign_file(source, paths["community"], tmp_path / "b.gpkg")
    assert not (tmp_path / "b.gpkg").exists()


def test_no_features(files, tmp_path):
    paths, _ = files
    source = written(random_features(1).iloc[:0], tmp_path / "a.gpkg")
    assigned, figures = assign_file(source, paths["community"], tmp_path / "b.gpkg")
    assert assigned.located.conservation("features").total == 0
    assert (figures["features"] == 0).all()


def test_only_features_near_a_border_have_their_geometry_read(files, tmp_path, monkeypatch):
    _, units = files
    rng = random.Random(4)
    corners = [
        (rng.choice([0, 100]) + rng.uniform(10, 85), rng.choice([0, 100]) + rng.uniform(10, 85))
        for _ in range(99)
    ]
    shapes = [shapely.box(x, y, x + 3, y + 3) for x, y in [*corners, (99, 50)]]
    features = gpd.GeoDataFrame({"n": range(100)}, geometry=shapes, crs=4547)
    features["geometry"] = features.geometry.translate(500_000, 2_500_000)
    read = assign_features.read_wkb
    asked = []

    def watched(blobs):
        asked.extend(blobs)
        return read(blobs)

    monkeypatch.setattr(assign_features, "read_wkb", watched)
    with FeatureTable.open(written(features, tmp_path / "a.gpkg")) as table:
        assert assign_table(table, units).located.overlaps.sum() == 101
    assert len(asked) == 1
