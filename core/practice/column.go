package practice

import (
	"crypto/x509"
	"encoding/asn1"
	"fmt"
	"slices"
	"strings"
	"time"
)

// Columns that the service knows by name; all others by their tables, and what no table has is a device field.
const (
	columnUniqueID   = "unique_identifier"
	columnCommonName = "subject.common_name"
	columnCSR        = "csr"
	columnFrom       = "validity.from"
	columnTo         = "validity.to"
)

// subjectField is a column that becomes an attribute of the subject.
type subjectField struct {
	column    string
	id        asn1.ObjectIdentifier
	attribute string // as core/attribute knows its length
	kind      string // of string, as encoding/asn1 calls it; "" for utf8
}

// subjectFields: RFC 5280 Appendix A.1, RFC 2985 §5, RFC 4519 §2.
var subjectFields = []subjectField{
	{column: columnCommonName, id: asn1.ObjectIdentifier{2, 5, 4, 3}, attribute: "commonName"},
	{column: "subject.organization_name", id: asn1.ObjectIdentifier{2, 5, 4, 10}, attribute: "organizationName"},
	{column: "subject.organization_unit", id: asn1.ObjectIdentifier{2, 5, 4, 11}, attribute: "organizationalUnitName"},
	{column: "subject.country", id: asn1.ObjectIdentifier{2, 5, 4, 6}, attribute: "countryName", kind: "printable"},
	{column: "subject.state", id: asn1.ObjectIdentifier{2, 5, 4, 8}, attribute: "stateOrProvinceName"},
	{column: "subject.locality", id: asn1.ObjectIdentifier{2, 5, 4, 7}, attribute: "localityName"},
	{column: "subject.street_address", id: asn1.ObjectIdentifier{2, 5, 4, 9}, attribute: "streetAddress"},
	{column: "subject.postal_code", id: asn1.ObjectIdentifier{2, 5, 4, 17}, attribute: "postalCode"},
	{column: "subject.description", id: asn1.ObjectIdentifier{2, 5, 4, 13}, attribute: "description"},
	{column: "subject.serial_number", id: asn1.ObjectIdentifier{2, 5, 4, 5}, attribute: "serialNumber", kind: "printable"},
	{column: "subject.dn_qualifier", id: asn1.ObjectIdentifier{2, 5, 4, 46}, attribute: "dnQualifier", kind: "printable"},
	{column: "subject.email", id: asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 1}, attribute: "emailAddress", kind: "ia5"},
	{column: "subject.unstructured_name", id: asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 2}, attribute: "unstructuredName"},
	{column: "subject.unstructured_address", id: asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 8}, attribute: "unstructuredAddress"},
	{column: "subject.domain_component", id: asn1.ObjectIdentifier{0, 9, 2342, 19200300, 100, 1, 25}, attribute: "domainComponent", kind: "ia5"},
	// X.520's uniqueIdentifier is a string of bits that common libraries refuse to read in a name; the directory's userId
	// carries a text.
	{column: "subject.unique_identifier", id: asn1.ObjectIdentifier{0, 9, 2342, 19200300, 100, 1, 1}, attribute: "userId"},
}

// subjectColumn is the field of a column, nil where there is none.
func subjectColumn(column string) *subjectField {
	i := slices.IndexFunc(subjectFields, func(f subjectField) bool { return f.column == column })
	if i < 0 {
		return nil
	}
	return &subjectFields[i]
}

// altNameKind is a column that becomes a name of subjectAltName.
type altNameKind uint8

const (
	altDNS altNameKind = iota
	altIP
	altEmail
	altURI
	altUPN
	altRegisteredID
	altOther
	altDirectory
)

var altNameColumns = map[string]altNameKind{
	"san.dns_name": altDNS, "san.ip_address": altIP, "san.email": altEmail, "san.uri": altURI, "san.user_principal_name": altUPN,
	"san.registered_id": altRegisteredID, "san.other_name": altOther, "san.directory_name": altDirectory,
}

var keyUsageColumns = map[string]x509.KeyUsage{
	"digital_signature": x509.KeyUsageDigitalSignature, "content_commitment": x509.KeyUsageContentCommitment,
	"non_repudiation": x509.KeyUsageContentCommitment, "key_encipherment": x509.KeyUsageKeyEncipherment,
	"data_encipherment": x509.KeyUsageDataEncipherment, "key_agreement": x509.KeyUsageKeyAgreement,
}

var extKeyUsageColumns = map[string]x509.ExtKeyUsage{
	"server_auth": x509.ExtKeyUsageServerAuth, "server_authentication": x509.ExtKeyUsageServerAuth,
	"client_auth": x509.ExtKeyUsageClientAuth, "client_authentication": x509.ExtKeyUsageClientAuth,
	"code_signing": x509.ExtKeyUsageCodeSigning, "email_protection": x509.ExtKeyUsageEmailProtection,
	"time_stamping": x509.ExtKeyUsageTimeStamping, "ocsp_signing": x509.ExtKeyUsageOCSPSigning,
}

// columnUse is what one column of an upload is for.
type columnUse struct {
	name        string
	subject     *subjectField
	altName     altNameKind
	isAltName   bool
	keyUsage    x509.KeyUsage
	extKeyUsage x509.ExtKeyUsage

	isExtKeyUsage bool
	from, to      bool
}

// layout is the header row of an upload, understood.
type layout struct {
	uses               []columnUse
	csr, uniqueID, cn  int // index, -1 where there is none
	hasCertificateData bool
}

// newLayout reads a header row. Columns that are no certificate data are device fields and pass.
func newLayout(header []string) (*layout, error) {
	l := &layout{csr: -1, uniqueID: -1, cn: -1}
	seen := map[string]int{}
	for i, cell := range header {
		name := strings.ToLower(strings.TrimSpace(cell))
		if name == "" {
			return nil, fmt.Errorf("column %d has no name", i+1)
		}
		if first, again := seen[name]; again {
			return nil, fmt.Errorf("the columns %d and %d are both called %q", first+1, i+1, name)
		}
		seen[name] = i
		use := columnUse{name: name}
		kind, isAlt := altNameColumns[name]
		usage, isUsage := strings.CutPrefix(name, "key_usage.")
		extended, isExtended := strings.CutPrefix(name, "extended_key_usage.")
		switch {
		case name == columnCSR:
			l.csr = i
		case name == columnUniqueID:
			l.uniqueID = i
		case name == columnFrom:
			use.from = true
		case name == columnTo:
			use.to = true
		case isAlt:
			use.altName, use.isAltName = kind, true
			l.hasCertificateData = true
		case isUsage:
			if use.keyUsage = keyUsageColumns[usage]; use.keyUsage == 0 {
				return nil, fmt.Errorf("there is no key usage %q", usage)
			}
		case isExtended:
			if use.extKeyUsage, use.isExtKeyUsage = extKeyUsageColumns[extended]; !use.isExtKeyUsage {
				return nil, fmt.Errorf("there is no extended key usage %q", extended)
			}
		default:
			if use.subject = subjectColumn(name); use.subject != nil {
				l.hasCertificateData = true
			}
			if name == columnCommonName {
				l.cn = i
			}
			if use.subject == nil && (strings.HasPrefix(name, "subject.") || strings.HasPrefix(name, "san.") || strings.HasPrefix(name, "validity.")) {
				return nil, fmt.Errorf("there is no certificate field %q", name)
			}
		}
		l.uses = append(l.uses, use)
	}
	return l, nil
}

func (l *layout) cell(values []string, index int) string {
	if index < 0 || index >= len(values) {
		return ""
	}
	return values[index]
}

// yes reads a cell of a key usage.
func yes(cell string) (bool, error) {
	switch strings.ToLower(strings.TrimSpace(cell)) {
	case "", "false", "no", "0":
		return false, nil
	case "true", "yes", "1":
		return true, nil
	}
	return false, fmt.Errorf("%q is neither true nor false", cell)
}

// instant reads a cell of a validity: a date is the first moment of it, UTC.
func instant(cell string) (time.Time, error) {
	for _, form := range []string{time.RFC3339, "2006-01-02 15:04:05", "2006-01-02"} {
		if t, err := time.Parse(form, cell); err == nil {
			return t.UTC().Truncate(time.Second), nil
		}
	}
	return time.Time{}, fmt.Errorf("%q is no time such as 2026-11-30 or 2026-11-30T12:00:00Z", cell)
}
