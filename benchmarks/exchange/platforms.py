"""The real servers, started on this machine when a part of the benchmark wants them."""

from __future__ import annotations

import shutil
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any, Self

from citycheck.tests.servers.map_server import MapServer
from citycheck.tests.servers.postgis import Collection, PostGis
from citycheck.tests.servers.processes import ServerError, scratch_folder
from citycheck.tests.servers.pygeoapi_server import PyGeoApi
from citycheck.tests.servers.qgis_server import QgisServer

PYGEOAPI, QGIS_API, QGIS_WFS, MAPSERVER = (
    "pygeoapi",
    "QGIS Server OGC API",
    "QGIS Server WFS-T",
    "MapServer WFS",
)


@dataclass(frozen=True)
class Platform:
    """A table as one server serves it.

    Attributes
    ----------
    title : name of server and protocol
    protocol : the protocol's name in a connection
    url : base address of the service
    name : the collection's name there
    table : the table behind it
    """

    title: str
    protocol: str
    url: str
    name: str
    table: Collection


class Platforms:
    """PostGIS and the servers before it; use it in a ``with`` block."""

    def __init__(self) -> None:
        self._stack = ExitStack()
        self._running: dict[type, Any] = {}
        self._projects = 0

    def __enter__(self) -> Self:
        self.folder = scratch_folder()
        self._stack.callback(shutil.rmtree, self.folder, ignore_errors=True)
        if reason := PostGis.missing():
            raise ServerError(reason)
        self.postgis = self._stack.enter_context(PostGis())
        return self

    def __exit__(self, *exception: object) -> None:
        self._stack.close()

    def _server(self, kind: type) -> Any:
        if kind not in self._running:
            if reason := kind.missing():  # type: ignore[attr-defined]
                raise ServerError(reason)
            folder = self.folder / kind.__name__.lower()
            self._running[kind] = self._stack.enter_context(kind(self.postgis, folder=folder))
        return self._running[kind]

    def serve(self, title: str, *tables: Collection, keep: bool = False) -> list[Platform]:
        """Make empty tables and serve them.

        Parameters
        ----------
        title : one of the names of this module
        keep : the tables are there already, with their rows
        """
        for table in tables:
            self.postgis.create(table, replace=not keep)
        if title == PYGEOAPI:
            server = self._server(PyGeoApi)
            server.publish(*tables)
            return [Platform(title, "ogcapi", server.url, table.name, table) for table in tables]
        self._projects += 1
        project = f"p{self._projects}"
        server = self._server(MapServer if title == MAPSERVER else QgisServer)
        server.publish(project, tables)
        if title == MAPSERVER:
            return [Platform(title, "wfs", server.wfs_url(project), f"ms:{t.name}", t) for t in tables]
        if title == QGIS_API:
            return [Platform(title, "ogcapi", server.api_url(project), t.name, t) for t in tables]
        return [Platform(title, "wfs", server.wfs_url(project), t.name, t) for t in tables]
