"""The local side of an exchange: layers whose features have keys, and changes that are made to them."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from ..errors import InputError
from ..messages import Message, mark, message
from ..storage.tables import TABLES
from .features import Feature, Field, Schema, Value, canonical
from .geometries import moved, to_wkb, transformer, type_of
from .keys import KeyRule, doubled_keys

if TYPE_CHECKING:
    import pandas as pd
    from pyproj import Transformer

#: Features that are held at a time.
BATCH = 16384


@dataclass(frozen=True)
class LocalChange:
    """A change that is to be made to a local layer.

    Attributes
    ----------
    kind : ``insert``, ``update``, ``delete``
    feature : as it shall be; for a deletion as it is
    expected : as it was read; None for an insertion
    changed : for an update the names of the fields that change, `features.GEOMETRY` among them where it does
    """

    kind: str
    feature: Feature
    expected: Feature | None = None
    changed: frozenset[str] = frozenset()


@dataclass(frozen=True)
class LocalOutcome:
    """What became of a change.

    Attributes
    ----------
    state : ``done``; ``changed_meanwhile`` (the row is not what was read, nothing was done); ``rejected`` (the layer
        cannot hold it, nothing was done)
    feature : the row as it reads now, in the CRS of the exchange; None where there is none (any more)
    reason : why it was not done
    """

    state: str
    feature: Feature | None = None
    reason: Message | None = None


@dataclass(frozen=True)
class LocalProblem:
    """A row that takes no part in the exchange.

    Attributes
    ----------
    server_id : the id of the row in its layer
    key : its key; None where it has none
    """

    server_id: str
    key: str | None
    reason: Message


class LocalLayer(ABC):
    """A layer of features with keys, in the CRS of the exchange.

    Attributes
    ----------
    name : for people
    schema : its fields without the key's own and without the id, and its geometry type
    complete : every feature of the layer has been given. False where a filter or a selection is on, and from the
        moment on that a row without a key was met (it may be any of those that seem to be gone): that a key does not
        come then means nothing
    problems : rows that the last reading has held back. Their keys exist: they are not gone
    writable : whether `apply` can be called
    """

    name: str
    schema: Schema
    complete: bool
    problems: list[LocalProblem]
    writable: bool = False

    @abstractmethod
    def features(self) -> Iterator[Feature]:
        """Read every feature that has a key of its own; `server_id` is the id of the row.

        Raises
        ------
        InputError : the layer cannot be read, or was changed by another program meanwhile.
        """

    def beyond(self, keys: Sequence[str]) -> set[str]:
        """Return those of some keys whose rows are in the layer and beyond its filter or selection.

        Parameters
        ----------
        keys : none of which `features` has given
        """
        return set()

    def apply(self, changes: Sequence[LocalChange]) -> list[LocalOutcome]:
        """Make changes, all in one transaction; return what became of each, in order.

        Raises
        ------
        OutputError : nothing was changed, because the layer cannot be written.
        """
        raise InputError("{layer} can only be read; choose a layer of a GeoPackage.", layer=self.name)


def canonical_column(values: Sequence[Any], kind: str) -> Sequence[Value]:
    """Return values in the form of a field type, see `features.canonical`."""
    found = set(map(type, values)) - {type(None)}
    if not found or (kind, found) in (("text", {str}), ("integer", {int}), ("boolean", {bool})):
        return values
    if kind == "real" and found == {float}:
        return (
            values if all(map(math.isfinite, filter(None, values))) else [canonical(v, kind) for v in values]
        )
    if kind in ("date", "datetime", "boolean") and len(found) == 1:
        # Equal values of one type are the same, and few of them differ.
        known = {value: canonical(value, kind) for value in set(values)}
        return [known[value] for value in values]
    return [canonical(value, kind) for value in values]


class Streamed(LocalLayer):
    """A layer that is read batch by batch: what its kinds have in common."""

    rule: KeyRule

    @abstractmethod
    def _key_batches(self) -> Iterator[list[str | None]]:
        """Read the keys of all rows, those beyond a filter as well."""

    @abstractmethod
    def _batches(self) -> Iterator[Rows]:
        """Read the rows that take part."""

    def features(self) -> Iterator[Feature]:
        """Read every feature that has a key of its own; see `LocalLayer.features`."""
        self.problems = []
        doubles = doubled_keys(self._key_batches)
        names = self.schema.names
        for rows in self._batches():
            held = rows.faults
            for row, key in enumerate(rows.keys):
                if key is None:
                    self.complete = False
                    held[row] = self.rule.missing()
                elif key in doubles:
                    held[row] = self.rule.doubled(key, doubles[key])
            if not held:
                yield from rows.features(names)
                continue
            for row, feature in enumerate(rows.features(names)):
                if row in held:
                    self.problems.append(LocalProblem(feature.server_id or "", feature.key, held[row]))
                else:
                    yield feature


@dataclass
class Rows:
    """Rows of a layer on their way to becoming features.

    Attributes
    ----------
    ids : of the rows in the layer
    keys : None where a row has none
    columns : one sequence per field, canonical
    wkb : geometries in the CRS of the exchange
    faults : position -> why the row cannot be exchanged
    """

    ids: Sequence[Any]
    keys: Sequence[str | None]
    columns: Sequence[Sequence[Value]]
    wkb: Sequence[bytes | None]
    faults: dict[int, Message]

    def features(self, names: Sequence[str]) -> list[Feature]:
        """Return all rows as features."""
        values = (
            [dict(zip(names, row, strict=True)) for row in zip(*self.columns, strict=True)]
            if names
            else [{} for _ in self.ids]
        )
        return list(map(Feature, self.keys, values, self.wkb, map(str, self.ids)))


def exchanged(
    shapes: np.ndarray, unread: np.ndarray, way: Transformer | None
) -> tuple[list[bytes | None], dict[int, Message]]:
    """Return a layer's geometries as WKB in the CRS of the exchange, and by position why some are not.

    Parameters
    ----------
    unread : a mask of those that could not be read
    way : to the CRS of the exchange
    """
    shapes, lost = moved(shapes, way)
    faults = {
        row: message("Its geometry cannot be read; draw it anew.") for row in np.flatnonzero(unread).tolist()
    } | {
        row: message("Its geometry has no place in the CRS of the exchange; check the layer's CRS.")
        for row in np.flatnonzero(lost).tolist()
    }
    return to_wkb(shapes), faults


class FrameLayer(Streamed):
    """A layer that is there as a frame, of whatever source; it can only be read.

    Parameters
    ----------
    frame : columns of any type; the index is the id of a row. A GeoDataFrame has its CRS
    crs : CRS of the exchange as text for pyproj; None: geometry takes no part
    key_field : the column that holds the key
    table : the checkup table whose key columns make the key, instead of `key_field`
    name : for people
    complete : the frame holds all features of the layer: no filter, no selection
    schema : types of the columns where the source knows them; the others are told from their values

    Raises
    ------
    InputError : a key column is missing, or the frame has no CRS.
    """

    def __init__(
        self,
        frame: pd.DataFrame,
        crs: str | None,
        *,
        key_field: str | None = None,
        table: str | None = None,
        name: str = "",
        complete: bool = True,
        schema: Schema | None = None,
    ) -> None:
        self.name, self.complete, self.problems = name, complete, []
        self._frame, self.rule = frame, KeyRule(key_field, table)
        geometry = frame.geometry if hasattr(frame, "geom_type") and crs is not None else None
        self._shapes = None if geometry is None else geometry.to_numpy()
        self._way = None
        if geometry is not None:
            if geometry.crs is None:
                raise InputError(NO_CRS, layer=name)
            self._way = transformer(geometry.crs, crs or "")
        own = frame.geometry.name if hasattr(frame, "geom_type") else None
        check_key(self.rule, [str(c) for c in frame.columns], name)
        known = {field.name: field for field in schema.fields} if schema is not None else {}
        kinds = TABLES[table].columns if table is not None else {}
        fields = [
            known.get(str(c)) or Field(str(c), kinds.get(str(c)) or _kind_of(frame[c]))
            for c in frame.columns
            if c != own and str(c) != key_field
        ]
        self.schema = Schema(tuple(fields), self._geometry_type(schema))

    def _geometry_type(self, schema: Schema | None) -> str | None:
        if self._shapes is None:
            return None
        if schema is not None and schema.geometry is not None:
            return schema.geometry
        table = TABLES.get(self.rule.table or "")
        return table.geometry if table and table.geometry else type_of(self._shapes)

    def _key_batches(self) -> Iterator[list[str | None]]:
        for start in range(0, len(self._frame), BATCH):
            yield self._keys(slice(start, start + BATCH))

    def _keys(self, rows: slice) -> list[str | None]:
        return self.rule.keys([_plain(self._frame[c].iloc[rows]) for c in self.rule.columns])

    def _batches(self) -> Iterator[Rows]:
        for start in range(0, len(self._frame), BATCH):
            rows = slice(start, start + BATCH)
            ids = self._frame.index[rows].tolist()
            columns = [
                canonical_column(_plain(self._frame[f.name].iloc[rows]), f.type) for f in self.schema.fields
            ]
            wkb: Sequence[bytes | None] = [None] * len(ids)
            faults: dict[int, Message] = {}
            if self._shapes is not None:
                shapes = self._shapes[rows].copy()
                shapes[shapely.is_empty(shapes)] = None
                wkb, faults = exchanged(shapes, np.zeros(len(shapes), dtype=bool), self._way)
            yield Rows(ids, self._keys(rows), columns, wkb, faults)


NO_CRS = mark("{layer} has no CRS, so nobody can tell where its features are; set the layer's CRS and rerun.")


def check_key(rule: KeyRule, columns: Sequence[str], name: str) -> None:
    """Check that a layer has the columns that make its key.

    Raises
    ------
    InputError : it has not.
    """
    for column in rule.columns:
        if column not in columns:
            raise InputError(
                "{layer} has no field {field} that its features could be told by; choose the field that holds their key.",
                layer=name,
                field=column,
            )


def _plain(column: pd.Series) -> list[Any]:
    """Return a column as Python objects, None for null."""
    values = column.astype(object).to_numpy(copy=True)
    values[column.isna().to_numpy()] = None
    return values.tolist()


def _kind_of(column: pd.Series) -> str:
    """Return the field type of a column, told from its values."""
    from pandas.api.types import infer_dtype

    return _KINDS.get(infer_dtype(column, skipna=True), "text")


#: What pandas finds in a column -> type of the field; all else is text.
_KINDS = {
    "integer": "integer", "floating": "real", "mixed-integer-float": "real", "boolean": "boolean", "date": "date",
    "datetime": "datetime", "datetime64": "datetime",
}  # fmt: skip
