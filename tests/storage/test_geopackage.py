"""Layers are read from their file as they are, and what the file says about them is not believed unseen."""

from __future__ import annotations

import sqlite3
import struct
from contextlib import closing

import geopandas as gpd
import numpy as np
import pyogrio
import pytest
import shapely
from citycheck.citycheck_qgis.errors import InputError
from citycheck.citycheck_qgis.storage.geopackage import FeatureTable, NotPlain
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.geometry import LineString, MultiPolygon, Point, Polygon, box

LAYER = '建筑 "a" 50%'


def write(path, geometry, layer=LAYER, crs=4547, **columns):
    frame = gpd.GeoDataFrame(columns, geometry=list(geometry), crs=crs)
    pyogrio.write_dataframe(
        frame, path, layer=layer, driver="GPKG", dataset_options={} if path.exists() else {"VERSION": "1.2"}
    )
    return path


def houses(count, size=10.1):
    at = np.arange(count) * 20.0 + 300000
    return shapely.box(at, 2300000.0, at + size, 2300000.0 + size)


def change(path, *statements):
    """Run SQL on a file as any program could that knows nothing of its triggers."""
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        for name, table in connection.execute(
            "SELECT name, tbl_name FROM sqlite_master WHERE type = 'trigger'"
        ).fetchall():
            if not table.startswith("gpkg_"):
                connection.execute(f'DROP TRIGGER "{name.replace(chr(34), chr(34) * 2)}"')
        connection.execute("BEGIN")
        for statement in statements:
            connection.execute(*((statement,) if isinstance(statement, str) else statement))
        connection.execute("COMMIT")


def blob(geometry, envelope="", order="<", flags=0):
    """Return GeoPackage geometry with an envelope of some of x, y, z, m and a header of some byte order."""
    kind = {"": 0, "xy": 1, "xyz": 2, "xym": 3, "xyzm": 4}[envelope]
    head = b"GP\0" + bytes([flags | kind << 1 | (order == "<")]) + struct.pack(f"{order}i", 4547)
    if envelope:
        low_x, low_y, high_x, high_y = geometry.bounds
        numbers = [low_x, high_x, low_y, high_y] + [0.0] * 2 * (len(envelope) - 2)
        head += struct.pack(f"{order}{len(numbers)}d", *numbers)
    return head + shapely.to_wkb(geometry, byte_order=int(order == "<"), flavor="iso")


@pytest.fixture
def city(tmp_path):
    path = tmp_path / "城市 数据" / "建筑.gpkg"
    path.parent.mkdir()
    texts = [None if n % 7 == 0 else f"楼{n}" for n in range(100)]
    return write(path, houses(100), number=np.arange(100), height=np.arange(100) / 7, **{'名 "称"%': texts})


def test_structure(city):
    with FeatureTable.open(city) as table:
        assert table.layer == LAYER
        assert (table.fid_column, table.geometry_column, table.geometry_type) == ("fid", "geom", "POLYGON")
        assert table.columns == {"number": "INTEGER", "height": "REAL", '名 "称"%': "TEXT"}
        assert table.srs == "EPSG:4547"
        assert table.fids.tolist() == list(range(1, 101))
        assert len(table) == 100


def test_columns(city):
    with FeatureTable.open(city) as table:
        assert table.numbers("number").tolist() == list(range(100))
        assert table.numbers("HEIGHT").tolist() == (np.arange(100) / 7).tolist()
        assert table.texts('名 "称"%')[:9].tolist() == [
            None, "楼1", "楼2", "楼3", "楼4", "楼5", "楼6", None, "楼8",
        ]  # fmt: skip
        assert table.texts("number")[3] == "3"
        assert np.isnan(table.numbers('名 "称"%')).all()
        with pytest.raises(InputError, match="no column 层数"):
            table.numbers("层数")


def test_geometry_and_boxes(city):
    with FeatureTable.open(city) as table:
        assert np.array_equal(table.boxes(), shapely.bounds(houses(100)))
        assert table.index_note is None
        for rows in ([], [0], [3, 50, 99], range(100), range(0, 100, 2)):
            rows = np.array(rows, dtype=np.int64)
            assert shapely.equals_exact(shapely.from_wkb(table.wkb(rows)), houses(100)[rows]).all()


@pytest.mark.parametrize(
    "where", ['"number" > 10 AND height < 9', '"名 ""称""%" LIKE \'楼1%\' -- ten', "number IN (5, 99)", "1=0"]
)
def test_filter_finds_what_the_driver_finds(city, where):
    expected = pyogrio.read_dataframe(city, where=where.split("--")[0], fid_as_index=True)
    with FeatureTable.open(city, where=where) as table:
        assert table.fids.tolist() == expected.index.tolist()
        assert table.numbers("height").tolist() == expected["height"].tolist()
        assert np.array_equal(
            table.boxes(), shapely.bounds(np.array(expected.geometry, dtype=object)).reshape(-1, 4)
        )
        assert [blob is not None for blob in table.wkb()] == [True] * len(expected)


def test_selection_within_a_filter(city):
    with FeatureTable.open(city, where="number >= 50", fids=np.array([99, 3, 60, 60, 1000])) as table:
        assert table.fids.tolist() == [60, 99]
        assert table.numbers("number").tolist() == [59, 98]
        assert table.texts("number").tolist() == ["59", "98"]
        assert np.array_equal(table.boxes(), shapely.bounds(houses(100)[[59, 98]]))
        assert shapely.from_wkb(table.wkb(np.array([1])))[0].equals(houses(100)[98])


@pytest.mark.parametrize("ask", ["boxes", "wkb", "numbers", "texts", "fids"])
def test_a_selection_holds_whatever_is_asked_first(city, ask):
    with FeatureTable.open(city, fids=np.array([3, 60])) as table:
        if ask == "wkb":
            assert shapely.from_wkb(table.wkb(np.array([1])))[0].equals(houses(100)[59])
        asked = getattr(table, ask)
        assert (
            len(asked("number") if ask in ("numbers", "texts") else asked() if callable(asked) else asked)
            == 2
        )


def test_filters_that_are_more_than_a_condition_go_another_way(city):
    for where in ("SELECT * FROM x", "ST_Area(geom) > 3", "nonsense ="):
        with pytest.raises(NotPlain), FeatureTable.open(city, where=where) as table:
            table.fids  # noqa: B018


def test_features_without_geometry(tmp_path):
    shapes = [box(0, 0, 1, 1), None, Polygon(), MultiPolygon(), box(5, 5, 6, 7)]
    path = write(tmp_path / "a.gpkg", shapes, number=[1, 2, 3, 4, 5])
    with FeatureTable.open(path) as table:
        boxes = table.boxes()
        assert np.isnan(boxes[1:4]).all()
        assert boxes[[0, 4]].tolist() == [[0, 0, 1, 1], [5, 5, 6, 7]]
        assert table.wkb()[1] is None
        assert table.index_note is None


def test_no_features(tmp_path):
    path = write(tmp_path / "a.gpkg", houses(3), number=[1, 2, 3])
    change(path, f"DELETE FROM {quote(LAYER)}")
    with FeatureTable.open(path) as table:
        assert (len(table), table.boxes().shape, len(table.wkb()), len(table.texts("number"))) == (
            0,
            (0, 4),
            0,
            0,
        )
        assert len(table.numbers("number")) == 0


def quote(name):
    return '"' + name.replace('"', '""') + '"'


def test_points_and_lines(tmp_path):
    shapes = [Point(3, 4), Point(), None, Point(1, 2, 9)]
    points = write(tmp_path / "p.gpkg", shapes, number=range(4))
    with FeatureTable.open(points) as table:
        assert np.array_equal(table.boxes()[[0, 3]], [[3, 4, 3, 4], [1, 2, 1, 2]])
        assert np.isnan(table.boxes()[[1, 2]]).all()
    lines = write(tmp_path / "l.gpkg", [LineString([(0, 0, 5), (2, 3, 9)])], number=[1])
    with FeatureTable.open(lines) as table:
        assert table.boxes().tolist() == [[0, 0, 2, 3]]


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("envelope", ["", "xy", "xyz", "xym", "xyzm"])
@pytest.mark.parametrize("count", [1, 40])
def test_every_kind_of_header(tmp_path, order, envelope, count):
    path = write(tmp_path / "a.gpkg", houses(count), number=range(count))
    change(
        path,
        *((f"UPDATE {quote(LAYER)} SET geom = ? WHERE fid = ?", (blob(shape, envelope, order), fid))
          for fid, shape in enumerate(houses(count), 1)),
    )  # fmt: skip
    with FeatureTable.open(path) as table:
        boxes, real = table.boxes(), shapely.bounds(houses(count))
        assert (boxes[:, :2] <= real[:, :2]).all()
        assert (boxes[:, 2:] >= real[:, 2:]).all()
        assert np.allclose(boxes, real, rtol=1e-6)
        assert shapely.equals_exact(shapely.from_wkb(table.wkb()), houses(count)).all()
        assert table.index_note is None


def without_envelopes(path):
    with FeatureTable.open(path) as table:
        shapes = shapely.from_wkb(table.wkb())
    change(
        path,
        *((f"UPDATE {quote(LAYER)} SET geom = ? WHERE fid = ?", (blob(shape), fid))
          for fid, shape in enumerate(shapes, 1)),
    )  # fmt: skip
    return path


def rtree(path):
    with closing(sqlite3.connect(path)) as connection:
        (name,) = connection.execute(
            "SELECT name FROM sqlite_master WHERE sql LIKE 'CREATE VIRTUAL TABLE%rtree%'"
        ).fetchone()
    return quote(name)


def test_the_index_is_read_where_there_are_no_envelopes(tmp_path):
    path = without_envelopes(write(tmp_path / "a.gpkg", houses(3000), number=range(3000)))
    with FeatureTable.open(path) as table:
        boxes, real = table.boxes(), shapely.bounds(houses(3000))
        assert table.index_note is None
        assert not np.array_equal(boxes, real)
        assert (boxes[:, :2] <= real[:, :2]).all()
        assert (boxes[:, 2:] >= real[:, 2:]).all()


@pytest.mark.parametrize(
    "damage",
    [
        "DELETE FROM {index} WHERE id = 1500",
        "INSERT INTO {index} VALUES (9999, 0, 1, 0, 1)",
        "DELETE FROM {table} WHERE fid = 17",
        "UPDATE {table} SET fid = 9999 WHERE fid = 2",
        "UPDATE {index} SET minx = minx + 100, maxx = maxx + 100",
        "DROP TABLE {index}",
        "UPDATE {nodes} SET data = zeroblob(length(data))",
        "UPDATE {nodes} SET data = x'0001'",
        "DELETE FROM {nodes} WHERE nodeno > 3",
    ],
)
def test_an_index_out_of_step_is_not_believed(tmp_path, damage):
    path = without_envelopes(write(tmp_path / "a.gpkg", houses(3000), number=range(3000)))
    index = rtree(path)
    change(path, damage.format(index=index, table=quote(LAYER), nodes=f'{index[:-1]}_node"'))
    with FeatureTable.open(path) as table:
        boxes = table.boxes()
        assert np.array_equal(boxes, shapely.bounds(shapely.from_wkb(table.wkb())))
        assert "index" in str(table.index_note)
        assert table.index_note.values["layer"] == LAYER


def test_geometry_moved_behind_the_index_is_read_where_it_is(city):
    moved = box(1, 2, 3, 4)
    change(city, (f"UPDATE {quote(LAYER)} SET geom = ? WHERE fid = 5", (blob(moved, "xy"),)))
    with FeatureTable.open(city) as table:
        assert table.boxes()[4].tolist() == [1, 2, 3, 4]


def test_envelopes_that_do_not_hold_the_geometry_are_not_believed(city):
    wrong = [blob(box(0, 0, 1, 1), "xy")[:40] + shapely.to_wkb(shape) for shape in houses(100)]
    change(
        city,
        *(
            (f"UPDATE {quote(LAYER)} SET geom = ? WHERE fid = ?", (value, fid))
            for fid, value in enumerate(wrong, 1)
        ),
    )
    with FeatureTable.open(city) as table:
        assert np.array_equal(table.boxes(), shapely.bounds(houses(100)))
        assert "envelopes" in str(table.index_note)


def test_envelopes_of_nothing_are_read_from_the_geometry(city):
    nothing = b"GP\0\3" + struct.pack("<i4d", 4547, *[float("nan")] * 4) + shapely.to_wkb(box(1, 2, 3, 4))
    change(city, (f"UPDATE {quote(LAYER)} SET geom = ? WHERE fid = 5", (nothing,)))
    with FeatureTable.open(city) as table:
        boxes = table.boxes()
        assert boxes[4, :2].max() <= 2
        assert boxes[4, 2:].min() >= 3


@pytest.mark.parametrize("value", [blob(box(0, 0, 1, 1), flags=0x20), "text", 12])
def test_other_geometry_goes_another_way(city, value):
    change(city, (f"UPDATE {quote(LAYER)} SET geom = ? WHERE fid = 5", (value,)))
    with FeatureTable.open(city) as table, pytest.raises(NotPlain):
        table.boxes()


def test_negative_and_sparse_ids(tmp_path):
    path = write(tmp_path / "a.gpkg", houses(6), number=range(6))
    ids = [-(2**63), -7, 0, 12, 10**12, 2**63 - 1]
    change(
        path,
        *((f"UPDATE {quote(LAYER)} SET fid = ? WHERE number = ?", (fid + (100 if fid == 12 else 0), number))
          for number, fid in enumerate(ids)),
    )  # fmt: skip
    ids[3] += 100
    with FeatureTable.open(path) as table:
        assert table.fids.tolist() == ids
        assert table.numbers("number").tolist() == list(range(6))
        assert shapely.equals_exact(shapely.from_wkb(table.wkb(np.array([0, 5]))), houses(6)[[0, 5]]).all()
        assert np.array_equal(table.boxes(), shapely.bounds(houses(6)))


@settings(max_examples=60, deadline=None)
@given(
    values=st.lists(
        st.none()
        | st.integers(-(2**63), 2**63 - 1)
        | st.floats(allow_nan=False)
        | st.sampled_from(["", "1,2", "abc", "3", "nan", " ", "-", "1_0", "0x10"]),
        max_size=12,
    ),
    declared=st.sampled_from(["INTEGER", "REAL", "TEXT", "BLOB"]),
)
def test_numbers_are_exact(tmp_path_factory, values, declared):
    path = tmp_path_factory.mktemp("n") / "a.gpkg"
    write(path, houses(len(values) or 1), number=range(len(values) or 1))
    change(
        path,
        f"ALTER TABLE {quote(LAYER)} ADD COLUMN v {declared}",
        *((f"UPDATE {quote(LAYER)} SET v = ? WHERE fid = ?", (value, fid)) for fid, value in enumerate(values, 1)),
    )  # fmt: skip
    with closing(sqlite3.connect(path)) as connection:
        stored = [value for (value,) in connection.execute(f"SELECT v FROM {quote(LAYER)} ORDER BY fid")]

    def number(value):
        try:
            return float("nan") if value is None else float(value)
        except ValueError:
            return float("nan")

    with FeatureTable.open(path) as table:
        assert np.array_equal(table.numbers("v"), [number(value) for value in stored], equal_nan=True)


def test_text_that_is_no_utf8_is_read_all_the_same(city):
    change(city, f"UPDATE {quote(LAYER)} SET number = CAST(x'C2A5FF41' AS TEXT) WHERE fid = 2")
    with FeatureTable.open(city) as table:
        assert table.texts("number")[:3].tolist() == ["0", "¥\ufffdA", "2"]


def test_layers_have_to_be_named_where_there_are_several(city):
    write(city, houses(2), layer="街道", number=[1, 2])
    with pytest.raises(InputError, match="街道"):
        FeatureTable.open(city)
    with FeatureTable.open(city, layer="街道") as table:
        assert len(table) == 2
    with pytest.raises(NotPlain):
        FeatureTable.open(city, layer="没有")


def test_views_and_tables_without_an_integer_key_go_another_way(city):
    change(
        city,
        f"CREATE VIEW v AS SELECT fid, geom FROM {quote(LAYER)}",
        "CREATE TABLE w (fid TEXT PRIMARY KEY, geom POLYGON)",
        "CREATE TABLE x (fid INTEGER PRIMARY KEY, geom POLYGON) WITHOUT ROWID",
        "CREATE TABLE y (geom POLYGON)",
    )
    for name in "vwxy":
        change(
            city,
            f"INSERT INTO gpkg_contents (table_name, data_type, identifier, srs_id) VALUES ('{name}', 'features', '{name}', 4547)",
            f"INSERT INTO gpkg_geometry_columns VALUES ('{name}', 'geom', 'POLYGON', 4547, 0, 0)",
        )
        with pytest.raises(NotPlain):
            FeatureTable.open(city, layer=name)


def test_files_that_are_no_geopackage(tmp_path):
    with pytest.raises(InputError, match="cannot be read"):
        FeatureTable.open(tmp_path / "没有.gpkg")
    text = tmp_path / "a.gpkg"
    text.write_text("no database at all, but long enough to be one" * 40)
    with pytest.raises(InputError, match="not a GeoPackage"):
        FeatureTable.open(text)
    with closing(sqlite3.connect(tmp_path / "b.gpkg")) as connection:
        connection.execute("CREATE TABLE t (a)")
    with pytest.raises(InputError, match="not a GeoPackage"):
        FeatureTable.open(tmp_path / "b.gpkg")


@pytest.mark.parametrize("share", [0.02, 0.3, 0.6])
def test_a_truncated_file_is_an_error(tmp_path, share):
    path = write(tmp_path / "a.gpkg", houses(3000), number=range(3000))
    content = path.read_bytes()
    path.write_bytes(content[: int(len(content) * share)])
    with pytest.raises(InputError), FeatureTable.open(path) as table:
        table.boxes()
        table.wkb()
        table.numbers("number")


def test_what_waits_in_the_log_is_read(city):
    change(city)
    with closing(sqlite3.connect(city, isolation_level=None)) as writer:
        writer.execute("PRAGMA journal_mode=WAL")
        writer.execute(f"UPDATE {quote(LAYER)} SET number = 777 WHERE fid = 1")
        with FeatureTable.open(city) as table:
            assert table.numbers("number")[0] == 777
            writer.execute(f"UPDATE {quote(LAYER)} SET number = 778 WHERE fid = 1")
            assert table.numbers("number")[0] == 777
            with pytest.raises(InputError, match="changed while it was read"):
                table.check_unchanged()


def test_a_file_that_is_being_written_is_refused(city):
    with closing(sqlite3.connect(city, isolation_level=None)) as writer:
        writer.execute("BEGIN EXCLUSIVE")
        writer.execute("CREATE TABLE note (a)")
        with pytest.raises(InputError, match="being edited"):
            FeatureTable.open(city)
        writer.execute("ROLLBACK")
    with FeatureTable.open(city) as table:
        assert len(table) == 100


def test_a_change_is_noticed(city):
    with FeatureTable.open(city) as table:
        table.check_unchanged()
        change(city, f"UPDATE {quote(LAYER)} SET number = 1")
        with pytest.raises(InputError, match="run again"):
            table.check_unchanged()


def test_reading_leaves_no_trace(city):
    before = city.read_bytes()
    with FeatureTable.open(city) as table:
        table.boxes()
    assert city.read_bytes() == before
    assert [path.name for path in city.parent.iterdir()] == [city.name]


def test_reading_can_be_stopped(tmp_path):
    class StoppedError(Exception):
        pass

    def stop(share):
        raise StoppedError

    path = write(tmp_path / "a.gpkg", houses(10), number=range(10))
    with pytest.raises(StoppedError), FeatureTable.open(path, progress=stop) as table:
        table.boxes()


def test_undefined_reference_system(tmp_path):
    path = write(tmp_path / "a.gpkg", houses(2), number=[1, 2], crs=None)
    with FeatureTable.open(path) as table:
        assert table.srs is None
