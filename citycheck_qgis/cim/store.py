"""The journal file: what both sides last agreed on, what was sent and what became of it, and the conflicts.

One SQLite file beside the layer's file, in write-ahead mode with a full flush at each commit: what it says was sent was
written down before it was sent.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

from ..errors import InputError, OutputError
from ..messages import Message, message, message_of, message_record
from ..storage.files import writable
from ..storage.runs import now
from .features import GEOMETRY, Feature, decoded, digest
from .journal_files import opened
from .merge import Base

#: States of an operation.
PLANNED, SENT, ACKNOWLEDGED, VERIFIED, REJECTED, CONFLICT = (
    "planned", "sent", "acknowledged", "verified", "rejected", "conflict",
)  # fmt: skip
#: A list as a table, from one value: a statement has no room for a hundred thousand.
EACH = "(SELECT value AS wanted FROM json_each(?))"
#: Runs of a link of which the journal keeps what they have sent, long after the last one that needs it.
_KEPT_RUNS = 20
#: What it is before its end: of such an operation it is not known whether it was done.
UNANSWERED = (SENT, ACKNOWLEDGED)

_TABLES = """
CREATE TABLE IF NOT EXISTS link (
    link_id INTEGER PRIMARY KEY, platform TEXT NOT NULL, collection TEXT NOT NULL, layer TEXT NOT NULL,
    created TEXT NOT NULL, UNIQUE (platform, collection, layer));
CREATE TABLE IF NOT EXISTS base (
    link_id INTEGER NOT NULL, key TEXT NOT NULL, server_id TEXT, version TEXT,
    local_hash BLOB NOT NULL, local_values TEXT NOT NULL, local_geometry BLOB,
    remote_hash BLOB NOT NULL, remote_values TEXT, remote_geometry BLOB,
    agreed TEXT NOT NULL, PRIMARY KEY (link_id, key));
CREATE TABLE IF NOT EXISTS run (
    run_id INTEGER PRIMARY KEY, link_id INTEGER NOT NULL, what TEXT NOT NULL, started TEXT NOT NULL, ended TEXT,
    counts TEXT);
CREATE TABLE IF NOT EXISTS operation (
    operation_id INTEGER PRIMARY KEY, link_id INTEGER NOT NULL, run_id INTEGER NOT NULL, key TEXT NOT NULL,
    kind TEXT NOT NULL, items TEXT NOT NULL, payload_values TEXT NOT NULL, payload_geometry BLOB,
    payload_hash BLOB NOT NULL, state TEXT NOT NULL, attempts INTEGER NOT NULL, reason TEXT,
    planned TEXT NOT NULL, sent TEXT, acknowledged TEXT, ended TEXT);
CREATE INDEX IF NOT EXISTS operation_key ON operation (link_id, key);
CREATE INDEX IF NOT EXISTS operation_state ON operation (link_id, state);
CREATE TABLE IF NOT EXISTS conflict (
    conflict_id INTEGER PRIMARY KEY, link_id INTEGER NOT NULL, key TEXT NOT NULL, kind TEXT NOT NULL,
    items TEXT NOT NULL, base_values TEXT, base_geometry BLOB, local_values TEXT, local_geometry BLOB,
    remote_values TEXT, remote_geometry BLOB, server_id TEXT, found TEXT NOT NULL, seen TEXT NOT NULL,
    state TEXT NOT NULL, choice TEXT, resolved TEXT);
CREATE UNIQUE INDEX IF NOT EXISTS conflict_open ON conflict (link_id, key) WHERE state = 'open';
CREATE TABLE IF NOT EXISTS difference (
    link_id INTEGER NOT NULL, key TEXT NOT NULL, item TEXT NOT NULL, sent TEXT, stored TEXT, cause TEXT,
    found TEXT NOT NULL, PRIMARY KEY (link_id, key, item));
"""
#: Columns that came later. `items` of a link: JSON list of what took part in its last exchange; `crs`: its CRS;
#: `replaced` of an agreement: JSON object, see `merge.Base`; `answers` of an operation: D (done) or R (refused) for each
#: of its requests that was answered; `server_id`: of what it made.
LATER = (
    ("link", "items"),
    ("link", "crs"),
    ("base", "replaced"),
    ("operation", "answers"),
    ("operation", "server_id"),
)
_CONFLICTS = (
    "SELECT conflict_id, link_id, collection, key, kind, items, base_values, base_geometry, local_values, "
    "local_geometry, remote_values, remote_geometry, server_id, found, state, choice "
    "FROM conflict JOIN (SELECT link_id, collection FROM link) USING (link_id)"
)


@dataclass(frozen=True)
class Operation:
    """One write to the platform, as the journal has it.

    Attributes
    ----------
    kind : ``create``, ``update`` or ``delete``
    payload : the feature as it was to become
    items : names of the items that were to change
    """

    operation_id: int
    key: str
    kind: str
    payload: Feature
    items: frozenset[str]
    state: str
    attempts: int


@dataclass(frozen=True)
class Creation:
    """What was sent of late to make one feature.

    Attributes
    ----------
    payload, items : see `Operation`; of the last one
    may_be_done : requests that were not refused
    unanswered : those of them whose answer was lost
    server_id : what the platform calls the feature that we made; None: it has not said so
    """

    payload: Feature
    items: frozenset[str]
    may_be_done: int
    unanswered: int
    server_id: str | None


@dataclass(frozen=True)
class Conflict:
    """Two edits of one feature that cannot both be kept.

    Attributes
    ----------
    collection : that of its link: of a platform, or the partner of packages
    kind : see `merge`
    items : names of the items in conflict
    base, local, remote : the feature when both last agreed, ours, theirs; None where it is not there
    state : ``open``, ``resolved``, ``settled`` (both sides agree by now), ``superseded`` (a side has changed since, and a
        newer one is in its place)
    choice : once it is resolved, item -> ``local`` or ``remote``; None while it is open
    """

    conflict_id: int
    link_id: int
    collection: str
    key: str
    kind: str
    items: tuple[str, ...]
    base: Feature | None
    local: Feature | None
    remote: Feature | None
    found: str
    state: str
    choice: Mapping[str, str] | None = None


#: A conflict to be noted: key, kind, items, base, ours, theirs.
ConflictRow = tuple[str, str, Iterable[str], Base | None, Feature | None, Feature | None]


class Store:
    """A journal file.

    Parameters
    ----------
    path : made where it does not exist; None: kept in memory, for a preview

    Raises
    ------
    OutputError : the file cannot be written, is damaged, or another run is using it.
    """

    def __init__(self, path: Path | None) -> None:
        self.path = path
        self.warnings: list[Message] = []
        self._lock: sqlite3.Connection | None = None
        if path is None:
            self.connection = sqlite3.connect(":memory:", isolation_level=None)
        else:
            with writable(path):
                path.parent.mkdir(parents=True, exist_ok=True)
            self._take_lock(path)
            self.connection = self._open(path)
            return
        self.connection.executescript(_TABLES)
        _add_columns(self.connection)

    def _take_lock(self, path: Path) -> None:
        # A lock of the system's: it ends with the process, however that ends.
        self._lock_path = path.with_name(f".{path.name}.lock")
        try:
            with writable(path):
                self._lock_path.touch()
                before = _number_of(self._lock_path)
            lock = sqlite3.connect(self._lock_path, timeout=0, isolation_level=None)
            lock.execute("BEGIN EXCLUSIVE")
            if _number_of(self._lock_path) != before:
                # The run before has just removed it, and another one may have made it anew.
                lock.close()
                return self._take_lock(path)
            self._lock = lock
        except sqlite3.OperationalError as error:
            self.close()
            locked = "locked" in str(error)
            reason = (
                message("another run is using it; wait for its end")
                if locked
                else _reason(error) or str(error)
            )
            raise OutputError("{what} cannot be written: {reason}.", what=path, reason=reason) from error

    def _open(self, path: Path) -> sqlite3.Connection:
        try:
            # An empty file is a whole one to SQLite, and one that has lost everything.
            if not path.exists() or path.stat().st_size:
                return self._connect(path)
        except sqlite3.DatabaseError as error:
            if not _damaged(error):
                self.close()
                raise OutputError(
                    "{what} cannot be written: {reason}.", what=path, reason=_reason(error) or str(error)
                ) from error
        self.warnings.append(
            message(
                "The journal {file} was damaged and is kept as {aside}; without it both sides are compared afresh: "
                "nothing is deleted, and what differs is a conflict.",
                file=path.name,
                aside=self._set_aside(path).name,
            )
        )
        return self._connect(path)

    def _connect(self, path: Path) -> sqlite3.Connection:
        connection = opened(path)
        try:
            connection.execute("PRAGMA cache_size=-16384")
            connection.executescript(_TABLES)
            _add_columns(connection)
            # A file that was cut short says so here; a check of every page would take minutes on a large one.
            for table in ("link", "base", "operation", "conflict"):
                connection.execute(f"SELECT max(rowid) FROM {table}").fetchone()
            if path.stat().st_size < 1 << 26:
                found = connection.execute("PRAGMA quick_check(1)").fetchone()
                if found[0] != "ok":
                    raise sqlite3.DatabaseError("malformed")
        except BaseException:
            connection.close()
            raise
        return connection

    @staticmethod
    def _set_aside(path: Path) -> Path:
        number = 1
        while (aside := path.with_name(f"{path.name}.damaged-{number}")).exists():
            number += 1
        for end in ("-wal", "-shm"):
            with suppress(FileNotFoundError):
                Path(f"{path}{end}").replace(f"{aside}{end}")
        return path.replace(aside)

    def close(self) -> None:
        """Close the file and let other runs use it."""
        connection = getattr(self, "connection", None)
        if connection is not None:
            connection.close()
        if self._lock is not None:
            # Before it is let go: afterwards it may be another run's. Where an open file cannot be removed it stays.
            with suppress(OSError):
                self._lock_path.unlink()
            self._lock.close()
            self._lock = None

    def __enter__(self) -> Store:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Do what is in the block as a whole or not at all; it is on the disk when the block has ended."""
        with self.telling():
            try:
                self.connection.execute("BEGIN IMMEDIATE")
                yield
                self.connection.execute("COMMIT")
            except BaseException:
                self._roll_back()
                raise

    @contextmanager
    def telling(self) -> Iterator[None]:
        """Turn what the file does not let be done into one sentence.

        Raises
        ------
        OutputError : the disk is full, or the file is damaged: it is set aside then.
        """
        try:
            yield
        except sqlite3.DatabaseError as error:
            reason = _reason(error)
            if reason is not None:
                raise OutputError(
                    "{what} cannot be written: {reason}.", what=self.path, reason=reason
                ) from error
            if self.path is None or not _damaged(error):
                raise
            self.connection.close()
            raise OutputError(
                "The journal {file} is damaged and is kept as {aside}; run again: both sides are compared afresh then, "
                "nothing is deleted, and what differs is a conflict.",
                file=self.path.name,
                aside=self._set_aside(self.path).name,
            ) from error

    def _roll_back(self) -> None:
        with suppress(sqlite3.Error):
            self.connection.execute("ROLLBACK")

    # --- links and runs ----------------------------------------------------------------------------------

    def link(self, platform: str, collection: str, layer: str) -> int:
        """Return the id of the pair of a local layer and a collection; made where it is new.

        Parameters
        ----------
        platform : address without secrets
        layer : name of the local layer
        """
        names = (platform, collection, layer)
        with self.transaction():
            self.connection.execute(
                "INSERT OR IGNORE INTO link (platform, collection, layer, created) VALUES (?, ?, ?, ?)",
                (*names, now()),
            )
        where = "platform = ? AND collection = ? AND layer = ?"
        return self.connection.execute(f"SELECT link_id FROM link WHERE {where}", names).fetchone()[0]

    def links(self) -> list[tuple[int, str, str, str]]:
        """Return id, platform, collection and layer of every link."""
        return self.connection.execute(
            "SELECT link_id, platform, collection, layer FROM link ORDER BY link_id"
        ).fetchall()

    def elsewhere(self, platform: str, collection: str, layer: str) -> str | None:
        """Return the address under which an unknown platform may be known already: that of the link of the same
        collection and layer with the latest agreements; None where there is none, or where this one has agreements.
        """
        other = self._other_link(platform, collection, layer)
        return None if other is None else other[1]

    def move(self, platform: str, collection: str, layer: str) -> None:
        """Give the link that `elsewhere` speaks of a new address, with all that is known of it."""
        other = self._other_link(platform, collection, layer)
        if other is None:
            return
        with self.transaction():
            empty = self.connection.execute(
                "DELETE FROM link WHERE platform = ? AND collection = ? AND layer = ? RETURNING link_id",
                (platform, collection, layer),
            ).fetchall()
            for table in ("run", "operation", "difference"):
                self.connection.executemany(
                    f"UPDATE OR REPLACE {table} SET link_id = ? WHERE link_id = ?",
                    [(other[0], number) for (number,) in empty],
                )
            # Without an agreement they are seen anew by the next exchange.
            self.connection.executemany("DELETE FROM conflict WHERE link_id = ?", empty)
            self.connection.execute("UPDATE link SET platform = ? WHERE link_id = ?", (platform, other[0]))

    def _other_link(self, platform: str, collection: str, layer: str) -> tuple[int, str] | None:
        own = "EXISTS (SELECT 1 FROM link o JOIN base b USING (link_id) WHERE (o.platform, collection, layer) = (?1, ?2, ?3))"
        return self.connection.execute(
            f"SELECT link_id, platform FROM link JOIN base USING (link_id) WHERE platform <> ?1 AND collection = ?2 "
            f"AND layer = ?3 AND NOT {own} GROUP BY link_id ORDER BY max(agreed) DESC LIMIT 1",
            (platform, collection, layer),
        ).fetchone()

    def has_agreements(self, link_id: int) -> bool:
        """Return whether both sides of a link have ever agreed on a feature that is still there."""
        query = "SELECT EXISTS (SELECT 1 FROM base WHERE link_id = ?)"
        return bool(self.connection.execute(query, (link_id,)).fetchone()[0])

    def crs(self, link_id: int) -> str | None:
        """Return the CRS of a link's geometries as text for pyproj; None where it has none, or is not known."""
        return self.connection.execute("SELECT crs FROM link WHERE link_id = ?", (link_id,)).fetchone()[0]

    def set_crs(self, link_id: int, crs: str | None) -> None:
        """Note the CRS of a link's geometries."""
        if crs != self.crs(link_id):
            with self.transaction():
                self.connection.execute("UPDATE link SET crs = ? WHERE link_id = ?", (crs, link_id))

    def start_run(self, link_id: int, what: str) -> int:
        """Note the start of a run; return its id."""
        with self.transaction():
            row = self.connection.execute(
                "INSERT INTO run (link_id, what, started) VALUES (?, ?, ?) RETURNING run_id",
                (link_id, what, now()),
            ).fetchone()
        return row[0]

    def end_run(self, run_id: int, counts: Mapping[str, int]) -> None:
        """Note the end of a run with its counts, and drop what old runs have sent: their lines stay."""
        with self.transaction():
            self.connection.execute(
                "UPDATE run SET ended = ?, counts = ? WHERE run_id = ?",
                (now(), json.dumps(dict(counts), sort_keys=True), run_id),
            )
            # The base has what was agreed; the requests of every year would make the file grow for ever.
            link = "(SELECT link_id FROM run WHERE run_id = ?2)"
            self.connection.execute(
                "UPDATE operation SET payload_values = '{}', payload_geometry = NULL WHERE state = ?1 "
                f"AND link_id = {link} AND payload_values <> '{{}}' AND run_id < "
                f"(SELECT run_id FROM run WHERE link_id = {link} ORDER BY run_id DESC LIMIT 1 OFFSET ?3)",
                (VERIFIED, run_id, _KEPT_RUNS - 1),
            )

    # --- base --------------------------------------------------------------------------------------------

    def bases(self, link_id: int, keys: Sequence[str]) -> dict[str, Base]:
        """Return the last agreement on each of some features that have one."""
        return {key: base for key, (base, _, _) in self.hashed_bases(link_id, keys).items()}

    def hashed_bases(self, link_id: int, keys: Sequence[str]) -> dict[str, tuple[Base, bytes, bytes]]:
        """Return agreements as `bases` does, each with the hashes of its two sides."""
        rows = self.connection.execute(
            "SELECT key, server_id, version, local_values, local_geometry, remote_values, remote_geometry, replaced, "
            f"local_hash, remote_hash FROM {EACH} CROSS JOIN base ON link_id = ? AND key = wanted",
            (json.dumps(keys), link_id),
        )
        return {row[0]: (base_of(*row[:8]), row[8], row[9]) for row in rows}

    def set_bases(self, link_id: int, bases: Iterable[tuple[str, Base]]) -> None:
        """Write agreements; inside a `transaction`."""
        moment = now()
        self.connection.executemany(
            "INSERT INTO base (link_id, key, server_id, version, local_hash, local_values, local_geometry, remote_hash, "
            "remote_values, remote_geometry, agreed, replaced) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (link_id, key) DO UPDATE SET "
            "server_id = excluded.server_id, version = excluded.version, local_hash = excluded.local_hash, "
            "local_values = excluded.local_values, local_geometry = excluded.local_geometry, "
            "remote_hash = excluded.remote_hash, remote_values = excluded.remote_values, "
            "remote_geometry = excluded.remote_geometry, agreed = excluded.agreed, "
            "replaced = excluded.replaced",
            (_base_row(link_id, key, base, moment) for key, base in bases),
        )

    def keep_items(self, link_id: int, names: frozenset[str]) -> None:
        """Drop from the agreements of a link all items but some: what an item held before it left is no agreement.

        Parameters
        ----------
        names : fields, and `features.GEOMETRY`
        """
        known = self.connection.execute("SELECT items FROM link WHERE link_id = ?", (link_id,)).fetchone()[0]
        told = json.dumps(sorted(names))
        if known == told:
            return
        with self.transaction():
            if known is None or not set(json.loads(known)) <= names:
                for keys in self._keys(link_id):
                    bases = self.bases(link_id, keys).items()
                    cut = [(key, _only(base, names)) for key, base in bases if not _within(base, names)]
                    self.set_bases(link_id, cut)
            self.connection.execute("UPDATE link SET items = ? WHERE link_id = ?", (told, link_id))

    def _keys(self, link_id: int) -> Iterator[list[str]]:
        """Give the keys that have an agreement in parts."""
        query = "SELECT key FROM base WHERE link_id = ? AND key > ? ORDER BY key LIMIT 1000"
        last = ""
        while keys := [key for (key,) in self.connection.execute(query, (link_id, last))]:
            yield keys
            last = keys[-1]

    def forget(self, link_id: int, keys: Iterable[str]) -> None:
        """Remove agreements on features that are on neither side any more; inside a `transaction`."""
        self.connection.executemany(
            "DELETE FROM base WHERE link_id = ? AND key = ?", [(link_id, key) for key in keys]
        )

    # --- operations --------------------------------------------------------------------------------------

    def plan(
        self, link_id: int, run_id: int, kind: str, payloads: Sequence[tuple[Feature, frozenset[str]]]
    ) -> list[int]:
        """Note operations as planned; return their ids; inside a `transaction`."""
        moment, ids = now(), []
        for feature, items in payloads:
            encoded = feature.encoded()
            row = self.connection.execute(
                "INSERT INTO operation (link_id, run_id, key, kind, items, payload_values, payload_geometry, "
                "payload_hash, state, attempts, planned) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, 0, ?) "
                "RETURNING operation_id",
                (
                    link_id, run_id, feature.key, kind, json.dumps(sorted(items)), encoded,
                    feature.geometry, digest(encoded, feature.geometry), PLANNED, moment,
                ),
            ).fetchone()  # fmt: skip
            ids.append(row[0])
        return ids

    def mark_sent(self, operations: Sequence[int], copies: bool = False) -> None:
        """Note that operations are about to be sent; on the disk when this returns.

        Parameters
        ----------
        copies : they are about second copies, and what was sent to make the feature is still to be told
        """
        with self.transaction():
            self.connection.executemany(
                "UPDATE operation SET state = ?, attempts = attempts + 1, sent = ? WHERE operation_id = ?",
                [(SENT, now(), operation) for operation in operations],
            )
            if copies:
                return
            # What an earlier request of the same feature has done cannot be told from this one any more.
            reason = packed(message("It was sent again."))
            self.connection.executemany(
                "UPDATE operation SET state = ?, ended = ?, reason = ? WHERE state IN (?, ?) AND operation_id < ? "
                "AND (link_id, key) = (SELECT link_id, key FROM operation WHERE operation_id = ?)",
                [(REJECTED, now(), reason, *UNANSWERED, number, number) for number in operations],
            )

    def move_to(self, state: str, operations: Iterable[tuple[int, Message | None]]) -> None:
        """Move operations to another state, each with its reason; inside a `transaction`."""
        column = "acknowledged" if state == ACKNOWLEDGED else "ended"
        self.connection.executemany(
            f"UPDATE operation SET state = ?, {column} = ?, reason = ? WHERE operation_id = ?",
            [(state, now(), packed(reason), operation) for operation, reason in operations],
        )

    def note_answers(self, answers: Iterable[tuple[int, bool, str | None]]) -> None:
        """Note that requests of operations were answered: done or refused, and the id of what was made; inside a
        `transaction`."""
        self.connection.executemany(
            "UPDATE operation SET answers = ifnull(answers, '') || ?, server_id = ifnull(?, server_id) "
            "WHERE operation_id = ?",
            [("D" if done else "R", server_id, operation) for operation, done, server_id in answers],
        )

    def note_made(self, made: Iterable[tuple[int, str | None]]) -> None:
        """Note the ids that were read back of what operations made, where no answer told them; inside a `transaction`."""
        self.connection.executemany(
            "UPDATE operation SET server_id = ifnull(server_id, ?) WHERE operation_id = ?",
            [(server_id, operation) for operation, server_id in made],
        )

    def unanswered(self, link_id: int) -> dict[str, Operation]:
        """Return, by key, the operations of earlier runs of which it is not known whether they were done."""
        rows = self.connection.execute(
            "SELECT operation_id, key, kind, payload_values, payload_geometry, items, state, attempts FROM operation "
            "WHERE link_id = ? AND state IN (?, ?) ORDER BY operation_id",
            (link_id, *UNANSWERED),
        )
        return {row[1]: _operation(*row) for row in rows}

    def drop_planned(self, link_id: int, run_id: int) -> None:
        """End the operations that earlier runs have planned and not sent."""
        reason = message("The run was stopped before it was sent; it is planned again.")
        with self.transaction():
            self.connection.execute(
                "UPDATE operation SET state = ?, ended = ?, reason = ? "
                "WHERE link_id = ? AND state = ? AND run_id <> ?",
                (REJECTED, now(), packed(reason), link_id, PLANNED, run_id),
            )

    def creations(self, link_id: int, run_id: int, keys: Sequence[str]) -> dict[str, Creation]:
        """Return, by key, what a run and the one before it have sent to make some features.

        What belongs to the last attempt of the run before that one counts as well: it may have arrived late.
        """
        runs = [
            row[0]
            for row in self.connection.execute(
                "SELECT run_id FROM run WHERE link_id = ? AND run_id <= ? AND what NOT LIKE '%preview' "
                "ORDER BY run_id DESC LIMIT 3",
                (link_id, run_id),
            )
        ]
        rows = self.connection.execute(
            "SELECT o.key, run_id, payload_values, payload_geometry, items, attempts, ifnull(answers, ''), server_id "
            f"FROM {EACH} CROSS JOIN operation o ON o.link_id = ? AND o.key = wanted "
            "WHERE kind = 'create' AND run_id >= ? ORDER BY operation_id DESC",
            (json.dumps(keys), link_id, runs[-1] if runs else 0),
        )
        found: dict[str, Creation] = {}
        oldest: dict[str, int] = {}
        for key, run, values, geometry, items, attempts, answers, server_id in rows:
            if key not in oldest:
                place = runs.index(run)
                if place > 1:
                    oldest[key] = run_id + 1
                    continue
                oldest[key] = runs[min(place + 1, len(runs) - 1)]
                payload = Feature(key, decoded(values), geometry)
                found[key] = Creation(payload, frozenset(json.loads(items)), 0, 0, server_id)
            if run >= oldest[key]:
                so_far = found[key]
                found[key] = replace(
                    so_far,
                    may_be_done=so_far.may_be_done + attempts - answers.count("R"),
                    unanswered=so_far.unanswered + attempts - len(answers),
                )
        return found

    def note_differences(
        self, link_id: int, rows: Iterable[tuple[str, str, str, str, Message | None]]
    ) -> None:
        """Keep what a platform altered: key, item, sent, stored, cause; inside a `transaction`."""
        self.connection.executemany(
            "INSERT OR REPLACE INTO difference VALUES (?, ?, ?, ?, ?, ?, ?)",
            [
                (link_id, key, item, sent, stored, packed(cause), now())
                for key, item, sent, stored, cause in rows
            ],
        )

    def differences(self, link_id: int) -> list[tuple[str, str, str, str, Message | None, str]]:
        """Return what a platform altered: key, item, sent, stored, cause, when it was found; by item and key."""
        rows = self.connection.execute(
            "SELECT key, item, sent, stored, cause, found FROM difference WHERE link_id = ? ORDER BY item, key",
            (link_id,),
        )
        return [(*row[:4], unpacked(row[4]), row[5]) for row in rows]

    def alterations(self, link_id: int, features: int) -> set[tuple[str, str]]:
        """Return item and cause (its template) of what a platform altered in at least so many features."""
        return set(
            self.connection.execute(
                "SELECT item, json_extract(cause, '$.template') AS told FROM difference "
                "WHERE link_id = ? AND cause IS NOT NULL GROUP BY item, told HAVING count(*) >= ?",
                (link_id, features),
            )
        )

    # --- conflicts ---------------------------------------------------------------------------------------

    def note_conflicts(
        self,
        link_id: int,
        rows: Iterable[ConflictRow],
    ) -> None:
        """Open conflicts, or bring open ones up to date; inside a `transaction`.

        What a side held in an open conflict and holds no more is kept as a conflict that was superseded.
        """
        for key, kind, items, base, local, remote in rows:
            present = self._open_conflict(link_id, key)
            sides = (*_side(base.local if base else None), *_side(local), *_side(remote))
            if present is not None:
                held = (*_side(present.local), *_side(present.remote))
                if held == sides[2:] and present.kind == kind:
                    self.connection.execute(
                        "UPDATE conflict SET seen = ?, items = ? WHERE conflict_id = ?",
                        (now(), json.dumps(sorted(items)), present.conflict_id),
                    )
                    continue
                self.connection.execute(
                    "UPDATE conflict SET state = 'superseded', resolved = ? WHERE conflict_id = ?",
                    (now(), present.conflict_id),
                )
            self.connection.execute(
                "INSERT INTO conflict (link_id, key, kind, items, base_values, base_geometry, local_values, "
                "local_geometry, remote_values, remote_geometry, server_id, found, seen, state) "
                "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 'open')",
                (
                    link_id, key, kind, json.dumps(sorted(items)), *sides,
                    remote.server_id if remote else None, now(), now(),
                ),
            )  # fmt: skip

    def settle_conflicts(self, link_id: int, keys: Iterable[str]) -> None:
        """Close open conflicts of features on which both sides agree by now; inside a `transaction`."""
        self.connection.executemany(
            "UPDATE conflict SET state = 'settled', resolved = ? WHERE link_id = ? AND key = ? AND state = 'open'",
            [(now(), link_id, key) for key in keys],
        )

    def conflicts(self, state: str | None = "open", link_id: int | None = None) -> list[Conflict]:
        """Return the conflicts of a state (None: all) and of a link (None: of all)."""
        rows = self.connection.execute(
            f"{_CONFLICTS} WHERE (?1 IS NULL OR state = ?1) AND (?2 IS NULL OR link_id = ?2) ORDER BY conflict_id",
            (state, link_id),
        )
        return [_conflict(*row) for row in rows]

    def _open_conflict(self, link_id: int, key: str) -> Conflict | None:
        row = self.connection.execute(
            f"{_CONFLICTS} WHERE link_id = ? AND key = ? AND state = 'open'",
            (link_id, key),
        ).fetchone()
        return None if row is None else _conflict(*row)

    def resolve(self, conflict: Conflict, choice: Mapping[str, str]) -> None:
        """Resolve a conflict by moving the base; the next exchange does the rest by its ordinary rules.

        Parameters
        ----------
        choice : item -> ``local`` or ``remote``. Items in conflict that are not named stay open, and the conflict does
            then too. A deletion against an edit has one choice for the whole feature

        Raises
        ------
        InputError : it is not open any more: one of the sides has changed, or somebody has resolved it; or the choice
            names something else than its items and its sides.
        """
        whole = conflict.local is None or conflict.remote is None
        sides = set(choice.values())
        if not sides or not sides <= {"local", "remote"} or (whole and len(sides) > 1):
            raise InputError(
                "The conflict of {key} needs the choice local or remote; name one of them.", key=conflict.key
            )
        if not whole and not choice.keys() <= set(conflict.items):
            raise InputError(
                "{items} of {key} are not in conflict; choose among {conflicting}.",
                items=sorted(choice.keys() - set(conflict.items)),
                key=conflict.key,
                conflicting=list(conflict.items),
            )
        left = [] if whole else [name for name in conflict.items if name not in choice]
        with self.transaction():
            present = self._open_conflict(conflict.link_id, conflict.key)
            if present is None or present.conflict_id != conflict.conflict_id:
                raise InputError(
                    "The conflict of {key} has changed since it was shown; look at it again.",
                    key=conflict.key,
                )
            base = self.bases(conflict.link_id, [conflict.key]).get(conflict.key)
            moved = rebase(conflict, base, choice)
            if moved is None:
                self.forget(conflict.link_id, [conflict.key])
            else:
                self.set_bases(conflict.link_id, [(conflict.key, moved)])
            chosen = json.dumps(dict(present.choice or {}) | dict(choice))
            self.connection.execute(
                "UPDATE conflict SET state = ?, items = ?, choice = ?, resolved = ? WHERE conflict_id = ?",
                (
                    "open" if left else "resolved", json.dumps(left or list(conflict.items)), chosen,
                    None if left else now(), conflict.conflict_id,
                ),
            )  # fmt: skip


def _add_columns(connection: sqlite3.Connection) -> None:
    """Add the columns that a journal of an earlier version does not have."""
    for table, column in LATER:
        present = [row[1] for row in connection.execute(f"PRAGMA table_info({table})")]
        if column not in present:
            connection.execute(f"ALTER TABLE {table} ADD COLUMN {column} TEXT")


def _number_of(path: Path) -> int | None:
    """Return what tells a file from another one of its name; None where there is none."""
    try:
        return path.stat().st_ino
    except FileNotFoundError:
        return None


def _damaged(error: sqlite3.DatabaseError) -> bool:
    return "malformed" in str(error) or "not a database" in str(error)


def _reason(error: sqlite3.DatabaseError) -> Message | None:
    """Return why SQLite cannot write a file; None where it is not the file's place that hinders it."""
    said = str(error)
    if "full" in said or "disk I/O" in said:
        return message("the disk is full or fails; free some space and run again, nothing is lost")
    if "readonly" in said or "unable to open" in said:
        return message("you may not write there; choose another folder")
    return None


def _operation(
    number: int,
    key: str,
    kind: str,
    values: str,
    geometry: bytes | None,
    items: str,
    state: str,
    attempts: int,
) -> Operation:
    payload = Feature(key, decoded(values), geometry)
    return Operation(number, key, kind, payload, frozenset(json.loads(items)), state, attempts)


def rebase(conflict: Conflict, base: Base | None, choice: Mapping[str, str]) -> Base | None:
    """Return the base that makes the chosen side of each item the only one that has changed; None: no base any more.

    A deletion against an edit has one choice for the whole feature. Where the edit wins the feature becomes a new one
    for the side that deleted it, which is what it is without a base.
    """
    local, remote = conflict.local, conflict.remote
    chosen = next(iter(choice.values()))
    if local is None or remote is None:
        deleted = "local" if local is None else "remote"
        if base is None or chosen != deleted:
            return None
        return Base(local or base.local, remote or base.remote)
    if base is None:
        # Nothing was agreed before: with the sides exchanged, an item in conflict counts as changed on both.
        items = conflict.items
        base = Base(
            local.with_items({n: remote.item(n) for n in items}),
            remote.with_items({n: local.item(n) for n in items}),
        )
    ours = {n: local.item(n) for n, side in choice.items() if side == "remote"}
    theirs = {n: remote.item(n) for n, side in choice.items() if side == "local"}
    # The platform's side wins though it has not changed, over an older value that is here again.
    unchanged = {n: value for n, value in ours.items() if remote.item(n) == base.remote.item(n)}
    replaced = {n: hashes for n, hashes in base.replaced.items() if n not in choice}
    return Base(base.local.with_items(ours), base.remote.with_items(theirs | unchanged), replaced)


def base_of(
    key: str,
    server_id: str | None,
    version: str | None,
    local_values: str,
    local_geometry: bytes | None,
    remote_values: str | None,
    remote_geometry: bytes | None,
    replaced: str | None,
) -> Base:
    """Return an agreement from the columns of table `base`; a remote side without values is as the local one."""
    local = Feature(key, decoded(local_values), local_geometry)
    if remote_values is None:
        remote = Feature(key, local.values, local_geometry, server_id, version)
    else:
        remote = Feature(key, decoded(remote_values), remote_geometry, server_id, version)
    if replaced is None:
        return Base(local, remote)
    return Base(local, remote, {name: tuple(hashes) for name, hashes in json.loads(replaced).items()})


def _base_row(link_id: int, key: str, base: Base, moment: str) -> tuple[object, ...]:
    local, remote = base.local, base.remote
    ours, theirs = local.encoded(), remote.encoded()
    local_hash = digest(ours, local.geometry)
    same = ours == theirs and local.geometry == remote.geometry
    return (
        link_id, key, remote.server_id, remote.version, local_hash, ours, local.geometry,
        local_hash if same else digest(theirs, remote.geometry),
        None if same else theirs, None if same else remote.geometry, moment,
        json.dumps(base.replaced) if base.replaced else None,
    )  # fmt: skip


def packed(reason: Message | None) -> str | None:
    """Return a sentence as text, so that it can be said later in any language."""
    return None if reason is None else json.dumps(message_record(reason))


@lru_cache(256)
def unpacked(text: str | None) -> Message | None:
    """Return the sentence of `packed`."""
    return None if text is None else message_of(json.loads(text))


def _within(base: Base, names: frozenset[str]) -> bool:
    sides = (base.local, base.remote)
    return all(f.values.keys() <= names and (f.geometry is None or GEOMETRY in names) for f in sides)


def _only(base: Base, names: frozenset[str]) -> Base:
    def cut(feature: Feature) -> Feature:
        values = {name: value for name, value in feature.values.items() if name in names}
        return replace(feature, values=values, geometry=feature.geometry if GEOMETRY in names else None)

    replaced = {name: hashes for name, hashes in base.replaced.items() if name in names}
    return Base(cut(base.local), cut(base.remote), replaced)


def _side(feature: Feature | None) -> tuple[str | None, bytes | None]:
    return (None, None) if feature is None else (feature.encoded(), feature.geometry)


def _conflict(
    conflict_id: int, link_id: int, collection: str, key: str, kind: str, items: str,
    base_values: str | None, base_geometry: bytes | None, local_values: str | None, local_geometry: bytes | None,
    remote_values: str | None, remote_geometry: bytes | None, server_id: str | None,
    found: str, state: str, choice: str | None,
) -> Conflict:  # fmt: skip
    def feature(values: str | None, geometry: bytes | None, number: str | None = None) -> Feature | None:
        return None if values is None else Feature(key, decoded(values), geometry, number)

    return Conflict(
        conflict_id, link_id, collection, key, kind, tuple(json.loads(items)), feature(base_values, base_geometry),
        feature(local_values, local_geometry), feature(remote_values, remote_geometry, server_id), found, state,
        json.loads(choice) if choice else None,
    )  # fmt: skip
