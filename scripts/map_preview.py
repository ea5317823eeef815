"""Draw the annual map of a checkup database, without Processing, to look at it.

    python scripts/map_preview.py DATABASE YEAR FOLDER [ROLE=FILE:LAYER ...]

Writes map.qgz, map.pdf and map.png into the folder and prints the CPU time.
"""

from __future__ import annotations

import argparse
import importlib
import os
import sys
import time
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
ROOT = Path(__file__).resolve().parents[1]


def main() -> None:
    """Parse the command line, draw, report."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("database", type=Path)
    parser.add_argument("year", type=int)
    parser.add_argument("folder", type=Path)
    parser.add_argument("context", nargs="*", help="ROLE=FILE:LAYER, role water, green or road")
    parser.add_argument("--city", default="云州市")
    parser.add_argument("--language", default="zh")
    parser.add_argument("--template", type=Path)
    given = parser.parse_args()
    sys.path.insert(0, str(ROOT))
    importlib.import_module("conftest")
    from qgis.core import QgsApplication

    application = QgsApplication([], False)
    application.initQgis()
    project_room = importlib.import_module("citycheck.citycheck_qgis.maps.project")
    sheet_room = importlib.import_module("citycheck.citycheck_qgis.maps.sheet")
    context = []
    for item in given.context:
        role, source = item.split("=", 1)
        path, _, layer = source.partition(":")
        context.append(project_room.ContextLayer(role, Path(path), layer or None))
    sheet = sheet_room.Sheet(
        given.city,
        given.year,
        data_date=f"{given.year}-12-31",
        producer=f"{given.city}住房和城乡建设局",
        drawing_number="01",
        source_note="虚构示例数据，仅供演示",
        language=given.language,
        issued=f"{given.year + 1}-03-15",
    )
    start = time.process_time()
    built = project_room.build_project(
        given.database, given.year, sheet, given.folder / "map.qgz", context, template=given.template
    )
    middle = time.process_time()
    sheet_room.export_sheet(built.project, built.layout_name, given.folder / "map.pdf", None)
    after_pdf = time.process_time()
    sheet_room.export_sheet(built.project, built.layout_name, None, given.folder / "map.png")
    end = time.process_time()
    print(f"CPU: project {middle - start:.2f} s, PDF {after_pdf - middle:.2f} s, PNG {end - after_pdf:.2f} s")
    for file in sorted(given.folder.glob("map.*")):
        print(f"{file}  {file.stat().st_size / 1024:,.0f} kB")
    del built
    application.exitQgis()


if __name__ == "__main__":
    main()
