"""The servers themselves: each serves and takes a feature, and none outlives the process that started it."""

from __future__ import annotations

import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import psycopg2
import pytest
import requests
import shapely
from citycheck.tests.servers.map_server import MapServer
from citycheck.tests.servers.postgis import Collection, PostGis
from citycheck.tests.servers.processes import ROOT, ServerError, accepts, alive, free_port, scratch_folder
from citycheck.tests.servers.pygeoapi_server import PyGeoApi
from citycheck.tests.servers.qgis_server import QgisServer

TREES = Collection("tree", {"name": "text", "height": "real", "rings": "integer", "alive": "boolean"})
PLACE = shapely.Point(113.123456789012, 23.25)
GEOJSON = {"Content-Type": "application/geo+json"}
EXAMPLE = ROOT / "examples" / "cim_platform.py"
XML = {"Content-Type": "text/xml; charset=utf-8"}
INSERT = """<wfs:Transaction service="WFS" version="1.1.0" xmlns:wfs="http://www.opengis.net/wfs"
 xmlns:gml="http://www.opengis.net/gml" xmlns:qgs="http://www.qgis.org/gml"><wfs:Insert><qgs:tree>
 <qgs:uuid>w</qgs:uuid><qgs:name>榕树</qgs:name>
 <qgs:geometry><gml:Point srsName="EPSG:4326"><gml:pos>113.123456789012 23.25</gml:pos></gml:Point></qgs:geometry>
 </qgs:tree></wfs:Insert></wfs:Transaction>"""


@pytest.fixture
def trees(postgis: PostGis) -> Collection:
    postgis.create(TREES)
    row = {"name": "樟树 \t\\", "height": 0.1, "rings": 2**53 + 1, "alive": True, "geom": PLACE.wkb}
    assert postgis.load(TREES, [{"uuid": "a"} | row, {"uuid": "b"}]) == 2
    return TREES


def test_postgis_keeps_what_is_loaded(postgis: PostGis, trees: Collection) -> None:
    first, second = postgis.rows("tree")
    assert first == {
        "fid": 1,
        "uuid": "a",
        "name": "樟树 \t\\",
        "height": 0.1,
        "rings": 2**53 + 1,
        "alive": True,
        "geom": PLACE.wkb,
    }
    assert second == {"fid": 2, "uuid": "b"} | dict.fromkeys(["name", "height", "rings", "alive", "geom"])


def test_another_client_edits(postgis: PostGis, trees: Collection) -> None:
    postgis.edit("tree", "b", name="榕树", geom="POINT (1 2)")
    assert postgis.row("tree", "b")["name"] == "榕树"
    assert shapely.from_wkb(postgis.row("tree", "b")["geom"]) == shapely.Point(1, 2)
    postgis.remove("tree", "a")
    assert postgis.row("tree", "a") is None and postgis.count("tree") == 1
    with pytest.raises(ServerError, match="No row of tree has the key a"):
        postgis.edit("tree", "a", name="x")


def test_the_database_refuses_a_second_row_of_a_key_only_where_told(
    postgis: PostGis, trees: Collection
) -> None:
    with pytest.raises(Exception, match="duplicate key"):
        postgis.load(trees, [{"uuid": "a"}])
    loose = Collection("loose_tree", {"name": "text"}, geometry=None, unique=False)
    postgis.create(loose)
    assert postgis.load(loose, [{"uuid": "a"}, {"uuid": "a", "name": "x"}]) == 2
    with pytest.raises(ServerError, match="2 rows"):
        postgis.row("loose_tree", "a")


def test_pygeoapi_gives_and_takes_longitude_latitude(pygeoapi: PyGeoApi, trees: Collection) -> None:
    pygeoapi.publish(trees)
    url = pygeoapi.items_url("tree")
    feature = {"type": "Feature", "geometry": shapely.geometry.mapping(PLACE), "properties": {"uuid": "p"}}
    assert requests.post(url, json=feature, headers=GEOJSON).status_code == 201
    assert pygeoapi.postgis.row("tree", "p")["geom"] == PLACE.wkb
    (read,) = requests.get(url, {"uuid": "p"}).json()["features"]
    assert read["geometry"] == {"type": "Point", "coordinates": [113.123456789012, 23.25]}


def test_stock_pygeoapi_swaps_the_axes(postgis: PostGis, trees: Collection, tmp_path: Path) -> None:
    if reason := PyGeoApi.missing():
        pytest.skip(reason)
    with PyGeoApi(postgis, [trees], folder=tmp_path, stock=True) as server:
        (first, _) = requests.get(server.items_url("tree")).json()["features"]
    assert first["geometry"]["coordinates"] == [23.25, 113.123456789012]


def test_pygeoapi_comes_back_on_its_port(postgis: PostGis, trees: Collection, tmp_path: Path) -> None:
    if reason := PyGeoApi.missing():
        pytest.skip(reason)
    with PyGeoApi(postgis, [trees], folder=tmp_path, workers=1) as server:
        url = server.url
        server.kill()
        assert not accepts(server.port)
        server.start()
        assert server.url == url
        assert requests.get(server.items_url("tree")).json()["numberMatched"] == 2


def test_postgis_comes_back_after_a_crash() -> None:
    if reason := PostGis.missing():
        pytest.skip(reason)
    with PostGis() as server:
        server.create(TREES)
        server.load(TREES, [{"uuid": "a"}])
        address = server.dsn
        server.kill()
        with pytest.raises(psycopg2.OperationalError):
            server.count("tree")
        server.start()
        assert server.dsn == address and server.count("tree") == 1


def test_qgis_server_takes_features_by_both_protocols(qgis_server: QgisServer, trees: Collection) -> None:
    qgis_server.publish("trees", [trees])
    feature = {"type": "Feature", "geometry": shapely.geometry.mapping(PLACE), "properties": {"uuid": "p"}}
    created = requests.post(qgis_server.items_url("tree", "trees"), json=feature, headers=GEOJSON)
    assert created.status_code == 201
    done = requests.post(qgis_server.wfs_url("trees"), INSERT.encode(), headers=XML)
    assert "<totalInserted>1</totalInserted>" in done.text
    postgis = qgis_server.postgis
    assert postgis.row("tree", "p")["geom"] == postgis.row("tree", "w")["geom"] == PLACE.wkb
    assert postgis.row("tree", "w")["name"] == "榕树"
    query = {
        "SERVICE": "WFS",
        "VERSION": "1.1.0",
        "REQUEST": "GetFeature",
        "TYPENAME": "tree",
        "RESULTTYPE": "hits",
    }
    assert 'numberOfFeatures="4"' in requests.get(qgis_server.wfs_url("trees"), query).text


def test_map_server_serves_what_has_a_place(map_server: MapServer, trees: Collection) -> None:
    map_server.publish("trees", [trees])
    query = {"SERVICE": "WFS", "VERSION": "2.0.0", "REQUEST": "GetFeature", "TYPENAMES": "tree"}
    text = requests.get(map_server.wfs_url("trees"), query).text
    assert "<ms:uuid>a</ms:uuid>" in text and "23.250000 113.123457" in text
    assert "<ms:uuid>b</ms:uuid>" not in text


def test_the_example_platform_keeps_its_data() -> None:
    if reason := PostGis.missing() or PyGeoApi.missing():
        pytest.skip(reason)
    # As root the database runs as another user, who cannot enter pytest's folder.
    with tempfile.TemporaryDirectory(prefix="平台 ", dir="/var/tmp") as name:
        Path(name).chmod(0o755)
        port = str(free_port())
        folder = f"{name}/city"

        def platform(*words: str) -> str:
            done = subprocess.run([sys.executable, EXAMPLE, *words], capture_output=True, text=True)
            return done.stdout if done.returncode == 0 else f"failed: {done.stderr}"

        try:
            assert f"http://127.0.0.1:{port}" in platform("start", folder, "--port", port)
            assert "runs already" in platform("start", folder)
            assert (
                platform("sql", folder, "insert into problem (uuid, status) values ('a', '未整改')")
                == "INSERT 0 1\n"
            )
            items = requests.get(f"http://127.0.0.1:{port}/collections/problem/items").json()
            assert [feature["properties"]["status"] for feature in items["features"]] == ["未整改"]
            assert platform("sql", folder, "selec").startswith("failed: syntax error")
            assert platform("stop", folder) == "Stopped.\n"
            assert "start it first" in platform("sql", folder, "select 1")
            platform("start", folder, "--port", port)
            assert platform("sql", folder, "select uuid from problem") == "uuid\na\n"
        finally:
            platform("stop", folder)
        assert not accepts(int(port))


CHILD = """
import importlib, os, sys, time
sys.path.insert(0, sys.argv[1])
importlib.import_module("conftest")
from citycheck.tests.servers.postgis import PostGis
server = PostGis()
server.start()
print(server.processes[0].pid, server.host, flush=True)
time.sleep(600)
"""


def test_a_server_does_not_outlive_a_killed_parent() -> None:
    if reason := PostGis.missing():
        pytest.skip(reason)
    with subprocess.Popen([sys.executable, "-c", CHILD, ROOT], stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        pid, folder = parent.stdout.readline().split()
        assert alive(int(pid))
        parent.send_signal(signal.SIGKILL)
    deadline = time.monotonic() + 10
    while alive(int(pid)) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not alive(int(pid))
    # The next one tidies up after it.
    scratch_folder().rmdir()
    assert not Path(folder).exists()
