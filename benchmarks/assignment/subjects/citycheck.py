"""CityCheck: community, street and district of every building as new columns, counts and population of every unit."""

import sys
from pathlib import Path

from citycheck_qgis.units.assign_features import assign_file

buildings, communities, target = map(Path, sys.argv[1:])
streets, districts = (communities.with_name(f"{level}.gpkg") for level in ("streets", "districts"))
assign_file(buildings, communities, target, streets, districts, "population")
