"""Draw the annual problem distribution map from a checkup database."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from qgis.core import (
    Qgis,
    QgsProcessingContext,
    QgsProcessingFeedback,
    QgsProcessingParameterFile,
    QgsProcessingParameterFileDestination,
)

from ..groups import MAPS
from ..inputs import CheckupAlgorithm
from ..translate import tr


class ProblemMap(CheckupAlgorithm):
    """The sheet as PDF and PNG, and a project that planners edit."""

    group_of = MAPS
    keywords = "map,sheet,layout,pdf,png,annual,problem distribution,专题图,问题分布图,出图"

    def name(self) -> str:
        return "problemmap"

    def displayName(self) -> str:
        return tr("Draw the problem distribution map")

    def flags(self) -> Qgis.ProcessingAlgorithmFlag:
        # Layouts are drawn with objects of the main thread.
        return super().flags() | Qgis.ProcessingAlgorithmFlag.NoThreading

    def description(self) -> str:
        return tr(
            "Draws the A3 sheet of a year from a checkup database and keeps it as an editable QGIS project. Where the project "
            "exists, its styles, labels and layout stay as they were changed; the data beneath them are replaced."
        )

    def define(self) -> None:
        self.add(
            QgsProcessingParameterFile("DATABASE", tr("Checkup database"), extension="gpkg"),
            tr("GeoPackage that annualcheckup has made."),
        )
        self.add_year()
        self.add_sheet()
        for key, title, text, kind in (
            ("PROJECT", tr("Project"), tr("The editable project; an existing one keeps its edits."), "qgz"),
            ("PDF", tr("Map as PDF"), tr("A3 landscape."), "pdf"),
            ("PNG", tr("Map as PNG"), tr("A3 landscape, 300 dpi."), "png"),
        ):
            self.add(
                QgsProcessingParameterFileDestination(
                    key, title, f"*.{kind}", optional=key != "PROJECT", createByDefault=True
                ),
                text,
            )

    def work(
        self, parameters: dict[str, Any], context: QgsProcessingContext, feedback: QgsProcessingFeedback
    ) -> dict[str, Any]:
        from .draw import draw

        year = self.parameterAsInt(parameters, "YEAR", context)
        targets = {
            key: self.parameterAsFileOutput(parameters, key, context) for key in ("PROJECT", "PDF", "PNG")
        }
        draw(
            Path(self.parameterAsFile(parameters, "DATABASE", context)),
            self.sheet(parameters, year, context),
            Path(targets["PROJECT"]),
            Path(targets["PDF"]) if targets["PDF"] else None,
            Path(targets["PNG"]) if targets["PNG"] else None,
            feedback,
        )
        return {key: path for key, path in targets.items() if path}
