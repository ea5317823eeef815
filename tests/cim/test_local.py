"""Local layers give the same features whatever they are, and change only what is still as it was read."""

from __future__ import annotations

import datetime
import sqlite3
from contextlib import closing
from dataclasses import replace

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import pytest
import shapely
from citycheck.citycheck_qgis.cim.features import GEOMETRY, Feature, Field, Schema
from citycheck.citycheck_qgis.cim.geometries import fitted, moved, transformer
from citycheck.citycheck_qgis.cim.keys import derived_key
from citycheck.citycheck_qgis.cim.local import FrameLayer, LocalChange
from citycheck.citycheck_qgis.cim.local_geopackage import GeoPackageLayer, create_layer
from citycheck.citycheck_qgis.errors import InputError, OutputError
from citycheck.citycheck_qgis.storage import geopackage_edits
from citycheck.citycheck_qgis.storage.database import write_tables
from citycheck.citycheck_qgis.storage.geopackage import quoted
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.geometry import GeometryCollection, LineString, MultiPolygon, Point, box

LAYER = '问题 "层"'
NASTY = ["", " ", "x\"y'z\\", "𠮷🏙龘", "a\nb\t", "O'Hara; DROP TABLE x", "\\", "NULL", "结尾\\"]


def wkb(shape):
    return shapely.to_wkb(shape, byte_order=1, flavor="iso")


def frame_of(count=9, crs=4547):
    return gpd.GeoDataFrame(
        {
            "编号": [f"键{n}" for n in range(count)],
            "名称": [NASTY[n % len(NASTY)] for n in range(count)],
            "层数": np.arange(count),
            "面积": [None if n == 2 else n / 3 for n in range(count)],
            "完成": [n % 2 == 0 for n in range(count)],
            "时间": pd.to_datetime([f"2024-05-0{n % 9 + 1}T01:02:03.250" for n in range(count)]),
            "空": [None] * count,
        },
        geometry=[box(500000 + n, 2500000, 500001 + n, 2500001) for n in range(count)],
        crs=crs,
    )


@pytest.fixture
def city(tmp_path):
    path = tmp_path / "城市.gpkg"
    pyogrio.write_dataframe(frame_of(), path, layer=LAYER, driver="GPKG", dataset_options={"VERSION": "1.2"})
    return path


def opened(path, crs="EPSG:4547", **words):
    return GeoPackageLayer(path, LAYER, crs, **{"key_field": "编号", **words})


def by_key(layer):
    return {feature.key: feature for feature in layer.features()}


def elsewhere(path, *statements):
    """Change a file as another program does."""
    with closing(sqlite3.connect(path)) as other, other:
        geopackage_edits.register_functions(other)
        for statement in statements:
            other.execute(statement.format(t=quoted(LAYER)))


def states(outcomes):
    return [outcome.state for outcome in outcomes]


def change(feature, **items):
    if "geometry" in items and items["geometry"] is not None:
        items["geometry"] = wkb(items["geometry"])
    return LocalChange("update", feature.with_items(items), feature, frozenset(items))


@pytest.mark.parametrize("crs", ["EPSG:4547", "OGC:CRS84", "EPSG:4490"])
def test_a_frame_and_its_file_give_the_same_features(city, crs):
    frame = FrameLayer(frame_of(), crs, key_field="编号")
    with opened(city, crs) as layer:
        one, other = by_key(frame), by_key(layer)
        assert [f.name for f in layer.schema.fields] == [f.name for f in frame.schema.fields]
        assert layer.schema.geometry == frame.schema.geometry == "Polygon"
    assert one.keys() == other.keys() == {f"键{n}" for n in range(9)}
    for key, feature in one.items():
        assert feature.values == other[key].values
        assert feature.geometry == other[key].geometry
        assert feature.digest() == other[key].digest()
    assert other["键2"].values == {
        "名称": "x\"y'z\\", "层数": 2, "面积": None, "完成": True, "时间": "2024-05-03T01:02:03.250000", "空": None,
    }  # fmt: skip
    assert (one["键2"].server_id, other["键2"].server_id) == ("2", "3")


def test_kinds_of_columns_of_a_frame():
    frame = pd.DataFrame(
        {
            "k": ["a", "b"],
            "整": pd.array([1, None], dtype="Int64"),
            "真": pd.array([True, None], dtype="boolean"),
            "数": [np.inf, -0.5],
            "日": [datetime.date(2024, 1, 2), None],
            "时": pd.to_datetime(["2024-01-02T08:00:00+08:00", None]),
            "混": ["a", 1],
            "表": [[1, "二"], {"a": 1}],
        }
    )
    layer = FrameLayer(frame, None, key_field="k")
    assert {f.name: f.type for f in layer.schema.fields} == {
        "整": "integer", "真": "boolean", "数": "real", "日": "date", "时": "datetime", "混": "text", "表": "text",
    }  # fmt: skip
    one, other = layer.features()
    assert one.values == {
        "整": 1, "真": True, "数": None, "日": "2024-01-02", "时": "2024-01-02T00:00:00Z", "混": "a", "表": '[1, "二"]',
    }  # fmt: skip
    assert [other.values[n] for n in ("整", "真", "日", "时", "混")] == [None, None, None, None, "1"]
    assert layer.schema.geometry is None
    with pytest.raises(InputError, match="can only be read"):
        layer.apply([])


def test_types_that_the_source_knows_win():
    schema = Schema((Field("n", "integer"), Field("t", "text", length=5)), "MultiPoint")
    frame = gpd.GeoDataFrame(
        {"k": ["a", "b"], "n": [1.0, None], "t": [None, None]}, geometry=[None, None], crs=4490
    )
    layer = FrameLayer(frame, "EPSG:4490", key_field="k", schema=schema)
    assert layer.schema == schema
    assert [f.values["n"] for f in layer.features()] == [1, None]


@pytest.mark.parametrize("kind", ["frame", "file"])
def test_rows_without_a_key_of_their_own_are_held_back(tmp_path, kind):
    frame = frame_of()
    frame["编号"] = ["a", "b", "a", None, " ", "c", "b", "b", "d"]
    pyogrio.write_dataframe(frame, tmp_path / "a.gpkg", layer=LAYER, driver="GPKG")
    layer = (
        FrameLayer(frame, "EPSG:4547", key_field="编号") if kind == "frame" else opened(tmp_path / "a.gpkg")
    )
    assert layer.complete
    assert [f.key for f in layer.features()] == ["c", "d"]
    assert sorted(p.key or "" for p in layer.problems) == ["", "", "a", "a", "b", "b", "b"]
    told = {p.key: str(p.reason) for p in layer.problems}
    assert "stands in 3 rows" in told["b"]
    assert "no key in field 编号" in told[None]
    # One of those without a key may be any that seems to be gone.
    assert not layer.complete
    if kind == "file":
        assert layer.give_keys() == 2
        assert all(f.key == (f.key or "").lower() and "{" not in f.key for f in layer.features())
        assert layer.give_keys() == 0
        assert len({f.key for f in layer.features()}) == 4
        assert len(layer.problems) == 5
        layer.close()


def test_filters_and_selections(city):
    with opened(city, where="层数 > 5") as layer:
        assert {f.key for f in layer.features()} == {"键6", "键7", "键8"}
        assert not layer.complete
    with opened(city, fids=[9, 2, 77], where=" ") as layer:
        assert {f.key for f in layer.features()} == {"键1", "键8"}
        assert not layer.complete
    with opened(city, fids=range(2_000_000)) as layer:
        assert len(list(layer.features())) == 9
    # A key is doubled even where the other row is not selected.
    elsewhere(city, "UPDATE {t} SET 编号 = '键1' WHERE fid = 9")
    with opened(city, fids=[2]) as layer:
        assert list(layer.features()) == []
        assert [p.server_id for p in layer.problems] == ["2"]


def test_a_layer_without_a_crs(tmp_path):
    path = tmp_path / "a.gpkg"
    pyogrio.write_dataframe(frame_of().set_crs(None, allow_override=True), path, layer=LAYER, driver="GPKG")
    with pytest.raises(InputError, match="set the layer's CRS"):
        opened(path)
    with pytest.raises(InputError, match="set the layer's CRS"):
        FrameLayer(frame_of().set_crs(None, allow_override=True), "OGC:CRS84", key_field="编号")
    with opened(path, None) as layer:
        assert layer.schema.geometry is None
        assert all(f.geometry is None for f in layer.features())


def test_a_layer_without_the_key(city):
    with pytest.raises(InputError, match="has no field uuid"):
        opened(city, key_field="uuid")
    with pytest.raises(InputError, match="has no field uuid"):
        FrameLayer(frame_of(), "EPSG:4547", key_field="uuid")
    with pytest.raises(InputError, match="no way"):
        opened(city, "EPSG:0")


def test_geometry_that_cannot_be_exchanged_is_told(city):
    curve = b"GP\0\1" + (4547).to_bytes(4, "little") + b"\x01" + (10).to_bytes(4, "little") + bytes(4)
    far = geopackage_edits.geometry_blobs(np.array([Point(1e30, 1e30)]), [wkb(Point(1e30, 1e30))], 4547)[0]
    with closing(sqlite3.connect(city)) as connection, connection:
        for number in ("1", "2", "3", "4"):
            connection.execute(f"DROP TRIGGER {quoted(f'rtree_{LAYER}_geom_update{number}')}")
        for fid, column, value in (
            (1, "geom", curve), (2, "geom", "text"), (3, "名称", b"\xff\x00"), (4, "geom", far), (5, "geom", None)
        ):  # fmt: skip
            connection.execute(f"UPDATE {quoted(LAYER)} SET {column} = ? WHERE fid = ?", (value, fid))
        connection.execute(f"UPDATE {quoted(LAYER)} SET 名称 = CAST(名称 AS TEXT) WHERE fid = 3")
    with opened(city, "OGC:CRS84") as layer:
        found = by_key(layer)
        told = {p.key: str(p.reason) for p in layer.problems}
        assert layer.complete
    assert found.keys() == {f"键{n}" for n in (4, 5, 6, 7, 8)}
    assert found["键4"].geometry is None
    assert "cannot be read" in told["键0"]
    assert "cannot be read" in told["键1"]
    assert "damaged" in told["键2"]
    assert "no place" in told["键3"]


def test_changes_and_what_they_leave_alone(city):
    with closing(sqlite3.connect(city)) as connection:
        blob = connection.execute(f"SELECT geom FROM {quoted(LAYER)} WHERE fid = 1").fetchone()[0]
    with opened(city, "OGC:CRS84") as layer:
        found = by_key(layer)
        new = Feature(
            "新", {"名称": "🏙", "层数": 2**53 + 1, "平台的": "x", "完成": True}, found["键3"].geometry, "44"
        )
        outcomes = layer.apply(
            [
                change(found["键0"], 名称="改了", 平台的="x"),
                change(found["键1"], geometry=box(113, 23, 113.001, 23.001)),
                change(found["键2"], geometry=None, 面积=2.5),
                LocalChange("delete", found["键4"], found["键4"]),
                LocalChange("insert", new),
            ]
        )
        assert states(outcomes) == ["done"] * 5
        after = by_key(layer)
        for key, outcome in zip(["键0", "键1", "键2", "键4", "新"], outcomes, strict=True):
            assert outcome.feature == after.get(key)
        assert after["键0"].values == found["键0"].values | {"名称": "改了"}
        assert after["新"].values == {
            "名称": "🏙", "层数": 2**53 + 1, "面积": None, "完成": True, "时间": None, "空": None,
        }  # fmt: skip
        assert after["新"].server_id == "10"
        assert after["键2"].geometry is None
    with closing(sqlite3.connect(city)) as connection:
        assert connection.execute(f"SELECT geom FROM {quoted(LAYER)} WHERE fid = 1").fetchone()[0] == blob
    frame = pyogrio.read_dataframe(city, fid_as_index=True)
    assert frame.index.tolist() == [1, 2, 3, 4, 6, 7, 8, 9, 10]
    assert frame.loc[10, "层数"] == 2**53 + 1
    assert pyogrio.read_info(city)["features"] == 9
    x0, y0, x1, y1 = frame.total_bounds
    ex0, ey0, ex1, ey1 = pyogrio.read_info(city)["total_bounds"]
    # GDAL reads the extent by way of 15 digits.
    slack = 1e-8
    assert (ex0 <= x0 + slack, ey0 <= y0 + slack, ex1 >= x1 - slack, ey1 >= y1 - slack) == (True,) * 4


def test_only_what_was_read_is_changed(city):
    with opened(city) as layer:
        found = by_key(layer)
        elsewhere(
            city,
            "UPDATE {t} SET 层数 = 99 WHERE fid IN (1, 2)",
            "UPDATE {t} SET 编号 = '换' WHERE fid = 3",
            "DELETE FROM {t} WHERE fid IN (4, 5)",
        )
        outcomes = layer.apply(
            [
                change(found["键0"], 名称="改"),
                LocalChange("delete", found["键1"], found["键1"]),
                change(found["键2"], 名称="改"),
                change(found["键3"], 名称="改"),
                LocalChange("delete", found["键4"], found["键4"]),
                LocalChange("insert", replace(found["键5"], values={})),
                change(found["键6"], 名称="改"),
                change(found["键6"], 名称="又改"),
            ]
        )
        assert states(outcomes) == ["changed_meanwhile"] * 4 + [
            "done",
            "changed_meanwhile",
            "done",
            "changed_meanwhile",
        ]
        assert outcomes[0].feature.values["层数"] == 99
        assert outcomes[3].feature is None
        assert outcomes[5].feature == found["键5"]
        assert by_key(layer)["键6"].values["名称"] == "改"
        assert all(outcome.reason for outcome in outcomes[:4])


def test_a_part_of_a_feature_is_compared_as_far_as_it_was_told(city):
    with opened(city) as layer:
        found = by_key(layer)["键0"]
        part = replace(found, values={"名称": found.values["名称"]}, geometry=None, server_id=None)
        (outcome,) = layer.apply([change(part, 名称="改")])
        assert outcome.state == "done"
        assert outcome.feature.values == found.values | {"名称": "改"}
        assert outcome.feature.geometry == found.geometry
        (outcome,) = layer.apply([change(replace(outcome.feature, geometry=None), geometry=box(0, 0, 1, 1))])
        assert outcome.state == "changed_meanwhile"


def test_what_the_layer_cannot_hold_is_rejected(tmp_path):
    path = tmp_path / "a.gpkg"
    fields = (
        Field("短", "text", length=3), Field("整", "integer"), Field("真", "boolean"), Field("日", "date"), Field("时", "datetime"),
        Field("数", "real"),
    )  # fmt: skip
    create_layer(path, LAYER, Schema(fields, "MultiPolygon"), "EPSG:4547", "编号")
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute(f"CREATE UNIQUE INDEX one ON {quoted(LAYER)} (整)")
    wrong = [
        ({"短": "四个汉字"}, "longer than the 3"), ({"短": "a\0b"}, "no layer can hold"), ({"短": "\ud800"}, "no layer can hold"),
        ({"整": "七"}, "does not fit"), ({"整": 2**63}, "does not fit"), ({"整": 1.5}, "does not fit"),
        ({"真": 2}, "does not fit"), ({"日": "2024-13-01"}, "does not fit"), ({"时": "昨天"}, "does not fit"),
        ({"数": 2**60 + 1}, "does not fit"), ({"整": 1}, "UNIQUE"),
    ]  # fmt: skip
    shapes = [
        (Point(0, 0), "Point"), (GeometryCollection([box(0, 0, 1, 1)]), "GeometryCollection"), (LineString([(0, 0), (1, 1)]), "LineString"),
    ]  # fmt: skip
    with opened(path) as layer:
        assert layer.schema == Schema(fields, "MultiPolygon")
        changes = [
            LocalChange("insert", Feature("好", {"整": 1, "短": "三个字", "数": 5}, wkb(box(0, 0, 1, 1))))
        ]
        changes += [LocalChange("insert", Feature(f"坏{n}", values)) for n, (values, _) in enumerate(wrong)]
        changes += [
            LocalChange("insert", Feature(f"形{n}", {}, wkb(shape))) for n, (shape, _) in enumerate(shapes)
        ]
        changes += [
            LocalChange("insert", Feature("碎", {}, b"\x01broken")),
            LocalChange("insert", Feature(None, {})),
        ]
        outcomes = layer.apply(changes)
        assert states(outcomes) == ["done"] + ["rejected"] * (len(changes) - 1)
        for (_, words), outcome in zip([*wrong, *shapes], outcomes[1:], strict=False):
            assert words in str(outcome.reason)
        (kept,) = layer.features()
        assert shapely.from_wkb(kept.geometry) == MultiPolygon([box(0, 0, 1, 1)])
        assert kept.values["数"] == 5.0
        assert isinstance(kept.values["数"], float)


def test_single_and_multi():
    one, two = MultiPolygon([box(0, 0, 1, 1)]), MultiPolygon([box(0, 0, 1, 1), box(2, 2, 3, 3)])
    shapes = np.array([box(0, 0, 1, 1), one, two, None, Point(0, 0)], dtype=object)
    result, reasons = fitted(shapes, "Polygon")
    assert list(result) == [box(0, 0, 1, 1), box(0, 0, 1, 1), None, None, None]
    assert sorted(reasons) == [2, 4]
    result, reasons = fitted(shapes, "MultiPolygon")
    assert list(result) == [one, one, two, None, None]
    assert sorted(reasons) == [4]
    high = shapely.from_wkt("POLYGON Z ((0 0 5, 1 0 5, 1 1 5, 0 0 5))")
    assert shapely.has_z(fitted(np.array([high]), "MultiPolygon")[0][0])


def test_heights_stay(tmp_path):
    path = tmp_path / "a.gpkg"
    create_layer(path, LAYER, Schema((), "Polygon"), "EPSG:4547", "编号")
    high = shapely.from_wkt("POLYGON Z ((113 23 5, 113.1 23 6, 113.1 23.1 7, 113 23 5))")
    with opened(path, "EPSG:4490") as layer:
        (outcome,) = layer.apply([LocalChange("insert", Feature("a", {}, wkb(high)))])
        layer.add_index()
        back = shapely.from_wkb(outcome.feature.geometry)
    assert shapely.get_coordinates(back, include_z=True)[:, 2].tolist() == [5, 6, 7, 5]
    assert pyogrio.read_dataframe(path).geometry[0].has_z


@settings(max_examples=50)
@given(
    st.sampled_from(["EPSG:4490", "OGC:CRS84", "EPSG:4326", "EPSG:3857", "EPSG:4508"]),
    st.lists(st.tuples(st.floats(112.6, 115.4), st.floats(18, 54)), min_size=1, max_size=20),
)
def test_coordinates_come_back(crs, places):
    there, back = transformer("EPSG:4490", "EPSG:4547"), transformer("EPSG:4547", "EPSG:4490")
    shapes = np.array([Point(p) for p in places])
    again = moved(moved(shapes, there)[0], back)[0]
    assert np.abs(shapely.get_coordinates(again) - shapely.get_coordinates(shapes)).max() < 1e-11
    local = moved(shapes, there)[0]
    out, into = transformer("EPSG:4547", crs), transformer(crs, "EPSG:4547")
    again = moved(moved(local, out)[0], into)[0]
    # A tenth of a micrometre.
    assert np.abs(shapely.get_coordinates(again) - shapely.get_coordinates(local)).max() < 1e-7
    assert [p.coords[:] for p in shapes] == [[place] for place in places]


def test_axes_are_always_x_and_y():
    shapes = np.array([Point(113.5, 23)])
    for crs in ("EPSG:4326", "urn:ogc:def:crs:EPSG::4326", "OGC:CRS84"):
        x, y = shapely.get_coordinates(moved(shapes, transformer(crs, "EPSG:4547"))[0])[0]
        assert 400000 < x < 500000
        assert 2_500_000 < y < 2_600_000


def test_a_checkup_table_is_keyed_by_its_columns(tmp_path):
    path = tmp_path / "checkup.gpkg"
    rows = gpd.GeoDataFrame(
        {"problem_id": ["甲", "乙", "丙"], "year": [2024, 2024, 2023], "status": ["open", None, "done"]},
        geometry=[Point(500000, 2500000), None, Point(500001, 2500000)], crs=4547,
    )  # fmt: skip
    write_tables(
        path, {"problem": rows, "advice": pd.DataFrame({"advice_id": ["一"], "advice": ["修"]})}, "EPSG:4547"
    )
    with GeoPackageLayer(path, "problem", "OGC:CRS84", table="problem") as layer:
        found = by_key(layer)
        key = derived_key("problem", {"problem_id": "甲", "year": 2024})
        assert found[key].values["problem_id"] == "甲"
        assert len(found) == 3
        values = {"problem_id": "丁", "year": 2024, "status": "open"}
        outcomes = layer.apply(
            [
                change(found[key], status="closed"),
                change(found[derived_key("problem", {"problem_id": "乙", "year": 2024})], year=2025),
                LocalChange("insert", Feature(derived_key("problem", values), values)),
                LocalChange("insert", Feature("somebody's own", values | {"problem_id": "戊"})),
            ]
        )
        assert states(outcomes) == ["done", "rejected", "done", "rejected"]
        assert "does not follow" in str(outcomes[1].reason)
        assert layer.give_keys() == 0
    with GeoPackageLayer(path, "advice", None, table="advice") as layer:
        (advice,) = layer.features()
        assert advice.geometry is None
        assert states(layer.apply([change(advice, advice="换")])) == ["done"]
    frame = FrameLayer(rows, "OGC:CRS84", table="problem")
    assert {f.key for f in frame.features()} == set(found)


def test_the_file_is_open_elsewhere(city, monkeypatch):
    """As QGIS has it: in write-ahead mode, with a reader that stays."""
    with closing(sqlite3.connect(city, isolation_level=None)) as other:
        assert other.execute("PRAGMA journal_mode=WAL").fetchone() == ("wal",)
        other.execute("BEGIN")
        before = other.execute(f"SELECT 名称 FROM {quoted(LAYER)} WHERE fid = 1").fetchone()
        with opened(city) as layer:
            found = by_key(layer)
            assert states(layer.apply([change(found["键0"], 名称="新名")])) == ["done"]
            assert other.execute(f"SELECT 名称 FROM {quoted(LAYER)} WHERE fid = 1").fetchone() == before
            other.execute("COMMIT")
            assert other.execute(f"SELECT 名称 FROM {quoted(LAYER)} WHERE fid = 1").fetchone() == ("新名",)
    monkeypatch.setattr(geopackage_edits, "PATIENCE", 0.05)
    with opened(city) as layer, closing(sqlite3.connect(city, isolation_level=None)) as other:
        found = by_key(layer)
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(OutputError, match="another program"):
            layer.apply([change(found["键1"], 名称="不行")])
        other.execute("ROLLBACK")
        assert states(layer.apply([change(found["键1"], 名称="行")])) == ["done"]


def test_a_file_that_changes_while_it_is_read(city, monkeypatch):
    monkeypatch.setattr("citycheck.citycheck_qgis.cim.local_geopackage.BATCH", 2)
    with opened(city) as layer:
        reading = layer.features()
        next(reading)
        elsewhere(city, "UPDATE {t} SET 层数 = 9 WHERE fid = 1")
        with pytest.raises(InputError, match="changed while it was read"):
            list(reading)
        # Changes of its own do not disturb the reading.
        reading = layer.features()
        first = next(reading)
        assert states(layer.apply([change(first, 名称="自己")])) == ["done"]
        assert len(list(reading)) == 8


def test_a_file_that_another_one_has_replaced(city, tmp_path):
    with opened(city) as layer:
        found = by_key(layer)
        fresh = tmp_path / "fresh.gpkg"
        frame = frame_of()
        frame["层数"] += 100
        pyogrio.write_dataframe(frame, fresh, layer=LAYER, driver="GPKG")
        fresh.replace(city)
        (outcome,) = layer.apply([change(found["键1"], 名称="旧")])
        assert outcome.state == "changed_meanwhile"
        assert outcome.feature.values["层数"] == 101
        assert by_key(layer)["键1"].values["层数"] == 101


def test_new_fields(city):
    with opened(city) as layer:
        layer.add_fields(
            [
                Field("状态", "text", length=8),
                Field("FID", "integer"),
                Field("名称", "text"),
                Field("日", "date"),
            ]
        )
        assert layer.schema.field("状态") == Field("状态", "text", length=8)
        found = by_key(layer)
        assert found["键0"].values["状态"] is None
        assert states(layer.apply([change(found["键0"], 状态="办结", 日="2024-01-02")])) == ["done"]
    frame = pyogrio.read_dataframe(city)
    assert (frame["状态"][0], str(frame["日"][0])[:10]) == ("办结", "2024-01-02")
    assert frame["状态"][1:].isna().all()


def test_new_layers(tmp_path):
    path = tmp_path / "新.gpkg"
    schema = Schema(
        (Field("fid", "integer"), Field("geom", "text"), Field("是", "boolean"), Field("时", "datetime")),
        "Point",
    )
    create_layer(path, LAYER, schema, "EPSG:4490", "键")
    create_layer(path, "表", Schema((Field("文", "text", length=4),), None), None, "键")
    with pytest.raises(InputError, match="already"):
        create_layer(path, LAYER, schema, "EPSG:4490", "键")
    with pytest.raises(InputError, match="two fields of one name"):
        create_layer(path, "别", Schema((Field("Name", "text"), Field("name", "text")), None), None, "键")
    with GeoPackageLayer(path, LAYER, "EPSG:4490", key_field="键") as layer:
        assert layer.schema == schema
        new = Feature(
            "a", {"fid": 7, "geom": "x", "是": False, "时": "2024-01-02T03:04:05Z"}, wkb(Point(113, 23))
        )
        (outcome,) = layer.apply([LocalChange("insert", new)])
        layer.add_index()
        assert outcome.feature == replace(new, server_id="1")
    with GeoPackageLayer(path, "表", None, key_field="键") as layer:
        assert states(layer.apply([LocalChange("insert", Feature("b", {"文": "四个汉字"}))])) == ["done"]
    info = pyogrio.read_info(path, layer=LAYER)
    assert (info["geometry_type"], info["crs"], info["features"]) == ("Point", "EPSG:4490", 1)
    assert pyogrio.read_dataframe(path, layer="表")["文"].tolist() == ["四个汉字"]
    assert str(pyogrio.read_dataframe(path, layer=LAYER)["时"][0]).startswith("2024-01-02 03:04:05")


values = st.fixed_dictionaries(
    {},
    optional={
        "文": st.none()
        | st.sampled_from(NASTY)
        | st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0")),
        "整": st.none() | st.integers(-(2**63), 2**63 - 1),
        "数": st.none() | st.floats(allow_nan=False, allow_infinity=False),
        "真": st.none() | st.booleans(),
        "日": st.none() | st.dates(datetime.date(1700, 1, 1), datetime.date(2250, 1, 1)).map(str),
        "时": st.none()
        | st.datetimes(datetime.datetime(1700, 1, 1), datetime.datetime(2250, 1, 1)).map(
            lambda t: t.isoformat() + "Z"
        ),
    },
)
shapes = st.none() | st.builds(
    lambda x, y, w: MultiPolygon([box(x, y, x + w, y + w)]),
    st.floats(-1e6, 1e6), st.floats(-1e6, 1e6), st.floats(1, 1e4),
)  # fmt: skip
operations = st.lists(
    st.tuples(st.sampled_from(["insert", "update", "delete"]), st.integers(0, 9), values, shapes), max_size=12
)


@pytest.mark.filterwarnings("ignore:Non-conformant content")
@settings(max_examples=60)
@given(st.lists(operations, max_size=4), st.booleans())
def test_edits_are_those_of_a_dictionary(tmp_path_factory, calls, index_first):
    path = tmp_path_factory.mktemp("edits") / "模型.gpkg"
    fields = tuple(
        Field(n, t)
        for n, t in zip(
            "文整数真日时", ("text", "integer", "real", "boolean", "date", "datetime"), strict=True
        )
    )
    create_layer(path, LAYER, Schema(fields, "MultiPolygon"), "EPSG:4547", "编号")
    model: dict[str, Feature] = {}
    with opened(path) as layer:
        if index_first:
            layer.add_index()
        for call in calls:
            changes, wanted = [], []
            touched = set()
            for kind, number, given_values, shape in call:
                key = f"键{number}"
                row = model.get(key)
                if key in touched or (row is None) != (kind == "insert"):
                    continue
                touched.add(key)
                geometry = None if shape is None else wkb(shape)
                if kind == "insert":
                    new = Feature(key, dict.fromkeys("文整数真日时") | given_values, geometry)
                    changes.append(LocalChange("insert", Feature(key, given_values, geometry)))
                    model[key] = new
                elif kind == "update":
                    items = given_values | {GEOMETRY: geometry}
                    changes.append(LocalChange("update", row.with_items(items), row, frozenset(items)))
                    model[key] = row.with_items(items)
                else:
                    changes.append(LocalChange("delete", row, row))
                    del model[key]
                wanted.append(key)
            outcomes = layer.apply(changes)
            assert states(outcomes) == ["done"] * len(changes)
            for key, outcome in zip(wanted, outcomes, strict=True):
                if key in model:
                    assert outcome.feature.encoded() == canonical(model[key]).encoded()
                    model[key] = outcome.feature
        layer.add_index()
        found = by_key(layer)
        assert {k: f.digest() for k, f in found.items()} == {k: f.digest() for k, f in model.items()}
        assert layer.connection.execute("SELECT rtreecheck(?)", (f"rtree_{LAYER}_geom",)).fetchone() == (
            "ok",
        )
    frame = pyogrio.read_dataframe(path, layer=LAYER, fid_as_index=True)
    assert pyogrio.read_info(path, layer=LAYER)["features"] == len(model) == len(frame)
    for fid, row in frame.iterrows():
        feature = model[row["编号"]]
        assert feature.server_id == str(fid)
        geometry = None if feature.geometry is None else shapely.from_wkb(feature.geometry)
        assert (geometry is None) == (row.geometry is None)
        if geometry is not None:
            assert geometry.equals(row.geometry)
            near = pyogrio.read_dataframe(path, layer=LAYER, bbox=geometry.bounds, fid_as_index=True)
            assert fid in near.index


def canonical(feature):
    """Return a feature as it is read back: a time has six digits of a second or none, and zero has no sign."""
    number, time = feature.values["数"], feature.values["时"]
    moment = None if time is None else datetime.datetime.fromisoformat(time).replace(tzinfo=None)
    return feature.with_items(
        {
            "数": None if number is None else number + 0.0,
            "时": None if moment is None else moment.isoformat() + "Z",
        }
    )
