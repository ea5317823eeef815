"""What was read from models becomes layers: footprints on the map, footprints without a place, one row per file."""

from __future__ import annotations

import json
import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from pyproj import CRS, Transformer

from ..errors import CancelledError, InputError
from ..messages import Message, mark
from ..storage.files import file_hash
from ..storage.tables import FOOTPRINT
from ..units.conservation import Conservation
from .findings import Finding, codes_of, finding
from .georeference.areas import datum_shift_unknown
from .georeference.placement import STATES as PLACES
from .georeference.placement import Placement
from .models import QUALITIES, BuildingModel
from .records import Record, crs_name
from .unread import why_unread

if TYPE_CHECKING:
    from .citymodels.read import CityModel
    from .workers import FileResult

KINDS = ("roofprint", "ground")
#: What became of a building: the states of its placement, or no polygon at all.
NO_POLYGON = "no_polygon"
STATES = (*PLACES, NO_POLYGON)
#: Method of buildings that came in the CRS of a city model.
CITY_MODEL = mark("city_model")

#: Columns that `BuildingModel` and the table have under one name.
_SAME = [c for c in FOOTPRINT.columns if c in BuildingModel.__dataclass_fields__]

FILE_COLUMNS = ["file", "state", "reason", "schema", "tool", "size_mb", "seconds", "cpu_seconds", "buildings", *STATES,
                "elements", "elements_missed", "elements_aside", "roofprint_area", "ground_area", "georef_level", "georef_method",
                "source_crs", "quality", "warnings", "explanation", "kept", "file_hash"]  # fmt: skip

#: Ending of a column -> what became of the elements that it counts.
_ELEMENTS = {"": "all", "_missed": "missed", "_aside": "aside"}

Say = Callable[[Message], str]


@dataclass(frozen=True)
class FootprintLayers:
    """The layers of one run.

    Attributes
    ----------
    placed : two rows per building whose place is known (one per polygon that it has), columns of table `footprint`;
        MultiPolygon in one CRS
    unplaced : the same for buildings whose place is not known, in local metres without CRS; one row without geometry
        for each building that has no polygon
    files : one row per file: `FILE_COLUMNS`
    conservation : of files (matched: read; unmatched: not), and of buildings (matched: placed; ambiguous: placed by
        latitude and longitude only; unmatched: place not known, or no polygon)
    far_off : buildings that lie far outside the area that the CRS of `placed` is made for
    """

    placed: gpd.GeoDataFrame
    unplaced: gpd.GeoDataFrame
    files: pd.DataFrame
    conservation: tuple[Conservation, Conservation]
    far_off: int


class LayerBuilder:
    """Collects what was read, file by file and batch by batch, and makes the layers of it.

    Parameters
    ----------
    say : turns a sentence into text of the interface language
    """

    def __init__(self, say: Say = str) -> None:
        self._say = say
        self._files: list[Record] = []
        self._frames: list[pd.DataFrame] = []

    def add_result(self, result: FileResult, name: str) -> None:
        """Add what a process of its own has read, or why it has not; `name` is that of the file in the tables."""
        frame = _frame(result.buildings, None, name)
        self._add(result.path, [frame], result.findings, {
            **result.record, "file": name, "state": result.state, "reason": result.reason, "kept": int(result.kept),
            "place": result.place,
        })  # fmt: skip

    def add_city_model(self, path: Path, name: str, read: Callable[[], CityModel]) -> Message | None:
        """Read a city model batch by batch and add it; return why it could not be read, None where it could.

        Raises
        ------
        CancelledError : the user stopped the run.
        """
        started, spent = time.monotonic(), time.process_time()
        try:
            model = read()
            frames = [_frame(buildings, model.file.crs, name) for buildings in model]
            digest = file_hash(path)
        except CancelledError:
            raise
        except Exception as error:
            # One file must not end the reading of all others.
            state, reason = why_unread(name, error)
            self._add(path, [], [], {"file": name, "state": state, "reason": reason})
            return reason
        self._add(path, frames, model.file.findings, {
            "file": name,
            "state": mark("read"),
            "schema": model.file.schema,
            "tool": model.file.tool,
            "sha256": digest,
            "seconds": round(time.monotonic() - started, 3),
            "cpu_seconds": round(time.process_time() - spent, 3),
        })  # fmt: skip
        return None

    def _add(
        self, path: Path, frames: list[pd.DataFrame], findings: Sequence[Finding], known: Mapping[str, Any]
    ) -> None:
        whole = codes_of(findings)
        for frame in frames:
            frame["file_hash"], frame["schema"], frame["tool"] = (
                known.get(k) for k in ("sha256", "schema", "tool")
            )
            if whole:
                frame["warnings"] = [f"{whole};{own}" if own else whole for own in frame["warnings"]]
        self._frames += frames
        self._files.append(_file_row(path, frames, findings, known, self._say))

    def common_crs(self) -> CRS | None:
        """Return the CRS of most of the placed buildings; None where nothing is placed."""
        counts: Counter[str] = Counter()
        for frame in self._frames:
            counts.update(frame.loc[frame["placed"], "source_crs"])
        return CRS.from_user_input(counts.most_common(1)[0][0]) if counts else None

    def layers(self, crs: CRS | None) -> FootprintLayers:
        """Return the layers, the placed footprints in a CRS; None: none is placed."""
        files = pd.DataFrame(self._files, columns=FILE_COLUMNS)
        frames = [frame for frame in self._frames if len(frame)]
        table = (
            pd.concat(frames, ignore_index=True) if frames else _frame([], None, "").assign(file_hash=None)
        )
        table["cim_id"], same = _ids(table)
        table.loc[same, "warnings"] = [
            f"{w};{SAME_ID}" if w else SAME_ID for w in table.loc[same, "warnings"]
        ]
        self._note_unknown_shifts(table, files, crs)
        read = int((files["state"] == "read").sum())
        states = Counter(table["state"])
        doubtful = states["needs_control_points"] + states[NO_POLYGON]
        placed = _placed(table[table["placed"]], crs)
        return FootprintLayers(
            placed,
            _layer(table[~table["placed"]], None),
            files,
            (
                Conservation(mark("model files"), len(files), read, unmatched=len(files) - read),
                Conservation(
                    mark("buildings of models"), len(table), states["placed"], states["approximate"], doubtful
                ),
            ),
            _far_off(placed),
        )

    def _note_unknown_shifts(self, table: pd.DataFrame, files: pd.DataFrame, crs: CRS | None) -> None:
        """Call places approximate that come from a datum whose shift to that of the layer nobody knows."""
        if crs is None:
            return
        for name in table.loc[table["placed"], "source_crs"].unique():
            own = CRS.from_user_input(name)
            if not datum_shift_unknown(own, crs):
                continue
            told = finding(
                "datum_shift_unknown",
                "The shift between the datums of {old} and {new} is not known; the place may be off by metres to hundreds "
                "of metres.",
                old=own.name,
                new=crs.name,
            )
            rows = table["placed"] & (table["source_crs"] == name)
            lowered = table.loc[rows & (table["state"] == "placed"), "source_file"].value_counts()
            table.loc[rows, "state"] = "approximate"
            table.loc[rows, "warnings"] = [_joined((w, told.code)) for w in table.loc[rows, "warnings"]]
            for row in files.index[files["file"].isin(table.loc[rows, "source_file"])]:
                number = int(lowered.get(files.at[row, "file"], 0))
                files.at[row, "approximate"] += number
                files.at[row, "placed"] -= number
                files.at[row, "warnings"] = _joined((files.at[row, "warnings"], told.code))
                said = (files.at[row, "explanation"], self._say(told.message))
                files.at[row, "explanation"] = " ".join(text for text in said if text)


#: Degrees beside a CRS's area of use in which it may well be used: strips of 3 degrees overlap in practice.
_NEAR = 3.0
#: Code of the warning that several buildings came with the same id.
SAME_ID = "same_id_again"


def _frame(buildings: Sequence[BuildingModel], crs: CRS | None, name: str) -> pd.DataFrame:
    """Return one row per building, with both shapes as they are."""
    own = None if crs is None else crs_name(crs)
    columns: dict[str, Any] = {c: [getattr(b, c) for b in buildings] for c in _SAME if c != "sources"}
    placements = [b.placement for b in buildings]
    frame = pd.DataFrame(columns, dtype=object)
    for kind in KINDS:
        frame[kind] = _objects([getattr(b, kind) for b in buildings])
    frame["outline_methods"] = [(b.roof_method, b.ground_method) for b in buildings]
    known: dict[tuple[tuple[str, str], ...], str | None] = {}
    frame["sources"] = [_sources(b.sources, known) for b in buildings]
    frame["source_file"] = name
    nothing = shapely.is_missing(frame[list(KINDS)].to_numpy(dtype=object)).all(axis=1)
    places = [p.state if p else "placed" if own else "needs_control_points" for p in placements]
    frame["state"] = np.where(nothing, NO_POLYGON, np.array(places, dtype=object))
    frame["placed"] = frame["state"].isin(("placed", "approximate"))
    names: dict[int, str | None] = {}
    frame["source_crs"] = [_crs_of(p, names) if p else own for p in placements]
    frame["matrix"] = _objects([p.matrix if p else _AS_IT_IS for p in placements])
    frame["georef_level"] = [p.level if p else None for p in placements]
    frame["georef_method"] = [p.method if p else CITY_MODEL for p in placements]
    frame["ground_level"] = [_above_datum(b.ground_level, b.placement) for b in buildings]
    frame["findings"] = _objects(
        [[*b.findings, *(b.placement.findings if b.placement else ())] for b in buildings]
    )
    frame["warnings"] = [codes_of(found) or None for found in frame["findings"]]
    return frame


#: The matrix of shapes that are in their CRS already.
_AS_IT_IS = (1.0, 0.0, 0.0, 1.0, 0.0, 0.0)


def _objects(values: Sequence[Any]) -> np.ndarray:
    """Return values as an array of objects, sequences among them as they are."""
    return np.fromiter(values, dtype=object, count=len(values))


def _sources(sources: dict[str, str], known: dict[tuple[tuple[str, str], ...], str | None]) -> str | None:
    key = tuple(sources.items())
    if key not in known:
        known[key] = json.dumps(sources, ensure_ascii=False, sort_keys=True) if sources else None
    return known[key]


def _crs_of(placement: Placement, known: dict[int, str | None]) -> str | None:
    # The buildings of a file share the CRS object; finding its name takes a millisecond.
    if id(placement.crs) not in known:
        known[id(placement.crs)] = None if placement.crs is None else crs_name(placement.crs)
    return known[id(placement.crs)]


def _above_datum(local: float | None, placement: Placement | None) -> float | None:
    """Return a height above the vertical datum; None where the model does not say how its own zero lies."""
    if local is None or placement is None:
        return local
    return None if placement.elevation is None else round(local + placement.elevation, 3)


def _ids(table: pd.DataFrame) -> tuple[np.ndarray, np.ndarray]:
    """Return the rows' ``cim_id``, and which rows have an id that came more than once.

    The id is that of the model, whatever else is read with it; only where one file has it twice, a number is added.
    """
    ids = table["guid"].astype(object)
    number = table.groupby(["source_file", "guid"], sort=False).cumcount()
    again = number > 0
    same = ids.duplicated(keep=False).to_numpy(dtype=bool)
    ids[again] = ids[again] + "#" + (number[again] + 1).astype(str)
    return ids.to_numpy(dtype=object), same


def _placed(table: pd.DataFrame, crs: CRS | None) -> gpd.GeoDataFrame:
    """Return rows with their shapes in one CRS; all shapes of one source CRS are transformed together."""
    table = table.reset_index(drop=True)
    matrices = np.array(table["matrix"].tolist(), dtype=float).reshape(-1, 6)
    scales = np.abs(matrices[:, 0] * matrices[:, 3] - matrices[:, 1] * matrices[:, 2])
    areas = {kind: shapely.area(table[kind].to_numpy(dtype=object)) * scales for kind in KINDS}
    shapes = {kind: table[kind].to_numpy(dtype=object).copy() for kind in KINDS}
    for name, rows in table.groupby("source_crs", sort=False).indices.items():
        assert crs is not None
        for moved in shapes.values():
            moved[rows] = _transformed(moved[rows], matrices[rows], CRS.from_user_input(name), crs)
    return _layer(table.assign(**shapes), crs, areas)


def _far_off(placed: gpd.GeoDataFrame) -> int:
    """Return how many buildings lie outside the area of use of their layer's CRS by more than a little."""
    area = None if placed.crs is None else placed.crs.area_of_use
    if area is None or placed.empty:
        return 0
    points = shapely.get_coordinates(shapely.centroid(placed.geometry.to_numpy()))
    longitude, latitude = Transformer.from_crs(placed.crs, 4326, always_xy=True).transform(*points.T)
    west, east, south, north = area.west - _NEAR, area.east + _NEAR, area.south - _NEAR, area.north + _NEAR
    across = west > east  # the date line lies in it
    within = (
        (longitude >= west) | (longitude <= east) if across else (longitude >= west) & (longitude <= east)
    )
    within &= (latitude >= south) & (latitude <= north)
    return int(placed.loc[~within, "cim_id"].nunique())


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
    shapes = shapely.set_coordinates(shapes.copy(), moved)
    broken = ~shapely.is_valid(shapes) & ~shapely.is_missing(shapes)
    shapes[broken] = shapely.make_valid(shapes[broken])
    return shapes


def _layer(
    table: pd.DataFrame, crs: CRS | None, areas: Mapping[str, np.ndarray] | None = None
) -> gpd.GeoDataFrame:
    """Return one row per polygon, and one for each building without any, by file, id and kind."""
    parts = []
    for number, kind in enumerate(KINDS):
        shapes = table[kind].to_numpy(dtype=object)
        area = shapely.area(shapes) if areas is None else areas[kind]
        part = table.assign(
            kind=kind,
            outline_method=[methods[number] for methods in table["outline_methods"]],
            area=np.where(shapely.is_missing(shapes), np.nan, np.round(area, 2)),
            geometry=_multipolygons(shapes),
        )
        there = ~shapely.is_missing(shapes)
        parts.append(part[there | (table["state"] == NO_POLYGON) if number == 0 else there])
    rows = pd.concat(parts, ignore_index=True)
    frame = rows.reindex(columns=FOOTPRINT.columns)
    layer = gpd.GeoDataFrame(frame, geometry=gpd.GeoSeries(rows["geometry"].to_numpy(dtype=object), crs=crs))
    return layer.sort_values(["source_file", "cim_id", "kind"], kind="stable", ignore_index=True)


def _multipolygons(shapes: np.ndarray) -> np.ndarray:
    """Return shapes as MultiPolygons of their polygons; None stays None."""
    parts, owner = shapely.get_parts(shapes, return_index=True)
    # A shape that had to be repaired can be a collection with a MultiPolygon in it.
    parts, inner = shapely.get_parts(parts, return_index=True)
    area = shapely.get_type_id(parts) == shapely.GeometryType.POLYGON
    made = np.full(len(shapes), None, dtype=object)
    shapely.multipolygons(parts[area], indices=owner[inner][area], out=made)
    return made


def _file_row(
    path: Path, frames: Sequence[pd.DataFrame], whole: Sequence[Finding], known: Mapping[str, Any], say: Say
) -> Record:
    reason = known.get("reason")
    states = Counter(state for frame in frames for state in frame["state"])
    # What a file without buildings says of its place is worth knowing too.
    place: Placement | None = None if states else known.get("place")
    # Of a thousand buildings with the same finding the first one's sentence stands for all.
    first: dict[str, Finding] = {}
    for found in (
        *whole,
        *(place.findings if place else ()),
        *(f for frame in frames for fs in frame["findings"] for f in fs),
    ):
        first.setdefault(found.code, found)
    levels = [v for f in frames for v in f["georef_level"] if v is not None] + (
        [place.level] if place else []
    )
    elements = known.get("elements") or {}
    qualities = {quality for frame in frames for quality in frame["quality"]}
    areas = {kind: sum(_area(frame[kind]) for frame in frames) for kind in KINDS}
    return {
        **{key: known.get(key) for key in ("file", "state", "schema", "tool", "seconds", "cpu_seconds")},
        "reason": None if reason is None else say(reason),
        "size_mb": round(path.stat().st_size / 1e6, 3) if path.exists() else None,
        "buildings": sum(states.values()),
        **{state: states[state] for state in STATES},
        **{f"{kind}_area": round(area, 2) if area else None for kind, area in areas.items()},
        **{f"elements{name}": elements.get(key) for name, key in _ELEMENTS.items()},
        "georef_level": max(levels, default=None),
        "georef_method": _joined(v for frame in frames for v in frame["georef_method"])
        or (place.method if place else None),
        "source_crs": _joined(v for frame in frames for v in frame["source_crs"])
        or (crs_name(place.crs) if place and place.crs else None),
        "quality": ";".join(q for q in QUALITIES if q in qualities) or None,
        "warnings": ";".join(first) or None,
        "explanation": " ".join(say(found.message) for found in first.values()) or None,
        "kept": known.get("kept", 0),
        "file_hash": known.get("sha256"),
    }


def _area(shapes: pd.Series) -> float:
    return float(np.nansum(shapely.area(shapes.to_numpy(dtype=object))))


def _joined(texts: Iterable[str | None]) -> str | None:
    return ";".join(dict.fromkeys(text for text in texts if text)) or None
