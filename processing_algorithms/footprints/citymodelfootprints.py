"""Buildings of CityJSON and CityGML files as footprints."""

from __future__ import annotations

from functools import partial
from typing import Any

from qgis.core import QgsProcessingContext, QgsProcessingFeedback, QgsProcessingParameterString

from ..base import progress_of
from ..groups import FOOTPRINTS
from ..translate import sentence, tr
from .model_inputs import ModelAlgorithm


class CityModelFootprints(ModelAlgorithm):
    """A roofprint and a ground print of each building of city models."""

    group_of = FOOTPRINTS
    keywords = "citygml,cityjson,3d,city model,lod,footprint,cim,三维,城市模型,城市信息模型,轮廓,基底,楼栋"
    suffixes = (".json", ".jsonl", ".gml", ".xml", ".zip", ".gz")

    def name(self) -> str:
        return "citymodelfootprints"

    def displayName(self) -> str:
        return tr("Footprints from city models")

    def description(self) -> str:
        return tr(
            "Reads CityJSON (1.0, 1.1, 2.0), CityJSONSeq and CityGML (1, 2, 3), plain, gzip or zip, and gives each building a "
            "roofprint and a ground print with height, storeys, year and use. Building parts are merged into their buildings, "
            "nothing is counted twice, and the CRS and its axis order are recognised in all spellings met in practice."
        )

    def define(self) -> None:
        self.add_models()
        self.add_model_crs()
        self.add(
            QgsProcessingParameterString("LOD", tr("Level of detail"), optional=True),
            tr(
                "Preferred level of detail of solids, such as 2 or 1.3; empty: LoD2, LoD3, LoD1, LoD4 in this order."
            ),
            advanced=True,
        )
        self.add_footprint_outputs()

    def work(
        self, parameters: dict[str, Any], context: QgsProcessingContext, feedback: QgsProcessingFeedback
    ) -> dict[str, Any]:
        from ...citycheck_qgis.footprints.citymodels.read import iterate
        from ...citycheck_qgis.footprints.layers import LayerBuilder

        files = self.model_files(parameters, context)
        crs = self.crs_parameter(parameters, "MODEL_CRS", context)
        lod = self.parameterAsString(parameters, "LOD", context) or None
        builder, part = LayerBuilder(sentence), 90 / len(files)
        for number, (path, name) in enumerate(files.items()):
            progress = progress_of(feedback, number * part, (number + 1) * part)
            reason = builder.add_city_model(
                path, name, partial(iterate, path, progress=progress, default_crs=crs, lod=lod)
            )
            if reason is not None:
                feedback.pushWarning(f"{name}: {sentence(reason)}")
        return self.write_footprints(parameters, builder, context, feedback)
