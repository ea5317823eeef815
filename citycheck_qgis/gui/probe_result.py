"""What a test of a connection says, while it goes on and after."""

from __future__ import annotations

from html import escape
from typing import Any

from qgis.core import QgsApplication
from qgis.PyQt.QtCore import pyqtSignal
from qgis.PyQt.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QPushButton,
    QTextBrowser,
    QVBoxLayout,
    QWidget,
)

from .background import AlgorithmRun
from .texts import tr

PROBE = "citycheck:probeplatform"
_SIGNS = {
    "good": "mIconSuccess.svg",
    "info": "mIconInfo.svg",
    "warning": "mIconWarning.svg",
    "error": "mIconCritical.svg",
}


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
        self._name = ""
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
        head = QHBoxLayout()
        head.addWidget(self.title, 1)
        head.addWidget(self.progress)
        head.addWidget(self.stop)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addLayout(head)
        layout.addWidget(self.text, 1)
        self.hide()

    def start(self, name: str, parameters: dict[str, Any]) -> None:
        """Probe the platform of a connection; a test that still goes on is stopped and no longer listened to."""
        self._leave()
        self._name, self._lines, self._failed = name, [], False
        self.title.setText(tr("Testing “{name}” …").format(name=name))
        self.text.clear()
        self._show_running(True)
        self.show()
        self.run = AlgorithmRun()
        self.run.said.connect(self._say)
        self.run.progressed.connect(self._progress)
        self.run.ended.connect(self._end)
        # The window may be closed while the platform has not answered yet.
        self.destroyed.connect(self.run.stop)
        self.changed.emit()
        self.run.start(PROBE, parameters)

    def stop_run(self) -> None:
        """Stop the test that goes on."""
        if self.run is not None:
            self.stop.setEnabled(False)
            self.title.setText(tr("Stopping the test of “{name}” …").format(name=self._name))
            self.run.stop()

    def _leave(self) -> None:
        if self.run is not None:
            self.run.said.disconnect(self._say)
            self.run.progressed.disconnect(self._progress)
            self.run.ended.disconnect(self._end)
            self.run.stop()
            self.run = None

    def _show_running(self, on: bool) -> None:
        self.progress.setRange(0, 0)
        self.progress.setVisible(on)
        self.stop.setVisible(on)
        self.stop.setEnabled(on)

    def _progress(self, share: float) -> None:
        self.progress.setRange(0, 100)
        self.progress.setValue(round(share))

    def _say(self, kind: str, text: str) -> None:
        self._failed |= kind == "error"
        if text.strip():
            self._add(kind, text)

    def _add(self, kind: str, text: str, before: bool = False) -> None:
        size = self.fontMetrics().height()
        sign = f'<img src="{QgsApplication.iconPath(_SIGNS[kind])}" width="{size}" height="{size}">'
        row = f'<tr><td>{sign}</td><td width="100%">{escape(text)}</td></tr>'
        self._lines.insert(0 if before else len(self._lines), row)
        self.text.setHtml(f'<table cellpadding="2">{"".join(self._lines)}</table>')

    def _end(self, ok: bool, results: dict[str, Any]) -> None:
        stopped = self.run is not None and self.run.is_stopped
        self.run = None
        self._show_running(False)
        if ok:
            self.title.setText(tr("“{name}” works.").format(name=self._name))
        elif stopped:
            self._lines = []
            self._add("info", tr("The test was stopped."))
            self.title.setText(tr("“{name}” was not tested to the end.").format(name=self._name))
        else:
            self.title.setText(tr("“{name}” does not work.").format(name=self._name))
            if not self._failed:
                self._add(
                    "error", tr("The test broke off without saying why; QGIS's log messages may tell more.")
                )
        self.changed.emit()
