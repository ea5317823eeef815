"""The checkup database: one GeoPackage per city with all years in it."""

from __future__ import annotations

import errno
import shutil
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
from .files import replacing, settle
from .tables import CONTEXT, DTYPES, TABLES, Table


def write_tables(
    database: Path, frames: Mapping[str, pd.DataFrame], crs: CRS | str, year: int | None = None
) -> None:
    """Write tables of a checkup into its database; other years, other tables and styles stay.

    Rows of the same period (see `Table.period`) are replaced as a whole, so that a rerun of a year leaves
    nothing behind of the run before. Rows are sorted by their keys: same input, same table.

    Parameters
    ----------
    database : the GeoPackage; made where it does not exist. Written beside and renamed.
    frames : table name -> frame with at least the key columns; missing columns become null
    crs : the working CRS; the CRS of all geometry in the database
    year : the year of the run: its old rows go even where a frame has no row of that year

    Raises
    ------
    OutputError : the file cannot be written, or is being edited in another program
    InputError : the existing database has another CRS, the file is no GeoPackage, or a table of the same name in
        it is not CityCheck's
    """
    database = Path(database)
    wanted = CRS.from_user_input(crs)
    settle(database)
    existing = set(table_names(database)) if database.exists() else set()
    _check_existing(database, existing, wanted)
    merged = {}
    for name, frame in frames.items():
        table = _table(name)
        fresh = conform(frame, table, wanted)
        if name in existing:
            fresh = _merge(conform(read_table(database, name), table, wanted), fresh, table, year)
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
            numbers = pd.to_numeric(values, errors="coerce")
            columns[name] = (numbers.round() if kind == "integer" else numbers).astype(DTYPES[kind])
    plain = pd.DataFrame(columns, index=frame.index)
    if table.geometry is None:
        return plain
    geometry = frame.geometry if isinstance(frame, gpd.GeoDataFrame) else gpd.GeoSeries([None] * len(frame))
    if crs is not None and geometry.crs is not None and not _same_crs(CRS(geometry.crs), CRS(crs)):
        geometry = geometry.to_crs(crs)
    return gpd.GeoDataFrame(plain, geometry=gpd.GeoSeries(geometry.to_numpy(), index=plain.index, crs=crs))


def _check_existing(database: Path, existing: set[str], crs: CRS) -> None:
    """Refuse a database in another CRS, and tables that only share a name with CityCheck's."""
    for name in sorted(existing & {*TABLES, *CONTEXT}):
        info = pyogrio.read_info(database, layer=name)
        table = _table(name)
        missing = [column for column in table.keys or table.columns if column not in info["fields"]]
        if missing:
            raise InputError(
                "The table {table} of {file} has no column {column}, so it was not made by CityCheck; choose another "
                "database.",
                table=name,
                file=database,
                column=missing[0],
            )
        if info["crs"] and not _same_crs(CRS(info["crs"]), crs):
            raise InputError(
                "The database {file} is in {old} but this run is in {new}; choose the database's CRS as working CRS "
                "or another database.",
                file=database,
                old=CRS(info["crs"]).name,
                new=crs.name,
            )


def _same_crs(one: CRS, other: CRS) -> bool:
    """Return whether coordinates mean the same place; a file's text keeps neither axis order nor all names."""
    if one == other:
        return True
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        return bool(one.to_dict()) and one.to_dict() == other.to_dict()


def _merge(old: pd.DataFrame, fresh: pd.DataFrame, table: Table, year: int | None) -> pd.DataFrame:
    """Return the old rows of other periods and the fresh ones."""
    if not table.period:
        return fresh
    periods = pd.MultiIndex.from_frame(fresh[list(table.period)].drop_duplicates())
    kept = old[~pd.MultiIndex.from_frame(old[list(table.period)]).isin(periods)]
    if table.period == ("year",) and year is not None:
        kept = kept[kept["year"] != year]
    return pd.concat([kept, fresh], ignore_index=True) if len(kept) else fresh


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
    except (
        pyogrio.errors.DataSourceError,
        pyogrio.errors.DataLayerError,
        pyogrio.errors.FeatureError,
        pyogrio.errors.FieldError,
    ) as error:
        if "disk is full" in str(error) or shutil.disk_usage(path.parent).free < _room_for(frame):
            # The driver seldom says why a transaction failed; `replacing` makes the sentence of it.
            raise OSError(errno.ENOSPC, str(error)) from error
        raise OutputError(
            "Table {table} cannot be written to {file}: {reason}.", table=name, file=path.name, reason=error
        ) from error


def _room_for(frame: pd.DataFrame) -> int:
    """Return how many bytes a table may take with its index and journal, roughly and rather too many."""
    return 2 * int(frame.memory_usage(deep=True).sum()) + (1 << 20)


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


def database_crs(database: Path) -> CRS | None:
    """Return the CRS of a checkup database; None where there is no such file yet, or no geometry in it."""
    if not Path(database).exists():
        return None
    spatial = {name for name, table in {**TABLES, **CONTEXT}.items() if table.geometry}
    for name in table_names(database):
        if name in spatial and (crs := pyogrio.read_info(database, layer=name)["crs"]):
            return CRS.from_user_input(crs)
    return None


def table_names(database: Path) -> list[str]:
    """Return the names of the layers and tables of a GeoPackage.

    Raises
    ------
    InputError : the file is not a GeoPackage.
    """
    try:
        with Path(database).open("rb") as file:
            header = file.read(72)
        # The application id; other formats open as well, but could only be overwritten.
        if header[:15] != b"SQLite format 3" or header[68:70] != b"GP":
            raise ValueError("no GeoPackage")
        return [str(name) for name in pyogrio.list_layers(database)[:, 0]]
    except (OSError, ValueError, pyogrio.errors.DataSourceError) as error:
        raise InputError(
            "{file} is not a checkup database (GeoPackage); choose another file.", file=database
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
            "There is no checkup database {file}; run the checkup first or choose another file.",
            file=database,
        )
    if name not in table_names(database):
        raise InputError(
            "{file} has no table {table}; choose a database that CityCheck has made.",
            file=database,
            table=name,
        )
    table = _table(name)
    frame = pyogrio.read_dataframe(database, layer=name, where=where)
    return conform(frame, table, frame.crs if isinstance(frame, gpd.GeoDataFrame) else None)
