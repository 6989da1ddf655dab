#!/usr/bin/env bash
# enrollctl alone, one file without dependencies: for Linux, Windows and macOS on amd64 and arm64.
. "$(dirname "$0")/setup.sh"

for system in linux windows darwin; do
	for arch in amd64 arm64; do
		name=enrollctl-$version-$system-$arch
		fresh "$stage/$name"
		case $system in
		windows) program=enrollctl.exe suffix=.txt ;;
		*) program=enrollctl suffix= ;;
		esac
		CGO_ENABLED=0 GOOS=$system GOARCH=$arch go build "${built[@]}" -o "$stage/$name/$program" ./cmd/enrollctl
		legal "$stage/$name" "$suffix"
		if [ $system = windows ]; then
			signed "$stage/$name/$program"
			zipped "$name"
		else
			tarball "$name"
		fi
	done
done
