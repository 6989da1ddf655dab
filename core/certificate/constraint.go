package certificate

import (
	"bytes"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"errors"
	"fmt"
	"net/netip"
	"net/url"
	"strings"

	"golang.org/x/crypto/cryptobyte"
	cbasn1 "golang.org/x/crypto/cryptobyte/asn1"
	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"
)

// The forms of a GeneralName (RFC 5280 §4.2.1.6) that names may be constrained in.
const (
	formMail      = 1
	formDNS       = 2
	formDirectory = 4
	formURI       = 6
	formIP        = 7
)

var formNames = map[int]string{0: "other name", formMail: "mail address", formDNS: "DNS name", 3: "X.400 address", formDirectory: "directory name",
	5: "EDI party name", formURI: "URI", formIP: "IP address", 8: "registered ID"}

// generalName is a name, or the base of a subtree.
type generalName struct {
	form  int
	value []byte
}

// maxComparisons bounds names × constraints of one certificate: both come from outside.
const maxComparisons = 1 << 16

// HasNameConstraints: the certificate limits the names that may stand in what is issued below it.
func HasNameConstraints(c *x509.Certificate) bool { return nameConstraints(c) != nil }

func nameConstraints(c *x509.Certificate) []byte { return extension(c, oidNameConstraints.String()) }

func extension(c *x509.Certificate, id string) []byte {
	for _, e := range c.Extensions {
		if e.Id.String() == id {
			return e.Value
		}
	}
	return nil
}

// CheckNames holds the names of a certificate against the name constraints of all CAs above it (RFC 5280 §4.2.1.10,
// §6.1.3 (b), (c)): its subject, the alternative names, and mail addresses in the subject.
func CheckNames(c *x509.Certificate, above []*x509.Certificate) error {
	var names []generalName
	for _, ca := range above {
		raw := nameConstraints(ca)
		if raw == nil {
			continue
		}
		permitted, excluded, err := parseConstraints(raw)
		if err != nil {
			return fmt.Errorf("%q has name constraints that cannot be read: %w", Name(ca), err)
		}
		if names == nil {
			if names, err = namesOf(c); err != nil {
				return fmt.Errorf("%q has names that cannot be read: %w", Name(c), err)
			}
		}
		if len(names)*(len(permitted)+len(excluded)) > maxComparisons {
			return fmt.Errorf("%q has too many names for the constraints of %q: %d, and %d constraints", Name(c), Name(ca), len(names), len(permitted)+len(excluded))
		}
		for _, n := range names {
			if err := n.allowed(permitted, excluded); err != nil {
				return fmt.Errorf("%q may not issue %q: %w", Name(ca), Name(c), err)
			}
		}
	}
	return nil
}

func (n generalName) allowed(permitted, excluded []generalName) error {
	constrained, within := false, false
	for i, bases := range [][]generalName{permitted, excluded} {
		for _, base := range bases {
			if base.form != n.form {
				continue
			}
			hit, err := n.matches(base)
			switch {
			case err != nil:
				return err
			case i == 1 && hit:
				return fmt.Errorf("its name constraints exclude %s (%s)", n, formNames[n.form])
			case i == 0:
				constrained, within = true, within || hit
			}
		}
	}
	if constrained && !within {
		return fmt.Errorf("its name constraints do not permit %s (%s)", n, formNames[n.form])
	}
	return nil
}

// String shows the name to people.
func (n generalName) String() string {
	switch n.form {
	case formIP:
		if a, ok := netip.AddrFromSlice(n.value); ok {
			return a.String()
		}
	case formDirectory:
		var name pkix.RDNSequence
		if _, err := asn1.Unmarshal(n.value, &name); err == nil {
			return fmt.Sprintf("%q", name)
		}
	}
	return fmt.Sprintf("%q", n.value)
}

func (n generalName) matches(base generalName) (bool, error) {
	value, limit := strings.ToLower(string(n.value)), strings.ToLower(string(base.value))
	switch n.form {
	case formDNS:
		return below(strings.TrimSuffix(value, "."), strings.TrimPrefix(limit, "."), true), nil
	case formMail:
		at := strings.LastIndexByte(value, '@')
		switch {
		case at < 0:
			return false, errors.New("it has a mail address without @")
		case strings.Contains(limit, "@"): // one mailbox, whose local part has two cases
			b := strings.LastIndexByte(limit, '@')
			return value[at:] == limit[b:] && string(n.value[:at]) == string(base.value[:b]), nil
		}
		host := value[at+1:]
		if rest, ok := strings.CutPrefix(limit, "."); ok {
			return below(host, rest, false), nil
		}
		return limit == "" || host == limit, nil
	case formURI:
		u, err := url.Parse(string(n.value))
		if err != nil || u.Hostname() == "" {
			return false, errors.New("it has a URI without a host, and hosts are constrained")
		}
		host := strings.ToLower(u.Hostname())
		if rest, ok := strings.CutPrefix(limit, "."); ok {
			return below(host, rest, false), nil
		}
		return host == limit, nil
	case formIP:
		if len(base.value) != 2*len(n.value) {
			return false, nil // the other version of IP
		}
		for i, b := range n.value {
			if mask := base.value[len(n.value)+i]; b&mask != base.value[i]&mask {
				return false, nil
			}
		}
		return true, nil
	case formDirectory:
		have, err := Canonical(n.value)
		if err != nil {
			return false, err
		}
		want, err := Canonical(base.value)
		if err != nil || len(want) > len(have) {
			return false, err
		}
		for i := range want {
			if have[i] != want[i] {
				return false, nil
			}
		}
		return true, nil
	}
	return false, fmt.Errorf("it has a name of the form %q, whose constraints cannot be checked here", formNames[n.form])
}

// below: host is base (where that counts) or lies below it. Everything lies below "".
func below(host, base string, itself bool) bool {
	return base == "" || itself && host == base || strings.HasSuffix(host, "."+base)
}

// parseConstraints reads NameConstraints (RFC 5280 §4.2.1.10).
func parseConstraints(der []byte) (permitted, excluded []generalName, err error) {
	in := cryptobyte.String(der)
	if !in.ReadASN1(&in, cbasn1.SEQUENCE) {
		return nil, nil, errors.New("it is not a SEQUENCE")
	}
	for i, into := range []*[]generalName{&permitted, &excluded} {
		var trees cryptobyte.String
		var present bool
		if !in.ReadOptionalASN1(&trees, &present, cbasn1.Tag(i).Constructed().ContextSpecific()) { // #nosec G115 -- 0 or 1
			return nil, nil, errors.New("its subtrees cannot be read")
		}
		for !trees.Empty() {
			var tree cryptobyte.String
			if !trees.ReadASN1(&tree, cbasn1.SEQUENCE) {
				return nil, nil, errors.New("a subtree cannot be read")
			}
			base, err := readGeneralName(&tree)
			if err != nil {
				return nil, nil, err
			}
			if base.form == formIP && len(base.value) != 8 && len(base.value) != 32 {
				return nil, nil, errors.New("an IP range has neither 8 nor 32 bytes")
			}
			if !tree.Empty() {
				return nil, nil, errors.New("a subtree has a minimum or maximum, which RFC 5280 forbids")
			}
			*into = append(*into, base)
		}
	}
	if !in.Empty() || len(permitted)+len(excluded) == 0 {
		return nil, nil, errors.New("it holds no subtree, or more than subtrees")
	}
	return permitted, excluded, nil
}

func readGeneralName(in *cryptobyte.String) (generalName, error) {
	var value cryptobyte.String
	var tag cbasn1.Tag
	if !in.ReadAnyASN1(&value, &tag) || tag&0xc0 != 0x80 {
		return generalName{}, errors.New("a name in it cannot be read")
	}
	return generalName{int(tag & 0x1f), value}, nil
}

func namesOf(c *x509.Certificate) ([]generalName, error) {
	names := []generalName{}
	mail := false
	if raw := extension(c, "2.5.29.17"); raw != nil {
		in := cryptobyte.String(raw)
		if !in.ReadASN1(&in, cbasn1.SEQUENCE) {
			return nil, errors.New("the subject alternative name is not a SEQUENCE")
		}
		for !in.Empty() {
			n, err := readGeneralName(&in)
			if err != nil {
				return nil, err
			}
			mail = mail || n.form == formMail
			names = append(names, n)
		}
	}
	if len(c.RawSubject) > 2 {
		names = append(names, generalName{formDirectory, c.RawSubject})
	}
	for _, a := range c.Subject.Names {
		if s, ok := a.Value.(string); ok && !mail && a.Type.String() == "1.2.840.113549.1.9.1" {
			names = append(names, generalName{formMail, []byte(s)})
		}
	}
	return names, nil
}

// Canonical returns the relative distinguished names of a name in a form in which equal ones are equal (RFC 5280 §7.1):
// letters of one case, white space once, whatever type of string they stand in.
func Canonical(name []byte) ([]string, error) {
	damaged := errors.New("a directory name cannot be read")
	in := cryptobyte.String(name)
	var set, pair, oid, value cryptobyte.String
	var tag cbasn1.Tag
	if !in.ReadASN1(&in, cbasn1.SEQUENCE) {
		return nil, damaged
	}
	var all []string
	for !in.Empty() {
		if !in.ReadASN1(&set, cbasn1.SET) {
			return nil, damaged
		}
		var rdn strings.Builder
		for !set.Empty() { // DER sorts them
			if !set.ReadASN1(&pair, cbasn1.SEQUENCE) || !pair.ReadASN1(&oid, cbasn1.OBJECT_IDENTIFIER) || !pair.ReadAnyASN1(&value, &tag) {
				return nil, damaged
			}
			rdn.Write(oid)
			rdn.WriteByte(1)
			rdn.WriteString(canonicalString(tag, value))
			rdn.WriteByte(0)
		}
		all = append(all, rdn.String())
	}
	return all, nil
}

func canonicalString(tag cbasn1.Tag, value []byte) string {
	switch tag {
	case cbasn1.Tag(30): // BMPString
		wide := make([]rune, 0, len(value)/2)
		for ; len(value) > 1; value = value[2:] {
			wide = append(wide, rune(value[0])<<8|rune(value[1]))
		}
		value = []byte(string(wide))
	case cbasn1.T61String: // as everybody wrote it: Latin-1
		wide := make([]rune, len(value))
		for i, b := range value {
			wide[i] = rune(b)
		}
		value = []byte(string(wide))
	case cbasn1.PrintableString, cbasn1.UTF8String, cbasn1.IA5String, cbasn1.Tag(18):
	default:
		return string(append([]byte{byte(tag)}, value...))
	}
	return string(bytes.Join(bytes.Fields([]byte(cases.Fold().String(norm.NFKC.String(string(value))))), []byte(" ")))
}
