#!/usr/bin/env bash
# The bill of materials of each program for each system, in CycloneDX's form: modules, versions, licenses.
. "$(dirname "$0")/setup.sh"

# bom NAME SYSTEM CGO PACKAGE
bom() {
	GOOS=$2 CGO_ENABLED=$3 build/tools/cyclonedx-gomod app -json -licenses -std -noserial -notimestamp -main "$4" \
		-output "$out/$1-$version-$2.cdx.json" . 2>"$stage/sbom.log" || {
		cat "$stage/sbom.log" >&2
		return 1
	}
}
for system in linux windows darwin; do
	bom enrollctl $system 0 cmd/enrollctl
done
bom enrollbench linux 1 .
bom enrollbench windows 1 .
