"""What was read from a model as plain values (JSON), so that it can pass from process to process and be kept."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import fields
from typing import Any

import shapely
from pyproj import CRS

from ..messages import plain, unplain
from .findings import Finding
from .georeference.placement import Placement
from .models import BuildingModel, ModelFile

Record = dict[str, Any]

_SHAPES = ("roofprint", "ground")


def building_record(building: BuildingModel) -> Record:
    """Return a building as plain values: shapes as hexadecimal WKB, findings as lists, the placement as a record."""
    record: Record = {}
    for field in fields(building):
        value = getattr(building, field.name)
        if field.name in _SHAPES:
            value = None if value is None else shapely.to_wkb(value, hex=True)
        elif field.name == "findings":
            value = finding_records(value)
        elif field.name == "placement":
            value = None if value is None else placement_record(value)
        record[field.name] = plain(value)
    return record


def building_of(record: Record) -> BuildingModel:
    """Return the building of `building_record`."""
    shapes = {name: None if record[name] is None else shapely.from_wkb(record[name]) for name in _SHAPES}
    placement = None if record["placement"] is None else placement_of(record["placement"])
    return BuildingModel(
        **{**record, **shapes, "placement": placement, "findings": findings_of(record["findings"])}
    )


def file_record(model: ModelFile) -> Record:
    """Return what concerns a file as a whole, and its buildings, as plain values."""
    return {
        "schema": model.schema,
        "tool": model.tool,
        "crs": None if model.crs is None else crs_name(model.crs),
        "placement": None if model.placement is None else placement_record(model.placement),
        "elements": model.elements,
        "findings": finding_records(model.findings),
        "buildings": [building_record(building) for building in model.buildings],
    }


def finding_records(findings: Iterable[Finding]) -> list[Record]:
    """Return findings as plain values."""
    return [
        {"code": found.code, "template": found.template, "values": plain(found.values)} for found in findings
    ]


def findings_of(records: Iterable[Record]) -> list[Finding]:
    """Return the findings of `finding_records`."""
    return [
        Finding(r["code"], r["template"], {k: unplain(v) for k, v in r["values"].items()}) for r in records
    ]


def crs_name(crs: CRS) -> str:
    """Return a CRS as text that `pyproj.CRS` understands: its code where it has one."""
    code = crs.to_authority()
    return ":".join(code) if code else crs.to_wkt()


def placement_of(record: Record) -> Placement:
    """Return the placement of a building's record."""
    return Placement(
        **{
            **record,
            "crs": None if record["crs"] is None else CRS.from_user_input(record["crs"]),
            "matrix": tuple(record["matrix"]),
            "findings": tuple(findings_of(record["findings"])),
        }
    )


def placement_record(placement: Placement) -> Record:
    """Return a placement as plain values."""
    return {
        **{field.name: getattr(placement, field.name) for field in fields(placement)},
        "crs": None if placement.crs is None else crs_name(placement.crs),
        "findings": finding_records(placement.findings),
    }
