"""QGIS Server (WFS 1.0/1.1 with transactions, OGC API Features) before tables of a PostGIS server."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from pathlib import Path

import requests

from .fastcgi import FastCgiServer
from .postgis import Collection, PostGis
from .processes import ServerError, run

PROGRAM = Path("/usr/lib/cgi-bin/qgis_mapserv.fcgi")
MAKE_PROJECT = Path(__file__).resolve().parent / "make_project.py"
#: The first part of the path names the project; its file is in the folder `projects`.
LOCATIONS = """
        location ~ ^/(?<project>[a-z0-9_]+)/wfs$ {{
            include /etc/nginx/fastcgi_params;
            fastcgi_param QGIS_PROJECT_FILE {folder}/projects/$project.qgs;
            # Otherwise the capabilities name addresses without the port.
            fastcgi_param HTTP_X_QGIS_SERVICE_URL {root}/$project/wfs;
            fastcgi_pass programs;
        }}
        location ~ ^/(?<project>[a-z0-9_]+)/wfs3(/|$) {{
            include /etc/nginx/fastcgi_params;
            fastcgi_param QGIS_PROJECT_FILE {folder}/projects/$project.qgs;
            fastcgi_pass programs;
        }}
"""


class QgisServer(FastCgiServer):
    """QGIS Server with one project per published set of tables.

    Parameters
    ----------
    postgis : running server whose tables are published
    collections : the set that is published as project ``city``; :meth:`publish` adds other projects
    folder, port, processes : see :class:`FastCgiServer`
    estimated : whether PostgreSQL's estimates of extent and count are used (``estimatedmetadata``); with True and a
        table that was never analysed, OGC API requests for items fail with status 400
    """

    def __init__(
        self,
        postgis: PostGis,
        collections: Iterable[Collection] = (),
        *,
        folder: Path,
        port: int | None = None,
        processes: int = 2,
        estimated: bool = False,
    ) -> None:
        super().__init__(folder, PROGRAM, processes=processes, port=port)
        self.postgis, self.estimated = postgis, estimated
        self._first = list(collections)

    @classmethod
    def missing(cls) -> str:
        """Why the server cannot be started here; empty when it can."""
        return cls.missing_parts(PROGRAM)

    def wfs_url(self, project: str = "city") -> str:
        """Address for WFS requests (``SERVICE=WFS&…``); a collection's type name is its table's name."""
        return f"{self.root}/{project}/wfs"

    def api_url(self, project: str = "city") -> str:
        """Landing page of OGC API Features; a collection's id is its table's name."""
        return f"{self.root}/{project}/wfs3"

    def items_url(self, name: str, project: str = "city") -> str:
        """Address of a collection's features in OGC API Features."""
        return f"{self.api_url(project)}/collections/{name}/items"

    def start(self) -> None:
        """Start the server and, when there are collections, wait until they are served."""
        (self.folder / "projects").mkdir(parents=True, exist_ok=True)
        home = self.folder / "home"
        home.mkdir(mode=0o700, exist_ok=True)
        locations = LOCATIONS.format(folder=self.folder, root=self.root)
        self.serve(locations, {**_qgis_environment(home), "QGIS_SERVER_LOG_LEVEL": "1"})
        if self._first:
            self.publish("city", self._first)

    def publish(self, project: str, collections: Iterable[Collection]) -> None:
        """Serve a set of tables under a project name of its own; a name cannot be used for another set later."""
        if not re.fullmatch(r"[a-z0-9_]+", project):
            raise ServerError(f"{project} is no name for a project: use a to z, 0 to 9 and _.")
        target = self.folder / "projects" / f"{project}.qgs"
        if not target.exists():
            source = (
                f"dbname='{self.postgis.database}' host='{self.postgis.host}' port={self.postgis.port} "
                f"user='{self.postgis.user}' key='fid' estimatedmetadata={'true' if self.estimated else 'false'}"
            )
            tables = [[c.name, c.geometry, c.srid] for c in collections]
            run(
                ["/usr/bin/python3", MAKE_PROJECT, target, source, json.dumps(tables)],
                self.folder / "project.log",
                env=_qgis_environment(self.folder / "home"),
            )
        # Each process reads the project at its first request.
        for _ in range(self.count):
            answer = requests.get(
                self.wfs_url(project), {"SERVICE": "WFS", "REQUEST": "GetCapabilities"}, timeout=60
            )
            if not answer.ok or "WFS_Capabilities" not in answer.text:
                raise ServerError(
                    f"QGIS Server does not serve {project}: {answer.status_code} {answer.text[:500]}"
                )


def _qgis_environment(home: Path) -> dict[str, str]:
    """Variables that keep QGIS off the display and the user's own settings."""
    return {
        "HOME": str(home),
        "XDG_RUNTIME_DIR": str(home),
        "QT_QPA_PLATFORM": "offscreen",
        "QGIS_OPTIONS_PATH": str(home),
        "QGIS_CUSTOM_CONFIG_PATH": str(home),
        "QGIS_AUTH_DB_DIR_PATH": str(home),
        "QGIS_SERVER_LOG_STDERR": "1",
    }
