"""Check boundaries: codes, parents and topology."""

from __future__ import annotations

from typing import Any

from qgis.core import (
    QgsProcessingContext,
    QgsProcessingFeedback,
    QgsProcessingOutputNumber,
    QgsProcessingParameterNumber,
)

from ..base import progress_of
from ..explain import boundary_sections
from ..groups import BOUNDARIES
from ..inputs import CheckupAlgorithm
from ..translate import tr


class CheckBoundaries(CheckupAlgorithm):
    """One table of all units, and a list of everything that is wrong with them."""

    group_of = BOUNDARIES
    keywords = "units,topology,overlap,gap,codes,hierarchy,边界,体检单元,拓扑,代码"

    def name(self) -> str:
        return "checkboundaries"

    def displayName(self) -> str:
        return tr("Check boundaries")

    def description(self) -> str:
        return tr(
            "Brings the unit codes into their normal form, finds the parent of each unit, repairs invalid polygons on a "
            "copy, and lists what is wrong: missing, malformed or doubled codes, units without a parent or in two, "
            "overlaps, gaps, and units that reach out of their parent."
        )

    def define(self) -> None:
        self.add_boundaries()
        self.add_year()
        self.add(
            QgsProcessingParameterNumber(
                "SLIVER",
                tr("Smallest area to report (m²)"),
                QgsProcessingParameterNumber.Type.Double,
                1.0,
                minValue=0,
            ),
            tr("Overlaps and gaps up to this area come from rounding and are not reported."),
            advanced=True,
        )
        self.add_sink("UNITS", tr("Units"), tr("Units of all levels with code, level, name and parent."))
        self.add_sink("ISSUES", tr("Boundary issues"), tr("One feature per issue, at its place."))
        self.add_report()
        self.addOutput(QgsProcessingOutputNumber("UNIT_COUNT", tr("Units")))
        self.addOutput(QgsProcessingOutputNumber("ISSUE_COUNT", tr("Issues")))

    def work(
        self, parameters: dict[str, Any], context: QgsProcessingContext, feedback: QgsProcessingFeedback
    ) -> dict[str, Any]:
        from ...citycheck_qgis.units.topology import check_topology, join_issues

        progress = progress_of(feedback, 0, 100)
        year = self.parameterAsInt(parameters, "YEAR", context)
        units, _ = self.read_units(parameters, context, feedback, year, strict=False)
        progress(0.3)
        sliver = self.parameterAsDouble(parameters, "SLIVER", context)
        issues = join_issues(units.issues, check_topology(units.frame, sliver))
        progress(0.9)
        return {
            "UNIT_COUNT": len(units.frame),
            "ISSUE_COUNT": len(issues),
            **self.write(parameters, "UNITS", units.frame, context, feedback, "unit"),
            **self.write(parameters, "ISSUES", issues, context, feedback, "issues"),
            **self.write_html(parameters, context, self.displayName(), boundary_sections(units, issues)),
        }
