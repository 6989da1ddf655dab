package cms

import (
	"bytes"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"runtime"
	"slices"
	"strings"
	"testing"

	"enrollbench/core/ber"
)

// tampered are small messages of every kind, with the key that opens them.
func tampered(t *testing.T) map[string]struct {
	message []byte
	key     Key
} {
	t.Helper()
	ec := fixedKey(t)
	rsa := Key{Private: rsaKey(), Certificate: certified(t, rsaKey().Public(), 78)}
	type test = struct {
		message []byte
		key     Key
	}
	plain := payload(40)
	n := int64(len(plain))
	oaep := gcmParts(t, rsa, plain, payload(12), 16)
	oaep.recipients = [][]byte{oaepTransport(t, rsa, payload(16))}
	attribute := el(ber.Sequence, el(ber.OID, []byte{0x2a, 3}), el(ber.Set, el(ber.Integer, []byte{1})))
	return map[string]test{
		"ec cbc der":     {sealed(t, plain, n, AES256CBC, ec.to()), ec},
		"ec cbc ber":     {sealed(t, plain, -1, AES256CBC, ec.to()), ec},
		"ec gcm der":     {sealed(t, plain, n, AES256GCM, ec.to()), ec},
		"ec gcm ber":     {sealed(t, plain, -1, AES256GCM, ec.to()), ec},
		"ec gcm attr":    {gcmParts(t, ec, plain, payload(12), 16, attribute).forge(inf), ec},
		"ec gcm short":   {gcmParts(t, ec, plain, payload(12), 12).forge(el), ec},
		"ec gcm bare":    {sealed(t, plain, -1, AES256GCM, ec.to()), Key{Private: ec.Private}},
		"rsa gcm":        {sealed(t, plain, n, AES256GCM, rsa.to()), rsa},
		"rsa oaep gcm":   {oaep.forge(el), rsa},
		"rsa cbc":        {sealed(t, plain, n, AES256CBC, rsa.to()), rsa},
		"ec gcm nothing": {sealed(t, nil, 0, AES128GCM, ec.to()), ec},
	}
}

// plainOf is what a message opens to, before anything is done to it.
func plainOf(t *testing.T, message []byte, key Key) []byte {
	t.Helper()
	plain, _, err := opened(message, key)
	if err != nil {
		t.Fatal(err)
	}
	return plain
}

// allowed fails the test where a changed message is accepted as something it must not be: with GCM nothing but the same
// plaintext, with CBC a different one only where the reader says that nothing is proven. What a failed message delivered
// before its error must be nothing: it is shorter than a batch.
func allowed(t *testing.T, name string, plain, got []byte, m *Message, err error) {
	t.Helper()
	switch {
	case err == nil && !bytes.Equal(got, plain) && m.Authenticated():
		t.Errorf("%s: accepted as authentic with %d bytes that differ", name, len(got))
	case err != nil && len(got) > 0:
		t.Errorf("%s: %d bytes were delivered before %v", name, len(got), err)
	case err != nil && !errors.Is(err, ErrDecrypt) && !errors.Is(err, ErrFormat) && !errors.Is(err, ErrNoMatchingKey) && !errors.Is(err, ErrUnsupported):
		t.Errorf("%s: error of no known kind: %v", name, err)
	}
}

func TestEveryByteFlipped(t *testing.T) {
	for name, test := range tampered(t) {
		t.Run(name, func(t *testing.T) {
			plain := plainOf(t, test.message, test.key)
			masks := []byte{1, 0x20, 0x80, 0xff}
			if strings.HasPrefix(name, "rsa") {
				masks = []byte{0x41} // each costs a private key operation
			}
			same := 0
			for at := range test.message {
				for _, mask := range masks {
					changed := slices.Clone(test.message)
					changed[at] ^= mask
					got, m, err := opened(changed, test.key)
					allowed(t, fmt.Sprintf("byte %d ^ %#02x", at, mask), plain, got, m, err)
					if err == nil && bytes.Equal(got, plain) {
						same++
					}
				}
			}
			// Versions, the inner content type and attributes that are not covered change nothing in the plaintext.
			if most := len(masks) * 40; same > most {
				t.Errorf("%d changes made no difference, more than %d", same, most)
			}
		})
	}
}

func TestEveryTruncation(t *testing.T) {
	for name, test := range tampered(t) {
		for n := range test.message {
			got, _, err := opened(test.message[:n], test.key)
			if err == nil || len(got) > 0 {
				t.Errorf("%s cut to %d bytes: %d bytes, error %v", name, n, len(got), err)
			}
			if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
				t.Errorf("%s cut to %d bytes: %v looks like a good end", name, n, err)
			}
		}
	}
}

func TestAppended(t *testing.T) {
	for name, test := range tampered(t) {
		whole, _, err := opened(test.message, test.key)
		if err != nil {
			t.Fatal(err)
		}
		for _, tail := range []string{"\x00", "\n", "\r\n\x1A", strings.Repeat("\x00", 100_000)} { // what fills buffers and ends texts
			if got, _, err := opened(append(slices.Clone(test.message), tail...), test.key); err != nil || !bytes.Equal(got, whole) {
				t.Errorf("%s with %d bytes of padding: %d bytes, error %v", name, len(tail), len(got), err)
			}
		}
		for _, tail := range []string{"x", " ", "\x00x", strings.Repeat("\x00", 100_000) + "x", string(test.message)} {
			got, _, err := opened(append(slices.Clone(test.message), tail...), test.key)
			if !errors.Is(err, ErrFormat) || !errors.Is(err, ErrDecrypt) || len(got) > 0 {
				t.Errorf("%s with %d bytes behind: %d bytes, error %v", name, len(tail), len(got), err)
			}
		}
	}
}

// TestLargeDamage: what comes before the damage is delivered, and the error follows; the last batch is not.
func TestLargeDamage(t *testing.T) {
	key := fixedKey(t)
	plain := payload(3*batch - 5)
	for _, c := range []Cipher{AES256GCM, AES256CBC} {
		message := sealed(t, plain, int64(len(plain)), c, key.to())
		for name, changed := range map[string][]byte{
			"truncated": message[:len(message)-100],
			"appended":  append(slices.Clone(message), 1),
			"last bit":  append(slices.Clone(message[:len(message)-1]), message[len(message)-1]^1),
		} {
			got, _, err := opened(changed, key)
			if !errors.Is(err, ErrDecrypt) || len(got) > 2*batch {
				t.Errorf("%s, %s: %d bytes, error %v", c, name, len(got), err)
			}
			m, err := Decrypt(bytes.NewReader(changed), []Key{key})
			if err != nil {
				t.Fatal(err)
			}
			_, first := io.Copy(io.Discard, m)
			if n, again := m.Read(make([]byte, 10)); n != 0 || again != first {
				t.Errorf("%s, %s: the error does not stay: %v, then %d bytes and %v", c, name, first, n, again)
			}
		}
	}
}

// TestBounds: what exceeds a bound is refused early, in small memory.
func TestBounds(t *testing.T) {
	key := fixedKey(t)
	base := cbcParts(t, key, payload(20))
	deep := []byte{4, 0}
	for range ber.MaxDepth + 1 {
		deep = el(0x24, deep)
	}
	endless := bytes.Repeat([]byte{0x24, 0x80}, 50_000)
	for name, test := range map[string]struct {
		change func(p *parts)
		want   string
	}{
		"segments too deep": {func(p *parts) { p.content = el(0xa0, deep) }, "deeper"},
		"endless depth":     {func(p *parts) { p.content = append([]byte{0xa0, 0x80}, endless...) }, "deeper"},
		"recipient too deep": {func(p *parts) {
			p.recipients = [][]byte{append([]byte{0xa3, 0x80}, bytes.Repeat([]byte{0x30, 0x80}, 40)...)}
		}, "deeper"},
		"recipient too large":  {func(p *parts) { p.recipients = append(p.recipients, el(0xa3, el(4, make([]byte, maxRecipient+1)))) }, "at most"},
		"recipients too many":  {func(p *parts) { p.recipients = slices.Repeat([][]byte{el(0xa3, el(4, make([]byte, 60<<10)))}, 20) }, "more than"},
		"attributes too large": {func(p *parts) { p.behind = [][]byte{el(0xa1, make([]byte, maxRecipient+1))} }, "at most"},
		"segment length a lie": {func(p *parts) {
			p.content = append([]byte{0x80, 0x88, 0x7f, 255, 255, 255, 255, 255, 255, 255}, 1, 2, 3)
		}, "a length that no file has"},
		"segment beyond its end":  {func(p *parts) { p.content = el(0xa0, []byte{4, 5, 1, 2}) }, "beyond"},
		"reserved length":         {func(p *parts) { p.content = []byte{0x80, 0xff, 1} }, "reserved"},
		"primitive indefinite":    {func(p *parts) { p.content = []byte{0x80, 0x80, 1, 0, 0} }, "primitive"},
		"high tag":                {func(p *parts) { p.content = el(0xa0, []byte{0x1f, 1, 0}) }, "identifier"},
		"segment of another type": {func(p *parts) { p.content = el(0xa0, el(2, []byte{1})) }, "segment"},
		"broken end":              {func(p *parts) { p.content = []byte{0xa0, 0x80, 0, 1} }, "end-of-contents"},
		"no recipients field":     {func(p *parts) { p.before = [][]byte{el(ber.Integer, []byte{1})} }, "set of recipients"},
		"broken recipient":        {func(p *parts) { p.recipients = [][]byte{el(ber.Sequence, []byte{2, 1, 0})} }, "malformed"},
		"broken iv":               {func(p *parts) { p.algorithm = el(ber.Sequence, p.algorithm[2:13], el(4, make([]byte, 15))) }, "initialization vector"},
		"two attributes fields":   {func(p *parts) { p.behind = [][]byte{el(0xa1), el(0xa1)} }, "too many"},
		"detached":                {func(p *parts) { p.content = nil }, "detached"},
	} {
		t.Run(name, func(t *testing.T) {
			p := cbcParts(t, key, payload(20))
			test.change(&p)
			for _, wrap := range []func(byte, ...[]byte) []byte{el, inf} {
				_, _, err := opened(p.forge(wrap), key)
				if err == nil || !strings.Contains(err.Error(), test.want) && !strings.Contains(err.Error(), "beyond") {
					t.Errorf("error %v, want one with %q", err, test.want)
				}
			}
		})
	}
	many := base
	many.recipients = nil
	for range maxAttempts + 1 {
		many.recipients = append(many.recipients, base.recipients[0])
	}
	if _, _, err := opened(many.forge(inf), Key{Private: key.Private}); !errors.Is(err, ErrUnsupported) {
		t.Errorf("%d recipients for one key: %v", len(many.recipients), err)
	}
}

// TestMemory: the size of the content makes no difference to the memory.
func TestMemory(t *testing.T) {
	key := fixedKey(t)
	const size = 64 << 20
	for _, c := range []Cipher{AES256CBC, AES256GCM} {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		r, w := io.Pipe()
		go func() {
			s, err := Encrypt(w, []*x509.Certificate{key.to()}, EncryptOptions{Size: -1, Cipher: c})
			if err == nil {
				_, err = io.Copy(s, io.LimitReader(zeros{}, size))
			}
			if err == nil {
				err = s.Close()
			}
			w.CloseWithError(err)
		}()
		m, err := Decrypt(r, []Key{key})
		if err != nil {
			t.Fatal(err)
		}
		n, err := io.Copy(io.Discard, m)
		if err != nil || n != size {
			t.Fatalf("%d bytes, error %v", n, err)
		}
		runtime.ReadMemStats(&after)
		if used := after.TotalAlloc - before.TotalAlloc; used > 4<<20 {
			t.Errorf("%s: %d bytes were allocated on the way", c, used)
		}
	}
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) {
	clear(p)
	return len(p), nil
}
