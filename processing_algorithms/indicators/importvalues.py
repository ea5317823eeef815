"""Read indicator values from annex tables."""

from __future__ import annotations

from typing import Any

from qgis.core import QgsProcessingContext, QgsProcessingFeedback, QgsProcessingOutputNumber

from .. import dependencies
from ..base import progress_of
from ..explain import conservation_section, count_words
from ..groups import INDICATORS
from ..inputs import CheckupAlgorithm
from ..translate import tr


class ImportValues(CheckupAlgorithm):
    """Messy CSV and XLSX tables become one table of values with state and source."""

    group_of = INDICATORS
    keywords = "excel,csv,xlsx,annex,table,import,gbk,体检值,附表,导入,指标"
    packages = (*dependencies.CORE, *dependencies.TABLES)

    def name(self) -> str:
        return "importvalues"

    def displayName(self) -> str:
        return tr("Import indicator values")

    def description(self) -> str:
        return tr(
            "Reads tables as they arrive (CSV in UTF-8 or GBK, XLSX with merged cells; one row per value, per unit or per "
            "indicator) into one table with unit, indicator, year, value, state, text as found and source. Zero, not "
            "surveyed, not applicable and missing stay four different things. Cells that cannot be read or joined are "
            "written to the remainder with file, sheet, row and column."
        )

    def define(self) -> None:
        self.add_tables(optional=False)
        self.add_boundaries()
        self.add_year()
        self.add_edition()
        self.add_limit()
        self.add_sink("OUTPUT", tr("Values"), tr("One row per unit, indicator, year and source."), table=True)
        self.add_sink(
            "REMAINDER",
            tr("Cells that were not read"),
            tr("Each with its place and the reason."),
            optional=True,
            table=True,
        )
        self.add_report()
        self.add_counts()
        self.addOutput(QgsProcessingOutputNumber("VALUE_COUNT", tr("Values")))

    def work(
        self, parameters: dict[str, Any], context: QgsProcessingContext, feedback: QgsProcessingFeedback
    ) -> dict[str, Any]:
        from ...citycheck_qgis.indicators.values import read_values
        from ...citycheck_qgis.storage.report import Section

        progress = progress_of(feedback, 0, 100)
        year = self.parameterAsInt(parameters, "YEAR", context)
        system = self.system(parameters, context)
        units, _ = self.read_units(parameters, context, feedback, year)
        progress(0.3)
        found = read_values(self.files(parameters, "TABLES", context), units.frame, system, year)
        found.check(self.parameterAsDouble(parameters, self.LIMIT, context))
        progress(0.9)
        states = count_words(found.values["state"], tr("State"), tr("Values"))
        sections = [
            conservation_section(found.conservation),
            Section(tr("States of the values"), table=states),
            Section(tr("Cells that were not read"), table=found.remainder),
        ]
        return {
            **self.counts(found.conservation[-1], feedback),
            "VALUE_COUNT": len(found.values),
            **self.write(parameters, "OUTPUT", found.values, context, feedback),
            **self.write(parameters, "REMAINDER", found.remainder, context, feedback),
            **self.write_html(parameters, context, self.displayName(), sections),
        }
