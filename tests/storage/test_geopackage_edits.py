"""Edits of a GeoPackage leave a file that other programs read as if they had made the edits themselves."""

from __future__ import annotations

import sqlite3
from contextlib import closing

import geopandas as gpd
import numpy as np
import pyogrio
import pytest
import shapely
from citycheck.citycheck_qgis.errors import InputError, OutputError
from citycheck.citycheck_qgis.storage import geopackage_edits as edits
from citycheck.citycheck_qgis.storage.geopackage import quoted
from citycheck.citycheck_qgis.storage.spatial_index import add_spatial_index
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.geometry import MultiPoint, Point, Polygon, box

LAYER = '问题 "a" 50%'


def write(path, geometry, **columns):
    frame = gpd.GeoDataFrame(columns, geometry=list(geometry), crs=4547)
    pyogrio.write_dataframe(frame, path, layer=LAYER, driver="GPKG", dataset_options={"VERSION": "1.2"})
    return path


@pytest.fixture
def city(tmp_path):
    return write(
        tmp_path / "城市.gpkg", [box(n, 0, n + 1, 1) for n in range(5)], 名称=[f"楼{n}" for n in range(5)]
    )


def test_shape(city):
    with closing(edits.open_to_edit(city)) as connection:
        shape = edits.table_shape(connection, city)
        assert (shape.table, shape.fid_column, shape.geometry_column) == (LAYER, "fid", "geom")
        assert (shape.geometry_type, shape.srs, shape.srs_id, shape.has_z) == (
            "POLYGON",
            "EPSG:4547",
            4547,
            False,
        )
        assert shape.columns == (edits.Column("名称", "text"),)
        with pytest.raises(InputError, match="has no layer 无"):
            edits.table_shape(connection, city, "无")


def test_declared_types(tmp_path):
    path = tmp_path / "a.gpkg"
    edits.create_table(path, "表", None, None, {"FID": "fid"})
    declared = {
        "a": "TEXT(12)", "b": "VARCHAR(3)", "c": "BOOLEAN", "d": "DATE", "e": "DATETIME", "f": "MEDIUMINT",
        "g": "DOUBLE", "h": "BLOB", "i": "DECIMAL(10,2)", "j": "text ( 5 )", "k": "UNSIGNED BIG INT",
    }  # fmt: skip
    with closing(edits.open_to_edit(path)) as connection:
        for name, kind in declared.items():
            connection.execute(f"ALTER TABLE 表 ADD COLUMN {name} {kind}")
        found = {c.name: (c.kind, c.length) for c in edits.table_shape(connection, path).columns}
    assert found == {
        "a": ("text", 12), "b": ("text", 3), "c": ("boolean", None), "d": ("date", None), "e": ("datetime", None),
        "f": ("integer", None), "g": ("real", None), "h": (None, None), "i": ("real", None), "j": ("text", 5),
        "k": ("integer", None),
    }  # fmt: skip


@pytest.mark.parametrize(
    "shape", [Point(1, 2), MultiPoint([(1, 2), (3, 5)]), Point(), Polygon(), box(-3, 4, 5, 6)]
)
@pytest.mark.parametrize("envelope", [True, False])
@pytest.mark.parametrize("order", [0, 1])
def test_functions_of_the_index_read_any_header(shape, envelope, order):
    x0, y0, x1, y1 = shapely.bounds(shape)
    flags = order | (0x10 if shape.is_empty else 0) | (2 if envelope and not shape.is_empty else 0)
    numbers = np.array([x0, x1, y0, y1], dtype="<f8" if order else ">f8").tobytes() if flags & 2 else b""
    blob = b"GP\0" + bytes([flags]) + bytes(4) + numbers + shapely.to_wkb(shape, byte_order=order)
    with closing(sqlite3.connect(":memory:")) as connection:
        edits.register_functions(connection)
        row = connection.execute(
            "SELECT ST_IsEmpty(?1), ST_MinX(?1), ST_MinY(?1), ST_MaxX(?1), ST_MaxY(?1)", (blob,)
        ).fetchone()
        nothing = connection.execute("SELECT ST_IsEmpty(NULL), ST_MinX(NULL)").fetchone()
    if shape.is_empty:
        assert row[0] == 1
    else:
        assert row == (0, *shape.bounds)
    assert nothing == (None, None)


def test_blobs_there_and_back():
    shapes = np.array([box(0, 0, 1, 2), None, Point(1, 2, 3)], dtype=object)
    wkb = shapely.to_wkb(shapes, byte_order=1, flavor="iso").tolist()
    blobs = edits.geometry_blobs(shapes, wkb, 4547)
    assert edits.bare_wkb(blobs) == (wkb, [])
    assert edits.bare_wkb([b"no geometry at all", "text", None, 7])[1] == [0, 1, 3]


def test_a_failed_edit_changes_nothing(city):
    with closing(edits.open_to_edit(city)) as connection:
        with pytest.raises(ZeroDivisionError), edits.editing(connection, city):
            connection.execute(f"DELETE FROM {quoted(LAYER)}")
            raise ZeroDivisionError
        with pytest.raises(OutputError, match="nothing was changed"), edits.editing(connection, city):
            connection.execute(f"DELETE FROM {quoted(LAYER)}")
            connection.execute("SELECT nonsense")
    assert len(pyogrio.read_dataframe(city)) == 5


def test_a_locked_file_is_one_sentence(city, monkeypatch):
    monkeypatch.setattr(edits, "PATIENCE", 0.05)
    with closing(edits.open_to_edit(city)) as connection, closing(sqlite3.connect(city)) as other:
        other.execute("BEGIN EXCLUSIVE")
        with pytest.raises(OutputError, match="edited in another program"), edits.editing(connection, city):
            pass


def test_only_geopackages_are_opened(tmp_path):
    (tmp_path / "a.gpkg").write_bytes(b"no database" * 100)
    sqlite3.connect(tmp_path / "b.gpkg").execute("CREATE TABLE a (b)").connection.close()
    for name in ("a.gpkg", "b.gpkg", "c.gpkg"):
        with pytest.raises(InputError):
            edits.open_to_edit(tmp_path / name)
    assert not (tmp_path / "c.gpkg").exists()


def test_refused_rows_do_not_stop_the_others(city):
    with closing(edits.open_to_edit(city)) as connection, edits.editing(connection, city):
        connection.execute(f"CREATE UNIQUE INDEX only ON {quoted(LAYER)} (名称)")
        statement = f"INSERT INTO {quoted(LAYER)} (fid, 名称) VALUES (?, ?)"
        first = edits.next_fid(connection, edits.table_shape(connection, city))
        assert first == 6
        refused = edits.write_rows(connection, statement, [(6, "新"), (7, "楼0"), (8, "又新")])
        assert list(refused) == [1]
        assert "UNIQUE" in refused[1]
    assert pyogrio.read_dataframe(city)["名称"].tolist() == [*(f"楼{n}" for n in range(5)), "新", "又新"]
    assert pyogrio.read_info(city)["features"] == 7


def test_ids_are_never_used_again(city):
    with closing(edits.open_to_edit(city)) as connection, edits.editing(connection, city):
        shape = edits.table_shape(connection, city)
        connection.execute(f"DELETE FROM {quoted(LAYER)} WHERE fid = 5")
        assert edits.next_fid(connection, shape) == 6


boxes = st.tuples(st.floats(-1e6, 1e6), st.floats(-1e6, 1e6), st.floats(0, 1e3), st.floats(0, 1e3)).map(
    lambda b: (b[0], b[1], b[0] + b[2], b[1] + b[3])
)


@settings(max_examples=25)
@given(st.lists(boxes, max_size=6), st.integers(0, 2200), st.data())
def test_a_packed_index_finds_every_feature(tmp_path_factory, odd, count, data):
    path = tmp_path_factory.mktemp("index") / "a.gpkg"
    rng = np.random.default_rng(count)
    low = rng.uniform(0, 1e5, (count, 2))
    shapes = [*shapely.box(low[:, 0], low[:, 1], low[:, 0] + 5, low[:, 1] + 5), *(box(*b) for b in odd), None]
    frame = gpd.GeoDataFrame(geometry=shapes, crs=4547)
    pyogrio.write_dataframe(
        frame, path, layer=LAYER, driver="GPKG", geometry_type="Unknown",
        layer_options={"SPATIAL_INDEX": "NO"}, dataset_options={"VERSION": "1.2"},
    )  # fmt: skip
    with closing(edits.open_to_edit(path)) as connection:
        shape = edits.table_shape(connection, path)
        add_spatial_index(connection, path, shape)
        add_spatial_index(connection, path, shape)
        check_index(connection, shape)
        # The triggers keep it so.
        some = data.draw(st.sets(st.integers(1, len(shapes)), max_size=20))
        with edits.editing(connection, path):
            for fid in some:
                moved = np.array([box(fid, -9, fid + 2, -7)], dtype=object)
                blob = edits.geometry_blobs(moved, shapely.to_wkb(moved).tolist(), 4547)[0]
                connection.execute(
                    f"UPDATE {quoted(LAYER)} SET geom = ? WHERE fid = ?", (blob if fid % 3 else None, fid)
                )
            connection.execute(f"DELETE FROM {quoted(LAYER)} WHERE fid % 5 = 2")
        check_index(connection, shape)
    info = pyogrio.read_info(path)
    assert info["capabilities"]["fast_spatial_filter"]


def check_index(connection, shape):
    """Check an index with SQLite's own means, and that each geometry is within its box."""
    index = f"rtree_{shape.table}_{shape.geometry_column}"
    assert connection.execute("SELECT rtreecheck(?)", (index,)).fetchone() == ("ok",)
    found = {row[0]: row[1:] for row in connection.execute(f"SELECT * FROM {quoted(index)}")}
    geometry = quoted(shape.geometry_column)
    wanted = dict(
        connection.execute(
            f"SELECT {shape.fid_column}, {geometry} FROM {quoted(shape.table)} "
            f"WHERE {geometry} NOT NULL AND NOT ST_IsEmpty({geometry})"
        ).fetchall()
    )
    assert found.keys() == wanted.keys()
    for fid, blob in wanted.items():
        x0, y0, x1, y1 = shapely.from_wkb(edits.bare_wkb([blob])[0][0]).bounds
        left, right, bottom, top = found[fid]
        assert left <= x0
        assert x1 <= right
        assert bottom <= y0
        assert y1 <= top
