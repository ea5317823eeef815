"""Unit codes: normal form, level and parent.

A unit code has 12 digits: 2 province + 2 city + 2 county (GB/T 2260) + 3 street or town (GB/T 10114) + 3 community.
Upper levels are filled up with zeros. Managed zones without an official code keep a local code as free text.
"""

from __future__ import annotations

import re
import unicodedata
from decimal import Decimal, InvalidOperation

import pandas as pd

LENGTH = 12
#: How many leading digits are significant at each level.
SIGNIFICANT = {"city": 4, "district": 6, "street": 9, "community": 12}

#: Quotes, blanks, and the invisible marks that copying from web pages and spreadsheets leaves.
_DECORATION = str.maketrans(
    "", "", "'‘’`\"“” \t\r\n\u3000\ufeff\u200b\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2060"
)
# No exponent above two digits: a code has twelve, and 1E999999999 would be written out.
_SCIENTIFIC = re.compile(r"[0-9]+(\.[0-9]+)?[Ee]\+?[0-9]{1,2}")
_WHOLE = re.compile(r"([0-9]+)\.0*")
#: What exports write where there is no code.
_NOTHING = {"nan", "none", "null", "<na>"}


def _bare(text: str) -> str:
    """Return a text in one width without decoration; taking a blank away can join what it held apart."""
    while (bare := unicodedata.normalize("NFKC", text).translate(_DECORATION)) != text:
        text = bare
    return text


def _digits(number: Decimal) -> str | None:
    whole = number.to_integral_value()
    return format(whole, "f") if whole == number and whole >= 0 else None


def normalise_code(text: object) -> str | None:
    """Return the 12-digit form of an official unit code, or None where `text` is not one.

    Accepts 4, 6, 9 or 12 digits, full-width digits, spaces, a leading apostrophe, a ``.0`` tail and scientific
    notation that still holds every significant digit. Scientific notation that Excel has cut short
    (``4.40103E+11`` for a community) cannot be told from the code of the district and is read as the district.
    """
    if text is None or (isinstance(text, float) and text != text):
        return None
    plain = _bare(str(text))
    if not plain or not plain.isascii():
        return None
    if not plain.isdecimal():
        if not (_SCIENTIFIC.fullmatch(plain) or _WHOLE.fullmatch(plain)):
            return None
        try:
            plain = _digits(Decimal(plain)) or ""
        except InvalidOperation:
            return None
    if len(plain) not in SIGNIFICANT.values() or plain.startswith("00"):
        return None
    return plain.ljust(LENGTH, "0")


def tidy_code(text: object) -> str | None:
    """Return the normal form of an official code, else the trimmed text of a local code, else None."""
    code = normalise_code(text)
    if code is not None:
        return code
    if text is None or (isinstance(text, float) and text != text):
        return None
    local = _bare(str(text))
    if local.casefold() in _NOTHING:
        return None
    # A number column read as real numbers must not turn a damaged code into a local one (4401.0).
    number = _WHOLE.fullmatch(local)
    return (number[1] if number else local) or None


def tidy_codes(codes: pd.Series) -> pd.Series:
    """Return `tidy_code` of every value; each distinct value is looked at once."""
    distinct = {value: tidy_code(value) for value in codes.dropna().unique()}
    return codes.map(distinct).astype(object).where(codes.notna(), None)


def level_of_code(code: str) -> str | None:
    """Return the level that the zeros of a 12-digit code say, or None for a local code or a province."""
    if len(code) != LENGTH or not code.isdecimal():
        return None
    for level, significant in SIGNIFICANT.items():
        if code[significant:].strip("0") == "":
            return None if code[2:4] == "00" else level
    return None


def parent_of_code(code: str, level: str) -> str | None:
    """Return the code of the ancestor at `level` that a 12-digit code contains, or None for a local code."""
    if len(code) != LENGTH or not code.isdecimal() or level not in SIGNIFICANT:
        return None
    return code[: SIGNIFICANT[level]].ljust(LENGTH, "0")
