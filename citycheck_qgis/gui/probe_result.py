"""What a test of a connection says, while it goes on and after."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape
from typing import Any

from qgis.core import QgsApplication
from qgis.PyQt.QtCore import pyqtSignal
from qgis.PyQt.QtWidgets import (
    QCheckBox,
    QComboBox,
    QLabel,
    QMessageBox,
    QProgressBar,
    QPushButton,
    QTextBrowser,
    QVBoxLayout,
    QWidget,
)

from .background import AlgorithmRun
from .parts import row_of
from .texts import tr

PROBE = "citycheck:probeplatform"
_SIGNS = dict.fromkeys(("warning", "error"), "mIconWarning.svg")


class ProbeResult(QWidget):
    """Runs the probe of a platform and shows what it says; not to be seen before the first test.

    Signals
    -------
    changed : a test has begun or ended; the probe may have changed the connection's file
    """

    changed = pyqtSignal()

    def __init__(self) -> None:
        super().__init__()
        self.run: AlgorithmRun | None = None
        self._name = self._connection = self._collection = ""
        self._lines: list[str] = []
        self._failed = False
        self.title = QLabel()
        self.progress = QProgressBar()
        self.progress.setMaximumWidth(12 * self.fontMetrics().height())
        self.progress.setTextVisible(False)
        self.stop = QPushButton(tr("Stop"))
        self.stop.setAutoDefault(False)
        self.stop.clicked.connect(self.stop_run)
        self.text = QTextBrowser()
        self.text.setOpenLinks(False)
        self.text.setMinimumHeight(7 * self.fontMetrics().lineSpacing())
        self.collections = QComboBox()
        self.collections.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.collections.setMinimumContentsLength(12)
        self.writing = QCheckBox(tr("Test writing as well"))
        self.examine = QPushButton(tr("Examine"))
        self.examine.setAutoDefault(False)
        self.examine.setToolTip(
            tr("Finds out what the platform does with this collection, and keeps it with the connection.")
        )
        self.examine.clicked.connect(self.examine_collection)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addLayout(row_of(self.title, self.progress, self.stop, wide=0))
        layout.addWidget(self.text, 1)
        self.more = QWidget()
        row = row_of(QLabel(tr("Collection")), self.collections, self.writing, self.examine, wide=1)
        row.setContentsMargins(0, 0, 0, 0)
        self.more.setLayout(row)
        layout.addWidget(self.more)
        self.hide()

    def start(self, name: str, connection: str, known: Iterable[str] = ()) -> None:
        """Ask the platform of a connection for its collections.

        Parameters
        ----------
        connection : what the algorithm takes for it: its name or its file
        known : collections that the connection has settings of; they can be examined whatever the platform lists
        """
        self._name, self._connection, self._collection = name, connection, ""
        self.collections.clear()
        for collection in known:
            self.collections.addItem(collection, collection)
        self._start(tr("Testing “{name}” …").format(name=name), {"OUTPUT": "TEMPORARY_OUTPUT"})

    def examine_collection(self) -> None:
        """Find out what the platform does with the chosen collection; ask before anything is written there."""
        self._collection = self.collections.currentData()
        if self.writing.isChecked() and not self._may_write():
            return
        self._start(
            tr("Examining {collection} of “{name}” …").format(collection=self._named(), name=self._name),
            {"COLLECTION": self._collection, "WRITE_TEST": self.writing.isChecked()},
        )

    def stop_run(self) -> None:
        """Stop the test that goes on."""
        if self.run is not None:
            self.stop.setEnabled(False)
            self.title.setText(tr("Stopping the test of “{name}” …").format(name=self._name))
            self.run.stop()

    def _may_write(self) -> bool:
        yes, no = QMessageBox.StandardButton.Yes, QMessageBox.StandardButton.No
        text = tr(
            "A test feature is made in {collection} of “{name}”, changed, and removed again. Has the platform's operator "
            "agreed?"
        ).format(collection=self._named(), name=self._name)
        return QMessageBox.question(self, tr("Test writing as well"), text, yes | no, no) == yes

    def _start(self, title: str, parameters: dict[str, Any]) -> None:
        """Run the probe; a run that still goes on is stopped and no longer listened to."""
        self._leave()
        self._lines, self._failed = [], False
        self.title.setText(title)
        self.text.clear()
        self.run = AlgorithmRun()
        self._follow()
        self.show()
        self.run.said.connect(self._say)
        self.run.progressed.connect(self._progress)
        self.run.ended.connect(self._end)
        # The window may be closed while the platform has not answered yet.
        self.destroyed.connect(self.run.stop)
        self.changed.emit()
        self.run.start(PROBE, {"CONNECTION": self._connection, **parameters})

    def _leave(self) -> None:
        if self.run is not None:
            self.run.said.disconnect(self._say)
            self.run.progressed.disconnect(self._progress)
            self.run.ended.disconnect(self._end)
            self.run.stop()
            self.run = None

    def _follow(self) -> None:
        """Show what belongs to a run that goes on, or to its end."""
        on = self.run is not None
        self.progress.setRange(0, 0)
        self.progress.setVisible(on)
        self.stop.setVisible(on)
        self.stop.setEnabled(on)
        self.more.setVisible(not on and self.collections.count() > 0)

    def _progress(self, share: float) -> None:
        self.progress.setRange(0, 100)
        self.progress.setValue(round(share))

    def _say(self, kind: str, text: str) -> None:
        self._failed |= kind == "error"
        if text.strip():
            self._add(kind, text)

    def _add(self, kind: str, text: str) -> None:
        size = self.fontMetrics().height()
        icon = QgsApplication.iconPath(_SIGNS[kind]) if kind in _SIGNS else ""
        sign = f'<img src="{icon}" width="{size}" height="{size}">' if icon else ""
        self._lines.append(f'<tr><td>{sign}</td><td width="100%">{escape(text)}</td></tr>')
        self.text.setHtml(f'<table cellpadding="2">{"".join(self._lines)}</table>')

    def _end(self, ok: bool, results: dict[str, Any]) -> None:
        run, self.run = self.run, None
        if ok and not self._collection:
            self._list(run.table(results.get("OUTPUT", "")))
        self._follow()
        if ok:
            self.title.setText(self._verdict(results))
        elif run.is_stopped:
            self.title.setText(tr("“{name}” was not tested to the end.").format(name=self._name))
        else:
            self.title.setText(tr("“{name}” does not work.").format(name=self._name))
        if not ok and not self._failed:
            stopped = tr("The test was stopped.")
            broken = tr("The test broke off without saying why; QGIS's log messages may tell more.")
            self._add("info" if run.is_stopped else "error", stopped if run.is_stopped else broken)
        self.changed.emit()

    def _verdict(self, results: dict[str, Any]) -> str:
        if not self._collection:
            return tr("“{name}” answers.").format(name=self._name)
        if results.get("FAULTS"):
            return tr("{collection}: {n} findings are to be seen to.").format(
                collection=self._named(), n=results["FAULTS"]
            )
        return tr("{collection} can be exchanged.").format(collection=self._named())

    def _named(self) -> str:
        return f"“{self.collections.currentText()}”"

    def _list(self, rows: list[list[Any]]) -> None:
        """Offer the collections that the platform has."""
        for name, title in rows:
            named = f"{name}: {title}" if title and title != name else name
            index = self.collections.findData(name)
            if index < 0:
                self.collections.addItem(named, name)
            else:
                self.collections.setItemText(index, named)
