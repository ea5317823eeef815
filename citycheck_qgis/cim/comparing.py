"""Both sides and the last agreement compared: what has to be done, and what the rules do not allow."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

from ..errors import InputError
from ..messages import Message, mark, message
from .adapters.base import Collection
from .doubles import surplus_copies, too_many
from .features import GEOMETRY, Feature
from .fidelity import SURE, Tolerance
from .local import LocalLayer
from .merge import NOTHING, Base, Decision, Trust, agree, merge, recognise
from .results import Report, Result, Rules, conflict_reason
from .spellings import find_spellings, plain, read_spellings
from .stage import Sides, Stage
from .store import ACKNOWLEDGED, REJECTED, VERIFIED, Operation, Store

#: How many features are compared at a time.
CHUNK = 500
#: So many requests of a run that only sends may ask for features that have not changed here.
LOOKS = 25
#: A change of one field in so many features is nothing that has to be asked about.
FEW = 20


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
        self._fields = self.names - {GEOMETRY}
        self._editable = frozenset(f.name for f in run.remote.schema.fields if f.editable) | {GEOMETRY}
        #: Whether what the reading did not show is not there.
        self.complete = True
        #: Side -> whether its deletions may be made.
        self.deleting: dict[str, bool] = {}
        #: Side -> whether its updates may be made.
        self.updating: dict[str, bool] = {}
        self._changes: Counter[tuple[str, str]] = Counter()
        self._emptied: Counter[tuple[str, str]] = Counter()
        self._conflicting: set[str] = set()
        self._coarsened = 0
        #: Whether the journal has no agreement at all, which is not said yet.
        self._unknown = False
        # Much may have been edited since an earlier run.
        self._trust = Trust(run.tolerance, SURE)

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
    def whole_platform(self) -> bool:
        """Whether everything is read; else only what has changed here is asked for by its key."""
        return self.run.rules.pull or not self.by_key

    def read(self) -> None:
        """Read both sides, and find out what became of writes of which no answer came."""
        self.run.store.keep_items(self.run.link_id, self.names)
        # A journal that was set aside has said so.
        self._unknown = not (self.run.store.warnings or self.run.store.has_agreements(self.run.link_id))
        self._read_local()
        if self.whole_platform:
            self._read_remote()
        self.run.stage.index()
        self._check_key_length()
        self._check_ids()
        self._recognise_own_writes()
        if self.whole_platform:
            self._hold_spellings()

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
            row = problem.server_id
            self.run.stage.report([Result(problem.key, "none", "held_back", (), problem.reason, fid=row)])
        self.run.stage.hold(held)
        self.run.report.local = self.run.stage.count("local") + count
        self.run.progress(0.1)

    def _check_key_length(self) -> None:
        length = self.run.remote.key_length
        if not self.run.rules.push or length is None:
            return
        key = self.run.stage.longest_key()
        if key is not None and len(key) > length:
            raise InputError(
                "The platform's field {field} holds keys of {length} characters at most, and {key} has {n}; make the "
                "field longer there, or give shorter keys.",
                field=self.run.remote.key_field,
                length=length,
                key=key,
                n=len(key),
            )

    def _check_ids(self) -> None:
        if self.run.remote.key_field is not None or not self.whole_platform:
            return
        moved, changed = self.run.stage.moved_on_platform()
        if 2 * moved > changed:
            raise InputError(
                "The platform has numbered its features anew: {n} of the {changed} that have changed hold what another one "
                "held before, so what was added here would come to stand at others; pull into a new layer, or name a field "
                "that holds a key in the connection.",
                n=moved,
                changed=changed,
            )

    def _hold_spellings(self) -> None:
        """Hold features that are new on both sides under two spellings of one key: they are one."""
        if next(self.run.stage.strangers("remote"), None) is None:
            return
        ours = {plain(key): key for key in self.run.stage.strangers("local")}
        if not ours:
            return
        pairs = {ours[p]: key for key in self.run.stage.strangers("remote") if (p := plain(key)) in ours}
        self.run.stage.hold([*pairs, *pairs.values()])
        self.run.stage.report(
            Result(key, "none", "held_back", (), other_key(stored)) for key, stored in pairs.items()
        )

    def project(self, feature: Feature) -> Feature:
        """Return the feature with the items that both sides can hold."""
        geometry = feature.geometry if GEOMETRY in self.names else None
        values = feature.values
        if values.keys() != self._fields:
            values = {n: v for n, v in values.items() if n in self._fields}
        return Feature(feature.key, values, geometry, feature.server_id, feature.version)

    def _read_remote(self) -> None:
        matched, last, read = None, False, 0
        nameless = False
        for page in self.run.remote.pages():
            self.run.stage.hold(f.key for f in page.faults if f.key is not None)
            nameless = nameless or any(f.key is None for f in page.faults)
            self.run.stage.report(
                Result(f.key, "none", "held_back", (), f.reason, f.server_id) for f in page.faults
            )
            keyed = [f for f in page.features if f.key is not None and _sayable(f.key)]
            self.run.stage.add_remote(map(self.project, keyed))
            if len(keyed) < len(page.features):
                self.run.stage.report(
                    Result(
                        None, "none", "held_back", (), message("It has no key on the platform."), f.server_id
                    )
                    for f in page.features
                    if f.key is None or not _sayable(f.key)
                )
            read += len(page.features) + len(page.faults)
            matched, last = page.matched if page.matched is not None else matched, page.last
            self.run.progress(0.1 + 0.3 * min(1.0, read / max(matched or 2 * read, 1)))
        repeated = self.run.stage.drop_repeats()
        self.run.report.remote = read - repeated
        # What cannot be read and has no key may be any of those that seem to be absent.
        self.complete = last and not repeated and not nameless
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
        self.hold_doubles(self._foreign_doubles())

    def _foreign_doubles(self) -> list[tuple[str, int]]:
        """Return the keys that the platform has more than once, without the doubles of our own that could be removed."""
        doubles = self.run.stage.doubles()
        able = self.run.rules.push and not self.run.rules.dry_run and self.run.remote.capabilities.delete
        if not doubles or not able or self.run.rules.writable is not None:
            return doubles
        left = []
        for part in parts(doubles, CHUNK):
            keys = [key for key, _ in part]
            sent = self.run.store.creations(self.run.link_id, self.run.run_id, keys)
            found = self.find(list(sent)) if sent else {}
            bases = self.run.store.bases(self.run.link_id, keys)
            for key, number in part:
                if key not in found:
                    left.append((key, number))
                    continue
                base = bases.get(key)
                features = self.without_own_doubles(key, found[key], base.remote.server_id if base else None)
                if len(features) > 1:
                    left.append((key, len(features)))
                else:
                    self.run.stage.replace_remote([key], features)
        return left

    def without_own_doubles(
        self, key: str, features: list[Feature], kept: str | None = None
    ) -> list[Feature]:
        """Remove the copies of a feature that we have made; return what the platform has then.

        Parameters
        ----------
        kept : see `doubles.surplus_copies`
        """
        run = self.run
        sent = run.store.creations(run.link_id, run.run_id, [key]).get(key)
        if sent is None or not run.remote.capabilities.delete:
            return features
        surplus = surplus_copies(sent, features, self._trust, kept)
        if not surplus:
            return features
        with run.store.transaction():
            numbers = run.store.plan(run.link_id, run.run_id, "delete", [(f, self.names) for f in surplus])
        run.store.mark_sent(numbers, copies=True)
        run.remote.delete(surplus)
        left = self.find([key])[key]
        there = {f.server_id for f in left}
        reason = message("It is a second copy that we have made ourselves.")
        with run.store.transaction():
            for number, copy in zip(numbers, surplus, strict=True):
                run.store.move_to(REJECTED if copy.server_id in there else VERIFIED, [(number, reason)])
        if len(left) == 1:
            self.warn(
                message("The platform had a second copy of {key} that we had made; it was removed.", key=key)
            )
        return left

    def hold_doubles(self, doubles: Iterable[tuple[str, int]]) -> None:
        """Take features out of the exchange that the platform has more than once; see `Stage.doubles`."""
        doubles = list(doubles)
        self.run.stage.hold(key for key, _ in doubles)
        self.run.stage.report(
            Result(key, "none", "held_back", (), too_many(number)) for key, number in doubles
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
        """Find out what became of the writes of earlier runs that were stopped."""
        self.run.store.drop_planned(self.run.link_id, self.run.run_id)
        unanswered = self.run.store.unanswered(self.run.link_id)
        missing = []
        for keys in parts(list(unanswered), CHUNK):
            if not self.whole_platform:
                found = self.find(keys)
            else:
                missed = [s.key for s in self.run.stage.sides(keys) if s.remote is None]
                if missed and self.by_key:
                    self.look(missed)
                found = {s.key: [s.remote] if s.remote else [] for s in self.run.stage.sides(keys)}
            bases = self.run.store.bases(self.run.link_id, keys)
            held = self.run.stage.held(keys)
            moved, ended = [], []
            for key in keys:
                operation, features = unanswered[key], found[key]
                if key in held or (not features and not self.complete and not self.by_key):
                    continue
                if operation.kind == "create" and not features:
                    missing.append(operation)
                    continue
                base, done = self._seen_again(operation, bases.get(key), features)
                if base is not None:
                    moved.append((key, base))
                ended.append((operation, done))
            with self.run.store.transaction():
                self.run.store.set_bases(self.run.link_id, moved)
                self.run.store.move_to(VERIFIED, [(o.operation_id, None) for o, done in ended if done])
                self.run.store.move_to(REJECTED, [(o.operation_id, _AGAIN) for o, done in ended if not done])
        self._hold_not_shown(missing)

    def _hold_not_shown(self, missing: Sequence[Operation]) -> None:
        """Hold what the platform may have made under another key: sent again it would be doubled.

        Of what the platform has said that it did, only a reading of everything shows that it is not there.
        """
        said = [o for o in missing if o.state == ACKNOWLEDGED]
        waiting = {o.key: _NOT_SHOWN for o in said}
        found: dict[str, str | None] = {}
        if missing and self.by_key:
            found |= find_spellings(self.run.remote, [o.key for o in missing])
        looked_for = said if self.by_key else missing
        wanted = [o.payload for o in looked_for if o.key not in found and self.run.stage.is_here(o.key)]
        if wanted:
            read, whole = read_spellings(
                self.run.remote, wanted, self.names, self.run.stage.is_here, self._trust
            )
            found |= read
            if whole:
                waiting = {key: why for key, why in waiting.items() if not self.run.stage.is_here(key)}
        waiting |= {key: other_key(stored) for key, stored in found.items()}
        undone = [o.operation_id for o in missing if o.key not in waiting]
        with self.run.store.transaction():
            self.run.store.move_to(REJECTED, [(number, _AGAIN) for number in undone])
        here = [key for key in waiting if self.run.stage.is_here(key)]
        self.run.stage.hold([*here, *filter(None, found.values())])
        self.run.stage.report(Result(key, "create", "waiting", (), waiting[key]) for key in here)

    def _seen_again(
        self, operation: Operation, base: Base | None, features: Sequence[Feature]
    ) -> tuple[Base | None, bool]:
        """Return the base after an unanswered write, None where it stays, and whether the write was done."""
        if operation.kind == "delete":
            return None, not features
        if len(features) != 1:
            return None, False
        moved = recognise(base, operation.payload, self.names, operation.items, features[0], self._trust)
        if moved is None:
            return None, False
        arrived = all(moved.local.item(n) == operation.payload.item(n) for n in operation.items)
        return moved, arrived

    def _decide(self) -> None:
        number = self.run.stage.list_differing(self.whole_platform)
        done = 0
        for keys in self.run.stage.chunks(CHUNK):
            if not self.whole_platform and self.run.rules.dry_run:
                keys = self.look(keys)
            sides = self._within(self._known(keys))
            self.settle([(s, d) for s in sides if (d := self._decision(s)) is not None], plan=True)
            done += len(keys)
            self.run.progress(0.4 + 0.1 * done / number)
        if not self.whole_platform:
            self._look_at_the_rest()
        if self._coarsened:
            self.warn(
                message(
                    "The platform gives {n} features in a coarser form than at the last exchange (rounded coordinates, "
                    "numbers or times); the layer keeps its own. It may have been updated or read in another format; probe "
                    "it again.",
                    n=self._coarsened,
                )
            )
        if self.whole_platform and self.complete and self.run.local.complete:
            open_keys = {c.key for c in self.run.store.conflicts("open", self.run.link_id)}
            held = self.run.stage.held(open_keys)
            with self.run.store.transaction():
                self.run.store.settle_conflicts(self.run.link_id, open_keys - self._conflicting - held)

    def _within(self, sides: list[Sides]) -> list[Sides]:
        """Leave out what is in the layer, beyond its filter or selection: it is not new here."""
        if self.run.local.complete:
            return sides
        beyond = self.run.local.beyond([s.key for s in sides if s.local is None and s.base is None])
        reason = message("It is in the layer, beyond its filter or selection.")
        self.run.stage.hold(beyond)
        self.run.stage.report(Result(key, "none", "held_back", (), reason) for key in sorted(beyond))
        return [s for s in sides if s.key not in beyond]

    def _look_at_the_rest(self) -> None:
        """Tell what has changed on the platform in features that have not changed here."""
        if self.run.stage.not_differing_count() > LOOKS * self.run.remote.capabilities.find_batch:
            self.warn(
                message(
                    "Only what has changed here was compared with the platform; a preview of a sync tells what has changed "
                    "there."
                )
            )
            return
        for keys in self.run.stage.not_differing(CHUNK):
            sides = self.run.stage.sides(self.look(keys))
            self.settle([(s, self.merged(s)) for s in sides], plan=True)

    def _known(self, keys: Sequence[str]) -> list[Sides]:
        """Return what is known of some features."""
        sides = self.run.stage.sides(keys)
        if self.whole_platform:
            missed = [s.key for s in sides if s.base is not None and s.remote is None]
            if not missed or not self.by_key:
                return sides
            # A reading page by page misses what moves meanwhile; whoever asks by key knows.
            usable = set(self.look(missed)) | (set(keys) - set(missed))
            return self.run.stage.sides([key for key in keys if key in usable])
        if self.run.rules.dry_run:
            return sides
        # Compared with what the platform had; it is asked just before each write.
        return [replace(s, remote=s.base.remote if s.base else None) for s in sides]

    def look(self, keys: Sequence[str]) -> list[str]:
        """Read features of the platform afresh; return the keys that it has once at most."""
        found = self.find(keys)
        doubled = [(key, len(features)) for key, features in found.items() if len(features) > 1]
        self.hold_doubles(doubled)
        out = {key for key, _ in doubled}
        self.run.stage.replace_remote(keys, [f for key, fs in found.items() if key not in out for f in fs])
        return [key for key in keys if key not in out]

    def _decision(self, sides: Sides) -> Decision | None:
        """Return what has to be done; None where one side is not known well enough."""
        if sides.local is None and not self.run.local.complete:
            return None if sides.base is not None else self.merged(sides)
        if sides.remote is None and sides.base is not None and not self.complete and not self.by_key:
            reason = message("The reading of the platform did not come to its end.")
            self.run.stage.report([Result(sides.key, "none", "waiting", (), reason)])
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
            if self._unknown and sides.base is None and sides.local is not None and sides.remote is not None:
                self._unknown = False
                self.warn(
                    message(
                        "Both sides have features of one key, and the journal knows nothing of this layer: what was "
                        "deleted on one side before comes back from the other. If there was an exchange before, use its "
                        "journal."
                    )
                )
            if decision.gone:
                gone.append(sides.key)
            if decision == NOTHING and sides.base is not None and (grown := self._grown(sides)) is not None:
                bases.append((sides.key, grown))
            base = sides.base
            if decision.coarsened and base is not None and sides.remote is not None:
                self._coarsened += plan
                now = {n: sides.remote.item(n) for n in decision.coarsened}
                base = replace(base, remote=base.remote.with_items(now))
                bases.append((sides.key, base))
            if decision.agreed and sides.local is not None and sides.remote is not None:
                if base is not None or decision.conflict is None:
                    bases.append((sides.key, agree(base, decision.agreed, sides.local, sides.remote)))
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
            self.run.store.set_bases(self.run.link_id, bases)
            self.run.store.forget(self.run.link_id, gone)
            self.run.store.note_conflicts(self.run.link_id, conflicts)
        self.run.stage.plan(work)
        self.run.stage.report(results)

    def _grown(self, sides: Sides) -> Base | None:
        """Return the base with items that are new on both sides and hold the same, and with our geometry as it is
        computed now; None where there are none.

        Without them in the base the feature would be compared in every run.
        """
        base, local = sides.base, sides.local
        assert base is not None
        if local is None or sides.remote is None:
            return None
        if base.local.geometry != local.geometry:
            base = replace(base, local=replace(base.local, geometry=local.geometry))
        new = local.values.keys() - base.local.values.keys()
        if new:
            base = agree(base, new, local, sides.remote)
        return base if base is not sides.base else None

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
                if decision.there == "update":
                    self._count("there", decision.to_there & allowed, sides.remote, sides.local)
                if self.run.rules.dry_run and decision.there != "delete":
                    items = tuple(sorted(decision.to_there & allowed))
                    results.append(Result(sides.key, decision.there, "planned", items))
        if decision.here is not None and self.run.rules.pull:
            work.append((sides.key, "here", decision.here))
            if decision.here == "update":
                self._count("here", decision.to_here, sides.local, sides.remote)
            if self.run.rules.dry_run and decision.here != "delete":
                items = tuple(sorted(decision.to_here))
                results.append(Result(sides.key, f"{decision.here}_here", "planned", items))
        return results + self.not_taken(sides, decision)

    def not_taken(self, sides: Sides, decision: Decision) -> list[Result]:
        """Return what has changed on the platform and this run does not take over."""
        if self.run.rules.pull or decision.here is None or sides.base is None:
            return []
        reason = (
            message("It was deleted on the platform; a pull or a sync takes that over.")
            if decision.here == "delete"
            else message("It has changed on the platform; a pull or a sync brings it.")
        )
        return [
            Result(sides.key, f"{decision.here}_here", "withheld", tuple(sorted(decision.to_here)), reason)
        ]

    def allowed(self, decision: Decision) -> tuple[frozenset[str], Message | None]:
        """Return which items may be written, and why others, or the whole feature, may not."""
        able = self.run.remote.capabilities
        rules = self.run.rules
        if not rules.push:
            return frozenset(), message("It is only pulled; a push or a sync sends it.")
        if not getattr(able, decision.there or ""):
            return frozenset(), message("The platform does not let features be written in this way.")
        editable = self._editable
        if decision.there != "update":
            if rules.writable is not None:
                return frozenset(), message("Only the status is written back; allow all fields to send it.")
            return editable, None
        allowed = editable if rules.writable is None else editable & rules.writable
        if decision.to_there <= allowed:
            return frozenset(allowed), None
        if decision.to_there - editable:
            return frozenset(allowed), message("The platform does not let this field be written.")
        return frozenset(allowed), message("Only the status is written back; allow all fields to send it.")

    def _count(self, side: str, names: Iterable[str], before: Feature | None, after: Feature | None) -> None:
        """Count the changes of a side by item, and those that empty it."""
        for name in names:
            self._changes[side, name] += 1
            if before is not None and after is not None and after.item(name) in (None, ""):
                self._emptied[side, name] += before.item(name) not in (None, "")

    def _sweeping(self, side: str) -> Message | None:
        """Return why the updates of a side look like a changed platform or mapping rather than like edits."""
        total = self.run.stage.count("local")
        for counts, share, template in (
            (self._emptied, 0.1, mark("{field} would be emptied in {n} of {total} features; check fields and code lists of both sides, and allow large changes if it is right.")),
            (self._changes, 0.5, mark("{field} would change in {n} of {total} features; check fields and code lists of both sides, and allow large changes if it is right.")),
        ):  # fmt: skip
            for (where, name), number in sorted(counts.items()):
                if where == side and number > max(FEW, share * total):
                    field = (
                        message("The geometry") if name == GEOMETRY else message("Field {name}", name=name)
                    )
                    return Message(template, {"field": field, "n": number, "total": total})
        return None

    def _keep_to_ceilings(self) -> None:
        """Withhold all deletions of a side that has more of them than allowed, and updates that sweep over all."""
        self.deleting = {}
        for side, action in (("there", "update"), ("here", "update_here")):
            reason = None if self.run.rules.large_changes else self._sweeping(side)
            self.updating[side] = reason is None
            if reason is not None:
                for keys in self.run.stage.planned(side, "update", CHUNK):
                    self.run.stage.report(Result(k, action, "withheld", (), reason) for k in keys)
        for side, action in (("there", "delete"), ("here", "delete_here")):
            number = self.run.stage.work_count(side, "delete")
            allowed = number <= self.run.rules.max_deletions and self.complete
            self.deleting[side] = allowed
            if allowed and not self.run.rules.dry_run:
                continue
            reason = (
                message(
                    "{n} features would be deleted and {allowed} may be; raise the ceiling of deletions to allow it.",
                    n=number,
                    allowed=self.run.rules.max_deletions,
                )
                if self.complete
                else message("Nothing is deleted after a reading that may have missed features.")
            )
            for keys in self.run.stage.planned(side, "delete", CHUNK):
                state = "planned" if allowed else "withheld"
                self.run.stage.report(Result(k, action, state, (), None if allowed else reason) for k in keys)


_AGAIN = message("The platform has not done it; it is planned again.")
_NOT_SHOWN = message(
    "The platform has said that it made it and does not show it; it is not sent again before a reading of the whole "
    "platform has shown that it is not there."
)


def other_key(stored: str | None) -> Message:
    """Return under which key the platform has a feature, and what to do about it."""
    if stored is None:
        return message(
            "The platform has it without its key; let it keep what is sent as the key, or name another field as the key."
        )
    return message(
        "The platform has it under the key {stored}; give features keys as the platform writes them (small letters, no "
        "braces, no longer than its field).",
        stored=stored,
    )


def conflict_result(sides: Sides, kind: str, items: Iterable[str]) -> Result:
    """Return the result of a feature that is in conflict; see `merge` for the kinds."""
    server_id = sides.remote.server_id if sides.remote else None
    return Result(sides.key, "none", "conflict", tuple(sorted(items)), conflict_reason(kind), server_id)


def parts(rows: Sequence, size: int) -> list:
    """Return a sequence in parts of a size."""
    return [rows[i : i + size] for i in range(0, len(rows), size)]


def _sayable(key: str) -> bool:
    """Return whether a text has bytes: half a surrogate pair has none, and no file takes it."""
    return key.isascii() or not any("\ud800" <= c <= "\udfff" for c in key)
