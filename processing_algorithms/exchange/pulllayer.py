"""Fetch a collection of a platform into a layer."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from qgis.core import (
    QgsProcessing,
    QgsProcessingContext,
    QgsProcessingFeedback,
    QgsProcessingParameterFileDestination,
    QgsProcessingParameterString,
)

from ...citycheck_qgis.errors import InputError
from ..translate import tr
from .exchange_inputs import ExchangeAlgorithm, Exchanged
from .journal_links import link_name, platform_link
from .local_sources import filtered_settings, load_layer, pulled_schema

if TYPE_CHECKING:
    from ...citycheck_qgis.cim.adapters.base import Collection
    from ...citycheck_qgis.cim.connections import CollectionSettings
    from ...citycheck_qgis.cim.local_geopackage import GeoPackageLayer

#: Key column of a layer whose collection has no key of the client's: the platform's own id.
PLATFORM_ID = "platform_id"


class PullLayer(ExchangeAlgorithm):
    """The other direction: what is new or has changed on the platform comes into the layer; the platform stays as it is."""

    keywords = "pull,download,fetch,read,cim,platform,wfs,arcgis,supermap,拉取,下载,获取,平台,同步,交换"

    def name(self) -> str:
        return "pulllayer"

    def displayName(self) -> str:
        return tr("Pull layer from platform")

    def description(self) -> str:
        return tr(
            "Fetches a collection of a CIM platform into a layer of a GeoPackage. The first run makes the layer, in the CRS in "
            "which the platform gives it; later runs merge: what has changed there is taken over, edits that were made here "
            "stay, and what both sides have changed is a conflict. What was deleted there is deleted here only up to the "
            "ceiling, and never after a reading that was cut short."
        )

    def define(self) -> None:
        self.add_connection()
        self.add(
            QgsProcessingParameterFileDestination(
                "LAYER_FILE", tr("GeoPackage"), tr("GeoPackage files (*.gpkg)"), createByDefault=False
            ),
            tr("The file that has or gets the layer; its other layers stay as they are."),
        )
        self.add(
            QgsProcessingParameterString("LAYER_NAME", tr("Layer name"), optional=True),
            tr("Empty: the name of the collection."),
        )
        self.add_journal()
        self.add_exchange_outputs()

    def checkParameterValues(
        self, parameters: dict[str, Any], context: QgsProcessingContext
    ) -> tuple[bool, str]:
        if parameters.get("LAYER_FILE") == QgsProcessing.TEMPORARY_OUTPUT:
            reason = tr(
                "A layer that is pulled again and again needs a file that stays: name a GeoPackage as LAYER_FILE."
            )
            return False, reason
        return super().checkParameterValues(parameters, context)

    def work(
        self, parameters: dict[str, Any], context: QgsProcessingContext, feedback: QgsProcessingFeedback
    ) -> dict[str, Any]:
        from ...citycheck_qgis.cim.results import Rules

        path = Path(self.parameterAsFileOutput(parameters, "LAYER_FILE", context))
        if not path.parent.is_dir():
            raise InputError(
                "The folder {folder} does not exist; make it, or name another one.", folder=path.parent
            )
        journal = self.journal_path(parameters, context, path)
        collection = self.collection_name(parameters, context)
        layer = self.parameterAsString(parameters, "LAYER_NAME", context).strip() or collection
        with self.way(parameters, context, feedback) as way:
            remote = way.open(collection)
            settings = way.connection.settings(remote.name)
            with self._layer(path, layer, remote, settings) as local:
                rules = Rules(
                    push=False,
                    pull=True,
                    dry_run=False,
                    max_deletions=self.parameterAsInt(parameters, "MAX_DELETIONS", context),
                    large_changes=self.parameterAsBool(parameters, "LARGE_CHANGES", context),
                )
                names = set(local.schema.names)

                def finish(done: Exchanged) -> dict[str, Any]:
                    return self.outputs(parameters, done, context, feedback)

                moved = self.parameterAsBool(parameters, "SAME_PLATFORM", context)
                link = platform_link(way, remote.name, link_name(path, layer), moved)
                found = self.exchange(
                    local, remote, filtered_settings(settings, names), journal, link, rules, feedback, finish
                )
        load_layer(path, layer, context, self.group())
        return {**found, "LAYER_FILE": str(path)}

    @staticmethod
    def _layer(path: Path, layer: str, remote: Collection, settings: CollectionSettings) -> GeoPackageLayer:
        """Open the layer, made where it is not there yet; fields that are new on the platform are added."""
        from ...citycheck_qgis.cim.local_geopackage import GeoPackageLayer, create_layer
        from ...citycheck_qgis.storage.database import table_names

        key = remote.key_field or PLATFORM_ID
        schema = pulled_schema(remote.schema, settings)
        if not path.exists() or layer not in table_names(path):
            create_layer(path, layer, schema, remote.crs, key)
        local = GeoPackageLayer(path, layer, remote.crs, key_field=key)
        try:
            local.add_fields(f for f in schema.fields if f.name not in local.schema.names)
        except BaseException:
            local.close()
            raise
        return local
