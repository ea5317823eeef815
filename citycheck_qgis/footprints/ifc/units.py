"""Units of an IFC model: what one of its lengths or areas is in metres."""

from __future__ import annotations

from collections.abc import Sequence

import ifcopenshell

PREFIXES = {
    "EXA": 1e18, "PETA": 1e15, "TERA": 1e12, "GIGA": 1e9, "MEGA": 1e6, "KILO": 1e3, "HECTO": 1e2, "DECA": 1e1,
    "DECI": 1e-1, "CENTI": 1e-2, "MILLI": 1e-3, "MICRO": 1e-6, "NANO": 1e-9, "PICO": 1e-12, "FEMTO": 1e-15,
    "ATTO": 1e-18,
}  # fmt: skip
#: Power of the prefix: a square millimetre is a millionth of a square metre.
DIMENSIONS = {"METRE": 1, "SQUARE_METRE": 2, "CUBIC_METRE": 3}


def instances(model: ifcopenshell.file, name: str) -> Sequence[ifcopenshell.entity_instance]:
    """Return all instances of a class with its subtypes; none where the schema has no such class."""
    try:
        return model.by_type(name)
    except RuntimeError:
        return ()


def unit_scale(model: ifcopenshell.file, kind: str = "LENGTHUNIT") -> float | None:
    """Return what one unit of the model is in metres (``AREAUNIT``: square metres, ``VOLUMEUNIT``: cubic metres).

    None where the project assigns no such unit, or one that cannot be followed to an SI unit.
    """
    assignments = [p[8] for p in instances(model, "IfcProject") if p[8] is not None]
    for assignment in assignments or instances(model, "IfcUnitAssignment"):
        for unit in assignment[0] or ():
            if isinstance(unit, ifcopenshell.entity_instance) and getattr(unit, "UnitType", None) == kind:
                return scale_of(unit)
    return None


def scale_of(unit: ifcopenshell.entity_instance) -> float | None:
    """Return the factor from a named unit to its SI base unit; None where it has none or a senseless one."""
    factor, seen = 1.0, set()
    while unit is not None and unit.id() not in seen:
        seen.add(unit.id())
        if unit.is_a("IfcSIUnit"):
            return factor * PREFIXES.get(unit.Prefix, 1.0) ** DIMENSIONS.get(unit.Name, 1)
        if not unit.is_a("IfcConversionBasedUnit") or unit.ConversionFactor is None:
            return None
        measure = unit.ConversionFactor
        value = getattr(measure.ValueComponent, "wrappedValue", None)
        if not isinstance(value, int | float) or not 0 < value < float("inf"):
            return None
        factor, unit = factor * value, measure.UnitComponent
    return None
