"""Whether models lie beside their buildings by one and the same distance: a wrong datum, a wrong base point."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import pandas as pd
from pyproj import CRS, Transformer

from ..messages import mark, word
from .findings import Finding, finding

#: A shift is told from this many pairs on and from this length on (m).
FEWEST_PAIRS, LEAST_SHIFT = 5, 2.0
#: It is one shift where half of the pairs are within this distance (m), or this part of the shift, of the median.
SPREAD, SPREAD_SHARE = 1.0, 0.2
#: A shift is that of GCJ-02 where it differs from it by less than this (m).
DATUM_FIT = 15.0
#: Krassowsky 1940, which the published formula of GCJ-02 is written for.
_AXIS, _ECCENTRICITY2 = 6378245.0, 0.00669342162296594323


@dataclass(frozen=True)
class Shift:
    """How far to move footprints so that they lie on their buildings.

    Attributes
    ----------
    group : the model file, or empty for all footprints
    pairs : footprints and buildings that were compared
    east, north : median of the way from the footprint to its building, metres
    spread : median distance of the single ways from it, metres
    consistent : whether it is one shift of all, longer than `LEAST_SHIFT`
    """

    group: str
    pairs: int
    east: float
    north: float
    spread: float

    @property
    def length(self) -> float:
        """Length in metres."""
        return math.hypot(self.east, self.north)

    @property
    def consistent(self) -> bool:
        """Whether most pairs are shifted alike."""
        enough = self.pairs >= FEWEST_PAIRS and self.length >= LEAST_SHIFT
        return enough and self.spread <= max(SPREAD, SPREAD_SHARE * self.length)


def find_shifts(ways: np.ndarray, groups: np.ndarray) -> list[Shift]:
    """Return the shift of all pairs together and that of each group with enough of them.

    Parameters
    ----------
    ways : float (n, 2), from the centroid of a footprint to that of its building, east and north in metres
    groups : what each pair belongs to, such as its model file; None or empty: to none
    """
    shifts = [_shift("", ways)] if len(ways) else []
    for name, rows in pd.Series(groups).groupby(groups).groups.items():
        if name and len(rows) >= FEWEST_PAIRS:
            shifts.append(_shift(str(name), ways[np.asarray(rows)]))
    return shifts


def _shift(group: str, ways: np.ndarray) -> Shift:
    middle = np.median(ways, axis=0)
    spread = float(np.median(np.hypot(*(ways - middle).T)))
    return Shift(group, len(ways), float(middle[0]), float(middle[1]), spread)


def shift_findings(shifts: list[Shift], crs: CRS, place: tuple[float, float]) -> list[Finding]:
    """Return what is to be said about shifts: one for all where it is consistent, else those of single groups.

    Parameters
    ----------
    crs : projected, metres
    place : east and north of a place in the middle of the footprints
    """
    whole = [shift for shift in shifts if shift.consistent and not shift.group]
    found = [_shift_finding(shift) for shift in whole or shifts if shift.consistent]
    offset = gcj02_offset(crs, place) if found else None
    for shift in whole if offset is not None else []:
        for sign, layer in ((1, mark("buildings")), (-1, mark("footprints"))):
            if math.dist((sign * shift.east, sign * shift.north), offset or (0, 0)) < DATUM_FIT:
                found.append(
                    finding(
                        "shift_like_gcj02",
                        "The shift of {length:.0f} m is that of GCJ-02 at this place: the {layer} are probably in GCJ-02 "
                        "coordinates under another name.",
                        length=shift.length,
                        layer=word(layer),
                    )
                )
    return found


def _shift_finding(shift: Shift) -> Finding:
    values = {"pairs": shift.pairs, "east": shift.east, "north": shift.north, "spread": shift.spread}
    if shift.group:
        return finding(
            "systematic_shift",
            "{pairs} footprints of {file} lie beside their buildings by the same way; moved by {east:+.1f} m east and "
            "{north:+.1f} m north they lie on them (half of them within {spread:.1f} m).",
            file=shift.group,
            **values,
        )
    return finding(
        "systematic_shift",
        "{pairs} footprints lie beside their buildings by the same way; moved by {east:+.1f} m east and {north:+.1f} m "
        "north they lie on them (half of them within {spread:.1f} m).",
        **values,
    )


def gcj02_offset(crs: CRS, place: tuple[float, float]) -> tuple[float, float] | None:
    """Return how far GCJ-02 moves a place, east and north in metres of a projected CRS; None outside China.

    The formula is the publicly known one, good to some metres.
    """
    transformer = Transformer.from_crs(crs, 4490, always_xy=True)
    longitude, latitude = transformer.transform(*place)
    if not (73.5 <= longitude <= 136.5 and 3.0 <= latitude <= 54.0):
        return None
    x, y = longitude - 105.0, latitude - 35.0
    wave = 20 * math.sin(6 * x * math.pi) + 20 * math.sin(2 * x * math.pi)
    north = -100 + 2 * x + 3 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * math.sqrt(abs(x))
    north += (wave + 20 * math.sin(y * math.pi) + 40 * math.sin(y / 3 * math.pi)) * 2 / 3
    north += (160 * math.sin(y / 12 * math.pi) + 320 * math.sin(y * math.pi / 30)) * 2 / 3
    east = 300 + x + 2 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * math.sqrt(abs(x))
    east += (wave + 20 * math.sin(x * math.pi) + 40 * math.sin(x / 3 * math.pi)) * 2 / 3
    east += (150 * math.sin(x / 12 * math.pi) + 300 * math.sin(x / 30 * math.pi)) * 2 / 3
    sine = math.sin(math.radians(latitude))
    magic = 1 - _ECCENTRICITY2 * sine * sine
    moved = transformer.transform(
        longitude + math.degrees(east * math.sqrt(magic) / (_AXIS * math.cos(math.radians(latitude)))),
        latitude + math.degrees(north * magic**1.5 / (_AXIS * (1 - _ECCENTRICITY2))),
        direction="INVERSE",
    )
    return moved[0] - place[0], moved[1] - place[1]
