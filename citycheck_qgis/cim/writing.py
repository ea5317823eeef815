"""Writing to the platform: read afresh, written down, sent, read back, compared.

Between the reading before a write and the write itself another client may write. A platform that locks (`Capabilities`)
refuses our write then. One that does not is overwritten: such an edit of another is lost, in a window of one request
and for the items that we change, or for the whole feature where the platform only replaces features. No client can
close this window.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from ..errors import ExchangeError, FailedError, NoAnswerError, RefusedError
from ..messages import Message, message
from .adapters.base import Outcome, Update
from .comparing import Comparison, conflict_result, other_key, parts
from .doubles import too_many
from .features import GEOMETRY, Feature
from .fidelity import LOST, POSSIBLE, Difference, axes_exchanged, differences
from .merge import DELETED_HERE, DELETED_THERE, OVERTAKEN, Base, Judgement, Trust, agree, judge, judge_rest
from .results import Result
from .spellings import find_spellings, read_spellings
from .stage import Sides
from .store import ACKNOWLEDGED, CONFLICT, REJECTED, VERIFIED, ConflictRow

#: How many features are written down as sent in one go.
_GROUP = 50
_ATTEMPTS = 3
#: After so many features at which the platform failed, and none that it took, a run is given up.
_HOPELESS = 100
#: As many features with one alteration of one item show that it is the platform's.
_WITNESSES = 3


@dataclass(frozen=True)
class _Work:
    """A write to be made: what was known before, what is sent, which items, and its line in the journal."""

    sides: Sides
    payload: Feature
    items: frozenset[str]
    operation: int = 0

    @property
    def key(self) -> str:
        return self.sides.key


class Writer:
    """The writes of a run to its platform."""

    def __init__(self, comparison: Comparison) -> None:
        self._comparison, self._run = comparison, comparison.run
        self._geometry_checked = False
        #: Whether a new feature at which the platform failed was waited for, and did not come.
        self._failed_is_undone = False
        self._failures, self._succeeded = 0, False
        #: Whether the platform has shown a new feature under its key.
        self._key_shown = False
        #: What features have shown of an item (see `Trust`) -> their keys, as many as are needed.
        self._witnesses: dict[tuple[str, str], set[str]] = {}
        self._earlier: set[tuple[str, str]] | None = None
        #: Features of which only others can show whether the platform has altered them or somebody else.
        self._doubtful: list[tuple[str, _Work, Outcome, Feature]] = []
        fields = self._run.remote.schema.fields
        self._trust = Trust(
            self._run.tolerance, lengths={f.name: f.length for f in fields if f.length is not None}
        )

    def push(self) -> None:
        """Make the planned writes: new features, changes, deletions."""
        comparison = self._comparison
        barred = {"update": not comparison.updating["there"], "delete": not comparison.deleting["there"]}
        kinds = [k for k in ("create", "update", "delete") if not barred.get(k)]
        total = max(1, sum(self._run.stage.work_count("there", k) for k in kinds))
        done = 0
        for kind in kinds:
            group = max(self._run.remote.capabilities.batch, _GROUP) if self._comparison.by_key else 1 << 30
            for keys in self._run.stage.planned("there", kind, group):
                self._write_group(keys, kind)
                done += len(keys)
                self._run.progress(0.5 + 0.4 * done / total)
        ended = _Ended()
        undone: list[_Work] = []
        for kind, w, outcome, stored in self._doubtful:
            self._check_written(kind, w, outcome, stored, ended, undone, certain=True)
        for w in undone:
            ended.wait("update", w, message("Only a part of it was done; the next run goes on."))
        self._end(ended, {})

    def _write_group(self, keys: Sequence[str], kind: str) -> None:
        usable = self._comparison.look(keys)
        work, other, results = [], [], []
        for sides in self._run.stage.sides(usable):
            decision = self._comparison.merged(sides)
            if not self._comparison.whole_platform:
                results += self._comparison.not_taken(sides, decision)
            allowed, _ = self._comparison.allowed(decision) if decision.there else (frozenset[str](), None)
            items = self._comparison.names if kind == "delete" else decision.to_there & allowed
            if decision.there == kind and items and decision.conflict is None:
                work.append(_Work(sides, self._payload(sides, items, kind), items))
            if decision.there != kind or decision.agreed:
                other.append((sides, decision))
        # The platform has changed since it was compared.
        self._comparison.settle(other, plan=False)
        self._run.stage.report(results)
        self._run.stage.report(
            Result(
                s.key,
                kind,
                "waiting",
                (),
                message("It changed on the platform meanwhile; the next run goes on."),
            )
            for s, d in other
            if d.there is not None and d.there != kind
        )
        for part in self._careful_parts(work, kind):
            self._write(kind, part)

    def _careful_parts(self, work: Sequence[_Work], kind: str) -> Iterator[list[_Work]]:
        """Give one new feature, and one geometry, before the others: a wrong key or axis order then spoils one."""
        left = list(work)
        for _ in range(_ATTEMPTS):
            shapes = [n for n, w in enumerate(left) if GEOMETRY in w.items and w.payload.geometry is not None]
            unsure = (kind == "create" and not self._key_shown) or (shapes and not self._geometry_checked)
            if kind == "delete" or len(left) < 2 or not unsure:
                break
            yield [left.pop(shapes[0] if shapes else 0)]
        if left:
            yield left

    def _payload(self, sides: Sides, items: frozenset[str], kind: str) -> Feature:
        """Return the whole feature as it should become, with nothing in it that reading has coarsened."""
        if kind == "delete":
            assert sides.remote is not None
            return sides.remote
        assert sides.local is not None
        if sides.remote is None or sides.base is None:
            return sides.local
        base, remote = sides.base, sides.remote
        kept = {
            n: base.local.item(n) if remote.item(n) == base.remote.item(n) else remote.item(n)
            for n in self._comparison.names - items
        }
        whole = sides.local.with_items(kept)
        return replace(whole, server_id=remote.server_id, version=remote.version)

    def _write(self, kind: str, work: Sequence[_Work]) -> None:
        with self._run.store.transaction():
            numbers = self._run.store.plan(
                self._run.link_id, self._run.run_id, kind, [(w.payload, w.items) for w in work]
            )
        pending = [replace(w, operation=number) for w, number in zip(work, numbers, strict=True)]
        reasons: dict[str, Message | None] = {}
        for attempt in range(_ATTEMPTS):
            self._run.store.mark_sent([w.operation for w in pending])
            outcomes, answered = self._send(
                kind, pending, 1 if attempt else self._run.remote.capabilities.batch
            )
            with self._run.store.transaction():
                self._run.store.move_to(
                    ACKNOWLEDGED, [(w.operation, None) for w in pending if outcomes[w.key].state == "done"]
                )
                said = [(w.operation, outcomes[w.key]) for w in pending]
                self._run.store.note_answers(
                    (number, o.state == "done", o.server_id)
                    for number, o in said
                    if o.state in ("done", "rejected")
                )
            found = self._find_afterwards(kind, pending, outcomes, answered)
            pending = self._check(kind, pending, outcomes, found)
            reasons |= {key: o.reason for key, o in outcomes.items() if o.reason is not None}
            if not pending:
                return
            if attempt and all(outcomes[w.key].state == "failed" for w in pending):
                # What a platform fails at twice is most likely what it will never take.
                break
        pending = self._without_stubborn(kind, pending, outcomes, found)
        ended = [(w, reasons.get(w.key) or _undone(w, found[w.key])) for w in pending]
        with self._run.store.transaction():
            self._run.store.move_to(REJECTED, [(w.operation, why) for w, why in ended])
        self._run.stage.report(
            Result(w.key, kind, "rejected", tuple(sorted(w.items)), why) for w, why in ended
        )
        self._failures += sum(outcomes[w.key].state == "failed" for w in pending)
        if self._failures >= _HOPELESS and not self._succeeded:
            raise ExchangeError(
                "The platform failed at each of the first {n} features, so nothing else was sent; tell its operator what it "
                "says ({reason}).",
                n=self._failures,
                reason=ended[-1][1],
            )

    def _send(self, kind: str, work: Sequence[_Work], batch: int) -> tuple[dict[str, Outcome], bool]:
        """Send writes; return what the platform said to each, and whether it answered to all that was sent."""
        outcomes = {w.key: Outcome("unknown") for w in work}
        try:
            for part in parts(list(work), batch):
                self._send_part(kind, part, outcomes)
        except NoAnswerError as error:
            for key, outcome in outcomes.items():
                if outcome.state == "unknown":
                    outcomes[key] = Outcome("unknown", reason=error.message)
            return outcomes, False
        return outcomes, True

    def _send_part(self, kind: str, work: Sequence[_Work], outcomes: dict[str, Outcome]) -> None:
        try:
            for w, outcome in zip(work, self._call(kind, work), strict=True):
                outcomes[w.key] = outcome
        except FailedError as error:
            outcomes |= {w.key: Outcome("failed", reason=error.message) for w in work}
        except RefusedError as error:
            if len(work) == 1:
                outcomes[work[0].key] = Outcome("rejected", reason=error.message)
                return
            # One of them spoils the whole request: each half by itself, down to the one.
            middle = len(work) // 2
            self._send_part(kind, work[:middle], outcomes)
            self._send_part(kind, work[middle:], outcomes)

    def _call(self, kind: str, work: Sequence[_Work]) -> list[Outcome]:
        if kind == "create":
            return self._run.remote.create([w.payload for w in work])
        if any(w.sides.remote is None or not w.sides.remote.server_id for w in work):
            # An address made of nothing may be that of the whole collection.
            raise RefusedError(
                "The platform gives the feature no id by which it could be changed or deleted; check where the connection "
                "says that the id is."
            )
        if kind == "delete":
            return self._run.remote.delete([w.payload for w in work])
        updates = []
        for w in work:
            assert w.sides.remote is not None
            updates.append(Update(w.sides.remote, w.payload, w.items))
        return self._run.remote.update(updates)

    def _find_afterwards(
        self, kind: str, work: Sequence[_Work], outcomes: dict[str, Outcome], answered: bool
    ) -> dict[str, list[Feature]]:
        keys = [w.key for w in work]
        found = self._comparison.find(keys)
        if kind != "create":
            return found
        # The platform may still be busy with a request of which the answer was lost, or show late what it has done:
        # sent again, it would be doubled.
        for pause in self._run.rules.pauses:
            undone = {"rejected", "failed"} if self._failed_is_undone else {"rejected"}
            if all(found[key] or (answered and outcomes[key].state in undone) for key in keys):
                return found
            self._run.sleep(pause)
            self._run.progress(0.5)
            found = self._comparison.find(keys)
        missing = [outcomes[key].state for key in keys if not found[key]]
        self._failed_is_undone = self._failed_is_undone or (answered and "failed" in missing)
        return found

    def _check(
        self,
        kind: str,
        work: Sequence[_Work],
        outcomes: dict[str, Outcome],
        found: dict[str, list[Feature]],
    ) -> list[_Work]:
        """Compare what was sent with what the platform has; return what has to be sent again."""
        again: list[_Work] = []
        unseen: list[_Work] = []
        ended = _Ended()
        for w in work:
            if len(found[w.key]) > 1 and kind == "create":
                found[w.key] = self._comparison.without_own_doubles(w.key, found[w.key])
        if kind != "delete":
            self._learn(kind, work, outcomes, found)
        for w in work:
            outcome, features = outcomes[w.key], found[w.key]
            if len(features) > 1:
                self._comparison.hold_doubles([(w.key, len(features))])
                ended.end(REJECTED, w, too_many(len(features)))
            elif kind == "delete":
                self._check_deleted(w, outcome, features, ended, again)
            elif features:
                self._check_written(kind, w, outcome, features[0], ended, again)
            elif kind == "update":
                ended.conflict(w, DELETED_THERE, w.items, None)
            elif outcome.state == "rejected":
                ended.reject(kind, w, outcome)
            elif outcome.state == "done":
                unseen.append(w)
                ended.wait(
                    kind, w, message("The platform says that it is done and does not show it; run again.")
                )
            else:
                again.append(w)
        self._end(ended, found)
        if kind == "create":
            self._check_keys(unseen, again, any(found[w.key] for w in work))
        return again

    def _check_keys(self, unseen: Sequence[_Work], again: Sequence[_Work], shown: bool) -> None:
        """Stop where the platform does not show new features under their keys.

        Raises
        ------
        ExchangeError : it has not shown one in this run yet.
        """
        self._key_shown = self._key_shown or shown
        if self._key_shown or not (unseen or again):
            return
        remote = self._run.remote
        stored: dict[str, str | None] = {}
        looked_for = [*unseen, *again]
        if self._comparison.by_key:
            stored |= find_spellings(remote, [w.key for w in looked_for])
            looked_for = list(unseen)
        if looked_for and not stored:
            payloads = [w.payload for w in looked_for]
            stored, _ = read_spellings(
                remote, payloads, self._comparison.names, self._run.stage.is_here, self._trust
            )
        key = next(iter(stored), unseen[0].key if unseen else None)
        if key is not None:
            reason = other_key(stored[key]) if key in stored else message("It shows no feature of this key.")
            raise ExchangeError(
                "The platform has taken the new feature {key} and does not show it under its key; nothing else was sent. "
                "{reason}",
                key=key,
                reason=reason,
            )

    def _judge(self, kind: str, w: _Work, outcome: Outcome, stored: Feature) -> Judgement:
        before = w.sides.remote if kind == "update" else None
        return judge(w.payload, w.items, before, stored, self._trust, outcome.state == "done")

    def _learn(
        self,
        kind: str,
        work: Sequence[_Work],
        outcomes: dict[str, Outcome],
        found: dict[str, list[Feature]],
    ) -> None:
        """Note what several features show to be the platform's doing, though persons do it as well."""
        for w in work:
            if len(found[w.key]) != 1:
                continue
            for d in self._judge(kind, w, outcomes[w.key], found[w.key][0]).suspected:
                assert d.cause is not None
                witnesses = self._witnesses.setdefault((d.name, d.cause.template), set())
                if len(witnesses) < _WITNESSES:
                    witnesses.add(w.key)
        if not self._witnesses:
            return
        if self._earlier is None:
            self._earlier = self._run.store.alterations(self._run.link_id, _WITNESSES)
        shown = {what for what, keys in self._witnesses.items() if len(keys) >= _WITNESSES}
        self._trust = replace(self._trust, shown=frozenset(shown | self._earlier))

    def _check_deleted(
        self, w: _Work, outcome: Outcome, features: Sequence[Feature], ended: _Ended, again: list[_Work]
    ) -> None:
        if not features:
            ended.end(VERIFIED, w)
            ended.gone.append(w.key)
            ended.results.append(Result(w.key, "delete", "verified"))
        elif changed := self._comparison.merged(replace(w.sides, remote=features[0])).conflicting:
            ended.conflict(w, DELETED_HERE, changed, features[0])
        elif outcome.state == "rejected":
            ended.reject("delete", w, outcome)
        else:
            again.append(replace(w, payload=features[0]))

    def _check_written(
        self,
        kind: str,
        w: _Work,
        outcome: Outcome,
        stored: Feature,
        ended: _Ended,
        again: list[_Work],
        certain: bool = False,
    ) -> None:
        self._check_axes(kind, w, stored)
        judged = self._judge(kind, w, outcome, stored)
        edited = judged.overtaken - judged.lost
        if edited and not certain and edited == {d.name for d in judged.suspected}:
            self._doubtful.append((kind, w, outcome, stored))
            return
        base, robbed = self._base_after(kind, w, judged, stored, ended)
        if edited or robbed:
            ended.conflict(w, OVERTAKEN, judged.overtaken | robbed, stored)
        elif judged.lost:
            ended.end(VERIFIED if kind == "create" else REJECTED, w, _NOT_KEPT)
            items = tuple(sorted(judged.lost))
            ended.results.append(Result(w.key, kind, "rejected", items, _NOT_KEPT, stored.server_id))
        elif judged.not_done:
            assert w.sides.remote is not None
            moved = replace(w.sides, base=base, remote=stored)
            if outcome.state != "rejected":
                payload = self._payload(moved, judged.not_done, kind)
                again.append(replace(w, sides=moved, payload=payload, items=judged.not_done))
            elif w.sides.remote.digest() == stored.digest():
                ended.reject(kind, w, outcome, judged.not_done)
            else:
                ended.end(REJECTED, w, outcome.reason)
                ended.wait(kind, w, outcome.reason)
        else:
            ended.end(VERIFIED, w)
            ended.results.append(_written_result(kind, w, judged, stored))

    def _base_after(
        self, kind: str, w: _Work, judged: Judgement, stored: Feature, ended: _Ended
    ) -> tuple[Base | None, frozenset[str]]:
        """Note what both sides agree on after a write.

        Returns
        -------
        The base, and the items that were not to change and have lost their value on the platform: they count as changed
        on both sides, since it is not known who did it.
        """
        base, altered, names = w.sides.base, judged.differences, judged.arrived
        robbed: frozenset[str] = frozenset()
        if kind == "create":
            ended.made.append((w.operation, stored.server_id))
            if judged.overtaken - judged.lost:
                # Somebody has written it as well: there was no agreement, and the conflict says so.
                return base, robbed
        if kind == "update" and not self._run.remote.capabilities.partial_update:
            assert w.sides.remote is not None and base is not None
            along = judge_rest(
                w.payload, self._comparison.names - w.items, base, w.sides.remote, stored, self._trust
            )
            names, altered, robbed = names | along.arrived, altered + along.differences, along.lost
            base = replace(base, local=base.local.with_items({n: stored.item(n) for n in robbed}))
        if names or robbed or not w.items:
            base = agree(base, names, w.payload, stored)
            if kind == "create":
                # What it has of these is known, and ours is still to be sent.
                base = agree(base, judged.lost, stored, stored)
            ended.bases.append((w.key, base))
            ended.differences += [(w.key, d) for d in altered]
        return base, robbed

    def _without_stubborn(
        self, kind: str, work: list[_Work], outcomes: dict[str, Outcome], found: dict[str, list[Feature]]
    ) -> list[_Work]:
        """Accept what the platform makes of an item each time that it says it is done; return the rest."""
        left, ended = [], _Ended()
        trust = replace(self._trust, belief=POSSIBLE)
        for w in work:
            features = found[w.key]
            done = kind == "update" and outcomes[w.key].state == "done" and len(features) == 1
            judged = (
                judge(w.payload, w.items, w.sides.remote, features[0], trust, True) if done else Judgement()
            )
            if judged.arrived != w.items:
                left.append(w)
                continue
            self._base_after(kind, w, judged, features[0], ended)
            ended.end(VERIFIED, w)
            ended.results.append(_written_result(kind, w, judged, features[0]))
        self._end(ended, {})
        return left

    def _check_axes(self, kind: str, w: _Work, stored: Feature) -> None:
        geometries = w.payload.geometry, stored.geometry
        if self._geometry_checked or GEOMETRY not in w.items or None in geometries:
            return
        if axes_exchanged(w.payload.geometry, stored.geometry):
            reason = message(
                "The platform exchanges x and y of what it is sent; probe it, or set the axis order of the "
                "connection for writing, and run again."
            )
            undone = kind == "create" and self._run.remote.capabilities.delete
            if undone:
                self._run.remote.delete([stored])
            with self._run.store.transaction():
                self._run.store.move_to(REJECTED, [(w.operation, reason)])
            raise ExchangeError(
                "{reason} The feature {key} was written so{undone}; nothing else was sent.",
                reason=reason,
                key=w.key,
                undone=message(" and has been removed again") if undone else message(" and stands there"),
            )
        self._geometry_checked = True

    def _end(self, ended: _Ended, found: dict[str, list[Feature]]) -> None:
        self._succeeded = self._succeeded or any(state == VERIFIED for state, _, _ in ended.operations)
        with self._run.store.transaction():
            for state in (VERIFIED, REJECTED, CONFLICT):
                self._run.store.move_to(state, [(n, why) for s, n, why in ended.operations if s == state])
            self._run.store.note_made(ended.made)
            self._run.store.set_bases(self._run.link_id, ended.bases)
            self._run.store.forget(self._run.link_id, ended.gone)
            self._run.store.note_conflicts(self._run.link_id, ended.conflicts)
            self._run.store.note_differences(
                self._run.link_id, [(key, d.name, _shown(d.sent), _shown(d.stored), d.cause) for key, d in ended.differences]
            )  # fmt: skip
        self._comparison.note_conflicting(row[0] for row in ended.conflicts)
        # For what is taken over afterwards, the platform's side is as it is now.
        if found:
            self._run.stage.replace_remote(list(found), [fs[0] for fs in found.values() if len(fs) == 1])
        self._run.stage.report(ended.results)


class _Ended:
    """What a check has found, to be written down in one go."""

    def __init__(self) -> None:
        self.operations: list[tuple[str, int, Message | None]] = []
        self.bases: list[tuple[str, Base]] = []
        self.gone: list[str] = []
        self.made: list[tuple[int, str | None]] = []
        self.conflicts: list[ConflictRow] = []
        self.differences: list[tuple[str, Difference]] = []
        self.results: list[Result] = []

    def end(self, state: str, work: _Work, reason: Message | None = None) -> None:
        self.operations.append((state, work.operation, reason))

    def reject(self, kind: str, work: _Work, outcome: Outcome, items: Iterable[str] | None = None) -> None:
        self.end(REJECTED, work, outcome.reason)
        names = tuple(sorted(work.items if items is None else items))
        self.results.append(Result(work.key, kind, "rejected", names, outcome.reason))

    def wait(self, kind: str, work: _Work, reason: Message | None) -> None:
        self.results.append(Result(work.key, kind, "waiting", tuple(sorted(work.items)), reason))

    def conflict(self, work: _Work, kind: str, items: frozenset[str], remote: Feature | None) -> None:
        self.end(CONFLICT, work)
        sides = replace(work.sides, remote=remote)
        self.conflicts.append((work.key, kind, items, sides.base, sides.local, remote))
        self.results.append(conflict_result(sides, kind, items))


_NOT_KEPT = message("The platform does not keep it: what was sent is gone or cut short there.")


def _undone(work: _Work, stored: Sequence[Feature]) -> Message:
    """Return why a write is not done of which the platform has not said why."""
    if stored and any(d.belief == LOST and d.cause for d in differences(work.payload, stored[0], work.items)):
        return _NOT_KEPT
    return message("The platform did not do it, and did not say why.")


def _written_result(kind: str, work: _Work, judged: Judgement, stored: Feature) -> Result:
    items = tuple(sorted(work.items)) if kind == "update" else ()
    if not judged.differences:
        return Result(work.key, kind, "verified", items, None, stored.server_id)
    causes = [
        message("{field}: {cause}", field=d.name, cause=d.cause or message("within what the probe has found"))
        for d in judged.differences
    ]
    return Result(work.key, kind, "altered", items, message("{causes}.", causes=causes), stored.server_id)


def _shown(value: object) -> str:
    return value.hex() if isinstance(value, bytes) else "" if value is None else str(value)
