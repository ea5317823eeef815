"""What all algorithms of CityCheck have in common."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from qgis.core import (
    QgsProcessing,
    QgsProcessingAlgorithm,
    QgsProcessingContext,
    QgsProcessingException,
    QgsProcessingFeedback,
    QgsProcessingOutputNumber,
    QgsProcessingParameterDefinition,
    QgsProcessingParameterFeatureSink,
    QgsProcessingParameterFileDestination,
)
from qgis.PyQt.QtGui import QIcon

from ..citycheck_qgis.errors import CityCheckError, OutputError
from . import dependencies
from .outputs import arrange
from .sources import check_cancelled, crs_of, fields_of, fill_sink, geometry_type, remove_output
from .translate import sentence, tr

if TYPE_CHECKING:
    import pandas as pd

    from ..citycheck_qgis.storage.report import Section
    from ..citycheck_qgis.units.conservation import Conservation

PLUGIN = Path(__file__).resolve().parent.parent


@dataclass(frozen=True)
class Group:
    """A toolbox group: its stable id and its English name."""

    id: str
    name: str


class CityCheckAlgorithm(QgsProcessingAlgorithm):
    """Base class: translation, help, dependency check, errors as one sentence, common parameters.

    A subclass gives `group_of`, `keywords`, `packages`, the name methods, `description`, `define` and `work`.
    """

    group_of: Group
    #: Search words in English and Chinese, whatever the interface language is.
    keywords: str
    packages: Sequence[str] = dependencies.CORE

    REPORT = "REPORT"

    def createInstance(self) -> CityCheckAlgorithm:
        return type(self)()

    def group(self) -> str:
        return tr(self.group_of.name)

    def groupId(self) -> str:
        return self.group_of.id

    def tags(self) -> list[str]:
        return self.keywords.split(",")

    def icon(self) -> QIcon:
        return QIcon(str(PLUGIN / "styles" / "icon.svg"))

    def svgIconPath(self) -> str:
        return str(PLUGIN / "styles" / "icon.svg")

    def description(self) -> str:
        """Say in a few sentences what the algorithm does, for the help panel."""
        raise NotImplementedError(type(self).__name__)

    def shortHelpString(self) -> str:
        parts = [f"<p>{self.description()}</p>"]
        for title, definitions in (
            (tr("Inputs"), [d for d in self.parameterDefinitions() if not d.isDestination()]),
            (tr("Outputs"), [d for d in self.parameterDefinitions() if d.isDestination()]),
        ):
            item = tr("<b>{name}</b>: {text}")
            items = "".join(
                f"<li>{item.format(name=d.description(), text=d.help())}</li>"
                for d in definitions
                if d.help()
            )
            parts.append(f"<p>{title}</p><ul>{items}</ul>")
        return "".join(parts)

    def canExecute(self) -> tuple[bool, str]:
        missing = dependencies.problems(self.packages, tr=tr)
        return not missing, " ".join(missing)

    def checkParameterValues(
        self, parameters: dict[str, Any], context: QgsProcessingContext
    ) -> tuple[bool, str]:
        # qgis_process and processing.run do not ask canExecute.
        able, reason = self.canExecute()
        if not able:
            return False, reason
        return super().checkParameterValues(parameters, context)

    def initAlgorithm(self, configuration: dict[str, Any] | None = None) -> None:
        self.define()

    def define(self) -> None:
        """Add the parameters and outputs."""
        raise NotImplementedError(type(self).__name__)

    def work(
        self, parameters: dict[str, Any], context: QgsProcessingContext, feedback: QgsProcessingFeedback
    ) -> dict[str, Any]:
        """Do the work and return the outputs."""
        raise NotImplementedError(type(self).__name__)

    def processAlgorithm(
        self, parameters: dict[str, Any], context: QgsProcessingContext, feedback: QgsProcessingFeedback
    ) -> dict[str, Any]:
        try:
            return self.work(parameters, context, feedback)
        except CityCheckError as error:
            raise QgsProcessingException(sentence(error)) from None

    def add(
        self, parameter: QgsProcessingParameterDefinition, help_text: str, advanced: bool = False
    ) -> None:
        """Add a parameter with its help."""
        parameter.setHelp(help_text)
        if advanced:
            parameter.setFlags(parameter.flags() | QgsProcessingParameterDefinition.Flag.FlagAdvanced)
        self.addParameter(parameter)

    def add_report(self) -> None:
        """Add the optional HTML report."""
        self.add(
            QgsProcessingParameterFileDestination(
                self.REPORT, tr("Report"), tr("HTML files (*.html)"), optional=True, createByDefault=False
            ),
            tr("HTML page with the conservation table and everything that was found."),
        )

    def add_sink(self, key: str, title: str, text: str, optional: bool = False, table: bool = False) -> None:
        """Add an output layer, or an output table without geometry.

        An optional one is made in the desktop unless the user says otherwise (what was lost is to be seen), and in a
        script only where it is named.
        """
        kind = (
            QgsProcessing.SourceType.TypeVector if table else QgsProcessing.SourceType.TypeVectorAnyGeometry
        )
        self.add(QgsProcessingParameterFeatureSink(key, title, kind, optional=optional), text)

    def add_counts(self) -> None:
        """Add the counts of the join as outputs that a script can read."""
        for key, title in (
            ("TOTAL", tr("Rows in")),
            ("MATCHED", tr("Matched")),
            ("AMBIGUOUS", tr("Ambiguous")),
            ("UNMATCHED", tr("Unmatched")),
            ("OUTSIDE", tr("Outside")),
        ):
            self.addOutput(QgsProcessingOutputNumber(key, title))

    def write(
        self,
        parameters: dict[str, Any],
        key: str,
        frame: pd.DataFrame,
        context: QgsProcessingContext,
        feedback: QgsProcessingFeedback,
        role: str | None = None,
        progress: Callable[[float], None] | None = None,
    ) -> dict[str, Any]:
        """Write a frame to a sink parameter; an optional one that was left out is skipped.

        `role` says how the layer is drawn in the desktop and, where it goes to a GeoPackage, in the file; `progress`
        is called with the share done.
        """
        from qgis.core import QgsCoordinateReferenceSystem

        crs = crs_of(frame) if hasattr(frame, "geom_type") else QgsCoordinateReferenceSystem()
        definition = self.parameterDefinition(key)
        if parameters.get(key) in (None, "") and definition.flags() & definition.Flag.FlagOptional:
            return {}
        sink, target = self.parameterAsSink(
            parameters, key, context, fields_of(frame), geometry_type(frame), crs
        )
        if sink is None:
            raise OutputError(
                "{output} cannot be written; check that the folder exists and that you may write there.",
                output=self.invalidSinkError(parameters, key).rstrip("."),
            )
        try:
            fill_sink(frame, sink, definition.description(), feedback, progress)
        except BaseException:
            del sink
            if "/" in target or os.sep in target:
                remove_output(target.split("|")[0])
            raise
        del sink
        arrange(target, context, self.group(), definition.description(), role)
        return {key: target}

    def write_html(
        self,
        parameters: dict[str, Any],
        context: QgsProcessingContext,
        title: str,
        sections: Sequence[Section],
    ) -> dict[str, Any]:
        """Write the HTML report where one was asked for."""
        path = self.parameterAsFileOutput(parameters, self.REPORT, context)
        if not path:
            return {}
        self.write_page(Path(path), title, sections)
        return {self.REPORT: path}

    @staticmethod
    def write_page(path: Path, title: str, sections: Sequence[Section], footer: str = "") -> None:
        """Write an HTML page in the interface language."""
        from ..citycheck_qgis.storage.report import write_report

        # A catalogue translates the name of the source language with the name of its own.
        write_report(path, title, sections, tr("en"), footer, tr("{shown} of {total} rows are shown."))

    def counts(self, conservation: Conservation, feedback: QgsProcessingFeedback) -> dict[str, int]:
        """Say the counts of a join and return them as outputs."""
        feedback.pushInfo(sentence(conservation.message))
        return {
            "TOTAL": conservation.total,
            "MATCHED": conservation.matched,
            "AMBIGUOUS": conservation.ambiguous,
            "UNMATCHED": conservation.unmatched,
            "OUTSIDE": conservation.outside,
        }


def progress_of(feedback: QgsProcessingFeedback, start: float, end: float) -> Callable[[float], None]:
    """Return a function that reports a share (0 to 1) as progress between two percentages and checks for cancel."""

    def report(share: float) -> None:
        check_cancelled(feedback)
        feedback.setProgress(start + (end - start) * share)

    return report
