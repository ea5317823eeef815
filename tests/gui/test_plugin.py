"""The plugin object without a desktop."""


def test_plugin_loads_and_unloads(qgis_iface, qgis_processing):
    import citycheck
    from qgis.core import QgsApplication

    plugin = citycheck.classFactory(qgis_iface)
    plugin.initGui()
    assert QgsApplication.processingRegistry().providerById("citycheck") is plugin.provider
    assert len(plugin.actions) == 3
    plugin.unload()
    assert QgsApplication.processingRegistry().providerById("citycheck") is None
