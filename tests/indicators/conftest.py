"""A small invented city: two districts, three streets, a managed zone with a local code, eight communities."""

import pandas as pd
import pytest
from citycheck.citycheck_qgis.indicators.systems import load_system

UNITS = [
    ("990100000000", "city", "晴川市", None, 26000.0),
    ("990102000000", "district", "映江区", "990100000000", 17000.0),
    ("990103000000", "district", "望湖区", "990100000000", 9000.0),
    ("990102001000", "street", "古渡街道", "990102000000", 9000.0),
    ("990102002000", "street", "北岭街道", "990102000000", 8000.0),
    ("990103001000", "street", "南岸街道", "990103000000", 4000.0),
    ("东苑管理区", "street", "东苑管理区", "990103000000", 5000.0),
    ("990102001001", "community", "东门社区", "990102001000", 4000.0),
    ("990102001002", "community", "新民社区", "990102001000", 5000.0),
    ("990102002001", "community", "新民社区", "990102002000", 3000.0),
    ("990102002002", "community", "丹桂社区", "990102002000", 5000.0),
    ("990103001001", "community", "滨江社区", "990103001000", 1000.0),
    ("990103001002", "community", "玉兰社区", "990103001000", 3000.0),
    ("DY-01", "community", "东苑一社区", "东苑管理区", 2000.0),
    ("DY-02", "community", "东苑二社区", "东苑管理区", 3000.0),
]


@pytest.fixture(scope="session")
def units():
    frame = pd.DataFrame(UNITS, columns=["code", "level", "name", "parent_code", "population"])
    return frame.assign(built_up=1.0)


@pytest.fixture(scope="session")
def system():
    return load_system()
