"""The building layer in the database's own columns."""

from __future__ import annotations

import geopandas as gpd
import pandas as pd

from ..messages import Message, message
from ..storage.tables import BUILDING
from .columns import find_column
from .geometry import multipolygons, own_columns

#: Attributes that a layer may have under other names; numbers and texts.
_NUMBERS = ("storeys", "height", "floor_area", "year_built")
_TEXTS = ("use",)
_LAYER = message("The building layer")


def identify(
    buildings: gpd.GeoDataFrame, chosen: str | None = None, what: str | Message = _LAYER
) -> pd.Series:
    """Return a building number for each feature.

    The number is the text of the number column; a feature without one, or with one that an earlier feature has,
    is numbered by its place in the layer (``#17``), so that none is merged with another.

    Parameters
    ----------
    chosen : the number column; found by its usual spellings where None
    what : the layer's name, for the message
    """
    attributes = own_columns(buildings)
    column = find_column(attributes, "building_id", chosen, what)
    own = pd.Series([f"#{fid}" for fid in buildings.index], index=buildings.index, dtype=object)
    if column is None:
        return own
    found = buildings[column].map(number_text)
    usable = found.notna() & ~found.duplicated()
    return found.where(usable, own)


def number_text(value: object) -> str | None:
    """Return the text of a number or name in any column, one for ``12``, ``12.0``, ``'12`` and `` 12``, or None."""
    if pd.isna(value):
        return None
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return str(value).strip().lstrip("'") or None


def building_table(assigned: gpd.GeoDataFrame, source: str, chosen: str | None = None) -> gpd.GeoDataFrame:
    """Return assigned buildings (see `assignment.assign`) as table `building`; none is left out.

    Parameters
    ----------
    source : where the buildings came from, for column `source`
    chosen : the number column
    """
    attributes = own_columns(assigned)
    frame = pd.DataFrame(index=assigned.index)
    frame["building_id"] = identify(assigned, chosen)
    for name in ("community_code", "share", "method"):
        frame[name] = assigned[name]
    estate = find_column(attributes, "estate")
    frame["estate_code"] = assigned[estate] if estate else None
    for name in _NUMBERS:
        column = find_column(attributes, name)
        frame[name] = pd.to_numeric(assigned[column], errors="coerce") if column else None
    for name in ("storeys", "year_built"):
        # Half storeys and ranges of years occur; the table holds whole numbers.
        frame[name] = pd.to_numeric(frame[name], errors="coerce").round()
    for name in _TEXTS:
        column = find_column(attributes, name)
        frame[name] = assigned[column] if column else None
    frame["source"] = source
    polygons = assigned.geometry.where(assigned.geom_type.isin(["Polygon", "MultiPolygon"]))
    ordered = frame[list(BUILDING.columns)]
    return gpd.GeoDataFrame(ordered, geometry=multipolygons(polygons), crs=assigned.crs)
