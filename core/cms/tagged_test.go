package cms

import (
	"bytes"
	"errors"
	"testing"
	"testing/iotest"

	"golang.org/x/crypto/cryptobyte"
	"golang.org/x/crypto/cryptobyte/asn1"

	"enrollbench/core/ber"
)

// tagged makes of an AuthEnvelopedData without attributes the EnvelopedData that Bouncy Castle's generator writes with a cipher in GCM mode.
func tagged(t *testing.T, message []byte, change func(content []byte) []byte) []byte {
	t.Helper()
	der, _, err := ber.DER(message, len(message)+1<<16)
	if err != nil {
		t.Fatal(err)
	}
	var info, wrapped, body, version, recipients, content, kind, algorithm, sealed, tag cryptobyte.String
	var oid cryptobyte.String
	s := cryptobyte.String(der)
	implicit := asn1.Tag(0).ContextSpecific()
	if !s.ReadASN1(&info, asn1.SEQUENCE) || !info.ReadASN1Element(&oid, asn1.OBJECT_IDENTIFIER) || !info.ReadASN1(&wrapped, implicit.Constructed()) || !wrapped.ReadASN1(&body, asn1.SEQUENCE) ||
		!body.ReadASN1Element(&version, asn1.INTEGER) || !body.ReadASN1Element(&recipients, asn1.SET) || !body.ReadASN1(&content, asn1.SEQUENCE) || !body.ReadASN1(&tag, asn1.OCTET_STRING) ||
		!content.ReadASN1Element(&kind, asn1.OBJECT_IDENTIFIER) || !content.ReadASN1Element(&algorithm, asn1.SEQUENCE) || !content.ReadASN1(&sealed, implicit) {
		t.Fatal("not the structure of Encrypt")
	}
	out, err := build(func(b *cryptobyte.Builder) {
		b.AddASN1(asn1.SEQUENCE, func(b *cryptobyte.Builder) {
			b.AddASN1ObjectIdentifier(oidEnvelopedData)
			b.AddASN1(implicit.Constructed(), func(b *cryptobyte.Builder) {
				b.AddASN1(asn1.SEQUENCE, func(b *cryptobyte.Builder) {
					b.AddASN1Int64(0)
					b.AddBytes(recipients)
					b.AddASN1(asn1.SEQUENCE, func(b *cryptobyte.Builder) {
						b.AddBytes(kind)
						b.AddBytes(algorithm)
						b.AddASN1(implicit, func(b *cryptobyte.Builder) {
							b.AddBytes(change(append(bytes.Clone(sealed), tag...)))
						})
					})
				})
			})
		})
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// TestTagBehindTheContent: a tag without a place of its own proves the content all the same.
func TestTagBehindTheContent(t *testing.T) {
	key := fixedKey(t)
	for _, n := range []int{0, 1, 15, 16, 17, 4096, batch - 16, batch - 1, batch, batch + 7, 3*batch + 5} {
		plain := payload(n)
		message := sealed(t, plain, int64(n), AES256GCM, key.to())
		same := func(b []byte) []byte { return b }
		if m := mustOpen(t, tagged(t, message, same), plain, key); !m.Authenticated() {
			t.Errorf("%d bytes: not authenticated", n)
		}
		if got, _, err := openedBare(iotest.OneByteReader(bytes.NewReader(tagged(t, message, same))), key); n < 1<<16 && (err != nil || !bytes.Equal(got, plain)) {
			t.Errorf("%d bytes, one after the other: %d bytes, %v", n, len(got), err)
		}
		for what, change := range map[string]func([]byte) []byte{
			"tag changed":     func(b []byte) []byte { b[len(b)-1] ^= 1; return b },
			"content changed": func(b []byte) []byte { b[0] ^= 1; return b },
			"tag missing":     func(b []byte) []byte { return b[:len(b)-16] },
			"cut short":       func(b []byte) []byte { return b[:len(b)-1] },
			"one byte more":   func(b []byte) []byte { return append(b, 0) },
		} {
			if _, _, err := opened(tagged(t, message, change), key); !errors.Is(err, ErrDecrypt) {
				t.Errorf("%d bytes, %s: %v", n, what, err)
			}
		}
	}
}
