import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import shapely
from citycheck.benchmarks.assignment.features import Features, write_features
from citycheck.benchmarks.assignment.sizes import growth_exponent, scaled_up
from citycheck.benchmarks.assignment.targets import PRODUCT, Figures, judge
from citycheck.benchmarks.assignment.truth import count_disagreements, largest_overlap, true_codes

ROOT = Path(__file__).resolve().parents[2]
UNITS = shapely.box([0, 10], 0, [10, 20], 10)
CODES = np.array(["990101001001", "990101002001"], dtype=object)
SHAPES = np.array(
    [
        shapely.box(8, 0, 11, 3),
        shapely.box(9, 0, 11, 2),
        shapely.box(9, 0, 11.001, 2),
        shapely.box(20, 0, 22, 2),
        None,
        shapely.Polygon(),
        shapely.Polygon([(7, 0), (11, 4), (11, 0), (7, 4)]),
    ],
    dtype=object,
)
EXPECTED = [0, 0, 1, -1, -1, -1, 0]


def test_the_largest_overlap_wins_and_the_first_of_equals():
    assert largest_overlap(SHAPES.copy(), UNITS, shapely.STRtree(UNITS)).tolist() == EXPECTED


def test_disagreements_are_counted_by_level(tmp_path):
    buildings, communities, result = (tmp_path / f"{name}.gpkg" for name in ("b", "c", "result"))
    ids = np.array([f"B{n}" for n in range(len(SHAPES))], dtype=object)
    write_features(buildings, "buildings", [Features(SHAPES, {"building_id": ids})], "Unknown")
    write_features(communities, "communities", [Features(UNITS, {"code": CODES})], "Polygon")
    truth = true_codes(buildings, communities)
    assert list(truth.values()) == [CODES[unit] if unit >= 0 else "" for unit in EXPECTED]
    assert true_codes(buildings, communities) == truth

    codes = np.array([code or None for code in truth.values()], dtype=object)
    codes[0] = CODES[1]
    districts = np.array([code and code[:6] + "000000" for code in codes], dtype=object)
    columns = {"building_id": ids, "community_code": codes, "district_code": districts}
    result_rows = Features(SHAPES, columns), Features(SHAPES[:1], {n: v[:1] for n, v in columns.items()})
    write_features(result, "result", result_rows, "Unknown")
    # One wrong and one doubled.
    assert count_disagreements(result, truth) == {"community_code": 2, "district_code": 1}


def test_growth_is_told_from_two_sizes():
    assert growth_exponent("1m", 3.0, "10m", 30.0) == pytest.approx(1.0)
    assert growth_exponent("1m", 3.0, "10m", 3.0) == 0.0
    assert scaled_up("10k", 3.0, "100k", 12.0, "1m") == pytest.approx(102.0)


def test_targets_are_judged_by_ratio():
    def took(cpu, memory=100.0, disagreements=None, failure=""):
        return Figures(cpu, cpu, memory, 1, disagreements or {}, failure)

    verdicts = judge(
        {
            "1m": {
                PRODUCT: took(4.0, 650.0, {"community_code": 1}),
                "ogr2ogr": took(16.0),
                "qgis": took(400.0),
                "duckdb": took(30.0),
                "postgis": took(0.1, failure="no server"),
            },
            "10m": {PRODUCT: took(40.0, 1_600.0)},
        }
    )
    assert {name: verdict["met"] for name, verdict in verdicts.items()} == {
        "CPU seconds, 1m": True,
        "CPU of ogr2ogr, 1m": True,
        "times faster than qgis, 1m": True,
        "times faster than duckdb, 1m": False,
        "times faster than postgis, 1m": False,
        "disagreements, 1m": False,
        "peak MB, 1m": True,
        "peak MB, 10m": False,
        "growth of CPU, 1m to 10m": False,
    }
    assert verdicts["times faster than qgis, 1m"] == {"value": 100.0, "target": 80, "met": True}
    assert verdicts["times faster than postgis, 1m"]["value"] is None


def test_processes_that_lose_their_parent_are_counted():
    burn = "import time\nwhile time.process_time() < 0.5: pass"
    start = f"import subprocess, sys; subprocess.Popen([sys.executable, '-c', {burn!r}])"
    program = (
        "import json, sys; from benchmarks.assignment.measure import measure\n"
        f"print(json.dumps([vars(measure([sys.executable, '-c', program], '.', 60)) for program in {[start, 'x']!r}]))"
    )
    run = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True
    )
    orphaned, failed = json.loads(run.stdout)
    assert orphaned["cpu"] >= 0.5 and orphaned["failure"] == "" and 1 < orphaned["memory"] < 200
    assert "NameError" in failed["failure"]


def test_a_failed_engine_meets_no_target():
    verdicts = judge(
        {"1m": {PRODUCT: Figures(1.0, 1.0, 10.0, 3, {}, "it broke"), "ogr2ogr": Figures(9, 9, 9, 3, {})}}
    )
    assert verdicts and not any(verdict["met"] for verdict in verdicts.values())
