#!/usr/bin/env bash
# make run: the window; where there is no display, the whole way on the command line through a practice service.
set -euo pipefail
cd "$(dirname "$0")/.."

# has_display tells whether somebody would see a window. DISPLAY may be set and nobody there, as over a closed ssh session;
# then the X server's socket is missing.
has_display() {
	case $(uname -s) in
	Darwin | MINGW* | MSYS* | CYGWIN*) return 0 ;;
	esac
	case ${WAYLAND_DISPLAY:-} in
	'') ;;
	/*) [ -S "$WAYLAND_DISPLAY" ] && return 0 ;;
	*) [ -S "${XDG_RUNTIME_DIR:-/nowhere}/$WAYLAND_DISPLAY" ] && return 0 ;;
	esac
	local number
	case ${DISPLAY:-} in
	'') return 1 ;;
	:* | unix:*)
		number=${DISPLAY#*:}
		number=${number%%.*}
		[ -S "/tmp/.X11-unix/X$number" ] || grep -qsE "@/tmp/\.X11-unix/X$number\$" /proc/net/unix
		;;
	*) # over the network, as ssh -X does it
		number=${DISPLAY##*:}
		timeout 3 bash -c "exec 3<>/dev/tcp/${DISPLAY%:*}/$((6000 + ${number%%.*}))" 2>/dev/null
		;;
	esac
}

if has_display; then
	make --no-print-directory window
	exec build/enrollbench "$@"
fi

echo 'There is no display here, so no window: the whole way on the command line, through a practice service on this computer.'
make --no-print-directory enrollctl
exec build/enrollctl demo --force -o build/demo
