"""Measure what the plugin adds to the start of ``qgis_process``.

Runs ``qgis_process list`` in turns with and without the plugin (two throw-away profiles), so that other load on the
machine falls on both. Prints milliseconds and one line of JSON. On a busy machine the fastest runs say more than the
medians.

    make bench-startup        or        python benchmarks/startup.py --runs 15 --limit 50
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


def make_profile(folder: Path, enabled: bool) -> dict[str, str]:
    """Write a profile with the plugin enabled or not; return the environment that uses it."""
    settings = folder / "profiles" / "default" / "QGIS" / "QGIS3.ini"
    settings.parent.mkdir(parents=True)
    settings.write_text(f"[PythonPlugins]\ncitycheck={str(enabled).lower()}\n", encoding="utf-8")
    plugins = folder / "plugins"
    plugins.mkdir()
    (plugins / "citycheck").symlink_to(ROOT)
    return {"QGIS_CUSTOM_CONFIG_PATH": str(folder), "QGIS_PLUGINPATH": str(plugins)}


def run_once(environment: dict[str, str], expect_plugin: bool) -> tuple[float, float]:
    """Return wall and CPU milliseconds of one run, after checking that the plugin was there or not."""
    with tempfile.TemporaryFile() as output:
        started = time.perf_counter()
        process = subprocess.Popen(
            ["qgis_process", "list"], env=os.environ | environment, stdout=output, stderr=subprocess.DEVNULL
        )
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.perf_counter() - started
        process.returncode = os.waitstatus_to_exitcode(status)
        output.seek(0)
        listed = b"citycheck:" in output.read()
    if process.returncode != 0:
        sys.exit(f"qgis_process ended with exit status {process.returncode}.")
    if listed != expect_plugin:
        sys.exit(f"The provider CityCheck was {'not ' if expect_plugin else ''}listed: nothing to compare.")
    return wall * 1000, (usage.ru_utime + usage.ru_stime) * 1000


def measure(runs: int) -> dict[str, float]:
    """Return medians over the runs and the difference of the fastest runs, in milliseconds."""
    with tempfile.TemporaryDirectory() as folder:
        profiles = {enabled: make_profile(Path(folder) / str(enabled), enabled) for enabled in (False, True)}
        times: dict[bool, list[tuple[float, float]]] = {False: [], True: []}
        for turn in range(runs + 1):
            for enabled in (False, True) if turn % 2 else (True, False):
                measured = run_once(profiles[enabled], enabled)
                if turn:  # the first pair fills the caches (.pyc files, fonts, disk)
                    times[enabled].append(measured)
    result = {}
    for position, kind in enumerate(("wall", "cpu")):
        without, with_plugin = (statistics.median(t[position] for t in times[on]) for on in (False, True))
        added = statistics.median(b[position] - a[position] for a, b in zip(*times.values(), strict=True))
        result |= {
            f"{kind}_without_ms": round(without, 1),
            f"{kind}_with_ms": round(with_plugin, 1),
            f"{kind}_added_ms": round(added, 1),
            f"{kind}_added_best_ms": round(
                min(t[position] for t in times[True]) - min(t[position] for t in times[False]), 1
            ),
        }
    return result


def main() -> int:
    """Print the figures; return 1 when the plugin adds more time than the limit."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=15, help="pairs of runs (default 15)")
    parser.add_argument(
        "--limit",
        type=float,
        default=50,
        help="allowed wall milliseconds between the fastest runs (default 50)",
    )
    arguments = parser.parse_args()
    figures = measure(arguments.runs)
    for kind in ("wall", "cpu"):
        print(
            f"qgis_process start, {kind:4}: {figures[f'{kind}_without_ms']:7.1f} ms without, "
            f"{figures[f'{kind}_with_ms']:7.1f} ms with the plugin, "
            f"{figures[f'{kind}_added_ms']:+6.1f} ms added (median of {arguments.runs} pairs), "
            f"{figures[f'{kind}_added_best_ms']:+6.1f} ms between the fastest runs"
        )
    print(json.dumps({"benchmark": "startup", "runs": arguments.runs, **figures}))
    return int(figures["wall_added_best_ms"] > arguments.limit)


if __name__ == "__main__":
    sys.exit(main())
