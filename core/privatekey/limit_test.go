package privatekey

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"encoding/asn1"
	"encoding/hex"
	"errors"
	"testing"

	"golang.org/x/crypto/cryptobyte"
	cbasn1 "golang.org/x/crypto/cryptobyte/asn1"
)

// scryptKey builds an EncryptedPrivateKeyInfo with these parameters around nonsense.
func scryptKey(t testing.TB, n, r, p uint64) []byte {
	t.Helper()
	var b cryptobyte.Builder
	seq := cbasn1.SEQUENCE
	b.AddASN1(seq, func(b *cryptobyte.Builder) {
		b.AddASN1(seq, func(b *cryptobyte.Builder) {
			b.AddASN1ObjectIdentifier(oidPBES2)
			b.AddASN1(seq, func(b *cryptobyte.Builder) {
				b.AddASN1(seq, func(b *cryptobyte.Builder) {
					b.AddASN1ObjectIdentifier(oidScrypt)
					b.AddASN1(seq, func(b *cryptobyte.Builder) {
						b.AddASN1OctetString([]byte("salt"))
						b.AddASN1Uint64(n)
						b.AddASN1Uint64(r)
						b.AddASN1Uint64(p)
					})
				})
				b.AddASN1(seq, func(b *cryptobyte.Builder) {
					b.AddASN1ObjectIdentifier(oidAES256CBC)
					b.AddASN1OctetString(make([]byte, 16))
				})
			})
		})
		b.AddASN1OctetString(make([]byte, 32))
	})
	der, err := b.Bytes()
	if err != nil {
		t.Fatal(err)
	}
	return der
}

// pfxWith builds a PKCS#12 file with this iteration count in its MAC.
func pfxWith(t testing.TB, iterations int) []byte {
	t.Helper()
	type algorithm struct{ ID asn1.ObjectIdentifier }
	type digest struct {
		Algorithm algorithm
		Digest    []byte
	}
	der, err := asn1.Marshal(struct {
		Version int
		Safe    struct {
			Type    asn1.ObjectIdentifier
			Content []byte `asn1:"tag:0,explicit"`
		}
		MAC struct {
			MAC        digest
			Salt       []byte
			Iterations int
		}
	}{3, struct {
		Type    asn1.ObjectIdentifier
		Content []byte `asn1:"tag:0,explicit"`
	}{oidData, []byte{0x30, 0}}, struct {
		MAC        digest
		Salt       []byte
		Iterations int
	}{digest{algorithm{asn1.ObjectIdentifier{2, 16, 840, 1, 101, 3, 4, 2, 1}}, make([]byte, 32)}, []byte("salt"), iterations}})
	if err != nil {
		t.Fatal(err)
	}
	return der
}

func TestWorkIsLimitedBeforeAnybodyIsAsked(t *testing.T) {
	// A real file whose count alone is raised, so that only the limit can refuse it.
	pbkdf2 := bytes.Replace(encryptedPKCS8([]byte("info"), []byte("x"), 1<<22), der(1<<22), der(MaxIterations+1), 1)
	for name, c := range map[string]struct {
		data []byte
		what string
	}{
		"PBKDF2":            {pbkdf2, "iterations"},
		"scrypt memory":     {scryptKey(t, 1<<19, 8, 1), "bytes of scrypt memory"},
		"scrypt work":       {scryptKey(t, 1<<17, 8, 1000), "blocks of scrypt work"},
		"scrypt parameter":  {scryptKey(t, 1<<62, 1<<62, 1), "as a parameter of scrypt"},
		"scrypt wraparound": {scryptKey(t, 1<<30, 1<<30, 1<<30), "bytes of scrypt memory"},
		"PKCS#12":           {pfxWith(t, MaxIterations+1), "iterations"},
		"PKCS#12 negative":  {pfxWith(t, -1), "iterations"},
	} {
		ask, asked := answers("x")
		var limit *LimitError
		if _, err := Read(c.data, ask); !errors.As(err, &limit) || limit.What != c.what || *asked > 0 {
			t.Errorf("%s: %v, asked %d times", name, err, *asked)
		}
	}
	ask, _ := answers("x")
	if _, err := Read(scryptKey(t, 1<<10, 8, 1), ask); !errors.Is(err, ErrWrongPassphrase) {
		t.Errorf("a small scrypt: %v", err)
	}
}

// Every byte of a protected key flipped, every truncation: an error or the very same key, never a panic.
func TestEveryByteOfAProtectedKey(t *testing.T) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	der := protected(t, key, []byte(secret), 2)
	read := func(b []byte) (*Key, error) {
		return Read(b, func(n int) ([]byte, error) {
			if n > 1 {
				return nil, ErrWrongPassphrase
			}
			return []byte(secret), nil
		})
	}
	if _, err := read(der); err != nil {
		t.Fatal(err)
	}
	for i := range der {
		if _, err := read(der[:i]); err == nil {
			t.Errorf("cut to %d bytes: read", i)
		}
		for _, mask := range []byte{1, 0x80} {
			bad := append([]byte(nil), der...)
			bad[i] ^= mask
			// A bit of the IV or of the ciphertext may change plaintext without being noticed, as CBC has no MAC. The structure
			// and the key's own numbers are checked, so that what still parses is a key that works, never nonsense.
			if k, err := read(bad); err == nil {
				if ec, ok := k.Private.(*ecdsa.PrivateKey); !ok {
					t.Errorf("byte %d: %v", i, k)
				} else if _, err := ec.ECDH(); err != nil {
					t.Errorf("byte %d: %v", i, err)
				}
			}
		}
	}
}

// The vector of RFC 7292's derivation as published with OpenSSL's and Bouncy Castle's tests.
func TestPKCS12Derivation(t *testing.T) {
	for _, c := range []struct {
		purpose    byte
		password   string
		salt, want string
		rounds     uint64
	}{
		{1, "smeg", "0A58CF64530D823F", "8AAAE6297B6CB04642AB5B077851284EB7128F1A2A7FBCA3", 1},
		{2, "smeg", "0A58CF64530D823F", "79993DFE048D3B76", 1},
		{1, "smeg", "642B99AB44FB4B1F", "F3A95FEC48D7711E985CFE67908C5AB79FA3D7C5CAA5D966", 1},
		{2, "smeg", "642B99AB44FB4B1F", "C0A38D64A79BEA1D", 1},
		{1, "queeg", "05DEC959ACFF72F7", "ED2034E36328830FF09DF1E1A07DD357185DAC0D4F9EB3D4", 1000},
		{2, "queeg", "05DEC959ACFF72F7", "11DEDAD7758D4860", 1000},
		{1, "queeg", "1682C0FC5B3F7EC5", "483DD6E919D7DE2E8E648BA8F862F3FBFBDC2BCB2C02957F", 1000},
		{2, "queeg", "1682C0FC5B3F7EC5", "9D461D1B00355C50", 1000},
	} {
		salt, _ := hex.DecodeString(c.salt)
		want, _ := hex.DecodeString(c.want)
		if got := pkcs12Derive(crypto.SHA1, c.purpose, passwordOf([]byte(c.password)).bmp, salt, c.rounds, len(want)); hex.EncodeToString(got) != hex.EncodeToString(want) {
			t.Errorf("%s, purpose %d: %X, want %s", c.password, c.purpose, got, c.want)
		}
	}
}
