"""Pushes that are disturbed at random and killed, and what is in the database when a later run has finished them."""

from __future__ import annotations

import random
import subprocess
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from citycheck.citycheck_qgis.cim.adapters.opening import open_collection, way_to
from citycheck.citycheck_qgis.cim.connections import CollectionSettings, Connection
from citycheck.citycheck_qgis.cim.store import Store
from citycheck.tests.servers.processes import free_port
from citycheck.tests.standins.adversary import Adversary, Fault, Plan
from citycheck.tests.standins.arcgis_standin import ArcgisSettings, ArcgisStandin

from .city_features import KEY, collection, layer, ordinary
from .fidelity import by_key, differing
from .platforms import Platform, Platforms
from .product import PUSH, Way, exchanged
from .runs import run_client

#: The client's patience with an answer, seconds.
PATIENCE = 5.0
FAULTS: dict[str, dict[str, Any]] = {
    "connection closed before": {"kind": "drop_before"},
    "answer lost after commit": {"kind": "drop_after"},
    "500": {"kind": "status", "status": 500},
    "500 after commit": {"kind": "status_after", "status": 500},
    "503": {"kind": "status", "status": 503},
    "429": {"kind": "busy"},
    "timeout after commit": {"kind": "delay", "seconds": PATIENCE + 1},
    "truncated answer": {"kind": "truncate"},
}
#: Share of the requests that are disturbed.
RATE = 0.03
#: Runs after which a push that is still not finished counts as one that never is.
MOST_RUNS = 6
KILL = "client killed"


@dataclass
class Outcome:
    """What came of all pushes.

    Each client is killed in its first run, at one of the requests that an undisturbed push makes.

    Attributes
    ----------
    pushes, features : how many, and of how many features each
    struck : fault -> number
    runs : number of runs that a push took -> pushes
    lost, doubled, altered : features that are not in the database, more than once, not as they were sent
    unexplained : features of which the journal does not say that they were verified
    unfinished : pushes that a run after `MOST_RUNS` did not finish
    requests : that the server got
    """

    pushes: int
    features: int
    struck: Counter[str] = field(default_factory=Counter)
    runs: Counter[int] = field(default_factory=Counter)
    lost: int = 0
    doubled: int = 0
    altered: int = 0
    unexplained: int = 0
    unfinished: int = 0
    requests: int = 0


def plan(seed: str, struck: Counter[str], kill_at: int | None, kill: Callable[[], None]) -> Plan:
    """Return what happens to which request: faults by chance, and the death of the client at one of them."""

    def choose(number: int, method: str, path: str) -> Fault | None:
        draw = random.Random(f"{seed}/{number}")
        if number == kill_at:
            struck[KILL] += 1
            return Fault(draw.choice(["call_before", "call_after"]), action=kill)
        if draw.random() >= RATE:
            return None
        name = draw.choice(list(FAULTS))
        struck[name] += 1
        return Fault(**FAULTS[name])

    return choose


def measure(platforms: Platforms, title: str, pushes: int, count: int, folder: Path, seed: int) -> Outcome:
    """Push so often to a table whose database would take doubles."""
    table = collection(f"faults_{title.split()[0].lower()}", unique=False)
    (platform,) = platforms.serve(title, table)
    found = Outcome(pushes, count)
    usual = _requests(platform, count, folder)
    for number in range(pushes):
        platforms.postgis.empty(table.name)
        place = folder / f"{table.name}-{number}"
        place.mkdir()
        _push(platform, found, place, f"{seed}/{number}", usual)
        _look(platforms, platform, found, place, number)
    return found


def _requests(platform: Platform, count: int, folder: Path) -> int:
    """Return the number of requests of a push that nothing disturbs."""
    with Adversary(platform.url) as proxy:
        place = folder / f"{platform.table.name}-whole"
        place.mkdir()
        run_client(_job(platform, proxy, count, 0), place)
        return len(proxy.record)


def _job(platform: Platform, proxy: Adversary, count: int, seed: int) -> dict[str, Any]:
    return {
        "protocol": platform.protocol,
        "url": proxy.through(platform.url),
        "name": platform.name,
        "pull": False,
        "count": count,
        "seed": seed,
        "settings": {"read_timeout": PATIENCE},
    }


def _push(platform: Platform, found: Outcome, folder: Path, seed: str, usual: int) -> None:
    number = int(seed.rpartition("/")[2])
    kill_at: int | None = random.Random(seed).randint(1, usual)
    # One address for all runs, by which the journal knows the platform.
    port = free_port()
    for run in range(1, MOST_RUNS + 1):
        client: list[subprocess.Popen[bytes]] = []
        faults = plan(f"{seed}/{run}", found.struck, kill_at, lambda made=client: made[0].kill())
        with Adversary(platform.url, faults, port) as proxy:
            done = run_client(_job(platform, proxy, found.features, number), folder, client.append)
            found.requests += len(proxy.record)
        kill_at = None
        good = sum(done.counts.get(state, 0) for state in ("verified", "altered", "agreed", "unchanged"))
        if done.ended and not done.failure and good == found.features:
            found.runs[run] += 1
            return
    found.unfinished += 1


def _look(platforms: Platforms, platform: Platform, found: Outcome, folder: Path, number: int) -> None:
    sent = by_key(ordinary(found.features, number))
    rows = platforms.postgis.rows(platform.table.name)
    stored = by_key(rows)
    found.lost += len(sent.keys() - stored.keys())
    found.doubled += len(rows) - len(stored)
    found.altered += len({key for key, _ in differing(sent, stored)})
    found.unexplained += len(sent.keys() - explained(folder / "journal.db"))


def explained(journal: Path) -> set[str]:
    """Return the keys that the journal knows as agreed, with no operation of which the end is not known."""
    with Store(journal) as store:
        agreed = {key for (key,) in store.connection.execute("SELECT key FROM base")}
        ended = "('verified', 'rejected', 'conflict')"
        rows = store.connection.execute(f"SELECT key FROM operation WHERE state NOT IN {ended}")
        return agreed - {key for (key,) in rows}


class _Login:
    """A user of the stand-in."""

    def headers(self, url: str, fresh: bool) -> Mapping[str, str]:
        return {}

    def login(self) -> tuple[str, str] | None:
        settings = ArcgisSettings()
        return settings.username, settings.password


def dying_token(count: int, requests: int, folder: Path) -> Outcome:
    """Push to the stand-in for ArcGIS, whose tokens die after so many requests."""
    fields = [
        {"name": KEY, "type": "esriFieldTypeString", "length": 64},
        {"name": "name", "type": "esriFieldTypeString", "length": 64},
        {"name": "note", "type": "esriFieldTypeString", "length": 64},
        {"name": "storeys", "type": "esriFieldTypeInteger"},
        {"name": "height", "type": "esriFieldTypeDouble"},
    ]
    settings = ArcgisSettings(needs_token=True, token_requests=requests, fields=fields, wkid=4326)
    rows = ordinary(count)
    found = Outcome(1, count)
    with ArcgisStandin(settings=settings) as server:
        connection = Connection(
            "bench", "arcgis", server.service_url, collections={"0": CollectionSettings(key_field=KEY)}
        )
        http = way_to(connection, _Login())
        way = Way(connection, open_collection(connection, http, "0"))
        exchanged(way, folder / "token.db", layer(rows, way.crs), PUSH)
        http.close()
        stored = [row[KEY] for row in server.rows()]
        found.struck["token dead"] = sum(left == 0 for left in server.tokens.values())
    found.lost = len({row[KEY] for row in rows} - set(stored))
    found.doubled = len(stored) - len(set(stored))
    found.unexplained = count - len(explained(folder / "token.db"))
    found.runs[1] = 1
    return found
