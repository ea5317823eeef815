"""The interface's language for pages and forms: the catalogue is that of the algorithms."""

from __future__ import annotations

from ..errors import CityCheckError
from ..messages import Message


def tr(text: str) -> str:
    """Return `text` in the interface language. The argument is a literal, so that the catalogue can list it."""
    # Imported here, as everywhere in this room: the plugin object is the one door to the algorithms.
    from ...processing_algorithms import translate

    return translate.tr(text)


def sentence(said: CityCheckError | Message) -> str:
    """Return an error or a message in the interface language."""
    from ...processing_algorithms import translate

    return translate.sentence(said)
