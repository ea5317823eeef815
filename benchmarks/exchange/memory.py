"""Memory, speed and room of pulling very many features into a GeoPackage."""

from __future__ import annotations

from pathlib import Path

from .city_features import collection
from .platforms import MAPSERVER, Platforms
from .runs import Run, run_client

#: Features of a page. MapServer sorts the whole table anew for each.
PAGE = 10_000
_FILL = """
insert into {name} (uuid, name, note, storeys, height, inhabited, built, surveyed, geom)
select gen_random_uuid()::text, '朝阳小区' || n || '号楼', '待查', n % 30, n / 8.0, n % 3 > 0,
    date '1980-01-01' + n % 14000, timestamptz '2024-01-01' + n * interval '1 minute',
    ST_Multi(ST_MakeEnvelope(113 + n % 1000 / 7e3, 23 + n / 1000 / 7e3, 113 + n % 1000 / 7e3 + 1e-4,
        23 + n / 1000 / 7e3 + 1e-4, 4326))
from generate_series(1, {count}) n
"""


def measure(platforms: Platforms, count: int, folder: Path, title: str = MAPSERVER) -> Run:
    """Pull so many features in a process of its own."""
    table = collection(f"many_{count}")
    platforms.postgis.create(table)
    platforms.postgis.execute(_FILL.format(name=table.name, count=count))
    platforms.postgis.execute(f"analyze {table.name}")
    (platform,) = platforms.serve(title, table, keep=True)
    place = folder / table.name
    place.mkdir()
    job = {"protocol": platform.protocol, "url": platform.url, "name": platform.name, "pull": True}
    job["settings"] = {"options": {"page": PAGE}}
    found = run_client(job, place)
    platforms.postgis.execute(f"drop table {table.name}")
    return found
