"""What the figures are to reach."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from ..assignment.measure import Usage
from ..assignment.targets import Verdict, at_least, at_most

#: FZK-Haus: ground print and roofprint (m2), storeys, and how far they and the height of its twin may differ.
GROUND, ROOF, STOREYS, AREA_OFF, HEIGHT_OFF = 120.0, 143.0, 2, 0.5, 0.1
MOST_PER_MB, LEAST_RATIO, MOST_AREA_PERCENT = 0.20, 10, 0.5
#: Peak of memory, MB: so many times the file, and so much on top.
MEMORY_TIMES, MEMORY_BASE = 10, 100
CAMPUS_SECONDS, CAMPUS_MEMORY = 15.0, 1_200
MOST_OF_SINGLE = 1.3
#: Seconds for a million footprints and as many buildings, and how many of a thousand matches may be wrong.
MATCH_SECONDS, MATCH_WRONG = 60.0, 1.0
CITYJSON_RATE, CITYGML_RATE, MOST_GROWTH = 5_000, 10.0, 1.1


@dataclass(frozen=True)
class Run:
    """One run of a subject.

    Attributes
    ----------
    megabytes : size of what was read, 10^6 bytes
    usage : of all its processes
    figures : what the subject reported: `cpu` (seconds after its imports), areas, counts; empty: it failed
    """

    megabytes: float
    usage: Usage
    figures: Mapping[str, Any] = field(default_factory=dict)

    def __getitem__(self, name: str) -> float:
        """Return a figure; nan where there is none."""
        value = self.figures.get(name)
        return math.nan if value is None else float(value)

    @property
    def peak(self) -> float:
        """Peak of memory, MB; nan where it failed."""
        return self.usage.memory if self.figures else math.nan


Runs = Mapping[str, Mapping[str, Run]]


def area_percent(own: Run, recipe: Run) -> float:
    """Return how much the roofprint differs from the recipe's area, percent of the latter."""
    return 100 * abs(own["area"] - recipe["area"]) / recipe["area"] if recipe["area"] else math.nan


def memory_share(run: Run) -> float:
    """Return the peak of memory as a part of what the file's size allows."""
    return run.peak / (MEMORY_TIMES * run.megabytes + MEMORY_BASE)


def judge_twin(ifc: Run, twin: Run) -> dict[str, Verdict]:
    """Return the verdicts on FZK-Haus as IFC beside its CityGML twin."""
    return {
        "FZK-Haus: ground print off by m2": at_most(abs(ifc["ground"] - GROUND), AREA_OFF),
        "FZK-Haus: roofprint off by m2": at_most(abs(ifc["area"] - ROOF), AREA_OFF),
        "FZK-Haus: storeys off by": at_most(abs(ifc["storeys"] - STOREYS), 0),
        "FZK-Haus: height off its twin by m": at_most(abs(ifc["height"] - twin["height"]), HEIGHT_OFF),
    }


def judge_ifc(own: Mapping[str, Run], recipe: Mapping[str, Run], houses: Iterable[str]) -> dict[str, Verdict]:
    """Return the verdicts on ordinary models; those of `houses` are held against the recipe's areas."""
    verdicts = {
        "CPU s/MB, the worst ordinary model": at_most(
            _worst(run["cpu"] / run.megabytes for run in own.values()), MOST_PER_MB
        ),
        "peak memory of what the size allows, the worst": at_most(_worst(map(memory_share, own.values())), 1),
    }
    for name in houses:
        if name in own and name in recipe:
            ratio = recipe[name]["cpu"] / own[name]["cpu"]
            verdicts[f"{name}: times less CPU than the recipe"] = at_least(ratio, LEAST_RATIO)
            verdicts[f"{name}: area differs by %"] = at_most(
                area_percent(own[name], recipe[name]), MOST_AREA_PERCENT
            )
    return verdicts


def judge_campus(run: Run, buildings: int, ground: float) -> dict[str, Verdict]:
    """Return the verdicts on the large model; `ground` is the area that its buildings have."""
    return {
        "100 MB model: CPU s": at_most(run["cpu"], CAMPUS_SECONDS),
        "100 MB model: peak MB": at_most(run.peak, CAMPUS_MEMORY),
        "100 MB model: buildings missing": at_most(abs(buildings - run["buildings"]), 0),
        "100 MB model: ground off by %": at_most(100 * abs(run["ground"] / ground - 1), MOST_AREA_PERCENT),
    }


def judge_folder(run: Run, broken: int) -> dict[str, Verdict]:
    """Return the verdicts on the folder of small files, of which so many are broken and one hangs."""
    states = run.figures.get("states", {})
    return {
        "folder: files without a row": at_most(run["files"] - run["rows"], 0),
        "folder: sound files not read": at_most(run["files"] - broken - 1 - states.get("read", 0), 0),
        "folder: files over their time, but one": at_most(abs(states.get("timeout", 0) - 1), 0),
        "folder: CPU of the sum of single files": at_most(run.usage.cpu / run["single"], MOST_OF_SINGLE),
    }


def judge_city(cityjson: Run, small: Run, large: Run) -> dict[str, Verdict]:
    """Return the verdicts on city models; `small` and `large` are CityGML files of the same kind."""
    return {
        "CityJSON: buildings/s": at_least(cityjson["buildings"] / cityjson["cpu"], CITYJSON_RATE),
        "CityGML: MB/s": at_least(large.megabytes / large["cpu"], CITYGML_RATE),
        "CityGML: memory of a file four times as large": at_most(large.peak / small.peak, MOST_GROWTH),
    }


def judge_match(size: str, count: int, run: Run) -> dict[str, Verdict]:
    """Return the verdicts on the matching of so many footprints."""
    return {
        f"matching {size}: CPU s for a million": at_most(run["cpu"] * 1e6 / count, MATCH_SECONDS),
        f"matching {size}: wrong of a thousand": at_most(1_000 * run["wrong"] / count, MATCH_WRONG),
    }


def _worst(values: Iterable[float]) -> float:
    """Return the largest value, nan if any is."""
    found = list(values)
    return math.nan if any(map(math.isnan, found)) else max(found)
