"""What was read from models becomes layers: footprints on the map, footprints without a place, one row per file."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from pyproj import CRS, Transformer

from ..errors import InputError
from ..messages import Message
from ..storage.tables import FOOTPRINT
from ..units.conservation import Conservation
from .findings import Finding, codes_of, finding
from .georeference.placement import Placement
from .records import Record, findings_of, message_of, placement_of
from .workers import FileResult

KINDS = ("roofprint", "ground")
#: What became of a building: the states of a placement, and no polygon at all.
NO_POLYGON = "no_polygon"
STATES = ("placed", "approximate", "needs_control_points", NO_POLYGON)

#: Columns that a building's record and the table share under one name.
_SAME = ("guid", "code", "name", "floor_area", "floor_area_method", "use", "structure", "year_built", "storeys_above",
         "storeys_below", "height", "eaves_height", "quality", "site", "project", "address", "elements",
         "elements_missed")  # fmt: skip

Say = Callable[[Message], str]


@dataclass(frozen=True)
class FootprintLayers:
    """The layers of one run.

    Attributes
    ----------
    placed : two rows per building whose place is known, columns of table `footprint`; MultiPolygon in the CRS asked for
    unplaced : the same for buildings whose place is not known, in local metres without CRS, and one row without
        geometry for each building that has no polygon
    files : one row per file, see `FILE_COLUMNS`
    files_counts, buildings_counts : conservation of files (matched: read; unmatched: not) and of buildings (matched:
        placed; ambiguous: placed by latitude and longitude only; unmatched: no known place, or no polygon)
    """

    placed: gpd.GeoDataFrame
    unplaced: gpd.GeoDataFrame
    files: pd.DataFrame
    files_counts: Conservation
    buildings_counts: Conservation


FILE_COLUMNS = ["file", "state", "reason", "schema", "tool", "size_mb", "seconds", "cpu_seconds", "buildings", "placed",
                "approximate", "needs_control_points", "no_polygon", "roofprint_area", "ground_area", "georef_level",
                "georef_method", "crs", "quality", "warnings", "explanation", "kept", "file_hash"]  # fmt: skip


def footprint_layers(
    results: Iterable[FileResult], crs: CRS, names: Mapping[str, str] | None = None, say: Say = str
) -> FootprintLayers:
    """Return the layers of what was read.

    Parameters
    ----------
    results : of `workers.read_files`, or of records made in this process
    crs : CRS of the layer of placed footprints
    names : path -> the name of the file in the tables; without it the file's own name
    say : turns a sentence into text of the interface language
    """
    rows: list[Record] = []
    files = []
    for result in results:
        name = (names or {}).get(str(result.path), result.path.name)
        made = [
            row for building in result.record.get("buildings", ()) for row in _rows(building, result, name)
        ]
        rows += made
        files.append(_file_row(result, name, made, say))
    _name_apart(rows)
    by_building = Counter(row["state"] for row in rows if row["first"])
    table = pd.DataFrame(files, columns=FILE_COLUMNS)
    read = int((table["state"] == "read").sum())
    return FootprintLayers(
        _placed([row for row in rows if row["matrix"] is not None], crs),
        _layer([row for row in rows if row["matrix"] is None], None),
        table,
        Conservation("model files", len(table), read, unmatched=len(table) - read),
        Conservation(
            "buildings of models",
            sum(by_building.values()),
            by_building["placed"],
            by_building["approximate"],
            by_building["needs_control_points"] + by_building[NO_POLYGON],
        ),
    )


def _rows(building: Record, result: FileResult, name: str) -> list[Record]:
    """Return a building's two rows, or the one of a building without any polygon."""
    placement = None if building["placement"] is None else placement_of(building["placement"])
    crs = result.record.get("crs") if placement is None else None
    found = findings_of([*result.record["findings"], *building["findings"]])
    if placement is not None:
        found += placement.findings
    state = placement.state if placement is not None else "placed" if crs else "needs_control_points"
    shapes = {kind: shapely.from_wkb(building[kind]) for kind in KINDS if building[kind] is not None}
    known = state != "needs_control_points"
    matrix = None if not known else placement.matrix if placement is not None else _NOWHERE_ELSE
    common: Record = {
        **{column: building[column] for column in _SAME},
        "source_file": name,
        "file_hash": result.record.get("sha256"),
        "schema": result.record.get("schema"),
        "tool": result.record.get("tool"),
        "sources": json.dumps(building["sources"], ensure_ascii=False, sort_keys=True) or None,
        "state": state if shapes else NO_POLYGON,
        "crs": crs or (building["placement"] or {}).get("crs"),
        "ground_level": _height_above_datum(building["ground_level"], placement),
        "georef_level": None if placement is None else placement.level,
        "georef_method": "city_model" if placement is None else placement.method,
        "warnings": codes_of(found) or None,
        "findings": found,
        "matrix": matrix if shapes else None,
    }
    if not shapes:
        return [{**common, "kind": KINDS[0], "geometry": None, "first": True}]
    scale = 1.0 if matrix is None else abs(matrix[0] * matrix[3] - matrix[1] * matrix[2])
    return [
        {
            **common,
            "kind": kind,
            "outline_method": building["roof_method" if kind == KINDS[0] else "ground_method"],
            "area": round(shape.area * scale, 2),
            "geometry": shape,
            "first": number == 0,
        }
        for number, (kind, shape) in enumerate(shapes.items())
    ]


#: The matrix of shapes that are in their CRS already.
_NOWHERE_ELSE = (1.0, 0.0, 0.0, 1.0, 0.0, 0.0)


def _height_above_datum(local: float | None, placement: Placement | None) -> float | None:
    if local is None or placement is None:
        return local
    return None if placement.elevation is None else round(local + placement.elevation, 3)


def _name_apart(rows: Sequence[Record]) -> None:
    """Give each row its ``cim_id``: the building's id, with the file's hash where several files have the same one."""
    files: dict[str, list[str]] = {}
    for row in rows:
        if row["first"]:
            files.setdefault(row["guid"], []).append(row["file_hash"] or row["source_file"])
    seen: Counter[str] = Counter()
    for row in rows:
        guid, owners = row["guid"], files[row["guid"]]
        row["cim_id"] = guid
        if len(owners) == 1:
            continue
        row["warnings"] = codes_of([*row["findings"], _same_id(guid, len(owners))])
        if len(set(owners)) > 1:
            row["cim_id"] = f"{guid}@{(row['file_hash'] or row['source_file'])[:8]}"
        # A copy of a file has the same hash, and a broken file the same id twice.
        if row["first"]:
            seen[row["cim_id"]] += 1
        if seen[row["cim_id"]] > 1:
            row["cim_id"] += f"#{seen[row['cim_id']]}"


def _same_id(guid: str, number: int) -> Finding:
    return finding(
        "same_id_again",
        "{number} buildings have the id {guid}; their ids got an ending.",
        number=number,
        guid=guid,
    )


def _placed(rows: list[Record], crs: CRS) -> gpd.GeoDataFrame:
    """Return the rows with their shapes in one CRS; all shapes of one source CRS are transformed together."""
    shapes = np.array([row["geometry"] for row in rows], dtype=object)
    matrices = np.array([row["matrix"] for row in rows], dtype=float).reshape(-1, 6)
    names = np.array([row["crs"] for row in rows], dtype=object)
    for name in dict.fromkeys(names):
        where = np.flatnonzero(names == name)
        shapes[where] = _transformed(shapes[where], matrices[where], CRS.from_user_input(name), crs)
    broken = ~shapely.is_valid(shapes) & ~shapely.is_missing(shapes)
    shapes[broken] = shapely.make_valid(shapes[broken])
    for row, shape in zip(rows, shapes, strict=True):
        row["geometry"] = shape
    return _layer(rows, crs)


def _transformed(shapes: np.ndarray, matrices: np.ndarray, own: CRS, wanted: CRS) -> np.ndarray:
    points, shape = shapely.get_coordinates(shapes, return_index=True)
    a, b, d, e, x, y = matrices[shape].T
    moved = np.column_stack(
        [a * points[:, 0] + b * points[:, 1] + x, d * points[:, 0] + e * points[:, 1] + y]
    )
    if own != wanted:
        moved = np.column_stack(Transformer.from_crs(own, wanted, always_xy=True).transform(*moved.T))
    if not np.isfinite(moved).all():
        raise InputError(
            "The footprints in {own} cannot be shown in {wanted}, which does not reach there; choose another CRS for "
            "the output.",
            own=own.name,
            wanted=wanted.name,
        )
    return shapely.set_coordinates(shapes.copy(), moved)


def _layer(rows: Sequence[Record], crs: CRS | None) -> gpd.GeoDataFrame:
    frame = pd.DataFrame(rows, columns=[*FOOTPRINT.columns, "geometry"]).astype({"geometry": object})
    geometry = np.array([_polygons_only(shape) for shape in frame.pop("geometry")], dtype=object)
    layer = gpd.GeoDataFrame(frame, geometry=gpd.GeoSeries(list(geometry), index=frame.index, crs=crs))
    return layer.sort_values(["source_file", "cim_id", "kind"], kind="stable", ignore_index=True)


def _polygons_only(shape: shapely.Geometry | None) -> shapely.MultiPolygon | None:
    if shape is None:
        return None
    parts = [p for p in shapely.get_parts(shape) if p.geom_type in ("Polygon", "MultiPolygon")]
    return shapely.multipolygons([p for part in parts for p in shapely.get_parts(part)])


def _file_row(result: FileResult, name: str, rows: Sequence[Record], say: Say) -> Record:
    record = result.record
    states = Counter(row["state"] for row in rows if row["first"])
    found = [
        *findings_of(record.get("findings", ())),
        *(f for row in rows if row["first"] for f in row["findings"]),
    ]
    reason = record.get("reason")
    areas = {kind: [row["area"] for row in rows if row["kind"] == kind and row.get("area")] for kind in KINDS}
    return {
        "file": name,
        "state": result.state,
        "reason": None if reason is None else say(message_of(reason)),
        "schema": record.get("schema"),
        "tool": record.get("tool"),
        "size_mb": round(result.path.stat().st_size / 1e6, 3),
        "seconds": record.get("seconds"),
        "cpu_seconds": record.get("cpu_seconds"),
        "buildings": sum(states.values()),
        **{state: states[state] for state in STATES},
        **{f"{kind}_area": round(sum(areas[kind]), 2) if areas[kind] else None for kind in KINDS},
        "georef_level": max(
            (row["georef_level"] for row in rows if row["georef_level"] is not None), default=None
        ),
        "georef_method": _joined(row["georef_method"] for row in rows),
        "crs": _joined(row["crs"] for row in rows),
        "quality": _joined(row["quality"] for row in rows),
        "warnings": codes_of(found) or None,
        "explanation": " ".join(dict.fromkeys(say(f.message) for f in found)) or None,
        "kept": int(result.kept),
        "file_hash": record.get("sha256"),
    }


def _joined(texts: Iterable[str | None]) -> str | None:
    return ";".join(dict.fromkeys(text for text in texts if text)) or None
