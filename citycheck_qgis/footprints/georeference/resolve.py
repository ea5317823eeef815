"""The place of a model: all evidence weighed, one answer, every correction named.

The levels are those of LoGeoRef (Clemen and Goerne, 2019): 50 map conversion, 40 context, 30 site placement,
20 latitude and longitude; a higher level goes first, and where its numbers cannot be, the next one is tried.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from pyproj import CRS

from ...errors import InputError
from ..findings import finding
from .areas import BESIDE, Bounds, datum_shift_unknown, fits, longitude_latitude
from .by_conversion import by_conversion
from .by_coordinates import by_context, by_placement
from .by_location import by_location
from .case import Case, Placed
from .control_points import fit_similarity
from .directions import true_north
from .evidence import IDENTITY, Evidence
from .locations import source_of
from .placement import Placement
from .projections import (
    apply,
    in_crs,
    is_far,
    is_plain,
    metres_between,
    metric_crs,
    tangent,
)
from .stated_crs import crs_of, crs_of_user

#: Metres (degrees) between two statements that contradict each other.
_APART, _TURNED = 1_000.0, 3.0
#: Two points of the model with their places on the map: local x, local y, east, north.
ControlPoint = Sequence[float]


def resolve(
    evidence: Evidence,
    building: str | None = None,
    bounds: Bounds | None = None,
    default_crs: CRS | str | None = None,
    control_points: Sequence[ControlPoint] | None = None,
) -> Placement:
    """Return where a model, or one building of it, lies.

    Parameters
    ----------
    evidence : what the file says, see `evidence.collect`
    building : GlobalId of the IfcBuilding whose own site and property sets count
    bounds : of its shapes in local metres (x, y, x, y), world coordinates of ifcopenshell; they tell whether a reading
        puts the building into the area of the CRS. Without them a point each of some products stands for the shapes
    default_crs : used where the file names no CRS, and where the file's own cannot be right
    control_points : (local x, local y, east, north) each, in metres of the model and of `default_crs` (else of the
        file's CRS); with them all other evidence is set aside. Local coordinates in another unit are told by the scale
        that fits; a scale that is no unit's places nothing

    Returns
    -------
    A placement with a CRS, or the state ``needs_control_points`` with CRS None. Whatever was corrected, contradicted
    or set aside is a finding with a stable code, whose value ``source`` names the evidence.

    Raises
    ------
    InputError : `default_crs` is no CRS; control points that cannot place anything.
    """
    case = Case(evidence, building, bounds, crs_of_user(default_crs))
    if control_points:
        return _by_control_points(case, control_points)
    return _by_evidence(case)


def _by_control_points(case: Case, points: Sequence[ControlPoint]) -> Placement:
    crs = case.default_crs
    source = "control points"
    if crs is None:
        crs = next((read for read, _ in map(crs_of, case.stated()) if read is not None), None)
    if crs is None or not is_plain(crs):
        raise InputError(
            "Control points need a CRS projected in metres, such as EPSG:4547; give the one of their map coordinates."
        )
    for point in points:
        if len(point) < 4:
            raise InputError("A control point has four numbers: local x, local y, east and north.")
    fit = fit_similarity([(p[0], p[1]) for p in points], [(p[2], p[3]) for p in points])
    case.note(*fit.findings)
    if not fit.usable:
        return case.nowhere()
    if not fits(crs, *apply(fit.matrix, case.anchor), BESIDE):
        raise InputError(
            "The control points put the model outside the area of {crs}; check their map coordinates.",
            crs=crs.name,
        )
    return _answer(case, Placed(0, "control_points", source, crs, fit.matrix, case.elevation_of_site()))


def _by_evidence(case: Case) -> Placement:
    for attempt in (by_conversion, by_context, by_placement, by_location):
        placed = attempt(case)
        if placed is not None:
            _contradictions(case, placed)
            return _answer(case, placed)
    _ask(case)
    return case.nowhere()


def _answer(case: Case, placed: Placed) -> Placement:
    """Return the placement in a CRS in metres."""
    crs, matrix = placed.crs, placed.matrix
    if not is_plain(crs):
        degrees = longitude_latitude(crs, *apply(matrix, case.anchor))
        target = None if degrees is None else metric_crs(case.default_at(degrees), *degrees)
        moved = None if target is None else in_crs(matrix, crs, target, case.anchor)
        if target is None or moved is None:
            return case.nowhere()
        case.note(
            finding(
                "reprojected_to_metric",
                "{source}: {old} is not projected in metres without distortion; the polygons are in {new}.",
                source=placed.source,
                old=crs.name,
                new=target.name,
            )
        )
        if datum_shift_unknown(crs, target):
            case.note(
                finding(
                    "datum_shift_unknown",
                    "{source}: the shift between the datums of {old} and {new} is not known; the place may be off by "
                    "metres to hundreds of metres.",
                    source=placed.source,
                    old=crs.name,
                    new=target.name,
                )
            )
        crs, matrix = target, moved
    if not fits(crs, *apply(matrix, case.anchor), BESIDE):
        case.note(
            finding(
                "outside_projection",
                "{source}: the model would lie outside the area of {crs}; it was not placed.",
                source=placed.source,
                crs=crs.name,
            )
        )
        return case.nowhere()
    return Placement(
        placed.state,
        placed.level,
        placed.method,
        crs,
        tuple(float(value) for value in matrix),  # type: ignore[arg-type]
        placed.elevation,
        placed.vertical,
        tuple(case.findings),
        placed.source,
    )


def _ask(case: Case) -> None:
    if case.evidence.conversions or is_far(case.anchor) or case.evidence.crs:
        case.note(
            finding(
                "needs_crs_or_control_points",
                "Nothing that can be trusted says where the model lies; give the CRS of its coordinates or two control "
                "points.",
            )
        )
        return
    case.note(
        finding(
            "needs_control_points",
            "Nothing that can be trusted says where the model lies; give two control points.",
        )
    )


def _contradictions(case: Case, placed: Placed) -> None:
    """Note where latitude and longitude or true north say something else than what was used."""
    if placed.level <= 20:
        return
    site = case.location.site if case.location is not None else None
    matrix = (site.matrix if site is not None else None) or IDENTITY
    points = [apply(placed.matrix, point) for point in ((matrix[0][3], matrix[1][3]), case.anchor)]
    places = [place for point in points if (place := longitude_latitude(placed.crs, *point)) is not None]
    if site is not None and case.near is not None and places:
        distance = min(metres_between(*place, *case.near) for place in places)
        if distance > _APART:
            case.note(
                finding(
                    "contradictory_position",
                    "{source} lies {km:.1f} km from where {used} puts it; the latter was used.",
                    source=source_of(site),
                    km=distance / 1000,
                    used=placed.source,
                )
            )
    _contradictory_north(case, placed)


def _contradictory_north(case: Case, placed: Placed) -> None:
    context = case.context
    if context is None or context.true_north is None or placed.level < 50:
        return
    ratios, _ = true_north(context)
    if ratios is None or abs(math.atan2(ratios[0], ratios[1])) < 1e-6:
        return
    degrees = longitude_latitude(placed.crs, *apply(placed.matrix, case.anchor))
    plane = None if degrees is None or not placed.crs.is_projected else tangent(placed.crs, *degrees)
    if plane is None:
        return
    a, b, d, e, _, _ = placed.matrix
    said = math.atan2(d * ratios[0] + e * ratios[1], a * ratios[0] + b * ratios[1])
    off = math.degrees(math.remainder(said - math.atan2(plane[3], plane[1]), math.tau))
    if abs(off) > _TURNED:
        case.note(
            finding(
                "contradictory_north",
                "{source}: true north is {degrees:.1f} degrees off what {used} says; the latter was used.",
                source=f"IfcGeometricRepresentationContext #{context.id}/TrueNorth",
                degrees=off,
                used=placed.source,
            )
        )
