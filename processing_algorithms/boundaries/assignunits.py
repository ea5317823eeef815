"""Assign features to units by largest overlap."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from qgis.core import (
    QgsProcessing,
    QgsProcessingContext,
    QgsProcessingFeedback,
    QgsProcessingOutputLayerDefinition,
    QgsProcessingParameterBoolean,
    QgsProcessingParameterFeatureSource,
)

from ...citycheck_qgis.errors import InputError
from ..base import progress_of
from ..explain import assignment_sections
from ..feature_layers import FeatureLayer
from ..groups import BOUNDARIES
from ..inputs import CheckupAlgorithm
from ..outputs import arrange, load_instead
from ..translate import tr

if TYPE_CHECKING:
    from ...citycheck_qgis.units.assign_features import Assigned

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
                "Buildings or any other features. Polygons are compared by area, lines by length, points by containment. "
                "A whole layer of a GeoPackage in the CRS of the communities is done many times faster than others."
            ),
        )
        self.add_boundaries()
        self.add_limit()
        self.add_statistics()
        self.add_sink(
            "OUTPUT", tr("Features with units"),
            tr(
                "All features as they are, with community_code, street_code, district_code, city_code, share, method, "
                "overlap_count. From GeoPackage to GeoPackage the file is copied with all that is in it, and the columns "
                "are added to the layer."
            ),
            optional=True,
        )  # fmt: skip
        self.add_sink(
            "REMAINDER", tr("Features without a unit"),
            tr("The features outside all units or without usable geometry, and the ties."), optional=True,
        )  # fmt: skip
        self.add_figures()
        self.add(
            QgsProcessingParameterBoolean("SAME_FILE", tr("Add the columns to the input's own file"), False),
            tr(
                "Instead of writing the features into another file. The layer must be a whole layer of a GeoPackage that is "
                "not open in the project."
            ),
            advanced=True,
        )
        self.add_report()
        self.add_assignment_counts()

    def work(
        self, parameters: dict[str, Any], context: QgsProcessingContext, feedback: QgsProcessingFeedback
    ) -> dict[str, Any]:
        from ...citycheck_qgis.units.tally import parse_statistics

        same_file = self.parameterAsBool(parameters, "SAME_FILE", context)
        units, crs = self.read_units(parameters, context, feedback, _NO_YEAR, outlines=False)
        with FeatureLayer(self, parameters, "INPUT", crs, context, feedback) as layer:
            text = self.parameterAsString(parameters, "STATISTICS", context)
            statistics = parse_statistics(text, layer.columns)
            assigned = layer.assign(units, statistics, progress_of(feedback, 10, 60))
            counts = assigned.located.conservation(tr("features"))
            counts.check(self.parameterAsDouble(parameters, self.LIMIT, context))
            lost = layer.left_over(assigned)
            written = (
                self._add_to_input(layer, assigned, context, feedback)
                if same_file
                else self._write(parameters, layer, assigned, context, feedback)
            )
        figures = assigned.tally.table(units.frame)
        return {
            **self.counts(counts, feedback),
            "BORDER": int((assigned.located.overlaps > 1).sum()),
            "STREET_DIFFERS": assigned.located.street_differs,
            **written,
            **self.write(parameters, "REMAINDER", lost, context, feedback, "remainder"),
            **self.write(parameters, "FIGURES", figures, context, feedback),
            **self.write_html(
                parameters, context, self.displayName(), assignment_sections(assigned, counts, lost)
            ),
        }

    def _write(
        self,
        parameters: dict[str, Any],
        layer: FeatureLayer,
        assigned: Assigned,
        context: QgsProcessingContext,
        feedback: QgsProcessingFeedback,
    ) -> dict[str, Any]:
        progress = progress_of(feedback, 60, 95)
        target = self._geopackage(parameters, context)
        if target is None or layer.why_not_extended:
            frame = layer.extended(assigned)
            return self.write(parameters, "OUTPUT", frame, context, feedback, "assigned", progress)
        layer.copy_with(assigned, target, progress)
        uri = f"{target}|layername={layer.name}"
        load_instead(str(target), uri, context)
        arrange(uri, context, self.group(), self.parameterDefinition("OUTPUT").description(), "assigned")
        return {"OUTPUT": uri}

    def _add_to_input(
        self,
        layer: FeatureLayer,
        assigned: Assigned,
        context: QgsProcessingContext,
        feedback: QgsProcessingFeedback,
    ) -> dict[str, Any]:
        """Write the columns into the layer's own file, which must be free."""
        if layer.why_not_extended:
            raise InputError(
                "The columns cannot be added to the input's own file: {reason} Give an output file instead.",
                reason=layer.why_not_extended,
            )
        path = layer.path
        project = context.project()
        for other in project.mapLayers().values() if project is not None else ():
            if Path(other.source().split("|")[0]).resolve() == path.resolve():
                raise InputError(
                    "{file} is open in the project (layer {layer}); remove it from the project, or give an output file.",
                    file=path,
                    layer=other.name(),
                )
        layer.copy_with(assigned, None, progress_of(feedback, 60, 95))
        return {"OUTPUT": f"{path}|layername={layer.name}"}

    def _geopackage(self, parameters: dict[str, Any], context: QgsProcessingContext) -> Path | None:
        """Return the output file where it is a GeoPackage of its own, which no other layer is put into."""
        given = parameters.get("OUTPUT")
        text = given.sink.staticValue() if isinstance(given, QgsProcessingOutputLayerDefinition) else given
        if not isinstance(text, str) or not text.lower().endswith(".gpkg"):
            return None
        return Path(self.parameterAsOutputLayer(parameters, "OUTPUT", context))
