"""What the readers of the formats hand on: buildings with their attributes, and their faces as the file has them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from ..findings import Finding
from ..models import BuildingModel
from .faces import FaceList

#: Buildings and vertices after which a batch is handed on: enough for numpy to pay, and little memory.
BUILDINGS, VERTICES = 2048, 400_000
_OF_ONE_CODE = 10


@dataclass
class Head:
    """What concerns a file as a whole; known when its first batch is, complete after the last.

    Attributes
    ----------
    schema : such as ``CityGML 2.0``; empty text until it is known
    tool : the authoring application, as the file says
    parts : building parts met, merged into their buildings
    findings : what concerns the file
    """

    schema: str = ""
    tool: str | None = None
    parts: int = 0
    findings: list[Finding] = field(default_factory=list)

    def add(self, findings: Iterable[Finding]) -> None:
        """Add findings, see `add_finding`."""
        for found in findings:
            add_finding(self.findings, found)


def add_finding(findings: list[Finding], found: Finding) -> None:
    """Add what is not there yet; of one code a few are enough, however large the file."""
    alike = [one for one in findings if one.code == found.code]
    if len(alike) < _OF_ONE_CODE and found not in alike:
        findings.append(found)


@dataclass
class Batch:
    """Some buildings in the order of the file.

    Attributes
    ----------
    buildings : without polygons
    faces : their faces, sorted by building
    crs_names : CRS name as found -> its number in `FaceList.runs`; None where the file has none
    vertices : of all faces
    east_first : coordinates come east first whatever the spelling of their CRS says
    """

    buildings: list[BuildingModel] = field(default_factory=list)
    faces: FaceList = field(default_factory=FaceList)
    crs_names: dict[str | None, int] = field(default_factory=dict)
    vertices: int = 0
    east_first: bool = False

    @property
    def full(self) -> bool:
        """Whether it is time to hand the batch on."""
        return len(self.buildings) >= BUILDINGS or self.vertices >= VERTICES


def lod_of(value: object) -> str:
    """Return a level of detail as text: ``2``, ``2.2``; empty text where there is none."""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return str(value).strip() if isinstance(value, str | int | float) and not isinstance(value, bool) else ""


def preference(lod: str, wanted: str | None) -> tuple[int, float]:
    """Return a number pair by which levels of detail of solids are sorted, the best first.

    LoD2 is best: its outlines are the building's, where LoD3 and LoD4 add overhangs, windows and rooms. In a level the
    most detailed counts (2.2 before 2.0).
    """
    try:
        number = float(lod)
    except ValueError:
        return 9, 0.0
    if wanted is not None and (lod == wanted or lod.split(".")[0] == wanted):
        return 0, -number
    order = {2: 1, 3: 2, 1: 3, 4: 4}
    return order.get(int(number) if abs(number) < 10 else 9, 8), -number
