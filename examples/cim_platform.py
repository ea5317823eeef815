"""A small city platform on this machine: PostGIS and pygeoapi with an empty collection ``problem``.

Try the exchange with it before you point it at a real platform (README). It listens on 127.0.0.1 only and needs what
``make setup-servers`` installs.

    .venv/bin/python examples/cim_platform.py start FOLDER [--port 5000]   start it in the background; its data is in FOLDER
    .venv/bin/python examples/cim_platform.py sql FOLDER "update …"        change something on the platform, as a colleague would
    .venv/bin/python examples/cim_platform.py stop FOLDER                  stop it; the data stays for the next start
"""

from __future__ import annotations

import argparse
import importlib
import json
import os
import shlex
import signal
import subprocess
import sys
import time
from pathlib import Path

import psycopg2

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))
importlib.import_module("conftest")
from citycheck.citycheck_qgis.cim.connections import CollectionSettings, Connection, write_connection  # noqa: E402
from citycheck.citycheck_qgis.storage import tables  # noqa: E402
from citycheck.tests.servers.postgis import Collection, PostGis  # noqa: E402
from citycheck.tests.servers.processes import ServerError, alive  # noqa: E402
from citycheck.tests.servers.pygeoapi_server import PyGeoApi  # noqa: E402

#: The ledger of the checkup database as the platform keeps it.
PROBLEM = Collection(tables.PROBLEM.name, tables.PROBLEM.columns, tables.PROBLEM.geometry)
#: Longest time that the platform takes to start or stop, in seconds.
PATIENCE = 90


def serve(folder: Path, port: int) -> None:
    """Serve until this process is asked to end."""
    for ending in (signal.SIGTERM, signal.SIGINT):
        signal.signal(ending, lambda *_: sys.exit(0))
    with PostGis(folder / "database", durable=True) as database:
        database.create(PROBLEM, replace=False)
        with PyGeoApi(database, [PROBLEM], folder=folder / "pygeoapi", port=port) as platform:
            running = {"pid": os.getpid(), "url": platform.url, "database": database.dsn}
            note = folder / "platform.json.new"
            note.write_text(json.dumps(running, indent=1) + "\n", "utf-8")
            write_connection(connection_to(platform.url), folder / "connection.json")
            note.replace(folder / "platform.json")
            try:
                while all(part.running() for part in (*database.processes, *platform.processes)):
                    time.sleep(1)
                raise ServerError(f"A part of the platform has ended by itself; see the logs in {folder}.")
            finally:
                (folder / "platform.json").unlink(missing_ok=True)


def connection_to(url: str) -> Connection:
    """Return what CityCheck needs to know of the platform."""
    settings = CollectionSettings(key_field="uuid")
    return Connection("示例平台", "ogcapi", url, collections={PROBLEM.name: settings})


def start(folder: Path, port: int) -> None:
    """Start the platform in the background and say where it is."""
    if (there := running_platform(folder)) is not None:
        raise ServerError(f"The platform of {folder} runs already: {there['url']}")
    if reason := PostGis.missing() or PyGeoApi.missing():
        raise ServerError(f"The platform cannot be started: {reason}.")
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "platform.json").unlink(missing_ok=True)
    log = folder / "platform.log"
    with log.open("wb") as out:
        server = subprocess.Popen(
            [sys.executable, __file__, "serve", folder, "--port", str(port)],
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=out,
            start_new_session=True,
        )
    deadline = time.monotonic() + PATIENCE
    while (there := running_platform(folder)) is None:
        if server.poll() is not None:
            raise ServerError(log.read_text("utf-8").strip())
        if time.monotonic() > deadline:
            server.terminate()
            raise ServerError(f"The platform did not start in {PATIENCE} s; see {log}.")
        time.sleep(0.1)
    print(f"Platform:    {there['url']}")
    print(f"Collection:  {PROBLEM.name} (key field uuid)")
    print(f"Connection:  {folder / 'connection.json'}")
    print(f"Stop it:     .venv/bin/python examples/cim_platform.py stop {shlex.quote(str(folder))}")


def stop(folder: Path) -> None:
    """Stop the platform of a folder."""
    there = running_platform(folder)
    if there is None:
        print(f"No platform of {folder} is running.")
        return
    os.kill(there["pid"], signal.SIGTERM)
    deadline = time.monotonic() + PATIENCE
    while alive(there["pid"]):
        if time.monotonic() > deadline:
            raise ServerError(f"The platform (process {there['pid']}) did not stop in {PATIENCE} s.")
        time.sleep(0.1)
    print("Stopped.")


def run_sql(folder: Path, statement: str) -> None:
    """Run a statement in the platform's database and print the rows or what was done."""
    there = running_platform(folder)
    if there is None:
        raise ServerError(f"No platform of {folder} is running: start it first.")
    connection = psycopg2.connect(there["database"])
    try:
        with connection, connection.cursor() as cursor:
            cursor.execute(statement)
            if cursor.description:
                print("\t".join(column.name for column in cursor.description))
                for row in cursor.fetchall():
                    print("\t".join("" if value is None else str(value) for value in row))
            else:
                print(cursor.statusmessage)
    except psycopg2.Error as error:
        raise ServerError(str(error).strip()) from None
    finally:
        connection.close()


def running_platform(folder: Path) -> dict | None:
    """What the running platform of a folder wrote about itself, None when there is none."""
    try:
        there = json.loads((folder / "platform.json").read_text("utf-8"))
        command = Path(f"/proc/{there['pid']}/cmdline").read_bytes().split(b"\0")
    except (FileNotFoundError, ProcessLookupError):
        return None
    # Another program may have got the number of one that was killed.
    return there if os.fsencode(folder) in command and alive(there["pid"]) else None


def main(words: list[str] | None = None) -> int:
    """Run one command; returns the exit status."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "command", choices=["start", "stop", "sql", "serve"], help="serve stays in the foreground"
    )
    parser.add_argument("folder", type=lambda text: Path(text).resolve(), metavar="FOLDER")
    parser.add_argument("statement", nargs="?", metavar="SQL", help="for sql: what to run")
    parser.add_argument("--port", type=int, default=5000, help="TCP port of 127.0.0.1 (default 5000)")
    given = parser.parse_args(words)
    if (given.command == "sql") != (given.statement is not None):
        parser.error("sql needs a statement, the other commands take none")
    try:
        match given.command:
            case "start":
                start(given.folder, given.port)
            case "stop":
                stop(given.folder)
            case "sql":
                run_sql(given.folder, given.statement)
            case "serve":
                serve(given.folder, given.port)
    except ServerError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
