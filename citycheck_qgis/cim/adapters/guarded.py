"""The guard around every adapter: an answer of another shape than expected is one sentence, never a traceback.

Adapters read answers as the documents of their protocol describe them. A platform that gives a number where a list
belongs has answered nothing that can be used; for a write that means that it is not known whether it was done.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import shapely
from pyproj.exceptions import ProjError

from ...errors import NoAnswerError
from ..features import Feature
from .base import Collection, Outcome, Page, Update

#: What reading an answer of another shape raises.
BROKEN = (
    LookupError, TypeError, ValueError, AttributeError, ArithmeticError, RecursionError, shapely.errors.ShapelyError,
    ProjError,
)  # fmt: skip
#: Characters of the cause that are told.
_TOLD = 120


@contextmanager
def understood(what: str) -> Iterator[None]:
    """Turn what a broken answer raises in the block into one sentence.

    Parameters
    ----------
    what : name of the collection or connection that was asked

    Raises
    ------
    NoAnswerError
    """
    try:
        yield
    except BROKEN as error:
        raise NoAnswerError(
            "The answer of the platform on {what} is not built as its protocol says ({reason}); probe the platform, and "
            "ask its operator if it happens again.",
            what=what,
            reason=ascii(f"{type(error).__name__}: {error}"[:_TOLD]).strip("'\""),
        ) from error


class Guarded(Collection):
    """A collection whose broken answers raise NoAnswerError, see `understood`.

    Raises
    ------
    NoAnswerError : the names of its fields are no texts, or their lengths no numbers.
    """

    def __init__(self, collection: Collection) -> None:
        self._inner = collection
        self.name, self.title, self.schema = collection.name, collection.title, collection.schema
        self.crs = collection.crs
        self.key_field, self.key_length = collection.key_field, collection.key_length
        self.capabilities = collection.capabilities
        with understood(self.name):
            "".join(self.schema.names).encode()
            sum(n for n in (self.key_length, *(f.length for f in self.schema.fields)) if n is not None)

    def __getattr__(self, name: str) -> Any:
        """Return what an adapter tells beyond the contract of collections."""
        return getattr(self._inner, name)

    def pages(self) -> Iterator[Page]:
        """Read everything, see `Collection.pages`."""
        with understood(self.name):
            for page in self._inner.pages():
                _check_names(page.features)
                yield page

    def find(self, keys: Sequence[str]) -> list[Feature]:
        """Return the features of some keys, see `Collection.find`."""
        return self._checked(self._inner.find, keys)

    def scan(self, keys: Sequence[str]) -> list[Feature]:
        """Do the work of `find` by reading everything, see `Collection.scan`."""
        return self._checked(self._inner.scan, keys)

    def _checked(self, find: Callable[[Sequence[str]], list[Feature]], keys: Sequence[str]) -> list[Feature]:
        with understood(self.name):
            found = find(keys)
            _check_names(found)
            return found

    def create(self, features: Sequence[Feature]) -> list[Outcome]:
        """Add features, see `Collection.create`."""
        with understood(self.name):
            return self._inner.create(features)

    def update(self, updates: Sequence[Update]) -> list[Outcome]:
        """Change features, see `Collection.update`."""
        with understood(self.name):
            return self._inner.update(updates)

    def delete(self, features: Sequence[Feature]) -> list[Outcome]:
        """Delete features, see `Collection.delete`."""
        with understood(self.name):
            return self._inner.delete(features)


def _check_names(features: Sequence[Feature]) -> None:
    """Check that keys and ids are texts that a database takes: no half surrogate pair."""
    "".join([f.key for f in features if f.key is not None]).encode()
    "".join([f.server_id for f in features if f.server_id is not None]).encode()
