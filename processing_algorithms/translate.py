"""Interface text: English in the source, translated by the catalogue in i18n."""

from __future__ import annotations

from qgis.PyQt.QtCore import QCoreApplication

from ..citycheck_qgis.errors import CityCheckError

CONTEXT = "CityCheck"


def tr(text: str) -> str:
    """Return `text` in the interface language. The argument is a literal, so that the catalogue can list it."""
    return QCoreApplication.translate(CONTEXT, text)


def sentence(error: CityCheckError) -> str:
    """Return an error's sentence in the interface language."""
    template = tr(error.template)
    return template.format(**error.values) if error.values else template


def mark(text: str) -> str:
    """Return `text` as it is: a literal for the catalogue that is translated later."""
    return text
