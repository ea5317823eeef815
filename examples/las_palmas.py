"""Write an invented checkup of a real city, Las Palmas de Gran Canaria, on its real boundaries and buildings.

Run ``python examples/las_palmas.py OUTPUT_FOLDER``. Boundaries and buildings are read from ``../shared/data/las_palmas``
beside the checkout and are not copied. Sample, problems and values are invented and their files say so.
"""

from __future__ import annotations

import sys
import warnings
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio

HERE = str(Path(__file__).resolve().parent)
if HERE not in sys.path:
    sys.path.append(HERE)

from sample_city import write_layers  # noqa: E402
from sample_names import HOUSING, labelled, spelled  # noqa: E402
from sample_survey import HOUSING_ODDS, finding  # noqa: E402

DATA = Path(__file__).resolve().parents[2] / "shared" / "data" / "las_palmas"
SEED = 350
YEAR = 2024
#: Streets in the sample, communities in each, and the fewest buildings that such a community has.
STREETS, PER_STREET, FEWEST = 6, 4, 60
PROBLEM_BUILDINGS = 480
README = """Invented checkup of a real city / 真实城市上的虚构体检数据

The sample, the problems and the values in the files named *_invented are invented. They say nothing about any building,
street or authority of Las Palmas de Gran Canaria. Buildings: © OpenStreetMap contributors, ODbL 1.0. Municipality: CNIG/IGN
Spain, CC BY 4.0. Communities are derived, unit codes are invented.
文件名带 _invented 的样本、问题和指标值均为虚构，与该市任何建筑、街道和机构无关。
"""


def read_city() -> tuple[gpd.GeoDataFrame, gpd.GeoDataFrame, gpd.GeoDataFrame]:
    """Return streets, communities and readable buildings (with building_id) of the real city, in EPSG:32628.

    Raises
    ------
    FileNotFoundError
        When the data are not beside the checkout.
    """
    units, osm = DATA / "las_palmas_units.gpkg", DATA / "las_palmas_osm.gpkg"
    for path in (units, osm):
        if not path.exists():
            raise FileNotFoundError(
                f"The data of Las Palmas are not here: {path} is missing; put the folder 'shared' beside the checkout "
                "or use the sample city (examples/sample_city.py)."
            )
    with warnings.catch_warnings():
        # The files are of a newer GeoPackage version than old GDAL knows; what is read here did not change in it.
        warnings.filterwarnings("ignore", message="This version of GeoPackage")
        streets, communities = (
            pyogrio.read_dataframe(units, layer=level) for level in ("street", "community")
        )
        buildings = pyogrio.read_dataframe(
            osm, layer="buildings", columns=["osm_id", "osm_way_id"], on_invalid="ignore"
        )
    relation, way = buildings["osm_id"].astype("string"), buildings["osm_way_id"].astype("string")
    buildings["building_id"] = ("r" + relation).fillna("w" + way).astype(object)
    sound = buildings[buildings.geometry.notna()]
    return streets, communities, sound[sound.is_valid][["building_id", "geometry"]]


def choose_sample(
    streets: gpd.GeoDataFrame, communities: gpd.GeoDataFrame, homes: pd.DataFrame
) -> pd.DataFrame:
    """Return the communities with most buildings in the streets with most buildings, as a register."""
    count = homes.groupby("unit_code").size()
    units = communities.assign(buildings=communities["unit_code"].map(count).fillna(0))
    units = units[units["buildings"] >= FEWEST]
    largest = units.groupby("parent_code")["buildings"].sum().nlargest(STREETS).index
    chosen = units[units["parent_code"].isin(largest)].sort_values(
        ["parent_code", "buildings", "unit_code"], ascending=[True, False, True]
    )
    chosen = chosen.groupby("parent_code").head(PER_STREET)
    names = streets.set_index("unit_code")["unit_name"]
    return pd.DataFrame(
        {
            "年度": YEAR,
            "社区代码": chosen["unit_code"],
            "社区名称": chosen["unit_name"],
            "街道名称": chosen["parent_code"].map(names),
        }
    ).sort_values("社区代码")


def invent_problems(
    homes: gpd.GeoDataFrame, sample: pd.DataFrame, random: np.random.RandomState
) -> gpd.GeoDataFrame:
    """Return problems at points inside real buildings of the sampled communities."""
    inside = homes[homes["unit_code"].isin(sample["社区代码"])].sort_values("building_id", ignore_index=True)
    heavy = pd.Series(random.uniform(0.15, 3, len(sample)) ** 2, sample["社区代码"])
    weight = inside["unit_code"].map(heavy / inside.groupby("unit_code").size()).to_numpy(float)
    picked = np.sort(random.choice(len(inside), PROBLEM_BUILDINGS, replace=False, p=weight / weight.sum()))
    odds = HOUSING_ODDS["old"]
    share = np.array(list(odds.values()), float) / sum(odds.values())
    rows = []
    for home in inside.iloc[picked].itertuples():
        count = int(random.choice([1, 2, 3], p=[0.76, 0.19, 0.05]))
        for number in np.sort(random.choice(list(odds), count, replace=False, p=share)):
            rows.append(
                {
                    "楼栋编号": home.building_id,
                    **finding(int(number), YEAR, random),
                    "geometry": home.geometry,
                }
            )
    return gpd.GeoDataFrame(pd.DataFrame(rows), geometry="geometry", crs=homes.crs)


def invent_values(
    streets: gpd.GeoDataFrame,
    sample: pd.DataFrame,
    problems: pd.DataFrame,
    homes: pd.DataFrame,
    random: np.random.RandomState,
) -> pd.DataFrame:
    """Return values in long form: counts of the surveyed communities, coverage rates of all streets."""
    code = problems["楼栋编号"].map(homes.set_index("building_id")["unit_code"])
    number = problems["指标"].map({spelled(n, v): n for n in HOUSING for v in range(4)})
    counts = problems["楼栋编号"].groupby([code, number]).nunique()
    rows = [
        (unit.社区代码, unit.社区名称, labelled(n), str(counts.get((unit.社区代码, n), 0)))
        for unit in sample.itertuples()
        for n in HOUSING
    ]
    rows += [
        (street.unit_code, street.unit_name, labelled(n), f"{random.uniform(45, 98):.2f}")
        for street in streets.itertuples()
        for n in (23, 26)
    ]
    table = pd.DataFrame(rows, columns=["代码", "名称", "指标", "体检值"])
    return table.assign(数据日期=f"{YEAR}-12-31", 来源="虚构")


def make(folder: Path) -> dict[str, Path]:
    """Write the invented checkup into a folder and return its files by a short name."""
    streets, communities, buildings = read_city()
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    # RandomState, not Generator: its stream is frozen for all versions of numpy.
    random = np.random.RandomState(SEED)
    points = buildings.assign(geometry=buildings.representative_point()).drop_duplicates("building_id")
    homes = points.sjoin(communities[["unit_code", "geometry"]]).drop_duplicates("building_id")
    sample = choose_sample(streets, communities, homes)
    problems = invent_problems(homes, sample, random)
    files = {
        "sample": folder / "sample_invented.csv",
        "problems_2024": folder / "problems_2024_invented.gpkg",
        "values_2024": folder / "values_2024_invented.csv",
        "readme": folder / "README.txt",
    }
    sample.to_csv(files["sample"], index=False, encoding="utf-8-sig")
    write_layers(files["problems_2024"], {"housing": problems})
    invent_values(streets, sample, problems, homes, random).to_csv(
        files["values_2024"], index=False, encoding="utf-8"
    )
    files["readme"].write_text(README, encoding="utf-8")
    return files


def main(arguments: list[str]) -> int:
    """Write the data where the command line says and print the files."""
    if len(arguments) != 1:
        print("usage: las_palmas.py OUTPUT_FOLDER", file=sys.stderr)
        return 2
    try:
        files = make(Path(arguments[0]))
    except FileNotFoundError as error:
        print(error, file=sys.stderr)
        return 1
    for path in files.values():
        print(path)
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
