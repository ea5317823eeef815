"""The features of an input that are given units: straight from their GeoPackage, else as a frame."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any

from qgis.core import QgsProcessingContext, QgsProcessingFeedback

from ..citycheck_qgis.errors import InputError
from .layer_files import GEOPACKAGE, PlainFile, plain_file
from .sources import crs_text, to_frame
from .translate import sentence, tr

if TYPE_CHECKING:
    import geopandas as gpd
    from pyproj import CRS

    from ..citycheck_qgis.storage.geopackage import FeatureTable
    from ..citycheck_qgis.units.assign_features import Assigned
    from ..citycheck_qgis.units.hierarchy import Units
    from ..citycheck_qgis.units.tally import Statistic
    from .inputs import CheckupAlgorithm


class FeatureLayer:
    """The features of a source parameter; use it in a ``with`` block.

    Attributes
    ----------
    why_not_extended : why the layer's file cannot simply be copied with more columns; None: it can
    """

    def __init__(
        self,
        algorithm: CheckupAlgorithm,
        parameters: dict[str, Any],
        key: str,
        crs: CRS,
        context: QgsProcessingContext,
        feedback: QgsProcessingFeedback,
    ) -> None:
        self._algorithm, self._crs, self._feedback, self._key = algorithm, crs, feedback, key
        self._source = algorithm.parameterAsSource(parameters, key, context)
        self._file = plain_file(algorithm, parameters, key, context)
        self._table: FeatureTable | None = None
        self.why_not_extended = self._open()
        if self._table is None:
            feedback.pushInfo(
                tr("The features are read one by one, which takes longer: {reason}").format(
                    reason=self.why_not_extended
                )
            )

    def _open(self) -> str | None:
        """Open the file as a table where it can be; return why it cannot be extended."""
        from pyproj import CRS

        from ..citycheck_qgis.storage.geopackage import FeatureTable, NotPlain

        file = self._file
        if not isinstance(file, PlainFile):
            return file
        if file.driver != GEOPACKAGE:
            return tr("The layer is in the format {format}, no GeoPackage.").format(format=file.driver)
        text = crs_text(file.crs)
        if text is None or CRS.from_user_input(text) != self._crs:
            return tr("The layer is not in the CRS of the communities.")
        try:
            self._table = FeatureTable.open(file.path, file.layer, file.where, file.fids, self._tick)
            if len(self._table) == 0:
                raise InputError(
                    "The layer given as {parameter} is empty; choose a layer with features.",
                    parameter=self._key,
                )
        except NotPlain as reason:
            return tr("The layer is no plain table ({reason})").format(reason=reason)
        if file.where or file.fids is not None:
            return tr("The layer is filtered, or only some of its features are selected.")
        return None

    def _tick(self, share: float) -> None:
        from .sources import check_cancelled

        check_cancelled(self._feedback)

    def __enter__(self) -> FeatureLayer:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._table is not None:
            self._table.close()

    @cached_property
    def _frame(self) -> gpd.GeoDataFrame:
        return to_frame(
            self._source, self._feedback, self._file if isinstance(self._file, PlainFile) else None
        )

    @property
    def columns(self) -> list[str]:
        """The names of the features' own columns."""
        from ..citycheck_qgis.units.geometry import own_columns

        return list(self._table.columns) if self._table is not None else own_columns(self._frame)

    @property
    def path(self) -> Path:
        """The layer's file."""
        assert isinstance(self._file, PlainFile)
        return self._file.path

    @property
    def name(self) -> str:
        """The name of the layer in its file."""
        assert isinstance(self._file, PlainFile)
        return self._file.layer

    def assign(
        self, units: Units, statistics: Sequence[Statistic], progress: Callable[[float], None]
    ) -> Assigned:
        """Return the features' units, in the order of the table or frame."""
        from ..citycheck_qgis.units.assign_features import assign_frame, assign_table

        if self._table is not None:
            assigned = assign_table(self._table, units, statistics, progress)
            if self._table.index_note is not None:
                self._feedback.pushInfo(sentence(self._table.index_note))
            return assigned
        if len(self._frame) == 0:
            raise InputError(
                "The layer given as {parameter} is empty; choose a layer with features.", parameter=self._key
            )
        moved = self._algorithm.in_crs(self._frame, self._crs, tr("The feature layer"), self._feedback)
        return assign_frame(moved, units, statistics, progress)

    def left_over(self, assigned: Assigned) -> gpd.GeoDataFrame:
        """Return the features without a unit and the ties, with what is wrong with their geometry."""
        from ..citycheck_qgis.units.geometry import NOTE, repair

        rows = assigned.left_over
        if self._table is None:
            some = self._frame.iloc[rows]
        else:
            ids = self._table.fids[rows]
            assert isinstance(self._file, PlainFile)
            found = to_frame(self._source, self._feedback, replace(self._file, where=None, fids=ids))
            some = found.loc[ids]
        notes = repair(some)[NOTE]
        return assigned.extend(_as_it_came(some), rows).assign(**{NOTE: notes})

    def extended(self, assigned: Assigned) -> gpd.GeoDataFrame:
        """Return all features as they came, with their units."""
        frame = self._frame if self._table is None else self._frame.loc[self._table.fids]
        return assigned.extend(_as_it_came(frame))

    def copy_with(self, assigned: Assigned, target: Path | None, progress: Callable[[float], None]) -> None:
        """Write a copy of the layer's file in which the layer has the features' units.

        Parameters
        ----------
        target : the file to make or replace; None: the copy takes the place of the layer's own file
        """
        from ..citycheck_qgis.storage.add_columns import add_columns

        assert self._table is not None
        table = self._table
        fids, fingerprint = table.fids, table.fingerprint()
        table.close()
        add_columns(
            table.path, table.layer, target or table.path, assigned.columns, fids, progress, fingerprint,
            in_place=target is None,
        )  # fmt: skip


def _as_it_came(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return a frame without what reading has put into it."""
    from ..citycheck_qgis.units.geometry import NOTE, UNREADABLE

    # The points that stand for what cannot be read are no geometry of the layer.
    geometry = frame.geometry.where(frame[NOTE] != UNREADABLE)
    return frame.set_geometry(geometry).drop(columns=NOTE)
