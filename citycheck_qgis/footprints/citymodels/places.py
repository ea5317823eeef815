"""Coordinates of a city model in one projected CRS in metres: whichever names, orders and CRSs its file uses."""

from __future__ import annotations

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import shapely
from pyproj import CRS, Transformer

from ...units.coordinates import working_crs
from ..findings import Finding, finding
from ..georeference.areas import BESIDE, datum_shift_unknown, fits
from ..georeference.crs_names import crs_from_text, swaps_axes
from ..georeference.stated_crs import crs_of_user
from ..georeference.zones import read_zone
from .batches import Batch, add_finding
from .faces import MOST_CRS, ONE_TOO_MANY, Faces

#: Decimals that are kept, metres: what numbers in text and the way through a projection add is no difference.
_DECIMALS = 3


@dataclass(frozen=True)
class _Way:
    """How coordinates under one CRS name become coordinates of the file's CRS.

    Attributes
    ----------
    swap : they come north first
    transformer : None where they are in the file's CRS
    lost : nothing says where they lie, while other parts of the file have a place
    """

    swap: bool = False
    transformer: Transformer | None = None
    lost: bool = False


class Locator:
    """Finds the CRS of a file and puts the coordinates of its batches in it.

    The first CRS of a file is that of all its polygons. Where the first cannot be used, the file has no CRS, and all
    of it stays as it is.

    Attributes
    ----------
    crs : the CRS of all polygons once the first batch is placed; None where the file has none that can be used
    findings : about the CRS of the file
    """

    def __init__(self, default: str | CRS | None = None) -> None:
        self.crs: CRS | None = None
        self.findings: list[Finding] = []
        self._default = crs_of_user(default)
        self._ways: dict[str | None, _Way] = {}

    def place(self, batch: Batch, faces: Faces) -> np.ndarray:
        """Move the coordinates of a batch's usable faces in place; z stays as it is.

        Returns
        -------
        Which faces lie nowhere in the CRS of the file.
        """
        vertex_crs = faces.crs[faces.vertex_face()]
        lost = np.zeros(len(faces.kind), dtype=bool)
        for name, number in batch.crs_names.items():
            rows = vertex_crs == number
            if not rows.any():
                continue
            xy = faces.coordinates[rows, :2]
            if name not in self._ways and len(self._ways) > MOST_CRS:
                name = ONE_TOO_MANY
            if name not in self._ways:
                self._ways[name] = self._way(name, xy, first=not self._ways, east_first=batch.east_first)
            way = self._ways[name]
            faces.coordinates[rows, :2] = _moved(xy, way)
            lost[faces.crs == number] = way.lost
        faces.coordinates[:, :2] = faces.coordinates[:, :2].round(_DECIMALS)
        moved = ~np.isfinite(faces.coordinates[:, :2]).all(axis=1)
        lost[faces.vertex_face()[moved]] = True
        return lost

    def _way(self, name: str | None, xy: np.ndarray, first: bool, east_first: bool) -> _Way:
        crs, swap = self._named(name, east_first)
        middle = np.median(xy, axis=0)
        inside = False
        if crs is not None:
            fitting = self._fit(crs, swap, middle, name) or self._fit_default(crs, middle)
            if fitting is None:
                self._note(_outside(crs, swap, middle))
            inside = fitting is not None
            crs, swap = fitting or (crs, swap)
        if crs is None or not inside:
            return _Way(swap=swap, lost=self.crs is not None)
        if not first and self.crs is None:
            return _Way(swap=swap)
        if self.crs is None:
            self.crs = _metric(crs, *(middle[::-1] if swap else middle))
            if self.crs != crs:
                self._note(
                    finding(
                        "reprojected_to_metric",
                        "{old} is not projected in metres without distortion; the polygons are in {new}.",
                        old=crs.name,
                        new=self.crs.name,
                    )
                )
        elif self.crs != crs:
            self._note(
                finding(
                    "several_crs",
                    "The file names several CRSs; what is in {old} was reprojected to {new}.",
                    old=crs.name,
                    new=self.crs.name,
                )
            )
        if datum_shift_unknown(crs, self.crs):
            self._note(
                finding(
                    "datum_shift_unknown",
                    "The shift between the datums of {old} and {new} is not known; the place may be off by metres to "
                    "hundreds of metres.",
                    old=crs.name,
                    new=self.crs.name,
                )
            )
        same = self.crs == crs
        return _Way(swap, None if same else Transformer.from_crs(crs, self.crs, always_xy=True))

    def _named(self, name: str | None, east_first: bool) -> tuple[CRS | None, bool]:
        """Return the CRS of a name and whether its coordinates come north first."""
        if name is not None:
            crs, findings = _crs_of(name)
            for found in findings:
                self._note(found)
            if crs is not None:
                return crs, not east_first and swaps_axes(name, crs)
        if self._default is not None:
            self._note(
                finding(
                    "crs_from_user", "The file names no usable CRS; {crs} was taken.", crs=self._default.name
                )
            )
            return self._default, False
        if name is None:
            self._note(
                finding(
                    "crs_missing",
                    "The file names no CRS; give the one it was made in to place its buildings.",
                )
            )
        return None, False

    def _fit(self, crs: CRS, swap: bool, middle: np.ndarray, name: str | None) -> tuple[CRS, bool] | None:
        """Return the CRS and the order in which the coordinates can be in it; None where there is none."""
        orders = _orders(middle)
        if fits(crs, *orders[swap], BESIDE):
            return crs, swap
        if fits(crs, *orders[not swap], BESIDE):
            self._note(
                finding(
                    "axis_order_corrected",
                    "The coordinates come in another axis order than {crs} has; they were swapped.",
                    crs=name or crs.name,
                )
            )
            return crs, not swap
        for order in (swap, not swap):
            zone = read_zone(crs, orders[order])
            if zone is not None and zone.as_written is not None:
                self._note(
                    finding(
                        "zone_corrected",
                        "The file says {said}, but its eastings ({east:.0f}) belong to {right}, which was taken.",
                        said=crs.name,
                        east=orders[order][0],
                        right=zone.as_written.name,
                    )
                )
                return zone.as_written, order
        return None

    def _fit_default(self, crs: CRS, middle: np.ndarray) -> tuple[CRS, bool] | None:
        """Return the CRS of the user, where the coordinates cannot be in that of the file, but can be in the former."""
        default = self._default
        fitting = None if default is None or default == crs else self._fit(default, False, middle, None)
        if fitting is not None:
            self._note(
                finding(
                    "crs_replaced_by_user",
                    "The coordinates do not fit the CRS of the file, {old}; {crs} was taken, as the user says.",
                    old=crs.name,
                    crs=fitting[0].name,
                )
            )
        return fitting

    def _note(self, found: Finding) -> None:
        add_finding(self.findings, found)


def _orders(middle: np.ndarray) -> dict[bool, tuple[float, float]]:
    """Return a point, east first: as it stands, and with its coordinates swapped."""
    x, y = float(middle[0]), float(middle[1])
    return {False: (x, y), True: (y, x)}


def _outside(crs: CRS, swap: bool, middle: np.ndarray) -> Finding:
    """Return why coordinates cannot be in their CRS."""
    orders = _orders(middle)
    for order in (swap, not swap):
        if read_zone(crs, orders[order]) is not None:
            return finding(
                "zone_contradicts_crs",
                "The eastings ({easting:.0f}) begin with the number of another zone than {crs}, and nothing tells which "
                "is right; give the right CRS to place the buildings.",
                easting=orders[order][0],
                crs=crs.name,
            )
    return finding(
        "outside_area_of_use",
        "The coordinates (around {x:.3f}, {y:.3f}) lie outside the area of {crs}, so that the place of the "
        "buildings is not known.",
        x=orders[False][0],
        y=orders[False][1],
        crs=crs.name,
    )


def _crs_of(name: str) -> tuple[CRS | None, tuple[Finding, ...]]:
    try:
        return crs_from_text(name)
    except ValueError:
        # An address that cannot even be taken apart, such as http://[epsg.
        return None, (finding("crs_unknown", "{text} names no CRS that is known.", text=name[:80]),)


def _metric(crs: CRS, east: float, north: float) -> CRS:
    """Return the CRS itself where it is projected in metres without distortion, else the metric one of the place."""
    return working_crs(gpd.GeoDataFrame(geometry=[shapely.Point(east, north)], crs=crs))


def _moved(xy: np.ndarray, way: _Way) -> np.ndarray:
    if way.swap:
        xy = xy[:, ::-1]
    if way.transformer is None:
        return xy
    east, north = way.transformer.transform(xy[:, 0], xy[:, 1])
    return np.stack([east, north], axis=1)
