package attribute

import (
	"net/netip"
	"net/url"
	"strings"
)

// uriMarks are the characters of a URI besides letters, digits and percent (RFC 3986 §2).
const uriMarks = "-._~:/?#[]@!$&'()*+,;="

// URI checks an absolute URI as uniformResourceIdentifier in subjectAltName demands it: ASCII, with a scheme and
// something behind it; where there is an authority, its host is a DNS name or an IP address (RFC 5280 §4.2.1.6, RFC 3986
// §3). Underscores in the host pass, because SPIFFE trust domains have them.
func URI(s string) error {
	const write = "write the whole URI: https://device.example/1, urn:dev:mac:001ac27b0000"
	if s == "" {
		return refuse(s, write, "the URI is empty")
	}
	for _, r := range s {
		switch {
		case 'a' <= r && r <= 'z', 'A' <= r && r <= 'Z', '0' <= r && r <= '9', r == '%':
		case r == ' ':
			return refuse(s, "write %20 for a space", "the URI has a space in it")
		case strings.ContainsRune(uriMarks, r):
		default:
			return refuse(s, "percent-encode it", "the character %q is not allowed in a URI", r)
		}
	}
	scheme, rest, found := strings.Cut(s, ":")
	if !found || !isScheme(scheme) {
		return refuse(s, write, "the scheme is missing: the URI is not absolute")
	}
	if rest == "" || rest == "//" {
		return refuse(s, write, "nothing follows the scheme %q", scheme)
	}
	u, err := url.Parse(s)
	if err != nil {
		var reason string
		if e, ok := err.(*url.Error); ok {
			reason = e.Err.Error()
		} else {
			reason = err.Error()
		}
		return refuse(s, write, "%s", reason)
	}
	if !strings.HasPrefix(rest, "//") {
		return nil
	}
	host := u.Hostname()
	if host == "" {
		if strings.EqualFold(scheme, "file") {
			return nil
		}
		return refuse(s, write, "the host is missing")
	}
	if _, err := netip.ParseAddr(host); err == nil {
		return nil
	}
	if err := DNSName(strings.ReplaceAll(host, "_", "x"), false); err != nil {
		return refuse(s, write, "its host %q: %s", host, err.(*Error).Reason)
	}
	return nil
}

func isScheme(s string) bool {
	for i := 0; i < len(s); i++ {
		c := s[i]
		letter := 'a' <= c|0x20 && c|0x20 <= 'z'
		if !letter && (i == 0 || !('0' <= c && c <= '9' || c == '+' || c == '-' || c == '.')) {
			return false
		}
	}
	return s != ""
}
