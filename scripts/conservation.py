"""Print the conservation table of the last run in a checkup database: python conservation.py checkup.gpkg."""

import json
import sqlite3
import sys
from contextlib import closing

PARTS = ("total", "matched", "ambiguous", "unmatched", "outside")

with closing(sqlite3.connect(f"file:{sys.argv[1]}?mode=ro", uri=True)) as database:
    (counts,) = database.execute("SELECT counts FROM run ORDER BY ended DESC, fid DESC LIMIT 1").fetchone()
print("".join(f"{part:>11}" for part in ("in", *PARTS[1:])))
for subject, row in json.loads(counts).items():
    print("".join(f"{row[part]:>11}" for part in PARTS) + f"  {subject}")
    assert row["total"] == sum(row[part] for part in PARTS[1:]), "the counts do not add up"
