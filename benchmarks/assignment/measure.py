"""CPU, wall time and memory of a command and of everything that it starts."""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import tempfile
import threading
import time
from dataclasses import dataclass
from pathlib import Path

PR_SET_CHILD_SUBREAPER = 36


@dataclass(frozen=True)
class Usage:
    """What one run took.

    Attributes
    ----------
    cpu : seconds, user and system, of all processes
    wall : seconds
    memory : peak of resident memory of the largest process, MB (10^6 bytes)
    failure : the last line of the error output of a command that failed; empty: it did not
    """

    cpu: float
    wall: float
    memory: float
    failure: str = ""


def measure(command: list[str], cwd: Path, seconds: float) -> Usage:
    """Run a command to its end, at most so many seconds.

    The calling process must be small and have no other children: a new process starts with its parent's peak of
    memory, and processes that lose their parent are waited for here, so that nothing escapes the account.
    """
    ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    with tempfile.TemporaryFile() as errors:
        started = time.perf_counter()
        first = subprocess.Popen(
            command,
            cwd=cwd,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=errors,
            start_new_session=True,
        )
        limit = threading.Timer(seconds, os.killpg, (first.pid, signal.SIGKILL))
        limit.start()
        cpu, memory, code = 0.0, 0, 0
        try:
            while True:
                process, status, used = os.wait4(-1, 0)
                cpu += used.ru_utime + used.ru_stime
                memory = max(memory, used.ru_maxrss)
                if process == first.pid:
                    code = first.returncode = os.waitstatus_to_exitcode(status)
        except ChildProcessError:
            pass  # all of them have ended
        except KeyboardInterrupt:
            os.killpg(first.pid, signal.SIGKILL)
            raise
        finally:
            limit.cancel()
        wall = time.perf_counter() - started
        errors.seek(0)
        lines = errors.read().decode(errors="replace").split("\n")
    failure = next((line for line in reversed(lines) if line.strip()), f"exit status {code}") if code else ""
    return Usage(cpu, wall, memory * 1024 / 1e6, failure)
