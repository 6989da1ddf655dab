package openpgp

import (
	"bytes"
	"compress/flate"
	"errors"
	"io"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/ProtonMail/go-crypto/openpgp/armor"
	"github.com/ProtonMail/go-crypto/openpgp/packet"
	"github.com/ProtonMail/go-crypto/openpgp/s2k"
	pgp "github.com/ProtonMail/go-crypto/openpgp/v2"
)

// entity makes a key without gpg. change sets its preferences.
func entity(t testing.TB, change func(*packet.Config)) *pgp.Entity {
	t.Helper()
	c := &packet.Config{Algorithm: packet.PubKeyAlgoEdDSA, DefaultCipher: packet.CipherAES256}
	if change != nil {
		change(c)
	}
	e, err := pgp.NewEntity("anna", "", "anna@example.com", c)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

func secretBytes(t testing.TB, e *pgp.Entity) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := e.SerializePrivateWithoutSigning(&b, nil); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func secretRing(t testing.TB, e *pgp.Entity) *KeyRing {
	t.Helper()
	r, err := ReadKeys(secretBytes(t, e))
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func aead(c *packet.Config) { c.AEADConfig = &packet.AEADConfig{DefaultMode: packet.AEADModeOCB} }

// Every byte flipped and every truncation, of both kinds of encrypted packets, binary and armored: never a clean end with
// a plaintext that is not the one sealed.
func TestEveryByteOfAMessage(t *testing.T) {
	plain := []byte("PK\x03\x04, and what else a small delivery holds")
	for name, c := range map[string]struct {
		change  func(*packet.Config)
		options EncryptOptions
	}{
		"MDC":         {nil, EncryptOptions{}},
		"AEAD":        {aead, EncryptOptions{}},
		"MDC armored": {nil, EncryptOptions{Armor: true}},
	} {
		t.Run(name, func(t *testing.T) {
			keys := secretRing(t, entity(t, c.change))
			key := keys.Keys()[0]
			if key.AdvertisesSEIPDv2 != (name == "AEAD") {
				t.Errorf("advertises SEIPDv2: %v", key.AdvertisesSEIPDv2)
			}
			message := seal(t, plain, c.options, key)
			if got, m, err := open(message, keys, nil); err != nil || !bytes.Equal(got, plain) || m.AEAD != (name == "AEAD") || m.Cipher != "AES-256" {
				t.Fatalf("%q, %+v, %v", got, m, err)
			}
			check := func(what string, at int, bad []byte, mayBeWhole bool) {
				got, _, err := open(bad, keys, nil)
				var no *NoMatchingKeyError
				switch {
				case err == nil && mayBeWhole && bytes.Equal(got, plain):
				case err == nil:
					t.Errorf("%s at byte %d of %d: opened as %q", what, at, len(message), got)
				case !errors.Is(err, ErrIntegrity) && !errors.As(err, &no) && !errors.Is(err, ErrNotEncrypted) && !errors.Is(err, ErrUnprotected) && !errors.Is(err, ErrUnsupported) && !errors.Is(err, ErrPassphraseOnly):
					t.Errorf("%s at byte %d of %d: %v", what, at, len(message), err)
				}
			}
			for i := range message {
				// Cutting blanks behind the armor leaves the message whole, and armor has headers and a checksum that count for nothing.
				check("cut", i, message[:i], c.options.Armor && len(bytes.TrimSpace(message[i:])) == 0)
				for _, mask := range []byte{0x01, 0x20, 0x80, 0xff} {
					bad := bytes.Clone(message)
					bad[i] ^= mask
					check("flipped", i, bad, c.options.Armor && !inBase64(message, i))
				}
			}
			for _, junk := range []string{"\x00", "x", "\xca\x03PGP", "\xff", "\xd5\x01\x00", string(message)} {
				check("appended to", len(message), append(bytes.Clone(message), junk...), c.options.Armor && len(junk) == 1 && junk[0] >= ' ') // text may follow the armor
			}
			if c.options.Armor {
				check("blanks appended", len(message), append(bytes.Clone(message), " \r\n\n"...), true)
				check("text put before", 0, append([]byte("See below.\n\n"), message...), true)
			}
		})
	}
}

// inBase64 tells whether a byte of an armored message is one of its base64, checksum aside. Line ends are not: one may turn
// into a blank.
func inBase64(message []byte, i int) bool {
	start, end := bytes.Index(message, []byte("\n\n"))+2, bytes.LastIndex(message, []byte("\n-----END"))
	if sum := bytes.LastIndex(message[:end], []byte("\n=")); sum > 0 {
		end = sum
	}
	return i >= start && i < end && message[i] != '\n'
}

// A packet appended inside the encryption, by whoever sealed it, is no part of the message either.
func TestNothingBehindTheLiteralData(t *testing.T) {
	e := entity(t, nil)
	keys := secretRing(t, e)
	literal := []byte("\xcb\x0bb\x00\x00\x00\x00\x00hello")
	for name, c := range map[string]struct {
		inside string
		good   bool
	}{
		"one literal":      {string(literal), true},
		"two literals":     {string(literal) + string(literal), false},
		"unknown critical": {string(literal) + "\xe7\x01x", false},
		"nothing":          {"", false},
		"junk":             {"hello", false},
		"a key":            {"\xc6\x01x", false},
		"nested message":   {string(seal(t, []byte("hello"), EncryptOptions{}, keys.Keys()[0])), false},
	} {
		message := wrap(t, e, []byte(c.inside))
		got, _, err := open(message, keys, nil)
		if c.good && (err != nil || string(got) != "hello") || !c.good && !errors.Is(err, ErrIntegrity) {
			t.Errorf("%s: %q, %v", name, got, err)
		}
	}
}

// wrap seals raw packets.
func wrap(t testing.TB, e *pgp.Entity, packets []byte) []byte {
	t.Helper()
	var b bytes.Buffer
	session := bytes.Repeat([]byte{7}, 32)
	key, err := e.EncryptionKeyWithError(time.Now(), config())
	if err != nil {
		t.Fatal(err)
	}
	if err := packet.SerializeEncryptedKeyAEAD(&b, key.PublicKey, packet.CipherAES256, false, session, config()); err != nil {
		t.Fatal(err)
	}
	w, err := packet.SerializeSymmetricallyEncrypted(&b, packet.CipherAES256, false, packet.CipherSuite{}, session, config())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Write(packets); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestDecompressedSizeIsLimited(t *testing.T) {
	e := entity(t, nil)
	keys := secretRing(t, e)
	const size = 4 << 20
	var compressed bytes.Buffer
	z, _ := flate.NewWriter(&compressed, 9)
	literal := append([]byte("\xcb\xff\x00\x40\x00\x06b\x00\x00\x00\x00\x00"), make([]byte, size)...)
	_, _ = z.Write(literal)
	_ = z.Close()
	body := append([]byte{1}, compressed.Bytes()...)
	inside := append([]byte{0xc8, 0xff, 0, 0, byte(len(body) >> 8), byte(len(body))}, body...)
	message := wrap(t, e, inside)
	defer func(n int64) { maxDecompressed = n }(maxDecompressed)
	for limit, good := range map[int64]bool{MaxDecompressed: true, size + 100: true, size: false, 100: false} {
		maxDecompressed = limit
		m, err := Decrypt(bytes.NewReader(message), keys, nil)
		var n int64
		if err == nil {
			n, err = io.Copy(io.Discard, m)
		}
		var over *LimitError
		if good && (err != nil || n != size) || !good && !errors.As(err, &over) {
			t.Errorf("limit %d: %d bytes, %v", limit, n, err)
		}
	}
}

type failing struct {
	r   io.Reader
	err error
}

func (f failing) Read(p []byte) (int, error) {
	n, err := f.r.Read(p)
	if err == io.EOF {
		err = f.err
	}
	return n, err
}

// A reader that fails, and a user who cancels, are not damage.
func TestErrorsOfOthersArePassedOn(t *testing.T) {
	e := entity(t, nil)
	keys := secretRing(t, e)
	message := seal(t, random(200_000), EncryptOptions{}, keys.Keys()[0])
	stop := errors.New("the network share is gone")
	for _, n := range []int{0, 1, 50, 130, 300, 100_000} {
		m, err := Decrypt(failing{bytes.NewReader(message[:n]), stop}, keys, nil)
		if err == nil {
			_, err = io.Copy(io.Discard, m)
		}
		if !errors.Is(err, stop) || errors.Is(err, ErrIntegrity) {
			t.Errorf("after %d bytes: %v", n, err)
		}
	}
	if err := e.EncryptPrivateKeys([]byte(secret), &packet.Config{S2KConfig: &s2k.Config{S2KMode: s2k.IteratedSaltedS2K, S2KCount: 65536}}); err != nil {
		t.Fatal(err)
	}
	cancelled := errors.New("the user closed the dialog")
	if _, err := Decrypt(bytes.NewReader(message), secretRing(t, e), func(int) ([]byte, error) { return nil, cancelled }); !errors.Is(err, cancelled) {
		t.Error(err)
	}
	given := []byte(secret)
	if _, err := Decrypt(bytes.NewReader(message), secretRing(t, e), func(int) ([]byte, error) { return given, nil }); err != nil || !bytes.Equal(given, make([]byte, len(secret))) {
		t.Errorf("the passphrase is still %q, %v", given, err)
	}
	full := errors.New("the disk is full")
	w, err := Encrypt(broken{full}, keys.Keys(), EncryptOptions{})
	if err == nil {
		if _, err = w.Write(random(300_000)); err == nil {
			err = w.Close()
		}
	}
	if !errors.Is(err, full) {
		t.Errorf("writing: %v", err)
	}
}

type broken struct{ err error }

func (b broken) Write([]byte) (int, error) { return 0, b.err }

func TestArgon2IsLimited(t *testing.T) {
	for memory, good := range map[uint32]bool{64 << 10: true, 4 << 20: false} {
		e := entity(t, nil)
		small := &packet.Config{AEADConfig: &packet.AEADConfig{}, S2KConfig: &s2k.Config{S2KMode: s2k.Argon2S2K, Argon2Config: &s2k.Argon2Config{NumberOfPasses: 1, DegreeOfParallelism: 1, Memory: 64}}}
		if err := e.EncryptPrivateKeys([]byte(secret), small); err != nil {
			t.Fatal(err)
		}
		// The library would need that memory to protect a key: the exponent is raised in what it wrote.
		data := secretBytes(t, e)
		exponent := byte(0)
		for 1<<exponent < memory {
			exponent++
		}
		raised := 0
		for i := 3; i+20 < len(data); i++ {
			if data[i] == byte(s2k.Argon2S2K) && data[i+17] == 1 && data[i+18] == 1 && data[i+19] == 6 {
				data[i+19] = exponent
				raised++
			}
		}
		if raised != 2 {
			t.Fatalf("%d parameters found", raised)
		}
		_, err := ReadKeys(data)
		var limit *LimitError
		if good != (err == nil) || !good && !errors.As(err, &limit) {
			t.Errorf("%d KiB: %v", memory, err)
		}
	}
}

// 24 MB go through in both directions while the heap stays where it was.
func TestMemoryDoesNotGrowWithTheMessage(t *testing.T) {
	const size = 24 << 20
	for name, change := range map[string]func(*packet.Config){"MDC": nil, "AEAD": aead} {
		keys := secretRing(t, entity(t, change))
		r, w := io.Pipe()
		go func() {
			z, err := Encrypt(w, keys.Keys(), EncryptOptions{})
			if err == nil {
				if _, err = io.CopyN(z, zeros{}, size); err == nil {
					err = z.Close()
				}
			}
			_ = w.CloseWithError(err)
		}()
		m, err := Decrypt(r, keys, nil)
		if err != nil {
			t.Fatal(err)
		}
		var before, after runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&before)
		var n, peak int64
		buf := make([]byte, 32<<10)
		for {
			k, err := m.Read(buf)
			n += int64(k)
			if n%(4<<20) < int64(k) {
				runtime.GC()
				runtime.ReadMemStats(&after)
				peak = max(peak, int64(after.HeapAlloc)-int64(before.HeapAlloc))
			}
			if err == io.EOF {
				break
			}
			if err != nil {
				t.Fatal(err)
			}
		}
		if n != size || peak > 4<<20 {
			t.Errorf("%s: %d bytes, the heap grew by %d", name, n, peak)
		}
	}
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) { clear(p); return len(p), nil }

func TestArmorOfManyKinds(t *testing.T) {
	keys := secretRing(t, entity(t, nil))
	plain := []byte("hello")
	message := seal(t, plain, EncryptOptions{}, keys.Keys()[0])
	var b bytes.Buffer
	w, err := armor.Encode(&b, pgp.MessageType, map[string]string{"Version": "BCPG v1.76", "Comment": "made by a service"})
	if err != nil {
		t.Fatal(err)
	}
	_, _ = w.Write(message)
	_ = w.Close()
	good := b.String()
	for name, c := range map[string]struct {
		text string
		ok   bool
	}{
		"headers":         {good, true},
		"CRLF":            {strings.ReplaceAll(good, "\n", "\r\n"), true},
		"byte order mark": {"\xef\xbb\xbf" + good, true},
		"no end line":     {good[:strings.Index(good, "-----END")], false},
		"another end":     {strings.Replace(good, "END PGP MESSAGE", "END PGP SIGNATURE", 1), false},
		"two messages":    {good + "\n" + good, false},
		"text behind":     {good + "\nregards\n", true},
		"binary behind":   {good + "\n\x01\x02", false},
		"glued behind":    {strings.TrimSpace(good) + "x", false},
		"a line too many": {strings.Replace(good, "\n\n", "\n\n"+strings.Repeat("B", 5000)+"\n", 1), false},
		"wrong checksum":  {strings.Replace(good, "\n=", "\n=A", 1)[:strings.Index(good, "\n=")+6] + good[strings.Index(good, "\n=")+6:], true},
		"checksum cut":    {good[:strings.Index(good, "\n=")+4] + good[strings.Index(good, "\n=")+6:], false},
		"UTF-16":          {utf16Text(good), true},
	} {
		if got, _, err := open([]byte(c.text), keys, nil); c.ok != (err == nil && bytes.Equal(got, plain)) {
			t.Errorf("%s: %q, %v", name, got, err)
		}
	}
}

// utf16Text is a text as PowerShell's > writes it.
func utf16Text(text string) string {
	out := []byte{0xff, 0xfe}
	for _, r := range text {
		out = append(out, byte(r), byte(r>>8))
	}
	return string(out)
}
