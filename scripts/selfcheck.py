"""A throw-away plugin: does real work with the geospatial packages inside ``qgis_process``.

``setup.sh`` copies this file to a temporary plugin folder. The algorithm fails unless the process holds exactly one
GEOS, one PROJ and one GDAL; a crash at exit (two copies of a library) shows in the exit status of the run.
"""

# ruff: noqa: D102, D103, N815 - the methods are QGIS's own

import importlib.util
import os
import pickle
import re
import tempfile
from pathlib import Path

from osgeo import gdal, osr
from qgis.core import (
    Qgis,
    QgsApplication,
    QgsProcessingAlgorithm,
    QgsProcessingException,
    QgsProcessingProvider,
)
from qgis.PyQt.QtGui import QFontDatabase

LIBRARY = re.compile(r"/(lib(?:geos|geos_c|proj|gdal))[-.][^/]*so[^/]*$")


def loaded_libraries() -> dict[str, set[str]]:
    """Return the files of GEOS, PROJ and GDAL that this process has mapped, by library name."""
    loaded: dict[str, set[str]] = {}
    for line in Path("/proc/self/maps").read_text(encoding="utf-8", errors="replace").splitlines():
        found = LIBRARY.search(line)
        if found:
            loaded.setdefault(found.group(1), set()).add(str(Path(line[line.index("/") :]).resolve()))
    return loaded


def packages_problems() -> list[str]:
    """Return what the plugin itself says about its packages, in this process."""
    spec = importlib.util.spec_from_file_location("dependencies", os.environ["CITYCHECK_DEPENDENCIES"])
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.problems(module.CORE + module.TABLES)


def work() -> str:
    """Do the operations that crash or fail with two copies of a library; return the versions used."""
    import geopandas
    import numpy
    import pandas
    import pyogrio
    import pyproj
    import shapely

    square = shapely.box(500000, 2500000, 500100, 2500100)
    units = geopandas.GeoDataFrame({"name": ["社区"]}, geometry=[square], crs="EPSG:4547")
    points = geopandas.GeoDataFrame(geometry=shapely.points([(500010, 2500010), (1, 1)]), crs="EPSG:4547")
    shapely.prepare(square)
    assert list(shapely.contains_xy(square, [500010, 1], [2500010, 1])) == [True, False]
    assert len(points.sjoin(units)) == 1
    assert units.overlay(units.buffer(-10).to_frame("geometry")).area.round().tolist() == [6400]
    assert pickle.loads(pickle.dumps(units)).to_wkb().equals(units.to_wkb())
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "单元.gpkg"
        units.to_crs("EPSG:4326").to_file(file, VERSION="1.2")
        back = geopandas.read_file(file).to_crs("EPSG:4547")
    assert back["name"].tolist() == ["社区"]
    assert back.geometry.iloc[0].symmetric_difference(square).area < 0.01

    theirs = {
        "GEOS": Qgis.geosVersion().split("-")[0],
        "PROJ": f"{osr.GetPROJVersionMajor()}.{osr.GetPROJVersionMinor()}.{osr.GetPROJVersionMicro()}",
        "GDAL": gdal.__version__,
    }
    ours = {
        "GEOS": shapely.geos_version_string,
        "PROJ": pyproj.proj_version_str,
        "GDAL": pyogrio.__gdal_version_string__,
    }
    if ours != theirs:
        raise QgsProcessingException(f"QGIS uses {theirs}, the Python packages use {ours}.")
    return (
        f"QGIS {Qgis.version()}, numpy {numpy.__version__}, pandas {pandas.__version__}, "
        f"geopandas {geopandas.__version__}, shapely {shapely.__version__}, pyproj {pyproj.__version__}, "
        f"pyogrio {pyogrio.__version__}; one for QGIS and Python: "
        + ", ".join(f"{library} {version}" for library, version in ours.items())
    )


class Libraries(QgsProcessingAlgorithm):
    """The one algorithm of the self-check."""

    def createInstance(self):
        return Libraries()

    def name(self):
        return "libraries"

    def displayName(self):
        return "Libraries"

    def initAlgorithm(self, config=None):
        return None

    def processAlgorithm(self, parameters, context, feedback):
        problems = packages_problems()
        if problems:
            raise QgsProcessingException(" ".join(problems))
        feedback.pushInfo(f"   · {work()}")
        doubled = {name: sorted(files) for name, files in loaded_libraries().items() if len(files) > 1}
        if doubled:
            raise QgsProcessingException(f"Two copies of one library are in the process: {doubled}")
        families = QFontDatabase().families(QFontDatabase.WritingSystem.SimplifiedChinese)
        if not families:
            raise QgsProcessingException(
                "No font with Chinese characters is installed: maps would show boxes."
            )
        feedback.pushInfo(f"   · Chinese font: {families[0]}")
        return {}


class Provider(QgsProcessingProvider):
    """Holds the algorithm."""

    def id(self):
        return "selfcheck"

    def name(self):
        return "Self-check"

    def loadAlgorithms(self):
        self.addAlgorithm(Libraries())


class Plugin:
    """Registers the provider when QGIS or qgis_process starts."""

    def initProcessing(self):
        self.provider = Provider()
        QgsApplication.processingRegistry().addProvider(self.provider)

    initGui = initProcessing

    def unload(self):
        QgsApplication.processingRegistry().removeProvider(self.provider)


def classFactory(iface):
    return Plugin()
