"""What the checkups of the sample city found: the sample register and the problems of two years.

The tables carry Chinese field names as survey teams deliver them; geometry is in EPSG:4547.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
import shapely
import shapely.ops
from sample_ground import CENTRE
from sample_names import INDICATORS, SAMPLE, spelled
from shapely import Point

HOUSING_2024 = 420
HOTLINE_2024 = 20
#: Findings that no building and partly no unit will hold: metres from the centre of the city.
ASTRAY = [(-600, -470), (1480, -1500), (2510, 260), (420, 4890), (7900, 2100), (-7700, -3300)]
UNKNOWN_INDICATORS = ["电梯异响问题", "外墙小广告"]

#: Share of the findings by sampled community: most in the old town. 云帆 was surveyed in 2024 and nothing was found.
SHARES = {
    "古渡口社区": 22, "织造社区": 17, "文庙社区": 11, "新民社区": 9, "书院社区": 11, "和平社区": 8, "钟秀社区": 5, "紫荆社区": 3,
    "海棠社区": 6, "滨江社区": 4, "银杏社区": 2, "云帆社区": 1, "朝阳社区": 8, "光明社区": 5,
}  # fmt: skip
FLAWLESS_2024 = "云帆社区"

#: How likely a finding is of which housing indicator, in old and in younger buildings. Tap water never fails.
HOUSING_ODDS = {
    "old": {1: 8, 2: 15, 3: 22, 4: 16, 5: 4, 6: 15, 7: 12, 9: 6, 10: 2},
    "young": {1: 1, 2: 5, 3: 22, 4: 14, 6: 12, 7: 14, 9: 8, 10: 24},
}
WORDS = {
    1: ("墙体竖向裂缝，需专业鉴定", "楼板露筋锈蚀", "地基不均匀沉降，墙体倾斜"),
    2: ("燃气立管锈蚀", "燃气软管超期使用", "引入管被违建包裹"),
    3: ("楼道堆放杂物，疏散通道堵塞", "消火栓缺水带", "防火门损坏", "电动自行车楼道内充电"),
    4: ("外墙饰面砖脱落", "阳台栏板开裂", "外墙保温层空鼓"),
    5: ("无独立厨房", "多户合用卫生间"),
    6: ("排水立管渗漏", "给水管道锈蚀", "化粪池外溢"),
    7: ("多层住宅无电梯", "单元入口无坡道", "楼梯无扶手"),
    9: ("外窗为单层玻璃，外墙无保温",),
    10: ("未通光纤，无楼宇对讲", "公共区域无安防监控"),
    11: ("无老年人日间照料用房", "养老服务站面积不足350平方米"),
    12: ("无婴幼儿照护设施",),
    13: ("幼儿园不足6班", "300米内无幼儿园"),
    14: ("小学学位不足",),
    15: ("夜间停车占用消防通道", "配建车位不足"),
    16: ("新建车位未预留充电条件", "充电桩数量不足"),
    17: ("无电动自行车集中充电设施", "充电棚已建未达标"),
    18: ("无公共活动场地", "活动场地不足150平方米"),
    19: ("步行道破损、无障碍不连续",),
    20: ("未设分类投放点",),
    21: ("无物业管理",),
    22: ("未安装智能安防系统",),
    27: ("机动车占压人行道", "非机动车乱停放"),
    28: ("商铺空置、设施陈旧",),
    29: ("厂房闲置",),
    30: ("房屋老旧、市政设施不全",),
}
SEVERITY = ["一般", "较重", "严重"]
STATES = ["发现", "交办", "督办", "反馈", "销号"]


def sample_units(units: pd.DataFrame, year: int) -> pd.DataFrame:
    """Return the sampled communities of a year (columns 代码, 名称, 街道), in the register's order."""
    chosen = [(street, f"{name}社区") for street, names in SAMPLE[year].items() for name in names.split()]
    return units.set_index(["街道", "名称"]).loc[chosen].reset_index()


def register(units: pd.DataFrame) -> pd.DataFrame:
    """Return the sample register of both years, codes written as they arrive from the districts' offices."""
    rows = []
    for year in (2023, 2024):
        for row in sample_units(units, year).itertuples():
            rows.append((year, row.代码, row.名称, row.街道))
    table = pd.DataFrame(rows, columns=["年度", "社区代码", "社区名称", "街道名称"])

    def write(year: int, name: str, street: str, form: str) -> None:
        here = (table["年度"] == year) & (table["社区名称"] == name) & (table["街道名称"] == street)
        code = table.loc[here, "社区代码"].item()
        wide = str.maketrans("0123456789", "０１２３４５６７８９")
        forms = {
            "apostrophe": "'" + code,
            "power": f"{code[0]}.{code[1:]}E+11",
            "wide": code.translate(wide),
            "decimal": code + ".0",
            "spaces": f"{code[:6]} {code[6:9]} {code[9:]}",
            "none": "",
        }
        table.loc[here, "社区代码"] = forms[form]

    write(2024, "书院社区", "钟秀街道", "apostrophe")
    write(2024, "滨江社区", "南岸街道", "power")
    write(2024, "织造社区", "古渡街道", "wide")
    write(2024, "海棠社区", "南岸街道", "decimal")
    write(2024, "新民社区", "古渡街道", "none")
    write(2023, "光明社区", "东屏街道", "spaces")
    return table


def _weights(homes: pd.DataFrame, random: np.random.RandomState) -> np.ndarray:
    """Weigh homes by their community's share, inside it by age and closeness to a few bad quarters."""
    age = (2024 - homes["year_built"].fillna(1995).to_numpy(float)) / 40
    xy = np.column_stack([shapely.get_x(homes["point"]), shapely.get_y(homes["point"])]) - CENTRE
    spots = np.array(
        [(-2550, 1250), (-1650, 150), (600, 1500), (1300, 300), (1500, -1050), (-2300, 350)], float
    )
    near = np.exp(-((np.linalg.norm(xy[:, None] - spots, axis=-1) / 330) ** 2)).sum(1)
    weight = np.clip(age, 0.1, None) * (0.5 + 1.5 * near) * random.uniform(0.6, 1.4, len(homes))
    share = homes["社区名称"].map(SHARES).fillna(1).to_numpy()
    return (
        share * weight / pd.Series(weight).groupby(homes["社区代码"].to_numpy()).transform("sum").to_numpy()
    )


def _draw(homes: pd.DataFrame, buildings: int, random: np.random.RandomState) -> list[tuple[str, int]]:
    """Draw pairs of building and indicator: mostly one per building, sometimes up to three."""
    weight = _weights(homes, random)
    picked = random.choice(len(homes), buildings, replace=False, p=weight / weight.sum())
    pairs = []
    for row in np.sort(picked):
        home = homes.iloc[row]
        odds = HOUSING_ODDS["old" if not home["year_built"] >= 2000 else "young"]
        count = int(random.choice([1, 2, 3], p=[0.76, 0.19, 0.05]))
        share = np.array(list(odds.values()), float)
        kinds = random.choice(list(odds), count, replace=False, p=share / share.sum())
        pairs += [(home["building_id"], int(k)) for k in sorted(kinds)]
    return pairs


def _date(year: int, random: np.random.RandomState) -> str:
    return f"{year}-{random.randint(3, 12):02d}-{random.randint(1, 29):02d}"


def finding(number: int, year: int, random: np.random.RandomState, old: bool = False) -> dict[str, object]:
    """Fill the fields that every finding has. `old`: work on it began before the end of the year."""
    severity = int(random.choice(3, p=[0.58, 0.3, 0.12] if number > 4 else [0.4, 0.38, 0.22]))
    limited = number <= 4 and (severity > 0 or number < 4)
    progress = [0.1, 0.25, 0.4, 0.2, 0.05] if old else [0.42, 0.33, 0.12, 0.1, 0.03]
    return {
        "指标": spelled(number, random.choice(4, p=[0.55, 0.2, 0.15, 0.1])),
        "问题描述": WORDS[number][random.randint(len(WORDS[number]))],
        "严重程度": SEVERITY[severity],
        "整治类型": "限时解决" if limited else "尽力解决",
        "状态": STATES[random.choice(5, p=progress)],
        "发现日期": _date(year, random),
    }


def housing(
    homes: pd.DataFrame, units: pd.DataFrame, random: np.random.RandomState
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the housing problems of 2023 (footprints) and of 2024 (points).

    homes : sound dwellings with building_id, 社区代码, year_built, geometry, point
    """
    sampled = {y: homes[homes["社区代码"].isin(sample_units(units, y)["代码"])] for y in (2023, 2024)}
    sampled[2024] = sampled[2024][sampled[2024]["社区名称"] != FLAWLESS_2024]
    before = _draw(sampled[2023], 262, random)
    again = set(homes["building_id"][homes["社区代码"].isin(sample_units(units, 2024)["代码"])])
    # A third of the old findings was solved; the rest is found again where the community was surveyed again.
    flawed = set(sampled[2024]["building_id"])
    solved = {p for p in before if p[0] in again and (p[0] not in flawed or random.uniform() < 0.36)}
    lasting = [pair for pair in before if pair[0] in again and pair not in solved]
    untouched = sampled[2024][~sampled[2024]["building_id"].isin({building for building, _ in before})]
    fresh = _draw(untouched, 230, random)
    room = HOUSING_2024 - HOTLINE_2024 - len(ASTRAY) - len(UNKNOWN_INDICATORS) - len(lasting)
    fresh = [fresh[k] for k in np.sort(random.choice(len(fresh), room, replace=False))]
    unsampled = homes[~homes["社区代码"].isin(sample_units(units, 2024)["代码"])]
    calls = _draw(unsampled, HOTLINE_2024, random)[:HOTLINE_2024]

    place = homes.set_index("building_id")
    old = _located(before, place["geometry"], "现场调查", 2023, True, random)
    # What was closed in the year of its finding was not met again.
    closed = [pair in solved and random.uniform() < 0.6 for pair in before]
    old["状态"] = old["状态"].where(~np.array(closed), "销号")
    new = [
        _located(lasting, place["point"], "现场调查", 2024, True, random),
        _located(fresh, place["point"], "现场调查", 2024, False, random),
        _located(calls, place["point"], "12345热线", 2024, False, random),
    ]
    return old, _with_slips(pd.concat(new, ignore_index=True), random)


def _located(
    pairs: list[tuple[str, int]],
    place: pd.Series,
    source: str,
    year: int,
    lasting: bool,
    random: np.random.RandomState,
) -> pd.DataFrame:
    """Turn pairs of building and indicator into findings at the building's place."""
    return pd.DataFrame(
        [
            {"楼栋编号": b, **finding(k, year, random, lasting), "来源": source, "geometry": place[b]}
            for b, k in pairs
        ]
    )


def _with_slips(table: pd.DataFrame, random: np.random.RandomState) -> pd.DataFrame:
    """Add what goes wrong in the field: lost building codes, unknown indicators and points beside all buildings."""
    unknown = table.iloc[[40, 130]].copy()
    unknown["指标"] = unknown["问题描述"] = UNKNOWN_INDICATORS
    table.loc[15:360:47, "楼栋编号"] = None
    astray = [
        {"楼栋编号": None, **finding(3, 2024, random), "来源": "12345热线", "geometry": Point(CENTRE + xy)}
        for xy in np.array(ASTRAY)
    ]
    return pd.concat([table, unknown, pd.DataFrame(astray)], ignore_index=True)


def _flawed(units: pd.DataFrame, year: int) -> pd.DataFrame:
    """Return the sampled communities in which something was found."""
    sampled = sample_units(units, year)
    return sampled[sampled["名称"] != FLAWLESS_2024] if year == 2024 else sampled


def _estates(
    blocks: pd.DataFrame, units: pd.DataFrame, year: int, random: np.random.RandomState
) -> list[tuple[object, Point]]:
    """Return (community, middle of a housing block) pairs in the year's sample, a few per community."""
    places = []
    for unit in _flawed(units, year).itertuples():
        inside = blocks[(blocks["社区代码"] == unit.代码) & (blocks["use"] == "住宅")]
        count = min(len(inside), int(random.randint(3, 8)))
        for k in np.sort(random.choice(len(inside), count, replace=False)):
            places.append((unit, inside["middle"].iloc[k]))
    return places


def community(
    blocks: pd.DataFrame, units: pd.DataFrame, year: int, random: np.random.RandomState
) -> pd.DataFrame:
    """Return the problems of estates as points with the community's and the estate's name.

    Column `社区代码` is the truth behind the loosely written name and is not delivered.
    """
    odds = {11: 10, 12: 8, 13: 6, 15: 18, 16: 12, 17: 16, 18: 12, 20: 2, 21: 10, 22: 6}
    share = np.array(list(odds.values()), float) / sum(odds.values())
    rows = []
    for unit, point in _estates(blocks, units, year, random):
        estate = _estate_name(point)
        for k in random.choice(
            list(odds), int(random.choice([1, 2], p=[0.72, 0.28])), replace=False, p=share
        ):
            rows.append(
                {
                    "社区代码": unit.代码,
                    "社区": _loose(unit.名称, random),
                    "小区": estate,
                    **finding(int(k), year, random),
                    "geometry": point,
                }
            )
    return pd.DataFrame(rows)


def _estate_name(point: Point) -> str:
    """Name an estate after its place, so that it is called the same in both years."""
    first = ["金", "锦", "翠", "华", "福", "安", "和", "美", "康", "春", "景", "文"]
    second = ["苑小区", "花园", "新村", "里", "家园", "公寓", "雅居", "佳苑"]
    key = int(point.x) * 7 + int(point.y) * 13
    return first[key % 12] + first[key // 12 % 12] + second[key // 144 % 8]


def _loose(name: str, random: np.random.RandomState) -> str:
    """Write a community's name as people do."""
    return (name, name, name, name.removesuffix("社区"), name + "居委会")[random.randint(5)]


def footpaths(
    roads: pd.DataFrame, units: pd.DataFrame, year: int, random: np.random.RandomState
) -> pd.DataFrame:
    """Return sub-standard footpaths: pieces of minor roads in the sampled communities."""
    minor = roads[roads["class"] == "支路"]
    rows = []
    for unit in _flawed(units, year).itertuples():
        inside = minor[shapely.contains(unit.geometry, minor["geometry"].to_numpy())]
        if len(inside) and random.uniform() < 0.8:
            line = inside["geometry"].iloc[random.randint(len(inside))]
            rows.append(
                {
                    "社区": unit.名称,
                    **finding(19, year, random),
                    "长度_km": round(line.length / 1000, 3),
                    "geometry": line,
                }
            )
    return pd.DataFrame(rows)


def parking(
    roads: pd.DataFrame, streets: pd.DataFrame, year: int, random: np.random.RandomState
) -> pd.DataFrame:
    """Return pieces of named roads with disorderly parking; a road may have several pieces."""
    named = roads[roads["class"].isin(["次干路", "主干路"])]
    rows = []
    for street in streets[streets["名称"].isin(SAMPLE[year])].itertuples():
        inside = named[shapely.intersects(street.geometry, named["geometry"].to_numpy())]
        inside = inside[
            shapely.length(shapely.intersection(inside["geometry"].to_numpy(), street.geometry)) > 300
        ]
        for k in random.choice(len(inside), min(5, len(inside)), replace=False):
            line = max(
                shapely.get_parts(inside["geometry"].iloc[k].intersection(street.geometry)),
                key=lambda p: p.length,
            )
            for start in (0.1, 0.55)[: int(random.randint(1, 3))]:
                rows.append(
                    {
                        "街道": street.名称,
                        "道路": inside["name"].iloc[k],
                        **finding(27, year, random),
                        "geometry": shapely.ops.substring(line, start, start + 0.3, normalized=True),
                    }
                )
    return pd.DataFrame(rows)


def renewal(
    blocks: pd.DataFrame, streets: pd.DataFrame, year: int, random: np.random.RandomState
) -> pd.DataFrame:
    """Return old factory, shopping and living quarters as polygons: a few neighbouring blocks each."""
    rows = []
    for street in streets[streets["名称"].isin(SAMPLE[year])].itertuples():
        inside = blocks[shapely.contains(street.geometry, blocks["geometry"].to_numpy())]
        for number, use, word in ((28, "商业", "商业街区"), (29, "工业", "老厂区"), (30, "住宅", "片区")):
            fit = inside[inside["use"] == use]
            for k in random.choice(len(fit), min(len(fit), int(random.randint(0, 3))), replace=False):
                seed = fit["geometry"].iloc[k]
                near = inside[shapely.dwithin(inside["geometry"].to_numpy(), seed, 12)][
                    "geometry"
                ].to_numpy()[:3]
                shape = shapely.convex_hull(shapely.union_all([seed, *near])).intersection(street.geometry)
                rows.append(
                    {
                        "街道": street.名称,
                        "名称": _estate_name(seed.centroid)[:2] + word,
                        **finding(number, year, random),
                        "geometry": shape,
                    }
                )
    return pd.DataFrame(rows)


def counted(
    housing: pd.DataFrame, community: pd.DataFrame, homes: pd.DataFrame
) -> dict[tuple[str, int], int]:
    """Count distinct buildings and estates by (community code, indicator number), as the annex reports them."""
    names = {spelled(n, v): n for n in INDICATORS for v in range(4)}
    codes = homes.set_index("building_id")["社区代码"]
    found = pd.DataFrame(
        {
            "code": pd.concat([housing["楼栋编号"].map(codes), community["社区代码"]]),
            "number": pd.concat([housing["指标"], community["指标"]]).map(names),
            "object": pd.concat([housing["楼栋编号"], community["小区"]]),
        }
    )
    return found.groupby(["code", "number"])["object"].nunique().to_dict()
