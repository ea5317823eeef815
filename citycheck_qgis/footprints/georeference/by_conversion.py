"""Level 50: a model placed by a map conversion, or by degrees in its stead."""

from __future__ import annotations

import math

from pyproj import CRS

from ..findings import Finding, finding
from .areas import BESIDE, fits, longitude_latitude
from .case import AROUND_SITE, AS_DRAWN, HIGHEST, Case, Placed, plan
from .conversions import Local, Reading, read_conversion
from .directions import direction
from .evidence import Conversion, Matrix
from .projections import (
    Point,
    compose,
    is_far,
    metres_between,
    metric_crs,
    rotation,
    tangent,
)
from .stated_crs import crs_of, vertical_of


def by_conversion(case: Case) -> Placed | None:
    """Return the place that the nearest usable conversion gives; None where there is none."""
    conversions = _conversions(case)
    for conversion in conversions:
        if conversion.eastings is None or conversion.northings is None:
            case.note(
                finding(
                    "conversion_incomplete",
                    "{source} gives no eastings and northings; it was not used.",
                    source=conversion.source,
                )
            )
            continue
        placed = _convert(case, conversion)
        if placed is not None:
            _note_others(case, conversion, conversions)
            return placed
    return None


def _note_others(case: Case, used: Conversion, conversions: list[Conversion]) -> None:
    for other in conversions:
        stated = other.eastings is not None and other.northings is not None
        if stated and _numbers(other)[1:] != _numbers(used)[1:]:
            case.note(
                finding(
                    "conversion_not_used",
                    "{source} gives other numbers than {used}; the latter was used.",
                    source=other.source,
                    used=used.source,
                )
            )


def _convert(case: Case, conversion: Conversion) -> Placed | None:
    systems, vertical = _systems(case, conversion)
    if any(crs.is_geographic for crs in systems) or conversion.angular:
        placed = _by_angles(case, conversion, systems, vertical)
        systems = [crs for crs in systems if crs.is_projected and not conversion.angular]
        if placed is not None or not systems:
            return placed
    state = "placed"
    if not systems:
        inferred = _infer_for(case, conversion)
        if inferred is None:
            _without_crs(case, conversion)
            return None
        systems, state = [inferred], "approximate"
    if _is_placeholder(case, conversion, systems):
        return None
    refused: list[Finding] = []
    for number, crs in enumerate(systems):
        reading, reasons = read_conversion(conversion, crs, _local(case, conversion))
        refused += reasons
        if reading is None:
            continue
        if number or crs is case.default_crs:
            case.note_default(conversion.source, crs, replaced=number > 0)
        case.note(*reading.findings)
        right, state = case.agreeing(conversion.source, reading.crs, reading.matrix, reading.findings, state)
        case.note_beside(conversion.source, right, reading.matrix)
        if is_far(case.anchor) and reading.unit is not None:
            case.note(
                finding(
                    "far_from_origin",
                    "{source}: the model is drawn {km:.0f} km from the origin that the conversion places; check the "
                    "place.",
                    source=conversion.source,
                    km=math.hypot(*case.anchor) / 1000,
                )
            )
        return Placed(
            50,
            conversion.kind,
            conversion.source,
            right,
            reading.matrix,
            _height(case, conversion, reading),
            vertical,
            state,
        )
    case.note(*refused)
    return None


def _conversions(case: Case) -> list[Conversion]:
    """Return the conversions that concern the building, the nearest to it first."""
    own = {case.building, case.site_guid(), None}
    owners = {site.guid for site in case.evidence.sites} | {b.guid for b in case.evidence.buildings}
    mine = []
    for conversion in case.evidence.conversions:
        elsewhere = conversion.owner in owners and conversion.owner not in own and case.building is not None
        if not elsewhere:
            mine.append(conversion)
    entities = [c for c in mine if c.kind != "property_set"]
    sets = sorted(
        (c for c in mine if c.kind == "property_set"),
        key=lambda c: (c.eastings is None, c.owner != case.building, c.owner != case.site_guid()),
    )
    return [*_of_drawn_context(case, entities), *sets]


def _of_drawn_context(case: Case, conversions: list[Conversion]) -> list[Conversion]:
    """Return the conversions of the context that shapes are drawn in; none where they contradict each other."""
    if len(conversions) < 2:
        return conversions
    contexts = {context.id: context for context in case.evidence.contexts}

    def drawn(conversion: Conversion) -> int:
        context = contexts.get(conversion.context or -1)
        return context.representations if context is not None else 0

    used = [c for c in conversions if drawn(c)] or conversions
    if len({_numbers(c) for c in used}) == 1:
        return used[:1]
    if len(used) < len(conversions) and len(used) == 1:
        return used
    case.note(
        finding(
            "conversions_contradict",
            "{source} and {other} give different places, and nothing tells which is right; none was used.",
            source=used[0].source,
            other=", ".join(c.source for c in used[1:3]),
        )
    )
    return []


def _systems(case: Case, conversion: Conversion) -> tuple[list[CRS], str | None]:
    """Return the CRSs to try for a conversion, the file's first, and the name of its vertical datum."""
    elsewhere = [c.crs for c in case.evidence.conversions if c.eastings is None and c.crs is not None]
    alone = (*elsewhere, *case.evidence.crs)
    stated = conversion.crs or (alone[0] if len(alone) == 1 else None)
    if stated is None:
        crs, vertical = None, None
    else:
        crs, findings = crs_of(stated)
        case.note(*findings)
        vertical, unknown = vertical_of(stated)
        case.note(*unknown)
    found = [crs] if crs is not None else []
    if case.default_crs is not None and case.default_crs != crs:
        found.append(case.default_crs)
    return found, vertical


def _is_placeholder(case: Case, conversion: Conversion, systems: list[CRS]) -> bool:
    zero = abs(conversion.eastings or 0.0) < 1e-3 and abs(conversion.northings or 0.0) < 1e-3
    if not zero or (is_far(case.anchor) and any(fits(crs, *case.anchor, BESIDE) for crs in systems)):
        return False
    case.note(
        finding(
            "placeholder_conversion",
            "{source}: eastings and northings are zero, a placeholder; they were not used.",
            source=conversion.source,
        )
    )
    return True


def _without_crs(case: Case, conversion: Conversion) -> None:
    case.note(
        finding(
            "conversion_without_crs",
            "{source} gives eastings and northings, but no CRS; give the CRS.",
            source=conversion.source,
        )
    )


def _infer_for(case: Case, conversion: Conversion) -> CRS | None:
    """Return the CRS in which eastings and northings agree with latitude and longitude."""
    if conversion.eastings is None or conversion.northings is None:
        return None
    stated = conversion.unit or (conversion.crs.unit if conversion.crs is not None else None)
    for unit in dict.fromkeys((stated or 1.0, 1.0, case.length_unit)):
        crs = case.infer(conversion.source, (conversion.eastings * unit, conversion.northings * unit))
        if crs is not None:
            return crs
    return None


def _by_angles(case: Case, conversion: Conversion, systems: list[CRS], vertical: str | None) -> Placed | None:
    """Place by an operation whose coordinates are degrees of a geographic CRS, east or north first."""
    first, second = conversion.eastings or 0.0, conversion.northings or 0.0
    geographic = next((crs for crs in systems if crs.is_geographic), None) or CRS.from_epsg(4326)
    for unit in dict.fromkeys(
        (math.degrees(case.evidence.angle_unit or math.radians(1)), 1.0, 180 / math.pi)
    ):
        places = [
            (x * unit, y * unit)
            for x, y in ((first, second), (second, first))
            if abs(x * unit) <= 180 and abs(y * unit) <= 90 and fits(geographic, x * unit, y * unit)
        ]
        if not places or max(abs(first), abs(second)) < 1e-9:
            continue
        near = case.near
        if near is not None:
            places.sort(key=lambda place: metres_between(place[0], place[1], near[0], near[1]))
        elif len(places) > 1 and places[0] != places[1]:
            case.note(
                finding(
                    "axis_order_assumed",
                    "{source}: {first}, {second} may be longitude and latitude or the other way round; the longitude was "
                    "taken to come first.",
                    source=conversion.source,
                    first=first,
                    second=second,
                )
            )
        if unit != math.degrees(case.evidence.angle_unit or math.radians(1)):
            case.note(
                finding(
                    "angle_unit_corrected",
                    "{source}: {first}, {second} is not in the angle unit of the project; the unit was corrected.",
                    source=conversion.source,
                    first=first,
                    second=second,
                )
            )
        return _around(case, conversion, geographic, places[0], vertical)
    case.note(
        finding(
            "outside_area_of_use",
            "{source}: {eastings}, {northings} lies outside the area of {crs} in every unit that was tried; it was not "
            "used.",
            source=conversion.source,
            eastings=first,
            northings=second,
            crs=geographic.name,
        )
    )
    return None


def _around(
    case: Case, conversion: Conversion, geographic: CRS, point: Point, vertical: str | None
) -> Placed | None:
    degrees = longitude_latitude(geographic, *point)
    if degrees is None or math.hypot(*case.anchor) > AROUND_SITE:
        case.note_huge(conversion.source)
        return None
    crs = metric_crs(case.default_at(degrees), *degrees)
    plane = tangent(crs, *degrees)
    if plane is None:
        return None
    angle, turned = direction(conversion)
    case.note(
        *turned,
        finding(
            "local_plane",
            "{source}: the place is given in degrees of {old}; the polygons are in {new}.",
            source=conversion.source,
            old=geographic.name,
            new=crs.name,
        ),
    )
    return Placed(
        50,
        conversion.kind,
        conversion.source,
        crs,
        compose(plane, rotation(angle)),
        conversion.height,
        vertical,
    )


def _height(case: Case, conversion: Conversion, reading: Reading) -> float | None:
    """Return the metres to add to local z: the height of the origin, less that of the moved context."""
    if any(found.code == "double_offset" for found in reading.findings):
        return case.elevation_of_site()
    if conversion.height is None:
        return None
    frame = _frame(case, conversion)
    lift = frame[2][3] if frame is not None else 0.0
    if abs(lift) > 1e-6:
        case.note(
            finding(
                "context_height_offset",
                "{source}: the WorldCoordinateSystem of the context is {lift:.3f} m up; the height of the conversion was "
                "taken to start from there.",
                source=conversion.source,
                lift=lift,
            )
        )
    units = [
        reading.unit,
        conversion.unit,
        conversion.crs.unit if conversion.crs else None,
        case.length_unit,
        1.0,
    ]
    for unit in units:
        if unit is not None and abs(conversion.height * unit) < HIGHEST:
            if unit != units[0] and units[0] is not None:
                case.note(
                    finding(
                        "height_unit_corrected",
                        "{source}: the height {height} is in units of {unit} m, unlike eastings and northings.",
                        source=conversion.source,
                        height=conversion.height,
                        unit=unit,
                    )
                )
            return conversion.height * unit - lift
    case.note(
        finding(
            "height_implausible",
            "{source}: the height {height} cannot be; it was not used.",
            source=conversion.source,
            height=conversion.height,
        )
    )
    return None


def _frame(case: Case, conversion: Conversion) -> Matrix | None:
    contexts = {context.id: context for context in case.evidence.contexts}
    context = contexts.get(conversion.context or -1, case.context)
    return None if context is None else context.matrix


def _local(case: Case, conversion: Conversion) -> Local:
    frame = _frame(case, conversion)
    return Local(
        case.anchor,
        case.size,
        case.length_unit,
        plan(frame) if frame is not None else AS_DRAWN,
        case.near,
    )


def _numbers(conversion: Conversion) -> tuple[object, ...]:
    crs = conversion.crs.name if conversion.crs else None
    return (
        crs,
        *(
            getattr(conversion, name)
            for name in ("eastings", "northings", "abscissa", "ordinate", "scale", "factors")
        ),
    )
