"""The tables of the checkup database: their columns, types and keys."""

from __future__ import annotations

from dataclasses import dataclass

#: pandas dtypes by column type; all of them can hold a missing value.
DTYPES = {"text": "object", "integer": "Int64", "real": "float64"}


@dataclass(frozen=True)
class Table:
    """One table of the checkup database.

    Attributes
    ----------
    name : table and layer name in the GeoPackage
    columns : column name -> ``text``, ``integer`` or ``real``; dates are ISO 8601 text
    keys : the columns that identify a row
    geometry : geometry type of column ``geom``, or None for a table without geometry
    period : the columns whose values a rerun replaces as a whole (a year's rows); empty replaces all rows
    """

    name: str
    columns: dict[str, str]
    keys: tuple[str, ...]
    geometry: str | None = None
    period: tuple[str, ...] = ()


def _columns(text: str = "", integer: str = "", real: str = "", order: str = "") -> dict[str, str]:
    types = dict.fromkeys(text.split(), "text")
    types |= dict.fromkeys(integer.split(), "integer") | dict.fromkeys(real.split(), "real")
    return {c: types[c] for c in order.split()} if order else types


UNIT = Table(
    "unit",
    _columns(
        text="code level name parent_code", integer="code_year", real="built_up population",
        order="code code_year level name parent_code built_up population",
    ),
    ("code", "code_year"), "MultiPolygon", ("code_year",),
)  # fmt: skip
BUILDING = Table(
    "building",
    _columns(
        text="building_id community_code method estate_code use source",
        integer="storeys year_built", real="share height floor_area",
        order="building_id community_code share method estate_code storeys height floor_area "
        "year_built use source",
    ),
    ("building_id",), "MultiPolygon",
)  # fmt: skip
#: Two rows per building of a model: its roofprint and its ground print. Models without a known place have no geometry.
#: One building may come in several files (architecture and structure, two versions): its id alone is no key.
FOOTPRINT = Table(
    "footprint",
    _columns(
        text="cim_id kind building_id guid code name source_file file_hash schema tool site project address "
        "outline_method quality floor_area_method use structure state georef_method source_crs warnings sources",
        integer="storeys_above storeys_below year_built georef_level elements elements_missed",
        real="confidence area height eaves_height ground_level floor_area",
        order="cim_id kind building_id confidence guid code name area outline_method quality storeys_above "
        "storeys_below height eaves_height ground_level floor_area floor_area_method year_built use structure "
        "address site project state georef_level georef_method source_crs warnings sources elements elements_missed "
        "source_file file_hash schema tool",
    ),
    ("source_file", "cim_id", "kind"), "MultiPolygon",
)  # fmt: skip
#: Which building of a model is which building of the register: one row per pair that belongs together.
FOOTPRINT_BUILDING = Table(
    "footprint_building",
    _columns(
        text="source_file cim_id building_id basis kind", integer="chosen",
        real="confidence iou share_of_footprint share_of_building distance",
        order="source_file cim_id building_id basis confidence kind chosen iou share_of_footprint share_of_building "
        "distance",
    ),
    ("source_file", "cim_id", "building_id"),
)  # fmt: skip
INDICATOR = Table(
    "indicator",
    _columns(
        "indicator_id edition dimension category name_zh name_en unit direction level standard "
        "standard_source rollup certainty aliases"
    ),
    ("indicator_id", "edition"), None, ("edition",),
)  # fmt: skip
VALUE = Table(
    "value",
    _columns(
        text="unit_code indicator_id edition source text state data_date",
        integer="year sample_size", real="value",
        order="unit_code indicator_id edition year source value text state data_date sample_size",
    ),
    ("unit_code", "indicator_id", "edition", "year", "source"), None, ("year",),
)  # fmt: skip
SAMPLE = Table(
    "sample",
    _columns(text="unit_code dimension", integer="year", order="unit_code dimension year"),
    ("unit_code", "dimension", "year"), None, ("year",),
)  # fmt: skip
PROBLEM = Table(
    "problem",
    _columns(
        text="problem_id dimension indicator_id type unit_code object_id location_precision severity "
        "treatment status due_date evidence note",
        integer="year first_year",
        order="problem_id year dimension indicator_id type unit_code object_id location_precision severity "
        "treatment status due_date evidence first_year note",
    ),
    ("problem_id", "year"), "Point", ("year",),
)  # fmt: skip
#: What the survey said of a problem. A rerun tells by it what has been edited in `problem` since.
SURVEYED = Table(
    "surveyed",
    _columns(
        text="problem_id severity treatment status due_date note", integer="year",
        order="problem_id year severity treatment status due_date note",
    ),
    ("problem_id", "year"), None, ("year",),
)  # fmt: skip
#: What the annual map draws: one row per unit and year, made from `problem`, `sample` and `building`.
DISTRIBUTION = Table(
    "distribution",
    _columns(
        text="unit_code level name parent_code state",
        integer="year surveyed problems objects housing community block city buildings",
        real="per_100_buildings",
        order="unit_code year level name parent_code state surveyed problems objects housing community block "
        "city buildings per_100_buildings",
    ),
    ("unit_code", "year"), "MultiPolygon", ("year",),
)  # fmt: skip
ADVICE = Table(
    "advice",
    _columns("advice_id problem_id problem advice area kind responsible"),
    ("advice_id",),
)  # fmt: skip
PROJECT = Table(
    "project",
    _columns(
        text="project_id problem_ids kind location content effect responsible", real="investment",
        order="project_id problem_ids kind location content investment effect responsible",
    ),
    ("project_id",), "MultiPolygon",
)  # fmt: skip
RUN = Table(
    "run",
    _columns("run_id algorithm parameters inputs counts version started ended"),
    ("run_id",), None, ("run_id",),
)  # fmt: skip

WATER = Table("water", _columns("name class"), (), "MultiPolygon")
GREEN = Table("green", _columns("name class"), (), "MultiPolygon")
ROAD = Table("road", _columns("name class"), (), "MultiLineString")
#: The base map, copied into the database so that a project's folder can be moved as a whole.
CONTEXT = {t.name: t for t in (WATER, GREEN, ROAD)}

TABLES = {
    t.name: t
    for t in (
        UNIT, BUILDING, FOOTPRINT, FOOTPRINT_BUILDING, INDICATOR, VALUE, SAMPLE, PROBLEM, SURVEYED, DISTRIBUTION, ADVICE,
        PROJECT, RUN,
    )
}  # fmt: skip

#: The four states of a value. Zero is a measured value.
STATES = ("measured", "not_surveyed", "not_applicable", "missing")
#: Levels from the top; a parent is always at an earlier level.
LEVELS = ("city", "district", "street", "community", "estate", "building")
DIMENSIONS = ("housing", "community", "block", "city")
VERDICTS = ("meets", "fails", "no_standard", "not_assessed")
