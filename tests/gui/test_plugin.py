"""The plugin object without a desktop."""


def test_plugin_loads_and_unloads(qgis_iface, qgis_processing):
    import citycheck
    from citycheck.citycheck_qgis.gui.plugin import ACTIONS
    from qgis.core import QgsApplication

    plugin = citycheck.classFactory(qgis_iface)
    plugin.initGui()
    assert QgsApplication.processingRegistry().providerById("citycheck") is plugin.provider
    names = [action.objectName() for action in plugin.actions]
    assert names == [*ACTIONS, "citycheck:connections"]
    (page,) = (call.args[0] for call in qgis_iface.registerOptionsWidgetFactory.call_args_list)
    plugin.unload()
    qgis_iface.unregisterOptionsWidgetFactory.assert_called_once_with(page)
    assert plugin.options is None and plugin.actions == []
    assert QgsApplication.processingRegistry().providerById("citycheck") is None
