"""What a probe finds: for the settings of a collection, and in rows for people."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import shapely

from ..messages import Message, mark
from .features import Feature

#: How a row is meant.
FINE, MIND, FAULT = mark("fine"), mark("mind"), mark("fault")
#: Features whose position is looked at.
_SAMPLE = 200


@dataclass(frozen=True)
class Row:
    """One thing that was found.

    Attributes
    ----------
    topic : what was looked at
    result : what the platform does
    meaning : what that means for the user
    grade : `FINE`, `MIND` (CityCheck copes with it), or `FAULT` (something is lost, or does not work)
    """

    topic: Message
    result: Message
    meaning: Message
    grade: str = FINE


@dataclass
class Findings:
    """What a probe has found.

    Attributes
    ----------
    probe : for `CollectionSettings.probe`; values of JSON only. The names of `fidelity.Tolerance`; ``capabilities``
        (fields of `adapters.base.Capabilities`); ``axis_read``, ``axis_write`` (``xy`` or ``yx``); ``find`` as ``scan``
        where the query by key cannot be used; and ``seen``, what was observed: ``at`` (ISO 8601), ``features``,
        ``complete``, ``page`` (largest), ``matched``, ``doubled``, ``without_key``, ``ids_stable``,
        ``clock_seconds`` (the platform's clock is ahead by), ``decimals``, ``geometry`` (the kind that it took where it
        tells none), ``written``
    rows : in the order in which things were looked at
    left_behind : keys of test features that could not be removed
    """

    probe: dict[str, Any] = field(default_factory=dict)
    rows: list[Row] = field(default_factory=list)
    left_behind: list[str] = field(default_factory=list)

    @property
    def seen(self) -> dict[str, Any]:
        """What was observed, see `probe`."""
        return self.probe.setdefault("seen", {})

    def add(self, topic: Message, result: Message, meaning: Message, grade: str = FINE) -> None:
        """Add a row."""
        self.rows.append(Row(topic, result, meaning, grade))

    def capability(self, **values: bool | int) -> None:
        """Note what the platform can do."""
        self.probe.setdefault("capabilities", {}).update(values)


@dataclass
class Reading:
    """What the first reading of a collection gave.

    Attributes
    ----------
    whole : everything was read, and the platform said so
    """

    features: list[Feature]
    whole: bool


def positions(features: Sequence[Feature]) -> list[tuple[float, float]]:
    """Return a corner of each of the first features that have a geometry."""
    blobs = [f.geometry for f in features[: 10 * _SAMPLE] if f.geometry is not None][:_SAMPLE]
    shapes = shapely.from_wkb(blobs, on_invalid="ignore")
    found = [
        shapely.get_coordinates(shape)[:1] for shape in shapes if shape is not None and not shape.is_empty
    ]
    return [(float(x), float(y)) for ((x, y),) in found]
