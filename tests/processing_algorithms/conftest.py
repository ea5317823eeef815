"""A tiny city in files, the provider in a running QGIS, and the real qgis_process."""

import json
import subprocess
from pathlib import Path
from types import SimpleNamespace

import geopandas as gpd
import pandas as pd
import pytest
from shapely import Point, box

ROOT = Path(__file__).resolve().parents[2]
CRS = "EPSG:4547"
WEST, SOUTH = 480_000, 2_560_000


def cell(column, row, width=1000.0):
    """Return a square of the tiny city's grid."""
    return box(
        WEST + column * width, SOUTH + row * width, WEST + (column + 1) * width, SOUTH + (row + 1) * width
    )


class TinyCity:
    """Two streets with two communities each, nine buildings, values, a sample and problems; every part is a file."""

    def __init__(self, folder):
        self.folder = folder
        self.communities = gpd.GeoDataFrame(
            {
                "代码": ["990101001001", "990101001002", "990101002001", "990101002002"],
                "名称": ["东苑社区", "西苑社区", "南园社区", "北园社区"],
                "常住人口": [1000, 2000, 3000, 4000],
            },
            geometry=[cell(0, 0), cell(1, 0), cell(0, 1), cell(1, 1)],
            crs=CRS,
        )
        self.streets = gpd.GeoDataFrame(
            {"代码": ["990101001", "990101002"], "名称": ["滨江街道", "临山街道"]},
            geometry=[
                box(WEST, SOUTH, WEST + 2000, SOUTH + 1000),
                box(WEST, SOUTH + 1000, WEST + 2000, SOUTH + 2000),
            ],
            crs=CRS,
        )
        corners = [
            (100, 100),
            (400, 400),
            (990, 500),
            (1500, 500),
            (200, 1500),
            (700, 1990),
            (1600, 1400),
            (1900, 1900),
        ]
        shapes = [box(WEST + x, SOUTH + y, WEST + x + 30, SOUTH + y + 20) for x, y in corners]
        shapes.append(box(WEST + 5000, SOUTH + 5000, WEST + 5030, SOUTH + 5020))
        self.buildings = gpd.GeoDataFrame(
            {"building_id": [f"B{n}" for n in range(1, 10)], "storeys": [6] * 9}, geometry=shapes, crs=CRS
        )
        self.problems = gpd.GeoDataFrame(
            {
                "楼栋编号": ["B1", "B1", None, "B4", None],
                "指标": [
                    "存在结构安全隐患的住宅数量（栋）",
                    "存在燃气安全隐患的住宅数量(栋)",
                    "存在楼道安全隐患的住宅",
                    "存在围护安全隐患的住宅数量",
                    "存在结构安全隐患的住宅数量",
                ],
            },
            geometry=[
                Point(WEST + 110, SOUTH + 110),
                Point(WEST + 110, SOUTH + 110),
                Point(WEST + 410, SOUTH + 410),
                Point(WEST + 1510, SOUTH + 510),
                Point(WEST + 9000, SOUTH + 9000),
            ],
            crs=CRS,
        )
        self.values = pd.DataFrame(
            {
                "社区代码": ["990101001001", "990101001002", "990101002001"],
                "社区名称": ["东苑社区", "西苑社区", "南园社区"],
                "停车泊位缺口数（个）": ["120", "0", "——"],
                "需要进行智慧化改造的小区数量（个）": ["2", "/", "0"],
            }
        )
        self.sample = pd.DataFrame({"年度": ["2024"] * 3, "社区代码": self.values["社区代码"]})

    def write(self):
        """Write the parts as they are now and return the parameters of annualcheckup."""
        self.folder.mkdir(parents=True, exist_ok=True)
        paths = {
            "COMMUNITIES": self._layer("communities", self.communities),
            "STREETS": self._layer("streets", self.streets),
            "BUILDINGS": self._layer("buildings", self.buildings),
            "PROBLEMS": [self._layer("problems", self.problems)],
            "TABLES": [self._table("values", self.values)],
            "SAMPLE": self._table("sample", self.sample),
        }
        # Two of nine rows outside are more than the default limit; the tiny city is small.
        return {
            **paths,
            "YEAR": 2024,
            "CITY_NAME": "晴川市",
            "MAX_UNMATCHED": 30.0,
            "OUTPUT_FOLDER": str(self.folder / "结果"),
        }

    def _layer(self, name, frame):
        path = self.folder / f"{name}.gpkg"
        path.unlink(missing_ok=True)
        frame.to_file(path, layer=name, driver="GPKG", engine="pyogrio", VERSION="1.2")
        return str(path)

    def _table(self, name, frame):
        path = self.folder / f"{name}.csv"
        frame.to_csv(path, index=False, encoding="utf-8-sig")
        return str(path)


@pytest.fixture
def tiny_city(tmp_path):
    return TinyCity(tmp_path / "城市体检 数据")


@pytest.fixture(scope="module")
def provider(qgis_processing):
    """The provider, registered in the running QGIS."""
    from citycheck.processing_algorithms.provider import CityCheckProvider
    from qgis.core import QgsApplication

    made = CityCheckProvider()
    QgsApplication.processingRegistry().addProvider(made)
    yield made
    QgsApplication.processingRegistry().removeProvider(made)


@pytest.fixture
def run(provider):
    """Run an algorithm in this process and return its results with the log as attributes."""
    import processing
    from qgis.core import QgsProcessingContext, QgsProcessingFeedback

    def call(name, parameters, feedback=None, project=None):
        feedback = feedback or QgsProcessingFeedback(False)
        context = QgsProcessingContext()
        if project is not None:
            context.setProject(project)
        results = processing.run(f"citycheck:{name}", parameters, feedback=feedback, context=context)
        return SimpleNamespace(results=results, log=feedback.textLog(), context=context)

    return call


@pytest.fixture(scope="session")
def qgis_process():
    """Run the real qgis_process and return status, output, errors and, with `stdin`, the parsed JSON."""

    def call(*arguments, stdin=None):
        done = subprocess.run(
            [str(ROOT / "scripts" / "qgis_process"), *map(str, arguments)],
            input=json.dumps(stdin, ensure_ascii=False) if stdin is not None else None,
            capture_output=True,
            text=True,
            encoding="utf-8",
            errors="replace",
            timeout=120,
            check=False,
            cwd=ROOT,
        )
        parsed = json.loads(done.stdout) if stdin is not None and done.returncode == 0 else None
        return SimpleNamespace(status=done.returncode, out=done.stdout, err=done.stderr, json=parsed)

    return call
