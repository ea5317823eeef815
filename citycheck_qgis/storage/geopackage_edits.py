"""Rows of a GeoPackage table read and written straight in the file, which another program may have open."""

from __future__ import annotations

import re
import sqlite3
import struct
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import shapely

from ..errors import InputError, OutputError
from .files import sqlite_uri, writable
from .geopackage import HEADER_SIZES, FeatureTable, quoted, reading

#: Seconds to wait for another program that writes.
PATIENCE = 10.0
#: SQLite's page cache in KiB; with four times as much a million rows and their index are not written sooner.
CACHE = 16384
#: Declared type without its length -> what it holds; others by SQLite's rules of affinity.
_KINDS = {
    "BOOLEAN": "boolean", "TINYINT": "integer", "SMALLINT": "integer", "MEDIUMINT": "integer", "INT": "integer",
    "INTEGER": "integer", "BIGINT": "integer", "FLOAT": "real", "DOUBLE": "real", "REAL": "real", "NUMERIC": "real",
    "TEXT": "text", "DATE": "date", "DATETIME": "datetime", "TIMESTAMP": "datetime", "BLOB": None,
}  # fmt: skip
_HEADER = np.dtype(
    [("magic", "S2"), ("version", "u1"), ("flags", "u1"), ("srs", "<i4"), ("envelope", "<f8", 4)]
)
_SCAFFOLD = "scaffold"
_SKIP = [int(HEADER_SIZES[(flags >> 1) & 7]) for flags in range(256)]
_ENVELOPES = (struct.Struct(">4d"), struct.Struct("<4d"))


@dataclass(frozen=True)
class Column:
    """A column of a table.

    Attributes
    ----------
    kind : ``text``, ``integer``, ``real``, ``boolean``, ``date``, ``datetime``; None for bytes
    length : longest text in characters; None: any
    generated : the table computes it
    """

    name: str
    kind: str | None
    length: int | None = None
    nullable: bool = True
    generated: bool = False


@dataclass(frozen=True)
class TableShape:
    """What a GeoPackage says about one of its tables.

    Attributes
    ----------
    table : its name as it is written in the file
    fid_column : the integer primary key
    columns : the others without the geometry, in order
    geometry_column, geometry_type : None in a table without geometry; the type in upper case
    has_z : whether heights are allowed
    srs_id : the file's own number of the CRS
    srs : the CRS as text for pyproj; None where it is not defined
    """

    table: str
    fid_column: str
    columns: tuple[Column, ...]
    geometry_column: str | None = None
    geometry_type: str | None = None
    has_z: bool = False
    srs_id: int = 0
    srs: str | None = None


def open_to_edit(path: Path) -> sqlite3.Connection:
    """Return a connection that may write to a GeoPackage; nothing is locked while it is idle.

    Raises
    ------
    InputError : there is no such file, or it is no GeoPackage.
    """
    file_id(path)
    with reading(path):
        # Not looked at through another connection first: closing that one would drop the locks that this process has
        # on the file, those of QGIS as well.
        connection = sqlite3.connect(
            sqlite_uri(path, "mode=rw"),
            uri=True,
            timeout=PATIENCE,
            isolation_level=None,
            check_same_thread=False,
        )
        try:
            (application,) = connection.execute("PRAGMA application_id").fetchone()
            if application >> 16 != int.from_bytes(b"GP", "big"):
                raise InputError("{file} is not a GeoPackage; choose another file.", file=path)
            connection.execute(f"PRAGMA cache_size=-{CACHE}")
            register_functions(connection)
        except BaseException:
            connection.close()
            raise
    return connection


def file_id(path: Path) -> tuple[int, int]:
    """Return what tells a file from another one that takes its place.

    Raises
    ------
    InputError : there is no such file.
    """
    try:
        status = path.stat()
    except OSError as error:
        raise InputError("{file} cannot be read: {reason}.", file=path, reason=error.strerror) from error
    return status.st_dev, status.st_ino


@contextmanager
def editing(connection: sqlite3.Connection, path: Path) -> Iterator[None]:
    """Do a block in one transaction: all of it, or nothing when it fails.

    Raises
    ------
    OutputError : another program does not let go of the file, it is read-only, or the disk is full.
    """
    try:
        connection.execute("BEGIN IMMEDIATE")
        try:
            yield
            connection.execute("COMMIT")
        except BaseException:
            # A full disk has rolled it back already.
            with suppress(sqlite3.Error):
                connection.execute("ROLLBACK")
            raise
    except sqlite3.DatabaseError as error:
        if "locked" in str(error):
            raise OutputError(
                "{file} is being edited in another program; save and close it there and rerun.", file=path
            ) from error
        raise OutputError(
            "{file} cannot be written: {reason}; nothing was changed.", file=path, reason=error
        ) from error


def table_shape(connection: sqlite3.Connection, path: Path, layer: str | None = None) -> TableShape:
    """Return the structure of a table of a GeoPackage.

    Parameters
    ----------
    layer : name of the table, case does not matter; None where there is only one

    Raises
    ------
    InputError : there is no such table, it has no integer key, or it is a view.
    """
    with reading(path):
        found = connection.execute(
            "SELECT m.name, m.type, g.column_name, upper(g.geometry_type_name), g.z, g.srs_id FROM gpkg_contents c "
            "JOIN sqlite_master m ON lower(m.name) = lower(c.table_name) AND m.type IN ('table', 'view') "
            "LEFT JOIN gpkg_geometry_columns g ON lower(g.table_name) = lower(c.table_name) "
            "WHERE c.data_type IN ('features', 'attributes', 'aspatial') ORDER BY m.name"
        ).fetchall()
        names = [row[0] for row in found]
        if layer is not None:
            found = [row for row in found if row[0].lower() == layer.lower()]
        elif len(found) > 1:
            raise InputError(
                "{file} has several layers: {layers}; name one of them.", file=path, layers=names
            )
        if not found:
            raise InputError(
                "{file} has no layer {layer}; choose one of: {layers}.",
                file=path,
                layer=layer or "",
                layers=names,
            )
        table, kind, geometry, geometry_type, z, srs_id = found[0]
        info = connection.execute(f"PRAGMA table_xinfo({quoted(table)})").fetchall()
        keys = [row for row in info if row[5]]
        if kind != "table" or len(keys) != 1 or keys[0][2].upper() != "INTEGER":
            raise InputError(
                "{layer} in {file} is a view or has no whole number as key; save it as a layer of its own.",
                layer=table,
                file=path,
            )
        own = {keys[0][1], geometry}
        columns = tuple(
            Column(name, *_kind(declared), nullable=not mandatory, generated=hidden > 1)
            for _, name, declared, mandatory, _, _, hidden in info
            if name not in own and hidden != 1
        )
    srs = None
    if geometry:
        with reading(path):
            srs = FeatureTable(connection, path, table, None, None, lambda share: None).srs
    return TableShape(
        table, keys[0][1], columns, geometry, geometry_type, bool(z), srs_id if geometry else 0, srs
    )


def _kind(declared: str) -> tuple[str | None, int | None]:
    """Return what a column of a declared type holds, and the longest text that it takes."""
    found = re.fullmatch(r"\s*(\w[\w ]*?)\s*(?:\(\s*(\d+)[\d\s,]*\))?\s*", declared.upper())
    name, length = (found[1], found[2]) if found else (declared.upper(), None)
    if name in _KINDS:
        kind = _KINDS[name]
    elif "INT" in name:
        kind = "integer"
    elif any(part in name for part in ("REAL", "FLOA", "DOUB", "DECIMAL")):
        kind = "real"
    else:
        kind = "text" if name else None
    return kind, int(length) if length and kind == "text" else None


def declared_type(kind: str, length: int | None = None) -> str:
    """Return the SQL type of a column, as GeoPackage names it."""
    if kind == "text" and length:
        return f"TEXT({length})"
    return kind.upper()


def create_table(
    path: Path, layer: str, geometry: str | None, crs: str | None, names: Mapping[str, str]
) -> None:
    """Make an empty table without fields and spatial index, in a new GeoPackage or one that is there.

    Parameters
    ----------
    geometry : geometry type; ``Geometry`` for any, None for a table without it
    names : ``FID`` and ``GEOMETRY_NAME`` -> name of the column

    Raises
    ------
    InputError : the file has a table of that name already.
    OutputError : the file cannot be written.
    """
    import geopandas as gpd
    import pandas as pd
    import pyogrio

    if path.exists():
        with closing(open_to_edit(path)) as connection, reading(path):
            if connection.execute(
                "SELECT 1 FROM sqlite_master WHERE lower(name) = lower(?)", (layer,)
            ).fetchone():
                raise InputError(
                    "{file} has a layer {layer} already; choose another name.", file=path, layer=layer
                )
    if geometry is not None:
        frame: pd.DataFrame = gpd.GeoDataFrame(geometry=[], crs=crs)
        options = {"SPATIAL_INDEX": "NO", **names}
        kind = "Unknown" if geometry == "Geometry" else geometry
    else:
        # The driver wants a column; it goes again.
        frame = pd.DataFrame({_SCAFFOLD: pd.Series([], dtype=object)})
        options = {"ASPATIAL_VARIANT": "GPKG_ATTRIBUTES", "FID": names["FID"]}
        kind = None
    with writable(path):
        path.parent.mkdir(parents=True, exist_ok=True)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)
            pyogrio.write_dataframe(
                frame,
                path,
                layer=layer,
                driver="GPKG",
                geometry_type=kind,
                layer_options=options,
                dataset_options={} if path.exists() else {"VERSION": "1.2"},
            )
    except (pyogrio.errors.DataSourceError, pyogrio.errors.DataLayerError) as error:
        raise OutputError(
            "{file} cannot be written: {reason}; nothing was changed.", file=path, reason=error
        ) from error
    if geometry is None:
        with closing(open_to_edit(path)) as connection, editing(connection, path):
            connection.execute(f"ALTER TABLE {quoted(layer)} DROP COLUMN {quoted(_SCAFFOLD)}")


def bare_wkb(blobs: Sequence[Any]) -> tuple[list[bytes | None], list[int]]:
    """Return the WKB behind GeoPackage headers (None where there is none), and positions of what is no geometry."""
    odd = [
        n
        for n, b in enumerate(blobs)
        if b is not None and (type(b) is not bytes or len(b) < 13 or b[:2] != b"GP" or b[3] & 0x20)
    ]
    if odd:
        blobs = list(blobs)
        for n in odd:
            blobs[n] = None
    return [None if b is None else b[_SKIP[b[3]] :] for b in blobs], odd


def geometry_blobs(shapes: np.ndarray, wkb: Sequence[bytes | None], srs_id: int) -> list[bytes | None]:
    """Return geometries as a GeoPackage stores them: a header with the envelope, and the WKB.

    Parameters
    ----------
    shapes : not empty, None where there is none
    wkb : the same as WKB
    """
    heads = np.zeros(len(shapes), dtype=_HEADER)
    heads["magic"], heads["flags"], heads["srs"] = b"GP", 3, srs_id
    heads["envelope"] = shapely.bounds(shapes)[:, [0, 2, 1, 3]]
    packed, width = heads.tobytes(), _HEADER.itemsize
    return [
        None if body is None else packed[n * width : (n + 1) * width] + body for n, body in enumerate(wkb)
    ]


def register_functions(connection: sqlite3.Connection) -> None:
    """Give a connection the functions that the triggers of a spatial index call (GeoPackage, annex F.3)."""
    connection.create_function("ST_IsEmpty", 1, _is_empty, deterministic=True)
    for name, place in (("ST_MinX", 0), ("ST_MaxX", 1), ("ST_MinY", 2), ("ST_MaxY", 3)):
        connection.create_function(name, 1, _edge_of(place), deterministic=True)


def _is_empty(blob: bytes | None) -> bool | None:
    if blob is None:
        return None
    if blob[3] & 0x10:
        return True
    # A header without an envelope is a point's, or an old writer's.
    return not blob[3] & 0x0E and _envelope(blob) is None


def _edge_of(place: int) -> Any:
    def edge(blob: bytes | None) -> float | None:
        if blob is None:
            return None
        flags = blob[3]
        if flags & 0x0E:
            return _ENVELOPES[flags & 1].unpack_from(blob, 8)[place]
        found = _envelope(blob)
        return None if found is None else found[place]

    return edge


def _envelope(blob: bytes) -> tuple[float, float, float, float] | None:
    """Return minx, maxx, miny, maxy of a geometry's coordinates; None where it has none."""
    x0, y0, x1, y1 = shapely.bounds(shapely.from_wkb(blob[_SKIP[blob[3]] :])).tolist()
    return None if x0 != x0 else (x0, x1, y0, y1)


def mark_changed(connection: sqlite3.Connection, shape: TableShape, shapes: np.ndarray) -> None:
    """Note in the table of contents that a table has changed now, and that its extent holds these geometries."""
    box = shapely.total_bounds(shapes) if len(shapes) else np.full(4, np.nan)
    extent = ""
    if np.isfinite(box).all():
        # A trigger or another program may leave an extent open.
        extent = (
            ", min_x = min(ifnull(min_x, ?2), ?2), min_y = min(ifnull(min_y, ?3), ?3)"
            ", max_x = max(ifnull(max_x, ?4), ?4), max_y = max(ifnull(max_y, ?5), ?5)"
        )
    connection.execute(
        f"UPDATE gpkg_contents SET last_change = strftime('%Y-%m-%dT%H:%M:%fZ', 'now'){extent} WHERE lower(table_name) = lower(?1)",
        (shape.table, *box.tolist()) if extent else (shape.table,),
    )


def add_column(connection: sqlite3.Connection, shape: TableShape, column: Column) -> None:
    """Add a column to a table; its rows are null there. Call it within `editing`."""
    connection.execute(
        f"ALTER TABLE {quoted(shape.table)} ADD COLUMN {quoted(column.name)} "
        f"{declared_type(column.kind or 'blob', column.length)}"
    )


def allow_z(connection: sqlite3.Connection, shape: TableShape) -> None:
    """Note that geometries of a table may have heights. Call it within `editing`."""
    connection.execute(
        "UPDATE gpkg_geometry_columns SET z = 2 WHERE lower(table_name) = lower(?)", (shape.table,)
    )


def next_fid(connection: sqlite3.Connection, shape: TableShape) -> int:
    """Return an id from which on none has ever been used. Call it within `editing`."""
    key, table = quoted(shape.fid_column), quoted(shape.table)
    (last,) = connection.execute(f"SELECT ifnull(max({key}), 0) FROM {table}").fetchone()
    if connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'sqlite_sequence'").fetchone():
        (used,) = connection.execute(
            "SELECT ifnull(max(seq), 0) FROM sqlite_sequence WHERE name = ?", (shape.table,)
        ).fetchone()
        last = max(last, used)
    return last + 1


def write_rows(
    connection: sqlite3.Connection, statement: str, rows: Sequence[Sequence[Any]]
) -> dict[int, str]:
    """Run a statement for each row; return by position why the table does not take one (a constraint, a trigger).

    Call it within `editing`.
    """
    connection.execute("SAVEPOINT citycheck")
    try:
        connection.executemany(statement, rows)
        connection.execute("RELEASE citycheck")
        return {}
    except sqlite3.IntegrityError:
        connection.execute("ROLLBACK TO citycheck")
        connection.execute("RELEASE citycheck")
    refused = {}
    for number, row in enumerate(rows):
        try:
            # A statement that fails undoes itself.
            connection.execute(statement, row)
        except sqlite3.IntegrityError as error:
            refused[number] = str(error)
    return refused
