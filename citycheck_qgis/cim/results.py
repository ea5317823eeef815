"""What an exchange may do and what it has done."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from ..messages import Message, mark

#: What can become of a feature, the gravest first: a feature with two results counts with the graver one.
STATES = (
    mark("conflict"),  # both sides have changed it: nothing is done before it is resolved
    mark("rejected"),  # the platform does not take it
    mark("held_back"),  # without a key, or with a doubled one: which feature is meant is not known
    mark("waiting"),  # not known yet, or changed during the run: the next run goes on with it
    mark("withheld"),  # not written by the rules of this run (ceiling of deletions, status only, read-only)
    mark("altered"),  # on the platform, but not as it was sent; the differences are listed
    mark("verified"),  # on the platform, read back and the same
    mark("taken"),  # from the platform, now in the local layer
    mark("planned"),  # what a preview would do
    mark("agreed"),  # the same on both sides already
)


@dataclass(frozen=True)
class Rules:
    """What a run may do.

    Attributes
    ----------
    push, pull : the directions
    dry_run : tell what would be done and do nothing
    writable : names of the items that may be written to the platform, no feature may be made or deleted there then;
        None: all
    large_changes : updates may change one field in more than half of the features, or empty it in more than a tenth
    max_deletions : most features that may be deleted, on each side; when there are more, none is
    pauses : seconds to wait between looking for a new feature of which no answer came
    """

    push: bool = True
    pull: bool = False
    dry_run: bool = True
    writable: frozenset[str] | None = None
    max_deletions: int = 0
    large_changes: bool = False
    pauses: Sequence[float] = (0.5, 1.0, 2.0, 4.0)


@dataclass(frozen=True)
class Result:
    """What became of one feature.

    Attributes
    ----------
    key : None for a feature without one
    action : ``create``, ``update``, ``delete`` on the platform; the same with ``_here`` for the local layer; ``none``
    state : see `exchange.STATES`
    items : names of the items concerned
    fid : number of its row in the local layer; None where it has none
    """

    key: str | None
    action: str
    state: str
    items: tuple[str, ...] = ()
    reason: Message | None = None
    server_id: str | None = None
    fid: str | None = None


@dataclass
class Report:
    """What an exchange has done.

    Attributes
    ----------
    local, remote : features read on each side; those without a usable key are among them
    unchanged : features on which nothing was to be done
    counts : state (see `STATES`) -> features; together with `unchanged` they are all features of both sides
    actions : (action, state) -> results
    results : one or more per feature that is not unchanged
    warnings : sentences about the whole
    """

    local: int = 0
    remote: int = 0
    unchanged: int = 0
    counts: dict[str, int] = field(default_factory=dict)
    actions: dict[tuple[str, str], int] = field(default_factory=dict)
    results: list[Result] = field(default_factory=list)
    warnings: list[Message] = field(default_factory=list)


_CONFLICTS = {
    "both_changed": mark("Both sides have changed it."),
    "both_created": mark("Both sides have it, and differ, without having agreed before."),
    "deleted_here_changed_there": mark("It was deleted here and changed on the platform."),
    "changed_here_deleted_there": mark("It was changed here and deleted on the platform."),
    "changed_while_writing": mark("Somebody changed it on the platform while it was written."),
    "older_here": mark(
        "It holds again what it held before the platform's value was taken over: an older file may have come back."
    ),
}


def conflict_reason(kind: str) -> Message:
    """Return what kind of conflict it is, as a sentence."""
    return Message(_CONFLICTS[kind])
