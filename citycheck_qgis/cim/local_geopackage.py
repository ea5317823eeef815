"""A layer of a GeoPackage as the local side of an exchange: read and edited straight in its file."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from pathlib import Path
from types import TracebackType
from typing import Any
from uuid import uuid4

import numpy as np

from ..errors import InputError
from ..messages import Message, message
from ..storage.geopackage import connect, quoted, reading
from ..storage.geopackage_edits import (
    Column,
    add_column,
    bare_wkb,
    create_table,
    editing,
    file_id,
    mark_changed,
    open_to_edit,
    table_shape,
)
from ..storage.spatial_index import add_spatial_index
from .features import Feature, Field, Schema
from .geometries import parsed, transformer
from .keys import KeyRule
from .local import (
    BATCH,
    NO_CRS,
    LocalChange,
    LocalOutcome,
    Rows,
    Streamed,
    canonical_column,
    check_key,
    exchanged,
)
from .local_edits import Edit

#: Geometry types as a GeoPackage writes them -> as `Schema` does.
_TYPES = {
    name.upper(): name
    for name in (
        "Point",
        "LineString",
        "Polygon",
        "MultiPoint",
        "MultiLineString",
        "MultiPolygon",
        "GeometryCollection",
    )
}


#: What counts as nothing in a key.
_BLANKS = " \t\r\n"


class GeoPackageLayer(Streamed):
    """A layer or a table of a GeoPackage. Close it, or use it in a ``with`` block.

    Other programs may have the file open; nothing is locked but during one call of `apply`. The ids of rows stay.

    Parameters
    ----------
    path, layer : the file and the name of its table; None where there is only one
    crs : CRS of the exchange as text for pyproj; None: geometry takes no part
    key_field : the column that holds the key
    table : the checkup table whose key columns make the key, instead of `key_field`
    where : a layer's filter in SQLite's SQL
    fids : ids of the rows that take part: a selection
    writable : open the file for `apply`

    Raises
    ------
    InputError : the file or the table cannot be used, a key column is missing, or the layer has no CRS.
    """

    def __init__(
        self,
        path: Path | str,
        layer: str | None,
        crs: str | None,
        *,
        key_field: str | None = None,
        table: str | None = None,
        where: str | None = None,
        fids: Iterable[int] | None = None,
        writable: bool = True,
    ) -> None:
        self.path, self.crs, self.writable, self.problems = Path(path), crs, writable, []
        self.rule, self._wanted = KeyRule(key_field, table), layer
        self._file = file_id(self.path)
        self.indexed: int | None = None
        self.connection = open_to_edit(self.path) if writable else connect(self.path)
        try:
            self._read_shape()
        except BaseException:
            self.connection.close()
            raise
        self.name = self.shape.table
        self._filter = ""
        if where and where.strip():
            self._filter += f" AND ({where}\n)"
        # As a value: a statement has no room for a million numbers.
        self._selected = (json.dumps(sorted(set(fids))),) if fids is not None else ()
        if self._selected:
            self._filter += f" AND {quoted(self.shape.fid_column)} IN (SELECT value FROM json_each(?))"
        self.complete = not self._filter

    def __enter__(self) -> GeoPackageLayer:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the file."""
        self.connection.close()

    def _read_shape(self) -> None:
        """Read the structure of the table."""
        shape = self.shape = table_shape(self.connection, self.path, self._wanted)
        check_key(self.rule, [c.name for c in shape.columns], shape.table)
        spatial = shape.geometry_column is not None and self.crs is not None
        if spatial and shape.srs is None:
            raise InputError(NO_CRS, layer=shape.table)
        self.way_out = transformer(shape.srs or "", self.crs or "") if spatial else None
        self.way_in = transformer(self.crs or "", shape.srs or "") if spatial else None
        self.geometry_column = shape.geometry_column if spatial else None
        fields = [
            Field(c.name, c.kind, c.nullable, c.length, not c.generated)
            for c in shape.columns
            if c.kind is not None and c.name != self.rule.field
        ]
        kind = _TYPES.get(shape.geometry_type or "", "Geometry") if spatial else None
        self.schema = Schema(tuple(fields), kind)

    # -- reading

    def features(self) -> Iterator[Feature]:
        """Read every feature that has a key of its own; see `LocalLayer.features`."""
        if self.writable:
            self._reopen()
        yield from super().features()

    def _key_batches(self) -> Iterator[list[str | None]]:
        return (keys for _, keys in self._key_rows())

    def _key_rows(self) -> Iterator[tuple[Sequence[int], list[str | None]]]:
        """Read the ids and keys of all rows, those beyond a filter as well."""
        for rows in self._pages(", ".join(map(quoted, self.rule.columns)), ""):
            fids, *columns = zip(*rows, strict=True)
            yield fids, self.rule.keys(columns)

    def _batches(self) -> Iterator[Rows]:
        for rows in self._pages(self._items(), self._filter):
            yield self._rows(rows)

    def _items(self) -> str:
        """Return the SQL of what makes a feature: geometry, key columns, fields."""
        table = quoted(self.shape.table)
        names = [*self.rule.columns, *self.schema.names]
        geometry = f"{table}.{quoted(self.geometry_column)}" if self.geometry_column else "NULL"
        return ", ".join([geometry, *(f"{table}.{quoted(name)}" for name in names)])

    def _pages(self, items: str, condition: str) -> Iterator[list[tuple[Any, ...]]]:
        """Read rows batch by batch, the id first, without a lock between two of them.

        Raises
        ------
        InputError : another program has changed the file since the first batch.
        """
        key, last = quoted(self.shape.fid_column), None
        version = self._version()
        while True:
            after = "TRUE" if last is None else f"{key} > {last}"
            rows = self._select(
                f"SELECT {key}, {items} FROM {quoted(self.shape.table)} WHERE {after}{condition} "
                f"ORDER BY {key} LIMIT {BATCH}",
                self._selected if condition else (),
            )
            if self._version() != version:
                raise InputError("{file} was changed while it was read; run again.", file=self.path)
            if not rows:
                return
            yield rows
            last = rows[-1][0]

    def _select(self, sql: str, values: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        with reading(self.path):
            try:
                return self.connection.execute(sql, values).fetchall()
            except sqlite3.OperationalError as error:
                if "decode to UTF-8" not in str(error):
                    raise
            self.connection.text_factory = _text
            try:
                return self.connection.execute(sql, values).fetchall()
            finally:
                self.connection.text_factory = str

    def _version(self) -> int:
        """Return a number that changes when another connection writes to the file."""
        with reading(self.path):
            return self.connection.execute("PRAGMA data_version").fetchone()[0]

    def _rows(self, rows: Sequence[tuple[Any, ...]]) -> Rows:
        ids, blobs, *columns = zip(*rows, strict=True)
        parts = len(self.rule.columns)
        damaged = _damaged(columns)
        values = [
            canonical_column(column, field.type)
            for column, field in zip(columns[parts:], self.schema.fields, strict=True)
        ]
        wkb: Sequence[bytes | None] = blobs
        faults: dict[int, Message] = {}
        if self.geometry_column is not None:
            bare, odd = bare_wkb(blobs)
            shapes, unread = parsed(bare)
            unread[odd] = True
            wkb, faults = exchanged(shapes, unread, self.way_out)
        return Rows(ids, self.rule.keys(columns[:parts]), values, wkb, faults | damaged)

    # -- writing

    def apply(self, changes: Sequence[LocalChange]) -> list[LocalOutcome]:
        """Make changes, all in one transaction; see `LocalLayer.apply`.

        A row is changed only while it is what was read: the values and the geometry of `LocalChange.expected`, as far
        as these are told there. Fields that the layer does not have, or computes itself, are left out.
        """
        if not self.writable:
            return super().apply(changes)
        self._reopen()
        with editing(self.connection, self.path):
            try:
                return Edit(self, changes).made()
            except BaseException:
                # The temporary table is rolled back as well.
                self.indexed = None
                raise

    def add_fields(self, fields: Iterable[Field]) -> None:
        """Add fields that the layer does not have yet, empty in all rows.

        Raises
        ------
        OutputError : the layer cannot be written.
        """
        taken = {c.name.lower() for c in self.shape.columns}
        taken |= {n.lower() for n in (self.shape.fid_column, self.shape.geometry_column) if n}
        with editing(self.connection, self.path):
            for field in fields:
                if field.name.lower() not in taken:
                    taken.add(field.name.lower())
                    add_column(self.connection, self.shape, Column(field.name, field.type, field.length))
        self._read_shape()

    def add_index(self) -> None:
        """Make the spatial index of a layer that has none, as one by `create_layer` after it was filled.

        Raises
        ------
        OutputError : the layer cannot be written.
        """
        self._reopen()
        add_spatial_index(self.connection, self.path, self.shape)

    def give_keys(self) -> int:
        """Give every row without a key a new one; return how many.

        Only before anything was sent: a row that has lost its key becomes another feature by this.

        Raises
        ------
        OutputError : the layer cannot be written.
        """
        if self.rule.field is None:
            return 0
        column, key, table = map(quoted, (self.rule.field, self.shape.fid_column, self.shape.table))
        given = 0
        with editing(self.connection, self.path):
            # In portions: the ids of a million rows are no small thing.
            while rows := self.connection.execute(
                f"SELECT {key} FROM {table} WHERE {column} IS NULL OR trim({column}, ?) = '' LIMIT {BATCH}",
                (_BLANKS,),
            ).fetchall():
                self.connection.executemany(
                    f"UPDATE {table} SET {column} = ? WHERE {key} = ?",
                    [(str(uuid4()), fid) for (fid,) in rows],
                )
                given += len(rows)
            if given:
                mark_changed(self.connection, self.shape, np.empty(0, dtype=object))
        return given

    def _reopen(self) -> None:
        """Open the file anew where another one has taken its place."""
        found = file_id(self.path)
        if found != self._file:
            self.connection.close()
            self.connection = open_to_edit(self.path)
            self._file, self.indexed = found, None
            self._read_shape()

    def read(self, fids: Iterable[int]) -> dict[int, tuple[Feature, Message | None]]:
        """Return rows as they are now, with what makes them no features of the exchange."""
        key, table = quoted(self.shape.fid_column), quoted(self.shape.table)
        # The table's name with each column: json_each has a key, a type and an id as well.
        rows = self._select(
            f"SELECT {table}.{key}, {self._items()} FROM json_each(?) AS asked "
            f"CROSS JOIN {table} ON {table}.{key} = asked.value",
            (json.dumps(list(fids)),),
        )
        if not rows:
            return {}
        made = self._rows(rows)
        features = made.features(self.schema.names)
        return {
            row[0]: (feature, made.faults.get(n))
            for n, (row, feature) in enumerate(zip(rows, features, strict=True))
        }

    def fids_of(self, keys: Sequence[str]) -> dict[str, int]:
        """Return the rows that have one of the keys.

        The keys of the whole layer are read for it once, and again when another program has written.
        """
        version = self._version()
        if self.indexed != version:
            self.connection.execute("DROP TABLE IF EXISTS temp.citycheck_key")
            # On disk: SQLite keeps temporary tables there.
            self.connection.execute(
                "CREATE TEMP TABLE citycheck_key (key TEXT PRIMARY KEY, fid INTEGER NOT NULL) WITHOUT ROWID"
            )
            for fids, found in self._key_rows():
                self.note_keys(zip(found, fids, strict=True))
            self.indexed = version
        return dict(
            self.connection.execute(
                "SELECT k.key, k.fid FROM json_each(?) j CROSS JOIN temp.citycheck_key k ON k.key = j.value",
                (json.dumps(keys),),
            )
        )

    def beyond(self, keys: Sequence[str]) -> set[str]:
        """Return those of some keys whose rows are beyond the filter; see `LocalLayer.beyond`."""
        return set(self.fids_of(keys)) if self._filter and keys else set()

    def note_keys(self, rows: Iterable[tuple[str | None, int]]) -> None:
        """Add rows (key, id) to those that `fids_of` knows."""
        self.connection.executemany(
            "INSERT OR IGNORE INTO temp.citycheck_key VALUES (?, ?)",
            (row for row in rows if row[0] is not None),
        )


def _text(text: bytes) -> str | bytes:
    """Return a text of the file; bytes where it is none."""
    try:
        return text.decode()
    except UnicodeDecodeError:
        return text


def _damaged(columns: Sequence[Sequence[Any]]) -> dict[int, Message]:
    """Return the rows in which there is a text that is none."""
    return {
        row: message("One of its texts is damaged; enter it anew.")
        for column in columns
        if bytes in set(map(type, column))
        for row, value in enumerate(column)
        if type(value) is bytes
    }


def create_layer(path: Path | str, layer: str, schema: Schema, crs: str | None, key_field: str) -> None:
    """Make an empty layer, in a new GeoPackage or one that is there.

    It has no spatial index: call `GeoPackageLayer.add_index` when it is filled, which is several times faster.

    Parameters
    ----------
    schema : its fields besides the key's own; all of them take null
    crs : of the layer as text for pyproj; None for a table without geometry
    key_field : the column that will hold the key

    Raises
    ------
    InputError : the file has a layer of that name, or two of the fields have names that differ only in case.
    OutputError : the file cannot be written.
    """
    path = Path(path)
    names = [key_field, *schema.names]
    taken = {name.lower() for name in names}
    if len(taken) < len(names):
        raise InputError(
            "{layer} would have two fields of one name ({fields}); give one of them another name in the mapping.",
            layer=layer,
            fields=sorted(n for n in names if sum(n.lower() == m.lower() for m in names) > 1),
        )
    own = {"FID": _free("fid", taken), "GEOMETRY_NAME": _free("geom", taken)}
    create_table(path, layer, schema.geometry if crs is not None else None, crs, own)
    with closing(open_to_edit(path)) as connection, editing(connection, path):
        shape = table_shape(connection, path, layer)
        for field in (Field(key_field, "text"), *schema.fields):
            add_column(connection, shape, Column(field.name, field.type, field.length))


def _free(name: str, taken: set[str]) -> str:
    """Return a column name that no field has."""
    while name in taken:
        name += "_"
    return name
