"""Faces of many buildings in flat arrays: what both city model readers fill, and what outlines are made of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

#: What a face is: the footprint and roof edge of LoD0, ground and roof surfaces, any other named surface (walls,
#: closures), and a face that the model does not name.
FOOTPRINT, GROUND, ROOF_EDGE, ROOF, SIDE, PLAIN = range(6)
#: Coordinates further out than this are no place, in any CRS; the rigid limit keeps sums of products finite.
FARTHEST = 1e9
#: CRS names of one file that are looked at, and what all others count as.
MOST_CRS, ONE_TOO_MANY = 100, "(one CRS name too many)"
#: A face of which less than this share is seen from above is a wall.
_STEEP = 0.01


@dataclass
class FaceList:
    """Faces as a reader collects them, one building after the other.

    Attributes
    ----------
    coordinates : pieces of shape (n, 3): x, y and z as the file orders them; NaN where a number is missing
    ring_sizes : vertices of each ring, over all pieces
    face_rings : rings of each face: its shell and then its holes
    kinds : what each face is
    runs : (building, object, whether the object is the building itself, index of the CRS name, faces)
    objects : objects so far; an object is a building or a part of one, and has at least one face
    """

    coordinates: list[np.ndarray] = field(default_factory=list)
    ring_sizes: list[int] = field(default_factory=list)
    face_rings: list[int] = field(default_factory=list)
    kinds: list[int] = field(default_factory=list)
    runs: list[tuple[int, int, bool, int, int]] = field(default_factory=list)
    objects: int = 0

    def arrays(self) -> Faces:
        """Return the arrays; faces without a usable shell are dropped and counted by building."""
        empty = np.zeros((0, 3))
        coordinates = np.concatenate(self.coordinates) if self.coordinates else empty
        runs = np.array(self.runs, dtype=np.int64).reshape(-1, 5)
        building, object_, own, crs = (np.repeat(runs[:, column], runs[:, 4]) for column in range(4))
        rings = np.array(self.face_rings, dtype=np.int64)
        return Faces(
            coordinates=coordinates,
            sizes=np.array(self.ring_sizes, dtype=np.int64),
            face=np.repeat(np.arange(len(rings)), rings),
            kind=np.array(self.kinds, dtype=np.int8),
            building=building,
            object=object_,
            own=own.astype(bool),
            crs=crs,
        )


@dataclass
class Faces:
    """Faces in flat arrays, sorted by building.

    Attributes
    ----------
    coordinates : (vertices, 3) float: east, north, z; z may be NaN
    sizes : (rings,) vertices of each ring
    face : (rings,) the face of each ring, ascending; its first ring is the shell
    kind, building, object, own, crs : (faces,) see `FaceList`
    """

    coordinates: np.ndarray
    sizes: np.ndarray
    face: np.ndarray
    kind: np.ndarray
    building: np.ndarray
    object: np.ndarray
    own: np.ndarray
    crs: np.ndarray

    @property
    def starts(self) -> np.ndarray:
        """Index of the first vertex of each ring."""
        return np.cumsum(self.sizes) - self.sizes

    @property
    def shell(self) -> np.ndarray:
        """Whether each ring is the shell of its face."""
        first = np.ones(len(self.face), dtype=bool)
        first[1:] = self.face[1:] != self.face[:-1]
        return first

    def vertex_face(self) -> np.ndarray:
        """Return the face of each vertex."""
        return np.repeat(self.face, self.sizes)

    def take(self, keep: np.ndarray) -> Faces:
        """Return the faces where `keep` is true."""
        rings = keep[self.face]
        number = np.cumsum(keep) - 1
        return Faces(
            coordinates=self.coordinates[np.repeat(rings, self.sizes)],
            sizes=self.sizes[rings],
            face=number[self.face[rings]],
            kind=self.kind[keep],
            building=self.building[keep],
            object=self.object[keep],
            own=self.own[keep],
            crs=self.crs[keep],
        )

    def usable(self) -> np.ndarray:
        """Return which faces have at least three vertices in every ring, all of them at a place."""
        good = np.zeros(len(self.kind), dtype=bool)
        good[self.face] = True
        good[self.face[self.sizes < 3]] = False
        xyz = self.coordinates
        with np.errstate(invalid="ignore"):
            wild = ~(np.abs(xyz[:, :2]) < FARTHEST).all(axis=1) | (np.abs(xyz[:, 2]) >= FARTHEST)
        good[self.vertex_face()[wild]] = False
        return good


@dataclass
class Measures:
    """What is measured of each face.

    Attributes
    ----------
    area : area seen from above, negative where the face looks down (its shell runs clockwise)
    steep : a wall: next to nothing is seen of it from above
    low, high : lowest and highest z; NaN where the face has no z
    """

    area: np.ndarray
    steep: np.ndarray
    low: np.ndarray
    high: np.ndarray


def measure(faces: Faces) -> Measures:
    """Return the areas and heights of usable faces (`Faces.usable`)."""
    count = len(faces.kind)
    if not count:
        nothing = np.zeros(0)
        return Measures(nothing, np.zeros(0, dtype=bool), nothing, nothing)
    normal = _ring_normals(faces.coordinates, faces.starts, faces.sizes)
    shell = faces.shell
    # Holes count against their shell, whichever way they run.
    hole_area = np.bincount(faces.face[~shell], np.abs(normal[~shell, 2]), minlength=count)
    outer = normal[shell]
    area = np.sign(outer[:, 2]) * np.maximum(np.abs(outer[:, 2]) - hole_area, 0.0)
    whole = np.sqrt((outer**2).sum(axis=1))
    z = faces.coordinates[:, 2]
    low, high = np.fmin.reduceat(z, faces.starts), np.fmax.reduceat(z, faces.starts)
    return Measures(area, np.abs(outer[:, 2]) <= _STEEP * whole, low[shell], high[shell])


def _ring_normals(coordinates: np.ndarray, starts: np.ndarray, sizes: np.ndarray) -> np.ndarray:
    """Return the area vector of each ring (Newell): its z is the area seen from above."""
    # Differences to the first vertex keep their digits where coordinates have seven before the point.
    near = np.nan_to_num(coordinates - np.repeat(coordinates[starts], sizes, axis=0))
    following = np.arange(1, len(near) + 1)
    following[starts + sizes - 1] = starts
    after = near[following]
    x, y, z = near.T
    u, v, w = after.T
    products = np.stack([y * w - z * v, z * u - x * w, x * v - y * u], axis=1)
    return np.add.reduceat(products, starts, axis=0) / 2


def crs_of(names: dict[str | None, int], name: str | None) -> int:
    """Return the number of a CRS name, which is added where it is new; names beyond `MOST_CRS` share one number."""
    number = names.get(name)
    if number is None:
        if len(names) >= MOST_CRS:
            name = ONE_TOO_MANY
        number = names.setdefault(name, len(names))
    return number


def numbers(values: Sequence[object]) -> np.ndarray:
    """Return vertices as an (n, 3) array; NaN for whatever is not three numbers."""
    try:
        array = np.array(values, dtype=np.float64)
    except (TypeError, ValueError, OverflowError):
        array = np.array([_vertex(value) for value in values])
    if array.ndim == 2 and array.shape[1] == 3:
        return array
    if not len(values):
        return np.zeros((0, 3))
    return np.array([_vertex(value) for value in values])


def _vertex(value: object) -> tuple[float, float, float]:
    nowhere = (float("nan"),) * 3
    if not isinstance(value, list) or not 2 <= len(value) <= 3:
        return nowhere
    if not all(isinstance(number, int | float) and abs(number) < 1e300 for number in value):
        return nowhere
    x, y, *z = (float(number) for number in value)
    return x, y, z[0] if z else float("nan")
