#!/usr/bin/env bash
# Says beforehand that a build will take minutes, if it will. The arguments are the build flags; asking costs 0.2 s.
set -euo pipefail

# "go build -n" prints what would be done and leaves out what the cache holds; a call of cgo on Fyne's window library among
# it means that its C code has to be compiled.
if go build -n "$@" fyne.io/fyne/v2/app 2>&1 | grep '/cgo .*go-gl/glfw' >/dev/null; then
	echo 'First build here: the C code of the window library has to be compiled once. That takes about 3 minutes on two cores;'
	echo 'later builds take seconds.'
fi
