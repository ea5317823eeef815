"""What the reports of several algorithms say in the same way."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from ..citycheck_qgis.messages import word
from .translate import sentence, tr

if TYPE_CHECKING:
    import pandas as pd

    from ..citycheck_qgis.checkup import Checkup
    from ..citycheck_qgis.storage.report import Section
    from ..citycheck_qgis.units.assign_features import Assigned
    from ..citycheck_qgis.units.conservation import Conservation
    from ..citycheck_qgis.units.hierarchy import Units


def conservation_section(joins: Sequence[Conservation]) -> Section:
    """Return the conservation table: in = matched + ambiguous + unmatched + outside."""
    from ..citycheck_qgis.storage.report import Section
    from ..citycheck_qgis.units.conservation import counts_table

    table = counts_table(joins)
    table["subject"] = [sentence(word(join.subject)) for join in joins]
    table = table.rename(
        columns={
            "subject": tr("Join"),
            "total": tr("Rows in"),
            "matched": tr("Matched"),
            "ambiguous": tr("Ambiguous"),
            "unmatched": tr("Unmatched"),
            "outside": tr("Outside"),
        }
    )
    rule = tr("Every row that came in is counted once: in = matched + ambiguous + unmatched + outside.")
    return Section(tr("Conservation of rows"), [rule], table=table)


def total_of(subject: str, joins: Sequence[Conservation]) -> Conservation:
    """Return the counts of several joins together."""
    from ..citycheck_qgis.units.conservation import Conservation

    parts = ("total", "matched", "ambiguous", "unmatched", "outside")
    return Conservation(subject, **{part: sum(getattr(join, part) for join in joins) for part in parts})


def boundary_sections(units: Units, issues: pd.DataFrame) -> list[Section]:
    """Return the report of a check of boundaries; `issues` as `topology.join_issues` returns them."""
    from ..citycheck_qgis.storage.report import Section

    summary = issues.groupby(["level", "issue"], sort=False)["area"].agg(["count", "sum"]).reset_index()
    headings = {"level": tr("Level"), "issue": tr("Issue"), "count": tr("Number"), "sum": tr("Area (m²)")}
    for column in ("level", "issue"):
        summary[column] = [sentence(word(text)) for text in summary[column]]
    return [
        Section(
            tr("Units"),
            [sentence(note) for note in units.notes],
            table=count_words(units.frame["level"], tr("Level"), tr("Number")),
        ),
        Section(tr("Issues"), table=summary.rename(columns=headings)),
        Section(tr("List"), table=issues.drop(columns="geometry")),
    ]


def assignment_sections(assigned: Assigned, counts: Conservation, left_over: pd.DataFrame) -> list[Section]:
    """Return the report of an assignment by largest overlap; `left_over` are the features without a unit and ties."""
    from ..citycheck_qgis.storage.report import Section
    from ..citycheck_qgis.units.geometry import NOTE

    located = assigned.located
    notes = count_words(left_over.loc[left_over[NOTE] != "", NOTE], tr("Geometry"), tr("Features"))
    border = int((located.overlaps > 1).sum())
    return [
        conservation_section([counts]),
        methods_section(located.count_methods(), border, located.street_differs),
        Section(tr("Geometry of features without a unit"), table=notes),
        Section(
            tr("Features without a unit, and ties"), table=left_over.drop(columns=left_over.geometry.name)
        ),
    ]


def methods_section(
    methods: Mapping[str, int], border: int, street_differs: int, facts: Sequence[str] = ()
) -> Section:
    """Return how often the community was found in which way; `border` features lie in several communities."""
    import pandas as pd

    from ..citycheck_qgis.storage.report import Section

    used = {method: number for method, number in methods.items() if number}
    table = pd.DataFrame(
        {tr("Method"): [sentence(word(method)) for method in used], tr("Features"): list(used.values())}
    )
    usual = [
        tr("{n} features lie in more than one community.").format(n=border),
        tr(
            "The street by largest overlap is another than the community's own street for {n} features."
        ).format(n=street_differs),
    ]
    return Section(tr("How the community was found"), [*usual, *facts], table=table)


def count_words(words: pd.Series, heading: str, what: str) -> pd.DataFrame:
    """Return how often each fixed word occurs, in the interface language."""
    counts = words.value_counts(sort=False).rename_axis(heading).reset_index(name=what)
    return counts.assign(**{heading: [sentence(word(text)) for text in counts[heading]]})


def in_words(table: pd.DataFrame, *columns: str) -> pd.DataFrame:
    """Return a table with the fixed words of some columns, of which a cell holds several between semicolons, translated."""
    return table.assign(**{column: [_said(cell) for cell in table[column]] for column in columns})


def _said(cell: object) -> object:
    if not isinstance(cell, str) or not cell:
        return cell
    return tr(", ").join(sentence(word(part)) for part in cell.split(";"))


def checkup_sections(result: Checkup, system: pd.DataFrame) -> list[Section]:
    """Return the report of a checkup: conservation, states, verdicts, problems, comparison, remainders."""
    import pandas as pd

    from ..citycheck_qgis.indicators.rollup import conflicts
    from ..citycheck_qgis.problems.counts import without_stand_ins
    from ..citycheck_qgis.storage.report import Section

    problems, distribution = result.tables["problem"], result.tables["distribution"]
    values = result.tables["value"]
    judged = result.verdicts.merge(system[["indicator_id", "dimension"]], on="indicator_id")
    unverified = judged[(judged["unverified"] == 1) & judged["verdict"].isin(["meets", "fails"])]
    doubt = tr("The thresholds of {n} indicators that were judged are unverified: {ids}.").format(
        n=unverified["indicator_id"].nunique(), ids=", ".join(sorted(unverified["indicator_id"].unique()))
    )
    by_dimension = problems.groupby("dimension").agg(
        problems=("problem_id", "size"), units=("unit_code", "nunique")
    )
    by_dimension["objects"] = (
        without_stand_ins(problems, result.tables["unit"]).groupby("dimension")["object_id"].nunique()
    )
    communities = distribution[distribution["level"] == "community"]
    worst = communities.sort_values(["objects", "unit_code"], ascending=[False, True]).head(15)
    columns = ["unit_code", "name", "state", "problems", "objects", "buildings", "per_100_buildings"]
    by_state = communities.groupby("state").size().reset_index(name="units")
    sections = [
        conservation_section(result.joins),
        Section(tr("Notes"), [sentence(n) for n in result.notes], [sentence(w) for w in result.warnings]),
        Section(tr("States of the values"), table=count_words(values["state"], tr("State"), tr("Rows"))),
        Section(
            tr("Verdicts"),
            warnings=[doubt] if len(unverified) else [],
            table=_in_words(pd.crosstab(judged["dimension"], judged["verdict"]).reset_index()),
        ),
        Section(tr("Problems by dimension"), table=_in_words(by_dimension.reset_index())),
        Section(tr("Communities by state"), table=_in_words(by_state)),
        Section(
            tr("Communities with the most objects"), table=_in_words(pd.DataFrame(worst[columns]).round(2))
        ),
    ]
    disagreeing = conflicts(values)
    if len(disagreeing):
        why = tr(
            "All are kept; the verdict takes a reported value before one that was rolled up, then the first."
        )
        columns = ["unit_code", "indicator_id", "source", "value", "text"]
        sections.append(Section(tr("Sources that disagree"), [why], table=_in_words(disagreeing[columns])))
    if result.comparison is not None:
        basis = tr("Only the {n} units that were surveyed in both years are compared.").format(
            n=int(result.comparison["units"].max())
        )
        heading = tr("Compared with {year}").format(year=result.compared_with)
        table = _in_words(result.comparison.drop(columns="units"))
        sections.append(Section(heading, [basis], table=table))
    for name, rows in result.remainders.items():
        if len(rows):
            table = pd.DataFrame(rows.drop(columns=[c for c in ("geometry",) if c in rows]))
            sections.append(Section(tr("Remainder: {name}").format(name=sentence(word(name))), table=table))
    return sections


def _in_words(summary: pd.DataFrame) -> pd.DataFrame:
    """Return a summary of the distribution or the ledger with its headings and words in the interface language."""
    headings = {
        "dimension": tr("Dimension"),
        "state": tr("State"),
        "unit_code": tr("Code"),
        "indicator_id": tr("Indicator"),
        "source": tr("Source"),
        "value": tr("Value"),
        "text": tr("As found"),
        "name": tr("Name"),
        "problems": tr("Problems"),
        "objects": tr("Objects"),
        "units": tr("Units"),
        "buildings": tr("Buildings"),
        "per_100_buildings": tr("Buildings with problems per 100"),
        "persistent": tr("Persistent"),
        "new": tr("New"),
        "solved": tr("Solved"),
        "meets": tr("Meets the standard"),
        "fails": tr("Fails the standard"),
        "no_standard": tr("No standard"),
        "not_assessed": tr("Not assessed"),
    }
    dimensions = {
        "housing": tr("Housing"),
        "community": tr("Estate and community"),
        "block": tr("Block"),
        "city": tr("Urban area"),
    }
    states = {
        "problems": tr("Problems found"),
        "none": tr("Surveyed, no problem found"),
        "not_surveyed": tr("Not surveyed"),
        "no_data": tr("No data"),
    }
    words = {"dimension": dimensions, "state": states}
    said = {c: summary[c].map(names).fillna(summary[c]) for c, names in words.items() if c in summary}
    return summary.assign(**said).rename(columns=headings)
