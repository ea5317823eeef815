"""The checkup database: everything comes back, years replace years, and nothing of others is lost."""

from __future__ import annotations

import sqlite3
import subprocess
import warnings
from contextlib import closing

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import pytest
from citycheck.citycheck_qgis.errors import InputError, OutputError
from citycheck.citycheck_qgis.storage import database as room
from citycheck.citycheck_qgis.storage.database import (
    conform,
    read_table,
    table_names,
    write_layers,
    write_tables,
)
from citycheck.citycheck_qgis.storage.tables import CONTEXT, DTYPES, TABLES
from pyproj import CRS
from shapely.geometry import LineString, MultiLineString, MultiPolygon, Point, Polygon, box

CRS_EPSG = "EPSG:4547"
CITY_GRID = "+proj=tmerc +lat_0=22 +lon_0=113.28 +k=1 +x_0=41000 +y_0=-5000 +ellps=GRS80 +units=m +no_defs"
EVERY = {**TABLES, **CONTEXT}


def sample_rows(table, crs=CRS_EPSG, year=2024, rows=4):
    """Return rows of a table: keys filled in, every other column with a value, a null, a zero and an odd text."""
    values = {
        "text": ["甲'乙\"丙\n<x>", None, "0", "440103001001"],
        "integer": [7, None, 0, -1],
        "real": [0.1, None, 0.0, 1e-9],
    }
    data = {c: values[kind][:rows] for c, kind in table.columns.items()}
    for i, key in enumerate(table.keys):
        data[key] = [f"{key}{n}" for n in range(rows)] if i == 0 else ["k"] * rows
        if table.columns[key] == "integer":
            data[key] = [year] * rows
    frame = pd.DataFrame(data)
    if table.geometry is None:
        return frame
    shape = {
        "Point": Point(435_000.123456, 2_550_000.5),
        "MultiPolygon": MultiPolygon([box(0, 0, 1, 1), box(2, 2, 3, 3)]),
        "MultiLineString": MultiLineString([[(0, 0), (1, 1.5)]]),
    }[table.geometry]
    return gpd.GeoDataFrame(frame, geometry=[shape, None, shape, shape][:rows], crs=crs)


def same(found, expected):
    if isinstance(expected, gpd.GeoDataFrame):
        assert CRS(found.crs) == CRS(expected.crs)
        assert found.geometry.to_wkb().equals(expected.geometry.to_wkb())
        found, expected = (pd.DataFrame(f.drop(columns=f.geometry.name)) for f in (found, expected))
    pd.testing.assert_frame_equal(found, expected)


def contents(path):
    return {name: read_table(path, name) for name in sorted(table_names(path))}


@pytest.fixture
def path(tmp_path):
    return tmp_path / "云湖 checkup.gpkg"


@pytest.mark.parametrize("name", EVERY)
def test_every_table_comes_back(path, name):
    table = EVERY[name]
    frame = sample_rows(table)
    write_tables(path, {name: frame}, CRS_EPSG)
    found = read_table(path, name)
    attributes = [c for c in found.columns if c != "geometry"]
    assert attributes == list(table.columns)
    for column, kind in table.columns.items():
        assert str(found[column].dtype) == DTYPES[kind]
        wanted = frame[column]
        assert found[column].isna().tolist() == wanted.isna().tolist()
        assert found[column].dropna().tolist() == wanted.dropna().tolist()
    same(found, conform(frame, table, CRS_EPSG))
    if table.geometry:
        kinds = set(found.geom_type.dropna())
        assert kinds == {table.geometry}


def test_new_database_has_every_table(path):
    write_tables(path, {}, CRS_EPSG)
    assert sorted(table_names(path)) == sorted(TABLES)
    for name, table in TABLES.items():
        empty = read_table(path, name)
        assert len(empty) == 0
        assert [c for c in empty.columns if c != "geometry"] == list(table.columns)


def test_rows_are_sorted_by_their_keys_and_columns_put_in_order(path):
    frame = sample_rows(TABLES["value"]).iloc[::-1]
    frame = frame[sorted(frame.columns)].assign(extra="x")
    write_tables(path, {"value": frame}, CRS_EPSG)
    same(read_table(path, "value"), conform(sample_rows(TABLES["value"]), TABLES["value"], None))


def test_missing_columns_become_null(path):
    write_tables(path, {"sample": pd.DataFrame({"unit_code": ["a"], "year": [2024]})}, CRS_EPSG)
    assert read_table(path, "sample").to_dict("records") == [
        {"unit_code": "a", "dimension": None, "year": 2024}
    ]


def test_filter(path):
    for year in (2023, 2024):
        write_tables(path, {"problem": sample_rows(TABLES["problem"], year=year)}, CRS_EPSG)
    assert set(read_table(path, "problem", "year <> 2024")["year"]) == {2023}
    assert len(read_table(path, "problem", "year = 1900")) == 0


# ---- years


@pytest.mark.parametrize("name", [n for n, t in TABLES.items() if t.period in (("year",), ("code_year",))])
def test_a_year_is_replaced_as_a_whole_and_others_stay(path, name):
    table = TABLES[name]
    for year in (2023, 2024):
        write_tables(path, {name: sample_rows(table, year=year)}, CRS_EPSG)
    before = read_table(path, name)
    assert len(before) == 8
    fewer = sample_rows(table, year=2024, rows=1)
    write_tables(path, {name: fewer}, CRS_EPSG)
    after = read_table(path, name)
    column = table.period[0]
    assert after[column].value_counts().to_dict() == {2023: 4, 2024: 1}
    same(
        after[after[column] == 2023].reset_index(drop=True),
        before[before[column] == 2023].reset_index(drop=True),
    )


@pytest.mark.parametrize("name", [n for n, t in TABLES.items() if t.period == ("year",)])
def test_a_year_without_rows_leaves_none_of_the_run_before(path, name):
    for year in (2023, 2024):
        write_tables(path, {name: sample_rows(TABLES[name], year=year)}, CRS_EPSG, year)
    write_tables(path, {name: sample_rows(TABLES[name], year=2024).iloc[:0]}, CRS_EPSG, 2024)
    assert set(read_table(path, name)["year"]) == {2023}


def test_tables_that_were_not_given_stay(path):
    write_tables(path, {"problem": sample_rows(TABLES["problem"])}, CRS_EPSG, 2024)
    before = read_table(path, "problem")
    write_tables(path, {"value": sample_rows(TABLES["value"])}, CRS_EPSG, 2024)
    same(read_table(path, "problem"), before)


def test_a_table_without_years_is_replaced(path):
    write_tables(path, {"building": sample_rows(TABLES["building"])}, CRS_EPSG)
    write_tables(path, {"building": sample_rows(TABLES["building"], rows=2)}, CRS_EPSG)
    assert len(read_table(path, "building")) == 2


def test_runs_add_up_and_a_repeated_one_takes_its_own_place(path):
    for run_id in ("b", "a", "b"):
        write_tables(path, {"run": pd.DataFrame({"run_id": [run_id], "ended": ["now"]})}, CRS_EPSG)
    assert read_table(path, "run")["run_id"].tolist() == ["a", "b"]


def test_same_input_same_content(tmp_path):
    frames = {name: sample_rows(table) for name, table in EVERY.items()}
    paths = [tmp_path / "one.gpkg", tmp_path / "two.gpkg"]
    write_tables(paths[0], frames, CRS_EPSG, 2024)
    write_tables(paths[0], frames, CRS_EPSG, 2024)
    write_tables(paths[1], {n: f.sample(frac=1, random_state=1) if EVERY[n].keys else f for n, f in frames.items()},
                 CRS_EPSG, 2024)  # fmt: skip
    one, two = contents(paths[0]), contents(paths[1])
    assert sorted(one) == sorted(two) == sorted(EVERY)
    for name in one:
        same(one[name], two[name])


# ---- what others put into the file


def test_styles_and_foreign_layers_survive(path):
    write_tables(path, {"problem": sample_rows(TABLES["problem"])}, CRS_EPSG)
    own = gpd.GeoDataFrame({"note": ["mine"]}, geometry=[Point(1, 2)], crs=4326)
    pyogrio.write_dataframe(own, path, layer="my notes", driver="GPKG", append=False)
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute(
            "create table layer_styles (id integer primary key, f_table_name text, styleName text, styleQML text)"
        )
        connection.execute("insert into layer_styles values (1, 'problem', 'mine', '<qgis/>')")
        connection.execute("create table plain (a text)")
        connection.execute("insert into plain values ('kept')")
    write_tables(path, {"problem": sample_rows(TABLES["problem"], rows=2)}, CRS_EPSG)
    with closing(sqlite3.connect(path)) as connection:
        styles = connection.execute("select f_table_name, styleName, styleQML from layer_styles").fetchall()
        assert styles == [("problem", "mine", "<qgis/>")]
        assert connection.execute("select a from plain").fetchall() == [("kept",)]
    assert pyogrio.read_dataframe(path, layer="my notes")["note"].tolist() == ["mine"]
    assert len(read_table(path, "problem")) == 2


def test_version_and_kinds_of_tables(path):
    write_tables(path, {"unit": sample_rows(TABLES["unit"])}, CRS_EPSG)
    write_tables(path, {"unit": sample_rows(TABLES["unit"], year=2025)}, CRS_EPSG)
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("pragma application_id").fetchone()[0] == int.from_bytes(b"GPKG", "big")
        assert connection.execute("pragma user_version").fetchone()[0] == 10200
        assert connection.execute("pragma journal_mode").fetchone()[0] == "delete"
        assert connection.execute("pragma integrity_check").fetchone()[0] == "ok"
        kinds = dict(connection.execute("select table_name, data_type from gpkg_contents"))
        columns = connection.execute(
            "select table_name, column_name, geometry_type_name, srs_id from gpkg_geometry_columns"
        ).fetchall()
    assert kinds == {name: "features" if table.geometry else "attributes" for name, table in TABLES.items()}
    assert sorted(columns) == sorted(
        (name, "geom", table.geometry.upper(), 4547) for name, table in TABLES.items() if table.geometry
    )


def test_reading_warns_of_nothing(path):
    write_tables(path, {"unit": sample_rows(TABLES["unit"])}, CRS_EPSG)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        read_table(path, "unit")
        read_table(path, "value")


def test_base_map_of_single_parts(path):
    green = gpd.GeoDataFrame({"name": ["park"], "class": ["park"]}, geometry=[box(0, 0, 1, 1)], crs=CRS_EPSG)
    road = gpd.GeoDataFrame(
        {"name": [None], "class": ["主"]}, geometry=[LineString([(0, 0), (1, 1)])], crs=CRS_EPSG
    )
    write_tables(path, {"green": green, "road": road}, CRS_EPSG)
    assert read_table(path, "green").geom_type.tolist() == ["MultiPolygon"]
    assert read_table(path, "road").geom_type.tolist() == ["MultiLineString"]


# ---- coordinate systems


@pytest.mark.parametrize(
    "crs",
    [
        CRS_EPSG,
        "EPSG:32628",
        CITY_GRID,
        CRS.from_epsg(4547).to_wkt("WKT1_GDAL"),
        CRS.from_epsg(4547).to_wkt(),
    ],
)
def test_every_way_of_writing_a_crs_can_be_written_to_twice(path, crs):
    for year in (2023, 2024):
        write_tables(path, {"unit": sample_rows(TABLES["unit"], crs, year)}, crs, year)
    found = read_table(path, "unit")
    assert len(found) == 8
    assert CRS(found.crs).to_dict() == CRS(crs).to_dict()


@pytest.mark.parametrize("name", ["unit", "problem", "value"])
def test_database_in_another_crs_is_refused(path, name):
    write_tables(path, {"unit": sample_rows(TABLES["unit"])}, CRS_EPSG)
    before = path.read_bytes()
    with pytest.raises(InputError) as error:
        write_tables(path, {name: sample_rows(TABLES[name], "EPSG:4546")}, "EPSG:4546")
    for part in ("CM 114E", "CM 111E", path.name):
        assert part in str(error.value)
    assert path.read_bytes() == before


def test_a_frame_in_another_crs_is_moved_not_relabelled(path):
    frame = sample_rows(TABLES["problem"])
    write_tables(path, {"problem": frame.to_crs(4490)}, CRS_EPSG)
    found = read_table(path, "problem")
    assert found.geometry.iloc[0].distance(frame.geometry.iloc[0]) < 1e-6


# ---- files that are no checkup database


@pytest.mark.parametrize("content", [b"", b"not a database at all", b"SQLite format 3\x00" + bytes(100)])
def test_wrong_file(path, content):
    path.write_bytes(content)
    for job in (
        lambda: read_table(path, "unit"),
        lambda: table_names(path),
        lambda: write_tables(path, {"unit": sample_rows(TABLES["unit"])}, CRS_EPSG),
    ):
        with pytest.raises(InputError, match=r"云湖 checkup\.gpkg is not a checkup database"):
            job()
    assert path.read_bytes() == content


def test_layer_of_another_format_is_not_overwritten(path):
    layer = path.with_suffix(".geojson")
    pyogrio.write_dataframe(gpd.GeoDataFrame({"a": [1]}, geometry=[Point(1, 2)], crs=4326), layer)
    before = layer.read_bytes()
    with pytest.raises(InputError, match="is not a checkup database"):
        write_tables(layer, {"unit": sample_rows(TABLES["unit"])}, CRS_EPSG)
    assert layer.read_bytes() == before


def test_foreign_table_of_the_same_name_is_not_overwritten(path):
    own = gpd.GeoDataFrame({"floors": [3]}, geometry=[box(0, 0, 1, 1)], crs=CRS_EPSG)
    pyogrio.write_dataframe(own, path, layer="building", driver="GPKG")
    before = path.read_bytes()
    with pytest.raises(InputError, match=r"table building of .* has no column building_id"):
        write_tables(path, {"building": sample_rows(TABLES["building"])}, CRS_EPSG)
    assert path.read_bytes() == before


def test_missing_file_and_missing_table(path):
    with pytest.raises(InputError, match="There is no checkup database"):
        read_table(path, "unit")
    pyogrio.write_dataframe(pd.DataFrame({"a": [1]}), path, layer="x", driver="GPKG")
    with pytest.raises(InputError, match="has no table unit"):
        read_table(path, "unit")


# ---- failures


def test_failure_half_way_leaves_the_old_database(path, monkeypatch):
    write_tables(path, {"unit": sample_rows(TABLES["unit"])}, CRS_EPSG)
    before = path.read_bytes()
    write, calls = pyogrio.write_dataframe, []

    def fail_late(*args, **options):
        calls.append(options["layer"])
        if len(calls) == 2:
            raise pyogrio.errors.FeatureError("disk I/O error")
        write(*args, **options)

    monkeypatch.setattr(room.pyogrio, "write_dataframe", fail_late)
    frames = {name: sample_rows(TABLES[name]) for name in ("unit", "value", "problem")}
    with pytest.raises(
        OutputError, match=r"Table value cannot be written to 云湖 checkup\.gpkg: disk I/O error"
    ):
        write_tables(path, frames, CRS_EPSG)
    assert path.read_bytes() == before
    assert sorted(p.name for p in path.parent.iterdir()) == [path.name]


def test_disk_that_is_really_full(tmp_path):
    folder = tmp_path / "disk"
    folder.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=900k", "tmpfs", str(folder)], capture_output=True, text=True
    )
    if mounted.returncode:
        pytest.skip(f"this machine may not mount a file system: {mounted.stderr.strip()}")
    try:
        path = folder / "checkup.gpkg"
        write_tables(path, {"unit": sample_rows(TABLES["unit"])}, CRS_EPSG)
        before = path.read_bytes()
        many = pd.concat([sample_rows(TABLES["value"])] * 5000, ignore_index=True)
        many["unit_code"] = [f"u{i}" for i in range(len(many))]
        with pytest.raises(OutputError) as error:
            write_tables(path, {"value": many}, CRS_EPSG)
        assert "checkup.gpkg cannot be written: the disk is full" in str(error.value)
        assert path.read_bytes() == before
        assert sorted(p.name for p in folder.iterdir()) == ["checkup.gpkg"]
    finally:
        subprocess.run(["umount", str(folder)], check=True)


def test_database_that_is_being_edited(path):
    write_tables(path, {"unit": sample_rows(TABLES["unit"])}, CRS_EPSG)
    with closing(sqlite3.connect(path)) as other:
        other.execute("pragma journal_mode=wal")
        with other:
            other.execute("create table edit (a)")
        with pytest.raises(OutputError, match="being edited in another program"):
            write_tables(path, {"unit": sample_rows(TABLES["unit"], year=2025)}, CRS_EPSG)
    assert set(read_table(path, "unit")["code_year"]) == {2024}
    write_tables(path, {"unit": sample_rows(TABLES["unit"], year=2025)}, CRS_EPSG)
    assert set(read_table(path, "unit")["code_year"]) == {2024, 2025}


# ---- the remainder


def test_layers_of_any_columns(tmp_path):
    path = tmp_path / "remainder.gpkg"
    mixed = gpd.GeoDataFrame(
        {"a": [1, "x", None, np.nan], "year": [1, 2, 3, 4]},
        geometry=[Point(0, 0), Polygon(), None, box(0, 0, 1, 1)],
        crs=CRS_EPSG,
    )
    write_layers(path, {"buildings": mixed, "values": pd.DataFrame({"reason": ["未知指标"]})})
    write_layers(path, {"values": pd.DataFrame({"reason": ["未知指标"]}), "buildings": mixed})
    assert sorted(table_names(path)) == ["buildings", "values"]
    found = pyogrio.read_dataframe(path, layer="buildings")
    assert found["a"].tolist() == ["1", "x", None, None]
    assert found["year"].tolist() == [1, 2, 3, 4]
    assert pyogrio.read_dataframe(path, layer="values")["reason"].tolist() == ["未知指标"]


def test_new_remainder_replaces_the_old_one(tmp_path):
    path = tmp_path / "remainder.gpkg"
    write_layers(path, {"old": pd.DataFrame({"a": ["x"]})})
    write_layers(path, {"new": pd.DataFrame({"a": ["x"]})})
    assert table_names(path) == ["new"]
