"""A collection of a platform with the names, types and codes of the local layer."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import shapely

from ..errors import InputError
from ..messages import Message, message, word
from .adapters.base import Collection, Outcome, Page, Update
from .connections import CollectionSettings
from .features import GEOMETRY, Feature, Field, Schema, Value, canonical
from .geometries import fitted, parsed, to_wkb

#: Pairs of types between which there is no way for any value.
_APART = {frozenset(pair) for pair in (("boolean", "date"), ("boolean", "datetime"), ("real", "date"), ("real", "datetime"),
                                       ("integer", "date"), ("integer", "datetime"))}  # fmt: skip
#: Different codes that are counted by themselves; more of them are no code list.
_COUNTED = 1000
#: Features of the platform that are kept for their update beside those that were found last.
_KEPT = 1000


def check_mapping(settings: CollectionSettings, local: Schema) -> None:
    """Check that the settings of a collection fit a local layer.

    Raises
    ------
    InputError : they name a field that the layer does not have, two of its fields share one of the platform, or a code
        list is not one to one.
    """
    known = set(local.names)
    for name in [*settings.fields, *settings.values]:
        if name not in known:
            raise InputError(
                "The mapping names a field {field} that the layer does not have; its fields are: {fields}.",
                field=name,
                fields=list(local.names),
            )
    used: dict[str, str] = {}
    for name in local.names:
        target = settings.fields.get(name, name)
        if target is None:
            continue
        # A field that is there on both sides by chance must not be written over by another one.
        if target in used:
            raise InputError(
                "The fields {one} and {other} would both be the platform's field {field}; map one of them to another "
                "field, or to none.",
                one=used[target],
                other=name,
                field=target,
            )
        used[target] = name
    for name, codes in settings.values.items():
        targets = [_code(value) for value in codes.values()]
        doubled = sorted(str(value) for value, n in Counter(targets).items() if n > 1)
        if doubled:
            raise InputError(
                "The codes of field {field} are not one to one: {codes} stands for several values.",
                field=name,
                codes=doubled,
            )


def _code(value: Any) -> Any:
    return str(value) if isinstance(value, bool) else value


@dataclass(frozen=True)
class _Pair:
    """A field of the local layer and the one of the platform that it is exchanged with.

    Attributes
    ----------
    out, back : code lists: local value -> the platform's, and the other way round
    """

    local: Field
    remote: Field
    out: Mapping[Any, Value]
    back: Mapping[Any, Value]


class Mapped(Collection):
    """A collection in the names, types and codes of a local layer; only fields that both sides have.

    Parameters
    ----------
    collection : as the adapter gives it
    settings : names and codes
    local : the schema of the local layer

    Attributes
    ----------
    drift : what does not fit between the two schemas, and what comes of it
    warnings : what lets doubt whether layer and collection belong together
    unlisted : (local field, value) -> how often a value came that the field's code list does not have; it passes as
        it is

    Raises
    ------
    InputError : see `check_mapping`.
    """

    def __init__(self, collection: Collection, settings: CollectionSettings, local: Schema) -> None:
        check_mapping(settings, local)
        self._inner = collection
        self.name, self.title, self.crs = collection.name, collection.title, collection.crs
        self.key_field, self.key_length = collection.key_field, collection.key_length
        self.capabilities = collection.capabilities
        self.drift: list[Message] = []
        self.unlisted: Counter[tuple[str, Value]] = Counter()
        self._found: dict[str | None, Feature] = {}
        self._pairs = self._paired(settings, local)
        self._by_remote = {pair.remote.name: pair for pair in self._pairs}
        self._by_local = {pair.local.name: pair for pair in self._pairs}
        self._remote_geometry = collection.schema.geometry
        self.schema = Schema(
            tuple(
                Field(p.local.name, p.local.type, p.remote.nullable, p.remote.length, p.remote.editable)
                for p in self._pairs
            ),
            self._geometry(local),
        )
        self.warnings = self._doubts(settings, local)

    # --- schemas

    def _doubts(self, settings: CollectionSettings, local: Schema) -> list[Message]:
        wanted = [name for name in local.names if settings.fields.get(name, name) is not None]
        demanded = [
            f.name
            for f in self._inner.schema.fields
            if not f.nullable and f.editable and f.name not in self._by_remote
        ]
        doubts = []
        if len(wanted) > 2 * len(self._pairs):
            doubts.append(message(
                "Only {n} of the layer's {all} fields are on the platform; check that layer and collection belong together.",
                n=len(self._pairs), all=len(wanted),
            ))  # fmt: skip
        if demanded and self.capabilities.create:
            doubts.append(message(
                "The platform demands values for {fields}, and the layer has no such fields; where it does not fill them in "
                "itself, new features are rejected.",
                fields=demanded,
            ))  # fmt: skip
        return doubts

    def _paired(self, settings: CollectionSettings, local: Schema) -> list[_Pair]:
        pairs = []
        for field in local.fields:
            target = settings.fields.get(field.name, field.name)
            if target is None:
                continue
            remote = self._inner.schema.field(target)
            if remote is None:
                self.drift.append(
                    message(
                        "The platform has no field {remote}; {field} is not exchanged.",
                        remote=target,
                        field=field.name,
                    )
                )
            elif frozenset((field.type, remote.type)) in _APART and field.name not in settings.values:
                self.drift.append(message(
                    "Field {field} is of type {type} here and of type {other} on the platform; it is not exchanged.",
                    field=field.name, type=word(field.type), other=word(remote.type),
                ))  # fmt: skip
            else:
                pairs.append(_pair(field, remote, settings.values.get(field.name, {})))
                self._compare(field, remote)
        used = {pair.remote.name for pair in pairs} | {settings.fields.get(n, n) for n in local.names}
        for field in self._inner.schema.fields:
            if field.name not in used:
                self.drift.append(
                    message(
                        "The layer has no field for {field} of the platform; it stays as it is there.",
                        field=field.name,
                    )
                )
        return pairs

    def _compare(self, field: Field, remote: Field) -> None:
        if field.type != remote.type:
            self.drift.append(message(
                "Field {field} is of type {type} here and of type {other} on the platform; values that do not fit are "
                "rejected.",
                field=field.name, type=word(field.type), other=word(remote.type),
            ))  # fmt: skip
        if not remote.editable:
            self.drift.append(
                message(
                    "The platform does not let field {field} be edited; it is only read.", field=field.name
                )
            )

    def _geometry(self, local: Schema) -> str | None:
        here, there = local.geometry, self._remote_geometry
        if here is None or there is None:
            if here != there:
                self.drift.append(message("Only one side has geometry; it is not exchanged."))
            return None
        if "Geometry" not in (here, there) and here != there:
            if here.removeprefix("Multi") == there.removeprefix("Multi"):
                self.drift.append(message(
                    "The layer holds {here}, the platform {there}; what cannot be turned into the other without loss is "
                    "rejected.",
                    here=word(here), there=word(there),
                ))  # fmt: skip
            else:
                self.drift.append(message(
                    "The layer holds {here}, the platform {there}; features with geometry are rejected.",
                    here=word(here), there=word(there),
                ))  # fmt: skip
        return here

    # --- reading

    def pages(self) -> Iterator[Page]:
        """Read everything, see `Collection.pages`."""
        for page in self._inner.pages():
            yield Page([self._here(f) for f in page.features], page.matched, page.last, page.faults)

    def find(self, keys: Sequence[str]) -> list[Feature]:
        """Return the features of some keys, see `Collection.find`."""
        origins, asked = self._inner.find(keys), set(keys)
        if any(origin.key not in asked for origin in origins):
            # The platform did not heed what it was asked for: what it left out may be there all the same.
            origins = self._inner.scan(keys)
        return self._kept(origins)

    def scan(self, keys: Sequence[str]) -> list[Feature]:
        """Do the work of `find` by reading everything, see `Collection.scan`."""
        return self._kept(self._inner.scan(keys))

    def _kept(self, origins: Sequence[Feature]) -> list[Feature]:
        """Return features in local terms; the platform's own are kept for an update of them, the latest ones."""
        found = {origin.server_id: origin for origin in origins}
        kept = [(number, origin) for number, origin in self._found.items() if number not in found]
        self._found = dict(kept[-_KEPT:]) | found
        return [self._here(origin) for origin in origins]

    def _here(self, feature: Feature) -> Feature:
        given = feature.values
        values = {p.local.name: self._read(p, given.get(p.remote.name)) for p in self._pairs}
        geometry = feature.geometry if self.schema.geometry is not None else None
        return Feature(feature.key, values, geometry, feature.server_id, feature.version)

    def _read(self, pair: _Pair, value: Value) -> Value:
        if value is None:
            return None
        if pair.back:
            value = canonical(value, pair.remote.type)
            known = pair.back.get(_code(value), _UNLISTED)
            if known is not _UNLISTED:
                return known
            self._count(pair, value)
        return _numeric(canonical(value, pair.local.type), pair.local)

    def _count(self, pair: _Pair, value: Value) -> None:
        at = (pair.local.name, value)
        if at in self.unlisted or len(self.unlisted) < _COUNTED:
            self.unlisted[at] += 1

    # --- writing

    def create(self, features: Sequence[Feature]) -> list[Outcome]:
        """Add features, see `Collection.create`; those that the platform's fields cannot hold are rejected."""
        geometries = self._geometries([f.geometry for f in features])

        def made(feature: Feature, geometry: bytes | None) -> Feature:
            values = {
                p.remote.name: self._written(p, feature.values.get(p.local.name))
                for p in self._pairs
                if p.remote.editable and p.local.name in feature.values
            }
            return Feature(feature.key, values, geometry)

        return self._sent(features, geometries, made, self._inner.create)

    def update(self, updates: Sequence[Update]) -> list[Outcome]:
        """Change features, see `Collection.update`; only fields that change are turned into the platform's."""
        moving = [GEOMETRY in u.changed and self.schema.geometry is not None for u in updates]
        geometries = self._geometries(
            [u.after.geometry if m else None for u, m in zip(updates, moving, strict=True)]
        )
        origins = self._origins(updates)

        def made(update: Update, geometry: bytes | None) -> Update:
            before = origins.get(id(update))
            if before is None:
                raise _UnfitError(message("The platform does not have it any more; run again."))
            items: dict[str, Value | bytes] = {}
            for name in update.changed - {GEOMETRY}:
                pair = self._by_local.get(name)
                if pair is not None and pair.remote.editable:
                    items[pair.remote.name] = self._written(pair, update.after.values.get(name))
            if GEOMETRY in update.changed and self.schema.geometry is not None:
                items[GEOMETRY] = geometry
            if not items:
                raise _UnfitError(message("The platform does not let any of the changed fields be edited."))
            return Update(before, before.with_items(items), frozenset(items))

        return self._sent(updates, geometries, made, self._inner.update)

    def _origins(self, updates: Sequence[Update]) -> dict[int, Feature]:
        """Return, by update, the feature with all of the platform's fields; asked for anew where it was not kept.

        An update that replaces the whole feature must not empty the fields that take no part.
        """
        kept = {
            id(u): origin
            for u in updates
            if (origin := self._found.get(u.before.server_id)) is not None
            and origin.version == u.before.version
        }
        missing = [u.before.key for u in updates if id(u) not in kept and u.before.key]
        asked = {f.key: f for f in (self._inner.find(missing) if missing else ())}
        found = {id(u): asked[u.before.key] for u in updates if u.before.key in asked} | kept
        # With the state that was compared: where the platform locks, a later one must not pass for it.
        return {
            id(u): replace(found[id(u)], server_id=u.before.server_id, version=u.before.version)
            for u in updates
            if id(u) in found
        }

    def delete(self, features: Sequence[Feature]) -> list[Outcome]:
        """Delete features, see `Collection.delete`."""
        return self._inner.delete(features)

    def _sent(
        self,
        given: Sequence[Any],
        geometries: Sequence[bytes | Message | None],
        made: Callable[[Any, bytes | None], Any],
        send: Callable[[Sequence[Any]], list[Outcome]],
    ) -> list[Outcome]:
        """Send what fits, and put the outcomes of what does not in their places."""
        outcomes: list[Outcome | None] = [None] * len(given)
        ready = []
        for n, (item, geometry) in enumerate(zip(given, geometries, strict=True)):
            try:
                if isinstance(geometry, Message):
                    raise _UnfitError(geometry)
                ready.append(made(item, geometry))
            except _UnfitError as unfit:
                outcomes[n] = Outcome("rejected", reason=unfit.reason)
        answers = iter(send(ready) if ready else ())
        return [outcome if outcome is not None else next(answers) for outcome in outcomes]

    def _written(self, pair: _Pair, value: Value) -> Value:
        """Return a local value in the platform's codes and type."""
        if value is None:
            return None
        if pair.out:
            value = canonical(value, pair.local.type)
            known = pair.out.get(_code(value), _UNLISTED)
            if known is not _UNLISTED:
                return known
            self._count(pair, value)
        return _coerced(value, pair.remote)

    def _geometries(self, blobs: Sequence[bytes | None]) -> list[bytes | Message | None]:
        """Return geometries in the platform's type; a message where that is not possible."""
        wanted = self._remote_geometry
        if self.schema.geometry is None or wanted is None:
            return [None] * len(blobs)
        if wanted in ("Geometry", self.schema.geometry):
            return list(blobs)
        shapes, _ = parsed(blobs)
        result, reasons = fitted(shapes, wanted)
        written: list[bytes | Message | None] = list(blobs)
        # What fits as it is stays byte for byte.
        altered = np.flatnonzero(shapely.get_type_id(shapes) != shapely.get_type_id(result))
        for row, wkb in zip(altered.tolist(), to_wkb(result[altered]), strict=True):
            written[row] = reasons.get(row, wkb)
        return written


class _UnfitError(Exception):
    """A feature cannot be said in the platform's fields."""

    def __init__(self, reason: Message) -> None:
        super().__init__(str(reason))
        self.reason = reason


_UNLISTED: Any = object()


def _pair(local: Field, remote: Field, codes: Mapping[str, Any]) -> _Pair:
    """Return a pair of fields with its code lists; these come from a file, where every local value is a text."""
    listed = [(canonical(here, local.type), canonical(there, remote.type)) for here, there in codes.items()]
    return _Pair(local, remote, {_code(h): t for h, t in listed}, {_code(t): h for h, t in listed})


def _numeric(value: Value, field: Field) -> Value:
    """Return 1 and 0 for the truth values that a field of numbers does not have."""
    return int(value) if isinstance(value, bool) and field.type in ("integer", "real") else value


def _coerced(value: Value, field: Field) -> Value:
    """Return a value in a field's type.

    Raises
    ------
    _UnfitError : there is no such value, or the field is too short for it.
    """
    result = canonical(_numeric(value, field), field.type)
    fits = {
        "text": isinstance(result, str),
        "integer": isinstance(result, int) and not isinstance(result, bool),
        "real": isinstance(result, int | float) and not isinstance(result, bool),
        "boolean": isinstance(result, bool),
        "date": isinstance(result, str) and canonical(result, "date") == result and len(result) == 10,
        "datetime": isinstance(result, str) and "T" in result,
    }
    if result is not None and not fits[field.type]:
        raise _UnfitError(
            message(
                "{value} does not fit the platform's field {field} of type {type}.",
                value=str(value)[:80],
                field=field.name,
                type=word(field.type),
            )
        )
    if field.type == "text" and field.length is not None and len(str(result)) > field.length:
        raise _UnfitError(
            message(
                "The text is longer than the {length} characters of the platform's field {field}.",
                length=field.length,
                field=field.name,
            )
        )
    return result
