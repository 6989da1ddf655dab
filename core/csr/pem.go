package csr

import (
	"bytes"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"

	"golang.org/x/crypto/cryptobyte"
	"golang.org/x/crypto/cryptobyte/asn1"

	"enrollbench/core/form"
)

// MaxRequestBytes is the largest CSR that is read, in bytes of DER. RSA 4096 with many extensions stays below 8 kB, and
// an ML-DSA-87 request is about 8 kB; ten times that is no CSR for a device.
const MaxRequestBytes = 96 << 10

// maxBlockBytes bounds a PEM block's text: base64 makes 4 of 3, and lines may be indented.
const maxBlockBytes = 2 * MaxRequestBytes

// decodeBody decodes the base64 between the BEGIN and END lines into dst, which it may grow and returns. Line breaks
// and blanks are passed over wherever they stand, which is the lax form of RFC 7468 §3; note says what else was.
func decodeBody(dst, body []byte) (der []byte, note string, err error) {
	if i := bytes.IndexByte(body, ':'); i >= 0 {
		return nil, "", fmt.Errorf("it has header lines (%q), which a CSR does not", firstLine(body))
	}
	need := base64.StdEncoding.DecodedLen(len(body))
	if need > MaxRequestBytes*3/2 {
		return nil, "", fmt.Errorf("it has %d bytes, and the limit for a CSR is %d", need, MaxRequestBytes)
	}
	if cap(dst) < need {
		dst = make([]byte, need, need+need/2)
	}
	dst = dst[:need]
	n, err := base64.StdEncoding.Decode(dst, body) // passes over CR and LF
	if err != nil {
		body, note = form.CleanBase64(body)
		n, err = base64.StdEncoding.Decode(dst, body)
	}
	switch at := base64.CorruptInputError(0); {
	case err != nil && bytes.Contains(body, []byte("=3D")):
		return nil, note, errors.New("it is not base64 but quoted-printable, as mails are sent; save the attachment again with the mail program")
	case errors.As(err, &at) && int(at) < len(body):
		return nil, note, fmt.Errorf("it is not base64: %q at character %d", string(body[at:at+1]), at)
	case err != nil:
		return nil, note, errors.New("its base64 ends too early; it may be cut short")
	case n == 0:
		return nil, note, errors.New("there is nothing between its BEGIN and END lines")
	case n > MaxRequestBytes:
		return nil, note, fmt.Errorf("it has %d bytes, and the limit for a CSR is %d", n, MaxRequestBytes)
	}
	if b, found, _ := form.NextBlock(dst[:n], 0); found && b.Err == nil && form.OfLabel(b.Label) == form.PKCS10 && bytes.HasPrefix(dst, []byte("-----BEGIN ")) {
		if _, again, _ := form.NextBlock(dst[:n], b.End); again { // as a value in JSON or YAML holds it
			return nil, note, errors.New("its base64 holds more than one PEM block")
		}
		inner, more, err := decodeBody(nil, b.Body)
		return inner, joined(joined(note, "base64 around PEM"), more), err
	}
	return dst[:n], note, nil
}

func firstLine(b []byte) string {
	line, _, _ := strings.Cut(strings.TrimSpace(string(b)), "\n")
	if len(line) > 60 {
		line = line[:60]
	}
	return strings.TrimSpace(line)
}

// withoutPadding cuts what fills a buffer around one structure of DER: zero bytes before it; behind it zero bytes, erased
// flash (0xFF) and line breaks. note says what was cut.
func withoutPadding(data []byte) (der []byte, note string) {
	der = bytes.TrimLeft(data, "\x00")
	if zeros := len(data) - len(der); zeros > 0 {
		note = fmt.Sprintf("%d zero bytes before it", zeros)
	}
	if rest := behind(der); len(rest) > 0 && len(bytes.Trim(rest, "\x00\xFF\r\n\x1A ")) == 0 {
		der = der[:len(der)-len(rest)]
		note = joined(note, fmt.Sprintf("%d bytes of padding or line breaks behind it", len(rest)))
	}
	return der, note
}

// behind is what follows the first element of DER, nil where there is none.
func behind(der []byte) []byte {
	var outer cryptobyte.String
	rest := cryptobyte.String(der)
	if !rest.ReadASN1Element(&outer, asn1.SEQUENCE) {
		return nil
	}
	return rest
}

// joined puts two notes together.
func joined(a, b string) string {
	switch {
	case a == "":
		return b
	case b == "":
		return a
	}
	return a + "; " + b
}

// DecodePEM reads the one CSR in text, with its BEGIN and END lines, on one line or several, and returns its DER. Text
// before and after is passed over, and so is what can only mean one thing: other dashes, escaped line breaks, quotation
// marks. A second block is an error.
func DecodePEM(text []byte) ([]byte, error) {
	b, ok, _ := form.NextBlock(text, 0)
	switch kind := form.OfLabel(b.Label); {
	case !ok:
		return nil, fmt.Errorf("no BEGIN CERTIFICATE REQUEST line: this is %s", form.Detect(text))
	case b.Err != nil:
		return nil, fmt.Errorf("the PEM block is broken: %w", b.Err)
	case kind != form.PKCS10:
		return nil, fmt.Errorf("%s is where a CSR should be", form.Form{Kind: kind, Label: b.Label})
	}
	if _, again, _ := form.NextBlock(text, b.End); again {
		return nil, errors.New("more than one PEM block")
	}
	der, _, err := decodeBody(nil, b.Body)
	if err != nil {
		return nil, fmt.Errorf("the PEM block is broken: %w", err)
	}
	return der, nil
}

const (
	pemHeader = "-----BEGIN CERTIFICATE REQUEST-----\n"
	pemFooter = "-----END CERTIFICATE REQUEST-----\n"
	pemLine   = 64
)

// AppendPEM appends der as a PEM block of 64 characters a line, each ended by LF (RFC 7468 §3, §7).
func AppendPEM(dst, der []byte) []byte {
	dst = append(dst, pemHeader...)
	const chunk = pemLine / 4 * 3
	for len(der) > 0 {
		n := min(len(der), chunk)
		dst = base64.StdEncoding.AppendEncode(dst, der[:n])
		dst = append(dst, '\n')
		der = der[n:]
	}
	return append(dst, pemFooter...)
}
