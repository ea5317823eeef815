"""A town of two streets and four communities with a house in each, and a system of five indicators."""

from __future__ import annotations

import geopandas as gpd
import pandas as pd
import pytest
from citycheck.citycheck_qgis.storage.tables import INDICATOR, VALUE
from shapely.geometry import MultiPolygon, box

CITY, DISTRICT = "440100000000", "440103000000"
SOUTH, NORTH = "440103001000", "440103002000"
A, B, C, D = "440103001001", "440103001002", "440103002001", "440103002002"


@pytest.fixture
def units():
    """Return table `unit`: communities A, B (south) and C, D (north) of 100 m by 100 m; A and C share a name."""
    rows = [
        (CITY, "city", "云湖市", None, box(0, 0, 200, 200)),
        (DISTRICT, "district", "东区", CITY, box(0, 0, 200, 200)),
        (SOUTH, "street", "滨江街道", DISTRICT, box(0, 0, 200, 100)),
        (NORTH, "street", "城北街道", DISTRICT, box(0, 100, 200, 200)),
        (A, "community", "东苑社区", SOUTH, box(0, 0, 100, 100)),
        (B, "community", "西苑社区", SOUTH, box(100, 0, 200, 100)),
        (C, "community", "东苑社区", NORTH, box(0, 100, 100, 200)),
        (D, "community", "北苑社区", NORTH, box(100, 100, 200, 200)),
    ]
    return gpd.GeoDataFrame(
        {
            "code": [r[0] for r in rows], "code_year": 2024, "level": [r[1] for r in rows],
            "name": [r[2] for r in rows], "parent_code": [r[3] for r in rows],
            "built_up": float("nan"), "population": float("nan"),
        },
        geometry=[MultiPolygon([r[4]]) for r in rows],
        crs=4547,
    )  # fmt: skip


@pytest.fixture
def buildings():
    """Return table `building`: two houses in A, one each in B, C and D, one outside all units, one without place."""
    rows = [
        ("A1", A, box(10, 10, 20, 20)), ("A2", A, box(30, 10, 40, 20)), ("B1", B, box(110, 10, 120, 20)),
        ("C1", C, box(10, 110, 20, 120)), ("D1", D, box(110, 110, 120, 120)),
        ("X1", None, box(500, 500, 510, 510)), ("Y1", None, None),
    ]  # fmt: skip
    return gpd.GeoDataFrame(
        {"building_id": [r[0] for r in rows], "community_code": [r[1] for r in rows]},
        geometry=[None if r[2] is None else MultiPolygon([r[2]]) for r in rows],
        crs=4547,
    )


@pytest.fixture
def system():
    """Return table `indicator` with one indicator for each dimension and one without a standard."""
    rows = [
        ("H1", "housing", "存在结构安全隐患的住宅数量", "community", "=0", "count"),
        ("H2", "housing", "存在燃气安全隐患的住宅数量", "community", "=0", "count"),
        ("K1", "community", "停车泊位缺口数", "community", "=0", "sum"),
        ("S1", "block", "存在乱停乱放车辆问题的道路数量", "street", "=0", "count"),
        ("S2", "block", "中学服务半径覆盖率", "street", "", "rate"),
        ("T1", "city", "城市道路网密度", "city", ">=8", "rate"),
    ]
    columns = ["indicator_id", "dimension", "name_zh", "level", "standard", "rollup"]
    frame = pd.DataFrame(rows, columns=columns).reindex(columns=list(INDICATOR.columns), fill_value="")
    frame["edition"], frame["certainty"] = "test", "A/A"
    return frame


@pytest.fixture
def values():
    """Return a function that makes table `value` of rows (unit, indicator, value, state, source)."""

    def make(*rows, year=2024):
        frame = pd.DataFrame(
            [
                (unit, indicator, "test", year, source, number, state)
                for unit, indicator, number, state, source in rows
            ],
            columns=["unit_code", "indicator_id", "edition", "year", "source", "value", "state"],
        )
        frame["value"] = frame["value"].astype(float)
        return frame.reindex(columns=list(VALUE.columns)).astype(
            {"text": object, "data_date": object, "sample_size": "Int64"}
        )

    return make


@pytest.fixture
def sample():
    """Return a function that makes table `sample` of units by dimension."""

    def make(year=2024, **by_dimension):
        rows = [(unit, dimension, year) for dimension, codes in by_dimension.items() for unit in codes]
        return pd.DataFrame(rows, columns=["unit_code", "dimension", "year"])

    return make
