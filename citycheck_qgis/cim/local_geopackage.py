"""A layer of a GeoPackage as the local side of an exchange: read and edited straight in its file."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any

from ..errors import InputError
from ..messages import Message, message
from ..storage.geopackage import connect, quoted, reading
from ..storage.geopackage_edits import (
    bare_wkb,
    open_to_edit,
    table_shape,
)
from .features import Field, Schema
from .geometries import parsed, transformer
from .keys import KeyRule
from .local import (
    BATCH,
    NO_CRS,
    Rows,
    Streamed,
    canonical_column,
    check_key,
    exchanged,
)

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
        self._rule, self._wanted = KeyRule(key_field, table), layer
        self._connection = open_to_edit(self.path) if writable else connect(self.path)
        try:
            self._read_shape()
        except BaseException:
            self._connection.close()
            raise
        self.name = self._shape.table
        self._filter = ""
        if where and where.strip():
            self._filter += f" AND ({where}\n)"
        # As a value: a statement has no room for a million numbers.
        self._fids = (json.dumps(sorted(set(fids))),) if fids is not None else ()
        if self._fids:
            self._filter += f" AND {quoted(self._shape.fid_column)} IN (SELECT value FROM json_each(?))"
        self.complete = not self._filter

    def __enter__(self) -> GeoPackageLayer:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the file."""
        self._connection.close()

    def _read_shape(self) -> None:
        """Read the structure of the table."""
        shape = self._shape = table_shape(self._connection, self.path, self._wanted)
        check_key(self._rule, [c.name for c in shape.columns], shape.table)
        spatial = shape.geometry_column is not None and self.crs is not None
        if spatial and shape.srs is None:
            raise InputError(NO_CRS, layer=shape.table)
        self._out = transformer(shape.srs or "", self.crs or "") if spatial else None
        self._in = transformer(self.crs or "", shape.srs or "") if spatial else None
        self._geometry = shape.geometry_column if spatial else None
        fields = [
            Field(c.name, c.kind, c.nullable, c.length, not c.generated)
            for c in shape.columns
            if c.kind is not None and c.name != self._rule.field
        ]
        kind = _TYPES.get(shape.geometry_type or "", "Geometry") if spatial else None
        self.schema = Schema(tuple(fields), kind)

    # -- reading

    def _key_batches(self) -> Iterator[list[str | None]]:
        for rows in self._pages(", ".join(map(quoted, self._rule.columns)), ""):
            _, *columns = zip(*rows, strict=True)
            yield self._rule.keys(columns)

    def _batches(self) -> Iterator[Rows]:
        for rows in self._pages(self._items(), self._filter):
            yield self._rows(rows)

    def _items(self) -> str:
        """Return the SQL of what makes a feature: geometry, key columns, fields."""
        names = [*self._rule.columns, *self.schema.names]
        return ", ".join([quoted(self._geometry) if self._geometry else "NULL", *map(quoted, names)])

    def _pages(self, items: str, condition: str) -> Iterator[list[tuple[Any, ...]]]:
        """Read rows batch by batch, the id first, without a lock between two of them.

        Raises
        ------
        InputError : another program has changed the file since the first batch.
        """
        key, last = quoted(self._shape.fid_column), None
        version = self._version()
        while True:
            after = "TRUE" if last is None else f"{key} > {last}"
            rows = self._select(
                f"SELECT {key}, {items} FROM {quoted(self._shape.table)} WHERE {after}{condition} "
                f"ORDER BY {key} LIMIT {BATCH}",
                self._fids if condition else (),
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
                return self._connection.execute(sql, values).fetchall()
            except sqlite3.OperationalError as error:
                if "decode to UTF-8" not in str(error):
                    raise
            self._connection.text_factory = _text
            try:
                return self._connection.execute(sql, values).fetchall()
            finally:
                self._connection.text_factory = str

    def _version(self) -> int:
        """Return a number that changes when another connection writes to the file."""
        with reading(self.path):
            return self._connection.execute("PRAGMA data_version").fetchone()[0]

    def _rows(self, rows: Sequence[tuple[Any, ...]]) -> Rows:
        ids, blobs, *columns = zip(*rows, strict=True)
        parts = len(self._rule.columns)
        damaged = _damaged(columns)
        values = [
            canonical_column(column, field.type)
            for column, field in zip(columns[parts:], self.schema.fields, strict=True)
        ]
        wkb: Sequence[bytes | None] = blobs
        faults: dict[int, Message] = {}
        if self._geometry is not None:
            bare, odd = bare_wkb(blobs)
            shapes, unread = parsed(bare)
            unread[odd] = True
            wkb, faults = exchanged(shapes, unread, self._out)
        return Rows(ids, self._rule.keys(columns[:parts]), values, wkb, faults | damaged)


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
