"""Which building of the layer each model is: by global id, by building code, by where it lies.

Evidence and confidence
-----------------------
A key that both sides carry counts with the weight k: 0.95 a global id, 0.8 a code, 0.7 a code that is the same only
without hyphens and leading zeros. A footprint and a building that overlap count with g = 0.9 o, where o is the largest
of

- IoU, the area that both share as a part of the area that they cover together;
- the share of the building in the footprint, times the part of the footprint that its buildings fill together (one
  complex over several polygons of the register);
- the share of the footprint in the building, times the part of the building that its footprints fill together
  (several parts on one polygon);
- half of the larger share: that one lies in the other alone does not say that they are the same.

Where only a latitude and longitude placed the model, g = 0.5 o. Evidence is combined by Dempster's rule: two pieces
that agree leave the confidence 1 - (1 - k)(1 - g); two that contradict each other leave k (1 - g) / (1 - k g) for the
key and g (1 - k) / (1 - k g) for the place. A key without any overlap, though both have a place, loses weight with the
distance d between the two: k (1/4 + 3/4 * 50 m / (50 m + d)), with 500 m in place of 50 m where only a latitude and
longitude placed the model. Among rivals, each is left with its part of the sum of
their o; a code that stands at several places is left to each of them with an equal part.

Basis of a relation (`BASES`)
-----------------------------
``guid`` the same global id; ``code_and_overlap`` the same code, and they overlap; ``code_only`` the same code, and one
has no place or they lie side by side; ``overlap_strong`` no key, o >= 0.6; ``overlap_weak`` no key, o < 0.6;
``conflict`` the key says this building, the footprint lies on another one and more than 20 m from this one.

Relations are not forced to one building per footprint: `Matches.relations` holds all of them, with their kind.

Suggestions
-----------
A relation with a confidence below 0.5 (`FIRM`), and one without a key where only a latitude and longitude placed the
model, is a suggestion: it stays in the relations, but no building is chosen by it. A footprint whose best relation is
one is ambiguous (``weak``, where there is no other doubt) and has no building_id.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from pyproj import CRS

from ..errors import InputError
from ..messages import mark, message, word
from ..units.buildings import identify
from ..units.columns import find_column
from ..units.conservation import Conservation
from ..units.coordinates import in_metres
from ..units.geometry import own_columns
from .building_codes import (
    MOST_PER_CODE,
    KeyPairs,
    building_code,
    global_id,
    normal_forms,
    same_codes,
    same_keys,
)
from .displacement import Shift, find_shifts, shift_findings
from .findings import Finding, finding
from .pairs import MOSTLY, Pairs, Side, make_pairs, polygons_of

BASES = (
    mark("guid"),
    mark("code_and_overlap"),
    mark("code_only"),
    mark("overlap_strong"),
    mark("overlap_weak"),
    mark("conflict"),
)
GUID, CODE_AND_OVERLAP, CODE_ONLY, STRONG, WEAK, CONFLICT = range(len(BASES))
KINDS = (mark("one_to_one"), mark("one_to_many"), mark("many_to_one"), mark("many_to_many"))
OUTCOMES = (mark("matched"), mark("ambiguous"), mark("unmatched"), mark("outside"))
MATCHED, AMBIGUOUS, UNMATCHED, OUTSIDE = range(len(OUTCOMES))

#: Weights of the evidence, see above.
GUID_WEIGHT, CODE_WEIGHT, LOOSE_WEIGHT, OVERLAP_WEIGHT, ROUGH_WEIGHT = 0.95, 0.8, 0.7, 0.9, 0.5
#: From this o on an overlap is strong.
STRONG_OVERLAP = 0.6
#: Relations with less confidence are suggestions.
FIRM = 0.5
#: A second building with this part of the best one's o is a rival, unless the footprint covers both; buildings that
#: share less than this much of the footprint twice are parts of it and no duplicates of each other.
RIVAL, TWICE = 0.8, 0.1
#: Distances in metres: where a key has lost half of what it can lose, and within which a key and a place do not
#: contradict each other, both for exact and for rough places; within which polygons of one code are one building; from
#: which on a footprint is outside the layer.
HALF, HALF_ROUGH, BESIDE, BESIDE_ROUGH, ONE_PLACE, FAR_OFF = 50.0, 500.0, 20.0, 500.0, 200.0, 500.0
#: Methods of georeferencing (`Placement.method`) that place a model only roughly.
ROUGH_METHODS = ("latitude_longitude",)
#: Names of a column of global ids in a building layer.
GUID_COLUMNS = (
    "guid",
    "globalid",
    "ifcguid",
    "ifcglobalid",
    "cimid",
    "bimid",
    "gmlid",
    "模型编码",
    "构件编码",
)

RELATION_COLUMNS = [
    "footprint", "cim_id", "building_id", "basis", "confidence", "kind", "chosen", "iou", "share_of_footprint",
    "share_of_building", "distance",
]  # fmt: skip
FOOTPRINT_COLUMNS = ["cim_id", "building_id", "outcome", "basis", "confidence", "candidates", "reason"]
BUILDING_COLUMNS = ["building_id", "code", "outcome", "footprints", "reason"]

Progress = Callable[[float], None]


@dataclass(frozen=True)
class Matches:
    """What belongs together.

    Attributes
    ----------
    relations : one row per footprint and building, by footprint and then falling confidence: footprint (its position
        in the input), cim_id, building_id, basis (one of `BASES`), confidence (0 to 1), kind (one of `KINDS`), chosen
        (the footprint's building by rule: global id before code before overlap, then the highest confidence, then the
        lowest building_id; none where that is a suggestion), iou, share_of_footprint and share_of_building (0 to 1; nan where one has no place),
        distance (m, between the polygons; nan likewise)
    footprints : one row per footprint, in the input's order and index, with its geometry: `FOOTPRINT_COLUMNS`;
        building_id is that of the chosen relation, basis and confidence are those of the best, chosen or not; outcome
        is one of `OUTCOMES`; reason, where it is not ``matched``: ``conflict``, ``several_buildings`` (nearly equal
        candidates), ``code_repeated`` (its code stands at several places), ``weak`` (only a suggestion),
        ``nothing_to_compare`` (neither place nor key), ``code_unknown`` (no place, and no building has its code or id), ``touch`` (overlaps
        buildings too little), ``no_building`` (none where it lies), ``far_from_buildings`` (none within 500 m)
    buildings : one row per building, likewise: `BUILDING_COLUMNS`; footprints is the number of its relations; reason:
        ``ambiguous_footprint`` (only of ambiguous footprints), ``weak`` (only suggestions for footprints that have
        another building), ``touch``, ``no_footprint``, ``nothing_to_compare``,
        ``far_from_footprints`` (none within 500 m)
    conservation : of the footprints and of the buildings
    shifts : see `displacement.find_shifts`
    findings : what a person should know
    """

    relations: pd.DataFrame
    footprints: gpd.GeoDataFrame
    buildings: gpd.GeoDataFrame
    conservation: tuple[Conservation, Conservation]
    shifts: list[Shift] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)

    @property
    def footprint_remainder(self) -> gpd.GeoDataFrame:
        """The footprints that are not matched, with the reason."""
        return self.footprints[self.footprints["outcome"] != OUTCOMES[MATCHED]]

    @property
    def building_remainder(self) -> gpd.GeoDataFrame:
        """The buildings that are not matched, with the reason."""
        return self.buildings[self.buildings["outcome"] != OUTCOMES[MATCHED]]


def one_print_each(footprints: gpd.GeoDataFrame, preferred: str = "ground") -> gpd.GeoDataFrame:
    """Return one row per model building: its ground print, or the roofprint where it has none.

    Parameters
    ----------
    footprints : columns cim_id and kind (``roofprint``, ``ground``), one row per polygon; other columns are kept, with
        source_file, where there is one, telling apart equal ids of several files; a row without an id is a building of
        its own
    preferred : ``ground``, or ``roofprint`` for the other way round

    Returns
    -------
    The rows in the order in which the buildings first come.
    """
    keys = [column for column in ("source_file", "cim_id") if column in footprints]
    number = footprints.groupby(keys, sort=False, dropna=False).ngroup().to_numpy().copy()
    nameless = footprints["cim_id"].isna().to_numpy()
    number[nameless] = len(number) + np.arange(nameless.sum())
    shapes = np.asarray(footprints.geometry.array, dtype=object)
    nothing = shapely.is_missing(shapes) | shapely.is_empty(shapes)
    order = np.lexsort([np.arange(len(number)), footprints["kind"] != preferred, nothing, number])
    first = np.r_[True, np.diff(number[order]) > 0][: len(order)]
    _, began = np.unique(number, return_index=True)
    # Numbers of the nameless come last, whatever their place.
    return footprints.iloc[order[first][np.argsort(began, kind="stable")]]


def match(
    footprints: gpd.GeoDataFrame,
    buildings: gpd.GeoDataFrame,
    *,
    building_id: str | None = None,
    code: str | None = None,
    guid: str | None = None,
    progress: Progress = lambda share: None,
) -> Matches:
    """Find the building of each footprint (see the module's head for the rules).

    Parameters
    ----------
    footprints : one row per model building in the buildings' CRS; columns cim_id, and where known guid, code,
        source_file, georef_method, state (``approximate``); a building that nothing places has no geometry
    buildings : polygons in a CRS projected in metres
    building_id, code, guid : columns of the building layer: its number, the code that models carry, and their global
        id; those not given are found by their usual names, the code also in the column of the number
    progress : called with the share done, 0 to 1; may raise to cancel

    Raises
    ------
    InputError : other CRS than that of the buildings, or none in metres; no such column.
    """
    crs = _common_crs(footprints, buildings)
    models, register = _models(footprints), _register(buildings, building_id, code, guid)
    progress(0.05)
    by_guid, by_code = same_keys(models.guids, register.guids), same_codes(models.codes, register.codes)
    progress(0.15)
    pairs = make_pairs(models, register, by_guid, by_code, lambda share: progress(0.15 + 0.65 * share))
    kept = pairs.only(_worth_keeping(pairs, len(models.ids)))
    verdict = _judge(kept, models, register)
    progress(0.85)
    outcome, reason = _footprint_outcomes(kept, verdict.doubts, models, register)
    building_outcome, building_reason = _building_outcomes(kept, verdict.firm, outcome, models, register)
    shifts, findings = _look_for_shifts(footprints, crs, kept, models, register)
    progress(1.0)
    return Matches(
        _relation_table(kept, verdict, models, register),
        _outcome_table(
            footprints,
            {
                "cim_id": models.ids,
                **_chosen_columns(kept, verdict, models, register),
                "outcome": np.array(OUTCOMES, dtype=object)[outcome],
                "candidates": np.bincount(kept.footprint, minlength=len(models.ids)),
                "reason": reason,
            },
            FOOTPRINT_COLUMNS,
        ),
        _outcome_table(
            buildings,
            {
                "building_id": register.ids,
                "code": register.codes,
                "outcome": np.array(OUTCOMES, dtype=object)[building_outcome],
                "footprints": np.bincount(kept.building, minlength=len(register.ids)),
                "reason": building_reason,
            },
            BUILDING_COLUMNS,
        ),
        (_conservation(mark("footprints"), outcome), _conservation(mark("buildings"), building_outcome)),
        shifts,
        [*_key_findings(by_guid, by_code, models, register), *findings],
    )


def _common_crs(footprints: gpd.GeoDataFrame, buildings: gpd.GeoDataFrame) -> CRS:
    if buildings.crs is None or not in_metres(CRS(buildings.crs)):
        raise InputError(
            "Buildings and footprints are compared in metres, but the building layer has {crs}; reproject it to a "
            "projected CRS such as EPSG:4547.",
            crs=CRS(buildings.crs).name if buildings.crs else word("no CRS"),
        )
    somewhere = not shapely.is_missing(footprints.geometry.to_numpy()).all()
    if somewhere and footprints.crs != buildings.crs:
        raise InputError(
            "The footprints have {crs} and the buildings {other}; reproject the footprints to the buildings' CRS.",
            crs=CRS(footprints.crs).name if footprints.crs else word("no CRS"),
            other=CRS(buildings.crs).name,
        )
    return CRS(buildings.crs)


def _models(footprints: gpd.GeoDataFrame) -> Side:
    number = len(footprints)
    nothing = pd.Series([None] * number, index=footprints.index, dtype=object)
    method, state = footprints.get("georef_method", nothing), footprints.get("state", nothing)
    # A model is called approximate also where its CRS was inferred, and may then lie exactly.
    rough = method.isin(ROUGH_METHODS) | (method.isna() & (state == "approximate"))
    return Side(
        footprints["cim_id"].astype(str).to_numpy(dtype=object),
        normal_forms(footprints.get("code", nothing), building_code),
        normal_forms(footprints.get("guid", nothing), global_id),
        polygons_of(footprints.geometry.to_numpy()),
        rough.to_numpy(dtype=bool),
    )


def _register(buildings: gpd.GeoDataFrame, number: str | None, code: str | None, guid: str | None) -> Side:
    what = message("The building layer")
    attributes = own_columns(buildings)
    # Row numbers (id, OBJECTID) are no codes, so that only the names of real ones are looked for.
    code = find_column(attributes, "building_number", code or number, what)
    ids = identify(buildings, number, what)
    nothing = pd.Series([None] * len(buildings), index=buildings.index, dtype=object)
    if guid is None:
        plain = {str(name).casefold().replace("_", "").replace(" ", ""): name for name in attributes}
        guid = next((plain[name] for name in GUID_COLUMNS if name in plain), None)
    elif guid not in attributes:
        find_column(attributes, "building_id", guid, what)
    return Side(
        ids.to_numpy(dtype=object),
        normal_forms(buildings[code] if code else nothing, building_code),
        normal_forms(buildings[guid] if guid else nothing, global_id),
        polygons_of(buildings.geometry.to_numpy()),
        np.zeros(len(buildings), dtype=bool),
    )


def _any(rows: np.ndarray, which: np.ndarray, number: int) -> np.ndarray:
    """Return for each of so many owners whether any of its rows is among `which`."""
    found = np.zeros(number, dtype=bool)
    found[rows[which]] = True
    return found


def _largest(rows: np.ndarray, values: np.ndarray, number: int) -> np.ndarray:
    """Return for each of so many owners the largest value of its rows, 0 without one."""
    largest = np.zeros(number)
    np.maximum.at(largest, rows, values)
    return largest


def _worth_keeping(pairs: Pairs, number: int) -> np.ndarray:
    """Return which pairs are relations.

    With a key: those that overlap; where none does, those nearest, and those whose distance nobody knows. Without one:
    those of which one lies mostly in the other; only where a footprint has none of all these, the best it has.
    """
    footprint, overlapping, keyed = pairs.footprint, pairs.overlapping, pairs.keyed
    nearest = np.full(number, np.inf)
    there = keyed & ~np.isnan(pairs.distance)
    np.minimum.at(nearest, footprint[there], np.where(overlapping, 0.0, pairs.distance)[there])
    with_key = keyed & ~(pairs.distance > nearest[footprint] + BESIDE)
    without = overlapping & ~keyed
    mostly = without & pairs.mostly
    settled = _any(footprint, mostly | (keyed & overlapping), number)
    best = _largest(footprint[without], pairs.score[without], number)
    last_resort = without & ~settled[footprint] & (pairs.score >= RIVAL * best[footprint])
    return np.flatnonzero(with_key | mostly | last_resort)


@dataclass(frozen=True)
class _Verdict:
    """What was found about the relations.

    Attributes
    ----------
    basis : position in `BASES`, per relation
    confidence : per relation
    firm : per relation, whether it is more than a suggestion
    order : the relations by footprint, the best one first, then by falling confidence
    best : which of them, in this order, are the best of their footprint
    doubts : per footprint, the reason why it is ambiguous; empty: it is not
    """

    basis: np.ndarray
    confidence: np.ndarray
    firm: np.ndarray
    order: np.ndarray
    best: np.ndarray
    doubts: np.ndarray


def _judge(kept: Pairs, models: Side, register: Side) -> _Verdict:
    """Weigh the evidence of all relations (see the module's head)."""
    number = len(models.ids)
    footprint, keyed, overlapping = kept.footprint, kept.keyed, kept.overlapping
    agreed = keyed & overlapping
    sure = _any(footprint, agreed, number)
    elsewhere = _any(footprint, overlapping & ~keyed, number)
    # A key whose place nobody knows is not contradicted by another place.
    apart = keyed & (kept.distance >= 0) & ~overlapping & (elsewhere & ~sure)[footprint]
    contradicted = _any(footprint, apart, number)
    beside = np.where(models.rough, BESIDE_ROUGH, BESIDE)
    far = apart & (kept.distance > beside[footprint])
    conflict = _any(footprint, far, number) & ~_any(footprint, apart & ~far, number)

    weight = np.select([kept.guid, kept.loose, kept.code], [GUID_WEIGHT, LOOSE_WEIGHT, CODE_WEIGHT], 0.0)
    away = np.where(overlapping, 0.0, np.nan_to_num(kept.distance))
    half = np.where(models.rough[footprint], HALF_ROUGH, HALF)
    key = weight * (0.25 + 0.75 * half / (half + away))
    place = np.where(models.rough[footprint], ROUGH_WEIGHT, OVERLAP_WEIGHT) * kept.score
    against_key = np.where(contradicted, _largest(footprint, np.where(overlapping, place, 0.0), number), 0.0)
    against_place = np.where(contradicted, _largest(footprint, np.where(apart, key, 0.0), number), 0.0)
    against = np.select([apart, ~keyed], [against_key[footprint], against_place[footprint]], 0.0)
    confidence = 1 - (1 - key) * (1 - place)
    confidence = confidence * (1 - against) / (1 - confidence * against)

    doubts = np.full(number, "", dtype=object)
    rivals, part = _rivals(kept, number)
    doubts[rivals] = mark("several_buildings")
    repeated = _repeated(kept, number, register)
    doubts[repeated] = mark("code_repeated")
    doubts[conflict | _keys_disagree(kept, number)] = "conflict"
    confidence = np.where(rivals[footprint], confidence * part, confidence)
    several = np.bincount(footprint, keyed, number)
    confidence = np.where(
        keyed & repeated[footprint], confidence / np.maximum(several, 1)[footprint], confidence
    )
    # Equal evidence is to give equal numbers.
    confidence = np.round(confidence, 6)

    strong = kept.score >= STRONG_OVERLAP
    basis = np.select(
        [apart & conflict[footprint], kept.guid, agreed, keyed, strong],
        [CONFLICT, GUID, CODE_AND_OVERLAP, CODE_ONLY, STRONG],
        WEAK,
    )
    rule = np.select([kept.guid, keyed], [0, 1], 2)
    order = np.lexsort((_ranks(register.ids)[kept.building], -confidence, rule, footprint))
    best = np.r_[True, np.diff(footprint[order]) > 0][: len(order)]
    firm = (confidence >= FIRM) & (keyed | ~models.rough[footprint])
    suggested = footprint[order[best & ~firm[order]]]
    doubts[suggested] = np.where(doubts[suggested] == "", mark("weak"), doubts[suggested])
    return _Verdict(basis, confidence, firm, order, best, doubts)


def _ranks(ids: np.ndarray) -> np.ndarray:
    """Return the place of each id in alphabetical order."""
    ranks = np.empty(len(ids), dtype=np.int64)
    ranks[np.argsort(ids.astype(str), kind="stable")] = np.arange(len(ids))
    return ranks


def _rivals(kept: Pairs, number: int) -> tuple[np.ndarray, np.ndarray]:
    """Return the footprints that lie on several buildings about equally, and each relation's part of all scores.

    A footprint that covers several buildings, each of them mostly, has no rivals but parts.
    """
    footprint, score = kept.footprint, kept.score
    open_ = ~_any(footprint, kept.keyed, number)
    order = np.lexsort((-score, footprint))
    lead = np.zeros(number, dtype=np.int64)
    # The last assignment to a place stays.
    lead[footprint[order[::-1]]] = order[::-1]
    first = lead[footprint]
    both_covered = (kept.share_of_building >= MOSTLY) & (kept.share_of_building[first] >= MOSTLY)
    apart = kept.share_of_footprint + kept.share_of_footprint[first] <= 1 + TWICE
    other = np.arange(len(footprint)) != first
    rival = open_[footprint] & other & (score >= RIVAL * score[first]) & ~(both_covered & apart)
    total = np.bincount(footprint, score, number)
    return _any(footprint, rival, number), score / np.where(total > 0, total, 1.0)[footprint]


def _repeated(kept: Pairs, number: int, register: Side) -> np.ndarray:
    """Return the footprints without a place of their own whose key stands at several places."""
    rows = np.flatnonzero(kept.keyed & np.isnan(kept.distance))
    boxes = shapely.bounds(register.shapes[kept.building[rows]])
    low, high = np.full((number, 2), np.inf), np.full((number, 2), -np.inf)
    known = ~np.isnan(boxes[:, 0])
    np.minimum.at(low, kept.footprint[rows[known]], boxes[known, :2])
    np.maximum.at(high, kept.footprint[rows[known]], boxes[known, 2:])
    width, height = np.maximum(high - low, 0.0).T
    several = np.bincount(kept.footprint[rows[known]], minlength=number) > 1
    return several & (np.hypot(width, height) > ONE_PLACE)


def _keys_disagree(kept: Pairs, number: int) -> np.ndarray:
    """Return the footprints whose global id and whose code name different buildings."""
    by_id, by_code, by_both = (
        _any(kept.footprint, which, number) for which in (kept.guid, kept.code, kept.guid & kept.code)
    )
    return by_id & by_code & ~by_both


def _footprint_outcomes(
    kept: Pairs, doubts: np.ndarray, models: Side, register: Side
) -> tuple[np.ndarray, np.ndarray]:
    """Return position in `OUTCOMES` and reason of every footprint."""
    related = np.bincount(kept.footprint, minlength=len(models.ids)) > 0
    outcome, reason = _lost(related, kept.touched_footprints, models, register)
    reason = np.select(
        [related, reason == "far", reason == "nothing"],
        [doubts, mark("far_from_buildings"), mark("no_building")],
        reason,
    )
    outcome[related] = np.where(doubts[related] != "", AMBIGUOUS, MATCHED)
    return outcome, reason


def _building_outcomes(
    kept: Pairs, firm: np.ndarray, footprint_outcome: np.ndarray, models: Side, register: Side
) -> tuple[np.ndarray, np.ndarray]:
    """Return position in `OUTCOMES` and reason of every building; a suggestion alone matches none."""
    number = len(register.ids)
    matched = footprint_outcome[kept.footprint] == MATCHED
    sure, doubted = _any(kept.building, matched & firm, number), _any(kept.building, ~matched, number)
    related = np.bincount(kept.building, minlength=number) > 0
    outcome, reason = _lost(related, kept.touched_buildings, register, models)
    reason = np.select(
        [sure, doubted, related, reason == "far", reason == "nothing"],
        ["", mark("ambiguous_footprint"), "weak", mark("far_from_footprints"), mark("no_footprint")],
        reason,
    )
    outcome[related] = np.where(sure[related], MATCHED, AMBIGUOUS)
    return outcome, reason


def _lost(related: np.ndarray, touched: np.ndarray, side: Side, other: Side) -> tuple[np.ndarray, np.ndarray]:
    """Return outcome and reason of the rows of one side that have no relation."""
    placed = side.placed
    reason = np.where(side.keyed, mark("code_unknown"), mark("nothing_to_compare")).astype(object)
    reason[placed] = "nothing"
    asked = np.flatnonzero(placed & ~related & ~touched)
    tree = shapely.STRtree(other.shapes)
    near, _ = tree.query_nearest(side.shapes[asked], max_distance=FAR_OFF, all_matches=False)
    far = np.zeros(len(placed), dtype=bool)
    far[asked] = True
    far[asked[near]] = False
    reason[placed & touched] = mark("touch")
    reason[far] = "far"
    return np.where(far, OUTSIDE, UNMATCHED), reason


def _conservation(subject: str, outcome: np.ndarray) -> Conservation:
    return Conservation(subject, len(outcome), *np.bincount(outcome, minlength=len(OUTCOMES)).tolist())


def _relation_table(kept: Pairs, verdict: _Verdict, models: Side, register: Side) -> pd.DataFrame:
    per_footprint = np.bincount(kept.footprint, minlength=len(models.ids))[kept.footprint]
    per_building = np.bincount(kept.building, minlength=len(register.ids))[kept.building]
    kind = np.where(per_footprint > 1, 1, 0) + np.where(per_building > 1, 2, 0)
    order = verdict.order
    table = pd.DataFrame(
        {
            "footprint": kept.footprint[order],
            "cim_id": models.ids[kept.footprint[order]],
            "building_id": register.ids[kept.building[order]],
            "basis": np.array(BASES, dtype=object)[verdict.basis[order]],
            "confidence": verdict.confidence[order],
            "kind": np.array(KINDS, dtype=object)[kind[order]],
            "chosen": verdict.best & verdict.firm[order],
            "iou": kept.iou[order],
            "share_of_footprint": kept.share_of_footprint[order],
            "share_of_building": kept.share_of_building[order],
            "distance": kept.distance[order],
        }
    )
    return table[RELATION_COLUMNS]


def _chosen_columns(kept: Pairs, verdict: _Verdict, models: Side, register: Side) -> dict[str, np.ndarray]:
    """Return basis and confidence of the best relation of each footprint, and its building where it is chosen."""
    building, basis = (
        np.full(len(models.ids), None, dtype=object),
        np.full(len(models.ids), None, dtype=object),
    )
    confidence = np.full(len(models.ids), np.nan)
    best = verdict.order[verdict.best]
    chosen = best[verdict.firm[best]]
    building[kept.footprint[chosen]] = register.ids[kept.building[chosen]]
    basis[kept.footprint[best]] = np.array(BASES, dtype=object)[verdict.basis[best]]
    confidence[kept.footprint[best]] = verdict.confidence[best]
    return {"building_id": building, "basis": basis, "confidence": confidence}


def _outcome_table(
    given: gpd.GeoDataFrame, values: dict[str, np.ndarray], columns: list[str]
) -> gpd.GeoDataFrame:
    table = pd.DataFrame(values, index=given.index)[columns]
    return gpd.GeoDataFrame(table, geometry=given.geometry.to_numpy(), crs=given.crs)


def _key_findings(by_guid: KeyPairs, by_code: KeyPairs, models: Side, register: Side) -> list[Finding]:
    found = []
    for pairs in (by_guid, by_code):
        if pairs.unspecific:
            found.append(
                finding(
                    "code_unspecific",
                    "{count} codes stand on more than {limit} buildings each, such as {example}; they were not used.",
                    count=len(pairs.unspecific),
                    limit=MOST_PER_CODE,
                    example=pairs.unspecific[0],
                )
            )
    loose = len(np.unique(by_code.left[by_code.loose]))
    if loose:
        found.append(
            finding(
                "code_loose",
                "{count} codes are those of buildings only without hyphens or leading zeros.",
                count=loose,
            )
        )
    coded = np.array([code is not None for code in models.codes], dtype=bool)
    coded[by_code.left] = False
    if coded.any():
        found.append(
            finding(
                "code_unknown",
                "{count} footprints have a code that no building has, such as {example}.",
                count=int(coded.sum()),
                example=models.codes[np.flatnonzero(coded)[0]],
            )
        )
    return found


def _look_for_shifts(
    footprints: gpd.GeoDataFrame, crs: CRS, kept: Pairs, models: Side, register: Side
) -> tuple[list[Shift], list[Finding]]:
    """Look for one shift of the footprints that have one building by key, which has no other."""
    keyed = kept.keyed & ~np.isnan(kept.distance) & ~models.rough[kept.footprint]
    for owner, number in ((kept.footprint, len(models.ids)), (kept.building, len(register.ids))):
        keyed &= np.bincount(owner, kept.keyed, number)[owner] == 1
    rows = np.flatnonzero(keyed)
    if len(rows) == 0:
        return [], []
    here = shapely.get_coordinates(shapely.centroid(models.shapes[kept.footprint[rows]]))
    there = shapely.get_coordinates(shapely.centroid(register.shapes[kept.building[rows]]))
    files = footprints.get("source_file", pd.Series(index=footprints.index, dtype=object))
    shifts = find_shifts(there - here, files.to_numpy(dtype=object)[kept.footprint[rows]])
    middle = np.median(here, axis=0)
    return shifts, shift_findings(shifts, crs, (float(middle[0]), float(middle[1])))
