"""Which community a feature belongs to: the one with the largest overlap, ties to the lowest code."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from .conservation import Conservation
from .geometry import repair
from .overlap import Boundaries, Overlaps, find_overlaps

#: Overlaps that differ by less than this (m2 or m) are a tie; the lowest code wins.
TIE = 1e-6
#: An overlap below `TIE` and below this share of the feature is a touch.
TOUCH = 1e-6
METHODS = ("within", "largest_overlap", "tie", "outside", "no_geometry")
WITHIN, LARGEST, TIED, OUTSIDE, NO_GEOMETRY = range(len(METHODS))


@dataclass(frozen=True)
class Located:
    """Where features are, one entry each.

    Attributes
    ----------
    unit : int32, position of the community; -1 none
    share : float, part of the feature's own area, length or points that lies in the community (0 to 1); nan none
    method : uint8, position in `METHODS`
    overlaps : uint16, number of communities that the feature overlaps
    street_differs : features whose street by largest overlap is not the street of their community
    """

    unit: np.ndarray
    share: np.ndarray
    method: np.ndarray
    overlaps: np.ndarray
    street_differs: int

    def count_methods(self) -> dict[str, int]:
        """Return the number of features by method."""
        count = np.bincount(self.method, minlength=len(METHODS)).tolist()
        return dict(zip(METHODS, count, strict=True))

    def conservation(self, subject: str) -> Conservation:
        """Return the counts: in = matched + ambiguous (ties) + unmatched (no geometry) + outside."""
        count = list(self.count_methods().values())
        return Conservation(
            subject,
            len(self.method),
            count[WITHIN] + count[LARGEST],
            count[TIED],
            count[NO_GEOMETRY],
            count[OUTSIDE],
        )


class UnitIndex:
    """The communities, ready to be asked where features are.

    Parameters
    ----------
    shapes : valid polygons in order of their codes; they may overlap or leave gaps
    streets : for each community a number of its street (communities of one street share it); None: no streets
    features : about how many features there will be
    """

    def __init__(
        self, shapes: np.ndarray, streets: np.ndarray | None = None, features: int = 1_000_000
    ) -> None:
        self.boundaries = Boundaries(shapes, features)
        self.streets = streets

    @classmethod
    def of(cls, communities: gpd.GeoDataFrame, features: int = 1_000_000) -> UnitIndex:
        """Return the index of a frame of communities (columns code, parent_code, valid polygons), sorted by code."""
        # Communities without a parent are all of one street, the nameless one.
        streets, _ = pd.factorize(communities["parent_code"].fillna(""))
        return cls(communities.geometry.to_numpy(), streets, features)

    def locate(
        self,
        boxes: np.ndarray,
        geometry: Callable[[np.ndarray], np.ndarray],
        progress: Callable[[float], None] = lambda share: None,
    ) -> Located:
        """Find the community of each feature by largest overlap, ties to the lowest code.

        Polygons are compared by area, lines by length, points by containment. A feature whose box lies in one
        community belongs to it whatever its geometry is, so that only the geometries near a border are read.

        Parameters
        ----------
        boxes : float (n, 4): xmin, ymin, xmax, ymax of each feature, or a little more; nan where it has no geometry
        geometry : gives the geometries (valid or not) of features by their positions (ascending)
        progress : called with the share done, 0 to 1; may raise to cancel
        """
        endless = np.isinf(boxes).any(axis=1)
        if endless.any():
            # Such numbers are no place.
            boxes = np.where(endless[:, None], np.nan, boxes)
        found = find_overlaps(self.boundaries, boxes, geometry, progress)
        return _choose(found, boxes, self.streets)


def _choose(found: Overlaps, boxes: np.ndarray, streets: np.ndarray | None) -> Located:
    """Choose the largest overlap of each feature."""
    unit = found.settled.copy()
    method = np.where(unit >= 0, WITHIN, OUTSIDE).astype(np.uint8)
    method[np.isnan(boxes[:, 0])] = NO_GEOMETRY
    share = np.where(unit >= 0, 1.0, np.nan)
    overlaps = (unit >= 0).astype(np.uint16)
    if len(found.measured) == 0:
        return Located(unit, share, method, overlaps, 0)
    unit[found.measured] = -1
    method[found.measured] = np.where(found.size >= 0, OUTSIDE, NO_GEOMETRY)
    size = found.size[found.feature]
    real = found.measure > np.minimum(TIE, TOUCH * size)
    feature, partner, measure, size = (a[real] for a in (found.feature, found.unit, found.measure, size))
    if len(feature) == 0:
        return Located(unit, share, method, overlaps, 0)
    first = np.flatnonzero(np.r_[True, feature[1:] != feature[:-1]])
    best = np.maximum.reduceat(measure, first)
    count = np.diff(np.r_[first, len(feature)])
    winner = np.flatnonzero(measure >= np.repeat(best, count) - TIE)
    winners = np.bincount(feature[winner], minlength=len(found.measured))[feature[first]]
    _, lead = np.unique(feature[winner], return_index=True)
    lead = winner[lead]
    rows = found.measured[feature[lead]]
    unit[rows] = partner[lead]
    share[rows] = np.minimum(measure[lead] / np.where(size[lead] > 0, size[lead], 1.0), 1.0)
    overlaps[rows] = count
    # What touches a border from inside is within: nothing of it lies elsewhere.
    inside = (count == 1) & (measure[lead] >= size[lead] - TIE)
    share[rows[inside]] = 1.0
    method[rows] = np.where(winners > 1, TIED, np.where(inside, WITHIN, LARGEST))
    differs = 0
    if streets is not None:
        differs = _street_differs(feature, streets[partner], measure, streets[partner[lead]])
    return Located(unit, share, method, overlaps, differs)


def _street_differs(feature: np.ndarray, street: np.ndarray, measure: np.ndarray, chosen: np.ndarray) -> int:
    """Count the features with a street that they overlap more than the one of their community."""
    numbers = int(street.max()) + 1
    keys, at = np.unique(feature.astype(np.int64) * numbers + street, return_inverse=True)
    total = np.bincount(at, measure)
    owner = keys // numbers
    first = np.flatnonzero(np.r_[True, owner[1:] != owner[:-1]])
    best = np.maximum.reduceat(total, first)
    own = total[np.searchsorted(keys, owner[first] * numbers + chosen)]
    return int((own < best - TIE).sum())


@dataclass(frozen=True)
class Assignment:
    """Features with their community.

    Attributes
    ----------
    frame : the features as they came, with repaired geometry and the columns community_code, share (of the
        feature's own area, length or points that lies in the community, 0 to 1), method (one of `METHODS`),
        overlap_count (number of communities that it overlaps) and geometry_note
    conservation : in = matched + ambiguous (ties) + unmatched (no geometry) + outside
    street_differs : features whose street by largest overlap is not the parent of their community
    """

    frame: gpd.GeoDataFrame
    conservation: Conservation
    street_differs: int


def assign(
    features: gpd.GeoDataFrame,
    communities: gpd.GeoDataFrame,
    subject: str = "buildings",
    progress: Callable[[float], None] = lambda share: None,
) -> Assignment:
    """Assign each feature of a frame to the community with the largest overlap (see `UnitIndex.locate`).

    Parameters
    ----------
    features : frame with any columns in the communities' CRS (projected, metres)
    communities : columns code, parent_code and valid polygons
    subject : what the features are, for the counts
    progress : called with the share done, 0 to 1; may raise to cancel
    """
    frame = repair(features)
    progress(0.2)
    communities = communities.sort_values("code")
    geometry = np.asarray(frame.geometry.array, dtype=object)
    found = UnitIndex.of(communities, len(frame)).locate(
        shapely.bounds(geometry), lambda rows: geometry[rows], lambda share: progress(0.2 + 0.8 * share)
    )
    # The last one stands for no unit, whose position is -1.
    codes = np.array([*communities["code"], None], dtype=object)
    frame["community_code"] = codes[found.unit]
    frame["share"] = found.share
    frame["method"] = np.array(METHODS, dtype=object)[found.method]
    frame["overlap_count"] = found.overlaps.astype(np.int64)
    return Assignment(frame, found.conservation(subject), found.street_differs)


def ancestors(units: pd.DataFrame, codes: pd.Series) -> pd.DataFrame:
    """Return the codes of the street, district and city above each community code.

    Parameters
    ----------
    units : columns code, level, parent_code
    codes : community codes or None

    Returns
    -------
    columns street_code, district_code, city_code; None where there is no such level.
    """
    parent = units.set_index("code")["parent_code"].to_dict()
    level = units.set_index("code")["level"].to_dict()
    chains: dict[object, dict[str, object]] = {}
    for code in codes.dropna().unique():
        chain: dict[str, object] = {}
        above = parent.get(code)
        while above:
            chain[f"{level.get(above)}_code"] = above
            above = parent.get(above)
        chains[code] = chain
    return pd.DataFrame(
        {
            column: codes.map(lambda code, column=column: chains.get(code, {}).get(column))
            for column in ("street_code", "district_code", "city_code")
        },
        index=codes.index,
        dtype=object,
    )


def with_ancestors(features: gpd.GeoDataFrame, units: pd.DataFrame) -> gpd.GeoDataFrame:
    """Return assigned features with the codes of the units above their community (see `ancestors`)."""
    codes = ancestors(units, features["community_code"])
    return gpd.GeoDataFrame(features.join(codes), crs=features.crs)
