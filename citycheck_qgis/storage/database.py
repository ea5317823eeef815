"""The checkup database: one GeoPackage per city with all years in it."""

from __future__ import annotations

import sqlite3
import warnings
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pyogrio
from pyproj import CRS

from ..errors import InputError, OutputError
from .files import replacing
from .tables import CONTEXT, DTYPES, TABLES, Table


def write_tables(database: Path, frames: Mapping[str, pd.DataFrame], crs: CRS | str) -> None:
    """Write tables of a checkup into its database; other years, other tables and styles stay.

    Rows of the same period (see `Table.period`) are replaced as a whole, so that a rerun of a year leaves
    nothing behind of the run before. Rows are sorted by their keys: same input, same table.

    Parameters
    ----------
    database : the GeoPackage; made where it does not exist. Written beside and renamed.
    frames : table name -> frame with at least the key columns; missing columns become null
    crs : the working CRS; the CRS of all geometry in the database

    Raises
    ------
    OutputError : the file cannot be written, or is open in another program
    InputError : the existing database has another CRS, or the file is no GeoPackage
    """
    database = Path(database)
    wanted = CRS.from_user_input(crs)
    existing = set(table_names(database)) if database.exists() else set()
    merged = {}
    for name, frame in frames.items():
        table = _table(name)
        fresh = conform(frame, table, wanted)
        if name in existing:
            fresh = _merge(read_table(database, name), fresh, table, wanted)
        if table.keys:
            fresh = fresh.sort_values(list(table.keys), kind="stable", ignore_index=True)
        merged[name] = fresh
    # A new database has every table from the start, so that a reader never has to ask which are there.
    for name, table in TABLES.items():
        if name not in merged and name not in existing:
            merged[name] = conform(pd.DataFrame(columns=list(table.columns)), table, wanted)
    with replacing(database, start_from_target=True) as draft:
        for name, frame in merged.items():
            _write(draft, frame, _table(name), wanted)
        with closing(sqlite3.connect(draft)) as connection, connection:
            connection.execute("PRAGMA journal_mode=DELETE")


def _table(name: str) -> Table:
    return TABLES.get(name) or CONTEXT[name]


def conform(frame: pd.DataFrame, table: Table, crs: CRS | str | None) -> pd.DataFrame:
    """Return the frame with exactly the columns, order and types of a table."""
    columns = {}
    for name, kind in table.columns.items():
        values = frame[name] if name in frame else pd.Series(None, index=frame.index, dtype=object)
        if kind == "text":
            text = values.astype(object)
            columns[name] = text.where(text.isna(), text.astype(str)).where(text.notna(), None)
        else:
            columns[name] = pd.to_numeric(values, errors="coerce").astype(DTYPES[kind])
    plain = pd.DataFrame(columns, index=frame.index)
    if table.geometry is None:
        return plain
    geometry = frame.geometry if isinstance(frame, gpd.GeoDataFrame) else gpd.GeoSeries([None] * len(frame))
    return gpd.GeoDataFrame(plain, geometry=gpd.GeoSeries(geometry.to_numpy(), index=plain.index, crs=crs))


def _merge(old: pd.DataFrame, fresh: pd.DataFrame, table: Table, crs: CRS) -> pd.DataFrame:
    """Return the old rows of other periods and the fresh ones."""
    if not table.period:
        return fresh
    periods = pd.MultiIndex.from_frame(fresh[list(table.period)].drop_duplicates())
    kept = old[~pd.MultiIndex.from_frame(old[list(table.period)]).isin(periods)]
    if len(kept) == 0:
        return fresh
    if isinstance(kept, gpd.GeoDataFrame) and kept.crs is not None and CRS(kept.crs) != crs:
        raise InputError(
            f"The database is in {CRS(kept.crs).name} but this run is in {crs.name}; "
            "choose the database's CRS as working CRS or another database."
        )
    return pd.concat([kept, fresh], ignore_index=True)


def _write(path: Path, frame: pd.DataFrame, table: Table, crs: CRS) -> None:
    if table.geometry is not None:
        frame = gpd.GeoDataFrame(frame)
        frame = frame.set_geometry(frame.geometry.set_crs(crs, allow_override=True))
    _write_frame(path, frame, table.name, table.geometry)


def _write_frame(path: Path, frame: pd.DataFrame, name: str, geometry: str | None) -> None:
    options = (
        {"SPATIAL_INDEX": "YES", "GEOMETRY_NAME": "geom"}
        if geometry
        else {"ASPATIAL_VARIANT": "GPKG_ATTRIBUTES"}
    )
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)
            pyogrio.write_dataframe(
                frame,
                path,
                layer=name,
                driver="GPKG",
                append=False,
                geometry_type=geometry,
                layer_options=options,
                # Readers of the GDAL generation of QGIS 3.40 on Debian 12 warn about newer versions.
                dataset_options={} if path.exists() else {"VERSION": "1.2"},
            )
    except (pyogrio.errors.DataSourceError, pyogrio.errors.FeatureError) as error:
        raise OutputError(
            "Table {table} cannot be written to {file}: {reason}.", table=name, file=path.name, reason=error
        ) from error


def write_layers(path: Path, layers: Mapping[str, pd.DataFrame]) -> None:
    """Write frames of any columns as the layers and tables of a new GeoPackage, which replaces an old one.

    Raises
    ------
    OutputError : the file cannot be written.
    """
    with replacing(path) as draft:
        for name, frame in layers.items():
            spatial = isinstance(frame, gpd.GeoDataFrame)
            attributes = [c for c in frame.columns if not spatial or c != frame.geometry.name]
            texts = {
                c: frame[c].map(lambda value: None if value is None or value != value else str(value))
                for c in attributes
                if frame[c].dtype == object
            }
            _write_frame(draft, frame.assign(**texts), name, "Unknown" if spatial else None)


def table_names(database: Path) -> list[str]:
    """Return the names of the layers and tables of a GeoPackage.

    Raises
    ------
    InputError : the file is not a GeoPackage.
    """
    try:
        return [str(name) for name in pyogrio.list_layers(database)[:, 0]]
    except pyogrio.errors.DataSourceError as error:
        raise InputError(
            f"{database} is not a checkup database (GeoPackage); choose another file."
        ) from error


def read_table(database: Path, name: str, where: str | None = None) -> pd.DataFrame:
    """Return a table of the checkup database with its columns in order and their types.

    Parameters
    ----------
    where : a filter in SQL, for example ``year = 2024``

    Raises
    ------
    InputError : there is no such file or table.
    """
    if not Path(database).exists():
        raise InputError(
            f"There is no checkup database {database}; run the checkup first or choose another file."
        )
    if name not in table_names(database):
        raise InputError(f"{database} has no table {name}; choose a database that CityCheck has made.")
    table = _table(name)
    frame = pyogrio.read_dataframe(database, layer=name, where=where)
    return conform(frame, table, frame.crs if isinstance(frame, gpd.GeoDataFrame) else None)
