package csr

import (
	"errors"
	"fmt"
	"unicode/utf16"
	"unicode/utf8"

	"golang.org/x/crypto/cryptobyte"
	cbasn1 "golang.org/x/crypto/cryptobyte/asn1"

	"enrollbench/core/attribute"
	"enrollbench/core/finding"
)

// attributeNames are the attribute types of subjects by the content of their object identifiers, named as in X.520,
// RFC 4519 and RFC 2985.
var attributeNames = map[string]string{
	oid(2, 5, 4, 3):                         "commonName",
	oid(2, 5, 4, 4):                         "surname",
	oid(2, 5, 4, 5):                         "serialNumber",
	oid(2, 5, 4, 6):                         "countryName",
	oid(2, 5, 4, 7):                         "localityName",
	oid(2, 5, 4, 8):                         "stateOrProvinceName",
	oid(2, 5, 4, 9):                         "streetAddress",
	oid(2, 5, 4, 10):                        "organizationName",
	oid(2, 5, 4, 11):                        "organizationalUnitName",
	oid(2, 5, 4, 12):                        "title",
	oid(2, 5, 4, 13):                        "description",
	oid(2, 5, 4, 15):                        "businessCategory",
	oid(2, 5, 4, 17):                        "postalCode",
	oid(2, 5, 4, 20):                        "telephoneNumber",
	oid(2, 5, 4, 41):                        "name",
	oid(2, 5, 4, 42):                        "givenName",
	oid(2, 5, 4, 43):                        "initials",
	oid(2, 5, 4, 44):                        "generationQualifier",
	oid(2, 5, 4, 45):                        "x500UniqueIdentifier",
	oid(2, 5, 4, 46):                        "dnQualifier",
	oid(2, 5, 4, 65):                        "pseudonym",
	oid(2, 5, 4, 97):                        "organizationIdentifier",
	oid(0, 9, 2342, 19200300, 100, 1, 1):    "userId",
	oid(0, 9, 2342, 19200300, 100, 1, 25):   "domainComponent",
	oid(1, 2, 840, 113549, 1, 9, 1):         "emailAddress",
	oid(1, 2, 840, 113549, 1, 9, 2):         "unstructuredName",
	oid(1, 2, 840, 113549, 1, 9, 8):         "unstructuredAddress",
	oid(1, 3, 6, 1, 4, 1, 311, 60, 2, 1, 1): "jurisdictionLocalityName",
	oid(1, 3, 6, 1, 4, 1, 311, 60, 2, 1, 2): "jurisdictionStateOrProvinceName",
	oid(1, 3, 6, 1, 4, 1, 311, 60, 2, 1, 3): "jurisdictionCountryName",
	oid(1, 3, 6, 1, 4, 1, 37244, 2, 1):      "matterVendorId",
	oid(1, 3, 6, 1, 4, 1, 37244, 2, 2):      "matterProductId",
}

// attributeName names an attribute type, or gives its object identifier in dots.
func attributeName(oid []byte) string {
	if name, ok := attributeNames[string(oid)]; ok {
		return name
	}
	return dotted(oid)
}

// subject examines every attribute of the RDNSequence and reports whether there is any.
func (e *exam) subject(content []byte) (named bool) {
	err := eachAttribute(content, func(oid []byte, tag cbasn1.Tag, value []byte) {
		named = true
		e.attributeValue(oid, tag, value)
	})
	if err != nil {
		e.addf(RuleBrokenDER, "the subject: %v", err)
	}
	return named
}

// eachAttribute walks an RDNSequence (RFC 5280 §4.1.2.4), given as its content, in order.
func eachAttribute(content []byte, do func(oid []byte, tag cbasn1.Tag, value []byte)) error {
	rdns := cryptobyte.String(content)
	for at := 1; !rdns.Empty(); at++ {
		var rdn cryptobyte.String
		if !rdns.ReadASN1(&rdn, cbasn1.SET) || rdn.Empty() {
			return fmt.Errorf("part %d is not a set of attributes", at)
		}
		for !rdn.Empty() {
			var pair, oid, value cryptobyte.String
			var tag cbasn1.Tag
			if !rdn.ReadASN1(&pair, cbasn1.SEQUENCE) || !readOID(&pair, &oid) ||
				!pair.ReadAnyASN1(&value, &tag) || !pair.Empty() {
				return fmt.Errorf("part %d is not a pair of type and value", at)
			}
			do(oid, tag, value)
		}
	}
	return nil
}

func (e *exam) attributeValue(oid []byte, tag cbasn1.Tag, value []byte) {
	commonName := len(oid) == 3 && oid[0] == 0x55 && oid[1] == 4 && oid[2] == 3
	if !isStringTag(tag) {
		if name, known := attributeNames[string(oid)]; known && name != "x500UniqueIdentifier" {
			e.addf(RuleStringType, "%s is not text: it has the ASN.1 tag 0x%02X", name, uint8(tag))
		}
		return
	}
	if commonName && e.facts.CommonName != "" {
		e.otherNames = append(e.otherNames, e.facts.CommonName)
	}
	country := len(oid) == 3 && oid[0] == 0x55 && oid[1] == 4 && oid[2] == 6
	if plainText(tag, value) && !country {
		// The usual case, without memory: only a length can be wrong.
		if commonName {
			e.facts.CommonName = string(value)
		}
		if len(value) == 0 {
			e.addf(RuleEmptyValue, "%s is there and empty", attributeName(oid))
		} else if len(value) > 32 {
			e.length(attributeName(oid), string(value))
		}
		return
	}
	name := attributeName(oid)
	text, flaw := decodeText(tag, value)
	if commonName {
		e.facts.CommonName = text
	}
	if flaw != "" {
		e.addf(RuleStringType, "%s %s: %s", name, attribute.Quote(text), flaw)
	}
	if country || name == "jurisdictionCountryName" {
		e.country(name, text)
		return
	}
	e.length(name, text)
	e.text(name, text, flaw != "")
}

func (e *exam) country(name, text string) {
	err := attribute.Country(text)
	if err == nil {
		return
	}
	rule := RuleCountry
	if errors.Is(err, attribute.ErrUserAssigned) {
		rule = RuleUserCountry
	}
	e.refuse(rule, name, err)
}

func (e *exam) length(name, text string) {
	if err := attribute.Length(name, text); err != nil {
		e.refuse(RuleTooLong, name, err)
	}
}

// refuse turns what package attribute says into a breach.
func (e *exam) refuse(rule *finding.Rule, name string, err error) {
	var a *attribute.Error
	hint := ""
	if errors.As(err, &a) {
		hint = a.Hint
	}
	e.add(rule, name+" "+err.Error(), hint)
}

// text reports the flaws of one value, those of one kind together. damaged: what is not of its string type has its
// finding already.
func (e *exam) text(name, value string, damaged bool) {
	flaws := attribute.Text(value)
	if len(flaws) == 0 {
		return
	}
	var first [5]*attribute.Flaw
	var more [5]int
	for i := range flaws {
		k := flaws[i].Kind
		if first[k] == nil {
			first[k] = &flaws[i]
		} else {
			more[k]++
		}
	}
	rules := [5]*finding.Rule{
		attribute.Control: RuleControlCharacter, attribute.OuterBlank: RuleOuterBlank, attribute.Invisible: RuleInvisibleCharacter,
		attribute.MixedScript: RuleMixedScript, attribute.Damaged: RuleStringType,
	}
	for k, flaw := range first {
		if flaw == nil || damaged && flaw.Kind == attribute.Damaged {
			continue
		}
		message := fmt.Sprintf("%s %s: %s", name, attribute.Quote(value), flaw.Reason)
		if more[k] > 0 {
			message += fmt.Sprintf(" and %d more", more[k])
		}
		e.add(rules[k], message, "")
	}
}

// The string types of X.680 §41 that names use, and those that only old tools write.
const (
	tagUTF8      = cbasn1.UTF8String
	tagNumeric   = cbasn1.Tag(18)
	tagPrintable = cbasn1.PrintableString
	tagTeletex   = cbasn1.T61String
	tagIA5       = cbasn1.IA5String
	tagVisible   = cbasn1.Tag(26)
	tagUniversal = cbasn1.Tag(28)
	tagBMP       = cbasn1.Tag(30)
)

var stringTypes = map[cbasn1.Tag]string{
	tagUTF8: "UTF8String", tagNumeric: "NumericString", tagPrintable: "PrintableString", tagTeletex: "TeletexString",
	tagIA5: "IA5String", tagVisible: "VisibleString", tagUniversal: "UniversalString", tagBMP: "BMPString",
}

func isStringTag(tag cbasn1.Tag) bool {
	switch tag {
	case tagUTF8, tagPrintable, tagIA5, tagTeletex, tagBMP, tagUniversal, tagVisible, tagNumeric:
		return true
	}
	return false
}

// printable has the characters of PrintableString (X.680 §41.4). The asterisk and the ampersand are none of them, but so
// many names were written with them that readers take them, and so do we.
var printable = func() (set [128]bool) {
	for _, c := range []byte("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789 '()+,-./:=?*&") {
		set[c] = true
	}
	return set
}()

// plainText: printable ASCII without outer blanks in a type whose bytes are its characters, so that no rule about
// characters is broken.
func plainText(tag cbasn1.Tag, b []byte) bool {
	switch tag {
	case tagUTF8, tagIA5:
		for _, c := range b {
			if c < 0x20 || c > 0x7E {
				return false
			}
		}
	case tagPrintable:
		for _, c := range b {
			if c > 0x7E || !printable[c] {
				return false
			}
		}
	default:
		return false
	}
	return len(b) == 0 || b[0] != ' ' && b[len(b)-1] != ' '
}

// decodeText gives the text of a string type as UTF-8, and what is wrong with its bytes, or "". A text that is wrong is
// still given as far as it can be read, so that people recognise it.
func decodeText(tag cbasn1.Tag, b []byte) (text, flaw string) {
	switch tag {
	case tagUTF8:
		if !utf8.Valid(b) {
			return latin1(b), "the bytes of the UTF8String are not UTF-8"
		}
		return string(b), ""
	case tagTeletex: // T.61 as all readers take it: Latin-1
		return latin1(b), ""
	case tagBMP:
		if len(b)%2 != 0 {
			flaw = "a BMPString has two bytes for each character, and the number of bytes is odd"
		}
		units := make([]uint16, len(b)/2)
		for i := range units {
			units[i] = uint16(b[2*i])<<8 | uint16(b[2*i+1])
			if utf16.IsSurrogate(rune(units[i])) {
				flaw = "a BMPString cannot hold surrogates"
			}
		}
		return string(utf16.Decode(units)), flaw
	case tagUniversal:
		if len(b)%4 != 0 {
			flaw = "a UniversalString has four bytes for each character"
		}
		runes := make([]rune, len(b)/4)
		for i := range runes {
			v := uint32(b[4*i])<<24 | uint32(b[4*i+1])<<16 | uint32(b[4*i+2])<<8 | uint32(b[4*i+3])
			runes[i] = utf8.RuneError
			if v <= utf8.MaxRune && utf8.ValidRune(rune(v)) {
				runes[i] = rune(v)
			} else {
				flaw = fmt.Sprintf("0x%X is not a character", v)
			}
		}
		return string(runes), flaw
	}
	for _, c := range b {
		bad := false
		switch tag {
		case tagPrintable:
			bad = c > 0x7F || !printable[c]
		case tagNumeric:
			bad = c != ' ' && (c < '0' || c > '9')
		case tagVisible:
			bad = c < 0x20 || c > 0x7E
		default:
			bad = c > 0x7F
		}
		if bad && c >= 0x20 && c != 0x7F { // control characters have a rule of their own
			if utf8.Valid(b) {
				return string(b), fmt.Sprintf("a %[2]s cannot hold %[1]q", firstOf(b, c), stringTypes[tag])
			}
			return latin1(b), fmt.Sprintf("a %[2]s cannot hold the byte 0x%02[1]X", c, stringTypes[tag])
		}
	}
	return string(b), ""
}

// firstOf is the character of valid UTF-8 that the first byte c is part of.
func firstOf(b []byte, c byte) rune {
	for i, r := range string(b) {
		if b[i] == c {
			return r
		}
	}
	return utf8.RuneError
}

func latin1(b []byte) string {
	runes := make([]rune, len(b))
	for i, c := range b {
		runes[i] = rune(c)
	}
	return string(runes)
}
