#!/usr/bin/env bash
# Writes citycheck-<version>.zip, installable by QGIS, from the last commit and the compiled translations.
# Usage: scripts/package.sh [FOLDER] (default dist); prints the path of the archive.
set -euo pipefail
folder="$(mkdir -p "${1:-dist}" && cd "${1:-dist}" && pwd -P)"
cd "$(dirname "${BASH_SOURCE[0]}")/.."

version="$(git show HEAD:metadata.txt | sed -n 's/^version=//p')"
[ -z "$(git status --porcelain --untracked-files=no)" ] ||
    echo "Note: changes that are not committed are not in the archive." >&2

lrelease=/usr/lib/qt5/bin/lrelease
[ -x $lrelease ] || lrelease=lrelease
translations=()
for source in i18n/*.ts; do
    [ -e "$source" ] || continue
    "$lrelease" -silent "$source"
    translations+=("--add-file=${source%.ts}.qm")
done

archive="$folder/citycheck-$version.zip"
git archive --format=zip -o "$archive.part" --prefix=citycheck/i18n/ "${translations[@]}" --prefix=citycheck/ HEAD
mv "$archive.part" "$archive"
echo "$archive"
