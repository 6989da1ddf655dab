package attribute

import (
	"net/netip"
	"strings"

	"golang.org/x/net/idna"
)

// Limits of RFC 1035 §2.3.4, in octets; a name as text has two less than its 255 octets on the wire.
const (
	maxDNSName  = 253
	maxDNSLabel = 63
)

// DNSName checks a host name in the preferred name syntax (RFC 1034 §3.5, RFC 1123 §2.1), as dNSName in subjectAltName
// demands it (RFC 5280 §4.2.1.6): labels of letters, digits and inner hyphens, international ones as valid A-labels (RFC
// 5890). A first label "*" passes where wildcard is true (RFC 6125 §6.4.3). A single label passes: devices have such names.
func DNSName(s string, wildcard bool) error {
	const write = "write the host name alone, device-1.example.com for example"
	switch {
	case s == "":
		return refuse(s, write, "the name is empty")
	case strings.Contains(s, "://"):
		return refuse(s, write+", or give the value as a URI", "a URL, not a host name")
	case strings.ContainsAny(s, "/\\?#"):
		return refuse(s, write, "the host name has a path")
	case strings.Contains(s, "@"):
		return refuse(s, "give the value as an email address", "an email address, not a host name")
	}
	if last := s[len(s)-1]; '0' <= last && last <= '9' || last == ']' || strings.Contains(s, ":") {
		if _, err := netip.ParseAddr(strings.Trim(s, "[]")); err == nil {
			return refuse(s, "give the value as an IP address", "an IP address, not a host name")
		}
	}
	if i := strings.IndexByte(s, ':'); i >= 0 {
		return refuse(s, write, "the host name has a port or a colon: %q", s[i:])
	}
	for i := 0; i < len(s); i++ {
		if s[i] >= 0x80 {
			return refuseInternational(s)
		}
	}
	if len(s) > maxDNSName {
		return refuse(s, "shorten it", "the name has %d characters, at most %d are allowed", len(s), maxDNSName)
	}
	rest := s
	if strings.HasPrefix(rest, "*") {
		switch {
		case !wildcard:
			return refuse(s, "list each host name", "a wildcard is not allowed here")
		case rest == "*" || rest[1] != '.':
			return refuse(s, "write *.example.com", "a wildcard stands for one whole first label of a longer name")
		}
		rest = rest[2:]
	}
	numeric := false
	for more := true; more; {
		var label string
		label, rest, more = strings.Cut(rest, ".")
		if reason := labelFlaw(label, !more); reason != "" {
			return refuse(s, write, "%s", reason)
		}
		numeric = strings.Trim(label, "0123456789") == ""
	}
	if numeric && strings.Contains(s, ".") {
		return refuse(s, write, "the last label is a number, which readers take for an IP address")
	}
	return nil
}

// labelFlaw says what is wrong with one ASCII label, "" if nothing is.
func labelFlaw(label string, last bool) string {
	switch {
	case label == "" && last:
		return "the name ends in a dot"
	case label == "":
		return "a label is empty (two dots in a row, or one at the start)"
	case len(label) > maxDNSLabel:
		return "the label " + Quote(label) + " is longer than 63 characters"
	case label[0] == '-' || label[len(label)-1] == '-':
		return "the label " + Quote(label) + " begins or ends with a hyphen"
	}
	for i := 0; i < len(label); i++ {
		switch c := label[i]; {
		case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9', c == '-':
		case c == '_':
			return "the label " + Quote(label) + " has an underscore, which host names do not"
		case c == '*':
			return "a wildcard stands for one whole first label"
		case c == ' ':
			return "the name has a space in it"
		default:
			return "the character " + Quote(string(rune(c))) + " is not allowed in a host name"
		}
	}
	if len(label) >= 4 && strings.EqualFold(label[:4], "xn--") {
		return aLabelFlaw(strings.ToLower(label))
	}
	return ""
}

// aLabels checks without mapping: an A-label in a certificate must already be what a lookup would ask for.
var aLabels = idna.New(idna.ValidateLabels(true), idna.BidiRule(), idna.CheckHyphens(true), idna.StrictDomainName(true))

func aLabelFlaw(label string) string {
	unicode, err := aLabels.ToUnicode(label)
	if err == nil {
		var back string
		if back, err = aLabels.ToASCII(unicode); err == nil && back == label && unicode != label {
			return ""
		}
	}
	return "the label " + Quote(label) + " is not a valid A-label (RFC 5890)"
}

func refuseInternational(s string) error {
	if len(s) <= 4*maxDNSName { // the conversion costs the square of the length
		if ascii, err := idna.Lookup.ToASCII(s); err == nil && DNSName(ascii, true) == nil {
			return refuse(s, "write "+ascii, "letters beyond ASCII must be written as A-labels")
		}
	}
	return refuse(s, "write the name in ASCII", "characters beyond ASCII, and no international name (IDNA) either")
}
