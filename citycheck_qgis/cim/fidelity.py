"""When two values are the same, and what a platform has done to a value that is not.

Platforms alter data while they report success: they round coordinates, cut times, drop characters, turn empty texts
into null. What was altered is listed once and is no edit; what cannot be explained in this way is somebody's edit.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

import numpy as np
import shapely

from ..messages import Message, message
from .features import Feature, Value, canonical

#: Differences below this share of a number are those of two ways to write it.
_RELATIVE = 1e-12
#: A platform that rounds coarser than this is not rounding: 0.001 degrees are 100 m.
_COARSEST = {True: 1e-3, False: 1.0}
#: What platforms are known to round away: 6 decimals of degrees, centimetres.
_ROUNDING = {True: 2e-6, False: 2e-2}


@dataclass(frozen=True)
class Tolerance:
    """What a platform is known to alter; two values that differ in this way only are the same.

    Attributes
    ----------
    distance : of coordinates, in units of the exchange CRS
    seconds : of times
    drops_beyond_bmp : characters above U+FFFF vanish (rare surnames, emoji)
    empty_is_null : an empty text comes back as null, or the other way round
    drops_zone : times come back without their zone
    trims : spaces at the end of a text vanish
    """

    distance: float = 0.0
    seconds: float = 0.0
    drops_beyond_bmp: bool = False
    empty_is_null: bool = False
    drops_zone: bool = False
    trims: bool = False

    @classmethod
    def from_probe(cls, probe: Mapping[str, Any]) -> Tolerance:
        """Return what a probe has found out, see `probe`; names that are no tolerance are passed over."""
        return cls(**{f.name: probe[f.name] for f in fields(cls) if f.name in probe})


EXACT = Tolerance()


def same(one: Value | bytes, other: Value | bytes, tolerance: Tolerance = EXACT) -> bool:
    """Return whether two values, or two geometries, mean the same on this platform."""
    if one == other and type(one) is type(other):
        return True
    if isinstance(one, bytes) or isinstance(other, bytes):
        if isinstance(one, bytes) and isinstance(other, bytes):
            return same_geometry(one, other, tolerance.distance)
        return False
    if tolerance.empty_is_null and one in (None, "") and other in (None, ""):
        return True
    if one is None or other is None:
        return False
    if isinstance(one, bool) or isinstance(other, bool):
        # Platforms without booleans keep 0 and 1.
        return isinstance(one, bool | int) and isinstance(other, bool | int) and one == other
    if isinstance(one, int | float) and isinstance(other, int | float):
        if isinstance(one, int) and isinstance(other, int):
            return one == other
        return abs(one - other) <= _RELATIVE * max(abs(one), abs(other))
    if isinstance(one, str) and isinstance(other, str):
        return _plain(one, tolerance) == _plain(other, tolerance) or _same_time(one, other, tolerance)
    return False


def _plain(text: str, tolerance: Tolerance) -> str:
    if tolerance.drops_beyond_bmp:
        text = _within_bmp(text)
    return text.rstrip() if tolerance.trims else text


def _within_bmp(text: str) -> str:
    return "".join(c for c in text if ord(c) <= 0xFFFF)


def _same_time(one: str, other: str, tolerance: Tolerance) -> bool:
    if not (tolerance.seconds or tolerance.drops_zone):
        return False
    if tolerance.drops_zone:
        one, other = one.removesuffix("Z"), other.removesuffix("Z")
    apart = _seconds_apart(one, other)
    return apart is not None and apart <= tolerance.seconds


def _seconds_apart(one: str, other: str) -> float | None:
    """Return the seconds between two times, both with or both without a zone; None where they are no times."""
    if one.endswith("Z") != other.endswith("Z") or min(len(one), len(other)) < 19 or one[10] != other[10]:
        return None
    try:
        return abs((datetime.fromisoformat(one) - datetime.fromisoformat(other)).total_seconds())
    except ValueError:
        return None


def same_geometry(one: bytes, other: bytes, distance: float = 0.0) -> bool:
    """Return whether two WKB geometries are the same shape.

    The order of rings and parts, the first corner, the direction and one part as single or multi do not count.
    """
    return _apart(one, other) <= distance


def _apart(one: bytes, other: bytes) -> float:
    """Return how far the corners of two geometries are apart at most; infinity where they do not correspond."""
    if one == other:
        return 0.0
    try:
        shapes = shapely.from_wkb([one, other])
    except shapely.errors.GEOSException:
        return np.inf
    first, second = (shapely.normalize(_multi(shape)) for shape in shapes)
    if (
        first.geom_type != second.geom_type
        or first.has_z != second.has_z
        or first.is_empty != second.is_empty
    ):
        return np.inf
    a, b = (shapely.get_coordinates(shape, include_z=bool(shape.has_z)) for shape in (first, second))
    if a.shape == b.shape:
        found = float(np.abs(a - b).max(initial=0.0))
        if found < _COARSEST[_degrees(a)]:
            return found
    # Rounding can bring another corner or part to the front.
    if a.shape != b.shape or first.is_empty:
        return np.inf
    return max(float(shapely.hausdorff_distance(first, second)), _measure_apart(first, second))


def _measure_apart(first: shapely.Geometry, second: shapely.Geometry) -> float:
    """Return the difference of area per length of the outline: a shape that lies on the other but is none of it."""
    length = max(first.length, 1e-12)
    return max(abs(first.area - second.area), abs(first.length - second.length) * 1e-6) / length


def _multi(shape: shapely.Geometry) -> shapely.Geometry:
    makers = {
        "Point": shapely.multipoints,
        "LineString": shapely.multilinestrings,
        "Polygon": shapely.multipolygons,
    }
    maker = makers.get(shape.geom_type)
    return maker([shape]) if maker and not shape.is_empty else shape


def _degrees(coordinates: np.ndarray) -> bool:
    return bool(len(coordinates) == 0 or np.abs(coordinates[:, :2]).max() <= 360)


@dataclass(frozen=True)
class Difference:
    """A value that a platform gives back otherwise than it was sent.

    Attributes
    ----------
    name : field, or `features.GEOMETRY`
    cause : what happened to it; None: nothing that platforms are known to do, so it is somebody's edit
    """

    name: str
    sent: Value | bytes
    stored: Value | bytes
    cause: Message | None


def differences(sent: Feature, stored: Feature, names: Iterable[str]) -> list[Difference]:
    """Return the items of a feature that came back otherwise than sent, with what was done to them."""
    found = []
    for name in names:
        one, other = sent.item(name), stored.item(name)
        if one != other and not same(one, other):
            found.append(Difference(name, one, other, cause_of(one, other)))
    return found


def cause_of(sent: Value | bytes, stored: Value | bytes) -> Message | None:
    """Return what a platform has done to a value; None where no platform is known to do such a thing."""
    if isinstance(sent, bytes) or isinstance(stored, bytes):
        return _cause_of_geometry(sent, stored)
    if sent in (None, "") and stored in (None, ""):
        return message("an empty text and null are the same there")
    if isinstance(sent, str) and isinstance(stored, str):
        return _cause_of_text(sent, stored)
    if sent is None or stored is None:
        return None
    if isinstance(sent, int | float) and isinstance(stored, int | float):
        return _cause_of_number(sent, stored)
    if isinstance(sent, str) != isinstance(stored, str) and _text_of(sent) == _text_of(stored):
        return message("it is stored as another type")
    return None


def _text_of(value: Value) -> str:
    return str(canonical(value, "text"))


def _cause_of_number(sent: float, stored: float) -> Message | None:
    largest = max(abs(sent), abs(stored))
    if abs(sent - stored) <= 1e-3 * largest or (float(stored).is_integer() and abs(sent - stored) < 1):
        return message("the number is rounded")
    return None


def _cause_of_text(sent: str, stored: str) -> Message | None:
    if _within_bmp(sent) == stored:
        return message("characters beyond the basic plane are dropped")
    if len(sent) == len(stored) and all(a == b or ord(a) > 127 for a, b in zip(sent, stored, strict=True)):
        return message("characters are replaced") if "?" in stored or "\ufffd" in stored else None
    if sent.strip() == stored.strip():
        return message("spaces at the ends are cut")
    if sent.split() == stored.split():
        return message("line breaks or spaces are changed")
    if stored and sent.startswith(stored):
        return message("the text is cut after {n} characters", n=len(stored))
    plain_sent, plain_stored = sent.removesuffix("Z"), stored.removesuffix("Z")
    apart = _seconds_apart(plain_sent, plain_stored)
    if apart is not None and apart < 1:
        return message("the time is shortened")
    if apart is not None and sent.endswith("Z") != stored.endswith("Z") and apart % 900 < 1:
        return message("the time zone is lost")
    if _without_marks(sent) == _without_marks(stored):
        return message("quotation marks or backslashes are changed")
    return None


def _without_marks(text: str) -> str:
    return "".join(c for c in text if c not in "\"'\\")


def _cause_of_geometry(sent: Value | bytes, stored: Value | bytes) -> Message | None:
    if not (isinstance(sent, bytes) and isinstance(stored, bytes)):
        return None
    shape, other = shapely.from_wkb([sent, stored])
    if shape.has_z and not other.has_z and same_geometry(shapely.to_wkb(shapely.force_2d(shape)), stored):
        return message("heights of the corners are dropped")
    apart = _apart(sent, stored)
    if apart <= _ROUNDING[_degrees(shapely.get_coordinates(shape))]:
        return message("coordinates are rounded by up to {distance:.1g}", distance=apart)
    return None


def axes_exchanged(sent: bytes | None, stored: bytes | None) -> bool:
    """Return whether a geometry came back with x and y exchanged: the platform misunderstands the axis order."""
    if sent is None or stored is None or same_geometry(sent, stored, _ROUNDING[True]):
        return False
    other = shapely.transform(shapely.force_2d(shapely.from_wkb(stored)), lambda c: c[:, ::-1])
    shape = shapely.force_2d(shapely.from_wkb(sent))
    return same_geometry(shapely.to_wkb(shape), shapely.to_wkb(other), _ROUNDING[True])
