#!/usr/bin/env bash
# make package: everything that is shipped, into build/package. The arguments choose parts of it: enrollctl, linux, windows, sbom.
#   VERSION=1.2.3      instead of what scripts/version.sh finds
#   SIGN_COMMAND=...   signs each Windows program, installer and MSI: it gets the file's path as its last argument and signs it in place
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/parts.sh

parts=("${@:-}")
[ -n "${parts[0]}" ] || parts=(enrollctl linux windows sbom)
scripts/deps.sh build package

tools() {
	CGO_ENABLED=0 GOFLAGS=-trimpath go build -modfile=tools/go.mod -o build/tools/ \
		github.com/goreleaser/nfpm/v2/cmd/nfpm github.com/CycloneDX/cyclonedx-gomod/cmd/cyclonedx-gomod
}

# The names in SHA256SUMS have no folder, so that "sha256sum -c" works where the files were downloaded to.
sums() { (cd build/package && rm -f SHA256SUMS && find . -type f -printf '%P\n' | LC_ALL=C sort | xargs -d '\n' sha256sum >../SHA256SUMS && mv ../SHA256SUMS .); }

VERSION=$(scripts/version.sh) # one for all parts, also where somebody commits meanwhile
export VERSION
rm -rf build/package build/package-stage
tools
for name in "${parts[@]}"; do
	part "package: $name" "scripts/package/$name.sh"
done
cp resources/notices.txt build/package/THIRD-PARTY-NOTICES.txt
part 'SHA256SUMS' sums
ls -l build/package
summary "make package, version $VERSION"
