"""A PostGIS server of our own: collections, quick loading, and what is really stored."""

from __future__ import annotations

import contextlib
import io
import os
import pwd
import shutil
import signal
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg2
import psycopg2.extensions
import shapely
from psycopg2 import sql

from .processes import Process, Server, ServerError, missing, run, scratch_folder

#: PostgreSQL's types by the names that the schemas of this project use.
TYPES = {
    "text": "text",
    "integer": "int8",
    "real": "float8",
    "boolean": "boolean",
    "date": "date",
    "timestamp": "timestamptz",
}
DATABASE, USER, KEY, GEOMETRY = "cim", "postgres", "uuid", "geom"


@dataclass(frozen=True)
class Collection:
    """A table as a platform keeps it: ``fid`` (the server's id), ``uuid`` (the client's key), columns, ``geom``.

    Attributes
    ----------
    name : table and collection name
    columns : column name -> a key of ``TYPES``
    geometry : PostGIS type such as ``Point`` or ``MultiPolygon``, or None for a table without geometry
    srid : EPSG code of the geometry
    unique : whether the database refuses a second row of the same key
    constraints : further SQL inside ``create table``, e.g. ``check (severity <> 'x')``
    """

    name: str
    columns: dict[str, str] = field(default_factory=dict)
    geometry: str | None = "Point"
    srid: int = 4326
    unique: bool = True
    constraints: tuple[str, ...] = ()


class PostGis(Server):
    """A PostgreSQL cluster with PostGIS that listens on a Unix socket only and trusts everyone who reaches it.

    Parameters
    ----------
    folder : where the data is kept; None takes a new folder and removes it at the end. PostgreSQL refuses to run as
        root: as root it runs as user ``postgres``, who must be able to enter the folder.
    durable : False (fast, for tests) loses data in a power cut
    timezone : what the server writes times in; the default is not UTC, as on the platforms in the field

    Attributes
    ----------
    host : folder of the Unix socket, which libpq, QGIS and MapServer take as a host name
    dsn : libpq connection string
    """

    port, database, user = 5432, DATABASE, USER

    def __init__(
        self, folder: Path | None = None, *, durable: bool = False, timezone: str = "Asia/Shanghai"
    ) -> None:
        self._own_folder = folder is None
        super().__init__(folder or scratch_folder())
        self.host = ""
        self._durable, self._timezone = durable, timezone
        self._account = USER if os.geteuid() == 0 else None

    @staticmethod
    def missing() -> str:
        """Why the server cannot be started here; empty when it can."""
        return "" if _programs() is not None else missing("postgres") or "PostGIS not installed"

    @property
    def dsn(self) -> str:
        """Connection string of libpq."""
        return f"host={self.host} port={self.port} dbname={self.database} user={self.user}"

    def start(self) -> None:
        """Start the server, after making the cluster where there is none yet; after a crash on the same address."""
        programs = _programs()
        if programs is None:
            raise ServerError(self.missing())
        data, log = self.folder / "data", self.folder / "postgres.log"
        self.folder.mkdir(parents=True, exist_ok=True)
        self._give(self.folder)
        log.touch()
        if not (data / "PG_VERSION").exists():
            self._check_access()
            self._make_cluster(programs, data, log)
        if not self.host:
            self.host = str(scratch_folder())
            self._give(Path(self.host))
        settings = {"listen_addresses": "", "unix_socket_directories": self.host, "port": self.port}
        settings |= {"timezone": self._timezone, "max_connections": 100, "jit": "off"}
        if not self._durable:
            settings |= {"fsync": "off", "full_page_writes": "off"}
        options = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
        server = Process(
            [programs / "postgres", "-D", data, *options], log, user=self._account, end_signal=signal.SIGINT
        )
        self.processes.append(server)
        server.wait_for(self._answers, "PostgreSQL")

    def stop(self) -> None:
        """End the server; its data goes too when the folder is ours."""
        super().stop()
        if self.host:
            shutil.rmtree(self.host, ignore_errors=True)
            self.host = ""
        if self._own_folder:
            shutil.rmtree(self.folder, ignore_errors=True)

    def _answers(self) -> bool:
        try:
            psycopg2.connect(self.dsn).close()
        except psycopg2.OperationalError:
            return False
        return True

    def _give(self, folder: Path) -> None:
        if self._account is not None:
            account = pwd.getpwnam(self._account)
            os.chown(folder, account.pw_uid, account.pw_gid)

    def _check_access(self) -> None:
        try:
            run(["test", "-w", self.folder], self.folder / "postgres.log", user=self._account)
        except ServerError:
            raise ServerError(
                f"PostgreSQL's user {USER} cannot write to {self.folder}. Choose a folder that every user can reach "
                f"(below /var/tmp, say), or start it as another user than root."
            ) from None

    def _make_cluster(self, programs: Path, data: Path, log: Path) -> None:
        making = data.with_name("data.new")
        shutil.rmtree(making, ignore_errors=True)
        sync = [] if self._durable else ["--no-sync"]
        options = ["-U", USER, "--auth=trust", "-E", "UTF8", "--locale=C.UTF-8", *sync]
        run([programs / "initdb", "-D", making, *options], log, user=self._account)
        for database, statement in (
            ("postgres", f"create database {DATABASE}"),
            (DATABASE, "create extension postgis"),
        ):
            script = self.folder / "first.sql"
            script.write_text(statement + "\n")
            single = '"$0" --single -c fsync=off -D "$1" "$2" < "$3"'
            run(
                ["sh", "-c", single, programs / "postgres", making, database, script], log, user=self._account
            )
            script.unlink()
        making.rename(data)

    # --- tables ----------------------------------------------------------------------------------------

    @contextlib.contextmanager
    def connect(self) -> Iterator[psycopg2.extensions.connection]:
        """A connection whose transaction is committed at the end, rolled back by an exception, and closed."""
        connection = psycopg2.connect(self.dsn)
        try:
            with connection:
                yield connection
        finally:
            connection.close()

    def execute(
        self, statement: str | sql.Composable, values: Sequence[Any] | None = None
    ) -> list[tuple[Any, ...]]:
        """Run SQL (``%s`` for values) and return the rows it gives, if any."""
        with self.connect() as connection, connection.cursor() as cursor:
            cursor.execute(statement, values)
            return cursor.fetchall() if cursor.description else []

    def create(self, collection: Collection, *, replace: bool = True) -> None:
        """Make the collection's empty table; an existing one is dropped first, or kept with ``replace=False``."""
        columns = ["fid bigserial primary key", f'"{KEY}" text{" unique" if collection.unique else ""}']
        columns += [f'"{name}" {TYPES[type_]}' for name, type_ in collection.columns.items()]
        if collection.geometry is not None:
            columns.append(f"{GEOMETRY} geometry({collection.geometry}, {collection.srid})")
        body = ", ".join([*columns, *collection.constraints])
        with self.connect() as connection, connection.cursor() as cursor:
            if replace:
                cursor.execute(f'drop table if exists "{collection.name}" cascade')
            cursor.execute(f'create table if not exists "{collection.name}" ({body})')
            if collection.geometry is not None:
                index = f'"{collection.name}_{GEOMETRY}"'
                cursor.execute(
                    f'create index if not exists {index} on "{collection.name}" using gist ({GEOMETRY})'
                )

    def load(self, collection: Collection, rows: Iterable[dict[str, Any]]) -> int:
        """Append rows by COPY, about 100 000 per second; returns their number.

        A row has any of ``uuid``, the collection's columns and ``geom`` (WKB, x east); what it lacks becomes null.
        """
        names = [KEY, *collection.columns] + ([GEOMETRY] if collection.geometry is not None else [])
        rows = list(rows)
        values = [[row.get(name) for name in names] for row in rows]
        if collection.geometry is not None and rows:
            shapes = shapely.set_srid(shapely.from_wkb([row.get(GEOMETRY) for row in rows]), collection.srid)
            for value, text in zip(values, shapely.to_wkb(shapes, hex=True, include_srid=True), strict=True):
                value[-1] = text
        text = io.StringIO("".join("\t".join(map(_copy_text, value)) + "\n" for value in values))
        target = sql.SQL("copy {} ({}) from stdin").format(
            sql.Identifier(collection.name), sql.SQL(", ").join(map(sql.Identifier, names))
        )
        with self.connect() as connection, connection.cursor() as cursor:
            cursor.copy_expert(target, text)
        return len(rows)

    def rows(self, name: str, *, key: str | None = None, order: str = "fid") -> list[dict[str, Any]]:
        """Rows of a table as stored, all or those of a key: Python values by column, ``geom`` as WKB as in the table."""
        with self.connect() as connection, connection.cursor() as cursor:
            cursor.execute(
                "select column_name from information_schema.columns where table_name = %s order by ordinal_position",
                [name],
            )
            names = [row[0] for row in cursor.fetchall()]
            columns = [
                sql.SQL("ST_AsBinary({}, 'NDR')" if n == GEOMETRY else "{}").format(sql.Identifier(n))
                for n in names
            ]
            condition = sql.SQL("true" if key is None else "{} = %s").format(sql.Identifier(KEY))
            statement = sql.SQL("select {} from {} where {} order by {}").format(
                sql.SQL(", ").join(columns), sql.Identifier(name), condition, sql.Identifier(order)
            )
            cursor.execute(statement, None if key is None else [key])
            return [
                {n: bytes(v) if isinstance(v, memoryview) else v for n, v in zip(names, row, strict=True)}
                for row in cursor.fetchall()
            ]

    def row(self, name: str, key: str) -> dict[str, Any] | None:
        """The row of a key as stored, None when there is none; an error when there are several."""
        found = self.rows(name, key=key)
        if len(found) > 1:
            raise ServerError(f"{len(found)} rows of {name} have the key {key}.")
        return found[0] if found else None

    def count(self, name: str) -> int:
        """Number of rows of a table."""
        return int(self.execute(sql.SQL("select count(*) from {}").format(sql.Identifier(name)))[0][0])

    def empty(self, name: str) -> None:
        """Delete all rows and number new ones from 1 again."""
        self.execute(sql.SQL("truncate {} restart identity").format(sql.Identifier(name)))

    def edit(self, name: str, key: str, /, **values: Any) -> None:
        """Change a row as another client would; ``geom`` as WKT or WKB in the table's CRS."""
        parts, arguments = [], []
        for column, value in values.items():
            place = "%s"
            if column == GEOMETRY and value is not None:
                shape = shapely.from_wkt(value) if isinstance(value, str) else shapely.from_wkb(value)
                value = shapely.to_wkb(shape, hex=True)
                place = f"ST_SetSRID(%s::geometry, Find_SRID('public', '{name}', '{GEOMETRY}'))"
            parts.append(sql.SQL("{} = " + place).format(sql.Identifier(column)))
            arguments.append(value)
        statement = sql.SQL("update {} set {} where {} = %s returning fid").format(
            sql.Identifier(name), sql.SQL(", ").join(parts), sql.Identifier(KEY)
        )
        if not self.execute(statement, [*arguments, key]):
            raise ServerError(f"No row of {name} has the key {key}.")

    def remove(self, name: str, key: str) -> None:
        """Delete a row as another client would."""
        statement = sql.SQL("delete from {} where {} = %s").format(sql.Identifier(name), sql.Identifier(KEY))
        self.execute(statement, [key])


def _programs() -> Path | None:
    """Folder of the newest PostgreSQL's programs that has PostGIS, None when there is none."""
    found = [
        p.parent
        for p in Path("/usr/lib/postgresql").glob("*/bin/postgres")
        if Path(f"/usr/share/postgresql/{p.parts[-3]}/extension/postgis.control").exists()
    ]
    return max(found, key=lambda folder: int(folder.parts[-2])) if found else None


def _copy_text(value: Any) -> str:
    """A value in the text form of COPY."""
    if value is None:
        return "\\N"
    if isinstance(value, float):
        return repr(value)
    text = str(value)
    return text.replace("\\", "\\\\").replace("\t", "\\t").replace("\n", "\\n").replace("\r", "\\r")
