"""Features in parts: GeoParquet files that are read, given units and written each for itself.

A part says the boxes of its features in a column of its own (GeoParquet's covering), so that they come without
decoding geometry. What the parts of one run share, the units, is one file that is known by its hash.
"""

from __future__ import annotations

import hashlib
import importlib
import json
import math
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import shapely
from pyogrio.errors import DataLayerError, DataSourceError
from pyproj import CRS

from ..errors import InputError
from ..messages import message
from ..storage.files import file_hash, replacing, writable
from ..storage.geopackage import check_unchanged, fingerprint
from .coordinates import reproject
from .geometry import read_wkb
from .hierarchy import Units

#: Rows of a Parquet row group, the piece that a reader of the result can skip by its boxes.
ROW_GROUP = 65_536
#: Geometries that are compared with the boxes that a file gives for them.
SAMPLED = 256
SUFFIXES = (".parquet", ".geoparquet")
BOX = ("xmin", "ymin", "xmax", "ymax")
#: What GeoParquet means where a file names no CRS.
_DEFAULT_CRS = "OGC:CRS84"
_SPLIT = "split.json"
#: File and column that only live while a layer is split.
_SPILL, _RANK = "spill.arrow", "_citycheck_rank"
_HILBERT_BITS = 16

Progress = Callable[[float], None]


def require(*packages: str, command: str = "") -> list[Any]:
    """Return optional packages as modules.

    Parameters
    ----------
    packages : import names
    command : how they are installed; empty: with pip, from the plugin's own list

    Raises
    ------
    InputError : one is missing; the sentence says how to get it.
    """
    try:
        return [importlib.import_module(name) for name in packages]
    except ModuleNotFoundError as error:
        wanted = Path(__file__).resolve().parents[2] / "requirements-cluster.txt"
        raise InputError(
            "Work in parts needs {package}, which is not installed: run '{command}' and restart QGIS.",
            package=error.name,
            command=command or f'python3 -m pip install -r "{wanted}"',
        ) from error


def list_parts(folder: Path) -> list[Path]:
    """Return the GeoParquet files of a folder and of the folders in it, sorted; names with _ or . in front are no parts.

    Raises
    ------
    InputError : there is none.
    """
    found = sorted(
        path
        for path in folder.rglob("*")
        if path.suffix.lower() in SUFFIXES
        and path.is_file()
        and not any(name.startswith(("_", ".")) for name in path.relative_to(folder).parts)
    )
    if not found:
        raise InputError("{folder} has no GeoParquet files (*.parquet); check the folder.", folder=folder)
    return found


@dataclass(frozen=True)
class Head:
    """What a part's file says of itself.

    Attributes
    ----------
    rows : number of features
    columns : the features' own columns, without geometry and boxes
    """

    rows: int
    columns: list[str]


def read_head(path: Path) -> Head:
    """Return what a part says of itself; its features are not read.

    Raises
    ------
    InputError : it is no GeoParquet file.
    """
    (parquet,) = require("pyarrow.parquet")
    with _reading(path):
        file = parquet.ParquetFile(path)
    with file:
        schema = file.schema_arrow
        described = _description(path, schema)
        geometry, box = described["primary_column"], _box_column(described)
        return Head(file.metadata.num_rows, [n for n in schema.names if n not in (geometry, box)])


class Part:
    """The features of one GeoParquet file.

    Attributes
    ----------
    path : the file
    table : pyarrow Table with all columns
    """

    def __init__(self, path: Path, threads: bool = False) -> None:
        (parquet,) = require("pyarrow.parquet")
        self.path = path
        with _reading(path), parquet.ParquetFile(path) as file:
            self.table = file.read(use_threads=threads)
        self._described = _description(path, self.table.schema)
        self._geometry = self._described["primary_column"]
        column = self._described["columns"][self._geometry]
        if column.get("encoding") != "WKB":
            raise InputError(
                "The geometry of {file} is encoded as {encoding}; write it anew as GeoParquet with WKB.",
                file=path,
                encoding=column.get("encoding"),
            )
        named = column.get("crs", _DEFAULT_CRS)
        self.crs = None if named is None else CRS.from_user_input(named)

    def __len__(self) -> int:
        return self.table.num_rows

    def shapes(self, rows: np.ndarray | None = None) -> np.ndarray:
        """Return geometries, those of all rows or of some."""
        column = self.table.column(self._geometry)
        if rows is not None:
            column = column.take(require("pyarrow")[0].array(rows))
        return read_wkb(column.to_numpy(zero_copy_only=False).astype(object))[0]

    def boxes(self) -> np.ndarray:
        """Return the features' boxes, float (n, 4) or a hair more; nan where there is no geometry.

        They come from the column that the file names for it. Where there is none, or where it does not hold the
        geometries, from the geometries.
        """
        stored = self._stored_boxes()
        if stored is None:
            return shapely.bounds(self.shapes())
        missing = self.table.column(self._geometry).is_null().to_numpy()
        stored[missing] = np.nan
        rows = np.flatnonzero(np.isnan(stored).any(axis=1) & ~missing)
        stored[rows] = shapely.bounds(self.shapes(rows))
        known = np.flatnonzero(~np.isnan(stored[:, 0]))
        sample = known[:: max(1, len(known) // SAMPLED)]
        real = shapely.bounds(self.shapes(sample))
        holds = (stored[sample, :2] <= real[:, :2]).all() and (stored[sample, 2:] >= real[:, 2:]).all()
        return stored if holds else shapely.bounds(self.shapes())

    def _stored_boxes(self) -> np.ndarray | None:
        covering = self._described["columns"][self._geometry].get("covering", {}).get("bbox")
        if not covering or any(covering[side][0] not in self.table.column_names for side in BOX):
            return None
        arrow, compute = require("pyarrow", "pyarrow.compute")
        sides = []
        for side in BOX:
            column = compute.struct_field(self.table.column(covering[side][0]), covering[side][1:])
            values = column.to_numpy(zero_copy_only=False)
            if column.type == arrow.float32():
                # Some writers round to the nearest number, not outwards.
                values = np.nextafter(values, np.float32(-np.inf if side in BOX[:2] else np.inf))
            sides.append(values.astype(float))
        return np.stack(sides, axis=1)

    def placed(self, crs: CRS) -> tuple[np.ndarray, Callable[[np.ndarray], np.ndarray], bool]:
        """Return the boxes in the CRS of the units, what gives the geometries of rows in it, and whether that is another.

        Raises
        ------
        InputError : no CRS, or numbers that do not fit it (see `reproject`).
        """
        what = message("The part {file}", file=self.path.name)
        boxes = self.boxes()
        some = boxes[~np.isnan(boxes[:, 0])]
        extent = shapely.box(*some[:, :2].min(axis=0), *some[:, 2:].max(axis=0)) if len(some) else None
        _, note = reproject(gpd.GeoDataFrame(geometry=[extent], crs=self.crs), crs, what)
        if note is None:
            return boxes, self.shapes, False
        frame = gpd.GeoDataFrame(geometry=self.shapes(), crs=self.crs)
        moved = np.asarray(reproject(frame, crs, what)[0].geometry.array, dtype=object)
        return shapely.bounds(moved), lambda rows: moved[rows], True

    def numbers(self, name: str) -> np.ndarray:
        """Return a column as float, nan where it is empty or no number.

        Raises
        ------
        InputError : the part has no such column.
        """
        arrow = require("pyarrow")[0]
        if name not in self.table.column_names:
            raise InputError(
                "The part {file} has no column {column}; all parts need the same columns.",
                file=self.path.name,
                column=name,
            )
        column = self.table.column(name)
        kind = column.type
        if arrow.types.is_dictionary(kind):
            column, kind = column.cast(kind.value_type), kind.value_type
        if arrow.types.is_boolean(kind) or (
            arrow.types.is_primitive(kind) and not arrow.types.is_temporal(kind)
        ):
            return column.cast(arrow.float64(), safe=False).to_numpy(zero_copy_only=False).astype(float)
        return pd.to_numeric(column.to_pandas(), errors="coerce").to_numpy(dtype=float)

    def write_with(
        self, columns: dict[str, Any], target: Path, tick: Callable[[], None] = lambda: None
    ) -> None:
        """Write the features with more columns (pyarrow arrays) in place of those of the same names.

        Parameters
        ----------
        tick : called before the file takes its place; may raise to cancel
        """
        table = self.table.drop_columns([name for name in columns if name in self.table.column_names])
        for name, values in columns.items():
            table = table.append_column(name, values)
        _write(table, target, self._geometry, tick)


def split(
    source: Path,
    folder: Path,
    part_size: int,
    layer: str | None = None,
    progress: Progress = lambda share: None,
) -> list[Path]:
    """Split a layer into GeoParquet parts of neighbouring features, as many rows in each; return their files.

    The features are sorted through files beside the folder, so that the memory holds one part and 24 bytes per feature.
    A folder that holds the parts of the same file already is left as it is.

    Parameters
    ----------
    source : any vector file that GDAL reads
    folder : is replaced as a whole
    part_size : the most features that a part has; about 100,000 are enough that starting a task costs nothing
    layer : name of the layer; None where there is only one
    progress : called with the share done, 0 to 1; may raise to cancel

    Raises
    ------
    InputError : the file cannot be read, has several layers, has no features, or was changed meanwhile.
    """
    source, folder = Path(source), Path(folder)
    layer = layer or _only_layer(source)
    before = fingerprint(source)
    wanted = {"source": list(before), "layer": layer, "part_size": part_size}
    if _split_of(folder) == wanted:
        return list_parts(folder)
    with writable(folder):
        folder.parent.mkdir(parents=True, exist_ok=True)
        draft = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))
    try:
        with writable(folder):
            layout, centres = _spill(draft, source, layer, lambda share: progress(0.4 * share))
            check_unchanged(source, before)
            if len(centres) == 0:
                raise InputError("The layer {layer} of {file} has no features.", layer=layer, file=source)
            rank, parts = _rank(centres), math.ceil(len(centres) / part_size)
            _sort_into(draft, rank, parts, lambda share: progress(0.4 + 0.2 * share))
            for number in range(parts):
                _finish(draft, number, layout)
                progress(0.6 + 0.4 * (number + 1) / parts)
            (draft / _SPLIT).write_text(json.dumps(wanted), encoding="utf-8")
            shutil.rmtree(folder, ignore_errors=True)
            draft.replace(folder)
    finally:
        shutil.rmtree(draft, ignore_errors=True)
    return list_parts(folder)


def _split_of(folder: Path) -> object:
    """Return what a folder of parts was split from; None where it does not say."""
    try:
        return json.loads((folder / _SPLIT).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None


def _only_layer(source: Path) -> str:
    with _opening(source):
        names = [str(name) for name in pyogrio.list_layers(source)[:, 0]]
    if len(names) != 1:
        raise InputError(
            "{file} has the layers {layers}; name the one that is meant.", file=source, layers=names
        )
    return names[0]


@dataclass(frozen=True)
class _Layout:
    """Which columns of a table are the geometry and its boxes, and the geometry's CRS."""

    geometry: str
    box: str
    crs: CRS | None

    def describe(self, table: Any) -> Any:
        """Return the table with what makes it GeoParquet 1.1."""
        (compute,) = require("pyarrow.compute")
        column: dict[str, Any] = {
            "encoding": "WKB",
            "geometry_types": [],
            "crs": None if self.crs is None else json.loads(self.crs.to_json()),
            "covering": {"bbox": {side: [self.box, side] for side in BOX}},
        }
        sides = [compute.struct_field(table.column(self.box), [side]) for side in BOX]
        extent = [compute.min(side).as_py() for side in sides[:2]]
        extent += [compute.max(side).as_py() for side in sides[2:]]
        if None not in extent:
            column["bbox"] = extent
        described = {"version": "1.1.0", "primary_column": self.geometry, "columns": {self.geometry: column}}
        return table.replace_schema_metadata({"geo": json.dumps(described)})


def _boxes_as_arrow(boxes: np.ndarray) -> Any:
    """Return boxes (n, 4) as structures, null where there is none."""
    (arrow,) = require("pyarrow")
    sides = [arrow.array(np.ascontiguousarray(side)) for side in boxes.T]
    return arrow.StructArray.from_arrays(sides, list(BOX), mask=arrow.array(np.isnan(boxes[:, 0])))


def _spill(draft: Path, source: Path, layer: str, progress: Progress) -> tuple[_Layout, np.ndarray]:
    """Write the features of a layer, with their boxes, into a file as they come; return the centres of the boxes."""
    arrow, ipc = require("pyarrow", "pyarrow.ipc")
    centres = [np.empty((0, 2))]
    with _opening(source), ExitStack() as stack:
        info = pyogrio.read_info(source, layer=layer)
        numbered = bool(info.get("fid_column")) and info["fid_column"] not in info["fields"]
        # The ids are kept as a column. Without any column GDAL 3.6 gives no geometry of a GeoPackage either.
        meta, reader = stack.enter_context(
            pyogrio.raw.open_arrow(
                source, layer=layer, return_fids=numbered, batch_size=ROW_GROUP, use_pyarrow=True
            )
        )
        names = reader.schema.names
        geometry = meta["geometry_name"] or "wkb_geometry"
        if geometry not in names:
            raise InputError(
                "The layer {layer} of {file} has no geometry; choose a layer with features on the map.",
                layer=layer,
                file=source,
            )
        layout = _Layout(
            geometry,
            next(name for name in ("bbox", "bbox_of_geometry", "_bbox") if name not in names),
            CRS.from_user_input(meta["crs"]) if meta["crs"] else None,
        )
        writer, done = None, 0
        for batch in reader:
            column = batch.column(geometry)
            boxes = shapely.bounds(read_wkb(column.to_numpy(zero_copy_only=False).astype(object))[0])
            centres.append((boxes[:, :2] + boxes[:, 2:]) / 2)
            # Without the name of an extension type, which readers without that extension warn of.
            batch = batch.set_column(names.index(geometry), arrow.field(geometry, column.type), column)
            batch = batch.append_column(layout.box, _boxes_as_arrow(boxes))
            if writer is None:
                writer = stack.enter_context(ipc.new_file(str(draft / _SPILL), batch.schema))
            writer.write_batch(batch)
            done += batch.num_rows
            progress(min(done / max(info["features"], 1), 1.0))
    return layout, np.concatenate(centres)


def _rank(centres: np.ndarray) -> np.ndarray:
    """Return the place of each feature along a Hilbert curve; features without a place come last."""
    known = np.isfinite(centres).all(axis=1)
    code = np.full(len(centres), np.iinfo(np.uint64).max, dtype=np.uint64)
    if known.any():
        low = centres[known].min(axis=0)
        wide = max(float(np.ptp(centres[known], axis=0).max()), 1e-9)
        cells = (centres[known] - low) * (((1 << _HILBERT_BITS) - 1) / wide)
        code[known] = _hilbert(*cells.astype(np.uint64).T)
    rank = np.empty(len(centres), dtype=np.int64)
    rank[np.argsort(code, kind="stable")] = np.arange(len(centres))
    return rank


def _hilbert(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Return the places of cells along a Hilbert curve (the turning of quadrants after Warren, Hacker's Delight)."""
    place = np.zeros_like(x)
    x, y = x.copy(), y.copy()
    for bit in reversed(range(_HILBERT_BITS)):
        right, upper = (x >> np.uint64(bit)) & np.uint64(1), (y >> np.uint64(bit)) & np.uint64(1)
        place = (place << np.uint64(2)) | ((np.uint64(3) * right) ^ upper)
        mirrored = (upper == 0) & (right == 1)
        x[mirrored], y[mirrored] = ~x[mirrored], ~y[mirrored]
        turned = upper == 0
        x[turned], y[turned] = y[turned], x[turned]
    return place


def _sort_into(draft: Path, rank: np.ndarray, parts: int, progress: Progress) -> None:
    """Deal the features out to a file for each part, in the order in which they were read."""
    arrow, ipc = require("pyarrow", "pyarrow.ipc")
    writers: dict[int, Any] = {}
    done = 0
    with ExitStack() as stack:
        spill = ipc.open_file(stack.enter_context(arrow.OSFile(str(draft / _SPILL))))
        for position in range(spill.num_record_batches):
            batch = spill.get_batch(position)
            place = rank[done : done + batch.num_rows]
            part = place * parts // len(rank)
            order = np.argsort(part, kind="stable")
            rows = batch.append_column(_RANK, arrow.array(place)).take(arrow.array(order))
            ends = np.searchsorted(part[order], np.arange(parts + 1))
            for number in np.unique(part).tolist():
                if number not in writers:
                    file = str(draft / f"{number}.arrows")
                    writers[number] = stack.enter_context(ipc.new_stream(file, rows.schema))
                writers[number].write_batch(rows.slice(ends[number], ends[number + 1] - ends[number]))
            done += batch.num_rows
            progress(done / len(rank))
    (draft / _SPILL).unlink()


def _finish(draft: Path, number: int, layout: _Layout) -> None:
    """Make the GeoParquet file of one part."""
    arrow, ipc = require("pyarrow", "pyarrow.ipc")
    dealt = draft / f"{number}.arrows"
    with ipc.open_stream(str(dealt)) as stream:
        table = stream.read_all()
    dealt.unlink()
    table = table.take(arrow.array(np.argsort(table.column(_RANK).to_numpy()))).drop_columns([_RANK])
    _write(layout.describe(table), draft / f"part-{number:05}.parquet", layout.geometry)


def _write(table: Any, target: Path, geometry: str, tick: Callable[[], None] = lambda: None) -> None:
    """Write a Parquet file that is whole or not there at all."""
    arrow, parquet = require("pyarrow", "pyarrow.parquet")
    # Geometries and numbers repeat too seldom for a dictionary to be worth its search.
    repeating = [
        field.name
        for field in table.schema
        if field.name != geometry
        and (arrow.types.is_string(field.type) or arrow.types.is_integer(field.type))
    ]
    with replacing(target) as draft:
        parquet.write_table(
            table, draft, compression="zstd", row_group_size=ROW_GROUP, use_dictionary=repeating
        )
        tick()


@dataclass(frozen=True)
class BoundariesFile:
    """The units of a run as a file.

    Attributes
    ----------
    path : the file, which all workers must see under this path
    hash : SHA-256 of its content
    """

    path: Path
    hash: str


def write_boundaries(units: Units, folder: Path) -> BoundariesFile:
    """Write the units, with the polygons of the communities, into a file named by its content."""
    arrow, ipc = require("pyarrow", "pyarrow.ipc")
    frame = units.frame
    shapes = frame.geometry.where(frame["level"] == "community")
    names = ("code", "level", "name", "parent_code")
    texts = {name: arrow.array(frame[name].tolist(), arrow.string(), from_pandas=True) for name in names}
    wkb = arrow.array(shapely.to_wkb(shapes.to_numpy()), arrow.binary(), from_pandas=True)
    table = arrow.table({**texts, "geometry": wkb}).replace_schema_metadata({"crs": CRS(frame.crs).to_json()})
    stream = arrow.BufferOutputStream()
    with ipc.new_stream(stream, table.schema) as writer:
        writer.write_table(table)
    content = stream.getvalue()
    digest = hashlib.sha256(content).hexdigest()
    path = folder / f"boundaries-{digest[:16]}.arrow"
    if not path.is_file() or file_hash(path) != digest:
        with replacing(path) as draft:
            draft.write_bytes(content)
    return BoundariesFile(path, digest)


def read_boundaries(file: BoundariesFile) -> Units:
    """Return the units of a file, the communities with their polygons.

    Raises
    ------
    InputError : the file is not there, or is another one than its hash says.
    """
    (ipc,) = require("pyarrow.ipc")
    try:
        content = file.path.read_bytes()
    except OSError as error:
        raise InputError(
            "The boundaries {file} cannot be read ({reason}); the output folder must be at the same path on all "
            "machines of the cluster.",
            file=file.path,
            reason=error.strerror or error,
        ) from error
    if hashlib.sha256(content).hexdigest() != file.hash:
        raise InputError(
            "The boundaries {file} are not those of this run; remove the file and run again.", file=file.path
        )
    with ipc.open_stream(content) as stream:
        table = stream.read_all()
    frame = gpd.GeoDataFrame(
        {name: table.column(name).to_pylist() for name in ("code", "level", "name", "parent_code")},
        geometry=shapely.from_wkb(table.column("geometry").to_numpy(zero_copy_only=False)),
        crs=CRS.from_json(table.schema.metadata[b"crs"].decode()),
    )
    return Units(frame, frame.iloc[:0])


def _description(path: Path, schema: Any) -> dict[str, Any]:
    """Return what GeoParquet says of a file's geometry columns."""
    described = json.loads((schema.metadata or {}).get(b"geo", b"{}"))
    if described.get("primary_column") not in described.get("columns", {}):
        raise InputError(
            "{file} is a Parquet file without GeoParquet's description of its geometry; write it anew as GeoParquet.",
            file=path,
        )
    return described


def _box_column(described: dict[str, Any]) -> str | None:
    covering = described["columns"][described["primary_column"]].get("covering", {}).get("bbox")
    return covering["xmin"][0] if covering else None


@contextmanager
def _reading(path: Path) -> Iterator[None]:
    """Turn what pyarrow says of a file that it cannot read into one sentence."""
    (arrow,) = require("pyarrow")
    try:
        yield
    except FileNotFoundError as error:
        raise InputError(
            "There is no file {file}; check the path, which must be the same on all machines of a cluster.",
            file=path,
        ) from error
    except (arrow.ArrowException, OSError) as error:
        # What the system says may pass; what is wrong with the bytes stays.
        if getattr(error, "errno", None):
            raise
        raise InputError(
            "{file} cannot be read as Parquet ({reason}); write it anew.",
            file=path,
            reason=_first_line(error),
        ) from error


@contextmanager
def _opening(source: Path) -> Iterator[None]:
    """Turn what GDAL says of a file that it cannot read into one sentence."""
    try:
        yield
    except (DataSourceError, DataLayerError) as error:
        raise InputError(
            "{file} cannot be read ({reason}); check the path, the layer's name and the format.",
            file=source,
            reason=_first_line(error),
        ) from error


def _first_line(error: Exception) -> str:
    return str(error).strip().partition("\n")[0].rstrip(".")
