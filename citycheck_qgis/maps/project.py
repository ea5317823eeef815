"""The editable project of the annual map."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from qgis.core import QgsFeedback, QgsProject

from .sheet import Sheet


@dataclass(frozen=True)
class ContextLayer:
    """A layer of the base map.

    Attributes
    ----------
    role : ``water``, ``green`` or ``road``
    path : file
    layer : layer name inside the file; None takes the first
    """

    role: str
    path: Path
    layer: str | None = None


@dataclass(frozen=True)
class MapProject:
    """A written project that is still open.

    Attributes
    ----------
    project : the open project; keep it alive as long as its layouts are used
    path : the written ``.qgz``
    layout_name : name of the annual sheet's layout, for `export_sheet`
    reopened : True if the project existed and its styles, labels and layouts were kept
    """

    project: QgsProject
    path: Path
    layout_name: str
    reopened: bool


def build_project(
    database: Path,
    year: int,
    sheet: Sheet,
    project_path: Path,
    context: Sequence[ContextLayer] = (),
    feedback: QgsFeedback | None = None,
    template: Path | None = None,
) -> MapProject:
    """Write the project of a year, or put a year's data under an existing one."""
    raise NotImplementedError
