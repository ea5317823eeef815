"""The three-way merge."""

from __future__ import annotations

from typing import Any

import pytest
from citycheck.citycheck_qgis.cim.features import GEOMETRY, Feature
from citycheck.citycheck_qgis.cim.fidelity import POSSIBLE, SURE, Tolerance
from citycheck.citycheck_qgis.cim.merge import (
    BOTH_CHANGED,
    BOTH_CREATED,
    DELETED_HERE,
    DELETED_THERE,
    NOTHING,
    Base,
    Decision,
    Judgement,
    Trust,
    agree,
    judge,
    judge_rest,
    merge,
    recognise,
)
from citycheck.tests.fixtures.exchange_sides import square
from hypothesis import given
from hypothesis import strategies as st

NAMES = ("a", "b", GEOMETRY)
ONE, TWO = square(113.0), square(114.0)


def made(a: Any = 1, b: Any = 1, geometry: bytes | None = ONE) -> Feature:
    return Feature("k", {"a": a, "b": b}, geometry)


BASE = Base(made(), made())
some = frozenset


@pytest.mark.parametrize(
    ("base", "local", "remote", "expected"),
    [
        (None, None, None, NOTHING),
        (BASE, None, None, Decision(gone=True)),
        (BASE, made(), made(), NOTHING),
        (BASE, made(2), made(), Decision("update", to_there=some("a"))),
        (BASE, made(), made(2), Decision(here="update", to_here=some("a"))),
        (BASE, made(2), made(b=2), Decision("update", "update", some("a"), some("b"))),
        (BASE, made(2), made(2), Decision(agreed=some("a"))),
        (BASE, made(2, 3), made(2), Decision("update", to_there=some("b"), agreed=some("a"))),
        (BASE, made(2), made(3), Decision(conflict=BOTH_CHANGED, conflicting=some("a"))),
        (BASE, made(2, 5), made(3, 5), Decision(conflict=BOTH_CHANGED, conflicting=some("a"), agreed=some("b"))),
        (BASE, made(geometry=TWO), made(2), Decision("update", "update", some([GEOMETRY]), some("a"))),
        (BASE, made(geometry=None), made(geometry=TWO), Decision(conflict=BOTH_CHANGED, conflicting=some([GEOMETRY]))),
        (BASE, None, made(), Decision("delete")),
        (BASE, made(), None, Decision(here="delete")),
        (BASE, None, made(2), Decision(conflict=DELETED_HERE, conflicting=some("a"))),
        (BASE, made(2), None, Decision(conflict=DELETED_THERE, conflicting=some("a"))),
        (None, made(), None, Decision("create", to_there=some(NAMES))),
        (None, None, made(), Decision(here="create", to_here=some(NAMES))),
        (None, made(), made(), Decision(agreed=some(NAMES))),
        (None, made(2), made(), Decision(conflict=BOTH_CREATED, conflicting=some("a"), agreed=some(["b", GEOMETRY]))),
        # What the platform made of it is in its side of the base.
        (Base(made("🏙"), made("")), made("🏙"), made(""), NOTHING),
        (Base(made("🏙"), made("")), made("x"), made(""), Decision("update", to_there=some("a"))),
        # A field that is new on both sides.
        (Base(Feature("k", {"b": 1}, ONE), Feature("k", {"b": 1}, ONE)), made("x"), made(None), Decision("update", to_there=some("a"))),
        (Base(Feature("k", {"b": 1}, ONE), Feature("k", {"b": 1}, ONE)), made(None), made(None), NOTHING),
    ],
)  # fmt: skip
def test_rules(base: Base | None, local: Feature | None, remote: Feature | None, expected: Decision) -> None:
    assert merge(base, local, remote, NAMES) == expected


values = st.sampled_from([None, "", "x", "x\"y'z\\w", "end\\", "𠮷", "🏙", 0, 1, 2**53 + 1, 0.5, "2024-05-01T08:00:00.123456Z"])  # fmt: skip
features = st.builds(made, values, values, st.sampled_from([None, ONE, TWO]))
maybe = st.one_of(st.none(), features)
bases = st.one_of(st.none(), st.builds(Base, features, features))


def applied(base: Base | None, local: Feature | None, remote: Feature | None, decision: Decision) -> tuple:
    """Do what a decision says on a platform that alters nothing; return base and sides afterwards."""
    if decision in (NOTHING, Decision(gone=True)):
        return (None if decision.gone else base), local, remote
    if decision.there == "delete" or decision.here == "delete":
        return None, None, None
    if decision.there == "create":
        remote = local
    if decision.here == "create":
        local = remote
    assert local is not None and remote is not None
    old_local, old_remote = local, remote
    remote = remote.with_items({n: old_local.item(n) for n in decision.to_there})
    local = local.with_items({n: old_remote.item(n) for n in decision.to_here})
    return agree(base, decision.to_there | decision.to_here | decision.agreed, local, remote), local, remote


@given(bases, maybe, maybe)
def test_merging_twice_is_idle(base: Base | None, local: Feature | None, remote: Feature | None) -> None:
    decision = merge(base, local, remote, NAMES)
    if decision.conflict is None:
        assert merge(*applied(base, local, remote, decision), NAMES) == NOTHING
    else:
        assert decision.there is None and decision.here is None and not decision.to_there | decision.to_here


@given(bases, maybe, maybe)
def test_no_edit_is_overwritten(base: Base | None, local: Feature | None, remote: Feature | None) -> None:
    decision = merge(base, local, remote, NAMES)
    if decision.conflict is not None or base is None or local is None or remote is None:
        return
    _, after_here, after_there = applied(base, local, remote, decision)
    for name in NAMES:
        if base.local.item(name) != local.item(name):
            assert after_there.item(name) == local.item(name) and after_here.item(name) == local.item(name)
        if base.remote.item(name) != remote.item(name):
            assert after_here.item(name) == remote.item(name) and after_there.item(name) == remote.item(name)


@given(bases, features, features)
def test_the_same_change_is_no_conflict(base: Base | None, local: Feature, remote: Feature) -> None:
    same = Feature("k", dict(local.values), local.geometry)
    assert merge(base, local, same, NAMES).conflict is None
    assert merge(base, local, remote, NAMES).conflict in (None, BOTH_CHANGED, BOTH_CREATED)


@given(features, features, features)
def test_a_deletion_against_a_change_is_always_a_conflict(
    ours: Feature, theirs: Feature, now: Feature
) -> None:
    base = Base(ours, theirs)
    here, there = merge(base, now, None, NAMES), merge(base, None, now, NAMES)
    changed_here = any(ours.item(n) != now.item(n) for n in NAMES)
    changed_there = any(theirs.item(n) != now.item(n) for n in NAMES)
    assert (here.conflict == DELETED_THERE) is changed_here and (here.here == "delete") is not changed_here
    assert (there.conflict == DELETED_HERE) is changed_there and (
        there.there == "delete"
    ) is not changed_there


@given(features, features)
def test_one_side_alone_takes_over(base: Feature, now: Feature) -> None:
    agreed = Base(base, base)
    changed = frozenset(n for n in NAMES if base.item(n) != now.item(n))
    assert merge(agreed, now, base, NAMES).to_there == changed
    assert merge(agreed, base, now, NAMES).to_here == changed


# --- what became of a write


def test_judge() -> None:
    before = made(1, 1)
    sent = made(2, 2, TWO)
    judged = judge(sent, NAMES, before, made(2, 1, ONE), Trust())
    assert (judged.arrived, judged.not_done, judged.overtaken) == ({"a"}, {"b", GEOMETRY}, frozenset())
    judged = judge(sent, NAMES, before, made(2, 3, TWO), Trust())
    assert (judged.arrived, judged.not_done, judged.overtaken) == ({"a", GEOMETRY}, frozenset(), {"b"})


def test_an_alteration_is_believed_by_what_speaks_for_it() -> None:
    sent, stored = made("x🏙", 7.25), made("x", 7.0)
    assert judge(sent, "ab", None, stored, Trust()).overtaken == {"b"}
    assert judge(sent, "ab", None, stored, Trust(belief=SURE)).overtaken == {"a", "b"}
    shown = frozenset({("b", "the number is rounded")})
    assert judge(sent, "ab", None, stored, Trust(shown=shown)).arrived == {"a", "b"}
    tolerance = Tolerance(drops_beyond_bmp=True)
    assert judge(sent, "ab", None, stored, Trust(tolerance, SURE)).overtaken == {"b"}
    (suspected,) = judge(sent, "ab", None, stored, Trust()).suspected
    assert suspected.name == "b"


def test_what_is_gone_or_cut_short_is_never_agreed() -> None:
    sent, stored = made("abcdef", "x"), made("abc", None)
    causes = ("the value is lost", "the text is cut after {n} characters")
    shown = frozenset((name, cause) for name in "ab" for cause in causes)
    for trust in (Trust(), Trust(belief=POSSIBLE, shown=shown)):
        judged = judge(sent, "ab", None, stored, trust)
        assert judged.lost == judged.overtaken == {"a", "b"} and not judged.suspected
    assert judge(sent, "ab", None, stored, Trust(lengths={"a": 3})).lost == {"b"}


def test_what_a_platform_makes_of_an_item_has_arrived_once_it_says_so() -> None:
    before, sent = made("x"), made("x🏙")
    assert judge(sent, "a", before, before, Trust()).not_done == {"a"}
    assert judge(sent, "a", before, before, Trust(), done=True).arrived == {"a"}
    assert judge(made("y"), "a", before, before, Trust(), done=True).not_done == {"a"}


def test_a_platform_that_replaces_whole_features_alters_what_nobody_changed() -> None:
    before, sent = made("x🏙", 1), made("x🏙", 2)
    judged = judge_rest(sent, ["a"], Base(before, before), before, made("x", 2), Trust())
    assert judged.arrived == {"a"} and [d.name for d in judged.differences] == ["a"]
    assert judge_rest(sent, ["a"], Base(before, before), before, made("z", 2), Trust()).overtaken == {"a"}
    # Sent as the platform had it: an edit of another that is still to be taken over.
    assert judge_rest(sent, ["a"], Base(made("y", 1), before), made("y", 1), sent, Trust()) == Judgement()


def test_recognise() -> None:
    trust = Trust(belief=SURE)
    sent = made(2, 2)
    half = recognise(BASE, sent, NAMES, "ab", made(2, 1), trust)
    assert half is not None and half.local.values == {"a": 2, "b": 1} == half.remote.values
    over = recognise(BASE, sent, NAMES, "ab", made(2, 7), trust)
    assert over is not None and over.remote.values == {"a": 2, "b": 1}
    assert recognise(None, sent, NAMES, NAMES, made(2, 2), trust) == Base(sent, sent)
    # Hours later a shorter text, or one without its emoji, may be somebody's.
    assert recognise(None, made("x🏙"), NAMES, NAMES, made("x"), trust) is None


def test_what_was_not_agreed_counts_as_empty() -> None:
    base = agree(None, ["a"], made(2, 3), made(2, 4))
    assert base.local.item("b") is None and base.local.geometry is None and base.remote.item("a") == 2
