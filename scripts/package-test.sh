#!/usr/bin/env bash
# make package-test: tries what make package made. The files are well-formed; the .deb, the .rpm and the tar install in a clean Debian, both
# programs run there, and nothing is left when they are removed. As root, because a root of its own needs one; anything that is missing is a SKIPPED part.
set -euo pipefail
cd "$(dirname "$0")/.."
. scripts/parts.sh
scripts/deps.sh package || true
home=/home/worker # of whoever installs the tar in the clean Debian

sums() { (cd build/package && sha256sum --quiet -c SHA256SUMS); }
desktop() {
	local share
	share=build/package-stage/linux/usr/share
	desktop-file-validate "$share"/applications/*.desktop && appstreamcli validate --no-net "$share"/metainfo/*.xml
}
lint() { lintian --fail-on error,warning --tag-display-limit 0 build/package/*.deb; }
# libc: the packages promise the libc that the window needs, and no older one.
libc() {
	local needed promised
	needed=$(objdump -T build/package-stage/linux/usr/bin/enrollbench | grep -o 'GLIBC_[0-9.]*' | sort -Vu | tail -n 1)
	for promised in $(sed -n 's/.*libc6 (>= \([0-9.]*\)).*/\1/p; s/.*glibc >= \([0-9.]*\).*/\1/p' packaging/linux/nfpm.yaml); do
		[ "$(printf '%s\n' "${needed#GLIBC_}" "$promised" | sort -V | tail -n 1)" = "$promised" ] || {
			echo "the window needs glibc ${needed#GLIBC_}, packaging/linux/nfpm.yaml promises $promised: build on an older system, or promise less there"
			return 1
		}
	done
	[ -n "${promised:-}" ]
}
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

within() { DEBIAN_FRONTEND=noninteractive LC_ALL=C.UTF-8 PATH=$home/.local/bin:$PATH chroot build/root bash -euc "$1"; }

# files lists what is in the clean root, but for what apt and dpkg keep of every package they touch.
files() {
	(cd build/root && find . -xdev \( -path ./proc -o -path ./sys -o -path ./dev -o -path ./tmp -o -path ./root -o -path ./var/log -o -path ./var/cache \
		-o -path ./var/lib/apt -o -path ./var/lib/dpkg \) -prune -o -print | LC_ALL=C sort)
}

# shared makes the folders that belong to no program: Fedora's package "filesystem" has them, and dpkg removes them with the last file in them.
shared() { mkdir -p build/root/usr/share/{applications,fish/vendor_completions.d,icons,metainfo,zsh/site-functions}; }

# before_deb: what the .deb depends on goes in first, so that what is left is the package's own. It is there for the rpm and the tar, too.
before_deb() {
	cp build/package/*.deb build/root/tmp/enrollbench.deb
	within 'apt-get install -y --no-install-recommends /tmp/enrollbench.deb && dpkg --purge enrollbench' >build/root.log 2>&1 || {
		tail -n 20 build/root.log
		return 1
	}
	mkdir -p "build/root$home/.local" && shared && files >build/root-before.txt
}
install_deb() { within 'dpkg -i /tmp/enrollbench.deb' >build/root.log; }
remove_deb() { within 'dpkg --purge enrollbench' >build/root.log 2>&1; }

rpm=(--root "$PWD/build/root" --dbpath /tmp/rpmdb)
# There is no Fedora here. The files are put there by rpm itself, and each library that the package asks for by name is one that Debian has.
install_rpm() {
	local library
	for library in $(rpm -qp --requires build/package/*.rpm | sed -n 's/()(64bit)$//p'); do
		within "ldconfig -p | grep -F '$library (libc6,x86-64)' >/dev/null" || { echo "no library is named $library"; return 1; }
	done
	rm -rf build/root/tmp/rpmdb && rpm "${rpm[@]}" --nodeps -i build/package/*.rpm && rpm "${rpm[@]}" -V --nodeps enrollbench
}
remove_rpm() { rpm "${rpm[@]}" -e enrollbench; }

# The two commands of docs/install.md.
install_tar() {
	cp build/package/enrollbench-*-linux-amd64.tar.gz build/root/tmp/enrollbench.tar.gz
	within "tar -xzf /tmp/enrollbench.tar.gz --strip-components=1 -C $home/.local"
}
remove_tar() { within "tar -tzf /tmp/enrollbench.tar.gz | grep -v '/\$' | cut -d/ -f2- | (cd $home/.local && xargs rm) && find $home/.local -mindepth 1 -type d -empty -delete"; }

# commands_run FOLDER: enrollctl and its pages, installed below FOLDER.
commands_run() {
	within 'cd /tmp && rm -rf demo && enrollctl version && enrollctl demo --force -o demo >demo.log && grep -q "every count right" demo.log' &&
		within "test \$(command -v enrollctl) = $1/bin/enrollctl && test -s $1/share/man/man1/enrollctl.1.gz && test -s $1/share/bash-completion/completions/enrollctl"
}

# The window opens with a file in the room where it belongs, takes another from a second start, and that one ends.
window_runs() {
	within '
		cd /tmp && export HOME=/tmp/home ENROLLBENCH_TEST_STATE=/tmp/state.jsonl
		rm -rf state.jsonl home && mkdir home
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

# gone KIND: it is removed, and nothing of it is left.
gone() {
	"remove_$1" && shared || return 1
	files | diff build/root-before.txt - || {
		echo 'these are left'
		return 1
	}
}

part 'checksums' sums
part 'desktop entry and metainfo' desktop
part 'lintian' lint
part 'the libc that is promised' libc
part 'rpm' rpm_lists
part 'zip and msi' windows_lists
part 'signing' signs
if [ "$(id -u)" = 0 ] && command -v debootstrap >/dev/null; then
	part 'a clean Debian' clean_root
	part 'what the .deb depends on' before_deb
	for kind in deb rpm tar; do
		folder=/usr
		[ $kind != tar ] || folder=$home/.local
		part "$kind: installs" "install_$kind"
		part "$kind: enrollctl runs there" commands_run "$folder"
		part "$kind: the window runs there, and is one" timeout 600 bash -c "$(declare -f within window_runs); home=$home; window_runs"
		part "$kind: is removed, nothing is left" gone $kind
	done
else
	skip 'a clean Debian' 'debootstrap is missing, or this is not root'
fi
part 'the packages for Windows, under wine' scripts/package-test-windows.sh
summary 'make package-test'
