"""Geometry as house-made platforms have it: GeoJSON, WKT, or two numbers in the row."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import numpy as np
import shapely

from ...errors import NoAnswerError
from ..features import canonical
from . import geojson
from .templates import put, value_at
from .wkb import BrokenGeometryError


class RowGeometry:
    """The geometry in the rows of a collection.

    Parameters
    ----------
    about : ``geometry`` of a collection's description
    title, id_path : the collection's, for messages
    """

    def __init__(self, about: Mapping[str, Any], title: str, id_path: str) -> None:
        self._about = about
        self._title = title
        self._id_path = id_path

    def read(self, row: Mapping[str, Any]) -> bytes | None:
        """Return the geometry of a row as ISO WKB.

        Raises
        ------
        NoAnswerError : it is not what the description says.
        """
        form, swapped = self._about["form"], bool(self._about.get("swapped"))
        try:
            if form == "lonlat":
                x, y = (_real(value_at(row, str(self._about.get(name, name)))) for name in ("x", "y"))
                return None if x is None or y is None else shapely.to_wkb(shapely.Point(x, y))
            given = value_at(row, str(self._about["path"]))
            if given in (None, ""):
                return None
            if form == "wkt":
                shape = shapely.from_wkt(str(given).partition(";")[2] if str(given)[:5] == "SRID=" else given)
                shape = _exchanged(shape) if swapped else shape
                return None if shape.is_empty else shapely.to_wkb(shape, flavor="iso")
            return geojson.to_wkb(json.loads(given) if isinstance(given, str) else given, swapped)
        except (BrokenGeometryError, shapely.errors.GEOSException, ValueError, TypeError, KeyError) as error:
            raise NoAnswerError(
                "Collection {name}, row {id}: the geometry cannot be read as {form} ({reason}); correct the description "
                "of the geometry in the options of the connection.",
                name=self._title,
                id=value_at(row, self._id_path),
                form=form,
                reason=str(error),
            ) from error

    def write(self, row: dict[str, Any], geometry: bytes | None) -> bool:
        """Put a geometry into a row; return whether its kind fits."""
        if self._about["form"] != "lonlat":
            put(row, str(self._about["path"]), None if geometry is None else self._said(geometry))
            return True
        point = None if geometry is None else shapely.from_wkb(geometry)
        if point is not None and point.geom_type != "Point":
            return False
        for name in ("x", "y"):
            put(row, str(self._about.get(name, name)), None if point is None else getattr(point, name))
        return True

    def _said(self, geometry: bytes) -> Any:
        swapped = bool(self._about.get("swapped"))
        if self._about["form"] == "wkt":
            shape = shapely.from_wkb(geometry)
            # Without trimming, WKT has zeros; with 17 digits every double comes back as it was.
            return shapely.to_wkt(_exchanged(shape) if swapped else shape, rounding_precision=17, trim=True)
        said = geojson.from_wkb(geometry, swapped)
        return json.dumps(said, separators=(",", ":")) if self._about["form"] == "geojson_text" else said


def _real(value: Any) -> float | None:
    found = canonical(value, "real")
    return found if isinstance(found, float) else None


def _exchanged(shape: shapely.Geometry) -> shapely.Geometry:
    def exchange(corners: np.ndarray) -> np.ndarray:
        return corners[:, [1, 0, *range(2, corners.shape[1])]]

    return shapely.transform(shape, exchange, include_z=bool(shape.has_z))
