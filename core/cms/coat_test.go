package cms

import (
	"bytes"
	"encoding/base64"
	"errors"
	"io"
	"strings"
	"testing"
	"testing/iotest"
)

// lines is base64 in lines of n characters.
func lines(data []byte, n int, end string) string {
	text := base64.StdEncoding.EncodeToString(data)
	var out strings.Builder
	for ; len(text) > n; text = text[n:] {
		out.WriteString(text[:n] + end)
	}
	return out.String() + text + end
}

// dressed is a message in every coat.
func dressed(message []byte) map[string]struct{ text, coat string } {
	type test = struct{ text, coat string }
	body := lines(message, 64, "\n")
	pem := "-----BEGIN CMS-----\n" + body + "-----END CMS-----\n"
	mail := "MIME-Version: 1.0\nContent-Disposition: attachment; filename=\"smime.p7m\"\n" +
		"Content-Type: application/x-pkcs7-mime; smime-type=enveloped-data; name=\"smime.p7m\"\n" +
		"Content-Transfer-Encoding: base64\n\n" + body + "\n"
	crlf := strings.ReplaceAll(mail, "\n", "\r\n")
	return map[string]test{
		"bare":                {string(message), "none"},
		"pem":                 {pem, "PEM"},
		"pem pkcs7":           {strings.ReplaceAll(pem, "CMS-----", "PKCS7-----"), "PEM"},
		"pem gpgsm":           {strings.ReplaceAll(pem, "CMS-----", "ENCRYPTED MESSAGE-----"), "PEM"},
		"pem crlf":            {strings.ReplaceAll(pem, "\n", "\r\n"), "PEM"},
		"pem no last newline": {strings.TrimSpace(pem), "PEM"},
		"pem after text":      {"Batch 7, line 3\nsubject=CN = x\n\n" + pem, "PEM"},
		"pem after bom":       {"\xef\xbb\xbf" + pem, "PEM"},
		"base64":              {body, "base64"},
		"base64 one line":     {base64.StdEncoding.EncodeToString(message), "base64"},
		"base64 indented":     {"  \r\n" + lines(message, 76, "  \r\n\t"), "base64"},
		"base64 after bom":    {"\xef\xbb\xbf" + body, "base64"},
		"mail":                {mail, "S/MIME"},
		"mail crlf":           {crlf, "S/MIME"},
		"mail after blanks":   {"\n\n" + mail, "S/MIME"},
		"mail folded": {"Subject: a\n b: c\nContent-Type: application/pkcs7-mime;\n\tsmime-type=enveloped-data\n" +
			"content-transfer-encoding:  BASE64 \n\n" + body, "S/MIME"},
		"mail binary":        {"Content-Type: application/pkcs7-mime\nContent-Transfer-Encoding: binary\n\n" + string(message), "S/MIME"},
		"mail binary crlf":   {"Content-Type: application/cms\r\n\r\n" + string(message), "S/MIME"},
		"mail around pem":    {"Content-Type: application/octet-stream\n\n" + pem, "S/MIME around PEM"},
		"base64 around mail": {lines([]byte(crlf), 76, "\r\n"), "base64 around S/MIME"},
		"base64 around pem":  {lines([]byte(pem), 64, "\n"), "base64 around PEM"},
		"base64 twice":       {base64.StdEncoding.EncodeToString([]byte(body)), "base64 around base64"},
	}
}

func TestUnwrap(t *testing.T) {
	key := fixedKey(t)
	for _, n := range []int{0, 1, 2, 3, 200_000} {
		plain := payload(n)
		message := sealed(t, plain, -1, AES256GCM, key.to())
		for name, test := range dressed(message) {
			r, coat, err := Unwrap(iotest.DataErrReader(strings.NewReader(test.text)))
			if err != nil || coat.String() != test.coat {
				t.Errorf("%s: coat %q, want %q, error %v", name, coat, test.coat, err)
				continue
			}
			if got, err := io.ReadAll(r); err != nil || !bytes.Equal(got, message) {
				t.Errorf("%s: %d bytes of %d, error %v", name, len(got), len(message), err)
			}
			mustOpen(t, []byte(test.text), plain, key)
		}
	}
}

// TestCoatDamage: every coat cut short, changed or followed by something that is no text is an error, and the content stays closed.
func TestCoatDamage(t *testing.T) {
	key := fixedKey(t)
	plain := payload(30)
	for name, test := range dressed(sealed(t, plain, 30, AES256GCM, key.to())) {
		for n := range test.text {
			got, _, err := opened([]byte(test.text[:n]), key)
			// The last characters may be white space, or white space of the layer within.
			blank := len(test.text)-n <= 8 && bytes.Equal(got, plain)
			if err == nil && !blank || err != nil && len(got) > 0 {
				t.Errorf("%s cut to %d of %d: %d bytes, error %v", name, n, len(test.text), len(got), err)
			}
		}
		for _, tail := range []string{"x", "AAAA", "\n-----BEGIN CMS-----\n", "\n--boundary", "\x00x", "=="} {
			got, _, err := opened([]byte(test.text+tail), key)
			if footer := strings.HasSuffix(test.text, "-----\n") || strings.HasSuffix(test.text, "-----\r\n") || tail[0] == '\n' && strings.Contains(test.text, "-----END"); footer && tail == strings.Trim(tail, "\x00") && !strings.Contains(tail, "BEGIN") {
				if err != nil || !bytes.Equal(got, plain) { // text may follow the block, as a signature follows a letter
					t.Errorf("%s with %q behind: %d bytes, error %v", name, tail, len(got), err)
				}
			} else if !errors.Is(err, ErrFormat) || len(got) > 0 {
				t.Errorf("%s with %q behind: %d bytes, error %v", name, tail, len(got), err)
			}
		}
		for at := range test.text {
			changed := []byte(test.text)
			changed[at] ^= []byte{1, 0x40, 0x80}[at%3]
			got, m, err := opened(changed, key)
			if err == nil && !bytes.Equal(got, plain) && m.Authenticated() || err != nil && len(got) > 0 {
				t.Fatalf("%s, byte %d changed: %d bytes, error %v", name, at, len(got), err)
			}
		}
	}
}

func TestUnwrapRefuses(t *testing.T) {
	for name, test := range map[string]struct{ text, want string }{
		"empty":           {"", "an empty file"},
		"blanks":          {" \r\n\t", "an empty file"},
		"bom":             {"\xef\xbb\xbf", "an empty file"},
		"zip":             {"PK\x03\x04\x14\x00", "a ZIP archive"},
		"a JSON text":     {`{"certificate": "x"}`, "a JSON text"},
		"other pem":       {"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", "a certificate"},
		"pgp":             {"-----BEGIN PGP MESSAGE-----\n\nhQEMAwECAwQFBgcIAQgAAQIDBAUGBwgJCgsMDQ4PEBESExQVFhcYGRobHB0eHyA=\n-----END PGP MESSAGE-----\n", "OpenPGP"},
		"control in pem":  {"-----BEGIN A\x1b[31m-----\n", "a text"},
		"broken pem":      {"-----BEGIN CMS\nAAAA", "a text"},
		"multipart":       {"Content-Type: multipart/mixed; boundary=x\n\n--x\n", "a mail"},
		"text mail":       {"Subject: hello\nContent-Type: text/plain\n\nhello", "a mail"},
		"quoted":          {"Content-Type: application/cms\nContent-Transfer-Encoding: quoted-printable\n\nAAAA", "a mail"},
		"endless headers": {strings.Repeat("X-Header: value\n", 10_000), "a text"},
		"no colon":        {"Content-Type: application/cms\nwhat is this\n\nAAAA", "a text"},
		"base64 onion":    {onion([]byte("PK\x03\x04 and so on"), 5), "too many layers"},
		"sentence":        {"this is not a message.", "a text"},
	} {
		r, _, err := Unwrap(strings.NewReader(test.text))
		if err == nil {
			_, err = io.Copy(io.Discard, r)
		}
		var format *FormatError
		if !errors.As(err, &format) || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: error %v, want one with %q", name, err, test.want)
		}
	}
}

func onion(b []byte, layers int) string {
	for range layers {
		b = []byte(base64.StdEncoding.EncodeToString(b))
	}
	return string(b)
}
