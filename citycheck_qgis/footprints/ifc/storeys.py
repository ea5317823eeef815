"""How many storeys a building has above and below ground, from its levels and what stands on them.

Levels are not storeys: tools export foundations, ceilings, tops of walls and roofs as levels too. A level counts when
something is walked on and something stands on it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

import ifcopenshell
import numpy as np
from numpy.typing import NDArray

from .properties import is_placeholder, properties_of
from .structure import Storey, Structure

Chosen: TypeAlias = NDArray[np.bool_]
Numbers: TypeAlias = NDArray[np.float64]

#: Levels closer than this are one storey (half landings, ceilings, steps in a floor), metres.
SAME = 1.8
#: A level whose floor lies deeper under the ground than this is below ground, metres.
SUNK = 1.2
#: A floor may end so much above or below its level, metres.
STEP = 0.6
#: A storey higher than this on average hides others, metres; a storey lower than `SAME` is none.
HIGHEST = 7.0
#: With storeys higher than this on average nobody has modelled them, metres.
TOO_HIGH = 12.0
#: A level named -0.300 says its height, as Chinese tools name them, not its number.
_BELOW = re.compile(
    r"-\s*[1-9]\d?(?:f|l|层|楼)?(?![\d.])|(?:b|ug|sb|p)\d+(?:f|l|层)?$|b\d+f|(?:sub)?basement|cellar|keller|kelder"
    r"|untergeschoss|sous-?sol|s[oó]tano|地下|负|车库"
)
_GROUND = re.compile(
    r"ground|erdgeschoss|begane grond|rez-de|planta baja|首层|底层|(?<![十百])一层|(?<![\d.])0?1(?:f|层|楼)(?!\d)"
    r"|(?:^|\s)f0?1$|(?:^|\s)eg$|^00\b"
)


@dataclass(frozen=True)
class Extents:
    """How high and how large elements are; arrays in the order of `Structure.elements`.

    Attributes
    ----------
    low, high : metres, in the coordinates of the model; NaN without a shape
    area : seen from above, square metres; NaN without a shape
    sure : whether the heights are those of the finished body; a clipped body may have come out uncut
    """

    low: Numbers
    high: Numbers
    area: Numbers
    sure: Chosen


@dataclass(frozen=True)
class Count:
    """Storeys of a building.

    Attributes
    ----------
    above, below : how many
    floors : z of the floors that were counted, from the lowest
    method : ``levels`` (what stands on the model's levels), ``slabs`` (the heights of slabs alone)
    """

    above: int
    below: int
    floors: tuple[float, ...]
    method: str


def extents(triangles: Numbers, owner: NDArray[np.int32], count: int, sure: Chosen) -> Extents:
    """Measure elements by their triangles.

    Parameters
    ----------
    triangles : (n, 3, 3) corners as x, y, z in metres
    owner : (n,) index of the element of each triangle
    count : number of elements
    sure : (count,) see `Extents`
    """
    low, high = np.full((2, count), np.nan)
    area = np.zeros(count)
    z = triangles[:, :, 2]
    np.fmin.at(low, owner, z.min(axis=1))
    np.fmax.at(high, owner, z.max(axis=1))
    a, b = triangles[:, 1, :2] - triangles[:, 0, :2], triangles[:, 2, :2] - triangles[:, 0, :2]
    # A closed body is seen twice from above: its upper and its lower side.
    np.add.at(area, owner, np.abs(a[:, 0] * b[:, 1] - a[:, 1] * b[:, 0]) / 4)
    area[np.isnan(low)] = np.nan
    return Extents(low, high, area, sure)


def named_below(storey: Storey) -> bool:
    """Tell whether the name of a storey says that it is below ground (``B1``, ``-1F``, ``地下一层``, ``Keller``)."""
    return any(_BELOW.match(name.strip().casefold()) for name in (storey.name, storey.long_name) if name)


def ground_storey(parts: Structure, candidates: Sequence[int], zero: float) -> int | None:
    """Return which of some storeys is the one at the ground.

    One that is named so; else of those that are not named as basements the one nearest to the building's own zero.
    """
    open_ = [i for i in candidates if not named_below(parts.storeys[i])]
    if not open_:
        return None
    named = [i for i in open_ if _GROUND.search((parts.storeys[i].name or "").strip().casefold())]
    return min(named or open_, key=lambda i: abs(parts.storeys[i].elevation - zero))


def count_storeys(
    model: ifcopenshell.file,
    parts: Structure,
    sizes: Extents,
    kinds: dict[str, Chosen],
    ground: float,
) -> Count | None:
    """Count the storeys of a building; None when nothing says how many there are.

    Parameters
    ----------
    parts : the structure of this building alone
    kinds : ``upright``, ``floor`` and ``roof`` elements, see `facts.kinds_of`
    ground : z of the ground at the building
    """
    levels = range(len(parts.storeys))
    used = [i for i in levels if _is_storey(parts, i, sizes, kinds)]
    if not used:
        used = [i for i in levels if (kinds["upright"] & (parts.storey == i)).any()]
    floors = _apart([parts.storeys[i].elevation for i in used])
    slabs = _slab_floors(sizes, kinds)
    high = sizes.high[sizes.sure]
    top = float(np.nanmax(high)) if np.isfinite(high).any() else None
    tall = top is not None and floors and (top - floors[0]) / len(floors) > HIGHEST
    if len(slabs) > len(floors) and (not floors or tall):
        below = sum(z < ground - SUNK for z in slabs)
        return Count(len(slabs) - below, below, tuple(slabs), "slabs")
    # The one level that a tool makes by itself says nothing of a building that is higher than a storey.
    lone = len(used) == 1 and is_placeholder(parts.storeys[used[0]].name or "")
    limit = HIGHEST if lone else TOO_HIGH
    if not floors or (top is not None and (top - max(floors[0], ground)) / len(floors) > limit):
        return None
    below_levels = [parts.storeys[i] for i in used if _is_below(model, parts.storeys[i], ground)]
    below = sum(any(abs(s.elevation - z) < SAME for s in below_levels) and z < ground for z in floors)
    # A level far under everything that stands on it says nothing about the ground.
    below = 0 if below == len(floors) else below
    return Count(len(floors) - below, below, tuple(floors), "levels")


def _is_storey(parts: Structure, storey: int, sizes: Extents, kinds: dict[str, Chosen]) -> bool:
    """Tell whether a level is one that people use: it has a floor or a room, and walls as high as a person.

    Rooms without such walls count where there is no roof: tools make rooms of flat roofs and lofts too.
    """
    base = parts.storeys[storey].elevation
    on = parts.storey == storey
    room = bool((parts.space_storey == storey).any())
    floor = kinds["floor"] & (on | (np.abs(sizes.high - base) < STEP))
    # What gave no shape cannot be measured and is taken as high.
    reaching = (sizes.low < base + STEP) & (sizes.high >= base + SAME)
    if (kinds["upright"] & (reaching | (on & np.isnan(sizes.high)))).any():
        return room or bool(floor.any())
    return room and not (on & kinds["roof"]).any()


def _is_below(model: ifcopenshell.file, storey: Storey, ground: float) -> bool:
    said = [p.value for p in properties_of(model.by_id(storey.id), "Common") if p.name == "AboveGround"]
    if said and isinstance(said[0], bool):
        return not said[0]
    return storey.elevation < ground - SUNK or named_below(storey)


def _apart(heights: Sequence[float]) -> list[float]:
    """Return heights from the lowest, without those less than `SAME` above the one before."""
    kept: list[float] = []
    for z in sorted(heights):
        if not kept or z - kept[-1] >= SAME:
            kept.append(z)
    return kept


def _slab_floors(sizes: Extents, kinds: dict[str, Chosen]) -> list[float]:
    """Return the heights of floors by slabs alone: of every flat slab that carries a tenth of the largest, but the top."""
    flat = (kinds["floor"] | kinds["roof"]) & (sizes.high - sizes.low < 1.0)
    if not flat.any():
        return []
    large = flat & (sizes.area >= 0.1 * np.nanmax(sizes.area[flat]))
    return _apart(sizes.high[large].tolist())[:-1]
