"""Take an exchange package over into a layer."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from qgis.core import (
    QgsProcessing,
    QgsProcessingContext,
    QgsProcessingFeedback,
    QgsProcessingParameterBoolean,
    QgsProcessingParameterFile,
    QgsProcessingParameterFileDestination,
    QgsProcessingParameterString,
)

from ...citycheck_qgis.errors import InputError
from ..translate import tr
from .exchange_inputs import Exchanged
from .exchange_parameters import any_file
from .exportpackage import PackageAlgorithm
from .journal_links import link_name
from .local_sources import load_layer

if TYPE_CHECKING:
    from ...citycheck_qgis.cim.local_geopackage import GeoPackageLayer
    from ...citycheck_qgis.cim.package import Package, PackageCollection
    from ...citycheck_qgis.cim.store import Store


#: States of features with which something of a package is left for another run.
_LEFT = ("rejected", "withheld", "waiting", "held_back")


class ImportPackage(PackageAlgorithm):
    """The same merge as with a platform, from a file."""

    keywords = "package,import,offline,merge,exchange,交换包,导入,离线,前置机,合并,交换"

    def name(self) -> str:
        return "importpackage"

    def displayName(self) -> str:
        return tr("Import exchange package")

    def description(self) -> str:
        return tr(
            "Checks an exchange package and merges one of its collections into a layer of a GeoPackage: what the other side has "
            "changed is taken over, edits that were made here stay, and what both sides have changed is a conflict. A package "
            "that is older than the last one of the same partner, or was imported already, is refused."
        )

    def define(self) -> None:
        self.add(
            QgsProcessingParameterFile("PACKAGE", tr("Package"), fileFilter=any_file()),
            tr("The package's file, or its folder."),
        )
        self.add(
            QgsProcessingParameterString("COLLECTION", tr("Collection"), optional=True),
            tr("Collection of the package; empty where it has only one."),
        )
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
        self.add_partner()
        self.add_dry_run(False, tr("Tell what would be taken over, and change nothing."))
        self.add(
            QgsProcessingParameterBoolean("ALLOW_OLDER", tr("Allow an older package"), False),
            tr(
                "Import a package that is older than the last one of this partner, or was imported already: what the partner "
                "has edited since goes back to its older state."
            ),
            advanced=True,
        )
        self.add_key_field()
        self.add_journal()
        self.add_exchange_outputs()

    def checkParameterValues(
        self, parameters: dict[str, Any], context: QgsProcessingContext
    ) -> tuple[bool, str]:
        if parameters.get("LAYER_FILE") == QgsProcessing.TEMPORARY_OUTPUT:
            reason = tr(
                "A layer that packages are merged into needs a file that stays: name a GeoPackage as LAYER_FILE."
            )
            return False, reason
        return super().checkParameterValues(parameters, context)

    def work(
        self, parameters: dict[str, Any], context: QgsProcessingContext, feedback: QgsProcessingFeedback
    ) -> dict[str, Any]:
        from ...citycheck_qgis.cim.connections import CollectionSettings
        from ...citycheck_qgis.cim.package import read_package
        from ...citycheck_qgis.cim.package_history import History
        from ...citycheck_qgis.cim.results import Rules

        path = Path(self.parameterAsFileOutput(parameters, "LAYER_FILE", context))
        journal = self.journal_path(parameters, context, path)
        dry_run = self.parameterAsBool(parameters, "DRY_RUN", context)
        partner = self.partner(parameters, context)
        with read_package(
            Path(self.parameterAsFile(parameters, "PACKAGE", context)), self.key_file(parameters, context)
        ) as package:
            _tell(package, feedback)
            collection = _chosen(package, self.collection_name(parameters, context))
            layer = self.parameterAsString(parameters, "LAYER_NAME", context).strip() or collection.name

            def link(store: Store) -> int:
                history = History(store, partner, link_name(path, layer))
                if not self.parameterAsBool(parameters, "ALLOW_OLDER", context):
                    history.check_newer(package.created, package.run_id)
                history.adopt(collection)
                history.adopt_deleted(collection.deleted())
                return history.link_id

            def finish(done: Exchanged) -> dict[str, Any]:
                if not dry_run:
                    History(done.store, partner, link_name(path, layer)).note_package(
                        package.created, package.run_id, not set(done.report.counts) & set(_LEFT)
                    )
                return self.outputs(parameters, done, context, feedback)

            with self._layer(path, layer, collection, dry_run, parameters, context) as local:
                rules = Rules(
                    push=False,
                    pull=True,
                    dry_run=dry_run,
                    max_deletions=self.parameterAsInt(parameters, "MAX_DELETIONS", context),
                    large_changes=self.parameterAsBool(parameters, "LARGE_CHANGES", context),
                )
                found = self.exchange(
                    local, collection, CollectionSettings(), journal, link, rules, feedback, finish
                )
        if not dry_run:
            load_layer(path, layer, context, self.group())
        return {**found, "LAYER_FILE": str(path)}

    @contextmanager
    def _layer(
        self,
        path: Path,
        layer: str,
        collection: PackageCollection,
        dry_run: bool,
        parameters: dict[str, Any],
        context: QgsProcessingContext,
    ) -> Iterator[GeoPackageLayer]:
        """Give the layer, made where it is not there yet; for a preview in a folder that goes with the block."""
        import tempfile

        from ...citycheck_qgis.cim.local_geopackage import GeoPackageLayer, create_layer
        from ...citycheck_qgis.storage.database import table_names

        key = collection.key_field or ""
        with tempfile.TemporaryDirectory(prefix="citycheck-preview-") as folder:
            rule = {"key_field": key}
            if path.exists() and layer in table_names(path):
                columns = _columns(path, layer)
                rule = self.key_rule(parameters, context, layer, columns, key)
            else:
                path = Path(folder) / path.name if dry_run else path
                create_layer(path, layer, collection.schema, collection.crs, key)
            with GeoPackageLayer(
                path, layer, collection.crs, key_field=rule.get("key_field"), table=rule.get("table"),
                writable=not dry_run,
            ) as local:  # fmt: skip
                yield local


def _columns(path: Path, layer: str) -> list[str]:
    import pyogrio

    return [str(name) for name in pyogrio.read_info(path, layer=layer)["fields"]]


def _chosen(package: Package, name: str) -> PackageCollection:
    if not name and len(package.collections) == 1:
        return next(iter(package.collections.values()))
    if name not in package.collections:
        raise InputError(
            "The package has the collections {known}; choose one of them as COLLECTION.",
            known=list(package.collections),
        )
    return package.collections[name]


def _tell(package: Package, feedback: QgsProcessingFeedback) -> None:
    feedback.pushInfo(
        tr("The package was made by {producer} at {created}.").format(
            producer=package.producer or "-", created=package.created
        )
    )
    said = {
        "valid": tr("Its signature is that of the common key."),
        "unchecked": tr("It is signed, and the signature was not checked: give the common key as SIGN_KEY."),
        "none": tr("It is not signed: its checksums only show that nothing was damaged on the way."),
    }
    (feedback.pushInfo if package.signature == "valid" else feedback.pushWarning)(said[package.signature])
