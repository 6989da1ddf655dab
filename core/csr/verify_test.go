package csr

import (
	"bytes"
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/subtle"
	"crypto/x509"
	"encoding/asn1"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"math/big"
	mathrand "math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"

	"enrollbench/core/finding"
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
				sum := digest(crypto.SHA256, unhex(t, v.Msg))
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
			sum := digest(h, fmt.Append(nil, bits, h))
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
			judge("other hash", h, digest(h, []byte("other")), sig)
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
	var parts struct {
		Info, Algorithm asn1.RawValue
		Signature       asn1.BitString
	}
	if _, err := asn1.Unmarshal(der, &parts); err != nil {
		t.Fatalf("%s: the library reads it only once: %v", what, err)
	}
	if parts.Signature.BitLength%8 != 0 {
		// The library reads a signature of, say, 2045 bits. Every signature is whole octets (RFC 2986 §4.2), so we refuse it.
		if e.ok {
			t.Errorf("%s: a signature of %d bits is read", what, parts.Signature.BitLength)
		}
		return true
	}
	if !e.ok && members(parts.Algorithm.Bytes) > 2 {
		return true // the library passes over what follows the parameters; an AlgorithmIdentifier has two members (RFC 5280 §4.1.1.2)
	}
	if !e.ok {
		t.Errorf("%s: the library reads it, and we say %v", what, e.breaches)
		return true
	}
	// The library reads on in a subject with something behind a value; OpenSSL refuses it, and so do we.
	broken := slices.ContainsFunc(e.breaches, func(b breach) bool { return b.rule == RuleBrokenDER })
	if isASCII(r.Subject.CommonName) && e.facts.CommonName != r.Subject.CommonName && !broken {
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

// accepted says whether a request has no finding of severity error.
func accepted(e *exam) bool {
	return e.ok && !slices.ContainsFunc(e.breaches, func(b breach) bool { return b.rule.Severity == finding.Error })
}

// TestFlippedBits: a good request with any one bit changed is never accepted.
func TestFlippedBits(t *testing.T) {
	flips := 0
	for _, name := range []string{"openssl.p256.full.csr", "openssl.rsa2048.full.csr", "openssl.ed25519.full.csr"} {
		der := readDER(t, filepath.Join("testdata", "producers", name))
		if e := examine(der); !accepted(&e) {
			t.Fatalf("%s: %v", name, e.breaches)
		}
		for bit := range 8 * len(der) {
			der[bit/8] ^= 1 << (bit % 8)
			if e := examine(der); accepted(&e) {
				t.Errorf("%s with bit %d of byte %d flipped is accepted: %v", name, bit%8, bit/8, e.breaches)
			}
			der[bit/8] ^= 1 << (bit % 8)
			flips++
		}
	}
	if flips < 11_000 {
		t.Errorf("only %d flips", flips)
	}
}

// TestPSSSalt: a signature verifies with the length of salt that it was made with and no other. OpenSSL signs, since the
// library cannot be asked for no salt.
func TestPSSSalt(t *testing.T) {
	needs(t, "openssl")
	dir := t.TempDir()
	run := func(args ...string) {
		t.Helper()
		command := exec.Command("openssl", args...)
		command.Dir = dir
		if out, err := command.CombinedOutput(); err != nil {
			t.Fatalf("openssl %v: %v: %s", args, err, out)
		}
	}
	message := []byte("certificationRequestInfo")
	if err := os.WriteFile(filepath.Join(dir, "message"), message, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, bits := range []int{1025, 1030, 2048} { // 1025: the encoded message is a byte shorter than the modulus
		run("genpkey", "-algorithm", "RSA", "-pkeyopt", fmt.Sprint("rsa_keygen_bits:", bits), "-out", "key")
		run("pkey", "-in", "key", "-pubout", "-outform", "DER", "-out", "public")
		public, err := os.ReadFile(filepath.Join(dir, "public"))
		if err != nil {
			t.Fatal(err)
		}
		k, _ := parseKey(public)
		for _, mgf := range []crypto.Hash{crypto.SHA256, crypto.SHA512} {
			for _, salt := range []int{0, 1, 20, 32, (bits-1+7)/8 - 32 - 2} {
				run("dgst", "-sha256", "-sign", "key", "-sigopt", "rsa_padding_mode:pss", "-sigopt", fmt.Sprint("rsa_pss_saltlen:", salt),
					"-sigopt", map[crypto.Hash]string{crypto.SHA256: "rsa_mgf1_md:sha256", crypto.SHA512: "rsa_mgf1_md:sha512"}[mgf], "-out", "signature", "message")
				signature, err := os.ReadFile(filepath.Join(dir, "signature"))
				if err != nil {
					t.Fatal(err)
				}
				sum := sha256.Sum256(message)
				for _, declared := range []int{0, 1, 19, 20, 32, salt, salt + 1, 1 << 40} {
					if got := verifyPSS(k.rsa, pssParameters{crypto.SHA256, mgf, declared}, sum[:], signature); got != (declared == salt) {
						t.Errorf("RSA %d, MGF1 with %s, salt of %d bytes declared as %d: %v", bits, mgf, salt, declared, got)
					}
				}
				right := pssParameters{crypto.SHA256, mgf, salt}
				if verifyPSS(k.rsa, pssParameters{crypto.SHA256, crypto.SHA384, salt}, sum[:], signature) || verifyPSS(k.rsa, right, sum[1:], signature) {
					t.Errorf("RSA %d: another hash verifies", bits)
				}
				plus := new(big.Int).Add(new(big.Int).SetBytes(signature), k.rsa.n)
				if verifyPSS(k.rsa, right, sum[:], append([]byte{0}, signature...)) || plus.BitLen() <= 8*len(signature) && verifyPSS(k.rsa, right, sum[:], plus.FillBytes(make([]byte, len(signature)))) {
					t.Errorf("RSA %d: a signature that is too long or too large verifies", bits)
				}
				for at := range 4 {
					signature[at*len(signature)/4] ^= 4
					if verifyPSS(k.rsa, right, sum[:], signature) {
						t.Errorf("RSA %d: a changed signature verifies", bits)
					}
				}
			}
		}
	}
}

// TestPSSForgeries signs encoded messages that are wrong in one thing (RFC 8017 §9.1.2, steps 4 to 14).
func TestPSSForgeries(t *testing.T) {
	k := sound(65537)
	sum := sha256.Sum256([]byte("message"))
	// verifies signs an encoded message that was changed before its mask, and behind it.
	verifies := func(salt []byte, before, behind func(em []byte)) bool {
		h := sha256.Sum256(slices.Concat(make([]byte, 8), sum[:], salt))
		em := make([]byte, 256)
		db := em[:256-32-1]
		db[len(db)-len(salt)-1] = 1
		copy(db[len(db)-len(salt):], salt)
		before(db)
		for i, counter := 0, byte(0); i < len(db); counter++ {
			mask := sha256.Sum256(slices.Concat(h[:], []byte{0, 0, 0, counter}))
			i += subtle.XORBytes(db[i:], db[i:], mask[:])
		}
		db[0] &= 0x7F
		copy(em[len(db):], h[:])
		em[255] = 0xBC
		behind(em)
		m := new(big.Int).SetBytes(em)
		if m.Cmp(k.n) >= 0 {
			return false
		}
		return verifyPSS(&rsaKey{k.n, k.e}, pssParameters{crypto.SHA256, crypto.SHA256, len(salt)}, sum[:], k.root(m).FillBytes(make([]byte, 256)))
	}
	as := func([]byte) {}
	for n := range byte(20) { // the first bits of some of these leave room for another before them
		salt := []byte{n, 1, 2, 3}
		if !verifies(salt, as, as) {
			t.Fatal("the right one does not verify")
		}
		if verifies(salt, as, func(em []byte) { em[0] |= 0x80 }) {
			t.Fatal("an encoded message with a bit too many verifies")
		}
	}
	salt := []byte("salt")
	for name, got := range map[string]bool{
		"trailer":          verifies(salt, as, func(em []byte) { em[255] = 0xCC }),
		"padding":          verifies(salt, func(db []byte) { db[3] = 1 }, as),
		"first of padding": verifies(salt, func(db []byte) { db[0] = 1 }, as),
		"separator":        verifies(salt, func(db []byte) { db[len(db)-5] = 2 }, as),
		"salt":             verifies(salt, func(db []byte) { db[len(db)-1] ^= 1 }, as),
		"hash":             verifies(salt, as, func(em []byte) { em[254] ^= 1 }),
	} {
		if got {
			t.Errorf("a wrong %s verifies", name)
		}
	}
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

// members counts the elements of a constructed value; what is none counts as the last.
func members(content []byte) (n int) {
	for len(content) > 0 {
		var one asn1.RawValue
		rest, err := asn1.Unmarshal(content, &one)
		if n++; err != nil {
			return n
		}
		content = rest
	}
	return n
}
