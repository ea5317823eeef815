"""The annual sheet: an A3 landscape layout and its export to PDF and PNG."""

from __future__ import annotations

import base64
import contextlib
import re
import uuid
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from qgis.core import (
    Qgis,
    QgsExpression,
    QgsFeedback,
    QgsFillSymbol,
    QgsGeometry,
    QgsLayerTreeLayer,
    QgsLayoutExporter,
    QgsLayoutFrame,
    QgsLayoutItem,
    QgsLayoutItemAttributeTable,
    QgsLayoutItemLabel,
    QgsLayoutItemLegend,
    QgsLayoutItemMap,
    QgsLayoutItemPage,
    QgsLayoutItemPicture,
    QgsLayoutItemScaleBar,
    QgsLayoutItemShape,
    QgsLayoutMeasurement,
    QgsLayoutPoint,
    QgsLayoutSize,
    QgsLayoutTable,
    QgsLayoutTableColumn,
    QgsLayoutUtils,
    QgsLegendPatchShape,
    QgsLegendRenderer,
    QgsLegendStyle,
    QgsMapLayerLegendUtils,
    QgsPrintLayout,
    QgsProject,
    QgsReadWriteContext,
    QgsRectangle,
    QgsRenderContext,
    QgsTextFormat,
    QgsTextRenderer,
    QgsVectorLayer,
)
from qgis.PyQt.QtCore import QBuffer, QByteArray, QIODevice, Qt
from qgis.PyQt.QtGui import QColor, QImage, QPainter
from qgis.PyQt.QtXml import QDomDocument

from ..errors import CancelledError, InputError, OutputError
from .fonts import choose_family
from .palette import STYLES, all_text, labels, palette
from .symbology import ROLE_PROPERTY, layers_of_role, require_layer, text_format

LAYOUT_ROLE = "annual-sheet"
MM = Qgis.LayoutUnit.Millimeters
#: A3 landscape in mm, and the frames that everything is aligned to.
PAGE = (420.0, 297.0)
MARGIN = 12.0
MAP_BOX = (MARGIN, 35.0, 298.0, 238.0)
COLUMN_X, COLUMN_WIDTH = 319.0, 89.0
BOTTOM = PAGE[1] - MARGIN
ROUND_SCALES = (1, 1.2, 1.5, 1.8, 2, 2.5, 3, 3.5, 4, 4.5, 5, 5.5, 6, 6.5, 7, 7.5, 8, 9, 10)
ROUND_LENGTHS = (1, 2, 5, 10)
#: Pixels across the small picture of a sheet that goes into reports.
PREVIEW_WIDTH = 1800


@dataclass(frozen=True)
class Sheet:
    """What the sheet says beside the map; every text may be empty.

    Attributes
    ----------
    city : name of the city, first part of the title
    year : checkup year
    data_date : date of the data, printed as given
    producer : producing unit
    drawing_number : number of the drawing (图号)
    review_number : map review number (审图号); a map made public needs one
    mark : use mark; None takes the default of the language (内部使用)
    source_note : origin of the data
    language : ``zh`` or ``en``, a key of styles/labels.json
    issued : date of issue, printed as given; never taken from the clock
    """

    city: str
    year: int
    data_date: str = ""
    producer: str = ""
    drawing_number: str = ""
    review_number: str = ""
    mark: str | None = None
    source_note: str = ""
    language: str = "zh"
    issued: str = ""


def round_up(exact: float, steps: Sequence[float]) -> float:
    """Round up to the next of `steps` times a power of ten: 36,412 becomes 40,000 with steps 1, 2, 4, 10."""
    power = 10 ** (len(str(int(exact))) - 1)
    return next(step * power for step in steps if step * power >= exact)


class _Board:
    """Puts items on a layout; positions and sizes in mm from the upper left corner of the page."""

    def __init__(self, layout: QgsPrintLayout, project: QgsProject, language: str):
        self.layout, self.project = layout, project
        self.words = labels(language)
        self.ink = palette()["text"]
        written = all_text(self.words) + all_text(project.customVariables())
        self.body = choose_family(written)
        self.title_family = choose_family(written, role="title")

    def format(self, size: float, color: str = "ink", bold: bool = False) -> QgsTextFormat:
        return text_format(self.body, size, self.ink[color], bold)

    def layer(self, role: str) -> QgsVectorLayer | None:
        found = layers_of_role(self.project, role)
        return found[0] if found else None

    def require(self, role: str) -> QgsVectorLayer:
        return require_layer(self.project, role)

    def add(self, item: QgsLayoutItem, name: str, box: Sequence[float]) -> None:
        self.layout.addLayoutItem(item)
        self.place(item, name, box)

    def place(self, item: QgsLayoutItem, name: str, box: Sequence[float]) -> None:
        item.setId(name)
        item.attemptMove(QgsLayoutPoint(box[0], box[1], MM))
        item.attemptResize(QgsLayoutSize(box[2], box[3], MM))

    def text(
        self,
        name: str,
        content: str,
        box: Sequence[float],
        look: QgsTextFormat,
        across: Qt.AlignmentFlag = Qt.AlignmentFlag.AlignLeft,
        down: Qt.AlignmentFlag = Qt.AlignmentFlag.AlignTop,
    ) -> QgsLayoutItemLabel:
        label = QgsLayoutItemLabel(self.layout)
        label.setText(content)
        label.setTextFormat(look)
        label.setMarginX(0)
        label.setMarginY(0)
        label.setHAlign(across)
        label.setVAlign(down)
        self.add(label, name, box)
        return label

    def rule(self, name: str, x: float, y: float, width: float) -> None:
        """Draw a thin horizontal line (a flat rectangle: its ends keep to the margins exactly)."""
        line = QgsLayoutItemShape(self.layout)
        line.setShapeType(QgsLayoutItemShape.Shape.Rectangle)
        line.setSymbol(QgsFillSymbol.createSimple({"color": self.ink["rule"], "outline_style": "no"}))
        self.add(line, name, (x, y, width, 0.25))


def text_width(content: str, look: QgsTextFormat) -> float:
    """Width of one line of text in mm."""
    context = QgsRenderContext()
    # At a scale factor of 1 the renderer measures in mm.
    context.setScaleFactor(1.0)
    return QgsTextRenderer.textWidth(context, look, [content])


def _fitting_size(content: str, family: str, width: float, largest: float) -> float:
    """Largest size in points, in half points, at which one line of bold text fits a width in mm."""
    at_largest = text_width(content, text_format(family, largest, "#000000", True))
    return largest if at_largest <= width else int(2 * largest * width / at_largest) / 2


def _frame_city(item: QgsLayoutItemMap, layer: QgsVectorLayer) -> None:
    """Show all communities at the next round scale."""
    extent = QgsRectangle(layer.extent())
    extent.scale(1.05)
    item.setCrs(layer.crs())
    item.zoomToExtent(extent)
    item.setScale(round_up(item.scale(), ROUND_SCALES))


def _add_map(board: _Board) -> QgsLayoutItemMap:
    item = QgsLayoutItemMap(board.layout)
    board.add(item, "map", MAP_BOX)
    item.setBackgroundColor(QColor(palette()["base"]["background"]))
    item.setFrameEnabled(True)
    item.setFrameStrokeColor(QColor(board.ink["quiet"]))
    item.setFrameStrokeWidth(QgsLayoutMeasurement(0.3, MM))
    board.layout.setReferenceMap(item)
    return item


def title_text(sheet: Sheet) -> str:
    """Title of the sheet as it is printed."""
    title = labels(sheet.language)["title"]
    for name, value in (("city", sheet.city), ("year", sheet.year)):
        title = title.replace(f"[% @citycheck_{name} %]", str(value))
    return title


def _add_header(board: _Board) -> None:
    width = MAP_BOX[2]
    title = _evaluate(board, board.words["title"])
    size = _fitting_size(title, board.title_family, width - 2, 33)
    look = text_format(board.title_family, size, board.ink["ink"], bold=True)
    middle = Qt.AlignmentFlag.AlignVCenter
    board.text("title", board.words["title"], (MARGIN, 9.5, width, 14), look, down=middle)
    board.text(
        "subtitle",
        board.words["subtitle"],
        (MARGIN, 24.5, width, 6),
        board.format(10.5, "quiet"),
        down=middle,
    )
    mark_width = max(
        30.0, text_width(_evaluate(board, "[% @citycheck_mark %]"), board.format(12, bold=True)) + 8
    )
    mark = board.text(
        "mark", "[% @citycheck_mark %]", (COLUMN_X + COLUMN_WIDTH - mark_width, 12, mark_width, 8.5),
        board.format(12, "accent", True), Qt.AlignmentFlag.AlignHCenter, middle,
    )  # fmt: skip
    mark.setFrameEnabled(True)
    mark.setFrameStrokeColor(QColor(board.ink["accent"]))
    mark.setFrameStrokeWidth(QgsLayoutMeasurement(0.4, MM))


def _evaluate(board: _Board, text: str) -> str:
    return QgsExpression.replaceExpressionText(text, board.layout.createExpressionContext())


def _add_figures(board: _Board, top: float) -> float:
    # Per figure its share of the width and the widest text that another year may bring.
    figures = {
        "objects": ("[% @citycheck_objects %]", 0.31, "88888"),
        "communities": (
            "[% @citycheck_surveyed || ' / ' || @citycheck_communities %]",
            0.39,
            "[% @citycheck_communities || ' / ' || @citycheck_communities %]",
        ),
        "none": ("[% @citycheck_without %]", 0.3, "888"),
    }
    size = min(
        _fitting_size(_evaluate(board, widest), board.body, COLUMN_WIDTH * share - 4, 26)
        for _, share, widest in figures.values()
    )
    x = COLUMN_X
    for key, (expression, share, _) in figures.items():
        width, color = COLUMN_WIDTH * share, "accent" if key == "objects" else "ink"
        board.text(f"figure-{key}", expression, (x, top - 1.5, width, 11), board.format(size, color, True))
        board.text(
            f"caption-{key}", board.words["figures"][key], (x, top + 10, width, 5), board.format(8.5, "quiet")
        )
        x += width
    return top + 15


def _legend(board: _Board, name: str, x: float, y: float) -> QgsLayoutItemLegend:
    legend = QgsLayoutItemLegend(board.layout)
    legend.setAutoUpdateModel(False)
    legend.model().rootGroup().removeAllChildren()
    looks = {
        QgsLegendStyle.Style.Group: board.format(11.5, "ink", True),
        QgsLegendStyle.Style.Subgroup: board.format(11.5, "ink", True),
        QgsLegendStyle.Style.SymbolLabel: board.format(9.5, "ink"),
    }
    for key, look in looks.items():
        style = QgsLegendStyle(legend.style(key))
        style.setTextFormat(look)
        if key != QgsLegendStyle.Style.SymbolLabel:
            style.setMargin(QgsLegendStyle.Side.Top, 5)
            style.setMargin(QgsLegendStyle.Side.Bottom, 0.8)
        legend.setStyle(key, style)
    symbol = QgsLegendStyle(legend.style(QgsLegendStyle.Style.Symbol))
    symbol.setMargin(QgsLegendStyle.Side.Top, 1.7)
    legend.setStyle(QgsLegendStyle.Style.Symbol, symbol)
    legend.setBoxSpace(0)
    legend.setSymbolWidth(8)
    legend.setSymbolHeight(4.2)
    legend.setColumnSpace(4)
    legend.setBackgroundEnabled(False)
    legend.setLinkedMap(board.layout.referenceMap())
    board.add(legend, name, (x, y, COLUMN_WIDTH, 20))
    return legend


def _legend_layer(
    legend: QgsLayoutItemLegend, layer: QgsVectorLayer, title: str, style: Any, expression: str = ""
) -> QgsLayerTreeLayer:
    node: QgsLayerTreeLayer = legend.model().rootGroup().addLayer(layer)
    node.setUseLayerName(False)
    node.setName(title)
    node.setCustomProperty("legend/title-label", title)
    QgsLegendRenderer.setNodeLegendStyle(node, style)
    if expression:
        node.setLabelExpression(expression)
    legend.model().refreshLayerLegend(node)
    return node


def _fit_legend(legend: QgsLayoutItemLegend) -> float:
    """Give a legend the size of its content and return its height in mm; it would do so only when painted."""
    context = QgsLayoutUtils.createRenderContextForLayout(legend.layout(), None)
    context.setExpressionContext(legend.createExpressionContext())
    size = QgsLegendRenderer(legend.model(), legend.legendSettings()).minimumSize(context)
    legend.attemptResize(QgsLayoutSize(size.width(), size.height(), MM))
    return size.height()


def _add_legends(board: _Board, top: float) -> float:
    words = board.words["legend"]
    count = "map_get(from_json(@citycheck_{}), @symbol_id)"
    drawn = f"coalesce({count.format('point_counts')}, 0)"
    total = f"coalesce({count.format('dimension_counts')}, {drawn})"
    points = words["dimension_count"].format(n=total, unplaced=f"max(0, {total} - {drawn})")
    classes = words["class_count"].format(n=f"coalesce({count.format('class_counts')}, 0)")
    subgroup = QgsLegendStyle.Style.Subgroup
    legend = _legend(board, "legend", COLUMN_X, top)
    _legend_layer(legend, board.require("problem"), words["problem"], subgroup, points)
    _legend_layer(legend, board.require("distribution"), words["distribution"], subgroup, classes)
    top += _fit_legend(legend) + 2.5
    for name, content in (("sample-note", board.words["sample_note"]), ("number-note", words["number"])):
        board.text(name, content, (COLUMN_X, top, COLUMN_WIDTH, 8), board.format(8.2, "quiet"))
        top += 9
    return _add_line_legend(board, top + 1)


def _add_line_legend(board: _Board, top: float) -> float:
    """Add the second legend, of boundaries and base map, in columns."""
    legend = _legend(board, "legend-base", COLUMN_X, top)
    flat = QgsGeometry.fromWkt("POLYGON((0 0, 10 0, 10 0.001, 0 0))")
    shown = ["unit-district", "unit-street", "unit-community", "building", "road", "water", "green"]
    districts = board.layer("unit-district")
    if districts is None or districts.featureCount() == 0:
        shown[0] = "unit-city"
    for role in shown:
        layer = board.layer(role)
        if layer is None or layer.featureCount() == 0:
            continue
        title = board.words["layers"][role]
        node = _legend_layer(legend, layer, title, QgsLegendStyle.Style.Hidden)
        if role.startswith("unit-"):
            # A boundary is shown as a line, though it is drawn as the outline of a polygon.
            shape = QgsLegendPatchShape(Qgis.SymbolType.Fill, flat, True)
            node.setPatchShape(shape)
        if role == "road":
            last = len(legend.model().layerLegendNodes(node)) - 1
            QgsMapLayerLegendUtils.setLegendNodeOrder(node, [last])
            QgsMapLayerLegendUtils.setLegendNodeUserLabel(node, last, title)
        legend.model().refreshLayerLegend(node)
    legend.setSplitLayer(False)
    for columns in (4, 3, 2):
        legend.setColumnCount(columns)
        height = _fit_legend(legend)
        if legend.rect().width() <= COLUMN_WIDTH + 0.5:
            break
    return top + height


def _add_table(board: _Board, top: float) -> float:
    words = board.words["table"]
    board.text(
        "table-title", words["title"], (COLUMN_X, top, COLUMN_WIDTH, 6), board.format(11.5, "ink", True)
    )
    table = QgsLayoutItemAttributeTable.create(board.layout)
    table.setVectorLayer(board.require("distribution"))
    table.setMaximumNumberOfFeatures(5)
    table.setFilterFeatures(True)
    table.setFeatureFilter("\"state\" = 'problems'")
    parent = 'map_get(from_json(@citycheck_parent_names), "parent_code")'
    shown = {
        "name": ('"name"', 29.5, Qt.AlignmentFlag.AlignLeft),
        "street": (parent, 19.9, Qt.AlignmentFlag.AlignLeft),
        "objects": ('"objects"', 15.8, Qt.AlignmentFlag.AlignRight),
        "per_100_buildings": ('format_number("per_100_buildings", 1)', 15.4, Qt.AlignmentFlag.AlignRight),
    }
    columns = []
    for key, (expression, width, align) in shown.items():
        column = QgsLayoutTableColumn()
        column.setHeading(words["columns"][key])
        column.setAttribute(expression)
        column.setWidth(width)
        column.setHAlignment(align)
        columns.append(column)
    table.setColumns(columns)
    order = []
    for expression, direction in (
        ('"objects"', Qt.SortOrder.DescendingOrder),
        ('"unit_code"', Qt.SortOrder.AscendingOrder),
    ):
        column = QgsLayoutTableColumn()
        column.setAttribute(expression)
        column.setSortOrder(direction)
        order.append(column)
    table.setSortColumns(order)
    # At once: everything below measures the rows, and with rows of the former columns QGIS writes out of bounds.
    table.refreshAttributes()
    table.setHeaderTextFormat(board.format(8.2, "quiet"))
    table.setContentTextFormat(board.format(9.5, "ink"))
    table.setHeaderHAlignment(QgsLayoutTable.HeaderHAlignment.FollowColumn)
    table.setCellMargin(1.0)
    table.setVerticalGrid(False)
    table.setGridColor(QColor(board.ink["rule"]))
    table.setGridStrokeWidth(0.15)
    table.setBackgroundColor(QColor(0, 0, 0, 0))
    board.layout.addMultiFrame(table)
    frame = QgsLayoutFrame(board.layout, table)
    table.addFrame(frame)
    board.place(frame, "table", (COLUMN_X, top + 6, COLUMN_WIDTH, 38))
    table.recalculateFrameSizes()
    height = table.totalSize().height()
    frame.attemptResize(QgsLayoutSize(COLUMN_WIDTH, height, MM))
    return top + 6 + height


def _add_title_block(board: _Board) -> None:
    words, step = board.words["block"], 5.2
    top = BOTTOM - step * len(words)
    board.rule("block-rule", COLUMN_X, top - 2, COLUMN_WIDTH)
    middle = Qt.AlignmentFlag.AlignVCenter
    for number, (key, caption) in enumerate(words.items()):
        y = top + number * step
        value = f"[% if(coalesce(@citycheck_{key}, '') = '', '{board.words['empty']}', @citycheck_{key}) %]"
        board.text(f"block-{key}", caption, (COLUMN_X, y, 22, step), board.format(8.8, "quiet"), down=middle)
        board.text(
            f"value-{key}", value, (COLUMN_X + 22, y, COLUMN_WIDTH - 22, step), board.format(9.5), down=middle
        )


def _add_footer(board: _Board, item: QgsLayoutItemMap) -> None:
    top = MAP_BOX[1] + MAP_BOX[3] + 2.5
    north = QgsLayoutItemPicture(board.layout)
    drawing = base64.b64encode((STYLES / "north.svg").read_bytes()).decode("ascii")
    north.setPicturePath(f"base64:{drawing}", Qgis.PictureFormat.SVG)
    north.setLinkedMap(item)
    board.add(north, "north", (MARGIN, top - 0.5, 7.5, 10))
    bar = QgsLayoutItemScaleBar(board.layout)
    bar.setStyle("Single Box")
    bar.setLinkedMap(item)
    bar.applyDefaultSize()
    kilometres = item.scale() >= 8000
    bar.setUnits(Qgis.DistanceUnit.Kilometers if kilometres else Qgis.DistanceUnit.Meters)
    bar.setUnitLabel(board.words["kilometres" if kilometres else "metres"])
    length = round_up(item.scale() * 0.012, ROUND_LENGTHS)
    bar.setUnitsPerSegment(length / 1000 if kilometres else length)
    bar.setNumberOfSegments(3)
    bar.setNumberOfSegmentsLeft(0)
    bar.setHeight(1.4)
    bar.setLabelBarSpace(1)
    bar.setBoxContentSpace(0)
    bar.setTextFormat(board.format(8))
    bar.setBackgroundEnabled(False)
    for symbol, color in ((bar.fillSymbol(), board.ink["ink"]), (bar.alternateFillSymbol(), "#ffffff")):
        symbol.setColor(QColor(color))
    board.add(bar, "scale-bar", (MARGIN + 14, top, 70, 8))
    bar.resizeToMinimumWidth()
    numeric = QgsLayoutItemScaleBar(board.layout)
    numeric.setLinkedMap(item)
    numeric.setStyle("Numeric")
    numeric.setBoxContentSpace(0)
    numeric.setTextFormat(board.format(8.8))
    numeric.setBackgroundEnabled(False)
    board.add(numeric, "scale", (MARGIN + 22 + bar.rect().width(), top, 40, 6))
    width = 150.0
    x = MAP_BOX[0] + MAP_BOX[2] - width
    right = Qt.AlignmentFlag.AlignRight
    board.text("crs", "[% @citycheck_crs_note %]", (x, top, width, 4.5), board.format(7.5, "quiet"), right)
    content = board.words["source_note"]
    board.text("source", content, (x, top + 4.5, width, 4.5), board.format(7.5, "quiet"), right)


def add_sheet(project: QgsProject, language: str, template: Path | None = None) -> QgsPrintLayout:
    """Add the annual sheet to a project.

    Its texts are expressions on the project variables ``citycheck_...``, its legend finds its counts in them,
    and its table reads the layer: another year's data changes the sheet without touching it.

    Parameters
    ----------
    project : project with the layers and variables of the map
    language : key of styles/labels.json
    template : print layout template (``.qpt``) that takes the place of the built-in sheet
    """
    words = labels(language)
    layout = QgsPrintLayout(project)
    if template is None:
        _draw_sheet(layout, project, language)
    else:
        _load_template(layout, template, project)
    layout.setName(words["layout"])
    layout.setCustomProperty(ROLE_PROPERTY, LAYOUT_ROLE)
    project.layoutManager().addLayout(layout)
    return layout


def _load_template(layout: QgsPrintLayout, template: Path, project: QgsProject) -> None:
    document = QDomDocument()
    try:
        content = Path(template).read_text(encoding="utf-8")
    except OSError as error:
        raise InputError(
            "The layout template {path} cannot be read ({reason}): check the path.",
            path=template,
            reason=error.strerror,
        ) from None
    if not document.setContent(content)[0]:
        raise InputError(
            "The layout template {path} is no XML: save it again in the layout window of QGIS.",
            path=template,
        )
    _, loaded = layout.loadFromTemplate(document, QgsReadWriteContext(), True)
    if not loaded:
        raise InputError(
            "The file {path} holds no print layout: save one as template in the layout window of QGIS.",
            path=template,
        )
    item = layout.referenceMap()
    if item is not None:
        _frame_city(item, require_layer(project, "distribution"))
    for legend in layout.items():
        if isinstance(legend, QgsLayoutItemLegend) and legend.resizeToContents():
            _fit_legend(legend)


def _draw_sheet(layout: QgsPrintLayout, project: QgsProject, language: str) -> None:
    layout.initializeDefaults()
    layout.pageCollection().page(0).setPageSize("A3", QgsLayoutItemPage.Orientation.Landscape)
    layout.renderContext().setDpi(300)
    board = _Board(layout, project, language)
    item = _add_map(board)
    _frame_city(item, board.require("distribution"))
    _add_header(board)
    top = _add_figures(board, MAP_BOX[1])
    board.rule("figures-rule", COLUMN_X, top + 2.5, COLUMN_WIDTH)
    top = _add_legends(board, top + 3.5)
    board.rule("legend-rule", COLUMN_X, top + 3.5, COLUMN_WIDTH)
    _add_table(board, top + 6)
    _add_title_block(board)
    _add_footer(board, item)


def discard(*drafts: Path) -> None:
    """Delete drafts that are still there."""
    for draft in drafts:
        # Where the folder itself cannot be used, that is the error to report.
        with contextlib.suppress(OSError):
            draft.unlink(missing_ok=True)


def export_sheet(
    project: QgsProject,
    layout_name: str,
    pdf: Path | None = None,
    png: Path | None = None,
    dpi: int = 300,
    feedback: QgsFeedback | None = None,
) -> bytes | None:
    """Write a layout of the project as PDF and as PNG; return the PNG made small, for a page that is mailed.

    Both files are written beside their place and renamed when both are complete.

    Parameters
    ----------
    project : project that holds the layout
    layout_name : name of the layout
    pdf, png : files to write; None leaves one out
    dpi : resolution of the PNG and of what the PDF holds as pictures
    feedback : stops the export between the two files

    Returns
    -------
    a PNG of `PREVIEW_WIDTH` pixels across, None where no PNG was asked for

    Raises
    ------
    InputError
        if the project has no layout of this name
    OutputError
        if a file cannot be written
    CancelledError
        if feedback was cancelled; nothing has been written then
    """
    layout = project.layoutManager().layoutByName(layout_name)
    if layout is None:
        names = ", ".join(y.name() for y in project.layoutManager().layouts()) or "none"
        raise InputError(
            "The project has no layout '{layout}' (it has: {names}): give the name of one of them.",
            layout=layout_name,
            names=names,
        )
    exporter = QgsLayoutExporter(layout)
    wanted = [(Path(p), kind) for p, kind in ((png, "png"), (pdf, "pdf")) if p is not None]
    parts, written = [], []
    preview = None
    # The PNG is compressed on another core while the PDF is drawn.
    compressor = ThreadPoolExecutor(1)
    try:
        for path, kind in wanted:
            if feedback is not None and feedback.isCanceled():
                raise CancelledError("The export of the map was cancelled; no file has been written.")
            part = path.with_name(f".{path.stem}.part.{kind}")
            parts.append(part)
            path.parent.mkdir(parents=True, exist_ok=True)
            part.unlink(missing_ok=True)
            if kind == "png":
                image = _page_image(exporter, dpi)
                written.append(compressor.submit(_save_image, image, part, dpi))
                preview = compressor.submit(_small, image)
            else:
                written.append(_write_pdf(exporter, part, dpi))
        for (path, kind), part, result in zip(wanted, parts, written, strict=True):
            problem = result.result() if kind == "png" else result
            if problem or not part.exists():
                raise OutputError(
                    "The map cannot be written to {path} ({reason}): check the folder's permissions and the free "
                    "space.",
                    path=path,
                    reason=exporter.errorMessage() or problem,
                )
            if kind == "pdf":
                _fix_stamps(part, project.customVariables())
        for (path, _), part in zip(wanted, parts, strict=True):
            part.replace(path)
        return preview.result() if preview else None
    except OSError as error:
        raise OutputError(
            "The map cannot be written to {path} ({reason}): check the folder's permissions and the free space.",
            path=error.filename,
            reason=error.strerror,
        ) from error
    finally:
        compressor.shutdown()
        discard(*parts)


def _fix_stamps(pdf: Path, variables: dict[str, Any]) -> None:
    """Put the sheet's own date in place of the clock's, and a fixed id: the same input gives the same file.

    The new texts have the length of the old ones, so that the offsets in the PDF stay right.
    """
    dates = [str(variables.get(f"citycheck_{name}", "")) for name in ("issued", "data_date")]
    dates += [f"{variables.get('citycheck_year', '2000')}-12-31"]
    day = next(d for d in dates if re.fullmatch(r"\d{4}-[01]\d-[0-3]\d", d))
    compact, name = day.replace("-", "").encode() + b"000000", "|".join(map(str, sorted(variables.items())))
    content = pdf.read_bytes()
    content = re.sub(rb"(CreationDate \(D:)\d{14}", rb"\g<1>" + compact, content)
    content = re.sub(
        rb'(xmp:\w+Date=")[-\d]{10}T[:\d]{8}Z', rb"\g<1>" + day.encode() + b"T00:00:00Z", content
    )
    fixed = str(uuid.uuid5(uuid.NAMESPACE_URL, name)).encode()
    content = re.sub(rb"(DocumentID=\"uuid:)[-0-9a-f]{36}", rb"\g<1>" + fixed, content)
    pdf.write_bytes(content)


def _page_image(exporter: QgsLayoutExporter, dpi: int) -> QImage:
    """Draw the page on white paper: without transparency a PNG is smaller and written faster."""
    # QGIS's own image export would open the PNG once more to georeference it, which no PNG driver can do.
    page = exporter.renderPageToImage(0, dpi=dpi)
    paper = QImage(page.size(), QImage.Format.Format_RGB888)
    paper.fill(QColor("white"))
    painter = QPainter(paper)
    painter.drawImage(0, 0, page)
    painter.end()
    return paper


def _save_image(image: QImage, path: Path, dpi: int) -> str:
    """Write a PNG; return what went wrong, or empty text."""
    image.setDotsPerMeterX(round(dpi / 0.0254))
    image.setDotsPerMeterY(round(dpi / 0.0254))
    return "" if not image.isNull() and image.save(str(path), "PNG") else "FileError"


def _small(image: QImage) -> bytes:
    """Return a picture as PNG of `PREVIEW_WIDTH` pixels."""
    content = QByteArray()
    buffer = QBuffer(content)
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    image.scaledToWidth(PREVIEW_WIDTH, Qt.TransformationMode.SmoothTransformation).save(buffer, "PNG")
    return bytes(content)


def _write_pdf(exporter: QgsLayoutExporter, path: Path, dpi: int) -> str:
    """Write the layout as PDF with text as text; return what went wrong, or empty text."""
    settings = QgsLayoutExporter.PdfExportSettings()
    settings.dpi = dpi
    settings.textRenderFormat = Qgis.TextRenderFormat.AlwaysText
    settings.rasterizeWholeImage = False
    result = exporter.exportToPdf(str(path), settings)
    return "" if result == QgsLayoutExporter.ExportResult.Success else getattr(result, "name", str(result))
