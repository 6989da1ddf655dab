package cms

import (
	"bytes"
	"crypto"
	"crypto/ecdh"
	"crypto/rand"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"golang.org/x/crypto/cryptobyte"
	cbasn1 "golang.org/x/crypto/cryptobyte/asn1"

	"enrollbench/core/ber"
)

// TestOwnRoundTrip goes through sizes, ciphers and forms, reading and writing in odd pieces.
func TestOwnRoundTrip(t *testing.T) {
	key := fixedKey(t)
	for _, c := range []Cipher{AES128CBC, AES192CBC, AES256CBC, AES128GCM, AES192GCM, AES256GCM} {
		for _, n := range sizes {
			plain := payload(n)
			for _, size := range []int64{int64(n), -1} {
				message := sealed(t, plain, size, c, key.to())
				m := mustOpen(t, message, plain, key)
				if m.Authenticated() != c.Authenticated() || m.Cipher != c {
					t.Errorf("%s: says %s, authenticated %v", c, m.Cipher, m.Authenticated())
				}
				half, err := Decrypt(iotest.HalfReader(bytes.NewReader(message)), []Key{key})
				if err != nil {
					t.Fatal(err)
				}
				if got, err := io.ReadAll(half); err != nil || !bytes.Equal(got, plain) {
					t.Errorf("%s, %d bytes, size %d, in halves: %v", c, n, size, err)
				}
			}
		}
	}
	plain := payload(3000)
	var out bytes.Buffer
	w, err := Encrypt(&out, []*x509.Certificate{key.to()}, EncryptOptions{Size: -1})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.Copy(w, iotest.OneByteReader(bytes.NewReader(plain))); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	m, err := Decrypt(iotest.DataErrReader(iotest.OneByteReader(&out)), []Key{key})
	if err != nil {
		t.Fatal(err)
	}
	if err := iotest.TestReader(m, plain); err != nil {
		t.Error(err)
	}
}

// TestForms reads what other writers may write: every length form, segments, nested segments, originator information,
// attributes, recipients of unknown types.
func TestForms(t *testing.T) {
	key := fixedKey(t)
	plain := payload(100)
	base := cbcParts(t, key, plain)
	ciphertext := inner(t, base.content)
	oid := mustBuild(func(b *cryptobyte.Builder) { b.AddASN1ObjectIdentifier(oidData) })
	for name, change := range map[string]func(p *parts){
		"plain":           func(*parts) {},
		"segments":        func(p *parts) { p.content = el(0xa0, el(4, ciphertext[:7]), el(4), el(4, ciphertext[7:])) },
		"segments to end": func(p *parts) { p.content = inf(0xa0, el(4, ciphertext[:50]), el(4, ciphertext[50:]), el(4)) },
		"nested segments": func(p *parts) {
			p.content = inf(0xa0, inf(0x24, el(4, ciphertext[:50]), el(0x24)), el(0x24, inf(0x24, el(4, ciphertext[50:]))))
		},
		"long length": func(p *parts) {
			p.content = append([]byte{0x80, 0x85, 0, 0, 0, 0, byte(len(ciphertext))}, ciphertext...)
		},
		"originator info": func(p *parts) { p.before = [][]byte{el(0xa0, inf(0xa0, el(ber.Sequence, oid)))} },
		"attributes":      func(p *parts) { p.behind = [][]byte{inf(0xa1, el(ber.Sequence, oid, el(ber.Set)))} },
		"unknown type": func(p *parts) {
			p.recipients = append([][]byte{el(0xa9, oid)}, p.recipients...)
		},
		"other":          func(p *parts) { p.recipients = append([][]byte{el(0xa4, oid, el(ber.Sequence))}, p.recipients...) },
		"iv in segments": func(p *parts) { p.algorithm = segmentedIV(t, p.algorithm) },
		"ber recipient":  func(p *parts) { p.recipients[0] = asIndefinite(t, p.recipients[0]) },
	} {
		for form, wrap := range map[string]func(byte, ...[]byte) []byte{"definite": el, "indefinite": inf} {
			t.Run(name+"/"+form, func(t *testing.T) {
				p := cbcParts(t, key, plain)
				change(&p)
				mustOpen(t, p.forge(wrap), plain, key)
			})
		}
	}
}

// asIndefinite writes an element and all that is constructed within it with indefinite lengths.
func asIndefinite(t testing.TB, der []byte) []byte {
	t.Helper()
	if der[0]&ber.Constructed == 0 {
		return der
	}
	var children [][]byte
	for s := cryptobyte.String(inner(t, der)); !s.Empty(); {
		var child cryptobyte.String
		if !s.ReadAnyASN1Element(&child, nil) {
			t.Fatal("not an element")
		}
		children = append(children, asIndefinite(t, child))
	}
	return inf(der[0], children...)
}

func segmentedIV(t testing.TB, der []byte) []byte {
	t.Helper()
	s := cryptobyte.String(inner(t, der))
	var oid, iv cryptobyte.String
	if !s.ReadASN1Element(&oid, cbasn1.OBJECT_IDENTIFIER) || !s.ReadASN1(&iv, cbasn1.OCTET_STRING) {
		t.Fatal("not an algorithm with an iv")
	}
	return inf(ber.Sequence, oid, inf(0x24, el(4, iv[:3]), el(4, iv[3:])))
}

// TestAuthenticatedAttributes: they stand behind the content, in any order, and enter the tag before it, in DER's.
func TestAuthenticatedAttributes(t *testing.T) {
	key := fixedKey(t)
	attribute := func(n byte) []byte {
		return el(ber.Sequence, el(ber.OID, []byte{0x2a, n}), el(ber.Set, el(ber.Integer, []byte{n})))
	}
	plain := payload(333)
	for _, nonce := range []int{8, 12, 16} {
		for size := 12; size <= 16; size++ {
			for count := range 4 {
				var attributes [][]byte
				for i := range count {
					attributes = append(attributes, attribute(byte(9-i))) // not in order
				}
				p := gcmParts(t, key, plain, payload(nonce), size, attributes...)
				for form, wrap := range map[string]func(byte, ...[]byte) []byte{"definite": el, "indefinite": inf} {
					name := fmt.Sprintf("nonce %d, tag %d, %d attributes, %s", nonce, size, count, form)
					got, m, err := opened(p.forge(wrap), key)
					if err != nil || !bytes.Equal(got, plain) || !m.Authenticated() {
						t.Errorf("%s: error %v", name, err)
					}
				}
				if count == 0 {
					continue
				}
				p.behind[0] = asIndefinite(t, p.behind[0])
				if got, _, err := opened(p.forge(inf), key); err != nil || !bytes.Equal(got, plain) {
					t.Errorf("attributes of indefinite length: error %v", err)
				}
				p.behind = p.behind[1:]
				if got, _, err := opened(p.forge(el), key); !errors.Is(err, ErrDecrypt) || len(got) > 0 {
					t.Errorf("attributes taken away: %d bytes, error %v", len(got), err)
				}
			}
		}
	}
	p := gcmParts(t, key, plain, payload(12), 16)
	p.behind = append(p.behind, el(ber.ContextConstructed|2, attribute(1)))
	mustOpen(t, p.forge(inf), plain, key) // attributes that are not authenticated are passed over
}

// TestAgreementForms opens what other writers of key agreement do: user keying material as salt or not, key wrap
// parameters NULL in the message or only in the derivation, X9.63 with X25519, compressed points, a named curve.
func TestAgreementForms(t *testing.T) {
	x25519, err := ecdh.X25519().GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	keys := map[string]Key{"x25519": {Private: x25519, Certificate: certified(t, x25519.Public(), 5)}, "p256": fixedKey(t)}
	plain := payload(40)
	for _, s := range schemes {
		for name, key := range keys {
			for _, form := range []string{"", "ukm", "ukm without salt", "null", "null in info", "curve", "compressed", "rkeyid"} {
				t.Run(fmt.Sprintf("%s/%s/cofactor=%v/%s", name, s.kdf, s.cofactor, form), func(t *testing.T) {
					if name == "x25519" && (s.cofactor || form == "curve" || form == "compressed") {
						t.Skip("does not exist")
					}
					p := cbcParts(t, key, plain)
					p.recipients = [][]byte{agreed(t, key, s.oid, s.kdf, payload(16), form)}
					mustOpen(t, p.forge(el), plain, key)
				})
			}
		}
	}
}

// agreed builds a KeyAgreeRecipientInfo by hand, in a form.
func agreed(t testing.TB, key Key, scheme []int, k kdf, cek []byte, form string) []byte {
	t.Helper()
	public := key.Certificate.PublicKey.(*ecdh.PublicKey)
	c, err := curveOf(public.Curve())
	if err != nil {
		t.Fatal(err)
	}
	ephemeral, err := c.ecdh.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	z, err := ephemeral.ECDH(public)
	if err != nil {
		t.Fatal(err)
	}
	const size = 16
	absent, err1 := algorithmDER(wrapOIDs[size], nil)
	null, err2 := algorithmDER(wrapOIDs[size], addNull)
	if err := errors.Join(err1, err2); err != nil {
		t.Fatal(err)
	}
	wrap, keyInfo := absent, absent
	var ukm, salt []byte
	switch form {
	case "ukm":
		ukm = payload(20)
		salt = ukm
	case "ukm without salt":
		ukm = payload(20)
	case "null":
		wrap, keyInfo = null, null
	case "null in info":
		keyInfo = null
	}
	info, err := sharedInfo(keyInfo, ukm, size)
	if err != nil {
		t.Fatal(err)
	}
	kek, err := k.derive(z, salt, info, size)
	if err != nil {
		t.Fatal(err)
	}
	encrypted, err := wrapKey(kek, cek)
	if err != nil {
		t.Fatal(err)
	}
	point := ephemeral.PublicKey().Bytes()
	if form == "compressed" {
		point = append([]byte{2 + point[64]&1}, point[1:33]...)
	}
	originator := oidEC
	if c.nist == nil {
		originator = oidX25519
	}
	return mustBuild(func(b *cryptobyte.Builder) {
		b.AddASN1(cbasn1.Tag(0xa1), func(b *cryptobyte.Builder) {
			b.AddASN1Int64(3)
			b.AddASN1(cbasn1.Tag(0xa0), func(b *cryptobyte.Builder) {
				b.AddASN1(cbasn1.Tag(0xa1), func(b *cryptobyte.Builder) {
					b.AddASN1(cbasn1.SEQUENCE, func(b *cryptobyte.Builder) {
						b.AddASN1ObjectIdentifier(originator)
						if form == "curve" {
							b.AddASN1ObjectIdentifier(c.oid)
						}
					})
					b.AddASN1BitString(point)
				})
			})
			if ukm != nil {
				b.AddASN1(cbasn1.Tag(0xa1), func(b *cryptobyte.Builder) { b.AddASN1OctetString(ukm) })
			}
			b.AddASN1(cbasn1.SEQUENCE, func(b *cryptobyte.Builder) {
				b.AddASN1ObjectIdentifier(scheme)
				b.AddBytes(wrap)
			})
			b.AddASN1(cbasn1.SEQUENCE, func(b *cryptobyte.Builder) {
				b.AddASN1(cbasn1.SEQUENCE, func(b *cryptobyte.Builder) {
					if form == "rkeyid" { // with a date, which says nothing that is needed
						b.AddASN1(cbasn1.Tag(0xa0), func(b *cryptobyte.Builder) {
							b.AddASN1OctetString(key.Certificate.SubjectKeyId)
							b.AddASN1(cbasn1.GeneralizedTime, func(b *cryptobyte.Builder) { b.AddBytes([]byte("20260101000000Z")) })
						})
					} else {
						addIssuerSerial(b, key.to())
					}
					b.AddASN1OctetString(encrypted)
				})
			})
		})
	})
}

// TestX963 is a published vector: NIST CAVS ansx963_2001, SHA-256, 128 bits, no shared info.
func TestX963(t *testing.T) {
	var z, want hexBytes
	for text, into := range map[string]*hexBytes{
		`"96c05619d56c328ab95fe84b18264b08725b85e33fd34f08"`: &z,
		`"443024c3dae66b95e6f5670601558f71"`:                 &want,
	} {
		if err := into.UnmarshalJSON([]byte(text)); err != nil {
			t.Fatal(err)
		}
	}
	if got := x963(crypto.SHA256, z, nil, 16); !bytes.Equal(got, want) {
		t.Errorf("got %x, want %x", got, want)
	}
}

// TestWrittenIsDER: what is written with a known size is its own normal form.
func TestWrittenIsDER(t *testing.T) {
	key := fixedKey(t)
	for _, n := range []int{0, 100, 200, segment, 3 * segment} {
		for _, c := range []Cipher{AES256CBC, AES256GCM} {
			message := sealed(t, payload(n), int64(n), c, key.to(), key.to())
			der, _, err := ber.DER(message, 1<<30)
			if err != nil || !bytes.Equal(der, message) {
				t.Errorf("%s, %d bytes: not DER (%v)", c, n, err)
			}
		}
	}
}

func TestNames(t *testing.T) {
	for got, want := range map[string]string{
		Cipher(99).String():       "unknown cipher",
		RecipientType(9).String(): "unknown recipient type",
	} {
		if got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
	if got := listed([]RecipientType{0, 0, 0, 0, 1, 1}, ""); !strings.HasSuffix(got, ", 2 more") {
		t.Error(got)
	}
}

// A tag that is shorter than 12 bytes would let a forger guess it: such a message is refused before anything of it is released.
func TestShortTagsAreRefused(t *testing.T) {
	key, plain := fixedKey(t), payload(64)
	for _, size := range []int{4, 8, 11} {
		if got, _, err := opened(gcmParts(t, key, plain, payload(12), size).forge(el), key); err == nil || len(got) > 0 {
			t.Errorf("a tag of %d bytes: %d bytes released, error %v", size, len(got), err)
		}
	}
}
