"""The whole checkup of a year, from units to the distribution of problems, on frames."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import geopandas as gpd
import pandas as pd

from .errors import InputError
from .footprints.coverage import SOURCE as COVERAGE_SOURCE
from .indicators.rollup import roll_up
from .indicators.sample import check_sample, mark_not_surveyed, read_sample
from .indicators.values import read_values
from .messages import Message, message
from .problems.counts import compare_years, count_distribution
from .problems.edits import keep_edits
from .problems.ledger import build_ledger
from .problems.survey import FAR, read_survey
from .problems.verdicts import judge
from .storage.database import read_table, table_names
from .storage.tables import SAMPLE, SURVEYED, VALUE
from .units.assignment import assign
from .units.buildings import building_table
from .units.conservation import Conservation
from .units.hierarchy import Units


@dataclass
class Checkup:
    """The tables of a year and what became of every row that came in.

    Attributes
    ----------
    tables : table name -> frame, as the checkup database holds them
    verdicts : see `verdicts.judge`
    joins : the conservation of each join
    remainders : name -> rows without a partner, and rows that contradict themselves
    comparison : see `counts.compare_years`; None without an earlier sampled year
    compared_with : the earlier year of the comparison
    notes, warnings : sentences for people
    """

    tables: dict[str, pd.DataFrame]
    verdicts: pd.DataFrame
    joins: list[Conservation] = field(default_factory=list)
    remainders: dict[str, pd.DataFrame] = field(default_factory=dict)
    comparison: pd.DataFrame | None = None
    compared_with: int | None = None
    notes: list[Message] = field(default_factory=list)
    warnings: list[Message] = field(default_factory=list)


def run_checkup(
    units: Units,
    system: pd.DataFrame,
    year: int,
    buildings: gpd.GeoDataFrame | None = None,
    building_field: str | None = None,
    values: pd.DataFrame | None = None,
    value_files: Sequence[Path] = (),
    sample_file: Path | None = None,
    surveys: Mapping[str, gpd.GeoDataFrame] | None = None,
    earlier: Mapping[str, pd.DataFrame] | None = None,
    present: Mapping[str, pd.DataFrame] | None = None,
    limit_percent: float = 10.0,
    progress: Callable[[float], None] = lambda share: None,
) -> Checkup:
    """Join, roll up, diagnose and count.

    Parameters
    ----------
    units : see `hierarchy.build_units`
    system : table `indicator`
    year : the checkup year
    buildings : footprints in the units' CRS
    building_field : column of the building number
    values : table `value`, where it has been read before
    value_files : annex tables (CSV, XLSX)
    sample_file : register of the surveyed units
    surveys : name -> surveyed problems in the units' CRS
    earlier : tables `problem` and `sample` of other years
    present : tables `problem` and `surveyed` of this year, from the last run; what was edited since is kept
    limit_percent : largest share of rows that may stay without a unit, for each join
    progress : called with the share done, 0 to 1; may raise to cancel

    Raises
    ------
    InputError, ConservationError : see the rooms.
    """
    result = Checkup(
        {"unit": units.frame, "indicator": system}, verdicts=pd.DataFrame(), notes=list(units.notes)
    )
    earlier = earlier or {}

    table = None
    if buildings is not None:
        assigned = assign(buildings, units.at("community"), "buildings", lambda share: progress(0.3 * share))
        table = building_table(assigned.frame, "building layer", building_field)
        lost = assigned.frame[~assigned.frame["method"].isin(["within", "largest_overlap"])]
        _account(result, assigned.conservation, lost.rename_axis("feature").reset_index(), limit_percent)
        result.tables["building"] = table
        if assigned.street_differs:
            result.notes.append(
                message(
                    "{n} buildings overlap another street more than their community's own.",
                    n=assigned.street_differs,
                )
            )
    progress(0.3)

    reported = _reported(values, year)
    if value_files:
        found = read_values(value_files, units.frame, system, year)
        found.check(limit_percent)
        # The cells; unit rows and indicator headings are what the cells are joined by.
        result.joins.append(found.conservation[-1])
        result.notes += found.notes
        result.remainders["values"] = found.remainder
        reported = pd.concat([reported, found.values], ignore_index=True)
    progress(0.5)

    sample = None
    if sample_file is not None:
        register = read_sample(sample_file, units.frame, year)
        sample = register.sample
        if len(sample) == 0:
            raise InputError(
                "The sample register {file} has no unit of {year}; choose another year or add its rows.",
                file=sample_file.name,
                year=year,
            )
        result.notes += register.notes
        reported = mark_not_surveyed(reported, sample, system)
        _account(result, register.conservation, register.remainder, limit_percent)
        result.warnings += check_sample(sample, units.frame)
        result.tables["sample"] = sample
    else:
        # What an earlier run of the year was told is no longer true of this one.
        result.tables["sample"] = pd.DataFrame(columns=list(SAMPLE.columns))
        result.warnings.append(
            message("There is no sample register: no unit can be said to be without problems.")
        )

    survey = read_survey(surveys or {}, table, units.frame, system)
    if surveys:
        _account(result, survey.conservation, survey.remainder, limit_percent)
    if len(survey.contradictions):
        result.remainders["contradictions"] = survey.contradictions
        result.warnings.append(
            message(
                "{n} problems lie more than {metres:g} m from the building whose number they state; the number was "
                "believed: see the list of contradictions.",
                n=len(survey.contradictions),
                metres=FAR,
            )
        )
    progress(0.7)

    rolled = roll_up(reported, units.frame, system)
    result.tables["value"] = pd.concat([reported, rolled], ignore_index=True)
    result.verdicts = judge(result.tables["value"], system)
    past = earlier.get("problem")
    ledger = build_ledger(survey.findings, reported, units.frame, system, year, past)
    result.tables["surveyed"] = ledger[list(SURVEYED.columns)]
    if present:
        ledger, kept = keep_edits(ledger, present)
        result.notes += kept.notes()
    result.tables["problem"] = ledger
    # With a field survey every sampled unit was looked at; without one, only where values came back.
    measured = reported.loc[reported["state"] == "measured", "unit_code"]
    assessed = None if surveys else set(measured)
    result.tables["distribution"] = count_distribution(ledger, units.frame, year, sample, table, assessed)
    _compare(result, ledger, sample, earlier, units.frame, year)
    progress(1.0)
    return result


def earlier_tables(database: Path, year: int) -> dict[str, pd.DataFrame]:
    """Return the problems and samples of other years that a checkup database holds; nothing without one."""
    if not database.exists():
        return {}
    return {name: read_table(database, name, f"year <> {year}") for name in ("problem", "sample")}


def present_tables(database: Path, year: int) -> dict[str, pd.DataFrame]:
    """Return the problems of the year as a checkup database has them, and what the survey said of them."""
    if not database.exists():
        return {}
    # Databases of an earlier version have no such table.
    names = [name for name in ("problem", SURVEYED.name) if name in table_names(database)]
    return {name: read_table(database, name, f"year = {year}") for name in names}


def computed_values(database: Path, year: int) -> pd.DataFrame | None:
    """Return the values of the year that other algorithms have computed into the database; None without any.

    They stand in no annex, so that a rerun of the year would lose them.
    """
    if not database.exists():
        return None
    values = read_table(database, "value", f"year = {year}")
    return values[values["source"].fillna("").str.startswith(COVERAGE_SOURCE)]


def _reported(values: pd.DataFrame | None, year: int) -> pd.DataFrame:
    if values is None:
        return pd.DataFrame(columns=list(VALUE.columns))
    return values[(values["year"] == year) & (values["source"] != "rollup")]


def _account(result: Checkup, join: Conservation, lost: pd.DataFrame, limit_percent: float) -> None:
    join.check(limit_percent)
    result.joins.append(join)
    result.remainders[join.subject] = lost


def _compare(
    result: Checkup,
    ledger: pd.DataFrame,
    sample: pd.DataFrame | None,
    earlier: Mapping[str, pd.DataFrame],
    units: pd.DataFrame,
    year: int,
) -> None:
    samples = earlier.get("sample")
    if sample is None or samples is None or not (samples["year"] < year).any():
        return
    last = int(samples.loc[samples["year"] < year, "year"].max())
    problems = earlier["problem"]
    result.comparison = compare_years(
        ledger, problems[problems["year"] == last], sample, samples[samples["year"] == last], units
    )
    result.compared_with = last
