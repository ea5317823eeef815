"""Transactions of a WFS: what is sent, and what became of each action."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from xml.etree.ElementTree import Element
from xml.sax.saxutils import escape, quoteattr

from ...errors import ExchangeError, NoAnswerError, RefusedError
from ...messages import Message, message
from ..answers import FAILED
from ..features import GEOMETRY, Feature, Value
from ..network import reason_of
from . import gml, wkb
from .base import DONE, Outcome, Update
from .gml import local
from .wfs_requests import ESCAPES, UNSAYABLE, Requests
from .wfs_service import all_named, local_name, text_of

_ERRORS = tuple(status for status in range(400, 600) if status != 401)


@dataclass(frozen=True)
class Transactions:
    """Writes to one feature type.

    Attributes
    ----------
    geometry_field : empty where the type has no geometry
    srs : the CRS as the platform wants it named
    turned : positions begin with y
    left : reads those of some features that are still there
    """

    requests: Requests
    key_field: str | None
    geometry_field: str
    srs: str
    turned: bool
    left: Callable[[Sequence[Feature]], Sequence[Feature]]

    def create(self, features: Sequence[Feature]) -> list[Outcome]:
        """Add features in one transaction, an Insert each: QGIS Server takes one feature in it, and names it apart."""
        actions = []
        for n, feature in enumerate(features):
            values = dict(feature.values)
            if self.key_field is not None:
                values[self.key_field] = feature.key
            # A field that is left out is null; an empty element is an empty text.
            parts = [
                f"<f:{name}>{_said(value)}</f:{name}>" for name, value in values.items() if value is not None
            ]
            if feature.geometry is not None and self.geometry_field:
                parts.insert(0, f"<f:{self.geometry_field}>{self._gml(feature, n)}</f:{self.geometry_field}>")
            name = local_name(self.requests.name)
            actions.append(f'<wfs:Insert handle="h{n}"><f:{name}>{"".join(parts)}</f:{name}></wfs:Insert>')
        return self._transact(actions, [self._unsendable(f, f.values) for f in features], "totalInserted")

    def _gml(self, feature: Feature, n: int) -> str:
        assert feature.geometry is not None
        identity = f"g{n}" if self.requests.version == "2.0.0" else ""
        try:
            return gml.from_wkb(feature.geometry, self.srs, swapped=self.turned, identity=identity)
        except wkb.BrokenGeometryError:
            return ""

    def _unsendable(self, feature: Feature, names: Collection[str]) -> Message | None:
        """Return why a feature cannot be said in XML; None where it can."""
        for name in names:
            value = feature.values.get(name)
            if isinstance(value, str) and (found := UNSAYABLE.search(value)):
                return message(
                    "its field {field} holds the character U+{code}, which XML cannot hold; correct the text",
                    field=name,
                    code=f"{ord(found[0]):04X}",
                )
        if feature.geometry is not None and not self._gml(feature, 0):
            return message("its geometry cannot be said in GML")
        return None

    def update(self, updates: Sequence[Update]) -> list[Outcome]:
        """Change features in one transaction; only what changes is sent.

        Features that get the same values share an Update, which the platform does in a fraction of the time.
        """
        order = sorted(
            range(len(updates)), key=lambda n: self._properties(updates[n], n if _moves(updates[n]) else 0)
        )
        actions: list[str] = []
        members: list[list[int]] = []
        for properties, group in groupby(
            order, key=lambda n: self._properties(updates[n], n if _moves(updates[n]) else 0)
        ):
            numbers = list(group)
            actions.append(
                f'<wfs:Update handle="h{len(actions)}" {self._typed}>{properties}'
                f"{self.requests.by_id([updates[n].before for n in numbers])}</wfs:Update>"
            )
            members.append(numbers)
        refused = [self._unsendable(u.after, u.changed - {GEOMETRY}) for u in updates]
        if any(refused):
            return self._without(refused, lambda kept: self.update([updates[n] for n in kept]))
        outcomes = self._transact(actions, [None] * len(actions), "totalUpdated", [len(m) for m in members])
        by_number = {n: outcome for outcome, numbers in zip(outcomes, members, strict=True) for n in numbers}
        return [by_number[n] for n in range(len(updates))]

    @property
    def _typed(self) -> str:
        return f"typeName={quoteattr(self.requests.name)}"

    def _properties(self, update: Update, n: int) -> str:
        parts = []
        for name in sorted(update.changed):
            if name == GEOMETRY and self.geometry_field:
                said = "" if update.after.geometry is None else self._gml(update.after, n)
                parts.append(self._property(self.geometry_field, said or None))
            elif name != GEOMETRY:
                value = update.after.values.get(name)
                parts.append(self._property(name, None if value is None else _said(value)))
        return "".join(parts)

    def _property(self, name: str, said: str | None) -> str:
        # Without a Value it becomes null; an empty Value is an empty text.
        value = "" if said is None else f"<wfs:Value>{said}</wfs:Value>"
        element = self.requests.say.name
        return f"<wfs:Property><wfs:{element}>{escape(name)}</wfs:{element}>{value}</wfs:Property>"

    def delete(self, features: Sequence[Feature]) -> list[Outcome]:
        """Delete features in one transaction."""
        if not features:
            return []
        action = f'<wfs:Delete handle="h0" {self._typed}>{self.requests.by_id(features)}</wfs:Delete>'
        (outcome,) = self._transact([action], [None], "totalDeleted", [len(features)])
        if outcome.state in ("done", "rejected"):
            return [outcome] * len(features)
        # Those that were gone before are not counted.
        left = {feature.server_id for feature in self.left(features)}
        return [outcome if feature.server_id in left else DONE for feature in features]

    def _without(
        self, refused: Sequence[Message | None], send: Callable[[list[int]], list[Outcome]]
    ) -> list[Outcome]:
        """Send what can be sent; what cannot is rejected with its reason."""
        kept = [n for n, reason in enumerate(refused) if reason is None]
        outcomes = dict(zip(kept, send(kept) if kept else [], strict=True))
        return [outcomes.get(n) or Outcome("rejected", reason=reason) for n, reason in enumerate(refused)]

    def _transact(
        self,
        actions: Sequence[str],
        refused: Sequence[Message | None],
        total: str,
        sizes: Sequence[int] = (),
    ) -> list[Outcome]:
        """Send actions whose handles are h0, h1, ... and return what became of each."""
        if any(refused):
            return self._without(
                refused,
                lambda kept: self._transact(
                    [_handled(actions[n], i) for i, n in enumerate(kept)], [None] * len(kept), total
                ),
            )
        if not actions:
            return []
        body = f"{self.requests.opened('Transaction')}{''.join(actions)}</wfs:Transaction>"
        answer = self.requests.post(body, repeatable=False, accept=_ERRORS)
        if answer.status >= 400 and not (answer.status < 500 or answer.status == 501):
            # How far it had come before it failed is not known.
            state = "failed" if answer.status == FAILED else "unknown"
            return [Outcome(state, reason=reason_of(answer)) for _ in actions]
        if answer.status >= 400:
            raise RefusedError("The platform refused a transaction: {reason}.", reason=reason_of(answer))
        return outcomes_of(answer.xml(), sizes or [1] * len(actions), total)


def _handled(action: str, n: int) -> str:
    return re.sub(r'handle="h\d+"', f'handle="h{n}"', action, count=1)


def _moves(update: Update) -> bool:
    return GEOMETRY in update.changed


def outcomes_of(root: Element, sizes: Sequence[int], total: str) -> list[Outcome]:
    """Read the answer to a transaction.

    An action is refused when its handle comes back with a message. It is done when the totals say that all the others
    are, or when its own handle comes back with a new id. The order of the ids says nothing.

    Parameters
    ----------
    sizes : number of features of each action
    total : name of the element with the number of features that were done
    """
    expected = sum(sizes)
    if local(root.tag) not in ("TransactionResponse", "WFS_TransactionResponse"):
        raise NoAnswerError("The platform answers a transaction with {root}; probe it.", root=local(root.tag))
    said = [text_of(element) for element in all_named(root, total)]
    number = int(said[0]) if said and said[0].isdecimal() else None
    if number is not None and number > expected:
        raise ExchangeError(
            "The platform changed {n} features where {expected} were sent; stop, and look at the collection before you "
            "go on.",
            n=number,
            expected=expected,
        )
    ids: dict[str, list[str]] = {}
    for holder in all_named(root, "InsertResults"):
        for feature in holder:
            found = [
                value for child in feature for key, value in child.attrib.items() if key in ("fid", "rid")
            ]
            ids.setdefault(feature.get("handle", ""), []).extend(found)
    reasons = {
        action.get("locator", ""): " ".join(" ".join(action.itertext()).split())[:300]
        for action in all_named(root, "Action")
    }
    handles = [f"h{n}" for n in range(len(sizes))]
    meant = sum(size for handle, size in zip(handles, sizes, strict=True) if handle not in reasons)
    # A message that names none of the actions is about any of them.
    told = set(reasons) <= set(handles)
    outcomes = []
    for handle in handles:
        own = ids.get(handle, [])
        new = own[0] if len(own) == 1 and own[0] != "none" else None
        if handle in reasons:
            outcomes.append(
                Outcome("rejected", reason=message("the platform says: {said}", said=reasons[handle]))
            )
        elif new is not None or (told and number == meant):
            outcomes.append(replace(DONE, server_id=new))
        else:
            outcomes.append(Outcome("unknown", reason=_short(number, expected, reasons)))
    return outcomes


def _short(number: int | None, expected: int, reasons: Mapping[str, str]) -> Message:
    if reasons:
        return message("the platform says: {said}", said=next(iter(reasons.values())))
    if number is None:
        return message("the platform does not say how many it did")
    return message("the platform did {n} of {expected} and does not say which", n=number, expected=expected)


def _said(value: Value) -> str:
    """Return a value as XML says it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return escape(str(value), ESCAPES)
