"""The real QGIS desktop on a virtual screen: loads the plugin, shows a result in its groups, quits with status 0."""

import json
import os
import shutil
import subprocess
from pathlib import Path

import geopandas as gpd
import pytest
from shapely import box

ROOT = Path(__file__).resolve().parents[2]
SCRIPT = """
import json, os, traceback
from pathlib import Path
from qgis.core import QgsApplication, QgsProject
from qgis.PyQt.QtCore import QTimer
from qgis.utils import iface, plugins, unloadPlugin

def work():
    found = {}
    try:
        import processing
        found["loaded"] = "citycheck" in plugins
        menu = [a.objectName() for a in plugins["citycheck"].actions]
        found["menu"] = menu
        unit = json.loads(os.environ["CITYCHECK_INPUT"])
        processing.runAndLoadResults("citycheck:assignunits", unit)
        root = QgsProject.instance().layerTreeRoot()
        found["groups"] = {g.name(): [n.name() for n in g.findLayers()] for g in root.findGroups()}
        layer = root.findLayers()[0].layer()
        found["legend"] = [c.label() for c in layer.renderer().categories()]
        iface.mainWindow().resize(1600, 1000)
        iface.messageBar().clearWidgets()
        iface.mapCanvas().zoomToFullExtent()
        iface.mapCanvas().waitWhileRendering()
        iface.mainWindow().grab().save(os.environ["CITYCHECK_PICTURE"])
        found["unloaded"] = unloadPlugin("citycheck")
        found["provider"] = QgsApplication.processingRegistry().providerById("citycheck") is not None
    except Exception:
        found["error"] = traceback.format_exc()
    Path(os.environ["CITYCHECK_FOUND"]).write_text(json.dumps(found, ensure_ascii=False), encoding="utf-8")
    # Layers in a temporary folder make QGIS ask before it quits.
    QgsProject.instance().clear()
    QgsProject.instance().setDirty(False)
    QTimer.singleShot(500, iface.actionExit().trigger)

QTimer.singleShot(3000, work)
"""


@pytest.mark.skipif(
    not shutil.which("xvfb-run") or not shutil.which("qgis"), reason="needs QGIS desktop and Xvfb"
)
def test_desktop_loads_runs_and_quits(tmp_path):
    west, south = 480_000, 2_560_000
    codes = ["990101001001", "990101001002"]
    cells = [box(west + i * 1000, south, west + i * 1000 + 1000, south + 1000) for i in range(2)]
    gpd.GeoDataFrame(
        {"code": codes, "name": ["东苑社区", "西苑社区"]}, geometry=cells, crs="EPSG:4547"
    ).to_file(tmp_path / "communities.gpkg", engine="pyogrio", VERSION="1.2")
    house = box(west + 100, south + 100, west + 130, south + 120)
    gpd.GeoDataFrame({"id": [1]}, geometry=[house], crs="EPSG:4547").to_file(
        tmp_path / "buildings.gpkg", engine="pyogrio", VERSION="1.2"
    )
    script = tmp_path / "desk.py"
    script.write_text(SCRIPT, encoding="utf-8")
    inputs = {
        "INPUT": str(tmp_path / "buildings.gpkg"),
        "COMMUNITIES": str(tmp_path / "communities.gpkg"),
        "OUTPUT": str(tmp_path / "assigned.gpkg"),
    }
    # A profile of its own: the desktop writes its window and its other plugins into it.
    settings = tmp_path / "profile" / "profiles" / "default" / "QGIS" / "QGIS3.ini"
    settings.parent.mkdir(parents=True)
    settings.write_text("[PythonPlugins]\ncitycheck=true\nprocessing=true\n", encoding="utf-8")
    environment = {
        **os.environ,
        "CITYCHECK_INPUT": json.dumps(inputs),
        "CITYCHECK_FOUND": str(tmp_path / "found.json"),
        "CITYCHECK_PICTURE": str(tmp_path / "desktop.png"),
    }
    command = (
        f". '{ROOT}/scripts/env.sh'; export QT_QPA_PLATFORM=xcb QGIS_CUSTOM_CONFIG_PATH='{tmp_path}/profile'; "
        f"exec xvfb-run -a -s '-screen 0 1600x1000x24' qgis --nologo --noversioncheck --code '{script}'"
    )
    done = subprocess.run(
        ["bash", "-c", command],
        env=environment,
        capture_output=True,
        text=True,
        errors="replace",
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    found = json.loads((tmp_path / "found.json").read_text(encoding="utf-8"))
    assert "error" not in found, found["error"]
    assert found["loaded"] is True
    assert found["menu"][:3] == ["citycheck:annualcheckup", "citycheck:assignunits", "citycheck:problemmap"]
    assert found["menu"][-1] == "citycheck:connections"
    assert found["groups"] == {"Boundaries and units": ["Features with units"]}
    assert found["legend"][0] in ("Within one community", "完全在社区内")
    assert found["unloaded"] is True
    assert found["provider"] is False
    assert (tmp_path / "desktop.png").stat().st_size > 10_000
