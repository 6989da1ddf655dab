#!/usr/bin/env bash
# Prints the version of what is built here: VERSION if it is set; on a commit with the tag vX.Y.Z, X.Y.Z; else the next version, which
# FyneApp.toml names, with the number of commits and the commit. Versions are those of Semantic Versioning.
set -euo pipefail
cd "$(dirname "$0")/.."

next=$(sed -n 's/^Version = "\(.*\)"$/\1/p' FyneApp.toml)
if [ -n "${VERSION:-}" ]; then
	version=$VERSION
elif ! git rev-parse --is-inside-work-tree >/dev/null 2>&1; then
	version=$next
elif tag=$(git describe --exact-match --match 'v[0-9]*' 2>/dev/null); then
	version=${tag#v}
else
	version="$next-dev.$(git rev-list --count HEAD)+g$(git rev-parse --short=9 HEAD)"
fi
[[ $version =~ ^[0-9]+\.[0-9]+\.[0-9]+(-[0-9A-Za-z.-]+)?(\+[0-9A-Za-z.-]+)?$ ]] || {
	echo "version.sh: \"$version\" is no version such as 1.2.3 or 1.2.3-rc.1" >&2
	exit 2
}
printf '%s\n' "$version"
