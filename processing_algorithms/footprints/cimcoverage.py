"""How much of the built-up area has 3D data."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from qgis.core import (
    QgsProcessing,
    QgsProcessingContext,
    QgsProcessingFeedback,
    QgsProcessingOutputNumber,
    QgsProcessingParameterEnum,
    QgsProcessingParameterFeatureSource,
    QgsProcessingParameterFile,
    QgsProcessingParameterString,
)

from ...citycheck_qgis.messages import message
from ..base import progress_of
from ..groups import FOOTPRINTS
from ..inputs import CheckupAlgorithm
from ..translate import sentence, tr

_RULES = ("projected", "closed", "hull")


class CimCoverage(CheckupAlgorithm):
    """The national indicator of 3D data coverage, as values."""

    group_of = FOOTPRINTS
    keywords = "3d coverage,cim,indicator,built-up area,三维数据覆盖率,城市信息模型,建成区,指标"

    def name(self) -> str:
        return "cimcoverage"

    def displayName(self) -> str:
        return tr("CIM 3D data coverage")

    def description(self) -> str:
        return tr(
            "Computes the national indicator of 3D data coverage of the CIM platform: the projected area of 3D data in the "
            "built-up area as a share of the built-up area, for the city and its districts. The values go to a table and to "
            "the checkup database."
        )

    def define(self) -> None:
        self.add_boundaries()
        polygon = [QgsProcessing.SourceType.TypeVectorPolygon]
        for key, title, optional, text in (
            ("MODELS", tr("Footprints"), False, tr("Footprints of BIM and city models; of a building's two polygons the roofprint counts, the ground print where there is no other.")),
            ("BUILT_UP", tr("Built-up area"), True, tr("Polygons of the built-up area; without them all of each unit counts as built up.")),
            ("EXTENTS", tr("Extents of other 3D data"), True, tr("Polygons that 3D data covers besides these models, such as the tiles of a mesh.")),
        ):  # fmt: skip
            self.add(QgsProcessingParameterFeatureSource(key, title, polygon, optional=optional), text)
        self.add(
            QgsProcessingParameterEnum(
                "RULE", tr("Area of 3D data"), list(_RULES), defaultValue=_RULES[0], usesStaticStrings=True
            ),
            tr(
                "projected: what the models cover, seen from above; closed: also the ground between models that are less than "
                "50 m apart; hull: the convex hull of each file. The published definition says no more than projected area."
            ),
        )
        self.add_year()
        self.add(
            QgsProcessingParameterString("DATA_DATE", tr("Data date"), optional=True),
            tr("Date of the models, such as 2024-12-31."),
            advanced=True,
        )
        self.add(
            QgsProcessingParameterFile("DATABASE", tr("Checkup database"), extension="gpkg", optional=True),
            tr("GeoPackage whose table of values gets the coverage of the year."),
        )
        self.add_sink(
            "OUTPUT", tr("Values"), tr("Table of values: the share in percent, and both areas."), table=True
        )
        self.add_report()
        self.addOutput(QgsProcessingOutputNumber("COVERAGE", tr("Coverage of the city (%)")))

    def work(
        self, parameters: dict[str, Any], context: QgsProcessingContext, feedback: QgsProcessingFeedback
    ) -> dict[str, Any]:
        from ...citycheck_qgis.footprints.coverage import INDICATOR, cover
        from ...citycheck_qgis.storage.report import Section

        year = self.parameterAsInt(parameters, "YEAR", context)
        units, crs = self.read_units(parameters, context, feedback, year)
        layers = {}
        for key, what in (
            ("MODELS", message("The footprint layer")),
            ("BUILT_UP", message("The layer of the built-up area")),
            ("EXTENTS", message("The layer of extents")),
        ):
            frame = self.frame(parameters, key, context, feedback)
            layers[key] = None if frame is None else self.in_crs(frame, crs, what, feedback)
        found = cover(
            units.frame, layers["MODELS"], year,
            built_up=layers["BUILT_UP"], extents=layers["EXTENTS"],
            rule=self.parameterAsEnumString(parameters, "RULE", context),
            data_date=self.parameterAsString(parameters, "DATA_DATE", context) or None,
            progress=progress_of(feedback, 30, 90),
        )  # fmt: skip
        told = [sentence(finding.message) for finding in found.findings]
        for text in told:
            feedback.pushWarning(text)
        database = self.parameterAsString(parameters, "DATABASE", context)
        if database:
            self._write_database(Path(database), found.values, crs, year)
        city = units.frame.loc[units.frame["level"] == "city", "code"]
        of_city = found.values[
            (found.values["indicator_id"] == INDICATOR) & found.values["unit_code"].isin(city)
        ]
        share = of_city["value"].iloc[0] if len(of_city) else None
        sections = [Section(tr("Coverage"), warnings=told, table=found.areas)]
        return {
            "COVERAGE": None if share is None or share != share else round(float(share), 2),
            **self.write(parameters, "OUTPUT", found.values, context, feedback),
            **self.write_html(parameters, context, self.displayName(), sections),
        }

    @staticmethod
    def _write_database(database: Path, values: Any, crs: Any, year: int) -> None:
        """Put the values beside the others of the year, in place of those of an earlier run."""
        import pandas as pd

        from ...citycheck_qgis.storage.database import read_table, write_tables

        if database.exists():
            others = read_table(database, "value", f"year = {year}")
            ours = others["indicator_id"].isin(values["indicator_id"].unique())
            values = pd.concat([others[~ours], values], ignore_index=True) if not ours.all() else values
        write_tables(database, {"value": values}, crs)
