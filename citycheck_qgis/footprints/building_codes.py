"""Building codes and global ids in one spelling, and which rows of two tables carry the same one.

Sources: 房屋代码 of JGJ/T 246; 不动产单元代码, 28 digits of which the first 24 name the building; the 22 characters that
an IFC file writes for a 128-bit id (buildingSMART, IfcGloballyUniqueId).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from ..units.buildings import number_text

#: A code that more buildings than this carry names none of them.
MOST_PER_CODE = 50
#: Digits of a real-estate unit code, and how many of them name the building.
_UNIT_DIGITS, _BUILDING_DIGITS = 28, 24
_DECORATION = re.compile(r"[\s'‘’`\"“”\x00-\x1f\u200b-\u200f\u202a-\u202e\u2060\ufeff]+")
_NOTHING = {"", "nan", "none", "null", "<na>", "-", "--", "无", "n/a", "0"}
_SEPARATORS = re.compile(r"[-_./\\‐‑–—#]+")
_WHOLE = re.compile(r"([0-9]+)\.0+")
_ZEROS = re.compile(r"(?<![0-9])0+(?=[0-9])")
_UUID = re.compile(r"[0-9a-f]{8}-?(?:[0-9a-f]{4}-?){3}[0-9a-f]{12}", re.IGNORECASE)
_IFC_DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_$"


def building_code(value: object) -> str | None:
    """Return a building code in one width and case without blanks and quotes, or None where there is none.

    Unlike a unit code (`units.codes.tidy_code`) it is not filled up with zeros. Of a real-estate unit code, which
    names a flat, the part that names the building remains.
    """
    text = number_text(value)
    if text is None:
        return None
    if not text.isascii():
        text = unicodedata.normalize("NFKC", text)
    bare = _DECORATION.sub("", text).casefold()
    whole = _WHOLE.fullmatch(bare)
    code = whole[1] if whole else bare
    if code in _NOTHING or not without_separators(code):
        return None
    if len(code) >= _UNIT_DIGITS:
        digits = without_separators(code)
        if len(digits) == _UNIT_DIGITS and digits[:12].isdecimal():
            return digits[:_BUILDING_DIGITS]
    return code


def without_separators(code: str) -> str:
    """Return a code without hyphens and other marks between its parts."""
    return _SEPARATORS.sub("", code)


def without_zeros(code: str) -> str:
    """Return a code without the zeros that lead its numbers, which number columns lose."""
    return _ZEROS.sub("", _SEPARATORS.sub("-", code))


def global_id(value: object) -> str | None:
    """Return a global id as IFC writes it, or the text of one of another kind; None where there is none.

    A UUID, with or without braces, hyphens or a word before it (``{1f...}``, ``UUID_1f...``), becomes the 22
    characters of IFC; case counts in those, so that it is not touched.
    """
    text = number_text(value)
    if text is None or text.casefold() in _NOTHING:
        return None
    found = _UUID.search(text)
    if found is None:
        return text
    number = int(found[0].replace("-", ""), 16)
    return "".join(_IFC_DIGITS[number >> shift & 63] for shift in range(126, -1, -6))


@dataclass(frozen=True)
class KeyPairs:
    """Rows of two tables that carry the same key, sorted by both.

    Attributes
    ----------
    left, right : positions of the rows
    loose : the key is the same only without hyphens or leading zeros
    unspecific : keys that too many rows on the right carry; they pair nothing
    """

    left: np.ndarray
    right: np.ndarray
    loose: np.ndarray
    unspecific: tuple[str, ...] = ()


def normal_forms(values: pd.Series, form: Callable[[object], str | None]) -> np.ndarray:
    """Return the normal form of every value; each distinct value is looked at once."""
    number, distinct = pd.factorize(values)
    forms = np.array([*(form(value) for value in distinct), None], dtype=object)
    return forms[number]


def same_keys(left: np.ndarray, right: np.ndarray) -> KeyPairs:
    """Return the rows with the same key.

    Parameters
    ----------
    left, right : keys in normal form, or None
    """
    counts = pd.Series(right).value_counts()
    frequent = counts.index[counts.to_numpy() > MOST_PER_CODE]
    asked = pd.DataFrame({"key": left, "left": np.arange(len(left))}).dropna()
    there = pd.DataFrame({"key": right, "right": np.arange(len(right))}).dropna()
    there = there[~there["key"].isin(frequent)]
    pairs = asked.merge(there, on="key").sort_values(["left", "right"])
    unspecific = tuple(sorted(set(frequent) & set(asked["key"])))
    first, second = pairs["left"].to_numpy(dtype=np.int64), pairs["right"].to_numpy(dtype=np.int64)
    return KeyPairs(first, second, np.zeros(len(pairs), dtype=bool), unspecific)


def same_codes(left: np.ndarray, right: np.ndarray) -> KeyPairs:
    """Return the rows with the same building code, hyphens and leading zeros set aside where that is unmistakable.

    A code that is on the right as it stands pairs with it alone. Any other is looked up without separators, then
    without leading zeros; such a form counts where it stands for one code on the right and for one on the left.

    Parameters
    ----------
    left, right : codes as `building_code` gives them
    """
    found = same_keys(left, right)
    parts = [(found.left, found.right, found.loose)]
    open_ = ~pd.isna(left) & ~pd.Series(left).isin(pd.unique(right)).to_numpy()
    for form in (without_separators, without_zeros):
        if not open_.any():
            break
        loose = same_keys(_loose(left, open_, form), _loose(right, ~pd.isna(right), form))
        parts.append((loose.left, loose.right, np.ones(len(loose.left), dtype=bool)))
        open_[loose.left] = False
    first, second, loosely = (np.concatenate(arrays) for arrays in zip(*parts, strict=True))
    order = np.lexsort((second, first))
    return KeyPairs(first[order], second[order], loosely[order], found.unspecific)


def _loose(codes: np.ndarray, used: np.ndarray, form: Callable[[str], str]) -> np.ndarray:
    """Return the loose form of the codes in use, None where several codes have the same one."""
    number, distinct = pd.factorize(pd.Series(codes).where(used, None))
    forms = pd.Series([form(code) for code in distinct], dtype=object)
    clear = forms.where(~forms.duplicated(keep=False), None)
    return np.array([*clear, None], dtype=object)[number]
