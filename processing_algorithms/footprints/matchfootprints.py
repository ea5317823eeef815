"""Which building of the register is which building of a model."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from qgis.core import (
    QgsProcessing,
    QgsProcessingContext,
    QgsProcessingFeedback,
    QgsProcessingOutputNumber,
    QgsProcessingParameterFeatureSource,
    QgsProcessingParameterFile,
    QgsProcessingParameterNumber,
    QgsProcessingParameterString,
)

from ...citycheck_qgis.errors import InputError
from ...citycheck_qgis.messages import mark, message
from ..base import progress_of
from ..explain import conservation_section, count_words, in_words
from ..groups import FOOTPRINTS
from ..inputs import CheckupAlgorithm
from ..translate import sentence, tr

if TYPE_CHECKING:
    import geopandas as gpd

    from ...citycheck_qgis.footprints.matching import Matches
    from ...citycheck_qgis.storage.report import Section


class MatchFootprints(CheckupAlgorithm):
    """Cross-reference of model buildings to the building layer, with a remainder both ways."""

    group_of = FOOTPRINTS
    keywords = "match,cross-reference,building code,iou,bim,cim,匹配,对照,楼栋编码,房屋编码,挂接,关联"

    def name(self) -> str:
        return "matchfootprints"

    def displayName(self) -> str:
        return tr("Match footprints with buildings")

    def description(self) -> str:
        return tr(
            "Finds the building of each footprint of BIM and city models: by global id, by building code, by overlap. One "
            "model over several buildings and several models of one building stay as they are; each relation has a basis and "
            "a confidence between 0 and 1. What finds no partner, on either side, is a layer of its own with the reason."
        )

    def define(self) -> None:
        polygon = [QgsProcessing.SourceType.TypeVectorAnyGeometry]
        self.add(
            QgsProcessingParameterFeatureSource("FOOTPRINTS", tr("Footprints"), polygon, optional=True),
            tr(
                "Footprints as ifcfootprints and citymodelfootprints write them; empty: those of the database."
            ),
        )
        self.add(
            QgsProcessingParameterFeatureSource(
                "BUILDINGS", tr("Buildings"), [QgsProcessing.SourceType.TypeVectorPolygon], optional=True
            ),
            tr("The building layer; empty: the buildings of the database."),
        )
        self.add(
            QgsProcessingParameterFile("DATABASE", tr("Checkup database"), extension="gpkg", optional=True),
            tr(
                "GeoPackage whose footprints get their building_id and confidence, and which gets the table footprint_building "
                "with all relations."
            ),
        )
        for key, title, text in (
            ("BUILDING_FIELD", tr("Building number column"), tr("Column of the building numbers; empty: found by its usual names.")),
            ("CODE_FIELD", tr("Code column"), tr("Column of the building code that models carry; empty: found by its usual names.")),
            ("GUID_FIELD", tr("Global id column"), tr("Column of the models' global ids in the building layer; empty: found by its usual names.")),
        ):  # fmt: skip
            self.add(QgsProcessingParameterString(key, title, optional=True), text, advanced=True)
        self.add(
            QgsProcessingParameterNumber(
                self.LIMIT, tr("Largest share without a building (%)"),
                QgsProcessingParameterNumber.Type.Double, 50.0, minValue=0, maxValue=100,
            ),
            tr("The run fails when a larger share of the footprints finds no building."),
        )  # fmt: skip
        self.add_sink(
            "OUTPUT", tr("Relations"),
            tr(
                "One row per footprint and building that belong together: basis, confidence, kind (one_to_one, one_to_many, "
                "many_to_one, many_to_many), IoU, shares and distance."
            ),
            optional=True, table=True,
        )  # fmt: skip
        self.add_sink(
            "MATCHED_FOOTPRINTS", tr("Footprints with buildings"),
            tr("One row per model building with its building_id, basis, confidence, and what became of it."),
            optional=True,
        )  # fmt: skip
        self.add_sink(
            "REMAINDER", tr("Footprints without a building"),
            tr("Footprints without a building or with several possible ones, with the reason."),
            optional=True,
        )  # fmt: skip
        self.add_sink(
            "BUILDING_REMAINDER", tr("Buildings without a footprint"),
            tr("Buildings that no model describes, with the reason."),
            optional=True,
        )  # fmt: skip
        self.add_report()
        self.add_counts()
        for key, title in (
            ("BUILDING_TOTAL", tr("Buildings")),
            ("BUILDING_MATCHED", tr("Buildings with a footprint")),
        ):
            self.addOutput(QgsProcessingOutputNumber(key, title))

    def work(
        self, parameters: dict[str, Any], context: QgsProcessingContext, feedback: QgsProcessingFeedback
    ) -> dict[str, Any]:
        from ...citycheck_qgis.footprints.matching import match, one_print_each

        footprints, buildings = self._inputs(parameters, context, feedback)
        texts = {
            key: self.parameterAsString(parameters, parameter, context) or None
            for key, parameter in (("building_id", "BUILDING_FIELD"), ("code", "CODE_FIELD"), ("guid", "GUID_FIELD"))
        }  # fmt: skip
        prints = one_print_each(footprints)
        found = match(prints, buildings, **texts, progress=progress_of(feedback, 10, 85))
        for told in found.findings:
            feedback.pushWarning(sentence(told.message))
        of_footprints, of_buildings = found.conservation
        of_footprints.check(self.parameterAsDouble(parameters, self.LIMIT, context), mark("building"))
        database = self.parameterAsString(parameters, "DATABASE", context)
        if database:
            self._write_database(Path(database), prints, found, feedback)
        outputs = (
            ("OUTPUT", found.relations.drop(columns="footprint"), None),
            ("MATCHED_FOOTPRINTS", found.footprints, "matched"),
            ("REMAINDER", found.footprint_remainder, "matched"),
            ("BUILDING_REMAINDER", found.building_remainder, "matched"),
        )
        written: dict[str, Any] = {}
        for key, frame, role in outputs:
            written |= self.write(parameters, key, frame, context, feedback, role)
        return {
            **written,
            **self.write_html(parameters, context, self.displayName(), self._sections(found)),
            **self.counts(of_footprints, feedback),
            "BUILDING_TOTAL": of_buildings.total,
            "BUILDING_MATCHED": of_buildings.matched,
        }

    def _inputs(
        self, parameters: dict[str, Any], context: QgsProcessingContext, feedback: QgsProcessingFeedback
    ) -> tuple[gpd.GeoDataFrame, gpd.GeoDataFrame]:
        """Return footprints and buildings in one CRS in metres."""
        from ...citycheck_qgis.storage.database import read_table
        from ...citycheck_qgis.units.coordinates import working_crs

        database = self.parameterAsString(parameters, "DATABASE", context)
        frames = {}
        for key, table in (("FOOTPRINTS", "footprint"), ("BUILDINGS", "building")):
            frame = self.frame(parameters, key, context, feedback)
            if frame is None and database:
                frame = read_table(Path(database), table)
            if frame is None:
                raise InputError(
                    "Give a layer as {parameter}, or a checkup database that has one.", parameter=key
                )
            if frame.empty:
                raise InputError(
                    "The layer given as {parameter} is empty; choose a layer with features.", parameter=key
                )
            frames[key] = frame
        footprints, buildings = frames["FOOTPRINTS"], frames["BUILDINGS"]
        missing = [column for column in ("source_file", "cim_id", "kind") if column not in footprints]
        if missing:
            raise InputError(
                "The footprint layer has no column {column}; give a layer that ifcfootprints or citymodelfootprints has "
                "written.",
                column=missing[0],
            )
        crs = working_crs(buildings)
        buildings = self.in_crs(buildings, crs, message("The building layer"), feedback)
        if footprints.geometry.notna().any():
            return self.in_crs(footprints, crs, message("The footprint layer"), feedback), buildings
        return footprints.set_crs(crs, allow_override=True), buildings

    @staticmethod
    def _write_database(
        database: Path, matched: gpd.GeoDataFrame, found: Matches, feedback: QgsProcessingFeedback
    ) -> None:
        """Write the relations, and the chosen building into the footprints of the database; others stay."""
        from ...citycheck_qgis.footprints.database import with_matches
        from ...citycheck_qgis.storage.database import database_crs, read_table, table_names, write_tables

        present = table_names(database) if database.exists() else []
        if "footprint" not in present:
            raise InputError(
                "The database {file} has no footprints; give it to ifcfootprints or citymodelfootprints first.",
                file=database,
            )
        footprints = read_table(database, "footprint")
        relations = read_table(database, "footprint_building") if "footprint_building" in present else None
        table, merged = with_matches(footprints, relations, found, matched)
        crs = database_crs(database) or matched.crs
        write_tables(database, {"footprint": table, "footprint_building": merged}, crs)

    @staticmethod
    def _sections(found: Matches) -> list[Section]:
        from ...citycheck_qgis.storage.report import Section

        told = [sentence(finding.message) for finding in found.findings]
        relations, number = found.relations, tr("Number")
        without_building = in_words(
            found.footprint_remainder.drop(columns="geometry"), "outcome", "basis", "reason"
        )
        without_footprint = in_words(found.building_remainder.drop(columns="geometry"), "outcome", "reason")
        return [
            conservation_section(found.conservation),
            Section(tr("What was found"), warnings=told),
            Section(tr("Basis of the relations"), table=count_words(relations["basis"], tr("Basis"), number)),
            Section(tr("Kind of the relations"), table=count_words(relations["kind"], tr("Kind"), number)),
            Section(tr("Footprints without a building"), table=without_building),
            Section(tr("Buildings without a footprint"), table=without_footprint),
        ]  # fmt: skip
