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
from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from uuid import uuid4

from ...errors import ExchangeError, NoAnswerError, RefusedError
from ...messages import Message, message
from ..connections import Connection
from ..features import Feature, Schema
from ..network import Answer, Dialect, Http, reason_of, words_of
from . import ahead, axes, geojson, guessing, wkb
from .base import Capabilities, Collection, Outcome, Page, Update
from .faults import faults_in, features_in, read_each
from .wfs_reading import Formats, Raw, column, exactness, first_positions, formats_of, matching, read, to_wkb
from .wfs_requests import UNSAYABLE, Requests, Source, address_of
from .wfs_service import VERSIONS, refined, service_of
from .wfs_writing import Transactions

PAGE, BATCH, KEYS = 5000, 200, 200
_CRS84 = "OGC:CRS84"
_EXCEPTION = re.compile(rb"<(?:\w+:)?(?:Service)?ExceptionReport\b")
_QGIS = "http://www.qgis.org/gml"
#: The same features in each format that they are asked for in.
_Sets = Sequence[Sequence[Raw]]


@dataclass
class _Parsed:
    """A page as it is parsed, with what `Page` says of it."""

    sets: _Sets
    matched: int | None
    last: bool


class WfsDialect(Dialect):
    """These platforms send their exceptions as XML, with status 200 as well."""

    def failure(self, answer: Answer) -> Message | None:
        """Return why the platform refused."""
        if answer.status >= 400:
            return reason_of(answer)
        if _EXCEPTION.search(answer.body[:1000]):
            return message("{said}", said=words_of(answer))
        return None


def collections_of(http: Http) -> list[tuple[str, str]]:
    """Return name and title of each feature type."""
    return [(t.name, t.title) for t in service_of(http, address_of(http), VERSIONS[0]).types]


class WfsCollection(Collection):
    """A feature type of a WFS."""

    def __init__(self, connection: Connection, http: Http, name: str) -> None:
        settings = connection.settings(name)
        self._probe, self._options = settings.probe, connection.options
        self.key_field = settings.key_field
        service = service_of(http, address_of(http), str(self._options.get("version", VERSIONS[0])))
        self._type = service.chosen(name)
        self.name, self.title = self._type.name, self._type.title
        self._sorts = service.sorts
        self._srs_name = self._asked_srs(settings.crs)
        offered = (*self._type.formats, *service.formats)
        self._json = next((f for f in offered if "json" in f.lower() and "jsonp" not in f.lower()), "")
        self._requests = Requests(http, service.version, self.name, self._json, self._srs_name)
        self._described = self._requests.describe()
        self._id_field = self._probe.get("id_field")
        sample = self._choose_formats()
        self._finish_schema(sample)
        self._writes = Transactions(
            self._requests,
            self.key_field,
            self._described.geometry_field,
            str(self._probe.get("srs_write") or self.crs),
            self._probe.get("axis_write", axes.XY) == axes.YX,
            lambda features: self._filtered(self._requests.by_id(features)),
        )
        self.capabilities = self._capabilities(sample)

    # --- what the platform declares --------------------------------------------------------------------

    def _asked_srs(self, wanted: str | None) -> str:
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

    def _choose_formats(self) -> _Sets:
        """Read a sample, and find out from it which format is exact for what, and the order of the axes."""
        wanted = str(self._options.get("format", ""))
        offered = [f for f in ("gml", "geojson") if wanted in ("", f) and (f == "gml" or self._json)]
        if not offered:
            raise RefusedError(
                "Collection {collection} is not offered as {format}.", collection=self.name, format=wanted
            )
        first = {self._requests.say.number: "20"}
        samples = {f: self._read(self._requests.features(Source(f), first), f) for f in offered}
        crs = axes.crs_of(self._srs_name or next(iter(self._type.crs), _CRS84))
        exact = {f: exactness(sample, crs, self._type.box) for f, sample in samples.items()}
        in_gml, in_geojson = (exact.get(f, (False, 0)) for f in ("gml", "geojson"))
        # A sample of round coordinates hides that QGIS Server cuts GeoJSON to six decimals.
        better = in_gml > in_geojson or (in_gml == in_geojson and self._described.namespace == _QGIS)
        fields = self._described.fields
        self._formats: Formats = formats_of(
            samples,
            fields,
            self._described.geometry_field,
            {self.key_field, *(f.name for f in fields if guessing.may_be_id(f))},
            better,
        )
        self._sources = self._formats.sources
        sets = [samples[source.format] for source in self._sources]
        self._chosen = any(r.geometry is not None for r in sets[0]) or bool(
            sets[0] and not self._described.geometry_field
        )
        self._decide_axes(sets[0])
        return sets if len(sets[-1]) == len(sets[0]) else sets[:1]

    def _decide_axes(self, sample: Sequence[Raw]) -> None:
        """Find out CRS and order: a document's own word, the type's, and longitude and latitude (all GeoJSON once)."""
        named = [r.srs for r in sample if r.srs]
        names = [named[0] if named else "", self._srs_name, *self._type.crs[:1], _CRS84]
        candidates = list(dict.fromkeys(axes.crs_of(n) for n in names if n))
        positions = first_positions(sample)
        self.crs: str | None = None if self._described.geometry_type is None else candidates[0]
        self._read_order: str | None = self._probe.get("axis_read")
        if self._read_order is not None:
            return
        for crs in candidates if positions else ():
            order = axes.decide(positions, crs, self._type.box)
            if order is not None:
                self.crs, self._read_order = crs, order
                return

    def _finish_schema(self, sample: _Sets) -> None:
        values = {f.name: self._formats.columns(sample, f.name) for f in self._described.fields}
        found = [refined(field, values[field.name]) for field in self._described.fields]
        if self._id_field is None:
            rows = [dict(zip(values, row, strict=True)) for row in zip(*values.values(), strict=True)]
            pairs = [
                (row, raw.server_id.rpartition(".")[2])
                for row, raw in zip(rows, sample[0], strict=True)
                if raw.server_id
            ]
            self._id_field = guessing.repeated_id(found, pairs)
        if self.key_field is not None and not any(field.name == self.key_field for field in found):
            raise RefusedError(
                "Collection {collection} has no field {field} for the key; it has {fields}. Name another one in the "
                "connection, or have the field added on the platform.",
                collection=self.name,
                field=self.key_field,
                fields=[field.name for field in found],
            )
        described = Schema(tuple(found), self._described.geometry_type)
        self.schema = described.without(self.key_field, self._id_field)
        self.key_length = described.length(self.key_field)

    def _capabilities(self, sample: _Sets) -> Capabilities:
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

    def _finds(self, sample: _Sets) -> bool:
        """Return whether a query by key finds a key that is there, and nothing for one that is not."""
        if self.key_field is None:
            return False
        known = [str(key) for key in self._formats.columns(sample, self.key_field) if key][:2]
        try:
            found = {f.key for f in self._queried(known)} if known else set()
            return found == set(known) and not self._queried([str(uuid4())])
        except ExchangeError:
            return False

    # --- reading ---------------------------------------------------------------------------------------

    def _read(self, answer: Answer, format_: str) -> list[Raw]:
        return read(answer, format_, self._described.geometry_field)

    def _asked(self, ask: Callable[[Source], Answer]) -> _Sets:
        """Return what one request, or two in different formats, give of the same features."""
        first, *others = self._sources
        for _ in range(3):
            raw = self._read(ask(first), first.format)
            if not raw or not others:
                return [raw] * (1 + len(others))
            sets = matching([raw, *(self._read(ask(o), o.format) for o in others)], self._id_field)
            if sets is not None:
                return sets
        raise NoAnswerError(
            "Collection {collection} changes faster than it can be read in two formats; run again, or set the option "
            "format of the connection to one of them.",
            collection=self.name,
        )

    def pages(self) -> Iterator[Page]:
        """Read everything, from each start until a page is empty: platforms cut pages shorter than they were asked."""
        self._choose_late()
        return ahead.converted(
            self._parsed_pages(), lambda page: self._page(page.sets, page.matched, page.last)
        )

    def _page(self, sets: _Sets, matched: int | None, last: bool) -> Page:
        def read(part: Sequence[Raw]) -> list[Feature]:
            if part is sets[0]:
                return self._features(sets)
            numbers = {raw.server_id for raw in part}
            return self._features([part, *([r for r in raws if r.server_id in numbers] for raws in sets[1:])])

        def told(raw: Raw) -> tuple[object, object]:
            return raw.values.get(self.key_field) if self.key_field else raw.server_id, raw.server_id

        found = read_each(sets[0], read, told)
        return Page(features_in(found), matched, last, faults_in(found))

    def _parsed_pages(self) -> Generator[_Parsed, None, None]:
        limit = str(self._options.get("page", PAGE))
        matched, total, begun = self._requests.count(), 0, None
        order = {"SORTBY": self._order} if self._order else {}
        while True:
            extra = {self._requests.say.number: limit, "STARTINDEX": str(total)} | order
            try:
                sets = self._asked(partial(self._requests.features, extra=extra))
            except RefusedError:
                if total or not order:
                    raise
                order = {}
                continue
            raw = sets[0]
            begins = (raw[0].server_id, raw[0].values) if raw else None
            if raw and begins == begun:
                # The platform does not page: it gives the same again.
                yield _Parsed([[]], matched, last=matched == total)
                return
            begun, total = begins, total + len(raw)
            yield _Parsed(sets, matched, last=not raw)
            if not raw:
                return
            # Not to be kept while the next page comes in.
            del raw, sets

    def _choose_late(self) -> None:
        """Choose the formats where the collection had no geometry to compare when it was opened."""
        if not self._chosen:
            self._choose_formats()

    @property
    def _order(self) -> str:
        return str(self._id_field or self.key_field or "") if self._sorts else ""

    def _features(self, sets: _Sets) -> list[Feature]:
        first, formats = sets[0], self._formats
        if self._read_order is None and first:
            self._decide_axes(first)
        swapped = self._read_order == axes.YX
        ids = [raw.server_id for raw in first]
        for others in sets[1:]:
            ids = [own or other.server_id for own, other in zip(ids, others, strict=True)]
        if self._id_field:
            repeated = formats.columns(sets, self._id_field)
            ids = [own or str(value) for own, value in zip(ids, repeated, strict=True)]
        names = self.schema.names
        values = [
            column(formats.columns(sets, f.name), f.type, formats.of_field[f.name])
            for f in self.schema.fields
        ]
        rows = zip(*values, strict=True) if values else ((),) * len(first)
        made = []
        for raw, key, row, server_id in zip(first, self._keys_of(sets, ids), rows, ids, strict=True):
            try:
                made.append(
                    Feature(key, dict(zip(names, row, strict=True)), to_wkb(raw.geometry, swapped), server_id)
                )
            except wkb.BrokenGeometryError as error:
                raise ExchangeError(
                    "The platform gives feature {feature} of collection {collection} a geometry that cannot be read "
                    "({reason}); have it repaired there.",
                    feature=server_id,
                    collection=self.name,
                    reason=str(error),
                ) from error
        return made

    def _keys_of(self, sets: _Sets, ids: list[str | None]) -> list[str | None]:
        if self.key_field is None:
            return ids
        return geojson.texts_of_keys(self._formats.columns(sets, self.key_field))

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
        if any(UNSAYABLE.search(key) for key in keys):
            return self.scan(keys)
        return self._filtered(self._requests.by_key(str(self.key_field), keys))

    def _filtered(self, filter_: str) -> list[Feature]:
        return self._features(self._asked(partial(self._requests.filtered, filter_=filter_)))

    # --- writing ---------------------------------------------------------------------------------------

    def create(self, features: Sequence[Feature]) -> list[Outcome]:
        """Add features in one transaction."""
        return self._writes.create(features)

    def update(self, updates: Sequence[Update]) -> list[Outcome]:
        """Change features in one transaction; only what changes is sent."""
        return self._writes.update(updates)

    def delete(self, features: Sequence[Feature]) -> list[Outcome]:
        """Delete features in one transaction."""
        return self._writes.delete(features)
