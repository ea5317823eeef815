"""What the figures are to reach."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from .sizes import growth_exponent

PRODUCT = "citycheck"
MOST_SECONDS = 4.5
#: CPU at 1 M as a multiple of that of what only moves the bytes.
MOST_OF_FLOOR = {"ogr2ogr": 0.30, "pyogrio_rewrite": 0.85}
#: Other exact programs' CPU at 1 M as a multiple of the product's.
LEAST_OF_PEER = {"qgis": 80, "geopandas": 10, "duckdb": 10, "sedonadb": 10, "postgis": 10, "geofileops": 10}
MOST_MEMORY = {"1m": 700, "3m": 1_000, "10m": 1_500}
MOST_GROWTH = 0.95


class Measured(Protocol):
    """Figures of one subject in one city (see ``__main__``)."""

    cpu: float
    memory: float
    disagreements: dict[str, int]
    failure: str


Verdicts = dict[str, dict[str, object]]


def judge(figures: Mapping[str, Mapping[str, Measured]]) -> Verdicts:
    """Return value, target and whether it is met, for each target of which the figures tell something.

    Parameters
    ----------
    figures : by city and script
    """
    verdicts: Verdicts = {}
    own = {
        city: found[PRODUCT]
        for city, found in figures.items()
        if PRODUCT in found and not found[PRODUCT].failure
    }

    def at_most(name: str, value: float, target: float) -> None:
        verdicts[name] = {"value": round(value, 3), "target": target, "met": value <= target}

    if "1m" in own:
        cpu = own["1m"].cpu
        at_most("CPU seconds, 1m", cpu, MOST_SECONDS)
        others = {script: f for script, f in figures["1m"].items() if not f.failure}
        for script, target in MOST_OF_FLOOR.items():
            if script in others:
                at_most(f"CPU of {script}, 1m", cpu / others[script].cpu, target)
        for script, target in LEAST_OF_PEER.items():
            if script in others:
                value = others[script].cpu / cpu
                verdicts[f"times faster than {script}, 1m"] = {
                    "value": round(value, 1),
                    "target": target,
                    "met": value >= target,
                }
    for city, found in own.items():
        if found.disagreements:
            at_most(f"disagreements, {city}", sum(found.disagreements.values()), 0)
        if city in MOST_MEMORY:
            at_most(f"peak MB, {city}", found.memory, MOST_MEMORY[city])
    if {"1m", "10m"} <= own.keys():
        at_most(
            "growth of CPU, 1m to 10m",
            growth_exponent("1m", own["1m"].cpu, "10m", own["10m"].cpu),
            MOST_GROWTH,
        )
    return verdicts
