"""The file behind an input: found only where it holds just what QGIS shows, and then read to the same frame."""

import contextlib
import sqlite3
import struct
from datetime import date, datetime

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from shapely import box

CRS = "EPSG:4547"
DRIVERS = {".gpkg": "GPKG", ".shp": "ESRI Shapefile", ".geojson": "GeoJSON", ".fgb": "FlatGeobuf"}
FORMATS = pytest.mark.parametrize("suffix", DRIVERS)


@pytest.fixture
def ask(qgis_processing):
    """Return a function from the value of a parameter to its plain file (or the reason) and its source."""
    from citycheck.processing_algorithms.layer_files import plain_file
    from qgis.core import (
        QgsProcessingAlgorithm,
        QgsProcessingContext,
        QgsProcessingParameterFeatureSource,
        QgsProject,
        QgsVectorLayer,
    )

    class Algorithm(QgsProcessingAlgorithm):
        def initAlgorithm(self, configuration=None):
            self.addParameter(QgsProcessingParameterFeatureSource("INPUT", "Input"))

        def createInstance(self):
            return Algorithm()

        def name(self):
            return "ask"

        def displayName(self):
            return "ask"

    algorithm, context, project = Algorithm(), QgsProcessingContext(), QgsProject()
    algorithm.initAlgorithm()
    context.setProject(project)
    kept = []

    def call(value):
        if isinstance(value, QgsVectorLayer) and project.mapLayer(value.id()) is None:
            project.addMapLayer(value)
        source = algorithm.parameterAsSource({"INPUT": value}, "INPUT", context)
        # A source lives no longer than the layer that the context has loaded for it.
        kept.append((algorithm, context, project, source))
        return plain_file(algorithm, {"INPUT": value}, "INPUT", context), source

    return call


@pytest.fixture
def same(ask):
    """Return a function that reads a value's features both ways and returns the one frame, or the reason."""
    from citycheck.processing_algorithms.layer_files import PlainFile, read_file
    from citycheck.processing_algorithms.sources import to_frame
    from qgis.core import QgsProcessingFeedback

    def call(value, fast=True):
        file, source = ask(value)
        assert isinstance(file, PlainFile), file
        assert (read_file(file, source, lambda share: None) is not None) == fast
        through = to_frame(source, QgsProcessingFeedback(False))
        straight = to_frame(source, QgsProcessingFeedback(False), file)
        assert_same(straight, through)
        return straight

    return call


def assert_same(left, right):
    assert list(left.columns) == list(right.columns)
    assert (left.dtypes == right.dtypes).all()
    assert left.index.equals(right.index)
    assert left.index.dtype == right.index.dtype
    assert left.index.name == right.index.name
    assert left.crs == right.crs
    for column in left.columns.drop("geometry"):
        # The words of Python tell 1 from 1.0 and from True.
        assert [repr(v) for v in left[column]] == [repr(v) for v in right[column]], column
    assert [None if g is None else g.wkb_hex for g in left.geometry] == [
        None if g is None else g.wkb_hex for g in right.geometry
    ]


def layer_of(uri):
    from qgis.core import QgsVectorLayer

    layer = QgsVectorLayer(str(uri), "楼栋", "ogr")
    assert layer.isValid()
    return layer


def houses(count=6):
    return gpd.GeoDataFrame(
        {
            "code": [f"B{n}" for n in range(count)],
            "storeys": list(range(count)),
            "area": [n + 0.25 for n in range(count)],
            "use": ["住宅", "it's", 'say "x"', "", None, "商业"][:count],
        },
        geometry=[box(10 * n, 0, 10 * n + 8, 6) for n in range(count)],
        crs=CRS,
    )


def write(frame, path, layer=None, **options):
    driver = DRIVERS[path.suffix]
    if driver == "GPKG":
        options.setdefault("VERSION", "1.2")
    frame.to_file(path, layer=layer or path.stem, driver=driver, engine="pyogrio", **options)
    return path


@FORMATS
def test_formats(tmp_path, same, suffix):
    path = write(houses(), tmp_path / f"楼栋{suffix}")
    frame = same(layer_of(path))
    assert list(frame["storeys"]) == list(range(6)) or suffix == ".fgb"
    assert len(frame) == 6


@FORMATS
def test_what_is_said_of_the_file(tmp_path, ask, suffix):
    path = write(houses(), tmp_path / f"楼栋{suffix}")
    file, _ = ask(layer_of(path))
    assert (file.path, file.layer, file.driver) == (path, "楼栋", DRIVERS[suffix])
    assert file.where is None
    assert file.fids is None
    assert file.encoding == ("utf-8" if suffix == ".shp" else None)
    assert file.crs.authid() == CRS
    assert [c for c in file.columns if c != "fid"] == ["code", "storeys", "area", "use"]


def test_ways_to_name_a_layer(tmp_path, ask):
    from qgis.core import QgsProcessingFeatureSourceDefinition, QgsProperty

    path = write(houses(), tmp_path / "town.gpkg", "first")
    write(houses(3), path, "北区 楼栋")
    layer = layer_of(f"{path}|layername=北区 楼栋")
    ask(layer)
    for value, name in (
        (str(path), "first"),
        (f"{path}|layername=北区 楼栋", "北区 楼栋"),
        (f"{path}|layerid=1", "北区 楼栋"),
        (layer, "北区 楼栋"),
        (layer.id(), "北区 楼栋"),
        (layer.name(), "北区 楼栋"),
        (QgsProperty.fromValue(layer.id()), "北区 楼栋"),
        (QgsProperty.fromExpression(f"'{path}'"), "first"),
        (QgsProcessingFeatureSourceDefinition(layer.id()), "北区 楼栋"),
        (QgsProcessingFeatureSourceDefinition(QgsProperty.fromValue(layer.id())), "北区 楼栋"),
    ):
        file, source = ask(value)
        assert file.layer == name
        assert file.fids is None
        assert source.featureCount() == (3 if name == "北区 楼栋" else 6)


@pytest.mark.parametrize("value", [None, "", "no such layer", "/no/such/file.gpkg", 7, ["a"], {"a": 1}])
def test_no_layer(ask, value):
    assert isinstance(ask(value)[0], str)


@pytest.mark.parametrize("folder", ["with space", "城市体检", "a'b", "a#b", "a!b", "a|b", "a;b&c=d"])
def test_folders(tmp_path, same, folder):
    (tmp_path / folder).mkdir()
    path = write(houses(), tmp_path / "x.gpkg", "楼栋").rename(tmp_path / folder / "楼 栋.gpkg")
    layer = layer_of(f"{path}|layername=楼栋")
    assert len(same(layer, fast=folder != "a!b")) == 6


@pytest.mark.parametrize("name", ["a b", "a'b", 'a"b', "a|b", "楼栋", "select", "a=b", "a%b"])
def test_layer_names(tmp_path, same, name):
    path = write(houses(3), tmp_path / "town.gpkg", "other")
    write(houses(), path, name)
    assert len(same(layer_of(f"{path}|layerid=1"))) == 6


@FORMATS
@pytest.mark.parametrize(
    ("where", "count"),
    [
        ("storeys > 2", 3),
        ("use = '住宅'", 1),
        ("\"use\" = 'it''s'", 1),
        ("use = 'say \"x\"'", 1),
        ("storeys = 1 OR storeys = 5", 2),
        ("code LIKE 'B_' AND NOT storeys IN (1, 2)", 4),
        ("use IS NULL", None),
        ("code = 'a|b'", 0),
    ],
)
def test_filter(tmp_path, ask, same, suffix, where, count):
    path = write(houses(), tmp_path / f"楼栋{suffix}")
    layer = layer_of(path)
    assert layer.setSubsetString(where)
    file, _ = ask(layer)
    assert file.where == where
    frame = same(layer, fast=count != 0)
    assert count is None or len(frame) == count
    by_path, _ = ask(layer.source())
    assert by_path.where == where


@pytest.mark.parametrize(
    "where",
    [
        'SELECT * FROM "楼栋" WHERE storeys > 2',
        " select * from 楼栋",
        "storeys > 2 -- tall",
        "storeys /* x */ > 2",
    ],
)
def test_filter_that_is_a_query(tmp_path, ask, where):
    layer = layer_of(write(houses(), tmp_path / "楼栋.gpkg"))
    assert layer.setSubsetString(where)
    assert "query" in ask(layer)[0]


@FORMATS
def test_selection(tmp_path, ask, same, suffix):
    from qgis.core import QgsProcessingFeatureSourceDefinition

    layer = layer_of(write(houses(), tmp_path / f"楼栋{suffix}"))
    ids = sorted(f.id() for f in layer.getFeatures())
    ask(layer)
    layer.selectByIds([ids[4], ids[1], ids[3]])
    value = QgsProcessingFeatureSourceDefinition(layer.id(), selectedFeaturesOnly=True)
    file, _ = ask(value)
    assert file.fids.dtype == np.int64
    assert list(file.fids) == [ids[1], ids[3], ids[4]]
    assert list(same(value).index) == [ids[1], ids[3], ids[4]]
    assert ask(layer)[0].fids is None
    layer.removeSelection()
    assert len(ask(value)[0].fids) == 0
    assert len(same(value, fast=False)) == 0


def test_selection_within_a_filter(tmp_path, ask, same):
    from qgis.core import QgsProcessingFeatureSourceDefinition

    layer = layer_of(write(houses(), tmp_path / "楼栋.gpkg"))
    layer.setSubsetString("storeys > 1")
    ask(layer)
    layer.selectByIds([4, 5])
    value = QgsProcessingFeatureSourceDefinition(layer.id(), selectedFeaturesOnly=True)
    assert list(same(value).index) == [4, 5]


def test_expression_and_limit(tmp_path, ask, same):
    from qgis.core import QgsProcessingFeatureSourceDefinition

    layer = layer_of(write(houses(), tmp_path / "楼栋.gpkg"))
    ask(layer)
    for options, ids in (
        ({"filterExpression": "storeys % 2 = 1"}, [2, 4, 6]),
        ({"filterExpression": "x(centroid($geometry)) > 30"}, [4, 5, 6]),
        ({"featureLimit": 2}, [1, 2]),
        ({"filterExpression": "storeys > 1", "featureLimit": 2}, [3, 4]),
        ({"featureLimit": 99}, [1, 2, 3, 4, 5, 6]),
    ):
        value = QgsProcessingFeatureSourceDefinition(layer.id(), **options)
        assert list(ask(value)[0].fids) == ids
        assert list(same(value).index) == ids
    layer.selectByIds([2, 4, 5])
    value = QgsProcessingFeatureSourceDefinition(
        layer.id(), selectedFeaturesOnly=True, featureLimit=1, filterExpression="storeys > 1"
    )
    assert list(same(value).index) == [4]


def test_crs_of_the_layer_wins(tmp_path, ask, same):
    from qgis.core import QgsCoordinateReferenceSystem

    layer = layer_of(write(houses(), tmp_path / "楼栋.gpkg"))
    layer.setCrs(QgsCoordinateReferenceSystem("EPSG:4549"))
    assert ask(layer)[0].crs.authid() == "EPSG:4549"
    assert same(layer).crs == "EPSG:4549"
    layer.setCrs(QgsCoordinateReferenceSystem())
    assert not ask(layer)[0].crs.isValid()
    assert same(layer).crs is None


class TestEdits:
    @pytest.fixture
    def layer(self, tmp_path, ask):
        layer = layer_of(write(houses(), tmp_path / "楼栋.gpkg"))
        assert layer.startEditing()
        return layer

    def test_nothing_changed(self, layer, same):
        assert len(same(layer)) == 6

    def test_added(self, layer, ask):
        from qgis.core import QgsFeature

        assert layer.addFeature(QgsFeature(layer.fields()))
        assert "not saved" in ask(layer)[0]

    def test_geometry(self, layer, ask):
        from qgis.core import QgsGeometry

        assert layer.changeGeometry(2, QgsGeometry.fromWkt("POLYGON((0 0, 1 0, 1 1, 0 0))"))
        assert "not saved" in ask(layer)[0]

    def test_attribute(self, layer, ask):
        assert layer.changeAttributeValue(2, 2, 99)
        assert "not saved" in ask(layer)[0]

    def test_deleted(self, layer, ask):
        assert layer.deleteFeature(2)
        assert "not saved" in ask(layer)[0]

    def test_new_field(self, layer, ask):
        from qgis.core import QgsField
        from qgis.PyQt.QtCore import QMetaType

        assert layer.addAttribute(QgsField("new", QMetaType.Type.Int))
        assert "not saved" in ask(layer)[0]

    def test_renamed_field(self, layer, ask):
        assert layer.renameAttribute(2, "floors")
        assert "not saved" in ask(layer)[0]

    def test_saved(self, layer, same):
        assert layer.changeAttributeValue(2, 2, 99)
        assert layer.commitChanges(stopEditing=False)
        assert same(layer).loc[2, "storeys"] == 99

    def test_undone(self, layer, same):
        assert layer.changeAttributeValue(2, 2, 99)
        layer.undoStack().undo()
        assert same(layer).loc[2, "storeys"] == 1


def test_transaction(tmp_path, ask):
    from qgis.core import Qgis, QgsProject, QgsVectorLayer

    project = QgsProject()
    project.setTransactionMode(Qgis.TransactionMode.AutomaticGroups)
    layer = QgsVectorLayer(str(write(houses(), tmp_path / "楼栋.gpkg")), "楼栋", "ogr")
    project.addMapLayer(layer)
    layer.startEditing()
    layer.changeAttributeValue(2, 2, 99)
    assert "not saved" in ask(layer)[0]
    layer.rollBack()


def test_join(tmp_path, ask):
    from qgis.core import QgsProject, QgsVectorLayerJoinInfo

    path = write(houses(), tmp_path / "town.gpkg", "a")
    write(houses(), path, "b")
    layer, other = layer_of(f"{path}|layername=a"), layer_of(f"{path}|layername=b")
    QgsProject.instance().addMapLayer(other)
    join = QgsVectorLayerJoinInfo()
    join.setJoinLayer(other)
    join.setJoinFieldName("code")
    join.setTargetFieldName("code")
    assert layer.addJoin(join)
    assert "joined" in ask(layer)[0]
    QgsProject.instance().removeMapLayer(other.id())


def test_virtual_field(tmp_path, ask):
    from qgis.core import QgsField
    from qgis.PyQt.QtCore import QMetaType

    layer = layer_of(write(houses(), tmp_path / "楼栋.gpkg"))
    layer.addExpressionField("storeys * 3", QgsField("height", QMetaType.Type.Int))
    assert "virtual" in ask(layer)[0]


def test_aliases_and_hidden_columns_do_no_harm(tmp_path, same):
    from qgis.core import QgsEditorWidgetSetup

    layer = layer_of(write(houses(), tmp_path / "楼栋.gpkg"))
    layer.setFieldAlias(1, "编码")
    layer.setEditorWidgetSetup(2, QgsEditorWidgetSetup("Hidden", {}))
    config = layer.attributeTableConfig()
    config.update(layer.fields())
    columns = config.columns()
    columns[2].hidden = True
    config.setColumns(columns)
    layer.setAttributeTableConfig(config)
    assert list(same(layer).columns[:4]) == ["code", "storeys", "area", "use"]


def test_other_providers(tmp_path, ask):
    from qgis.core import QgsVectorLayer

    csv = tmp_path / "a.csv"
    csv.write_text("x,y\n1,2\n", encoding="utf-8")
    path = write(houses(), tmp_path / "a.gpkg")
    for uri, provider in (
        ("Polygon?crs=EPSG:4547&field=a:int", "memory"),
        (f"{csv.as_uri()}?xField=x&yField=y&delimiter=,", "delimitedtext"),
        (f"?layer=ogr:{path}:a&query=SELECT * FROM a", "virtual"),
    ):
        layer = QgsVectorLayer(uri, "a", provider)
        assert isinstance(ask(layer)[0], str)
    assert "format" in ask(layer_of(csv))[0]


def test_archives_and_options(tmp_path, ask):
    import zipfile

    path = write(houses(), tmp_path / "a.geojson")
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.write(path, "a.geojson")
    for uri in (
        f"/vsizip/{tmp_path}/a.zip/a.geojson",
        f"{tmp_path}/a.zip",
        f"{path}|option:FLATTEN_NESTED_ATTRIBUTES=YES",
        f"{path}|geometrytype=Polygon",
    ):
        assert isinstance(ask(layer_of(uri))[0], str), uri


def shapefile(path, encoding, texts):
    """Write a Shapefile as QGIS does, which has OGR leave the encoding alone."""
    from qgis.core import (
        QgsCoordinateReferenceSystem,
        QgsCoordinateTransformContext,
        QgsFeature,
        QgsField,
        QgsFields,
        QgsGeometry,
        QgsVectorFileWriter,
        QgsWkbTypes,
    )
    from qgis.PyQt.QtCore import QMetaType

    fields = QgsFields()
    fields.append(
        QgsField("用途" if encoding[:2] in ("GB", "UT", "BI") else "usé", QMetaType.Type.QString, len=80)
    )
    options = QgsVectorFileWriter.SaveVectorOptions()
    options.driverName, options.fileEncoding = "ESRI Shapefile", encoding
    writer = QgsVectorFileWriter.create(
        str(path), fields, QgsWkbTypes.Type.Polygon, QgsCoordinateReferenceSystem(CRS),
        QgsCoordinateTransformContext(), options,
    )  # fmt: skip
    for text in texts:
        feature = QgsFeature(fields)
        feature.setAttributes([text])
        feature.setGeometry(QgsGeometry.fromWkt("POLYGON((0 0, 1 0, 1 1, 0 0))"))
        assert writer.addFeature(feature)
    del writer
    return path


@pytest.mark.parametrize(
    ("encoding", "fast"),
    [
        ("GBK", True),
        ("GB18030", True),
        ("UTF-8", True),
        ("ISO-8859-1", True),
        ("windows-1252", True),
        ("BIG5", False),
    ],
)
@pytest.mark.parametrize("declared", [True, False])
def test_shapefile_encodings(tmp_path, ask, same, encoding, fast, declared):
    texts = (
        ["住宅", "中文", None, "a", "", "b"]
        if encoding[:2] in ("GB", "UT", "BI")
        else ["é", "ü", None, "a", "", "b"]
    )
    path = shapefile(tmp_path / "楼栋.shp", encoding, texts)
    assert path.with_suffix(".cpg").is_file()
    if not declared:
        path.with_suffix(".cpg").unlink()
    layer = layer_of(path)
    if not declared:
        layer.setProviderEncoding(encoding)
    found = same(layer, fast)
    column = found.columns[0]
    assert list(found[column]) == [text or None for text in texts]
    # Whether QGIS finds a text with other than ASCII letters is its own matter; what it finds is what counts.
    assert layer.setSubsetString(f"\"{column}\" = '{texts[1]}' OR FID > 3")
    file, source = ask(layer)
    assert list(file.fids) == [f.id() for f in source.getFeatures()]
    assert set(same(layer, fast).index) >= {4, 5}


def test_shapefile_in_a_wrong_encoding(tmp_path, same):
    layer = layer_of(shapefile(tmp_path / "楼栋.shp", "GBK", ["住宅", "中文"]))
    layer.setProviderEncoding("UTF-8")
    assert len(same(layer, fast=False)) == 2
    layer.setProviderEncoding("windows-1252")
    assert same(layer).iloc[1, 0] == "ÖÐÎÄ"


def test_python_and_qt_read_the_same(qgis_app):
    from citycheck.processing_algorithms.layer_files import _ENCODINGS
    from qgis.PyQt.QtCore import QByteArray, QTextCodec

    pairs = [bytes([a, b]) for a in range(1, 256) for b in range(1, 256)]
    for name, codec in _ENCODINGS.items():
        qt = QTextCodec.codecForName(name.encode())
        for pair in pairs:
            try:
                text = pair.decode(codec)
            except UnicodeDecodeError:
                continue
            assert qt.toUnicode(QByteArray(pair)) == text, (name, pair)


def test_encoding_of_a_geopackage_cannot_be_changed(tmp_path, same):
    layer = layer_of(write(houses(), tmp_path / "楼栋.gpkg"))
    layer.setProviderEncoding("GBK")
    assert same(layer)["use"].iloc[0] == "住宅"


def open_without_triggers(path):
    """Return a connection that can change rows without the functions that the r-tree's triggers call."""
    database = sqlite3.connect(path)
    names = database.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall()
    for (name,) in names:
        database.execute(f'DROP TRIGGER "{name}"')
    database.commit()
    return database


def test_file_that_is_written_while_the_layer_is_open(tmp_path, same):
    path = write(houses(), tmp_path / "楼栋.gpkg")
    writer = open_without_triggers(path)
    assert writer.execute("PRAGMA journal_mode = WAL").fetchone() == ("wal",)
    writer.execute("UPDATE 楼栋 SET storeys = 66 WHERE fid = 3")
    writer.commit()
    layer = layer_of(path)
    assert same(layer).loc[3, "storeys"] == 66
    writer.execute("UPDATE 楼栋 SET storeys = 77 WHERE fid = 3")
    writer.commit()
    assert path.with_name("楼栋.gpkg-wal").stat().st_size > 0
    assert same(layer).loc[3, "storeys"] == 77
    writer.close()


def test_edit_that_is_still_in_the_journal(tmp_path, same):
    path = write(houses(), tmp_path / "楼栋.gpkg")
    layer = layer_of(path)
    layer.startEditing()
    layer.changeAttributeValue(3, 2, 77)
    layer.commitChanges()
    assert same(layer).loc[3, "storeys"] == 77
    assert layer.featureCount() == 6


def test_columns_named_like_the_id(tmp_path, same):
    frame = houses()
    frame["FID_1"] = 3
    frame["ogc_fid"] = 9
    path = write(frame, tmp_path / "a.gpkg", FID="id")
    found = same(layer_of(path))
    assert list(found["id"]) == [1, 2, 3, 4, 5, 6]
    frame["fid"] = [9, 8, 7, 6, 5, 4]
    found = same(layer_of(write(frame, tmp_path / "b.shp")))
    assert list(found["fid_attribute"]) == [9, 8, 7, 6, 5, 4]


def test_sparse_ids_in_chunks(tmp_path, same, monkeypatch):
    from citycheck.processing_algorithms import layer_files

    path = write(houses(), tmp_path / "a.gpkg")
    with sqlite3.connect(path) as database:
        for (trigger,) in database.execute(
            "SELECT name FROM sqlite_master WHERE type = 'trigger'"
        ).fetchall():
            database.execute(f'DROP TRIGGER "{trigger}"')
        database.execute("UPDATE a SET fid = -5 WHERE fid = 1")
        database.execute("UPDATE a SET fid = 1 << 52 WHERE fid = 3")
    monkeypatch.setattr(layer_files, "CHUNK", 2)
    layer = layer_of(path)
    assert list(same(layer).index) == [-5, 2, 4, 5, 6, 1 << 52]
    layer.setSubsetString("storeys >= 1 OR storeys = 0")
    assert len(same(layer)) == 6


@FORMATS
def test_chunks(tmp_path, same, suffix, monkeypatch):
    from citycheck.processing_algorithms import layer_files

    layer = layer_of(write(houses(), tmp_path / f"a{suffix}"))
    monkeypatch.setattr(layer_files, "CHUNK", 4)
    assert len(same(layer)) == 6
    monkeypatch.setattr(layer_files, "_PASSED_OVER", 1)
    assert len(same(layer, fast=suffix == ".gpkg")) == 6


def test_cancel_between_chunks(tmp_path, ask, monkeypatch):
    from citycheck.citycheck_qgis.errors import CancelledError
    from citycheck.processing_algorithms import layer_files
    from citycheck.processing_algorithms.sources import to_frame
    from qgis.core import QgsProcessingFeedback

    file, source = ask(layer_of(write(houses(), tmp_path / "a.gpkg")))
    monkeypatch.setattr(layer_files, "CHUNK", 2)
    feedback, shares = QgsProcessingFeedback(False), []

    def stop(share):
        shares.append(share)
        if share > 0:
            feedback.cancel()

    with pytest.raises(CancelledError):
        to_frame(source, feedback, file, stop)
    assert shares == [0.0, pytest.approx(1 / 3)]


SHAPES = {
    "polygon": ["POLYGON((0 0,4 0,4 4,0 0))", "POLYGON EMPTY", None],
    "mixed parts": [
        "POLYGON((0 0,4 0,4 4,0 0))",
        "MULTIPOLYGON(((0 0,4 0,4 4,0 0)),((9 9,10 9,9 10,9 9)))",
        None,
    ],
    "multipolygon": ["MULTIPOLYGON(((0 0,4 0,4 4,0 0)))", None],
    "height": ["POLYGON Z((0 0 1,4 0 2,4 4 3,0 0 1))", "POLYGON Z((1 0 1,4 0 2,4 4 3,1 0 1))", None],
    "multi height": ["MULTIPOLYGON Z(((0 0 1,4 0 2,4 4 3,0 0 1)))", None],
    "point": ["POINT(1 2)", "POINT(3 4)", None],
    "multipoint": ["MULTIPOINT((1 2),(3 4))", None],
    "line": ["LINESTRING(1 2,3 4)", "MULTILINESTRING((1 2,3 4),(5 6,7 8))", None],
    "mixed": ["POINT(1 2)", "POLYGON((0 0,4 0,4 4,0 0))", "LINESTRING(1 2,3 4)"],
    "collection": ["GEOMETRYCOLLECTION(POINT(1 2),LINESTRING(1 2,3 4))", None],
}


@FORMATS
@pytest.mark.parametrize("kind", SHAPES)
@pytest.mark.parametrize("declared", [None, "Unknown"])
def test_shapes(tmp_path, ask, suffix, kind, declared):
    from citycheck.processing_algorithms.layer_files import PlainFile
    from citycheck.processing_algorithms.sources import to_frame
    from qgis.core import QgsProcessingFeedback

    shapes = [None if text is None else shapely.from_wkt(text) for text in SHAPES[kind]]
    frame = gpd.GeoDataFrame({"a": range(len(shapes))}, geometry=shapes, crs=CRS)
    options = {} if declared is None else {"geometry_type": declared}
    try:
        path = write(frame, tmp_path / f"a{suffix}", **options)
    except Exception as error:
        pytest.skip(f"the format cannot hold it: {error}")
    file, source = ask(layer_of(path))
    assert isinstance(file, PlainFile)
    through = to_frame(source, QgsProcessingFeedback(False))
    assert_same(to_frame(source, QgsProcessingFeedback(False), file), through)


WHOLE = st.one_of(st.integers(-(2**31), 2**31 - 1), st.none())
LONG = st.one_of(st.integers(-(2**63), 2**63 - 1), st.integers(-9, 9), st.none())
NUMBER = st.one_of(st.floats(), st.integers(-9, 9).map(float), st.none())
TEXT = st.one_of(
    st.text(st.characters(blacklist_categories=["Cs"], blacklist_characters="\0"), max_size=8),
    st.sampled_from(["住宅", "\ufeff栋", "a\nb", " a ", "NULL", "1", "𠮷"]),
    st.none(),
)
DAY = st.one_of(st.dates(), st.none())
MOMENT = st.one_of(
    st.datetimes(min_value=datetime(1000, 1, 1)).map(lambda d: (d.isoformat(timespec="milliseconds"), 100)),
    st.datetimes(min_value=datetime(1900, 1, 1)).map(lambda d: (d.isoformat(timespec="seconds"), 132)),
    st.none(),
)
CLOCK = st.one_of(st.times().map(lambda t: t.isoformat(timespec="seconds")), st.none())
KINDS = {
    "i": ("OFTInteger", None, WHOLE),
    "short": ("OFTInteger", "OFSTInt16", st.one_of(st.integers(-(2**15), 2**15 - 1), st.none())),
    "flag": ("OFTInteger", "OFSTBoolean", st.one_of(st.booleans(), st.none())),
    "long": ("OFTInteger64", None, LONG),
    "real": ("OFTReal", None, NUMBER),
    "single": ("OFTReal", "OFSTFloat32", NUMBER),
    "文": ("OFTString", None, TEXT),
    "json": ("OFTString", "OFSTJSON", st.sampled_from(['{"b":1,"a":[1,null]}', "[1, 2.5]", "1", None])),
    "uuid": ("OFTString", "OFSTUUID", st.sampled_from(["6ba7b810-9dad-11d1-80b4-00c04fd430c8", None])),
    "day": ("OFTDate", None, DAY),
    "clock": ("OFTTime", None, CLOCK),
    "moment": ("OFTDateTime", None, MOMENT),
    "bytes": ("OFTBinary", None, st.one_of(st.binary(max_size=4), st.none())),
    "list": ("OFTIntegerList", None, st.one_of(st.lists(st.integers(-9, 9), max_size=3), st.none())),
    "words": ("OFTStringList", None, st.one_of(st.lists(st.sampled_from("ab"), max_size=3), st.none())),
}


def write_fields(path, kinds, rows):
    """Write a layer with fields of the given kinds through OGR, as far as the format has them."""
    from osgeo import gdal, ogr, osr

    gdal.PushErrorHandler("CPLQuietErrorHandler")
    reference = osr.SpatialReference()
    reference.ImportFromEPSG(4547)
    data = ogr.GetDriverByName(DRIVERS[path.suffix]).CreateDataSource(str(path))
    options = ["ENCODING=UTF-8"] if path.suffix == ".shp" else []
    layer = data.CreateLayer(path.stem, reference, ogr.wkbPolygon, options)
    for name in kinds:
        kind, sub, _ = KINDS[name]
        field = ogr.FieldDefn(name, getattr(ogr, kind))
        if sub:
            field.SetSubType(getattr(ogr, sub))
        with contextlib.suppress(RuntimeError):
            layer.CreateField(field)
    for row in rows:
        feature = ogr.Feature(layer.GetLayerDefn())
        for name, value in zip(kinds, row, strict=True):
            index = layer.GetLayerDefn().GetFieldIndex(name)
            if index < 0 or value is None:
                continue
            if isinstance(value, tuple):
                moment = datetime.fromisoformat(value[0])
                feature.SetField(
                    index, moment.year, moment.month, moment.day, moment.hour, moment.minute,
                    moment.second + moment.microsecond / 1e6, value[1],
                )  # fmt: skip
            elif isinstance(value, bytes):
                feature.SetFieldBinaryFromHexString(index, value.hex())
            elif isinstance(value, list):
                getattr(feature, f"SetField{KINDS[name][0][3:]}")(index, value)
            elif isinstance(value, date):
                feature.SetField(index, value.isoformat())
            else:
                feature.SetField(index, value)
        feature.SetGeometry(ogr.CreateGeometryFromWkt("POLYGON((0 0,4 0,4 4,0 0))"))
        with contextlib.suppress(RuntimeError):
            layer.CreateFeature(feature)
    layer = data = None
    gdal.PopErrorHandler()


@FORMATS
@settings(
    max_examples=60,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(data=st.data())
def test_all_kinds_of_fields(tmp_path_factory, ask, suffix, data):
    from citycheck.processing_algorithms.layer_files import PlainFile
    from citycheck.processing_algorithms.sources import to_frame
    from qgis.core import QgsProcessingFeedback

    kinds = data.draw(st.lists(st.sampled_from(list(KINDS)), min_size=1, max_size=3, unique=True))
    rows = data.draw(st.lists(st.tuples(*(KINDS[name][2] for name in kinds)), min_size=1, max_size=5))
    path = tmp_path_factory.mktemp("kinds") / f"a{suffix}"
    write_fields(path, kinds, rows)
    file, source = ask(layer_of(path))
    assert isinstance(file, PlainFile)
    through = to_frame(source, QgsProcessingFeedback(False))
    assert_same(to_frame(source, QgsProcessingFeedback(False), file), through)


def wkb_in_geopackage(wkb):
    return b"GP\x00\x01" + (4547).to_bytes(4, "little") + wkb


RING_OF_TWO = struct.pack("<BIII4d", 1, 3, 1, 2, 1, 2, 3, 4)


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("storeys", "seven"),
        ("storeys", 2.5),
        ("storeys", b"\x01"),
        ("area", "text"),
        ("area", float("inf")),
        ("use", 12),
        ("use", b"\xd6\xd0"),
        ("built", "2024-13-45"),
        ("built", "2024/02/03"),
        ("built", "0001-01-01"),
        ("built", "text"),
        ("built", 5),
        ("seen", "2024-02-03T11:22:33.9996Z"),
        ("seen", "2024-02-03T11:22:59.9999999Z"),
        ("seen", "2024-02-03T11:22:33+08:00"),
        ("seen", "2024-02-03 11:22"),
        ("seen", "2024-02-03"),
        ("geom", b""),
        ("geom", b"text"),
        ("geom", wkb_in_geopackage(RING_OF_TWO)),
        ("geom", wkb_in_geopackage(RING_OF_TWO)[:20]),
        ("geom", wkb_in_geopackage(shapely.from_wkt("POINT(1 2)").wkb)),
        ("geom", wkb_in_geopackage(shapely.from_wkt("POLYGON((0 0,1 0,1 NaN,0 0))").wkb)),
    ],
)  # fmt: skip
def test_what_other_programs_put_in_a_geopackage(tmp_path, ask, column, value):
    from citycheck.processing_algorithms.sources import to_frame
    from qgis.core import QgsProcessingFeedback

    frame = houses()
    frame["built"] = np.array(["2024-02-03"] * 6, dtype="datetime64[D]")
    frame["seen"] = np.array(["2024-02-03T11:22:33.456"] * 6, dtype="datetime64[ms]")
    path = write(frame, tmp_path / "a.gpkg")
    with open_without_triggers(path) as database:
        database.execute(f"UPDATE a SET {column} = ? WHERE fid = 3", (value,))
    database.close()
    file, source = ask(layer_of(path))
    through = to_frame(source, QgsProcessingFeedback(False))
    assert len(through) == 6
    assert_same(to_frame(source, QgsProcessingFeedback(False), file), through)


@pytest.mark.parametrize(
    ("points", "note", "shape"),
    [
        ([[1, 2], [1, 2]], "unreadable", "MULTIPOINT (1 2, 1 2)"),
        # QGIS closes a ring.
        ([[1, 2], [3, 4]], "", "POLYGON ((1 2, 3 4, 1 2))"),
        ([[1, 2], [3, 4], [5, 4]], "", "POLYGON ((1 2, 3 4, 5 4, 1 2))"),
    ],
)
def test_short_ring_keeps_its_place(tmp_path, same, points, note, shape):
    wkb = struct.pack("<BIII", 1, 3, 1, len(points)) + np.array(points, "<f8").tobytes()
    path = write(houses(), tmp_path / "a.gpkg")
    with open_without_triggers(path) as database:
        database.execute("UPDATE a SET geom = ? WHERE fid = 3", (wkb_in_geopackage(wkb),))
    database.close()
    frame = same(layer_of(path))
    assert frame.geometry_note.tolist() == ["", "", note, "", "", ""]
    assert frame.geometry.loc[3] == shapely.from_wkt(shape)


def test_curves(tmp_path, ask):
    from citycheck.processing_algorithms.sources import to_frame
    from osgeo import ogr
    from qgis.core import QgsProcessingFeedback

    path = tmp_path / "a.gpkg"
    data = ogr.GetDriverByName("GPKG").CreateDataSource(str(path))
    layer = data.CreateLayer("a", None, ogr.wkbCurvePolygon)
    feature = ogr.Feature(layer.GetLayerDefn())
    feature.SetGeometry(ogr.CreateGeometryFromWkt("CURVEPOLYGON(CIRCULARSTRING(0 0,1 1,2 0,1 -1,0 0))"))
    layer.CreateFeature(feature)
    layer = data = feature = None
    file, source = ask(layer_of(path))
    through = to_frame(source, QgsProcessingFeedback(False))
    assert through.geometry.iloc[0].area == pytest.approx(np.pi, rel=1e-3)
    assert through.geometry_note.tolist() == [""]
    assert_same(to_frame(source, QgsProcessingFeedback(False), file), through)


def test_view(tmp_path, same):
    path = write(houses(), tmp_path / "a.gpkg")
    with open_without_triggers(path) as database:
        database.execute("CREATE VIEW tall AS SELECT fid AS OGC_FID, * FROM a WHERE storeys > 2")
        database.execute(
            "INSERT INTO gpkg_contents (table_name, data_type, identifier, srs_id) VALUES ('tall', 'features', 'tall', 4547)"
        )
        database.execute("INSERT INTO gpkg_geometry_columns VALUES ('tall', 'geom', 'POLYGON', 4547, 0, 0)")
    database.close()
    assert len(same(layer_of(f"{path}|layername=tall"))) == 3


def test_ids_chosen_by_the_caller(tmp_path, ask):
    from dataclasses import replace

    from citycheck.processing_algorithms.sources import to_frame
    from qgis.core import QgsProcessingFeedback

    frame = houses()
    frame["single"] = np.arange(6, dtype=np.float32)
    for path in (write(houses(), tmp_path / "fast.gpkg"), write(frame, tmp_path / "slow.gpkg")):
        file, source = ask(layer_of(path))
        some = to_frame(source, QgsProcessingFeedback(False), replace(file, fids=np.array([2, 5])))
        assert list(some.index) == [2, 5]


def test_file_that_is_gone(tmp_path, ask):
    from dataclasses import replace

    from citycheck.processing_algorithms.layer_files import read_file

    path = write(houses(), tmp_path / "a.gpkg")
    file, source = ask(layer_of(path))
    assert read_file(replace(file, path=tmp_path / "b.gpkg"), source, lambda share: None) is None
    assert read_file(replace(file, layer="b"), source, lambda share: None) is None
    assert read_file(replace(file, fids=np.array([99])), source, lambda share: None) is None
