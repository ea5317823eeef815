"""Files are never half written: write beside the target, then rename."""

from __future__ import annotations

import errno
import os
import shutil
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from ..errors import OutputError


@contextmanager
def replacing(target: Path, start_from_target: bool = False) -> Iterator[Path]:
    """Give a path beside `target` to write to; it takes the target's place when the block ends well.

    When the block fails, the target is as it was and nothing is left beside it.

    Parameters
    ----------
    target : the file to make or replace
    start_from_target : begin with a copy of the target where it exists

    Raises
    ------
    OutputError : the folder cannot be written to, or the disk is full.
    """
    target = Path(target)
    with writable(target):
        target.parent.mkdir(parents=True, exist_ok=True)
        folder = Path(tempfile.mkdtemp(prefix=".citycheck-", dir=target.parent))
    try:
        # The name inside keeps the target's suffix: drivers choose the format by it.
        draft = folder / target.name
        with writable(target):
            if start_from_target and target.exists():
                shutil.copyfile(target, draft)
            yield draft
            # Through a descriptor that may write: Windows refuses to flush a file opened for reading.
            with draft.open("rb+") as written:
                os.fsync(written.fileno())
            draft.replace(target)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def writable(target: Path) -> Iterator[None]:
    """Turn the system's errors on writing into one sentence about `target`."""
    try:
        yield
    except OSError as error:
        reasons = {
            errno.EACCES: "you may not write there; choose another folder",
            errno.EPERM: "you may not write there; choose another folder",
            errno.EROFS: "the folder is read-only; choose another folder",
            errno.ENOSPC: "the disk is full; free some space or choose another disk",
            errno.ENOTDIR: "part of the path is a file; choose another folder",
            errno.EEXIST: "part of the path is a file; choose another folder",
        }
        reason = reasons.get(error.errno or 0)
        if reason is None:
            raise
        raise OutputError(f"{target} cannot be written: {reason}.") from error


@contextmanager
def staged(folder: Path, start_from: Iterable[str] = ()) -> Iterator[Path]:
    """Give a folder to write a set of files into; they move to `folder` together when the block ends well.

    The staging folder stands beside the target, at the same depth, so that relative paths that leave the folder
    mean the same in both.

    Parameters
    ----------
    folder : made where it does not exist
    start_from : names of files of `folder` that are copied into the staging folder first

    Raises
    ------
    OutputError : see `replacing`.
    """
    folder = Path(folder).resolve()
    with writable(folder):
        folder.mkdir(parents=True, exist_ok=True)
        draft = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
    try:
        with writable(folder):
            for name in start_from:
                if (folder / name).exists():
                    shutil.copyfile(folder / name, draft / name)
            yield draft
            for path in sorted(draft.iterdir()):
                path.replace(folder / path.name)
    finally:
        shutil.rmtree(draft, ignore_errors=True)
