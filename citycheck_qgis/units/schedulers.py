"""Who does the parts: this process, processes on this machine, or the workers of a running dask cluster.

The workers need no QGIS and no CityCheck: they are sent the modules that they need, as an archive with a package that
is named by its content, so that workers which have served another version of the plugin do not mix the two.
"""

from __future__ import annotations

import logging
import multiprocessing.spawn
import shutil
import sys
import tempfile
import time
import uuid
import zipfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from ..errors import InputError
from ..messages import message
from ..processes import python_program
from .partitions import Here, Name, Plain, Scheduler, as_plain, engine, shipped
from .parts import require

LOCAL = "local"
#: Seconds between two looks at the cancel button; seconds that a scheduler may take to answer, and a cluster to be
#: without any worker.
TICK, ANSWER, NO_WORKERS = 0.2, 10, 30
#: How often a task is tried again that failed for what may pass (a network folder that did not answer).
RETRIES = 2

#: What dask sets for the processes that it starts, but for its order to the allocator to give all memory back at once:
#: with that a worker spends a third of its time on getting the same pages again.
_MALLOC = "distributed.nanny.pre-spawn-environ"
_ONE_THREAD = dict.fromkeys(("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS"), 1)

#: Nobody looks at what dask would note of its workers a hundred times a second.
_NO_PROFILE = {"distributed.worker.profile.enabled": False, "distributed.admin.tick.interval": "500ms"}


@contextmanager
def open_scheduler(text: str, processes: int | None = None, command: str = "") -> Iterator[Scheduler]:
    """Give who is to do the parts; processes that were started for it end with the block.

    Parameters
    ----------
    text : empty: this process; ``local``: processes on this machine; else the address of a dask scheduler
    processes : number of local processes; None: one per processor
    command : how missing packages are installed, for the sentence that says so (see `require`)

    Raises
    ------
    InputError : dask is not installed, or there is no scheduler or no worker at the address.
    """
    text = text.strip()
    if not text:
        yield Here()
        return
    dask, distributed = require("dask", "distributed", command=command)
    # Whoever runs QGIS can do nothing about what the machinery tells itself.
    settings = {"distributed.logging": {"distributed": "critical"}, _MALLOC: _ONE_THREAD, **_NO_PROFILE}
    with dask.config.set(settings):
        for name in ("distributed", "tornado"):
            logging.getLogger(name).setLevel(logging.CRITICAL)
        if text == LOCAL:
            with _local(distributed, processes) as address, _connected(distributed, address) as client:
                yield Cluster(client)
        else:
            with _connected(distributed, text) as client:
                yield Cluster(client)


@contextmanager
def _local(distributed: Any, processes: int | None) -> Iterator[Any]:
    """Start workers on this machine; they end with the block, or with this process."""
    from dask.system import CPU_COUNT

    folder = tempfile.mkdtemp(prefix="citycheck-workers-")
    before = multiprocessing.spawn.get_executable()
    multiprocessing.spawn.set_executable(python_program())
    cluster = None
    try:
        cluster = distributed.LocalCluster(
            n_workers=processes or CPU_COUNT,
            threads_per_worker=1,
            processes=True,
            memory_limit=0,
            # Nobody but this machine is to see them, and another cluster's port is not theirs.
            host="127.0.0.1",
            dashboard_address="127.0.0.1:0",
            worker_dashboard_address="127.0.0.1:0",
            local_directory=folder,
            silence_logs=logging.CRITICAL,
        )
        yield cluster
    finally:
        if cluster is not None:
            cluster.close()
        multiprocessing.spawn.set_executable(before)
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _connected(distributed: Any, address: Any) -> Iterator[Any]:
    try:
        client = distributed.Client(address, timeout=ANSWER, set_as_default=False)
    except (OSError, TimeoutError, ValueError) as error:
        raise InputError(
            "No dask scheduler answers at {address}; start one ('dask scheduler'), or correct the address, such as "
            "tcp://host:8786.",
            address=address,
        ) from error
    try:
        yield client
    finally:
        client.close(timeout=2)


class Cluster:
    """Has tasks done by the workers of a dask cluster.

    Parameters
    ----------
    client : a connected ``distributed.Client``
    """

    def __init__(self, client: Any) -> None:
        self.client = client
        self._package = f"citycheck_{engine()}"
        self._send_modules()
        self._check_workers()

    def _send_modules(self) -> None:
        from distributed.diagnostics.plugin import UploadFile

        with tempfile.TemporaryDirectory() as folder:
            archive = Path(folder) / f"{self._package}.zip"
            with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as file:
                file.writestr(f"{self._package}/__init__.py", "")
                for name, content in shipped().items():
                    file.writestr(f"{self._package}/{name}", content)
            # Workers that come later get it as well.
            self.client.register_plugin(UploadFile(str(archive)), name=self._package)

    def _check_workers(self) -> None:
        """Check that there are workers and that they can do the work.

        Raises
        ------
        InputError : there is none, or one lacks a package or runs another Python.
        """
        try:
            self.client.wait_for_workers(1, timeout=NO_WORKERS)
        except TimeoutError as error:
            raise InputError(
                "The dask scheduler {address} has no workers; start some with 'dask worker {address}'.",
                address=self.client.scheduler.address,
            ) from error
        answers = self.client.run(_probe(self._package), on_error="return")
        version = list(sys.version_info[:2])
        for worker, answer in answers.items():
            reason = str(answer) if isinstance(answer, Exception) else answer["missing"]
            if reason:
                raise InputError(
                    "The worker {worker} cannot do the work ({reason}); all workers need the packages of requirements.txt "
                    "and requirements-cluster.txt.",
                    worker=worker,
                    reason=reason,
                )
            if answer["version"] != version:
                raise InputError(
                    "The worker {worker} runs Python {found}, this is Python {version}; all machines of a cluster need the "
                    "same one.",
                    worker=worker,
                    found=".".join(map(str, answer["version"])),
                    version=".".join(map(str, version)),
                )

    def run(
        self, tasks: Sequence[tuple[Name, Plain]], tick: Callable[[], None]
    ) -> Iterator[tuple[Name, Plain]]:
        """See `Scheduler.run`. Tasks of workers that die are given to others."""
        from distributed import Event, wait

        stop = f"citycheck-stop-{uuid.uuid4().hex}"
        work = _on_worker(self._package, stop)
        names = {
            self.client.submit(
                work, task, key=f"citycheck-part-{uuid.uuid4().hex}", retries=RETRIES, pure=False
            ): name
            for name, task in tasks
        }
        waiting = set(names)
        alone_since: float | None = None
        try:
            while waiting:
                tick()
                ready: set[Any] = set()
                with suppress(TimeoutError), self.client.as_current():
                    ready = wait(waiting, timeout=TICK, return_when="FIRST_COMPLETED").done
                for future in ready:
                    if future.status in ("lost", "pending"):
                        # Its worker died with the answer before it was fetched; the scheduler has it done anew.
                        continue
                    waiting.discard(future)
                    yield names[future], _answer_of(future)
                    future.release()
                if not ready:
                    alone_since = self._alone_since(alone_since)
        finally:
            if waiting:
                # Running tasks look at this between their steps, dask only between tasks.
                Event(stop, self.client).set()
                self.client.cancel(list(waiting), force=True)

    def _alone_since(self, since: float | None) -> float | None:
        """Return since when the scheduler has had no worker; None where it has some."""
        if self.client.nthreads():
            return None
        since = since or time.monotonic()
        if time.monotonic() - since > NO_WORKERS:
            raise InputError(
                "The dask scheduler {address} has lost all its workers; start some with 'dask worker {address}' and run "
                "again for the rest.",
                address=self.client.scheduler.address,
            )
        return since


def _answer_of(future: Any) -> Plain:
    """Return the answer of a finished task; what made it fail as a sentence."""
    from distributed.scheduler import KilledWorker

    if future.status == "finished":
        return future.result()
    error = future.exception() if future.status == "error" else None
    if isinstance(error, KilledWorker):
        said = message("the workers that tried it were killed; give them more memory or make smaller parts.")
    else:
        said = message(
            "the worker stopped with {error}; its log says more.",
            error=f"{type(error).__name__}: {error}" if error else future.status,
        )
    return {"failed": as_plain(said)}


def _probe(package: str) -> Callable[[], Plain]:
    """Return what a worker is asked before it gets work. Made inside a function so that it travels as it is."""

    def probe() -> Plain:
        import sys
        from importlib import import_module

        missing = ""
        try:
            for name in (f"{package}.citycheck_qgis.units.partitions", "pyarrow.parquet"):
                import_module(name)
        except ImportError as error:
            missing = str(error)
        return {"version": list(sys.version_info[:2]), "missing": missing}

    return probe


def _on_worker(package: str, stop: str) -> Callable[[Plain], Plain]:
    """Return what a worker does. Made inside a function so that it travels as it is, not by the plugin's name."""

    between = TICK

    def work(task: Plain) -> Plain:
        import time
        from importlib import import_module

        from distributed import Event

        stopped = Event(stop)
        errors = import_module(f"{package}.citycheck_qgis.errors")

        asked = time.monotonic()

        def tick() -> None:
            nonlocal asked
            if time.monotonic() - asked < between:
                return
            asked = time.monotonic()
            if stopped.is_set():
                raise errors.CancelledError("The run was cancelled; nothing was written.")

        try:
            return import_module(f"{package}.citycheck_qgis.units.partitions").do_part(task, tick)
        except errors.CancelledError as error:
            return {"failed": {"template": str(error), "values": {}}}

    return work
