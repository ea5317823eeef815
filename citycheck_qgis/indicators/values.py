"""Values from annex tables: read, join to units and indicators, account for every row and cell."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pandas as pd

from ..errors import ConservationError, InputError
from ..messages import Message, message, word
from ..storage.tables import DTYPES, VALUE
from ..units.codes import tidy_code
from ..units.conservation import Conservation
from ..units.names import core_name
from .cells import OTHER_UNIT, SEVERAL, TEXT, Cell, cell_text, parse_cell
from .layouts import Entry, Layout, Skipped, UnitRecord, understand
from .systems import match_indicators
from .tables import column_letters, read_tables
from .unit_join import AMBIGUOUS, MATCHED, OUTSIDE, UNMATCHED, UnitIndex

SKIPPED = "skipped"
CONFLICT = "conflict"
UNIT_ROWS, INDICATORS, CELLS = "unit rows", "indicators", "value cells"
SUBJECTS = (UNIT_ROWS, INDICATORS, CELLS)
OTHER_YEAR = "other year"
UNKNOWN_INDICATOR = "unknown indicator"

REMAINDER = [
    "source", "row", "column", "unit_text", "indicator_text", "text", "reason", "subject", "outcome", "cells",
]  # fmt: skip

_DATE = re.compile(r"((?:19|20)\d\d)[-/.年](\d{1,2})(?:[-/.月](\d{1,2})日?)?月?(?:[ T].*)?")
_STATE, _TEXT, _VALUE = (list(VALUE.columns).index(c) for c in ("state", "text", "value"))
_YEAR = re.compile(r"((?:19|20)\d\d)(?:\.0)?年?度?")


@dataclass
class ValueImport:
    """What came out of the tables.

    Attributes
    ----------
    values : the columns of table ``value``
    remainder : everything that is not in `values` as it was found, with the place where it stands: source, row,
        column, unit_text, indicator_text, text, reason; `subject` and `outcome` say where it is counted in
        `conservation` (outcome ``skipped`` is not counted), `cells` how many cells of values it stands for
    conservation : unit rows, indicators and cells, each in = matched + ambiguous + unmatched + outside
    notes : sentences on what was recognised and decided
    reasons : text in column reason of `remainder` -> the message that it is
    """

    values: pd.DataFrame
    remainder: pd.DataFrame
    conservation: tuple[Conservation, ...]
    notes: list[Message] = field(default_factory=list)
    reasons: Mapping[str, Message] = field(default_factory=dict)

    @property
    def text_cells(self) -> pd.DataFrame:
        """The rows of the remainder in which text, or another unit of measure, stands where a number belongs."""
        return self.remainder[self.remainder["reason"].isin([TEXT, OTHER_UNIT])]

    def check(self, limit_percent: float) -> None:
        """Raise when text stands where a number belongs or when more was lost than the limit allows.

        Raises
        ------
        InputError : naming the first such cell and how many there are, when their share of all cells is above the
            limit.
        ConservationError : unmatched and outside rows, indicators or cells above the limit.
        """
        units, indicators, cells = self.conservation
        texts = self.text_cells
        if len(texts) and 100.0 * len(texts) > limit_percent * cells.total:
            first = texts.iloc[0]
            raise InputError(
                "In {table}, cell {cell}, the value of {indicator} is {text!r}: {reason} ({count} such cells in all); "
                "correct the cell or empty it.",
                table=first["source"],
                cell=f"{first['column']}{first['row']}",
                indicator=first["indicator_text"],
                text=first["text"],
                reason=self.reasons[first["reason"]],
                count=len(texts),
            )
        units.check(limit_percent)
        for part in (indicators, cells):
            if part.lost_percent > limit_percent:
                lost = self.remainder[self.remainder["outcome"].isin([UNMATCHED, OUTSIDE])]
                first = lost[lost["subject"] == part.subject].iloc[0] if part is indicators else lost.iloc[0]
                raise ConservationError(
                    "{lost} of {total} {subject} ({percent:.1f} %) could not be used, more than the limit of "
                    "{limit:g} %; the first is in {table}, cell {cell} ({reason}): correct it or raise the limit.",
                    lost=part.unmatched + part.outside,
                    total=part.total,
                    subject=word(part.subject),
                    percent=part.lost_percent,
                    limit=limit_percent,
                    table=first["source"],
                    cell=f"{first['column']}{first['row']}",
                    reason=self.reasons[first["reason"]],
                )


def read_values(
    paths: str | Path | Sequence[str | Path],
    units: pd.DataFrame,
    system: pd.DataFrame,
    year: int | None = None,
    edition: str | None = None,
    city_code: str | None = None,
) -> ValueImport:
    """Read tables of indicator values and join them to units and indicators.

    Units are found by code, else by name inside the parent that the row names, else by name if only one unit has
    it. A well-formed code that is no unit of this city is ``outside`` even where its name is known here.

    Parameters
    ----------
    paths : one or more CSV or XLSX files; all sheets of a workbook are read
    units : unit table: code, level, name, parent_code
    system : an indicator system, as `load_system` returns it
    year : the checkup year; rows of other years are skipped and listed. May be None when the tables have years
    edition : edition of `system` to use; the only one where None
    city_code : the unit of tables that list one value per indicator and name no unit

    Raises
    ------
    InputError : unreadable file, table without units or known indicators, no year, several editions.
    """
    files = [paths] if isinstance(paths, str | Path) else list(paths)
    if not files:
        raise InputError("No value table was given; name at least one CSV or XLSX file.")
    system = one_edition(system, edition)
    index = UnitIndex(units)
    city = tidy_code(city_code) if city_code else None
    join = _Join(index, system, year)
    notes: list[Message] = []
    for path, name in _display_names(files).items():
        found = 0
        for grid in read_tables(path, name):
            layout = understand(grid, system, index, city)
            if layout is None:
                empty = Layout(
                    grid, "none", skipped=[Skipped(0, 0, grid.sheet, "no table of values in this sheet")]
                )
                join.add(empty)
                continue
            if year is None and not layout.has_year:
                raise InputError(
                    "The year of the values in {table} is not known; give the year or add a column 年度.",
                    table=grid.source,
                )
            found += 1
            notes.extend(join.add(layout))
        if not found:
            raise InputError(
                "No table of values was found in {file}: looked in the first 30 rows of every sheet "
                "for headers such as 社区代码, 社区名称, 街道名称, 指标项, 体检值 and for the indicators' names.",
                file=name,
            )
    return join.result(notes)


def _display_names(files: Sequence[str | Path]) -> dict[Path, str]:
    """Return every file once with the name that values carry as their source; equal names get their folder."""
    paths = list(dict.fromkeys(Path(file).resolve() for file in files))
    repeated = {name for name, count in Counter(path.name for path in paths).items() if count > 1}
    return {path: f"{path.parent.name}/{path.name}" if path.name in repeated else path.name for path in paths}


def one_edition(system: pd.DataFrame, edition: str | None = None) -> pd.DataFrame:
    """Return the rows of one edition of an indicator system; two systems are never mixed.

    Raises
    ------
    InputError : the edition does not exist, or there are several and none was named.
    """
    editions = list(system["edition"].unique())
    if edition is None and len(editions) > 1:
        raise InputError(
            "The indicator system holds the editions {editions}; name the one to use.",
            editions=", ".join(editions),
        )
    chosen = editions[0] if edition is None else edition
    if chosen not in editions:
        raise InputError(
            "The indicator system has no edition {edition!r}; it holds {editions}.",
            edition=chosen,
            editions=", ".join(editions),
        )
    return system[system["edition"] == chosen].reset_index(drop=True)


def iso_date(text: str) -> str | None:
    """Return a date or month in ISO 8601, the text itself where it is not a date, None where it is empty."""
    found = _DATE.fullmatch(text.strip())
    if found:
        return "-".join([found[1], *(part.zfill(2) for part in found.groups()[1:] if part)])
    return text.strip() or None


def read_year(text: str) -> int | None:
    """Return the year that a cell names (``2024``, ``2024年度``), or None."""
    found = _YEAR.fullmatch(text.strip())
    return int(found[1]) if found else None


class _Join:
    """The join of understood tables to units and indicators; counts and remainder of all of them."""

    def __init__(self, index: UnitIndex, system: pd.DataFrame, year: int | None) -> None:
        self.index, self.system, self.year = index, system, year
        self.edition = system["edition"].iat[0]
        self.unit_of = dict(zip(system["indicator_id"], system["unit"], strict=True))
        self.parsed: dict[tuple[object, ...], Cell] = {}
        self.lost: list[tuple[object, ...]] = []
        self.reasons: dict[str, Message] = {}
        self.counts = {subject: Counter[str]() for subject in SUBJECTS}
        self.records: list[list[object]] = []

    def result(self, notes: list[Message]) -> ValueImport:
        values = pd.DataFrame(self.records, columns=list(VALUE.columns))
        values = values.astype({column: DTYPES[kind] for column, kind in VALUE.columns.items()})
        conservation = tuple(
            Conservation(subject, sum(c.values()), c[MATCHED], c[AMBIGUOUS], c[UNMATCHED], c[OUTSIDE])
            for subject, c in self.counts.items()
        )
        return ValueImport(
            values, pd.DataFrame(self.lost, columns=REMAINDER), conservation, notes, self.reasons
        )

    def lose(
        self, layout: Layout, place: tuple[int, int], texts: tuple[str, str, str],
        reason: str | Message | None, subject: str, outcome: str, cells: int,
    ) -> None:  # fmt: skip
        if outcome != SKIPPED:
            self.counts[subject][outcome] += 1
        said = reason if isinstance(reason, Message) else word(reason or "")
        self.reasons[str(said)] = said
        letters = column_letters(place[1])
        self.lost.append(
            (layout.grid.source, place[0] + 1, letters, *texts, str(said), subject, outcome, cells)
        )

    def add(self, layout: Layout) -> list[Message]:
        """Join one table; return the notes on it."""
        entries = self._of_this_year(layout)
        units = self._units(layout, entries)
        entries = [e for e in entries if units[e.unit] is not None]
        before = len(self.records)
        self._cells(layout, self._indicators(layout, entries), units)
        for item in layout.skipped:
            self.lose(layout, (item.row, item.column), ("", "", item.text), item.reason, "table", SKIPPED, 0)
        kinds = {
            "long": message("one row per unit and indicator"),
            "wide": message("rows are units, columns are indicators"),
        }
        note = message(
            "{table}: {layout}; {n} values",
            table=layout.grid.source,
            layout=kinds.get(layout.kind, message("rows are indicators, columns are units")),
            n=len(self.records) - before,
        )
        return [note, *self._contradictions(layout, units)]

    def _of_this_year(self, layout: Layout) -> list[Entry]:
        """Set aside the entries of other years; one line of the remainder per row, or per column of a list."""
        kept: list[Entry] = []
        others: dict[tuple[int, int], list[Entry]] = {}
        for entry in layout.entries:
            year = read_year(entry.year)
            if year is None or self.year is None or year == self.year:
                kept.append(entry)
            else:
                unit = layout.units[entry.unit]
                others.setdefault((unit.row, unit.column), []).append(entry)
        for place, entries in others.items():
            texts = (layout.units[entries[0].unit].key.text, "", entries[0].year)
            self.lose(layout, place, texts, OTHER_YEAR, "table", SKIPPED, len(entries))
        return kept

    def _units(self, layout: Layout, entries: list[Entry]) -> dict[int, str | None]:
        """Return the unit code of every record that has entries of this year; None where it was lost."""
        cells = Counter(entry.unit for entry in entries)
        codes: dict[int, str | None] = {}
        for number in sorted(cells):
            record = layout.units[number]
            match = self.index.find(record.key)
            codes[number] = match.code
            if match.code is not None:
                self.counts[UNIT_ROWS][MATCHED] += 1
                continue
            texts = (record.key.text, "", "")
            place = (record.row, record.column)
            self.lose(layout, place, texts, match.reason, UNIT_ROWS, match.outcome, cells[number])
            self.counts[CELLS][match.outcome] += cells[number]
        return codes

    def _indicators(self, layout: Layout, entries: list[Entry]) -> list[tuple[Entry, str]]:
        """Return the entries of known indicators with their ids; a list or long table has one name per row."""
        ids = match_indicators(pd.Series([e.indicator for e in entries], dtype=object), self.system)
        known: list[tuple[Entry, str]] = []
        names: dict[tuple[int, str], list[Entry]] = {}
        seen: set[tuple[int, str]] = set()
        for entry, identifier in zip(entries, ids, strict=True):
            name = (entry.column, "") if layout.kind == "wide" else (entry.row, entry.indicator)
            if isinstance(identifier, str):
                known.append((entry, identifier))
                if name not in seen:
                    self.counts[INDICATORS][MATCHED] += 1
                    seen.add(name)
            else:
                names.setdefault(name, []).append(entry)
        for lost in names.values():
            place = (lost[0].row, lost[0].column)
            texts = ("", lost[0].indicator, "")
            reason = UNKNOWN_INDICATOR if lost[0].indicator else "no indicator"
            self.lose(layout, place, texts, reason, INDICATORS, UNMATCHED, len(lost))
            self.counts[CELLS][UNMATCHED] += len(lost)
        return known

    def _cells(self, layout: Layout, entries: list[tuple[Entry, str]], units: dict[int, str | None]) -> None:
        kept: dict[tuple[object, ...], int] = {}
        self.parsed.clear()
        for entry, identifier in entries:
            texts = (layout.units[entry.unit].key.text, entry.indicator, cell_text(entry.content))
            place = (entry.row, entry.column)
            year = read_year(entry.year) or (None if entry.year else self.year)
            if year is None:
                reason = (
                    message("unreadable year {year!r}", year=entry.year) if entry.year else word("no year")
                )
                self.lose(layout, place, texts, reason, CELLS, UNMATCHED, 1)
                continue
            cell = self._parse(entry, identifier, layout.marks)
            key = (units[entry.unit], identifier, year)
            if key in kept and not self._replaces(self.records[kept[key]], cell):
                if self._contradicts(self.records[kept[key]], cell):
                    self.lose(layout, place, texts, CONFLICT, CELLS, AMBIGUOUS, 1)
                else:
                    self.counts[CELLS][MATCHED] += 1
                continue
            record = self._record(layout, entry, key, cell)
            if key in kept:
                self.records[kept[key]] = record
            else:
                kept[key] = len(self.records)
                self.records.append(record)
            if cell.reason:
                outcome = AMBIGUOUS if cell.reason == SEVERAL else UNMATCHED
                self.lose(layout, place, texts, cell.reason, CELLS, outcome, 1)
            else:
                self.counts[CELLS][MATCHED] += 1

    def _parse(self, entry: Entry, identifier: str, marks: dict[str, str]) -> Cell:
        # numerator and denominator have their own units, which no table of indicators knows
        unit, stated = (self.unit_of[identifier], entry.stated) if identifier in self.unit_of else ("", "")
        key = (type(entry.content), entry.content, unit, stated)
        if key not in self.parsed:
            self.parsed[key] = parse_cell(entry.content, unit, stated, marks)
        return self.parsed[key]

    def _record(self, layout: Layout, entry: Entry, key: tuple[object, ...], cell: Cell) -> list[object]:
        size = parse_cell(entry.sample_size).value if entry.sample_size else None
        fields = {
            "unit_code": key[0],
            "indicator_id": key[1],
            "edition": self.edition,
            "year": key[2],
            "source": layout.grid.source,
            "value": np.nan if cell.value is None else cell.value,
            "text": cell.text,
            "state": cell.state,
            "data_date": iso_date(entry.data_date),
            "sample_size": pd.NA if size is None else round(size),
        }
        return [fields[column] for column in VALUE.columns]

    @staticmethod
    def _replaces(record: list[object], cell: Cell) -> bool:
        """Tell whether a repeated cell says more than the one before, which said nothing at all."""
        return record[_STATE] == "missing" and cell.state != "missing"

    @staticmethod
    def _contradicts(record: list[object], cell: Cell) -> bool:
        if cell.state == "missing" and not cell.reason:
            return False
        return (record[_STATE], record[_TEXT if cell.value is None else _VALUE]) != (
            cell.state,
            cell.text if cell.value is None else cell.value,
        )

    def _contradictions(self, layout: Layout, units: dict[int, str | None]) -> list[Message]:
        """Return a note where rows carry the code of one unit and the name of another: the code was used."""
        found: list[tuple[UnitRecord, str, str]] = []
        for number, code in units.items():
            key = layout.units[number].key
            if code is None or not key.codes:
                continue
            name = key.names.get(self.index.level[code]) or key.names.get("")
            if name and core_name(name) != core_name(self.index.name[code]):
                found.append((layout.units[number], name, self.index.name[code]))
        if not found:
            return []
        record, name, other = found[0]
        return [
            message(
                "{table}: {n} rows carry a code and the name of another unit; the code was used (first in row {row}: "
                "{name} beside the code of {other})",
                table=layout.grid.source,
                n=len(found),
                row=record.row + 1,
                name=name,
                other=other,
            )
        ]
