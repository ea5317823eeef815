"""What IFC files say about their place, and what can be made of it."""

from __future__ import annotations

from typing import Any

from qgis.core import QgsProcessingContext, QgsProcessingFeedback, QgsProcessingOutputNumber

from ..explain import in_words
from ..groups import FOOTPRINTS
from ..translate import sentence, tr
from .ifcfootprints import IfcAlgorithm


class GeoreferenceReport(IfcAlgorithm):
    """All evidence of the place of models, without making a single shape."""

    group_of = FOOTPRINTS
    keywords = "ifc,bim,georeferencing,logeoref,map conversion,crs,地理配准,地理参考,坐标,控制点,检查"

    def name(self) -> str:
        return "georeferencereport"

    def displayName(self) -> str:
        return tr("Georeferencing report of IFC")

    def description(self) -> str:
        return tr(
            "Lists for each IFC file all that it says about its place, by LoGeoRef level: map conversion, property sets, site "
            "placement, context, latitude and longitude. Says what was used, what was corrected and what was rejected and why, "
            "and where the model lies in the end. Reads no shapes, so that a thousand files take seconds."
        )

    def define(self) -> None:
        self.add_models()
        self.add_model_crs()
        self.add_reading()
        self.add_sink(
            "OUTPUT", tr("Evidence"),
            tr("One row per piece of evidence with its values, what became of it and why; and one with the answer per file."),
            table=True,
        )  # fmt: skip
        self.add_sink(
            "ORIGINS", tr("Origins"),
            tr("Points (WGS 84) of the origins of the models that could be placed, and of the evidence that was not used."),
            optional=True,
        )  # fmt: skip
        self.add_report()
        for key, title in (
            ("PLACED", tr("Placed models")),
            ("APPROXIMATE", tr("Models placed by latitude and longitude only")),
            ("NOT_PLACED", tr("Models without a known place")),
            ("FILES_NOT_READ", tr("Files that could not be read")),
        ):
            self.addOutput(QgsProcessingOutputNumber(key, title))

    def work(
        self, parameters: dict[str, Any], context: QgsProcessingContext, feedback: QgsProcessingFeedback
    ) -> dict[str, Any]:
        from ...citycheck_qgis.footprints.evidence_table import NOT_READ, EvidenceTable
        from ...citycheck_qgis.storage.report import Section

        builder = EvidenceTable(sentence)
        self.read_into(builder.add, "georeference", parameters, context, feedback)
        evidence, states = builder.table(), builder.states
        answers = evidence[evidence["kind"] == "answer"]
        sections = [
            Section(tr("Answers"), table=answers.drop(columns=["kind", "level", "status"])),
            Section(tr("Evidence"), table=in_words(evidence, "kind", "status"), limit=2000),
        ]
        return {
            **self.write(parameters, "OUTPUT", evidence, context, feedback),
            **self.write(parameters, "ORIGINS", builder.origins(), context, feedback),
            **self.write_html(parameters, context, self.displayName(), sections),
            "PLACED": states["placed"],
            "APPROXIMATE": states["approximate"],
            "NOT_PLACED": states["needs_control_points"],
            "FILES_NOT_READ": states[NOT_READ],
        }
