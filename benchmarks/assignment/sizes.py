"""The sizes of the city, and how figures grow with them."""

import math

SIZES = {"10k": 10_000, "100k": 100_000, "1m": 1_000_000, "3m": 3_000_000, "10m": 10_000_000}


def growth_exponent(small: str, small_figure: float, large: str, large_figure: float) -> float:
    """Return the power of the number of buildings that a figure grows with: 1 is in proportion."""
    return math.log(large_figure / small_figure) / math.log(SIZES[large] / SIZES[small])


def scaled_up(small: str, small_figure: float, large: str, large_figure: float, to: str) -> float:
    """Return what a figure comes to that is a fixed part and one for each building."""
    each = (large_figure - small_figure) / (SIZES[large] - SIZES[small])
    return large_figure + each * (SIZES[to] - SIZES[large])
