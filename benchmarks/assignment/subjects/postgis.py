"""Peer: PostGIS with subdivided communities; loading and writing back are part of the work, as is the server's CPU."""

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

JOIN = """
create unlogged table piece as select code, st_subdivide(geom, 64) as geom from communities;
create index on piece using gist (geom);
analyze piece;
create unlogged table joined as
    select building.*, best.code as community_code
    from buildings as building left join lateral (
        select code from piece
        where st_intersects(building.geom, piece.geom)
        group by code
        order by sum(
            case when st_coveredby(building.geom, piece.geom) then st_area(building.geom)
            else st_area(st_intersection(building.geom, piece.geom)) end
        ) desc, code
        limit 1
    ) as best on true;
"""
SETTINGS = {
    "listen_addresses": "",
    "shared_buffers": "1GB",
    "work_mem": "256MB",
    "fsync": "off",
    "full_page_writes": "off",
    "synchronous_commit": "off",
    "autovacuum": "off",
    "jit": "off",
    "max_wal_size": "8GB",
    "logging_collector": "off",
}

buildings, communities, target = sys.argv[1:]
cluster = Path(__file__).resolve().parents[3] / ".cache" / "bench" / "postgres"
server_program = max(Path("/usr/lib/postgresql").glob("*/bin/postgres"))


def load(database: str, source: str, layer: str) -> None:
    """Copy a layer into the database."""
    options = ["-nln", layer, "-lco", "GEOMETRY_NAME=geom", "-lco", "UNLOGGED=YES", "-lco", "FID=fid"]
    environment = os.environ | {"PG_USE_COPY": "YES"}
    subprocess.run(
        ["ogr2ogr", "-f", "PostgreSQL", database, source, *options, "-gt", "unlimited"],
        check=True,
        env=environment,
    )


with tempfile.TemporaryDirectory() as folder:
    Path(folder).chmod(0o777)
    settings = [
        f"--{name}={value}" for name, value in (SETTINGS | {"unix_socket_directories": folder}).items()
    ]
    user = {"user": "postgres", "group": "postgres", "extra_groups": []} if os.geteuid() == 0 else {}
    # The server is a child of this process and its sessions are children of the server: their CPU is counted.
    server = subprocess.Popen([server_program, "-D", cluster, *settings], stderr=subprocess.DEVNULL, **user)
    try:
        psql = ["psql", "-q", "-v", "ON_ERROR_STOP=1", "-h", folder, "-U", "postgres", "-d"]
        while subprocess.run([*psql, "postgres", "-c", ""], stderr=subprocess.DEVNULL).returncode:
            if server.poll() is not None:
                sys.exit("The PostgreSQL server did not start.")
            time.sleep(0.1)
        subprocess.run([*psql, "postgres", "-c", "drop database if exists city"], check=True)
        subprocess.run([*psql, "postgres", "-c", "create database city template postgres"], check=True)
        database = f"PG:host={folder} user=postgres dbname=city"
        load(database, buildings, "buildings")
        load(database, communities, "communities")
        subprocess.run([*psql, "city", "-c", JOIN], check=True)
        subprocess.run(
            [
                "ogr2ogr",
                target,
                database,
                "joined",
                "-nln",
                "buildings",
                "-gt",
                "unlimited",
                "-a_srs",
                "EPSG:4547",
            ],
            check=True,
        )
    finally:
        server.terminate()
        server.wait()
