"""Map conversions as files have them: which reading of their numbers puts the model into the area of its CRS.

A conversion says: map = (eastings, northings) + turn * scale * local, with local in project units and map in map units.
Exporters mix the units up in every way; each reading is a hypothesis, tested against the area of use of the CRS.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

from pyproj import CRS

from ...units.coordinates import is_mercator
from ..findings import Finding, finding
from .areas import BESIDE, fits, longitude_latitude, map_point
from .directions import direction
from .evidence import Conversion, unit_of_name
from .projections import (
    CONFIRMED,
    CONTRADICTED,
    Affine,
    Point,
    apply,
    compose,
    inverse,
    is_far,
    metres_between,
    metres_of_unit,
)
from .zones import MOST_EASTING, read_zone, zone_finding

#: Sizes in metres that a building has.
SMALLEST, LARGEST = 2.0, 2_000.0
#: How far a scale may be from one (combined scale factors of surveys are within 0.5 %).
_SCALE_ROOM = 0.02
#: Metres between two readings that are different places.
_APART = 1_000.0
_GUESSES = (0.3048, 1200 / 3937, 1000.0)
#: Metres that a building has to move for a person to care.
_NOTABLE = 0.05
#: Northings of maps in metres stay below this.
_NORTHINGS = 1.1e7
#: Few places lie as near to the origin of their CRS, metres: a unit that says so is less likely than one that does not.
_NEAR_ORIGIN = 20_000.0
#: Readings of this tier and above are guesses: they count only where latitude and longitude confirm them.
_GUESS = 10


@dataclass(frozen=True)
class Reading:
    """One way to read a conversion.

    Attributes
    ----------
    tier : 0 as declared; each mistake that it supposes adds one or two, the less likely ones more
    matrix : from local metres to coordinates of `crs`, in its unit
    unit : metres in one unit of eastings and northings, None where they were not used
    findings : the corrections that it takes
    """

    tier: int
    crs: CRS
    matrix: Affine
    unit: float | None
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True)
class Local:
    """What is known of the local coordinates.

    Attributes
    ----------
    anchor : a point of the model, metres
    size : width of the building, metres; None where it is not known
    length_unit : metres in one project unit
    frame : WorldCoordinateSystem of the context in plan
    near : longitude and latitude that can be trusted
    """

    anchor: Point
    size: float | None
    length_unit: float
    frame: Affine
    near: Point | None


def read_conversion(
    conversion: Conversion, crs: CRS, local: Local
) -> tuple[Reading | None, tuple[Finding, ...]]:
    """Return the reading of a conversion that puts the model into the area of its CRS, and why there is none.

    Readings as declared go first, then likelier mistakes before rarer ones; inside the area of use before beside it.
    Where equally likely readings lead to different places, latitude and longitude decide; where there are none, none is
    taken.
    """
    readings = list(_readings(conversion, crs, local))
    places = [longitude_latitude(r.crs, *apply(r.matrix, local.anchor)) for r in readings]
    fitting = [
        (r, place)
        for r, place in zip(readings, places, strict=True)
        if place is not None and fits(r.crs, *apply(r.matrix, local.anchor), BESIDE)
    ]
    confirmed = [(r, p) for r, p in fitting if local.near and metres_between(*p, *local.near) < CONTRADICTED]
    fitting = [(r, p) for r, p in fitting if r.tier < _GUESS or (r, p) in confirmed]
    if not fitting:
        return None, _contradicting_zone(conversion, crs, local) or (_outside(conversion, crs),)
    if local.near is not None:
        near = [(r, p) for r, p in fitting if metres_between(*p, *local.near) < CONFIRMED]
        first = fitting[0]
        if near and metres_between(*first[1], *local.near) > CONTRADICTED:
            fitting = near
    strict = [(r, p) for r, p in fitting if fits(r.crs, *apply(r.matrix, local.anchor))]
    lowest = min(r.tier for r, _ in fitting)
    if lowest and strict:
        fitting, lowest = strict, min(r.tier for r, _ in strict)
    likeliest = [(r, p) for r, p in fitting if r.tier == lowest]
    chosen, place = likeliest[0]
    if any(metres_between(*place, *other) > _APART for _, other in likeliest[1:]):
        decided = [(r, p) for r, p in likeliest if (r, p) in confirmed]
        if len(decided) == 1:
            return decided[0][0], ()
        return None, (
            finding(
                "ambiguous_units",
                "{source}: several readings of the eastings and northings fit {crs}, and nothing tells which is right.",
                source=conversion.source,
                crs=crs.name,
            ),
        )
    return chosen, ()


def _outside(conversion: Conversion, crs: CRS) -> Finding:
    return finding(
        "outside_area_of_use",
        "{source}: {eastings}, {northings} lies outside the area of {crs} in every unit that was tried; it was not used.",
        source=conversion.source,
        eastings=conversion.eastings,
        northings=conversion.northings,
        crs=crs.name,
    )


def _readings(conversion: Conversion, crs: CRS, local: Local) -> Iterator[Reading]:
    east, north = conversion.eastings, conversion.northings
    if east is None or north is None:
        return
    zero = abs(east) < 1e-3 and abs(north) < 1e-3
    drawn_there = is_far(local.anchor) and fits(crs, *_in_unit(crs, local.anchor))
    if drawn_there:
        yield from _drawn_in_place(conversion, crs, zero, (east, north), local)
    if zero:
        return
    axis = metres_of_unit(crs)
    for tier, unit, found in _units(conversion, crs, local):
        point = (east * unit / axis, north * unit / axis)
        if unit != axis and max(abs(east), abs(north)) * unit < _NEAR_ORIGIN:
            tier += 2
        yield from _turned(tier, conversion, crs, point, unit, found, local)
        yield from _zoned(tier, conversion, crs, point, unit, found, local)
        swapped = finding(
            "eastings_northings_swapped",
            "{source}: eastings and northings have changed places; they were swapped.",
            source=conversion.source,
        )
        turned = (point[1], point[0])
        yield from _turned(tier + 2, conversion, crs, turned, unit, (*found, swapped), local)
        yield from _zoned(tier + 2, conversion, crs, turned, unit, (*found, swapped), local)
    yield from _degrees(conversion, crs, (east, north), local)


def _in_unit(crs: CRS, point: Point) -> Point:
    return point[0] / metres_of_unit(crs), point[1] / metres_of_unit(crs)


def _drawn_in_place(
    conversion: Conversion, crs: CRS, zero: bool, point: Point, local: Local
) -> Iterator[Reading]:
    """Yield the reading that the model is drawn in map coordinates and the conversion comes on top."""
    axis = metres_of_unit(crs)
    matrix = (1 / axis, 0.0, 0.0, 1 / axis, 0.0, 0.0)
    if zero:
        yield Reading(0, crs, matrix, None)
        return
    once_more = finding(
        "double_offset",
        "{source}: the model is drawn in coordinates of {crs} already; the conversion on top was not used.",
        source=conversion.source,
        crs=crs.name,
    )
    declared = _declared_unit(conversion) or 1.0
    distance = math.hypot(point[0] * declared - local.anchor[0], point[1] * declared - local.anchor[1])
    yield Reading(0 if distance < CONTRADICTED else 1, crs, matrix, None, (once_more,))


def _declared_unit(conversion: Conversion) -> float | None:
    stated = None if conversion.crs is None else conversion.crs.unit
    return stated or conversion.unit


def _units(
    conversion: Conversion, crs: CRS, local: Local
) -> Iterator[tuple[int, float, tuple[Finding, ...]]]:
    """Yield tier, metres in one unit of eastings and northings, and what that corrects; likelier ones first."""
    declared = _declared_unit(conversion)
    axis = metres_of_unit(crs)
    first = declared or axis
    found: tuple[Finding, ...] = ()
    if first != axis and abs(first / axis - 1) < 1e-4:
        shift = abs(first - axis) * math.hypot(conversion.eastings or 0.0, conversion.northings or 0.0)
        note = (
            finding(
                "foot_definition",
                "{source}: the map unit ({unit} m) is not the foot of {crs} ({axis} m), which would be {shift:.1f} m; "
                "the foot of the CRS was taken.",
                source=conversion.source,
                unit=first,
                crs=crs.name,
                axis=axis,
                shift=shift,
            ),
        )
        found, first = note if shift > _NOTABLE else (), axis
    yield 0, first, found
    named = None if conversion.crs is None else unit_of_name(conversion.crs.unit_name)
    likely = [named, conversion.unit, local.length_unit, axis]
    tiers = [(1, unit) for unit in likely] + [(2, 0.001), (4, 0.01)] + [(_GUESS, unit) for unit in _GUESSES]
    seen = {first}
    for tier, unit in tiers:
        if unit is None or unit in seen:
            continue
        seen.add(unit)
        if unit < 0.1 * first and not _too_large(conversion, first):
            tier = _GUESS
        yield (
            tier,
            unit,
            (
                finding(
                    "map_unit_corrected",
                    "{source}: eastings and northings are in units of {unit} m, not of {declared} m as the file says.",
                    source=conversion.source,
                    unit=unit,
                    declared=declared if declared is not None else axis,
                ),
            ),
        )


def _too_large(conversion: Conversion, unit: float) -> bool:
    """Return whether eastings and northings, read in a unit, are beyond all maps: they are in a smaller one."""
    small, large = sorted((abs(conversion.eastings or 0.0) * unit, abs(conversion.northings or 0.0) * unit))
    return small > _NORTHINGS or large > MOST_EASTING


def _zoned(
    tier: int,
    conversion: Conversion,
    crs: CRS,
    point: Point,
    unit: float,
    found: tuple[Finding, ...],
    local: Local,
) -> Iterator[Reading]:
    """Yield the reading with the zone number before the easting taken off, put on, or believed against the CRS."""
    zone = read_zone(crs, point, local.near)
    if zone is None or zone.crs is None:
        return
    note = zone_finding(zone, conversion.source, point[0], crs)
    moved = (point[0] + zone.shift, point[1])
    rarer = 3 if zone.code == "zone_contradicts_crs" else 1
    yield from _turned(tier + rarer, conversion, zone.crs, moved, unit, (*found, note), local)


def _contradicting_zone(conversion: Conversion, crs: CRS, local: Local) -> tuple[Finding, ...]:
    """Return the finding that the easting, in a likely unit and in either order, is one of another zone than the CRS."""
    east, north = conversion.eastings or 0.0, conversion.northings or 0.0
    for tier, unit, _ in _units(conversion, crs, local):
        for point in ((east * unit, north * unit), (north * unit, east * unit)):
            zone = read_zone(crs, point, local.near) if tier < _GUESS else None
            if zone is not None and zone.crs is None:
                return (zone_finding(zone, conversion.source, point[0], crs),)
    return ()


def _degrees(conversion: Conversion, crs: CRS, point: Point, local: Local) -> Iterator[Reading]:
    """Yield the reading of eastings and northings as degrees."""
    orders = (point, point[::-1])
    for longitude, latitude in orders:
        if not (abs(longitude) <= 180 and abs(latitude) <= 90):
            continue
        place = map_point(crs, longitude, latitude) if crs.is_projected else None
        if place is None or not fits(crs, *place):
            continue
        note = finding(
            "degrees_in_conversion",
            "{source}: eastings and northings hold degrees ({longitude}, {latitude}); they were read as such.",
            source=conversion.source,
            longitude=longitude,
            latitude=latitude,
        )
        precise = all(abs(value * 1000 - round(value * 1000)) > 1e-6 for value in point)
        yield from _turned(3 if precise else _GUESS, conversion, crs, place, None, (note,), local)


def _turned(
    tier: int,
    conversion: Conversion,
    crs: CRS,
    point: Point,
    unit: float | None,
    found: tuple[Finding, ...],
    local: Local,
) -> Iterator[Reading]:
    """Yield a reading with scale and direction, with the frame of the context and, where that is moved, without."""
    axis = metres_of_unit(crs)
    degrees = longitude_latitude(crs, *point)
    latitude = degrees[1] if degrees is not None else 0.0
    (scale_x, scale_y), scaled = _scales(conversion, unit, local, _stretch(crs, latitude))
    angle, turned = direction(conversion)
    c, s = math.cos(angle) / axis, math.sin(angle) / axis
    matrix: Affine = (c * scale_x, -s * scale_y, s * scale_x, c * scale_y, *point)
    notes = (*found, *scaled, *turned)
    moved = _moved(local.frame)
    yield Reading(
        tier,
        crs,
        compose(matrix, inverse(local.frame)),
        unit,
        (*notes, _frame_used(conversion)) if moved else notes,
    )
    if moved:
        yield Reading(tier + 1, crs, matrix, unit, (*notes, _frame_left(conversion)))


def _moved(frame: Affine) -> bool:
    return max(abs(a - b) for a, b in zip(frame, (1, 0, 0, 1, 0, 0), strict=True)) > 1e-6


def _frame_used(conversion: Conversion) -> Finding:
    return finding(
        "context_offset",
        "{source}: the WorldCoordinateSystem of the context is moved; the conversion was taken to start from there.",
        source=conversion.source,
    )


def _frame_left(conversion: Conversion) -> Finding:
    return finding(
        "context_offset_ignored",
        "{source}: the WorldCoordinateSystem of the context is moved, but with it the model would lie outside the area "
        "of the CRS; it was left out.",
        source=conversion.source,
    )


def _stretch(crs: CRS, latitude: float) -> float:
    """Return by how much a Mercator projection enlarges at a latitude; 1 for all others."""
    return 1.0 / max(math.cos(math.radians(latitude)), 0.01) if is_mercator(crs) else 1.0


def _scales(
    conversion: Conversion, unit: float | None, local: Local, stretch: float
) -> tuple[Point, tuple[Finding, ...]]:
    """Return the factors from local to map metres in x and y, and what was corrected.

    Buildings are as long on the map as they are, to the scale of the projection; a scale that says otherwise is a
    mistake in the units. Candidates are the scale as given, its reciprocal, and the scale where it leaves out the units.
    """
    given = conversion.scale
    fx, fy, _ = (1.0 if factor is None else factor for factor in conversion.factors)
    ratio = (unit or local.length_unit) / local.length_unit
    values = {"source": conversion.source, "scale": given}
    factors = (fx, fy) if _plausible(fx, stretch) and _plausible(fy, stretch) else None
    notes: list[Finding] = []
    if factors is None and given is not None and given > 0 and _plausible(given * ratio * fx, stretch):
        return (given * ratio * fx, given * ratio * fy), ()
    if factors is None:
        notes.append(
            finding(
                "factors_implausible",
                "{source}: FactorX and FactorY ({x}, {y}) would distort the building; they were not used.",
                source=conversion.source,
                x=fx,
                y=fy,
            )
        )
    fx, fy = factors or (1.0, 1.0)
    if given is None:
        if abs(ratio - 1) > _SCALE_ROOM:
            notes.append(
                finding(
                    "scale_missing",
                    "{source}: no scale is given though project and map units differ; {scale} was taken.",
                    source=conversion.source,
                    scale=1 / ratio,
                )
            )
        return _stretched((fx, fy), stretch, conversion, notes)
    if given > 0:
        candidates = (
            (given * ratio, None),
            (ratio / given, "scale_inverted"),
            (given, "scale_ignores_units"),
            (1 / given, "scale_inverted"),
        )
        for factor, code in candidates:
            if not _plausible(factor, stretch):
                continue
            if code == "scale_inverted":
                notes.append(
                    finding(
                        "scale_inverted",
                        "{source}: the scale {scale} is the reciprocal of the right one; it was turned over.",
                        **values,
                    )
                )
            elif code == "scale_ignores_units":
                notes.append(
                    finding(
                        "scale_ignores_units",
                        "{source}: the scale {scale} leaves out that project and map units differ; the units were added.",
                        **values,
                    )
                )
            return _stretched((factor * fx, factor * fy), stretch, conversion, notes)
        if local.size is not None and not SMALLEST <= local.size <= LARGEST:
            factor = given * ratio
            if SMALLEST <= local.size * factor <= LARGEST:
                notes.append(
                    finding(
                        "scale_unusual",
                        "{source}: the scale {scale} is far from one, but without it the building would be {size:.3g} m wide; it "
                        "was used.",
                        size=local.size,
                        **values,
                    )
                )
                return (factor, factor), tuple(notes)
    notes.append(
        finding(
            "scale_implausible",
            "{source}: the scale {scale} would make the building {factor:.4g} times as long; it was not used.",
            factor=given * ratio,
            **values,
        )
    )
    return _stretched((fx, fy), stretch, conversion, notes)


def _plausible(factor: float, stretch: float) -> bool:
    return abs(factor - 1) <= _SCALE_ROOM or abs(factor / stretch - 1) <= _SCALE_ROOM


def _stretched(
    factors: Point, stretch: float, conversion: Conversion, notes: list[Finding]
) -> tuple[Point, tuple[Finding, ...]]:
    """Return factors that keep true lengths on a Mercator map, where the file leaves its enlargement out."""
    if abs(stretch - 1) <= _SCALE_ROOM or abs(factors[0] / stretch - 1) <= _SCALE_ROOM:
        return factors, tuple(notes)
    notes.append(
        finding(
            "mercator_stretch",
            "{source}: a Mercator map enlarges {stretch:.3f} times here, which the file leaves out; the building keeps its "
            "true size.",
            source=conversion.source,
            stretch=stretch,
        )
    )
    return (factors[0] * stretch, factors[1] * stretch), tuple(notes)
