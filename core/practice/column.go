package practice

import (
	"encoding/asn1"
	"fmt"
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
	ascii     bool   // IA5String
	printable bool   // PrintableString
}

// subjectFields: RFC 5280 Appendix A.1, RFC 2985 §5, RFC 4519 §2.
var subjectFields = []subjectField{
	{column: columnCommonName, id: asn1.ObjectIdentifier{2, 5, 4, 3}, attribute: "commonName"},
	{column: "subject.organization_name", id: asn1.ObjectIdentifier{2, 5, 4, 10}, attribute: "organizationName"},
	{column: "subject.organization_unit", id: asn1.ObjectIdentifier{2, 5, 4, 11}, attribute: "organizationalUnitName"},
	{column: "subject.country", id: asn1.ObjectIdentifier{2, 5, 4, 6}, attribute: "countryName", printable: true},
	{column: "subject.state", id: asn1.ObjectIdentifier{2, 5, 4, 8}, attribute: "stateOrProvinceName"},
	{column: "subject.locality", id: asn1.ObjectIdentifier{2, 5, 4, 7}, attribute: "localityName"},
	{column: "subject.street_address", id: asn1.ObjectIdentifier{2, 5, 4, 9}, attribute: "streetAddress"},
	{column: "subject.postal_code", id: asn1.ObjectIdentifier{2, 5, 4, 17}, attribute: "postalCode"},
	{column: "subject.description", id: asn1.ObjectIdentifier{2, 5, 4, 13}, attribute: "description"},
	{column: "subject.serial_number", id: asn1.ObjectIdentifier{2, 5, 4, 5}, attribute: "serialNumber", printable: true},
	{column: "subject.dn_qualifier", id: asn1.ObjectIdentifier{2, 5, 4, 46}, attribute: "dnQualifier", printable: true},
	{column: "subject.email", id: asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 1}, attribute: "emailAddress", ascii: true},
	{column: "subject.unstructured_name", id: asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 2}, attribute: "unstructuredName"},
	{column: "subject.unstructured_address", id: asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 8}, attribute: "unstructuredAddress"},
	{column: "subject.domain_component", id: asn1.ObjectIdentifier{0, 9, 2342, 19200300, 100, 1, 25}, attribute: "domainComponent", ascii: true},
	// X.520's uniqueIdentifier is a string of bits that common libraries refuse to read in a name; the directory's userId
	// carries a text.
	{column: "subject.unique_identifier", id: asn1.ObjectIdentifier{0, 9, 2342, 19200300, 100, 1, 1}, attribute: "userId"},
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

var keyUsageColumns = map[string]uint16{
	"digital_signature": usageDigitalSignature, "content_commitment": usageContentCommitment, "non_repudiation": usageContentCommitment,
	"key_encipherment": usageKeyEncipherment, "data_encipherment": usageDataEncipherment, "key_agreement": usageKeyAgreement,
}

var extKeyUsageColumns = map[string]asn1.ObjectIdentifier{
	"server_auth": oidServerAuth, "server_authentication": oidServerAuth,
	"client_auth": oidClientAuth, "client_authentication": oidClientAuth,
	"code_signing":     {1, 3, 6, 1, 5, 5, 7, 3, 3},
	"email_protection": {1, 3, 6, 1, 5, 5, 7, 3, 4},
	"time_stamping":    {1, 3, 6, 1, 5, 5, 7, 3, 8},
	"ocsp_signing":     {1, 3, 6, 1, 5, 5, 7, 3, 9},
}

// columnUse is what one column of an upload is for.
type columnUse struct {
	name        string
	subject     *subjectField
	altName     altNameKind
	isAltName   bool
	keyUsage    uint16
	extKeyUsage asn1.ObjectIdentifier
	from, to    bool
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
			if use.extKeyUsage = extKeyUsageColumns[extended]; use.extKeyUsage == nil {
				return nil, fmt.Errorf("there is no extended key usage %q", extended)
			}
		default:
			for j := range subjectFields {
				if subjectFields[j].column == name {
					use.subject = &subjectFields[j]
					l.hasCertificateData = true
				}
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
