"""The peer: plain `requests` loops as one writes them for one server, without a journal, retries or comparison.

They share nothing with the product, so that they also tell what a server itself does to a value.
"""

from __future__ import annotations

import json
from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from datetime import date, datetime
from typing import Any
from xml.etree import ElementTree
from xml.sax.saxutils import escape

import requests
import shapely

from .city_features import COLUMNS, GEOMETRY, KEY, Row
from .platforms import Platform

WFS, OGC = "http://www.opengis.net/wfs", "http://www.opengis.net/ogc"
GML, QGS = "http://www.opengis.net/gml", "http://www.qgis.org/gml"
#: Features of a page.
PAGE = 5000


class Loop(ABC):
    """A loop for one table of one server.

    Attributes
    ----------
    batch : features in one write
    keys : keys in one query
    """

    batch = 1
    keys = 1

    def __init__(self, platform: Platform) -> None:
        self.platform = platform
        self.session = requests.Session()
        self.session.trust_env = False

    @abstractmethod
    def create(self, rows: Sequence[Row]) -> None:
        """Add features."""

    @abstractmethod
    def update(self, ids: Sequence[Any], rows: Sequence[Row], names: Sequence[str]) -> None:
        """Set some columns of features whose ids on the server are known."""

    @abstractmethod
    def delete(self, ids: Sequence[Any]) -> None:
        """Delete features."""

    @abstractmethod
    def find(self, keys: Sequence[str]) -> Any:
        """Ask for features by their keys, and parse the answers."""

    @abstractmethod
    def pages(self) -> Iterator[Any]:
        """Read everything, page by page, as parsed."""

    @abstractmethod
    def values(self) -> list[dict[str, dict[str, Any]]]:
        """Read everything; return key -> column -> value, once for each format that the server offers."""


def _said(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date | datetime) else value


class OgcApiLoop(Loop):
    """OGC API - Features: one feature per write."""

    keys = 60

    def __init__(self, platform: Platform, filters: bool = True) -> None:
        super().__init__(platform)
        self.items = f"{platform.url}/collections/{platform.name}/items"
        self.filters = filters
        if not filters:
            self.keys = 1

    def _body(self, row: Row, **more: Any) -> bytes:
        shape = None if row[GEOMETRY] is None else shapely.geometry.mapping(shapely.from_wkb(row[GEOMETRY]))
        properties = {name: _said(row[name]) for name in (KEY, *COLUMNS)}
        return json.dumps({"type": "Feature", **more, "properties": properties, "geometry": shape}).encode()

    def _ask(self, method: str, url: str, **arguments: Any) -> requests.Response:
        answer = self.session.request(method, url, timeout=60, **arguments)
        answer.raise_for_status()
        return answer

    def create(self, rows: Sequence[Row]) -> None:
        """Do what `Loop` says."""
        for row in rows:
            headers = {"Content-Type": "application/geo+json"}
            self._ask("POST", self.items, data=self._body(row), headers=headers)

    def update(self, ids: Sequence[Any], rows: Sequence[Row], names: Sequence[str]) -> None:
        """Do what `Loop` says."""
        for number, row in zip(ids, rows, strict=True):
            headers = {"Content-Type": "application/geo+json"}
            self._ask("PUT", f"{self.items}/{number}", data=self._body(row, id=number), headers=headers)

    def delete(self, ids: Sequence[Any]) -> None:
        """Do what `Loop` says."""
        for number in ids:
            self._ask("DELETE", f"{self.items}/{number}")

    def find(self, keys: Sequence[str]) -> Any:
        """Do what `Loop` says."""
        found = []
        for start in range(0, len(keys), self.keys):
            part = keys[start : start + self.keys]
            if self.filters:
                listed = ",".join(f"'{key}'" for key in part)
                params = {"filter": f"{KEY} IN ({listed})", "filter-lang": "cql-text"}
            else:
                params = {KEY: part[0]}
            params["limit"] = str(2 * len(part) + 10)
            found += self._ask("GET", self.items, params=params).json()["features"]
        return found

    def pages(self) -> Iterator[Any]:
        """Do what `Loop` says."""
        url: str | None = f"{self.items}?limit={PAGE}"
        while url:
            document = json.loads(self._ask("GET", url, headers={"Accept": "application/geo+json"}).content)
            yield document
            url = next((link["href"] for link in document["links"] if link["rel"] == "next"), None)

    def values(self) -> list[dict[str, dict[str, Any]]]:
        """Do what `Loop` says."""
        return [dict(_of_geojson(item) for page in self.pages() for item in page["features"])]


def _of_geojson(item: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    properties = item["properties"]
    shape = item.get("geometry")
    geometry = None if shape is None else shapely.to_wkb(shapely.geometry.shape(shape))
    return properties[KEY], {name: properties.get(name) for name in COLUMNS} | {GEOMETRY: geometry}


class WfsLoop(Loop):
    """QGIS Server's WFS 1.1.0 with Transaction, and reading from MapServer's 2.0.0.

    Attributes
    ----------
    formats : what a page is read in: GML, GeoJSON or both
    """

    batch = 200
    keys = 100

    def __init__(self, platform: Platform, formats: Sequence[str] = ("gml", "geojson")) -> None:
        super().__init__(platform)
        self.formats = formats
        self.old = not platform.name.startswith("ms:")

    def _post(self, body: str) -> bytes:
        headers = {"Content-Type": "text/xml; charset=UTF-8"}
        answer = self.session.post(self.platform.url, body.encode(), headers=headers, timeout=60)
        answer.raise_for_status()
        return answer.content

    def _transact(self, actions: Sequence[str], total: str, number: int) -> None:
        spaces = f'xmlns:wfs="{WFS}" xmlns:ogc="{OGC}" xmlns:gml="{GML}" xmlns:qgs="{QGS}"'
        body = f'<wfs:Transaction service="WFS" version="1.1.0" {spaces}>{"".join(actions)}</wfs:Transaction>'
        said = ElementTree.fromstring(self._post(body)).find(f".//{{{WFS}}}{total}")
        if said is None or int(said.text or 0) != number:
            raise RuntimeError(f"{total} is not {number}")

    def create(self, rows: Sequence[Row]) -> None:
        """Do what `Loop` says."""
        for start in range(0, len(rows), self.batch):
            part = rows[start : start + self.batch]
            self._transact(list(map(self._insert, part)), "totalInserted", len(part))

    def _insert(self, row: Row) -> str:
        values = {name: row[name] for name in (KEY, *COLUMNS) if row[name] is not None}
        inner = "".join(f"<qgs:{name}>{_text(value)}</qgs:{name}>" for name, value in values.items())
        shape = "" if row[GEOMETRY] is None else f"<qgs:geometry>{_gml(row[GEOMETRY])}</qgs:geometry>"
        name = self.platform.name
        return f"<wfs:Insert><qgs:{name}>{shape}{inner}</qgs:{name}></wfs:Insert>"

    def update(self, ids: Sequence[Any], rows: Sequence[Row], names: Sequence[str]) -> None:
        """Do what `Loop` says."""
        for start in range(0, len(rows), self.batch):
            part = slice(start, start + self.batch)
            actions = [
                self._update(number, row, names) for number, row in zip(ids[part], rows[part], strict=True)
            ]
            self._transact(actions, "totalUpdated", len(actions))

    def _update(self, number: Any, row: Row, names: Sequence[str]) -> str:
        parts = [
            f"<wfs:Property><wfs:Name>{'geometry' if name == GEOMETRY else name}</wfs:Name><wfs:Value>"
            f"{_gml(row[name]) if name == GEOMETRY else _text(row[name])}</wfs:Value></wfs:Property>"
            for name in names
        ]
        return (
            f'<wfs:Update typeName="{self.platform.name}">{"".join(parts)}{self._ids([number])}</wfs:Update>'
        )

    def _ids(self, ids: Sequence[Any]) -> str:
        inner = "".join(f'<ogc:FeatureId fid="{self.platform.name}.{number}"/>' for number in ids)
        return f"<ogc:Filter>{inner}</ogc:Filter>"

    def delete(self, ids: Sequence[Any]) -> None:
        """Do what `Loop` says."""
        for start in range(0, len(ids), self.batch):
            part = ids[start : start + self.batch]
            action = f'<wfs:Delete typeName="{self.platform.name}">{self._ids(part)}</wfs:Delete>'
            self._transact([action], "totalDeleted", len(part))

    def find(self, keys: Sequence[str]) -> Any:
        """Do what `Loop` says."""
        found = []
        for start in range(0, len(keys), self.keys):
            tests = "".join(
                f"<ogc:PropertyIsEqualTo><ogc:PropertyName>{KEY}</ogc:PropertyName><ogc:Literal>{key}</ogc:Literal>"
                "</ogc:PropertyIsEqualTo>"
                for key in keys[start : start + self.keys]
            )
            for format_ in self.formats:
                output = ' outputFormat="application/json"' if format_ == "geojson" else ""
                body = (
                    f'<wfs:GetFeature service="WFS" version="1.1.0"{output} xmlns:wfs="{WFS}" xmlns:ogc="{OGC}">'
                    f'<wfs:Query typeName="{self.platform.name}"><ogc:Filter><ogc:Or>{tests}</ogc:Or></ogc:Filter>'
                    "</wfs:Query></wfs:GetFeature>"
                )
                found.append(_parsed(self._post(body), format_))
        return found

    def pages(self) -> Iterator[Any]:
        """Do what `Loop` says."""
        for format_ in self.formats:
            yield from self._pages(format_)

    def _pages(self, format_: str) -> Iterator[Any]:
        version, types, count = (
            ("1.1.0", "TYPENAME", "MAXFEATURES") if self.old else ("2.0.0", "TYPENAMES", "COUNT")
        )
        params = {"SERVICE": "WFS", "VERSION": version, "REQUEST": "GetFeature", types: self.platform.name}
        if format_ == "geojson":
            params["OUTPUTFORMAT"] = "application/json" if self.old else "geojson"
        start, number = 0, PAGE
        while number == PAGE:
            asked = params | {count: str(PAGE), "STARTINDEX": str(start), "SORTBY": "fid"}
            answer = self.session.get(self.platform.url, params=asked, timeout=120)
            answer.raise_for_status()
            page = _parsed(answer.content, format_)
            number = len(page["features"]) if format_ == "geojson" else len(_members(page))
            start += number
            yield page

    def values(self) -> list[dict[str, dict[str, Any]]]:
        """Do what `Loop` says."""
        found = []
        for format_ in self.formats:
            pages = list(self._pages(format_))
            if format_ == "geojson":
                found.append(dict(_of_geojson(item) for page in pages for item in page["features"]))
            else:
                found.append(
                    dict(_of_gml(member, not self.old) for page in pages for member in _members(page))
                )
        return found


def _parsed(body: bytes, format_: str) -> Any:
    return json.loads(body) if format_ == "geojson" else ElementTree.fromstring(body)


def _members(page: Any) -> list[Any]:
    holders = [m for m in page if m.tag.endswith(("featureMember", "member", "featureMembers"))]
    return [element for holder in holders for element in holder]


def _of_gml(member: Any, swapped: bool) -> tuple[str, dict[str, Any]]:
    row: dict[str, Any] = dict.fromkeys((*COLUMNS, GEOMETRY))
    key = ""
    for child in member:
        name = child.tag.rpartition("}")[2]
        if name == KEY:
            key = child.text or ""
        elif name in COLUMNS:
            row[name] = ("".join(child.itertext()).strip() if len(child) else child.text) or ""
        elif name in ("geometry", "msGeometry"):
            row[GEOMETRY] = _shape(child, swapped)
    return key, row


def _shape(element: Any, swapped: bool) -> bytes:
    made = []
    for polygon in (e for e in element.iter() if e.tag.endswith("}Polygon")):
        rings = []
        for ring in (e for e in polygon.iter() if e.tag.endswith("}posList")):
            numbers = list(map(float, (ring.text or "").split()))
            x, y = numbers[::2], numbers[1::2]
            rings.append(list(zip(y, x, strict=True)) if swapped else list(zip(x, y, strict=True)))
        made.append(shapely.Polygon(rings[0], rings[1:]))
    return shapely.to_wkb(shapely.MultiPolygon(made))


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return escape(str(_said(value)), {"\r": "&#13;"})


def _gml(wkb: bytes) -> str:
    shape = shapely.from_wkb(wkb)
    parts = shape.geoms if shape.geom_type == "MultiPolygon" else [shape]
    members = []
    for part in parts:
        rings = [("exterior", part.exterior), *(("interior", ring) for ring in part.interiors)]
        inner = "".join(
            f"<gml:{place}><gml:LinearRing><gml:posList>"
            f"{' '.join(f'{x!r} {y!r}' for x, y in shapely.get_coordinates(ring).tolist())}"
            f"</gml:posList></gml:LinearRing></gml:{place}>"
            for place, ring in rings
        )
        members.append(f"<gml:polygonMember><gml:Polygon>{inner}</gml:Polygon></gml:polygonMember>")
    return f'<gml:MultiPolygon srsName="EPSG:4326">{"".join(members)}</gml:MultiPolygon>'


def loop_for(platform: Platform, formats: Sequence[str] = ("gml", "geojson")) -> Loop:
    """Return the loop of a platform's protocol."""
    if platform.protocol == "wfs":
        return WfsLoop(platform, formats)
    return OgcApiLoop(platform, filters=platform.title == "pygeoapi")
