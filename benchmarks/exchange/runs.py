"""Runs of the client as a process, with the most room that its folder takes."""

from __future__ import annotations

import contextlib
import json
import math
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from citycheck.tests.servers.processes import ROOT

#: A run that takes longer is ended, seconds.
LIMIT = 1800.0


@dataclass(frozen=True)
class Run:
    """One run of the client.

    Attributes
    ----------
    ended : it came to its end by itself and wrote down what it did
    seconds, before, peak : wall time; memory after the imports and at the most, MB
    disk : most room of its folder, MB
    counts : state -> features
    failure : the sentence with which it gave up
    """

    ended: bool
    disk: float
    seconds: float = math.nan
    before: float = math.nan
    peak: float = math.nan
    counts: dict[str, int] = field(default_factory=dict)
    failure: str = ""


def run_client(
    job: dict[str, Any], folder: Path, started: Callable[[subprocess.Popen[bytes]], None] | None = None
) -> Run:
    """Run the client on a job in a folder; `started` is told of its process."""
    result, file = folder / "result.json", folder / "job.json"
    result.unlink(missing_ok=True)
    file.write_text(json.dumps({"path": str(folder / "layer.gpkg"), "settings": {}, **job,
                                "journal": str(folder / "journal.db"), "result": str(result)}))  # fmt: skip
    with (folder / "errors.log").open("wb") as errors:
        process = subprocess.Popen(
            [sys.executable, "-m", "benchmarks.exchange.client", str(file)], cwd=ROOT, stderr=errors
        )
        if started is not None:
            started(process)
        most, end = 0, time.monotonic() + LIMIT
        try:
            while process.poll() is None and time.monotonic() < end:
                most = max(most, _size(folder))
                time.sleep(0.1)
        finally:
            if process.poll() is None:
                process.kill()
            process.wait()
    if not result.exists():
        if process.returncode >= 0:
            raise RuntimeError((folder / "errors.log").read_text(errors="replace")[-2000:])
        return Run(False, most / 1e6)
    return Run(True, most / 1e6, **json.loads(result.read_text()))


def _size(folder: Path) -> int:
    total = 0
    for path in folder.rglob("*"):
        with contextlib.suppress(FileNotFoundError):
            total += path.stat().st_blocks * 512
    return total
