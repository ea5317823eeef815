"""Send a layer to a platform."""

from __future__ import annotations

from typing import Any

from qgis.core import (
    QgsProcessing,
    QgsProcessingContext,
    QgsProcessingFeedback,
    QgsProcessingParameterFeatureSource,
)

from ...citycheck_qgis.errors import InputError
from ..translate import tr
from .exchange_inputs import ExchangeAlgorithm
from .exchange_parameters import ALL_FIELDS
from .journal_links import link_name, platform_link
from .local_sources import Source


class PushLayer(ExchangeAlgorithm):
    """One direction: what has changed here goes to the platform; the layer itself stays as it is."""

    keywords = "push,upload,send,publish,cim,platform,wfs,arcgis,supermap,推送,上传,发布,平台,同步,交换"

    def name(self) -> str:
        return "pushlayer"

    def displayName(self) -> str:
        return tr("Push layer to platform")

    def description(self) -> str:
        return tr(
            "Sends the features of a layer that are new, changed or deleted since the last run to a collection of a CIM "
            "platform. Each write is compared with what the platform has, noted in the journal, sent, and read back. What "
            "both sides have changed is a conflict and stays as it is on both. A run that was stopped is finished by running "
            "again. By default the run is a preview."
        )

    def define(self) -> None:
        self.add_connection()
        self.add(
            QgsProcessingParameterFeatureSource("INPUT", tr("Layer"), [QgsProcessing.SourceType.TypeVector]),
            tr(
                "The layer or table to send. A filter or selection sends these features alone, and nothing is taken for "
                "deleted then."
            ),
        )
        self.add_dry_run(True, tr("Tell what would be sent, and send nothing."))
        self.add_fields_choice(ALL_FIELDS)
        self.add_key_field()
        self.add_journal()
        self.add_exchange_outputs()

    def work(
        self, parameters: dict[str, Any], context: QgsProcessingContext, feedback: QgsProcessingFeedback
    ) -> dict[str, Any]:
        from ...citycheck_qgis.cim.results import Rules

        dry_run = self.parameterAsBool(parameters, "DRY_RUN", context)
        source = Source(self, parameters, "INPUT", context)
        journal = self.journal_path(parameters, context, source.path)
        if journal is None and not dry_run:
            raise InputError(
                "{layer} is no layer of a file, so there is no place for the journal beside it; name a file as JOURNAL.",
                layer=source.name,
            )
        with self.way(parameters, context, feedback) as way:
            remote = way.open(self.collection_name(parameters, context))
            settings = way.connection.settings(remote.name)
            rule = self.key_rule(parameters, context, source.name, source.columns, self.platform_key(remote))
            if not remote.capabilities.writable:
                raise InputError(
                    "The platform does not let collection {collection} be written; ask its operator for the right to edit "
                    "it, or probe the platform if it should.",
                    collection=remote.name,
                )
            with source.open(remote.crs, rule, feedback) as local:
                rules = Rules(
                    dry_run=dry_run,
                    writable=self.writable_fields(parameters, settings, local, context),
                    max_deletions=self.parameterAsInt(parameters, "MAX_DELETIONS", context),
                    large_changes=self.parameterAsBool(parameters, "LARGE_CHANGES", context),
                )
                moved = self.parameterAsBool(parameters, "SAME_PLATFORM", context)
                link = platform_link(way, remote.name, link_name(source.path, source.name), moved)
                return self.exchange(
                    local, remote, settings, journal, link, rules, feedback,
                    lambda done: self.outputs(parameters, done, context, feedback),
                )  # fmt: skip
