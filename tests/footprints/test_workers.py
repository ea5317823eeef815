"""Processes that read models: whatever a file does to one, the others are read and each file has a result."""

import json
import os
import threading
import time

import psutil
import pytest
from citycheck.citycheck_qgis.errors import CancelledError, InputError
from citycheck.citycheck_qgis.footprints import workers
from citycheck.citycheck_qgis.footprints.workers import Limits, read_files
from citycheck.tests.fixtures.ifc_models import box

FOOTPRINTS = {"task": "footprints", "default_crs": None, "control_points": None}


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    return box().write(tmp_path_factory.mktemp("models") / "盒子.ifc")


def read(paths, folder, **more):
    options = dict.fromkeys(paths, FOOTPRINTS)
    return {r.path.name: r for r in read_files(paths, options, folder, **more)}


def copies(model, folder, count):
    paths = [folder / f"{n:03d}.ifc" for n in range(count)]
    for path in paths:
        path.write_bytes(model.read_bytes())
    return paths


def test_every_file_has_one_result_in_the_order_of_the_files(model, tmp_path):
    empty, page = tmp_path / "empty.ifc", tmp_path / "page.ifc"
    empty.write_bytes(b"")
    page.write_text("<html>not found</html>")
    paths = [page, *copies(model, tmp_path, 4), empty]
    results = list(read_files(paths, dict.fromkeys(paths, FOOTPRINTS), tmp_path / "out"))
    assert [r.path for r in results] == paths
    assert [r.state for r in results] == ["refused", "read", "read", "read", "read", "refused"]
    assert all(str(r.reason) for r in results if r.state == "refused")
    assert all(len(r.buildings) == 1 for r in results if r.state == "read")
    assert results[1].buildings[0].ground.area == pytest.approx(80, abs=0.5)


def test_a_file_that_hangs_ends_its_own_process_only(model, tmp_path):
    # Opening a pipe that nobody writes to waits for ever.
    hanging = tmp_path / "hangs.ifc"
    os.mkfifo(hanging)
    found = read(
        [hanging, *copies(model, tmp_path, 3)], tmp_path / "out", processes=2, limits=Limits(seconds=6)
    )
    assert found["hangs.ifc"].state == "timeout"
    assert "longer than 6 s" in str(found["hangs.ifc"].reason)
    assert [found[f"{n:03d}.ifc"].state for n in range(3)] == ["read"] * 3


def test_a_process_that_dies_is_replaced(model, tmp_path):
    """Whoever kills a process costs its file one more try in a fresh one."""
    paths = copies(model, tmp_path, 12)
    me, killed = psutil.Process(), []

    def kill_one(share):
        if len(killed) < 2 and share > 0.1:
            for child in me.children():
                if "spec_from_file_location" in " ".join(child.cmdline()) and child.pid not in killed:
                    killed.append(child.pid)
                    child.kill()
                    return

    found = read(paths, tmp_path / "out", processes=1, progress=kill_one)
    assert killed
    states = [r.state for r in found.values()]
    # The first file of a process is not tried again: nothing but itself can have killed it.
    assert set(states) <= {"read", "crashed"} and states.count("crashed") <= len(killed)
    assert len(states) == 12


def test_memory_is_limited(model, tmp_path):
    found = read([model], tmp_path / "out", limits=Limits(memory_mb=150))
    assert found["盒子.ifc"].state in ("memory", "crashed")
    assert str(found["盒子.ifc"].reason)


def test_a_second_run_reads_what_is_new_or_changed(model, tmp_path):
    paths = copies(model, tmp_path, 3)
    out = tmp_path / "out"
    assert not any(r.kept for r in read(paths, out).values())
    again = read(paths, out)
    assert all(r.kept and r.state == "read" for r in again.values())
    later = time.time() + 5
    os.utime(paths[1], (later, later))
    assert [r.kept for r in read(paths, out).values()] == [True, False, True]
    asked = {path: {**FOOTPRINTS, "default_crs": "EPSG:4547"} for path in paths}
    assert not any(r.kept for r in read_files(paths, asked, out))


def test_what_met_a_limit_is_read_again(model, tmp_path):
    out = tmp_path / "out"
    assert read([model], out, limits=Limits(memory_mb=150))["盒子.ifc"].state != "read"
    assert read([model], out)["盒子.ifc"].state == "read"


def test_cancelling_ends_all_processes(model, tmp_path):
    paths = copies(model, tmp_path, 6)
    before = {p.pid for p in psutil.Process().children()}
    threads = set(threading.enumerate())

    def cancel(share):
        raise CancelledError("cancelled")

    with pytest.raises(CancelledError):
        read(paths, tmp_path / "out", progress=cancel)
    assert {p.pid for p in psutil.Process().children()} <= before
    assert set(threading.enumerate()) <= threads


def test_half_written_results_are_no_results(model, tmp_path):
    out = tmp_path / "out"
    read([model], out)
    (kept,) = out.glob("*.json")
    kept.write_text(kept.read_text(encoding="utf-8")[:100], encoding="utf-8")
    found = read([model], out)["盒子.ifc"]
    assert (found.state, found.kept) == ("read", False)
    json.loads(kept.read_text(encoding="utf-8"))


def test_processes_are_renewed(model, tmp_path, monkeypatch):
    monkeypatch.setattr(workers, "_FILES", 2)
    started = []
    popen = workers.subprocess.Popen
    monkeypatch.setattr(workers.subprocess, "Popen", lambda *a, **k: started.append(1) or popen(*a, **k))
    found = read(copies(model, tmp_path, 5), tmp_path / "out", processes=1)
    assert {r.state for r in found.values()} == {"read"}
    # The child that asks for the interpreter's version is one of them.
    assert len(started) >= 3


def test_no_file_is_blamed_when_processes_cannot_start(model, tmp_path, monkeypatch):
    monkeypatch.setattr(workers, "_CHILD", "raise ImportError('no module named ifcopenshell')")
    with pytest.raises(InputError, match=r"cannot start .*no module named ifcopenshell"):
        read([model], tmp_path / "out")
    assert list((tmp_path / "out").iterdir()) == []
