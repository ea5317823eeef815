"""The year in whatever a model says about the time of construction."""

from __future__ import annotations

import datetime
import re

#: Four digits that are not part of a longer number; years before 1000 are placeholders (0001).
_YEAR = re.compile(r"(?<!\d)(1\d{3}|2[01]\d{2})(?!\d)")
#: A date without separators, such as 19980301.
_COMPACT = re.compile(r"\s*(1\d{3}|2[01]\d{2})(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\s*")


def year_of(value: object) -> int | None:
    """Return the year of a number or text; of a span (``1980-1985``) the last, when all of it stood.

    Read are ``1985``, ``1985.0``, ``1985-06-01``, ``19850601``, ``1985年6月``, ``06/1985``, ``c. 1985``; anything
    else is None, so that no placeholder becomes a year.
    """
    if value is None or isinstance(value, bool):
        return None
    if isinstance(value, datetime.date):
        return value.year
    if isinstance(value, float):
        if not value.is_integer():
            return None
        value = int(value)
    text = str(value)[:200]
    compact = _COMPACT.fullmatch(text)
    if compact:
        return int(compact[1])
    years = [int(year) for year in _YEAR.findall(text)]
    return max(years) if years else None
