"""The editable project of the annual map: built once, then given the data of other years."""

from __future__ import annotations

import json
import re
import zipfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from qgis.core import (
    Qgis,
    QgsFeature,
    QgsFeedback,
    QgsLayerTreeGroup,
    QgsProject,
    QgsReferencedRectangle,
    QgsRenderContext,
    QgsVectorLayer,
)
from qgis.PyQt.QtCore import QDateTime

from ..errors import CancelledError, InputError, OutputError
from ..messages import Message, message, word
from ..storage import tables
from .fonts import choose_family
from .palette import all_text, labels, palette
from .sheet import LAYOUT_ROLE, Sheet, add_sheet, discard, title_text
from .symbology import ROLE_PROPERTY, apply_style, layer_id, layers_of_role, placed_problems

#: Project entry that lists the roles a project was given; a role that is listed but has no layer was removed
#: by the planner and stays away.
ROLES_ENTRY = ("citycheck", "roles")
VARIABLE = "citycheck_"
GEOMETRIES = {
    "road": (Qgis.GeometryType.Line,),
    "water": (Qgis.GeometryType.Polygon, Qgis.GeometryType.Line),
    "green": (Qgis.GeometryType.Polygon,),
}


@dataclass(frozen=True)
class ContextLayer:
    """A layer of the base map.

    Attributes
    ----------
    role : ``water``, ``green`` or ``road``
    path : file
    layer : layer name inside the file; None takes the first
    """

    role: str
    path: Path
    layer: str | None = None


@dataclass(frozen=True)
class MapProject:
    """A written project that is still open.

    Attributes
    ----------
    project : the open project; keep it alive as long as its layouts are used
    path : the written ``.qgz``
    layout_name : name of the annual sheet's layout, for `export_sheet`
    reopened : True if the project existed and its styles, labels and layouts were kept
    """

    project: QgsProject
    path: Path
    layout_name: str
    reopened: bool


@dataclass(frozen=True)
class _Source:
    """Where the data of a role come from."""

    role: str
    group: str
    path: Path
    layer: str | None
    subset: str = ""

    @property
    def uri(self) -> str:
        return f"{self.path}|layername={self.layer}" if self.layer else str(self.path)


def _sources(database: Path, year: int, context: Sequence[ContextLayer]) -> list[_Source]:
    """All layers of the map, in drawing order from the top."""
    of_year = f'"year" = {year}'
    subset = f"{of_year} AND {placed_problems()}"
    found = [_Source("problem", "problem", database, tables.PROBLEM.name, subset)]
    for level in palette()["unit"]:
        subset = f"\"level\" = '{level}' AND {of_year}"
        found.append(_Source(f"unit-{level}", "unit", database, tables.DISTRIBUTION.name, subset))
    found.append(_Source("building", "base", database, tables.BUILDING.name))
    for role in GEOMETRIES:
        given = [c for c in context if c.role == role]
        for number, item in enumerate(given):
            name = role if number == 0 else f"{role}.{number + 1}"
            found.append(_Source(name, "base", Path(item.path), item.layer))
    subset = f"\"level\" = 'community' AND {of_year}"
    found.append(_Source("distribution", "distribution", database, tables.DISTRIBUTION.name, subset))
    return found


def _check_context(context: Sequence[ContextLayer]) -> None:
    for item in context:
        if item.role not in GEOMETRIES:
            raise InputError(
                "The base map has no role '{role}' (layer {path}): use one of {roles}.",
                role=item.role,
                path=item.path,
                roles=", ".join(GEOMETRIES),
            )


def _either(words: Sequence[Message]) -> Message:
    if len(words) == 1:
        return words[0]
    return message("{first} or {last}", first=list(words[:-1]), last=words[-1])


def _open_layer(source: _Source, name: str) -> QgsVectorLayer:
    options = QgsVectorLayer.LayerOptions()
    options.loadDefaultStyle = False
    layer = QgsVectorLayer(source.uri, name, "ogr", options)
    where: str | Message = str(source.path)
    if source.layer:
        where = message("{path}, layer {layer}", path=source.path, layer=source.layer)
    if not layer.isValid():
        raise InputError(
            "The map cannot read {where}: check that the file exists and holds this layer.", where=where
        )
    allowed = GEOMETRIES.get(source.role.split(".")[0])
    if allowed and layer.geometryType() not in allowed:
        raise InputError(
            "The layer {where} is no {kind} layer and cannot be drawn as '{role}': give another layer for this role.",
            where=where,
            kind=_either([word(g.name.lower()) for g in allowed]),
            role=source.role,
        )
    # A GeoPackage without a CRS comes with a stand-in of this name.
    if not layer.crs().isValid() or layer.crs().description().startswith("Undefined"):
        raise InputError("The layer {where} has no CRS: assign one before drawing the map.", where=where)
    if source.subset and not layer.setSubsetString(source.subset):
        raise InputError(
            "The layer {where} cannot be filtered by {filter}: give a checkup database.",
            where=where,
            filter=source.subset,
        )
    # The same id in every project lets layout templates refer to the layers.
    layer.setId(layer_id(source.role))
    return layer


def _group(project: QgsProject, key: str, language: str) -> QgsLayerTreeGroup:
    root = project.layerTreeRoot()
    for group in root.findGroups(True):
        if group.customProperty(ROLE_PROPERTY) == key:
            return group
    group = root.addGroup(labels(language)["groups"][key])
    group.setCustomProperty(ROLE_PROPERTY, key)
    return group


def _with_year(subset: str, wanted: str) -> str:
    """Put the year of the filter `wanted` into a filter that a planner may have made narrower."""
    year = re.search(r'"year" = \d+', wanted)
    if year is None or not subset:
        return wanted
    if re.search(r'"year"\s*=\s*\d+', subset):
        return re.sub(r'"year"\s*=\s*\d+', year[0], subset)
    return f"({subset}) AND {year[0]}"


def _replace_source(layer: QgsVectorLayer, source: _Source) -> None:
    subset = _with_year(layer.subsetString(), source.subset)
    fresh = _open_layer(source, layer.name())
    layer.setDataSource(fresh.source().split("|subset=")[0], layer.name(), "ogr", False)
    if not layer.isValid() or not layer.setSubsetString(subset):
        raise InputError(
            "The layer '{layer}' of the project cannot be filtered by {filter}: correct the layer's filter.",
            layer=layer.name(),
            filter=subset,
        )


def _place_layers(project: QgsProject, sources: Iterable[_Source], language: str, family: str) -> None:
    """Give the layers of the project their data; make those that the project never had."""
    known = set(project.readListEntry(*ROLES_ENTRY)[0])
    words = labels(language)
    for source in sources:
        present = layers_of_role(project, source.role)
        for layer in present:
            _replace_source(layer, source)
        if present or source.role in known:
            continue
        layer = _open_layer(source, words["layers"][source.role.split(".")[0]])
        apply_style(layer, source.role, language, family)
        if source.group == "base" and layer.featureCount() > palette()["base"]["raster_above"]:
            # So many shapes make a PDF slow to open; text, units and points above them stay vectors.
            layer.renderer().setForceRasterRender(True)
        project.addMapLayer(layer, False)
        _group(project, source.group, language).addLayer(layer)
        known.add(source.role)
    project.writeEntry(*ROLES_ENTRY, sorted(known))


def _features_of_keys(layer: QgsVectorLayer) -> Iterable[tuple[str, QgsFeature]]:
    """Pairs of a legend key and a feature drawn under it, by whatever renderer the layer has now."""
    renderer = layer.renderer().clone()
    context = QgsRenderContext()
    context.setExpressionContext(layer.createExpressionContext())
    renderer.startRender(context, layer.fields())
    for feature in layer.getFeatures():
        if feature.hasGeometry():
            context.expressionContext().setFeature(feature)
            for key in renderer.legendKeysForFeature(feature, context):
                yield key, feature
    renderer.stopRender(context)


def _drawn_objects(project: QgsProject) -> dict[str, int]:
    """Distinct objects behind the symbols of each legend entry of the problem points."""
    objects: dict[str, set[str]] = {}
    for layer in layers_of_role(project, "problem")[:1]:
        for key, feature in _features_of_keys(layer):
            objects.setdefault(key, set()).add(str(feature["object_id"] or feature["problem_id"]))
    return {key: len(found) for key, found in objects.items()}


def _drawn_units(project: QgsProject) -> dict[str, int]:
    """Number of communities in each legend entry of the choropleth."""
    units: dict[str, int] = {}
    for layer in layers_of_role(project, "distribution")[:1]:
        for key, _ in _features_of_keys(layer):
            units[key] = units.get(key, 0) + 1
    return units


def _totals(database: Path, year: int) -> dict[str, Any]:
    """Figures of the whole city and of its communities in a year, from the table distribution.

    Raises
    ------
    InputError
        if the table has no row of the year
    """
    layer = QgsVectorLayer(f"{database}|layername={tables.DISTRIBUTION.name}", "distribution", "ogr")
    if not layer.isValid():
        raise InputError(
            "{database} has no table {table}: run the diagnosis first.",
            database=database,
            table=tables.DISTRIBUTION.name,
        )
    rows = [{f: feature[f] for f in tables.DISTRIBUTION.columns} for feature in layer.getFeatures()]
    of_year = [row for row in rows if row["year"] == year]
    if not of_year:
        years = sorted({row["year"] for row in rows}) or word("none")
        raise InputError(
            "{database} has no distribution of problems for {year} (years found: {years}): "
            "run the diagnosis for this year first.",
            database=database,
            year=year,
            years=years,
        )
    top = min((row["level"] for row in of_year), key=tables.LEVELS.index)
    highest = [row for row in of_year if row["level"] == top]
    communities = [row for row in of_year if row["level"] == "community"]
    parents = {row["parent_code"] for row in communities}
    return {
        "names": "".join(str(row["name"]) for row in of_year),
        "parent_names": {row["unit_code"]: row["name"] for row in of_year if row["unit_code"] in parents},
        "dimensions": {d: sum(int(row[d] or 0) for row in highest) for d in tables.DIMENSIONS},
        "objects": sum(int(row["objects"] or 0) for row in highest),
        "communities": len(communities),
        "surveyed": sum(1 for row in communities if row["surveyed"]),
        "without": sum(1 for row in communities if row["state"] == "none"),
    }


def crs_note(layer: QgsVectorLayer, language: str) -> str:
    """Name the CRS of a layer in the language of the map.

    The 3-degree strips of CGCS2000 without zone number are EPSG 4534 (75°E) to 4554 (135°E).
    """
    words, crs = labels(language), layer.crs()
    code = int(crs.authid().removeprefix("EPSG:")) if re.fullmatch(r"EPSG:\d+", crs.authid()) else 0
    if 4534 <= code <= 4554:
        name = words["cgcs2000"].format(meridian=75 + 3 * (code - 4534), code=code)
    else:
        name = f"{crs.description()}" + (f"（{crs.authid()}）" if language == "zh" else f" ({crs.authid()})")
    return words["crs_note"].format(crs=name)


def _set_variables(project: QgsProject, sheet: Sheet, year: int, totals: dict[str, Any]) -> None:
    """Write what the texts of the sheet refer to; an empty text keeps what the project says already."""
    kept = project.customVariables()
    reference = next(iter(layers_of_role(project, "distribution") or project.mapLayers().values()))
    said = {
        "city": sheet.city,
        "data_date": sheet.data_date,
        "producer": sheet.producer,
        "issued": sheet.issued,
        "drawing_number": sheet.drawing_number,
        "review_number": sheet.review_number,
        "source_note": sheet.source_note,
        "mark": sheet.mark if sheet.mark is not None else kept.get(f"{VARIABLE}mark"),
    }
    if said["mark"] is None:
        said["mark"] = labels(sheet.language)["mark"]
    computed = {
        "year": str(year),
        "objects": str(totals["objects"]),
        "communities": str(totals["communities"]),
        "surveyed": str(totals["surveyed"]),
        "without": str(totals["without"]),
        "crs_note": crs_note(reference, sheet.language),
        "dimension_counts": json.dumps(totals["dimensions"], sort_keys=True),
        "point_counts": json.dumps(_drawn_objects(project), sort_keys=True),
        "parent_names": json.dumps(totals["parent_names"], sort_keys=True, ensure_ascii=False),
        "class_counts": json.dumps(_drawn_units(project), sort_keys=True),
    }
    for name, text in said.items():
        if text or name == "mark" or f"{VARIABLE}{name}" not in kept:
            kept[f"{VARIABLE}{name}"] = text
    kept.update({f"{VARIABLE}{name}": text for name, text in computed.items()})
    project.setCustomVariables(kept)


def _describe(project: QgsProject, sheet: Sheet) -> None:
    """Name the producing unit as author in project and PDF, where QGIS would put the account's user."""
    about = project.metadata()
    about.setAuthor(sheet.producer)
    about.setTitle(title_text(sheet))
    about.setCreationDateTime(QDateTime())
    project.setMetadata(about)


def _open_project(path: Path) -> QgsProject:
    project = QgsProject()
    if not path.exists():
        return project
    if not project.read(str(path)):
        raise InputError(
            "The project {path} cannot be read ({reason}): repair, move or rename it.",
            path=path,
            reason=project.error(),
        )
    if not project.readListEntry(*ROLES_ENTRY)[0]:
        raise InputError(
            "{path} exists and was not made by CityCheck, so it is left alone: choose another project file.",
            path=path,
        )
    return project


def _write_project(project: QgsProject, path: Path) -> None:
    """Write the project beside its place, take user, clock and absolute paths out of it, and rename it."""
    written, cleaned = (path.with_name(f"{path.stem}.{suffix}.qgz") for suffix in ("part", "clean"))
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        if not project.write(str(written)):
            raise OutputError(
                "The project {path} cannot be written ({reason}): check the folder's permissions and space.",
                path=path,
                reason=project.error(),
            )
        with zipfile.ZipFile(written) as source, zipfile.ZipFile(cleaned, "w") as target:
            for name in sorted(source.namelist()):
                content = source.read(name)
                if name.endswith(".qgs"):
                    # A table also remembers its layer's absolute path, though it finds it by id.
                    content = re.sub(
                        rb' (save(User|UserFull|DateTime)|vectorLayerSource)="[^"]*"', b"", content
                    )
                entry = zipfile.ZipInfo(name)
                entry.compress_type = zipfile.ZIP_DEFLATED
                target.writestr(entry, content)
        cleaned.replace(path)
    except OSError as error:
        raise OutputError(
            "The project {path} cannot be written ({reason}): check the folder's permissions and space.",
            path=path,
            reason=error.strerror,
        ) from error
    finally:
        discard(written, cleaned)
    project.setFileName(str(path))
    project.setDirty(False)


def build_project(
    database: Path,
    year: int,
    sheet: Sheet,
    project_path: Path,
    context: Sequence[ContextLayer] = (),
    feedback: QgsFeedback | None = None,
    template: Path | None = None,
) -> MapProject:
    """Write the project of a year, or put a year's data under an existing one.

    An existing project keeps its styles, labels, layouts, group order, names and added layers: only the data
    sources, the year in the layers' filters and the project variables ``citycheck_...`` change. Layers are
    recognised by their custom property ``citycheck/role``; a layer that the planner removed is not put back.
    Must run in the main thread.

    Parameters
    ----------
    database : checkup database with the tables building, problem and distribution
    year : checkup year to draw
    sheet : texts of the sheet; an empty one keeps what an existing project says
    project_path : ``.qgz`` to write
    context : layers of the base map
    template : print layout template (``.qpt``) to use for a new project in place of the built-in sheet

    Raises
    ------
    InputError
        if the year is not in the database, a layer cannot be read, or the file is someone else's project
    OutputError
        if the project cannot be written
    CancelledError
        if feedback was cancelled; the file is then as it was
    """
    database, project_path = Path(database).absolute(), Path(project_path).absolute()
    _check_context(context)
    totals = _totals(database, year)
    reopened = project_path.exists()
    project = _open_project(project_path)
    family = choose_family(all_text(labels(sheet.language)) + totals["names"])
    _place_layers(project, _sources(database, year, context), sheet.language, family)
    _set_variables(project, sheet, year, totals)
    extents = layers_of_role(project, "distribution")
    if not reopened:
        project.setCrs(extents[0].crs())
        view = QgsReferencedRectangle(
            extents[0].extent().buffered(extents[0].extent().width() * 0.03), project.crs()
        )
        project.viewSettings().setDefaultViewExtent(view)
        _describe(project, sheet)
        placement = project.labelingEngineSettings()
        placement.setMaximumPolygonCandidatesPerCmSquared(15)
        project.setLabelingEngineSettings(placement)
    layout = next(
        (y for y in project.layoutManager().layouts() if y.customProperty(ROLE_PROPERTY) == LAYOUT_ROLE), None
    )
    if layout is None:
        layout = add_sheet(project, sheet.language, template)
    if feedback is not None and feedback.isCanceled():
        raise CancelledError("The map was cancelled; the project is as it was.")
    _write_project(project, project_path)
    return MapProject(project, project_path, layout.name(), reopened)
