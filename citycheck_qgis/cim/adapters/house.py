"""House-made platforms: a JSON interface that the options describe, see `house_description`."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from ...errors import NoAnswerError, RefusedError
from ...messages import Message, message
from ..answers import FAILED, unknown_after
from ..connections import Connection
from ..features import GEOMETRY, Feature, Field, Schema, Value, canonical
from ..network import Answer, Http, reason_of
from . import geojson
from .base import DONE, Capabilities, Collection, Outcome, Page, Update
from .batches import UNSURE, found_in_halves, in_batches
from .faults import faults_in, features_in, read_each
from .house_description import described, request_of
from .house_dialect import HouseDialect
from .house_geometry import RowGeometry
from .templates import address_of, filled, put, text_of, value_at

__all__ = ["HouseCollection", "HouseDialect", "collections_of"]


def collections_of(http: Http, connection: Connection) -> list[tuple[str, str]]:
    """Return name and title of the collections that the options describe: the platform has no list of them."""
    found = connection.options.get("collections") or {}
    return [(name, str(about.get("title", name))) for name, about in found.items()]


class HouseCollection(Collection):
    """A collection as the options describe it."""

    def __init__(self, connection: Connection, http: Http, name: str) -> None:
        about = described(connection, name)
        self.http = http
        self.dialect = HouseDialect(connection)
        self.name, self.title, self.about = name, str(about.get("title", name)), about
        self.settings = connection.settings(name)
        self.key_field = self.settings.key_field
        shape, fields = about.get("geometry"), about.get("fields") or []
        self.paths = {field["name"]: str(field.get("path", field["name"])) for field in fields}
        self.fields = {field["name"]: field for field in fields}
        #: Whether the platform writes its ids as texts, whatever they look like.
        self.text_ids = False
        self._heeds: bool | None = None
        self.id_path = str(about.get("id", "id"))
        self.geometry = RowGeometry(shape, self.title, self.id_path) if shape else None
        self.key_path = self.paths.get(self.key_field, self.key_field) if self.key_field else None
        self.crs = str(self.settings.crs or about.get("crs", "OGC:CRS84")) if shape else None
        schema = Schema(
            tuple(
                Field(
                    field["name"],
                    field.get("type", "text"),
                    length=field.get("length"),
                    editable=bool(field.get("editable", True)),
                )
                for field in fields
            ),
            str(shape.get("type", "Geometry")) if shape else None,
        )
        self.schema, self.key_length = schema.without(self.key_field), schema.length(self.key_field)
        writes = [about[kind] for kind in ("create", "update", "delete") if about.get(kind)]
        self.capabilities = Capabilities(
            create=bool(about.get("create")) and self.key_field is not None,
            update=bool(about.get("update")) and self.key_field is not None,
            delete=bool(about.get("delete")) and self.key_field is not None,
            batch=max((int(write.get("batch", 1)) for write in writes), default=1),
            atomic=bool(writes) and all(write.get("atomic") for write in writes),
            partial_update=not (about.get("update") or {}).get("whole"),
            find_batch=int(about["find"].get("batch", 50)) if about.get("find") and self.key_field else 0,
        )

    # Reading.

    def pages(self) -> Iterator[Page]:
        """Read everything as `paging` says.

        Counts of such platforms may be capped or old, and some give the last page again for every page after it: so
        the end is an empty page, a page of which everything is known, or the lack of a next cursor. It counts as the
        end if as many came as the platform says there are.
        """
        about = request_of(self.about, "list", self.name)
        paging, size = about.get("paging", "page"), int(about.get("size", 100))
        number, count, cursor = int(about.get("first", 1)), 0, ""
        seen: set[str | None] = set()
        while True:
            slots = {"page": number, "size": size, "offset": count, "cursor": cursor}
            answer = self._ask(about, slots)
            features = read_each(self._rows(answer, about), self._read, self._told)
            faults = faults_in(features)
            total = _whole(value_at(answer, str(about["total"]))) if about.get("total") else None
            known = bool(features) and all(feature.server_id in seen for feature in features)
            seen |= {feature.server_id for feature in features}
            complete = total is None or len(seen) >= total
            following = value_at(answer, str(about.get("next", "next"))) if paging == "cursor" else None
            if paging == "none" or (paging == "cursor" and following in (None, "", False)):
                yield Page(features_in(features), total, complete, faults)
                return
            if known or not features:
                # The same page again without a count may be the end, or a page that was lost.
                yield Page([], total, complete and not (known and total is None) and paging != "cursor")
                return
            yield Page(features_in(features), total, False, faults)
            count += len(features)
            number += 1
            cursor = str(following)

    def find(self, keys: Sequence[str]) -> list[Feature]:
        """Ask for keys as `find` says; without it everything is read."""
        if not keys:
            return []
        size = self.capabilities.find_batch
        if size == 0:
            return self.scan(keys)
        if not self._heeds_keys():
            return self.scan(keys)
        cut = self._unusable(message("it gave fewer rows than it says there are"))
        return found_in_halves(keys, size, self._found, cut, self.scan)

    def _found(self, part: list[str]) -> tuple[list[Feature], bool]:
        """Return the rows of some keys, and whether these are all as far as the platform says."""
        about = request_of(self.about, "find", self.name)
        slots = {"keys": part, "key": part[0], "size": 2 * len(part), "page": 1, "offset": 0}
        answer = self._ask(about, slots)
        features = self._features(answer, about)
        total = _whole(value_at(answer, str(about["total"]))) if about.get("total") else None
        return features, total is None or total <= len(features)

    def _heeds_keys(self) -> bool:
        """Return whether the platform shows a row that is there when it is asked for by its key.

        One that does not know the parameter may answer with nothing, and all that is there would be made again.
        """
        if self._heeds is None:
            first = next(iter(self.pages()), Page([]))
            known = next((feature.key for feature in first.features if feature.key), None)
            if known is None:
                # In an empty collection nothing is missed; the next question looks again.
                return True
            self._heeds = any(feature.key == known for feature in self._found([known])[0])
        return self._heeds

    def _ask(self, about: Mapping[str, Any], slots: Mapping[str, Any]) -> Any:
        answer = self._request(about, slots, "GET", repeatable=True)
        if self.dialect.code_of(answer) in (*self.dialect.failed, *self.dialect.gone):
            raise self._unusable(self.dialect.words(answer))
        return answer.json()

    def _request(
        self,
        about: Mapping[str, Any],
        slots: Mapping[str, Any],
        method: str,
        repeatable: bool | None = None,
        accept: tuple[int, ...] = (),
    ) -> Answer:
        body = about.get("body")
        return self.http.request(
            str(about.get("method", method)),
            self.http.url(address_of(str(about["url"]), slots)),
            params={
                name: text_of(filled(value, slots)) for name, value in (about.get("params") or {}).items()
            },
            json=None if body is None else filled(body, slots),
            repeatable=repeatable,
            accept=accept,
        )

    def _unusable(self, reason: Message, status: int = 200) -> NoAnswerError:
        text = message(
            "Collection {name} did not answer as it should: {reason}; run again.",
            name=self.title,
            reason=reason,
        )
        return unknown_after(text, status)

    def _features(self, answer: Any, about: Mapping[str, Any]) -> list[Feature]:
        return self._read(self._rows(answer, about))

    def _rows(self, answer: Any, about: Mapping[str, Any]) -> list[dict[str, Any]]:
        rows = value_at(answer, str(about.get("rows", "")))
        if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
            raise self._unusable(message("there is no list of rows at {path}", path=about.get("rows", "")))
        return rows

    def _told(self, row: Mapping[str, Any]) -> tuple[object, object]:
        number = value_at(row, self.id_path)
        return value_at(row, self.key_path) if self.key_path else number, number

    def _read(self, rows: Sequence[Mapping[str, Any]]) -> list[Feature]:
        columns = [
            self._column([value_at(row, self.paths[field.name]) for row in rows], field)
            for field in self.schema.fields
        ]
        made = []
        for n, row in enumerate(rows):
            server_id = value_at(row, self.id_path)
            self.text_ids = isinstance(server_id, str)
            key = value_at(row, self.key_path) if self.key_path else server_id
            version = value_at(row, str(self.about["version"])) if self.about.get("version") else None
            made.append(
                Feature(
                    None if key in (None, "") else str(key),
                    {
                        field.name: column[n]
                        for field, column in zip(self.schema.fields, columns, strict=True)
                    },
                    self.geometry.read(row) if self.geometry else None,
                    None if server_id is None else str(server_id),
                    None if version is None else str(version),
                )
            )
        return made

    def _column(self, values: list[Any], field: Field) -> list[Value]:
        if field.type == "boolean":
            about = self.fields[field.name]
            said = {json.dumps(about[text]): text == "true" for text in ("true", "false") if text in about}
            if said:
                values = [said.get(json.dumps(value), value) for value in values]
        return geojson.column(values, field.type)

    # Writing.

    def create(self, features: Sequence[Feature]) -> list[Outcome]:
        """Add features as `create` says."""
        editable = frozenset(field.name for field in self.schema.fields if field.editable)
        rows = [self._row(feature, editable & set(feature.values) | {GEOMETRY}, None) for feature in features]
        return self._write("create", rows, [None] * len(rows))

    def update(self, updates: Sequence[Update]) -> list[Outcome]:
        """Change features as `update` says."""
        editable = frozenset(field.name for field in self.schema.fields if field.editable) | {GEOMETRY}
        rows, ids = [], []
        for update in updates:
            names = update.changed if self.capabilities.partial_update else editable
            after = update.before.with_items({name: update.after.item(name) for name in update.changed})
            rows.append(self._row(after, names, update.before.server_id))
            ids.append(update.before.server_id)
        return self._write("update", rows, ids)

    def delete(self, features: Sequence[Feature]) -> list[Outcome]:
        """Delete features as `delete` says; codes in `gone` mean that they were not there."""
        return self._write("delete", [{} for _ in features], [feature.server_id for feature in features])

    def _row(
        self, feature: Feature, names: frozenset[str], server_id: str | None
    ) -> dict[str, Any] | Outcome:
        row: dict[str, Any] = {}
        if server_id is not None:
            put(row, self.id_path, self._id_value(server_id))
        if self.key_path:
            put(row, self.key_path, feature.key)
        for name in sorted(names - {GEOMETRY}):
            value = feature.values.get(name)
            if isinstance(value, bool):
                value = self.fields[name].get("true" if value else "false", value)
            put(row, self.paths[name], value)
        if GEOMETRY in names and self.geometry and not self.geometry.write(row, feature.geometry):
            return Outcome("rejected", None, message("its kind of geometry does not fit the layer"))
        return row

    def _write(self, kind: str, rows: Sequence[Any], ids: Sequence[str | None]) -> list[Outcome]:
        about = request_of(self.about, kind, self.name)

        def send(part: list[int]) -> list[Outcome]:
            return self._send(kind, about, [rows[n] for n in part], [ids[n] for n in part])

        return in_batches(rows, max(1, int(about.get("batch", 1))), send)

    def _send(
        self, kind: str, about: Mapping[str, Any], rows: Sequence[Any], ids: Sequence[str | None]
    ) -> list[Outcome]:
        numbers = [self._id_value(number) for number in ids if number is not None]
        slots = {"rows": list(rows), "row": rows[0], "ids": numbers, "id": numbers[0] if numbers else None}
        accept = (404, 410, *UNSURE) if kind == "delete" else UNSURE
        try:
            answer = self._request(about, slots, "POST", accept=accept)
        except RefusedError as error:
            if about.get("atomic") and len(rows) > 1:
                raise
            return self._all_refused(len(rows), error.message)
        code = self.dialect.code_of(answer)
        if answer.status in (404, 410) or code in self.dialect.gone:
            reason = self.dialect.words(answer) if code else reason_of(answer)
            return [DONE] if kind == "delete" and len(rows) == 1 else self._all_refused(len(rows), reason)
        if answer.status >= 400 or code in self.dialect.failed or (code is None and self.dialect.code):
            reason = self.dialect.words(answer) if code else reason_of(answer)
            raise self._unusable(reason, FAILED if code in self.dialect.failed else answer.status)
        return self._outcomes(about, answer.json() if answer.body.strip() else None, len(rows))

    def _all_refused(self, count: int, reason: Message) -> list[Outcome]:
        if count == 1:
            return [Outcome("rejected", None, reason)]
        part = message(
            "the platform refused a batch, and may have done a part of it: {reason}", reason=reason
        )
        return [Outcome("unknown", None, part)] * count

    def _outcomes(self, about: Mapping[str, Any], answer: Any, count: int) -> list[Outcome]:
        outcomes = [DONE] * count
        failures = value_at(answer, str(about["failures"])) if about.get("failures") else []
        for failure in failures if isinstance(failures, list) else []:
            place = _whole(value_at(failure, str(about.get("index", "index"))))
            if place is not None and 0 <= place < count:
                words = value_at(failure, str(about.get("words", "msg")))
                reason = message("{text} (code {code})", text=words or "no reason given", code="-")
                outcomes[place] = Outcome("rejected", None, reason)
        done = [n for n, outcome in enumerate(outcomes) if outcome is DONE]
        ids = value_at(answer, str(about["ids"])) if about.get("ids") else None
        if about.get("id") and count == 1:
            ids = [value_at(answer, str(about["id"]))]
        if isinstance(ids, list) and len(ids) == len(done):
            for n, number in zip(done, ids, strict=True):
                outcomes[n] = Outcome("done", None if number is None else str(number))
        return outcomes

    def _id_value(self, number: str) -> Any:
        return number if self.text_ids or not re.fullmatch(r"-?\d{1,19}", number) else int(number)


def _whole(value: Any) -> int | None:
    found = canonical(value, "integer")
    return found if isinstance(found, int) and not isinstance(found, bool) else None
