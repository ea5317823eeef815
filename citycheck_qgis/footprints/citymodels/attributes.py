"""What the attributes of a city model say about a building, under whatever names they come."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from functools import lru_cache

from ...units.columns import find_column
from ..attribute_names import attribute_names, plain
from ..findings import finding
from ..models import BuildingModel
from ..years import year_of

#: Field -> attribute names of the standards and of national data sets, the most specific first. Those that BIM
#: models use too (`attribute_names`) follow, then the spellings of `units.columns`.
_NAMES: Mapping[str, Sequence[str]] = {
    "code": ("buildingID", "建物ID", "identificatie", "identificatiebagpnd", "bag_id", "egid"),
    "name": ("gml:name", "name", "名称"),
    "height": ("measuredHeight", "con:height"),
    "storeys_above": ("storeysAboveGround", "b3_bouwlagen", "numberOfFloors", "floorsAboveGround"),
    "storeys_below": ("storeysBelowGround", "floorsBelowGround"),
    "year_built": (
        "yearOfConstruction", "dateOfConstruction", "oorspronkelijkbouwjaar", "oorspronkelijk_bouwjaar", "bouwjaar",
        "Baujahr",
    ),
    "use": ("function", "usage", "gebruiksdoel"),
    "structure": ("buildingStructureType", "constructionType"),
    "address": (),
    "floor_area": ("延床面積", "GrossPlannedArea"),
}  # fmt: skip
#: Field -> role of `units.columns.SPELLINGS`.
_ROLES = {
    "code": "building_number",
    "height": "height",
    "storeys_above": "storeys",
    "year_built": "year_built",
    "use": "use",
    "floor_area": "floor_area",
}
#: Taller than any building, metres, and higher than any number of storeys: placeholders such as 9999.
_TALLEST, _MOST_STOREYS = 1500.0, 300
_NUMBER = re.compile(r"\s*([-+]?\d+(?:[.,]\d+)?(?:[eE][-+]?\d+)?)\s*(?:m|m2|m²|metres?|米|层|层楼)?\s*")


@lru_cache(maxsize=4096)
def _columns(names: tuple[str, ...]) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Return for each field the attributes that may say it, the best first."""
    known: dict[str, str] = {}
    for name in names:
        known.setdefault(plain(name), name)
    found = []
    for field, spellings in _NAMES.items():
        wanted = dict.fromkeys(plain(name) for name in (*spellings, *attribute_names()[field]))
        columns = [known[name] for name in wanted if name in known]
        other = find_column(names, _ROLES[field]) if field in _ROLES else None
        if other and other not in columns:
            columns.append(other)
        if columns:
            found.append((field, tuple(columns)))
    return tuple(found)


def describe(building: BuildingModel, attributes: Mapping[str, object], source: str = "") -> None:
    """Fill the fields of a building that are still unknown from its attributes.

    A value that cannot be (a height of -9999, 9999 storeys) is set aside with a finding.

    Parameters
    ----------
    building : changed in place; ``sources`` says which attribute a value comes from
    attributes : name -> value as found
    source : put before the attribute's name in ``sources``, such as ``BuildingPart.``
    """
    for field, columns in _columns(tuple(attributes)):
        if getattr(building, field) is not None:
            continue
        for column in columns:
            raw = attributes[column]
            if raw is None or raw == "":
                continue
            value = _READERS[field](raw)
            if value is not None:
                setattr(building, field, value)
                building.sources[field] = source + column
                break
            if field in _IMPOSSIBLE:
                building.findings.append(
                    finding(
                        "value_set_aside",
                        "{attribute} = {value} says nothing and was set aside.",
                        attribute=source + column,
                        value=str(raw)[:60],
                    )
                )
    if building.floor_area is not None and building.floor_area_method is None:
        building.floor_area_method = "attribute"


def describe_parts(building: BuildingModel, parts: Sequence[Mapping[str, object]]) -> None:
    """Fill what the building itself does not say from its parts: the tallest one's height and storeys."""
    if not parts:
        return
    tallest = BuildingModel(guid=building.guid)
    for attributes in parts:
        part = BuildingModel(guid=building.guid)
        describe(part, attributes, "BuildingPart.")
        for field in ("height", "storeys_above", "storeys_below"):
            value, best = getattr(part, field), getattr(tallest, field)
            if value is not None and (best is None or value > best):
                setattr(tallest, field, value)
                tallest.sources[field] = part.sources[field]
        # A part's own name or code is not the building's, and its floor area is only a part.
        for field in ("year_built", "use", "structure", "address"):
            if getattr(tallest, field) is None and getattr(part, field) is not None:
                setattr(tallest, field, getattr(part, field))
                tallest.sources[field] = part.sources[field]
    for field, source in tallest.sources.items():
        if getattr(building, field) is None:
            setattr(building, field, getattr(tallest, field))
            building.sources[field] = source


def number_of(value: object) -> float | None:
    """Return a finite number of a number or text (``12.5``, ``12,5 m``), or None."""
    if isinstance(value, bool) or value is None:
        return None
    if isinstance(value, int | float):
        number = float(value) if abs(value) < 1e300 else math.inf
    else:
        found = _NUMBER.fullmatch(str(value)[:100])
        if not found:
            return None
        number = float(found[1].replace(",", "."))
    return number if math.isfinite(number) else None


def _height(value: object) -> float | None:
    number = number_of(value)
    return number if number is not None and 0 < number < _TALLEST else None


def _storeys(value: object) -> int | None:
    number = number_of(value)
    return round(number) if number is not None and 0 <= number <= _MOST_STOREYS else None


def _area(value: object) -> float | None:
    number = number_of(value)
    return number if number is not None and 0 < number < 1e8 else None


def text_of(value: object) -> str | None:
    """Return the text of a value in one line, the texts of a list or object joined; None where it has none."""
    if isinstance(value, Mapping):
        value = list(value.values())
    if isinstance(value, list):
        texts = [text_of(item) for item in value[:20] if not isinstance(item, Mapping | list)]
        texts += [text_of(item) for item in value[:20] if isinstance(item, Mapping)]
        return ", ".join(text for text in texts if text) or None
    if value is None or isinstance(value, bool):
        return None
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        value = int(value)
    return " ".join(str(value)[:1000].split()) or None


_READERS = {
    "code": text_of, "name": text_of, "height": _height, "storeys_above": _storeys, "storeys_below": _storeys,
    "year_built": year_of, "use": text_of, "structure": text_of, "address": text_of, "floor_area": _area,
}  # fmt: skip
_IMPOSSIBLE = {"height", "storeys_above", "storeys_below", "year_built", "floor_area"}
