"""Which control points a user's layer gives to which model."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import PurePosixPath

import geopandas as gpd
import numpy as np
import pandas as pd
from pyproj import CRS

from ..errors import InputError
from ..messages import Message, message
from ..units.columns import find_column
from ..units.coordinates import in_metres, metric_crs_at
from ..units.geometry import own_columns

#: One point: x and y in the model, easting and northing on the map, all in metres.
Row = tuple[float, float, float, float]


def points_by_file(
    points: gpd.GeoDataFrame, names: Sequence[str], crs: CRS | None
) -> dict[str, tuple[CRS, list[Row]]]:
    """Return file name -> CRS and control points.

    Parameters
    ----------
    points : columns file, local_x, local_y (metres in the model) and either points as geometry, or easting and
        northing
    names : the names of the files: paths below a common folder with forward slashes; a point may name a file by its
        last part, with or without its ending
    crs : of easting and northing; of the geometry where the layer has none

    Raises
    ------
    InputError : a column or the CRS is missing, a number is none, a point names a file that is not there, or several.
    """
    what = message("The layer of control points")
    columns = own_columns(points)
    file = _column(columns, "control_file", what)
    x, y = (_numbers(points, _column(columns, name, what)) for name in ("local_x", "local_y"))
    drawn = bool(points.geometry.notna().all()) and len(points) > 0
    if drawn:
        own = CRS(points.crs) if points.crs is not None else crs
        moved, own = _in_metres(points, own)
        east, north = moved.geometry.x.to_numpy(), moved.geometry.y.to_numpy()
    else:
        own = crs
        east, north = (_numbers(points, _column(columns, name, what)) for name in ("easting", "northing"))
    if own is None:
        raise InputError("{what} has no CRS; give the CRS of models that name none (MODEL_CRS).", what=what)
    found: dict[str, tuple[CRS, list[Row]]] = {}
    for row, said in enumerate(points[file]):
        name = _file_of(str(said), names)
        found.setdefault(name, (own, []))[1].append(
            (float(x[row]), float(y[row]), float(east[row]), float(north[row]))
        )
    return found


def _column(columns: Sequence[str], key: str, what: Message) -> str:
    name = find_column(columns, key, None, what)
    if name is None:
        raise InputError(
            "{what} has no column {column}; it needs file, local_x, local_y, and easting and northing or points.",
            what=what,
            column=key.removeprefix("control_"),
        )
    return name


def _numbers(points: pd.DataFrame, column: str) -> np.ndarray:
    numbers = pd.to_numeric(points[column], errors="coerce").to_numpy(dtype=float)
    bad = np.flatnonzero(~np.isfinite(numbers))
    if len(bad):
        raise InputError(
            "Row {row} of the control points has no number in column {column}; correct it.",
            row=int(bad[0]) + 1,
            column=column,
        )
    return numbers


def _in_metres(points: gpd.GeoDataFrame, crs: CRS | None) -> tuple[gpd.GeoDataFrame, CRS | None]:
    if crs is None or in_metres(crs):
        return points, crs
    middle = points.to_crs(4326).total_bounds
    metric = metric_crs_at((middle[0] + middle[2]) / 2, (middle[1] + middle[3]) / 2)
    return points.to_crs(metric), metric


def _file_of(said: str, names: Sequence[str]) -> str:
    plain = said.strip().replace("\\", "/")
    if plain in names:
        return plain
    wanted = plain.casefold()
    ways = (
        lambda name: name,
        lambda name: PurePosixPath(name).name,
        lambda name: PurePosixPath(name).stem,
    )
    for way in ways:
        found = [name for name in names if way(name).casefold() == wanted]
        if len(found) == 1:
            return found[0]
        if found:
            raise InputError(
                "The control points name {file}, and {number} model files are called so; give their paths below the "
                "folder.",
                file=said,
                number=len(found),
            )
    raise InputError(
        "The control points name {file}, which is not among the model files; correct the name.", file=said
    )
