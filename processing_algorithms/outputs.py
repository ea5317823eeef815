"""Outputs that are layers arrive in the desktop in named groups and with their style."""

from __future__ import annotations

from pathlib import Path

from qgis.core import (
    QgsMapLayer,
    QgsProcessingContext,
    QgsProcessingFeedback,
    QgsProcessingLayerPostProcessorInterface,
    QgsProcessingUtils,
    QgsVectorLayer,
)

STYLES = Path(__file__).resolve().parent.parent / "styles"


class _Style(QgsProcessingLayerPostProcessorInterface):
    """Loads a QML file into a layer once the desktop has added it."""

    #: QGIS keeps no Python reference to a post-processor; one that is collected crashes it.
    alive: list[_Style] = []  # noqa: RUF012

    def __init__(self, qml: Path) -> None:
        super().__init__()
        self.qml = qml
        self.alive.append(self)

    def postProcessLayer(
        self, layer: QgsMapLayer, context: QgsProcessingContext, feedback: QgsProcessingFeedback
    ) -> None:
        """Apply the style; the layer stays as it is when the file does not fit."""
        layer.loadNamedStyle(str(self.qml))
        layer.triggerRepaint()
        self.alive.remove(self)


def arrange(target: str, context: QgsProcessingContext, group: str, name: str, style: str | None) -> None:
    """Give an output layer its group and style in the desktop, and its style in a GeoPackage."""
    qml = STYLES / f"{style}.qml" if style else None
    if context.willLoadLayerOnCompletion(target):
        details = context.layerToLoadOnCompletionDetails(target)
        details.groupName = group
        if qml is not None and qml.exists():
            details.setPostProcessor(_Style(qml))
    if qml is not None and qml.exists() and ".gpkg" in target:
        layer = QgsProcessingUtils.mapLayerFromString(target, context)
        if isinstance(layer, QgsVectorLayer):
            layer.loadNamedStyle(str(qml))
            layer.saveStyleToDatabase(name, "", True, "")


def load_afterwards(uri: str, context: QgsProcessingContext, group: str, name: str) -> None:
    """Have the desktop load a layer of a written file when the run ends; its default style is in the file."""
    if context.project() is None:
        return
    details = QgsProcessingContext.LayerDetails(name, context.project(), name)
    details.groupName = group
    details.forceName = True
    context.addLayerToLoadOnCompletion(uri, details)
