"""The spatial structure of an IFC model: its sites, buildings and storeys, and what stands in which of them.

Element ids are the numbers of the STEP file (``#123`` is 123). Indices point into the tuples of a `Structure`.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

import ifcopenshell
import numpy as np
from numpy.typing import NDArray

from ..findings import Finding, finding
from .units import instances, unit_scale

Ids: TypeAlias = NDArray[np.int64]
Indices: TypeAlias = NDArray[np.int32]

#: Relation, attribute of the parent, attribute of the child or children; the first that a child has counts. The order
#: is that of the geometry kernel, which goes up the same way and must not be led in a circle.
PARENTS = (
    ("IfcRelFillsElement", 4, 5),
    ("IfcRelVoidsElement", 4, 5),
    ("IfcRelProjectsElement", 4, 5),
    ("IfcRelContainedInSpatialStructure", 5, 4),
    ("IfcRelAggregates", 4, 5),
    ("IfcRelNests", 4, 5),
    ("IfcRelCoversBldgElements", 4, 5),
    ("IfcRelReferencedInSpatialStructure", 5, 4),
)
CONTAINMENT = "IfcRelContainedInSpatialStructure"
#: Products that are bodies of a building or stand around it; holes and imagined borders are not.
PHYSICAL = ("IfcElement", "IfcProxy")
NOT_PHYSICAL = ("IfcFeatureElement", "IfcVirtualElement")
#: Classes of which a building has at least one.
ENVELOPE = (
    "IfcWall",
    "IfcSlab",
    "IfcRoof",
    "IfcColumn",
    "IfcBeam",
    "IfcCurtainWall",
    "IfcPlate",
    "IfcMember",
)
#: Metres by which the height of a storey may differ between its placement and its attribute.
TOLERANCE = 0.05


@dataclass(frozen=True)
class Site:
    """A site; ``elevation`` is RefElevation in metres."""

    id: int
    guid: str
    name: str | None
    long_name: str | None = None
    elevation: float | None = None


@dataclass(frozen=True)
class Building:
    """A building; of one that the file does not have (`Structure.building` is made up) the id is the project's.

    Attributes
    ----------
    site : index of its site, -1 without
    elevation : z of its placement, metres
    composition : COMPLEX, ELEMENT, PARTIAL or None
    made_up : the file has no IfcBuilding; all its elements were taken as one
    """

    id: int
    guid: str
    name: str | None = None
    long_name: str | None = None
    object_type: str | None = None
    description: str | None = None
    site: int = -1
    elevation: float = 0.0
    composition: str | None = None
    made_up: bool = False


@dataclass(frozen=True)
class Storey:
    """A storey.

    Attributes
    ----------
    building : index of its building, -1 without
    elevation : absolute z of its base in the coordinates of the model's shapes, metres
    declared : its attribute Elevation in metres, relative to the building; None where it is not given
    """

    id: int
    guid: str
    name: str | None
    long_name: str | None
    building: int
    elevation: float
    declared: float | None = None


def _building_of(storey: Storey) -> int:
    return storey.building


@dataclass(frozen=True)
class Structure:
    """The spatial structure of a model.

    Attributes
    ----------
    scale : metres per length unit
    project : name of the project
    sites, buildings, storeys : in the order of the file; storeys by building and height
    elements : ids of the physical elements, ascending
    classes : IFC class of each element, such as ``IfcWallStandardCase``
    building, storey : index of each element's building and storey, -1 without
    spaces, space_building, space_storey : the same of the IfcSpaces
    findings : what is missing or contradictory
    """

    scale: float
    project: str | None
    sites: tuple[Site, ...]
    buildings: tuple[Building, ...]
    storeys: tuple[Storey, ...]
    elements: Ids
    classes: NDArray[np.object_]
    building: Indices
    storey: Indices
    spaces: Ids
    space_building: Indices
    space_storey: Indices
    findings: tuple[Finding, ...]

    def storeys_of(self, building: int) -> list[int]:
        """Return the indices of the storeys of a building, from the lowest to the highest."""
        first = bisect_left(self.storeys, building, key=_building_of)
        return list(range(first, bisect_right(self.storeys, building, first, key=_building_of)))


def structure(model: ifcopenshell.file) -> Structure:
    """Return the spatial structure of a model, whatever is missing in it.

    An element stands where it is contained; without containment, where the whole stands of which it is a part, or the
    wall whose opening it fills. Parts of buildings (composition PARTIAL inside another building) count to the whole;
    a complex that holds nothing but buildings is none itself. Elements of the site stay out of every building.

    Relations and placements that lead in a circle are opened in `model` itself, for the sake of the geometry kernel.
    """
    findings: list[Finding] = []
    scale = unit_scale(model)
    if scale is None:
        findings.append(
            finding("length_unit_missing", "The model does not say its unit of length; metres are assumed.")
        )
        scale = 1.0
    opened = _open_placements(model)
    if opened:
        findings.append(
            finding("placement_loop", "{count} placements lead in a circle; they were opened.", count=opened)
        )
    elements, classes = _elements(model)
    spaces = _ids(instances(model, "IfcSpace"))
    tree = _Tree(model, elements, spaces)
    sites = _sites(model, scale)
    buildings = _buildings(model, tree, sites, scale, findings)
    building_ids = [b.id for b in buildings]
    building = tree.nearest(elements, building_ids)
    space_building = tree.nearest(spaces, building_ids)
    storey_instances = list(instances(model, "IfcBuildingStorey"))
    storey_building = tree.nearest(_ids(storey_instances), building_ids)
    if buildings:
        adopted = _adopt(model, tree, buildings, elements, classes, building, findings)
        if adopted:
            storey_building[storey_building < 0] = 0
            space_building[space_building < 0] = 0
    elif np.isin(classes, list(_with_subtypes(model, ENVELOPE))).any() and not _infrastructure(model):
        buildings = [_made_up(model, sites)]
        building[:], space_building[:], storey_building[:] = 0, 0, 0
        findings.append(
            finding("no_building", "The file has no IfcBuilding; its elements are taken as one building.")
        )
    else:
        findings.append(finding("not_a_building", "The file describes no building."))
    storeys = _storeys(storey_instances, storey_building, buildings, scale, findings)
    storey_ids = [s.id for s in storeys]
    _missing(model, buildings, storeys, sites, findings)
    _strays(tree, elements, building, buildings, findings)
    projects = instances(model, "IfcProject")
    return Structure(
        scale=scale,
        project=text(projects[0], "Name") or text(projects[0], "LongName") if projects else None,
        sites=sites,
        buildings=tuple(buildings),
        storeys=storeys,
        elements=elements,
        classes=classes,
        building=building,
        storey=tree.nearest(elements, storey_ids),
        spaces=spaces,
        space_building=space_building,
        space_storey=tree.nearest(spaces, storey_ids),
        findings=tuple(findings),
    )


def text(instance: ifcopenshell.entity_instance, attribute: str) -> str | None:
    """Return a text attribute without blanks around it; None where it is empty or the class has no such attribute."""
    value = getattr(instance, attribute, None)
    return value.strip() or None if isinstance(value, str) else None


def placement_matrix(product: ifcopenshell.entity_instance, scale: float) -> NDArray[np.float64]:
    """Return the absolute placement of a product as a 4 x 4 matrix, in metres; what is missing moves nothing."""
    matrix, seen = np.eye(4), set()
    placement = getattr(product, "ObjectPlacement", None)
    while placement is not None and placement.is_a("IfcLocalPlacement") and placement.id() not in seen:
        seen.add(placement.id())
        matrix = _axes(placement.RelativePlacement) @ matrix
        placement = placement.PlacementRelTo
    matrix[:3, 3] *= scale
    return matrix


def _axes(axes: ifcopenshell.entity_instance | None) -> NDArray[np.float64]:
    """Return the matrix of an IfcAxis2Placement2D or 3D in the units of the file."""
    matrix = np.eye(4)
    matrix[:3, 3] = _numbers(getattr(axes, "Location", None), "Coordinates")
    if getattr(axes, "Axis", None) is None and getattr(axes, "RefDirection", None) is None:
        return matrix
    z = _direction(getattr(axes, "Axis", None), (0.0, 0.0, 1.0))
    x = _direction(getattr(axes, "RefDirection", None), (1.0, 0.0, 0.0))
    x = x - z * (x @ z)
    if np.linalg.norm(x) < 1e-9:
        return matrix
    matrix[:3, 0] = x / np.linalg.norm(x)
    matrix[:3, 2] = z
    matrix[:3, 1] = np.cross(z, matrix[:3, 0])
    return matrix


def _direction(
    direction: ifcopenshell.entity_instance | None, default: tuple[float, float, float]
) -> NDArray[np.float64]:
    vector = _numbers(direction, "DirectionRatios")
    length = np.linalg.norm(vector)
    return vector / length if np.isfinite(length) and length > 0 else np.array(default)


def _numbers(item: ifcopenshell.entity_instance | None, attribute: str) -> NDArray[np.float64]:
    """Return up to three numbers of a list; zeros for what is missing or no number."""
    vector = np.zeros(3)
    for i, value in enumerate((getattr(item, attribute, None) or ())[:3]):
        if isinstance(value, int | float) and np.isfinite(value):
            vector[i] = value
    return vector


def _ids(items: Sequence[ifcopenshell.entity_instance]) -> Ids:
    return np.fromiter((item.id() for item in items), np.int64, len(items))


def _with_subtypes(model: ifcopenshell.file, names: Sequence[str]) -> set[str]:
    """Return those classes of the file that are one of `names` or a subtype."""
    schema = ifcopenshell.schema_by_name(model.schema_identifier)
    declared = [(c, schema.declaration_by_name(c)) for c in model.types()]
    return {c for c, declaration in declared if any(declaration._is(name) for name in names)}


def _elements(model: ifcopenshell.file) -> tuple[Ids, NDArray[np.object_]]:
    """Return the ids of the physical elements, ascending, and their classes."""
    names = sorted(_with_subtypes(model, PHYSICAL) - _with_subtypes(model, NOT_PHYSICAL))
    groups = [_ids(model.by_type(name, include_subtypes=False)) for name in names]
    ids = np.concatenate([np.zeros(0, np.int64), *groups])
    classes = np.repeat(np.array(names, dtype=object), [len(group) for group in groups])
    order = np.argsort(ids)
    return ids[order], classes[order]


class _Tree:
    """Who is part of whom: one parent per product, whatever relation says so."""

    def __init__(self, model: ifcopenshell.file, *alone: Ids) -> None:
        children: list[int] = []
        parents: list[int] = []
        relations: list[int] = []
        contained = slice(0)
        for name, whole, parts in PARENTS:
            start = len(children)
            for relation in instances(model, name):
                parent, members = relation[whole], relation[parts]
                if parent is None or members is None:
                    continue
                members = members if isinstance(members, tuple) else (members,)
                children += [member.id() for member in members]
                parents += [parent.id()] * len(members)
                relations += [relation.id()] * len(members)
            if name == CONTAINMENT:
                contained = slice(start, len(children))
        spatial = [
            item.id()
            for name in ("IfcProject", "IfcSpatialStructureElement", "IfcSpatialElement")
            for item in instances(model, name)
        ]
        child, parent = np.array(children, np.int64), np.array(parents, np.int64)
        self.nodes = np.unique(np.concatenate([child, parent, np.array(spatial, np.int64), *alone]))
        self.parent = np.arange(len(self.nodes))
        # The first relation of a child counts: written last.
        self.parent[self._at(child[::-1])] = self._at(parent[::-1])
        self.spatial = np.unique(np.array(spatial, np.int64))
        self.contained, self.container = child[contained], parent[contained]
        self.looped = self._cut(model, child, parent, np.array(relations, np.int64))

    def _cut(self, model: ifcopenshell.file, child: Ids, parent: Ids, relation: Ids) -> Ids:
        """Open every circle at one place, in the model too, and return the ids that led into one."""
        looped, cuts = _circles(self.parent)
        for cut in cuts:
            said = (child == self.nodes[cut]) & (parent == self.nodes[self.parent[cut]])
            for number in np.unique(relation[said]):
                model.remove(model.by_id(int(number)))
            self.parent[cut] = cut
        return self.nodes[looped]

    def _at(self, ids: Ids) -> NDArray[np.int64]:
        return np.searchsorted(self.nodes, ids)

    def top(self, ids: Ids, stops: Sequence[int] | Ids) -> Ids:
        """Return for each id the first of `stops` on its way up, itself included, or where the way ends."""
        up = self.parent.copy()
        ends = self._at(np.asarray(stops, np.int64))
        up[ends] = ends
        # Doubling the step each time goes up any tree and never hangs in a loop.
        for _ in range(len(up).bit_length()):
            up = up[up]
        return self.nodes[up[self._at(ids)]] if len(ids) else ids

    def nearest(self, ids: Ids, stops: Sequence[int]) -> Indices:
        """Return for each id the index of the first of `stops` on its way up; -1 where there is none."""
        tops = self.top(ids, stops)
        result = np.full(len(ids), -1, np.int32)
        if len(stops) and len(ids):
            order = np.argsort(stops)
            known = np.asarray(stops, np.int64)[order]
            at = np.minimum(np.searchsorted(known, tops), len(known) - 1)
            result = np.where(known[at] == tops, order[at], -1).astype(np.int32)
        return result

    def above(self, ids: Ids) -> Ids:
        """Return the parent of each id; itself where it has none."""
        return self.nodes[self.parent[self._at(ids)]]

    def loose(self, ids: Ids) -> NDArray[np.bool_]:
        """Tell which of the ids stand in nothing spatial."""
        return ~np.isin(self.top(ids, self.spatial), self.spatial)


def _circles(parent: NDArray[np.int64]) -> tuple[NDArray[np.bool_], list[int]]:
    """Return which nodes go up without end, and one node of each circle; a node without parent is its own."""
    up = parent
    for _ in range(len(up).bit_length()):
        up = up[up]
    looped = parent[up] != up
    cuts: list[int] = []
    seen: set[int] = set()
    for start in np.unique(up[looped]).tolist():
        node = start
        while node not in seen:
            seen.add(node)
            node = int(parent[node])
            if node == start:
                cuts.append(start)
    return looped, cuts


def _open_placements(model: ifcopenshell.file) -> int:
    """Set free one placement of every circle of placements, in the model, and return their number."""
    placements = [p for p in instances(model, "IfcLocalPlacement") if p[0] is not None]
    if not placements:
        return 0
    ids = _ids(placements)
    order = np.argsort(ids)
    above = _ids([p[0] for p in placements])
    at = np.minimum(np.searchsorted(ids[order], above), len(ids) - 1)
    parent = np.where(ids[order][at] == above, order[at], np.arange(len(ids)))
    _, cuts = _circles(parent)
    cuts += np.flatnonzero(above == ids).tolist()
    for cut in cuts:
        placements[cut].PlacementRelTo = None
    return len(cuts)


def _sites(model: ifcopenshell.file, scale: float) -> tuple[Site, ...]:
    return tuple(
        Site(
            site.id(),
            site.GlobalId,
            text(site, "Name"),
            text(site, "LongName"),
            None if site.RefElevation is None else site.RefElevation * scale,
        )
        for site in instances(model, "IfcSite")
    )


def _buildings(
    model: ifcopenshell.file, tree: _Tree, sites: Sequence[Site], scale: float, findings: list[Finding]
) -> list[Building]:
    """Return the buildings of a file, parts counted to their whole and mere complexes left out."""
    found = list(instances(model, "IfcBuilding"))
    ids = [b.id() for b in found]
    above = tree.above(np.array(ids, np.int64))
    outer = np.where(above == ids, -1, tree.nearest(above, ids)).tolist()
    parts = {i for i, b in enumerate(found) if outer[i] >= 0 and b.CompositionType == "PARTIAL"}
    if parts:
        findings.append(
            finding(
                "building_parts_merged", "{count} parts of buildings count to the whole.", count=len(parts)
            )
        )
    complexes = {outer[i] for i in range(len(found)) if outer[i] >= 0 and i not in parts}
    kept = [i for i in range(len(found)) if i not in parts]
    if complexes:
        own = tree.nearest(tree.contained, [ids[i] for i in kept])
        used = {kept[n] for n in set(own.tolist()) if n >= 0}
        empty = complexes - used
        kept = [i for i in kept if i not in empty]
        findings.append(
            finding(
                "building_complex",
                "{count} buildings stand inside others.",
                count=len(found) - len(complexes),
            )
        )
    site = tree.nearest(np.array([ids[i] for i in kept], np.int64), [s.id for s in sites])
    return [
        Building(
            id=found[i].id(),
            guid=found[i].GlobalId,
            name=text(found[i], "Name"),
            long_name=text(found[i], "LongName"),
            object_type=text(found[i], "ObjectType"),
            description=text(found[i], "Description"),
            site=int(at),
            elevation=float(placement_matrix(found[i], scale)[2, 3]),
            composition=found[i].CompositionType,
        )
        for i, at in zip(kept, site, strict=True)
    ]


def _made_up(model: ifcopenshell.file, sites: Sequence[Site]) -> Building:
    """Return a building for the elements of a file that has none, under the identity of its project or site."""
    projects = instances(model, "IfcProject")
    root = projects[0] if projects else instances(model, "IfcRoot")[0]
    return Building(
        id=root.id(),
        guid=root.GlobalId,
        name=text(root, "Name") or text(root, "LongName"),
        site=0 if len(sites) == 1 else -1,
        made_up=True,
    )


def _infrastructure(model: ifcopenshell.file) -> bool:
    """Tell whether the file has a road, bridge or railway; IFC4X3 has classes for them."""
    return any(not facility.is_a("IfcBuilding") for facility in instances(model, "IfcFacility"))


def _adopt(
    model: ifcopenshell.file,
    tree: _Tree,
    buildings: Sequence[Building],
    elements: Ids,
    classes: NDArray[np.object_],
    building: Indices,
    findings: list[Finding],
) -> bool:
    """Give the only building of a file what hangs loose, and what stands on the site when it has nothing itself.

    Changes `building` in place and tells whether there was a single building to adopt anything.
    """
    if len(buildings) != 1 or not len(elements):
        return False
    storeys = _ids(instances(model, "IfcBuildingStorey"))
    loose = tree.loose(elements) | (tree.nearest(elements, storeys.tolist()) >= 0)
    loose &= building < 0
    if loose.any():
        building[loose] = 0
        findings.append(
            finding(
                "elements_adopted",
                "{count} elements stand in no building; they are taken for the only one of the file.",
                count=int(loose.sum()),
            )
        )
    if not (building == 0).any() and not _infrastructure(model):
        envelope = np.isin(classes, list(_with_subtypes(model, ENVELOPE)))
        if envelope.any():
            building[envelope] = 0
            findings.append(
                finding(
                    "elements_on_site",
                    "The building is empty; the {count} walls, slabs and the like of the site are taken for it.",
                    count=int(envelope.sum()),
                )
            )
    return True


def _storeys(
    found: Sequence[ifcopenshell.entity_instance],
    building: Indices,
    buildings: Sequence[Building],
    scale: float,
    findings: list[Finding],
) -> tuple[Storey, ...]:
    """Return the storeys by building and height; see `Storey` for the two heights."""
    placed = [float(placement_matrix(storey, scale)[2, 3]) for storey in found]
    declared = [
        storey.Elevation * scale
        if isinstance(storey.Elevation, int | float) and np.isfinite(storey.Elevation)
        else None
        for storey in found
    ]
    storeys: list[Storey] = []
    differing = []
    for b in sorted(set(building.tolist())):
        base = buildings[b].elevation if b >= 0 else 0.0
        members = np.flatnonzero(building == b)
        heights = {i: declared[i] for i in members if declared[i] is not None}
        # Some tools place every storey at zero and say the heights in the attribute alone.
        flat = len({round(placed[i], 2) for i in members}) == 1 and len(set(heights.values())) > 1
        if flat:
            findings.append(
                finding(
                    "storeys_placed_alike",
                    "All {count} storeys are placed at one height; their attribute Elevation is used.",
                    count=len(members),
                )
            )
        for i in members:
            elevation = base + heights[i] if flat and i in heights else placed[i]
            storeys.append(
                Storey(
                    id=found[i].id(),
                    guid=found[i].GlobalId,
                    name=text(found[i], "Name"),
                    long_name=text(found[i], "LongName"),
                    building=int(b),
                    elevation=float(elevation),
                    declared=declared[i],
                )
            )
            if not flat and i in heights and abs(base + heights[i] - placed[i]) > TOLERANCE:
                differing.append(storeys[-1])
    if differing:
        findings.append(
            finding(
                "storey_elevation_differs",
                "{count} storeys are placed elsewhere than their attribute Elevation says, such as {name}: "
                "{placed} m, not {declared} m; the placement counts.",
                count=len(differing),
                name=differing[0].name or differing[0].guid,
                placed=round(differing[0].elevation, 2),
                declared=round(differing[0].declared or 0.0, 2),
            )
        )
    return tuple(sorted(storeys, key=lambda s: (s.building, s.elevation, s.id)))


def _missing(
    model: ifcopenshell.file,
    buildings: Sequence[Building],
    storeys: Sequence[Storey],
    sites: Sequence[Site],
    findings: list[Finding],
) -> None:
    if not instances(model, "IfcProject"):
        findings.append(finding("no_project", "The file has no IfcProject."))
    if not sites:
        findings.append(finding("no_site", "The file has no IfcSite."))
    bare = set(range(len(buildings))) - {s.building for s in storeys}
    if bare:
        findings.append(finding("no_storey", "{count} buildings have no storeys.", count=len(bare)))
    guids = [b.guid for b in buildings]
    if len(set(guids)) < len(guids):
        findings.append(finding("guid_repeated", "Two buildings of the file have the same GlobalId."))


def _strays(
    tree: _Tree, elements: Ids, building: Indices, buildings: Sequence[Building], findings: list[Finding]
) -> None:
    """Report loops, elements that stand in no building and elements that are contained twice."""
    looped = np.isin(elements, tree.looped)
    if looped.any():
        findings.append(
            finding(
                "relation_loop",
                "{count} elements are parts of each other in a circle; it was opened.",
                count=int(looped.sum()),
            )
        )
    lost = building < 0
    if buildings and lost.any():
        findings.append(
            finding(
                "elements_without_building",
                "{count} elements of the site or of no place are left out.",
                count=int(lost.sum()),
            )
        )
    of = tree.nearest(tree.container, [b.id for b in buildings])
    pairs = np.unique(np.column_stack([tree.contained, of])[of >= 0], axis=0)
    twice = len(pairs) - len(np.unique(pairs[:, 0]))
    if twice:
        findings.append(
            finding(
                "elements_in_two_buildings",
                "{count} elements stand in two buildings; the first counts.",
                count=twice,
            )
        )
