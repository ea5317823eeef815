"""WFS 1.1.0 and 2.0.0 with Transaction.

Options of a connection (`Connection.options`)
    version : ``2.0.0`` or ``1.1.0``; the default is the higher one that the platform has
    format : ``gml`` or ``geojson`` for reading; the default is what is exact in a sample: the geometry from the one with
        more decimals, a field from GeoJSON unless it makes numbers of true and false. Where this takes both, each page
        is asked for twice: QGIS Server cuts coordinates in GeoJSON and drops rare characters (beyond U+FFFF) in GML,
        MapServer cuts coordinates and shifts times in GML and calls every boolean 0 in GeoJSON
    page : features to ask for at a time
    batch : features in one transaction
    keys : keys in one query

What a probe may state (`CollectionSettings.probe`), each before what the platform declares or what its data shows
    axis_read, axis_write : ``xy`` or ``yx``, see `axes`
    srs_write : how the CRS is named in what is written; the default is ``EPSG:n``, which servers take with x first
    id_field : field that repeats the platform's id; an empty text where there is none
    find : ``filter`` or ``scan``
    capabilities : fields of `base.Capabilities`
"""

from __future__ import annotations

import re
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import groupby
from typing import Any
from uuid import uuid4
from xml.etree.ElementTree import Element
from xml.sax.saxutils import escape, quoteattr

from ...errors import CityCheckError, ExchangeError, NoAnswerError, RefusedError
from ...messages import Message, message
from ..connections import Connection
from ..features import GEOMETRY, Feature, Field, Schema, Value
from ..network import Answer, Dialect, Http, reason_of, words_of
from . import ahead, axes, geojson, gml, guessing, wkb
from .base import DONE, Capabilities, Collection, Outcome, Page, Update
from .gml import local

PAGE, BATCH, KEYS = 5000, 200, 200
VERSIONS = ("2.0.0", "1.1.0")
_CRS84 = "OGC:CRS84"
_ERRORS = tuple(status for status in range(400, 600) if status != 401)
_NIL = "{http://www.w3.org/2001/XMLSchema-instance}nil"
_EXCEPTION = re.compile(rb"<(?:\w+:)?(?:Service)?ExceptionReport\b")
#: What XML 1.0 cannot hold, not even escaped.
_UNSAYABLE = re.compile("[^\t\n\r -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
#: A line end is told apart from another only where it is escaped.
_ESCAPES = {"\r": "&#13;"}
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
_QGIS = "http://www.qgis.org/gml"


@dataclass(frozen=True)
class _Speech:
    """What differs between the versions."""

    types: str
    number: str
    wfs: str
    fes: str
    gml: str
    name: str
    prefix: str
    id_element: str


_SPEECH = {
    "1.1.0": _Speech(
        "typeName", "maxFeatures", "http://www.opengis.net/wfs", "http://www.opengis.net/ogc",
        "http://www.opengis.net/gml", "Name", "PropertyName", "<fes:FeatureId fid={}/>",
    ),
    "2.0.0": _Speech(
        "typeNames", "count", "http://www.opengis.net/wfs/2.0", "http://www.opengis.net/fes/2.0",
        "http://www.opengis.net/gml/3.2", "ValueReference", "ValueReference", "<fes:ResourceId rid={}/>",
    ),
}  # fmt: skip


class WfsDialect(Dialect):
    """These platforms send their exceptions as XML, with status 200 as well."""

    def failure(self, answer: Answer) -> Message | None:
        """Return why the platform refused."""
        if answer.status >= 400:
            return reason_of(answer)
        if _EXCEPTION.search(answer.body[:1000]):
            return message("{said}", said=words_of(answer))
        return None


@dataclass(frozen=True)
class _Type:
    """A feature type as the capabilities describe it."""

    name: str
    title: str
    crs: tuple[str, ...]
    box: axes.Box | None
    operations: frozenset[str]
    formats: tuple[str, ...]


@dataclass(frozen=True)
class _Service:
    """What the capabilities say."""

    version: str
    types: tuple[_Type, ...]
    formats: tuple[str, ...]
    sorts: bool


def _service(http: Http, wanted: str) -> _Service:
    """Read the capabilities.

    Raises
    ------
    RefusedError : the platform has no version that is understood.
    """
    params = {"SERVICE": "WFS", "REQUEST": "GetCapabilities", "VERSION": wanted}
    root = http.request("GET", "", params=params).xml()
    version = root.get("version", "")
    if local(root.tag) not in ("WFS_Capabilities", "Capabilities") or version not in VERSIONS:
        raise RefusedError(
            "The platform answers with {root} {version}; a WFS of version 1.1.0 or 2.0.0 is needed.",
            root=local(root.tag),
            version=version,
        )
    operations = {o.get("name", ""): o for o in _all(root, "Operation") if o.get("name")}
    transacts = "Transaction" in operations and _constraint(root, "ImplementsTransactionalWFS") != "FALSE"
    lists = _all(root, "FeatureTypeList")
    whole = _operations(lists[0]) if lists else frozenset()
    types = []
    for element in _all(root, "FeatureType"):
        own = _operations(element) or whole or frozenset(("Insert", "Update", "Delete"))
        types.append(_type(element, own if transacts else frozenset()))
    return _Service(
        version, tuple(types), _formats(operations), _constraint(root, "ImplementsSorting") != "FALSE"
    )


def _all(root: Element, name: str) -> list[Element]:
    return [element for element in root.iter() if local(element.tag) == name]


def _child(element: Element, *names: str) -> Element | None:
    return next((child for child in element if local(child.tag) in names), None)


def _text(element: Element | None) -> str:
    return "" if element is None else (element.text or "").strip()


def _operations(element: Element) -> frozenset[str]:
    holder = _child(element, "Operations")
    return frozenset() if holder is None else frozenset(_text(o) or local(o.tag) for o in holder)


def _constraint(root: Element, name: str) -> str:
    for element in _all(root, "Constraint"):
        if element.get("name") == name:
            return (_text(_child(element, "DefaultValue")) or _text(_child(element, "Value"))).upper()
    return ""


def _formats(operations: Mapping[str, Element]) -> tuple[str, ...]:
    found = operations.get("GetFeature")
    if found is None:
        return ()
    return tuple(
        _text(value)
        for parameter in _all(found, "Parameter")
        if parameter.get("name") == "outputFormat"
        for value in _all(parameter, "Value")
    )


def _type(element: Element, operations: frozenset[str]) -> _Type:
    name = _text(_child(element, "Name"))
    crs = [
        _text(child)
        for child in element
        if local(child.tag) in ("DefaultCRS", "DefaultSRS", "OtherCRS", "OtherSRS")
    ]
    formats = _child(element, "OutputFormats")
    return _Type(
        name,
        _text(_child(element, "Title")) or name,
        tuple(crs),
        _box(_child(element, "WGS84BoundingBox")),
        operations,
        () if formats is None else tuple(_text(f) for f in formats),
    )


def _box(element: Element | None) -> axes.Box | None:
    if element is None:
        return None
    try:
        west, south = map(float, _text(_child(element, "LowerCorner")).split()[:2])
        east, north = map(float, _text(_child(element, "UpperCorner")).split()[:2])
    except ValueError:
        return None
    return west, south, east, north


def collections_of(http: Http) -> list[tuple[str, str]]:
    """Return name and title of each feature type."""
    return [(t.name, t.title) for t in _service(http, VERSIONS[0]).types]


class WfsCollection(Collection):
    """A feature type of a WFS."""

    def __init__(self, connection: Connection, http: Http, name: str) -> None:
        self._http = http
        self._settings = connection.settings(name)
        self._probe = self._settings.probe
        self._options = connection.options
        self.key_field = self._settings.key_field
        service = _service(http, str(self._options.get("version", VERSIONS[0])))
        self._version, self._say = service.version, _SPEECH[service.version]
        self._type = _chosen(service, name)
        self.name, self.title = self._type.name, self._type.title
        self._sorts = service.sorts
        self._srs_name = self._asked_srs()
        described = self._describe()
        self._json = next(
            (
                f
                for f in (*self._type.formats, *service.formats)
                if "json" in f.lower() and "jsonp" not in f.lower()
            ),
            "",
        )
        self._id_field = self._probe.get("id_field")
        sample = self._choose_sources()
        self._finish_schema(described, sample)
        self.capabilities = self._capabilities(sample)

    # --- what the platform declares --------------------------------------------------------------------

    def _asked_srs(self) -> str:
        wanted = self._settings.crs
        if wanted is None:
            return ""
        found = next((n for n in self._type.crs if axes.crs_of(n) == axes.crs_of(wanted)), None)
        if found is None:
            raise RefusedError(
                "Collection {collection} is not offered in the CRS {crs}; it has {offered}.",
                collection=self.name,
                crs=wanted,
                offered=sorted(set(map(axes.crs_of, self._type.crs))),
            )
        return found

    def _describe(self) -> list[Field]:
        """Read the fields; the geometry is kept apart."""
        params = self._params("DescribeFeatureType") | {self._say.types: self.name}
        root = self._http.request("GET", "", params=params).xml()
        self._namespace = root.get("targetNamespace", "")
        self._geometry_field, self._geometry_type = "", None
        fields: list[Field] = []
        for element in _elements_of(root, local_name(self.name)):
            name, type_ = element.get("name", ""), local_name(element.get("type", ""))
            kind = _geometry_of(type_)
            if kind is not None:
                if not self._geometry_field:
                    self._geometry_field, self._geometry_type = name, kind
                continue
            fields.append(_field(element, name, type_))
        if not fields and not self._geometry_field:
            raise RefusedError(
                "The platform does not describe the fields of collection {collection} in a form that is understood.",
                collection=self.name,
            )
        self._raw = Schema(tuple(fields), self._geometry_type)
        return fields

    def _choose_sources(self) -> list[_Raw]:
        """Read a sample, and find out from it which format is exact for what, and the order of the axes."""
        wanted = str(self._options.get("format", ""))
        offered = [f for f in ("gml", "geojson") if wanted in ("", f) and (f == "gml" or self._json)]
        if not offered:
            raise RefusedError(
                "Collection {collection} is not offered as {format}.", collection=self.name, format=wanted
            )
        samples = {f: self._read(self._get({self._say.number: "20"}, _Source(f)), f) for f in offered}
        self._sources, self._of_field = self._sources_of(samples)
        sample = samples[self._sources[0].format]
        self._chosen = any(r.geometry is not None for r in sample) or bool(
            sample and not self._geometry_field
        )
        others = samples[self._sources[-1].format]
        if len(others) == len(sample):
            sample = [self._joined(raw, other) for raw, other in zip(sample, others, strict=True)]
        self._decide_axes(sample)
        return sample

    def _sources_of(self, samples: Mapping[str, list[_Raw]]) -> tuple[tuple[_Source, ...], dict[str, str]]:
        """Return the requests that make up a page, that of the geometry first, and the format of each field."""
        fields = self._raw.names
        if len(samples) == 1:
            (format_,) = samples
            return (_Source(format_),), dict.fromkeys(fields, format_)
        exact = {f: self._exactness(sample) for f, sample in samples.items()}
        unseen = not any(decimals for _, decimals in exact.values())
        better = exact["gml"] > exact["geojson"] or (unseen and self._namespace == _QGIS)
        of_geometry = "gml" if better else "geojson"
        of_field = {}
        for name in fields:
            texts = {r.values.get(name) for r in samples["gml"]} - {None, ""}
            plain = all(isinstance(r.values.get(name), bool | None) for r in samples["geojson"])
            of_field[name] = "gml" if texts and texts <= {"true", "false"} and not plain else "geojson"
        sources = [_Source(of_geometry, (*self._wanted(of_field, of_geometry), self._geometry_field))]
        for other in {"gml", "geojson"} & set(of_field.values()) - {of_geometry}:
            sources.append(_Source(other, self._wanted(of_field, other)))
        return (tuple(sources) if len(sources) > 1 else (_Source(of_geometry),)), of_field

    def _exactness(self, sample: list[_Raw]) -> tuple[bool, int]:
        """Return whether a sample is in the CRS of the type (GeoJSON may be in degrees always), and its decimals."""
        crs = axes.crs_of(self._srs_name or next(iter(self._type.crs), _CRS84))
        positions = [p for r in sample if (p := _first_position(r.geometry)) is not None]
        decimals = max((_decimals(r.geometry) for r in sample), default=0)
        return axes.decide(positions, crs, self._type.box) is not None, decimals

    def _wanted(self, of_field: Mapping[str, str], format_: str) -> tuple[str, ...]:
        """Return the fields to take from a format, and those by which the two are joined."""
        joins = {self.key_field, *(f.name for f in self._raw.fields if guessing.may_be_id(f))}
        return tuple(name for name, source in of_field.items() if source == format_ or name in joins)

    def _decide_axes(self, sample: list[_Raw]) -> None:
        """Find out CRS and order: a document's own word, the type's, and longitude and latitude (all GeoJSON once)."""
        named = [r.srs for r in sample if r.srs]
        names = [named[0] if named else "", self._srs_name, *self._type.crs[:1], _CRS84]
        candidates = list(dict.fromkeys(axes.crs_of(n) for n in names if n))
        positions = [p for r in sample if (p := _first_position(r.geometry)) is not None]
        self.crs: str | None = None if self._geometry_type is None else candidates[0]
        self._read_order: str | None = self._probe.get("axis_read")
        if self._read_order is not None:
            return
        for crs in candidates if positions else ():
            order = axes.decide(positions, crs, self._type.box)
            if order is not None:
                self.crs, self._read_order = crs, order
                return

    def _finish_schema(self, fields: list[Field], sample: list[_Raw]) -> None:
        refined = [_refined(field, [r.values.get(field.name) for r in sample]) for field in fields]
        if self._id_field is None:
            pairs = [(r.values, r.server_id.rpartition(".")[2]) for r in sample if r.server_id]
            self._id_field = guessing.repeated_id(refined, pairs)
        if self.key_field is not None and not any(field.name == self.key_field for field in refined):
            raise RefusedError(
                "Collection {collection} has no field {field} for the key; it has {fields}. Name another one in the "
                "connection, or have the field added on the platform.",
                collection=self.name,
                field=self.key_field,
                fields=[field.name for field in refined],
            )
        known = {self.key_field, self._id_field}
        self.schema = Schema(tuple(f for f in refined if f.name not in known), self._geometry_type)

    def _capabilities(self, sample: list[_Raw]) -> Capabilities:
        self._keys = int(self._options.get("keys", KEYS))
        self._filters = self._probe.get("find", "") != "scan" and self._finds(sample)
        does = self._type.operations
        return Capabilities(
            create="Insert" in does,
            update="Update" in does,
            delete="Delete" in does,
            batch=int(self._options.get("batch", BATCH)),
            partial_update=True,
            find_batch=self._keys if self._filters else 0,
        )

    def _finds(self, sample: list[_Raw]) -> bool:
        """Return whether a query by key finds a key that is there, and nothing for one that is not."""
        if self.key_field is None:
            return False
        known = [str(key) for r in sample if (key := r.values.get(self.key_field))][:2]
        try:
            found = {f.key for f in self._queried(known)} if known else set()
            return found == set(known) and not self._queried([str(uuid4())])
        except ExchangeError:
            return False

    # --- reading ---------------------------------------------------------------------------------------

    def _params(self, request: str) -> dict[str, str]:
        return {"SERVICE": "WFS", "VERSION": self._version, "REQUEST": request}

    def _get(self, extra: Mapping[str, str], source: _Source) -> Answer:
        params = self._params("GetFeature") | {self._say.types: self.name} | dict(extra)
        if self._srs_name:
            params["SRSNAME"] = self._srs_name
        if source.format == "geojson":
            params["OUTPUTFORMAT"] = self._json
        if source.names:
            params["PROPERTYNAME"] = ",".join(source.names)
        return self._http.request("GET", "", params=params)

    def _asked(self, ask: Callable[[_Source], Answer]) -> list[_Raw]:
        """Return what one request, or two in different formats, give of the same features."""
        for _ in range(3):
            raw = self._read(ask(self._sources[0]), self._sources[0].format)
            if len(self._sources) == 1:
                return raw
            others = self._read(ask(self._sources[1]), self._sources[1].format)
            by_id = {self._identity(other): other for other in others}
            if len(by_id) == len(raw) and all(self._identity(r) in by_id for r in raw):
                return [self._joined(r, by_id[self._identity(r)]) for r in raw]
        raise NoAnswerError(
            "Collection {collection} changes faster than it can be read in two formats; run again, or set the option "
            "format of the connection to one of them.",
            collection=self.name,
        )

    def _identity(self, raw: _Raw) -> str:
        return (
            raw.server_id.rpartition(".")[2] if raw.server_id else str(raw.values.get(self._id_field or ""))
        )

    def _joined(self, raw: _Raw, other: _Raw) -> _Raw:
        first = self._sources[0].format
        values = {n: (raw if f == first else other).values.get(n) for n, f in self._of_field.items()}
        return _Raw(raw.server_id or other.server_id, values, raw.geometry, raw.srs)

    def pages(self) -> Iterator[Page]:
        """Read everything, from each start until a page is empty: platforms cut pages shorter than they were asked."""
        self._choose_late()
        return ahead.converted(
            self._parsed_pages(), lambda page: Page(self._features(page.raw), page.matched, page.last)
        )

    def _parsed_pages(self) -> Generator[_Parsed, None, None]:
        limit = int(self._options.get("page", PAGE))
        matched, total, first = self._count(), 0, None
        order = {"SORTBY": self._order} if self._order else {}
        while True:
            extra = {self._say.number: str(limit), "STARTINDEX": str(total)} | order
            try:
                raw = self._asked(partial(self._get, extra))
            except RefusedError:
                if total or not order:
                    raise
                order = {}
                continue
            begins = (raw[0].server_id, raw[0].values) if raw else None
            if raw and begins == first:
                # The platform does not page: it gives the same again.
                yield _Parsed([], matched, last=matched == total)
                return
            first, total = begins, total + len(raw)
            yield _Parsed(raw, matched, last=not raw)
            if not raw:
                return
            del raw

    def _choose_late(self) -> None:
        """Choose the formats where the collection had no geometry to compare when it was opened."""
        if not self._chosen:
            self._choose_sources()

    @property
    def _order(self) -> str:
        return str(self._id_field or self.key_field or "") if self._sorts else ""

    def _count(self) -> int | None:
        params = self._params("GetFeature") | {self._say.types: self.name, "RESULTTYPE": "hits"}
        try:
            root = self._http.request("GET", "", params=params).xml()
        except CityCheckError as error:
            if isinstance(error, RefusedError | NoAnswerError):
                return None
            raise
        said = root.get("numberMatched") or root.get("numberOfFeatures") or ""
        return int(said) if said.isdecimal() else None

    def _read(self, answer: Answer, format_: str) -> list[_Raw]:
        if format_ == "geojson":
            return self._read_geojson(answer)
        root = answer.xml()
        if local(root.tag) != "FeatureCollection":
            raise NoAnswerError("{url} is no collection of features; probe the platform.", url=answer.url)
        return [self._raw_feature(element) for element in _members(root)]

    def _read_geojson(self, answer: Answer) -> list[_Raw]:
        document = answer.json()
        items = document.get("features") if isinstance(document, dict) else None
        if not isinstance(items, list):
            raise NoAnswerError("{url} is no collection of features; probe the platform.", url=answer.url)
        return [
            _Raw(str(item.get("id", "")) or None, item.get("properties") or {}, item.get("geometry"), "")
            for item in items
        ]

    def _raw_feature(self, element: Element) -> _Raw:
        """Return a feature with its values as texts: None for null, an empty text for an empty element."""
        values: dict[str, Any] = {}
        geometry: Element | None = None
        for child in element:
            name = child.tag.rpartition("}")[2]
            if name == self._geometry_field:
                geometry = child[0] if len(child) else None
            elif name == "boundedBy":
                continue
            elif child.get(_NIL) in ("true", "1"):
                values[name] = None
            elif len(child):
                values[name] = "".join(child.itertext()).strip()
            else:
                values[name] = child.text or ""
        attributes = element.attrib
        server_id = next((v for k, v in attributes.items() if local(k) in ("id", "fid")), None)
        return _Raw(server_id, values, geometry, "" if geometry is None else geometry.get("srsName", ""))

    def _features(self, raw: list[_Raw]) -> list[Feature]:
        if self._read_order is None and raw:
            self._decide_axes(raw)
        swapped = self._read_order == axes.YX
        values = [r.values for r in raw]
        if self._id_field:
            for r in raw:
                r.server_id = r.server_id or str(r.values.get(self._id_field))
        rows = _rows(values, self.schema.fields, self._of_field)
        keys = geojson.keys(values, self.key_field, [r.server_id for r in raw])
        made = []
        for r, key, row in zip(raw, keys, rows, strict=True):
            try:
                made.append(Feature(key, row, _wkb_of(r.geometry, swapped), r.server_id))
            except wkb.BrokenGeometryError as error:
                raise ExchangeError(
                    "The platform gives feature {feature} of collection {collection} a geometry that cannot be read "
                    "({reason}); have it repaired there.",
                    feature=r.server_id,
                    collection=self.name,
                    reason=str(error),
                ) from error
        return made

    # --- finding ---------------------------------------------------------------------------------------

    def find(self, keys: Sequence[str]) -> list[Feature]:
        """Return every feature that has one of the keys."""
        self._choose_late()
        keys = list(dict.fromkeys(keys))
        if not self._filters:
            return self.scan(keys) if keys else []
        found: list[Feature] = []
        for start in range(0, len(keys), self._keys):
            part = keys[start : start + self._keys]
            try:
                these = self._queried(part)
            except RefusedError:
                # MapServer puts some characters into its SQL so that the database refuses it.
                found += self.scan(part)
                continue
            if not {feature.key for feature in these} <= set(part):
                # The filter is not heeded: what came is a page of everything.
                self._filters = False
                return found + self.scan(keys[start:])
            found += these
        return found

    def _queried(self, keys: Sequence[str]) -> list[Feature]:
        if any(_UNSAYABLE.search(key) for key in keys):
            return self.scan(keys)
        reference = self._say.prefix
        name = escape(str(self.key_field))
        parts = [
            f"<fes:PropertyIsEqualTo><fes:{reference}>{name}</fes:{reference}>"
            f"<fes:Literal>{escape(key, _ESCAPES)}</fes:Literal></fes:PropertyIsEqualTo>"
            for key in keys
        ]
        test = parts[0] if len(parts) == 1 else f"<fes:Or>{''.join(parts)}</fes:Or>"
        return self._filtered(f"<fes:Filter>{test}</fes:Filter>")

    def _filtered(self, filter_: str) -> list[Feature]:
        srs = f" srsName={quoteattr(self._srs_name)}" if self._srs_name else ""
        query = (
            f"<wfs:Query {self._say.types}={quoteattr(self.name)}{srs}>{filter_}</wfs:Query></wfs:GetFeature>"
        )

        def ask(source: _Source) -> Answer:
            format_ = f" outputFormat={quoteattr(self._json)}" if source.format == "geojson" else ""
            return self._post(self._opened("GetFeature", format_) + query, repeatable=True)

        return self._features(self._asked(ask))

    def _opened(self, request: str, attributes: str = "") -> str:
        """Return the begin of a request's XML with all prefixes that are used in it."""
        say = self._say
        prefix = self.name.partition(":")[0] if ":" in self.name else ""
        own = (
            f" xmlns:{prefix}={quoteattr(self._namespace)}"
            if prefix not in ("", "f", "wfs", "fes", "gml")
            else ""
        )
        return (
            f'<?xml version="1.0" encoding="UTF-8"?><wfs:{request} service="WFS" version="{self._version}"{attributes}'
            f' xmlns:wfs="{say.wfs}" xmlns:fes="{say.fes}" xmlns:gml="{say.gml}"'
            f" xmlns:f={quoteattr(self._namespace)}{own}>"
        )

    def _post(self, body: str, repeatable: bool, accept: tuple[int, ...] = ()) -> Answer:
        headers = {"Content-Type": "text/xml; charset=UTF-8"}
        return self._http.request(
            "POST", "", body=body.encode(), headers=headers, repeatable=repeatable, accept=accept
        )

    # --- writing ---------------------------------------------------------------------------------------

    def create(self, features: Sequence[Feature]) -> list[Outcome]:
        """Add features in one transaction, an Insert each: QGIS Server takes one feature in it, and names it apart."""
        actions = []
        for n, feature in enumerate(features):
            values = dict(feature.values)
            if self.key_field is not None:
                values[self.key_field] = feature.key
            # A field that is left out is null; an empty element is an empty text.
            parts = [
                f"<f:{name}>{_said(value)}</f:{name}>" for name, value in values.items() if value is not None
            ]
            if feature.geometry is not None and self._geometry_field:
                parts.insert(
                    0, f"<f:{self._geometry_field}>{self._gml(feature, n)}</f:{self._geometry_field}>"
                )
            name = local_name(self.name)
            actions.append(f'<wfs:Insert handle="h{n}"><f:{name}>{"".join(parts)}</f:{name}></wfs:Insert>')
        return self._transact(actions, [self._unsendable(f, f.values) for f in features], "totalInserted")

    def _gml(self, feature: Feature, n: int) -> str:
        assert feature.geometry is not None
        swapped = self._probe.get("axis_write", axes.XY) == axes.YX
        identity = f"g{n}" if self._version == "2.0.0" else ""
        try:
            return gml.from_wkb(feature.geometry, self._write_srs, swapped=swapped, identity=identity)
        except wkb.BrokenGeometryError:
            return ""

    @property
    def _write_srs(self) -> str:
        return str(self._probe.get("srs_write") or self.crs)

    def _unsendable(self, feature: Feature, names: Any) -> Message | None:
        """Return why a feature cannot be said in XML; None where it can."""
        for name in names:
            value = feature.values.get(name)
            if isinstance(value, str) and (found := _UNSAYABLE.search(value)):
                return message(
                    "its field {field} holds the character U+{code}, which XML cannot hold; correct the text",
                    field=name,
                    code=f"{ord(found[0]):04X}",
                )
        if feature.geometry is not None and not self._gml(feature, 0):
            return message("its geometry cannot be said in GML")
        return None

    def update(self, updates: Sequence[Update]) -> list[Outcome]:
        """Change features in one transaction; only what changes is sent.

        Features that get the same values share an Update, which the platform does in a fraction of the time.
        """
        order = sorted(
            range(len(updates)), key=lambda n: self._properties(updates[n], n if _moves(updates[n]) else 0)
        )
        actions: list[str] = []
        members: list[list[int]] = []
        for properties, group in groupby(
            order, key=lambda n: self._properties(updates[n], n if _moves(updates[n]) else 0)
        ):
            numbers = list(group)
            actions.append(
                f'<wfs:Update handle="h{len(actions)}" {self._typed}>{properties}'
                f"{self._filter([updates[n].before for n in numbers])}</wfs:Update>"
            )
            members.append(numbers)
        refused = [self._unsendable(u.after, u.changed - {GEOMETRY}) for u in updates]
        if any(refused):
            return self._without(refused, lambda kept: self.update([updates[n] for n in kept]))
        outcomes = self._transact(actions, [None] * len(actions), "totalUpdated", [len(m) for m in members])
        by_number = {n: outcome for outcome, numbers in zip(outcomes, members, strict=True) for n in numbers}
        return [by_number[n] for n in range(len(updates))]

    @property
    def _typed(self) -> str:
        return f"typeName={quoteattr(self.name)}"

    def _properties(self, update: Update, n: int) -> str:
        parts = []
        for name in sorted(update.changed):
            if name == GEOMETRY and self._geometry_field:
                said = "" if update.after.geometry is None else self._gml(update.after, n)
                parts.append(self._property(self._geometry_field, said or None))
            elif name != GEOMETRY:
                value = update.after.values.get(name)
                parts.append(self._property(name, None if value is None else _said(value)))
        return "".join(parts)

    def _property(self, name: str, said: str | None) -> str:
        # Without a Value it becomes null; an empty Value is an empty text.
        value = "" if said is None else f"<wfs:Value>{said}</wfs:Value>"
        element = self._say.name
        return f"<wfs:Property><wfs:{element}>{escape(name)}</wfs:{element}>{value}</wfs:Property>"

    def _filter(self, features: Sequence[Feature]) -> str:
        """Return a filter of ids. Without one, a platform changes or deletes everything."""
        ids = [feature.server_id for feature in features]
        if not ids or not all(ids):
            raise ValueError("a change of a feature without an id")
        elements = "".join(self._say.id_element.format(quoteattr(str(i))) for i in ids)
        return f"<fes:Filter>{elements}</fes:Filter>"

    def delete(self, features: Sequence[Feature]) -> list[Outcome]:
        """Delete features in one transaction."""
        if not features:
            return []
        action = f'<wfs:Delete handle="h0" {self._typed}>{self._filter(features)}</wfs:Delete>'
        (outcome,) = self._transact([action], [None], "totalDeleted", [len(features)])
        if outcome.state != "unknown":
            return [outcome] * len(features)
        # Those that were gone before are not counted.
        left = {feature.server_id for feature in self._filtered(self._filter(features))}
        return [outcome if feature.server_id in left else DONE for feature in features]

    def _without(self, refused: Sequence[Message | None], send: Any) -> list[Outcome]:
        """Send what can be sent; what cannot is rejected with its reason."""
        kept = [n for n, reason in enumerate(refused) if reason is None]
        outcomes = dict(zip(kept, send(kept) if kept else [], strict=True))
        return [outcomes.get(n) or Outcome("rejected", reason=reason) for n, reason in enumerate(refused)]

    def _transact(
        self,
        actions: Sequence[str],
        refused: Sequence[Message | None],
        total: str,
        sizes: Sequence[int] = (),
    ) -> list[Outcome]:
        """Send actions whose handles are h0, h1, ... and return what became of each."""
        if any(refused):
            return self._without(
                refused,
                lambda kept: self._transact(
                    [_handled(actions[n], i) for i, n in enumerate(kept)], [None] * len(kept), total
                ),
            )
        if not actions:
            return []
        body = f"{self._opened('Transaction')}{''.join(actions)}</wfs:Transaction>"
        answer = self._post(body, repeatable=False, accept=_ERRORS)
        if answer.status >= 400 and not (answer.status < 500 or answer.status == 501):
            # How far it had come before it failed is not known.
            return [Outcome("unknown", reason=reason_of(answer)) for _ in actions]
        if answer.status >= 400:
            raise RefusedError("The platform refused a transaction: {reason}.", reason=reason_of(answer))
        return _outcomes(answer.xml(), sizes or [1] * len(actions), total)


@dataclass(frozen=True)
class _Source:
    """A request of a page: its format, and the properties to ask for; without names all."""

    format: str
    names: tuple[str, ...] = ()


@dataclass(slots=True)
class _Raw:
    """A feature as it was read: values and geometry still in the form of the format."""

    server_id: str | None
    values: dict[str, Any]
    geometry: Any
    srs: str


@dataclass
class _Parsed:
    """A page as it is parsed, with what `Page` says of it."""

    raw: list[_Raw]
    matched: int | None
    last: bool


def local_name(name: str) -> str:
    """Return a name without its prefix."""
    return name.rpartition(":")[2]


def _handled(action: str, n: int) -> str:
    return re.sub(r'handle="h\d+"', f'handle="h{n}"', action, count=1)


def _moves(update: Update) -> bool:
    return GEOMETRY in update.changed


def _chosen(service: _Service, name: str) -> _Type:
    for found in service.types:
        if found.name == name:
            return found
    same = [found for found in service.types if local_name(found.name) == name]
    if len(same) == 1:
        return same[0]
    raise RefusedError(
        "The platform has no collection {collection}; it has {names}.",
        collection=name,
        names=[found.name for found in service.types],
    )


def _outcomes(root: Element, sizes: Sequence[int], total: str) -> list[Outcome]:
    """Read the answer to a transaction.

    An action is refused when its handle comes back with a message. It is done when the totals say that all the others
    are, or when its own handle comes back with a new id. The order of the ids says nothing.

    Parameters
    ----------
    sizes : number of features of each action
    total : name of the element with the number of features that were done
    """
    expected = sum(sizes)
    if local(root.tag) not in ("TransactionResponse", "WFS_TransactionResponse"):
        raise NoAnswerError("The platform answers a transaction with {root}; probe it.", root=local(root.tag))
    said = [_text(element) for element in _all(root, total)]
    number = int(said[0]) if said and said[0].isdecimal() else None
    if number is not None and number > expected:
        raise ExchangeError(
            "The platform changed {n} features where {expected} were sent; stop, and look at the collection before you "
            "go on.",
            n=number,
            expected=expected,
        )
    ids: dict[str, list[str]] = {}
    for holder in _all(root, "InsertResults"):
        for feature in holder:
            found = [
                value for child in feature for key, value in child.attrib.items() if key in ("fid", "rid")
            ]
            ids.setdefault(feature.get("handle", ""), []).extend(found)
    reasons = {
        action.get("locator", ""): " ".join(" ".join(action.itertext()).split())[:300]
        for action in _all(root, "Action")
    }
    handles = [f"h{n}" for n in range(len(sizes))]
    meant = sum(size for handle, size in zip(handles, sizes, strict=True) if handle not in reasons)
    # A message that names none of the actions is about any of them.
    told = set(reasons) <= set(handles)
    outcomes = []
    for handle in handles:
        own = ids.get(handle, [])
        new = own[0] if len(own) == 1 and own[0] != "none" else None
        if handle in reasons:
            outcomes.append(
                Outcome("rejected", reason=message("the platform says: {said}", said=reasons[handle]))
            )
        elif new is not None or (told and number == meant):
            outcomes.append(replace(DONE, server_id=new))
        else:
            outcomes.append(Outcome("unknown", reason=_short(number, expected, reasons)))
    return outcomes


def _short(number: int | None, expected: int, reasons: Mapping[str, str]) -> Message:
    if reasons:
        return message("the platform says: {said}", said=next(iter(reasons.values())))
    if number is None:
        return message("the platform does not say how many it did")
    return message("the platform did {n} of {expected} and does not say which", n=number, expected=expected)


# --- fields ---------------------------------------------------------------------------------------------


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
        for sequence in _all(holder, "sequence")
        for e in sequence
        if local(e.tag) == "element" and e.get("name")
    ]


def _geometry_of(type_: str) -> str | None:
    name = type_.removesuffix("PropertyType")
    return _GEOMETRIES.get(name) if name != type_ else None


def _field(element: Element, name: str, type_: str) -> Field:
    length = None
    for restriction in _all(element, "restriction"):
        type_ = local_name(restriction.get("base", type_))
        for facet in restriction:
            if local(facet.tag) in ("maxLength", "length") and facet.get("value", "").isdecimal():
                length = int(facet.get("value", ""))
    known = type_ in _TYPE_OF
    nullable = element.get("nillable") == "true" or element.get("minOccurs") == "0"
    return Field(name, _TYPE_OF.get(type_, "text"), nullable, length, editable=known)


def _refined(field: Field, values: list[Any]) -> Field:
    """Return a field in the type of its values where the description says another: MapServer calls booleans integers."""
    found = guessing.type_of(value if value != "" else None for value in values)
    wrong = (field.type == "integer" and found == "boolean") or (field.type == "datetime" and found == "date")
    return replace(field, type=found) if wrong else field


# --- values and geometry --------------------------------------------------------------------------------

_NOT_DECIMAL = str.maketrans("", "", "0123456789+-.eE")


def _rows(
    values: list[dict[str, Any]], fields: Sequence[Field], formats: Mapping[str, str]
) -> list[dict[str, Value]]:
    """Return values in the types of the fields; what came as GML is text, and empty is null but in a field of text."""
    if not fields:
        return [{} for _ in values]
    columns = [
        (_column if formats[f.name] == "gml" else geojson.column)([v.get(f.name) for v in values], f.type)
        for f in fields
    ]
    names = [field.name for field in fields]
    return [dict(zip(names, row, strict=True)) for row in zip(*columns, strict=True)]


def _column(texts: list[str | None], kind: str) -> list[Value]:
    if kind == "text":
        return geojson.column(texts, kind)
    texts = [text or None for text in texts]
    if kind in ("integer", "real"):
        joined = "".join(text for text in texts if text)
        if not joined.translate(_NOT_DECIMAL):
            number = int if kind == "integer" else float
            try:
                return geojson.column([None if text is None else number(text) for text in texts], kind)
            except ValueError:
                pass
    return geojson.column(texts, kind)


def _members(root: Element) -> Iterator[Element]:
    for member in root:
        if local(member.tag) in ("featureMember", "featureMembers", "member"):
            for element in member:
                if local(element.tag) == "FeatureCollection":
                    yield from _members(element)
                else:
                    yield element


def _wkb_of(geometry: Any, swapped: bool) -> bytes | None:
    if geometry is None:
        return None
    return (
        gml.to_wkb(geometry, swapped) if isinstance(geometry, Element) else geojson.to_wkb(geometry, swapped)
    )


def _coordinates(geometry: Any) -> list[float]:
    try:
        blob = _wkb_of(geometry, False)
    except wkb.BrokenGeometryError:
        return []
    found: list[float] = []
    waiting: list[Any] = [] if blob is None else [wkb.unpacked(blob)[1]]
    while waiting:
        item = waiting.pop()
        if isinstance(item, float):
            found.append(item)
        elif not isinstance(item, str):
            waiting.extend(reversed(item))
    return found


def _decimals(geometry: Any) -> int:
    """Return the most decimals that a coordinate has."""
    return max((len(repr(number).partition(".")[2]) for number in _coordinates(geometry)), default=0)


def _first_position(geometry: Any) -> tuple[float, float] | None:
    found = _coordinates(geometry)
    return (found[0], found[1]) if len(found) > 1 else None


def _said(value: Value) -> str:
    """Return a value as XML says it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return escape(str(value), _ESCAPES)
