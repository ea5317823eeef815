"""Columns added to a layer of a GeoPackage at nearly the cost of copying the file.

Geometry, indexes, other layers and styles are copied as bytes. The rows get their values in the pages of the file
(`column_pages`), or where the table is not a plain one by SQL (`column_sql`).
"""

from __future__ import annotations

import errno
import os
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from io import BufferedReader, BufferedWriter
from pathlib import Path

import numpy as np

from ..errors import InputError, OutputError
from .column_pages import OddPagesError, TablePages, runs
from .column_sql import fill_rows
from .columns import Values, kind_of
from .files import replacing
from .geopackage import NotPlain, Progress, check_unchanged, connect, quoted, reading
from .geopackage import fingerprint as fingerprint_of

#: Bytes that are at least left out of a copy at a time.
GAP = 1 << 16
#: Bytes copied between two calls of `progress`.
BLOCK = 1 << 24
#: SQLite's page cache in KiB; a sequential update gains nothing from more.
CACHE = 16384
#: Share of the progress that is the copying.
COPYING = 0.2


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
        for extend, pieces in ((_extend_pages, _without_leaves(source, layer)), (_extend_rows, None)):
            _copy(source, draft, pieces, lambda share: progress(COPYING * share))
            check_unchanged(source, before)
            with _writing(source, target):
                made = _make_columns(draft, source, layer, columns)
                read = draft if pieces is None else source
                if extend(
                    draft, read, made, columns, ids, lambda share: progress(COPYING + (1 - COPYING) * share)
                ):
                    break
        check_unchanged(source, before)
    progress(1.0)


def _in_use(source: Path) -> bool:
    """Return whether a file is open elsewhere, and so is left to SQLite."""
    # Closing a file drops the locks that this process has on it.
    return any(Path(f"{source}{end}").exists() for end in ("-wal", "-journal"))


def _without_leaves(source: Path, layer: str) -> list[tuple[int, int]] | None:
    """Return the pieces of a file (start, end) without the leaves of a table, which will be written anew.

    None where the file must be copied whole.
    """
    if _in_use(source):
        return None
    with closing(connect(source)) as connection, reading(source):
        (root,) = connection.execute(
            "SELECT rootpage FROM sqlite_master WHERE type = 'table' AND lower(name) = lower(?)", (layer,)
        ).fetchone()
    try:
        with source.open("rb") as file:
            pages = TablePages(file, root, file)
            leaves, _ = pages.tree()
            size = os.fstat(file.fileno()).st_size
    except (OddPagesError, IndexError, ValueError, OverflowError):
        return None
    leaves = np.unique(leaves) - 1
    gaps = [
        (int(leaves[start]) * pages.size, int(leaves[end - 1] + 1) * pages.size)
        for start, end in runs(leaves)
    ]
    # Short gaps are not worth a call of their own.
    gaps = [(start, end) for start, end in gaps if end - start >= GAP]
    return list(zip([0, *(end for _, end in gaps)], [*(start for start, _ in gaps), size], strict=True))


def _copy(source: Path, draft: Path, pieces: list[tuple[int, int]] | None, progress: Progress) -> None:
    """Copy a GeoPackage, with what waits in its log; or only pieces of its file (start, end), the others empty."""
    with closing(connect(source)) as connection:
        if _in_use(source):
            with reading(source), closing(sqlite3.connect(draft)) as copy:
                connection.backup(
                    copy,
                    pages=4096,
                    progress=lambda status, left, pages: progress(1 - left / max(pages, 1)),
                )
            return
    with source.open("rb") as read, draft.open("wb") as write:
        size = os.fstat(read.fileno()).st_size
        write.truncate(size)
        for start, end in pieces or [(0, size)]:
            while start < end and (copied := _copy_block(read, write, start, min(BLOCK, end - start))):
                start += copied
                progress(min(start / size, 1.0))


def _copy_block(read: BufferedReader, write: BufferedWriter, start: int, length: int) -> int:
    """Copy a block between two files and return how much was copied; in the kernel where it can."""
    if hasattr(os, "copy_file_range"):
        try:
            return os.copy_file_range(read.fileno(), write.fileno(), length, start, start)
        except OSError as error:
            if error.errno not in (errno.EXDEV, errno.ENOSYS, errno.EOPNOTSUPP, errno.EINVAL, errno.EPERM):
                raise
    read.seek(start)
    block = read.read(length)
    write.seek(start)
    write.write(block)
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


def _make_columns(draft: Path, source: Path, layer: str, columns: Mapping[str, Values]) -> _Made:
    """Add the columns to the copy, and what its contents say about the change."""
    with closing(sqlite3.connect(draft, isolation_level=None)) as connection:
        _alone(connection)
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
    draft: Path,
    source: Path,
    made: _Made,
    columns: Mapping[str, Values],
    fids: np.ndarray,
    progress: Progress,
) -> bool:
    """Fill the columns by rewriting the table's pages, as they are in `source`; return whether that could be done."""
    if not made.plain or not columns:
        return not columns
    try:
        with draft.open("rb+") as file, source.open("rb") as old:
            TablePages(file, made.root, file if source == draft else old).rewrite(
                made.defaults, columns, fids, progress
            )
        # SQLite walks through all pages of the table before anybody gets them.
        with closing(sqlite3.connect(draft)) as connection:
            (count,) = connection.execute(f"SELECT count(*) FROM {quoted(made.layer)}").fetchone()
            return bool(count == len(fids))
    # A damaged page leads anywhere; SQLite has words for it.
    except (OddPagesError, IndexError, ValueError, OverflowError, sqlite3.DatabaseError):
        return False


def _extend_rows(
    draft: Path,
    source: Path,
    made: _Made,
    columns: Mapping[str, Values],
    fids: np.ndarray,
    progress: Progress,
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
        named = dict(zip(made.names, columns.values(), strict=True))
        (count,) = connection.execute(f"SELECT count(*) FROM {quoted(made.layer)}").fetchone()
        if count != len(fids) or not fill_rows(connection, made.layer, made.key, named, fids, progress):
            raise NotPlain(
                "{layer} in {file} has other rows than were read.", layer=made.layer, file=made.source
            )
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
