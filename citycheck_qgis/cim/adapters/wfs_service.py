"""What a WFS declares: its versions, feature types and their fields."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from xml.etree.ElementTree import Element

from ...errors import RefusedError
from ..features import Field
from ..network import Http
from . import axes, guessing
from .gml import local

VERSIONS = ("2.0.0", "1.1.0")
_TYPES = {
    "text": ("string", "token", "normalizedString", "anyURI", "ID", "NCName", "language"),
    "integer": (
        "int", "integer", "long", "short", "byte", "unsignedInt", "unsignedLong", "unsignedShort", "unsignedByte",
        "nonNegativeInteger", "positiveInteger", "negativeInteger", "nonPositiveInteger",
    ),
    "real": ("decimal", "double", "float"),
    "boolean": ("boolean",),
    "date": ("date",),
    "datetime": ("dateTime", "TimeInstantType", "TimeInstantPropertyType"),
}  # fmt: skip
_TYPE_OF = {name: kind for kind, names in _TYPES.items() for name in names}
_GEOMETRIES = {
    "Point": "Point", "MultiPoint": "MultiPoint", "LineString": "LineString", "Curve": "LineString",
    "MultiLineString": "MultiLineString", "MultiCurve": "MultiLineString", "Polygon": "Polygon",
    "Surface": "Polygon", "MultiPolygon": "MultiPolygon", "MultiSurface": "MultiPolygon", "Geometry": "Geometry",
    "MultiGeometry": "Geometry", "GeometricPrimitive": "Geometry",
}  # fmt: skip


@dataclass(frozen=True)
class FeatureType:
    """A feature type as the capabilities describe it."""

    name: str
    title: str
    crs: tuple[str, ...]
    box: axes.Box | None
    operations: frozenset[str]
    formats: tuple[str, ...]


@dataclass(frozen=True)
class Service:
    """What the capabilities say.

    Attributes
    ----------
    version : the one that is spoken
    formats : those of all feature types
    sorts : whether features can be sorted
    """

    version: str
    types: tuple[FeatureType, ...]
    formats: tuple[str, ...]
    sorts: bool

    def chosen(self, name: str) -> FeatureType:
        """Return the feature type of a name, which may lack its prefix.

        Raises
        ------
        RefusedError : there is none, or several.
        """
        for found in self.types:
            if found.name == name:
                return found
        same = [found for found in self.types if local_name(found.name) == name]
        if len(same) == 1:
            return same[0]
        raise RefusedError(
            "The platform has no collection {collection}; it has {names}.",
            collection=name,
            names=[found.name for found in self.types],
        )


def service_of(http: Http, url: str, wanted: str) -> Service:
    """Read the capabilities.

    Raises
    ------
    RefusedError : the platform has no version that is understood.
    """
    params = {"SERVICE": "WFS", "REQUEST": "GetCapabilities", "VERSION": wanted}
    root = http.request("GET", url, params=params).xml()
    version = root.get("version", "")
    if local(root.tag) not in ("WFS_Capabilities", "Capabilities") or version not in VERSIONS:
        raise RefusedError(
            "The platform answers with {root} {version}; a WFS of version 1.1.0 or 2.0.0 is needed.",
            root=local(root.tag),
            version=version,
        )
    operations = {o.get("name", ""): o for o in all_named(root, "Operation") if o.get("name")}
    transacts = "Transaction" in operations and _constraint(root, "ImplementsTransactionalWFS") != "FALSE"
    lists = all_named(root, "FeatureTypeList")
    whole = _operations(lists[0]) if lists else frozenset()
    types = []
    for element in all_named(root, "FeatureType"):
        own = _operations(element) or whole or frozenset(("Insert", "Update", "Delete"))
        types.append(_type(element, own if transacts else frozenset()))
    return Service(
        version, tuple(types), _formats(operations), _constraint(root, "ImplementsSorting") != "FALSE"
    )


def all_named(root: Element, name: str) -> list[Element]:
    """Return the elements of a name, wherever they are."""
    return [element for element in root.iter() if local(element.tag) == name]


def _child(element: Element, *names: str) -> Element | None:
    return next((child for child in element if local(child.tag) in names), None)


def text_of(element: Element | None) -> str:
    """Return an element's own text; empty without an element."""
    return "" if element is None else (element.text or "").strip()


def _operations(element: Element) -> frozenset[str]:
    holder = _child(element, "Operations")
    return frozenset() if holder is None else frozenset(text_of(o) or local(o.tag) for o in holder)


def _constraint(root: Element, name: str) -> str:
    for element in all_named(root, "Constraint"):
        if element.get("name") == name:
            return (text_of(_child(element, "DefaultValue")) or text_of(_child(element, "Value"))).upper()
    return ""


def _formats(operations: Mapping[str, Element]) -> tuple[str, ...]:
    found = operations.get("GetFeature")
    if found is None:
        return ()
    return tuple(
        text_of(value)
        for parameter in all_named(found, "Parameter")
        if parameter.get("name") == "outputFormat"
        for value in all_named(parameter, "Value")
    )


def _type(element: Element, operations: frozenset[str]) -> FeatureType:
    name = text_of(_child(element, "Name"))
    crs = [
        text_of(child)
        for child in element
        if local(child.tag) in ("DefaultCRS", "DefaultSRS", "OtherCRS", "OtherSRS")
    ]
    formats = _child(element, "OutputFormats")
    return FeatureType(
        name,
        text_of(_child(element, "Title")) or name,
        tuple(crs),
        _box(_child(element, "WGS84BoundingBox")),
        operations,
        () if formats is None else tuple(text_of(f) for f in formats),
    )


def _box(element: Element | None) -> axes.Box | None:
    if element is None:
        return None
    try:
        west, south = map(float, text_of(_child(element, "LowerCorner")).split()[:2])
        east, north = map(float, text_of(_child(element, "UpperCorner")).split()[:2])
    except ValueError:
        return None
    return west, south, east, north


def local_name(name: str) -> str:
    """Return a name without its prefix."""
    return name.rpartition(":")[2]


# --- fields ---------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Described:
    """What DescribeFeatureType says.

    Attributes
    ----------
    geometry_field, geometry_type : empty and None where the type has no geometry
    fields : without the geometry
    """

    namespace: str
    geometry_field: str
    geometry_type: str | None
    fields: tuple[Field, ...]


def described(root: Element, name: str) -> Described:
    """Return what an XML Schema says of a feature type.

    Raises
    ------
    RefusedError : it is not understood.
    """
    geometry_field, geometry_type = "", None
    fields: list[Field] = []
    for element in _elements_of(root, local_name(name)):
        own, type_ = element.get("name", ""), local_name(element.get("type", ""))
        kind = _geometry_of(type_)
        if kind is None:
            fields.append(_field(element, own, type_))
        elif not geometry_field:
            geometry_field, geometry_type = own, kind
    if not fields and not geometry_field:
        raise RefusedError(
            "The platform does not describe the fields of collection {collection} in a form that is understood.",
            collection=name,
        )
    return Described(root.get("targetNamespace", ""), geometry_field, geometry_type, tuple(fields))


def _elements_of(root: Element, name: str) -> list[Element]:
    """Return the elements of a feature type in its XML Schema."""
    types = {child.get("name", ""): child for child in root if local(child.tag) == "complexType"}
    declared = next((c for c in root if local(c.tag) == "element" and c.get("name") == name), None)
    holder = None if declared is None else types.get(local_name(declared.get("type", "")), declared)
    if holder is None:
        holder = types.get(f"{name}Type") or (next(iter(types.values())) if len(types) == 1 else None)
    if holder is None:
        return []
    return [
        e
        for sequence in all_named(holder, "sequence")
        for e in sequence
        if local(e.tag) == "element" and e.get("name")
    ]


def _geometry_of(type_: str) -> str | None:
    name = type_.removesuffix("PropertyType")
    return _GEOMETRIES.get(name) if name != type_ else None


def _field(element: Element, name: str, type_: str) -> Field:
    length = None
    for restriction in all_named(element, "restriction"):
        type_ = local_name(restriction.get("base", type_))
        for facet in restriction:
            if local(facet.tag) in ("maxLength", "length") and facet.get("value", "").isdecimal():
                length = int(facet.get("value", ""))
    known = type_ in _TYPE_OF
    nullable = element.get("nillable") == "true" or element.get("minOccurs") == "0"
    return Field(name, _TYPE_OF.get(type_, "text"), nullable, length, editable=known)


def refined(field: Field, values: Sequence[Any]) -> Field:
    """Return a field in the type of its values where the description says another: MapServer calls booleans integers."""
    found = guessing.type_of(value if value != "" else None for value in values)
    wrong = (field.type == "integer" and found == "boolean") or (field.type == "datetime" and found == "date")
    return replace(field, type=found) if wrong else field
