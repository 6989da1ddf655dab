#!/usr/bin/env bash
# Prints the version of what is built here: VERSION if it is set; on a commit with the tag vX.Y.Z, X.Y.Z; else the next version, which
# FyneApp.toml names, with the number of commits and the commit, and .changed where the files are no longer those of the commit.
# Versions are those of Semantic Versioning.
set -euo pipefail
cd "$(dirname "$0")/.."

next=$(sed -n 's/^Version = "\(.*\)"$/\1/p' FyneApp.toml)
if [ -n "${VERSION:-}" ]; then
	version=$VERSION
elif [ ! -e .git ]; then
	version=$next
elif ! git rev-parse --git-dir >/dev/null; then
	# As it does where the files belong to somebody else. A guess would pass a development build off as a release.
	echo 'version.sh: git does not tell which commit this is, for the reason above. Do what it says, or set VERSION.' >&2
	exit 1
elif tag=$(git describe --exact-match --match 'v[0-9]*' 2>/dev/null) && git diff --quiet HEAD; then
	version=${tag#v}
else
	version="$next-dev.$(git rev-list --count HEAD)+g$(git rev-parse --short=9 HEAD)"
	git diff --quiet HEAD || version+=.changed # since that commit
fi
[[ $version =~ ^[0-9]+\.[0-9]+\.[0-9]+(-[0-9A-Za-z.-]+)?(\+[0-9A-Za-z.-]+)?$ ]] || {
	echo "version.sh: \"$version\" is no version such as 1.2.3 or 1.2.3-rc.1" >&2
	exit 2
}
printf '%s\n' "$version"
