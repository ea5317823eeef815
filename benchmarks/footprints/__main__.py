"""Measure the reading of BIM and city models beside what people use for it now.

Every run is a process of its own. Prints tables, and at last one line of JSON with the figures and their targets. Real
models are taken from the data beside the checkout; where they are absent, their rows say so.

    make bench-footprints      or      python -m benchmarks.footprints --parts twin ifc campus folder city match
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

from ..assignment.measure import measure
from ..assignment.sizes import SIZES
from ..assignment.targets import Verdict
from .targets import (
    Run,
    area_percent,
    judge_campus,
    judge_city,
    judge_folder,
    judge_ifc,
    judge_match,
    judge_twin,
    memory_share,
)

ROOT = Path(__file__).resolve().parents[2]
DATA = ROOT.parent / "shared" / "data"
CACHE = ROOT / ".cache" / "bench"
PARTS = ("twin", "ifc", "campus", "folder", "city", "match")
#: A run that takes longer is ended, seconds.
LIMIT = 120.0
#: Ordinary models; of the first three the area is held against the recipe's.
HOUSES = ("AC20-FZK-Haus", "Duplex_A_20110907", "SampleHouse4")
ORDINARY = (*HOUSES, "20160414office_model_CV2_fordesign", "bimwhale_LargeBuilding", "bimwhale_TallBuilding")
#: Models that are something else: steel, and 32 buildings that the fast kernel cannot make.
OTHERS = ("ISSUE_021_Mini_Project", "ifcgref_file")
FILES, FILE_SECONDS = 1_000, 10.0
CAMPUS_MB = 100
CITYJSON, CITYGML = 20_000, (10_000, 40_000)


def run(subject: str, path: Path, *more: object, megabytes: float | None = None) -> Run:
    """Run a script of `subjects` on a file to its end."""
    size = path.stat().st_size / 1e6 if megabytes is None else megabytes
    with tempfile.TemporaryDirectory(dir=CACHE) as folder:
        target = Path(folder) / "figures.json"
        command = [sys.executable, "-m", f"{__package__}.subjects.{subject}", path, target, *more]
        usage = measure(list(map(str, command)), ROOT, LIMIT)
        figures = json.loads(target.read_text()) if target.exists() and not usage.failure else {}
    print(f"{path.name}: {subject} {usage.cpu:.2f} s {usage.failure}", file=sys.stderr)
    return Run(size, usage, figures)


def call(module: str, *arguments: object) -> str:
    """Run a module of this benchmark that is too big for this process (see `measure`); return what it prints."""
    command = [sys.executable, "-m", f"{__package__.rpartition('.')[0]}.{module}", *arguments]
    return subprocess.run(
        list(map(str, command)), cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True
    ).stdout.strip()


def table(title: str, head: str, rows: list[list[str]]) -> None:
    """Print a table in Markdown; the first column is text."""
    columns = head.split(" | ")
    print(f"\n{title}\n\n| {head} |\n| --- |{' ---: |' * (len(columns) - 1)}")
    for row in rows:
        print(f"| {' | '.join(row)}{' |' * (len(columns) - len(row))} |")


def figure(value: float, digits: int = 2) -> str:
    """Return a number for a table; a dash for none."""
    return "-" if value != value else f"{value:,.{digits}f}"


def failure(found: Run) -> str:
    """Return why a run gave nothing, for a table."""
    return f"failed: {found.usage.failure.replace('|', '/')[:70] or 'no figures'}"


ABSENT = "data absent"


def twin() -> dict[str, Verdict]:
    """Measure FZK-Haus as IFC and as CityGML."""
    ifc, archive = DATA / "ifc" / "AC20-FZK-Haus.ifc", DATA / "citymodels" / "FZK-Haus-LoD-all.zip"
    rows, found = [], []
    for title, subject, path in (
        ("IFC", "citycheck_ifc", ifc),
        ("CityGML twin", "citycheck_city", archive),
    ):
        if not path.exists():
            rows.append([title, ABSENT])
            continue
        found.append(run(subject, path))
        names = ("ground", "area", "storeys", "height")
        rows.append([title, *(figure(found[-1][name], 0 if name == "storeys" else 2) for name in names)])
    table("FZK-Haus", "as | ground print m² | roofprint m² | storeys | height m", rows)
    return judge_twin(*found) if len(found) == 2 else {}


def ifc() -> dict[str, Verdict]:
    """Measure IFC models beside the common recipe and IfcConvert's floor plans."""
    nothing = run("start", Path(__file__))
    own: dict[str, Run] = {}
    recipe: dict[str, Run] = {}
    rows = []
    for name in (*ORDINARY, *OTHERS):
        path = DATA / "ifc" / f"{name}.ifc"
        if not path.exists():
            rows.append([name, ABSENT])
            continue
        mine, common = run("citycheck_ifc", path), run("recipe_ifc", path, 1)
        copied, svg = (
            (run("recipe_ifc", path, os.cpu_count()), run("svg_ifc", path))
            if name in HOUSES
            else (None, None)
        )
        if name in ORDINARY:
            own[name], recipe[name] = mine, common
        rows.append(
            [
                name if mine.figures else f"{name}: {failure(mine)}",
                figure(mine.megabytes, 1),
                figure(mine["cpu"]),
                figure(mine["cpu"] / mine.megabytes),
                figure(common["cpu"]),
                figure(common["cpu"] / mine["cpu"], 1),
                "" if copied is None else figure(copied["cpu"]),
                "" if svg is None else figure(svg["cpu"]) if svg.figures else failure(svg),
                figure(mine["area"], 1),
                figure(common["area"], 1),
                figure(area_percent(mine, common)),
                figure(mine["ground"], 1),
                figure(mine.usage.memory, 0),
                figure(memory_share(mine)),
            ]
        )
    rows.append(["imports alone", *[""] * 11, figure(nothing.usage.memory, 0)])
    table(
        "IFC models",
        "model | MB | CityCheck CPU s | s/MB | recipe, 1 thread | × | recipe, all threads | floor plans (SVG) | "
        "roofprint m² | recipe m² | off by % | ground print m² | peak MB | of 10 × MB + 100",
        rows,
    )
    return judge_ifc(own, recipe, HOUSES) if own else {}


def campus() -> dict[str, Verdict]:
    """Measure a model of 100 MB."""
    path, buildings, ground = call("footprints.ifc_models", "campus", CAMPUS_MB).split("\n")
    found = run("citycheck_ifc", Path(path))
    table(
        "A model of 100 MB, made by ourselves",
        "MB | CPU s | s/MB | peak MB | buildings | ground print m² | true m²",
        [
            [
                figure(found.megabytes, 1) if found.figures else failure(found),
                figure(found["cpu"]),
                figure(found["cpu"] / found.megabytes, 3),
                figure(found.usage.memory, 0),
                figure(found["buildings"], 0),
                figure(found["ground"], 1),
                figure(float(ground), 1),
            ]
        ],
    )
    return judge_campus(found, int(buildings), float(ground))


def folder() -> dict[str, Verdict]:
    """Measure a folder of small files, some broken, one that hangs, and the folder of real models."""
    made, broken = call("footprints.ifc_models", "folder", FILES).split("\n")
    rows, verdicts = [], {}
    pipe = Path(made) / "hangs.ifc"
    pipe.unlink(missing_ok=True)
    os.mkfifo(pipe)
    try:
        found = run("citycheck_folder", Path(made), FILE_SECONDS, megabytes=0.0)
    finally:
        pipe.unlink()
    rows.append(_folder_row(f"{FILES:,} small files, {broken} of them broken, and one that hangs", found))
    verdicts.update(judge_folder(found, int(broken)))
    if (DATA / "ifc").exists():
        real = run("citycheck_folder", DATA / "ifc", LIMIT, megabytes=0.0)
        rows.append(_folder_row("all real models", real))
        gone = (
            real["files"]
            - real["rows"]
            + sum(
                real.figures.get("states", {}).get(state, 0)
                for state in ("crashed", "timeout", "memory", "failed")
            )
        )
        verdicts["real models without a row, crashed or over a limit"] = {
            "value": None if gone != gone else gone, "target": 0, "met": gone == 0,
        }  # fmt: skip
    else:
        rows.append(["all real models", ABSENT])
    table(
        "Folders, two processes",
        "folder | files | rows | states | buildings | CPU s | sum of single files | wall s | peak MB of a process",
        rows,
    )
    return verdicts


def _folder_row(title: str, found: Run) -> list[str]:
    if not found.figures:
        return [f"{title}: {failure(found)}"]
    states = ", ".join(f"{state} {count}" for state, count in sorted(found.figures["states"].items()))
    return [
        title,
        figure(found["files"], 0),
        figure(found["rows"], 0),
        states,
        figure(found["buildings"], 0),
        figure(found.usage.cpu),
        figure(found["single"]),
        figure(found.usage.wall, 1),
        figure(found.usage.memory, 0),
    ]


def city() -> dict[str, Verdict]:
    """Measure city models made by ourselves, and a real one, beside GDAL and a recipe for CityJSON."""
    rows = []
    runs: dict[str, Run] = {}
    for kind, count in (
        ("cityjson", CITYJSON),
        ("cityjsonseq", CITYJSON),
        *(("citygml", n) for n in CITYGML),
    ):
        path = Path(call("footprints.city_files", kind, count))
        runs[f"{kind} {count}"] = mine = run("citycheck_city", path)
        peer = {"cityjson": "recipe_city", "citygml": "gdal_city"}.get(kind)
        rows.append(_city_row(f"{kind}, {count:,} buildings", mine, run(peer, path) if peer else None))
    names = ("NRW_LoD2_32_280_5657_1.gml", "PLATEAU_53394517_bldg_CityGML2.gml", "FZK-Haus-LoD-all.zip")
    for name in names:
        path = DATA / "citymodels" / name
        if path.exists():
            rows.append(_city_row(name, run("citycheck_city", path), run("gdal_city", path)))
        else:
            rows.append([name, ABSENT])
    table(
        "City models",
        "file | MB | CityCheck CPU s | buildings/s | MB/s | peak MB | ground prints m² | peer CPU s | × | what the peer gave",
        rows,
    )
    small, large = (runs[f"citygml {count}"] for count in CITYGML)
    return judge_city(runs[f"cityjson {CITYJSON}"], small, large)


def match(sizes: Sequence[str]) -> dict[str, Verdict]:
    """Measure the matching of footprints with the buildings of an invented city, which overlap here and there."""
    rows = []
    verdicts: dict[str, Verdict] = {}
    for size in sizes:
        buildings, *_ = call("assignment.city", size).split("\n")
        found = run("citycheck_match", Path(buildings))
        verdicts |= judge_match(size, SIZES[size], found)
        rows.append(
            [
                size if found.figures else f"{size}: {failure(found)}",
                figure(found["cpu"]),
                figure(found.usage.memory, 0),
                *(figure(found[name], 0) for name in ("matched", "ambiguous", "wrong")),
            ]
        )
    table("Footprints and as many buildings", "number | CPU s | peak MB | matched | ambiguous | wrong", rows)
    return verdicts


def _city_row(title: str, mine: Run, peer: Run | None) -> list[str]:
    row = [
        title if mine.figures else f"{title}: {failure(mine)}",
        figure(mine.megabytes, 1),
        figure(mine["cpu"]),
        figure(mine["buildings"] / mine["cpu"], 0),
        figure(mine.megabytes / mine["cpu"], 1),
        figure(mine.usage.memory, 0),
        figure(mine["ground"], 1),
    ]
    if peer is None:
        return row
    if not peer.figures:
        return [*row, "", "", failure(peer)]
    if "ground" in peer.figures:
        gave = f"{peer['buildings']:,.0f} buildings, {peer['ground']:,.1f} m²"
    else:
        gave = f"{peer['polygons']:,.0f} features with polygons"
    return [*row, figure(peer["cpu"]), figure(peer["cpu"] / mine["cpu"], 1), gave]


def machine() -> str:
    """Return a line on the machine and the versions that were measured."""
    versions = "import ifcopenshell, shapely, pyogrio; print(f'ifcopenshell {ifcopenshell.version}, shapely '"
    versions += "f'{shapely.__version__} with GEOS {shapely.geos_version_string}, GDAL {pyogrio.__gdal_version_string__}')"
    said = subprocess.run([sys.executable, "-c", versions], stdout=subprocess.PIPE, text=True).stdout.strip()
    memory = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / 2**30
    return f"{os.cpu_count()} cores, {memory:.0f} GiB; {said}"


def main() -> None:
    """Measure, and print what was found."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--parts", nargs="+", choices=PARTS, default=PARTS, help="default: all")
    parser.add_argument(
        "--sizes", nargs="+", choices=SIZES, default=["100k"], help="buildings to match with; default: 100k"
    )
    arguments = parser.parse_args()
    CACHE.mkdir(parents=True, exist_ok=True)
    measured: dict[str, Callable[[], dict[str, Verdict]]] = {
        "twin": twin,
        "ifc": ifc,
        "campus": campus,
        "folder": folder,
        "city": city,
    }
    measured["match"] = lambda: match(arguments.sizes)
    print(machine())
    verdicts: dict[str, Verdict] = {}
    for part in PARTS:
        if part in arguments.parts:
            verdicts |= measured[part]()
    print(
        "\nCPU: user and system of all threads after the imports; ×: of CityCheck's CPU; peak MB: the largest process, "
        "imports included."
    )
    print("The recipe meshes all products with OpenCASCADE, openings cut, and unites all triangles.\n")
    print(json.dumps(verdicts))


if __name__ == "__main__":
    main()
