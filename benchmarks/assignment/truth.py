"""The right community of every building, by brute force, and how many buildings a result has elsewhere.

python -m benchmarks.assignment.truth BUILDINGS COMMUNITIES [RESULT]
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pyogrio
import shapely
from numpy.typing import NDArray

#: Overlaps that differ by less than this (m2) are a tie, which the lowest code wins; less than this is a touch.
TIE = 1e-6
#: Columns of a result, and the digits that their codes share with the community's; the rest of 12 are zeros.
COLUMNS = {"community_code": 12, "street_code": 9, "district_code": 6}
#: Buildings that are overlaid at a time.
BLOCK = 50_000


def true_codes(buildings: Path, communities: Path) -> dict[str, str]:
    """Return the code of each building's community by building_id; an empty text is no community.

    Every building is cut with every community that it meets. The result is kept beside the buildings, under a hash of
    both files.
    """
    digest = hashlib.sha256(buildings.read_bytes() + communities.read_bytes()).hexdigest()[:16]
    kept = buildings.with_name(f"{buildings.stem}.truth-{digest}.npz")
    if not kept.exists():
        for stale in kept.parent.glob(f"{buildings.stem}.truth-*.npz"):
            stale.unlink()
        ids, codes = _overlay_all(buildings, communities)
        np.savez(kept, ids=ids, codes=codes)
    with np.load(kept) as arrays:
        return dict(zip(arrays["ids"].tolist(), arrays["codes"].tolist(), strict=True))


def _overlay_all(buildings: Path, communities: Path) -> tuple[NDArray, NDArray]:
    _, _, wkb, (codes,) = pyogrio.raw.read(communities, columns=["code"])
    order = np.argsort(codes)
    shapes, codes = shapely.from_wkb(wkb)[order], np.array([*codes[order], ""], dtype=str)
    tree = shapely.STRtree(shapes)

    def overlay(start: int) -> tuple[NDArray, NDArray]:
        _, _, wkb, (ids,) = pyogrio.raw.read(
            buildings, columns=["building_id"], skip_features=start, max_features=BLOCK
        )
        return ids.astype(str), codes[largest_overlap(shapely.from_wkb(wkb), shapes, tree)]

    # GEOS leaves Python's lock alone while it cuts.
    with ThreadPoolExecutor(2) as threads:
        blocks = threads.map(overlay, range(0, pyogrio.read_info(buildings)["features"], BLOCK))
        ids, found = zip(*blocks, strict=True)
    return np.concatenate(ids), np.concatenate(found)


def largest_overlap(features: NDArray, units: NDArray, tree: shapely.STRtree) -> NDArray[np.int64]:
    """Return the unit that each polygon overlaps most, the first of equals; -1 none."""
    broken = ~shapely.is_valid(features) & ~shapely.is_missing(features)
    features[broken] = shapely.make_valid(features[broken])
    feature, unit = tree.query(features)
    area = shapely.area(shapely.intersection(features[feature], units[unit]))
    best = np.full(len(features), TIE)
    np.maximum.at(best, feature, area)
    winner = area >= best[feature] - TIE
    winner &= area > TIE
    found = np.full(len(features), len(units))
    np.minimum.at(found, feature[winner], unit[winner])
    return np.where(found < len(units), found, -1)


def count_disagreements(result: Path, truth: dict[str, str]) -> dict[str, int]:
    """Return for each level how many buildings have another code than they should; the lost and the doubled count.

    A result may have no column for streets or districts; these are left out.
    """
    with sqlite3.connect(f"file:{result}?mode=ro", uri=True) as database:
        ((table,),) = database.execute("select table_name from gpkg_contents where data_type = 'features'")
        present = {"community_code"} | {row[1] for row in database.execute(f'pragma table_info("{table}")')}
        disagreements = {}
        for column, digits in COLUMNS.items():
            if column in present:
                rows = database.execute(f'select building_id, {column} from "{table}"').fetchall()
                found = {building: code or "" for building, code in rows}
                wrong = sum(
                    found.get(building) != (code and code[:digits].ljust(12, "0"))
                    for building, code in truth.items()
                )
                disagreements[column] = wrong + len(rows) - len(found)
    return disagreements


if __name__ == "__main__":
    truth = true_codes(Path(sys.argv[1]), Path(sys.argv[2]))
    if len(sys.argv) > 3:
        print(json.dumps(count_disagreements(Path(sys.argv[3]), truth)))
