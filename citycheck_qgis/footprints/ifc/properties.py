"""What property sets and quantities say, under whatever names they come."""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import ifcopenshell

from ..attribute_names import attribute_names, plain
from .structure import text

#: Texts that templates and authoring tools leave where a person should have written something.
PLACEHOLDERS = frozenset(
    (
        "", "-", "--", "/", "?", "0", "none", "null", "n/a", "na", "nil", "tbd", "unknown", "undefined", "unnamed", "unset", "notdefined",
        "userdefined", "notknown", "other", "default", "name", "value", "text", "title", "building", "a building", "default building", "default building storey", "storey", "mybuilding", "my building",
        "gebäude", "gebouw", "bâtiment", "edificio", "standard", "bldg:building", "standaard projecttemplate",
        "project name", "project number", "project information", "project address", "building name", "client name",
        "enter address here", "owner", "untitled", "unbenannt", "未命名", "默认", "建筑", "建筑物", "项目名称", "项目编号", "项目地址",
        "请在此处输入地址", "在此处输入地址", "在此输入地址", "输入地址", "所有者", "无", "未知", "其他", "暂无",
    )
)  # fmt: skip
_TEMPLATE = re.compile(r"//.*//|<.*>|\{.*\}|\[.*\]|#+")
_NUMBER = re.compile(r"[-+]?\d+(?:[,，]\d{3})+(?:\.\d+)?|[-+]?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?")
_AREA_UNITS = (
    (re.compile(r"万\s*(?:m2|㎡|平方米|平米)"), 1e4), (re.compile(r"m2|sqm|㎡|平方米|平米"), 1.0),
    (re.compile(r"ft2|sf|sqft|sq\.? ?ft|平方英尺"), 0.3048**2), (re.compile(r"公顷|hm2|ha"), 1e4),
)  # fmt: skip
_LENGTH_UNITS = ((re.compile(r"mm|毫米"), 1e-3), (re.compile(r"ft|英尺"), 0.3048), (re.compile(r"m|米"), 1.0))


@dataclass(frozen=True)
class Property:
    """One property or quantity: the name of its set, its own, its value, and its kind.

    The kind is the class of a quantity (``IfcQuantityArea``) or the type of a value (``IfcAreaMeasure``, ``IfcLabel``).
    """

    group: str
    name: str
    value: object
    kind: str

    @property
    def source(self) -> str:
        """Where the value comes from, for people."""
        return f"{self.group}.{self.name}"


def properties_of(item: ifcopenshell.entity_instance, sets_like: str = "") -> list[Property]:
    """Return the properties and quantities of an object, its own before those of its type.

    With ``sets_like`` only those of sets whose name contains it, which costs less.
    """
    sets: list[ifcopenshell.entity_instance] = []
    for relation in getattr(item, "IsDefinedBy", None) or ():
        if relation.is_a("IfcRelDefinesByProperties"):
            sets += _sets(relation.RelatingPropertyDefinition)
        elif relation.is_a("IfcRelDefinesByType"):
            sets += getattr(relation.RelatingType, "HasPropertySets", None) or ()
    for relation in getattr(item, "IsTypedBy", None) or ():
        sets += getattr(relation.RelatingType, "HasPropertySets", None) or ()
    return [found for one in sets if sets_like in (text(one, "Name") or "") for found in _members(one)]


def _sets(definition: ifcopenshell.entity_instance | None) -> Sequence[ifcopenshell.entity_instance]:
    """Return the sets of a definition; IFC4 allows several in one."""
    if definition is None:
        return ()
    return (definition,) if definition.is_a("IfcRoot") else getattr(definition, "wrappedValue", None) or ()


def _members(definition: ifcopenshell.entity_instance) -> Iterator[Property]:
    group = text(definition, "Name") or definition.is_a()
    if definition.is_a("IfcPropertySet"):
        yield from _flat(group, definition.HasProperties or (), 3)
    elif definition.is_a("IfcElementQuantity"):
        for quantity in definition.Quantities or ():
            name = text(quantity, "Name")
            if name and quantity.is_a("IfcPhysicalSimpleQuantity"):
                yield Property(group, name, quantity[3], quantity.is_a())


def _flat(group: str, properties: Iterable[ifcopenshell.entity_instance], depth: int) -> Iterator[Property]:
    """Yield the properties of a set, those of complex properties among them."""
    for one in properties:
        name = text(one, "Name")
        if not name:
            continue
        if one.is_a("IfcPropertySingleValue") and one.NominalValue is not None:
            yield Property(group, name, one.NominalValue.wrappedValue, one.NominalValue.is_a())
        elif one.is_a("IfcPropertyEnumeratedValue") and one.EnumerationValues:
            texts = [str(value.wrappedValue) for value in one.EnumerationValues]
            yield Property(group, name, ", ".join(texts), "IfcLabel")
        elif one.is_a("IfcPropertyListValue") and one.ListValues:
            texts = [str(value.wrappedValue) for value in one.ListValues]
            yield Property(group, name, ", ".join(texts), "IfcLabel")
        elif one.is_a("IfcComplexProperty") and depth:
            yield from _flat(group, one.HasProperties or (), depth - 1)


def find(
    properties: Sequence[Property], field: str, names: Mapping[str, Sequence[str]] | None = None
) -> list[Property]:
    """Return the properties that say a field, the most telling name first; of one name, standard sets first."""
    wanted = {plain(name): rank for rank, name in reversed([*enumerate((names or attribute_names())[field])])}
    hits = [p for p in properties if plain(p.name) in wanted]
    return sorted(hits, key=lambda p: (wanted[plain(p.name)], not p.group.startswith(("Pset_", "Qto_"))))


def is_placeholder(value: str) -> bool:
    """Tell whether a text is what a template left there."""
    bare = " ".join(value.split()).casefold()
    return bare in PLACEHOLDERS or _TEMPLATE.fullmatch(bare) is not None


def text_of(value: object) -> str | None:
    """Return a text in one line; None for what is empty or a placeholder."""
    if value is None or isinstance(value, bool):
        return None
    if isinstance(value, float) and value.is_integer():
        value = int(value) if abs(value) < 1e15 else value
    text = " ".join(str(value)[:1000].split())
    return None if is_placeholder(text) else text


def number_of(value: object) -> float | None:
    """Return a finite number of a number or of the first one in a text."""
    if isinstance(value, bool) or value is None:
        return None
    if isinstance(value, str):
        hit = _NUMBER.search(unicodedata.normalize("NFKC", value[:200]))
        if hit is None:
            return None
        value = hit[0].replace(",", "")
    try:
        number = float(value)  # type: ignore[arg-type]
    except (TypeError, ValueError, OverflowError):
        return None
    return number if math.isfinite(number) else None


def area_of(found: Property, scale: float) -> float | None:
    """Return square metres; `scale` is what an area unit of the model is, used unless a text says its unit."""
    return _measured(found, scale, ("IfcAreaMeasure", "IfcQuantityArea"), _AREA_UNITS)


def length_of(found: Property, scale: float) -> float | None:
    """Return metres; `scale` is what a length unit of the model is, used unless a text says its unit."""
    kinds = ("IfcLengthMeasure", "IfcPositiveLengthMeasure", "IfcQuantityLength")
    return _measured(found, scale, kinds, _LENGTH_UNITS)


def _measured(
    found: Property, scale: float, kinds: Sequence[str], units: Sequence[tuple[re.Pattern[str], float]]
) -> float | None:
    number = number_of(found.value)
    if number is None:
        return None
    if found.kind in kinds:
        return number * scale
    if isinstance(found.value, str):
        folded = unicodedata.normalize("NFKC", found.value).casefold()
        return number * next((factor for pattern, factor in units if pattern.search(folded)), 1.0)
    return number
