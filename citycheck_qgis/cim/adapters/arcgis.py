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

Sources: "Query", "Apply Edits" and "Layer" of the feature service in Esri's reference of the REST API. A layer gives
`maxRecordCount` features at most and then says ``exceededTransferLimit``.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from ...errors import InputError, NoAnswerError
from ...messages import Message, message
from ..connections import Connection
from ..features import GEOMETRY, Feature, Field, Schema
from ..network import Http
from .arcgis_dialect import ArcGisDialect, ask_service, checked, reason_in
from .base import DONE, Capabilities, Collection, Fault, Outcome, Page, Update
from .batches import UNSURE, found_in_halves, in_batches
from .esri_geometry import geometries_from_esri, geometry_to_esri
from .esri_values import GUIDS, TYPES, crs_text, guid_of, said_by_esri, value_from_esri
from .faults import faults_in, features_in, read_each

__all__ = ["ArcGisCollection", "ArcGisDialect", "collections_of"]

_GEOMETRIES = {
    "esriGeometryPoint": "Point",
    "esriGeometryMultipoint": "MultiPoint",
    "esriGeometryPolyline": "MultiLineString",
    "esriGeometryPolygon": "MultiPolygon",
}
_FIND_BATCH = 200


def collections_of(http: Http) -> list[tuple[str, str]]:
    """Return number and name of the layers and tables of a service."""
    service = ask_service(http, http.base, {})
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
        self.layer = ask_service(http, self.url, {})
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
        self.crs = crs_text(self.reference) if self.layer.get("geometryType") else None
        described = self._schema()
        self.schema = described.without(self.id_field, self.guid_field, self.key_field)
        self.key_length = described.length(self.key_field)
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
        fields = tuple(
            Field(
                item["name"],
                TYPES[item["type"]],
                nullable=bool(item.get("nullable", True)),
                length=item.get("length") if item["type"] == "esriFieldTypeString" else None,
                editable=bool(item.get("editable", True)),
            )
            for item in self.layer["fields"]
            if item["type"] in TYPES
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
            features = self._each(answer)
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
            yield Page(features_in(features), matched, last, faults_in(features))
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
            found, last = self._each(answer), start + self.limit >= len(ids)
            yield Page(features_in(found), matched, last, faults_in(found))
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

        def ask(part: list[str]) -> tuple[list[Feature], bool]:
            answer = self._query({"where": self._where(part)})
            return self._features(answer), not _more(answer)

        return found_in_halves(keys, self.capabilities.find_batch, ask, self._cut(), self.scan)

    def _where(self, keys: Sequence[str]) -> str:
        texts = list(keys)
        if self._key_is_guid:
            # Databases write a GUID in their own way, and compare texts.
            texts = [form for key in keys for form in ("{" + key.upper() + "}", key.lower())]
        listed = ",".join("'" + text.replace("'", "''") + "'" for text in texts)
        return f"{self.key_field} IN ({listed})"

    @property
    def _key_is_guid(self) -> bool:
        return self.key_field is not None and self.types[self.key_field] in GUIDS

    def _query(self, parameters: Mapping[str, str]) -> dict[str, Any]:
        asked = {"outFields": "*", "returnGeometry": "true" if self.crs else "false", **parameters}
        if self.crs:
            number = self.reference.get("wkid")
            asked["outSR"] = str(number) if number else json.dumps(self.reference)
        return ask_service(self.http, f"{self.url}/query", asked)

    def _features(self, answer: Mapping[str, Any]) -> list[Feature]:
        return self._read(self._rows(answer))

    def _each(self, answer: Mapping[str, Any]) -> list[Feature | Fault]:
        def told(row: Mapping[str, Any]) -> tuple[object, object]:
            number = row["attributes"].get(self.id_field)
            return self._key(row["attributes"], number), number

        return read_each(self._rows(answer), self._read, told)

    def _rows(self, answer: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
        rows = answer.get("features")
        if rows is None:
            raise NoAnswerError("Layer {name} answered without features; run again.", name=self.title)
        return rows

    def _read(self, rows: Sequence[Mapping[str, Any]]) -> list[Feature]:
        shapes = geometries_from_esri([row.get("geometry") for row in rows])
        return [self._feature(row["attributes"], shape) for row, shape in zip(rows, shapes, strict=True)]

    def _feature(self, attributes: Mapping[str, Any], shape: bytes | None) -> Feature:
        number = attributes.get(self.id_field)
        version = attributes.get(self.edited) if self.edited else None
        return Feature(
            self._key(attributes, number),
            {
                field.name: value_from_esri(attributes.get(field.name), field.type, self.zone)
                for field in self.schema.fields
            },
            shape,
            None if number is None else str(number),
            None if version is None else str(version),
        )

    def _key(self, attributes: Mapping[str, Any], number: Any) -> str | None:
        key = attributes.get(self.key_field) if self.key_field else number
        if key is None or key == "":
            return None
        return str(key).strip("{}").lower() if self._key_is_guid else str(key)

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
                    item["attributes"][self.guid_field] = guid_of(str(feature.key))
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
            value = said_by_esri(feature.values.get(name), self.types.get(name, ""))
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

    def _edit(self, kind: str, items: Sequence[Any], parameters: Mapping[str, str]) -> list[Outcome]:
        def send(part: list[int]) -> list[Outcome]:
            return self._apply(kind, [items[n] for n in part], parameters)

        return in_batches(items, self.capabilities.batch, send)

    def _apply(self, kind: str, items: Sequence[Any], parameters: Mapping[str, str]) -> list[Outcome]:
        text = json.dumps(items, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
        form = {"f": "json", kind: text, "rollbackOnFailure": "false", **parameters}
        answer = self.http.request("POST", f"{self.url}/applyEdits", form=form, accept=UNSURE)
        results = checked(answer, self.title).get(f"{kind[:-1]}Results") or []
        if len(results) != len(items):
            reason = message("the platform answered for {n} of {m} features", n=len(results), m=len(items))
            return [Outcome("unknown", None, reason)] * len(items)
        return [_outcome(result, kind) for result in results]


def _outcome(result: Mapping[str, Any], kind: str) -> Outcome:
    if result.get("success"):
        return Outcome("done", str(result["objectId"])) if kind == "adds" and "objectId" in result else DONE
    return Outcome("rejected", None, reason_in(result.get("error") or {}))


def _more(answer: Mapping[str, Any]) -> bool:
    return bool(answer.get("exceededTransferLimit"))
