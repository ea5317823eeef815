"""The sample city holds what it promises: counted again from its files, without the generator's own code."""

from __future__ import annotations

import hashlib
import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import geopandas as gpd
import numpy as np
import openpyxl
import pandas as pd
import pyogrio
import pytest
import shapely

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"
sys.path.append(str(EXAMPLES))
import las_palmas  # noqa: E402
import sample_city  # noqa: E402

TRUTH = sample_city.TRUTH


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    return sample_city.make(tmp_path_factory.mktemp("示例 sample"))


def read(files: dict[str, Path], name: str, layer: str) -> gpd.GeoDataFrame:
    return pyogrio.read_dataframe(files[name], layer=layer)


@pytest.fixture(scope="module")
def communities(files: dict[str, Path]) -> gpd.GeoDataFrame:
    return read(files, "boundaries", "community")


@pytest.fixture(scope="module")
def buildings(files: dict[str, Path]) -> gpd.GeoDataFrame:
    return read(files, "buildings", "buildings")


@pytest.fixture(scope="module")
def shares(communities: gpd.GeoDataFrame, buildings: gpd.GeoDataFrame) -> pd.DataFrame:
    """Overlap of every building with every community, by a plain loop over the communities."""
    sound = buildings.assign(geometry=shapely.make_valid(buildings.geometry.to_numpy())).dropna(
        subset=["geometry"]
    )
    rows = []
    for unit in communities.itertuples():
        # GEOS raises a floating point flag on some disjoint pairs; the areas are right.
        with np.errstate(invalid="ignore"):
            area = sound.intersection(unit.geometry).area
        hit = area[area > 0]
        rows.append(pd.DataFrame({"row": hit.index, "code": unit.代码, "area": hit.to_numpy()}))
    return pd.concat(rows, ignore_index=True)


def test_command_writes_the_same_bytes_again(files: dict[str, Path], tmp_path: Path) -> None:
    run = subprocess.run(
        [sys.executable, EXAMPLES / "sample_city.py", tmp_path / "again"], capture_output=True, check=True
    )
    printed = [Path(line) for line in run.stdout.decode().splitlines()]
    assert {p.name for p in printed} == {p.name for p in files.values()}
    for path in files.values():
        again = tmp_path / "again" / path.name
        assert hashlib.sha256(again.read_bytes()).digest() == hashlib.sha256(path.read_bytes()).digest(), (
            path.name
        )


def test_command_without_folder_fails_with_usage() -> None:
    run = subprocess.run([sys.executable, EXAMPLES / "sample_city.py"], capture_output=True, check=False)
    assert run.returncode == 2
    assert b"OUTPUT_FOLDER" in run.stderr


@pytest.mark.parametrize(
    ("lower", "upper", "digits"),
    [("community", "street", 9), ("street", "district", 6), ("district", "city", 4)],
)
def test_units_nest_exactly(files: dict[str, Path], lower: str, upper: str, digits: int) -> None:
    members, parents = read(files, "boundaries", lower), read(files, "boundaries", upper)
    assert members["代码"].is_unique and members["代码"].str.fullmatch(r"9901\d{8}").all()
    grouped = dict(tuple(members.groupby(members["代码"].str[:digits])))
    assert sorted(grouped) == sorted(parents["代码"].str[:digits])
    for parent in parents.itertuples():
        part = grouped[parent.代码[:digits]]
        union = shapely.union_all(part.geometry.to_numpy())
        assert part.area.sum() == pytest.approx(parent.geometry.area, rel=1e-9, abs=1e-6)
        assert shapely.area(shapely.symmetric_difference(union, parent.geometry)) < 1e-6
        assert len(shapely.get_parts(union)) == 1


@pytest.mark.parametrize("level", ["district", "street", "community"])
def test_neighbours_share_borders_vertex_by_vertex(files: dict[str, Path], level: str) -> None:
    units = read(files, "boundaries", level)
    assert len(units) == TRUTH[level]
    assert units.is_valid.all()
    outer = set(map(tuple, shapely.get_coordinates(read(files, "boundaries", "city").geometry)))
    edges: dict[frozenset[tuple[float, float]], int] = {}
    for ring in shapely.get_rings(shapely.get_parts(units.geometry.to_numpy())):
        for a, b in pairwise(map(tuple, shapely.get_coordinates(ring))):
            key = frozenset((a, b))
            edges[key] = edges.get(key, 0) + 1
    single = [edge for edge, count in edges.items() if count == 1]
    assert max(edges.values()) == 2
    assert single and all(edge <= outer for edge in single)


def test_names_are_unique_only_inside_a_parent(communities: gpd.GeoDataFrame) -> None:
    street = communities["代码"].str[:9]
    assert not communities.assign(street=street).duplicated(["street", "名称"]).any()
    assert street[communities["名称"] == "新民社区"].nunique() == 2
    assert (communities["建成区面积"] * 1e6 <= communities.area).all()
    assert (communities["常住人口"] > 0).all()


def test_one_street_is_a_managed_zone(files: dict[str, Path]) -> None:
    local = read(files, "boundaries", "street")["代码"].str[6:9].astype(int)
    assert ((local >= 400) & (local < 600)).sum() == 1


def test_layers_are_in_the_declared_system(files: dict[str, Path]) -> None:
    for name, path in files.items():
        if path.suffix == ".gpkg":
            for layer, _ in pyogrio.list_layers(path):
                info = pyogrio.read_info(path, layer=layer)
                assert info["crs"] == "EPSG:4547", (name, layer)
                assert info["features"] > 0


def test_flaws_of_buildings(buildings: gpd.GeoDataFrame) -> None:
    shapes = buildings.geometry
    assert 5500 <= len(buildings) <= 6500
    assert buildings["building_id"].is_unique and buildings["building_id"].str.fullmatch(r"\d{22}").all()
    assert shapes.isna().sum() == TRUTH["null"]
    assert (~shapes.dropna().is_valid).sum() == TRUTH["invalid"]
    assert shapes.dropna().to_wkb().duplicated().sum() == TRUTH["duplicates"]
    assert (shapely.get_num_geometries(shapes.dropna().to_numpy()) > 1).sum() == TRUTH["multipart"]
    for column in ("storeys", "height", "floor_area", "year_built", "use"):
        assert 0 < buildings[column].isna().mean() < 0.06
    assert set(buildings["use"].dropna()) == {"住宅", "商业", "办公", "工业", "公共"}


def test_buildings_on_borders(buildings: gpd.GeoDataFrame, shares: pd.DataFrame) -> None:
    parts = shares.groupby("row")["area"].agg(["size", "min", "max"])
    crossing = parts[parts["size"] > 1]
    assert len(crossing) == TRUTH["crossing"]
    assert (crossing["min"] == crossing["max"]).sum() == TRUTH["ties"]
    assert buildings.geometry.notna().sum() - len(parts) == TRUTH["outside"]


def test_city_is_built_where_people_build(files: dict[str, Path], buildings: gpd.GeoDataFrame) -> None:
    sound = buildings[buildings.geometry.notna() & buildings.is_valid]
    for layer in ("water", "green"):
        shape = shapely.union_all(read(files, "context", layer).geometry.to_numpy())
        assert not sound.intersects(shape).any()
    distinct = sound[~sound.geometry.to_wkb().duplicated()]
    tree = shapely.STRtree(distinct.geometry.to_numpy())
    a, b = tree.query(distinct.geometry.to_numpy(), predicate="overlaps")
    assert len(a) == len(b) == 0


def test_context_has_the_agreed_classes(files: dict[str, Path]) -> None:
    assert set(read(files, "context", "road")["class"]) == {"快速路", "主干路", "次干路", "支路"}
    facilities = set(read(files, "context", "facility")["type"])
    assert {"中学", "小学", "幼儿园", "养老服务站", "菜市场", "消防站", "医院", "公园"} <= facilities


def test_sample_register(files: dict[str, Path], communities: gpd.GeoDataFrame) -> None:
    raw = files["sample"].read_bytes()
    assert raw.startswith(b"\xef\xbb\xbf")
    table = pd.read_csv(files["sample"], dtype=str, keep_default_na=False, encoding="utf-8-sig")
    assert list(table) == ["年度", "社区代码", "社区名称", "街道名称"]
    street = (
        read(files, "boundaries", "street").assign(key=lambda t: t["代码"].str[:9]).set_index("key")["名称"]
    )
    units = communities.assign(街道=communities["代码"].str[:9].map(street)).set_index(["街道", "名称"])[
        "代码"
    ]
    chosen = {y: {units[r.街道名称, r.社区名称] for r in g.itertuples()} for y, g in table.groupby("年度")}
    assert len(chosen["2024"]) == TRUTH["sampled_2024"] and len(chosen["2023"]) == TRUTH["sampled_2023"]
    assert len(chosen["2024"] & chosen["2023"]) == TRUTH["sampled_both"]
    assert all(len({c[:9] for c in codes}) == 3 for codes in chosen.values())
    written = table["社区代码"]
    assert (written == "").sum() == 1
    assert written.str.startswith("'").sum() == 1
    assert written.str.contains(r"[０-９]").sum() == 1
    power = table[written.str.contains("E")].iloc[0]
    assert str(int(float(power["社区代码"]))) == units[power["街道名称"], power["社区名称"]]


def test_housing_problems(
    files: dict[str, Path], buildings: gpd.GeoDataFrame, communities: gpd.GeoDataFrame
) -> None:
    table = read(files, "problems_2024", "housing")
    assert len(table) == TRUTH["housing_2024"]
    assert set(table["楼栋编号"].dropna()) <= set(buildings["building_id"])
    assert 315 <= table["楼栋编号"].nunique() <= 345
    sound = buildings[buildings.geometry.notna() & buildings.is_valid]
    on = shapely.STRtree(sound.geometry.to_numpy()).query(table.geometry.to_numpy(), predicate="intersects")[
        0
    ]
    assert len(table) - len(set(on)) == TRUTH["astray_2024"]
    listed = table["指标"].str.contains("住宅")
    assert (~listed).sum() == TRUTH["unknown_indicator_2024"]
    assert table.loc[listed, "指标"].nunique() > 15
    for column, words in (
        ("严重程度", {"一般", "较重", "严重"}),
        ("整治类型", {"限时解决", "尽力解决"}),
        ("状态", {"发现", "交办", "督办", "反馈", "销号"}),
    ):
        assert set(table[column]) == words
    assert table["发现日期"].str.startswith("2024-").all()


def test_some_problems_last_some_are_solved_some_are_new(files: dict[str, Path]) -> None:
    def pairs(year: int) -> set[tuple[str, str]]:
        table = read(files, f"problems_{year}", "housing").dropna(subset=["楼栋编号"])
        kind = table["指标"].str.replace(r"数量|[（(].[)）]", "", regex=True)
        return set(zip(table["楼栋编号"], kind, strict=True))

    before, after = pairs(2023), pairs(2024)
    assert min(len(before & after), len(before - after), len(after - before)) > 80


def test_a_surveyed_community_without_problems(files: dict[str, Path], communities: gpd.GeoDataFrame) -> None:
    shape = communities.set_index("名称").at["云帆社区", "geometry"]
    for layer in ("housing", "community", "community_line"):
        assert not read(files, "problems_2024", layer).intersects(shape).any()


@pytest.mark.parametrize("year", sample_city.YEARS)
def test_annex_looks_like_an_annex(files: dict[str, Path], year: int) -> None:
    book = openpyxl.load_workbook(files[f"values_{year}"])
    assert book.sheetnames == ["社区指标", "城区指标"]
    merged = {str(box) for box in book["社区指标"].merged_cells.ranges}
    assert {"A1:P1", "A2:A3", "B2:B3", "C2:I2", "J2:P2"} <= merged
    assert any(box.startswith("A4:A") for box in merged)
    cells = [c for row in book["社区指标"].iter_rows(min_row=4, min_col=3, values_only=True) for c in row]
    assert {"/", "—", "——", "nan", None, 0} <= set(cells)
    assert any(isinstance(c, str) and c.endswith("（栋）") for c in cells)
    city = list(book["城区指标"].iter_rows(min_row=2, values_only=True))
    assert list(city[0]) == ["维度", "类别", "序号", "指标项", "体检内容", "体检值", "评价结果"]
    assert [row[2] for row in city[1:-1]] == list(range(1, 32))
    assert "快速路" in city[14][5] and "主干路" in city[14][5]


def test_annex_counts_the_buildings_of_the_problem_list(
    files: dict[str, Path], communities: gpd.GeoDataFrame, buildings: gpd.GeoDataFrame
) -> None:
    table = read(files, "problems_2024", "housing").dropna(subset=["楼栋编号"])
    table = table[table["指标"].str.contains("楼道安全")]
    place = buildings.set_index("building_id").geometry.reindex(table["楼栋编号"]).representative_point()
    inside = communities[communities["名称"] == "古渡口社区"].geometry.iloc[0]
    expected = table["楼栋编号"][place.within(inside).to_numpy()].nunique()
    rows = openpyxl.load_workbook(files["values_2024"])["社区指标"].iter_rows(values_only=True)
    written = next(row for row in rows if row[1] == "古渡口社区")
    assert expected > 5
    assert written[4] == expected


@pytest.mark.parametrize("year", sample_city.YEARS)
def test_street_values_are_in_gb18030(files: dict[str, Path], year: int) -> None:
    raw = files[f"values_{year}_street"].read_bytes()
    with pytest.raises(UnicodeDecodeError):
        raw.decode("utf-8")
    lines = [line.split(",") for line in raw.decode("gb18030").splitlines()]
    assert lines[0] == ["街道代码", "街道名称", "指标", "体检值", "数据日期", "来源"]
    assert len(lines) == 1 + 8 * TRUTH["street"]
    codes = np.array([line[0] for line in lines[1:]])
    assert 0 < sum(code.endswith(".0") for code in codes) < len(codes)
    assert {"/", "—", ""} & {line[3] for line in lines[1:]}


def test_real_city_without_data_fails_with_one_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(las_palmas, "DATA", tmp_path / "nowhere")
    assert las_palmas.main([str(tmp_path / "out")]) == 1
    assert "las_palmas_units.gpkg is missing" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


@pytest.mark.skipif(
    not las_palmas.DATA.exists(), reason="../shared/data/las_palmas is not beside the checkout"
)
def test_real_city_gets_an_invented_checkup(tmp_path: Path) -> None:
    files = las_palmas.make(tmp_path)
    assert all("invented" in p.name for name, p in files.items() if name != "readme")
    sample = pd.read_csv(files["sample"], dtype=str, encoding="utf-8-sig")
    units = pyogrio.read_dataframe(las_palmas.DATA / "las_palmas_units.gpkg", layer="community")
    assert len(sample) >= 0.2 * len(units) and sample["街道名称"].nunique() >= 2
    problems = pyogrio.read_dataframe(files["problems_2024"], layer="housing")
    placed = problems.sjoin(units[["unit_code", "geometry"]])
    assert len(placed) == len(problems) > 400
    assert set(placed["unit_code"]) <= set(sample["社区代码"])
    assert problems["楼栋编号"].str.fullmatch(r"[rw]\d+").all()
    again = las_palmas.make(tmp_path / "again")
    assert all(again[name].read_bytes() == path.read_bytes() for name, path in files.items())
