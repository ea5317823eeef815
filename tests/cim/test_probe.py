"""What a probe finds: each damage of a stand-in is found, and a sound platform gets a clean report."""

from __future__ import annotations

import email.utils
import json
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import pytest
import shapely
from citycheck.citycheck_qgis.cim.adapters.base import DONE, Capabilities, Collection, Outcome, Page, Update
from citycheck.citycheck_qgis.cim.adapters.opening import open_collection, way_to
from citycheck.citycheck_qgis.cim.connections import CollectionSettings, Connection, with_settings
from citycheck.citycheck_qgis.cim.features import Feature, Field, Schema
from citycheck.citycheck_qgis.cim.fidelity import Tolerance
from citycheck.citycheck_qgis.cim.network import Dialect, Http
from citycheck.citycheck_qgis.cim.probe import probe, unprobed
from citycheck.citycheck_qgis.cim.probe_findings import FAULT, FINE, MIND, Findings
from citycheck.citycheck_qgis.cim.probe_trial import NAME
from citycheck.citycheck_qgis.cim.probe_writing import rounding_of
from citycheck.citycheck_qgis.errors import CancelledError, NoAnswerError, RefusedError
from citycheck.citycheck_qgis.messages import Message, message
from citycheck.tests.servers.postgis import Collection as Table
from citycheck.tests.servers.postgis import PostGis
from citycheck.tests.servers.pygeoapi_server import PyGeoApi
from citycheck.tests.servers.qgis_server import QgisServer
from citycheck.tests.standins.arcgis_standin import ArcgisStandin
from citycheck.tests.standins.standin_server import Reply, Request, Standin
from hypothesis import given
from hypothesis import strategies as st

FIELDS = (
    Field("name", "text", length=60),
    Field("kind", "text", nullable=False),
    Field("floors", "integer"),
    Field("area", "real"),
    Field("empty", "boolean"),
    Field("built", "date"),
    Field("seen", "datetime"),
    Field("secret_by", "text", editable=False),
)
EVERYTHING = Capabilities(
    True, True, True, batch=10, atomic=True, partial_update=True, find_batch=50, locking=True
)


@dataclass
class Damages:
    """What the stand-in does wrong; nothing by default."""

    flags: set[str] = field(default_factory=set)
    decimals: int | None = None
    cut: int | None = None
    stop_after: int | None = None
    most_keys: int | None = None
    fail_at: int | None = None
    cancel_at: int | None = None

    def __contains__(self, flag: str) -> bool:
        return flag in self.flags


class MemoryStandin(Collection):
    """A stand-in for a platform, in memory: the contract of collections, with damages that can be switched on."""

    def __init__(self, damages: Damages | None = None, count: int = 25, crs: str = "OGC:CRS84") -> None:
        self.damages = damages or Damages()
        self.name = self.title = "problem"
        self.schema = Schema(FIELDS, "Polygon")
        self.crs = crs
        self.key_field: str | None = "uuid"
        self.capabilities = EVERYTHING
        self.rows: dict[int, Feature] = {}
        self.numbers = iter(range(1, 10**6))
        self.readings = self.writes = 0
        for number in range(count):
            box = shapely.box(113.0 + number / 1000, 23.0, 113.001 + number / 1000, 23.001)
            values = dict.fromkeys((f.name for f in FIELDS), None) | {"kind": "leak", "name": f"问题{number}"}
            self._put(Feature(f"key-{number}", values, shapely.to_wkb(box)))

    # What the platform does to what it is given

    def _stored(self, feature: Feature) -> Feature:
        d = self.damages
        values = {name: self._damaged(name, value) for name, value in feature.values.items()}
        shape = shapely.from_wkb(feature.geometry) if feature.geometry is not None else None
        if shape is not None and d.decimals is not None:
            shape = shapely.transform(shape, lambda c: c.round(d.decimals))
        if shape is not None and d.cut is not None:
            shape = shapely.transform(shape, lambda c: (c * 10**d.cut).astype("int64") / 10**d.cut)
        if shape is not None and "swaps_writing" in d:
            shape = shapely.transform(shape, lambda c: c[:, ::-1])
        geometry = None if shape is None or "loses_geometry" in d else shapely.to_wkb(shape)
        return replace(feature, values=values, geometry=geometry)

    def _damaged(self, name: str, value: Any) -> Any:
        d = self.damages
        if isinstance(value, str) and name in ("name", "kind"):
            if "drops_rare" in d:
                value = "".join(c for c in value if ord(c) <= 0xFFFF)
            if "marks_rare" in d:
                value = "".join(c if ord(c) <= 0xFFFF else "?" for c in value)
            if "trims" in d:
                value = value.rstrip(" ")
            if "quotes" in d:
                value = value.replace('"', "\\")
            if "shortens" in d:
                value = value[:20]
            if value == "" and "empty_null" in d:
                value = None
        if value is None and name == "name" and "null_empty" in d:
            value = ""
        if name == "seen" and isinstance(value, str):
            if "milliseconds" in d and "." in value:
                value = value[:23] + "Z"
            if "seconds" in d:
                value = value[:19] + "Z"
            if "drops_zone" in d:
                value = value.removesuffix("Z")
        if name == "floors" and isinstance(value, int) and "doubles" in d:
            value = int(float(value))
        return value

    def _put(self, feature: Feature, number: int | None = None) -> int:
        number = next(self.numbers) if number is None else number
        self.rows[number] = replace(feature, server_id=str(number), version=f'"{number}-{self.writes}"')
        return number

    def _count(self) -> None:
        self.writes += 1
        if self.writes == self.damages.fail_at:
            raise NoAnswerError("The platform fell silent.")
        if self.writes == self.damages.cancel_at:
            raise CancelledError("The run was stopped.")

    def _seen(self, feature: Feature) -> Feature:
        d = self.damages
        if "renumbers" in d:
            feature = replace(feature, server_id=f"{self.readings}-{feature.server_id}")
        if "counts_views" in d:
            feature = feature.with_items({"floors": self.readings})
        if "no_version" in d:
            feature = replace(feature, version=None)
        if "swaps_reading" in d and feature.geometry is not None:
            shape = shapely.transform(shapely.from_wkb(feature.geometry), lambda c: c[:, ::-1])
            feature = replace(feature, geometry=shapely.to_wkb(shape))
        return feature

    # The contract

    def pages(self) -> Iterator[Page]:
        d = self.damages
        self.readings += 1
        rows = [self._seen(f) for f in self.rows.values()]
        if "shuffles" in d and self.readings % 2 == 0:
            rows.reverse()
        matched = 10 * len(rows) if "wrong_count" in d else len(rows)
        step = 10
        for start in range(0, max(len(rows), 1), step):
            if d.stop_after is not None and start >= d.stop_after:
                if "fails" in d:
                    raise NoAnswerError("The platform fell silent.")
                return
            begin = max(0, start - 2) if "overlaps" in d else start
            last = start + step >= len(rows) and "never_ends" not in d
            yield Page(rows[begin : start + step], matched, last)

    def find(self, keys: Sequence[str]) -> list[Feature]:
        d = self.damages
        self.readings += 1
        if d.most_keys is not None and len(keys) > d.most_keys:
            raise RefusedError("The address is too long.")
        if "find_everything" in d:
            return [self._seen(f) for f in self.rows.values()]
        return [self._seen(f) for f in self.rows.values() if f.key in keys]

    def _fault(self, feature: Feature) -> Message | None:
        if "takes_all" not in self.damages and isinstance(feature.values.get("floors"), str):
            return message("floors is no number")
        if "int32" in self.damages and (feature.values.get("floors") or 0) > 1 << 31:
            return message("floors is out of range")
        if "points_only" in self.damages and shapely.from_wkb(feature.geometry).geom_type != "Point":
            return message("the geometry is no point")
        return message("kind is missing") if feature.values.get("kind") is None else None

    def create(self, features: Sequence[Feature]) -> list[Outcome]:
        self._count()
        if "read_only" in self.damages:
            return [Outcome("rejected", reason=message("you may not write"))] * len(features)
        faults = [self._fault(f) for f in features]
        if any(faults) and "not_atomic" not in self.damages:
            raise RefusedError("The batch does not fit.")
        for feature, fault in zip(features, faults, strict=True):
            for _ in range(2 if "doubles_creates" in self.damages else 1):
                if fault is None:
                    self._put(self._stored(feature))
        told = faults if "says_done" not in self.damages else [None] * len(faults)
        return [DONE if fault is None else Outcome("rejected", reason=fault) for fault in told]

    def update(self, updates: Sequence[Update]) -> list[Outcome]:
        self._count()
        return [self._update(update) for update in updates]

    def _update(self, update: Update) -> Outcome:
        d = self.damages
        number = int(str(update.before.server_id).rpartition("-")[2])
        present = self.rows.get(number)
        if present is None:
            if "recreates" in d:
                self._put(update.after, number)
                return DONE
            return DONE if "says_done" in d else Outcome("rejected", reason=message("not found"))
        if "no_locking" not in d and "no_version" not in d and update.before.version != present.version:
            return Outcome("rejected", reason=message("it was changed"))
        fault = self._fault(update.after)
        if fault is not None:
            return Outcome("rejected", reason=fault)
        items = {name: update.after.item(name) for name in update.changed}
        changed = self._stored(replace(present, values={}, geometry=None).with_items(items))
        items = {name: changed.item(name) for name in update.changed}
        after = present.with_items(items)
        if "forgets" in d:
            after = replace(after, geometry=None)
        self._put(after, number)
        return DONE

    def delete(self, features: Sequence[Feature]) -> list[Outcome]:
        self._count()
        return [self._delete(feature) for feature in features]

    def _delete(self, feature: Feature) -> Outcome:
        if "keeps_all" in self.damages:
            return Outcome("rejected", reason=message("you may not delete"))
        number = int(str(feature.server_id).rpartition("-")[2])
        if self.rows.pop(number, None) is None and "deletes_once" in self.damages:
            return Outcome("rejected", reason=message("not found"))
        return DONE


def damaged(*flags: str, **values: Any) -> MemoryStandin:
    return MemoryStandin(Damages(set(flags), **values))


def rows(findings: Findings, topic: str) -> list[tuple[str, str]]:
    return [(str(row.result), row.grade) for row in findings.rows if str(row.topic) == topic]


def grades(findings: Findings) -> set[str]:
    return {row.grade for row in findings.rows}


def test_a_sound_platform_gets_a_clean_report() -> None:
    platform = MemoryStandin()
    before = dict(platform.rows)
    findings = probe(platform, write=True)
    assert grades(findings) == {FINE}, [
        (str(r.topic), str(r.result)) for r in findings.rows if r.grade != FINE
    ]
    assert platform.rows == before
    assert findings.left_behind == []
    seen = findings.probe.pop("seen")
    assert seen["features"] == seen["matched"] == 25
    assert seen["complete"] and seen["ids_stable"] and seen["written"]
    assert seen["page"] == 10
    assert findings.probe.pop("capabilities") == {"locking": True, "atomic": True}
    assert Tolerance.from_probe(findings.probe) == Tolerance()
    assert len(findings.rows) > 20


def test_without_leave_nothing_is_written() -> None:
    platform = MemoryStandin()
    findings = probe(platform)
    assert platform.writes == 0
    assert findings.probe["seen"]["written"] is False
    assert not rows(findings, "write test")


def test_what_is_found_is_json_and_every_sentence_is_whole() -> None:
    flags = {"drops_rare", "empty_null", "milliseconds", "no_locking", "says_done", "wrong_count"}
    findings = probe(MemoryStandin(Damages(flags, decimals=6)), write=True)
    assert json.loads(json.dumps(findings.probe)) == findings.probe
    for row in findings.rows:
        assert "{" not in f"{row.topic} {row.result} {row.meaning}"


@pytest.mark.parametrize(
    ("platform", "topic", "result", "grade"),
    [
        (damaged("overlaps"), "pages", "features that came more than once: 4", FAULT),
        (damaged("wrong_count"), "number of features", "250 are told, 25 were read", MIND),
        (
            damaged(stop_after=10),
            "reading",
            "it ended without saying that these are all (features: 10)",
            FAULT,
        ),
        (
            damaged("never_ends"),
            "reading",
            "it ended without saying that these are all (features: 25)",
            FAULT,
        ),
        (damaged("fails", stop_after=10), "reading", "fell silent", FAULT),
        (damaged("renumbers"), "reading twice", "another id", MIND),
        (damaged("counts_views"), "reading twice", "floors changed without an edit", FAULT),
        (damaged("counts_views"), "query by key", "floors differ from those of a page", FAULT),
        (damaged("shuffles"), "reading twice", "another order", MIND),
        (damaged("find_everything"), "query by key", "other features", FAULT),
        (damaged(most_keys=0), "query by key", "too long", FAULT),
        (damaged(most_keys=7), "query by key", "keys at a time: 6 at most", MIND),
        (damaged("swaps_reading"), "axis order of reading", "exchanged", MIND),
    ],
)
def test_what_reading_shows(platform: MemoryStandin, topic: str, result: str, grade: str) -> None:
    findings = probe(platform)
    assert any(result in text and found == grade for text, found in rows(findings, topic)), findings.rows


def test_what_reading_notes_for_the_adapters() -> None:
    assert probe(damaged("find_everything")).probe["find"] == "scan"
    assert probe(damaged(most_keys=7)).probe["capabilities"] == {"find_batch": 6}
    assert probe(damaged("swaps_reading")).probe["axis_read"] == "yx"
    turned = CollectionSettings(probe={"axis_read": "yx", "id_field": "x"})
    found = probe(damaged("swaps_reading"), settings=turned).probe
    assert (found["axis_read"], found["id_field"]) == ("xy", "x")
    assert probe(damaged("renumbers")).probe["seen"]["ids_stable"] is False


def test_keys_that_are_missing_or_doubled() -> None:
    platform = MemoryStandin()
    platform.rows[3] = replace(platform.rows[3], key=None)
    platform.rows[4] = replace(platform.rows[4], key="key-0")
    findings = probe(platform)
    assert rows(findings, "keys") == [("keys that come more than once: 1, features without a key: 1", FAULT)]
    platform.key_field = None
    findings = probe(platform, write=True)
    assert "only be pulled" in str(next(r.meaning for r in findings.rows if str(r.topic) == "key"))
    assert platform.writes == 0


def test_a_large_collection_is_read_in_part() -> None:
    findings = probe(MemoryStandin(count=100), most=30)
    assert rows(findings, "reading") == [("only the first features: 30, pages: 3, largest page: 10", FINE)]
    assert findings.probe["seen"]["complete"] is False


def test_an_empty_collection() -> None:
    platform = MemoryStandin(count=0)
    findings = probe(platform, write=True)
    assert FAULT not in grades(findings)
    assert platform.rows == {}
    assert rows(findings, "coordinates") == [("exact", FINE)]


@pytest.mark.parametrize(
    ("platform", "topic", "result", "grade", "tolerance"),
    [
        (damaged(decimals=6), "coordinates", "6 decimals", MIND, {"distance": 5.005e-7}),
        (damaged(cut=6), "coordinates", "6 decimals", MIND, {"distance": 1.001e-6}),
        (damaged(decimals=8), "coordinates", "8 decimals", MIND, {"distance": 5.005e-9}),
        (damaged(decimals=5), "coordinates", "5 decimals", FAULT, {"distance": 5.005e-6}),
        (damaged("loses_geometry"), "coordinates", "geometry is lost", FAULT, {}),
        (damaged("drops_rare"), "rare characters and emoji", "dropped", MIND, {"drops_beyond_bmp": True}),
        (damaged("marks_rare"), "rare characters and emoji", "replaced", FAULT, {}),
        (damaged("quotes"), "quotation marks and backslashes", "changed", FAULT, {}),
        (damaged("trims"), "blanks at the end", "cut", MIND, {"trims": True}),
        (damaged("shortens"), "longest text", "cut after 20", FAULT, {}),
        (damaged("empty_null"), "empty text", "the same there", MIND, {"empty_is_null": True}),
        (damaged("null_empty"), "null in a text field", "the same there", MIND, {"empty_is_null": True}),
        (damaged("milliseconds"), "times", "0.001 seconds", MIND, {"seconds": 0.001}),
        (damaged("seconds"), "times", "1.0 seconds", MIND, {"seconds": 1.0}),
        (damaged("drops_zone"), "times", "zone is lost", MIND, {"drops_zone": True}),
        (damaged("doubles"), "whole numbers above 2^53", "rounded", FAULT, {}),
        (damaged("int32"), "whole numbers above 2^53", "out of range", MIND, {}),
    ],
)
def test_what_becomes_of_values(
    platform: MemoryStandin, topic: str, result: str, grade: str, tolerance: dict[str, Any]
) -> None:
    findings = probe(platform, write=True)
    assert any(result in text and found == grade for text, found in rows(findings, topic)), findings.rows
    found = Tolerance.from_probe(findings.probe)
    assert found == replace(Tolerance(), **tolerance) or found.distance == pytest.approx(
        tolerance["distance"]
    )
    assert len(platform.rows) == 25


@pytest.mark.parametrize(
    ("platform", "topic", "result", "grade", "capabilities"),
    [
        (damaged("no_version"), "protection against others' edits", "no version", MIND, {"locking": False}),
        (damaged("no_locking"), "protection against others' edits", "all the same", MIND, {"locking": False}),
        (damaged("forgets"), "changing one field", "geometry", FAULT, {"partial_update": False}),
        (damaged("not_atomic"), "a fault in the middle of a batch", "told so", FINE, {"atomic": False}),
        (
            damaged("not_atomic", "says_done"),
            "a fault in the middle of a batch",
            "does not say which",
            MIND,
            {"atomic": False},
        ),
        (damaged("takes_all"), "a fault in the middle of a batch", "is taken", MIND, {}),
        (damaged("recreates"), "changing what is not there any more", "made again", MIND, {}),
        (damaged("says_done"), "changing what is not there any more", "says that it was done", MIND, {}),
        (damaged("deletes_once"), "deleting", "again is an error", MIND, {}),
        (damaged("read_only"), "making a feature", "you may not write", FAULT, {}),
        (damaged("doubles_creates"), "making a feature", "it is there 2 times", FAULT, {}),
    ],
)
def test_how_writes_are_done(
    platform: MemoryStandin, topic: str, result: str, grade: str, capabilities: dict[str, bool]
) -> None:
    findings = probe(platform, write=True)
    assert any(result in text and found == grade for text, found in rows(findings, topic)), findings.rows
    found = findings.probe.get("capabilities", {})
    assert {name: found.get(name) for name in capabilities} == capabilities
    assert len(platform.rows) == 25
    assert findings.left_behind == []


def test_exchanged_axes_of_writing_are_found_and_turned() -> None:
    platform = damaged("swaps_writing")

    def reopen(settings: CollectionSettings) -> Collection:
        platform.damages.flags.discard("swaps_writing")
        if settings.probe["axis_write"] != "yx":
            platform.damages.flags.add("swaps_writing")
        return platform

    findings = probe(platform, write=True, reopen=reopen)
    assert findings.probe["axis_write"] == "yx"
    assert rows(findings, "coordinates") == [("exact", FINE)]
    assert len(platform.rows) == 25
    alone = damaged("swaps_writing")
    findings = probe(alone, write=True)
    assert rows(findings, "axis order of writing")[0][1] == FAULT
    assert len(alone.rows) == 25


def test_features_that_cannot_be_removed_are_told() -> None:
    platform = damaged("keeps_all")
    findings = probe(platform, write=True)
    left = {f.key for f in platform.rows.values()} - {f"key-{n}" for n in range(25)}
    assert set(findings.left_behind) == left
    assert all(key in str(findings.rows[-1].result) for key in left)
    assert findings.rows[-1].grade == FAULT
    # A person who looks at it knows what it is.
    assert all(NAME[:5] in str(f.values["name"]) for f in platform.rows.values() if f.key in left)
    assert findings.probe["capabilities"]["delete"] is False


def test_a_platform_without_deletions_is_not_written_to() -> None:
    platform = MemoryStandin()
    platform.capabilities = replace(EVERYTHING, delete=False)
    findings = probe(platform, write=True)
    assert platform.writes == 0
    assert rows(findings, "write test")[0][1] == MIND


def test_a_platform_without_changes_is_tried_as_far_as_it_goes() -> None:
    platform = MemoryStandin(Damages(decimals=6))
    platform.capabilities = replace(EVERYTHING, update=False)
    findings = probe(platform, write=True)
    assert rows(findings, "coordinates")[0][1] == MIND
    assert rows(findings, "deleting")[0][1] == FINE
    assert len(platform.rows) == 25


def test_the_test_ends_clean_wherever_it_breaks_off() -> None:
    platform = MemoryStandin()
    probe(platform, write=True)
    for at in range(1, platform.writes + 1):
        broken = damaged(fail_at=at)
        findings = probe(broken, write=True)
        assert len(broken.rows) == 25 or findings.left_behind
        stopped = damaged(cancel_at=at)
        with pytest.raises(CancelledError):
            probe(stopped, write=True)
        assert len(stopped.rows) == 25


def test_stopping_tells_what_is_left() -> None:
    with pytest.raises(CancelledError, match="left on the platform"):
        probe(damaged("keeps_all", cancel_at=4), write=True)


def test_a_kind_of_geometry_that_is_not_told_is_found_by_trying() -> None:
    platform = damaged("points_only")
    platform.rows.clear()
    platform.schema = replace(platform.schema, geometry="Geometry")
    findings = probe(platform, write=True)
    assert rows(findings, "making a feature") == [("it is there", FINE)]
    assert rows(findings, "kind of geometry") == [("not told; the platform takes Point", MIND)]
    assert rows(findings, "coordinates") == [("exact", FINE)]
    assert findings.seen["geometry"] == "Point" and platform.rows == {} and findings.left_behind == []


def test_a_platform_that_takes_no_kind_of_geometry_says_why() -> None:
    platform = damaged("read_only")
    platform.rows.clear()
    platform.schema = replace(platform.schema, geometry="Geometry")
    findings = probe(platform, write=True)
    assert rows(findings, "making a feature") == [("you may not write", FAULT)]


def test_fields_with_code_lists_are_left_alone() -> None:
    settings = CollectionSettings(
        fields={"title": "name"}, values={"title": {"a": "b"}}, status_fields=("kind",)
    )
    platform = MemoryStandin()
    sent: list[Feature] = []
    create = platform.create
    platform.create = lambda features: (sent.extend(features), create(features))[1]  # type: ignore[method-assign]
    findings = probe(platform, settings=settings, write=True)
    assert not rows(findings, "rare characters and emoji")
    # What is demanded is filled with what other features have.
    assert {f.values["kind"] for f in sent} == {"leak"}
    assert {f.values.get("name") for f in sent} == {None}


def test_earlier_findings_are_dropped_and_statements_are_kept() -> None:
    old = {
        "distance": 1.0,
        "seconds": 1.0,
        "capabilities": {},
        "seen": {},
        "axis_read": "yx",
        "srs_write": "x",
    }
    assert unprobed(CollectionSettings(probe=old)).probe == {"srs_write": "x"}


@given(st.integers(3, 12), st.booleans(), st.floats(73, 136))
def test_rounding_is_told_from_cutting(decimals: int, cut: bool, base: float) -> None:
    worst = 0.0
    for digits in ("4" * 12, "7" * 12):
        exact = int(digits[decimals:] or "0") / 10 ** len(digits)
        worst = max(worst, exact if cut else min(exact, 10**-decimals - exact))
    distance, found = rounding_of(worst) if worst else (0.0, decimals)
    if worst:
        assert found == decimals
        assert distance == pytest.approx((1.0 if cut else 0.5) * 10**-decimals, rel=0.01)
        assert distance >= worst


# The clock, and a real adapter


class Clock(Standin):
    def __init__(self, ahead: float | None) -> None:
        super().__init__()
        self.ahead = ahead

    def answer(self, request: Request) -> Reply:
        if self.ahead is None:
            return Reply(404)
        return Reply(404, b"", {"Date": email.utils.formatdate(time.time() + self.ahead, usegmt=True)})


@pytest.mark.parametrize(
    ("ahead", "result", "grade"), [(0, "right", FINE), (-7200, "-7200", MIND), (None, "does not tell", MIND)]
)
def test_the_clock(ahead: float | None, result: str, grade: str) -> None:
    with Clock(ahead) as server:
        http = Http(Connection("test", "ogcapi", server.root), Dialect())
        http.request("GET", "", accept=(404,))
        findings = probe(MemoryStandin(), http)
        http.close()
    ((text, found),) = rows(findings, "clock")
    assert result in text or abs(findings.probe["seen"]["clock_seconds"] - (ahead or 0)) <= 2
    assert found == grade


def probed(protocol: str, url: str, name: str) -> Findings:
    connection = Connection("test", protocol, url, collections={name: CollectionSettings(key_field="uuid")})
    http = way_to(connection)

    def reopen(settings: CollectionSettings) -> Collection:
        return open_collection(with_settings(connection, name, settings), http, name)

    findings = probe(
        reopen(connection.settings(name)), http, connection.settings(name), write=True, reopen=reopen
    )
    http.close()
    assert findings.left_behind == []
    assert rows(findings, "making a feature") == [("it is there", FINE)]
    return findings


def test_an_arcgis_layer() -> None:
    with ArcgisStandin() as server:
        findings = probed("arcgis", server.service_url, "0")
    assert rows(findings, "coordinates") == [("exact", FINE)]
    assert Tolerance.from_probe(findings.probe) == Tolerance(seconds=0.001)


@pytest.fixture
def table(postgis: PostGis) -> Table:
    kinds = {"name": "text", "floors": "integer", "hollow": "boolean", "built": "date", "seen": "timestamp"}
    table = Table("probed", kinds, geometry="Polygon")
    postgis.create(table)
    boxes = [shapely.box(113 + n / 1000, 23, 113.0005 + n / 1000, 23.0005) for n in range(30)]
    postgis.load(table, [{"uuid": f"u{n}", "name": f"n{n}", "geom": box.wkb} for n, box in enumerate(boxes)])
    return table


def test_pygeoapi(pygeoapi: PyGeoApi, postgis: PostGis, table: Table) -> None:
    pygeoapi.publish(table)
    findings = probed("ogcapi", pygeoapi.url, "probed")
    assert rows(findings, "clock") == [("right", FINE)]
    assert rows(findings, "coordinates") == [("exact", FINE)]
    # A PUT to a feature that is gone makes it again.
    assert rows(findings, "changing what is not there any more") == [("it is made again", MIND)]
    assert Tolerance.from_probe(findings.probe) == Tolerance()
    assert postgis.count("probed") == 30


def test_wfs_of_qgis_server(qgis_server: QgisServer, postgis: PostGis, table: Table) -> None:
    qgis_server.publish("probed", [table])
    findings = probed("wfs", qgis_server.wfs_url("probed"), "probed")
    assert rows(findings, "clock") == [("right", FINE)]
    assert Tolerance.from_probe(findings.probe) == Tolerance(seconds=0.001, drops_beyond_bmp=True)
    assert findings.probe["capabilities"]["atomic"] is False
    assert postgis.count("probed") == 30


def test_features_of_qgis_server(qgis_server: QgisServer, postgis: PostGis, table: Table) -> None:
    qgis_server.publish("probed", [table])
    findings = probed("ogcapi", qgis_server.api_url("probed"), "probed")
    assert rows(findings, "coordinates") == [("rounded to 6 decimals", MIND)]
    assert Tolerance.from_probe(findings.probe).distance == pytest.approx(5e-7, rel=0.01)
    assert findings.probe["seen"]["decimals"] == 6
    assert postgis.count("probed") == 30
