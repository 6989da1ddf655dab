package practice

import (
	"crypto/x509"
	"encoding/asn1"
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"strconv"
	"strings"

	"enrollbench/core/attribute"
)

// Tags of GeneralName (RFC 5280 §4.2.1.6).
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

var oidUserPrincipalName = asn1.ObjectIdentifier{1, 3, 6, 1, 4, 1, 311, 20, 2, 3}

// otherName is the content of that GeneralName, as far as we write it.
type otherName struct {
	ID   asn1.ObjectIdentifier
	Text string `asn1:"explicit,tag:0,utf8"`
}

// nameKind tells which names a column replaces: those of its tag and, of an otherName, of its object identifier.
func nameKind(n asn1.RawValue) string {
	var id asn1.ObjectIdentifier
	if n.Tag == tagOtherName {
		_, _ = asn1.Unmarshal(n.Bytes, &id) // requestAltNames has read it before
	}
	return strconv.Itoa(n.Tag) + " " + id.String()
}

// replaceName puts a name in the place of those of its kind.
func replaceName(names []asn1.RawValue, name asn1.RawValue) []asn1.RawValue {
	kind := nameKind(name)
	return append(slices.DeleteFunc(names, func(n asn1.RawValue) bool { return nameKind(n) == kind }), name)
}

// newAltName checks a cell and makes the name of it.
func newAltName(kind altNameKind, cell string) (asn1.RawValue, error) {
	simple := func(tag int, value []byte, err error) (asn1.RawValue, error) {
		return asn1.RawValue{Class: asn1.ClassContextSpecific, Tag: tag, Bytes: value}, err
	}
	// marshalled is the name whose content encoding/asn1 writes.
	marshalled := func(tag int, value any) (n asn1.RawValue, err error) {
		der, err := asn1.MarshalWithParams(value, fmt.Sprintf("tag:%d", tag))
		if err == nil {
			_, err = asn1.Unmarshal(der, &n)
		}
		return n, err
	}
	switch kind {
	case altDNS:
		return simple(tagDNS, []byte(cell), attribute.DNSName(cell, true))
	case altEmail:
		return simple(tagEmail, []byte(cell), attribute.Email(cell))
	case altURI:
		return simple(tagURI, []byte(cell), attribute.URI(cell))
	case altIP:
		if err := attribute.IP(cell); err != nil {
			return asn1.RawValue{}, err
		}
		ip, err := netip.ParseAddr(cell)
		return simple(tagIP, ip.AsSlice(), err)
	case altUPN:
		if !strings.Contains(cell, "@") {
			return asn1.RawValue{}, fmt.Errorf("%s is no user principal name such as name@domain", attribute.Quote(cell))
		}
		return marshalled(tagOtherName, otherName{oidUserPrincipalName, cell})
	case altOther: // as openssl writes it
		id, text, ok := strings.Cut(cell, ";UTF8:")
		oid, err := parseOID(id)
		if !ok || err != nil {
			return asn1.RawValue{}, fmt.Errorf("%s is no other name such as 1.3.6.1.4.1.99999.1;UTF8:text", attribute.Quote(cell))
		}
		return marshalled(tagOtherName, otherName{oid, text})
	case altRegisteredID:
		oid, err := parseOID(cell)
		if err != nil {
			return asn1.RawValue{}, err
		}
		return marshalled(tagRegisteredID, oid)
	}
	name, err := directoryName(cell)
	if err != nil {
		return asn1.RawValue{}, err
	}
	return asn1.RawValue{Class: asn1.ClassContextSpecific, Tag: tagDirectory, IsCompound: true, Bytes: name}, nil
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
	if _, err := asn1.Marshal(id); err != nil {
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
func directoryName(cell string) ([]byte, error) {
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
	var name []attributeValue
	for _, part := range append(parts, at.String()) {
		short, value, _ := strings.Cut(strings.TrimSpace(part), "=")
		field := subjectColumn(shortNames[strings.ToUpper(strings.TrimSpace(short))])
		if field == nil || value == "" {
			return nil, fmt.Errorf("%s is no directory name such as CN=device,O=Example", attribute.Quote(cell))
		}
		a, err := field.encode(value)
		if err != nil {
			return nil, err
		}
		name = append(name, a)
	}
	return marshalName(name)
}

// requestAltNames takes the names that a request asks for.
func requestAltNames(request *x509.CertificateRequest) (names []asn1.RawValue, err error) {
	for _, e := range request.Extensions {
		if !e.Id.Equal(oidSubjectAltName) {
			continue
		}
		if rest, err := asn1.Unmarshal(e.Value, &names); err != nil || len(rest) > 0 {
			return nil, errors.New("subjectAltName is no list of names")
		}
		for _, n := range names {
			if _, err := asn1.Unmarshal(n.Bytes, new(asn1.ObjectIdentifier)); n.Tag == tagOtherName && err != nil {
				return nil, errors.New("subjectAltName has an otherName without an object identifier")
			}
		}
	}
	return names, nil
}
