"""From values and surveyed problems to verdicts, the ledger and the distribution."""

from __future__ import annotations

from typing import Any

from qgis.core import (
    QgsProcessing,
    QgsProcessingContext,
    QgsProcessingFeedback,
    QgsProcessingOutputNumber,
    QgsProcessingParameterFeatureSource,
)

from .. import dependencies
from ..base import progress_of
from ..explain import checkup_sections, total_of
from ..groups import PROBLEMS
from ..inputs import CheckupAlgorithm
from ..translate import tr


class Diagnose(CheckupAlgorithm):
    """Verdicts, the problem ledger of the year, and the counts per unit."""

    group_of = PROBLEMS
    keywords = "problems,ledger,standard,verdict,diagnosis,问题,台账,诊断,评价"
    packages = (*dependencies.CORE, *dependencies.TABLES)

    def name(self) -> str:
        return "diagnose"

    def displayName(self) -> str:
        return tr("Diagnose problems")

    def description(self) -> str:
        return tr(
            "Compares values with the standards of their indicators, puts a building or a unit to each surveyed problem, and "
            "counts distinct objects with problems per unit and dimension. Only surveyed units can be without problems."
        )

    def define(self) -> None:
        self.add_boundaries()
        self.add_year()
        self.add_buildings()
        self.add_problems()
        self.add(
            QgsProcessingParameterFeatureSource(
                "VALUES", tr("Values"), [QgsProcessing.SourceType.TypeVector], optional=True
            ),
            tr("Table of values, as importvalues and rollup write it."),
        )
        self.add_sample()
        self.add_edition()
        self.add_limit()
        self.add_sink("PROBLEMS_OUT", tr("Problems"), tr("The ledger of the year, a point per problem."))
        self.add_sink(
            "DISTRIBUTION", tr("Problem distribution"), tr("Counts per unit of every level, and its state.")
        )
        self.add_sink(
            "VERDICTS", tr("Verdicts"), tr("One row per unit and indicator: meets, fails, no_standard, not_assessed."),
            table=True,
        )  # fmt: skip
        self.add_sink("REMAINDER", tr("Problems without a place"), tr("Each with the reason."), optional=True)
        self.add_report()
        self.add_counts()
        self.addOutput(QgsProcessingOutputNumber("PROBLEM_COUNT", tr("Problems")))
        self.addOutput(QgsProcessingOutputNumber("OBJECT_COUNT", tr("Objects with problems")))

    def work(
        self, parameters: dict[str, Any], context: QgsProcessingContext, feedback: QgsProcessingFeedback
    ) -> dict[str, Any]:
        from ...citycheck_qgis.checkup import run_checkup
        from ...citycheck_qgis.problems.counts import without_stand_ins

        year = self.parameterAsInt(parameters, "YEAR", context)
        system = self.system(parameters, context)
        units, crs = self.read_units(parameters, context, feedback, year)
        values = self.values(parameters, context, feedback)
        buildings = self.frame(parameters, "BUILDINGS", context, feedback)
        if buildings is not None:
            buildings = self.in_crs(buildings, crs, tr("The building layer"), feedback)
        result = run_checkup(
            units, system, year, buildings,
            building_field=self.parameterAsString(parameters, "BUILDING_FIELD", context) or None,
            values=values,
            sample_file=self.optional_file(parameters, "SAMPLE", context),
            surveys=self.surveys(parameters, crs, context, feedback),
            limit_percent=self.parameterAsDouble(parameters, self.LIMIT, context),
            progress=progress_of(feedback, 20, 80),
        )  # fmt: skip
        problems = result.tables["problem"]
        lost = result.remainders.get("surveyed problems", problems.iloc[:0])
        surveyed = [join for join in result.joins if join.subject == "surveyed problems"]
        return {
            **self.counts(total_of(tr("surveyed problems"), surveyed), feedback),
            "PROBLEM_COUNT": len(problems),
            "OBJECT_COUNT": int(without_stand_ins(problems, result.tables["unit"])["object_id"].nunique()),
            **self.write(parameters, "PROBLEMS_OUT", problems, context, feedback, "problem"),
            **self.write(
                parameters, "DISTRIBUTION", result.tables["distribution"], context, feedback, "distribution"
            ),
            **self.write(parameters, "VERDICTS", result.verdicts, context, feedback),
            **self.write(parameters, "REMAINDER", lost, context, feedback, "remainder"),
            **self.write_html(parameters, context, self.displayName(), checkup_sections(result, system)),
        }
