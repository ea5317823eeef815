"""CityCheck: the buildings of an IFC file with roofprint, ground print, heights and facts."""

import sys
from pathlib import Path

import numpy as np
import shapely

from citycheck_qgis.footprints.ifc.read import read_ifc

from .result import report


def work() -> dict[str, object]:
    """Read the file."""
    buildings = read_ifc(Path(sys.argv[1])).buildings
    roofs, grounds = (
        np.array([getattr(building, name) for building in buildings], dtype=object)
        for name in ("roofprint", "ground")
    )
    return {
        "buildings": len(buildings),
        "area": float(np.nansum(shapely.area(roofs))),
        "ground": float(np.nansum(shapely.area(grounds))),
        "storeys": buildings[0].storeys_above if buildings else None,
        "height": buildings[0].height if buildings else None,
    }


report(sys.argv[2], work)
