"""When two values are the same, and what a platform has done to a value that is not.

Platforms alter data while they report success: they round coordinates, cut times, drop characters, turn empty texts
into null. What was altered is listed once and is no edit; what cannot be explained in this way is somebody's edit.
"""

from __future__ import annotations

import html
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from fractions import Fraction
from itertools import product
from typing import Any

import numpy as np
import shapely

from ..messages import Message, mark, message
from .features import Feature, Value, canonical

#: Differences below this share of a number are those of two ways to write it.
_RELATIVE = 1e-14
#: What platforms are known to round away: 6 decimals of degrees, centimetres.
_ROUNDING = {True: 2e-6, False: 2e-2}
#: A tenth of a millimetre: what two ways to compute or write a coordinate differ by.
_NOISE = {True: 1e-9, False: 1e-4}


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
        if max(abs(one), abs(other)) > 1 << 53:
            return int(one) == int(other)
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

    The order of rings and parts, the first corner and the direction of a ring, and one part as single or multi do not
    count. The direction of a line does.
    """
    if one == other:
        return True
    shapes = _both(one, other)
    return shapes is not None and _within(shapes, distance)


def unmoved(one: bytes | None, other: bytes | None) -> bool:
    """Return whether two WKB geometries are the same shape but for what two ways to compute a coordinate differ by."""
    if one is None or other is None:
        return one is other
    if one == other:
        return True
    shapes = _both(one, other)
    return shapes is not None and _within(shapes, _NOISE[_degrees(shapely.get_coordinates(shapes[0]))])


def _both(one: bytes, other: bytes) -> np.ndarray | None:
    """Return two geometries; None where one of them cannot be read."""
    try:
        return shapely.from_wkb(np.array([one, other], dtype=object))
    except shapely.errors.GEOSException:
        return None


def _within(shapes: np.ndarray, distance: float) -> bool:
    # Most shapes that differ do so as a whole, and their bounds show it a hundred times as fast.
    first, second = shapely.bounds(shapes)
    return not (np.abs(first - second) > distance).any() and _apart(shapes) <= distance


def _apart(shapes: np.ndarray) -> float:
    """Return how far the corners of two geometries are apart at most; infinity where they do not correspond."""
    first, second = map(_multi, shapes)
    if first.geom_type != second.geom_type or first.has_z != second.has_z:
        return np.inf
    if first.geom_type == "MultiPolygon":
        found = _largest(*(_coordinates(shapely.normalize(shape)) for shape in (first, second)))
        if found == 0.0:
            return found
    # Rounding can bring another corner or part to the front, so each piece looks for its partner.
    return _pieces_apart(_pieces(first), _pieces(second))


def _coordinates(shape: shapely.Geometry) -> np.ndarray:
    return shapely.get_coordinates(shape, include_z=bool(shape.has_z))


def _largest(one: np.ndarray, other: np.ndarray) -> float:
    if one.shape != other.shape:
        return np.inf
    apart = np.abs(one - other)
    return float(np.where(np.isnan(one) & np.isnan(other), 0.0, apart).max(initial=0.0))


def _pieces(shape: shapely.Geometry) -> list[tuple[str, np.ndarray]]:
    """Return the points, lines and rings of a geometry: kind and corners, those of a ring once each."""
    if shape.geom_type == "Polygon":
        if shape.is_empty:
            return []
        rings = [("outer", shape.exterior), *(("inner", ring) for ring in shape.interiors)]
        return [(kind, _coordinates(ring)[:-1]) for kind, ring in rings]
    if shape.geom_type in ("Point", "LineString"):
        return [(shape.geom_type, _coordinates(shape))]
    return [piece for part in shape.geoms for piece in _pieces(part)]


def _pieces_apart(first: list[tuple[str, np.ndarray]], second: list[tuple[str, np.ndarray]]) -> float:
    groups: dict[tuple[str, tuple[int, ...]], tuple[list[np.ndarray], list[np.ndarray]]] = {}
    for side, pieces in enumerate((first, second)):
        for kind, corners in pieces:
            groups.setdefault((kind, corners.shape), ([], []))[side].append(corners)
    worst = 0.0
    for (kind, _), (ours, theirs) in groups.items():
        if len(ours) != len(theirs):
            return np.inf
        centres = np.array([piece.mean(axis=0) for piece in theirs])
        for piece in ours:
            nearest = int(np.nanargmin(np.abs(centres - piece.mean(axis=0))[:, :2].max(axis=1)))
            worst = max(worst, _piece_apart(kind, piece, theirs[nearest]))
            centres[nearest] = np.inf
    return worst


def _piece_apart(kind: str, one: np.ndarray, other: np.ndarray) -> float:
    if kind in ("Point", "LineString"):
        return _largest(one, other)
    # The few corners near the first one may each be its partner.
    return min(
        _largest(one, np.roll(turned, -start, axis=0))
        for turned in (other, other[::-1])
        for start in np.argsort(np.abs(turned[:, :2] - one[0, :2]).max(axis=1), kind="stable")[:4].tolist()
    )


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


#: How far an explanation of a difference can be believed. SURE: no person does such a thing, or nobody would miss it.
#: LIKELY: a person may, but hardly in the moment between a write and the reading back. POSSIBLE: persons do it as
#: well; only several features of one write, or the same after each repetition, show that it is the platform.
#: LOST: the value is gone or cut short, so whoever did it, it is not there as it was sent and nothing was agreed.
SURE, LIKELY, POSSIBLE, LOST = 0, 1, 2, 3


@dataclass(frozen=True)
class Difference:
    """A value that a platform gives back otherwise than it was sent.

    Attributes
    ----------
    name : field, or `features.GEOMETRY`
    cause : what happened to it; None: nothing that platforms are known to do, so it is somebody's edit
    belief : `SURE`, `LIKELY`, `POSSIBLE`, `LOST`
    """

    name: str
    sent: Value | bytes
    stored: Value | bytes
    cause: Message | None
    belief: int = SURE


def differences(
    sent: Feature, stored: Feature, names: Iterable[str], lengths: Mapping[str, int] | None = None
) -> list[Difference]:
    """Return the items of a feature that came back otherwise than sent, with what was done to them.

    Parameters
    ----------
    lengths : field -> longest text that fits there
    """
    found = []
    for name in names:
        one, other = sent.item(name), stored.item(name)
        if one != other and not same(one, other):
            found.append(Difference(name, one, other, *_explained(one, other, (lengths or {}).get(name))))
    return found


def cause_of(sent: Value | bytes, stored: Value | bytes, length: int | None = None) -> Message | None:
    """Return what a platform has done to a value that was read back at once; None where somebody may have edited it.

    Parameters
    ----------
    length : longest text that fits in the field there
    """
    cause, belief = _explained(sent, stored, length)
    return cause if belief < POSSIBLE else None


def coarser(before: Value | bytes, after: Value | bytes) -> bool:
    """Return whether a value of the platform is only its earlier one in a coarser form: rounded, a time shortened."""
    if isinstance(before, bytes) and isinstance(after, bytes):
        cause, belief = _explained_geometry(before, after)
    elif isinstance(before, str) and isinstance(after, str):
        cause, belief = _explained_time(before, after) or _UNEXPLAINED
    elif isinstance(before, float) and isinstance(after, int | float):
        cause, belief = _explained_number(before, after)
    else:
        return False
    return cause is not None and belief == SURE


_Explanation = tuple[Message | None, int]
_UNEXPLAINED: _Explanation = (None, POSSIBLE)


def _explained(sent: Value | bytes, stored: Value | bytes, length: int | None) -> _Explanation:
    if isinstance(sent, bytes) and isinstance(stored, bytes):
        return _explained_geometry(sent, stored)
    if sent in (None, "") and stored in (None, ""):
        return message("an empty text and null are the same there"), SURE
    if stored is None:
        return message("the value is lost"), LOST
    if sent is None or isinstance(sent, bytes) or isinstance(stored, bytes):
        return _UNEXPLAINED
    if isinstance(sent, str) and isinstance(stored, str):
        return _explained_text(sent, stored, length)
    if isinstance(sent, str) != isinstance(stored, str):
        if _text_of(sent) == _text_of(stored):
            return message("it is stored as another type"), SURE
        return _UNEXPLAINED
    assert not isinstance(sent, str) and not isinstance(stored, str)
    return _explained_number(sent, stored)


def _text_of(value: Value) -> str:
    return str(canonical(value, "text"))


def _explained_number(sent: float, stored: float) -> _Explanation:
    rounded = message("the number is rounded")
    apart = abs(Fraction(sent) - Fraction(stored))
    if apart <= abs(Fraction(sent)) * Fraction(1, 10**9) or stored == _single(sent):
        return rounded, SURE
    if any(stored == round(sent, digits) for digits in range(16)) or stored == int(sent):
        return rounded, POSSIBLE
    return _UNEXPLAINED


def _single(number: float) -> float:
    """Return a number in single precision; itself where it has no place there."""
    return float(np.float32(number)) if abs(number) < 3e38 else number


def _explained_text(sent: str, stored: str, length: int | None) -> _Explanation:
    if length is not None and stored in _cut(sent, length):
        return message("the text is cut after {n} characters", n=len(stored)), SURE
    time = _explained_time(sent, stored)
    if time is not None:
        return time
    for steps in (1, 2):
        for way in product(_ALTERATIONS, repeat=steps):
            altered = sent
            for alteration in way:
                altered = alteration.does(altered)
            if altered == stored:
                causes = [Message(cause) for cause in dict.fromkeys(alteration.cause for alteration in way)]
                told = causes[0] if len(causes) == 1 else message("{causes}", causes=causes)
                return told, max(alteration.belief for alteration in way)
    if sent.startswith(stored):
        return message("the text is cut after {n} characters", n=len(stored)), LOST
    return _UNEXPLAINED


def _cut(text: str, length: int) -> tuple[str, str]:
    """Return a text cut to a number of characters, and to as many bytes."""
    return text[:length], text.encode("utf-8", "replace")[:length].decode("utf-8", "ignore")


@dataclass(frozen=True)
class _Alteration:
    """Something that platforms do to texts."""

    cause: str
    does: Callable[[str], str]
    belief: int = SURE


def _replaced(old: str, new: str) -> Callable[[str], str]:
    return lambda text: text.replace(old, new)


def _as_encoded(encoding: str) -> Callable[[str], str]:
    return lambda text: text.encode(encoding, "replace").decode(encoding)


_DROPPED = mark("characters beyond the basic plane are dropped")
_REPLACED = mark("characters are replaced")
_CUT = mark("spaces at the ends are cut")
_BREAKS = mark("line breaks or spaces are changed")
_QUOTES = mark("quotation marks or backslashes are changed")
_ENTITIES = mark("characters are written as entities")
_CONTROLS = mark("control characters are dropped")
_COMPOSED = mark("characters are composed otherwise")
_ALTERATIONS = (
    _Alteration(_DROPPED, _within_bmp, LIKELY),
    _Alteration(_CUT, str.strip),
    _Alteration(_CUT, str.rstrip),
    _Alteration(_BREAKS, _replaced("\r\n", "\n")),
    _Alteration(_BREAKS, _replaced("\n", "\r\n")),
    _Alteration(_BREAKS, _replaced("\n", " ")),
    _Alteration(_BREAKS, lambda text: " ".join(text.split())),
    _Alteration(_CONTROLS, lambda text: "".join(c for c in text if c >= " " or c in "\t\r\n")),
    _Alteration(_CONTROLS, lambda text: text.split("\0")[0]),
    _Alteration(_COMPOSED, lambda text: unicodedata.normalize("NFC", text)),
    # Not sure: m² becomes m2.
    _Alteration(_COMPOSED, lambda text: unicodedata.normalize("NFKC", text), LIKELY),
    _Alteration(_REPLACED, lambda text: "".join(c if ord(c) <= 0xFFFF else "?" for c in text), LIKELY),
    _Alteration(_REPLACED, lambda text: "".join(c if ord(c) <= 0xFFFF else "??" for c in text), LIKELY),
    _Alteration(_REPLACED, lambda text: "".join(c if ord(c) <= 0xFFFF else "\ufffd" for c in text), LIKELY),
    *(_Alteration(_REPLACED, _as_encoded(name), LIKELY) for name in ("gbk", "ascii", "latin-1")),
    _Alteration(_QUOTES, _replaced('"', "\\"), LIKELY),
    _Alteration(_QUOTES, _replaced('"', "'"), LIKELY),
    *(_Alteration(_QUOTES, _replaced(sign, ""), LIKELY) for sign in "\"'\\"),
    *(_Alteration(_QUOTES, _replaced(sign, sign * 2), LIKELY) for sign in "\"'\\"),
    *(_Alteration(_QUOTES, _replaced(sign, "\\" + sign), LIKELY) for sign in "\"'"),
    _Alteration(_QUOTES, lambda text: text.removesuffix("\\"), LIKELY),
    _Alteration(_ENTITIES, html.escape, LIKELY),
    _Alteration(_ENTITIES, lambda text: html.escape(text, quote=False), LIKELY),
)


def _explained_time(sent: str, stored: str) -> _Explanation | None:
    apart = _seconds_apart(sent.removesuffix("Z"), stored.removesuffix("Z"))
    if apart is None:
        if len(stored) == 10 and _seconds_apart(sent, stored + sent[10:]) == 0:
            return message("the time of day is lost"), LIKELY
        return None
    zone_lost = sent.endswith("Z") != stored.endswith("Z")
    if apart < 1 and len(stored.removesuffix("Z")) <= len(sent.removesuffix("Z")):
        digits = len(stored.removesuffix("Z").partition(".")[2].rstrip("0"))
        if apart <= 10.0**-digits:
            return message("the time zone is lost") if zone_lost else message("the time is shortened"), SURE
    if zone_lost and apart % 900 < 1 and apart <= 14 * 3600:
        return message("the time zone is lost"), LIKELY
    return None


def _explained_geometry(sent: bytes, stored: bytes) -> _Explanation:
    shapes = _both(sent, stored)
    if shapes is None:
        return _UNEXPLAINED
    heights = shapes[0].has_z and not shapes[1].has_z
    if heights:
        shapes[0] = shapely.force_2d(shapes[0])
    apart = _apart(shapes)
    if heights and apart == 0:
        return message("heights of the corners are dropped"), SURE
    before, after = map(shapely.get_coordinates, shapes)
    degrees = _degrees(before)
    if apart <= _NOISE[degrees] or _rounded(before, after, apart, _ROUNDING[degrees]):
        rounded = message("coordinates are rounded by up to {distance:.1g}", distance=apart)
        if not heights:
            return rounded, SURE
        return message("{causes}", causes=[rounded, message("heights of the corners are dropped")]), SURE
    return _UNEXPLAINED


def _rounded(before: np.ndarray, after: np.ndarray, apart: float, largest: float) -> bool:
    """Return whether coordinates are on a grid of decimals, or of single precision, on which they were not before."""
    if before.shape == after.shape and (before.astype(np.float32) == after).all():
        return True
    if apart > largest:
        return False
    for digits in range(1, 12):
        if (np.round(after, digits) == after).all():
            return apart < 10.0**-digits and not (np.round(before, digits) == before).all()
    return False


def axes_exchanged(sent: bytes | None, stored: bytes | None) -> bool:
    """Return whether a geometry came back with x and y exchanged: the platform misunderstands the axis order."""
    if sent is None or stored is None or same_geometry(sent, stored, _ROUNDING[True]):
        return False
    other = shapely.transform(shapely.force_2d(shapely.from_wkb(stored)), lambda c: c[:, ::-1])
    shape = shapely.force_2d(shapely.from_wkb(sent))
    return same_geometry(shapely.to_wkb(shape), shapely.to_wkb(other), _ROUNDING[True])
