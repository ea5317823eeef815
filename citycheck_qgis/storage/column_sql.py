"""Fill new columns of a table by SQL: any table, one statement per batch of features.

The values of a batch are bound to the statement as blobs, out of which SQLite cuts each row's value: no Python object
per feature.
"""

from __future__ import annotations

import math
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from .columns import Coded, Values, part_of
from .geopackage import Progress, quoted

#: Features per statement: a statement cannot be cancelled, and its values are held as bytes.
BATCH = 65536
#: Ids may span this many times their number before they are looked up instead of counted off.
SPARSE = 4
#: Columns of at most so many different values are written as a choice of constants.
FEW = 12


def fill_rows(
    connection: sqlite3.Connection,
    layer: str,
    key: str,
    columns: Mapping[str, Values],
    fids: np.ndarray,
    progress: Progress,
) -> bool:
    """Set columns of a table, batch by batch; return whether its rows are those expected.

    Parameters
    ----------
    connection : to a file that nobody else uses
    layer, key : the table and its integer primary key
    columns : column -> values in the order of `fids`
    fids : ids of all rows, ascending
    progress : called with the share done; may raise to cancel
    """
    table, key = quoted(layer), quoted(key)
    for start in range(0, len(fids), BATCH):
        rows = slice(start, start + BATCH)
        batch = fids[rows]
        first, last = int(batch[0]), int(batch[-1])
        dense = last - first < SPARSE * len(batch)
        at = f"({table}.{key} - ({first}))" if dense else "place.position"
        places = batch - first if dense else np.arange(len(batch))
        values = _Binding(at, places)
        settings = ", ".join(
            f"{quoted(name)} = {values.expression(part_of(column, rows))}" for name, column in columns.items()
        )
        if dense:
            statement = f"UPDATE {table} SET {settings} WHERE {key} BETWEEN {first} AND {last}"
        else:
            _place(connection, batch)
            statement = f"UPDATE {table} SET {settings} FROM temp.place WHERE place.fid = {table}.{key}"
        if connection.execute(statement, values.bound).rowcount != len(batch):
            return False
        progress(min(start + BATCH, len(fids)) / len(fids))
    return True


def _place(connection: sqlite3.Connection, fids: np.ndarray) -> None:
    """Make the table that tells the position of each id in its batch."""
    connection.execute("CREATE TEMP TABLE IF NOT EXISTS place (fid INTEGER PRIMARY KEY, position INTEGER)")
    connection.execute("DELETE FROM temp.place")
    connection.execute(
        "INSERT INTO temp.place SELECT value, key FROM json_each(?)",
        (f"[{','.join(map(str, fids.tolist()))}]",),
    )


@dataclass
class _Binding:
    """The values of a batch as expressions over blobs, and what is bound to them.

    Attributes
    ----------
    at : SQL of a feature's place in the blobs, from 0
    places : the places of the batch's features; those between are of no feature
    bound : the parameters, in the order of the expressions
    """

    at: str
    places: np.ndarray
    bound: list[object] = field(default_factory=list)

    def expression(self, values: Values) -> str:
        """Return the SQL of a column's value in a feature."""
        if isinstance(values, Coded):
            return self._text(values)
        if values.dtype.kind == "f":
            return self._real(values.astype(np.float64))
        null = np.ma.getmaskarray(values)
        return self._whole(np.ma.getdata(values).astype(np.int64), null)

    def _cut(self, cells: np.ndarray) -> str:
        """Return the SQL that cuts a feature's bytes out of a blob of cells of one width, dtype S or uint8."""
        width = cells.dtype.itemsize
        at = f"{self.at} * {width}" if width > 1 else self.at
        blob = np.zeros(int(self.places[-1]) + 1, dtype=cells.dtype)
        blob[self.places] = cells
        self.bound.append(blob.tobytes())
        return f"substr(?{len(self.bound)}, {at} + 1, {width})"

    def _bind(self, value: object) -> str:
        self.bound.append(value)
        return f"?{len(self.bound)}"

    def _choice(self, chosen: np.ndarray, options: list[str]) -> str:
        """Return the SQL of one of some expressions by number; null for numbers beyond them."""
        if not options:
            return "NULL"
        tally = np.bincount(chosen, minlength=len(options))
        if len(options) == 1 and tally[0] == len(chosen):
            return options[0]
        wide = len(options) > 255
        cut = self._cut(chosen.astype(">u2" if wide else np.uint8))
        # The most frequent first: the comparisons are made in order.
        cases = " ".join(
            f"WHEN x'{n:0{4 if wide else 2}x}' THEN {options[n]}"
            for n in np.argsort(-tally[: len(options)], kind="stable")
        )
        return f"CASE {cut} {cases} END"

    def _text(self, values: Coded) -> str:
        # Every text once, and null where there is none.
        texts = list(dict.fromkeys(text for text in values.labels if text is not None))
        place = {text: number for number, text in enumerate(texts)}
        index = np.array([*(-1 if text is None else place[text] for text in values.labels), -1])[values.index]
        used = np.flatnonzero(np.bincount(index[index >= 0], minlength=len(texts)))
        if len(used) <= FEW:
            option = np.full(len(texts) + 1, len(used))
            option[used] = np.arange(len(used))
            return self._choice(option[index], [self._bind(texts[n]) for n in used])
        labels = [text.encode() for text in texts]
        widths = {len(labels[n]) for n in used}
        # A character that ends no label fills them up; null is nothing but that character.
        ends = {label[-1] for label in labels if label}
        fill = next(c for c in range(1, 128) if c not in ends)
        width = max(*widths, 1)
        cells = np.array([label.ljust(width, bytes([fill])) for label in [*labels, b""]], dtype=f"S{width}")
        text = f"CAST({self._cut(cells[index])} AS TEXT)"
        null = bool((index < 0).any())
        if len(widths) == 1:
            return f"nullif({text}, {self._bind(chr(fill) * width)})" if null else text
        trimmed = f"rtrim({text}, {self._bind(chr(fill))})"
        if not null:
            return trimmed
        if 0 in widths:
            return self._choice((index < 0).astype(np.int64), [trimmed])
        return f"nullif({trimmed}, '')"

    def _whole(self, numbers: np.ndarray, null: np.ndarray) -> str:
        shown = numbers[~null]
        distinct = _few(shown)
        if distinct is not None:
            chosen = np.where(null, len(distinct), np.searchsorted(distinct, numbers).clip(0, FEW))
            return self._choice(chosen, [str(int(n)) for n in distinct])
        cut = f"CAST({self._cut(_digits(np.where(null, 0, numbers)))} AS INTEGER)"
        return self._choice(null.astype(np.int64), [cut]) if null.any() else cut

    def _real(self, numbers: np.ndarray) -> str:
        """A number is its 53 bits as whole number times a power of two, both exact; reading digits is not."""
        null = np.isnan(numbers)
        distinct = _few(numbers[~null])
        if distinct is not None:
            chosen = np.where(null, len(distinct), np.searchsorted(distinct, numbers).clip(0, FEW))
            return self._choice(chosen, [self._bind(float(n)) for n in distinct])
        endless = np.isinf(numbers)
        # Most shares are exactly 1.
        plain = ~null & ~endless & (numbers != 1.0)
        _, exponent = np.frexp(numbers[plain])
        # Below this power there are no numbers: the smallest ones have fewer bits.
        powers, which = np.unique(np.maximum(exponent - 53, -1074), return_inverse=True)
        cells = np.zeros(len(numbers), dtype="S17")
        cells[plain] = _digits(np.ldexp(numbers[plain], -powers[which]).astype(np.int64), 17)
        cut = self._cut(cells)
        options = [f"CAST({cut} AS INTEGER) * {self._bind(math.ldexp(1.0, int(power)))}" for power in powers]
        chosen = np.full(len(numbers), len(powers) + 3)
        chosen[plain] = which
        chosen[numbers == 1.0] = len(powers)
        chosen[endless] = len(powers) + 1 + (numbers[endless] < 0)
        return self._choice(chosen, [*options, "1.0", "9e999", "-9e999"])


def _few(values: np.ndarray) -> np.ndarray | None:
    """Return the different values, ascending, if they are few."""
    if len(np.unique(values[:1024])) > FEW:
        return None
    distinct = np.unique(values)
    return distinct if len(distinct) <= FEW else None


def _digits(numbers: np.ndarray, width: int = 0) -> np.ndarray:
    """Return int64 numbers as decimal digits of one width, zeros in front, dtype S."""
    negative = numbers < 0
    # The lowest number has no positive one beside it; as unsigned number it is right again.
    left = np.where(negative, -numbers, numbers).astype(np.uint64)
    signed = bool(negative.any())
    width = max(width, len(str(int(left.max(initial=0)))) + signed)
    cells = np.empty((len(numbers), width), dtype=np.uint8)
    for place in range(width - 1, -1, -1):
        rest = left // np.uint64(10)
        cells[:, place] = left - rest * np.uint64(10) + np.uint64(ord("0"))
        left = rest
    if signed:
        cells[negative, 0] = ord("-")
    return cells.view(f"S{width}").ravel()
