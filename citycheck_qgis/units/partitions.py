"""Features in parts are given units part by part, here or on the workers of a cluster, and counted as a whole.

Each part is one task that knows nothing of the others. What became of the finished ones, with their exact tallies, is
kept in a manifest, so that a run that was cancelled or failed goes on where it ended, with the same totals.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from pyproj import CRS

from ..errors import CancelledError, ConservationError, InputError, OutputError
from ..messages import Message
from ..storage.columns import Coded
from ..storage.files import file_hash, replacing
from .assign_features import unit_columns
from .assignment import METHODS, UnitIndex
from .conservation import Conservation
from .hierarchy import Units
from .parts import (
    BoundariesFile,
    Part,
    list_parts,
    read_boundaries,
    read_head,
    require,
    write_boundaries,
)
from .tally import Statistic, Tally

#: Folder in the output's folder for all that is no part.
OWN_FOLDER = "_citycheck"
#: The manifest is written at most every so many seconds, and takes at most this share of the time.
SECONDS, WRITING_SHARE = 1.0, 0.05

Progress = Callable[[float], None]
#: What a part is known by in a run: its path from the folder of the parts, with slashes.
Name = str
#: All that a task is told and all that it answers are plain values: the workers have the product under another name.
Plain = dict[str, Any]


class Scheduler(Protocol):
    """Whoever has tasks done."""

    def run(
        self, tasks: Sequence[tuple[Name, Plain]], tick: Callable[[], None]
    ) -> Iterator[tuple[Name, Plain]]:
        """Yield the answers of `do_part` to tasks, in any order.

        Parameters
        ----------
        tick : called several times a second; may raise to cancel
        """


class Here:
    """Has tasks done in this process, one after the other."""

    def run(
        self, tasks: Sequence[tuple[Name, Plain]], tick: Callable[[], None]
    ) -> Iterator[tuple[Name, Plain]]:
        """See `Scheduler.run`."""
        for name, task in tasks:
            yield name, do_part(task, tick)


@dataclass(frozen=True)
class AssignedParts:
    """What became of all features.

    Attributes
    ----------
    counts : in = matched + ambiguous (ties) + unmatched (no geometry) + outside
    methods : features by how their community was found, in the order of `METHODS`
    border : features in several communities
    street_differs : features whose street by largest overlap is not the street of their community
    tally : counts and sums per community
    moved : parts in another CRS than the units; their overlaps were measured in that of the units
    done, kept : parts that were done in this run, and parts that an earlier one had done
    """

    counts: Conservation
    methods: dict[str, int]
    border: int
    street_differs: int
    tally: Tally
    moved: int
    done: int
    kept: int


def assign_parts(
    source: Path,
    units: Units,
    folder: Path,
    statistics: Sequence[Statistic] = (),
    scheduler: Scheduler | None = None,
    progress: Progress = lambda share: None,
) -> AssignedParts:
    """Assign the features of all parts to units and write them, part by part, into another folder.

    What the folder holds of an earlier run with the same units, statistics and parts is kept; the folder
    ``_citycheck`` in it has the manifest and the units.

    Parameters
    ----------
    source : folder of GeoParquet parts, or one such file
    units : the units, in the CRS in which overlaps are measured
    folder : output
    statistics : what to add up besides counting
    scheduler : None does the parts here, one after the other
    progress : called with the share done, 0 to 1; may raise to cancel: the finished parts stay

    Raises
    ------
    InputError : a part or the output folder cannot be used; all other parts are done.
    """
    source, folder = Path(source).resolve(), Path(folder).resolve()
    root = source if source.is_dir() else source.parent
    parts = {
        path.relative_to(root).as_posix(): path
        for path in (list_parts(source) if source.is_dir() else [source])
    }
    if source.is_dir() and folder.is_relative_to(source):
        raise InputError(
            "The output {folder} lies in the folder of the parts; choose another folder.", folder=folder
        )
    rows: dict[Name, int] = {}
    failures: dict[Name, Message] = {}
    for name, path in parts.items():
        progress(0.0)
        try:
            rows[name] = read_head(path).rows
        except InputError as error:
            failures[name] = error.message
    boundaries = write_boundaries(units, folder / OWN_FOLDER)
    manifest = Manifest(
        folder,
        {"engine": engine(), "boundaries": boundaries.hash, "statistics": [asdict(s) for s in statistics]},
    )
    manifest.start(list(parts))
    waiting = [name for name in rows if not manifest.holds(name, identity(parts[name]))]
    kept = len(rows) - len(waiting)
    whole = max(sum(rows.values()), 1)
    done = sum(rows.values()) - sum(rows[name] for name in waiting)

    def tick() -> None:
        progress(done / whole)

    tick()
    tasks = [
        (
            name,
            {
                "source": str(parts[name]),
                "target": str(folder / name),
                "boundaries": str(boundaries.path),
                "hash": boundaries.hash,
                "statistics": [asdict(s) for s in statistics],
                "features": whole,
            },
        )
        for name in waiting
    ]
    try:
        for name, answer in (scheduler or Here()).run(tasks, tick):
            if "failed" in answer:
                failures[name] = _as_message(answer["failed"])
            else:
                manifest.add(name, answer)
            done += rows[name]
            tick()
    finally:
        manifest.save()
    if failures:
        first = min(failures)
        raise InputError(
            "{failed} of {total} parts could not be done, first {part}: {reason} The others are done: run again for the "
            "rest.",
            failed=len(failures),
            total=len(parts),
            part=first,
            reason=failures[first],
        )
    return _sum_up(manifest.parts, len(units.at("community")), statistics, len(waiting), kept)


def _sum_up(
    answers: dict[Name, Plain], communities: int, statistics: Sequence[Statistic], done: int, kept: int
) -> AssignedParts:
    """Return the answers of all parts as one."""
    methods = dict.fromkeys(METHODS, 0)
    counts: Counter[str] = Counter()
    tally = Tally(communities, statistics)
    for answer in answers.values():
        counts.update(answer["counts"])
        for method, number in answer["methods"].items():
            methods[method] += number
        tally += _as_tally(answer["tally"], communities, statistics)
    fields = ("total", "matched", "ambiguous", "unmatched", "outside")
    return AssignedParts(
        Conservation("features", *(counts[name] for name in fields)),
        methods,
        sum(answer["border"] for answer in answers.values()),
        sum(answer["street_differs"] for answer in answers.values()),
        tally,
        sum(answer["moved"] for answer in answers.values()),
        done,
        kept,
    )


class Manifest:
    """What has been done in an output folder.

    Attributes
    ----------
    path : the file
    head : what the results depend on besides the parts
    parts : the answers of `do_part` by name of the part
    """

    def __init__(self, folder: Path, head: Plain) -> None:
        self.path = folder / OWN_FOLDER / "manifest.json"
        self.head = head
        self._folder = folder
        self._saved, self._cost = 0.0, 0.0
        self.parts: dict[Name, Plain] = {}

    def start(self, names: Sequence[Name]) -> None:
        """Take over what an earlier run has done, and remove parts of it that are none any more.

        Raises
        ------
        InputError : the folder holds Parquet files that no earlier run has written.
        """
        earlier: Plain = {}
        with suppress(OSError, ValueError):
            earlier = json.loads(self.path.read_text(encoding="utf-8"))
        planned = set(earlier.get("planned", ()))
        present: list[Path] = []
        with suppress(InputError):
            present = list_parts(self._folder)
        for path in present:
            name = path.relative_to(self._folder).as_posix()
            if name not in planned:
                raise InputError(
                    "{folder} holds {file}, which no run has written there; choose an empty folder.",
                    folder=self._folder,
                    file=name,
                )
        if earlier.get("head") == self.head:
            self.parts = {name: answer for name, answer in earlier["parts"].items() if name in names}
        self._planned = sorted(names)
        for name in planned - set(names):
            (self._folder / name).unlink(missing_ok=True)
        # Left by a worker that was killed while it wrote.
        for path in self._folder.rglob(".citycheck-*") if planned else ():
            shutil.rmtree(path, ignore_errors=True)
        for path in self.path.parent.glob("boundaries-*.arrow"):
            if self.head["boundaries"][:16] not in path.name:
                path.unlink(missing_ok=True)
        self.save()

    def holds(self, name: Name, source: Plain) -> bool:
        """Return whether a part is done: its file is the same as then, and so is what was written."""
        answer = self.parts.get(name)
        target = self._folder / name
        if answer is None or answer["source"] != source or not target.is_file():
            return False
        return (
            target.stat().st_size == answer["target"]["size"]
            and file_hash(target) == answer["target"]["hash"]
        )

    def add(self, name: Name, answer: Plain) -> None:
        """Note that a part is done."""
        self.parts[name] = answer
        if time.monotonic() - self._saved > max(SECONDS, self._cost / WRITING_SHARE):
            self.save()

    def save(self) -> None:
        """Write the file."""
        started = time.monotonic()
        parts = {name: self.parts[name] for name in sorted(self.parts)}
        content = {"head": self.head, "planned": self._planned, "parts": parts}
        with replacing(self.path) as draft:
            draft.write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8")
        self._saved = time.monotonic()
        self._cost = self._saved - started


def identity(path: Path) -> Plain:
    """Return what changes when a file is written to."""
    status = path.stat()
    return {"size": status.st_size, "time": status.st_mtime_ns}


@cache
def shipped() -> Mapping[str, bytes]:
    """Return the modules that a worker needs, by their paths in the package: the same ones as long as this runs."""
    product = Path(__file__).resolve().parents[1]
    rooms: Iterable[Path] = [product / "errors.py", product / "messages.py", product / "__init__.py"]
    found = [*rooms, *(product / "units").glob("*.py"), *(product / "storage").glob("*.py")]
    return {path.relative_to(product.parent).as_posix(): path.read_bytes() for path in sorted(found)}


def engine() -> str:
    """Return a name for the code that does the parts, another one when it changes."""
    digest = hashlib.sha256()
    for name, content in shipped().items():
        digest.update(name.encode() + b"\0" + content + b"\0")
    return digest.hexdigest()[:16]


_lock = threading.Lock()
#: The units that this process has read last, by what they were read for.
_loaded: dict[tuple[str, int], tuple[Units, UnitIndex]] = {}


def _units_of(file: BoundariesFile, features: int) -> tuple[Units, UnitIndex]:
    """Return the units of a run and their index; a process reads them once."""
    key = (file.hash, features)
    if key not in _loaded:
        _loaded.clear()
        units = read_boundaries(file)
        _loaded[key] = units, UnitIndex.of(units.at("community"), features)
    return _loaded[key]


def do_part(task: Plain, tick: Callable[[], None]) -> Plain:
    """Assign the features of one part and write it; return what became of them.

    Parameters
    ----------
    task : source, target, boundaries, hash, statistics, features (of the whole run)
    tick : called between the steps; may raise CancelledError

    Returns
    -------
    source and target (how they are known again), counts, methods, border, street_differs, moved, tally; or failed: a sentence
    """
    try:
        return _do_part(task, tick)
    except CancelledError:
        raise
    except (InputError, OutputError, ConservationError) as error:
        return {"failed": as_plain(error.message)}


def _do_part(task: Plain, tick: Callable[[], None]) -> Plain:
    source, target = Path(task["source"]), Path(task["target"])
    statistics = [Statistic(**wanted) for wanted in task["statistics"]]
    tick()
    # One at a time: the index is shared, and so are the prepared polygons in it.
    with _lock:
        units, index = _units_of(BoundariesFile(Path(task["boundaries"]), task["hash"]), task["features"])
    tick()
    part, before = _read_whole(source)
    tick()
    crs = CRS(units.frame.crs)
    boxes, shapes, moved = part.placed(crs)
    with _lock:
        located = index.locate(boxes, shapes, lambda share: tick())
    tally = Tally(len(units.at("community")), statistics)
    tally.add(located.unit, part.numbers)
    tick()
    part.write_with(
        {name: _as_arrow(values) for name, values in unit_columns(units, located).items()}, target, tick
    )
    return {
        "source": before,
        "target": {"size": target.stat().st_size, "hash": file_hash(target)},
        "counts": {k: v for k, v in located.conservation("features").as_row().items() if k != "subject"},
        "methods": located.count_methods(),
        "border": int((located.overlaps > 1).sum()),
        "street_differs": located.street_differs,
        "moved": moved,
        "tally": _of_tally(tally),
    }


def _read_whole(source: Path) -> tuple[Part, Plain]:
    """Return a part and its file's identity, which did not change meanwhile."""
    try:
        before = identity(source)
        part = Part(source)
        if identity(source) == before:
            return part, before
    except FileNotFoundError as error:
        raise InputError(
            "There is no file {file}; check the path, which must be the same on all machines of a cluster.",
            file=source,
        ) from error
    raise InputError("{file} was changed while it was read; run again.", file=source)


def _as_arrow(values: Coded | np.ndarray) -> Any:
    """Return a column as pyarrow's array."""
    (arrow,) = require("pyarrow")
    if not isinstance(values, Coded):
        return arrow.array(values, from_pandas=True)
    index = values.index.astype(np.int32)
    places = arrow.array(index, mask=index < 0)
    return arrow.DictionaryArray.from_arrays(places, arrow.array(values.labels, arrow.string())).cast(
        arrow.string()
    )


def _of_tally(tally: Tally) -> Plain:
    """Return a tally as plain whole numbers, those of the communities that have features."""
    unit = np.flatnonzero(tally.features)
    return {
        "unit": unit.tolist(),
        "features": tally.features[unit].tolist(),
        "used": tally.used[:, unit].tolist(),
        "sums": [
            [[[int(n) for n in row] for row in term] for term in terms]
            for terms in tally.sums[..., unit].tolist()
        ],
    }


def _as_tally(plain: Plain, communities: int, statistics: Sequence[Statistic]) -> Tally:
    tally = Tally(communities, statistics)
    unit = np.array(plain["unit"], dtype=np.int64)
    tally.features[unit] = plain["features"]
    if statistics:
        tally.used[:, unit] = plain["used"]
        tally.sums[..., unit] = np.array(plain["sums"], dtype=float)
    return tally


def as_plain(said: Message) -> Plain:
    """Return a sentence as plain values, so that it can be said in the language of whoever reads it."""
    values = {
        name: {"said": as_plain(value)}
        if isinstance(value, Message)
        else value
        if isinstance(value, int | float | str | list)
        else str(value)
        for name, value in said.values.items()
    }
    return {"template": said.template, "values": values}


def _as_message(plain: Plain) -> Message:
    values = {
        name: _as_message(value["said"]) if isinstance(value, dict) else value
        for name, value in plain["values"].items()
    }
    return Message(**{**plain, "values": values})
