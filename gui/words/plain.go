package words

import (
	"regexp"
	"time"
)

// rawTimes are times as programs write them (RFC 3339), with or without a fraction.
var rawTimes = regexp.MustCompile(`\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)`)

// rawForms are what libraries and systems say of a failure. The first that matches takes the place of what it matches.
func rawForms() []struct {
	form *regexp.Regexp
	text string
} {
	return []struct {
		form *regexp.Regexp
		text string
	}{
		{rawCertificate, T("raw.certificate")},
		{rawHost, T("raw.host")},
		{rawRefused, T("raw.refused")},
		{rawSlow, T("raw.slow")},
		{rawReset, T("raw.ended")},
		{rawEnd, T("raw.cut")},
		{rawPacked, T("raw.damaged")},
	}
}

var (
	request        = `(?:(?:Get|Post|Put|Patch|Delete|Head) "[^"]*": )?`
	dial           = `(?:(?:dial|read|write|proxyconnect) tcp[46]?(?: [^ :]*\S*)?: )*(?:(?:connect|read|write): )?`
	rawCertificate = regexp.MustCompile(request + `(?:tls: failed to verify certificate: )?x509: [^;]*`)
	rawHost        = regexp.MustCompile(request + `(?:dial tcp: )?lookup [^;]*`)
	rawRefused     = regexp.MustCompile(request + dial + `(?:connection refused|no route to host|network is unreachable|connectex: [^;]*)`)
	rawSlow        = regexp.MustCompile(request + dial + `(?:i/o timeout|context deadline exceeded(?: \([^)]*\))?|TLS handshake timeout)`)
	rawReset       = regexp.MustCompile(request + dial + `(?:connection reset by peer|broken pipe|use of closed network connection|remote error: tls: [^;]*)`)
	rawEnd         = regexp.MustCompile(request + `(?:unexpected )?EOF\b`)
	rawPacked      = regexp.MustCompile(`(?:flate|gzip|zlib): [^;:]*`)
)

// Plain is a text that a failure left, such as the last error of a batch, in words that an operator knows: what libraries say is put into
// ours, times are local. Details for whoever helps keep the raw text.
func Plain(raw string) string {
	text := Core(raw)
	for _, f := range rawForms() {
		text = f.form.ReplaceAllLiteralString(text, f.text)
	}
	return Visible(rawTimes.ReplaceAllStringFunc(text, func(s string) string {
		at, err := time.Parse(time.RFC3339Nano, s)
		if err != nil {
			return s
		}
		return Minute(at)
	}))
}
