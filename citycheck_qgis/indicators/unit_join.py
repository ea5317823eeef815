"""Join rows of messy tables to units: by code, else by name inside the parent, else by name if it is unique."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import pandas as pd

from ..messages import Message, message, word
from ..storage.tables import LEVELS
from ..units.codes import normalise_code, tidy_code
from ..units.names import core_name, normalise_name

MATCHED, AMBIGUOUS, UNMATCHED, OUTSIDE = "matched", "ambiguous", "unmatched", "outside"


@dataclass(frozen=True)
class UnitKey:
    """What one row says about its unit. Levels are those of the column headers; "" is a column without a level.

    Attributes
    ----------
    codes : level -> text of a code column
    names : level -> text of a name column
    inherited : levels whose name was not in the row itself but in a row above it
    """

    codes: Mapping[str, str] = field(default_factory=dict)
    names: Mapping[str, str] = field(default_factory=dict)
    inherited: frozenset[str] = frozenset()

    def __hash__(self) -> int:
        return hash((tuple(self.codes.items()), tuple(self.names.items()), self.inherited))

    @property
    def text(self) -> str:
        """The unit as the row names it, for the remainder."""
        return " ".join(dict.fromkeys([*self.codes.values(), *self.names.values()]))


@dataclass(frozen=True)
class UnitMatch:
    """The unit of a row: its code, or why there is none."""

    code: str | None
    outcome: str
    reason: Message | None = None


def _foreign(code: str) -> UnitMatch:
    return UnitMatch(None, OUTSIDE, message("the code {code} is not a unit of this city", code=code))


def _elsewhere(parents: list[str]) -> Message:
    return message("the name is found only outside {parents}", parents=parents)


def depth(level: str) -> int:
    """Order of levels from the top; a column without a level is taken for the unit itself."""
    return LEVELS.index(level) if level in LEVELS else len(LEVELS)


class UnitIndex:
    """The units of a city, ready to be found.

    Parameters
    ----------
    units : unit table with the columns code, level, name, parent_code
    """

    def __init__(self, units: pd.DataFrame) -> None:
        self.name: dict[str, str] = dict(zip(units["code"], units["name"], strict=True))
        self.level: dict[str, str] = dict(zip(units["code"], units["level"], strict=True))
        parents = dict(zip(units["code"], units["parent_code"], strict=True))
        self.ancestors: dict[str, tuple[str, ...]] = {}
        for code in self.level:
            chain: list[str] = []
            parent = parents[code]
            while isinstance(parent, str) and parent in self.level and parent not in chain and parent != code:
                chain.append(parent)
                parent = parents[parent]
            self.ancestors[code] = tuple(chain)
        self._local = {tidy_code(code): code for code in self.level}
        self._by_name: dict[str, list[str]] = {}
        self._by_core: dict[str, list[str]] = {}
        for code, name in sorted(zip(units["code"], units["name"], strict=True), key=lambda pair: pair[0]):
            if normalise_name(name):
                self._by_name.setdefault(normalise_name(name), []).append(code)
                self._by_core.setdefault(core_name(name), []).append(code)
        self._found: dict[UnitKey, UnitMatch] = {}

    def find(self, key: UnitKey) -> UnitMatch:
        """Return the unit that a row means."""
        if key not in self._found:
            self._found[key] = self._find(key)
        return self._found[key]

    def named(self, name: str, level: str = "") -> list[str]:
        """Return the codes of all units of that name: the same spelling first, else the same core of the name."""
        found = self._of_level(self._by_name.get(normalise_name(name), []), level)
        return found or self._of_level(self._by_core.get(core_name(name), []), level)

    def _of_level(self, codes: list[str], level: str) -> list[str]:
        return [code for code in codes if not level or self.level[code] == level]

    def _find(self, key: UnitKey) -> UnitMatch:
        if not key.codes and not key.names:
            return UnitMatch(None, UNMATCHED, message("no code and no name"))
        deepest = max((*key.codes, *key.names), key=depth)
        hints: list[str] = []
        foreign = ""
        for level in sorted(key.codes, key=depth, reverse=True):
            code = self._code(key.codes[level])
            if code is None:
                foreign = foreign or (normalise_code(key.codes[level]) or "")
            elif level == deepest and self._fits(code, level, key):
                return UnitMatch(code, MATCHED)
            else:
                # the code of a parent, or one that a spreadsheet has cut down to the code of a parent
                hints.append(code)
        if foreign:
            return _foreign(foreign)
        return self._find_by_name(key, hints, deepest)

    def _code(self, text: str) -> str | None:
        return self._local.get(tidy_code(text))

    def _fits(self, code: str, level: str, key: UnitKey) -> bool:
        """Tell whether a code names a unit of the level that its column promises."""
        wanted = level or max((lv for lv in key.names if lv), key=depth, default="")
        return not wanted or depth(self.level[code]) >= depth(wanted)

    def _find_by_name(self, key: UnitKey, hints: list[str], deepest: str) -> UnitMatch:
        level = max(key.names, key=depth, default="")
        if not key.names or (depth(level) < depth(deepest) and deepest):
            text = key.codes.get(deepest, "")
            if hints:
                reason = message(
                    "{text} is the code of an upper unit, not of a {level}",
                    text=text,
                    level=word(deepest or "unit"),
                )
                return UnitMatch(None, UNMATCHED, reason)
            return UnitMatch(
                None, UNMATCHED, message("{text!r} is neither a unit code nor a name", text=text)
            )
        name = key.names[level]
        written = self._code(name) if any(c.isdigit() for c in name) else None
        if written and (not level or self.level[written] == level):
            return UnitMatch(written, MATCHED)
        candidates = self.named(name, level)
        if not candidates:
            code = normalise_code(name)
            if code:
                return _foreign(code)
            return UnitMatch(None, UNMATCHED, message("no unit has this name"))
        inside = [code for code in candidates if all(hint in self.ancestors[code] for hint in hints)]
        if hints and not inside:
            return UnitMatch(None, UNMATCHED, _elsewhere(hints))
        for parent in sorted((lv for lv in key.names if lv != level), key=depth, reverse=True):
            parents = self.named(key.names[parent], parent)
            narrower = [code for code in inside if set(parents) & set(self.ancestors[code])]
            if not narrower and parents and parent not in key.inherited:
                return UnitMatch(None, UNMATCHED, _elsewhere([key.names[parent]]))
            inside = narrower or inside
        if len(inside) > 1:
            return UnitMatch(None, AMBIGUOUS, message("several units have this name: {units}", units=inside))
        return UnitMatch(inside[0], MATCHED)
