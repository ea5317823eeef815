"""Files are whole or not there, whatever happens while they are written."""

from __future__ import annotations

import errno
import os
import sqlite3
import subprocess
from contextlib import closing

import pytest
from citycheck.citycheck_qgis.errors import OutputError
from citycheck.citycheck_qgis.storage import files
from citycheck.citycheck_qgis.storage.files import replacing, settle, staged


class StoppedError(RuntimeError):
    """What a cancelled run raises."""


def litter(folder):
    return sorted(path.name for path in folder.iterdir())


def test_new_file(tmp_path):
    target = tmp_path / "新" / "报告.html"
    with replacing(target) as draft:
        assert draft.suffix == ".html"
        assert draft != target
        draft.write_text("whole", encoding="utf-8")
        assert not target.exists()
    assert target.read_text(encoding="utf-8") == "whole"
    assert litter(target.parent) == ["报告.html"]


def test_failure_leaves_the_old_file_and_nothing_beside(tmp_path):
    target = tmp_path / "a.txt"
    target.write_text("old")
    with pytest.raises(StoppedError), replacing(target) as draft:
        draft.write_text("half")
        raise StoppedError
    assert target.read_text() == "old"
    assert litter(tmp_path) == ["a.txt"]


def test_failure_of_a_first_run_leaves_no_file(tmp_path):
    with pytest.raises(StoppedError), replacing(tmp_path / "a.txt") as draft:
        draft.write_text("half")
        (draft.parent / "a.txt-journal").write_text("x")
        raise StoppedError
    assert litter(tmp_path) == []


def test_start_from_target(tmp_path):
    target = tmp_path / "a.txt"
    with replacing(target, start_from_target=True) as draft:
        assert not draft.exists()
        draft.write_text("one")
    with replacing(target, start_from_target=True) as draft:
        draft.write_text(draft.read_text() + " two")
        assert target.read_text() == "one"
    assert target.read_text() == "one two"


def test_block_that_writes_nothing_is_no_success(tmp_path):
    with pytest.raises(FileNotFoundError), replacing(tmp_path / "a.txt"):
        pass
    assert litter(tmp_path) == []


def test_path_below_a_file(tmp_path):
    (tmp_path / "file").write_text("x")
    for target in (tmp_path / "file" / "a.txt", tmp_path / "file" / "deeper" / "a.txt"):
        with (
            pytest.raises(OutputError, match=r"cannot be written: part of the path is a file"),
            replacing(target),
        ):
            pass
    with pytest.raises(OutputError, match="part of the path is a file"), staged(tmp_path / "file" / "out"):
        pass
    with pytest.raises(OutputError, match="part of the path is a file"), staged(tmp_path / "file"):
        pass
    assert litter(tmp_path) == ["file"]


def test_target_that_is_a_folder(tmp_path):
    (tmp_path / "a.txt").mkdir()
    with pytest.raises(OutputError, match="a folder has this name"), replacing(tmp_path / "a.txt") as draft:
        draft.write_text("x")
    assert litter(tmp_path) == ["a.txt"]


@pytest.mark.parametrize(
    ("number", "said"),
    [
        (errno.ENOSPC, "the disk is full"),
        (errno.EDQUOT, "quota"),
        (errno.EACCES, "may not write"),
        (errno.EROFS, "read-only"),
    ],
)
def test_errors_of_the_disk_are_one_sentence(tmp_path, number, said):
    target = tmp_path / "a.txt"
    target.write_text("old")
    with pytest.raises(OutputError) as error, replacing(target) as draft:
        draft.write_text("half")
        raise OSError(number, os.strerror(number))
    assert said in str(error.value)
    assert str(target) in str(error.value)
    assert target.read_text() == "old"
    assert litter(tmp_path) == ["a.txt"]


def test_disk_that_fills_up_on_flushing(tmp_path, monkeypatch):
    def full(descriptor):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(files.os, "fsync", full)
    with pytest.raises(OutputError, match="disk is full"), replacing(tmp_path / "a.txt") as draft:
        draft.write_text("x")
    assert litter(tmp_path) == []


def test_errors_that_are_no_disks_stay_what_they_are(tmp_path):
    with pytest.raises(BrokenPipeError), replacing(tmp_path / "a.txt"):
        raise BrokenPipeError


@pytest.fixture
def disk(tmp_path):
    """Return a function that mounts a small file system of its own."""
    mounted = []

    def mount(options):
        folder = tmp_path / f"disk{len(mounted)}"
        folder.mkdir()
        done = subprocess.run(
            ["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(folder)], capture_output=True, text=True
        )
        if done.returncode:
            pytest.skip(f"this machine may not mount a file system: {done.stderr.strip()}")
        mounted.append(folder)
        return folder

    try:
        yield mount
    finally:
        for folder in mounted:
            subprocess.run(["umount", str(folder)], check=True)


def test_disk_that_is_really_full(disk):
    folder = disk("size=64k")
    target = folder / "a.txt"
    target.write_text("old")
    with pytest.raises(OutputError, match="the disk is full"), replacing(target) as draft:
        draft.write_bytes(b"x" * 1_000_000)
    assert target.read_text() == "old"
    assert litter(folder) == ["a.txt"]


def test_disk_that_is_really_read_only(disk):
    folder = disk("size=64k")
    (folder / "a.txt").write_text("old")
    subprocess.run(["mount", "-o", "remount,ro", str(folder)], check=True)
    with pytest.raises(OutputError, match="the folder is read-only"), replacing(folder / "a.txt"):
        pass
    assert (folder / "a.txt").read_text() == "old"


def test_folder_without_permission(tmp_path):
    if os.geteuid() == 0:
        pytest.skip("root may write everywhere")
    tmp_path.chmod(0o500)
    try:
        with pytest.raises(OutputError, match="may not write"), replacing(tmp_path / "a.txt"):
            pass
    finally:
        tmp_path.chmod(0o700)


# ---- sets of files


def test_set_of_files_moves_together(tmp_path):
    folder = tmp_path / "输出"
    with staged(folder) as draft:
        assert draft.parent == folder.parent
        (draft / "b.txt").write_text("b")
        (draft / "a.txt").write_text("a")
        assert litter(folder) == []
    assert litter(folder) == ["a.txt", "b.txt"]
    assert litter(tmp_path) == ["输出"]


def test_set_starts_from_some_and_leaves_others_alone(tmp_path):
    folder = tmp_path / "out"
    folder.mkdir()
    (folder / "own.txt").write_text("mine")
    (folder / "a.txt").write_text("one")
    with staged(folder, ["a.txt", "none.txt"]) as draft:
        assert litter(draft) == ["a.txt"]
        (draft / "a.txt").write_text((draft / "a.txt").read_text() + " two")
        assert (folder / "a.txt").read_text() == "one"
    assert (folder / "a.txt").read_text() == "one two"
    assert (folder / "own.txt").read_text() == "mine"


def test_failure_leaves_the_whole_set_as_it_was(tmp_path):
    folder = tmp_path / "out"
    folder.mkdir()
    (folder / "a.txt").write_text("old")
    with pytest.raises(StoppedError), staged(folder, ["a.txt"]) as draft:
        (draft / "a.txt").write_text("new")
        (draft / "b.txt").write_text("new")
        raise StoppedError
    assert litter(folder) == ["a.txt"]
    assert (folder / "a.txt").read_text() == "old"
    assert litter(tmp_path) == ["out"]


def test_full_disk_leaves_the_whole_set_as_it_was(disk):
    folder = disk("size=256k") / "out"
    folder.mkdir()
    (folder / "a.txt").write_text("old")
    with pytest.raises(OutputError, match="the disk is full"), staged(folder, ["a.txt"]) as draft:
        (draft / "a.txt").write_text("new")
        (draft / "b.bin").write_bytes(b"x" * 1_000_000)
    assert litter(folder) == ["a.txt"]
    assert (folder / "a.txt").read_text() == "old"
    assert litter(folder.parent) == ["out"]


def test_output_folder_that_is_a_disk_of_its_own(disk):
    folder = disk("size=256k")
    (folder / "a.txt").write_text("old")
    with staged(folder, ["a.txt"]) as draft:
        (draft / "a.txt").write_text("new")
    assert (folder / "a.txt").read_text() == "new"
    assert litter(folder) == ["a.txt"]


# ---- databases in use


def database(path, rows):
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("create table t (a integer)")
        connection.executemany("insert into t values (?)", [(i,) for i in range(rows)])


def count(path):
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute("select count(*) from t").fetchone()[0]


def write_ahead(path):
    """Open a database as an editing program does, with rows that are in the log only."""
    connection = sqlite3.connect(path)
    connection.execute("pragma journal_mode=wal")
    connection.execute("pragma wal_autocheckpoint=0")
    with connection:
        connection.execute("insert into t values (99)")
    return connection


def test_database_in_use_is_not_replaced(tmp_path):
    path = tmp_path / "a.gpkg"
    database(path, 3)
    with closing(write_ahead(path)) as other:
        for job in (lambda: replacing(path, start_from_target=True), lambda: staged(tmp_path, ["a.gpkg"])):
            with pytest.raises(OutputError, match=r"a\.gpkg is being edited in another program"), job():
                pass
        assert other.execute("select count(*) from t").fetchone()[0] == 4
    assert count(path) == 4


def test_database_that_is_opened_meanwhile_keeps_the_set_out(tmp_path):
    folder = tmp_path / "out"
    folder.mkdir()
    database(folder / "b.gpkg", 3)
    with pytest.raises(OutputError, match="being edited"), staged(folder, ["b.gpkg"]) as draft:
        (draft / "a.txt").write_text("new")
        other = write_ahead(folder / "b.gpkg")
    other.close()
    assert litter(folder) == ["b.gpkg"]


def test_log_of_a_crashed_program_is_taken_in(tmp_path):
    path, crashed = tmp_path / "a.gpkg", tmp_path / "crashed.gpkg"
    database(path, 3)
    with closing(write_ahead(path)):
        for end in ("", "-wal"):
            (tmp_path / f"crashed.gpkg{end}").write_bytes((tmp_path / f"a.gpkg{end}").read_bytes())
    with replacing(crashed, start_from_target=True) as draft:
        assert count(draft) == 4
    assert count(crashed) == 4
    assert not (tmp_path / "crashed.gpkg-wal").exists()


def test_settling_leaves_everything_else_alone(tmp_path):
    text = tmp_path / "a.txt"
    text.write_text("no database")
    (tmp_path / "a.txt-wal").write_text("x")
    settle(text)
    settle(tmp_path / "missing.gpkg")
    whole = tmp_path / "whole.gpkg"
    database(whole, 3)
    before = (whole.read_bytes(), whole.stat().st_mtime_ns)
    settle(whole)
    assert (whole.read_bytes(), whole.stat().st_mtime_ns) == before
    assert text.read_text() == "no database"
