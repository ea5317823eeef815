#!/usr/bin/env bash
# Installs the servers that the exchange with platforms is tested with: PostGIS, QGIS Server, MapServer, nginx and
# spawn-fcgi by apt, pygeoapi in .venv-servers. Run scripts/setup.sh first. Safe to repeat: does nothing when all is
# in place. No server is started, now or when the machine starts; the tests start and end their own.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
root="$(pwd -P)"
export LC_ALL=C.UTF-8
unset PYTHONPATH PYTHONHOME LANGUAGE

python=/usr/bin/python3
environment=.venv-servers
stamp=$environment/citycheck-setup
log=.cache/setup-servers.log

packages=(postgresql postgresql-postgis cgi-mapserver nginx-light spawn-fcgi)
wheels=(pygeoapi==0.21.0 geoalchemy2 psycopg2-binary gunicorn)

step() { printf '[%s/2] %s\n' "$1" "$2"; }
say() { printf '      %s\n' "$1"; }
stop() {
    printf 'Set-up of the servers stopped: %s\n' "$1" >&2
    exit 1
}
logged() {
    printf '\n$ %s\n' "$*" >>"$log"
    if ! "$@" >>"$log" 2>&1 </dev/null; then
        tail -n 25 "$log" >&2
        stop "this command failed: $* (everything it printed is in $log)"
    fi
}

as_root() { if [ "$(id -u)" = 0 ]; then "$@"; else sudo "$@"; fi; }
installed() { { dpkg-query -W -f '${Status} ${Version}\n' "$1" 2>/dev/null || true; } | awk '/^install ok installed/ {print $4}'; }
script_state() { sha256sum scripts/setup-servers.sh | cut -c1-16; }
state() { printf '%s %s %s\n' "$root" "$(script_state)" "$($python -c 'import sys; print(*sys.version_info[:3])')"; }

# What the tests call, wherever it came from.
missing_programs() {
    compgen -G '/usr/lib/postgresql/*/bin/postgres' >/dev/null || echo postgresql
    compgen -G '/usr/share/postgresql/*/extension/postgis.control' >/dev/null || echo postgresql-postgis
    [ -x /usr/bin/mapserv ] || echo cgi-mapserver
    [ -x /usr/sbin/nginx ] || echo nginx-light
    [ -x /usr/bin/spawn-fcgi ] || echo spawn-fcgi
    [ -x /usr/lib/cgi-bin/qgis_mapserv.fcgi ] || echo qgis-server
}

# --- apt -----------------------------------------------------------------------------------------------

require_apt() {
    command -v apt-get >/dev/null ||
        stop "there is no apt here. Install PostgreSQL with PostGIS, QGIS Server, MapServer, nginx and spawn-fcgi on a Debian or Ubuntu machine, or run the tests without them."
    [ -n "$(installed qgis)" ] || stop "QGIS is not installed. Run 'make setup' first."
}

require_root() {
    [ "$(id -u)" = 0 ] || command -v sudo >/dev/null ||
        stop "packages are missing ($*) and neither root nor sudo is at hand. Run 'make setup-servers' once as root, or have them installed."
    [ "$(id -u)" = 0 ] || sudo -v || stop "sudo refused. Run 'make setup-servers' once as root, or have these packages installed: $*"
}

# QGIS Server must come from where QGIS came from: the two share their libraries.
qgis_release() {
    case "$(installed qgis)" in
    *~bpo*) printf '%s-backports' "$(. /etc/os-release && printf '%s' "${VERSION_CODENAME:-}")" ;;
    esac
}

# While packages are installed nothing may start, and no database cluster of the system is made (one would be started
# with the machine). What is put in place for that is taken away again, except what was there before.
policy=/usr/sbin/policy-rc.d
no_cluster=/etc/postgresql-common/createcluster.d/citycheck.conf
hold_services() {
    held=()
    trap release_services EXIT
    if [ ! -e $policy ]; then
        held+=($policy)
        printf '#!/bin/sh\nexit 101\n' | as_root tee $policy >/dev/null
        as_root chmod 755 $policy
    fi
    held+=($no_cluster)
    as_root mkdir -p "$(dirname $no_cluster)"
    printf 'create_main_cluster = false\n' | as_root tee $no_cluster >/dev/null
}
release_services() { as_root rm -f "${held[@]}"; }

install_packages() {
    step 1 "System packages (apt)"
    local missing release had_nginx
    missing="$(missing_programs | tr '\n' ' ')"
    if [ -z "$missing" ]; then
        say "all there, QGIS Server $(installed qgis-server)"
        return
    fi
    require_root $missing
    had_nginx="$(installed nginx-common)"
    say "reading the package lists"
    as_root apt-get update -q >>"$log" 2>&1 || say "apt-get update reported a problem (see $log); going on with what is there"
    say "installing ${missing% }"
    hold_services
    local install=(env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends)
    logged as_root "${install[@]}" "${packages[@]}"
    if [[ "$missing" == *qgis-server* ]]; then
        release="$(qgis_release)"
        logged as_root "${install[@]}" ${release:+-t "$release"} qgis-server
    fi
    release_services
    trap - EXIT
    if [ -z "$had_nginx" ]; then
        as_root update-rc.d nginx disable >>"$log" 2>&1 || say "nginx could not be disabled: it may start with this machine (see $log)"
    fi
    missing="$(missing_programs | tr '\n' ' ')"
    [ -z "$missing" ] || stop "apt reported success, but these are not where they should be: ${missing% } (see $log)"
    say "QGIS Server $(installed qgis-server), PostGIS $(installed postgresql-postgis)"
}

# --- pygeoapi ------------------------------------------------------------------------------------------

usable_environment() {
    [ -x $environment/bin/python ] || return 1
    grep -qF "$root/$environment/bin/python" $environment/bin/pip 2>/dev/null || return 1  # copied or moved
    [ "$($environment/bin/python -c 'import sys; print(sys.version)')" = "$($python -c 'import sys; print(sys.version)')" ]
}

make_environment() {
    step 2 "pygeoapi ($environment, apart from the packages that QGIS uses)"
    if ! usable_environment; then
        rm -rf $environment
        logged $python -m venv $environment
    fi
    logged env PYTHONNOUSERSITE=1 $environment/bin/python -m pip install -q --disable-pip-version-check "${wheels[@]}"
    logged $environment/bin/python -c 'import geoalchemy2, gunicorn, psycopg2, pygeoapi.provider.sql'
}

# -------------------------------------------------------------------------------------------------------

if [ -f $stamp ] && [ "$(cat $stamp)" = "$(state)" ] && [ -z "$(missing_programs)" ]; then
    echo "The servers are installed."
    exit 0
fi

started=$SECONDS
mkdir -p .cache
: >"$log"
require_apt
install_packages
make_environment
state >$stamp
echo "The servers are installed ($((SECONDS - started)) s)."
