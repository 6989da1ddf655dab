#!/usr/bin/env bash
# The bill of materials of each program for each system, in CycloneDX's form: modules, versions, licenses.
. "$(dirname "$0")/setup.sh"

# cyclonedx-gomod reads the version from a tag, and does not know git's linked work trees: it gets a clone of its own.
source=$stage/source
rm -rf "$source"
git clone -q . "$source"
git -C "$source" tag -f "v$version" >/dev/null

# bom NAME SYSTEM CGO PACKAGE
bom() {
	GOOS=$2 CGO_ENABLED=$3 build/tools/cyclonedx-gomod app -json -licenses -std -noserial -notimestamp -main "$4" \
		-output "$out/$1-$version-$2.cdx.json" "$source" 2>"$stage/sbom.log" || {
		cat "$stage/sbom.log" >&2
		return 1
	}
}
for system in linux windows darwin; do
	bom enrollctl $system 0 cmd/enrollctl
done
bom enrollbench linux 1 .
bom enrollbench windows 1 .
