"""What the figures are to reach."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from .sizes import growth_exponent

PRODUCT = "citycheck"
MOST_SECONDS = 4.5
#: CPU at 1 M as a multiple of that of what only moves the bytes.
MOST_OF_FLOOR = {"ogr2ogr": 0.30, "pyogrio_rewrite": 0.85}
#: Other exact programs' CPU at 1 M as a multiple of the product's.
LEAST_OF_PEER = {"qgis": 80, "geopandas": 10, "duckdb": 10, "sedonadb": 10, "postgis": 10, "geofileops": 10}
MOST_MEMORY = {"1m": 700, "3m": 1_000, "10m": 1_500}
MOST_GROWTH = 0.95


@dataclass(frozen=True)
class Figures:
    """What the runs of a subject in one city gave.

    Attributes
    ----------
    cpu, wall, memory : medians, see `measure.Usage`
    runs : their number; 0: worked out from smaller cities
    disagreements : buildings that have another code than they should, by column; empty: not compared
    failure : why there are no figures
    """

    cpu: float
    wall: float
    memory: float
    runs: int
    disagreements: dict[str, int]
    failure: str = ""


Verdict = dict[str, float | bool | None]


def at_most(value: float, target: float) -> Verdict:
    """Return the verdict on a figure that is to be small; nan stands for a run that failed."""
    return {"value": None if math.isnan(value) else round(value, 3), "target": target, "met": value <= target}


def at_least(value: float, target: float) -> Verdict:
    """Return the verdict on a figure that is to be large; nan stands for a run that failed."""
    return at_most(value, target) | {"met": value >= target}


def judge(figures: Mapping[str, Mapping[str, Figures]]) -> dict[str, Verdict]:
    """Return value, target and whether it is met, for each target that something was measured for.

    Parameters
    ----------
    figures : by city and script
    """
    cpu = {
        city: {script: math.nan if f.failure else f.cpu for script, f in found.items()}
        for city, found in figures.items()
        if PRODUCT in found
    }
    verdicts = {}
    if "1m" in cpu:
        million = cpu["1m"]
        own = million[PRODUCT]
        verdicts["CPU seconds, 1m"] = at_most(own, MOST_SECONDS)
        for script in filter(million.__contains__, MOST_OF_FLOOR):
            verdicts[f"CPU of {script}, 1m"] = at_most(own / million[script], MOST_OF_FLOOR[script])
        for script in filter(million.__contains__, LEAST_OF_PEER):
            verdicts[f"times faster than {script}, 1m"] = at_least(
                million[script] / own, LEAST_OF_PEER[script]
            )
    for city in cpu:
        found = figures[city][PRODUCT]
        failed = math.nan if found.failure else 0.0
        if found.disagreements or found.failure:
            verdicts[f"disagreements, {city}"] = at_most(sum(found.disagreements.values()) + failed, 0)
        if city in MOST_MEMORY:
            verdicts[f"peak MB, {city}"] = at_most(found.memory + failed, MOST_MEMORY[city])
    if {"1m", "10m"} <= cpu.keys():
        growth = growth_exponent("1m", cpu["1m"][PRODUCT], "10m", cpu["10m"][PRODUCT])
        verdicts["growth of CPU, 1m to 10m"] = at_most(growth, MOST_GROWTH)
    return verdicts
