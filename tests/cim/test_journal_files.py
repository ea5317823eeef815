"""Journals on shares of the network and in folders that are only read."""

from __future__ import annotations

import sqlite3
from functools import partial
from pathlib import Path, PureWindowsPath
from typing import Any

import pytest
from citycheck.citycheck_qgis.cim import journal_files
from citycheck.citycheck_qgis.cim.journal_files import copied, is_journal
from citycheck.citycheck_qgis.cim.merge import Base
from citycheck.citycheck_qgis.cim.store import Store
from citycheck.citycheck_qgis.errors import InputError
from citycheck.citycheck_qgis.storage.files import sqlite_uri
from citycheck.tests.fixtures.exchange_sides import feature


def agree(path: Path, key: str) -> str:
    """Note an agreement, and return how the file keeps its journal."""
    with Store(path) as store:
        assert store.warnings == []
        link = store.link("p", "c", "l")
        with store.transaction():
            store.set_bases(link, [(key, Base(feature(key), feature(key)))])
        return store.connection.execute("PRAGMA journal_mode").fetchone()[0]


def agreed(path: Path) -> set[str]:
    with Store(path) as store:
        return {key for (key,) in store.connection.execute("SELECT key FROM base")}


def refuse_sharing(path: Path) -> None:
    """Let SQLite fail to open the shared memory of a file, as it does on a share of the network."""
    Path(f"{path}-shm").mkdir()


@pytest.fixture()
def no_log(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the file system refuse the write-ahead log."""

    class Refusing(sqlite3.Connection):
        def execute(self, sql: str, *values: Any) -> sqlite3.Cursor:
            if "journal_mode=WAL" in sql:
                raise sqlite3.OperationalError("disk I/O error")
            return super().execute(sql, *values)

    monkeypatch.setattr(journal_files.sqlite3, "connect", partial(sqlite3.connect, factory=Refusing))


def test_a_journal_opens_where_memory_cannot_be_shared(tmp_path: Path) -> None:
    path = tmp_path / "j.db"
    refuse_sharing(path)
    assert agree(path, "a") == "wal"
    assert agree(path, "b") == "wal"
    assert agreed(path) == {"a", "b"} and is_journal(path)
    copied(path, tmp_path / "copy.db")
    assert agreed(tmp_path / "copy.db") == {"a", "b"}


def test_a_journal_opens_where_write_ahead_is_refused(tmp_path: Path, no_log: None) -> None:
    path = tmp_path / "j.db"
    assert agree(path, "a") == "delete"
    with Store(path) as store:
        # A commit is on the disk with the removal of its journal.
        assert store.connection.execute("PRAGMA synchronous").fetchone()[0] == 3
    assert agreed(path) == {"a"} and is_journal(path)


def test_a_journal_of_another_machine_is_taken_along_to_the_share(tmp_path: Path) -> None:
    path = tmp_path / "j.db"
    assert agree(path, "a") == "wal"
    refuse_sharing(path)
    assert is_journal(path)
    assert agree(path, "b") == "wal" and agreed(path) == {"a", "b"}


def test_what_is_only_in_the_log_is_in_the_copy(tmp_path: Path) -> None:
    path, killed = tmp_path / "j.db", tmp_path / "killed" / "j.db"
    killed.parent.mkdir()
    agree(path, "a")
    with Store(path) as store:
        link = store.link("p", "c", "l")
        with store.transaction():
            store.set_bases(link, [("b", Base(feature("b"), feature("b")))])
        for end in ("", "-wal"):
            Path(f"{killed}{end}").write_bytes(Path(f"{path}{end}").read_bytes())
    refuse_sharing(killed)
    copied(killed, tmp_path / "copy.db")
    assert agreed(tmp_path / "copy.db") == {"a", "b"}


def test_a_copy_is_not_made_of_a_journal_that_is_being_written_alone(tmp_path: Path, no_log: None) -> None:
    path = tmp_path / "j.db"
    agree(path, "a")
    with Store(path) as store:
        store.connection.execute("DELETE FROM base")
        with pytest.raises(InputError, match=r"Another run is using the journal .*j\.db"):
            copied(path, tmp_path / "copy.db")


@pytest.mark.parametrize("content", [b"", b"no journal at all" * 100, None])
def test_other_files_are_no_journals(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "x.db"
    if content is None:
        sqlite3.connect(path).execute("CREATE TABLE conflict (a)").connection.close()
    else:
        path.write_bytes(content)
    before = path.read_bytes()
    assert not is_journal(path) and path.read_bytes() == before
    assert [one.name for one in tmp_path.iterdir()] == ["x.db"]


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        (
            PureWindowsPath(r"\\server\share\城市\j.db"),
            "file:////server/share/%E5%9F%8E%E5%B8%82/j.db?mode=ro",
        ),
        (PureWindowsPath(r"Z:\a b\j#1.db"), "file:///Z:/a%20b/j%231.db?mode=ro"),
    ],
)
def test_files_of_shares_have_an_address(path: PureWindowsPath, expected: str) -> None:
    assert sqlite_uri(path, "mode=ro") == expected


def test_an_address_with_four_slashes_is_taken(tmp_path: Path) -> None:
    path = tmp_path / "a ?#%20.db"
    sqlite3.connect(path).execute("CREATE TABLE t (a)").connection.close()
    assert sqlite_uri(path, "mode=ro").startswith("file:///")
    share = sqlite_uri(path, "mode=ro").replace("file:///", "file:////")
    for address in (sqlite_uri(path, "mode=ro"), share):
        connection = sqlite3.connect(address, uri=True)
        assert connection.execute("SELECT name FROM sqlite_master").fetchone() == ("t",)
        connection.close()
    # What `as_uri` makes of a share.
    with pytest.raises(sqlite3.OperationalError, match="invalid uri authority"):
        sqlite3.connect(PureWindowsPath(r"\\server\share\j.db").as_uri(), uri=True)
