"""All that an IFC model says about its place on the earth, as plain values.

World coordinates are those of ifcopenshell's geometry with ``use-world-coords``: metres, with all object placements
(that of the site too) applied. The WorldCoordinateSystem of the context is *not* applied by its geometry iterator
(measured with 0.9.0 for all kernels): it stays with `Context.matrix`.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias, TypeVar

import ifcopenshell
import numpy as np
from ifcopenshell.util.placement import get_axis2placement
from numpy.typing import NDArray

from ..findings import Finding, finding
from ..ifc.structure import placement_matrix
from ..ifc.units import instances, scale_of, unit_scale

Entity: TypeAlias = ifcopenshell.entity_instance
T = TypeVar("T")

#: Row by row; the translation in metres.
Matrix: TypeAlias = tuple[tuple[float, ...], ...]
IDENTITY: Matrix = ((1.0, 0.0, 0.0, 0.0), (0.0, 1.0, 0.0, 0.0), (0.0, 0.0, 1.0, 0.0), (0.0, 0.0, 0.0, 1.0))

#: Products of which a point is noted, to see whether a model is drawn far from its origin.
_SAMPLE = 32
#: Entities that are followed into a shape to find one of its points.
_STEPS = 60
_MALFORMED = (
    AttributeError,
    TypeError,
    ValueError,
    IndexError,
    RuntimeError,
    ZeroDivisionError,
    AssertionError,
)

_UNIT_NAMES = {
    "m": 1.0, "metre": 1.0, "meter": 1.0, "metres": 1.0, "meters": 1.0, "米": 1.0,
    "mm": 0.001, "millimetre": 0.001, "millimeter": 0.001, "millimetres": 0.001, "millimeters": 0.001, "毫米": 0.001,
    "cm": 0.01, "centimetre": 0.01, "centimeter": 0.01, "厘米": 0.01,
    "km": 1000.0, "kilometre": 1000.0, "kilometer": 1000.0, "千米": 1000.0, "公里": 1000.0,
    "ft": 0.3048, "foot": 0.3048, "feet": 0.3048, "international foot": 0.3048,
    "ftus": 1200 / 3937, "us foot": 1200 / 3937, "us survey foot": 1200 / 3937, "us-ft": 1200 / 3937,
    "in": 0.0254, "inch": 0.0254,
}  # fmt: skip


@dataclass(frozen=True)
class CrsEvidence:
    """A coordinate reference system as the model describes it.

    Attributes
    ----------
    source : where it stands, such as ``IfcProjectedCRS #21``
    unit : metres in one map unit; None where none is stated
    geographic : stated as a geographic CRS
    """

    source: str
    name: str | None = None
    description: str | None = None
    datum: str | None = None
    vertical: str | None = None
    projection: str | None = None
    zone: str | None = None
    unit: float | None = None
    unit_name: str | None = None
    wkt: str | None = None
    geographic: bool = False


@dataclass(frozen=True)
class Conversion:
    """An operation from local to map coordinates, numbers as found.

    Attributes
    ----------
    source : where it stands, such as ``IfcSite 38Kx../ePSet_MapConversion``
    kind : ``map_conversion``, ``property_set`` or ``rigid_operation``
    abscissa, ordinate : direction of the local x axis in map coordinates
    factors : FactorX, FactorY, FactorZ
    angular : eastings and northings are stated as angles
    unit : metres in one unit of eastings and northings where the values themselves state a unit or are typed lengths
    context : STEP id of the context that it starts from, None for property sets
    owner : GlobalId of the object that has the property set
    """

    source: str
    kind: str
    eastings: float | None = None
    northings: float | None = None
    height: float | None = None
    abscissa: float | None = None
    ordinate: float | None = None
    scale: float | None = None
    factors: tuple[float | None, float | None, float | None] = (None, None, None)
    angular: bool = False
    unit: float | None = None
    context: int | None = None
    owner: str | None = None
    crs: CrsEvidence | None = None


@dataclass(frozen=True)
class SiteEvidence:
    """A site.

    Attributes
    ----------
    matrix : placement in world coordinates, metres; None where it cannot be read
    latitude, longitude : degrees
    raw_latitude, raw_longitude : degrees, minutes, seconds, millionths as found
    elevation : metres
    parent : GlobalId of the site that it is part of
    """

    guid: str
    name: str | None = None
    matrix: Matrix | None = None
    latitude: float | None = None
    longitude: float | None = None
    raw_latitude: tuple[float, ...] | None = None
    raw_longitude: tuple[float, ...] | None = None
    elevation: float | None = None
    parent: str | None = None


@dataclass(frozen=True)
class BuildingEvidence:
    """A building: its placement in world coordinates (metres) and the GlobalId of the site it stands on."""

    guid: str
    name: str | None = None
    matrix: Matrix | None = None
    site: str | None = None


@dataclass(frozen=True)
class Context:
    """A geometric context.

    Attributes
    ----------
    matrix : WorldCoordinateSystem, metres
    true_north : direction as found
    representations : how many shapes are drawn in it and its subcontexts
    """

    id: int
    kind: str | None = None
    dimensions: int | None = None
    matrix: Matrix | None = None
    true_north: tuple[float, ...] | None = None
    representations: int = 0


@dataclass(frozen=True)
class Evidence:
    """Everything found in one model.

    Attributes
    ----------
    length_unit : metres in one project unit; None where the project states none
    angle_unit : radians in one unit of plane angles; None where the project states none
    crs : systems that no conversion uses
    positions : about where some products are drawn in world coordinates (x, y, z in metres; a point of each shape)
    findings : what could not be read
    """

    schema: str = ""
    tool: str | None = None
    length_unit: float | None = 1.0
    angle_unit: float | None = None
    conversions: tuple[Conversion, ...] = ()
    crs: tuple[CrsEvidence, ...] = ()
    sites: tuple[SiteEvidence, ...] = ()
    buildings: tuple[BuildingEvidence, ...] = ()
    contexts: tuple[Context, ...] = ()
    positions: tuple[tuple[float, float, float], ...] = ()
    findings: tuple[Finding, ...] = ()


def collect(model: ifcopenshell.file) -> Evidence:
    """Return all evidence of a model; what is malformed becomes a finding, never an error."""
    return _Collector(model).evidence()


class _Collector:
    def __init__(self, model: ifcopenshell.file) -> None:
        self.model = model
        self.findings: list[Finding] = []
        self.length_unit = self._guard("IfcUnitAssignment/LENGTHUNIT", unit_scale, model)
        self.length = self.length_unit or 1.0

    def evidence(self) -> Evidence:
        systems = self._systems()
        conversions = (*self._operations(systems), *self._property_conversions())
        used = {conversion.crs.source for conversion in conversions if conversion.crs is not None}
        spare = [found for found in systems.values() if found.source not in used]
        return Evidence(
            schema=self.model.schema_identifier,
            tool=self._guard("IfcApplication", self._tool),
            length_unit=self.length_unit,
            angle_unit=self._guard(
                "IfcUnitAssignment/PLANEANGLEUNIT", unit_scale, self.model, "PLANEANGLEUNIT"
            ),
            conversions=conversions,
            crs=tuple(spare),
            sites=tuple(self._sites()),
            buildings=tuple(self._buildings()),
            contexts=tuple(self._contexts()),
            positions=self._positions(),
            findings=tuple(self.findings),
        )

    def _guard(self, where: str, read: Callable[..., T], *arguments: object) -> T | None:
        """Return what `read` gives; None and a finding where the model breaks it."""
        try:
            return read(*arguments)
        except _MALFORMED:
            self._note(where, None)
            return None

    def _note(self, where: str, value: object) -> None:
        self.findings.append(
            finding(
                "evidence_malformed",
                "{where} cannot be read ({value}) and was left out.",
                where=where,
                value=str(value)[:80],
            )
        )

    def _each(self, name: str) -> Iterator[Entity]:
        yield from instances(self.model, name)

    def _tool(self) -> str | None:
        for application in self._each("IfcApplication"):
            words = [application.ApplicationFullName, application.Version]
            said = " ".join(str(word) for word in words if word)
            if said:
                return said
        return None

    def _number(self, where: str, value: object) -> float | None:
        """Return a finite number; None without a value, None with a finding where the value is no number."""
        plain = getattr(value, "wrappedValue", value)
        if plain is None or plain == "":
            return None
        try:
            number = float(str(plain).strip().replace(",", "."))
        except ValueError:
            number = math.nan
        if math.isfinite(number) and not isinstance(plain, bool):
            return number
        self._note(where, plain)
        return None

    def _attribute(self, entity: Entity, name: str) -> float | None:
        return self._number(f"{_label(entity)}/{name}", getattr(entity, name, None))

    # Coordinate reference systems and operations

    def _systems(self) -> dict[int, CrsEvidence]:
        """Return the systems by STEP id, with their WKT."""
        texts: dict[int, str] = {}
        for known in self._each("IfcWellKnownText"):
            system = getattr(known, "CoordinateReferenceSystem", None)
            text = getattr(known, "WellKnownText", None)
            if system is not None and isinstance(text, str):
                texts[system.id()] = text
        found = {}
        for system in self._each("IfcCoordinateReferenceSystem"):
            read = self._guard(_label(system), self._system, system, texts.get(system.id()))
            if read is not None:
                found[system.id()] = read
        return found

    def _system(self, system: Entity, wkt: str | None) -> CrsEvidence:
        unit = getattr(system, "MapUnit", None)
        return CrsEvidence(
            source=_label(system),
            name=_text(system, "Name"),
            description=_text(system, "Description"),
            datum=_text(system, "GeodeticDatum"),
            vertical=_text(system, "VerticalDatum"),
            projection=_text(system, "MapProjection"),
            zone=_text(system, "MapZone"),
            unit=None if unit is None else scale_of(unit),
            unit_name=None if unit is None else _unit_name(unit),
            wkt=wkt,
            geographic=system.is_a("IfcGeographicCRS"),
        )

    def _operations(self, systems: dict[int, CrsEvidence]) -> Iterator[Conversion]:
        for operation in self._each("IfcCoordinateOperation"):
            where = _label(operation)
            read = self._guard(where, self._operation, operation, systems)
            if read is not None:
                yield read

    def _operation(self, operation: Entity, systems: dict[int, CrsEvidence]) -> Conversion | None:
        source, target = operation.SourceCRS, operation.TargetCRS
        common = Conversion(
            source=_label(operation),
            kind="map_conversion",
            context=source.id() if source is not None and source.is_a("IfcRepresentationContext") else None,
            crs=None if target is None else systems.get(target.id()),
        )
        if operation.is_a("IfcMapConversion"):
            factors = [self._attribute(operation, f"Factor{axis}") for axis in "XYZ"]
            return replace(
                common,
                eastings=self._attribute(operation, "Eastings"),
                northings=self._attribute(operation, "Northings"),
                height=self._attribute(operation, "OrthogonalHeight"),
                abscissa=self._attribute(operation, "XAxisAbscissa"),
                ordinate=self._attribute(operation, "XAxisOrdinate"),
                scale=self._attribute(operation, "Scale"),
                factors=(factors[0], factors[1], factors[2]),
            )
        if operation.is_a("IfcRigidOperation"):
            first = getattr(operation, "FirstCoordinate", None)
            kind = first.is_a() if isinstance(first, ifcopenshell.entity_instance) else ""
            return replace(
                common,
                kind="rigid_operation",
                eastings=self._attribute(operation, "FirstCoordinate"),
                northings=self._attribute(operation, "SecondCoordinate"),
                height=self._attribute(operation, "Height"),
                angular="Angle" in kind,
            )
        return None

    # Property sets that stand for conversions in IFC2X3

    def _property_conversions(self) -> Iterator[Conversion]:
        for owner in self._owners():
            sets: dict[str, dict[str, Entity]] = {}
            for properties in self._guard(_label(owner), _property_sets, owner) or ():
                match = _PROPERTY_SET.match(str(properties.Name or ""))
                if match:
                    held = sets.setdefault(match.group(1).lower(), {})
                    for single in getattr(properties, "HasProperties", None) or ():
                        held.setdefault(_squeezed(str(single.Name or "")), single)
            if sets:
                where = f"{owner.is_a()} {owner.GlobalId}/{{}}"
                yield self._property_conversion(owner, sets, where)

    def _owners(self) -> Iterator[Entity]:
        for name in ("IfcProject", "IfcSite", "IfcBuilding"):
            yield from self._each(name)

    def _property_conversion(
        self, owner: Entity, sets: dict[str, dict[str, Entity]], where: str
    ) -> Conversion:
        values, system = sets.get("mapconversion", {}), sets.get("projectedcrs")

        def number(name: str) -> float | None:
            single = values.get(name.lower())
            return self._number(
                where.format(name), None if single is None else getattr(single, "NominalValue", None)
            )

        return Conversion(
            source=where.format("ePSet_MapConversion" if values else "ePSet_ProjectedCRS"),
            kind="property_set",
            eastings=number("Eastings"),
            northings=number("Northings"),
            height=number("OrthogonalHeight"),
            abscissa=number("XAxisAbscissa"),
            ordinate=number("XAxisOrdinate"),
            scale=number("Scale"),
            factors=(number("FactorX"), number("FactorY"), number("FactorZ")),
            unit=self._property_unit(values.get("eastings")),
            owner=owner.GlobalId,
            crs=None if system is None else self._property_system(system, where),
        )

    def _property_unit(self, single: Entity | None) -> float | None:
        """Return the unit of a property: its own, that of the project for a typed length, None for plain numbers."""
        if single is None:
            return None
        unit = getattr(single, "Unit", None)
        if unit is not None:
            return self._guard("Eastings/Unit", scale_of, unit)
        value = getattr(single, "NominalValue", None)
        return self.length_unit if value is not None and "LengthMeasure" in value.is_a() else None

    def _property_system(self, values: dict[str, Entity], where: str) -> CrsEvidence:
        def said(name: str) -> str | None:
            value = getattr(values.get(name.lower()), "NominalValue", None)
            plain = getattr(value, "wrappedValue", value)
            return str(plain).strip() or None if plain is not None else None

        unit = said("MapUnit")
        return CrsEvidence(
            source=where.format("ePSet_ProjectedCRS"),
            name=said("Name"),
            description=said("Description"),
            datum=said("GeodeticDatum"),
            vertical=said("VerticalDatum"),
            projection=said("MapProjection"),
            zone=said("MapZone"),
            unit=unit_of_name(unit),
            unit_name=unit,
        )

    # Placements, sites, buildings, contexts

    def _matrix(self, product: Entity) -> Matrix | None:
        if getattr(product, "ObjectPlacement", None) is None:
            return None
        matrix = self._guard(f"{_label(product)}/ObjectPlacement", placement_matrix, product, self.length)
        return self._finite(f"{_label(product)}/ObjectPlacement", matrix)

    def _finite(self, where: str, matrix: NDArray[np.float64] | None) -> Matrix | None:
        if matrix is None:
            return None
        if not np.isfinite(matrix).all():
            self._note(where, "not finite")
            return None
        return tuple(tuple(float(value) for value in row) for row in matrix)

    def _sites(self) -> Iterator[SiteEvidence]:
        for site in self._each("IfcSite"):
            latitude, longitude = getattr(site, "RefLatitude", None), getattr(site, "RefLongitude", None)
            where = _label(site)
            elevation = self._attribute(site, "RefElevation")
            yield SiteEvidence(
                guid=site.GlobalId,
                name=_text(site, "Name"),
                matrix=self._matrix(site),
                latitude=self._angle(f"{where}/RefLatitude", latitude, 90.0),
                longitude=self._angle(f"{where}/RefLongitude", longitude, 180.0),
                raw_latitude=_raw(latitude),
                raw_longitude=_raw(longitude),
                elevation=None if elevation is None else elevation * self.length,
                parent=self._site_above(site),
            )

    def _angle(self, where: str, value: object, limit: float) -> float | None:
        """Return a compound angle in degrees; one negative part makes all negative, as exporters write it."""
        if value is None:
            return None
        parts = _raw(value)
        degrees = None if parts is None else compound_angle(parts)
        if degrees is None or abs(degrees) > limit:
            self._note(where, value)
            return None
        if min(parts or (0,)) < 0 < max(parts or (0,)):
            self.findings.append(
                finding(
                    "angle_signs_mixed",
                    "{where} mixes signs ({value}); the minus was taken for all parts.",
                    where=where,
                    value=str(value),
                )
            )
        return degrees

    def _buildings(self) -> Iterator[BuildingEvidence]:
        for building in self._each("IfcBuilding"):
            yield BuildingEvidence(
                guid=building.GlobalId,
                name=_text(building, "Name"),
                matrix=self._matrix(building),
                site=self._site_above(building),
            )

    def _site_above(self, element: Entity) -> str | None:
        """Return the GlobalId of the next site above in the spatial structure."""
        seen: set[int] = set()
        current: Entity | None = element
        while current is not None and current.id() not in seen:
            seen.add(current.id())
            relations = [*getattr(current, "Decomposes", ()), *getattr(current, "ContainedInStructure", ())]
            above = [
                getattr(r, "RelatingObject", None) or getattr(r, "RelatingStructure", None) for r in relations
            ]
            current = next((parent for parent in above if parent is not None), None)
            if current is not None and current.is_a("IfcSite"):
                return str(current.GlobalId)
        return None

    def _contexts(self) -> Iterator[Context]:
        for context in self.model.by_type("IfcGeometricRepresentationContext", include_subtypes=False):
            where = f"{_label(context)}/WorldCoordinateSystem"
            system = getattr(context, "WorldCoordinateSystem", None)
            matrix = None if system is None else self._guard(where, get_axis2placement, system)
            north = getattr(context, "TrueNorth", None)
            yield Context(
                id=context.id(),
                kind=_text(context, "ContextType"),
                dimensions=getattr(context, "CoordinateSpaceDimension", None),
                matrix=self._metres(where, matrix),
                true_north=None if north is None else _raw(getattr(north, "DirectionRatios", None)),
                representations=self._guard(_label(context), _representations, context) or 0,
            )

    def _positions(self) -> tuple[tuple[float, float, float], ...]:
        products = [
            p for p in instances(self.model, "IfcProduct") if getattr(p, "Representation", None) is not None
        ]
        step = max(1, len(products) // _SAMPLE)
        found = []
        for product in products[::step][:_SAMPLE]:
            matrix = self._linear(product) or self._matrix(product)
            point = self._guard(f"{_label(product)}/Representation", _first_point, product.Representation)
            drawn = [value * self.length for value in point or (0.0, 0.0, 0.0)]
            placed = np.array(matrix or IDENTITY) @ (*drawn, 1.0)
            if np.isfinite(placed).all():
                found.append((float(placed[0]), float(placed[1]), float(placed[2])))
        return tuple(found)

    def _linear(self, element: Entity) -> Matrix | None:
        """Return the placement of an element along a line, where the file also gives it in plain coordinates."""
        place = getattr(element, "ObjectPlacement", None)
        if place is None or not place.is_a("IfcLinearPlacement") or place.CartesianPosition is None:
            return None
        where = f"{_label(element)}/ObjectPlacement"
        return self._metres(where, self._guard(where, get_axis2placement, place.CartesianPosition))

    def _metres(self, where: str, matrix: NDArray[np.float64] | None) -> Matrix | None:
        """Return a matrix of project units in metres."""
        if matrix is None:
            return None
        scaled = np.array(matrix, dtype=float)
        scaled[:3, 3] *= self.length
        return self._finite(where, scaled)


def compound_angle(parts: tuple[float, ...]) -> float | None:
    """Return degrees from degrees, minutes, seconds and millionths of seconds; None where they are no angle.

    All parts share the sign (IfcCompoundPlaneAngleMeasure); where exporters put the minus on one part only, it counts
    for all, so that (0, -7, -34) and (-0, 7, -34) are west.
    """
    if len(parts) not in (3, 4) or any(
        abs(part) >= limit for part, limit in zip(parts[1:], (60, 60, 1e6), strict=False)
    ):
        return None
    weights = (1.0, 1 / 60, 1 / 3600, 1 / 3.6e9)
    size = sum(abs(part) * weight for part, weight in zip(parts, weights, strict=False))
    return -size if min(parts) < 0 else size


def unit_of_name(name: str | None) -> float | None:
    """Return the metres in a unit by its name (``METRE``, ``mm``, ``us survey foot``); None where it is not known."""
    return None if name is None else _UNIT_NAMES.get(re.sub(r"[\s_.]+", " ", name).strip().lower())


_PROPERTY_SET = re.compile(r"^e?p?_?set_?(mapconversion|projectedcrs)$", re.IGNORECASE)


def _property_sets(owner: Entity) -> list[Entity]:
    relations = getattr(owner, "IsDefinedBy", ())
    held = [getattr(relation, "RelatingPropertyDefinition", None) for relation in relations]
    return [properties for properties in held if properties is not None and properties.is_a("IfcPropertySet")]


def _first_point(shape: Entity) -> tuple[float, float, float] | None:
    """Return one point of a shape, in the axes of its item; None where the first steps into it meet none."""
    stack, visited = [shape], 0
    while stack and visited < _STEPS:
        current = stack.pop()
        visited += 1
        if current.is_a("IfcCartesianPoint"):
            return _three(current.Coordinates)
        if current.is_a("IfcCartesianPointList"):
            return _three(current.CoordList[0])
        inner = [current[i] for i in range(len(current)) if current[i] is not None]
        for value in reversed(inner):
            items = value[:1] if isinstance(value, tuple) else (value,)
            stack += [
                item
                for item in items
                if isinstance(item, ifcopenshell.entity_instance) and _holds_points(item)
            ]
    return None


def _holds_points(item: Entity) -> bool:
    """Return whether points inside an entity are those of a shape, not of axes."""
    return bool(item.id()) and not any(
        item.is_a(name) for name in ("IfcRepresentationContext", "IfcPlacement")
    )


def _three(coordinates: Sequence[float]) -> tuple[float, float, float]:
    x, y, z = (*coordinates, 0.0)[:3]
    return x, y, z


def _representations(context: Entity) -> int:
    parts = [context, *getattr(context, "HasSubContexts", ())]
    return sum(len(part.RepresentationsInContext) for part in parts)


def _unit_name(unit: Entity) -> str:
    return f"{getattr(unit, 'Prefix', None) or ''}{getattr(unit, 'Name', None) or ''}"


def _squeezed(name: str) -> str:
    return re.sub(r"[^a-z]", "", name.lower())


def _label(entity: Entity) -> str:
    return f"{entity.is_a()} #{entity.id()}"


def _text(entity: Entity, attribute: str) -> str | None:
    value = getattr(entity, attribute, None)
    return value.strip() or None if isinstance(value, str) else None


def _raw(value: object) -> tuple[float, ...] | None:
    """Return a list of numbers as it is; None where it is none."""
    if not isinstance(value, list | tuple) or not value:
        return None
    if not all(isinstance(part, int | float) and math.isfinite(part) for part in value):
        return None
    return tuple(value)
