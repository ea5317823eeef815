"""Pairs of a footprint and a building, and what speaks for each: a common key, and how they overlap."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import shapely

from ..units.assignment import TIE
from ..units.geometry import repair_shapes
from ..units.overlap import Boundaries, find_overlaps
from .building_codes import KeyPairs

#: Less than this share of both is a touch of neighbours; from `MOSTLY` on one lies in the other.
TOUCH, MOSTLY = 0.1, 0.5


@dataclass(frozen=True)
class Side:
    """The footprints, or the buildings.

    Attributes
    ----------
    ids : their ids, texts
    codes, guids : keys in normal form (see `building_codes`), or None
    shapes : valid polygons, or None
    rough : which of them are placed only roughly
    """

    ids: np.ndarray
    codes: np.ndarray
    guids: np.ndarray
    shapes: np.ndarray
    rough: np.ndarray

    @property
    def placed(self) -> np.ndarray:
        """Which of them have a place."""
        return ~shapely.is_missing(self.shapes)

    @property
    def keyed(self) -> np.ndarray:
        """Which of them have a code or a global id."""
        return np.array(
            [c is not None or g is not None for c, g in zip(self.codes, self.guids, strict=True)], bool
        )


@dataclass(frozen=True)
class Pairs:
    """What speaks for pairs of a footprint and a building; sorted by both.

    Attributes
    ----------
    footprint, building : positions
    guid, code, loose : whether they carry the same global id, the same code, and whether only a loose form of it
    share_of_footprint, share_of_building, iou : of the area of their overlap; nan where one has no place
    score : 0 to 1, how much the overlap says that they are the same; 0 where they touch or do not meet
    distance : metres between the two; nan where one has no place
    touched_footprints, touched_buildings : which rows of the sides meet anything at all
    """

    footprint: np.ndarray
    building: np.ndarray
    guid: np.ndarray
    code: np.ndarray
    loose: np.ndarray
    share_of_footprint: np.ndarray
    share_of_building: np.ndarray
    iou: np.ndarray
    score: np.ndarray
    distance: np.ndarray
    touched_footprints: np.ndarray
    touched_buildings: np.ndarray

    def only(self, rows: np.ndarray) -> Pairs:
        """Return some of the pairs."""
        whole = ("touched_footprints", "touched_buildings")
        return Pairs(
            **{name: values if name in whole else values[rows] for name, values in vars(self).items()}
        )

    @property
    def keyed(self) -> np.ndarray:
        """Which pairs have a key in common."""
        return self.guid | self.code

    @property
    def overlapping(self) -> np.ndarray:
        """Which pairs overlap by more than a touch."""
        return self.score > 0

    @property
    def mostly(self) -> np.ndarray:
        """In which pairs one lies mostly in the other."""
        return np.fmax(self.share_of_footprint, self.share_of_building) >= MOSTLY


def polygons_of(shapes: np.ndarray) -> np.ndarray:
    """Return valid Polygons and MultiPolygons; None for what is none, or has no area.

    Of a collection the polygons remain: where two areas are cut with each other and also touch, lines are left, too.
    """
    fixed, _ = repair_shapes(shapes)
    for row in np.flatnonzero(shapely.get_type_id(fixed) == shapely.GeometryType.GEOMETRYCOLLECTION):
        parts = shapely.get_parts(shapely.get_parts(fixed[row]))
        fixed[row] = shapely.union_all(parts[shapely.get_dimensions(parts) == 2])
    fixed[~(shapely.area(fixed) > 0)] = None
    return fixed


def make_pairs(
    footprints: Side,
    buildings: Side,
    by_guid: KeyPairs,
    by_code: KeyPairs,
    progress: Callable[[float], None] = lambda share: None,
) -> Pairs:
    """Return all pairs that share a key or overlap by more than a touch.

    Parameters
    ----------
    footprints, buildings : in one projected CRS in metres
    by_guid, by_code : the rows with the same key
    progress : called with the share done, 0 to 1; may raise to cancel
    """
    number = max(len(buildings.ids), 1)
    first, second, area = _overlaps(footprints.shapes, buildings.shapes, progress)
    size, building_size = shapely.area(footprints.shapes), shapely.area(buildings.shapes)
    more_than_touch = area >= TOUCH * np.minimum(size[first], building_size[second])
    measured = first * number + second
    guid, code = (found.left * number + found.right for found in (by_guid, by_code))
    keys = np.unique(np.concatenate([measured[more_than_touch], guid, code]))
    footprint, building = keys // number, keys % number

    common = np.zeros(len(keys))
    known = np.isin(measured, keys)
    common[np.searchsorted(keys, measured[known])] = area[known]
    same_guid, same_code, loose = (_members(keys, found) for found in (guid, code, code[by_code.loose]))

    both = footprints.placed[footprint] & buildings.placed[building]
    with np.errstate(invalid="ignore", divide="ignore"):
        of_footprint = np.where(both, common / size[footprint], np.nan)
        of_building = np.where(both, common / building_size[building], np.nan)
        iou = np.where(both, common / (size[footprint] + building_size[building] - common), np.nan)
    distance = np.where(both, 0.0, np.nan)
    apart = np.flatnonzero(both & (common == 0))
    distance[apart] = shapely.distance(footprints.shapes[footprint[apart]], buildings.shapes[building[apart]])
    return Pairs(
        footprint,
        building,
        same_guid,
        same_code,
        loose,
        of_footprint,
        of_building,
        iou,
        _score(footprints.shapes, buildings.shapes, footprint, building, of_footprint, of_building, iou),
        distance,
        np.bincount(first, minlength=len(footprints.ids)) > 0,
        np.bincount(second, minlength=len(buildings.ids)) > 0,
    )


def _members(keys: np.ndarray, found: np.ndarray) -> np.ndarray:
    """Return which of the keys, ascending, are among those found."""
    flags = np.zeros(len(keys), dtype=bool)
    flags[np.searchsorted(keys, found)] = True
    return flags


def _overlaps(
    footprints: np.ndarray, buildings: np.ndarray, progress: Callable[[float], None]
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return positions of footprints and buildings that overlap, and the area of the overlap (m2)."""
    placed = np.flatnonzero(~shapely.is_missing(buildings))
    boundaries = Boundaries(buildings[placed], len(footprints))
    found = find_overlaps(boundaries, shapely.bounds(footprints), lambda rows: footprints[rows], progress)
    whole = np.flatnonzero(found.settled >= 0)
    first = np.concatenate([whole, found.measured[found.feature]])
    second = placed[np.concatenate([found.settled[whole], found.unit])]
    area = np.concatenate([shapely.area(footprints[whole]), found.measure])
    met = area > TIE
    return first[met], second[met], area[met]


def _score(
    footprints: np.ndarray,
    buildings: np.ndarray,
    footprint: np.ndarray,
    building: np.ndarray,
    share_of_footprint: np.ndarray,
    share_of_building: np.ndarray,
    iou: np.ndarray,
) -> np.ndarray:
    """Return how much the overlap of each pair says that they are the same, 0 to 1 (o in `matching`)."""
    larger = np.fmax(share_of_footprint, share_of_building)
    score = np.fmax(iou, larger / 2)
    for whole, part, wholes, parts, share_of_whole, share_of_part in (
        (footprint, building, footprints, buildings, share_of_footprint, share_of_building),
        (building, footprint, buildings, footprints, share_of_building, share_of_footprint),
    ):
        rows = np.flatnonzero(share_of_part >= MOSTLY)
        filled = _filled(wholes, parts, whole[rows], part[rows], share_of_whole[rows])
        score[rows] = np.maximum(score[rows], share_of_part[rows] * filled)
    return np.where(larger >= TOUCH, np.minimum(score, 1.0), 0.0)


def _filled(
    wholes: np.ndarray, parts: np.ndarray, whole: np.ndarray, part: np.ndarray, share: np.ndarray
) -> np.ndarray:
    """Return for each pair which part of the whole all its parts fill together.

    Parameters
    ----------
    whole, part : pairs, positions in `wholes` and `parts`
    share : share of the whole in the pair
    """
    number, owner, count = np.unique(whole, return_inverse=True, return_counts=True)
    filled = np.bincount(owner, share, len(number))
    several = np.flatnonzero(count > 1)
    if len(several):
        rows = np.flatnonzero((count > 1)[owner])
        rows = rows[np.argsort(owner[rows], kind="stable")]
        place = np.searchsorted(several, owner[rows])
        # Parts that overlap each other fill their whole only once.
        together = shapely.union_all(
            shapely.geometrycollections(parts[part[rows]], indices=place)[:, None], axis=1
        )
        area = shapely.area(shapely.intersection(together, wholes[number[several]]))
        filled[several] = area / shapely.area(wholes[number[several]])
    return filled[owner]
