"""Exchange a layer with a platform in both directions."""

from __future__ import annotations

from typing import Any

from qgis.core import (
    QgsProcessing,
    QgsProcessingContext,
    QgsProcessingFeedback,
    QgsProcessingParameterBoolean,
    QgsProcessingParameterVectorLayer,
)

from ..translate import tr
from .exchange_inputs import ExchangeAlgorithm
from .exchange_parameters import STATUS_ONLY
from .journal_links import link_name, platform_link
from .local_sources import Source


class SyncLayer(ExchangeAlgorithm):
    """Both directions: what changed here goes to the platform, what changed there comes into the layer."""

    keywords = "sync,synchronise,exchange,merge,cim,platform,同步,双向,交换,合并,回写,平台"

    def name(self) -> str:
        return "synclayer"

    def displayName(self) -> str:
        return tr("Synchronise layer with platform")

    def description(self) -> str:
        return tr(
            "Brings a layer of a GeoPackage and a collection of a CIM platform to the same state. Edits of different fields "
            "of one feature are merged; where both sides have changed the same field the feature is a conflict and stays as "
            "it is on both sides until it is resolved. The status alone is written to the platform unless all fields are "
            "chosen. The run does its work at once: it neither overwrites nor, by default, deletes anything."
        )

    def define(self) -> None:
        self.add_connection()
        self.add(
            QgsProcessingParameterVectorLayer("LAYER", tr("Layer"), [QgsProcessing.SourceType.TypeVector]),
            tr("A layer or table of a GeoPackage, as pulllayer makes it; it is edited in its file."),
        )
        self.add_fields_choice(STATUS_ONLY)
        self.add_dry_run(False, tr("Tell what would be done on both sides, and do nothing."))
        self.add_key_field()
        self.add(
            QgsProcessingParameterBoolean("GIVE_KEYS", tr("Give new features a key"), False),
            tr(
                "Give rows whose key column is empty a new UUID before the exchange. Off, they are held back: a row that has "
                "lost its key would become a second feature."
            ),
            advanced=True,
        )
        self.add_journal()
        self.add_exchange_outputs()

    def work(
        self, parameters: dict[str, Any], context: QgsProcessingContext, feedback: QgsProcessingFeedback
    ) -> dict[str, Any]:
        from ...citycheck_qgis.cim.results import Rules

        dry_run = self.parameterAsBool(parameters, "DRY_RUN", context)
        source = Source(self, parameters, "LAYER", context)
        journal = self.journal_path(parameters, context, source.path)
        with self.way(parameters, context, feedback) as way:
            remote = way.open(self.collection_name(parameters, context))
            settings = way.connection.settings(remote.name)
            rule = self.key_rule(parameters, context, source.name, source.columns, self.platform_key(remote))
            with source.open_file(remote.crs, rule, writable=not dry_run) as local:
                if not dry_run and self.parameterAsBool(parameters, "GIVE_KEYS", context):
                    given = local.give_keys()
                    feedback.pushInfo(tr("Rows that got a key: {n}.").format(n=given))
                rules = Rules(
                    pull=True,
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
