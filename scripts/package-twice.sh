#!/usr/bin/env bash
# make package-twice: clones this commit into two folders with names of different length, makes the packages in both, and compares them.
# All have to be equal but the MSI: wixl writes the time and new GUIDs into it.
#   COLD=1 gives each a build cache of its own, so that nothing is taken from an earlier build. That takes an hour of one core.
set -euo pipefail
cd "$(dirname "$0")/.."

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir -p build
for folder in a another-and-longer; do
	git clone -q . "$work/$folder"
	(
		cd "$work/$folder"
		if [ -n "${COLD:-}" ]; then export GOCACHE=$work/cache-$folder; fi
		export VERSION=${VERSION:-$("$OLDPWD/scripts/version.sh")}
		scripts/package.sh "$@" >"$work/$folder.log" 2>&1
	) || {
		tail -n 30 "$work/$folder.log"
		exit 1
	}
	grep -v '\.msi$' "$work/$folder/build/package/SHA256SUMS" >"$work/$folder.sums"
	[ -s "$work/$folder.sums" ] || exit 1
done
diff "$work/a.sums" "$work/another-and-longer.sums" >build/package-twice.diff || {
	echo 'Two builds of one commit differ:'
	cat build/package-twice.diff
	exit 1
}
echo "Two builds in two folders are equal: $(wc -l <"$work/a.sums") files. The MSI is not compared."
