"""Find out what a platform really does with a collection, whatever its documents declare.

`probe` reads, and writes only when it is told to: a test feature that is named as one and removed again. What it finds
goes two ways: into `connections.CollectionSettings.probe`, where adapters and comparison look, and into rows for people.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import fields, replace
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any
from uuid import uuid4

from ..errors import ExchangeError
from ..messages import Message, message
from .adapters import axes
from .adapters.base import Collection, Page
from .connections import CollectionSettings
from .features import GEOMETRY, Feature
from .fidelity import Tolerance
from .findings import FAULT, FINE, MIND, Findings, Reading, positions
from .network import Http
from .probe_writing import Reopen, probe_writing

#: Seconds that two clocks may differ without a word.
_CLOCK = 60.0


def unprobed(settings: CollectionSettings) -> CollectionSettings:
    """Return settings without what an earlier probe has found; what only a person states is kept."""
    found = {f.name for f in fields(Tolerance)} | {"capabilities", "find", "seen", "axis_read", "axis_write"}
    return replace(
        settings, probe={name: value for name, value in settings.probe.items() if name not in found}
    )


def probe(
    collection: Collection,
    http: Http | None = None,
    settings: CollectionSettings | None = None,
    *,
    write: bool = False,
    area: axes.Box | None = None,
    most: int = 20_000,
    reopen: Reopen | None = None,
    progress: Callable[[float], None] = lambda share: None,
) -> Findings:
    """Find out what a platform does with a collection.

    Parameters
    ----------
    collection : opened with settings that hold no earlier findings, see `unprobed`
    http : for the platform's clock; None: it is not looked at
    settings : those that the collection was opened with
    write : make, change and delete a test feature
    area : where the project lies, longitude and latitude; None: China
    most : features to read; a larger collection is read in part
    reopen : opens the collection with other settings, to try another axis order for writing
    progress : takes the share that is done, 0 to 1

    Raises
    ------
    CancelledError : the user stopped the run; the sentence says whether a test feature is left on the platform.
    """
    settings = settings or CollectionSettings()
    findings = Findings(dict(settings.probe))
    findings.probe["seen"] = {"at": datetime.now(UTC).isoformat(timespec="seconds"), "written": False}
    _declared(collection, findings)
    read = _read(collection, findings, most)
    if http is not None:
        _clock(http, findings)
    progress(0.4)
    _axes(collection, read, findings, settings, area)
    _again(collection, read, findings)
    progress(0.5)
    _find(collection, read, findings)
    progress(0.6)
    if write:
        probe_writing(collection, read, findings, settings, area, reopen)
    progress(1.0)
    return findings


def _declared(collection: Collection, findings: Findings) -> None:
    able = collection.capabilities
    writes = [
        word
        for word, has in (
            (message("create"), able.create),
            (message("update"), able.update),
            (message("delete"), able.delete),
        )
        if has
    ]
    findings.add(
        message("declared writes"),
        message("{writes}", writes=writes) if writes else message("none"),
        message("this is what the platform offers; only a write test shows what it does")
        if writes
        else message("the collection can only be pulled"),
        FINE if writes else MIND,
    )
    if collection.key_field is None:
        findings.add(
            message("key"),
            message("no field is named that holds the key"),
            message(
                "the collection can only be pulled; name the field of the key in the connection's settings"
            ),
            MIND,
        )
    if not collection.schema.fields:
        findings.add(
            message("fields"),
            message("the platform tells of no fields"),
            message("nothing can be pushed before the collection has fields; ask the platform's operator"),
            FAULT,
        )
    else:
        findings.add(
            message("fields"),
            message(
                "{n} fields, geometry {geometry}",
                n=len(collection.schema.fields),
                geometry=collection.schema.geometry or message("none"),
            ),
            message("coordinates are in {crs}", crs=collection.crs)
            if collection.crs
            else message("a table without geometry"),
        )


def _clock(http: Http, findings: Findings) -> None:
    """Compare the platform's clock with this machine's, by the Date of the last answer."""
    try:
        text, here = http.dated or ("", 0.0)
        # The date is told in whole seconds.
        ahead = parsedate_to_datetime(text).timestamp() + 0.5 - here
    except (ValueError, TypeError):
        findings.add(
            message("clock"),
            message("the platform does not tell its time"),
            message("times of edits cannot be compared with this machine's"),
            MIND,
        )
        return
    findings.seen["clock_seconds"] = round(ahead)
    if abs(ahead) <= _CLOCK:
        findings.add(message("clock"), message("right"), message("times of edits can be compared"))
    else:
        findings.add(
            message("clock"),
            message("{n} seconds ahead of this machine's", n=round(ahead)),
            message("CityCheck compares contents, never times; correct the clock that is wrong all the same"),
            MIND,
        )


def _read(collection: Collection, findings: Findings, most: int) -> Reading:
    features: list[Feature] = []
    sizes: list[int] = []
    page, error = Page([]), None
    try:
        for page in collection.pages():
            features += page.features
            sizes.append(len(page.features))
            if len(features) >= most and not page.last:
                break
    except ExchangeError as broken:
        error = broken
    more = error is None and not page.last and len(features) >= most
    whole = error is None and page.last
    seen = findings.seen
    seen.update(features=len(features), complete=whole, page=max(sizes, default=0))
    if page.matched is not None:
        seen["matched"] = page.matched
    _paging(findings, whole, more, sizes, error)
    if whole:
        _counted(findings, len(features), page.matched)
    _doubles(collection, findings, features)
    return Reading(features, whole)


def _paging(
    findings: Findings, whole: bool, more: bool, sizes: Sequence[int], error: ExchangeError | None
) -> None:
    topic = message("reading")
    values = {"n": sum(sizes), "pages": len(sizes), "size": max(sizes, default=0)}
    if whole:
        findings.add(
            topic,
            message("{n} features in {pages} pages of up to {size}, to the end", **values),
            message("what is missing in a reading is missing on the platform"),
        )
    elif more:
        findings.add(
            topic,
            message("the first {n} features in {pages} pages of up to {size}", **values),
            message("the collection is larger than what a probe reads"),
        )
    else:
        findings.add(
            topic,
            error.message
            if error
            else message("it ended after {n} features without saying that these are all", **values),
            message(
                "nothing can be told of features that were not read: no deletion is taken over from the platform"
            ),
            FAULT,
        )


def _counted(findings: Findings, read: int, matched: int | None) -> None:
    topic = message("number of features")
    if matched is None:
        findings.add(topic, message("not told"), message("CityCheck counts what it reads"))
    elif matched == read:
        findings.add(topic, message("{n}, as read", n=read), message("the number is right"))
    else:
        findings.add(
            topic,
            message("{said} are told, {read} were read", said=matched, read=read),
            message("the number of the platform is not to be trusted; CityCheck counts what it reads"),
            MIND,
        )


def _doubles(collection: Collection, findings: Findings, features: Sequence[Feature]) -> None:
    ids = Counter(f.server_id for f in features if f.server_id is not None)
    repeated = sum(n - 1 for n in ids.values())
    if repeated:
        findings.add(
            message("pages"),
            message("{n} features came more than once", n=repeated),
            message(
                "pages overlap, so features may also be missing; ask the operator to sort the collection by its id"
            ),
            FAULT,
        )
    if collection.key_field is None:
        return
    keys = Counter(f.key for f in {f.server_id or id(f): f for f in features}.values() if f.key is not None)
    doubled = sum(n > 1 for n in keys.values())
    without = sum(f.key is None for f in features)
    findings.seen.update(doubled=doubled, without_key=without)
    topic = message("keys")
    if doubled or without:
        findings.add(
            topic,
            message(
                "{doubled} keys come more than once, {without} features have none",
                doubled=doubled,
                without=without,
            ),
            message(
                "these features are held back in an exchange; give each a key of its own on the platform"
            ),
            FAULT,
        )
    elif keys:
        findings.add(topic, message("each feature has its own"), message("features can be told apart"))


def _axes(
    collection: Collection,
    read: Reading,
    findings: Findings,
    settings: CollectionSettings,
    area: axes.Box | None,
) -> None:
    if collection.crs is None:
        return
    topic = message("axis order of reading")
    places = positions(read.features)
    if not places:
        findings.add(
            topic, message("no feature shows it"), message("probe again when there are features"), MIND
        )
        return
    found = axes.decide(places, collection.crs, area)
    if found == axes.XY:
        findings.add(topic, message("as it should be"), message("features lie where they belong"))
    elif found == axes.YX:
        findings.probe["axis_read"] = opposite(settings.probe.get("axis_read"))
        findings.add(
            topic,
            message("latitude and longitude are exchanged"),
            message("CityCheck now turns them round in reading"),
            MIND,
        )
    else:
        findings.add(
            topic,
            message("the features lie neither here nor, exchanged, where they should"),
            message("check the CRS of the collection and the area of the project"),
            FAULT,
        )


def opposite(order: Any) -> str:
    """Return the other axis order; that of nothing stated is ``yx``."""
    return axes.XY if order == axes.YX else axes.YX


def _again(collection: Collection, read: Reading, findings: Findings) -> None:
    """Read the beginning a second time: ids, values and their order should be the same."""
    if not read.features:
        return
    topic = message("reading twice")
    pages = collection.pages()
    try:
        second = next(iter(pages), Page([])).features
    except ExchangeError as error:
        findings.add(
            topic, error.message, message("the platform does not answer reliably; probe again"), FAULT
        )
        return
    name = "key" if collection.key_field is not None else "server_id"
    first = {getattr(f, name): f for f in read.features if getattr(f, name) is not None}
    both = [(first[getattr(f, name)], f) for f in second if getattr(f, name) in first]
    if name == "key":
        moved = sum(one.server_id != other.server_id for one, other in both)
        findings.seen["ids_stable"] = not moved
        if moved:
            findings.add(
                topic,
                message("{n} of {of} features had another id the second time", n=moved, of=len(both)),
                message("the platform renumbers; CityCheck asks for the id again before each write"),
                MIND,
            )
    changing = _changing(both)
    if changing:
        findings.add(
            topic,
            message("the values of {fields} changed without an edit", fields=changing),
            message("they would count as edits each time; leave these fields out of the exchange"),
            FAULT,
        )
    in_order = [f.server_id for f in second] == [f.server_id for f in read.features[: len(second)]]
    if not in_order:
        findings.add(
            topic,
            message("the features came in another order"),
            message(
                "a collection that changes while it is read may come incompletely; CityCheck counts and compares"
            ),
            MIND,
        )
    elif not changing and findings.seen.get("ids_stable", True):
        findings.add(topic, message("the same"), message("ids and values are stable"))


def _changing(both: Sequence[tuple[Feature, Feature]]) -> list[str]:
    """Return the items that differ between two readings of the same features."""
    found: dict[str, None] = {}
    for one, other in both:
        if one.digest() != other.digest():
            names = [*one.values, *other.values, GEOMETRY]
            found.update((name, None) for name in names if one.item(name) != other.item(name))
    return list(found)


def _find(collection: Collection, read: Reading, findings: Findings) -> None:
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
    batch, asked = _batch(collection, keys)
    declared = collection.capabilities.find_batch
    if batch < min(declared, len(keys)):
        findings.capability(find_batch=batch)
        findings.add(
            topic,
            message("at most {n} keys at a time, {declared} were expected", n=batch, declared=declared),
            message("CityCheck asks for fewer at a time"),
            MIND,
        )
    else:
        findings.add(
            topic,
            message("{n} keys at a time", n=batch),
            message("features are read again before each write"),
        )
    differing = _changing([(known[f.key], f) for f in asked if f.key in known])
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


def _batch(collection: Collection, keys: Sequence[str]) -> tuple[int, list[Feature]]:
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
