"""Reading everything: CityCheck beside QGIS's own provider for the same protocol and beside a plain loop."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

from .city_features import collection, ordinary
from .loops import loop_for
from .platforms import MAPSERVER, PYGEOAPI, QGIS_API, QGIS_WFS, Platform, Platforms
from .product import opened, pulled

SUBJECT = Path(__file__).resolve().parent / "subjects" / "qgis_read.py"
TITLES = (PYGEOAPI, QGIS_API, QGIS_WFS, MAPSERVER)
#: A provider that takes longer is ended, seconds.
LIMIT = 180.0


@dataclass
class Times:
    """Medians of seconds for all features of one server.

    Attributes
    ----------
    read, waited : CityCheck's adapter, from opening the collection to the last feature, and its part for the server
    pull : with the whole exchange: merged, into a new GeoPackage, journal written
    loop, same : a plain loop that parses each page in one format; in the formats that CityCheck reads
    provider : QGIS's provider
    formats : what CityCheck reads in
    wrong : who did not get all features
    """

    read: float
    waited: float
    pull: float
    loop: float
    same: float
    provider: float
    formats: str
    wrong: list[str] = field(default_factory=list)


def source(platform: Platform) -> tuple[str, str]:
    """Return QGIS's provider and its data source for a platform."""
    if platform.protocol == "ogcapi":
        return "OAPIF", f"url='{platform.url}' typename='{platform.name}'"
    return (
        "WFS",
        f"url='{platform.url}' typename='{platform.name}' version='auto' srsname='EPSG:4326' pagingEnabled='true'",
    )


def measure(platforms: Platforms, title: str, count: int, rounds: int, folder: Path) -> Times:
    """Read so many features in all ways in turns."""
    table = collection(f"reading_{TITLES.index(title)}")
    platforms.postgis.create(table)
    platforms.postgis.load(table, ordinary(count))
    platforms.postgis.execute(f"analyze {table.name}")
    (platform,) = platforms.serve(title, table, keep=True)
    reader = Reader(platform, count, folder)
    ways: Sequence[Callable[[], float]] = (
        reader.read,
        reader.provider,
        reader.loop,
        reader.same,
        reader.pull,
    )
    times: dict[Callable[[], float], list[float]] = {way: [] for way in ways}
    reader.read()
    reader.waited.clear()
    for number in range(rounds):
        for way in ways[number % len(ways) :] + ways[: number % len(ways)]:
            times[way].append(way())
    found = {way.__name__: median(seconds) for way, seconds in times.items()}
    return Times(
        waited=median(reader.waited), formats=" + ".join(reader.formats), wrong=sorted(reader.wrong), **found
    )


class Reader:
    """The ways to read a platform; each returns seconds."""

    def __init__(self, platform: Platform, count: int, folder: Path) -> None:
        self.platform, self.count, self.folder = platform, count, folder
        self.formats: list[str] = ["geojson"]
        self.waited: list[float] = []
        self.wrong: set[str] = set()
        self._runs = 0

    def _check(self, who: str, number: int) -> None:
        if number != self.count:
            self.wrong.add(f"{who}: {number:,}")

    def read(self) -> float:
        """CityCheck's adapter."""
        started = time.perf_counter()
        with opened(self.platform.protocol, self.platform.url, self.platform.name) as way:
            number = sum(len(page.features) for page in way.collection.pages())
            seconds = time.perf_counter() - started
            self.waited.append(way.waited)
            self.formats = sorted(way.formats) or ["geojson"]
        self._check("CityCheck", number)
        return seconds

    def pull(self) -> float:
        """CityCheck's exchange into a new GeoPackage."""
        self._runs += 1
        path = self.folder / f"{self.platform.table.name}-{self._runs}.gpkg"
        started = time.perf_counter()
        with opened(self.platform.protocol, self.platform.url, self.platform.name) as way:
            report = pulled(way, path, path.with_suffix(".db"))
        self._check("CityCheck's pull", report.counts.get("taken", 0))
        return time.perf_counter() - started

    def _loop(self, formats: Sequence[str]) -> float:
        started = time.perf_counter()
        for _ in loop_for(self.platform, formats).pages():
            pass
        return time.perf_counter() - started

    def loop(self) -> float:
        """A plain loop in one format."""
        return self._loop(("geojson",))

    def same(self) -> float:
        """A plain loop in the formats that CityCheck reads."""
        return self._loop(self.formats)

    def provider(self) -> float:
        """QGIS's provider in a process of its own."""
        target = self.folder / "provider.json"
        target.unlink(missing_ok=True)
        command = [sys.executable, SUBJECT, *source(self.platform), target]
        environment = os.environ | {"QT_QPA_PLATFORM": "offscreen"}
        try:
            done = subprocess.run(
                list(map(str, command)), env=environment, capture_output=True, text=True, timeout=LIMIT
            )
            said = done.stderr.strip().split("\n")[-1][:100]
        except subprocess.TimeoutExpired:
            said = f"more than {LIMIT:g} s"
        if not target.exists():
            self.wrong.add(f"QGIS: {said}")
            return float("nan")
        figures = json.loads(target.read_text())
        self._check("QGIS", figures["features"])
        return figures["wall"]
