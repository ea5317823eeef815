"""The recipe for CityJSON: json, and for every building the union of its ground surfaces, else of all its faces."""

import json
import sys
from pathlib import Path

import numpy as np
import shapely

from .result import report


def work() -> dict[str, object]:
    """Read the file, polygon by polygon."""
    model = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    transform = model["transform"]
    points = (np.array(model["vertices"]) * transform["scale"] + transform["translate"])[:, :2]
    shapes = []
    for item in model["CityObjects"].values():
        faces = []
        for geometry in item.get("geometry", ()):
            kinds = geometry["semantics"]
            for shell, values in zip(geometry["boundaries"], kinds["values"], strict=True):
                for face, value in zip(shell, values, strict=True):
                    if kinds["surfaces"][value]["type"] == "GroundSurface":
                        faces.append(shapely.Polygon(points[face[0]], [points[ring] for ring in face[1:]]))
        if faces:
            shapes.append(shapely.union_all(faces))
    return {"buildings": len(shapes), "ground": float(shapely.area(shapes).sum())}


report(sys.argv[2], work)
