"""Opening a journal where it lies: on this machine's disk, on a share of the network, in a folder that is only read."""

from __future__ import annotations

import os
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

from ..errors import InputError
from ..storage.files import sqlite_uri

#: Seconds to wait for another program that reads the journal.
_PATIENCE = 10
_COMPANIONS = ("", "-wal")


def opened(path: Path) -> sqlite3.Connection:
    """Open a journal for writing, made where it does not exist, so that what is committed is on the disk.

    In write-ahead mode where that is possible. It needs memory that is shared between programs, which shares of the
    network refuse; a connection that has the file for itself does without, and the lock file sees to it that it may.
    Where even that is refused, the ordinary journal of SQLite does.

    Raises
    ------
    sqlite3.DatabaseError : it cannot be opened in any way, or is no database.
    """
    alone = ("locking_mode=EXCLUSIVE",)
    ways = (
        ("wal", ("journal_mode=WAL", "synchronous=FULL")),
        ("wal", (*alone, "journal_mode=WAL", "synchronous=FULL")),
        # With the removal of the journal on the disk as well: a commit that comes undone would be a write forgotten.
        ("delete", (*alone, "synchronous=EXTRA", "journal_mode=DELETE")),
    )
    refused: sqlite3.OperationalError | None = None
    for mode, settings in ways:
        connection = sqlite3.connect(path, timeout=_PATIENCE, isolation_level=None)
        try:
            for setting in settings:
                connection.execute(f"PRAGMA {setting}").fetchone()
            # Reading succeeds without shared memory; only a write shows that it is missing.
            connection.execute("BEGIN IMMEDIATE")
            connection.execute("ROLLBACK")
            if connection.execute("PRAGMA journal_mode").fetchone()[0] == mode:
                return connection
        except sqlite3.OperationalError as error:
            if _is_busy(error):
                connection.close()
                raise
            refused = error
        except BaseException:
            connection.close()
            raise
        connection.close()
    raise refused or sqlite3.OperationalError("unable to open database file")


def copied(path: Path, target: Path) -> None:
    """Copy a journal as it is now, without a trace beside it.

    Raises
    ------
    InputError : it cannot be read, or a run is writing it on a share of the network.
    """
    try:
        try:
            # One that may only read would leave its companions behind where it may write.
            if os.access(path.parent, os.W_OK):
                _backed_up(path, target)
                return
        except sqlite3.OperationalError as error:
            if _is_busy(error):
                raise
        for end in _COMPANIONS:
            if Path(f"{path}{end}").is_file():
                shutil.copyfile(f"{path}{end}", f"{target}{end}")
    except (sqlite3.DatabaseError, OSError) as error:
        if isinstance(error, sqlite3.OperationalError) and _is_busy(error):
            raise InputError(
                "Another run is using the journal {file}; wait for its end.", file=path
            ) from error
        raise InputError(
            "The journal {file} cannot be read ({reason}); a run that is no preview sets it aside and begins a new one.",
            file=path,
            reason=str(error),
        ) from error


def _backed_up(path: Path, target: Path) -> None:
    with (
        closing(sqlite3.connect(sqlite_uri(path, "mode=rw"), uri=True)) as source,
        closing(sqlite3.connect(target)) as copy,
    ):
        # The copying itself would wait for ever where another connection has the file for itself.
        source.execute("BEGIN")
        source.execute("SELECT 1 FROM sqlite_master").fetchone()
        source.backup(copy)


def is_journal(path: Path) -> bool:
    """Return whether a file is a journal; it is only read."""
    for way in ("mode=ro", "mode=ro&immutable=1"):
        try:
            with closing(sqlite3.connect(sqlite_uri(path, way), uri=True)) as connection:
                connection.execute("SELECT 1 FROM conflict, link LIMIT 1").fetchone()
            return True
        except sqlite3.OperationalError:
            # A journal in write-ahead mode cannot be looked at where nothing can be made beside it.
            continue
        except sqlite3.DatabaseError:
            return False
    return False


def _is_busy(error: sqlite3.OperationalError) -> bool:
    return "locked" in str(error) and "protocol" not in str(error)
