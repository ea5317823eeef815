"""The values of a write test: what comes back of what platforms are known to alter."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from ..errors import RefusedError
from ..messages import Message, message
from .adapters.base import Outcome, Update
from .features import GEOMETRY, Feature, Field, Value
from .fidelity import cause_of, same
from .probe_findings import FAULT, MIND
from .probe_trial import NAME, Trial, plain, shown, write_one

#: Longest text that is sent to see whether it fits.
LONGEST = 4000
_MOMENT = "2024-02-29T12:34:56.987654Z"


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


def try_values(trial: Trial, stored: Feature) -> Feature:
    """Try each value that platforms are known to alter, one update each."""
    for case in _CASES:
        field = trial.field(case.kind)
        if field is None:
            continue
        if case.value == "" and not field.nullable:
            continue
        stored = _try(trial, case.topic, stored, field, case.value)
    text = trial.field("text")
    if text is not None and text.nullable:
        stored = _try(trial, message("null in a text field"), stored, text, None)
    if text is not None and text.length and text.length <= LONGEST:
        stored = _try(trial, message("longest text"), stored, text, "城" * text.length)
    if text is not None:
        stored = _try(trial, message("name of the test feature"), stored, text, plain(text), quietly=True)
    return stored


def change_one_field(trial: Trial, stored: Feature) -> Feature:
    """Change one field: geometry and the other fields should stay."""
    field = trial.field("text") or trial.field("integer") or trial.field("real")
    if field is None:
        return stored
    values: dict[str, Value] = {"text": f"{NAME} 2", "integer": 2, "real": 2.5}
    changed = values[field.type]
    if field.length and isinstance(changed, str):
        changed = changed[-field.length :]
    before = stored
    stored = _try(trial, message("one field"), stored, field, changed, quietly=True)
    lost = [
        name
        for name in (*before.values, GEOMETRY)
        if name != field.name and not same(before.item(name), stored.item(name))
    ]
    topic = message("changing one field")
    if GEOMETRY in lost or any(stored.item(name) is None for name in lost):
        trial.findings.capability(partial_update=False)
        trial.findings.add(
            topic,
            message("{fields} did not stay as they were", fields=lost),
            message("each change sends the whole feature, and what others changed meanwhile may be lost"),
            FAULT,
        )
    elif lost:
        trial.findings.add(
            topic,
            message("the platform changes {fields} itself", fields=lost),
            message("leave these fields out of what is pushed"),
            MIND,
        )
    else:
        trial.findings.add(topic, message("the rest stays"), message("what others change meanwhile is kept"))
    return stored


def _try(
    trial: Trial, topic: Message, stored: Feature, field: Field, value: Value, quietly: bool = False
) -> Feature:
    """Change one field and see what comes back; return the feature as it is then."""
    after = stored.with_items({field.name: value})
    outcome = write_one(trial.collection.update, Update(stored, after, frozenset({field.name})))
    found = trial.stored(stored.key)
    if len(found) != 1:
        raise RefusedError(
            "After a change of {field} the test feature is there {n} times.",
            field=field.name,
            n=len(found),
        )
    back = found[0].values.get(field.name)
    if not quietly:
        _judge(trial, topic, field, value, stored.values.get(field.name), back, outcome)
    return found[0]


def _judge(
    trial: Trial, topic: Message, field: Field, value: Value, before: Value, back: Value, outcome: Outcome
) -> None:
    known = _tolerated(trial, field, value, back)
    if same(value, back):
        if outcome.state == "rejected":
            result = message("it is stored, although the platform said no")
            meaning = message("CityCheck looks after each write what was really done")
            trial.findings.add(topic, result, meaning, MIND)
        else:
            trial.findings.add(topic, message("kept"), message("nothing is lost"))
    elif known is not None:
        trial.findings.add(topic, known, message("such differences are listed once and are no edits"), MIND)
    elif outcome.state == "rejected" and same(before, back):
        trial.findings.add(
            topic,
            outcome.reason or message("refused by the platform"),
            message("such values are told as rejected and stay in the local layer"),
            MIND,
        )
    else:
        # Nobody else has touched the feature: a text that is shorter was cut.
        cause = cause_of(value, back, len(back) if isinstance(back, str) else None)
        trial.findings.add(
            topic,
            cause or message("{sent} became {stored}", sent=shown(value), stored=shown(back)),
            message("such values are altered without a word; CityCheck lists each of them"),
            FAULT,
        )


def _tolerated(trial: Trial, field: Field, value: Value, back: Value) -> Message | None:
    """Note what a comparison has to know of the difference, and return it in words; None where it is none such."""
    probe = trial.findings.probe
    if field.type == "datetime":
        return _tolerated_time(trial, str(value), back)
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


def _tolerated_time(trial: Trial, value: str, back: Value) -> Message | None:
    if not isinstance(back, str):
        return None
    try:
        sent = datetime.fromisoformat(value.removesuffix("Z"))
        came = datetime.fromisoformat(back.removesuffix("Z"))
    except ValueError:
        return None
    apart = abs((sent - came).total_seconds())
    probe = trial.findings.probe
    if apart >= 60:
        return None
    fraction = back.removesuffix("Z").rpartition(".")[2] if "." in back else ""
    seconds = 0.0 if apart == 0 else 60.0 if apart > 1 else 0.1 ** len(fraction.rstrip("0"))
    probe["seconds"] = seconds if seconds in (0.0, 60.0) else round(seconds, 6)
    probe["drops_zone"] = not back.endswith("Z")
    if probe["drops_zone"] and seconds:
        return message("the time zone is lost, and the time is exact to {n} seconds only", n=probe["seconds"])
    if probe["drops_zone"]:
        return message("the time zone is lost")
    return message("exact to {n} seconds only", n=probe["seconds"]) if seconds else None
