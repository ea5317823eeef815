# Source this file (bash) to run QGIS and Python for CityCheck, apart from the user's own settings.
# It changes variables of the calling shell only; nothing is written outside the checkout.

CITYCHECK_ROOT="$(cd "$(dirname "${BASH_SOURCE[0]:-$0}")/.." && pwd -P)"
export CITYCHECK_ROOT

# Packages of another Python (a virtual environment, conda, ~/.local) may bring their own GEOS, PROJ or
# GDAL into the QGIS process, which crashes it.
unset PYTHONPATH PYTHONHOME
export PYTHONNOUSERSITE=1
if [ -n "${CONDA_PREFIX:-}" ] && [ -x /usr/bin/qgis_process ]; then
    unset PROJ_DATA PROJ_LIB GDAL_DATA GDAL_DRIVER_PATH
fi

# QGIS finds the virtual environment through the python3 that comes first on PATH.
if [ -d "$CITYCHECK_ROOT/.venv/bin" ]; then
    export PATH="$CITYCHECK_ROOT/.venv/bin:$PATH"
fi

export QGIS_CUSTOM_CONFIG_PATH="$CITYCHECK_ROOT/.qgis"
export QGIS_PLUGINPATH="$CITYCHECK_ROOT/.qgis/plugins"
export QT_QPA_PLATFORM="${QT_QPA_PLATFORM:-offscreen}"

# Qt wants a runtime folder that only its owner can enter; some shared file systems cannot offer one.
XDG_RUNTIME_DIR="$CITYCHECK_ROOT/.qgis/run"
if ! { mkdir -p -m 700 "$XDG_RUNTIME_DIR" && chmod 700 "$XDG_RUNTIME_DIR" &&
    [ "$(ls -ld "$XDG_RUNTIME_DIR" | cut -c1-10)" = drwx------ ]; } 2>/dev/null; then
    XDG_RUNTIME_DIR="$(mktemp -d "${TMPDIR:-/tmp}/citycheck-run.XXXXXX")"
fi
export XDG_RUNTIME_DIR

# Without a UTF-8 locale (none set, or the one set is not installed) Chinese file names fail.
if [ "$(locale charmap 2>/dev/null)" != UTF-8 ]; then
    export LANG=C.UTF-8 LC_ALL=C.UTF-8
fi
