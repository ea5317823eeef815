"""Measure assignunits on a real city through ``qgis_process``, less what a bare start of it takes.

Both take turns. Prints CPU seconds (user and system, medians) and one line of JSON. Needs the data of Las Palmas beside
the checkout, as `make demo CITY=las_palmas` does.

    python -m benchmarks.real_city --runs 5
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import tempfile
from pathlib import Path

from benchmarks.assignment.measure import measure

ROOT = Path(__file__).resolve().parents[1]
DATA = ROOT.parent / "shared" / "data" / "las_palmas"
#: CPU seconds above a bare start.
MOST = 1.5
LIMIT = 120.0


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=5)
    runs = parser.parse_args().runs
    if not DATA.exists():
        sys.exit(f"The data of Las Palmas are not in {DATA}.")
    units = f"{DATA}/las_palmas_units.gpkg|layername="
    cpu: dict[str, list[float]] = {"bare start": [], "assignunits": []}
    with tempfile.TemporaryDirectory() as folder:
        commands = {
            "bare start": ["list"],
            "assignunits": [
                "run", "citycheck:assignunits", "--",
                f"INPUT={DATA}/las_palmas_osm.gpkg|layername=buildings",
                f"COMMUNITIES={units}community", f"STREETS={units}street",
                f"OUTPUT={folder}/assigned.gpkg", f"REMAINDER={folder}/remainder.gpkg",
            ],
        }  # fmt: skip
        for _ in range(runs):
            for name, arguments in commands.items():
                usage = measure([str(ROOT / "scripts" / "qgis_process"), *arguments], ROOT, LIMIT)
                if usage.failure:
                    sys.exit(f"{name} failed: {usage.failure}")
                cpu[name].append(usage.cpu)
    medians = {name: statistics.median(values) for name, values in cpu.items()}
    for name, value in medians.items():
        print(f"{name:12} {value:6.2f} s CPU")
    above = medians["assignunits"] - medians["bare start"]
    print(
        json.dumps(
            {
                "CPU seconds above a bare start": {
                    "value": round(above, 3),
                    "target": MOST,
                    "met": above <= MOST,
                }
            }
        )
    )


if __name__ == "__main__":
    main()
