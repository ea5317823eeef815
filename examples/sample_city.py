"""Write the data of 晴川市, an invented city, as a checkup finds them in practice.

Run ``python examples/sample_city.py OUTPUT_FOLDER``. The same files come out of every run: boundaries, buildings and
context layers, a sample register, the problems of two years, and value tables in the forms in which they really arrive.
Nothing here describes a real place, and no code begins with that of a real province.
"""

from __future__ import annotations

import sys
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import shapely
from shapely import MultiPolygon, Point, Polygon, STRtree

HERE = str(Path(__file__).resolve().parent)
if HERE not in sys.path:
    sys.path.append(HERE)

import sample_models as models  # noqa: E402
import sample_survey as survey  # noqa: E402
import sample_tables as tables  # noqa: E402
from sample_fabric import Fabric, make_fabric, point_inside  # noqa: E402
from sample_ground import CENTRE, CRS, Ground, make_ground  # noqa: E402
from sample_names import CITY, DISTRICTS, INDICATORS, SAMPLE, STREETS, spelled  # noqa: E402

SEED = 42
YEARS = (2023, 2024)
#: What is in the data on purpose. Tests count each of these again from the files.
TRUTH = {
    "district": 2,
    "street": 8,
    "community": 40,
    "crossing": 150,
    "ties": 2,
    "outside": 3,
    "invalid": 4,
    "null": 1,
    "duplicates": 3,
    "multipart": 5,
    "sampled_2023": 11,
    "sampled_2024": 12,
    "sampled_both": 8,
    "housing_2024": survey.HOUSING_2024,
    "astray_2024": len(survey.ASTRAY),
    "unknown_indicator_2024": len(survey.UNKNOWN_INDICATORS),
}
README = """晴川市（虚构）城市体检示例数据 / Sample data of an invented city

晴川市、其区、街道、社区、道路、建筑和全部数值均为虚构，代码 9901 不属于任何省份，与真实城市无关。
Qingchuan, its districts, streets, communities, roads, buildings and all figures are invented. Code 9901 belongs to no
province. The coordinates (EPSG:4547) only give the data a plausible place; they describe nothing that stands there.

boundaries.gpkg       city, district, street, community / 市、区、街道、社区边界
buildings.gpkg        buildings / 房屋（含少量错误要素，供检验）
context.gpkg          water, green, road, facility / 水系、绿地、道路、设施
sample.csv            sampled communities 2023, 2024 / 体检样本
problems_YEAR.gpkg    problems found / 问题（住房、小区、街区）
values_YEAR.xlsx      annex tables / 指标附表
values_YEAR_街道.csv  values of the street offices (GB18030) / 街道报送值
models/               IFC models of four buildings, a CityJSON block / 四栋建筑的 IFC 模型与一个街坊的 CityJSON 模型
"""


def make_units(ground: Ground, fabric: Fabric, homes: pd.DataFrame) -> dict[str, gpd.GeoDataFrame]:
    """Return the four levels as layers with 代码 and 名称, each the exact union of the level below.

    The layer of communities also has 街道 (name of the parent; not written), 常住人口 and 建成区面积 (km²).
    """
    rows = []
    for number, (code, street, names) in enumerate(STREETS):
        members = np.flatnonzero(ground.street == number)
        for serial, (member, name) in enumerate(zip(members, names.split(), strict=True), 1):
            rows.append((f"{code}{serial:03d}", f"{name}社区", street, ground.communities[member], member))
    unit = gpd.GeoDataFrame(
        pd.DataFrame(rows, columns=["代码", "名称", "街道", "geometry", "member"]),
        geometry="geometry",
        crs=CRS,
    ).sort_values("代码", ignore_index=True)
    blocks = fabric.blocks.assign(member=_holders(ground, fabric.blocks["geometry"]))
    built = blocks["geometry"].map(lambda g: g.area).groupby(blocks["member"]).sum() * 1.3
    people = homes.groupby("member")["floor_area"].sum() / 38
    unit["常住人口"] = (unit["member"].map(people).fillna(0) + 260).round(-1).astype(int)
    unit["建成区面积"] = (
        np.minimum(unit["member"].map(built).fillna(60_000), unit.area * 0.97).div(1e6).round(3)
    )
    street = gpd.GeoDataFrame(
        {"代码": [f"{code}000" for code, _, _ in STREETS], "名称": [name for _, name, _ in STREETS]},
        geometry=[
            shapely.coverage_union_all(ground.communities[ground.street == s]) for s in range(len(STREETS))
        ],
        crs=CRS,
    ).sort_values("代码", ignore_index=True)
    district = gpd.GeoDataFrame(
        DISTRICTS,
        columns=["代码", "名称"],
        geometry=[shapely.coverage_union_all(ground.communities[ground.bank == b]) for b in (0, 1)],
        crs=CRS,
    )
    city = gpd.GeoDataFrame(
        [CITY], columns=["代码", "名称"], geometry=[shapely.coverage_union_all(ground.communities)], crs=CRS
    )
    return {"city": city, "district": district, "street": street, "community": unit}


def _holders(ground: Ground, shapes: pd.Series) -> np.ndarray:
    """Return the index of the community that holds each shape's inner point."""
    points = shapely.point_on_surface(shapes.to_numpy())
    row, member = STRtree(ground.communities).query(points, predicate="intersects")
    result = np.zeros(len(points), int)
    result[row[::-1]] = member[::-1]
    return result


def make_buildings(ground: Ground, fabric: Fabric, random: np.random.RandomState) -> gpd.GeoDataFrame:
    """Return the register of buildings with its flaws; column `member` is the community's index (not written)."""
    table = _settle_borders(_with_ties(fabric.buildings, ground), ground, random)
    table["height"] = (
        np.where(table["use"] == "工业", 6.5, np.where(table["use"] == "住宅", 2.9, 3.7)) * table["storeys"]
    )
    table["height"] = (table["height"] + random.uniform(0, 1.2, len(table))).round(1)
    table = _with_multipart(table, random)
    table["floor_area"] = (shapely.area(table["geometry"].to_numpy()) * table["storeys"]).round(1)
    table = _with_flaws(table, ground, random)
    table["member"] = _holders(ground, table["geometry"].where(table["geometry"].notna(), Point(CENTRE)))
    street = pd.Series([code for code, _, _ in STREETS])[ground.street[table["member"]]].to_numpy()
    serial = table.groupby(street).cumcount() + 1
    table["building_id"] = [
        f"{s}{int(y):04d}{n:04d}00000" for s, y, n in zip(street, table["year_built"], serial, strict=True)
    ]
    for column, share in (
        ("year_built", 0.04),
        ("height", 0.03),
        ("floor_area", 0.02),
        ("storeys", 0.015),
        ("use", 0.01),
    ):
        table[column] = table[column].mask(random.uniform(size=len(table)) < share)
    table["storeys"], table["year_built"] = (
        table["storeys"].astype("Int64"),
        table["year_built"].astype("Int64"),
    )
    return gpd.GeoDataFrame(table, geometry="geometry", crs=CRS)


def _settle_borders(table: pd.DataFrame, ground: Ground, random: np.random.RandomState) -> pd.DataFrame:
    """Leave as many buildings across a community border as TRUTH says and take the others away."""
    shapes = table["geometry"].to_numpy()
    row, member = STRtree(ground.communities).query(shapes, predicate="intersects")
    twice = np.flatnonzero(np.bincount(row, minlength=len(shapes)) > 1)
    row, member = row[np.isin(row, twice)], member[np.isin(row, twice)]
    shared = shapely.area(shapely.intersection(shapes[row], ground.communities[member]))
    clear = twice[[np.sort(shared[row == r])[-2] > 1 for r in twice]]
    made = np.flatnonzero(table["block"] < 0)
    kept = random.choice(np.setdiff1d(clear, made), TRUTH["crossing"] - len(made), replace=False)
    kept = np.concatenate([kept, made])
    table["border"] = np.isin(np.arange(len(table)), kept)
    return table.drop(index=np.setdiff1d(twice, kept)).reset_index(drop=True)


def _with_ties(table: pd.DataFrame, ground: Ground) -> pd.DataFrame:
    """Stand two buildings astride the straight pieces of border, exactly half on each side."""
    for piece in ground.straight:
        x, y = np.round(shapely.get_coordinates(piece).mean(0))
        shape = shapely.box(x - 14, y - 14, x + 14, y + 14)
        table = table[~shapely.dwithin(table["geometry"].to_numpy(), shape, 12)]
        row = {"block": -1, "use": "住宅", "storeys": 11, "year_built": 2009, "geometry": shape}
        table = pd.concat([table, pd.DataFrame([row])], ignore_index=True)
    return table


def _with_multipart(table: pd.DataFrame, random: np.random.RandomState) -> pd.DataFrame:
    """Register five pairs of neighbours as one building each."""
    inner = _inner(table)
    first = [i for i in inner if i + 1 in inner and table.at[i, "block"] == table.at[i + 1, "block"]]
    chosen = np.sort(random.choice(first[::7], TRUTH["multipart"], replace=False))
    for i in chosen:
        table.at[i, "geometry"] = MultiPolygon([table.at[i, "geometry"], table.at[i + 1, "geometry"]])
    return table.drop(index=chosen + 1).reset_index(drop=True)


def _inner(table: pd.DataFrame) -> set[int]:
    """Return the rows of the dwellings that stand on no border: those may be spoilt."""
    return set(table.index[(table["use"] == "住宅") & ~table["border"]])


def _with_flaws(table: pd.DataFrame, ground: Ground, random: np.random.RandomState) -> pd.DataFrame:
    """Add bow ties, duplicates, a lost geometry and buildings outside the city."""
    plain = sorted(i for i in _inner(table) if isinstance(table.at[i, "geometry"], Polygon))
    chosen = random.choice(plain, TRUTH["invalid"] + TRUTH["duplicates"], replace=False)
    for i in chosen[: TRUTH["invalid"]]:
        ring = shapely.get_coordinates(table.at[i, "geometry"].minimum_rotated_rectangle)
        table.at[i, "geometry"] = Polygon(np.round(ring[[0, 1, 3, 2, 0]], 2))
    again = table.loc[chosen[TRUTH["invalid"] :]]
    lost = table.loc[chosen[-1:]].assign(geometry=None)
    places = np.array([(-7900, 2300), (7900, -3100), (3000, 5400)]) + CENTRE
    outside = [
        {**table.iloc[n].to_dict(), "block": -1, "geometry": shapely.box(x, y, x + 24, y + 14)}
        for n, (x, y) in enumerate(places)
    ]
    return pd.concat([table, again, lost, pd.DataFrame(outside)], ignore_index=True)


def make_context(
    ground: Ground, fabric: Fabric, units: gpd.GeoDataFrame, random: np.random.RandomState
) -> dict[str, gpd.GeoDataFrame]:
    """Return the layers water, green, road and facility."""
    return {
        **{
            layer: gpd.GeoDataFrame({"name": list(shapes)}, geometry=list(shapes.values()), crs=CRS)
            for layer, shapes in (("water", ground.water), ("green", ground.green))
        },
        "road": gpd.GeoDataFrame(fabric.roads, geometry="geometry", crs=CRS),
        "facility": _facilities(ground, fabric, units, random),
    }


def _facilities(
    ground: Ground, fabric: Fabric, units: gpd.GeoDataFrame, random: np.random.RandomState
) -> gpd.GeoDataFrame:
    names = units.set_index("member")["名称"].str.removesuffix("社区")
    blocks = fabric.blocks.assign(member=_holders(ground, fabric.blocks["geometry"]))
    public, homes = blocks[blocks["use"] == "公共"], blocks[blocks["use"] == "住宅"]
    kinds = [("小学", 0.2), ("幼儿园", 0.24), ("中学", 0.1), ("社区卫生服务站", 0.14), ("文化活动中心", 0.08), ("多功能运动场", 0.1),
             ("医院", 0.04), ("社区服务中心", 0.1)]  # fmt: skip
    chosen = random.choice(len(kinds), len(public), p=[p for _, p in kinds])
    rows = [(kinds[k][0], b) for k, b in zip(chosen, public.itertuples(), strict=True)]
    for kind, count in (("养老服务站", 26), ("菜市场", 18), ("消防站", 5)):
        rows += [
            (kind, homes_row)
            for homes_row in homes.iloc[np.sort(random.choice(len(homes), count, replace=False))].itertuples()
        ]
    table = [(kind, names[b.member], point_inside(b.geometry)) for kind, b in rows]
    serial = (
        pd.Series([kind + name for kind, name, _ in table])
        .groupby([kind + name for kind, name, _ in table])
        .cumcount()
    )
    facility = [
        (kind, f"{name}{'' if n == 0 else '第' + '一二三四五六七八'[n]}{kind}", point)
        for (kind, name, point), n in zip(table, serial, strict=True)
    ]
    facility += [
        ("公园", n, point_inside(g)) for n, g in ground.green.items() if n.endswith(("公园", "绿轴"))
    ]
    return gpd.GeoDataFrame(
        pd.DataFrame(facility, columns=["type", "name", "geometry"]), geometry="geometry", crs=CRS
    )


def write_layers(path: Path, layers: dict[str, gpd.GeoDataFrame]) -> Path:
    """Write a GeoPackage whose bytes depend on its content alone."""
    path.unlink(missing_ok=True)
    # GDAL stamps each layer with the time of writing unless it is told a time.
    pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": "2025-01-15T00:00:00.000Z"})
    try:
        for name, frame in layers.items():
            kinds = set(frame.geom_type.dropna())
            pyogrio.write_dataframe(
                frame, path, layer=name, driver="GPKG", dataset_options={"VERSION": "1.2"},
                append=path.exists(), promote_to_multi=bool(kinds & {"Polygon", "MultiPolygon"}),
            )  # fmt: skip
    finally:
        pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": None})
    return path


def make(folder: Path) -> dict[str, Path]:
    """Write the sample city into a folder and return its files by a short name, but for the models of buildings."""
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    # RandomState, not Generator: its stream is frozen for all versions of numpy.
    random = np.random.RandomState(SEED)
    ground = make_ground(random)
    fabric = make_fabric(ground, random)
    buildings = make_buildings(ground, fabric, random)
    homes = _homes(buildings)
    units = make_units(ground, fabric, homes)
    context = make_context(ground, fabric, units["community"], random)
    layers = {
        level: frame.drop(columns=["街道", "member"], errors="ignore") for level, frame in units.items()
    }
    columns = ["building_id", "storeys", "height", "floor_area", "year_built", "use", "geometry"]
    files = {
        "boundaries": write_layers(folder / "boundaries.gpkg", layers),
        "buildings": write_layers(folder / "buildings.gpkg", {"buildings": buildings[columns]}),
        "context": write_layers(folder / "context.gpkg", context),
    }
    models.write_models(folder / "models", buildings)
    codes = units["community"].set_index("member")["代码"]
    homes["社区代码"] = homes["member"].map(codes)
    homes["社区名称"] = homes["member"].map(units["community"].set_index("member")["名称"])
    blocks = fabric.blocks.assign(
        社区代码=pd.Series(_holders(ground, fabric.blocks["geometry"])).map(codes).to_numpy(),
        middle=fabric.blocks["geometry"].map(point_inside),
    )
    files |= _write_survey(folder, units, homes, blocks, fabric.roads, random)
    files["readme"] = folder / "README.txt"
    files["readme"].write_text(README, encoding="utf-8")
    return files


def _homes(buildings: gpd.GeoDataFrame) -> pd.DataFrame:
    """Return the sound dwellings (one row per geometry) with a point inside."""
    shapes = buildings.geometry
    sound = (buildings["use"] == "住宅") & shapes.notna() & shapes.is_valid & (buildings["block"] >= 0)
    homes = pd.DataFrame(buildings[sound & ~shapes.to_wkb().duplicated(keep=False)]).reset_index(drop=True)
    homes["year_built"] = homes["year_built"].astype("float64")
    homes["point"] = homes["geometry"].map(point_inside)
    return homes


def _write_survey(
    folder: Path,
    units: dict[str, gpd.GeoDataFrame],
    homes: pd.DataFrame,
    blocks: pd.DataFrame,
    roads: pd.DataFrame,
    random: np.random.RandomState,
) -> dict[str, Path]:
    community, street = units["community"], units["street"]
    files = {"sample": folder / "sample.csv"}
    survey.register(community).to_csv(files["sample"], index=False, encoding="utf-8-sig")
    housing = dict(zip(YEARS, survey.housing(homes, community, random), strict=True))
    for year in YEARS:
        found = {
            "housing": housing[year],
            "community": survey.community(blocks, community, year, random),
            "community_line": survey.footpaths(roads, community, year, random),
            "block": survey.parking(roads, street, year, random),
            "block_area": survey.renewal(blocks, street, year, random),
        }
        counts = survey.counted(found["housing"], found["community"], homes)
        layers = {
            name: gpd.GeoDataFrame(
                table.drop(columns="社区代码", errors="ignore"), geometry="geometry", crs=CRS
            )
            for name, table in found.items()
        }
        files[f"problems_{year}"] = write_layers(folder / f"problems_{year}.gpkg", layers)
        files[f"values_{year}"] = folder / f"values_{year}.xlsx"
        tables.annex(files[f"values_{year}"], year, survey.sample_units(community, year), counts, random)
        files[f"values_{year}_street"] = folder / f"values_{year}_街道.csv"
        blocks_found = _block_counts(found["block"], found["block_area"])
        tables.street_table(
            files[f"values_{year}_street"], year, street, blocks_found, set(SAMPLE[year]), random
        )
    return files


def _block_counts(roads: pd.DataFrame, areas: pd.DataFrame) -> dict[tuple[str, int], int]:
    """Count distinct roads and areas by (street name, indicator number)."""
    number = {spelled(n, v): n for n in INDICATORS for v in range(4)}
    counts = {(street, 27): n for street, n in roads.groupby("街道")["道路"].nunique().items()}
    counts |= areas.assign(number=areas["指标"].map(number)).groupby(["街道", "number"]).size().to_dict()
    return counts


def main(arguments: list[str]) -> int:
    """Write the data where the command line says and print the files."""
    if len(arguments) != 1:
        print("usage: sample_city.py OUTPUT_FOLDER", file=sys.stderr)
        return 2
    for path in make(Path(arguments[0])).values():
        print(path)
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
