"""The bodies of elements as flat arrays of triangles, in the model's own coordinates and metres.

The kernels are tried in turn for each element: manifold is many times faster than the others but gives up on meshes
that are not closed, CGAL does these, OpenCASCADE the rest. Clippings are left out, for they hardly change a plan;
heights of clipped elements are therefore not to be believed before `recut` (measured: wall tops up to 2.7 times too
high). Openings are left out too, but for those of floors and roofs that are as large as a court, see `opened`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, TypeAlias

import ifcopenshell
import ifcopenshell.geom
import numpy as np
import shapely
from numpy.typing import NDArray

from ...units.ranges import expand
from ..findings import Finding, finding
from .loops import in_loops, products_of
from .structure import Ids, Indices
from .units import instances

Progress: TypeAlias = Callable[[float], None]
Triangles: TypeAlias = NDArray[np.float64]

FAST: Any = "hybrid-manifold-cgal-simple-opencascade"
CAREFUL: Any = "hybrid-cgal-simple-opencascade"
#: An element of more triangles is replaced by its convex hull in plan.
MAX_TRIANGLES = 200_000
#: A room or an opening can be open to the sky when it is larger than this, square metres.
MIN_COURT = 9.0
#: An opening goes through a floor when it ends no deeper inside of it than this, metres.
THROUGH = 0.01
#: Elements at most whose openings are cut.
MAX_OPENED = 300
#: Metres from the origin that no map coordinate of any unit exceeds.
MAX_COORDINATE = 1e9
#: Metres from the middle of all elements beyond which one is misplaced.
MAX_DISTANCE = 20_000.0


@dataclass(frozen=True)
class Bodies:
    """Triangles (n, 3, 3) and the number of the element that each belongs to (n,), ascending."""

    triangles: Triangles
    owner: Indices


NOTHING = Bodies(np.zeros((0, 3, 3)), np.zeros(0, np.int32))


@dataclass(frozen=True)
class Shapes:
    """Triangles of elements.

    Attributes
    ----------
    elements : ids of elements
    wanted : (elements,) which of them were asked for
    triangles : (n, 3, 3) corners as x, y, z
    owner : (n,) index into ``elements`` of each triangle, ascending
    clipped : (elements,) whether a boolean operation that was left out cuts the element, so that its z range is that
        of the uncut body
    scale : metres per unit of what the kernels give; they know the units of a file with exactly one IfcProject
    rough : ids of the elements whose plan is not as the model says: replaced by a hull, or with a large opening that
        could not be cut
    findings : elements that were simplified or dropped
    """

    elements: Ids
    wanted: NDArray[np.bool_]
    triangles: Triangles
    owner: Indices
    clipped: NDArray[np.bool_]
    scale: float = 1.0
    rough: frozenset[int] = frozenset()
    findings: tuple[Finding, ...] = ()

    @cached_property
    def used(self) -> NDArray[np.bool_]:
        """Tell which elements have triangles."""
        return np.bincount(self.owner, minlength=len(self.elements)) > 0

    @property
    def missed(self) -> NDArray[np.bool_]:
        """Tell which of the wanted elements gave no shape."""
        return self.wanted & ~self.used

    @cached_property
    def heights(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return the lowest and highest z of each element; NaN for those without a shape."""
        low, high = np.full((2, len(self.elements)), np.nan)
        owners, starts = np.unique(self.owner, return_index=True)
        if len(owners):
            z = self.triangles[:, :, 2]
            low[owners] = np.minimum.reduceat(z.min(axis=1), starts)
            high[owners] = np.maximum.reduceat(z.max(axis=1), starts)
        return low, high

    def of(self, chosen: NDArray[np.bool_]) -> Bodies:
        """Return the bodies of the chosen elements."""
        elements = np.flatnonzero(chosen)
        _, kept = expand(self._starts[elements], np.diff(self._starts)[elements])
        return Bodies(self.triangles[kept], self.owner[kept])

    @cached_property
    def _starts(self) -> Indices:
        """The first triangle of each element, and the number of triangles."""
        return np.searchsorted(self.owner, np.arange(len(self.elements) + 1))


def triangles(
    model: ifcopenshell.file,
    elements: Ids,
    wanted: NDArray[np.bool_],
    group: Indices,
    scale: float = 1.0,
    progress: Progress | None = None,
) -> Shapes:
    """Return the shapes of the wanted elements; those that gave none are `Shapes.missed`.

    Parameters
    ----------
    model : an open model
    elements : ids of products
    wanted : which of them to draw
    group : the building of each; an element far away from all others of its building is dropped
    scale : see `Shapes`
    progress : called with the share of elements done, 0 to 1
    """
    looped = wanted & in_loops(model, elements)
    meshes, hulls = _meshes(model, elements, wanted & ~looped, FAST, clip=False, progress=progress)
    findings = []
    if looped.any():
        findings.append(
            finding(
                "reference_loop",
                "The body of {count} elements refers to itself; they have no shape.",
                count=int(looped.sum()),
            )
        )
    if len(hulls):
        findings.append(
            finding(
                "element_simplified",
                "{count} elements have more than {limit} triangles; their convex hulls in plan are used.",
                count=len(hulls),
                limit=MAX_TRIANGLES,
            )
        )
    corners, owner = _flat({i: part * scale for i, part in meshes.items()})
    rough = frozenset(elements[hulls].tolist())
    shapes = Shapes(
        elements, wanted, corners, owner, _clipped(model, elements), scale, rough, tuple(findings)
    )
    return _without_far(_without_wild(shapes), group)


def recut(model: ifcopenshell.file, shapes: Shapes, chosen: NDArray[np.bool_]) -> Shapes:
    """Return the shapes with the chosen elements clipped as the model says; slow, for a few only."""
    if not chosen.any():
        return shapes
    done, _ = _meshes(model, shapes.elements, chosen, CAREFUL, clip=True)
    return _replaced(shapes, {i: part * shapes.scale for i, part in done.items()})


def opened(model: ifcopenshell.file, shapes: Shapes, hosts: NDArray[np.bool_]) -> Shapes:
    """Return the shapes with the large openings of some elements cut out of them, such as a court out of floors.

    Openings that a window fills, and small ones (pipes, lifts), stay closed. Elements with nothing but such openings
    are not touched, for cutting is slow.

    Parameters
    ----------
    hosts : which elements may be cut: floors and roofs
    """
    voids = _voids(model, shapes.elements, hosts & shapes.used)
    if not voids:
        return shapes
    numbers = np.unique(np.concatenate([*map(np.array, voids.values())]).astype(np.int64))
    sound = ~in_loops(model, numbers)
    meshes, _ = _meshes(model, numbers, sound, FAST, clip=False)
    bodies = {int(numbers[i]): part * shapes.scale for i, part in meshes.items()}
    filled = {
        relation[4].id() for relation in instances(model, "IfcRelFillsElement") if relation[4] is not None
    }
    open_ = {
        number for number, body in bodies.items() if plan_area(body) > 2 * MIN_COURT and number not in filled
    }
    large = [i for i, own in voids.items() if open_.intersection(own)]
    endless = set(numbers[~sound].tolist())
    chosen = np.zeros(len(shapes.elements), bool)
    chosen[[i for i in large if not endless.intersection(voids[i])][:MAX_OPENED]] = True
    done, _ = _meshes(model, shapes.elements, chosen, FAST, clip=True, cut=True)
    cut: dict[int, Triangles] = {}
    shallow = set()
    low, high = shapes.heights
    for i, mesh in done.items():
        part = mesh * shapes.scale
        gone = plan_area(shapes.triangles[shapes.owner == i]) - plan_area(part)
        if gone < MIN_COURT:
            # What does not go through, such as a lowered floor, changes no plan.
            z = [bodies[number][:, :, 2] for number in open_.intersection(voids[i])]
            if not any(one.min() < low[i] + THROUGH and one.max() > high[i] - THROUGH for one in z):
                shallow.add(i)
            continue
        closed = [bodies[number] for number in voids[i] if number in bodies and number not in open_]
        lids = [np.dstack([body[:, :, :2], np.clip(body[:, :, 2], low[i], high[i])]) for body in closed]
        cut[i] = np.concatenate([part, *lids])
    rough = shapes.rough | {int(shapes.elements[i]) for i in large if i not in cut and i not in shallow}
    return replace(_replaced(shapes, cut), rough=rough)


def _voids(model: ifcopenshell.file, elements: Ids, hosts: NDArray[np.bool_]) -> dict[int, list[int]]:
    """Return index of element -> ids of its openings; those of a whole are those of its parts."""
    index = {int(elements[i]): int(i) for i in np.flatnonzero(hosts)}
    parts: dict[int, list[int]] = {}
    for relation in instances(model, "IfcRelAggregates"):
        if relation[4] is not None:
            parts.setdefault(relation[4].id(), []).extend(part.id() for part in relation[5] or ())
    voids: dict[int, list[int]] = {}
    for relation in instances(model, "IfcRelVoidsElement"):
        if relation[4] is None or relation[5] is None or relation[5].Representation is None:
            continue
        host = relation[4].id()
        for part in [host, *parts.get(host, ())]:
            if part in index:
                voids.setdefault(index[part], []).append(relation[5].id())
    return voids


def plan_area(body: Triangles) -> float:
    """Return the area of all surfaces in plan, square metres: twice that of a flat body, at least twice its union."""
    a, b = body[:, 1, :2] - body[:, 0, :2], body[:, 2, :2] - body[:, 0, :2]
    return float(np.abs(a[:, 0] * b[:, 1] - a[:, 1] * b[:, 0]).sum()) / 2


def _replaced(shapes: Shapes, done: dict[int, Triangles]) -> Shapes:
    """Return the shapes with other triangles, in metres, for some elements, which are clipped by now."""
    keep = ~np.isin(shapes.owner, list(done))
    new, owner = _flat(done)
    new = np.concatenate([shapes.triangles[keep], new])
    owner = np.concatenate([shapes.owner[keep], owner])
    order = np.argsort(owner, kind="stable")
    clipped = shapes.clipped.copy()
    clipped[list(done)] = False
    return _without_wild(replace(shapes, triangles=new[order], owner=owner[order], clipped=clipped))


def _settings(clip: bool, cut: bool) -> ifcopenshell.geom.settings:
    settings = ifcopenshell.geom.settings()
    settings.set("use-world-coords", True)
    settings.set("disable-opening-subtractions", not cut)
    settings.set("disable-boolean-result", not clip)
    settings.set("no-normals", True)
    settings.set("weld-vertices", False)
    settings.set("apply-default-materials", False)
    return settings


def _meshes(
    model: ifcopenshell.file,
    elements: Ids,
    wanted: NDArray[np.bool_],
    kernel: Any,
    *,
    clip: bool,
    cut: bool = False,
    progress: Progress | None = None,
) -> tuple[dict[int, Triangles], list[int]]:
    """Return index of element -> its triangles, and the indices of those that were replaced by hulls."""
    meshes: dict[int, list[Triangles]] = {}
    hulls: list[int] = []
    index = {int(elements[i]): int(i) for i in np.flatnonzero(wanted)}
    if not index:
        return {}, []
    include = [model.by_id(element) for element in index]
    iterator = ifcopenshell.geom.iterator(
        _settings(clip, cut), model, 1, include=include, geometry_library=kernel
    )
    more: object = iterator.initialize()
    while more:
        shape = iterator.get()
        corners = np.frombuffer(shape.geometry.verts_buffer, np.float64).reshape(-1, 3)
        faces = np.frombuffer(shape.geometry.faces_buffer, np.int32).reshape(-1, 3)
        if len(faces) > MAX_TRIANGLES:
            meshes[index[shape.id]] = [_hull(corners)]
            hulls.append(index[shape.id])
        elif len(faces):
            meshes.setdefault(index[shape.id], []).append(corners[faces])
        if progress is not None:
            progress(iterator.progress() / 100)
        more = iterator.next()
    return {i: np.concatenate(parts) for i, parts in meshes.items()}, hulls


def _hull(corners: NDArray[np.float64]) -> Triangles:
    """Return the convex hull in plan as two flat fans of triangles, at the lowest and the highest z."""
    corners = corners[np.isfinite(corners).all(axis=1)]
    hull = shapely.convex_hull(shapely.multipoints(corners[:, :2]))
    if not isinstance(hull, shapely.Polygon):
        return np.zeros((0, 3, 3))
    ring = shapely.get_coordinates(hull)[:-1]
    fan = np.stack([np.repeat(ring[:1], len(ring) - 2, axis=0), ring[1:-1], ring[2:]], axis=1)
    levels = [np.full((*fan.shape[:2], 1), z) for z in (corners[:, 2].min(), corners[:, 2].max())]
    return np.concatenate([np.concatenate([fan, level], axis=2) for level in levels])


def _flat(meshes: dict[int, Triangles]) -> tuple[Triangles, Indices]:
    """Return all triangles in one array and the owner of each, ascending."""
    owners = sorted(meshes)
    parts = [meshes[i] for i in owners]
    owner = np.repeat(np.array(owners, np.int32), [len(part) for part in parts])
    return np.concatenate([np.zeros((0, 3, 3)), *parts]), owner


def _clipped(model: ifcopenshell.file, elements: Ids) -> NDArray[np.bool_]:
    """Tell which elements have a boolean operation in their body."""
    products = products_of(model, list(model.by_type("IfcBooleanResult")))
    return np.isin(elements, np.fromiter(products, np.int64, len(products)))


def _without_wild(shapes: Shapes) -> Shapes:
    """Return the shapes without elements of impossible coordinates."""
    bad = ~(np.abs(shapes.triangles) < MAX_COORDINATE).all(axis=(1, 2))
    wild = np.bincount(shapes.owner[bad], minlength=len(shapes.elements)) > 0
    if not wild.any():
        return shapes
    told = finding(
        "coordinates_impossible",
        "{count} elements have coordinates that are not numbers or beyond any map; they are left out.",
        count=int(wild.sum()),
    )
    return _without(shapes, wild, told)


def _without_far(shapes: Shapes, group: Indices) -> Shapes:
    """Return the shapes without elements far away from all others of their group."""
    owners, starts = np.unique(shapes.owner, return_index=True)
    places = shapes.triangles[starts, 0]
    far = np.zeros(len(shapes.elements), bool)
    for number in np.unique(group[owners]):
        own = group[owners] == number
        distance = np.abs(places[own] - np.median(places[own], axis=0)).max(axis=1)
        far[owners[own]] = distance > MAX_DISTANCE
    if not far.any():
        return shapes
    told = finding(
        "elements_far_away",
        "{count} elements lie more than {distance} km away from the others of their building; they are left out.",
        count=int(far.sum()),
        distance=round(MAX_DISTANCE / 1000),
    )
    return _without(shapes, far, told)


def _without(shapes: Shapes, dropped: NDArray[np.bool_], told: Finding) -> Shapes:
    kept = ~dropped[shapes.owner]
    return replace(
        shapes,
        triangles=shapes.triangles[kept],
        owner=shapes.owner[kept],
        findings=(*shapes.findings, told),
    )
