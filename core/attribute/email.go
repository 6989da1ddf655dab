package attribute

import (
	"net/netip"
	"strings"
)

// atext are the characters of an unquoted local part besides letters and digits (RFC 5322 §3.2.3).
const atext = "!#$%&'*+-/=?^_`{|}~"

// Email checks a mailbox as rfc822Name in subjectAltName and emailAddress in a subject demand it: local-part@host in
// ASCII (RFC 5280 §4.2.1.6, RFC 5321 §4.1.2), with neither display name nor angle brackets nor comment.
func Email(s string) error {
	const write = "write name@example.com"
	switch {
	case s == "":
		return refuse(s, write, "the address is empty")
	case strings.HasPrefix(strings.ToLower(s), "mailto:"):
		return refuse(s, write+", or give the value as a URI", "a mailto URI, not an address")
	case strings.ContainsAny(s, "<>"):
		return refuse(s, write, "the address has angle brackets or a display name")
	case len(s) > 254:
		return refuse(s, "shorten it", "the address has %d characters; at most 254 are allowed", len(s))
	}
	for _, r := range s {
		if r > 0x7E || r < 0x20 {
			return refuse(s, write, "the character %q is not printable ASCII", r)
		}
	}
	at := strings.LastIndexByte(s, '@')
	if at < 0 {
		return refuse(s, write, "the @ is missing")
	}
	local, host := s[:at], s[at+1:]
	if reason := localFlaw(local); reason != "" {
		return refuse(s, write, "%s", reason)
	}
	if strings.HasPrefix(host, "[") && strings.HasSuffix(host, "]") {
		literal := strings.TrimPrefix(host[1:len(host)-1], "IPv6:")
		if _, err := netip.ParseAddr(literal); err != nil {
			return refuse(s, write, "%q is not an address literal", host)
		}
		return nil
	}
	if err := DNSName(host, false); err != nil {
		return refuse(s, write, "after the @: %s", err.(*Error).Reason)
	}
	return nil
}

func localFlaw(local string) string {
	switch {
	case local == "":
		return "no name is before the @"
	case len(local) > 64:
		return "more than 64 characters are before the @"
	case local[0] == '"':
		return quotedFlaw(local)
	case strings.HasPrefix(local, ".") || strings.HasSuffix(local, ".") || strings.Contains(local, ".."):
		return "the name begins or ends with a dot, or has two in a row"
	}
	for i := 0; i < len(local); i++ {
		c := local[i]
		letter := 'a' <= c|0x20 && c|0x20 <= 'z' || '0' <= c && c <= '9'
		if !letter && c != '.' && strings.IndexByte(atext, c) < 0 {
			return "the character " + Quote(string(rune(c))) + " is not allowed before the @"
		}
	}
	return ""
}

// quotedFlaw checks a quoted local part: any printable character, quotes and backslashes behind a backslash.
func quotedFlaw(local string) string {
	for i := 1; i < len(local); i++ {
		switch local[i] {
		case '\\':
			i++
		case '"':
			if i == len(local)-1 {
				return ""
			}
			return "text follows the closing quote before the @"
		}
	}
	return "the closing quote before the @ is missing"
}
