package csr

import (
	"bytes"
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"math/big"
	mathrand "math/rand/v2"
	"os"
	"path/filepath"
	"testing"
)

// TestPKCS1v15AgainstWycheproof runs every vector. None is left out: both files hold RSASSA-PKCS1-v1_5 with SHA-256 and
// nothing else, and keys of more than 2048 bits, which is what our own code verifies.
func TestPKCS1v15AgainstWycheproof(t *testing.T) {
	for _, name := range []string{"rsa_signature_3072_sha256_test.json", "rsa_signature_4096_sha256_test.json"} {
		data, err := os.ReadFile(filepath.Join("..", "..", "testdata", "wycheproof", name))
		if err != nil {
			t.Fatal(err)
		}
		var file struct {
			NumberOfTests int
			TestGroups    []struct {
				PublicKeyDer string
				Sha          string
				Tests        []struct {
					TcId             int
					Comment          string
					Flags            []string
					Msg, Sig, Result string
				}
			}
		}
		if err := json.Unmarshal(data, &file); err != nil {
			t.Fatal(err)
		}
		ran, applied := 0, map[string]int{}
		for _, group := range file.TestGroups {
			spki := unhex(t, group.PublicKeyDer)
			k, flaw := parseKey(spki)
			if k.rsa == nil || flaw != "" {
				t.Fatalf("%s: key cannot be read: %s", name, flaw)
			}
			if group.Sha != "SHA-256" {
				t.Fatalf("%s: hash %s", name, group.Sha)
			}
			for _, v := range group.Tests {
				var buf [64]byte
				sum := digest(crypto.SHA256, unhex(t, v.Msg), &buf)
				got := verifyPKCS1v15(k.rsa, crypto.SHA256, sum, unhex(t, v.Sig))
				ran++
				applied[v.Result]++
				// "acceptable" is one vector a file, MissingNull: an encoding that RFC 8017 §9.2 does not produce.
				if want := v.Result == "valid"; got != want {
					t.Errorf("%s %d (%s, %v): verifies %v, the vector is %s", name, v.TcId, v.Comment, v.Flags, got, v.Result)
				}
			}
		}
		if ran != file.NumberOfTests || applied["valid"] == 0 || applied["invalid"] == 0 {
			t.Errorf("%s: %d of %d vectors ran: %v", name, ran, file.NumberOfTests, applied)
		}
		t.Logf("%s: %d vectors: %v; 0 do not apply", name, ran, applied)
	}
}

func unhex(t *testing.T, s string) []byte {
	t.Helper()
	b, err := hex.DecodeString(s)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// TestPKCS1v15AgainstTheLibrary lets both judge good signatures, damaged ones and those of other forms.
func TestPKCS1v15AgainstTheLibrary(t *testing.T) {
	random := mathrand.New(mathrand.NewPCG(1, 2))
	hashes := []crypto.Hash{crypto.MD5, crypto.SHA1, crypto.SHA224, crypto.SHA256, crypto.SHA384, crypto.SHA512, crypto.SHA512_224, crypto.SHA512_256}
	accepted, refused := 0, 0
	for _, bits := range []int{1024, 1031, 2048, 2049, 3072} {
		key, err := rsa.GenerateKey(rand.Reader, bits)
		if err != nil {
			t.Fatal(err)
		}
		k := &rsaKey{n: key.N, e: big.NewInt(int64(key.E))}
		judge := func(what string, h crypto.Hash, sum, sig []byte) {
			want := rsa.VerifyPKCS1v15(&key.PublicKey, h, sum, sig) == nil
			if got := verifyPKCS1v15Big(k, h, sum, sig); got != want {
				t.Errorf("RSA %d, %s, %s: we say %v, the library %v", bits, h, what, got, want)
			}
			if got := verifyPKCS1v15(k, h, sum, sig); got != want {
				t.Errorf("RSA %d, %s, %s: the choice of code changes the answer to %v", bits, h, what, got)
			}
			if want {
				accepted++
			} else {
				refused++
			}
		}
		for _, h := range hashes {
			var buf [64]byte
			sum := digest(h, fmt.Append(nil, bits, h), &buf)
			sig, err := rsa.SignPKCS1v15(rand.Reader, key, h, sum)
			if err != nil {
				t.Fatal(err)
			}
			judge("good", h, sum, sig)
			for range 8 {
				bad := bytes.Clone(sig)
				bad[random.IntN(len(bad))] ^= 1 << random.IntN(8)
				judge("flipped bit", h, sum, bad)
			}
			judge("other hash", h, digest(h, []byte("other"), new([64]byte)), sig)
			judge("leading zero", h, sum, append([]byte{0}, sig...))
			judge("one byte less", h, sum, sig[1:])
			judge("nothing", h, sum, nil)
			judge("zero", h, sum, make([]byte, len(sig)))
			if s := new(big.Int).Add(new(big.Int).SetBytes(sig), key.N); s.BitLen() <= 8*len(sig) {
				judge("plus modulus", h, sum, s.FillBytes(make([]byte, len(sig))))
			}
			judge("negated", h, sum, new(big.Int).Sub(key.N, new(big.Int).SetBytes(sig)).FillBytes(make([]byte, len(sig))))
			// What a forger with a small exponent would hide behind the hash must not pass either: a shorter padding.
			judge("short padding", h, sum, forgePadding(key, h, sum))
		}
	}
	if accepted < 40 || refused < 400 {
		t.Errorf("%d accepted and %d refused: the test tests too little", accepted, refused)
	}
}

// forgePadding signs an encoded message whose padding ends one byte early, with a zero byte behind the hash.
func forgePadding(key *rsa.PrivateKey, h crypto.Hash, sum []byte) []byte {
	size := key.Size()
	em := bytes.Repeat([]byte{0xFF}, size)
	em[0], em[1] = 0, 1
	tail := append(append([]byte{0}, digestInfo[h]...), sum...)
	tail = append(tail, 0)
	copy(em[size-len(tail):], tail)
	m := new(big.Int).SetBytes(em)
	return m.Exp(m, key.D, key.N).FillBytes(make([]byte, size))
}

// TestExamineAgainstTheLibrary: on every fixture of other tools, name, key and verdict are those of crypto/x509.
func TestExamineAgainstTheLibrary(t *testing.T) {
	compared := 0
	for path, der := range ders(t) {
		if compareWithLibrary(t, path, der) {
			compared++
		}
	}
	if compared < 100 {
		t.Errorf("only %d fixtures could be compared", compared)
	}
}

// compareWithLibrary reports whether the library could read der at all.
func compareWithLibrary(t *testing.T, what string, der []byte) bool {
	t.Helper()
	r, err := x509.ParseCertificateRequest(der)
	if err != nil {
		return false
	}
	e := examine(der)
	if !e.ok {
		t.Errorf("%s: the library reads it, and we say %v", what, e.breaches)
		return true
	}
	if isASCII(r.Subject.CommonName) && e.facts.CommonName != r.Subject.CommonName {
		t.Errorf("%s: common name %q, the library says %q", what, e.facts.CommonName, r.Subject.CommonName)
	}
	if e.facts.SPKI != sha256Of(r.RawSubjectPublicKeyInfo) || e.facts.DER != sha256Of(der) {
		t.Errorf("%s: fingerprints differ", what)
	}
	p, _ := parse(der, func(string, ...any) {}, func(int) {})
	k, _ := parseKey(p.spki)
	if k.Kind == ECDSA {
		new(exam).ecKey(&k, false)
	}
	verdict := verify(&p, &k).verdict
	switch err := r.CheckSignature(); {
	case err == nil && verdict != verified:
		t.Errorf("%s: the library verifies it, and we say %d: %v", what, verdict, e.breaches)
	case err != nil && verdict == verified && !stricter(err, r, &k):
		t.Errorf("%s: we verify it, and the library says %v", what, err)
	}
	return true
}

// stricter says that the library refuses an algorithm or a key as such and did not get to the signature.
func stricter(err error, r *x509.CertificateRequest, k *publicKey) bool {
	_, insecure := err.(x509.InsecureAlgorithmError)
	if k.rsa != nil && (k.Bits < 1024 || k.rsa.n.Bit(0) == 0 || k.rsa.e.BitLen() > 31 || k.rsa.e.BitLen() < 2 || k.rsa.e.Bit(0) == 0) {
		return true
	}
	return insecure || r.SignatureAlgorithm == x509.UnknownSignatureAlgorithm || r.PublicKey == nil
}

func isASCII(s string) bool {
	for i := range len(s) {
		if s[i] > 0x7E {
			return false
		}
	}
	return true
}
