"""Levels 40 and 30: a model that is drawn in map coordinates, by its context or by itself."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from pyproj import CRS

from ..findings import Finding, finding
from .areas import BESIDE, fits
from .case import AROUND_SITE, AS_DRAWN, Case, Placed, plan
from .projections import (
    Affine,
    Point,
    apply,
    compose,
    is_far,
    metres_of_unit,
)
from .stated_crs import crs_of, vertical_of
from .zones import read_zone, zone_finding


@dataclass(frozen=True)
class _Shift:
    """A correction of map coordinates in metres: the CRS that they then are in, and how far beside its area they may lie."""

    crs: CRS
    matrix: Affine
    findings: tuple[Finding, ...]
    margin: float = 0.0


def by_context(case: Case) -> Placed | None:
    """Place a model whose context is moved to map coordinates."""
    context = case.context
    if context is None or context.matrix is None:
        return None
    matrix = plan(context.matrix)
    if not is_far(matrix[4:]):
        return None
    source = f"IfcGeometricRepresentationContext #{context.id}/WorldCoordinateSystem"
    drawn = _drawn_on_map(case, source, (matrix[4], matrix[5]), matrix, _zone_shift)
    if drawn is None:
        return None
    crs, on_map, state = drawn
    return Placed(40, "context", source, crs, on_map, context.matrix[2][3], _spare_vertical(case), state)


def by_placement(case: Case) -> Placed | None:
    """Place a model that is drawn in map coordinates."""
    if not is_far(case.anchor):
        return None
    source = _placement_source(case)
    drawn = _drawn_on_map(case, source, case.anchor, AS_DRAWN, _shifts)
    if drawn is None:
        return None
    crs, on_map, state = drawn
    height = case.elevation_of_site(drawn=True)
    return Placed(30, "site_placement", source, crs, on_map, height, _spare_vertical(case), state)


def _drawn_on_map(
    case: Case,
    source: str,
    point: Point,
    drawn: Affine,
    shifts: Callable[[Case, CRS, str, Point], Iterator[_Shift]],
) -> tuple[CRS, Affine, str] | None:
    """Return CRS, map and state where local coordinates are map coordinates, as drawn or after a correction.

    Parameters
    ----------
    point : map coordinates in metres that tell where the model is drawn
    drawn : from local metres to map metres
    shifts : the corrections to try
    """
    systems, state = _systems_or_inferred(case, source, point)
    for crs, replaced in systems:
        plain = _Shift(crs, AS_DRAWN, (), BESIDE)
        for shift in (plain, *shifts(case, crs, source, point)):
            axis = metres_of_unit(shift.crs)
            matrix = compose((1 / axis, 0.0, 0.0, 1 / axis, 0.0, 0.0), compose(shift.matrix, drawn))
            if not fits(shift.crs, *apply(matrix, case.anchor), shift.margin):
                continue
            if shift.crs is case.default_crs:
                case.note_default(source, shift.crs, replaced)
            case.note(*shift.findings)
            right, state = case.agreeing(source, shift.crs, matrix, shift.findings, state)
            case.note_beside(source, right, matrix)
            return right, matrix, state
    contradicting = [
        zone_finding(zone, source, point[0], crs)
        for crs, _ in systems
        if (zone := read_zone(crs, point, case.near)) is not None and zone.crs is None
    ]
    if contradicting:
        case.note(contradicting[0])
    elif systems:
        case.note(
            finding(
                "placement_outside_crs",
                "{source}: the model is drawn around {x:.0f}, {y:.0f}, which lies outside the area of {crs}.",
                source=source,
                x=point[0],
                y=point[1],
                crs=systems[0][0].name,
            )
        )
    else:
        case.note(
            finding(
                "placement_without_crs",
                "{source}: the model is drawn around {x:.0f}, {y:.0f}, as on a map, but the file names no CRS; give the "
                "CRS.",
                source=source,
                x=point[0],
                y=point[1],
            )
        )
    return None


def _zone_shift(case: Case, crs: CRS, source: str, point: Point) -> Iterator[_Shift]:
    zone = read_zone(crs, point, case.near)
    if zone is not None and zone.crs is not None:
        note = zone_finding(zone, source, point[0], crs)
        yield _Shift(zone.crs, (1.0, 0.0, 0.0, 1.0, zone.shift, 0.0), (note,), BESIDE)


def _shifts(case: Case, crs: CRS, source: str, point: Point) -> Iterator[_Shift]:
    """Yield what may be wrong with the coordinates that a model is drawn in."""
    yield from _zone_shift(case, crs, source, point)
    site = case.site_origin()
    if site is None or math.hypot(point[0] - site[0], point[1] - site[1]) > AROUND_SITE:
        return
    swapped = finding(
        "eastings_northings_swapped",
        "{source}: eastings and northings have changed places; they were swapped.",
        source=source,
    )
    yield _Shift(crs, (1.0, 0.0, 0.0, 1.0, site[1] - site[0], site[0] - site[1]), (swapped,))
    for unit in (1000.0, 0.001, 0.3048, 1 / 0.3048):
        note = finding(
            "placement_unit_corrected",
            "{source}: the placement is not in the unit of the project; it was multiplied by {unit}.",
            source=source,
            unit=unit,
        )
        yield _Shift(crs, (1.0, 0.0, 0.0, 1.0, site[0] * (unit - 1), site[1] * (unit - 1)), (note,))


def _systems_or_inferred(case: Case, source: str, point: Point) -> tuple[list[tuple[CRS, bool]], str]:
    """Return the CRSs to try for coordinates without a conversion, and the state that they can give."""
    systems = _systems_without_conversion(case, source)
    inferred = None if systems else case.infer(source, point)
    return ([(inferred, False)], "approximate") if inferred is not None else (systems, "placed")


def _systems_without_conversion(case: Case, source: str) -> list[tuple[CRS, bool]]:
    """Return the projected CRSs to try for coordinates without a conversion, and whether one replaces the file's."""
    found: list[tuple[CRS, bool]] = []
    for description in case.stated():
        crs, findings = crs_of(description)
        case.note(*findings)
        if crs is not None and crs.is_projected and all(crs != known for known, _ in found):
            found.append((crs, False))
    default = case.default_crs
    if default is not None and default.is_projected and all(default != known for known, _ in found):
        found.append((default, bool(found)))
    return found


def _spare_vertical(case: Case) -> str | None:
    for stated in case.evidence.crs:
        vertical, unknown = vertical_of(stated)
        case.note(*unknown)
        if vertical is not None:
            return vertical
    return None


def _placement_source(case: Case) -> str:
    site, origin = case.site(), case.site_origin()
    if site is not None and origin is not None and is_far(origin):
        return f"IfcSite {site.guid}/ObjectPlacement"
    return "IfcElement coordinates"
