"""Values of columns that are added to a table, one for each of its features."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np


@dataclass(frozen=True)
class Coded:
    """A text column as labels and, for each feature, the position of its label.

    Columns that all follow from one thing (a community's own code and those above it) best have one and the same index.

    Attributes
    ----------
    labels : text or None (null); labels may be alike
    index : whole numbers; -1 is null
    """

    labels: list[str | None]
    index: np.ndarray


#: A column's values: `Coded` becomes TEXT, floating point REAL (nan is null), whole numbers and truth INTEGER
#: (null where a masked array is masked).
Values: TypeAlias = np.ndarray | Coded


def kind_of(values: Values) -> str:
    """Return the SQL type of a column of these values."""
    if isinstance(values, Coded):
        return "TEXT"
    kind = values.dtype.kind
    if kind not in "fiub":
        raise TypeError(f"{values.dtype} is no column's type")
    return "REAL" if kind == "f" else "INTEGER"


def part_of(values: Values, rows: slice) -> Values:
    """Return the values of some features."""
    return Coded(values.labels, values.index[rows]) if isinstance(values, Coded) else values[rows]
