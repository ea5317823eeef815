"""The write test of a probe: make a feature, change it, see what comes back, delete it."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import uuid4

import shapely
from pyproj import Transformer

from ..errors import CancelledError, ExchangeError, RefusedError
from ..messages import Message, message
from .adapters import axes
from .adapters.base import Collection, Outcome, Update
from .connections import CollectionSettings
from .features import GEOMETRY, Feature, Field, Value
from .fidelity import axes_exchanged, cause_of, same, same_geometry
from .findings import FAULT, MIND, Findings, Reading, positions

Reopen = Callable[[CollectionSettings], Collection]
#: What the test feature is called wherever a text fits.
NAME = "CityCheck probe"
#: Longest text that is sent to see whether it fits.
_LONGEST = 4000
_MOMENT = "2024-02-29T12:34:56.987654Z"
_PLAIN: dict[str, Value] = {
    "text": NAME,
    "integer": 1,
    "real": 1.5,
    "boolean": True,
    "date": "2024-02-29",
    "datetime": "2024-02-29T12:34:56Z",
}


def probe_writing(
    collection: Collection,
    read: Reading,
    findings: Findings,
    settings: CollectionSettings,
    area: axes.Box | None,
    reopen: Reopen | None,
) -> None:
    """Write a test feature and remove it again; see `probe.probe`.

    Raises
    ------
    CancelledError
    """
    able = collection.capabilities
    topic = message("write test")
    if collection.key_field is None or not able.create or not able.delete:
        findings.add(
            topic,
            message("left out: the platform must make and delete features, and have a field for the key"),
            message("what it does to values is seen when the first features are pushed"),
            MIND,
        )
        return
    test = _Test(collection, findings, settings, _shape(collection, read, area), read.features[:100])
    findings.seen["written"] = True
    try:
        test.run(reopen)
    except CancelledError:
        _clean_up(test)
        if findings.left_behind:
            raise CancelledError(
                "The run was stopped; test features are left on the platform (keys {keys}): delete them there.",
                keys=findings.left_behind,
            ) from None
        raise
    except ExchangeError as error:
        findings.add(topic, error.message, message("the write test ended here"), FAULT)
    _clean_up(test)


def _clean_up(test: _Test) -> None:
    """Remove what the test has made, and say what could not be removed."""
    for key in test.keys:
        try:
            found = test.collection.find([key])
            if found:
                test.collection.delete(found)
                found = test.collection.find([key])
        except (ExchangeError, CancelledError):
            found = [Feature(key)]
        if found:
            test.findings.left_behind.append(key)
    if test.findings.left_behind:
        test.findings.add(
            message("test feature"),
            message("could not be removed (keys {keys})", keys=test.findings.left_behind),
            message("delete it on the platform; it is named {name}", name=NAME),
            FAULT,
        )
    else:
        test.findings.add(
            message("test feature"),
            message("removed"),
            message("nothing of the test is left on the platform"),
        )


@dataclass(frozen=True)
class _Case:
    """A value that platforms are known to alter; `kind` is the type of field that it needs."""

    topic: Message
    kind: str
    value: Value


_CASES = (
    _Case(message("rare characters and emoji"), "text", f"{NAME} 龘𠮷🏙"),
    _Case(message("quotation marks and backslashes"), "text", "x\"y'z\\w <&> %s"),
    _Case(message("blanks at the end"), "text", f"{NAME}  "),
    _Case(message("line breaks"), "text", "a\nb\tc"),
    _Case(message("empty text"), "text", ""),
    _Case(message("whole numbers above 2^53"), "integer", (1 << 53) + 1),
    _Case(message("decimals of numbers"), "real", 0.1 + 0.2),
    _Case(message("true and false"), "boolean", False),
    _Case(message("dates"), "date", "2024-02-29"),
    _Case(message("times"), "datetime", _MOMENT),
)


class _Test:
    """One test feature and what becomes of it."""

    def __init__(
        self,
        collection: Collection,
        findings: Findings,
        settings: CollectionSettings,
        shape: bytes | None,
        examples: Sequence[Feature],
    ) -> None:
        self.collection = collection
        self.findings = findings
        self.settings = settings
        self.shape = shape
        self.examples = examples
        self.keys: list[str] = []

    def run(self, reopen: Reopen | None) -> None:
        """Do all parts of the test, as far as the platform lets it."""
        stored = self._made(reopen)
        if stored is None:
            return
        if self.collection.capabilities.update:
            stored = self._partial(stored)
            stored = self._values(stored)
            self._locking(stored)
        else:
            self.findings.add(
                message("values"),
                message("not tried: the platform does not change features"),
                message("what it does to values is seen when the first features are pushed"),
                MIND,
            )
        self._batch()
        self._deleting(stored)

    def _feature(self) -> Feature:
        """Return a new test feature: what the schema demands, and its name."""
        key = str(uuid4())
        self.keys.append(key)
        field = self._field("text")
        values = {
            f.name: _plain(f) if f == field else self._usual(f)
            for f in self.collection.schema.fields
            if f.editable and (not f.nullable or f == field)
        }
        return Feature(key, values, self.shape)

    def _usual(self, field: Field) -> Value:
        """Return a value that the platform takes for a field, if any is known: another feature's, or a plain one."""
        known = (f.values.get(field.name) for f in self.examples)
        return next((value for value in known if value is not None), _plain(field))

    def _field(self, kind: str) -> Field | None:
        """Return the field of a type that takes any value most likely: no code list, no status, the longest."""
        local = {*self.settings.values, *self.settings.status_fields}
        coded = {self.settings.fields.get(name, name) for name in local}
        fitting = [
            f for f in self.collection.schema.fields if f.type == kind and f.editable and f.name not in coded
        ]
        return max(fitting, key=lambda f: (f.nullable, f.length or 1 << 30), default=None)

    def _stored(self, key: str | None) -> list[Feature]:
        return self.collection.find([str(key)])

    def _made(self, reopen: Reopen | None) -> Feature | None:
        """Make the feature, and see whether it is there, once, at its place."""
        topic = message("making a feature")
        sent = self._feature()
        outcome = _first(self.collection.create, sent)
        found = self._stored(sent.key)
        if not found:
            self.findings.add(
                topic,
                outcome.reason or message("it is not there afterwards"),
                message("features cannot be made here as they are; see what the platform says"),
                FAULT,
            )
            return None
        if len(found) > 1:
            self.findings.add(
                topic,
                message("it is there {n} times", n=len(found)),
                message("each push would double features; ask the platform's operator"),
                FAULT,
            )
            return None
        self.findings.add(topic, message("it is there"), message("features can be pushed"))
        self._differing_values(sent, found[0])
        if axes_exchanged(sent.geometry, found[0].geometry):
            return self._turned(reopen)
        if self.collection.crs is not None:
            self._geometry(sent, found[0])
        return found[0]

    def _differing_values(self, sent: Feature, stored: Feature) -> None:
        """Say which plain values came back otherwise: defaults, triggers, code lists."""
        for name, value in sent.values.items():
            if not same(value, stored.item(name)):
                self.findings.add(
                    message("plain value of {field}", field=name),
                    message("{sent} became {stored}", sent=value, stored=_shown(stored.item(name))),
                    message("the platform fills this field itself; leave it out of what is pushed"),
                    MIND,
                )

    def _turned(self, reopen: Reopen | None) -> Feature | None:
        """Write with the other axis order, now that the usual one is misunderstood."""
        topic = message("axis order of writing")
        stated = self.settings.probe.get("axis_write")
        meant = message("CityCheck now turns them round in writing")
        for order in (axes.YX, axes.XY):
            if reopen is None or order == stated:
                continue
            turned = reopen(replace(self.settings, probe={**self.findings.probe, "axis_write": order}))
            sent = self._feature()
            _first(turned.create, sent)
            found = turned.find([str(sent.key)])
            if len(found) == 1 and same_geometry(sent.geometry or b"", found[0].geometry or b"", 2e-6):
                self.findings.probe["axis_write"] = order
                self.findings.add(topic, message("latitude and longitude are exchanged"), meant, MIND)
                self.collection = turned
                self._geometry(sent, found[0])
                return found[0]
        self.findings.add(
            topic,
            message("latitude and longitude are exchanged"),
            message("do not push geometry before the axis order for writing is set in the connection"),
            FAULT,
        )
        return None

    def _geometry(self, sent: Feature, stored: Feature) -> None:
        if sent.geometry is None:
            return
        topic = message("coordinates")
        if stored.geometry is None:
            self.findings.add(
                topic, message("the geometry is lost"), message("do not push geometry here"), FAULT
            )
            return
        one, other = shapely.from_wkb([sent.geometry, stored.geometry])
        apart = math.inf if other.is_empty else float(shapely.hausdorff_distance(one, other))
        if apart == 0:
            self.findings.probe["distance"] = 0.0
            self.findings.add(topic, message("exact"), message("geometry is kept as it is"))
        elif apart > (1e-4 if _in_degrees(one.bounds) else 1.0):
            self.findings.add(
                topic,
                message("the shape came back {distance:.2g} away", distance=apart),
                message("check the CRS of the collection before you push geometry"),
                FAULT,
            )
        else:
            distance, decimals = rounding_of(apart)
            self.findings.probe["distance"] = distance
            self.findings.seen["decimals"] = decimals
            fine = cause_of(sent.geometry, stored.geometry) is not None
            self.findings.add(
                topic,
                message("rounded to {n} decimals", n=decimals),
                message(
                    "differences up to {distance:.1g} are no edits; unchanged geometry is never sent",
                    distance=distance,
                )
                if fine
                else message(
                    "corners move by up to {distance:.1g}; do not push geometry here", distance=distance
                ),
                MIND if fine else FAULT,
            )

    def _values(self, stored: Feature) -> Feature:
        """Try each value that platforms are known to alter, one update each."""
        for case in _CASES:
            field = self._field(case.kind)
            if field is None:
                continue
            if case.value == "" and not field.nullable:
                continue
            stored = self._try(case.topic, stored, field, case.value)
        text = self._field("text")
        if text is not None and text.nullable:
            stored = self._try(message("null"), stored, text, None)
        if text is not None and text.length and text.length <= _LONGEST:
            stored = self._try(message("longest text"), stored, text, "城" * text.length)
        if text is not None:
            stored = self._try(message("name of the test feature"), stored, text, _plain(text), quietly=True)
        return stored

    def _try(
        self, topic: Message, stored: Feature, field: Field, value: Value, quietly: bool = False
    ) -> Feature:
        """Change one field and see what comes back; return the feature as it is then."""
        after = stored.with_items({field.name: value})
        outcome = _first(self.collection.update, Update(stored, after, frozenset({field.name})))
        found = self._stored(stored.key)
        if len(found) != 1:
            raise RefusedError(
                "After a change of {field} the test feature is there {n} times.",
                field=field.name,
                n=len(found),
            )
        back = found[0].values.get(field.name)
        if not quietly:
            self._judge(topic, field, value, stored.values.get(field.name), back, outcome)
        return found[0]

    def _judge(
        self, topic: Message, field: Field, value: Value, before: Value, back: Value, outcome: Outcome
    ) -> None:
        known = self._tolerated(field, value, back)
        if same(value, back):
            if outcome.state == "rejected":
                result = message("it is stored, although the platform said no")
                meaning = message("CityCheck looks after each write what was really done")
                self.findings.add(topic, result, meaning, MIND)
            else:
                self.findings.add(topic, message("kept"), message("nothing is lost"))
        elif known is not None:
            self.findings.add(
                topic, known, message("such differences are listed once and are no edits"), MIND
            )
        elif outcome.state == "rejected" and same(before, back):
            self.findings.add(
                topic,
                outcome.reason or message("refused"),
                message("such values are told as rejected and stay in the local layer"),
                MIND,
            )
        else:
            # Nobody else has touched the feature: a text that is shorter was cut.
            cause = cause_of(value, back, len(back) if isinstance(back, str) else None)
            self.findings.add(
                topic,
                cause or message("{sent} became {stored}", sent=_shown(value), stored=_shown(back)),
                message("such values are altered without a word; CityCheck lists each of them"),
                FAULT,
            )

    def _tolerated(self, field: Field, value: Value, back: Value) -> Message | None:
        """Note what a comparison has to know of the difference, and return it in words; None where it is none such."""
        probe = self.findings.probe
        if field.type == "datetime":
            return self._tolerated_time(str(value), back)
        if not isinstance(value, str) and value is not None:
            return None
        if value in ("", None) and back in ("", None):
            probe["empty_is_null"] = probe.get("empty_is_null", False) or value != back
            return message("an empty text and null are the same there") if value != back else None
        if not isinstance(value, str) or not isinstance(back, str) or field.type != "text":
            return None
        within = "".join(c for c in value if ord(c) <= 0xFFFF)
        if within != value:
            probe["drops_beyond_bmp"] = back == within
            return message("characters beyond the basic plane are dropped") if back == within else None
        if value.rstrip(" ") != value:
            probe["trims"] = back == value.rstrip()
            return message("spaces at the end are cut") if probe["trims"] else None
        return None

    def _tolerated_time(self, value: str, back: Value) -> Message | None:
        if not isinstance(back, str):
            return None
        try:
            sent = datetime.fromisoformat(value.removesuffix("Z"))
            came = datetime.fromisoformat(back.removesuffix("Z"))
        except ValueError:
            return None
        apart = abs((sent - came).total_seconds())
        probe = self.findings.probe
        if apart >= 60:
            return None
        fraction = back.removesuffix("Z").rpartition(".")[2] if "." in back else ""
        seconds = 0.0 if apart == 0 else 60.0 if apart > 1 else 0.1 ** len(fraction.rstrip("0"))
        probe["seconds"] = seconds if seconds in (0.0, 60.0) else round(seconds, 6)
        probe["drops_zone"] = not back.endswith("Z")
        if probe["drops_zone"] and seconds:
            return message(
                "the time zone is lost, and the time is exact to {n} seconds only", n=probe["seconds"]
            )
        if probe["drops_zone"]:
            return message("the time zone is lost")
        return message("exact to {n} seconds only", n=probe["seconds"]) if seconds else None

    def _partial(self, stored: Feature) -> Feature:
        """Change one field: geometry and the other fields should stay."""
        field = self._field("text") or self._field("integer") or self._field("real")
        if field is None:
            return stored
        values: dict[str, Value] = {"text": f"{NAME} 2", "integer": 2, "real": 2.5}
        changed = values[field.type]
        if field.length and isinstance(changed, str):
            changed = changed[-field.length :]
        before = stored
        stored = self._try(message("one field"), stored, field, changed, quietly=True)
        lost = [
            name
            for name in (*before.values, GEOMETRY)
            if name != field.name and not same(before.item(name), stored.item(name))
        ]
        topic = message("changing one field")
        if GEOMETRY in lost or any(stored.item(name) is None for name in lost):
            self.findings.capability(partial_update=False)
            self.findings.add(
                topic,
                message("{fields} did not stay as they were", fields=lost),
                message("each change sends the whole feature, and what others changed meanwhile may be lost"),
                FAULT,
            )
        elif lost:
            self.findings.add(
                topic,
                message("the platform changes {fields} itself", fields=lost),
                message("leave these fields out of what is pushed"),
                MIND,
            )
        else:
            self.findings.add(
                topic, message("the rest stays"), message("what others change meanwhile is kept")
            )
        return stored

    def _locking(self, stored: Feature) -> None:
        """Change the feature with an old version: a platform that locks refuses."""
        topic = message("protection against others' edits")
        field = self._field("text") or self._field("integer")
        open_window = message(
            "CityCheck reads again just before each write; an edit in the moment between is seen afterwards"
        )
        if stored.version is None or field is None:
            self.findings.capability(locking=False)
            self.findings.add(topic, message("the platform tells no version of a feature"), open_window, MIND)
            return
        value: Value = 3 if field.type == "integer" else NAME[:1]
        old = replace(stored, version=_wrong(stored.version))
        outcome = _first(
            self.collection.update, Update(old, old.with_items({field.name: value}), frozenset({field.name}))
        )
        found = self._stored(stored.key)
        held = len(found) == 1 and same(found[0].item(field.name), stored.item(field.name))
        locks = held and outcome.state == "rejected"
        self.findings.capability(locking=locks)
        if locks:
            self.findings.add(
                topic, message("an old version is refused"), message("nobody's edit is overwritten")
            )
        else:
            self.findings.add(topic, message("an old version is taken all the same"), open_window, MIND)

    def _batch(self) -> None:
        """Send a batch with a value in its middle that does not fit."""
        if self.collection.capabilities.batch < 3:
            return
        topic = message("a fault in the middle of a batch")
        bad = self._feature()
        spoilt = self._spoilt(bad)
        if spoilt is None:
            return
        first, last = self._feature(), self._feature()
        try:
            outcomes = self.collection.create([first, spoilt, last])
        except RefusedError as error:
            outcomes = [Outcome("rejected", reason=error.message)] * 3
        there = [bool(self._stored(f.key)) for f in (first, bad, last)]
        told = [outcome.state for outcome in outcomes]
        if there[1]:
            result = message("a value that does not fit is taken")
            meaning = message("CityCheck looks after each write what was stored")
            self.findings.add(topic, result, meaning, MIND)
            return
        self.findings.capability(atomic=not any(there))
        if not any(there):
            self.findings.add(
                topic,
                message("nothing of the batch is done"),
                message("CityCheck sends it again in halves, down to the one that does not fit"),
            )
        elif [state == "done" for state in told] == there:
            self.findings.add(topic, message("the rest is done, and told so"), message("nothing is lost"))
        else:
            self.findings.add(
                topic,
                message("a part is done, and the answer does not say which"),
                message("CityCheck reads each batch again and sees what was done"),
                MIND,
            )

    def _spoilt(self, feature: Feature) -> Feature | None:
        """Return a feature with a value that does not fit its field; None where the schema has no such field."""
        for kind in ("integer", "real", "date"):
            field = self._field(kind)
            if field is not None:
                return feature.with_items({field.name: f"no {kind}"})
        field = self._field("text")
        if field is not None and field.length and field.length <= _LONGEST:
            return feature.with_items({field.name: "x" * (field.length + 10)})
        return None

    def _deleting(self, stored: Feature) -> None:
        """Delete the feature, delete it again, and change what is not there any more."""
        topic = message("deleting")
        found = self._stored(stored.key)
        outcome = _first(self.collection.delete, found[0]) if found else Outcome("done")
        if self._stored(stored.key):
            self.findings.add(
                topic,
                outcome.reason or message("it is still there afterwards"),
                message("deletions cannot be pushed"),
                FAULT,
            )
            self.findings.capability(delete=False)
            return
        again = _first(self.collection.delete, found[0]) if found else outcome
        if again.state == "done":
            self.findings.add(topic, message("it is gone"), message("deletions can be pushed, and repeated"))
        else:
            self.findings.add(
                topic,
                message("it is gone; deleting it again is an error"),
                message("CityCheck looks whether a feature is gone, whatever the answer says"),
                MIND,
            )
        self._missing(found[0] if found else stored)

    def _missing(self, gone: Feature) -> None:
        if not self.collection.capabilities.update:
            return
        topic = message("changing what is not there any more")
        field = self._field("text")
        if field is None:
            return
        outcome = _first(self.collection.update, Update(gone, gone, frozenset({field.name})))
        if self._stored(gone.key):
            self.findings.add(
                topic,
                message("it is made again"),
                message(
                    "what another has deleted can come back; CityCheck reads again just before each write"
                ),
                MIND,
            )
        elif outcome.state == "done":
            self.findings.add(
                topic,
                message("the platform says that it was done"),
                message("CityCheck looks after each write what was really done"),
                MIND,
            )
        else:
            self.findings.add(topic, message("it is refused"), message("the platform tells the truth"))


def _first(write: Any, item: Any) -> Outcome:
    """Write one item; a refusal of the whole request is its outcome, no answer leaves it open."""
    try:
        return write([item])[0]
    except RefusedError as error:
        return Outcome("rejected", reason=error.message)
    except ExchangeError as error:
        return Outcome("unknown", reason=error.message)


def _plain(field: Field) -> Value:
    value = _PLAIN[field.type]
    return (
        value[: field.length] if isinstance(value, str) and field.type == "text" and field.length else value
    )


def _shown(value: object) -> str:
    text = "null" if value is None else repr(value)
    return text if len(text) <= 60 else f"{text[:57]}..."


def _wrong(version: str) -> str:
    """Return a version of the same kind that the feature never had."""
    if version.startswith(('"', "W/")):
        return '"citycheck-probe"'
    return "0" if version.isdigit() else "Thu, 01 Jan 1970 00:00:00 GMT"


def rounding_of(apart: float) -> tuple[float, int]:
    """Return the tolerance and the decimals of a platform that rounds by `apart`.

    The test shape's coordinates end in fours and sevens: rounding moves them by up to half of the last decimal,
    cutting by more.
    """
    if apart <= 0:
        return 0.0, 15
    decimals = math.floor(-math.log10(apart))
    unit = 10.0**-decimals
    return (0.5 if apart <= 0.5 * unit else 1.0) * unit * 1.001, decimals


def _shape(collection: Collection, read: Reading, area: axes.Box | None) -> bytes | None:
    """Return a small shape of the collection's kind where its features lie, in its CRS."""
    if collection.crs is None or collection.schema.geometry is None:
        return None
    places = positions(read.features)
    x, y = places[0] if places else _middle(collection.crs, area)
    degrees = _in_degrees((x, y))
    # Fours are rounded down and sevens up, and cutting does more to sevens: see `rounding_of`.
    digits, size = (3, 1e-4) if degrees else (0, 10.0)
    x = round(x, digits) + 0.4444444444444444 * size
    y = round(y, digits) + 0.7777777777777777 * size
    kind = _kind(collection.schema.geometry, read)
    if kind.endswith("Point"):
        shape = shapely.Point(x, y)
    elif kind.endswith("LineString"):
        shape = shapely.LineString([(x, y), (x + size, y + size)])
    else:
        shape = shapely.box(x, y, x + size, y + size)
    makers = {
        "MultiPoint": shapely.multipoints,
        "MultiLineString": shapely.multilinestrings,
        "MultiPolygon": shapely.multipolygons,
    }
    return shapely.to_wkb(makers[kind]([shape]) if kind in makers else shape)


def _kind(declared: str, read: Reading) -> str:
    """Return the kind of geometry: the declared one, or that of the first feature where any is declared."""
    blobs = [f.geometry for f in read.features if f.geometry is not None][:1]
    if declared != "Geometry" or not blobs:
        return declared
    return str(shapely.from_wkb(blobs[0]).geom_type)


def _in_degrees(numbers: Sequence[float]) -> bool:
    return all(abs(number) <= 360 for number in numbers)


def _middle(crs: str, area: axes.Box | None) -> tuple[float, float]:
    west, south, east, north = area or (113.0, 22.9, 113.4, 23.1)
    x, y = (west + east) / 2, (south + north) / 2
    if crs.startswith("OGC:"):
        return x, y
    return Transformer.from_crs("OGC:CRS84", crs, always_xy=True).transform(x, y)
