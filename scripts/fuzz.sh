#!/usr/bin/env bash
# make fuzz: every fuzz target for TIME each (default 30s), one after another. What fails is kept by the go command below the
# package's testdata/fuzz, to be committed with the fix.
# Inputs are minimized by a few runs only: without that limit a target with long inputs does little else (60 s an input).
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/parts.sh
export GOFLAGS=${GOFLAGS:--trimpath} CGO_ENABLED=0

while IFS=: read -r file _ line; do
	target=${line#func }
	target=${target%%(*}
	part "$target ($(dirname "$file"))" go test "./$(dirname "$file")" -run '^$' -fuzz "^$target\$" -fuzztime "${TIME:-30s}" -fuzzminimizetime 20x
done < <(git grep -n '^func Fuzz' -- '*_test.go')
summary 'make fuzz'
