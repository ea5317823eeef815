"""Write IFC files by hand: a small writer of STEP text with the words of a building.

Lengths and coordinates are metres; the file has them in its own unit. The same calls give the same bytes: GlobalIds
come from the name of the model and a counter, the time in the header is fixed.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[np.float64]
Ring = Sequence[tuple[float, float]]

ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_$"
TIME = "2025-01-15T00:00:00"
#: Height of a storey and thickness of a slab where nothing else is said, metres.
STOREY, SLAB = 3.0, 0.2
#: Length unit -> metres.
UNITS = {"METRE": 1.0, "MILLIMETRE": 1e-3, "FOOT": 0.3048}
#: Classes -> number of attributes after the eight of IfcElement in IFC2X3 and in IFC4; those not named have 0 and 1.
MORE = {"IFCSLAB": (1, 1), "IFCROOF": (1, 1), "IFCCOVERING": (1, 1), "IFCBUILDINGELEMENTPROXY": (1, 1), "IFCRAILING": (1, 1),
        "IFCSTAIR": (1, 1), "IFCFOOTING": (1, 1), "IFCPILE": (2, 2), "IFCWINDOW": (2, 5), "IFCDOOR": (2, 5),
        "IFCFURNISHINGELEMENT": (0, 0), "IFCELEMENTASSEMBLY": (2, 2), "IFCGEOGRAPHICELEMENT": (1, 1)}  # fmt: skip


@dataclass(frozen=True)
class Ref:
    """The number of an instance."""

    id: int


@dataclass(frozen=True)
class Word:
    """A value of an enumeration, such as ELEMENT."""

    text: str


@dataclass(frozen=True)
class Typed:
    """A value with its type, such as IFCLABEL('A')."""

    name: str
    value: object


def encoded(text: str) -> str:
    """Return a text as STEP writes it: in quotes, beyond ASCII as hexadecimal digits, four or eight each."""
    parts, mode = [], ""
    for character in text.replace("'", "''").replace("\\", "\\\\"):
        number = ord(character)
        wanted = "" if number < 127 else "X2" if number < 0x10000 else "X4"
        if wanted != mode:
            parts.append("\\X0\\" * bool(mode) + f"\\{wanted}\\" * bool(wanted))
            mode = wanted
        parts.append({"": character, "X2": f"{number:04X}", "X4": f"{number:08X}"}[mode])
    return "'" + "".join(parts) + "\\X0\\" * bool(mode) + "'"


def plain(text: str) -> str:
    """Return a text in quotes as it is; the file's encoding says which bytes it becomes."""
    return "'" + text.replace("'", "''") + "'"


def guid(*key: object) -> str:
    """Return the GlobalId that belongs to a key, always the same."""
    number = int.from_bytes(hashlib.md5(repr(key).encode()).digest(), "big")
    return "".join(ALPHABET[number >> shift & 63] for shift in range(126, -1, -6))


def inset(ring: Ring, distance: float) -> Array:
    """Return a ring moved to its left by a distance, its corners mitred; the ring is open."""
    points = np.asarray(ring, float)
    along = np.roll(points, -1, axis=0) - points
    left = np.column_stack([-along[:, 1], along[:, 0]]) / np.linalg.norm(along, axis=1)[:, None]
    before = np.roll(left, 1, axis=0)
    return points + distance * (before + left) / (1 + (before * left).sum(1))[:, None]


class IfcWriter:
    """An IFC file in the making.

    Parameters
    ----------
    name : of the model; it decides the GlobalIds
    schema : IFC2X3, IFC4 or IFC4X3_ADD2
    unit : of lengths, one of `UNITS`; None for a file that says none
    encoding : None for \\X2\\ texts; the name of an encoding for texts that are written as its bytes
    project : False for a file without IfcProject
    north : TrueNorth
    """

    def __init__(
        self,
        name: str,
        schema: str = "IFC4",
        unit: str | None = "METRE",
        encoding: str | None = None,
        project: str | bool = True,
        north: tuple[float, float] | None = None,
    ) -> None:
        self.name, self.schema, self.encoding = name, schema, encoding
        self.scale = UNITS[unit or "METRE"]
        self.lines: list[str] = []
        self.placements: dict[Ref, Ref] = {}
        self.contained: dict[Ref, list[Ref]] = {}
        self.parts: dict[Ref, list[Ref]] = {}
        self._owner()
        self.origin = self.axes((0, 0, 0))
        self.context = self.add(
            "IFCGEOMETRICREPRESENTATIONCONTEXT", None, "Model", 3, 1e-5, self.origin,
            self.add("IFCDIRECTION", tuple(map(float, north))) if north else None,
        )  # fmt: skip
        self.body = self.add(
            "IFCGEOMETRICREPRESENTATIONSUBCONTEXT", "Body", "Model", *[DERIVED] * 4, self.context, None,
            Word("MODEL_VIEW"), None,
        )  # fmt: skip
        self.project = None
        if project:
            title = name if project is True else project
            units = self.add("IFCUNITASSIGNMENT", self._units(unit)) if unit else None
            self.project = self.root("IFCPROJECT", title, None, None, None, None, (self.context,), units)

    def _owner(self) -> None:
        person = self.add("IFCPERSON", None, "-", *[None] * 6)
        company = self.add("IFCORGANIZATION", None, "CityCheck", None, None, None)
        who = self.add("IFCPERSONANDORGANIZATION", person, company, None)
        tool = self.add("IFCAPPLICATION", company, "1.0", "CityCheck sample models", "CityCheck")
        self.owner = self.add("IFCOWNERHISTORY", who, tool, None, Word("ADDED"), None, None, None, 1736899200)

    def _units(self, unit: str) -> tuple[Ref, ...]:
        def si(kind: str, name: str, prefix: str | None = None) -> Ref:
            return self.add("IFCSIUNIT", DERIVED, Word(kind), Word(prefix) if prefix else None, Word(name))

        angle = si("PLANEANGLEUNIT", "RADIAN")
        if unit != "FOOT":
            prefix = "MILLI" if unit == "MILLIMETRE" else None
            return (
                si("LENGTHUNIT", "METRE", prefix),
                si("AREAUNIT", "SQUARE_METRE"),
                si("VOLUMEUNIT", "CUBIC_METRE"),
                angle,
            )
        return (self.converted("LENGTHUNIT", "FOOT", 0.3048), self.converted("AREAUNIT", "SQUARE FOOT", 0.3048**2), angle)  # fmt: skip

    def converted(self, kind: str, name: str, factor: float) -> Ref:
        """Add a unit that is so many metres or square metres."""
        si, power = ("METRE", 1) if kind == "LENGTHUNIT" else ("SQUARE_METRE", 2)
        size = self.add("IFCDIMENSIONALEXPONENTS", power, 0, 0, 0, 0, 0, 0)
        base = self.add("IFCSIUNIT", DERIVED, Word(kind), None, Word(si))
        measure = Typed("IFCLENGTHMEASURE" if power == 1 else "IFCAREAMEASURE", factor)
        return self.add(
            "IFCCONVERSIONBASEDUNIT", size, Word(kind), name, self.add("IFCMEASUREWITHUNIT", measure, base)
        )

    # Instances

    def add(self, name: str, *values: object) -> Ref:
        """Add an instance and return its number."""
        number = len(self.lines) + 1
        self.lines.append(f"#{number}={name}({','.join(map(self._said, values))});")
        return Ref(number)

    def _said(self, value: object) -> str:
        if isinstance(value, Ref):
            return f"#{value.id}"
        if value is None:
            return "$"
        if isinstance(value, bool):
            return ".T." if value else ".F."
        if isinstance(value, int):
            return str(value)
        if isinstance(value, float):
            return _real(value)
        if isinstance(value, str):
            return plain(value) if self.encoding else encoded(value)
        if isinstance(value, Word):
            return f".{value.text}." if value is not DERIVED else "*"
        if isinstance(value, Typed):
            return f"{value.name}({self._said(value.value)})"
        return f"({','.join(map(self._said, value))})"  # type: ignore[call-overload]

    def root(self, entity: str, name: str | None, *values: object) -> Ref:
        """Add an instance with GlobalId, owner and name."""
        key = guid(self.name, len(self.lines))
        return self.add(entity, key, self.owner, name, *values)

    def guid_of(self, item: Ref) -> str:
        """Return the GlobalId of an instance."""
        return self.lines[item.id - 1].split("'")[1]

    # Places

    def point(self, *xyz: float) -> Ref:
        """Add a point."""
        return self.add("IFCCARTESIANPOINT", tuple(round(float(c) / self.scale, 6) for c in xyz))

    def axes(self, at: Sequence[float], x: Sequence[float] | None = None) -> Ref:
        """Add a place in space, turned so that its x axis points along `x`."""
        if x is None:
            return self.add("IFCAXIS2PLACEMENT3D", self.point(*at), None, None)
        up = self.add("IFCDIRECTION", (0.0, 0.0, 1.0))
        along = self.add("IFCDIRECTION", (float(x[0]), float(x[1]), 0.0))
        return self.add("IFCAXIS2PLACEMENT3D", self.point(*at), up, along)

    def place(
        self, parent: Ref | None, at: Sequence[float] = (0, 0, 0), x: Sequence[float] | None = None
    ) -> Ref:
        """Add a local placement relative to that of a product."""
        return self.add(
            "IFCLOCALPLACEMENT", self.placements.get(parent) if parent else None, self.axes(at, x)
        )

    def site(self, name: str | None = "Site", lat_long: tuple[Sequence[int], Sequence[int]] | None = None,
             elevation: float | None = None, at: Sequence[float] = (0, 0, 0), address: Ref | None = None) -> Ref:  # fmt: skip
        """Add a site; `lat_long` are degrees, minutes, seconds and millionths."""
        place = self.place(None, at)
        latitude, longitude = (tuple(a) for a in lat_long) if lat_long else (None, None)
        height = None if elevation is None else elevation / self.scale
        site = self.root("IFCSITE", name, None, None, place, None, None, Word("ELEMENT"), latitude, longitude, height,
                         None, address)  # fmt: skip
        self.placements[site] = place
        if self.project:
            self.part(self.project, site)
        return site

    def building(self, parent: Ref | None, name: str | None, long_name: str | None = None, at: Sequence[float] = (0, 0, 0),
                 x: Sequence[float] | None = None, address: Ref | None = None, composition: str | None = "ELEMENT",
                 description: str | None = None, object_type: str | None = None) -> Ref:  # fmt: skip
        """Add a building on a site, in another building, or (None) directly under the project."""
        place = self.place(parent, at, x)
        kind = Word(composition) if composition else None
        building = self.root("IFCBUILDING", name, description, object_type, place, None, long_name, kind, None, None,
                             address)  # fmt: skip
        self.placements[building] = place
        if parent or self.project:
            self.part(parent or self.project, building)
        return building

    def storey(self, building: Ref | None, name: str, z: float, elevation: float | None = None) -> Ref:
        """Add a storey at a height above its building; `elevation` is what its attribute says instead."""
        place = self.place(building, (0, 0, z))
        said = (z if elevation is None else elevation) / self.scale
        storey = self.root(
            "IFCBUILDINGSTOREY", name, None, None, place, None, None, Word("ELEMENT"), float(said)
        )
        self.placements[storey] = place
        if building:
            self.part(building, storey)
        return storey

    def space(self, storey: Ref, ring: Ring, height: float, name: str = "1", z: float = 0.0) -> Ref:
        """Add a room."""
        place = self.place(storey)
        shape = self.shape([self.prism(ring, z, height)])
        last = Word("INTERNAL") if self.schema == "IFC2X3" else Word("SPACE")
        space = self.root("IFCSPACE", name, None, None, place, shape, None, Word("ELEMENT"), last, None)
        self.placements[space] = place
        self.part(storey, space)
        return space

    # Shapes

    def polyline(self, ring: ArrayLike) -> Ref:
        """Add a closed line through the points of an open ring."""
        points = [self.point(*p) for p in np.asarray(ring, float)]
        return self.add("IFCPOLYLINE", (*points, points[0]))

    def prism(self, ring: ArrayLike, z: float, height: float, holes: Sequence[ArrayLike] = ()) -> Ref:
        """Add a vertical prism over a ring."""
        outer = self.polyline(ring)
        if holes:
            inner = tuple(self.polyline(hole) for hole in holes)
            profile = self.add("IFCARBITRARYPROFILEDEFWITHVOIDS", Word("AREA"), None, outer, inner)
        else:
            profile = self.add("IFCARBITRARYCLOSEDPROFILEDEF", Word("AREA"), None, outer)
        up = self.add("IFCDIRECTION", (0.0, 0.0, 1.0))
        return self.add("IFCEXTRUDEDAREASOLID", profile, self.axes((0, 0, z)), up, height / self.scale)

    def brep(self, points: ArrayLike, faces: Iterable[Sequence[int]]) -> Ref:
        """Add a solid from points (x, y, z) and the rings of its faces."""
        corners = [self.point(*p) for p in np.asarray(points, float)]
        made = []
        for face in faces:
            loop = self.add("IFCPOLYLOOP", tuple(corners[i] for i in face))
            made.append(self.add("IFCFACE", (self.add("IFCFACEOUTERBOUND", loop, True),)))
        return self.add("IFCFACETEDBREP", self.add("IFCCLOSEDSHELL", tuple(made)))

    def shape(self, solids: Sequence[Ref], kind: str = "SweptSolid") -> Ref:
        """Add the representation of a product."""
        body = self.add("IFCSHAPEREPRESENTATION", self.body, "Body", kind, tuple(solids))
        return self.add("IFCPRODUCTDEFINITIONSHAPE", None, None, (body,))

    # Elements

    def element(self, entity: str, parent: Ref | None, solid: Ref | None, name: str | None = None, kind: str | None = None,
                tag: str | None = None, part_of: Ref | None = None, at: Sequence[float] = (0, 0, 0)) -> Ref:  # fmt: skip
        """Add an element that stands in a storey, building or site (`parent`); None stands nowhere.

        ``part_of`` makes it a part of another element instead. `kind` is its predefined type.
        """
        entity = entity.upper()
        place = self.place(parent or part_of, at)
        swept = solid is None or "IFCEXTRUDED" in self.lines[solid.id - 1]
        shape = self.shape([solid], "SweptSolid" if swept else "Brep") if solid else None
        more = MORE.get(entity, (0, 1))[0 if self.schema == "IFC2X3" else 1]
        rest: list[object] = [None] * more
        if kind and more:
            rest[0] = Word(kind)
        made = self.root(entity, name, None, None, place, shape, tag, *rest)
        self.placements[made] = place
        if part_of:
            self.part(part_of, made)
        elif parent:
            self.contained.setdefault(parent, []).append(made)
        return made

    def part(self, whole: Ref, part: Ref) -> None:
        """Say that one is a part of the other."""
        self.parts.setdefault(whole, []).append(part)

    def fill(self, wall: Ref, opening: Ref, filling: Ref) -> None:
        """Say that an opening is in a wall and what fills it."""
        self.root("IFCRELVOIDSELEMENT", None, None, wall, opening)
        self.root("IFCRELFILLSELEMENT", None, None, opening, filling)

    def walls(self, storey: Ref, ring: Ring, z: float, height: float, thickness: float = 0.24,
              entity: str = "IFCWALL") -> list[Ref]:  # fmt: skip
        """Add a wall along every side of a ring, on its left; heights are those of the storey."""
        inner = inset(ring, thickness)
        quads = [
            [ring[i], ring[(i + 1) % len(ring)], inner[(i + 1) % len(ring)], inner[i]]
            for i in range(len(ring))
        ]
        return [
            self.element(entity, storey, self.prism(quad, z, height), f"Wall {i}")
            for i, quad in enumerate(quads, 1)
        ]

    # What is said about them

    def properties(self, items: Ref | Sequence[Ref], name: str, values: Mapping[str, object]) -> Ref:
        """Add a property set; plain texts become labels, numbers reals, whole numbers integers."""
        single = tuple(
            self.add("IFCPROPERTYSINGLEVALUE", key, None, None if value is None else _typed(value), None)
            for key, value in values.items()
        )
        return self.define(items, self.root("IFCPROPERTYSET", name, None, single))

    def quantities(self, item: Ref, name: str, values: Mapping[str, tuple[str, float]]) -> Ref:
        """Add an element quantity; values are (Area, Length, Volume or Count; number in the units of the file)."""
        more = () if self.schema == "IFC2X3" else (None,)
        single = tuple(
            self.add(f"IFCQUANTITY{kind.upper()}", key, None, None, float(value), *more)
            for key, (kind, value) in values.items()
        )
        return self.define(item, self.root("IFCELEMENTQUANTITY", name, None, None, single))

    def define(self, items: Ref | Sequence[Ref], definition: Ref) -> Ref:
        """Attach a set of properties or quantities."""
        related = (items,) if isinstance(items, Ref) else tuple(items)
        return self.root("IFCRELDEFINESBYPROPERTIES", None, None, related, definition)

    def material(self, items: Sequence[Ref], name: str) -> None:
        """Say what elements are made of."""
        more = () if self.schema == "IFC2X3" else (None, None)
        self.root("IFCRELASSOCIATESMATERIAL", None, None, tuple(items), self.add("IFCMATERIAL", name, *more))

    def classify(self, item: Ref, code: str, name: str, system: str = "GB/T 51269") -> None:
        """Attach a reference to a classification."""
        more = () if self.schema == "IFC2X3" else (None, None)
        reference = self.add("IFCCLASSIFICATIONREFERENCE", None, code, name, None, *more)
        self.root("IFCRELASSOCIATESCLASSIFICATION", system, None, (item,), reference)

    def address(self, *lines: str, town: str | None = None, region: str | None = None, country: str | None = None,
                post_code: str | None = None) -> Ref:  # fmt: skip
        """Add a postal address for a site or building."""
        return self.add("IFCPOSTALADDRESS", None, None, None, None, lines or None, None, town, region, post_code, country)  # fmt: skip

    # Where it is

    def projected_crs(self, name: str, map_unit: Ref | None = None, datum: str | None = None,
                      projection: str | None = None, zone: str | None = None) -> Ref:  # fmt: skip
        """Add a projected CRS."""
        return self.add("IFCPROJECTEDCRS", name, None, datum, None, projection, zone, map_unit)

    def map_conversion(self, crs: Ref, easting: float, northing: float, height: float = 0.0,
                       axis: tuple[float, float] | None = None, scale: float | None = None) -> Ref:  # fmt: skip
        """Add a map conversion; the numbers are written as they are."""
        x, y = axis or (None, None)
        return self.add(
            "IFCMAPCONVERSION", self.context, crs, float(easting), float(northing), float(height), x, y, scale
        )

    def length_unit(self, prefix: str | None = None) -> Ref:
        """Add a metre with or without a prefix, as map unit."""
        return self.add("IFCSIUNIT", DERIVED, Word("LENGTHUNIT"), Word(prefix) if prefix else None, Word("METRE"))  # fmt: skip

    # The file

    def text(self) -> bytes:
        """Return the file with the relations that were collected."""
        lines = [*self.lines]
        for whole, members in self.parts.items():
            self.root("IFCRELAGGREGATES", None, None, whole, tuple(members))
        for parent, members in self.contained.items():
            self.root("IFCRELCONTAINEDINSPATIALSTRUCTURE", None, None, tuple(members), parent)
        whole_text = f"{self.header()}DATA;\n" + "\n".join(self.lines) + "\nENDSEC;\nEND-ISO-10303-21;\n"
        self.lines = lines
        return whole_text.encode(self.encoding or "ascii")

    def header(self) -> str:
        """Return what stands before the data."""
        return (
            "ISO-10303-21;\nHEADER;\nFILE_DESCRIPTION(('ViewDefinition [ReferenceView]'),'2;1');\n"
            f"FILE_NAME({self._said(self.name + '.ifc')},'{TIME}',(''),(''),'CityCheck','CityCheck sample models','');\n"
            f"FILE_SCHEMA(('{self.schema}'));\nENDSEC;\n"
        )


def rectangle(width: float, depth: float, x: float = 0.0, y: float = 0.0) -> Ring:
    """Return a rectangle, anticlockwise."""
    return [(x, y), (x + width, y), (x + width, y + depth), (x, y + depth)]


def shell(w: IfcWriter, building: Ref | None, ring: Ring, storeys: int, z: float = 0.0, first: int = 1,
          holes: Sequence[Ring] = (), shafts: Sequence[Ring] = (), overhang: float = 0.0, name: str = "{}F", rooms: bool = False,
          height: float = STOREY) -> list[Ref]:  # fmt: skip
    """Add storeys with slabs, walls and a flat roof over a ring; return the storeys.

    Every storey has a slab that ends at its height and walls up to the next slab; the roof is part of the last one.

    Parameters
    ----------
    ring, holes : anticlockwise, clockwise
    shafts : holes under the roof, clockwise
    first : number of the lowest storey
    overhang : how far the roof of a rectangle stands over
    height : of a storey
    """
    made = []
    for i in range(storeys):
        storey = w.storey(building, name.format(first + i), round(z + i * height, 6))
        made.append(storey)
        w.element("IFCSLAB", storey, w.prism(ring, -SLAB, SLAB, (*holes, *shafts)), "Floor", "FLOOR")
        for side in (ring, *holes, *shafts):
            w.walls(storey, side, 0.0, height - SLAB)
        if rooms:
            w.space(storey, ring, height - SLAB)
    roof = ring
    if overhang:
        (x0, y0), (x1, y1) = ring[0], ring[2]
        roof = rectangle(x1 - x0 + 2 * overhang, y1 - y0 + 2 * overhang, x0 - overhang, y0 - overhang)
    w.element("IFCSLAB", made[-1], w.prism(roof, height - SLAB, SLAB, holes), "Roof", "ROOF")
    return made


#: An attribute that a subtype derives.
DERIVED = Word("*")


def _real(value: float) -> str:
    text = repr(round(value, 9))
    mantissa, _, exponent = text.partition("e")
    mantissa = mantissa if "." in mantissa else mantissa + "."
    return (
        f"{mantissa}E{exponent}"
        if exponent
        else mantissa.removesuffix("0")
        if mantissa.endswith(".0")
        else mantissa
    )


def _typed(value: object) -> Typed:
    if isinstance(value, Typed):
        return value
    kinds = {bool: "IFCBOOLEAN", int: "IFCINTEGER", float: "IFCREAL"}
    return Typed(kinds.get(type(value), "IFCLABEL"), value)
