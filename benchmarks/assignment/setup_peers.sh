#!/usr/bin/env bash
# Install the programs that the assignment is compared with (repeats do nothing):
#   .venv-peers             Python packages as wheels, apart from the ones that QGIS uses
#   .venv-peers/geofileops  geofileops, which needs the system's GDAL bindings
#   .cache/bench/postgres   an empty PostGIS database; its server runs only while it is measured
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
here=benchmarks/assignment
place=.venv-peers
cluster=.cache/bench/postgres
python=/usr/bin/python3

say() { printf '%s\n' "$*" >&2; }
as_root() { if [ "$(id -u)" = 0 ]; then "$@"; else sudo "$@"; fi; }
# PostgreSQL refuses to run as root.
as_postgres() { if [ "$(id -u)" = 0 ]; then runuser -u postgres -- "$@"; else "$@"; fi; }
have_postgis() { compgen -G '/usr/share/postgresql/*/extension/postgis.control' >/dev/null; }

if ! { have_postgis && command -v ogr2ogr psql >/dev/null; }; then
    say "Installing gdal-bin and PostGIS (apt)"
    as_root apt-get update -q
    as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends \
        gdal-bin postgresql postgresql-postgis libsqlite3-mod-spatialite
fi

wanted="$(sha256sum $here/requirements.txt $here/setup_peers.sh)"
if [ "$(cat $place/complete 2>/dev/null)" != "$wanted" ]; then
    say "Installing the Python packages of the peers ($place)"
    rm -rf $place
    $python -m venv $place
    echo '*' >$place/.gitignore
    $place/bin/pip install -qq --disable-pip-version-check -r $here/requirements.txt
    $python -m venv --system-site-packages $place/geofileops
    $python -c 'import numpy, pandas; from osgeo import gdal
print(f"numpy=={numpy.__version__}\npandas=={pandas.__version__}\ngdal=={gdal.__version__}")' >$place/system.txt
    $place/geofileops/bin/pip install -qq --disable-pip-version-check -c $place/system.txt geofileops==0.10.2
    echo "$wanted" >$place/complete
fi

if [ ! -f $cluster/PG_VERSION ]; then
    say "Making a PostGIS database ($cluster)"
    rm -rf $cluster
    mkdir -p $cluster
    if [ "$(id -u)" = 0 ]; then chown postgres $cluster; fi
    bin="$(ls -d /usr/lib/postgresql/*/bin | sort -V | tail -n 1)"
    as_postgres "$bin/initdb" -D $cluster -U postgres --auth=trust --no-sync >/dev/null
    echo 'create extension postgis' | as_postgres "$bin/postgres" --single -D $cluster postgres >/dev/null
fi
