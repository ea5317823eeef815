"""The three-way merge: what has to be done so that both sides have every edit of both.

The base has two sides: what we had and what the platform gave back when both last agreed. A side has changed where it
differs from its own base, so that what the platform alters on the way is never taken for an edit.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from hashlib import blake2b

from .features import GEOMETRY, Feature, Value
from .fidelity import EXACT, LIKELY, LOST, Difference, Tolerance, coarser, differences, same, unmoved

#: Kinds of conflicts.
BOTH_CHANGED = "both_changed"
BOTH_CREATED = "both_created"
DELETED_HERE = "deleted_here_changed_there"
DELETED_THERE = "changed_here_deleted_there"
OVERTAKEN = "changed_while_writing"
RESTORED = "older_here"

#: How many values of an item that the platform's have replaced are remembered.
_REMEMBERED = 10


@dataclass(frozen=True, slots=True)
class Base:
    """The last agreement on a feature: what we had, and what the platform gave back.

    Attributes
    ----------
    replaced : item -> hashes of the values that it had here before those of the platform were taken over, since we
        have last sent one. One that is here again is no edit: an older file has come back
    """

    local: Feature
    remote: Feature
    replaced: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def restored(self, local: Feature, names: Iterable[str]) -> frozenset[str]:
        """Return the names of the items that hold again what was replaced."""
        return frozenset(n for n in names if n in self.replaced and _hash(local.item(n)) in self.replaced[n])


@dataclass(frozen=True, slots=True)
class Decision:
    """What has to be done with a feature.

    Attributes
    ----------
    there : ``create``, ``update`` or ``delete`` on the platform; None: nothing
    here : the same for the local layer
    to_there, to_here : names of the items that travel, for an update
    agreed : names of the items that are the same on both sides though the base does not say so
    conflict : kind of the conflict; nothing is done then before it is resolved
    conflicting : names of the items in conflict
    gone : deleted on both sides
    coarsened : names of the items that the platform gives in a coarser form than at the last agreement, which is no
        edit: only the base follows
    """

    there: str | None = None
    here: str | None = None
    to_there: frozenset[str] = field(default_factory=frozenset)
    to_here: frozenset[str] = field(default_factory=frozenset)
    agreed: frozenset[str] = field(default_factory=frozenset)
    conflict: str | None = None
    conflicting: frozenset[str] = field(default_factory=frozenset)
    gone: bool = False
    coarsened: frozenset[str] = field(default_factory=frozenset)

    @property
    def idle(self) -> bool:
        """Whether both sides stay as they are."""
        return self.there is None and self.here is None and self.conflict is None


NOTHING = Decision()


def merge(
    base: Base | None,
    local: Feature | None,
    remote: Feature | None,
    names: Iterable[str],
    tolerance: Tolerance = EXACT,
) -> Decision:
    """Decide about one feature.

    Parameters
    ----------
    local, remote : as they are now; None: it is not there, which the caller knows for certain
    names : the items that both sides can hold (fields and `features.GEOMETRY`)
    tolerance : within which both sides are the same. A side has its own base exactly as it gave it, so there every
        difference above the noise of computing is an edit
    """
    names = frozenset(names)
    if local is None and remote is None:
        return Decision(gone=base is not None)
    if base is None:
        return _without_base(local, remote, names, tolerance)
    if local is None:
        changed = _changed(base.remote, remote, names)
        changed -= _coarsened(base.remote, remote, changed)
        return Decision(conflict=DELETED_HERE, conflicting=changed) if changed else Decision(there="delete")
    if remote is None:
        changed = _changed(base.local, local, names)
        return Decision(conflict=DELETED_THERE, conflicting=changed) if changed else Decision(here="delete")
    ours = _changed(base.local, local, names)
    theirs = _changed(base.remote, remote, names)
    coarsened = _coarsened(base.remote, remote, theirs)
    theirs -= coarsened
    both = ours & theirs
    agreed = frozenset(n for n in both if same(local.item(n), remote.item(n), tolerance))
    conflicting = both - agreed
    restored = base.restored(local, ours - both) if base.replaced else frozenset()
    if conflicting or restored:
        kind = BOTH_CHANGED if conflicting else RESTORED
        return Decision(conflict=kind, conflicting=conflicting | restored, agreed=agreed, coarsened=coarsened)
    to_there, to_here = ours - both, theirs - both
    there, here = "update" if to_there else None, "update" if to_here else None
    return Decision(there, here, to_there, to_here, agreed, coarsened=coarsened)


def _without_base(
    local: Feature | None, remote: Feature | None, names: frozenset[str], tolerance: Tolerance
) -> Decision:
    if local is None:
        return Decision(here="create", to_here=names)
    if remote is None:
        return Decision(there="create", to_there=names)
    conflicting = frozenset(n for n in names if not same(local.item(n), remote.item(n), tolerance))
    if conflicting:
        return Decision(conflict=BOTH_CREATED, conflicting=conflicting, agreed=names - conflicting)
    return Decision(agreed=names)


def _changed(before: Feature, after: Feature | None, names: frozenset[str]) -> frozenset[str]:
    if after is None:
        return frozenset()
    found = []
    if before.values is not after.values:
        one, other = before.values.get, after.values.get
        # Equal values are the same, and nearly all are equal.
        found = [n for n in names if one(n) != other(n) and not same(one(n), other(n))]
    if GEOMETRY in names and not unmoved(before.geometry, after.geometry):
        found.append(GEOMETRY)
    return frozenset(found)


def _coarsened(before: Feature, after: Feature | None, names: frozenset[str]) -> frozenset[str]:
    if after is None:
        return frozenset()
    return frozenset(n for n in names if coarser(before.item(n), after.item(n)))


@dataclass(frozen=True, slots=True)
class Judgement:
    """What became of a write, seen from what the platform has afterwards.

    Attributes
    ----------
    arrived : names of the items that the platform has as they were sent, or as platforms alter them
    not_done : those that it still has as before
    overtaken : those that it has in a third form: somebody else has written meanwhile
    differences : of the items that arrived, those that came back otherwise, with the cause
    suspected : of the overtaken ones, those that the platform may have altered, see `fidelity.POSSIBLE`
    lost : names of the overtaken ones whose value is gone or cut short, see `fidelity.LOST`
    """

    arrived: frozenset[str] = frozenset()
    not_done: frozenset[str] = frozenset()
    overtaken: frozenset[str] = frozenset()
    differences: tuple[Difference, ...] = ()
    suspected: tuple[Difference, ...] = ()
    lost: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Trust:
    """What is believed to be the platform's doing, where it gives back something else than it was sent.

    Attributes
    ----------
    belief : highest of `fidelity.SURE`, `LIKELY`, `POSSIBLE`
    shown : (item, template of the cause) of what several features have shown
    lengths : field -> longest text that fits there
    """

    tolerance: Tolerance = EXACT
    belief: int = LIKELY
    shown: frozenset[tuple[str, str]] = frozenset()
    lengths: Mapping[str, int] = field(default_factory=dict)

    def covers(self, found: Difference) -> bool:
        """Return whether the platform is believed to have made a difference."""
        if same(found.sent, found.stored, self.tolerance):
            return True
        cause = found.cause
        if cause is None or found.belief == LOST:
            return False
        return found.belief <= self.belief or (found.name, cause.template) in self.shown


def judge(
    sent: Feature,
    names: Iterable[str],
    before: Feature | None,
    stored: Feature,
    trust: Trust,
    done: bool = False,
) -> Judgement:
    """Compare what was sent with what the platform has.

    Parameters
    ----------
    names : the items that were to change; all of them for a new feature
    before : what the platform had before the write; None: nothing
    done : the platform has said that it did it. An item that it has as before, though in a form that it makes of what
        was sent, has then arrived
    """
    names = frozenset(names)
    found = differences(sent, stored, names, trust.lengths)
    as_before = {
        d.name
        for d in found
        if before is not None and same(before.item(d.name), stored.item(d.name), trust.tolerance)
    }
    altered = tuple(d for d in found if trust.covers(d) and (done or d.name not in as_before))
    arrived = (names - {d.name for d in found}) | {d.name for d in altered}
    left = [d for d in found if d.name not in arrived]
    overtaken = [d for d in left if d.name not in as_before]
    return Judgement(
        arrived,
        frozenset(d.name for d in left if d.name in as_before),
        frozenset(d.name for d in overtaken),
        altered,
        tuple(d for d in overtaken if d.cause is not None and d.belief < LOST),
        frozenset(d.name for d in overtaken if d.cause is not None and d.belief == LOST),
    )


def judge_rest(
    sent: Feature, names: Iterable[str], base: Base, before: Feature, stored: Feature, trust: Trust
) -> Judgement:
    """Compare what went along with a write though it was not to change: what the platform now has otherwise.

    A platform that replaces whole features alters such items too, and nobody has edited them. What was sent as the
    platform had it itself is none of ours.
    """
    changed = frozenset(
        n for n in names if sent.item(n) == base.local.item(n) and not same(before.item(n), stored.item(n))
    )
    return judge(sent, changed, None, stored, trust)


def recognise(
    base: Base | None,
    sent: Feature,
    names: Iterable[str],
    items: Iterable[str],
    remote: Feature,
    trust: Trust,
) -> Base | None:
    """Return the base after a write of ours of which no answer came.

    An item that the platform has as we sent it was written by us: both sides agree on it. One that it does not have
    so stays with the base of before; a new feature of which that is true has no base and is left to the merge. A
    feature that is as before in another version was put back by somebody: it counts as changed there, so that the
    merge finds a conflict.

    Parameters
    ----------
    names : the items that both sides can hold
    items : those that were to change
    trust : much may have been edited since, so only what is `fidelity.SURE` should be believed
    """
    items = frozenset(items)
    judged = judge(sent, items, base.remote if base else None, remote, trust)
    if base is None:
        return agree(None, judged.arrived, sent, remote) if not judged.overtaken else None
    names = frozenset(names)
    if judged.not_done == items and _put_back(base.remote, remote, names):
        put = base.remote.with_items({n: sent.item(n) for n in items})
        return replace(base, remote=replace(put, version=remote.version))
    along = judge_rest(sent, names - items, base, base.remote, remote, trust)
    return agree(base, judged.arrived | along.arrived, sent, remote)


def _put_back(before: Feature, now: Feature, names: Iterable[str]) -> bool:
    """Return whether a feature was edited and is as it was before."""
    if before.version is None or now.version is None or before.version == now.version:
        return False
    return all(same(before.item(n), now.item(n)) for n in names)


def agree(base: Base | None, names: Iterable[str], local: Feature, remote: Feature) -> Base:
    """Return the base after both sides agreed on some items; the others stay as they were.

    Parameters
    ----------
    base : None: nothing was agreed before; the other items count as empty
    """
    names = list(names)
    if base is None:
        base = Base(Feature(local.key), Feature(local.key))
    ours = base.local.with_items({n: local.item(n) for n in names})
    theirs = base.remote.with_items({n: remote.item(n) for n in names})
    theirs.server_id, theirs.version = remote.server_id, remote.version
    return Base(ours, theirs, {n: known for n, known in base.replaced.items() if n not in names})


def take(
    base: Base | None, names: Iterable[str], before: Feature | None, local: Feature, remote: Feature
) -> Base:
    """Return the base after items of the platform were taken over, as `agree`.

    Parameters
    ----------
    before : the feature as it was here; None: it was not
    """
    agreed = agree(base, names, local, remote)
    if base is None or before is None:
        return agreed
    known = {n: (*base.replaced.get(n, ()), _hash(before.item(n)))[-_REMEMBERED:] for n in names}
    return replace(agreed, replaced={**agreed.replaced, **known})


def _hash(value: Value | bytes) -> str:
    data = value if isinstance(value, bytes) else json.dumps(value).encode()
    return blake2b(data, digest_size=8).hexdigest()
