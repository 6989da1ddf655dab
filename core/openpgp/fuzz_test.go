package openpgp

import (
	"bytes"
	"errors"
	"io"
	"testing"
	"time"

	"github.com/ProtonMail/go-crypto/openpgp/packet"
)

// FuzzReadKeys: keys that are read are written again, read again equal, and hold no secret then.
func FuzzReadKeys(f *testing.F) {
	for _, change := range []func(*packet.Config){nil, aead, func(c *packet.Config) { c.Algorithm, c.Curve = packet.PubKeyAlgoECDSA, packet.CurveNistP256 }, func(c *packet.Config) { c.V6Keys, c.Algorithm = true, packet.PubKeyAlgoEd25519 }} {
		e := entity(f, change)
		private := secretBytes(f, e)
		f.Add(private)
		key := newKey(e)
		public, err := key.PublicArmored()
		if err != nil {
			f.Fatal(err)
		}
		f.Add(public)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		keys, err := ReadKeys(data)
		var limit *LimitError
		if err != nil {
			if !errors.Is(err, ErrNotAKey) && !errors.As(err, &limit) {
				t.Fatal(err)
			}
			return
		}
		for _, k := range keys.Keys() {
			s, err := k.EncryptionSubkey(time.Now())
			if (err == nil) != (s.Fingerprint != "") {
				t.Fatalf("%+v, %v", s, err)
			}
			armored, err := k.PublicArmored()
			if err != nil {
				continue // the library reads some signatures that it does not write
			}
			back, err := ReadKeys(armored)
			if err != nil {
				t.Fatalf("what was written is not read: %v", err)
			}
			if b := back.Keys()[0]; len(back.Keys()) != 1 || b.Fingerprint != k.Fingerprint || b.Secret || back.HasSecret() {
				t.Fatalf("read back %v of %v", b, k)
			}
		}
	})
}

// FuzzDecrypt: whatever is done to a message, it ends cleanly only with the plaintext that was sealed.
func FuzzDecrypt(f *testing.F) {
	plain := []byte("PK\x03\x04 a delivery")
	keys := secretRing(f, entity(f, nil))
	modern := secretRing(f, entity(f, aead))
	for _, o := range []EncryptOptions{{}, {Armor: true}} {
		f.Add(seal(f, plain, o, keys.Keys()[0]))
		f.Add(seal(f, plain, o, modern.Keys()[0]))
	}
	both := &KeyRing{keys: []*Key{keys.Keys()[0], modern.Keys()[0]}}
	defer func(n int64) { maxDecompressed = n }(maxDecompressed)
	maxDecompressed = 1 << 20
	f.Fuzz(func(t *testing.T, data []byte) {
		m, err := Decrypt(bytes.NewReader(data), both, nil)
		if err != nil {
			return
		}
		if got, err := io.ReadAll(m); err == nil && !bytes.Equal(got, plain) {
			t.Fatalf("opened as %q", got)
		}
	})
}
