#!/usr/bin/env bash
# make test: every test there is.
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/parts.sh

export GOFLAGS=${GOFLAGS:--trimpath}

# The core and the command line have to work without cgo, the way enrollctl is built.
without_cgo() { CGO_ENABLED=0 go test ./core/... ./cmd/...; }

# What stands around the program: the dependency rule, the benchmark, the hidden screen.
around_it() { CGO_ENABLED=0 go test ./scripts/... ./bench/... ./windowtest/desktop/...; }

# What somebody sees who types make run where there is no display.
without_display() {
	env -u DISPLAY -u WAYLAND_DISPLAY scripts/run.sh >build/demo.log 2>&1 &&
		grep -q 'There is no display here' build/demo.log && grep -q 'every count right' build/demo.log &&
		[ -s build/demo/upload.zip ] && [ -s build/demo/upload.manifest.csv ] && [ -s build/demo/devices.csv ] &&
		[ "$(find build/demo/jobs -name 'result.*' | wc -l)" = 3 ] &&
		! grep -rlE 'PRIVATE KEY|practice_[A-Za-z0-9_-]{40}' build/demo || {
		cat build/demo.log
		return 1
	}
}

# What computes for long on one goroutine has no races to find; it ran above.
no_races='TestCoatDamage|TestContributing|TestEveryByteFlipped|TestExamineTextAsFile|TestFlippedBits|TestPIN|TestPINIsSlow|TestTriggerArithmetic'
with_race_detector() { CGO_ENABLED=1 go test -race -skip "^($no_races)$" ./core/... ./cmd/...; }

# In Fyne's test driver; no display, no cgo. Without the tag migrated_fynedo, so that Fyne reports calls from wrong threads.
window_code() { CGO_ENABLED=0 go test ./gui/... ./resources/...; }

# The program itself under Xvfb, driven by keyboard, mouse and a real drop.
build_window() { make --no-print-directory window-checked enrollctl; }
real_window() { go test -tags window -count=1 -v -timeout 25m -skip TestRandomOperator ./windowtest; }

# Five minutes of an operator who cannot read. It waits more than it computes.
random_operator() { OPERATOR_MINUTES=${OPERATOR_MINUTES:-5} go test -tags window -count=1 -v -timeout 25m -run TestRandomOperator ./windowtest; }

mkdir -p build
# What cannot be installed is missed below, part by part.
scripts/deps.sh test || true

part 'core and enrollctl' without_cgo
# Its tests skip themselves, which go test does not say.
compgen -G '/usr/lib/postgresql/*/bin/postgres' >/dev/null || command -v postgres >/dev/null ||
	skip 'the ledger on PostgreSQL' 'PostgreSQL is missing: apt-get install postgresql'
part 'benchmark and checks' around_it
part 'window, test driver' window_code
missing=
scripts/deps.sh build 2>/dev/null || missing+=' packages to build the window'
for tool in Xvfb openbox xdotool dbus-run-session xprop; do
	command -v $tool >/dev/null || missing+=" $tool"
done
/usr/bin/python3 -c 'import Xlib' 2>/dev/null || missing+=' python3-xlib'
if [ -z "$missing" ]; then
	part 'the window is built' build_window
	beside random_operator
fi
if command -v gcc >/dev/null; then
	part 'core and enrollctl, race detector' with_race_detector
else
	skip 'core and enrollctl, race detector' 'gcc is missing'
fi
part 'make run without a display' without_display
if [ -z "$missing" ]; then
	part 'the real window, a random operator beside' joined
	part 'the real window, under Xvfb' real_window
else
	skip 'the real window, under Xvfb' "missing:$missing"
fi
summary 'make test'
