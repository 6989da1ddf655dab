#!/usr/bin/env bash
# make release VERSION=1.2.3: does on one machine what the workflow does with a tag: checks, tests, packages, tries the packages and
# compares two builds. Then it tags the commit. What it built lies in build/package; pushing the tag is left to you.
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/parts.sh

refuse() {
	echo "make release: $*" >&2
	exit 2
}
version=${1#v}
[ -n "$version" ] || refuse 'which version? make release VERSION=1.2.3'
version=$(VERSION=$version scripts/version.sh)
[ -z "$(git status --porcelain)" ] || refuse 'not everything is committed. Commit it, then try again.'
! git rev-parse -q --verify "refs/tags/v$version" >/dev/null || refuse "v$version exists already"
base=${version%%-*}
grep -qx "Version = \"$base\"" FyneApp.toml || refuse "FyneApp.toml names another version. Write Version = \"$base\" there and commit it."
grep -qF "## [$version]" CHANGELOG.md || refuse "CHANGELOG.md has no section [$version]. Rename [Unreleased], commit it, then try again."

export VERSION=$version
part 'make check' make --no-print-directory check
part 'make test' make --no-print-directory test
part 'make package' scripts/package.sh
part 'the packages install, run and go' scripts/package-test.sh
part 'two builds are equal' scripts/package-twice.sh
summary "make release VERSION=$version"
git tag -a "v$version" -m "EnrollBench $version"
echo "v$version is tagged and its packages lie in build/package. To publish: git push origin v$version"
