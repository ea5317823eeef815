"""Features in parts get the same units and the same totals as in one piece, whoever does them and whatever dies."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from contextlib import nullcontext
from types import SimpleNamespace

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from citycheck.citycheck_qgis.errors import CancelledError, InputError
from citycheck.citycheck_qgis.units import partitions
from citycheck.citycheck_qgis.units.assign_features import assign_frame
from citycheck.citycheck_qgis.units.assignment import METHODS
from citycheck.citycheck_qgis.units.hierarchy import build_units
from citycheck.citycheck_qgis.units.partitions import OWN_FOLDER, Manifest, assign_parts, do_part
from citycheck.citycheck_qgis.units.parts import Part, list_parts, read_head, split
from citycheck.citycheck_qgis.units.tally import Statistic
from citycheck.tests.fixtures.random_features import ADDED, random_shapes
from hypothesis import given, settings
from hypothesis import strategies as st

pytest.importorskip("pyarrow", reason="pyarrow is not installed (requirements-cluster.txt)")

WANTED = [
    Statistic("sum", "people"),
    Statistic("rate", "面积", "people"),
    Statistic("mean", "面积", "people"),
]


@pytest.fixture
def distributed():
    return pytest.importorskip("distributed", reason="dask is not installed (requirements-cluster.txt)")


def random_features(seed, number=400):
    """Return polygons, lines and points in and around the town, with troublesome ones among them."""
    rng = np.random.default_rng(seed)
    shapes = random_shapes(rng, number, (500_000, 2_500_000))
    people = rng.integers(0, 50, number).astype(float)
    people[::13] = np.nan
    return gpd.GeoDataFrame(
        {
            "number": [f"B{n:04}" for n in range(number)],
            "people": people,
            "面积": rng.normal(0, 1, number) * 10.0 ** rng.integers(-12, 12, number),
            "text": rng.integers(0, 9, number).astype(str),
        },
        geometry=shapes,
        crs=4547,
    )


@pytest.fixture
def units(town):
    levels = {
        level: frame.set_geometry(frame.geometry.translate(500_000, 2_500_000))
        for level, frame in town.items()
    }
    return build_units(levels, 0)


def write_parts(features, folder, number=5, **how):
    """Write features as other programs do, into some files."""
    folder.mkdir(parents=True)
    for position, rows in enumerate(np.array_split(np.arange(len(features)), number)):
        features.iloc[rows].to_parquet(folder / f"分区 {position}.parquet", index=False, **how)
    return folder


def read_all(folder):
    frame = pd.concat([gpd.read_parquet(path) for path in list_parts(folder)])
    return frame.sort_values("number", ignore_index=True)


def check_same(folder, found, features, units, statistics=WANTED):
    """Check the parts in a folder, and their totals, against the features in one piece."""
    whole = assign_frame(features, units, statistics)
    expected = whole.extend(features).sort_values("number", ignore_index=True)
    written = read_all(folder)
    for column in ADDED:
        assert written[column].dtype == expected[column].dtype, column
        pd.testing.assert_series_equal(written[column], expected[column], rtol=1e-12, check_exact=False)
    own = [column for column in features.columns if column != "geometry"]
    pd.testing.assert_frame_equal(pd.DataFrame(written[own]), pd.DataFrame(expected[own]))
    check_totals(found, whole, units)


def check_totals(found, whole, units):
    assert found.counts == whole.located.conservation("features")
    assert list(found.methods.values()) == np.bincount(whole.located.method, minlength=len(METHODS)).tolist()
    assert found.border == (whole.located.overlaps > 1).sum()
    assert found.street_differs == whole.located.street_differs
    for name in ("features", "used", "sums"):
        assert np.array_equal(getattr(found.tally, name), getattr(whole.tally, name)), name
    # To the last digit: equal frames of floats.
    assert found.tally.table(units.frame).equals(whole.tally.table(units.frame))


@pytest.mark.parametrize("seed", range(4))
def test_parts_of_others_without_boxes(units, tmp_path, seed):
    features = random_features(seed)
    source = write_parts(features, tmp_path / "建筑 物")
    assert Part(list_parts(source)[0])._stored_boxes() is None
    found = assign_parts(source, units, tmp_path / "归 属", WANTED)
    assert (found.done, found.kept) == (5, 0)
    check_same(tmp_path / "归 属", found, features, units)


@pytest.mark.parametrize("seed", range(4))
def test_parts_with_boxes(units, tmp_path, seed):
    features = random_features(seed)
    source = write_parts(features, tmp_path / "in", write_covering_bbox=True)
    assert Part(list_parts(source)[0])._stored_boxes() is not None
    found = assign_parts(source, units, tmp_path / "out", WANTED)
    check_same(tmp_path / "out", found, features, units)
    # The result is one data set to those who read folders.
    whole = gpd.read_parquet(tmp_path / "out")
    assert len(whole) == len(features)


def test_a_layer_is_split_into_parts_of_neighbours(units, tmp_path):
    features = random_features(11, 5000)
    layer = tmp_path / "建筑.gpkg"
    features.to_file(layer, layer="楼", driver="GPKG", engine="pyogrio", VERSION="1.2")
    parts = split(layer, tmp_path / "parts", part_size=700)
    assert [path.name for path in parts] == [f"part-{n:05}.parquet" for n in range(8)]
    assert {read_head(path).rows for path in parts} == {625}
    assert read_head(parts[0]).columns == ["fid", "number", "people", "面积", "text"]
    frames = [gpd.read_parquet(path) for path in parts]
    together = pd.concat(frames).sort_values("number", ignore_index=True)
    assert together.crs == features.crs
    assert list(together["fid"]) == list(range(1, 5001))
    same = shapely.equals_exact(together.geometry.to_numpy(), features.geometry.to_numpy())
    assert (same | features.geometry.isna() | features.geometry.is_empty).all()
    # Each part but the one that goes round a corner of the curve covers far less than the whole.
    sizes = [np.prod(np.ptp(np.array(f.total_bounds).reshape(2, 2), axis=0)) for f in frames[:-1]]
    assert np.median(sizes) < 0.3 * np.prod(np.ptp(np.array(features.total_bounds).reshape(2, 2), axis=0))
    before = [path.stat().st_mtime_ns for path in parts]
    assert [path.stat().st_mtime_ns for path in split(layer, tmp_path / "parts", part_size=700)] == before
    found = assign_parts(tmp_path / "parts", units, tmp_path / "out", WANTED)
    check_same(tmp_path / "out", found, features, units)


@pytest.mark.parametrize("suffix", ["shp", "geojson", "fgb", "gpkg"])
def test_a_layer_without_columns_and_other_formats(units, tmp_path, suffix):
    x = np.arange(40.0) + 500_000
    shapes = shapely.box(x, 2_500_000, x + 3, 2_500_003)
    layer = tmp_path / f"layer.{suffix}"
    gpd.GeoDataFrame(geometry=shapes, crs=4547).to_file(layer, engine="pyogrio")
    parts = split(layer, tmp_path / "parts", part_size=15)
    frame = pd.concat([gpd.read_parquet(path) for path in parts])
    assert len(parts) == 3
    assert sorted(frame.geometry.bounds["minx"]) == pytest.approx(list(x))
    found = assign_parts(tmp_path / "parts", units, tmp_path / "out")
    assert found.counts.matched == 40


@settings(max_examples=25)
@given(st.data())
def test_random_cities(tmp_path_factory, data):
    """Communities with wiggly borders, gaps and overlaps; parts of any sizes, empty ones among them."""
    rng = np.random.default_rng(data.draw(st.integers(0, 2**32), "seed"))
    corner = np.array([500_000.0, 2_500_000.0])
    grid = np.stack(np.meshgrid(np.arange(5.0), np.arange(5.0), indexing="ij"), axis=-1) * 60
    grid += rng.uniform(-15, 15, grid.shape) + corner
    shapes = [
        shapely.Polygon([grid[i, j], grid[i + 1, j], grid[i + 1, j + 1], grid[i, j + 1]]).buffer(
            float(rng.choice([0, 0, 2, -2]))
        )
        for i in range(4) for j in range(4)
    ]  # fmt: skip
    codes = [f"4401030{1 + i // 8:02}{1 + i % 8:03}" for i in range(16)]
    units = build_units({"community": gpd.GeoDataFrame({"code": codes}, geometry=shapes, crs=4547)}, 0)
    features = random_features(int(rng.integers(1 << 30)), 150)
    folder = tmp_path_factory.mktemp("city")
    cuts = sorted(data.draw(st.lists(st.integers(0, 150), max_size=5), "cuts"))
    (folder / "in").mkdir()
    for position, rows in enumerate(np.split(np.arange(150), cuts)):
        features.iloc[rows].to_parquet(
            folder / "in" / f"{position}.parquet", write_covering_bbox=data.draw(st.booleans()), index=False
        )
    found = assign_parts(folder / "in", units, folder / "out", WANTED)
    check_same(folder / "out", found, features, units)
    again = assign_parts(folder / "in", units, folder / "out", WANTED)
    assert (again.done, again.kept) == (0, len(cuts) + 1)
    check_totals(again, assign_frame(features, units, WANTED), units)
    shutil.rmtree(folder)


def test_rough_and_wrong_boxes_change_nothing(units, tmp_path):
    import pyarrow as pa
    import pyarrow.parquet as pq

    features = random_features(3)
    source = write_parts(features, tmp_path / "in", 3, write_covering_bbox=True)
    paths = list_parts(source)
    # Rounded to the nearest float32, as some writers do: up to an eighth of a metre at these northings.
    table = pq.read_table(paths[0])
    place = table.column_names.index("bbox")
    kind = pa.struct([(side, pa.float32()) for side in ("xmin", "ymin", "xmax", "ymax")])
    pq.write_table(table.set_column(place, "bbox", table.column("bbox").cast(kind, safe=False)), paths[0])
    boxes = Part(paths[0])._stored_boxes()
    real = features.geometry.iloc[: len(boxes)].bounds.to_numpy()
    known = ~np.isnan(real[:, 0]) & ~np.isnan(boxes[:, 0])
    assert known.sum() > 100
    assert (boxes[known, :2] <= real[known, :2]).all() and (boxes[known, 2:] >= real[known, 2:]).all()
    # Those of other features.
    table = pq.read_table(paths[1])
    turned = table.column("bbox").take(pa.array(np.arange(len(table))[::-1]))
    pq.write_table(table.set_column(place, "bbox", turned), paths[1])
    # None at all.
    table = pq.read_table(paths[2])
    pq.write_table(table.set_column(place, "bbox", pa.nulls(len(table), table.column("bbox").type)), paths[2])
    found = assign_parts(source, units, tmp_path / "out", WANTED)
    check_same(tmp_path / "out", found, features, units)


def test_a_part_without_rows_and_columns_that_are_there_already(units, tmp_path):
    features = random_features(4, 60)
    (tmp_path / "in").mkdir()
    features.iloc[:0].astype({"people": float}).to_parquet(tmp_path / "in" / "0.parquet", index=False)
    features.assign(method="old", share="x").to_parquet(tmp_path / "in" / "1.parquet", index=False)
    found = assign_parts(tmp_path / "in", units, tmp_path / "out", WANTED)
    check_same(tmp_path / "out", found, features, units)
    assert len(gpd.read_parquet(tmp_path / "out" / "0.parquet")) == 0


def test_parts_in_folders_and_in_another_crs(units, tmp_path):
    features = random_features(5)
    whole = assign_frame(features, units).extend(features)
    for name, rows in (("区=甲", slice(0, 200)), ("区=乙", slice(200, None))):
        (tmp_path / "in" / name).mkdir(parents=True)
        moved = features.iloc[rows].to_crs(4490)
        moved.to_parquet(tmp_path / "in" / name / "a.parquet", index=False, write_covering_bbox=True)
    assign_parts(tmp_path / "in", units, tmp_path / "out")
    written = read_all(tmp_path / "out")
    assert (tmp_path / "out" / "区=甲" / "a.parquet").is_file()
    assert written.crs.to_epsg() == 4490
    expected = whole.sort_values("number", ignore_index=True)
    # Degrees and back cost some digits: a touch may become an overlap of nothing.
    same = written["community_code"].fillna("") == expected["community_code"].fillna("")
    assert same.mean() > 0.97
    assert np.nanmax(np.abs(written["share"][same] - expected["share"][same])) < 1e-3


def test_text_numbers_are_added_as_in_one_piece(units, tmp_path):
    features = random_features(6)
    features.loc[::5, "text"] = "many"
    features["flag"] = features["people"] > 20
    wanted = [Statistic("sum", "text"), Statistic("rate", "flag", "text")]
    source = write_parts(features, tmp_path / "in")
    found = assign_parts(source, units, tmp_path / "out", wanted)
    check_totals(found, assign_frame(features, units, wanted), units)


def test_restart_does_only_what_is_missing(units, tmp_path):
    features = random_features(7)
    source = write_parts(features, tmp_path / "in")
    target = tmp_path / "out"
    whole = assign_frame(features, units, WANTED)
    check_totals(assign_parts(source, units, target, WANTED), whole, units)
    manifest = target / OWN_FOLDER / "manifest.json"
    first = manifest.read_bytes()
    untouched = {path: path.stat().st_mtime_ns for path in list_parts(target)}

    (target / "分区 1.parquet").unlink()
    (target / "分区 2.parquet").write_bytes(b"half")
    found = assign_parts(source, units, target, WANTED)
    assert (found.done, found.kept) == (2, 3)
    check_same(target, found, features, units)
    assert manifest.read_bytes() == first
    for number in (0, 3, 4):
        path = target / f"分区 {number}.parquet"
        assert path.stat().st_mtime_ns == untouched[path]

    # A part that was changed is done again, one that was taken away is gone.
    changed = features.iloc[:80].assign(people=1.0)
    changed.to_parquet(source / "分区 0.parquet", index=False)
    (source / "分区 4.parquet").unlink()
    found = assign_parts(source, units, target, WANTED)
    assert (found.done, found.kept) == (1, 3)
    rest = pd.concat([changed, features.iloc[80:320]], ignore_index=True)
    check_same(target, found, gpd.GeoDataFrame(rest, crs=features.crs), units)

    # Other statistics or other units: all of it.
    assert assign_parts(source, units, target, WANTED[:1]).done == 4
    moved = build_units({"community": units.at("community").iloc[1:]}, 0)
    found = assign_parts(source, moved, target, WANTED[:1])
    assert found.done == 4
    assert len(list((target / OWN_FOLDER).glob("boundaries-*"))) == 1
    assert sorted(p.name for p in target.iterdir()) == [OWN_FOLDER, *(f"分区 {n}.parquet" for n in range(4))]


def test_cancelled_here(units, tmp_path):
    features = random_features(8)
    source = write_parts(features, tmp_path / "in")

    def stop_after_half(share):
        if share > 0.5:
            raise CancelledError("stop")

    with pytest.raises(CancelledError):
        assign_parts(source, units, tmp_path / "out", WANTED, progress=stop_after_half)
    assert len(list_parts(tmp_path / "out")) == 3
    assert not list((tmp_path / "out").glob(".citycheck*"))
    found = assign_parts(source, units, tmp_path / "out", WANTED)
    assert (found.done, found.kept) == (2, 3)
    check_same(tmp_path / "out", found, features, units)


def test_killed_between_writing_and_noting(units, tmp_path, monkeypatch):
    features = random_features(8)
    source = write_parts(features, tmp_path / "in")

    def die(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(Manifest, "add", die)
    with pytest.raises(KeyboardInterrupt):
        assign_parts(source, units, tmp_path / "out", WANTED)
    monkeypatch.undo()
    assert len(list_parts(tmp_path / "out")) == 1
    found = assign_parts(source, units, tmp_path / "out", WANTED)
    assert (found.done, found.kept) == (5, 0)
    check_same(tmp_path / "out", found, features, units)


def test_parts_that_fail_are_named_and_the_others_done(units, tmp_path):
    import pyarrow as pa
    import pyarrow.parquet as pq

    features = random_features(9)
    source = write_parts(features, tmp_path / "in")
    good = (source / "分区 1.parquet").read_bytes()
    # The footer is whole, the rows are not.
    (source / "分区 1.parquet").write_bytes(good[:4] + bytes(len(good) // 2 - 4) + good[len(good) // 2 :])
    features.iloc[160:240].drop(columns="people").to_parquet(source / "分区 2.parquet", index=False)
    with pytest.raises(
        InputError, match=r"2 of 5 parts could not be done, first 分区 1\.parquet: .*read as Parquet"
    ):
        assign_parts(source, units, tmp_path / "out", WANTED)
    assert len(list_parts(tmp_path / "out")) == 3
    (source / "分区 1.parquet").write_bytes(good)
    with pytest.raises(InputError, match=r"分区 2\.parquet has no column people"):
        assign_parts(source, units, tmp_path / "out", WANTED)
    features.iloc[160:240].to_parquet(source / "分区 2.parquet", index=False)
    found = assign_parts(source, units, tmp_path / "out", WANTED)
    assert (found.done, found.kept) == (1, 4)
    check_same(tmp_path / "out", found, features, units)

    pq.write_table(pa.table({"a": [1]}), source / "z.parquet")
    with pytest.raises(InputError, match="without GeoParquet's description"):
        assign_parts(source, units, tmp_path / "out", WANTED)


def test_other_boundaries_are_refused(units, tmp_path):
    features = random_features(9)
    source = write_parts(features, tmp_path / "in", 2)

    class Tampering:
        def run(self, tasks, tick):
            (tmp_path / "out" / OWN_FOLDER).glob("boundaries-*").__next__().write_bytes(b"others")
            partitions._loaded.clear()
            for name, task in tasks:
                yield name, do_part(task, tick)

    with pytest.raises(InputError, match="are not those of this run"):
        assign_parts(source, units, tmp_path / "out", WANTED, Tampering())
    assert not list((tmp_path / "out").glob("*.parquet"))
    # The next run writes its own file again.
    check_same(tmp_path / "out", assign_parts(source, units, tmp_path / "out", WANTED), features, units)


def test_folders_that_are_not_written_to(units, tmp_path):
    source = write_parts(random_features(9), tmp_path / "in")
    with pytest.raises(InputError, match="lies in the folder of the parts"):
        assign_parts(source, units, source / "out")
    (tmp_path / "out").mkdir()
    shutil.copy(list_parts(source)[0], tmp_path / "out" / "mine.parquet")
    with pytest.raises(InputError, match=r"holds mine\.parquet, which no run has written"):
        assign_parts(source, units, tmp_path / "out")
    (tmp_path / "empty").mkdir()
    with pytest.raises(InputError, match="has no GeoParquet files"):
        assign_parts(tmp_path / "empty", units, tmp_path / "other")


def test_layers_that_cannot_be_split(tmp_path):
    (tmp_path / "a.gpkg").write_bytes(b"no database")
    with pytest.raises(InputError, match=r"a\.gpkg cannot be read"):
        split(tmp_path / "a.gpkg", tmp_path / "out", 100)
    two = tmp_path / "two.gpkg"
    for layer in ("甲", "乙"):
        random_features(1, 5).to_file(two, layer=layer, engine="pyogrio", VERSION="1.2")
    with pytest.raises(InputError, match="has the layers 甲, 乙"):
        split(two, tmp_path / "out", 100)
    random_features(1, 5).iloc[:0].to_file(tmp_path / "none.gpkg", engine="pyogrio", VERSION="1.2")
    with pytest.raises(InputError, match="has no features"):
        split(tmp_path / "none.gpkg", tmp_path / "out", 100)
    assert not (tmp_path / "out").exists()
    assert not list(tmp_path.glob(".out*"))


def test_a_package_that_is_missing_is_named(tmp_path, monkeypatch):
    from citycheck.citycheck_qgis.units import parts
    from citycheck.citycheck_qgis.units.schedulers import open_scheduler

    def absent(name):
        raise ModuleNotFoundError(f"No module named {name!r}", name=name)

    monkeypatch.setattr(parts.importlib, "import_module", absent)
    with (
        pytest.raises(
            InputError, match=r"needs dask, which is not installed: run 'python3 -m pip .*cluster\.txt"
        ),
        open_scheduler("local"),
    ):
        pass
    with pytest.raises(InputError, match="needs pyarrow"):
        split(tmp_path / "a.gpkg", tmp_path / "out", 100, "layer")


# --- on processes and clusters --------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def local():
    """Two worker processes."""
    pytest.importorskip("distributed", reason="dask is not installed (requirements-cluster.txt)")
    from citycheck.citycheck_qgis.units.schedulers import open_scheduler

    with open_scheduler("local", 2) as scheduler:
        yield scheduler


def test_on_local_processes(units, tmp_path, local):
    features = random_features(12, 2000)
    source = write_parts(features, tmp_path / "建筑 物", 9, write_covering_bbox=True)
    found = assign_parts(source, units, tmp_path / "归 属", WANTED, local)
    assert found.done == 9
    check_same(tmp_path / "归 属", found, features, units)
    here = assign_parts(source, units, tmp_path / "here", WANTED)
    assert here.tally.table(units.frame).equals(found.tally.table(units.frame))
    for path in list_parts(tmp_path / "here"):
        assert path.read_bytes() == (tmp_path / "归 属" / path.name).read_bytes()


def test_a_failing_part_on_processes(units, tmp_path, local):
    features = random_features(13)
    source = write_parts(features, tmp_path / "in")
    good = (source / "分区 3.parquet").read_bytes()
    (source / "分区 3.parquet").write_bytes(good[:4] + bytes(len(good) // 2 - 4) + good[len(good) // 2 :])
    with pytest.raises(
        InputError, match=r"1 of 5 parts could not be done, first 分区 3\.parquet: .*read as Parquet"
    ):
        assign_parts(source, units, tmp_path / "out", WANTED, local)
    (source / "分区 3.parquet").write_bytes(good)
    found = assign_parts(source, units, tmp_path / "out", WANTED, local)
    assert (found.done, found.kept) == (1, 4)
    check_same(tmp_path / "out", found, features, units)


def test_a_worker_that_is_killed_loses_nothing(units, tmp_path, local):
    features = random_features(14, 3000)
    source = write_parts(features, tmp_path / "in", 60)
    workers = list(local.client.run(os.getpid).values())
    killed = []

    def kill_one(share):
        if share > 0 and not killed:
            killed.append(workers[0])
            os.kill(workers[0], signal.SIGKILL)

    found = assign_parts(source, units, tmp_path / "out", WANTED, local, kill_one)
    assert killed
    assert found.done == 60
    check_same(tmp_path / "out", found, features, units)
    # What it may have left half written is no part, and the next run takes it away.
    (tmp_path / "out" / ".citycheck-left").mkdir(exist_ok=True)
    assert assign_parts(source, units, tmp_path / "out", WANTED).kept == 60
    assert not list((tmp_path / "out").glob(".citycheck-*"))


def test_an_answer_that_went_with_its_worker_is_waited_for(distributed, monkeypatch):
    """dask calls such a task lost, counts it among the done ones, and has it done anew by itself."""
    from citycheck.citycheck_qgis.units.schedulers import Cluster

    states = ["lost", "pending", "finished", "finished"]

    class Lost(SimpleNamespace):
        status = property(lambda self: states.pop(0))
        __hash__ = object.__hash__

    future = Lost(result=lambda: {"rows": 1}, release=lambda: None)
    monkeypatch.setattr(distributed, "wait", lambda futures, **_: SimpleNamespace(done=set(futures)))
    cluster = object.__new__(Cluster)
    cluster.client = SimpleNamespace(submit=lambda *_, **__: future, as_current=nullcontext)
    cluster._package = "none"
    assert list(cluster.run([("a", {})], lambda: None)) == [("a", {"rows": 1})]
    assert not states


def test_cancelled_on_processes(units, tmp_path, local):
    features = random_features(15, 3000)
    source = write_parts(features, tmp_path / "in", 60)
    asked = []

    def stop(share):
        if share > 0.1:
            asked.append(time.monotonic())
            raise CancelledError("stop")

    with pytest.raises(CancelledError):
        assign_parts(source, units, tmp_path / "out", WANTED, local, stop)
    assert time.monotonic() - asked[0] < 1
    deadline = time.monotonic() + 5
    while any(local.client.processing().values()) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not any(local.client.processing().values())
    # What runs at that moment may end: a fraction of a second.
    time.sleep(0.5)
    count = len(list_parts(tmp_path / "out"))
    assert count < 60
    time.sleep(0.5)
    assert len(list_parts(tmp_path / "out")) == count
    found = assign_parts(source, units, tmp_path / "out", WANTED, local)
    assert found.kept > 0
    assert found.done + found.kept == 60
    check_same(tmp_path / "out", found, features, units)


def test_a_part_that_kills_its_workers_is_named(units, tmp_path, distributed, monkeypatch):
    import dask
    from citycheck.citycheck_qgis.units import schedulers

    real = schedulers._on_worker

    def deadly(package, stop):
        work = real(package, stop)

        def run(task):
            if task["source"].endswith("分区 2.parquet"):
                import os
                import signal

                os.kill(os.getpid(), signal.SIGKILL)
            return work(task)

        return run

    monkeypatch.setattr(schedulers, "_on_worker", deadly)
    features = random_features(16)
    source = write_parts(features, tmp_path / "in")
    # The one that waits behind it on the same worker may be blamed as well.
    killed = r"[12] of 5 parts .*: the workers that tried it were killed"
    with (
        dask.config.set({"distributed.scheduler.allowed-failures": 0}),
        schedulers.open_scheduler("local", 1) as scheduler,
        pytest.raises(InputError, match=killed),
    ):
        assign_parts(source, units, tmp_path / "out", WANTED, scheduler)
    found = assign_parts(source, units, tmp_path / "out", WANTED)
    assert found.kept >= 3
    check_same(tmp_path / "out", found, features, units)


def test_a_running_cluster_by_its_address(units, tmp_path, distributed, local):
    """The workers of `local` as a cluster of somebody else's, from a thread as in the desktop."""
    from citycheck.citycheck_qgis.units.schedulers import open_scheduler

    features = random_features(17)
    source = write_parts(features, tmp_path / "in")
    found = []

    def work():
        with open_scheduler(local.client.scheduler.address) as scheduler:
            found.append(assign_parts(source, units, tmp_path / "out", WANTED, scheduler))

    thread = threading.Thread(target=work)
    thread.start()
    thread.join(60)
    assert found
    check_same(tmp_path / "out", found[0], features, units)


@pytest.fixture
def commands(distributed, tmp_path_factory):
    """A scheduler and a worker with two threads, started by dask's own commands, far from this checkout."""
    folder = tmp_path_factory.mktemp("工作")
    said = folder / "scheduler.json"
    dask = [sys.executable, "-m", "dask"]
    quiet = {"cwd": folder, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    place = ["--host", "127.0.0.1", "--dashboard-address", "127.0.0.1:0"]
    scheduler = subprocess.Popen(
        [*dask, "scheduler", *place, "--port", "0", "--scheduler-file", str(said)], **quiet
    )
    worker = subprocess.Popen(
        [*dask, "worker", "--scheduler-file", str(said), *place, "--nworkers", "1", "--nthreads", "2"],
        **quiet,
    )
    try:
        deadline = time.monotonic() + 30
        while not said.exists() and time.monotonic() < deadline:
            time.sleep(0.05)
        yield json.loads(said.read_text())["address"], worker
    finally:
        for process in (worker, scheduler):
            process.terminate()
            process.wait(20)


def test_a_cluster_started_by_commands(units, tmp_path, commands, monkeypatch):
    from citycheck.citycheck_qgis.units import schedulers

    address, worker = commands
    features = random_features(19, 3000)
    source = write_parts(features, tmp_path / "in", 60)
    monkeypatch.setattr(schedulers, "NO_WORKERS", 20)

    def lose_all_workers(share):
        if share > 0.1:
            worker.terminate()
            monkeypatch.setattr(schedulers, "NO_WORKERS", 1)

    with schedulers.open_scheduler(address) as scheduler:
        found = assign_parts(source, units, tmp_path / "whole", WANTED, scheduler)
        check_same(tmp_path / "whole", found, features, units)
        with pytest.raises(InputError, match="has lost all its workers"):
            assign_parts(source, units, tmp_path / "out", WANTED, scheduler, lose_all_workers)
    found = assign_parts(source, units, tmp_path / "out", WANTED)
    assert found.kept > 0
    check_same(tmp_path / "out", found, features, units)


def test_addresses_without_a_cluster(distributed, monkeypatch):
    from citycheck.citycheck_qgis.units import schedulers

    monkeypatch.setattr(schedulers, "ANSWER", 1)
    monkeypatch.setattr(schedulers, "NO_WORKERS", 1)
    for address in ("tcp://127.0.0.1:9", "no address"):
        nobody = pytest.raises(InputError, match="No dask scheduler answers at")
        with nobody, schedulers.open_scheduler(address):
            pass
    with (
        distributed.LocalCluster(n_workers=0, dashboard_address="127.0.0.1:0") as empty,
        pytest.raises(InputError, match="has no workers"),
        schedulers.open_scheduler(empty.scheduler_address),
    ):
        pass


def test_nothing_of_ours_is_left_running(distributed, tmp_path):
    psutil = pytest.importorskip("psutil")
    from citycheck.citycheck_qgis.units.schedulers import open_scheduler

    before = {process.pid for process in psutil.Process().children(recursive=True)}
    with open_scheduler("local", 1):
        started = {process.pid for process in psutil.Process().children(recursive=True)} - before
        assert started
    alive = [p for p in psutil.Process().children(recursive=True) if p.pid in started]
    # The one that Python keeps for all its shared resources is no worker.
    assert [p for p in alive if "resource_tracker" not in " ".join(p.cmdline())] == []


def test_the_interpreter_is_python_whatever_runs(monkeypatch, tmp_path):
    from citycheck.citycheck_qgis.processes import python_program

    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    monkeypatch.setattr(sys, "executable", str(tmp_path / "qgis-ltr-bin"))
    program = python_program()
    said = subprocess.run(
        [program, "-c", "import sys; print(*sys.version_info[:2], sep='.')"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert said.stdout.strip() == version
    other = tmp_path / "python3"
    other.write_text("#!/bin/sh\nexit 158\n")
    other.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(other))
    assert python_program() == program


def test_the_manifest_is_plain(units, tmp_path):
    source = write_parts(random_features(18), tmp_path / "in")
    assign_parts(source, units, tmp_path / "out", WANTED)
    said = json.loads((tmp_path / "out" / OWN_FOLDER / "manifest.json").read_text(encoding="utf-8"))
    assert set(said) == {"head", "planned", "parts"}
    answer = said["parts"]["分区 0.parquet"]
    assert answer["counts"]["total"] == sum(answer["methods"].values()) == 80
    assert all(
        isinstance(n, int) for terms in answer["tally"]["sums"] for term in terms for row in term for n in row
    )
