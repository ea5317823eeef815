"""Taking over into the local layer what has changed on the platform."""

from __future__ import annotations

from collections.abc import Sequence

from ..messages import message
from .comparing import CHUNK, Comparison
from .local import LocalChange, LocalOutcome
from .merge import Base, Decision, take
from .results import Result
from .stage import Sides

#: What the local layer calls it.
_KINDS = {"create": "insert", "update": "update", "delete": "delete"}


def take_over(comparison: Comparison) -> None:
    """Make the planned changes of the local layer: new features, changes, deletions."""
    run = comparison.run
    barred = {"update": not comparison.updating["here"], "delete": not comparison.deleting["here"]}
    kinds = [k for k in _KINDS if not barred.get(k)]
    total, done = max(1, sum(run.stage.work_count("here", k) for k in kinds)), 0
    for kind in kinds:
        for keys in run.stage.planned("here", kind, CHUNK):
            _take(comparison, keys, kind)
            done += len(keys)
            run.progress(0.9 + 0.1 * done / total)


def _take(comparison: Comparison, keys: Sequence[str], kind: str) -> None:
    run = comparison.run
    if kind == "delete" and comparison.by_key:
        keys = _really_gone(comparison, keys)
    decided = []
    for sides in run.stage.sides(keys):
        decision = comparison.merged(sides)
        if decision.here == kind and decision.conflict is None:
            decided.append((sides, decision))
    changes = []
    for sides, decision in decided:
        feature = sides.local if kind == "delete" else sides.remote
        assert feature is not None
        changes.append(LocalChange(_KINDS[kind], feature, sides.local, decision.to_here))
    outcomes = run.local.apply(changes)
    bases: list[tuple[str, Base]] = []
    gone: list[str] = []
    results = []
    for (sides, decision), outcome in zip(decided, outcomes, strict=True):
        if outcome.state == "done" and outcome.feature is not None:
            assert sides.remote is not None
            now = comparison.project(outcome.feature)
            bases.append((sides.key, take(sides.base, decision.to_here, sides.local, now, sides.remote)))
        elif outcome.state == "done":
            gone.append(sides.key)
        results.append(_result(kind, sides, decision, outcome))
    with run.store.transaction():
        run.store.set_bases(run.link_id, bases)
        run.store.forget(run.link_id, gone)
    run.stage.report(results)


def _result(kind: str, sides: Sides, decision: Decision, outcome: LocalOutcome) -> Result:
    states = {"done": "taken", "rejected": "rejected", "changed_meanwhile": "waiting"}
    items = tuple(sorted(decision.to_here)) if kind == "update" else ()
    return Result(sides.key, f"{kind}_here", states[outcome.state], items, outcome.reason)


def _really_gone(comparison: Comparison, keys: Sequence[str]) -> list[str]:
    """Ask by key for features that a reading did not show, before they are deleted here."""
    found = comparison.find(keys)
    comparison.run.stage.report(
        Result(
            key, "delete_here", "waiting", (), message("The reading of the platform missed it; it is there.")
        )
        for key in keys
        if found[key]
    )
    return [key for key in keys if not found[key]]
