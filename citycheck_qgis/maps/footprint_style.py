"""How the footprints of BIM and city models are drawn: two polygons per building, by quality, and where they lie."""

from __future__ import annotations

from qgis.core import (
    QgsFillSymbol,
    QgsRuleBasedRenderer,
    QgsSimpleLineSymbolLayer,
)
from qgis.PyQt.QtCore import Qt
from qgis.PyQt.QtGui import QColor

from .palette import labels, palette
from .symbols import fill_symbol, hatched_symbol, rule_renderer, with_layers

QUALITIES = ("good", "check", "poor")


def footprint_renderer(language: str) -> QgsRuleBasedRenderer:
    """Fill ground prints and dash roofprints, both in the colour of their quality; mark places that are not sure."""
    look, words = palette()["footprint"], labels(language)["footprint"]
    known = "\"state\" <> 'needs_control_points'"
    items = []
    for quality in QUALITIES:
        also = f"AND \"quality\" = '{quality}' AND {known}"
        ground = fill_symbol(look[quality], look[quality], look["ground_width"], look["alpha"])
        items.append((f"ground-{quality}", words[f"ground-{quality}"], f"\"kind\" = 'ground' {also}", ground))
    for quality in QUALITIES:
        also = f"AND \"quality\" = '{quality}' AND {known}"
        roof = _dashed(look[quality], look["roof_width"])
        items.append(
            (f"roofprint-{quality}", words[f"roofprint-{quality}"], f"\"kind\" = 'roofprint' {also}", roof)
        )
    rough = "\"state\" = 'approximate' AND \"kind\" = 'ground'"
    items.append(("approximate", words["approximate"], rough, hatched_symbol(look["approximate"])))
    lost, nowhere = look["unplaced"], "\"state\" = 'needs_control_points'"
    for kind, symbol in (
        ("ground", fill_symbol(lost["fill"], lost["outline"], lost["width"])),
        ("roofprint", _dashed(lost["outline"], look["roof_width"])),
    ):
        key = f"unplaced-{kind}"
        items.append((key, words[key], f"\"kind\" = '{kind}' AND {nowhere}", symbol))
    return rule_renderer(items)


def _dashed(color: str, width: float) -> QgsFillSymbol:
    edge = QgsSimpleLineSymbolLayer(QColor(color), width)
    edge.setUseCustomDashPattern(True)
    edge.setCustomDashVector([1.6, 0.9])
    edge.setPenCapStyle(Qt.PenCapStyle.FlatCap)
    edge.setPenJoinStyle(Qt.PenJoinStyle.RoundJoin)
    return with_layers(QgsFillSymbol(), edge)
