"""What the algorithms of the exchange share: connection, journal, rules, and one run from opening to outputs."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from qgis.core import (
    QgsApplication,
    QgsProcessingContext,
    QgsProcessingFeedback,
    QgsProcessingOutputNumber,
    QgsProcessingParameterAuthConfig,
    QgsProcessingParameterBoolean,
    QgsProcessingParameterEnum,
    QgsProcessingParameterFileDestination,
    QgsProcessingParameterNumber,
    QgsProcessingParameterString,
)

from ...citycheck_qgis.errors import CancelledError, ExchangeError, InputError
from ...citycheck_qgis.messages import message
from .. import dependencies
from ..groups import EXCHANGE
from ..inputs import CheckupAlgorithm
from ..translate import sentence, tr
from .qgis_network import QgisCredentials, surroundings

if TYPE_CHECKING:
    from ...citycheck_qgis.cim.adapters.base import Collection
    from ...citycheck_qgis.cim.connections import CollectionSettings, Connection
    from ...citycheck_qgis.cim.local import LocalLayer
    from ...citycheck_qgis.cim.mapping import Mapped
    from ...citycheck_qgis.cim.network import Http
    from ...citycheck_qgis.cim.results import Report, Rules
    from ...citycheck_qgis.cim.store import Store

#: Ending of the journal beside a layer's file.
JOURNAL = ".exchange.db"
ALL_FIELDS, STATUS_ONLY = 0, 1
#: States of features -> the output that counts them.
COUNTS = {
    "planned": "PLANNED",
    "verified": "VERIFIED",
    "altered": "ALTERED",
    "taken": "TAKEN",
    "agreed": "AGREED",
    "conflict": "CONFLICTS_FOUND",
    "rejected": "REJECTED",
    "withheld": "WITHHELD",
    "held_back": "HELD_BACK",
    "waiting": "WAITING",
}


def any_file() -> str:
    """Return the filter of a file parameter that takes every name: QGIS's own asks for a dot in it."""
    return tr("All files (*)")


@dataclass(frozen=True)
class Way:
    """The way to a platform, open.

    Attributes
    ----------
    http : see `network.Http`
    """

    connection: Connection
    http: Http

    def open(self, collection: str) -> Collection:
        """Open a collection, see `opening.open_collection`."""
        from ...citycheck_qgis.cim.adapters.opening import open_collection

        return open_collection(self.connection, self.http, collection)


@dataclass(frozen=True)
class Exchanged:
    """One exchange and what it left behind.

    Attributes
    ----------
    link_id : of the pair of layer and collection in the journal
    remote : the collection in the names of the layer
    """

    report: Report
    store: Store
    link_id: int
    local: LocalLayer
    remote: Mapped
    dry_run: bool


def connections_folder() -> Path:
    """Return the folder of the user's connections."""
    return Path(QgsApplication.qgisSettingsDirPath()) / "citycheck" / "connections"


class ExchangeAlgorithm(CheckupAlgorithm):
    """An algorithm that speaks with a platform, or with the journal of an exchange."""

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

    # --- the platform

    def connection(self, parameters: dict[str, Any], context: QgsProcessingContext) -> Connection:
        """Return the connection that was named."""
        from ...citycheck_qgis.cim.connections import connection_of

        return connection_of(self.parameterAsString(parameters, "CONNECTION", context), connections_folder())

    @contextmanager
    def way(
        self, parameters: dict[str, Any], context: QgsProcessingContext, feedback: QgsProcessingFeedback
    ) -> Iterator[Way]:
        """Give the way to the platform, with QGIS's proxy, certificates and credentials."""
        from ...citycheck_qgis.cim.adapters.opening import way_to

        connection = self.connection(parameters, context)
        authcfg = self.parameterAsString(parameters, "AUTH", context) or connection.authcfg
        credentials = QgisCredentials(authcfg) if authcfg else None
        with (
            surroundings(connection, credentials, feedback) as around,
            closing(way_to(connection, credentials, around)) as http,
        ):
            yield Way(connection, http)

    def collection_name(self, parameters: dict[str, Any], context: QgsProcessingContext) -> str:
        """Return the name of the collection."""
        return self.parameterAsString(parameters, "COLLECTION", context).strip()

    # --- the journal

    def journal_path(
        self, parameters: dict[str, Any], context: QgsProcessingContext, layer_file: Path | None
    ) -> Path | None:
        """Return the journal's file: the one that was named, else the one beside the layer's; None without either.

        Raises
        ------
        InputError : its folder does not exist.
        """
        text = self.parameterAsFileOutput(parameters, "JOURNAL", context)
        if text:
            path = Path(text)
        elif layer_file is not None:
            path = layer_file.with_name(f"{layer_file.stem}{JOURNAL}")
        else:
            return None
        if not path.parent.is_dir():
            raise InputError(
                "The folder {folder} of the journal does not exist; make it, or name another one as JOURNAL.",
                folder=path.parent,
            )
        return path

    # --- one exchange

    def exchange(
        self,
        local: LocalLayer,
        remote: Collection,
        settings: CollectionSettings,
        journal: Path | None,
        link: Callable[[Store], int],
        rules: Rules,
        feedback: QgsProcessingFeedback,
        finish: Callable[[Exchanged], dict[str, Any]],
    ) -> dict[str, Any]:
        """Do one exchange and return its outputs.

        Parameters
        ----------
        journal : None: there is none, for a preview
        link : gives the id of the pair of layer and collection in the journal
        finish : makes the outputs while the journal is open
        """
        from ...citycheck_qgis.cim.exchange import exchange
        from ...citycheck_qgis.cim.fidelity import Tolerance
        from ...citycheck_qgis.cim.mapping import Mapped

        mapped = Mapped(remote, settings, local.schema)
        if rules.writable is not None and not rules.writable & set(mapped.schema.names):
            raise InputError(
                "The platform has none of the fields of the status ({fields}), or in another form, so no status would ever be "
                "sent; correct the connection's fields, or send all fields.",
                fields=sorted(rules.writable),
            )
        with open_journal(journal, rules.dry_run) as store:
            link_id = link(store)
            try:
                report = exchange(
                    store, link_id, local, mapped, rules, Tolerance.from_probe(settings.probe),
                    progress=_progress(feedback), sleep=_pause(feedback),
                )  # fmt: skip
            except ExchangeError as error:
                if rules.dry_run:
                    raise
                raise ExchangeError(
                    "{reason} What was done so far is in the journal {journal}; run again, and the run goes on from there.",
                    reason=error.message,
                    journal=store.path,
                ) from error
            except CancelledError:
                raise CancelledError(
                    "The run was stopped; what was done so far is in the journal, and the next run goes on from there."
                ) from None
            for note in mapped.drift:
                feedback.pushInfo(sentence(note))
            for (field, value), number in sorted(mapped.unlisted.items(), key=str):
                report.warnings.append(
                    message(
                        "The code list of field {field} does not have {value}, which came {n} times; it passed as it is.",
                        field=field, value=value, n=number,
                    )
                )  # fmt: skip
            return finish(Exchanged(report, store, link_id, local, mapped, rules.dry_run))

    def outputs(
        self,
        parameters: dict[str, Any],
        done: Exchanged,
        context: QgsProcessingContext,
        feedback: QgsProcessingFeedback,
    ) -> dict[str, Any]:
        """Say what was done, write the tables and the report, and return the counts."""
        from . import exchange_results as results

        report = done.report
        for told in report.warnings:
            feedback.pushWarning(sentence(told))
        for line in results.summary(report, done.dry_run, self.with_partner):
            feedback.pushInfo(line)
        for line in results.to_be_seen_to(report):
            feedback.pushWarning(line)
        conflicts = results.conflicts_frame(done.store.conflicts("open", done.link_id))
        differences = results.differences_frame(done.store, done.link_id)
        written: dict[str, Any] = {}
        for key, frame in (
            ("RESULT", results.result_frame(report)),
            ("DIFFERENCES", differences),
            ("CONFLICTS", conflicts),
        ):
            if self.parameterDefinition(key) is not None:
                written |= self.write(parameters, key, frame, context, feedback)
        _, platform, partner, _ = next(link for link in done.store.links() if link[0] == done.link_id)
        where = (
            tr("Layer {layer}, collection {collection} ({title}) of a package of {partner}.")
            if self.with_partner
            else tr("Layer {layer}, collection {collection} ({title}) of {platform}.")
        ).format(
            layer=done.local.name,
            collection=done.remote.name,
            title=done.remote.title,
            platform=platform,
            partner=partner,
        )
        sections = results.sections(
            report, done.dry_run, conflicts, differences, done.remote.drift, where, self.with_partner
        )
        return {
            **written,
            **self.write_html(parameters, context, self.displayName(), sections),
            "LOCAL": report.local,
            "REMOTE": report.remote,
            "UNCHANGED": report.unchanged,
            **{name: report.counts.get(state, 0) for state, name in COUNTS.items()},
            **({} if done.dry_run else {"JOURNAL": str(done.store.path)}),
        }

    def writable_fields(
        self,
        parameters: dict[str, Any],
        settings: CollectionSettings,
        local: LocalLayer,
        context: QgsProcessingContext,
    ) -> frozenset[str] | None:
        """Return the fields that may be written to the platform, None for all.

        Raises
        ------
        InputError : the layer has none of the fields of the status.
        """
        if self.parameterAsEnum(parameters, "FIELDS", context) == ALL_FIELDS:
            return None
        if not set(settings.status_fields) & set(local.schema.names):
            raise InputError(
                "{layer} has no field of the status ({fields}); name its own as status_fields in the connection, or send all "
                "fields.",
                layer=local.name,
                fields=list(settings.status_fields),
            )
        return frozenset(settings.status_fields)

    @staticmethod
    def platform_key(remote: Collection) -> str:
        """Return the attribute in which the platform keeps the features' keys.

        Raises
        ------
        InputError : none is known.
        """
        if remote.key_field is None:
            raise InputError(
                "Nothing on the platform is known to hold the key of a feature of collection {collection}, so none can be "
                "sent; name the attribute as key_field of the collection in the connection.",
                collection=remote.name,
            )
        return remote.key_field

    def key_rule(
        self,
        parameters: dict[str, Any],
        context: QgsProcessingContext,
        layer: str,
        columns: list[str],
        key_field: str,
    ) -> dict[str, str]:
        """Return how the features of a layer get their keys, as `KeyRule` takes it.

        Parameters
        ----------
        key_field : what the other side calls the column of the key

        Raises
        ------
        InputError : nothing of the layer can be the key.
        """
        from ...citycheck_qgis.storage.tables import TABLES

        chosen = self.parameterAsString(parameters, "KEY_FIELD", context).strip()
        if chosen:
            return {"key_field": chosen}
        if key_field in columns:
            return {"key_field": key_field}
        if layer in TABLES and TABLES[layer].keys and set(TABLES[layer].keys) <= set(columns):
            return {"table": layer}
        raise InputError(
            "{layer} has no column {field} and is no table of a checkup, so its features have no keys; name the column that "
            "holds the key as KEY_FIELD.",
            layer=layer,
            field=key_field,
        )


def platform_link(way: Way, collection: str, layer: str, moved: bool) -> Callable[[Store], int]:
    """Return what gives the id of a layer and a collection of a platform in a journal.

    Parameters
    ----------
    moved : an address that the journal does not know is a new one of the platform that it knows

    Raises
    ------
    InputError : of the id: the journal knows the layer with another address, and nobody says that it is the same platform.
    """
    from ...citycheck_qgis.cim.redaction import redacted

    address = redacted(way.http.base)

    def link(store: Store) -> int:
        known = store.elsewhere(address, collection, layer)
        if known is not None and not moved:
            raise InputError(
                "The journal knows this layer with {known}, not with {address}; where it is the same platform under a new "
                "address run once with SAME_PLATFORM, else name another JOURNAL.",
                known=known,
                address=address,
            )
        if known is not None:
            store.move(address, collection, layer)
        return store.link(address, collection, layer)

    return link


def link_name(path: Path | None, layer: str) -> str:
    """Return what a layer is called in the journal: by its file's name, so that the folder may move."""
    return f"{path.name}|{layer}" if path is not None else layer


def load_layer(path: Path, layer: str, context: QgsProcessingContext, group: str) -> None:
    """Have the desktop load a layer of a GeoPackage when the run ends, unless it is there already."""
    project = context.project()
    if project is None:
        return
    uri = f"{path}|layername={layer}"
    if any(present.source().split("|subset=")[0] == uri for present in project.mapLayers().values()):
        return
    details = QgsProcessingContext.LayerDetails(layer, project, layer)
    details.groupName = group
    details.forceName = True
    context.addLayerToLoadOnCompletion(uri, details)


@contextmanager
def open_journal(path: Path | None, preview: bool) -> Iterator[Store]:
    """Give the journal; for a preview a copy of it that goes with the block, or an empty one where there is none."""
    from ...citycheck_qgis.cim.journal_files import copied
    from ...citycheck_qgis.cim.store import Store

    if not preview:
        with Store(path) as store:
            yield store
        return
    if path is None or not path.exists():
        with Store(None) as store:
            yield store
        return
    with tempfile.TemporaryDirectory(prefix="citycheck-preview-") as folder:
        copy = Path(folder) / path.name
        copied(path, copy)
        with Store(copy) as store:
            yield store


def filtered_settings(settings: CollectionSettings, names: set[str]) -> CollectionSettings:
    """Return the settings without the fields that a layer does not have."""
    return replace(
        settings,
        fields={name: target for name, target in settings.fields.items() if name in names},
        values={name: codes for name, codes in settings.values.items() if name in names},
    )


def _progress(feedback: QgsProcessingFeedback) -> Callable[[float], None]:
    def report(share: float) -> None:
        if feedback.isCanceled():
            raise CancelledError("The run was stopped.")
        feedback.setProgress(90 * share)

    return report


def _pause(feedback: QgsProcessingFeedback) -> Callable[[float], None]:
    """Return a sleep from which a cancel wakes."""
    import time

    def sleep(seconds: float) -> None:
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0 and not feedback.isCanceled():
            time.sleep(min(left, 0.2))

    return sleep


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
