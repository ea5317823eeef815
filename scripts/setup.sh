#!/usr/bin/env bash
# Prepares this checkout: QGIS and libraries by apt, a virtual environment in .venv, a QGIS profile in .qgis.
# Safe to repeat: does nothing when all is in place. Needs root or sudo only while apt packages are missing.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
root="$(pwd -P)"
export LC_ALL=C.UTF-8
unset PYTHONPATH PYTHONHOME LANGUAGE

python=/usr/bin/python3
stamp=.venv/citycheck-setup
log=.qgis/setup.log
minimum_qgis=3.40

common_packages=(qgis python3-qgis python3-venv python3-numpy python3-pyproj python3-pandas python3-openpyxl python3-requests
    proj-bin fonts-wqy-microhei xvfb xauth qttools5-dev-tools pyqt5-dev-tools poppler-utils make git)
distribution_packages=(python3-shapely python3-pyogrio python3-geopandas)
compiling_packages=(python3-dev gcc g++ libgeos-dev libproj-dev libgdal-dev)
tools=(pytest pytest-qgis pytest-qt pytest-timeout hypothesis ruff mypy)

step() { printf '[%s/5] %s\n' "$1" "$2"; }
say() { printf '      %s\n' "$1"; }
stop() {
    printf 'Set-up stopped: %s\n' "$1" >&2
    exit 1
}
logged() {
    printf '\n$ %s\n' "$*" >>"$log"
    if ! "$@" >>"$log" 2>&1 </dev/null; then
        tail -n 25 "$log" >&2
        stop "this command failed: $* (everything it printed is in $log)"
    fi
}

# --- what is there -------------------------------------------------------------------------------------

script_state() { cat scripts/setup.sh scripts/selfcheck.py | sha256sum | cut -c1-16; }
system_state() {
    {
        printf '%s\n' "$root"
        dpkg-query -W -f '${Package} ${Version} ${Status}\n' python3 qgis "${distribution_packages[@]}" \
            "${compiling_packages[@]}" 2>/dev/null | grep 'install ok installed' || true
    } | sha256sum | cut -c1-16
}
state() { printf 'script %s\nsystem %s\n' "$(script_state)" "$(system_state)"; }

version() { printf '%s' "${1#*:}"; }  # without the epoch, which some archives set
at_least() { [ -n "$1" ] && [ "$1" != "(none)" ] && dpkg --compare-versions "$(version "$1")" ge "$2"; }
candidate() { apt-cache policy "$1" | awk '$1 == "Candidate:" {print $2}'; }
installed() { dpkg-query -W -f '${Status} ${Version}\n' "$1" 2>/dev/null | awk '/^install ok installed/ {print $4}'; }

require_apt() {
    command -v apt-get >/dev/null && return
    local what="QGIS $minimum_qgis or later with its Python, pandas, openpyxl, geopandas 1.0, shapely 2, pyogrio and a Chinese font"
    local system
    system="$(uname -s)"
    if [ -r /etc/os-release ]; then system="$(. /etc/os-release && printf '%s %s' "${ID:-} ${ID_LIKE:-}" "$system")"; fi
    case "$system" in
    *fedora* | *rhel*) stop "there is no apt here. Install $what: sudo dnf install qgis python3-qgis python3-geopandas python3-pyogrio python3-openpyxl wqy-microhei-fonts; then see README, Installation." ;;
    *arch*) stop "there is no apt here. Install $what: sudo pacman -S qgis python-geopandas python-pyogrio python-openpyxl wqy-microhei; then see README, Installation." ;;
    *Darwin*) stop "there is no apt on macOS. Install QGIS $minimum_qgis or later, which brings most of what is needed, and see README, Installation, macOS." ;;
    *MINGW* | *MSYS* | *CYGWIN*) stop "there is no apt on Windows. Install QGIS $minimum_qgis or later with OSGeo4W and see README, Installation, Windows." ;;
    *) stop "there is no apt here. Install $what from your distribution or from conda-forge, and see README, Installation." ;;
    esac
}

# --- apt -----------------------------------------------------------------------------------------------

as_root() { if [ "$(id -u)" = 0 ]; then "$@"; else sudo "$@"; fi; }

require_root() {
    [ "$(id -u)" = 0 ] || command -v sudo >/dev/null ||
        stop "packages are missing ($*) and neither root nor sudo is at hand. Run 'make setup' once as root, or have them installed."
    [ "$(id -u)" = 0 ] || sudo -v || stop "sudo refused. Run 'make setup' once as root, or have these packages installed: $*"
}

update_lists() {
    say "reading the package lists"
    as_root apt-get update -q >>"$log" 2>&1 || say "apt-get update reported a problem (see $log); going on with what is there"
}

# The backports suite is added beside the machine's own Debian source, from the same mirror with the same key.
add_backports() {
    local suite="$1" codename="${1%-backports}" site name entry key
    read -r site name entry < <(apt-get indextargets --format '$(SITE) $(RELEASE) $(SOURCESENTRY)' 'Created-By: Packages' \
        "Codename: $codename" 'Component: main' 'Origin: Debian' | head -n 1) || true
    case "${site:-}" in
    *://*) ;;
    *) stop "no network source of Debian $codename main is configured for apt, so its $suite (with QGIS $minimum_qgis) cannot be found. Add one to /etc/apt/sources.list.d and run 'apt-get update'." ;;
    esac
    key="$(signed_by "${entry%:*}" "$name")"
    say "adding $suite from $site (/etc/apt/sources.list.d/citycheck-backports.sources)"
    {
        printf 'Types: deb\nURIs: %s\nSuites: %s\nComponents: main\n' "$site" "$suite"
        if [ -n "$key" ]; then printf 'Signed-By: %s\n' "$key"; fi
    } | as_root tee /etc/apt/sources.list.d/citycheck-backports.sources >>"$log"
    update_lists
}

# The Signed-By of the source that offers the suite, empty if it has none (apt's general keys then apply).
signed_by() {
    case "$1" in
    *.sources) awk -v suite="$2" '
        BEGIN { RS = ""; FS = "\n" }
        {
            key = ""; ours = 0; inside = 0
            for (i = 1; i <= NF; i++) {
                if ($i ~ /^#/) continue
                if ($i !~ /^[ \t]/) inside = 0
                if (inside) key = key "\n" $i
                if (tolower($i) ~ /^suites:/ && index($i " ", " " suite " ")) ours = 1
                if (tolower($i) ~ /^signed-by:/) { inside = 1; key = $i; sub(/^[^:]*:[ \t]*/, "", key) }
            }
            if (ours) { print key; exit }
        }' "$1" ;;
    *) sed -n "s/^deb .*signed-by=\([^] ]*\).* $2 .*/\1/p" "$1" | head -n 1 ;;
    esac
}

choose_release() {
    release=""
    local offered id codename suite
    offered="$(candidate qgis)"
    # What was taken from backports goes on coming from there: its libraries do not fit the stable suite's -dev packages.
    if at_least "$offered" $minimum_qgis && [[ "$offered" != *~bpo* ]]; then return; fi
    id="$(. /etc/os-release && printf '%s' "${ID:-}")"
    codename="$(. /etc/os-release && printf '%s' "${VERSION_CODENAME:-}")"
    suite="$codename-backports"
    if [ "$id" = debian ] && [ -n "$codename" ]; then
        offers_backports "$suite" || add_backports "$suite"
        if offers_backports "$suite"; then
            release="$suite"
            return
        fi
    fi
    stop "the newest QGIS that apt offers here is $offered, CityCheck needs $minimum_qgis or later. Add the QGIS project's own apt repository for this system (www.qgis.org, Resources, Installation guide), run 'apt-get update', then 'make setup' again."
}
offers_backports() {
    at_least "$(apt-cache madison qgis | awk -F ' *[|] *' -v suite=" $1/" 'index($3, suite) {print $2; exit}')" $minimum_qgis
}

missing_packages() {
    local package
    for package in "$@"; do
        [ -n "$(installed "$package")" ] || printf '%s\n' "$package"
    done
}

# Distributions with geopandas 1.0 have all packages in one set; older ones need shapely and pyogrio compiled.
choose_packages() {
    if at_least "$(candidate python3-geopandas)" 1.0 && at_least "$(candidate python3-pyogrio)" 0.7; then
        compile=no
        packages=("${common_packages[@]}" "${distribution_packages[@]}")
    else
        compile=yes
        packages=("${common_packages[@]}" "${compiling_packages[@]}")
    fi
}

install_packages() {
    step 1 "System packages (apt)"
    choose_packages
    if at_least "$(installed qgis)" $minimum_qgis && [ -z "$(missing_packages "${packages[@]}")" ]; then
        say "all there, QGIS $(installed qgis)"
        return
    fi
    local missing
    missing="$(missing_packages "${packages[@]}")"
    require_root ${missing:-qgis}
    update_lists
    choose_release
    choose_packages
    missing="$(missing_packages "${packages[@]}" | wc -l)"
    say "installing $missing packages and what they need${release:+ from $release}$([ -n "$(installed qgis)" ] || echo '; with QGIS about 0.6 GB to load, 2 to 3 minutes')"
    # One command: with backports, taking QGIS first would make libgdal-dev of the stable suite uninstallable.
    logged as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends \
        ${release:+-t "$release"} "${packages[@]}"
    at_least "$(installed qgis)" $minimum_qgis || stop "apt installed QGIS $(installed qgis), CityCheck needs $minimum_qgis or later."
    say "QGIS $(installed qgis)"
}

# --- virtual environment -------------------------------------------------------------------------------

usable_environment() {
    [ -x .venv/bin/python ] && [ -f .venv/bin/pip ] || return 1
    grep -q '^include-system-site-packages = true' .venv/pyvenv.cfg || return 1
    grep -qF "$root/.venv/bin/python" .venv/bin/pip || return 1  # copied or moved
    [ "$(.venv/bin/python -c 'import sys; print(sys.version)')" = "$($python -c 'import sys; print(sys.version)')" ] || return 1
    compgen -G '.venv/lib/python*/site-packages/shapely.libs' >/dev/null && return 1
    compgen -G '.venv/lib/python*/site-packages/py*.libs' >/dev/null && return 1
    # Compiled packages belong to the libraries they were compiled against.
    if [ -f $stamp ] && ! grep -qx "system $(system_state)" $stamp; then return 1; fi
}

make_environment() {
    step 2 "Python packages (.venv on top of $python)"
    if [ -e .venv ] && ! usable_environment; then
        say "the present .venv does not fit this system: making it anew"
        rm -rf .venv
    fi
    [ -e .venv ] || logged $python -m venv --system-site-packages .venv
    rm -f $stamp
    # Another numpy, pandas or PROJ than the one QGIS was built with breaks QGIS's own Python modules.
    $python -c 'import numpy, pandas, pyproj
for module in (numpy, pandas, pyproj): print(f"{module.__name__}=={module.__version__}")' >.venv/constraints.txt 2>>"$log"
    local wanted=(ifcopenshell "${tools[@]}")
    if [ $compile = yes ]; then
        compgen -G '.venv/lib/python*/site-packages/pyogrio' >/dev/null ||
            say "compiling shapely and pyogrio against the system's GEOS and GDAL, about a minute"
        wanted=(--no-binary "shapely,pyogrio" shapely pyogrio 'geopandas>=1.0' "${wanted[@]}")
    fi
    logged env PYTHONNOUSERSITE=1 .venv/bin/python -m pip install -q --disable-pip-version-check \
        -c .venv/constraints.txt "${wanted[@]}"
}

# --- translations and profile --------------------------------------------------------------------------

stale_translations() {
    local source
    for source in i18n/*.ts; do
        [ ! "$source" -nt "${source%.ts}.qm" ] || printf '%s\n' "$source"
    done
}

compile_translations() {
    local lrelease=/usr/lib/qt5/bin/lrelease stale
    mapfile -t stale < <(stale_translations)
    [ ${#stale[@]} -gt 0 ] || return 0
    [ -x $lrelease ] || lrelease="$(command -v lrelease || true)"
    if [ -z "$lrelease" ]; then
        say "lrelease was not found: the interface stays English"
    else
        logged "$lrelease" -silent "${stale[@]}"
        say "compiled: ${stale[*]}"
    fi
}

make_profile() {
    step 4 "QGIS profile of this checkout (.qgis)"
    mkdir -p .qgis/plugins
    # QGIS imports the plugin by the name of this link, so the checkout folder may have any name.
    ln -sfn ../.. .qgis/plugins/citycheck
    $python - .qgis/profiles/default/QGIS/QGIS3.ini <<'PYTHON' 2>>"$log"
import sys
from qgis.PyQt.QtCore import QSettings

settings = QSettings(sys.argv[1], QSettings.Format.IniFormat)
settings.setValue("PythonPlugins/citycheck", True)
settings.setValue("qgis/checkVersion", False)
settings.sync()
sys.exit(settings.status() != QSettings.Status.NoError)
PYTHON
}

check() {
    step 5 "Self-check: geopandas, shapely, pyproj and pyogrio at work inside qgis_process"
    local place rc=0
    place="$(mktemp -d)"
    mkdir "$place/selfcheck"
    cp scripts/selfcheck.py "$place/selfcheck/__init__.py"
    printf '[general]\nname=selfcheck\nqgisMinimumVersion=3.40\nversion=1\nhasProcessingProvider=yes\n' >"$place/selfcheck/metadata.txt"
    mkdir -p "$place/profiles/default/QGIS"
    printf '[PythonPlugins]\nselfcheck=true\n' >"$place/profiles/default/QGIS/QGIS3.ini"
    (
        . scripts/env.sh
        export QGIS_CUSTOM_CONFIG_PATH="$place" QGIS_PLUGINPATH="$place" CITYCHECK_DEPENDENCIES="$root/processing_algorithms/dependencies.py"
        exec /usr/bin/qgis_process run selfcheck:libraries
    ) >"$place/out" 2>&1 </dev/null || rc=$?
    cat "$place/out" >>"$log"
    grep '^  *·' "$place/out" | sed 's/^ *· /      /' || true
    if [ $rc != 0 ]; then
        tail -n 25 "$place/out" >&2
        rm -rf "$place"
        stop "qgis_process ended with exit status $rc in the self-check (see $log). If another version of a library was installed by hand, remove it and .venv, then run 'make setup' again."
    fi
    rm -rf "$place"
}

# -------------------------------------------------------------------------------------------------------

require_apt
if [ -f $stamp ] && [ -L .qgis/plugins/citycheck ] && [ -f .qgis/profiles/default/QGIS/QGIS3.ini ] &&
    [ "$(cat $stamp)" = "$(state)" ]; then
    compile_translations
    echo "Set-up is complete."
    exit 0
fi

started=$SECONDS
mkdir -p .qgis
: >"$log"
install_packages
make_environment
step 3 "Translations"
compile_translations
make_profile
check
state >$stamp
echo "Set-up is complete ($((SECONDS - started)) s)."
