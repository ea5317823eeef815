"""The local side of an exchange from a parameter: a layer of a GeoPackage in its file, any other layer as a frame."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from qgis.core import (
    QgsFields,
    QgsProcessingAlgorithm,
    QgsProcessingContext,
    QgsProcessingFeatureSourceDefinition,
    QgsProcessingFeedback,
    QgsProviderRegistry,
    QgsVectorLayer,
    QgsWkbTypes,
)
from qgis.PyQt.QtCore import QMetaType

from ...citycheck_qgis.errors import InputError
from ..layer_files import GEOPACKAGE, PlainFile, plain_file
from ..sources import to_frame
from ..translate import tr

if TYPE_CHECKING:
    from ...citycheck_qgis.cim.connections import CollectionSettings
    from ...citycheck_qgis.cim.features import Schema
    from ...citycheck_qgis.cim.local import LocalLayer
    from ...citycheck_qgis.cim.local_geopackage import GeoPackageLayer

#: Type of a QGIS field -> type of the exchange; all others are text.
_TYPES = {
    QMetaType.Type.Bool: "boolean",
    QMetaType.Type.Int: "integer",
    QMetaType.Type.UInt: "integer",
    QMetaType.Type.LongLong: "integer",
    QMetaType.Type.ULongLong: "integer",
    QMetaType.Type.Double: "real",
    QMetaType.Type.QDate: "date",
    QMetaType.Type.QDateTime: "datetime",
}


class Source:
    """A layer that was given as a parameter, before it is known how its features get their keys.

    Attributes
    ----------
    name : of the table in its file, else of the layer
    columns : names of its attributes
    path : its file; None where it has none
    """

    def __init__(
        self,
        algorithm: QgsProcessingAlgorithm,
        parameters: dict[str, Any],
        key: str,
        context: QgsProcessingContext,
    ) -> None:
        self._algorithm, self._parameters, self._key, self._context = algorithm, parameters, key, context
        value = parameters.get(key)
        self._chosen = value if isinstance(value, QgsProcessingFeatureSourceDefinition) else None
        source = value if self._chosen is None else self._chosen.source
        layer = algorithm.parameterAsVectorLayer({**parameters, key: source}, key, context)
        if layer is None or not layer.isValid():
            raise InputError(
                "The layer given as {parameter} cannot be opened; check the path and the layer name.",
                parameter=key,
            )
        self._layer: QgsVectorLayer = layer
        found = plain_file(algorithm, parameters, key, context)
        if isinstance(found, PlainFile) and layer.crs() != layer.dataProvider().crs():
            found = tr("The layer {layer} has another CRS than its file.").format(layer=layer.name())
        self._file = found if isinstance(found, PlainFile) else None
        #: Why the layer cannot be edited in its file; empty where it can.
        self.reason = found if isinstance(found, str) else ""
        if self._file is not None and self._file.driver != GEOPACKAGE:
            self.reason = tr("The layer {layer} is no layer of a GeoPackage.").format(layer=layer.name())
        parts = QgsProviderRegistry.instance().decodeUri("ogr", layer.source())
        path = parts.get("path") or ""
        self.path = Path(path) if layer.providerType() == "ogr" and Path(path).is_file() else None
        if self.path is not None and layer.isEditable() and layer.isModified():
            raise InputError(
                "The layer {layer} has edits that are not saved; save or discard them and rerun.",
                layer=layer.name(),
            )
        # By its table, never by its title in the legend: the journal knows it by this name.
        table = self._file.layer if self._file is not None else parts.get("layerName")
        self.name = table or (layer.name() if self.path is None else self.path.stem)
        self.columns = [field.name() for field in layer.fields()]

    @contextmanager
    def open(
        self, crs: str | None, rule: dict[str, str], feedback: QgsProcessingFeedback
    ) -> Iterator[LocalLayer]:
        """Give the layer in the CRS of the exchange, for reading.

        Raises
        ------
        InputError : it cannot be used.
        """
        if self.reason:
            yield self._frame(crs, rule, feedback)
            return
        with self.open_file(crs, rule, writable=False) as local:
            yield local

    def open_file(self, crs: str | None, rule: dict[str, str], writable: bool) -> GeoPackageLayer:
        """Return the layer of a GeoPackage in the CRS of the exchange.

        Raises
        ------
        InputError : it cannot be used, or is no such layer.
        """
        from ...citycheck_qgis.cim.local_geopackage import GeoPackageLayer

        file = self._file
        if self.reason or file is None:
            raise InputError(
                "{reason} A sync works on a saved layer of a GeoPackage; save the layer there first.",
                reason=self.reason,
            )
        fids = None if file.fids is None else file.fids.tolist()
        # The ids are already those that the filter lets pass.
        where = file.where if fids is None else None
        return GeoPackageLayer(
            file.path, file.layer, crs, key_field=rule.get("key_field"), table=rule.get("table"), where=where,
            fids=fids, writable=writable,
        )  # fmt: skip

    def _frame(self, crs: str | None, rule: dict[str, str], feedback: QgsProcessingFeedback) -> LocalLayer:
        import pandas as pd

        from ...citycheck_qgis.cim.local import FrameLayer
        from ...citycheck_qgis.units.geometry import NOTE

        source = self._algorithm.parameterAsSource(self._parameters, self._key, self._context)
        frame = to_frame(source, feedback, self._file)
        unreadable = int((frame[NOTE] != "").sum())
        if unreadable:
            raise InputError(
                "{n} features of {layer} have a geometry that cannot be exchanged (curves, or damaged); turn them into "
                "straight lines, or repair them, and run again.",
                n=unreadable,
                layer=self.name,
            )
        frame = frame.drop(columns=NOTE)
        schema = schema_of(source.fields(), source.wkbType())
        if schema.geometry is None:
            frame = pd.DataFrame(frame.drop(columns=frame.geometry.name))
        return FrameLayer(
            frame, crs, key_field=rule.get("key_field"), table=rule.get("table"), name=self.name,
            complete=not self._restricted(), schema=schema,
        )  # fmt: skip

    def _restricted(self) -> bool:
        chosen = self._chosen
        return bool(self._layer.subsetString()) or (
            chosen is not None
            and (chosen.selectedFeaturesOnly or chosen.featureLimit >= 0 or bool(chosen.filterExpression))
        )


def schema_of(fields: QgsFields, geometry: QgsWkbTypes.Type) -> Schema:
    """Return QGIS's fields and geometry type as those of the exchange."""
    from ...citycheck_qgis.cim.features import Field, Schema

    flat = QgsWkbTypes.flatType(geometry)
    known = ("Point", "LineString", "Polygon", "MultiPoint", "MultiLineString", "MultiPolygon")
    name = QgsWkbTypes.displayString(flat)
    kind = None if flat == QgsWkbTypes.Type.NoGeometry else name if name in known else "Geometry"
    return Schema(
        tuple(Field(f.name(), _TYPES.get(QMetaType.Type(f.type()), "text")) for f in fields),
        kind,
    )


def pulled_schema(schema: Schema, settings: CollectionSettings) -> Schema:
    """Return the fields that a layer gets which is made for a collection: with their local names, codes as text."""
    from ...citycheck_qgis.cim.features import Field, Schema

    names = {target: name for name, target in settings.fields.items() if target is not None}
    fields = []
    for field in schema.fields:
        name = names.get(field.name, field.name)
        coded = name in settings.values
        fields.append(Field(name, "text" if coded else field.type, length=None if coded else field.length))
    return Schema(tuple(fields), schema.geometry)


def load_layer(path: Path, layer: str, context: QgsProcessingContext, group: str) -> None:
    """Have the desktop load a layer of a GeoPackage when the run ends, unless it is there already."""
    project = context.project()
    if project is None:
        return
    uri = f"{path}|layername={layer}"
    if any(present.source().split("|subset=")[0] == uri for present in project.mapLayers().values()):
        return
    details = QgsProcessingContext.LayerDetails(layer, project, layer)
    details.groupName = group
    details.forceName = True
    context.addLayerToLoadOnCompletion(uri, details)


def filtered_settings(settings: CollectionSettings, names: set[str]) -> CollectionSettings:
    """Return the settings without the fields that a layer does not have."""
    return replace(
        settings,
        fields={name: target for name, target in settings.fields.items() if name in names},
        values={name: codes for name, codes in settings.values.items() if name in names},
    )
