"""The files of the invented city, made when they are first asked for and kept in ``.cache/bench``.

python -m benchmarks.assignment.city 100k-spoiled      makes what is missing, prints the paths
"""

from __future__ import annotations

import hashlib
import sys
from dataclasses import dataclass
from pathlib import Path

from .boundaries import LEVELS, make_coverage, spoil
from .buildings import make_buildings, spoil_buildings
from .features import write_features
from .sizes import SIZES

HERE = Path(__file__).resolve().parent
CACHE = HERE.parents[1] / ".cache" / "bench"


@dataclass(frozen=True)
class City:
    """Where the files of a city are: GeoPackages of one layer with an r-tree."""

    buildings: Path
    communities: Path
    streets: Path
    districts: Path


def city_files(case: str) -> City:
    """Return the files of a city; those that are missing are made.

    Parameters
    ----------
    case : one of `SIZES`; with ``-spoiled`` after it, communities that do not fit together, and some buildings with
        troublesome geometries
    """
    size, _, spoiled = case.partition("-")
    folder = CACHE / f"{spoiled or 'clean'}-{_version()}"
    folder.mkdir(parents=True, exist_ok=True)
    files = City(folder / f"buildings-{size}.gpkg", *(folder / f"{level}.gpkg" for level in LEVELS))
    missing = {name: path for name, path in vars(files).items() if not path.exists()}
    if not missing:
        return files
    coverage = make_coverage()
    shapes = coverage["communities"].geometry
    if spoiled:
        shapes[:] = spoil(shapes)
    for name, path in missing.items():
        if name in LEVELS:
            write_features(path, name, [coverage[name]], "MultiPolygon")
        else:
            blocks = make_buildings(shapes, SIZES[size])
            if spoiled:
                blocks = (spoil_buildings(block, shapes) for block in blocks)
            write_features(path, name, blocks, "Unknown" if spoiled else "Polygon")
    return files


def _version() -> str:
    """Return a name for this city, which is another one when the code that makes it changes."""
    sources = (HERE / f"{name}.py" for name in ("boundaries", "buildings", "features", "city"))
    return hashlib.sha256(b"".join(source.read_bytes() for source in sources)).hexdigest()[:8]


if __name__ == "__main__":
    print(*vars(city_files(sys.argv[1])).values(), sep="\n")
