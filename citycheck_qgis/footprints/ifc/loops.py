"""Elements whose body refers to itself: kernels follow such references until the process dies.

`structure` opens placements and relations that lead in a circle; a body cannot be opened without changing it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import ifcopenshell
import numpy as np

from .envelope import Chosen
from .structure import Ids
from .units import instances

Links = Mapping[int, Iterable[int]]

#: Classes on the way from a solid or a mapped representation up to the product that it is the body of.
_UPWARDS = (
    "IfcBooleanResult",
    "IfcCsgSolid",
    "IfcShapeRepresentation",
    "IfcProductDefinitionShape",
    "IfcRepresentationMap",
    "IfcMappedItem",
)


def in_loops(model: ifcopenshell.file, elements: Ids) -> Chosen:
    """Tell which elements have a clipping or mapped representation that refers to itself."""
    solids = endless(_operands(model)) | endless(_mapped(model))
    products = products_of(model, [model.by_id(number) for number in sorted(solids)])
    return np.isin(elements, np.fromiter(products, np.int64, len(products)))


def products_of(model: ifcopenshell.file, items: list[ifcopenshell.entity_instance]) -> set[int]:
    """Return the ids of the products whose bodies use any of the items."""
    items = list(items)
    seen = {item.id() for item in items}
    products: set[int] = set()
    while items:
        for user in model.get_inverse(items.pop()):
            if user.id() in seen:
                continue
            if any(user.is_a(name) for name in _UPWARDS):
                seen.add(user.id())
                items.append(user)
            elif user.is_a("IfcProduct"):
                products.add(user.id())
    return products


def endless(links: Links) -> set[int]:
    """Return the nodes from which a way leads into a loop."""
    waiting = {node: {target for target in targets if target in links} for node, targets in links.items()}
    users: dict[int, list[int]] = {}
    for node, targets in waiting.items():
        for target in targets:
            users.setdefault(target, []).append(node)
    ended = [node for node, targets in waiting.items() if not targets]
    while ended:
        node = ended.pop()
        del waiting[node]
        for user in users.get(node, ()):
            waiting[user].discard(node)
            if not waiting[user]:
                ended.append(user)
    return set(waiting)


def _operands(model: ifcopenshell.file) -> Links:
    links = {item.id(): _ids([item[1], item[2]]) for item in instances(model, "IfcBooleanResult")}
    links.update({item.id(): _ids([item[0]]) for item in instances(model, "IfcCsgSolid")})
    return links


def _mapped(model: ifcopenshell.file) -> Links:
    """Return which representation maps use which others."""
    links = {}
    for source in instances(model, "IfcRepresentationMap"):
        items = getattr(source[1], "Items", None) or ()
        links[source.id()] = _ids([item[0] for item in items if item.is_a("IfcMappedItem")])
    return links


def _ids(items: Iterable[object]) -> list[int]:
    return [item.id() for item in items if isinstance(item, ifcopenshell.entity_instance)]
