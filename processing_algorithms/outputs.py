"""Outputs that are layers arrive in the desktop in named groups and with their style."""

from __future__ import annotations

from qgis.core import (
    QgsApplication,
    QgsMapLayer,
    QgsProcessingContext,
    QgsProcessingFeedback,
    QgsProcessingLayerPostProcessorInterface,
    QgsProcessingUtils,
    QgsVectorLayer,
)


class _Style(QgsProcessingLayerPostProcessorInterface):
    """Draws a layer in its role once the desktop has added it."""

    #: QGIS keeps no Python reference to a post-processor; one that is collected crashes it.
    alive: list[_Style] = []  # noqa: RUF012

    def __init__(self, role: str) -> None:
        super().__init__()
        self.role = role
        self.alive.append(self)

    def postProcessLayer(
        self, layer: QgsMapLayer, context: QgsProcessingContext, feedback: QgsProcessingFeedback
    ) -> None:
        """Apply the style of the role."""
        _draw(layer, self.role)
        layer.triggerRepaint()
        self.alive.remove(self)


def _draw(layer: QgsVectorLayer, role: str) -> None:
    from ..citycheck_qgis.maps.fonts import choose_family
    from ..citycheck_qgis.maps.palette import all_text, labels
    from ..citycheck_qgis.maps.results import COLUMNS, style_result
    from ..citycheck_qgis.maps.symbology import apply_style

    language = "zh" if QgsApplication.locale().startswith("zh") else "en"
    if role in COLUMNS:
        style_result(layer, role, language)
    else:
        # Units of the upper levels would lie over those of the lower ones.
        where = "\"level\" = 'community'" if role == "distribution" else ""
        apply_style(layer, role, language, choose_family(all_text(labels(language)["layers"])), where)


def arrange(target: str, context: QgsProcessingContext, group: str, name: str, role: str | None) -> None:
    """Give an output layer its group and style in the desktop, and its style in a GeoPackage."""
    if context.willLoadLayerOnCompletion(target):
        details = context.layerToLoadOnCompletionDetails(target)
        details.groupName = group
        if role:
            details.setPostProcessor(_Style(role))
    if role and ".gpkg" in target:
        layer = QgsProcessingUtils.mapLayerFromString(target, context)
        _draw(layer, role)
        layer.saveStyleToDatabase(name, "", True, "")


def load_instead(target: str, uri: str, context: QgsProcessingContext) -> None:
    """Have the desktop load a layer of a file in place of the file."""
    layers = context.layersToLoadOnCompletion()
    if target in layers:
        layers[uri] = layers.pop(target)
        context.setLayersToLoadOnCompletion(layers)


def load_afterwards(uri: str, context: QgsProcessingContext, group: str, name: str, role: str) -> None:
    """Have the desktop load a layer of a written file when the run ends, drawn in its role."""
    if context.project() is None:
        return
    details = QgsProcessingContext.LayerDetails(name, context.project(), name)
    details.groupName = group
    details.forceName = True
    details.setPostProcessor(_Style(role))
    context.addLayerToLoadOnCompletion(uri, details)
