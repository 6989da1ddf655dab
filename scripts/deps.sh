#!/usr/bin/env bash
# Installs the packages of Debian and Ubuntu that are missing for what is named: build, test, bench, sample, package.
# It says nothing when nothing is missing. Where it may not install, it prints the one line to type and fails; on other
# systems it leaves the matter to README.md and to the compiler's own words.
set -euo pipefail

build='gcc pkg-config libgl1-mesa-dev libx11-dev libxcursor-dev libxrandr-dev libxinerama-dev libxi-dev
	libxxf86vm-dev libwayland-dev libxkbcommon-dev'
sample='openssl'
test="$build $sample xvfb xdotool openbox imagemagick x11-utils dbus python3 python3-xlib zip unzip p7zip-full curl gnupg gnome-keyring libsecret-tools postgresql"
bench="$test miller"
windows='wine wine64 gcc-mingw-w64-x86-64'
package='git zip unzip openssl imagemagick gcc-mingw-w64-x86-64 binutils-mingw-w64-x86-64 nsis wixl desktop-file-utils appstream lintian rpm msitools osslsigncode debootstrap'

wanted=
for group in "${@:-build}"; do
	case $group in
	build | sample | test | bench | package | windows) wanted+=" ${!group}" ;;
	*)
		echo "deps.sh: $group is none of build, sample, test, bench, package, windows" >&2
		exit 2
		;;
	esac
done

command -v go >/dev/null || {
	echo 'Go is missing: install Go 1.26 or newer from https://go.dev/dl/ and type the same again.' >&2
	exit 1
}
command -v apt-get >/dev/null && command -v dpkg-query >/dev/null || exit 0

# dpkg-query fails when it knows nothing of a package: that package is missing, which is what is asked.
installed=$(dpkg-query -W -f '${db:Status-Status} ${Package}\n' $wanted 2>/dev/null | sed -n 's/^installed //p' || true)
missing=$(comm -23 <(printf '%s\n' $wanted | sort -u) <(sort -u <<<"$installed") | tr '\n' ' ')
missing=${missing% }
[ -n "$missing" ] || exit 0

if [ "$(id -u)" = 0 ]; then
	root=()
elif command -v sudo >/dev/null && sudo -n true 2>/dev/null; then
	root=(sudo -n)
else
	printf 'Packages are missing. Type this, then the same again:\n\n    sudo apt-get update && sudo apt-get install -y --no-install-recommends %s\n\n' "$missing" >&2
	exit 1
fi

echo "Installing what is missing: $missing"
install=("${root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends)
log=$(mktemp)
trap 'rm -f "$log"' EXIT
# The package lists of a fresh machine are empty or old: update them only when they are needed.
if ! "${install[@]}" $missing >"$log" 2>&1; then
	if ! { "${root[@]}" apt-get update -q && "${install[@]}" $missing; } >"$log" 2>&1; then
		tail -n 20 "$log" >&2
		printf '\nThe packages could not be installed. To try by hand:\n\n    sudo apt-get update && sudo apt-get install -y --no-install-recommends %s\n\n' "$missing" >&2
		exit 1
	fi
fi
