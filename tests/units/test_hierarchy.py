"""The unit table: levels, parents, and every kind of fault."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pytest
from citycheck.citycheck_qgis.errors import InputError
from citycheck.citycheck_qgis.units.hierarchy import COLUMNS, FATAL, build_units
from shapely.geometry import MultiPolygon, Polygon, box

BOW_TIE = Polygon([(0, 0), (100, 100), (100, 0), (0, 100)])


def parents(units, level="community"):
    part = units.frame[units.frame["level"] == level]
    return dict(zip(part["code"], part["parent_code"], strict=True))


def issues(units):
    return sorted(units.issues["issue"])


def replace(layer, row, **values):
    layer = layer.copy()
    for column, value in values.items():
        layer[column] = layer[column].astype(object) if column != "geometry" else layer[column]
        layer.loc[row, column] = value
    return layer


def sentence(levels, **options):
    with pytest.raises(InputError) as error:
        build_units(levels, 2024, **options)
    return str(error.value)


def test_whole_town(town):
    units = build_units(town, 2024)
    frame = units.frame
    assert list(frame.columns) == COLUMNS
    assert frame["code"].tolist() == [
        "440100000000", "440103000000", "440103001000", "440103002000",
        "440103001001", "440103001002", "440103002001", "440103002002",
    ]  # fmt: skip
    assert frame["level"].tolist() == ["city", "district", "street", "street", *["community"] * 4]
    assert frame["parent_code"].tolist() == [
        None, "440100000000", "440103000000", "440103000000",
        "440103001000", "440103001000", "440103002000", "440103002000",
    ]  # fmt: skip
    assert set(frame["code_year"]) == {2024}
    assert set(frame.geom_type) == {"MultiPolygon"}
    assert frame.crs.to_epsg() == 4547
    assert len(units.issues) == 0
    assert units.at("street")["name"].tolist() == ["滨江街道", "城北街道"]


def test_order_of_rows_and_layers_does_not_matter(town):
    turned = {level: layer.iloc[::-1] for level, layer in reversed(town.items())}
    assert build_units(turned, 2024).frame.equals(build_units(town, 2024).frame)


def test_input_is_not_changed(town):
    before = {level: layer.to_wkb().copy() for level, layer in town.items()}
    build_units(town, 2024)
    assert all(town[level].to_wkb().equals(before[level]) for level in town)


# ---- levels


def test_upper_levels_are_merged_from_codes(town):
    units = build_units({"community": town["community"].assign(人口=[10, 20, 30, 40])}, 2024)
    frame = units.frame.set_index("code")
    assert frame.groupby("level").size().to_dict() == {"city": 1, "community": 4, "district": 1, "street": 2}
    assert frame.loc["440103001000", "geometry"].area == 20_000
    assert frame.loc["440103001000", "population"] == 30
    assert frame.loc["440100000000", "population"] == 100
    assert frame.loc["440100000000", "parent_code"] is None
    assert frame["built_up"].isna().all()
    assert len(units.notes) == 3


def test_missing_level_in_the_middle_is_bridged(town):
    units = build_units({"city": town["city"], "community": town["community"]}, 2024)
    assert set(parents(units).values()) == {"440100000000"}


def test_city_without_districts(layer):
    communities = layer(
        [("441900003001", "a", box(0, 0, 1, 1)), ("441900004001", "b", box(1, 0, 2, 1))],
    )
    units = build_units({"community": communities}, 2024)
    assert units.frame[["code", "level", "parent_code"]].to_numpy().tolist() == [
        ["441900000000", "city", None],
        ["441900003000", "street", "441900000000"],
        ["441900004000", "street", "441900000000"],
        ["441900003001", "community", "441900003000"],
        ["441900004001", "community", "441900004000"],
    ]


def test_local_codes_end_the_derivation(layer, town):
    streets = layer([("440103001", "a", box(0, 0, 200, 100)), ("GX-1", "高新区", box(0, 100, 200, 200))])
    units = build_units({"street": streets, "community": town["community"].iloc[:2]}, 2024)
    assert set(units.frame["level"]) == {"street", "community"}
    assert any("cannot be derived" in str(note) for note in units.notes)


@pytest.mark.parametrize(
    "words",
    [("city", "district", "street", "community"), ("市", "区", "街道", "社区"), ("城市", "县", "镇", "村")],
)
def test_one_layer_with_a_level_column(town, words):
    import pandas as pd

    parts = [layer.assign(level=word) for layer, word in zip(town.values(), words, strict=True)]
    whole = pd.concat(parts, ignore_index=True)
    assert build_units({"community": whole}, 2024).frame.equals(build_units(town, 2024).frame)


def test_unit_table_is_read_back(town):
    frame = build_units(town, 2024).frame
    assert build_units({"community": frame}, 2024).frame.equals(frame)


def test_unit_table_of_several_years_is_read_for_one(town):
    import pandas as pd

    both = pd.concat([build_units(town, year).frame for year in (2023, 2024)], ignore_index=True)
    assert build_units({"community": both}, 2023).frame.equals(build_units(town, 2023).frame)
    assert len(build_units({"community": both}, 0).frame) == len(both) // 2


def test_a_level_column_of_other_words_is_no_level(town):
    units = build_units({"community": town["community"].assign(级别="一级")}, 2024)
    assert len(units.at("community")) == 4


# ---- parents


def test_parent_by_code_column_goes_before_own_code(town):
    moved = town["community"].assign(上级代码=["440103002", None, "440103002000", ""])
    assert parents(build_units(town | {"community": moved}, 2024)) == {
        "440103001001": "440103002000",
        "440103001002": "440103001000",
        "440103002001": "440103002000",
        "440103002002": "440103002000",
    }


def test_parent_by_name_column(town, layer):
    zones = layer(
        [
            ("DY", "东苑管理区", "城北街办", box(0, 0, 100, 100)),
            ("XY", "西苑管理区", "滨江", box(100, 0, 200, 100)),
        ],
        ("代码", "名称", "所属街道"),
    )
    units = build_units(town | {"community": zones}, 2024, strict=False)
    # 城北街办 is 城北街道 in another spelling; 滨江 alone is no unit's name, the place decides.
    assert parents(units) == {"DY": "440103002000", "XY": "440103001000"}
    assert issues(units) == []


def test_a_name_of_two_streets_is_no_parent(town, layer):
    streets = town["street"].assign(名称="城关镇")
    zones = layer([("DY", "东苑", "城关镇", box(0, 150, 100, 200))], ("代码", "名称", "所属街道"))
    assert parents(build_units(town | {"street": streets, "community": zones}, 2024)) == {
        "DY": "440103002000"
    }


def test_an_unnamed_street_is_not_everybodys_parent(town):
    streets = replace(town["street"], 1, 名称=None)
    assert parents(build_units(town | {"street": streets}, 2024)) == parents(build_units(town, 2024))


def test_parent_by_place_for_local_codes(town, layer):
    zones = layer([("DY", "东苑", box(0, 95, 100, 200)), ("440199001001", "飞地", box(150, 0, 160, 10))])
    units = build_units(town | {"community": zones}, 2024)
    # 5 of 105 m of DY lie in the southern street: less than would make two parents.
    assert parents(units) == {"DY": "440103002000", "440199001001": "440103001000"}


def test_code_of_an_abolished_street_falls_to_the_place(town):
    community = replace(town["community"], 0, 代码="440103099001")
    assert parents(build_units(town | {"community": community}, 2024))["440103099001"] == "440103001000"


def test_directly_managed_unit_hangs_on_the_district(town, layer):
    directly = layer([("440103000101", "直管社区", box(300, 0, 400, 100))])
    assert parents(build_units(town | {"community": directly}, 2024)) == {"440103000101": "440103000000"}


def test_chosen_parent_field(town):
    layers = town | {"community": town["community"].assign(管辖=["440103002"] * 4)}
    assert set(parents(build_units(layers, 2024, parent_field="管辖")).values()) == {"440103002000"}


# ---- faults, one sentence each


def test_no_community_layer(town):
    del town["community"]
    assert "no community layer" in sentence(town)


def test_empty_layer(town):
    town["street"] = town["street"].iloc[:0]
    assert "street layer is empty" in sentence(town)


def test_no_code_column_names_the_columns(town):
    text = sentence(town | {"community": town["community"].rename(columns={"代码": "号"})})
    assert "community layer has no code column" in text
    assert "号, 名称" in text


@pytest.mark.parametrize("option", ["code_field", "name_field", "parent_field"])
def test_misspelt_field(town, option):
    text = sentence(town, **{option: "代玛"})
    assert "代玛" in text
    assert "代码" in text


def test_field_of_some_layers_only(town):
    own = town | {"community": town["community"].rename(columns={"代码": "my_code"})}
    assert build_units(own, 2024, code_field="my_code").frame.equals(build_units(town, 2024).frame)


@pytest.mark.parametrize("nothing", [None, "", " ", "nan", np.nan])
def test_unit_without_code(town, nothing):
    community = replace(town["community"], 2, 代码=nothing)
    text = sentence(town | {"community": community})
    assert "1 units of the community layer have no code" in text
    assert "row 3" in text
    assert "东苑社区" in text
    units = build_units(town | {"community": community}, 2024, strict=False)
    assert issues(units) == ["no_code"]
    assert len(units.at("community")) == 3


@pytest.mark.parametrize("damaged", ["44010300200", "4401030020011", "44010300.0"])
def test_malformed_code(town, damaged):
    community = replace(town["community"], 2, 代码=damaged)
    text = sentence(town | {"community": community})
    assert "malformed" in text
    assert f"row 3 (东苑社区): {damaged}" in text
    assert issues(build_units(town | {"community": community}, 2024, strict=False)) == ["malformed_code"]


def test_number_column_with_a_damaged_code(town):
    community = town["community"].assign(代码=[440103001001.0, 440103001002.0, 44010300.0, 440103002002.0])
    assert "malformed" in sentence(town | {"community": community})


def test_duplicate_code(town):
    community = replace(town["community"], 3, 代码="440103002001.0")
    text = sentence(town | {"community": community})
    assert "1 unit codes of the community layer occur twice" in text
    assert "440103002001 in row 4 (北苑社区)" in text
    units = build_units(town | {"community": community}, 2024, strict=False)
    assert issues(units) == ["duplicate_code"]
    assert units.frame["code"].is_unique


def test_code_shared_by_two_levels(town):
    community = replace(town["community"], 3, 代码="440103002")
    text = sentence(town | {"community": community})
    assert "440103002000 in row 4 (北苑社区)" in text
    assert "street" in text
    units = build_units(town | {"community": community}, 2024, strict=False)
    assert issues(units) == ["duplicate_code"]
    assert units.frame["code"].is_unique


def test_same_code_under_two_parents(town):
    community = town["community"].assign(所属街道=["440103001", "440103001", "440103002", "440103001"])
    community = replace(community, 3, 代码="440103002001")
    text = sentence(town | {"community": community})
    assert "in two parents" in text
    assert "440103002001: row 4 (北苑社区)" in text
    assert issues(build_units(town | {"community": community}, 2024, strict=False)) == ["two_parents"]


def test_place_in_two_parents(town, layer):
    zones = layer([("DY", "东苑管理区", box(0, 70, 100, 140))])
    text = sentence(town | {"community": zones})
    assert "in two parents" in text
    assert "DY: 东苑管理区 lies in 440103002000 and 440103001000" in text
    units = build_units(town | {"community": zones}, 2024, strict=False)
    assert issues(units) == ["two_parents"]
    # Listed, and put to the one that covers most of it.
    assert parents(units) == {"DY": "440103002000"}


def test_no_parent(town, layer):
    zones = layer([("DY", "东苑管理区", box(500, 500, 600, 600))])
    text = sentence(town | {"community": zones})
    assert "have no parent, first DY" in text
    units = build_units(town | {"community": zones}, 2024, strict=False)
    assert issues(units) == ["no_parent"]
    assert parents(units) == {"DY": None}


def test_touching_a_street_is_not_lying_in_it(town, layer):
    zones = layer([("DY", "东苑管理区", box(200, 0, 300, 100))])
    assert issues(build_units(town | {"community": zones}, 2024, strict=False)) == ["no_parent"]


@pytest.mark.parametrize(
    "shape", [None, Polygon(), Polygon([(0, 0), (1, 1), (2, 2), (0, 0)])], ids=["null", "empty", "collapsed"]
)
def test_unit_without_geometry(town, shape):
    shapes = [*town["community"].geometry[:3], shape]
    community = gpd.GeoDataFrame(town["community"].drop(columns="geometry"), geometry=shapes, crs=4547)
    text = sentence(town | {"community": community})
    assert "no usable geometry" in text
    assert "440103002002 in row 4 (北苑社区)" in text
    assert issues(build_units(town | {"community": community}, 2024, strict=False)) == ["no_geometry"]


def test_invalid_geometry_is_repaired_and_said(town):
    shapes = [BOW_TIE, *town["community"].geometry[1:]]
    community = gpd.GeoDataFrame(town["community"].drop(columns="geometry"), geometry=shapes, crs=4547)
    units = build_units(town | {"community": community}, 2024)
    assert units.frame.is_valid.all()
    assert units.at("community").area.iloc[0] == pytest.approx(5000)
    assert any("repaired" in str(note) and "community" in str(note) for note in units.notes)


def test_multipart_unit_stays_one_unit(town):
    shapes = [
        MultiPolygon([box(0, 0, 10, 100), box(50, 0, 100, 100)]),
        *town["community"].geometry[1:],
    ]
    community = gpd.GeoDataFrame(town["community"].drop(columns="geometry"), geometry=shapes, crs=4547)
    assert build_units(town | {"community": community}, 2024).at("community").area.iloc[0] == 6000


@pytest.mark.parametrize("written,read", [("gbk", "latin-1"), ("utf-8", "latin-1")])
def test_garbled_names(town, written, read):
    names = [name.encode(written).decode(read) for name in town["community"]["名称"]]
    text = sentence(town | {"community": town["community"].assign(名称=names)})
    assert "community layer" in text
    assert "encoding" in text


def test_worst_fault_is_said_first_and_all_are_listed(town, layer):
    zones = layer(
        [
            (None, "a", box(0, 0, 100, 100)),
            ("440103", "b", box(0, 100, 100, 200)),
            ("12345", "c", box(100, 0, 200, 100)),
            ("DY", "d", box(500, 500, 600, 600)),
        ]
    )
    assert "no code" in sentence(town | {"community": zones})
    units = build_units(town | {"community": zones}, 2024, strict=False)
    assert issues(units) == ["duplicate_code", "malformed_code", "no_code", "no_parent"]
    assert set(issues(units)) <= set(FATAL)
    assert {"code", "level", "issue", "detail", "geometry"} <= set(units.issues.columns)
