"""Fill new columns of a table by rewriting its pages in the file, at the speed of copying.

SQLite itself would balance the tree at every page that overflows, which takes twice as long and leaves a larger file.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass
from io import BufferedIOBase
from itertools import groupby, pairwise

import numpy as np

from .columns import Coded, Values
from .geopackage import Progress

#: Bytes of pages that are rewritten at a time: few enough to stay in the processor's cache.
PIECE = 1 << 21


class OddPagesError(Exception):
    """A table's pages hold something that `TablePages` does not write itself."""


class TablePages:
    """The pages of a table in a closed SQLite file, rewritten with longer rows at the speed of copying.

    The rows' bytes are moved as they are, new fields go behind the old ones, and the tree above the leaves is built
    anew. See "Database File Format" in SQLite's documentation: 1.3 (header), 1.5 (free pages), 1.6 (b-tree pages,
    overflow), 2.1 (records).
    """

    def __init__(self, file: BufferedIOBase, root: int, source: BufferedIOBase) -> None:
        """Open a table.

        Parameters
        ----------
        file : what is written, open for reading and writing; for reading only where nothing is written
        root : the page at which the table begins
        source : the file that `file` is a copy of, where the copy need not have the table's leaves; else `file`
        """
        self.file, self.source = file, source
        header = file.read(100)
        size = int.from_bytes(header[16:18], "big")
        self.size = 65536 if size == 1 else size
        self.usable = self.size - header[20]
        self.count = int.from_bytes(header[28:32], "big")
        #: The format of 2005 knows the short forms of 0 and 1; with pointer maps pages cannot be moved.
        if header[44:48] != b"\0\0\0\4" or header[52:56] != b"\0\0\0\0":
            raise OddPagesError
        self.root = root
        self.pool: list[int] = []
        self.given = {root}
        self.longest = self.usable - 35
        self.shortest = (self.usable - 12) * 32 // 255 - 23

    def rewrite(
        self,
        defaults: list[bool],
        columns: Mapping[str, Values],
        fids: np.ndarray,
        progress: Progress,
    ) -> None:
        """Give each row the columns' values; `defaults` says of each older column whether it has a default."""
        leaves, inner = self.tree()
        encoded = _encoded(list(columns.values()))
        step = max(1, PIECE // self.size)
        done = 0
        children, keys = [], []
        for start in range(0, len(leaves), step):
            numbers = leaves[start : start + step]
            rows = _Rows.found_in(self, self._read(numbers))
            rows.check(fids[done:], defaults)
            part = slice(done, done + len(rows.at))
            rows.extend([values[part] for values in encoded])
            self._give_up(numbers.tolist())
            pages, last = rows.packed()
            taken = self._take(len(pages))
            self._write(taken, pages)
            children.append(taken)
            keys.append(fids[part][last])
            done = part.stop
            progress(min(1.0, done / len(fids)))
        leaves = np.concatenate(children)
        # A page above the leaves has two of them at least; rows that now fit one leaf leave that to SQLite.
        if done != len(fids) or len(leaves) < 2:
            raise OddPagesError
        self._give_up(inner)
        self._build(leaves, np.concatenate(keys))
        self._finish()

    def tree(self) -> tuple[np.ndarray, list[int]]:
        """Return the numbers of the leaves, in the order of their keys, and of the pages above without the root."""
        level, inner = np.array([self.root]), list[int]()
        for _ in range(20):
            # All leaves are equally far from the root, and too many to be read at once.
            if self._read(level[:1])[0, 0] == 13 and inner:
                return level, inner[1:]
            pages = self._read(level)
            if (pages[:, 0] != 5).any():
                raise OddPagesError
            inner += level.tolist()
            below = []
            for page in pages:
                cells = int(_big(page[3:5]))
                at = page[12 : 12 + 2 * cells].reshape(-1, 2)
                below.append(_big(page[_big(at)[:, None] + np.arange(4)]))
                below.append(_big(page[8:12]).reshape(1))
            level = np.concatenate(below)
            if len(level) > self.count:
                break
        raise OddPagesError

    def _read(self, numbers: np.ndarray) -> np.ndarray:
        """Return pages, uint8 (n, size)."""
        if len(numbers) and not (numbers.min() > 1 and numbers.max() <= self.count):
            raise OddPagesError
        pages = np.empty((len(numbers), self.size), dtype=np.uint8)
        for start, stop in runs(numbers):
            self.source.seek((int(numbers[start]) - 1) * self.size)
            wanted = pages[start:stop].reshape(-1).data
            if self.source.readinto(wanted) != len(wanted):
                raise OddPagesError
        return pages

    def _write(self, numbers: np.ndarray, pages: np.ndarray) -> None:
        for start, stop in runs(numbers):
            self.file.seek((int(numbers[start]) - 1) * self.size)
            self.file.write(pages[start:stop].reshape(-1).data)

    def _give_up(self, numbers: list[int]) -> None:
        """Let pages be written to; none can be given up twice."""
        before = len(self.given)
        self.given.update(numbers)
        if len(self.given) != before + len(numbers):
            raise OddPagesError
        self.pool += numbers

    def _take(self, count: int) -> np.ndarray:
        """Return numbers of pages that may be written to: given up ones first, then new ones."""
        taken, self.pool = self.pool[:count], self.pool[count:]
        while len(taken) < count:
            self.count += 1
            # The page of the first byte after 1 GiB is where SQLite's locks are.
            if self.count != (1 << 30) // self.size + 1:
                taken.append(self.count)
        return np.array(taken, dtype=np.int64)

    def payload(self, local: bytes, length: int) -> bytes:
        """Return a row whose end is on overflow pages; these are given up."""
        parts, following = [local[:-4]], int.from_bytes(local[-4:], "big")
        left = length - len(local) + 4
        while left > 0:
            page = self._read(np.array([following]))[0]
            self._give_up([following])
            parts.append(page[4 : 4 + min(left, self.usable - 4)].tobytes())
            left -= len(parts[-1])
            following = int(_big(page[:4]))
        return b"".join(parts)

    def local(self, length: int | np.ndarray) -> np.ndarray:
        """Return how many bytes of rows of some length are on the leaf itself."""
        length = np.asarray(length)
        kept = self.shortest + (length - self.shortest) % (self.usable - 4)
        return np.where(length <= self.longest, length, np.where(kept <= self.longest, kept, self.shortest))

    def spilled(self, payload: bytes) -> bytes:
        """Write the end of a row to overflow pages, where it is too long, and return what the leaf holds of it."""
        kept = int(self.local(len(payload)))
        if kept == len(payload):
            return payload
        room = self.usable - 4
        parts = [payload[at : at + room] for at in range(kept, len(payload), room)]
        numbers = self._take(len(parts))
        pages = np.zeros((len(parts), self.size), dtype=np.uint8)
        for page, part, following in zip(pages, parts, [*numbers[1:].tolist(), 0], strict=True):
            page[:4] = np.frombuffer(following.to_bytes(4, "big"), dtype=np.uint8)
            page[4 : 4 + len(part)] = np.frombuffer(part, dtype=np.uint8)
        self._write(numbers, pages)
        return payload[:kept] + int(numbers[0]).to_bytes(4, "big")

    def _build(self, children: np.ndarray, keys: np.ndarray) -> None:
        """Write the tree above the leaves, the root where it was."""
        while True:
            lengths = _varint_lengths(keys)
            fan = (self.usable - 12) // (6 + int(lengths.max())) + 1
            starts = list(range(0, len(children), fan))
            if len(children) - starts[-1] == 1 and len(starts) > 1:
                starts[-1] -= 1
            top = len(starts) == 1
            numbers = np.array([self.root]) if top else self._take(len(starts))
            pages = np.zeros((len(starts), self.size), dtype=np.uint8)
            ends = [*starts[1:], len(children)]
            for page, start, end in zip(pages, starts, ends, strict=True):
                size = 4 + lengths[start : end - 1]
                at = self.usable - int(size.sum()) + np.cumsum(size) - size
                page[0] = 5
                page[3:5] = _bytes(np.array([end - 1 - start]), 2)
                page[5:7] = _bytes(np.array([self.usable - int(size.sum())]), 2)
                page[8:12] = _bytes(children[end - 1 : end], 4)
                page[12 : 12 + 2 * len(at)] = _bytes(at, 2).ravel()
                page[at[:, None] + np.arange(4)] = _bytes(children[start : end - 1], 4)
                _put_varints(page, at + 4, keys[start : end - 1], lengths[start : end - 1])
            self._write(numbers, pages)
            if top:
                return
            children, keys = numbers, keys[np.array(ends) - 1]

    def _finish(self) -> None:
        """List the pages that are left over as free, and count the pages and this change."""
        self.file.seek(0)
        header = bytearray(self.file.read(100))
        free = int.from_bytes(header[36:40], "big") + len(self.pool)
        room = self.usable // 4 - 8
        while self.pool:
            trunk, listed, self.pool = self.pool[0], self.pool[1 : 1 + room], self.pool[1 + room :]
            page = np.zeros((1, self.size), dtype=np.uint8)
            page[0, :4] = np.frombuffer(bytes(header[32:36]), dtype=np.uint8)
            page[0, 4 : 8 + 4 * len(listed)] = _bytes(np.array([len(listed), *listed]), 4).ravel()
            self._write(np.array([trunk]), page)
            header[32:36] = trunk.to_bytes(4, "big")
        header[36:40] = free.to_bytes(4, "big")
        header[28:32] = self.count.to_bytes(4, "big")
        changes = (int.from_bytes(header[24:28], "big") + 1) % (1 << 32)
        header[24:28] = header[92:96] = changes.to_bytes(4, "big")
        self.file.seek(0)
        self.file.write(header)


@dataclass
class _Rows:
    """The rows on some leaves.

    Attributes
    ----------
    pages : where they are from
    flat : the leaves' bytes
    at, start : where each row's cell, and its record in that, begin
    keys, lengths : the rows' ids, and the lengths of their records
    """

    pages: TablePages
    flat: np.ndarray
    at: np.ndarray
    start: np.ndarray
    keys: np.ndarray
    lengths: np.ndarray

    @classmethod
    def found_in(cls, pages: TablePages, leaves: np.ndarray) -> _Rows:
        """Find the rows on leaves."""
        if (leaves[:, 0] != 13).any():
            raise OddPagesError
        counts = _big(leaves[:, 3:5])
        base = np.repeat(np.arange(len(leaves)) * pages.size, counts)
        place = np.arange(len(base)) - np.repeat(np.cumsum(counts) - counts, counts)
        flat = leaves.ravel()
        pointer = base + 8 + 2 * place
        at = base + (flat[pointer].astype(np.int64) << 8 | flat[pointer + 1])
        lengths, skip = _varints(flat, at)
        keys, more = _varints(flat, at + skip)
        start = at + skip + more
        local = pages.local(lengths)
        if (lengths < 2).any() or (lengths > pages.count * pages.size).any():
            raise OddPagesError
        if (start + local + 4 * (local < lengths) > base + pages.usable).any():
            raise OddPagesError
        return cls(pages, flat, at, start, keys, lengths)

    def check(self, fids: np.ndarray, defaults: list[bool]) -> None:
        """Check that these are the rows that are expected, and find out about their headers."""
        if not np.array_equal(self.keys, fids[: len(self.keys)]):
            raise OddPagesError
        self.header, self.size = _varints(self.flat, self.start)
        self.whole = self.lengths <= self.pages.longest
        self.missing = np.zeros(len(self.at), dtype=np.int64)
        if (self.header > self.lengths).any() or (self.header[~self.whole] > self.pages.shortest).any():
            raise OddPagesError
        # A field's type ends with a byte below 128.
        for width in np.unique(self.header):
            rows = np.flatnonzero(self.header == width)
            types = self.flat[self.start[rows][:, None] + np.arange(width)] < 128
            fields = types.sum(axis=1) - 1
            self.missing[rows] = len(defaults) - fields
        if (self.missing < 0).any() or any(defaults[len(defaults) - int(self.missing.max(initial=0)) :]):
            raise OddPagesError

    def extend(self, columns: list[np.ndarray | _Encoded]) -> None:
        """Make the new fields: their types, behind the old types, and their contents, behind the old ones."""
        fields = [_fields(values) for values in columns]
        types = [(kind, length) for kind, length, _, _ in fields]
        if self.missing.any():
            widest = int(self.missing.max())
            types.insert(0, (np.zeros((len(self.at), widest), dtype=np.uint8), self.missing))
        self.types, self.types_length = _joined(types)
        self.contents, self.contents_length = _joined([(content, length) for *_, content, length in fields])
        rest = self.header - self.size + self.types_length
        self.new_size = np.where(rest + 1 < 128, 1, 2)
        self.new_header = rest + self.new_size
        if (self.new_header >= 16384).any():
            raise OddPagesError
        self.new_lengths = self.new_header + self.lengths - self.header + self.contents_length

    def packed(self) -> tuple[np.ndarray, np.ndarray]:
        """Return the leaves that hold the rows, and the last row on each."""
        plain = self.whole & (self.new_lengths <= self.pages.longest)
        key_length = self.start - self.at - _varint_lengths(self.lengths)
        length_length = _varint_lengths(self.new_lengths)
        cells = length_length + key_length + self.new_lengths
        long = {int(row): self._long(int(row), int(key_length[row])) for row in np.flatnonzero(~plain)}
        for row, cell in long.items():
            cells[row] = len(cell)
        ends = self._breaks(cells + 2)
        firsts = np.concatenate([[0], ends[:-1]]).astype(np.int64)
        counts = ends - firsts
        size = self.pages.size
        before = np.cumsum(cells) - cells
        total = np.add.reduceat(cells, firsts)
        content = self.pages.usable - total
        leaves = np.zeros((len(ends), size), dtype=np.uint8)
        flat = leaves.ravel()
        within = np.repeat(content - before[firsts], counts) + before
        leaves[:, 0] = 13
        leaves[:, 3:5] = _bytes(counts, 2)
        leaves[:, 5:7] = _bytes(content, 2)
        page = np.repeat(np.arange(len(ends)) * size, counts)
        pointer = page + 8 + 2 * (np.arange(len(cells)) - np.repeat(firsts, counts))
        flat[pointer] = within >> 8
        flat[pointer + 1] = within & 255
        to = page + within
        for row, cell in long.items():
            flat[to[row] : to[row] + len(cell)] = np.frombuffer(cell, dtype=np.uint8)
        rows = slice(None) if not long else np.flatnonzero(plain)
        to, start, header = to[rows], self.start[rows], self.header[rows]
        _put_varints(flat, to, self.new_lengths[rows], length_length[rows])
        to += length_length[rows]
        _move(flat, to, self.flat, start - key_length[rows], key_length[rows])
        to += key_length[rows]
        _put_varints(flat, to, self.new_header[rows], self.new_size[rows])
        to += self.new_size[rows]
        old_types = header - self.size[rows]
        _move(flat, to, self.flat, start + self.size[rows], old_types)
        to += old_types
        _move(
            flat,
            to,
            self.types,
            (np.cumsum(self.types_length) - self.types_length)[rows],
            self.types_length[rows],
        )
        to += self.types_length[rows]
        body = self.lengths[rows] - header
        _move(flat, to, self.flat, start + header, body)
        to += body
        at = (np.cumsum(self.contents_length) - self.contents_length)[rows]
        _move(flat, to, self.contents, at, self.contents_length[rows])
        return leaves, ends - 1

    def _breaks(self, sizes: np.ndarray) -> np.ndarray:
        """Return behind which rows a leaf ends, so that each is as full as can be."""
        filled = np.cumsum(sizes).tolist()
        room, ends, start = self.pages.usable - 8, [], 0
        while start < len(filled):
            before = filled[start - 1] if start else 0
            start = bisect_right(filled, before + room, start, min(len(filled), start + room))
            ends.append(start)
        return np.array(ends, dtype=np.int64)

    def _long(self, row: int, key_length: int) -> bytes:
        """Return the cell of a row that was or gets too long for a leaf."""
        start, length = int(self.start[row]), int(self.lengths[row])
        local = int(self.pages.local(length))
        payload = self.flat[start : start + local + 4 * (local < length)].tobytes()
        if local < length:
            payload = self.pages.payload(payload, length)
        header, size = int(self.header[row]), int(self.size[row])
        types = int(self.types_length[:row].sum())
        contents = int(self.contents_length[:row].sum())
        new = b"".join(
            [
                _varint(int(self.new_header[row])),
                payload[size:header],
                self.types[types : types + int(self.types_length[row])].tobytes(),
                payload[header:],
                self.contents[contents : contents + int(self.contents_length[row])].tobytes(),
            ]
        )
        key = self.flat[start - key_length : start].tobytes()
        return _varint(len(new)) + key + self.pages.spilled(new)


@dataclass
class _Encoded:
    """Text columns that have one index: for each label, and at last for null, what a row has of all of them.

    Attributes
    ----------
    types, contents : bytes by label, uint8 (n, width), and how much of the width each takes
    index : the label of each row
    """

    types: tuple[np.ndarray, np.ndarray]
    contents: tuple[np.ndarray, np.ndarray]
    index: np.ndarray

    @classmethod
    def of(cls, columns: list[Coded]) -> _Encoded:
        """Encode columns that have one index."""
        labels = [[None if text is None else text.encode() for text in column.labels] for column in columns]
        rows = [*zip(*labels, strict=True), (None,) * len(columns)]
        types = [b"".join(_varint(0 if text is None else 13 + 2 * len(text)) for text in row) for row in rows]
        contents = [b"".join(text or b"" for text in row) for row in rows]
        return cls(_table(types), _table(contents), np.asarray(columns[0].index))

    def __getitem__(self, rows: slice) -> _Encoded:
        return _Encoded(self.types, self.contents, self.index[rows])


def _encoded(columns: list[Values]) -> list[np.ndarray | _Encoded]:
    """Return columns with texts encoded, neighbours with the same index together."""
    found: list[np.ndarray | _Encoded] = []
    for _, group in groupby(columns, key=lambda values: id(getattr(values, "index", values))):
        texts = []
        for values in group:
            if isinstance(values, Coded):
                texts.append(values)
            else:
                found.append(values)
        if texts:
            found.append(_Encoded.of(texts))
    return found


def _table(texts: list[bytes]) -> tuple[np.ndarray, np.ndarray]:
    """Return texts as uint8 (n, width), and their lengths."""
    width = max(1, *map(len, texts))
    cells = np.array(texts, dtype=f"S{width}").view(np.uint8).reshape(-1, width)
    return cells, np.array([len(text) for text in texts])


def _fields(
    values: np.ndarray | _Encoded,
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Return values as SQLite's types and contents: bytes (n, width) and how much of the width each takes, for both."""
    if isinstance(values, _Encoded):
        kinds, kind_lengths, contents, lengths = (
            part[values.index] for part in (*values.types, *values.contents)
        )
        return kinds, kind_lengths, contents, lengths
    if values.dtype.kind == "f":
        numbers = values.astype(np.float64)
        content = numbers.astype(">f8").view(np.uint8).reshape(-1, 8)
        kind = np.where(np.isnan(numbers), 0, np.where(numbers == 1, 9, 7))
        return *_varint_bytes(kind), content, np.where(kind == 7, 8, 0)
    whole = np.ma.getdata(values).astype(np.int64)
    null = np.ma.getmaskarray(values)
    shown = whole[~null]
    low, high = int(shown.min(initial=0)), int(shown.max(initial=0))
    number, width = next(
        (number, width)
        for number, width in ((1, 1), (2, 2), (3, 3), (4, 4), (5, 6), (6, 8))
        if -(1 << 8 * width - 1) <= low and high < 1 << 8 * width - 1
    )
    short = (whole == 0) | (whole == 1)
    kind = np.where(null, 0, np.where(short, 8 + (whole == 1), number))
    return *_varint_bytes(kind), _bytes(whole, width), np.where(null | short, 0, width)


def _joined(parts: list[tuple[np.ndarray, np.ndarray]]) -> tuple[np.ndarray, np.ndarray]:
    """Return the parts of each row one behind the other, all rows in one, and each row's length."""
    cells = np.hstack([cell for cell, _ in parts])
    used = np.hstack([np.arange(cell.shape[1]) < length[:, None] for cell, length in parts])
    lengths = np.sum([length for _, length in parts], axis=0)
    return (cells.ravel() if used.all() else cells[used]), lengths


def runs(numbers: np.ndarray) -> list[tuple[int, int]]:
    """Return where consecutive numbers start and stop."""
    breaks = (np.flatnonzero(np.diff(numbers) != 1) + 1).tolist()
    return list(pairwise([0, *breaks, len(numbers)])) if len(numbers) else []


def _big(cells: np.ndarray) -> np.ndarray:
    """Return unsigned big-endian numbers, one per row of bytes."""
    value = np.zeros(cells.shape[:-1], dtype=np.int64)
    for place in range(cells.shape[-1]):
        value = value << 8 | cells[..., place]
    return value


def _bytes(numbers: np.ndarray, width: int) -> np.ndarray:
    """Return the lower bytes of numbers, big-endian, uint8 (n, width)."""
    return np.asarray(numbers).astype(">i8").view(np.uint8).reshape(-1, 8)[:, 8 - width :]


def _varints(flat: np.ndarray, at: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return SQLite's numbers of 1 to 9 bytes, int64, and how many bytes each takes."""
    byte = flat[at].astype(np.int64)
    value, length = byte & 127, np.ones(len(at), dtype=np.int64)
    rows = np.flatnonzero(byte > 127)
    for place in range(1, 9):
        if not len(rows):
            break
        byte = flat[at[rows] + place].astype(np.int64)
        value[rows] = value[rows] << 8 | byte if place == 8 else value[rows] << 7 | byte & 127
        length[rows] += 1
        rows = rows[byte > 127]
    return value, length


def _varint_lengths(numbers: np.ndarray) -> np.ndarray:
    """Return how many bytes SQLite's numbers take; negative ones take all 9."""
    length = np.ones(len(numbers), dtype=np.int64)
    for bits in range(7, 57, 7):
        length += numbers >= 1 << bits
    return np.where(numbers < 0, 9, length)


def _put_varints(flat: np.ndarray, at: np.ndarray, numbers: np.ndarray, lengths: np.ndarray) -> None:
    """Write numbers in SQLite's form."""
    for length in np.unique(lengths).tolist():
        rows = np.flatnonzero(lengths == length)
        for place in range(length):
            # The ninth byte has eight bits of the number, all others have seven.
            last, ninth = place == length - 1, length == 9
            shift = 0 if last else 7 * (length - 1 - place) + ninth
            byte = (numbers[rows] >> shift) & (255 if last and ninth else 127)
            flat[at[rows] + place] = byte if last else byte | 128


def _varint_bytes(numbers: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return small numbers in SQLite's form, uint8 (n, width), and how much of the width each takes."""
    if len(numbers) and numbers.min() >= 0 and numbers.max() < 128:
        return numbers.astype(np.uint8)[:, None], np.ones(len(numbers), dtype=np.int64)
    lengths = _varint_lengths(numbers)
    width = int(lengths.max(initial=1))
    cells = np.zeros((len(numbers), width), dtype=np.uint8)
    _put_varints(cells.ravel(), np.arange(len(numbers)) * width, numbers, lengths)
    return cells, lengths


def _varint(number: int) -> bytes:
    cells, _ = _varint_bytes(np.array([number]))
    return cells.tobytes()


def _move(
    to: np.ndarray, there: np.ndarray, source: np.ndarray, here: np.ndarray, lengths: np.ndarray
) -> None:
    """Copy pieces of bytes, those of one length at a time."""
    order = np.argsort(lengths, kind="stable")
    ranked = lengths[order]
    for start, stop in pairwise([0, *(np.flatnonzero(np.diff(ranked)) + 1).tolist(), len(ranked)]):
        length = int(ranked[start]) if start < len(ranked) else 0
        if not length:
            continue
        rows = order[start:stop]
        kind = np.dtype((np.void, length))
        # Windows of one length at every byte, none of which is copied as a whole.
        read: np.ndarray = np.ndarray((len(source) - length + 1,), kind, source, strides=(1,))
        write: np.ndarray = np.ndarray((len(to) - length + 1,), kind, to, strides=(1,))
        write[there[rows]] = read[here[rows]]
