"""The place of a model: all evidence weighed, one answer, every correction named.

The levels are those of LoGeoRef (Clemen and Goerne, 2019): 50 map conversion, 40 context, 30 site placement,
20 latitude and longitude; a higher level goes first, and where its numbers cannot be, the next one is tried.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from pyproj import CRS

from ...errors import InputError
from ..findings import Finding, finding
from .areas import BESIDE, Bounds, datum_shift_unknown, fits, inside, longitude_latitude
from .control_points import fit_similarity
from .conversions import Local, Reading, read_conversion
from .directions import direction, true_north
from .evidence import IDENTITY, Context, Conversion, CrsEvidence, Evidence, Matrix, SiteEvidence
from .inference import agreeing_crs
from .locations import location, source_of
from .placement import Placement
from .projections import (
    CONTRADICTED,
    Affine,
    Point,
    apply,
    compose,
    in_crs,
    is_far,
    is_plain,
    metres_between,
    metres_of_unit,
    metric_crs,
    rotation,
    tangent,
)
from .stated_crs import crs_of, crs_of_user, vertical_of
from .zones import agreeing_strip, read_zone, zone_finding

#: How far from its site a model may be drawn when a latitude and longitude is all that places it, metres.
_AROUND_SITE = 10_000.0
#: Metres (degrees) between two statements that contradict each other.
_APART, _TURNED = 1_000.0, 3.0
#: Metres between the elevation of a site and a point of a model that is drawn at its height.
_STOREYS = 60.0
_AS_DRAWN: Affine = (1.0, 0.0, 0.0, 1.0, 0.0, 0.0)
#: No place on land is higher, metres.
_HIGHEST = 9_000.0

#: Findings about numbers that say by themselves which strip they are of, or which place.
_SURE = frozenset(("zone_prefix_removed", "zone_contradicts_crs", "degrees_in_conversion"))

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
    case = _Case(evidence, building, bounds, crs_of_user(default_crs))
    if control_points:
        return case.by_control_points(control_points)
    return case.by_evidence()


@dataclass(frozen=True)
class _Placed:
    """A map from local metres to a CRS that may still be in degrees or feet."""

    level: int
    method: str
    source: str
    crs: CRS
    matrix: Affine
    elevation: float | None = None
    vertical: str | None = None
    state: str = "placed"


@dataclass(frozen=True)
class _Shift:
    """A correction of map coordinates in metres: the CRS that they then are in, and how far beside its area they may lie."""

    crs: CRS
    matrix: Affine
    findings: tuple[Finding, ...]
    margin: float = 0.0


class _Case:
    """One building of one model and what is known about its place."""

    def __init__(
        self, evidence: Evidence, building: str | None, bounds: Bounds | None, default_crs: CRS | None
    ) -> None:
        self.evidence = evidence
        self.building = building
        self.default_crs = default_crs
        self.findings: list[Finding] = list(evidence.findings)
        self.length_unit = evidence.length_unit or 1.0
        if evidence.length_unit is None:
            self._note(
                finding("length_unit_missing", "The model states no length unit; metres were assumed.")
            )
        self.location = location(evidence, building)
        self.near: Point | None = None
        if self.location is not None and self.location.refused is None:
            self.near = (self.location.longitude, self.location.latitude)
        self.anchor = self._anchor(bounds)
        self.size = None if bounds is None else max(bounds[2] - bounds[0], bounds[3] - bounds[1])
        self.context = self._context()

    def _note(self, *found: Finding) -> None:
        self.findings += [new for new in found if new not in self.findings]

    # Control points

    def by_control_points(self, points: Sequence[ControlPoint]) -> Placement:
        crs = self.default_crs
        source = "control points"
        if crs is None:
            crs = next((read for read, _ in map(crs_of, self._stated()) if read is not None), None)
        if crs is None or not is_plain(crs):
            raise InputError(
                "Control points need a CRS projected in metres, such as EPSG:4547; give the one of their map coordinates."
            )
        for point in points:
            if len(point) < 4:
                raise InputError("A control point has four numbers: local x, local y, east and north.")
        fit = fit_similarity([(p[0], p[1]) for p in points], [(p[2], p[3]) for p in points])
        self._note(*fit.findings)
        if not fit.usable:
            return self._nowhere()
        if not fits(crs, *apply(fit.matrix, self.anchor), BESIDE):
            raise InputError(
                "The control points put the model outside the area of {crs}; check their map coordinates.",
                crs=crs.name,
            )
        return self._answer(_Placed(0, "control_points", source, crs, fit.matrix, self._elevation_of_site()))

    # All other evidence, level by level

    def by_evidence(self) -> Placement:
        for attempt in (self._by_conversion, self._by_context, self._by_placement, self._by_location):
            placed = attempt()
            if placed is not None:
                self._contradictions(placed)
                return self._answer(placed)
        self._ask()
        return self._nowhere()

    def _nowhere(self) -> Placement:
        return Placement("needs_control_points", 0, "none", findings=tuple(self.findings))

    def _answer(self, placed: _Placed) -> Placement:
        """Return the placement in a CRS in metres."""
        crs, matrix = placed.crs, placed.matrix
        if not is_plain(crs):
            degrees = longitude_latitude(crs, *apply(matrix, self.anchor))
            target = None if degrees is None else metric_crs(self._default_at(degrees), *degrees)
            moved = None if target is None else in_crs(matrix, crs, target, self.anchor)
            if target is None or moved is None:
                return self._nowhere()
            self._note(
                finding(
                    "reprojected_to_metric",
                    "{source}: {old} is not projected in metres without distortion; the polygons are in {new}.",
                    source=placed.source,
                    old=crs.name,
                    new=target.name,
                )
            )
            if datum_shift_unknown(crs, target):
                self._note(
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
        if not fits(crs, *apply(matrix, self.anchor), BESIDE):
            self._note(
                finding(
                    "outside_projection",
                    "{source}: the model would lie outside the area of {crs}; it was not placed.",
                    source=placed.source,
                    crs=crs.name,
                )
            )
            return self._nowhere()
        return Placement(
            placed.state,
            placed.level,
            placed.method,
            crs,
            tuple(float(value) for value in matrix),  # type: ignore[arg-type]
            placed.elevation,
            placed.vertical,
            tuple(self.findings),
            placed.source,
        )

    def _ask(self) -> None:
        if self.evidence.conversions or is_far(self.anchor) or self.evidence.crs:
            self._note(
                finding(
                    "needs_crs_or_control_points",
                    "Nothing that can be trusted says where the model lies; give the CRS of its coordinates or two control "
                    "points.",
                )
            )
            return
        self._note(
            finding(
                "needs_control_points",
                "Nothing that can be trusted says where the model lies; give two control points.",
            )
        )

    # Level 50

    def _by_conversion(self) -> _Placed | None:
        conversions = self._conversions()
        for conversion in conversions:
            if conversion.eastings is None or conversion.northings is None:
                self._note(
                    finding(
                        "conversion_incomplete",
                        "{source} gives no eastings and northings; it was not used.",
                        source=conversion.source,
                    )
                )
                continue
            placed = self._convert(conversion)
            if placed is not None:
                self._note_others(conversion, conversions)
                return placed
        return None

    def _note_others(self, used: Conversion, conversions: list[Conversion]) -> None:
        for other in conversions:
            stated = other.eastings is not None and other.northings is not None
            if stated and _numbers(other)[1:] != _numbers(used)[1:]:
                self._note(
                    finding(
                        "conversion_not_used",
                        "{source} gives other numbers than {used}; the latter was used.",
                        source=other.source,
                        used=used.source,
                    )
                )

    def _convert(self, conversion: Conversion) -> _Placed | None:
        systems, vertical = self._systems(conversion)
        if any(crs.is_geographic for crs in systems) or conversion.angular:
            placed = self._by_angles(conversion, systems, vertical)
            systems = [crs for crs in systems if crs.is_projected and not conversion.angular]
            if placed is not None or not systems:
                return placed
        state = "placed"
        if not systems:
            inferred = self._infer_for(conversion)
            if inferred is None:
                self._without_crs(conversion)
                return None
            systems, state = [inferred], "approximate"
        if self._is_placeholder(conversion, systems):
            return None
        refused: list[Finding] = []
        for number, crs in enumerate(systems):
            reading, reasons = read_conversion(conversion, crs, self._local(conversion))
            refused += reasons
            if reading is None:
                continue
            if number or crs is self.default_crs:
                self._note_default(conversion.source, crs, replaced=number > 0)
            self._note(*reading.findings)
            right, state = self._agreeing(
                conversion.source, reading.crs, reading.matrix, reading.findings, state
            )
            self._note_beside(conversion.source, right, reading.matrix)
            if is_far(self.anchor) and reading.unit is not None:
                self._note(
                    finding(
                        "far_from_origin",
                        "{source}: the model is drawn {km:.0f} km from the origin that the conversion places; check the "
                        "place.",
                        source=conversion.source,
                        km=math.hypot(*self.anchor) / 1000,
                    )
                )
            return _Placed(
                50,
                conversion.kind,
                conversion.source,
                right,
                reading.matrix,
                self._height(conversion, reading),
                vertical,
                state,
            )
        self._note(*refused)
        return None

    def _conversions(self) -> list[Conversion]:
        """Return the conversions that concern the building, the nearest to it first."""
        own = {self.building, self._site_guid(), None}
        owners = {site.guid for site in self.evidence.sites} | {b.guid for b in self.evidence.buildings}
        mine = []
        for conversion in self.evidence.conversions:
            elsewhere = (
                conversion.owner in owners and conversion.owner not in own and self.building is not None
            )
            if not elsewhere:
                mine.append(conversion)
        entities = [c for c in mine if c.kind != "property_set"]
        sets = sorted(
            (c for c in mine if c.kind == "property_set"),
            key=lambda c: (c.eastings is None, c.owner != self.building, c.owner != self._site_guid()),
        )
        return [*self._of_drawn_context(entities), *sets]

    def _of_drawn_context(self, conversions: list[Conversion]) -> list[Conversion]:
        """Return the conversions of the context that shapes are drawn in; none where they contradict each other."""
        if len(conversions) < 2:
            return conversions
        contexts = {context.id: context for context in self.evidence.contexts}

        def drawn(conversion: Conversion) -> int:
            context = contexts.get(conversion.context or -1)
            return context.representations if context is not None else 0

        used = [c for c in conversions if drawn(c)] or conversions
        if len({_numbers(c) for c in used}) == 1:
            return used[:1]
        if len(used) < len(conversions) and len(used) == 1:
            return used
        self._note(
            finding(
                "conversions_contradict",
                "{source} and {other} give different places, and nothing tells which is right; none was used.",
                source=used[0].source,
                other=", ".join(c.source for c in used[1:3]),
            )
        )
        return []

    def _systems(self, conversion: Conversion) -> tuple[list[CRS], str | None]:
        """Return the CRSs to try for a conversion, the file's first, and the name of its vertical datum."""
        elsewhere = [c.crs for c in self.evidence.conversions if c.eastings is None and c.crs is not None]
        alone = (*elsewhere, *self.evidence.crs)
        stated = conversion.crs or (alone[0] if len(alone) == 1 else None)
        if stated is None:
            crs, vertical = None, None
        else:
            crs, findings = crs_of(stated)
            self._note(*findings)
            vertical, unknown = vertical_of(stated)
            self._note(*unknown)
        found = [crs] if crs is not None else []
        if self.default_crs is not None and self.default_crs != crs:
            found.append(self.default_crs)
        return found, vertical

    def _is_placeholder(self, conversion: Conversion, systems: list[CRS]) -> bool:
        zero = abs(conversion.eastings or 0.0) < 1e-3 and abs(conversion.northings or 0.0) < 1e-3
        if not zero or (is_far(self.anchor) and any(fits(crs, *self.anchor, BESIDE) for crs in systems)):
            return False
        self._note(
            finding(
                "placeholder_conversion",
                "{source}: eastings and northings are zero, a placeholder; they were not used.",
                source=conversion.source,
            )
        )
        return True

    def _without_crs(self, conversion: Conversion) -> None:
        self._note(
            finding(
                "conversion_without_crs",
                "{source} gives eastings and northings, but no CRS; give the CRS.",
                source=conversion.source,
            )
        )

    def _infer_for(self, conversion: Conversion) -> CRS | None:
        """Return the CRS in which eastings and northings agree with latitude and longitude."""
        if conversion.eastings is None or conversion.northings is None:
            return None
        stated = conversion.unit or (conversion.crs.unit if conversion.crs is not None else None)
        for unit in dict.fromkeys((stated or 1.0, 1.0, self.length_unit)):
            crs = self._infer(conversion.source, (conversion.eastings * unit, conversion.northings * unit))
            if crs is not None:
                return crs
        return None

    def _infer(self, source: str, point: Point) -> CRS | None:
        """Return the CRS in which a point lies where latitude and longitude say."""
        found = agreeing_crs(point, self.near) if self.near is not None and is_far(point) else None
        if found is None:
            return None
        crs, metres = found
        self._note(
            finding(
                "crs_inferred",
                "{source}: the file names no CRS, but in {crs} (EPSG:{code}) the coordinates agree with latitude and "
                "longitude to {metres:.0f} m; it was taken. Give the CRS if it is another.",
                source=source,
                crs=crs.name,
                code=crs.to_epsg(),
                metres=metres,
            )
        )
        return crs

    def _by_angles(self, conversion: Conversion, systems: list[CRS], vertical: str | None) -> _Placed | None:
        """Place by an operation whose coordinates are degrees of a geographic CRS, east or north first."""
        first, second = conversion.eastings or 0.0, conversion.northings or 0.0
        geographic = next((crs for crs in systems if crs.is_geographic), None) or CRS.from_epsg(4326)
        for unit in dict.fromkeys(
            (math.degrees(self.evidence.angle_unit or math.radians(1)), 1.0, 180 / math.pi)
        ):
            places = [
                (x * unit, y * unit)
                for x, y in ((first, second), (second, first))
                if abs(x * unit) <= 180 and abs(y * unit) <= 90 and fits(geographic, x * unit, y * unit)
            ]
            if not places or max(abs(first), abs(second)) < 1e-9:
                continue
            near = self.near
            if near is not None:
                places.sort(key=lambda place: metres_between(place[0], place[1], near[0], near[1]))
            elif len(places) > 1 and places[0] != places[1]:
                self._note(
                    finding(
                        "axis_order_assumed",
                        "{source}: {first}, {second} may be longitude and latitude or the other way round; the longitude was "
                        "taken to come first.",
                        source=conversion.source,
                        first=first,
                        second=second,
                    )
                )
            if unit != math.degrees(self.evidence.angle_unit or math.radians(1)):
                self._note(
                    finding(
                        "angle_unit_corrected",
                        "{source}: {first}, {second} is not in the angle unit of the project; the unit was corrected.",
                        source=conversion.source,
                        first=first,
                        second=second,
                    )
                )
            return self._around(conversion, geographic, places[0], vertical)
        self._note(
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
        self, conversion: Conversion, geographic: CRS, point: Point, vertical: str | None
    ) -> _Placed | None:
        degrees = longitude_latitude(geographic, *point)
        if degrees is None or math.hypot(*self.anchor) > _AROUND_SITE:
            self._note_huge(conversion.source)
            return None
        crs = metric_crs(self._default_at(degrees), *degrees)
        plane = tangent(crs, *degrees)
        if plane is None:
            return None
        angle, turned = direction(conversion)
        self._note(
            *turned,
            finding(
                "local_plane",
                "{source}: the place is given in degrees of {old}; the polygons are in {new}.",
                source=conversion.source,
                old=geographic.name,
                new=crs.name,
            ),
        )
        return _Placed(
            50,
            conversion.kind,
            conversion.source,
            crs,
            compose(plane, rotation(angle)),
            conversion.height,
            vertical,
        )

    def _height(self, conversion: Conversion, reading: Reading) -> float | None:
        """Return the metres to add to local z: the height of the origin, less that of the moved context."""
        if any(found.code == "double_offset" for found in reading.findings):
            return self._elevation_of_site()
        if conversion.height is None:
            return None
        frame = self._frame(conversion)
        lift = frame[2][3] if frame is not None else 0.0
        if abs(lift) > 1e-6:
            self._note(
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
            self.length_unit,
            1.0,
        ]
        for unit in units:
            if unit is not None and abs(conversion.height * unit) < _HIGHEST:
                if unit != units[0] and units[0] is not None:
                    self._note(
                        finding(
                            "height_unit_corrected",
                            "{source}: the height {height} is in units of {unit} m, unlike eastings and northings.",
                            source=conversion.source,
                            height=conversion.height,
                            unit=unit,
                        )
                    )
                return conversion.height * unit - lift
        self._note(
            finding(
                "height_implausible",
                "{source}: the height {height} cannot be; it was not used.",
                source=conversion.source,
                height=conversion.height,
            )
        )
        return None

    # Levels 40 and 30

    def _by_context(self) -> _Placed | None:
        """Place a model whose context is moved to map coordinates."""
        context = self.context
        if context is None or context.matrix is None:
            return None
        matrix = _plan(context.matrix)
        if not is_far(matrix[4:]):
            return None
        source = f"IfcGeometricRepresentationContext #{context.id}/WorldCoordinateSystem"
        drawn = self._drawn_on_map(source, (matrix[4], matrix[5]), matrix, self._zone_shift)
        if drawn is None:
            return None
        crs, on_map, state = drawn
        return _Placed(
            40, "context", source, crs, on_map, context.matrix[2][3], self._spare_vertical(), state
        )

    def _by_placement(self) -> _Placed | None:
        """Place a model that is drawn in map coordinates."""
        if not is_far(self.anchor):
            return None
        source = self._placement_source()
        drawn = self._drawn_on_map(source, self.anchor, _AS_DRAWN, self._shifts)
        if drawn is None:
            return None
        crs, on_map, state = drawn
        height = self._elevation_of_site(drawn=True)
        return _Placed(30, "site_placement", source, crs, on_map, height, self._spare_vertical(), state)

    def _drawn_on_map(
        self, source: str, point: Point, drawn: Affine, shifts: Callable[[CRS, str, Point], Iterator[_Shift]]
    ) -> tuple[CRS, Affine, str] | None:
        """Return CRS, map and state where local coordinates are map coordinates, as drawn or after a correction.

        Parameters
        ----------
        point : map coordinates in metres that tell where the model is drawn
        drawn : from local metres to map metres
        shifts : the corrections to try
        """
        systems, state = self._systems_or_inferred(source, point)
        for crs, replaced in systems:
            plain = _Shift(crs, _AS_DRAWN, (), BESIDE)
            for shift in (plain, *shifts(crs, source, point)):
                axis = metres_of_unit(shift.crs)
                matrix = compose((1 / axis, 0.0, 0.0, 1 / axis, 0.0, 0.0), compose(shift.matrix, drawn))
                if not fits(shift.crs, *apply(matrix, self.anchor), shift.margin):
                    continue
                if shift.crs is self.default_crs:
                    self._note_default(source, shift.crs, replaced)
                self._note(*shift.findings)
                right, state = self._agreeing(source, shift.crs, matrix, shift.findings, state)
                self._note_beside(source, right, matrix)
                return right, matrix, state
        contradicting = [
            zone_finding(zone, source, point[0], crs)
            for crs, _ in systems
            if (zone := read_zone(crs, point, self.near)) is not None and zone.crs is None
        ]
        if contradicting:
            self._note(contradicting[0])
        elif systems:
            self._note(
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
            self._note(
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

    def _zone_shift(self, crs: CRS, source: str, point: Point) -> Iterator[_Shift]:
        zone = read_zone(crs, point, self.near)
        if zone is not None and zone.crs is not None:
            note = zone_finding(zone, source, point[0], crs)
            yield _Shift(zone.crs, (1.0, 0.0, 0.0, 1.0, zone.shift, 0.0), (note,), BESIDE)

    def _shifts(self, crs: CRS, source: str, point: Point) -> Iterator[_Shift]:
        """Yield what may be wrong with the coordinates that a model is drawn in."""
        yield from self._zone_shift(crs, source, point)
        site = self._site_origin()
        if site is None or math.hypot(point[0] - site[0], point[1] - site[1]) > _AROUND_SITE:
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

    def _systems_or_inferred(self, source: str, point: Point) -> tuple[list[tuple[CRS, bool]], str]:
        """Return the CRSs to try for coordinates without a conversion, and the state that they can give."""
        systems = self._systems_without_conversion(source)
        inferred = None if systems else self._infer(source, point)
        return ([(inferred, False)], "approximate") if inferred is not None else (systems, "placed")

    def _systems_without_conversion(self, source: str) -> list[tuple[CRS, bool]]:
        """Return the projected CRSs to try for coordinates without a conversion, and whether one replaces the file's."""
        found: list[tuple[CRS, bool]] = []
        for description in self._stated():
            crs, findings = crs_of(description)
            self._note(*findings)
            if crs is not None and crs.is_projected and all(crs != known for known, _ in found):
                found.append((crs, False))
        default = self.default_crs
        if default is not None and default.is_projected and all(default != known for known, _ in found):
            found.append((default, bool(found)))
        return found

    def _stated(self) -> list[CrsEvidence]:
        """Return the CRSs that the file describes, those of conversions first."""
        return [c.crs for c in self.evidence.conversions if c.crs is not None] + list(self.evidence.crs)

    def _spare_vertical(self) -> str | None:
        for stated in self.evidence.crs:
            vertical, unknown = vertical_of(stated)
            self._note(*unknown)
            if vertical is not None:
                return vertical
        return None

    # Level 20

    def _by_location(self) -> _Placed | None:
        there = self.location
        if there is None:
            return None
        if there.refused is not None:
            self._note(there.refused)
            return None
        source = source_of(there.site)
        matrix = there.site.matrix or IDENTITY
        if math.hypot(self.anchor[0] - matrix[0][3], self.anchor[1] - matrix[1][3]) > _AROUND_SITE:
            self._note_huge(source)
            return None
        degrees = (there.longitude, there.latitude)
        crs = metric_crs(self._default_at(degrees), *degrees)
        plane = tangent(crs, *degrees)
        if plane is None:
            return None
        turn, found = self._true_north()
        self._note(*found)
        to_site: Affine = (1.0, 0.0, 0.0, 1.0, -matrix[0][3], -matrix[1][3])
        self._note(
            finding(
                "approximate_position",
                "{source}: the place comes from latitude and longitude of the site only; it may be off by metres to hundreds "
                "of metres (more where they were taken from a Chinese web map).",
                source=source,
            )
        )
        return _Placed(
            20,
            "latitude_longitude",
            source,
            crs,
            compose(plane, compose(rotation(turn), to_site)),
            self._elevation_of_site(),
            state="approximate",
        )

    def _true_north(self) -> tuple[float, tuple[Finding, ...]]:
        """Return the turn (radians) that brings the model's true north upwards, and what is wrong with it."""
        context = self.context
        if context is None or context.true_north is None:
            missing = finding(
                "true_north_missing", "The model gives no true north; its y axis was taken to point there."
            )
            return 0.0, (missing,)
        ratios, found = true_north(context)
        if ratios is None:
            return 0.0, found
        return math.pi / 2 - math.atan2(ratios[1], ratios[0]), found

    # What the levels share

    def _anchor(self, bounds: Bounds | None) -> Point:
        """Return a point of the model: the middle of its shapes, else of some elements, else of its placement."""
        if bounds is not None and all(math.isfinite(value) for value in bounds):
            return (bounds[0] + bounds[2]) / 2, (bounds[1] + bounds[3]) / 2
        building = next((b for b in self.evidence.buildings if b.guid == self.building), None)
        several = len(self.evidence.buildings) > 1
        stands = None if building is None or building.matrix is None else _plan(building.matrix)[4:]
        if self.evidence.positions:
            x, y, _ = np.median(np.array(self.evidence.positions), axis=0)
            if stands is None or not several or is_far((x, y)) != is_far(stands):
                return float(x), float(y)
        return stands or self._site_origin() or (0.0, 0.0)

    def _context(self) -> Context | None:
        """Return the context of the model's shapes: three-dimensional, of the kind Model, with most shapes."""
        if not self.evidence.contexts:
            return None
        return max(
            self.evidence.contexts,
            key=lambda c: (
                c.representations > 0,
                c.kind == "Model",
                c.dimensions == 3,
                c.representations,
                -c.id,
            ),
        )

    def _frame(self, conversion: Conversion) -> Matrix | None:
        contexts = {context.id: context for context in self.evidence.contexts}
        context = contexts.get(conversion.context or -1, self.context)
        return None if context is None else context.matrix

    def _local(self, conversion: Conversion) -> Local:
        frame = self._frame(conversion)
        return Local(
            self.anchor,
            self.size,
            self.length_unit,
            _plan(frame) if frame is not None else _AS_DRAWN,
            self.near,
        )

    def _site_guid(self) -> str | None:
        return next((b.site for b in self.evidence.buildings if b.guid == self.building), None)

    def _site(self) -> SiteEvidence | None:
        sites = {site.guid: site for site in self.evidence.sites}
        return sites.get(self._site_guid() or "") or next(iter(self.evidence.sites), None)

    def _site_origin(self) -> Point | None:
        site = self._site()
        return None if site is None or site.matrix is None else (site.matrix[0][3], site.matrix[1][3])

    def _elevation_of_site(self, drawn: bool = False) -> float | None:
        """Return the metres to add to local z: what the site says of its own placement.

        A model `drawn` in map coordinates may be drawn at its height too: then nothing is added.
        """
        site = self.location.site if self.location is not None else self._site()
        if site is None or site.elevation is None or abs(site.elevation) > _HIGHEST:
            return None
        lift = site.matrix[2][3] if site.matrix is not None else 0.0
        if drawn and self.evidence.positions:
            z = float(np.median([position[2] for position in self.evidence.positions]))
            if abs(z - site.elevation) < min(_STOREYS, abs(site.elevation)):
                return 0.0
        return 0.0 if site.elevation == 0.0 else site.elevation - lift

    def _placement_source(self) -> str:
        site, origin = self._site(), self._site_origin()
        if site is not None and origin is not None and is_far(origin):
            return f"IfcSite {site.guid}/ObjectPlacement"
        return "IfcElement coordinates"

    def _default_at(self, degrees: Point) -> CRS | None:
        """Return the CRS of the file or of the user where it is in use at a place."""
        known = [crs_of(description)[0] for description in self._stated()]
        for crs in (*known, self.default_crs):
            if crs is not None and is_plain(crs) and inside(crs, *degrees, BESIDE):
                return crs
        return None

    def _agreeing(
        self, source: str, crs: CRS, matrix: Affine, found: Sequence[Finding], state: str
    ) -> tuple[CRS, str]:
        """Return the CRS, or another strip of its datum where coordinates, latitude and longitude agree on that, and the state.

        A number of the zone before the easting, or degrees, speak for the CRS or the place by themselves.
        """
        point = apply(matrix, self.anchor)
        place = longitude_latitude(crs, *point)
        if self.near is None or place is None or _SURE & {f.code for f in found}:
            return crs, state
        distance = metres_between(*place, *self.near)
        other = agreeing_strip(crs, point, self.near) if distance > CONTRADICTED else None
        if other is None:
            return crs, state
        self._note(
            finding(
                "crs_contradicts_location",
                "{source}: in {crs} the coordinates lie {km:.0f} km from where latitude and longitude say, in {other} they "
                "agree with them; {other} was taken. Check the CRS.",
                source=source,
                crs=crs.name,
                km=distance / 1000,
                other=other.name,
            )
        )
        return other, "approximate"

    def _note_default(self, source: str, crs: CRS, replaced: bool) -> None:
        if replaced:
            self._note(
                finding(
                    "crs_replaced_by_user",
                    "{source}: the coordinates do not fit the CRS of the file; {crs} was taken, as the user says.",
                    source=source,
                    crs=crs.name,
                )
            )
            return
        self._note(
            finding(
                "crs_from_user",
                "{source}: the file names no usable CRS; {crs} was taken, as the user says.",
                source=source,
                crs=crs.name,
            )
        )

    def _note_beside(self, source: str, crs: CRS, matrix: Affine) -> None:
        if not fits(crs, *apply(matrix, self.anchor)):
            self._note(
                finding(
                    "beside_area_of_use",
                    "{source}: the model lies a little outside the area that {crs} is made for.",
                    source=source,
                    crs=crs.name,
                )
            )

    def _note_huge(self, source: str) -> None:
        self._note(
            finding(
                "local_coordinates_huge",
                "{source}: the model is drawn {km:.0f} km from the point that it places; it was not used.",
                source=source,
                km=math.hypot(*self.anchor) / 1000,
            )
        )

    def _contradictions(self, placed: _Placed) -> None:
        """Note where latitude and longitude or true north say something else than what was used."""
        if placed.level <= 20:
            return
        site = self.location.site if self.location is not None else None
        matrix = (site.matrix if site is not None else None) or IDENTITY
        points = [apply(placed.matrix, point) for point in ((matrix[0][3], matrix[1][3]), self.anchor)]
        places = [place for point in points if (place := longitude_latitude(placed.crs, *point)) is not None]
        if site is not None and self.near is not None and places:
            distance = min(metres_between(*place, *self.near) for place in places)
            if distance > _APART:
                self._note(
                    finding(
                        "contradictory_position",
                        "{source} lies {km:.1f} km from where {used} puts it; the latter was used.",
                        source=source_of(site),
                        km=distance / 1000,
                        used=placed.source,
                    )
                )
        self._contradictory_north(placed)

    def _contradictory_north(self, placed: _Placed) -> None:
        context = self.context
        if context is None or context.true_north is None or placed.level < 50:
            return
        ratios, _ = true_north(context)
        if ratios is None or abs(math.atan2(ratios[0], ratios[1])) < 1e-6:
            return
        degrees = longitude_latitude(placed.crs, *apply(placed.matrix, self.anchor))
        plane = None if degrees is None or not placed.crs.is_projected else tangent(placed.crs, *degrees)
        if plane is None:
            return
        a, b, d, e, _, _ = placed.matrix
        said = math.atan2(d * ratios[0] + e * ratios[1], a * ratios[0] + b * ratios[1])
        off = math.degrees(math.remainder(said - math.atan2(plane[3], plane[1]), math.tau))
        if abs(off) > _TURNED:
            self._note(
                finding(
                    "contradictory_north",
                    "{source}: true north is {degrees:.1f} degrees off what {used} says; the latter was used.",
                    source=f"IfcGeometricRepresentationContext #{context.id}/TrueNorth",
                    degrees=off,
                    used=placed.source,
                )
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


def _plan(matrix: Matrix) -> Affine:
    """Return the plan of a placement."""
    return (matrix[0][0], matrix[0][1], matrix[1][0], matrix[1][1], matrix[0][3], matrix[1][3])
