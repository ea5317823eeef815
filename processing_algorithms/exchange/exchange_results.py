"""What an exchange has done, as tables and as a report for people."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import pandas as pd

from ...citycheck_qgis.cim.features import GEOMETRY, Feature
from ...citycheck_qgis.cim.results import STATES, Report, conflict_reason
from ...citycheck_qgis.messages import word
from ...citycheck_qgis.storage.report import Section
from ..translate import sentence, tr
from .exchange_words import action_words, both_sides, of_partner, state_meanings, state_names

if TYPE_CHECKING:
    import geopandas as gpd

    from ...citycheck_qgis.cim.store import Conflict, Store
    from ...citycheck_qgis.messages import Message

RESULT = ("key", "row", "action", "state", "fields", "reason", "server_id")
DIFFERENCES = ("key", "item", "sent", "stored", "cause", "found")
CONFLICTS = (
    "conflict_id", "collection", "key", "feature", "kind", "item", "base", "ours", "theirs", "side", "state", "found",
)  # fmt: skip
#: Longest text in a cell of the report.
_CELL = 120


def result_frame(report: Report) -> pd.DataFrame:
    """Return one row per result, the words of action and state as they are stored; ``row`` is the layer's row number."""
    rows = [
        (
            r.key,
            r.fid,
            r.action,
            r.state,
            ", ".join(r.items),
            sentence(r.reason) if r.reason else None,
            r.server_id,
        )
        for r in report.results
    ]
    return pd.DataFrame(rows, columns=list(RESULT), dtype=object)


def differences_frame(store: Store, link_id: int) -> pd.DataFrame:
    """Return what the platform is known to have altered, one row per feature and item."""
    said = [
        (key, item, sent, stored, sentence(cause) if cause else None, found)
        for key, item, sent, stored, cause, found in store.differences(link_id)
    ]
    return pd.DataFrame(said, columns=list(DIFFERENCES), dtype=object)


def conflicts_frame(conflicts: Sequence[Conflict]) -> pd.DataFrame:
    """Return one row per conflict and item in conflict; column ``side`` is for the user's choice, see `Conflict` for ``state``."""
    rows = [
        (
            c.conflict_id, c.collection, c.key, known_by(c), c.kind, item, cell(c.base, item, tr("(no agreement yet)")),
            cell(c.local, item, tr("(deleted)")), cell(c.remote, item, tr("(deleted)")), None, c.state, c.found,
        )
        for c in conflicts
        for item in (c.items or ("",))
    ]  # fmt: skip
    frame = pd.DataFrame(rows, columns=list(CONFLICTS), dtype=object)
    apart = [_apart(c) if item == GEOMETRY else None for c in conflicts for item in (c.items or ("",))]
    frame["theirs"] = [
        text
        if distance is None
        else tr("{place}, up to {distance:.2g} m from ours").format(place=text, distance=distance)
        for text, distance in zip(frame["theirs"], apart, strict=True)
    ]
    return frame


def known_by(conflict: Conflict) -> str:
    """Return values by which people know a feature, for its key may be a UUID: names, then numbers and codes."""
    feature = conflict.local or conflict.remote or conflict.base
    values = {} if feature is None else feature.values
    known = [
        (rank, f"{name}: {value}")
        for name, value in values.items()
        if name not in conflict.items and isinstance(value, str | int) and 0 < len(str(value)) <= _KNOWN
        for rank, naming in enumerate(_NAMING)
        if naming.search(name)
    ]
    return "; ".join(dict.fromkeys(text for _, text in sorted(known, key=lambda pair: pair[0])[:3]))


#: What the fields are called by which people know a feature, and how long such a value is.
_NAMING = (re.compile("name|名", re.I), re.compile("(^|_)id$|code|编号|编码|代码", re.I))
_KNOWN = 60


def cell(feature: Feature | None, item: str, absent: str) -> str | None:
    """Return an item of a feature as text for people; null is None."""
    if feature is None:
        return absent
    value = feature.item(item)
    if isinstance(value, bytes):
        return shape_text(value)
    if value is None or isinstance(value, str):
        return value
    return json.dumps(value, ensure_ascii=False)


def shape_text(wkb: bytes) -> str:
    """Return kind, corners and middle of a geometry."""
    import shapely

    shape = shapely.from_wkb(wkb)
    if shape.is_empty:
        return sentence(word(shape.geom_type))
    west, south, east, north = shape.bounds
    digits = 6 if _in_degrees(shape) else 2
    place = f"{(west + east) / 2:.{digits}f}, {(south + north) / 2:.{digits}f}"
    return tr("{kind} round {place} (corners: {n})").format(
        kind=sentence(word(shape.geom_type)), n=int(shapely.get_num_coordinates(shape)), place=place
    )


def _apart(conflict: Conflict) -> float | None:
    """Return how far both sides of a geometry are apart in metres; None where one has none."""
    import shapely

    blobs = [f.geometry for f in (conflict.local, conflict.remote) if f is not None and f.geometry]
    if len(blobs) < 2:
        return None
    ours, theirs = shapely.from_wkb(blobs)
    if ours.is_empty or theirs.is_empty:
        return None
    return float(shapely.hausdorff_distance(ours, theirs)) * (_DEGREE if _in_degrees(ours) else 1)


def _in_degrees(shape: Any) -> bool:
    return max(map(abs, shape.bounds)) <= 360


#: Metres in a degree of latitude.
_DEGREE = 111_320.0


def side_layer(conflicts: Sequence[Conflict], side: str, crs: str | None) -> gpd.GeoDataFrame:
    """Return one side (``local`` or ``remote``) of all conflicts with its values and geometry; deleted ones are left out."""
    import geopandas as gpd
    import shapely

    rows, shapes = [], []
    for conflict in conflicts:
        feature: Feature | None = getattr(conflict, side)
        if feature is not None:
            rows.append({"conflict_id": conflict.conflict_id, "key": conflict.key, **feature.values})
            shapes.append(None if feature.geometry is None else shapely.from_wkb(feature.geometry))
    frame = (
        pd.DataFrame(rows, dtype=object)
        if rows
        else pd.DataFrame(columns=["conflict_id", "key"], dtype=object)
    )
    return gpd.GeoDataFrame(
        frame, geometry=gpd.GeoSeries(shapes, index=frame.index, dtype="geometry"), crs=crs
    )


# --- in words


def summary(report: Report, dry_run: bool, package: bool = False) -> list[str]:
    """Return what was done in a few lines for the log."""
    lines = [
        both_sides(report.local, report.remote, package),
        tr("Features without a change: {n}.").format(n=report.unchanged),
    ]
    actions, states = action_words(package), state_names(package)
    for (action, state), number in sorted(report.actions.items(), key=lambda pair: _order(*pair[0])):
        lines.append(
            tr("{action}: {n} ({state})").format(action=actions[action], n=number, state=states[state])
        )
    if dry_run:
        lines.append(tr("This was a preview: nothing was changed on either side."))
    return lines


def _order(action: str, state: str) -> tuple[int, int]:
    return list(action_words()).index(action), STATES.index(state)


def to_be_seen_to(report: Report) -> list[str]:
    """Return sentences on features that were not exchanged: reasons that differ in a value alone are one, with an example."""
    found, names = [], state_names()
    reasons: dict[tuple[str, str, object], Counter[str]] = {}
    for r in report.results:
        if r.state in ("conflict", "rejected", "held_back", "waiting", "withheld") and r.reason is not None:
            alike = (r.state, r.reason.template, str(r.reason.values.get("field")))
            reasons.setdefault(alike, Counter())[sentence(r.reason)] += 1
    most = sorted(reasons.items(), key=lambda pair: -pair[1].total())
    for (state, _, _), said in most[:_REASONS]:
        told = (
            tr("{state} (features: {n}): {reason}")
            if len(said) == 1
            else tr("{state} (features: {n}), for example: {reason}")
        )
        found.append(told.format(state=names[state], n=said.total(), reason=next(iter(said))))
    if len(reasons) > _REASONS:
        found.append(tr("More reasons in the result by feature: {n}.").format(n=len(reasons) - _REASONS))
    return found


#: Reasons that are said in the log.
_REASONS = 20


def sections(
    report: Report,
    dry_run: bool,
    conflicts: pd.DataFrame,
    differences: pd.DataFrame,
    drift: Sequence[Message],
    where: str,
    package: bool = False,
) -> list[Section]:
    """Return the report of an exchange.

    Parameters
    ----------
    drift : what does not fit between the fields of both sides
    where : which layer was exchanged with what
    package : the other side is a partner who sends packages
    """
    states, names, actions = state_meanings(package), state_names(package), action_words(package)
    number = tr("Features")
    counted = [(tr("Unchanged"), report.unchanged)]
    counted += [(states[state], report.counts[state]) for state in STATES if report.counts.get(state)]
    what = [
        (actions[action], names[state], n)
        for (action, state), n in sorted(report.actions.items(), key=lambda pair: _order(*pair[0]))
    ]
    said = [
        where,
        both_sides(report.local, report.remote, package),
    ]
    if dry_run:
        said.insert(0, tr("This was a preview: nothing was changed on either side."))
    made = [
        Section(
            tr("What became of the features"),
            said,
            [sentence(w) for w in report.warnings],
            pd.DataFrame(counted, columns=[tr("State"), number]),
        )
    ]
    if what:
        made.append(
            Section(
                tr("What was done"), table=pd.DataFrame(what, columns=[tr("Action"), tr("State"), number])
            )
        )
    made += _listed(report, action_words(package))
    if len(conflicts):
        said = [
            tr(
                "Nothing is done with these features before they are resolved with resolveconflicts; both sides are kept."
            )
        ]
        table = _told(conflicts.drop(columns=["side", "found"]))
        reasons = [conflict_reason(kind) for kind in table["kind"]]
        table["kind"] = [sentence(of_partner(reason) if package else reason) for reason in reasons]
        made.append(Section(tr("Conflicts"), said, table=_headed(table)))
    if len(differences):
        by_cause = differences.groupby(["item", "cause"], dropna=False).size().reset_index(name=number)
        by_cause["item"] = _items(by_cause["item"])
        made.append(
            Section(
                tr("Differences made by the platform"),
                [tr("The platform gives these back otherwise than they were sent; that counts as no edit.")],
                table=_headed(by_cause),
            )
        )
        made.append(Section(tr("Differences by feature"), table=_headed(differences.drop(columns="found"))))
    if drift:
        made.append(Section(tr("Fields that differ"), [sentence(note) for note in drift]))
    return made


def _listed(report: Report, actions: Mapping[str, str]) -> list[Section]:
    """Return the features that were not exchanged."""
    states = state_meanings()
    made = []
    for state in ("rejected", "held_back", "waiting", "withheld"):
        rows = [
            (r.key, actions[r.action], tr(", ").join(r.items), sentence(r.reason) if r.reason else "")
            for r in report.results
            if r.state == state
        ]
        if rows:
            table = pd.DataFrame(rows, columns=["key", "action", "fields", "reason"])
            made.append(Section(states[state], table=_headed(table)))
    return made


def _told(table: pd.DataFrame) -> pd.DataFrame:
    """Return a table of conflicts in which null and the empty text can be told apart."""
    words = {None: tr("(null)"), "": tr("(empty text)")}
    return table.assign(**{c: [words.get(v, v) for v in table[c]] for c in ("base", "ours", "theirs")})


def _items(names: pd.Series) -> list[str]:
    return [tr("Geometry") if name == GEOMETRY else name for name in names]


def _headed(table: pd.DataFrame) -> pd.DataFrame:
    """Return a table with the headings of its columns in the interface language and short cells."""
    headings = {
        "conflict_id": tr("Conflict"),
        "key": tr("Key"),
        "kind": tr("Kind"),
        "item": tr("Field"),
        "base": tr("Last agreed"),
        "ours": tr("Ours"),
        "theirs": tr("Theirs"),
        "sent": tr("Sent"),
        "stored": tr("Stored"),
        "cause": tr("Cause"),
        "action": tr("Action"),
        "fields": tr("Fields"),
        "reason": tr("Reason"),
    }
    cut = {c: [_short(v) for v in table[c]] for c in table.columns if table[c].dtype == object}
    return table.assign(**cut).rename(columns=headings)


def _short(value: Any) -> Any:
    return value[: _CELL - 1] + "…" if isinstance(value, str) and len(value) > _CELL else value


def conflict_sections(conflicts: Sequence[Conflict], table: pd.DataFrame) -> list[Section]:
    """Return the report of conflicts, one table per feature so that the sides stand beside each other."""
    kinds = Counter(sentence(conflict_reason(c.kind)) for c in conflicts)
    counted = pd.DataFrame(list(kinds.items()), columns=[tr("Kind"), tr("Features")])
    made = [
        Section(tr("Conflicts"), [] if len(counted) else [tr("There is no open conflict.")], table=counted)
    ]
    for conflict in conflicts[:_SHOWN]:
        rows = table[table["conflict_id"] == conflict.conflict_id][["item", "base", "ours", "theirs", "side"]]
        said = [
            known_by(conflict),
            sentence(conflict_reason(conflict.kind)),
            tr("Found {moment}.").format(moment=conflict.found),
        ]
        said = [*filter(None, [*said, _end_of_conflict(conflict.state)])]
        rows = _told(rows).assign(item=_items(rows["item"]))
        # The column is only worth its place where something was chosen.
        rows = (
            rows.rename(columns={"side": tr("Chosen")})
            if rows["side"].notna().any()
            else rows.drop(columns="side")
        )
        heading = tr("Conflict {number}: {key}").format(number=conflict.conflict_id, key=conflict.key)
        made.append(Section(heading, said, table=_headed(rows)))
    if len(conflicts) > _SHOWN:
        made.append(
            Section(tr("More conflicts"), [tr("More in the table: {n}.").format(n=len(conflicts) - _SHOWN)])
        )
    return made


def _end_of_conflict(state: str) -> str | None:
    return {
        "resolved": tr("It has been resolved."),
        "settled": tr("Both sides agree by now."),
        "superseded": tr("One of the sides has changed since; a newer conflict is in its place."),
    }.get(state)


#: Conflicts that the report shows one by one.
_SHOWN = 100


def crs_by_numbers(conflicts: Sequence[Conflict]) -> str | None:
    """Return longitude and latitude where all coordinates can be degrees; None: not known."""
    import numpy as np
    import shapely

    blobs = [f.geometry for c in conflicts for f in (c.local, c.remote) if f is not None and f.geometry]
    bounds = shapely.bounds(shapely.from_wkb(blobs)) if blobs else np.empty((0, 4))
    if not len(bounds):
        return None
    return "OGC:CRS84" if bool((np.nanmax(np.abs(bounds), axis=0) <= [180, 90, 180, 90]).all()) else None
