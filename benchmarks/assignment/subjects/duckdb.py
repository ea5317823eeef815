"""Peer: DuckDB with its spatial extension."""

import sys
from pathlib import Path

import duckdb
import duckdb_extension_spatial

buildings, communities, target = sys.argv[1:]
(extension,) = Path(duckdb_extension_spatial.__file__).parent.rglob("spatial.duckdb_extension")
database = duckdb.connect()
database.execute(f"LOAD '{extension}'")
database.execute(f"""
    CREATE TABLE building AS FROM ST_Read('{buildings}');
    CREATE TABLE community AS FROM ST_Read('{communities}');
    CREATE TABLE best AS
        SELECT building_id, first(code ORDER BY overlap DESC, code) AS community_code
        FROM (
            SELECT building_id, code, ST_Area(ST_Intersection(building.geom, community.geom)) AS overlap
            FROM building JOIN community ON ST_Intersects(building.geom, community.geom)
        )
        GROUP BY building_id;
    COPY (SELECT * EXCLUDE (fid) FROM building LEFT JOIN best USING (building_id))
        TO '{target}' WITH (FORMAT gdal, DRIVER 'GPKG', LAYER_NAME 'buildings', SRS 'EPSG:4547');
""")
