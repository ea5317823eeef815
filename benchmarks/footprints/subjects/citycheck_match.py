"""CityCheck: as many footprints as buildings, half of them with a code; moved by some decimetres, in another order."""

import sys

import geopandas as gpd
import numpy as np
import pyogrio
import shapely

from citycheck_qgis.footprints.matching import match

from .result import report

buildings = pyogrio.read_dataframe(sys.argv[1], columns=["building_id"])
rng = np.random.default_rng(4)
points, owner = shapely.get_coordinates(buildings.geometry.to_numpy(), return_index=True)
ids = buildings["building_id"].to_numpy(dtype=object)
footprints = gpd.GeoDataFrame(
    {
        "cim_id": [f"m{number}" for number in range(len(ids))],
        "code": np.where(rng.random(len(ids)) < 0.5, ids, None),
    },
    geometry=shapely.set_coordinates(
        buildings.geometry.to_numpy().copy(), points + rng.normal(0.0, 0.4, (len(ids), 2))[owner]
    ),
    crs=buildings.crs,
).iloc[order := rng.permutation(len(ids))]


def work() -> dict[str, object]:
    """Match them and compare with what is known."""
    found = match(footprints, buildings)
    matched = (found.footprints["outcome"] == "matched").to_numpy()
    chosen = found.footprints["building_id"].to_numpy(dtype=object)
    return {
        "footprints": len(ids),
        "matched": int(matched.sum()),
        "ambiguous": int((found.footprints["outcome"] == "ambiguous").sum()),
        "wrong": int((chosen[matched] != ids[order][matched]).sum()),
    }


report(sys.argv[2], work)
