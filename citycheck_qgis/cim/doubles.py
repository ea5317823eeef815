"""Copies of one feature that our own repeated requests have made."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from .features import Feature
from .merge import Trust, judge


def surplus_copies(
    sent: Feature, names: Iterable[str], features: Sequence[Feature], trust: Trust, kept: str | None = None
) -> list[Feature]:
    """Return the features of one key that can go, because they are what we sent and another one stays.

    Empty where that is not certain: several of them hold something else, or they have one id.

    Parameters
    ----------
    sent : the feature as it was sent more than once
    names : its items
    kept : server id of the copy that stays if it can
    """
    names = frozenset(names)
    if len({f.server_id for f in features}) < len(features):
        return []
    copies = [f for f in features if judge(sent, names, None, f, trust).arrived == names]
    if len(copies) == len(features) - 1:
        # Somebody has worked on the other one.
        return copies
    if len(copies) < len(features):
        return []
    return sorted(copies, key=lambda f: (f.server_id != kept, len(f.server_id or ""), f.server_id or ""))[1:]
