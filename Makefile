# EnrollBench. On Debian and Ubuntu nothing but Go and make has to be there first; elsewhere see README.md for the packages.
#
#   make run      opens the window; without a display, shows the same job on the command line
#   make test     every test, the real window under Xvfb included
#   make test-windows   the tests and enrollctl.exe under wine; what wine cannot do is listed
#   make check    formatting, vet, staticcheck, gosec, the dependency rule, documentation that is printed from code
#   make build    build/enrollbench and build/enrollctl
#   make fuzz     every fuzz target for a while (TIME=10m make fuzz)
#   make bench    what things cost here, side by side with the usual tools, into docs/performance.md; QUICK=1 for a look in between
#   make package  everything that is shipped, into build/package; make package-test installs and removes it, make package-twice compares two builds
#   make release VERSION=1.2.3   checks, tests and packages this version, and tags it
#   make site     the pages as plain HTML, into build/site
#   make ledger-demo   two windows, as two workstations, on one shared ledger
#   make soak     a random operator in the real window, for twenty minutes (OPERATOR_SEED=N does the same again)
#   make screenshots, make docs, make deps, make clean

SHELL := /bin/bash

# One set of flags for everything that needs cgo: a changed flag means compiling the C code of the window again, minutes.
# (-tags migrated_fynedo switches off Fyne's log of calls from wrong threads; run-checked and the tests keep it. -tags no_animations makes the
# cursor stand still: each blink draws the whole window, which costs a seventh of a core where no graphics card helps.)
export GOFLAGS := $(strip $(filter-out -trimpath,$(GOFLAGS)) -trimpath)
LDFLAGS := -s -w
TAGS := migrated_fynedo,no_animations

.PHONY: run run-checked test test-windows check fuzz bench build window window-checked enrollctl deps docs screenshots soak site package package-test package-twice ledger-demo release clean

run:
	@scripts/run.sh

run-checked: window-checked
	build/enrollbench-checked

test:
	@scripts/test.sh

test-windows:
	@scripts/test-windows.sh

check:
	@scripts/check.sh

fuzz:
	@scripts/fuzz.sh

bench: enrollctl
	@scripts/deps.sh bench || true
	@$(MAKE) --no-print-directory window || echo 'The window cannot be built here: its start is not measured.'
	@CGO_ENABLED=0 go build -o build/benchmark ./bench
	@build/benchmark $(if $(QUICK),-quick,-o docs/performance.md)

build: window enrollctl

window:
	@scripts/deps.sh build
	@scripts/cold.sh -tags $(TAGS)
	go build -tags $(TAGS) -ldflags "$(LDFLAGS)" -o build/enrollbench .

window-checked:
	@scripts/deps.sh build
	@scripts/cold.sh
	go build -tags no_animations -ldflags "$(LDFLAGS)" -o build/enrollbench-checked .

enrollctl:
	CGO_ENABLED=0 go build -ldflags "$(LDFLAGS)" -o build/enrollctl ./cmd/enrollctl

deps:
	@scripts/deps.sh build test bench

docs: enrollctl
	build/enrollctl csr rules --markdown >docs/csr-rules.md
	build/enrollctl csv rules --markdown >docs/csv-rules.md
	build/enrollctl mac rules --markdown >docs/mac-rules.md
	build/enrollctl recipient rules --markdown >docs/recipient-rules.md
	build/enrollctl deliver --rules --markdown >docs/delivery-rules.md
	build/enrollctl job rules --markdown >docs/job-rules.md
	build/enrollctl man build/man
	go run ./scripts/notices >build/notices.txt
	mv build/notices.txt resources/notices.txt

ledger-demo:
	@scripts/deps.sh test
	@if [ -n "$$DISPLAY$$WAYLAND_DISPLAY" ]; then $(MAKE) --no-print-directory window; fi
	@CGO_ENABLED=0 go run ./scripts/ledger-demo

screenshots: window enrollctl
	@scripts/deps.sh test
	@scripts/screenshots.sh

site:
	go run ./scripts/site

package:
	@scripts/package.sh

package-test:
	@scripts/package-test.sh

package-twice:
	@scripts/package-twice.sh

release:
	@scripts/release.sh "$(VERSION)"

soak: window-checked enrollctl
	@scripts/deps.sh test
	OPERATOR_MINUTES=$${OPERATOR_MINUTES:-20} go test -tags window -count=1 -v -timeout 90m ./windowtest -run TestRandomOperator

clean:
	rm -rf build
