"""Features to exchange: ordinary buildings, and ones with every value that is known to be damaged on the way."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

import geopandas as gpd
import numpy as np
import shapely
from citycheck.citycheck_qgis.cim.features import Field, Schema
from citycheck.citycheck_qgis.cim.local import FrameLayer
from citycheck.tests.servers.postgis import Collection

KEY, GEOMETRY = "uuid", "geom"
#: Column -> type as PostGIS's collections name it, and as the schemas of the exchange do.
COLUMNS = {
    "name": "text",
    "note": "text",
    "storeys": "integer",
    "height": "real",
    "inhabited": "boolean",
    "built": "date",
    "surveyed": "timestamp",
}
KINDS = {"timestamp": "datetime"}
MIDDLE = (113.2, 23.0)

#: Chinese, a rare surname of Extension B, emoji of one and of several characters, quotes, backslashes, markup, line ends,
#: spaces at the ends, combining and compatibility characters, right-to-left text, and the empty text beside null.
TEXTS = (
    "朝阳小区3号楼", "龘靐齉", "𠮷野家", "𨋢槽", "🏙", "👩‍👩‍👧", "x\"y'z\\w", "ends in \\", '"', "a'b''c", "<b>&amp;</b>", "%20+?&=#",
    "one\ntwo", "one\r\ntwo", "tab\there", "  spaces  ", "", None, "e\u0301", "\ufb01", "عربى", "\u200b", "NULL", "0", "NaN", "0012",
    "2024-01-02", "x" * 2000, "{\"a\": [1]}", "]]>", "$1 \\1", "C:\\temp\\", "\u2028", "―—…", "ﾊﾝｶｸ", "１２３",
)  # fmt: skip
#: Characters that some protocols or databases cannot hold at all: what has them is to be refused, with the reason.
UNTAKEN = ("nul \x00 here", "bell \x07 here")
INTEGERS = (0, 1, -1, 2**31, 2**53 + 1, -(2**53) - 1, 2**63 - 1, -(2**63), None)
REALS = (0.0, -0.0, 0.1, 0.1 + 0.2, 1e-7, 1e22, 1.7976931348623157e308, 5e-324, 123456.789012345, 3.0, None)
BOOLEANS = (True, False, None)
DATES = (date(2024, 2, 29), date(1900, 2, 28), date(1, 1, 1), date(9999, 12, 31), date(1970, 1, 1), None)
TIMES = (
    datetime(2024, 1, 2, 3, 4, 5, 123456, tzinfo=UTC),
    datetime(2024, 1, 2, 23, 59, 59, 999999, tzinfo=timezone(timedelta(hours=8))),
    datetime(1988, 7, 1, 0, 0, tzinfo=timezone(timedelta(hours=9))),
    datetime(1970, 1, 1, tzinfo=UTC),
    datetime(1969, 12, 31, 23, 59, 59, 999000, tzinfo=UTC),
    datetime(2024, 3, 10, 2, 30, tzinfo=timezone(timedelta(hours=-5))),
    datetime(2024, 6, 30, 12, 0, 0, 1, tzinfo=UTC),
    None,
)
Row = dict[str, Any]


def collection(name: str, geometry: str = "MultiPolygon", unique: bool = True) -> Collection:
    """Return the table of a platform that takes these features."""
    return Collection(name, COLUMNS, geometry=geometry, srid=4326, unique=unique)


def schema() -> Schema:
    """Return the schema of the local layer."""
    return Schema(tuple(Field(n, KINDS.get(t, t)) for n, t in COLUMNS.items()), "Geometry")


def polygon(rng: np.random.Generator, corners: int, middle: Sequence[float]) -> shapely.Polygon:
    """Return a ring of corners round a place, in either direction, with doubles that use all their digits."""
    # Less than half a turn apart, so that the ring does not cross itself.
    angles = (np.arange(corners) + rng.uniform(0.0, 0.8, corners)) / corners * 2 * np.pi
    reach = rng.uniform(0.4, 1.0, corners) * 3e-4
    ring = np.column_stack([np.cos(angles) * reach, np.sin(angles) * reach]) + middle
    if rng.random() < 0.5:
        ring = ring[::-1]
    return shapely.Polygon(ring)


def shape(rng: np.random.Generator) -> shapely.Geometry:
    """Return a polygon of 4 to 24 corners, some with a hole, some of several parts."""
    middle = np.array(MIDDLE) + rng.uniform(-0.1, 0.1, 2)
    part = polygon(rng, int(rng.integers(4, 25)), middle)
    kind = rng.random()
    if kind < 0.05:
        hole = shapely.affinity.scale(polygon(rng, 5, middle), 0.05, 0.05)
        return shapely.Polygon(part.exterior, [hole.exterior])
    if kind < 0.15:
        others = [
            polygon(rng, 5, middle + np.array([2e-3 * n, 0])) for n in range(1, int(rng.integers(2, 4)))
        ]
        return shapely.MultiPolygon([part, *others])
    return shapely.MultiPolygon([part]) if kind < 0.2 else part


def nasty(count: int, seed: int = 1) -> list[Row]:
    """Return features whose values are drawn from the lists above, each value in many of them.

    One in 200 has no geometry, one in 500 a character of `UNTAKEN`.
    """
    rng = np.random.default_rng(seed)
    lists = {"name": TEXTS, "note": TEXTS, "storeys": INTEGERS, "height": REALS, "inhabited": BOOLEANS}
    lists |= {"built": DATES, "surveyed": TIMES}
    rows = []
    for number in range(count):
        row: Row = {KEY: _key(rng)}
        row |= {name: values[int(rng.integers(len(values)))] for name, values in lists.items()}
        row[GEOMETRY] = None if number % 200 == 199 else shapely.to_wkb(shape(rng))
        if number % 500 == 499:
            row["note"] = UNTAKEN[number // 500 % len(UNTAKEN)]
        rows.append(row)
    return rows


def ordinary(count: int, seed: int = 1) -> list[Row]:
    """Return features that every platform keeps as they are, but for coordinates."""
    rng = np.random.default_rng(seed)
    start = datetime(2024, 1, 1, tzinfo=UTC)
    return [
        {
            KEY: _key(rng),
            "name": f"朝阳小区{number}号楼",
            "note": "待查",
            "storeys": number % 30,
            "height": number / 8,
            "inhabited": number % 3 > 0,
            "built": date(1980 + number % 40, 1 + number % 12, 1),
            "surveyed": start + timedelta(minutes=number),
            GEOMETRY: shapely.to_wkb(
                shapely.MultiPolygon(
                    [polygon(rng, int(rng.integers(4, 25)), np.array(MIDDLE) + rng.uniform(-0.1, 0.1, 2))]
                )
            ),
        }
        for number in range(count)
    ]


def _key(rng: np.random.Generator) -> str:
    return str(uuid.UUID(bytes=rng.bytes(16), version=4))


def layer(rows: Iterable[Row], crs: str | None) -> FrameLayer:
    """Return features as the local side of an exchange."""
    rows = list(rows)
    columns: dict[str, Any] = {
        name: np.array([row[name] for row in rows] + [None], dtype=object)[:-1] for name in (KEY, *COLUMNS)
    }
    shapes = shapely.from_wkb([row[GEOMETRY] for row in rows])
    frame = gpd.GeoDataFrame(columns, geometry=gpd.GeoSeries(shapes, crs="OGC:CRS84"))
    return FrameLayer(frame, crs, key_field=KEY, name="bench", schema=schema())
