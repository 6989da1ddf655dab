// Package certificate reads X.509 certificates (RFC 5280 §4.1) that crypto/x509 refuses although other programs take
// them. Issuers in the field write negative serial numbers, characters that their string type does not have, the
// parameters of a curve instead of its name, and octets behind the end: none of that is damage.
//
// Parse is the one to call for a certificate from outside. What it lets pass it names, so that the caller can warn.
package certificate

import (
	"bytes"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"errors"
	"fmt"
	"math/big"
	"slices"
	"strings"
	"unicode/utf8"

	"golang.org/x/crypto/cryptobyte"
	cbasn1 "golang.org/x/crypto/cryptobyte/asn1"
)

// maxExtensions bounds the extensions of an unusual certificate that are tried one by one.
const maxExtensions = 64

// Parse reads the DER of one certificate. The second result names what is unusual, each in a sentence:
// "it has a negative serial number"; nil for a certificate as RFC 5280 wants it. Raw fields of the certificate are those
// of the file, so hashes and signatures are right. An extension that cannot be read stays in Extensions; if others must
// not ignore it, it is among UnhandledCriticalExtensions, as is every constraint on a CA whatever it says of itself.
// PublicKey is nil for a key whose type or parameters are not known here.
func Parse(der []byte) (*x509.Certificate, []string, error) {
	c, err := x509.ParseCertificate(der)
	if err == nil {
		return c, nil, nil
	}
	if TreatedAsText(der) {
		return nil, nil, ErrTreatedAsText
	}
	r := &reading{}
	if !r.take(der) {
		return nil, nil, plain(err)
	}
	if c, err = r.parse(); err != nil {
		return nil, nil, plain(err)
	}
	return c, r.unusual, nil
}

// ErrTreatedAsText is damage that a transfer as text does.
var ErrTreatedAsText = errors.New("every line break in it has become CR LF, because it was treated as text: copy or download it again in binary mode")

// TreatedAsText tells whether data is a certificate once each CR LF in it is LF again; one that only stands behind it has changed nothing.
func TreatedAsText(data []byte) bool {
	if within := bytes.TrimRight(data, "\r\n"); !bytes.Contains(within, []byte("\r\n")) {
		return false
	}
	undone := bytes.ReplaceAll(data, []byte("\r\n"), []byte("\n"))
	_, whole := x509.ParseCertificate(undone) // its last byte may be an LF
	_, trimmed := x509.ParseCertificate(bytes.TrimRight(undone, "\n"))
	return whole == nil || trimmed == nil
}

// plain takes the name of the library off an error.
func plain(err error) error { return errors.New(strings.TrimPrefix(err.Error(), "x509: ")) }

// reading is a certificate in parts. The parts that crypto/x509 refuses are replaced for it by others that say the same
// or, where they say nothing to it, by names that it does not know.
type reading struct {
	raw, tbs            []byte
	before              []byte // the version
	serial              *big.Int
	algorithm           []byte
	issuer, validity    []byte
	subject, key, after []byte // after: the unique identifiers
	extensions          [][]byte
	end                 []byte // algorithm and signature, behind tbs
	unusual             []string
}

func (r *reading) say(format string, args ...any) {
	r.unusual = append(r.unusual, fmt.Sprintf(format, args...))
}

// take cuts the certificate into its parts; false where it has another structure.
func (r *reading) take(der []byte) bool {
	in := cryptobyte.String(der)
	var whole, body, tbs, serial cryptobyte.String
	if !in.ReadASN1Element(&whole, cbasn1.SEQUENCE) {
		return false
	}
	r.raw = whole
	if len(in) > 0 {
		r.say("it has %d bytes behind its end", len(in))
	}
	if !whole.ReadASN1(&body, cbasn1.SEQUENCE) || !body.ReadASN1Element(&tbs, cbasn1.SEQUENCE) {
		return false
	}
	r.tbs, r.end = tbs, body
	if !tbs.ReadASN1(&tbs, cbasn1.SEQUENCE) {
		return false
	}
	version := cbasn1.Tag(0).Constructed().ContextSpecific()
	if tbs.PeekASN1Tag(version) && !readElement(&tbs, &r.before, version) {
		return false
	}
	if !tbs.ReadASN1(&serial, cbasn1.INTEGER) || len(serial) == 0 {
		return false
	}
	r.serial = integer(serial)
	if r.serial.Sign() < 0 {
		r.say("it has a negative serial number")
	}
	for _, part := range []*[]byte{&r.algorithm, &r.issuer, &r.validity, &r.subject, &r.key} {
		if !readElement(&tbs, part, cbasn1.SEQUENCE) {
			return false
		}
	}
	rest := tbs
	var unique cryptobyte.String
	for tag := cbasn1.Tag(1); tag <= 2; tag++ {
		if !rest.SkipOptionalASN1(tag.ContextSpecific()) {
			return false
		}
	}
	unique = tbs[:len(tbs)-len(rest)]
	r.after = unique
	if rest.Empty() {
		return true
	}
	var list cryptobyte.String
	if !rest.ReadASN1(&list, cbasn1.Tag(3).Constructed().ContextSpecific()) || !list.ReadASN1(&list, cbasn1.SEQUENCE) {
		return false
	}
	for !list.Empty() {
		var one []byte
		if !readElement(&list, &one, cbasn1.SEQUENCE) {
			return false
		}
		r.extensions = append(r.extensions, one)
	}
	return true
}

func readElement(in *cryptobyte.String, out *[]byte, tag cbasn1.Tag) bool {
	var s cryptobyte.String
	ok := in.ReadASN1Element(&s, tag)
	*out = s
	return ok
}

// integer reads two's complement, also with more octets than it needs.
func integer(b []byte) *big.Int {
	n := new(big.Int).SetBytes(b)
	if b[0]&0x80 != 0 {
		n.Sub(n, new(big.Int).Lsh(big.NewInt(1), uint(8*len(b)))) // #nosec G115 -- a length
	}
	return n
}

func (r *reading) parse() (*x509.Certificate, error) {
	issuer, subject := r.relabelled("issuer", r.issuer), r.relabelled("subject", r.subject)
	key := r.knownKey()
	masked := make([]bool, len(r.extensions))
	c, err := x509.ParseCertificate(r.build(issuer, subject, key, masked))
	if err != nil && len(r.extensions) <= maxExtensions {
		for i := range masked {
			masked[i] = true
			if c, err = x509.ParseCertificate(r.build(issuer, subject, key, masked)); err == nil {
				break
			}
			masked[i] = false
		}
	}
	if err != nil {
		return nil, err
	}
	c.Raw, c.RawTBSCertificate = r.raw, r.tbs
	c.SerialNumber, c.RawIssuer, c.RawSubject, c.RawSubjectPublicKeyInfo = r.serial, r.issuer, r.subject, r.key
	for i, is := range masked {
		if is {
			r.restore(c, i)
		}
	}
	return c, nil
}

// restore gives a masked extension its name back.
func (r *reading) restore(c *x509.Certificate, i int) {
	ext := &c.Extensions[i]
	other := ext.Id
	ext.Id = unmasked(other)
	r.say("it has an extension that cannot be read: %s", extensionName(ext.Id))
	at := slices.IndexFunc(c.UnhandledCriticalExtensions, other.Equal)
	switch {
	case at >= 0:
		c.UnhandledCriticalExtensions[at] = ext.Id
	case constrains(*ext):
		c.UnhandledCriticalExtensions = append(c.UnhandledCriticalExtensions, ext.Id)
	}
}

// constrains: the extension limits what a CA may issue, so that nobody may go on without it.
func constrains(ext pkix.Extension) bool {
	switch ext.Id.String() {
	case "2.5.29.15", "2.5.29.19", "2.5.29.30", "2.5.29.36":
		return true
	}
	return false
}

func extensionName(id asn1.ObjectIdentifier) string {
	names := map[string]string{"2.5.29.14": "subject key identifier", "2.5.29.15": "key usage", "2.5.29.17": "subject alternative name",
		"2.5.29.19": "basic constraints", "2.5.29.30": "name constraints", "2.5.29.31": "CRL distribution points", "2.5.29.32": "certificate policies",
		"2.5.29.35": "authority key identifier", "2.5.29.36": "policy constraints", "2.5.29.37": "extended key usage", "1.3.6.1.5.5.7.1.1": "authority information access"}
	if name := names[id.String()]; name != "" {
		return name
	}
	return id.String()
}

// maskedArc is put behind the name of what crypto/x509 shall leave alone.
const maskedArc = 0x7f

func unmasked(id asn1.ObjectIdentifier) asn1.ObjectIdentifier { return slices.Clone(id[:len(id)-1]) }

// build writes the certificate as crypto/x509 reads it.
func (r *reading) build(issuer, subject, key []byte, masked []bool) []byte {
	var b cryptobyte.Builder
	b.AddASN1(cbasn1.SEQUENCE, func(b *cryptobyte.Builder) {
		b.AddASN1(cbasn1.SEQUENCE, func(b *cryptobyte.Builder) {
			b.AddBytes(r.before)
			b.AddASN1Int64(1) // the serial number: that of the file is put in its place later
			b.AddBytes(slices.Concat(r.algorithm, issuer, r.validity, subject, key, r.after))
			if len(r.extensions) == 0 {
				return
			}
			b.AddASN1(cbasn1.Tag(3).Constructed().ContextSpecific(), func(b *cryptobyte.Builder) {
				b.AddASN1(cbasn1.SEQUENCE, func(b *cryptobyte.Builder) {
					for i, ext := range r.extensions {
						if masked[i] {
							ext = mask(ext)
						}
						b.AddBytes(ext)
					}
				})
			})
		})
		b.AddBytes(r.end)
	})
	der, err := b.Bytes()
	if err != nil {
		return nil
	}
	return der
}

// mask puts an arc behind the object identifier that a SEQUENCE begins with.
func mask(sequence []byte) []byte {
	in := cryptobyte.String(sequence)
	var body, oid cryptobyte.String
	if !in.ReadASN1(&body, cbasn1.SEQUENCE) || !body.ReadASN1(&oid, cbasn1.OBJECT_IDENTIFIER) {
		return sequence
	}
	var b cryptobyte.Builder
	b.AddASN1(cbasn1.SEQUENCE, func(b *cryptobyte.Builder) {
		b.AddASN1(cbasn1.OBJECT_IDENTIFIER, func(b *cryptobyte.Builder) { b.AddBytes(append(slices.Clone(oid), maskedArc)) })
		b.AddBytes(body)
	})
	return b.BytesOrPanic()
}

// relabelled gives the strings of a name, whose type forbids what they hold, a type that does not.
func (r *reading) relabelled(what string, name []byte) []byte {
	out := slices.Clone(name)
	in := cryptobyte.String(out)
	var sets, set, pair, value, oid cryptobyte.String
	var tag cbasn1.Tag
	if !in.ReadASN1(&sets, cbasn1.SEQUENCE) {
		return out
	}
	for !sets.Empty() && sets.ReadASN1(&set, cbasn1.SET) {
		for !set.Empty() && set.ReadASN1(&pair, cbasn1.SEQUENCE) {
			if !pair.ReadASN1(&oid, cbasn1.OBJECT_IDENTIFIER) {
				break
			}
			element := pair // shares the octets of out
			if !pair.ReadAnyASN1(&value, &tag) {
				break
			}
			bad := forbidden(tag, value)
			if bad == "" {
				continue
			}
			element[0] = byte(cbasn1.UTF8String)
			if !utf8.Valid(value) {
				element[0] = byte(cbasn1.T61String)
			}
			if what == "issuer" {
				r.say("it has %s in a %s of its issuer, which that type cannot hold", bad, stringTypes[tag])
			} else {
				r.say("it has %s in a %s of its subject, which that type cannot hold", bad, stringTypes[tag])
			}
		}
	}
	return out
}

var stringTypes = map[cbasn1.Tag]string{cbasn1.PrintableString: "PrintableString", cbasn1.IA5String: "IA5String", cbasn1.UTF8String: "UTF8String", cbasn1.Tag(18): "NumericString"}

// forbidden returns what a string must not hold by its type (X.680 §41), "" for nothing.
func forbidden(tag cbasn1.Tag, value []byte) string {
	allowed := func(rune) bool { return true }
	switch tag {
	case cbasn1.PrintableString:
		allowed = func(c rune) bool {
			return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || strings.ContainsRune(" '()+,-./:=?*&", c)
		}
	case cbasn1.Tag(18):
		allowed = func(c rune) bool { return c >= '0' && c <= '9' || c == ' ' }
	case cbasn1.IA5String:
		allowed = func(c rune) bool { return c < utf8.RuneSelf }
	case cbasn1.UTF8String:
	default:
		return ""
	}
	for s := value; len(s) > 0; {
		c, n := utf8.DecodeRune(s)
		if c == utf8.RuneError && n == 1 {
			return fmt.Sprintf("the byte 0x%02X", s[0])
		}
		if !allowed(c) {
			return fmt.Sprintf("%q", c)
		}
		s = s[n:]
	}
	return ""
}
