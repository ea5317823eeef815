import dataclasses
import itertools
import json
import re
import shutil
import subprocess

import pytest
from citycheck.citycheck_qgis.errors import CancelledError, InputError, OutputError
from citycheck.citycheck_qgis.maps.palette import STYLES, labels
from citycheck.citycheck_qgis.maps.project import build_project
from citycheck.citycheck_qgis.maps.sheet import ROUND_SCALES, export_sheet, round_up
from qgis.core import (
    QgsExpression,
    QgsFeedback,
    QgsLayoutFrame,
    QgsLayoutItemLabel,
    QgsLayoutItemLegend,
    QgsLayoutItemPage,
    QgsPrintLayout,
    QgsVectorLayer,
)
from qgis.PyQt.QtGui import QImage


def layout_of(made) -> QgsPrintLayout:
    return made.project.layoutManager().layoutByName(made.layout_name)


def boxes(layout: QgsPrintLayout) -> dict[str, tuple[float, float, float, float]]:
    """Left, top, right, bottom of every item in mm."""
    found = {}
    for item in layout.items():
        if hasattr(item, "sizeWithUnits") and not isinstance(item, QgsLayoutItemPage):
            place, size = item.positionWithUnits(), item.sizeWithUnits()
            found[item.id()] = (place.x(), place.y(), place.x() + size.width(), place.y() + size.height())
    return found


def legend_texts(layout: QgsPrintLayout, name: str) -> list[str]:
    """Texts of a legend as they are printed."""
    legend = layout.itemById(name)
    assert isinstance(legend, QgsLayoutItemLegend)
    texts = []
    for layer in legend.model().rootGroup().findLayers():
        for node in legend.model().layerLegendNodes(layer):
            texts.append(node.evaluateLabel(legend.createExpressionContext()))
    return texts


def text_of(label: QgsLayoutItemLabel) -> str:
    return QgsExpression.replaceExpressionText(label.text(), label.createExpressionContext())


@pytest.fixture
def english(qgis_app, database, context, sheet):
    spoken = dataclasses.replace(sheet, language="en", city="Yunzhou on the Long River and its Districts")
    made = build_project(database, 2024, spoken, database.with_name("map.qgz"), context)
    yield made
    made.project.clear()


def test_page_is_a3_landscape(built):
    size = layout_of(built).pageCollection().page(0).pageSize()
    assert (size.width(), size.height()) == (420, 297)


@pytest.mark.parametrize("language", ["built", "english"])
def test_nothing_overlaps_and_margins_are_kept(language, request):
    layout = layout_of(request.getfixturevalue(language))
    found = boxes(layout)
    assert {"title", "subtitle", "map", "legend", "legend-base", "scale-bar", "scale", "north", "table", "crs",
            "source", "sample-note", "mark", "value-review_number", "value-drawing_number"} <= set(found)  # fmt: skip
    for name, (left, top, right, bottom) in found.items():
        assert left >= 11.9 and top >= 9 and right <= 408.6 and bottom <= 285.1, name
    for (one, a), (other, b) in itertools.combinations(found.items(), 2):
        apart = a[2] <= b[0] + 0.6 or b[2] <= a[0] + 0.6 or a[3] <= b[1] + 0.6 or b[3] <= a[1] + 0.6
        assert apart, f"{one} overlaps {other}"


@pytest.mark.parametrize("language", ["built", "english"])
def test_one_family_and_no_line_wider_than_its_frame(language, request):
    from citycheck.citycheck_qgis.maps.sheet import text_width

    layout = layout_of(request.getfixturevalue(language))
    items = [item for item in layout.items() if isinstance(item, QgsLayoutItemLabel)]
    # The title may have its own family (黑体); everything else shares one.
    assert len({item.textFormat().font().family() for item in items if item.id() != "title"}) == 1
    for item in items:
        for line in text_of(item).split("\n"):
            wide = text_width(line, item.textFormat()) / item.sizeWithUnits().width()
            # Texts with spaces are wrapped by QGIS, Chinese ones are not.
            assert wide <= 1 or (" " in line and language == "english"), line


def test_title_and_texts_are_expressions_on_the_project(built):
    layout = layout_of(built)
    assert text_of(layout.itemById("title")) == "云州市2024年城市体检问题分布图"
    assert text_of(layout.itemById("mark")) == "内部使用"
    assert text_of(layout.itemById("value-review_number")) == "—"
    assert text_of(layout.itemById("value-drawing_number")) == "03"
    assert "40 个社区中，12 个纳入本年度体检" in text_of(layout.itemById("sample-note"))
    assert "中央经线 114°E（EPSG:4547）" in text_of(layout.itemById("crs"))
    variables = built.project.customVariables()
    built.project.setCustomVariables(variables | {"citycheck_city": "新城市", "citycheck_mark": "公开"})
    assert text_of(layout.itemById("title")).startswith("新城市2024年")
    assert text_of(layout.itemById("mark")) == "公开"


def test_legend_states_counts_of_the_database(built):
    said = built.project.customVariables()
    classes = json.loads(said["citycheck_class_counts"])
    dimensions = json.loads(said["citycheck_dimension_counts"])
    drawn = json.loads(said["citycheck_point_counts"])
    texts = legend_texts(layout_of(built), "legend")
    assert texts[0] == f"住房　{dimensions['housing']} 处"
    without = dimensions["community"] - drawn["community"]
    assert (
        without > 0 and texts[1] == f"小区（社区）　{dimensions['community']} 处（其中 {without} 处无点位）"
    )
    assert texts[3] == "城区　1 处（无点位）"
    assert texts[4:] == [
        f"50 处及以上　{classes['class-50']} 个社区",
        f"20–49 处　{classes['class-20']} 个社区",
        f"10–19 处　{classes['class-10']} 个社区",
        f"5–9 处　{classes['class-5']} 个社区",
        f"1–4 处　{classes['class-1']} 个社区",
        f"已体检，未发现问题　{classes['none']} 个社区",
        f"未体检　{classes['not_surveyed']} 个社区",
        "未体检，另有上报问题　0 个社区",
        "无数据　1 个社区",
    ]
    base = legend_texts(layout_of(built), "legend-base")
    assert base == ["区界", "街道界", "社区界", "建筑", "道路", "水系", "绿地"]


def own_class(layer: QgsVectorLayer) -> None:
    """Make the first rule of a layer one of the planner's own.

    No test may hold a rule longer than its project: Python's hand on it would write into freed memory.
    """
    rule = layer.renderer().rootRule().children()[0]
    rule.setFilterExpression("\"indicator_id\" = 'gas'")
    rule.setRuleKey("gas")


def test_legend_counts_follow_a_planners_own_classes(built):
    from citycheck.citycheck_qgis.maps.symbology import layers_of_role

    (layer,) = layers_of_role(built.project, "problem")
    own_class(layer)
    path = built.path
    assert built.project.write()
    expected = len({f["object_id"] for f in layer.getFeatures("\"indicator_id\" = 'gas'")})
    database = path.with_name("checkup.gpkg")
    built.project.clear()
    from citycheck.citycheck_qgis.maps.sheet import Sheet

    again = build_project(database, 2024, Sheet("云州市", 2024), path)
    assert json.loads(again.project.customVariables()["citycheck_point_counts"])["gas"] == expected > 0
    again.project.clear()


def test_table_lists_the_five_worst_communities_of_the_year(built):
    (frame,) = [item for item in layout_of(built).items() if isinstance(item, QgsLayoutFrame)]
    rows = [[str(cell) for cell in row] for row in frame.multiFrame().contents()]
    objects = [int(row[2]) for row in rows]
    assert len(rows) == 5 and objects == sorted(objects, reverse=True) and objects[0] > 50
    assert all(row[0].endswith("社区") and row[1].endswith("街道") for row in rows)


def test_map_shows_the_whole_city_at_a_round_scale(built):
    from citycheck.citycheck_qgis.maps.symbology import require_layer

    item = layout_of(built).itemById("map")
    assert item.extent().contains(require_layer(built.project, "distribution").extent())
    assert item.scale() == pytest.approx(round_up(item.scale() - 1, ROUND_SCALES))
    assert item.frameEnabled()


@pytest.mark.parametrize(
    ("exact", "rounded"),
    [(36412, 40000), (40000, 40000), (10001, 12000), (99999, 100000), (8123, 9000), (7, 7)],
)
def test_scales_are_rounded_up(exact, rounded):
    assert round_up(exact, ROUND_SCALES) == rounded


def test_export_writes_both_files_and_replaces_old_ones(built, tmp_path):
    pdf, png = tmp_path / "图件" / "问题图.pdf", tmp_path / "图件" / "问题图.png"
    png.parent.mkdir()
    png.write_bytes(b"old")
    export_sheet(built.project, built.layout_name, pdf, png, dpi=60)
    assert pdf.read_bytes().startswith(b"%PDF") and pdf.stat().st_size < 3_000_000
    image = QImage(str(png))
    assert abs(image.width() - 420 / 25.4 * 60) <= 1 and abs(image.height() - 297 / 25.4 * 60) <= 1
    assert image.dotsPerMeterX() == round(60 / 0.0254)
    assert sorted(p.name for p in pdf.parent.iterdir()) == ["问题图.pdf", "问题图.png"]


@pytest.mark.skipif(shutil.which("pdftotext") is None, reason="needs pdftotext (package poppler-utils)")
def test_pdf_holds_text_as_text(built, tmp_path):
    pdf = tmp_path / "map.pdf"
    export_sheet(built.project, built.layout_name, pdf)
    text = subprocess.run(["pdftotext", str(pdf), "-"], capture_output=True, check=True).stdout.decode()
    for words in (
        "云州市2024年城市体检问题分布图",
        "内部使用",
        "审图号",
        "未体检",
        "和平社区",
        "东湖街道",
        "1:45,000",
    ):
        assert words in text
    described = subprocess.run(["pdfinfo", str(pdf)], capture_output=True, check=True).stdout.decode()
    assert re.search(r"Pages:\s+1\n", described) and "(A3)" in described
    assert re.search(r"Author:\s+云州市住房和城乡建设局", described)


def test_same_input_gives_the_same_files(qgis_app, database, context, sheet, tmp_path):
    contents = []
    for number in range(2):
        folder = tmp_path / str(number)
        made = build_project(database, 2024, sheet, database.with_name(f"map{number}.qgz"), context)
        export_sheet(made.project, made.layout_name, folder / "map.pdf", folder / "map.png", dpi=50)
        contents.append([(folder / f"map.{kind}").read_bytes() for kind in ("pdf", "png")])
        made.project.clear()
    assert contents[0][1] == contents[1][1]
    assert contents[0][0] == contents[1][0]


def test_unknown_layout_is_named(built, tmp_path):
    with pytest.raises(InputError, match=r"no layout 'Map 7' \(it has: 年度问题分布图\)"):
        export_sheet(built.project, "Map 7", tmp_path / "map.pdf")


def test_unwritable_target_leaves_nothing_behind(built, tmp_path):
    (tmp_path / "file").write_text("x")
    with pytest.raises(OutputError, match="cannot be written to"):
        export_sheet(
            built.project, built.layout_name, tmp_path / "map.pdf", tmp_path / "file" / "map.png", dpi=30
        )
    assert not list(tmp_path.glob("*.pdf")) and not list(tmp_path.glob(".*"))


def test_cancelled_export_writes_nothing(built, tmp_path):
    feedback = QgsFeedback()
    feedback.cancel()
    with pytest.raises(CancelledError):
        export_sheet(
            built.project, built.layout_name, tmp_path / "a.pdf", tmp_path / "a.png", feedback=feedback
        )
    assert not list(tmp_path.glob("a.*"))


def test_template_of_the_desktop_gives_the_same_sheet(built, database, context, sheet, tmp_path):
    template = STYLES / "annual-sheet.qpt"
    made = build_project(database, 2024, sheet, tmp_path / "other.qgz", context, template=template)
    ours, theirs = layout_of(built), layout_of(made)
    assert set(boxes(ours)) == set(boxes(theirs))
    for name in ("legend", "legend-base"):
        assert legend_texts(ours, name) == legend_texts(theirs, name)
    assert text_of(theirs.itemById("title")) == "云州市2024年城市体检问题分布图"
    assert theirs.itemById("map").scale() == pytest.approx(ours.itemById("map").scale())
    made.project.clear()


@pytest.mark.parametrize(
    ("content", "message"),
    [(None, "cannot be read"), ("no xml", "is no XML"), ("<Layer/>", "holds no print layout")],
)
def test_unusable_template(qgis_app, database, sheet, tmp_path, content, message):
    template = tmp_path / "own.qpt"
    if content is not None:
        template.write_text(content, encoding="utf-8")
    with pytest.raises(InputError, match=message):
        build_project(database, 2024, sheet, tmp_path / "map.qgz", template=template)


def test_words_of_the_sheet_have_no_unknown_variable(built):
    known = set(built.project.customVariables())
    used = set(re.findall(r"@(citycheck_\w+)", json.dumps(labels("zh")) + json.dumps(labels("en"))))
    assert used <= known
