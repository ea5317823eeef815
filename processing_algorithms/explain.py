"""What the reports of several algorithms say in the same way."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from .translate import tr

if TYPE_CHECKING:
    import pandas as pd

    from ..citycheck_qgis.storage.report import Section
    from ..citycheck_qgis.units.assignment import Assignment
    from ..citycheck_qgis.units.conservation import Conservation


def conservation_section(joins: Sequence[Conservation]) -> Section:
    """Return the conservation table: in = matched + ambiguous + unmatched + outside."""
    import pandas as pd

    from ..citycheck_qgis.storage.report import Section

    table = pd.DataFrame([join.as_row() for join in joins]).rename(
        columns={
            "subject": tr("Join"),
            "total": tr("Rows in"),
            "matched": tr("Matched"),
            "ambiguous": tr("Ambiguous"),
            "unmatched": tr("Unmatched"),
            "outside": tr("Outside"),
        }
    )
    sentence = tr("Every row that came in is counted once: in = matched + ambiguous + unmatched + outside.")
    return Section(tr("Conservation of rows"), [sentence], table=table)


def assignment_sections(result: Assignment, lost: pd.DataFrame) -> list[Section]:
    """Return the report of an assignment by largest overlap."""
    from ..citycheck_qgis.storage.report import Section
    from ..citycheck_qgis.units.geometry import NOTE, duplicates

    frame = result.frame
    method = frame["method"].value_counts().rename_axis(tr("Method")).reset_index(name=tr("Features"))
    notes = frame.loc[frame[NOTE] != "", NOTE].value_counts()
    notes = notes.rename_axis(tr("Geometry")).reset_index(name=tr("Features"))
    facts = [
        tr("{n} features lie in more than one community.").format(n=int((frame["overlap_count"] > 1).sum())),
        tr("{n} features repeat the geometry of another one.").format(n=int(duplicates(frame).sum())),
        tr(
            "The street by largest overlap is another than the community's own street for {n} features."
        ).format(n=result.street_differs),
    ]
    return [
        conservation_section([result.conservation]),
        Section(tr("How the community was found"), facts, table=method),
        Section(tr("Geometry that was not as it should be"), table=notes),
        Section(tr("Features without a unit, and ties"), table=lost.drop(columns=frame.geometry.name)),
    ]
