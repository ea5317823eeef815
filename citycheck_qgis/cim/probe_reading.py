"""The reading part of a probe: whether pages, counts, keys, values and positions can be relied on."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from ..errors import ExchangeError
from ..messages import message
from .adapters import axes
from .adapters.base import Collection, Page
from .connections import CollectionSettings
from .features import GEOMETRY, Feature
from .probe_findings import FAULT, MIND, Findings, Reading, positions


def read_all(collection: Collection, findings: Findings, most: int) -> Reading:
    """Read a collection from its beginning: does it end, is its number right, does anything come twice?"""
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
            message("features: {n}, pages: {pages}, largest page: {size}, to the end", **values),
            message("what is missing in a reading is missing on the platform"),
        )
    elif more:
        findings.add(
            topic,
            message("only the first features: {n}, pages: {pages}, largest page: {size}", **values),
            message("the collection is larger than what a probe reads"),
        )
    else:
        findings.add(
            topic,
            error.message
            if error
            else message("it ended without saying that these are all (features: {n})", **values),
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
            message("features that came more than once: {n}", n=repeated),
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
                "keys that come more than once: {doubled}, features without a key: {without}",
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


def look_at_axes(
    collection: Collection,
    read: Reading,
    findings: Findings,
    settings: CollectionSettings,
    area: axes.Box | None,
) -> None:
    """See whether the features lie where they should, or do so with exchanged axes."""
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
        findings.probe["axis_read"] = axes.XY if settings.probe.get("axis_read") == axes.YX else axes.YX
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


def read_twice(collection: Collection, read: Reading, findings: Findings) -> None:
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
    differing = changing(both)
    if differing:
        findings.add(
            topic,
            message("the values of {fields} changed without an edit", fields=differing),
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
    elif not differing and findings.seen.get("ids_stable", True):
        findings.add(topic, message("the same"), message("ids and values are stable"))


def changing(both: Sequence[tuple[Feature, Feature]]) -> list[str]:
    """Return the items that differ between two readings of the same features."""
    found: dict[str, None] = {}
    for one, other in both:
        if one.digest() != other.digest():
            names = [*one.values, *other.values, GEOMETRY]
            found.update((name, None) for name in names if one.item(name) != other.item(name))
    return list(found)
