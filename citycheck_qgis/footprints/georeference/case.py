"""What the levels of evidence share: one building of one model, its middle, its site, the CRSs that are stated."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from pyproj import CRS

from ..findings import Finding, finding
from .areas import BESIDE, Bounds, fits, inside, longitude_latitude
from .evidence import Context, CrsEvidence, Evidence, Matrix, SiteEvidence
from .inference import agreeing_crs
from .locations import location
from .placement import Placement
from .projections import (
    CONTRADICTED,
    Affine,
    Point,
    apply,
    is_far,
    is_plain,
    metres_between,
)
from .stated_crs import crs_of
from .zones import agreeing_strip

#: How far from its site a model may be drawn when a latitude and longitude is all that places it, metres.
AROUND_SITE = 10_000.0
#: Metres between the elevation of a site and a point of a model that is drawn at its height.
_STOREYS = 60.0
AS_DRAWN: Affine = (1.0, 0.0, 0.0, 1.0, 0.0, 0.0)
#: No place on land is higher, metres.
HIGHEST = 9_000.0
#: Findings about numbers that say by themselves which strip they are of, or which place.
_SURE = frozenset(("zone_prefix_removed", "zone_contradicts_crs", "degrees_in_conversion"))


@dataclass(frozen=True)
class Placed:
    """A map from local metres to a CRS that may still be in degrees or feet."""

    level: int
    method: str
    source: str
    crs: CRS
    matrix: Affine
    elevation: float | None = None
    vertical: str | None = None
    state: str = "placed"


class Case:
    """One building of one model and what is known about its place."""

    def __init__(
        self, evidence: Evidence, building: str | None, bounds: Bounds | None, default_crs: CRS | None
    ) -> None:
        self.evidence = evidence
        self.building = building
        self.default_crs = default_crs
        self.findings: list[Finding] = list(evidence.findings)
        self.length_unit = evidence.length_unit or 1.0
        if evidence.length_unit is None:
            self.note(finding("length_unit_missing", "The model states no length unit; metres were assumed."))
        self.location = location(evidence, building)
        self.near: Point | None = None
        if self.location is not None and self.location.refused is None:
            self.near = (self.location.longitude, self.location.latitude)
        self.anchor = self._anchor(bounds)
        self.size = None if bounds is None else max(bounds[2] - bounds[0], bounds[3] - bounds[1])
        self.context = self._context()

    def note(self, *found: Finding) -> None:
        """Add findings that are new."""
        self.findings += [new for new in found if new not in self.findings]

    def nowhere(self) -> Placement:
        """Return the answer that nothing places the model."""
        return Placement("needs_control_points", 0, "none", findings=tuple(self.findings))

    def infer(self, source: str, point: Point) -> CRS | None:
        """Return the CRS in which a point lies where latitude and longitude say."""
        found = agreeing_crs(point, self.near) if self.near is not None and is_far(point) else None
        if found is None:
            return None
        crs, metres = found
        self.note(
            finding(
                "crs_inferred",
                "{source}: the file names no CRS, but in {crs} (EPSG:{code}) the coordinates agree with latitude and "
                "longitude to {metres:.0f} m; it was taken. Give the CRS if it is another.",
                source=source,
                crs=crs.name,
                code=crs.to_epsg(),
                metres=metres,
            )
        )
        return crs

    def stated(self) -> list[CrsEvidence]:
        """Return the CRSs that the file describes, those of conversions first."""
        return [c.crs for c in self.evidence.conversions if c.crs is not None] + list(self.evidence.crs)

    def _anchor(self, bounds: Bounds | None) -> Point:
        """Return a point of the model: the middle of its shapes, else of some elements, else of its placement."""
        if bounds is not None and all(math.isfinite(value) for value in bounds):
            return (bounds[0] + bounds[2]) / 2, (bounds[1] + bounds[3]) / 2
        building = next((b for b in self.evidence.buildings if b.guid == self.building), None)
        several = len(self.evidence.buildings) > 1
        stands = None if building is None or building.matrix is None else plan(building.matrix)[4:]
        if self.evidence.positions:
            x, y, _ = np.median(np.array(self.evidence.positions), axis=0)
            if stands is None or not several or is_far((x, y)) != is_far(stands):
                return float(x), float(y)
        return stands or self.site_origin() or (0.0, 0.0)

    def _context(self) -> Context | None:
        """Return the context of the model's shapes: three-dimensional, of the kind Model, with most shapes."""
        if not self.evidence.contexts:
            return None
        return max(
            self.evidence.contexts,
            key=lambda c: (
                c.representations > 0,
                c.kind == "Model",
                c.dimensions == 3,
                c.representations,
                -c.id,
            ),
        )

    def site_guid(self) -> str | None:
        """Return the GlobalId of the site that the building stands on."""
        return next((b.site for b in self.evidence.buildings if b.guid == self.building), None)

    def site(self) -> SiteEvidence | None:
        """Return the site of the building, else the first."""
        sites = {site.guid: site for site in self.evidence.sites}
        return sites.get(self.site_guid() or "") or next(iter(self.evidence.sites), None)

    def site_origin(self) -> Point | None:
        """Return where the site stands in local metres."""
        site = self.site()
        return None if site is None or site.matrix is None else (site.matrix[0][3], site.matrix[1][3])

    def elevation_of_site(self, drawn: bool = False) -> float | None:
        """Return the metres to add to local z: what the site says of its own placement.

        A model `drawn` in map coordinates may be drawn at its height too: then nothing is added.
        """
        site = self.location.site if self.location is not None else self.site()
        if site is None or site.elevation is None or abs(site.elevation) > HIGHEST:
            return None
        lift = site.matrix[2][3] if site.matrix is not None else 0.0
        if drawn and self.evidence.positions:
            z = float(np.median([position[2] for position in self.evidence.positions]))
            if abs(z - site.elevation) < min(_STOREYS, abs(site.elevation)):
                return 0.0
        return 0.0 if site.elevation == 0.0 else site.elevation - lift

    def default_at(self, degrees: Point) -> CRS | None:
        """Return the CRS of the file or of the user where it is in use at a place."""
        known = [crs_of(description)[0] for description in self.stated()]
        for crs in (*known, self.default_crs):
            if crs is not None and is_plain(crs) and inside(crs, *degrees, BESIDE):
                return crs
        return None

    def agreeing(
        self, source: str, crs: CRS, matrix: Affine, found: Sequence[Finding], state: str
    ) -> tuple[CRS, str]:
        """Return the CRS, or another strip of its datum where coordinates, latitude and longitude agree on that, and the state.

        A number of the zone before the easting, or degrees, speak for the CRS or the place by themselves.
        """
        point = apply(matrix, self.anchor)
        place = longitude_latitude(crs, *point)
        if self.near is None or place is None or _SURE & {f.code for f in found}:
            return crs, state
        distance = metres_between(*place, *self.near)
        other = agreeing_strip(crs, point, self.near) if distance > CONTRADICTED else None
        if other is None:
            return crs, state
        self.note(
            finding(
                "crs_contradicts_location",
                "{source}: in {crs} the coordinates lie {km:.0f} km from where latitude and longitude say, in {other} they "
                "agree with them; {other} was taken. Check the CRS.",
                source=source,
                crs=crs.name,
                km=distance / 1000,
                other=other.name,
            )
        )
        return other, "approximate"

    def note_default(self, source: str, crs: CRS, replaced: bool) -> None:
        """Note that the CRS of the user was taken."""
        if replaced:
            self.note(
                finding(
                    "crs_replaced_by_user",
                    "{source}: the coordinates do not fit the CRS of the file; {crs} was taken, as the user says.",
                    source=source,
                    crs=crs.name,
                )
            )
            return
        self.note(
            finding(
                "crs_from_user",
                "{source}: the file names no usable CRS; {crs} was taken, as the user says.",
                source=source,
                crs=crs.name,
            )
        )

    def note_beside(self, source: str, crs: CRS, matrix: Affine) -> None:
        """Note a place outside the area of use of its CRS."""
        if not fits(crs, *apply(matrix, self.anchor)):
            self.note(
                finding(
                    "beside_area_of_use",
                    "{source}: the model lies a little outside the area that {crs} is made for.",
                    source=source,
                    crs=crs.name,
                )
            )

    def note_huge(self, source: str) -> None:
        """Note a model that is drawn far from the point that is placed."""
        self.note(
            finding(
                "local_coordinates_huge",
                "{source}: the model is drawn {km:.0f} km from the point that it places; it was not used.",
                source=source,
                km=math.hypot(*self.anchor) / 1000,
            )
        )


def plan(matrix: Matrix) -> Affine:
    """Return the plan of a placement."""
    return (matrix[0][0], matrix[0][1], matrix[1][0], matrix[1][1], matrix[0][3], matrix[1][3])
