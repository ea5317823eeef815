"""Assign features to units by largest overlap."""

from __future__ import annotations

from typing import Any

from qgis.core import (
    QgsProcessing,
    QgsProcessingContext,
    QgsProcessingFeedback,
    QgsProcessingOutputNumber,
    QgsProcessingParameterFeatureSource,
)

from ..base import progress_of
from ..explain import assignment_sections
from ..groups import BOUNDARIES
from ..inputs import CheckupAlgorithm
from ..translate import tr

#: The codes belong to no checkup year here.
_NO_YEAR = 0


class AssignUnits(CheckupAlgorithm):
    """Each feature gets its community, street and district; the remainder is a layer."""

    group_of = BOUNDARIES
    keywords = "join,spatial join,overlap,buildings,community,location,空间连接,归属,建筑,社区,街道"

    def name(self) -> str:
        return "assignunits"

    def displayName(self) -> str:
        return tr("Assign features to units")

    def description(self) -> str:
        return tr(
            "Gives each building (or other feature) the community with the largest overlap, ties to the lowest code, and "
            "that community's street, district and city. Every feature is accounted for: in = matched + ambiguous + "
            "unmatched + outside; the ones without a community are written as a layer of their own."
        )

    def define(self) -> None:
        self.add(
            QgsProcessingParameterFeatureSource(
                "INPUT", tr("Features"), [QgsProcessing.SourceType.TypeVectorAnyGeometry]
            ),
            tr(
                "Buildings or any other features. Polygons are compared by area, lines by length, points by containment."
            ),
        )
        self.add_boundaries()
        self.add_limit()
        self.add_sink(
            "OUTPUT", tr("Features with units"),
            tr("All features with community_code, street_code, district_code, city_code, share, method, overlap_count."),
        )  # fmt: skip
        self.add_sink(
            "REMAINDER", tr("Features without a unit"),
            tr("The features outside all units or without usable geometry, and the ties."), optional=True,
        )  # fmt: skip
        self.add_report()
        self.add_counts()
        self.addOutput(QgsProcessingOutputNumber("BORDER", tr("Features in several communities")))
        self.addOutput(QgsProcessingOutputNumber("STREET_DIFFERS", tr("Other street by largest overlap")))

    def work(
        self, parameters: dict[str, Any], context: QgsProcessingContext, feedback: QgsProcessingFeedback
    ) -> dict[str, Any]:
        from ...citycheck_qgis.units.assignment import assign, with_ancestors

        progress = progress_of(feedback, 0, 100)
        units, crs = self.read_units(parameters, context, feedback, _NO_YEAR)
        progress(0.05)
        features = self.require(parameters, "INPUT", context, feedback)
        features = self.in_crs(features, crs, tr("The feature layer"), feedback)
        progress(0.3)
        result = assign(features, units.at("community"), tr("features"), progress_of(feedback, 30, 70))
        result.conservation.check(self.parameterAsDouble(parameters, self.LIMIT, context))
        assigned = with_ancestors(result.frame, units.frame)
        lost = assigned[~assigned["method"].isin(["within", "largest_overlap"])]
        border = int((assigned["overlap_count"] > 1).sum())
        return {
            **self.counts(result.conservation, feedback),
            "BORDER": border,
            "STREET_DIFFERS": result.street_differs,
            **self.write(parameters, "OUTPUT", assigned, context, feedback, "assigned"),
            **self.write(parameters, "REMAINDER", lost, context, feedback, "remainder"),
            **self.write_html(parameters, context, self.displayName(), assignment_sections(result, lost)),
        }
