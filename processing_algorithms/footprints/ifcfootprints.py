"""Buildings of IFC files as georeferenced footprints."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from qgis.core import (
    QgsProcessing,
    QgsProcessingContext,
    QgsProcessingFeedback,
    QgsProcessingParameterFeatureSource,
    QgsProcessingParameterFolderDestination,
    QgsProcessingParameterNumber,
)

from .. import dependencies
from ..base import progress_of
from ..groups import FOOTPRINTS
from ..translate import sentence, tr
from .model_inputs import ModelAlgorithm

if TYPE_CHECKING:
    from ...citycheck_qgis.footprints.workers import FileResult


class IfcAlgorithm(ModelAlgorithm):
    """An algorithm that has IFC files read in processes of their own."""

    suffixes = (".ifc", ".ifczip", ".ifcxml")
    packages = (*dependencies.CORE, *dependencies.BIM)

    def add_reading(self) -> None:
        """Add how the files are read."""
        self.add(
            QgsProcessingParameterFeatureSource(
                "CONTROL_POINTS", tr("Control points"), [QgsProcessing.SourceType.TypeVector], optional=True
            ),
            tr(
                "Points by which models are placed that do not say where they lie: a point layer, or a table with easting and "
                "northing (in the CRS of models that name none), with columns file, local_x and local_y (metres in the model). "
                "Two points per file or more."
            ),
        )
        self.add(
            QgsProcessingParameterFolderDestination(
                "RESULTS", tr("Folder of results per file"), optional=True, createByDefault=False
            ),
            tr("Keeps what was read from each file, so that a second run reads new and changed files only."),
            advanced=True,
        )
        integer, real = QgsProcessingParameterNumber.Type.Integer, QgsProcessingParameterNumber.Type.Double
        self.add(
            QgsProcessingParameterNumber("PROCESSES", tr("Processes"), integer, optional=True, minValue=1),
            tr("How many files are read at a time; empty: one per processor."),
            advanced=True,
        )
        self.add(
            QgsProcessingParameterNumber("TIME_LIMIT", tr("Time limit per file (s)"), real, 300, minValue=1),
            tr("A file that takes longer is given up, with its row in the status of the files."),
            advanced=True,
        )
        self.add(
            QgsProcessingParameterNumber(
                "MEMORY_LIMIT", tr("Memory limit per file (MB)"), integer, 8192, minValue=1024
            ),
            tr("A file that needs more is given up likewise; on Windows memory is not limited."),
            advanced=True,
        )

    @contextmanager
    def _results_folder(self, parameters: dict[str, Any], context: QgsProcessingContext) -> Iterator[Path]:
        """Give the folder of results per file; one that nobody asked for goes with the block."""
        text = self.parameterAsString(parameters, "RESULTS", context)
        if text:
            yield Path(text)
            return
        with tempfile.TemporaryDirectory(prefix="citycheck-models-") as folder:
            yield Path(folder)

    def read_into(
        self,
        add: Callable[[FileResult, str], None],
        task: str,
        parameters: dict[str, Any],
        context: QgsProcessingContext,
        feedback: QgsProcessingFeedback,
    ) -> None:
        """Have the files read and hand on the result of each with the file's name."""
        from ...citycheck_qgis.footprints.control_layer import points_by_file
        from ...citycheck_qgis.footprints.records import crs_name
        from ...citycheck_qgis.footprints.workers import Limits, read_files

        files = self.model_files(parameters, context)
        default = self.crs_parameter(parameters, "MODEL_CRS", context)
        given = self.frame(parameters, "CONTROL_POINTS", context, feedback)
        points = {} if given is None else points_by_file(given, list(files.values()), default)
        options = {}
        for path, name in files.items():
            crs, rows = points.get(name, (default, None))
            options[path] = {
                "task": task,
                "default_crs": None if crs is None else crs_name(crs),
                "control_points": rows,
            }
        processes = (
            self.parameterAsInt(parameters, "PROCESSES", context) if parameters.get("PROCESSES") else None
        )
        limits = Limits(
            self.parameterAsDouble(parameters, "TIME_LIMIT", context),
            self.parameterAsInt(parameters, "MEMORY_LIMIT", context),
        )
        progress = progress_of(feedback, 0, 90)
        with self._results_folder(parameters, context) as folder:
            for result in read_files(list(files), options, folder, processes, limits, progress):
                if result.reason is not None:
                    feedback.pushWarning(f"{files[result.path]}: {sentence(result.reason)}")
                add(result, files[result.path])


class IfcFootprints(IfcAlgorithm):
    """A roofprint and a ground print of each building, in the right place."""

    group_of = FOOTPRINTS
    keywords = "ifc,bim,footprint,roofprint,georeferencing,building,建筑信息模型,轮廓,基底,屋顶,地理配准,楼栋"

    def name(self) -> str:
        return "ifcfootprints"

    def displayName(self) -> str:
        return tr("Footprints from IFC")

    def description(self) -> str:
        return tr(
            "Reads IFC files (IFC2X3, IFC4, IFC4X3; .ifc and .ifczip) and gives each building a roofprint and a ground print "
            "in the right place, with height, storeys, floor area, year, use and structure as far as the model has them. "
            "Errors of georeferencing that are known from practice are corrected and named; a model whose place nothing says "
            "is never put on the map. Files are read apart from QGIS, side by side, each with a limit of time and memory."
        )

    def define(self) -> None:
        self.add_models()
        self.add_model_crs()
        self.add_reading()
        self.add_footprint_outputs()

    def work(
        self, parameters: dict[str, Any], context: QgsProcessingContext, feedback: QgsProcessingFeedback
    ) -> dict[str, Any]:
        from ...citycheck_qgis.footprints.layers import LayerBuilder

        builder = LayerBuilder(sentence)
        self.read_into(builder.add_result, "footprints", parameters, context, feedback)
        return self.write_footprints(parameters, builder, context, feedback)
