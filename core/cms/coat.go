package cms

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"strings"

	"enrollbench/core/ber"
)

// Layer is one thing that lies around a message.
type Layer int

// The layers that Unwrap takes off.
const (
	SMIME  Layer = iota // headers of a mail, then base64 or binary
	PEM                 // -----BEGIN CMS----- or -----BEGIN PKCS7-----
	Base64              // nothing but base64
)

var layers = [...]string{"S/MIME", "PEM", "base64"}

// String names the layer.
func (l Layer) String() string {
	if l < 0 || int(l) >= len(layers) {
		return "unknown"
	}
	return layers[l]
}

// Coat is everything that lies around a message, from the outside in. It is empty for DER and BER as they are.
type Coat []Layer

// String says it in words.
func (c Coat) String() string {
	if len(c) == 0 {
		return "none"
	}
	var names []string
	for _, l := range c {
		names = append(names, l.String())
	}
	return strings.Join(names, " around ")
}

const (
	maxLayers  = 3        // base64 around S/MIME, and one to spare
	coatWindow = 64 << 10 // what is looked at to know a coat: text before PEM and headers of a mail end within, bytes
)

// Unwrap takes off what lies around a CMS message and returns the stream of its DER or BER: S/MIME headers with base64 or
// binary content, PEM blocks "CMS" and "PKCS7" (gpgsm: "ENCRYPTED MESSAGE"), a bare base64 coat around any of these,
// nothing. It reads the first 64 KiB to know the coat; damage further on is an error of the returned reader. A
// *FormatError says that this is no CMS message and what it looks like; its offset counts in the layer where it was found.
func Unwrap(r io.Reader) (io.Reader, Coat, error) {
	var coat Coat
	for {
		window := bufio.NewReaderSize(r, coatWindow)
		head, err := window.Peek(coatWindow)
		if err != nil && err != io.EOF && err != bufio.ErrBufferFull {
			return nil, coat, err
		}
		if len(head) > 0 && head[0] == ber.Sequence && !isBase64Text(head) {
			return window, coat, nil
		}
		if len(coat) == maxLayers {
			return nil, coat, &FormatError{Reason: fmt.Sprintf("more than %d layers lie around it", maxLayers)}
		}
		var layer Layer
		if r, layer, err = takeOff(window, head); err != nil {
			return nil, coat, err
		}
		coat = append(coat, layer)
	}
}

// takeOff knows the outermost layer and returns what it holds. head is what window delivers first.
func takeOff(window *bufio.Reader, head []byte) (io.Reader, Layer, error) {
	skipped := leadingSpace(head)
	text := head[skipped:]
	if len(text) == 0 {
		return nil, 0, &FormatError{Offset: int64(skipped), Reason: "there is nothing in it"}
	}
	const none = "neither der, S/MIME, pem nor base64"
	if other := looksLike(text); other != "" {
		return nil, 0, &FormatError{Offset: int64(skipped), Reason: none + "; it looks like " + other}
	}
	if at := pemStart(text); at >= 0 {
		r, err := newPEMReader(window, text[at:], skipped+at)
		return r, PEM, err
	}
	if isBase64Text(text) {
		return newBase64Reader(window, 0), Base64, nil
	}
	if isHeader(text) {
		r, err := newSMIMEReader(window)
		return r, SMIME, err
	}
	return nil, 0, &FormatError{Offset: int64(skipped), Reason: none}
}

// looksLike names what something is instead, where its first bytes say so.
func looksLike(text []byte) string {
	for _, known := range []struct{ magic, name string }{
		{"PK\x03\x04", "a zip archive, not encrypted"},
		{"{", "json, not encrypted"},
		{"\x85", "an openpgp message"}, {"\xc1", "an openpgp message"}, {"\x84", "an openpgp message"},
	} {
		if bytes.HasPrefix(text, []byte(known.magic)) {
			return known.name
		}
	}
	return ""
}

// leadingSpace counts a byte order mark and white space before the first character.
func leadingSpace(b []byte) int {
	n := 0
	if bytes.HasPrefix(b, []byte("\xef\xbb\xbf")) {
		n = 3
	}
	for n < len(b) && isSpace(b[n]) {
		n++
	}
	return n
}

func isSpace(c byte) bool { return c == ' ' || c == '\t' || c == '\r' || c == '\n' }

// isBase64Text tells whether the text is base64 as far as it can be seen. One line of it is enough to tell it from headers
// and from DER, which has control characters in its first bytes.
func isBase64Text(text []byte) bool {
	letters := 0
	for _, c := range text {
		switch {
		case isSpace(c), c == '=' && letters > 0:
		case base64Digit(c):
			letters++
		default:
			return false
		}
	}
	return letters > 0
}

func base64Digit(c byte) bool {
	return c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z' || c >= '0' && c <= '9' || c == '+' || c == '/'
}
