"""Buildings of a city model, whatever its format: the whole way from a file to polygons in metres."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import BinaryIO

import numpy as np
from pyproj import CRS

from ...errors import InputError
from ..findings import Finding, finding
from ..models import BuildingModel, ModelFile
from ..unread import unreachable
from . import citygml, cityjson
from .batches import Batch, Head, add_finding
from .files import NotACityModelError, Source, counted, sources
from .outlines import GROUND_METHODS, ROOF_METHODS, Outlines, outline
from .places import Locator

Progress = Callable[[float], None]
#: Measured and modelled heights that differ by more than this and by more than a quarter are worth a look, metres.
_DIFFERENT = 3.0
#: Ground prints and roofprints smaller than this are no building, square metres.
_SMALL = 1.0


class CityModel:
    """A city model that is read in batches of buildings: ``for buildings in CityModel(path): ...``.

    Attributes
    ----------
    file : schema, tool, CRS and findings, with no buildings in it. Its CRS is that of all polygons and is known when
        the first batch is handed on; schema and findings are complete after the last
    parts : building parts met so far, merged into their buildings
    """

    def __init__(
        self,
        path: str | Path,
        *,
        progress: Progress | None = None,
        default_crs: str | CRS | None = None,
        lod: str | None = None,
    ) -> None:
        self.file = ModelFile(schema="")
        self.parts = 0
        self._name = Path(path).name
        self._progress = progress or (lambda share: None)
        self._lod = lod
        self._locator = Locator(default_crs)
        try:
            self._sources = sources(path)
        except OSError as error:
            raise unreachable(self._name, error) from error
        self._seen = _Seen()
        self._repeats = 0

    def __iter__(self) -> Iterator[list[BuildingModel]]:
        """Yield lists of buildings in the order of the file.

        Raises
        ------
        InputError : the file holds no city model, or it breaks off before its first building.
        """
        total = max(sum(source.size for source in self._sources), 1)
        before, foreign, count = 0, [], 0
        for source in self._sources:
            try:
                for batch in self._read(source, before, total):
                    count += len(batch.buildings)
                    yield self._buildings(batch)
            except NotACityModelError as error:
                if len(self._sources) == 1:
                    raise
                foreign.append(error)
            except InputError as error:
                # What comes before the break is as good as ever.
                if not count and len(self._sources) == 1:
                    raise
                self._note(
                    finding(
                        "broken_off",
                        "Only {count} buildings could be read: {reason}",
                        count=count,
                        reason=error.message,
                    )
                )
            before += source.size
        if foreign and not count:
            raise foreign[0]
        if foreign:
            self._note(
                finding(
                    "members_passed_over",
                    "{count} files in {file} are no city models and were passed over.",
                    count=len(foreign),
                    file=self._name,
                )
            )
        if not count:
            self._note(finding("no_buildings", "The city model holds no building."))
        self._progress(1.0)

    def _read(self, source: Source, before: int, total: int) -> Iterator[Batch]:
        @contextmanager
        def opened() -> Iterator[BinaryIO]:
            with source.open() as stream:
                yield counted(stream, lambda done: self._progress(min((before + done) / total, 1.0)))

        head = Head()
        reader = citygml.read if source.kind == "xml" else cityjson.read
        try:
            for batch in reader(replace(source, open=opened), head, self._lod):
                self._take(head)
                yield batch
        except OSError as error:
            raise unreachable(source.name, error) from error
        finally:
            self._take(head)
            self.parts += head.parts

    def _take(self, head: Head) -> None:
        """Take over what a document says about itself; the first document of an archive speaks for all."""
        self.file.schema = self.file.schema or head.schema
        self.file.tool = self.file.tool or head.tool
        for found in head.findings:
            self._note(found)

    def _note(self, found: Finding) -> None:
        add_finding(self.file.findings, found)

    def _buildings(self, batch: Batch) -> list[BuildingModel]:
        """Return the buildings of a batch with their polygons and heights."""
        buildings = batch.buildings
        count = len(buildings)
        faces = batch.faces.arrays()
        good = faces.usable()
        bad = np.bincount(faces.building[~good], minlength=count)
        faces = faces.take(good)
        lost = self._locator.place(batch, faces)
        nowhere = np.bincount(faces.building[lost], minlength=count)
        outlines = outline(faces.take(~lost), count)
        if self.file.crs is None:
            self.file.crs = self._locator.crs
        for found in self._locator.findings:
            self._note(found)
        self._make_unique(buildings)
        for number, building in enumerate(buildings):
            building.elements_missed += int(bad[number])
            if nowhere[number]:
                building.findings.append(
                    finding("place_unknown", "Faces in a CRS that cannot be used were left out.")
                )
        # Polygons that cannot be where their CRS says may be in another unit, or in another axis order.
        outside = any(found.code == "outside_area_of_use" for found in self._locator.findings)
        _fill(buildings, outlines, (nowhere > 0) | (outside and self.file.crs is None))
        return buildings

    def _make_unique(self, buildings: list[BuildingModel]) -> None:
        """Number the ids that the file has used before, so that each building has its own."""
        ids = np.array([hash(building.guid) for building in buildings], dtype=np.int64)
        _, first = np.unique(ids, return_index=True)
        repeated = self._seen.has(ids)
        repeated |= ~np.isin(np.arange(len(ids)), first)
        for row in np.flatnonzero(repeated):
            building = buildings[row]
            self._repeats += 1
            building.findings.append(
                finding("id_repeated", "Another building of the file has the id {id}.", id=building.guid)
            )
            building.guid = f"{building.guid}#{self._repeats + 1}"
        self._seen.add(ids)


class _Seen:
    """Numbers met so far, eight bytes each: a set would take ten times the memory for a city of a million buildings."""

    def __init__(self) -> None:
        self._runs: list[np.ndarray] = []

    def has(self, numbers: np.ndarray) -> np.ndarray:
        """Return which numbers were added before."""
        found = np.zeros(len(numbers), dtype=bool)
        for run in self._runs:
            found |= run[np.minimum(np.searchsorted(run, numbers), len(run) - 1)] == numbers
        return found

    def add(self, numbers: np.ndarray) -> None:
        """Add numbers; sorted runs are merged when the one before is not much longer, so that few remain."""
        if len(numbers):
            self._runs.append(np.sort(numbers))
        while len(self._runs) > 1 and len(self._runs[-2]) <= 2 * len(self._runs[-1]):
            last = self._runs.pop()
            self._runs[-1] = np.sort(np.concatenate([self._runs[-1], last]), kind="stable")


def _fill(buildings: list[BuildingModel], outlines: Outlines, misplaced: np.ndarray) -> None:
    """Write polygons, heights, quality and findings into the buildings of a batch.

    Parameters
    ----------
    misplaced : per building, whether its coordinates, or some of them, cannot be those of the CRS that the file names
    """
    grounds, roofs = outlines.ground.tolist(), outlines.roof.tolist()
    ground_methods, roof_methods = outlines.ground_method.tolist(), outlines.roof_method.tolist()
    lows, tops = outlines.low.tolist(), outlines.high.tolist()
    used, missed, incomplete = outlines.used.tolist(), outlines.missed.tolist(), outlines.incomplete.tolist()
    overhanging = outlines.overhanging.tolist()
    ground_areas, roof_areas = outlines.ground_area.tolist(), outlines.roof_area.tolist()
    for row, building in enumerate(buildings):
        building.elements = used[row]
        building.elements_missed += missed[row]
        if ground_methods[row] >= 0:
            building.ground = grounds[row]
            building.ground_method = GROUND_METHODS[ground_methods[row]]
        if roof_methods[row] >= 0:
            building.roofprint = roofs[row]
            building.roof_method = ROOF_METHODS[roof_methods[row]]
        _measure(building, lows[row], tops[row])
        if incomplete[row]:
            building.findings.append(
                finding(
                    "roof_incomplete",
                    "The roof surfaces do not cover the building; its roofprint is made of all faces.",
                )
            )
        _judge(building, ground_areas[row], roof_areas[row], bool(overhanging[row] or misplaced[row]))


def _measure(building: BuildingModel, low: float, top: float) -> None:
    """Take height and ground level from the faces, and compare the height with the one that the model states."""
    if not math.isnan(low):
        building.ground_level = round(low, 3)
        building.sources["ground_level"] = "geometry"
    if math.isnan(low) or math.isnan(top) or top - low <= 0:
        return
    modelled = round(top - low, 3)
    if building.height is None:
        building.height = modelled
        building.sources["height"] = "geometry"
        return
    difference = abs(building.height - modelled)
    if difference > _DIFFERENT and difference > 0.25 * max(building.height, modelled):
        building.findings.append(
            finding(
                "height_contradicted",
                "The model states a height of {stated:.2f} m, its faces one of {modelled:.2f} m.",
                stated=building.height,
                modelled=modelled,
            )
        )


def _judge(building: BuildingModel, ground_area: float, roof_area: float, rough: bool) -> None:
    """Say how far the polygons can be trusted."""
    if building.elements_missed:
        building.findings.append(
            finding(
                "faces_left_out",
                "{count} faces could not be read (missing vertices, wild coordinates or no area).",
                count=building.elements_missed,
            )
        )
    if building.ground is None and building.roofprint is None:
        building.quality = "poor"
        building.findings.append(
            finding("no_geometry", "The building has no surfaces that a polygon could be made of.")
        )
        return
    doubts = bool(building.elements_missed) or rough
    if ground_area and roof_area:
        smaller, larger = sorted((ground_area, roof_area))
        if smaller < 0.75 * larger:
            doubts = True
            building.findings.append(
                finding(
                    "outlines_differ",
                    "Roofprint ({roof:.1f} m²) and ground print ({ground:.1f} m²) differ by more than a quarter.",
                    roof=roof_area,
                    ground=ground_area,
                )
            )
    if max(ground_area, roof_area) < _SMALL:
        doubts = True
        building.findings.append(finding("tiny", "The polygon is smaller than {least} m².", least=_SMALL))
    building.quality = "check" if doubts else "good"


def iterate(
    path: str | Path,
    *,
    progress: Progress | None = None,
    default_crs: str | CRS | None = None,
    lod: str | None = None,
) -> CityModel:
    """Return a city model to be read in batches: memory stays flat for CityGML and CityJSONSeq of any size.

    See `read_city_model` for the parameters, `CityModel` for what to do with the result.
    """
    return CityModel(path, progress=progress, default_crs=default_crs, lod=lod)


def read_city_model(
    path: str | Path,
    *,
    progress: Progress | None = None,
    default_crs: str | CRS | None = None,
    lod: str | None = None,
) -> ModelFile:
    """Return all buildings of a city model: as many as the file has, with or without a polygon.

    Parameters
    ----------
    path : CityJSON, CityJSONSeq or CityGML, plain, gzip, or one or several of them in a zip archive
    progress : called with the share done, 0 to 1; may raise to cancel
    default_crs : CRS to take where the file names none that can be used, coordinates east first
    lod : level of detail to prefer for solids, such as ``2`` or ``1.3``; else LoD2, LoD3, LoD1, LoD4 in this order

    Returns
    -------
    Polygons in metres of `ModelFile.crs`; as the file has them where that is None.

    Raises
    ------
    InputError : the file cannot be read, or holds no city model.
    """
    model = iterate(path, progress=progress, default_crs=default_crs, lod=lod)
    for buildings in model:
        model.file.buildings += buildings
    return model.file
