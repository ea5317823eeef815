"""CityCheck's engine between plain readers and writers: community, street and district of every building."""

import sys

import numpy as np
import pyogrio
import shapely

from benchmarks.assignment.boundaries import LEVELS, codes_above
from citycheck_qgis.units.assignment import UnitIndex

buildings_file, communities_file, target = sys.argv[1:]
_, _, wkb, (codes,) = pyogrio.raw.read(communities_file, columns=["code"])
order = np.argsort(codes)
codes = codes[order].astype(str)
about, _, blobs, values = pyogrio.raw.read(buildings_file)
shapes = shapely.from_wkb(blobs)

_, streets = np.unique(codes_above(codes, 9), return_inverse=True)
index = UnitIndex(shapely.from_wkb(wkb)[order], streets, len(shapes))
found = index.locate(shapely.bounds(shapes), lambda rows: shapes[rows]).unit
columns = {
    f"{name}_code": np.array([*codes_above(codes, LEVELS[level][2]), None], dtype=object)[found]
    for name, level in zip(("community", "street", "district"), LEVELS, strict=True)
}
pyogrio.raw.write(
    target,
    blobs,
    [*values, *columns.values()],
    [*about["fields"], *columns],
    layer="buildings",
    geometry_type=about["geometry_type"],
    crs=about["crs"],
    driver="GPKG",
    VERSION="1.2",
)
