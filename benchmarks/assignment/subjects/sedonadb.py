"""Peer: SedonaDB."""

import sys

import sedonadb

buildings, communities, target = sys.argv[1:]
session = sedonadb.connect()
session.read_pyogrio(buildings).to_memtable().to_view("building")
session.read_pyogrio(communities).to_memtable().to_view("community")
session.sql("""
    WITH pair AS (
        SELECT building_id, code, ST_Area(ST_Intersection(b.geom, c.geom)) AS overlap
        FROM building AS b JOIN community AS c ON ST_Intersects(b.geom, c.geom)
    ), best AS (
        SELECT building_id AS id, first_value(code ORDER BY overlap DESC, code) AS community_code
        FROM pair GROUP BY building_id
    )
    SELECT building.*, community_code FROM building LEFT JOIN best ON building_id = id
""").to_pyogrio(target, driver="GPKG")
