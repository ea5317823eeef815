"""What an OGC API declares of one collection."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any
from urllib.parse import quote, unquote

from ...errors import RefusedError
from ..features import Field
from . import axes
from .ogcapi_documents import (
    ERRORS,
    FEATURES,
    Site,
    box_of,
    fields_of_parameters,
    fields_of_sample,
    fields_of_schema,
    link_to,
)
from .ogcapi_reading import Items

CRS84 = "OGC:CRS84"
_METHODS = ("get", "post", "put", "patch", "delete")


class Description:
    """A collection's own document, and the others that belong to it.

    Attributes
    ----------
    title : for people
    box : where it says that it lies
    classes : the conformance classes that the platform declares, by part
    """

    def __init__(self, site: Site, name: str) -> None:
        self._site, self._name = site, name
        self._path = f"collections/{quote(name, safe='')}"
        self._document = site.document(site.url(self._path))
        self.title = str(self._document.get("title") or name)
        self.box = box_of(self._document)
        self.classes = site.conformance()
        self._interface: Mapping[str, Any] | None = None

    def items(self, wanted: str | None) -> tuple[Items, str]:
        """Return the features in a CRS, and the CRS.

        Parameters
        ----------
        wanted : None: that of the storage where it is offered, because then the platform transforms nothing

        Raises
        ------
        RefusedError : they are not offered in it.
        """
        offered = [str(uri) for uri in self._document.get("crs") or []]
        if any(uri.startswith("#") for uri in offered):
            offered += [str(uri) for uri in self._site.optional("collections").get("crs") or []]
        crs = axes.crs_of(str(wanted or self._document.get("storageCrs") or CRS84))
        uri = next((uri for uri in offered if axes.crs_of(uri) == crs), None)
        if uri is None and wanted and crs != CRS84:
            raise RefusedError(
                "Collection {collection} is not offered in the CRS {crs}; it has {offered}.",
                collection=self._name,
                crs=crs,
                offered=sorted(map(axes.crs_of, offered)),
            )
        path = f"{self._path}/items"
        if uri is None or crs == CRS84:
            return Items(self._site, self._name, path), CRS84
        return Items(self._site, self._name, path, {"crs": uri}), crs

    def fields(self, sample: Sequence[Mapping[str, Any]]) -> tuple[list[Field], str | None, str | None, str]:
        """Return fields, geometry type, field of the platform's id, and where they are known from.

        Parameters
        ----------
        sample : properties of the first features
        """
        for source in ("schema", "queryables"):
            for document in self._documents(source):
                # Some platforms answer every unknown path with their landing page.
                if isinstance(document.get("properties"), Mapping) and document["properties"]:
                    return (*fields_of_schema(document), source)
        fields = fields_of_parameters(self._operation("items", "get"), sample)
        if fields:
            return fields, "Geometry", None, "api"
        return fields_of_sample(sample), "Geometry", None, "sample"

    def _documents(self, source: str) -> Iterator[Mapping[str, Any]]:
        for reference in link_to(self._document, source):
            yield self._site.linked(reference)
        yield self._site.optional(f"{self._path}/{source}")

    def _operation(self, path: str, method: str) -> Mapping[str, Any]:
        """Return what the description of the interface says of a method on a path below the collection."""
        if self._interface is None:
            self._interface = self._site.interface()
        paths = self._interface.get("paths")
        wanted = f"/collections/{self._name}/{path}"
        for name, operations in (paths if isinstance(paths, Mapping) else {}).items():
            # QGIS Server repeats the query of the address (?MAP=...) in its paths.
            path_there = unquote(re.sub(r"\{.*?\}", "{}", str(name).partition("?")[0]))
            if path_there.endswith(wanted) and isinstance(operations, Mapping):
                found = operations.get(method)
                return found if isinstance(found, Mapping) else {}
        return {}

    def allowed(self, items: Items, single: bool) -> set[str]:
        """Return the methods that all features, or a single one, take; empty where the platform does not say."""
        path = "items/{}" if single else "items"
        if not self.classes.get("4") and self._operation(path, "get"):
            return {method.upper() for method in _METHODS if self._operation(path, method)}
        url = items.url("0" if single else None)
        answer = self._site.http.request("OPTIONS", url, repeatable=True, accept=ERRORS, headers=FEATURES)
        found = {name.strip().upper() for name in answer.headers.get("allow", "").split(",") if name.strip()}
        return found if answer.status < 400 and "GET" in found else set()

    @cached_property
    def sorts(self) -> bool:
        """Whether the interface, where it had to be read, says that features can be sorted."""
        if self._interface is None:
            return False
        parameters = self._operation("items", "get").get("parameters") or []
        return any(
            "sortby" in str(p.get("$ref", p.get("name"))) for p in parameters if isinstance(p, Mapping)
        )
