"""An algorithm in the background: what it says comes as signals, and closing a window stops it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from qgis.core import (
    QgsApplication,
    QgsProcessingAlgRunnerTask,
    QgsProcessingContext,
    QgsProcessingFeedback,
    QgsProcessingUtils,
    QgsTask,
)
from qgis.PyQt.QtCore import QObject, QTimer, pyqtSignal

#: Runs that go on: the task uses context and feedback, so both must outlive the window that began it.
_going_on: set[AlgorithmRun] = set()


class AlgorithmRun(QObject):
    """One run of an algorithm as a task of QGIS.

    Signals
    -------
    said : kind (``info``, ``warning``, ``error``) and a sentence
    progressed : percentage
    ended : whether it went well, and the outputs
    """

    said = pyqtSignal(str, str)
    progressed = pyqtSignal(float)
    ended = pyqtSignal(bool, dict)

    def __init__(self) -> None:
        super().__init__()
        self._context = QgsProcessingContext()
        self._feedback = _Feedback()
        self._feedback.said.connect(self.said)
        self._feedback.progressChanged.connect(self.progressed)
        self._task: QgsTask | None = None
        self._is_over = False

    def start(self, algorithm_id: str, parameters: Mapping[str, Any]) -> None:
        """Begin; `ended` comes later, in any case."""
        _going_on.add(self)
        algorithm = QgsApplication.processingRegistry().createAlgorithmById(algorithm_id)
        able, reason = algorithm.checkParameterValues(dict(parameters), self._context)
        if not able:
            self.said.emit("error", reason)
            self._end(False, {})
            return
        self._task = QgsProcessingAlgRunnerTask(algorithm, dict(parameters), self._context, self._feedback)
        self._task.executed.connect(self._end)
        # A task that is stopped before it began says no more than this.
        self._task.taskTerminated.connect(lambda: self._end(False, {}))
        QgsApplication.taskManager().addTask(self._task)

    def stop(self) -> None:
        """Ask the algorithm to stop."""
        if not self._is_over:
            self._feedback.cancel()
            if self._task is not None:
                self._task.cancel()

    def table(self, target: str) -> list[list[Any]]:
        """Return the rows of a table among the outputs; to be asked when `ended` comes."""
        layer = QgsProcessingUtils.mapLayerFromString(target, self._context)
        return [] if layer is None else [feature.attributes() for feature in layer.getFeatures()]

    @property
    def is_stopped(self) -> bool:
        """Whether somebody asked it to stop."""
        return self._feedback.isCanceled()

    def _end(self, ok: bool, results: dict[str, Any]) -> None:
        if self._is_over:
            return
        self._is_over = True
        self._task = None
        self.ended.emit(ok, results)
        # The task is still on the stack here.
        QTimer.singleShot(0, lambda: _going_on.discard(self))


class _Feedback(QgsProcessingFeedback):
    """Hands on what an algorithm says in its thread; nothing of it goes to QGIS's log."""

    said = pyqtSignal(str, str)

    def __init__(self) -> None:
        super().__init__(False)

    def pushInfo(self, info: str) -> None:
        self.said.emit("info", info)

    def pushWarning(self, warning: str) -> None:
        self.said.emit("warning", warning)

    def reportError(self, error: str, fatalError: bool = False) -> None:  # noqa: N803
        self.said.emit("error", error)
