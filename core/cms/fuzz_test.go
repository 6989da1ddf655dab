package cms

import (
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"enrollbench/core/ber"
)

// FuzzEnvelope: nothing panics; errors are of known kinds; what opens can be sealed and opened again; an authentic
// message says the same whatever pieces it comes in.
func FuzzEnvelope(f *testing.F) {
	key := fixedKey(f)
	bare := Key{Private: key.Private}
	for _, c := range []Cipher{AES128CBC, AES256CBC, AES128GCM, AES256GCM} {
		f.Add(sealed(f, payload(20), 20, c, key.to()))
		f.Add(sealed(f, payload(20), -1, c, key.to(), key.to()))
	}
	f.Add(gcmParts(f, key, payload(33), payload(8), 12, el(ber.Sequence, el(ber.OID, []byte{0x2a, 3}), el(ber.Set))).forge(inf))
	f.Fuzz(func(t *testing.T, message []byte) {
		if info, err := Inspect(bytes.NewReader(message)); err == nil {
			for _, r := range info.Recipients {
				if r.String() == "" || r.Type.String() == "" {
					t.Fatal("a recipient without words")
				}
			}
		}
		plain, m, err := openedBare(bytes.NewReader(message), bare)
		if err != nil {
			if !errors.Is(err, ErrDecrypt) && !errors.Is(err, ErrFormat) && !errors.Is(err, ErrNoMatchingKey) && !errors.Is(err, ErrUnsupported) {
				t.Fatalf("error of no known kind: %v", err)
			}
			return
		}
		again, _, err := openedBare(io.MultiReader(bytes.NewReader(message[:len(message)/2]), bytes.NewReader(message[len(message)/2:])), bare)
		if err != nil || !bytes.Equal(again, plain) {
			t.Fatalf("in two pieces: %d bytes instead of %d, %v", len(again), len(plain), err)
		}
		cipher := m.Cipher
		if cipher == TripleDESCBC {
			cipher = AES128CBC
		}
		mustOpen(t, sealed(t, plain, int64(len(plain)), cipher, key.to()), plain, key)
	})
}

// TestSeedsOpen: the committed messages, half of them by openssl, still open. They were sealed to fixedKey.
func TestSeedsOpen(t *testing.T) {
	folder := filepath.Join("testdata", "fuzz", "FuzzEnvelope")
	files, err := os.ReadDir(folder)
	if err != nil || len(files) < 10 {
		t.Fatalf("%d seeds, error %v", len(files), err)
	}
	for _, file := range files {
		data, err := os.ReadFile(filepath.Join(folder, file.Name()))
		if err != nil {
			t.Fatal(err)
		}
		literal, ok := strings.CutPrefix(strings.TrimSpace(string(data)), "go test fuzz v1\n[]byte(")
		message, err := strconv.Unquote(strings.TrimSuffix(literal, ")"))
		if !ok || err != nil {
			t.Fatalf("%s is no seed: %v", file.Name(), err)
		}
		plain, m, err := openedBare(strings.NewReader(message), Key{Private: fixedKey(t).Private})
		if err != nil || !bytes.Equal(plain, payload(len(plain))) || len(plain) == 0 {
			t.Errorf("%s: %d bytes, error %v", file.Name(), len(plain), err)
		} else if m.Authenticated() != strings.Contains(file.Name(), "gcm") {
			t.Errorf("%s: authenticated %v", file.Name(), m.Authenticated())
		}
	}
}

// openedBare is opened for what wears no coat.
func openedBare(r io.Reader, keys ...Key) ([]byte, *Message, error) {
	m, err := Decrypt(r, keys)
	if err != nil {
		return nil, nil, err
	}
	plain, err := io.ReadAll(m)
	return plain, m, err
}

// FuzzUnwrap: nothing panics, nothing grows, and what comes out reads the same when it comes byte by byte.
func FuzzUnwrap(f *testing.F) {
	for _, test := range dressed(sealed(f, payload(20), 20, AES256GCM, fixedKey(f).to())) {
		f.Add([]byte(test.text))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		r, coat, err := Unwrap(bytes.NewReader(data))
		if err != nil {
			if !errors.Is(err, ErrFormat) {
				t.Fatalf("error of another kind: %v", err)
			}
			return
		}
		got, err := io.ReadAll(r)
		if len(got) > 2*len(data) { // UTF-16 may grow by a half
			t.Fatalf("%d bytes became %d in %s", len(data), len(got), coat)
		}
		if err == nil && len(coat) == 0 && !bytes.Equal(got, data) {
			t.Fatal("no coat, and yet something else")
		}
	})
}
