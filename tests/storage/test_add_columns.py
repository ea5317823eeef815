"""Columns are added to a copy in which everything else is as it was."""

from __future__ import annotations

import errno
import os
import sqlite3
import subprocess
from contextlib import closing

import geopandas as gpd
import numpy as np
import pyogrio
import pytest
import shapely
from citycheck.citycheck_qgis.errors import InputError, OutputError
from citycheck.citycheck_qgis.storage import add_columns as module
from citycheck.citycheck_qgis.storage import column_pages, column_sql
from citycheck.citycheck_qgis.storage.add_columns import add_columns
from citycheck.citycheck_qgis.storage.columns import Coded
from citycheck.citycheck_qgis.storage.geopackage import FeatureTable, NotPlain
from hypothesis import given, settings
from hypothesis import strategies as st

LAYER = '建筑 "a" 50%'


class StoppedError(Exception):
    """What a cancelled run raises."""


def quote(name):
    return '"' + name.replace('"', '""') + '"'


def write(path, count, layer=LAYER):
    at = np.arange(count) * 20.0 + 500000
    frame = gpd.GeoDataFrame(
        {"name": [f"楼{n}" for n in range(count)], "height": np.arange(count) / 7},
        geometry=shapely.box(at, 2500000.0, at + 10.1, 2500000.0 + 10.1),
        crs=4547,
    )
    pyogrio.write_dataframe(
        frame, path, layer=layer, driver="GPKG", dataset_options={} if path.exists() else {"VERSION": "1.2"}
    )
    return path


def sql(path, *statements, values=()):
    with closing(sqlite3.connect(path)) as connection, connection:
        for statement in statements:
            rows = connection.execute(statement, values).fetchall()
    return rows


def drop_triggers(path):
    for (name,) in sql(path, "SELECT name FROM sqlite_master WHERE type = 'trigger'"):
        sql(path, f"DROP TRIGGER {quote(name)}")


def renumber(path, ids):
    """Give the features other ids, in table and index."""
    drop_triggers(path)
    for start in range(1, len(ids) + 1):
        sql(path, f"UPDATE {quote(LAYER)} SET fid = {-10_000_000 - start} WHERE fid = {start}")
        sql(path, f"UPDATE {quote(f'rtree_{LAYER}_geom')} SET id = {-10_000_000 - start} WHERE id = {start}")
    for start, fid in enumerate(ids, 1):
        sql(path, f"UPDATE {quote(LAYER)} SET fid = {fid} WHERE fid = {-10_000_000 - start}")
        sql(path, f"UPDATE {quote(f'rtree_{LAYER}_geom')} SET id = {fid} WHERE id = {-10_000_000 - start}")


def fids(path):
    with FeatureTable.open(path, layer=LAYER) as table:
        return table.fids


def column(path, name):
    return [value for (value,) in sql(path, f"SELECT {quote(name)} FROM {quote(LAYER)} ORDER BY fid")]


def whole(path):
    """Return whether SQLite finds nothing wrong in a file, spatial indexes included."""
    indexes = [
        name
        for (name,) in sql(
            path, "SELECT name FROM sqlite_master WHERE sql LIKE 'CREATE VIRTUAL TABLE%rtree%'"
        )
    ]
    return sql(path, "PRAGMA integrity_check") == [("ok",)] and all(
        sql(path, "SELECT rtreecheck(?)", values=(name,)) == [("ok",)] for name in indexes
    )


def schema(path):
    return set(sql(path, "SELECT type, name, tbl_name, sql FROM sqlite_master"))


@pytest.fixture
def city(tmp_path):
    folder = tmp_path / "城市 数据"
    folder.mkdir()
    return write(folder / "建筑.gpkg", 100)


def values(count=100):
    """Return columns as assignment makes them."""
    unit = np.arange(count, dtype=np.int32) % 21 - 1
    return {
        "社区 \"代码\" 10%": Coded([f"1101010{n:05d}" for n in range(20)], unit),
        "share": np.where(unit < 0, np.nan, np.where(unit == 3, 1 / (np.arange(count) + 3), 1.0)),
        "method": Coded(["within", "largest_overlap"], np.where(unit < 0, -1, unit == 3).astype(np.int8)),
        "overlap_count": np.ma.masked_array(np.arange(count) % 3, mask=unit < 0),
    }  # fmt: skip


def plain(values):
    """Return a column's values as SQLite gives them."""
    if isinstance(values, Coded):
        return [None if n < 0 else values.labels[n] for n in values.index.tolist()]
    if values.dtype.kind == "f":
        return [None if value != value else value for value in values.tolist()]
    return [None if value is None else int(value) for value in np.ma.masked_array(values).tolist()]


def test_values_arrive_and_everything_else_stays(city, tmp_path):
    write(city, 7, layer="街道")
    sql(city, "CREATE TABLE layer_styles (id INTEGER PRIMARY KEY, styleQML TEXT)")
    sql(city, "INSERT INTO layer_styles VALUES (1, '<qgis/>')")
    sql(city, f"CREATE INDEX named ON {quote(LAYER)} (name)")
    sql(city, f"CREATE TRIGGER own AFTER UPDATE ON {quote(LAYER)} BEGIN DELETE FROM layer_styles; END")
    content, before = city.read_bytes(), schema(city)
    target = tmp_path / "新 文件夹" / "结果.gpkg"
    add_columns(city, LAYER, target, values(), fids(city))
    assert city.read_bytes() == content
    for name, wanted in values().items():
        assert column(target, name) == plain(wanted)
    assert column(target, "name") == column(city, "name")
    assert column(target, "geom") == column(city, "geom")
    assert whole(target)
    after = schema(target)
    table = {entry for entry in before ^ after if entry[:2] == ("table", LAYER)}
    assert before ^ after == table
    assert sql(target, "SELECT styleQML FROM layer_styles") == [("<qgis/>",)]
    assert sql(target, "SELECT count(*) FROM 街道") == [(7,)]
    assert sorted(path.name for path in target.parent.iterdir()) == [target.name]
    assert sorted(path.name for path in city.parent.iterdir()) == [city.name]


def test_contents_say_when_it_was_changed_and_keep_the_extent(city, tmp_path):
    sql(city, "UPDATE gpkg_contents SET last_change = '2020-01-01T00:00:00.000Z'")
    query = "SELECT last_change, min_x, max_x, min_y, max_y FROM gpkg_contents"
    ((changed, *extent),) = sql(city, query)
    add_columns(city, LAYER, tmp_path / "b.gpkg", values(), fids(city))
    ((later, *same),) = sql(tmp_path / "b.gpkg", query)
    assert later > changed
    assert same == extent


def test_drivers_read_the_copy(city, tmp_path):
    target = tmp_path / "b.gpkg"
    add_columns(city, LAYER, target, values(), fids(city))
    frame = pyogrio.read_dataframe(target)
    old = pyogrio.read_dataframe(city)
    assert list(frame.columns) == ["name", "height", *values(), "geometry"]
    assert frame["share"].dtype == np.float64
    assert frame["overlap_count"].sum() == np.ma.sum(values()["overlap_count"])
    assert frame.geometry.geom_equals(old.geometry).all()
    near = pyogrio.read_dataframe(target, bbox=(500050, 2500000, 500100, 2500010))
    assert near["name"].tolist() == ["楼2", "楼3", "楼4", "楼5"]
    # What it wrote can go on being edited.
    pyogrio.write_dataframe(frame[:1], target, layer=LAYER, append=True)
    assert len(pyogrio.read_dataframe(target)) == 101
    assert whole(target)


@pytest.mark.parametrize("count", [0, 1, 2])
def test_few_features(tmp_path, count):
    path = write(tmp_path / "a.gpkg", 2)
    drop_triggers(path)
    sql(
        path,
        f"DELETE FROM {quote(LAYER)} WHERE fid > {count}",
        f"DELETE FROM {quote(f'rtree_{LAYER}_geom')} WHERE id > {count}",
    )
    add_columns(path, LAYER, tmp_path / "b.gpkg", values(count), fids(path))
    for name, wanted in values(count).items():
        assert column(tmp_path / "b.gpkg", name) == plain(wanted)
    assert whole(tmp_path / "b.gpkg")


@pytest.mark.parametrize(
    "ids",
    [
        [-9, -4, -1, 0, 5, 8],
        [-(2**63), -5, 0, 4, 10**15, 2**63 - 1],
        [2**63 - 12, 2**63 - 8, 2**63 - 5, 2**63 - 3, 2**63 - 2, 2**63 - 1],
    ],
)
def test_negative_and_sparse_ids(tmp_path, ids):
    path = write(tmp_path / "a.gpkg", 6)
    renumber(path, ids)
    assert fids(path).tolist() == ids
    wanted = {
        "text": Coded([f"l{n}" * (n + 1) for n in range(20)], np.array([0, 5, -1, 7, 19, 3])),
        "real": np.array([0.1, 0.2, np.nan, 1.0, -1e300, 5e-324]),
        "number": np.array([1, -2, 3, 2**62, 5, 6]),
    }
    add_columns(path, LAYER, tmp_path / "b.gpkg", wanted, np.array(ids))
    for name, expected in wanted.items():
        assert column(tmp_path / "b.gpkg", name) == plain(expected)
    assert whole(tmp_path / "b.gpkg")


@pytest.fixture(scope="module")
def many(tmp_path_factory):
    return write(tmp_path_factory.mktemp("many") / "a.gpkg", 3000)


@pytest.fixture
def no_pages(monkeypatch):
    """Leave all writing to SQLite."""

    def refuse(*_):
        raise column_pages.OddPagesError

    monkeypatch.setattr(module, "TablePages", refuse)


@pytest.fixture
def only_pages(monkeypatch):
    """Leave nothing to SQLite."""

    def refuse(*_):
        raise AssertionError("the pages were not rewritten")

    monkeypatch.setattr(module, "fill_rows", refuse)


@pytest.mark.parametrize("way", ["no_pages", "only_pages"])
@pytest.mark.parametrize("batch", [1 << 22, 700, 10_000])
def test_many_pages(many, tmp_path, monkeypatch, request, way, batch):
    request.getfixturevalue(way)
    monkeypatch.setattr(column_sql, "BATCH", batch)
    monkeypatch.setattr(column_pages, "PIECE", batch)
    count = len(fids(many))
    random = np.random.default_rng(5)
    wanted = {
        **values(count),
        "mixed": Coded(["", "a", "社区", "x " * 900, *map(str, range(30))], random.integers(-1, 34, count)),
        "real": random.normal(size=count) * 10.0 ** random.integers(-300, 300, count),
        "whole": random.integers(-(2**63), 2**63 - 1, count),
        "small": random.integers(0, 200, count).astype(np.uint8),
        "truth": random.random(count) > 0.5,
        "nothing": np.full(count, np.nan),
    }
    add_columns(many, LAYER, tmp_path / "b.gpkg", wanted, fids(many))
    for name, expected in wanted.items():
        assert column(tmp_path / "b.gpkg", name) == plain(expected)
    assert column(tmp_path / "b.gpkg", "geom") == column(many, "geom")
    assert whole(tmp_path / "b.gpkg")


numbers = st.floats(allow_nan=True, allow_infinity=True) | st.sampled_from(
    [1.0, 0.0, -1.0, 5e-324, 2.0**-1022]
)
texts = st.text(st.characters(blacklist_categories=["Cs"], blacklist_characters="\0"), max_size=6)


@settings(max_examples=80, deadline=None)
@given(data=st.data())
def test_every_value_comes_back_exactly(tmp_path_factory, data):
    folder = tmp_path_factory.mktemp("exact")
    count = data.draw(st.integers(1, 40))
    path = write(folder / "a.gpkg", count)
    labels = data.draw(st.lists(texts, min_size=1, max_size=30))
    index = data.draw(st.lists(st.integers(-1, len(labels) - 1), min_size=count, max_size=count))
    wanted = {
        "real": np.array(data.draw(st.lists(numbers, min_size=count, max_size=count))),
        "whole": np.ma.masked_array(
            data.draw(st.lists(st.integers(-(2**63), 2**63 - 1), min_size=count, max_size=count)),
            mask=data.draw(st.lists(st.booleans(), min_size=count, max_size=count)),
            dtype=np.int64,
        ),
        "text": Coded(labels, np.array(index)),
    }
    add_columns(path, LAYER, folder / "b.gpkg", wanted, fids(path))
    for name, expected in wanted.items():
        assert column(folder / "b.gpkg", name) == plain(expected)


def test_columns_that_are_there_get_the_new_values(city, tmp_path):
    add_columns(
        city, LAYER, tmp_path / "b.gpkg", {"HEIGHT": np.arange(100) / 3, "new": np.arange(100)}, fids(city)
    )
    with FeatureTable.open(tmp_path / "b.gpkg") as table:
        assert list(table.columns) == ["name", "height", "new"]
        assert table.numbers("height").tolist() == (np.arange(100) / 3).tolist()
    assert whole(tmp_path / "b.gpkg")


@pytest.mark.parametrize("name", ["fid", "GEOM", "name"])
def test_columns_of_another_kind_are_refused(city, tmp_path, name):
    with pytest.raises(InputError, match="of another kind"):
        add_columns(city, LAYER, tmp_path / "b.gpkg", {name: np.arange(100)}, fids(city))
    assert not (tmp_path / "b.gpkg").exists()


def test_a_constraint_that_does_not_hold_is_named(city, tmp_path):
    sql(city, f"ALTER TABLE {quote(LAYER)} ADD COLUMN level INTEGER CHECK (level < 5)")
    with pytest.raises(InputError, match="does not allow"):
        add_columns(city, LAYER, tmp_path / "b.gpkg", {"level": np.arange(100)}, fids(city))


@pytest.mark.parametrize("default", ["", "DEFAULT '在用'"])
def test_fields_that_rows_do_not_hold_yet(many, tmp_path, default):
    path = tmp_path / "a.gpkg"
    path.write_bytes(many.read_bytes())
    drop_triggers(path)
    sql(
        path,
        f"ALTER TABLE {quote(LAYER)} ADD COLUMN state TEXT {default}",
        f"ALTER TABLE {quote(LAYER)} ADD COLUMN x",
    )
    sql(
        path,
        f"UPDATE {quote(LAYER)} SET state = 'a' WHERE fid % 2",
        f"UPDATE {quote(LAYER)} SET x = 5 WHERE fid % 7 = 1",
    )
    before = column(path, "state"), column(path, "x")
    add_columns(path, LAYER, tmp_path / "b.gpkg", values(3000), fids(path))
    assert (column(tmp_path / "b.gpkg", "state"), column(tmp_path / "b.gpkg", "x")) == before
    assert column(tmp_path / "b.gpkg", "method") == plain(values(3000)["method"])
    assert whole(tmp_path / "b.gpkg")


def test_indexed_and_generated_columns(many, tmp_path):
    path = tmp_path / "a.gpkg"
    path.write_bytes(many.read_bytes())
    sql(path, f"CREATE INDEX high ON {quote(LAYER)} (height)")
    sql(path, f"ALTER TABLE {quote(LAYER)} ADD COLUMN twice REAL AS (height * 2) VIRTUAL")
    add_columns(path, LAYER, tmp_path / "b.gpkg", {**values(3000), "height": np.arange(3000) / 3}, fids(path))
    assert column(tmp_path / "b.gpkg", "twice") == [
        value * 2 for value in column(tmp_path / "b.gpkg", "height")
    ]
    assert column(tmp_path / "b.gpkg", "method") == plain(values(3000)["method"])
    assert whole(tmp_path / "b.gpkg")


@pytest.mark.parametrize("way", ["no_pages", "only_pages"])
@pytest.mark.parametrize("size", [512, 4096])
def test_long_rows(many, tmp_path, request, way, size):
    path = tmp_path / "a.gpkg"
    path.write_bytes(many.read_bytes())
    drop_triggers(path)
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("BEGIN")
        lengths = [*range(300, 520, 2), *range(3700, 4200, 3), 9000, 100_000]
        for number, length in enumerate(lengths):
            connection.execute(
                f"UPDATE {quote(LAYER)} SET name = ? WHERE fid = ?", ("x" * length, 5 + number * 7)
            )
        connection.execute("COMMIT")
        connection.execute(f"PRAGMA page_size = {size}")
        connection.execute("VACUUM")
    request.getfixturevalue(way)
    wanted = {**values(3000), "text": Coded(["y" * n for n in range(700)], np.arange(3000) % 700)}
    add_columns(path, LAYER, tmp_path / "b.gpkg", wanted, fids(path))
    assert column(tmp_path / "b.gpkg", "name") == column(path, "name")
    assert column(tmp_path / "b.gpkg", "geom") == column(path, "geom")
    for name, expected in wanted.items():
        assert column(tmp_path / "b.gpkg", name) == plain(expected)
    assert whole(tmp_path / "b.gpkg")


@settings(max_examples=15, deadline=None)
@given(data=st.data())
def test_tables_of_any_shape(tmp_path_factory, data):
    """Rows of any ids and lengths, on pages of any size, some deleted and some grown."""
    folder = tmp_path_factory.mktemp("shape")
    path = write(folder / "a.gpkg", 1)
    drop_triggers(path)
    random = np.random.default_rng(data.draw(st.integers(0, 2**32)))
    count = data.draw(st.integers(1, 400))
    spread = data.draw(st.sampled_from([1, 3, 1000, 2**40]))
    ids = np.unique(random.integers(-5, count * spread, count)).tolist()
    longest = data.draw(st.sampled_from([3, 200, 6000]))
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute(f"PRAGMA page_size = {data.draw(st.sampled_from([512, 1024, 4096]))}")
        connection.execute("VACUUM")
        connection.execute("BEGIN")
        connection.execute(f"DELETE FROM {quote(LAYER)}")
        connection.execute(f"DELETE FROM {quote(f'rtree_{LAYER}_geom')}")
        for fid in random.permutation(ids).tolist():
            connection.execute(
                f"INSERT INTO {quote(LAYER)} (fid, name, height) VALUES (?, ?, ?)",
                (fid, "z" * int(random.integers(0, longest)), random.choice([0.0, 1.0, 0.3])),
            )
        share = data.draw(st.sampled_from([0.0, 0.2, 0.9]))
        for fid in ids:
            if random.random() < share:
                connection.execute(f"DELETE FROM {quote(LAYER)} WHERE fid = ?", (fid,))
        connection.execute("COMMIT")
    left = fids(path)
    wanted = {**values(len(left)), "text": Coded(["y" * longest, "", "社区"], np.arange(len(left)) % 3)}
    add_columns(path, LAYER, folder / "b.gpkg", wanted, left)
    assert fids(folder / "b.gpkg").tolist() == left.tolist()
    assert column(folder / "b.gpkg", "name") == column(path, "name")
    assert column(folder / "b.gpkg", "height") == column(path, "height")
    for name, expected in wanted.items():
        assert column(folder / "b.gpkg", name) == plain(expected)
    assert whole(folder / "b.gpkg")
    # The copy can be written to.
    sql(folder / "b.gpkg", f"INSERT INTO {quote(LAYER)} (name) SELECT name FROM {quote(LAYER)}")
    assert whole(folder / "b.gpkg")


@pytest.mark.parametrize("pragma", ["page_size = 512", "page_size = 65536", "auto_vacuum = FULL"])
def test_other_page_layouts(many, tmp_path, pragma):
    path = tmp_path / "a.gpkg"
    path.write_bytes(many.read_bytes())
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute(f"PRAGMA {pragma}")
        connection.execute(f"DELETE FROM {quote(LAYER)} WHERE fid = 5000")
        connection.execute("VACUUM")
    wanted = values(3000)
    add_columns(path, LAYER, tmp_path / "b.gpkg", wanted, fids(path))
    for name, expected in wanted.items():
        assert column(tmp_path / "b.gpkg", name) == plain(expected)
    assert column(tmp_path / "b.gpkg", "geom") == column(many, "geom")
    assert whole(tmp_path / "b.gpkg")


def test_the_page_of_the_locks_is_never_written(many):
    with many.open("rb+") as file:
        pages = column_pages.TablePages(file, 5, file)
        lock = (1 << 30) // pages.size + 1
        pages.count = lock - 2
        assert pages._take(3).tolist() == [lock - 1, lock + 1, lock + 2]


def test_many_deleted_rows(many, tmp_path):
    path = tmp_path / "a.gpkg"
    path.write_bytes(many.read_bytes())
    drop_triggers(path)
    sql(
        path,
        f"DELETE FROM {quote(f'rtree_{LAYER}_geom')} WHERE id % 9",
        f"DELETE FROM {quote(LAYER)} WHERE fid % 9",
    )
    left = fids(path)
    add_columns(path, LAYER, tmp_path / "b.gpkg", values(len(left)), left)
    for name, expected in values(len(left)).items():
        assert column(tmp_path / "b.gpkg", name) == plain(expected)
    assert whole(tmp_path / "b.gpkg")


def test_other_ids_than_the_table_has_go_another_way(city, tmp_path):
    for ids in (np.arange(1, 100), np.arange(2, 102)):
        count = len(ids)
        with pytest.raises(NotPlain):
            add_columns(city, LAYER, tmp_path / "b.gpkg", values(count), ids)
    assert not (tmp_path / "b.gpkg").exists()


def test_the_source_itself_only_on_request(city):
    content = city.read_bytes()
    with pytest.raises(InputError, match="both input and output"):
        add_columns(city, LAYER, city, values(), fids(city))
    assert city.read_bytes() == content
    add_columns(city, LAYER, city, values(), fids(city), in_place=True)
    assert column(city, "method") == plain(values()["method"])
    assert [path.name for path in city.parent.iterdir()] == [city.name]


@pytest.mark.parametrize("in_place", [True, False])
def test_what_waits_in_the_log_is_taken_along(city, tmp_path, in_place):
    target = city if in_place else tmp_path / "b.gpkg"
    drop_triggers(city)
    writer = sqlite3.connect(city, isolation_level=None)
    writer.execute("PRAGMA journal_mode=WAL")
    writer.execute(f"UPDATE {quote(LAYER)} SET name = '改'")
    if in_place:
        writer.close()
    with closing(writer):
        add_columns(city, LAYER, target, values(), fids(city), in_place=in_place)
    assert set(column(target, "name")) == {"改"}
    assert column(target, "method") == plain(values()["method"])
    assert target.read_bytes()[18:20] == b"\1\1"
    assert sorted(path.name for path in target.parent.iterdir()) == sorted(
        {target.name, *([city.parent.name] if not in_place else [])}
    )


def test_a_file_that_is_being_written_is_refused(city, tmp_path):
    ids = fids(city)
    with closing(sqlite3.connect(city, isolation_level=None)) as writer:
        writer.execute("BEGIN EXCLUSIVE")
        writer.execute("CREATE TABLE note (a)")
        with pytest.raises(InputError, match="being edited"):
            add_columns(city, LAYER, tmp_path / "b.gpkg", values(), ids)
        writer.execute("ROLLBACK")
    assert not (tmp_path / "b.gpkg").exists()


def test_a_source_that_was_changed_meanwhile(city, tmp_path):
    with FeatureTable.open(city) as table:
        before, ids = table.fingerprint(), table.fids
    drop_triggers(city)
    with pytest.raises(InputError, match="changed while it was read"):
        add_columns(city, LAYER, tmp_path / "b.gpkg", values(), ids, fingerprint=before)

    def meddle(share):
        os.utime(city, ns=(1, 1))

    with pytest.raises(InputError, match="changed while it was read"):
        add_columns(city, LAYER, tmp_path / "b.gpkg", values(), ids, meddle)
    assert sorted(path.name for path in tmp_path.iterdir()) == [city.parent.name]


def test_progress_rises_to_the_end(many, tmp_path, monkeypatch):
    monkeypatch.setattr(column_sql, "BATCH", 500)
    monkeypatch.setattr(column_pages, "PIECE", 1 << 16)
    seen = []
    add_columns(many, LAYER, tmp_path / "b.gpkg", values(3000), fids(many), seen.append)
    assert seen == sorted(seen)
    assert seen[-1] == 1.0
    assert len(seen) > 5


@pytest.mark.parametrize("after", [0, 1, 3])
def test_cancel_leaves_the_old_file_and_nothing_beside(many, tmp_path, monkeypatch, after):
    monkeypatch.setattr(column_sql, "BATCH", 500)
    monkeypatch.setattr(column_pages, "PIECE", 1 << 16)
    target = tmp_path / "b.gpkg"
    target.write_text("old")
    calls = []

    def stop(share):
        calls.append(share)
        if len(calls) > after:
            raise StoppedError

    with pytest.raises(StoppedError):
        add_columns(many, LAYER, target, values(3000), fids(many), stop)
    assert target.read_text() == "old"
    assert [path.name for path in tmp_path.iterdir()] == [target.name]


def test_a_target_that_cannot_be_written(city, tmp_path):
    (tmp_path / "file").write_text("no folder")
    with pytest.raises(OutputError, match="cannot be written"):
        add_columns(city, LAYER, tmp_path / "file" / "b.gpkg", values(), fids(city))
    (tmp_path / "folder").mkdir()
    with pytest.raises(OutputError, match="a folder has this name"):
        add_columns(city, LAYER, tmp_path / "folder", values(), fids(city))


def test_a_full_disk(many, tmp_path, monkeypatch, no_pages):
    connect = sqlite3.connect

    def small(path, **options):
        connection = connect(path, **options)
        if str(path).endswith("b.gpkg"):
            connection.execute("PRAGMA max_page_count = 1")
        return connection

    monkeypatch.setattr(module.sqlite3, "connect", small)
    with pytest.raises(OutputError, match="disk is full"):
        add_columns(
            many, LAYER, tmp_path / "b.gpkg", {"t": Coded(["x" * 900], np.zeros(3000, int))}, fids(many)
        )
    assert list(tmp_path.iterdir()) == []


def test_a_disk_that_is_full_while_pages_are_written(many, tmp_path, monkeypatch):
    def full(*_):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(column_pages.TablePages, "_write", full)
    with pytest.raises(OutputError, match="disk is full"):
        add_columns(many, LAYER, tmp_path / "b.gpkg", values(3000), fids(many))
    assert list(tmp_path.iterdir()) == []


def test_a_table_that_is_odd_near_its_end_is_begun_anew(many, tmp_path, monkeypatch):
    monkeypatch.setattr(column_pages, "PIECE", 1 << 15)
    path = tmp_path / "a.gpkg"
    path.write_bytes(many.read_bytes())
    drop_triggers(path)
    sql(path, f"ALTER TABLE {quote(LAYER)} ADD COLUMN state TEXT DEFAULT '在用'")
    sql(path, f"UPDATE {quote(LAYER)} SET state = 'a' WHERE fid < 2900")
    add_columns(path, LAYER, tmp_path / "b.gpkg", values(3000), fids(path))
    assert column(tmp_path / "b.gpkg", "state") == ["a"] * 2899 + ["在用"] * 101
    assert column(tmp_path / "b.gpkg", "method") == plain(values(3000)["method"])
    assert column(tmp_path / "b.gpkg", "geom") == column(many, "geom")
    assert whole(tmp_path / "b.gpkg")


@pytest.mark.parametrize("seed", range(20))
def test_a_damaged_source_is_an_error_or_makes_no_difference(many, tmp_path, seed):
    content = bytearray(many.read_bytes())
    random = np.random.default_rng(seed)
    for at in random.integers(100, len(content), 400):
        content[at] = random.integers(0, 256)
    path = tmp_path / "a.gpkg"
    path.write_bytes(content)
    try:
        ids = fids(path)
        add_columns(path, LAYER, tmp_path / "b.gpkg", values(len(ids)), ids)
    except InputError:
        assert not (tmp_path / "b.gpkg").exists()
    except OutputError as error:
        pytest.fail(str(error))
    else:
        assert column(tmp_path / "b.gpkg", "method") == plain(values(len(ids))["method"])
    assert path.read_bytes() == bytes(content)


def test_other_programs_read_it(city, tmp_path):
    try:
        subprocess.run(["ogrinfo", "--version"], check=True, capture_output=True)
    except OSError:
        pytest.skip("ogrinfo is not installed")
    add_columns(city, LAYER, tmp_path / "b.gpkg", values(), fids(city))
    result = subprocess.run(
        ["ogrinfo", "-so", str(tmp_path / "b.gpkg"), LAYER], check=True, capture_output=True, text=True
    )
    assert "share: Real" in result.stdout
    assert "overlap_count: Integer64" in result.stdout
    assert "Feature Count: 100" in result.stdout
    assert not result.stderr
