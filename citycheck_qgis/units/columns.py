"""Which column of a messy table is the code, the name, the parent: by a list of spellings, or as the user says."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping, Sequence

from ..errors import InputError
from ..messages import Message, message, word

_BUILDING_NUMBERS = (
    "building_id", "楼栋编号", "楼栋编码", "房屋代码", "房屋编号", "建筑编号", "fwbh", "fwdm", "jzbh", "osm_id",
)  # fmt: skip
#: Spellings of columns, the most specific first. Compared without width, case, spaces and underscores.
SPELLINGS: Mapping[str, Sequence[str]] = {
    "code": (
        "unit_code", "code", "代码", "编码", "单元代码", "行政区划代码", "区划代码", "社区代码", "社区编码",
        "街道代码", "街道编码", "区县代码", "admincode", "adcode", "xzqdm", "dm", "sqdm", "jddm", "zldwdm",
    ),
    "name": (
        "unit_name", "name", "名称", "单元名称", "社区名称", "街道名称", "区县名称", "行政区名称", "mc", "xzqmc",
        "sqmc", "jdmc", "name_zh", "社区", "街道",
    ),
    "parent": (
        "parent_code", "parent", "上级代码", "上级编码", "所属街道代码", "所属街道编码", "所属区代码", "所属街道",
        "所属区", "上级", "sjdm",
    ),
    "level": ("level", "层级", "级别"),
    "population": ("population", "pop", "常住人口", "人口", "人口数", "rk"),
    "built_up": ("built_up", "建成区面积", "建成区", "建成区面积(平方公里)"),
    "building_id": (*_BUILDING_NUMBERS, "id", "gid", "objectid"),
    # Another table's reference to a building: its own row numbers (id, OBJECTID) are none.
    "building_number": _BUILDING_NUMBERS,
    "estate": ("estate_code", "estate", "小区编码", "小区代码", "小区", "小区名称", "xqmc"),
    "storeys": ("storeys", "floors", "floor", "层数", "地上层数", "dscs", "building:levels", "levels"),
    "height": ("height", "高度", "建筑高度", "gd", "jzgd"),
    "floor_area": ("floor_area", "建筑面积", "总建筑面积", "jzmj"),
    "year_built": ("year_built", "建成年代", "建成年份", "建造年代", "jcnd", "jznd"),
    "use": ("use", "用途", "房屋用途", "使用性质", "yt", "building"),
    "indicator": ("indicator_id", "indicator", "指标", "指标项", "指标名称", "体检指标", "zb"),
    "type": ("type", "问题类型", "问题类别"),
    "severity": ("severity", "严重程度", "严重等级", "风险等级", "等级"),
    "treatment": ("treatment", "整治类型", "解决类型", "整治方式", "限时尽力"),
    "status": ("status", "状态", "整改状态", "办理状态"),
    "due_date": ("due_date", "完成时限", "整改期限", "计划完成时间"),
    "evidence": ("evidence", "依据", "鉴定意见", "照片", "佐证"),
    "note": ("note", "问题描述", "存在问题", "描述", "description", "wtms", "备注", "说明"),
    "year": ("year", "年度", "年份", "体检年度"),
    "class": ("class", "等级", "类别", "类型", "道路等级", "highway", "fclass", "landuse", "natural"),
    "dimension": ("dimension", "维度", "体检维度"),
    "control_file": ("file", "model", "文件", "文件名", "模型", "模型文件"),
    "local_x": ("local_x", "model_x", "x", "局部x", "模型x"),
    "local_y": ("local_y", "model_y", "y", "局部y", "模型y"),
    "easting": ("easting", "map_x", "east", "e", "东坐标", "横坐标"),
    "northing": ("northing", "map_y", "north", "n", "北坐标", "纵坐标"),
    "object": ("object_id", "object", "对象", "对象名称", "道路名称", "道路", "设施名称"),
    "street": ("street", "所属街道", "所在街道", "街道", "街道名称"),
    "unit": ("unit", "社区", "社区名称", "街道", "街道名称", "所属社区", "所在社区", "小区(社区)"),
}  # fmt: skip


def _plain(column: str) -> str:
    return unicodedata.normalize("NFKC", column).casefold().replace(" ", "").replace("_", "")


_TABLE = message("The table")


def find_column(
    columns: Iterable[str], role: str, chosen: str | None = None, what: str | Message = _TABLE
) -> str | None:
    """Return the column that plays a role, or None.

    Parameters
    ----------
    columns : the names at hand
    role : a key of `SPELLINGS`
    chosen : the user's own choice, which must exist
    what : the table's or layer's name, for the message

    Raises
    ------
    InputError : when `chosen` is not among the columns.
    """
    names = [str(c) for c in columns]
    if chosen:
        if chosen in names:
            return chosen
        raise InputError(
            "{what} has no column {chosen!r}; its columns are {columns}: choose one of them.",
            what=what,
            chosen=chosen,
            columns=names or word("none"),
        )
    by_plain = {_plain(name): name for name in reversed(names)}
    return next((by_plain[_plain(s)] for s in SPELLINGS[role] if _plain(s) in by_plain), None)
