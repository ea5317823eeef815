"""The page of the connections, its form, and its test button."""

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest
from citycheck.citycheck_qgis.cim.connections import CollectionSettings, Connection, load, save
from citycheck.citycheck_qgis.gui import background, probe_result
from citycheck.citycheck_qgis.gui.connection_form import ConnectionForm
from citycheck.citycheck_qgis.gui.connections_page import PAGE, ConnectionsFactory, ConnectionsPage
from citycheck.tests.standins.arcgis_standin import ArcgisStandin
from qgis.core import (
    QgsApplication,
    QgsProcessingAlgorithm,
    QgsProcessingException,
    QgsProcessingParameterString,
    QgsProcessingProvider,
)
from qgis.PyQt import sip
from qgis.PyQt.QtCore import Qt
from qgis.PyQt.QtWidgets import QDialogButtonBox, QFileDialog, QMessageBox

OK = QDialogButtonBox.StandardButton.Ok
#: Uses all that a form shows, and a probe, which it does not show.
FULL = Connection(
    "市住建局平台",
    "supermap",
    "https://cim.example/iserver/services/data-tijian/rest/data",
    collections={
        "tijian:problem": CollectionSettings(
            key_field="UUID",
            fields={"note": "备注", "evidence": None},
            values={"status": {"open": "0", "closed": "1"}},
            status_fields=("note", "status"),
            crs="EPSG:4547",
            probe={"axis_read": "yx"},
        ),
        "tijian:unit": CollectionSettings(status_fields=()),
    },
    options={"page": 200},
    extra_origins=("https://files.example:8443",),
    allow_plain=True,
    ca_bundle="/etc/city.pem",
    connect_timeout=0.5,
    read_timeout=90,
    max_body=1_500_000,
)


@pytest.fixture()
def folder(tmp_path):
    return tmp_path / "连接" / "connections"


@pytest.fixture()
def page(qgis_app, qtbot, folder):
    made = ConnectionsPage(folder)
    qtbot.addWidget(made)
    made.show()
    return made


@pytest.fixture()
def form(qgis_app, qtbot):
    def make(connection, taken=frozenset()):
        kept = []
        made = ConnectionForm(connection, kept.append, taken)
        made.kept = kept
        qtbot.addWidget(made)
        made.show()
        return made

    return make


def fill_in(monkeypatch, fill):
    """Let the next form be filled by a function and confirmed."""
    forms = []

    def exec_(form):
        forms.append(form)
        form.show()
        fill(form)
        form.buttons.button(OK).click()
        if form.isVisible():
            form.reject()

    monkeypatch.setattr(ConnectionForm, "exec", exec_)
    return forms


def names(page):
    return [page.list.topLevelItem(row).text(0) for row in range(page.list.topLevelItemCount())]


def said(page):
    item = page.bar.currentItem()
    return item.text() if item else ""


def test_the_options_show_the_connections_of_the_profile(qgis_app, qtbot):
    made = ConnectionsFactory().createWidget(None)
    qtbot.addWidget(made)
    assert made.folder == Path(QgsApplication.qgisSettingsDirPath(), "citycheck", "connections")
    assert made.objectName() == PAGE


def test_an_empty_page_says_what_to_do_first(page, folder):
    assert page.empty.isVisible() and not page.list.isVisible()
    assert page.new.isEnabled() and page.bring.isEnabled()
    assert not any(b.isEnabled() for b in (page.edit, page.duplicate, page.remove, page.test, page.export))
    assert not page.result.isVisible()
    assert not folder.exists()


def test_new_connection_becomes_a_file(page, folder, monkeypatch, qtbot):
    def fill(form):
        form.platform.name.setText(" 城市 平台 ")
        form.platform.protocol.setCurrentIndex(form.platform.protocol.findData("arcgis"))
        form.platform.url.setText("https://GIS.example/arcgis/rest/services/checkup/FeatureServer/")

    fill_in(monkeypatch, fill)
    qtbot.mouseClick(page.new, Qt.MouseButton.LeftButton)
    assert names(page) == ["城市 平台"]
    assert page.list.isVisible() and page.test.isEnabled()
    found = load("城市 平台", folder)
    assert found == Connection(
        "城市 平台", "arcgis", "https://gis.example/arcgis/rest/services/checkup/FeatureServer"
    )


def test_a_form_that_is_not_touched_changes_nothing(form):
    made = form(FULL)
    assert made.connection() == FULL
    made.buttons.button(OK).click()
    assert made.kept == [FULL]
    assert not made.isVisible()


def test_renaming_moves_the_file_and_keeps_what_is_not_shown(page, folder, monkeypatch):
    save(FULL, folder)
    page.fill()
    fill_in(monkeypatch, lambda form: form.platform.name.setText("新平台"))
    page.edit.click()
    assert [path.name for path in folder.iterdir()] == ["新平台.json"]
    assert load("新平台", folder).collections == FULL.collections
    assert page.current().name == "新平台"


def test_duplicate_gets_a_name_of_its_own(page, folder, monkeypatch):
    save(FULL, folder)
    page.fill()
    forms = fill_in(monkeypatch, lambda form: None)
    page.duplicate.click()
    page.list.setCurrentItem(page.list.topLevelItem(names(page).index(FULL.name)))
    page.duplicate.click()
    assert len(forms) == 2
    assert len(set(names(page))) == 3
    assert {load(name, folder).url for name in names(page)} == {FULL.url}


def test_a_name_that_is_taken_is_refused(form):
    made = form(Connection("a", "wfs", "https://a.example"), frozenset({"b"}))
    made.platform.name.setText("b")
    assert not made.buttons.button(OK).isEnabled()
    assert "b" in made.notice.text.text()


@pytest.mark.parametrize(
    ("url", "word"),
    [
        ("", "address"),
        ("cim.example/wfs", "http"),
        ("https://planner:Geheim9@cim.example", "password"),
        ("https://cim.example/wfs?token=Geheim9", "token"),
    ],
)
def test_a_wrong_address_is_said_in_one_sentence_and_secrets_are_not(form, url, word):
    made = form(Connection("a", "wfs", "https://a.example"))
    assert made.notice.text.text() == ""
    made.platform.url.setText(url)
    sentence = made.notice.text.text()
    assert word in sentence and sentence.count(".  ") == 0 and sentence.endswith(".")
    assert "Geheim9" not in sentence
    assert not made.buttons.button(OK).isEnabled()
    made.platform.url.setText("https://cim.example/wfs")
    assert made.buttons.button(OK).isEnabled()
    assert made.notice.text.text() == ""


@pytest.mark.parametrize("text", ["{", "[1]", '{"password": "Geheim9"}'])
def test_wrong_settings_of_the_protocol_are_refused(form, text):
    made = form(FULL)
    made.advanced.options.setPlainText(text)
    assert not made.buttons.button(OK).isEnabled()
    assert made.notice.text.text() and "Geheim9" not in made.notice.text.text()


def test_fields_are_one_row_each(form):
    made = form(FULL)
    problems = made.collections.page(0)
    rows = [
        [problems.fields.item(row, 0).text(), problems.fields.item(row, 1).text()]
        + [problems.fields.item(row, column).checkState() == Qt.CheckState.Checked for column in (2, 3)]
        for row in range(problems.fields.rowCount())
    ]
    assert rows == [
        ["note", "备注", True, True],
        ["evidence", "", False, False],
        ["status", "status", True, True],
    ]
    problems.add.click()
    last = problems.fields.rowCount() - 1
    problems.fields.item(last, 0).setText("severity")
    problems.fields.item(last, 1).setText("严重程度")
    assert made.connection().settings("tijian:problem").fields == {
        "note": "备注",
        "evidence": None,
        "severity": "严重程度",
    }
    problems.fields.item(last, 1).setText("备注")
    assert "备注" in made.notice.text.text() and not made.buttons.button(OK).isEnabled()
    problems.fields.item(last, 0).setText("note")
    assert "note" in made.notice.text.text() and not made.buttons.button(OK).isEnabled()
    problems.fields.selectRow(last)
    problems.remove.click()
    assert made.connection() == FULL


def test_collections_can_be_added_and_removed(form):
    made = form(FULL)
    made.collections.add_collection()
    assert not made.buttons.button(OK).isEnabled()
    made.collections.names.item(2).setText("tijian:unit")
    assert "tijian:unit" in made.notice.text.text()
    made.collections.names.item(2).setText("体检单元")
    made.collections.page(2).key.setText("uuid")
    assert made.connection().settings("体检单元").key_field == "uuid"
    made.collections.page(2).crs.setText("EPSG:nothing")
    assert "EPSG:nothing" in made.notice.text.text()
    made.collections.names.setCurrentRow(2)
    made.collections.remove_collection()
    assert made.connection() == FULL


def test_plain_http_with_credentials_is_warned_of(form, monkeypatch):
    made = form(Connection("a", "wfs", "http://cim.example/wfs"))
    assert not made.platform.plain.isVisible()
    monkeypatch.setattr(made.platform.signin, "configId", lambda: "abc1234")
    made.platform.url.setText("http://127.0.0.1:8080/wfs")
    assert not made.platform.plain.isVisible()
    made.platform.url.setText("http://cim.example/wfs2")
    assert made.platform.plain.isVisible() and made.platform.plain_warning.isVisible()
    refused = made.platform.plain_warning.text.text()
    made.platform.plain.setChecked(True)
    assert made.platform.plain_warning.text.text() not in ("", refused)
    assert made.connection().allow_plain and made.connection().authcfg == "abc1234"


def test_remove_asks_first(page, folder, monkeypatch):
    save(FULL, folder)
    page.fill()
    answers = [QMessageBox.StandardButton.No, QMessageBox.StandardButton.Yes]
    asked = []

    def question(parent, title, text, buttons, default):
        asked.append(text)
        assert default == QMessageBox.StandardButton.No
        return answers.pop(0)

    monkeypatch.setattr(QMessageBox, "question", question)
    page.remove.click()
    assert names(page) == [FULL.name]
    page.remove.click()
    assert names(page) == [] and not any(folder.iterdir())
    assert page.empty.isVisible()
    assert len(asked) == 2 and FULL.name in asked[0]


def test_export_and_import_carry_no_sign_in(page, folder, tmp_path, monkeypatch):
    signed = Connection(
        FULL.name, "wfs", "https://cim.example/wfs", authcfg="abc1234", ca_bundle="/home/a.pem"
    )
    save(signed, folder)
    page.fill()
    target = tmp_path / "给同事"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(target), ""))
    page.export.click()
    written = target.with_suffix(".json").read_text(encoding="utf-8")
    assert json.loads(written)["url"] == signed.url
    assert "authcfg" not in written and "abc1234" not in written and "/home" not in written
    # A file from elsewhere that names a sign-in: the id could be that of another one here.
    foreign = tmp_path / "foreign.json"
    foreign.write_text(
        json.dumps({"name": "外地", "protocol": "wfs", "url": "https://b.example", "authcfg": "abc1234"}),
        encoding="utf-8",
    )
    monkeypatch.setattr(QFileDialog, "getOpenFileNames", lambda *_: ([str(foreign)], ""))
    page.bring.click()
    assert load("外地", folder).authcfg == ""
    assert page.current().name == "外地"
    # One that is there already is replaced only after a question.
    foreign.write_text(
        foreign.read_text(encoding="utf-8").replace("b.example", "c.example"), encoding="utf-8"
    )
    monkeypatch.setattr(QMessageBox, "question", lambda *_: QMessageBox.StandardButton.No)
    page.bring.click()
    assert load("外地", folder).url == "https://b.example"
    monkeypatch.setattr(QMessageBox, "question", lambda *_: QMessageBox.StandardButton.Yes)
    page.bring.click()
    assert load("外地", folder).url == "https://c.example"


def test_a_file_that_is_none_is_said_and_the_others_stay(page, folder, tmp_path, monkeypatch):
    save(FULL, folder)
    (folder / "broken.json").write_text("{", encoding="utf-8")
    page.fill()
    assert names(page) == [FULL.name]
    assert page.broken.isVisible() and "broken.json" in page.broken.text.text()
    monkeypatch.setattr(QFileDialog, "getOpenFileNames", lambda *_: ([str(folder / "broken.json")], ""))
    page.bring.click()
    assert "broken.json" in said(page)


def test_a_connection_that_vanished_is_said(page, folder, monkeypatch):
    save(FULL, folder)
    page.fill()
    next(folder.iterdir()).unlink()
    monkeypatch.setattr(QMessageBox, "question", lambda *_: QMessageBox.StandardButton.Yes)
    page.remove.click()
    assert FULL.name in said(page)
    assert names(page) == []


def test_addresses_are_shown_in_their_own_characters(page, folder):
    save(Connection("a", "house", "https://cim.example/城市体检"), folder)
    page.fill()
    assert "城市体检" in page.list.topLevelItem(0).text(1)
    assert load("a", folder).url.isascii()


# The test button, with an algorithm in the place of the probe


class Rehearsal(QgsProcessingAlgorithm):
    """Says what its connection's name asks for."""

    def name(self):
        return "rehearsal"

    displayName = name  # noqa: N815

    def createInstance(self):
        return type(self)()

    def initAlgorithm(self, configuration=None):
        self.addParameter(QgsProcessingParameterString("CONNECTION", "CONNECTION"))

    def checkParameterValues(self, parameters, context):
        return "refused" not in parameters["CONNECTION"], "A package is missing; install it."

    def processAlgorithm(self, parameters, context, feedback):
        name = Path(parameters["CONNECTION"]).stem
        feedback.pushInfo("体检问题 <b>")
        feedback.pushWarning("emoji are lost")
        feedback.setProgress(40)
        while name == "slow" and not feedback.isCanceled():
            time.sleep(0.01)
        if name == "wrong":
            raise QgsProcessingException("The platform cannot be reached; check the address.")
        return {}


@pytest.fixture()
def rehearsal(qgis_app, monkeypatch):
    class Provider(QgsProcessingProvider):
        def id(self):
            return "rehearsals"

        name = id

        def loadAlgorithms(self):
            self.addAlgorithm(Rehearsal())

    provider = Provider()
    QgsApplication.processingRegistry().addProvider(provider)
    monkeypatch.setattr(probe_result, "PROBE", "rehearsals:rehearsal")
    yield
    QgsApplication.processingRegistry().removeProvider("rehearsals")


def begin_test(page, folder, name):
    save(Connection(name, "wfs", "https://cim.example"), folder)
    page.fill(name)
    page.test.click()


@pytest.fixture()
def wait(qtbot):
    def until_it_is_over(page, most=20_000):
        qtbot.waitUntil(lambda: page.result.run is None, timeout=most)
        qtbot.waitUntil(lambda: not background._going_on, timeout=most)

    return until_it_is_over


def test_the_delete_key_removes(page, folder, monkeypatch, qtbot):
    save(FULL, folder)
    page.fill()
    monkeypatch.setattr(QMessageBox, "question", lambda *_: QMessageBox.StandardButton.Yes)
    page.list.setFocus()
    qtbot.keyClick(page.list, Qt.Key.Key_Delete)
    assert names(page) == []


def test_what_the_probe_says_is_shown(page, folder, rehearsal, wait):
    begin_test(page, folder, "fine")
    assert page.result.isVisible()
    wait(page)
    text = page.result.text.toPlainText()
    assert "体检问题 <b>" in text and "emoji are lost" in text
    assert "fine" in page.result.title.text()
    assert not page.result.stop.isVisible() and page.test.isEnabled()


def test_a_failure_is_one_sentence(page, folder, rehearsal, wait):
    begin_test(page, folder, "wrong")
    wait(page)
    assert page.result.text.toPlainText().count("The platform cannot be reached; check the address.") == 1
    assert page.result.text.toPlainText().count("Traceback") == 0


def test_a_probe_that_cannot_run_says_why(page, folder, rehearsal, wait):
    begin_test(page, folder, "refused")
    wait(page)
    lines = page.result.text.toPlainText().splitlines()
    # The sign of a line is one character.
    assert [line for line in lines if len(line) > 1] == ["A package is missing; install it."]
    assert page.test.isEnabled()


def test_stop_ends_the_probe_and_the_page_stays_usable(page, folder, rehearsal, wait, qtbot):
    begin_test(page, folder, "slow")
    qtbot.waitUntil(lambda: page.result.progress.value() == 40, timeout=10_000)
    assert not page.edit.isEnabled() and not page.remove.isEnabled() and page.new.isEnabled()
    qtbot.mouseClick(page.result.stop, Qt.MouseButton.LeftButton)
    wait(page)
    assert page.edit.isEnabled() and not page.result.stop.isVisible()
    assert page.result.text.toPlainText().count("stopped") == 1


def test_closing_the_window_stops_the_probe(qgis_app, folder, rehearsal, qtbot):
    made = ConnectionsPage(folder)
    made.show()
    begin_test(made, folder, "slow")
    qtbot.waitUntil(lambda: made.result.progress.value() == 40, timeout=10_000)
    sip.delete(made)
    qtbot.waitUntil(lambda: not background._going_on, timeout=10_000)


# The test button and the probe itself, on platforms of the tests


@pytest.fixture()
def probe(qgis_app, qgis_processing):
    """CityCheck's algorithms."""
    from citycheck.processing_algorithms.provider import CityCheckProvider

    provider = CityCheckProvider()
    QgsApplication.processingRegistry().addProvider(provider)
    yield
    QgsApplication.processingRegistry().removeProvider(provider)


def offered(page):
    box = page.result.collections
    return {box.itemData(row): box.itemText(row) for row in range(box.count())}


def test_test_lists_the_collections_and_examines_one(page, folder, probe, wait):
    with ArcgisStandin() as server:
        server.insert({"uuid": "a", "name": "楼"}, {"rings": [[[113, 23], [113, 24], [114, 24], [113, 23]]]})
        settings = {"0": CollectionSettings(key_field="uuid"), "9": CollectionSettings()}
        save(Connection("arcgis", "arcgis", server.service_url, collections=settings), folder)
        page.fill()
        page.test.click()
        wait(page)
        title = offered(page)["0"]
        assert title.startswith("0: ") and title.removeprefix("0: ") in page.result.text.toPlainText()
        # What the connection knows stays, whatever the platform lists.
        assert set(offered(page)) == {"0", "9"}
        assert page.result.collections.isVisible()
        page.result.examine.click()
        wait(page)
        assert "0" in page.result.title.text()
        assert page.result.text.toPlainText().count("\n") > 3
        assert not any(request.method == "POST" and "Edits" in request.path for request in server.record)
    # The findings are in the file, and an edit that follows keeps them.
    assert load("arcgis", folder).settings("0").probe["seen"]["written"] is False
    assert page.current().settings("0").probe


def test_writing_is_tested_after_a_question_only(page, folder, probe, wait, monkeypatch):
    with ArcgisStandin() as server:
        settings = {"0": CollectionSettings(key_field="uuid")}
        save(Connection("arcgis", "arcgis", server.service_url, collections=settings), folder)
        page.fill()
        page.test.click()
        wait(page)
        page.result.writing.setChecked(True)
        monkeypatch.setattr(QMessageBox, "question", lambda *_: QMessageBox.StandardButton.No)
        page.result.examine.click()
        assert page.result.run is None
        monkeypatch.setattr(QMessageBox, "question", lambda *_: QMessageBox.StandardButton.Yes)
        page.result.examine.click()
        wait(page)
        assert server.rows() == []
    assert load("arcgis", folder).settings("0").probe["seen"]["written"] is True


@pytest.mark.parametrize("path", ["", "/arcgis/rest/services/nothing/FeatureServer"])
def test_a_wrong_address_is_one_sentence(page, folder, probe, wait, path):
    with ArcgisStandin() as server:
        root = server.root
        if path:
            save(Connection("wrong", "arcgis", root + path), folder)
            page.fill()
            page.test.click()
            wait(page)
    if not path:
        # Nobody listens there any more.
        save(Connection("wrong", "arcgis", f"{root}/arcgis", connect_timeout=1), folder)
        page.fill()
        page.test.click()
        wait(page, 90_000)
    lines = [line for line in page.result.text.toPlainText().splitlines() if len(line) > 1]
    assert len(lines) == 1 and lines[0].endswith(".")
    assert not page.result.collections.isVisible()


SIGNED_IN = """
import json, os, sys, time
from pathlib import Path
sys.path.insert(0, sys.argv[1])
import conftest
from qgis.core import QgsApplication, QgsAuthMethodConfig
from qgis.PyQt.QtWidgets import QApplication

application = QgsApplication([], True)
application.initQgis()
from citycheck.citycheck_qgis.cim.connections import Connection, load
from citycheck.citycheck_qgis.gui.connection_form import ConnectionForm
from citycheck.citycheck_qgis.gui.connections_page import ConnectionsPage
from citycheck.processing_algorithms.provider import CityCheckProvider
from citycheck.tests.standins.arcgis_standin import ArcgisSettings, ArcgisStandin

found = {}
manager = QgsApplication.authManager()
manager.setMasterPassword("master of the test", True)
config = QgsAuthMethodConfig("Basic")
config.setName("平台")
config.setConfig("username", "planner")
config.setConfig("password", "correct horse")
manager.storeAuthenticationConfig(config)
provider = CityCheckProvider()
QgsApplication.processingRegistry().addProvider(provider)
folder = Path(sys.argv[2])
page = ConnectionsPage(folder)
with ArcgisStandin(settings=ArcgisSettings(needs_token=True)) as server:
    def fill(form):
        form.platform.name.setText("signed")
        form.platform.protocol.setCurrentIndex(form.platform.protocol.findData("arcgis"))
        form.platform.url.setText(server.service_url)
        form.platform.signin.setConfigId(config.id())
        form.accept()

    ConnectionForm.exec = fill
    page.new_connection()
    page.test_connection()
    until = time.monotonic() + 60
    while page.result.run is not None and time.monotonic() < until:
        QApplication.processEvents()
        time.sleep(0.01)
found["id"] = load("signed", folder).authcfg == config.id()
found["collections"] = page.result.collections.count()
found["said"] = page.result.text.toPlainText()
Path(sys.argv[3]).write_text(json.dumps(found), encoding="utf-8")
sys.stdout.flush()
# QGIS is not torn down, as in the other tests.
os._exit(0)
"""


def test_a_platform_that_wants_a_sign_in(tmp_path, folder):
    script = tmp_path / "signed.py"
    script.write_text(SIGNED_IN, encoding="utf-8")
    found = tmp_path / "found.json"
    database = tmp_path / "auth"
    database.mkdir()
    done = subprocess.run(
        [sys.executable, script, Path(__file__).resolve().parents[2], folder, found],
        env={**os.environ, "QGIS_AUTH_DB_DIR_PATH": str(database), "QT_QPA_PLATFORM": "offscreen"},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert found.exists(), done.stderr[-3000:]
    told = json.loads(found.read_text(encoding="utf-8"))
    assert told["id"] is True
    assert told["collections"] == 1, told["said"]
    written = "".join(path.read_text(encoding="utf-8") for path in folder.iterdir())
    for text in (written, told["said"], done.stdout, done.stderr):
        assert "correct horse" not in text and "planner" not in text
