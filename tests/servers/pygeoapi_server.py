"""pygeoapi, an OGC API Features server that can be written to, before tables of a PostGIS server."""

from __future__ import annotations

import json
import signal
import subprocess
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import requests

from .postgis import GEOMETRY, Collection, PostGis
from .processes import (
    LOOPBACK,
    REMEDY,
    SERVER_PYTHON,
    Process,
    Server,
    ServerError,
    accepts,
    clean_environment,
    free_port,
    run,
)

CRS84 = "http://www.opengis.net/def/crs/OGC/1.3/CRS84"
EPSG_4326 = "http://www.opengis.net/def/crs/EPSG/0/4326"
PROVIDER = Path(__file__).resolve().parent / "pygeoapi_provider"
#: Bounding box of China, longitude and latitude: the extent that each collection declares.
EXTENT = [73, 3, 136, 54]


class PyGeoApi(Server):
    """pygeoapi under gunicorn with one process per worker.

    Parameters
    ----------
    postgis : running server whose tables are published
    collections : what to publish at the start; :meth:`publish` adds more
    folder : where configuration and log go
    port : TCP port of 127.0.0.1; None takes a free one, which a restart keeps
    stock : True runs pygeoapi's own PostgreSQL provider with ``storage_crs`` EPSG:4326, which swaps the axes of what
        it gives back (longitude and latitude are stored as written, and read as latitude, longitude)
    page, most : features of a page when the client asks for no limit, and at most (a higher limit is cut silently)
    workers : processes that answer requests

    Attributes
    ----------
    url : root of the service (landing page)
    """

    def __init__(
        self,
        postgis: PostGis,
        collections: Iterable[Collection] = (),
        *,
        folder: Path,
        port: int | None = None,
        stock: bool = False,
        page: int = 1000,
        most: int = 5000,
        workers: int = 2,
    ) -> None:
        super().__init__(folder)
        self.postgis = postgis
        self.collections = {collection.name: collection for collection in collections}
        self.port = port or free_port()
        self.stock, self.page, self.most, self.workers = stock, page, most, workers

    @staticmethod
    def missing() -> str:
        """Why the server cannot be started here; empty when it can."""
        if not SERVER_PYTHON.exists():
            return f"pygeoapi not installed: {REMEDY}"
        found = subprocess.run(
            [
                SERVER_PYTHON,
                "-c",
                "import importlib.util as u; print(*map(u.find_spec, ('pygeoapi', 'gunicorn')))",
            ],
            env=clean_environment(),
            capture_output=True,
            text=True,
        )
        return f"pygeoapi not installed: {REMEDY}" if found.returncode or "None" in found.stdout else ""

    @property
    def url(self) -> str:
        """Root of the service."""
        return f"http://{LOOPBACK}:{self.port}"

    def items_url(self, name: str) -> str:
        """Address of a collection's features."""
        return f"{self.url}/collections/{name}/items"

    def start(self) -> None:
        """Write the configuration, start the workers and wait until every collection is served."""
        if accepts(self.port):
            raise ServerError(f"Port {self.port} of {LOOPBACK} is taken by another program.")
        self.folder.mkdir(parents=True, exist_ok=True)
        self._configure()
        gunicorn = [SERVER_PYTHON, "-m", "gunicorn", "-w", str(self.workers), "-b", f"{LOOPBACK}:{self.port}"]
        options = ["--timeout", "120", "--graceful-timeout", "2", "--no-control-socket"]
        server = Process(
            [*gunicorn, *options, "pygeoapi.flask_app:APP"],
            self.folder / "pygeoapi.log",
            env=self._environment(),
        )
        self.processes.append(server)
        server.wait_for(self._serves_all, "pygeoapi")

    def publish(self, *collections: Collection) -> None:
        """Serve further collections, or ones whose table was made anew with other columns."""
        self.collections |= {collection.name: collection for collection in collections}
        self._configure()
        if not self.processes:
            return
        before = set(self._workers())
        self.processes[0].send(signal.SIGHUP)
        deadline = time.monotonic() + 60
        while before & set(self._workers()) or not self._serves_all():
            if time.monotonic() > deadline:
                raise ServerError(
                    f"pygeoapi did not take its new configuration. {self.processes[0].last_words()}"
                )
            time.sleep(0.05)

    def _workers(self) -> list[int]:
        pid = self.processes[0].pid
        return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]

    def _serves_all(self) -> bool:
        try:
            for name in self.collections or [""]:
                path = f"/collections/{name}" if name else "/"
                if requests.get(f"{self.url}{path}", params={"f": "json"}, timeout=10).status_code != 200:
                    return False
        except requests.ConnectionError:
            return False
        return True

    def _environment(self) -> dict[str, str]:
        return {
            "PYTHONPATH": str(PROVIDER),
            "PYGEOAPI_CONFIG": str(self.folder / "pygeoapi.yml"),
            "PYGEOAPI_OPENAPI": str(self.folder / "openapi.yml"),
        }

    def _configure(self) -> None:
        configuration = self.folder / "pygeoapi.yml"
        configuration.write_text(json.dumps(self._configuration(), ensure_ascii=False, indent=1), "utf-8")
        generate = [SERVER_PYTHON.with_name("pygeoapi"), "openapi", "generate", configuration]
        run(
            [*generate, "--output-file", self.folder / "openapi.yml"],
            self.folder / "openapi.log",
            env=self._environment(),
        )

    def _configuration(self) -> dict[str, Any]:
        """The configuration; JSON is YAML too."""
        return {
            "server": {
                "bind": {"host": LOOPBACK, "port": self.port},
                "url": self.url,
                "mimetype": "application/json; charset=UTF-8",
                "encoding": "utf-8",
                "language": "en-US",
                "pretty_print": False,
                "limits": {"default_items": self.page, "max_items": self.most, "on_exceed": "throttle"},
                "map": {"url": f"{self.url}/no-map", "attribution": ""},
            },
            "logging": {"level": "ERROR"},
            "metadata": {
                "identification": {
                    "title": "City platform",
                    "description": "pygeoapi before PostGIS, for tests",
                    "keywords": ["cim"],
                    "terms_of_service": "none",
                    "url": self.url,
                },
                "license": {"name": "none", "url": self.url},
                "provider": {"name": "CityCheck tests", "url": self.url},
                "contact": {"name": "CityCheck tests", "url": self.url},
            },
            "resources": {name: self._resource(collection) for name, collection in self.collections.items()},
        }

    def _resource(self, collection: Collection) -> dict[str, Any]:
        provider: dict[str, Any] = {
            "type": "feature",
            "name": "PostgreSQL" if self.stock else "cim_pg.Provider",
            "editable": True,
            "data": {
                "host": self.postgis.host,
                "port": self.postgis.port,
                "dbname": self.postgis.database,
                "user": self.postgis.user,
                "password": "",
                "search_path": ["public"],
            },
            "id_field": "fid",
            "table": collection.name,
            "geom_field": GEOMETRY,
            "crs": [CRS84, EPSG_4326, "http://www.opengis.net/def/crs/EPSG/0/4490"],
            "storage_crs": EPSG_4326 if self.stock else CRS84,
        }
        if not self.stock:
            provider["srid"] = collection.srid
        return {
            "type": "collection",
            "title": collection.name,
            "description": collection.name,
            "keywords": ["cim"],
            "links": [],
            "extents": {"spatial": {"bbox": EXTENT, "crs": CRS84}},
            "providers": [provider],
        }
