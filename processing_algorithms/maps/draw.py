"""Project, PDF and PNG in one call, for the algorithms that draw."""

from __future__ import annotations

from pathlib import Path

from qgis.core import QgsFeedback

from ...citycheck_qgis.maps.project import ContextLayer, build_project
from ...citycheck_qgis.maps.sheet import Sheet, export_sheet
from ...citycheck_qgis.maps.symbology import save_styles
from ...citycheck_qgis.storage.database import table_names
from ...citycheck_qgis.storage.tables import CONTEXT


def draw(
    database: Path, sheet: Sheet, project: Path, pdf: Path | None, png: Path | None, feedback: QgsFeedback
) -> bytes | None:
    """Write the project of the sheet's year, export its layout and return a small PNG of it.

    Raises OutputError, InputError.
    """
    present = table_names(database)
    context = [ContextLayer(role, database, role) for role in CONTEXT if role in present]
    save_styles(database, sheet.language)
    made = build_project(database, sheet.year, sheet, project, context, feedback)
    picture = export_sheet(made.project, made.layout_name, pdf, png, feedback=feedback)
    # Open layers would keep the database locked.
    made.project.clear()
    return picture
