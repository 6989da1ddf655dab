# Sourced by the scripts that run Windows programs under wine. It sets $wine, the program that runs one; empty where it is missing.

export WINEPREFIX=$PWD/build/wine/prefix WINEDEBUG=-all WINEDLLOVERRIDES='mscoree,mshtml='
windows=$PWD/build/wine
wine=$(command -v wine64 || ls /usr/lib/wine/wine64 2>/dev/null || true)
command -v x86_64-w64-mingw32-gcc >/dev/null || wine=

# wine_server starts the server of wine, a new one where one runs: a desktop that a program without a display left for a second cannot hold
# the windows of the next one. The server lives on by itself between two programs, and must not inherit what this script has open, a lock or
# a pipe that somebody reads to its end.
wine_server() {
	wineserver -k >/dev/null 2>&1 || true
	(for fd in 3 4 5 6 7 8 9; do eval "exec $fd>&-"; done; exec wineserver -p60 >/dev/null 2>&1 </dev/null)
}

# wine_started makes the Windows of this checkout, once, with what programs of Go need besides.
wine_started() {
	local system=$WINEPREFIX/drive_c/windows/system32
	mkdir -p "$WINEPREFIX" "$windows"
	wine_server
	trap 'wineserver -k || true' EXIT
	[ -e "$system/kernel32.dll" ] || "$wine" wineboot -i >"$windows/wineboot.log" 2>&1 </dev/null || return 1
	x86_64-w64-mingw32-gcc -O2 -s -shared -o "$system/bcryptprimitives.dll" scripts/wine/bcryptprimitives.c -ladvapi32
}
