"""Small parts that pages and forms share."""

from __future__ import annotations

from qgis.core import QgsApplication
from qgis.PyQt.QtCore import Qt, QUrl
from qgis.PyQt.QtWidgets import QFrame, QHBoxLayout, QLabel, QWidget


class Notice(QFrame):
    """One sentence with its sign; the place stays when there is none, so that nothing jumps."""

    def __init__(self) -> None:
        super().__init__()
        self.sign = QLabel()
        self.text = QLabel()
        self.text.setWordWrap(True)
        self.text.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.text.setTextFormat(Qt.TextFormat.PlainText)
        self.text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.sign, 0, Qt.AlignmentFlag.AlignTop)
        layout.addWidget(self.text, 1)
        self.setMinimumHeight(2 * self.fontMetrics().lineSpacing())

    def warn(self, text: str) -> None:
        """Show what is wrong."""
        self._show(text, "mIconWarning.svg")

    def tell(self, text: str) -> None:
        """Show what is to be done."""
        self._show(text, "mIconInfo.svg")

    def clear(self) -> None:
        """Show nothing."""
        self.text.clear()
        self.sign.clear()

    def _show(self, text: str, icon: str) -> None:
        size = self.fontMetrics().height()
        self.sign.setPixmap(QgsApplication.getThemeIcon(icon).pixmap(size, size))
        self.text.setText(text)


def readable_url(url: str) -> str:
    """Return an address with the characters of its own language; it means the same."""
    return QUrl(url).toDisplayString(QUrl.ComponentFormattingOption.PrettyDecoded)


def row_of(*widgets: QWidget, wide: int | None = None) -> QHBoxLayout:
    """Return widgets side by side; the one at `wide` takes the width that is left, else nothing does."""
    layout = QHBoxLayout()
    for place, widget in enumerate(widgets):
        layout.addWidget(widget, int(place == wide))
    if wide is None:
        layout.addStretch()
    return layout
