"""Both sides as they are now, on disk beside the journal, so that a million features need no memory."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from .features import Feature, decoded, digest
from .merge import Base
from .results import Result
from .store import EACH, Store, packed, unpacked

_TABLES = """
CREATE TABLE stage.local (key TEXT NOT NULL, fid TEXT, hash BLOB NOT NULL, vals TEXT NOT NULL, geom BLOB);
CREATE TABLE stage.remote (key TEXT NOT NULL, server_id TEXT, version TEXT, hash BLOB NOT NULL, vals TEXT NOT NULL,
    geom BLOB);
CREATE TABLE stage.todo (number INTEGER PRIMARY KEY, key TEXT NOT NULL);
CREATE TABLE stage.held (key TEXT PRIMARY KEY) WITHOUT ROWID;
CREATE TABLE stage.work (number INTEGER PRIMARY KEY, key TEXT NOT NULL, side TEXT NOT NULL, kind TEXT NOT NULL);
CREATE TABLE stage.result (number INTEGER PRIMARY KEY, key TEXT, action TEXT NOT NULL, state TEXT NOT NULL,
    items TEXT NOT NULL, reason TEXT, server_id TEXT, fid TEXT);
CREATE INDEX stage.work_kind ON work (side, kind);
"""
_REST = (
    "main.base b WHERE b.link_id = ? AND b.key NOT IN (SELECT key FROM stage.todo) "
    "AND b.key NOT IN (SELECT key FROM stage.held)"
)


@dataclass(frozen=True)
class Sides:
    """A feature as it is known: the last agreement, ours, theirs; None where it is not there."""

    key: str
    base: Base | None
    local: Feature | None
    remote: Feature | None


class Stage:
    """The scratch part of an exchange, a file that is removed at its end.

    Parameters
    ----------
    store : the journal; the scratch tables are attached to it, so that both can be compared by one query
    """

    def __init__(self, store: Store, link_id: int) -> None:
        self._store, self._link_id = store, link_id
        self._connection = store.connection
        self.path: Path | None = None
        if store.path is not None:
            self.path = store.path.with_name(f".{store.path.name}.stage")
            # What a killed run has left; the journal's lock says that none is at work.
            self._remove()
        self._connection.execute("ATTACH DATABASE ? AS stage", ("" if self.path is None else str(self.path),))
        self._connection.execute("PRAGMA stage.journal_mode=OFF")
        self._connection.execute("PRAGMA stage.synchronous=OFF")
        self._connection.execute("PRAGMA stage.cache_size=-16384")
        self._connection.executescript(_TABLES)

    def close(self) -> None:
        """Remove the scratch file."""
        with suppress(sqlite3.Error):
            if self._connection.in_transaction:
                self._connection.execute("ROLLBACK")
            self._connection.execute("DETACH DATABASE stage")
        self._remove()

    def _remove(self) -> None:
        if self.path is not None:
            for end in ("", "-journal"):
                Path(f"{self.path}{end}").unlink(missing_ok=True)

    # --- filling -----------------------------------------------------------------------------------------

    def add_local(self, features: Iterable[Feature]) -> None:
        """Add features of the local layer; their server id is the row's number."""
        self._fill("INSERT INTO stage.local VALUES (?, ?, ?, ?, ?)", features, False)

    def add_remote(self, features: Iterable[Feature]) -> None:
        """Add features of the platform."""
        self._fill("INSERT INTO stage.remote VALUES (?, ?, ?, ?, ?, ?)", features, True)

    def _fill(self, statement: str, features: Iterable[Feature], with_version: bool) -> None:
        def rows() -> Iterator[tuple[object, ...]]:
            for feature in features:
                encoded = feature.encoded()
                start = (feature.key, feature.server_id)
                end = (digest(encoded, feature.geometry), encoded, feature.geometry)
                yield (*start, feature.version, *end) if with_version else (*start, *end)

        self._many(statement, rows())

    def replace_remote(self, keys: Sequence[str], features: Iterable[Feature]) -> None:
        """Take what was read just now in the place of what was known of some features of the platform."""
        self._connection.execute(
            f"DELETE FROM stage.remote WHERE key IN (SELECT wanted FROM {EACH})", (json.dumps(keys),)
        )
        self.add_remote(features)

    def index(self) -> None:
        """Make the sides ready for queries, after they were filled."""
        self._connection.execute("CREATE INDEX IF NOT EXISTS stage.local_key ON local (key)")
        self._connection.execute("CREATE INDEX IF NOT EXISTS stage.remote_key ON remote (key)")

    def hold(self, keys: Iterable[str]) -> None:
        """Take features out of the exchange: they are there, but which is which is not known."""
        self._many("INSERT OR IGNORE INTO stage.held VALUES (?)", ((key,) for key in keys))

    # --- asking ------------------------------------------------------------------------------------------

    def count(self, side: str) -> int:
        """Return how many features a side (``local``, ``remote``) has."""
        assert side in ("local", "remote")
        return self._connection.execute(f"SELECT count(*) FROM stage.{side}").fetchone()[0]

    def held(self, keys: Iterable[str]) -> set[str]:
        """Return those of some keys that are held, see `hold`."""
        query = f"SELECT key FROM {EACH} CROSS JOIN stage.held ON key = wanted"
        return {key for (key,) in self._connection.execute(query, (json.dumps(list(keys)),))}

    def is_here(self, key: str) -> bool:
        """Return whether the local layer has a key."""
        query = "SELECT EXISTS (SELECT 1 FROM stage.local WHERE key = ?)"
        return bool(self._connection.execute(query, (key,)).fetchone()[0])

    def longest_key(self) -> str | None:
        """Return the longest key of the local layer; None without any."""
        row = self._connection.execute(
            "SELECT key FROM stage.local ORDER BY length(key) DESC LIMIT 1"
        ).fetchone()
        return None if row is None else row[0]

    def strangers(self, side: str) -> Iterator[str]:
        """Give the keys of a side (``local``, ``remote``) that neither the other side nor an agreement has."""
        other = {"local": "remote", "remote": "local"}[side]
        for (key,) in self._connection.execute(
            f"SELECT key FROM stage.{side} x WHERE NOT EXISTS (SELECT 1 FROM stage.{other} o WHERE o.key = x.key) "
            "AND NOT EXISTS (SELECT 1 FROM main.base b WHERE b.link_id = ? AND b.key = x.key) "
            "AND NOT EXISTS (SELECT 1 FROM stage.held h WHERE h.key = x.key)",
            (self._link_id,),
        ):
            yield key

    def doubles(self) -> list[tuple[str, int]]:
        """Return the keys that the platform has more than once, and how often."""
        return self._connection.execute(
            "SELECT key, count(*) FROM stage.remote GROUP BY key HAVING count(*) > 1 ORDER BY key"
        ).fetchall()

    def drop_repeats(self) -> int:
        """Remove features of the platform that were read twice, with one server id; return how many."""
        cursor = self._connection.execute(
            "DELETE FROM stage.remote WHERE rowid NOT IN (SELECT max(rowid) FROM stage.remote "
            "GROUP BY key, ifnull(server_id, rowid))"
        )
        return cursor.rowcount

    def moved_on_platform(self) -> tuple[int, int]:
        """Return how many features of the platform hold now just what another key alone held, and how many changed."""
        return self._connection.execute(
            "WITH changed AS MATERIALIZED (SELECT r.hash FROM stage.remote r JOIN main.base b ON b.link_id = ?1 "
            "AND b.key = r.key WHERE b.remote_hash <> r.hash), alone AS MATERIALIZED (SELECT remote_hash FROM main.base "
            "WHERE link_id = ?1 GROUP BY remote_hash HAVING count(*) = 1) SELECT "
            "(SELECT count(*) FROM changed WHERE hash IN (SELECT remote_hash FROM alone)), "
            "(SELECT count(*) FROM changed)",
            (self._link_id,),
        ).fetchone()

    def list_differing(self, both_sides: bool) -> int:
        """List the features that may need something done, see `chunks`; return their number.

        Parameters
        ----------
        both_sides : the platform's side is filled as a whole; else only the local side is compared with the base
        """
        not_held = "NOT EXISTS (SELECT 1 FROM stage.held h WHERE h.key = x.key)"
        if both_sides:
            query = f"""
                SELECT x.key FROM stage.local x
                LEFT JOIN main.base b ON b.link_id = ?1 AND b.key = x.key LEFT JOIN stage.remote r ON r.key = x.key
                WHERE (b.key IS NULL OR r.key IS NULL OR b.local_hash <> x.hash OR b.remote_hash <> r.hash)
                AND {not_held}
                UNION ALL
                SELECT x.key FROM main.base x WHERE x.link_id = ?1 AND {not_held}
                AND NOT EXISTS (SELECT 1 FROM stage.local l WHERE l.key = x.key)
                UNION ALL
                SELECT x.key FROM stage.remote x WHERE {not_held}
                AND NOT EXISTS (SELECT 1 FROM stage.local l WHERE l.key = x.key)
                AND NOT EXISTS (SELECT 1 FROM main.base b WHERE b.link_id = ?1 AND b.key = x.key)"""
        else:
            query = f"""
                SELECT x.key FROM stage.local x
                LEFT JOIN main.base b ON b.link_id = ?1 AND b.key = x.key
                WHERE (b.key IS NULL OR b.local_hash <> x.hash OR EXISTS (SELECT 1 FROM main.operation o
                    WHERE o.link_id = ?1 AND o.key = x.key AND o.state IN ('sent', 'acknowledged'))) AND {not_held}
                UNION ALL
                SELECT x.key FROM main.base x WHERE x.link_id = ?1 AND {not_held}
                AND NOT EXISTS (SELECT 1 FROM stage.local l WHERE l.key = x.key)"""
        self._connection.execute(
            f"INSERT INTO stage.todo (key) SELECT key FROM ({query}) ORDER BY key", (self._link_id,)
        )
        return self._connection.execute("SELECT count(*) FROM stage.todo").fetchone()[0]

    def chunks(self, size: int) -> Iterator[list[str]]:
        """Give the keys of `list_differing` in parts."""
        yield from self._parts(
            "SELECT number, key FROM stage.todo WHERE number > ? ORDER BY number LIMIT ?", (), size
        )

    def not_differing(self, size: int) -> Iterator[list[str]]:
        """Give the keys of agreed features that `list_differing` has not listed, in parts."""
        query = f"SELECT b.key, b.key FROM {_REST} AND b.key > ? ORDER BY b.key LIMIT ?"
        yield from self._parts(query, (self._link_id,), size)

    def not_differing_count(self) -> int:
        """Return the number of the features of `not_differing`."""
        return self._connection.execute(f"SELECT count(*) FROM {_REST}", (self._link_id,)).fetchone()[0]

    def planned(self, side: str, kind: str, size: int) -> Iterator[list[str]]:
        """Give the keys of the planned work of a side and kind in parts."""
        query = "SELECT number, key FROM stage.work WHERE side = ? AND kind = ? AND number > ? ORDER BY number LIMIT ?"
        yield from self._parts(query, (side, kind), size)

    def _parts(self, query: str, values: tuple[object, ...], size: int) -> Iterator[list[str]]:
        last = 0
        while rows := self._connection.execute(query, (*values, last, size)).fetchall():
            last = rows[-1][0]
            yield [row[1] for row in rows]

    def sides(self, keys: Sequence[str]) -> list[Sides]:
        """Return what is known of some features, in their order."""
        wanted = (json.dumps(keys),)
        bases = self._store.hashed_bases(self._link_id, keys)
        local, remote = {}, {}
        for key, fid, known, values, geometry in self._connection.execute(
            f"SELECT key, fid, hash, vals, geom FROM {EACH} CROSS JOIN stage.local ON key = wanted", wanted
        ):
            base = bases.get(key)
            same = base[0].local.values if base is not None and base[1] == known else None
            local[key] = Feature(key, decoded(values) if same is None else same, geometry, fid)
        for key, server_id, version, known, values, geometry in self._connection.execute(
            f"SELECT key, server_id, version, hash, vals, geom FROM {EACH} "
            "CROSS JOIN stage.remote ON key = wanted",
            wanted,
        ):
            base = bases.get(key)
            same = base[0].remote.values if base is not None and base[2] == known else None
            remote[key] = Feature(
                key, decoded(values) if same is None else same, geometry, server_id, version
            )
        agreed = {key: base for key, (base, _, _) in bases.items()}
        return [Sides(key, agreed.get(key), local.get(key), remote.get(key)) for key in keys]

    # --- work and results --------------------------------------------------------------------------------

    def plan(self, rows: Iterable[tuple[str, str, str]]) -> None:
        """Note work to do: key, side (``there``, ``here``), kind (``create``, ``update``, ``delete``)."""
        self._many("INSERT INTO stage.work (key, side, kind) VALUES (?, ?, ?)", rows)

    def work_count(self, side: str, kind: str) -> int:
        """Return how much work is planned."""
        return self._connection.execute(
            "SELECT count(*) FROM stage.work WHERE side = ? AND kind = ?", (side, kind)
        ).fetchone()[0]

    def report(self, results: Iterable[Result]) -> None:
        """Note what became of features."""
        results = list(results)
        # Many features have one reason.
        reasons = {id(r.reason): packed(r.reason) for r in {id(r.reason): r for r in results}.values()}
        self._many(
            "INSERT INTO stage.result (key, action, state, items, reason, server_id, fid) "
            "VALUES (?, ?, ?, ?, ?, ?, ?)",
            [
                (r.key, r.action, r.state, "\x1f".join(r.items), reasons[id(r.reason)], r.server_id, r.fid)
                for r in results
            ],
        )

    def _many(self, statement: str, rows: Iterable[tuple[object, ...]]) -> None:
        # Without a transaction every row would be one.
        self._connection.execute("BEGIN")
        try:
            self._connection.executemany(statement, rows)
        except BaseException:
            # A full disk has ended the transaction already.
            with suppress(sqlite3.Error):
                self._connection.execute("COMMIT")
            raise
        self._connection.execute("COMMIT")

    def result_counts(self) -> dict[tuple[str, str], int]:
        """Return the number of results by action and state."""
        return {
            (action, state): number
            for action, state, number in self._connection.execute(
                "SELECT action, state, count(*) FROM stage.result GROUP BY action, state ORDER BY action, state"
            )
        }

    def results(self) -> Iterator[Result]:
        """Give the results in their order."""
        for key, action, state, items, reason, server_id, fid in self._connection.execute(
            "SELECT key, action, state, items, reason, server_id, "
            "ifnull(fid, (SELECT l.fid FROM stage.local l WHERE l.key = r.key)) FROM stage.result r ORDER BY number"
        ):
            names = tuple(items.split("\x1f")) if items else ()
            yield Result(key, action, state, names, unpacked(reason), server_id, fid)

    def worst(self, states: Sequence[str]) -> dict[str, int]:
        """Return how many features have each state, a feature with several counting with the first in `states`."""
        order = " ".join(f"WHEN '{state}' THEN {rank}" for rank, state in enumerate(states))
        rows = self._connection.execute(
            f"SELECT rank, count(*) FROM (SELECT min(CASE state {order} END) AS rank FROM stage.result "
            "GROUP BY ifnull(key, number)) GROUP BY rank ORDER BY rank"
        )
        return {states[rank]: number for rank, number in rows}

    def distinct(self) -> int:
        """Return how many features there are on both sides together."""
        return self._connection.execute(
            "SELECT (SELECT count(*) FROM (SELECT key FROM stage.local UNION SELECT key FROM stage.remote UNION "
            "SELECT key FROM stage.result WHERE key IS NOT NULL)) + "
            "(SELECT count(*) FROM stage.result WHERE key IS NULL)"
        ).fetchone()[0]
