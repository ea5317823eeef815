"""The recipe that everybody copies: an iterator over all products, OpenCASCADE, openings cut; then one union.

The third argument is the number of threads; as it is copied, it is the number of processors.
"""

import sys

import ifcopenshell
import ifcopenshell.geom
import numpy as np
import shapely

from .result import report


def work() -> dict[str, object]:
    """Mesh all products, project all triangles, unite them."""
    model = ifcopenshell.open(sys.argv[1])
    settings = ifcopenshell.geom.settings()
    settings.set("use-world-coords", True)
    iterator = ifcopenshell.geom.iterator(
        settings, model, int(sys.argv[3]), exclude=("IfcSite", "IfcSpace", "IfcOpeningElement")
    )
    polygons = []
    if iterator.initialize():
        while True:
            mesh = iterator.get().geometry
            points = np.array(mesh.verts).reshape(-1, 3)[:, :2]
            triangles = shapely.polygons(points[np.array(mesh.faces).reshape(-1, 3)])
            polygons.append(triangles[shapely.area(triangles) > 0])
            if not iterator.next():
                break
    return {"area": shapely.area(shapely.union_all(np.concatenate(polygons))) if polygons else 0.0}


report(sys.argv[2], work)
