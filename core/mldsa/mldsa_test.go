package mldsa

import (
	"bytes"
	"crypto"
	"crypto/rand"
	"crypto/sha256"
	"encoding/asn1"
	"encoding/hex"
	"errors"
	"testing"
)

// known are the SHA-256 of the SubjectPublicKeyInfo and of the PKCS#8 with the expanded key that RFC 9881 Appendix C
// prints for the seed 00 01 02 … 1F.
var known = map[string]string{
	"ML-DSA-44": "837832708c5236d951581f1fddf2b79991b3424a0486d16da1ddad0fd69701be",
	"ML-DSA-65": "b8b62131bfbe84433efb2273d7f5b87f7a22854a2cfd366fc2aead86d837c52d",
	"ML-DSA-87": "07e57c4f14dbad1267f621ec3777b4e2e6c4fbc4c22fbb87510ff8e0b3c6a642",
}

func fixed(a *Algorithm) *PrivateKey {
	seed := make([]byte, 32)
	for i := range seed {
		seed[i] = byte(i)
	}
	return a.fromSeed(seed)
}

// expandedOnly is the same key as a file without the seed has it.
func expandedOnly(k *PrivateKey) *PrivateKey { return &PrivateKey{k.public, k.key, nil} }

func pkcs8(t *testing.T, k *PrivateKey) []byte {
	t.Helper()
	der, err := k.MarshalPKCS8()
	if err != nil {
		t.Fatal(err)
	}
	return der
}

func TestKnownKeys(t *testing.T) {
	for _, a := range Algorithms {
		k := fixed(a)
		der := k.public.MarshalPKIX()
		sum := sha256.Sum256(der)
		if got := hex.EncodeToString(sum[:]); got != known[a.Name] {
			t.Errorf("%s: SubjectPublicKeyInfo %s", a.Name, got)
		}
		if back, err := ParsePKIXPublicKey(der); err != nil || !back.Equal(k.Public()) || !bytes.Equal(back.Bytes(), k.public.Bytes()) {
			t.Errorf("%s: read back: %v", a.Name, err)
		}
		if ByOID(a.OID) != a {
			t.Errorf("%s is not found", a.Name)
		}
	}
	if ByOID(asn1.ObjectIdentifier{2, 16, 840, 1, 101, 3, 4, 3, 20}) != nil {
		t.Error("SLH-DSA is taken for ML-DSA")
	}
}

func TestSignatures(t *testing.T) {
	for i, a := range Algorithms {
		k, err := a.GenerateKey(rand.Reader)
		if err != nil {
			t.Fatal(err)
		}
		message := []byte("certificationRequestInfo")
		signature, err := k.Sign(nil, message, crypto.Hash(0))
		if err != nil || !k.public.Verify(message, signature) {
			t.Fatalf("%s: its own signature does not verify: %v", a.Name, err)
		}
		if again, _ := k.Sign(nil, message, crypto.Hash(0)); !bytes.Equal(again, signature) {
			t.Errorf("%s: the signature is not deterministic", a.Name)
		}
		other, _ := Algorithms[(i+1)%3].GenerateKey(rand.Reader)
		if k.public.Verify(message[1:], signature) || other.public.Verify(message, signature) || k.public.Equal(other.public) {
			t.Errorf("%s: another message or key verifies", a.Name)
		}
		if k.public.Verify(message, append(signature, 0)) || k.public.Verify(message, signature[1:]) || k.public.Verify(message, nil) {
			t.Errorf("%s: a signature of another length verifies", a.Name)
		}
		signature[len(signature)/2] ^= 1
		if k.public.Verify(message, signature) {
			t.Errorf("%s: a changed signature verifies", a.Name)
		}
		if _, err := k.Sign(nil, message, crypto.SHA256); err == nil {
			t.Errorf("%s: a hash is signed", a.Name)
		}
	}
	if _, err := Algorithms[0].GenerateKey(bytes.NewReader(make([]byte, 31))); err == nil {
		t.Error("a key of 31 random bytes")
	}
}

// TestPrivateKeyForms reads the three forms of RFC 9881 §6 and refuses parts that contradict each other.
func TestPrivateKeyForms(t *testing.T) {
	for _, a := range Algorithms {
		k := fixed(a)
		seed, expanded := pkcs8(t, k), pkcs8(t, expandedOnly(k))
		both := withBoth(t, k.seed, k)
		for form, der := range map[string][]byte{"seed": seed, "expanded": expanded, "both": both} {
			back, err := ParsePKCS8PrivateKey(der)
			if err != nil || !back.Equal(k) || !back.public.Equal(k.public) {
				t.Errorf("%s, %s: %v", a.Name, form, err)
				continue
			}
			if written := pkcs8(t, back); form != "both" && !bytes.Equal(written, der) {
				t.Errorf("%s, %s: written differently", a.Name, form)
			}
			for _, cut := range []int{1, 20, len(der) - 1} {
				if _, err := ParsePKCS8PrivateKey(der[:cut]); err == nil {
					t.Errorf("%s, %s: a key of %d bytes is read", a.Name, form, cut)
				}
			}
			file := bytes.Clone(der)
			if back, err = ParsePKCS8PrivateKey(file); err != nil {
				t.Fatal(err)
			}
			clear(file)
			if written := pkcs8(t, back); !back.Equal(k) || form == "seed" && !bytes.Equal(written, der) {
				t.Errorf("%s, %s: the key points into its file", a.Name, form)
			}
		}
		// One more byte inside the OCTET STRING, its length and that of the whole made right.
		longer := append(bytes.Clone(seed), 0)
		longer[1]++
		longer[len(seed)-35]++
		if _, err := ParsePKCS8PrivateKey(longer); err == nil {
			t.Errorf("%s: a byte behind the seed is passed over", a.Name)
		}
		draft := bytes.Clone(seed[:len(seed)-36]) // up to the OCTET STRING, which held the seed itself in drafts
		draft[1] -= 2
		if back, err := ParsePKCS8PrivateKey(append(append(draft, 4, 32), k.seed...)); err != nil || !back.Equal(k) {
			t.Errorf("%s: the bare seed of the drafts: %v", a.Name, err)
		}
		if _, err := ParsePKCS8PrivateKey(withBoth(t, make([]byte, 32), k)); err == nil {
			t.Errorf("%s: seed and expanded key of two keys are read", a.Name)
		}
		// The hash of the public key lies behind two values of 32 bytes; the short vectors follow it, t0 comes last.
		for part, at := range map[string]int{"tr": 64, "s1": 128} {
			damaged := pkcs8(t, expandedOnly(k))
			damaged[len(damaged)-a.scheme.PrivateKeySize()+at] ^= 1
			if _, err := ParsePKCS8PrivateKey(damaged); err == nil {
				t.Errorf("%s: an expanded key with a changed %s is read", a.Name, part)
			}
		}
		damaged := pkcs8(t, expandedOnly(k))
		clear(damaged[len(damaged)-416:])
		if _, err := ParsePKCS8PrivateKey(damaged); err == nil {
			t.Errorf("%s: an expanded key without t0 is read", a.Name)
		}
		k.Wipe()
		if !bytes.Equal(k.seed, make([]byte, 32)) {
			t.Errorf("%s: the seed is not cleared", a.Name)
		}
	}
}

// withBoth writes the form that holds seed and expanded key.
func withBoth(t *testing.T, seed []byte, k *PrivateKey) []byte {
	t.Helper()
	expanded, err := k.key.MarshalBinary()
	if err != nil {
		t.Fatal(err)
	}
	inner, err := asn1.Marshal(struct{ Seed, Expanded []byte }{seed, expanded})
	if err != nil {
		t.Fatal(err)
	}
	type algorithm struct{ OID asn1.ObjectIdentifier }
	der, err := asn1.Marshal(struct {
		Version   int
		Algorithm algorithm
		Key       []byte
	}{0, algorithm{k.public.Algorithm.OID}, inner})
	if err != nil {
		t.Fatal(err)
	}
	return der
}

func TestOtherKeys(t *testing.T) {
	k := fixed(Algorithms[0])
	good := k.public.MarshalPKIX()
	other := bytes.Clone(good)
	other[len(other)-1312-5-1] = 20 // the last arc of the object identifier
	if _, err := ParsePKIXPublicKey(other); !errors.Is(err, ErrOther) {
		t.Errorf("the key of another algorithm: %v", err)
	}
	other[len(other)-1312-5-1] = 18
	if _, err := ParsePKIXPublicKey(other); err == nil || errors.Is(err, ErrOther) {
		t.Errorf("an ML-DSA-65 key of the size of ML-DSA-44: %v", err)
	}
	withNull, err := asn1.Marshal(struct {
		Algorithm struct {
			OID  asn1.ObjectIdentifier
			Null asn1.RawValue
		}
		Bits asn1.BitString
	}{struct {
		OID  asn1.ObjectIdentifier
		Null asn1.RawValue
	}{Algorithms[0].OID, asn1.NullRawValue}, asn1.BitString{Bytes: k.public.Bytes(), BitLength: 8 * 1312}})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := ParsePKIXPublicKey(withNull); err == nil {
		t.Error("parameters are allowed")
	}
	for _, junk := range [][]byte{nil, {0x30, 0}, []byte("junk"), append(bytes.Clone(good), 0)} {
		if _, err := ParsePKIXPublicKey(junk); err == nil {
			t.Errorf("%x is a key", junk)
		}
		if _, err := ParsePKCS8PrivateKey(junk); err == nil {
			t.Errorf("%x is a private key", junk)
		}
	}
	if _, err := ParsePKCS8PrivateKey(append(pkcs8(t, k), 0)); err == nil {
		t.Error("a byte behind the private key is passed over")
	}
}

// FuzzParse: nothing makes the readers panic, and what they read is written as the same bytes again.
func FuzzParse(f *testing.F) {
	k := fixed(Algorithms[0])
	f.Add(k.public.MarshalPKIX())
	for _, key := range []*PrivateKey{k, expandedOnly(k)} {
		der, err := key.MarshalPKCS8()
		if err != nil {
			f.Fatal(err)
		}
		f.Add(der)
	}
	f.Fuzz(func(t *testing.T, der []byte) {
		if p, err := ParsePKIXPublicKey(der); err == nil && !bytes.Equal(der, p.MarshalPKIX()) {
			t.Fatal("a public key is written differently")
		}
		if k, err := ParsePKCS8PrivateKey(der); err == nil {
			again, err := k.MarshalPKCS8()
			if err != nil {
				t.Fatal(err)
			}
			if back, err := ParsePKCS8PrivateKey(again); err != nil || !back.Equal(k) {
				t.Fatalf("a private key that was written is not read: %v", err)
			}
		}
	})
}
