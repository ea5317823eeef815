"""Look at the conflicts of an exchange and resolve them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from qgis.core import (
    QgsProcessing,
    QgsProcessingContext,
    QgsProcessingFeedback,
    QgsProcessingOutputNumber,
    QgsProcessingParameterBoolean,
    QgsProcessingParameterCrs,
    QgsProcessingParameterEnum,
    QgsProcessingParameterFeatureSource,
    QgsProcessingParameterFile,
    QgsProcessingParameterString,
)

from ...citycheck_qgis.errors import InputError
from ..sources import crs_text
from ..translate import tr
from .exchange_inputs import ExchangeAlgorithm
from .exchange_parameters import any_file

if TYPE_CHECKING:
    import pandas as pd

    from ...citycheck_qgis.cim.store import Conflict, Store

LIST, OURS, THEIRS, BY_TABLE = range(4)
#: What may stand in column ``side`` of the table of rules -> the side.
SIDES = {
    "ours": "local", "local": "local", "our": "local", "本方": "local", "本地": "local", "我方": "local",
    "theirs": "remote", "remote": "remote", "their": "remote", "platform": "remote", "对方": "remote", "平台": "remote",
}  # fmt: skip


class ResolveConflicts(ExchangeAlgorithm):
    """Choose a side for features that both sides have changed; the next exchange does the rest."""

    keywords = "conflict,resolve,merge,ours,theirs,sync,冲突,解决,合并,本地,平台,同步"

    def name(self) -> str:
        return "resolveconflicts"

    def displayName(self) -> str:
        return tr("Resolve conflicts")

    def description(self) -> str:
        return tr(
            "Lists the open conflicts of a journal, field by field with the last agreement, ours and theirs, and resolves them: "
            "all for one side, or as a table says. Nothing is written to the layer or the platform: the next push, pull or sync "
            "does that by its own rules. Both sides of a conflict stay in the journal, the one that lost as well."
        )

    def define(self) -> None:
        self.add(
            QgsProcessingParameterFile("JOURNAL", tr("Journal"), fileFilter=any_file()),
            tr("The journal of the exchange, beside the layer's file with the ending .exchange.db."),
        )
        self.add(
            QgsProcessingParameterEnum(
                "CHOICE", tr("Resolution"),
                [tr("List only"), tr("Ours: what the layer has"), tr("Theirs: what the platform has"), tr("As the table says")],
                defaultValue=LIST,
            ),
            tr("Which side holds for the open conflicts. A deletion is a side as well."),
        )  # fmt: skip
        self.add(
            QgsProcessingParameterString("COLLECTION", tr("Collection"), optional=True),
            tr(
                "Only the conflicts of this collection of the platform or partner of packages; empty: all. A choice of one "
                "side for all needs it where the journal holds open conflicts of several."
            ),
        )
        self.add(
            QgsProcessingParameterFeatureSource(
                "RULES", tr("Table of resolutions"), [QgsProcessing.SourceType.TypeVector], optional=True
            ),
            tr(
                "Rows with conflict_id or key, item (empty: all) and side (ours or theirs; empty: stays open): the table of "
                "conflicts that this algorithm writes, with the column side filled in."
            ),
        )
        self.add(
            QgsProcessingParameterBoolean(
                "RESOLVED", tr("Also list what is not open any more"), defaultValue=False
            ),
            tr(
                "The table and the layers of both sides also have the conflicts that were resolved or have come to an end: the "
                "side that lost is kept whole."
            ),
        )
        self.add(
            QgsProcessingParameterCrs("CRS", tr("CRS of the geometry"), optional=True),
            tr(
                "CRS in which the platform exchanges geometry, for the two layers; empty: longitude and latitude where the "
                "numbers are degrees, else none."
            ),
            advanced=True,
        )
        self.add_sink(
            "OUTPUT", tr("Conflicts"),
            tr(
                "The conflicts that were open when the run began, one row per field: the last agreement, ours, theirs, the side "
                "that was chosen."
            ),
            optional=True, table=True,
        )  # fmt: skip
        for key, title, text in (
            ("OURS", tr("Ours"), tr("Our side of the conflicts with all values and the geometry.")),
            (
                "THEIRS",
                tr("Theirs"),
                tr("The platform's side of the conflicts with all values and the geometry."),
            ),
        ):
            self.add_sink(key, title, text, optional=True)
        self.add_report()
        for key, title in (
            ("OPEN", tr("Open conflicts")),
            ("RESOLVED", tr("Resolved conflicts")),
            ("NOT_FOUND", tr("Rows of the table without an open conflict")),
        ):
            self.addOutput(QgsProcessingOutputNumber(key, title))

    def work(
        self, parameters: dict[str, Any], context: QgsProcessingContext, feedback: QgsProcessingFeedback
    ) -> dict[str, Any]:
        from ...citycheck_qgis.cim.store import Store

        path = Path(self.parameterAsFile(parameters, "JOURNAL", context))
        choice = self.parameterAsEnum(parameters, "CHOICE", context)
        _check_journal(path)
        with Store(path) as store:
            collection = self.parameterAsString(parameters, "COLLECTION", context).strip()
            conflicts = _conflicts(store, collection, "open")
            chosen: dict[int, dict[str, str]] = {}
            unknown = 0
            if choice == BY_TABLE:
                chosen, unknown = self._by_table(conflicts, parameters, context, feedback)
            elif choice != LIST:
                _check_one_collection(conflicts)
                side = "local" if choice == OURS else "remote"
                chosen = {c.conflict_id: dict.fromkeys(_items(c), side) for c in conflicts}
            listed = conflicts
            if self.parameterAsBool(parameters, "RESOLVED", context):
                listed = _conflicts(store, collection, None)
            written = self._outputs(listed, chosen, parameters, context, feedback)
            for conflict in conflicts:
                if conflict.conflict_id in chosen:
                    store.resolve(conflict, chosen[conflict.conflict_id])
            still_open = len(_conflicts(store, collection, "open"))
        if unknown:
            feedback.pushWarning(
                tr("Rows of the table without an open conflict: {n}; they may be resolved already.").format(
                    n=unknown
                )
            )
        feedback.pushInfo(
            tr("Conflicts resolved: {resolved}, open: {open}.").format(resolved=len(chosen), open=still_open)
        )
        if chosen:
            feedback.pushInfo(tr("Run the exchange again: it brings both sides to what was chosen."))
        return {**written, "OPEN": still_open, "RESOLVED": len(chosen), "NOT_FOUND": unknown}

    def _by_table(
        self,
        conflicts: list[Conflict],
        parameters: dict[str, Any],
        context: QgsProcessingContext,
        feedback: QgsProcessingFeedback,
    ) -> tuple[dict[int, dict[str, str]], int]:
        """Return by conflict what the table chooses, and how many of its rows belong to none."""
        frame = self.frame(parameters, "RULES", context, feedback)
        if frame is None:
            raise InputError(
                "The table of resolutions is missing; give it as RULES, or choose a side for all."
            )
        return choices(frame, conflicts)

    def _outputs(
        self,
        conflicts: list[Conflict],
        chosen: Mapping[int, Mapping[str, str]],
        parameters: dict[str, Any],
        context: QgsProcessingContext,
        feedback: QgsProcessingFeedback,
    ) -> dict[str, Any]:
        from . import exchange_results as results

        table = results.conflicts_frame(conflicts)
        words = {"local": "ours", "remote": "theirs"}
        sides = {c.conflict_id: chosen.get(c.conflict_id, c.choice or {}) for c in conflicts}
        table["side"] = [
            words.get(sides[number].get(item, "")) for number, item in zip(table["conflict_id"], table["item"], strict=True)
        ]  # fmt: skip
        given = self.parameterAsCrs(parameters, "CRS", context)
        crs = crs_text(given) if given.isValid() else results.crs_by_numbers(conflicts)
        written = self.write(parameters, "OUTPUT", table, context, feedback)
        for key, side in (("OURS", "local"), ("THEIRS", "remote")):
            layer = results.side_layer(conflicts, side, crs)
            written |= self.write(parameters, key, layer, context, feedback)
        return written | self.write_html(
            parameters, context, self.displayName(), results.conflict_sections(conflicts, table)
        )


def choices(table: pd.DataFrame, conflicts: list[Conflict]) -> tuple[dict[int, dict[str, str]], int]:
    """Return by conflict the side of each item, and how many rows belong to no open conflict.

    Raises
    ------
    InputError : the table has not the columns, names a side that is none, or two sides for one item or a deletion.
    """
    if "side" not in table or not {"conflict_id", "key"} & set(table.columns):
        raise InputError(
            "The table of resolutions needs a column side and a column conflict_id or key; take the table of conflicts that "
            "resolveconflicts writes and fill in side."
        )
    by_id = {str(c.conflict_id): c for c in conflicts}
    by_key: dict[str, list[Conflict]] = {}
    for conflict in conflicts:
        by_key.setdefault(conflict.key, []).append(conflict)
    chosen: dict[int, dict[str, str]] = {}
    unknown = 0
    for row, number, key, item, side in _rows(table):
        found = [by_id[number]] if number in by_id else [] if number else by_key.get(key, [])
        unknown += not found
        for conflict in found:
            items = _items(conflict)
            if item and item not in items and not _is_deletion(conflict):
                raise InputError(
                    "Row {row} of the table of resolutions names the field {field}, which is not in conflict; those of "
                    "conflict {conflict} are {fields}.",
                    row=row, field=item, conflict=conflict.conflict_id, fields=list(items),
                )  # fmt: skip
            # A deletion is for the whole feature.
            wanted = items if not item or _is_deletion(conflict) else (item,)
            sides = chosen.setdefault(conflict.conflict_id, {})
            if any(sides.get(name, side) != side for name in wanted):
                raise InputError(
                    "Row {row} of the table of resolutions chooses another side for conflict {conflict} than a row before "
                    "it; leave one of them.",
                    row=row, conflict=conflict.conflict_id,
                )  # fmt: skip
            sides.update(dict.fromkeys(wanted, side))
    return chosen, unknown


def _rows(table: pd.DataFrame) -> Iterator[tuple[int, str, str, str, str]]:
    """Yield number of the row, conflict, key, item and side of the rows that choose one of an open conflict."""
    columns = [
        table[name] if name in table else [None] * len(table)
        for name in ("conflict_id", "key", "item", "side", "state")
    ]
    for row, values in enumerate(zip(*columns, strict=True), 1):
        number, key, item, side, state = ("" if v is None or v != v else str(v).strip() for v in values)
        if not side or state not in ("", "open"):
            continue
        if side.casefold() not in SIDES:
            raise InputError(
                "Row {row} of the table of resolutions names the side {side}; write ours or theirs.",
                row=row,
                side=side,
            )
        yield row, number.removesuffix(".0"), key, item, SIDES[side.casefold()]


def _items(conflict: Conflict) -> tuple[str, ...]:
    return conflict.items or ("",)


def _conflicts(store: Store, collection: str, state: str | None) -> list[Conflict]:
    """Return the conflicts of a collection in a state (None: all); those of all collections where none is named.

    Raises
    ------
    InputError : the journal does not know it.
    """
    known = sorted({name for _, _, name, _ in store.links()})
    if collection and collection not in known:
        raise InputError(
            "The journal knows no collection {collection}; it knows {known}.",
            collection=collection,
            known=known,
        )
    return [c for c in store.conflicts(state) if collection in ("", c.collection)]


def _check_one_collection(conflicts: list[Conflict]) -> None:
    """Check that one choice for all is about one collection: who looked at one may not know of the others.

    Raises
    ------
    InputError
    """
    names = sorted({conflict.collection for conflict in conflicts})
    if len(names) > 1:
        raise InputError(
            "The journal holds open conflicts of several collections ({collections}); name one of them as COLLECTION, or "
            "choose by a table.",
            collections=names,
        )


def _is_deletion(conflict: Conflict) -> bool:
    return conflict.local is None or conflict.remote is None


def _check_journal(path: Path) -> None:
    """Check that a file is a journal before it is opened as one, which would make it one.

    Raises
    ------
    InputError
    """
    from ...citycheck_qgis.cim.journal_files import is_journal

    if not path.is_file():
        raise InputError(
            "There is no journal {file}; it lies beside the layer's file once a push, pull or sync has run.",
            file=path,
        )
    if not is_journal(path):
        raise InputError("{file} is no journal of an exchange; choose another file.", file=path)
