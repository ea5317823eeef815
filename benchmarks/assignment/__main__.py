"""Measure the assignment of buildings to communities beside its peers and beside what merely moves the bytes.

Every run is a process of its own, and the subjects take turns. Prints a table for each city, and at last one line of
JSON with the ratios and their targets.

    make bench-assignment      or      python -m benchmarks.assignment --sizes 1m 3m 10m --kinds product floor
"""

from __future__ import annotations

import argparse
import json
import math
import os
import statistics
import subprocess
import sys
import tempfile
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

from .measure import Usage, measure
from .sizes import SIZES, scaled_up
from .targets import PRODUCT, Figures, judge

ROOT = Path(__file__).resolve().parents[2]
CACHE = ROOT / ".cache" / "bench"
OWN = Path(sys.executable)
PEERS = ROOT / ".venv-peers" / "bin" / "python"
GEOFILEOPS = ROOT / ".venv-peers" / "geofileops" / "bin" / "python"
#: A run that takes longer is ended, seconds.
LIMIT = 1_200.0
#: How many runs there are in each city; a subject is not measured in those that are not named.
FAST = {"100k": 3, "1m": 3, "3m": 3, "10m": 3}
SPOILED = {"100k-spoiled": 1}
PEER = {"100k": 1, "1m": 1}
#: Two sizes tell what a slow one takes at 1 M: it is a fixed part and one for each building.
SLOW = {"10k": 1, "100k": 1}
CITIES = ("100k", "100k-spoiled", "1m", "3m", "10m")
#: Cities for which the right communities are worked out by brute force.
CHECKED = ("100k", "100k-spoiled", "1m")


@dataclass(frozen=True)
class Subject:
    """A script in `subjects`, called with the buildings, the communities and the file to write.

    Attributes
    ----------
    title : what the tables call it
    kind : ``product``, ``peer`` (with the same result), or ``floor`` (only moves the bytes)
    python : the interpreter that has its packages
    runs : number of runs by city
    """

    title: str
    kind: str
    python: Path
    runs: dict[str, int]


SUBJECTS = {
    PRODUCT: Subject("**CityCheck**", "product", OWN, FAST | SPOILED),
    "copy_file": Subject("file copy", "floor", PEERS, FAST),
    "arrow_read": Subject("Arrow read, nothing written", "floor", PEERS, FAST),
    "pyogrio_rewrite": Subject("pyogrio rewrite, Arrow to Arrow", "floor", PEERS, FAST),
    "ogr2ogr": Subject("ogr2ogr copy", "floor", OWN, FAST),
    "shapely": Subject("shapely, written by hand", "peer", PEERS, PEER),
    "sedonadb": Subject("SedonaDB", "peer", PEERS, PEER),
    "duckdb": Subject("DuckDB spatial", "peer", PEERS, PEER),
    "geopandas": Subject("geopandas, sjoin + overlap", "peer", PEERS, PEER),
    "postgis": Subject("PostGIS, ST_Subdivide, from load to write back", "peer", OWN, PEER),
    "geofileops": Subject("geofileops, join + SQL", "peer", GEOFILEOPS, SLOW),
    "qgis": Subject("QGIS, join by location, largest overlap", "peer", OWN, SLOW),
}


def call(module: str, *arguments: object) -> str:
    """Run a module of this benchmark that is too big for this process (see `measure`); return what it prints."""
    command = [OWN, "-m", f"{__package__}.{module}", *arguments]
    return subprocess.run(
        list(map(str, command)), cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True
    ).stdout


def measure_city(city: str, subjects: dict[str, Subject]) -> dict[str, Figures]:
    """Run the subjects in turns and return their figures."""
    subjects = {script: subject for script, subject in subjects.items() if city in subject.runs}
    if not subjects:
        return {}
    print(f"{city}: preparing", file=sys.stderr)
    buildings, communities, *_ = call("city", city).split("\n")
    if city in CHECKED:
        call("truth", buildings, communities)
    usages: dict[str, list[Usage]] = defaultdict(list)
    checks: dict[str, list[dict[str, int]]] = defaultdict(list)
    for turn in range(max(subject.runs[city] for subject in subjects.values())):
        for script, subject in subjects.items():
            if turn >= subject.runs[city]:
                continue
            with tempfile.TemporaryDirectory(dir=CACHE) as folder:
                files = buildings, communities, str(Path(folder) / "result.gpkg")
                # What earlier runs left to be written is not for this one to wait for.
                os.sync()
                module = f"{__package__}.subjects.{script}"
                usage = measure([str(subject.python), "-m", module, *files], ROOT, LIMIT)
                if city in CHECKED and subject.kind != "floor" and not usage.failure:
                    checks[script].append(json.loads(call("truth", *files)))
            usages[script].append(usage)
            print(f"{city}: {script} {usage.cpu:.2f} s {usage.failure}", file=sys.stderr)
    return {script: summarise(usages[script], checks[script]) for script in usages}


def summarise(runs: list[Usage], checks: list[dict[str, int]]) -> Figures:
    """Return the medians of several runs, and the most disagreements that one of them had."""
    cpu, wall, memory = (
        statistics.median(getattr(run, name) for run in runs) for name in ("cpu", "wall", "memory")
    )
    worst = {column: max(check[column] for check in checks) for column in (checks[0] if checks else ())}
    failure = next((run.failure for run in runs if run.failure), "")
    return Figures(cpu, wall, memory, len(runs), worst, failure)


def table(city: str, figures: dict[str, Figures]) -> str:
    """Return the figures of one city as a table in Markdown."""
    size, _, spoiled = city.partition("-")
    lines = [
        f"{SIZES[size]:,} buildings{', spoiled' if spoiled else ''}",
        "",
        "| subject | CPU s | × | wall s | peak MB | disagreements | runs |",
        "| --- | ---: | ---: | ---: | ---: | ---: | ---: |",
    ]
    own = figures[PRODUCT].cpu if PRODUCT in figures and not figures[PRODUCT].failure else math.nan
    for script, found in sorted(figures.items(), key=lambda item: item[1].cpu):
        title = SUBJECTS[script].title
        if found.failure:
            lines.append(f"| {title} | failed: {found.failure.replace('|', '/')} | | | | | {found.runs} |")
        elif found.runs == 0:
            lines.append(
                f"| {title} | ≈ {found.cpu:.0f} | ≈ {found.cpu / own:.1f} | | | | from 10 k and 100 k |"
            )
        else:
            wrong = ", ".join(map(str, found.disagreements.values()))
            lines.append(
                f"| {title} | {found.cpu:.2f} | {found.cpu / own:.2f} | {found.wall:.2f} | {found.memory:.0f} "
                f"| {wrong} | {found.runs} |"
            )
    return "\n".join(lines)


def machine() -> str:
    """Return a line on the machine and the versions that were measured."""

    def ask(*command: str | Path) -> str:
        return subprocess.run(
            command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
        ).stdout.strip()

    pins = (Path(__file__).with_name("requirements.txt")).read_text().splitlines()
    peers = ", ".join(pin.replace("==", " ") for pin in pins if "==" in pin)
    wheels = ask(PEERS, "-c", "import pyogrio; print(pyogrio.__gdal_version_string__)")
    geofileops = ask(GEOFILEOPS, "-c", "from importlib.metadata import version; print(version('geofileops'))")
    postgresql = ask("psql", "--version").replace("psql (PostgreSQL)", "PostgreSQL").partition(" (")[0]
    memory = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / 2**30
    processor = next(
        line for line in Path("/proc/cpuinfo").read_text().splitlines() if line.startswith("model name")
    )
    return (
        f"{os.cpu_count()} cores ({processor.partition(':')[2].strip()}), {memory:.0f} GiB; "
        f"{ask('ogr2ogr', '--version').partition(',')[0]}; {ask('qgis_process', '--version').partition(' (')[0]}; "
        f"{peers}, with GDAL {wheels}; geofileops {geofileops}; {postgresql}"
    )


def main() -> None:
    """Measure, and print what was found."""
    kinds = ("product", "peer", "floor")
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "--sizes", nargs="+", choices=[*SIZES][1:], default=["100k", "1m"], help="default: 100k 1m"
    )
    parser.add_argument("--kinds", nargs="+", choices=kinds, default=kinds, help="default: all")
    arguments = parser.parse_args()
    subjects = {script: subject for script, subject in SUBJECTS.items() if subject.kind in arguments.kinds}
    figures = {
        city: measure_city(city, subjects) for city in CITIES if city.partition("-")[0] in arguments.sizes
    }
    if {"100k", "1m"} <= figures.keys():
        small = measure_city("10k", subjects)
        for script in small.keys() - figures["1m"].keys():
            large = figures["100k"][script]
            cpu = scaled_up("10k", small[script].cpu, "100k", large.cpu, "1m")
            figures["1m"][script] = Figures(cpu, 0.0, 0.0, 0, {}, small[script].failure or large.failure)
    print(machine())
    for city, found in figures.items():
        print(f"\n{table(city, found)}")
    print("\nCPU: user and system, of all processes; ×: of CityCheck's CPU; peak MB: the largest process.")
    print("Disagreements with brute force: buildings with another community (street, district) code.\n")
    print(json.dumps(judge(figures)))


if __name__ == "__main__":
    main()
