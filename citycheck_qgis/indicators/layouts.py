"""Find the table in a grid: title rows, a header of one to three rows, the body, notes below; and its layout.

Three layouts are known:

- ``long``: one row per unit and indicator, with a value column;
- ``wide``: rows are units, columns are indicators;
- ``list``: rows are indicators, columns are units, or one value column for one unit (the city).

The words by which columns are recognised are data: ``data/header_words.csv``.
"""

from __future__ import annotations

import csv
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import product
from pathlib import Path

import pandas as pd

from ..errors import InputError
from ..messages import message
from .cells import cell_text, measure, parse_cell, stated_marks
from .systems import match_indicators, stated_unit
from .tables import Content, Grid
from .unit_join import UnitIndex, UnitKey, depth

WORDS = Path(__file__).parent / "data" / "header_words.csv"

_SEARCH_ROWS = 30
_HEADER_ROWS = 3
_YEAR = re.compile(r"((?:19|20)\d\d)(?:年度?|(?!\d))")
_AS_OF = re.compile(r"截[至止]\D{0,6}((?:19|20)\d\d[-/.年]\d{1,2}(?:[-/.月](?:\d{1,2}日?)?)?)")
_CITY_WORDS = ("全市", "市级", "全市域", "市域", "本市", "全域", "市")


@dataclass(frozen=True)
class Role:
    """What a column is: a kind of ``data/header_words.csv``, with the level of a unit column or a year."""

    kind: str
    level: str = ""
    year: int | None = None


@dataclass(frozen=True)
class Column:
    """One column of a table with its header and what was recognised in it."""

    position: int
    label: str
    role: Role | None = None
    indicator: bool = False
    parent_label: str = ""


@dataclass(frozen=True)
class UnitRecord:
    """A row or column that stands for a unit."""

    row: int
    column: int
    key: UnitKey


@dataclass(frozen=True)
class Entry:
    """One cell of a value: where it stands, its unit and indicator records, and what its row says besides."""

    row: int
    column: int
    unit: int
    indicator: str
    content: Content
    stated: str
    year: str
    data_date: str
    sample_size: str


@dataclass(frozen=True)
class Skipped:
    """A row or column that holds no values of this table, and why."""

    row: int
    column: int
    text: str
    reason: str


@dataclass
class Layout:
    """A table that was understood.

    Attributes
    ----------
    grid : where it stands
    kind : ``long``, ``wide`` or ``list``
    units : unit records; `Entry.unit` is a position in this list
    entries : the cells of values
    skipped : rows and columns left out
    has_year : whether the table has a year column or years in its headers
    marks : meanings of marks that a note below the table explains: ``/`` -> ``not_surveyed``
    """

    grid: Grid
    kind: str
    units: list[UnitRecord] = field(default_factory=list)
    entries: list[Entry] = field(default_factory=list)
    skipped: list[Skipped] = field(default_factory=list)
    has_year: bool = False
    marks: dict[str, str] = field(default_factory=dict)


def _plain(text: object) -> str:
    return re.sub(r"[\s_]+", "", unicodedata.normalize("NFKC", cell_text(text))).casefold()


@lru_cache(maxsize=1)
def _vocabulary() -> dict[str, dict[str, str]]:
    with WORDS.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    kinds: dict[str, dict[str, str]] = {}
    for row in rows:
        kinds.setdefault(row["kind"], {})[_plain(row["word"])] = row["meaning"]
    return kinds


@lru_cache(maxsize=1)
def _unit_columns() -> dict[str, Role]:
    words = _vocabulary()
    roles: dict[str, Role] = {}
    for level_word, level in words["level"].items():
        for prefix, suffix in product(("", *words["level_prefix"]), ("", *words["name_suffix"])):
            roles[prefix + level_word + suffix] = Role("unit_name", level)
        for prefix, suffix in product(("", *words["level_prefix"]), words["code_suffix"]):
            roles[prefix + level_word + suffix] = Role("unit_code", level)
    return roles


def column_role(label: str) -> Role | None:
    """Return what a header says that its column is, or None for a header that is not in the vocabulary."""
    key = _plain(label)
    for spelling in dict.fromkeys((key, re.sub(r"[(\[][^()\[\]]*[)\]]", "", key))):
        if not spelling:
            continue
        if spelling in _vocabulary()["column"]:
            return Role(_vocabulary()["column"][spelling])
        if spelling in _unit_columns():
            return _unit_columns()[spelling]
    year = _YEAR.search(key)
    if year:
        rest = re.sub(r"[()\[\]]", "", key.replace(year.group(), "", 1))
        if not rest or _vocabulary()["column"].get(rest) == "value":
            return Role("value", year=int(year[1]))
    return None


class _Header:
    """Recognition of header texts of one grid, each distinct text once."""

    def __init__(
        self, grid: Grid, system: pd.DataFrame | None = None, index: UnitIndex | None = None
    ) -> None:
        self.grid, self.index = grid, index
        self.top = grid.rows[: _SEARCH_ROWS + _HEADER_ROWS]
        texts = {t for s, e in self.windows() for c in range(self.width) for t in self.spellings(s, e, c)}
        self.indicators: set[str] = set()
        if system is not None:
            names = pd.Series(sorted(texts), dtype=object)
            self.indicators = set(names[match_indicators(names, system).notna()])
        self.roles = {t: column_role(t) for t in texts}

    @property
    def width(self) -> int:
        return len(self.grid.rows[0])

    def windows(self) -> Iterable[tuple[int, int]]:
        last = min(len(self.grid.rows), _SEARCH_ROWS)
        for start in range(last):
            for end in range(start, min(start + _HEADER_ROWS, len(self.grid.rows))):
                yield start, end

    def levels(self, start: int, end: int, column: int) -> list[str]:
        """Return the distinct header cells above a column, from the top."""
        cells: dict[tuple[int, int], str] = {}
        for row in range(start, end + 1):
            text = cell_text(self.top[row][column]).strip() if row < len(self.top) else ""
            if text:
                cells[self.grid.merged.get((row, column), (row, column))] = text
        return list(cells.values())

    def spellings(self, start: int, end: int, column: int) -> list[str]:
        """Return the texts under which a column may be known, the most specific first."""
        texts = self.levels(start, end, column)
        if not texts:
            return []
        joined = ["".join(texts[i:]) for i in range(len(texts) - 1)]
        # a name above "体检值" or "（栋）" is the name of the column
        upper = texts[-2:-1] if len(texts) > 1 and _is_subtitle(texts[-1]) else []
        return list(dict.fromkeys([*joined, *upper, texts[-1]]))

    def column(self, start: int, end: int, column: int) -> Column | None:
        spellings = self.spellings(start, end, column)
        if not spellings:
            return None
        texts = self.levels(start, end, column)
        parent = texts[-2] if len(texts) > 1 else ""
        for text in spellings:
            if text in self.indicators:
                return Column(column, text, None, True, parent)
        for text in spellings:
            if self.roles[text] is not None:
                return Column(column, text, self.roles[text], False, parent)
        return Column(column, texts[-1], None, False, parent)

    def find(self) -> tuple[int, list[Column]]:
        """Return the last header row and the columns of the best header, which may be a poor one."""
        best: tuple[tuple[int, int, int], int, list[Column]] = ((-1, 0, 0), 0, [])
        for start, end in self.windows():
            columns = [c for c in (self.column(start, end, i) for i in range(self.width)) if c is not None]
            known = sum(1 for c in columns if c.indicator or (c.role and c.role.kind != "ignored"))
            if any(c.role and c.role.kind == "indicator" for c in columns):
                known += sum(1 for c in columns if not c.role and self.unit_key(c) is not None)
            score = (known, -(end - start), -start)
            if known and score > best[0]:
                best = (score, end, columns)
        return self._extend(best[1]), best[2]

    def _extend(self, end: int) -> int:
        """Take rows that only state units of measure or go on with merged header cells into the header."""
        while end + 1 < len(self.grid.rows):
            row = end + 1
            own = [
                cell_text(cell)
                for i, cell in enumerate(self.grid.rows[row])
                if cell is not None and self.grid.merged.get((row, i), (row, i))[0] == row
            ]
            continued = any(self.grid.merged.get((row, i), (row, i))[0] <= end for i in range(self.width))
            if not (own or continued) or not all(_is_subtitle(text) for text in own):
                break
            end = row
        return end

    def unit_key(self, column: Column) -> UnitKey | None:
        """Return the unit that a column header names, or None."""
        label = column.label
        if self.index is None:
            return None
        if label in _CITY_WORDS:
            cities = [code for code, level in self.index.level.items() if level == "city"]
            return UnitKey(codes={"city": cities[0]}) if len(cities) == 1 else None
        parents = self.index.named(column.parent_label) if column.parent_label else []
        names = {self.index.level[parents[0]]: column.parent_label} if parents else {}
        for key in (UnitKey(codes={"": label}), UnitKey(names={**names, "": label})):
            if self.index.find(key).outcome in ("matched", "ambiguous"):
                return key
        return None


def _is_subtitle(text: str) -> bool:
    key = _plain(text)
    inner = re.sub(r"[()\[\]]", "", key)
    return measure(inner) is not None or _vocabulary()["column"].get(key) == "value"


def understand(grid: Grid, system: pd.DataFrame, index: UnitIndex, city_code: str | None) -> Layout | None:
    """Recognise the table in a grid and take it apart into unit records and entries.

    Parameters
    ----------
    grid : a sheet or a CSV file
    system : one edition of an indicator system
    index : the units of the city
    city_code : the unit of a list with one value column; the only unit of level city where None

    Returns
    -------
    Layout, or None for a sheet that names neither units nor indicators (a cover, an explanation)

    Raises
    ------
    InputError : a table with units but without known indicators, or the other way round.
    """
    header = _Header(grid, system, index)
    end, columns = header.find()
    body = Body(grid, end, columns)
    kinds = {c.role.kind for c in columns if c.role}
    has_units = bool(kinds & {"unit_code", "unit_name"})
    if "indicator" in kinds:
        unit_columns = {
            c.position: key for c in columns if not c.role and (key := header.unit_key(c)) is not None
        }
        if has_units and "value" in kinds:
            return _long(body, system)
        if unit_columns or "value" in kinds:
            return _list(body, unit_columns, system, index, city_code)
        raise InputError(
            "The table in {table} has a column of indicators but neither a value column (体检值, "
            "数值, 指标值) nor columns named after units; name the column of the values.",
            table=grid.source,
        )
    has_indicators = any(c.indicator for c in columns)
    if has_units and has_indicators:
        return _wide(body)
    if has_indicators:
        raise InputError(
            "The table in {table} has no column with a unit code (社区代码, 街道代码, 代码) or a unit name "
            "(社区名称, 街道名称, 名称); add one or name it so.",
            table=grid.source,
        )
    if has_units:
        raise InputError(
            "The table in {table} holds no known indicator: none of its headers ({headers}) is "
            "an id, name or alias of the {count} indicators of the system; correct the headers "
            "or add aliases to the indicator system.",
            table=grid.source,
            headers=_some(c.label for c in columns if not c.role),
            count=len(system),
        )
    return None


def _some(labels: Iterable[str]) -> str:
    found = list(labels)
    return (
        ", ".join(found[:5]) + (" ..." if len(found) > 5 else "")
        if found
        else "none besides the unit columns"
    )


class Body:
    """The rows below a header, sorted into data rows and others."""

    def __init__(self, grid: Grid, end: int, columns: Sequence[Column]) -> None:
        self.grid, self.end, self.columns = grid, end, columns
        self.skipped: list[Skipped] = []
        self.marks: dict[str, str] = {}
        self.data_date = self._stated_date(range(end + 1))
        self._by_kind: dict[str, list[Column]] = {}
        for c in columns:
            if c.role:
                self._by_kind.setdefault(c.role.kind, []).append(c)
        naming = [c for kind in ("unit_code", "unit_name", "indicator") for c in self.of_kind(kind)]
        self.naming = {c.position for c in naming}
        self.keys = self.naming | {c.position for c in columns if c.indicator}
        self.rows = list(self._data_rows())

    def of_kind(self, kind: str) -> list[Column]:
        """Return the columns that play a role."""
        return self._by_kind.get(kind, [])

    def text(self, row: int, kind: str) -> str:
        """Return the first text of a row in the columns of one kind."""
        return next(iter(self.texts(row, kind)), "")

    def texts(self, row: int, kind: str) -> list[str]:
        """Return all texts of a row in the columns of one kind."""
        cells = (cell_text(self.grid.rows[row][c.position]).strip() for c in self.of_kind(kind))
        return [text for text in cells if text]

    def indicators(self, system: pd.DataFrame) -> dict[int, tuple[str, bool]]:
        """Return the indicator that each row names and whether the system knows it; of an id and a name the known."""
        texts = {row: self.texts(row, "indicator") for row in self.rows}
        distinct = pd.Series(sorted({text for found in texts.values() for text in found}), dtype=object)
        known = set(distinct[match_indicators(distinct, system).notna()])
        named = {row: [text for text in found if text in known] for row, found in texts.items()}
        return {row: ((named[row] or found or [""])[0], bool(named[row])) for row, found in texts.items()}

    def holds_numbers(self, column: int) -> bool:
        """Tell whether any data row has a number in a column."""
        return any(parse_cell(self.grid.rows[row][column]).value is not None for row in self.rows)

    def _data_rows(self) -> Iterable[int]:
        notes = tuple(_vocabulary()["note"])
        in_notes = False
        for row in range(self.end + 1, len(self.grid.rows)):
            cells = self._own_cells(row)
            if not cells:
                continue
            first = _plain(next(iter(cells.values())))
            if re.match(rf"({'|'.join(notes)})\S{{0,3}}[:.、]", first) or first in notes:
                in_notes = True
                self.marks |= stated_marks(" ".join(cells.values()))
                self.data_date = self.data_date or self._stated_date([row])
                continue
            if len(cells) == 1 and (in_notes or self._is_section(row, next(iter(cells)))):
                self.skipped.append(Skipped(row, 0, next(iter(cells.values())), "not a row of the table"))
                continue
            in_notes = False
            if self._is_header_again(row):
                continue
            named = [t for i, t in cells.items() if i in self.naming]
            total = next((t for t in named if _plain(t) in _vocabulary()["total"]), None)
            if total is not None:
                self.skipped.append(Skipped(row, 0, total, "total row"))
                continue
            yield row

    def _stated_date(self, rows: Iterable[int]) -> str:
        """Return the date up to which the title or a note says that the data goes (数据截至2024年12月31日)."""
        found = (_AS_OF.search(text) for row in rows for text in self._own_cells(row).values())
        return next((date[1] for date in found if date), "")

    def _own_cells(self, row: int) -> dict[int, str]:
        """Return the cells of a row that are not repeated from another column: first column -> text."""
        return {
            i: cell_text(cell).strip()
            for i, cell in enumerate(self.grid.rows[row])
            if cell is not None and self.grid.merged.get((row, i), (row, i))[1] == i
        }

    def _is_section(self, row: int, column: int) -> bool:
        merged_over = self.grid.merged.get((row, column + 1), (row, column + 1))[1] == column
        return merged_over or column not in self.keys

    def _is_header_again(self, row: int) -> bool:
        return bool(self.naming) and all(
            _plain(self.grid.rows[row][i]) == _plain(self.grid.rows[self.end][i]) for i in self.naming
        )

    def unit_key(self, row: int, above: Mapping[int, str]) -> UnitKey:
        """Return what a row says about its unit; upper names that are blank are taken from the row above."""
        codes: dict[str, str] = {}
        names: dict[str, str] = {}
        inherited: set[str] = set()
        for c in self.of_kind("unit_code"):
            text = cell_text(self.grid.rows[row][c.position]).strip()
            if text and c.role and c.role.level not in codes:
                codes[c.role.level] = text
        name_columns = self.of_kind("unit_name")
        for c in name_columns:
            assert c.role is not None
            text = cell_text(self.grid.rows[row][c.position]).strip()
            if text and c.role.level not in names:
                names[c.role.level] = text
                if self._spans_rows(row, c.position):
                    inherited.add(c.role.level)
        if codes or any(level not in inherited for level in names):
            for c in name_columns:
                assert c.role is not None
                if c.role.level and c.role.level not in names and above.get(c.position) and names:
                    names[c.role.level] = above[c.position]
                    inherited.add(c.role.level)
            return UnitKey(codes, names, frozenset(inherited))
        return UnitKey()

    def _spans_rows(self, row: int, column: int) -> bool:
        """Tell whether a cell is part of a merged area of several rows: then it names a parent, not the row."""
        origin = self.grid.merged.get((row, column), (row, column))
        return origin[0] != row or self.grid.merged.get((row + 1, column)) == origin

    def aside(self, row: int) -> tuple[str, str, str]:
        """Return what a row says besides its values: year, data date, sample size."""
        date = self.text(row, "data_date") or self.data_date
        return self.text(row, "year"), date, self.text(row, "sample_size")

    def stated_unit(self, row: int) -> str:
        """Return the unit of measure in a column of its own, or empty text."""
        return stated_unit(f"({self.text(row, 'measure')})")

    def layout(self, kind: str) -> Layout:
        """Return a layout without units and entries."""
        dated = any(c.role and c.role.year for c in self.columns) or bool(self.of_kind("year"))
        return Layout(self.grid, kind, skipped=list(self.skipped), has_year=dated, marks=self.marks)


def unit_rows(body: Body) -> Iterable[UnitRecord]:
    """Yield one unit record per data row; a blank parent name is that of the row above."""
    columns = sorted(body.of_kind("unit_name"), key=lambda c: depth(c.role.level if c.role else ""))
    position = next(
        (c.position for c in body.columns if c.role and c.role.kind in ("unit_code", "unit_name")), 0
    )
    above: dict[int, str] = {}
    for row in body.rows:
        for i, c in enumerate(columns[:-1]):
            text = cell_text(body.grid.rows[row][c.position]).strip()
            if text and text != above.get(c.position):
                for lower in columns[i:]:
                    above.pop(lower.position, None)
                above[c.position] = text
        yield UnitRecord(row, position, body.unit_key(row, above))


def find_unit_table(grid: Grid) -> Body | None:
    """Return the rows of a table that lists units, None for a sheet without a code or name column."""
    end, columns = _Header(grid).find()
    if not any(c.role and c.role.kind in ("unit_code", "unit_name") for c in columns):
        return None
    return Body(grid, end, columns)


def _long(body: Body, system: pd.DataFrame) -> Layout:
    layout = body.layout("long")
    values = _value_columns(body, layout)
    companions = [(c.position, "（分子）") for c in body.of_kind("numerator")]
    companions += [(c.position, "（分母）") for c in body.of_kind("denominator")]
    indicators = body.indicators(system)
    for unit, record in enumerate(unit_rows(body)):
        layout.units.append(record)
        row, cells = record.row, body.grid.rows[record.row]
        (name, _), aside = indicators[row], body.aside(row)
        of_row = stated_unit(name) or body.stated_unit(row)
        for c in values:
            year = str(c.role.year) if c.role and c.role.year else aside[0]
            stated = of_row or stated_unit(c.label)
            layout.entries.append(
                Entry(row, c.position, unit, name, cells[c.position], stated, year, *aside[1:])
            )
        for column, ending in companions:
            if cells[column] is not None:
                part = re.sub(r"[（(][^（()）]*[)）]$", "", name) + ending
                layout.entries.append(Entry(row, column, unit, part, cells[column], "", *aside))
    _skip_unknown(body, layout)
    return layout


def _value_columns(body: Body, layout: Layout) -> list[Column]:
    """Return the value columns that are used: all that name their year, else the first."""
    columns = body.of_kind("value")
    dated = [c for c in columns if c.role and c.role.year]
    used = dated or columns[:1]
    for c in columns:
        if c not in used:
            layout.skipped.append(Skipped(body.end, c.position, c.label, "second value column"))
    return used


def _wide(body: Body) -> Layout:
    layout = body.layout("wide")
    unknown = [c for c in body.columns if not c.indicator and not c.role and body.holds_numbers(c.position)]
    columns = sorted([*unknown, *(c for c in body.columns if c.indicator)], key=lambda c: c.position)
    headers = [(c.position, c.label, stated_unit(c.label)) for c in columns]
    for unit, record in enumerate(unit_rows(body)):
        layout.units.append(record)
        row, cells, aside = record.row, body.grid.rows[record.row], body.aside(record.row)
        layout.entries += [
            Entry(row, i, unit, label, cells[i], stated, *aside) for i, label, stated in headers
        ]
    _skip_unknown(body, layout, {c.position for c in columns})
    return layout


def _list(
    body: Body,
    unit_columns: Mapping[int, UnitKey],
    system: pd.DataFrame,
    index: UnitIndex,
    city_code: str | None,
) -> Layout:
    layout = body.layout("list")
    columns: list[Column] = []
    values = [] if unit_columns else _value_columns(body, layout)
    for c in body.columns:
        if c.position in unit_columns:
            key = unit_columns[c.position]
        elif c in values:
            key = UnitKey(codes={"": _city(body.grid, index, city_code)})
        elif unit_columns and _plain(c.label) in _vocabulary()["total"]:
            layout.skipped.append(Skipped(body.end, c.position, c.label, "total column"))
            continue
        elif unit_columns and not c.role and not c.indicator and body.holds_numbers(c.position):
            key = UnitKey(names={"": c.label})
        else:
            continue
        layout.units.append(UnitRecord(body.end, c.position, key))
        columns.append(c)
    indicators = body.indicators(system)
    for row in body.rows:
        (name, known), (row_year, date, size) = indicators[row], body.aside(row)
        if not known and all(body.grid.rows[row][c.position] is None for c in columns):
            layout.skipped.append(Skipped(row, 0, name, "not a row of the table"))
            continue
        of_row = stated_unit(name) or body.stated_unit(row)
        for unit, c in enumerate(columns):
            year = str(c.role.year) if c.role and c.role.year else row_year
            stated = of_row or stated_unit(c.label)
            content = body.grid.rows[row][c.position]
            layout.entries.append(Entry(row, c.position, unit, name, content, stated, year, date, size))
    _skip_unknown(body, layout, {c.position for c in columns})
    return layout


def _skip_unknown(body: Body, layout: Layout, used: Iterable[int] = ()) -> None:
    """List the columns with content that are neither used nor known to be of no interest."""
    seen = {*used, *(item.column for item in layout.skipped if item.row == body.end)}
    for c in body.columns:
        if c.role is None and c.position not in seen:
            layout.skipped.append(Skipped(body.end, c.position, c.label, "column not used"))


def _city(grid: Grid, index: UnitIndex, city_code: str | None) -> str:
    cities = [city_code] if city_code else [code for code, level in index.level.items() if level == "city"]
    if len(cities) != 1 or cities[0] not in index.level:
        raise InputError(
            "The table in {table} has one value column and names no unit, and the city it "
            "belongs to is not known ({found}); give the code of the city as it stands in the "
            "unit table.",
            table=grid.source,
            found=city_code or message("{n} units of level city", n=len(cities)),
        )
    return cities[0]
