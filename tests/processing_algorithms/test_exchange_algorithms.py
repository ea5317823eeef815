"""The algorithms of the exchange: in QGIS's own program where its exit status or output counts, else in this process."""

import json
import sqlite3
import subprocess
import sys
import uuid
from contextlib import closing
from pathlib import Path
from types import SimpleNamespace

import geopandas as gpd
import pandas as pd
import pyogrio
import pytest
import shapely
from citycheck.citycheck_qgis.cim.results import Report, Result
from citycheck.citycheck_qgis.messages import message
from citycheck.tests.cim.conftest import postgis, pygeoapi  # noqa: F401 - fixtures
from citycheck.tests.standins.arcgis_standin import ArcgisSettings, ArcgisStandin
from citycheck.tests.standins.standin_server import Reply
from osgeo import ogr

COUNTS = ("UNCHANGED", "PLANNED", "VERIFIED", "ALTERED", "TAKEN", "AGREED", "CONFLICTS_FOUND", "REJECTED",
          "WITHHELD", "HELD_BACK", "WAITING")  # fmt: skip


def edit(path, statement):
    """Edit a GeoPackage as another program does, its triggers included."""
    ogr.UseExceptions()
    source = ogr.Open(str(path), 1)
    source.ExecuteSQL(statement)
    # GDAL 3.6 has no other way to close it.
    del source


def fields_of_problem():
    text = ("uuid", "problem_id", "dimension", "indicator_id", "type", "unit_code", "object_id", "location_precision",
            "severity", "treatment", "status", "due_date", "evidence", "note")  # fmt: skip
    fields = [{"name": name, "type": "esriFieldTypeString", "length": 200} for name in text]
    return fields + [{"name": name, "type": "esriFieldTypeInteger"} for name in ("year", "first_year")]


class Desk:
    """A folder with a layer and a connection, and the platform."""

    def __init__(self, folder, platform):
        self.folder, self.platform = folder, platform
        self.layer = folder / "问题.gpkg"
        self.journal = folder / "问题.exchange.db"
        self.connection = folder / "平台.json"
        self.connect(key_field="uuid", status_fields=["severity", "note"])
        rows = [
            {"uuid": str(uuid.UUID(int=n)), "name": f"问题{n}", "note": "", "severity": n, "area": n / 7}
            for n in range(1, 6)
        ]
        shapes = [shapely.box(113 + n / 100, 23, 113.005 + n / 100, 23.01) for n in range(1, 6)]
        self.write(gpd.GeoDataFrame(rows, geometry=shapes, crs="EPSG:4490"))

    def connect(self, **settings):
        content = {
            "name": "平台", "protocol": "arcgis", "url": self.platform.service_url, "collections": {"0": settings}
        }  # fmt: skip
        self.connection.write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8")

    def write(self, frame, layer="problems"):
        self.layer.unlink(missing_ok=True)
        frame.to_file(self.layer, layer=layer, driver="GPKG", engine="pyogrio", VERSION="1.2")

    @property
    def way(self):
        return {"CONNECTION": str(self.connection), "COLLECTION": "0"}

    def rows(self):
        return {row["uuid"]: row for row in self.platform.rows()}

    def row(self, number):
        return self.rows()[str(uuid.UUID(int=number))]

    def local(self, layer="problems"):
        return pyogrio.read_dataframe(self.layer, layer=layer)

    def files(self):
        return sorted(path.name for path in self.folder.iterdir())


@pytest.fixture
def desk(tmp_path):
    with ArcgisStandin() as platform:
        folder = tmp_path / "交换 数据"
        folder.mkdir()
        yield Desk(folder, platform)


@pytest.fixture
def process(qgis_process):
    def call(name, **parameters):
        return qgis_process("run", f"citycheck:{name}", "-", stdin={"inputs": parameters})

    return call


@pytest.fixture
def do(run):
    """Run an algorithm in this process and return its outputs and log."""

    def call(name, **parameters):
        done = run(name, parameters)
        return SimpleNamespace(**done.results, log=done.log)

    return call


#: Makes a database of authentication configurations with two of them; the master password is an argument.
MAKE_AUTH = """
import sys
from qgis.core import QgsApplication, QgsAuthMethodConfig
application = QgsApplication([], False)
application.initQgis()
manager = QgsApplication.authManager()
assert manager.setMasterPassword("master", True)
for number, password in (("ccright", sys.argv[1]), ("ccwrong", "wrong one")):
    config = QgsAuthMethodConfig("Basic")
    config.setId(number)
    config.setName(number)
    config.setConfig("username", "planner")
    config.setConfig("password", password)
    done = manager.storeAuthenticationConfig(config)
    assert done[0] if isinstance(done, tuple) else done
"""


@pytest.fixture
def auth(tmp_path, monkeypatch):
    """A profile's authentication configurations, for runs without the desktop."""
    folder = tmp_path / "auth"
    folder.mkdir(mode=0o700)
    master = folder / "master"
    master.write_text("master", encoding="utf-8")
    master.chmod(0o600)
    monkeypatch.setenv("QGIS_AUTH_DB_DIR_PATH", str(folder))
    password = "geheim und lang 7391"
    subprocess.run([sys.executable, "-c", MAKE_AUTH, password], check=True, capture_output=True)
    monkeypatch.setenv("QGIS_AUTH_PASSWORD_FILE", str(master))
    return SimpleNamespace(password=password, right="ccright", wrong="ccwrong")


def refused(run, name, **parameters):
    """Return the sentence with which an algorithm ends."""
    from qgis.core import QgsProcessingException

    with pytest.raises(QgsProcessingException) as caught:
        run(name, parameters)
    return str(caught.value)


def counted(found):
    """Return the counts that are not zero."""
    found = found if isinstance(found, dict) else vars(found)
    return {name: found[name] for name in COUNTS if found[name]}


# In QGIS's own program


def test_a_preview_leaves_no_file_and_a_push_is_done_once(desk, process):
    before = desk.files()
    asked = {**desk.way, "INPUT": str(desk.layer)}
    done = process("pushlayer", **asked)
    assert done.status == 0, done.err
    assert counted(done.json["results"]) == {"PLANNED": 5}
    assert "This was a preview: nothing was changed on either side." in done.json["log"]["info"]
    assert desk.files() == before and not desk.platform.rows()

    outputs = {key: str(desk.folder / f"{key}.csv") for key in ("RESULT", "DIFFERENCES", "CONFLICTS")}
    report = desk.folder / "报告.html"
    done = process("pushlayer", **asked, DRY_RUN=False, REPORT=str(report), **outputs)
    assert done.status == 0, done.err
    assert counted(done.json["results"]) == {"VERIFIED": 5}
    assert desk.journal.is_file()
    assert desk.row(3)["name"] == "问题3" and desk.row(3)["area"] == 3 / 7
    result = pd.read_csv(outputs["RESULT"])
    assert set(result["action"]) == {"create"} and set(result["state"]) == {"verified"}
    assert sorted(result["key"]) == sorted(desk.rows())
    page = report.read_text(encoding="utf-8")
    assert "Sent, read back and the same" in page and desk.platform.service_url in page

    writes = len([r for r in desk.platform.record if r.path.endswith("applyEdits")])
    done = process("pushlayer", **asked, DRY_RUN=False)
    assert counted(done.json["results"]) == {"UNCHANGED": 5}
    assert len([r for r in desk.platform.record if r.path.endswith("applyEdits")]) == writes


def test_conflict_from_both_edits_to_the_same_state(desk, process):
    asked = {**desk.way, "LAYER": f"{desk.layer}|layername=problems"}
    assert process("pushlayer", **desk.way, INPUT=str(desk.layer), DRY_RUN=False).status == 0
    edit(desk.layer, "UPDATE problems SET severity = 9, note = 'ours' WHERE fid IN (1, 2)")
    edit(desk.layer, "UPDATE problems SET note = 'only ours' WHERE fid = 3")
    for number in (1, 2):
        desk.platform.change(number, severity=7)
    desk.platform.change(4, name="only theirs")
    done = process("synclayer", **asked)
    assert done.status == 0, done.err
    expected = {"CONFLICTS_FOUND": 2, "VERIFIED": 1, "TAKEN": 1, "UNCHANGED": 1}
    assert counted(done.json["results"]) == expected
    assert desk.row(1)["severity"] == 7 and desk.local()["severity"][0] == 9
    assert desk.row(3)["note"] == "only ours" and desk.local()["name"][3] == "only theirs"

    table = desk.folder / "冲突.csv"
    listed = process("resolveconflicts", JOURNAL=str(desk.journal), OUTPUT=str(table))
    assert (listed.json["results"]["OPEN"], listed.json["results"]["RESOLVED"]) == (2, 0)
    found = pd.read_csv(table, dtype=str)
    assert found[["item", "base", "ours", "theirs"]].to_numpy().tolist() == [
        ["severity", "1", "9", "7"],
        ["severity", "2", "9", "7"],
    ]
    found["side"] = ["ours", "theirs"]
    found.to_csv(table, index=False)
    resolved = process("resolveconflicts", JOURNAL=str(desk.journal), CHOICE=3, RULES=str(table))
    assert resolved.status == 0, resolved.err
    assert (resolved.json["results"]["OPEN"], resolved.json["results"]["RESOLVED"]) == (0, 2)

    done = process("synclayer", **asked)
    assert "CONFLICTS_FOUND" not in counted(done.json["results"])
    local = desk.local()
    assert [desk.row(n)["severity"] for n in (1, 2)] == [9, 7] == local["severity"][:2].tolist()
    assert [desk.row(n)["note"] for n in (1, 2)] == ["ours", "ours"] == local["note"][:2].tolist()
    assert counted(process("synclayer", **asked).json["results"]) == {"UNCHANGED": 5}


def test_an_exchange_that_breaks_says_so_and_goes_on_next_time(desk, process):
    asked = {**desk.way, "INPUT": str(desk.layer), "DRY_RUN": False}
    desk.platform.settings.needs_token = True
    broken = process("pushlayer", **asked)
    assert broken.status == 1 and "Traceback" not in broken.err
    assert "choose an authentication configuration for the connection" in broken.err
    desk.platform.settings.needs_token = False
    assert counted(process("pushlayer", **asked).json["results"]) == {"VERIFIED": 5}


def test_an_address_with_a_password_is_refused_and_not_repeated(process):
    done = process("probeplatform", CONNECTION="https://planner:geheim123@platform.example/x")
    assert done.status == 1
    said = [
        line for line in (done.err + done.out).splitlines() if "holds a user name, password or token" in line
    ]
    assert said and "geheim123" not in "".join(said)


def test_packages_go_there_and_back(desk, process):
    key = desk.folder / "共同密钥"
    key.write_text("a key that both sides have\n", encoding="utf-8")
    key.chmod(0o600)
    with_key = {"PARTNER": "住建局", "SIGN_KEY": str(key)}
    ours, theirs = desk.layer, desk.folder / "对方.gpkg"
    there, back = desk.folder / "去.zip", desk.folder / "回.zip"
    done = process("exportpackage", LAYERS=[str(ours)], PACKAGE=str(there), KEY_FIELD="uuid", **with_key)
    assert done.status == 0, done.err
    assert done.json["results"]["FEATURES"] == 5

    preview = process("importpackage", PACKAGE=str(there), LAYER_FILE=str(theirs), DRY_RUN=True, **with_key)
    assert counted(preview.json["results"]) == {"PLANNED": 5} and not theirs.exists()
    taken = process("importpackage", PACKAGE=str(there), LAYER_FILE=str(theirs), **with_key)
    assert counted(taken.json["results"]) == {"TAKEN": 5}

    edit(theirs, "UPDATE problems SET severity = 55 WHERE fid IN (1, 2)")
    edit(theirs, "DELETE FROM problems WHERE fid = 5")
    edit(ours, "UPDATE problems SET note = 'ours' WHERE fid = 1")
    edit(ours, "UPDATE problems SET severity = 44 WHERE fid = 2")
    packed = process("exportpackage", LAYERS=[str(theirs)], PACKAGE=str(back), KEY_FIELD="uuid", **with_key)
    assert (packed.json["results"]["FEATURES"], packed.json["results"]["DELETED"]) == (4, 1)
    asked = {"PACKAGE": str(back), "LAYER_FILE": str(ours), **with_key}
    first = process("importpackage", **asked)
    # The deletion is over the ceiling, our own edits are not in the package.
    assert counted(first.json["results"]) == {"CONFLICTS_FOUND": 1, "WITHHELD": 2, "UNCHANGED": 2}
    local = desk.local()
    assert local["severity"].tolist() == [55, 44, 3, 4, 5] and local["note"][0] == "ours"
    assert process("importpackage", **asked, MAX_DELETIONS=1).status == 0
    assert len(desk.local()) == 4
    said = (first.out + first.err).replace("CIM platforms", "")
    assert "latform" not in said and "in the package of the partner: 4" in said
    other = desk.folder / "别的密钥"
    other.write_text("quite another key for all\n", encoding="utf-8")
    other.chmod(0o600)
    forged = process("importpackage", **{**asked, "SIGN_KEY": str(other)})
    assert forged.status == 1 and "Traceback" not in forged.err


# In this process


def test_an_older_package_brings_nothing_back(desk, do, run, monkeypatch):
    target, packages = desk.folder / "对方.gpkg", []
    for number in range(2):
        moment = f"2024-05-31T12:0{number}:00Z"
        monkeypatch.setattr("citycheck.citycheck_qgis.storage.runs.now", lambda moment=moment: moment)
        edit(desk.layer, f"UPDATE problems SET note = 'state {number}' WHERE fid = 1")
        packages.append(desk.folder / f"{number}.zip")
        do(
            "exportpackage",
            LAYERS=[str(desk.layer)],
            PACKAGE=str(packages[-1]),
            KEY_FIELD="uuid",
            PARTNER="区里",
        )
    asked = {"LAYER_FILE": str(target), "PARTNER": "市里"}
    for package in packages:
        do("importpackage", **asked, PACKAGE=str(package))
    assert desk_note(target) == "state 1"
    for package, sentence in zip(packages, ("before the one of 市里", "was imported already"), strict=True):
        for dry_run in (True, False):
            assert sentence in refused(run, "importpackage", **asked, PACKAGE=str(package), DRY_RUN=dry_run)
    assert desk_note(target) == "state 1"
    # Of another partner nothing is known; the edits of both then differ without an agreement.
    do("importpackage", **{**asked, "PARTNER": "省里"}, PACKAGE=str(packages[1]))
    do("importpackage", **asked, PACKAGE=str(packages[0]), ALLOW_OLDER=True)
    assert desk_note(target) == "state 0"


def test_what_is_said_of_partners_is_what_the_exchange_says():
    from citycheck.processing_algorithms.exchange import exchange_words

    catalogue = Path(__file__).parents[2] / "i18n" / "citycheck_zh.ts"

    catalogue = catalogue.read_text(encoding="utf-8")
    for told, of_partner in exchange_words._OF_PARTNER.items():
        assert f"<source>{told}</source>" in catalogue.replace("&gt;", ">"), told
        assert "latform" not in of_partner


def desk_note(file):
    return pyogrio.read_dataframe(file, layer="problems")["note"][0]


def test_pull_makes_the_layer_and_later_merges(desk, do):
    do("pushlayer", **desk.way, INPUT=str(desk.layer), DRY_RUN=False)
    target = desk.folder / "拉取.gpkg"
    asked = {**desk.way, "LAYER_FILE": str(target), "LAYER_NAME": "楼栋"}
    assert counted(do("pulllayer", **asked)) == {"TAKEN": 5}
    made = pyogrio.read_dataframe(target, layer="楼栋")
    assert made.crs.to_epsg() == 4490 and made["area"].tolist() == [n / 7 for n in range(1, 6)]
    assert counted(do("pulllayer", **asked)) == {"UNCHANGED": 5}

    edit(target, "UPDATE 楼栋 SET note = 'ours' WHERE fid = 1")
    desk.platform.change(2, severity=8)
    desk.platform.remove(5)
    found = do("pulllayer", **asked)
    assert counted(found) == {"TAKEN": 1, "WITHHELD": 2, "UNCHANGED": 2}
    made = pyogrio.read_dataframe(target, layer="楼栋")
    assert made["note"][0] == "ours" and made["severity"][1] == 8 and len(made) == 5
    assert desk.row(1)["note"] == ""
    found = do("pulllayer", **asked, MAX_DELETIONS=1)
    assert len(pyogrio.read_dataframe(target, layer="楼栋")) == 4


def test_the_desktop_gets_the_pulled_layer_once(desk, run):
    from qgis.core import QgsProject, QgsVectorLayer

    desk.platform.insert({"uuid": "a", "name": "树"}, None)
    target = desk.folder / "拉取.gpkg"
    asked = {**desk.way, "LAYER_FILE": str(target), "LAYER_NAME": "楼栋"}
    project = QgsProject()
    done = run("pulllayer", asked, project=project)
    (uri,) = done.context.layersToLoadOnCompletion()
    layer = QgsVectorLayer(uri, "楼栋")
    assert layer.isValid() and layer.featureCount() == 1
    project.addMapLayer(layer)
    assert not run("pulllayer", asked, project=project).context.layersToLoadOnCompletion()


def test_a_field_that_is_new_on_the_platform_comes_with_the_next_pull(desk, do):
    do("pushlayer", **desk.way, INPUT=str(desk.layer), DRY_RUN=False)
    target = desk.folder / "拉取.gpkg"
    asked = {**desk.way, "LAYER_FILE": str(target)}
    do("pulllayer", **asked)
    desk.platform.settings.fields.append({"name": "owner", "type": "esriFieldTypeString", "length": 20})
    desk.platform.change(1, owner="张")
    do("pulllayer", **asked)
    assert pyogrio.read_dataframe(target, layer="0")["owner"].tolist()[0] == "张"


def test_sync_writes_the_status_alone_unless_told_otherwise(desk, do):
    do("pushlayer", **desk.way, INPUT=str(desk.layer), DRY_RUN=False)
    edit(desk.layer, "UPDATE problems SET name = 'other', severity = 9 WHERE fid = 1")
    edit(desk.layer, "DELETE FROM problems WHERE fid = 5")
    asked = {**desk.way, "LAYER": str(desk.layer)}
    found = do("synclayer", **asked, MAX_DELETIONS=5)
    assert found.WITHHELD == 2
    assert (desk.row(1)["name"], desk.row(1)["severity"]) == ("问题1", 9)
    assert len(desk.rows()) == 5
    do("synclayer", **asked, FIELDS=0, MAX_DELETIONS=5)
    assert desk.row(1)["name"] == "other" and len(desk.rows()) == 4


def test_a_new_address_of_the_platform_has_to_be_said(desk, do, run):
    do("pushlayer", **desk.way, INPUT=str(desk.layer), DRY_RUN=False)
    text = desk.connection.read_text(encoding="utf-8")
    desk.connection.write_text(text.replace("127.0.0.1", "localhost"), encoding="utf-8")
    asked = {**desk.way, "LAYER": str(desk.layer)}
    assert "SAME_PLATFORM" in refused(run, "synclayer", **asked)
    # What was deleted here stays known as deleted, and does not come back.
    edit(desk.layer, "DELETE FROM problems WHERE fid = 5")
    assert counted(do("synclayer", **asked, SAME_PLATFORM=True, FIELDS=0)) == {"UNCHANGED": 4, "WITHHELD": 1}
    assert counted(do("synclayer", **asked)) == {"UNCHANGED": 4, "WITHHELD": 1}


def test_new_rows_get_keys_where_that_was_asked_for(desk, do):
    edit(desk.layer, "UPDATE problems SET uuid = NULL WHERE fid = 2")
    asked = {**desk.way, "LAYER": str(desk.layer), "FIELDS": 0}
    assert do("synclayer", **asked).HELD_BACK == 1 and len(desk.rows()) == 4
    assert counted(do("synclayer", **asked, GIVE_KEYS=True)) == {"VERIFIED": 1, "UNCHANGED": 4}
    assert set(desk.local()["uuid"]) == set(desk.rows()) and len(desk.rows()) == 5


def test_a_checkup_table_needs_no_key_column(desk, do):
    from citycheck.citycheck_qgis.cim.keys import derived_key

    desk.platform.settings.fields, desk.platform.settings.geometry_type = (
        fields_of_problem(),
        "esriGeometryPoint",
    )
    rows = [
        {"problem_id": f"p{n}", "year": year, "status": "open", "severity": "high", "unit_code": "440106001001"}
        for n in (1, 2) for year in (2023, 2024)
    ]  # fmt: skip
    shapes = [shapely.Point(113.2 + n / 100, 23.1) for n in range(4)]
    desk.write(gpd.GeoDataFrame(rows, geometry=shapes, crs="EPSG:4490"), layer="problem")
    do("pushlayer", **desk.way, INPUT=str(desk.layer), DRY_RUN=False)
    assert set(desk.rows()) == {derived_key("problem", row) for row in rows}
    one = derived_key("problem", rows[0])
    assert desk.rows()[one]["status"] == "open"
    edit(desk.layer, "UPDATE problem SET status = 'solved' WHERE problem_id = 'p1' AND year = 2023")
    desk.connect(key_field="uuid")
    found = do("synclayer", **desk.way, LAYER=str(desk.layer))
    assert counted(found) == {"VERIFIED": 1, "UNCHANGED": 3}
    assert desk.rows()[one]["status"] == "solved"


def test_a_filter_sends_its_features_and_deletes_nothing(desk, do):
    from qgis.core import QgsVectorLayer

    do("pushlayer", **desk.way, INPUT=str(desk.layer), DRY_RUN=False)
    edit(desk.layer, "UPDATE problems SET severity = severity + 10")
    layer = QgsVectorLayer(f'{desk.layer}|layername=problems|subset="severity" < 13', "part")
    found = do("pushlayer", **desk.way, INPUT=layer, DRY_RUN=False, MAX_DELETIONS=100)
    assert counted(found) == {"VERIFIED": 2}
    assert sorted(row["severity"] for row in desk.platform.rows()) == [3, 4, 5, 11, 12]


def test_layers_of_memory_and_selections_are_pushed(desk, run, do):
    from qgis.core import (
        QgsFeature,
        QgsGeometry,
        QgsProcessingFeatureSourceDefinition,
        QgsProject,
        QgsVectorLayer,
    )
    from qgis.PyQt.QtCore import QDateTime, Qt

    fields = (
        "field=uuid:string&field=name:string&field=severity:integer&field=found:datetime&field=area:double"
    )
    layer = QgsVectorLayer(f"Polygon?crs=EPSG:4490&{fields}", "草图", "memory")
    assert layer.isValid()
    for number in range(1, 4):
        feature = QgsFeature(layer.fields())
        moment = QDateTime.fromString("2024-05-01T08:00:00Z", Qt.DateFormat.ISODate)
        feature.setAttributes([str(uuid.UUID(int=number)), f"{number}", number, moment, number / 3])
        feature.setGeometry(QgsGeometry.fromWkt("POLYGON((113 23, 113.01 23, 113.01 23.01, 113 23))"))
        layer.dataProvider().addFeatures([feature])
    assert "there is no place for the journal beside it" in refused(
        run, "pushlayer", **desk.way, INPUT=layer, DRY_RUN=False
    )
    assert counted(do("pushlayer", **desk.way, INPUT=layer)) == {"PLANNED": 3}
    journal = str(desk.folder / "j.db")
    QgsProject.instance().addMapLayer(layer)
    layer.selectByIds([1, 2])
    chosen = QgsProcessingFeatureSourceDefinition(layer.id(), selectedFeaturesOnly=True)
    asked = {**desk.way, "INPUT": chosen, "JOURNAL": journal, "DRY_RUN": False, "MAX_DELETIONS": 9}
    found = run("pushlayer", asked, project=QgsProject.instance()).results
    assert found["LOCAL"] == 2 and sorted(row["name"] for row in desk.platform.rows()) == ["1", "2"]
    found = do("pushlayer", **desk.way, INPUT=layer, JOURNAL=journal, DRY_RUN=False)
    assert len(desk.platform.rows()) == 3 and found.UNCHANGED == 2
    QgsProject.instance().removeMapLayer(layer.id())


def test_a_preview_with_a_journal_leaves_it_as_it_is(desk, do):
    do("pushlayer", **desk.way, INPUT=str(desk.layer), DRY_RUN=False)
    edit(desk.layer, "UPDATE problems SET severity = 9 WHERE fid = 1")
    desk.platform.change(1, severity=7)
    desk.platform.change(2, severity=7)
    before, files = desk.journal.read_bytes(), desk.files()
    found = do("synclayer", **desk.way, LAYER=str(desk.layer), DRY_RUN=True)
    assert counted(found) == {"CONFLICTS_FOUND": 1, "PLANNED": 1, "UNCHANGED": 3}
    assert desk.journal.read_bytes() == before and desk.files() == files and desk.local()["severity"][1] == 2


def test_a_platform_that_rounds_is_probed_and_then_no_rounding_is_an_edit(desk, do):
    desk.platform.settings.xy_resolution = 1e-6
    frame = desk.local()
    desk.write(frame.set_geometry(frame.translate(1 / 3e7, 0)))
    do("pushlayer", **desk.way, INPUT=str(desk.layer))
    probed = do("probeplatform", **desk.way, WRITE_TEST=True)
    assert "rounded to 6 decimals" in probed.log and not desk.platform.rows()
    kept = json.loads(desk.connection.read_text(encoding="utf-8"))["collections"]["0"]
    assert kept["key_field"] == "uuid" and kept["probe"]["distance"] > 0
    found = do("pushlayer", **desk.way, INPUT=str(desk.layer), DRY_RUN=False)
    assert found.VERIFIED + found.ALTERED == 5
    assert counted(do("synclayer", **desk.way, LAYER=str(desk.layer))) == {"UNCHANGED": 5}


def test_probe_without_a_collection_lists_them(desk, do):
    table = desk.folder / "collections.csv"
    before = desk.connection.read_bytes()
    found = do("probeplatform", CONNECTION=str(desk.connection), OUTPUT=str(table))
    assert found.COLLECTIONS == 1 and pd.read_csv(table)["title"].tolist() == ["checkup"]
    assert desk.connection.read_bytes() == before


def test_both_sides_of_a_conflict_are_layers(desk, do):
    do("pushlayer", **desk.way, INPUT=str(desk.layer), DRY_RUN=False)
    edit(desk.layer, "UPDATE problems SET severity = 9 WHERE fid = 1")
    desk.platform.change(1, severity=7)
    edit(desk.layer, "DELETE FROM problems WHERE fid = 2")
    desk.platform.change(2, note="still needed")
    do("synclayer", **desk.way, LAYER=str(desk.layer), FIELDS=0, MAX_DELETIONS=9)
    sides = {key: str(desk.folder / f"{key}.gpkg") for key in ("OURS", "THEIRS")}
    report = desk.folder / "冲突.html"
    listed = do("resolveconflicts", JOURNAL=str(desk.journal), REPORT=str(report), **sides)
    assert listed.OPEN == 2
    ours, theirs = (pyogrio.read_dataframe(path) for path in sides.values())
    assert ours["severity"].tolist() == [9] and theirs["severity"].tolist() == [7, 2]
    assert theirs.geometry.notna().all() and theirs.crs is not None
    page = report.read_text(encoding="utf-8")
    assert "It was deleted here and changed on the platform." in page and "(deleted)" in page
    assert "name: 问题1" in page and "name: 问题2" in page

    assert do("resolveconflicts", JOURNAL=str(desk.journal), CHOICE=1).RESOLVED == 2
    do("synclayer", **desk.way, LAYER=str(desk.layer), FIELDS=0, MAX_DELETIONS=9)
    assert desk.row(1)["severity"] == 9 and len(desk.rows()) == 4

    # The side that lost is still there for whoever wants it back.
    old, table = desk.folder / "old.gpkg", desk.folder / "old.csv"
    ended = {"JOURNAL": str(desk.journal), "RESOLVED": True, "OUTPUT": str(table), "REPORT": str(report)}
    assert do("resolveconflicts", **ended, THEIRS=str(old)).OPEN == 0
    assert pyogrio.read_dataframe(old)["severity"].tolist() == [7, 2]
    told = pd.read_csv(table)
    assert told["state"].tolist() == ["resolved", "resolved"] and set(told["side"]) == {"ours"}
    assert "It has been resolved." in report.read_text(encoding="utf-8")
    assert do("resolveconflicts", JOURNAL=str(desk.journal), CHOICE=3, RULES=str(table)).NOT_FOUND == 0


def test_one_side_for_all_is_one_collections(desk, do, run):
    """A journal is the file's: another layer of it, or a partner of packages, may have conflicts of its own."""
    do("pushlayer", **desk.way, INPUT=str(desk.layer), DRY_RUN=False)
    edit(desk.layer, "UPDATE problems SET severity = 9 WHERE fid = 1")
    desk.platform.change(1, severity=7)
    do("synclayer", **desk.way, LAYER=str(desk.layer))
    with closing(sqlite3.connect(desk.journal)) as journal, journal:
        journal.execute(
            "INSERT INTO link (platform, collection, layer, created) SELECT platform, 'parts', layer, created FROM link"
        )
        journal.execute(
            "INSERT INTO conflict (link_id, key, kind, items, local_values, remote_values, found, seen, state) "
            "SELECT 2, key, kind, items, local_values, remote_values, found, seen, state FROM conflict"
        )
    both = {"JOURNAL": str(desk.journal)}
    assert "open conflicts of several collections (0, parts)" in refused(
        run, "resolveconflicts", **both, CHOICE=2
    )
    assert "knows no collection 1; it knows 0, parts" in refused(
        run, "resolveconflicts", **both, COLLECTION="1"
    )
    table = desk.folder / "table.csv"
    assert do("resolveconflicts", **both, OUTPUT=str(table)).OPEN == 2
    assert pd.read_csv(table, dtype=str)["collection"].tolist() == ["0", "parts"]
    assert do("resolveconflicts", **both, CHOICE=2, COLLECTION="parts").RESOLVED == 1
    assert do("resolveconflicts", **both, CHOICE=2).RESOLVED == 1


@pytest.mark.parametrize(
    ("columns", "sentence"),
    [
        ({"conflict_id": ["1"], "side": ["both"]}, "names the side both; write ours or theirs"),
        ({"conflict_id": ["1"], "item": ["severity"]}, "needs a column side"),
        ({"conflict_id": ["1"], "item": ["name"], "side": ["ours"]}, "field name, which is not in conflict"),
        ({"conflict_id": ["1", "1"], "side": ["ours", "theirs"]}, "chooses another side for conflict 1"),
    ],
)
def test_a_table_of_resolutions_that_cannot_be_meant(desk, do, run, columns, sentence):
    do("pushlayer", **desk.way, INPUT=str(desk.layer), DRY_RUN=False)
    edit(desk.layer, "UPDATE problems SET severity = 9 WHERE fid = 1")
    desk.platform.change(1, severity=7)
    do("synclayer", **desk.way, LAYER=str(desk.layer))
    table = desk.folder / "rules.csv"
    pd.DataFrame(columns).to_csv(table, index=False)
    asked = {"JOURNAL": str(desk.journal), "CHOICE": 3, "RULES": str(table)}
    assert sentence in refused(run, "resolveconflicts", **asked)
    with closing(sqlite3.connect(desk.journal)) as journal:
        assert journal.execute("SELECT count(*) FROM conflict WHERE state = 'open'").fetchone() == (1,)


def test_what_cannot_work_is_one_sentence(desk, run, tmp_path):
    layer = str(desk.layer)
    push = {**desk.way, "INPUT": layer, "DRY_RUN": False}
    assert "7" in refused(run, "pushlayer", **{**push, "COLLECTION": "7"})
    missing = str(tmp_path / "nowhere" / "j.db")
    assert "of the journal does not exist" in refused(run, "pushlayer", **push, JOURNAL=missing)
    assert "There is no connection 没有" in refused(run, "probeplatform", CONNECTION="没有")
    assert "not an address" in refused(run, "probeplatform", CONNECTION="https://platform.example/x")
    assert "has no field nokey" in refused(run, "pushlayer", **push, KEY_FIELD="nokey")
    desk.connect(key_field="uuid", status_fields=["zustand"])
    assert "no field of the status (zustand)" in refused(run, "pushlayer", **push, FIELDS=1)
    assert not desk.platform.rows()
    target = str(tmp_path / "missing" / "x.gpkg")
    assert "does not exist" in refused(run, "pulllayer", **desk.way, LAYER_FILE=target)
    assert "is no journal" in refused(run, "resolveconflicts", JOURNAL=layer)
    assert "There is no journal" in refused(run, "resolveconflicts", JOURNAL=str(tmp_path / "x.db"))
    csv = tmp_path / "x.csv"
    desk.local().drop(columns="geometry").to_csv(csv, index=False)
    assert "a saved layer of a GeoPackage" in refused(run, "synclayer", **desk.way, LAYER=str(csv))
    desk.platform.settings.read_only = True
    assert "does not let collection 0 be written" in refused(run, "pushlayer", **push)


def test_no_key_on_the_platform_can_be_pulled_and_not_pushed(desk, do, run):
    desk.platform.insert({"name": "树"}, None)
    desk.platform.settings.fields = [f for f in desk.platform.settings.fields if f["name"] != "uuid"]
    desk.connect()
    # GlobalIDs that the platform gives itself are keys as well, where it has them.
    desk.platform.settings.global_ids = False
    assert "key_field of the collection" in refused(run, "pushlayer", **desk.way, INPUT=str(desk.layer))
    target = desk.folder / "树.gpkg"
    assert counted(do("pulllayer", **desk.way, LAYER_FILE=str(target))) == {"TAKEN": 1}
    assert counted(do("pulllayer", **desk.way, LAYER_FILE=str(target))) == {"UNCHANGED": 1}
    assert pyogrio.read_dataframe(target)["platform_id"].tolist() == ["1"]


def test_an_empty_collection_gives_an_empty_layer(desk, do):
    target = desk.folder / "空.gpkg"
    found = do("pulllayer", **desk.way, LAYER_FILE=str(target))
    assert found.REMOTE == 0 and counted(found) == {}
    assert "severity" in pyogrio.read_info(target)["fields"]


def test_a_cancelled_push_goes_on_with_the_next_run(desk, run, do):
    from qgis.core import QgsProcessingException, QgsProcessingFeedback

    class Cancelling(QgsProcessingFeedback):
        def setProgress(self, progress):
            if progress > 40:
                self.cancel()

    asked = {**desk.way, "INPUT": str(desk.layer), "DRY_RUN": False}
    with pytest.raises(QgsProcessingException, match="the next run goes on"):
        run("pushlayer", asked, feedback=Cancelling(False))
    do("pushlayer", **asked)
    assert len(desk.platform.rows()) == len(desk.rows()) == 5
    assert counted(do("pushlayer", **asked)) == {"UNCHANGED": 5}


@pytest.mark.parametrize("after", [0, 3, 6, 7, 8, 9])
def test_a_platform_that_fails_in_the_middle(desk, run, do, monkeypatch, after):
    frame = desk.local()
    desk.write(pd.concat([frame.assign(uuid=[str(uuid.uuid4()) for _ in frame.index]) for _ in range(8)]))
    asked = {**desk.way, "INPUT": str(desk.layer), "DRY_RUN": False}
    answer, served = desk.platform.answer, []

    def failing(request):
        served.append(request)
        # What was asked last is done, and nobody hears of it.
        reply = answer(request) if len(served) <= after + 1 else Reply(500, b"down")
        return reply if len(served) <= after else Reply(500, b"down")

    monkeypatch.setattr(desk.platform, "answer", failing)
    monkeypatch.setattr("citycheck.citycheck_qgis.cim.network.RETRIES", 0)
    try:
        do("pushlayer", **asked)
        said = ""
    except Exception as error:
        said = str(error)
    broke = len(served) > after
    assert broke == bool(said) or after == 9
    if desk.platform.rows():
        assert not said or "the run goes on from there" in said
    monkeypatch.setattr(desk.platform, "answer", answer)
    do("pushlayer", **asked)
    assert len(desk.platform.rows()) == len(desk.rows()) == 40
    assert counted(do("pushlayer", **asked)) == {"UNCHANGED": 40}


def test_nothing_secret_is_written_anywhere(desk, process, auth):
    desk.platform.settings = ArcgisSettings(needs_token=True, password=auth.password)
    asked = {**desk.way, "INPUT": str(desk.layer), "DRY_RUN": False}
    report = desk.folder / "r.html"
    done = process("pushlayer", **asked, AUTH=auth.right, REPORT=str(report))
    assert done.status == 0, done.err
    assert counted(done.json["results"]) == {"VERIFIED": 5}
    tokens = list(desk.platform.tokens)
    secrets = [auth.password, *tokens]
    assert tokens
    wrong = process("pushlayer", **asked, AUTH=auth.wrong)
    assert wrong.status == 1 and "did not accept the sign-in" in wrong.err
    texts = [done.out, done.err, wrong.out, wrong.err]
    texts += [path.read_bytes().decode("utf-8", "replace") for path in desk.folder.iterdir()]
    assert not [secret for secret in secrets for text in texts if secret in text]


# Against a real server


@pytest.mark.servers
def test_pygeoapi_from_push_to_resolution(postgis, pygeoapi, tmp_path, do):  # noqa: F811
    from citycheck.tests.servers.postgis import Collection

    table = Collection(
        "exchange_problem", {"name": "text", "severity": "integer", "note": "text"}, geometry="Polygon"
    )
    postgis.create(table)
    pygeoapi.publish(table)
    desk = SimpleNamespace(layer=tmp_path / "p.gpkg", journal=tmp_path / "p.exchange.db")
    rows = [{"uuid": str(uuid.UUID(int=n)), "name": f"𠮷{n}", "severity": n, "note": ""} for n in range(1, 6)]
    shapes = [shapely.box(113 + n / 97, 23, 113.005 + n / 97, 23.01) for n in range(1, 6)]
    frame = gpd.GeoDataFrame(rows, geometry=shapes, crs="OGC:CRS84")
    frame.to_file(desk.layer, layer="problems", driver="GPKG", engine="pyogrio", VERSION="1.2")
    connection = tmp_path / "c.json"
    settings = {"key_field": "uuid", "status_fields": ["severity", "note"]}
    content = {"protocol": "ogcapi", "url": pygeoapi.url, "collections": {"exchange_problem": settings}}
    connection.write_text(json.dumps(content))
    way = {"CONNECTION": str(connection), "COLLECTION": "exchange_problem"}
    assert do("pushlayer", **way, INPUT=str(desk.layer), DRY_RUN=False).VERIFIED == 5
    first = rows[0]["uuid"]
    assert shapely.from_wkb(postgis.row("exchange_problem", first)["geom"]).equals(shapes[0])
    edit(desk.layer, "UPDATE problems SET severity = 9 WHERE fid = 1")
    postgis.edit("exchange_problem", first, severity=7)
    postgis.edit("exchange_problem", rows[1]["uuid"], note="there")
    found = do("synclayer", **way, LAYER=str(desk.layer))
    assert counted(found) == {"CONFLICTS_FOUND": 1, "TAKEN": 1, "UNCHANGED": 3}
    assert do("resolveconflicts", JOURNAL=str(desk.journal), CHOICE=1).RESOLVED == 1
    assert counted(do("synclayer", **way, LAYER=str(desk.layer))) == {"VERIFIED": 1, "UNCHANGED": 4}
    assert postgis.row("exchange_problem", first)["severity"] == 9
    assert len(list(Path(tmp_path).glob("*.damaged*"))) == 0


def test_reasons_that_differ_in_a_value_are_told_once(provider):
    """A field of the wrong type rejects thousands of features, each with its own value in the sentence."""
    from citycheck.processing_algorithms.exchange.exchange_results import to_be_seen_to

    said = [message("{value} does not fit {field}.", value=n, field="层数") for n in range(50)]
    said += [message("{value} does not fit {field}.", value=1, field="面积"), *[message("It is gone.")] * 3]
    report = Report(results=[Result(str(n), "update", "rejected", (), text) for n, text in enumerate(said)])
    assert to_be_seen_to(report) == [
        "Rejected (features: 50), for example: 0 does not fit 层数.",
        "Rejected (features: 3): It is gone.",
        "Rejected (features: 1): 1 does not fit 面积.",
    ]
