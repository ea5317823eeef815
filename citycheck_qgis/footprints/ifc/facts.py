"""What an IFC model says about its buildings beside their shape: size, age, use, structure, names and codes.

Less than a tenth of real models carry the properties that the standard has for these, so most values are derived; each
says in ``sources`` where it comes from.
"""

from __future__ import annotations

import datetime
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

import ifcopenshell
import numpy as np
from numpy.typing import NDArray

from ..findings import Finding, finding
from ..models import BuildingModel
from ..years import year_of
from .envelope import is_of
from .materials import main_material
from .properties import (
    Property,
    area_of,
    find,
    is_placeholder,
    length_of,
    properties_of,
    text_of,
)
from .storey_texts import storeys_of
from .storeys import SAME, STEP, SUNK, Count, Extents, count_storeys
from .structure import Building, Indices, Structure, text
from .units import unit_scale

Chosen: TypeAlias = NDArray[np.bool_]
Names = Mapping[str, Sequence[str]]

UPRIGHT = ("IfcWall", "IfcColumn", "IfcCurtainWall")
ROOFING = ("ROOF", "ROOFING")
#: Gross floor area per footprint and storey that a building can have.
LEAST_AREA, MOST_AREA = 0.2, 3.0
#: A sum of storeys or rooms below this share of the floors leaves some out.
LEAST_SUM = 0.5
#: The slabs of one floor: less is a landing, more are layers on top of each other, as shares of the print.
LEAST_SLAB, MOST_SLAB = 0.05, 1.1
#: No floor area is derived for a smaller print, square metres; and nothing lower is a building, metres.
LEAST_PRINT, LEAST_HEIGHT = 4.0, 1.5
#: The same without knowing the storeys: the tallest towers.
MOST_AREA_EVER = 200.0
#: Metres between floors that a building can have on average.
STOREY_HEIGHTS = (1.8, 12.0)
MOST_STOREYS, TALLEST = 200, 1000.0
OLDEST = 1000
#: Parapets, chimneys and lifts stand this much above a roof, metres.
ROOF_BELOW = 2.0
#: A roof lower than this is flat, metres.
FLAT = 1.0
#: A height in the properties that differs more than this from the shape's is reported.
HEIGHT_DIFFERS = 0.2
#: Digits of a code that stands among other words of a name: 房屋代码 has 22, shorter ones might be anything.
_CODE = re.compile(r"(?<![0-9A-Za-z])\d{15,28}(?![0-9A-Za-z])")
_CJK = re.compile(r"[\u3400-\u9fff]")


@dataclass(frozen=True)
class _Case:
    """All that is known of one building; the structure, sizes and kinds are those of its own elements alone."""

    model: ifcopenshell.file
    parts: Structure
    said: Sequence[Property]
    sizes: Extents
    kinds: dict[str, Chosen]
    names: Names | None
    area_scale: float

    @property
    def building(self) -> Building:
        """The building in the structure."""
        return self.parts.buildings[0]

    def find(self, field: str) -> list[Property]:
        """Return the properties that say a field."""
        return find(self.said, field, self.names)


def describe(
    model: ifcopenshell.file,
    parts: Structure,
    sizes: Extents,
    buildings: Sequence[BuildingModel],
    names: Names | None = None,
) -> None:
    """Fill in what a model says about its buildings.

    Outlines, ground level and height must be set before where the shapes give them: they are the measure of what
    properties claim. A height of the properties is used where there is none of the shape.

    Parameters
    ----------
    model, parts : an open model and its structure
    sizes : heights and areas of its elements (`storeys.extents`)
    buildings : one for each of ``parts.buildings``; changed in place
    names : names of properties by field instead of ``attribute_names.json``
    """
    kinds = kinds_of(model, parts)
    area_scale = unit_scale(model, "AREAUNIT") or parts.scale**2
    elements, spaces = (_by_building(of, len(buildings)) for of in (parts.building, parts.space_building))
    on_site = Counter(building.site for building in parts.buildings)
    for index, result in enumerate(buildings):
        at = elements[index]
        alone = on_site[parts.buildings[index].site] == 1, len(buildings) == 1
        case = _Case(
            model,
            _one_building(parts, index, at, spaces[index]),
            _said_about(model, parts, index, *alone),
            Extents(sizes.low[at], sizes.high[at], sizes.area[at], sizes.sure[at]),
            {kind: chosen[at] for kind, chosen in kinds.items()},
            names,
            area_scale,
        )
        _names(case, result)
        _place(case, result)
        count = _storeys(case, result)
        _heights(case, result)
        _floor_area(case, result, count)
        _year(case, result)
        _use(case, result)
        _structure(case, result)


def _by_building(building: Indices, count: int) -> list[NDArray[np.int64]]:
    """Return for each building the positions of what stands in it."""
    order = np.argsort(building, kind="stable")
    bounds = np.searchsorted(building[order], np.arange(count + 1))
    return [order[bounds[i] : bounds[i + 1]] for i in range(count)]


def _one_building(
    parts: Structure, index: int, elements: NDArray[np.int64], spaces: NDArray[np.int64]
) -> Structure:
    """Return the structure of a building alone, so that the cost of many does not grow with their square."""
    levels = parts.storeys_of(index)
    first, end = (levels[0], levels[-1] + 1) if levels else (0, 0)

    def relabelled(storey: Indices) -> Indices:
        return np.where((storey >= first) & (storey < end), storey - first, -1)

    return replace(
        parts,
        buildings=(parts.buildings[index],),
        storeys=tuple(replace(storey, building=0) for storey in parts.storeys[first:end]),
        elements=parts.elements[elements],
        classes=parts.classes[elements],
        building=np.zeros(len(elements), np.int32),
        storey=relabelled(parts.storey[elements]),
        spaces=parts.spaces[spaces],
        space_building=np.zeros(len(spaces), np.int32),
        space_storey=relabelled(parts.space_storey[spaces]),
    )


def kinds_of(model: ifcopenshell.file, parts: Structure) -> dict[str, Chosen]:
    """Tell which elements stand upright, are floors, are roofs."""
    slab, roof = is_of(model, parts.classes, ["IfcSlab"]), is_of(model, parts.classes, ["IfcRoof"])
    covering = is_of(model, parts.classes, ["IfcCovering"])
    roofing = np.zeros(len(slab), bool)
    for i in np.flatnonzero(slab | covering):
        roofing[i] = getattr(model.by_id(int(parts.elements[i])), "PredefinedType", None) in ROOFING
    # The slabs that a roof consists of are no floors, whatever their type says.
    for item in model.by_type("IfcRoof"):
        for relation in item.IsDecomposedBy:
            members = [part.id() for part in relation.RelatedObjects or ()]
            roofing |= np.isin(parts.elements, members) & (slab | covering)
    return {
        "upright": is_of(model, parts.classes, UPRIGHT),
        "floor": slab & ~roofing,
        "roof": roof | roofing,
    }


def _said_about(
    model: ifcopenshell.file, parts: Structure, index: int, only_on_site: bool, only_one: bool
) -> list[Property]:
    """Return the properties of a building, and those of its site and project where it is the only one there."""
    building = parts.buildings[index]
    said = properties_of(model.by_id(building.id))
    if building.site >= 0 and only_on_site:
        said += properties_of(model.by_id(parts.sites[building.site].id))
    if only_one and not building.made_up:
        projects = model.by_type("IfcProject")
        said += properties_of(projects[0]) if projects else []
    return said


def _names(case: _Case, result: BuildingModel) -> None:
    """Set names that are names, the project, the site and the building's code."""
    building = case.building
    result.name = text_of(building.name)
    result.long_name = text_of(building.long_name)
    result.object_type = text_of(building.object_type)
    result.description = text_of(building.description)
    result.project = text_of(case.parts.project)
    if building.site >= 0:
        site = case.parts.sites[building.site]
        result.site = text_of(site.name) or text_of(site.long_name)
    if result.name is None:
        _first_text(case, result, "name")
    if result.name is None and result.long_name:
        result.name, result.sources["name"] = result.long_name, "IfcBuilding.LongName"
    _first_text(case, result, "code")
    if result.code is None:
        for attribute, value in (("Name", building.name), ("LongName", building.long_name), ("Description", building.description)):  # fmt: skip
            hit = _CODE.search(value or "")
            if hit:
                result.code, result.sources["code"] = hit[0], f"IfcBuilding.{attribute}"
                break


def _first_text(case: _Case, result: BuildingModel, field: str) -> None:
    for said in case.find(field):
        value = text_of(said.value)
        if value:
            setattr(result, field, value)
            result.sources[field] = said.source
            return


def _place(case: _Case, result: BuildingModel) -> None:
    """Set the postal address of the building, or of its site."""
    building = case.building
    items = [] if building.made_up else [(case.model.by_id(building.id), "BuildingAddress")]
    if building.site >= 0:
        items.append((case.model.by_id(case.parts.sites[building.site].id), "SiteAddress"))
    for item, attribute in items:
        address = address_of(getattr(item, attribute, None))
        if address:
            result.address, result.sources["address"] = address, f"{item.is_a()}.{attribute}"
            return
    _first_text(case, result, "address")


def address_of(address: ifcopenshell.entity_instance | None) -> str | None:
    """Return an IfcPostalAddress in one line: from large to small in Chinese, else from small to large.

    An address with the placeholder of a template is none: its town is the template's as well.
    """
    if address is None:
        return None
    lines = [line for line in address.AddressLines or () if line]
    if any(is_placeholder(line) for line in lines):
        return None
    small = [part for part in map(text_of, (address.InternalLocation, *lines)) if part]
    places = [text(address, name) for name in ("PostalCode", "Town", "Region", "Country")]
    # Coordinates that a tool writes as town and region are no place names.
    large = [p for p in places if p and not re.search(r"\d\.\d", p)]
    if not small and not large:
        return None
    if _CJK.search("".join([*small, *large])):
        post_code = text(address, "PostalCode")
        return "".join([*(p for p in reversed(large) if p != post_code), *small])
    return ", ".join([*small, *large])


def _storeys(case: _Case, result: BuildingModel) -> Count | None:
    """Set the storeys: what properties say when it can be, else what was counted."""
    ground = case.building.elevation if result.ground_level is None else result.ground_level
    count = count_storeys(case.model, case.parts, case.sizes, case.kinds, ground)
    if count:
        result.storeys_above, result.storeys_below = count.above, count.below
        result.sources["storeys_above"] = result.sources["storeys_below"] = count.method
    levels = len(case.parts.storeys)
    for field in ("storeys_below", "storeys_above"):
        for said in case.find(field):
            read = storeys_of(said.value)
            number = None if read is None else read.above if field == "storeys_above" else read.below
            number = read.total if read and number is None else number
            if number is not None and 0 <= number <= MOST_STOREYS:
                setattr(result, field, number)
                result.sources[field] = said.source
                break
            _unreadable(said, result)
    if result.sources.get("storeys_above", "levels") in ("levels", "slabs"):
        _total_storeys(case, result, count, levels)
    elif count and result.storeys_above != count.above:
        result.findings.append(_storeys_differ(result, count))
    return count


def _total_storeys(case: _Case, result: BuildingModel, count: Count | None, levels: int) -> None:
    """Weigh a number of all storeys, or of those above and below ground, against what was counted."""
    for said in case.find("storeys"):
        read = storeys_of(said.value)
        if read is None or (read.above is None and read.total is None):
            _unreadable(said, result)
            continue
        stated = read.above is not None
        total = read.above if read.above is not None else read.total or 0
        fits = 1 <= total <= MOST_STOREYS and _fits_height(total, result)
        if stated and fits and read.below is not None and read.below <= MOST_STOREYS:
            result.storeys_below, result.sources["storeys_below"] = read.below, said.source
        if count and total in ((count.above,) if stated else (count.above, count.above + count.below)):
            if total == count.above:
                result.sources["storeys_above"] = said.source
            return
        # Revit writes the number of all its levels, foundations and roofs among them.
        mere_levels = count is not None and total == levels and not stated
        if mere_levels or not fits:
            result.findings.append(
                finding(
                    "storeys_set_aside",
                    "{source} = {value} is set aside: it counts levels that are no storeys, or does not fit the "
                    "height.",
                    source=said.source,
                    value=said.value,
                )
            )
            continue
        below = 0 if stated else result.storeys_below or 0
        result.storeys_above = total - below if total > below else total
        result.sources["storeys_above"] = said.source
        if count:
            result.findings.append(_storeys_differ(result, count))
        return


def _unreadable(said: Property, result: BuildingModel) -> None:
    if text_of(said.value) is None:
        return
    result.findings.append(
        finding(
            "storeys_set_aside",
            "{source} = {value} is set aside: it cannot be read as a number of storeys.",
            source=said.source,
            value=str(said.value)[:60],
        )
    )


def _fits_height(storeys: int, result: BuildingModel) -> bool:
    if result.height is None:
        return True
    return STOREY_HEIGHTS[0] <= result.height / storeys <= STOREY_HEIGHTS[1]


def _storeys_differ(result: BuildingModel, count: Count) -> Finding:
    return finding(
        "storeys_differ",
        "{source} says {said} storeys above ground, the model has {counted}.",
        source=result.sources["storeys_above"],
        said=result.storeys_above,
        counted=count.above,
    )


def _heights(case: _Case, result: BuildingModel) -> None:
    """Set the eaves, and the height of the properties where the shape has none."""
    own = case.sizes.sure
    roof = own & case.kinds["roof"] & ~np.isnan(case.sizes.high)
    if result.height is not None and result.height < LEAST_HEIGHT:
        result.findings.append(
            finding(
                "very_low", "The building is only {height} m high: is it one?", height=round(result.height, 2)
            )
        )
    if result.ground_level is not None and result.height is not None:
        result.sources.setdefault("height", "shape")
        result.sources.setdefault("ground_level", "shape")
        flat = own & case.kinds["floor"] & ~np.isnan(case.sizes.high)
        eaves = _eaves(case.sizes, roof if roof.any() else flat, result.ground_level + result.height)
        if eaves is not None and eaves > result.ground_level:
            result.eaves_height = min(eaves - result.ground_level, result.height)
            result.sources["eaves_height"] = "roof" if roof.any() else "slabs"
    for said in [p for p in case.said if p.name == "EavesHeight"]:
        value = length_of(said, case.parts.scale)
        if value and 0 < value < (result.height or TALLEST) + 0.05:
            result.eaves_height, result.sources["eaves_height"] = value, said.source
    for said in [p for p in case.said if p.name == "Height" and p.group.startswith("Qto_Building")] + case.find("height"):  # fmt: skip
        value = length_of(said, case.parts.scale)
        if value is None or not 0 < value < TALLEST:
            continue
        if result.height is None:
            result.height, result.sources["height"] = value, said.source
        elif abs(value - result.height) > HEIGHT_DIFFERS * result.height:
            result.findings.append(
                finding(
                    "height_differs",
                    "{source} says {said} m, the shape is {height} m high; the shape counts.",
                    source=said.source,
                    said=round(value, 2),
                    height=round(result.height, 2),
                )
            )
        return


def _eaves(sizes: Extents, roof: Chosen, summit: float) -> float | None:
    """Return z of the eaves: the lower edge of a pitched roof, the upper side of a flat one; the highest roof counts.

    None where the building goes on above its highest roof, which then is that of a lower part.
    """
    if not roof.any():
        return None
    top = float(sizes.high[roof].max())
    if summit - top > ROOF_BELOW:
        return None
    # A roof of several pieces: those that reach into the upper half of the highest one's height.
    low_of_top = float(sizes.low[roof & (sizes.high > top - 0.3)].min())
    low = float(sizes.low[roof & (sizes.high >= (top + low_of_top) / 2)].min())
    return low if top - low > FLAT else top


def _floor_area(case: _Case, result: BuildingModel, count: Count | None) -> None:
    """Set the gross floor area: the first of the orders of claims that can be, else the sum of the floors."""
    base = _base_area(result)
    for method, source, area, correction in _claims(case, count):
        value = _fitting(
            area,
            correction,
            base,
            result,
            source,
            LEAST_SUM if method.endswith("_quantities") else LEAST_AREA,
        )
        if value is not None:
            result.floor_area, result.floor_area_method = value, method
            result.sources["floor_area"] = source
            return
    if base and base < LEAST_PRINT:
        return
    if base and count:
        result.floor_area = _floors_summed(case, count, result, base)
        result.floor_area_method = "floors_summed"
        result.sources["floor_area"] = "shape"
    elif base and result.storeys_above:
        result.floor_area = base * (result.storeys_above + (result.storeys_below or 0))
        result.floor_area_method, result.sources["floor_area"] = "print_by_storeys", "shape"


def _base_area(result: BuildingModel) -> float | None:
    """Return the area of the ground print or, where there is none, of the roofprint."""
    shape = result.ground if result.ground is not None else result.roofprint
    return float(shape.area) if shape is not None and shape.area > 0 else None


def _claims(case: _Case, count: Count | None) -> list[tuple[str, str, float, float]]:
    """Return (method, source, square metres, factor of another unit) of all that claim to be the gross floor area."""
    claims = []
    other = case.parts.scale**2 if case.area_scale == 1.0 else 1.0 / case.area_scale

    def claim(method: str, found: Sequence[Property]) -> None:
        for said in found:
            area = area_of(said, case.area_scale)
            if area is not None:
                measured = said.kind in ("IfcAreaMeasure", "IfcQuantityArea")
                claims.append((method, said.source, area, other if measured else 1.0))

    stated = case.find("floor_area")
    quantities = [p for p in stated if p.kind.startswith("IfcQuantity")]
    claim("quantity", quantities)
    claim("property", [p for p in stated if not p.kind.startswith("IfcQuantity")])
    claim("planned", case.find("planned_area"))
    storeys = [storey.id for storey in case.parts.storeys]
    spaces = case.parts.spaces[_rooms(case, count)].tolist()
    for method, items in (("storeys_quantities", storeys), ("spaces_quantities", spaces)):
        areas, source = [], ""
        for item in items:
            found = [
                p
                for p in properties_of(case.model.by_id(int(item)), "Quantities")
                if p.name == "GrossFloorArea" and p.kind == "IfcQuantityArea"
            ]
            area = area_of(found[0], case.area_scale) if found else None
            if area:
                areas.append(area)
                source = f"{method.partition('_')[0]}.{found[0].source}"
        # Storeys that say nothing would be missing from the sum; foundations and roofs may.
        if areas and len(areas) >= len(items) / 2:
            claims.append((method, source, float(sum(areas)), other))
    return claims


def _rooms(case: _Case, count: Count | None) -> Chosen:
    """Tell which rooms are those of the building's storeys, not of lofts and flat roofs."""
    if count is None:
        return np.ones(len(case.parts.spaces), bool)
    counted = [
        any(abs(storey.elevation - floor) < SAME for floor in count.floors) for storey in case.parts.storeys
    ]
    return np.array([*counted, True])[case.parts.space_storey]


def _fitting(
    area: float, other: float, base: float | None, result: BuildingModel, source: str, share: float
) -> float | None:
    """Return the area if a building on this footprint can have it, in the unit it says or in another; else None."""
    storeys = (result.storeys_above or 0) + (result.storeys_below or 0)
    if base is None:
        least, most = 1.0, 1e8
    else:
        footprint = max(base, result.roofprint.area if result.roofprint is not None else 0.0)
        least = share * base * (storeys or 1)
        most = footprint * (MOST_AREA * storeys if storeys else MOST_AREA_EVER)
    if least <= area <= most:
        return area
    if least <= area * other <= most:
        result.findings.append(
            finding(
                "area_unit_corrected",
                "{source} fits the building only in another unit: {area} m² instead of {said} m².",
                source=source,
                area=round(area * other, 1),
                said=round(area, 1),
            )
        )
        return area * other
    result.findings.append(
        finding(
            "area_set_aside",
            "{source} = {area} m² is set aside; it does not fit a building of {footprint} m² on the ground.",
            source=source,
            area=round(area, 1),
            footprint=round(base or 0.0, 1),
        )
    )
    return None


def _floors_summed(case: _Case, count: Count, result: BuildingModel, base: float) -> float:
    """Return the sum of the floors: each one's slabs where they can be a floor, else the ground print.

    Cellars reach out under the ground around a building as far as they like: garages under several buildings.
    """
    areas = np.array([_slabs_at(case, z) for z in count.floors])
    most = max(base, result.roofprint.area if result.roofprint is not None else 0.0) * MOST_SLAB
    ground = -np.inf if result.ground_level is None else result.ground_level
    wrong = (areas < LEAST_SLAB * base) | ((areas > most) & (np.array(count.floors) >= ground - SUNK))
    named = wrong & (areas > 0)
    if named.any():
        result.findings.append(
            finding(
                "floors_replaced",
                "{count} floors have slabs of {area} m² together, which cannot be those of a building of {footprint} m² on "
                "the ground; that area counts for each instead.",
                count=int(named.sum()),
                area=round(float(areas[named].sum()), 1),
                footprint=round(base, 1),
            )
        )
    return float(np.where(wrong, base, areas).sum())


def _slabs_at(case: _Case, z: float) -> float:
    return float(np.nansum(case.sizes.area[case.kinds["floor"] & (np.abs(case.sizes.high - z) < STEP)]))


def _year(case: _Case, result: BuildingModel) -> None:
    latest = datetime.date.today().year + 10
    for said in case.find("year_built"):
        if text_of(said.value) is None:
            continue
        year = year_of(said.value)
        if year is not None and OLDEST <= year <= latest:
            result.year_built, result.sources["year_built"] = year, said.source
            return
        result.findings.append(
            finding(
                "year_set_aside",
                "{source} = {value} is no year of construction and is set aside.",
                source=said.source,
                value=str(said.value)[:60],
            )
        )


def _use(case: _Case, result: BuildingModel) -> None:
    _first_text(case, result, "use")
    if result.use or case.building.made_up:
        return
    for relation in case.model.by_id(case.building.id).HasAssociations:
        reference = getattr(relation, "RelatingClassification", None)
        if reference is not None and reference.is_a("IfcClassificationReference"):
            value = (
                text(reference, "Name")
                or text(reference, "Identification")
                or text(reference, "ItemReference")
            )
            if value:
                result.use, result.sources["use"] = value, "IfcClassificationReference"
                return


def _structure(case: _Case, result: BuildingModel) -> None:
    _first_text(case, result, "structure")
    if result.structure is not None:
        return
    upright = case.kinds["upright"]
    material = main_material(case.model, case.parts.elements[upright], _volumes(case.sizes, upright))
    if material:
        result.structure, result.sources["structure"] = material, "materials"


def _volumes(sizes: Extents, own: Chosen) -> NDArray[np.float64]:
    """Return roughly how large the chosen elements are, in cubic metres; 1 where nobody knows."""
    return np.nan_to_num(sizes.area[own] * (sizes.high[own] - sizes.low[own]), nan=1.0)
