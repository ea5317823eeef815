"""Write the map's styles and its print layout as files for the desktop.

    python scripts/write_styles.py

Writes styles/<role>.qml (Layer > Load Style) and styles/annual-sheet.qpt (Layout > Add Items from Template) from
styles/palette.json, labels.json and fonts.json. Run it after a change of these files or of citycheck_qgis/maps.
"""

from __future__ import annotations

import importlib
import os
import re
import sys
import uuid
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
ROOT = Path(__file__).resolve().parents[1]
LANGUAGE = "zh"


def sample_layer(table: object, geometry: str) -> object:
    """Make a layer with the columns of a table, so that a style finds its fields."""
    from qgis.core import QgsFeature, QgsGeometry, QgsVectorLayer

    kinds = {"text": "string", "integer": "integer", "real": "double"}
    fields = "&".join(f"field={name}:{kinds[kind]}" for name, kind in table.columns.items())
    layer = QgsVectorLayer(f"{geometry}?crs=EPSG:4547&{fields}", table.name, "memory")
    # The layout frames the communities and leaves empty layers out of its legend, so there has to be something.
    shapes = {
        "Point": "POINT(495000 2540000)",
        "MultiLineString": "MULTILINESTRING((490000 2535000, 500000 2545000))",
        "MultiPolygon": "MULTIPOLYGON(((490000 2535000, 500000 2535000, 500000 2545000, 490000 2535000)))",
    }
    feature = QgsFeature()
    feature.setGeometry(QgsGeometry.fromWkt(shapes[geometry]))
    layer.dataProvider().addFeature(feature)
    return layer


def fix_ids(path: Path) -> None:
    """Number the random ids of symbol layers and items, so that a file changes only with its content."""
    known: dict[str, str] = {}

    def numbered(found: re.Match[str]) -> str:
        return known.setdefault(found[0], str(uuid.uuid5(uuid.NAMESPACE_URL, f"{path.name}/{len(known)}")))

    text = path.read_text(encoding="utf-8")
    path.write_text(re.sub(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", numbered, text), encoding="utf-8")


def main() -> None:
    """Write all files."""
    # Qt orders XML attributes by hash; a fixed seed keeps the files the same from run to run.
    if os.environ.get("QT_HASH_SEED") != "0":
        os.execve(sys.executable, [sys.executable, *sys.argv], {**os.environ, "QT_HASH_SEED": "0"})
    sys.path.insert(0, str(ROOT))
    importlib.import_module("conftest")
    from qgis.core import QgsApplication, QgsMapLayer, QgsProject, QgsReadWriteContext

    application = QgsApplication([], False)
    application.initQgis()
    maps, tables = (
        "citycheck.citycheck_qgis.maps",
        importlib.import_module("citycheck.citycheck_qgis.storage.tables"),
    )
    fonts, palette, symbology, sheet = (
        importlib.import_module(f"{maps}.{name}") for name in ("fonts", "palette", "symbology", "sheet")
    )
    words = palette.labels(LANGUAGE)["layers"]
    family = fonts.choose_family("".join(words.values()))
    roles = {role: tables.DISTRIBUTION for role in words if role.startswith("unit-")}
    roles |= {
        t.name: t
        for t in (tables.DISTRIBUTION, tables.PROBLEM, tables.UNIT, tables.BUILDING, tables.FOOTPRINT)
    }
    roles |= tables.CONTEXT
    project = QgsProject()
    styled = QgsMapLayer.StyleCategory.Symbology | QgsMapLayer.StyleCategory.Labeling
    for role, table in roles.items():
        layer = sample_layer(table, table.geometry)
        symbology.apply_style(layer, role, LANGUAGE, family)
        path = ROOT / "styles" / f"{role}.qml"
        message, done = layer.saveNamedStyle(str(path), styled)
        if not done:
            raise SystemExit(message)
        fix_ids(path)
        if role not in ("unit", "footprint"):
            layer.setName(words[role])
            layer.setId(symbology.layer_id(role))
            project.addMapLayer(layer)
    layout = sheet.add_sheet(project, LANGUAGE)
    template = ROOT / "styles" / "annual-sheet.qpt"
    if not layout.saveAsTemplate(str(template), QgsReadWriteContext()):
        raise SystemExit(f"{template} cannot be written")
    fix_ids(template)
    # What belongs to the application has to go before it.
    project.clear()
    del layout, layer, project
    application.exitQgis()


if __name__ == "__main__":
    main()
