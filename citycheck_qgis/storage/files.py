"""Files are never half written: write beside the target, then rename."""

from __future__ import annotations

import errno
import hashlib
import os
import shutil
import sqlite3
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path, PurePath
from urllib.parse import quote

from ..errors import OutputError
from ..messages import message


@contextmanager
def replacing(target: Path, start_from_target: bool = False) -> Iterator[Path]:
    """Give a path beside `target` to write to; it takes the target's place when the block ends well.

    When the block fails, the target is as it was and nothing is left beside it.

    Parameters
    ----------
    target : the file to make or replace
    start_from_target : begin with a copy of the target where it exists

    Raises
    ------
    OutputError : the folder cannot be written to, the disk is full, or the target is being edited elsewhere.
    """
    target = Path(target)
    settle(target)
    with writable(target):
        target.parent.mkdir(parents=True, exist_ok=True)
        folder = Path(tempfile.mkdtemp(prefix=".citycheck-", dir=target.parent))
    try:
        # The name inside keeps the target's suffix: drivers choose the format by it.
        draft = folder / target.name
        with writable(target):
            if start_from_target and target.exists():
                shutil.copyfile(target, draft)
            yield draft
            # Through a descriptor that may write: Windows refuses to flush a file opened for reading.
            with draft.open("rb+") as written:
                os.fsync(written.fileno())
            draft.replace(target)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def writable(target: Path) -> Iterator[None]:
    """Turn the system's errors on writing into one sentence about `target`."""
    try:
        yield
    except OSError as error:
        elsewhere = message("you may not write there; choose another folder")
        no_folder = message("part of the path is a file; choose another folder")
        reasons = {
            errno.EACCES: elsewhere,
            errno.EPERM: elsewhere,
            errno.EROFS: message("the folder is read-only; choose another folder"),
            errno.ENOSPC: message("the disk is full; free some space or choose another disk"),
            errno.EDQUOT: message("your quota is used up; free some space or choose another disk"),
            errno.EISDIR: message("a folder has this name; choose another name"),
            errno.ENAMETOOLONG: message("the path is too long; choose a shorter one"),
            errno.ENOTDIR: no_folder,
            errno.EEXIST: no_folder,
        }
        reason = reasons.get(error.errno or 0)
        if reason is None:
            raise
        raise OutputError("{what} cannot be written: {reason}.", what=target, reason=reason) from error


def sqlite_uri(path: PurePath, options: str) -> str:
    """Return the address under which SQLite opens a file with options (``mode=ro``).

    `Path.as_uri` names the server of a share in the place of a host, which SQLite refuses; drives of the network are
    shares as soon as they are resolved.
    """
    text = (path.absolute() if isinstance(path, Path) else path).as_posix()
    return f"file://{'' if text.startswith('/') else '/'}{quote(text, safe='/:')}?{options}"


def settle(database: Path) -> None:
    """Bring a SQLite file's journal into the file, so that the file alone is whole; others are left alone.

    A write-ahead log that stays beside a replaced file would be played into the new one, and a file in that mode
    cannot be read from a read-only folder: QGIS leaves a GeoPackage in it.

    Raises
    ------
    OutputError : another program is editing the file.
    """
    if not database.is_file():
        return
    if not _logs_ahead(database) and not any(
        Path(f"{database}{end}").exists() for end in ("-wal", "-journal")
    ):
        return
    try:
        with closing(sqlite3.connect(database, timeout=1)) as connection:
            connection.execute("PRAGMA journal_mode=DELETE")
            connection.execute("SELECT count(*) FROM sqlite_master")
    except sqlite3.OperationalError as error:
        raise OutputError(
            "{file} is being edited in another program; save and close it there and rerun.", file=database
        ) from error
    except sqlite3.DatabaseError:
        # No database: a file of that name beside it means nothing.
        return


def _logs_ahead(path: Path) -> bool:
    """Return whether a file is a SQLite database in write-ahead mode (byte 18 of its header)."""
    with path.open("rb") as file:
        header = file.read(20)
    return header.startswith(b"SQLite format 3") and header[18:19] == b"\x02"


@contextmanager
def staged(folder: Path, start_from: Iterable[str] = ()) -> Iterator[Path]:
    """Give a folder to write a set of files into; they move to `folder` together when the block ends well.

    The staging folder stands beside the target, at the same depth, so that relative paths that leave the folder
    mean the same in both.

    Parameters
    ----------
    folder : made where it does not exist
    start_from : names of files of `folder` that are copied into the staging folder first

    Raises
    ------
    OutputError : see `replacing`.
    """
    folder = Path(folder).resolve()
    new = not folder.exists()
    with writable(folder):
        folder.mkdir(parents=True, exist_ok=True)
    with writable(folder.parent):
        draft = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
    try:
        with writable(folder):
            for name in start_from:
                settle(folder / name)
                if (folder / name).exists():
                    shutil.copyfile(folder / name, draft / name)
            yield draft
            for path in sorted(draft.iterdir()):
                settle(path)
            made = sorted(draft.iterdir())
            for path in made:
                settle(folder / path.name)
            for path in made:
                _move(path, folder / path.name)
    finally:
        shutil.rmtree(draft, ignore_errors=True)
        if new and not any(folder.iterdir()):
            folder.rmdir()


def _move(path: Path, target: Path) -> None:
    """Put a finished file in the target's place; the target's folder may be another disk."""
    try:
        path.replace(target)
    except OSError as error:
        if error.errno != errno.EXDEV:
            raise
        with replacing(target) as draft:
            shutil.copyfile(path, draft)


def file_hash(path: Path) -> str:
    """Return the SHA-256 of a file's content."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()
