"""The year in whatever a model says about the time of construction."""

from __future__ import annotations

import datetime
import re
import unicodedata

#: Four digits that are not part of a longer number; years before 1000 are placeholders (0001).
_YEAR = re.compile(r"(?<!\d)(1\d{3}|2[01]\d{2})(?!\d)")
#: A date without separators, such as 19980301.
_COMPACT = re.compile(r"\s*(1\d{3}|2[01]\d{2})(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\s*")
#: What makes a year a mere limit: 1980年以前, 2000年后, before 1980, >2000, pre-1980.
_LIMIT = re.compile(
    r"[<>≤≥≦≧]|[以之][前后後]|[早晚]于|\d\s*[年月日]?\s*(?:左右)?[前后後]"
    r"|\b(?:before|after|prior|until|since|earlier|later|older|newer|vor|nach|voor|na|avant|après)\b"
    r"|\b(?:pre|post)[-\s]?\d"
)


def year_of(value: object) -> int | None:
    """Return the year of a number or text; of a span (``1980-1985``) the last, when all of it stood.

    Read are ``1985``, ``1985.0``, ``1985-06-01``, ``19850601``, ``1985年6月``, ``06/1985``, ``c. 1985``; anything
    else is None, so that no placeholder becomes a year, and no limit: ``1980年以前``, ``after 2000``.
    """
    if value is None or isinstance(value, bool):
        return None
    if isinstance(value, datetime.date):
        return value.year
    if isinstance(value, float):
        if not value.is_integer():
            return None
        value = int(value)
    text = unicodedata.normalize("NFKC", str(value)[:200]).casefold()
    compact = _COMPACT.fullmatch(text)
    if compact:
        return int(compact[1])
    if _LIMIT.search(text):
        return None
    years = [int(year) for year in _YEAR.findall(text)]
    return max(years) if years else None
