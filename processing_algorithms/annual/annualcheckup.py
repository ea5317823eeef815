"""The whole checkup of a year: from boundaries, buildings and tables to the map."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from qgis.core import (
    Qgis,
    QgsProcessing,
    QgsProcessingContext,
    QgsProcessingFeedback,
    QgsProcessingOutputFile,
    QgsProcessingOutputHtml,
    QgsProcessingOutputNumber,
    QgsProcessingParameterFeatureSource,
    QgsProcessingParameterFolderDestination,
)

from .. import dependencies
from ..base import progress_of
from ..explain import checkup_sections, total_of
from ..groups import ANNUAL
from ..inputs import CheckupAlgorithm
from ..outputs import load_afterwards
from ..translate import sentence, tr

DATABASE, PROJECT, PDF, PNG = (
    "checkup.gpkg",
    "checkup.qgz",
    "annual-problem-map.pdf",
    "annual-problem-map.png",
)
REPORT, REMAINDER = "report.html", "remainder.gpkg"


class AnnualCheckup(CheckupAlgorithm):
    """Runs all rooms one after the other and writes a folder."""

    group_of = ANNUAL
    keywords = "annual,checkup,city checkup,all in one,城市体检,年度体检,一键,全流程"
    packages = (*dependencies.CORE, *dependencies.TABLES)

    def name(self) -> str:
        return "annualcheckup"

    def displayName(self) -> str:
        return tr("Annual checkup")

    def flags(self) -> Qgis.ProcessingAlgorithmFlag:
        # Layouts are drawn with objects of the main thread.
        return super().flags() | Qgis.ProcessingAlgorithmFlag.NoThreading

    def description(self) -> str:
        return tr(
            "From boundaries, buildings, value tables, sample and surveyed problems to the checkup database, the problem "
            "distribution map (PDF, PNG and an editable project) and a report. Run again with another year into the same "
            "folder, it adds that year and keeps what planners changed in the project. Nothing is written unless all of it "
            "could be made."
        )

    def define(self) -> None:
        self.add_boundaries()
        self.add_year()
        self.add_buildings()
        self.add_tables(optional=True)
        self.add_sample()
        self.add_problems()
        for key, title, kind in (
            ("WATER", tr("Water"), QgsProcessing.SourceType.TypeVectorPolygon),
            ("GREEN", tr("Green space"), QgsProcessing.SourceType.TypeVectorPolygon),
            ("ROADS", tr("Roads"), QgsProcessing.SourceType.TypeVectorLine),
        ):
            self.add(
                QgsProcessingParameterFeatureSource(key, title, [kind], optional=True),
                tr("For the base map; copied into the database."),
            )
        self.add_edition()
        self.add_limit()
        self.add_sheet()
        self.add(
            QgsProcessingParameterFolderDestination("OUTPUT_FOLDER", tr("Output folder")),
            tr(
                "Gets checkup.gpkg, checkup.qgz, annual-problem-map.pdf and .png, report.html and remainder.gpkg."
            ),
        )
        self.add_counts()
        self.addOutput(QgsProcessingOutputNumber("PROBLEM_COUNT", tr("Problems")))
        self.addOutput(QgsProcessingOutputNumber("OBJECT_COUNT", tr("Objects with problems")))
        for key, title in (
            ("DATABASE", tr("Checkup database")),
            ("PROJECT", tr("Project")),
            ("PDF", tr("Map as PDF")),
            ("PNG", tr("Map as PNG")),
            ("REMAINDER", tr("Remainder")),
        ):
            self.addOutput(QgsProcessingOutputFile(key, title))
        self.addOutput(QgsProcessingOutputHtml("REPORT", tr("Report")))

    def work(
        self, parameters: dict[str, Any], context: QgsProcessingContext, feedback: QgsProcessingFeedback
    ) -> dict[str, Any]:
        from ...citycheck_qgis.checkup import computed_values, earlier_tables, present_tables, run_checkup
        from ...citycheck_qgis.problems.counts import without_stand_ins
        from ...citycheck_qgis.storage.database import write_layers, write_tables
        from ...citycheck_qgis.storage.files import staged
        from ...citycheck_qgis.storage.report import Section
        from ...citycheck_qgis.storage.runs import now, run_record
        from ...citycheck_qgis.units.conservation import counts, counts_table
        from ..maps.draw import draw

        started = now()
        progress = progress_of(feedback, 0, 100)
        folder = Path(self.parameterAsString(parameters, "OUTPUT_FOLDER", context))
        year = self.parameterAsInt(parameters, "YEAR", context)
        sheet = self.sheet(parameters, year, context)
        system = self.system(parameters, context)
        units, crs = self.read_units(parameters, context, feedback, year)
        buildings = self.frame(parameters, "BUILDINGS", context, feedback)
        if buildings is not None:
            buildings = self.in_crs(buildings, crs, tr("The building layer"), feedback)
        surveys = self.surveys(parameters, crs, context, feedback)
        base_map = self.base_map(parameters, crs, context, feedback)
        progress(0.2)
        result = run_checkup(
            units, system, year, buildings,
            building_field=self.parameterAsString(parameters, "BUILDING_FIELD", context) or None,
            values=computed_values(folder / DATABASE, year),
            value_files=self.files(parameters, "TABLES", context),
            sample_file=self.optional_file(parameters, "SAMPLE", context),
            surveys=surveys,
            earlier=earlier_tables(folder / DATABASE, year),
            present=present_tables(folder / DATABASE, year),
            limit_percent=self.parameterAsDouble(parameters, self.LIMIT, context),
            progress=progress_of(feedback, 20, 50),
        )  # fmt: skip
        for warning in result.warnings:
            feedback.pushWarning(sentence(warning))
        # The units' own notes were said when they were read.
        for note in result.notes[len(units.notes) :]:
            feedback.pushInfo(sentence(note))
        asked = {
            d.name(): parameters[d.name()] for d in self.parameterDefinitions() if d.name() in parameters
        }
        asked.pop("OUTPUT_FOLDER", None)
        record = run_record(
            self.id(),
            asked,
            self.input_files(parameters, context),
            counts(result.joins),
            self.version(),
            started,
        )
        with staged(folder, [DATABASE, PROJECT]) as draft:
            write_tables(draft / DATABASE, {**result.tables, **base_map, "run": record}, crs, year)
            write_layers(draft / REMAINDER, {"conservation": counts_table(result.joins), **result.remainders})
            progress(0.6)
            small = draw(draft / DATABASE, sheet, draft / PROJECT, draft / PDF, draft / PNG, feedback)
            picture = Section(tr("Map"), picture=small)
            title = tr("{city}: checkup {year}").format(city=sheet.city, year=year)
            sections = [picture, *checkup_sections(result, system)]
            self.write_page(draft / REPORT, title, sections, f"CityCheck {self.version()}")
            progress(0.98)
        self._show(folder / DATABASE, f"{sheet.city} {year}", year, context)
        problems = result.tables["problem"]
        named = (("DATABASE", DATABASE), ("PROJECT", PROJECT), ("PDF", PDF), ("PNG", PNG), ("REPORT", REPORT),
                 ("REMAINDER", REMAINDER))  # fmt: skip
        return {
            "OUTPUT_FOLDER": str(folder),
            **{key: str(folder / name) for key, name in named},
            **self.counts(total_of(tr("all rows"), result.joins), feedback),
            "PROBLEM_COUNT": len(problems),
            "OBJECT_COUNT": int(without_stand_ins(problems, result.tables["unit"])["object_id"].nunique()),
        }

    @staticmethod
    def _show(database: Path, group: str, year: int, context: QgsProcessingContext) -> None:
        """Have the desktop load the layers of the map; the finished sheet is the project."""
        for table, title, level in (
            ("problem", tr("Problems"), ""),
            ("distribution", tr("Problem distribution"), " AND \"level\" = 'community'"),
        ):
            uri = f'{database}|layername={table}|subset="year" = {year}{level}'
            load_afterwards(uri, context, group, title, table)
