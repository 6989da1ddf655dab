package csr

import (
	"bytes"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
)

// MaxRequestBytes is the largest CSR that is read, in bytes of DER. RSA 4096 with many extensions stays below 8 kB, and
// an ML-DSA-87 request is about 8 kB; ten times that is no CSR for a device.
const MaxRequestBytes = 96 << 10

// maxBlockBytes bounds a PEM block's text: base64 makes 4 of 3, and lines may be indented.
const maxBlockBytes = 2 * MaxRequestBytes

var (
	pemBegin = []byte("-----BEGIN ")
	pemEnd   = []byte("-----END ")
	pemDash  = []byte("-----")
)

// block is one PEM block within a text.
type block struct {
	label      string
	start, end int    // text[start:end] is the block, BEGIN and END lines included
	body       []byte // what stands between them
	err        error  // why the block cannot be read, nil if its frame is whole
}

// nextBlock finds the first PEM block of text at or after from. ok is false where there is none. When the block may go
// on beyond the text, more is true: the caller that has more to read should bring it and ask again.
//
// Unlike encoding/pem it takes a block that stands on one line, as the service's CSV example shows it, and it says what
// is wrong with a broken one instead of passing over it.
func nextBlock(text []byte, from int) (b block, ok, more bool) {
	i := bytes.Index(text[from:], pemBegin)
	if i < 0 {
		return block{}, false, false
	}
	b.start = from + i
	labelAt := b.start + len(pemBegin)
	n := bytes.Index(text[labelAt:min(len(text), labelAt+80)], pemDash)
	if n < 0 || bytes.ContainsAny(text[labelAt:labelAt+n], "\r\n") {
		b.end = labelAt
		b.err = errors.New("its BEGIN line does not end in five dashes")
		return b, true, len(text)-labelAt < 80
	}
	b.label = internLabel(text[labelAt : labelAt+n])
	bodyAt := labelAt + n + len(pemDash)
	e := bytes.Index(text[bodyAt:], pemDash)
	if e < 0 {
		b.end = len(text)
		b.err = fmt.Errorf("it has a BEGIN line but no END line; was the file cut short?")
		return b, true, true
	}
	endAt := bodyAt + e
	b.body = text[bodyAt:endAt]
	if !bytes.HasPrefix(text[endAt:], pemEnd) {
		b.end = endAt
		b.err = errors.New("another BEGIN line follows before its END line")
		return b, true, len(text)-endAt < len(pemEnd)
	}
	endLabelAt := endAt + len(pemEnd)
	n = bytes.Index(text[endLabelAt:min(len(text), endLabelAt+80)], pemDash)
	if n < 0 {
		b.end = endLabelAt
		b.err = errors.New("its END line does not end in five dashes")
		return b, true, len(text)-endLabelAt < 80
	}
	b.end = endLabelAt + n + len(pemDash)
	if got := string(text[endLabelAt : endLabelAt+n]); got != b.label {
		b.err = fmt.Errorf("it begins as %q and ends as %q", b.label, got)
	}
	return b, true, false
}

// internLabel spares an allocation for each of 200,000 equal labels.
func internLabel(b []byte) string {
	switch string(b) {
	case "CERTIFICATE REQUEST":
		return "CERTIFICATE REQUEST"
	case "NEW CERTIFICATE REQUEST":
		return "NEW CERTIFICATE REQUEST"
	}
	return string(b)
}

// decodeBody decodes the base64 between the BEGIN and END lines into dst, which it may grow and returns. Line breaks
// and blanks are passed over wherever they stand, which is the lax form of RFC 7468 §3.
func decodeBody(dst, body []byte) ([]byte, error) {
	if i := bytes.IndexByte(body, ':'); i >= 0 {
		return nil, fmt.Errorf("it has header lines (%q), which a CSR does not", firstLine(body))
	}
	need := base64.StdEncoding.DecodedLen(len(body))
	if need > MaxRequestBytes*3/2 {
		return nil, fmt.Errorf("it has %d bytes, and the limit for a CSR is %d", need, MaxRequestBytes)
	}
	if cap(dst) < need {
		dst = make([]byte, need, need+need/2)
	}
	dst = dst[:need]
	if bytes.ContainsAny(body, " \t\f\v") {
		body = bytes.Map(func(r rune) rune {
			if r == ' ' || r == '\t' || r == '\f' || r == '\v' {
				return -1
			}
			return r
		}, body)
	}
	n, err := base64.StdEncoding.Decode(dst, body)
	if err != nil {
		var at base64.CorruptInputError
		if errors.As(err, &at) {
			if int(at) < len(body) {
				return nil, fmt.Errorf("it is not base64: %q stands at character %d", string(body[at:at+1]), at)
			}
			return nil, errors.New("its base64 ends too early; was it cut short?")
		}
		return nil, err
	}
	if n == 0 {
		return nil, errors.New("nothing stands between its BEGIN and END lines")
	}
	if n > MaxRequestBytes {
		return nil, fmt.Errorf("it has %d bytes, and the limit for a CSR is %d", n, MaxRequestBytes)
	}
	return dst[:n], nil
}

func firstLine(b []byte) string {
	line, _, _ := strings.Cut(strings.TrimSpace(string(b)), "\n")
	if len(line) > 60 {
		line = line[:60]
	}
	return strings.TrimSpace(line)
}

// DecodePEM reads the one CSR in text, with its BEGIN and END lines, on one line or several, and returns its DER. Text
// before and after is passed over; a second block is an error.
func DecodePEM(text []byte) ([]byte, error) {
	b, ok, _ := nextBlock(text, 0)
	switch {
	case !ok:
		_, what := kindOfBytes(append(text[:len(text):len(text)], ' '))
		return nil, fmt.Errorf("no BEGIN CERTIFICATE REQUEST line: this is %s", what)
	case b.err != nil:
		return nil, fmt.Errorf("the PEM block is broken: %w", b.err)
	case kindOfLabel(b.label) != Request:
		return nil, fmt.Errorf("a %s stands where a CSR should", kindOfLabel(b.label))
	}
	if _, again, _ := nextBlock(text, b.end); again {
		return nil, errors.New("more than one PEM block")
	}
	der, err := decodeBody(nil, b.body)
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
