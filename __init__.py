"""CityCheck for QGIS: joins, diagnoses and maps the annual city checkup (城市体检)."""


def classFactory(iface):
    """Return the plugin object; QGIS calls this when it loads the plugin."""
    from .citycheck_qgis.gui.plugin import CityCheckPlugin

    return CityCheckPlugin(iface)
