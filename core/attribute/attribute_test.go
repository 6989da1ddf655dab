package attribute

import (
	"errors"
	"net/netip"
	"os"
	"strings"
	"testing"
)

// verdicts runs one check over values that pass ("" as reason) and values that fail with these words.
func verdicts(t *testing.T, check func(string) error, want map[string]string) {
	t.Helper()
	for value, words := range want {
		err := check(value)
		if words == "" {
			if err != nil {
				t.Errorf("%q is refused: %v", value, err)
			}
			continue
		}
		var e *Error
		if !errors.As(err, &e) {
			t.Errorf("%q passes, want a refusal with %q", value, words)
			continue
		}
		if e.Value != value {
			t.Errorf("%q: the error holds %q", value, e.Value)
		}
		if text := e.Error() + " → " + e.Hint; !strings.Contains(text, words) {
			t.Errorf("%q: %s, want %q in it", value, text, words)
		}
	}
}

func TestCountry(t *testing.T) {
	verdicts(t, Country, map[string]string{
		"DE": "", "US": "", "AX": "", "ZW": "", "GB": "",
		"de": "write DE", "Us": "write US", "UK": "write GB", "USA": "write US", "deu": "write DE",
		" DE": "spaces", "DE\n": "spaces",
		"XK": "leaves to users", "ZZ": "leaves to users", "AA": "leaves to users", "QM": "leaves to users",
		"QL": "assigns no country", "EU": "assigns no country", "xx": "assigns no country",
		"": "not two letters", "D": "not two letters", "Germany": "not two letters", "D1": "not two letters", "ÄÖ": "not two letters",
	})
	if !errors.Is(Country("XK"), ErrUserAssigned) || errors.Is(Country("UK"), ErrUserAssigned) {
		t.Error("ErrUserAssigned must be found for XK and not for UK")
	}
}

// The list equals the one that the time zone database takes from the ISO 3166 maintenance agency, where it is installed.
func TestCountriesAgainstZoneInfo(t *testing.T) {
	data, err := os.ReadFile("/usr/share/zoneinfo/iso3166.tab")
	if err != nil {
		t.Skip("no iso3166.tab here")
	}
	listed := map[string]bool{}
	for line := range strings.Lines(string(data)) {
		if len(line) > 2 && line[0] != '#' {
			listed[line[:2]] = true
		}
	}
	for a := 'A'; a <= 'Z'; a++ {
		for b := 'A'; b <= 'Z'; b++ {
			code := string(a) + string(b)
			if got := Country(code) == nil; got != listed[code] {
				t.Errorf("%s: passes %v, listed %v", code, got, listed[code])
			}
		}
	}
}

func TestDNSName(t *testing.T) {
	label63 := strings.Repeat("a", 63)
	longest := strings.Repeat(label63+".", 3) + strings.Repeat("b", 61)
	verdicts(t, func(s string) error { return DNSName(s, true) }, map[string]string{
		"example.com": "", "Device-1.example.com": "", "localhost": "", "3com.com": "", "r3---sn.example": "",
		"xn--bcher-kva.example": "", "XN--BCHER-KVA.example": "", "*.example.com": "", "1.2.3.example": "", "00-1a-c2-7b-00-00": "",
		longest: "", label63 + ".de": "", "2001": "",
		"":            "empty",
		longest + "x": "at most", label63 + "a.de": "longer than 63",
		"a..b": "label is empty", ".a": "label is empty", "example.com.": "ends in a dot",
		"-a.de": "hyphen", "a-.de": "hyphen", "my_host.de": "underscore", "a b.de": "space", "a\x00.de": `\x00`,
		"https://example.com": "URL", "example.com/x": "path", "example.com:443": "port", "a@example.com": "email",
		"192.0.2.7": "IP address", "2001:db8::1": "IP address", "[::1]": "IP address", "1.2.3.4.5": "number",
		"*": "whole first label", "*a.de": "whole first label", "a.*.de": "whole first label", "*.": "ends in a dot",
		"bücher.example": "write xn--bcher-kva.example", "例え.jp": "write xn--r8jz45g.jp", "a\u00a0b.de": "ASCII",
		"xn--.example": "hyphen", "xn--a.example": "A-label", "xn--99999999.example": "A-label",
	})
	verdicts(t, func(s string) error { return DNSName(s, false) }, map[string]string{"*.example.com": "wildcard", "example.com": ""})
}

func TestEmail(t *testing.T) {
	verdicts(t, Email, map[string]string{
		"a@example.com": "", "first.last+tag@sub.example.com": "", `"a b"@example.com`: "", `"a\"b"@example.com`: "",
		"a@[192.0.2.1]": "", "a@[IPv6:2001:db8::1]": "", "o'neil@example.com": "", "a@localhost": "",
		"": "empty", "example.com": "@ is missing", "@example.com": "no name is before", "a@": "name is empty",
		"Ana <a@example.com>": "angle brackets", "mailto:a@example.com": "mailto", "a b@example.com": "is not allowed",
		"a..b@example.com": "dot", ".a@example.com": "dot", "ü@example.com": "printable ASCII", "a@exa_mple.com": "underscore",
		`"a@example.com`: "closing quote", `"a"b@example.com`: "closing quote", "a@[x]": "literal", "a\n@example.com": "printable ASCII",
		strings.Repeat("a", 65) + "@example.com": "more than 64",
		"a@" + strings.Repeat("a.", 130) + "de":  "at most 254",
		"a@b@example.com":                        "is not allowed",
	})
}

func TestURI(t *testing.T) {
	verdicts(t, URI, map[string]string{
		"https://example.com": "", "https://example.com:8443/a?b=c#d": "", "urn:dev:mac:001ac27b0000": "", "tag:example.com,2026:x": "",
		"spiffe://plant_1/line/4": "", "https://192.0.2.1/": "", "https://[2001:db8::1]/": "", "file:///etc/x": "", "opc.tcp://plc-1:4840": "",
		"urn:DESKTOP-1:Vendor:Server": "", "https://a%20b@example.com/": "",
		"": "empty", "example.com/x": "scheme", "/relative": "scheme", "//example.com": "scheme", "https:": "nothing follows", "https://": "nothing follows",
		"1http://a": "scheme", "https://a b": "space", "https://exämple.com": "is not allowed", "https:///x": "host is missing", "https://-a/": "hyphen",
		"https://a/%zz": "escape", "https://a:port/": "port", "https://a\\b": "is not allowed", "h\x00:a": "is not allowed",
	})
}

func TestIP(t *testing.T) {
	verdicts(t, IP, map[string]string{
		"192.0.2.7": "", "2001:db8::7": "", "::ffff:192.0.2.7": "", "fe80::1": "", "127.0.0.1": "",
		"": "empty", "192.0.2.0/24": "mask", "192.0.2.7:443": "port", "[2001:db8::7]": "brackets", "fe80::1%eth0": "zone", " 192.0.2.7": "spaces",
		"192.0.2": "not an IP", "256.1.1.1": "not an IP", "192.0.2.07": "not an IP", "host": "not an IP",
		"0.0.0.0": "unspecified", "::": "unspecified", "224.0.0.1": "multicast", "ff02::1": "multicast", "255.255.255.255": "broadcast",
	})
	if Address(netip.Addr{}) == nil {
		t.Error("the zero address passes")
	}
}

func TestLength(t *testing.T) {
	if upperBounds["commonName"] != 64 || upperBounds["countryName"] != 2 {
		t.Error("bounds differ from RFC 5280 Appendix A.1")
	}
	u64 := strings.Repeat("ü", 64) // 64 characters, 128 bytes
	verdicts(t, func(s string) error { return Length("commonName", s) }, map[string]string{
		"": "", u64: "", u64 + "x": "65 characters; at most 64",
	})
	if err := Length("no such", strings.Repeat("x", 1e5)); err != nil {
		t.Error(err)
	}
}

func TestQuote(t *testing.T) {
	for in, want := range map[string]string{
		"a\nb":                   `"a\nb"`,
		"a\u200bb":               `"a\u200bb"`,
		strings.Repeat("ü", 80):  `"` + strings.Repeat("ü", 80) + `"`,
		strings.Repeat("ü", 200): `"` + strings.Repeat("ü", 80) + `"… (200 characters)`,
	} {
		if got := Quote(in); got != want {
			t.Errorf("%q: %s, want %s", in, got, want)
		}
	}
}
