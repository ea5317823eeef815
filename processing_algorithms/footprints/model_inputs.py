"""What the algorithms that read models share: the files, the CRS, the layers and tables that come out."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from qgis.core import (
    QgsProcessing,
    QgsProcessingContext,
    QgsProcessingFeedback,
    QgsProcessingOutputNumber,
    QgsProcessingParameterCrs,
    QgsProcessingParameterFile,
    QgsProcessingParameterMultipleLayers,
)

from ...citycheck_qgis.errors import InputError
from ..explain import conservation_section, in_words
from ..inputs import CheckupAlgorithm
from ..sources import crs_text
from ..translate import sentence, tr

if TYPE_CHECKING:
    from pyproj import CRS

    from ...citycheck_qgis.footprints.layers import FootprintLayers, LayerBuilder
    from ...citycheck_qgis.storage.report import Section


class ModelAlgorithm(CheckupAlgorithm):
    """An algorithm on files of BIM or city models.

    A subclass gives `suffixes`, the lower-case endings of the files that it takes from a folder.
    """

    suffixes: Sequence[str]

    def add_models(self) -> None:
        """Add the files and the folder."""
        self.add(
            QgsProcessingParameterMultipleLayers(
                "FILES", tr("Model files"), QgsProcessing.SourceType.TypeFile, optional=True
            ),
            tr("The files to read; their endings are {endings}.").format(endings=", ".join(self.suffixes)),
        )
        self.add(
            QgsProcessingParameterFile(
                "FOLDER", tr("Folder of models"), QgsProcessingParameterFile.Behavior.Folder, optional=True
            ),
            tr("All model files in this folder and in the folders below it, besides the files above."),
        )

    def add_model_crs(self) -> None:
        """Add the CRS of models that do not say theirs."""
        self.add(
            QgsProcessingParameterCrs("MODEL_CRS", tr("CRS of models that name none"), optional=True),
            tr(
                "For models whose coordinates are map coordinates but which do not say in which CRS. Without it they have "
                "no known place."
            ),
        )

    def add_footprint_outputs(self) -> None:
        """Add the layers, the tables and the counts of footprints."""
        self.add(
            QgsProcessingParameterCrs("CRS", tr("CRS of the footprints"), optional=True),
            tr(
                "CRS of the output layer; empty: that of the database, else the one that most of the buildings came in."
            ),
        )
        self.add(
            QgsProcessingParameterFile("DATABASE", tr("Checkup database"), extension="gpkg", optional=True),
            tr(
                "GeoPackage whose table footprint gets the buildings; what came from the same files before is replaced. A new "
                "file is made where there is none."
            ),
        )
        self.add_sink(
            "OUTPUT", tr("Footprints"),
            tr(
                "The roofprint and the ground print of each building whose place is known, with height, storeys, areas, year, "
                "how they were found, a quality and the codes of all warnings."
            ),
            optional=True,
        )  # fmt: skip
        self.add_sink(
            "UNPLACED", tr("Footprints without a place"),
            tr(
                "Buildings whose place nothing says, in the model's own metres and without a CRS, and buildings without any "
                "polygon. They need control points or a CRS."
            ),
            optional=True,
        )  # fmt: skip
        self.add_sink(
            "STATUS", tr("Status of the files"),
            tr("One row per file: whether it was read, else why not; what was found in it, all warnings, time."),
            optional=True, table=True,
        )  # fmt: skip
        self.add_report()
        self.add_counts()
        self.addOutput(QgsProcessingOutputNumber("FILES_READ", tr("Files read")))
        self.addOutput(QgsProcessingOutputNumber("FILES_NOT_READ", tr("Files that could not be read")))

    def model_files(self, parameters: dict[str, Any], context: QgsProcessingContext) -> dict[Path, str]:
        """Return the model files in the order of their names, and the name of each: its path below all of them."""
        files = self.files(parameters, "FILES", context)
        text = self.parameterAsString(parameters, "FOLDER", context)
        if text:
            if not Path(text).is_dir():
                raise InputError("There is no folder {folder}; check the path.", folder=text)
            files += self._below(Path(text))
        missing = [file for file in self.files(parameters, "FILES", context) if not file.is_file()]
        if missing:
            raise InputError("There is no file {file}; check the path.", file=missing[0])
        files = sorted({Path(os.path.abspath(file)) for file in files})  # noqa: PTH100 - links keep their names
        if not files:
            endings = ", ".join(self.suffixes)
            if text:
                raise InputError(
                    "The folder {folder} holds no file with one of the endings {endings}.",
                    folder=text,
                    endings=endings,
                )
            raise InputError("Give model files (FILES) or a folder of them (FOLDER).")
        return self._named(files, Path(os.path.abspath(text)) if text else None)  # noqa: PTH100

    @staticmethod
    def _named(files: Sequence[Path], folder: Path | None) -> dict[Path, str]:
        """Return the name of each file: its path below the folder, else its own name, where two share it its path."""
        inside = [folder is not None and file.is_relative_to(folder) for file in files]
        own = Counter(file.name for file, below in zip(files, inside, strict=True) if not below)
        return {
            file: file.relative_to(folder).as_posix()
            if below and folder is not None
            else file.name
            if own[file.name] == 1
            else file.as_posix()
            for file, below in zip(files, inside, strict=True)
        }

    def _below(self, folder: Path) -> Iterator[Path]:
        for file in folder.rglob("*"):
            named = file.name.lower().endswith(tuple(self.suffixes)) and not file.name.startswith("._")
            # A link that leads nowhere is no folder: it gets its row like every file that cannot be read.
            if named and not file.is_dir():
                yield file

    def crs_parameter(
        self, parameters: dict[str, Any], key: str, context: QgsProcessingContext
    ) -> CRS | None:
        """Return the CRS that a parameter names; None where it was left out."""
        from pyproj import CRS

        text = crs_text(self.parameterAsCrs(parameters, key, context))
        return None if text is None else CRS.from_user_input(text)

    def write_footprints(
        self,
        parameters: dict[str, Any],
        builder: LayerBuilder,
        context: QgsProcessingContext,
        feedback: QgsProcessingFeedback,
    ) -> dict[str, Any]:
        """Write all outputs of `add_footprint_outputs`."""
        database = self.parameterAsString(parameters, "DATABASE", context)
        layers = builder.layers(self._output_crs(parameters, builder, database, context))
        files, buildings = layers.conservation
        if files.unmatched:
            feedback.pushWarning(
                tr("{n} of {total} files could not be read; the status of the files says why.").format(
                    n=files.unmatched, total=files.total
                )
            )
        if buildings.unmatched:
            feedback.pushWarning(
                tr("{n} of {total} buildings have no known place or no polygon; they are in the layer of footprints without "
                   "a place.").format(n=buildings.unmatched, total=buildings.total)
            )  # fmt: skip
        if layers.far_off:
            feedback.pushWarning(
                tr("{n} buildings lie far outside the area of {crs}, which distorts them; choose another CRS for the "
                   "footprints.").format(n=layers.far_off, crs=layers.placed.crs.name)
            )  # fmt: skip
        written = {
            **self.write(parameters, "OUTPUT", layers.placed, context, feedback, "footprint"),
            **self.write(parameters, "UNPLACED", layers.unplaced, context, feedback, "footprint"),
            **self.write(parameters, "STATUS", layers.files, context, feedback),
            **self.write_html(parameters, context, self.displayName(), self._sections(layers)),
        }
        # Last: whatever is wrong with the database, what was read is not lost.
        if database:
            self._write_database(Path(database), layers, feedback)
        return {
            **written,
            **self.counts(buildings, feedback),
            "FILES_READ": files.matched,
            "FILES_NOT_READ": files.unmatched,
        }

    def _output_crs(
        self, parameters: dict[str, Any], builder: LayerBuilder, database: str, context: QgsProcessingContext
    ) -> CRS | None:
        from ...citycheck_qgis.storage.database import database_crs

        stored = database_crs(Path(database)) if database else None
        chosen = self.crs_parameter(parameters, "CRS", context)
        return chosen or stored or builder.common_crs()

    @staticmethod
    def _write_database(database: Path, layers: FootprintLayers, feedback: QgsProcessingFeedback) -> None:
        """Put the footprints in place of those that came from the same files before."""
        from ...citycheck_qgis.footprints.database import merge_footprints
        from ...citycheck_qgis.storage.database import database_crs, read_table, table_names, write_tables

        crs = database_crs(database) or layers.placed.crs
        if crs is None:
            feedback.pushWarning(
                tr("No model has a known place, so that the database {file} was not made; give control points or a CRS.")
                .format(file=database)
            )  # fmt: skip
            return
        there = database.exists() and "footprint" in table_names(database)
        rows, notes = merge_footprints(layers, crs, read_table(database, "footprint") if there else None)
        for note in notes:
            feedback.pushWarning(sentence(note))
        write_tables(database, {"footprint": rows}, crs)

    @staticmethod
    def _sections(layers: FootprintLayers) -> list[Section]:
        from ...citycheck_qgis.storage.report import Section

        status = in_words(layers.files, "state", "georef_method", "quality")
        headings = {
            "file": tr("File"), "state": tr("State"), "buildings": tr("Buildings"), "placed": tr("Placed"),
            "georef_method": tr("Placed by"), "source_crs": tr("CRS"), "roofprint_area": tr("Roofprints (m²)"),
            "ground_area": tr("Ground prints (m²)"), "quality": tr("Quality"),
        }  # fmt: skip
        told = status.assign(said=status["reason"].fillna(status["explanation"]))
        told = told.loc[told["said"].notna(), ["file", "said"]]
        words = {"file": tr("File"), "said": tr("What was found")}
        return [
            conservation_section(layers.conservation),
            Section(
                tr("Status of the files"), table=status[list(headings)].rename(columns=headings), limit=2000
            ),
            Section(tr("What was found"), table=told.rename(columns=words), limit=2000),
        ]
