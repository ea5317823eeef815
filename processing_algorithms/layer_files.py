"""The file behind a layer of a Processing input, and reading it past QGIS where the result is the same."""

from __future__ import annotations

import codecs
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from qgis.core import (
    QgsCoordinateReferenceSystem,
    QgsFeatureRequest,
    QgsFeatureSource,
    QgsFields,
    QgsGeometry,
    QgsProcessingAlgorithm,
    QgsProcessingContext,
    QgsProcessingFeatureSource,
    QgsProcessingFeatureSourceDefinition,
    QgsProviderRegistry,
    QgsVectorLayer,
    QgsWkbTypes,
)
from qgis.PyQt.QtCore import QMetaType

from ..citycheck_qgis.errors import InputError
from .translate import tr

if TYPE_CHECKING:
    import numpy as np

GEOPACKAGE, SHAPEFILE = "GPKG", "ESRI Shapefile"
#: Formats whose features are the same through QGIS and straight from the file, by their OGR names.
FORMATS = (GEOPACKAGE, SHAPEFILE, "GeoJSON", "FlatGeobuf")
#: Features that are read between two looks at the cancel button: well below a second.
CHUNK = 100_000
#: Chunks after which a file that cannot be entered in the middle is read through QGIS: each chunk passes over all
#: features before it.
_PASSED_OVER = 10
#: Encodings of Shapefiles in which Python and Qt read the same, with the codec that both have for them.
_ENCODINGS = {
    "utf-8": "utf-8",
    "gbk": "gbk",
    "gb2312": "gbk",
    "gb18030": "gbk",
    "cp1252": "cp1252",
    "iso8859-1": "iso8859-1",
}
#: What pyogrio takes text for that nobody has decoded; it loses no byte.
_UNDECODED = "iso8859-1"
#: Whole numbers up to here are exact in a column that holds its missing values as NaN.
_EXACT = 2.0**53


@dataclass(frozen=True, eq=False)
class PlainFile:
    """A layer that is nothing but a layer of a file on this machine, and which of its features are meant.

    Attributes
    ----------
    path : the file
    layer : name of the layer in it
    driver : OGR name of the format, one of `FORMATS`
    where : condition of the layer's filter in OGR's SQL, None: no filter
    fids : int64, ascending; None: all that `where` lets pass. Where given, they are all that is meant: the selection,
        expression or limit of the input and `where` are already applied
    encoding : Python's name of the encoding in which the layer has the file's text; None: the file's own
    crs : CRS of the layer, which the user may have set against the file
    columns : names of all attributes as the layer has them, the feature id included where it is one
    """

    path: Path
    layer: str
    driver: str
    where: str | None
    fids: np.ndarray | None
    encoding: str | None
    crs: QgsCoordinateReferenceSystem
    columns: tuple[str, ...]


def plain_file(
    algorithm: QgsProcessingAlgorithm,
    parameters: dict[str, Any],
    name: str,
    context: QgsProcessingContext,
) -> PlainFile | str:
    """Return the file behind a feature source parameter, or a sentence that says why there is no plain one."""
    value = parameters.get(name)
    chosen = value if isinstance(value, QgsProcessingFeatureSourceDefinition) else None
    layer = algorithm.parameterAsVectorLayer(
        {**parameters, name: value if chosen is None else chosen.source}, name, context
    )
    if layer is None or not layer.isValid():
        return tr("The input is no vector layer.")
    reason = _altered(layer) or _not_on_disk(layer)
    if reason:
        return reason
    parts = QgsProviderRegistry.instance().decodeUri("ogr", layer.source())
    where = layer.subsetString() or None
    encoding = _encoding(layer)
    restricted = chosen is not None and (
        chosen.selectedFeaturesOnly or chosen.featureLimit >= 0 or bool(chosen.filterExpression)
    )
    fids = None
    # OGR compares a filter with the bytes of a file whose encoding it is not to know.
    if restricted or (where and encoding):
        source = algorithm.parameterAsSource(parameters, name, context)
        if source is None:
            return tr("The input is no vector layer.")
        fids = _ids(source, with_attributes=where is not None)
    path = Path(parts["path"])
    found = parts.get("layerName") or _layer_name(path, parts.get("layerId"))
    if not found:
        return tr("The layer {layer} cannot be found in its file.").format(layer=layer.name())
    columns = tuple(field.name() for field in layer.fields())
    return PlainFile(
        path, found, layer.dataProvider().storageType(), where, fids, encoding, layer.crs(), columns
    )


def _altered(layer: QgsVectorLayer) -> str | None:
    """Return what the project adds to the layer's data, as a sentence."""
    provider = layer.dataProvider()
    name = layer.name()
    if layer.isModified() or provider.transaction() is not None:
        return tr("The layer {layer} has edits that are not saved.").format(layer=name)
    if layer.vectorJoins():
        return tr("The layer {layer} has joined tables.").format(layer=name)
    fields = layer.fields()
    own = QgsFields.FieldOrigin.OriginProvider
    if any(fields.fieldOrigin(index) != own for index in range(fields.count())):
        return tr("The layer {layer} has virtual fields.").format(layer=name)
    if fields.names() != provider.fields().names():
        return tr("The layer {layer} has other fields than its file.").format(layer=name)
    return None


def _not_on_disk(layer: QgsVectorLayer) -> str | None:
    """Return what keeps the layer from being found in its file as it is, as a sentence."""
    provider = layer.dataProvider()
    name = layer.name()
    if layer.providerType() != "ogr":
        return tr("The layer {layer} is no layer of a file.").format(layer=name)
    if provider.storageType() not in FORMATS:
        return tr("The layer {layer} is in the format {format}.").format(
            layer=name, format=provider.storageType()
        )
    parts = QgsProviderRegistry.instance().decodeUri("ogr", layer.source())
    known = {"path", "layerName", "layerId", "subset", "databaseName"}
    path = str(parts.get("path") or "")
    if any(parts.get(key) for key in parts.keys() - known) or path.startswith("/vsi"):
        return tr("The layer {layer} is opened with options of its own or in an archive.").format(layer=name)
    if not Path(path).is_file():
        return tr("The layer {layer} is no file on this machine.").format(layer=name)
    where = layer.subsetString()
    if where.lstrip("( \t\r\n").upper().startswith("SELECT") or "--" in where or "/*" in where:
        return tr("The filter of the layer {layer} is a query.").format(layer=name)
    if _encoding(layer) == "":
        return tr("The encoding {encoding} of the layer {layer} is not known.").format(
            encoding=provider.encoding(), layer=name
        )
    return None


def _encoding(layer: QgsVectorLayer) -> str | None:
    """Return Python's name of the encoding, None where the format has one, empty text where it is not known."""
    provider = layer.dataProvider()
    try:
        found = codecs.lookup(provider.encoding()).name
    except LookupError:
        return ""
    if provider.storageType() == SHAPEFILE:
        return found
    return None if found == "utf-8" else ""


def _layer_name(path: Path, number: int | None) -> str | None:
    """Return the name of a file's layer by its number; without one it is the first."""
    import pyogrio
    from pyogrio.errors import DataSourceError

    try:
        names = [str(row[0]) for row in pyogrio.list_layers(path)]
    except DataSourceError as error:
        raise InputError(
            "{file} cannot be read ({reason}); close the program that is using it, or restore it from a copy.",
            file=path,
            reason=error,
        ) from error
    number = number or 0
    return names[number] if 0 <= number < len(names) else None


def _ids(source: QgsFeatureSource, with_attributes: bool) -> np.ndarray:
    """Return the ids of all features of a source, ascending."""
    import numpy as np

    request = QgsFeatureRequest().setFlags(QgsFeatureRequest.Flag.NoGeometry)
    # QGIS has OGR leave out the attributes, and a Shapefile's filter then misses some features.
    if not with_attributes:
        request.setNoAttributes()
    ids = [feature.id() for feature in features_of(source, request)]
    return np.sort(np.array(ids, dtype=np.int64))


def features_of(source: QgsFeatureSource, request: QgsFeatureRequest) -> Iterator[Any]:
    """Return the features of a source, whatever their geometry is."""
    # The algorithm counts and repairs invalid geometry; Processing's own check would stop at the first one.
    request.setInvalidGeometryCheck(QgsFeatureRequest.InvalidGeometryCheck.GeometryNoCheck)
    if isinstance(source, QgsProcessingFeatureSource):
        # A Processing source checks geometry by its own setting unless it is told not to.
        return source.getFeatures(request, QgsProcessingFeatureSource.Flag.FlagSkipGeometryValidityChecks)
    return source.getFeatures(request)


@dataclass
class Features:
    """Features as arrays.

    Attributes
    ----------
    ids : int64 feature ids
    shapes : geometries, None where there is none
    unreadable : bool, where there is one that cannot be read
    columns : one object array for each field, with None for NULL
    """

    ids: np.ndarray
    shapes: np.ndarray
    unreadable: np.ndarray
    columns: list[np.ndarray]


class _DifferentError(Exception):
    """What is in the file might look different through QGIS."""


def read_file(
    file: PlainFile, source: QgsFeatureSource, progress: Callable[[float], None]
) -> Features | None:
    """Return the features of a file as QGIS would give them; None where that cannot be promised.

    Parameters
    ----------
    file : the file behind `source`, see `plain_file`
    progress : called with the share that is done, at least twice a second; may raise to stop
    """
    import numpy as np
    from pyogrio.errors import DataLayerError, DataSourceError, FeatureError, FieldError, GeometryError

    try:
        kind = _geometry_kind(source.wkbType())
        fid_column = _fid_column(file, source.fields())
        parts = []
        done, total = 0, len(file.fids) if file.fids is not None else source.featureCount()
        for chunk in _chunks(file, bool(fid_column), total):
            parts.append(_convert(chunk, source, fid_column, file, kind))
            done += len(parts[-1].ids)
            progress(min(1.0, done / max(total, 1)))
        if done != total or not parts:
            return None
    except (
        _DifferentError, DataLayerError, DataSourceError, FeatureError, FieldError, GeometryError,
        UnicodeError, LookupError, ValueError,
    ):  # fmt: skip
        return None
    return Features(
        np.concatenate([part.ids for part in parts]),
        np.concatenate([part.shapes for part in parts]),
        np.concatenate([part.unreadable for part in parts]),
        [np.concatenate(columns) for columns in zip(*(part.columns for part in parts), strict=True)],
    )


def _geometry_kind(kind: QgsWkbTypes.Type) -> tuple[str, bool]:
    """Return the one-part type of a layer, and whether QGIS makes each feature a multi-part one."""
    flat = QgsWkbTypes.flatType(kind)
    single = QgsWkbTypes.singleType(flat)
    names = {
        QgsWkbTypes.Type.Point: "Point",
        QgsWkbTypes.Type.LineString: "LineString",
        QgsWkbTypes.Type.Polygon: "Polygon",
    }
    # Curves become lines in one way and not in the other, and a measure is a height to one and nothing to the other.
    if single not in names or QgsWkbTypes.hasM(kind):
        raise _DifferentError
    return names[single], QgsWkbTypes.isMultiType(flat)


def _fid_column(file: PlainFile, fields: QgsFields) -> str:
    """Return the attribute that is the feature id, empty text where none is."""
    if file.driver != GEOPACKAGE:
        return ""
    import pyogrio

    name = str(pyogrio.read_info(file.path, layer=file.layer).get("fid_column") or "")
    # A view, or a table without a key, has no id that its features could be entered by.
    if not name or fields.count() == 0 or fields.at(0).name() != name:
        raise _DifferentError
    return name


def _chunks(file: PlainFile, by_id: bool, total: int) -> Iterator[tuple[Any, Any, Any, Any]]:
    """Yield what pyogrio reads of a file: meta, ids, WKB, columns; in the order of the ids."""
    from pyogrio.raw import read

    # OGR leaves out what it cannot decode without a word.
    options = {"ENCODING": ""} if file.driver == SHAPEFILE else {}

    def chunk(**what: Any) -> tuple[Any, Any, Any, Any]:
        return read(file.path, layer=file.layer, return_fids=True, **what, **options)

    if file.fids is not None:
        for start in range(0, len(file.fids), CHUNK):
            yield chunk(fids=file.fids[start : start + CHUNK])
        return
    if not by_id and total > CHUNK * _PASSED_OVER:
        raise _DifferentError
    last, done = None, 0
    while done < total:
        conditions = [f"({file.where})"] if file.where else []
        if by_id:
            if last is not None:
                conditions.append(f"{_quoted(file.columns[0])} > {last}")
            found = chunk(where=" AND ".join(conditions) or None, max_features=CHUNK)
        else:
            found = chunk(where=file.where, skip_features=done, max_features=CHUNK)
        ids = found[1]
        if not len(ids) or (ids[1:] <= ids[:-1]).any() or (last is not None and ids[0] <= last):
            raise _DifferentError
        last, done = int(ids[-1]), done + len(ids)
        yield found


def _quoted(column: str) -> str:
    return '"' + column.replace('"', '""') + '"'


def _convert(
    chunk: tuple[Any, Any, Any, Any],
    source: QgsFeatureSource,
    fid_column: str,
    file: PlainFile,
    kind: tuple[str, bool],
) -> Features:
    meta, ids, blobs, data = chunk
    import numpy as np
    import shapely

    from ..citycheck_qgis.units.geometry import read_wkb

    fields = source.fields()
    names, codec = list(meta["fields"]), None
    if file.driver == SHAPEFILE:
        if meta["encoding"].lower() != "iso-8859-1" or file.encoding not in _ENCODINGS:
            raise _DifferentError
        codec = _ENCODINGS[file.encoding]
        names = [_decoded(name, codec) for name in names]
    found = dict(zip(names, data, strict=True))
    expected = [field.name() for field in fields if field.name() != fid_column]
    if list(found) != expected or len(found) != len(data):
        raise _DifferentError
    columns = [
        ids.astype(object)
        if field.name() == fid_column
        else _column(found[field.name()], field.type(), file.driver, codec)
        for field in fields
    ]
    shapes, unreadable = read_wkb(blobs)
    rows = np.flatnonzero(unreadable)
    if len(rows):
        shapes[rows], unreadable[rows] = read_shapes(_as_qgis_has_it(source, ids[rows]))
    single, multi = kind
    simple = getattr(shapely.GeometryType, single.upper())
    several = getattr(shapely.GeometryType, f"MULTI{single.upper()}")
    kinds = shapely.get_type_id(shapes)
    kinds[unreadable] = several
    if not np.isin(kinds, (shapely.GeometryType.MISSING, simple, several)).all():
        raise _DifferentError
    alone = np.flatnonzero(kinds == simple)
    if multi and len(alone):
        if shapely.is_empty(shapes[alone]).any():
            raise _DifferentError
        collect = getattr(shapely, f"multi{single.lower()}s")
        shapes[alone] = collect(shapes[alone], indices=np.arange(len(alone)))
    return Features(ids.astype(np.int64), shapes, unreadable, columns)


def read_shapes(blobs: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the geometries of WKB texts as `units.geometry.read_wkb` does, curves as lines."""
    import numpy as np

    from ..citycheck_qgis.units.geometry import read_wkb

    shapes, unreadable = read_wkb(blobs)
    rows = np.flatnonzero(unreadable)
    if len(rows):
        again = np.fromiter((_straight(blobs[row]) for row in rows), dtype=object, count=len(rows))
        shapes[rows], unreadable[rows] = read_wkb(again)
    return shapes, unreadable


def _straight(wkb: bytes) -> bytes:
    geometry = QgsGeometry()
    geometry.fromWkb(wkb)
    if not QgsWkbTypes.isCurvedType(geometry.wkbType()):
        return wkb
    geometry.convertToStraightSegment()
    return geometry.asWkb().data() or wkb


def _as_qgis_has_it(source: QgsFeatureSource, ids: np.ndarray) -> np.ndarray:
    """Return the WKB of some features as QGIS has it, which closes rings that are open."""
    import numpy as np

    wanted = ids.tolist()
    request = QgsFeatureRequest().setFilterFids(wanted)
    wkb = {f.id(): f.geometry().asWkb().data() or None for f in features_of(source, request)}
    return np.fromiter((wkb.get(number) for number in wanted), dtype=object, count=len(wanted))


def _decoded(text: str | None, codec: str) -> str | None:
    return None if text is None else text.encode(_UNDECODED).decode(codec)


def _column(values: np.ndarray, kind: QMetaType.Type, driver: str, codec: str | None) -> np.ndarray:
    """Return a column as Python values with None for NULL; text that is not decoded yet by `codec`."""
    import numpy as np

    types = QMetaType.Type
    code = values.dtype.kind
    if kind in (types.Int, types.LongLong, types.Bool) and code in "iufb":
        to = np.dtype(bool if kind == types.Bool else np.int64)
        if code != "f":
            return values.astype(to).astype(object)
        present = ~np.isnan(values)
        if (np.abs(values[present]) >= _EXACT).any():
            raise _DifferentError
        return _with_none(values[present].astype(to), present)
    if kind == types.Double and values.dtype == np.float64:
        present = ~np.isnan(values)
        # Only SQLite holds no NaN beside NULL.
        if driver != GEOPACKAGE and not present.all():
            raise _DifferentError
        return _with_none(values[present], present)
    if kind == types.QString and code == "O":
        if codec is not None:
            values = np.fromiter((_decoded(v, codec) for v in values), dtype=object, count=len(values))
        # QGIS takes a byte order mark off the beginning of a text.
        if "\ufeff" in "".join(filter(None, values)):
            raise _DifferentError
        return values
    if kind in (types.QDate, types.QDateTime) and code == "M":
        present = ~np.isnat(values)
        years = values[present].astype("datetime64[Y]").astype(np.int64) + 1970
        if ((years < 1) | (years > 9999)).any():
            raise _DifferentError
        text = np.datetime_as_string(values[present], unit="D" if kind == types.QDate else "s")
        return _with_none(text, present)
    raise _DifferentError


def _with_none(values: np.ndarray, present: np.ndarray) -> np.ndarray:
    import numpy as np

    column = np.full(len(present), None, dtype=object)
    column[present] = values.astype(object)
    return column
