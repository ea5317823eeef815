"""The parts that the styles of the layers are made of."""

from __future__ import annotations

from typing import Any

from qgis.core import (
    QgsFillSymbol,
    QgsLinePatternFillSymbolLayer,
    QgsLineSymbol,
    QgsRuleBasedRenderer,
    QgsSimpleFillSymbolLayer,
    QgsSimpleLineSymbolLayer,
    QgsSymbol,
    QgsSymbolLayer,
)
from qgis.PyQt.QtCore import Qt
from qgis.PyQt.QtGui import QColor


def with_layers(symbol: QgsSymbol, *symbol_layers: QgsSymbolLayer) -> QgsSymbol:
    """Put symbol layers in place of a symbol's own (the constructor does not take them over from Python)."""
    symbol.changeSymbolLayer(0, symbol_layers[0])
    for further in symbol_layers[1:]:
        symbol.appendSymbolLayer(further)
    return symbol


def fill_symbol(
    color: str | None, outline: str | None = None, width: float = 0.1, alpha: float = 1.0
) -> QgsFillSymbol:
    """Fill with a colour, or only draw the outline; width in mm."""
    layer = QgsSimpleFillSymbolLayer()
    if color is None:
        layer.setBrushStyle(Qt.BrushStyle.NoBrush)
    else:
        shade = QColor(color)
        shade.setAlphaF(alpha)
        layer.setFillColor(shade)
    if outline is None:
        layer.setStrokeStyle(Qt.PenStyle.NoPen)
    else:
        layer.setStrokeColor(QColor(outline))
        layer.setStrokeWidth(width)
        layer.setPenJoinStyle(Qt.PenJoinStyle.RoundJoin)
    return with_layers(QgsFillSymbol(), layer)


def line_layer(color: str, width: float) -> QgsSimpleLineSymbolLayer:
    """Draw a line with round ends; width in mm."""
    layer = QgsSimpleLineSymbolLayer(QColor(color), width)
    layer.setPenJoinStyle(Qt.PenJoinStyle.RoundJoin)
    layer.setPenCapStyle(Qt.PenCapStyle.RoundCap)
    return layer


def hatched_symbol(look: dict[str, Any]) -> QgsFillSymbol:
    """Hatch an area: colour, angle, distance and width of the lines, and the fill below them (None: nothing)."""
    pattern = QgsLinePatternFillSymbolLayer()
    pattern.setLineAngle(look["angle"])
    pattern.setDistance(look["distance"])
    pattern.setSubSymbol(with_layers(QgsLineSymbol(), line_layer(look["hatch"], look["width"])))
    symbol = fill_symbol(look["fill"])
    symbol.appendSymbolLayer(pattern)
    return symbol


def rule_renderer(items: list[tuple[str, str, str, QgsSymbol]]) -> QgsRuleBasedRenderer:
    """Make a rule-based renderer of (key, label, filter, symbol).

    The keys are fixed, because the legend finds its counts by them.
    """
    renderer = QgsRuleBasedRenderer(items[0][3].clone())
    root = renderer.rootRule()
    root.setRuleKey("all")
    (pattern,) = root.children()
    for key, label, expression, symbol in items:
        # A rule that Python makes is written to by Python once more after its renderer has freed it; a copy is not.
        rule = pattern.clone()
        rule.setSymbol(symbol)
        rule.setFilterExpression(expression)
        rule.setLabel(label)
        rule.setRuleKey(key)
        root.appendChild(rule)
    root.removeChildAt(0)
    return renderer
