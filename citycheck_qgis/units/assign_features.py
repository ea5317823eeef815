"""Give the features of a layer or a frame their units, and count them per unit.

Of a GeoPackage layer only what is needed is read: the features' boxes, the geometry of those near a border, and the
columns to add up. What is written is a copy of the layer's own file with columns added: no geometry is written anew.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from ..errors import InputError
from ..storage.add_columns import add_columns
from ..storage.columns import Coded
from ..storage.geopackage import FeatureTable
from .assignment import METHODS, TIED, Located, UnitIndex, ancestors
from .geometry import read_wkb
from .hierarchy import Units, build_units
from .tally import Statistic, Tally, parse_statistics

Progress = Callable[[float], None]
Columns = dict[str, Coded | np.ndarray]


@dataclass(frozen=True)
class Assigned:
    """Features with their units.

    Attributes
    ----------
    located : where the features are
    tally : counts and sums per community
    columns : what the features get: community_code, street_code, district_code, city_code, share (of the feature's
        own area, length or points that lies in the community, 0 to 1), method (one of `METHODS`) and overlap_count
        (number of communities that it overlaps)
    """

    located: Located
    tally: Tally
    columns: Columns

    @property
    def left_over(self) -> np.ndarray:
        """Positions of the features without a unit and of the ties."""
        return np.flatnonzero(self.located.method >= TIED)

    def extend(self, features: gpd.GeoDataFrame, rows: np.ndarray | None = None) -> gpd.GeoDataFrame:
        """Return features with their columns.

        Parameters
        ----------
        features : all features in the order in which they were assigned, or those of `rows`
        """
        chosen = slice(None) if rows is None else rows
        added = {
            name: _texts(values.labels, values.index[chosen]) if isinstance(values, Coded) else values[chosen]
            for name, values in self.columns.items()
        }
        return features.assign(**added)


def _texts(labels: list[str | None], index: np.ndarray) -> np.ndarray:
    # The last one stands for null, whose position is -1.
    return np.array([*labels, None], dtype=object)[index]


def assign_table(
    table: FeatureTable,
    units: Units,
    statistics: Sequence[Statistic] = (),
    progress: Progress = lambda share: None,
) -> Assigned:
    """Assign the features of a GeoPackage layer, in the order of their ids.

    Parameters
    ----------
    table : the layer, in the CRS of the units
    units : the units
    statistics : what to add up besides counting
    progress : called with the share done, 0 to 1; may raise to cancel
    """
    return _assign(
        table.boxes, lambda rows: read_wkb(table.wkb(rows))[0], table.numbers, units, statistics, progress
    )


def assign_frame(
    features: gpd.GeoDataFrame,
    units: Units,
    statistics: Sequence[Statistic] = (),
    progress: Progress = lambda share: None,
) -> Assigned:
    """Assign the features of a frame, in its order; parameters as for `assign_table`."""
    geometry = np.asarray(features.geometry.array, dtype=object)

    def numbers(column: str) -> np.ndarray:
        return pd.to_numeric(features[column], errors="coerce").to_numpy(dtype=float)

    return _assign(
        lambda: shapely.bounds(geometry), lambda rows: geometry[rows], numbers, units, statistics, progress
    )


def _assign(
    read_boxes: Callable[[], np.ndarray],
    geometry: Callable[[np.ndarray], np.ndarray],
    numbers: Callable[[str], np.ndarray],
    units: Units,
    statistics: Sequence[Statistic],
    progress: Progress,
) -> Assigned:
    boxes = read_boxes()
    progress(0.2)
    communities = units.at("community")
    index = UnitIndex.of(communities, len(boxes))
    progress(0.4)
    located = index.locate(boxes, geometry, lambda share: progress(0.4 + 0.5 * share))
    # Of ten million features these are 320 MB, and the index of the borders is as much.
    del boxes, index
    tally = Tally(len(communities), statistics)
    tally.add(located.unit, numbers)
    progress(1.0)
    return Assigned(located, tally, unit_columns(units, located))


def unit_columns(units: Units, located: Located) -> Columns:
    """Return what features get (see `Assigned`); the communities are numbered in the order of their codes."""
    code = units.at("community")["code"].reset_index(drop=True).rename("community_code")
    columns: Columns = {
        str(name): Coded(codes.where(codes.notna(), None).tolist(), located.unit)
        for name, codes in pd.concat([code, ancestors(units.frame, code)], axis=1).items()
    }
    columns["share"] = located.share
    columns["method"] = Coded(list(METHODS), located.method)
    columns["overlap_count"] = located.overlaps
    return columns


def assign_file(
    buildings: Path,
    communities: Path,
    target: Path,
    streets: Path | None = None,
    districts: Path | None = None,
    statistics: str = "",
) -> tuple[Assigned, pd.DataFrame]:
    """Assign the features of a GeoPackage to units, and write them with their codes into another one.

    Parameters
    ----------
    buildings : GeoPackage with one layer of features
    communities, streets, districts : boundary files in the same projected CRS; levels left out follow from the codes
    target : the GeoPackage to write
    statistics : what to add up, see `parse_statistics`

    Returns
    -------
    assigned : where the features are
    figures : the counts and sums of all units, see `Tally.table`

    Raises
    ------
    InputError : a file cannot be used as it is; the sentence says why.
    """
    given = {"district": districts, "street": streets, "community": communities}
    levels = {level: gpd.read_file(path) for level, path in given.items() if path is not None}
    with FeatureTable.open(buildings) as table:
        for level, frame in levels.items():
            if frame.crs != table.srs:
                raise InputError(
                    "{file} and {other} differ in their CRS; reproject one of them.",
                    file=buildings,
                    other=given[level],
                )
        units = build_units(levels, code_year=0, outlines=False)
        assigned = assign_table(table, units, parse_statistics(statistics, list(table.columns)))
        add_columns(
            table.path, table.layer, target, assigned.columns, table.fids, fingerprint=table.fingerprint()
        )
    return assigned, assigned.tally.table(units.frame)
