#!/usr/bin/env bash
# Runs the checkups of several years into one folder, prints the counts of each, stops at the first year that fails.
# Usage: examples/batch_year.sh INPUT_FOLDER OUTPUT_FOLDER CITY_NAME YEAR...
# The input folder is laid out like that of the sample city, out/demo/input; change the names below for your own.
set -euo pipefail
if [ $# -lt 4 ]; then
    sed -n 's/^# //p' "$0" >&2
    exit 2
fi
input="$1" output="$2" city="$3"
shift 3
checkout="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)"
log="$(mktemp -d)"
trap 'rm -rf "$log"' EXIT

mkdir -p "$output"
row='%6s%9s%9s%11s%11s%9s%10s%9s\n'
printf "$row" year in matched ambiguous unmatched outside problems objects
for year in "$@"; do
    tables=()
    for table in "$input/values_$year"*; do
        tables+=("TABLES=$table")
    done
    problems=()
    for layer in housing community community_line block block_area; do
        problems+=("PROBLEMS=$input/problems_$year.gpkg|layername=$layer")
    done
    if ! "$checkout/scripts/qgis_process" --json run citycheck:annualcheckup -- \
        CITY="$input/boundaries.gpkg|layername=city" DISTRICTS="$input/boundaries.gpkg|layername=district" \
        STREETS="$input/boundaries.gpkg|layername=street" COMMUNITIES="$input/boundaries.gpkg|layername=community" \
        BUILDINGS="$input/buildings.gpkg|layername=buildings" SAMPLE="$input/sample.csv" \
        "${tables[@]}" "${problems[@]}" \
        YEAR="$year" CITY_NAME="$city" DATA_DATE="$year-12-31" MAX_UNMATCHED=5 \
        OUTPUT_FOLDER="$output" >"$log/result.json" 2>"$log/errors"; then
        cat "$log/errors" >&2
        echo "$year failed: nothing of it was written, and the years after it were not run." >&2
        exit 1
    fi
    counts="$(python3 - "$log/result.json" <<'PYTHON'
import json
import sys

with open(sys.argv[1], encoding="utf-8") as file:
    results = json.load(file)["results"]
keys = ("TOTAL", "MATCHED", "AMBIGUOUS", "UNMATCHED", "OUTSIDE", "PROBLEM_COUNT", "OBJECT_COUNT")
print(*(results[key] for key in keys))
PYTHON
    )"
    # shellcheck disable=SC2086
    printf "$row" "$year" $counts
done
