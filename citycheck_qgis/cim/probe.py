"""Find out what a platform really does with a collection, whatever its documents declare.

`probe` reads, and writes only when it is told to: a test feature that is named as one and removed again. What it finds
goes two ways: into `connections.CollectionSettings.probe`, where adapters and comparison look, and into rows for people.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields, replace
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from ..messages import message, word
from .adapters import axes
from .adapters.base import Collection
from .connections import CollectionSettings
from .fidelity import Tolerance
from .network import Http
from .probe_findings import FAULT, FINE, MIND, Findings
from .probe_queries import ask_by_key
from .probe_reading import look_at_axes, read_all, read_twice
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
    read = read_all(collection, findings, most)
    if http is not None:
        _clock(http, findings)
    progress(0.4)
    look_at_axes(collection, read, findings, settings, area)
    read_twice(collection, read, findings)
    progress(0.5)
    ask_by_key(collection, read, findings)
    progress(0.6)
    if write:
        probe_writing(collection, read, findings, settings, area, reopen)
    progress(1.0)
    return findings


def _declared(collection: Collection, findings: Findings) -> None:
    able = collection.capabilities
    writes = [
        write
        for write, has in (
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
                "fields: {n}, geometry: {geometry}",
                n=len(collection.schema.fields),
                geometry=word(collection.schema.geometry) if collection.schema.geometry else message("none"),
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
