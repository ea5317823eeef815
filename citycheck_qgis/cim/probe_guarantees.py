"""What a platform guarantees in a write test: protection of others' edits, whole batches, deletions."""

from __future__ import annotations

from dataclasses import replace

from ..errors import RefusedError
from ..messages import message
from .adapters.base import Outcome, Update
from .features import Feature, Value
from .fidelity import same
from .probe_findings import FAULT, MIND
from .probe_trial import NAME, Trial, write_one
from .probe_values import LONGEST


def try_old_version(trial: Trial, stored: Feature) -> None:
    """Change the feature with an old version: a platform that locks refuses."""
    topic = message("protection against others' edits")
    field = trial.field("text") or trial.field("integer")
    open_window = message(
        "CityCheck reads again just before each write; an edit in the moment between is seen afterwards"
    )
    if stored.version is None or field is None:
        trial.findings.capability(locking=False)
        trial.findings.add(topic, message("the platform tells no version of a feature"), open_window, MIND)
        return
    value: Value = 3 if field.type == "integer" else NAME[:1]
    old = replace(stored, version=_wrong(stored.version))
    outcome = write_one(
        trial.collection.update, Update(old, old.with_items({field.name: value}), frozenset({field.name}))
    )
    found = trial.stored(stored.key)
    held = len(found) == 1 and same(found[0].item(field.name), stored.item(field.name))
    locks = held and outcome.state == "rejected"
    trial.findings.capability(locking=locks)
    if locks:
        trial.findings.add(
            topic, message("an old version is refused"), message("nobody's edit is overwritten")
        )
    else:
        trial.findings.add(topic, message("an old version is taken all the same"), open_window, MIND)


def _wrong(version: str) -> str:
    """Return a version of the same kind that the feature never had."""
    if version.startswith(('"', "W/")):
        return '"citycheck-probe"'
    return "0" if version.isdigit() else "Thu, 01 Jan 1970 00:00:00 GMT"


def spoil_a_batch(trial: Trial) -> None:
    """Send a batch with a value in its middle that does not fit."""
    if trial.collection.capabilities.batch < 3:
        return
    topic = message("a fault in the middle of a batch")
    bad = trial.feature()
    spoilt = _spoilt(trial, bad)
    if spoilt is None:
        return
    first, last = trial.feature(), trial.feature()
    try:
        outcomes = trial.collection.create([first, spoilt, last])
    except RefusedError as error:
        outcomes = [Outcome("rejected", reason=error.message)] * 3
    there = [bool(trial.stored(f.key)) for f in (first, bad, last)]
    told = [outcome.state for outcome in outcomes]
    if there[1]:
        result = message("a value that does not fit is taken")
        meaning = message("CityCheck looks after each write what was stored")
        trial.findings.add(topic, result, meaning, MIND)
        return
    trial.findings.capability(atomic=not any(there))
    if not any(there):
        trial.findings.add(
            topic,
            message("nothing of the batch is done"),
            message("CityCheck sends it again in halves, down to the one that does not fit"),
        )
    elif [state == "done" for state in told] == there:
        trial.findings.add(topic, message("the rest is done, and told so"), message("nothing is lost"))
    else:
        trial.findings.add(
            topic,
            message("a part is done, and the answer does not say which"),
            message("CityCheck reads each batch again and sees what was done"),
            MIND,
        )


def _spoilt(trial: Trial, feature: Feature) -> Feature | None:
    """Return a feature with a value that does not fit its field; None where the schema has no such field."""
    for kind in ("integer", "real", "date"):
        field = trial.field(kind)
        if field is not None:
            return feature.with_items({field.name: f"no {kind}"})
    field = trial.field("text")
    if field is not None and field.length and field.length <= LONGEST:
        return feature.with_items({field.name: "x" * (field.length + 10)})
    return None


def delete(trial: Trial, stored: Feature) -> None:
    """Delete the feature, delete it again, and change what is not there any more."""
    topic = message("deleting")
    found = trial.stored(stored.key)
    outcome = write_one(trial.collection.delete, found[0]) if found else Outcome("done")
    if trial.stored(stored.key):
        trial.findings.add(
            topic,
            outcome.reason or message("it is still there afterwards"),
            message("deletions cannot be pushed"),
            FAULT,
        )
        trial.findings.capability(delete=False)
        return
    again = write_one(trial.collection.delete, found[0]) if found else outcome
    if again.state == "done":
        trial.findings.add(topic, message("it is gone"), message("deletions can be pushed, and repeated"))
    else:
        trial.findings.add(
            topic,
            message("it is gone; deleting it again is an error"),
            message("CityCheck looks whether a feature is gone, whatever the answer says"),
            MIND,
        )
    _missing(trial, found[0] if found else stored)


def _missing(trial: Trial, gone: Feature) -> None:
    if not trial.collection.capabilities.update:
        return
    topic = message("changing what is not there any more")
    field = trial.field("text")
    if field is None:
        return
    outcome = write_one(trial.collection.update, Update(gone, gone, frozenset({field.name})))
    if trial.stored(gone.key):
        trial.findings.add(
            topic,
            message("it is made again"),
            message("what another has deleted can come back; CityCheck reads again just before each write"),
            MIND,
        )
    elif outcome.state == "done":
        trial.findings.add(
            topic,
            message("the platform says that it was done"),
            message("CityCheck looks after each write what was really done"),
            MIND,
        )
    else:
        trial.findings.add(topic, message("it is refused"), message("the platform tells the truth"))
