package practice

import (
	"crypto/x509"
	"encoding/asn1"
	"errors"
	"fmt"
	"strings"

	"enrollbench/core/attribute"
	"enrollbench/core/csr"
	"enrollbench/core/mldsa"
)

// attributeValue is one attribute of a Name. Its value stays in the form that it has in a request.
type attributeValue struct {
	ID    asn1.ObjectIdentifier
	Value asn1.RawValue
}

// relativeSET is a RelativeDistinguishedName: encoding/asn1 makes a SET of a type whose name ends so.
type relativeSET []attributeValue

// marshalName writes a Name (RFC 5280 §4.1.2.4) with one attribute in each set.
func marshalName(all []attributeValue) ([]byte, error) {
	sets := make([]relativeSET, len(all))
	for i, a := range all {
		sets[i] = relativeSET{a}
	}
	return asn1.Marshal(sets)
}

// identify makes the identity of a row: what its request says, and over it what its columns say (the CSV wins). Several
// attributes in one set of the request's subject become sets of one: the service writes them so.
func (l *layout) identify(values []string, request *x509.CertificateRequest) (*identity, error) {
	who := &identity{uniqueID: l.cell(values, l.uniqueID)}
	if request != nil {
		var sets []relativeSET
		if _, err := asn1.Unmarshal(request.RawSubject, &sets); err != nil {
			return nil, fmt.Errorf("the subject of its request is no Name (RFC 5280 §4.1.2.4): %w", err)
		}
		for _, set := range sets {
			who.subject = append(who.subject, set...)
		}
		var err error
		if who.names, err = requestAltNames(request); err != nil {
			return nil, fmt.Errorf("the names in its request: %w", err)
		}
		who.commonName = request.Subject.CommonName
	}
	for i := range l.uses {
		use, cell := &l.uses[i], l.cell(values, i)
		if cell == "" {
			continue
		}
		if err := use.apply(cell, who); err != nil {
			return nil, fmt.Errorf("column %s: %w", use.name, err)
		}
	}
	if len(who.subject) == 0 && len(who.names) == 0 {
		return nil, errors.New("it names nobody: no common name and no subjectAltName")
	}
	return who, nil
}

// apply takes one cell that is not empty.
func (u *columnUse) apply(cell string, who *identity) error {
	switch {
	case u.subject != nil:
		a, err := u.subject.encode(cell)
		if err != nil {
			return err
		}
		who.subject = replaceAttribute(who.subject, a)
		if u.name == columnCommonName {
			who.commonName = cell
		}
	case u.isAltName:
		name, err := newAltName(u.altName, cell)
		if err != nil {
			return err
		}
		who.names = replaceName(who.names, name)
	case u.keyUsage != 0:
		on, err := yes(cell)
		if err != nil {
			return err
		}
		if on {
			who.keyUsage |= u.keyUsage
		}
	case u.isExtKeyUsage:
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
	a := attributeValue{ID: f.id}
	for _, flaw := range attribute.Text(value) {
		if flaw.Kind == attribute.Control || flaw.Kind == attribute.Damaged {
			return a, fmt.Errorf("%s has %s", attribute.Quote(value), flaw.Reason)
		}
	}
	if err := attribute.Length(f.attribute, value); err != nil {
		return a, err
	}
	var err error
	switch f.attribute {
	case "countryName":
		err = attribute.Country(value)
	case "emailAddress":
		err = attribute.Email(value)
	}
	if err != nil && !errors.Is(err, attribute.ErrUserAssigned) {
		return a, err
	}
	kind := f.kind
	if kind == "" {
		kind = "utf8"
	}
	der, err := asn1.MarshalWithParams(value, kind)
	if err != nil || kind == "printable" && strings.Contains(value, "*") { // X.680 §41.4; encoding/asn1 lets an asterisk pass
		return a, fmt.Errorf("%s has characters that are not allowed in it", attribute.Quote(value))
	}
	a.Value.FullBytes = der
	return a, nil
}

// replaceAttribute puts a in the place of the attributes of its type, else at the end.
func replaceAttribute(subject []attributeValue, a attributeValue) []attributeValue {
	kept, done := subject[:0], false
	for _, old := range subject {
		if !old.ID.Equal(a.ID) {
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

// readRequest reads the request of a row, proves that its sender has the key, and returns it with its public key and type.
func readRequest(text []byte) (request *x509.CertificateRequest, public any, k KeyType, err error) {
	der, err := csr.DecodePEM(text)
	if err != nil {
		return nil, nil, "", err
	}
	if request, err = x509.ParseCertificateRequest(der); err != nil {
		return nil, nil, "", fmt.Errorf("the request cannot be read: %w", err)
	}
	public, proof := request.PublicKey, request.CheckSignature
	if key, err := mldsa.ParsePKIXPublicKey(request.RawSubjectPublicKeyInfo); err == nil {
		public, proof = key, func() error {
			if !key.Verify(request.RawTBSCertificateRequest, request.Signature) {
				return errors.New("it is not one of this key")
			}
			return nil
		}
	}
	if k, err = typeOf(public); err != nil {
		return nil, nil, "", err
	}
	if err := proof(); err != nil {
		return nil, nil, "", fmt.Errorf("its signature does not verify: %w", err)
	}
	return request, public, k, nil
}
