"""Between Processing and the rooms: layer sources become frames, frames become sinks."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import islice, repeat
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
    QgsProcessingFeedback,
    QgsWkbTypes,
)
from qgis.PyQt.QtCore import QDate, QDateTime, QMetaType, QTime

from ..citycheck_qgis.errors import CancelledError, OutputError
from .layer_files import Features, PlainFile, features_of, read_file, read_shapes

if TYPE_CHECKING:
    import geopandas as gpd
    import numpy as np
    import pandas as pd


def check_cancelled(feedback: QgsProcessingFeedback) -> None:
    """Raise CancelledError when the user has asked to stop."""
    if feedback.isCanceled():
        raise CancelledError("The run was cancelled; nothing was written.")


def to_frame(
    source: QgsFeatureSource,
    feedback: QgsProcessingFeedback,
    file: PlainFile | None = None,
    progress: Callable[[float], None] | None = None,
) -> gpd.GeoDataFrame:
    """Return all features of a source, with selection and filter as the source has them.

    Geometry that cannot be read becomes the points that it names, or None, with ``unreadable`` in column
    ``geometry_note``; the feature stays. The index is the feature id. All columns hold Python objects, None for NULL.

    Parameters
    ----------
    file : the file behind the source, where it has a plain one (see `layer_files.plain_file`); it is read in its
        place where the result is the same. Where it names ids, only these features are returned
    progress : called with the share that is done
    """
    import geopandas as gpd
    import numpy as np
    import pandas as pd

    from ..citycheck_qgis.units.geometry import NOTE, UNREADABLE

    def report(share: float) -> None:
        check_cancelled(feedback)
        if progress is not None:
            progress(share)

    report(0.0)
    found = read_file(file, source, report) if file is not None else None
    if found is None:
        found = _read_features(source, report, None if file is None else file.fids)
    frame = pd.DataFrame(dict(enumerate(found.columns)), index=pd.Index(found.ids, name="fid"), dtype=object)
    frame.columns = [field.name() for field in source.fields()]
    frame = _without_fid(frame)
    frame[NOTE] = np.where(found.unreadable, UNREADABLE, "")
    return gpd.GeoDataFrame(frame, geometry=found.shapes, crs=crs_text(source.sourceCrs()))


def _read_features(
    source: QgsFeatureSource, report: Callable[[float], None], fids: np.ndarray | None
) -> Features:
    """Return the features of a source one by one; of those with some ids where ids are given."""
    import numpy as np

    ids: list[int] = []
    blobs: list[bytes | None] = []
    columns: list[list[Any]] = [[] for _ in range(source.fields().count())]
    request = QgsFeatureRequest()
    if fids is not None:
        request.setFilterFids(fids.tolist())
    total = max(source.featureCount() if fids is None else len(fids), 1)
    features = features_of(source, request)
    while batch := list(islice(features, _AT_ONCE)):
        if len(ids) % _BETWEEN_REPORTS == 0:
            report(min(1.0, len(ids) / total))
        ids += [feature.id() for feature in batch]
        # The WKB of no geometry is empty.
        blobs += [feature.geometry().asWkb().data() or None for feature in batch]
        for column, values in zip(columns, zip(*(f.attributes() for f in batch), strict=True), strict=False):
            column += _plain_column(values)
    shapes, unreadable = read_shapes(_objects(blobs))
    return Features(np.array(ids, dtype=np.int64), shapes, unreadable, [_objects(c) for c in columns])


def _objects(values: Sequence[Any]) -> np.ndarray:
    """Return values as an array of objects, lists among them as they are."""
    import numpy as np

    return np.fromiter(values, dtype=object, count=len(values))


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


def _plain_column(values: Sequence[Any]) -> Sequence[Any]:
    """Return the values of an attribute with None for NULL and dates as text."""
    kinds = set(map(type, values))
    if kinds <= _PYTHON:
        return values
    if kinds <= _PYTHON | {_NULL}:
        # An attribute's QVariant is always NULL: any other value has a type of its own.
        return [None if type(value) is _NULL else value for value in values]
    return [_plain(value) for value in values]


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


#: Features held as QGIS objects at a time: with more of them Python's garbage collector takes half of the time.
_AT_ONCE = 20
#: Features that are read or written between two looks at the cancel button, a multiple of `_AT_ONCE`.
_BETWEEN_REPORTS = 10_000
_NULL = type(NULL)
_PYTHON = frozenset((type(None), bool, int, float, str))
#: What pandas finds in a column -> type of the field; all else is text.
_TYPES = {
    "integer": QMetaType.Type.LongLong,
    "floating": QMetaType.Type.Double,
    "mixed-integer-float": QMetaType.Type.Double,
    "boolean": QMetaType.Type.Bool,
}


def fields_of(frame: pd.DataFrame) -> QgsFields:
    """Return the fields of a frame: whole numbers, numbers, truth values, and text for all else."""
    from pandas.api.types import infer_dtype

    fields = QgsFields()
    for column in attributes_of(frame):
        found = infer_dtype(frame[column], skipna=True)
        fields.append(QgsField(column, _TYPES.get(found, QMetaType.Type.QString)))
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
    import numpy as np
    import shapely

    known = shapely.GeometryType
    kinds = set(np.unique(shapely.get_type_id(np.asarray(frame.geometry.array, dtype=object))))
    kinds.discard(known.MISSING)
    for kind in ("Point", "LineString", "Polygon"):
        single, several = known[kind.upper()], known[f"MULTI{kind.upper()}"]
        if kinds and kinds <= {single, several}:
            return QgsWkbTypes.parseType(kind if kinds == {single} else f"Multi{kind}")
    return QgsWkbTypes.Type.Unknown if kinds else QgsWkbTypes.Type.MultiPolygon


def fill_sink(
    frame: pd.DataFrame,
    sink: QgsFeatureSink,
    what: str,
    feedback: QgsProcessingFeedback,
    progress: Callable[[float], None] | None = None,
) -> None:
    """Write all rows of a frame into a sink.

    Parameters
    ----------
    progress : called with the share that is done

    Raises
    ------
    OutputError : the sink refuses a feature, for example because the disk is full.
    """
    import numpy as np
    import shapely

    fields = fields_of(frame)
    columns = [_qgis_column(frame[c]) for c in attributes_of(frame)]
    rows: Iterator[tuple[Any, ...]] = zip(*columns, strict=True) if columns else repeat(())
    shapes, multi = np.full(len(frame), None, dtype=object), False
    if hasattr(frame, "geom_type"):
        shapes = np.asarray(frame.geometry.array, dtype=object)
        multi = QgsWkbTypes.isMultiType(geometry_type(frame))
    for start in range(0, len(frame), _AT_ONCE):
        if start % _BETWEEN_REPORTS == 0:
            check_cancelled(feedback)
            if progress is not None:
                progress(start / len(frame))
            wkb = shapely.to_wkb(shapes[start : start + _BETWEEN_REPORTS])
        at = start % _BETWEEN_REPORTS
        features = []
        for blob, row in zip(wkb[at : at + _AT_ONCE], rows, strict=False):
            feature = QgsFeature(fields)
            feature.setAttributes(list(row))
            if blob is not None:
                geometry = QgsGeometry()
                geometry.fromWkb(blob)
                if multi:
                    geometry.convertToMultiType()
                feature.setGeometry(geometry)
            features.append(feature)
        if not sink.addFeatures(features, QgsFeatureSink.Flag.FastInsert):
            raise OutputError("{what} cannot be written: {reason}.", what=what, reason=sink.lastError())
    if not sink.flushBuffer():
        raise OutputError("{what} cannot be written: {reason}.", what=what, reason=sink.lastError())


def _qgis_column(column: pd.Series) -> list[Any]:
    """Return a column's values as QGIS takes them: Python's own types, None for what is missing."""
    values: list[Any] = column.astype(object).where(column.notna(), None).tolist()
    if set(map(type, values)) <= _PYTHON:
        return values
    return [value.item() if hasattr(value, "item") else value for value in values]


def remove_output(path: str) -> None:
    """Remove a file that a failed run has begun, with its journals."""
    for suffix in ("", "-wal", "-shm", "-journal"):
        Path(path + suffix).unlink(missing_ok=True)
