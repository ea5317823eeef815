"""Copies of one feature that we have made, by a request that was done twice or at the same time as another client.

Only what is certainly ours is removed, and only while it is what we sent. All clients follow the same rules, so that one
copy always stays.
"""

from __future__ import annotations

from collections.abc import Sequence

from ..messages import Message, message
from .features import Feature
from .merge import Trust, judge
from .store import Creation


def too_many(number: int) -> Message:
    """Return what to do about a key that the platform has more than once."""
    return message(
        "The platform has {n} features with this key; delete there those that are too many, or give them keys of their own.",
        n=number,
    )


def surplus_copies(
    sent: Creation, features: Sequence[Feature], trust: Trust, kept: str | None = None
) -> list[Feature]:
    """Return the features of one key that can go, because we made them and another one stays.

    Empty where that is not certain: they hold something else than was sent, or there are more than our requests
    can have made.

    Parameters
    ----------
    features : as the platform has them now, with all that both sides can hold
    kept : server id of the copy that stays: the one that was agreed on
    """
    if len({f.server_id for f in features}) < len(features):
        return []
    kept = kept or sent.server_id
    copies = [f for f in features if judge(sent.payload, sent.items, None, f, trust).arrived == sent.items]
    if len(copies) == len(features):
        copies = sorted(
            copies, key=lambda f: (f.server_id != kept, len(f.server_id or ""), f.server_id or "")
        )[1:]
    certain = sent.unanswered and sent.may_be_done > len(copies) and kept not in {f.server_id for f in copies}
    if certain and copies and len(copies) == len(features) - 1:
        # What came of a request of ours whose answer was lost; somebody may have worked on the one that stays.
        return copies
    return _later_one(sent, features, trust)


def _later_one(sent: Creation, features: Sequence[Feature], trust: Trust) -> list[Feature]:
    """Return our copy where another client has made the feature before us: the one with the largest number goes."""
    numbers = [int(f.server_id) for f in features if f.server_id is not None and f.server_id.isdecimal()]
    ours = [f for f in features if f.server_id is not None and f.server_id == sent.server_id]
    if not ours or len(numbers) < len(features) or int(ours[0].server_id or 0) < max(numbers):
        return []
    return ours if judge(sent.payload, sent.items, None, ours[0], trust).arrived == sent.items else []
