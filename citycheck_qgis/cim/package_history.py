"""What was exchanged with a partner by packages: which state of a feature both sides have seen.

A package names, by its hash, the state of each feature that its sender took from us last. Where that is what we sent in
our last package, it is what both sides last had in common; where it is not, the last agreement of the journal stands,
or there is none and what differs is a conflict.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from itertools import islice

from ..errors import InputError
from .adapters.base import Collection
from .features import Feature
from .local import LocalLayer
from .merge import Base
from .store import Store

_BATCH = 500
#: The newest package of a partner for a layer; `whole`: nothing of it was left for another run.
_TABLE = (
    "CREATE TABLE IF NOT EXISTS package (link_id INTEGER PRIMARY KEY, created TEXT NOT NULL, run_id TEXT NOT NULL, "
    "whole INTEGER NOT NULL)"
)


class History:
    """The history of one layer with one partner, in the journal of the layer.

    Attributes
    ----------
    link_id : of the agreements; what was sent has a link of its own beside it
    """

    def __init__(self, store: Store, partner: str, layer: str) -> None:
        self._store = store
        # Not by the collection's name in a package: each side may call it as it likes.
        self.link_id = store.link("package", partner, layer)
        self._sent = store.link("package sent", partner, layer)
        self._partner = partner
        with store.transaction():
            store.connection.execute(_TABLE)

    def check_newer(self, created: str, run_id: str) -> None:
        """Check that a package is not older than the newest one, and not that one again.

        An older one would bring back, as its sender's newest edits, what was edited since. One of which something was
        left to do may come again.

        Parameters
        ----------
        created, run_id : as the package says

        Raises
        ------
        InputError : it is older, or was taken over already.
        """
        newest = self._store.connection.execute(
            "SELECT created, run_id, whole FROM package WHERE link_id = ?", (self.link_id,)
        ).fetchone()
        if newest is None:
            return
        if run_id == newest[1]:
            if newest[2]:
                raise InputError(
                    "This package of {partner} (made at {created}) was imported already; ask for a new one, or allow it "
                    "with ALLOW_OLDER.",
                    partner=self._partner, created=created,
                )  # fmt: skip
        elif _moment(created) < _moment(newest[0]):
            raise InputError(
                "The package was made at {created}, before the one of {partner} that was imported last ({newest}), and "
                "would bring back what was edited since; ask for a new one, or allow it with ALLOW_OLDER.",
                partner=self._partner, created=created, newest=newest[0],
            )  # fmt: skip

    def note_package(self, created: str, run_id: str, whole: bool) -> None:
        """Note the package that was taken over last.

        Parameters
        ----------
        whole : nothing of it was left for another run
        """
        with self._store.transaction():
            self._store.connection.execute(
                "INSERT OR REPLACE INTO package VALUES (?, ?, ?, ?)", (self.link_id, created, run_id, whole)
            )

    def outgoing(self, local: LocalLayer) -> Iterator[Feature]:
        """Read the features for a package, each with the hash of the last agreement, and note them as sent."""
        features = local.features()
        while batch := list(islice(features, _BATCH)):
            agreed = self._store.bases(self.link_id, [f.key for f in batch if f.key is not None])
            with self._store.transaction():
                self._store.set_bases(self._sent, [(f.key, Base(f, f)) for f in batch if f.key is not None])
            for feature in batch:
                base = agreed.get(feature.key or "")
                yield replace(feature, version=None if base is None else _hash(base))

    def deleted(self, present: set[str]) -> dict[str, str | None]:
        """Return the features that the partner has seen and that are no more: key -> hash of the last agreement."""
        gone = sorted((self._keys(self.link_id) | self._keys(self._sent)) - present)
        found: dict[str, str | None] = {}
        for start in range(0, len(gone), _BATCH):
            keys = gone[start : start + _BATCH]
            sent, agreed = self._store.bases(self._sent, keys), self._store.bases(self.link_id, keys)
            found |= {key: _hash(agreed.get(key) or sent[key]) for key in keys}
        return found

    def adopt(self, package: Collection) -> None:
        """Take what we sent for the last agreement where the package says that its sender has it."""
        for page in package.pages():
            self._adopt((f.key, f.version) for f in page.features if f.key is not None and f.version)

    def adopt_deleted(self, deleted: Iterable[tuple[str, str | None]]) -> None:
        """Do the same for what the sender has deleted."""
        self._adopt((key, version) for key, version in deleted if version)

    def _adopt(self, rows: Iterable[tuple[str, str]]) -> None:
        waiting = iter(rows)
        while batch := dict(islice(waiting, _BATCH)):
            sent = self._store.bases(self._sent, list(batch))
            agreed = self._store.bases(self.link_id, list(batch))
            with self._store.transaction():
                self._store.set_bases(self.link_id, list(_newer(batch, sent, agreed)))

    def _keys(self, link_id: int) -> set[str]:
        rows = self._store.connection.execute("SELECT key FROM base WHERE link_id = ?", (link_id,))
        return {key for (key,) in rows}


def _newer(
    versions: Mapping[str, str], sent: Mapping[str, Base], agreed: Mapping[str, Base]
) -> Iterator[tuple[str, Base]]:
    """Yield what was sent and is the state that a version names, where the agreement is another one."""
    for key, version in versions.items():
        known = agreed.get(key)
        if key in sent and _hash(sent[key]) == version and (known is None or _hash(known) != version):
            yield key, sent[key]


def _moment(created: str) -> datetime:
    """Return the time that a package tells; one that is none is older than all others."""
    try:
        return datetime.fromisoformat(created).astimezone(UTC)
    except (ValueError, OverflowError):
        return datetime.min.replace(tzinfo=UTC)


def _hash(base: Base) -> str:
    return base.remote.digest().hex()
