package openpgp

import (
	"bytes"
	"errors"
	"io"
	"testing"
	"testing/iotest"
	"time"

	"github.com/ProtonMail/go-crypto/openpgp/packet"
)

// Lengths around the ends of a chunk, where what is held back and the last block meet, delivered in pieces of any size.
func TestMDCAroundTheEndsOfAChunk(t *testing.T) {
	keys := secretRing(t, entity(t, nil))
	plain := random(3 * mdcChunk)
	var sizes []int
	for d := -70; d <= 10; d++ {
		sizes = append(sizes, mdcChunk+d)
	}
	for n := range 40 {
		sizes = append(sizes, n)
	}
	for _, n := range sizes {
		message := seal(t, plain[:n], EncryptOptions{}, keys.Keys()[0])
		got, m, err := open(message, keys, nil)
		if err != nil || !bytes.Equal(got, plain[:n]) {
			t.Fatalf("%d bytes: %d bytes, %v", n, len(got), err)
		}
		if _, own := m.decrypted.(*mdcReader); !own {
			t.Fatal("the library's reader was used")
		}
		for _, bad := range [][]byte{message[:len(message)-1], append(bytes.Clone(message), 0), flipped(message, len(message)-1), flipped(message, len(message)-30)} {
			if _, _, err := open(bad, keys, nil); !errors.Is(err, ErrIntegrity) {
				t.Fatalf("%d bytes, changed: %v", n, err)
			}
		}
	}
	message := seal(t, plain, EncryptOptions{}, keys.Keys()[0])
	for name, r := range map[string]io.Reader{"byte by byte": iotest.OneByteReader(bytes.NewReader(message)), "by halves": iotest.HalfReader(bytes.NewReader(message)), "data with its end": iotest.DataErrReader(bytes.NewReader(message))} {
		m, err := Decrypt(r, keys, nil)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := io.ReadAll(iotest.OneByteReader(m)); err != nil || !bytes.Equal(got, plain) {
			t.Errorf("%s: %d bytes, %v", name, len(got), err)
		}
	}
}

func flipped(b []byte, i int) []byte {
	b = bytes.Clone(b)
	b[i] ^= 0x10
	return b
}

// Nothing of a small message comes out before all of it is authenticated.
func TestSmallMessagesAreVerifiedFirst(t *testing.T) {
	keys := secretRing(t, entity(t, nil))
	message := seal(t, random(60_000), EncryptOptions{}, keys.Keys()[0])
	got, _, err := open(flipped(message, len(message)-5), keys, nil)
	if !errors.Is(err, ErrIntegrity) || len(got) > 0 {
		t.Errorf("%d bytes came out, %v", len(got), err)
	}
}

// The library's reader and ours agree on what it writes with every AES.
func TestMDCAgreesWithTheLibrary(t *testing.T) {
	plain := random(100_000)
	for _, c := range []packet.CipherFunction{packet.CipherAES128, packet.CipherAES192, packet.CipherAES256} {
		key := random(c.KeySize())
		var b bytes.Buffer
		w, err := packet.SerializeSymmetricallyEncrypted(&b, c, false, packet.CipherSuite{}, key, config())
		if err != nil {
			t.Fatal(err)
		}
		_, _ = w.Write(plain)
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		read := func(own bool) ([]byte, error) {
			p, err := packet.Read(bytes.NewReader(b.Bytes()))
			if err != nil {
				t.Fatal(err)
			}
			s := p.(*packet.SymmetricallyEncrypted)
			var r io.ReadCloser
			if own {
				r = newMDCReader(s, c, key)
			} else if r, err = s.Decrypt(c, key); err != nil {
				t.Fatal(err)
			}
			got, err := io.ReadAll(r)
			return got, errors.Join(err, r.Close())
		}
		theirs, errTheirs := read(false)
		ours, errOurs := read(true)
		if errTheirs != nil || errOurs != nil || !bytes.Equal(ours, theirs) || !bytes.Equal(ours, plain) {
			t.Errorf("AES-%d: %v and %v", 8*c.KeySize(), errOurs, errTheirs)
		}
	}
	// Closed before anybody has read: the MDC is verified all the same.
	keys := secretRing(t, entity(t, nil))
	message := seal(t, plain, EncryptOptions{Now: time.Now()}, keys.Keys()[0])
	for bad, data := range map[bool][]byte{false: message, true: flipped(message, len(message)-1)} {
		m, err := Decrypt(bytes.NewReader(data), keys, nil)
		if err != nil {
			t.Fatal(err)
		}
		if err := m.decrypted.Close(); (err != nil) != bad {
			t.Errorf("damaged %v: %v", bad, err)
		}
	}
}
