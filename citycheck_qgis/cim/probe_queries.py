"""The part of a probe that asks for features by key, on which each write relies."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from uuid import uuid4

from ..errors import ExchangeError
from ..messages import Message, message
from .adapters.base import Collection
from .features import Feature
from .probe_findings import FAULT, MIND, Findings, Reading
from .probe_reading import changing


def ask_by_key(collection: Collection, read: Reading, findings: Findings) -> None:
    """Ask for features by key: one, nobody's, and as many at once as the platform takes."""
    if collection.key_field is None:
        return
    topic = message("query by key")
    if collection.capabilities.find_batch == 0:
        findings.add(
            topic,
            message("there is none"),
            message("before each batch of writes the whole collection is read; this is slow for large ones"),
            MIND,
        )
        return
    counts = Counter(f.key for f in read.features)
    known = {f.key: f for f in read.features if f.key is not None and counts[f.key] == 1}
    if not known:
        findings.add(
            topic, message("no feature shows it"), message("probe again when there are features"), MIND
        )
        return
    keys = list(known)
    try:
        nobody = collection.find([str(uuid4())])
        right = not nobody and {f.key for f in collection.find(keys[:1])} == set(keys[:1])
    except ExchangeError as error:
        _no_query(findings, topic, error.message)
        return
    if not right:
        _no_query(findings, topic, message("it finds other features than it was asked for"))
        return
    batch, asked = _largest_query(collection, keys)
    declared = collection.capabilities.find_batch
    if batch < min(declared, len(keys)):
        findings.capability(find_batch=batch)
        findings.add(
            topic,
            message("keys at a time: {n} at most, {declared} were expected", n=batch, declared=declared),
            message("CityCheck asks for fewer at a time"),
            MIND,
        )
    else:
        findings.add(
            topic,
            message("keys at a time: {n}", n=batch),
            message("features are read again before each write"),
        )
    differing = changing([(known[f.key], f) for f in asked if f.key in known])
    if differing:
        findings.add(
            topic,
            message("the values of {fields} differ from those of a page", fields=differing),
            message(
                "the platform tells the same feature in two ways; leave these fields out of the exchange"
            ),
            FAULT,
        )


def _no_query(findings: Findings, topic: Message, result: Message) -> None:
    findings.probe["find"] = "scan"
    findings.capability(find_batch=0)
    findings.add(
        topic,
        result,
        message(
            "CityCheck reads the whole collection before each batch of writes instead; this is slow for large ones"
        ),
        FAULT,
    )


def _largest_query(collection: Collection, keys: Sequence[str]) -> tuple[int, list[Feature]]:
    """Return how many keys one query takes, at most what is declared, and what the largest one found."""
    size = min(collection.capabilities.find_batch, len(keys))
    while size > 1:
        try:
            found = collection.find(keys[:size])
        except ExchangeError:
            found = []
        if {f.key for f in found} == set(keys[:size]):
            return size, found
        size //= 2
    return 1, collection.find(keys[:1])
