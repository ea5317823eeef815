"""Unit names: one spelling for comparison.

Names are keys only inside a parent: 88 towns in China are called 城关镇.
"""

from __future__ import annotations

import re
import unicodedata

import pandas as pd

_SPACE = re.compile(r"[\s\u200b\ufeff]+")
_NOTE = re.compile(r"\([^()]*\)$")
#: Spellings of the same kind of unit, longest first, and the one that stands for all of them.
_KINDS = (
    ("街道办事处", "街道"),
    ("办事处", "街道"),
    ("街道办", "街道"),
    ("街办", "街道"),
    ("社区居民委员会", "社区"),
    ("社区居委会", "社区"),
    ("居民委员会", "社区"),
    ("居委会", "社区"),
    ("村民委员会", "村"),
    ("村委会", "村"),
    ("人民政府", ""),
)
_SUFFIXES = ("街道", "社区", "管理区", "管委会", "镇", "乡", "村", "区", "县", "市")


def normalise_name(text: object) -> str:
    """Return a name with one width, no spaces and one word for the kind of unit; empty text for no name.

    ``滨江街办``, ``滨江街道办事处`` and ``滨江 街道`` become ``滨江街道``; ``东苑居委会`` becomes ``东苑社区``.
    A note in brackets at the end (``东苑社区（新）``) is kept: it may be what tells two units apart.
    """
    if text is None or (isinstance(text, float) and text != text):
        return ""
    name = _fold(str(text))
    while (shorter := _one_kind(name)) != name:
        name = shorter
    return name


def _fold(text: str) -> str:
    """Return a text in one width and case without blanks; taking blanks or case away can make new pairs."""
    while (folded := unicodedata.normalize("NFKC", _SPACE.sub("", text).casefold())) != text:
        text = folded
    return text


def _one_kind(name: str) -> str:
    for spelling, kind in _KINDS:
        if name.endswith(spelling) and len(name) > len(spelling):
            return name[: -len(spelling)] + kind
    return name


def core_name(text: object) -> str:
    """Return the normalised name without a note in brackets and without the word for the kind of unit.

    ``夷陵路`` and ``夷陵路社区`` have the same core. One character is not enough for a core (``东区`` stays).
    """
    name = normalise_name(text)
    name = _NOTE.sub("", name) or name
    for suffix in _SUFFIXES:
        if name.endswith(suffix) and len(name) - len(suffix) >= 2:
            return name[: -len(suffix)]
    return name


def normalise_names(names: pd.Series) -> pd.Series:
    """Return `normalise_name` of every value; each distinct value is looked at once."""
    distinct = {value: normalise_name(value) for value in names.dropna().unique()}
    return names.map(distinct).astype(object).where(names.notna(), "")


def look_garbled(names: pd.Series) -> bool:
    """Return whether names were read in another encoding than they were written in.

    GBK read as UTF-8 leaves replacement characters; GBK or UTF-8 read as Latin-1 leaves runs of accented
    letters and signs that no place name has.
    """
    text = "".join(str(name) for name in names.dropna().unique())
    if "\ufffd" in text:
        return True
    high = sum("\x80" <= character <= "\xff" for character in text)
    return len(text) > 0 and high / len(text) > 0.4
