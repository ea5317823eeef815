"""A GeoPackage layer read straight from its file: ids, boxes, geometry and single columns, as arrays.

SQLite's own aggregates hand over a whole column as one text or blob, which numpy takes apart: a Python object per
feature costs more than reading the file.
"""

from __future__ import annotations

import contextlib
import math
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from types import TracebackType
from typing import Any

import numpy as np

from ..errors import InputError
from ..messages import Message, message
from .files import sqlite_uri

#: Features per query: short enough to be stopped within a second, long enough that the query costs nothing.
BATCH = 65536
#: Bytes of a geometry that are read to know its box: the GeoPackage header (8) with a flat envelope (32).
HEAD = 40
#: Bytes of a GeoPackage header by the kind of its envelope (bits 1 to 3 of the flags); 0 where there is no such kind.
HEADER_SIZES = np.array([8, 40, 56, 56, 72, 0, 0, 0], dtype=np.int64)
#: Geometries whose real envelope is compared with the stored one.
SAMPLED = 256
#: Envelopes may differ from the coordinates by this share of their size: writers round.
ROUNDING = 1e-9

Progress = Callable[[float], None]


class NotPlain(InputError):  # noqa: N818 - it says what the layer is, and is not shown to users
    """A layer that cannot be read or extended in its file as it is; it has to go through its features."""


@dataclass(frozen=True)
class _Rows:
    """The rows that a query finds.

    Attributes
    ----------
    fids : their ids
    ranges : the ranges of ids that hold a batch each
    boxes : what the heads of their geometries tell of their boxes, nan where nothing
    present : whether there is a geometry that is not empty
    foreign : whether there is geometry in another form than WKB
    """

    fids: np.ndarray
    ranges: list[tuple[int, int]]
    boxes: np.ndarray
    present: np.ndarray
    foreign: np.ndarray


class FeatureTable:
    """The features of one layer of a GeoPackage. Close it, or use it in a ``with`` block.

    Attributes
    ----------
    path : the file
    layer : name of the table
    fid_column : the integer primary key
    geometry_column : name of the geometry column
    geometry_type : as the GeoPackage declares it, upper case: ``POLYGON``, ``GEOMETRY``, ...
    columns : column name -> declared SQL type, without the id and the geometry, in order
    srs : ``EPSG:4547`` or the like, else the definition as WKT, else None (undefined)
    index_note : what was wrong with the stored envelopes where `boxes` had to read all geometries; else None
    """

    def __init__(
        self,
        connection: sqlite3.Connection,
        path: Path,
        layer: str,
        where: str | None,
        fids: np.ndarray | None,
        progress: Progress,
    ) -> None:
        self.path = path
        self.index_note: Message | None = None
        self._connection = connection
        self._progress = progress
        self._fingerprint = fingerprint(path)
        found = connection.execute(
            "SELECT g.table_name, g.column_name, upper(g.geometry_type_name), g.srs_id, m.type "
            "FROM gpkg_geometry_columns g JOIN gpkg_contents c ON lower(c.table_name) = lower(g.table_name) "
            "JOIN sqlite_master m ON lower(m.name) = lower(g.table_name) WHERE lower(g.table_name) = lower(?)",
            (layer,),
        ).fetchone()
        if found is None:
            raise NotPlain("{file} has no feature table {layer}.", file=path, layer=layer)
        self.layer, self.geometry_column, self.geometry_type, srs, kind = found
        if kind != "table":
            raise NotPlain("{layer} in {file} is a view.", file=path, layer=layer)
        self.fid_column, self.columns = self._structure()
        self.srs = self._reference_system(srs)
        self._where = f" AND ({where}\n)" if where and where.strip() else ""
        self._wanted = None if fids is None else np.unique(np.asarray(fids, dtype=np.int64))
        self._rows: _Rows | None = None
        self._chosen: np.ndarray | None = None

    @classmethod
    def open(
        cls,
        path: Path | str,
        layer: str | None = None,
        where: str | None = None,
        fids: np.ndarray | None = None,
        progress: Progress = lambda share: None,
    ) -> FeatureTable:
        """Open a layer for reading.

        Parameters
        ----------
        path : the GeoPackage
        layer : name of the feature table; None where there is only one
        where : a condition in SQLite's SQL: a layer's filter
        fids : ids of the features to read, any order: a selection; None reads all
        progress : called many times while something is read, with the share done of that; may raise to cancel

        Raises
        ------
        InputError : there is no such file, it is no GeoPackage or is being edited, or the layer has to be named.
        NotPlain : the layer is a view, has no integer key, or its filter needs more than SQLite.
        """
        path = Path(path)
        connection = connect(path)
        try:
            with reading(path):
                if layer is None:
                    layer = _only_layer(connection, path)
                if where and where.lstrip().upper().startswith(("SELECT", "WITH")):
                    raise NotPlain("{layer} in {file} is a query.", file=path, layer=layer)
                return cls(connection, path, layer, where, fids, progress)
        except BaseException:
            connection.close()
            raise

    def __enter__(self) -> FeatureTable:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the file."""
        self._connection.close()

    def __len__(self) -> int:
        return len(self.fids)

    @property
    def fids(self) -> np.ndarray:
        """The ids of the features, int64, ascending; all other arrays are in this order."""
        rows = self._scan()
        return rows.fids if self._chosen is None else rows.fids[self._chosen]

    def fingerprint(self) -> tuple[object, ...]:
        """Return what the file was like when it was opened, see `fingerprint`."""
        return self._fingerprint

    def check_unchanged(self) -> None:
        """Check that nobody has written to the file since it was opened.

        Raises
        ------
        InputError : somebody has.
        """
        check_unchanged(self.path, self._fingerprint)

    def boxes(self) -> np.ndarray:
        """Return the features' boxes, float64 (n, 4): xmin, ymin, xmax, ymax; nan where there is no geometry.

        They come from the envelopes in front of the geometries; where a writer has left these out, from the spatial
        index (rounded outwards to float32); where neither holds the geometries, from their coordinates, which takes
        longer and is said in `index_note`.

        Raises
        ------
        NotPlain : geometry is in another form than WKB, or has no envelope and cannot be read.
        """
        scanned = self._scan()
        chosen = slice(None) if self._chosen is None else self._chosen
        if scanned.foreign[chosen].any():
            raise NotPlain(
                "{layer} in {file} has geometry that is not WKB.", file=self.path, layer=self.layer
            )
        boxes, present = scanned.boxes[chosen], scanned.present[chosen]
        open_rows = np.flatnonzero(present & np.isnan(boxes[:, 0]))
        if len(open_rows) and self._index_fits(boxes, open_rows, present):
            open_rows = open_rows[:0]
        stored = np.flatnonzero(present & ~np.isnan(boxes[:, 0]))
        if not self._sample_holds(boxes, stored):
            self.index_note = message(
                "The envelopes stored with {layer} do not hold its geometries; they were read one by one, which takes "
                "longer. Save the layer anew to repair it.",
                layer=self.layer,
            )
            open_rows = np.flatnonzero(present)
        for start in range(0, len(open_rows), BATCH):
            rows = open_rows[start : start + BATCH]
            boxes[rows] = self._real_boxes(rows)
            self._progress((start + len(rows)) / len(open_rows))
        return boxes

    def wkb(self, rows: np.ndarray | None = None) -> np.ndarray:
        """Return geometries as WKB: array of bytes, None where there is no geometry or no WKB in it.

        Parameters
        ----------
        rows : positions in `fids`, ascending; None reads all
        """
        if rows is None:
            rows = np.arange(len(self))
        scanned = self._scan()
        at = rows if self._chosen is None else self._chosen[rows]
        result = np.empty(len(rows), dtype=object)
        name = quoted(self.geometry_column)
        if len(at) * 3 > len(scanned.fids):
            done = 0
            for start, values in self._each(name):
                stop = start + len(values)
                last = done + int(np.searchsorted(at[done:], stop))
                blobs: Any = values
                if last - done < len(values):
                    blobs = [values[row] for row in (at[done:last] - start).tolist()]
                result[done:last] = _without_headers(blobs)
                done = last
            return result
        wanted = scanned.fids[at]
        for first in range(0, len(wanted), BATCH):
            ids = wanted[first : first + BATCH].tolist()
            # A join with a list of ids seeks each of them without coming back to Python.
            found = self._query(
                f"SELECT t.{name} FROM json_each(?) j CROSS JOIN {quoted(self.layer)} t "
                f"ON t.{quoted(self.fid_column)} = j.value",
                (f"[{','.join(map(str, ids))}]",),
            )
            values = list(chain.from_iterable(found))
            self._expect(len(values), len(ids))
            result[first : first + len(ids)] = _without_headers(values)
            self._progress((first + len(ids)) / len(wanted))
        return result

    def numbers(self, name: str) -> np.ndarray:
        """Return a column as float64: nan where it is null or no number.

        Raises
        ------
        InputError : the layer has no such column.
        """
        column = quoted(self._column(name))
        whole = "INT" in self.columns.get(self._column(name), "INTEGER").upper()
        parts = []
        for low, high in self._scan().ranges:
            found = self._whole_numbers(column, low, high) if whole else None
            if found is None:
                # Most batches of a column are alike.
                whole = False
                found = self._any_numbers(column, low, high)
            parts.append(found)
            self._progress(len(parts) / len(self._scan().ranges))
        return self._selected(np.concatenate(parts) if parts else np.empty(0))

    def texts(self, name: str) -> np.ndarray:
        """Return a column as array of str, None where it is null; numbers are written out.

        Raises
        ------
        InputError : the layer has no such column.
        """
        column = quoted(self._column(name))
        result = np.empty(len(self._scan().fids), dtype=object)
        for start, values in self._each(f"cast({column} AS TEXT)"):
            result[start : start + len(values)] = values
        return self._selected(result)

    def _selected(self, values: np.ndarray) -> np.ndarray:
        self._expect(len(values), len(self._scan().fids))
        return values if self._chosen is None else values[self._chosen]

    def _structure(self) -> tuple[str, dict[str, str]]:
        """Return the name of the integer key, and the other columns' types without the geometry."""
        info = self._connection.execute(f"PRAGMA table_xinfo({quoted(self.layer)})").fetchall()
        keys = [(name, kind) for _, name, kind, _, _, key, _ in info if key]
        # A key that is not the row's own number has an index of its own.
        indexed = any(
            row[3] == "pk" for row in self._connection.execute(f"PRAGMA index_list({quoted(self.layer)})")
        )
        if len(keys) != 1 or keys[0][1].upper() != "INTEGER" or indexed:
            raise NotPlain("{layer} in {file} has no integer primary key.", file=self.path, layer=self.layer)
        own = {keys[0][0], self.geometry_column}
        return keys[0][0], {row[1]: row[2] for row in info if row[1] not in own}

    def _reference_system(self, srs: int) -> str | None:
        if srs in (-1, 0):
            return None
        found = self._connection.execute(
            "SELECT organization, organization_coordsys_id, definition FROM gpkg_spatial_ref_sys WHERE srs_id = ?",
            (srs,),
        ).fetchone()
        if found is None:
            return None
        organization, code, definition = found
        # Newer GDAL calls an undefined one 99999 of its own.
        if organization and organization.upper() not in ("NONE", "CUSTOM", "GDAL") and code and code > 0:
            return f"{organization.upper()}:{code}"
        undefined = not definition or definition == "undefined" or "Undefined" in definition[:40]
        return None if undefined else definition

    def _column(self, name: str) -> str:
        for column in (*self.columns, self.fid_column):
            if column.lower() == name.lower():
                return column
        raise InputError(
            "{layer} in {file} has no column {column}; choose another column.",
            layer=self.layer,
            file=self.path,
            column=name,
        )

    def _query(self, sql: str, values: Sequence[object] = ()) -> sqlite3.Cursor:
        with reading(self.path):
            return self._connection.execute(sql, values)

    def _range(self, expression: str, low: int, high: int) -> sqlite3.Cursor:
        key = quoted(self.fid_column)
        return self._query(
            f"SELECT {expression} FROM {quoted(self.layer)} WHERE {key} BETWEEN ? AND ?{self._where}",
            (low, high),
        )

    def _each(self, expression: str) -> Iterator[tuple[int, list[Any]]]:
        """Yield an expression's values batch by batch, with the position of the first."""
        start = 0
        ranges = self._scan().ranges
        for number, (low, high) in enumerate(ranges, 1):
            with reading(self.path):
                try:
                    values = list(chain.from_iterable(self._range(expression, low, high)))
                except sqlite3.OperationalError as error:
                    if "decode to UTF-8" not in str(error):
                        raise
                    self._connection.text_factory = lambda text: text.decode(errors="replace")
                    values = list(chain.from_iterable(self._range(expression, low, high)))
            yield start, values
            start += len(values)
            self._progress(number / len(ranges))
        self._expect(start, len(self._scan().fids))

    def _expect(self, found: int, wanted: int) -> None:
        if found != wanted:
            self.check_unchanged()
            raise InputError(
                "{layer} in {file} is damaged: the table holds other rows than its key; save the layer anew.",
                layer=self.layer,
                file=self.path,
            )

    def _scan(self) -> _Rows:
        """Read the ids and the heads of the geometries, once."""
        if self._rows is None:
            with reading(self.path):
                self._rows = self._read_rows()
            if self._wanted is not None:
                self._chosen = np.flatnonzero(np.isin(self._rows.fids, self._wanted, assume_unique=True))
        return self._rows

    def _read_rows(self) -> _Rows:
        key, table, geometry = (quoted(x) for x in (self.fid_column, self.layer, self.geometry_column))
        first, last = self._connection.execute(
            f"SELECT (SELECT min({key}) FROM {table}), (SELECT max({key}) FROM {table})"
        ).fetchone()
        among = f"FROM {table} WHERE {key} BETWEEN ? AND ?{self._where}"
        # Most batches have all ids between two and geometries that are longer than their heads.
        usual = f"SELECT count(*), cast(group_concat(substr({geometry}, 1, {HEAD}), '') AS BLOB) {among}"
        padded = f"substr(cast(ifnull({geometry}, x'') || zeroblob({HEAD}) AS BLOB), 1, {HEAD})"
        other = f"SELECT group_concat({key}), cast(group_concat({padded}, '') AS BLOB) {among}"
        fids, ranges = [], []
        parts: tuple[list[np.ndarray], ...] = ([], [], [])
        low = first
        while low is not None:
            high = min(low + BATCH - 1, last)
            try:
                count, blob = self._connection.execute(usual, (low, high)).fetchone()
                found = low + np.arange(count if count == high - low + 1 else 0, dtype=np.int64)
                if count and (not len(found) or len(blob or b"") != HEAD * count):
                    ids, blob = self._connection.execute(other, (low, high)).fetchone()
                    found = np.fromstring(ids, dtype=np.int64, sep=",")
            except sqlite3.OperationalError as error:
                if not self._where or "interrupted" in str(error):
                    raise
                raise NotPlain(
                    "The filter of {layer} is not understood by SQLite: {reason}.",
                    layer=self.layer,
                    reason=error,
                ) from error
            if count:
                # A geometry column that holds text or numbers gives heads of another length.
                if len(blob) != HEAD * len(found):
                    raise NotPlain(
                        "{layer} in {file} has geometry that is not WKB.", file=self.path, layer=self.layer
                    )
                fids.append(found)
                told = _boxes_of(np.frombuffer(blob, dtype=np.uint8).reshape(-1, HEAD))
                for whole, part in zip(parts, told, strict=True):
                    whole.append(part)
                ranges.append((low, high))
            # The highest id may be the highest number there is.
            low = high + 1 if high < last else None
            if not count and low is not None:
                (low,) = self._connection.execute(
                    f"SELECT min({key}) FROM {table} WHERE {key} >= ?", (low,)
                ).fetchone()
            self._progress((high - first + 1) / (last - first + 1))
        return _Rows(
            _gathered(fids, np.empty(0, dtype=np.int64)),
            ranges,
            _gathered(parts[0], np.empty((0, 4))),
            _gathered(parts[1], np.empty(0, dtype=bool)),
            _gathered(parts[2], np.empty(0, dtype=bool)),
        )

    def _whole_numbers(self, column: str, low: int, high: int) -> np.ndarray | None:
        """Return a range of a column of whole numbers; None where there is anything else in it."""
        found = self._query(
            f"SELECT count(*), group_concat(ifnull({column}, 'nan')) FROM {quoted(self.layer)} "
            f"WHERE {quoted(self.fid_column)} BETWEEN ? AND ?{self._where}",
            (low, high),
        )
        try:
            count, text = found.fetchone()
        except sqlite3.OperationalError:
            return None
        # SQLite writes fractions with 15 digits, which is not all of them; text may have commas of its own.
        # Blanks would be read as numbers.
        if text is None or "." in text or text.count(",") != count - 1 or text.split(None, 1) != [text]:
            return None
        try:
            numbers = _parse(text)
        except ValueError:
            return None
        return numbers if len(numbers) == count else None

    def _any_numbers(self, column: str, low: int, high: int) -> np.ndarray:
        """Return a range of any column as numbers, nan for what is none."""
        values = list(chain.from_iterable(self._range(column, low, high)))
        try:
            return np.fromiter(values, dtype=np.float64, count=len(values))
        except ValueError:
            return np.fromiter(map(_as_number, values), dtype=np.float64, count=len(values))

    def _index_fits(self, boxes: np.ndarray, rows: np.ndarray, present: np.ndarray) -> bool:
        """Fill boxes in from the spatial index, if it has one for each of these rows; say so where it has not."""
        try:
            ids, found = self._index_boxes()
        except (sqlite3.Error, ValueError):
            ids = None
        if ids is None:
            self.index_note = message(
                "{layer} has no spatial index that can be read; its geometries were read one by one, which takes "
                "longer. Create a spatial index for the layer to speed this up.",
                layer=self.layer,
            )
            return False
        fids = self.fids[rows]
        at = np.minimum(np.searchsorted(ids, fids), max(len(ids) - 1, 0))
        complete = len(ids) >= len(fids) and bool((ids[at] == fids).all())
        whole = not self._where and self._chosen is None
        filled = boxes.copy()
        if complete:
            filled[rows] = found[at]
        if (
            not complete
            or (whole and len(ids) != int((~np.isnan(filled[:, 0])).sum()))
            or not self._sample_holds(filled, rows)
        ):
            self.index_note = message(
                "The spatial index of {layer} does not fit its features; the geometries were read one by one, which "
                "takes longer. Create the layer's spatial index anew to repair it.",
                layer=self.layer,
            )
            return False
        boxes[rows] = filled[rows]
        return True

    def _index_boxes(self) -> tuple[np.ndarray | None, np.ndarray]:
        """Return ids, ascending, and boxes of the spatial index, from the leaves of SQLite's r-tree.

        See "Shadow Tables" in SQLite's documentation of the R*Tree module: a node is its depth (the root's only),
        its number of cells, and the cells: an id and minx, maxx, miny, maxy, all big-endian.
        """
        table = quoted(f"rtree_{self.layer}_{self.geometry_column}_node")
        numbers, blobs = [], []
        for number, blob in self._connection.execute(f"SELECT nodeno, data FROM {table} ORDER BY nodeno"):
            numbers.append(number)
            blobs.append(blob)
        if not blobs or numbers[0] != 1:
            return None, np.empty((0, 4))
        nodes = np.frombuffer(b"".join(blobs), dtype=np.uint8).reshape(len(blobs), -1)
        cell = np.dtype([("id", ">i8"), ("box", ">f4", 4)])
        room = (nodes.shape[1] - 4) // cell.itemsize
        cells = np.ascontiguousarray(nodes[:, 4 : 4 + room * cell.itemsize]).view(cell)
        used = np.arange(room) < nodes[:, 2:4].copy().view(">u2")
        known = np.array(numbers)
        level = np.zeros(1, dtype=np.int64)
        for _ in range(int(nodes[0, 0]) * 256 + int(nodes[0, 1])):
            children = cells["id"][level][used[level]].astype(np.int64)
            level = np.searchsorted(known, children)
            if len(np.unique(children)) != len(children) or not np.isin(children, known).all():
                return None, np.empty((0, 4))
        leaves = cells[level][used[level]]
        ids = leaves["id"].astype(np.int64)
        order = np.argsort(ids)
        return ids[order], leaves["box"].astype(np.float64)[order][:, [0, 2, 1, 3]]

    def _sample_holds(self, boxes: np.ndarray, rows: np.ndarray) -> bool:
        """Return whether some of the boxes hold their geometry's coordinates."""
        if not len(rows):
            return True
        rows = rows[np.unique(np.linspace(0, len(rows) - 1, SAMPLED).astype(np.int64))]
        try:
            real = self._real_boxes(rows)
        except NotPlain:
            # What cannot be read has no coordinates that could contradict.
            real = np.vstack([self._real_box_or_nan(row) for row in rows])
        slack = ROUNDING * np.abs(real)
        low = boxes[rows][:, :2] <= real[:, :2] + slack[:, :2]
        high = boxes[rows][:, 2:] >= real[:, 2:] - slack[:, 2:]
        return bool(((low & high).all(axis=1) | np.isnan(real[:, 0])).all())

    def _real_box_or_nan(self, row: int) -> np.ndarray:
        try:
            return self._real_boxes(np.array([row]))[0]
        except NotPlain:
            return np.full(4, np.nan)

    def _real_boxes(self, rows: np.ndarray) -> np.ndarray:
        """Return the boxes of geometries' coordinates; nan where there are none."""
        import shapely

        blobs = self.wkb(rows)
        try:
            shapes = shapely.from_wkb(blobs, on_invalid="ignore")
        except NotImplementedError as error:
            raise NotPlain(
                "{layer} in {file} has geometry that is not WKB.", file=self.path, layer=self.layer
            ) from error
        unread = shapely.is_missing(shapes) & np.array([bool(blob) for blob in blobs])
        if unread.any():
            raise NotPlain(
                "Feature {fid} of {layer} in {file} has geometry that cannot be read.",
                fid=int(self.fids[rows[np.flatnonzero(unread)[0]]]),
                layer=self.layer,
                file=self.path,
            )
        boxes = shapely.bounds(shapes)
        boxes[~np.isfinite(boxes).all(axis=1)] = np.nan
        return boxes


def _gathered(parts: list[np.ndarray], empty: np.ndarray) -> np.ndarray:
    """Return the parts as one array; they are let go one by one, so that there are never two of it."""
    whole = np.empty((sum(map(len, parts)), *empty.shape[1:]), dtype=empty.dtype)
    end = len(whole)
    while parts:
        part = parts.pop()
        whole[end - len(part) : end] = part
        end -= len(part)
    return whole


def _boxes_of(heads: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return the boxes that geometries' heads tell, which are not empty, and which are in another form than WKB.

    A head is a GeoPackage header with an envelope, or one without it and the beginning of the WKB: enough for a
    point. See OGC 12-128r18, table 6, and clause 2.1.3.
    """
    flags = heads[:, 3]
    known = (heads[:, 0] == ord("G")) & (heads[:, 1] == ord("P"))
    # Null is all zeros; other content is nobody's geometry, and flag 5 marks a form of somebody's own.
    foreign = np.where(known, flags & 0x20, heads[:, 0]) != 0
    present = known & (flags & 0x10 == 0)
    boxes = np.full((len(heads), 4), np.nan)
    kind = (flags >> 1) & 7
    enveloped = present & (kind > 0) & (kind < 5)
    for little, order in ((1, "<f8"), (0, ">f8")):
        rows = np.flatnonzero(enveloped & (flags & 1 == little))
        whole = len(rows) == len(heads)
        envelopes = np.ascontiguousarray((heads if whole else heads[rows])[:, 8:40]).view(order)
        boxes[slice(None) if whole else rows] = envelopes[:, [0, 2, 1, 3]]
        bare = np.flatnonzero(present & (kind == 0) & (heads[:, 8] == little))
        types = np.ascontiguousarray(heads[bare, 9:13]).view(f"{order[0]}u4").ravel()
        points = bare[types % 1000 == 1]
        places = np.ascontiguousarray(heads[points, 13:29]).view(order).astype(np.float64)
        boxes[points] = np.hstack([places, places])
        # A point of nan is empty, whatever its flags say.
        present[points[np.isnan(places).any(axis=1)]] = False
    usable = np.isfinite(boxes).all(axis=1) & (boxes[:, 0] <= boxes[:, 2]) & (boxes[:, 1] <= boxes[:, 3])
    boxes[~(usable & present)] = np.nan
    return boxes, present, foreign


def _without_headers(blobs: list[Any]) -> list[bytes | None]:
    """Return the WKB behind GeoPackage headers; None where there is none."""
    skip = [int(HEADER_SIZES[(flags >> 1) & 7]) for flags in range(256)]
    return [blob[skip[blob[3]] :] if blob and blob[:2] == b"GP" and len(blob) > 8 else None for blob in blobs]


def _parse(text: str) -> np.ndarray:
    """Return comma separated numbers; ValueError where there is anything else among them."""
    import warnings

    with warnings.catch_warnings():
        warnings.simplefilter("error", DeprecationWarning)
        try:
            return np.fromstring(text, dtype=np.float64, sep=",")
        except DeprecationWarning as error:
            raise ValueError(text[:80]) from error


def _as_number(value: Any) -> float:
    with contextlib.suppress(TypeError, ValueError):
        return float(value)
    return math.nan


def _only_layer(connection: sqlite3.Connection, path: Path) -> str:
    names = [
        name for (name,) in connection.execute("SELECT table_name FROM gpkg_geometry_columns ORDER BY 1")
    ]
    if len(names) == 1:
        return names[0]
    if not names:
        raise InputError("{file} has no layer with geometry; choose another file.", file=path)
    raise InputError("{file} has several layers: {layers}; name one of them.", file=path, layers=names)


def quoted(name: str) -> str:
    """Return a name as SQLite takes it, whatever is in it."""
    return '"' + name.replace('"', '""') + '"'


def has_log(path: Path) -> bool:
    """Return whether there are changes beside the file that it does not hold yet, or not for good."""
    for end in ("-wal", "-journal"):
        beside = Path(f"{path}{end}")
        with contextlib.suppress(OSError):
            if beside.stat().st_size:
                return True
    return False


def connect(path: Path) -> sqlite3.Connection:
    """Return a connection that reads a GeoPackage and cannot write to it.

    Raises
    ------
    InputError : there is no such file, or it is no GeoPackage.
    """
    try:
        path.stat()
    except OSError as error:
        raise InputError("{file} cannot be read: {reason}.", file=path, reason=error.strerror) from error
    # Without a lock, and from read-only folders too; not where the truth is in a journal beside the file.
    options = "mode=ro" if has_log(path) else "mode=ro&immutable=1"
    with reading(path):
        connection = sqlite3.connect(sqlite_uri(path, options), uri=True, timeout=1, isolation_level=None)
        try:
            # One state for the whole run, whoever writes to a write-ahead log meanwhile.
            connection.execute("BEGIN")
            (application,) = connection.execute("PRAGMA application_id").fetchone()
            (encoding,) = connection.execute("PRAGMA encoding").fetchone()
            # Other databases open as well; in UTF-16 the heads of geometries would not be their bytes.
            if application >> 16 != int.from_bytes(b"GP", "big") or encoding != "UTF-8":
                raise InputError("{file} is not a GeoPackage; choose another file.", file=path)
        except BaseException:
            connection.close()
            raise
    return connection


@contextlib.contextmanager
def reading(path: Path) -> Iterator[None]:
    """Turn SQLite's errors into one sentence about the file that is read.

    Raises
    ------
    InputError : the file is locked, damaged, or cannot be opened.
    """
    try:
        yield
    except sqlite3.OperationalError as error:
        if "locked" in str(error) or "unable to open" in str(error) or "readonly" in str(error):
            raise InputError(
                "{file} is being edited in another program; save and close it there and rerun.", file=path
            ) from error
        raise InputError("{file} cannot be read: {reason}.", file=path, reason=error) from error
    except (sqlite3.DatabaseError, UnicodeDecodeError) as error:
        if "not a database" in str(error):
            raise InputError("{file} is not a GeoPackage; choose another file.", file=path) from error
        # A message that cannot be decoded quotes what it stumbled over.
        raise InputError(
            "{file} is damaged: {reason}; restore it from a copy, or save its layers anew.",
            file=path,
            reason=error,
        ) from error


def fingerprint(path: Path) -> tuple[object, ...]:
    """Return what changes when somebody writes to a GeoPackage: size, time, and those of its log.

    The file is not opened: closing it again would drop the locks that this process has on it.
    """
    found: list[object] = []
    for name in (path, Path(f"{path}-wal")):
        with contextlib.suppress(OSError):
            status = name.stat()
            if status.st_size:
                found += [status.st_size, status.st_mtime_ns, status.st_ino]
    return tuple(found)


def check_unchanged(path: Path, before: tuple[object, ...]) -> None:
    """Check that a file has still the same `fingerprint`.

    Raises
    ------
    InputError : it has not.
    """
    if fingerprint(path) != before:
        raise InputError("{file} was changed while it was read; run again.", file=path)
