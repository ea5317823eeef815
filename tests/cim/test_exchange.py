"""What an exchange does in the cases that are easily got wrong."""

from __future__ import annotations

import html
import sqlite3
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import shapely
from citycheck.citycheck_qgis.cim.adapters.base import DONE, Outcome
from citycheck.citycheck_qgis.cim.exchange import exchange
from citycheck.citycheck_qgis.cim.features import GEOMETRY, Feature, Field, Schema
from citycheck.citycheck_qgis.cim.fidelity import Tolerance
from citycheck.citycheck_qgis.cim.local import LocalProblem
from citycheck.citycheck_qgis.cim.results import Report, Rules
from citycheck.citycheck_qgis.cim.store import Store
from citycheck.citycheck_qgis.errors import (
    ExchangeError,
    FailedError,
    InputError,
    NoAnswerError,
    RefusedError,
)
from citycheck.citycheck_qgis.messages import message
from citycheck.tests.fixtures.exchange_sides import (
    ABLE,
    PULL,
    PUSH,
    SCHEMA,
    SYNC,
    Client,
    KilledError,
    Layer,
    Platform,
    copied,
    feature,
    lost_answer,
    square,
)

Pair = tuple[Client, Platform]


def agreed(folder: Path, number: int = 4, able: Any = ABLE) -> Pair:
    client = Client(folder, Layer([feature(f"k{n}", x=113 + n / 10) for n in range(number)]))
    platform = Platform(able)
    client.run(platform)
    platform.requests.clear()
    return client, platform


@pytest.fixture
def pair(tmp_path: Path) -> Pair:
    return agreed(tmp_path)


def said(report: Report, key: str) -> list[tuple[str, str]]:
    return [(r.action, r.state) for r in report.results if r.key == key]


def check_quiet(client: Client, platform: Platform, rules: Rules = SYNC) -> None:
    platform.requests.clear()
    assert client.run(platform, rules).counts == {}
    assert not {"create", "update", "delete"} & set(platform.requests)


# --- what platforms do to values

DAMAGES: dict[str, Callable[[Feature], Feature]] = {}


def damage(function: Callable[[Feature], Feature]) -> Callable[[Feature], Feature]:
    DAMAGES[function.__name__] = function
    return function


def in_text(change: Callable[[str], str | None]) -> Callable[[Feature], Feature]:
    def altered(one: Feature) -> Feature:
        return replace(one, values={n: change(v) if isinstance(v, str) else v for n, v in one.values.items()})

    return altered


def in_geometry(one: Feature, change: Callable[[np.ndarray], np.ndarray]) -> Feature:
    if one.geometry is None:
        return one
    return replace(one, geometry=shapely.to_wkb(shapely.transform(shapely.from_wkb(one.geometry), change)))


DAMAGES |= {
    "six decimals": lambda one: in_geometry(one, lambda c: np.round(c, 6)),
    "single precision": lambda one: in_geometry(one, lambda c: c.astype(np.float32).astype(float)),
    "beyond the plane": in_text(lambda t: "".join(c for c in t if ord(c) <= 0xFFFF)),
    "empty is null": in_text(lambda t: t or None),
    "quotes": in_text(lambda t: t.replace('"', "\\")),
    "question marks": in_text(lambda t: t.encode("gbk", "replace").decode("gbk")),
    "spaces": in_text(str.strip),
    "breaks": in_text(lambda t: t.replace("\n", "\r\n")),
    "ends at zero": in_text(lambda t: t.split("\0")[0]),
    "entities": in_text(html.escape),
    "big integers": lambda one: replace(
        one, values={n: int(float(v)) if isinstance(v, int) else v for n, v in one.values.items()}
    ),
}
NASTY = [
    "x\"y'z\\w",
    "𠮷野家",
    "🏙",
    "",
    None,
    "end\\",
    "a\0b",
    "a\nb",
    " spaces ",
    "<b>&amp;",
    "广州塔广场之东",
    "plain",
]


def nasty_rows() -> list[Feature]:
    return [
        Feature(
            f"k{n}",
            {"name": text, "status": "open", "storeys": 2**53 + 1 + 2 * n},
            square(113.123456789 + n / 100, 23.0123456789, 0.000234567),
        )
        for n, text in enumerate(NASTY)
    ]


@pytest.mark.parametrize("partial", [True, False])
@pytest.mark.parametrize("kind", DAMAGES)
def test_what_a_platform_alters_is_listed_once_and_is_no_edit(
    tmp_path: Path, kind: str, partial: bool
) -> None:
    client, platform = Client(tmp_path, Layer(nasty_rows())), Platform(replace(ABLE, partial_update=partial))
    platform.damage = DAMAGES[kind]
    before = {key: row.digest() for key, row in client.layer.rows.items()}
    report = client.run(platform)
    assert set(report.counts) == {"altered", "verified"} - (
        {"verified"} if report.counts.get("altered") == 12 else set()
    )
    assert {key: row.digest() for key, row in client.layer.rows.items()} == before
    for _ in range(2):
        check_quiet(client, platform)
    # An edit of something else sends no geometry, and brings no damage back.
    client.layer.edit("k0", status="done")
    platform.edit("k1", status="there")
    sent: list[frozenset[str]] = []
    update = platform.update
    platform.update = lambda updates: (sent.extend(u.changed for u in updates), update(updates))[1]  # type: ignore[method-assign]
    client.run(platform)
    assert sent == [{"status"}]
    assert client.layer.rows["k1"].values["status"] == "there"
    changed = {key for key, row in client.layer.rows.items() if row.digest() != before[key]}
    assert changed == {"k0", "k1"} and client.layer.rows["k1"].geometry == nasty_rows()[1].geometry
    check_quiet(client, platform)
    assert not client.conflicts()


def test_a_replacing_platform_that_alters_what_nobody_changed(pair: Pair) -> None:
    client, platform = pair
    client.layer.edit("k0", name="塔🏙", geometry=square(113.123456789))
    client.run(platform)
    # From now on whatever is sent is damaged, the unchanged items of a feature as well.
    platform.damage = lambda one: DAMAGES["six decimals"](DAMAGES["beyond the plane"](one))
    client.layer.edit("k0", status="done")
    report = client.run(platform)
    assert said(report, "k0") == [("update", "altered")] or said(report, "k0") == [("update", "verified")]
    check_quiet(client, platform)
    assert client.layer.rows["k0"].values["name"] == "塔🏙" and client.layer.rows["k0"].geometry == square(
        113.123456789
    )


def test_the_length_of_the_field_explains_a_cut_text(tmp_path: Path) -> None:
    client = Client(tmp_path, Layer([feature("k0", name="广州塔广场")]))
    fields = (replace(SCHEMA.fields[0], length=3), *SCHEMA.fields[1:])
    platform = Platform(schema=Schema(fields, "Polygon"))
    platform.damage = lambda one: replace(one, values={**one.values, "name": str(one.values["name"])[:3]})
    assert client.run(platform).counts == {"altered": 1}


def test_an_edit_below_what_the_platform_keeps_is_sent_once(pair: Pair) -> None:
    client, platform = pair
    platform.damage = DAMAGES["six decimals"]
    client.layer.edit("k0", geometry=square(113.0000001))
    client.run(platform)
    assert platform.requests.count("update") == 1
    check_quiet(client, platform)


# --- creations


def test_a_creation_that_somebody_edits_at_once(pair: Pair) -> None:
    client, platform = pair
    client.layer.rows["new"] = feature("new", status="ours", x=114)

    def edit(kind: str) -> None:
        if kind == "create":
            platform.edit("new", status="theirs")

    platform.after = edit
    assert said(client.run(platform), "new") == [("none", "conflict")]
    platform.after = lambda kind: None
    for _ in range(3):
        assert client.run(platform).counts == {"conflict": 1}
    (conflict,) = client.conflicts("open")
    client.resolve(conflict, dict.fromkeys(conflict.items, "remote"))
    client.run(platform)
    assert client.layer.rows["new"].values["status"] == "theirs"
    check_quiet(client, platform)


def test_a_field_that_the_platform_fills_itself_is_taken_over(tmp_path: Path) -> None:
    schema = Schema((*SCHEMA.fields, Field("edited", "text", editable=False)), "Polygon")
    row = feature("k0")
    row.values["edited"] = None
    mine = feature("k1", x=114)
    mine.values["edited"] = "by hand"
    client, platform = Client(tmp_path, Layer([row, mine], schema)), Platform(schema=schema)
    platform.damage = lambda one: replace(one, values={**one.values, "edited": "by the platform" if one.key == "k0" else None})  # fmt: skip
    client.run(platform)
    report = client.run(platform)
    assert client.layer.rows["k0"].values["edited"] == "by the platform"
    # What we hold and may not write is told each time and never dropped.
    assert said(report, "k1") == [("update", "withheld")]
    assert client.layer.rows["k1"].values["edited"] == "by hand"
    assert not client.conflicts()


def test_exchanged_axes_spoil_one_feature_at_most(tmp_path: Path) -> None:
    rows = [replace(feature("a"), geometry=None), *(feature(f"k{n}", x=113 + n / 10) for n in range(9))]
    client, platform = Client(tmp_path, Layer(rows)), Platform()
    platform.damage = lambda one: in_geometry(one, lambda c: c[:, ::-1])
    with pytest.raises(ExchangeError, match="exchanges x and y"):
        client.run(platform)
    assert not [row for row in platform.rows.values() if row.geometry is not None]
    platform.damage = lambda one: one
    client.run(platform)
    assert all(len(found) == 1 for found in platform.by_key().values()) and len(platform.rows) == 10
    check_quiet(client, platform)


# --- races


def test_a_second_attempt_does_not_overwrite_what_came_between(tmp_path: Path) -> None:
    """The platform replaces whole features and loses an answer; meanwhile another item is edited there."""
    client, platform = agreed(tmp_path, able=replace(ABLE, batch=1))
    client.layer.edit("k0", status="ours")
    lost = [True]

    def before(kind: str) -> None:
        if kind == "update" and lost:
            lost.clear()
            platform.edit("k0", name="theirs")
            raise NoAnswerError("Lost.")

    platform.before = before
    client.run(platform)
    row = platform.by_key()["k0"][0]
    assert (row.values["name"], row.values["status"]) == ("theirs", "ours")
    client.run(platform)
    assert client.layer.rows["k0"].values["name"] == "theirs"
    check_quiet(client, platform)


def test_a_deletion_that_is_overtaken_by_an_edit(pair: Pair) -> None:
    client, platform = pair
    del client.layer.rows["k0"]

    def before(kind: str) -> None:
        if kind == "delete":
            platform.edit("k0", status="theirs")
            platform.before = lambda kind: None
            raise NoAnswerError("Lost.")

    platform.before = before
    assert said(client.run(platform), "k0") == [("none", "conflict")]
    assert "k0" in platform.by_key()
    (conflict,) = client.conflicts("open")
    assert (
        conflict.local is None
        and conflict.remote is not None
        and conflict.remote.values["status"] == "theirs"
    )


def test_a_locked_update_waits_for_the_next_run(tmp_path: Path) -> None:
    client, platform = agreed(tmp_path, able=replace(ABLE, locking=True, partial_update=True))
    client.layer.edit("k0", status="ours")

    def before(kind: str) -> None:
        if kind == "update":
            platform.before = lambda kind: None
            platform.edit("k0", name="theirs")

    platform.before = before
    assert ("update", "waiting") in said(client.run(platform), "k0")
    client.run(platform)
    row = platform.by_key()["k0"][0]
    assert (row.values["name"], row.values["status"]) == ("theirs", "ours")
    check_quiet(client, platform)


def test_half_an_update_arrived_and_the_answer_did_not(tmp_path: Path) -> None:
    client, platform = agreed(tmp_path)
    client.layer.edit("k0", status="ours", name="ours")

    class StoppedError(BaseException):
        pass

    def update(updates: Any) -> list[Outcome]:
        platform.edit("k0", name="ours")
        raise StoppedError

    whole = platform.update
    platform.update = update  # type: ignore[method-assign]
    with pytest.raises(StoppedError):
        client.run(platform)
    platform.update = whole  # type: ignore[method-assign]
    platform.edit("k0", storeys=9)
    report = client.run(platform)
    row = platform.by_key()["k0"][0]
    assert row.values == {"name": "ours", "status": "ours", "storeys": 9} == client.layer.rows["k0"].values
    assert ("update", "verified") in said(report, "k0") and not client.conflicts()
    check_quiet(client, platform)


def test_what_is_as_before_in_another_version_was_put_back(pair: Pair) -> None:
    client, platform = pair
    client.layer.edit("k0", status="ours")

    def kill(kind: str) -> None:
        raise KilledError

    platform.after = kill
    with pytest.raises(KilledError):
        client.run(platform)
    client.die()
    platform.after = lambda kind: None
    platform.edit("k0", status="open")
    for rules in (PUSH, SYNC, PULL):
        assert client.run(platform, rules).counts == {"conflict": 1}
        assert platform.by_key()["k0"][0].values["status"] == "open"
    (conflict,) = client.conflicts("open")
    client.resolve(conflict, {"status": "remote"})
    client.run(platform)
    assert client.layer.rows["k0"].values["status"] == "open"
    check_quiet(client, platform)


def test_a_platform_that_says_done_and_does_nothing(pair: Pair) -> None:
    client, platform = pair
    client.layer.edit("k0", status="ours")
    client.layer.rows["new"] = feature("new", x=114)
    whole = platform.create, platform.update
    platform.update = lambda updates: [DONE for _ in updates]  # type: ignore[method-assign]
    platform.create = lambda features: [DONE for _ in features]  # type: ignore[method-assign]
    for _ in range(2):
        with pytest.raises(
            ExchangeError, match="taken the new feature new and does not show it under its key"
        ):
            client.run(platform)
    platform.create = whole[0]  # type: ignore[method-assign]
    for counts in ({"rejected": 1, "verified": 1}, {"rejected": 1}):
        assert client.run(platform).counts == counts
    platform.update = whole[1]  # type: ignore[method-assign]
    assert client.run(platform).counts == {"verified": 1}
    check_quiet(client, platform)


class Spelling(Platform):
    """A stand-in for a platform that keeps keys in a form of its own, and finds them by it or by what was sent."""

    def __init__(self, kept: Callable[[str], str | None], by_any: bool, able: Any = ABLE) -> None:
        super().__init__(able)
        self.kept, self.by_any = kept, by_any

    def add(self, one: Feature) -> str:
        return super().add(replace(one, key=self.kept(str(one.key))))

    def find(self, keys: Any) -> list[Feature]:
        return super().find([str(self.kept(key)) for key in keys] if self.by_any else keys)


SPELLINGS: dict[str, Callable[[str], str | None]] = {
    "uuid": lambda key: key.strip("{} ").lower(),
    "small": str.lower,
    "large": str.upper,
    "cut": lambda key: key[:32],
    "trimmed": str.strip,
    "dropped": lambda key: None,
}


@pytest.mark.parametrize(
    ("first", "kind", "by_any", "find_batch"),
    [
        (first, kind, by_any, find_batch)
        for first, kind in product(("done", "killed", "lost"), SPELLINGS)
        # Without a word of the platform only what is easily asked for is looked for.
        if first == "done" or kind not in ("cut", "dropped")
        for by_any, find_batch in ((True, 10), (False, 10), (False, 0))
    ],
)
def test_a_platform_that_keeps_keys_in_another_spelling(
    tmp_path: Path, kind: str, by_any: bool, first: str, find_batch: int
) -> None:
    keys = [f"{{{n}BD2F60F-F157-4a6d-96AF-D4BA4CB366A1}} " for n in range(6)]
    client = Client(tmp_path, Layer([feature(key, x=113 + n / 10) for n, key in enumerate(keys)]))
    platform = Spelling(SPELLINGS[kind], by_any, replace(ABLE, find_batch=find_batch))
    if first == "lost":
        platform.after = lost_answer("create")
    elif first == "killed":

        def kill(kind: str) -> None:
            raise KilledError

        platform.after = kill
    with pytest.raises(KilledError if first == "killed" else ExchangeError) as caught:
        client.run(platform, PUSH)
    assert len(platform.rows) == 1
    if first == "killed":
        client.die()
        platform.after = lambda kind: None
        with pytest.raises(ExchangeError):
            client.run(platform, PUSH)
        assert len(platform.rows) == 2
    else:
        stored = platform.rows["1"].key
        assert keys[0] in str(caught.value) and (stored is None or stored in str(caught.value))
    # However often it is tried, no feature comes to be there twice.
    for rules in (PUSH, SYNC, PUSH):
        with suppress(ExchangeError):
            client.run(platform, rules)
    kept = [row.key for row in platform.rows.values()]
    assert len(platform.rows) <= 6 and (kind == "dropped" or len(set(kept)) == len(kept))
    assert not [key for key in client.layer.rows if key in kept and key not in keys]
    (held, *_) = [r for r in client.run(platform, replace(PUSH, dry_run=True)).results if r.key == keys[0]]
    assert held.state == "waiting"


def test_a_platform_that_refuses_other_spellings(tmp_path: Path) -> None:
    client, platform = Client(tmp_path, Layer([feature("ab-1")])), Platform()
    whole = platform.find

    def find(keys: Any) -> list[Feature]:
        if any("{" in key for key in keys):
            raise RefusedError("It is no UUID.")
        return whole(keys)

    platform.find, platform.create = find, lambda features: [DONE for _ in features]  # type: ignore[method-assign]
    with pytest.raises(ExchangeError, match="shows no feature of this key"):
        client.run(platform, PUSH)


def test_two_spellings_of_one_key_are_one_feature(tmp_path: Path) -> None:
    client, platform = Client(tmp_path, Layer([feature("{AB-1}")])), Platform()
    platform.add(feature("ab-1"))
    report = client.run(platform)
    assert report.counts == {"held_back": 1} and "ab-1" in str(report.results[0].reason)
    assert len(platform.rows) == len(client.layer.rows) == 1


def test_a_key_field_that_is_too_short(tmp_path: Path) -> None:
    client, platform = Client(tmp_path, Layer([feature("short"), feature("much-longer")])), Platform()
    platform.key_length = 8
    with pytest.raises(InputError, match="8 characters at most, and much-longer has 11"):
        client.run(platform)
    assert not platform.rows


@pytest.mark.parametrize("late", range(1, 6))
def test_a_platform_that_shows_late_what_it_has_done(pair: Pair, late: int) -> None:
    """What was created can be found by key only after a while, as behind an index that is filled later."""
    client, platform = pair
    client.layer.rows["new"] = feature("new", x=114)
    hidden: list[Feature] = []
    seen: list[str] = []

    def create(features: Any) -> list[Outcome]:
        hidden.extend(features)
        return [DONE for _ in features]

    def before(kind: str) -> None:
        if hidden:
            seen.append(kind)
        if len(seen) == late:
            platform.add(hidden.pop())
            seen.clear()

    platform.create, platform.before = create, before  # type: ignore[method-assign]
    with suppress(ExchangeError):
        client.run(platform)
    while hidden:
        platform.add(hidden.pop())
    platform.before = lambda kind: None
    client.run(platform)
    assert len(platform.by_key()["new"]) == 1
    check_quiet(client, platform)


def test_a_platform_without_queries_and_more_features_than_a_statement_takes(tmp_path: Path) -> None:
    layer = Layer([feature(f"k{n}", x=100 + n / 10000) for n in range(300)])
    platform = Platform(replace(ABLE, find_batch=0, batch=100), page=100)
    with Store(tmp_path / "j.db") as store:
        store.connection.setlimit(sqlite3.SQLITE_LIMIT_VARIABLE_NUMBER, 60)
        report = exchange(store, store.link("p", "c", "l"), layer, platform, SYNC)
    assert report.counts == {"verified": 300}


def test_an_answer_that_never_comes_is_told(pair: Pair) -> None:
    client, platform = pair
    client.layer.edit("k0", status="ours")

    def before(kind: str) -> None:
        if kind == "update":
            raise NoAnswerError("The connection broke.")

    platform.before = before
    (result,) = client.run(platform).results
    assert result.state == "rejected" and "connection broke" in str(result.reason)


def test_one_bad_feature_does_not_stop_the_others(tmp_path: Path) -> None:
    for atomic in (True, False):
        client, platform = agreed(tmp_path / str(atomic), 0, replace(ABLE, atomic=atomic))
        for n in range(9):
            client.layer.rows[f"n{n}"] = feature(f"n{n}", x=113 + n / 10)
        platform.refuses = lambda one: one.key == "n4"
        report = client.run(platform)
        assert report.counts == {"rejected": 1, "verified": 8}
        platform.refuses = lambda one: False
        assert client.run(platform).counts == {"verified": 1}


@pytest.mark.parametrize("batch", [1, 4])
def test_what_the_platform_fails_at_does_not_hold_up_the_others(tmp_path: Path, batch: int) -> None:
    """Status 500 for what breaks a rule of the database, as several servers answer: it is waited for once."""
    client, platform = agreed(tmp_path, 0, replace(ABLE, batch=batch))
    for n in range(40):
        client.layer.rows[f"n{n}"] = feature(f"n{n}", x=113 + n / 10)
    create, pauses = platform.create, []

    def failing(features: Sequence[Feature]) -> list[Outcome]:
        if any(str(one.key).endswith("7") for one in features):
            raise FailedError("status 500")
        return create(features)

    platform.create = failing  # type: ignore[method-assign]
    with Store(client.path) as store:
        rules = replace(PUSH, pauses=(0.5, 1.0))
        report = exchange(
            store, store.link("p", "c", "l"), client.layer, platform, rules, sleep=pauses.append
        )
    assert report.counts == {"rejected": 4, "verified": 36}
    assert {str(r.reason) for r in report.results if r.state == "rejected"} == {"status 500"}
    assert pauses == [0.5, 1.0] and platform.requests.count("create") <= 40


@pytest.mark.parametrize("taken", [0, 1])
def test_a_platform_that_fails_at_everything_is_left_alone(tmp_path: Path, taken: int) -> None:
    client, platform = agreed(tmp_path, 0, replace(ABLE, batch=1))
    for n in range(300):
        client.layer.rows[f"n{n:03}"] = feature(f"n{n:03}", x=113 + n / 1000)
    create, sent = platform.create, []

    def failing(features: Sequence[Feature]) -> list[Outcome]:
        sent.extend(features)
        if features[0].key == "n000" and taken:
            return create(features)
        raise FailedError("status 500")

    platform.create = failing  # type: ignore[method-assign]
    if taken:
        assert client.run(platform, PUSH).counts == {"rejected": 299, "verified": 1}
    else:
        with pytest.raises(ExchangeError, match=r"failed at each of the first 1\d\d features.*status 500"):
            client.run(platform, PUSH)
        assert len(sent) < 400
        # Nothing is forgotten: the next run sends it all.
        platform.create = create  # type: ignore[method-assign]
        assert client.run(platform, PUSH).counts == {"verified": 300}


def test_a_failed_request_that_was_done_is_not_repeated(tmp_path: Path) -> None:
    client, platform = agreed(tmp_path, 0, replace(ABLE, batch=4))
    for n in range(8):
        client.layer.rows[f"n{n}"] = feature(f"n{n}", x=113 + n / 10)

    def after(kind: str) -> None:
        if kind == "create":
            raise FailedError("status 500")

    platform.after = after
    assert client.run(platform, PUSH).counts == {"verified": 8}
    assert len(platform.rows) == 8


# --- what is not known is not deleted


def test_a_reading_that_breaks_off_takes_nothing_for_deleted(tmp_path: Path) -> None:
    for find_batch in (0, 10):
        client, platform = agreed(tmp_path / str(find_batch), 20, replace(ABLE, find_batch=find_batch))
        client.layer.edit("k9", status="ours")
        platform.page_size, platform.cut_after = 5, 0
        if find_batch == 0:
            with pytest.raises(ExchangeError):
                client.layer.rows["new"] = feature("new", x=114)
                client.run(platform)
            del client.layer.rows["new"]
            client.layer.edit("k9", status="open")
        report = client.run(platform)
        assert any("before its last page" in str(w) for w in report.warnings)
        assert len(client.layer.rows) == 20 and len(platform.rows) == 20 and not client.conflicts()
        if find_batch == 0:
            assert report.counts == {"waiting": 15} and report.unchanged == 5
        else:
            assert report.counts == {"verified": 1} and report.unchanged == 19


def test_a_page_that_hides_features_and_a_count_that_lies(pair: Pair) -> None:
    client, platform = pair
    client.layer.edit("k1", status="ours")
    whole = platform.pages

    def hiding() -> Any:
        for page in whole():
            yield replace(page, features=[f for f in page.features if f.key not in ("k0", "k1")])

    platform.pages = hiding  # type: ignore[method-assign]
    for matched in (lambda n: n, lambda n: n - 2, lambda n: None):
        platform.matched = matched
        report = client.run(platform)
        assert not client.conflicts() and set(client.layer.rows) == {"k0", "k1", "k2", "k3"}
        assert "rejected" not in report.counts
    assert platform.by_key()["k1"][0].values["status"] == "ours"


def test_a_layer_that_is_not_whole_deletes_nothing(pair: Pair) -> None:
    client, platform = pair
    platform.edit("k1", status="b")
    client.layer.edit("k1", status="a")
    client.run(platform)
    del client.layer.rows["k0"], client.layer.rows["k1"]
    client.layer.complete = False
    for _ in range(2):
        report = client.run(platform)
        assert report.counts == {} and len(platform.rows) == 4
        # A conflict of a feature that the filter hides stays open.
        assert len(client.conflicts("open")) == 1


def test_rows_that_are_held_back_are_not_gone(pair: Pair) -> None:
    client, platform = pair
    platform.edit("k0", status="b")
    client.layer.edit("k0", status="a")
    client.run(platform)
    del client.layer.rows["k0"]
    twice = message("The key k0 stands in 2 rows.")
    client.layer.problems = [LocalProblem("1", "k0", twice), LocalProblem("2", "k0", twice)]
    report = client.run(platform)
    assert report.counts == {"held_back": 1} and report.unchanged == 3
    assert "k0" in platform.by_key() and "k0" not in client.layer.rows
    assert [c.state for c in client.conflicts()] == ["open"]


def test_a_second_copy_with_another_content_is_held_back(pair: Pair) -> None:
    client, platform = pair
    platform.add(feature("k0", status="copy", x=115))
    client.layer.edit("k0", status="ours")
    for rules in (SYNC, PUSH):
        report = client.run(platform, rules)
        assert said(report, "k0") == [("none", "held_back")]
        assert {row.values["status"] for row in platform.by_key()["k0"]} == {"open", "copy"}
    platform.rows = {n: row for n, row in platform.rows.items() if row.values["status"] != "copy"}
    client.run(platform)
    check_quiet(client, platform)
    assert platform.by_key()["k0"][0].values["status"] == "ours"


def test_features_without_a_key_are_told(pair: Pair) -> None:
    client, platform = pair
    platform.rows["x"] = Feature(None, {"name": "?"}, None, "x")
    platform.rows["y"] = Feature("\ud800", {"name": "?"}, None, "y")
    report = client.run(platform)
    assert report.counts == {"held_back": 2} and report.unchanged == 4


# --- ceilings and rules


@pytest.mark.parametrize("whose", ["ours", "theirs"])
def test_withheld_deletions_come_again_until_they_are_allowed(pair: Pair, whose: str) -> None:
    client, platform = pair
    for key in ("k0", "k1"):
        if whose == "ours":
            del client.layer.rows[key]
        else:
            platform.remove(key)
    for _ in range(3):
        report = client.run(platform, replace(SYNC, max_deletions=1))
        assert report.counts == {"withheld": 2} and report.unchanged == 2
    assert len(platform.rows) + len(client.layer.rows) == 6
    client.run(platform, replace(SYNC, max_deletions=2))
    assert len(platform.rows) == len(client.layer.rows) == 2
    check_quiet(client, platform)


def test_only_the_status_is_written_back(pair: Pair) -> None:
    client, platform = pair
    rules = replace(SYNC, writable=frozenset({"status"}))
    client.layer.edit("k0", name="ours")
    client.layer.edit("k1", name="ours", status="done")
    client.layer.rows["new"] = feature("new", x=114)
    del client.layer.rows["k3"]
    for turn in range(3):
        report = client.run(platform, rules)
        assert said(report, "k0") == [("update", "withheld")] and said(report, "new") == [
            ("create", "withheld")
        ]
        assert said(report, "k1") == [("update", "withheld")] + (
            [("update", "verified")] if turn == 0 else []
        )
        assert said(report, "k3") == [("delete", "withheld")]
        assert report.unchanged == 1
    row = platform.by_key()["k1"][0]
    assert (row.values["name"], row.values["status"]) == ("楼", "done") and len(platform.rows) == 4
    client.run(platform)
    assert platform.by_key()["k1"][0].values["name"] == "ours" and len(platform.rows) == 4
    check_quiet(client, platform)


def test_a_pull_sends_nothing_and_a_push_takes_nothing(pair: Pair) -> None:
    client, platform = pair
    client.layer.edit("k0", status="ours")
    platform.edit("k1", status="theirs")
    report = client.run(platform, PULL)
    assert said(report, "k0") == [("update", "withheld")] and said(report, "k1") == [("update_here", "taken")]
    platform.edit("k2", status="theirs")
    client.run(platform, PUSH)
    assert client.layer.rows["k2"].values["status"] == "open"
    assert platform.by_key()["k0"][0].values["status"] == "ours"
    client.run(platform)
    check_quiet(client, platform)


def test_a_preview_changes_nothing_and_says_what_a_run_does(pair: Pair) -> None:
    client, platform = pair
    client.layer.edit("k0", status="ours")
    client.layer.rows["new"] = feature("new", x=114)
    platform.edit("k1", status="theirs")
    platform.edit("k2", status="b")
    client.layer.edit("k2", status="a")
    del client.layer.rows["k3"]
    for rules in (SYNC, PUSH):
        preview = client.run(platform, replace(rules, dry_run=True))
        assert not {"create", "update", "delete"} & set(platform.requests)
        planned = {(r.key, r.action) for r in preview.results if r.state == "planned"}
        expected = {("k0", "update"), ("new", "create"), ("k3", "delete")}
        assert planned == expected | ({("k1", "update_here")} if rules.pull else set())
        assert said(preview, "k2") == [("none", "conflict")]
    report = client.run(platform)
    done = {(r.key, r.action) for r in report.results if r.state in ("verified", "taken")}
    assert done == {("k0", "update"), ("new", "create"), ("k3", "delete"), ("k1", "update_here")}


# --- conflicts


def test_a_conflict_is_never_sent_and_survives_every_run(pair: Pair) -> None:
    client, platform = pair
    client.layer.edit("k0", status="ours", name="ours")
    platform.edit("k0", status="theirs", storeys=9)
    for rules in (SYNC, PUSH, PULL, replace(PUSH, dry_run=True), SYNC):
        report = client.run(platform, rules)
        assert ("none", "conflict") in said(report, "k0"), rules
        assert platform.by_key()["k0"][0].values == {"name": "楼", "status": "theirs", "storeys": 9}
        assert client.layer.rows["k0"].values == {"name": "ours", "status": "ours", "storeys": 3}
    (conflict,) = client.conflicts()
    assert conflict.state == "open" and conflict.items == ("status",)


@pytest.mark.parametrize("choice", ["local", "remote"])
@pytest.mark.parametrize("kind", ["both_changed", "deleted_here", "deleted_there", "both_created"])
@pytest.mark.parametrize("rules", [SYNC, PUSH])
def test_resolutions(tmp_path: Path, kind: str, choice: str, rules: Rules) -> None:
    client, platform = agreed(tmp_path)
    if kind == "both_changed":
        client.layer.edit("k0", status="ours")
        platform.edit("k0", status="theirs")
    elif kind == "deleted_here":
        del client.layer.rows["k0"]
        platform.edit("k0", status="theirs")
    elif kind == "deleted_there":
        client.layer.edit("k0", status="ours")
        platform.remove("k0")
    else:
        client.layer.rows["new"] = feature("new", status="ours", x=114)
        platform.add(feature("new", status="theirs", x=114))
    key = "new" if kind == "both_created" else "k0"
    ours, theirs = client.layer.rows.get(key), (platform.by_key().get(key) or [None])[0]
    client.run(platform, rules)
    (conflict,) = client.conflicts("open")
    client.resolve(conflict, dict.fromkeys(conflict.items, choice))
    client.run(platform, rules)
    client.run(platform)
    won = ours if choice == "local" else theirs
    for now in (client.layer.rows.get(key), (platform.by_key().get(key) or [None])[0]):
        assert (now is None) == (won is None)
        assert won is None or (now is not None and now.digest() == won.digest())
    assert not client.conflicts("open")
    check_quiet(client, platform)


@pytest.mark.parametrize("choice", ["local", "remote"])
@pytest.mark.parametrize("whose", ["ours", "theirs"])
def test_a_change_after_the_resolution(pair: Pair, choice: str, whose: str) -> None:
    """The side that lost is overwritten only in the form that was shown; the winner's later edit goes along."""
    client, platform = pair
    client.layer.edit("k0", status="ours")
    platform.edit("k0", status="theirs")
    client.run(platform)
    (conflict,) = client.conflicts("open")
    client.resolve(conflict, {"status": choice})
    (client.layer if whose == "ours" else platform).edit("k0", status="later")
    client.run(platform)
    if (choice == "local") == (whose == "ours"):
        assert (
            client.layer.rows["k0"].values["status"] == "later" == platform.by_key()["k0"][0].values["status"]
        )
    else:
        assert len(client.conflicts("open")) == 1
        assert client.layer.rows["k0"].values["status"] != platform.by_key()["k0"][0].values["status"]


def test_sides_that_come_to_agree_settle_a_conflict(pair: Pair) -> None:
    client, platform = pair
    client.layer.edit("k0", status="ours")
    platform.edit("k0", status="theirs")
    client.run(platform)
    client.layer.edit("k0", status="theirs")
    assert client.run(platform).counts == {"agreed": 1}
    assert [c.state for c in client.conflicts()] == ["settled"]
    check_quiet(client, platform)


def test_agreed_items_and_work_in_one_feature(pair: Pair) -> None:
    client, platform = pair
    client.layer.edit("k0", status="same", name="ours")
    platform.edit("k0", status="same", storeys=9)
    client.run(platform)
    expected = {"name": "ours", "status": "same", "storeys": 9}
    assert platform.by_key()["k0"][0].values == expected == client.layer.rows["k0"].values
    check_quiet(client, platform)
    platform.edit("k0", status="later")
    client.run(platform)
    assert client.layer.rows["k0"].values["status"] == "later"


# --- another file, another journal, another address


@pytest.mark.parametrize("choice", ["local", "remote"])
def test_a_file_of_a_backup_overwrites_nothing(pair: Pair, choice: str) -> None:
    client, platform = pair
    backup = {key: copied(row) for key, row in client.layer.rows.items()}
    for number in range(12):
        platform.edit("k0", status=f"theirs {number}", geometry=square(113 + number / 1000))
        client.run(platform)
    client.layer.rows = {key: copied(row) for key, row in backup.items()}
    # Of twelve values ten are remembered; the geometry has come back to where it was.
    client.layer.edit("k0", status="theirs 3", name="edited since")
    for rules in (PUSH, SYNC, PULL):
        report = client.run(platform, rules)
        assert said(report, "k0") == [("none", "conflict")] and "older file" in str(report.results[0].reason)
    row = platform.by_key()["k0"][0]
    assert (row.values["name"], row.values["status"]) == ("楼", "theirs 11")
    (conflict,) = client.conflicts("open")
    assert conflict.kind == "older_here" and conflict.items == ("status",)
    client.resolve(conflict, {"status": choice})
    client.run(platform)
    row = platform.by_key()["k0"][0]
    expected = "theirs 3" if choice == "local" else "theirs 11"
    assert row.values == client.layer.rows["k0"].values
    assert (row.values["name"], row.values["status"]) == ("edited since", expected)
    check_quiet(client, platform)


def test_a_value_of_our_own_ends_the_memory_of_older_ones(pair: Pair) -> None:
    client, platform = pair
    platform.edit("k0", status="theirs")
    client.run(platform)
    for status in ("ours", "open"):
        client.layer.edit("k0", status=status)
        assert client.run(platform).counts == {"verified": 1}
    assert platform.by_key()["k0"][0].values["status"] == "open"


def test_an_exchange_without_its_journal_says_so(pair: Pair, tmp_path: Path) -> None:
    client, platform = pair
    del client.layer.rows["k3"]
    for rules in (PUSH, SYNC):
        other = Client(tmp_path / str(rules.pull), client.layer)
        assert "knows nothing" in str(other.run(platform, rules).warnings)
        assert not other.run(platform, rules).warnings


def test_results_tell_the_row(pair: Pair) -> None:
    client, platform = pair
    for number, row in enumerate(client.layer.rows.values()):
        row.server_id = str(number)
    client.layer.edit("k2", status="ours")
    platform.add(feature("there", x=114))
    client.layer.problems = [LocalProblem("9", "k0", message("It is damaged."))]
    del client.layer.rows["k0"]
    report = client.run(platform, replace(SYNC, dry_run=True))
    assert {r.key: r.fid for r in report.results} == {"k0": "9", "k2": "2", "there": None}


# --- schemas that change


def test_a_field_that_is_new_on_both_sides(pair: Pair) -> None:
    client, platform = pair
    grown = Schema((*SCHEMA.fields, Field("note", "text")), "Polygon")
    client.layer.schema = platform.schema = grown
    for row in [*client.layer.rows.values(), *platform.rows.values()]:
        row.values["note"] = None
    client.layer.edit("k0", note="ours")
    platform.edit("k1", note="theirs")
    client.run(platform)
    assert (
        platform.by_key()["k0"][0].values["note"] == "ours"
        and client.layer.rows["k1"].values["note"] == "theirs"
    )
    assert not client.conflicts()
    check_quiet(client, platform)


def test_a_field_that_goes_and_comes_back(pair: Pair) -> None:
    client, platform = pair
    platform.schema = Schema(SCHEMA.fields[:2], "Polygon")
    for row in platform.rows.values():
        del row.values["storeys"]
    client.layer.edit("k0", status="ours")
    assert client.run(platform).counts == {"verified": 1}
    assert client.layer.rows["k0"].values["storeys"] == 3
    platform.schema = SCHEMA
    for row in platform.rows.values():
        row.values["storeys"] = 3
    assert client.run(platform).counts == {"agreed": 4}
    check_quiet(client, platform)


@pytest.mark.parametrize("whose", ["ours", "theirs"])
@pytest.mark.parametrize("rules", [SYNC, PUSH, PULL])
def test_a_field_that_goes_and_comes_back_empty_is_filled(tmp_path: Path, whose: str, rules: Rules) -> None:
    client, platform = agreed(tmp_path)
    one, rows = (client.layer, client.layer.rows) if whose == "ours" else (platform, platform.rows)
    one.schema = Schema((SCHEMA.fields[0], SCHEMA.fields[2]), "Polygon")
    for row in rows.values():
        del row.values["status"]
    client.run(platform, rules)
    one.schema = SCHEMA
    for row in rows.values():
        row.values["status"] = None
    key = next(iter(rows))
    rows[key] = replace(rows[key], values=rows[key].values | {"status": "new"})
    client.run(platform, rules)
    client.run(platform)
    for side in (client.layer.rows.values(), platform.rows.values()):
        assert sorted(str(row.values["status"]) for row in side)[-3:] == ["open"] * 3
    (conflict,) = client.conflicts("open")
    assert conflict.items == ("status",)


def test_a_table_without_geometry(tmp_path: Path) -> None:
    client, platform = Client(tmp_path, Layer([feature("k0")])), Platform(schema=Schema(SCHEMA.fields, None))
    client.run(platform)
    assert platform.rows["1"].geometry is None and client.layer.rows["k0"].geometry is not None
    check_quiet(client, platform)


def test_what_the_probe_knows_is_no_difference(pair: Pair) -> None:
    client, platform = pair
    for row in list(platform.by_key()):
        platform.edit(row, geometry=DAMAGES["six decimals"](feature(row, x=113.0000001)).geometry)
    assert Tolerance(distance=1e-6) is not None and GEOMETRY not in SCHEMA.names
    client.run(platform)
    assert all(client.layer.rows[key].geometry == row[0].geometry for key, row in platform.by_key().items())


def test_an_answer_lost_on_the_way_makes_no_second_feature(pair: Pair) -> None:
    client, platform = pair
    for n in range(6):
        client.layer.rows[f"n{n}"] = feature(f"n{n}", x=114 + n / 10)
    platform.after = lost_answer("create", at=2)
    assert client.run(platform).counts == {"verified": 6}
    assert all(len(rows) == 1 for rows in platform.by_key().values())


def test_a_change_here_during_the_run_waits(pair: Pair) -> None:
    client, platform = pair
    platform.edit("k0", status="theirs")
    client.layer.before = lambda: client.layer.edit("k0", name="ours")
    assert said(client.run(platform), "k0") == [("update_here", "waiting")]
    client.layer.before = lambda: None
    client.run(platform)
    expected = {"name": "ours", "status": "theirs", "storeys": 3}
    assert client.layer.rows["k0"].values == expected == platform.by_key()["k0"][0].values
    check_quiet(client, platform)
