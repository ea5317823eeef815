import sqlite3
import xml.etree.ElementTree as ET
from contextlib import closing
from pathlib import Path

import pytest
from citycheck.citycheck_qgis.errors import InputError
from citycheck.citycheck_qgis.maps.palette import STYLES, class_bounds, palette
from citycheck.citycheck_qgis.maps.symbology import (
    apply_style,
    distribution_renderer,
    problem_renderer,
    save_styles,
)
from citycheck.citycheck_qgis.storage import tables
from qgis.core import (
    QgsExpression,
    QgsExpressionContext,
    QgsFeature,
    QgsRenderContext,
    QgsRuleBasedRenderer,
    QgsVectorLayer,
)

KINDS = {"text": "string", "integer": "integer", "real": "double"}


def empty_layer(table: tables.Table) -> QgsVectorLayer:
    fields = "&".join(f"field={name}:{KINDS[kind]}" for name, kind in table.columns.items())
    return QgsVectorLayer(f"{table.geometry}?crs=EPSG:4547&{fields}", table.name, "memory")


def rules(renderer: QgsRuleBasedRenderer) -> dict[str, QgsRuleBasedRenderer.Rule]:
    return {rule.ruleKey(): rule for rule in renderer.rootRule().children()}


def matching(renderer: QgsRuleBasedRenderer, layer: QgsVectorLayer, **values: object) -> list[str]:
    feature = QgsFeature(layer.fields())
    for name, value in values.items():
        feature.setAttribute(name, value)
    context = QgsExpressionContext()
    context.setFields(layer.fields())
    context.setFeature(feature)
    found = []
    for key, rule in rules(renderer).items():
        expression = QgsExpression(rule.filterExpression())
        assert not expression.hasParserError(), expression.parserErrorString()
        if expression.evaluate(context) == 1:
            found.append(key)
    return found


def test_every_count_falls_into_exactly_one_class(qgis_app):
    layer, renderer = empty_layer(tables.DISTRIBUTION), distribution_renderer("zh")
    for count in range(1, 121):
        expected = max(low for low, _ in class_bounds() if low <= count)
        assert matching(renderer, layer, state="problems", objects=count, surveyed=1) == [f"class-{expected}"]


@pytest.mark.parametrize("state", ["none", "not_surveyed", "no_data"])
def test_states_are_drawn_apart_whatever_the_count(qgis_app, state):
    layer, renderer = empty_layer(tables.DISTRIBUTION), distribution_renderer("zh")
    assert matching(renderer, layer, state=state, objects=0, surveyed=0) == [state]
    assert rules(renderer)["not_surveyed"].symbol().symbolLayerCount() == 2
    assert rules(renderer)["not_surveyed"].symbol().symbolLayer(1).layerType() == "LinePatternFill"


def test_problems_outside_the_sample_are_hatched_over_their_class(qgis_app):
    layer, renderer = empty_layer(tables.DISTRIBUTION), distribution_renderer("zh")
    assert matching(renderer, layer, state="problems", objects=7, surveyed=0) == ["class-5", "outside_sample"]


def test_classes_have_the_colours_of_the_palette_darkest_first(qgis_app):
    scheme, renderer = palette()["choropleth"], distribution_renderer("zh")
    classes = {k: r.symbol().color().name() for k, r in rules(renderer).items() if k.startswith("class-")}
    assert list(classes) == [f"class-{low}" for low in reversed(scheme["breaks"])]
    assert list(classes.values()) == list(reversed(scheme["colors"]))
    assert [r.label() for r in rules(renderer).values()][:2] == ["50 处及以上", "20–49 处"]


def test_dimensions_stand_beside_each_other_at_one_place_and_in_line_in_the_legend(qgis_app):
    layer, renderer = empty_layer(tables.PROBLEM), problem_renderer("zh")
    places = set()
    for dimension in tables.DIMENSIONS:
        assert matching(renderer, layer, dimension=dimension) == [dimension]
        marker = rules(renderer)[dimension].symbol().symbolLayer(0)
        offset = marker.dataDefinedProperties().property(marker.Property.Offset)
        here = QgsExpressionContext()
        here.setFields(layer.fields())
        assert offset.value(here)[0] == "0,0"
        feature = QgsFeature(layer.fields(), 7)
        here.setFeature(feature)
        places.add(offset.value(here)[0])
    assert len(places) == 4


@pytest.mark.parametrize(("field", "width"), [("class", 0.75), ("fclass", 0.75), ("other", 0.14)])
def test_roads_are_drawn_by_class_where_a_field_tells_it(qgis_app, field, width):
    layer = QgsVectorLayer(f"LineString?crs=EPSG:4547&field={field}:string", "road", "memory")
    apply_style(layer, "road", "zh", "DejaVu Sans")
    drawn = [
        rule.symbol().symbolLayer(1).width()
        for rule in layer.renderer().rootRule().children()
        if rule.ruleKey() in matching(layer.renderer(), layer, **{field: "快速路"})
    ]
    assert drawn == [width]


def test_unknown_role_is_refused(qgis_app):
    with pytest.raises(InputError, match="no style for the role 'rivers'"):
        apply_style(empty_layer(tables.PROBLEM), "rivers", "zh", "DejaVu Sans")


def drawn_features(layer: QgsVectorLayer) -> dict[str, set[tuple[str, int]]]:
    """(level, year) of the features under each legend key, with the layer's own style."""
    renderer, context = layer.renderer().clone(), QgsRenderContext()
    context.setExpressionContext(layer.createExpressionContext())
    renderer.startRender(context, layer.fields())
    found: dict[str, set] = {}
    for feature in layer.getFeatures():
        context.expressionContext().setFeature(feature)
        for key in renderer.legendKeysForFeature(feature, context) - {"all"}:
            found.setdefault(key, set()).add((feature["level"], feature["year"]))
    renderer.stopRender(context)
    return found


def test_styles_saved_with_the_data_are_what_any_qgis_opens_them_with(qgis_app, database):
    assert save_styles(database) == ["distribution", "problem", "unit", "building"]
    layer = QgsVectorLayer(f"{database}|layername=distribution", "distribution", "ogr")
    found = drawn_features(layer)
    assert {"none", "not_surveyed", "no_data", "class-50"} <= set(found)
    # The table holds all levels and years; the map of it must not draw them over each other.
    assert set().union(*found.values()) == {("community", 2024)}
    unit = QgsVectorLayer(f"{database}|layername=unit", "unit", "ogr")
    assert list(rules(unit.renderer())) == ["community", "street", "district", "city"]
    widths = [rule.symbol().symbolLayer(0).strokeWidth() for rule in rules(unit.renderer()).values()]
    assert widths == sorted(widths)


def test_a_style_that_a_planner_changed_is_kept(qgis_app, database):
    save_styles(database)
    with closing(sqlite3.connect(database)) as connection, connection:
        connection.execute("UPDATE layer_styles SET styleQML = replace(styleQML, '50 处及以上', '很多')")
    assert save_styles(database) == []
    layer = QgsVectorLayer(f"{database}|layername=distribution", "distribution", "ogr")
    assert rules(layer.renderer())["class-50"].label() == "很多"


def test_database_without_tables_gets_no_styles(qgis_app, tmp_path):
    with pytest.raises(InputError):
        save_styles(tmp_path / "absent.gpkg")


@pytest.mark.parametrize("role", ["distribution", "problem", "unit", "unit-street", "road", "building"])
def test_style_files_for_the_desktop_are_up_to_date(qgis_app, role):
    every = {t.name: t for t in (tables.DISTRIBUTION, tables.PROBLEM, tables.UNIT, tables.BUILDING)}
    table = (every | tables.CONTEXT).get(role, tables.DISTRIBUTION)
    fresh, loaded = empty_layer(table), empty_layer(table)
    apply_style(fresh, role, "zh", "DejaVu Sans")
    message, done = loaded.loadNamedStyle(str(STYLES / f"{role}.qml"))
    assert done, message
    old, new = (
        [
            (item.label(), item.symbol().dump())
            for item in layer.renderer().legendSymbolItems()
            if item.symbol()
        ]
        for layer in (loaded, fresh)
    )
    assert old == new, "run scripts/write_styles.py"
    assert loaded.labelsEnabled() == fresh.labelsEnabled()


def test_files_for_the_desktop_hold_no_path_of_the_machine_they_were_made_on():
    for path in [*STYLES.glob("*.qml"), *STYLES.glob("*.qpt")]:
        text = path.read_text(encoding="utf-8")
        ET.fromstring(text.split("?>")[-1] if text.startswith("<?xml") else text)
        assert str(Path.home()) not in text and str(STYLES.parent) not in text
