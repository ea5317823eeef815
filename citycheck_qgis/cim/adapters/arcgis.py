"""ArcGIS feature services: query, applyEdits, tokens.

The connection's address is that of the service (``…/rest/services/name/FeatureServer``), a collection's name is the
number of its layer (``0``).

Options of the connection:

=========== ==========================================================================================
option      meaning
=========== ==========================================================================================
batch       features in one applyEdits, default 250
token_url   where tokens are given; default: what ``…/rest/info`` names
=========== ==========================================================================================

Sources: "Query", "Apply Edits" and "Layer" of the feature service, "Generate Token" and "Geometry objects" in
Esri's reference of the REST API. Errors come with status 200; dates are milliseconds since 1970 in UTC; a layer
gives `maxRecordCount` features at most and then says ``exceededTransferLimit``; there are no booleans.
"""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import numpy as np
import shapely

from ...errors import InputError, NoAnswerError
from ...messages import Message, message
from ..connections import Connection
from ..features import GEOMETRY, Feature, Field, Schema, Value, canonical
from ..network import Answer, Dialect, Http, reason_of
from .base import DONE, Capabilities, Collection, Outcome, Page, Update
from .batches import in_batches
from .rings import polygons_from_rings, rings_of

#: Type of a field there -> type here; what is not named cannot be exchanged.
_TYPES = {
    "esriFieldTypeString": "text",
    "esriFieldTypeSmallInteger": "integer",
    "esriFieldTypeInteger": "integer",
    "esriFieldTypeBigInteger": "integer",
    "esriFieldTypeSingle": "real",
    "esriFieldTypeDouble": "real",
    "esriFieldTypeDate": "datetime",
    "esriFieldTypeDateOnly": "date",
    "esriFieldTypeTimeOnly": "text",
    "esriFieldTypeTimestampOffset": "datetime",
    "esriFieldTypeGUID": "text",
    "esriFieldTypeGlobalID": "text",
}
_GEOMETRIES = {
    "esriGeometryPoint": "Point",
    "esriGeometryMultipoint": "MultiPoint",
    "esriGeometryPolyline": "MultiLineString",
    "esriGeometryPolygon": "MultiPolygon",
}
_GUIDS = ("esriFieldTypeGUID", "esriFieldTypeGlobalID")
#: Numbers of reference systems from here on are Esri's own, not EPSG's.
_FIRST_OF_ESRI = 32768
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_ERROR = re.compile(rb'\s*\{\s*"error"\s*:')
_FIND_BATCH = 200
#: After these nobody knows whether a write was done: the service failed, or a gateway lost its answer.
UNSURE = (500, 502, 504)
#: Whoever knows these as keys of UUIDs gives the same GlobalID to the same key.
_NAMESPACE = uuid.UUID("6f1c2c2e-0a55-4d0b-9a0e-6a1f5c7d3b10")


class ArcGisDialect(Dialect):
    """Errors in answers with status 200, and tokens."""

    def __init__(self, connection: Connection | None = None) -> None:
        self.options: Mapping[str, Any] = connection.options if connection else {}

    def signed_out(self, answer: Answer) -> bool:
        """Return whether the token is missing (499) or dead (498)."""
        return answer.status == 401 or _error(answer).get("code") in (498, 499)

    def failure(self, answer: Answer) -> Message | None:
        """Return why the service refused; an error of its own (500 and above) is no refusal: see `_checked`."""
        error = _error(answer)
        if error and not _broken(error):
            return _reason(error)
        return reason_of(answer) if answer.status >= 400 else None

    def sign_in(self, http: Http, user: str, password: str) -> tuple[dict[str, str], dict[str, str]] | None:
        """Get a token from the service's token address."""
        address = self.options.get("token_url") or self._token_url(http)
        if not address:
            return None
        form = {
            "username": user,
            "password": password,
            "client": "requestip",
            "expiration": "60",
            "f": "json",
        }
        token = http.request("POST", http.url(address), form=form, repeatable=True).json().get("token")
        return ({"X-Esri-Authorization": f"Bearer {token}"}, {}) if token else None

    def _token_url(self, http: Http) -> str | None:
        base = re.split(r"/rest/services(?=/|$)", http.base)[0]
        info = http.request("GET", f"{base}/rest/info", params={"f": "json"}).json()
        address = (info.get("authInfo") or {}).get("tokenServicesUrl")
        # Behind a proxy the server names its inner address; what lies beside its services is its own.
        context = urlsplit(base).path + "/"
        path = urlsplit(address or "").path
        return f"{base}/{path.removeprefix(context)}" if address and path.startswith(context) else address


def collections_of(http: Http) -> list[tuple[str, str]]:
    """Return number and name of the layers and tables of a service."""
    service = _asked(http, http.base, {})
    return [
        (str(item["id"]), item["name"]) for item in [*service.get("layers", []), *service.get("tables", [])]
    ]


class ArcGisCollection(Collection):
    """A layer or table of a feature service.

    With `supportsApplyEditsWithGlobalIds`, a new feature gets a GlobalID that follows from its key, so that the
    service itself refuses to create it twice.
    """

    def __init__(self, connection: Connection, http: Http, name: str) -> None:
        self.http = http
        self.name = name
        self.settings = connection.settings(name)
        self.url = f"{connection.url.rstrip('/')}/{name}"
        self.layer = _asked(http, self.url, {})
        self.title = str(self.layer.get("name") or name)
        self.key_field = self.settings.key_field
        if "fields" not in self.layer:
            raise InputError(
                "Layer {name} of {url} has no fields that can be exchanged; give the number of a feature layer.",
                name=name,
                url=connection.url,
            )
        self.types = {item["name"]: item["type"] for item in self.layer["fields"]}
        self.id_field = self.layer.get("objectIdField") or self._of_type("esriFieldTypeOID") or "OBJECTID"
        self.guid_field = self.layer.get("globalIdField") or self._of_type("esriFieldTypeGlobalID")
        if self.key_field is not None and self.key_field not in self.types:
            raise InputError(
                "Layer {name} has no field {field} for the key; its fields are {fields}. Correct the key field of the "
                "connection.",
                name=self.title,
                field=self.key_field,
                fields=list(self.types),
            )
        self.edited = (self.layer.get("editFieldsInfo") or {}).get("editDateField")
        self.zone = not self.layer.get("datesInUnknownTimezone")
        self.limit = int(self.layer.get("maxRecordCount") or 1000)
        self.reference = self._reference()
        self.crs = _crs_text(self.reference) if self.layer.get("geometryType") else None
        self.schema = self._schema()
        self.capabilities = self._capabilities(int(connection.options.get("batch", 250)))

    def _of_type(self, kind: str) -> str | None:
        return next((name for name, type_ in self.types.items() if type_ == kind), None)

    def _reference(self) -> dict[str, Any]:
        if self.settings.crs:
            authority, _, code = self.settings.crs.partition(":")
            if authority.upper() in ("EPSG", "ESRI") and code.isdigit():
                return {"wkid": int(code)}
        own = (self.layer.get("extent") or {}).get("spatialReference") or {}
        own = own or self.layer.get("sourceSpatialReference") or {}
        wkid = own.get("latestWkid") or own.get("wkid")
        return {"wkid": wkid} if wkid else {"wkt": own["wkt"]} if own.get("wkt") else {"wkid": 4326}

    def _schema(self) -> Schema:
        ids = (self.id_field, self.guid_field, self.key_field)
        fields = tuple(
            Field(
                item["name"],
                _TYPES[item["type"]],
                nullable=bool(item.get("nullable", True)),
                length=item.get("length") if item["type"] == "esriFieldTypeString" else None,
                editable=bool(item.get("editable", True)),
            )
            for item in self.layer["fields"]
            if item["type"] in _TYPES and item["name"] not in ids
        )
        kind = self.layer.get("geometryType")
        return Schema(fields, _GEOMETRIES.get(kind, "Geometry") if kind else None)

    def _capabilities(self, batch: int) -> Capabilities:
        can = {part.strip() for part in str(self.layer.get("capabilities", "")).split(",")}
        if "Editing" in can and not can & {"Create", "Update", "Delete"}:
            can |= {"Create", "Update", "Delete"}
        if self.key_field is None:
            can = set()
        return Capabilities(
            create="Create" in can,
            update="Update" in can,
            delete="Delete" in can,
            batch=batch,
            atomic=not self.layer.get("supportsRollbackOnFailureParameter"),
            partial_update=True,
            find_batch=min(_FIND_BATCH, self.limit) if self.key_field else 0,
        )

    # Reading.

    def pages(self) -> Iterator[Page]:
        """Read everything in the order of the ids, each page after the last id of the one before.

        Layers without paging are read by lists of ids.
        """
        matched = self._query({"where": "1=1", "returnCountOnly": "true"}).get("count")
        if not (self.layer.get("advancedQueryCapabilities") or {}).get("supportsPagination"):
            yield from self._pages_by_ids(matched)
            return
        after, seen = -1, 0
        while True:
            answer = self._query(
                {
                    "where": f"{self.id_field} > {after}",
                    "orderByFields": f"{self.id_field} ASC",
                    "resultRecordCount": str(self.limit),
                }
            )
            features = self._features(answer)
            ids = [int(feature.server_id or -1) for feature in features]
            more = _more(answer)
            if any(one >= other for one, other in zip([after, *ids], ids, strict=False)):
                raise NoAnswerError(
                    "Layer {name} gave a page that does not follow the one before; run again, and probe the platform "
                    "if it happens again.",
                    name=self.title,
                )
            seen += len(features)
            full = more or len(features) >= self.limit or (matched is not None and seen < matched)
            last = not more if not features else not full
            yield Page(features, matched, last)
            if last or not features:
                return
            after = ids[-1]

    def _pages_by_ids(self, matched: int | None) -> Iterator[Page]:
        ids = self._query({"where": "1=1", "returnIdsOnly": "true"}).get("objectIds") or []
        ids.sort()
        for start in range(0, len(ids), self.limit):
            part = ids[start : start + self.limit]
            answer = self._query({"objectIds": ",".join(map(str, part))})
            if _more(answer):
                raise self._cut()
            yield Page(self._features(answer), matched, start + self.limit >= len(ids))
        if not ids:
            yield Page([], matched, True)

    def _cut(self) -> NoAnswerError:
        return NoAnswerError(
            "Layer {name} gave fewer features than were asked for; run again.", name=self.title
        )

    def find(self, keys: Sequence[str]) -> list[Feature]:
        """Ask for keys, as many at once as the layer gives features; a part that is cut is asked for in halves."""
        if not keys:
            return []
        if self.key_field is None:
            return self.scan(keys)
        found: list[Feature] = []
        size = max(self.capabilities.find_batch, 1)
        parts = [list(keys[start : start + size]) for start in range(0, len(keys), size)]
        while parts:
            part = parts.pop()
            answer = self._query({"where": self._where(part)})
            if not _more(answer):
                wanted = set(part)
                found += [feature for feature in self._features(answer) if feature.key in wanted]
            elif len(part) == 1:
                raise self._cut()
            else:
                parts += [part[: len(part) // 2], part[len(part) // 2 :]]
        return found

    def _where(self, keys: Sequence[str]) -> str:
        texts = list(keys)
        if self._key_is_guid:
            # Databases write a GUID in their own way, and compare texts.
            texts = [form for key in keys for form in ("{" + key.upper() + "}", key.lower())]
        listed = ",".join("'" + text.replace("'", "''") + "'" for text in texts)
        return f"{self.key_field} IN ({listed})"

    @property
    def _key_is_guid(self) -> bool:
        return self.key_field is not None and self.types[self.key_field] in _GUIDS

    def _query(self, parameters: Mapping[str, str]) -> dict[str, Any]:
        asked = {"outFields": "*", "returnGeometry": "true" if self.crs else "false", **parameters}
        if self.crs:
            number = self.reference.get("wkid")
            asked["outSR"] = str(number) if number else json.dumps(self.reference)
        return _asked(self.http, f"{self.url}/query", asked)

    def _features(self, answer: Mapping[str, Any]) -> list[Feature]:
        rows = answer.get("features")
        if rows is None:
            raise NoAnswerError("Layer {name} answered without features; run again.", name=self.title)
        shapes = geometries_from_esri([row.get("geometry") for row in rows])
        return [self._feature(row["attributes"], shape) for row, shape in zip(rows, shapes, strict=True)]

    def _feature(self, attributes: Mapping[str, Any], shape: bytes | None) -> Feature:
        number = attributes.get(self.id_field)
        version = attributes.get(self.edited) if self.edited else None
        return Feature(
            self._key(attributes, number),
            {field.name: self._value(attributes.get(field.name), field) for field in self.schema.fields},
            shape,
            None if number is None else str(number),
            None if version is None else str(version),
        )

    def _key(self, attributes: Mapping[str, Any], number: Any) -> str | None:
        key = attributes.get(self.key_field) if self.key_field else number
        if key is None or key == "":
            return None
        return str(key).strip("{}").lower() if self._key_is_guid else str(key)

    def _value(self, value: Any, field: Field) -> Value:
        if value is not None and field.type == "datetime" and isinstance(value, int | float):
            moment = (_EPOCH + timedelta(milliseconds=value)).replace(tzinfo=None).isoformat()
            return moment + "Z" if self.zone else moment
        return canonical(value, field.type)

    # Writing.

    def create(self, features: Sequence[Feature]) -> list[Outcome]:
        """Add features with applyEdits."""
        by_guid = bool(self.guid_field and self.layer.get("supportsApplyEditsWithGlobalIds"))
        items: list[dict[str, Any] | Outcome] = []
        for feature in features:
            names = frozenset(f.name for f in self.schema.fields if f.editable and f.name in feature.values)
            item = self._item(feature, names | {GEOMETRY})
            if isinstance(item, dict):
                if self.key_field != self.guid_field:
                    item["attributes"][self.key_field] = self._key_text(feature)
                if by_guid:
                    item["attributes"][self.guid_field] = _guid(str(feature.key))
            items.append(item)
        return self._edit("adds", items, {"useGlobalIds": "true"} if by_guid else {})

    def _key_text(self, feature: Feature) -> str:
        return "{" + str(feature.key).upper() + "}" if self._key_is_guid else str(feature.key)

    def update(self, updates: Sequence[Update]) -> list[Outcome]:
        """Send the fields that changed, and the geometry where it did."""
        items: list[dict[str, Any] | Outcome] = []
        for update in updates:
            item = self._item(update.after, update.changed)
            if isinstance(item, dict):
                item["attributes"][self.id_field] = int(str(update.before.server_id))
                if GEOMETRY in update.changed and update.after.geometry is None:
                    item = Outcome("rejected", None, message("this platform cannot take a geometry away"))
            items.append(item)
        return self._edit("updates", items, {})

    def delete(self, features: Sequence[Feature]) -> list[Outcome]:
        """Delete by id; what is not there any more is done."""
        outcomes = self._edit("deletes", [int(str(feature.server_id)) for feature in features], {})
        failed = [n for n, outcome in enumerate(outcomes) if outcome.state == "rejected"]
        if failed:
            ids = ",".join(str(features[n].server_id) for n in failed)
            there = self._query({"objectIds": ids, "returnIdsOnly": "true"}).get("objectIds") or []
            left = {str(number) for number in there}
            for n in failed:
                if features[n].server_id not in left:
                    outcomes[n] = DONE
        return outcomes

    def _item(self, feature: Feature, names: frozenset[str]) -> dict[str, Any] | Outcome:
        """Return a feature as applyEdits takes it, or why it cannot be said there."""
        attributes: dict[str, Any] = {}
        for name in sorted(names - {GEOMETRY}):
            value = self._said(feature.values.get(name), self.types.get(name, ""))
            if isinstance(value, Message):
                reason = message("field {name}: {reason}", name=name, reason=value)
                return Outcome("rejected", None, reason)
            attributes[name] = value
        item: dict[str, Any] = {"attributes": attributes}
        if GEOMETRY in names and feature.geometry is not None and self.crs:
            item["geometry"] = geometry_to_esri(feature.geometry, self.layer["geometryType"])
            if item["geometry"] is None:
                return Outcome("rejected", None, message("its kind of geometry does not fit the layer"))
            item["geometry"]["spatialReference"] = self.reference
        return item

    def _said(self, value: Value, kind: str) -> Any:
        if isinstance(value, bool):
            return int(value) if _TYPES.get(kind) in ("integer", "real") else str(value).lower()
        if kind == "esriFieldTypeDate" and value is not None:
            try:
                moment = datetime.fromisoformat(str(value))
            except ValueError:
                # Sent as it is, it would be stored as null and called a success.
                return message("{value} is no date", value=value)
            moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
            return (moment - _EPOCH) // timedelta(milliseconds=1)
        return value

    def _edit(self, kind: str, items: Sequence[Any], parameters: Mapping[str, str]) -> list[Outcome]:
        def send(part: list[int]) -> list[Outcome]:
            return self._apply(kind, [items[n] for n in part], parameters)

        return in_batches(items, self.capabilities.batch, send)

    def _apply(self, kind: str, items: Sequence[Any], parameters: Mapping[str, str]) -> list[Outcome]:
        text = json.dumps(items, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
        form = {"f": "json", kind: text, "rollbackOnFailure": "false", **parameters}
        answer = self.http.request("POST", f"{self.url}/applyEdits", form=form, accept=UNSURE)
        results = _checked(answer, self.title).get(f"{kind[:-1]}Results") or []
        if len(results) != len(items):
            reason = message("the platform answered for {n} of {m} features", n=len(results), m=len(items))
            return [Outcome("unknown", None, reason)] * len(items)
        return [_outcome(result, kind) for result in results]


def _outcome(result: Mapping[str, Any], kind: str) -> Outcome:
    if result.get("success"):
        return Outcome("done", str(result["objectId"])) if kind == "adds" and "objectId" in result else DONE
    return Outcome("rejected", None, _reason(result.get("error") or {}))


def _more(answer: Mapping[str, Any]) -> bool:
    return bool(answer.get("exceededTransferLimit"))


def _error(answer: Answer) -> dict[str, Any]:
    if not _ERROR.match(answer.body[:100]):
        return {}
    error = answer.json().get("error")
    return error if isinstance(error, dict) else {"message": str(error)}


def _broken(error: Mapping[str, Any]) -> bool:
    code = error.get("code")
    return isinstance(code, int) and 500 <= code < 600


def _reason(error: Mapping[str, Any]) -> Message:
    details = error.get("details") or []
    said = [
        error.get("message") or error.get("description"),
        *(details if isinstance(details, list) else [details]),
    ]
    text = "; ".join(str(part) for part in said if part) or "no reason given"
    return message("{text} (code {code})", text=text, code=error.get("code", "-"))


def _asked(http: Http, url: str, parameters: Mapping[str, str]) -> dict[str, Any]:
    # POST: a list of keys is too long for an address, and no cache keeps the answer.
    answer = http.request("POST", url, form={"f": "json", **parameters}, repeatable=True)
    return _checked(answer, url)


def _checked(answer: Answer, name: str) -> dict[str, Any]:
    error = _error(answer)
    if error or answer.status >= 500:
        reason = _reason(error) if error else reason_of(answer)
        raise NoAnswerError(
            "Layer {name} reports an error of the platform: {reason}; run again.", name=name, reason=reason
        )
    read = answer.json()
    if not isinstance(read, dict):
        raise NoAnswerError("Layer {name} did not answer as a feature service; run again.", name=name)
    return read


def _crs_text(reference: Mapping[str, Any]) -> str:
    number = reference.get("wkid")
    if number is None:
        return str(reference["wkt"])
    return f"EPSG:{number}" if number < _FIRST_OF_ESRI else f"ESRI:{number}"


def _guid(key: str) -> str:
    """Return the GlobalID of a key: the key itself where it is a UUID."""
    try:
        made = uuid.UUID(key)
    except ValueError:
        made = uuid.uuid5(_NAMESPACE, key)
    return "{" + str(made).upper() + "}"


# Geometry.


def geometries_from_esri(found: Sequence[Mapping[str, Any] | None]) -> list[bytes | None]:
    """Return Esri's JSON geometries as ISO WKB; None for none and for empty ones."""
    shapes = np.full(len(found), None, dtype=object)
    rings: dict[int, list[np.ndarray]] = {}
    for n, geometry in enumerate(found):
        if not geometry:
            continue
        if "rings" in geometry:
            rings[n] = [np.asarray(ring, dtype=float) for ring in geometry["rings"] if len(ring) > 2]
        elif "paths" in geometry:
            paths = [shapely.linestrings(path) for path in geometry["paths"] if len(path) > 1]
            shapes[n] = shapely.multilinestrings(paths) if len(paths) > 1 else (paths or [None])[0]
        elif "points" in geometry:
            shapes[n] = shapely.multipoints(geometry["points"]) if geometry["points"] else None
        elif isinstance(geometry.get("x"), int | float):
            height = [geometry["z"]] if isinstance(geometry.get("z"), int | float) else []
            shapes[n] = shapely.points([geometry["x"], geometry["y"], *height])
    if rings:
        holes = [_holes(parts) for parts in rings.values()]
        shapes[list(rings)] = polygons_from_rings(list(rings.values()), holes)
    return list(shapely.to_wkb(shapes, flavor="iso"))


def _holes(rings: Sequence[np.ndarray]) -> list[bool] | None:
    if len(rings) < 2:
        return None
    return [bool(shapely.is_ccw(shapely.linearrings(ring))) for ring in rings]


def geometry_to_esri(geometry: bytes, kind: str) -> dict[str, Any] | None:
    """Return ISO WKB as Esri's JSON geometry of a kind; None where it does not fit.

    Exteriors turn clockwise, holes the other way.
    """
    shape = shapely.from_wkb(geometry)
    height: dict[str, Any] = {"hasZ": True} if shape.has_z else {}
    name = shape.geom_type.removeprefix("Multi")
    if kind == "esriGeometryPolygon" and name == "Polygon":
        return {**height, "rings": [ring.tolist() for ring in rings_of(shape, clockwise=True)]}
    include = bool(shape.has_z)
    if kind == "esriGeometryPolyline" and name == "LineString":
        paths = [
            shapely.get_coordinates(part, include_z=include).tolist() for part in shapely.get_parts(shape)
        ]
        return {**height, "paths": paths}
    corners = shapely.get_coordinates(shape, include_z=include).tolist()
    if kind == "esriGeometryMultipoint" and name == "Point":
        return {**height, "points": corners}
    if kind == "esriGeometryPoint" and name == "Point" and len(corners) == 1:
        return dict(zip(("x", "y", "z"), corners[0], strict=False))
    return None
