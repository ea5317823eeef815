"""The whole way from one IFC file to its buildings: open, structure, shapes, outlines, facts, place."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import ifcopenshell
import numpy as np
from numpy.typing import NDArray
from pyproj import CRS
from shapely.geometry.base import BaseGeometry

from ...errors import InputError
from ..findings import Finding, finding
from ..georeference.evidence import collect
from ..georeference.resolve import ControlPoint, resolve
from ..models import QUALITIES, BuildingModel, ModelFile
from . import outlines
from .envelope import COVER, UNKNOWN, Chosen, envelope, is_of, with_body
from .facts import LEAST_HEIGHT, describe
from .files import open_model
from .shapes import Bodies, Progress, Shapes, opened, plan_area, recut, triangles
from .storeys import SAME, extents, ground_storey
from .structure import Structure, structure

#: The band above the ground floor in which walls stand, metres: above thresholds, below window sills.
BAND = (0.3, 1.0)
#: Floors at the ground end between these heights above the ground storey.
FLOOR = (-0.6, 0.3)
#: The underside of floors and walls is the ground when it lies no deeper under the ground storey, metres.
DEPTH = 0.6
#: A clipped element that stands out above all others by more than this is cut to learn the height.
OVER = 0.05
#: Elements cut at most in one file; cutting is slow.
MAX_CUT = 300
#: A roofprint this much larger with the floors at ground level than without shows that these are paving.
PAVED = 2.0
#: Shares of elements without a shape from which a building is to be looked at, or unfit.
CHECK_MISSED, POOR_MISSED = 0.1, 0.3


@dataclass(frozen=True)
class _Scene:
    """What of a file the outlines are made from; arrays of the elements of `parts`."""

    model: ifcopenshell.file
    parts: Structure
    shapes: Shapes
    spaces: Shapes
    body: Chosen
    exotic: Chosen
    upright: Chosen
    cover: Chosen
    unknown: Chosen
    ground: NDArray[np.float64]


def read_ifc(
    path: Path | str,
    *,
    default_crs: CRS | None = None,
    control_points: Sequence[ControlPoint] | None = None,
    progress: Progress | None = None,
) -> ModelFile:
    """Read the buildings of an IFC file.

    Parameters
    ----------
    path : an ``.ifc`` or ``.ifczip`` file
    default_crs : what the model's coordinates are in when it has map coordinates and does not name their CRS
    control_points : see `resolve`
    progress : called with the share done, 0 to 1

    Returns
    -------
    One building for each IfcBuilding, in local metres; never two joined.

    Raises
    ------
    InputError : the file cannot be read as a model
    """
    source = open_model(path)
    with _understood(Path(path).name):
        parts = structure(source.model)
        scene = _scene(source.model, parts, progress)
        buildings = [_building(scene, index) for index in range(len(parts.buildings))]
        sizes = extents(
            scene.shapes.triangles, scene.shapes.owner, len(parts.elements), ~scene.shapes.clipped
        )
        describe(source.model, parts, sizes, buildings)
        evidence = collect(source.model)
    for building in buildings:
        outline = building.roofprint or building.ground
        bounds = None if outline is None else outline.bounds
        building.placement = resolve(evidence, building.guid, bounds, default_crs, control_points)
    findings = [*source.findings, *parts.findings, *scene.shapes.findings, *_several_projects(source.model)]
    whole = resolve(evidence, None, None, default_crs, control_points)
    return ModelFile(
        source.schema,
        source.tool,
        buildings,
        placement=whole,
        elements=_account(scene),
        findings=findings,
    )


@contextmanager
def _understood(name: str) -> Iterator[None]:
    """Turn what goes wrong when statements refer to things of the wrong kind into a sentence about the file."""
    try:
        yield
    except (AttributeError, TypeError, ValueError, IndexError, KeyError, RuntimeError) as error:
        raise InputError(
            "{file} could not be understood ({reason}): its statements contradict each other, or CityCheck has a defect. "
            "Export it again; if that does not help, report it with the file.",
            file=name,
            reason=str(error).partition("\n")[0],
        ) from error


def _scene(model: ifcopenshell.file, parts: Structure, progress: Progress | None) -> _Scene:
    scale = 1.0 if len(model.by_type("IfcProject")) == 1 else parts.scale
    body = with_body(model, parts)
    chosen, exotic, upright = envelope(model, parts, body)
    if parts.buildings:
        chosen &= parts.building >= 0
    cover = is_of(model, parts.classes, COVER)
    unknown = is_of(model, parts.classes, UNKNOWN)
    shapes = triangles(model, parts.elements, chosen, parts.building, scale, progress)
    ground = np.array([_ground_height(parts, shapes, upright, b) for b in range(len(parts.buildings))])
    shapes = recut(model, shapes, _standing_out(parts, shapes))
    shapes = opened(model, shapes, cover | is_of(model, parts.classes, ("IfcPlate",)))
    rooms = np.array(
        [
            b >= 0 and _is_ground(parts, s, ground[b])
            for b, s in zip(parts.space_building, parts.space_storey, strict=True)
        ],
        dtype=bool,
    )
    spaces = triangles(model, parts.spaces, rooms, parts.space_building, scale)
    return _Scene(model, parts, shapes, spaces, body, exotic, upright, cover, unknown, ground)


def _is_ground(parts: Structure, storey: int, ground: float) -> bool:
    """Tell whether a room may stand on the ground: its storey does, or nobody knows its storey."""
    return storey < 0 or abs(parts.storeys[storey].elevation - ground) < BAND[1]


def _ground_height(parts: Structure, shapes: Shapes, upright: Chosen, building: int) -> float:
    """Return the z of the ground storey: of those with walls the one at the ground.

    Without storeys it is the foot of the lowest wall, or of anything.
    """
    low, high = shapes.heights
    own = shapes.used & (parts.building == building)
    standing = own & upright if (own & upright).any() else own
    zero = parts.buildings[building].elevation
    if not standing.any():
        return zero

    def walled(storey: int) -> bool:
        z = parts.storeys[storey].elevation
        return bool(((low < z + BAND[1]) & (high > z + BAND[0]))[standing].any())

    found = ground_storey(parts, [i for i in parts.storeys_of(building) if walled(i)], zero)
    return float(low[standing].min()) if found is None else parts.storeys[found].elevation


def _standing_out(parts: Structure, shapes: Shapes) -> Chosen:
    """Tell which clipped elements are higher than all others of their building, so that the height hangs on them."""
    _, high = shapes.heights
    chosen = np.zeros(len(high), bool)
    for building in np.unique(parts.building[shapes.clipped & shapes.used]):
        own = shapes.used & (parts.building == building)
        sure = own & ~shapes.clipped
        top = high[sure].max() if sure.any() else -np.inf
        chosen |= own & shapes.clipped & (np.nan_to_num(high) > top + OVER)
    chosen[np.flatnonzero(chosen)[MAX_CUT:]] = False
    return chosen


def _building(scene: _Scene, index: int) -> BuildingModel:
    """Return one building with its outlines and heights."""
    parts, shapes = scene.parts, scene.shapes
    source = parts.buildings[index]
    own = parts.building == index
    used, missed = own & shapes.used, own & shapes.missed
    result = BuildingModel(
        source.guid,
        source.name,
        source.long_name,
        source.object_type,
        source.description,
        elements=int(used.sum()),
        elements_missed=int(missed.sum()),
    )
    if not used.any():
        result.quality = "poor"
        result.findings.append(
            finding("building_without_shape", "The building has no element with a shape; it has no outline.")
        )
        return result
    _levels(scene, index, used, result)
    _draw(scene, index, used, result)
    _judge(scene, own, result)
    return result


def _levels(scene: _Scene, index: int, used: Chosen, result: BuildingModel) -> None:
    """Set ground level and height: from the underside of the ground floor to the top of what stands above."""
    low, high = scene.shapes.heights
    ground = float(scene.ground[index])
    feet = low[_seen(scene, index, used) & (low >= ground - DEPTH) & (low <= ground)]
    result.ground_level = float(feet.min()) if len(feet) else ground
    result.height = float(high[_above(scene, index, used)].max()) - result.ground_level


def _above(scene: _Scene, index: int, used: Chosen) -> Chosen:
    """Tell which elements rise above the ground floor; all, where none does."""
    above = used & (scene.shapes.heights[1] >= scene.ground[index] + BAND[0])
    return above if above.any() else used


def _draw(scene: _Scene, index: int, used: Chosen, result: BuildingModel) -> None:
    """Set the two prints and how they were made."""
    shapes, ground = scene.shapes, scene.ground[index]
    low, high = shapes.heights
    above = _above(scene, index, used)
    bare = not (above & scene.cover).any() and bool((above & scene.upright).any())
    seen = _seen(scene, index, used)
    roof = _roof(scene, seen, bare)
    if roof is None:
        return
    upright = used & scene.upright & (low < ground + BAND[1]) & (high > ground + BAND[0])
    floors = seen & scene.cover & (high > ground + FLOOR[0]) & (high < ground + FLOOR[1])
    rooms = scene.spaces.used & (scene.parts.space_building == index)
    bodies = shapes.of(upright), shapes.of(floors), scene.spaces.of(rooms)
    higher = _unpaved(scene, seen, (above | scene.unknown) & seen, roof, bare)
    within = higher is not None
    if higher is not None:
        result.findings.append(_paving(roof, higher))
        roof = higher
    elif not bare:
        open_ = _unroofed(scene, above & seen, seen, roof, *bodies)
        if not open_.is_empty:
            result.findings.append(_paved_court(open_))
            roof = outlines.Print(outlines.without(roof.shape, open_), roof.method)
            within = True
    stands = outlines.ground_print(*bodies, roof.shape, within=within)
    stands = stands or outlines.Print(roof.shape, "roofprint")
    result.roofprint, result.roof_method = roof.shape, roof.method
    result.ground, result.ground_method = outlines.under(stands.shape, roof.shape), stands.method
    higher_walls = seen & scene.upright & (low > ground + BAND[0]) & (low < ground + SAME)
    lower_walls = upright & (low < ground - DEPTH)
    halves = shapes.of(higher_walls), shapes.of(lower_walls)
    if stands.method == "wall_ring" and outlines.split(*halves, result.ground, roof.shape):
        result.findings.append(_split_level(roof.shape.area - result.ground.area))


def _unpaved(
    scene: _Scene, seen: Chosen, higher: Chosen, roof: outlines.Print, bare: bool
) -> outlines.Print | None:
    """Return the roofprint without floors at ground level where these reach far beyond it, else None."""
    lower = plan_area(scene.shapes.of(seen & ~higher).triangles)
    if not higher.any() or lower < (1 - 1 / PAVED) * roof.shape.area:
        return None
    unpaved = _roof(scene, higher, bare)
    return unpaved if unpaved is not None and roof.shape.area > PAVED * unpaved.shape.area else None


def _split_level(area: float) -> Finding:
    return finding(
        "split_level",
        "A part of the building stands higher or lower than its ground storey; the ground print lacks up to {area} m², and "
        "storeys and floor area may be wrong.",
        area=round(area, 1),
    )


def _unroofed(
    scene: _Scene,
    above: Chosen,
    seen: Chosen,
    roof: outlines.Print,
    walls: Bodies,
    floors: Bodies,
    rooms: Bodies,
) -> BaseGeometry:
    """Return the courts that are closed in the roofprint by floors at ground level alone."""
    if not len(floors.owner):
        return outlines.EMPTY
    # Slabs and roofs alone are quickly united; mostly they leave nothing open.
    covers = outlines.roofprint(scene.shapes.of(above & scene.cover))
    if covers is None or not len(outlines.courts(covers.shape, roof.shape)):
        return outlines.EMPTY
    higher = _roof(scene, seen & (above | scene.unknown), False)
    if higher is None:
        return outlines.EMPTY
    return outlines.enclosed(outlines.courts(higher.shape, roof.shape), walls, rooms)


def _paved_court(courts: BaseGeometry) -> Finding:
    return finding(
        "court_paved",
        "Between the walls {area} m² have a floor at ground level and nothing above it; they are taken for a paved court.",
        area=round(courts.area, 1),
    )


def _roof(scene: _Scene, seen: Chosen, bare: bool) -> outlines.Print | None:
    """Return the roofprint of elements; those of unknown kind count where they touch the others, or are alone."""
    known = seen & ~scene.unknown
    if not known.any():
        return outlines.roofprint(scene.shapes.of(seen), walls_only=bare)
    loose = scene.shapes.of(seen & scene.unknown)
    return outlines.roofprint(scene.shapes.of(known), loose, walls_only=bare)


def _paving(whole: outlines.Print, roof: outlines.Print) -> Finding:
    return finding(
        "paving_left_out",
        "Floors at ground level reach far beyond the building ({whole} m² with them, {roof} m² without); they are "
        "taken for paving.",
        whole=round(whole.shape.area, 1),
        roof=round(roof.shape.area, 1),
    )


def _seen(scene: _Scene, index: int, used: Chosen) -> Chosen:
    """Tell which elements are not below ground, in cellars or under the ground floor; all, where none is."""
    ground = scene.ground[index]
    # The last one is for elements without a storey, whose index is -1.
    storeys = np.array([storey.elevation for storey in scene.parts.storeys] + [ground])
    below = storeys[scene.parts.storey] < ground - DEPTH
    high = scene.shapes.heights[1]
    seen = used & ~((high < ground - BAND[0]) | (below & (high < ground + OVER)))
    return seen if seen.any() else used


def _judge(scene: _Scene, own: Chosen, result: BuildingModel) -> None:
    """Say how good the outlines of a building are."""
    wanted = result.elements + result.elements_missed
    share = result.elements_missed / max(wanted, 1)
    if result.elements_missed:
        result.findings.append(
            finding(
                "elements_missed",
                "{missed} of {wanted} elements gave no shape.",
                missed=result.elements_missed,
                wanted=wanted,
            )
        )
    marks = [2 * (share > POOR_MISSED), 1 * (share > CHECK_MISSED)]
    rough = np.isin(scene.parts.elements[own], list(scene.shapes.rough))
    if rough.any():
        result.findings.append(
            finding(
                "elements_rough",
                "{count} elements were too complex to be drawn as they are modelled, or their large openings could not "
                "be cut; the outline may be wrong there.",
                count=int(rough.sum()),
            )
        )
        marks.append(1)
    if (own & scene.exotic).any():
        result.findings.append(
            finding(
                "no_envelope",
                "The building has no walls, slabs or roofs; its outline is that of all its elements.",
            )
        )
        marks.append(1)
    if any(one.code in ("court_paved", "split_level") for one in result.findings):
        marks.append(1)
    if result.roof_method == "filled_walls":
        result.findings.append(
            finding("walls_only", "The building has walls alone; its roofprint is what they enclose.")
        )
        marks.append(1)
    if result.roof_method in ("closed_frame", "hull"):
        result.findings.append(
            finding(
                "thin_members_only",
                "The building has no surface of more than {area} m²; its outline is drawn around its members.",
                area=outlines.MIN_PART,
            )
        )
        marks.append(2)
    if result.ground_method != "wall_ring":
        marks.append(1)
    if result.height is not None and result.height < LEAST_HEIGHT:
        marks.append(2)
    if result.roofprint is not None and result.ground is not None:
        roof, ground = result.roofprint.area, result.ground.area
        if abs(roof - ground) > outlines.DIFFERENT * max(roof, ground):
            result.findings.append(
                finding(
                    "prints_differ",
                    "Roofprint ({roof} m²) and ground print ({ground} m²) differ by more than {share} %.",
                    roof=round(roof, 1),
                    ground=round(ground, 1),
                    share=round(outlines.DIFFERENT * 100),
                )
            )
            marks.append(1)
    result.quality = QUALITIES[max(marks)]


def _account(scene: _Scene) -> dict[str, int]:
    """Return what became of all physical elements of a file."""
    shapes = scene.shapes
    return {
        "all": len(scene.parts.elements),
        "used": int(shapes.used.sum()),
        "missed": int(shapes.missed.sum()),
        "aside": int((~shapes.wanted).sum()),
    }


def _several_projects(model: ifcopenshell.file) -> list[Finding]:
    projects = len(model.by_type("IfcProject"))
    if projects < 2:
        return []
    return [
        finding(
            "several_projects",
            "The file has {count} projects, which IFC does not allow; the units of the first count for all.",
            count=projects,
        )
    ]
