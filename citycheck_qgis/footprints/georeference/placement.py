"""The answer of georeferencing: how local metres become map coordinates."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeVar

import shapely
from pyproj import CRS
from shapely import affinity

from ...messages import mark
from ..findings import Finding

#: ``placed``: coordinates in a known CRS; ``approximate``: from a latitude and longitude, metres to hundreds of metres
#: off, or from coordinates whose CRS was inferred or replaced with the help of a latitude and longitude;
#: ``needs_control_points``: nothing that can be trusted says where the model lies.
STATES = ("placed", "approximate", "needs_control_points")
#: Where the place comes from.
METHODS = (
    mark("map_conversion"),
    mark("property_set"),
    mark("rigid_operation"),
    mark("site_placement"),
    mark("context"),
    mark("latitude_longitude"),
    mark("control_points"),
    mark("none"),
)

Shape = TypeVar("Shape", bound=shapely.Geometry)


@dataclass(frozen=True)
class Placement:
    """Where the local coordinates of a model (or of one of its buildings) lie.

    Attributes
    ----------
    state : one of `STATES`
    level : LoGeoRef level of the evidence that was used: 50, 40, 30, 20, or 0 (control points, none)
    method : one of `METHODS`
    crs : horizontal CRS, projected in metres; None when the place is not known
    matrix : (a, b, d, e, x, y): east = a * lx + b * ly + x, north = d * lx + e * ly + y, for local lx, ly in metres;
        the order of `shapely.affinity`. Identity when the place is not known
    elevation : metres to add to a local z; None when the model says nothing about heights
    vertical : name or code of the vertical datum, as found
    findings : corrections made, contradictions met, evidence set aside
    source : the piece of evidence that was used, such as ``IfcMapConversion #22``
    """

    state: str
    level: int
    method: str
    crs: CRS | None = None
    matrix: tuple[float, float, float, float, float, float] = (1.0, 0.0, 0.0, 1.0, 0.0, 0.0)
    elevation: float | None = None
    vertical: str | None = None
    findings: tuple[Finding, ...] = ()
    source: str | None = None

    def place(self, shape: Shape) -> Shape:
        """Return a shape of local metres in map coordinates."""
        return affinity.affine_transform(shape, list(self.matrix))
