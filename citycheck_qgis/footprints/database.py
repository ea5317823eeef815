"""Footprints in the checkup database: what replaces what, and which buildings they are."""

from __future__ import annotations

import geopandas as gpd
import pandas as pd
from pyproj import CRS

from ..errors import InputError
from ..messages import Message, message
from ..storage.tables import FOOTPRINT, FOOTPRINT_BUILDING
from .layers import FootprintLayers
from .matching import Matches

#: What a model building is known by: its id alone may come in several files.
BUILDING_KEY = ["source_file", "cim_id"]
_MATCHED = ["building_id", "confidence"]


def merge_footprints(
    layers: FootprintLayers, crs: CRS, earlier: gpd.GeoDataFrame | None = None
) -> tuple[gpd.GeoDataFrame, list[Message]]:
    """Return the whole table `footprint` after a run, and sentences about what left it or stayed unread.

    A file that was read now replaces what came from it before, also under another name; one that could not be read
    leaves its rows as they are. Where a file is the same as before, its buildings keep the numbers and confidences that
    they were matched with. A building without a place is one row without geometry.

    Parameters
    ----------
    crs : of the database
    earlier : the table as it is, where there is one

    Raises
    ------
    InputError : the database has a file of the same name with other buildings.
    """
    lost = layers.unplaced.drop_duplicates(BUILDING_KEY)
    lost = lost.set_geometry(gpd.GeoSeries([None] * len(lost), index=lost.index, crs=crs))
    placed = layers.placed.set_crs(crs) if layers.placed.crs is None else layers.placed.to_crs(crs)
    rows = _together([placed, lost], crs)
    if earlier is None or earlier.empty:
        return rows, []
    known = earlier[["cim_id", "kind", "file_hash", *_MATCHED]].drop_duplicates(
        ["cim_id", "kind", "file_hash"]
    )
    rows = rows.drop(columns=_MATCHED).merge(known, on=["cim_id", "kind", "file_hash"], how="left")
    read = set(layers.files.loc[layers.files["state"] == "read", "file"])
    unread = set(layers.files["file"]) - read
    replaced = earlier["source_file"].isin(read)
    _refuse_other_buildings(earlier[replaced], rows)
    notes = [
        message(
            "{n} buildings that the database had from {file} are not in the file any more; their rows were removed.",
            n=number,
            file=file,
        )
        for file, number in _count(_without(earlier[replaced], rows))
    ]
    notes += [
        message(
            "{file} could not be read; the {n} buildings that the database had from it stay as they are.",
            n=number,
            file=file,
        )
        for file, number in _count(earlier[earlier["source_file"].isin(unread)])
    ]
    renamed = ~replaced & earlier["file_hash"].notna() & earlier["file_hash"].isin(rows["file_hash"])
    return _together([rows, earlier[~replaced & ~renamed]], crs), notes


def with_matches(
    footprints: gpd.GeoDataFrame, relations: pd.DataFrame | None, found: Matches, matched: gpd.GeoDataFrame
) -> tuple[gpd.GeoDataFrame, pd.DataFrame]:
    """Return the tables `footprint` and `footprint_building` with what was found about some of the footprints.

    Parameters
    ----------
    footprints, relations : the tables as they are
    found : see `matching.match`
    matched : the rows that it was given, with `BUILDING_KEY`
    """
    keys = matched[BUILDING_KEY].reset_index(drop=True)
    chosen = pd.concat([keys, found.footprints[_MATCHED].reset_index(drop=True)], axis=1)
    # The confidence of a suggestion belongs to its relation.
    chosen.loc[chosen["building_id"].isna(), "confidence"] = None
    asked = _in(footprints, keys)
    table = footprints.drop(columns=_MATCHED).merge(
        chosen, on=BUILDING_KEY, how="left", validate="many_to_one"
    )
    for column in _MATCHED:
        table[column] = table[column].where(asked.to_numpy(), footprints[column].to_numpy())
    fresh = found.relations.assign(
        source_file=keys["source_file"].to_numpy()[found.relations["footprint"].to_numpy()],
        chosen=found.relations["chosen"].astype(int),
    )
    parts = [fresh] if relations is None else [relations[~_in(relations, keys)], fresh]
    columns = list(FOOTPRINT_BUILDING.columns)
    merged = pd.concat([part[columns].astype(object) for part in parts], ignore_index=True)
    return table[[*FOOTPRINT.columns, "geometry"]], merged


def _together(parts: list[gpd.GeoDataFrame], crs: CRS) -> gpd.GeoDataFrame:
    columns = [*FOOTPRINT.columns, "geometry"]
    some = [part[columns].astype(dict.fromkeys(FOOTPRINT.columns, object)) for part in parts if len(part)]
    table = pd.concat(some, ignore_index=True) if some else parts[0][columns]
    return gpd.GeoDataFrame(table, geometry="geometry", crs=crs)


def _refuse_other_buildings(earlier: pd.DataFrame, rows: pd.DataFrame) -> None:
    """Refuse a file that only shares its name with one that is in the database."""
    for file, old in earlier.groupby("source_file"):
        new = rows[rows["source_file"] == file]
        if len(new) and not new["cim_id"].isin(old["cim_id"]).any():
            raise InputError(
                "The database has other buildings from a file of the same name, {file}; rename the file or its folder, or "
                "delete these rows of the table footprint if they are no longer needed.",
                file=file,
            )


def _without(earlier: pd.DataFrame, rows: pd.DataFrame) -> pd.DataFrame:
    return earlier[~_in(earlier, rows[BUILDING_KEY])]


def _in(table: pd.DataFrame, keys: pd.DataFrame) -> pd.Series:
    known = pd.MultiIndex.from_frame(keys[BUILDING_KEY])
    return pd.Series(pd.MultiIndex.from_frame(table[BUILDING_KEY]).isin(known), index=table.index)


def _count(rows: pd.DataFrame) -> list[tuple[str, int]]:
    return [
        (str(file), int(number)) for file, number in rows.groupby("source_file")["cim_id"].nunique().items()
    ]
