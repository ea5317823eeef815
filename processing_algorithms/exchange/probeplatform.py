"""Find out what a platform really does."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from qgis.core import (
    QgsCoordinateReferenceSystem,
    QgsProcessingContext,
    QgsProcessingFeedback,
    QgsProcessingOutputNumber,
    QgsProcessingParameterBoolean,
    QgsProcessingParameterExtent,
)

from ..base import progress_of
from ..translate import sentence, tr
from .exchange_inputs import ExchangeAlgorithm, Way, connections_folder

if TYPE_CHECKING:
    import pandas as pd

    from ...citycheck_qgis.cim.connections import Connection
    from ...citycheck_qgis.cim.probe_findings import Findings


class ProbePlatform(ExchangeAlgorithm):
    """Lists the collections of a platform, or finds out what it does with one of them."""

    keywords = (
        "probe,test,check,connection,platform,capabilities,axis order,cim,探测,测试,连接,平台,能力,坐标轴"
    )

    def name(self) -> str:
        return "probeplatform"

    def displayName(self) -> str:
        return tr("Probe platform")

    def description(self) -> str:
        return tr(
            "Asks a CIM platform what it has and does. Without a collection it signs in and lists the collections. With one it "
            "finds out how the platform pages, counts, orders its axes, finds features by key and, in a write test, what it "
            "alters, and keeps that with the connection, so that pull, push and sync work accordingly."
        )

    def define(self) -> None:
        self.add_connection(collection=False)
        self.add(
            QgsProcessingParameterBoolean("WRITE_TEST", tr("Test writing as well"), False),
            tr(
                "Make a test feature called CityCheck probe on the platform, change it and remove it again; ask the "
                "platform's operator before."
            ),
        )
        self.add(
            QgsProcessingParameterBoolean("SAVE", tr("Keep what was found with the connection"), True),
            tr("Write the findings on the collection into the connection's file."),
        )
        self.add(
            QgsProcessingParameterExtent("AREA", tr("Area of the project"), optional=True),
            tr("Where the features should lie, to tell the axis order by; empty: China."),
            advanced=True,
        )
        self.add_sink(
            "OUTPUT", tr("Findings"),
            tr("What was looked at, what the platform does and what that means; without a collection, the collections."),
            optional=True, table=True,
        )  # fmt: skip
        self.add_report()
        for key, title in (
            ("COLLECTIONS", tr("Collections")),
            ("FAULTS", tr("Faults")),
            ("REMARKS", tr("Remarks")),
        ):
            self.addOutput(QgsProcessingOutputNumber(key, title))

    def work(
        self, parameters: dict[str, Any], context: QgsProcessingContext, feedback: QgsProcessingFeedback
    ) -> dict[str, Any]:
        collection = self.collection_name(parameters, context)
        with self.way(parameters, context, feedback) as way:
            if not collection:
                return self._list(way, parameters, context, feedback)
            return self._probe(way, collection, parameters, context, feedback)

    def _list(
        self,
        way: Way,
        parameters: dict[str, Any],
        context: QgsProcessingContext,
        feedback: QgsProcessingFeedback,
    ) -> dict[str, Any]:
        import pandas as pd

        from ...citycheck_qgis.cim.adapters.opening import collections_of
        from ...citycheck_qgis.storage.report import Section

        found = collections_of(way.connection, way.http)
        feedback.pushInfo(tr("The platform answers; collections: {n}.").format(n=len(found)))
        for name, title in found[:_LISTED]:
            named = tr("{name}: {title}").format(name=name, title=title)
            feedback.pushInfo(named if title and title != name else name)
        if len(found) > _LISTED:
            feedback.pushInfo(tr("More in the table: {n}.").format(n=len(found) - _LISTED))
        table = pd.DataFrame(found, columns=["name", "title"], dtype=object)
        headed = table.rename(columns={"name": tr("Collection"), "title": tr("Title")})
        return {
            **self.write(parameters, "OUTPUT", table, context, feedback),
            **self.write_html(
                parameters, context, self._title(way.connection), [Section(tr("Collections"), table=headed)]
            ),
            "COLLECTIONS": len(found),
            "FAULTS": 0,
            "REMARKS": 0,
        }

    def _probe(
        self,
        way: Way,
        collection: str,
        parameters: dict[str, Any],
        context: QgsProcessingContext,
        feedback: QgsProcessingFeedback,
    ) -> dict[str, Any]:
        from ...citycheck_qgis.cim.adapters.opening import open_collection
        from ...citycheck_qgis.cim.connections import with_settings
        from ...citycheck_qgis.cim.probe import probe, unprobed
        from ...citycheck_qgis.cim.probe_findings import FAULT, MIND

        settings = unprobed(way.connection.settings(collection))

        def reopened(changed: Any) -> Any:
            return open_collection(with_settings(way.connection, collection, changed), way.http, collection)

        findings = probe(
            reopened(settings), way.http, settings,
            write=self.parameterAsBool(parameters, "WRITE_TEST", context),
            area=self._area(parameters, context),
            reopen=reopened,
            progress=progress_of(feedback, 5, 90),
        )  # fmt: skip
        for row in findings.rows:
            said = tr("{topic}: {result}; {meaning}.").format(
                topic=sentence(row.topic), result=sentence(row.result), meaning=sentence(row.meaning)
            )
            (feedback.pushWarning if row.grade == FAULT else feedback.pushInfo)(said)
        if self.parameterAsBool(parameters, "SAVE", context):
            probed = with_settings(way.connection, collection, replace(settings, probe=findings.probe))
            path = self._save(probed, self.parameterAsString(parameters, "CONNECTION", context).strip())
            feedback.pushInfo(tr("The findings are kept in {file}.").format(file=path))
        table = _table(findings)
        sections = self._sections(findings, table)
        grades = [row.grade for row in findings.rows]
        return {
            **self.write(parameters, "OUTPUT", table, context, feedback),
            **self.write_html(parameters, context, self._title(way.connection, collection), sections),
            "COLLECTIONS": 1,
            "FAULTS": grades.count(FAULT),
            "REMARKS": grades.count(MIND),
        }

    def _title(self, connection: Connection, collection: str = "") -> str:
        said = (
            tr("{algorithm}: {connection}, {collection}") if collection else tr("{algorithm}: {connection}")
        )
        return said.format(algorithm=self.displayName(), connection=connection.name, collection=collection)

    def _area(
        self, parameters: dict[str, Any], context: QgsProcessingContext
    ) -> tuple[float, float, float, float] | None:
        if not parameters.get("AREA"):
            return None
        box = self.parameterAsExtent(parameters, "AREA", context, QgsCoordinateReferenceSystem("EPSG:4326"))
        return box.xMinimum(), box.yMinimum(), box.xMaximum(), box.yMaximum()

    @staticmethod
    def _save(connection: Connection, given: str) -> Path:
        """Write the connection where it came from."""
        from ...citycheck_qgis.cim.connections import save, write_connection

        path = Path(given).expanduser()
        if path.is_file():
            return write_connection(connection, path)
        return save(connection, connections_folder())

    @staticmethod
    def _sections(findings: Findings, table: pd.DataFrame) -> list[Any]:
        from ...citycheck_qgis.storage.report import Section

        grades = {
            "fine": tr("Fine"),
            "mind": tr("CityCheck copes with it"),
            "fault": tr("Something is lost, or does not work"),
        }
        headings = {
            "topic": tr("Looked at"),
            "result": tr("What the platform does"),
            "meaning": tr("What that means"),
            "grade": tr("Grade"),
        }
        said = table.assign(grade=table["grade"].map(grades)).rename(columns=headings)
        left = [
            tr("The test feature {key} could not be removed; remove it on the platform.").format(key=key)
            for key in findings.left_behind
        ]
        return [Section(tr("Findings"), warnings=left, table=said)]


#: Collections that are named in the log.
_LISTED = 50


def _table(findings: Findings) -> pd.DataFrame:
    import pandas as pd

    rows = [(sentence(r.topic), sentence(r.result), sentence(r.meaning), r.grade) for r in findings.rows]
    return pd.DataFrame(rows, columns=["topic", "result", "meaning", "grade"], dtype=object)
