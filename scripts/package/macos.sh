#!/usr/bin/env bash
# macOS, on a Mac: EnrollBench.app by Fyne's own tool, zipped. It needs Xcode's command line tools. Without a signature and
# notarization by Apple, macOS asks before it opens the program for the first time.
set -euo pipefail
cd "$(dirname "$0")/../.."
export GOFLAGS=-trimpath CGO_ENABLED=1
version=$(scripts/version.sh)
arch=$(go env GOARCH)
mkdir -p build/package
go run fyne.io/tools/cmd/fyne@v1.7.4 package --target darwin --release --tags migrated_fynedo,no_animations --app-version "${version%%[-+]*}"
ditto -c -k --keepParent EnrollBench.app "build/package/enrollbench-$version-darwin-$arch.zip"
rm -rf EnrollBench.app
