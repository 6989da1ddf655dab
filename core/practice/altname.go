package practice

import (
	"crypto/x509"
	"encoding/asn1"
	"errors"
	"fmt"
	"net/netip"
	"strconv"
	"strings"

	"golang.org/x/crypto/cryptobyte"
	cbasn1 "golang.org/x/crypto/cryptobyte/asn1"

	"enrollbench/core/attribute"
)

// altName is one GeneralName (RFC 5280 §4.2.1.6), encoded.
type altName struct {
	kind string // the tag and, of an otherName, its object identifier: a column replaces the names of its kind
	der  []byte
}

type altNames []altName

func (a altNames) encode() []byte {
	var all []byte
	for _, n := range a {
		all = append(all, n.der...)
	}
	return all
}

// replace puts a name in the place of those of its kind.
func (a *altNames) replace(name altName) {
	kept := (*a)[:0]
	for _, n := range *a {
		if n.kind != name.kind {
			kept = append(kept, n)
		}
	}
	*a = append(kept, name)
}

// Tags of GeneralName.
const (
	tagOtherName = iota
	tagEmail
	tagDNS
	_
	tagDirectory
	_
	tagURI
	tagIP
	tagRegisteredID
)

func kindOf(tag cbasn1.Tag) string { return strconv.Itoa(int(tag & 0x1f)) }

// simple makes a name of a text or octets.
func simple(tag int, value []byte) altName {
	t := cbasn1.Tag(tag).ContextSpecific() // #nosec G115 -- a small constant
	var b cryptobyte.Builder
	b.AddASN1(t, func(b *cryptobyte.Builder) { b.AddBytes(value) })
	return altName{kind: kindOf(t), der: b.BytesOrPanic()}
}

// newAltName checks a cell and makes the name of it.
func newAltName(kind altNameKind, cell string) (altName, error) {
	switch kind {
	case altDNS:
		return simple(tagDNS, []byte(cell)), attribute.DNSName(cell, true)
	case altEmail:
		return simple(tagEmail, []byte(cell)), attribute.Email(cell)
	case altURI:
		return simple(tagURI, []byte(cell)), attribute.URI(cell)
	case altIP:
		if err := attribute.IP(cell); err != nil {
			return altName{}, err
		}
		ip, err := netip.ParseAddr(cell)
		return simple(tagIP, ip.AsSlice()), err
	case altUPN:
		if !strings.Contains(cell, "@") {
			return altName{}, fmt.Errorf("%s is no user principal name such as name@domain", attribute.Quote(cell))
		}
		return otherName(oidUserPrincipalName, cell)
	case altOther: // as openssl writes it
		id, text, ok := strings.Cut(cell, ";UTF8:")
		oid, err := parseOID(id)
		if !ok || err != nil {
			return altName{}, fmt.Errorf("%s is no other name such as 1.3.6.1.4.1.99999.1;UTF8:text", attribute.Quote(cell))
		}
		return otherName(oid, text)
	case altRegisteredID:
		oid, err := parseOID(cell)
		if err != nil {
			return altName{}, err
		}
		der, err := encodeOID(oid)
		if err != nil {
			return altName{}, err
		}
		s := cryptobyte.String(der)
		var value cryptobyte.String
		s.ReadASN1(&value, cbasn1.OBJECT_IDENTIFIER)
		return simple(tagRegisteredID, value), nil
	}
	return directoryName(cell)
}

func encodeOID(id asn1.ObjectIdentifier) ([]byte, error) {
	var b cryptobyte.Builder
	b.AddASN1ObjectIdentifier(id)
	return b.Bytes()
}

func otherName(id asn1.ObjectIdentifier, text string) (altName, error) {
	der, err := encodeOID(id)
	if err != nil {
		return altName{}, err
	}
	tag := cbasn1.Tag(tagOtherName).ContextSpecific().Constructed()
	var b cryptobyte.Builder
	b.AddASN1(tag, func(b *cryptobyte.Builder) {
		b.AddBytes(der)
		b.AddASN1(cbasn1.Tag(0).ContextSpecific().Constructed(), func(b *cryptobyte.Builder) {
			b.AddASN1(cbasn1.UTF8String, func(b *cryptobyte.Builder) { b.AddBytes([]byte(text)) })
		})
	})
	out, err := b.Bytes()
	return altName{kind: kindOf(tag) + string(der), der: out}, err
}

func parseOID(s string) (asn1.ObjectIdentifier, error) {
	var id asn1.ObjectIdentifier
	for _, arc := range strings.Split(s, ".") {
		n, err := strconv.ParseInt(arc, 10, 32)
		if err != nil || n < 0 {
			return nil, fmt.Errorf("%s is no object identifier", attribute.Quote(s))
		}
		id = append(id, int(n))
	}
	if len(id) < 2 || id[0] > 2 || id[0] < 2 && id[1] > 39 {
		return nil, fmt.Errorf("%s is no object identifier", attribute.Quote(s))
	}
	return id, nil
}

// shortNames of attributes in a directory name (RFC 4514 §3).
var shortNames = map[string]string{
	"CN": columnCommonName, "O": "subject.organization_name", "OU": "subject.organization_unit", "C": "subject.country",
	"ST": "subject.state", "L": "subject.locality", "STREET": "subject.street_address", "DC": "subject.domain_component", "UID": "subject.unique_identifier",
}

// directoryName reads "CN=device,O=Example": attributes in the order in which they are encoded, commas within a value
// behind a backslash.
func directoryName(cell string) (altName, error) {
	var parts []string
	var at strings.Builder
	for i := 0; i < len(cell); i++ {
		switch c := cell[i]; {
		case c == '\\' && i+1 < len(cell):
			i++
			at.WriteByte(cell[i])
		case c == ',':
			parts = append(parts, at.String())
			at.Reset()
		default:
			at.WriteByte(c)
		}
	}
	parts = append(parts, at.String())
	tag := cbasn1.Tag(tagDirectory).ContextSpecific().Constructed()
	var b cryptobyte.Builder
	var failed error
	b.AddASN1(tag, func(b *cryptobyte.Builder) {
		b.AddASN1(cbasn1.SEQUENCE, func(b *cryptobyte.Builder) {
			for _, part := range parts {
				name, value, _ := strings.Cut(strings.TrimSpace(part), "=")
				column := shortNames[strings.ToUpper(strings.TrimSpace(name))]
				a, err := attributeValue{}, fmt.Errorf("%s is no directory name such as CN=device,O=Example", attribute.Quote(cell))
				for i := range subjectFields {
					if subjectFields[i].column == column && value != "" {
						a, err = subjectFields[i].encode(value)
					}
				}
				failed = errors.Join(failed, err)
				b.AddASN1(cbasn1.SET, func(b *cryptobyte.Builder) { b.AddBytes(a.der) })
			}
		})
	})
	if failed != nil {
		return altName{}, failed
	}
	der, err := b.Bytes()
	return altName{kind: kindOf(tag), der: der}, err
}

// requestAltNames takes the names that a request asks for.
func requestAltNames(request *x509.CertificateRequest) (altNames, error) {
	var names altNames
	for _, e := range request.Extensions {
		if !e.Id.Equal(oidSubjectAltName) {
			continue
		}
		in := cryptobyte.String(e.Value)
		var list cryptobyte.String
		if !in.ReadASN1(&list, cbasn1.SEQUENCE) || !in.Empty() {
			return nil, errors.New("subjectAltName is no list of names")
		}
		for !list.Empty() {
			var one, inner, id cryptobyte.String
			var tag cbasn1.Tag
			if !list.ReadAnyASN1Element(&one, &tag) {
				return nil, errors.New("subjectAltName is damaged")
			}
			n := altName{kind: kindOf(tag), der: one}
			if whole := one; tag == cbasn1.Tag(tagOtherName).ContextSpecific().Constructed() {
				if !whole.ReadASN1(&inner, tag) || !inner.ReadASN1Element(&id, cbasn1.OBJECT_IDENTIFIER) {
					return nil, errors.New("subjectAltName has an otherName without an object identifier")
				}
				n.kind += string(id)
			}
			names = append(names, n)
		}
	}
	return names, nil
}
