"""Columns added to a layer of a GeoPackage at nearly the cost of copying the file.

Geometry, indexes, other layers and styles are copied as bytes. The values of a batch of features are bound to one
statement as blobs, out of which SQLite cuts each row's value: no Python object per feature.
"""

from __future__ import annotations

import errno
import math
import os
import sqlite3
from bisect import bisect_right
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from io import BufferedRandom
from itertools import pairwise
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
#: Bytes of pages that are rewritten at a time: few enough to stay in the processor's cache.
PIECE = 1 << 21
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
    ids = np.asarray(fids, dtype=np.int64)
    with replacing(target) as draft:
        before = fingerprint_of(source)
        # A table that turns out to be odd in its middle is begun anew.
        for extend in (_extend_pages, _extend_rows):
            _copy(source, draft, lambda share: progress(COPYING * share))
            check_unchanged(source, before)
            with _writing(source, target):
                made = _make_columns(draft, source, layer, columns, len(ids))
                if extend(draft, made, columns, ids, lambda share: progress(COPYING + (1 - COPYING) * share)):
                    break
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


@dataclass(frozen=True)
class _Made:
    """A layer of a copy with its new columns, which are null still.

    Attributes
    ----------
    source, layer : what errors speak of
    key : name of the integer primary key
    root : the page at which the table begins
    names : the new columns as the table names them
    defaults : of each older column, whether it has a default
    plain : whether all rows hold exactly the older columns, and nothing but the rows has to be changed
    """

    source: Path
    layer: str
    key: str
    root: int
    names: list[str]
    defaults: list[bool]
    plain: bool


def _make_columns(draft: Path, source: Path, layer: str, columns: Mapping[str, Values], count: int) -> _Made:
    """Add the columns to the copy, and what its contents say about the change."""
    with closing(sqlite3.connect(draft, isolation_level=None)) as connection:
        _alone(connection)
        (found,) = connection.execute(f"SELECT count(*) FROM {quoted(layer)}").fetchone()
        if found != count:
            raise NotPlain("{layer} in {file} has other rows than were read.", layer=layer, file=source)
        info = connection.execute(f"PRAGMA table_xinfo({quoted(layer)})").fetchall()
        (root,) = connection.execute(
            "SELECT rootpage FROM sqlite_master WHERE type = 'table' AND lower(name) = lower(?)", (layer,)
        ).fetchone()
        connection.execute("BEGIN")
        names = [
            _make_room(connection, source, layer, name, kind_of(values)) for name, values in columns.items()
        ]
        connection.execute(
            "UPDATE gpkg_contents SET last_change = strftime('%Y-%m-%dT%H:%M:%fZ', 'now') "
            "WHERE lower(table_name) = lower(?)",
            (layer,),
        )
        connection.execute("COMMIT")
    return _Made(
        source,
        layer,
        key=next(row[1] for row in info if row[5]),
        root=root,
        names=names,
        defaults=[row[4] is not None for row in info],
        # Replaced columns may have indexes and constraints; generated ones are not in the rows.
        plain=not {row[1] for row in info} & set(names) and not any(row[6] for row in info),
    )


def _extend_pages(
    draft: Path, made: _Made, columns: Mapping[str, Values], fids: np.ndarray, progress: Progress
) -> bool:
    """Fill the columns by rewriting the table's pages; return whether that could be done."""
    if not made.plain or not columns:
        return not columns
    try:
        with draft.open("rb+") as file:
            _Pages(file, made.root).rewrite(made.defaults, columns, fids, progress)
    # A damaged page leads anywhere; SQLite has words for it.
    except (_OddPagesError, IndexError, ValueError, OverflowError):
        return False
    return True


def _extend_rows(
    draft: Path, made: _Made, columns: Mapping[str, Values], fids: np.ndarray, progress: Progress
) -> bool:
    """Fill the columns by SQL."""
    with closing(sqlite3.connect(draft, isolation_level=None)) as connection:
        _alone(connection)
        connection.execute("BEGIN")
        triggers = connection.execute(
            "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND lower(tbl_name) = lower(?)",
            (made.layer,),
        ).fetchall()
        for name, _ in triggers:
            connection.execute(f"DROP TRIGGER {quoted(name)}")
        _fill(connection, made, dict(zip(made.names, columns.values(), strict=True)), fids, progress)
        for _, sql in triggers:
            connection.execute(sql)
        connection.execute("COMMIT")
    return True


def _alone(connection: sqlite3.Connection) -> None:
    """Have no journal for a file that nobody else knows of: a failed copy is thrown away."""
    # Out of write-ahead mode first, whose log would stay behind.
    connection.execute("PRAGMA journal_mode=DELETE")
    for pragma in ("journal_mode=OFF", "synchronous=OFF", f"cache_size=-{CACHE}", "locking_mode=EXCLUSIVE"):
        connection.execute(f"PRAGMA {pragma}")


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
    made: _Made,
    columns: Mapping[str, Values],
    fids: np.ndarray,
    progress: Progress,
) -> None:
    """Set the columns' values, batch by batch."""
    table, key = quoted(made.layer), quoted(made.key)
    for start in range(0, len(fids), BATCH):
        rows = slice(start, start + BATCH)
        batch = fids[rows]
        first, last = int(batch[0]), int(batch[-1])
        dense = last - first < SPARSE * len(batch)
        at = f"({table}.{key} - ({first}))" if dense else "place.position"
        places = batch - first if dense else np.arange(len(batch))
        values = _Binding(at, places)
        settings = ", ".join(
            f"{quoted(name)} = {values.expression(_part(column, rows))}" for name, column in columns.items()
        )
        if dense:
            statement = f"UPDATE {table} SET {settings} WHERE {key} BETWEEN {first} AND {last}"
        else:
            _place(connection, batch)
            statement = f"UPDATE {table} SET {settings} FROM temp.place WHERE place.fid = {table}.{key}"
        if connection.execute(statement, values.bound).rowcount != len(batch):
            raise NotPlain(
                "{layer} in {file} has other rows than were read.", layer=made.layer, file=made.source
            )
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


class _OddPagesError(Exception):
    """A table's pages hold something that `_Pages` does not write itself."""


class _Pages:
    """The pages of a table in a closed SQLite file, rewritten with longer rows at the speed of copying.

    The rows' bytes are moved as they are, new fields go behind the old ones, and the tree above the leaves is built
    anew. See "Database File Format" in SQLite's documentation: 1.3 (header), 1.5 (free pages), 1.6 (b-tree pages,
    overflow), 2.1 (records).
    """

    def __init__(self, file: BufferedRandom, root: int) -> None:
        self.file = file
        header = file.read(100)
        size = int.from_bytes(header[16:18], "big")
        self.size = 65536 if size == 1 else size
        self.usable = self.size - header[20]
        self.count = int.from_bytes(header[28:32], "big")
        #: The format of 2005 knows the short forms of 0 and 1; with pointer maps pages cannot be moved.
        if header[44:48] != b"\0\0\0\4" or header[52:56] != b"\0\0\0\0":
            raise _OddPagesError
        self.root = root
        self.pool: list[int] = []
        self.given = {root}
        self.longest = self.usable - 35
        self.shortest = (self.usable - 12) * 32 // 255 - 23

    def rewrite(
        self,
        defaults: list[bool],
        columns: Mapping[str, Values],
        fids: np.ndarray,
        progress: Progress,
    ) -> None:
        """Give each row the columns' values; `defaults` says of each older column whether it has a default."""
        leaves, inner = self._tree()
        encoded = [_Encoded.of(v) if isinstance(v, Coded) else v for v in columns.values()]
        step = max(1, PIECE // self.size)
        done = 0
        children, keys = [], []
        for start in range(0, len(leaves), step):
            numbers = leaves[start : start + step]
            rows = _Rows.found_in(self, self._read(numbers))
            rows.check(fids[done:], defaults)
            part = slice(done, done + len(rows.at))
            rows.extend(
                [_Encoded(v.labels, v.index[part]) if isinstance(v, _Encoded) else v[part] for v in encoded]
            )
            self._give_up(numbers.tolist())
            pages, last = rows.packed()
            taken = self._take(len(pages))
            self._write(taken, pages)
            children.append(taken)
            keys.append(fids[part][last])
            done = part.stop
            progress(min(1.0, done / len(fids)))
        if done != len(fids):
            raise _OddPagesError
        self._give_up(inner)
        self._build(np.concatenate(children), np.concatenate(keys))
        self._finish()

    def _tree(self) -> tuple[np.ndarray, list[int]]:
        """Return the numbers of the leaves, in the order of their keys, and of the pages above without the root."""
        level, inner = np.array([self.root]), list[int]()
        for _ in range(20):
            # All leaves are equally far from the root, and too many to be read at once.
            if self._read(level[:1])[0, 0] == 13 and inner:
                return level, inner[1:]
            pages = self._read(level)
            if (pages[:, 0] != 5).any():
                raise _OddPagesError
            inner += level.tolist()
            below = []
            for page in pages:
                cells = int(_big(page[3:5]))
                at = page[12 : 12 + 2 * cells].reshape(-1, 2)
                below.append(_big(page[_big(at)[:, None] + np.arange(4)]))
                below.append(_big(page[8:12]).reshape(1))
            level = np.concatenate(below)
            if len(level) > self.count:
                break
        raise _OddPagesError

    def _read(self, numbers: np.ndarray) -> np.ndarray:
        """Return pages, uint8 (n, size)."""
        if len(numbers) and not (numbers.min() > 1 and numbers.max() <= self.count):
            raise _OddPagesError
        pages = np.empty((len(numbers), self.size), dtype=np.uint8)
        for start, stop in _runs(numbers):
            self.file.seek((int(numbers[start]) - 1) * self.size)
            wanted = pages[start:stop].reshape(-1).data
            if self.file.readinto(wanted) != len(wanted):
                raise _OddPagesError
        return pages

    def _write(self, numbers: np.ndarray, pages: np.ndarray) -> None:
        for start, stop in _runs(numbers):
            self.file.seek((int(numbers[start]) - 1) * self.size)
            self.file.write(pages[start:stop].reshape(-1).data)

    def _give_up(self, numbers: list[int]) -> None:
        """Let pages be written to; none can be given up twice."""
        before = len(self.given)
        self.given.update(numbers)
        if len(self.given) != before + len(numbers):
            raise _OddPagesError
        self.pool += numbers

    def _take(self, count: int) -> np.ndarray:
        """Return numbers of pages that may be written to: given up ones first, then new ones."""
        taken, self.pool = self.pool[:count], self.pool[count:]
        while len(taken) < count:
            self.count += 1
            # The page of the first byte after 1 GiB is where SQLite's locks are.
            if self.count != (1 << 30) // self.size + 1:
                taken.append(self.count)
        return np.array(taken, dtype=np.int64)

    def payload(self, local: bytes, length: int) -> bytes:
        """Return a row whose end is on overflow pages; these are given up."""
        parts, following = [local[:-4]], int.from_bytes(local[-4:], "big")
        left = length - len(local) + 4
        while left > 0:
            page = self._read(np.array([following]))[0]
            self._give_up([following])
            parts.append(page[4 : 4 + min(left, self.usable - 4)].tobytes())
            left -= len(parts[-1])
            following = int(_big(page[:4]))
        return b"".join(parts)

    def local(self, length: int | np.ndarray) -> np.ndarray:
        """Return how many bytes of rows of some length are on the leaf itself."""
        length = np.asarray(length)
        kept = self.shortest + (length - self.shortest) % (self.usable - 4)
        return np.where(length <= self.longest, length, np.where(kept <= self.longest, kept, self.shortest))

    def spilled(self, payload: bytes) -> bytes:
        """Write the end of a row to overflow pages, where it is too long, and return what the leaf holds of it."""
        kept = int(self.local(len(payload)))
        if kept == len(payload):
            return payload
        room = self.usable - 4
        parts = [payload[at : at + room] for at in range(kept, len(payload), room)]
        numbers = self._take(len(parts))
        pages = np.zeros((len(parts), self.size), dtype=np.uint8)
        for page, part, following in zip(pages, parts, [*numbers[1:].tolist(), 0], strict=True):
            page[:4] = np.frombuffer(following.to_bytes(4, "big"), dtype=np.uint8)
            page[4 : 4 + len(part)] = np.frombuffer(part, dtype=np.uint8)
        self._write(numbers, pages)
        return payload[:kept] + int(numbers[0]).to_bytes(4, "big")

    def _build(self, children: np.ndarray, keys: np.ndarray) -> None:
        """Write the tree above the leaves, the root where it was."""
        while True:
            lengths = _varint_lengths(keys)
            fan = (self.usable - 12) // (6 + int(lengths.max())) + 1
            starts = list(range(0, len(children), fan))
            if len(children) - starts[-1] == 1 and len(starts) > 1:
                starts[-1] -= 1
            top = len(starts) == 1
            numbers = np.array([self.root]) if top else self._take(len(starts))
            pages = np.zeros((len(starts), self.size), dtype=np.uint8)
            ends = [*starts[1:], len(children)]
            for page, start, end in zip(pages, starts, ends, strict=True):
                size = 4 + lengths[start : end - 1]
                at = self.usable - int(size.sum()) + np.cumsum(size) - size
                page[0] = 5
                page[3:5] = _bytes(np.array([end - 1 - start]), 2)
                page[5:7] = _bytes(np.array([self.usable - int(size.sum())]), 2)
                page[8:12] = _bytes(children[end - 1 : end], 4)
                page[12 : 12 + 2 * len(at)] = _bytes(at, 2).ravel()
                page[at[:, None] + np.arange(4)] = _bytes(children[start : end - 1], 4)
                _put_varints(page, at + 4, keys[start : end - 1], lengths[start : end - 1])
            self._write(numbers, pages)
            if top:
                return
            children, keys = numbers, keys[np.array(ends) - 1]

    def _finish(self) -> None:
        """List the pages that are left over as free, and count the pages and this change."""
        self.file.seek(0)
        header = bytearray(self.file.read(100))
        free = int.from_bytes(header[36:40], "big") + len(self.pool)
        room = self.usable // 4 - 8
        while self.pool:
            trunk, listed, self.pool = self.pool[0], self.pool[1 : 1 + room], self.pool[1 + room :]
            page = np.zeros((1, self.size), dtype=np.uint8)
            page[0, :4] = np.frombuffer(bytes(header[32:36]), dtype=np.uint8)
            page[0, 4 : 8 + 4 * len(listed)] = _bytes(np.array([len(listed), *listed]), 4).ravel()
            self._write(np.array([trunk]), page)
            header[32:36] = trunk.to_bytes(4, "big")
        header[36:40] = free.to_bytes(4, "big")
        header[28:32] = self.count.to_bytes(4, "big")
        changes = (int.from_bytes(header[24:28], "big") + 1) % (1 << 32)
        header[24:28] = header[92:96] = changes.to_bytes(4, "big")
        self.file.seek(0)
        self.file.write(header)


@dataclass
class _Rows:
    """The rows on some leaves.

    Attributes
    ----------
    pages : where they are from
    flat : the leaves' bytes
    at, start : where each row's cell, and its record in that, begin
    keys, lengths : the rows' ids, and the lengths of their records
    """

    pages: _Pages
    flat: np.ndarray
    at: np.ndarray
    start: np.ndarray
    keys: np.ndarray
    lengths: np.ndarray

    @classmethod
    def found_in(cls, pages: _Pages, leaves: np.ndarray) -> _Rows:
        """Find the rows on leaves."""
        if (leaves[:, 0] != 13).any():
            raise _OddPagesError
        counts = _big(leaves[:, 3:5])
        base = np.repeat(np.arange(len(leaves)) * pages.size, counts)
        place = np.arange(len(base)) - np.repeat(np.cumsum(counts) - counts, counts)
        flat = leaves.ravel()
        pointer = base + 8 + 2 * place
        at = base + (flat[pointer].astype(np.int64) << 8 | flat[pointer + 1])
        lengths, skip = _varints(flat, at)
        keys, more = _varints(flat, at + skip)
        start = at + skip + more
        local = pages.local(lengths)
        if (lengths < 2).any() or (lengths > pages.count * pages.size).any():
            raise _OddPagesError
        if (start + local + 4 * (local < lengths) > base + pages.usable).any():
            raise _OddPagesError
        return cls(pages, flat, at, start, keys, lengths)

    def check(self, fids: np.ndarray, defaults: list[bool]) -> None:
        """Check that these are the rows that are expected, and find out about their headers."""
        if not np.array_equal(self.keys, fids[: len(self.keys)]):
            raise _OddPagesError
        self.header, self.size = _varints(self.flat, self.start)
        self.whole = self.lengths <= self.pages.longest
        self.missing = np.zeros(len(self.at), dtype=np.int64)
        if (self.header > self.lengths).any() or (self.header[~self.whole] > self.pages.shortest).any():
            raise _OddPagesError
        # A field's type ends with a byte below 128.
        for width in np.unique(self.header):
            rows = np.flatnonzero(self.header == width)
            types = self.flat[self.start[rows][:, None] + np.arange(width)] < 128
            fields = types.sum(axis=1) - 1
            self.missing[rows] = len(defaults) - fields
        if (self.missing < 0).any() or any(defaults[len(defaults) - int(self.missing.max(initial=0)) :]):
            raise _OddPagesError

    def extend(self, columns: list[np.ndarray | _Encoded]) -> None:
        """Make the new fields: their types, behind the old types, and their contents, behind the old ones."""
        fields = [_fields(values) for values in columns]
        types = [_varint_bytes(kind) for kind, _, _ in fields]
        if self.missing.any():
            widest = int(self.missing.max())
            types.insert(0, (np.zeros((len(self.at), widest), dtype=np.uint8), self.missing))
        self.types, self.types_length = _joined(types)
        self.contents, self.contents_length = _joined([(content, length) for _, content, length in fields])
        rest = self.header - self.size + self.types_length
        self.new_size = np.where(rest + 1 < 128, 1, 2)
        self.new_header = rest + self.new_size
        if (self.new_header >= 16384).any():
            raise _OddPagesError
        self.new_lengths = self.new_header + self.lengths - self.header + self.contents_length

    def packed(self) -> tuple[np.ndarray, np.ndarray]:
        """Return the leaves that hold the rows, and the last row on each."""
        plain = self.whole & (self.new_lengths <= self.pages.longest)
        key_length = self.start - self.at - _varint_lengths(self.lengths)
        length_length = _varint_lengths(self.new_lengths)
        cells = length_length + key_length + self.new_lengths
        long = {int(row): self._long(int(row), int(key_length[row])) for row in np.flatnonzero(~plain)}
        for row, cell in long.items():
            cells[row] = len(cell)
        ends = self._breaks(cells + 2)
        firsts = np.concatenate([[0], ends[:-1]]).astype(np.int64)
        counts = ends - firsts
        size = self.pages.size
        before = np.cumsum(cells) - cells
        total = np.add.reduceat(cells, firsts)
        content = self.pages.usable - total
        leaves = np.zeros((len(ends), size), dtype=np.uint8)
        flat = leaves.ravel()
        within = np.repeat(content - before[firsts], counts) + before
        leaves[:, 0] = 13
        leaves[:, 3:5] = _bytes(counts, 2)
        leaves[:, 5:7] = _bytes(content, 2)
        page = np.repeat(np.arange(len(ends)) * size, counts)
        pointer = page + 8 + 2 * (np.arange(len(cells)) - np.repeat(firsts, counts))
        flat[pointer] = within >> 8
        flat[pointer + 1] = within & 255
        to = page + within
        for row, cell in long.items():
            flat[to[row] : to[row] + len(cell)] = np.frombuffer(cell, dtype=np.uint8)
        rows = slice(None) if not long else np.flatnonzero(plain)
        to, start, header = to[rows], self.start[rows], self.header[rows]
        _put_varints(flat, to, self.new_lengths[rows], length_length[rows])
        to += length_length[rows]
        _move(flat, to, self.flat, start - key_length[rows], key_length[rows])
        to += key_length[rows]
        _put_varints(flat, to, self.new_header[rows], self.new_size[rows])
        to += self.new_size[rows]
        old_types = header - self.size[rows]
        _move(flat, to, self.flat, start + self.size[rows], old_types)
        to += old_types
        _move(
            flat,
            to,
            self.types,
            (np.cumsum(self.types_length) - self.types_length)[rows],
            self.types_length[rows],
        )
        to += self.types_length[rows]
        body = self.lengths[rows] - header
        _move(flat, to, self.flat, start + header, body)
        to += body
        at = (np.cumsum(self.contents_length) - self.contents_length)[rows]
        _move(flat, to, self.contents, at, self.contents_length[rows])
        return leaves, ends - 1

    def _breaks(self, sizes: np.ndarray) -> np.ndarray:
        """Return behind which rows a leaf ends, so that each is as full as can be."""
        filled = np.cumsum(sizes).tolist()
        room, ends, start = self.pages.usable - 8, [], 0
        while start < len(filled):
            before = filled[start - 1] if start else 0
            start = bisect_right(filled, before + room, start, min(len(filled), start + room))
            ends.append(start)
        return np.array(ends, dtype=np.int64)

    def _long(self, row: int, key_length: int) -> bytes:
        """Return the cell of a row that was or gets too long for a leaf."""
        start, length = int(self.start[row]), int(self.lengths[row])
        local = int(self.pages.local(length))
        payload = self.flat[start : start + local + 4 * (local < length)].tobytes()
        if local < length:
            payload = self.pages.payload(payload, length)
        header, size = int(self.header[row]), int(self.size[row])
        types = int(self.types_length[:row].sum())
        contents = int(self.contents_length[:row].sum())
        new = b"".join(
            [
                _varint(int(self.new_header[row])),
                payload[size:header],
                self.types[types : types + int(self.types_length[row])].tobytes(),
                payload[header:],
                self.contents[contents : contents + int(self.contents_length[row])].tobytes(),
            ]
        )
        key = self.flat[start - key_length : start].tobytes()
        return _varint(len(new)) + key + self.pages.spilled(new)


@dataclass
class _Encoded:
    """A text column whose labels are SQLite's types, contents and lengths; the last stands for null."""

    labels: tuple[np.ndarray, np.ndarray, np.ndarray]
    index: np.ndarray

    @classmethod
    def of(cls, values: Coded) -> _Encoded:
        """Encode a column's labels."""
        labels = [*(label.encode() for label in values.labels), b""]
        length = np.array([len(label) for label in labels])
        kind = 13 + 2 * length
        kind[-1] = 0
        width = max(int(length.max()), 1)
        table = np.array(labels, dtype=f"S{width}").view(np.uint8).reshape(-1, width)
        return cls((kind, table, length), np.asarray(values.index))


def _fields(values: np.ndarray | _Encoded) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return values as SQLite's types, their contents as uint8 (n, width), and how much of the width each takes."""
    if isinstance(values, _Encoded):
        return tuple(part[values.index] for part in values.labels)
    if values.dtype.kind == "f":
        numbers = values.astype(np.float64)
        content = numbers.astype(">f8").view(np.uint8).reshape(-1, 8)
        kind = np.where(np.isnan(numbers), 0, np.where(numbers == 1, 9, 7))
        return kind, content, np.where(kind == 7, 8, 0)
    whole = np.ma.getdata(values).astype(np.int64)
    null = np.ma.getmaskarray(values)
    shown = whole[~null]
    low, high = int(shown.min(initial=0)), int(shown.max(initial=0))
    number, width = next(
        (number, width)
        for number, width in ((1, 1), (2, 2), (3, 3), (4, 4), (5, 6), (6, 8))
        if -(1 << 8 * width - 1) <= low and high < 1 << 8 * width - 1
    )
    short = (whole == 0) | (whole == 1)
    kind = np.where(null, 0, np.where(short, 8 + (whole == 1), number))
    return kind, _bytes(whole, width), np.where(null | short, 0, width)


def _joined(parts: list[tuple[np.ndarray, np.ndarray]]) -> tuple[np.ndarray, np.ndarray]:
    """Return the parts of each row one behind the other, all rows in one, and each row's length."""
    cells = np.hstack([cell for cell, _ in parts])
    used = np.hstack([np.arange(cell.shape[1]) < length[:, None] for cell, length in parts])
    lengths = np.sum([length for _, length in parts], axis=0)
    return (cells.ravel() if used.all() else cells[used]), lengths


def _runs(numbers: np.ndarray) -> list[tuple[int, int]]:
    """Return where consecutive numbers start and stop."""
    breaks = (np.flatnonzero(np.diff(numbers) != 1) + 1).tolist()
    return list(pairwise([0, *breaks, len(numbers)])) if len(numbers) else []


def _big(cells: np.ndarray) -> np.ndarray:
    """Return unsigned big-endian numbers, one per row of bytes."""
    value = np.zeros(cells.shape[:-1], dtype=np.int64)
    for place in range(cells.shape[-1]):
        value = value << 8 | cells[..., place]
    return value


def _bytes(numbers: np.ndarray, width: int) -> np.ndarray:
    """Return the lower bytes of numbers, big-endian, uint8 (n, width)."""
    return np.asarray(numbers).astype(">i8").view(np.uint8).reshape(-1, 8)[:, 8 - width :]


def _varints(flat: np.ndarray, at: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return SQLite's numbers of 1 to 9 bytes, int64, and how many bytes each takes."""
    byte = flat[at].astype(np.int64)
    value, length = byte & 127, np.ones(len(at), dtype=np.int64)
    rows = np.flatnonzero(byte > 127)
    for place in range(1, 9):
        if not len(rows):
            break
        byte = flat[at[rows] + place].astype(np.int64)
        value[rows] = value[rows] << 8 | byte if place == 8 else value[rows] << 7 | byte & 127
        length[rows] += 1
        rows = rows[byte > 127]
    return value, length


def _varint_lengths(numbers: np.ndarray) -> np.ndarray:
    """Return how many bytes SQLite's numbers take; negative ones take all 9."""
    length = np.ones(len(numbers), dtype=np.int64)
    for bits in range(7, 57, 7):
        length += numbers >= 1 << bits
    return np.where(numbers < 0, 9, length)


def _put_varints(flat: np.ndarray, at: np.ndarray, numbers: np.ndarray, lengths: np.ndarray) -> None:
    """Write numbers in SQLite's form."""
    for length in np.unique(lengths).tolist():
        rows = np.flatnonzero(lengths == length)
        for place in range(length):
            # The ninth byte has eight bits of the number, all others have seven.
            last, ninth = place == length - 1, length == 9
            shift = 0 if last else 7 * (length - 1 - place) + ninth
            byte = (numbers[rows] >> shift) & (255 if last and ninth else 127)
            flat[at[rows] + place] = byte if last else byte | 128


def _varint_bytes(numbers: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return small numbers in SQLite's form, uint8 (n, width), and how much of the width each takes."""
    if len(numbers) and numbers.min() >= 0 and numbers.max() < 128:
        return numbers.astype(np.uint8)[:, None], np.ones(len(numbers), dtype=np.int64)
    lengths = _varint_lengths(numbers)
    width = int(lengths.max(initial=1))
    cells = np.zeros((len(numbers), width), dtype=np.uint8)
    _put_varints(cells.ravel(), np.arange(len(numbers)) * width, numbers, lengths)
    return cells, lengths


def _varint(number: int) -> bytes:
    cells, _ = _varint_bytes(np.array([number]))
    return cells.tobytes()


def _move(
    to: np.ndarray, there: np.ndarray, source: np.ndarray, here: np.ndarray, lengths: np.ndarray
) -> None:
    """Copy pieces of bytes, those of one length at a time."""
    order = np.argsort(lengths, kind="stable")
    ranked = lengths[order]
    for start, stop in pairwise([0, *(np.flatnonzero(np.diff(ranked)) + 1).tolist(), len(ranked)]):
        length = int(ranked[start]) if start < len(ranked) else 0
        if not length:
            continue
        rows = order[start:stop]
        kind = np.dtype((np.void, length))
        # Windows of one length at every byte, none of which is copied as a whole.
        read: np.ndarray = np.ndarray((len(source) - length + 1,), kind, source, strides=(1,))
        write: np.ndarray = np.ndarray((len(to) - length + 1,), kind, to, strides=(1,))
        write[there[rows]] = read[here[rows]]
