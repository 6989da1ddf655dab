package csr

import (
	"crypto/sha1" // #nosec G505 -- a fingerprint that other tools show
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"net/netip"
	"strings"

	"golang.org/x/crypto/cryptobyte"
	cbasn1 "golang.org/x/crypto/cryptobyte/asn1"

	"enrollbench/core/attribute"
)

// Details is everything the window shows of one request. All texts are as the request holds them, with neither
// shortening nor mending; whoever shows them must expect control characters.
type Details struct {
	Version    int         // 1 for what is written as 0
	Subject    []NameValue // in the request's order
	AltNames   []AltName   // subjectAltName, in the request's order
	Key        KeyDetails
	Signature  SignatureDetails
	Extensions []Extension
	Attributes []NameValue // what else the request holds; the value of a challengePassword is never among it
	Problems   []string    // what of the structure could not be read

	Bytes      int // of the DER
	SHA256     string
	SHA1       string
	SPKISHA256 string
	PEM        string
}

// NameValue is one attribute.
type NameValue struct {
	Name  string // "commonName", or the object identifier in dots
	OID   string
	Value string // text as UTF-8; what is no text in hex
	Type  string // "UTF8String"; "" where the value is no text
}

// AltName is one name of subjectAltName.
type AltName struct {
	Kind  string // "DNS", "IP", "email", "URI", "directory name", "registered ID", "other name"
	Value string
}

// KeyDetails is the public key in full.
type KeyDetails struct {
	Key
	Algorithm string // object identifier in dots
	Exponent  string // RSA, decimal
	Hex       string // RSA: the modulus; else the bits of the public key; lower case
	Valid     bool   // the key could be read and, on a curve, is a point of it
}

// SignatureDetails is the signature and what verifying it gave.
type SignatureDetails struct {
	Algorithm string
	OID       string
	Verified  bool
	Reason    string // why it is not verified, or why it fails; "" if Verified
	Hex       string
}

// Extension is one extension that the request asks for.
type Extension struct {
	Name     string // "keyUsage", or the object identifier in dots
	OID      string
	Critical bool
	Value    string // in words where the extension is known here, else in hex
}

// ErrNotARequest is what Describe finds where not even the outer structure is that of a request.
var ErrNotARequest = errors.New("not a certification request")

// Describe takes one request apart for people. It reads as much of a damaged one as can be reached, and fails with
// ErrNotARequest where that is nothing.
func Describe(der []byte) (*Details, error) {
	d := &Details{Bytes: len(der), PEM: string(AppendPEM(nil, der))}
	sum := sha256.Sum256(der)
	d.SHA256 = hex.EncodeToString(sum[:])
	old := sha1.Sum(der) // #nosec G401 -- see the import
	d.SHA1 = hex.EncodeToString(old[:])
	problem := func(format string, args ...any) { d.Problems = append(d.Problems, fmt.Sprintf(format, args...)) }
	r, _ := parse(der, problem, func(n int) { problem("%s after the end of the request", bytesOf(n)) })
	if r.spki == nil {
		return nil, fmt.Errorf("%w: %s", ErrNotARequest, strings.Join(d.Problems, "; "))
	}
	d.Version = int(r.version) + 1
	err := eachAttribute(r.subject, func(oid []byte, tag cbasn1.Tag, value []byte) {
		d.Subject = append(d.Subject, nameValue(oid, tag, value))
	})
	if err != nil {
		problem("the subject: %v", err)
	}
	k := d.key(&r, problem)
	d.requestAttributes(r.attributes, problem)
	d.signature(&r, &k)
	return d, nil
}

func (d *Details) key(r *request, problem func(string, ...any)) publicKey {
	sum := sha256.Sum256(r.spki)
	d.SPKISHA256 = hex.EncodeToString(sum[:])
	k, flaw := parseKey(r.spki)
	if flaw != "" {
		problem("the public key: %s", flaw)
	}
	if k.Kind == ECDSA {
		var e exam
		e.ecKey(&k, flaw != "") // finds the point
	}
	d.Key = KeyDetails{
		Key: k.Key, Algorithm: dotted(k.algorithm.oid), Hex: hex.EncodeToString(k.bits),
		Valid: k.readable(),
	}
	if k.rsa != nil {
		d.Key.Hex = k.rsa.n.Text(16)
		if d.Key.Exponent = fmt.Sprintf("%d bits", k.rsa.e.BitLen()); k.rsa.e.BitLen() <= maxExponentBits { // decimal takes long
			d.Key.Exponent = k.rsa.e.String()
		}
	}
	return k
}

func (d *Details) signature(r *request, k *publicKey) {
	if !r.hasSignature {
		d.Signature = SignatureDetails{Reason: "the signature cannot be read"}
		return
	}
	p := verify(r, k)
	d.Signature = SignatureDetails{
		Algorithm: p.algorithm.name, OID: dotted(r.algorithm.oid), Verified: p.verdict == verified, Reason: p.reason,
		Hex: hex.EncodeToString(r.signature),
	}
}

func nameValue(oid []byte, tag cbasn1.Tag, value []byte) NameValue {
	v := NameValue{Name: attributeName(oid), OID: dotted(oid)}
	if isStringTag(tag) {
		v.Type = stringTypes[tag]
		v.Value, _ = decodeText(tag, value)
	} else {
		v.Value = hex.EncodeToString(value)
	}
	return v
}

func (d *Details) requestAttributes(content []byte, problem func(string, ...any)) {
	err := eachRequestAttribute(content, func(oid []byte, values cryptobyte.String) {
		switch string(oid) {
		case oidExtensionRequest, oidMicrosoftExtensionRequest:
			if err := eachExtension(values, d.extension); err != nil {
				problem("%v", err)
			}
		case oidChallengePassword:
			d.Attributes = append(d.Attributes, NameValue{Name: "challengePassword", OID: dotted(oid), Value: "present, not shown"})
		default:
			var value cryptobyte.String
			var tag cbasn1.Tag
			rest := values
			if values.ReadAnyASN1(&value, &tag) && values.Empty() {
				d.Attributes = append(d.Attributes, nameValue(oid, tag, value))
			} else {
				d.Attributes = append(d.Attributes, NameValue{Name: attributeName(oid), OID: dotted(oid), Value: hex.EncodeToString(rest)})
			}
		}
	})
	if err != nil {
		problem("%v", err)
	}
}

func (d *Details) extension(oid []byte, critical bool, value []byte) {
	x := Extension{Name: extensionName(oid), OID: dotted(oid), Critical: critical}
	words, ok := extensionWords(string(oid), value)
	if x.Value = words; words == "" {
		x.Value = hex.EncodeToString(value)
	}
	if string(oid) == oidSubjectAltName {
		err := eachGeneralName(value, func(tag cbasn1.Tag, content []byte) { d.AltNames = append(d.AltNames, altName(tag, content)) })
		if err != nil {
			d.Problems = append(d.Problems, err.Error())
		}
	} else if !ok {
		d.Problems = append(d.Problems, fmt.Sprintf("the value of the extension %s cannot be read", x.Name))
	}
	d.Extensions = append(d.Extensions, x)
}

func altName(tag cbasn1.Tag, content []byte) AltName {
	switch tag {
	case nameDNS:
		return AltName{"DNS", asText(content)}
	case nameEmail:
		return AltName{"email", asText(content)}
	case nameURI:
		return AltName{"URI", asText(content)}
	case nameIP:
		if a, ok := netip.AddrFromSlice(content); ok {
			return AltName{"IP", a.String()}
		}
		return AltName{"IP", hex.EncodeToString(content)}
	case nameID:
		return AltName{"registered ID", dotted(content)}
	case nameDirectory:
		s, rdns := cryptobyte.String(content), cryptobyte.String{}
		var words []string
		if s.ReadASN1(&rdns, cbasn1.SEQUENCE) && eachAttribute(rdns, func(oid []byte, tag cbasn1.Tag, value []byte) {
			v := nameValue(oid, tag, value)
			words = append(words, v.Name+"="+v.Value)
		}) == nil {
			return AltName{"directory name", strings.Join(words, ", ")}
		}
		return AltName{"directory name", hex.EncodeToString(content)}
	case nameOther:
		return AltName{"other name", otherName(content)}
	}
	return AltName{fmt.Sprintf("name of type %d", tag&0x1F), hex.EncodeToString(content)}
}

// otherName shows the type, and the value where it is one text, as a user principal name is.
func otherName(content []byte) string {
	s := cryptobyte.String(content)
	var id, explicit, value cryptobyte.String
	var tag cbasn1.Tag
	if !readOID(&s, &id) || !s.ReadASN1(&explicit, cbasn1.Tag(0).ContextSpecific().Constructed()) {
		return hex.EncodeToString(content)
	}
	whole := explicit
	if explicit.ReadAnyASN1(&value, &tag) && explicit.Empty() && isStringTag(tag) {
		text, _ := decodeText(tag, value)
		return dotted(id) + " = " + attribute.Quote(text)
	}
	return dotted(id) + " = " + hex.EncodeToString(whole)
}

// asText reads an IA5String that may be none.
func asText(b []byte) string {
	text, flaw := decodeText(tagIA5, b)
	if flaw != "" {
		text, _ = decodeText(tagUTF8, b)
	}
	return text
}

// Words of the extensions that requests commonly hold.
var (
	keyUsages = []string{
		"digitalSignature", "contentCommitment", "keyEncipherment", "dataEncipherment", "keyAgreement", "keyCertSign", "cRLSign",
		"encipherOnly", "decipherOnly",
	}
	extendedUsages = map[string]string{
		oid(1, 3, 6, 1, 5, 5, 7, 3, 1):       "serverAuth",
		oid(1, 3, 6, 1, 5, 5, 7, 3, 2):       "clientAuth",
		oid(1, 3, 6, 1, 5, 5, 7, 3, 3):       "codeSigning",
		oid(1, 3, 6, 1, 5, 5, 7, 3, 4):       "emailProtection",
		oid(1, 3, 6, 1, 5, 5, 7, 3, 8):       "timeStamping",
		oid(1, 3, 6, 1, 5, 5, 7, 3, 9):       "OCSPSigning",
		oid(1, 3, 6, 1, 5, 5, 7, 3, 17):      "ipsecIKE",
		oid(2, 5, 29, 37, 0):                 "anyExtendedKeyUsage",
		oid(1, 3, 6, 1, 4, 1, 311, 20, 2, 2): "Microsoft smart card logon",
	}
	oidKeyUsage         = oid(2, 5, 29, 15)
	oidExtKeyUsage      = oid(2, 5, 29, 37)
	oidBasicConstraints = oid(2, 5, 29, 19)
	oidSubjectKeyID     = oid(2, 5, 29, 14)
)

// extensionWords puts an extension's value into words. ok is false where the value of an extension that is known here
// cannot be read; of others the value is given in hex.
func extensionWords(oid string, value []byte) (words string, ok bool) {
	s := cryptobyte.String(value)
	var list []string
	switch oid {
	case oidSubjectAltName:
		err := eachGeneralName(value, func(tag cbasn1.Tag, content []byte) {
			n := altName(tag, content)
			list = append(list, n.Kind+": "+n.Value)
		})
		return strings.Join(list, ", "), err == nil
	case oidKeyUsage: // RFC 5280 §4.2.1.3
		var bits cryptobyte.String
		if !s.ReadASN1(&bits, cbasn1.BIT_STRING) || !s.Empty() || len(bits) == 0 || bits[0] > 7 || len(bits) == 1 && bits[0] != 0 {
			return "", false
		}
		for i, word := range keyUsages {
			if at := 1 + i/8; at < len(bits) && bits[at]>>(7-i%8)&1 == 1 {
				list = append(list, word)
			}
		}
		return strings.Join(list, ", "), true
	case oidExtKeyUsage: // RFC 5280 §4.2.1.12
		var usages, id cryptobyte.String
		if !s.ReadASN1(&usages, cbasn1.SEQUENCE) || !s.Empty() || usages.Empty() {
			return "", false
		}
		for !usages.Empty() {
			if !readOID(&usages, &id) {
				return "", false
			}
			word, known := extendedUsages[string(id)]
			if !known {
				word = dotted(id)
			}
			list = append(list, word)
		}
		return strings.Join(list, ", "), true
	case oidBasicConstraints: // RFC 5280 §4.2.1.9
		var content cryptobyte.String
		var ca bool
		var length int
		if !s.ReadASN1(&content, cbasn1.SEQUENCE) || !s.Empty() || content.PeekASN1Tag(cbasn1.BOOLEAN) && !content.ReadASN1Boolean(&ca) {
			return "", false
		}
		words = fmt.Sprintf("CA: %t", ca)
		if !content.Empty() {
			if !content.ReadASN1Integer(&length) || length < 0 || !content.Empty() {
				return "", false
			}
			words += fmt.Sprintf(", path length %d", length)
		}
		return words, true
	case oidSubjectKeyID:
		var id cryptobyte.String
		ok = s.ReadASN1(&id, cbasn1.OCTET_STRING) && s.Empty()
		return hex.EncodeToString(id), ok
	}
	return hex.EncodeToString(value), true
}
