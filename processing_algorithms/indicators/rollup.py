"""Roll values up to the levels above."""

from __future__ import annotations

from typing import Any

from qgis.core import QgsProcessingContext, QgsProcessingFeedback, QgsProcessingOutputNumber

from ..base import progress_of
from ..groups import INDICATORS
from ..inputs import CheckupAlgorithm
from ..translate import tr


class RollUp(CheckupAlgorithm):
    """Community values become street, district and city values by the type of each indicator."""

    group_of = INDICATORS
    keywords = "aggregate,sum,mean,rate,hierarchy,汇总,上卷,街道,区"

    def name(self) -> str:
        return "rollup"

    def displayName(self) -> str:
        return tr("Roll up values")

    def description(self) -> str:
        return tr(
            "Sums and counts are added, rates are computed anew from numerator and denominator or from a named weight, means "
            "are weighted; a rate without a denominator is left missing, never averaged. The text of each new value says how "
            "many of the units below were measured."
        )

    def define(self) -> None:
        self.add_values()
        self.add_boundaries()
        self.add_year()
        self.add_edition()
        self.add_sink(
            "OUTPUT",
            tr("Values of all levels"),
            tr("The values as they came, and those of the levels above."),
            table=True,
        )
        self.add_report()
        self.addOutput(QgsProcessingOutputNumber("VALUE_COUNT", tr("Values")))
        self.addOutput(QgsProcessingOutputNumber("ROLLED_UP", tr("Values that were rolled up")))

    def work(
        self, parameters: dict[str, Any], context: QgsProcessingContext, feedback: QgsProcessingFeedback
    ) -> dict[str, Any]:
        import pandas as pd

        from ...citycheck_qgis.indicators.rollup import roll_up
        from ...citycheck_qgis.storage.report import Section

        progress = progress_of(feedback, 0, 100)
        year = self.parameterAsInt(parameters, "YEAR", context)
        system = self.system(parameters, context)
        units, _ = self.read_units(parameters, context, feedback, year)
        values = self.values(parameters, context, feedback)
        progress(0.5)
        rolled = roll_up(values[values["year"] == year], units.frame, system)
        result = pd.concat([values, rolled], ignore_index=True)
        return {
            "VALUE_COUNT": len(result),
            "ROLLED_UP": len(rolled),
            **self.write(parameters, "OUTPUT", result, context, feedback),
            **self.write_html(parameters, context, self.displayName(), [Section(tr("Values"), table=rolled)]),
        }
