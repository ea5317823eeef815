"""Measure the assignment in parts: one process against worker processes on this machine.

Splits the invented city's buildings into GeoParquet parts (not timed), then assigns them in turns in one process and on
a warm dask cluster of local processes, so that other load on the machine falls on both. Checks that the totals are the
same to the last digit and the files the same to the last byte; prints a table and one line of JSON. The CPU is that of
all processes; the load that others put on the machine is printed beside it.

    python -m benchmarks.partitions --size 1m --workers 2 --runs 5
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import geopandas as gpd

import conftest

from .assignment.city import city_files
from .assignment.sizes import SIZES

assert conftest.ALIAS in sys.modules
from citycheck.citycheck_qgis.units.hierarchy import build_units  # noqa: E402
from citycheck.citycheck_qgis.units.partitions import assign_parts  # noqa: E402
from citycheck.citycheck_qgis.units.parts import list_parts, split  # noqa: E402
from citycheck.citycheck_qgis.units.schedulers import open_scheduler  # noqa: E402
from citycheck.citycheck_qgis.units.tally import Statistic  # noqa: E402

#: Times as fast as one process that two workers on two processors have to be.
TARGET = 1.6
WANTED = [Statistic("sum", "population"), Statistic("mean", "height", "floor_area")]


def cpu_seconds(workers: Any = None) -> float:
    """Return the CPU seconds of this process, and of a cluster's workers, so far."""
    times = [os.times(), *(workers.client.run(os.times).values() if workers is not None else ())]
    return sum(t.user + t.system for t in times)


def measure(parts: Path, units: Any, target: Path, workers: Any = None) -> tuple[float, float, Any]:
    """Return wall and CPU seconds of one run into an empty folder, and its result."""
    shutil.rmtree(target, ignore_errors=True)
    cpu, started = cpu_seconds(workers), time.perf_counter()
    found = assign_parts(parts, units, target, WANTED, workers)
    wall = time.perf_counter() - started
    return wall, cpu_seconds(workers) - cpu, found


def compare(size: str, count: int, runs: int, part_size: int, folder: Path) -> dict[str, Any]:
    """Return the figures of one process and of `count` workers."""
    city = city_files(size)
    levels = {"community": city.communities, "street": city.streets, "district": city.districts}
    units = build_units({level: gpd.read_file(path) for level, path in levels.items()}, 0, outlines=False)
    parts = folder / "parts"
    split(city.buildings, parts, part_size)
    load = os.getloadavg()[0]
    times: dict[str, list[tuple[float, float]]] = {"one": [], "local": []}
    started = time.perf_counter()
    with open_scheduler("local", count) as cluster:
        start = time.perf_counter() - started
        # The first run of each builds the index of the units, in every process.
        first = {
            "one": measure(parts, units, folder / "one")[0],
            "local": measure(parts, units, folder / "local", cluster)[0],
        }
        for _ in range(runs):
            wall, cpu, one = measure(parts, units, folder / "one")
            times["one"].append((wall, cpu))
            wall, cpu, local = measure(parts, units, folder / "local", cluster)
            times["local"].append((wall, cpu))
    same_totals = one.tally.table(units.frame).equals(local.tally.table(units.frame))
    same_files = all(
        path.read_bytes() == (folder / "local" / path.name).read_bytes()
        for path in list_parts(folder / "one")
    )
    figures: dict[str, Any] = {
        "buildings": SIZES[size], "parts": len(list_parts(parts)), "workers": count, "runs": runs,
        "processors": os.cpu_count(), "load_before": round(load, 2), "load_after": round(os.getloadavg()[0], 2),
        "cluster_start": round(start, 2), "same_totals": same_totals, "same_files": same_files,
    }  # fmt: skip
    for name, pairs in times.items():
        walls, cpus = zip(*pairs, strict=True)
        figures[name] = {
            "first_wall": round(first[name], 2),
            "wall": round(statistics.median(walls), 2),
            "best_wall": round(min(walls), 2),
            "cpu": round(statistics.median(cpus), 2),
        }
    figures["speedup"] = round(figures["one"]["wall"] / figures["local"]["wall"], 2)
    figures["best_speedup"] = round(figures["one"]["best_wall"] / figures["local"]["best_wall"], 2)
    figures["target"] = TARGET
    return figures


def main() -> None:
    """Measure, and print a table and one line of JSON."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--size", choices=SIZES, default="1m")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--part-size", type=int, default=100_000)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="citycheck-parts-") as folder:
        figures = compare(given.size, given.workers, given.runs, given.part_size, Path(folder))
    names = {"one": "one process", "local": f"{given.workers} workers"}
    print(f"{'seconds':16}{'first wall':>12}{'wall':>8}{'best wall':>11}{'CPU':>8}")
    for key, name in names.items():
        row = figures[key]
        print(f"{name:16}{row['first_wall']:>12}{row['wall']:>8}{row['best_wall']:>11}{row['cpu']:>8}")
    print(
        f"{figures['speedup']} times as fast by medians, {figures['best_speedup']} by the best runs; load of the machine "
        f"{figures['load_before']} before, {figures['load_after']} after."
    )
    print(json.dumps(figures))
    if not (figures["same_totals"] and figures["same_files"]):
        sys.exit("The results differ.")


if __name__ == "__main__":
    main()
