"""QGIS's own provider reads all features of a layer: python qgis_read.py PROVIDER SOURCE TARGET.

A profile of its own each time, so that nothing is cached. The clock starts after QGIS has.
"""

import json
import sys
import tempfile
import time
from pathlib import Path

from qgis.core import QgsApplication, QgsVectorLayer

provider, source, target = sys.argv[1:]
with tempfile.TemporaryDirectory() as profile:
    application = QgsApplication([], False, profile)
    application.initQgis()
    cpu, started = time.process_time(), time.perf_counter()
    layer = QgsVectorLayer(source, "peer", provider)
    if not layer.isValid():
        sys.exit(f"no layer: {layer.error().message()}")
    number = shapes = 0
    for feature in layer.getFeatures():
        feature.attributes()
        number += 1
        shapes += feature.hasGeometry()
    figures = {"wall": time.perf_counter() - started, "cpu": time.process_time() - cpu}
    Path(target).write_text(json.dumps(figures | {"features": number, "shapes": shapes}))
    del layer
    application.exitQgis()
