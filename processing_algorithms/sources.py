"""Between Processing and the rooms: layer sources become frames, frames become sinks."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from qgis.core import (
    NULL,
    QgsCoordinateReferenceSystem,
    QgsFeature,
    QgsFeatureRequest,
    QgsFeatureSink,
    QgsFeatureSource,
    QgsField,
    QgsFields,
    QgsGeometry,
    QgsProcessingFeatureSource,
    QgsProcessingFeedback,
    QgsWkbTypes,
)
from qgis.PyQt.QtCore import QDate, QDateTime, QMetaType, QTime

from ..citycheck_qgis.errors import CancelledError, OutputError

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd


def check_cancelled(feedback: QgsProcessingFeedback) -> None:
    """Raise CancelledError when the user has asked to stop."""
    if feedback.isCanceled():
        raise CancelledError("The run was cancelled; nothing was written.")


def to_frame(source: QgsFeatureSource, feedback: QgsProcessingFeedback) -> gpd.GeoDataFrame:
    """Return all features of a source, with selection and filter as the source has them.

    Geometry that cannot be read becomes None with ``unreadable`` in column ``geometry_note``; the feature stays.
    The index is the feature id.
    """
    import geopandas as gpd
    import numpy as np
    import pandas as pd
    import shapely

    from ..citycheck_qgis.units.geometry import NOTE, UNREADABLE

    names = [field.name() for field in source.fields()]
    # The algorithm counts and repairs invalid geometry; Processing's own check would stop at the first one.
    request = QgsFeatureRequest().setInvalidGeometryCheck(
        QgsFeatureRequest.InvalidGeometryCheck.GeometryNoCheck
    )
    ids, wkb, rows = [], [], []
    for number, feature in enumerate(_features(source, request)):
        if number % 10_000 == 0:
            check_cancelled(feedback)
        ids.append(feature.id())
        geometry = feature.geometry()
        wkb.append(None if geometry.isNull() else bytes(geometry.asWkb()))
        rows.append([_plain(value) for value in feature.attributes()])
    found = np.array(wkb, dtype=object)
    shapes = shapely.from_wkb(found, on_invalid="ignore") if len(found) else found
    frame = pd.DataFrame(rows, columns=names, index=pd.Index(ids, name="fid"), dtype=object)
    unreadable = np.array([w is not None for w in wkb], dtype=bool) & shapely.is_missing(shapes)
    frame = _without_fid(frame)
    frame[NOTE] = np.where(unreadable, UNREADABLE, "")
    return gpd.GeoDataFrame(frame, geometry=shapes, crs=crs_text(source.sourceCrs()))


def crs_text(crs: QgsCoordinateReferenceSystem) -> str | None:
    """Return a CRS by its authority code where it has one, else as WKT; None where it is not valid."""
    # A GeoPackage without a CRS names one that says so.
    if not crs.isValid() or crs.description().startswith("Undefined"):
        return None
    # A definition beside the code would be compared with the official one and written as a CRS of its own.
    return crs.authid() or crs.toWkt(QgsCoordinateReferenceSystem.WktVariant.WKT_PREFERRED)


def _without_fid(frame: pd.DataFrame) -> pd.DataFrame:
    """Drop the column that only repeats the feature id; keep a real attribute of that name under another one."""
    for column in [c for c in frame.columns if c.casefold() == "fid"]:
        if (frame[column] == frame.index).all():
            frame = frame.drop(columns=column)
        else:
            frame = frame.rename(columns={column: f"{column}_attribute"})
    return frame


def _features(source: QgsFeatureSource, request: QgsFeatureRequest) -> Iterator[QgsFeature]:
    if isinstance(source, QgsProcessingFeatureSource):
        # A Processing source checks geometry by its own setting unless it is told not to.
        return source.getFeatures(request, QgsProcessingFeatureSource.Flag.FlagSkipGeometryValidityChecks)
    return source.getFeatures(request)


def _plain(value: Any) -> Any:
    if value is None or value == NULL:
        return None
    if isinstance(value, QDateTime):
        return value.toString("yyyy-MM-ddTHH:mm:ss")
    if isinstance(value, QDate):
        return value.toString("yyyy-MM-dd")
    if isinstance(value, QTime):
        return value.toString("HH:mm:ss")
    return value


_TYPES = {
    "i": QMetaType.Type.LongLong,
    "u": QMetaType.Type.LongLong,
    "f": QMetaType.Type.Double,
    "b": QMetaType.Type.Bool,
}


def fields_of(frame: pd.DataFrame) -> QgsFields:
    """Return the fields of a frame: whole numbers, numbers, truth values, and text for all else."""
    fields = QgsFields()
    for column in attributes_of(frame):
        fields.append(QgsField(column, _TYPES.get(frame[column].dtype.kind, QMetaType.Type.QString)))
    return fields


def attributes_of(frame: pd.DataFrame) -> list[str]:
    """Return the names of the columns that are not the geometry."""
    geometry = frame.geometry.name if hasattr(frame, "geom_type") else None
    return [str(c) for c in frame.columns if c != geometry]


def crs_of(frame: gpd.GeoDataFrame) -> QgsCoordinateReferenceSystem:
    """Return a frame's CRS for QGIS, by its authority code where it has one."""
    if frame.crs is None:
        return QgsCoordinateReferenceSystem()
    code = frame.crs.to_authority()
    if code is not None:
        return QgsCoordinateReferenceSystem(":".join(code))
    return QgsCoordinateReferenceSystem.fromWkt(frame.crs.to_wkt())


def geometry_type(frame: pd.DataFrame) -> QgsWkbTypes.Type:
    """Return the one geometry type that holds all geometries of a frame; NoGeometry for a table."""
    if not hasattr(frame, "geom_type"):
        return QgsWkbTypes.Type.NoGeometry
    kinds = set(frame.geom_type.dropna())
    for kind in ("Point", "LineString", "Polygon"):
        if kinds and kinds <= {kind, f"Multi{kind}"}:
            single = kinds == {kind}
            return QgsWkbTypes.parseType(kind if single else f"Multi{kind}")
    return QgsWkbTypes.Type.Unknown if kinds else QgsWkbTypes.Type.MultiPolygon


def fill_sink(frame: pd.DataFrame, sink: QgsFeatureSink, what: str, feedback: QgsProcessingFeedback) -> None:
    """Write all rows of a frame into a sink.

    Raises
    ------
    OutputError : the sink refuses a feature, for example because the disk is full.
    """
    import numpy as np
    import shapely

    columns = attributes_of(frame)
    fields = fields_of(frame)
    values = [frame[c].astype(object).where(frame[c].notna(), None).to_numpy() for c in columns]
    wkb = np.full(len(frame), None, dtype=object)
    if hasattr(frame, "geom_type"):
        wanted_multi = QgsWkbTypes.isMultiType(geometry_type(frame))
        wkb = shapely.to_wkb(np.asarray(frame.geometry.array, dtype=object))
    for row in range(len(frame)):
        if row % 10_000 == 0:
            check_cancelled(feedback)
        feature = QgsFeature(fields)
        feature.setAttributes([_for_qgis(column[row]) for column in values])
        if wkb[row] is not None:
            geometry = QgsGeometry()
            geometry.fromWkb(wkb[row])
            if wanted_multi:
                geometry.convertToMultiType()
            feature.setGeometry(geometry)
        if not sink.addFeature(feature, QgsFeatureSink.Flag.FastInsert):
            raise OutputError("{what} cannot be written: {reason}.", what=what, reason=sink.lastError())
    if not sink.flushBuffer():
        raise OutputError("{what} cannot be written: {reason}.", what=what, reason=sink.lastError())


def _for_qgis(value: Any) -> Any:
    return value.item() if hasattr(value, "item") else value


def remove_output(path: str) -> None:
    """Remove a file that a failed run has begun, with its journals."""
    for suffix in ("", "-wal", "-shm", "-journal"):
        Path(path + suffix).unlink(missing_ok=True)
