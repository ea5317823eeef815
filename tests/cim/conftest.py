"""The real servers that the exchange is tested with; each is started once per run, by the first test that wants it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any

import pytest
from citycheck.tests.servers.map_server import MapServer
from citycheck.tests.servers.postgis import PostGis
from citycheck.tests.servers.pygeoapi_server import PyGeoApi
from citycheck.tests.servers.qgis_server import QgisServer

#: Set to 1 where the servers must be there (``make test-exchange``): their absence is then a failure.
REQUIRED = "CITYCHECK_SERVERS_REQUIRED"
FIXTURES = {"postgis", "pygeoapi", "qgis_server", "map_server"}


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark the tests that need a server, so that ``-m servers`` chooses them."""
    for item in items:
        if FIXTURES & set(getattr(item, "fixturenames", ())):
            item.add_marker("servers")


def _require(server: Any) -> None:
    reason = server.missing()
    if reason and os.environ.get(REQUIRED) == "1":
        pytest.fail(reason, pytrace=False)
    if reason:
        pytest.skip(reason)


@pytest.fixture(scope="session")
def postgis() -> Iterator[PostGis]:
    """A PostGIS server without tables; make them with :meth:`PostGis.create`."""
    _require(PostGis)
    with PostGis() as server:
        yield server


@pytest.fixture(scope="session")
def pygeoapi(postgis: PostGis, tmp_path_factory: pytest.TempPathFactory) -> Iterator[PyGeoApi]:
    """pygeoapi without collections; serve tables with :meth:`PyGeoApi.publish`."""
    _require(PyGeoApi)
    with PyGeoApi(postgis, folder=tmp_path_factory.mktemp("pygeoapi")) as server:
        yield server


@pytest.fixture(scope="session")
def qgis_server(postgis: PostGis, tmp_path_factory: pytest.TempPathFactory) -> Iterator[QgisServer]:
    """QGIS Server without projects; serve tables with :meth:`QgisServer.publish`."""
    _require(QgisServer)
    with QgisServer(postgis, folder=tmp_path_factory.mktemp("qgis")) as server:
        yield server


@pytest.fixture(scope="session")
def map_server(postgis: PostGis, tmp_path_factory: pytest.TempPathFactory) -> Iterator[MapServer]:
    """MapServer without maps; serve tables with :meth:`MapServer.publish`."""
    _require(MapServer)
    with MapServer(postgis, folder=tmp_path_factory.mktemp("mapserver")) as server:
        yield server
