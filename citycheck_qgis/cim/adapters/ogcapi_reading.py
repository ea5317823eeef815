"""Reading and finding the features of an OGC API, as they are parsed."""

from __future__ import annotations

import re
import uuid
from collections.abc import Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

from ...errors import ExchangeError, NoAnswerError, RefusedError, UnsafeError
from ..addresses import with_parameters
from ..network import Answer
from .ogcapi_documents import ERRORS, FEATURES, Site, count_of, items_of, links_of

#: Keys in one filter: their text, percent-encoded, stays below the 4 kB that some gateways allow for an address.
KEYS_AT_ONCE = 60
#: Status of a request that the platform finds wrong.
_BAD = 400
#: Pages without a feature that are followed before the reading is given up.
EMPTY_PAGES = 100
_LONGEST = 2700
#: Keys that need no quoting in any filter language; QGIS Server puts a value into its own expression as it stands.
PLAIN_KEY = re.compile(r"[0-9A-Za-z_.:{}-]+")
#: Ways to ask for features by key: filters with many keys, one key per request, reading everything.
FILTERS, PROPERTY, SCAN = ("cql2-text", "cql-text"), "property", "scan"


@dataclass
class Parsed:
    """A page as it is parsed, with what `base.Page` says of it."""

    items: list[Mapping[str, Any]]
    matched: int | None
    last: bool = False


@dataclass(frozen=True)
class Items:
    """The features of a collection.

    Attributes
    ----------
    path : of the features, below the landing page
    params : sent with every request (the CRS)
    """

    site: Site
    collection: str
    path: str
    params: Mapping[str, str] = field(default_factory=dict)

    def url(self, server_id: str | None = None) -> str:
        """Return the address of all features, or of one.

        Raises
        ------
        RefusedError : the platform gave an id that would make it the address of something else.
        """
        if server_id in ("", ".", "..", "None"):
            raise RefusedError(
                "The platform gave a feature of collection {collection} the id “{id}”, which has no address of its own; "
                "the request was not sent.",
                collection=self.collection,
                id=server_id,
            )
        return self.site.url(self.path if server_id is None else f"{self.path}/{quote(server_id, safe='')}")

    def ask(self, params: Mapping[str, str], accept: tuple[int, ...] = ()) -> Answer:
        """Ask for features."""
        return self.site.http.request(
            "GET", self.url(), params={**params, **self.params}, headers=FEATURES, accept=accept
        )

    def _follow(self, url: str, seen: set[str], empty: int = 0) -> Answer:
        if url in seen or empty > EMPTY_PAGES:
            raise NoAnswerError(
                "The platform leads in a circle through the pages of collection {collection}; probe it, or ask for "
                "smaller pages.",
                collection=self.collection,
            )
        seen.add(url)
        return self.site.http.request("GET", url, headers=FEATURES, accept=(_BAD,))

    def _next(self, document: Mapping[str, Any], base: str) -> str | None:
        for link in links_of(document):
            if link.get("rel") == "next" and link.get("href"):
                return self.site.link(str(link["href"]), base)
        return None

    # --- everything ------------------------------------------------------------------------------------

    def pages(self, limit: int, order: str) -> Generator[Parsed, None, None]:
        """Read everything by following the platform's links to the next page.

        Parameters
        ----------
        limit : features to ask for at a time; fewer where the platform refuses it
        order : field to sort by; an empty text: it cannot be sorted
        """
        answer, limit = self._first_page(limit, {"sortby": order} if order else {})
        seen, total, largest, empty, last_id = {answer.url}, 0, 0, 0, None
        while True:
            items, document = items_of(answer)
            matched = count_of(document.get("numberMatched"))
            following = self._next(document, answer.url)
            total, last_id = total + len(items), items[-1].get("id") if items else last_id
            full = len(items) >= limit or 0 < largest <= len(items)
            largest, empty = max(largest, len(items)), 0 if items else empty + 1
            if following is None:
                doubtful = total > 0 and last_id is not None and (full or (matched or 0) > total)
                yield Parsed(items, matched, last=not doubtful)
                if doubtful:
                    yield from self._rest(answer.url, total, limit, matched, last_id)
                return
            yield Parsed(items, matched)
            # Not to be kept while the next page comes in.
            del items, document
            before, answer = answer.url, self._follow(following, seen, empty)
            if answer.status == _BAD:
                # Each process of QGIS Server has a count of its own, and refuses what another one has linked to.
                if last_id is None:
                    yield Parsed([], matched)
                else:
                    yield from self._rest(before, total, limit, matched, last_id, linked=True)
                return

    def _first_page(self, limit: int, order: Mapping[str, str]) -> tuple[Answer, int]:
        while True:
            try:
                return self.ask({"limit": str(limit), **order}), limit
            except (RefusedError, UnsafeError):
                if limit <= 100:
                    raise
                limit = max(limit // 5, 100)

    def _rest(
        self, url: str, total: int, limit: int, matched: int | None, last_id: Any, linked: bool = False
    ) -> Iterator[Parsed]:
        """Make sure that nothing comes after a page that could have been cut: ask again from its last feature on.

        A platform whose link to the next page comes from an estimated count (QGIS Server over PostGIS) leaves out the
        link too early; it also refuses an offset beyond that count, hence the last feature and not the one after it.

        Parameters
        ----------
        linked : there is a link to a next page, which the platform refuses
        """
        limit = max(limit, 2)
        while True:
            asked = with_parameters(url, {"offset": str(total - 1), "limit": str(limit)})
            answer = self.site.http.request("GET", asked, headers=FEATURES, accept=ERRORS)
            items = items_of(answer)[0] if answer.status < 400 else []
            if not items or items[0].get("id") != last_id:
                # It does not page this way: its own word must do, unless that contradicts itself.
                yield Parsed([], matched, last=matched == total or (matched is None and not linked))
                return
            done = len(items) == 1 or len(items) < limit
            total, last_id = total + len(items) - 1, items[-1].get("id")
            yield Parsed(items[1:], matched, last=done)
            if done:
                return

    # --- by key ----------------------------------------------------------------------------------------

    def queried(
        self, query: Mapping[str, str], key_field: str, wanted: Sequence[str]
    ) -> list[Mapping[str, Any]]:
        """Return what a query for keys finds, up to the page that holds something else."""
        answer = self.ask({"limit": str(max(2 * len(wanted), 10)), **query})
        found: list[Mapping[str, Any]] = []
        seen, keys = {answer.url}, set(wanted)
        while True:
            items, document = items_of(answer)
            found += items
            following = self._next(document, answer.url)
            if following is None or not keys_of(items, key_field) <= keys:
                return found
            answer = self._follow(following, seen)

    def find_way(self, query: KeyQuery, known: Sequence[str], by_name: bool) -> str:
        """Find out how features are asked for by key: a way counts when it finds one that is there, and nothing else.

        Declared or not: platforms declare filters that they do not have, and have some that they do not declare. An
        empty collection proves nothing; there the description of the interface must do.

        Parameters
        ----------
        known : two keys that are there; empty where none is known
        by_name : what the platform says of asking for the value of a field
        """
        nobody = [str(uuid.uuid4())]
        if not known:
            for way in FILTERS:
                # A platform that refuses half a filter reads filters.
                broken = {**query.params(way, nobody), "filter": f"{query.name} IN ("}
                if self._found(query, way, nobody) == set() and self._tried(broken).status in (400, 422):
                    return way
            return PROPERTY if by_name else SCAN
        for way in (*FILTERS, PROPERTY):
            wanted = known if way != PROPERTY else known[:1]
            if self._found(query, way, wanted) == set(wanted) and self._found(query, way, nobody) == set():
                return way
        return SCAN

    def _tried(self, params: Mapping[str, str]) -> Answer:
        return self.ask({"limit": "10", **params}, accept=ERRORS)

    def _found(self, query: KeyQuery, way: str, wanted: Sequence[str]) -> set[str] | None:
        answer = self._tried(query.params(way, wanted))
        try:
            return keys_of(items_of(answer)[0], query.name) if answer.status < 400 else None
        except (ExchangeError, AttributeError):
            return None


@dataclass(frozen=True)
class KeyQuery:
    """How keys are asked for.

    Attributes
    ----------
    name : the key's own field
    numbers : its values are whole numbers
    """

    name: str
    numbers: bool

    def params(self, way: str, wanted: Sequence[str]) -> dict[str, str]:
        """Return the parameters of a query."""
        if way == PROPERTY:
            return {self.name: wanted[0]}
        name = self.name
        if not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", name):
            name = '"' + name.replace('"', '""') + '"'
        values = [key if self.numbers else "'" + key.replace("'", "''") + "'" for key in wanted]
        return {"filter": f"{name} IN ({','.join(values)})", "filter-lang": way}


def keys_of(items: Sequence[Mapping[str, Any]], key_field: str) -> set[str]:
    """Return the keys of features as text."""
    return {str((item.get("properties") or {}).get(key_field)) for item in items}


def parts_of(keys: Sequence[str], number: int) -> Iterator[tuple[int, list[str]]]:
    """Return keys in parts of at most so many that fit into an address, each with its start."""
    start = 0
    while start < len(keys):
        end, length = start, 0
        while end < len(keys) and end - start < number and (end == start or length < _LONGEST):
            length += len(quote(keys[end], safe="")) + 9
            end += 1
        yield start, list(keys[start:end])
        start = end
