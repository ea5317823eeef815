"""What carries a building, by the materials of its walls and columns."""

from __future__ import annotations

import re
from collections.abc import Iterator

import ifcopenshell
import numpy as np
from numpy.typing import NDArray

from .properties import properties_of
from .structure import text

#: Kind of structure -> words for its material. The first that fits counts: 钢筋混凝土 is concrete, not steel.
MATERIALS = {
    "concrete": re.compile(
        r"concrete|beton|b[ée]ton|hormig|calcestruzzo|混凝土|砼|(?<![a-z0-9])c\d{2}(?:/\d{2})?(?!\d)|precast|predal"
    ),
    "masonry": re.compile(
        r"masonry|brick|block|mauerwerk|ziegel|kalksand|sand-lime|metselwerk|baksteen|stone|ma[cç]onnerie|砖|砌|石"
    ),
    "timber": re.compile(r"timber|wood|holz|hout|lumber|glulam|bois|madera|木"),
    "steel": re.compile(r"steel|stahl|staal|acier|acero|钢|(?<![a-z0-9])[sq]\d{3}(?!\d)|metal"),
}
#: Elements looked at for each building: the majority of many is that of some.
SAMPLE = 400
#: The largest kind must have this share of the volume; else the structure is mixed and nothing is said.
MAJORITY = 0.5


def main_material(
    model: ifcopenshell.file, elements: NDArray[np.int64], volumes: NDArray[np.float64]
) -> str | None:
    """Return what most load-bearing walls and columns are made of, a key of `MATERIALS`; None where nothing prevails.

    Where no element says whether it bears loads, all count.

    Parameters
    ----------
    elements : ids of walls and columns
    volumes : weight of each
    """
    chosen = np.linspace(0, len(elements) - 1, min(len(elements), SAMPLE)).astype(int)
    weights: dict[bool, dict[str, float]] = {True: {}, False: {}}
    total = {True: 0.0, False: 0.0}
    for i in chosen.tolist():
        element = model.by_id(int(elements[i]))
        bearing = any(p.name == "LoadBearing" and p.value is True for p in properties_of(element, "Common"))
        kind = next(filter(None, map(kind_of, _materials(element))), None)
        total[bearing] += volumes[i]
        if kind:
            weights[bearing][kind] = weights[bearing].get(kind, 0.0) + volumes[i]
    bearing = total[True] > 0
    if not weights[bearing]:
        return None
    best = max(weights[bearing], key=lambda kind: weights[bearing][kind])
    return best if weights[bearing][best] >= MAJORITY * total[bearing] else None


def kind_of(name: str) -> str | None:
    """Return the kind of a material by its name."""
    folded = name.casefold()
    return next((kind for kind, words in MATERIALS.items() if words.search(folded)), None)


def _materials(element: ifcopenshell.entity_instance) -> Iterator[str]:
    """Yield the names of an element's materials, the thickest layer first."""
    for relation in element.HasAssociations:
        if relation.is_a("IfcRelAssociatesMaterial") and relation.RelatingMaterial is not None:
            yield from _names(relation.RelatingMaterial, 4)


def _names(material: ifcopenshell.entity_instance, depth: int) -> Iterator[str]:
    if material.is_a("IfcMaterial"):
        yield text(material, "Name") or ""
    elif material.is_a("IfcMaterialLayerSetUsage") and depth:
        yield from _names(material.ForLayerSet, depth - 1)
    elif material.is_a("IfcMaterialProfileSetUsage") and depth:
        yield from _names(material.ForProfileSet, depth - 1)
    elif material.is_a("IfcMaterialLayerSet"):
        layers = sorted(material.MaterialLayers or (), key=lambda layer: -(layer.LayerThickness or 0.0))
        yield from (text(layer.Material, "Name") or "" for layer in layers if layer.Material is not None)
    elif material.is_a("IfcMaterialList"):
        yield from (text(one, "Name") or "" for one in material.Materials or ())
    elif material.is_a("IfcMaterialConstituentSet"):
        yield from (
            text(one.Material, "Name") or "" for one in material.MaterialConstituents or () if one.Material
        )
    elif material.is_a("IfcMaterialProfileSet"):
        yield from (
            text(one.Material, "Name") or "" for one in material.MaterialProfiles or () if one.Material
        )
