"""CityCheck: the buildings of a city model, read batch by batch."""

import sys
from pathlib import Path

import numpy as np
import shapely

from citycheck_qgis.footprints.citymodels.read import iterate

from .result import report


def work() -> dict[str, object]:
    """Read the file."""
    count, first, areas = 0, None, {"area": 0.0, "ground": 0.0}
    for batch in iterate(Path(sys.argv[1])):
        count += len(batch)
        first = first or batch[0]
        for key, name in (("area", "roofprint"), ("ground", "ground")):
            areas[key] += float(np.nansum(shapely.area([getattr(building, name) for building in batch])))
    return {"buildings": count, **areas, "height": first.height if first else None,
            "storeys": first.storeys_above if first else None}  # fmt: skip


report(sys.argv[2], work)
