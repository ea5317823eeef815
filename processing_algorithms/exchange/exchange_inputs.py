"""What the algorithms of the exchange share: connection, journal, rules, and one run from opening to outputs."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from qgis.core import QgsApplication, QgsProcessingContext, QgsProcessingFeedback

from ...citycheck_qgis.errors import CancelledError, ExchangeError, InputError
from ...citycheck_qgis.messages import message
from ..translate import sentence, tr
from .exchange_parameters import ALL_FIELDS, JOURNAL, ExchangeParameters
from .exchange_words import of_partner, report_of_partner
from .journal_links import open_journal
from .qgis_network import QgisCredentials, surroundings

if TYPE_CHECKING:
    from ...citycheck_qgis.cim.adapters.base import Collection
    from ...citycheck_qgis.cim.connections import CollectionSettings, Connection
    from ...citycheck_qgis.cim.local import LocalLayer
    from ...citycheck_qgis.cim.mapping import Mapped
    from ...citycheck_qgis.cim.network import Http
    from ...citycheck_qgis.cim.results import Report, Rules
    from ...citycheck_qgis.cim.store import Store

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


class ExchangeAlgorithm(ExchangeParameters):
    """An algorithm that speaks with a platform, or with the journal of an exchange."""

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
                for doubt in mapped.warnings:
                    feedback.pushWarning(sentence(doubt))
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
            if self.with_partner:
                mapped.drift = [of_partner(note) for note in mapped.drift]
            report.warnings += mapped.warnings
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

        report = report_of_partner(done.report) if self.with_partner else done.report
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
