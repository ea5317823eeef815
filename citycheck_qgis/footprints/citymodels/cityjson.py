"""Buildings of CityJSON 1.0, 1.1 and 2.0, and of CityJSONSeq, which is read line by line.

Source: CityJSON Specifications 1.0.3, 1.1.3 and 2.0.1 (cityjson.org); the sequence is "CityJSON Text Sequences".
"""

from __future__ import annotations

import gc
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import chain
from typing import Any, BinaryIO

import numpy as np

from ..findings import finding
from ..models import BuildingModel
from .attributes import describe, describe_parts, text_of
from .batches import Batch, Head, add_finding, lod_of, preference
from .faces import FOOTPRINT, GROUND, PLAIN, ROOF, ROOF_EDGE, SIDE, crs_of, numbers
from .files import NotACityModelError, Source

_VERSIONS = ("1.0", "1.1", "2.0")
_KINDS = {"GroundSurface": GROUND, "RoofSurface": ROOF}
_OF_LOD0 = {ROOF: ROOF_EDGE}
#: Types with surfaces, and how many lists there are around a face.
_SURFACES = {"MultiSurface", "CompositeSurface"}
_SOLIDS = {"MultiSolid", "CompositeSolid"}
#: Children that stand for the building where neither it nor its parts have a shape of their own.
_ELEMENTS = {"BuildingConstructiveElement"}

_BLANK = b" \t\r\n\x1e"

Object = dict[str, Any]


def read(source: Source, head: Head, lod: str | None = None) -> Iterator[Batch]:
    """Yield the buildings of a document in batches; `head` is filled on the way.

    Parameters
    ----------
    source : CityJSON, or CityJSONSeq, of which one feature at a time is held
    lod : level of detail to prefer for solids, such as ``2`` or ``1.3``

    Raises
    ------
    NotACityModelError : the document is JSON of another kind, or none at all.
    """
    with source.open() as stream:
        yield from _read(stream, source.name, _Gather(head, lod))


def _read(stream: BinaryIO, name: str, gather: _Gather) -> Iterator[Batch]:
    head = gather.head
    first = stream.readline()
    while first and not first.strip(_BLANK):
        first = stream.readline()
    document: Object | None
    try:
        document = _object(first)
    except (ValueError, RecursionError):
        # Not a line of its own: a document on many lines, or a broken one.
        document = _whole(first + stream.read(), name)
    # The text of a document on one line is as long as the file.
    del first
    assert document is not None
    kind = document.get("type")
    if kind not in ("CityJSON", "CityJSONFeature"):
        raise NotACityModelError(
            "{file} is JSON, but not CityJSON: its type is {type}.", file=name, type=str(kind)[:40]
        )
    if kind == "CityJSON":
        head.schema = _schema(document, head)
    else:
        head.schema = "CityJSONSeq"
        head.add(
            [finding("header_missing", "The sequence has no header, so that its transform is not known.")]
        )
    context = _Context()
    unreadable: list[int] = []
    number = 1
    while document is not None:
        kind = document.get("type")
        if kind == "CityJSON":
            # Also within a sequence, where several were joined: what follows is under this header.
            context = _Context.of(document)
            if number == 1 or document.get("CityObjects"):
                yield from gather.document(document, context)
        elif kind == "CityJSONFeature":
            own = context.moved(document["transform"]) if "transform" in document else context
            yield from gather.document(document, own)
        else:
            unreadable.append(number)
        document, number = _next(stream, number, unreadable)
        if document is not None:
            head.schema = head.schema.replace("CityJSON ", "CityJSONSeq ")
    yield from gather.rest()
    if unreadable:
        head.add(
            [
                finding(
                    "feature_unreadable",
                    "{count} lines of {file} are no CityJSON features and were left out; the first is line {line}.",
                    count=len(unreadable),
                    file=name,
                    line=unreadable[0],
                )
            ]
        )


def _next(stream: BinaryIO, number: int, unreadable: list[int]) -> tuple[Object | None, int]:
    """Return the object of the next line that has one, None at the end, and the number of its line."""
    for line in stream:
        number += 1
        if line.strip(_BLANK):
            try:
                return _object(line), number
            except (ValueError, RecursionError):
                unreadable.append(number)
    return None, number


def _object(text: bytes) -> Object:
    """Return the JSON object of a text; ValueError where it is none."""
    blank = text[:1] in _BLANK or text.startswith(b"\xef\xbb\xbf")
    # The collector would walk over millions of lists that all stay, again and again.
    collecting = gc.isenabled()
    gc.disable()
    try:
        value = json.loads(text.strip(_BLANK).removeprefix(b"\xef\xbb\xbf") if blank else text)
    finally:
        if collecting:
            gc.enable()
    if not isinstance(value, dict):
        raise ValueError("its outermost value is not an object")
    return value


def _whole(text: bytes, name: str) -> Object:
    try:
        return _object(text)
    except RecursionError as error:
        raise NotACityModelError("{file} is nested too deeply to be CityJSON.", file=name) from error
    except json.JSONDecodeError as error:
        raise NotACityModelError(
            "{file} is not complete JSON: it cannot be read further than line {line}, column {column}; copy or "
            "download it again.",
            file=name,
            line=error.lineno,
            column=error.colno,
        ) from error
    except ValueError as error:
        raise NotACityModelError(
            "{file} is not CityJSON: {reason}.", file=name, reason=str(error)[:80]
        ) from error


def _schema(header: Object, head: Head) -> str:
    version = str(header.get("version", ""))[:10]
    if not version.startswith(_VERSIONS):
        head.add(
            [
                finding(
                    "version_unknown",
                    "CityJSON version {version} is not one of {versions}; it was read like the last of them.",
                    version=version or "?",
                    versions=list(_VERSIONS),
                )
            ]
        )
    if "versioning" in header:
        head.add(
            [
                finding(
                    "versioning_dialect",
                    "The file follows a proposal for versioning that is not part of CityJSON; whatever differs from "
                    "the standard was left out.",
                )
            ]
        )
    return f"CityJSON {version}"


@dataclass
class _Context:
    """What a header says about all features below it."""

    scale: np.ndarray = field(default_factory=lambda: np.ones(3))
    translate: np.ndarray = field(default_factory=lambda: np.zeros(3))
    crs: str | None = None
    templates: Sequence[Any] = ()
    template_vertices: np.ndarray = field(default_factory=lambda: np.zeros((0, 3)))

    @classmethod
    def of(cls, document: Object) -> _Context:
        metadata = _mapping(document.get("metadata"))
        crs, old = metadata.get("referenceSystem"), _mapping(metadata.get("crs"))
        if crs is None and old.get("epsg"):
            crs = f"EPSG:{old['epsg']}"
        templates = _mapping(document.get("geometry-templates"))
        plain = cls(
            crs=str(crs)[:500] if crs else None,
            templates=_list(templates.get("templates")),
            template_vertices=numbers(_list(templates.get("vertices-templates"))),
        )
        return plain.moved(document["transform"]) if "transform" in document else plain

    def moved(self, transform: object) -> _Context:
        """Return the same with another transform, NaN throughout where it is malformed."""
        given = _mapping(transform)
        scale, translate = (numbers([given.get(key)])[0] for key in ("scale", "translate"))
        if not np.isfinite([scale, translate]).all():
            # Half of a transform would put the buildings somewhere, but not where they are.
            scale, translate = np.full((2, 3), np.nan)
        return replace(self, scale=scale, translate=translate)

    @property
    def malformed(self) -> bool:
        """Whether the transform says nothing, so that no vertex has a place."""
        return bool(np.isnan(self.scale).any())

    def vertices(self, raw: object) -> np.ndarray:
        """Return vertices as numbers of the CRS, NaN where it is not known how they become such."""
        return numbers(_list(raw)) * self.scale + self.translate


class _Gather:
    """Collects the buildings of documents or features into batches."""

    def __init__(self, head: Head, lod: str | None) -> None:
        self.head = head
        self._lod = lod
        self._batch = _batch()
        self._vertices = _Vertices(np.zeros((0, 3)))
        self._flat: list[int] = []

    def document(self, document: Object, context: _Context | None = None) -> Iterator[Batch]:
        """Gather the buildings of a document or feature; yield batches that are full."""
        context = context or _Context.of(document)
        objects = document.pop("CityObjects", None)
        if not isinstance(objects, dict):
            self.head.add(
                [finding("objects_missing", "The file, or a feature of it, has no object CityObjects.")]
            )
            return
        if context.malformed:
            self.head.add(
                [
                    finding(
                        "transform_malformed",
                        "The transform of the file, or of a feature of it, is not a scale and a translate of three "
                        "numbers each, so that the buildings under it have no polygon and no place; have the model "
                        "exported again.",
                    )
                ]
            )
        vertices = _Vertices(context.vertices(document.pop("vertices", None)))
        wrong = [key for key, item in objects.items() if not isinstance(item, dict)]
        for key in wrong:
            del objects[key]
        if wrong:
            self.head.add(
                [
                    finding(
                        "object_malformed",
                        "{count} city objects are no objects and were left out; the first is {id}.",
                        count=len(wrong),
                        id=wrong[0],
                    )
                ]
            )
        for building in _buildings(objects):
            self._add(building, vertices, context)
            if self._batch.full:
                yield self._hand_on()

    def rest(self) -> Iterator[Batch]:
        """Yield what is left."""
        if self._batch.buildings:
            yield self._hand_on()

    def _hand_on(self) -> Batch:
        self._flush()
        batch, self._batch = self._batch, _batch()
        return batch

    def _add(self, family: _Family, vertices: _Vertices, context: _Context) -> None:
        number = len(self._batch.buildings)
        building = BuildingModel(guid=family.id)
        self._batch.buildings.append(building)
        attributes = _mapping(family.building.get("attributes"))
        address = family.building.get("address")
        if address and "address" not in attributes:
            attributes = {**attributes, "address": _address(address)}
        building.object_type = text_of(attributes.get("class"))
        describe(building, attributes)
        describe_parts(building, [_mapping(part.get("attributes")) for part in family.parts])
        self.head.parts += len(family.parts)
        if family.orphan:
            building.findings.append(
                finding("part_without_building", "A building part without a building counts as a building.")
            )
        crs = crs_of(self._batch.crs_names, context.crs)
        shaped = False
        for own, item in chain([(True, family.building)], ((False, part) for part in family.parts)):
            shaped |= self._shape(building, number, item, own, crs, vertices, context)
        if not shaped:
            for item in family.elements:
                self._shape(building, number, item, False, crs, vertices, context)

    def _shape(
        self,
        building: BuildingModel,
        number: int,
        item: Object,
        own: bool,
        crs: int,
        vertices: _Vertices,
        context: _Context,
    ) -> bool:
        """Add the faces of an object; return whether it has any."""
        faces = self._batch.faces
        count = 0
        for geometry, array in _chosen(_list(item.get("geometry")), vertices, context, self._lod):
            try:
                shape, kinds = _faces(geometry)
                rings = list(chain.from_iterable(shape))
                face_rings, sizes = list(map(len, shape)), list(map(len, rings))
                flat = list(chain.from_iterable(rings))
            except (TypeError, KeyError, IndexError, AttributeError):
                building.elements_missed += 1
                add_finding(
                    building.findings,
                    finding(
                        "geometry_malformed", "A geometry is not built as CityJSON says and was left out."
                    ),
                )
                continue
            if array is not self._vertices:
                self._flush()
                self._vertices = array
            self._flat += flat
            faces.ring_sizes += sizes
            faces.face_rings += face_rings
            faces.kinds += kinds
            count += len(shape)
            self._batch.vertices += len(flat)
        if count:
            faces.runs.append((number, faces.objects, own, crs, count))
            faces.objects += 1
        return count > 0

    def _flush(self) -> None:
        """Turn the vertex numbers gathered so far into coordinates."""
        if self._flat:
            self._batch.faces.coordinates.append(self._vertices.at(self._flat))
            self._flat = []


def _batch() -> Batch:
    """Return an empty batch; programs write CityJSON east first, also where the registry has the north first."""
    return Batch(east_first=True)


@dataclass(frozen=True)
class _Vertices:
    """Vertices of a document, or of templates with the way from there to the place of one instance."""

    array: np.ndarray
    matrix: np.ndarray | None = None
    point: np.ndarray | None = None

    def at(self, flat: list[Any]) -> np.ndarray:
        """Return the vertices of a list of their numbers; NaN for whatever is no such number."""
        count = len(self.array)
        try:
            index = np.array(flat)
        except (ValueError, OverflowError):
            index = np.zeros(0)
        if index.dtype.kind != "i" or index.ndim != 1:
            index = np.array([i if type(i) is int and 0 <= i < count else -1 for i in flat])
        wrong = (index < 0) | (index >= count)
        if wrong.any():
            found = np.full((len(index), 3), np.nan)
            found[~wrong] = self.array[index[~wrong]]
        else:
            found = self.array[index]
        if self.matrix is None or self.point is None:
            return found
        return found @ self.matrix[:3, :3].T + self.matrix[:3, 3] + self.point


@dataclass
class _Family:
    """A building with its parts, and the elements it is built of."""

    id: str
    building: Object
    parts: list[Object]
    elements: list[Object]
    orphan: bool = False


def _buildings(objects: dict[str, Object]) -> Iterator[_Family]:
    """Yield the buildings of a document with their parts; parts that no building has come last, as buildings.

    Objects are taken out of the document on the way, so that their memory is free early. Loops of parents and
    children end where an object is met again.
    """
    parts_of: dict[str, list[str]] = {}
    for key, item in objects.items():
        if _type(item) in ("BuildingPart", *_ELEMENTS):
            for parent in _list(item.get("parents")):
                if isinstance(parent, str):
                    parts_of.setdefault(parent, []).append(key)
    tops = [key for key, item in objects.items() if _type(item) == "Building"]
    for key in tops:
        yield _family(key, objects, parts_of)
    for key in [key for key, item in objects.items() if _type(item) == "BuildingPart"]:
        if key in objects:
            family = _family(key, objects, parts_of)
            family.orphan = True
            yield family


def _family(key: str, objects: dict[str, Object], parts_of: Mapping[str, Sequence[str]]) -> _Family:
    building = objects.pop(key)
    family = _Family(key, building, [], [])
    waiting = [(key, building)]
    while waiting:
        parent, item = waiting.pop()
        children = [child for child in _list(item.get("children")) if isinstance(child, str)]
        for child in dict.fromkeys(chain(children, parts_of.get(parent, ()))):
            kind = _type(objects.get(child, {}))
            if kind == "BuildingPart":
                part = objects.pop(child)
                family.parts.append(part)
                waiting.append((child, part))
            elif kind in _ELEMENTS:
                family.elements.append(objects.pop(child))
    return family


def _type(item: Object) -> str:
    """Return the type of a city object; extensions of buildings (``+NoiseBuilding``) count as buildings."""
    kind = item.get("type")
    if not isinstance(kind, str):
        return ""
    if kind.startswith("+"):
        return next((t for t in ("BuildingPart", "Building") if kind.endswith(t)), kind)
    return kind


def _chosen(
    geometries: Iterable[object], vertices: _Vertices, context: _Context, lod: str | None
) -> Iterator[tuple[Object, _Vertices]]:
    """Yield the geometries of an object that count, with their vertices: those of LoD0, and the best other one."""
    solids = []
    for place, geometry in enumerate(geometries):
        if not isinstance(geometry, dict):
            continue
        array = vertices
        if geometry.get("type") == "GeometryInstance":
            geometry, array = _instance(geometry, vertices, context)
        kind = geometry.get("type")
        if kind != "Solid" and kind not in _SURFACES and kind not in _SOLIDS:
            continue
        level = lod_of(geometry.get("lod"))
        if level.startswith("0"):
            yield geometry, array
        else:
            unnamed = not geometry.get("semantics")
            solids.append((preference(level, lod), unnamed, kind in _SURFACES, place, geometry, array))
    if solids:
        *_, geometry, array = min(solids, key=lambda item: item[:4])
        yield geometry, array


def _instance(geometry: Object, vertices: _Vertices, context: _Context) -> tuple[Object, _Vertices]:
    """Return the template that a geometry points to, and how its vertices come to their place."""
    try:
        template = context.templates[geometry["template"]]
        point = vertices.array[geometry["boundaries"][0]]
        matrix = np.array(geometry["transformationMatrix"], dtype=np.float64).reshape(4, 4)
        if isinstance(template, dict) and point.shape == (3,):
            return template, _Vertices(context.template_vertices, matrix, point)
    except (KeyError, IndexError, TypeError, ValueError):
        pass
    # Kept as a geometry that cannot be read, so that the building says so.
    return {"type": "Solid", "boundaries": None}, vertices


def _faces(geometry: Object) -> tuple[list[list[Any]], list[int]]:
    """Return the faces of a geometry as lists of rings, and what each is (`faces.FOOTPRINT` ...).

    Of a solid only the outer shell counts: the inner ones bound hollows.
    """
    boundaries, kind = geometry["boundaries"], geometry["type"]
    semantics = geometry.get("semantics")
    semantics = semantics if isinstance(semantics, dict) else {}
    values = semantics.get("values")
    if not isinstance(boundaries, list):
        raise TypeError
    if kind == "Solid":
        faces, values = _shell(boundaries), _shell(values)
    elif kind in _SOLIDS:
        shells = [_shell(solid) for solid in boundaries]
        given = values if isinstance(values, list) and len(values) == len(shells) else [None] * len(shells)
        faces = list(chain.from_iterable(shells))
        values = list(
            chain.from_iterable(
                _shell(value) or [None] * len(shell) for value, shell in zip(given, shells, strict=True)
            )
        )
    else:
        faces = boundaries
    kinds = [PLAIN] * len(faces)
    surfaces = semantics.get("surfaces")
    if isinstance(surfaces, list) and isinstance(values, list) and len(values) == len(faces):
        named = [_KINDS.get(str(s.get("type")), SIDE) if isinstance(s, dict) else SIDE for s in surfaces]
        kinds = [
            named[value] if type(value) is int and 0 <= value < len(named) else PLAIN for value in values
        ]
    if lod_of(geometry.get("lod")).startswith("0"):
        kinds = [_OF_LOD0.get(kind, FOOTPRINT) for kind in kinds]
    return faces, kinds


def _shell(solid: Any) -> list[Any]:
    return solid[0] if isinstance(solid, list) and solid and isinstance(solid[0], list) else []


def _address(address: object) -> object:
    """Return the texts of addresses; where they lie is not said again."""
    listed = address if isinstance(address, list) else [address]
    return [{k: v for k, v in item.items() if k != "location"} for item in listed if isinstance(item, dict)]


def _mapping(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []
