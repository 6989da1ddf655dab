#!/usr/bin/env bash
# Part of make package-test: what make package made for Windows, under wine. Installer and MSI install silently, the installed programs
# run, and what the uninstaller leaves is data alone.
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/parts.sh
scripts/deps.sh windows test || true
. scripts/wine/setup.sh
if [ -z "$wine" ]; then
	skip 'installed under wine' 'wine64 or gcc-mingw-w64-x86-64 is missing'
	summary 'packages for Windows'
	exit
fi

export WINEPREFIX=$windows/packages # anew each time, so that what is left is found
rm -rf "$WINEPREFIX"
tree=$(basename build/package-stage/enrollbench-*-windows-amd64)
package=build/package/$tree
user=$WINEPREFIX/drive_c/users/$(id -un)
local=$user/AppData/Local
programs=$local/Programs/EnrollBench # where the installer puts them for one user
version=${tree#enrollbench-} version=${version%-windows-amd64}
link='AppData/Roaming/Microsoft/Windows/Start Menu/Programs/EnrollBench.lnk'

# ran PROGRAM ARGUMENT...: runs it to its end without a display.
ran() { env -u DISPLAY -u WAYLAND_DISPLAY "$wine" "$@" </dev/null 2>>"$windows/package.log"; }

# traces lists what names EnrollBench in the registry, and every file of the disk but for temporary ones and wine's own settings.
traces() {
	ran reg query 'HKCU\Software' /s /f EnrollBench | tr -d '\r' | grep -i enrollbench || true
	ran reg query 'HKLM\Software' /s /f EnrollBench | tr -d '\r' | grep -i enrollbench || true
	(cd "$WINEPREFIX/drive_c" && find . -path '*/Temp/*' -prune -o -print | LC_ALL=C sort)
}

# same FOLDER: everything that was packed lies there as it was packed, and nothing else but the uninstaller. The MSI has the icon within.
same() { diff -r --exclude=uninstall.exe --exclude=enrollbench.ico "build/package-stage/$tree" "$1"; }

# demonstrated FOLDER: the installed enrollctl goes the whole way of three batches to green.
demonstrated() {
	rm -rf "$windows/demo"
	if ! (cd "$windows" && ran "$1/enrollctl.exe" demo -o demo >demo.log) || ! grep -q 'every count right' "$windows/demo.log"; then
		cat "$windows/demo.log"
		return 1
	fi
}

# registered ROOT: Explorer offers the program for its files, and the list of programs has it.
registered() {
	local extension
	for extension in p7m pgp csr zip; do
		ran reg query "$1\\Software\\Classes\\.$extension\\OpenWithProgids" /v EnrollBench.File >/dev/null || { echo ".$extension is not offered"; return 1; }
	done
	ran reg query "$1\\Software\\Classes\\EnrollBench.File\\shell\\open\\command" /ve | grep -q 'enrollbench.exe" "%1"'
}

# gone FOLDER: an uninstaller goes on in a copy of itself when its process has ended.
gone() {
	local left=600
	until [ ! -e "$1" ] || [ $((left -= 1)) = 0 ]; do sleep 0.1; done
	[ -e "$1" ] || return 0
	echo "this is left of $1:" && find "$1"
	return 1
}

installed() {
	mkdir -p "$local/Programs" && rm -rf "$local/enrollbench" # the first is Windows' own
	traces >"$windows/before.txt"
	ran "$package-setup.exe" /S || { echo "the installer ended with status $?"; return 1; }
	same "$programs" && [ -e "$user/$link" ] && registered HKCU && demonstrated "$programs" || return 1
	ran "$package-setup.exe" /S && same "$programs" # over itself
}

# data lists what the window keeps, with checksums: settings, jobs and results, what the station remembers, and the toolkit's settings.
kept=("$local"/{enrollbench,enrollbench-station,fyne} "$user/AppData/Roaming/fyne")
data() { find "${kept[@]}" -type f -exec sha256sum {} + | LC_ALL=C sort; }

uninstalled() {
	data >"$windows/data.txt"
	[ -s "$local/enrollbench/jobs.db" ] || { echo 'the window kept no data'; return 1; }
	ran "$programs/uninstall.exe" /S && gone "$programs" || return 1
	data | diff "$windows/data.txt" - || { echo 'the uninstaller changed data'; return 1; }
	rm -r "${kept[@]}"
	traces | diff "$windows/before.txt" - || { echo 'the uninstaller left these'; return 1; }
}

# portable: the programs of the ZIP run from wherever it is unpacked.
portable() {
	rm -rf "$windows/portable" && unzip -q "$package.zip" -d "$windows/portable" && demonstrated "$windows/portable/$tree" &&
		ran "$windows/portable/$tree/enrollbench.exe" -version | grep -F "enrollbench $version ("
}

msi() {
	local folder=$WINEPREFIX/drive_c/Program\ Files/EnrollBench
	mkdir -p "$WINEPREFIX/drive_c/windows/Installer" && rm -rf "$local/enrollbench" # the first is Windows' own
	traces >"$windows/before.txt"
	ran msiexec /i "$package.msi" /qn || { echo "msiexec /i ended with status $?"; return 1; }
	same "$folder" && registered HKLM && demonstrated "$folder" || return 1
	ran msiexec /x "$package.msi" /qn && gone "$folder" || return 1
	rm -rf "$local/enrollbench"
	traces | diff "$windows/before.txt" - || { echo 'msiexec /x left these'; return 1; }
}

# shows STATE: waits until the window shows it.
shows() {
	until tail -n 1 "$windows/state.jsonl" 2>/dev/null | grep -q "$1"; do
		kill -0 "$program" 2>/dev/null || { tail -n 20 "$windows/package.log"; return 1; }
		sleep 0.2
	done
	tail -n 1 "$windows/state.jsonl"
}

# press BUTTON: goes to it with Tab and presses it.
press() {
	local left=60
	until tail -n 1 "$windows/state.jsonl" | grep -qF "\"focus\":\"Button $1\""; do
		[ $((left -= 1)) -gt 0 ] || { echo "Tab does not reach $1" && tail -n 1 "$windows/state.jsonl"; return 1; }
		xdotool key --clearmodifiers Tab
		sleep 0.4
	done
	xdotool key --clearmodifiers Return
}

# press_main: the same with the main button of the page in front, whatever it says.
press_main() { press "$(tail -n 1 "$windows/state.jsonl" | sed -n 's/.*"action":"\([^"]*\)".*/\1/p')"; }

# text KEY: a text of the window.
text() { sed -n "s/^ *\"$1\": \"\(.*\)\",*$/\1/p" resources/translations/en.json; }

# window FOLDER: the first start goes from practice to a green result; then a file of a second start opens in the room where it belongs, and
# that start ends. At last the window is closed as its user closes it.
window() {
	local state=$windows/state.jsonl screen program display
	rm -rf "$state" "$windows/display" "$local/enrollbench" || return 1
	Xvfb -displayfd 3 -screen 0 1280x900x24 -nolisten tcp 3>"$windows/display" >/dev/null 2>&1 &
	screen=$!
	until [ -s "$windows/display" ]; do kill -0 $screen || return 1; sleep 0.1; done
	display=$(cat "$windows/display")
	export DISPLAY=:$display LIBGL_ALWAYS_SOFTWARE=1 ENROLLBENCH_TEST_STATE=Z:$state
	openbox >/dev/null 2>&1 &
	screen+=" $!"
	"$wine" "$1/enrollbench.exe" >>"$windows/package.log" 2>&1 </dev/null &
	program=$!
	# shellcheck disable=SC2064 # as it is now
	trap "kill $screen $program 2>/dev/null || true" RETURN
	shows '"tab":"Welcome"' && press "$(text welcome.practise)" && shows '"busy":false,"rows":12' && press "$(text start.open)" &&
		shows '"tab":"Start batch job".*"enabled":true,"busy":false' && press_main &&
		shows '"tab":"Jobs".*"action":"'"$(text jobs.fetch)"'","enabled":true,"busy":false' && press_main &&
		shows '"verdict":"[^"]*12 of 12' || return 1
	printf 'subject.common_name\r\ndevice-1\r\n' >"$windows/table.csv"
	timeout 300 "$wine" "$1/enrollbench.exe" "$windows/table.csv" >>"$windows/package.log" 2>&1 </dev/null || return 1
	shows '"tab":"CSV".*"rows":[1-9]' && xdotool key --clearmodifiers alt+F4 && wait $program || return 1
}

# A window that hangs is a failure, too.
installed_window() {
	wine_server
	timeout 600 bash -c "$(declare -f window shows press press_main text); local=$local windows=$windows wine=$wine; window $(printf %q "$programs")"
}

part 'wine' wine_started
part 'the installer, for one user' installed
part 'the installed window: practice to green, one for all starts' installed_window
part 'the uninstaller leaves data alone' uninstalled
part 'the portable ZIP' portable
part 'the MSI' msi
summary 'packages for Windows'
