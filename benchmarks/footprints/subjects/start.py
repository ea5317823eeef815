"""CityCheck's reader of IFC, imported and not used: the memory that is taken before a file is opened."""

import sys

from citycheck_qgis.footprints.ifc.read import read_ifc

from .result import report

report(sys.argv[2], lambda: {"reader": read_ifc.__name__})
