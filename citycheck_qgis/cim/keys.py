"""The client's own key of a feature: an attribute of the layer, or made of what identifies a row of a checkup."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid5

import numpy as np

from ..errors import InputError
from ..messages import Message, message
from ..storage.tables import TABLES
from .features import canonical

#: Never to be changed: every key that a platform holds follows from it.
NAMESPACE = UUID("b24c9a2e-5a0f-5c1d-9c64-0d5a5f2f7a11")


@dataclass(frozen=True)
class KeyRule:
    """How the rows of a layer get their keys.

    Attributes
    ----------
    field : the attribute that holds the key; None where it is made of other attributes
    table : the checkup table whose key columns make the key; None where an attribute holds it
    """

    field: str | None = None
    table: str | None = None

    def __post_init__(self) -> None:
        if (self.field is None) == (self.table is None):
            raise ValueError("a key is either a field or made of a table's key columns")
        if self.table is not None and not (self.table in TABLES and TABLES[self.table].keys):
            raise InputError(
                "{table} is no table of a checkup whose rows have a key; name the field that holds the key.",
                table=self.table,
            )

    @property
    def columns(self) -> tuple[str, ...]:
        """The attributes that have to be read to know the key."""
        return (self.field,) if self.field is not None else TABLES[self.table or ""].keys

    def keys(self, columns: Sequence[Sequence[Any]]) -> list[str | None]:
        """Return the keys of rows whose values of `columns` are given, one sequence per column."""
        if self.field is not None:
            return key_column(columns[0])
        names = self.columns
        return [
            derived_key(self.table or "", dict(zip(names, row, strict=True)))
            for row in zip(*columns, strict=True)
        ]

    def missing(self) -> Message:
        """Return why a row has no key."""
        if self.field is not None:
            return message("The row has no key in field {field}; give it one.", field=self.field)
        return message("The row has no key: {fields} must not be empty.", fields=list(self.columns))

    def doubled(self, key: str, number: int) -> Message:
        """Return why a row of a doubled key is held back."""
        if self.field is not None:
            return message(
                "The key {key} stands in {number} rows; leave it in one of them and empty it in the others.",
                key=key,
                number=number,
            )
        return message(
            "{number} rows have the same {fields} and so one key ({key}); make them differ, or delete all but one.",
            number=number,
            fields=list(self.columns),
            key=key,
        )


def derived_key(table: str, values: Mapping[str, Any]) -> str | None:
    """Return the key of a row of a checkup table: the same on every machine and in every run.

    It is a UUID of version 5 (RFC 4122, 4.3) of the table's name and the values of its key columns as JSON.

    Parameters
    ----------
    values : at least the key columns

    Returns
    -------
    None where one of the key columns is empty.
    """
    kinds = TABLES[table].columns
    parts = [canonical(values[name], kinds[name]) for name in TABLES[table].keys]
    if any(part is None or part == "" for part in parts):
        return None
    # ASCII, so that every text has bytes, half a character as well.
    return str(uuid5(NAMESPACE, json.dumps([table, *parts], separators=(",", ":"))))


def key_column(values: Iterable[Any]) -> list[str | None]:
    """Return the keys that an attribute holds: text as it stands, whole numbers as digits, None for empty ones."""
    return [
        value if type(value) is str and value and not value.isspace() else _key(value) for value in values
    ]


def _key(value: Any) -> str | None:
    text = canonical(canonical(value, "integer"), "text")
    return text if isinstance(text, str) and text.strip() else None


def doubled_keys(read: Callable[[], Iterable[Sequence[str | None]]]) -> dict[str, int]:
    """Return the keys that come more than once, with their number, at eight bytes of memory per row.

    Parameters
    ----------
    read : gives the keys in batches; called a second time only where keys may be doubled
    """
    marks = [np.fromiter((hash(k) for k in batch if k is not None), dtype=np.int64) for batch in read()]
    every = np.sort(np.concatenate(marks)) if marks else np.empty(0, dtype=np.int64)
    suspects = set(every[1:][every[1:] == every[:-1]].tolist())
    if not suspects:
        return {}
    seen = Counter(k for batch in read() for k in batch if k is not None and hash(k) in suspects)
    return {key: number for key, number in seen.items() if number > 1}
