package csr

import (
	"encoding/asn1"
	"encoding/binary"
	"fmt"
	"math/big"
	"strconv"
	"strings"

	"golang.org/x/crypto/cryptobyte"
	cbasn1 "golang.org/x/crypto/cryptobyte/asn1"
)

// request is a CertificationRequest (RFC 2986 §4.2) taken apart as far as it goes. All slices point into the DER that it
// was parsed from.
type request struct {
	der          []byte // the outer SEQUENCE with its header, without what follows it
	info         []byte // certificationRequestInfo with its header: what is signed
	version      int64  // as written: 0 means version 1
	subject      []byte // content of the RDNSequence
	spki         []byte // subjectPKInfo with its header
	attributes   []byte // content of [0]
	algorithm    algorithmIdentifier
	signature    []byte // content of the BIT STRING, without the count of unused bits
	hasSignature bool
}

// algorithmIdentifier is RFC 5280 §4.1.1.2.
type algorithmIdentifier struct {
	oid        []byte // content of the OBJECT IDENTIFIER
	parameters []byte // with their header; nil where absent
}

// parse takes a request apart. What breaks the structure is said to broken, and what can still be reached behind it is
// read: whole is true if all parts were reached.
//
// It is lenient where encoding/asn1 gives up (it does not look into names, extensions and keys, which examine does one
// by one) and as strict in DER's lengths, which must be definite and minimal (X.690 §10.1).
func parse(der []byte, broken func(format string, args ...any), trailing func(n int)) (r request, whole bool) {
	s := cryptobyte.String(der)
	var outer, info cryptobyte.String
	if !s.ReadASN1Element((*cryptobyte.String)(&r.der), cbasn1.SEQUENCE) {
		broken("%s", whyNoSequence(der))
		return r, false
	}
	if len(s) > 0 {
		trailing(len(s))
	}
	outer = cryptobyte.String(r.der)
	outer.ReadASN1(&outer, cbasn1.SEQUENCE)
	if !outer.ReadASN1Element((*cryptobyte.String)(&r.info), cbasn1.SEQUENCE) {
		broken("the certificationRequestInfo cannot be read: %s", whyNoSequence(outer))
		return r, false
	}
	info = cryptobyte.String(r.info)
	info.ReadASN1(&info, cbasn1.SEQUENCE)
	whole = r.parseInfo(info, broken)

	if !outer.PeekASN1Tag(cbasn1.SEQUENCE) || !outer.ReadASN1Element(&info, cbasn1.SEQUENCE) || !r.algorithm.parse(info) {
		broken("the signatureAlgorithm cannot be read, or its object identifier is malformed")
		return r, false
	}
	if flaw := r.algorithm.parametersFlaw(); flaw != "" {
		broken("%s", flaw)
	}
	r.signature, r.hasSignature = readBitString(&outer)
	if !r.hasSignature {
		broken("the signature cannot be read: it is not a BIT STRING of whole bytes")
		return r, false
	}
	if len(outer) > 0 {
		broken("%d bytes follow the signature within the request", len(outer))
	}
	return r, whole
}

func (r *request) parseInfo(info cryptobyte.String, broken func(string, ...any)) bool {
	if !info.PeekASN1Tag(cbasn1.INTEGER) {
		broken("the version is missing")
	} else {
		var version cryptobyte.String
		if !info.ReadASN1(&version, cbasn1.INTEGER) || len(version) == 0 {
			broken("the version cannot be read")
			return false
		}
		r.version = shortInteger(version)
	}
	var subject cryptobyte.String
	if !info.ReadASN1(&subject, cbasn1.SEQUENCE) {
		broken("the subject cannot be read")
		return false
	}
	r.subject = subject
	if !info.ReadASN1Element((*cryptobyte.String)(&r.spki), cbasn1.SEQUENCE) {
		broken("the subjectPublicKeyInfo cannot be read")
		return false
	}
	var attributes cryptobyte.String
	switch {
	case len(info) == 0:
		broken("the attributes are missing: the field [0] is required even if it is empty")
	case !info.ReadASN1(&attributes, cbasn1.Tag(0).ContextSpecific().Constructed()):
		broken("the attributes cannot be read")
	case len(info) > 0:
		broken("%d bytes follow the attributes", len(info))
	}
	r.attributes = attributes
	return true
}

// shortInteger reads what fits; every larger version is as wrong as the largest.
func shortInteger(content []byte) int64 {
	if len(content) > 8 {
		return -1
	}
	v := int64(int8(content[0])) // #nosec G115 -- the sign is meant
	for _, b := range content[1:] {
		v = v<<8 | int64(b)
	}
	return v
}

// parse reads an AlgorithmIdentifier, given with its header.
func (a *algorithmIdentifier) parse(element cryptobyte.String) bool {
	var s, oid, parameters cryptobyte.String
	if !element.ReadASN1(&s, cbasn1.SEQUENCE) || !element.Empty() || !readOID(&s, &oid) {
		return false
	}
	a.oid = oid
	if !s.Empty() {
		var tag cbasn1.Tag
		if !s.ReadAnyASN1Element(&parameters, &tag) || !s.Empty() {
			return false
		}
		a.parameters = parameters
	}
	return true
}

// noParameters: absent, or NULL as the RSA algorithms have them.
func (a *algorithmIdentifier) noParameters() bool {
	return len(a.parameters) == 0 || a.nullParameters()
}

// parametersFlaw says what is wrong with the parameters of a signature algorithm, or "". RSASSA-PSS has parameters, which are
// read with the signature; the others have none (RFC 5758 §3, RFC 8410 §3, RFC 9881 §3), or NULL (RFC 4055 §5), which old
// tools write for ECDSA too.
func (a *algorithmIdentifier) parametersFlaw() string {
	known := signatureAlgorithms[string(a.oid)]
	switch known.scheme {
	case pkcs1v15, ecdsaScheme:
		if !a.noParameters() {
			return "the parameters of the signature algorithm " + known.name + " are neither absent nor NULL"
		}
	case ed25519Scheme, mldsaScheme:
		if len(a.parameters) > 0 {
			return "the signature algorithm " + known.name + " has parameters, and the standard allows none"
		}
	}
	return ""
}

func (a *algorithmIdentifier) nullParameters() bool {
	return len(a.parameters) == 2 && a.parameters[0] == 5 && a.parameters[1] == 0
}

// readBitString reads a BIT STRING of whole bytes.
func readBitString(s *cryptobyte.String) ([]byte, bool) {
	var content cryptobyte.String
	if !s.ReadASN1(&content, cbasn1.BIT_STRING) || len(content) == 0 || content[0] != 0 {
		return nil, false
	}
	return content[1:], true
}

// whyNoSequence says in words why b does not begin with a whole DER SEQUENCE.
func whyNoSequence(b []byte) string {
	switch {
	case len(b) < 2:
		return "it is empty"
	case b[0] != 0x30:
		return fmt.Sprintf("it begins with byte 0x%02X instead of a SEQUENCE (0x30)", b[0])
	case b[1] == 0x80:
		return "its length is indefinite, which DER does not allow"
	case b[1] < 0x80:
		if announced := int(b[1]); announced > len(b)-2 {
			return fmt.Sprintf("it announces %d bytes and has %d: it was cut short", announced, len(b)-2)
		}
	case b[1] <= 0x84:
		n := int(b[1] & 0x7F)
		if len(b) < 2+n {
			return "it ends within its first length"
		}
		var word [8]byte
		copy(word[8-n:], b[2:2+n])
		announced, rest := binary.BigEndian.Uint64(word[:]), len(b)-2-n
		if announced > uint64(rest) { // #nosec G115 -- a length
			return fmt.Sprintf("it announces %d bytes and has %d: it was cut short", announced, rest)
		}
		if b[2] == 0 || announced < 0x80 {
			return "its length is not in the shortest form, which DER requires"
		}
	}
	return "its length is impossible"
}

// readOID reads an OBJECT IDENTIFIER whose content is well formed (X.690 §8.19.2): each arc ends, and none begins with a
// byte that says nothing.
func readOID(s, content *cryptobyte.String) bool {
	if !s.ReadASN1(content, cbasn1.OBJECT_IDENTIFIER) || len(*content) == 0 {
		return false
	}
	start := true
	for _, b := range *content {
		if start && b == 0x80 {
			return false
		}
		start = b < 0x80
	}
	return start
}

// dotted writes the content of an OBJECT IDENTIFIER as 1.2.840.…, however large its arcs are; what is malformed is shown
// in hex.
func dotted(content []byte) string {
	element := cryptobyte.String(append([]byte{6, byte(len(content))}, content...)) // #nosec G115 -- used below 128 only
	var whole cryptobyte.String
	if len(content) >= 128 || !readOID(&element, &whole) {
		return fmt.Sprintf("malformed %X", content[:min(len(content), 32)])
	}
	var text strings.Builder
	arc := new(big.Int)
	for _, b := range whole {
		arc.Lsh(arc, 7).Or(arc, big.NewInt(int64(b&0x7F)))
		if b >= 0x80 {
			continue
		}
		if text.Len() == 0 { // the first two arcs share one number (X.690 §8.19.4)
			first := int64(2)
			if arc.IsInt64() {
				first = min(arc.Int64()/40, 2)
			}
			text.WriteString(strconv.FormatInt(first, 10))
			arc.Sub(arc, big.NewInt(40*first))
		}
		text.WriteString("." + arc.String())
		arc.SetInt64(0)
	}
	return text.String()
}

// oid encodes an object identifier's content, for tables.
func oid(arcs ...int) string {
	b, err := asn1.Marshal(asn1.ObjectIdentifier(arcs))
	if err != nil {
		panic(err) // a table of this package is wrong
	}
	return string(b[2:])
}
