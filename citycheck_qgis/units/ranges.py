"""Ranges of whole numbers, many at once."""

from __future__ import annotations

import numpy as np


def expand(start: np.ndarray, count: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return, for ranges of `count` numbers from `start`, the position of the range and the number, one row each."""
    owner = np.repeat(np.arange(len(count)), count)
    first = np.cumsum(count) - count
    return owner, np.arange(len(owner)) - np.repeat(first - start, count)
