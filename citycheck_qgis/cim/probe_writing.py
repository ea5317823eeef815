"""The write test of a probe: make a feature, change it, see what comes back, delete it."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import replace

import shapely

from ..errors import CancelledError, ExchangeError
from ..messages import message, word
from .adapters import axes
from .adapters.base import Collection
from .connections import CollectionSettings
from .features import Feature
from .fidelity import axes_exchanged, cause_of, same, same_geometry
from .probe_findings import FAULT, MIND, Findings, Reading
from .probe_guarantees import delete, spoil_a_batch, try_old_version
from .probe_trial import NAME, Trial, in_degrees, shapes_for, shown, write_one
from .probe_values import change_one_field, try_values

Reopen = Callable[[CollectionSettings], Collection]


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
    shapes = shapes_for(collection, read, area)
    trial = Trial(collection, findings, settings, next(iter(shapes.values())), read.features[:100])
    findings.seen["written"] = True
    try:
        _run(trial, shapes, reopen)
    except CancelledError:
        _clean_up(trial)
        if findings.left_behind:
            raise CancelledError(
                "The run was stopped; test features are left on the platform (keys {keys}): delete them there.",
                keys=findings.left_behind,
            ) from None
        raise
    except ExchangeError as error:
        findings.add(topic, error.message, message("the write test ended here"), FAULT)
    _clean_up(trial)


def _clean_up(trial: Trial) -> None:
    """Remove what the test has made, and say what could not be removed."""
    for key in trial.keys:
        try:
            found = trial.collection.find([key])
            if found:
                trial.collection.delete(found)
                found = trial.collection.find([key])
        except (ExchangeError, CancelledError):
            found = [Feature(key)]
        if found:
            trial.findings.left_behind.append(key)
    if trial.findings.left_behind:
        trial.findings.add(
            message("test feature"),
            message("could not be removed (keys {keys})", keys=trial.findings.left_behind),
            message("delete it on the platform; it is named {name}", name=NAME),
            FAULT,
        )
    else:
        trial.findings.add(
            message("test feature"),
            message("removed"),
            message("nothing of the test is left on the platform"),
        )


def _run(trial: Trial, shapes: Mapping[str, bytes | None], reopen: Reopen | None) -> None:
    """Do all parts of the test, as far as the platform lets it."""
    stored = _made(trial, shapes, reopen)
    if stored is None:
        return
    if trial.collection.capabilities.update:
        stored = change_one_field(trial, stored)
        stored = try_values(trial, stored)
        try_old_version(trial, stored)
    else:
        trial.findings.add(
            message("values that come back"),
            message("not tried: the platform does not change features"),
            message("what it does to values is seen when the first features are pushed"),
            MIND,
        )
    spoil_a_batch(trial)
    delete(trial, stored)


def _made(trial: Trial, shapes: Mapping[str, bytes | None], reopen: Reopen | None) -> Feature | None:
    """Make the feature, and see whether it is there, once, at its place."""
    topic = message("making a feature")
    reasons = []
    taken = ""
    for kind, trial.shape in shapes.items():
        sent = trial.feature()
        outcome = write_one(trial.collection.create, sent)
        found = trial.stored(sent.key)
        if found:
            taken = kind
            break
        reasons.append(outcome.reason or message("it is not there afterwards"))
    if not found:
        trial.findings.add(
            topic,
            reasons[0],
            message("features cannot be made here as they are; see what the platform says"),
            FAULT,
        )
        return None
    if len(found) > 1:
        trial.findings.add(
            topic,
            message("it is there {n} times", n=len(found)),
            message("each push would double features; ask the platform's operator"),
            FAULT,
        )
        return None
    trial.findings.add(topic, message("it is there"), message("features can be pushed"))
    if reasons:
        trial.findings.seen["geometry"] = taken
        trial.findings.add(
            message("kind of geometry"),
            message("not told; the platform takes {kind}", kind=word(taken)),
            message("features with another kind of geometry may be rejected"),
            MIND,
        )
    _differing_values(trial, sent, found[0])
    if axes_exchanged(sent.geometry, found[0].geometry):
        return _turned(trial, reopen)
    if trial.collection.crs is not None:
        _geometry(trial, sent, found[0])
    return found[0]


def _differing_values(trial: Trial, sent: Feature, stored: Feature) -> None:
    """Say which plain values came back otherwise: defaults, triggers, code lists."""
    for name, value in sent.values.items():
        if not same(value, stored.item(name)):
            trial.findings.add(
                message("plain value of {field}", field=name),
                message("{sent} became {stored}", sent=value, stored=shown(stored.item(name))),
                message("the platform fills this field itself; leave it out of what is pushed"),
                MIND,
            )


def _turned(trial: Trial, reopen: Reopen | None) -> Feature | None:
    """Write with the other axis order, now that the usual one is misunderstood."""
    topic = message("axis order of writing")
    stated = trial.settings.probe.get("axis_write")
    meant = message("CityCheck now turns them round in writing")
    for order in (axes.YX, axes.XY):
        if reopen is None or order == stated:
            continue
        turned = reopen(replace(trial.settings, probe={**trial.findings.probe, "axis_write": order}))
        sent = trial.feature()
        write_one(turned.create, sent)
        found = turned.find([str(sent.key)])
        if len(found) == 1 and same_geometry(sent.geometry or b"", found[0].geometry or b"", 2e-6):
            trial.findings.probe["axis_write"] = order
            trial.findings.add(topic, message("latitude and longitude are exchanged"), meant, MIND)
            trial.collection = turned
            _geometry(trial, sent, found[0])
            return found[0]
    trial.findings.add(
        topic,
        message("latitude and longitude are exchanged"),
        message("do not push geometry before the axis order for writing is set in the connection"),
        FAULT,
    )
    return None


def _geometry(trial: Trial, sent: Feature, stored: Feature) -> None:
    if sent.geometry is None:
        return
    topic = message("coordinates")
    if stored.geometry is None:
        trial.findings.add(
            topic, message("the geometry is lost"), message("do not push geometry here"), FAULT
        )
        return
    one, other = shapely.from_wkb([sent.geometry, stored.geometry])
    apart = math.inf if other.is_empty else float(shapely.hausdorff_distance(one, other))
    if apart == 0:
        trial.findings.probe["distance"] = 0.0
        trial.findings.add(topic, message("exact"), message("geometry is kept as it is"))
    elif apart > (1e-4 if in_degrees(one.bounds) else 1.0):
        trial.findings.add(
            topic,
            message("the shape came back {distance:.2g} away", distance=apart),
            message("check the CRS of the collection before you push geometry"),
            FAULT,
        )
    else:
        distance, decimals = rounding_of(apart)
        trial.findings.probe["distance"] = distance
        trial.findings.seen["decimals"] = decimals
        fine = cause_of(sent.geometry, stored.geometry) is not None
        trial.findings.add(
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
