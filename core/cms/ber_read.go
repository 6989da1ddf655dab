package cms

import (
	"fmt"
	"io"
	"math"
)

// Bounds of the reader. A message that exceeds one is refused before memory or time is spent on it.
const (
	maxDepth     = 16       // nested elements
	maxLength    = 1 << 48  // of one element or segment, bytes: more is a lie about any file
	maxRecipient = 64 << 10 // of one RecipientInfo, attribute set or algorithm, bytes as DER
	maxHeader    = 1 << 20  // of everything before the content and of everything behind it, bytes
)

// Identifier octets that CMS uses (X.690 §8.1.2).
const (
	idInteger     = 0x02
	idBitString   = 0x03
	idOctetString = 0x04
	idNull        = 0x05
	idOID         = 0x06
	idSequence    = 0x30
	idSet         = 0x31
	idConstructed = 0x20 // added to a string type: its content is segments
	idContext     = 0x80 // [0] primitive; [n] is idContext|n
	idContextCons = 0xa0 // [0] constructed; [n] is idContextCons|n
	idHighTag     = 0x1f // tag number does not fit the octet: does not occur in CMS
)

// element is the header of one BER element.
type element struct {
	id     byte
	length int64 // of the content; -1 for the indefinite form
	offset int64 // of the identifier octet
}

// constructed tells whether the content is elements.
func (e element) constructed() bool { return e.id&idConstructed != 0 }

// frame is an element that was entered and not yet left.
type frame struct {
	end        int64 // absolute offset where it must end; of an outer element for the indefinite form
	indefinite bool
}

// berReader reads BER (X.690 §8) from a stream: definite and indefinite lengths, with bounds on depth and length. It knows
// where every open element ends and never reads beyond one.
type berReader struct {
	src     io.Reader
	buf     []byte // a small window: headers are read from it, large content passes by it
	pos     int
	fill    int
	base    int64 // absolute offset of buf[0]
	frames  []frame
	budget  int64 // absolute offset that header bytes must not pass
	content bool  // see FormatError
}

func newBERReader(src io.Reader) *berReader {
	return &berReader{src: src, buf: make([]byte, 8<<10), budget: maxHeader}
}

// offset is the absolute offset of the next byte.
func (b *berReader) offset() int64 { return b.base + int64(b.pos) }

// failf is a FormatError at a given offset.
func (b *berReader) failf(offset int64, format string, args ...any) error {
	return &FormatError{Offset: offset, Reason: fmt.Sprintf(format, args...), content: b.content}
}

// limit is the offset that nothing may pass: the end of the innermost open element.
func (b *berReader) limit() int64 {
	if len(b.frames) == 0 {
		return math.MaxInt64
	}
	return b.frames[len(b.frames)-1].end
}

// buffered makes n bytes available in the window; n is small.
func (b *berReader) buffered(n int) error {
	for b.fill-b.pos < n {
		if b.pos > 0 && b.pos+n > len(b.buf) {
			b.base += int64(b.pos)
			b.fill = copy(b.buf, b.buf[b.pos:b.fill])
			b.pos = 0
		}
		m, err := b.src.Read(b.buf[b.fill:])
		b.fill += m
		if err != nil && b.fill-b.pos < n {
			if err == io.EOF {
				return b.truncated()
			}
			return err
		}
	}
	return nil
}

func (b *berReader) truncated() error {
	return b.failf(b.base+int64(b.fill), "the data ends here, too early")
}

// octet reads one byte of a header.
func (b *berReader) octet() (byte, error) {
	if b.offset() >= b.limit() {
		return 0, b.failf(b.offset(), "an element reaches beyond the one around it")
	}
	if err := b.buffered(1); err != nil {
		return 0, err
	}
	c := b.buf[b.pos]
	b.pos++
	return c, nil
}

// more tells whether the innermost open element holds another one.
func (b *berReader) more() (bool, error) {
	if len(b.frames) == 0 {
		return true, nil
	}
	f := b.frames[len(b.frames)-1]
	if !f.indefinite {
		return b.offset() < f.end, nil
	}
	if b.offset() >= f.end {
		return false, b.failf(b.offset(), "an element of indefinite length has no end")
	}
	if err := b.buffered(1); err != nil {
		return false, err
	}
	return b.buf[b.pos] != 0, nil
}

// next reads the header of the next element.
func (b *berReader) next() (element, error) {
	e := element{offset: b.offset()}
	more, err := b.more()
	if err != nil {
		return e, err
	}
	if !more {
		return e, b.failf(e.offset, "an element is missing")
	}
	if e.id, err = b.octet(); err != nil {
		return e, err
	}
	if e.id == 0 || e.id&idHighTag == idHighTag {
		return e, b.failf(e.offset, "identifier octet %#02x does not occur in cms", e.id)
	}
	if e.length, err = b.length(); err != nil {
		return e, err
	}
	switch {
	case e.length < 0 && !e.constructed():
		return e, b.failf(e.offset, "a primitive element of indefinite length")
	case e.length > b.limit()-b.offset():
		return e, b.failf(e.offset, "an element of %d bytes reaches beyond the one around it", e.length)
	}
	return e, nil
}

// length reads length octets (X.690 §8.1.3); -1 is the indefinite form.
func (b *berReader) length() (int64, error) {
	start := b.offset()
	first, err := b.octet()
	if err != nil || first < 0x80 {
		return int64(first), err
	}
	if first == 0x80 {
		return -1, nil
	}
	if first == 0xff {
		return 0, b.failf(start, "a reserved length octet")
	}
	var n int64
	for range first & 0x7f {
		c, err := b.octet()
		if err != nil {
			return 0, err
		}
		if n = n<<8 | int64(c); n > maxLength {
			return 0, b.failf(start, "a length above %d bytes", int64(maxLength))
		}
	}
	return n, nil
}

// expect reads the header of an element that must have this identifier; what names it in errors.
func (b *berReader) expect(id byte, what string) (element, error) {
	e, err := b.next()
	if err == nil && e.id != id {
		err = b.failf(e.offset, "%s has identifier %#02x, not %#02x", what, e.id, id)
	}
	return e, err
}

// enter opens a constructed element.
func (b *berReader) enter(e element) error {
	if !e.constructed() {
		return b.failf(e.offset, "element %#02x is not constructed", e.id)
	}
	if len(b.frames) == maxDepth {
		return b.failf(e.offset, "elements nested deeper than %d", maxDepth)
	}
	f := frame{end: b.limit(), indefinite: e.length < 0}
	if !f.indefinite {
		f.end = b.offset() + e.length
	}
	b.frames = append(b.frames, f)
	return nil
}

// open expects a constructed element and enters it.
func (b *berReader) open(id byte, what string) error {
	e, err := b.expect(id, what)
	if err != nil {
		return err
	}
	return b.enter(e)
}

// leave closes the innermost open element, which must be at its end.
func (b *berReader) leave() error {
	more, err := b.more()
	if err != nil {
		return err
	}
	if more {
		return b.failf(b.offset(), "an element too many")
	}
	if b.frames[len(b.frames)-1].indefinite {
		for range 2 { // end-of-contents octets, X.690 §8.1.5
			c, err := b.octet()
			if err != nil {
				return err
			}
			if c != 0 {
				return b.failf(b.offset()-1, "broken end-of-contents octets")
			}
		}
	}
	b.frames = b.frames[:len(b.frames)-1]
	return nil
}

// end checks that nothing follows the outermost element.
func (b *berReader) end() error {
	if b.pos < b.fill {
		return b.failf(b.offset(), "data follows the end of the message")
	}
	for {
		n, err := b.src.Read(b.buf)
		switch {
		case n > 0:
			return b.failf(b.base+int64(b.fill), "data follows the end of the message")
		case err == io.EOF:
			return nil
		case err != nil:
			return err
		}
	}
}

// read reads content bytes of a primitive element whose header was read: 1 ≤ n ≤ len(p). Large reads go past the window.
func (b *berReader) read(p []byte) (int, error) {
	for {
		if b.pos < b.fill {
			n := copy(p, b.buf[b.pos:b.fill])
			b.pos += n
			return n, nil
		}
		b.base += int64(b.fill)
		b.pos, b.fill = 0, 0
		if len(p) < len(b.buf) {
			if err := b.buffered(1); err != nil {
				return 0, err
			}
			continue
		}
		n, err := b.src.Read(p)
		b.base += int64(n)
		switch {
		case n > 0:
			return n, nil // an error comes again with the next read
		case err == io.EOF:
			return 0, b.truncated()
		case err != nil:
			return 0, err
		}
	}
}
