"""Which elements make up the outline of a building, and which are left aside."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

import ifcopenshell
import numpy as np
from numpy.typing import NDArray

from .structure import Structure
from .units import instances

Chosen: TypeAlias = NDArray[np.bool_]

#: Classes whose bodies are seen from above or stand on the ground; doors and windows lie within walls.
SHELL = (
    "IfcWall",
    "IfcSlab",
    "IfcRoof",
    "IfcCurtainWall",
    "IfcPlate",
    "IfcMember",
    "IfcColumn",
    "IfcBeam",
    "IfcFooting",
    "IfcCovering",
    "IfcStair",
    "IfcStairFlight",
    "IfcRamp",
    "IfcRampFlight",
    "IfcChimney",
    "IfcShadingDevice",
    "IfcBuildingElementPart",
    "IfcBuildingElementProxy",
    "IfcProxy",
)
#: What stands upright on the ground floor and encloses it.
UPRIGHT = ("IfcWall", "IfcCurtainWall", "IfcPlate", "IfcMember", "IfcColumn")
#: What can be anything: a cornice, a solar panel, a tree.
UNKNOWN = ("IfcBuildingElementProxy", "IfcProxy")
#: What a building without a shell is not made of either.
NEVER = (
    "IfcFurnishingElement",
    "IfcDistributionElement",
    "IfcTransportElement",
    "IfcGeographicElement",
    "IfcReinforcingElement",
    "IfcFastener",
)
#: What covers a plan; where there is none, rooms between the walls are open only because the model is thin.
COVER = ("IfcSlab", "IfcRoof", "IfcCovering")


def is_of(model: ifcopenshell.file, classes: NDArray[np.object_], names: Sequence[str]) -> Chosen:
    """Tell which classes are one of `names` or a subtype; a schema that lacks a name has none of it."""
    schema = ifcopenshell.schema_by_name(model.schema_identifier)
    kinds, inverse = np.unique(classes.astype(str), return_inverse=True)
    known = [any(schema.declaration_by_name(kind)._is(name) for name in names) for kind in kinds.tolist()]
    return np.array(known, dtype=bool)[inverse] if len(kinds) else np.zeros(0, bool)


def with_body(model: ifcopenshell.file, structure: Structure) -> Chosen:
    """Tell which elements have a shape representation of their own."""
    elements = structure.elements
    bodies = (model.by_id(int(element)).Representation is not None for element in elements)
    return np.fromiter(bodies, bool, len(elements))


def parts_of_shells(model: ifcopenshell.file, structure: Structure) -> Chosen:
    """Tell which elements are parts of a roof, curtain wall or the like, of whatever class."""
    parts: list[int] = []
    shells = set(structure.elements[is_of(model, structure.classes, SHELL)].tolist())
    for relation in instances(model, "IfcRelAggregates"):
        if relation[4] is not None and relation[4].id() in shells:
            parts += [part.id() for part in relation[5] or ()]
    return np.isin(structure.elements, parts)


def envelope(model: ifcopenshell.file, structure: Structure, body: Chosen) -> tuple[Chosen, Chosen, Chosen]:
    """Choose the elements that make up the outlines, of those with a body (`with_body`).

    Returns
    -------
    chosen : elements to be drawn; all have a body
    exotic : of these, the elements of buildings that have nothing of a shell, where everything with a body is taken
    upright : elements that enclose the ground floor

    Every other element is left aside: openings' fillings, furniture, services, wholes that their parts stand for.
    """
    part = parts_of_shells(model, structure)
    never = is_of(model, structure.classes, NEVER)
    shell = (is_of(model, structure.classes, SHELL) | _plainly_built(structure) | part) & ~never
    chosen = shell & body
    exotic = np.zeros(len(body), bool)
    for building in range(-1, len(structure.buildings)):
        own = structure.building == building
        if not (own & chosen).any():
            rest = own & body & ~never
            exotic |= rest if rest.any() else own & body
    return chosen | exotic, exotic, is_of(model, structure.classes, UPRIGHT)


def _plainly_built(structure: Structure) -> Chosen:
    """Tell which elements are of no narrower class than IfcBuiltElement, which IFC4X3 allows."""
    return np.isin(structure.classes, ["IfcBuiltElement", "IfcBuildingElement"])
