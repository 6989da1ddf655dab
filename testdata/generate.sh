#!/bin/sh
# Makes the fixtures of other tools again: requests by OpenSSL, GnuTLS certtool and Java keytool. What those cannot make, the
# tests of core/csr build from one good request. Private keys exist in a temporary folder while this runs and nowhere else.
# The fixtures are in the repository; run this only to change them, from any folder. Needs openssl, certtool, keytool, gpg,
# zip and python3.
#
# A file is named producer.algorithm.variant; under rules/NAME those that break the rule csr/NAME begin with "bad.", and
# those that keep it with "good.". Under producers are requests without any fault.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
csr=$here/../core/csr
rules=$csr/testdata/rules
producers=$csr/testdata/producers
for tool in openssl certtool keytool gpg zip python3; do
	command -v "$tool" >/dev/null || { echo "generate.sh: $tool is missing" >&2; exit 1; }
done
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
rm -rf "$rules" "$producers"
mkdir -p "$rules" "$producers"

# key NAME ALGORITHM [OPTION...]: a key for the requests below
key() { name=$1; algorithm=$2; shift 2; openssl genpkey -quiet -algorithm "$algorithm" "$@" -out "$work/$name.key" 2>/dev/null ||
	openssl genpkey -algorithm "$algorithm" "$@" -out "$work/$name.key" 2>/dev/null; }
key rsa1024 RSA -pkeyopt rsa_keygen_bits:1024
key rsa2048 RSA -pkeyopt rsa_keygen_bits:2048
key rsa2560 RSA -pkeyopt rsa_keygen_bits:2560
key rsa3072 RSA -pkeyopt rsa_keygen_bits:3072
key rsa4096 RSA -pkeyopt rsa_keygen_bits:4096
key rsa2048e3 RSA -pkeyopt rsa_keygen_bits:2048 -pkeyopt rsa_keygen_pubexp:3
key rsapss2048 RSA-PSS -pkeyopt rsa_keygen_bits:2048
for c in P-224 P-256 P-384 P-521 secp256k1 brainpoolP256r1; do
	key "$(echo "$c" | tr -d - | tr P p)" EC -pkeyopt ec_paramgen_curve:$c -pkeyopt ec_param_enc:named_curve
done
key ed25519 ED25519
key ed448 ED448
key explicit EC -pkeyopt ec_paramgen_curve:P-256 -pkeyopt ec_param_enc:explicit
openssl dsaparam -genkey -noout -out "$work/dsa2048.key" 2048 2>/dev/null
openssl ec -in "$work/p256.key" -conv_form compressed -out "$work/compressed.key" 2>/dev/null

# request FILE KEY [OPTION...]: one request by OpenSSL; the subject is /CN=device unless an option says otherwise
request() { file=$1; k=$2; shift 2
	case " $* " in *" -subj "*) ;; *) set -- -subj /CN=device "$@" ;; esac
	mkdir -p "$(dirname "$file")"
	openssl req -new -key "$work/$k.key" -utf8 "$@" -out "$file"; }

# key
request "$rules/weak-rsa-key/bad.openssl.rsa1024.csr" rsa1024
request "$rules/weak-rsa-key/good.openssl.rsa2048.csr" rsa2048
request "$rules/rsa-key-size/bad.openssl.rsa2560.csr" rsa2560
request "$rules/rsa-key-size/good.openssl.rsa3072.csr" rsa3072
request "$rules/rsa-key-size/good.openssl.rsa4096.csr" rsa4096 -subj /CN=device-2
request "$rules/small-rsa-exponent/bad.openssl.rsa2048.3.csr" rsa2048e3
for k in p224 secp256k1 brainpoolp256r1 ed448 dsa2048 rsapss2048 explicit; do
	request "$rules/key-type/bad.openssl.$k.csr" $k
done
for k in p256 p384 p521 ed25519; do
	request "$rules/key-type/good.openssl.$k.csr" $k -subj "/CN=device-$k"
done
request "$rules/compressed-point/bad.openssl.p256.csr" compressed
request "$rules/compressed-point/good.openssl.p256.csr" p256

# signature
request "$rules/weak-hash/bad.openssl.rsa2048.md5.csr" rsa2048 -md5
request "$rules/weak-hash/bad.openssl.rsa2048.sha1.csr" rsa2048 -sha1
request "$rules/weak-hash/bad.openssl.rsa2048.pss-sha1.csr" rsa2048 -sha1 -sigopt rsa_padding_mode:pss
request "$rules/weak-hash/bad.openssl.p256.sha1.csr" p256 -sha1
request "$rules/weak-hash/good.openssl.rsa2048.sha224.csr" rsa2048 -sha224
request "$rules/weak-hash/good.openssl.p256.sha512.csr" p256 -sha512 -subj /CN=device-2
request "$rules/unknown-signature-algorithm/bad.openssl.p256.sha3-256.csr" p256 -sha3-256
request "$rules/unknown-signature-algorithm/bad.openssl.rsa2048.sha3-256.csr" rsa2048 -sha3-256
request "$rules/unknown-signature-algorithm/good.openssl.rsa2048.pss-two-hashes.csr" rsa2048 -sha256 -sigopt rsa_padding_mode:pss -sigopt rsa_mgf1_md:sha512
request "$rules/unknown-signature-algorithm/good.openssl.rsa2048.pss.csr" rsa2048 -sha256 -sigopt rsa_padding_mode:pss -sigopt rsa_pss_saltlen:32
request "$rules/unknown-signature-algorithm/good.openssl.rsa3072.pss-sha512.csr" rsa3072 -sha512 -sigopt rsa_padding_mode:pss -sigopt rsa_pss_saltlen:20 -subj /CN=device-2

# content
request "$rules/empty-subject/bad.openssl.p256.csr" p256 -subj /
request "$rules/empty-subject/good.openssl.p256.csr" p256
request "$rules/no-common-name/bad.openssl.p256.organization.csr" p256 -subj "/O=Example Devices"
request "$rules/no-common-name/bad.openssl.p384.only-san.csr" p384 -subj / -addext "subjectAltName=critical,DNS:device.example.com"
request "$rules/no-common-name/good.openssl.p256.csr" p256 -subj "/O=Example Devices/CN=device"
request "$rules/outer-blank/bad.openssl.p256.end.csr" p256 -subj "/CN=device "
request "$rules/outer-blank/good.openssl.p256.inner.csr" p256 -subj "/CN=my device"
san() { request "$rules/$1" "$2" -addext "subjectAltName=$3"; }
san san-dns/bad.openssl.p256.underscore.csr p256 DNS:my_device.example.com
san san-dns/bad.openssl.p256.url.csr p256 DNS:https://device.example.com
san san-dns/good.openssl.p256.many.csr p256 'DNS:device.example.com,DNS:*.example.com,DNS:xn--gert-7qa.example.com,DNS:device'
san san-ip/good.openssl.p256.both.csr p256 IP:192.0.2.7,IP:2001:db8::7
san san-email/bad.openssl.p256.no-at.csr p256 email:operator.example.com
san san-email/good.openssl.p256.csr p256 email:operator@example.com
san san-uri/bad.openssl.p256.relative.csr p256 URI:device.example.com/x
san san-uri/good.openssl.p256.urn.csr p256 URI:urn:dev:mac:001ac27b0000,URI:https://device.example.com/x
cat >"$work/challenge.cnf" <<'CNF'
[req]
prompt = no
distinguished_name = dn
attributes = attributes
[dn]
CN = device
[attributes]
challengePassword = not-a-secret
unstructuredName = Example
CNF
mkdir -p "$rules/challenge-password"
openssl req -new -key "$work/p256.key" -config "$work/challenge.cnf" -out "$rules/challenge-password/bad.openssl.p256.csr"
sed -i '/^challengePassword/d' "$work/challenge.cnf"
openssl req -new -key "$work/p256.key" -config "$work/challenge.cnf" -out "$rules/challenge-password/good.openssl.p256.csr"

# intake
mkdir -p "$rules/is-certificate" "$rules/is-pgp-key" "$rules/not-a-csr" "$rules/empty-file" "$rules/der-converted"
openssl req -x509 -key "$work/p256.key" -subj /CN=device -days 36500 -out "$rules/is-certificate/bad.openssl.p256.pem"
openssl req -x509 -key "$work/p256.key" -subj /CN=device -days 36500 -outform DER -out "$rules/is-certificate/bad.openssl.p256.der"
request "$rules/is-certificate/good.openssl.p256.csr" p256
GNUPGHOME=$work/gnupg; export GNUPGHOME; mkdir -m 700 "$GNUPGHOME"
gpg --batch --quiet --passphrase '' --quick-generate-key "Fixture <fixture@example.com>" rsa2048 encrypt never 2>/dev/null
gpg --batch --armor --export >"$rules/is-pgp-key/bad.gpg.rsa2048.asc"
gpg --batch --export >"$rules/is-pgp-key/bad.gpg.rsa2048.pgp"
gpgconf --kill all
request "$rules/is-pgp-key/good.openssl.p256.csr" p256
printf 'Serial numbers of this batch: 1 to 7\n' >"$rules/not-a-csr/bad.text.txt"
request "$rules/not-a-csr/good.openssl.p256.csr" p256
: >"$rules/empty-file/bad.empty.csr"
request "$rules/empty-file/good.openssl.p256.csr" p256
request "$rules/der-converted/bad.openssl.p256.der" p256 -outform DER
request "$rules/der-converted/good.openssl.p256.csr" p256
for r in bad-archive nested-archive; do
	mkdir -p "$rules/$r"
	request "$work/device.csr" p256
	(cd "$work" && zip -q -X "$rules/$r/good.zip.zip" device.csr)
done
head -c 300 "$rules/bad-archive/good.zip.zip" >"$rules/bad-archive/bad.zip.cut.zip"
(cd "$rules/nested-archive" && zip -q -X bad.zip.zip good.zip.zip)
mkdir -p "$rules/hidden-file/bad.folder" "$rules/hidden-file/good.folder"
request "$rules/hidden-file/bad.folder/device.csr" p256
request "$rules/hidden-file/bad.folder/.hidden.csr" p384 -subj /CN=hidden
request "$rules/hidden-file/good.folder/device.csr" p256

# producers: what the tools write when nothing is wrong
full="/C=DE/ST=Baden-Württemberg/L=Karlsruhe/O=Gerätewerk GmbH/OU=Linie 4/CN=Gerät 42/serialNumber=0042/emailAddress=line4@example.com"
for k in p256 p384 p521 rsa2048 rsa3072 rsa4096 ed25519; do
	request "$producers/openssl.$k.full.csr" $k -subj "$full" -addext "subjectAltName=DNS:device.example.com,IP:192.0.2.7,URI:urn:x:y,email:line4@example.com,otherName:1.3.6.1.4.1.311.20.2.3;UTF8:device@example.com,RID:1.2.3,dirName:dir" -addext keyUsage=critical,digitalSignature,keyAgreement -addext extendedKeyUsage=clientAuth,1.2.3.4 -addext basicConstraints=CA:false -config "$here/openssl.cnf"
done
request "$producers/openssl.p256.multi-valued.csr" p256 -subj "/O=Example+OU=Line 4/CN=device" -multivalue-rdn 2>/dev/null
request "$producers/openssl.p256.plain.der" p256 -outform DER
request "$producers/openssl.p256.text.csr" p256 -text
request "$producers/openssl.p256.newhdr.csr" p256 -newhdr

cat >"$work/template" <<'TEMPLATE'
organization = "Gerätewerk GmbH"
cn = "device-42"
country = DE
dns_name = "device-42.example.com"
ip_address = "192.0.2.7"
email = "line4@example.com"
uri = "urn:dev:42"
signing_key
tls_www_client
TEMPLATE
for k in rsa2048 p256 ed25519; do
	case $k in
	rsa2048) kind="--key-type=rsa --bits=2048" ;;
	p256) kind="--key-type=ecdsa --curve=secp256r1" ;;
	*) kind=--key-type=$k ;;
	esac
	certtool --generate-privkey $kind --outfile "$work/certtool.key" 2>/dev/null
	certtool --generate-request --load-privkey "$work/certtool.key" --template "$work/template" 2>/dev/null |
		sed -n '/-----BEGIN/,/-----END/p' >"$producers/certtool.$k.full.csr"
	certtool --generate-request --load-privkey "$work/certtool.key" --template "$work/template" --outder --outfile "$producers/certtool.$k.full.der" 2>/dev/null
done
certtool --generate-privkey --key-type=ecdsa --curve=secp224r1 --outfile "$work/certtool.key" 2>/dev/null
certtool --generate-request --load-privkey "$work/certtool.key" --template "$work/template" 2>/dev/null |
	sed -n '/-----BEGIN/,/-----END/p' >"$rules/key-type/bad.certtool.p224.csr"
certtool --generate-privkey --key-type=rsa-pss --bits=2048 --outfile "$work/certtool.key" 2>/dev/null
certtool --generate-request --load-privkey "$work/certtool.key" --template "$work/template" 2>/dev/null |
	sed -n '/-----BEGIN/,/-----END/p' >"$rules/key-type/bad.certtool.rsapss2048.csr"
echo 'challenge_password = not-a-secret' >>"$work/template"
certtool --generate-privkey --key-type=ecdsa --curve=secp256r1 --outfile "$work/certtool.key" 2>/dev/null
certtool --generate-request --load-privkey "$work/certtool.key" --template "$work/template" 2>/dev/null |
	sed -n '/-----BEGIN/,/-----END/p' >"$rules/challenge-password/bad.certtool.p256.csr"

keytool() { command keytool -J-Duser.language=en -storetype PKCS12 -keystore "$work/store.p12" -storepass not-a-secret "$@" 2>/dev/null; }
for k in "RSA 2048" "RSA 4096" "EC 256" "EC 384" "EC 521" "Ed25519 255"; do
	set -- $k
	alias=$(echo "$1$2" | tr A-Z a-z | sed 's/ed25519255/ed25519/;s/ec/p/')
	size="-keysize $2"
	[ "$1" = Ed25519 ] && size=""
	keytool -genkeypair -alias "$alias" -keyalg "$1" $size -dname "CN=device-42, OU=Linie 4, O=Gerätewerk GmbH, C=DE"
	keytool -certreq -alias "$alias" -ext san=dns:device-42.example.com,ip:192.0.2.7 -file "$producers/keytool.$alias.full.csr"
done
find "$rules" "$producers" -type f | wc -l
if grep -rl "PRIVATE KEY" "$rules" "$producers"; then
	echo "generate.sh: a private key stands among the fixtures" >&2
	exit 1
fi
"$here/csv/generate.sh"
