"""The Processing provider ``citycheck``."""

from __future__ import annotations

import warnings

from qgis.core import QgsProcessingProvider
from qgis.PyQt.QtGui import QIcon

from .annual.annualcheckup import AnnualCheckup
from .base import PLUGIN
from .boundaries.assignparts import AssignParts
from .boundaries.assignunits import AssignUnits
from .boundaries.checkboundaries import CheckBoundaries
from .exchange.exportpackage import ExportPackage
from .exchange.importpackage import ImportPackage
from .exchange.probeplatform import ProbePlatform
from .exchange.pulllayer import PullLayer
from .exchange.pushlayer import PushLayer
from .exchange.resolveconflicts import ResolveConflicts
from .exchange.synclayer import SyncLayer
from .footprints.cimcoverage import CimCoverage
from .footprints.citymodelfootprints import CityModelFootprints
from .footprints.georeferencereport import GeoreferenceReport
from .footprints.ifcfootprints import IfcFootprints
from .footprints.matchfootprints import MatchFootprints
from .indicators.importvalues import ImportValues
from .indicators.joinindicators import JoinIndicators
from .indicators.rollup import RollUp
from .maps.problemmap import ProblemMap
from .problems.diagnose import Diagnose

# geopandas 1.0 imports it; a user who runs a batch can do nothing about it.
warnings.filterwarnings(
    "ignore", message="The 'shapely.geos' module is deprecated", category=DeprecationWarning
)


class CityCheckProvider(QgsProcessingProvider):
    """Lists the algorithms; each of them can run alone."""

    def id(self) -> str:
        return "citycheck"

    def name(self) -> str:
        return "CityCheck"

    def icon(self) -> QIcon:
        return QIcon(self.svgIconPath())

    def svgIconPath(self) -> str:
        return str(PLUGIN / "styles" / "icon.svg")

    def defaultVectorFileExtension(self, hasGeometry: bool = True) -> str:  # noqa: N803
        return "gpkg"

    def loadAlgorithms(self) -> None:
        for algorithm in (
            CheckBoundaries,
            AssignUnits,
            AssignParts,
            IfcFootprints,
            CityModelFootprints,
            MatchFootprints,
            GeoreferenceReport,
            CimCoverage,
            ImportValues,
            JoinIndicators,
            RollUp,
            Diagnose,
            ProblemMap,
            AnnualCheckup,
            ProbePlatform,
            PullLayer,
            PushLayer,
            SyncLayer,
            ResolveConflicts,
            ExportPackage,
            ImportPackage,
        ):
            self.addAlgorithm(algorithm())
