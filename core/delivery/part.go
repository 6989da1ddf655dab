package delivery

import (
	"bytes"
	"encoding/base64"
	"errors"
	"fmt"

	"golang.org/x/crypto/cryptobyte"
	"golang.org/x/crypto/cryptobyte/asn1"

	"enrollbench/core/certificate"
	"enrollbench/core/form"
)

// partKind is what a piece of a result is, judged by its content: names of files prove nothing.
type partKind uint8

const (
	foreignPart     partKind = iota // nothing that belongs to a certificate or a key
	damagedPart                     // was meant as a certificate or key and cannot be decoded
	certificatePart                 // DER of what should be a certificate
	keyPart                         // DER of a private key: PKCS#8, PKCS#1 or SEC 1
	sealedPart                      // a private key that is encrypted: CMS, OpenPGP, encrypted PKCS#8, PKCS#12
)

// part is one piece of a file of a result.
type part struct {
	kind   partKind
	form   string // PEM label, or what the DER or the octets are: "PKCS#8", "OpenPGP message"
	der    []byte // decoded; nil for foreign and damaged parts
	given  []byte // as it came
	behind int    // bytes that follow its end in the file and belong to nothing
	err    error  // of a damaged part
}

// maxParts bounds the pieces of one file: a PEM with the certificates of a whole batch.
const maxParts = 3_000_000

var pemBegin = []byte("-----BEGIN ")

// split takes a file of a result apart: PEM with any number of blocks, DER with any number of structures, a binary
// OpenPGP message, or base64 of one of these. Every octet of it belongs to some part, or is text between PEM blocks.
func split(data []byte) []part { return splitCoat(data, true) }

func splitCoat(data []byte, coat bool) []part {
	switch {
	case len(bytes.TrimSpace(data)) == 0:
		return []part{{kind: damagedPart, err: errors.New("it is empty"), given: data}}
	case bytes.Contains(data, pemBegin):
		return splitPEM(data)
	}
	f := form.Detect(data[:min(len(data), form.HeadBytes)])
	switch {
	case f.Bare() && f.Kind == form.PGPMessage:
		return []part{{kind: sealedPart, form: "OpenPGP message", der: data, given: data}}
	case f.Bare() && (isPlain(f) || isSealed(f) || f.Kind == form.SignedData || f.Kind == form.CMC):
		return splitDER(data)
	}
	if coat && inCoat(f) && f.Coats[0] != form.Base64 {
		if inner, _, err := form.UnwrapAll(data, 2*int64(len(data))); err == nil {
			return splitCoat(inner, false)
		}
	}
	if _, odd, _ := form.NextBlock(data, 0); odd { // with other dashes than hyphens
		return splitPEM(data)
	}
	if coat {
		if inner, ok := decodeBase64(data); ok && len(inner) >= 32 {
			parts := splitCoat(inner, false)
			if len(parts) == 1 {
				parts[0].given = data
			}
			if parts[0].kind != foreignPart {
				return parts
			}
		}
	}
	if f.Kind == form.Mangled || f.Kind == form.Unknown && f.Binary() || f.Kind == form.HexDump { // a certificate or a key, perhaps
		return []part{{kind: damagedPart, given: data, err: notRead(f)}}
	}
	return []part{{kind: foreignPart, given: data}}
}

// notRead says what something is in place of a certificate or a key, and what to do.
func notRead(f form.Form) error {
	if advice := f.Kind.Advice(); advice != "" {
		return fmt.Errorf("it is %s: %s", f, advice)
	}
	return fmt.Errorf("it is %s", f)
}

func splitPEM(text []byte) []part {
	var parts []part
	at := 0
	for len(parts) < maxParts {
		b, ok, _ := form.NextBlock(text, at)
		if !ok {
			break
		}
		block := text[b.Start:b.End]
		at = b.End
		if b.Err != nil {
			parts = append(parts, part{kind: damagedPart, form: b.Label, given: block, err: b.Err})
			continue
		}
		if b.Label == "EC PARAMETERS" { // openssl writes the curve before the key, which names it again
			continue
		}
		p := pemPart(b.Label, b.Body, block)
		if chain := certificatesOf(p.der); chain != nil {
			parts = append(parts, chain...)
		} else {
			parts = append(parts, p)
		}
	}
	if at == 0 { // the words of a BEGIN line in a text
		return []part{{kind: foreignPart, given: text}}
	}
	return parts
}

// Labels of PEM blocks, RFC 7468 and custom.
const (
	labelCertificate = "CERTIFICATE"
	labelPrivateKey  = "PRIVATE KEY"
	labelRSAKey      = "RSA PRIVATE KEY"
	labelECKey       = "EC PRIVATE KEY"
	labelSealedKey   = "ENCRYPTED PRIVATE KEY"
)

func pemPart(label string, body, block []byte) part {
	p := part{form: label, given: block}
	switch label {
	case labelCertificate, "X509 CERTIFICATE", "TRUSTED CERTIFICATE":
		p.kind = certificatePart
	case labelPrivateKey, labelRSAKey, labelECKey:
		p.kind = keyPart
		if bytes.Contains(body, []byte("ENCRYPTED")) && bytes.Contains(body, []byte("Proc-Type:")) {
			p.kind, p.der = sealedPart, block // RFC 1421 §4.6.1.1
			return p
		}
	case labelSealedKey, "CMS", "PKCS7":
		p.kind = sealedPart
	case "PGP MESSAGE":
		p.kind, p.der = sealedPart, block
		return p
	default: // parameters of a curve, a public key, a request
		return p
	}
	var ok bool
	if p.der, ok = decodeBase64(body); !ok {
		p.kind, p.der, p.err = damagedPart, nil, errors.New("the text between its BEGIN and END lines is not base64")
	}
	return p
}

// decodeBase64 takes base64 as programs write it.
func decodeBase64(b []byte) ([]byte, bool) {
	out := make([]byte, base64.StdEncoding.DecodedLen(len(b)))
	n, err := base64.StdEncoding.Decode(out, b) // passes over CR and LF
	if err != nil {
		// With other white space and marks of programs, without padding, or in the alphabet of URLs (RFC 4648 §5).
		b, _ = form.CleanBase64(b)
		b = bytes.TrimRight(bytes.Map(func(c rune) rune {
			switch c {
			case '-':
				return '+'
			case '_':
				return '/'
			}
			return c
		}, b), "=")
		out = make([]byte, base64.RawStdEncoding.DecodedLen(len(b)))
		n, err = base64.RawStdEncoding.Decode(out, b)
	}
	return out[:n], err == nil && n > 0
}

// splitDER takes structures that stand one behind the other.
func splitDER(data []byte) []part {
	var parts []part
	for rest := data; len(rest) > 0; {
		if len(parts) == maxParts {
			return append(parts, part{kind: damagedPart, given: rest, err: fmt.Errorf("it has more than %d parts", maxParts)})
		}
		s := cryptobyte.String(rest)
		var one cryptobyte.String
		if !s.ReadASN1Element(&one, asn1.SEQUENCE) {
			if len(parts) == 0 && isIndefinite(rest) {
				return []part{{kind: sealedPart, form: "CMS", der: rest, given: rest}}
			}
			if certificate.TreatedAsText(data) {
				return []part{{kind: damagedPart, given: data, err: certificate.ErrTreatedAsText}}
			}
			if len(parts) > 0 && rest[0] != 0x30 { // not the beginning of another one that was cut off
				parts[len(parts)-1].behind = len(rest)
				return parts
			}
			return append(parts, part{kind: damagedPart, given: rest,
				err: fmt.Errorf("%d bytes from byte %d on are not DER; the file may be cut short", len(rest), len(data)-len(rest)+1)})
		}
		if chain := certificatesOf(one); chain != nil {
			parts = append(parts, chain...)
		} else {
			parts = append(parts, derPart(one))
		}
		rest = s
	}
	return parts
}

// certificatesOf takes the certificates out of a SignedData (RFC 5652 §5.1), as .p7b files hold chains; nil for all else.
func certificatesOf(der []byte) []part {
	in := cryptobyte.String(der)
	var list, one cryptobyte.String
	explicit := asn1.Tag(0).Constructed().ContextSpecific()
	if form.Detect(der[:min(len(der), 64)]).Kind != form.SignedData || !in.ReadASN1(&in, asn1.SEQUENCE) || !in.SkipASN1(asn1.OBJECT_IDENTIFIER) ||
		!in.ReadASN1(&in, explicit) || !in.ReadASN1(&in, asn1.SEQUENCE) || !in.SkipASN1(asn1.INTEGER) || !in.SkipASN1(asn1.SET) ||
		!in.SkipASN1(asn1.SEQUENCE) || !in.ReadASN1(&list, explicit) {
		return nil
	}
	var parts []part
	for !list.Empty() {
		var tag asn1.Tag
		if !list.ReadAnyASN1Element(&one, &tag) {
			return nil
		}
		if tag == asn1.SEQUENCE { // the others are attribute certificates and obsolete forms
			parts = append(parts, part{kind: certificatePart, form: labelCertificate, der: one, given: one})
		}
	}
	return parts
}

// isIndefinite: BER of indefinite length, as streaming writers of CMS make it.
func isIndefinite(b []byte) bool { return len(b) > 4 && b[0] == 0x30 && b[1] == 0x80 && b[2] == 0x06 }

// derPart tells by its first members what a structure is. A certificate is only assumed: parsing it comes later.
func derPart(der cryptobyte.String) part {
	p := part{der: der, given: der}
	switch form.Detect(der).Kind {
	case form.EnvelopedData, form.AuthEnvelopedData, form.SignedData, form.CMS:
		p.kind, p.form = sealedPart, "CMS"
	case form.PKCS8:
		p.kind, p.form = keyPart, labelPrivateKey
	case form.RSAKey:
		p.kind, p.form = keyPart, labelRSAKey
	case form.ECKey:
		p.kind, p.form = keyPart, labelECKey
	case form.EncryptedPKCS8:
		p.kind, p.form = sealedPart, labelSealedKey
	case form.PKCS12:
		p.kind, p.form = sealedPart, "PKCS#12"
	case form.Certificate:
		p.kind, p.form = certificatePart, labelCertificate
	}
	return p
}
