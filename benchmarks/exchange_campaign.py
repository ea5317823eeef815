"""A push of 2,000 features that is struck at random, again and again: what is lost, what is doubled.

Each run begins anew, with a real GeoPackage, the adapter over HTTP and the stand-in for ArcGIS. It is struck once: by
SIGKILL at a request, an error 500, an answer that never comes, a dead token, a full disk, a journal cut short after a
kill; every third run also goes through a network that fails one request in ten. Then it is run again without faults
until nothing is left to do. The last line is JSON.
"""

# ruff: noqa: I001 - the package has its name only after conftest is imported
from __future__ import annotations

import argparse
import json
import os
import random
import shutil
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))
import conftest  # noqa: F401 - names the package

from citycheck.tests.cim.test_exchange_kills import made, rows, there
from citycheck.tests.fixtures.exchange_client import ClientProgram
from citycheck.tests.standins.adversary import TRANSIENT, Adversary, Fault, random_plan
from citycheck.tests.standins.arcgis_standin import ArcgisSettings, ArcgisStandin

KINDS = (
    "call_before", "call_after", "status", "status_after", "drop_after", "truncate", "token_dead", "disk full",
    "cut journal", "cut log",
)  # fmt: skip


def cut(path: Path, drawn: random.Random) -> None:
    """Cut a file at a random place."""
    if path.exists() and path.stat().st_size:
        os.truncate(path, drawn.randrange(path.stat().st_size))


def run(
    seed: int, client: ClientProgram, layer: Path, requests: int, folder: Path
) -> tuple[str, dict[str, Any]]:
    """Do one run; return what struck it and how it ended."""
    drawn = random.Random(seed)
    kind = KINDS[seed % len(KINDS)]
    files = {"layer": str(shutil.copyfile(layer, folder / "layer.gpkg")), "journal": str(folder / "j.db")}
    at = drawn.randint(1, requests)
    told: dict[str, Any] = {"kind": kind, "at": at}
    with ArcgisStandin(settings=ArcgisSettings(needs_token=True)) as server:
        faults = []
        if kind in ("cut journal", "cut log"):
            faults = [Fault("call_after", at=at, action=client.kill)]
        elif kind == "token_dead":
            faults = [Fault(kind, at=at, status=498)]
        elif kind != "disk full":
            faults = [Fault(kind, at=at, action=client.kill)]
        room = {"largest_file": drawn.randint(1, 60) * 50_000} if kind == "disk full" else {}
        with Adversary(server.root, faults) as proxy:
            told["first"] = client.run(url=proxy.through(server.service_url), login=True, **files, **room)
        if kind == "cut journal":
            cut(Path(files["journal"]), drawn)
        elif kind == "cut log":
            cut(Path(files["journal"] + "-wal"), drawn)
        if seed % 3 == 0:
            with Adversary(server.root, random_plan(seed, 0.1, TRANSIENT)) as proxy:
                told["unsteady"] = client.run(url=proxy.through(server.service_url), login=True, **files)
        with Adversary(server.root) as proxy:
            url = proxy.through(server.service_url)
            for _ in range(3):
                told["last"] = client.run(url=url, login=True, **files)
                if told["last"].get("counts") == {}:
                    break
        told["rows"] = len(server.features)
        local, remote = rows(Path(files["layer"])), there(server)
        told["lost"] = sum(remote.get(str(key)) != values for key, values in local.items())
        told["doubled"] = len(server.features) - len(remote)
    return kind, told


def main() -> None:
    """Run the campaign and print what came of it."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--runs", type=int, default=200)
    asked.add_argument("--features", type=int, default=2000)
    asked.add_argument("--first", type=int, default=0)
    given = asked.parse_args()
    bad, kinds, struck, started = [], Counter[str](), Counter[str](), time.perf_counter()
    with tempfile.TemporaryDirectory() as folder, ClientProgram() as client:
        layer = made(Path(folder) / "layer.gpkg", range(given.features))
        with (
            ArcgisStandin(settings=ArcgisSettings(needs_token=True)) as server,
            Adversary(server.root) as proxy,
        ):
            plain = client.run(
                url=proxy.through(server.service_url),
                login=True,
                layer=str(layer),
                journal=f"{folder}/plain.db",
            )
            assert plain["counts"] == {"verified": given.features}, plain
            requests = proxy.count()
        for seed in range(given.first, given.first + given.runs):
            own = Path(folder) / str(seed)
            own.mkdir()
            kind, told = run(seed, client, layer, requests, own)
            shutil.rmtree(own)
            kinds[kind] += 1
            first = told["first"]
            struck["killed" if first["signal"] else "told" if "error" in first else "went through"] += 1
            if (
                told["lost"]
                or told["doubled"]
                or told["last"].get("counts") != {}
                or told["rows"] != given.features
            ):
                bad.append(seed)
                print(seed, json.dumps(told, ensure_ascii=False), flush=True)
    print(
        f"{sum(kinds.values())} runs, {requests} requests each without faults: {dict(kinds)}; {dict(struck)}"
    )
    seconds = round(time.perf_counter() - started)
    print(
        json.dumps({"runs": sum(kinds.values()), "features": given.features, "bad": bad, "seconds": seconds})
    )
    sys.exit(bool(bad))


if __name__ == "__main__":
    main()
