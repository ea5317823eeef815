"""The parameters that the algorithms of the exchange share, and what no parameter may hold."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from qgis.core import (
    QgsProcessingContext,
    QgsProcessingOutputNumber,
    QgsProcessingParameterAuthConfig,
    QgsProcessingParameterBoolean,
    QgsProcessingParameterEnum,
    QgsProcessingParameterFileDestination,
    QgsProcessingParameterNumber,
    QgsProcessingParameterString,
)

from .. import dependencies
from ..groups import EXCHANGE
from ..inputs import CheckupAlgorithm
from ..translate import tr

#: Ending of the journal beside a layer's file.
JOURNAL = ".exchange.db"
ALL_FIELDS, STATUS_ONLY = 0, 1


def any_file() -> str:
    """Return the filter of a file parameter that takes every name: QGIS's own asks for a dot in it."""
    return tr("All files (*)")


class ExchangeParameters(CheckupAlgorithm):
    """An algorithm with the parameters of an exchange."""

    group_of = EXCHANGE
    packages = (*dependencies.CORE, *dependencies.EXCHANGE)
    #: The other side is a partner who sends packages, not a platform.
    with_partner = False

    # --- parameters

    def add_connection(self, collection: bool = True) -> None:
        """Add the connection, the collection (`collection`: it has to be named) and the credentials."""
        self.add(
            QgsProcessingParameterString("CONNECTION", tr("Connection")),
            tr(
                "Name of a stored connection, or the path of a connection's file (JSON). It holds the address and the "
                "mapping of the fields, and never a password or token."
            ),
        )
        self.add(
            QgsProcessingParameterString("COLLECTION", tr("Collection"), optional=not collection),
            tr("The platform's name of the collection: feature type, layer number, dataset."),
        )
        self.add(
            QgsProcessingParameterAuthConfig("AUTH", tr("Authentication"), optional=True),
            tr(
                "Id of an authentication configuration of QGIS; empty: the one that the connection names. Passwords and "
                "tokens are never parameters."
            ),
            advanced=True,
        )

    def add_journal(self) -> None:
        """Add the ceiling of deletions and the journal."""
        self.add(
            QgsProcessingParameterNumber(
                "MAX_DELETIONS", tr("Most features that may be deleted"),
                QgsProcessingParameterNumber.Type.Integer, 0, minValue=0,
            ),
            tr(
                "In the layer. When more would have to be deleted none is, and the result says which. Nothing is deleted for "
                "a package that does not hold all of the partner's features."
            )
            if self.with_partner
            else tr(
                "On each side. When more would have to be deleted none is, and the result says which. Nothing is ever deleted "
                "after a reading that was cut short."
            ),
        )  # fmt: skip
        self.add(
            QgsProcessingParameterBoolean("LARGE_CHANGES", tr("Allow large changes"), False),
            tr(
                "Change one field in more than half of the features, or empty it in more than a tenth. Off, such changes are "
                "withheld: a changed field, code list or platform looks like this more often than edits do."
            ),
            advanced=True,
        )
        if not self.with_partner:
            self.add(
                QgsProcessingParameterBoolean("SAME_PLATFORM", tr("The platform has a new address"), False),
                tr(
                    "The connection's address is a new one of the platform that the journal knows: go on with what both sides "
                    "agreed on."
                ),
                advanced=True,
            )
        self.add_journal_file()

    def add_journal_file(self) -> None:
        """Add the journal."""
        self.add(
            QgsProcessingParameterFileDestination(
                "JOURNAL", tr("Journal"), tr("Journals (*.db)"), optional=True, createByDefault=False
            ),
            tr(
                "File that remembers what both sides agreed on, what was sent, and the conflicts; empty: beside the layer's "
                "file, with the ending {ending}. Keep it with the layer: without it both sides are compared afresh."
            ).format(ending=JOURNAL),
            advanced=True,
        )

    def add_dry_run(self, default: bool, text: str) -> None:
        """Add the choice of a preview."""
        self.add(QgsProcessingParameterBoolean("DRY_RUN", tr("Preview only"), default), text)

    def add_fields_choice(self, default: int) -> None:
        """Add the choice of the fields that are written to the platform."""
        self.add(
            QgsProcessingParameterEnum(
                "FIELDS", tr("Fields that are sent"), [tr("All fields"), tr("Status only")], defaultValue=default
            ),
            tr(
                "Status only: nothing is written to the platform but the fields that the connection names as those of the "
                "status, and no feature is made or deleted there."
            ),
        )  # fmt: skip

    def add_key_field(self) -> None:
        """Add the column of the features' keys."""
        self.add(
            QgsProcessingParameterString("KEY_FIELD", tr("Key column"), optional=True),
            tr(
                "Column of the layer that holds the key by which a feature is known on both sides; empty: the column that is "
                "named as the platform's, else for a table of a checkup (problem, advice, project, ...) a UUID made of the "
                "table's own key columns."
            ),
            advanced=True,
        )

    def add_exchange_outputs(self) -> None:
        """Add the tables of what was done and found, the report and the counts."""
        self.add_sink(
            "RESULT", tr("Result by feature"),
            tr(
                "One row per feature on which something was or is to be done: key, action, state, fields, the reason. Features "
                "that a first import has brought are counted and not listed."
            )
            if self.with_partner
            else tr(
                "One row per feature on which something was or is to be done: key, action, state, fields, the reason, the "
                "platform's id. Features that a first pull has brought are counted and not listed."
            ),
            optional=True, table=True,
        )  # fmt: skip
        if not self.with_partner:
            self.add_sink(
                "DIFFERENCES", tr("Differences made by the platform"),
                tr("What the platform gives back otherwise than it was sent: field, sent, stored, the cause."),
                optional=True, table=True,
            )  # fmt: skip
        self.add_sink(
            "CONFLICTS", tr("Conflicts"),
            tr(
                "Open conflicts, one row per field in conflict: the last agreement, ours, theirs. Nothing is done with these "
                "features before resolveconflicts."
            ),
            optional=True, table=True,
        )  # fmt: skip
        self.add_report()
        for key, title in (
            ("LOCAL", tr("Features here")),
            (
                "REMOTE",
                tr("Features in the package") if self.with_partner else tr("Features read on the platform"),
            ),
            ("UNCHANGED", tr("Unchanged")),
            ("PLANNED", tr("Planned")),
            *(
                ()
                if self.with_partner
                else (
                    ("VERIFIED", tr("Sent and verified")),
                    ("ALTERED", tr("Sent and altered by the platform")),
                )
            ),
            (
                "TAKEN",
                tr("Taken from the package") if self.with_partner else tr("Taken from the platform"),
            ),
            ("AGREED", tr("Already the same on both sides")),
            ("CONFLICTS_FOUND", tr("In conflict")),
            ("REJECTED", tr("Rejected")),
            ("WITHHELD", tr("Withheld by the rules")),
            ("HELD_BACK", tr("Held back")),
            ("WAITING", tr("Waiting for the next run")),
        ):
            self.addOutput(QgsProcessingOutputNumber(key, title))

    def add_report(self) -> None:
        """Add the optional HTML report."""
        self.add(
            QgsProcessingParameterFileDestination(
                self.REPORT, tr("Report"), tr("HTML files (*.html)"), optional=True, createByDefault=False
            ),
            tr("HTML page that says in words and tables what was done or found, and what is left to do."),
        )

    # --- checks

    def checkParameterValues(
        self, parameters: dict[str, Any], context: QgsProcessingContext
    ) -> tuple[bool, str]:
        for definition in self.parameterDefinitions():
            if any(map(_holds_secret, _texts(parameters.get(definition.name())))):
                reason = tr(
                    "The value of {parameter} holds a user name, password or token; it was not used. Change that password "
                    "if others can see this log, and give the id of an authentication configuration instead."
                )
                return False, reason.format(parameter=definition.name())
        text = parameters.get("CONNECTION")
        if isinstance(text, str) and "://" in text:
            reason = tr(
                "CONNECTION takes the name of a stored connection or the path of a connection's file, not an address; store "
                "the address as a connection first."
            )
            return False, reason
        return super().checkParameterValues(parameters, context)


def _texts(value: Any) -> Iterator[str]:
    """Yield the texts of a parameter's value."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        for item in value:
            yield from _texts(item)


def _holds_secret(text: str) -> bool:
    """Return whether a parameter's text carries credentials: in an address, or in a layer's source."""
    from ...citycheck_qgis.cim.redaction import secret_in_url

    if re.search(r"(?i)\b(password|passwd|pwd|token|api_?key)\s*=\s*\S", text):
        return True
    for address in re.findall(r"\w+://[^\s'\"|]+", text):
        try:
            if secret_in_url(address) is not None:
                return True
        except ValueError:
            continue
    return False
