#!/usr/bin/env bash
# make check: everything about the source that can be judged without running the program.
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/parts.sh

export GOFLAGS=${GOFLAGS:--trimpath}
tags=migrated_fynedo
portable=(./core/... ./cmd/... ./gui/... ./resources/... ./scripts/... ./bench/... ./windowtest/...)

# sources PATTERN...: the files of the project, whether committed or not; without git, what lies here.
sources() {
	if git rev-parse --is-inside-work-tree >/dev/null 2>&1; then
		git -c core.quotePath=off ls-files --cached --others --exclude-standard -- "$@" | while IFS= read -r file; do
			[ -f "$file" ] && printf '%s\n' "$file"
		done
	else
		local pattern
		for pattern in "${@:-*}"; do find . -path ./build -prune -o -type f -name "$pattern" -print; done
	fi
}

formatted() {
	local unformatted
	unformatted=$(sources '*.go' | tr '\n' '\0' | xargs -0 gofmt -l) || return 1
	[ -z "$unformatted" ] || {
		printf 'gofmt -w would change:\n%s\n' "$unformatted"
		return 1
	}
}

short() {
	local long
	long=$(sources '*.go' '*.sh' '*.py' Makefile | tr '\n' '\0' | xargs -0 wc -l | awk '$1 > 600 && $2 != "total"')
	[ -z "$long" ] || {
		printf 'more than 600 lines; a file holds one noun:\n%s\n' "$long"
		return 1
	}
}

# Every system has to be able to check the repository out.
storable() { sources | CGO_ENABLED=0 go run ./scripts/filenames; }

# The module of the tools is left out: to judge it, the go command would have to load every module that their tests name.
tidy() { go mod tidy -diff; }

vet() { # GOOS PACKAGE...
	GOOS=$1 CGO_ENABLED=0 go vet "${@:2}"
}

# The window's own packages need cgo; what it compiles for this is what `make build` uses.
vet_window() {
	CGO_ENABLED=1 go vet -tags $tags . && go vet -tags window ./windowtest/...
}

# The pinned tools are built once, without cgo whatever it is that they look at.
tools() {
	CGO_ENABLED=0 go build -modfile=tools/go.mod -o build/tools/ \
		honnef.co/go/tools/cmd/staticcheck github.com/securego/gosec/v2/cmd/gosec golang.org/x/tools/cmd/deadcode
}

# Each line of deadcode-exclude.txt is a path, a function and the reason. The window is one of the programs: without it half of
# the code would look dead.
reached() {
	CGO_ENABLED=1 build/tools/deadcode -tags $tags . ./cmd/... ./bench/... ./windowtest/... ./scripts/... >build/deadcode.txt || return 1
	awk '
		FILENAME ~ /exclude/ { if (!/^[[:space:]]*(#|$)/) { if (NF < 3) { print FILENAME ":" FNR ": needs a path, a function and a reason"; bad = 1 } known[$1 " " $2] = 1 }; next }
		{ at = $1; sub(/:.*/, "", at); if (!((at " " $NF) in known)) { print; bad = 1 } }
		END { exit bad }' scripts/deadcode-exclude.txt build/deadcode.txt || {
		echo 'no program reaches these: delete them, or give the reason in scripts/deadcode-exclude.txt'
		return 1
	}
}

staticcheck() {
	CGO_ENABLED=0 build/tools/staticcheck "${portable[@]}" &&
		CGO_ENABLED=0 build/tools/staticcheck -tags window ./windowtest/...
}

staticcheck_window() { CGO_ENABLED=1 build/tools/staticcheck -tags $tags .; }

# Each line of gosec-exclude.txt is a path (a regular expression), a rule and the reason; "#" begins a comment.
gosec() { # PACKAGE..., with flags before them
	local rules
	rules=$(awk '
		/^[[:space:]]*(#|$)/ { next }
		NF < 4 { printf "scripts/gosec-exclude.txt:%d: needs a path, a rule and a reason\n", NR > "/dev/stderr"; bad = 1 }
		{ list = list (list == "" ? "" : ";") $1 ":" $2 }
		END { print list; exit bad }' scripts/gosec-exclude.txt) || return 1
	build/tools/gosec -quiet -color=false -nosec-require-rules -nosec-require-justification -terse \
		-exclude-dir=testdata -exclude-rules="$rules" "$@"
}

gosec_portable() { CGO_ENABLED=0 gosec "${portable[@]}"; }
gosec_window() { CGO_ENABLED=1 gosec -tags $tags .; }

# The pages of rules are printed from the tables that the checks use.
printed() {
	local page command
	while read -r page command; do
		# shellcheck disable=SC2086 # the command is several words
		CGO_ENABLED=0 go run ./cmd/enrollctl $command --markdown </dev/null | diff -u "docs/$page" - || {
			echo "docs/$page is not what enrollctl prints: run make docs"
			return 1
		}
	done <<-'PAGES'
		csr-rules.md csr rules
		csv-rules.md csv rules
		mac-rules.md mac rules
		recipient-rules.md recipient rules
		delivery-rules.md deliver --rules
		job-rules.md job rules
	PAGES
}

# What is built in has its license in what is shipped.
licensed() {
	CGO_ENABLED=0 go run ./scripts/notices | diff -u resources/notices.txt - >build/notices.diff || {
		head -n 40 build/notices.diff
		echo 'resources/notices.txt does not name what is built in: run make docs'
		return 1
	}
}

# What the page about sealing says was exchanged, a test exchanges; what the race detector leaves out is there.
named() {
	local name missing=
	for name in $(grep -o 'Test[A-Z][A-Za-z0-9]*' docs/sealing.md <(grep '^no_races=' scripts/test.sh) -h | sort -u); do
		grep -rqs "^func $name(" core cmd --include='*_test.go' || missing+=" $name"
	done
	[ -z "$missing" ] || {
		echo "docs/sealing.md or scripts/test.sh names tests that are not there:$missing"
		return 1
	}
}

# staticcheck and gosec bring large modules with them; -n prints the compiler's calls that are still to be made.
if [ "$(CGO_ENABLED=0 go build -n -modfile=tools/go.mod github.com/securego/gosec/v2/cmd/gosec 2>&1 | grep -c '/compile ')" -gt 50 ]; then
	echo 'First check here: staticcheck and gosec have to be compiled once. That takes about 3 minutes on two cores.'
fi

tools
part 'gofmt' formatted
part 'files of 600 lines at most' short
part 'names that every system can store' storable
part 'go mod tidy' tidy
part 'dependency rule' go run ./scripts/architecture
part 'go vet' vet "$(go env GOOS)" "${portable[@]}"
part 'go vet for Windows' vet windows ./core/... ./cmd/...
part 'go vet for macOS' vet darwin ./core/... ./cmd/...
part 'staticcheck' staticcheck
part 'gosec' gosec_portable
part 'documentation printed from code' printed
part 'licenses of what is built in' licensed
part 'tests that documentation names' named
if scripts/deps.sh build; then
	scripts/cold.sh -tags $tags
	part 'go vet of the window' vet_window
	part 'staticcheck of the window' staticcheck_window
	part 'gosec of the window' gosec_window
	part 'code that no program reaches' reached
else
	skip 'go vet of the window' 'the packages to build it are missing (make deps)'
	skip 'staticcheck of the window' 'the packages to build it are missing (make deps)'
	skip 'gosec of the window' 'the packages to build it are missing (make deps)'
	skip 'code that no program reaches' 'the packages to build the window are missing (make deps)'
fi
summary 'make check'
