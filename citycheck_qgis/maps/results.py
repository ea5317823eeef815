"""How the results of checks and joins are drawn: assigned features, boundary issues, remainders."""

from __future__ import annotations

from qgis.core import (
    Qgis,
    QgsCategorizedSymbolRenderer,
    QgsRendererCategory,
    QgsSymbol,
    QgsVectorLayer,
)
from qgis.PyQt.QtGui import QColor

from .palette import labels, palette

#: Role -> the column whose values are told apart.
COLUMNS = {"assigned": "method", "issues": "issue", "remainder": "reason", "matched": "outcome"}


def style_result(layer: QgsVectorLayer, role: str, language: str) -> None:
    """Colour a result by what was found, with the words of a language; any geometry type.

    Values that styles/palette.json has no colour for get the colour of ``other``.
    """
    if layer.geometryType() in (Qgis.GeometryType.Unknown, Qgis.GeometryType.Null):
        # Points and polygons in one layer have no common symbol; a table has none at all.
        return
    if layer.fields().lookupField(COLUMNS[role]) < 0:
        # The remainder of an assignment says by its method why there is no unit.
        role = "assigned"
    colors, words = palette()["results"], labels(language)["results"]
    categories = [
        QgsRendererCategory(value, _symbol(layer.geometryType(), color), words[value])
        for value, color in colors[role].items()
    ]
    categories.append(
        QgsRendererCategory(None, _symbol(layer.geometryType(), colors["other"]), words["other"])
    )
    layer.setRenderer(QgsCategorizedSymbolRenderer(COLUMNS[role], categories))


def _symbol(geometry: Qgis.GeometryType, color: str) -> QgsSymbol:
    symbol = QgsSymbol.defaultSymbol(geometry)
    symbol.setColor(QColor(color))
    if geometry == Qgis.GeometryType.Polygon:
        symbol.symbolLayer(0).setStrokeColor(QColor(color).darker(130))
        symbol.symbolLayer(0).setStrokeWidth(0.1)
    return symbol
