"""Histories at random: two clients and a third hand on the platform itself, with faults, kills and resolutions.

Every value that somebody writes is one of its own, and it is known which value its author saw in its place. At the
end each is on the platform, or was seen by the author of a later one that is, or stands in a conflict.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from citycheck.citycheck_qgis.cim.features import GEOMETRY, Feature
from citycheck.citycheck_qgis.errors import (
    CancelledError,
    CityCheckError,
    NoAnswerError,
    RefusedError,
    SignInError,
)
from citycheck.tests.fixtures.exchange_sides import (
    ABLE,
    PULL,
    PUSH,
    SYNC,
    Client,
    KilledError,
    Layer,
    Platform,
    square,
)
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

ITEMS = ("name", "status", "storeys", GEOMETRY)
EXAMPLES = int(os.environ.get("CITYCHECK_HISTORIES", "150"))
RULES = {
    "sync": SYNC,
    "push": PUSH,
    "pull": PULL,
    "preview": replace(SYNC, dry_run=True),
    "status": replace(SYNC, writable=frozenset({"status"})),
    "careful": replace(SYNC, max_deletions=0),
}
FAULTS: dict[str, Callable[[], BaseException]] = {
    "no answer": lambda: NoAnswerError("No answer."),
    "refused": lambda: RefusedError("No."),
    "signed out": lambda: SignInError("Sign in."),
    "cancelled": lambda: CancelledError("Stopped."),
    "killed": KilledError,
}

small = st.integers(0, 5)
edits = st.tuples(st.just("edit"), st.sampled_from("ABP"), small, st.integers(0, 3))
creations = st.tuples(st.just("create"), st.sampled_from("ABP"), st.booleans())
deletions = st.tuples(st.just("delete"), st.sampled_from("ABP"), small)
faults = st.tuples(st.sampled_from([*FAULTS]), st.integers(1, 14), st.booleans())
runs = st.tuples(
    st.just("run"),
    st.sampled_from("AB"),
    st.sampled_from([*RULES, "sync", "sync"]),
    st.one_of(st.none(), faults),
    # What others do meanwhile: at which request, what.
    st.lists(st.tuples(st.integers(1, 14), st.one_of(edits, deletions)), max_size=2),
)
resolutions = st.tuples(
    st.just("resolve"),
    st.sampled_from("AB"),
    small,
    st.lists(st.sampled_from(["local", "remote", None]), min_size=4, max_size=4),
)
steps = st.lists(
    st.one_of(edits, edits, edits, creations, deletions, runs, runs, runs, resolutions), max_size=30
)
platforms = st.builds(
    replace,
    st.just(ABLE),
    batch=st.sampled_from([1, 4]),
    atomic=st.booleans(),
    partial_update=st.booleans(),
    locking=st.booleans(),
    find_batch=st.sampled_from([0, 10, 10]),
)


class History:
    """What happened, and who saw what."""

    def __init__(self, folder: Path, able: object) -> None:
        self.platform = Platform(able)  # type: ignore[arg-type]
        self.clients = {name: Client(folder / name, Layer()) for name in "AB"}
        self.number = 0
        #: Value -> those that its author saw in its place.
        self.over: dict[object, set[object]] = {}
        self.author: dict[object, str] = {}
        #: Key and author of a deletion -> the values that were there.
        self.deleted: dict[tuple[str, str], set[object]] = {}
        for _ in range(3):
            self.do(("create", "A", False))
        for name in "AB":
            self.clients[name].run(self.platform)

    def do(self, step: tuple) -> None:
        getattr(self, f"do_{step[0]}")(*step[1:])

    def fresh(self, item: str) -> object:
        self.number += 1
        number = self.number
        return {GEOMETRY: square(100 + number / 100), "storeys": number}.get(item, f"{item} {number}")

    def rows(self, who: str) -> dict[str, Feature]:
        if who == "P":
            return {str(row.key): row for row in self.platform.rows.values()}
        return self.clients[who].layer.rows

    def do_create(self, who: str, shared: bool) -> None:
        # A key that both clients make of the same row of a checkup.
        key = "shared" if shared else f"key {self.number}"
        if key in self.rows(who):
            return
        items = {item: self.fresh(item) for item in ITEMS}
        made = Feature(key, {n: v for n, v in items.items() if n != GEOMETRY}, items[GEOMETRY])  # type: ignore[misc, arg-type]
        self.over |= dict.fromkeys(items.values(), self.deleted.get((key, who), set()))
        self.author |= dict.fromkeys(items.values(), who)
        if who == "P":
            self.platform.add(made)
        else:
            self.clients[who].layer.rows[key] = made

    def chosen(self, who: str, number: int) -> str | None:
        keys = sorted(self.rows(who))
        return keys[number % len(keys)] if keys else None

    def do_edit(self, who: str, number: int, item: int) -> None:
        key = self.chosen(who, number)
        if key is None:
            return
        name, value = ITEMS[item], self.fresh(ITEMS[item])
        self.over[value], self.author[value] = {self.rows(who)[key].item(name)}, who
        (self.platform if who == "P" else self.clients[who].layer).edit(key, **{name: value})

    def do_delete(self, who: str, number: int) -> None:
        key = self.chosen(who, number)
        if key is None:
            return
        row = self.rows(who)[key]
        self.deleted.setdefault((key, who), set()).update(row.item(n) for n in ITEMS)
        if who == "P":
            self.platform.remove(key)
        else:
            del self.clients[who].layer.rows[key]

    def do_run(self, who: str, rules: str, fault: tuple | None, meanwhile: list) -> None:
        client, platform = self.clients[who], self.platform
        platform.requests.clear()

        def strike(kind: str, after: bool) -> None:
            number = len(platform.requests)
            if fault is not None and fault[1:] == (number, after):
                error = FAULTS[fault[0]]()
                if isinstance(error, RefusedError) and after:
                    return
                if isinstance(error, KilledError):
                    client.die()
                raise error

        def before(kind: str) -> None:
            for at, step in meanwhile:
                if at == len(platform.requests) and self.may_interfere(step, kind):
                    self.do(step)
            strike(kind, False)

        platform.before, platform.after = before, lambda kind: strike(kind, True)
        with suppress(CityCheckError, KilledError):
            client.run(platform, RULES[rules])
        platform.before = platform.after = lambda kind: None

    def may_interfere(self, step: tuple, kind: str) -> bool:
        """Leave out the one window that cannot be closed: between reading and writing where nothing locks."""
        able = self.platform.capabilities
        if step[1] != "P" or able.locking:
            return True
        return able.find_batch > 0 and kind in ("page", "find")

    def do_resolve(self, who: str, number: int, choices: list) -> None:
        client = self.clients[who]
        found = client.conflicts("open")
        if not found:
            return
        conflict = found[number % len(found)]
        choice = {n: c for n, c in zip(conflict.items, choices, strict=False) if c is not None}
        if conflict.local is None or conflict.remote is None:
            choice = {"": choices[0] or "local"}
        if choice:
            client.resolve(conflict, choice)

    def end(self) -> None:
        """Let both clients sync until nothing moves."""
        for _ in range(4):
            for client in self.clients.values():
                client.run(self.platform, replace(SYNC, max_deletions=1000))

    def check(self) -> None:
        doubled = [key for key, rows in self.platform.by_key().items() if len(rows) > 1]
        assert not doubled
        there = self.rows("P")
        known: set[object] = {row.item(n) for row in there.values() for n in ITEMS}
        open_keys: set[str] = set()
        gone = {key for key, _ in self.deleted if key not in there}
        for client in self.clients.values():
            for conflict in client.conflicts():
                for side in (conflict.local, conflict.remote):
                    if side is None:
                        gone.add(conflict.key)
                    else:
                        known |= {side.item(n) for n in ITEMS}
                if conflict.state == "open":
                    open_keys.add(conflict.key)
        for (key, who), values in self.deleted.items():
            # What somebody wrote and deleted again need not have been anywhere else, and what was deleted on the platform
            # itself was seen there, whoever brings another feature of that key afterwards.
            known |= (
                values
                if key in gone or who == "P"
                else {value for value in values if self.author[value] == who}
            )
        left = list(known)
        while left:
            seen = self.over.get(left.pop(), set()) - known
            known |= seen
            left += seen
        lost = {value for value in self.over if value not in known}
        assert not lost, lost
        for name, client in self.clients.items():
            rows = client.layer.rows
            for key in (there.keys() | rows.keys()) - open_keys:
                assert key in there and key in rows, (name, key)
                assert all(there[key].item(n) == rows[key].item(n) for n in ITEMS), (name, key)
            for key in open_keys & {c.key for c in client.conflicts("open")}:
                (conflict,) = [c for c in client.conflicts("open") if c.key == key]
                for side, now in ((conflict.local, rows.get(key)), (conflict.remote, there.get(key))):
                    assert (side is None) == (now is None)
                    assert side is None or all(side.item(n) == now.item(n) for n in ITEMS)  # type: ignore[union-attr]
            assert set(client.states()) <= {"verified", "rejected", "conflict"}


@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))
@given(platforms, steps)
def test_every_edit_is_on_the_platform_or_was_seen_or_is_in_a_conflict(able: object, history: list) -> None:
    with tempfile.TemporaryDirectory(dir="/dev/shm" if Path("/dev/shm").is_dir() else None) as folder:
        told = History(Path(folder), able)
        for step in history:
            told.do(step)
        told.end()
        told.check()
