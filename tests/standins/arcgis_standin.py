"""A stand-in for an ArcGIS feature service. It is not ArcGIS: it encodes what Esri's public documents say.

Documents: developers.arcgis.com/rest/services-reference/enterprise: "Feature service", "Layer (Feature Service)",
"Query (Feature Service/Layer)", "Apply Edits (Feature Service/Layer)", "Generate Token", and the common data
types "Geometry objects" (rings: exterior clockwise, holes anticlockwise) and "Feature object" (dates are
milliseconds since 1970 in UTC). Errors come with HTTP 200 and an ``error`` object; 498 is a token that is invalid
or dead, 499 a token that is missing. A layer sends at most `maxRecordCount` features and then says
``exceededTransferLimit``.

Not from the documents, but from reports of users: a date sent as text becomes null and the edit "succeeds"
(option of nobody: always so), a ring may come back starting at another vertex, a service may cut text to the
field's length, round integers above 2**53, cap the count (`caps_count`), or give new OBJECTIDs (`renumbers`).
The numbers of errors inside edit results are illustrative except 1003 (rolled back).

It does not do: versions, replicas, attachments, domains, editing by owner, Z and M, PBF, transformation between
datums (4326 and 4490 are taken as the same, anything else must be the layer's own reference), `where` beyond
comparisons, IN and AND.
"""

from __future__ import annotations

import time
import uuid
from dataclasses import dataclass, field, fields
from itertools import pairwise
from typing import Any

if __package__:
    from .standin_server import Reply, Request, Standin, Tokens, read_where, run_as_program, strict_json
else:
    from standin_server import (  # type: ignore[import-not-found,no-redef]
        Reply,
        Request,
        Standin,
        Tokens,
        read_where,
        run_as_program,
        strict_json,
    )

GEOGRAPHIC = {4326, 4490}
OID = "OBJECTID"
GUID = "GlobalID"
EDITED = "EditDate"
SYSTEM = (OID, GUID, EDITED)


def default_fields() -> list[dict[str, Any]]:
    """Fields of a layer of problems; the system's own are added by the server."""
    return [
        {"name": "uuid", "type": "esriFieldTypeString", "length": 64},
        {"name": "name", "type": "esriFieldTypeString", "length": 64},
        {"name": "note", "type": "esriFieldTypeString", "length": 2000},
        {"name": "severity", "type": "esriFieldTypeInteger"},
        {"name": "big", "type": "esriFieldTypeBigInteger"},
        {"name": "area", "type": "esriFieldTypeDouble"},
        {"name": "open", "type": "esriFieldTypeSmallInteger"},
        {"name": "found", "type": "esriFieldTypeDate"},
    ]


@dataclass
class ArcgisSettings:
    """How the service is set up; every name may stand in the JSON file of the program."""

    name: str = "checkup"
    geometry_type: str = "esriGeometryPolygon"
    wkid: int = 4490
    fields: list[dict[str, Any]] = field(default_factory=default_fields)
    max_record_count: int = 1000
    needs_token: bool = False
    token_requests: int | None = None
    username: str = "planner"
    password: str = "correct horse"
    read_only: bool = False
    pagination: bool = True
    global_ids: bool = True
    rollback_parameter: bool = True
    truncates_text: bool = False
    wide_integers: str = "store"
    moves_ring_start: bool = True
    xy_resolution: float | None = None
    renumbers: bool = False
    caps_count: bool = False
    seconds_per_request: float = 0.0


class EditError(Exception):
    """One edit of a request is refused."""

    def __init__(self, code: int, description: str) -> None:
        super().__init__(description)
        self.error = {"code": code, "description": description}


class ServiceError(Exception):
    """The whole request is refused."""

    def __init__(self, code: int, message: str, details: list[str] | None = None) -> None:
        super().__init__(message)
        self.body = {"error": {"code": code, "message": message, "details": details or []}}


class ArcgisStandin(Standin):
    """One feature service with one layer, kept in memory."""

    def __init__(self, port: int = 0, settings: ArcgisSettings | None = None) -> None:
        super().__init__(port)
        self.settings = settings or ArcgisSettings()
        self.features: dict[int, dict[str, Any]] = {}
        self.next_id = 1
        self.tokens = Tokens()
        self.guids: dict[str, int] = {}

    @property
    def service_url(self) -> str:
        return f"{self.root}/arcgis/rest/services/{self.settings.name}/FeatureServer"

    @property
    def layer_url(self) -> str:
        return f"{self.service_url}/0"

    # What tests do behind the clients' backs.

    def insert(self, attributes: dict[str, Any], geometry: dict[str, Any] | None = None) -> int:
        with self.lock:
            return int(self._add({"attributes": attributes, "geometry": geometry}, False)["objectId"])

    def change(self, object_id: int, **attributes: Any) -> None:
        with self.lock:
            self._replace(object_id, attributes, self.features[object_id]["geometry"])

    def remove(self, object_id: int) -> None:
        with self.lock:
            del self.features[object_id]

    def rows(self) -> list[dict[str, Any]]:
        with self.lock:
            return [dict(feature["attributes"]) for feature in self.features.values()]

    # The protocol.

    def answer(self, request: Request) -> Reply:
        if self.settings.seconds_per_request:
            time.sleep(self.settings.seconds_per_request)
        try:
            return Reply.json(self._answer(request))
        except ServiceError as error:
            return Reply.json(error.body)
        except (ValueError, KeyError, TypeError) as error:
            body = ServiceError(400, "Unable to complete operation.", [str(error)]).body
            return Reply.json(body)

    def _answer(self, request: Request) -> Any:
        path = request.path.rstrip("/")
        if path.endswith("/generateToken"):
            return self._generate_token(request)
        if path == "/arcgis/rest/info":
            return {
                "currentVersion": 11.1,
                "authInfo": {
                    "isTokenBasedSecurity": self.settings.needs_token,
                    "tokenServicesUrl": f"{self.root}/arcgis/tokens/generateToken",
                },
            }
        service = f"/arcgis/rest/services/{self.settings.name}/FeatureServer"
        if not path.startswith(service):
            raise ServiceError(404, "Service not found")
        self._check_token(request)
        with self.lock:
            match path.removeprefix(service):
                case "":
                    return self._service()
                case "/0":
                    return self._layer()
                case "/0/query":
                    return self._query(request.query)
                case "/0/applyEdits":
                    if request.method != "POST":
                        raise ServiceError(405, "Method not allowed: use POST")
                    return self._apply_edits(request.query)
        raise ServiceError(400, "Invalid URL")

    def _generate_token(self, request: Request) -> dict[str, Any]:
        given = (request.query.get("username"), request.query.get("password"))
        if request.method != "POST" or given != (self.settings.username, self.settings.password):
            details = ["Invalid username or password specified."]
            raise ServiceError(400, "Unable to generate token.", details)
        with self.lock:
            token = self.tokens.issue(self.settings.token_requests)
        return {"token": token, "expires": _now() + 3_600_000, "ssl": False}

    def _check_token(self, request: Request) -> None:
        if not self.settings.needs_token:
            return
        token = request.query.get("token", "")
        for name in ("X-Esri-Authorization", "Authorization"):
            token = token or request.headers.get(name, "").removeprefix("Bearer ")
        if not token:
            raise ServiceError(499, "Token Required")
        with self.lock:
            if not self.tokens.spend(token):
                raise ServiceError(498, "Invalid token.")

    def _capabilities(self) -> str:
        return "Query" if self.settings.read_only else "Create,Delete,Query,Update,Editing"

    def _service(self) -> dict[str, Any]:
        return {
            "currentVersion": 11.1,
            "hasVersionedData": False,
            "maxRecordCount": self.settings.max_record_count,
            "supportedQueryFormats": "JSON, geoJSON",
            "capabilities": self._capabilities(),
            "spatialReference": {"wkid": self.settings.wkid, "latestWkid": self.settings.wkid},
            "layers": [{"id": 0, "name": self.settings.name, "geometryType": self.settings.geometry_type}],
            "tables": [],
        }

    def _fields(self) -> list[dict[str, Any]]:
        own = [
            {"name": OID, "type": "esriFieldTypeOID", "nullable": False, "editable": False},
            {
                "name": GUID,
                "type": "esriFieldTypeGlobalID",
                "length": 38,
                "nullable": False,
                "editable": False,
            },
        ]
        edited = {
            "name": EDITED,
            "type": "esriFieldTypeDate",
            "length": 8,
            "nullable": True,
            "editable": False,
        }
        users = [{"nullable": True, "editable": True} | item for item in self.settings.fields]
        return [{"alias": item["name"], "domain": None} | item for item in [*own, *users, edited]]

    def _layer(self) -> dict[str, Any]:
        return {
            "currentVersion": 11.1,
            "id": 0,
            "name": self.settings.name,
            "type": "Feature Layer",
            "geometryType": self.settings.geometry_type,
            "objectIdField": OID,
            "globalIdField": GUID,
            "hasZ": False,
            "hasM": False,
            "fields": self._fields(),
            "capabilities": self._capabilities(),
            "maxRecordCount": self.settings.max_record_count,
            "supportedQueryFormats": "JSON, geoJSON",
            "advancedQueryCapabilities": {
                "supportsPagination": self.settings.pagination,
                "supportsOrderBy": self.settings.pagination,
            },
            "supportsApplyEditsWithGlobalIds": self.settings.global_ids,
            "supportsRollbackOnFailureParameter": self.settings.rollback_parameter,
            "editFieldsInfo": {
                "creationDateField": "",
                "creatorField": "",
                "editDateField": EDITED,
                "editorField": "",
            },
            "dateFieldsTimeReference": {"timeZone": "UTC", "respectsDaylightSaving": False},
            "extent": self._extent(),
        }

    def _extent(self) -> dict[str, Any]:
        reference = {"wkid": self.settings.wkid, "latestWkid": self.settings.wkid}
        points = [point for feature in self.features.values() for point in _points(feature["geometry"])]
        if not points:
            return {"xmin": "NaN", "ymin": "NaN", "xmax": "NaN", "ymax": "NaN", "spatialReference": reference}
        x, y = [point[0] for point in points], [point[1] for point in points]
        return {"xmin": min(x), "ymin": min(y), "xmax": max(x), "ymax": max(y), "spatialReference": reference}

    # Reading.

    def _query(self, query: dict[str, str]) -> dict[str, Any]:
        settings = self.settings
        chosen = self._chosen(query)
        if query.get("returnCountOnly") == "true":
            return {
                "count": min(len(chosen), settings.max_record_count) if settings.caps_count else len(chosen)
            }
        if query.get("returnIdsOnly") == "true":
            return {"objectIdFieldName": OID, "objectIds": [feature["attributes"][OID] for feature in chosen]}
        if "resultOffset" in query and not settings.pagination:
            raise ServiceError(400, "Pagination is not supported.")
        reference = int(query.get("outSR") or settings.wkid)
        geojson = query.get("f") == "geojson"
        if geojson:
            reference = 4326
        if reference != settings.wkid and not {reference, settings.wkid} <= GEOGRAPHIC:
            raise ServiceError(400, "This stand-in cannot transform coordinates.")
        start = int(query.get("resultOffset") or 0)
        size = min(
            int(query.get("resultRecordCount") or settings.max_record_count), settings.max_record_count
        )
        page = chosen[start : start + size]
        more = len(chosen) > start + size
        names = self._out_fields(query.get("outFields", ""))
        with_geometry = query.get("returnGeometry", "true") == "true"
        if geojson:
            body: dict[str, Any] = {
                "type": "FeatureCollection",
                "features": [_geojson(feature, names, with_geometry) for feature in page],
            }
            return body | ({"properties": {"exceededTransferLimit": True}} if more else {})
        body = {
            "objectIdFieldName": OID,
            "globalIdFieldName": GUID,
            "geometryType": settings.geometry_type,
            "spatialReference": {"wkid": reference, "latestWkid": reference},
            "fields": [item for item in self._fields() if item["name"] in names],
            "features": [_esri(feature, names, with_geometry) for feature in page],
        }
        return body | ({"exceededTransferLimit": True} if more else {})

    def _chosen(self, query: dict[str, str]) -> list[dict[str, Any]]:
        where, ids = query.get("where", ""), query.get("objectIds", "")
        if not where and not ids:
            raise ServiceError(400, "Cannot perform query. Invalid query parameters.", ["'where' is missing"])
        chosen = list(self.features.values())
        if ids:
            wanted = [int(item) for item in ids.split(",")]
            chosen = [self.features[item] for item in wanted if item in self.features]
        if where:
            matches = read_where(where)
            chosen = [feature for feature in chosen if matches(feature["attributes"])]
        for part in reversed([part.split() for part in query.get("orderByFields", "").split(",") if part]):
            name = part[0]
            chosen.sort(
                key=lambda feature: (feature["attributes"][name] is not None, feature["attributes"][name]),
                reverse=part[-1].upper() == "DESC",
            )
        return chosen

    def _out_fields(self, text: str) -> list[str]:
        names = [item["name"] for item in self._fields()]
        if text.strip() == "*":
            return names
        wanted = [part.strip() for part in text.split(",") if part.strip()]
        unknown = [name for name in wanted if name not in names]
        if unknown:
            raise ServiceError(400, "Unable to perform query.", [f"Invalid field: {unknown[0]}"])
        return wanted

    # Writing.

    def _apply_edits(self, form: dict[str, str]) -> dict[str, Any]:
        if self.settings.read_only:
            raise ServiceError(400, "Operation is not supported on this layer.")
        by_guid = form.get("useGlobalIds") == "true"
        if by_guid and not self.settings.global_ids:
            raise ServiceError(400, "useGlobalIds is not supported.")
        rollback = form.get("rollbackOnFailure", "true") == "true" or not self.settings.rollback_parameter
        adds = strict_json(form.get("adds") or "[]")
        updates = strict_json(form.get("updates") or "[]")
        deletes = self._delete_list(form.get("deletes", ""))
        before = (dict(self.features), self.next_id) if rollback else None
        self.guids = {item["attributes"][GUID]: key for key, item in self.features.items()} if by_guid else {}
        results = {
            "addResults": [self._try(self._add, item, by_guid) for item in adds],
            "updateResults": [self._try(self._update, item, by_guid) for item in updates],
            "deleteResults": [self._try(self._delete, item, by_guid) for item in deletes],
        }
        every = [result for group in results.values() for result in group]
        if before is not None and not all(result["success"] for result in every):
            self.features, self.next_id = before
            for result in every:
                if result["success"]:
                    result |= {
                        "success": False,
                        "error": {"code": 1003, "description": "Operation rolled back."},
                    }
        elif self.settings.renumbers and every:
            self._renumber()
        return results

    def _delete_list(self, text: str) -> list[Any]:
        text = text.strip()
        if text.startswith("["):
            return list(strict_json(text))
        return [part.strip() for part in text.split(",") if part.strip()]

    def _try(self, edit: Any, item: Any, by_guid: bool) -> dict[str, Any]:
        try:
            return edit(item, by_guid) | {"success": True}
        except EditError as error:
            return {"objectId": -1, "globalId": None, "success": False, "error": error.error}

    def _add(self, item: dict[str, Any], by_guid: bool) -> dict[str, Any]:
        attributes = self._checked(item.get("attributes", {}))
        guid = item.get("attributes", {}).get(GUID) if by_guid else None
        if by_guid and not guid:
            raise EditError(1020, "GlobalID is missing.")
        guid = _guid(guid or str(uuid.uuid4()))
        if by_guid and guid in self.guids:
            raise EditError(1021, "Unique constraint violated: GlobalID.")
        geometry = self._geometry(item.get("geometry"))
        object_id, self.next_id = self.next_id, self.next_id + 1
        empty = {entry["name"]: None for entry in self.settings.fields}
        own = {OID: object_id, GUID: guid, EDITED: _now()}
        self.features[object_id] = {"attributes": {**own, **empty, **attributes}, "geometry": geometry}
        self.guids[guid] = object_id
        return {"objectId": object_id, "globalId": guid}

    def _update(self, item: dict[str, Any], by_guid: bool) -> dict[str, Any]:
        feature = self._find(item["attributes"].get(GUID if by_guid else OID), by_guid)
        attributes = self._checked(item["attributes"])
        given = item.get("geometry")
        geometry = feature["geometry"] if given is None else self._geometry(given)
        self._replace(feature["attributes"][OID], attributes, geometry)
        return {"objectId": feature["attributes"][OID], "globalId": feature["attributes"][GUID]}

    def _replace(self, object_id: int, attributes: dict[str, Any], geometry: dict[str, Any] | None) -> None:
        # A new object, so that the copy for the rollback may be shallow.
        kept = self.features[object_id]["attributes"] | attributes | {EDITED: _now()}
        self.features[object_id] = {"attributes": kept, "geometry": geometry}

    def _delete(self, item: Any, by_guid: bool) -> dict[str, Any]:
        feature = self._find(item, by_guid)
        del self.features[feature["attributes"][OID]]
        return {"objectId": feature["attributes"][OID], "globalId": feature["attributes"][GUID]}

    def _find(self, given: Any, by_guid: bool) -> dict[str, Any]:
        key = self.guids.get(_guid(str(given))) if by_guid else int(given or -1)
        found = self.features.get(key if key is not None else -1)
        if found is None:
            raise EditError(1019, "Object is missing.")
        return found

    def _renumber(self) -> None:
        renumbered = {}
        for feature in self.features.values():
            attributes = feature["attributes"] | {OID: self.next_id}
            renumbered[self.next_id] = feature | {"attributes": attributes}
            self.next_id += 1
        self.features = renumbered

    def _checked(self, attributes: dict[str, Any]) -> dict[str, Any]:
        known = {item["name"]: item for item in self.settings.fields}
        checked = {}
        for name, value in attributes.items():
            if name in SYSTEM:
                continue
            if name not in known:
                raise EditError(1001, f"Field {name} does not exist.")
            checked[name] = self._stored(known[name], value)
        return checked

    def _stored(self, entry: dict[str, Any], value: Any) -> Any:
        kind = entry["type"]
        wrong = EditError(1000, f"Setting of value for {entry['name']} failed.")
        if value is None:
            return None
        if kind == "esriFieldTypeDate":
            return int(value) if isinstance(value, int | float) and not isinstance(value, bool) else None
        if kind == "esriFieldTypeString":
            if not isinstance(value, str) or "\x00" in value:
                raise wrong
            if len(value) > entry["length"] and not self.settings.truncates_text:
                raise wrong
            return value[: entry["length"]]
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise wrong
        if kind == "esriFieldTypeDouble":
            return float(value)
        if kind == "esriFieldTypeBigInteger":
            if abs(value) > 2**53 and self.settings.wide_integers == "refuse":
                raise wrong
            return int(float(value)) if self.settings.wide_integers == "round" else int(value)
        limit = 2**15 if kind == "esriFieldTypeSmallInteger" else 2**31
        if not -limit <= value < limit or value != int(value):
            raise wrong
        return int(value)

    def _geometry(self, geometry: dict[str, Any] | None) -> dict[str, Any] | None:
        if geometry is None:
            return None
        reference = (geometry.get("spatialReference") or {}).get("wkid", self.settings.wkid)
        if reference != self.settings.wkid and not {reference, self.settings.wkid} <= GEOGRAPHIC:
            raise EditError(1000, "This stand-in cannot transform coordinates.")
        if self.settings.geometry_type == "esriGeometryPolygon":
            return {"rings": self._rings(geometry["rings"])}
        if self.settings.geometry_type == "esriGeometryPolyline":
            return {"paths": [[self._point(point) for point in path] for path in geometry["paths"]]}
        if self.settings.geometry_type == "esriGeometryMultipoint":
            return {"points": [self._point(point) for point in geometry["points"]]}
        x, y = self._point([geometry["x"], geometry["y"]])
        return {"x": x, "y": y}

    def _point(self, point: list[float]) -> list[float]:
        grid = self.settings.xy_resolution
        return [round(value / grid) * grid if grid else float(value) for value in point[:2]]

    def _rings(self, rings: list[list[list[float]]]) -> list[list[list[float]]]:
        kept = []
        for ring in rings:
            points = [self._point(point) for point in ring]
            if len(points) < 4 or points[0] != points[-1]:
                raise EditError(1000, "A ring is not closed.")
            if self.settings.moves_ring_start:
                points = [*points[1:], points[1]]
            kept.append(points)
        if not any(_area(ring) < 0 for ring in kept):
            raise EditError(1000, "No ring is clockwise: the polygon has no exterior.")
        return kept


def _now() -> int:
    return int(time.time() * 1000)


def _guid(text: str) -> str:
    return "{" + text.strip("{}").upper() + "}"


def _area(ring: list[list[float]]) -> float:
    x0, y0 = ring[0]
    return sum((a[0] - x0) * (b[1] - y0) - (b[0] - x0) * (a[1] - y0) for a, b in pairwise(ring))


def _points(geometry: dict[str, Any] | None) -> list[list[float]]:
    if geometry is None:
        return []
    if "x" in geometry:
        return [[geometry["x"], geometry["y"]]]
    if "points" in geometry:
        return list(geometry["points"])
    return [point for part in geometry.get("rings", geometry.get("paths", [])) for point in part]


def _esri(feature: dict[str, Any], names: list[str], with_geometry: bool) -> dict[str, Any]:
    attributes = {name: feature["attributes"].get(name) for name in names}
    if not with_geometry or feature["geometry"] is None:
        return {"attributes": attributes}
    return {"attributes": attributes, "geometry": feature["geometry"]}


def _geojson(feature: dict[str, Any], names: list[str], with_geometry: bool) -> dict[str, Any]:
    return {
        "type": "Feature",
        "id": feature["attributes"][OID],
        "geometry": _geojson_geometry(feature["geometry"]) if with_geometry else None,
        "properties": {name: feature["attributes"].get(name) for name in names},
    }


def _geojson_geometry(geometry: dict[str, Any] | None) -> dict[str, Any] | None:
    if geometry is None:
        return None
    if "x" in geometry:
        return {"type": "Point", "coordinates": [geometry["x"], geometry["y"]]}
    if "points" in geometry:
        return {"type": "MultiPoint", "coordinates": geometry["points"]}
    if "paths" in geometry:
        return {"type": "MultiLineString", "coordinates": geometry["paths"]}
    polygons: list[list[list[list[float]]]] = []
    for ring in geometry["rings"]:
        if _area(ring) < 0 or not polygons:
            polygons.append([ring[::-1]])
        else:
            polygons[-1].append(ring[::-1])
    if len(polygons) == 1:
        return {"type": "Polygon", "coordinates": polygons[0]}
    return {"type": "MultiPolygon", "coordinates": polygons}


def build(port: int, settings: dict[str, Any]) -> ArcgisStandin:
    """Make the server from the program's JSON: settings by their names, and `features` to begin with."""
    known = {item.name for item in fields(ArcgisSettings)}
    standin = ArcgisStandin(port, ArcgisSettings(**{k: v for k, v in settings.items() if k in known}))
    for feature in settings.get("features", []):
        standin.insert(feature["attributes"], feature.get("geometry"))
    return standin


if __name__ == "__main__":
    run_as_program(build)
