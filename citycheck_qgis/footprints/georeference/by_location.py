"""Level 20: a model placed by latitude and longitude of its site."""

from __future__ import annotations

import math

from ..findings import Finding, finding
from .case import AROUND_SITE, Case, Placed
from .directions import true_north
from .evidence import IDENTITY
from .locations import source_of
from .projections import (
    Affine,
    compose,
    metric_crs,
    rotation,
    tangent,
)


def by_location(case: Case) -> Placed | None:
    """Return the place that latitude and longitude give, where they can be trusted."""
    there = case.location
    if there is None:
        return None
    if there.refused is not None:
        case.note(there.refused)
        return None
    source = source_of(there.site)
    matrix = there.site.matrix or IDENTITY
    if math.hypot(case.anchor[0] - matrix[0][3], case.anchor[1] - matrix[1][3]) > AROUND_SITE:
        case.note_huge(source)
        return None
    degrees = (there.longitude, there.latitude)
    crs = metric_crs(case.default_at(degrees), *degrees)
    plane = tangent(crs, *degrees)
    if plane is None:
        return None
    turn, found = _true_north(case)
    case.note(*found)
    to_site: Affine = (1.0, 0.0, 0.0, 1.0, -matrix[0][3], -matrix[1][3])
    case.note(
        finding(
            "approximate_position",
            "{source}: the place comes from latitude and longitude of the site only; it may be off by metres to hundreds "
            "of metres (more where they were taken from a Chinese web map).",
            source=source,
        )
    )
    return Placed(
        20,
        "latitude_longitude",
        source,
        crs,
        compose(plane, compose(rotation(turn), to_site)),
        case.elevation_of_site(),
        state="approximate",
    )


def _true_north(case: Case) -> tuple[float, tuple[Finding, ...]]:
    """Return the turn (radians) that brings the model's true north upwards, and what is wrong with it."""
    context = case.context
    if context is None or context.true_north is None:
        missing = finding(
            "true_north_missing", "The model gives no true north; its y axis was taken to point there."
        )
        return 0.0, (missing,)
    ratios, found = true_north(context)
    if ratios is None:
        return 0.0, found
    return math.pi / 2 - math.atan2(ratios[1], ratios[0]), found
