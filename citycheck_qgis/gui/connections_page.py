"""CityCheck's page in QGIS's options: the connections to platforms. It edits files, the algorithms do the work."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from qgis.core import Qgis, QgsApplication
from qgis.gui import QgsMessageBar, QgsOptionsPageWidget, QgsOptionsWidgetFactory
from qgis.PyQt.QtCore import QSize, Qt, QUrl
from qgis.PyQt.QtGui import QDesktopServices, QIcon, QKeySequence
from qgis.PyQt.QtWidgets import (
    QAbstractItemView,
    QAction,
    QFileDialog,
    QHBoxLayout,
    QLabel,
    QMessageBox,
    QPushButton,
    QSplitter,
    QStackedWidget,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from ..errors import CityCheckError, InputError
from .parts import Notice, readable_url
from .probe_result import ProbeResult
from .texts import sentence, tr

if TYPE_CHECKING:
    from ..cim.connections import Connection

ICON = Path(__file__).resolve().parent.parent.parent / "styles" / "icon.svg"
#: The page's object name: QGIS opens its options at the page of a name.
PAGE = "CityCheckConnections"


class ConnectionsFactory(QgsOptionsWidgetFactory):
    """Makes the page when somebody opens the options."""

    def __init__(self) -> None:
        super().__init__("CityCheck", QIcon(str(ICON)), "citycheck")

    def icon(self) -> QIcon:
        """Return the icon of the page's entry."""
        return QIcon(str(ICON))

    def createWidget(self, parent: QWidget | None = None) -> QgsOptionsPageWidget:
        """Return the page for the user's own connections."""
        from ...processing_algorithms.exchange.exchange_inputs import connections_folder

        return ConnectionsPage(connections_folder(), parent)


class ConnectionsPage(QgsOptionsPageWidget):
    """The list of connections and what can be done with each; every change is kept at once.

    Parameters
    ----------
    folder : where the connections are; made with the first of them
    """

    def __init__(self, folder: Path, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(PAGE)
        self.folder = Path(folder)
        self.connections: list[Connection] = []
        self.bar = QgsMessageBar()
        self.list = _list()
        self.empty = _empty_hint()
        self.pages = QStackedWidget()
        self.pages.addWidget(self.empty)
        self.pages.addWidget(self.list)
        self.broken = Notice()
        self.new = QPushButton(tr("New…"))
        self.edit = QPushButton(tr("Edit…"))
        self.duplicate = QPushButton(tr("Duplicate…"))
        self.remove = QPushButton(tr("Remove"))
        self.test = QPushButton(tr("Test"))
        self.bring = QPushButton(tr("Import…"))
        self.export = QPushButton(tr("Export…"))
        self.export.setToolTip(
            tr("Writes a file for a colleague: without sign-in and without paths of this machine.")
        )
        self.result = ProbeResult()
        self._arrange()
        for button, work in (
            (self.new, self.new_connection),
            (self.edit, self.edit_connection),
            (self.duplicate, self.duplicate_connection),
            (self.remove, self.remove_connection),
            (self.test, self.test_connection),
            (self.bring, self.import_connections),
            (self.export, self.export_connection),
        ):
            button.setAutoDefault(False)
            button.clicked.connect(lambda _checked=False, work=work: self._try(work))
        self.list.itemSelectionChanged.connect(self._follow)
        self.list.itemDoubleClicked.connect(lambda *_: self.edit.click())
        self.result.changed.connect(self.fill)
        delete = QAction(self.list)
        delete.setShortcut(QKeySequence(QKeySequence.StandardKey.Delete))
        delete.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
        delete.triggered.connect(self.remove.click)
        self.list.addAction(delete)
        self.fill()

    def _arrange(self) -> None:
        buttons = QVBoxLayout()
        for group in (
            (self.new, self.edit, self.duplicate, self.remove),
            (self.test,),
            (self.bring, self.export),
        ):
            for button in group:
                buttons.addWidget(button)
            buttons.addSpacing(self.fontMetrics().height() // 2)
        buttons.addStretch()
        body = QHBoxLayout()
        body.addWidget(self.pages, 1)
        body.addLayout(buttons)
        title = QLabel(tr("Connections to CIM platforms"))
        font = title.font()
        font.setBold(True)
        title.setFont(font)
        place = QLabel(f'<a href="#">{tr("Open the folder of the connections")}</a>')
        place.setToolTip(str(self.folder))
        place.linkActivated.connect(self._open_folder)
        head = QHBoxLayout()
        head.addWidget(title, 1)
        head.addWidget(place)
        upper = QWidget()
        column = QVBoxLayout(upper)
        column.setContentsMargins(0, 0, 0, 0)
        column.addLayout(head)
        column.addLayout(body, 1)
        column.addWidget(self.broken)
        split = QSplitter(Qt.Orientation.Vertical)
        split.setChildrenCollapsible(False)
        split.addWidget(upper)
        split.addWidget(self.result)
        split.setStretchFactor(0, 2)
        split.setStretchFactor(1, 3)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.bar)
        layout.addWidget(split, 1)

    def apply(self) -> None:
        """Do nothing: what was changed is kept already."""

    # The list

    def fill(self, name: str | None = None) -> None:
        """Read the folder again and select the connection of a name."""
        from ..cim.connections import PROTOCOLS, catalogue

        name = name or (self.current().name if self.list.selectedItems() else None)
        self.connections, problems = catalogue(self.folder)
        self.list.clear()
        for connection in self.connections:
            address = readable_url(connection.url)
            protocol = tr(PROTOCOLS[connection.protocol])
            item = QTreeWidgetItem([connection.name, f"{address}\n{protocol}"])
            item.setSizeHint(1, QSize(0, round(2.5 * self.fontMetrics().lineSpacing())))
            item.setToolTip(0, connection.name)
            item.setToolTip(1, address)
            self.list.addTopLevelItem(item)
            if connection.name == name:
                self.list.setCurrentItem(item)
        if self.connections and not self.list.selectedItems():
            self.list.setCurrentItem(self.list.topLevelItem(0))
        self.pages.setCurrentWidget(self.list if self.connections else self.empty)
        self.broken.warn("\n".join(sentence(problem) for problem in problems))
        self.broken.setVisible(bool(problems))
        self._follow()

    def current(self) -> Connection:
        """Return the selected connection.

        Raises
        ------
        InputError : none is selected.
        """
        row = self.list.indexOfTopLevelItem(self.list.currentItem()) if self.list.selectedItems() else -1
        if row < 0:
            raise InputError("No connection is selected; select one in the list.")
        return self.connections[row]

    def _follow(self) -> None:
        chosen = bool(self.list.selectedItems())
        for button in (self.duplicate, self.export):
            button.setEnabled(chosen)
        # The probe writes what it finds into the connection's file.
        for button in (self.edit, self.remove, self.test):
            button.setEnabled(chosen and self.result.run is None)

    # What the buttons do

    def new_connection(self) -> None:
        """Ask for a new connection and keep it."""
        from ..cim.connections import Connection

        self._open_form(Connection("", "ogcapi", ""))

    def edit_connection(self) -> None:
        """Edit the selected connection."""
        connection = self.current()
        self._open_form(connection, connection.name)

    def duplicate_connection(self) -> None:
        """Edit a copy of the selected connection."""
        connection = self.current()
        names = {c.name for c in self.connections}
        copy = tr("{name} (copy)").format(name=connection.name)
        number = 2
        while copy in names:
            copy = tr("{name} (copy {number})").format(name=connection.name, number=number)
            number += 1
        self._open_form(replace(connection, name=copy))

    def remove_connection(self) -> None:
        """Remove the selected connection, after asking."""
        from ..cim.connections import remove

        name = self.current().name
        text = tr("Remove the connection “{name}”? Platform and layers stay as they are.").format(name=name)
        if self._agrees(tr("Remove connection"), text):
            remove(name, self.folder)
            self.fill()

    def import_connections(self) -> None:
        """Take connections from files; a sign-in of another machine is left out."""
        from ..cim.connections import read_connection, save, without_secrets

        paths, _ = QFileDialog.getOpenFileNames(
            self, tr("Import connections"), "", tr("Connections (*.json)")
        )
        for path in paths:
            connection = without_secrets(read_connection(Path(path)))
            text = tr("There is a connection “{name}” already. Replace it?").format(name=connection.name)
            known = connection.name in {c.name for c in self.connections}
            if not known or self._agrees(tr("Import connections"), text):
                save(connection, self.folder)
                self.fill(connection.name)
                self._tell(
                    tr("“{name}” was imported. Choose its sign-in with Edit.").format(name=connection.name)
                )

    def export_connection(self) -> None:
        """Write the selected connection to a file for somebody else."""
        from ..cim.connections import SUFFIX, export_connection, file_of

        connection = self.current()
        path, _ = QFileDialog.getSaveFileName(
            self,
            tr("Export the connection"),
            file_of(connection.name, Path.home()).as_posix(),
            tr("Connections (*.json)"),
        )
        if path:
            target = Path(path) if path.lower().endswith(SUFFIX) else Path(path + SUFFIX)
            export_connection(connection, target)
            self._tell(tr("Exported to {file}; it holds no sign-in.").format(file=target))

    def test_connection(self) -> None:
        """Probe the platform of the selected connection in the background and show what was found."""
        from ..cim.connections import file_of

        connection = self.current()
        manager = QgsApplication.authManager()
        if connection.authcfg and not manager.isDisabled() and not manager.masterPasswordIsSet():
            # Asked for here: a window cannot be opened from the background.
            manager.setMasterPassword(True)
        path = file_of(connection.name, self.folder)
        # A file that was put here by hand may be called otherwise.
        named = str(path) if path.is_file() else connection.name
        self.result.start(connection.name, named, connection.collections)

    def _open_form(self, connection: Connection, old_name: str | None = None) -> None:
        from .connection_form import ConnectionForm

        taken = frozenset(c.name for c in self.connections) - {old_name}
        form = ConnectionForm(connection, lambda edited: self._keep(edited, old_name), taken, self)
        form.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        form.exec()

    def _keep(self, connection: Connection, old_name: str | None) -> None:
        from ..cim.connections import remove, save

        save(connection, self.folder)
        if old_name not in (None, connection.name):
            remove(old_name, self.folder)
        self.fill(connection.name)

    def _open_folder(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        QDesktopServices.openUrl(QUrl.fromLocalFile(str(self.folder)))

    # Saying and asking

    def _try(self, work: Callable[[], None]) -> None:
        try:
            work()
        except CityCheckError as error:
            self.bar.clearWidgets()
            self.bar.pushMessage(sentence(error), Qgis.MessageLevel.Warning, 0)
            self.fill()

    def _tell(self, text: str) -> None:
        self.bar.clearWidgets()
        self.bar.pushMessage(text, Qgis.MessageLevel.Success)

    def _agrees(self, title: str, text: str) -> bool:
        yes, no = QMessageBox.StandardButton.Yes, QMessageBox.StandardButton.No
        return QMessageBox.question(self, title, text, yes | no, no) == yes


def _list() -> QTreeWidget:
    found = QTreeWidget()
    found.setHeaderLabels([tr("Name"), tr("Platform")])
    found.setRootIsDecorated(False)
    found.setUniformRowHeights(True)
    found.setAlternatingRowColors(True)
    found.setAllColumnsShowFocus(True)
    found.setTextElideMode(Qt.TextElideMode.ElideMiddle)
    found.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
    found.header().setStretchLastSection(True)
    found.setColumnWidth(0, 12 * found.fontMetrics().height())
    return found


def _empty_hint() -> QLabel:
    hint = QLabel(
        "<p><b>{}</b></p><p>{}</p><p>{}</p>".format(
            tr("No platform is connected yet."),
            tr("Press New and enter the address of the platform's service; Test then shows what it offers."),
            tr("If a colleague has a connection already, have it exported and press Import."),
        )
    )
    hint.setAlignment(Qt.AlignmentFlag.AlignCenter)
    hint.setWordWrap(True)
    hint.setMargin(hint.fontMetrics().height())
    hint.setFrameShape(QLabel.Shape.StyledPanel)
    return hint
