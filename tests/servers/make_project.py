"""Write a QGIS project that publishes PostGIS tables for reading and writing (run by QGIS's own Python).

Arguments: the project file, the data source without table, and a JSON list of [table, geometry type or null, SRID].
"""

import json
import sys

from qgis.core import QgsApplication, QgsCoordinateReferenceSystem, QgsProject, QgsVectorLayer

target, source, tables = sys.argv[1], sys.argv[2], json.loads(sys.argv[3])
application = QgsApplication([], False)
application.initQgis()
project = QgsProject.instance()
project.setCrs(QgsCoordinateReferenceSystem("EPSG:4326"))
layers = []
for table, geometry, srid in tables:
    place = f'table="public"."{table}"' + (f" (geom) type={geometry} srid={srid}" if geometry else "")
    layer = QgsVectorLayer(f"{source} {place}", table, "postgres")
    if not layer.isValid():
        sys.exit(f"The table {table} is no layer: {layer.error().message()}")
    layer.serverProperties().setShortName(table)
    project.addMapLayer(layer)
    layers.append(layer.id())
project.writeEntry("WFSLayers", "/", layers)
for layer_id in layers:
    project.writeEntry("WFSLayersPrecision", f"/{layer_id}", 15)
for right in ("Insert", "Update", "Delete"):
    project.writeEntry("WFSTLayers", right, layers)
project.writeEntry("WMSServiceCapabilities", "/", True)
project.writeEntry("WMSServiceTitle", "/", "City platform")
project.writeEntry("WMSCrsList", "/", ["EPSG:4326", "EPSG:4490", "EPSG:4547"])
if not project.write(target):
    sys.exit(f"{target} could not be written: {project.error()}")
application.exitQgis()
