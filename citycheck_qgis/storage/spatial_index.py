"""The spatial index of a GeoPackage layer, made for all features at once.

SQLite puts features into an r-tree one by one, which takes longer than writing them. Here the nodes are packed in one
pass and written as SQLite keeps them: see "Shadow Tables" in its documentation of the R*Tree module. Triggers as in
GeoPackage 1.2, annex F.3.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from .geopackage import FeatureTable, quoted, reading
from .geopackage_edits import TableShape, editing

#: Cells of a node that are filled, of 51: room for edits before it is split.
_FILL = 46
_CELL = np.dtype([("id", ">i8"), ("box", ">f4", 4)])
_EMPTY = "NEW.{g} ISNULL OR ST_IsEmpty(NEW.{g})"
_PUT = "INSERT OR REPLACE INTO {r} VALUES (NEW.{k}, ST_MinX(NEW.{g}), ST_MaxX(NEW.{g}), ST_MinY(NEW.{g}), ST_MaxY(NEW.{g}));"
_TRIGGERS = {
    "insert": f"AFTER INSERT ON {{t}} WHEN NOT ({_EMPTY}) BEGIN {_PUT} END",
    "update1": f"AFTER UPDATE OF {{g}} ON {{t}} WHEN OLD.{{k}} = NEW.{{k}} AND NOT ({_EMPTY}) BEGIN {_PUT} END",
    "update2": f"AFTER UPDATE OF {{g}} ON {{t}} WHEN OLD.{{k}} = NEW.{{k}} AND ({_EMPTY}) "
    "BEGIN DELETE FROM {r} WHERE id = OLD.{k}; END",
    "update3": f"AFTER UPDATE ON {{t}} WHEN OLD.{{k}} != NEW.{{k}} AND NOT ({_EMPTY}) "
    f"BEGIN DELETE FROM {{r}} WHERE id = OLD.{{k}}; {_PUT} END",
    "update4": f"AFTER UPDATE ON {{t}} WHEN OLD.{{k}} != NEW.{{k}} AND ({_EMPTY}) "
    "BEGIN DELETE FROM {r} WHERE id IN (OLD.{k}, NEW.{k}); END",
    "delete": "AFTER DELETE ON {t} WHEN OLD.{g} NOT NULL BEGIN DELETE FROM {r} WHERE id = OLD.{k}; END",
}


def add_spatial_index(connection: sqlite3.Connection, path: Path, shape: TableShape) -> None:
    """Make the spatial index of a layer that has none; others and tables without geometry stay as they are.

    Parameters
    ----------
    connection : from `geopackage_edits.open_to_edit`

    Raises
    ------
    OutputError : the file cannot be written.
    """
    if shape.geometry_column is None:
        return
    name = f"rtree_{shape.table}_{shape.geometry_column}"
    with editing(connection, path):
        if connection.execute("SELECT 1 FROM sqlite_master WHERE lower(name) = lower(?)", (name,)).fetchone():
            return
        with reading(path):
            features = FeatureTable(connection, path, shape.table, None, None, lambda share: None)
            boxes, ids = features.boxes(), features.fids
        connection.execute(f"CREATE VIRTUAL TABLE {quoted(name)} USING rtree(id, minx, maxx, miny, maxy)")
        present = ~np.isnan(boxes[:, 0])
        _fill(connection, name, ids[present], boxes[present])
        words = {
            key: quoted(value)
            for key, value in (
                ("t", shape.table),
                ("g", shape.geometry_column),
                ("k", shape.fid_column),
                ("r", name),
            )
        }
        for end, body in _TRIGGERS.items():
            connection.execute(f"CREATE TRIGGER {quoted(f'{name}_{end}')} {body.format(**words)}")
        connection.execute(
            "CREATE TABLE IF NOT EXISTS gpkg_extensions (table_name TEXT, column_name TEXT, extension_name TEXT NOT NULL, "
            "definition TEXT NOT NULL, scope TEXT NOT NULL, "
            "CONSTRAINT ge_tce UNIQUE (table_name, column_name, extension_name))"
        )
        connection.execute(
            "INSERT OR IGNORE INTO gpkg_extensions (table_name, column_name, extension_name, definition, scope) "
            "VALUES (?, ?, 'gpkg_rtree_index', 'http://www.geopackage.org/spec120/#extension_rtree', 'write-only')",
            (shape.table, shape.geometry_column),
        )


def _fill(connection: sqlite3.Connection, name: str, ids: np.ndarray, boxes: np.ndarray) -> None:
    """Write the nodes of an empty r-tree."""
    if not len(ids):
        return
    node, row, parent = (quoted(f"{name}_{end}") for end in ("node", "rowid", "parent"))
    (size,) = connection.execute(f"SELECT length(data) FROM {node} WHERE nodeno = 1").fetchone()
    fill = min(_FILL, (size - 4) // _CELL.itemsize)
    levels = list(_levels(ids.astype(np.int64), _rounded(boxes), fill))
    connection.execute(f"DELETE FROM {node}")
    # Numbers from the root down, so that the root is 1.
    first = 1
    starts = []
    for cells in reversed(levels):
        starts.append(first)
        first += -(-len(cells) // fill)
    below = 0
    for depth, (cells, start) in enumerate(zip(levels, reversed(starts), strict=True)):
        nodes = np.arange(len(cells)) // fill + start
        if depth:
            # The cells of an upper node are the nodes below, in their order.
            cells["id"] += below
            connection.executemany(
                f"INSERT INTO {parent} VALUES (?, ?)", zip(cells["id"].tolist(), nodes.tolist(), strict=True)
            )
        else:
            connection.executemany(
                f"INSERT OR REPLACE INTO {row} (rowid, nodeno) VALUES (?, ?)",
                zip(cells["id"].tolist(), nodes.tolist(), strict=True),
            )
        below = start
        height = len(levels) - 1 if start == 1 else 0
        connection.executemany(f"INSERT INTO {node} VALUES (?, ?)", _nodes(cells, start, height, fill, size))


def _nodes(cells: np.ndarray, start: int, height: int, fill: int, size: int) -> Iterator[tuple[int, bytes]]:
    """Yield the nodes of a level: number and bytes."""
    packed = cells.tobytes()
    step = fill * _CELL.itemsize
    for number, at in enumerate(range(0, len(packed), step), start):
        body = packed[at : at + step]
        head = height.to_bytes(2, "big") + (len(body) // _CELL.itemsize).to_bytes(2, "big")
        yield number, (head + body).ljust(size, b"\0")


def _levels(ids: np.ndarray, boxes: np.ndarray, fill: int) -> Iterator[np.ndarray]:
    """Yield the cells of each level from the leaves to the root; those above number the nodes below from 0."""
    order = _tiled(boxes, fill)
    ids, boxes = ids[order], boxes[order]
    while True:
        cells = np.empty(len(ids), dtype=_CELL)
        cells["id"], cells["box"] = ids, boxes
        yield cells
        if len(cells) <= fill:
            return
        starts = np.arange(0, len(cells), fill)
        low = np.minimum.reduceat(boxes[:, [0, 2]], starts)
        high = np.maximum.reduceat(boxes[:, [1, 3]], starts)
        ids, boxes = np.arange(len(starts)), np.column_stack([low[:, 0], high[:, 0], low[:, 1], high[:, 1]])


def _tiled(boxes: np.ndarray, fill: int) -> np.ndarray:
    """Return the order of boxes that puts neighbours into one node: in strips by x, in each of them by y.

    Sort-tile-recursive, Leutenegger et al. 1997.
    """
    by_x = np.argsort(boxes[:, 0] + boxes[:, 1], kind="stable")
    strip = np.empty(len(boxes), dtype=np.int64)
    width = fill * max(1, int(np.ceil(np.sqrt(len(boxes) / fill))))
    strip[by_x] = np.arange(len(boxes)) // width
    return np.lexsort((boxes[:, 2] + boxes[:, 3], strip))


def _rounded(boxes: np.ndarray) -> np.ndarray:
    """Return boxes as float32 minx, maxx, miny, maxy that hold those given."""
    exact = boxes[:, [0, 2, 1, 3]]
    near = exact.astype(np.float32)
    endless = np.float32(np.inf)
    for column, away in ((0, -endless), (1, endless), (2, -endless), (3, endless)):
        beyond = near[:, column] > exact[:, column] if away < 0 else near[:, column] < exact[:, column]
        near[beyond, column] = np.nextafter(near[beyond, column], away)
    return near
