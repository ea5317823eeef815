"""CityCheck as a process of its own, which can be killed and whose memory can be told: python -m ... JOB.json.

The job names protocol, url, name and settings of the connection; `path` and `journal`; `pull`, or the `count` and
`seed` of ordinary features to push; and the file for the result.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

import conftest

assert conftest.ALIAS in sys.modules
from citycheck.citycheck_qgis.errors import CityCheckError  # noqa: E402

from .city_features import layer, ordinary  # noqa: E402
from .product import PUSH, exchanged, opened, pulled  # noqa: E402


def peak() -> float:
    """Return the peak of this process's resident memory, MB (10^6 bytes)."""
    line = next(s for s in Path("/proc/self/status").read_text().splitlines() if s.startswith("VmHWM"))
    return int(line.split()[1]) * 1024 / 1e6


def main() -> None:
    """Do a job and write down what came of it."""
    job = json.loads(Path(sys.argv[1]).read_text())
    rows = [] if job["pull"] else ordinary(job["count"], job["seed"])
    before, started, failure, counts = peak(), time.perf_counter(), "", {}
    try:
        with opened(job["protocol"], job["url"], job["name"], **job["settings"]) as way:
            journal = Path(job["journal"])
            if job["pull"]:
                report = pulled(way, Path(job["path"]), journal)
            else:
                report = exchanged(way, journal, layer(rows, way.crs), PUSH)
            counts = report.counts | {"unchanged": report.unchanged}
    except CityCheckError as error:
        failure = str(error)
    found = {"seconds": time.perf_counter() - started, "before": before, "peak": peak()}
    Path(job["result"]).write_text(json.dumps(found | {"counts": counts, "failure": failure}))


if __name__ == "__main__":
    main()
