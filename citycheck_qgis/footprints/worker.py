"""The process that reads one model after the other, apart from QGIS: a file that breaks it breaks nothing else.

It is told a file per line on its standard input (JSON), writes what it has read beside the place that the line names
and answers with a line.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, TextIO

from pyproj import CRS

from ..messages import message_record, plain
from ..storage.files import file_hash
from .georeference.evidence import collect
from .georeference.report import evidence_rows
from .georeference.resolve import resolve
from .ifc.files import open_model
from .ifc.read import read_ifc
from .records import file_record, finding_records, placement_record
from .unread import why_unread

_MEGABYTE = 1 << 20


def main() -> None:
    """Serve until the input ends."""
    answers = _own_output()
    settings = json.loads(sys.stdin.readline())
    _limit_memory(settings["memory_mb"])
    print("ready", file=answers, flush=True)
    for line in sys.stdin:
        job = json.loads(line)
        spent = time.process_time()
        try:
            result = read(Path(job["file"]), job["options"])
        except Exception as error:
            # One file must not end the reading of a thousand others.
            state, reason = why_unread(Path(job["file"]).name, error)
            # Of memory the parent says more: it knows the limit.
            result = (
                {"state": state} if state == "memory" else {"state": state, "reason": message_record(reason)}
            )
        result["cpu_seconds"] = round(time.process_time() - spent, 3)
        target = Path(job["result"])
        draft = target.with_name(target.name + ".part")
        draft.write_text(json.dumps(result, ensure_ascii=False, allow_nan=False), encoding="utf-8")
        draft.replace(target)
        print(json.dumps({"memory_mb": memory_in_use()}), file=answers, flush=True)


def read(path: Path, options: dict[str, Any]) -> dict[str, Any]:
    """Return what a model holds as plain values.

    Parameters
    ----------
    options : ``task`` (a key of `TASKS`), ``default_crs`` (a CRS as text, or None), ``control_points``
        (rows of local x, y and map x, y in metres, or None)
    """
    # The reader first: it says in a sentence why a file cannot be opened.
    return {"state": "read", **TASKS[options["task"]](path, options), "sha256": file_hash(path)}


def _footprints(path: Path, options: dict[str, Any]) -> dict[str, Any]:
    return file_record(read_ifc(path, **_place_given(options)))


def _georeference(path: Path, options: dict[str, Any]) -> dict[str, Any]:
    """Return the evidence of a model's place without making a single shape."""
    opened = open_model(path)
    evidence = collect(opened.model)
    placement = resolve(evidence, **_place_given(options))
    return {
        "schema": opened.schema,
        "tool": opened.tool,
        "findings": finding_records(opened.findings),
        "placement": placement_record(placement),
        "evidence": plain(evidence_rows(evidence, placement)),
    }


def _place_given(options: dict[str, Any]) -> dict[str, Any]:
    """Return what the user has said about the place of a model."""
    crs, points = options.get("default_crs"), options.get("control_points")
    return {"default_crs": None if crs is None else CRS.from_user_input(crs), "control_points": points}


#: What can be asked for -> who does it.
TASKS: dict[str, Callable[[Path, dict[str, Any]], dict[str, Any]]] = {
    "footprints": _footprints,
    "georeference": _georeference,
}


def _own_output() -> TextIO:
    """Keep the standard output for the answers; whatever libraries print goes to the standard error."""
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    return answers


def _limit_memory(megabytes: int) -> None:
    """Have the system refuse memory beyond the limit, where it can (Linux; Windows has no such limit)."""
    try:
        import resource
    except ImportError:
        return
    resource.setrlimit(resource.RLIMIT_AS, (megabytes * _MEGABYTE, resource.RLIM_INFINITY))


def memory_in_use() -> int:
    """Return the megabytes that this process holds now; 0 where the system does not say."""
    try:
        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    except (OSError, IndexError):
        return 0
    return pages * os.sysconf("SC_PAGE_SIZE") // _MEGABYTE
