"""SuperMap iServer: the REST interface of its data service.

The connection's address is that of the data service (``…/iserver/services/data-name/rest/data``), a collection's name
is ``datasource:dataset``.

Options of the connection:

============== =======================================================================================
option         meaning
============== =======================================================================================
batch          features in one write, default 200; iServer lets few writers in at a time
page           features in one page, default 500
partial_update an update may leave out fields and geometry; default false, then the whole feature is
               sent, with what does not change as the platform gave it a moment ago
token_minutes  how long a token is to live, default 60
============== =======================================================================================

Sources: the pages of the resources ``dataset``, ``fields``, ``features`` and ``featureResults`` of the iServer REST
API. Adding with ``isUseBatch`` gives no ids back. A dataset without transactions may have done a part of a batch
that it refuses, so a refused batch is looked at by key and sent again feature by feature.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any
from urllib.parse import quote

from ...errors import InputError, NoAnswerError, RefusedError
from ...messages import Message, message
from ..connections import Connection
from ..features import GEOMETRY, Feature, Field, Schema
from ..network import Http, reason_of
from .base import DONE, Capabilities, Collection, Fault, Outcome, Page, Update
from .batches import UNSURE, found_in_halves, in_batches
from .faults import faults_in, features_in, read_each
from .iserver_geometry import geometries_from_iserver, geometry_to_iserver
from .iserver_values import TYPES, is_of_system, said_by_iserver, value_from_iserver
from .supermap_dialect import BAD, SuperMapDialect, ask_iserver, checked, error_of, reason_in

__all__ = ["SuperMapCollection", "SuperMapDialect", "collections_of"]

_GEOMETRIES = {"POINT": "MultiPoint", "LINE": "MultiLineString", "REGION": "MultiPolygon", "TABULAR": None}
_ID = "SMID"
_FIND_BATCH = 100


def collections_of(http: Http) -> list[tuple[str, str]]:
    """Return name (``datasource:dataset``) and title of the datasets of all data sources of a service."""
    found = []
    base = http.base.rstrip("/")
    for source in ask_iserver(http, "GET", f"{base}/datasources.json").get("datasourceNames") or []:
        listed = ask_iserver(http, "GET", f"{base}/datasources/{quote(source)}/datasets.json")
        found += [(f"{source}:{name}", str(name)) for name in listed.get("datasetNames") or []]
    return found


class SuperMapCollection(Collection):
    """A point, line or region dataset, or a table."""

    def __init__(self, connection: Connection, http: Http, name: str) -> None:
        self.http = http
        self.name = name
        self.settings = connection.settings(name)
        source, _, dataset = name.partition(":")
        if not dataset:
            raise InputError(
                "Collection {name} of {url} must be named as data source and dataset with a colon, as in "
                "City:Problem_R.",
                name=name,
                url=connection.url,
            )
        self.base = connection.url.rstrip("/")
        self.url = f"{self.base}/datasources/{quote(source)}/datasets/{quote(dataset)}"
        info = ask_iserver(http, "GET", f"{self.url}.json").get("datasetInfo") or {}
        self.title = str(info.get("description") or dataset)
        self.kind = str(info.get("type", "")).upper()
        if self.kind not in _GEOMETRIES:
            raise InputError(
                "Dataset {name} is of type {kind}, which cannot be exchanged; point, line, region and table datasets "
                "can.",
                name=name,
                kind=self.kind or "-",
            )
        self.infos = self._infos()
        self.key_field = self._own_name(self.settings.key_field)
        self.types = {item["name"]: str(item.get("type", "WTEXT")).upper() for item in self.infos}
        self.crs = self._crs(info) if _GEOMETRIES[self.kind] else None
        described = self._schema()
        self.schema, self.key_length = described.without(self.key_field), described.length(self.key_field)
        self.page = min(int(connection.options.get("page", 500)), 1000)
        writable = self.key_field is not None and not info.get("isReadOnly")
        self.capabilities = Capabilities(
            create=writable,
            update=writable,
            delete=writable,
            batch=int(connection.options.get("batch", 200)),
            atomic=False,
            partial_update=bool(connection.options.get("partial_update", False)),
            find_batch=_FIND_BATCH if self.key_field else 0,
        )

    def _infos(self) -> list[dict[str, Any]]:
        found = ask_iserver(self.http, "GET", f"{self.url}/fields.json", {"returnAll": "true"})
        if isinstance(found, list):
            return found
        names = found.get("fieldNames") or []
        fields = (ask_iserver(self.http, "GET", f"{self.url}/fields/{quote(name)}.json") for name in names)
        return [field.get("fieldInfo") or field for field in fields]

    def _own_name(self, name: str | None) -> str | None:
        """Return a field as the dataset writes it: iServer tells names in any case."""
        if name is None:
            return None
        for item in self.infos:
            if item["name"].casefold() == name.casefold():
                return str(item["name"])
        raise InputError(
            "Dataset {name} has no field {field} for the key; its fields are {fields}. Correct the key field of the "
            "connection.",
            name=self.name,
            field=name,
            fields=[item["name"] for item in self.infos],
        )

    def _crs(self, info: Mapping[str, Any]) -> str:
        code = (info.get("prjCoordSys") or {}).get("epsgCode") or info.get("epsgCode")
        if isinstance(code, int) and code > 0:
            return f"EPSG:{code}"
        if self.settings.crs:
            return self.settings.crs
        raise InputError(
            "Dataset {name} does not say its coordinate reference system; set the CRS of the collection in the "
            "connection.",
            name=self.name,
        )

    def _schema(self) -> Schema:
        fields = tuple(
            Field(
                item["name"],
                TYPES[self.types[item["name"]]],
                nullable=not item.get("isRequired"),
                length=item.get("maxLength") if "TEXT" in self.types[item["name"]] else None,
                editable=not item.get("isSystemField"),
            )
            for item in self.infos
            if self.types[item["name"]] in TYPES and not is_of_system(item)
        )
        return Schema(fields, _GEOMETRIES[self.kind])

    # Reading.

    def pages(self) -> Iterator[Page]:
        """Read everything, each page after the last id of the one before.

        Where the service does not sort, it is read by windows, and the end counts as the end only if every feature
        came.
        """
        after, seen, matched = -1, 0, None
        while True:
            features, total = self._each(f"{_ID} > {after}", 0, self.page)
            ids = [int(str(feature.server_id)) for feature in features]
            if ids != sorted(set(ids)) or (ids and ids[0] <= after):
                if matched is None:
                    yield from self._windows()
                    return
                raise NoAnswerError(
                    "Dataset {name} gave a page that does not follow the one before; run again, and probe the "
                    "platform if it happens again.",
                    name=self.name,
                )
            matched = total if matched is None else matched
            seen += len(features)
            # Fewer than there were at first: some were deleted meanwhile, or a page that looked sorted was not.
            last = len(features) == total and seen >= matched
            yield Page(features_in(features), matched, last, faults_in(features))
            if len(features) == total or not features:
                return
            after = ids[-1]

    def _windows(self) -> Iterator[Page]:
        seen: set[str | None] = set()
        start = 0
        while True:
            features, total = self._each(f"{_ID} > -1", start, self.page)
            seen |= {feature.server_id for feature in features}
            start += self.page
            last = len(seen) >= total
            yield Page(features_in(features), total, last, faults_in(features))
            if last or not features:
                return

    def find(self, keys: Sequence[str]) -> list[Feature]:
        """Ask for keys by SQL; a part of which not everything came is asked for in halves."""
        if not keys:
            return []
        if self.key_field is None:
            return self.scan(keys)

        def ask(part: list[str]) -> tuple[list[Feature], bool]:
            listed = ",".join("'" + key.replace("'", "''") + "'" for key in part)
            features, total = self._query(f"{self.key_field} IN ({listed})", 0, 4 * len(part))
            return features, len(features) >= total

        cut = NoAnswerError(
            "Dataset {name} gave fewer features than were asked for; run again.", name=self.name
        )
        return found_in_halves(keys, _FIND_BATCH, ask, cut, self.scan)

    def _query(self, condition: str, start: int, size: int) -> tuple[list[Feature], int]:
        rows, total = self._rows(self._asked(condition, size), start, size)
        return self._read(rows), total

    def _each(self, condition: str, start: int, size: int) -> tuple[list[Feature | Fault], int]:
        def told(row: Mapping[str, Any]) -> tuple[object, object]:
            given, number = self._given(row)
            return given.get(self.key_field.upper()) if self.key_field else number, number

        rows, total = self._rows(self._asked(condition, size), start, size)
        return read_each(rows, self._read, told), total

    def _asked(self, condition: str, size: int) -> dict[str, Any]:
        parameter = {"attributeFilter": condition, "orderBy": _ID}
        return {"getFeatureMode": "SQL", "maxFeatures": size, "queryParameter": parameter}

    def _rows(
        self, asked: Mapping[str, Any], start: int, size: int
    ) -> tuple[Sequence[Mapping[str, Any]], int]:
        answer = ask_iserver(
            self.http,
            "POST",
            f"{self.base}/featureResults.json",
            {"returnContent": "true", "fromIndex": str(start), "toIndex": str(start + size - 1)},
            {"datasetNames": [self.name], **asked},
        )
        rows = answer.get("features")
        if rows is None or not isinstance(answer.get("totalCount"), int):
            raise NoAnswerError("Dataset {name} answered without features; run again.", name=self.name)
        return rows, answer["totalCount"]

    def _read(self, rows: Sequence[Mapping[str, Any]]) -> list[Feature]:
        shapes = geometries_from_iserver([row.get("geometry") for row in rows])
        return [self._feature(row, shape) for row, shape in zip(rows, shapes, strict=True)]

    def _given(self, row: Mapping[str, Any]) -> tuple[dict[str, Any], Any]:
        """Return the values of a row by their names in capitals, and its id."""
        given = {str(n).upper(): v for n, v in zip(row["fieldNames"], row["fieldValues"], strict=True)}
        return given, given.get(_ID) or row.get("ID")

    def _feature(self, row: Mapping[str, Any], shape: bytes | None) -> Feature:
        given, number = self._given(row)
        values = {f.name: value_from_iserver(given.get(f.name.upper()), f.type) for f in self.schema.fields}
        key = given.get(self.key_field.upper()) if self.key_field else number
        return Feature(str(key) if key else None, values, shape, None if number is None else str(number))

    # Writing.

    def create(self, features: Sequence[Feature]) -> list[Outcome]:
        """Add features quickly; their ids are not told."""

        def rest(part: Sequence[Feature]) -> dict[str, Outcome]:
            there = {str(feature.key) for feature in self.find([str(feature.key) for feature in part])}
            return dict.fromkeys(there, DONE)

        names = frozenset(f.name for f in self.schema.fields if f.editable)
        items = [self._item(feature, names & set(feature.values) | {GEOMETRY}, None) for feature in features]
        return self._write({"isUseBatch": "true"}, items, features, rest)

    def update(self, updates: Sequence[Update]) -> list[Outcome]:
        """Change features by id, with all that they had unless the platform takes less."""
        items: list[dict[str, Any] | Outcome] = []
        whole = frozenset(f.name for f in self.schema.fields if f.editable) | {GEOMETRY}
        for update in updates:
            names = update.changed if self.capabilities.partial_update else whole
            after = update.before.with_items({name: update.after.item(name) for name in update.changed})
            if GEOMETRY in update.changed and after.geometry is None:
                items.append(Outcome("rejected", None, message("this platform cannot take a geometry away")))
            else:
                items.append(self._item(after, names, str(update.before.server_id)))
        # A change done twice is the same change.
        return self._write({"_method": "PUT"}, items, [update.before for update in updates], lambda part: {})

    def delete(self, features: Sequence[Feature]) -> list[Outcome]:
        """Delete by ids, never by a condition; what is not there any more is done."""

        def rest(part: Sequence[Feature]) -> dict[str, Outcome]:
            ids = [int(str(feature.server_id)) for feature in part]
            there, _ = self._rows({"getFeatureMode": "ID", "ids": ids}, 0, len(ids))
            left = {str(self._given(row)[1]) for row in there}
            return {str(feature.key): DONE for feature in part if feature.server_id not in left}

        items = [int(str(feature.server_id)) for feature in features]
        return self._write({"_method": "DELETE", "deleteMode": "IDS"}, items, features, rest)

    def _item(
        self, feature: Feature, names: frozenset[str], server_id: str | None
    ) -> dict[str, Any] | Outcome:
        """Return a feature as iServer takes it, or why it cannot be said there."""
        said: dict[str, str] = {} if server_id is None else {_ID: server_id}
        if self.key_field is not None:
            said[self.key_field] = str(feature.key)
        for name in sorted(names - {GEOMETRY}):
            text = said_by_iserver(feature.values.get(name), self.types.get(name, ""))
            if isinstance(text, Message):
                return Outcome("rejected", None, message("field {name}: {reason}", name=name, reason=text))
            said[name] = text
        item: dict[str, Any] = {
            "fieldNames": list(said),
            "fieldValues": list(said.values()),
            "geometry": None,
        }
        if GEOMETRY in names and feature.geometry is not None and self.crs:
            item["geometry"] = geometry_to_iserver(feature.geometry, self.kind, int(server_id or 0))
            if item["geometry"] is None:
                return Outcome("rejected", None, message("its kind of geometry does not fit the layer"))
        return item

    def _write(
        self,
        parameters: Mapping[str, str],
        items: Sequence[Any],
        features: Sequence[Feature],
        done_already: Callable[[Sequence[Feature]], dict[str, Outcome]],
    ) -> list[Outcome]:
        def send(part: list[int]) -> list[Outcome]:
            refused = self._send(parameters, [items[n] for n in part])
            if refused is None:
                return [DONE] * len(part)
            try:
                done = done_already([features[n] for n in part])
            except RefusedError as error:
                # The batch may be done in part, so this is no refusal after which it could be sent again.
                raise NoAnswerError(
                    "Dataset {name} refused a batch, and what it did of it could not be found out: {reason}",
                    name=self.name,
                    reason=error.message,
                ) from error
            if len(part) == 1:
                return [done.get(str(features[part[0]].key)) or Outcome("rejected", None, refused)]
            return [done.get(str(features[n].key)) or self._alone(parameters, items[n]) for n in part]

        return in_batches(items, self.capabilities.batch, send)

    def _alone(self, parameters: Mapping[str, str], item: Any) -> Outcome:
        try:
            refused = self._send(parameters, [item])
        except RefusedError as error:
            refused = error.message
        return DONE if refused is None else Outcome("rejected", None, refused)

    def _send(self, parameters: Mapping[str, str], items: Sequence[Any]) -> Message | None:
        """Send one write; return why it was refused, None where it was done."""
        answer = self.http.request(
            "POST", f"{self.url}/features.json", params=parameters, json=list(items), accept=(BAD, *UNSURE)
        )
        error = error_of(answer)
        if error.get("code") == BAD or (answer.status == BAD and not error):
            return reason_in(error) if error else reason_of(answer)
        read = checked(answer, self.name)
        if not isinstance(read, dict) or read.get("succeed") is not True:
            raise NoAnswerError("Dataset {name} does not say whether it wrote; run again.", name=self.name)
        return None
