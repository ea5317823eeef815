"""MapServer (WFS 2.0, reading only) before tables of a PostGIS server."""

from __future__ import annotations

import re
import signal
from collections.abc import Iterable
from pathlib import Path

import requests

from .fastcgi import FastCgiServer
from .postgis import GEOMETRY, Collection, PostGis
from .processes import ServerError

PROGRAM = Path("/usr/bin/mapserv")
#: The path names the map file.
LOCATIONS = """
        location ~ ^/(?<map>[a-z0-9_]+)$ {{
            include /etc/nginx/fastcgi_params;
            fastcgi_param MS_MAPFILE {folder}/$map.map;
            fastcgi_param MAPSERVER_CONFIG_FILE {folder}/mapserver.conf;
            fastcgi_pass programs;
        }}
"""
MAP = """MAP
  NAME "city"
  SIZE 100 100
  EXTENT 73 3 136 54
  PROJECTION "init=epsg:4326" END
  OUTPUTFORMAT
    NAME "geojson"
    DRIVER "OGR/GEOJSON"
    MIMETYPE "application/json; subtype=geojson"
    FORMATOPTION "STORAGE=stream"
    FORMATOPTION "FORM=SIMPLE"
  END
  WEB
    METADATA
      "ows_title" "City platform"
      "ows_onlineresource" "{url}"
      "ows_enable_request" "*"
      "ows_srs" "EPSG:4326 EPSG:4490 EPSG:4547"
      "wfs_getfeature_formatlist" "gml,geojson"
    END
  END
{layers}
END
"""
LAYER = """  LAYER
    NAME "{name}"
    TYPE {kind}
    STATUS ON
    CONNECTIONTYPE POSTGIS
    CONNECTION "{dsn}"
    PROCESSING "CLOSE_CONNECTION=DEFER"
    DATA "{geometry} from {name} using unique fid using srid={srid}"
    EXTENT 73 3 136 54
    PROJECTION "init=epsg:{srid}" END
    METADATA
      "ows_title" "{name}"
      "gml_featureid" "fid"
      "gml_include_items" "all"
      "gml_types" "auto"
      "ows_srs" "EPSG:4326 EPSG:4490 EPSG:4547"
      "wfs_getfeature_formatlist" "gml,geojson"
    END
  END
"""


class MapServer(FastCgiServer):
    """MapServer with one map file per published set of tables.

    Parameters
    ----------
    postgis : running server whose tables are published
    collections : the set that is published as map ``city``; :meth:`publish` adds other maps. All have geometry
    folder, port, processes : see :class:`FastCgiServer`
    """

    def __init__(
        self,
        postgis: PostGis,
        collections: Iterable[Collection] = (),
        *,
        folder: Path,
        port: int | None = None,
        processes: int = 1,
    ) -> None:
        # It notes SIGTERM only when the next request comes, and has nothing to finish.
        super().__init__(folder, PROGRAM, processes=processes, port=port, end_signal=signal.SIGKILL)
        self.postgis = postgis
        self._first = list(collections)

    @classmethod
    def missing(cls) -> str:
        """Why the server cannot be started here; empty when it can."""
        return cls.missing_parts(PROGRAM)

    def wfs_url(self, name: str = "city") -> str:
        """Address for WFS requests (``SERVICE=WFS&…``); a collection's type name is ``ms:`` and its table's name."""
        return f"{self.root}/{name}"

    def start(self) -> None:
        """Start the server and, when there are collections, wait until they are served."""
        self.folder.mkdir(parents=True, exist_ok=True)
        configuration = self.folder / "mapserver.conf"
        configuration.write_text(f'CONFIG\n  ENV\n    MS_MAP_PATTERN "^{self.folder}"\n  END\nEND\n')
        self.serve(LOCATIONS.format(folder=self.folder), {"MAPSERVER_CONFIG_FILE": str(configuration)})
        if self._first:
            self.publish("city", self._first)

    def publish(self, name: str, collections: Iterable[Collection]) -> None:
        """Serve a set of tables under a map of its own."""
        if not re.fullmatch(r"[a-z0-9_]+", name):
            raise ServerError(f"{name} is no name for a map: use a to z, 0 to 9 and _.")
        layers = "".join(
            LAYER.format(name=c.name, kind=_kind(c), dsn=self.postgis.dsn, geometry=GEOMETRY, srid=c.srid)
            for c in collections
        )
        (self.folder / f"{name}.map").write_text(MAP.format(url=self.wfs_url(name), layers=layers))
        answer = requests.get(
            self.wfs_url(name), {"SERVICE": "WFS", "REQUEST": "GetCapabilities"}, timeout=60
        )
        if not answer.ok or "WFS_Capabilities" not in answer.text:
            raise ServerError(f"MapServer does not serve {name}: {answer.status_code} {answer.text[:500]}")


def _kind(collection: Collection) -> str:
    """MapServer's word for a geometry type."""
    if collection.geometry is None:
        raise ServerError(f"MapServer serves no table without geometry: {collection.name}.")
    if "Point" in collection.geometry:
        return "POINT"
    return "LINE" if "Line" in collection.geometry else "POLYGON"
