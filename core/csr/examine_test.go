package csr

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"fmt"
	"math/big"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
)

func sha256Of(b []byte) [32]byte { return sha256.Sum256(b) }

// TestProducersHaveNoFinding: what OpenSSL, GnuTLS and Java write when nothing is wrong passes without a word, and as the
// key that the file is named after.
func TestProducersHaveNoFinding(t *testing.T) {
	paths, err := filepath.Glob(filepath.Join("testdata", "producers", "*"))
	if err != nil || len(paths) < 20 {
		t.Fatalf("%d fixtures: %v", len(paths), err)
	}
	keys := map[string]string{"p256": "P-256", "p384": "P-384", "p521": "P-521", "rsa2048": "RSA 2048", "rsa3072": "RSA 3072", "rsa4096": "RSA 4096", "ed25519": "Ed25519"}
	for _, path := range paths {
		s := check(t, path)
		want := map[string]int{}
		if filepath.Ext(path) == ".der" {
			want["csr/der-converted"] = 1
		}
		only(t, s, want)
		if s.Len() != 1 {
			t.Errorf("%s: %d entries", path, s.Len())
			continue
		}
		if key := keys[strings.Split(filepath.Base(path), ".")[1]]; key != "" && s.Entry(0).Key.String() != key {
			t.Errorf("%s: key %s", path, s.Entry(0).Key)
		}
		if name := s.Entry(0).CommonName; name != "device-42" && name != "Gerät 42" && name != "device" {
			t.Errorf("%s: common name %q", path, name)
		}
	}
}

func TestKeyString(t *testing.T) {
	for want, k := range map[string]Key{
		"RSA 2048": {Kind: RSA, Bits: 2048}, "P-256": {Kind: ECDSA, Bits: 256, Name: "P-256"}, "Ed25519": {Kind: Ed25519},
		"ML-DSA-65": {Kind: MLDSA, Name: "ML-DSA-65"}, "DSA 1024": {Kind: DSA, Bits: 1024}, "unknown 1.2.3": {Name: "1.2.3"}, "unknown": {},
		"Ed448": {Kind: OtherKey, Name: "Ed448"},
	} {
		if got := k.String(); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

func TestMessagesNameTheDamage(t *testing.T) {
	good := good().der()
	for words, der := range map[string][]byte{
		"was cut short":                good[:len(good)-1],
		"it is empty":                  {0x30},
		"instead of a SEQUENCE":        []byte("hello"),
		"indefinite":                   {0x30, 0x80, 0, 0},
		"shortest form":                append([]byte{0x30, 0x81, 2}, 0x30, 0),
		"is impossible":                {0x30, 0x85, 0, 0, 0, 0, 0},
		"within its first length":      {0x30, 0x82, 1},
		"certificationRequestInfo can": {0x30, 2, 5, 0},
		"the version is missing":       {0x30, 2, 0x30, 0},
	} {
		e := examine(der)
		found := false
		for _, b := range e.breaches {
			found = found || b.rule == RuleBrokenDER && strings.Contains(b.message, words)
		}
		if !found || e.ok {
			t.Errorf("%q is not said of %x: %v", words, der, e.breaches)
		}
	}
}

// A modulus of any size, an exponent of any size: neither may cost more than a moment.
func TestHugeKeysAreNotComputedWith(t *testing.T) {
	k := &rsaKey{n: new(big.Int).Lsh(big.NewInt(1), 700_000), e: big.NewInt(3)}
	k.n.Add(k.n, big.NewInt(1))
	p := publicKey{Key: Key{Kind: RSA, Bits: k.n.BitLen()}, rsa: k}
	var e exam
	e.rsaKey(&p)
	if len(e.breaches) != 2 || e.breaches[0].rule != RuleRSAKeySize || e.breaches[1].rule != RuleSmallRSAExponent || e.facts.modulus != nil {
		t.Errorf("%+v", e)
	}
	r := &request{signature: make([]byte, 10), algorithm: algorithmIdentifier{oid: []byte(oid(1, 2, 840, 113549, 1, 1, 11))}}
	if v := verify(r, &p); v.verdict != notVerified {
		t.Errorf("verified: %+v", v)
	}
	p.rsa = &rsaKey{n: big.NewInt(0).SetBit(big.NewInt(1), 2047, 1), e: new(big.Int).Lsh(big.NewInt(1), 1<<20)}
	p.Bits = 2048
	if v := verify(r, &p); v.verdict != notVerified {
		t.Errorf("verified: %+v", v)
	}
}

func TestFactsCompareRequests(t *testing.T) {
	first := examine(readDER(t, file(t, RuleSharedNonceOtherKey, "bad.first")))
	second := examine(readDER(t, file(t, RuleSharedNonceOtherKey, "bad.second")))
	if first.facts.nonce != second.facts.nonce || first.facts.nonce == [16]byte{} || first.facts.SPKI == second.facts.SPKI {
		t.Error("the same r must give the same nonce, by different keys")
	}
	forged := examine(readDER(t, file(t, RuleSignature, "bad.flipped-bit")))
	if forged.facts.nonce != [16]byte{} {
		t.Error("a signature that does not verify accuses nobody of a repeated nonce")
	}
	rsa := examine(readDER(t, files(t, "csr/weak-rsa-key", "good")[0]))
	if len(rsa.facts.modulus) != 256 || rsa.facts.nonce != [16]byte{} {
		t.Errorf("modulus of %d bytes, nonce %x", len(rsa.facts.modulus), rsa.facts.nonce)
	}
	divisible := examine(readDER(t, file(t, RuleSmallFactor, "bad.3")))
	if divisible.facts.modulus != nil {
		t.Error("a modulus with a small factor would share it with every other one")
	}
}

// A name that many requests hold must be their own bytes: examine keeps nothing of the buffer that it was given.
func TestExamineKeepsNothingOfItsInput(t *testing.T) {
	der := readDER(t, filepath.Join("testdata", "producers", "openssl.rsa2048.full.csr"))
	want := examine(der)
	again := bytes.Clone(der)
	got := examine(again)
	clear(again)
	if !reflect.DeepEqual(got, want) {
		t.Error("the result changed with the input")
	}
}

// TestExplicitCurve: parameters that are written out are those of a named curve only if prime and order agree.
func TestExplicitCurve(t *testing.T) {
	p := elliptic.P256().Params()
	for name, order := range map[string]*big.Int{"P-256 with explicit parameters": p.N, "EC with explicit parameters": new(big.Int).Add(p.N, big.NewInt(2))} {
		numbers := sequence(marshal(1), sequence(marshal(asn1.ObjectIdentifier{1, 2, 840, 10045, 1, 1}), marshal(p.P)), sequence(), marshal(ec(1).point), marshal(order))
		spki := sequence(sequence(marshal(asn1.ObjectIdentifier{1, 2, 840, 10045, 2, 1}), numbers), bitString(ec(1).point))
		if k, flaw := parseKey(spki); k.String() != name || flaw != "" {
			t.Errorf("%s, want %s: %s", k.Key, name, flaw)
		}
	}
}

// TestUnverifiedIsSaid: another error in the request does not hide that the signature could not be verified.
func TestUnverifiedIsSaid(t *testing.T) {
	d := good()
	d.version, d.algorithm = 1, sequence(marshal(asn1.ObjectIdentifier{1, 3, 6, 1, 4, 1, 32473, 1}))
	e := examine(d.der())
	if !slices.ContainsFunc(e.breaches, func(b breach) bool { return b.rule == RuleUnknownSignature }) {
		t.Errorf("%v", e.breaches)
	}
}

func TestDotted(t *testing.T) {
	for content, want := range map[string]string{
		"\x2a\x86\x48\xce\x3d\x02\x01": "1.2.840.10045.2.1", "\x00": "0.0", "\x27": "0.39", "\x28": "1.0", "\x4f": "1.39", "\x50": "2.0",
		"\x88\x37": "2.999",
		"":         "malformed ", "\x80\x01": "malformed 8001", "\x2a\x86": "malformed 2A86", "\x2a\x80\x01": "malformed 2A8001",
	} {
		if got := dotted([]byte(content)); got != want {
			t.Errorf("%x is %s, want %s", content, got, want)
		}
	}
	for _, arcs := range [][]int{{2, 25, 1 << 62}, {2, 1<<31 - 1}, {1, 3, 6, 1, 4, 1, 311, 21, 20}} {
		if got, want := dotted([]byte(oid(arcs...))), strings.Trim(strings.ReplaceAll(fmt.Sprint(arcs), " ", "."), "[]"); got != want {
			t.Errorf("%s, want %s", got, want)
		}
	}
	if got := dotted(append([]byte{0x69}, append(bytes.Repeat([]byte{0xFF}, 17), 0x7F)...)); got != "2.25."+new(big.Int).Sub(new(big.Int).Lsh(big.NewInt(1), 126), big.NewInt(1)).String() {
		t.Errorf("an arc of 126 bits: %s", got)
	}
	if got := dotted(bytes.Repeat([]byte{1}, 128)); !strings.HasPrefix(got, "malformed 0101") {
		t.Errorf("128 arcs: %s", got)
	}
}

// FuzzExamine: nothing makes examine panic; what it accepts is read again from PEM as the same; where crypto/x509 can
// read a request, both agree on its name, its key and its signature.
func FuzzExamine(f *testing.F) {
	for _, der := range ders(f) {
		f.Add(der)
	}
	f.Fuzz(func(t *testing.T, der []byte) {
		if len(der) > 8192 {
			return
		}
		e := examine(der)
		for _, b := range e.breaches {
			if b.rule == nil || b.message == "" {
				t.Fatalf("an empty finding: %+v", b)
			}
		}
		d, err := Describe(der)
		if e.ok && err != nil {
			t.Fatalf("examined and not described: %v", err)
		}
		if err == nil && d.SPKISHA256 == "" {
			t.Fatal("described without its key")
		}
		if accepted(&e) {
			back, err := DecodePEM(AppendPEM(nil, der))
			if err != nil || !bytes.Equal(back, der) {
				t.Fatalf("what was accepted does not survive PEM: %v", err)
			}
			if again := examine(back); !reflect.DeepEqual(again, e) {
				t.Fatalf("examined again: %+v, before %+v", again, e)
			}
		}
		compareWithLibrary(t, "input", der)
	})
}

// BenchmarkExamine sets a whole examination beside the verification of its signature alone.
func BenchmarkExamine(b *testing.B) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		b.Fatal(err)
	}
	der, err := x509.CreateCertificateRequest(rand.Reader, &x509.CertificateRequest{
		Subject: pkix.Name{CommonName: "device-000001", Organization: []string{"Example Devices"}},
	}, key)
	if err != nil {
		b.Fatal(err)
	}
	inputs := []struct {
		name string
		der  []byte
	}{
		{"P-256", der},
		{"P-256 full", readDER(b, filepath.Join("testdata", "producers", "openssl.p256.full.csr"))},
		{"RSA-2048", readDER(b, filepath.Join("testdata", "rules", "weak-rsa-key", "good.openssl.rsa2048.csr"))},
		{"RSA-3072", readDER(b, filepath.Join("testdata", "rules", "rsa-key-size", "good.openssl.rsa3072.csr"))},
		{"RSA-4096", readDER(b, filepath.Join("testdata", "rules", "rsa-key-size", "good.openssl.rsa4096.csr"))},
		{"Ed25519", readDER(b, filepath.Join("testdata", "rules", "key-type", "good.openssl.ed25519.csr"))},
	}
	for _, in := range inputs {
		r, _ := parse(in.der, func(string, ...any) {}, func(int) {})
		var once exam
		k := once.key(r.spki)
		b.Run(in.name+"/examine", func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				examine(in.der)
			}
		})
		b.Run(in.name+"/signature", func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				verify(&r, &k)
			}
		})
		b.Run(in.name+"/library", func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if q, err := x509.ParseCertificateRequest(in.der); err == nil {
					_ = q.CheckSignature()
				}
			}
		})
	}
}
