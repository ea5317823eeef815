"""Measure the exchange with platforms on real servers, beside bare requests and QGIS's own providers.

The servers are started on this machine and share its processors with the clients. What is compared is measured in turns,
medians are given. Prints tables, and at last one line of JSON with the figures and their targets.

    make bench-exchange      or      python -m benchmarks.exchange --parts fidelity overhead reading merge memory faults latency
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import conftest

from ..assignment.targets import Verdict
from ..footprints.__main__ import figure, table

assert conftest.ALIAS in sys.modules
from . import faults, fidelity, latency, memory, merging, overhead, reading, targets  # noqa: E402
from .platforms import MAPSERVER, PYGEOAPI, QGIS_API, QGIS_WFS, Platforms  # noqa: E402

PARTS = ("fidelity", "overhead", "reading", "merge", "memory", "faults", "latency")
#: A pull of a million takes minutes.
SIZES = (20_000, 200_000)
#: Requests after which the stand-in's tokens die.
TOKEN_REQUESTS = 5


def measure_fidelity(platforms: Platforms, folder: Path, options: argparse.Namespace) -> dict[str, Verdict]:
    """Measure what becomes of difficult values."""
    counts = {QGIS_WFS: options.features, MAPSERVER: options.features}
    counts |= dict.fromkeys((PYGEOAPI, QGIS_API), min(options.features, options.slow_features))
    rows, numbers, verdicts = [], [], {}
    for title, count in counts.items():
        if title == MAPSERVER:
            found = fidelity.measure_reading(platforms, count, folder)
        else:
            found = fidelity.measure(platforms, title, count, folder)
        rows += fidelity.lines(title, found)
        numbers.append(
            [
                title,
                f"{found.sent:,}",
                *[
                    f"{len(cells):,}"
                    for cells in (found.rejected, found.listed, found.stored, found.read, found.silent)
                ],
                *[
                    f"{number:,}"
                    for number in (len(found.unlisted), len(found.ours), found.lost, found.again)
                ],
            ]
        )
        verdicts |= targets.judge_fidelity(title, found)
        print(f"fidelity: {title}", file=sys.stderr)
    table("What each server alters and refuses", "server | field | what | features", rows)
    table(
        f"Fidelity of difficult values; {options.slow_features:,} features where each is a request (targets of the last "
        "four: 0)",
        "server | features | rejected with a reason | differences listed | stored otherwise | read otherwise than stored | "
        "stored otherwise but read as sent | not listed | caused by us | lost | changes of a second sync",
        numbers,
    )
    return verdicts


def measure_overhead(platforms: Platforms, folder: Path, options: argparse.Namespace) -> dict[str, Verdict]:
    """Measure writing."""
    rows, verdicts = [], {}
    for title in (QGIS_WFS, PYGEOAPI):
        count = min(options.writes, 150) if title == PYGEOAPI else options.writes
        opening, found = overhead.measure(platforms, title, count, options.rounds, folder)
        for operation, t in found.items():
            rows.append(
                [f"{title}: {operation}", f"{count:,}", figure(t.product), figure(t.bare), figure(t.product / t.bare),
                figure(t.checked), figure(t.product / t.checked), figure(t.waited),
                figure(100 * (t.product - t.waited) / t.bare, 0)]
            )  # fmt: skip
        rows.append([f"{title}: opening the collection", "", figure(opening)])
        verdicts |= targets.judge_overhead(title, found)
        print(f"overhead: {title}", file=sys.stderr)
    table(
        f"Writing beside a plain requests loop in batches of the same size (target: {targets.MOST_OF_LOOP} ×)",
        "operation | features | CityCheck s | loop that writes only s | × | loop that reads before and after s | × | "
        "of CityCheck's: waiting for the server s | own work in % of the loop that writes only",
        rows,
    )
    return verdicts


def measure_reading(platforms: Platforms, folder: Path, options: argparse.Namespace) -> dict[str, Verdict]:
    """Measure reading."""
    rows, verdicts = [], {}
    for title in reading.TITLES:
        t = reading.measure(platforms, title, options.features, options.rounds, folder)
        rows.append(
            [
                title if not t.wrong else f"{title} ({'; '.join(t.wrong)})",
                t.formats,
                figure(t.read),
                figure(t.waited),
                figure(options.features / t.read, 0),
                figure(t.provider),
                figure(t.provider / t.read, 1),
                figure(t.same),
                figure(t.read / t.same),
                figure(t.loop),
                figure(t.pull),
            ]
        )
        verdicts |= targets.judge_reading(title, t)
        print(f"reading: {title}", file=sys.stderr)
    table(
        f"Reading {options.features:,} features, opening included (targets: {targets.LEAST_OF_PROVIDER:g} × as fast as QGIS, "
        f"{targets.MOST_OF_LOOP} × the loop)",
        "server | formats | CityCheck s | of it waiting for the server | features/s | QGIS's provider s | times as fast | "
        "loop, same formats s | × | loop, GeoJSON alone s | whole pull into a GeoPackage s",
        rows,
    )
    return verdicts


def measure_merge(platforms: Platforms, folder: Path, options: argparse.Namespace) -> dict[str, Verdict]:
    """Measure preparation and merge."""
    count = options.merge
    times = merging.measure(count, folder)
    names = (
        "preview, all new",
        "sync, nothing changed",
        f"preview, 1 in {merging.CHANGED} changed on each side",
    )
    rows = [
        [name, figure(cpu), figure(count / cpu, 0), figure(wall), figure(count / wall, 0)]
        for name, cpu, wall in zip(
            names, (times.first, times.same, times.changed), times.wall, strict=True
        )
    ]  # fmt: skip
    title = f"Preparation and merge of {count:,} features without a network (target: {targets.MERGE_RATE:,}/s of CPU)"
    table(title, "run | CPU s | features/s | wall s | features/s", rows)
    for line in times.wrong:
        print(f"\nwrong: {line}")
    return targets.judge_merging(count, times)


def measure_memory(platforms: Platforms, folder: Path, options: argparse.Namespace) -> dict[str, Verdict]:
    """Measure large pulls."""
    rows, runs = [], {}
    for count in options.sizes:
        found = memory.measure(platforms, count, folder)
        runs[count] = found
        rows.append(
            [
                f"{count:,}" + (f": {found.failure}" if found.failure else ""),
                figure(found.seconds, 1),
                figure(count / found.seconds, 0),
                figure(found.before, 0),
                figure(found.peak, 0),
                figure(found.disk, 0),
            ]
        )
        print(f"memory: {count:,}", file=sys.stderr)
    table(
        f"Pulling from {MAPSERVER} into a GeoPackage (target: at most {targets.MOST_MEMORY} MB above the imports, whatever the "
        "number)",
        "features | s | features/s | memory after the imports MB | peak MB | most disk with journal and scratch MB",
        rows,
    )
    return targets.judge_memory(runs)


def measure_faults(platforms: Platforms, folder: Path, options: argparse.Namespace) -> dict[str, Verdict]:
    """Measure disturbed pushes."""
    found: dict[str, faults.Outcome] = {}
    for title, pushes, count in ((QGIS_WFS, options.faults, 2000), (PYGEOAPI, -(-options.faults // 5), 60)):
        found[title] = faults.measure(platforms, title, pushes, count, folder, options.seed)
        print(f"faults: {title}", file=sys.stderr)
    found["stand-in for ArcGIS (not a real server)"] = faults.dying_token(2000, TOKEN_REQUESTS, folder)
    rows, verdicts = [], {}
    for title, outcome in found.items():
        rows.append(
            [
                title,
                f"{outcome.pushes}",
                f"{outcome.features:,}",
                f"{outcome.requests:,}",
                "; ".join(f"{name} {n}" for name, n in sorted(outcome.struck.items())),
                "; ".join(f"{n} in {runs}" for runs, n in sorted(outcome.runs.items())),
                *[f"{n:,}" for n in (outcome.lost, outcome.doubled, outcome.altered, outcome.unexplained)],
                str(outcome.unfinished),
            ]
        )
        verdicts |= targets.judge_faults(title, outcome)
    table(
        f"Pushes with {100 * faults.RATE:g} % of all requests disturbed and the client killed at one (targets of the last "
        "five: 0)",
        "server | pushes | features each | requests | what struck | pushes finished in runs | lost | doubled | not as sent | "
        "not explained | never finished",
        rows,
    )
    return verdicts


def measure_latency(platforms: Platforms, folder: Path, options: argparse.Namespace) -> dict[str, Verdict]:
    """Measure what a user waits for."""
    rows, verdicts = [], {}
    for title in (QGIS_WFS, PYGEOAPI):
        t = latency.measure(platforms, title, options.features, options.rounds, folder)
        rows.append([title, *map(figure, (t.push_preview, t.preview, t.same, t.waited)), "; ".join(t.wrong)])
        verdicts |= targets.judge_latency(title, t)
    table(
        f"What a user waits for with {options.features:,} features, {latency.CHANGED} of them changed in the previews, seconds",
        "server | preview of a push | preview of a sync | sync without changes | of it waiting for the server | wrong",
        rows,
    )
    return verdicts


def machine() -> str:
    """Return a line on the machine and the versions that were measured."""
    memory_size = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / 2**30
    asked = ["/usr/bin/dpkg-query", "-W", "-f", "${Package} ${Version}; "]
    packages = ("qgis-server-bin", "cgi-mapserver", "postgresql-15", "python3-qgis")
    said = subprocess.run([*asked, *packages], capture_output=True, text=True).stdout
    model = next(
        (line.split(":")[1].strip() for line in Path("/proc/cpuinfo").read_text().split("\n") if "model name" in line),
        "",
    )  # fmt: skip
    load = os.getloadavg()[0]
    return f"{os.cpu_count()} cores ({model}), {memory_size:.0f} GiB, load at the start {load:.1f}; {said}pygeoapi 0.21.0"


def main() -> None:
    """Measure, and print what was found."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--parts", nargs="+", choices=PARTS, default=PARTS, help="default: all")
    parser.add_argument("--features", type=int, default=10_000, help="for fidelity, reading and latency")
    parser.add_argument(
        "--slow-features", type=int, default=300, help="for fidelity where each is a request; 10000: all"
    )
    parser.add_argument("--writes", type=int, default=600, help="features to write for the overhead")
    parser.add_argument("--rounds", type=int, default=2, help="repetitions in turns")
    parser.add_argument("--merge", type=int, default=100_000, help="features to merge without a network")
    parser.add_argument(
        "--sizes", type=int, nargs="+", default=SIZES, help="of pulls; 100000 1000000: the whole"
    )
    parser.add_argument("--faults", type=int, default=20, help="disturbed pushes")
    parser.add_argument("--seed", type=int, default=1, help="of the faults")
    options = parser.parse_args()
    measured: dict[str, Callable[[Platforms, Path, argparse.Namespace], dict[str, Verdict]]] = {
        "fidelity": measure_fidelity,
        "overhead": measure_overhead,
        "reading": measure_reading,
        "merge": measure_merge,
        "memory": measure_memory,
        "faults": measure_faults,
        "latency": measure_latency,
    }
    print(machine())
    verdicts: dict[str, Verdict] = {}
    seconds: Counter[str] = Counter()
    with Platforms() as platforms, tempfile.TemporaryDirectory(prefix="citycheck-bench-") as folder:
        for part in PARTS:
            if part in options.parts:
                started = time.perf_counter()
                verdicts |= measured[part](platforms, Path(folder), options)
                seconds[part] = time.perf_counter() - started  # type: ignore[assignment]
                sys.stdout.flush()
    print("\nSeconds of the parts: " + ", ".join(f"{part} {figure(n, 0)}" for part, n in seconds.items()))
    print(
        "\nCauses of differences are the product's own words. Single and multi, order and direction of rings and the first "
        "corner are one geometry. Faults: by a proxy between client and server.\n"
    )
    print(json.dumps(verdicts))


if __name__ == "__main__":
    main()
