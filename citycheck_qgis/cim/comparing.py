"""Both sides and the last agreement compared: what has to be done, and what the rules do not allow."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

from ..messages import Message, message
from .adapters.base import Collection
from .features import GEOMETRY, Feature
from .fidelity import Tolerance
from .local import LocalLayer
from .merge import Base, Decision, agree, merge, recognise
from .results import Report, Result, Rules, conflict_reason
from .stage import Sides, Stage
from .store import REJECTED, VERIFIED, Operation, Store

#: How many features are compared at a time.
CHUNK = 500


@dataclass(frozen=True)
class Run:
    """What all parts of a run share; see `exchange.exchange` for the parameters."""

    store: Store
    link_id: int
    run_id: int
    stage: Stage
    local: LocalLayer
    remote: Collection
    rules: Rules
    tolerance: Tolerance
    progress: Callable[[float], None]
    sleep: Callable[[float], None]
    report: Report


class Comparison:
    """The comparison of a run, on which the writing to either side builds."""

    def __init__(self, run: Run) -> None:
        self.run = run
        self.names = self._common_names()
        #: Whether what the reading did not show is not there.
        self.complete = True
        #: Side -> whether its deletions may be made.
        self.deleting: dict[str, bool] = {}
        self._conflicting: set[str] = set()

    def _common_names(self) -> frozenset[str]:
        names = set(self.run.local.schema.names) & set(self.run.remote.schema.names)
        if self.run.local.schema.geometry and self.run.remote.schema.geometry:
            names.add(GEOMETRY)
        return frozenset(names)

    @property
    def by_key(self) -> bool:
        """Whether the platform can be asked for features by their keys."""
        return self.run.remote.capabilities.find_batch > 0

    @property
    def _whole_platform(self) -> bool:
        """Whether everything is read; else only what has changed here is asked for by its key."""
        return self.run.rules.pull or not self.by_key

    def read(self) -> None:
        """Read both sides, and find out what became of writes of which no answer came."""
        self._read_local()
        if self._whole_platform:
            self._read_remote()
        self.run.stage.index()
        self._recognise_own_writes()

    def decide(self) -> None:
        """Compare what differs, keep agreements and conflicts, and plan the work for both sides."""
        self._decide()
        self._keep_to_ceilings()

    def _read_local(self) -> None:
        count = 0
        self.run.stage.add_local(self.project(feature) for feature in self.run.local.features())
        held = []
        for problem in self.run.local.problems:
            count += 1
            if problem.key is not None:
                held.append(problem.key)
            self.run.stage.report([Result(problem.key, "none", "held_back", (), problem.reason)])
        self.run.stage.hold(held)
        self.run.report.local = self.run.stage.count("local") + count
        self.run.progress(0.1)

    def project(self, feature: Feature) -> Feature:
        """Return the feature with the items that both sides can hold."""
        values = {n: v for n, v in feature.values.items() if n in self.names}
        return replace(feature, values=values, geometry=feature.geometry if GEOMETRY in self.names else None)

    def _read_remote(self) -> None:
        matched, last, read, without_key = None, False, 0, 0
        for page in self.run.remote.pages():
            keyed = [f for f in page.features if f.key is not None]
            self.run.stage.add_remote(map(self.project, keyed))
            without_key += len(page.features) - len(keyed)
            self.run.stage.report(
                Result(None, "none", "held_back", (), message("It has no key on the platform."), f.server_id)
                for f in page.features
                if f.key is None
            )
            read += len(page.features)
            matched, last = page.matched if page.matched is not None else matched, page.last
            self.run.progress(0.1 + 0.3 * min(1.0, read / max(matched or 2 * read, 1)))
        repeated = self.run.stage.drop_repeats()
        self.run.report.remote = read - repeated
        self.complete = last and not repeated
        if repeated:
            self.warn(
                message(
                    "The platform gave {n} features twice while it was read page by page, so others may be missing; "
                    "nothing is taken for deleted.",
                    n=repeated,
                )
            )
        elif not last:
            self.warn(message("The platform stopped before its last page; nothing is taken for deleted."))
        elif matched is not None and read - repeated < matched:
            self.complete = self.by_key
            self.warn(
                message(
                    "The platform speaks of {matched} features and gave {read}.", matched=matched, read=read
                )
            )
        self.hold_doubles(self.run.stage.doubles())

    def hold_doubles(self, doubles: Iterable[tuple[str, int, bool]]) -> None:
        """Take features out of the exchange that the platform has more than once; see `Stage.doubles`."""
        doubles = list(doubles)
        self.run.stage.hold(key for key, _, _ in doubles)
        self.run.stage.report(
            Result(
                key,
                "none",
                "held_back",
                (),
                message("The platform has {n} features with this key.", n=number),
            )
            for key, number, _ in doubles
        )

    def warn(self, warning: Message) -> None:
        """Add a sentence about the whole to the report."""
        self.run.report.warnings.append(warning)

    def note_conflicting(self, keys: Iterable[str]) -> None:
        """Note that features came into conflict in this run."""
        self._conflicting.update(keys)

    def find(self, keys: Sequence[str]) -> dict[str, list[Feature]]:
        """Return what the platform has under some keys, fresh from there."""
        found: dict[str, list[Feature]] = {key: [] for key in keys}
        for feature in self.run.remote.find(keys) if self.by_key else self.run.remote.scan(keys):
            if feature.key in found:
                found[feature.key].append(self.project(feature))
        return found

    def _recognise_own_writes(self) -> None:
        """Find out what became of the writes of earlier runs of which no answer came."""
        unanswered = self.run.store.unanswered(self.run.link_id)
        for keys in parts(list(unanswered), CHUNK):
            if not self._whole_platform:
                found = self.find(keys)
            else:
                found = {s.key: [s.remote] if s.remote else [] for s in self.run.stage.sides(keys)}
            bases = self.run.store.bases(self.run.link_id, keys)
            moved, ended = [], []
            for key in keys:
                operation, features = unanswered[key], found[key]
                if not features and not self.complete:
                    continue
                base, done = self._seen_again(operation, bases.get(key), features)
                if base is not None:
                    moved.append((key, base))
                ended.append((operation, done))
            with self.run.store.transaction():
                self.run.store.set_bases(self.run.link_id, moved)
                self.run.store.mark(VERIFIED, [(o.operation_id, None) for o, done in ended if done])
                again = message("The platform has not done it; it is planned again.")
                self.run.store.mark(REJECTED, [(o.operation_id, again) for o, done in ended if not done])

    def _seen_again(
        self, operation: Operation, base: Base | None, features: Sequence[Feature]
    ) -> tuple[Base | None, bool]:
        """Return the base after an unanswered write, None where it stays, and whether the write was done."""
        if operation.kind == "delete":
            return None, not features
        if len(features) != 1:
            return None, False
        moved = recognise(base, operation.payload, operation.items, features[0], self.run.tolerance)
        if moved is None:
            return None, False
        arrived = all(moved.local.item(n) == operation.payload.item(n) for n in operation.items)
        return moved, arrived

    def _decide(self) -> None:
        number = self.run.stage.list_differing(self._whole_platform)
        done = 0
        for keys in self.run.stage.chunks(CHUNK):
            if not self._whole_platform and self.run.rules.dry_run:
                self.look(keys)
            sides = self.run.stage.sides(keys)
            if not self._whole_platform and not self.run.rules.dry_run:
                # Compared with what the platform had; it is asked just before each write.
                sides = [replace(s, remote=s.base.remote if s.base else None) for s in sides]
            self.settle([(s, d) for s in sides if (d := self._decision(s)) is not None], plan=True)
            done += len(keys)
            self.run.progress(0.4 + 0.1 * done / number)
        if self._whole_platform and self.complete:
            open_keys = {c.key for c in self.run.store.conflicts("open", self.run.link_id)}
            with self.run.store.transaction():
                self.run.store.settle_conflicts(self.run.link_id, open_keys - self._conflicting)

    def look(self, keys: Sequence[str]) -> list[str]:
        """Read features of the platform afresh; return the keys that it has once at most."""
        found = self.find(keys)
        doubled = [(key, len(features), True) for key, features in found.items() if len(features) > 1]
        self.hold_doubles(doubled)
        out = {key for key, _, _ in doubled}
        self.run.stage.replace_remote(keys, [f for key, fs in found.items() if key not in out for f in fs])
        return [key for key in keys if key not in out]

    def _decision(self, sides: Sides) -> Decision | None:
        """Return what has to be done; None where one side is not known well enough."""
        if sides.local is None and not self.run.local.complete:
            return None if sides.base is not None else self.merged(sides)
        if sides.remote is None and sides.base is not None and not self.complete:
            return None
        return self.merged(sides)

    def merged(self, sides: Sides) -> Decision:
        """Return what has to be done with a feature of which both sides are known."""
        return merge(sides.base, sides.local, sides.remote, self.names, self.run.tolerance)

    def settle(self, decided: Sequence[tuple[Sides, Decision]], plan: bool) -> None:
        """Keep what needs no writing to either side: agreements and conflicts; plan the rest where `plan`."""
        bases, gone, conflicts, results = [], [], [], []
        work: list[tuple[str, str, str]] = []
        for sides, decision in decided:
            if decision.gone:
                gone.append(sides.key)
            if decision.agreed and sides.local is not None and sides.remote is not None:
                bases.append((sides.key, self._agreed(sides, decision.agreed, decision.conflict)))
                if decision.idle:
                    results.append(Result(sides.key, "none", "agreed", tuple(sorted(decision.agreed))))
            if decision.conflict is not None:
                self._conflicting.add(sides.key)
                conflicts.append(
                    (
                        sides.key,
                        decision.conflict,
                        decision.conflicting,
                        sides.base,
                        sides.local,
                        sides.remote,
                    )
                )
                results.append(conflict_result(sides, decision.conflict, decision.conflicting))
            elif plan:
                results += self._planned(sides, decision, work)
        with self.run.store.transaction():
            self.run.store.set_bases(self.run.link_id, [(k, b) for k, b in bases if b is not None])
            self.run.store.forget(self.run.link_id, gone)
            self.run.store.note_conflicts(self.run.link_id, conflicts)
        self.run.stage.plan(work)
        self.run.stage.report(results)

    @staticmethod
    def _agreed(sides: Sides, names: Iterable[str], conflict: str | None) -> Base | None:
        if sides.base is None and conflict is not None:
            return None
        assert sides.local is not None and sides.remote is not None
        return agree(sides.base, names, sides.local, sides.remote)

    def _planned(self, sides: Sides, decision: Decision, work: list[tuple[str, str, str]]) -> list[Result]:
        """Add what the rules allow to the work; return what they do not."""
        results = []
        if decision.there is not None:
            allowed, reason = self.allowed(decision)
            if decision.there != "update" or decision.to_there - allowed:
                held = decision.to_there - allowed
                if reason is not None:
                    action = decision.there
                    results.append(Result(sides.key, action, "withheld", tuple(sorted(held)), reason))
            if reason is None or (decision.there == "update" and allowed & decision.to_there):
                work.append((sides.key, "there", decision.there))
                if self.run.rules.dry_run and decision.there != "delete":
                    items = tuple(sorted(decision.to_there & allowed))
                    results.append(Result(sides.key, decision.there, "planned", items))
        if decision.here is not None and self.run.rules.pull:
            work.append((sides.key, "here", decision.here))
            if self.run.rules.dry_run and decision.here != "delete":
                items = tuple(sorted(decision.to_here))
                results.append(Result(sides.key, f"{decision.here}_here", "planned", items))
        return results

    def allowed(self, decision: Decision) -> tuple[frozenset[str], Message | None]:
        """Return which items may be written, and why others, or the whole feature, may not."""
        able = self.run.remote.capabilities
        rules = self.run.rules
        if not rules.push:
            return frozenset(), message("It is only pulled; a push or a sync sends it.")
        if not getattr(able, decision.there or ""):
            return frozenset(), message("The platform does not let features be written in this way.")
        editable = {f.name for f in self.run.remote.schema.fields if f.editable} | {GEOMETRY}
        if decision.there != "update":
            if rules.writable is not None:
                return frozenset(), message("Only the status is written back; allow all fields to send it.")
            return frozenset(editable), None
        allowed = editable if rules.writable is None else editable & rules.writable
        if decision.to_there <= allowed:
            return frozenset(allowed), None
        if decision.to_there - editable:
            return frozenset(allowed), message("The platform does not let this field be written.")
        return frozenset(allowed), message("Only the status is written back; allow all fields to send it.")

    def _keep_to_ceilings(self) -> None:
        """Withhold all deletions of a side that has more of them than allowed."""
        self.deleting = {}
        for side, action in (("there", "delete"), ("here", "delete_here")):
            number = self.run.stage.work_count(side, "delete")
            allowed = number <= self.run.rules.max_deletions
            self.deleting[side] = allowed
            if allowed and not self.run.rules.dry_run:
                continue
            reason = message(
                "{n} features would be deleted and {allowed} may be; raise the ceiling of deletions to allow it.",
                n=number,
                allowed=self.run.rules.max_deletions,
            )
            for keys in self.run.stage.planned(side, "delete", CHUNK):
                state = "planned" if allowed else "withheld"
                self.run.stage.report(Result(k, action, state, (), None if allowed else reason) for k in keys)


def conflict_result(sides: Sides, kind: str, items: Iterable[str]) -> Result:
    """Return the result of a feature that is in conflict; see `merge` for the kinds."""
    server_id = sides.remote.server_id if sides.remote else None
    return Result(sides.key, "none", "conflict", tuple(sorted(items)), conflict_reason(kind), server_id)


def parts(rows: Sequence, size: int) -> list:
    """Return a sequence in parts of a size."""
    return [rows[i : i + size] for i in range(0, len(rows), size)]
