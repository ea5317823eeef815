"""Many models are read side by side, each in a process that ends when it takes too long, too much or breaks."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from importlib import metadata
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Any

from ..errors import InputError
from ..messages import Message, mark, message, message_of, message_record, word
from ..processes import python_program
from .findings import Finding
from .georeference.placement import Placement
from .models import BuildingModel
from .records import Record, building_of, findings_of, placement_of

Progress = Callable[[float], None]

#: Seconds between two looks at the clock and at the cancel button.
_TICK = 0.05
#: A process that has read this many files, or holds this many megabytes, is replaced by a fresh one: what libraries
#: do not give back to the system goes with it.
_FILES, _MEMORY = 100, 500
#: Seconds that a process may take to start.
START = 120.0
#: Why a process did not start that says nothing.
_SILENT = word(mark("it gave no answer"))
#: What is tried again when the same files are read once more: other limits or a quieter machine may change it.
_PASSING = {mark("crashed"), mark("timeout"), mark("memory"), mark("failed")}

#: The child imports the package under the parent's name for it, which is that of the plugin's folder.
_CHILD = """
import importlib, importlib.util, json, sys
name, folder, module, path = json.loads(sys.stdin.readline())
sys.path[:] = path
spec = importlib.util.spec_from_file_location(name, folder + "/__init__.py", submodule_search_locations=[folder])
sys.modules[name] = importlib.util.module_from_spec(spec)
spec.loader.exec_module(sys.modules[name])
importlib.import_module(module).main()
"""


@dataclass(frozen=True)
class Limits:
    """What one file may take.

    Attributes
    ----------
    seconds : of the clock
    memory_mb : address space of the process in megabytes, that of Python and its libraries (about 700) included; the
        system keeps to it on Linux only
    """

    seconds: float = 300.0
    memory_mb: int = 8192


@dataclass(frozen=True)
class FileResult:
    """What became of one file: there is one for each, whatever happened.

    Attributes
    ----------
    path : the file
    state : ``read``; ``refused`` (no model that can be read: the sentence says why); ``timeout``, ``memory`` (a limit
        was reached); ``crashed`` (the process died); ``failed`` (a defect of CityCheck)
    record : what was read, see `worker.read`; of a file that was not read without anything but its times
    reason : why it was not read, as a sentence
    kept : it was read by an earlier run and the file is the same
    """

    path: Path
    state: str
    record: Record
    reason: Message | None = None
    kept: bool = False

    @property
    def buildings(self) -> list[BuildingModel]:
        """The buildings of the file."""
        return [building_of(record) for record in self.record.get("buildings", ())]

    @property
    def place(self) -> Placement | None:
        """Where the model lies as a whole; None where it was not read."""
        record = self.record.get("placement")
        return None if record is None else placement_of(record)

    @property
    def findings(self) -> list[Finding]:
        """What concerns the file as a whole."""
        return findings_of(self.record.get("findings", ()))


def read_files(
    paths: Sequence[Path],
    options: Mapping[Path, Record],
    folder: Path,
    processes: int | None = None,
    limits: Limits | None = None,
    progress: Progress = lambda share: None,
) -> Iterator[FileResult]:
    """Read models in processes of their own and give the results in the order of the files.

    Parameters
    ----------
    paths : the files
    options : path -> what the worker is told about it, see `worker.read`
    folder : where the results are kept (one JSON file each): of a second run with the same folder, only files that are
        new or changed are read, and those that met a limit
    processes : how many at a time; None: one per processor
    progress : called with the share of files done; may raise to cancel, which ends all processes

    Raises
    ------
    InputError : there is no Python program to start processes with, or they cannot start.
    """
    limits = limits or Limits()
    folder.mkdir(parents=True, exist_ok=True)
    version = _version()
    targets = {path: folder / f"{_key(path, options[path], version)}.json" for path in paths}
    kept = {path: result for path, target in targets.items() if (result := _earlier(target)) is not None}
    waiting = [path for path in paths if path not in kept]
    done: dict[Path, Record] = {}
    if waiting:
        jobs = [_Job(path, options[path], targets[path]) for path in waiting]
        with _workers(jobs, min(processes or os.cpu_count() or 1, len(jobs)), limits) as pool:
            while pool.watch():
                progress((len(kept) + pool.finished) / len(paths))
                time.sleep(_TICK)
        done = {job.path: job.record for job in jobs}
    for path in paths:
        record = kept[path] if path in kept else done[path]
        reason = message_of(record["reason"]) if "reason" in record else None
        yield FileResult(path, record["state"], record, reason, path in kept)


def _key(path: Path, options: Record, version: str) -> str:
    """Return a name for a result: it changes with the file, with what was asked and with the readers."""
    asked = json.dumps(options, sort_keys=True, default=str)
    size = time_written = 0
    # The reader says why it cannot be read.
    with suppress(OSError):
        size, time_written = path.stat().st_size, path.stat().st_mtime_ns
    text = f"{path.resolve()}\n{size}\n{time_written}\n{asked}\n{version}"
    return hashlib.sha256(text.encode("utf-8", "surrogateescape")).hexdigest()[:32]


def _version() -> str:
    """Return a fingerprint of the readers: what another version has read is read again."""
    here = Path(__file__).parent
    texts = [file.read_bytes() for end in ("py", "json") for file in sorted(here.rglob(f"*.{end}"))]
    texts += [f"{name} {metadata.version(name)}".encode() for name in ("ifcopenshell", "shapely", "pyproj")]
    return hashlib.sha256(b"\n".join(texts)).hexdigest()


def _earlier(target: Path) -> Record | None:
    try:
        record: Record = json.loads(target.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return None if record.get("state") in _PASSING else record


@dataclass
class _Job:
    path: Path
    options: Record
    target: Path
    record: Record = field(default_factory=dict)


@contextmanager
def _workers(jobs: Sequence[_Job], count: int, limits: Limits) -> Iterator[_Pool]:
    pool = _Pool(jobs, count, limits)
    try:
        yield pool
    finally:
        pool.close()


class _Pool:
    """Threads that each drive one process at a time; the caller's thread watches the clock."""

    def __init__(self, jobs: Sequence[_Job], count: int, limits: Limits) -> None:
        self._failure: BaseException | None = None
        self._queue: SimpleQueue[_Job] = SimpleQueue()
        for job in jobs:
            self._queue.put(job)
        program = python_program()
        # What a process that is ended leaves behind goes with the pool.
        self._temporary = tempfile.TemporaryDirectory(prefix="citycheck-models-", ignore_cleanup_errors=True)
        self._drivers = [_Driver(program, limits, self._temporary.name) for _ in range(count)]
        self._threads = [threading.Thread(target=self._serve, args=[d], daemon=True) for d in self._drivers]
        for thread in self._threads:
            thread.start()

    @property
    def finished(self) -> int:
        """Files that are done, read or not."""
        return sum(driver.finished for driver in self._drivers)

    def watch(self) -> bool:
        """End processes that are over their time; return whether there is work left."""
        for driver in self._drivers:
            driver.end_when_late()
        if self._failure is not None:
            raise self._failure
        return any(thread.is_alive() for thread in self._threads)

    def close(self) -> None:
        """End all processes; what they were reading is lost."""
        with suppress(Empty):
            while True:
                self._queue.get_nowait()
        for driver in self._drivers:
            driver.closed = True
            driver.stop()
        for thread in self._threads:
            thread.join()
        self._temporary.cleanup()

    def _serve(self, driver: _Driver) -> None:
        try:
            with suppress(Empty):
                while not driver.closed:
                    job = self._queue.get_nowait()
                    job.record = driver.read(job)
                    driver.finished += 1
        except BaseException as error:
            # Raised again in the caller's thread.
            self._failure = error
        finally:
            driver.stop()


class _Driver:
    """One process at a time, a fresh one when it died, grew or has served long."""

    def __init__(self, program: str, limits: Limits, temporary: str) -> None:
        self._temporary = temporary
        self.closed = False
        self.finished = 0
        self._program, self._limits = program, limits
        self._process: subprocess.Popen[str] | None = None
        self._errors: Any = None
        self._served = 0
        self._due: float | None = None
        self._late = False

    def read(self, job: _Job) -> Record:
        """Return what the process has read from one file, or what became of it."""
        fresh = self._process is None
        record = self._ask(job)
        if record["state"] == "crashed" and not fresh and not self.closed:
            # The files before may have spoilt the process.
            record = self._ask(job)
        if record["state"] != "read":
            record.setdefault("reason", message_record(_sentence(record["state"], self._limits)))
            job.target.write_text(json.dumps(record, ensure_ascii=False), encoding="utf-8")
        return record

    def end_when_late(self) -> None:
        """End the process when its file has had its time."""
        due = self._due
        if due is not None and time.monotonic() > due:
            self._late = True
            self._kill()

    def stop(self) -> None:
        """End the process."""
        self._kill()
        process, self._process = self._process, None
        if process is not None:
            process.wait()
            for pipe in (process.stdin, process.stdout, self._errors):
                with suppress(OSError):
                    pipe.close()  # type: ignore[union-attr]

    def _kill(self) -> None:
        process = self._process
        if process is not None and process.poll() is None:
            process.kill()

    def _ask(self, job: _Job) -> Record:
        started = time.monotonic()
        self._late = False
        self._make_ready()
        self._due = time.monotonic() + self._limits.seconds
        self._say({"file": str(job.path), "options": job.options, "result": str(job.target)})
        answer = self._answer()
        self._due = None
        seconds = round(time.monotonic() - started, 3)
        if not answer:
            state = "timeout" if self._late else self._cause_of_death()
            self.stop()
            return {"state": state, "seconds": seconds}
        record: Record = json.loads(job.target.read_text(encoding="utf-8"))
        self._served += 1
        if record["state"] == "memory" or json.loads(answer)["memory_mb"] > _MEMORY or self._served >= _FILES:
            self.stop()
        return {**record, "seconds": seconds}

    def _make_ready(self) -> None:
        for last_try in (False, True):
            if self._process is None:
                self._start()
                # Who kills a process that is only just starting kills no second one.
                if not self._answer() and not self.closed:
                    error = self._not_started()
                    if last_try or error.message.values["reason"] != _SILENT:
                        raise error

    def _start(self) -> None:
        self._served = 0
        self._errors = tempfile.TemporaryFile()  # noqa: SIM115 - closed with the process
        self._process = subprocess.Popen(
            [self._program, "-c", _CHILD],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._errors,
            text=True,
            encoding="utf-8",
            env={
                **os.environ,
                **dict.fromkeys(_ONE_THREAD, "1"),
                **dict.fromkeys(("TMPDIR", "TEMP", "TMP"), self._temporary),
                "PYTHONIOENCODING": "utf-8",
            },
            creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
        )
        self._due = time.monotonic() + START
        name = __name__.partition(".")[0]
        package = next(iter(sys.modules[name].__path__))
        self._say([name, package, f"{__package__}.worker", sys.path])
        self._say({"memory_mb": self._limits.memory_mb})

    def _say(self, said: object) -> None:
        # A process that dies while it is told something is seen by its missing answer.
        with suppress(OSError):
            self._process.stdin.write(json.dumps(said) + "\n")  # type: ignore[union-attr]
            self._process.stdin.flush()  # type: ignore[union-attr]

    def _answer(self) -> str:
        with suppress(OSError):
            return self._process.stdout.readline()  # type: ignore[union-attr]
        return ""

    def _not_started(self) -> InputError:
        """Return the error of a process that ended before it could read: no file is to blame for that."""
        lines = self._last_words().decode("utf-8", "replace").strip().splitlines()
        self.stop()
        return InputError(
            "The process that reads models cannot start ({reason}); check that ifcopenshell, shapely and pyproj can be "
            "imported by {program}.",
            reason=lines[-1] if lines else _SILENT,
            program=self._program,
        )

    def _cause_of_death(self) -> str:
        """Return ``memory`` where the process said so before it died, else ``crashed``."""
        said = self._last_words()
        return "memory" if b"bad_alloc" in said or b"MemoryError" in said else "crashed"

    def _last_words(self) -> bytes:
        if self._process is None:
            return b""
        self._kill()
        self._process.wait()
        self._errors.seek(0, os.SEEK_END)
        self._errors.seek(max(0, self._errors.tell() - 4096))
        return self._errors.read()


#: More threads than one make reading slower, see `ifc.shapes`; libraries take as many as there are processors.
_ONE_THREAD = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")


def _sentence(state: str, limits: Limits) -> Message:
    if state == "timeout":
        return message(
            "Reading took longer than {seconds:g} s and was ended; raise the time limit, or have the model split or "
            "simplified.",
            seconds=limits.seconds,
        )
    if state == "memory":
        return message(
            "Reading needed more than {memory} MB of memory and was ended; raise the memory limit, or have the model "
            "split or simplified.",
            memory=limits.memory_mb,
        )
    return message(
        "The file made its reader crash; it is probably damaged: have it exported again from the authoring software."
    )
