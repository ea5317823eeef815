"""What a model says about its place, piece by piece, and what became of each: rows for a table."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeAlias

from ...messages import mark
from ..findings import Finding, codes_of
from .areas import longitude_latitude
from .crs_names import crs_from_text
from .evidence import Context, Conversion, CrsEvidence, Evidence, SiteEvidence
from .locations import source_of
from .placement import Placement
from .projections import Point, apply, metres_of_unit

#: Columns of `evidence_rows`, in order.
COLUMNS = ("evidence", "kind", "level", "values", "status", "codes", "reason", "longitude", "latitude")
#: What became of a piece of evidence.
STATUS = (mark("used"), mark("rejected"), mark("not needed"), mark("information"))

Row: TypeAlias = dict[str, object]
Values: TypeAlias = dict[str, object]


def evidence_rows(evidence: Evidence, placement: Placement) -> list[Row]:
    """Return one row for each piece of evidence, the highest level first, and one for the answer.

    Columns
    -------
    evidence : where it stands in the file, such as ``IfcMapConversion #22``
    kind : ``map_conversion``, ``property_set``, ``rigid_operation``, ``crs``, ``context``, ``true_north``,
        ``site_placement``, ``latitude_longitude``, ``file`` or ``answer``
    level : LoGeoRef level, 0 for what places nothing by itself
    values : the numbers and names as found
    status : one of `STATUS`: ``used``, ``rejected`` (with the reason), ``not needed`` (a higher level was used) or ``information``
    codes : of the findings about it, joined by semicolons
    reason : their sentences, a list of messages
    longitude, latitude : WGS 84 degrees of the point that it gives: the origin of the model as it was used, else as the
        numbers stand; None where it gives none by itself
    """
    rows = [
        *(_conversion_row(found, placement) for found in evidence.conversions),
        *(_crs_row(found, placement) for found in evidence.crs),
        *(row for found in evidence.contexts for row in _context_rows(found, placement)),
        *(_placement_row(found, placement) for found in evidence.sites if _moved(found)),
        *(
            _location_row(found, placement)
            for found in evidence.sites
            if found.raw_latitude or found.raw_longitude
        ),
    ]
    rows += _other_rows(rows, placement)
    rows.append(_answer_row(placement))
    return sorted(rows, key=lambda row: (row["kind"] == "answer", -int(str(row["level"]))))


def _row(
    source: str,
    kind: str,
    level: int,
    values: Values,
    placement: Placement,
    point: Point | None = None,
) -> Row:
    found = [f for f in placement.findings if f.values.get("source") == source]
    if placement.source == source:
        status = "used"
    elif level == 0:
        status = "information"
    else:
        status = "rejected" if found or level > placement.level else "not needed"
    if placement.source == source and level >= 40:
        point = _origin(placement) or point
    return _as_row(source, kind, level, values, status, found, point)


def _as_row(
    source: str,
    kind: str,
    level: int,
    values: Values,
    status: str,
    found: list[Finding],
    point: Point | None,
) -> Row:
    said = {name: value for name, value in values.items() if value is not None}
    return {
        "evidence": source,
        "kind": kind,
        "level": level,
        "values": ", ".join(f"{name}={_shown(value)}" for name, value in said.items()),
        "status": status,
        "codes": codes_of(found),
        "reason": [f.message for f in found],
        "longitude": None if point is None else round(point[0], 7),
        "latitude": None if point is None else round(point[1], 7),
    }


def _shown(value: object) -> str:
    if isinstance(value, float):
        return f"{value:.10g}"
    if isinstance(value, tuple):
        return "(" + " ".join(_shown(part) for part in value) + ")"
    return str(value)


def _origin(placement: Placement) -> Point | None:
    """Return where the origin of the model comes to lie; none where the model is drawn far from it, in map coordinates."""
    if placement.crs is None or placement.method in ("site_placement", "context"):
        return None
    return longitude_latitude(placement.crs, *apply(placement.matrix, (0.0, 0.0)))


def _conversion_row(found: Conversion, placement: Placement) -> Row:
    values: Values = {
        "Eastings": found.eastings,
        "Northings": found.northings,
        "OrthogonalHeight": found.height,
        "XAxisAbscissa": found.abscissa,
        "XAxisOrdinate": found.ordinate,
        "Scale": found.scale,
        **{f"Factor{axis}": factor for axis, factor in zip("XYZ", found.factors, strict=True)},
        **_crs_values(found.crs),
    }
    return _row(found.source, found.kind, 50, values, placement, _declared_point(found))


def _declared_point(found: Conversion) -> Point | None:
    """Return where a conversion would put the origin if its numbers were taken as declared."""
    if found.crs is None or found.eastings is None or found.northings is None or found.angular:
        return None
    crs, _ = crs_from_text(found.crs.name)
    if crs is None or not crs.is_projected:
        return None
    axis = metres_of_unit(crs)
    unit = (found.crs.unit or axis) / axis
    return longitude_latitude(crs, found.eastings * unit, found.northings * unit)


def _crs_values(found: CrsEvidence | None) -> dict[str, object]:
    if found is None:
        return {}
    return {
        "CRS": found.name,
        "Description": found.description,
        "GeodeticDatum": found.datum,
        "VerticalDatum": found.vertical,
        "MapProjection": found.projection,
        "MapZone": found.zone,
        "MapUnit": found.unit_name,
        "MapUnitMetres": found.unit,
    }


def _crs_row(found: CrsEvidence, placement: Placement) -> Row:
    return _row(found.source, mark("crs"), 0, _crs_values(found), placement)


def _context_rows(found: Context, placement: Placement) -> Iterator[Row]:
    name = f"IfcGeometricRepresentationContext #{found.id}"
    if found.matrix is not None:
        at = tuple(row[3] for row in found.matrix[:3])
        if any(at):
            moved: Values = {"ContextType": found.kind, "origin": at}
            yield _row(f"{name}/WorldCoordinateSystem", "context", 40, moved, placement)
    if found.true_north is not None:
        values: Values = {"ContextType": found.kind, "TrueNorth": found.true_north}
        yield _row(f"{name}/TrueNorth", mark("true_north"), 0, values, placement)


def _moved(site: SiteEvidence) -> bool:
    return site.matrix is not None and any(abs(row[3]) > 1e-6 for row in site.matrix[:3])


def _placement_row(found: SiteEvidence, placement: Placement) -> Row:
    matrix = found.matrix or ()
    values: Values = {"Name": found.name, "origin": tuple(row[3] for row in matrix[:3])}
    source = f"IfcSite {found.guid}/ObjectPlacement"
    point = None
    if placement.crs is not None and placement.source == source and found.matrix:
        # The local origin means nothing in a model that is drawn in map coordinates.
        point = longitude_latitude(
            placement.crs, *apply(placement.matrix, (found.matrix[0][3], found.matrix[1][3]))
        )
    return _row(source, "site_placement", 30, values, placement, point)


def _location_row(found: SiteEvidence, placement: Placement) -> Row:
    values: Values = {
        "Name": found.name,
        "RefLatitude": found.raw_latitude,
        "RefLongitude": found.raw_longitude,
        "RefElevation": found.elevation,
    }
    known = found.latitude is not None and found.longitude is not None
    point = (found.longitude, found.latitude) if known else None
    return _row(source_of(found), "latitude_longitude", 20, values, placement, point)  # type: ignore[arg-type]


def _other_rows(rows: list[Row], placement: Placement) -> Iterator[Row]:
    """Yield rows for findings about something that has none yet."""
    shown = {row["evidence"] for row in rows}
    others: dict[str, list[Finding]] = {}
    for found in placement.findings:
        source = found.values.get("source")
        if isinstance(source, str) and source not in shown:
            others.setdefault(source, []).append(found)
    for source, found_there in others.items():
        used = source == placement.source
        yield _as_row(
            source,
            placement.method if used else mark("file"),
            placement.level if used else 0,
            {},
            "used" if used else "information",
            found_there,
            _origin(placement) if used else None,
        )


def _answer_row(placement: Placement) -> Row:
    values: Values = {
        "state": placement.state,
        "method": placement.method,
        "CRS": None if placement.crs is None else placement.crs.name,
        "matrix": placement.matrix if placement.crs is not None else None,
        "elevation": placement.elevation,
        "vertical": placement.vertical,
    }
    loose = [f for f in placement.findings if "source" not in f.values]
    row = _as_row(
        placement.source or "",
        mark("answer"),
        placement.level,
        values,
        "information",
        loose,
        _origin(placement),
    )
    return {**row, "codes": codes_of(placement.findings)}
