"""Reading the members of a JSON object into a dataclass, with the place of what is wrong."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any, NoReturn

from ..errors import InputError
from ..messages import message

_EXPECTED = {
    "text": message("a text"),
    "texts": message("a list of texts"),
    "flag": message("true or false"),
    "number": message("a number"),
    "count": message("a whole number"),
    "object": message("an object"),
    "mapping": message("an object of texts"),
    "codes": message("an object of objects"),
    "text or null": message("a text or null"),
}
#: What a member must be: a key of `_EXPECTED`, or a class for an object of objects of that class.
Expected = str | type


class Members:
    """A file that holds a connection.

    Parameters
    ----------
    what : the file, for messages
    types : class -> its members and what they must be
    """

    def __init__(self, what: object, types: Mapping[type, Mapping[str, Expected]]) -> None:
        self._what = what
        self._types = types

    def build(self, kind: type, value: Any, place: str = "", required: Collection[str] = ()) -> Any:
        """Return an object of a class made of a JSON object.

        Raises
        ------
        InputError : a member is not known, missing, or of another type.
        """
        members, types = self.object(value, place), self._types[kind]
        for name in members:
            if name not in types:
                raise InputError(
                    "{file}: {place} is no setting of a connection; remove it, or write one of {known}.",
                    file=self._what,
                    place=_joined(place, name),
                    known=list(types),
                )
        for name in required:
            if name not in members:
                raise InputError("{file} names no {place}; add it.", file=self._what, place=name)
        return kind(**{name: self._read(types[name], v, _joined(place, name)) for name, v in members.items()})

    def _read(self, expected: Expected, value: Any, place: str) -> Any:
        if isinstance(expected, type):
            items = self.object(value, place).items()
            return {name: self.build(expected, item, _joined(place, name)) for name, item in items}
        if not _fits(expected, value):
            self._wrong(place, expected)
        return tuple(value) if expected == "texts" else float(value) if expected == "number" else value

    def object(self, value: Any, place: str = "") -> dict[str, Any]:
        """Return a copy of a JSON object.

        Raises
        ------
        InputError : it is none.
        """
        if not isinstance(value, dict):
            if not place:
                raise InputError(
                    "{file} is no connection; choose a file that CityCheck wrote.", file=self._what
                )
            self._wrong(place, "object")
        return dict(value)

    def _wrong(self, place: str, expected: str) -> NoReturn:
        raise InputError(
            "{file}: {place} must be {expected}; correct it.",
            file=self._what,
            place=place,
            expected=_EXPECTED[expected],
        )


def _joined(place: str, name: str) -> str:
    return f"{place}.{name}" if place else name


def _fits(expected: str, value: Any) -> bool:
    if expected == "text":
        return isinstance(value, str)
    if expected == "text or null":
        return value is None or isinstance(value, str)
    if expected == "texts":
        return isinstance(value, list) and all(isinstance(item, str) for item in value)
    if expected == "flag":
        return isinstance(value, bool)
    if expected == "number":
        return isinstance(value, int | float) and not isinstance(value, bool)
    if expected == "count":
        return isinstance(value, int) and not isinstance(value, bool)
    if not isinstance(value, dict):
        return False
    if expected == "mapping":
        return all(item is None or isinstance(item, str) for item in value.values())
    return expected != "codes" or all(isinstance(item, dict) for item in value.values())
