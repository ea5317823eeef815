"""Colours, breaks and words of the map, read from the folder styles."""

from __future__ import annotations

import json
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

from ..errors import InputError

STYLES = Path(__file__).resolve().parents[2] / "styles"


@cache
def read_style(name: str) -> dict[str, Any]:
    """Read a JSON file of the folder styles; raises InputError with the line if it is no valid JSON."""
    path = STYLES / name
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise InputError("The style file {path} is missing: install the plugin again.", path=path) from None
    except json.JSONDecodeError as error:
        raise InputError(
            "The style file {path} is not valid JSON at line {line}: {reason}; correct it there.",
            path=path,
            line=error.lineno,
            reason=error.msg,
        ) from None


def palette() -> dict[str, Any]:
    """Colours, sizes and class breaks (styles/palette.json)."""
    return read_style("palette.json")


def labels(language: str) -> dict[str, Any]:
    """Words of the map in a language (styles/labels.json).

    Raises
    ------
    InputError
        if the language is not in the file
    """
    words = read_style("labels.json")
    if language not in words:
        raise InputError(
            "The map has no words in language '{language}': choose one of {languages}.",
            language=language,
            languages=", ".join(words),
        )
    return words[language]


def all_text(words: Any) -> str:
    """All words of a language in one string, to look up their glyphs."""
    if isinstance(words, dict):
        return "".join(all_text(word) for word in words.values())
    return str(words)


def class_bounds() -> list[tuple[int, int | None]]:
    """Classes of the choropleth as (lowest, highest) counts; the last one is open.

    The breaks are fixed, so that sheets of different years and districts can be laid side by side.

    Raises
    ------
    InputError
        if the breaks do not rise or do not match the number of colours
    """
    scheme = palette()["choropleth"]
    breaks = scheme["breaks"]
    if sorted(set(breaks)) != breaks or len(breaks) != len(scheme["colors"]) or breaks[0] < 1:
        raise InputError(
            "The breaks of the choropleth in styles/palette.json must rise from 1 or more, one for each of the "
            "{count} colours; they are {breaks}: correct them there.",
            count=len(scheme["colors"]),
            breaks=breaks,
        )
    return [(low, high - 1) for low, high in pairwise(breaks)] + [(breaks[-1], None)]
