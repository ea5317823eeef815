"""Sentences for people as template and values, so that they can be said in another language."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

Translate = Callable[[str], str]


@dataclass(frozen=True)
class Message:
    """A sentence, or a part of one.

    Attributes
    ----------
    template : English text with its values in braces; without values it is taken as it stands
    values : name -> value; a value that is a Message is said in the same language, the items of a list are joined,
        all others are data and stay as they are
    """

    template: str
    values: Mapping[str, object] = field(default_factory=dict)

    def said(self, translate: Translate) -> str:
        """Return the sentence in another language; `translate` turns one English template into that language."""
        text = translate(self.template)
        if not self.values:
            return text
        return text.format(**{name: _said(value, translate) for name, value in self.values.items()})

    def __str__(self) -> str:
        return self.said(str)


def _said(value: object, translate: Translate) -> object:
    if isinstance(value, Message):
        return value.said(translate)
    if isinstance(value, list | tuple):
        return translate(", ").join(str(_said(item, translate)) for item in value)
    return value


def message(template: str, /, **values: object) -> Message:
    """Return a message; the template is a literal, so that the catalogue can list it."""
    return Message(template, values)


def word(text: str) -> Message:
    """Return a fixed word of the data (a level, a state, a kind of rows) as part of a message."""
    return Message(text)


def mark(text: str) -> str:
    """Return `text` as it is: a literal for the catalogue that is translated later."""
    return text
