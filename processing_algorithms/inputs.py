"""The inputs that several algorithms share: their parameters, and how each is read."""

from __future__ import annotations

import configparser
from pathlib import Path
from typing import TYPE_CHECKING, Any

from qgis.core import (
    QgsProcessing,
    QgsProcessingContext,
    QgsProcessingFeedback,
    QgsProcessingOutputNumber,
    QgsProcessingParameterCrs,
    QgsProcessingParameterDefinition,
    QgsProcessingParameterFeatureSource,
    QgsProcessingParameterFile,
    QgsProcessingParameterMultipleLayers,
    QgsProcessingParameterNumber,
    QgsProcessingParameterString,
    QgsProcessingUtils,
    QgsProviderRegistry,
)

from ..citycheck_qgis.errors import InputError
from .base import PLUGIN, CityCheckAlgorithm
from .layer_files import PlainFile, plain_file
from .sources import crs_text, to_frame
from .translate import sentence, tr

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd
    from pyproj import CRS

    from ..citycheck_qgis.maps.sheet import Sheet
    from ..citycheck_qgis.messages import Message
    from ..citycheck_qgis.units.hierarchy import Units

#: Parameter of a base map layer -> table of the checkup database.
BASE_MAP = {"WATER": "water", "GREEN": "green", "ROADS": "road"}
#: Texts on the sheet: parameter -> attribute of `Sheet`.
SHEET = {
    "CITY_NAME": "city",
    "DATA_DATE": "data_date",
    "PRODUCER": "producer",
    "ISSUED": "issued",
    "DRAWING_NUMBER": "drawing_number",
    "REVIEW_NUMBER": "review_number",
    "MARK": "mark",
    "SOURCE_NOTE": "source_note",
}


class CheckupAlgorithm(CityCheckAlgorithm):
    """An algorithm on units, with the parameters for boundaries, tables, sample, problems and the sheet."""

    LIMIT = "MAX_UNMATCHED"

    def add_boundaries(self) -> None:
        """Add the four boundary layers and the columns of their codes, names and parents."""
        polygon = [QgsProcessing.SourceType.TypeVectorPolygon]
        for key, title, optional in (
            ("COMMUNITIES", tr("Communities"), False),
            ("STREETS", tr("Streets"), True),
            ("DISTRICTS", tr("Districts"), True),
            ("CITY", tr("City"), True),
        ):
            text = (
                tr(
                    "Boundaries of the communities (社区), each with its code. The table unit of a checkup database "
                    "may stand for all levels."
                )
                if key == "COMMUNITIES"
                else tr(
                    "Boundaries of this level. Left out, they are merged from the level below by the unit codes."
                )
            )
            self.add(QgsProcessingParameterFeatureSource(key, title, polygon, optional=optional), text)
        for key, title, text in (
            (
                "CODE_FIELD",
                tr("Code column"),
                tr("Column of the unit codes; empty: found by its usual names."),
            ),
            (
                "NAME_FIELD",
                tr("Name column"),
                tr("Column of the unit names; empty: found by its usual names."),
            ),
            (
                "PARENT_FIELD",
                tr("Parent column"),
                tr(
                    "Column with the code or name of the unit above; empty: found by its usual names, else the code's "
                    "own digits, else the place decide."
                ),
            ),
        ):
            self.add(QgsProcessingParameterString(key, title, optional=True), text, advanced=True)
        self.add(
            QgsProcessingParameterCrs("CRS", tr("Working CRS"), optional=True),
            tr(
                "Projected CRS in metres in which everything is measured; empty: that of the communities, or for "
                "degrees the matching CGCS2000 3-degree strip."
            ),
            advanced=True,
        )

    def add_limit(self) -> None:
        """Add the share of rows that may stay without a unit."""
        self.add(
            QgsProcessingParameterNumber(
                self.LIMIT, tr("Largest share without a unit (%)"),
                QgsProcessingParameterNumber.Type.Double, 10.0, minValue=0, maxValue=100,
            ),
            tr("The run fails when a larger share of the rows is unmatched or outside all units."),
        )  # fmt: skip

    def add_statistics(self) -> None:
        """Add what is counted of features per unit."""
        self.add(
            QgsProcessingParameterString("STATISTICS", tr("Figures per unit"), optional=True),
            tr(
                "What the table of figures has besides the number of features, divided by semicolons: a column to add up, "
                "a / b for the rate of two sums, a by w for the mean of a weighted by w."
            ),
        )

    def add_figures(self) -> None:
        """Add the table of what was counted."""
        self.add_sink(
            "FIGURES", tr("Figures of the units"),
            tr(
                "Number of features and the figures of every community, street, district and city; <figure>_n is the number of "
                "features that have the values. No value at all is empty, not 0."
            ),
            optional=True, table=True,
        )  # fmt: skip

    def add_assignment_counts(self) -> None:
        """Add the counts of an assignment as outputs that a script can read."""
        self.add_counts()
        self.addOutput(QgsProcessingOutputNumber("BORDER", tr("Features in several communities")))
        self.addOutput(QgsProcessingOutputNumber("STREET_DIFFERS", tr("Other street by largest overlap")))

    def add_year(self) -> None:
        """Add the checkup year."""
        self.add(
            QgsProcessingParameterNumber(
                "YEAR",
                tr("Checkup year"),
                QgsProcessingParameterNumber.Type.Integer,
                minValue=2000,
                maxValue=2100,
            ),
            tr("Year of the checkup that the data belong to."),
        )

    def add_buildings(self) -> None:
        """Add the building layer and the column of its numbers."""
        self.add(
            QgsProcessingParameterFeatureSource(
                "BUILDINGS", tr("Buildings"), [QgsProcessing.SourceType.TypeVectorPolygon], optional=True
            ),
            tr("Footprints; each is assigned to the community with the largest overlap."),
        )
        self.add(
            QgsProcessingParameterString("BUILDING_FIELD", tr("Building number column"), optional=True),
            tr("Column of the building numbers; empty: found by its usual names."),
            advanced=True,
        )

    def add_tables(self, optional: bool) -> None:
        """Add the value tables."""
        self.add(
            QgsProcessingParameterMultipleLayers(
                "TABLES", tr("Value tables"), QgsProcessing.SourceType.TypeFile, optional=optional
            ),
            tr(
                "CSV or XLSX files with indicator values, all sheets; the layout and the encoding are recognised."
            ),
        )

    def add_sample(self) -> None:
        """Add the register of surveyed units."""
        self.add(
            QgsProcessingParameterFile("SAMPLE", tr("Sample register"), optional=True),
            tr(
                "CSV or XLSX with the units that were surveyed in the year; without it no unit counts as free of problems."
            ),
        )

    def add_problems(self) -> None:
        """Add the surveyed problems."""
        self.add(
            QgsProcessingParameterMultipleLayers(
                "PROBLEMS", tr("Surveyed problems"), QgsProcessing.SourceType.TypeVector, optional=True
            ),
            tr(
                "Layers or tables with an indicator per row; located by building number, place, or unit name."
            ),
        )

    def add_values(self) -> None:
        """Add a table of values."""
        self.add(
            QgsProcessingParameterFeatureSource(
                "VALUES", tr("Values"), [QgsProcessing.SourceType.TypeVector]
            ),
            tr("Table of values, as importvalues writes it."),
        )

    def add_edition(self) -> None:
        """Add the indicator system."""
        self.add(
            QgsProcessingParameterString("EDITION", tr("Indicator system"), optional=True),
            tr(
                "Name of a built-in edition or path of your own CSV file in the same form; empty: the 61 national "
                "indicators."
            ),
            advanced=True,
        )

    def add_sheet(self) -> None:
        """Add the texts of the sheet."""
        for key, title, text, default in (
            ("CITY_NAME", tr("City name"), tr("First part of the sheet's title."), None),
            ("DATA_DATE", tr("Data date"), tr("Printed as given."), ""),
            ("PRODUCER", tr("Producing unit"), tr("Printed as given."), ""),
            ("ISSUED", tr("Date of issue"), tr("Printed as given; never taken from the clock."), ""),
            ("DRAWING_NUMBER", tr("Drawing number"), tr("Printed as given."), ""),
            (
                "REVIEW_NUMBER",
                tr("Map review number"),
                tr("审图号; a map that is made public needs one."),
                "",
            ),
            ("MARK", tr("Use mark"), tr("Empty: for internal use (内部使用)."), ""),
            ("SOURCE_NOTE", tr("Source note"), tr("Origin of the data, printed as given."), ""),
            ("LANGUAGE", tr("Language of the sheet"), tr("zh or en."), "zh"),
        ):
            needed = key == "CITY_NAME"
            self.add(
                QgsProcessingParameterString(key, title, default, optional=not needed),
                text,
                advanced=not needed,
            )

    def checkParameterValues(
        self, parameters: dict[str, Any], context: QgsProcessingContext
    ) -> tuple[bool, str]:
        for definition in self.parameterDefinitions():
            value = parameters.get(definition.name())
            if isinstance(
                definition, (QgsProcessingParameterFeatureSource, QgsProcessingParameterMultipleLayers)
            ):
                for text in value if isinstance(value, list) else [value]:
                    if isinstance(text, str) and text and not self._opens(definition, text, context):
                        reason = tr(
                            "{value}, given as {parameter}, cannot be opened; check the path and the layer name."
                        )
                        return False, reason.format(value=text, parameter=definition.name())
        return super().checkParameterValues(parameters, context)

    @staticmethod
    def _opens(
        definition: QgsProcessingParameterDefinition, text: str, context: QgsProcessingContext
    ) -> bool:
        if getattr(definition, "layerType", lambda: None)() == QgsProcessing.SourceType.TypeFile:
            return Path(text).is_file()
        return QgsProcessingUtils.mapLayerFromString(text, context) is not None

    def frame(
        self,
        parameters: dict[str, Any],
        key: str,
        context: QgsProcessingContext,
        feedback: QgsProcessingFeedback,
    ) -> gpd.GeoDataFrame | None:
        """Return the features of a source parameter, or None where it was left out."""
        source = self.parameterAsSource(parameters, key, context)
        if source is None:
            return None
        file = plain_file(self, parameters, key, context)
        return to_frame(source, feedback, file if isinstance(file, PlainFile) else None)

    def require(
        self,
        parameters: dict[str, Any],
        key: str,
        context: QgsProcessingContext,
        feedback: QgsProcessingFeedback,
    ) -> gpd.GeoDataFrame:
        """Return the features of a required source parameter, which must have some."""
        frame = self.frame(parameters, key, context, feedback)
        if frame is None or len(frame) == 0:
            raise InputError(
                "The layer given as {parameter} is empty; choose a layer with features.", parameter=key
            )
        return frame

    def read_units(
        self,
        parameters: dict[str, Any],
        context: QgsProcessingContext,
        feedback: QgsProcessingFeedback,
        code_year: int,
        strict: bool = True,
        outlines: bool = True,
    ) -> tuple[Units, CRS]:
        """Return the units of the boundary parameters in the working CRS; `strict`, `outlines` as in `build_units`."""
        from ..citycheck_qgis.units.coordinates import working_crs
        from ..citycheck_qgis.units.hierarchy import build_units, layer_of, refuse_empty

        layers = {}
        for key, level in (
            ("CITY", "city"), ("DISTRICTS", "district"), ("STREETS", "street"), ("COMMUNITIES", "community"),
        ):  # fmt: skip
            frame = self.frame(parameters, key, context, feedback)
            if frame is not None:
                layers[level] = frame
        refuse_empty(layers)
        chosen = self.parameterAsCrs(parameters, "CRS", context)
        crs = working_crs(layers["community"], crs_text(chosen))
        for level, frame in layers.items():
            layers[level] = self.in_crs(frame, crs, layer_of(level), feedback)
        text = {k: self.parameterAsString(parameters, k, context) or None for k in
                ("CODE_FIELD", "NAME_FIELD", "PARENT_FIELD")}  # fmt: skip
        units = build_units(
            layers, code_year, text["CODE_FIELD"], text["NAME_FIELD"], text["PARENT_FIELD"], strict, outlines
        )
        for note in units.notes:
            feedback.pushInfo(sentence(note))
        return units, crs

    def in_crs(
        self, frame: gpd.GeoDataFrame, crs: CRS, what: str | Message, feedback: QgsProcessingFeedback
    ) -> gpd.GeoDataFrame:
        """Return a frame in the working CRS and say so where it was in another."""
        from ..citycheck_qgis.units.coordinates import reproject

        moved, note = reproject(frame, crs, what)
        if note is not None:
            feedback.pushInfo(sentence(note))
        return moved

    def files(self, parameters: dict[str, Any], key: str, context: QgsProcessingContext) -> list[Path]:
        """Return the paths of a file list parameter."""
        # A list that was left out is one empty text to QGIS.
        return [Path(path) for path in self.parameterAsFileList(parameters, key, context) if path]

    def optional_file(
        self, parameters: dict[str, Any], key: str, context: QgsProcessingContext
    ) -> Path | None:
        """Return the path of a file parameter, or None where it was left out."""
        text = self.parameterAsFile(parameters, key, context)
        if text and not Path(text).is_file():
            raise InputError("There is no file {file}; check the path.", file=text)
        return Path(text) if text else None

    def system(self, parameters: dict[str, Any], context: QgsProcessingContext) -> pd.DataFrame:
        """Return the chosen indicator system."""
        from ..citycheck_qgis.indicators.systems import load_system

        return load_system(self.parameterAsString(parameters, "EDITION", context) or None)

    def values(
        self, parameters: dict[str, Any], context: QgsProcessingContext, feedback: QgsProcessingFeedback
    ) -> pd.DataFrame | None:
        """Return the table of values, or None where it was left out."""
        from ..citycheck_qgis.storage.database import conform
        from ..citycheck_qgis.storage.tables import VALUE

        frame = self.frame(parameters, "VALUES", context, feedback)
        if frame is None:
            return None
        missing = [c for c in ("unit_code", "indicator_id", "year", "value", "state") if c not in frame]
        if missing:
            raise InputError(
                "The value table has no column {column}; give a table that importvalues has written.",
                column=missing[0],
            )
        return conform(frame, VALUE, None)

    def surveys(
        self,
        parameters: dict[str, Any],
        crs: CRS,
        context: QgsProcessingContext,
        feedback: QgsProcessingFeedback,
    ) -> dict[str, gpd.GeoDataFrame]:
        """Return the layers of surveyed problems by name, in the working CRS."""
        layers = self.parameterAsLayerList(parameters, "PROBLEMS", context)
        frames = {}
        for layer in layers:
            frame = to_frame(layer, feedback)
            name = layer.name() if layer.name() not in frames else f"{layer.name()} {len(frames) + 1}"
            if frame.geometry.isna().all():
                frames[name] = frame.set_crs(crs, allow_override=True)
            else:
                frames[name] = self.in_crs(
                    frame, crs, tr("The problem layer {name}").format(name=name), feedback
                )
        return frames

    def base_map(
        self,
        parameters: dict[str, Any],
        crs: CRS,
        context: QgsProcessingContext,
        feedback: QgsProcessingFeedback,
    ) -> dict[str, gpd.GeoDataFrame]:
        """Return the layers of the base map as tables of the checkup database."""
        from ..citycheck_qgis.maps.basemap import base_map_table

        tables = {}
        for key, table in BASE_MAP.items():
            frame = self.frame(parameters, key, context, feedback)
            if frame is not None:
                tables[table] = base_map_table(
                    self.in_crs(frame, crs, self.parameterDefinition(key).description(), feedback), table
                )
        return tables

    def sheet(self, parameters: dict[str, Any], year: int, context: QgsProcessingContext) -> Sheet:
        """Return the texts of the sheet."""
        from ..citycheck_qgis.maps.sheet import Sheet

        texts: dict[str, Any] = {
            name: self.parameterAsString(parameters, key, context) for key, name in SHEET.items()
        }
        texts["mark"] = texts["mark"] or None
        language = self.parameterAsString(parameters, "LANGUAGE", context)
        if language not in ("zh", "en"):
            raise InputError("The sheet has no language {language}; choose zh or en.", language=language)
        return Sheet(year=year, language=language, **texts)

    def input_files(self, parameters: dict[str, Any], context: QgsProcessingContext) -> list[Path]:
        """Return the files behind all inputs, for the record of the run."""
        texts: list[str] = []
        for definition in self.parameterDefinitions():
            value = parameters.get(definition.name())
            if not definition.isDestination():
                texts += [
                    str(v) for v in (value if isinstance(value, list) else [value]) if v not in (None, "")
                ]
        registry = QgsProviderRegistry.instance()
        paths = [registry.decodeUri("ogr", text).get("path") or "" for text in texts]
        return [Path(path) for path in paths if path and Path(path).is_file()]

    def version(self) -> str:
        """Return CityCheck's version."""
        metadata = configparser.ConfigParser(interpolation=None)
        metadata.read(PLUGIN / "metadata.txt", encoding="utf-8")
        return metadata["general"]["version"]
