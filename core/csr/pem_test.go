package csr

import (
	"bytes"
	"context"
	"encoding/pem"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"enrollbench/core/form"
)

func TestDecodePEMForms(t *testing.T) {
	der := newRequest(t, "dev-1", newKey(t))
	whole := string(AppendPEM(nil, der))
	body := strings.ReplaceAll(strings.TrimSuffix(strings.TrimPrefix(whole, pemHeader), pemFooter), "\n", "")
	for name, text := range map[string]string{
		"as written":         whole,
		"one line":           "-----BEGIN CERTIFICATE REQUEST-----" + body + "-----END CERTIFICATE REQUEST-----",
		"one line, blanks":   "-----BEGIN CERTIFICATE REQUEST----- " + body + " -----END CERTIFICATE REQUEST-----",
		"CRLF":               strings.ReplaceAll(whole, "\n", "\r\n"),
		"CR alone":           strings.ReplaceAll(whole, "\n", "\r"),
		"BOM":                "\uFEFF" + whole,
		"NEW label":          strings.ReplaceAll(whole, "CERTIFICATE REQUEST", "NEW CERTIFICATE REQUEST"),
		"text around":        "Certificate Request:\n    Data: -- not a block --\n" + whole + "\nbye\n",
		"indented":           "  " + strings.ReplaceAll(whole, "\n", "\n  "),
		"no final line feed": strings.TrimSpace(whole),
		"lines of 76":        pemHeader + body[:76] + "\n" + body[76:] + "\n" + pemFooter,
	} {
		got, err := DecodePEM([]byte(text))
		if err != nil {
			t.Errorf("%s: %v", name, err)
		} else if !bytes.Equal(got, der) {
			t.Errorf("%s: other bytes", name)
		}
	}
}

func TestDecodePEMRefusals(t *testing.T) {
	whole := string(pemOf(t, "dev-1"))
	for name, c := range map[string]struct{ text, want string }{
		"cut short":      {whole[:len(whole)-40], "END line"},
		"other end":      {strings.Replace(whole, "END CERTIFICATE REQUEST", "END CERTIFICATE", 1), `ends as "CERTIFICATE"`},
		"not base64":     {strings.Replace(whole, "\nMI", "\nM!", 1), `"!" at character`},
		"empty block":    {pemHeader + pemFooter, "there is nothing between"},
		"two":            {whole + whole, "more than one"},
		"certificate":    {strings.ReplaceAll(whole, "CERTIFICATE REQUEST", "CERTIFICATE"), "a certificate is where"},
		"private key":    {"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n", "private key is where"},
		"header lines":   {strings.Replace(whole, "\nMI", "\nProc-Type: 4,ENCRYPTED\n\nMI", 1), "header lines"},
		"nothing":        {"hello", "this is a text"},
		"begin in begin": {"-----BEGIN CERTIFICATE REQUEST-----\nMIIB\n" + whole, "another BEGIN"},
		"broken begin":   {"-----BEGIN CERTIFICATE REQUEST\n" + whole[len(pemHeader):], "BEGIN line does not end"},
		"too large":      {pemHeader + strings.Repeat("AAAA", MaxRequestBytes/2) + "\n" + pemFooter, "the limit for a CSR"},
	} {
		if _, err := DecodePEM([]byte(c.text)); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %q", name, err, c.want)
		}
	}
}

func TestAppendPEMAsTheLibrary(t *testing.T) {
	for n := 1; n < 400; n++ {
		der := bytes.Repeat([]byte{byte(n)}, n)
		want := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE REQUEST", Bytes: der})
		if got := AppendPEM(nil, der); !bytes.Equal(got, want) {
			t.Fatalf("%d bytes:\n%s\nwant\n%s", n, got, want)
		}
	}
}

// blocksOf reads a stream and returns each block's text by its offset.
func blocksOf(t *testing.T, text string, r io.Reader) (labels []string, broken int) {
	t.Helper()
	_, _, err := inStream(context.Background(), r, func(b *form.Block, off int64) error {
		if b.Err != nil {
			broken++
			return nil
		}
		if got := text[off : off+int64(b.End-b.Start)]; !strings.HasPrefix(got, "-----BEGIN "+b.Label) || !strings.HasSuffix(got, b.Label+"-----") {
			t.Errorf("offset %d does not lead to the block: %.60q", off, got)
		}
		labels = append(labels, b.Label)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return labels, broken
}

func TestStreamFindsEveryBlock(t *testing.T) {
	one := string(pemOf(t, "dev-1"))
	var b strings.Builder
	const n = 3000
	for i := range n {
		b.WriteString(strings.Repeat("text between ", i%7))
		b.WriteString(one)
	}
	text := b.String()
	for name, r := range map[string]io.Reader{
		"whole": strings.NewReader(text),
		"half":  iotest.HalfReader(strings.NewReader(text)),
		"bytes": iotest.OneByteReader(strings.NewReader(text)),
	} {
		if labels, broken := blocksOf(t, text, r); len(labels) != n || broken != 0 {
			t.Errorf("%s: %d blocks and %d broken, want %d", name, len(labels), broken, n)
		}
	}
}

func TestStreamGoesOnAfterABrokenBlock(t *testing.T) {
	one := string(pemOf(t, "dev-1"))
	endless := "-----BEGIN CERTIFICATE REQUEST-----\n" + strings.Repeat("AAAA\n", maxBlockBytes)
	text := one + endless + one + "-----BEGIN CERTIFICATE REQUEST-----\nMIIB"
	labels, broken := blocksOf(t, text, strings.NewReader(text))
	if len(labels) != 2 || broken < 2 {
		t.Errorf("%d blocks and %d broken, want 2 and at least 2", len(labels), broken)
	}
}

// FuzzPEM: whatever is accepted, written and read again, is equal.
func FuzzPEM(f *testing.F) {
	one := pemOf(f, "seed")
	f.Add(one)
	f.Add(bytes.ReplaceAll(one, []byte("\n"), nil))
	f.Add([]byte("-----BEGIN CERTIFICATE REQUEST-----\nAAAA\n-----END CERTIFICATE REQUEST-----"))
	f.Add([]byte("-----BEGIN PRIVATE KEY----------END PRIVATE KEY-----"))
	f.Add([]byte{0x30, 0x82, 0x01})
	f.Fuzz(func(t *testing.T, text []byte) {
		der, err := DecodePEM(text)
		if err != nil {
			return
		}
		again, err := DecodePEM(AppendPEM(nil, der))
		if err != nil || !bytes.Equal(again, der) {
			t.Fatalf("written and read again: %v", err)
		}
		n, _, err := inStream(context.Background(), bytes.NewReader(text), func(b *form.Block, _ int64) error { return b.Err })
		if err != nil || n != 1 {
			t.Fatalf("the stream sees %d blocks: %v", n, err)
		}
	})
}
