#!/usr/bin/env bash
# make package-test: tries what make package made. The files are well-formed, the .deb installs in a clean Debian, both programs run
# there, and nothing is left when it is purged. As root, because a root of its own needs one; anything that is missing is a SKIPPED part.
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/parts.sh
scripts/deps.sh package || true

sums() { (cd build/package && sha256sum --quiet -c SHA256SUMS); }
desktop() {
	local share
	share=build/package-stage/linux/usr/share
	desktop-file-validate "$share"/applications/*.desktop && appstreamcli validate --no-net "$share"/metainfo/*.xml
}
lint() { lintian --fail-on error,warning --tag-display-limit 0 build/package/*.deb; }
# grep reads to the end, so that what it reads from does not fail.
rpm_lists() {
	rpm -qp --requires build/package/*.rpm | grep 'libGL.so.1' >/dev/null && rpm -qpl build/package/*.rpm | grep -x /usr/bin/enrollbench >/dev/null
}
windows_lists() {
	unzip -l build/package/enrollbench-*-windows-amd64.zip | grep enrollbench.exe >/dev/null &&
		msiinfo suminfo build/package/*.msi | grep x64 >/dev/null
}

# signs: the Windows packages once more, signed with a certificate of a test authority. What is signed is verified, and one changed byte is
# found.
signs() {
	local keys=build/signing file
	rm -rf build/signed build/signed-stage "$keys" && mkdir -p "$keys"
	openssl req -x509 -newkey rsa:2048 -nodes -days 1 -subj '/CN=EnrollBench test authority' -keyout "$keys/ca.key" -out "$keys/ca.pem" 2>/dev/null &&
		openssl req -newkey rsa:2048 -nodes -subj '/CN=EnrollBench test signature' -keyout "$keys/sign.key" -out "$keys/sign.csr" 2>/dev/null &&
		openssl x509 -req -in "$keys/sign.csr" -CA "$keys/ca.pem" -CAkey "$keys/ca.key" -days 1 -out "$keys/sign.pem" \
			-extfile <(echo 'extendedKeyUsage=codeSigning') 2>/dev/null || return 1
	cat >"$keys/sign.sh" <<-SIGN
		#!/bin/sh
		osslsigncode sign -certs $PWD/$keys/sign.pem -key $PWD/$keys/sign.key -h sha256 -n EnrollBench -in "\$1" -out "\$1.signed" >/dev/null && mv "\$1.signed" "\$1"
	SIGN
	chmod +x "$keys/sign.sh"
	PACKAGE_OUT=build/signed SIGN_COMMAND=$PWD/$keys/sign.sh scripts/package/windows.sh || return 1
	rm -f "$keys"/*.key
	for file in build/signed-stage/enrollbench-*/*.exe build/signed/*-setup.exe build/signed/*.msi; do
		osslsigncode verify -CAfile "$keys/ca.pem" -in "$file" >"$keys/verify.log" || { cat "$keys/verify.log"; return 1; }
		cp "$file" "$keys/changed" && printf 'X' | dd of="$keys/changed" bs=1 seek=$(($(stat -c %s "$file") / 2)) conv=notrunc status=none
		! osslsigncode verify -CAfile "$keys/ca.pem" -in "$keys/changed" >/dev/null 2>&1 || { echo "$file: a changed byte was not found"; return 1; }
		echo "signed and verified: $(basename "$file")"
	done
}

# clean_root makes a Debian of its own in build/root, kept for the next time.
clean_root() {
	local suite
	suite=$(. /etc/os-release && echo "$VERSION_CODENAME")
	[ -e build/root/.complete ] || {
		rm -rf build/root
		debootstrap --variant=minbase "$suite" build/root >build/debootstrap.log 2>&1 || {
			tail -n 5 build/debootstrap.log
			return 1
		}
		within 'apt-get update && apt-get install -y --no-install-recommends xvfb xauth x11-utils libgl1-mesa-dri' >build/root.log 2>&1 && touch build/root/.complete
	}
}

within() { DEBIAN_FRONTEND=noninteractive LC_ALL=C.UTF-8 chroot build/root bash -euc "$1"; }

# files lists what is in the clean root, but for what apt and dpkg keep of every package they touch.
files() {
	(cd build/root && find . -xdev \( -path ./proc -o -path ./sys -o -path ./dev -o -path ./tmp -o -path ./root -o -path ./var/log -o -path ./var/cache \
		-o -path ./var/lib/apt -o -path ./var/lib/dpkg \) -prune -o -print | LC_ALL=C sort)
}

# installs: what the .deb depends on goes in first, so that what is left is the package's own.
installs() {
	cp build/package/*.deb build/root/tmp/enrollbench.deb
	within 'apt-get install -y --no-install-recommends /tmp/enrollbench.deb && dpkg --purge enrollbench' >build/root.log 2>&1 || {
		tail -n 20 build/root.log
		return 1
	}
	files >build/root-before.txt
	within 'dpkg -i /tmp/enrollbench.deb' >build/root.log
}

commands_run() {
	within 'cd /tmp && rm -rf demo && enrollctl version && enrollctl demo --force -o demo >demo.log && grep -q "every count right" demo.log' &&
		within 'test -s /usr/share/man/man1/enrollctl.1.gz && test -s /usr/share/bash-completion/completions/enrollctl'
}

# The window opens with a file in the room where it belongs, takes another from a second start, and that one ends.
window_runs() {
	within '
		cd /tmp && export HOME=/root ENROLLBENCH_TEST_STATE=/tmp/state.jsonl
		rm -rf state.jsonl ~/.config/enrollbench ~/.config/fyne
		trap "kill \$window \$screen 2>/dev/null || true" EXIT
		Xvfb :77 -screen 0 1280x800x24 >/dev/null 2>&1 & screen=$!
		export DISPLAY=:77 LIBGL_ALWAYS_SOFTWARE=1
		until xwininfo -root >/dev/null 2>&1; do kill -0 $screen; sleep 0.1; done
		printf "subject.common_name\r\ndevice-1\r\n" >table.csv
		cp demo/upload.zip request.zip
		enrollbench table.csv >window.log 2>&1 & window=$!
		shows() { until tail -n 1 state.jsonl 2>/dev/null | grep -q "$1"; do kill -0 $window || { cat window.log; exit 1; }; sleep 0.2; done; tail -n 1 state.jsonl; }
		shows "\"tab\":\"CSV\".*\"rows\":[1-9]"
		enrollbench request.zip
		shows "\"tab\":\"CSR files\".*\"rows\":[1-9]"'
}

goes() {
	within 'dpkg --purge enrollbench' >build/root.log 2>&1 || return 1
	files | diff build/root-before.txt - || {
		echo 'these are left'
		return 1
	}
}

part 'checksums' sums
part 'desktop entry and metainfo' desktop
part 'lintian' lint
part 'rpm' rpm_lists
part 'zip and msi' windows_lists
part 'signing' signs
if [ "$(id -u)" = 0 ] && command -v debootstrap >/dev/null; then
	part 'a clean Debian' clean_root
	part 'the .deb installs' installs
	part 'enrollctl runs there' commands_run
	part 'the window runs there, and is one' timeout 600 bash -c "$(declare -f within window_runs); window_runs"
	part 'the .deb is purged, nothing is left' goes
else
	skip 'a clean Debian' 'debootstrap is missing, or this is not root'
fi
part 'the packages for Windows, under wine' scripts/package-test-windows.sh
summary 'make package-test'
