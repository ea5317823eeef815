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
    keys: Sequence[str], size: int, ask: Callable[[list[str]], list[Feature] | None], cut: ExchangeError
) -> list[Feature]:
    """Ask for keys in parts, and in halves where not everything came; return the features that have one of them.

    Parameters
    ----------
    ask : asks for some keys; None: the platform has more than it gave
    cut : raised where even one key is too many
    """
    wanted, found = set(keys), []
    parts = [list(keys[start : start + size]) for start in range(0, len(keys), size)]
    while parts:
        part = parts.pop()
        features = ask(part)
        if features is not None:
            found += [feature for feature in features if feature.key in wanted]
        elif len(part) == 1:
            raise cut
        else:
            parts += [part[: len(part) // 2], part[len(part) // 2 :]]
    return found
