"""How often a request is sent again, and after what pause."""

from __future__ import annotations

import random
import time
from email.utils import parsedate_to_datetime

from .answers import Answer

#: How often a request is sent again.
RETRIES = 5
#: Longest pause that a platform may ask for, in seconds.
LONGEST_PAUSE = 300.0


def growing_pause(number: int) -> float:
    """Return the seconds before the n-th repetition; not the same for all clients that were stopped at once."""
    return random.uniform(0.5, 1.0) * 0.2 * 3 ** (number - 1)


def asked_pause(answer: Answer) -> float | None:
    """Return the seconds of a Retry-After, which says them or a date; None without one."""
    text = answer.headers.get("retry-after", "").strip()
    if not text:
        return None
    if text.isascii() and text.isdigit():
        return min(float(text[:9]), LONGEST_PAUSE)
    try:
        until = parsedate_to_datetime(text).timestamp()
    except (ValueError, TypeError):
        return None
    try:
        # By the platform's own clock where it tells it.
        now = parsedate_to_datetime(answer.headers["date"]).timestamp()
    except (KeyError, ValueError, TypeError):
        now = time.time()
    return min(max(until - now, 0.1), LONGEST_PAUSE)


def surely_undone(answer: Answer) -> bool:
    """Return whether "later" means for certain that nothing was done."""
    return answer.status == 429 or (answer.status == 503 and "retry-after" in answer.headers)
