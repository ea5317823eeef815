"""The CRS and the vertical datum that a model describes by name, WKT, description or parts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyproj import CRS

from ...errors import InputError
from ..findings import Finding, finding
from .crs_names import crs_from_text, read_crs

if TYPE_CHECKING:
    # City models need this module, and whoever reads them may have no ifcopenshell.
    from .evidence import CrsEvidence


def crs_of(stated: CrsEvidence) -> tuple[CRS | None, tuple[Finding, ...]]:
    """Return the CRS that the file describes by name, WKT, description or parts."""
    named, named_findings = crs_from_text(stated.name)
    defined = crs_from_text(stated.wkt)[0] if stated.wkt else None
    if named is not None and defined is not None and not named.equals(defined, ignore_axis_order=True):
        return named, (
            *named_findings,
            finding(
                "crs_contradicts_wkt",
                "{source}: the name means {name}, the WKT means {wkt}; the name was taken.",
                source=stated.source,
                name=named.name,
                wkt=defined.name,
            ),
        )
    if named is not None or defined is not None:
        return named if named is not None else defined, named_findings if named is not None else ()
    if any(found.code == "crs_strip_unknown" for found in named_findings):
        # The name speaks of a grid of its own, which the other parts only resemble.
        return None, named_findings
    parts = " ".join(part for part in (stated.datum, stated.projection, stated.zone) if part)
    for text in (parts, stated.description, stated.zone):
        if not text or text == stated.name:
            continue
        crs, findings = crs_from_text(text)
        if crs is not None and (crs.is_projected or stated.geographic):
            read = finding(
                "crs_from_parts",
                "{source}: {name} is no CRS; datum, projection, zone or description say {crs}.",
                source=stated.source,
                name=stated.name or "",
                crs=crs.name,
            )
            return crs, (*findings, read)
    return None, named_findings


def crs_of_user(given: CRS | str | None) -> CRS | None:
    """Return the horizontal part of the CRS that the user gives, in any spelling that files may have.

    Raises
    ------
    InputError : it is no CRS, or only a datum or heights.
    """
    if given is None:
        return None
    crs, _ = crs_from_text(given if isinstance(given, str) else given.to_wkt())
    if crs is None:
        raise InputError(
            "{crs} is not a CRS that PROJ knows; give one such as EPSG:4547.",
            crs=given[:200] if isinstance(given, str) else given.name,
        )
    return crs


def vertical_of(stated: CrsEvidence) -> tuple[str | None, tuple[Finding, ...]]:
    """Return the name of the vertical datum that the file states, by itself or in a compound CRS."""
    compound = read_crs(stated.name or "").vertical
    if not stated.vertical:
        return compound, ()
    read = read_crs(stated.vertical)
    unknown = read.vertical is None and any(found.code == "crs_unknown_code" for found in read.findings)
    if not unknown and read.crs is None:
        return read.vertical or stated.vertical, ()
    return compound, (
        finding(
            "vertical_datum_unknown",
            "{source}: {name} is no vertical datum that is known.",
            source=stated.source,
            name=stated.vertical,
        ),
    )
