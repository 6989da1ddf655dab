package csr

import (
	"fmt"
	"net/netip"

	"golang.org/x/crypto/cryptobyte"
	cbasn1 "golang.org/x/crypto/cryptobyte/asn1"

	"enrollbench/core/attribute"
	"enrollbench/core/finding"
)

// Attribute types of requests: RFC 2985 §5.4, and the one in which Microsoft's tools put extensions.
var (
	oidExtensionRequest          = oid(1, 2, 840, 113549, 1, 9, 14)
	oidMicrosoftExtensionRequest = oid(1, 3, 6, 1, 4, 1, 311, 2, 1, 14)
	oidChallengePassword         = oid(1, 2, 840, 113549, 1, 9, 7)
)

var oidSubjectAltName = oid(2, 5, 29, 17)

// GeneralName choices (RFC 5280 §4.2.1.6).
const (
	nameOther     = cbasn1.Tag(0x80 | 0x20)
	nameEmail     = cbasn1.Tag(0x80 | 1)
	nameDNS       = cbasn1.Tag(0x80 | 2)
	nameDirectory = cbasn1.Tag(0x80 | 0x20 | 4)
	nameURI       = cbasn1.Tag(0x80 | 6)
	nameIP        = cbasn1.Tag(0x80 | 7)
	nameID        = cbasn1.Tag(0x80 | 8)
)

// attributes examines what the request asks for besides name and key, and reports whether subjectAltName names
// anything.
func (e *exam) attributes(content []byte) (alternatives bool) {
	var lists []cryptobyte.String
	again := seenExtensions{}
	repeated := false
	err := eachRequestAttribute(content, func(oid []byte, values cryptobyte.String) {
		switch string(oid) {
		case oidChallengePassword:
			var password cryptobyte.String
			if values.ReadAnyASN1(&password, new(cbasn1.Tag)) && len(password) > 0 {
				e.addf(RuleChallengePassword, "the request contains a challengePassword that everybody can read")
			}
		case oidExtensionRequest, oidMicrosoftExtensionRequest:
			lists = append(lists, values)
			repeated = again.again(oid) || repeated
			if e.extensions(values) {
				alternatives = true
			}
		}
	})
	if err != nil {
		e.addf(RuleBrokenDER, "%v", err)
	}
	if len(lists) > 1 {
		e.compareLists(lists, repeated)
	}
	return alternatives
}

// compareLists judges several lists of extensions in one request, which RFC 2985 §5.4.2 does not allow. Some tools name the
// same extensions once for PKCS#9 and once for Microsoft, which does no harm. repeated: one attribute is there twice.
func (e *exam) compareLists(lists []cryptobyte.String, repeated bool) {
	first := map[string]string{} // the value of each extension where it comes first
	same, conflict := !repeated, false
	for i, values := range lists {
		n := 0
		_ = eachExtension(values, func(oid []byte, _ bool, value []byte) { // what cannot be read has its finding
			n++
			switch before, there := first[string(oid)]; {
			case !there:
				first[string(oid)], same = string(value), same && i == 0
			case before != string(value):
				was, _ := extensionWords(string(oid), []byte(before))
				is, _ := extensionWords(string(oid), value)
				e.addf(RuleExtensionConflict, "%s is requested with two values: %s; and %s", extensionName(oid), was, is)
				conflict = true
			}
		})
		same = same && n == len(first)
	}
	if !same && !conflict {
		e.addf(RuleExtensionRequests, "the request holds %d lists of extensions (extensionRequest) that differ or repeat an attribute", len(lists))
	}
}

// eachRequestAttribute walks the attributes of a request (RFC 2986 §4.1), given as the content of [0]. values is the
// content of the SET.
func eachRequestAttribute(content []byte, do func(oid []byte, values cryptobyte.String)) error {
	s := cryptobyte.String(content)
	for at := 1; !s.Empty(); at++ {
		var one, oid, values cryptobyte.String
		if !s.ReadASN1(&one, cbasn1.SEQUENCE) || !readOID(&one, &oid) ||
			!one.ReadASN1(&values, cbasn1.SET) || !one.Empty() {
			return fmt.Errorf("attribute %d of the request cannot be read", at)
		}
		do(oid, values)
	}
	return nil
}

func (e *exam) extensions(values cryptobyte.String) (alternatives bool) {
	seen := seenExtensions{}
	err := eachExtension(values, func(oid []byte, _ bool, value []byte) {
		if seen.again(oid) {
			e.addf(RuleDuplicateExtension, "the extension %s is requested more than once", extensionName(oid))
		}
		if string(oid) == oidSubjectAltName {
			alternatives = e.subjectAltName(value) || alternatives
		} else if _, ok := extensionWords(string(oid), value); !ok {
			e.addf(RuleBrokenDER, "the value of the extension %s cannot be read", extensionName(oid))
		}
	})
	if err != nil {
		e.addf(RuleBrokenDER, "%v", err)
	}
	return alternatives
}

// seenExtensions is a short list without memory of its own for the usual handful, and a map beyond.
type seenExtensions struct {
	few  [8][]byte
	n    int
	many map[string]bool
}

func (s *seenExtensions) again(oid []byte) bool {
	for _, o := range s.few[:min(s.n, len(s.few))] {
		if string(o) == string(oid) {
			return true
		}
	}
	if s.n < len(s.few) {
		s.few[s.n] = oid
		s.n++
		return false
	}
	if s.many[string(oid)] {
		return true
	}
	if s.many == nil {
		s.many = map[string]bool{}
	}
	s.many[string(oid)] = true
	return false
}

// eachExtension walks the Extensions (RFC 5280 §4.1) in the values of an extensionRequest.
func eachExtension(values cryptobyte.String, do func(oid []byte, critical bool, value []byte)) error {
	var list cryptobyte.String
	if values.Empty() {
		return fmt.Errorf("an extensionRequest attribute is empty")
	}
	if !values.ReadASN1(&list, cbasn1.SEQUENCE) {
		return fmt.Errorf("the extensionRequest attribute holds no list of extensions")
	}
	if !values.Empty() {
		return fmt.Errorf("the extensionRequest attribute holds more than one list of extensions")
	}
	for at := 1; !list.Empty(); at++ {
		var one, oid, value cryptobyte.String
		critical := false
		if !list.ReadASN1(&one, cbasn1.SEQUENCE) || !readOID(&one, &oid) ||
			one.PeekASN1Tag(cbasn1.BOOLEAN) && !one.ReadASN1Boolean(&critical) ||
			!one.ReadASN1(&value, cbasn1.OCTET_STRING) || !one.Empty() {
			return fmt.Errorf("extension %d of the request cannot be read", at)
		}
		do(oid, critical, value)
	}
	return nil
}

// subjectAltName examines every name and reports whether there is one.
func (e *exam) subjectAltName(value []byte) (any bool) {
	err := eachGeneralName(value, func(tag cbasn1.Tag, content []byte) {
		any = true
		switch tag {
		case nameDNS:
			e.alternative(RuleSANDNS, "DNS", attribute.DNSName(string(content), true))
		case nameEmail:
			e.alternative(RuleSANEmail, "email", attribute.Email(string(content)))
		case nameURI:
			e.alternative(RuleSANURI, "URI", attribute.URI(string(content)))
		case nameIP:
			e.alternativeIP(content)
		}
	})
	switch {
	case err != nil:
		e.addf(RuleBrokenDER, "%v", err)
	case !any:
		e.addf(RuleEmptyValue, "subjectAltName is requested without any name")
	}
	return any
}

func eachGeneralName(value []byte, do func(tag cbasn1.Tag, content []byte)) error {
	s := cryptobyte.String(value)
	var list cryptobyte.String
	if !s.ReadASN1(&list, cbasn1.SEQUENCE) || !s.Empty() {
		return fmt.Errorf("subjectAltName holds no list of names")
	}
	for at := 1; !list.Empty(); at++ {
		var content cryptobyte.String
		var tag cbasn1.Tag
		if !list.ReadAnyASN1(&content, &tag) || tag&0xC0 != 0x80 {
			return fmt.Errorf("name %d of subjectAltName cannot be read", at)
		}
		do(tag, content)
	}
	return nil
}

func (e *exam) alternative(rule *finding.Rule, kind string, err error) {
	if err != nil {
		e.refuse(rule, "subjectAltName "+kind, err)
	}
}

func (e *exam) alternativeIP(content []byte) {
	switch a, ok := netip.AddrFromSlice(content); {
	case ok:
		e.alternative(RuleSANIP, "IP", attribute.Address(a))
	case len(content) == 8 || len(content) == 32:
		e.addf(RuleSANIP, "subjectAltName IP: %X is an address with a mask, which only name constraints use", content)
	case plainText(tagIA5, content) && len(content) > 0:
		e.addf(RuleSANIP, "subjectAltName IP: it holds the text %s instead of the 4 or 16 bytes of an address", attribute.Quote(string(content)))
	default:
		e.addf(RuleSANIP, "subjectAltName IP: it has %s; an address has 4 or 16", bytesOf(len(content)))
	}
}

// extensionNames are the extensions that requests ask for, by the content of their object identifiers.
var extensionNames = map[string]string{
	oid(2, 5, 29, 9):                   "subjectDirectoryAttributes",
	oid(2, 5, 29, 14):                  "subjectKeyIdentifier",
	oid(2, 5, 29, 15):                  "keyUsage",
	oid(2, 5, 29, 16):                  "privateKeyUsagePeriod",
	oidSubjectAltName:                  "subjectAltName",
	oid(2, 5, 29, 18):                  "issuerAltName",
	oid(2, 5, 29, 19):                  "basicConstraints",
	oid(2, 5, 29, 30):                  "nameConstraints",
	oid(2, 5, 29, 31):                  "cRLDistributionPoints",
	oid(2, 5, 29, 32):                  "certificatePolicies",
	oid(2, 5, 29, 35):                  "authorityKeyIdentifier",
	oid(2, 5, 29, 37):                  "extKeyUsage",
	oid(1, 3, 6, 1, 5, 5, 7, 1, 1):     "authorityInfoAccess",
	oid(1, 3, 6, 1, 5, 5, 7, 1, 24):    "tlsFeature (OCSP must-staple)",
	oid(2, 16, 840, 1, 113730, 1, 1):   "netscapeCertType",
	oid(2, 16, 840, 1, 113730, 1, 13):  "netscapeComment",
	oid(1, 3, 6, 1, 4, 1, 311, 20, 2):  "Microsoft certificate template name",
	oid(1, 3, 6, 1, 4, 1, 311, 21, 7):  "Microsoft certificate template",
	oid(1, 3, 6, 1, 4, 1, 311, 21, 10): "Microsoft application policies",
	oid(1, 2, 840, 113549, 1, 9, 15):   "S/MIME capabilities",
}

// extensionName names an extension, or gives its object identifier in dots.
func extensionName(oid []byte) string {
	if name, ok := extensionNames[string(oid)]; ok {
		return name
	}
	return dotted(oid)
}
