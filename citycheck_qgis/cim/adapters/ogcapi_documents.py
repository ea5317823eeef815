"""The documents of an OGC API: where they are, and what is taken from them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from ...errors import NoAnswerError, RefusedError, UnsafeError
from ..addresses import with_parameters
from ..features import Field
from ..network import Answer, Http
from . import axes, guessing, wkb

#: The first type counts for QGIS Server, which refuses what it does not have although others are named.
FEATURES = {"Accept": "application/geo+json, application/json;q=0.9"}
_DOCUMENT = {
    "Accept": "application/json, application/schema+json;q=0.9, application/vnd.oai.openapi+json;q=0.8"
}
#: Statuses that the adapter reads for itself.
ERRORS = tuple(status for status in range(400, 600) if status != 401)
_PART = re.compile(r"ogcapi-features-(\d)/[^/]+/conf/(.+)$")
_GEOMETRIES = {name.lower(): name for name in wkb.NUMBERS}
#: Parameters of a single request, should the address in a connection end in them.
_NOT_OF_THE_SITE = {"f", "limit", "offset"}


@dataclass(frozen=True)
class Site:
    """A platform; a query in its address (``?MAP=...``, as QGIS Server and MapServer want it) stays in all requests."""

    http: Http

    @property
    def _query(self) -> dict[str, str]:
        pairs = parse_qsl(urlsplit(self.http.base).query, keep_blank_values=True)
        return {name: value for name, value in pairs if name.casefold() not in _NOT_OF_THE_SITE}

    def url(self, path: str) -> str:
        """Return the address of a path below the landing page, for `Http.request`."""
        return with_parameters(path, self._query) if "?" in self.http.base else path

    def link(self, reference: str, base: str | None = None) -> str:
        """Return the address that a document at `base` names.

        Raises
        ------
        UnsafeError : it leads to another host.
        """
        url = self.http.url(reference, base)
        if "?" not in self.http.base:
            return url
        named = {name.casefold() for name, _ in parse_qsl(urlsplit(url).query, keep_blank_values=True)}
        return with_parameters(url, {n: v for n, v in self._query.items() if n.casefold() not in named})

    def document(self, url: str) -> Mapping[str, Any]:
        """Return a document.

        Raises
        ------
        NoAnswerError : it is no object.
        """
        answer = self.http.request("GET", url, headers=_DOCUMENT)
        found = answer.json()
        if not isinstance(found, Mapping):
            raise NoAnswerError("{url} is no document of an OGC API; check the address.", url=answer.url)
        return found

    def optional(self, path: str) -> Mapping[str, Any]:
        """Return a document that need not be there; empty where it is not."""
        return self._optional(self.url(path))

    def linked(self, reference: str) -> Mapping[str, Any]:
        """Return a document that another names; empty where it is not there, or lies on another host."""
        try:
            url = self.link(reference)
        except UnsafeError:
            return {}
        return self._optional(url)

    def _optional(self, url: str) -> Mapping[str, Any]:
        try:
            return self.document(url)
        except (RefusedError, NoAnswerError, UnsafeError):
            return {}

    def conformance(self) -> dict[str, set[str]]:
        """Return the declared classes by part (``cql2`` for the filter language)."""
        found: dict[str, set[str]] = {}
        for uri in self.optional("conformance").get("conformsTo") or []:
            part = _PART.search(str(uri))
            if part:
                found.setdefault(part[1], set()).add(part[2])
            elif "/cql2/" in str(uri):
                found.setdefault("cql2", set()).add(str(uri).rpartition("/")[2])
        return found

    def interface(self) -> Mapping[str, Any]:
        """Return the description of the interface (OpenAPI); empty where there is none."""
        for link in links_of(self.optional("")):
            if link.get("rel") == "service-desc":
                return self.linked(str(link.get("href")))
        return {}


def links_of(document: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Return the links of a document that are any."""
    links = document.get("links")
    return [link for link in links if isinstance(link, Mapping)] if isinstance(links, list) else []


def link_to(document: Mapping[str, Any], source: str) -> list[str]:
    """Return where the link to a kind of document leads; empty without one."""
    return [
        str(link["href"])
        for link in links_of(document)
        if str(link.get("rel", "")).rpartition("/")[2] == source
        and "json" in str(link.get("type", "json"))
        and "href" in link
    ][:1]


def items_of(answer: Answer) -> tuple[list[Mapping[str, Any]], Mapping[str, Any]]:
    """Return the features of an answer as they stand, and the document that they are in.

    Raises
    ------
    NoAnswerError : it is no collection of features.
    """
    document = answer.json()
    found = document.get("features") if isinstance(document, Mapping) else None
    if not isinstance(found, list) or not all(isinstance(item, dict) for item in found):
        raise NoAnswerError(
            "{url} is no collection of features; check the address, and probe the platform.", url=answer.url
        )
    return found, document


def count_of(value: Any) -> int | None:
    """Return a number that counts something; None where it is none."""
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else None


def box_of(description: Mapping[str, Any]) -> axes.Box | None:
    """Return where a collection says that it lies."""
    try:
        box = description["extent"]["spatial"]["bbox"][0]
        west, south, east, north = (
            (box[0], box[1], box[2], box[3]) if len(box) == 4 else (box[0], box[1], box[3], box[4])
        )
        return float(west), float(south), float(east), float(north)
    except (KeyError, IndexError, TypeError, ValueError):
        return None


# --- fields ---------------------------------------------------------------------------------------------


def fields_of_schema(document: Mapping[str, Any]) -> tuple[list[Field], str | None, str | None]:
    """Return fields, geometry type and the field of the platform's id that a JSON Schema (part 5) or queryables say."""
    required = set(document.get("required") or ())
    fields: list[Field] = []
    geometry: str | None = None
    id_field = None
    for name, about in document["properties"].items():
        if not isinstance(about, Mapping):
            continue
        role, form = str(about.get("x-ogc-role", "")), str(about.get("format", ""))
        reference = str(about.get("$ref"))
        if role == "primary-geometry" or form.startswith("geometry-") or "geojson.org/schema" in reference:
            kind = form.removeprefix("geometry-") or reference.rpartition("/")[2].removesuffix(".json")
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
    length = count_of(about.get("maxLength"))
    return Field(
        name,
        type_ if simple else "text",
        nullable="null" in kinds or not required,
        length=length if type_ == "text" else None,
        editable=simple and not about.get("readOnly", False),
    )


def fields_of_parameters(operation: Mapping[str, Any], sample: Sequence[Mapping[str, Any]]) -> list[Field]:
    """Return the fields that features can be asked for by, as the description of the interface lists them.

    It calls most types text: what a sample of properties says counts more.
    """
    known = ("properties", "limit", "bbox", "datetime", "filter", "offset", "sortby", "crs", "f")
    fields = []
    for about in operation.get("parameters") or []:
        own = isinstance(about, Mapping) and "$ref" not in about and isinstance(about.get("schema"), Mapping)
        if not own or not about.get("name") or about["name"] in known:
            continue
        field = _field(str(about["name"]), about["schema"], False)
        if field.type == "text":
            field = Field(field.name, guessing.type_of(p.get(field.name) for p in sample))
        fields.append(field)
    return fields


def fields_of_sample(properties: Sequence[Mapping[str, Any]]) -> list[Field]:
    """Return the fields of the first features."""
    names = dict.fromkeys(name for item in properties for name in item)
    return [Field(name, guessing.type_of(p.get(name) for p in properties)) for name in names]
