"""The Python interpreter for processes of our own."""

from __future__ import annotations

import shutil
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

from .errors import InputError


def python_program() -> str:
    """Return the Python interpreter that runs in this process; inside QGIS the running program is not Python.

    Raises
    ------
    InputError : it cannot be found.
    """
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    windows = sys.platform == "win32"
    # Without a console window for each process.
    names = ["pythonw.exe", "python.exe"] if windows else [f"python{version}", "python3", "python"]
    folders = [Path(prefix) for prefix in dict.fromkeys((sys.prefix, sys.exec_prefix, sys.base_prefix))]
    candidates = [Path(sys.executable)] if Path(sys.executable or "").name.startswith("python") else []
    candidates += [folder / name for folder in folders for name in names]
    candidates += [folder / "bin" / name for folder in folders for name in names]
    candidates += [Path(found) for name in names if (found := shutil.which(name))]
    for candidate in candidates:
        if candidate.is_file() and _version_of(candidate) == version:
            return str(candidate)
    raise InputError(
        "No Python {version} program was found to start processes with; install it, or use a QGIS that brings it.",
        version=version,
    )


def _version_of(program: Path) -> str:
    asked = "import sys; sys.exit(sys.version_info[0] * 50 + sys.version_info[1])"
    with suppress(OSError, subprocess.SubprocessError):
        status = subprocess.run(
            [program, "-c", asked], check=False, timeout=20, capture_output=True
        ).returncode
        return f"{status // 50}.{status % 50}"
    return ""
