"""One exchange between a local layer and a collection of a platform: compare, send, check, take over.

Push, pull and sync are this one way with its directions switched on or off. A run that was stopped at any point is
finished by the next one: everything is read again by key and merged again.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable
from contextlib import closing, suppress

from ..errors import OutputError
from .adapters.base import Collection
from .comparing import Comparison, Run
from .fidelity import EXACT, Tolerance
from .local import LocalLayer
from .results import STATES, Report, Rules
from .stage import Stage
from .store import Store
from .taking import take_over
from .writing import Writer


def exchange(
    store: Store,
    link_id: int,
    local: LocalLayer,
    remote: Collection,
    rules: Rules,
    tolerance: Tolerance = EXACT,
    progress: Callable[[float], None] = lambda share: None,
    sleep: Callable[[float], None] = time.sleep,
) -> Report:
    """Do one exchange.

    Parameters
    ----------
    store : the journal
    link_id : see `Store.link`
    local, remote : with the same names and types of fields, see `mapping`
    tolerance : what the platform is known to alter
    progress : called with the share done, 0 to 1; may raise to cancel
    sleep : waits for some seconds

    Raises
    ------
    ExchangeError : the platform cannot be reached or asked any more; what was done is in the journal
    OutputError : the journal or the local layer cannot be written
    """
    directions = "".join(w for w, on in (("push", rules.push), ("pull", rules.pull)) if on)
    store.set_crs(link_id, remote.crs)
    run_id = store.start_run(link_id, directions + (" preview" if rules.dry_run else ""))
    report = Report(warnings=list(store.warnings))
    try:
        with store.telling(), closing(Stage(store, link_id)) as stage:
            run = Run(store, link_id, run_id, stage, local, remote, rules, tolerance, progress, sleep, report)
            comparison = Comparison(run)
            comparison.read()
            comparison.decide()
            if not rules.dry_run:
                if rules.push:
                    Writer(comparison).push()
                if rules.pull:
                    take_over(comparison)
            _finish(report, stage)
        progress(1.0)
        return report
    finally:
        # A disk that is full, and a journal that was set aside, have said so already.
        with suppress(OutputError, sqlite3.ProgrammingError):
            store.end_run(run_id, report.counts)


def _finish(report: Report, stage: Stage) -> None:
    report.counts = stage.worst(STATES)
    report.actions = stage.result_counts()
    report.unchanged = stage.distinct() - sum(report.counts.values())
    # A first pull has one such result per feature: their number says all.
    report.results = [r for r in stage.results() if not (r.action == "create_here" and r.state == "taken")]
