package openpgp

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/ProtonMail/go-crypto/openpgp/packet"
)

func TestWhichSubkeyAndWhyNot(t *testing.T) {
	year := 365 * 24 * time.Hour
	then := time.Now().Add(-3 * year)
	made := func(c *packet.Config) { c.Time = func() time.Time { return then } }

	expired := entity(t, func(c *packet.Config) { made(c); c.KeyLifetimeSecs = uint32(year / time.Second) })
	future := entity(t, func(c *packet.Config) { c.Time = func() time.Time { return time.Now().Add(year) } })
	revoked := entity(t, nil)
	if err := revoked.Revoke(packet.KeySuperseded, "", nil); err != nil {
		t.Fatal(err)
	}
	subRevoked := entity(t, nil)
	if err := subRevoked.Subkeys[0].Revoke(packet.KeyCompromised, "", nil); err != nil {
		t.Fatal(err)
	}
	signOnly := entity(t, nil)
	signOnly.Subkeys = nil
	short := entity(t, func(c *packet.Config) { c.Algorithm, c.RSABits = packet.PubKeyAlgoRSA, 1024 })
	good := entity(t, nil)

	for _, c := range []struct {
		name string
		key  *Key
		why  string // empty: a subkey is found
	}{
		{"good", newKey(good), ""},
		{"expired", newKey(expired), "the whole key expired on " + then.UTC().Add(year).Format(time.DateOnly)},
		{"not yet valid", newKey(future), "it is valid only from"},
		{"revoked", newKey(revoked), "the whole key is revoked"},
		{"subkey revoked", newKey(subRevoked), "it is revoked"},
		{"sign only", newKey(signOnly), "can only sign"},
		{"short", newKey(short), "RSA 1024 is too short"},
	} {
		s, err := c.key.EncryptionSubkey(time.Now())
		if c.why == "" {
			if err != nil || s.Algorithm != "Curve25519" || s.Primary || s.KeyID == c.key.KeyID {
				t.Errorf("%s: %+v, %v", c.name, s, err)
			}
			continue
		}
		if !errors.Is(err, ErrNoEncryptionKey) || !strings.Contains(err.Error(), c.why) || !strings.Contains(err.Error(), Display(c.key.KeyID)) {
			t.Errorf("%s: %+v, %v", c.name, s, err)
		}
		if _, err := Encrypt(new(bytes.Buffer), []*Key{c.key}, EncryptOptions{}); !errors.Is(err, ErrNoEncryptionKey) {
			t.Errorf("%s: sealed, %v", c.name, err)
		}
	}
	if k := newKey(expired); !k.Expires.Equal(then.Add(year).UTC().Truncate(time.Second)) || k.Revoked {
		t.Errorf("expires %v", k.Expires)
	}
	if k := newKey(revoked); !k.Revoked {
		t.Error("not revoked")
	}
	// An expired key still opens what was sealed to it in its time.
	message := func() []byte {
		var b bytes.Buffer
		w, err := Encrypt(&b, []*Key{newKey(expired)}, EncryptOptions{Now: then.Add(time.Hour)})
		if err != nil {
			t.Fatal(err)
		}
		_, _ = w.Write([]byte("old"))
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		return b.Bytes()
	}()
	if got, _, err := open(message, secretRing(t, expired), nil); err != nil || string(got) != "old" {
		t.Errorf("%q, %v", got, err)
	}
}

// The public half holds no eight bytes of the secret one, and says the same whatever file it came from.
func TestPublicHalfIsEncodedAnew(t *testing.T) {
	for _, change := range []func(*packet.Config){nil, func(c *packet.Config) { c.Algorithm, c.RSABits = packet.PubKeyAlgoRSA, 2048 }} {
		e := entity(t, change)
		keys := secretRing(t, e)
		armored, err := keys.Keys()[0].PublicArmored()
		if err != nil {
			t.Fatal(err)
		}
		if sum := bytes.Contains(armored, []byte("\n=")); !sum {
			t.Error("the armor lacks the checksum that older readers want")
		}
		again := ring(t, armored)
		if again.HasSecret() || again.Keys()[0].Fingerprint != keys.Keys()[0].Fingerprint || len(again.Keys()[0].UserIDs) != 1 {
			t.Errorf("read back %v", again.Keys()[0])
		}
		if second, err := again.Keys()[0].PublicArmored(); err != nil || !bytes.Equal(second, armored) {
			t.Errorf("written again it differs, %v", err)
		}
		public, err := keys.Keys()[0].PublicBinary()
		if err != nil {
			t.Fatal(err)
		}
		for _, window := range secretWindows(t, e.Subkeys[0].PrivateKey, e.PrivateKey) {
			if bytes.Contains(public, window) {
				t.Errorf("%x of the secret key is in the public half", window)
			}
		}
	}
}

// secretWindows cuts the secret part of key packets, which stands behind the public one, into windows of eight bytes.
func secretWindows(t *testing.T, keys ...*packet.PrivateKey) (windows [][]byte) {
	t.Helper()
	for _, p := range keys {
		var private, public bytes.Buffer
		if err := errors.Join(p.Serialize(&private), p.PublicKey.Serialize(&public)); err != nil {
			t.Fatal(err)
		}
		secret := private.Bytes()[public.Len()+1:]
		for i := 0; i+8 <= len(secret); i++ {
			windows = append(windows, secret[i:i+8])
		}
	}
	if len(windows) < 40 {
		t.Fatal("no secret found to look for")
	}
	return windows
}

// Several goroutines ask about and seal to one key that nobody has asked about before; the race detector looks on.
func TestKeyIsSafeForConcurrentUse(t *testing.T) {
	key := ring(t, secretBytes(t, entity(t, nil))).Keys()[0]
	errs := make(chan error, 12)
	for range cap(errs) / 3 {
		go func() { _, err := key.EncryptionSubkey(time.Now()); errs <- err }()
		go func() { _, err := key.PublicArmored(); errs <- err }()
		go func() {
			w, err := Encrypt(new(bytes.Buffer), []*Key{key}, EncryptOptions{})
			if err == nil {
				err = w.Close()
			}
			errs <- err
		}()
	}
	for range cap(errs) {
		if err := <-errs; err != nil {
			t.Error(err)
		}
	}
}

func TestNoVerbShowsASecretKey(t *testing.T) {
	k := newKey(entity(t, nil))
	for _, verb := range []string{"%v", "%+v", "%#v", "%d", "%x", "%s"} {
		if got := fmt.Sprintf(verb, k); got != k.String() {
			t.Errorf("%s shows %s", verb, got)
		}
	}
}

func TestUserIDsCannotReverseTheText(t *testing.T) {
	if got := printable("anna\u202egro.elpmaxe\x1b[31m\u200b\xff"); got != "annagro.elpmaxe[31m" {
		t.Errorf("%q", got)
	}
}

func TestAlgorithmNames(t *testing.T) {
	for want, change := range map[string]func(*packet.Config){
		"RSA 2048":        func(c *packet.Config) { c.Algorithm, c.RSABits = packet.PubKeyAlgoRSA, 2048 },
		"NIST P-384":      func(c *packet.Config) { c.Algorithm, c.Curve = packet.PubKeyAlgoECDSA, packet.CurveNistP384 },
		"brainpoolP384r1": func(c *packet.Config) { c.Algorithm, c.Curve = packet.PubKeyAlgoECDSA, packet.CurveBrainpoolP384 },
		"Ed25519":         nil,
		"Ed448":           func(c *packet.Config) { c.V6Keys, c.Algorithm = true, packet.PubKeyAlgoEd448 },
	} {
		if k := newKey(entity(t, change)); k.Algorithm != want {
			t.Errorf("%q, want %q", k.Algorithm, want)
		}
	}
}
