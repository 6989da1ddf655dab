#!/bin/sh
# Makes the requests that the scripts beside it work on, with OpenSSL. Keys live in a temporary folder only, so another
# run gives other requests; whatever names their hashes must then follow.
set -eu
cd "$(dirname "$0")"
keys=$(mktemp -d)
trap 'rm -rf "$keys"' EXIT
rm -rf csr
mkdir -p csr/good csr/bad csr/other

key() { # NAME ALGORITHM [OPTION]
	openssl genpkey -quiet -algorithm "$2" ${3:+-pkeyopt "$3"} -out "$keys/$1" 2>/dev/null ||
		openssl genpkey -algorithm "$2" ${3:+-pkeyopt "$3"} -out "$keys/$1" 2>/dev/null
}
request() { # KEY CN OUT [MORE...]: it has what requests usually have, so that a rule about something missing finds nothing
	k=$1 cn=$2 out=$3
	shift 3
	openssl req -new -key "$keys/$k" -subj "/C=DE/O=Example/serialNumber=0042/CN=$cn" -out "csr/$out" \
		-addext "subjectAltName=DNS:$(echo "$cn" | tr ' ' -).example.com" "$@"
}

key p256 EC ec_paramgen_curve:P-256
key p384 EC ec_paramgen_curve:P-384
key rsa2048 RSA rsa_keygen_bits:2048
key rsa1024 RSA rsa_keygen_bits:1024
key ed25519 ED25519
for n in 1 2 3 4; do key "more$n" EC ec_paramgen_curve:P-256; done

request p256 dev-0001 good/dev-0001.csr
request rsa2048 dev-0002 "good/dev 0002 日本.csr"
request ed25519 dev-0003 good/dev-0003.der -outform DER
for n in 1 2 3; do request "more$n" "lot-$n" "lot$n.pem"; done
cat csr/lot1.pem csr/lot2.pem csr/lot3.pem >csr/good/lot.pem
rm csr/lot1.pem csr/lot2.pem csr/lot3.pem

request rsa1024 weak bad/weak.csr
request p384 dev-0009 bad/signature.der -outform DER
# The last byte belongs to the signature.
size=$(wc -c <csr/bad/signature.der)
last=$(tail -c 1 csr/bad/signature.der | od -An -tu1 | tr -d ' ')
{
	head -c $((size - 1)) csr/bad/signature.der
	printf "\\$(printf %03o $((last ^ 1)))"
} >csr/bad/signature.tmp
openssl req -inform DER -in csr/bad/signature.tmp -out csr/bad/signature.csr
rm csr/bad/signature.der csr/bad/signature.tmp

request more4 dev-0001 other/same-name.csr
openssl req -x509 -key "$keys/p256" -subj "/CN=not a request" -days 3650 -out csr/other/certificate.pem
cp csr/good/dev-0001.csr csr/other/copy.csr
