#!/usr/bin/env bash
# sample.sh FOLDER: makes sample CSRs with OpenSSL, good and bad ones, and takes them the way from files to an upload file with
# build/enrollctl; then a MAC range. Everything lies below FOLDER, which is made anew. The private keys are deleted as soon
# as the CSRs are signed.
set -euo pipefail

folder=${1:?"usage: sample.sh FOLDER"}
enrollctl=build/enrollctl
rm -rf "$folder"
mkdir -p "$folder/csr"
keys=$(mktemp -d)
trap 'rm -rf "$keys"' EXIT

# request NAME SUBJECT KEY...: a CSR whose key is made by "openssl genpkey KEY...".
request() {
	local name=$1 subject=$2
	shift 2
	openssl genpkey -out "$keys/$name.key" "$@" 2>/dev/null
	openssl req -new -key "$keys/$name.key" -subj "$subject" -out "$folder/csr/$name.csr"
}

p256=(-algorithm EC -pkeyopt ec_paramgen_curve:P-256)
for n in 0001 0002 0003 0004 0005 0006 0007 0008; do
	request "thermostat-$n" "/O=Example Works/OU=Line 4/CN=thermostat-$n" "${p256[@]}"
done
request thermostat-0009 '/O=Example Works/CN=thermostat-0009' -algorithm RSA -pkeyopt rsa_keygen_bits:2048
request thermostat-0010 '/O=Example Works/CN=thermostat-0010' -algorithm ED25519

# What goes wrong in practice: a key too small, a common name used before, a damaged signature, a
# certificate and an empty file among the requests.
request old-controller '/O=Example Works/CN=old-controller' -algorithm RSA -pkeyopt rsa_keygen_bits:1024
request thermostat-0001-again '/O=Example Works/CN=thermostat-0001' "${p256[@]}"
request damaged '/O=Example Works/CN=thermostat-0011' "${p256[@]}"
openssl req -in "$folder/csr/damaged.csr" -outform DER -out "$keys/damaged.der"
size=$(wc -c <"$keys/damaged.der")
printf '\x5a\xa5' | dd of="$keys/damaged.der" bs=1 seek=$((size - 2)) conv=notrunc status=none
openssl base64 -in "$keys/damaged.der" | { echo '-----BEGIN CERTIFICATE REQUEST-----'; cat; echo '-----END CERTIFICATE REQUEST-----'; } >"$folder/csr/damaged.csr"
openssl req -x509 -key "$keys/thermostat-0004.key" -subj '/CN=thermostat-0004' -days 30 -out "$folder/csr/certificate.pem"
: >"$folder/csr/empty.csr"
rm -rf "$keys"

say() { printf '\n$ %s\n' "$*"; }

# run EXPECTED COMMAND...: shows the command line and runs it; any other exit status than the expected one ends the sample.
run() {
	local expected=$1 status=0
	shift
	say "$@"
	"$@" || status=$?
	if [ "$status" != "$expected" ]; then
		echo "sample.sh: exit status $status, and $expected was expected" >&2
		exit 1
	fi
	[ "$status" = 0 ] || echo "(exit status $status: there are errors)"
}

run 1 $enrollctl csr check "$folder/csr"
run 0 $enrollctl csr bundle --leave-out-errors -o "$folder/upload.zip" "$folder/csr"
run 0 $enrollctl mac check --start 00:1a:c2:7b:00:00 --count 500 --increment 10
run 0 $enrollctl mac list --start 00:1a:c2:7b:00:00 --count 500 --increment 10 -o "$folder/mac.csv"

cat <<END

Made, below $folder:
  csr/                       the sample requests; their private keys are deleted
  upload.zip                 the ZIP to upload: the good ones
  upload.manifest.csv        what is in it, in its order
  upload.left-out.csv        what stayed out, and why
  mac.csv                    500 MAC addresses as a CSV to upload
END
ls -l "$folder"
