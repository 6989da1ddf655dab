package form

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"

	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/transform"
)

// ErrCoat is matched by every *CoatError.
var ErrCoat = errors.New("the envelope around the data is damaged")

// CoatError is damage of what lies around data.
type CoatError struct {
	Coat   Coat
	Offset int64 // of the byte, from 0, in the layer that is damaged
	Reason string
}

// Error names the coat, the place and the damage.
func (e *CoatError) Error() string {
	return fmt.Sprintf("its %s is damaged or cut short (byte %d: %s): copy or download the file again", e.Coat, e.Offset, e.Reason)
}

// Is matches ErrCoat.
func (e *CoatError) Is(target error) bool { return target == ErrCoat }

// Unwrap takes off what lies around data and returns a stream of the data itself: base64, UTF-16, the headers of a mail that
// holds CMS, zero bytes, and the PEM lines around sealed messages. Keys and certificates stay in their PEM, of which a file
// may have several. The Form says what the data is and which coats were taken off; other coats than these are none.
//
// It reads the first HeadBytes to know a coat, and holds no more. Damage further on is a *CoatError of the returned
// reader. An error that is none is r's own.
func Unwrap(r io.Reader) (io.Reader, Form, error) {
	var taken Coats
	for {
		window := bufio.NewReaderSize(r, HeadBytes)
		head, err := window.Peek(HeadBytes)
		if err != nil && err != io.EOF && (len(head) == 0 || !errors.Is(err, ErrCoat)) { // damage comes again when it is read
			return nil, Form{}, err
		}
		f := detect(head, len(taken))
		if len(f.Coats) == 0 || f.Coats[0] == PEM && !f.Kind.cms() && f.Kind != PGPMessage {
			f.Coats = taken
			_, err = window.Discard(Mark(head)) // it says nothing to whoever reads on
			return window, f, err
		}
		l := look(head)
		if r, err = l.takeOff(window); err != nil {
			return nil, f, err
		}
		taken = append(taken, l.coat)
	}
}

// UnwrapAll is Unwrap for data that is small and whole in memory: keys and certificates. At most max bytes; the caller
// wipes what may be a key.
func UnwrapAll(data []byte, max int64) ([]byte, Form, error) {
	in, f, err := Unwrap(bytes.NewReader(data))
	if err != nil {
		return nil, f, err
	}
	bare, err := io.ReadAll(io.LimitReader(in, max))
	return bare, f, err
}

// cms tells whether the kind is a ContentInfo, or is called one by its label.
func (k Kind) cms() bool {
	return k == EnvelopedData || k == AuthEnvelopedData || k == SignedData || k == CMS
}

// takeOff returns what lies within the coat.
func (l *layer) takeOff(window *bufio.Reader) (io.Reader, error) {
	if l.coat == UTF16 {
		order := unicode.LittleEndian
		if l.label == "BE" {
			order = unicode.BigEndian
		}
		return transform.NewReader(window, unicode.UTF16(order, unicode.UseBOM).NewDecoder()), nil
	}
	n, err := window.Discard(l.at)
	if err != nil {
		return nil, err
	}
	body := &base64Reader{src: window, coat: l.coat, offset: int64(n), alone: l.alone}
	switch {
	case l.coat == PEM:
		body.stop, body.armor = '-', strings.HasPrefix(l.label, "PGP ")
		return &pemReader{body: body, label: l.label}, nil
	case l.coat == Base64, l.coat == Wrapped, l.base64:
		body.stop = l.stop
		return body, nil
	case l.coat == Changed:
		return newChangedReader(window), nil
	}
	return window, nil
}

// pemReader delivers the content of one PEM block (RFC 7468) and checks the line that ends it.
type pemReader struct {
	body  *base64Reader
	label string
	err   error
}

// Armor decodes a block of OpenPGP (RFC 9580 §6), such as a key. The error says why it cannot be read.
func (b Block) Armor() ([]byte, error) {
	if b.Err != nil {
		return nil, b.Err
	}
	body := b.Body[headerLines(b.Body):]
	return io.ReadAll(&base64Reader{src: bufio.NewReader(bytes.NewReader(body)), coat: PEM, armor: true})
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

// end checks the last line, and that no other block follows: a footer, or the rest of a mail, may.
func (p *pemReader) end() error {
	want := string(pemEnd) + p.label + string(pemDash)
	line := make([]byte, len(want))
	if _, err := io.ReadFull(p.body.src, line); err != nil && err != io.EOF && err != io.ErrUnexpectedEOF {
		return err
	}
	if string(line) != want {
		return p.body.failf("the last line of the PEM block is not %q", want)
	}
	p.body.offset += int64(len(want))
	for matched, first := 0, true; ; first = false {
		c, err := p.body.src.ReadByte()
		if err != nil {
			return err // io.EOF, or what went wrong
		}
		switch {
		case c == pemBegin[matched]:
			matched++
		case c != '-':
			matched = 0
		case matched < len(pemDash): // a run of dashes goes on
			matched = 1
		}
		if matched == len(pemBegin) {
			return p.body.failf("another PEM block follows; put each into a file of its own")
		}
		if c < ' ' && !isSpace(c) && c != 0x1A && c != '\f' || first && c > ' ' {
			return p.body.failf("something follows the PEM block")
		}
		p.body.offset++
	}
}

// Quote quotes what a file says about itself, without control characters, cut to a line.
func Quote(s string) string {
	const most = 60
	if len(s) > most {
		s = s[:most] + "…"
	}
	printed := strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7F {
			return '?'
		}
		return r
	}, s)
	return strings.ToValidUTF8(`"`+printed+`"`, "?")
}
