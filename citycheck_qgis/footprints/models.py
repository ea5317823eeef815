"""What the readers of BIM and city models give: buildings with two polygons, and what became of each file."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TypeAlias

from pyproj import CRS
from shapely import MultiPolygon, Polygon

from ..messages import mark
from .findings import Finding
from .georeference.placement import Placement

Outline: TypeAlias = Polygon | MultiPolygon

#: From trustworthy to unfit for publication without a look.
QUALITIES = (mark("good"), mark("check"), mark("poor"))


@dataclass
class BuildingModel:
    """One building as a model describes it; whatever the model does not say is None.

    Attributes
    ----------
    guid : GlobalId (IFC), gml:id or the CityJSON id; unique within the file
    code : the building code that the model carries, as found (a property, an attribute), for matching
    roofprint, ground : the two polygons, in metres; of IFC in the model's own (local) coordinates, of a city model in
        the coordinates of its CRS (`ModelFile.crs`) in east, north order
    roof_method, ground_method : how each polygon was made, a stable code such as ``envelope`` or ``ground_slabs``
    quality : one of `QUALITIES`
    storeys_above, storeys_below : counted above and below ground
    height : metres from ground level to the highest point of the roof
    eaves_height : metres from ground level to the eaves
    ground_level : z of the ground at the building, metres; of IFC in local coordinates
    floor_area : gross floor area in square metres; ``floor_area_method`` says how it was found
    year_built : year of completion
    use, structure : as found
    elements, elements_missed : physical elements that make up the polygons, and those that gave no shape
    sources : field name -> where its value comes from, such as ``Pset_BuildingCommon.YearOfConstruction``
    placement : where local coordinates lie on the earth (IFC); None for city models, which are in their CRS
    findings : what a person should know about this building
    """

    guid: str
    name: str | None = None
    long_name: str | None = None
    object_type: str | None = None
    description: str | None = None
    code: str | None = None
    project: str | None = None
    site: str | None = None
    address: str | None = None
    roofprint: Outline | None = None
    ground: Outline | None = None
    roof_method: str | None = None
    ground_method: str | None = None
    quality: str = "good"
    storeys_above: int | None = None
    storeys_below: int | None = None
    height: float | None = None
    eaves_height: float | None = None
    ground_level: float | None = None
    floor_area: float | None = None
    floor_area_method: str | None = None
    year_built: int | None = None
    use: str | None = None
    structure: str | None = None
    elements: int = 0
    elements_missed: int = 0
    sources: dict[str, str] = field(default_factory=dict)
    placement: Placement | None = None
    findings: list[Finding] = field(default_factory=list)


@dataclass
class ModelFile:
    """What was read from one file.

    Attributes
    ----------
    schema : as the file says, such as ``IFC2X3``, ``CityJSON 2.0``, ``CityGML 3.0``
    tool : the authoring application, as the file says
    buildings : in the order of the file
    crs : horizontal CRS of the polygons of a city model; None where the file has none, and for IFC
    placement : where an IFC file lies as a whole, whether or not it has buildings
    elements : physical elements of an IFC file: ``all``, and what became of them: ``used``, ``missed`` (no shape) or
        ``aside`` (doors, furniture, what has no body of its own or stands in no building)
    findings : what concerns the file as a whole
    """

    schema: str
    tool: str | None = None
    buildings: list[BuildingModel] = field(default_factory=list)
    crs: CRS | None = None
    placement: Placement | None = None
    elements: dict[str, int] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)
