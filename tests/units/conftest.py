"""Small hand-made cities."""

from __future__ import annotations

import geopandas as gpd
import pytest
from shapely.geometry import box


def _layer(rows, columns=("代码", "名称"), crs=4547):
    data = {column: [row[i] for row in rows] for i, column in enumerate(columns)}
    return gpd.GeoDataFrame(data, geometry=[row[-1] for row in rows], crs=crs)


@pytest.fixture
def layer():
    """Return a function that makes a boundary layer of rows (code, name, ..., shape)."""
    return _layer


@pytest.fixture
def town():
    """Return a city of one district, two streets and four communities of 100 m by 100 m, as layers by level."""
    return {
        "city": _layer([("4401", "云湖市", box(0, 0, 200, 200))]),
        "district": _layer([("440103", "东区", box(0, 0, 200, 200))]),
        "street": _layer(
            [
                ("440103001", "滨江街道", box(0, 0, 200, 100)),
                ("440103002", "城北街道", box(0, 100, 200, 200)),
            ]
        ),
        "community": _layer(
            [
                ("440103001001", "东苑社区", box(0, 0, 100, 100)),
                ("440103001002", "西苑社区", box(100, 0, 200, 100)),
                ("440103002001", "东苑社区", box(0, 100, 100, 200)),
                ("440103002002", "北苑社区", box(100, 100, 200, 200)),
            ]
        ),
    }
