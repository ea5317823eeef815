"""What the figures are to reach."""

from __future__ import annotations

from collections.abc import Mapping

from ..assignment.targets import Verdict, at_least, at_most
from . import faults, fidelity, latency, merging, overhead, reading
from .runs import Run

#: Seconds as a multiple of a plain loop's, and times as fast as QGIS's own provider.
MOST_OF_LOOP, LEAST_OF_PROVIDER = 1.15, 3.0
MERGE_RATE = 20_000
#: Peak of memory above that of the imports, MB, however many features there are: SQLite's caches and some pages.
MOST_MEMORY = 300


def judge_fidelity(title: str, found: fidelity.Findings) -> dict[str, Verdict]:
    """Return the verdicts on one server."""
    return {
        f"{title}: differences not listed": at_most(len(found.unlisted), 0),
        f"{title}: differences caused by us": at_most(len(found.ours), 0),
        f"{title}: features lost without a word": at_most(found.lost, 0),
        f"{title}: changes of a second sync": at_most(found.again, 0),
    }


def judge_overhead(title: str, times: Mapping[str, overhead.Times]) -> dict[str, Verdict]:
    """Return the verdicts on writing to one server: all operations together."""
    product = sum(t.product for t in times.values())
    return {
        f"{title}: writing, times a loop with the same checks": at_most(
            product / sum(t.checked for t in times.values()), MOST_OF_LOOP
        ),
        f"{title}: writing, times a loop without checks": at_most(
            product / sum(t.bare for t in times.values()), MOST_OF_LOOP
        ),
    }


def judge_reading(title: str, times: reading.Times) -> dict[str, Verdict]:
    """Return the verdicts on reading from one server."""
    return {
        f"{title}: reading, times as fast as QGIS's provider": at_least(
            times.provider / times.read, LEAST_OF_PROVIDER
        ),
        f"{title}: reading, times a loop in the same formats": at_most(times.read / times.same, MOST_OF_LOOP),
        f"{title}: readers that missed features": at_most(
            sum(not who.startswith("QGIS") for who in times.wrong), 0
        ),
    }


def judge_merging(count: int, times: merging.Times) -> dict[str, Verdict]:
    """Return the verdicts on the merge without a network."""
    return {
        "merge, features/s of CPU: nothing changed": at_least(count / times.same, MERGE_RATE),
        "merge, features/s of CPU: 1 in 20 changed on each side": at_least(count / times.changed, MERGE_RATE),
        "merge, features/s of CPU: all new": at_least(count / times.first, MERGE_RATE),
        "merge: wrong counts": at_most(len(times.wrong), 0),
    }


def judge_memory(runs: Mapping[int, Run]) -> dict[str, Verdict]:
    """Return the verdicts on pulls, by number of features."""
    taken = {count: run.counts.get("taken", 0) for count, run in runs.items()}
    return {
        f"peak MB above the imports, {count:,} features": at_most(run.peak - run.before, MOST_MEMORY)
        for count, run in runs.items()
    } | {"features missing after the pulls": at_most(sum(runs) - sum(taken.values()), 0)}


def judge_faults(title: str, found: faults.Outcome) -> dict[str, Verdict]:
    """Return the verdicts on disturbed pushes."""
    return {
        f"{title}, {found.pushes} pushes of {found.features:,}: {what}": at_most(number, 0)
        for what, number in (
            ("lost", found.lost),
            ("doubled", found.doubled),
            ("not as sent", found.altered),
            ("not explained", found.unexplained),
            ("never finished", found.unfinished),
        )
    }


def judge_latency(title: str, times: latency.Times) -> dict[str, Verdict]:
    """Return the verdict on the runs that a user waits for: only that they are right."""
    return {f"{title}: wrong counts of previews and syncs": at_most(len(times.wrong), 0)}
