"""Register the repository root as the package ``citycheck``.

QGIS imports the plugin under the name of its folder, which may be anything (hyphens, dots, Chinese).
Tests import it under one fixed name instead, so that every module is loaded once whatever the folder is called.
"""

import importlib.util
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent
ALIAS = "citycheck"

if ALIAS not in sys.modules:
    spec = importlib.util.spec_from_file_location(
        ALIAS, ROOT / "__init__.py", submodule_search_locations=[str(ROOT)]
    )
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[ALIAS] = module
    spec.loader.exec_module(module)
