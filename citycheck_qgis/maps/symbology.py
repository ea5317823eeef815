"""How each layer of the map is drawn and labelled, by its role."""

from __future__ import annotations

from pathlib import Path

from qgis.core import (
    Qgis,
    QgsFillSymbol,
    QgsFontUtils,
    QgsLabelObstacleSettings,
    QgsLineSymbol,
    QgsMarkerSymbol,
    QgsPalLayerSettings,
    QgsProject,
    QgsProperty,
    QgsPropertyCollection,
    QgsRuleBasedRenderer,
    QgsSimpleMarkerSymbolLayer,
    QgsSingleSymbolRenderer,
    QgsSymbol,
    QgsSymbolLayer,
    QgsTextBufferSettings,
    QgsTextFormat,
    QgsUnitTypes,
    QgsVectorLayer,
    QgsVectorLayerSimpleLabeling,
)
from qgis.PyQt.QtCore import Qt
from qgis.PyQt.QtGui import QColor, QFont

from ..errors import InputError, OutputError
from ..storage import tables
from ..storage.database import table_names
from .fonts import choose_family
from .footprint_style import footprint_renderer
from .palette import class_bounds, labels, palette
from .symbols import fill_symbol, hatched_symbol, line_layer, rule_renderer, with_layers

#: Custom property by which a layer, group or layout is recognised; names belong to the planner.
ROLE_PROPERTY = "citycheck/role"
#: How strongly labels keep off borders and points. Measured on two cities: stronger makes labels overlap in small
#: communities, weaker lets them cover points or cross borders.
BORDER_OBSTACLE, POINT_OBSTACLE = 0.2, 0.1
MM_PER_POINT = 25.4 / 72
#: Width added to each side of a stroke, as a share of the font size, where a family has no bold cut.
EMBOLDEN = 0.02
MILLIMETRES = QgsUnitTypes.RenderUnit.RenderMillimeters
POINTS = QgsUnitTypes.RenderUnit.RenderPoints
SHAPES = {
    "circle": Qgis.MarkerShape.Circle,
    "triangle": Qgis.MarkerShape.Triangle,
    "square": Qgis.MarkerShape.Square,
    "diamond": Qgis.MarkerShape.Diamond,
    "star": Qgis.MarkerShape.Star,
    "pentagon": Qgis.MarkerShape.Pentagon,
    "cross": Qgis.MarkerShape.CrossFill,
}


def layers_of_role(project: QgsProject, role: str) -> list[QgsVectorLayer]:
    """Return the layers of a project that carry a role, whatever their names are."""
    return [y for y in project.mapLayers().values() if y.customProperty(ROLE_PROPERTY) == role]


def require_layer(project: QgsProject, role: str) -> QgsVectorLayer:
    """Return the first layer of a role; raises InputError if the project has none."""
    found = layers_of_role(project, role)
    if not found:
        raise InputError(
            "The project has no layer of the role '{role}', which the sheet needs: write a new project file.",
            role=role,
        )
    return found[0]


def layer_id(role: str) -> str:
    """Id of the layer of a role: the same in every project, so that layout templates find it."""
    return "citycheck_" + role.replace("-", "_").replace(".", "_")


def text_format(family: str, size: float, color: str, bold: bool = False, halo: float = 0.0) -> QgsTextFormat:
    """Make a text format: size in points, halo width in mm."""
    font = QFont(family)
    has_bold = QgsFontUtils.fontFamilyHasStyle(family, "Bold")
    font.setBold(bold and has_bold)
    written = QgsTextFormat()
    written.setFont(font)
    written.setSize(size)
    written.setSizeUnit(POINTS)
    written.setColor(QColor(color))
    if halo:
        edge = QColor(palette()["text"]["halo"])
        edge.setAlphaF(0.9)
        written.setBuffer(_buffer(halo, edge))
    elif bold and not has_bold:
        # Qt draws no bold of its own at the sizes of a layout: an edge in the same colour takes its place.
        written.setBuffer(_buffer(size * MM_PER_POINT * EMBOLDEN, QColor(color)))
    return written


def _buffer(width: float, color: QColor) -> QgsTextBufferSettings:
    buffer = QgsTextBufferSettings()
    buffer.setEnabled(True)
    buffer.setSize(width)
    buffer.setSizeUnit(MILLIMETRES)
    buffer.setColor(color)
    buffer.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
    return buffer


def distribution_renderer(language: str, where: str = "") -> QgsRuleBasedRenderer:
    """Tint units by the number of objects with problems; the states without a number are drawn apart.

    Parameters
    ----------
    language : key of styles/labels.json
    where : expression that every rule also has to meet
    """
    scheme, words = palette()["choropleth"], labels(language)
    also = f" AND {where}" if where else ""
    items = []
    for (low, high), color in zip(class_bounds(), scheme["colors"], strict=True):
        if high is None:
            label, upper = words["last_class"].format(low=low), ""
        else:
            label = words["class"].format(low=low, high=high) if high > low else str(low)
            upper = f' AND "{scheme["column"]}" < {high + 1}'
        expression = f'"state" = \'problems\' AND "{scheme["column"]}" >= {low}{upper}{also}'
        items.append((f"class-{low}", label, expression, fill_symbol(color)))
    items.reverse()
    blank = scheme["no_data"]
    for state, expression, symbol in (
        ("none", "\"state\" = 'none'", fill_symbol(scheme["none"])),
        ("not_surveyed", "\"state\" = 'not_surveyed'", hatched_symbol(scheme["not_surveyed"])),
        # Drawn over the class: problems came in from a unit that the sample does not cover.
        (
            "outside_sample",
            '"state" = \'problems\' AND "surveyed" = 0',
            hatched_symbol(scheme["outside_sample"]),
        ),
        ("no_data", "\"state\" = 'no_data'", fill_symbol(blank["fill"], blank["outline"])),
    ):
        items.append((state, words["states"][state], expression + also, symbol))
    return rule_renderer(items)


def problem_renderer(language: str, where: str = "") -> QgsRuleBasedRenderer:
    """Mark problems by dimension: another shape and colour for each, and another side of the place.

    Problems of several dimensions at one place therefore stay visible beside each other.
    """
    scheme, words = palette()["problem"], labels(language)
    also = f" AND {where}" if where else ""
    items: list[tuple[str, str, str, QgsSymbol]] = []
    for dimension in tables.DIMENSIONS:
        look = scheme["symbols"][dimension]
        size = scheme["size"] * look["scale"]
        marker = QgsSimpleMarkerSymbolLayer(SHAPES[look["shape"]], size)
        marker.setFillColor(QColor(look["color"]))
        marker.setStrokeColor(QColor(scheme["halo"]["color"]))
        marker.setStrokeWidth(scheme["halo"]["width"])
        marker.setPenJoinStyle(Qt.PenJoinStyle.RoundJoin)
        # Only at a feature: the legend, which has none, keeps its symbols in line.
        marker.setDataDefinedProperty(
            QgsSymbolLayer.Property.Offset,
            QgsProperty.fromExpression("if($id IS NULL, '0,0', '{},{}')".format(*look["offset"])),
        )
        expression = f"\"dimension\" = '{dimension}'{also}"
        items.append(
            (dimension, words["dimensions"][dimension], expression, with_layers(QgsMarkerSymbol(), marker))
        )
    return rule_renderer(items)


def unit_symbol(level: str) -> QgsFillSymbol:
    """Outline of the units of a level: the higher the level, the heavier the line."""
    look = palette()["unit"][level]
    return fill_symbol(None, look["color"], look["width"])


def unit_renderer(language: str) -> QgsRuleBasedRenderer:
    """Draw the units of all levels in one layer, the highest level last."""
    words = labels(language)["layers"]
    levels = reversed(list(palette()["unit"]))
    return rule_renderer([(y, words[f"unit-{y}"], f"\"level\" = '{y}'", unit_symbol(y)) for y in levels])


def _water_symbol(layer: QgsVectorLayer) -> QgsSymbol:
    look = palette()["base"]["water"]
    if layer.geometryType() == Qgis.GeometryType.Line:
        return with_layers(QgsLineSymbol(), line_layer(look["fill"], look["width"]))
    return fill_symbol(look["fill"], look["outline"], 0.12)


def _road_renderer(layer: QgsVectorLayer) -> QgsRuleBasedRenderer:
    """Draw roads by class, the others thinnest; the field that holds the class is looked for by name."""
    look = palette()["base"]["road"]
    field = next((f for f in look["fields"] if layer.fields().indexOf(f) >= 0), None)
    lists = {} if field is None else look["classes"]
    wanted = {
        key: f'coalesce("{field}" IN ({", ".join(f"{chr(39)}{v}{chr(39)}" for v in values)}), FALSE)'
        for key, values in lists.items()
    }
    wanted["other"] = " AND ".join(f"NOT {expression}" for expression in wanted.values()) or "TRUE"
    items: list[tuple[str, str, str, QgsSymbol]] = []
    for rank, (key, expression) in enumerate(reversed(wanted.items())):
        width = look["widths"][key]
        casing, inner = (
            line_layer(look["casing"], width + 2 * look["casing_width"]),
            line_layer(look["color"], width),
        )
        # All casings come before all inner lines, so that crossings stay open.
        casing.setRenderingPass(0)
        inner.setRenderingPass(1 + rank)
        items.append((key, "", expression, with_layers(QgsLineSymbol(), casing, inner)))
    renderer = rule_renderer(items)
    renderer.setUsingSymbolLevels(True)
    return renderer


def _html(expression: str, size: float, color: str = "", bold: bool = False) -> str:
    """Wrap the value of an expression in HTML for a formatted label."""
    style = (
        f"font-size:{size}pt;" + (f"color:{color};" if color else "") + ("font-weight:bold;" if bold else "")
    )
    safe = f"replace(replace(to_string({expression}), '&', '&amp;'), '<', '&lt;')"
    return f"'<span style=\"{style}\">' || {safe} || '</span>'"


def _label_settings(text: QgsTextFormat, expression: str, priority: int) -> QgsPalLayerSettings:
    settings = QgsPalLayerSettings()
    settings.fieldName = expression
    settings.isExpression = True
    text.setAllowHtmlFormatting(True)
    settings.setFormat(text)
    # A label across a border would leave open which unit it names.
    border = QgsLabelObstacleSettings()
    border.setType(QgsLabelObstacleSettings.ObstacleType.PolygonBoundary)
    border.setFactor(BORDER_OBSTACLE)
    settings.setObstacleSettings(border)
    settings.placement = Qgis.LabelPlacement.Horizontal
    settings.multilineAlign = Qgis.LabelMultiLineAlignment.Center
    settings.priority = priority
    settings.centroidInside = True
    settings.centroidWhole = True
    return settings


def community_labels(family: str, where: str = "") -> QgsPalLayerSettings:
    """Label communities: the name, and below it the number of objects if it was surveyed."""
    ink = palette()["text"]
    name = f"if(\"state\" IN ('problems', 'none'), {_html('name', 7, ink['ink'])}, {_html('name', 6.2, ink['faint'])})"
    number = f"if(\"state\" IN ('problems', 'none'), '<p>' || {_html('objects', 8.5, ink['accent'], True)} || '</p>', '')"
    settings = _label_settings(text_format(family, 7, ink["ink"], halo=0.75), f"{name} || {number}", 5)
    values = QgsPropertyCollection()
    values.setProperty(
        QgsPalLayerSettings.Property.Priority,
        QgsProperty.fromExpression("if(\"state\" IN ('problems', 'none'), 10, 3)"),
    )
    # A surveyed community without its number would read as one without problems.
    values.setProperty(
        QgsPalLayerSettings.Property.OverlapHandling,
        QgsProperty.fromExpression("if(\"state\" IN ('problems', 'none'), 'AllowIfNeeded', 'Prevent')"),
    )
    if where:
        values.setProperty(QgsPalLayerSettings.Property.Show, QgsProperty.fromExpression(where))
    settings.setDataDefinedProperties(values)
    return settings


def street_labels(language: str, family: str) -> QgsPalLayerSettings:
    """Label streets: the name, and below it the number of block problems, which belong to the street."""
    words, ink = labels(language), palette()["text"]
    color = palette()["problem"]["symbols"]["block"]["color"]
    count = f"'{words['street_number']}' || \"block\""
    expression = (
        f"{_html('name', 11, ink['ink'], True)} || "
        f"if(\"state\" = 'problems' AND \"block\" > 0, '<p>' || {_html(count, 7, color)} || '</p>', '')"
    )
    return _label_settings(text_format(family, 11, ink["ink"], halo=1.0), expression, 7)


def _obstacles_only() -> QgsPalLayerSettings:
    """Settings that draw no label, but keep those of other layers off the features."""
    settings = QgsPalLayerSettings()
    settings.fieldName = "''"
    settings.isExpression = True
    settings.drawLabels = False
    obstacle = QgsLabelObstacleSettings()
    obstacle.setIsObstacle(True)
    obstacle.setFactor(POINT_OBSTACLE)
    settings.setObstacleSettings(obstacle)
    return settings


def apply_style(layer: QgsVectorLayer, role: str, language: str, family: str, where: str = "") -> None:
    """Give a layer the renderer and labels of its role.

    Parameters
    ----------
    layer : the layer; its role is written to its custom property `ROLE_PROPERTY` too
    role : ``problem``, ``distribution``, ``unit``, ``unit-<level>``, ``building``, ``footprint``, ``water``,
        ``green`` or ``road``;
        a suffix after a full stop (``road.2``) tells layers of one role apart
    language : key of styles/labels.json
    family : font family of the labels
    where : expression that the features of problem and distribution have to meet besides
    """
    look = palette()["base"]
    kind = role.split(".")[0]
    labelling = None
    if kind == "problem":
        renderer = problem_renderer(language, where)
        labelling = _obstacles_only()
    elif kind == "distribution":
        renderer = distribution_renderer(language, where)
        labelling = community_labels(family, where)
    elif kind == "unit":
        renderer = unit_renderer(language)
    elif kind.startswith("unit-"):
        level = kind.removeprefix("unit-")
        renderer = QgsSingleSymbolRenderer(unit_symbol(level))
        labelling = street_labels(language, family) if level == "street" else None
    elif kind == "building":
        renderer = QgsSingleSymbolRenderer(
            fill_symbol(look["building"]["fill"], alpha=look["building"]["alpha"])
        )
    elif kind == "footprint":
        renderer = footprint_renderer(language)
    elif kind == "water":
        renderer = QgsSingleSymbolRenderer(_water_symbol(layer))
    elif kind == "green":
        renderer = QgsSingleSymbolRenderer(fill_symbol(look["green"]["fill"]))
    elif kind == "road":
        renderer = _road_renderer(layer)
    else:
        raise InputError(
            "The map has no style for the role '{role}': use water, green or road for the base map.",
            role=role,
        )
    layer.setRenderer(renderer)
    if labelling is not None:
        layer.setLabeling(QgsVectorLayerSimpleLabeling(labelling))
    layer.setLabelsEnabled(labelling is not None)
    layer.setCustomProperty(ROLE_PROPERTY, role)


def placed_problems() -> str:
    """Filter of the problems that have a place of their own and are drawn as points."""
    precisions = ", ".join(f"'{p}'" for p in palette()["problem"]["precisions"])
    return f'"location_precision" IN ({precisions})'


def save_styles(database: Path, language: str = "zh") -> list[str]:
    """Save the styles with the data, in the table ``layer_styles``: any QGIS that opens the file uses them.

    As the tables hold all years and levels, the styles of problem and distribution show the latest year, and
    communities alone. A style of the same name is kept: a planner may have changed it.

    Returns
    -------
    the tables that got a style

    Raises
    ------
    InputError
        if the database cannot be opened
    OutputError
        if the style cannot be written
    """
    words = labels(language)["layers"]
    family = choose_family("".join(words.values()))
    latest = '"year" = maximum("year")'
    where = {
        tables.PROBLEM.name: f"{latest} AND {placed_problems()}",
        tables.DISTRIBUTION.name: f"{latest} AND \"level\" = 'community'",
    }
    saved = []
    wanted = [tables.DISTRIBUTION, tables.PROBLEM, tables.UNIT, tables.BUILDING, tables.FOOTPRINT,
              *tables.CONTEXT.values()]  # fmt: skip
    present = set(table_names(database))
    for table in wanted:
        if table.name not in present:
            continue
        options = QgsVectorLayer.LayerOptions()
        options.loadDefaultStyle = False
        layer = QgsVectorLayer(f"{database}|layername={table.name}", table.name, "ogr", options)
        if not layer.isValid():
            raise InputError(
                "The table {table} of {path} cannot be opened: check that the file is a checkup database.",
                table=table.name,
                path=database,
            )
        name = words[table.name]
        if name in layer.listStylesInDatabase()[2]:
            continue
        apply_style(layer, table.name, language, family, where.get(table.name, ""))
        problem = layer.saveStyleToDatabase(name, "", True, "")
        if problem:
            raise OutputError(
                "The style of table {table} cannot be saved in {path} ({reason}): check the file's permissions.",
                table=table.name,
                path=database,
                reason=problem,
            )
        saved.append(table.name)
    return saved
