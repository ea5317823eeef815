"""Placing a model by points whose local and map coordinates are both known."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ...errors import InputError
from ...messages import word
from ..findings import Finding, finding
from .projections import Affine, Point

#: Lengths that are mistaken for metres: name and metres in one.
_UNITS = (
    (word("millimetres"), 0.001),
    (word("centimetres"), 0.01),
    (word("feet"), 0.3048),
    (word("inches"), 0.0254),
    (word("kilometres"), 1000.0),
)
#: Scales that surveys have, to one or to a unit; no other places a model.
_SCALE_ROOM = 0.02
#: Points nearer than this are one point, metres.
_SAME = 0.01


@dataclass(frozen=True)
class Fit:
    """A similarity (turn, one scale, shift) from local metres to map coordinates.

    Attributes
    ----------
    matrix : as in `Placement.matrix`
    scale : map metres to a local metre
    angle : degrees that the local x axis is turned from map east, anticlockwise
    residuals : how far each point stays off its place, map metres; zeros with two points
    usable : buildings keep their size; False where the scale is neither about one nor that of a unit
    findings : ``control_unit`` (local coordinates were in another unit than metres), ``control_scale`` (not usable),
        ``control_residuals``
    """

    matrix: Affine
    scale: float
    angle: float
    residuals: tuple[float, ...]
    usable: bool = True
    findings: tuple[Finding, ...] = ()


def fit_similarity(local_points: Sequence[Point], map_points: Sequence[Point]) -> Fit:
    """Return the similarity that brings local points onto map points: exact for two, least squares for more.

    Parameters
    ----------
    local_points : (x, y) in metres of the model; where the scale says that they are in another unit, they are
        converted
    map_points : (east, north) of the same points, in a projected CRS in metres

    Raises
    ------
    InputError : fewer than two points, lists of different lengths, numbers that are none, or points that coincide
        (on the map or in the model), so that no direction follows from them.
    """
    local, there = _points(local_points), _points(map_points)
    if len(local) != len(there) or len(local) < 2:
        raise InputError(
            "Placing a model takes at least two control points with local and map coordinates each; "
            "{local} local and {map} map points were given.",
            local=len(local),
            map=len(there),
        )
    centre, target = local.mean(), there.mean()
    arms, wanted = local - centre, there - target
    if np.abs(arms).max() < _SAME or np.abs(wanted).max() < _SAME:
        raise InputError("The control points coincide; choose points that lie apart, such as two corners.")
    factor = np.vdot(arms, wanted) / np.vdot(arms, arms).real
    if abs(factor) < 1e-9:
        raise InputError(
            "The control points do not match: no turn and scale brings the local points onto the map points; check "
            "their order."
        )
    shift = target - factor * centre
    residuals = np.abs(factor * local + shift - there)
    unit, found = _unit(float(abs(factor)))
    factor /= unit or 1.0
    matrix = (factor.real, -factor.imag, factor.imag, factor.real, shift.real, shift.imag)
    return Fit(
        tuple(float(value) for value in matrix),  # type: ignore[arg-type]
        float(abs(factor)),
        math.degrees(math.atan2(factor.imag, factor.real)),
        tuple(float(value) for value in residuals),
        unit is not None,
        (*found, *_residual_finding(residuals, np.abs(wanted).max())),
    )


def _points(points: Sequence[Point]) -> np.ndarray:
    """Return points as complex numbers."""
    values = np.array([tuple(point)[:2] for point in points], dtype=float).reshape(-1, 2)
    if not np.isfinite(values).all():
        raise InputError("A control point has a coordinate that is no number; correct it.")
    return values[:, 0] + 1j * values[:, 1]


def _unit(scale: float) -> tuple[float | None, tuple[Finding, ...]]:
    """Return the metres in a unit of the local coordinates that a scale tells, None where it is no unit's."""
    if abs(scale - 1) <= _SCALE_ROOM:
        return 1.0, ()
    for name, metres in _UNITS:
        if abs(scale / metres - 1) <= _SCALE_ROOM:
            return metres, (
                finding(
                    "control_unit",
                    "The control points give a scale of {scale:.5g}: their local coordinates are in {unit}, and were "
                    "taken so.",
                    scale=scale,
                    unit=name,
                ),
            )
    return None, (
        finding(
            "control_scale",
            "The control points give a scale of {scale:.5g}, which would distort the building, and which is that of no "
            "unit; check the points. They were not used.",
            scale=scale,
        ),
    )


def _residual_finding(residuals: np.ndarray, width: float) -> tuple[Finding, ...]:
    worst = float(residuals.max())
    if worst <= max(0.5, 0.005 * width):
        return ()
    return (
        finding(
            "control_residuals",
            "Control point {number} stays {metres:.2f} m off its place; check it.",
            number=int(residuals.argmax()) + 1,
            metres=worst,
        ),
    )
