"""Interface text: English in the source, translated by the catalogue in i18n."""

from __future__ import annotations

from qgis.PyQt.QtCore import QCoreApplication

from ..citycheck_qgis.errors import CityCheckError
from ..citycheck_qgis.messages import Message, mark

CONTEXT = "CityCheck"

#: Fixed words that reach sentences and reports as data.
WORDS = (
    # Between the items of a list.
    mark(", "),
    # Levels.
    mark("city"),
    mark("district"),
    mark("street"),
    mark("community"),
    mark("estate"),
    mark("building"),
    mark("unit"),
    # Kinds of geometry, and what was wrong with one.
    mark("unreadable"),
    mark("null"),
    mark("empty"),
    mark("repaired"),
    mark("collapsed"),
    mark("point"),
    mark("line"),
    mark("polygon"),
    mark("Point"),
    mark("LineString"),
    mark("Polygon"),
    mark("MultiPoint"),
    mark("MultiLineString"),
    mark("MultiPolygon"),
    mark("GeometryCollection"),
    mark("Geometry"),
    # Types of fields.
    mark("text"),
    mark("integer"),
    mark("real"),
    mark("boolean"),
    mark("date"),
    mark("datetime"),
    # A protocol that is described in the connection; the others have names of their own.
    mark("JSON interface of the house"),
    # How a feature came to its community.
    mark("within"),
    mark("largest_overlap"),
    mark("tie"),
    mark("outside"),
    mark("no_geometry"),
    # What is wrong with a boundary.
    mark("no_code"),
    mark("malformed_code"),
    mark("duplicate_code"),
    mark("no_parent"),
    mark("two_parents"),
    mark("overlap"),
    mark("gap"),
    mark("several_parts"),
    mark("outside_parent"),
    # States of values.
    mark("measured"),
    mark("not_surveyed"),
    mark("not_applicable"),
    mark("missing"),
    # What was joined.
    mark("buildings"),
    mark("features"),
    mark("values"),
    mark("unit rows"),
    mark("indicators"),
    mark("value cells"),
    mark("rows of the sample register"),
    mark("surveyed problems"),
    mark("contradictions"),
    mark("all rows"),
    # Why a row or a cell was not used.
    mark("unknown indicator"),
    mark("no indicator"),
    mark("other year"),
    mark("several values"),
    mark("list of names"),
    mark("text instead of a number"),
    mark("another unit of measure"),
)


def tr(text: str) -> str:
    """Return `text` in the interface language. The argument is a literal, so that the catalogue can list it."""
    return QCoreApplication.translate(CONTEXT, text)


def sentence(said: CityCheckError | Message) -> str:
    """Return an error or a message in the interface language."""
    return (said.message if isinstance(said, CityCheckError) else said).said(tr)
