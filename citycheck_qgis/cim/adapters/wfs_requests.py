"""Requests to a WFS in the words of its version."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from xml.sax.saxutils import escape, quoteattr

from ...errors import NoAnswerError, RefusedError
from ..addresses import with_parameters
from ..features import Feature
from ..network import Answer, Http
from .wfs_service import Described, described

#: What XML 1.0 cannot hold, not even escaped.
UNSAYABLE = re.compile("[^\t\n\r -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
#: A line end is told apart from another only where it is escaped.
ESCAPES = {"\r": "&#13;"}
#: Parameters of a single request, should the address in a connection end in them; what else stands there is the
#: platform's own (``map``, a key) and stays in all requests.
_OF_REQUESTS = (
    "service", "version", "request", "acceptversions", "typename", "typenames", "outputformat", "count", "maxfeatures",
    "startindex", "srsname", "resulttype", "sortby", "propertyname", "bbox", "filter", "featureid", "resourceid",
)  # fmt: skip


def address_of(http: Http) -> str:
    """Return the address of a WFS without the parameters of a single request."""
    return with_parameters(http.base, {}, _OF_REQUESTS)


@dataclass(frozen=True)
class Speech:
    """What differs between the versions."""

    types: str
    number: str
    wfs: str
    fes: str
    gml: str
    name: str
    prefix: str
    id_element: str


SPEECH = {
    "1.1.0": Speech(
        "typeName", "maxFeatures", "http://www.opengis.net/wfs", "http://www.opengis.net/ogc",
        "http://www.opengis.net/gml", "Name", "PropertyName", "<fes:FeatureId fid={}/>",
    ),
    "2.0.0": Speech(
        "typeNames", "count", "http://www.opengis.net/wfs/2.0", "http://www.opengis.net/fes/2.0",
        "http://www.opengis.net/gml/3.2", "ValueReference", "ValueReference", "<fes:ResourceId rid={}/>",
    ),
}  # fmt: skip


@dataclass(frozen=True)
class Source:
    """A request of a page: its format, and the properties to ask for; without names all."""

    format: str
    names: tuple[str, ...] = ()


class Requests:
    """Requests about one feature type.

    Attributes
    ----------
    say : what differs between the versions
    namespace : of the type; known once it has been described

    Parameters
    ----------
    json : the platform's name for GeoJSON; empty where it has none
    srs : the CRS to ask for; empty: the platform's choice
    """

    def __init__(self, http: Http, version: str, name: str, json: str, srs: str) -> None:
        self._http, self._url = http, address_of(http)
        self.version, self.name, self._json, self._srs = version, name, json, srs
        self.say = SPEECH[version]
        self.namespace = ""

    def _params(self, request: str) -> dict[str, str]:
        return {"SERVICE": "WFS", "VERSION": self.version, "REQUEST": request, self.say.types: self.name}

    def describe(self) -> Described:
        """Ask for the fields."""
        found = described(self._ask(self._params("DescribeFeatureType")).xml(), self.name)
        self.namespace = found.namespace
        return found

    def count(self) -> int | None:
        """Ask how many features there are; None where the platform does not say."""
        try:
            root = self._ask(self._params("GetFeature") | {"RESULTTYPE": "hits"}).xml()
        except (RefusedError, NoAnswerError):
            return None
        said = root.get("numberMatched") or root.get("numberOfFeatures") or ""
        return int(said) if said.isdecimal() else None

    def features(self, source: Source, extra: Mapping[str, str]) -> Answer:
        """Ask for features."""
        params = self._params("GetFeature") | dict(extra)
        if self._srs:
            params["SRSNAME"] = self._srs
        if source.format == "geojson":
            params["OUTPUTFORMAT"] = self._json
        if source.names:
            params["PROPERTYNAME"] = ",".join(source.names)
        return self._ask(params)

    def _ask(self, params: Mapping[str, str]) -> Answer:
        return self._http.request("GET", self._url, params=params)

    def filtered(self, source: Source, filter_: str) -> Answer:
        """Ask for the features of a filter."""
        srs = f" srsName={quoteattr(self._srs)}" if self._srs else ""
        format_ = f" outputFormat={quoteattr(self._json)}" if source.format == "geojson" else ""
        return self.post(
            f"{self.opened('GetFeature', format_)}<wfs:Query {self.say.types}={quoteattr(self.name)}{srs}>{filter_}"
            "</wfs:Query></wfs:GetFeature>",
            repeatable=True,
        )

    def opened(self, request: str, attributes: str = "") -> str:
        """Return the begin of a request's XML with all prefixes that are used in it."""
        say = self.say
        prefix = self.name.partition(":")[0] if ":" in self.name else ""
        own = ""
        if prefix not in ("", "f", "wfs", "fes", "gml"):
            own = f" xmlns:{prefix}={quoteattr(self.namespace)}"
        return (
            f'<?xml version="1.0" encoding="UTF-8"?><wfs:{request} service="WFS" version="{self.version}"{attributes}'
            f' xmlns:wfs="{say.wfs}" xmlns:fes="{say.fes}" xmlns:gml="{say.gml}"'
            f" xmlns:f={quoteattr(self.namespace)}{own}>"
        )

    def post(self, body: str, repeatable: bool, accept: tuple[int, ...] = ()) -> Answer:
        """Send XML."""
        headers = {"Content-Type": "text/xml; charset=UTF-8"}
        return self._http.request(
            "POST", self._url, body=body.encode(), headers=headers, repeatable=repeatable, accept=accept
        )

    # --- filters ---------------------------------------------------------------------------------------

    def by_key(self, field: str, keys: Sequence[str]) -> str:
        """Return a filter of keys."""
        reference, name = self.say.prefix, escape(field)
        parts = [
            f"<fes:PropertyIsEqualTo><fes:{reference}>{name}</fes:{reference}>"
            f"<fes:Literal>{escape(key, ESCAPES)}</fes:Literal></fes:PropertyIsEqualTo>"
            for key in keys
        ]
        test = parts[0] if len(parts) == 1 else f"<fes:Or>{''.join(parts)}</fes:Or>"
        return f"<fes:Filter>{test}</fes:Filter>"

    def by_id(self, features: Sequence[Feature]) -> str:
        """Return a filter of ids. Without one, a platform changes or deletes everything.

        Raises
        ------
        RefusedError : one of the features has no id.
        """
        ids = [feature.server_id for feature in features]
        if not ids or not all(ids):
            raise RefusedError(
                "The platform gave a feature of collection {collection} no id, without which it cannot be changed; "
                "nothing was sent, probe the platform.",
                collection=self.name,
            )
        elements = "".join(self.say.id_element.format(quoteattr(str(i))) for i in ids)
        return f"<fes:Filter>{elements}</fes:Filter>"
