"""House-made platforms: a JSON interface that is described in the connection's options.

The description is data: addresses, names, and templates. Nothing in it is evaluated.

A *path* names a value inside a document by the names of its members with dots between them (``data.rows``,
``location.geom``); an empty path is the document itself. A *template* is a JSON value in which the texts ``{row}``,
``{rows}``, ``{id}``, ``{ids}``, ``{key}``, ``{keys}``, ``{page}``, ``{size}``, ``{offset}``, ``{cursor}``, ``{user}``
and ``{password}`` stand for what they say: alone they stand for the value as it is, inside a longer text (and in
``params``) for its text, lists joined with commas.

Options of the connection
-------------------------
=============== ========= ================================================================================
option          default   meaning
=============== ========= ================================================================================
sign_in         none      object, see below; without it the authentication configuration's headers serve
code            ``code``  path of the platform's own code; empty: only the HTTP status counts
ok              [0, 200]  codes that mean success
signed_out      [401]     codes that mean that the sign-in is over
gone            [404]     codes that mean that a row is not there
failed          [500]     codes after which nobody knows what was done: errors of the platform itself
reason          ``msg``   path of the platform's words about an error
collections     none      name -> description, see below
=============== ========= ================================================================================

``sign_in``: ``url``; ``body`` (template with ``{user}`` and ``{password}``); ``token`` (path in the answer); ``header``
(default ``Authorization``) with ``prefix`` (default ``Bearer ``), or ``parameter`` to send the token in the address.

Description of a collection
---------------------------
=========== =============================================================================================
member      meaning
=========== =============================================================================================
title       for people; default: the name
id          path of the platform's id in a row, default ``id``
version     path of the time of the last edit in a row; none: not told
geometry    object: ``path``; ``form`` (``geojson_text``, ``geojson``, ``wkt``, or ``lonlat`` with ``x`` and
            ``y`` as paths instead of ``path``); ``type`` (default ``Geometry``); ``swapped``: positions begin with
            latitude. Without it the collection is a table
crs         CRS of the coordinates, default ``OGC:CRS84``
fields      list of objects: ``name``, ``type`` (see `features.TYPES`, default text), ``path`` (default: the
            name), ``length``, ``editable`` (default true), ``true`` and ``false`` (how a boolean is written)
list        request: ``rows`` (path), ``total`` (path, may be missing), ``paging`` (``page``, ``offset``,
            ``cursor``, ``none``), ``size`` (default 100), ``first`` (first page, default 1), ``next`` (path of the
            next cursor)
find        request with ``{keys}`` or ``{key}``, ``rows``, ``batch`` (default 50); none: everything is read
create      request with ``{rows}`` or ``{row}``; ``id`` or ``ids`` (path in the answer); ``failures`` (path of a list of
            those that were not done), with ``index`` and ``words`` (paths in such an entry)
update      request with ``{rows}`` or ``{row}``, and ``{id}`` where the address needs it; ``whole``: rows must
            hold all fields; ``failures`` as above
delete      request with ``{ids}`` or ``{id}``; ``failures`` as above
=========== =============================================================================================

A request is an object with ``url`` (relative to the connection's address), ``method`` (default GET for list and find,
POST otherwise), ``params`` and ``body`` (templates), ``batch`` (features in one request, default 1), ``atomic``
(default false). A row that is written holds ``id``, the key field and the fields at their paths. The key's path is that of the
field of its name in ``fields``, else its name.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import shapely

from ...errors import InputError, NoAnswerError, RefusedError
from ...messages import Message, message
from ..connections import Connection
from ..features import GEOMETRY, TYPES, Feature, Field, Schema, Value, canonical
from ..network import Answer, Dialect, Http, reason_of
from . import geojson
from .base import DONE, Capabilities, Collection, Outcome, Page, Update
from .batches import in_batches
from .wkb import BrokenGeometryError

_FORMS = ("geojson_text", "geojson", "wkt", "lonlat")
_PAGING = ("page", "offset", "cursor", "none")
_SLOT = re.compile(r"\{(row|rows|id|ids|key|keys|page|size|offset|cursor|user|password)\}")
#: After these nobody knows whether a write was done.
_UNSURE = (500, 502, 504)


class HouseDialect(Dialect):
    """Errors by a code in the body, and a sign-in that is described in the options."""

    def __init__(self, connection: Connection | None = None) -> None:
        options = connection.options if connection else {}
        self.code = str(options.get("code", "code"))
        self.ok = tuple(map(str, options.get("ok", (0, 200))))
        self.over = tuple(map(str, options.get("signed_out", (401,))))
        self.failed = tuple(map(str, options.get("failed", (500,))))
        self.gone = tuple(map(str, options.get("gone", (404,))))
        self._last: tuple[Answer, Any] | None = None
        self.reason = str(options.get("reason", "msg"))
        self.login: Mapping[str, Any] = options.get("sign_in") or {}

    def signed_out(self, answer: Answer) -> bool:
        """Return whether status or code say that the sign-in is over."""
        return answer.status == 401 or self.code_of(answer) in self.over

    def failure(self, answer: Answer) -> Message | None:
        """Return why the platform refused; `failed` and `gone` are for the caller, who knows what was asked."""
        code = self.code_of(answer)
        if code is not None and code not in (*self.ok, *self.failed, *self.gone):
            return self.words(answer)
        return reason_of(answer) if answer.status >= 400 else None

    def sign_in(self, http: Http, user: str, password: str) -> tuple[dict[str, str], dict[str, str]] | None:
        """Get a token as the options say."""
        if not self.login:
            return None
        url, body = _member(self.login, "url", "sign_in"), self.login.get("body", {})
        asked = _filled(body, {"user": user, "password": password})
        read = http.request("POST", http.url(url), json=asked, repeatable=True).json()
        token = _at(read, _member(self.login, "token", "sign_in"))
        if not isinstance(token, str) or not token:
            return None
        if parameter := self.login.get("parameter"):
            return {}, {str(parameter): token}
        return {
            str(self.login.get("header", "Authorization")): self.login.get("prefix", "Bearer ") + token
        }, {}

    def code_of(self, answer: Answer) -> str | None:
        """Return the platform's own code as text; None where it says none."""
        found = _at(self._document(answer), self.code) if self.code else None
        return None if found is None else str(found)

    def words(self, answer: Answer) -> Message:
        """Return the platform's words about an error."""
        text = _at(self._document(answer), self.reason)
        return message(
            "{text} (code {code})", text=text or "no reason given", code=self.code_of(answer) or "-"
        )

    def _document(self, answer: Answer) -> Any:
        # Asked several times for each answer, of which one may be a page of a thousand rows.
        if self._last is None or self._last[0] is not answer:
            self._last = answer, _document(answer)
        return self._last[1]


def _document(answer: Answer) -> Any:
    if answer.body.lstrip()[:1] != b"{":
        return None
    try:
        return answer.json()
    except NoAnswerError:
        # Whoever needs the document finds out why it cannot be read.
        return None


def collections_of(http: Http, connection: Connection | None = None) -> list[tuple[str, str]]:
    """Return name and title of the collections that the options describe: the platform has no list of them."""
    described = (connection.options if connection else {}).get("collections") or {}
    return [(name, str(about.get("title", name))) for name, about in described.items()]


class HouseCollection(Collection):
    """A collection as the options describe it."""

    def __init__(self, connection: Connection, http: Http, name: str) -> None:
        about = (connection.options.get("collections") or {}).get(name)
        if about is None:
            raise InputError(
                "The options of connection {connection} do not describe collection {name}; describe its rows and "
                "requests there.",
                connection=connection.name,
                name=name,
            )
        self.http = http
        self.dialect = HouseDialect(connection)
        self.name, self.title, self.about = name, str(about.get("title", name)), about
        self.settings = connection.settings(name)
        self.key_field = self.settings.key_field
        self.shape: Mapping[str, Any] = about.get("geometry") or {}
        if self.shape and self.shape.get("form") not in _FORMS:
            raise _wrong(name, "geometry.form", self.shape.get("form"), _FORMS)
        described = about.get("fields") or []
        for field in described:
            if field.get("type", "text") not in TYPES:
                raise _wrong(name, f"fields.{field.get('name')}.type", field.get("type"), TYPES)
        if _request(about, "list", name).get("paging", "page") not in _PAGING:
            raise _wrong(name, "list.paging", about["list"]["paging"], _PAGING)
        self.paths = {field["name"]: str(field.get("path", field["name"])) for field in described}
        self.described = {field["name"]: field for field in described}
        #: Whether the platform writes its ids as texts, whatever they look like.
        self.text_ids = False
        self.id_path = str(about.get("id", "id"))
        self.key_path = self.paths.get(self.key_field, self.key_field) if self.key_field else None
        self.crs = str(self.settings.crs or about.get("crs", "OGC:CRS84")) if self.shape else None
        self.schema = Schema(
            tuple(
                Field(
                    field["name"],
                    field.get("type", "text"),
                    length=field.get("length"),
                    editable=bool(field.get("editable", True)),
                )
                for field in described
                if field["name"] != self.key_field
            ),
            str(self.shape.get("type", "Geometry")) if self.shape else None,
        )
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
        about = _request(self.about, "list", self.name)
        paging, size = about.get("paging", "page"), int(about.get("size", 100))
        number, count, cursor = int(about.get("first", 1)), 0, ""
        seen: set[str | None] = set()
        while True:
            slots = {"page": number, "size": size, "offset": count, "cursor": cursor}
            answer = self._ask(about, slots)
            features = self._features(answer, about)
            total = _whole(_at(answer, str(about["total"]))) if about.get("total") else None
            known = bool(features) and all(feature.server_id in seen for feature in features)
            seen |= {feature.server_id for feature in features}
            complete = total is None or len(seen) >= total
            following = _at(answer, str(about.get("next", "next"))) if paging == "cursor" else None
            if paging == "none" or (paging == "cursor" and following in (None, "", False)):
                yield Page(features, total, complete)
                return
            if known or not features:
                # The same page again without a count may be the end, or a page that was lost.
                yield Page([], total, complete and not (known and total is None) and paging != "cursor")
                return
            yield Page(features, total)
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
        about = _request(self.about, "find", self.name)
        wanted, found = set(keys), []
        for start in range(0, len(keys), size):
            part = list(keys[start : start + size])
            answer = self._ask(
                about, {"keys": part, "key": part[0], "size": 2 * size, "page": 1, "offset": 0}
            )
            features = self._features(answer, about)
            total = _whole(_at(answer, str(about["total"]))) if about.get("total") else None
            if total is not None and total > len(features):
                raise self._unusable(message("it gave fewer rows than it says there are"))
            found += [feature for feature in features if feature.key in wanted]
        return found

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
            self.http.url(_text(_filled(about["url"], slots))),
            params={
                name: _text(_filled(value, slots)) for name, value in (about.get("params") or {}).items()
            },
            json=None if body is None else _filled(body, slots),
            repeatable=repeatable,
            accept=accept,
        )

    def _unusable(self, reason: Message) -> NoAnswerError:
        return NoAnswerError(
            "Collection {name} did not answer as it should: {reason}; run again.",
            name=self.title,
            reason=reason,
        )

    def _features(self, answer: Any, about: Mapping[str, Any]) -> list[Feature]:
        rows = _at(answer, str(about.get("rows", "")))
        if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
            raise self._unusable(message("there is no list of rows at {path}", path=about.get("rows", "")))
        columns = [
            self._column([_at(row, self.paths[field.name]) for row in rows], field)
            for field in self.schema.fields
        ]
        made = []
        for n, row in enumerate(rows):
            server_id = _at(row, self.id_path)
            self.text_ids = isinstance(server_id, str)
            key = _at(row, self.key_path) if self.key_path else server_id
            version = _at(row, str(self.about["version"])) if self.about.get("version") else None
            made.append(
                Feature(
                    None if key in (None, "") else str(key),
                    {
                        field.name: column[n]
                        for field, column in zip(self.schema.fields, columns, strict=True)
                    },
                    self._geometry(row),
                    None if server_id is None else str(server_id),
                    None if version is None else str(version),
                )
            )
        return made

    def _column(self, values: list[Any], field: Field) -> list[Value]:
        if field.type == "boolean":
            about = self.described[field.name]
            said = {json.dumps(about[text]): text == "true" for text in ("true", "false") if text in about}
            if said:
                values = [said.get(json.dumps(value), value) for value in values]
        return geojson.column(values, field.type)

    def _geometry(self, row: Mapping[str, Any]) -> bytes | None:
        if not self.shape:
            return None
        form, swapped = self.shape["form"], bool(self.shape.get("swapped"))
        try:
            if form == "lonlat":
                x, y = (_real(_at(row, str(self.shape.get(name, name)))) for name in ("x", "y"))
                return None if x is None or y is None else shapely.to_wkb(shapely.Point(x, y))
            given = _at(row, str(self.shape["path"]))
            if given in (None, ""):
                return None
            if form == "wkt":
                shape = shapely.from_wkt(str(given).partition(";")[2] if str(given)[:5] == "SRID=" else given)
                shape = _exchanged(shape) if swapped else shape
                return None if shape.is_empty else shapely.to_wkb(shape, flavor="iso")
            return geojson.to_wkb(json.loads(given) if isinstance(given, str) else given, swapped)
        except (BrokenGeometryError, shapely.errors.GEOSException, ValueError, TypeError, KeyError) as error:
            raise NoAnswerError(
                "Collection {name}, row {id}: the geometry cannot be read as {form} ({reason}); correct the description "
                "of the geometry in the options of the connection.",
                name=self.title,
                id=_at(row, self.id_path),
                form=form,
                reason=str(error),
            ) from error

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
            _put(row, self.id_path, self._id_value(server_id))
        if self.key_path:
            _put(row, self.key_path, feature.key)
        for name in sorted(names - {GEOMETRY}):
            value = feature.values.get(name)
            if isinstance(value, bool):
                value = self.described[name].get("true" if value else "false", value)
            _put(row, self.paths[name], value)
        if GEOMETRY in names and self.shape:
            if self.shape["form"] == "lonlat":
                point = None if feature.geometry is None else shapely.from_wkb(feature.geometry)
                if point is not None and point.geom_type != "Point":
                    return Outcome("rejected", None, message("its kind of geometry does not fit the layer"))
                _put(row, str(self.shape.get("x", "x")), None if point is None else point.x)
                _put(row, str(self.shape.get("y", "y")), None if point is None else point.y)
            else:
                _put(row, str(self.shape["path"]), self._said(feature.geometry))
        return row

    def _said(self, geometry: bytes | None) -> Any:
        if geometry is None:
            return None
        swapped = bool(self.shape.get("swapped"))
        if self.shape["form"] == "wkt":
            shape = shapely.from_wkb(geometry)
            # Without trimming, WKT has zeros; with 17 digits every double comes back as it was.
            return shapely.to_wkt(_exchanged(shape) if swapped else shape, rounding_precision=17, trim=True)
        said = geojson.from_wkb(geometry, swapped)
        return json.dumps(said, separators=(",", ":")) if self.shape["form"] == "geojson_text" else said

    def _write(self, kind: str, rows: Sequence[Any], ids: Sequence[str | None]) -> list[Outcome]:
        about = _request(self.about, kind, self.name)

        def send(part: list[int]) -> list[Outcome]:
            return self._send(kind, about, [rows[n] for n in part], [ids[n] for n in part])

        return in_batches(rows, max(1, int(about.get("batch", 1))), send)

    def _send(
        self, kind: str, about: Mapping[str, Any], rows: Sequence[Any], ids: Sequence[str | None]
    ) -> list[Outcome]:
        numbers = [self._id_value(number) for number in ids if number is not None]
        slots = {"rows": list(rows), "row": rows[0], "ids": numbers, "id": numbers[0] if numbers else None}
        accept = (404, 410, *_UNSURE) if kind == "delete" else _UNSURE
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
            raise self._unusable(self.dialect.words(answer) if code else reason_of(answer))
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
        failures = _at(answer, str(about["failures"])) if about.get("failures") else []
        for failure in failures if isinstance(failures, list) else []:
            place = _whole(_at(failure, str(about.get("index", "index"))))
            if place is not None and 0 <= place < count:
                words = _at(failure, str(about.get("words", "msg")))
                reason = message("{text} (code {code})", text=words or "no reason given", code="-")
                outcomes[place] = Outcome("rejected", None, reason)
        done = [n for n, outcome in enumerate(outcomes) if outcome is DONE]
        ids = _at(answer, str(about["ids"])) if about.get("ids") else None
        if about.get("id") and count == 1:
            ids = [_at(answer, str(about["id"]))]
        if isinstance(ids, list) and len(ids) == len(done):
            for n, number in zip(done, ids, strict=True):
                outcomes[n] = Outcome("done", None if number is None else str(number))
        return outcomes

    def _id_value(self, number: str) -> Any:
        return number if self.text_ids or not re.fullmatch(r"-?\d{1,19}", number) else int(number)


def _request(about: Mapping[str, Any], kind: str, name: str) -> Mapping[str, Any]:
    described = about.get(kind)
    if not isinstance(described, Mapping) or not described.get("url"):
        raise InputError(
            "The options of the connection do not say how collection {name} is asked to {kind}: there is no url.",
            name=name,
            kind=kind,
        )
    return described


def _member(about: Mapping[str, Any], name: str, place: str) -> str:
    if not about.get(name):
        raise InputError("The options of the connection have no {name} in {place}.", name=name, place=place)
    return str(about[name])


def _wrong(name: str, place: str, value: Any, known: Sequence[str]) -> InputError:
    return InputError(
        "The description of collection {name} says {value} for {place}; it must be one of {known}.",
        name=name,
        value=value,
        place=place,
        known=list(known),
    )


def _at(document: Any, path: str) -> Any:
    """Return the value at a path; None where there is none."""
    for part in path.split(".") if path else ():
        if isinstance(document, Mapping):
            document = document.get(part)
        elif isinstance(document, list) and part.isdecimal() and int(part) < len(document):
            document = document[int(part)]
        else:
            return None
    return document


def _put(row: dict[str, Any], path: str, value: Any) -> None:
    *parents, last = path.split(".")
    for part in parents:
        row = row.setdefault(part, {})
    row[last] = value


def _filled(template: Any, slots: Mapping[str, Any]) -> Any:
    """Return a template with its slots filled; nothing in it is evaluated."""
    if isinstance(template, Mapping):
        return {name: _filled(value, slots) for name, value in template.items()}
    if isinstance(template, list):
        return [_filled(value, slots) for value in template]
    if not isinstance(template, str):
        return template
    alone = _SLOT.fullmatch(template)
    if alone and alone[1] in slots:
        return slots[alone[1]]
    return _SLOT.sub(lambda found: _text(slots[found[1]]) if found[1] in slots else found[0], template)


def _text(value: Any) -> str:
    if isinstance(value, list):
        return ",".join(_text(item) for item in value)
    return "" if value is None else str(value)


def _whole(value: Any) -> int | None:
    found = canonical(value, "integer")
    return found if isinstance(found, int) and not isinstance(found, bool) else None


def _real(value: Any) -> float | None:
    found = canonical(value, "real")
    return found if isinstance(found, float) else None


def _exchanged(shape: shapely.Geometry) -> shapely.Geometry:
    def exchange(corners: np.ndarray) -> np.ndarray:
        return corners[:, [1, 0, *range(2, corners.shape[1])]]

    return shapely.transform(shape, exchange, include_z=bool(shape.has_z))
