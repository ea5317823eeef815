"""Numbers of storeys in whatever a property says: ``6``, ``六层``, ``地上6层地下1层``, ``6/-1``, ``B1-6F``."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

_DIGITS = {digit: number for number, digit in enumerate("零一二三四五六七八九")} | {"两": 2}
_CHINESE = re.compile("[零一二两三四五六七八九]?十[一二三四五六七八九]?|[零一二两三四五六七八九]")
#: A storey that is only partly there, a loft or a penthouse, does not count: 6层(局部7层), 6+1.
_PARTLY = re.compile(r"\(?局部\d+(?:层|f)?\)?")
_LOFT = re.compile(r"((?:地上)?\d+(?:层|f)?)\+1(?:层|f)?")
_UNIT = r"(?:层|楼|f(?:loors?)?|stor(?:eys?|ies|y))?"
_PIECES = re.compile(
    rf"(?P<below>(?:地下室?|负|b|(?<![\d层楼f])-)(?:层数:?)?-?(?P<depth>\d+){_UNIT})"
    rf"|(?P<above>地上(?:层数:?)?(?P<height>\d+){_UNIT})"
    rf"|(?P<all>[共总](?:共|计|层数)?:?(?P<sum>\d+){_UNIT})"
    rf"|(?P<bare>(?P<number>\d+)(?:\.0+)?(?!\.?\d){_UNIT})"
)
_BETWEEN = re.compile(r"[/,;、+()和及]*")
#: Between the lowest and the highest storey, as in B1-6F.
_TO = re.compile(r"[-~至到]")


@dataclass(frozen=True)
class Said:
    """What a text says of storeys; None what it does not say. ``total`` may or may not count those below ground."""

    above: int | None = None
    below: int | None = None
    total: int | None = None


def storeys_of(value: object) -> Said | None:
    """Return what a number or text says of storeys; None when any of it cannot be read."""
    if value is None or isinstance(value, bool):
        return None
    text = re.sub(r"\s+", "", unicodedata.normalize("NFKC", str(value)[:200]).casefold())
    text = _CHINESE.sub(lambda hit: str(_number(hit[0])), text)
    text = _LOFT.sub(r"\1", _PARTLY.sub("", text))
    found: dict[str, int] = {}
    end, between = 0, []
    for hit in _PIECES.finditer(text):
        kind = str(hit.lastgroup and next(k for k in ("below", "above", "all", "bare") if hit[k]))
        if kind in found:
            return None
        found[kind] = int(next(n for n in (hit["depth"], hit["height"], hit["sum"], hit["number"]) if n))
        between.append(text[end : hit.start()])
        end = hit.end()
    between.append(text[end:])
    if not found or ("above" in found and "bare" in found):
        return None
    upward = list(found) == ["below", "bare"] and _TO.fullmatch(between[1])
    if not upward and not all(_BETWEEN.fullmatch(gap) for gap in between):
        return None
    above, below, total = found.get("above"), found.get("below"), found.get("all")
    if below is None:
        return Said(above, None, found.get("bare") if total is None else total)
    above = found.get("bare") if above is None else above
    return Said(total - below if above is None and total is not None else above, below, total)


def _number(text: str) -> int:
    """Return a Chinese number below a hundred."""
    tens, ten, ones = text.rpartition("十")
    if not ten:
        return _DIGITS[ones]
    return 10 * (_DIGITS[tens] if tens else 1) + (_DIGITS[ones] if ones else 0)
