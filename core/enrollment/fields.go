package enrollment

import (
	"strings"
)

// Kind is what the values of a column are, and with it which rules they obey.
type Kind uint8

const (
	Text           Kind = iota // a free text, with an upper bound where the attribute has one
	CountryCode                // ISO 3166-1 alpha-2
	DNSName                    // RFC 1123 host name, wildcards allowed
	IPAddress                  // IPv4 or IPv6
	EmailAddress               // RFC 5321 mailbox
	URI                        // absolute, RFC 3986
	Date                       // a day or a moment
	Request                    // a PKCS#10 request as PEM
	KeyUsage                   // a name of RFC 5280 §4.2.1.3, or yes and no under a column of its own
	ExtKeyUsage                // a name or an object identifier of RFC 5280 §4.2.1.12, or yes and no
	ObjectID                   // an object identifier in dots
	PrincipalName              // user@realm
	OtherName                  // a type and a value
	DirectoryName              // a distinguished name, RFC 4514
	Algorithm                  // a signature algorithm
	Identifier                 // a value of the user's own that tells rows apart
	DeviceField                // a field that only the profile knows
	JSONObject                 // an object of RFC 8259
	flag                       // yes or no
	kinds          = int(flag) + 1
	csrColumn      = "csr"
	nameColumn     = "subject.common_name"
	idColumn       = "unique_identifier"
	validFrom      = "validity.from"
	validTo        = "validity.to"
	keyUsagePrefix = "key_usage."
	extUsagePrefix = "extended_key_usage."
)

// Field is a column that the service knows.
type Field struct {
	Name      string // of the column: "subject.common_name"
	Title     string // for people: "common name"
	Kind      Kind
	Attribute string // X.520 or PKCS #9 name of the subject's attribute, which has the upper bound; "" outside of the subject
	Confirmed bool   // the service's documentation names this column; others follow from the pattern of those names
}

// Fields are the columns that the service knows, in the order in which templates have them. Confirmed ones stand in the
// pages "CSV format for batch certificate enrollment" and "Enrollment profile specification" of DigiCert IoT Trust
// Manager; the others are inferred by the same pattern. The columns under key_usage and extended_key_usage, of which
// there is one for each usage, are found by FieldOf alone.
var Fields = []Field{
	{idColumn, "unique identifier", Identifier, "", true},
	{nameColumn, "common name", Text, "commonName", true},
	{"subject.organization_name", "organization", Text, "organizationName", true},
	{"subject.organization_unit", "organizational unit", Text, "organizationalUnitName", true},
	{"subject.country", "country", CountryCode, "countryName", true},
	{"subject.state", "state or province", Text, "stateOrProvinceName", true},
	{"subject.locality", "locality", Text, "localityName", false},
	{"subject.street_address", "street address", Text, "streetAddress", false},
	{"subject.postal_code", "postal code", Text, "postalCode", false},
	{"subject.serial_number", "serial number", Text, "serialNumber", false},
	{"subject.email", "email address", EmailAddress, "emailAddress", false},
	{"subject.description", "description", Text, "description", false},
	{"subject.domain_component", "domain component", Text, "domainComponent", false},
	{"subject.dn_qualifier", "DN qualifier", Text, "dnQualifier", false},
	{"subject.unique_identifier", "unique identifier of the subject", Text, "x500UniqueIdentifier", false},
	{"subject.unstructured_name", "unstructured name", Text, "unstructuredName", false},
	{"subject.unstructured_address", "unstructured address", Text, "unstructuredAddress", false},
	{"san.dns_name", "DNS name", DNSName, "", true},
	{"san.ip_address", "IP address", IPAddress, "", false},
	{"san.email", "email address", EmailAddress, "", false},
	{"san.uri", "URI", URI, "", false},
	{"san.user_principal_name", "user principal name", PrincipalName, "", false},
	{"san.registered_id", "registered ID", ObjectID, "", false},
	{"san.other_name", "other name", OtherName, "", false},
	{"san.directory_name", "directory name", DirectoryName, "", false},
	{validFrom, "start of validity", Date, "", false},
	{validTo, "end of validity", Date, "", false},
	{"signature_algorithm", "signature algorithm", Algorithm, "", true},
	{"key_usage", "key usage", KeyUsage, "", false},
	{"extended_key_usage", "extended key usage", ExtKeyUsage, "", false},
	{csrColumn, "CSR", Request, "", true},
}

// deviceFields are the columns of DigiCert Device Trust Manager that are no parts of a certificate. They are known by their exact
// names alone: elsewhere a column of a similar name may be a field of the profile's own.
var deviceFields = []Field{
	{"device_name", "device name", Identifier, "", true},
	{"device_description", "device description", Text, "", true},
	{"extensions.subject_directory", "subject directory attributes", JSONObject, "", true},
}

var fieldsByName = func() map[string]*Field {
	m := make(map[string]*Field, len(Fields))
	for _, table := range [][]Field{Fields, deviceFields} {
		for i := range table {
			m[table[i].Name] = &table[i]
		}
	}
	return m
}()

// FieldOf finds the field of a column by its exact name. What it does not find is a device field, or a column that is
// misspelt: Similar tells.
func FieldOf(name string) (*Field, bool) {
	if f, ok := fieldsByName[name]; ok {
		return f, true
	}
	if usage, ok := strings.CutPrefix(name, keyUsagePrefix); ok {
		if _, known := keyUsages[squeezed(usage)]; known {
			return &Field{Name: name, Title: "key usage " + usage, Kind: flag}, true
		}
	}
	if usage, ok := strings.CutPrefix(name, extUsagePrefix); ok {
		if _, known := extKeyUsages[squeezed(usage)]; known {
			return &Field{Name: name, Title: "extended key usage " + usage, Kind: flag}, true
		}
	}
	return nil, false
}

// Similar finds the column among names that a misspelt header most likely means: equal but for case, blanks and
// punctuation, or at most two letters away. It is "" where none is near enough or several are.
func Similar(header string, names []string) string {
	bare := squeezed(header)
	if bare == "" {
		return ""
	}
	limit := 3
	if len(bare) < 6 { // "cn" is two letters from everything
		limit = 2
	}
	best, at, tie := "", limit, false
	for _, name := range names {
		switch d := distance(bare, squeezed(name), limit); {
		case d < at:
			best, at, tie = name, d, false
		case d == at && at < limit:
			tie = true
		}
	}
	if tie {
		return ""
	}
	return best
}

// squeezed is a name without case and without what stands between its words: "Subject Common-Name" is "subjectcommonname".
func squeezed(s string) string {
	var b strings.Builder
	for _, r := range strings.ToLower(s) {
		if 'a' <= r && r <= 'z' || '0' <= r && r <= '9' {
			b.WriteRune(r)
		}
	}
	return b.String()
}

// distance is how many letters have to be put in, left out or exchanged to get from a to b, or limit where that is more.
func distance(a, b string, limit int) int {
	if len(a)-len(b) >= limit || len(b)-len(a) >= limit {
		return limit
	}
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		least := row[0]
		for j := range len(b) {
			cost := 1
			if a[i] == b[j] {
				cost = 0
			}
			next := min(row[j]+1, row[j+1]+1, diagonal+cost)
			diagonal, row[j+1] = row[j+1], next
			least = min(least, next)
		}
		if least >= limit {
			return limit
		}
	}
	return min(row[len(b)], limit)
}

// keyUsages are the names of RFC 5280 §4.2.1.3, squeezed.
var keyUsages = map[string]string{
	"digitalsignature": "digitalSignature", "nonrepudiation": "nonRepudiation", "contentcommitment": "contentCommitment",
	"keyencipherment": "keyEncipherment", "dataencipherment": "dataEncipherment", "keyagreement": "keyAgreement",
	"keycertsign": "keyCertSign", "crlsign": "cRLSign", "encipheronly": "encipherOnly", "decipheronly": "decipherOnly",
}

// extKeyUsages are the names of RFC 5280 §4.2.1.12 and of what devices commonly use besides, squeezed.
var extKeyUsages = map[string]string{
	"serverauth": "serverAuth", "clientauth": "clientAuth", "codesigning": "codeSigning", "emailprotection": "emailProtection",
	"timestamping": "timeStamping", "ocspsigning": "OCSPSigning", "ipsecike": "ipsecIKE", "ipsecendsystem": "ipsecEndSystem",
	"ipsectunnel": "ipsecTunnel", "ipsecuser": "ipsecUser", "anyextendedkeyusage": "anyExtendedKeyUsage",
	"serverauthentication": "serverAuth", "clientauthentication": "clientAuth", "smartcardlogon": "smartcardLogon",
	"documentsigning": "documentSigning", "eapoverlan": "eapOverLAN", "eapoverppp": "eapOverPPP", "cmcra": "cmcRA",
}
