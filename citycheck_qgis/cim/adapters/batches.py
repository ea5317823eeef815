"""Writes and queries in parts of what one request may hold."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

from ...errors import ExchangeError, RefusedError
from ..features import Feature
from .base import Outcome

T = TypeVar("T")
#: After these nobody knows whether a write was done: the service failed, or a gateway lost its answer.
UNSURE = (500, 502, 504)


def in_batches(
    items: Sequence[T | Outcome], size: int, send: Callable[[list[int]], list[Outcome]]
) -> list[Outcome]:
    """Send items in batches; return one outcome per item, in order.

    A refusal leaves here as an error only while nothing has been sent before it: whoever gets it may send again.

    Parameters
    ----------
    items : what is to be sent; an Outcome among them has been decided already and is passed over
    send : sends the items at the given positions, and returns one outcome for each
    """
    outcomes = [item if isinstance(item, Outcome) else None for item in items]
    open_ = [n for n, outcome in enumerate(outcomes) if outcome is None]
    for start in range(0, len(open_), size):
        part = open_[start : start + size]
        try:
            found = send(part)
        except RefusedError as error:
            if start == 0:
                raise
            found = [Outcome("rejected" if len(part) == 1 else "unknown", None, error.message)] * len(part)
        for n, outcome in zip(part, found, strict=True):
            outcomes[n] = outcome
    return [outcome for outcome in outcomes if outcome is not None]


def found_in_halves(
    keys: Sequence[str],
    size: int,
    ask: Callable[[list[str]], tuple[list[Feature], bool]],
    cut: ExchangeError,
    scan: Callable[[Sequence[str]], list[Feature]],
) -> list[Feature]:
    """Ask for keys in parts, and in halves where not everything came; return the features that have one of them.

    An answer with other keys shows that the platform does not heed what it is asked for: what it left out may be there
    all the same. One with a part of the keys may be as long as its pages are: the rest is asked for by itself.

    Parameters
    ----------
    ask : asks for some keys; returns what came, and whether that is all as far as the platform says
    cut : raised where even one key is too many
    scan : finds keys by reading everything
    """
    wanted, found = set(keys), []
    parts = [list(keys[start : start + size]) for start in range(0, len(keys), size)]
    while parts:
        part = parts.pop()
        features, whole = ask(part)
        asked = {_plain(key) for key in part}
        if any(feature.key is None or _plain(feature.key) not in asked for feature in features):
            return scan(keys)
        if whole:
            came = [feature for feature in features if feature.key in wanted]
            found += came
            there = {feature.key for feature in came}
            rest = [key for key in part if key not in there]
            if there and rest:
                parts.append(rest)
        elif len(part) == 1:
            raise cut
        else:
            parts += [part[: len(part) // 2], part[len(part) // 2 :]]
    return found


def _plain(key: str) -> str:
    # Databases that compare without regard to case have heeded what they were asked for.
    return key.strip("{} ").casefold()
