package practice

import (
	"crypto/x509"
	"encoding/asn1"
	"errors"
	"fmt"
	"strings"

	"golang.org/x/crypto/cryptobyte"
	cbasn1 "golang.org/x/crypto/cryptobyte/asn1"

	"enrollbench/core/attribute"
	"enrollbench/core/csr"
)

// attributeValue is one attribute of a subject, encoded.
type attributeValue struct {
	id  string // DER of the object identifier
	der []byte // DER of the AttributeTypeAndValue
}

// identify makes the identity of a row: what its request says, and over it what its columns say (the CSV wins).
func (l *layout) identify(values []string, request *x509.CertificateRequest) (*identity, error) {
	who := &identity{uniqueID: l.cell(values, l.uniqueID)}
	var subject []attributeValue
	var names altNames
	if request != nil {
		var err error
		if subject, err = splitName(request.RawSubject); err != nil {
			return nil, fmt.Errorf("the subject of its request: %w", err)
		}
		if names, err = requestAltNames(request); err != nil {
			return nil, fmt.Errorf("the names in its request: %w", err)
		}
		who.commonName = request.Subject.CommonName
	}
	for i := range l.uses {
		use, cell := &l.uses[i], l.cell(values, i)
		if cell == "" {
			continue
		}
		if err := use.apply(cell, who, &subject, &names); err != nil {
			return nil, fmt.Errorf("column %s: %w", use.name, err)
		}
	}
	if len(subject) == 0 && len(names) == 0 {
		return nil, errors.New("it names nobody: no common name and no subjectAltName")
	}
	var b cryptobyte.Builder
	b.AddASN1(cbasn1.SEQUENCE, func(b *cryptobyte.Builder) {
		for _, a := range subject {
			b.AddASN1(cbasn1.SET, func(b *cryptobyte.Builder) { b.AddBytes(a.der) })
		}
	})
	var err error
	if who.subject, err = b.Bytes(); err != nil {
		return nil, err
	}
	who.altNames = names.encode()
	return who, nil
}

// apply takes one cell that is not empty.
func (u *columnUse) apply(cell string, who *identity, subject *[]attributeValue, names *altNames) error {
	switch {
	case u.subject != nil:
		a, err := u.subject.encode(cell)
		if err != nil {
			return err
		}
		*subject = replaceAttribute(*subject, a)
		if u.name == columnCommonName {
			who.commonName = cell
		}
	case u.isAltName:
		name, err := newAltName(u.altName, cell)
		if err != nil {
			return err
		}
		names.replace(name)
	case u.keyUsage != 0:
		on, err := yes(cell)
		if err != nil {
			return err
		}
		if on {
			who.keyUsage |= u.keyUsage
		}
	case u.extKeyUsage != nil:
		on, err := yes(cell)
		if err != nil {
			return err
		}
		if on {
			who.extKeyUsage = append(who.extKeyUsage, u.extKeyUsage)
		}
	case u.from, u.to:
		at, err := instant(cell)
		if err != nil {
			return err
		}
		if u.from {
			who.validFrom = at
		} else {
			who.validTo = at
		}
	}
	return nil
}

// encode checks a value and makes the attribute of it.
func (f *subjectField) encode(value string) (attributeValue, error) {
	for _, flaw := range attribute.Text(value) {
		if flaw.Kind == attribute.Control || flaw.Kind == attribute.Damaged {
			return attributeValue{}, fmt.Errorf("%s has %s", attribute.Quote(value), flaw.Reason)
		}
	}
	if err := attribute.Length(f.attribute, value); err != nil {
		return attributeValue{}, err
	}
	switch f.attribute {
	case "countryName":
		if err := attribute.Country(value); err != nil && !errors.Is(err, attribute.ErrUserAssigned) {
			return attributeValue{}, err
		}
	case "emailAddress":
		if err := attribute.Email(value); err != nil {
			return attributeValue{}, err
		}
	}
	tag := cbasn1.UTF8String
	switch {
	case f.printable:
		if !isPrintableString(value) {
			return attributeValue{}, fmt.Errorf("%s has characters that a PrintableString does not", attribute.Quote(value))
		}
		tag = cbasn1.PrintableString
	case f.ascii:
		if !isASCII(value) {
			return attributeValue{}, fmt.Errorf("%s is not ASCII", attribute.Quote(value))
		}
		tag = cbasn1.IA5String
	}
	var id cryptobyte.Builder
	id.AddASN1ObjectIdentifier(f.id)
	idDER := id.BytesOrPanic()
	var b cryptobyte.Builder
	b.AddASN1(cbasn1.SEQUENCE, func(b *cryptobyte.Builder) {
		b.AddBytes(idDER)
		b.AddASN1(tag, func(b *cryptobyte.Builder) { b.AddBytes([]byte(value)) })
	})
	der, err := b.Bytes()
	return attributeValue{id: string(idDER), der: der}, err
}

// replaceAttribute puts a in the place of the attributes of its type, else at the end.
func replaceAttribute(subject []attributeValue, a attributeValue) []attributeValue {
	kept, done := subject[:0], false
	for _, old := range subject {
		if old.id != a.id {
			kept = append(kept, old)
		} else if !done {
			kept, done = append(kept, a), true
		}
	}
	if !done {
		kept = append(kept, a)
	}
	return kept
}

// splitName takes a Name apart. Several attributes in one set become sets of one: the service writes them so.
func splitName(der []byte) ([]attributeValue, error) {
	var all []attributeValue
	bad := errors.New("it is no Name (RFC 5280 §4.1.2.4)")
	in := cryptobyte.String(der)
	var name cryptobyte.String
	if !in.ReadASN1(&name, cbasn1.SEQUENCE) {
		return nil, bad
	}
	for !name.Empty() {
		var set cryptobyte.String
		if !name.ReadASN1(&set, cbasn1.SET) {
			return nil, bad
		}
		for !set.Empty() {
			var one, inner, id cryptobyte.String
			if !set.ReadASN1Element(&one, cbasn1.SEQUENCE) {
				return nil, bad
			}
			whole := one
			if !whole.ReadASN1(&inner, cbasn1.SEQUENCE) || !inner.ReadASN1Element(&id, cbasn1.OBJECT_IDENTIFIER) {
				return nil, bad
			}
			all = append(all, attributeValue{id: string(id), der: one})
		}
	}
	return all, nil
}

func isASCII(s string) bool {
	for i := range len(s) {
		if s[i] >= 0x80 {
			return false
		}
	}
	return true
}

// isPrintableString: X.680 §41.4.
func isPrintableString(s string) bool {
	for i := range len(s) {
		c := s[i]
		if !(c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || strings.IndexByte(" '()+,-./:=?", c) >= 0) {
			return false
		}
	}
	return true
}

// readRequest reads the request of a row, proves that its sender has the key, and returns it with the key's type.
func readRequest(text []byte) (*x509.CertificateRequest, KeyType, error) {
	der, err := csr.DecodePEM(text)
	if err != nil {
		return nil, "", err
	}
	request, err := x509.ParseCertificateRequest(der)
	if err != nil {
		return nil, "", fmt.Errorf("the request cannot be read: %w", err)
	}
	k, err := typeOf(request.PublicKey)
	if err != nil {
		return nil, "", err
	}
	if err := request.CheckSignature(); err != nil {
		return nil, "", fmt.Errorf("its signature does not verify: %w", err)
	}
	return request, k, nil
}

var oidUserPrincipalName = asn1.ObjectIdentifier{1, 3, 6, 1, 4, 1, 311, 20, 2, 3}
