"""Which font family writes a text: chosen from a list, and only if it has the glyphs."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from qgis.PyQt.QtGui import QFont, QFontInfo, QFontMetrics, QRawFont

from ..errors import InputError
from ..messages import message
from .palette import read_style

_REMEDIES = {
    "linux": message("install a Chinese font, e.g. the package fonts-noto-cjk or fonts-wqy-microhei"),
    "win32": message(
        "add 'Chinese (Simplified) Supplemental Fonts' under Settings > Apps > Optional features"
    ),
    "darwin": message("install the font PingFang SC or Source Han Sans SC with Font Book"),
}


def is_installed(family: str) -> bool:
    """Whether Qt draws with this family; for one that it does not have it silently takes another."""
    return QFontInfo(QFont(family)).family().casefold() == family.casefold()


def missing_characters(text: str, family: str) -> str:
    """Characters of `text` that the family has no glyph for; white space is left out."""
    raw = QRawFont.fromFont(QFont(family))
    wanted = dict.fromkeys(c for c in text if not c.isspace())
    return "".join(c for c in wanted if not raw.supportsCharacter(ord(c)))


def choose_family(text: str, preferences: Sequence[str] | None = None, role: str = "body") -> str:
    """Choose the first family that is installed and has every glyph of a text.

    Where none has, as for a place name with a rare character, it is the family that lacks the fewest, if Qt finds
    the others in another installed font. Qt draws a box for a glyph that no font has without a word, so all are
    looked up before anything is drawn.

    Parameters
    ----------
    text : everything that will be written with the font
    preferences : family names, best first; None takes the list `role` of styles/fonts.json
    role : ``body`` or ``title``

    Raises
    ------
    InputError
        if no family of the list is installed, or a glyph is in no installed font at all
    """
    catalogue = read_style("fonts.json")
    names = list(catalogue[role] if preferences is None else preferences)
    installed = [name for name in names if is_installed(name)]
    for family in installed:
        if not missing_characters(text, family):
            return family
    remedy = _REMEDIES.get(sys.platform, _REMEDIES["linux"])
    if not installed:
        raise InputError(
            "None of the fonts that the map may use is installed ({families}, ...): {remedy}, "
            "or add an installed family to styles/fonts.json.",
            families=", ".join(names[:4]),
            remedy=remedy,
        )
    fullest = min(installed, key=lambda family: len(missing_characters(text, family)))
    shapes = QFontMetrics(QFont(fullest))
    boxes = [c for c in missing_characters(text, fullest) if not shapes.inFontUcs4(ord(c))]
    if not boxes:
        return fullest
    raise InputError(
        "No installed font has the characters '{characters}' (looked in {families} and all others): {remedy}.",
        characters="".join(boxes[:10]),
        families=", ".join(installed),
        remedy=remedy,
    )
