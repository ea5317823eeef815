"""Annex tables as plain grids: CSV and XLSX, with the place where every cell stands.

Nothing is guessed about the content here: text stays text, long digit strings never pass through a float, a percent
format becomes a percent sign, a date becomes ISO 8601 text.
"""

from __future__ import annotations

import csv
import datetime
import io
import re
from collections import Counter
from dataclasses import dataclass, field, replace
from decimal import Decimal
from pathlib import Path
from typing import Any

from ..errors import InputError

Content = str | int | float | None

_BOMS = (
    (b"\xef\xbb\xbf", "utf-8-sig"),
    (b"\xff\xfe\x00\x00", "utf-32"),
    (b"\x00\x00\xfe\xff", "utf-32"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
)
_ZIP, _OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
_DELIMITERS = ",;\t"
#: Literal text in a number format: the % of ``0"%"`` does not multiply by 100.
_QUOTED = re.compile(r'"[^"]*"|\\.')


@dataclass(frozen=True)
class Grid:
    """One table as it stands in a file.

    Attributes
    ----------
    path : the file
    sheet : the sheet of a workbook, empty for a text file
    rows : the cells, row by row, all rows of one length; the area of a merged cell repeats its content
    name : what messages and values call the file; its own name where empty
    merged : (row, column) of a repeated cell, 0-based -> (row, column) of the cell that it repeats
    """

    path: Path
    sheet: str
    rows: list[list[Content]]
    merged: dict[tuple[int, int], tuple[int, int]] = field(default_factory=dict)
    name: str = ""

    @property
    def source(self) -> str:
        """File name and sheet: the source of a value."""
        name = self.name or self.path.name
        return f"{name} [{self.sheet}]" if self.sheet else name


def column_letters(column: int) -> str:
    """Return the name of a column as spreadsheets show it, from its 0-based number."""
    letters = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def read_tables(path: str | Path, name: str = "") -> list[Grid]:
    """Read every table of a file.

    CSV is read in the encoding of its byte order mark, else UTF-8, else GB18030, with comma, semicolon or tab as
    delimiter. XLSX gives one grid per sheet that is not empty. `name` is what messages call the file.

    Raises
    ------
    InputError : the file is missing, empty, of another kind, damaged, in another encoding, or openpyxl is missing.
    """
    path = Path(path)
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        raise InputError(
            "There is no file {file}; check the path.",
            file=path,
        ) from None
    except OSError as error:
        raise InputError(
            "The file {file} cannot be read ({problem}); check its permissions.",
            file=path,
            problem=error.strerror,
        ) from None
    if not content.strip():
        raise InputError(
            "The file {file} is empty; export the table again.",
            file=path.name,
        )
    if content.startswith(_OLE) or path.suffix.lower() in (".xls", ".et"):
        raise InputError(
            "The file {file} is a workbook of the old binary kind or protected by a password; "
            "save it as .xlsx without a password, or as CSV.",
            file=path.name,
        )
    if content.startswith(_ZIP):
        if path.suffix.lower() in (".xlsx", ".xlsm"):
            return [replace(grid, name=name) for grid in _read_workbook(path, content)]
        raise InputError(
            "The file {file} is not a table that can be read; save it as .xlsx or as CSV.",
            file=path.name,
        )
    if path.suffix.lower() in (".xlsx", ".xlsm"):
        raise InputError(
            "The file {file} is not a workbook although its name says so; save it again as .xlsx.",
            file=path.name,
        )
    return [Grid(path, "", _read_text(path, content), name=name)]


def _decode(path: Path, content: bytes) -> str:
    for mark, encoding in _BOMS:
        if content.startswith(mark):
            candidates: tuple[str, ...] = (encoding,)
            break
    else:
        candidates = ("utf-8", "gb18030")
    for encoding in candidates:
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text
    raise InputError(
        "The text of {file} is in none of the encodings UTF-8 and GB18030; save the table as UTF-8 CSV.",
        file=path.name,
    )


def _sniff_delimiter(text: str) -> str:
    """Return the delimiter that gives the most columns to the most of the first rows."""

    def quality(delimiter: str) -> tuple[int, int]:
        sample = [
            r for _, r in zip(range(50), csv.reader(io.StringIO(text), delimiter=delimiter), strict=False)
        ]
        widths = Counter(len(row) for row in sample if len(row) > 1)
        if not widths:
            return 0, 0
        width, count = max(widths.items(), key=lambda item: (item[1], item[0]))
        return count, width

    return max(_DELIMITERS, key=quality)


def _read_text(path: Path, content: bytes) -> list[list[Content]]:
    text = _decode(path, content)
    csv.field_size_limit(2**31 - 1)
    try:
        rows: list[list[Content]] = [
            [cell if cell.strip() else None for cell in row]
            for row in csv.reader(io.StringIO(text, newline=""), delimiter=_sniff_delimiter(text))
        ]
    except csv.Error as error:
        raise InputError(
            "The file {file} is not a readable CSV table ({problem}); export it again.",
            file=path.name,
            problem=error,
        ) from None
    return _rectangle(rows)


def _rectangle(rows: list[list[Content]]) -> list[list[Content]]:
    """Drop empty rows at the end and empty columns at the right; make all rows equally long."""
    width = max((i + 1 for row in rows for i, cell in enumerate(row) if cell is not None), default=0)
    height = max((i + 1 for i, row in enumerate(rows) if any(cell is not None for cell in row)), default=0)
    return [row[:width] + [None] * (width - len(row)) for row in rows[:height]]


def _read_workbook(path: Path, content: bytes) -> list[Grid]:
    try:
        import openpyxl
    except ImportError:
        raise InputError(
            "Reading {file} needs the Python package openpyxl, which is not installed; install "
            "it (Debian: python3-openpyxl) or save the sheets as CSV.",
            file=path.name,
        ) from None
    try:
        book = openpyxl.load_workbook(io.BytesIO(content))
        if any(
            cell.data_type == "f" for sheet in book.worksheets for row in sheet.iter_rows() for cell in row
        ):
            formulas, book = book, openpyxl.load_workbook(io.BytesIO(content), data_only=True)
            _check_results(path, formulas, book)
    except InputError:
        raise
    except Exception as error:  # openpyxl raises whatever the damaged part makes it stumble over
        raise InputError(
            "The workbook {file} is damaged ({problem}); open it in a spreadsheet program and "
            "save it again as .xlsx.",
            file=path.name,
            problem=type(error).__name__,
        ) from error
    grids = [_read_sheet(path, sheet) for sheet in book.worksheets]
    grids = [grid for grid in grids if grid.rows]
    if not grids:
        raise InputError(
            "All sheets of {file} are empty; export the table again.",
            file=path.name,
        )
    return grids


def _check_results(path: Path, formulas: Any, results: Any) -> None:
    """Refuse a formula without a stored result: it would be read as an empty cell."""
    for sheet, result in zip(formulas.worksheets, results.worksheets, strict=True):
        for row in sheet.iter_rows():
            for cell in row:
                if cell.data_type == "f" and result[cell.coordinate].value is None:
                    raise InputError(
                        "Cell {cell} in {file} [{sheet}] holds a formula without a stored result; open the "
                        "file in a spreadsheet program and save it again.",
                        cell=cell.coordinate,
                        file=path.name,
                        sheet=sheet.title,
                    )


def _content(cell: Any) -> Content:
    value = cell.value
    if value is None or isinstance(value, str):
        return value if value and value.strip() else None
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, datetime.datetime):
        return value.date().isoformat() if value.time() == datetime.time() else value.isoformat(sep=" ")
    if isinstance(value, datetime.date):
        return value.isoformat()
    if isinstance(value, int | float):
        if "%" in _QUOTED.sub("", cell.number_format or ""):
            return f"{(Decimal(repr(value)) * 100).normalize():f}%"
        # beyond 15 digits a workbook has lost the true number; whole digits would pretend otherwise
        exact = isinstance(value, float) and value.is_integer() and abs(value) < 1e15
        return int(value) if exact else value
    return str(value)


def _read_sheet(path: Path, sheet: Any) -> Grid:
    rows = [[_content(cell) for cell in row] for row in sheet.iter_rows()]
    merged: dict[tuple[int, int], tuple[int, int]] = {}
    for area in sheet.merged_cells.ranges:
        origin = (area.min_row - 1, area.min_col - 1)
        if origin[0] >= len(rows) or origin[1] >= len(rows[origin[0]]) or rows[origin[0]][origin[1]] is None:
            continue
        for row in range(area.min_row - 1, min(area.max_row, len(rows))):
            for column in range(area.min_col - 1, min(area.max_col, len(rows[row]))):
                if (row, column) != origin:
                    rows[row][column] = rows[origin[0]][origin[1]]
                    merged[row, column] = origin
    return Grid(path, sheet.title, _rectangle(rows), merged)
