# Sourced by the scripts that make packages. Equal sources give equal bytes: the version comes from version.sh, every time from the
# commit (or SOURCE_DATE_EPOCH), and names are sorted.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
umask 022
export TZ=UTC LC_ALL=C.UTF-8 GOFLAGS=-trimpath GOARCH=amd64
SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-$(git log -1 --format=%ct)} || {
	echo 'There is no git here: set SOURCE_DATE_EPOCH to the time of the sources, in seconds since 1970.' >&2
	exit 2
}
export SOURCE_DATE_EPOCH
version=$(scripts/version.sh)
out=${PACKAGE_OUT:-build/package} # what is shipped
stage=$out-stage                  # what goes into it, a folder for each package
mkdir -p "$out" "$stage"

# What go build gets: what the go command would note of the work tree's state is left out.
built=(-buildvcs=false -ldflags "-s -w -X main.version=$version")

# fresh FOLDER: makes it anew, empty.
fresh() { rm -rf "$1" && mkdir -p "$1"; }

# stamped FOLDER: gives everything in it the time and the mode of the release.
stamped() {
	find "$1" -type d -exec chmod 755 {} + -o -type f -exec chmod 644 {} +
	find "$1" -type f \( -path '*/bin/*' -o -path '*/enrollctl-*/enrollctl' \) -exec chmod 755 {} +
	find "$1" -exec touch -h -d "@$SOURCE_DATE_EPOCH" {} +
}

# tarball FOLDER: packs build/package-stage/FOLDER.
tarball() {
	stamped "$stage/$1"
	tar -C "$stage" --sort=name --owner=0 --group=0 --numeric-owner --mtime="@$SOURCE_DATE_EPOCH" -cf - "$1" | gzip -9n >"$out/$1.tar.gz"
}

# zipped FOLDER: the same as a ZIP.
zipped() {
	stamped "$stage/$1"
	rm -f "$out/$1.zip"
	(cd "$stage" && find "$1" -type f | sort | zip -X -q -9 "$OLDPWD/$out/$1.zip" -@)
}

# legal FOLDER [SUFFIX]: the licenses that go with a program.
legal() {
	cp LICENSE "$1/LICENSE${2:-}"
	cp NOTICE "$1/NOTICE${2:-}"
	cp resources/notices.txt "$1/THIRD-PARTY-NOTICES.txt"
}

# signed FILE: has SIGN_COMMAND sign it in place; the file's path becomes its last argument. Without SIGN_COMMAND nothing is signed.
signed() {
	[ -z "${SIGN_COMMAND:-}" ] || bash -c "$SIGN_COMMAND \"\$1\"" sign "$1"
}
