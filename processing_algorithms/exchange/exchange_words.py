"""What an exchange says of the states of features and of what was done, in the interface language."""

from __future__ import annotations

from ..translate import tr


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


def action_words() -> dict[str, str]:
    """Return what each action does."""
    return {
        "create": tr("New on the platform"),
        "update": tr("Changed on the platform"),
        "delete": tr("Deleted on the platform"),
        "create_here": tr("New here"),
        "update_here": tr("Changed here"),
        "delete_here": tr("Deleted here"),
        "none": tr("Nothing"),
    }


def both_sides(here: int, there: int, package: bool = False) -> str:
    """Return how many features each side has."""
    said = (
        tr("Features here: {local}, in the package of the partner: {remote}.")
        if package
        else tr("Features here: {local}, read on the platform: {remote}.")
    )
    return said.format(local=here, remote=there)
