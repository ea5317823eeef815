"""Rows of a platform that cannot be read, told apart from those around them: one of them does not end a reading."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

from ...errors import ExchangeError
from ...messages import Message, message
from ..features import Feature
from .base import Fault
from .guarded import BROKEN

T = TypeVar("T")
#: Characters of the cause that are told.
_TOLD = 120
_MANY = 10


def read_each(
    rows: Sequence[T],
    read: Callable[[Sequence[T]], list[Feature]],
    told: Callable[[T], tuple[object, object]],
) -> list[Feature | Fault]:
    """Read rows, in their order, and where that fails one by one.

    Parameters
    ----------
    read : makes features of rows, all or none
    told : key and server id of a row, as far as they can be read

    Raises
    ------
    Exception : what `read` raises, where none of many rows can be read: then it is not the rows that are broken.
    """
    try:
        return list(read(rows))
    except (*BROKEN, ExchangeError) as error:
        found: list[Feature | Fault] = []
        whole = error
    for row in rows:
        try:
            found += read([row])
        except (*BROKEN, ExchangeError) as error:
            found.append(_fault(row, told, error))
    if len(rows) >= _MANY and not features_in(found):
        raise whole
    return found


def _fault(row: T, told: Callable[[T], tuple[object, object]], error: Exception) -> Fault:
    try:
        key, server_id = told(row)
    except BROKEN:
        key = server_id = None
    if isinstance(error, ExchangeError):
        reason: Message | str = error.message
    else:
        reason = ascii(f"{type(error).__name__}: {error}"[:_TOLD]).strip("'\"")
    sentence = message(
        "It cannot be read from the platform ({reason}); have it repaired there.", reason=reason
    )
    return Fault(_text(key), _text(server_id), sentence)


def _text(value: object) -> str | None:
    plain = isinstance(value, str | int) and not isinstance(value, bool) and value != ""
    return str(value).encode("utf-8", "replace").decode() if plain else None


def features_in(items: Sequence[Feature | Fault]) -> list[Feature]:
    """Return what could be read."""
    return [item for item in items if isinstance(item, Feature)]


def faults_in(items: Sequence[Feature | Fault]) -> list[Fault]:
    """Return what could not be read."""
    return [item for item in items if isinstance(item, Fault)]
