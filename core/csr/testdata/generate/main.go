// Command generate writes the fixtures that OpenSSL, GnuTLS and Java cannot make: requests with flawed keys, repeated
// nonces and forbidden forms. Its keys exist only while it runs. testdata/generate.sh runs it.
package main

import (
	"crypto/rand"
	"encoding/asn1"
	"encoding/pem"
	"fmt"
	"log"
	"math/big"
	"os"
	"path/filepath"
	"strings"

	tags "golang.org/x/crypto/cryptobyte/asn1"
)

var root string

func main() {
	log.SetFlags(0)
	if len(os.Args) != 2 {
		log.Fatal("usage: generate FOLDER")
	}
	root = os.Args[1]
	form()
	rsaKeys()
	ecKeys()
	content()
	extensions()
	sets()
	everything()
}

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}

func write(rule, name string, data []byte) {
	dir := filepath.Join(root, rule)
	check(os.MkdirAll(dir, 0o755))
	check(os.WriteFile(filepath.Join(dir, name), data, 0o644))
}

func writePEM(rule, name string, der []byte) {
	write(rule, name+".csr", pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE REQUEST", Bytes: der}))
}

func form() {
	good := request{subject: []part{cn("device")}}.by(newEC()).der()
	text := string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE REQUEST", Bytes: good}))
	lines := strings.SplitAfter(strings.TrimSpace(text), "\n")

	write("broken-pem", "bad.go.p256.no-end.csr", []byte(strings.Join(lines[:len(lines)-1], "")))
	write("broken-pem", "bad.go.p256.not-base64.csr", []byte(strings.Replace(text, lines[2][:4], "!?!?", 1)))
	write("broken-pem", "bad.go.p256.other-label.csr", []byte(strings.Replace(text, "END CERTIFICATE REQUEST", "END CERTIFICATE", 1)))
	body := strings.ReplaceAll(strings.Join(lines[1:len(lines)-1], ""), "\n", "")
	write("broken-pem", "good.go.p256.one-line.csr", []byte("-----BEGIN CERTIFICATE REQUEST-----"+body+"-----END CERTIFICATE REQUEST-----"))
	write("broken-pem", "good.go.p256.crlf-bom.csr", []byte("\xEF\xBB\xBF"+strings.ReplaceAll(request2("device-2"), "\n", "\r\n")))

	writePEM("broken-der", "bad.go.p256.cut", good[:len(good)-20])
	writePEM("broken-der", "bad.go.p256.indefinite-length", append(append([]byte{0x30, 0x80}, good[3:]...), 0, 0))
	key := newEC()
	noAttributes := request{subject: []part{cn("device-3")}, attributes: []byte{}}.by(key)
	writePEM("broken-der", "bad.go.p256.no-attributes", noAttributes.der())
	noAttributes.attributes = nil
	writePEM("broken-der", "good.go.p256.empty-attributes", noAttributes.der())
	spkiWithoutNull := sound(65537)
	lax := request{subject: []part{cn("device-5")}}.byRSA(spkiWithoutNull)
	lax.spki = []byte(strings.Replace(string(lax.spki), "\x01\x01\x01\x05\x00", "\x01\x01\x01", 1))
	lax.spki = resequence(lax.spki)
	writePEM("broken-der", "bad.go.rsa2048.no-null", lax.der())
	lostZero := request{subject: []part{cn("device-6")}}.byRSA(spkiWithoutNull)
	lostZero.spki = sequence(sequence(marshal(asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 1, 1}), []byte{5, 0}),
		bitString(sequence(wrap(tags.INTEGER, spkiWithoutNull.n.Bytes()), marshal(65537))))
	writePEM("broken-der", "bad.go.rsa2048.negative-modulus", lostZero.der())
	junk := request{subject: []part{cn("device-7")}, extensions: [][]byte{extension(oidAltName, []byte("junk"))}}.by(newEC())
	writePEM("broken-der", "bad.go.p256.san-junk", junk.der())

	writePEM("trailing-data", "bad.go.p256.zeros", append(good[:len(good):len(good)], 0, 0, 0))
	writePEM("trailing-data", "good.go.p256.exact", good)

	for _, version := range []int64{1, 2, -1} {
		writePEM("version", fmt.Sprintf("bad.go.p256.written-as-%d", version), request{version: version, subject: []part{cn("device")}}.by(newEC()).der())
	}
	writePEM("version", "good.go.p256.written-as-0", good)

	forged := append([]byte(nil), good...)
	forged[len(forged)-1] ^= 1
	writePEM("signature", "bad.go.p256.flipped-bit", forged)
	renamed := []byte(strings.Replace(string(good), "device", "devise", 1))
	writePEM("signature", "bad.go.p256.changed-name", renamed)
	other := request{subject: []part{cn("device")}}.by(newEC())
	other.sign = newEC().sign
	writePEM("signature", "bad.go.p256.other-key", other.der())
	k := sound(65537)
	wrongScheme := request{subject: []part{cn("device")}}.byRSA(k)
	wrongScheme.algorithm = sequence(marshal(oidECDSASHA256))
	writePEM("signature", "bad.go.rsa2048.ecdsa-algorithm", wrongScheme.der())
	writePEM("signature", "good.go.rsa2048.plain", request{subject: []part{cn("device")}}.byRSA(k).der())
}

// request2 is one more request in PEM.
func request2(name string) string {
	return string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE REQUEST", Bytes: request{subject: []part{cn(name)}}.by(newEC()).der()}))
}

// resequence mends the lengths of a SubjectPublicKeyInfo whose algorithm lost its two last bytes.
func resequence(spki []byte) []byte {
	at := strings.Index(string(spki), "\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x01")
	id := spki[at : at+11]
	return sequence(sequence(id), spki[at+11:])
}

func rsaKeys() {
	write1 := func(rule, name string, k *rsaKey) {
		for i := 0; ; i++ {
			r := request{subject: []part{cn(fmt.Sprintf("device-%d", i))}}.byRSA(k)
			info := r.sign
			missing := false
			r.sign = func(b []byte) []byte { s := info(b); missing = s == nil; return s }
			if der := r.der(); !missing {
				writePEM(rule, name, der)
				return
			}
		}
	}
	write1("rsa-exponent", "bad.go.rsa2048.one", exponentOne())
	write1("rsa-exponent", "bad.go.rsa2048.two", exponentTwo())
	write1("rsa-exponent", "good.go.rsa2048.65537", sound(65537))
	write1("rsa-exponent", "good.go.rsa2048.33-bits", sound(1<<32+15))
	write1("small-rsa-exponent", "bad.go.rsa2048.17", sound(17))
	write1("small-rsa-exponent", "good.go.rsa2048.65539", sound(65539))
	write1("small-factor", "bad.go.rsa2048.3", withFactor(3))
	write1("small-factor", "bad.go.rsa2048.751", withFactor(751))
	write1("small-factor", "good.go.rsa2048.none", sound(65537))
	write1("close-primes", "bad.go.rsa2048.next-prime", closePrimes())
	write1("close-primes", "good.go.rsa2048.same-third", apart())
	write1("roca", "bad.go.rsa2048.infineon-form", roca())
	write1("roca", "good.go.rsa2048.random", sound(65537))
}

func ecKeys() {
	key := newEC()
	off := append([]byte(nil), key.point...)
	off[64] ^= 1
	moved := request{subject: []part{cn("device")}}.by(key)
	moved.spki = ecSPKI(off)
	writePEM("point-not-on-curve", "bad.go.p256.flipped-bit", moved.der())
	moved.spki = ecSPKI([]byte{0})
	writePEM("point-not-on-curve", "bad.go.p256.infinity", moved.der())
	moved.spki = ecSPKI(key.point[:33])
	writePEM("point-not-on-curve", "bad.go.p256.half", moved.der())
	// An Ed25519 key of order 1, for which R = s·G verifies any message: s = 0 and R the neutral element.
	neutral := make([]byte, 32)
	neutral[0] = 1
	ed := request{subject: []part{cn("device")}}
	ed.algorithm = sequence(marshal(asn1.ObjectIdentifier{1, 3, 101, 112}))
	ed.spki = sequence(ed.algorithm, bitString(neutral))
	ed.sign = func([]byte) []byte { return append(append([]byte(nil), neutral...), make([]byte, 32)...) }
	writePEM("point-not-on-curve", "bad.go.ed25519.small-order", ed.der())
	writePEM("point-not-on-curve", "good.go.p256.plain", request{subject: []part{cn("device")}}.by(key).der())

	// Bytes of the right size; nobody holds a key for them.
	mldsa := asn1.ObjectIdentifier{2, 16, 840, 1, 101, 3, 4, 3, 18}
	pq := request{subject: []part{cn("device")}, algorithm: sequence(marshal(mldsa))}
	pq.spki = sequence(sequence(marshal(mldsa)), bitString(random(1952)))
	pq.sign = func([]byte) []byte { return random(3309) }
	writePEM("unknown-key-type", "bad.go.mldsa65.random", pq.der())
	private := asn1.ObjectIdentifier{1, 3, 6, 1, 4, 1, 32473, 1}
	pq.spki = sequence(sequence(marshal(private)), bitString(random(64)))
	pq.algorithm = sequence(marshal(private))
	writePEM("unknown-key-type", "bad.go.private.random", pq.der())
}

func random(n int) []byte {
	b := make([]byte, n)
	_, err := rand.Read(b)
	check(err)
	return b
}

func content() {
	one := func(rule, name string, subject ...part) {
		writePEM(rule, name, request{subject: subject}.by(newEC()).der())
	}
	long := strings.Repeat("ü", 64)
	one("too-long", "bad.go.p256.common-name", cn(long+"x"))
	one("too-long", "good.go.p256.common-name", cn(long))
	one("empty-value", "bad.go.p256.organization", cn("device"), part{oidO, tags.UTF8String, ""})
	one("empty-value", "good.go.p256.organization", cn("device"), part{oidO, tags.UTF8String, "O"})
	one("country", "bad.go.p256.lower-case", part{oidCountry, tags.PrintableString, "de"}, cn("device"))
	one("country", "bad.go.p256.word", part{oidCountry, tags.UTF8String, "Germany"}, cn("device"))
	one("country", "bad.go.p256.unassigned", part{oidCountry, tags.PrintableString, "UK"}, cn("device"))
	one("country", "good.go.p256.upper-case", part{oidCountry, tags.PrintableString, "DE"}, cn("device"))
	one("user-assigned-country", "bad.go.p256.kosovo", part{oidCountry, tags.PrintableString, "XK"}, cn("device"))
	one("user-assigned-country", "good.go.p256.japan", part{oidCountry, tags.PrintableString, "JP"}, cn("device"))
	one("string-type", "bad.go.p256.printable-underscore", part{oidCN, tags.PrintableString, "my_device"})
	one("string-type", "bad.go.p256.not-utf8", cn("ger\xe4t"))
	one("string-type", "bad.go.p256.odd-bmp", part{oidCN, tags.Tag(30), "\x00a\x00"})
	one("string-type", "bad.go.p256.boolean", part{oidO, tags.BOOLEAN, "\xff"}, cn("device"))
	one("string-type", "good.go.p256.bmp", part{oidCN, tags.Tag(30), "\x00G\x00e\x00r\x00\xe4\x00t"})
	one("string-type", "good.go.p256.teletex", part{oidCN, tags.T61String, "ger\xe4t"})
	one("control-character", "bad.go.p256.line-feed", cn("device\n"))
	one("control-character", "bad.go.p256.nul", cn("device\x00.example.com"))
	one("control-character", "good.go.p256.none", cn("device 1"))
	one("invisible-character", "bad.go.p256.zero-width", cn("dev\u200bice"))
	one("invisible-character", "bad.go.p256.direction", cn("dev\u202eice"))
	one("invisible-character", "good.go.p256.japanese", cn("装置１"))
	one("mixed-script", "bad.go.p256.cyrillic-e", cn("d\u0435vice"))
	one("mixed-script", "good.go.p256.two-words", cn("прибор device"))
	one("outer-blank", "bad.go.p256.no-break", cn("device\u00a0"))
}

func extensions() {
	one := func(rule, name string, names ...[]byte) {
		writePEM(rule, name, request{subject: []part{cn("device")}, names: names}.by(newEC()).der())
	}
	one("san-ip", "bad.go.p256.with-mask", generalName(7, "\xc0\x00\x02\x00\xff\xff\xff\x00"))
	one("san-ip", "bad.go.p256.as-text", generalName(7, "192.0.2.7"))
	one("san-ip", "bad.go.p256.three-bytes", generalName(7, "\x01\x02\x03"))
	one("san-ip", "bad.go.p256.unspecified", generalName(7, "\x00\x00\x00\x00"))
	one("san-dns", "bad.go.p256.nul", generalName(2, "device.example.com\x00.example.org"))
	one("san-dns", "bad.go.p256.umlaut", generalName(2, "ger\xc3\xa4t.example.com"))
	one("san-email", "bad.go.p256.latin1", generalName(1, "ger\xe4t@example.com"))
	one("san-uri", "bad.go.p256.utf8", generalName(6, "https://ger\xc3\xa4t.example.com/"))
	one("empty-value", "bad.go.p256.no-names", [][]byte{}...)
	usage := extension(asn1.ObjectIdentifier{2, 5, 29, 15}, []byte{3, 2, 7, 0x80})
	writePEM("duplicate-extension", "bad.go.p256.key-usage", request{subject: []part{cn("device")}, extensions: [][]byte{usage, usage}}.by(newEC()).der())
	writePEM("duplicate-extension", "good.go.p256.key-usage",
		request{subject: []part{cn("device")}, extensions: [][]byte{usage}, names: [][]byte{generalName(2, "device.example.com")}}.by(newEC()).der())
}

func sets() {
	named := func(name string) request { return request{subject: []part{cn(name)}} }
	first := named("device-1").by(newEC()).der()
	writePEM("same-file", "bad.go.p256.first", first)
	writePEM("same-file", "bad.go.p256.again", first)
	writePEM("same-file", "good.go.p256.first", first)
	writePEM("same-file", "good.go.p256.second", named("device-2").by(newEC()).der())

	key := newEC()
	writePEM("same-key", "bad.go.p256.first", named("device-1").by(key).der())
	writePEM("same-key", "bad.go.p256.second", named("device-2").by(key).der())
	writePEM("same-key", "good.go.p256.first", named("device-1").by(key).der())
	writePEM("same-key", "good.go.p256.second", named("device-2").by(newEC()).der())

	writePEM("same-name", "bad.go.p256.first", named("device").by(newEC()).der())
	writePEM("same-name", "bad.go.p256.second", named("device").by(newEC()).der())
	writePEM("same-name", "good.go.p256.first", named("device").by(newEC()).der())
	writePEM("same-name", "good.go.p256.second", named("device-2").by(newEC()).der())

	a, b := sharedPrime()
	writePEM("shared-prime", "bad.go.rsa2048.first", named("device-1").byRSA(a).der())
	writePEM("shared-prime", "bad.go.rsa2048.second", named("device-2").byRSA(b).der())
	writePEM("shared-prime", "good.go.rsa2048.first", named("device-1").byRSA(a).der())
	writePEM("shared-prime", "good.go.rsa2048.second", named("device-2").byRSA(sound(65537)).der())

	nonce := randomScalar()
	again := newEC()
	again.nonce = nonce
	writePEM("shared-nonce", "bad.go.p256.first", named("device-1").by(again).der())
	writePEM("shared-nonce", "bad.go.p256.second", named("device-2").by(again).der())
	again.nonce = nil
	writePEM("shared-nonce", "good.go.p256.first", named("device-1").by(again).der())
	writePEM("shared-nonce", "good.go.p256.second", named("device-2").by(newEC()).der())

	one, two := newEC(), newEC()
	one.nonce, two.nonce = nonce, nonce
	writePEM("shared-nonce-other-key", "bad.go.p256.first", named("device-1").by(one).der())
	writePEM("shared-nonce-other-key", "bad.go.p256.second", named("device-2").by(two).der())
	two.nonce = new(big.Int).Add(nonce, big.NewInt(1))
	writePEM("shared-nonce-other-key", "good.go.p256.first", named("device-1").by(one).der())
	writePEM("shared-nonce-other-key", "good.go.p256.second", named("device-2").by(two).der())
}

// everything is wrong with this request.
func everything() {
	k := newRSA([]*big.Int{prime(512), prime(512)}, 17)
	for k == nil || k.n.BitLen() != 1024 {
		k = newRSA([]*big.Int{prime(512), prime(512)}, 17)
	}
	usage := extension(asn1.ObjectIdentifier{2, 5, 29, 15}, []byte{3, 2, 7, 0x80})
	names := extension(oidAltName, sequence(generalName(2, "a b"), generalName(7, "x"), generalName(1, "x"), generalName(6, "x")))
	password := sequence(marshal(asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 7}), wrap(tags.SET, wrap(tags.UTF8String, []byte("not-a-secret"))))
	requested := sequence(marshal(oidExtensions), wrap(tags.SET, sequence(usage, usage, names)))
	r := request{
		version: 1,
		subject: []part{
			{oidCountry, tags.PrintableString, "Germany"}, {oidO, tags.UTF8String, strings.Repeat("o", 65) + " "},
			{oidO, tags.PrintableString, "a@b"}, cn("device\n"),
		},
		attributes: wrap(tags.Tag(0).ContextSpecific().Constructed(), password, requested),
	}.byRSA(k)
	r.algorithm = sequence(marshal(asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 1, 4}), []byte{5, 0})
	r.sign = func([]byte) []byte { return make([]byte, 128) }
	data := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE REQUEST", Bytes: append(r.der(), 0)})
	check(os.WriteFile(filepath.Join(filepath.Dir(root), "go.rsa1024.everything.csr"), data, 0o644))
}
