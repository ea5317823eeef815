"""Floor: the file, written anew by a newer GDAL, from Arrow to Arrow."""

import sys

import pyogrio

buildings, _, target = sys.argv[1:]
with pyogrio.open_arrow(buildings) as (about, stream):
    pyogrio.write_arrow(
        stream,
        target,
        driver="GPKG",
        layer="buildings",
        geometry_name=about["geometry_name"] or "wkb_geometry",
        geometry_type=about["geometry_type"],
        crs=about["crs"],
    )
