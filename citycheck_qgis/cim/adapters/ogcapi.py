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

import re
import uuid
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, quote, unquote, urlencode, urlsplit, urlunsplit

from ...errors import ExchangeError, NoAnswerError, RefusedError, SignInError, UnsafeError
from ...messages import Message, message
from ..connections import CollectionSettings, Connection
from ..features import GEOMETRY, Feature, Field, Schema
from ..network import Answer, Dialect, Http, reason_of, words_of
from . import ahead, axes, geojson, guessing, wkb
from .base import DONE, Capabilities, Collection, Outcome, Page, Update

#: Features to ask for at a time. Larger pages cost more memory, and some platforms take longer for them.
PAGE = 5000
#: Keys in one filter: their text, percent-encoded, stays below the 4 kB that some gateways allow for an address.
KEYS_AT_ONCE = 60
#: Pages without a feature that are followed before the reading is given up.
EMPTY_PAGES = 100
_LONGEST = 2700
CRS84 = "OGC:CRS84"

#: The first type counts for QGIS Server, which refuses what it does not have although others are named.
_FEATURES = {"Accept": "application/geo+json, application/json;q=0.9"}
_DOCUMENT = {
    "Accept": "application/json, application/schema+json;q=0.9, application/vnd.oai.openapi+json;q=0.8"
}
_ERRORS = tuple(status for status in range(400, 600) if status != 401)
_PART = re.compile(r"ogcapi-features-(\d)/[^/]+/conf/(.+)$")
#: Keys that need no quoting in any filter language; QGIS Server puts a value into its own expression as it stands.
_PLAIN_KEY = re.compile(r"[0-9A-Za-z_.:{}-]+")
_GEOMETRIES = {name.lower(): name for name in wkb.NUMBERS}


@dataclass
class _Parsed:
    """A page as it is parsed, with what `Page` says of it."""

    items: list[Mapping[str, Any]]
    matched: int | None
    last: bool = False


class OgcApiDialect(Dialect):
    """These platforms say errors by the status of the answer; the reason is JSON, a problem document or HTML."""


def collections_of(http: Http) -> list[tuple[str, str]]:
    """Return id and title of each collection of features."""
    found = _document(http, "collections").get("collections")
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


def _document(http: Http, url: str) -> Mapping[str, Any]:
    answer = http.request("GET", url, headers=_DOCUMENT)
    found = answer.json()
    if not isinstance(found, Mapping):
        raise NoAnswerError("{url} is no document of an OGC API; check the address.", url=answer.url)
    return found


def _asked(http: Http, url: str) -> Mapping[str, Any]:
    """Return a document that need not be there; empty where it is not, or lies on another host."""
    try:
        return _document(http, http.url(url) if "://" in url else url)
    except (RefusedError, NoAnswerError, UnsafeError):
        return {}


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
        self._base = f"collections/{quote(name, safe='')}"
        self._limit = int(connection.options.get("page", PAGE))
        self._description = _document(http, self._base)
        self.title = str(self._description.get("title") or name)
        self._conforms = _conformance(http)
        self._choose_crs()
        sample = self._sample()
        self._interface: Mapping[str, Any] | None = None
        self._read_schema(sample)
        self._numeric_ids = self._ids_are_numbers(sample)
        self._patches = False
        self.capabilities = self._capabilities(sample)

    # --- what the platform declares --------------------------------------------------------------------

    def _choose_crs(self) -> None:
        """Ask for the CRS of the storage where it is offered: then the platform transforms nothing."""
        offered = [str(uri) for uri in self._description.get("crs") or []]
        if any(uri.startswith("#") for uri in offered):
            offered += [str(uri) for uri in _asked(self._http, "collections").get("crs") or []]
        wanted = self._settings.crs or self._description.get("storageCrs") or CRS84
        wanted = axes.crs_of(str(wanted))
        uri = next((uri for uri in offered if axes.crs_of(uri) == wanted), None)
        if uri is None and self._settings.crs and wanted != CRS84:
            raise RefusedError(
                "Collection {collection} is not offered in the CRS {crs}; it has {offered}.",
                collection=self.name,
                crs=wanted,
                offered=sorted(map(axes.crs_of, offered)),
            )
        default = uri is None or wanted == CRS84
        self._crs_uri = None if default else uri
        self.crs: str | None = CRS84 if default else wanted

    def _sample(self) -> list[Mapping[str, Any]]:
        """Return the first features, and find out from them the order of the axes."""
        params = {"limit": "20"} | self._crs_params()
        answer = self._http.request("GET", f"{self._base}/items", params=params, headers=_FEATURES)
        named = axes.crs_of(answer.headers.get("content-crs", ""))
        if named and named != self.crs:
            # The platform goes its own way; what it says of the answer counts.
            self.crs, self._crs_uri = named, None
        items = _items(answer.json(), answer.url)
        box = _box(self._description)
        self._read_order: str | None = self._probe.get("axis_read")
        if self._read_order is None:
            self._read_order = axes.decide(geojson.first_positions(items), str(self.crs), box)
        return items

    def _read_schema(self, sample: list[Mapping[str, Any]]) -> None:
        properties = [item.get("properties") or {} for item in sample]
        found, geometry, id_field, self.fields_from = self._declared_fields(properties)
        if found is None:
            found = [
                Field(name, guessing.type_of(p.get(name) for p in properties)) for name in _names(properties)
            ]
            geometry, self.fields_from = "Geometry", "sample"
        self._id_field = self._probe.get("id_field", id_field) or None
        if self._id_field is None and "id_field" not in self._probe:
            self._id_field = guessing.repeated_id(
                found, [(item.get("properties") or {}, str(item.get("id"))) for item in sample]
            )
        self._key_type = next((f.type for f in found if f.name == self.key_field), "text")
        known = {self.key_field, self._id_field}
        self.schema = Schema(tuple(field for field in found if field.name not in known), geometry)
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

    def _declared_fields(
        self, sample: list[Mapping[str, Any]]
    ) -> tuple[list[Field] | None, str | None, str | None, str]:
        links = [link for link in self._description.get("links") or [] if isinstance(link, Mapping)]
        for source in ("schema", "queryables"):
            for url in (*_linked(links, source), f"{self._base}/{source}"):
                document = _asked(self._http, url)
                # Some platforms answer every unknown path with their landing page.
                if isinstance(document.get("properties"), Mapping) and document["properties"]:
                    fields, geometry, id_field = _fields_of_schema(document)
                    return fields, geometry, id_field, source
        parameters = [
            p for p in self._operation("items", "get").get("parameters") or [] if isinstance(p, Mapping)
        ]
        own = [
            p
            for p in parameters
            if "$ref" not in p and p.get("name") and isinstance(p.get("schema"), Mapping)
        ]
        fields = [
            _refined(_field(str(p["name"]), p["schema"], False), sample)
            for p in own
            if p["name"]
            not in ("properties", "limit", "bbox", "datetime", "filter", "offset", "sortby", "crs", "f")
        ]
        return (fields, "Geometry", None, "api") if fields else (None, None, None, "sample")

    def _operation(self, path: str, method: str) -> Mapping[str, Any]:
        """Return what the description of the interface says of a method on a path below the collection."""
        if self._interface is None:
            links = _asked(self._http, "").get("links") or []
            urls = [
                str(link.get("href"))
                for link in links
                if isinstance(link, Mapping) and link.get("rel") == "service-desc"
            ]
            self._interface = _asked(self._http, urls[0]) if urls else {}
        paths = self._interface.get("paths")
        wanted = f"/collections/{self.name}/{path}"
        for name, operations in (paths if isinstance(paths, Mapping) else {}).items():
            if unquote(re.sub(r"\{.*?\}", "{}", name)).endswith(wanted) and isinstance(operations, Mapping):
                found = operations.get(method)
                return found if isinstance(found, Mapping) else {}
        return {}

    def _ids_are_numbers(self, sample: list[Mapping[str, Any]]) -> bool:
        """Return whether the platform's ids are JSON numbers; a PUT must name the id in the platform's own type."""
        return all(isinstance(item.get("id"), int) for item in sample) if sample else True

    def _capabilities(self, sample: list[Mapping[str, Any]]) -> Capabilities:
        on_items, on_item = self._allowed("items", ""), self._allowed("items/{}", "/0")
        declared = "create-replace-delete" in self._conforms.get("4", ())
        create = "POST" in on_items if on_items else declared
        replace = "PUT" in on_item if on_item else declared
        delete = "DELETE" in on_item if on_item else declared
        # Only a platform that declares it: QGIS Server offers a PATCH of its own that takes no GeoJSON.
        self._patches = "update" in self._conforms.get("4", ()) and (not on_item or "PATCH" in on_item)
        self._way = self._find_way(sample)
        return Capabilities(
            create=create,
            update=replace or self._patches,
            delete=delete,
            partial_update=self._patches
            or {"properties", "geometry"} <= set(self._probe.get("put_keeps", ())),
            find_batch={"scan": 0, "property": 1}.get(self._way, KEYS_AT_ONCE),
            locking=any("optimistic-locking" in name for name in self._conforms.get("4", ())),
        )

    def _allowed(self, path: str, example: str) -> set[str]:
        """Return the methods that a path takes; empty where the platform does not say."""
        if not self._conforms.get("4") and self._operation(path, "get"):
            return {m.upper() for m in ("get", "post", "put", "patch", "delete") if self._operation(path, m)}
        answer = self._http.request(
            "OPTIONS", f"{self._base}/items{example}", repeatable=True, accept=_ERRORS, headers=_FEATURES
        )
        found = {name.strip().upper() for name in answer.headers.get("allow", "").split(",") if name.strip()}
        return found if answer.status < 400 and "GET" in found else set()

    # --- reading ---------------------------------------------------------------------------------------

    def _crs_params(self) -> dict[str, str]:
        return {"crs": self._crs_uri} if self._crs_uri else {}

    def pages(self) -> Iterator[Page]:
        """Read everything by following the platform's links to the next page."""
        return ahead.converted(
            self._parsed_pages(), lambda page: Page(self._features(page.items), page.matched, page.last)
        )

    def _parsed_pages(self) -> Generator[_Parsed, None, None]:
        order = {"sortby": self._order} if self._order else {}
        answer, limit = self._first_page(self._crs_params() | order)
        seen, total, largest, empty, last_id = {answer.url}, 0, 0, 0, None
        while True:
            document = answer.json()
            items = _items(document, answer.url)
            matched = _count(document.get("numberMatched"))
            following = self._next(document, answer.url)
            total, last_id = total + len(items), items[-1].get("id") if items else last_id
            if following is None:
                full = len(items) >= limit or 0 < largest <= len(items)
                doubtful = total > 0 and last_id is not None and (full or (matched or 0) > total)
                yield _Parsed(items, matched, last=not doubtful)
                if doubtful:
                    yield from self._rest(answer.url, total, limit, matched, last_id)
                return
            largest = max(largest, len(items))
            empty = 0 if items else empty + 1
            yield _Parsed(items, matched)
            del document, items
            if following in seen or empty > EMPTY_PAGES:
                raise NoAnswerError(
                    "The platform leads in a circle through the pages of collection {collection}; probe it, or ask for "
                    "smaller pages.",
                    collection=self.name,
                )
            seen.add(following)
            answer = self._http.request("GET", following, headers=_FEATURES)

    @property
    def _order(self) -> str:
        """What to sort by so that pages do not overlap: only where the interface says that it can be sorted."""
        if self._interface is None:
            return ""
        parameters = self._operation("items", "get").get("parameters") or []
        sorts = any("sortby" in str(p.get("$ref", p.get("name"))) for p in parameters)
        return self._id_field or self.key_field or "" if sorts else ""

    def _first_page(self, params: Mapping[str, str]) -> tuple[Answer, int]:
        limit = self._limit
        while True:
            try:
                found = self._http.request(
                    "GET",
                    f"{self._base}/items",
                    params={"limit": str(limit)} | dict(params),
                    headers=_FEATURES,
                )
                return found, limit
            except (RefusedError, UnsafeError):
                if limit <= 100:
                    raise
                limit = max(limit // 5, 100)

    def _next(self, document: Mapping[str, Any], base: str) -> str | None:
        links = document.get("links")
        for link in links if isinstance(links, list) else ():
            if isinstance(link, Mapping) and link.get("rel") == "next" and link.get("href"):
                return self._http.url(str(link["href"]), base)
        return None

    def _rest(self, url: str, total: int, limit: int, matched: int | None, last_id: Any) -> Iterator[_Parsed]:
        """Make sure that nothing comes after a page that could have been cut: ask again from its last feature on.

        A platform whose link to the next page comes from an estimated count (QGIS Server over PostGIS) leaves out the
        link too early; it also refuses an offset beyond that count, hence the last feature and not the one after it.
        """
        limit = max(limit, 2)
        while True:
            asked = _with(url, offset=str(total - 1), limit=str(limit))
            answer = self._http.request("GET", asked, headers=_FEATURES, accept=_ERRORS)
            items = _items(answer.json(), answer.url) if answer.status < 400 else []
            if not items or items[0].get("id") != last_id:
                # It does not page this way: its own word must do, unless that contradicts itself.
                yield _Parsed([], matched, last=matched is None or matched == total)
                return
            done = len(items) == 1 or len(items) < limit
            total, last_id = total + len(items) - 1, items[-1].get("id")
            yield _Parsed(items[1:], matched, last=done)
            if done:
                return

    def _features(self, items: list[Mapping[str, Any]]) -> list[Feature]:
        if self._read_order is None and items:
            self._read_order = axes.decide(
                geojson.first_positions(items), str(self.crs), _box(self._description)
            )
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

    def _find_way(self, sample: list[Mapping[str, Any]]) -> str:
        """Find out how features are asked for by key: a way counts when it finds one that is there, and nothing else.

        Declared or not: platforms declare filters that they do not have, and have some that they do not declare. An
        empty collection proves nothing; there the description of the interface must do.
        """
        if self.key_field is None:
            return "scan"
        stated = self._probe.get("find")
        if stated:
            return str(stated)
        values = [(item.get("properties") or {}).get(self.key_field) for item in sample]
        known = [str(value) for value in values if value and _PLAIN_KEY.fullmatch(str(value))][:2]
        if not known:
            return self._declared_way()
        nobody = str(uuid.uuid4())
        for way in ("cql2-text", "cql-text", "property"):
            wanted = known if way != "property" else known[:1]
            if self._keys_found(way, wanted) == set(wanted) and self._keys_found(way, [nobody]) == set():
                return way
        return "scan"

    def _declared_way(self) -> str:
        nobody = [str(uuid.uuid4())]
        for way in ("cql2-text", "cql-text"):
            # A platform that refuses half a filter reads filters.
            broken = self._query(way, nobody) | {"filter": f"{self.key_field} IN ("}
            if self._keys_found(way, nobody) == set() and self._answered(broken).status in (400, 422):
                return way
        by_name = "queryables-query-parameters" in self._conforms.get("3", ()) or self.fields_from == "api"
        return "property" if by_name else "scan"

    def _keys_found(self, way: str, wanted: list[str]) -> set[str] | None:
        params = {"limit": "10"} | self._crs_params() | self._query(way, wanted)
        answer = self._http.request(
            "GET", f"{self._base}/items", params=params, headers=_FEATURES, accept=_ERRORS
        )
        if answer.status >= 400:
            return None
        try:
            return {str(item["properties"][self.key_field]) for item in _items(answer.json(), answer.url)}
        except (ExchangeError, KeyError, TypeError):
            return None

    def _answered(self, query: Mapping[str, str]) -> Answer:
        params = {"limit": "10"} | self._crs_params() | dict(query)
        return self._http.request(
            "GET", f"{self._base}/items", params=params, headers=_FEATURES, accept=_ERRORS
        )

    def _query(self, way: str, wanted: Sequence[str]) -> dict[str, str]:
        if way == "property":
            return {str(self.key_field): wanted[0]}
        name = str(self.key_field)
        if not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", name):
            name = '"' + name.replace('"', '""') + '"'
        values = [
            key if self._key_type == "integer" else "'" + key.replace("'", "''") + "'" for key in wanted
        ]
        return {"filter": f"{name} IN ({','.join(values)})", "filter-lang": way}

    def find(self, keys: Sequence[str]) -> list[Feature]:
        """Return every feature that has one of the keys; with its version where the platform locks by version."""
        keys = list(dict.fromkeys(keys))
        if self.key_field is None:
            found = [feature for key in keys if (feature := self._one(key)) is not None]
            return found
        plain = [key for key in keys if _PLAIN_KEY.fullmatch(key)]
        found = [] if len(plain) == len(keys) else self.scan([key for key in keys if key not in set(plain)])
        if self._way == "scan":
            return found + (self.scan(plain) if plain else [])
        for start, part in _parts(plain, 1 if self._way == "property" else KEYS_AT_ONCE):
            these = self._queried(part)
            if {feature.key for feature in these} <= set(part):
                found += these
                continue
            # The filter is not heeded: what came is a page of everything.
            self._way = "scan"
            return found + self.scan(plain[start:])
        if self.capabilities.locking:
            found = [self._one(str(f.server_id)) or f for f in found]
        return found

    def _queried(self, wanted: Sequence[str]) -> list[Feature]:
        params = (
            {"limit": str(max(2 * len(wanted), 10))} | self._crs_params() | self._query(self._way, wanted)
        )
        answer = self._http.request("GET", f"{self._base}/items", params=params, headers=_FEATURES)
        found: list[Feature] = []
        seen = {answer.url}
        while True:
            document = answer.json()
            found += self._features(_items(document, answer.url))
            following = self._next(document, answer.url)
            if following is None or not {feature.key for feature in found} <= set(wanted):
                return found
            if following in seen:
                raise NoAnswerError(
                    "The platform leads in a circle through the pages of collection {collection}; probe it, or ask for "
                    "smaller pages.",
                    collection=self.name,
                )
            seen.add(following)
            answer = self._http.request("GET", following, headers=_FEATURES)

    def _one(self, server_id: str) -> Feature | None:
        """Return one feature by the platform's id, with its version."""
        answer = self._http.request(
            "GET", self._item_url(server_id), params=self._crs_params(), headers=_FEATURES, accept=_ERRORS
        )
        if answer.status >= 400:
            if _is_missing(answer, server_id):
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
        headers = {"Content-Type": "application/geo+json"} | _FEATURES
        if self._crs_uri:
            headers["Content-Crs"] = f"<{self._crs_uri}>"
        if version is not None:
            headers["If-Match" if version.startswith('"') else "If-Unmodified-Since"] = version
        return headers

    def _item_url(self, server_id: str) -> str:
        return f"{self._base}/items/{quote(server_id, safe='')}"

    def create(self, features: Sequence[Feature]) -> list[Outcome]:
        """Add features, one request each."""
        return _one_by_one(features, self._create)

    def _create(self, feature: Feature) -> Outcome:
        properties = dict(feature.values)
        if self.key_field is not None:
            properties[self.key_field] = self._key_value(feature.key)
        body = self._body({"type": "Feature", "geometry": feature.geometry, "properties": properties})
        if isinstance(body, Message):
            return Outcome("rejected", reason=body)
        headers = self._headers() | {"Idempotency-Key": str(uuid.uuid4())}
        answer = self._http.request("POST", f"{self._base}/items", body=body, headers=headers, accept=_ERRORS)
        if answer.status in (200, 201, 204):
            location = urlsplit(answer.headers.get("location", "")).path.rstrip("/")
            _, items, server_id = location.rpartition("/items/")
            # QGIS Server, which does not declare that it can create, names the id of another feature.
            trusted = bool(items and self._conforms.get("4"))
            return Outcome("done", unquote(server_id) or None if trusted else None)
        return _refusal(answer)

    def _key_value(self, key: str | None) -> Any:
        return (
            int(key)
            if self._key_type == "integer" and key is not None and key.lstrip("-").isdecimal()
            else key
        )

    def _body(self, document: dict[str, Any]) -> bytes | Message:
        """Return a feature as it is sent, its WKB as GeoJSON; or why it cannot be sent."""
        if GEOMETRY in document:
            try:
                document[GEOMETRY] = geojson.from_wkb(document[GEOMETRY], self._write_order == axes.YX)
            except wkb.BrokenGeometryError as error:
                return message("its geometry cannot be said in GeoJSON ({reason})", reason=str(error))
        try:
            body = geojson.encoded(document)
        except UnicodeEncodeError:
            return message("a text in it holds half of a character (a lone surrogate); correct the text")
        except ValueError as error:
            return message("a value in it cannot be said in JSON ({reason})", reason=str(error))
        if b"\\u0000" in body and any(
            "\0" in v for v in document["properties"].values() if isinstance(v, str)
        ):
            return message(
                "a text in it holds the character U+0000, which platforms do not store; correct the text"
            )
        return body

    def update(self, updates: Sequence[Update]) -> list[Outcome]:
        """Change features, one request each.

        With PATCH only what changes is sent. A PUT replaces the whole feature, so that it must repeat what the platform
        itself gave a moment ago, unless the probe has found that the platform keeps what a PUT leaves out.
        """
        return _one_by_one(updates, self._update)

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
            self._item_url(str(before.server_id)),
            body=body,
            headers=headers,
            repeatable=False,
            accept=_ERRORS,
        )
        if answer.status not in (200, 201, 204):
            return _refusal(answer)
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
        return _one_by_one(features, self._delete)

    def _delete(self, feature: Feature) -> Outcome:
        server_id = str(feature.server_id)
        headers = {k: v for k, v in self._headers(feature.version).items() if not k.startswith("Content-")}
        answer = self._http.request("DELETE", self._item_url(server_id), headers=headers, accept=_ERRORS)
        if answer.status in (200, 204) or _is_missing(answer, server_id):
            return DONE
        return _refusal(answer)


def _parts(keys: Sequence[str], number: int) -> Iterator[tuple[int, list[str]]]:
    """Return keys in parts of at most so many that fit into an address, each with its start."""
    start = 0
    while start < len(keys):
        end, length = start, 0
        while end < len(keys) and end - start < number and (end == start or length < _LONGEST):
            length += len(quote(keys[end], safe="")) + 9
            end += 1
        yield start, list(keys[start:end])
        start = end


def _one_by_one(items: Sequence[Any], write: Callable[[Any], Outcome]) -> list[Outcome]:
    """Write one after the other; what an ended connection leaves open is unknown, and nothing more is sent."""
    outcomes: list[Outcome] = []
    for item in items:
        try:
            outcomes.append(write(item))
        except (NoAnswerError, SignInError) as error:
            if not outcomes:
                raise
            rest = message("it was not sent, because the platform had stopped answering")
            return [*outcomes, Outcome("unknown", reason=error.message)] + [
                Outcome("unknown", reason=rest) for _ in range(len(items) - len(outcomes) - 1)
            ]
        except RefusedError as error:
            outcomes.append(Outcome("rejected", reason=error.message))
    return outcomes


def _refusal(answer: Answer) -> Outcome:
    if answer.status in (409, 412):
        return Outcome(
            "rejected", reason=message("it was changed meanwhile ({reason})", reason=reason_of(answer))
        )
    if answer.status in (404, 410):
        return Outcome(
            "rejected", reason=message("it is not there any more ({reason})", reason=reason_of(answer))
        )
    # What a server says after a fault of its own does not tell how far it had come; 501 is the exception.
    state = "rejected" if 400 <= answer.status < 500 or answer.status == 501 else "unknown"
    return Outcome(state, reason=reason_of(answer))


def _is_missing(answer: Answer, server_id: str) -> bool:
    """Return whether an answer says that there is no such feature; QGIS Server says so with a status of 500."""
    return answer.status in (404, 410) or (
        answer.status == 500 and f"Invalid feature [{server_id}]" in words_of(answer)
    )


def _items(document: Any, url: str) -> list[Mapping[str, Any]]:
    found = document.get("features") if isinstance(document, Mapping) else None
    if not isinstance(found, list) or not all(isinstance(item, dict) for item in found):
        raise NoAnswerError(
            "{url} is no collection of features; check the address, and probe the platform.", url=url
        )
    return found


def _conformance(http: Http) -> dict[str, set[str]]:
    """Return the declared classes by part (``cql2`` for the filter language)."""
    found: dict[str, set[str]] = {}
    for uri in _asked(http, "conformance").get("conformsTo") or []:
        part = _PART.search(str(uri))
        if part:
            found.setdefault(part[1], set()).add(part[2])
        elif "/cql2/" in str(uri):
            found.setdefault("cql2", set()).add(str(uri).rpartition("/")[2])
    return found


def _linked(links: list[Mapping[str, Any]], source: str) -> list[str]:
    return [
        str(link["href"])
        for link in links
        if str(link.get("rel", "")).rpartition("/")[2] == source
        and "json" in str(link.get("type", "json"))
        and "href" in link
    ][:1]


def _with(url: str, **params: str) -> str:
    parts = urlsplit(url)
    kept = [
        (name, value) for name, value in parse_qsl(parts.query, keep_blank_values=True) if name not in params
    ]
    return urlunsplit(parts._replace(query=urlencode([*kept, *params.items()])))


def _count(value: Any) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else None


def _box(description: Mapping[str, Any]) -> axes.Box | None:
    try:
        box = description["extent"]["spatial"]["bbox"][0]
        west, south, east, north = (
            (box[0], box[1], box[2], box[3]) if len(box) == 4 else (box[0], box[1], box[3], box[4])
        )
        return float(west), float(south), float(east), float(north)
    except (KeyError, IndexError, TypeError, ValueError):
        return None


# --- fields ---------------------------------------------------------------------------------------------


def _fields_of_schema(document: Mapping[str, Any]) -> tuple[list[Field], str | None, str | None]:
    """Return fields, geometry type and the field of the platform's id that a JSON Schema (part 5) or queryables say."""
    required = set(document.get("required") or ())
    fields: list[Field] = []
    geometry: str | None = None
    id_field = None
    for name, about in document["properties"].items():
        if not isinstance(about, Mapping):
            continue
        role, form = str(about.get("x-ogc-role", "")), str(about.get("format", ""))
        if (
            role == "primary-geometry"
            or form.startswith("geometry-")
            or "geojson.org/schema" in str(about.get("$ref"))
        ):
            kind = form.removeprefix("geometry-") or str(about.get("$ref")).rpartition("/")[2].removesuffix(
                ".json"
            )
            geometry = geometry or _GEOMETRIES.get(kind.lower(), "Geometry")
            continue
        if role == "id":
            id_field = name
        fields.append(_field(name, about, name in required))
    return fields, geometry, id_field


def _field(name: str, about: Mapping[str, Any], required: bool) -> Field:
    kinds = about.get("type", "string")
    kinds = [kinds] if isinstance(kinds, str) else list(kinds)
    kind = next((k for k in kinds if k != "null"), "string")
    form = str(about.get("format", ""))
    if kind == "string":
        kind = {"date": "date", "date-time": "datetime"}.get(form, "text")
    type_ = {"integer": "integer", "number": "real", "boolean": "boolean"}.get(kind, kind)
    simple = type_ in ("text", "integer", "real", "boolean", "date", "datetime")
    length = _count(about.get("maxLength"))
    return Field(
        name,
        type_ if simple else "text",
        nullable="null" in kinds or not required,
        length=length if type_ == "text" else None,
        editable=simple and not about.get("readOnly", False),
    )


def _names(properties: list[Mapping[str, Any]]) -> list[str]:
    return list(dict.fromkeys(name for item in properties for name in item))


def _refined(field: Field, properties: list[Mapping[str, Any]]) -> Field:
    """Return a field with the type of its values: a description of query parameters calls most types text."""
    if field.type != "text":
        return field
    return Field(field.name, guessing.type_of(p.get(field.name) for p in properties))
