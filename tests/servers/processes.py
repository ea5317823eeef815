"""Start programs that serve on this machine, wait for them, and end them by their process id."""

from __future__ import annotations

import contextlib
import os
import random
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Self

ROOT = Path(__file__).resolve().parents[2]
#: Python and packages of the servers, apart from those of the product (scripts/setup-servers.sh).
SERVER_PYTHON = ROOT / ".venv-servers" / "bin" / "python"
REMEDY = "run `make setup-servers`"
LOOPBACK = "127.0.0.1"


class ServerError(RuntimeError):
    """A server did not start or does not answer; the message has the end of what it printed."""


class Process:
    """A running program that ends with the thread that started it.

    The kernel sends `end_signal` to it when that thread is gone, killed or not (PR_SET_PDEATHSIG), so start servers
    from a thread that lives as long as they are needed, as a rule the main one.

    Parameters
    ----------
    command : program and arguments
    log : file that receives what it prints
    env : variables added to this process's own
    user : account to run as; only root can choose
    end_signal : what the program takes as the request to end
    """

    def __init__(
        self,
        command: Sequence[str | Path],
        log: Path,
        *,
        env: dict[str, str] | None = None,
        user: str | None = None,
        end_signal: signal.Signals = signal.SIGTERM,
    ) -> None:
        self.command = [str(part) for part in command]
        self.log = log
        self.end_signal = end_signal
        with log.open("ab") as out:
            self._popen = subprocess.Popen(
                [*as_user(user, end_signal), *self.command],
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.STDOUT,
                env=clean_environment() | (env or {}),
                start_new_session=True,
            )

    @property
    def pid(self) -> int:
        """The process id."""
        return self._popen.pid

    def running(self) -> bool:
        """Whether the program has not ended yet."""
        return self._popen.poll() is None

    def wait_for(self, ready: Callable[[], bool], what: str, seconds: float = 60) -> None:
        """Return as soon as `ready` says so; :class:`ServerError` when the program ends or the time is over."""
        deadline = time.monotonic() + seconds
        while not ready():
            if not self.running():
                raise ServerError(f"{what} ended at once. {self.last_words()}")
            if time.monotonic() > deadline:
                raise ServerError(f"{what} did not answer in {seconds:g} s. {self.last_words()}")
            time.sleep(0.02)

    def last_words(self) -> str:
        """The end of the log, for error messages."""
        lines = self.log.read_text("utf-8", "replace").splitlines()[-15:]
        return f"Log {self.log}:\n" + "\n".join(lines)

    def send(self, number: signal.Signals) -> None:
        """Send a signal, e.g. SIGSTOP for a server that hangs."""
        self._popen.send_signal(number)

    def stop(self, seconds: float = 5) -> None:
        """Ask the program to end, and kill it when it does not in time."""
        if self.running():
            self._popen.send_signal(self.end_signal)
            try:
                self._popen.wait(seconds)
            except subprocess.TimeoutExpired:
                self.kill()
        self._popen.wait()

    def kill(self) -> None:
        """End the program and its children at once (SIGKILL), as a crash would."""
        family = [self.pid, *children(self.pid)]
        for pid in family:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self._popen.wait()
        while any(alive(pid) for pid in family):
            time.sleep(0.01)

    def memory(self) -> int:
        """Memory of the program and its children in bytes; what they share is counted once (PSS)."""
        return sum(proportional_memory(pid) for pid in [self.pid, *children(self.pid)])


class Server:
    """What all servers have: a scratch folder, processes, and an orderly end."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.processes: list[Process] = []

    def start(self) -> None:
        """Start the server and return when it answers; on the same address as before when it was stopped."""
        raise NotImplementedError

    def stop(self) -> None:
        """End the server's processes, the last one started first."""
        while self.processes:
            self.processes.pop().stop()

    def kill(self) -> None:
        """End the server's processes as a crash would."""
        while self.processes:
            self.processes.pop().kill()

    def memory(self) -> int:
        """Memory of all processes in bytes."""
        return sum(process.memory() for process in self.processes)

    def __enter__(self) -> Self:
        if not self.processes:
            self.start()
        return self

    def __exit__(self, *exception: object) -> None:
        self.stop()


def as_user(user: str | None, end_signal: signal.Signals) -> list[str]:
    """The words before a command that end it with its parent and run it as another user."""
    words = ["setpriv", f"--pdeathsig={end_signal.name.removeprefix('SIG')}"]
    if user is not None:
        words += [f"--reuid={user}", f"--regid={user}", "--init-groups"]
    return [*words, "--"]


def clean_environment() -> dict[str, str]:
    """This process's variables without those by which a Python or QGIS set-up would reach the servers."""
    ours = ("PYTHON", "QGIS_", "VIRTUAL_ENV", "PG", "LC_", "LANG")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
    environment_path = str(ROOT / ".venv" / "bin")
    path = [p for p in os.environ.get("PATH", "").split(os.pathsep) if p != environment_path]
    return kept | {"LC_ALL": "C.UTF-8", "PATH": os.pathsep.join([*path, "/usr/sbin", "/sbin"])}


def children(pid: int) -> Iterator[int]:
    """Process ids of all descendants."""
    try:
        listings = [listing.read_text() for listing in Path(f"/proc/{pid}/task").glob("*/children")]
    except (FileNotFoundError, ProcessLookupError):
        return
    for child in " ".join(listings).split():
        yield int(child)
        yield from children(int(child))


def alive(pid: int) -> bool:
    """Whether a process runs; one that has ended and was not collected yet does not."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
        # A program whose first thread has ended keeps its sockets until the others have.
        return state not in "ZX" or len(list(Path(f"/proc/{pid}/task").iterdir())) > 1
    except (FileNotFoundError, ProcessLookupError):
        return False


def proportional_memory(pid: int) -> int:
    """Proportional set size of one process in bytes, 0 when it is gone."""
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except (FileNotFoundError, ProcessLookupError):
        return 0
    return sum(int(line.split()[1]) * 1024 for line in lines if line.startswith("Pss:"))


def free_port() -> int:
    """A TCP port of the loopback address that nobody listens on now.

    It is below the range that Linux gives to outgoing connections, so that none of them takes it during a restart.
    """
    while True:
        port = random.randrange(20000, 32768)
        with socket.socket() as probe:
            try:
                probe.bind((LOOPBACK, port))
            except OSError:
                continue
            return port


def accepts(port: int) -> bool:
    """Whether somebody listens on a port of the loopback address."""
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex((LOOPBACK, port)) == 0


def run(
    command: Sequence[str | Path], log: Path, env: dict[str, str] | None = None, user: str | None = None
) -> None:
    """Run a program to its end; :class:`ServerError` with its output when it fails."""
    words = [*as_user(user, signal.SIGTERM), *map(str, command)]
    with log.open("ab") as out:
        status = subprocess.run(
            words, stdin=subprocess.DEVNULL, stdout=out, stderr=out, env=clean_environment() | (env or {})
        ).returncode
    if status:
        text = log.read_text("utf-8", "replace")[-2000:]
        raise ServerError(f"{Path(str(command[0])).name} ended with status {status}:\n{text}")


def scratch_folder() -> Path:
    """A new folder with a short path, after removing those whose makers were killed.

    Short, because the path of a Unix socket has 107 bytes at most.
    """
    for old in Path("/tmp").glob("citycheck-servers-*-*"):
        if not alive(int(old.name.split("-")[2])):
            shutil.rmtree(old, ignore_errors=True)
    return Path(tempfile.mkdtemp(prefix=f"citycheck-servers-{os.getpid()}-", dir="/tmp"))


def missing(*programs: str | Path) -> str:
    """What is not installed, as a sentence for a skipped test; empty when all is there."""
    path = clean_environment()["PATH"]
    absent = [Path(p).name for p in programs if shutil.which(str(p), path=path) is None]
    return f"{', '.join(absent)} not installed: {REMEDY}" if absent else ""
