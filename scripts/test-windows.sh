#!/usr/bin/env bash
# make test-windows: the tests of the core, of enrollctl and of the window's code as Windows programs under wine, and enrollctl.exe
# itself through the whole way of a batch. PACKAGES="./core/job ./core/store" tests these alone.
#
# wine is not Windows. What fails there and is wine's own fault stands in scripts/wine/faults.txt, test by test with the reason,
# and is skipped; everything else has to pass.
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/parts.sh

export GOFLAGS=${GOFLAGS:--trimpath} CGO_ENABLED=0
scripts/deps.sh windows || true
. scripts/wine/setup.sh
unset DISPLAY WAYLAND_DISPLAY
packages=${PACKAGES:-./core/... ./cmd/... ./gui/...}

if [ -z "$wine" ]; then
	skip 'tests under wine' 'wine64 or gcc-mingw-w64-x86-64 is missing'
	summary 'make test-windows'
	exit
fi

# faults PACKAGE: what go test -skip wants to know: all tests of the package that wine breaks. Each line of the list is a
# package, a test and the reason.
faults() {
	awk -v package="$1" '
		/^[[:space:]]*(#|$)/ { next }
		NF < 3 { print "scripts/wine/faults.txt:" FNR ": needs a package, a test and a reason" >"/dev/stderr"; exit 1 }
		$1 == package { n = split($2, part, "/"); for (i = 1; i <= n; i++) $2 = (i == 1 ? "" : $2 "/") "^" part[i] "$"; list = list (list == "" ? "" : "|") $2 }
		END { print list == "" ? "^$" : list }' scripts/wine/faults.txt
}

tested() {
	local bad=0 package
	# shellcheck disable=SC2086 # the packages are several words
	for package in $(go list -f '{{if or .TestGoFiles .XTestGoFiles}}{{.ImportPath}}{{end}}' $packages); do
		package=./${package#enrollbench/}
		GOOS=windows go test -short -count=1 -timeout 20m -skip "$(faults "$package")" -exec "$wine" "$package" </dev/null || bad=1
	done
	return $bad
}

# The whole way of a batch, from CSRs to opened keys.
demonstrated() {
	GOOS=windows go build -o "$windows/enrollctl.exe" ./cmd/enrollctl &&
		rm -rf "$windows/demo" && (cd "$windows" && "$wine" enrollctl.exe demo -o demo </dev/null) &&
		[ -s "$windows/demo/upload.zip" ]
}

part 'wine' wine_started
part 'tests under wine' tested
part 'enrollctl.exe under wine' demonstrated
printf '\nSkipped, because wine is not Windows there:\n'
sed -n '/^[^#]/p' scripts/wine/faults.txt
summary 'make test-windows'
