"""Put indicator values beside the boundaries."""

from __future__ import annotations

from typing import Any

from qgis.core import (
    QgsProcessingContext,
    QgsProcessingFeedback,
    QgsProcessingParameterEnum,
    QgsProcessingParameterString,
)

from ..base import progress_of
from ..explain import conservation_section
from ..groups import INDICATORS
from ..inputs import CheckupAlgorithm
from ..translate import tr

LEVELS = ("community", "street", "district", "city")


class JoinIndicators(CheckupAlgorithm):
    """A layer of units with a column of values and a column of states for each indicator."""

    group_of = INDICATORS
    keywords = "join,attributes,values,units,layer,连接,指标,体检值,单元"

    def name(self) -> str:
        return "joinindicators"

    def displayName(self) -> str:
        return tr("Join indicators to boundaries")

    def description(self) -> str:
        return tr(
            "Puts the values of a year beside the units of one level: for each indicator its value and, in a column of its "
            "own, its state. A unit without a row is not_surveyed, never zero. Values of units that are not on the map are "
            "written to the remainder."
        )

    def define(self) -> None:
        self.add_values()
        self.add_boundaries()
        self.add_year()
        self.add(
            QgsProcessingParameterEnum(
                "LEVEL",
                tr("Level"),
                [tr("Community"), tr("Street"), tr("District"), tr("City")],
                defaultValue=0,
            ),
            tr("Level of the units that are returned."),
        )
        self.add(
            QgsProcessingParameterString("INDICATORS", tr("Indicators"), optional=True),
            tr("Ids separated by commas, such as M61-01,M61-15; empty: all that have a value at this level."),
        )
        self.add_limit()
        self.add_sink("OUTPUT", tr("Units with indicators"), tr("One feature per unit of the level."))
        self.add_sink(
            "REMAINDER",
            tr("Values without a unit"),
            tr("The rows whose unit is not on the map."),
            optional=True,
            table=True,
        )
        self.add_report()
        self.add_counts()

    def work(
        self, parameters: dict[str, Any], context: QgsProcessingContext, feedback: QgsProcessingFeedback
    ) -> dict[str, Any]:
        from ...citycheck_qgis.indicators.pivot import pivot_values

        progress = progress_of(feedback, 0, 100)
        year = self.parameterAsInt(parameters, "YEAR", context)
        units, _ = self.read_units(parameters, context, feedback, year)
        values = self.values(parameters, context, feedback)
        progress(0.5)
        level = LEVELS[self.parameterAsEnum(parameters, "LEVEL", context)]
        wanted = [
            i.strip()
            for i in self.parameterAsString(parameters, "INDICATORS", context).split(",")
            if i.strip()
        ]
        result = pivot_values(values, units.frame, level, year, wanted)
        result.conservation.check(self.parameterAsDouble(parameters, self.LIMIT, context))
        return {
            **self.counts(result.conservation, feedback),
            **self.write(parameters, "OUTPUT", result.frame, context, feedback, "unit"),
            **self.write(parameters, "REMAINDER", result.remainder, context, feedback),
            **self.write_html(
                parameters, context, self.displayName(), [conservation_section([result.conservation])]
            ),
        }
