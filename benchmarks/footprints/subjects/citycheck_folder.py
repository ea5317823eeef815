"""CityCheck: all IFC files below a folder, side by side in processes with limits; the third argument is the seconds."""

import sys
import tempfile
from collections import Counter
from pathlib import Path

from citycheck_qgis.footprints.workers import Limits, read_files

from .result import report


def work() -> dict[str, object]:
    """Read the files."""
    paths = sorted(path for path in Path(sys.argv[1]).rglob("*") if path.suffix in (".ifc", ".ifczip"))
    options = {path: {"task": "footprints", "default_crs": None, "control_points": None} for path in paths}
    with tempfile.TemporaryDirectory() as kept:
        results = list(read_files(paths, options, Path(kept), 2, Limits(seconds=float(sys.argv[3]))))
    return {
        "files": len(paths),
        "rows": len(results),
        "buildings": sum(len(result.buildings) for result in results),
        "states": Counter(result.state for result in results),
        "single": sum(result.record.get("cpu_seconds", 0.0) for result in results),
    }


report(sys.argv[2], work)
