"""A mapped collection speaks the layer's language, and nothing that takes no part is touched."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

import pytest
import shapely
from citycheck.citycheck_qgis.cim.adapters.base import DONE, Capabilities, Collection, Outcome, Page, Update
from citycheck.citycheck_qgis.cim.connections import CollectionSettings
from citycheck.citycheck_qgis.cim.features import GEOMETRY, Feature, Field, Schema
from citycheck.citycheck_qgis.cim.mapping import Mapped, check_mapping
from citycheck.citycheck_qgis.errors import InputError
from hypothesis import given
from hypothesis import strategies as st
from shapely.geometry import MultiPolygon, Point, box

LOCAL = Schema(
    (
        Field("状态", "text"),
        Field("层数", "integer"),
        Field("完成", "boolean"),
        Field("日期", "date"),
        Field("面积", "real"),
        Field("备注", "text"),
    ),
    "MultiPolygon",
)
REMOTE = Schema(
    (
        Field("STATUS", "integer"),
        Field("FLOORS", "real"),
        Field("DONE", "integer"),
        Field("DAY", "text"),
        Field("面积", "real"),
        Field("备注", "text", length=5),
        Field("OWNER", "text"),
    ),
    "Polygon",
)
SETTINGS = CollectionSettings(
    key_field="UUID",
    fields={"状态": "STATUS", "层数": "FLOORS", "完成": "DONE", "日期": "DAY"},
    values={"状态": {"待处理": 1, "处理中": 2, "已办结": 3}},
)


class Kept(Collection):
    """A platform that replaces whole features, as many do."""

    def __init__(self, features: Sequence[Feature] = (), schema: Schema = REMOTE) -> None:
        self.name, self.title, self.schema, self.crs, self.key_field = "c", "C", schema, "OGC:CRS84", "UUID"
        self.capabilities = Capabilities(create=True, update=True, delete=True, batch=10, find_batch=10)
        self.rows = {f.key: f for f in features}
        self.asked: list[list[str]] = []
        self.updates: list[Update] = []

    def pages(self) -> Iterator[Page]:
        yield Page(list(self.rows.values()), 7, True)

    def find(self, keys: Sequence[str]) -> list[Feature]:
        self.asked.append(list(keys))
        return [self.rows[k] for k in keys if k in self.rows]

    def create(self, features: Sequence[Feature]) -> list[Outcome]:
        self.rows |= {f.key: f for f in features}
        return [Outcome("done", f"id {f.key}") for f in features]

    def update(self, updates: Sequence[Update]) -> list[Outcome]:
        self.updates += updates
        self.rows |= {u.after.key: u.after for u in updates}
        return [DONE for _ in updates]

    def delete(self, features: Sequence[Feature]) -> list[Outcome]:
        for feature in features:
            del self.rows[feature.key]
        return [DONE for _ in features]


def wkb(shape):
    return shapely.to_wkb(shape, byte_order=1, flavor="iso")


def row(key="a", **values):
    whole = {
        "STATUS": 2,
        "FLOORS": 7.0,
        "DONE": 1,
        "DAY": "2024-05-01",
        "面积": 1.5,
        "备注": "",
        "OWNER": "张",
    }
    return Feature(key, whole | values, wkb(box(0, 0, 1, 1)), f"id {key}", "v1")


def test_reading():
    mapped = Mapped(Kept([row()]), SETTINGS, LOCAL)
    (page,) = mapped.pages()
    (feature,) = page.features
    assert (page.matched, page.last) == (7, True)
    assert feature.values == {
        "状态": "处理中", "层数": 7, "完成": True, "日期": "2024-05-01", "面积": 1.5, "备注": "",
    }  # fmt: skip
    assert isinstance(feature.values["层数"], int)
    assert (feature.key, feature.server_id, feature.version) == ("a", "id a", "v1")
    assert mapped.schema.names == LOCAL.names
    assert mapped.schema.geometry == "MultiPolygon"
    assert mapped.schema.field("备注").length == 5


def test_an_update_empties_nothing():
    inner = Kept([row()])
    mapped = Mapped(inner, SETTINGS, LOCAL)
    (before,) = mapped.find(["a"])
    after = before.with_items({"状态": "已办结", "完成": False})
    assert mapped.update([Update(before, after, frozenset({"状态", "完成"}))]) == [DONE]
    (sent,) = inner.updates
    assert sent.changed == {"STATUS", "DONE"}
    assert sent.after.values == row().values | {"STATUS": 3, "DONE": 0}
    assert type(sent.after.values["DONE"]) is int
    assert sent.after.geometry == row().geometry
    assert inner.asked == [["a"]]


def test_a_layer_that_shares_hardly_a_field_with_the_collection_is_doubted():
    stranger = Schema(tuple(Field(name, "text") for name in ("街道", "人口", "备注")), "MultiPolygon")
    (doubt,) = Mapped(Kept(), CollectionSettings(key_field="UUID"), stranger).warnings
    assert "Only 1 of the layer's 3 fields are on the platform" in str(doubt)
    left_out = CollectionSettings(key_field="UUID", fields={"街道": None, "人口": None})
    assert not Mapped(Kept(), left_out, stranger).warnings
    assert not Mapped(Kept(), SETTINGS, LOCAL).warnings


def test_fields_that_the_platform_demands_and_the_layer_lacks_are_told():
    fields = (
        Field("备注", "text"),
        Field("责任人", "text", nullable=False),
        Field("fid", "integer", nullable=False, editable=False),
    )
    collection = Kept(schema=Schema(fields, None))
    local = Schema((Field("备注", "text"),), None)
    (doubt,) = Mapped(collection, CollectionSettings(key_field="UUID"), local).warnings
    assert "demands values for 责任人" in str(doubt) and "fid" not in str(doubt)
    collection.capabilities = Capabilities(update=True, batch=1, find_batch=1)
    assert not Mapped(collection, CollectionSettings(key_field="UUID"), local).warnings


def test_what_was_found_is_not_asked_for_again_when_one_of_it_is_read_back():
    inner = Kept([row(key) for key in "abc"])
    mapped = Mapped(inner, SETTINGS, LOCAL)
    found = mapped.find(["a", "b", "c"])
    for before in found:
        after = before.with_items({"状态": "已办结"})
        assert mapped.update([Update(before, after, frozenset({"状态"}))]) == [DONE]
        mapped.find([before.key])
    assert inner.asked == [["a", "b", "c"], ["a"], ["b"], ["c"]]
    # What was kept is older than what was compared since: it may lack another's edit.
    inner.rows["a"] = replace(row("a", OWNER="李"), version="v2")
    before = replace(found[0], version="v2")
    mapped.update([Update(before, before.with_items({"状态": "待处理"}), frozenset({"状态"}))])
    assert inner.updates[-1].after.values["OWNER"] == "李"


def test_what_was_not_kept_is_asked_for_and_a_later_state_does_not_pass():
    inner = Kept([row(OWNER="李")])
    inner.rows["a"].version = "v2"
    mapped = Mapped(inner, SETTINGS, LOCAL)
    before = Feature("a", {"状态": "处理中"}, None, "id a", "v1")
    gone = Feature("b", {"状态": "处理中"}, None, "id b", "v1")
    outcomes = mapped.update(
        [Update(f, f.with_items({"状态": "待处理"}), frozenset({"状态"})) for f in (before, gone)]
    )
    assert [o.state for o in outcomes] == ["done", "rejected"]
    (sent,) = inner.updates
    assert sent.before.version == "v1"
    assert sent.after.values["OWNER"] == "李"


def test_creating_and_deleting():
    inner = Kept()
    mapped = Mapped(inner, SETTINGS, LOCAL)
    good = Feature(
        "a", {"状态": "待处理", "层数": 3, "完成": True, "日期": None}, wkb(MultiPolygon([box(0, 0, 1, 1)]))
    )
    bad = [
        Feature("b", {"备注": "六个字的备注"}),
        Feature("c", {"状态": "不知道"}),
        Feature("d", {}, wkb(MultiPolygon([box(0, 0, 1, 1), box(2, 2, 3, 3)]))),
        Feature("e", {}, wkb(Point(0, 0))),
    ]
    outcomes = mapped.create([bad[0], good, *bad[1:]])
    assert [o.state for o in outcomes] == ["rejected", "done", "rejected", "rejected", "rejected"]
    assert outcomes[1].server_id == "id a"
    assert "5 characters" in str(outcomes[0].reason)
    assert "不知道" in str(outcomes[2].reason)
    (made,) = inner.rows.values()
    assert made.values == {"STATUS": 1, "FLOORS": 3.0, "DONE": 1, "DAY": None}
    assert made.geometry == wkb(box(0, 0, 1, 1))
    mapped.delete(mapped.find(["a"]))
    assert inner.rows == {}


def test_codes_that_are_not_listed_pass_and_are_counted():
    mapped = Mapped(Kept([row("a", STATUS=9), row("b", STATUS=9), row("c", STATUS=None)]), SETTINGS, LOCAL)
    (page,) = mapped.pages()
    assert [f.values["状态"] for f in page.features] == ["9", "9", None]
    assert mapped.unlisted == {("状态", 9): 2}


def test_drift_is_told_and_stops_a_field():
    local = Schema(
        (
            Field("a", "text"),
            Field("b", "boolean"),
            Field("c", "text"),
            Field("没", "text"),
            Field("不", "text"),
        ),
        "Point",
    )
    remote = Schema(
        (Field("a", "integer"), Field("b", "date"), Field("c", "text", editable=False), Field("新", "text")),
        "Polygon",
    )
    inner = Kept([Feature("k", {"a": 1, "b": "2024-01-01", "c": "x", "新": "y"}, None, "1")], remote)
    mapped = Mapped(inner, CollectionSettings(fields={"不": None}), local)
    assert mapped.schema.names == ("a", "c")
    assert not mapped.schema.field("c").editable
    told = "\n".join(map(str, mapped.drift))
    for words in ("Field a is of type text here", "Field b is of type boolean", "field c be edited", "no field 没", "no field for 新",
                  "holds Point, the platform Polygon"):  # fmt: skip
        assert words in told
    assert "不" not in told
    (before,) = mapped.find(["k"])
    changes = [
        Update(before, before.with_items({"c": "z"}), frozenset({"c"})),
        Update(before, before.with_items({"a": "2", "c": "z"}), frozenset({"a", "c"})),
        Update(before, before.with_items({"a": "二"}), frozenset({"a"})),
        Update(before, before.with_items({GEOMETRY: wkb(Point(0, 0))}), frozenset({GEOMETRY})),
    ]
    outcomes = mapped.update(changes)
    assert [o.state for o in outcomes] == ["rejected", "done", "rejected", "rejected"]
    assert inner.updates[0].changed == {"a"}
    assert inner.rows["k"].values == {"a": 2, "b": "2024-01-01", "c": "x", "新": "y"}


def test_only_one_side_has_geometry():
    for local, remote in ((None, "Polygon"), ("Polygon", None)):
        inner = Kept([row()], Schema(REMOTE.fields, remote))
        mapped = Mapped(inner, SETTINGS, Schema(LOCAL.fields, local))
        assert mapped.schema.geometry is None
        assert any("Only one side has geometry" in str(m) for m in mapped.drift)
        (found,) = mapped.find(["a"])
        assert found.geometry is None
        mapped.update([Update(found, found.with_items({"面积": 2.0}), frozenset({"面积"}))])
        assert inner.rows["a"].geometry == row().geometry
        mapped.create([Feature("b", {}, wkb(box(0, 0, 1, 1)))])
        assert inner.rows["b"].geometry is None


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        (CollectionSettings(fields={"无": "x"}), "a field 无"),
        (CollectionSettings(values={"无": {}}), "a field 无"),
        (CollectionSettings(fields={"状态": "x", "备注": "x"}), "would both be the platform's field x"),
        (CollectionSettings(fields={"状态": "备注"}), "would both be the platform's field 备注"),
        (CollectionSettings(values={"状态": {"一": 1, "二": 1}}), "not one to one"),
    ],
)
def test_mappings_that_cannot_be(settings, words):
    with pytest.raises(InputError, match=words):
        check_mapping(settings, LOCAL)


def test_a_field_may_take_the_name_of_one_that_is_left_out():
    check_mapping(CollectionSettings(fields={"状态": "备注", "备注": None}), LOCAL)


@given(
    st.fixed_dictionaries(
        {
            "状态": st.none() | st.sampled_from(["待处理", "处理中", "已办结"]),
            "层数": st.none() | st.integers(-(2**53), 2**53),
            "完成": st.none() | st.booleans(),
            "日期": st.none() | st.dates().map(str),
            "面积": st.none() | st.floats(allow_nan=False, allow_infinity=False),
            "备注": st.none() | st.text(max_size=5),
        }
    ),
    st.none() | st.just(wkb(box(0, 0, 1, 1))),
)
def test_what_is_written_is_read_again(values, geometry):
    mapped = Mapped(Kept(), SETTINGS, LOCAL)
    (outcome,) = mapped.create([Feature("键", values, geometry)])
    assert outcome.state == "done"
    (found,) = mapped.find(["键"])
    assert found.encoded() == Feature("键", values).encoded()
    assert found.geometry == geometry
    assert not mapped.unlisted
