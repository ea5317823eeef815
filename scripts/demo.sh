#!/usr/bin/env bash
# Makes a city's input, runs the annual checkup through qgis_process and prints what it has written.
# CITY=sample (the fictional city, two years) or CITY=las_palmas (a real city; needs ../shared/data).
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
city="${CITY:-sample}"
out="${OUT:-out/demo}"
[ "$city" = sample ] || out="${OUT:-out/$city}"
input="$out/input"
started=$SECONDS

quietly() { # prints the command's output only when it fails
    local log="$out/run.log"
    "$@" >"$log" 2>&1 || { local status=$?; grep -E '^(ERROR|Error)' "$log" >&2 || cat "$log" >&2; exit "$status"; }
    sed -n 's/^\(TOTAL\|MATCHED\|AMBIGUOUS\|UNMATCHED\|OUTSIDE\|PROBLEM_COUNT\|OBJECT_COUNT\):/  \1/p' "$log"
    grep -E '^(WARNING|Warning):' "$log" | sort -u | sed 's/^/  /' || true
}

mkdir -p "$out"
case "$city" in
sample)
    .venv/bin/python examples/sample_city.py "$input" >/dev/null
    for year in 2023 2024; do
        problems=()
        for layer in housing community community_line block block_area; do
            problems+=("PROBLEMS=$input/problems_$year.gpkg|layername=$layer")
        done
        echo "Checkup $year of the fictional city 晴川市:"
        quietly scripts/qgis_process run citycheck:annualcheckup -- \
            CITY="$input/boundaries.gpkg|layername=city" DISTRICTS="$input/boundaries.gpkg|layername=district" \
            STREETS="$input/boundaries.gpkg|layername=street" COMMUNITIES="$input/boundaries.gpkg|layername=community" \
            BUILDINGS="$input/buildings.gpkg|layername=buildings" \
            TABLES="$input/values_$year.xlsx" TABLES="$input/values_${year}_街道.csv" SAMPLE="$input/sample.csv" \
            "${problems[@]}" \
            WATER="$input/context.gpkg|layername=water" GREEN="$input/context.gpkg|layername=green" \
            ROADS="$input/context.gpkg|layername=road" \
            YEAR="$year" CITY_NAME=晴川市 DATA_DATE="$year-12-31" PRODUCER=晴川市城市体检工作组 ISSUED="$((year + 1))年3月" \
            DRAWING_NUMBER=01 SOURCE_NOTE=虚构示例数据，不代表任何真实城市 OUTPUT_FOLDER="$out"
    done
    echo "BIM and city models of 13 of its buildings, and the register's numbers for them:"
    quietly scripts/qgis_process run citycheck:ifcfootprints -- FOLDER="$input/models" DATABASE="$out/checkup.gpkg" \
        STATUS="$out/models.csv"
    quietly scripts/qgis_process run citycheck:citymodelfootprints -- FOLDER="$input/models" DATABASE="$out/checkup.gpkg"
    quietly scripts/qgis_process run citycheck:matchfootprints -- DATABASE="$out/checkup.gpkg" OUTPUT="$out/relations.csv"
    ;;
las_palmas)
    .venv/bin/python examples/las_palmas.py "$input" >/dev/null
    real="../shared/data/las_palmas"
    echo "Checkup 2024 of Las Palmas (real footprints, invented values):"
    quietly scripts/qgis_process run citycheck:annualcheckup -- \
        CITY="$real/las_palmas_units.gpkg|layername=city" STREETS="$real/las_palmas_units.gpkg|layername=street" \
        COMMUNITIES="$real/las_palmas_units.gpkg|layername=community" \
        BUILDINGS="$real/las_palmas_osm.gpkg|layername=buildings" ROADS="$real/las_palmas_osm.gpkg|layername=roads" \
        TABLES="$input/values_2024_invented.csv" SAMPLE="$input/sample_invented.csv" \
        PROBLEMS="$input/problems_2024_invented.gpkg" \
        YEAR=2024 CITY_NAME="Las Palmas" DATA_DATE=2024-12-31 LANGUAGE=en \
        SOURCE_NOTE="Footprints and roads © OpenStreetMap contributors (ODbL); values and problems are invented" \
        OUTPUT_FOLDER="$out"
    ;;
*)
    echo "There is no city $city; use CITY=sample or CITY=las_palmas." >&2
    exit 1
    ;;
esac
.venv/bin/python scripts/conservation.py "$out/checkup.gpkg"
echo "Done in $((SECONDS - started)) s:"
for file in annual-problem-map.pdf annual-problem-map.png checkup.gpkg checkup.qgz report.html; do
    [ -s "$out/$file" ] || { echo "  $out/$file is missing" >&2; exit 1; }
    echo "  $out/$file"
done
