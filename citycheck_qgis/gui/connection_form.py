"""The form of one connection to a platform."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from qgis.core import QgsApplication, QgsCoordinateReferenceSystem
from qgis.gui import QgsAuthConfigSelect, QgsFileWidget
from qgis.PyQt.QtCore import Qt
from qgis.PyQt.QtGui import QFontDatabase, QPalette, QShowEvent
from qgis.PyQt.QtWidgets import (
    QAbstractItemView,
    QCheckBox,
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QHeaderView,
    QLabel,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QPlainTextEdit,
    QSizePolicy,
    QSpacerItem,
    QSpinBox,
    QSplitter,
    QStackedWidget,
    QTableWidget,
    QTableWidgetItem,
    QTabWidget,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from ..errors import CityCheckError, InputError
from .parts import Notice, readable_url, row_of
from .texts import sentence, tr

if TYPE_CHECKING:
    from ..cim.connections import CollectionSettings, Connection

#: What the address of a platform looks like, by protocol.
_ADDRESSES = {
    "ogcapi": "https://platform.example/ogcapi",
    "wfs": "https://platform.example/geoserver/wfs",
    "arcgis": "https://platform.example/arcgis/rest/services/checkup/FeatureServer",
    "supermap": "https://platform.example/iserver/services/data-checkup/rest/data",
    "house": "https://platform.example/api",
}
_MEGABYTE = 1_000_000
#: Columns of the table of fields.
_LOCAL, _REMOTE, _EXCHANGED, _STATUS = range(4)


class ConnectionForm(QDialog):
    """Edits one connection; OK is off while something in it is wrong, and the line above it says what.

    Parameters
    ----------
    connection : what is shown first
    keep : called with the edited connection on OK; what it raises is shown, and the form stays open
    taken : names that other connections have
    """

    def __init__(
        self,
        connection: Connection,
        keep: Callable[[Connection], None],
        taken: frozenset[str] = frozenset(),
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._keep = keep
        self._taken = taken
        self._touched = False
        self.setWindowTitle(
            tr("Connection to {name}").format(name=connection.name)
            if connection.name
            else tr("New connection")
        )
        self.platform = _PlatformTab(connection)
        self.collections = _CollectionsTab(connection)
        self.advanced = _AdvancedTab(connection)
        self.tabs = QTabWidget()
        self.tabs.addTab(self.platform, tr("Platform"))
        self.tabs.addTab(self.collections, tr("Collections"))
        self.tabs.addTab(self.advanced, tr("Advanced"))
        self.notice = Notice()
        self.buttons = QDialogButtonBox(
            QDialogButtonBox.StandardButton.Ok | QDialogButtonBox.StandardButton.Cancel
        )
        self.buttons.accepted.connect(self.accept)
        self.buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        layout.addWidget(self.tabs, 1)
        layout.addWidget(self.notice)
        layout.addWidget(self.buttons)
        em = self.fontMetrics().height()
        self.resize(44 * em, 30 * em)
        for tab in (self.platform, self.collections, self.advanced):
            tab.changed = self._edited
        self._check()

    def connection(self) -> Connection:
        """Return what the form holds.

        Raises
        ------
        InputError : something in it cannot be used; the sentence says what.
        """
        from ..cim.connections import Connection, checked

        found = checked(Connection(**self.platform.parts(), **self.advanced.parts(self.platform.name.text())))
        if found.name in self._taken:
            raise InputError(
                "There is a connection {connection} already; choose another name.", connection=found.name
            )
        return replace(found, collections=self.collections.parts())

    def accept(self) -> None:
        """Keep the connection and close, or show why not."""
        try:
            self._keep(self.connection())
        except CityCheckError as error:
            self.notice.warn(sentence(error))
            return
        super().accept()

    def showEvent(self, event: QShowEvent) -> None:
        """Begin with the name where there is none."""
        super().showEvent(event)
        if not self.platform.name.text():
            self.platform.name.setFocus()

    def _edited(self) -> None:
        self._touched = True
        self._check()

    def _check(self) -> None:
        ok = self.buttons.button(QDialogButtonBox.StandardButton.Ok)
        try:
            self.connection()
        except CityCheckError as error:
            ok.setEnabled(False)
            # A form that nobody has touched yet is not wrong, it waits.
            (self.notice.warn if self._touched else self.notice.tell)(sentence(error))
        else:
            ok.setEnabled(True)
            self.notice.clear()


class _Tab(QWidget):
    """A part of the form; `changed` is called after each edit."""

    def __init__(self) -> None:
        super().__init__()
        self.changed: Callable[[], None] = lambda: None

    def _on_change(self, *_: Any) -> None:
        self.changed()


class _PlatformTab(_Tab):
    """Name, address and sign-in: enough for most platforms."""

    def __init__(self, connection: Connection) -> None:
        from ..cim.connections import PROTOCOLS

        super().__init__()
        self.name = QLineEdit(connection.name)
        self.name.setPlaceholderText(tr("for example: CIM platform of the city"))
        self.protocol = QComboBox()
        for protocol, title in PROTOCOLS.items():
            self.protocol.addItem(tr(title), protocol)
        self.protocol.setCurrentIndex(max(0, self.protocol.findData(connection.protocol)))
        self.url = QLineEdit(readable_url(connection.url))
        self.url.setCursorPosition(0)
        self.signin = QgsAuthConfigSelect(self)
        self.signin.setConfigId(connection.authcfg)
        _keep_low(self.signin)
        self.plain = QCheckBox(tr("Send the credentials without encryption (http)"))
        self.plain.setChecked(connection.allow_plain)
        self.plain_warning = Notice()
        layout = _form(self)
        layout.addRow(tr("Name"), self.name)
        layout.addRow(tr("Protocol"), self.protocol)
        layout.addRow(tr("Address"), self.url)
        layout.addRow(tr("Sign-in"), self.signin)
        layout.addRow(
            "",
            _hint(
                tr(
                    "User name, password and token stay in the encrypted store of QGIS; the connection holds no more "
                    "than the id of the configuration."
                )
            ),
        )
        layout.addRow("", self.plain)
        layout.addRow("", self.plain_warning)
        layout.addItem(_rest())
        self.name.textChanged.connect(self._on_change)
        self.url.textChanged.connect(self._on_change)
        self.protocol.currentIndexChanged.connect(self._on_change)
        self.signin.selectedConfigIdChanged.connect(self._on_change)
        self.plain.toggled.connect(self._on_change)
        self._follow()

    def parts(self) -> dict[str, Any]:
        return {
            "name": self.name.text().strip(),
            "protocol": self.protocol.currentData(),
            "url": self.url.text().strip(),
            "authcfg": self.signin.configId(),
            "allow_plain": self.plain.isChecked(),
        }

    def _on_change(self, *_: Any) -> None:
        self._follow()
        self.changed()

    def _follow(self) -> None:
        """Show what belongs to the protocol and the address."""
        self.url.setPlaceholderText(_ADDRESSES[self.protocol.currentData()])
        self.url.setToolTip(self.url.text())
        concerned = _is_plain(self.url.text()) and bool(self.signin.configId())
        self.plain.setVisible(concerned or self.plain.isChecked())
        self.plain_warning.setVisible(self.plain.isVisibleTo(self))
        if self.plain.isChecked():
            self.plain_warning.warn(
                tr(
                    "Everybody on the way to the platform can read the credentials. Allow this in a closed network of "
                    "your own alone, and ask for an https address."
                )
            )
        else:
            self.plain_warning.tell(
                tr("The address is not encrypted (http): CityCheck will not send the credentials there.")
            )


def _is_plain(url: str) -> bool:
    try:
        parts = urlsplit(url.strip())
        host = parts.hostname or ""
    except ValueError:
        return False
    return parts.scheme.lower() == "http" and not (host in ("localhost", "::1") or host.startswith("127."))


class _CollectionsTab(_Tab):
    """The collections that are exchanged, each with its key and its fields."""

    def __init__(self, connection: Connection) -> None:
        super().__init__()
        self.names = QListWidget()
        self.names.setEditTriggers(
            QAbstractItemView.EditTrigger.DoubleClicked | QAbstractItemView.EditTrigger.EditKeyPressed
        )
        self.add = _tool("symbologyAdd.svg", tr("Add a collection"))
        self.remove = _tool("symbologyRemove.svg", tr("Remove the collection"))
        left = QWidget()
        column = QVBoxLayout(left)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.names, 1)
        column.addLayout(row_of(self.add, self.remove))
        self.empty = _hint(
            tr(
                "Add a collection to name the field that holds your key, which sending needs, and to map fields whose "
                "names differ. Without that every collection can be fetched as it is."
            )
        )
        self.empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.empty.setMargin(self.fontMetrics().height())
        self.pages = QStackedWidget()
        self.pages.addWidget(self.empty)
        self.split = QSplitter(Qt.Orientation.Horizontal)
        self.split.setChildrenCollapsible(False)
        self.split.addWidget(left)
        self.split.addWidget(self.pages)
        self.split.setStretchFactor(1, 1)
        em = self.fontMetrics().height()
        self.split.setSizes([9 * em, 35 * em])
        layout = QVBoxLayout(self)
        layout.addWidget(self.split)
        for name, settings in connection.collections.items():
            self._insert(name, settings)
        self.names.currentRowChanged.connect(self._show)
        self.names.itemChanged.connect(self._on_change)
        self.add.clicked.connect(self.add_collection)
        self.remove.clicked.connect(self.remove_collection)
        if self.names.count():
            self.names.setCurrentRow(0)
        self._show(self.names.currentRow())

    def parts(self) -> dict[str, CollectionSettings]:
        found: dict[str, CollectionSettings] = {}
        for row in range(self.names.count()):
            name = self.names.item(row).text().strip()
            if not name:
                raise InputError("A collection has no name; enter the one that the platform uses.")
            if name in found:
                raise InputError("Collection {collection} is listed twice; remove one.", collection=name)
            found[name] = self.page(row).settings(name)
        return found

    def page(self, row: int) -> CollectionPage:
        """Return the settings of a collection."""
        return self.names.item(row).data(Qt.ItemDataRole.UserRole)

    def add_collection(self) -> None:
        """Add a collection and let its name be typed."""
        from ..cim.connections import CollectionSettings

        item = self._insert("", CollectionSettings())
        self.names.setCurrentItem(item)
        self.changed()
        self.names.setFocus()
        self.names.editItem(item)

    def remove_collection(self) -> None:
        """Remove the current collection from the form."""
        row = self.names.currentRow()
        if row < 0:
            return
        page = self.page(row)
        self.names.takeItem(row)
        self.pages.removeWidget(page)
        page.deleteLater()
        self._show(self.names.currentRow())
        self.changed()

    def _insert(self, name: str, settings: CollectionSettings) -> QListWidgetItem:
        page = CollectionPage(settings)
        page.changed = self._on_change
        self.pages.addWidget(page)
        item = QListWidgetItem(name)
        item.setFlags(item.flags() | Qt.ItemFlag.ItemIsEditable)
        item.setData(Qt.ItemDataRole.UserRole, page)
        self.names.addItem(item)
        return item

    def _show(self, row: int) -> None:
        self.pages.setCurrentWidget(self.page(row) if row >= 0 else self.empty)
        self.remove.setEnabled(row >= 0)


class CollectionPage(_Tab):
    """Key, CRS, fields and code lists of one collection."""

    def __init__(self, settings: CollectionSettings) -> None:
        super().__init__()
        self._settings = settings
        self.key = QLineEdit(settings.key_field or "")
        self.key.setPlaceholderText(tr("the platform's field that holds your key (UUID)"))
        self.crs = QLineEdit(settings.crs or "")
        self.crs.setPlaceholderText(tr("as the platform has it"))
        self.fields = QTableWidget(0, 4)
        self.fields.setHorizontalHeaderLabels(
            [tr("Field here"), tr("Field of the platform"), tr("Exchanged"), tr("Status")]
        )
        self.fields.horizontalHeaderItem(_EXCHANGED).setToolTip(
            tr("Off: the field stays here and is neither sent nor fetched.")
        )
        self.fields.horizontalHeaderItem(_STATUS).setToolTip(
            tr("Written to the platform when a run may write the status alone.")
        )
        header = self.fields.horizontalHeader()
        for column in (_LOCAL, _REMOTE):
            self.fields.horizontalHeaderItem(column).setTextAlignment(Qt.AlignmentFlag.AlignLeft)
            header.setSectionResizeMode(column, QHeaderView.ResizeMode.Stretch)
        for column in (_EXCHANGED, _STATUS):
            header.setSectionResizeMode(column, QHeaderView.ResizeMode.ResizeToContents)
        self.fields.verticalHeader().hide()
        self.fields.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.fields.setEditTriggers(QAbstractItemView.EditTrigger.AllEditTriggers)
        self.add = _tool("symbologyAdd.svg", tr("Add a field"))
        self.remove = _tool("symbologyRemove.svg", tr("Remove the selected fields from the table"))
        self.values = _code_box(settings.values)
        self.values.setMaximumHeight(self.values.minimumHeight())
        self.values.setPlaceholderText('{"status": {"待解决": "0", "已解决": "1"}}')
        self.values.setToolTip(tr("For each field: its values here, and what the platform calls them."))
        layout = _form(self)
        layout.setContentsMargins(self.fontMetrics().height() // 2, 0, 0, 0)
        layout.addRow(tr("Key field"), self.key)
        layout.addRow(tr("CRS"), self.crs)
        table = QVBoxLayout()
        table.addWidget(self.fields, 1)
        table.addLayout(
            row_of(self.add, self.remove, _hint(tr("Fields that are not listed keep their name.")), wide=2)
        )
        layout.addRow(tr("Fields"), table)
        layout.addRow(tr("Code lists"), self.values)
        for local, remote in settings.fields.items():
            self._insert(local, remote, local in settings.status_fields)
        for local in settings.status_fields:
            if local not in settings.fields:
                self._insert(local, local, True)
        self.key.textChanged.connect(self._on_change)
        self.crs.textChanged.connect(self._on_change)
        self.values.textChanged.connect(self._on_change)
        self.fields.itemChanged.connect(self._on_change)
        self.fields.itemSelectionChanged.connect(self._follow)
        self.add.clicked.connect(self.add_field)
        self.remove.clicked.connect(self.remove_fields)
        self._follow()

    def settings(self, collection: str) -> CollectionSettings:
        """Return the settings of the collection.

        Raises
        ------
        InputError : a field is named twice, the code lists are none, or the CRS is not known.
        """
        crs = self.crs.text().strip()
        if crs and not QgsCoordinateReferenceSystem(crs).isValid():
            raise InputError(
                "{crs} of collection {collection} is no CRS; write its code, for example EPSG:4547.",
                crs=crs,
                collection=collection,
            )
        return replace(
            self._settings,
            key_field=self.key.text().strip() or None,
            crs=crs or None,
            values=self._code_lists(collection),
            **self._mapping(collection),
        )

    def _mapping(self, collection: str) -> dict[str, Any]:
        fields: dict[str, str | None] = {}
        status: list[str] = []
        for row in range(self.fields.rowCount()):
            local, remote = (self.fields.item(row, c).text().strip() for c in (_LOCAL, _REMOTE))
            if not local:
                if remote:
                    raise InputError(
                        "Field {field} of collection {collection} has no field here; enter one or remove the row.",
                        field=remote,
                        collection=collection,
                    )
                continue
            target = (remote or local) if self._is_on(row, _EXCHANGED) else None
            if local in fields:
                raise InputError(
                    "Field {field} of collection {collection} is listed twice; remove one row.",
                    field=local,
                    collection=collection,
                )
            if target is not None and target in fields.values():
                raise InputError(
                    "Two fields of collection {collection} go to the platform's field {field}; change one.",
                    field=target,
                    collection=collection,
                )
            fields[local] = target
            if self._is_on(row, _STATUS):
                status.append(local)
        kept = {local: target for local, target in fields.items() if target != local}
        return {"fields": kept, "status_fields": tuple(status)}

    def _code_lists(self, collection: str) -> dict[str, Any]:
        lists = _json_of_box(self.values, tr("The code lists of {name}").format(name=collection))
        if not all(isinstance(codes, dict) for codes in lists.values()):
            raise InputError(
                "The code lists of collection {collection} must be objects; write them like {example}.",
                collection=collection,
                example='{"status": {"open": "0", "closed": "1"}}',
            )
        return lists

    def _is_on(self, row: int, column: int) -> bool:
        return self.fields.item(row, column).checkState() == Qt.CheckState.Checked

    def add_field(self) -> None:
        """Add a row and let its field be typed."""
        self._insert("", "", False)
        row = self.fields.rowCount() - 1
        self.fields.setCurrentCell(row, _LOCAL)
        self.fields.editItem(self.fields.item(row, _LOCAL))

    def remove_fields(self) -> None:
        """Remove the selected rows."""
        for row in sorted({index.row() for index in self.fields.selectedIndexes()}, reverse=True):
            self.fields.removeRow(row)
        self._on_change()

    def _insert(self, local: str, remote: str | None, status: bool) -> None:
        self.fields.blockSignals(True)
        row = self.fields.rowCount()
        self.fields.insertRow(row)
        self.fields.setItem(row, _LOCAL, QTableWidgetItem(local))
        self.fields.setItem(row, _REMOTE, QTableWidgetItem(remote or ""))
        for column, on in ((_EXCHANGED, remote is not None), (_STATUS, status)):
            item = QTableWidgetItem()
            item.setFlags(
                Qt.ItemFlag.ItemIsUserCheckable | Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable
            )
            item.setCheckState(Qt.CheckState.Checked if on else Qt.CheckState.Unchecked)
            self.fields.setItem(row, column, item)
        self.fields.blockSignals(False)

    def _follow(self) -> None:
        self.remove.setEnabled(bool(self.fields.selectedIndexes()))


class _AdvancedTab(_Tab):
    """Certificates, limits, and what only some protocols need."""

    def __init__(self, connection: Connection) -> None:
        super().__init__()
        self._connection = connection
        self.bundle = QgsFileWidget()
        self.bundle.setFilter(tr("Certificates (*.pem *.crt *.cer);;All files (*)"))
        self.bundle.setFilePath(connection.ca_bundle)
        _keep_low(self.bundle)
        self.bundle.lineEdit().setPlaceholderText(tr("those of the system"))
        self.connect = _spin(connection.connect_timeout, 1, 600, " s")
        self.read = _spin(connection.read_timeout, 1, 3600, " s")
        self.largest = _spin(connection.max_body / _MEGABYTE, 1, 10_000, " MB")
        self.origins = QPlainTextEdit("\n".join(connection.extra_origins))
        self.origins.setPlaceholderText("https://files.platform.example:8443")
        self.origins.setFixedHeight(self.fontMetrics().lineSpacing() * 3)
        self.options = _code_box(connection.options)
        self.options.setPlaceholderText('{"page": 1000}')
        layout = _form(self)
        layout.addRow(tr("Trusted certificates"), self.bundle)
        layout.addRow(tr("Wait for a connection"), row_of(self.connect))
        layout.addRow(tr("Wait for an answer"), row_of(self.read))
        layout.addRow(tr("Largest answer"), row_of(self.largest))
        layout.addRow(tr("Other origins"), self.origins)
        layout.addRow(
            "", _hint(tr("One per line. They may be asked as well, and are given the credentials."))
        )
        layout.addRow(tr("Settings of the protocol"), self.options)
        layout.addRow("", _hint(tr("A JSON object; the manual lists what each protocol knows.")))
        self.bundle.fileChanged.connect(self._on_change)
        for spin in (self.connect, self.read, self.largest):
            spin.valueChanged.connect(self._on_change)
        self.origins.textChanged.connect(self._on_change)
        self.options.textChanged.connect(self._on_change)

    def parts(self, name: str) -> dict[str, Any]:
        lines = (line.strip() for line in self.origins.toPlainText().splitlines())
        return {
            "ca_bundle": self.bundle.filePath().strip(),
            "connect_timeout": _spun(self.connect, self._connection.connect_timeout),
            "read_timeout": _spun(self.read, self._connection.read_timeout),
            "max_body": int(_spun(self.largest, self._connection.max_body, _MEGABYTE)),
            "extra_origins": tuple(filter(None, lines)),
            "options": _json_of_box(self.options, tr("The settings of the protocol")),
        }


# Small parts


def _keep_low(widget: QWidget) -> None:
    """Let a widget be as high as it needs and no higher."""
    widget.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Maximum)


def _form(owner: QWidget) -> QFormLayout:
    layout = QFormLayout(owner)
    layout.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
    layout.setLabelAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignTop)
    return layout


def _hint(text: str) -> QLabel:
    label = QLabel(text)
    label.setWordWrap(True)
    palette = label.palette()
    color = palette.color(QPalette.ColorRole.WindowText)
    # Paler than what is typed, and still easy to read.
    color.setAlphaF(0.65)
    palette.setColor(QPalette.ColorRole.WindowText, color)
    label.setPalette(palette)
    return label


def _rest() -> QSpacerItem:
    """Return what takes the height that is left over."""
    return QSpacerItem(0, 0, QSizePolicy.Policy.Minimum, QSizePolicy.Policy.Expanding)


def _tool(icon: str, text: str) -> QToolButton:
    button = QToolButton()
    button.setIcon(QgsApplication.getThemeIcon(icon))
    button.setToolTip(text)
    button.setAccessibleName(text)
    button.setAutoRaise(True)
    return button


def _spin(value: float, least: int, most: int, unit: str) -> QSpinBox:
    spin = QSpinBox()
    spin.setRange(least, most)
    spin.setSuffix(unit)
    spin.setValue(round(value))
    spin.setMinimumWidth(spin.fontMetrics().averageCharWidth() * 16)
    return spin


def _spun(spin: QSpinBox, before: float, scale: int = 1) -> float:
    """Return a spin box's value; a finer one that was there stays as long as nobody turns the box."""
    shown = min(max(round(before / scale), spin.minimum()), spin.maximum())
    return before if spin.value() == shown else spin.value() * scale


def _code_box(value: Any) -> QPlainTextEdit:
    """Return a box with a JSON object; an empty one is shown as nothing."""
    import json

    box = QPlainTextEdit(json.dumps(value, ensure_ascii=False, indent=2) if value else "")
    box.setFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))
    box.setTabChangesFocus(True)
    box.setMinimumHeight(box.fontMetrics().lineSpacing() * 7)
    return box


def _json_of_box(box: QPlainTextEdit, what: str) -> dict[str, Any]:
    from ..cim.documents import read_json

    text = box.toPlainText().strip()
    value = read_json(text.encode(), what, error=InputError) if text else {}
    if not isinstance(value, dict):
        raise InputError("{what} must be a JSON object; write it in braces.", what=what)
    return value
