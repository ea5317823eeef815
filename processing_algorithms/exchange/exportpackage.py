"""Write an exchange package."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any

from qgis.core import (
    QgsProcessing,
    QgsProcessingContext,
    QgsProcessingFeedback,
    QgsProcessingOutputNumber,
    QgsProcessingParameterFile,
    QgsProcessingParameterFileDestination,
    QgsProcessingParameterMultipleLayers,
    QgsProcessingParameterString,
)

from ...citycheck_qgis.errors import InputError
from ..base import progress_of
from ..sources import crs_text
from ..translate import sentence, tr
from .exchange_inputs import ExchangeAlgorithm
from .exchange_parameters import any_file
from .journal_links import link_name
from .local_sources import Source

if TYPE_CHECKING:
    from ...citycheck_qgis.cim.package import PackageLayer, Written
    from ...citycheck_qgis.cim.store import Store
    from ...citycheck_qgis.storage.report import Section

#: Column of the keys in a package where the layer has none of its own.
MADE_KEY = "citycheck_key"


class PackageAlgorithm(ExchangeAlgorithm):
    """An algorithm on exchange packages."""

    with_partner = True

    def add_partner(self) -> None:
        """Add the other side's name and the key of the signature."""
        self.add(
            QgsProcessingParameterString("PARTNER", tr("Other side")),
            tr(
                "A name for who the packages are exchanged with, always the same: the journal remembers by it what both sides "
                "last agreed on."
            ),
        )
        self.add(
            QgsProcessingParameterFile(
                "SIGN_KEY", tr("File of the common key"), optional=True, fileFilter=any_file()
            ),
            tr(
                "File with a key that both sides have and nobody else can read (mode 600). It signs the package, and an import "
                "with it takes no package that is not signed so. The key itself is never a parameter."
            ),
            advanced=True,
        )

    def partner(self, parameters: dict[str, Any], context: QgsProcessingContext) -> str:
        """Return the other side's name."""
        name = self.parameterAsString(parameters, "PARTNER", context).strip()
        if not name:
            raise InputError("The other side has no name; give one as PARTNER.")
        return name

    def key_file(self, parameters: dict[str, Any], context: QgsProcessingContext) -> Path | None:
        """Return the file of the common key; None without one."""
        return self.optional_file(parameters, "SIGN_KEY", context)


class ExportPackage(PackageAlgorithm):
    """For platforms without a write service, and computers without a network."""

    keywords = "package,export,offline,front-end machine,exchange,geopackage,交换包,导出,离线,前置机,交换"

    def name(self) -> str:
        return "exportpackage"

    def displayName(self) -> str:
        return tr("Export exchange package")

    def description(self) -> str:
        return tr(
            "Writes layers as an exchange package: one file with a GeoPackage, a manifest and checksums, signed if a key is "
            "given. It holds all features, the keys of those that were deleted, and of each the hash of the last agreed state, "
            "so that importpackage on the other side merges instead of overwriting."
        )

    def define(self) -> None:
        self.add(
            QgsProcessingParameterMultipleLayers("LAYERS", tr("Layers"), QgsProcessing.SourceType.TypeVector),
            tr("Layers and tables, each of which becomes a collection of the package."),
        )
        self.add(
            QgsProcessingParameterFileDestination("PACKAGE", tr("Package"), tr("Exchange packages (*.zip)")),
            tr("The file to write."),
        )
        self.add_partner()
        self.add(
            QgsProcessingParameterString("PRODUCER", tr("Producing unit"), optional=True),
            tr("Who sends the package, as it is to stand in the manifest."),
        )
        self.add(
            QgsProcessingParameterString("SIGNER", tr("Signed by"), optional=True),
            tr("Who signs it, as it is to stand in the manifest of a signed package."),
            advanced=True,
        )
        self.add_key_field()
        self.add_journal_file()
        self.add_sink(
            "REJECTED_FEATURES", tr("Features left out"),
            tr("Features that the package cannot hold or that have no key, with the reason."),
            optional=True, table=True,
        )  # fmt: skip
        self.add_report()
        for key, title in (
            ("FEATURES", tr("Features in the package")),
            ("DELETED", tr("Deleted features in the package")),
            ("REJECTED", tr("Features left out")),
        ):
            self.addOutput(QgsProcessingOutputNumber(key, title))

    def work(
        self, parameters: dict[str, Any], context: QgsProcessingContext, feedback: QgsProcessingFeedback
    ) -> dict[str, Any]:
        from uuid import uuid4

        import pandas as pd

        from ...citycheck_qgis.cim.package import write_package
        from ...citycheck_qgis.storage.runs import now

        target = Path(self.parameterAsFileOutput(parameters, "PACKAGE", context))
        layers: dict[str, PackageLayer] = {}
        left_out: list[tuple[str, str | None, str]] = []
        given = self.parameterAsLayerList(parameters, "LAYERS", context)
        report = progress_of(feedback, 0, 50)
        with ExitStack() as stack:
            stores: dict[Path | None, Store] = {}
            for number, layer in enumerate(given):
                report(number / len(given))
                source = Source(self, {**parameters, "LAYERS": layer}, "LAYERS", context)
                if source.name in layers:
                    raise InputError(
                        "Two layers are called {name}; a package has one collection of a name: rename one of them.",
                        name=source.name,
                    )
                layers[source.name] = self._packed(
                    source, crs_text(layer.crs()), stores, stack, parameters, context, feedback, left_out
                )
            written = write_package(
                target, layers,
                created=now(), run_id=str(uuid4()),
                producer=self.parameterAsString(parameters, "PRODUCER", context),
                signer=self.parameterAsString(parameters, "SIGNER", context),
                key_file=self.key_file(parameters, context),
            )  # fmt: skip
        left_out += [(name, key, sentence(reason)) for name, key, reason in written.rejected]
        table = pd.DataFrame(left_out, columns=["collection", "key", "reason"], dtype=object)
        for name, number in written.features.items():
            feedback.pushInfo(
                tr("{name}: features {n}, deleted {deleted}.").format(
                    name=name, n=number, deleted=written.deleted[name]
                )
            )
        if len(table):
            feedback.pushWarning(tr("Features left out: {n}; see the table.").format(n=len(table)))
        return {
            **self.write(parameters, "REJECTED_FEATURES", table, context, feedback),
            **self.write_html(parameters, context, self.displayName(), _sections(written, table)),
            "PACKAGE": str(target),
            "FEATURES": sum(written.features.values()),
            "DELETED": sum(written.deleted.values()),
            "REJECTED": len(table),
        }

    def _packed(
        self,
        source: Source,
        crs: str | None,
        stores: dict[Path | None, Store],
        stack: ExitStack,
        parameters: dict[str, Any],
        context: QgsProcessingContext,
        feedback: QgsProcessingFeedback,
        left_out: list[tuple[str, str | None, str]],
    ) -> PackageLayer:
        """Return a layer as it goes into the package, and add what stays out."""
        from ...citycheck_qgis.cim.package import PackageLayer
        from ...citycheck_qgis.cim.package_history import History
        from ...citycheck_qgis.cim.store import Store

        rule = self.key_rule(parameters, context, source.name, source.columns, MADE_KEY)
        local = stack.enter_context(source.open(crs, rule, feedback))
        journal = self.journal_path(parameters, context, source.path)
        if journal not in stores:
            stores[journal] = stack.enter_context(Store(journal))
        history = History(
            stores[journal], self.partner(parameters, context), link_name(source.path, source.name)
        )
        present = {feature.key for feature in local.features() if feature.key is not None}
        left_out += [(source.name, p.key, sentence(p.reason)) for p in local.problems]
        complete = local.complete and not local.problems
        return PackageLayer(
            history.outgoing(local), local.schema, crs,
            key_field=rule.get("key_field", MADE_KEY),
            deleted=history.deleted(present) if complete else {},
            complete=complete,
        )  # fmt: skip


def _sections(written: Written, left_out: Any) -> list[Section]:
    import pandas as pd

    from ...citycheck_qgis.storage.report import Section

    rows = [(name, number, written.deleted[name]) for name, number in written.features.items()]
    columns = [tr("Collection"), tr("Features"), tr("Deleted")]
    made = [Section(tr("Collections"), table=pd.DataFrame(rows, columns=columns))]
    if len(left_out):
        headings = {"collection": tr("Collection"), "key": tr("Key"), "reason": tr("Reason")}
        made.append(Section(tr("Features left out"), table=left_out.rename(columns=headings)))
    return made
