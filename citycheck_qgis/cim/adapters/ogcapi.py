"""OGC API - Features: parts 1 (read), 2 (CRS), 3 (filter), 4 (create, replace, update, delete), 5 (schemas).

Options of a connection (`Connection.options`)
    page : features to ask for at a time; the default is `PAGE`, less where the platform refuses it

What a probe may state (`CollectionSettings.probe`), each before what the platform declares or what its data shows
    axis_read, axis_write : ``xy`` or ``yx``, see `axes`
    find : ``cql2-text`` or ``cql-text`` (a filter with many keys), ``property`` (one key per request), ``scan``
    id_field : property that repeats the platform's id; an empty text where there is none
    put_keeps : ``properties`` and ``geometry`` where a PUT leaves as it is what it does not name
    capabilities : fields of `base.Capabilities`
"""

from __future__ import annotations

import hashlib
import re
import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any
from urllib.parse import unquote, urlsplit

from ...errors import ExchangeError, NoAnswerError, RefusedError
from ...messages import Message, message
from ..connections import CollectionSettings, Connection
from ..features import GEOMETRY, Feature, Schema
from ..network import Answer, Dialect, Http, reason_of
from . import ahead, axes, geojson, guessing
from .base import DONE, Capabilities, Collection, Outcome, Page, Update
from .faults import faults_in, features_in, read_each
from .ogcapi_description import Description
from .ogcapi_documents import ERRORS, FEATURES, Site, items_of
from .ogcapi_reading import KEYS_AT_ONCE, PLAIN_KEY, PROPERTY, SCAN, KeyQuery, parts_of
from .ogcapi_writing import body_of, is_missing, one_by_one, refusal

#: Features to ask for at a time. Larger pages cost more memory, and some platforms take longer for them.
PAGE = 5000


class OgcApiDialect(Dialect):
    """These platforms say errors by the status of the answer; the reason is JSON, a problem document or HTML."""


def collections_of(http: Http) -> list[tuple[str, str]]:
    """Return id and title of each collection of features."""
    site = Site(http)
    found = site.document(site.url("collections")).get("collections")
    if not isinstance(found, list):
        raise RefusedError(
            "{url} lists no collections; give the address of the landing page of an OGC API.",
            url=http.url("collections"),
        )
    return [
        (str(item["id"]), str(item.get("title") or item["id"]))
        for item in found
        if isinstance(item, Mapping) and "id" in item and item.get("itemType", "feature") == "feature"
    ]


class OgcApiCollection(Collection):
    """A collection of an OGC API.

    A platform writes one feature per request. Create and update are never sent twice.

    Attributes
    ----------
    fields_from : where the fields are known from: ``schema``, ``queryables``, ``api`` (description of the interface) or
        ``sample`` (the first features alone: others may have more fields, and an empty collection has none)
    """

    def __init__(self, connection: Connection, http: Http, name: str) -> None:
        self._http, self.name = http, name
        self._settings: CollectionSettings = connection.settings(name)
        self._probe = self._settings.probe
        self.key_field = self._settings.key_field
        #: What is sent again in one run is one request; a later run may make anew what was deleted meanwhile.
        self._run = uuid.uuid4()
        self._limit = int(connection.options.get("page", PAGE))
        self._description = Description(Site(http), name)
        self.title = self._description.title
        self.crs: str | None
        self._items, self.crs = self._description.items(self._settings.crs)
        sample = self._sample()
        self._read_schema(sample)
        self._numeric_ids = self._ids_are_numbers(sample)
        self._patches = False
        self.capabilities = self._capabilities(sample)

    # --- what the platform declares --------------------------------------------------------------------

    def _sample(self) -> list[Mapping[str, Any]]:
        """Return the first features, and find out from them the order of the axes."""
        answer = self._items.ask({"limit": "20"})
        named = axes.crs_of(answer.headers.get("content-crs", ""))
        if named and named != self.crs:
            # The platform goes its own way; what it says of the answer counts.
            self.crs, self._items = named, replace(self._items, params={})
        items, _ = items_of(answer)
        self._read_order: str | None = self._probe.get("axis_read")
        self._decide_order(items)
        return items

    def _decide_order(self, items: Sequence[Mapping[str, Any]]) -> None:
        if self._read_order is None:
            positions = geojson.first_positions(items)
            self._read_order = axes.decide(positions, str(self.crs), self._description.box)

    def _read_schema(self, sample: list[Mapping[str, Any]]) -> None:
        properties = [item.get("properties") or {} for item in sample]
        found, geometry, id_field, self.fields_from = self._description.fields(properties)
        self._id_field = self._probe.get("id_field", id_field) or None
        if self._id_field is None and "id_field" not in self._probe:
            self._id_field = guessing.repeated_id(
                found, [(item.get("properties") or {}, str(item.get("id"))) for item in sample]
            )
        self._key_type = next((f.type for f in found if f.name == self.key_field), "text")
        described = Schema(tuple(found), geometry)
        self.schema = described.without(self.key_field, self._id_field)
        self.key_length = described.length(self.key_field)
        if geometry is None:
            self.crs = None
        if self.key_field is not None and not any(field.name == self.key_field for field in found):
            raise RefusedError(
                "Collection {collection} has no field {field} for the key; it has {fields}. Name another one in the "
                "connection, or have the field added on the platform.",
                collection=self.name,
                field=self.key_field,
                fields=[field.name for field in found],
            )

    def _ids_are_numbers(self, sample: list[Mapping[str, Any]]) -> bool:
        """Return whether the platform's ids are JSON numbers; a PUT must name the id in the platform's own type."""
        return all(isinstance(item.get("id"), int) for item in sample) if sample else True

    def _capabilities(self, sample: list[Mapping[str, Any]]) -> Capabilities:
        on_items = self._description.allowed(self._items, single=False)
        on_item = self._description.allowed(self._items, single=True)
        classes = self._description.classes.get("4", set())
        declared = "create-replace-delete" in classes
        create = "POST" in on_items if on_items else declared
        put = "PUT" in on_item if on_item else declared
        delete = "DELETE" in on_item if on_item else declared
        # Only a platform that declares it: QGIS Server offers a PATCH of its own that takes no GeoJSON.
        self._patches = "update" in classes and (not on_item or "PATCH" in on_item)
        self._way = self._find_way(sample)
        return Capabilities(
            create=create,
            update=put or self._patches,
            delete=delete,
            partial_update=self._patches
            or {"properties", "geometry"} <= set(self._probe.get("put_keeps", ())),
            find_batch={SCAN: 0, PROPERTY: 1}.get(self._way, KEYS_AT_ONCE),
            locking=any("optimistic-locking" in name for name in classes),
        )

    # --- reading ---------------------------------------------------------------------------------------

    def pages(self) -> Iterator[Page]:
        """Read everything by following the platform's links to the next page."""
        return ahead.converted(
            self._items.pages(self._limit, self._order),
            lambda page: self._page(page.items, page.matched, page.last),
        )

    def _page(self, items: list[Mapping[str, Any]], matched: int | None, last: bool) -> Page:
        def told(item: Mapping[str, Any]) -> tuple[object, object]:
            return item["properties"].get(self.key_field) if self.key_field else item.get("id"), item.get(
                "id"
            )

        found = read_each(items, self._features, told)
        return Page(features_in(found), matched, last, faults_in(found))

    @property
    def _order(self) -> str:
        """What to sort by so that pages do not overlap: only where the interface says that it can be sorted."""
        return self._id_field or self.key_field or "" if self._description.sorts else ""

    def _features(self, items: Sequence[Mapping[str, Any]]) -> list[Feature]:
        self._decide_order(items)
        if items:
            self._numeric_ids = isinstance(items[0].get("id"), int)
        return geojson.features(
            items,
            self.schema,
            self.key_field,
            swapped=self._read_order == axes.YX,
            id_field=self._id_field,
            collection=self.name,
        )

    # --- finding ---------------------------------------------------------------------------------------

    @property
    def _query(self) -> KeyQuery:
        return KeyQuery(str(self.key_field), self._key_type == "integer")

    def _find_way(self, sample: list[Mapping[str, Any]]) -> str:
        if self.key_field is None:
            return SCAN
        if stated := self._probe.get("find"):
            return str(stated)
        values = [(item.get("properties") or {}).get(self.key_field) for item in sample]
        known = [str(value) for value in values if value and PLAIN_KEY.fullmatch(str(value))][:2]
        by_name = (
            "queryables-query-parameters" in self._description.classes.get("3", ())
            or self.fields_from == "api"
        )
        return self._items.find_way(self._query, known, by_name)

    def find(self, keys: Sequence[str]) -> list[Feature]:
        """Return every feature that has one of the keys; with its version where the platform locks by version."""
        keys = list(dict.fromkeys(keys))
        if self.key_field is None:
            return [feature for key in keys if (feature := self._one(key)) is not None]
        plain = [key for key in keys if PLAIN_KEY.fullmatch(key)]
        found = [] if len(plain) == len(keys) else self.scan([key for key in keys if key not in set(plain)])
        if self._way == SCAN:
            return found + (self.scan(plain) if plain else [])
        for start, part in parts_of(plain, 1 if self._way == PROPERTY else KEYS_AT_ONCE):
            items = self._items.queried(self._query.params(self._way, part), self.key_field, part)
            these = self._features(items)
            if {feature.key for feature in these} <= set(part):
                found += these
                continue
            # The filter is not heeded: what came is a page of everything.
            self._way = SCAN
            return found + self.scan(plain[start:])
        if self.capabilities.locking:
            found = [self._one(str(f.server_id)) or f for f in found]
        return found

    def _one(self, server_id: str) -> Feature | None:
        """Return one feature by the platform's id, with its version."""
        answer = self._http.request(
            "GET", self._items.url(server_id), params=self._items.params, headers=FEATURES, accept=ERRORS
        )
        if answer.status >= 400:
            if is_missing(answer, server_id):
                return None
            raise RefusedError(
                "Feature {feature} of collection {collection} cannot be read: {reason}.",
                feature=server_id,
                collection=self.name,
                reason=reason_of(answer),
            )
        document = answer.json()
        if not isinstance(document, Mapping) or document.get("type") != "Feature":
            raise NoAnswerError("{url} is no feature; probe the platform.", url=answer.url)
        (feature,) = self._features([document])
        etag = answer.headers.get("etag", "")
        # A weak tag says too little to lock by.
        feature.version = etag if etag and not etag.startswith("W/") else answer.headers.get("last-modified")
        return feature

    # --- writing ---------------------------------------------------------------------------------------

    @property
    def _write_order(self) -> str:
        return str(self._probe.get("axis_write") or self._read_order or axes.XY)

    def _headers(self, version: str | None = None) -> dict[str, str]:
        headers = {"Content-Type": "application/geo+json"} | FEATURES
        if "crs" in self._items.params:
            headers["Content-Crs"] = f"<{self._items.params['crs']}>"
        if version is not None:
            headers["If-Match" if version.startswith('"') else "If-Unmodified-Since"] = version
        return headers

    def create(self, features: Sequence[Feature]) -> list[Outcome]:
        """Add features, one request each."""
        return one_by_one(features, self._create)

    def _create(self, feature: Feature) -> Outcome:
        properties = dict(feature.values)
        if self.key_field is not None:
            properties[self.key_field] = self._key_value(feature.key)
        body = self._body({"type": "Feature", "geometry": feature.geometry, "properties": properties})
        if isinstance(body, Message):
            return Outcome("rejected", reason=body)
        headers = self._headers() | {
            "Idempotency-Key": str(uuid.uuid5(self._run, hashlib.sha256(body).hexdigest()))
        }
        answer = self._http.request("POST", self._items.url(), body=body, headers=headers, accept=ERRORS)
        if answer.status in (200, 201, 204):
            location = urlsplit(answer.headers.get("location", "")).path.rstrip("/")
            _, items, server_id = location.rpartition("/items/")
            # QGIS Server, which does not declare that it can create, names the id of another feature.
            trusted = bool(items and self._description.classes.get("4"))
            return Outcome("done", unquote(server_id) or None if trusted else None)
        return refusal(answer)

    def _key_value(self, key: str | None) -> Any:
        return (
            int(key)
            if self._key_type == "integer" and key is not None and key.lstrip("-").isdecimal()
            else key
        )

    def _body(self, document: Mapping[str, Any]) -> bytes | Message:
        return body_of(document, self._write_order == axes.YX)

    def update(self, updates: Sequence[Update]) -> list[Outcome]:
        """Change features, one request each.

        With PATCH only what changes is sent. A PUT replaces the whole feature, so that it must repeat what the platform
        itself gave a moment ago, unless the probe has found that the platform keeps what a PUT leaves out.
        """
        return one_by_one(updates, self._update)

    def _update(self, update: Update) -> Outcome:
        before, after = update.before, update.after
        keeps = {"properties", GEOMETRY} if self._patches else set(self._probe.get("put_keeps", ()))
        values = {name: after.values.get(name) for name in update.changed if name != GEOMETRY}
        if "properties" not in keeps:
            values = {n: v for n, v in before.values.items() if self._editable(n)} | values
            if self.key_field is not None:
                values[self.key_field] = self._key_value(after.key)
        document: dict[str, Any] = {"type": "Feature"}
        if not self._patches:
            # pygeoapi writes to the id that the body names, whatever the address is.
            document["id"] = self._id_value(str(before.server_id))
        document["properties"] = values
        if GEOMETRY in update.changed or GEOMETRY not in keeps:
            document[GEOMETRY] = (after if GEOMETRY in update.changed else before).geometry
        body = self._body(document)
        if isinstance(body, Message):
            return Outcome("rejected", reason=body)
        headers = self._headers(before.version)
        if self._patches:
            headers["Content-Type"] = "application/merge-patch+json"
        answer = self._http.request(
            "PATCH" if self._patches else "PUT",
            self._items.url(str(before.server_id)),
            body=body,
            headers=headers,
            repeatable=False,
            accept=ERRORS,
        )
        if answer.status not in (200, 201, 204):
            return refusal(answer)
        return self._judged(answer, values, update)

    def _judged(self, answer: Answer, values: Mapping[str, Any], update: Update) -> Outcome:
        """Compare the feature that an answer may hold with what was asked for.

        QGIS Server answers 200 and leaves out nulls, and geometry where the layer is in EPSG:4326.
        """
        left = self._left(answer, values, update)
        if not left:
            return DONE
        state = "rejected" if set(left) == update.changed else "unknown"
        return Outcome(state, reason=message("the platform answered without changing {fields}", fields=left))

    def _left(self, answer: Answer, values: Mapping[str, Any], update: Update) -> list[str]:
        """Return which changes an answer shows as not done: nulls that are none, a geometry that is the old one."""
        try:
            (feature,) = self._features([answer.json()])
        except (ExchangeError, ValueError):
            return []
        if feature.server_id != update.before.server_id:
            return []
        left = [
            name
            for name in sorted(update.changed & set(values))
            if values[name] is None and feature.values.get(name) is not None
        ]
        moved = GEOMETRY in update.changed and feature.geometry == update.before.geometry
        return [*left, GEOMETRY] if moved else left

    def _editable(self, name: str) -> bool:
        field = self.schema.field(name)
        return field is not None and field.editable

    def _id_value(self, server_id: str) -> Any:
        return int(server_id) if self._numeric_ids and re.fullmatch(r"0|-?[1-9]\d*", server_id) else server_id

    def delete(self, features: Sequence[Feature]) -> list[Outcome]:
        """Delete features, one request each."""
        return one_by_one(features, self._delete)

    def _delete(self, feature: Feature) -> Outcome:
        server_id = str(feature.server_id)
        headers = {k: v for k, v in self._headers(feature.version).items() if not k.startswith("Content-")}
        answer = self._http.request("DELETE", self._items.url(server_id), headers=headers, accept=ERRORS)
        if answer.status in (200, 204) or is_missing(answer, server_id):
            return DONE
        return refusal(answer)
