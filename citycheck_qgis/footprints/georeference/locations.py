"""Latitude and longitude of a site: what they are worth, and the places that authoring tools write unasked."""

from __future__ import annotations

from dataclasses import dataclass

from ..findings import Finding, finding
from .evidence import Evidence, SiteEvidence
from .projections import metres_between

#: Places of templates and of the tools' lists of cities: name, latitude, longitude, radius in metres within which a
#: location is taken for it. Measured in files of these tools; a radius of hundreds of metres covers spellings that
#: differ by release.
DEFAULTS = (
    ("Boston (Revit)", 42.358662, -71.056740, 600.0),
    ("Boston (Revit, early releases)", 42.213, -71.033, 60.0),
    ("London (Revit)", 51.500152, -0.126236, 60.0),
    ("Chicago (Revit)", 41.8744, -87.6394, 60.0),
    ("Abu Dhabi (ArchiCAD, SketchUp)", 24 + 28 / 60, 54 + 25 / 60, 60.0),
    ("Berlin (ArchiCAD)", 52 + 31 / 60, 13 + 24 / 60, 60.0),
)
#: Degrees from (0, 0) that still mean that nobody has filled in anything.
_ZERO = 0.001


@dataclass(frozen=True)
class Location:
    """Where a site says it lies (WGS 84 degrees), and why that is not used (None where it can be)."""

    site: SiteEvidence
    longitude: float
    latitude: float
    refused: Finding | None


def source_of(site: SiteEvidence) -> str:
    """Return how latitude and longitude of a site are called in findings and reports."""
    return f"IfcSite {site.guid}/RefLatitude, RefLongitude"


def site_of(evidence: Evidence, building: str | None) -> SiteEvidence | None:
    """Return the site of a building, or the next one above it, that has a latitude and longitude.

    Where those have none, that of the only site that has any; without a building the first that has.
    """
    sites = {site.guid: site for site in evidence.sites}
    stands_on = next((b.site for b in evidence.buildings if b.guid == building), None)
    seen: set[str] = set()
    while stands_on in sites and stands_on not in seen:
        seen.add(stands_on)
        if sites[stands_on].latitude is not None and sites[stands_on].longitude is not None:
            return sites[stands_on]
        stands_on = sites[stands_on].parent
    located = [s for s in evidence.sites if s.latitude is not None and s.longitude is not None]
    if building is not None and len(located) > 1:
        return None
    return located[0] if located else None


def location(evidence: Evidence, building: str | None) -> Location | None:
    """Return the location of a building's site; None where no site has one."""
    site = site_of(evidence, building)
    if site is None or site.latitude is None or site.longitude is None:
        return None
    return Location(site, site.longitude, site.latitude, _refusal(site, site.latitude, site.longitude))


def _refusal(site: SiteEvidence, latitude: float, longitude: float) -> Finding | None:
    values = {"source": source_of(site), "latitude": latitude, "longitude": longitude}
    if abs(latitude) < _ZERO and abs(longitude) < _ZERO:
        return finding(
            "placeholder_latitude_longitude",
            "{source}: latitude and longitude are zero, a placeholder; they were not used.",
            **values,
        )
    for name, known_latitude, known_longitude, radius in DEFAULTS:
        if metres_between(longitude, latitude, known_longitude, known_latitude) <= radius:
            return finding(
                "default_location",
                "{source}: {latitude:.5f}, {longitude:.5f} is the default location {name} of an authoring tool; it was "
                "not used.",
                name=name,
                **values,
            )
    if _whole_minutes(site.raw_latitude) and _whole_minutes(site.raw_longitude):
        return finding(
            "coarse_location",
            "{source}: {latitude:.4f}, {longitude:.4f} is given to whole minutes only (a kilometre or two), as in a "
            "list of cities; it was not used.",
            **values,
        )
    return None


def _whole_minutes(raw: tuple[float, ...] | None) -> bool:
    return raw is not None and len(raw) >= 3 and not any(raw[2:])
