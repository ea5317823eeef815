"""What an exchange says of the states of features and of what was done, in the interface language."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from ...citycheck_qgis.messages import Message, mark
from ..translate import tr

if TYPE_CHECKING:
    from ...citycheck_qgis.cim.results import Report

#: What an exchange says of a platform -> the same of a partner who has sent a package.
_OF_PARTNER = {
    "It was deleted here and changed on the platform.": mark(
        "It was deleted here and changed by the partner."
    ),
    "It was changed here and deleted on the platform.": mark(
        "It was changed here and deleted by the partner."
    ),
    "It holds again what it held before the platform's value was taken over: an older file may have come back.": mark(
        "It holds again what it held before the partner's value was taken over: an older file may have come back."
    ),
    "It has no key on the platform.": mark("It has no key in the package."),
    "The platform stopped before its last page; nothing is taken for deleted.": mark(
        "The package does not hold all features of the partner; nothing is taken for deleted."
    ),
    "The platform has no field {remote}; {field} is not exchanged.": mark(
        "The package has no field {remote}; {field} is not exchanged."
    ),
    "Field {field} is of type {type} here and of type {other} on the platform; it is not exchanged.": mark(
        "Field {field} is of type {type} here and of type {other} in the package; it is not exchanged."
    ),
    "The layer has no field for {field} of the platform; it stays as it is there.": mark(
        "The layer has no field for {field} of the package; it is not taken over."
    ),
    "Field {field} is of type {type} here and of type {other} on the platform; values that do not fit are rejected.": mark(
        "Field {field} is of type {type} here and of type {other} in the package; values that do not fit are rejected."
    ),
    "The layer holds {here}, the platform {there}; what cannot be turned into the other without loss is rejected.": mark(
        "The layer holds {here}, the package {there}; what cannot be turned into the other without loss is rejected."
    ),
    "The layer holds {here}, the platform {there}; features with geometry are rejected.": mark(
        "The layer holds {here}, the package {there}; features with geometry are rejected."
    ),
}


def of_partner(said: Message) -> Message:
    """Return a sentence on a platform as one on a partner and his package."""
    return Message(_OF_PARTNER.get(said.template, said.template), said.values)


def report_of_partner(report: Report) -> Report:
    """Return the report of an import in sentences on the partner."""
    results = [r if r.reason is None else replace(r, reason=of_partner(r.reason)) for r in report.results]
    return replace(report, results=results, warnings=[of_partner(told) for told in report.warnings])


def state_names(package: bool = False) -> dict[str, str]:
    """Return the short name of each state of a feature.

    Parameters
    ----------
    package : the other side is a partner who sends packages, not a platform
    """
    return {
        "conflict": tr("In conflict"),
        "rejected": tr("Rejected"),
        "held_back": tr("Held back"),
        "waiting": tr("Waiting for the next run"),
        "withheld": tr("Withheld by the rules"),
        "altered": tr("Sent and altered by the platform"),
        "verified": tr("Sent and verified"),
        "taken": tr("Taken from the package") if package else tr("Taken from the platform"),
        "planned": tr("Planned"),
        "agreed": tr("Already the same on both sides"),
    }


def state_meanings(package: bool = False) -> dict[str, str]:
    """Return each state of a feature with what it means, see `state_names`."""
    return {
        "conflict": tr("In conflict: both sides have changed it; resolve it with resolveconflicts"),
        "rejected": tr("Rejected: it cannot be taken as it is"),
        "held_back": tr("Held back: it has no key, or shares it with another one"),
        "waiting": tr("Waiting: not known yet, or changed during the run; the next run goes on with it"),
        "withheld": tr("Withheld by the rules of this run"),
        "altered": tr("Sent, and altered by the platform: see the differences"),
        "verified": tr("Sent, read back and the same"),
        "taken": tr("Taken from the package") if package else tr("Taken from the platform"),
        "planned": tr("Planned: a run that is no preview would do it"),
        "agreed": tr("The same on both sides already"),
    }


def action_words(package: bool = False) -> dict[str, str]:
    """Return what each action does, see `state_names`."""
    return {
        "create": tr("To be made by the partner") if package else tr("New on the platform"),
        "update": tr("To be changed by the partner") if package else tr("Changed on the platform"),
        "delete": tr("To be deleted by the partner") if package else tr("Deleted on the platform"),
        "create_here": tr("New here"),
        "update_here": tr("Changed here"),
        "delete_here": tr("Deleted here"),
        "none": tr("Left as it is"),
    }


def both_sides(here: int, there: int, package: bool = False) -> str:
    """Return how many features each side has."""
    said = (
        tr("Features here: {local}, in the package of the partner: {remote}.")
        if package
        else tr("Features here: {local}, read on the platform: {remote}.")
    )
    return said.format(local=here, remote=there)
