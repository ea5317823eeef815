"""CityCheck's side: the way to a platform, and one exchange."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from citycheck.citycheck_qgis.cim.adapters.base import Collection
from citycheck.citycheck_qgis.cim.adapters.opening import open_collection, way_to
from citycheck.citycheck_qgis.cim.connections import CollectionSettings, Connection
from citycheck.citycheck_qgis.cim.exchange import exchange
from citycheck.citycheck_qgis.cim.local import LocalLayer
from citycheck.citycheck_qgis.cim.local_geopackage import GeoPackageLayer, create_layer
from citycheck.citycheck_qgis.cim.mapping import Mapped
from citycheck.citycheck_qgis.cim.results import Report, Rules
from citycheck.citycheck_qgis.cim.store import Store

from .city_features import KEY

PUSH = Rules(push=True, pull=False, large_changes=True, dry_run=False, max_deletions=1 << 30)
PULL = Rules(push=False, pull=True, large_changes=True, dry_run=False, max_deletions=0)
SYNC = Rules(push=True, pull=True, large_changes=True, dry_run=False, max_deletions=1 << 30)
PREVIEW = Rules(push=True, pull=True, large_changes=True, dry_run=True)


class Way:
    """An open collection, and a clock of its requests.

    Attributes
    ----------
    waited : seconds in which a request was under way, from sending to the last byte of its answer
    formats : what the pages of a WFS were asked for in
    """

    def __init__(self, connection: Connection, collection: Collection) -> None:
        self.connection, self.collection = connection, collection
        self.waited = 0.0
        self.formats: set[str] = set()
        self._lock, self._under_way, self._since = threading.Lock(), 0, 0.0

    @property
    def crs(self) -> str | None:
        """CRS of the exchange."""
        return self.collection.crs

    def note(self, params: Mapping[str, str]) -> None:
        """Note what a request asks for."""
        if "STARTINDEX" in params:
            self.formats.add("geojson" if "json" in params.get("OUTPUTFORMAT", "").lower() else "gml")

    def begin(self) -> None:
        """A request is sent; the client may have several under way."""
        with self._lock:
            if self._under_way == 0:
                self._since = time.perf_counter()
            self._under_way += 1

    def end(self) -> None:
        """An answer is there."""
        with self._lock:
            self._under_way -= 1
            if self._under_way == 0:
                self.waited += time.perf_counter() - self._since


@contextmanager
def opened(protocol: str, url: str, name: str, **settings: Any) -> Iterator[Way]:
    """Open a collection; `settings` are those of the connection."""
    collections = {name: CollectionSettings(key_field=KEY)}
    connection = Connection("bench", protocol, url, collections=collections, **settings)
    with closing(way_to(connection)) as http:
        way = Way(connection, open_collection(connection, http, name))
        ask: Callable[..., Any] = http.request

        def timed(*arguments: Any, **named: Any) -> Any:
            way.note(named.get("params") or {})
            way.begin()
            try:
                return ask(*arguments, **named)
            finally:
                way.end()

        http.request = timed  # type: ignore[method-assign]
        yield way


def exchanged(way: Way, journal: Path | None, local: LocalLayer, rules: Rules) -> Report:
    """Do one exchange between a layer and an open collection."""
    settings = way.connection.settings(way.collection.name)
    with Store(journal) as store:
        link = store.link(way.connection.url, way.collection.name, "bench")
        return exchange(store, link, local, Mapped(way.collection, settings, local.schema), rules)


def pulled(way: Way, path: Path, journal: Path) -> Report:
    """Pull a collection into a layer of a GeoPackage, made where it is not there."""
    if not path.exists():
        create_layer(path, "bench", way.collection.schema, way.crs, KEY)
    with GeoPackageLayer(path, "bench", way.crs, key_field=KEY) as local:
        return exchanged(way, journal, local, PULL)
