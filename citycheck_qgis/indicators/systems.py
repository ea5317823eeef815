"""Indicator systems: editable tables of indicators, their standards, and the names by which they are found.

A system is a CSV (or XLSX) file with the columns of the table ``indicator``. The built-in editions are the files in
``data/`` of this folder; a user's own file has the same form.

Standards are short expressions: ``=0``, ``>=70``, ``>20``, ``<=20``, ``<5``, ``0.7..1.5`` (both ends included), empty
for no standard. What such an expression cannot say (two values, the rank of the city) is left out of it and said in
``standard_source``.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from ..errors import InputError
from ..messages import Message, message
from ..storage.tables import DIMENSIONS, INDICATOR, LEVELS
from .cells import measure
from .tables import Grid, read_tables

DATA = Path(__file__).parent / "data"
DEFAULT_EDITION = "mohurd-61-2024"
DIRECTIONS = ("pos", "neg", "neg_count", "band", "none")

#: Companion columns of a rate and the ending of their indicator id.
PARTS = {
    "分子": "/numerator",
    "分母": "/denominator",
    "numerator": "/numerator",
    "denominator": "/denominator",
}

_ROLLUP = re.compile(r"none|count|sum|rate(:\w+)?|mean:\w+")
_NUMBER = r"[-+]?\d+(?:\.\d+)?"
_BOUND = re.compile(rf"(>=|<=|=|>|<)({_NUMBER})")
_BAND = re.compile(rf"({_NUMBER})\.\.({_NUMBER})")
_SIGNS = str.maketrans({"≥": ">=", "≤": "<=", "−": "-"})
#: Recomputed rates carry rounding errors: 70 of 100 by division must meet a standard of 70.
_TOLERANCE = 1e-9


@dataclass(frozen=True)
class Standard:
    """The range that a value has to lie in.

    Attributes
    ----------
    lower, upper : ends of the range, None where it is open to that side; both None: there is no standard
    lower_included, upper_included : whether an end belongs to the range
    """

    lower: float | None = None
    upper: float | None = None
    lower_included: bool = True
    upper_included: bool = True

    @property
    def exists(self) -> bool:
        """Whether there is a standard at all."""
        return self.lower is not None or self.upper is not None

    def meets(self, values: np.ndarray) -> np.ndarray:
        """Tell for every number whether it lies in the range; NaN never does, everything else does without one."""
        numbers = np.asarray(values, dtype=float)
        inside = ~np.isnan(numbers)
        with np.errstate(invalid="ignore"):
            if self.lower is not None:
                slack = _TOLERANCE * max(1.0, abs(self.lower))
                inside &= (
                    numbers >= self.lower - slack if self.lower_included else numbers > self.lower + slack
                )
            if self.upper is not None:
                slack = _TOLERANCE * max(1.0, abs(self.upper))
                inside &= (
                    numbers <= self.upper + slack if self.upper_included else numbers < self.upper - slack
                )
        return inside

    def judge(self, values: np.ndarray) -> np.ndarray:
        """Return the verdict on every number.

        Parameters
        ----------
        values : shape (n,), NaN where nothing was measured

        Returns
        -------
        object array, shape (n,) : ``meets``, ``fails``, ``no_standard``; ``not_assessed`` for NaN
        """
        numbers = np.asarray(values, dtype=float)
        verdicts = np.full(numbers.shape, "no_standard", dtype=object)
        if self.exists:
            verdicts[:] = np.where(self.meets(numbers), "meets", "fails")
        verdicts[np.isnan(numbers)] = "not_assessed"
        return verdicts

    def distance(self, values: np.ndarray) -> np.ndarray:
        """Return how far every number lies outside the range: negative below, positive above, 0 inside, NaN for NaN."""
        numbers = np.asarray(values, dtype=float)
        below = np.minimum(numbers - (-np.inf if self.lower is None else self.lower), 0.0)
        above = np.maximum(numbers - (np.inf if self.upper is None else self.upper), 0.0)
        return below + above


def parse_standard(text: object) -> Standard:
    """Read a standard expression; empty text, None and NaN are no standard.

    Raises
    ------
    ValueError : the text is not an expression, or a band is upside down.
    """
    if text is None or (isinstance(text, float) and text != text):
        return Standard()
    expression = unicodedata.normalize("NFKC", str(text)).translate(_SIGNS).replace(" ", "")
    if not expression:
        return Standard()
    if band := _BAND.fullmatch(expression):
        lower, upper = float(band[1]), float(band[2])
        if lower > upper:
            raise ValueError(f"the band {expression} is upside down")
        return Standard(lower, upper)
    bound = _BOUND.fullmatch(expression)
    if bound is None:
        raise ValueError(f"{expression!r} is not one of =0, >=70, >20, <=20, <5, 0.7..1.5")
    number = float(bound[2])
    return {
        "=": Standard(number, number),
        ">=": Standard(lower=number),
        "<=": Standard(upper=number),
        ">": Standard(lower=number, lower_included=False),
        "<": Standard(upper=number, upper_included=False),
    }[bound[1]]


def is_unverified(certainty: object) -> bool:
    """Tell whether the threshold of an indicator is general knowledge or absent (second letter C or -)."""
    _, _, threshold = str(certainty or "").partition("/")
    return threshold.strip().upper() not in ("A", "B")


def builtin_editions() -> dict[str, Path]:
    """Return the built-in systems: edition -> file; word lists in the same folder have no hyphen in their name."""
    return {path.stem: path for path in sorted(DATA.glob("*-*.csv"))}


def load_system(source: str | Path | None = None) -> pd.DataFrame:
    """Read and check an indicator system.

    Parameters
    ----------
    source : name of a built-in edition, path of a file, or None for the 61 national indicators of 2024

    Returns
    -------
    DataFrame : the columns of table ``indicator``, all text, empty text where nothing is given

    Raises
    ------
    InputError : naming file, row and column of the first thing that is wrong.
    """
    editions = builtin_editions()
    path = editions.get(str(source or DEFAULT_EDITION)) or Path(str(source))
    if not path.is_file():
        raise InputError(
            "There is no indicator system {source!r}; give one of {editions} or the path of a file.",
            source=str(source),
            editions=", ".join(editions),
        )
    grid = read_tables(path)[0]
    system = _frame(grid)
    _check_rows(system, grid.source)
    for _, edition in system.groupby("edition", sort=False):
        _keys(edition, grid.source)
    return system


def _frame(grid: Grid) -> pd.DataFrame:
    header = [str(cell or "").strip() for cell in grid.rows[0]]
    missing = [c for c in INDICATOR.columns if c not in header]
    if missing:
        raise InputError(
            "The indicator system {table} lacks the columns {missing}; its first row must hold {columns}.",
            table=grid.source,
            missing=", ".join(missing),
            columns=", ".join(INDICATOR.columns),
        )
    body = [["" if cell is None else str(cell).strip() for cell in row] for row in grid.rows[1:]]
    frame = pd.DataFrame(body, columns=header, dtype=object)[list(INDICATOR.columns)]
    if frame.empty:
        raise InputError(
            "The indicator system {table} has no rows; add one row per indicator.",
            table=grid.source,
        )
    return frame


def _check_rows(system: pd.DataFrame, table: str) -> None:
    seen: set[tuple[str, str]] = set()
    for number, item in enumerate(system.to_dict("records"), start=2):
        problem = _problem(item)
        if (item["indicator_id"], item["edition"]) in seen:
            problem = message(
                "the indicator {indicator} occurs twice in edition {edition}; give each its own id.",
                indicator=item["indicator_id"],
                edition=item["edition"],
            )
        if problem is not None:
            raise InputError(
                "Row {row} of the indicator system {table}: {problem}",
                row=number,
                table=table,
                problem=problem,
            )
        seen.add((item["indicator_id"], item["edition"]))


def _problem(item: Mapping[str, str]) -> Message | None:
    """Return what is wrong with one row of an indicator system."""
    for column in ("indicator_id", "edition", "name_zh"):
        if not item[column]:
            return message("{column} is empty; fill it in.", column=column)
    if "/" in item["indicator_id"]:
        return message(
            "the id {indicator} holds a slash, which marks numerator and denominator; rename it.",
            indicator=item["indicator_id"],
        )
    for column, known in (("direction", DIRECTIONS), ("dimension", DIMENSIONS), ("level", LEVELS)):
        if item[column] not in known:
            return message(
                "{column} is {found!r}; write one of {known}.", column=column, found=item[column], known=known
            )
    if not _ROLLUP.fullmatch(item["rollup"]):
        return message(
            "rollup is {found!r}; write none, count, sum, rate, rate:weight or mean:weight.",
            found=item["rollup"],
        )
    try:
        parse_standard(item["standard"])
    except ValueError:
        return message(
            "the standard {found!r} is not one of =0, >=70, >20, <=20, <5, 0.7..1.5; correct it and put everything "
            "else into standard_source.",
            found=item["standard"],
        )
    return None


def _indicator_key(text: str) -> str:
    """Return what all spellings of one indicator's name have in common.

    Brackets and quotes of any width, blanks, list numbers, unit words in brackets, the particle 的 and the closing
    数量 or 数 do not count: ``1.存在结构安全隐患的住宅数量（栋）`` and ``存在结构安全隐患的住宅（栋）`` are the same.
    """
    key = re.sub(r"\s+", "", unicodedata.normalize("NFKC", text)).casefold()
    key = re.sub(r"^(\(?\d{1,3}\)|\d{1,3}[.、．])(?=\D)", "", key)
    key = re.sub(r"[(\[【]([^()\[\]【】]*)[)\]】]", lambda b: "" if _is_unit(b[1]) else b[1], key)
    key = re.sub(r"[\"'“”‘’「」《》、,，;；:：.。·\-_]", "", key).replace("的", "")
    return re.sub(r"(?<=.{3})(数量|总数|数)$", "", key)


def _is_unit(text: str) -> bool:
    return text in ("", "单位") or measure(text.removeprefix("单位:")) is not None


def stated_unit(text: object) -> str:
    """Return the unit of measure that a header states in brackets at its end, or empty text."""
    found = re.search(
        r"[(\[【]([^()\[\]【】]*)[)\]】]$", unicodedata.normalize("NFKC", str(text or "")).strip()
    )
    unit = found[1].strip().removeprefix("单位:") if found else ""
    return unit if unit and measure(unit) is not None else ""


def _keys(system: pd.DataFrame, source: str) -> dict[str, str]:
    """Return all spellings -> indicator id; a spelling that stands for two indicators is an error."""
    keys: dict[str, str] = {}
    names: dict[str, str] = {}
    for row, item in zip(system.index, system.to_dict("records"), strict=True):
        for name in (item["name_zh"], item["name_en"], *item["aliases"].split("|")):
            key = _indicator_key(name)
            if not key:
                continue
            other = names.setdefault(key, item["indicator_id"])
            if other != item["indicator_id"]:
                raise InputError(
                    "Row {row} of the indicator system {table}: the name {name!r} also stands for {other}; remove "
                    "the alias from one of them.",
                    row=row + 2,
                    table=source,
                    name=name,
                    other=other,
                )
        keys[_plain_id(item["indicator_id"])] = item["indicator_id"]
    return {**names, **keys}


def _plain_id(text: str) -> str:
    return re.sub(r"\s+", "", unicodedata.normalize("NFKC", text)).casefold()


def split_ids(ids: pd.Series) -> tuple[pd.Series, pd.Series]:
    """Split ids into that of the indicator and the part: ``M61-23/numerator`` is ``M61-23`` and ``numerator``."""
    distinct = {i: str(i).partition("/") for i in ids.dropna().unique()}
    base = ids.map({i: parts[0] for i, parts in distinct.items()})
    return base.astype(object), ids.map({i: parts[2] for i, parts in distinct.items()}).astype(object)


def match_indicators(names: pd.Series, system: pd.DataFrame) -> pd.Series:
    """Find indicators by id, name or alias.

    Parameters
    ----------
    names : ids or names as they stand in tables; a name with （分子） or （分母） is the companion of a rate
    system : one edition, as `load_system` returns it

    Returns
    -------
    Series of object, index of `names` : indicator ids (``M61-23``, ``M61-23/numerator``), NaN where unknown
    """
    keys = _keys(system, "in use")

    def find(text: object) -> object:
        spelling = re.sub(r"\s+", "", unicodedata.normalize("NFKC", str(text)))
        part = ""
        for word, ending in PARTS.items():
            without = re.sub(rf"[(\[【/:_-]?{word}[)\]】]?$", "", spelling, flags=re.I)
            without = re.sub(rf"[(\[【]{word}[,:;][^()\[\]【】]*[)\]】]$", "", without, flags=re.I)
            if without != spelling:
                spelling, part = without, ending
        found = keys.get(_plain_id(spelling)) or keys.get(_indicator_key(spelling))
        return found + part if found else np.nan

    distinct = {name: find(name) for name in names.dropna().unique()}
    return names.map(distinct).astype(object)
