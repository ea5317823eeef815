"""What a reader of models has found out, corrected or could not do: a stable code and a sentence."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from ..messages import Message


@dataclass(frozen=True)
class Finding:
    """One thing that a person should know about a model, a building or its place.

    Attributes
    ----------
    code : stable short name that a script can look for, such as ``scale_inverted``
    template : the English sentence with its values in braces
    values : name -> value
    """

    code: str
    template: str
    values: Mapping[str, object] = field(default_factory=dict)

    @property
    def message(self) -> Message:
        """The sentence, to be said in the interface language."""
        return Message(self.template, self.values)

    def __str__(self) -> str:
        return f"{self.code}: {self.message}"


def finding(code: str, template: str, /, **values: object) -> Finding:
    """Return a finding; the template is a literal, so that the catalogue can list it."""
    return Finding(code, template, values)


def codes_of(findings: Iterable[Finding]) -> str:
    """Return the codes as one text for a table's cell: in the order found, each once, joined by semicolons."""
    return ";".join(dict.fromkeys(found.code for found in findings))
