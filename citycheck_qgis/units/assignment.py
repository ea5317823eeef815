"""Which community a feature belongs to: the one with the largest overlap.

The many light features are in the tree and the few heavy communities are prepared and query it; only features that
cross a border are cut. See benchmarks for what that is worth.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from .conservation import Conservation
from .geometry import repair

#: Overlaps that differ by less than this (m2 or m) are a tie; the lowest code wins.
TIE = 1e-6
METHODS = ("within", "largest_overlap", "tie", "outside", "no_geometry")


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
    """Assign each feature to the community with the largest overlap, ties to the lowest code.

    Polygons are compared by area, lines by length, points by containment. Communities may overlap or leave gaps.

    Parameters
    ----------
    features : frame with any columns in the communities' CRS (projected, metres)
    communities : columns code, parent_code and valid polygons
    subject : what the features are, for the counts
    progress : called with the share done, 0 to 1; may raise to cancel
    """
    frame = repair(features)
    communities = communities.sort_values("code")
    codes = communities["code"].to_numpy(dtype=object)
    shapes = communities.geometry.to_numpy()
    geometry = frame.geometry.to_numpy()
    tree = shapely.STRtree(geometry)
    shapely.prepare(shapes)
    unit, feature = tree.query(shapes, predicate="intersects")
    progress(0.4)
    _, inside_feature = tree.query(shapes, predicate="covers")
    progress(0.6)

    size = _measure(geometry)
    partners = np.bincount(feature, minlength=len(frame))
    whole = np.zeros(len(frame), dtype=bool)
    whole[inside_feature] = True
    # A feature with one partner that covers it needs no cutting.
    settled = whole & (partners == 1)
    pairs = pd.DataFrame({"feature": feature, "unit": unit, "measure": 0.0})
    easy = settled[feature]
    pairs.loc[easy, "measure"] = size[feature[easy]]
    hard = np.flatnonzero(~easy)
    pieces = shapely.intersection(geometry[feature[hard]], shapes[unit[hard]])
    # Touching a border without crossing it is no overlap: the piece has less dimensions than its feature.
    crossing = shapely.get_dimensions(pieces) == shapely.get_dimensions(geometry[feature[hard]])
    pairs.loc[hard, "measure"] = np.where(crossing, _measure(pieces), 0.0)
    progress(0.9)

    pairs = pairs[pairs["measure"] > 0]
    best = pairs.groupby("feature")["measure"].transform("max")
    winners = pairs[pairs["measure"] >= best - TIE]
    tied = winners["feature"].value_counts()
    first = winners.sort_values(["feature", "unit"]).drop_duplicates("feature").set_index("feature")

    community = np.full(len(frame), None, dtype=object)
    community[first.index] = codes[first["unit"]]
    share = np.full(len(frame), np.nan)
    share[first.index] = np.minimum(
        first["measure"] / np.where(size[first.index] > 0, size[first.index], 1.0), 1.0
    )
    overlaps = np.bincount(pairs["feature"], minlength=len(frame))
    method = np.full(len(frame), "outside", dtype=object)
    method[frame.geometry.isna().to_numpy()] = "no_geometry"
    method[first.index] = "largest_overlap"
    method[first.index[(share[first.index] >= 1.0) & (overlaps[first.index] == 1)]] = "within"
    method[tied.index[tied > 1]] = "tie"

    frame["community_code"] = community
    frame["share"] = share
    frame["method"] = method
    frame["overlap_count"] = overlaps
    count = pd.Series(method).value_counts()
    conservation = Conservation(
        subject,
        len(frame),
        matched=int(count.get("within", 0) + count.get("largest_overlap", 0)),
        ambiguous=int(count.get("tie", 0)),
        unmatched=int(count.get("no_geometry", 0)),
        outside=int(count.get("outside", 0)),
    )
    progress(1.0)
    return Assignment(
        frame, conservation, _street_differs(pairs, first, communities["parent_code"].to_numpy())
    )


def _measure(geometry: np.ndarray) -> np.ndarray:
    """Return area for polygons, length for lines, number of points for points; 0 for none."""
    dimension = shapely.get_dimensions(geometry)
    return np.select(
        [dimension == 2, dimension == 1, dimension == 0],
        [shapely.area(geometry), shapely.length(geometry), shapely.get_num_coordinates(geometry)],
        0.0,
    )


def _street_differs(pairs: pd.DataFrame, first: pd.DataFrame, parents: np.ndarray) -> int:
    # Communities without a parent are all of one street, the nameless one.
    parents = np.where(pd.isna(parents), "", parents)
    sums = pairs.assign(street=parents[pairs["unit"]]).groupby(["feature", "street"])["measure"].sum()
    best = sums.groupby(level=0).transform("max")
    candidates = sums[sums >= best - TIE].reset_index()
    own = pd.Series(parents[first["unit"]], index=first.index)
    agrees = candidates["street"] == candidates["feature"].map(own)
    return int(len(first) - agrees.groupby(candidates["feature"]).any().sum())


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
