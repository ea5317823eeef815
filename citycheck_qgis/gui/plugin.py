"""The plugin object: the provider, the translation, and a menu that opens the algorithms' own dialogs."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from qgis.core import QgsApplication
from qgis.PyQt.QtCore import QCoreApplication, QTranslator
from qgis.PyQt.QtGui import QIcon
from qgis.PyQt.QtWidgets import QAction

from .texts import tr

PLUGIN = Path(__file__).resolve().parent.parent.parent
MENU = "CityCheck"
#: What the menu and the tool bar offer: the algorithms that begin a piece of work.
ACTIONS = (
    "citycheck:annualcheckup",
    "citycheck:assignunits",
    "citycheck:problemmap",
    "citycheck:pulllayer",
    "citycheck:pushlayer",
    "citycheck:synclayer",
)


class CityCheckPlugin:
    """CityCheck in QGIS; `iface` is None in qgis_process."""

    def __init__(self, iface: Any) -> None:
        self.iface = iface
        self.provider: Any = None
        self.actions: list[QAction] = []
        self.options: Any = None
        self.translator: QTranslator | None = None

    def initProcessing(self) -> None:
        """Register the provider; all that qgis_process needs."""
        # Imported here: QGIS times the import of the plugin itself at every start.
        from ...processing_algorithms.provider import CityCheckProvider

        self._install_translator()
        self.provider = CityCheckProvider()
        QgsApplication.processingRegistry().addProvider(self.provider)

    def initGui(self) -> None:
        """Register the provider and the page of the options, and add the menu."""
        from .connections_page import ConnectionsFactory

        self.initProcessing()
        self.options = ConnectionsFactory()
        self.iface.registerOptionsWidgetFactory(self.options)
        for algorithm_id in ACTIONS:
            algorithm = QgsApplication.processingRegistry().algorithmById(algorithm_id)
            self._add_action(algorithm_id, algorithm.displayName(), partial(self._open, algorithm_id))
        self._add_action("citycheck:connections", tr("Connections to CIM platforms"), self._open_options)

    def unload(self) -> None:
        """Take everything away again."""
        for action in self.actions:
            self.iface.removePluginVectorMenu(MENU, action)
            action.deleteLater()
        self.actions = []
        if self.options is not None:
            self.iface.unregisterOptionsWidgetFactory(self.options)
            self.options = None
        if self.provider is not None:
            QgsApplication.processingRegistry().removeProvider(self.provider)
            self.provider = None
        if self.translator is not None:
            QCoreApplication.removeTranslator(self.translator)
            self.translator = None

    def _add_action(self, name: str, text: str, work: Callable[[], None]) -> None:
        action = QAction(QIcon(str(PLUGIN / "styles" / "icon.svg")), text + "…", self.iface.mainWindow())
        action.setObjectName(name)
        action.triggered.connect(lambda _checked=False: work())
        self.iface.addPluginToVectorMenu(MENU, action)
        self.actions.append(action)

    def _open_options(self) -> None:
        from .connections_page import PAGE

        self.iface.showOptionsDialog(self.iface.mainWindow(), PAGE)

    def _open(self, algorithm_id: str) -> None:
        from qgis import processing

        processing.execAlgorithmDialog(algorithm_id, {})

    def _install_translator(self) -> None:
        catalogue = PLUGIN / "i18n" / f"citycheck_{QgsApplication.locale()[:2]}.qm"
        translator = QTranslator()
        if catalogue.exists() and translator.load(str(catalogue)):
            QCoreApplication.installTranslator(translator)
            self.translator = translator
