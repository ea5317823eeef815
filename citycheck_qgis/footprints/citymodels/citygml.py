"""Buildings of CityGML 1, 2 and 3, read as a stream: one building at a time is held, whatever the size of the file.

Source: OGC 08-007r1, 12-019 and 20-010/21-006 (CityGML 1.0, 2.0, 3.0); GML 3.1.1 and 3.2.1. Elements are known by their
namespace, without its version. The parser is expat; documents with a document type, the only way to entities and to
other files, are refused before anything is built of them.
"""

from __future__ import annotations

import codecs
import io
import re
import xml.etree.ElementTree as ET
from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import BinaryIO, cast
from xml.parsers import expat

import numpy as np

from ...errors import InputError
from ..findings import finding
from ..models import BuildingModel
from .attributes import describe, describe_parts
from .batches import Batch, Head, preference
from .faces import FOOTPRINT, GROUND, PLAIN, ROOF, ROOF_EDGE, SIDE, crs_of
from .files import NotACityModelError, Source

_CHUNK = 1 << 18
_NAN = float("nan")
_HREF = "{http://www.w3.org/1999/xlink}href"
_DECLARATION = re.compile(rb"\s*<\?xml[^>]{0,200}?encoding\s*=\s*[\"']([A-Za-z0-9._-]+)[\"'][^>]{0,200}?\?>")
#: Encodings that expat reads itself.
_OF_EXPAT = {"utf-8", "utf8", "utf-16", "us-ascii", "ascii", "iso-8859-1"}
#: Elements that hold city objects one after the other: their finished children are handed on one by one.
_CONTAINERS = {
    "core:CityModel", "gml:FeatureCollection", "wfs:FeatureCollection", "wfs:SimpleFeatureCollection", "wfs:member",
    "wfs:additionalObjects", "gml:featureMembers", "gml:featureMember", "core:featureMember", "core:cityObjectMember",
    "app:appearanceMember", "core:appearanceMember", "app:Appearance", "core:featureCollection",
}  # fmt: skip
_BUILDINGS = {"bldg:Building"}
_PARTS = {"bldg:BuildingPart"}
_TO_PARTS = {"bldg:consistsOfBuildingPart", "bldg:buildingPart"}
_BOUNDARIES = {"bldg:boundedBy", "core:boundary", "con:boundary", "bldg:boundary"}
_SURFACES = {
    "bldg:GroundSurface": GROUND, "con:GroundSurface": GROUND, "bldg:RoofSurface": ROOF, "con:RoofSurface": ROOF,
}  # fmt: skip
#: Surfaces inside a building say nothing about its outline.
_INSIDE = {
    "InteriorWallSurface", "CeilingSurface", "FloorSurface", "IntBuildingInstallation", "BuildingFurniture",
}  # fmt: skip
_OPENINGS = {"bldg:opening", "con:fillingSurface"}
_FACE_TAGS = {"gml:Polygon", "gml:PolygonPatch", "gml:Triangle", "gml:Rectangle"}
_RINGS = {
    "gml:exterior": True,
    "gml:outerBoundaryIs": True,
    "gml:interior": False,
    "gml:innerBoundaryIs": False,
}
#: Simple properties of buildings that the attributes of `attributes.describe` come from.
_PROPERTIES = {
    "bldg:class", "bldg:function", "bldg:usage", "bldg:yearOfConstruction", "bldg:storeysAboveGround",
    "bldg:storeysBelowGround", "bldg:measuredHeight", "con:dateOfConstruction", "gml:name", "bldg:roofType",
}  # fmt: skip
#: Elements of a building that hold neither attributes nor outer surfaces.
_SKIPPED = {
    "bldg:interiorRoom", "bldg:interiorBuildingInstallation", "bldg:buildingRoom", "bldg:buildingFurniture",
    "bldg:outerBuildingInstallation", "bldg:buildingInstallation", "bldg:buildingConstructiveElement",
    "bldg:buildingSubdivision", "core:externalReference", "core:generalizesTo", "core:relatedTo", "core:dynamizer",
    "core:appearance", "app:appearance", "gml:metaDataProperty", "core:pointCloud",
}  # fmt: skip
#: Attributes of one building that are kept.
_ATTRIBUTES_AT_MOST = 400
#: Buildings that wait for surfaces from elsewhere before these are looked up.
_DEFERRED_AT_MOST = 5_000


class _Names(dict[str, str]):
    """Names of elements as ``prefix:local``, with one prefix for all versions of a namespace."""

    def __missing__(self, tag: str) -> str:
        uri, _, local = tag[1:].rpartition("}") if tag.startswith("{") else ("", "", tag)
        name = f"{_prefix(uri)}:{local}"
        if len(self) < 50_000:
            self[tag] = name
        return name


_OF_CITYGML = {
    "building": "bldg", "construction": "con", "generics": "gen", "appearance": "app", "cityobjectgroup": "grp",
    "bridge": "brid", "tunnel": "tun", "profiles": "core",
}  # fmt: skip


def _prefix(uri: str) -> str:
    if uri in ("http://www.opengis.net/gml", "http://www.opengis.net/gml/3.2"):
        return "gml"
    if uri.startswith("http://www.opengis.net/wfs"):
        return "wfs"
    if uri.startswith("urn:oasis:names:tc:ciq:"):
        return "xal"
    if "opengis.net/citygml" in uri:
        module = uri.split("/citygml/", 1)[-1].split("/")[0]
        return "core" if module[:1].isdigit() else _OF_CITYGML.get(module, module)
    # The first version had one namespace for everything.
    return "bldg" if uri.startswith("http://www.citygml.org/citygml/1") else "ade"


_NAMES = _Names()


def read(source: Source, head: Head, lod: str | None = None) -> Iterator[Batch]:
    """Yield the buildings of a document in batches; `head` is filled on the way.

    Surfaces that a building takes from another one are looked up in a second pass; such buildings come last.

    Parameters
    ----------
    source : CityGML
    lod : level of detail to prefer, such as ``2``

    Raises
    ------
    NotACityModelError : XML of another kind.
    InputError : a document type, or a document that breaks off; what comes before the break was handed on.
    """
    gather = _Gather(head, lod)
    with source.open() as stream:
        members = _members(stream, source.name, head)
        while True:
            try:
                member = next(members, None)
            except InputError:
                yield from gather.rest()
                raise
            if member is None:
                break
            for building, orphan in _buildings_in(member):
                gather.add(building, orphan, deferrable=True)
                if gather.batch.full:
                    yield gather.hand_on()
            _note_envelope(member, gather)
            if len(gather.deferred) >= _DEFERRED_AT_MOST:
                yield from _complete(source, gather)
    yield from _complete(source, gather)
    yield from gather.rest()


def _complete(source: Source, gather: _Gather) -> Iterator[Batch]:
    """Look up what the deferred buildings refer to, in another pass, and add them."""
    if not gather.deferred:
        return
    wanted = {link for one in gather.deferred for link in one.missing}
    found: dict[str, ET.Element] = {}
    with source.open() as stream:
        for member in _members(stream, source.name, Head()):
            for element in member.iter():
                key = _id(element)
                if key in wanted and key not in found:
                    found[key] = element
    deferred, gather.deferred, gather.elsewhere = gather.deferred, [], found
    for one in deferred:
        gather.add(one.element, one.orphan, deferrable=False)
        if gather.batch.full:
            yield gather.hand_on()
    gather.elsewhere = {}


def _members(stream: BinaryIO, name: str, head: Head) -> Iterator[ET.Element]:
    """Yield the finished children of the document's root and of other elements that only hold members.

    Each is forgotten when the next one is asked for.
    """
    stream = _readable(stream, name)
    start = _without_doctype(stream, name)
    parser: ET.XMLPullParser = ET.XMLPullParser(["start"])
    root: ET.Element | None = None
    chunk = start
    try:
        while chunk:
            parser.feed(chunk)
            events = parser.read_events()
            if root is None:
                root = next((cast(ET.Element, event[-1]) for event in events), None)
                if root is not None:
                    _check_root(root, name, head)
            # Only the root is asked for; the other events are thrown away as they come.
            deque(events, maxlen=0)
            if root is not None:
                yield from _finished(root)
            chunk = stream.read(_CHUNK)
        parser.close()
    except ET.ParseError as error:
        line, column = error.position
        raise InputError(
            "{file} cannot be read further than line {line}, column {column} ({reason}); copy or download it again.",
            file=name,
            line=line,
            column=column,
            reason=expat.ErrorString(error.code) if error.code else str(error),
        ) from error
    if root is not None:
        yield root


def _readable(stream: BinaryIO, name: str) -> BinaryIO:
    """Return a document as expat can read it: Chinese and Japanese encodings turned into UTF-8."""
    begun = stream.read(_CHUNK)
    declared = _DECLARATION.match(begun)
    encoding = declared[1].decode("ascii").casefold() if declared else "utf-8"
    if declared is None or encoding in _OF_EXPAT:
        return _Rest(begun, stream)
    try:
        # What calls itself GB2312 often has characters of its successors.
        codec = codecs.lookup("gb18030" if encoding in ("gb2312", "gbk") else encoding)
        decoder = codec.incrementaldecoder(errors="replace")
        text = decoder.decode(begun[declared.end() :])
        return _Rest(text.encode(), stream, decoder)
    except (LookupError, UnicodeError, TypeError, AttributeError) as error:
        raise NotACityModelError(
            "{file} says that it is written in {encoding}, an encoding that is not known; export it in UTF-8.",
            file=name,
            encoding=encoding[:40],
        ) from error


class _Rest(io.BytesIO):
    """The rest of a stream after some bytes that were looked at, decoded and encoded in UTF-8 where asked for."""

    def __init__(
        self, begun: bytes, stream: BinaryIO, decoder: codecs.IncrementalDecoder | None = None
    ) -> None:
        super().__init__()
        self._begun: bytes | None = begun
        self._stream = stream
        self._decoder = decoder

    def read(self, size: int | None = -1) -> bytes:
        """Return what was looked at first, then the rest of the stream in pieces."""
        if self._begun:
            begun, self._begun = self._begun, None
            return begun
        data = self._stream.read(size if size else -1)
        if self._decoder is None or not data:
            return data
        return self._decoder.decode(data).encode() or self.read(size)


def _without_doctype(stream: BinaryIO, name: str) -> bytes:
    """Return the beginning of a document up to its first element at least.

    Raises
    ------
    InputError : a document type comes before it: entities that grow without end or name files are declared there.
    """
    seen: list[str] = []
    parser = expat.ParserCreate()

    def doctype(*_: object) -> None:
        seen.append("doctype")

    def element(*_: object) -> None:
        seen.append("element")

    parser.StartDoctypeDeclHandler = doctype
    parser.StartElementHandler = element
    begun = b""
    while not seen:
        chunk = stream.read(_CHUNK)
        begun += chunk
        try:
            parser.Parse(chunk, not chunk)
        except expat.ExpatError as error:
            if not seen:
                raise NotACityModelError(
                    "{file} is not XML that can be read ({reason}, line {line}); export the model again.",
                    file=name,
                    reason=expat.ErrorString(error.code),
                    line=error.lineno,
                ) from error
        if not chunk or len(begun) > 64 << 20:
            break
    if not seen or seen[0] == "doctype":
        raise NotACityModelError(
            "{file} begins with a document type (DOCTYPE), through which XML can name other files and grow without "
            "end; CityGML has none: remove it, or export the model again.",
            file=name,
        )
    return begun


def _check_root(root: ET.Element, name: str, head: Head) -> None:
    kind = _NAMES[root.tag]
    if kind in _CONTAINERS or kind in _BUILDINGS or kind in _PARTS:
        head.schema = _version(root.tag)
        return
    raise NotACityModelError(
        "{file} is XML, but not CityGML: its root element is {root}.",
        file=name,
        root=root.tag.rpartition("}")[2][:60],
    )


def _version(tag: str) -> str:
    """Return ``CityGML 2.0`` for an element of one of its namespaces, empty text for others."""
    uri = tag[1:].rpartition("}")[0]
    if "citygml" not in uri:
        return ""
    last = uri.rsplit("/", 1)[-1]
    return (
        f"CityGML {last}"
        if last[:1].isdigit() and len(last) < 5
        else "CityGML 1.0"
        if "/1/" in uri
        else "CityGML"
    )


def _finished(root: ET.Element) -> Iterator[ET.Element]:
    """Yield and take away all children that are complete, in the order of the document."""
    holder = root
    while len(holder):
        while len(holder) > 1:
            # The last child may still grow.
            yield from holder[:-1]
            del holder[:-1]
        if _NAMES[holder[0].tag] not in _CONTAINERS:
            return
        holder = holder[0]


def _buildings_in(member: ET.Element) -> Iterator[tuple[ET.Element, bool]]:
    """Yield the buildings in an element, and whether each is a part without a building."""
    waiting = [member]
    while waiting:
        element = waiting.pop()
        kind = _NAMES[element.tag]
        if kind in _BUILDINGS:
            yield element, False
        elif kind in _PARTS:
            yield element, True
        else:
            waiting.extend(reversed(element))


def _note_envelope(member: ET.Element, gather: _Gather) -> None:
    """Take over the CRS and the dimension that the whole document is in."""
    if gather.crs is None and _NAMES[member.tag] in ("gml:boundedBy", "gml:Envelope"):
        for element in member.iter():
            if "srsName" in element.attrib:
                gather.crs = element.attrib["srsName"]
                gather.dimension = _dimension(element) or gather.dimension
                return


def _dimension(element: ET.Element) -> int | None:
    value = element.get("srsDimension") or element.get("dimension")
    return int(value) if value in ("2", "3") else None


@dataclass
class _Shape:
    """The faces of a building or part by level of detail.

    Attributes
    ----------
    named : level -> (kind, geometry) of surfaces with a meaning
    plain : level -> geometries without one
    """

    named: dict[str, list[tuple[int, ET.Element]]] = field(default_factory=dict)
    plain: dict[str, list[ET.Element]] = field(default_factory=dict)

    def geometries(self, wanted: str | None) -> list[tuple[int, ET.Element]]:
        """Return the geometries that count: those of LoD0, and those of the best other level."""
        flat = list(self.named.get("0", ()))
        if not flat:
            flat = [(FOOTPRINT, geometry) for geometry in self.plain.get("0", ())]
        levels = sorted(
            {level for level in (*self.named, *self.plain) if level != "0"},
            key=lambda level: preference(level, wanted),
        )
        if not levels:
            return flat
        best = levels[0]
        named = self.named.get(best, [])
        kinds = {kind for kind, _ in named}
        if GROUND in kinds and ROOF in kinds:
            return flat + named
        # What the surfaces leave open the solid closes; what both have comes once (`_Gather._faces`).
        return flat + named + [(PLAIN, geometry) for geometry in self.plain.get(best, ())]


@dataclass
class _Deferred:
    """A building that takes surfaces from elsewhere in the document."""

    element: ET.Element
    orphan: bool
    missing: set[str]


def _id(element: ET.Element) -> str | None:
    attributes = element.attrib
    if not attributes:
        return None
    return attributes.get("{http://www.opengis.net/gml}id") or attributes.get(
        "{http://www.opengis.net/gml/3.2}id"
    )


class _Gather:
    """Collects buildings into batches.

    Attributes
    ----------
    crs, dimension : of the document, from its envelope
    deferred : buildings whose surfaces lie elsewhere
    elsewhere : those surfaces, once they were looked up
    """

    def __init__(self, head: Head, lod: str | None) -> None:
        self.head = head
        self.batch = Batch()
        self.crs: str | None = None
        self.dimension = 3
        self.deferred: list[_Deferred] = []
        self.elsewhere: Mapping[str, ET.Element] = {}
        self._lod = lod
        self._count = 0

    def rest(self) -> Iterator[Batch]:
        """Yield what is left."""
        if self.batch.buildings:
            yield self.hand_on()

    def hand_on(self) -> Batch:
        """Return the batch and begin another one."""
        batch, self.batch = self.batch, Batch()
        return batch

    def add(self, element: ET.Element, orphan: bool, deferrable: bool) -> None:
        """Add a building with its parts to the batch, or keep it for the second pass."""
        self.head.schema = self.head.schema or _version(element.tag)
        objects = _family(element)
        links = _Links(element, self.elsewhere)
        crs = objects[0].crs or self.crs
        shaped = [
            _polygons(one.shape.geometries(self._lod), one.crs or crs, self.dimension, links)
            for one in objects
        ]
        if links.missing and deferrable:
            self.deferred.append(_Deferred(element, orphan, links.missing))
            return
        self._count += 1
        building = BuildingModel(guid=_id(element) or f"building {self._count}")
        number = len(self.batch.buildings)
        self.batch.buildings.append(building)
        own, *parts = [one.attributes for one in objects]
        building.object_type = own.get("class")
        building.description = own.get("gml:description")
        describe(building, own)
        describe_parts(building, parts)
        self.head.parts += len(parts)
        if orphan:
            building.findings.append(
                finding("part_without_building", "A building part without a building counts as a building.")
            )
        if links.missing:
            building.findings.append(
                finding(
                    "link_broken",
                    "{count} surfaces that the building refers to are not in the file, such as {id}.",
                    count=len(links.missing),
                    id=min(links.missing),
                )
            )
        for place, polygons in enumerate(shaped):
            self._write(number, place == 0, polygons)

    def _write(self, number: int, own: bool, polygons: list[_Polygon]) -> None:
        faces = self.batch.faces
        # One run for each change of the CRS, nearly always one.
        run, count = None, 0
        for polygon in polygons:
            crs = crs_of(self.batch.crs_names, polygon.crs)
            if run is not None and crs != run:
                faces.runs.append((number, faces.objects, own, run, count))
                count = 0
            run = crs
            count += 1
            faces.kinds.append(polygon.kind)
            faces.face_rings.append(len(polygon.rings))
            for ring in polygon.rings:
                faces.ring_sizes.append(len(ring))
                self.batch.vertices += len(ring)
            faces.coordinates += polygon.rings
        if run is not None:
            faces.runs.append((number, faces.objects, own, run, count))
            faces.objects += 1


@dataclass
class _Object:
    """A building or a part of one."""

    attributes: dict[str, str] = field(default_factory=dict)
    shape: _Shape = field(default_factory=_Shape)
    crs: str | None = None


def _family(element: ET.Element) -> list[_Object]:
    """Return a building and, after it, all its parts and theirs."""
    objects: list[_Object] = []
    waiting = [element]
    while waiting:
        one, parts = _object(waiting.pop())
        objects.append(one)
        waiting.extend(reversed(parts))
    return objects


def _object(element: ET.Element) -> tuple[_Object, list[ET.Element]]:
    """Return what the children of a building or part say, and its parts."""
    one, parts = _Object(), []
    attributes = one.attributes
    for child in element:
        kind = _NAMES[child.tag]
        if kind in _BOUNDARIES:
            for surface in child:
                _surface(surface, one.shape)
        elif kind in _PROPERTIES:
            if child.text and child.text.strip():
                attributes.setdefault(
                    kind if kind == "gml:name" else kind.partition(":")[2], child.text.strip()
                )
        elif kind in _TO_PARTS:
            parts += [part for part in child if _NAMES[part.tag] in _PARTS]
        elif kind in _SKIPPED:
            continue
        elif kind.partition(":")[2].startswith("lod"):
            _geometry(child, kind.partition(":")[2], one.shape)
        elif kind == "gml:boundedBy":
            one.crs = next((e.attrib["srsName"] for e in child if "srsName" in e.attrib), None)
        elif kind in ("bldg:address", "core:address"):
            address = _address(child)
            if address:
                attributes.setdefault("address", address)
        elif kind == "con:height":
            # Of several heights (to the eaves, to the ridge) the building's is the largest.
            values = [e.text or "" for e in child.iter() if _NAMES[e.tag] == "con:value"]
            numbers = [_number(value) for value in (*values, attributes.get("con:height", ""))]
            attributes["con:height"] = (
                str(max(numbers)) if max(numbers) > 0 else attributes.get("con:height", "")
            )
        elif kind == "gml:description":
            attributes["gml:description"] = " ".join((child.text or "").split())
        else:
            _others(child, attributes)
    return one, parts


def _number(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        return 0.0
    return value if abs(value) < 1e300 else 0.0


def _others(element: ET.Element, attributes: dict[str, str]) -> None:
    """Add generic attributes by their names, and the leaves of extensions (ADE) by their elements' names."""
    for item in element.iter():
        if len(attributes) >= _ATTRIBUTES_AT_MOST:
            return
        kind = _NAMES[item.tag]
        if kind.startswith("gen:"):
            if kind.endswith("Attribute"):
                texts = {_NAMES[e.tag]: (e.text or "").strip() for e in item}
                name, value = item.get("name") or texts.get("gen:name"), texts.get("gen:value")
                if name and value:
                    attributes.setdefault(name, value)
        elif not len(item) and item.text and item.text.strip():
            attributes.setdefault(kind.partition(":")[2], item.text.strip())


def _address(element: ET.Element) -> str | None:
    """Return an xAL address in one line, from the house to the country."""
    texts: dict[str, list[str]] = {}
    for item in element.iter():
        kind = _NAMES[item.tag]
        if kind.startswith("xal:") and item.text and item.text.strip():
            name = kind[4:]
            if name == "NameElement":
                name = next((v for k, v in item.attrib.items() if k.endswith("NameType")), name)
            if item.text.strip() not in texts.setdefault(name, []):
                texts[name].append(item.text.strip())
    if not texts:
        return None
    street = texts.pop("ThoroughfareName", []) + texts.pop("ThoroughfareNumber", [])
    street += texts.pop("Number", []) if street else []
    town = texts.pop("PostalCodeNumber", []) + texts.pop("LocalityName", [])
    country = texts.pop("CountryName", [])
    rest = [text for values in texts.values() for text in values]
    lines = [" ".join(street), *rest, " ".join(town), " ".join(country)]
    return ", ".join(line for line in lines if line) or None


def _surface(surface: ET.Element, shape: _Shape) -> None:
    """Add the geometries of a boundary surface, with those of the windows and doors in a roof."""
    kind = _NAMES[surface.tag]
    if kind.partition(":")[2] in _INSIDE:
        return
    meaning = _SURFACES.get(kind, SIDE)
    holders = [surface]
    if meaning == ROOF:
        holders += [opening for child in surface if _NAMES[child.tag] in _OPENINGS for opening in child]
    for holder in holders:
        for child in holder:
            name = _NAMES[child.tag].partition(":")[2]
            if not name.startswith("lod"):
                continue
            level, geometry = name[3:4], name[4:]
            if geometry != "MultiSurface":
                continue
            if level != "0":
                shape.named.setdefault(level, []).append((meaning, child))
            elif meaning in (GROUND, ROOF):
                flat = FOOTPRINT if meaning == GROUND else ROOF_EDGE
                shape.named.setdefault("0", []).append((flat, child))


def _geometry(element: ET.Element, name: str, shape: _Shape) -> None:
    """Add a geometry of the building itself; curves and implicit geometries are none of its outline."""
    level, geometry = name[3:4], name[4:]
    if geometry in ("FootPrint", "RoofEdge"):
        kind = FOOTPRINT if geometry == "FootPrint" else ROOF_EDGE
        shape.named.setdefault("0", []).append((kind, element))
    elif geometry in ("Solid", "MultiSurface", "Geometry"):
        shape.plain.setdefault(level, []).append(element)


class _Links:
    """Elements that a building refers to by their ids.

    Attributes
    ----------
    missing : ids that neither the building nor `elsewhere` has
    """

    def __init__(self, building: ET.Element, elsewhere: Mapping[str, ET.Element]) -> None:
        self.missing: set[str] = set()
        self._building = building
        self._elsewhere = elsewhere
        self._own: dict[str, ET.Element] | None = None

    def find(self, link: str) -> ET.Element | None:
        """Return the element of a link such as ``#id``; links to other documents are not followed."""
        if not link.startswith("#"):
            self.missing.add(link)
            return None
        if self._own is None:
            own = ((_id(element), element) for element in self._building.iter())
            self._own = {key: element for key, element in own if key is not None}
        element = self._own.get(link[1:], self._elsewhere.get(link[1:]))
        if element is None:
            self.missing.add(link[1:])
        return element


@dataclass
class _Polygon:
    """A face: what it is, the CRS that its coordinates name, and its rings, the shell first."""

    kind: int
    crs: str | None
    rings: list[np.ndarray]


def _polygons(
    geometries: list[tuple[int, ET.Element]], crs: str | None, dimension: int, links: _Links
) -> list[_Polygon]:
    """Return the faces of geometries, each once, also where links lead to it twice."""
    result: list[_Polygon] = []
    seen: set[int] = set()
    followed: set[str] = set()
    for kind, geometry in geometries:
        waiting = [(geometry, crs, dimension)]
        while waiting:
            element, name, axes = waiting.pop()
            attributes = element.attrib
            if attributes:
                name = attributes.get("srsName", name)
                axes = _dimension(element) or axes
                link = attributes.get(_HREF)
                # Once is enough: links to links would multiply.
                if link is not None and link not in followed:
                    followed.add(link)
                    target = links.find(link)
                    if target is not None:
                        waiting.append((target, name, axes))
            tag = _NAMES[element.tag]
            if tag in _FACE_TAGS:
                if id(element) not in seen:
                    seen.add(id(element))
                    result.append(_polygon(element, kind, name, axes))
            # Shells inside a solid bound hollows.
            elif tag != "gml:interior":
                waiting.extend([(child, name, axes) for child in reversed(element)])
    return result


def _polygon(element: ET.Element, kind: int, crs: str | None, axes: int) -> _Polygon:
    shells: list[np.ndarray] = []
    holes: list[np.ndarray] = []
    for child in element:
        outer = _RINGS.get(_NAMES[child.tag])
        if outer is None:
            continue
        texts = []
        for item in child.iter():
            attributes = item.attrib
            if attributes:
                crs = attributes.get("srsName", crs)
                axes = _dimension(item) or axes
            tag = _NAMES[item.tag]
            if tag in ("gml:posList", "gml:pos"):
                texts.append(item.text or "")
            elif tag == "gml:coordinates":
                texts.append(_old_coordinates(item))
        (shells if outer else holes).append(_ring(" ".join(texts), axes))
    return _Polygon(kind, crs, [*shells[:1], *holes] if shells else [np.zeros((0, 3))])


def _old_coordinates(element: ET.Element) -> str:
    """Return the numbers of ``gml:coordinates`` as a list with blanks."""
    text = element.text or ""
    between, point = element.get("cs", ","), element.get("decimal", ".")
    if point != "." and point != between:
        text = text.replace(between, " ").replace(point, ".")
    return text.replace(between, " ").replace(element.get("ts", " "), " ")


def _ring(text: str, axes: int) -> np.ndarray:
    """Return a ring as (n, 3) numbers; without rows where the text is no list of coordinates.

    A list that is not closed in the stated dimension but is in the other one is read in that one.
    """
    try:
        values = np.array(list(map(float, text.split())))
    except ValueError:
        return np.zeros((0, 3))
    count = len(values)
    other = 5 - axes
    closed = count % axes == 0 and (values[:axes] == values[-axes:]).all()
    if not closed and count % other == 0 and count > other and (values[:other] == values[-other:]).all():
        axes = other
    if not count or count % axes:
        return np.zeros((0, 3))
    points = values.reshape(-1, axes)
    return points if axes == 3 else np.column_stack([points, np.full(len(points), _NAN)])
