"""Sentences for people as template and values, so that they can be said in another language."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

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


def plain(value: Any) -> Any:
    """Return a value as JSON has it; not-a-number and infinity have no JSON and become None."""
    if isinstance(value, Message):
        return {"message": message_record(value)}
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    if hasattr(value, "item"):
        value = value.item()
    if isinstance(value, float) and not math.isfinite(value):
        return None
    if value is None or isinstance(value, bool | int | float | str):
        return value
    return str(value)


def message_record(said: Message) -> dict[str, Any]:
    """Return a sentence as plain values, so that it can be kept and said later in any language."""
    return {"template": said.template, "values": plain(said.values)}


def message_of(record: Mapping[str, Any]) -> Message:
    """Return the sentence of `message_record`."""
    return Message(record["template"], {name: unplain(value) for name, value in record["values"].items()})


def unplain(value: Any) -> Any:
    """Return a value of `plain` with the sentences in it."""
    if isinstance(value, dict) and set(value) == {"message"}:
        return message_of(value["message"])
    return [unplain(item) for item in value] if isinstance(value, list) else value
