"""Columns added to a layer of a GeoPackage at nearly the cost of copying the file.

Geometry, indexes, other layers and styles are copied as bytes. The values of a batch of features are bound to one
statement as blobs, out of which SQLite cuts each row's value: no Python object per feature.
"""

from __future__ import annotations

import errno
import math
import os
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from ..errors import InputError, OutputError
from .files import replacing
from .geopackage import NotPlain, Progress, check_unchanged, connect, quoted, reading
from .geopackage import fingerprint as fingerprint_of

#: Features per statement: a statement cannot be cancelled, and its values are held as bytes.
BATCH = 65536
#: Bytes copied between two calls of `progress`.
BLOCK = 1 << 24
#: Ids may span this many times their number before they are looked up instead of counted off.
SPARSE = 4
#: Columns of at most so many different values are written as a choice of constants.
FEW = 12
#: SQLite's page cache in KiB; a sequential update gains nothing from more.
CACHE = 16384
#: Share of the progress that is the copying.
COPYING = 0.2


@dataclass(frozen=True)
class Coded:
    """A text column as labels and, for each feature, the position of its label; -1 is null."""

    labels: list[str]
    index: np.ndarray


#: A column's values: `Coded` becomes TEXT, floating point REAL (nan is null), whole numbers and truth INTEGER
#: (null where a masked array is masked).
Values = np.ndarray | Coded


def add_columns(
    source: Path | str,
    layer: str,
    target: Path | str,
    columns: Mapping[str, Values],
    fids: np.ndarray,
    progress: Progress = lambda share: None,
    fingerprint: tuple[object, ...] | None = None,
    in_place: bool = False,
) -> None:
    """Write a copy of a GeoPackage in which a layer has more columns.

    A column that is there already (SQLite ignores the case of names) keeps its place and gets the new values.
    Everything else in the file stays: other layers, styles, metadata, triggers, indexes; rows of the layer are
    neither added nor removed nor renumbered. The target takes its place when it is complete.

    Parameters
    ----------
    source : the GeoPackage; changes that wait in a write-ahead log beside it are taken along
    layer : name of the feature table
    target : the file to make or replace
    columns : name -> values in the order of `fids`, see `Values`
    fids : ids of all the layer's features, ascending; see `FeatureTable.fids`
    progress : called with the share done, 0 to 1; may raise to cancel, then nothing is left behind
    fingerprint : `FeatureTable.fingerprint` of when the values were computed
    in_place : whether the target may be the source itself; close it first

    Raises
    ------
    InputError : the source was changed since, is locked or damaged, or has a column of that name and another type.
    OutputError : the target cannot be written.
    NotPlain : `fids` are not all of the layer's features; such a layer has to be written through its features.
    """
    source, target = Path(source), Path(target)
    if not in_place and target.exists() and source.exists() and target.samefile(source):
        raise InputError("{file} is both input and output; choose another output file.", file=source)
    connect(source).close()
    if fingerprint is not None:
        check_unchanged(source, fingerprint)
    with replacing(target) as draft:
        before = fingerprint_of(source)
        _copy(source, draft, lambda share: progress(COPYING * share))
        check_unchanged(source, before)
        with _writing(source, target), closing(sqlite3.connect(draft, isolation_level=None)) as connection:
            _extend(
                connection,
                source,
                layer,
                columns,
                np.asarray(fids, dtype=np.int64),
                lambda share: progress(COPYING + (1 - COPYING) * share),
            )
        check_unchanged(source, before)
    progress(1.0)


def _copy(source: Path, draft: Path, progress: Progress) -> None:
    """Copy a GeoPackage, with what waits in its log."""
    # Closing a file drops the locks that this process has on it, so one that is open elsewhere is left to SQLite.
    connection = connect(source)
    with closing(connection):
        if any(Path(f"{source}{end}").exists() for end in ("-wal", "-journal")):
            with reading(source), closing(sqlite3.connect(draft)) as copy:
                connection.backup(
                    copy,
                    pages=4096,
                    progress=lambda status, left, pages: progress(1 - left / max(pages, 1)),
                )
            return
    with source.open("rb") as read, draft.open("wb") as write:
        size = os.fstat(read.fileno()).st_size
        done = 0
        while done < size:
            copied = _copy_block(read.fileno(), write.fileno())
            if not copied:
                break
            done += copied
            progress(min(done / size, 1.0))


def _copy_block(read: int, write: int) -> int:
    """Copy the next block between two files and return its size; in the kernel where it can."""
    if hasattr(os, "copy_file_range"):
        try:
            return os.copy_file_range(read, write, BLOCK)
        except OSError as error:
            if error.errno not in (errno.EXDEV, errno.ENOSYS, errno.EOPNOTSUPP, errno.EINVAL, errno.EPERM):
                raise
    block = os.read(read, BLOCK)
    view = memoryview(block)
    while view:
        view = view[os.write(write, view) :]
    return len(block)


@contextmanager
def _writing(source: Path, target: Path) -> Iterator[None]:
    """Turn SQLite's errors on the copy into one sentence."""
    try:
        yield
    except sqlite3.IntegrityError as error:
        raise InputError(
            "{file} does not allow the new values: {reason}; remove the constraint or rename the column.",
            file=source,
            reason=error,
        ) from error
    except (sqlite3.DatabaseError, UnicodeDecodeError) as error:
        if "full" in str(error):
            # `replacing` makes the sentence of it.
            raise OSError(errno.ENOSPC, str(error)) from error
        if isinstance(error, UnicodeDecodeError) or "malformed" in str(error):
            raise InputError(
                "{file} is damaged: {reason}; restore it from a copy, or save its layers anew.",
                file=source,
                reason=error,
            ) from error
        raise OutputError("{what} cannot be written: {reason}.", what=target, reason=error) from error


def _extend(
    connection: sqlite3.Connection,
    source: Path,
    layer: str,
    columns: Mapping[str, Values],
    fids: np.ndarray,
    progress: Progress,
) -> None:
    """Add the columns to the copy; `source` is what errors speak of."""
    # A failed copy is thrown away, so that it needs no journal; a log of its own would stay behind.
    connection.execute("PRAGMA journal_mode=DELETE")
    for pragma in ("journal_mode=OFF", "synchronous=OFF", f"cache_size=-{CACHE}", "locking_mode=EXCLUSIVE"):
        connection.execute(f"PRAGMA {pragma}")
    connection.execute("BEGIN")
    info = connection.execute(f"PRAGMA table_info({quoted(layer)})").fetchall()
    key = next(row[1] for row in info if row[5])
    (count,) = connection.execute(f"SELECT count(*) FROM {quoted(layer)}").fetchone()
    if count != len(fids):
        raise NotPlain("{layer} in {file} has other rows than were read.", layer=layer, file=source)
    triggers = connection.execute(
        "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND lower(tbl_name) = lower(?)", (layer,)
    ).fetchall()
    for name, _ in triggers:
        connection.execute(f"DROP TRIGGER {quoted(name)}")
    names = [_make_room(connection, source, layer, name, kind_of(values)) for name, values in columns.items()]
    _fill(connection, source, layer, key, dict(zip(names, columns.values(), strict=True)), fids, progress)
    for _, sql in triggers:
        connection.execute(sql)
    connection.execute(
        "UPDATE gpkg_contents SET last_change = strftime('%Y-%m-%dT%H:%M:%fZ', 'now') "
        "WHERE lower(table_name) = lower(?)",
        (layer,),
    )
    connection.execute("COMMIT")


def kind_of(values: Values) -> str:
    """Return the SQL type of a column of these values."""
    if isinstance(values, Coded):
        return "TEXT"
    kind = values.dtype.kind
    if kind not in "fiub":
        raise TypeError(f"{values.dtype} is no column's type")
    return "REAL" if kind == "f" else "INTEGER"


def _make_room(connection: sqlite3.Connection, source: Path, layer: str, name: str, kind: str) -> str:
    """Add a column, or find the one that is there; return its name in the table."""
    geometry = {
        column.lower()
        for (column,) in connection.execute(
            "SELECT column_name FROM gpkg_geometry_columns WHERE lower(table_name) = lower(?)", (layer,)
        )
    }
    for _, column, declared, _, _, key, hidden in connection.execute(
        f"PRAGMA table_xinfo({quoted(layer)})"
    ).fetchall():
        if column.lower() != name.lower():
            continue
        if key or hidden or column.lower() in geometry or _affinity(declared) != kind:
            raise InputError(
                "{layer} in {file} has a column {column} of another kind ({kind}); rename it or choose another name "
                "for the result.",
                layer=layer,
                file=source,
                column=column,
                kind=declared,
            )
        return column
    connection.execute(f"ALTER TABLE {quoted(layer)} ADD COLUMN {quoted(name)} {kind}")
    return name


def _affinity(declared: str) -> str:
    """Return which of our types a declared type holds unchanged; empty text where none."""
    upper = declared.upper()
    if "INT" in upper or upper == "BOOLEAN":
        return "INTEGER"
    if "CHAR" in upper or "TEXT" in upper or "CLOB" in upper:
        return "TEXT"
    return "REAL" if any(part in upper for part in ("REAL", "FLOA", "DOUB")) else ""


def _fill(
    connection: sqlite3.Connection,
    source: Path,
    layer: str,
    key: str,
    columns: Mapping[str, Values],
    fids: np.ndarray,
    progress: Progress,
) -> None:
    """Set the columns' values, batch by batch."""
    if not columns:
        return
    table = quoted(layer)
    for start in range(0, len(fids), BATCH):
        rows = slice(start, start + BATCH)
        batch = fids[rows]
        first, last = int(batch[0]), int(batch[-1])
        dense = last - first < SPARSE * len(batch)
        at = f"({table}.{quoted(key)} - ({first}))" if dense else "place.position"
        places = batch - first if dense else np.arange(len(batch))
        values = _Binding(at, places)
        settings = ", ".join(
            f"{quoted(name)} = {values.expression(_part(column, rows))}" for name, column in columns.items()
        )
        if dense:
            statement = f"UPDATE {table} SET {settings} WHERE {quoted(key)} BETWEEN {first} AND {last}"
        else:
            _place(connection, batch)
            statement = (
                f"UPDATE {table} SET {settings} FROM temp.place WHERE place.fid = {table}.{quoted(key)}"
            )
        if connection.execute(statement, values.bound).rowcount != len(batch):
            raise NotPlain("{layer} in {file} has other rows than were read.", layer=layer, file=source)
        progress(min(start + BATCH, len(fids)) / len(fids))


def _place(connection: sqlite3.Connection, fids: np.ndarray) -> None:
    """Make the table that tells the position of each id in its batch."""
    connection.execute("CREATE TEMP TABLE IF NOT EXISTS place (fid INTEGER PRIMARY KEY, position INTEGER)")
    connection.execute("DELETE FROM temp.place")
    connection.execute(
        "INSERT INTO temp.place SELECT value, key FROM json_each(?)",
        (f"[{','.join(map(str, fids.tolist()))}]",),
    )


def _part(values: Values, rows: slice) -> Values:
    return Coded(values.labels, values.index[rows]) if isinstance(values, Coded) else values[rows]


@dataclass
class _Binding:
    """The values of a batch as expressions over blobs, and what is bound to them.

    Attributes
    ----------
    at : SQL of a feature's place in the blobs, from 0
    places : the places of the batch's features; those between are of no feature
    bound : the parameters, in the order of the expressions
    """

    at: str
    places: np.ndarray
    bound: list[object] = field(default_factory=list)

    def expression(self, values: Values) -> str:
        """Return the SQL of a column's value in a feature."""
        if isinstance(values, Coded):
            return self._text(values)
        if values.dtype.kind == "f":
            return self._real(values.astype(np.float64))
        null = np.ma.getmaskarray(values)
        return self._whole(np.ma.getdata(values).astype(np.int64), null)

    def _cut(self, cells: np.ndarray) -> str:
        """Return the SQL that cuts a feature's bytes out of a blob of cells of one width, dtype S or uint8."""
        width = cells.dtype.itemsize
        at = f"{self.at} * {width}" if width > 1 else self.at
        blob = np.zeros(int(self.places[-1]) + 1, dtype=cells.dtype)
        blob[self.places] = cells
        self.bound.append(blob.tobytes())
        return f"substr(?{len(self.bound)}, {at} + 1, {width})"

    def _bind(self, value: object) -> str:
        self.bound.append(value)
        return f"?{len(self.bound)}"

    def _choice(self, chosen: np.ndarray, options: list[str]) -> str:
        """Return the SQL of one of some expressions by number; null for numbers beyond them."""
        if not options:
            return "NULL"
        tally = np.bincount(chosen, minlength=len(options))
        if len(options) == 1 and tally[0] == len(chosen):
            return options[0]
        wide = len(options) > 255
        cut = self._cut(chosen.astype(">u2" if wide else np.uint8))
        # The most frequent first: the comparisons are made in order.
        cases = " ".join(
            f"WHEN x'{n:0{4 if wide else 2}x}' THEN {options[n]}"
            for n in np.argsort(-tally[: len(options)], kind="stable")
        )
        return f"CASE {cut} {cases} END"

    def _text(self, values: Coded) -> str:
        index = np.asarray(values.index)
        used = np.flatnonzero(np.bincount(index[index >= 0], minlength=len(values.labels)))
        if len(used) <= FEW:
            place = np.full(len(values.labels) + 1, len(used))
            place[used] = np.arange(len(used))
            return self._choice(place[index], [self._bind(values.labels[n]) for n in used])
        labels = [label.encode() for label in values.labels]
        widths = {len(labels[n]) for n in used}
        # A character that ends no label fills them up; null is nothing but that character.
        ends = {label[-1] for label in labels if label}
        fill = next(c for c in range(1, 128) if c not in ends)
        width = max(*widths, 1)
        cells = np.array([label.ljust(width, bytes([fill])) for label in [*labels, b""]], dtype=f"S{width}")
        text = f"CAST({self._cut(cells[index])} AS TEXT)"
        null = bool((index < 0).any())
        if len(widths) == 1:
            return f"nullif({text}, {self._bind(chr(fill) * width)})" if null else text
        trimmed = f"rtrim({text}, {self._bind(chr(fill))})"
        if not null:
            return trimmed
        if 0 in widths:
            return self._choice((index < 0).astype(np.int64), [trimmed])
        return f"nullif({trimmed}, '')"

    def _whole(self, numbers: np.ndarray, null: np.ndarray) -> str:
        shown = numbers[~null]
        distinct = _few(shown)
        if distinct is not None:
            chosen = np.where(null, len(distinct), np.searchsorted(distinct, numbers).clip(0, FEW))
            return self._choice(chosen, [str(int(n)) for n in distinct])
        cut = f"CAST({self._cut(_digits(np.where(null, 0, numbers)))} AS INTEGER)"
        return self._choice(null.astype(np.int64), [cut]) if null.any() else cut

    def _real(self, numbers: np.ndarray) -> str:
        """A number is its 53 bits as whole number times a power of two, both exact; reading digits is not."""
        null = np.isnan(numbers)
        distinct = _few(numbers[~null])
        if distinct is not None:
            chosen = np.where(null, len(distinct), np.searchsorted(distinct, numbers).clip(0, FEW))
            return self._choice(chosen, [self._bind(float(n)) for n in distinct])
        endless = np.isinf(numbers)
        # Most shares are exactly 1.
        plain = ~null & ~endless & (numbers != 1.0)
        _, exponent = np.frexp(numbers[plain])
        # Below this power there are no numbers: the smallest ones have fewer bits.
        powers, which = np.unique(np.maximum(exponent - 53, -1074), return_inverse=True)
        cells = np.zeros(len(numbers), dtype="S17")
        cells[plain] = _digits(np.ldexp(numbers[plain], -powers[which]).astype(np.int64), 17)
        cut = self._cut(cells)
        options = [f"CAST({cut} AS INTEGER) * {self._bind(math.ldexp(1.0, int(power)))}" for power in powers]
        chosen = np.full(len(numbers), len(powers) + 3)
        chosen[plain] = which
        chosen[numbers == 1.0] = len(powers)
        chosen[endless] = len(powers) + 1 + (numbers[endless] < 0)
        return self._choice(chosen, [*options, "1.0", "9e999", "-9e999"])


def _few(values: np.ndarray) -> np.ndarray | None:
    """Return the different values, ascending, if they are few."""
    if len(np.unique(values[:1024])) > FEW:
        return None
    distinct = np.unique(values)
    return distinct if len(distinct) <= FEW else None


def _digits(numbers: np.ndarray, width: int = 0) -> np.ndarray:
    """Return int64 numbers as decimal digits of one width, zeros in front, dtype S."""
    negative = numbers < 0
    # The lowest number has no positive one beside it; as unsigned number it is right again.
    left = np.where(negative, -numbers, numbers).astype(np.uint64)
    signed = bool(negative.any())
    width = max(width, len(str(int(left.max(initial=0)))) + signed)
    cells = np.empty((len(numbers), width), dtype=np.uint8)
    for place in range(width - 1, -1, -1):
        rest = left // np.uint64(10)
        cells[:, place] = left - rest * np.uint64(10) + np.uint64(ord("0"))
        left = rest
    if signed:
        cells[negative, 0] = ord("-")
    return cells.view(f"S{width}").ravel()
