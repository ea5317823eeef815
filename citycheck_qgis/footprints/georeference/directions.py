"""Directions in models: the x axis of a conversion and true north, well written or not."""

from __future__ import annotations

import math

from ..findings import Finding, finding
from .evidence import Context, Conversion
from .projections import Point


def direction(conversion: Conversion) -> tuple[float, tuple[Finding, ...]]:
    """Return the angle (radians, anticlockwise from map east) of the local x axis, and what is wrong with it."""
    x, y = conversion.abscissa, conversion.ordinate
    values = {"source": conversion.source, "x": x, "y": y}
    if x is None and y is None:
        return 0.0, ()
    if x is None or y is None:
        if abs(abs(x if x is not None else y or 0.0) - 1) < 1e-6:
            return math.atan2(y or 0.0, x or 0.0), ()
        return 0.0, (
            finding(
                "direction_incomplete",
                "{source}: only one part of the x axis direction is given ({x}, {y}); the model was not turned.",
                **values,
            ),
        )
    length = math.hypot(x, y)
    if length < 1e-9:
        return 0.0, (
            finding(
                "direction_malformed",
                "{source}: the x axis direction ({x}, {y}) has no length; the model was not turned.",
                **values,
            ),
        )
    if abs(length - 1) > 0.01:
        return math.atan2(y, x), (
            finding(
                "direction_not_unit",
                "{source}: the x axis direction ({x}, {y}) is not of length one; only its angle was used.",
                **values,
            ),
        )
    return math.atan2(y, x), ()


def true_north(context: Context) -> tuple[Point | None, tuple[Finding, ...]]:
    """Return the plan direction of true north, and what is wrong with it.

    Revit of 2012 and 2013 wrote three numbers, of which the last two are the direction: a vector of three that is not of
    length one is read so.
    """
    ratios = context.true_north or ()
    source = f"IfcGeometricRepresentationContext #{context.id}/TrueNorth"
    shown = ", ".join(f"{value:g}" for value in ratios)
    plan = ratios[:2]
    found: tuple[Finding, ...] = ()
    if len(ratios) == 3 and abs(math.hypot(*ratios) - 1) > 0.01:
        plan = ratios[1:]
        found = (
            finding(
                "true_north_three_values",
                "{source} ({direction}) has a number too many before it; the last two were taken.",
                source=source,
                direction=shown,
            ),
        )
    if len(plan) < 2 or math.hypot(*plan) < 1e-6:
        return None, (
            finding(
                "true_north_malformed",
                "{source} ({direction}) is no direction in plan; the y axis was taken.",
                source=source,
                direction=shown,
            ),
        )
    return (plan[0], plan[1]), found
