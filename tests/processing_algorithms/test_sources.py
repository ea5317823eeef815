"""Features of a source as a frame, and a frame as features of a sink."""

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from shapely import Point, box

CRS = "EPSG:4547"


def memory_layer(uri, rows, kinds=()):
    """Return a memory layer with a row for each (WKT or None, attributes)."""
    from qgis.core import QgsFeature, QgsField, QgsGeometry, QgsVectorLayer

    layer = QgsVectorLayer(uri, "层", "memory")
    assert layer.isValid()
    layer.dataProvider().addAttributes([QgsField(name, kind) for name, kind in kinds])
    layer.updateFields()
    for wkt, values in rows:
        feature = QgsFeature(layer.fields())
        if wkt is not None:
            feature.setGeometry(QgsGeometry.fromWkt(wkt))
        feature.setAttributes(list(values))
        assert layer.dataProvider().addFeatures([feature])[0]
    return layer


@pytest.fixture
def read(qgis_app):
    from citycheck.processing_algorithms.sources import to_frame
    from qgis.core import QgsProcessingFeedback

    return lambda source, **options: to_frame(source, QgsProcessingFeedback(False), **options)


def test_values_of_every_kind(read):
    from qgis.core import NULL
    from qgis.PyQt.QtCore import QDate, QDateTime, QMetaType, QTime

    kinds = QMetaType.Type
    columns = {
        "whole": (kinds.Int, 7, 7),
        "long": (kinds.LongLong, 2**60, 2**60),
        "real": (kinds.Double, 1.5, 1.5),
        "flag": (kinds.Bool, False, False),
        "text": (kinds.QString, "住宅", "住宅"),
        "day": (kinds.QDate, QDate(2024, 2, 3), "2024-02-03"),
        "clock": (kinds.QTime, QTime(1, 2, 3), "01:02:03"),
        "moment": (kinds.QDateTime, QDateTime(QDate(2024, 2, 3), QTime(4, 5, 6)), "2024-02-03T04:05:06"),
        "words": (kinds.QStringList, ["a", "b"], ["a", "b"]),
        "numbers": (kinds.QVariantList, [1, 2], [1, 2]),
    }
    rows = [(None, [value for _, value, _ in columns.values()]), (None, [NULL] * len(columns))] * 30
    frame = read(memory_layer("Point?crs=EPSG:4547", rows, [(n, k) for n, (k, _, _) in columns.items()]))
    for name, (_, _, expected) in columns.items():
        found = frame[name].iloc[0]
        assert (type(found), found) == (type(expected), expected)
        if name not in ("words", "numbers"):
            assert frame[name].iloc[1] is None
        assert frame[name].dtype == object
    assert len(frame) == 60
    assert frame.geometry.isna().all()
    assert list(frame.geometry_note) == [""] * 60


def test_no_attributes_and_no_features(read):
    assert list(read(memory_layer("Point?crs=EPSG:4547", [("POINT(1 2)", [])])).columns) == [
        "geometry_note",
        "geometry",
    ]
    empty = read(memory_layer("Point?crs=EPSG:4547&field=a:int", []))
    assert list(empty.columns) == ["a", "geometry_note", "geometry"]
    assert len(empty) == 0
    assert empty.crs == CRS


def test_shapes(read):
    frame = read(
        memory_layer(
            "Polygon?crs=EPSG:4547",
            [
                ("POLYGON((0 0,4 0,4 4,0 0))", []),
                (None, []),
                ("POLYGON EMPTY", []),
                ("CURVEPOLYGON(CIRCULARSTRING(0 0,1 1,2 0,1 -1,0 0))", []),
                ("POLYGON((1 2,1 2))", []),
            ],
        )
    )
    assert list(frame.geometry_note) == ["", "", "", "", "unreadable"]
    assert list(shapely.is_missing(frame.geometry.array)) == [False, True, False, False, False]
    assert frame.geometry.iloc[3].area == pytest.approx(np.pi, rel=1e-3)
    assert set(shapely.get_coordinates(frame.geometry.iloc[4]).ravel()) == {1.0, 2.0}


def test_progress_and_cancel(qgis_app):
    from citycheck.citycheck_qgis.errors import CancelledError
    from citycheck.processing_algorithms.sources import to_frame
    from qgis.core import QgsProcessingFeedback

    layer = memory_layer("Point?crs=EPSG:4547&field=a:int", [("POINT(1 2)", [n]) for n in range(20)])
    feedback, shares = QgsProcessingFeedback(False), []
    assert len(to_frame(layer, feedback, progress=shares.append)) == 20
    assert shares == sorted(shares)
    assert shares[0] == 0.0
    feedback.cancel()
    with pytest.raises(CancelledError):
        to_frame(layer, feedback)


def sink_of(frame):
    """Return a memory sink for a frame, and the layer behind it."""
    from citycheck.processing_algorithms.sources import crs_of, fields_of, geometry_type
    from qgis.core import QgsProcessingContext, QgsProcessingUtils, QgsProject

    context = QgsProcessingContext()
    project = QgsProject()
    context.setProject(project)
    crs = crs_of(frame) if hasattr(frame, "geom_type") else None
    from qgis.core import QgsCoordinateReferenceSystem

    sink, name = QgsProcessingUtils.createFeatureSink(
        "memory:", context, fields_of(frame), geometry_type(frame), crs or QgsCoordinateReferenceSystem()
    )
    return sink, QgsProcessingUtils.mapLayerFromString(name, context), (context, project)


@pytest.fixture
def fill(qgis_app):
    from citycheck.processing_algorithms.sources import fill_sink
    from qgis.core import QgsProcessingFeedback

    def call(frame, **options):
        sink, layer, kept = sink_of(frame)
        fill_sink(frame, sink, "Output", QgsProcessingFeedback(False), **options)
        return layer, kept

    return call


def test_frame_to_sink(fill):
    count = 45
    frame = gpd.GeoDataFrame(
        {
            "whole": np.arange(count),
            "real": np.where(np.arange(count) % 2, np.nan, 0.5),
            "flag": np.arange(count) % 2 == 0,
            "text": ["住宅", None, "x"] * 15,
            "mixed": [1, "a", None] * 15,
            "numpy": np.array([np.int64(3), np.float64(0.5), None] * 15, dtype=object),
            "nullable": pd.array([1, None, 3] * 15, dtype="Int64"),
        },
        geometry=[box(n, 0, n + 1, 1) if n % 5 else None for n in range(count)],
        crs=CRS,
    )
    layer, _kept = fill(frame)
    features = list(layer.getFeatures())
    assert layer.crs().authid() == CRS
    assert [f["whole"] for f in features] == list(range(count))
    assert [None if f.geometry().isNull() else f.geometry().boundingBox().xMinimum() for f in features] == [
        float(n) if n % 5 else None for n in range(count)
    ]
    assert [str(v) for v in features[0].attributes()] == ["0", "0.5", "True", "住宅", "1", "3.0", "1"]
    assert [str(v) for v in features[1].attributes()] == ["1", "NULL", "False", "NULL", "a", "0.5", "NULL"]
    assert [str(v) for v in features[2].attributes()] == ["2", "0.5", "True", "x", "NULL", "NULL", "3"]


def test_table_to_sink(fill):
    layer, _kept = fill(pd.DataFrame({"a": [1, 2], "b": ["x", None]}))
    assert not layer.isSpatial()
    assert [[str(v) for v in f.attributes()] for f in layer.getFeatures()] == [["1", "x"], ["2", "NULL"]]


def test_geometry_alone_to_sink(fill):
    layer, _kept = fill(gpd.GeoDataFrame(geometry=[Point(n, 0) for n in range(41)], crs=CRS))
    assert [f.geometry().asPoint().x() for f in layer.getFeatures()] == [float(n) for n in range(41)]


@pytest.mark.parametrize(
    ("shapes", "kind"),
    [
        (["POINT(1 2)", None], "Point"),
        (["POINT(1 2)", "MULTIPOINT((1 2),(3 4))"], "MultiPoint"),
        (["LINESTRING(1 2,3 4)"], "LineString"),
        (["POLYGON((0 0,1 0,1 1,0 0))", "MULTIPOLYGON(((0 0,1 0,1 1,0 0)))"], "MultiPolygon"),
        (["MULTIPOLYGON(((0 0,1 0,1 1,0 0)))"], "MultiPolygon"),
        (["POLYGON((0 0,1 0,1 1,0 0))", "POINT(1 2)"], "Unknown"),
        (["GEOMETRYCOLLECTION(POINT(1 2))"], "Unknown"),
        ([None], "MultiPolygon"),
        ([], "MultiPolygon"),
    ],
)
def test_type_of_the_sink(fill, shapes, kind):
    from citycheck.processing_algorithms.sources import geometry_type
    from qgis.core import QgsWkbTypes

    frame = gpd.GeoDataFrame(
        {"a": range(len(shapes))},
        geometry=gpd.GeoSeries([None if s is None else shapely.from_wkt(s) for s in shapes], crs=CRS),
    )
    assert QgsWkbTypes.displayString(geometry_type(frame)) == kind
    if kind.startswith("Multi"):
        layer, _kept = fill(frame)
        assert all(f.geometry().isMultipart() for f in layer.getFeatures() if f.hasGeometry())


def test_sink_that_refuses(qgis_app):
    from citycheck.citycheck_qgis.errors import CancelledError, OutputError
    from citycheck.processing_algorithms.sources import fill_sink
    from qgis.core import QgsFeatureSink, QgsProcessingFeedback

    class Refusing(QgsFeatureSink):
        def addFeatures(self, features, flags=None):
            return False

        def lastError(self):
            return "the disk is full"

    frame = gpd.GeoDataFrame({"a": [1]}, geometry=[Point(1, 2)], crs=CRS)
    feedback, shares = QgsProcessingFeedback(False), []
    with pytest.raises(OutputError, match="the disk is full"):
        fill_sink(frame, Refusing(), "Output", feedback, shares.append)
    assert shares == [0.0]
    feedback.cancel()
    with pytest.raises(CancelledError):
        fill_sink(frame, Refusing(), "Output", feedback)
