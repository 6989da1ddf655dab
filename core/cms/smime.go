package cms

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"mime"
	"net/textproto"
	"strings"
)

// isHeader tells whether text begins with a header line of a mail (RFC 5322 §2.2).
func isHeader(text []byte) bool {
	for i, c := range text {
		switch {
		case c == ':':
			return i > 0
		case c <= ' ' || c >= 0x7f || i > 76:
			return false
		}
	}
	return false
}

// mediaTypes are those that hold CMS (RFC 8551 §3.2); application/octet-stream is what gateways make of them.
var mediaTypes = map[string]bool{
	"application/pkcs7-mime":   true,
	"application/x-pkcs7-mime": true,
	"application/cms":          true,
	"application/octet-stream": true,
}

// newSMIMEReader reads the headers and returns the content.
func newSMIMEReader(src *bufio.Reader) (io.Reader, error) {
	headers, size, err := readHeaders(src)
	if err != nil {
		return nil, err
	}
	if kind := headers.Get("Content-Type"); kind != "" {
		name, _, err := mime.ParseMediaType(kind)
		if err != nil && !errors.Is(err, mime.ErrInvalidMediaParameter) {
			return nil, &FormatError{Reason: "content type " + quoteShort(kind) + " cannot be read"}
		}
		if !mediaTypes[name] {
			return nil, &FormatError{Reason: "the mail holds " + quoteShort(name) + ", not application/pkcs7-mime: save its attachment smime.p7m"}
		}
	}
	switch encoding := strings.ToLower(strings.TrimSpace(headers.Get("Content-Transfer-Encoding"))); encoding {
	case "base64":
		body := newBase64Reader(src, 0)
		body.offset = size
		return body, nil
	case "", "binary", "8bit", "7bit":
		return src, nil // 7bit can be a lie around DER, or the truth around base64: what follows tells
	default:
		return nil, &FormatError{Reason: "transfer encoding " + quoteShort(encoding) + " cannot be read"}
	}
}

// readHeaders reads header lines to the empty line, at most coatWindow bytes.
func readHeaders(src *bufio.Reader) (textproto.MIMEHeader, int64, error) {
	head, err := src.Peek(coatWindow)
	if err != nil && err != io.EOF {
		return nil, 0, err
	}
	start, end := leadingSpace(head), -1
	for _, empty := range []string{"\n\n", "\n\r\n"} {
		if at := bytes.Index(head[start:], []byte(empty)); at >= 0 && (end < 0 || start+at+len(empty) < end) {
			end = start + at + len(empty)
		}
	}
	if end < 0 {
		return nil, 0, &FormatError{Offset: int64(len(head)), Reason: "the headers of the mail do not end"}
	}
	lines := bufio.NewReader(bytes.NewReader(head[start:end]))
	headers, err := textproto.NewReader(lines).ReadMIMEHeader()
	if err != nil {
		return nil, 0, &FormatError{Offset: int64(start), Reason: "the headers of the mail cannot be read"}
	}
	n, err := src.Discard(end)
	return headers, int64(n), err
}
