"""What every adapter of a protocol offers, and what it says about its platform."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ...errors import NoAnswerError
from ...messages import Message
from ..features import Feature, Schema


@dataclass(frozen=True)
class Capabilities:
    """What a platform can do with a collection: what its documents declare, corrected by what a probe has found.

    Attributes
    ----------
    create, update, delete : whether it takes these writes
    batch : features in one write request; 1 where the protocol writes one at a time
    atomic : a batch is done as a whole or not at all
    partial_update : what an update leaves out (fields, geometry) stays as it is
    find_batch : keys that one query can ask for; 0: there is no query by key, finding means reading everything
    locking : an update with an old version is refused (ETag, Last-Modified, time of the edit)
    """

    create: bool = False
    update: bool = False
    delete: bool = False
    batch: int = 1
    atomic: bool = False
    partial_update: bool = False
    find_batch: int = 0
    locking: bool = False

    @property
    def writable(self) -> bool:
        """Whether it takes any write."""
        return self.create or self.update or self.delete


@dataclass(frozen=True)
class Fault:
    """A feature of the platform that is there and cannot be read.

    Attributes
    ----------
    key, server_id : None where they cannot be read either
    """

    key: str | None
    server_id: str | None
    reason: Message


@dataclass(frozen=True)
class Page:
    """A part of a collection.

    Attributes
    ----------
    features : in the platform's order
    matched : how many features the platform says there are; a hint that may be wrong, None where it says nothing
    last : the platform has said that nothing comes after this page. The last page that an adapter gives without
        saying so means that the reading broke off: what was not read is then unknown, not absent
    faults : features that cannot be read; they are there all the same
    """

    features: list[Feature]
    matched: int | None = None
    last: bool = False
    faults: Sequence[Fault] = ()


@dataclass(frozen=True)
class Update:
    """A change of one feature.

    Attributes
    ----------
    before : the feature as the platform gave it a moment ago, with its present server id and version
    after : the whole feature as it should become, with the same key
    changed : names of the fields that change, `features.GEOMETRY` among them where the geometry does
    """

    before: Feature
    after: Feature
    changed: frozenset[str]


@dataclass(frozen=True)
class Outcome:
    """What the platform said about one feature of a write.

    Attributes
    ----------
    state : ``done``, ``rejected`` (nothing was changed), ``failed`` (the platform says that it failed: what it did is
        not known, but it is not busy with it any more), ``unknown`` (no answer, or it does not tell)
    server_id : the id of a new feature, where the answer tells it
    reason : why it was rejected or is unknown
    """

    state: str
    server_id: str | None = None
    reason: Message | None = None


DONE = Outcome("done")


class Collection(ABC):
    """One collection (layer, feature type, dataset) of a platform, opened through one protocol.

    All names of fields are the platform's own here; `mapping` turns them into those of the local layer.

    A write returns one outcome per feature, in order. It raises NoAnswerError where it is not known whether any of it
    was done, RefusedError where the platform refused the request as a whole (nothing was done), SignInError where it
    does not accept the credentials even after a fresh sign-in. It never repeats a request that may have been done.

    Attributes
    ----------
    name : id of the collection on the platform
    title : its title for people
    schema : fields without the key's own field, without the platform's id, and the geometry type
    crs : CRS of the features' geometry as text for pyproj (``OGC:CRS84``, ``EPSG:4547``), always used as x, y; None
        where there is no geometry
    key_field : the attribute that holds the key; None where the collection has none: it can be read only, and the
        key of a feature is then its server id
    key_length : longest key that fits in its field, in characters; None: not known
    capabilities : see `Capabilities`
    """

    name: str
    title: str
    schema: Schema
    crs: str | None
    key_field: str | None
    key_length: int | None = None
    capabilities: Capabilities

    @abstractmethod
    def pages(self) -> Iterator[Page]:
        """Read everything. Features may be doubled where the platform pages badly; the caller counts.

        Raises
        ------
        ExchangeError : the reading cannot go on. Pages before it are good.
        """

    @abstractmethod
    def find(self, keys: Sequence[str]) -> list[Feature]:
        """Return every feature that has one of the keys, fresh from the platform, in any order; doubles as well.

        Raises
        ------
        ExchangeError : not all of them could be asked for; never an incomplete list.
        """

    @abstractmethod
    def create(self, features: Sequence[Feature]) -> list[Outcome]:
        """Add features; at most `Capabilities.batch` in one request to the platform."""

    @abstractmethod
    def update(self, updates: Sequence[Update]) -> list[Outcome]:
        """Change features, each addressed by its server id; what is not in `changed` is left out where possible."""

    @abstractmethod
    def delete(self, features: Sequence[Feature]) -> list[Outcome]:
        """Delete features, each addressed by its server id. One that is not there any more is ``done``."""

    def scan(self, keys: Sequence[str]) -> list[Feature]:
        """Do the work of `find` by reading everything: for platforms without a query by key.

        Raises
        ------
        ExchangeError : the reading broke off.
        """
        wanted, found, page = set(keys), [], Page([])
        for page in self.pages():
            found += [feature for feature in page.features if feature.key in wanted]
            for fault in page.faults:
                # One of them may be what is looked for: it is not absent.
                if fault.key is None or fault.key in wanted:
                    raise NoAnswerError(
                        "Feature {feature} of collection {collection}: {reason}",
                        feature=fault.server_id or fault.key,
                        collection=self.name,
                        reason=fault.reason,
                    )
        if not page.last:
            raise NoAnswerError(
                "The platform stopped in the middle of collection {collection}; run again, and probe the platform if "
                "it happens again.",
                collection=self.name,
            )
        return found
