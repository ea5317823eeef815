"""Assign the features of very large layers part by part, here or on a cluster."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from qgis.core import (
    QgsApplication,
    QgsProcessingContext,
    QgsProcessingFeedback,
    QgsProcessingOutputNumber,
    QgsProcessingParameterFile,
    QgsProcessingParameterFolderDestination,
    QgsProcessingParameterNumber,
    QgsProcessingParameterString,
)

from ...citycheck_qgis.errors import InputError
from ..base import PLUGIN, progress_of
from ..explain import conservation_section, methods_section
from ..groups import BOUNDARIES
from ..inputs import CheckupAlgorithm
from ..translate import tr

if TYPE_CHECKING:
    from ...citycheck_qgis.storage.report import Section
    from ...citycheck_qgis.units.partitions import AssignedParts

#: The codes belong to no checkup year here.
_NO_YEAR = 0


class AssignParts(CheckupAlgorithm):
    """Features in GeoParquet parts get their units; a run that was cancelled goes on where it ended."""

    group_of = BOUNDARIES
    keywords = (
        "join,spatial join,overlap,buildings,large,cluster,dask,parquet,空间连接,归属,建筑,社区,集群,分区"
    )

    def name(self) -> str:
        return "assignparts"

    def displayName(self) -> str:
        return tr("Assign features in parts")

    def description(self) -> str:
        return tr(
            "Does what assignunits does for layers of many millions of features: part by part, on this machine or on a "
            "dask cluster. The result is a folder of GeoParquet files. Run again with the same output folder, only the "
            "parts that are missing or were changed are done, with the same totals. Needs pyarrow, and dask for more than "
            "one process."
        )

    def define(self) -> None:
        self.add(
            QgsProcessingParameterFile("INPUT", tr("Layer's file"), optional=True),
            tr(
                "A file with a layer of features, which is split into GeoParquet parts in the output folder first, or one "
                "GeoParquet file. All features are taken, whatever the project filters or selects."
            ),
        )
        self.add(
            QgsProcessingParameterFile(
                "PARTS", tr("Folder of parts"), QgsProcessingParameterFile.Behavior.Folder, optional=True
            ),
            tr(
                "Instead of a layer's file: a folder of GeoParquet files, which other programs may have made. All workers "
                "must see it under the same path."
            ),
        )
        self.add(
            QgsProcessingParameterString("LAYER", tr("Layer"), optional=True),
            tr("Name of the layer, where the file has several."),
            advanced=True,
        )
        self.add_boundaries()
        self.add_limit()
        self.add_statistics()
        self.add(
            QgsProcessingParameterString("SCHEDULER", tr("Scheduler"), optional=True),
            tr(
                "Who does the parts. Empty: this process, one after the other; local: processes on this machine; or the "
                "address of a dask scheduler, such as tcp://host:8786, whose workers see the folders under the same paths."
            ),
        )
        self.add(
            QgsProcessingParameterNumber(
                "PART_SIZE", tr("Features per part"),
                QgsProcessingParameterNumber.Type.Integer, 100_000, minValue=1000,
            ),
            tr("How many features a part has when a layer's file is split."),
            advanced=True,
        )  # fmt: skip
        self.add(
            QgsProcessingParameterFolderDestination("OUTPUT", tr("Output folder")),
            tr(
                "Gets one GeoParquet file per part: all features as they are, with community_code, street_code, "
                "district_code, city_code, share, method, overlap_count. The folder _citycheck in it remembers what is "
                "done. All workers must see it under the same path."
            ),
        )
        self.add_figures()
        self.add_report()
        self.add_assignment_counts()
        self.addOutput(QgsProcessingOutputNumber("DONE", tr("Parts done in this run")))
        self.addOutput(QgsProcessingOutputNumber("KEPT", tr("Parts done by an earlier run")))

    def work(
        self, parameters: dict[str, Any], context: QgsProcessingContext, feedback: QgsProcessingFeedback
    ) -> dict[str, Any]:
        from ...citycheck_qgis.units.partitions import assign_parts
        from ...citycheck_qgis.units.parts import read_head, require
        from ...citycheck_qgis.units.schedulers import open_scheduler
        from ...citycheck_qgis.units.tally import parse_statistics

        command = (
            f'python3 -m pip install --target "{QgsApplication.qgisSettingsDirPath()}python" '
            f'-r "{PLUGIN / "requirements-cluster.txt"}"'
        )
        require("pyarrow", command=command)
        units, crs = self.read_units(parameters, context, feedback, _NO_YEAR, outlines=False)
        folder = Path(self.parameterAsString(parameters, "OUTPUT", context))
        scheduler = self.parameterAsString(parameters, "SCHEDULER", context)
        with open_scheduler(scheduler, command=command) as workers:
            source, parts = self._parts(parameters, folder, context, feedback)
            text = self.parameterAsString(parameters, "STATISTICS", context)
            statistics = parse_statistics(text, read_head(parts[0]).columns)
            feedback.pushInfo(tr("{n} parts are to be done.").format(n=len(parts)))
            found = assign_parts(source, units, folder, statistics, workers, progress_of(feedback, 30, 95))
        if found.kept:
            feedback.pushInfo(
                tr("{n} parts were done by an earlier run and are the same.").format(n=found.kept)
            )
        if found.moved:
            feedback.pushInfo(
                tr(
                    "{n} parts are in another CRS than the units; their overlaps were measured in {crs}, which takes longer."
                ).format(n=found.moved, crs=crs.name)
            )
        found.counts.check(self.parameterAsDouble(parameters, self.LIMIT, context))
        figures = found.tally.table(units.frame)
        return {
            "OUTPUT": str(folder),
            **self.counts(found.counts, feedback),
            "BORDER": found.border,
            "STREET_DIFFERS": found.street_differs,
            "DONE": found.done,
            "KEPT": found.kept,
            **self.write(parameters, "FIGURES", figures, context, feedback),
            **self.write_html(parameters, context, self.displayName(), self._sections(found)),
        }

    def _parts(
        self,
        parameters: dict[str, Any],
        folder: Path,
        context: QgsProcessingContext,
        feedback: QgsProcessingFeedback,
    ) -> tuple[Path, list[Path]]:
        """Return the folder or file of the parts, and the parts; a layer's file is split first."""
        from ...citycheck_qgis.units.partitions import OWN_FOLDER
        from ...citycheck_qgis.units.parts import SUFFIXES, list_parts, split

        file, parts = (self.parameterAsString(parameters, key, context) for key in ("INPUT", "PARTS"))
        if bool(file) == bool(parts):
            raise InputError("Give either a layer's file (INPUT) or a folder of GeoParquet files (PARTS).")
        given = Path(file or parts)
        if not given.exists():
            raise InputError("There is no file {file}; check the path.", file=given)
        if parts:
            return given, list_parts(given)
        if given.suffix.lower() in SUFFIXES:
            return given, [given]
        layer = self.parameterAsString(parameters, "LAYER", context) or None
        size = self.parameterAsInt(parameters, "PART_SIZE", context)
        into = folder / OWN_FOLDER / "input"
        return into, split(given, into, size, layer, progress_of(feedback, 5, 30))

    @staticmethod
    def _sections(found: AssignedParts) -> list[Section]:
        """Return the report: conservation, how the communities were found, what was done."""
        done = tr("{done} parts were done in this run, {kept} by an earlier one.").format(
            done=found.done, kept=found.kept
        )
        return [
            conservation_section([found.counts]),
            methods_section(found.methods, found.border, found.street_differs, [done]),
        ]
