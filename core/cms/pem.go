package cms

import (
	"bufio"
	"bytes"
	"io"
	"strings"
)

const (
	pemBegin = "-----BEGIN "
	pemEnd   = "-----END "
	pemDash  = "-----"
)

// pemLabels are those of CMS: RFC 7468 §8 and §9, and what gpgsm writes.
var pemLabels = map[string]bool{"CMS": true, "PKCS7": true, "ENCRYPTED MESSAGE": true}

// pemStart is where a PEM block begins at the start of a line, -1 if none does.
func pemStart(text []byte) int {
	if bytes.HasPrefix(text, []byte(pemBegin)) {
		return 0
	}
	if at := bytes.Index(text, []byte("\n"+pemBegin)); at >= 0 && !isHeader(text) {
		return at + 1
	}
	return -1
}

// pemReader delivers the content of one PEM block (RFC 7468) and checks the line that ends it.
type pemReader struct {
	body  *base64Reader
	label string
	err   error
}

// newPEMReader reads the first line; text begins with it and at is its offset in src.
func newPEMReader(src *bufio.Reader, text []byte, at int) (io.Reader, error) {
	line, _, found := bytes.Cut(text, []byte("\n"))
	label, closed := strings.CutSuffix(strings.TrimRight(string(line[len(pemBegin):]), " \t\r"), pemDash)
	if !found || !closed {
		return nil, &FormatError{Offset: int64(at), Reason: "the first line of the pem block is broken"}
	}
	if !pemLabels[label] {
		return nil, &FormatError{Offset: int64(at), Reason: "a pem block " + quoteShort(label) + ", not CMS or PKCS7"}
	}
	p := &pemReader{body: newBase64Reader(src, '-'), label: label}
	p.body.discard(at + len(line) + 1)
	return p, nil
}

// quoteShort quotes what a file says about itself.
func quoteShort(s string) string {
	const most = 60
	if len(s) > most {
		s = s[:most] + "…"
	}
	return strings.ToValidUTF8(`"`+strings.Map(printable, s)+`"`, "?")
}

// printable keeps control characters out of messages.
func printable(r rune) rune {
	if r < ' ' || r == 0x7f {
		return '?'
	}
	return r
}

// Read implements io.Reader.
func (p *pemReader) Read(buf []byte) (int, error) {
	if p.err != nil {
		return 0, p.err
	}
	n, err := p.body.Read(buf)
	if err == io.EOF {
		err = p.end()
	}
	p.err = err
	return n, err
}

// end checks the last line and that nothing but white space follows.
func (p *pemReader) end() error {
	want := pemEnd + p.label + pemDash
	line := make([]byte, len(want))
	if _, err := io.ReadFull(p.body.src, line); err != nil && err != io.EOF && err != io.ErrUnexpectedEOF {
		return err
	}
	if string(line) != want {
		return p.body.failf("the last line of the pem block is not %q", want)
	}
	p.body.offset += int64(len(want))
	for {
		c, err := p.body.src.ReadByte()
		if err != nil {
			return err // io.EOF, or what went wrong
		}
		if !isSpace(c) {
			return p.body.failf("something follows the pem block")
		}
		p.body.offset++
	}
}
