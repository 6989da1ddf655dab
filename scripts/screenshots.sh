#!/usr/bin/env bash
# make screenshots: the pictures in docs/images, from the program as it is.
set -euo pipefail
cd "$(dirname "$0")/.."

scripts/sample.sh build/sample >/dev/null
go run ./windowtest/screenshots
