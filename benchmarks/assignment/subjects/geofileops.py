"""Peer: geofileops: joined with the area of every overlap; the largest one is then picked with SQL."""

import sys
import tempfile
from pathlib import Path

import geofileops as gfo

buildings, communities, target = sys.argv[1:]
if __name__ == "__main__":
    with tempfile.TemporaryDirectory(dir=Path(target).parent) as folder:
        pairs = Path(folder) / "pairs.gpkg"
        gfo.join_by_location(
            buildings,
            communities,
            pairs,
            discard_nonmatching=False,
            area_inters_column_name="overlap",
            input1_columns_prefix="",
            input2_columns=["code"],
            input2_columns_prefix="community_",
        )
        gfo.select(
            pairs,
            target,
            """
            SELECT * FROM (
                SELECT *, row_number() OVER (PARTITION BY building_id ORDER BY overlap DESC, community_code) AS rank
                FROM "{input_layer}"
            ) WHERE rank = 1
            """,
        )
