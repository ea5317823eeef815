"""The journal file: kills, damage, two runs at once, a full disk."""

from __future__ import annotations

import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from citycheck.citycheck_qgis.cim.features import GEOMETRY, Feature
from citycheck.citycheck_qgis.cim.fidelity import Tolerance
from citycheck.citycheck_qgis.cim.merge import BOTH_CHANGED, DELETED_HERE, DELETED_THERE, Base, merge
from citycheck.citycheck_qgis.cim.store import CONFLICT, LATER, REJECTED, SENT, VERIFIED, Conflict, Store
from citycheck.citycheck_qgis.errors import CityCheckError, InputError, OutputError
from citycheck.citycheck_qgis.messages import message
from citycheck.tests.fixtures.exchange_sides import Client, Layer, Platform, feature

NAMES = frozenset(["name", "status", "storeys", "geometry"])
ROOT = Path(__file__).parents[2]


def journal(path: Path, features: int = 40) -> Path:
    with Store(path) as store:
        link = store.link("p", "c", "l")
        for n in range(features):
            one = feature(f"k{n}", name="楼" * n)
            with store.transaction():
                store.set_bases(link, [(f"k{n}", Base(one, replace(one, server_id=str(n))))])
    return path


def test_what_is_kept_comes_back(tmp_path: Path) -> None:
    nasty = Feature(
        "𠮷'\";--", {"a": "end\\", "b": "", "c": None, "d": 2**70, "e": "\ud800", "f": "a\0b"}, b"\x01\x00"
    )
    altered = replace(nasty, values={**nasty.values, "a": None}, server_id="7", version='W/"1"')
    with Store(tmp_path / "j.db") as store:
        link = store.link("https://p", "c", "l")
        assert link == store.link("https://p", "c", "l") and link != store.link("https://p", "c", "m")
        with store.transaction():
            store.set_bases(link, [(str(nasty.key), Base(nasty, altered)), ("k", Base(nasty, nasty))])
        run = store.start_run(link, "push")
        with store.transaction():
            (number,) = store.plan(link, run, "create", [(nasty, frozenset(["a", "𠮷"]))])
        store.mark_sent([number])
    with Store(tmp_path / "j.db") as store:
        found = store.bases(link, [str(nasty.key), "k", "other"])
        assert found[str(nasty.key)] == Base(nasty, altered) and len(found) == 2
        operation = store.unanswered(link)[str(nasty.key)]
        assert operation.payload == nasty and operation.items == {"a", "𠮷"} and operation.state == SENT
        with store.transaction():
            store.move_to(REJECTED, [(number, message("The {what}.", what="𠮷\ud800"))])
        assert not store.unanswered(link)


def test_a_transaction_is_done_as_a_whole_or_not(tmp_path: Path) -> None:
    with Store(tmp_path / "j.db") as store:
        link, one = store.link("p", "c", "l"), feature("k")
        with pytest.raises(ZeroDivisionError), store.transaction():
            store.set_bases(link, [("k", Base(one, one))])
            raise ZeroDivisionError
        assert not store.bases(link, ["k"])


KILLED = """
import os, signal, sys
sys.path.insert(0, {root!r})
import conftest
from citycheck.citycheck_qgis.cim.features import Feature
from citycheck.citycheck_qgis.cim.merge import Base
from citycheck.citycheck_qgis.cim.store import Store
store = Store(__import__("pathlib").Path(sys.argv[1]))
link = store.link("p", "c", "l")
one = Feature("k", {{"a": "x" * 100000}})
for n in range(10):
    with store.transaction():
        store.set_bases(link, [(f"{{n}}-{{m}}", Base(one, one)) for m in range(20)])
        if n == int(sys.argv[2]):
            os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.mark.parametrize("at", [0, 4])
def test_killed_in_a_transaction(tmp_path: Path, at: int) -> None:
    path = tmp_path / "j.db"
    code = textwrap.dedent(KILLED.format(root=str(ROOT)))
    done = subprocess.run([sys.executable, "-c", code, str(path), str(at)], capture_output=True, timeout=60)
    assert done.returncode == -signal.SIGKILL, done.stderr.decode()
    with Store(path) as store:
        assert not store.warnings
        found = [key for (key,) in store.connection.execute("SELECT key FROM base")]
        assert len(found) == at * 20 and not any(key.startswith(f"{at}-") for key in found)


def test_two_runs_at_once(tmp_path: Path) -> None:
    path = journal(tmp_path / "j.db", 1)
    code = f"import sys; sys.path.insert(0, {str(ROOT)!r}); import conftest; from pathlib import Path; " + (
        "from citycheck.citycheck_qgis.cim.store import Store; Store(Path(sys.argv[1])); print('open', flush=True); sys.stdin.read()"
    )
    other = subprocess.Popen(
        [sys.executable, "-c", code, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    try:
        assert other.stdout is not None and other.stdout.readline() == b"open\n"
        with pytest.raises(OutputError, match="another run is using it"):
            Store(path)
    finally:
        other.kill()
        other.communicate()
    Store(path).close()


CROWD = """
import os, sys, time
sys.path.insert(0, {root!r})
import conftest
from pathlib import Path
from citycheck.citycheck_qgis.cim.store import Store
from citycheck.citycheck_qgis.errors import OutputError
path, inside = Path(sys.argv[1]), Path(sys.argv[1] + ".inside")
end, entered = time.monotonic() + 2, 0
while time.monotonic() < end:
    try:
        with Store(path):
            os.close(os.open(inside, os.O_CREAT | os.O_EXCL))
            inside.unlink()
            entered += 1
    except OutputError:
        pass
print(entered)
"""


def test_a_crowd_at_one_journal_is_let_in_one_by_one(tmp_path: Path) -> None:
    code = textwrap.dedent(CROWD.format(root=str(ROOT)))
    command = [sys.executable, "-c", code, str(tmp_path / "j.db")]
    crowd = [subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) for _ in range(4)]
    said = [one.communicate(timeout=60) for one in crowd]
    assert not [error.decode() for _, error in said if error]
    assert sum(int(entered) for entered, _ in said) > 10
    assert not (tmp_path / ".j.db.lock").exists()


def copied(path: Path, target: Path) -> Path:
    for end in ("", "-wal"):
        if Path(f"{path}{end}").exists():
            shutil.copyfile(f"{path}{end}", f"{target}{end}")
    return target


def test_a_write_ahead_file_cut_at_any_place_loses_only_the_end(tmp_path: Path) -> None:
    store = Store(tmp_path / "j.db")
    link = store.link("p", "c", "l")
    for n in range(12):
        one = feature(f"k{n}", name="楼" * 50)
        with store.transaction():
            store.set_bases(link, [(f"k{n}-{m}", Base(one, one)) for m in range(3)])
    whole = copied(tmp_path / "j.db", tmp_path / "whole.db")
    store.close()
    size = Path(f"{whole}-wal").stat().st_size
    assert size > 50_000
    counts = []
    for cut in range(0, size, 512):
        path = copied(whole, tmp_path / "cut.db")
        os.truncate(f"{path}-wal", cut)
        with Store(path) as found:
            number = found.connection.execute("SELECT count(*) FROM base").fetchone()[0]
        counts.append(number)
        for end in ("", "-wal", "-shm"):
            Path(f"{path}{end}").unlink(missing_ok=True)
    assert counts == sorted(counts) and all(number % 3 == 0 for number in counts) and counts[-1] >= 33


@pytest.mark.parametrize("seed", range(25))
def test_a_damaged_file_is_set_aside_and_both_sides_compared_afresh(tmp_path: Path, seed: int) -> None:
    client, platform = (
        Client(tmp_path, Layer([feature(f"k{n}", x=113 + n / 10) for n in range(30)])),
        Platform(),
    )
    client.run(platform)
    client.layer.edit("k1", status="ours")
    platform.edit("k2", status="theirs")
    platform.edit("k3", status="b")
    client.layer.edit("k3", status="a")
    before = {key: row.digest() for key, row in client.layer.rows.items()}
    there = {key: row[0].digest() for key, row in platform.by_key().items()}
    drawn, size = random.Random(seed), client.path.stat().st_size
    if seed % 5:
        os.truncate(client.path, 0 if seed == 1 else drawn.randrange(size))
    else:
        with client.path.open("r+b") as file:
            for _ in range(20):
                file.seek(drawn.randrange(0, size - 512))
                file.write(drawn.randbytes(512))
    damaged = client.path.read_bytes()
    report = client.run(platform)
    warned = [str(warning) for warning in report.warnings]
    assert len(warned) == 1 and "is kept as journal-0.db.damaged-1" in warned[0]
    assert (tmp_path / "journal-0.db.damaged-1").read_bytes()[:512] == damaged[:512]
    assert report.counts == {"conflict": 3, "agreed": 27} and report.unchanged == 0
    assert {key: row.digest() for key, row in client.layer.rows.items()} == before
    assert {key: row[0].digest() for key, row in platform.by_key().items()} == there
    again = client.run(platform)
    assert not again.warnings and again.counts == {"conflict": 3}


def test_damage_that_is_met_in_the_middle_is_told(tmp_path: Path) -> None:
    path = journal(tmp_path / "j.db", 5)
    with Store(path) as store:
        told = pytest.raises(OutputError, match=r"is damaged and is kept as j.db.damaged-1; run again")
    with Store(path) as store, told, store.telling():
        raise sqlite3.DatabaseError("database disk image is malformed")
    with Store(path) as store:
        assert not store.links()


@pytest.fixture
def mounted(tmp_path: Path) -> Iterator[Path]:
    """A small disk of its own."""
    folder = tmp_path / "disk"
    folder.mkdir()
    made = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=8m", "tmpfs", str(folder)], capture_output=True
    )
    if made.returncode:
        pytest.skip("no disk can be mounted here")
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=True)


def test_a_folder_that_can_only_be_read(mounted: Path) -> None:
    journal(mounted / "j.db", 1)
    subprocess.run(["mount", "-o", "remount,ro", str(mounted)], check=True)
    with pytest.raises(OutputError, match=r"may not write there|read-only"):
        Store(mounted / "j.db")
    with pytest.raises(OutputError, match=r"may not write there|read-only"):
        Store(mounted / "new" / "j.db")


def test_a_file_in_the_place_of_the_folder(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(OutputError, match="part of the path is a file"):
        Store(tmp_path / "file" / "j.db")
    (tmp_path / "j.db").mkdir()
    with pytest.raises(OutputError, match="cannot be written"):
        Store(tmp_path / "j.db")
    (tmp_path / "text.db").write_text("no database at all, just words")
    with Store(tmp_path / "text.db") as store:
        assert len(store.warnings) == 1


def test_a_disk_that_is_full_at_any_point(mounted: Path, tmp_path: Path) -> None:
    """Each time a little more room is left; the run says so in one sentence, and with room it is finished."""
    sentences = 0
    for room in range(0, 4_000_000, 100_000):
        for file in mounted.iterdir():
            file.unlink()
        rows = [feature(f"k{n}", name="楼" * 300, x=113 + n / 10) for n in range(60)]
        client, platform = Client(mounted, Layer(rows)), Platform()
        with (mounted / "ballast").open("wb") as ballast:
            free = os.statvfs(mounted)
            ballast.write(b"\0" * max(0, free.f_bavail * free.f_bsize - room))
        try:
            report = client.run(platform)
            assert report.counts == {"verified": 60}
        except OutputError as error:
            sentences += 1
            assert "disk is full" in str(error) and "journal-0.db" in str(error)
        (mounted / "ballast").unlink()
        client.run(platform)
        assert {key: len(rows) for key, rows in platform.by_key().items()} == {f"k{n}": 1 for n in range(60)}
        assert client.run(platform).counts == {} and set(client.states()) <= {VERIFIED, REJECTED}
    assert 5 < sentences < 40


# --- resolutions


def conflicting(
    store: Store, kind: str, base: Feature | None, local: Feature | None, remote: Feature | None
) -> Conflict:
    link = store.link("p", "c", "l")
    agreed = None if base is None else Base(base, base)
    with store.transaction():
        if agreed is not None:
            store.set_bases(link, [("k", agreed)])
        decision = merge(agreed, local, remote, NAMES)
        assert decision.conflict == kind
        store.note_conflicts(link, [("k", kind, decision.conflicting, agreed, local, remote)])
    (found,) = store.conflicts()
    return found


def decided(store: Store, conflict: Conflict) -> tuple:
    base = store.bases(conflict.link_id, ["k"]).get("k")
    found = merge(base, conflict.local, conflict.remote, NAMES)
    return found.conflict, found.there, found.here, found.to_there, found.to_here


BASE, OURS, THEIRS = (
    feature("k"),
    feature("k", status="ours", storeys=7),
    feature("k", status="theirs", name="亭"),
)


@pytest.mark.parametrize(
    ("kind", "sides", "choice", "expected"),
    [
        (BOTH_CHANGED, (BASE, OURS, THEIRS), {"status": "local"}, (None, "update", "update", {"status", "storeys"}, {"name"})),
        (BOTH_CHANGED, (BASE, OURS, THEIRS), {"status": "remote"}, (None, "update", "update", {"storeys"}, {"name", "status"})),
        (DELETED_THERE, (BASE, OURS, None), {"status": "local"}, (None, "create", None, NAMES, set())),
        (DELETED_THERE, (BASE, OURS, None), {"": "remote"}, (None, None, "delete", set(), set())),
        (DELETED_HERE, (BASE, None, THEIRS), {"status": "local"}, (None, "delete", None, set(), set())),
        (DELETED_HERE, (BASE, None, THEIRS), {"status": "remote"}, (None, None, "create", set(), NAMES)),
        ("both_created", (None, OURS, THEIRS), dict.fromkeys(["status", "name", "storeys"], "local"), (None, "update", None, {"status", "name", "storeys"}, set())),
        ("both_created", (None, OURS, THEIRS), {"status": "local", "name": "remote", "storeys": "remote"}, (None, "update", "update", {"status"}, {"name", "storeys"})),
    ],
)  # fmt: skip
def test_a_choice_makes_one_side_the_one_that_changed(
    kind: str, sides: tuple, choice: dict, expected: tuple
) -> None:
    with Store(None) as store:
        conflict = conflicting(store, kind, *sides)
        store.resolve(conflict, choice)
        assert decided(store, conflict) == expected
        (kept,) = store.conflicts("resolved")
        assert kept.local == sides[1] and kept.remote == sides[2] and kept.choice == choice


def test_a_choice_of_some_items_leaves_the_others_open() -> None:
    with Store(None) as store:
        conflict = conflicting(store, BOTH_CHANGED, BASE, OURS, feature("k", status="theirs", storeys=9))
        store.resolve(conflict, {"status": "remote"})
        (left,) = store.conflicts("open")
        assert left.items == ("storeys",) and decided(store, conflict)[0] == BOTH_CHANGED
        store.resolve(left, {"storeys": "local"})
        assert not store.conflicts("open") and decided(store, conflict) == (None, "update", "update", {"storeys"}, {"status"})  # fmt: skip


def test_what_agreed_without_a_base_is_no_edit_of_either_side() -> None:
    theirs = feature("k", status="theirs", x=113.2 + 1e-7)
    with Store(None) as store:
        link = store.link("p", "c", "l")
        ours, coarse = feature("k", status="ours"), Tolerance(distance=1e-6)
        decision = merge(None, ours, theirs, NAMES, coarse)
        with store.transaction():
            store.note_conflicts(link, [("k", "both_created", decision.conflicting, None, ours, theirs)])
        (conflict,) = store.conflicts()
        store.resolve(conflict, {"status": "local"})
        # The geometry is rounded there, and nobody has changed it.
        assert decided(store, conflict) == (None, "update", None, {"status"}, set())


def test_a_journal_of_an_earlier_version(tmp_path: Path) -> None:
    path = tmp_path / "j.db"
    names = frozenset(NAMES)
    with Store(path) as store:
        link = store.link("p", "c", "l")
        with store.transaction():
            store.set_bases(link, [(f"k{n}", Base(BASE, THEIRS)) for n in range(3)])
        for table, column in LATER:
            store.connection.execute(f"ALTER TABLE {table} DROP COLUMN {column}")
    with Store(path) as store:
        store.keep_items(link, names - {"status", GEOMETRY})
        base = store.bases(link, ["k1"])["k1"]
        assert base.remote.values == {"name": "亭", "storeys": 3} and base.local.geometry is None
        assert store.hashed_bases(link, ["k1"])["k1"][1] == base.local.digest()
        store.keep_items(link, names)
        assert store.bases(link, ["k1"])["k1"] == base


def test_a_platform_at_a_new_address(tmp_path: Path) -> None:
    names = ("problem", "layer")
    with Store(tmp_path / "j.db") as store:
        before = store.link("http://p", *names)
        other = store.link("http://p", "problem", "another")
        assert store.elsewhere("https://p", *names) is None
        with store.transaction():
            store.set_bases(other, [("k", Base(BASE, BASE))])
        assert store.elsewhere("https://p", *names) is None
        with store.transaction():
            store.set_bases(before, [("k", Base(BASE, BASE))])
        assert store.elsewhere("http://p", *names) is None
        # A preview has made a link already.
        link = store.link("https://p", *names)
        run = store.start_run(link, "push preview")
        assert store.elsewhere("https://p", *names) == "http://p"
        store.move("https://p", *names)
        assert store.elsewhere("https://p", *names) is None and store.link("https://p", *names) == before
        assert set(store.bases(before, ["k"])) == {"k"} and len(store.links()) == 2
        assert store.connection.execute("SELECT link_id FROM run WHERE run_id = ?", (run,)).fetchone() == (
            before,
        )
        store.move("https://p", *names)
        assert len(store.links()) == 2


def test_what_a_link_knows(tmp_path: Path) -> None:
    with Store(tmp_path / "j.db") as store:
        link = store.link("p", "c", "l")
        assert store.crs(link) is None and store.differences(link) == [] and not store.has_agreements(link)
        store.set_crs(link, "EPSG:4547")
        cause = message("the value is lost")
        with store.transaction():
            store.note_differences(link, [("k", "name", "a", "", cause), ("k", "area", "1", "2", None)])
        assert store.crs(link) == "EPSG:4547"
        assert [row[:5] for row in store.differences(link)] == [
            ("k", "area", "1", "2", None),
            ("k", "name", "a", "", cause),
        ]


def test_choices_that_cannot_be() -> None:
    with Store(None) as store:
        conflict = conflicting(store, BOTH_CHANGED, BASE, OURS, THEIRS)
        with pytest.raises(InputError, match="not in conflict"):
            # Whoever names it would undo an edit of the platform without a word.
            store.resolve(conflict, {"status": "local", "name": "local"})
        for choice in ({}, {"status": "both"}):
            with pytest.raises(InputError, match="needs the choice"):
                store.resolve(conflict, choice)
        store.resolve(conflict, {"status": "local"})
        with pytest.raises(InputError, match="has changed since"):
            store.resolve(conflict, {"status": "local"})
    with Store(None) as store:
        conflict = conflicting(store, DELETED_THERE, BASE, feature("k", status="a", name="b"), None)
        with pytest.raises(InputError, match="needs the choice"):
            store.resolve(conflict, {"status": "local", "name": "remote"})


def test_a_conflict_whose_sides_move_is_kept_as_it_was() -> None:
    with Store(None) as store:
        first = conflicting(store, BOTH_CHANGED, BASE, OURS, THEIRS)
        later = feature("k", status="later")
        with store.transaction():
            store.note_conflicts(
                first.link_id, [("k", BOTH_CHANGED, ["status"], Base(BASE, BASE), OURS, later)]
            )
            store.note_conflicts(
                first.link_id, [("k", BOTH_CHANGED, ["status"], Base(BASE, BASE), OURS, later)]
            )
        assert [c.state for c in store.conflicts(None)] == ["superseded", "open"]
        assert store.conflicts("superseded")[0].remote == THEIRS
        with pytest.raises(CityCheckError, match="has changed since"):
            store.resolve(first, {"status": "remote"})


def test_what_old_runs_have_sent_is_dropped(tmp_path: Path) -> None:
    with Store(None) as store:
        link, other = store.link("p", "c", "l"), store.link("p", "d", "l")
        for number in range(25):
            for place in (link, other) if number == 0 else (link,):
                run = store.start_run(place, "push")
                with store.transaction():
                    one, two = store.plan(
                        place, run, "update", [(feature("a"), NAMES), (feature("b"), NAMES)]
                    )
                    store.move_to(VERIFIED, [(one, None)])
                    store.move_to(REJECTED, [(two, None)])
                store.end_run(run, {})
        rows = store.connection.execute(
            "SELECT link_id, state, payload_values <> '{}' AND payload_geometry IS NOT NULL, count(*) FROM operation "
            "GROUP BY 1, 2, 3 ORDER BY 1, 2, 3"
        ).fetchall()
        assert rows == [
            (link, REJECTED, 1, 25), (link, VERIFIED, 0, 5), (link, VERIFIED, 1, 20),
            (other, REJECTED, 1, 1), (other, VERIFIED, 1, 1),
        ]  # fmt: skip


def test_ends_of_operations(tmp_path: Path) -> None:
    with Store(None) as store:
        link = store.link("p", "c", "l")
        run, later = store.start_run(link, "push"), store.start_run(link, "push")
        with store.transaction():
            one, two = store.plan(link, run, "create", [(feature("a"), NAMES), (feature("b"), NAMES)])
        store.mark_sent([one])
        store.drop_planned(link, later)
        assert set(store.unanswered(link)) == {"a"}
        store.mark_sent([one])
        with store.transaction():
            store.note_answers([(one, False, None)])
        found = store.creations(link, later, ["a", "b"])
        assert (found["a"].may_be_done, found["a"].unanswered) == (1, 1)
        with store.transaction():
            store.move_to(CONFLICT, [(one, None)])
        rows = store.connection.execute(
            "SELECT state, reason IS NULL FROM operation ORDER BY operation_id"
        ).fetchall()
        assert rows == [(CONFLICT, 1), (REJECTED, 0)] and two > one
