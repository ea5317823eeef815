"""Changes that are made to a layer of a GeoPackage, each of them only while its row is what was read."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime
from functools import lru_cache
from math import isfinite
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from ..messages import Message, message, word
from ..storage.geopackage import quoted
from ..storage.geopackage_edits import allow_z, geometry_blobs, mark_changed, next_fid, write_rows
from .features import GEOMETRY, Feature, Field, Value, canonical
from .geometries import fitted, moved, parsed, to_wkb
from .local import LocalChange, LocalOutcome

if TYPE_CHECKING:
    from .local_geopackage import GeoPackageLayer


class Edit:
    """The changes of one call of `GeoPackageLayer.apply`, within its transaction.

    Attributes
    ----------
    outcomes : one per change; None while it is open
    fids : the row of each change
    """

    def __init__(self, layer: GeoPackageLayer, changes: Sequence[LocalChange]) -> None:
        self.layer, self.shape, self.changes = layer, layer.shape, changes
        self._extent = np.empty(0, dtype=object)
        self.outcomes: list[LocalOutcome | None] = [None] * len(changes)
        self.fids: list[int | None] = [None] * len(changes)

    def made(self) -> list[LocalOutcome]:
        """Make the changes and return what became of them."""
        self._compare()
        values = self._values()
        blobs = self._blobs()
        self._delete()
        self._update(values, blobs)
        self._insert(values, blobs)
        self._read_again()
        return [outcome or LocalOutcome("done") for outcome in self.outcomes]

    def _open(self, *kinds: str) -> list[int]:
        """Return the changes of some kinds that are still to be made."""
        return [
            n for n, change in enumerate(self.changes) if change.kind in kinds and self.outcomes[n] is None
        ]

    def _reject(self, n: int, reason: Message) -> None:
        self.outcomes[n] = LocalOutcome("rejected", None, reason)

    def _compare(self) -> None:
        """Find the rows, and leave out the changes of those that are not what was read."""
        asked = []
        for n, change in enumerate(self.changes):
            place = change.expected.server_id if change.expected is not None else None
            if change.feature.key is None:
                self._reject(n, self.layer.rule.missing())
            elif change.kind != "insert" and place and place.isdecimal():
                self.fids[n] = int(place)
            else:
                asked.append(n)
        found = self.layer.fids_of([self.changes[n].feature.key or "" for n in asked]) if asked else {}
        for n in asked:
            self.fids[n] = found.get(self.changes[n].feature.key or "")
        rows = self.layer.read([fid for fid in self.fids if fid is not None])
        seen = set()
        for n in self._open("insert", "update", "delete"):
            change, fid = self.changes[n], self.fids[n]
            row, fault = rows.get(fid, (None, None)) if fid is not None else (None, None)
            same = row is None if change.kind == "insert" else row is not None and self._as_read(row, change)
            if row is None and change.kind == "delete":
                self.outcomes[n] = LocalOutcome("done")
            elif not same or fault is not None or change.feature.key in seen:
                self.outcomes[n] = LocalOutcome("changed_meanwhile", row, _CHANGED)
            seen.add(change.feature.key)

    def _as_read(self, row: Feature, change: LocalChange) -> bool:
        """Return whether a row is what was read; a geometry that took no part is not looked at in an update."""
        expected = change.expected
        if expected is None or row.key != change.feature.key:
            return False
        if any(row.values.get(name) != value for name, value in expected.values.items()):
            return False
        compared = expected.geometry is not None or change.kind == "delete" or GEOMETRY in change.changed
        return not compared or row.geometry == expected.geometry

    def _values(self) -> dict[int, dict[str, Any]]:
        """Return what is to be written into the columns, and reject what these cannot hold."""
        fields = {field.name: field for field in self.layer.schema.fields if field.editable}
        rule = self.layer.rule
        written: dict[int, dict[str, Any]] = {}
        for n in self._open("insert", "update"):
            change = self.changes[n]
            given = change.feature.values
            names = fields.keys() & (given if change.kind == "insert" else change.changed)
            row = written[n] = {}
            for name in sorted(names):
                row[name] = _stored(given.get(name), fields[name])
                if isinstance(row[name], Message):
                    self._reject(n, row[name])
                    break
            if rule.field is not None:
                if change.kind == "insert":
                    row[rule.field] = change.feature.key
            elif names & set(rule.columns) and rule.keys([[given.get(c)] for c in rule.columns]) != [
                change.feature.key
            ]:
                self._reject(n, message("Its key does not follow from {fields}.", fields=list(rule.columns)))
        return written

    def _blobs(self) -> dict[int, bytes | None]:
        """Return geometries as the file stores them, and reject what the layer cannot hold."""
        layer = self.layer
        rows = [
            n
            for n in self._open("insert", "update")
            if GEOMETRY in self.changes[n].changed or self.changes[n].kind == "insert"
        ]
        if layer.geometry_column is None or not rows:
            return {}
        shapes, unread = parsed([self.changes[n].feature.geometry for n in rows])
        shapes, lost = moved(shapes, layer.way_in)
        shapes, reasons = fitted(shapes, layer.schema.geometry or "Geometry")
        for place in np.flatnonzero(unread).tolist():
            reasons[place] = message("Its geometry cannot be read.")
        for place in np.flatnonzero(lost).tolist():
            reasons[place] = message("Its geometry has no place in the CRS of the layer.")
        for place, reason in reasons.items():
            self._reject(rows[place], reason)
        if not self.shape.has_z and shapely.has_z(shapes).any():
            allow_z(layer.connection, self.shape)
            layer.shape = self.shape = replace(self.shape, has_z=True)
        self._extent = shapes
        return dict(zip(rows, geometry_blobs(shapes, to_wkb(shapes), self.shape.srs_id), strict=True))

    def _delete(self) -> None:
        rows = self._open("delete")
        key, table = quoted(self.shape.fid_column), quoted(self.shape.table)
        self._write(rows, f"DELETE FROM {table} WHERE {key} = ?", [(self.fids[n],) for n in rows])
        if self.layer.indexed is not None:
            self.layer.connection.executemany(
                "DELETE FROM temp.citycheck_key WHERE key = ? AND fid = ?",
                [(self.changes[n].feature.key, self.fids[n]) for n in rows if self.outcomes[n] is None],
            )

    def _update(self, values: dict[int, dict[str, Any]], blobs: dict[int, bytes | None]) -> None:
        for columns, rows in self._alike("update", values, blobs).items():
            if columns:
                settings = ", ".join(f"{quoted(c)} = ?" for c in columns)
                statement = f"UPDATE {quoted(self.shape.table)} SET {settings} WHERE {quoted(self.shape.fid_column)} = ?"
                self._write(
                    rows, statement, [(*self._cells(n, columns, values, blobs), self.fids[n]) for n in rows]
                )

    def _insert(self, values: dict[int, dict[str, Any]], blobs: dict[int, bytes | None]) -> None:
        groups = self._alike("insert", values, blobs)
        fid = next_fid(self.layer.connection, self.shape) if groups else 0
        for columns, rows in groups.items():
            names = ", ".join(map(quoted, (self.shape.fid_column, *columns)))
            for n in rows:
                self.fids[n], fid = fid, fid + 1
            self._write(
                rows,
                f"INSERT INTO {quoted(self.shape.table)} ({names}) VALUES ({', '.join('?' * (len(columns) + 1))})",
                [(self.fids[n], *self._cells(n, columns, values, blobs)) for n in rows],
            )
            self.layer.note_keys(
                (self.changes[n].feature.key, self.fids[n] or 0) for n in rows if self.outcomes[n] is None
            )

    def _alike(
        self, kind: str, values: dict[int, dict[str, Any]], blobs: dict[int, bytes | None]
    ) -> dict[tuple[str, ...], list[int]]:
        """Return the open changes of a kind by the columns that they fill."""
        groups: dict[tuple[str, ...], list[int]] = {}
        for n in self._open(kind):
            columns = (self.layer.geometry_column or "", *values[n]) if n in blobs else tuple(values[n])
            groups.setdefault(columns, []).append(n)
        return groups

    def _cells(
        self,
        n: int,
        columns: tuple[str, ...],
        values: dict[int, dict[str, Any]],
        blobs: dict[int, bytes | None],
    ) -> tuple[Any, ...]:
        return (blobs[n], *values[n].values()) if n in blobs else tuple(values[n].values())

    def _write(self, rows: Sequence[int], statement: str, cells: Sequence[Sequence[Any]]) -> None:
        for place, reason in write_rows(self.layer.connection, statement, cells).items():
            self._reject(rows[place], message("The layer does not take it: {reason}.", reason=reason))

    def _read_again(self) -> None:
        rows = self._open("insert", "update")
        if rows or self._open("delete"):
            mark_changed(self.layer.connection, self.shape, self._extent)
        found = self.layer.read([self.fids[n] or 0 for n in rows])
        for n in rows:
            self.outcomes[n] = LocalOutcome("done", found[self.fids[n] or 0][0])


#: Type of a value that is canonical as it stands; times and dates may be many ways.
_PLAIN = {"text": str, "integer": int, "boolean": bool, "date": str}
#: Readers of a GeoPackage take the first for the end of a text; halves of a character have no bytes.
_UNHELD = re.compile("[\0\ud800-\udfff]")
_CHANGED = message("The row was changed here meanwhile; run again.")


def _stored(value: Value, field: Field) -> Any:
    """Return a value as a column stores it; a message where the column cannot hold it."""
    given = value
    if value is None or (field.type == "real" and type(value) is float and isfinite(value)):
        return value
    if type(value) is not _PLAIN.get(field.type):
        value = canonical(value, field.type)
        if value is None:
            return None
    if field.type == "text":
        text = str(value)
        if field.length is not None and len(text) > field.length:
            return message(
                "The text in {field} is longer than the {length} characters that the field holds; make the field longer.",
                field=field.name,
                length=field.length,
            )
        if _UNHELD.search(text):
            return message("The text in {field} holds a character that no layer can hold.", field=field.name)
        return text
    if field.type == "datetime":
        value = _gpkg_time(value)
    fits = {
        "integer": isinstance(value, int) and -(1 << 63) <= value < 1 << 63,
        "real": isinstance(value, float),
        "boolean": isinstance(value, bool),
        "date": isinstance(value, str) and _is_date(value),
        "datetime": isinstance(value, str),
    }
    if not fits.get(field.type, False):
        return message(
            "{value} does not fit field {field} of type {type}; correct the type or the value, or leave the field out.",
            value=str(given)[:80],
            field=field.name,
            type=word(field.type),
        )
    return int(value) if isinstance(value, bool) else value


def _is_date(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


@lru_cache(4096)
def _gpkg_time(value: Value) -> str | None:
    """Return a time as a GeoPackage writes it; None where it is none.

    It has thousandths, and more digits only where there are more.
    """
    try:
        datetime.fromisoformat(str(value))
    except ValueError:
        return None
    text = str(value)
    whole, _, part = text.removesuffix("Z").partition(".")
    part = part.ljust(3, "0")
    return f"{whole}.{part if part[3:].strip('0') else part[:3]}{'Z' if text.endswith('Z') else ''}"
