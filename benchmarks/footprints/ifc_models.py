"""Write IFC models for measuring: a large campus of known size, and a folder of many small files, some of them broken.

python -m benchmarks.footprints.ifc_models campus 100      makes what is missing; prints path, buildings, area (m2)
python -m benchmarks.footprints.ifc_models folder 1000     likewise; prints path and number of broken files
"""

from __future__ import annotations

import hashlib
import math
import sys
from pathlib import Path

from examples import sample_ifc
from examples.sample_ifc import IfcWriter, Ref, Ring

HERE = Path(__file__).resolve().parent
CACHE = HERE.parents[1] / ".cache" / "bench"
#: An L of 36 m x 24 m, storeys of 3 m; its roof stands over by half a metre.
RING: Ring = [(0, 0), (36, 0), (36, 10), (12, 10), (12, 24), (0, 24)]
STOREYS, HEIGHT, OVER = 6, 3.0, 0.5
GROUND, ROOF = 528.0, 589.0
#: Where the campus lies in EPSG:4547, and how far apart its buildings stand.
EAST, NORTH, PLOT, ACROSS = 435_000.0, 2_555_000.0, 60.0, 20
#: Bytes of one building, about; and of every small file how many are broken.
BUILDING_BYTES = 360_000
BROKEN_EACH = 50
#: Kinds of broken files, in turns.
BROKEN = ("empty", "cut", "binary", "html")


def cached(name: str) -> Path:
    """Return the place of a file in the cache; it changes when the code that makes it changes."""
    sources = (Path(__file__), Path(sample_ifc.__file__), HERE / "city_models.py")
    version = hashlib.sha256(b"".join(source.read_bytes() for source in sources)).hexdigest()[:8]
    folder = CACHE / f"models-{version}"
    folder.mkdir(parents=True, exist_ok=True)
    return folder / name


def campus(megabytes: int) -> Path:
    """Return a model of about so many megabytes: buildings of six storeys in rows, millimetres, in EPSG:4547."""
    path = cached(f"campus-{megabytes}.ifc")
    if not path.exists():
        path.write_bytes(_campus(campus_buildings(megabytes)))
    return path


def campus_buildings(megabytes: int) -> int:
    """Return the number of buildings in a model of about so many megabytes."""
    return max(1, round(megabytes * 1e6 / BUILDING_BYTES))


def folder(count: int) -> Path:
    """Return a folder of so many small files: a house each, and every fiftieth broken."""
    whole = cached(f"folder-{count}")
    if not whole.exists():
        draft = whole.with_suffix(".part")
        draft.mkdir(exist_ok=True)
        for number in range(count):
            text = _house(number)
            if number % BROKEN_EACH == BROKEN_EACH - 1:
                text = _broken(text, BROKEN[number // BROKEN_EACH % len(BROKEN)])
            (draft / f"house-{number:04d}.ifc").write_bytes(text)
        draft.rename(whole)
    return whole


def _broken(text: bytes, how: str) -> bytes:
    return {
        "empty": b"",
        "cut": text[: len(text) // 3],
        "binary": bytes(range(256)) * 40,
        "html": b"<!DOCTYPE html><html><body>404 Not Found</body></html>",
    }[how]


def _writer(name: str) -> IfcWriter:
    writer = IfcWriter(name, unit="MILLIMETRE")
    crs = writer.projected_crs("EPSG:4547", writer.length_unit())
    writer.map_conversion(crs, EAST, NORTH, scale=0.001)
    return writer


def _campus(count: int) -> bytes:
    writer = _writer(f"campus{count}")
    site = writer.site()
    for number in range(count):
        row, column = divmod(number, ACROSS)
        building = writer.building(site, f"{number + 1}号楼", at=(column * PLOT, row * PLOT, 0.0))
        _fill(writer, building, STOREYS, (column * PLOT, row * PLOT))
    return writer.text()


def _fill(writer: IfcWriter, building: Ref, storeys: int, at: tuple[float, float]) -> None:
    """Add storeys and a roof to a building that stands at a place."""
    for storey in range(storeys):
        level = writer.storey(building, f"{storey + 1}F", storey * HEIGHT)
        _storey(writer, level, (*at, storey * HEIGHT))
    top = writer.storey(building, "RF", storeys * HEIGHT)
    writer.element("IFCROOF", top, writer.prism(_wide(RING, OVER), 0.0, 0.2), "Roof")


def _storey(writer: IfcWriter, level: Ref, at: tuple[float, float, float]) -> None:
    """Add a floor, walls with windows, rooms, columns and tables; `at` is the place of the storey."""
    writer.element("IFCSLAB", level, writer.prism(RING, -0.2, 0.2), "Floor", "FLOOR")
    walls = writer.walls(level, RING, 0.0, HEIGHT - 0.2)
    for wall, start, end in zip(walls, RING, [*RING[1:], RING[0]], strict=True):
        for window in _windows(start, end):
            # An opening stands in no storey.
            opening = writer.element("IFCOPENINGELEMENT", None, writer.prism(window, 0.9, 1.5), at=at)
            filling = writer.element("IFCWINDOW", level, writer.prism(window, 0.9, 1.5), "Window")
            writer.fill(wall, opening, filling)
    for x, y in ((1.0, 1.0), (13.0, 1.0), (25.0, 1.0), (1.0, 12.0)):
        room = [(x, y), (x + 9, y), (x + 9, y + 8), (x, y + 8)]
        writer.space(level, room, HEIGHT - 0.2, f"{x:.0f}-{y:.0f}")
        post = [(x + 8, y + 7), (x + 8.4, y + 7), (x + 8.4, y + 7.4), (x + 8, y + 7.4)]
        writer.element("IFCCOLUMN", level, writer.prism(post, 0.0, HEIGHT - 0.2), "Column")
        _table(writer, level, x + 3, y + 3)


def _windows(start: tuple[float, float], end: tuple[float, float]) -> list[Ring]:
    """Return four windows of a metre in the wall on the left of a line."""
    length = math.dist(start, end)
    u, v = (end[0] - start[0]) / length, (end[1] - start[1]) / length
    places = (length * share for share in (0.2, 0.4, 0.6, 0.8))
    corners = ((-0.5, 0.0), (0.5, 0.0), (0.5, 0.24), (-0.5, 0.24))
    return [
        [(start[0] + u * (at + x) - v * y, start[1] + v * (at + x) + u * y) for x, y in corners]
        for at in places
    ]


def _table(writer: IfcWriter, level: Ref, x: float, y: float) -> None:
    box = [(x + u, y + v, w) for w in (0.0, 0.75) for v in (0.0, 0.8) for u in (0.0, 1.6)]
    faces = [(0, 2, 3, 1), (4, 5, 7, 6), (0, 1, 5, 4), (1, 3, 7, 5), (3, 2, 6, 7), (2, 0, 4, 6)]
    writer.element("IFCFURNISHINGELEMENT", level, writer.brep(box, faces), "Table")


def _wide(ring: Ring, over: float) -> list[tuple[float, float]]:
    return [tuple(point) for point in sample_ifc.inset(ring, -over).tolist()]


def _house(number: int) -> bytes:
    """Return a house of two furnished storeys, about 120 kB."""
    writer = _writer(f"house{number}")
    at = (number * PLOT, 0.0)
    building = writer.building(writer.site(), f"{number + 1}号楼", at=(*at, 0.0))
    _fill(writer, building, 2, at)
    return writer.text()


if __name__ == "__main__":
    wanted, size = sys.argv[1], int(sys.argv[2])
    if wanted == "campus":
        print(campus(size), campus_buildings(size), campus_buildings(size) * GROUND, sep="\n")
    else:
        print(folder(size), size // BROKEN_EACH, sep="\n")
