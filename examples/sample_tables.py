"""The annexes of the sample city: workbooks with merged headers and a street table in GB18030, as they really arrive."""

from __future__ import annotations

import datetime
import re
import zipfile
from pathlib import Path

import numpy as np
import pandas as pd
from openpyxl import Workbook
from openpyxl.styles import Alignment, Border, Font, Side
from openpyxl.worksheet.worksheet import Worksheet
from sample_names import CITY_WIDE, INDICATORS, labelled

HOUSING_COLUMNS = [1, 2, 3, 4, 6, 7, 9]
COMMUNITY_COLUMNS = [11, 13, 15, 16, 17, 18, 21]
#: How the offices write that they have no number.
MISSING = ["/", "—", "——", "", "nan", "/", "/", "-"]
#: Communities that were not surveyed but sent numbers from their own files.
DESK = [("古渡街道", "东门社区"), ("北岭街道", "丹桂社区"), ("东屏街道", "新民社区"), ("东屏街道", "江湾社区"),
        ("南岸街道", "玉兰社区"), ("晴湖街道", "星河社区")]  # fmt: skip
#: Shortfalls of places are counted in the office, not at problem points: indicator -> upper bound.
SHORTFALL = {15: 900, 16: 90}
#: Cells that are written in a form of their own; {} stands for the number.
WRITTEN = {
    (2023, "文庙社区"): {3: "{}（栋）"},
    (2024, "文庙社区"): {3: "{}（栋）", 15: "0.13万"},
    (2024, "滨江社区"): {1: "{}", 9: " {} "},
    (2024, "云帆社区"): {2: "——"},
}

#: Indicator -> what was checked, value in 2023, value in 2024, verdict of 2024.
CITY_VALUES = {
    31: ("建成区生活污水集中收集", "66.8", "71.35%", "较好"),
    32: ("建成区黑臭水体", "1", "0", "很好"),
    33: ("绿道两侧1公里覆盖居住用地", "55.2%", "59.02%", "一般"),
    34: ("体育场地面积", "2.41", "2.66", "较好"),
    35: ("公共文化设施建筑面积", "0.18", "0.21", "较好"),
    36: ("妇幼保健机构配建", "0", "0", "很好"),
    37: ("建成区道路网密度", "6.9", "7.24", "一般"),
    38: ("当年竣工绿色建筑面积占比", "92.1", "96.4", "较好"),
    39: ("历史文化街区、历史建筑挂牌", "100", "100%", "很好"),
    40: ("历史建筑闲置半年以上", "12.5", "10.0", "一般"),
    41: ("负面事件", "0", "0", "很好"),
    42: ("擅自拆除", "0", "0（栋）", "很好"),
    43: ("新增保护对象", "3", "5", "较好"),
    44: ("早晚高峰平均速度", "49.8（快速路） 33.10（主干路）", "50.7（快速路） 35.32（主干路）", "较好"),
    45: ("轨道站点800米覆盖通勤", "——", "——", "/"),
    46: ("新增保障性住房套数占比", "18.6", "21.3", "较好"),
    47: ("城中村改造年度完成", "/", "47.5", "一般"),
    48: ("安全生产事故", "1", "0", "很好"),
    49: ("严重易涝积水点", "7", "4（个）", "不足"),
    50: ("抢险能力", "1.85", "2.3", "一般"),
    51: ("应急供水", "82", "88.5", "较好"),
    52: ("“平急两用”设施", "——", "——", "/"),
    53: ("老旧燃气管网改造", "71.4", "93", "较好"),
    54: ("消防站责任区覆盖建设用地", "68.9", "72.6", "一般"),
    55: ("加油加气加氢站", "1", "1", "不足"),
    56: ("避难场所有效面积", "1.62", "1.94", "一般"),
    57: ("管网智能化监测", "14.2", "19.8", "较好"),
    58: ("危大工程监测", "88", "95", "较好"),
    59: ("高层建筑火灾监测预警", "63.5", "", "/"),
    60: ("CIM三维数据覆盖建成区", "31", "46.2", "较好"),
    61: ("运行管理服务平台覆盖", "100", "100", "很好"),
}
_THIN = Border(*[Side(style="thin", color="888888")] * 4)
_MIDDLE = Alignment(horizontal="center", vertical="center", wrap_text=True)


def _save(book: Workbook, path: Path, year: int) -> None:
    """Save a workbook so that the same content gives the same bytes (fixed dates inside and on the members)."""
    stamp = datetime.datetime(year + 1, 1, 15, 9)
    book.properties.creator = "示例数据"
    book.properties.created = stamp
    raw = path.with_suffix(".part")
    book.save(raw)
    with zipfile.ZipFile(raw) as old, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            data = old.read(name)
            if name == "docProps/core.xml":
                text = stamp.isoformat() + "Z"
                data = re.sub(rb"(<dcterms:modified[^>]*>)[^<]*", rb"\g<1>" + text.encode(), data)
            info = zipfile.ZipInfo(name, (year + 1, 1, 15, 9, 0, 0))
            info.compress_type = zipfile.ZIP_DEFLATED
            new.writestr(info, data)
    raw.unlink()


def annex(
    path: Path,
    year: int,
    sampled: pd.DataFrame,
    counts: dict[tuple[str, int], int],
    random: np.random.RandomState,
) -> None:
    """Write the annex of values of a year: sheets 社区指标 and 城区指标.

    sampled : 代码, 名称, 街道 of the surveyed communities; counts : buildings by (code, indicator number)
    """
    book = Workbook()
    sheet = book.active
    sheet.title = "社区指标"
    columns = [*HOUSING_COLUMNS, *COMMUNITY_COLUMNS]
    last = 2 + len(columns)
    sheet.append([f"附件2　晴川市{year}年城市体检社区指标汇总表"])
    sheet.merge_cells(start_row=1, start_column=1, end_row=1, end_column=last)
    sheet.append(["街道", "社区", "住房", *[None] * 6, "小区（社区）"])
    sheet.append([None, None, *[labelled(n, "（）" if k % 3 else "()") for k, n in enumerate(columns)]])
    for box in ("A2:A3", "B2:B3", "C2:I2", "J2:P2"):
        sheet.merge_cells(box)
    for start, end, street in _community_rows(sheet, year, sampled, counts, random):
        sheet.cell(start, 1).value = street
        if end > start:
            sheet.merge_cells(start_row=start, start_column=1, end_row=end, end_column=1)
    note = sheet.max_row + 1
    sheet.cell(
        note, 1
    ).value = f"注：1. 数据截至{year}年12月31日；2. “/”表示未体检，“——”表示不涉及；3. 数据为虚构示例。"
    sheet.merge_cells(start_row=note, start_column=1, end_row=note, end_column=last)
    _dress(sheet, 3, note - 1, {"A": 14, "B": 14})
    _city_sheet(book, year)
    _save(book, path, year)


def _community_rows(
    sheet: Worksheet,
    year: int,
    sampled: pd.DataFrame,
    counts: dict[tuple[str, int], int],
    random: np.random.RandomState,
) -> list[tuple[int, int, str]]:
    """Append the rows of communities, grouped by street; return (first row, last row, street) of each group."""
    rows = [(r.街道, r.名称, r.代码) for r in sampled.itertuples()]
    known = {(street, name) for street, name, _ in rows}
    rows += [(street, name, None) for street, name in DESK if (street, name) not in known]
    order = list(dict.fromkeys(street for street, _, _ in rows))
    rows.sort(key=lambda r: order.index(r[0]))
    groups: list[tuple[int, int, str]] = []
    for street, name, code in rows:
        cells = {n: _cell(code, n, counts, random) for n in [*HOUSING_COLUMNS, *COMMUNITY_COLUMNS]}
        for number, form in WRITTEN.get((year, name), {}).items():
            cells[number] = form.format(cells[number])
        sheet.append([None, name, *cells.values()])
        row = sheet.max_row
        if groups and groups[-1][2] == street:
            groups[-1] = (groups[-1][0], row, street)
        else:
            groups.append((row, row, street))
    return groups


def _cell(
    code: str | None, number: int, counts: dict[tuple[str, int], int], random: np.random.RandomState
) -> object:
    """Return a number, or for a community without a survey (no code) mostly a mark that says so."""
    if code is None:
        if random.uniform() < 0.72:
            return MISSING[random.randint(len(MISSING))] or None
        return int(random.randint(0, 9))
    if number in SHORTFALL and code in {place for place, _ in counts}:
        gap = int(random.randint(4, SHORTFALL[number]))
        return f"{gap}（个）" if random.uniform() < 0.2 else gap
    return counts.get((code, number), 0)


def _city_sheet(book: Workbook, year: int) -> None:
    sheet = book.create_sheet("城区指标")
    sheet.append([f"附件3　晴川市{year}年城市体检城区（城市）指标体检结果"])
    sheet.merge_cells("A1:G1")
    sheet.append(["维度", "类别", "序号", "指标项", "体检内容", "体检值", "评价结果"])
    first, previous, start = 3, None, 3
    for k, number in enumerate(CITY_WIDE):
        category = INDICATORS[number][0]
        content, before, now, verdict = CITY_VALUES[number]
        row = first + k
        new = category != previous
        value = (before if year == 2023 else now) or None
        sheet.append(
            ["城区（城市）" if k == 0 else None, category if new else None, k + 1, labelled(number), content, value,
             verdict if year == 2024 else None]
        )  # fmt: skip
        if new and row > first:
            sheet.merge_cells(start_row=start, start_column=2, end_row=row - 1, end_column=2)
        if new:
            start, previous = row, category
    end = sheet.max_row
    sheet.merge_cells(start_row=start, start_column=2, end_row=end, end_column=2)
    sheet.merge_cells(start_row=first, start_column=1, end_row=end, end_column=1)
    sheet.append(["注：“——”表示本市不涉及该指标。"])
    sheet.merge_cells(start_row=end + 1, start_column=1, end_row=end + 1, end_column=7)
    _dress(sheet, 2, end, {"A": 12, "B": 20, "C": 6, "D": 46, "E": 34, "F": 34, "G": 10})


def _dress(sheet: Worksheet, header: int, end: int, widths: dict[str, int]) -> None:
    sheet.cell(1, 1).font = Font(name="黑体", size=16)
    sheet.cell(1, 1).alignment = _MIDDLE
    for row in sheet.iter_rows(min_row=2, max_row=end):
        for cell in row:
            cell.border = _THIN
            cell.alignment = _MIDDLE
            if cell.row <= header:
                cell.font = Font(bold=True)
    for column, width in widths.items():
        sheet.column_dimensions[column].width = width
    sheet.freeze_panes = sheet.cell(header + 1, 3)


def street_table(
    path: Path, year: int, streets: pd.DataFrame, counts: dict[tuple[str, int], int], sampled: set[str],
    random: np.random.RandomState,
) -> None:  # fmt: skip
    """Write the street offices' values in long form, in GB18030.

    counts : problems by (street name, indicator number) for the sampled streets
    """
    rows = []
    sources = {23: "教育局", 24: "文体局", 25: "文体局", 26: "园林局", 27: "城管局"}
    for k, street in enumerate(streets.itertuples()):
        code = street.代码 + ".0" if k % 3 == 1 else street.代码
        for number in range(23, 31):
            if number in (23, 26):
                text = f"{random.uniform(48, 96):.2f}" + ("%" if random.uniform() < 0.3 else "")
            elif street.名称 in sampled:
                text = str(counts.get((street.名称, number), 0))
            else:
                text = ["/", "—", "", "——"][random.randint(4)]
            rows.append(
                (code, street.名称, labelled(number), text, f"{year}-12-31", sources.get(number, "住建局"))
            )
    table = pd.DataFrame(rows, columns=["街道代码", "街道名称", "指标", "体检值", "数据日期", "来源"])
    path.write_bytes(table.to_csv(index=False, lineterminator="\r\n").encode("gb18030"))
