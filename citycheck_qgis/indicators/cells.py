"""One cell of a value table: a number, one of the three other states, or something that is not a number.

Which mark means what, and which words may stand beside a number, is data: ``data/cell_words.csv``. The marks that
are used for more than one state are decided there with a note; every one of them is read as ``missing`` unless the
published annexes settle it (``——`` is not applicable).
"""

from __future__ import annotations

import csv
import math
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from numbers import Real
from pathlib import Path

from ..storage.tables import STATES

WORDS = Path(__file__).parent / "data" / "cell_words.csv"

#: Why a cell has no value although something stands in it.
SEVERAL = "several values"
LIST = "list of names"
TEXT = "text instead of a number"
OTHER_UNIT = "another unit of measure"

_NUMBER = re.compile(
    r"(?<![a-z\d.,])[-+]?(?:(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?|\.\d+)(?:e[-+]?\d{1,3})?(?![\d.,])", re.I
)
_DIGITS = re.compile(r"(?<![a-z\d.])\d+(?:\.\d+)?", re.I)
_BRACKETS = re.compile(r"[(\[【][^()\[\]【】]*[)\]】]")
_BLANKS = re.compile(r"[\s\u200b\ufeff]+")
_LIST_MARK = re.compile(r"[、;\n]")
_TWO_NUMBERS = re.compile(r"\d[%)]?\s+\(?[-+]?\d")
#: Signs that compatibility normalisation would turn into other words or glue to a digit.
_SIGNS = str.maketrans({"−": "-", "²": "2", "³": "3"})
_LEGEND = re.compile(r"[“\"'‘「]([^”\"'’」]{1,3})[”\"'’」]\s*(?:表示|代表|为|指)([^;；。,，、“\"]*)")
_UNIT_POWER = re.compile(r"(?<=m)[²³]")


@dataclass(frozen=True)
class Cell:
    """What one cell says.

    Attributes
    ----------
    value : the number in the unit of the indicator, None for every state but ``measured``
    state : ``measured``, ``not_surveyed``, ``not_applicable`` or ``missing``
    text : the cell as it was found
    reason : empty, or why the text could not be read as one number (`SEVERAL`, `LIST`, `TEXT`, `OTHER_UNIT`)
    """

    value: float | None
    state: str
    text: str
    reason: str = ""


@dataclass(frozen=True)
class Words:
    """The vocabulary of cells, as read from ``data/cell_words.csv``."""

    states: dict[str, str]
    scales: dict[str, Decimal]
    about: tuple[str, ...]
    units: dict[str, tuple[str, Decimal]]


@lru_cache(maxsize=1)
def words() -> Words:
    """Return the vocabulary of cells."""
    with WORDS.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    of_kind = {
        kind: {plain(row["word"]): row["meaning"] for row in rows if row["kind"] == kind}
        for kind in ("state", "scale", "about", "unit")
    }
    unknown = set(of_kind["state"].values()) - set(STATES)
    assert not unknown, f"{WORDS.name} names unknown states: {unknown}"
    return Words(
        states=of_kind["state"],
        scales={w: Decimal(of_kind["scale"][w]) for w in sorted(of_kind["scale"], key=len, reverse=True)},
        about=tuple(sorted(of_kind["about"], key=len, reverse=True)),
        units={word: (m.split()[0], Decimal(m.split()[1])) for word, m in of_kind["unit"].items()},
    )


def plain(text: str) -> str:
    """Return text with one width, one case and no blanks."""
    return _BLANKS.sub("", unicodedata.normalize("NFKC", text.translate(_SIGNS))).casefold()


def cell_text(content: object) -> str:
    """Return the content of a cell as a person sees it; whole numbers without a decimal point."""
    if content is None or (isinstance(content, float) and math.isnan(content)):
        return ""
    if isinstance(content, float) and content.is_integer() and abs(content) < 1e15:
        return str(int(content))
    return str(content)


def _scale_of(unit: str) -> str:
    return "" if unit in words().units else next((s for s in words().scales if unit.startswith(s)), "")


def measure(unit: str) -> tuple[tuple[str, ...], Decimal] | None:
    """Return what a unit of measure measures and its factor to the base unit, or None for an unknown word.

    ``千米`` is ``(("metre",), 1000)``, ``万立方米/小时`` is ``(("metre3", "minute"), 10000 / 60)``. All counting words
    (个, 栋, 套 ...) measure ``count``.
    """
    kinds: list[str] = []
    factor = Decimal(1)
    for position, part in enumerate(plain(unit).split("/")):
        scale = _scale_of(part)
        if part[len(scale) :] not in words().units:
            return None
        kind, size = words().units[part[len(scale) :]]
        kinds.append(kind)
        size *= words().scales.get(scale, Decimal(1))
        factor = factor / size if position else factor * size
    return tuple(kinds), factor


def conversion(found: str, wanted: str) -> Decimal | None:
    """Return the factor from one unit of measure to another, None where they measure different things.

    A unit that is not in the vocabulary converts to itself only.
    """
    if plain(found) == plain(wanted) or not found or not wanted:
        return Decimal(1)
    ours, theirs = measure(wanted), measure(found)
    if ours is None or theirs is None or ours[0] != theirs[0]:
        return None
    return theirs[1] / ours[1]


def _unreadable(text: str) -> Cell:
    listed = _LIST_MARK.search(unicodedata.normalize("NFKC", text).strip().rstrip(";"))
    if listed and re.search(r"[\u4e00-\u9fff]{3}", text):
        reason = LIST
    else:
        reason = SEVERAL if len(_DIGITS.findall(unicodedata.normalize("NFKC", text))) > 1 else TEXT
    return Cell(None, "missing", text, reason)


def _factor(rest: str, unit: str, stated: str) -> Decimal | str:
    """Return what the number is multiplied with for the words behind it, or the reason why they do not fit."""
    own = stated or unit
    multiplier = Decimal(1)
    scale = _scale_of(rest)
    if rest == scale or not own:
        # "0.75万" under an indicator in 万人/平方公里 is 0.75, not 7500
        if scale:
            multiplier = words().scales[scale] / words().scales.get(_scale_of(plain(own)), Decimal(1))
        rest = rest[len(scale) :]
    if rest and rest != plain(own) and measure(rest) is None:
        return TEXT
    factor = conversion(rest or own, unit)
    return OTHER_UNIT if factor is None else multiplier * factor


def stated_marks(note: str) -> dict[str, str]:
    """Return the marks that a note below a table explains: ``注：“/”表示未体检`` gives ``{"/": "not_surveyed"}``."""
    found: dict[str, str] = {}
    for mark, meaning in _LEGEND.findall(note):
        said = [
            word for word in words().states if len(word) > 1 and word.isalpha() and word in plain(meaning)
        ]
        if said:
            found[plain(mark)] = words().states[max(said, key=len)]
    return found


def parse_cell(
    text: object, unit: str = "", stated: str = "", marks: Mapping[str, str] | None = None
) -> Cell:
    """Read one cell.

    Accepted as one number: full-width digits, thousands separators, a percent sign (``59.02%`` is 59.02), 万 and 亿
    as multipliers, unit words with or without brackets (``31（套）``), a remark in brackets without digits, and 约 or
    共 in front. Zero is a measured value. Two numbers (``82.87 / 100``), ratios (``92:6:2``), ranges and bounds
    (``>95``) are not one number: the value is None, the state ``missing`` and the reason says so.

    Parameters
    ----------
    text : content of the cell: text, a number or None
    unit : unit of the indicator, to which the number is converted; a 万 that belongs to it does not multiply
    stated : unit that the header of the table states, when it may differ from `unit`
    marks : meanings of marks that the table itself explains, see `stated_marks`; they go before the vocabulary

    Returns
    -------
    Cell
    """
    found = cell_text(text)
    reading = plain(found).lstrip("'‘’`")
    if marks and reading in marks:
        return Cell(None, marks[reading], found)
    if isinstance(text, Real) and not isinstance(text, bool):
        number = float(text)
        if math.isnan(number):
            return Cell(None, "missing", "")
        if not math.isfinite(number):
            return Cell(None, "missing", found, TEXT)
        factor = _factor("", unit, stated)
        if isinstance(factor, str):
            return Cell(None, "missing", found, factor)
        return Cell(number if factor == 1 else float(Decimal(found) * factor), "measured", found)
    vocabulary = words()
    if reading in vocabulary.states:
        return Cell(None, vocabulary.states[reading], found)
    # a unit in brackets is a unit; any other remark in brackets is left to the reader of the text
    reading = _BRACKETS.sub(lambda b: b.group()[1:-1] if measure(b.group()[1:-1]) else b.group(), reading)
    brackets = _BRACKETS.findall(reading)
    for bracket in brackets:
        if len(bracket) > 2 and bracket[1:-1] in vocabulary.states:
            # "0（未调查）" is not a measured zero
            return Cell(None, vocabulary.states[bracket[1:-1]], found)
    if (
        _TWO_NUMBERS.search(unicodedata.normalize("NFKC", found))
        or any(unicodedata.category(c) == "No" for c in _UNIT_POWER.sub("", found))
        or any(_DIGITS.search(bracket) for bracket in brackets)
    ):
        return _unreadable(found)
    body = _BRACKETS.sub("", reading).rstrip(";。")
    body = next((body[len(word) :] for word in vocabulary.about if body.startswith(word)), body)
    match = _NUMBER.match(body)
    if match is None:
        return _unreadable(found)
    factor = _factor(body[match.end() :], unit, stated)
    if isinstance(factor, str):
        return _unreadable(found) if factor == TEXT else Cell(None, "missing", found, factor)
    number = float(Decimal(match.group().replace(",", "")) * factor)
    return Cell(number, "measured", found) if math.isfinite(number) else _unreadable(found)
