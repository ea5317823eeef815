import json
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest
from citycheck.benchmarks.assignment.measure import Usage
from citycheck.benchmarks.footprints import ifc_models
from citycheck.benchmarks.footprints.targets import (
    Run,
    area_percent,
    judge_campus,
    judge_city,
    judge_folder,
    judge_ifc,
    judge_match,
    judge_twin,
    memory_share,
)  # fmt: skip

ROOT = Path(__file__).resolve().parents[2]


def run(megabytes=2.0, cpu=0.1, memory=100.0, **figures):
    return Run(megabytes, Usage(cpu + 0.4, cpu + 0.5, memory), {"cpu": cpu, **figures})


FAILED = Run(2.0, Usage(1.0, 1.0, 50.0, "it broke"))


def met(verdicts):
    return {name: verdict["met"] for name, verdict in verdicts.items()}


def test_the_twin_must_agree():
    ifc = run(ground=120.3, area=143.0, storeys=2, height=6.52)
    twin = run(height=6.55)
    assert all(met(judge_twin(ifc, twin)).values())
    assert met(judge_twin(run(ground=120.6, area=142.0, storeys=None, height=6.8), twin)) == dict.fromkeys(
        judge_twin(ifc, twin), False
    )


def test_models_are_held_against_the_recipe():
    own = {"house": run(cpu=0.2, area=99.8, memory=119.0), "tower": run(cpu=0.6, memory=130.0)}
    verdicts = judge_ifc(own, {"house": run(cpu=2.0, area=100.0)}, ["house", "absent"])
    assert {name: verdict["value"] for name, verdict in verdicts.items()} == {
        "CPU s/MB, the worst ordinary model": 0.3,
        "peak memory of what the size allows, the worst": 1.083,
        "house: times less CPU than the recipe": 10.0,
        "house: area differs by %": 0.2,
    }
    assert list(met(verdicts).values()) == [False, False, True, True]
    assert memory_share(own["house"]) == pytest.approx(119 / 120)
    assert area_percent(run(area=99.0), run(area=100.0)) == pytest.approx(1.0)


def test_a_failed_run_meets_no_target():
    verdicts = {
        **judge_twin(FAILED, FAILED),
        **judge_ifc({"house": FAILED}, {"house": run(area=1.0)}, ["house"]),
        **judge_campus(FAILED, 3, 9.0),
        **judge_folder(FAILED, 1),
        **judge_city(FAILED, FAILED, FAILED),
        **judge_match("100k", 100_000, FAILED),
    }
    assert len(verdicts) == 21
    assert not any(met(verdicts).values())
    assert verdicts["house: times less CPU than the recipe"]["value"] is None


def test_every_file_of_the_folder_has_its_row():
    states = {"read": 97, "refused": 2, "timeout": 1}
    good = run(cpu=10.0, files=100, rows=100, states=states, single=9.0)
    assert all(met(judge_folder(good, 2)).values())
    lost = run(cpu=10.0, files=100, rows=99, states={**states, "read": 96}, single=5.0)
    assert met(judge_folder(lost, 2)) == {
        "folder: files without a row": False,
        "folder: sound files not read": False,
        "folder: files over their time, but one": True,
        "folder: CPU of the sum of single files": False,
    }


def test_matching_is_judged_by_the_million():
    assert all(met(judge_match("100k", 100_000, run(cpu=5.9, wrong=100))).values())
    assert not any(met(judge_match("100k", 100_000, run(cpu=6.1, wrong=101))).values())


def test_city_models_are_judged_by_rate_and_by_growth_of_memory():
    fast = run(cpu=1.0, buildings=6_000)
    assert all(met(judge_city(fast, run(20.0, 2.0, 180.0), run(80.0, 8.0, 190.0))).values())
    assert not any(
        met(judge_city(run(cpu=2.0, buildings=6_000), run(20.0, 2.0, 100.0), run(80.0, 9.0, 200.0))).values()
    )


def test_a_campus_has_what_it_says(tmp_path, monkeypatch):
    read = pytest.importorskip("citycheck.citycheck_qgis.footprints.ifc.read")
    monkeypatch.setattr(ifc_models, "CACHE", tmp_path)
    path = ifc_models.campus(1)
    count = ifc_models.campus_buildings(1)
    assert 0.7e6 < path.stat().st_size < 1.5e6
    buildings = read.read_ifc(path).buildings
    assert len(buildings) == count
    assert [b.ground.area for b in buildings] == pytest.approx([ifc_models.GROUND] * count, abs=0.1)
    assert [b.roofprint.area for b in buildings] == pytest.approx([ifc_models.ROOF] * count, abs=0.1)


def test_every_fiftieth_file_of_the_folder_is_broken(tmp_path, monkeypatch):
    monkeypatch.setattr(ifc_models, "CACHE", tmp_path)
    folder = ifc_models.folder(100)
    files = sorted(folder.iterdir())
    assert len(files) == 100
    whole = [path.read_bytes().rstrip().endswith(b"END-ISO-10303-21;") for path in files]
    assert Counter(whole) == {True: 98, False: 2}
    assert len({path.read_bytes() for path in files}) == 100
    again = ifc_models._house(7)
    assert files[7].read_bytes() == again


def test_absent_data_are_said_and_break_nothing(tmp_path):
    program = (
        "import sys; from pathlib import Path; import benchmarks.footprints.__main__ as bench\n"
        f"bench.DATA = Path({str(tmp_path)!r}); sys.argv[1:] = ['--parts', 'twin']; bench.main()"
    )
    found = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True
    )
    lines = found.stdout.strip().split("\n")
    assert sum("data absent" in line for line in lines) == 2
    assert json.loads(lines[-1]) == {}
