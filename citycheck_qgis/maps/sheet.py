"""The annual sheet: an A3 landscape layout and its export to PDF and PNG."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from qgis.core import QgsFeedback, QgsProject


@dataclass(frozen=True)
class Sheet:
    """What the sheet says beside the map; every text may be empty.

    Attributes
    ----------
    city : name of the city, first part of the title
    year : checkup year
    data_date : date of the data, printed as given
    producer : producing unit
    drawing_number : number of the drawing (图号)
    review_number : map review number (审图号); a map made public needs one
    mark : use mark; None takes the default of the language (内部使用)
    source_note : origin of the data
    language : ``zh`` or ``en``, a key of styles/labels.json
    issued : date of issue, printed as given; never taken from the clock
    """

    city: str
    year: int
    data_date: str = ""
    producer: str = ""
    drawing_number: str = ""
    review_number: str = ""
    mark: str | None = None
    source_note: str = ""
    language: str = "zh"
    issued: str = ""


def export_sheet(
    project: QgsProject,
    layout_name: str,
    pdf: Path | None = None,
    png: Path | None = None,
    dpi: int = 300,
    feedback: QgsFeedback | None = None,
) -> None:
    """Write a layout of the project as PDF and as PNG; raises OutputError, Cancelled."""
    raise NotImplementedError
