"""Rewriting of a table's pages, on tables of every kind: SQLite finds the file sound and the rows right."""

from __future__ import annotations

import random
import sqlite3
from contextlib import closing

import numpy as np
import pytest
from citycheck.citycheck_qgis.storage import add_columns as module
from citycheck.citycheck_qgis.storage.add_columns import add_columns
from citycheck.citycheck_qgis.storage.columns import Coded

CELLS = [None, 0, 1, -1, 2**40, 1.5, "文字" * 7, "", b"x" * 150]


def make_file(path, seed):
    """Write a GeoPackage with an odd history; return the ids of its rows."""
    rng = random.Random(seed)
    page = rng.choice([512, 1024, 4096, 65536])
    with closing(sqlite3.connect(path)) as connection:
        run = connection.execute
        run("PRAGMA application_id = 1196444487")
        run(f"PRAGMA page_size = {page}")
        run(f"PRAGMA auto_vacuum = {rng.choice([0] * 8 + [1, 2])}")
        run("CREATE TABLE gpkg_contents (table_name TEXT PRIMARY KEY, last_change TEXT)")
        run("CREATE TABLE gpkg_geometry_columns (table_name TEXT, column_name TEXT)")
        run("INSERT INTO gpkg_contents VALUES ('b', '')")
        run("INSERT INTO gpkg_geometry_columns VALUES ('b', 'geom')")
        number = rng.choice([1, 3, 130])
        columns = ", ".join(f"c{n}" for n in range(number))
        run(f"CREATE TABLE b (fid INTEGER PRIMARY KEY, geom BLOB, {columns})")
        run("CREATE TABLE other (a, b)")
        fid = rng.choice([0, -500, 2**40])
        rows = []
        for _ in range(rng.choice([30, 300, 2000])):
            fid += 1 if rng.random() < 0.9 else rng.choice([2, 100, 10**6])
            long = rng.random() < 0.02
            size = rng.choice([page, 3 * page]) if long else rng.choice([0, 10, 100])
            rows.append((fid, rng.randbytes(size), *rng.choices(CELLS, k=number)))
        if rng.random() < 0.3:
            rng.shuffle(rows)
        for row in rows:
            run(f"INSERT INTO b VALUES ({', '.join('?' * (number + 2))})", row)
            if row[0] % 7 == 0:
                run("INSERT INTO other VALUES (?, ?)", (row[0], rng.randbytes(200)))
        gone = rng.choice([0, 0.1, 0.6, 0.99])
        for fid, *_ in rows[1:]:
            if rng.random() < gone:
                run("DELETE FROM b WHERE fid = ?", (fid,))
        run(rng.choice(["SELECT 1", "CREATE INDEX by_c0 ON b (c0)", "ALTER TABLE b ADD COLUMN late",
                        "ALTER TABLE b ADD COLUMN late TEXT DEFAULT 'q'"]))  # fmt: skip
        run(rng.choice(["SELECT 1", "DELETE FROM other"]))
        connection.commit()
        return np.array([fid for (fid,) in run("SELECT fid FROM b ORDER BY fid")], dtype=np.int64)


def make_values(seed, number):
    """Return columns, and what is expected of each row."""
    rng = np.random.default_rng(seed)
    labels = ["", "a", "9901", "文字" * 9, *(f"{n:012d}" for n in range(300))][: rng.choice([1, 4, 304])]
    index = rng.integers(-1, len(labels), number)
    real = rng.choice([0.0, 1.0, np.nan, 1 / 3, 1e-300, -2.5, np.inf, 5e-324], number)
    bits = rng.choice([2, 7, 8, 15, 31, 47, 62])
    whole = np.ma.array(rng.integers(-(2**bits), 2**bits, number), mask=rng.random(number) < 0.3)
    count = rng.integers(0, 3, number).astype(np.uint16)
    expected = [
        (None if i < 0 else labels[i], None if np.isnan(r) else r, None if w is np.ma.masked else int(w), c)
        for i, r, w, c in zip(index, real.tolist(), whole, count.tolist(), strict=True)
    ]
    return {"t": Coded(labels, index), "r": real, "w": whole, "u": count}, expected


@pytest.mark.parametrize("block", range(6))
def test_tables_of_every_kind(tmp_path, block, monkeypatch):
    by_sql = []
    fill = module.fill_rows
    monkeypatch.setattr(module, "fill_rows", lambda *a: by_sql.append(1) or fill(*a))
    for seed in range(block * 12, block * 12 + 12):
        source, target = tmp_path / f"{seed}.gpkg", tmp_path / f"{seed} 新.gpkg"
        ids = make_file(source, seed)
        columns, expected = make_values(seed, len(ids))
        add_columns(source, "b", target, columns, ids)
        with closing(sqlite3.connect(source)) as old, closing(sqlite3.connect(target)) as new:
            assert new.execute("PRAGMA integrity_check").fetchall() == [("ok",)], seed
            before = old.execute("SELECT * FROM b ORDER BY fid").fetchall()
            after = new.execute("SELECT * FROM b ORDER BY fid").fetchall()
            assert after == [(*row, *more) for row, more in zip(before, expected, strict=True)], seed
            others = "SELECT * FROM other"
            assert new.execute(others).fetchall() == old.execute(others).fetchall()
            # SQLite can go on with it.
            new.execute("DELETE FROM b WHERE fid % 3 = 0")
            new.execute("UPDATE b SET geom = zeroblob(600)")
            new.commit()
            assert new.execute("PRAGMA integrity_check").fetchall() == [("ok",)], seed
    assert 0 < len(by_sql) < 10
