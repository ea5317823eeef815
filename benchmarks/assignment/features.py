"""Features on their way into a GeoPackage."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import pyogrio
import shapely
from numpy.typing import NDArray

CRS = "EPSG:4547"


@dataclass(frozen=True)
class Features:
    """Geometries and the values of each column, by its name."""

    geometry: NDArray
    fields: dict[str, NDArray]


def write_features(path: Path, layer: str, blocks: Iterable[Features], geometry_type: str) -> None:
    """Write a layer with an r-tree, block by block; the file gets its name when it is complete."""
    partial = path.with_suffix(".partial.gpkg")
    partial.unlink(missing_ok=True)
    for block in blocks:
        pyogrio.raw.write(
            partial,
            shapely.to_wkb(block.geometry),
            list(block.fields.values()),
            list(block.fields),
            layer=layer,
            geometry_type=geometry_type,
            crs=CRS,
            driver="GPKG",
            append=partial.exists(),
            VERSION="1.2",
        )
    partial.replace(path)
