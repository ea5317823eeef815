"""What becomes of features with difficult values on each server, and whether the product tells all of it.

They are sent by the product, looked at in the database by SQL, sent once more by a plain loop (what is stored otherwise
then too is the server's doing), and fetched into a new layer.
"""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import numpy as np
import shapely
from citycheck.citycheck_qgis.cim.features import GEOMETRY as ITEM
from citycheck.citycheck_qgis.cim.results import Report
from citycheck.citycheck_qgis.cim.store import Store, unpacked
from citycheck.citycheck_qgis.messages import Message

from .city_features import COLUMNS, GEOMETRY, KEY, Row, collection, layer, nasty
from .loops import loop_for
from .platforms import MAPSERVER, PYGEOAPI, Platform, Platforms
from .product import PUSH, SYNC, exchanged, opened, pulled

#: How many altered features the plain loop sends once more.
REPEATED = 300
Cells = set[tuple[str, str]]


@dataclass
class Findings:
    """What became of the features on one server.

    Attributes
    ----------
    sent : features that were to be sent
    rejected : key -> why; on reading what the layer could not take
    hidden : features that the server has and shows to nobody
    stored : (key, column) of what the database has otherwise than it was sent
    read : the same of what a fresh pull has otherwise than the database
    listed : (key, column) -> cause, as the product lists it
    unlisted : differences, stored or read, that are not listed
    lost : features that are neither stored nor rejected
    ours : differences that a plain client of the same protocol does not get
    silent : stored otherwise, though it reads back as it was sent: no client can see it
    again : features that a second sync touched on either side
    """

    sent: int
    rejected: dict[str, Message] = field(default_factory=dict)
    hidden: int = 0
    stored: Cells = field(default_factory=set)
    read: Cells = field(default_factory=set)
    listed: dict[tuple[str, str], Message] = field(default_factory=dict)
    unlisted: Cells = field(default_factory=set)
    lost: int = 0
    ours: Cells = field(default_factory=set)
    silent: Cells = field(default_factory=set)
    again: int = 0


def plain(value: Any, column: str) -> Any:
    """Return a value of a column in the one form in which it is compared: text and null stay apart."""
    kind = COLUMNS.get(column)
    if value is None:
        return None
    if isinstance(value, str) and kind != "text":
        value = _read(value, str(kind))
    if kind == "timestamp" and isinstance(value, datetime):
        return value.astimezone(UTC) if value.tzinfo else value
    if kind == "boolean" and value in (0, 1) and not isinstance(value, str):
        return bool(value)
    if kind == "real" and isinstance(value, int):
        return float(value)
    return value


def _read(text: str, kind: str) -> Any:
    if text == "":
        return None
    try:
        if kind == "date":
            return date.fromisoformat(text[:10])
        if kind == "timestamp":
            return datetime.fromisoformat(text)
        return {"integer": int, "real": float, "boolean": lambda t: t in ("true", "1")}[kind](text)
    except (ValueError, KeyError):
        return text


def shapes(rows: Mapping[str, Mapping[str, Any]]) -> dict[str, bytes | None]:
    """Return the geometries by key; single and multi, order and direction of rings and the first corner are one."""
    found = shapely.from_wkb([row[GEOMETRY] for row in rows.values()])
    single = shapely.get_type_id(found) == 3
    found[single] = [shapely.MultiPolygon([shape]) for shape in found[single]]
    return dict(zip(rows, shapely.to_wkb(shapely.normalize(found)).tolist(), strict=True)) if rows else {}


def differing(one: Mapping[str, Mapping[str, Any]], other: Mapping[str, Mapping[str, Any]]) -> Cells:
    """Return key and column of what is not the same in two sets of rows, among the keys that both have."""
    keys = [key for key in one if key in other]
    cells = {
        (key, name)
        for key in keys
        for name in COLUMNS
        if plain(one[key][name], name) != plain(other[key][name], name)
    }
    ours, theirs = (shapes({key: side[key] for key in keys}) for side in (one, other))
    return cells | {(key, GEOMETRY) for key in keys if ours[key] != theirs[key]}


def by_key(rows: Sequence[Mapping[str, Any]]) -> dict[str, Mapping[str, Any]]:
    """Return rows by their key."""
    return {row[KEY]: row for row in rows}


def layer_rows(path: Path) -> dict[str, Mapping[str, Any]]:
    """Read a pulled layer with nothing but SQLite."""
    names = [KEY, *COLUMNS, GEOMETRY]
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as database:
        present = [row[1] for row in database.execute("PRAGMA table_info(bench)")]
        columns = ", ".join(f'"{name}"' if name in present else "NULL" for name in names)
        rows = [
            dict(zip(names, row, strict=True)) for row in database.execute(f"SELECT {columns} FROM bench")
        ]
    for row in rows:
        row[GEOMETRY] = _bare(row[GEOMETRY])
    return by_key(rows)


def _bare(blob: bytes | None) -> bytes | None:
    """Return the WKB of a GeoPackage's geometry: after the header and the envelope that it announces."""
    if blob is None or blob[3] & 0b10000:
        return None
    return blob[8 + (0, 32, 48, 48, 64)[blob[3] >> 1 & 7] :]


def measure(platforms: Platforms, title: str, count: int, folder: Path, seed: int = 1) -> Findings:
    """Send difficult features to a server that can be written to, and look at them from all sides."""
    name = f"fidelity_{seed}_{title.split()[0].lower()}{len(title)}"
    table = collection(name, "Geometry" if title == PYGEOAPI else "MultiPolygon")
    (platform,) = platforms.serve(title, table)
    rows = nasty(count, seed)
    sent = by_key(rows)
    found = Findings(count)
    journal, path = folder / f"{name}.db", folder / f"{name}.gpkg"
    with opened(platform.protocol, platform.url, platform.name) as way:
        report = exchanged(way, journal, layer(rows, way.crs), PUSH)
        second = exchanged(way, journal, layer(rows, way.crs), SYNC)
        pulled(way, path, folder / f"{name}-fresh.db")
    found.rejected = _rejected(report)
    found.again = _touched(second)
    found.listed = _listed(journal)
    stored = by_key(platforms.postgis.rows(name))
    found.lost = len(sent.keys() - stored.keys() - found.rejected.keys())
    back = layer_rows(path)
    found.stored, found.read = differing(sent, stored), differing(stored, back)
    found.lost += len(stored.keys() - back.keys())
    seen = differing(sent, back)
    told = found.listed.keys()
    excused = {cell for cell in found.stored | seen if cell[0] in found.rejected}
    found.silent = found.stored - seen - told - excused
    found.unlisted = seen - told - excused
    found.ours = _ours(platforms, platform, sent, stored, found)
    return found


def _touched(report: Report) -> int:
    """Return how many features a run has changed on either side."""
    return sum(
        number
        for (action, state), number in report.actions.items()
        if action != "none" and state != "rejected"
    )


def _rejected(report: Report) -> dict[str, Message]:
    """Return what was refused; there is no other client here, so a conflict is none but a fault."""
    return {
        str(result.key): result.reason or Message(result.state)
        for result in report.results
        if result.state in ("rejected", "held_back")
    }


def _listed(journal: Path) -> dict[tuple[str, str], Message]:
    with Store(journal) as store:
        rows = store.connection.execute("SELECT key, item, cause FROM difference").fetchall()
    return {
        (key, GEOMETRY if item == ITEM else item): unpacked(packed) or Message("")
        for key, item, packed in rows
    }


def _template(said: Message) -> str:
    """Return a sentence without the numbers of the single feature."""
    inner = [v for value in said.values.values() for v in (value if isinstance(value, list) else [value])]
    parts = [_template(part) for part in inner if isinstance(part, Message)]
    return ", ".join(parts) if parts and said.template.startswith("{") else said.template


def _counted(said: Iterable[tuple[str, Message]]) -> list[tuple[str, str, int]]:
    """Return columns and causes, each cause with the numbers of one feature, and how often they come."""
    groups: dict[tuple[str, str], list[str]] = {}
    for column, cause in said:
        groups.setdefault((column, _template(cause)), []).append(str(cause))
    return [(column, max(causes), len(causes)) for (column, _), causes in sorted(groups.items())]


def _read_by_us_alone(
    stored: Mapping[str, Mapping[str, Any]], found: Cells, formats: Sequence[Mapping[str, Mapping[str, Any]]]
) -> Cells:
    """Return the differences in what was read that a plain client does not get in one of the formats."""
    return found - set.intersection(*(differing(stored, rows) for rows in formats))


def _ours(
    platforms: Platforms,
    platform: Platform,
    sent: Mapping[str, Row],
    stored: Mapping[str, Mapping[str, Any]],
    found: Findings,
) -> Cells:
    """Return the differences that a plain client does not get: in what it stores, and in what it reads."""
    ours = _read_by_us_alone(stored, found.read, loop_for(platform).values())
    altered = sorted({key for key, _ in found.stored} - found.rejected.keys())
    chosen = [
        altered[n] for n in np.linspace(0, len(altered) - 1, min(REPEATED, len(altered))).astype(int).tolist()
    ]
    again = collection(f"{platform.table.name}_again", str(platform.table.geometry))
    (other,) = platforms.serve(platform.title, again)
    peer = loop_for(other)
    for key in chosen:
        peer.create([sent[key]])
    by_peer = by_key(platforms.postgis.rows(again.name))
    others = differing({key: sent[key] for key in chosen}, by_peer)
    return ours | {cell for cell in found.stored if cell[0] in set(chosen) and cell not in others}


def measure_reading(platforms: Platforms, count: int, folder: Path, seed: int = 1) -> Findings:
    """Fetch difficult features from MapServer, which cannot be written to, into a new layer."""
    table = collection("fidelity_read", "Geometry")
    (platform,) = platforms.serve(MAPSERVER, table)
    rows = [row for row in nasty(count, seed) if "\0" not in (row["note"] or "")]
    platforms.postgis.load(table, rows)
    path = folder / "fidelity_read.gpkg"
    with opened(platform.protocol, platform.url, platform.name) as way:
        first = pulled(way, path, folder / "fidelity_read.db")
        second = pulled(way, path, folder / "fidelity_read.db")
    stored, back = by_key(platforms.postgis.rows(table.name)), layer_rows(path)
    formats = loop_for(platform).values()
    found = Findings(len(rows), rejected=_rejected(first), again=_touched(second))
    hidden = stored.keys() - set().union(*formats)
    found.hidden = len(hidden)
    found.lost = len(stored.keys() - back.keys() - hidden - found.rejected.keys())
    found.read = differing(stored, back)
    found.ours = _read_by_us_alone(stored, found.read, formats)
    return found


def lines(title: str, found: Findings) -> list[list[str]]:
    """Return what a server alters and rejects as rows of a table: server, field, what, number."""
    rows = [
        [title, column, f"listed: {cause}", f"{number:,}"]
        for column, cause, number in _counted((column, cause) for (_, column), cause in found.listed.items())
    ]
    for what, cells in (
        ("stored otherwise than sent", found.stored),
        ("read otherwise than stored", found.read),
        ("NOT LISTED", found.unlisted),
        ("CAUSED BY US", found.ours),
    ):
        rows += [
            [title, column, what, f"{number:,}"]
            for column, number in sorted(Counter(column for _, column in cells).items())
        ]
    rows += [
        [title, "", f"rejected: {reason[:100]}", f"{number:,}"]
        for _, reason, number in _counted(("", reason) for reason in found.rejected.values())
    ]
    if found.hidden:
        rows.append([title, "", "stored, and shown to no client", f"{found.hidden:,}"])
    return rows
