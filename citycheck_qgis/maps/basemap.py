"""Layers of the base map as tables of the checkup database."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from ..units.columns import find_column
from ..units.geometry import own_columns, repair

_DIMENSION = {"water": 2, "green": 2, "road": 1}


def base_map_table(layer: gpd.GeoDataFrame, table: str) -> gpd.GeoDataFrame:
    """Return a layer as table `water`, `green` or `road`: columns name, class, multi-part geometry.

    Features without geometry of the table's kind are left out: they cannot be drawn.
    """
    repaired = repair(layer)
    attributes = own_columns(layer)
    geometry = np.asarray(repaired.geometry.array, dtype=object)
    usable = shapely.get_dimensions(geometry) == _DIMENSION[table]
    columns = {}
    for role in ("name", "class"):
        column = find_column(attributes, role)
        columns[role] = layer[column][usable] if column else None
    multi = shapely.multipolygons if _DIMENSION[table] == 2 else shapely.multilinestrings
    parts, index = shapely.get_parts(geometry[usable], return_index=True)
    shapes = multi(parts, indices=index) if len(parts) else np.empty(0, dtype=object)
    frame = pd.DataFrame(columns, index=layer.index[usable])
    return gpd.GeoDataFrame(frame, geometry=shapes, crs=layer.crs)
